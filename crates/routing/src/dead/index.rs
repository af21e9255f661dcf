//! Rules by what they ask, so that the few that may hide another one are found without a look at all.

use podpath_order::{Gather, OrdMap, OrdSet, Order};

use super::cover::{Part, alternatives, parts};
use crate::matcher::Condition;
use crate::pattern::{HostPattern, PathMatch, TextMatch};
use crate::request::{Request, decode};
use crate::table::Rule;

/// More rules of one key are not looked at: they differ in conditions that the key does not hold.
const MAX_OF_A_KEY: usize = 256;

/// Fewer rules are looked at one by one sooner than an index is made.
const FEW: usize = 8;

/// Rules by host, path and condition.
pub(super) struct Index {
    /// So few rules are all looked at.
    few: Option<usize>,
    by_host: OrdMap<String, ByPath>,
}

/// Rules of a host.
#[derive(Default)]
struct ByPath {
    /// By the letters that every path begins with, and by one of the other conditions.
    rules: OrdMap<String, OrdMap<String, Vec<usize>>>,
    /// How long these beginnings are.
    lengths: OrdSet<usize>,
}

impl Index {
    pub(super) fn new(rules: &[Rule], host: &HostPattern) -> Self {
        let few = Some(rules.len()).filter(|it| *it < FEW);
        let mut index = Self { few, by_host: OrdMap::new() };
        if few.is_some() {
            return index;
        }
        for (at, rule) in rules.iter().enumerate() {
            // The longest of the first name: with its value, where there is one.
            let condition = conditions(rule).into_iter().max().unwrap_or_default();
            let paths: OrdSet<_> = rule_paths(rule).iter().map(letters).gather();
            let hosts: OrdSet<_> = parts(rule, host).iter().map(|it| host_key(&it.host)).gather();
            for host in hosts {
                let by_path = index.by_host.entry(host).or_default();
                for path in &paths {
                    by_path.lengths.insert(path.len());
                    let by_condition = by_path.rules.entry(path.clone()).or_default();
                    let list = by_condition.entry(condition.clone()).or_default();
                    if list.len() < MAX_OF_A_KEY && list.last() != Some(&at) {
                        list.push(at);
                    }
                }
            }
        }
        index
    }

    /// Rules that may take all of a part; `None` when there are too many.
    pub(super) fn around(&self, rule: &Rule, part: &Part) -> Option<Vec<usize>> {
        if let Some(few) = self.few {
            return Some((0..few).collect());
        }
        let path = part.path.as_ref().map_or(String::new(), letters);
        self.find(&part.host, &path, conditions(rule))
    }

    /// Rules that may match a request; `None` when there are too many.
    pub(super) fn of_request(&self, request: &Request) -> Option<Vec<usize>> {
        if let Some(few) = self.few {
            return Some((0..few).collect());
        }
        let exact = |text: &str| TextMatch::Exact(text.to_owned());
        let mut known = named("method", "", &exact(&request.method));
        for (name, value) in &request.headers {
            known.extend(named("header", name, &exact(value)));
        }
        for pair in request.query.iter().flat_map(|it| it.split('&')) {
            let name = decode(pair.split_once('=').map_or(pair, |it| it.0));
            known.extend(named("query", &name, &exact(&request.query_value(&name).unwrap_or_default())));
        }
        self.find(&HostPattern::Exact(request.host.clone()), &request.path.to_ascii_lowercase(), known)
    }

    fn find(&self, host: &HostPattern, path: &str, conditions: Vec<String>) -> Option<Vec<usize>> {
        let wanted: OrdSet<_> = conditions.into_iter().chain([String::new()]).gather();
        let mut found = Vec::new();
        for by_path in hosts_around(host).iter().filter_map(|it| self.by_host.get(it)) {
            let starts = by_path.lengths.iter().filter_map(|length| path.get(..*length));
            for by_condition in starts.filter_map(|it| by_path.rules.get(it)) {
                for list in wanted.iter().filter_map(|it| by_condition.get(it)) {
                    if list.len() == MAX_OF_A_KEY {
                        return None;
                    }
                    found.extend_from_slice(list);
                }
            }
        }
        found.order();
        found.dedup();
        Some(found)
    }
}

fn rule_paths(rule: &Rule) -> Vec<PathMatch> {
    let path = rule.matchers.iter().find_map(|it| match &it.condition {
        Condition::Path(path) => Some(path),
        _ => None,
    });
    path.map_or_else(|| vec![PathMatch::Prefix(String::new())], alternatives)
}

/// The letters that every path of a pattern begins with, in lower case.
fn letters(path: &PathMatch) -> String {
    let text = match path {
        PathMatch::Exact(text) | PathMatch::Prefix(text) => text.as_str(),
        PathMatch::Elements(text) => text.trim_end_matches('/'),
        PathMatch::AnyGlob(globs) => globs.first().map_or("", |it| it.split(['*', '?']).next().unwrap_or_default()),
        PathMatch::IgnoreCase(inner) => return letters(inner),
        PathMatch::Regex(_) => "",
    };
    text.to_ascii_lowercase()
}

/// The conditions beside host and path: by name, and by value where there is only one.
fn conditions(rule: &Rule) -> Vec<String> {
    let mut found = Vec::new();
    for matcher in &rule.matchers {
        match &matcher.condition {
            Condition::Method(text) => found.extend(named("method", "", text)),
            Condition::Header(name, text) if !name.starts_with(':') => found.extend(named("header", name, text)),
            Condition::Query(name, text) => found.extend(named("query", name, text)),
            _ => {}
        }
    }
    found
}

fn named(sort: &str, name: &str, text: &TextMatch) -> Vec<String> {
    let name = if sort == "header" { name.to_ascii_lowercase() } else { name.to_owned() };
    match text {
        TextMatch::Exact(value) => vec![format!("{sort} {name}"), format!("{sort} {name}={value}")],
        _ => vec![format!("{sort} {name}")],
    }
}

fn host_key(host: &HostPattern) -> String {
    match host {
        HostPattern::Any | HostPattern::Regex(_) => "*".into(),
        HostPattern::Exact(name) => name.clone(),
        HostPattern::Suffix(suffix) => format!("*{suffix}"),
        HostPattern::OneLabel(suffix) => format!("1{suffix}"),
        HostPattern::Glob(pattern) => {
            let rest = pattern.strip_prefix('*').unwrap_or(pattern);
            if rest.contains(['*', '?']) { "*".into() } else { pattern.clone() }
        }
    }
}

/// The keys of the patterns that may hold all of a host.
fn hosts_around(host: &HostPattern) -> Vec<String> {
    let own = host_key(host);
    let name = own.trim_start_matches(['*', '1']);
    let dots = name.match_indices('.').filter_map(|(at, _)| name.get(at..));
    let mut keys: Vec<_> = dots.flat_map(|suffix| [format!("*{suffix}"), format!("1{suffix}")]).collect();
    keys.extend([own.clone(), "*".into()]);
    keys.order();
    keys.dedup();
    keys
}
