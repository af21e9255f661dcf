//! Whether one rule takes all that another one would: conditions inside conditions.
//!
//! Every `true` is a proof. A `false` may be one that was not found, as between two regular expressions.

use crate::matcher::{Condition, Matcher};
use crate::pattern::{HostPattern, PathMatch, TextMatch};
use crate::table::Rule;

/// One host and one path of a rule.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) host: HostPattern,
    pub(super) path: Option<PathMatch>,
}

/// More are not looked at.
const MAX_PARTS: usize = 64;

/// A rule as a union of parts; none when there are too many to look at. `host` is what all rules beside it serve.
pub(super) fn parts(rule: &Rule, host: &HostPattern) -> Vec<Part> {
    let mut hosts = vec![host.clone()];
    let mut paths = vec![None];
    for matcher in &rule.matchers {
        match &matcher.condition {
            Condition::Host(patterns) => hosts.clone_from(patterns),
            Condition::Path(path) => paths = alternatives(path).into_iter().map(Some).collect(),
            _ => {}
        }
    }
    if hosts.len() * paths.len() > MAX_PARTS {
        return vec![];
    }
    let part = |host: &HostPattern, path: &Option<PathMatch>| Part { host: host.clone(), path: path.clone() };
    hosts.iter().flat_map(|host| paths.iter().map(|path| part(host, path)).collect::<Vec<_>>()).collect()
}

/// A path condition as alternatives of one pattern each.
pub(super) fn alternatives(path: &PathMatch) -> Vec<PathMatch> {
    match path {
        PathMatch::AnyGlob(globs) => globs.iter().map(|it| PathMatch::AnyGlob(vec![it.clone()])).collect(),
        other => vec![other.clone()],
    }
}

/// True when each condition of `by` holds for every request that a part of `rule` takes.
pub(super) fn covers(by: &Rule, rule: &Rule, part: &Part, scheme: &str) -> bool {
    by.matchers.iter().all(|it| match &it.condition {
        Condition::Host(patterns) => patterns.iter().any(|wide| host_covers(wide, &part.host)),
        Condition::Path(wide) => match &part.path {
            Some(narrow) => path_covers(wide, narrow),
            None => wide.is_everything(),
        },
        Condition::Scheme(text) if text.matches(Some(scheme)) => true,
        condition => rule.matchers.iter().any(|own| implies(own, condition)),
    })
}

/// True when a request that fulfils the one condition fulfils the other as well.
fn implies(own: &Matcher, wanted: &Condition) -> bool {
    if own.condition == *wanted {
        return true;
    }
    match (wanted, &own.condition) {
        (Condition::Method(wide), Condition::Method(narrow))
        | (Condition::Scheme(wide), Condition::Scheme(narrow))
        | (Condition::Authority(wide), Condition::Authority(narrow))
        | (Condition::GrpcService(wide), Condition::GrpcService(narrow))
        | (Condition::GrpcMethod(wide), Condition::GrpcMethod(narrow)) => text_covers(wide, narrow),
        (Condition::Header(a, wide), Condition::Header(b, narrow)) => {
            a.eq_ignore_ascii_case(b) && text_covers(wide, narrow)
        }
        (Condition::Query(a, wide), Condition::Query(b, narrow)) => a == b && text_covers(wide, narrow),
        // What must not be so, against what is: values that lie apart, or fewer values that are forbidden.
        (Condition::WithoutHeader(a, wide), Condition::Header(b, TextMatch::Exact(value))) => {
            a.eq_ignore_ascii_case(b) && !wide.matches(Some(value))
        }
        (Condition::WithoutHeader(a, few), Condition::WithoutHeader(b, many)) => {
            a.eq_ignore_ascii_case(b) && *few != TextMatch::Present && text_covers(many, few)
        }
        _ => false,
    }
}

pub(super) fn host_covers(wide: &HostPattern, narrow: &HostPattern) -> bool {
    match (wide, narrow) {
        (HostPattern::Any, _) => true,
        (_, HostPattern::Exact(name)) => wide.matches(name),
        (HostPattern::Suffix(wide), HostPattern::Suffix(narrow) | HostPattern::OneLabel(narrow)) => {
            narrow.ends_with(wide.as_str())
        }
        (HostPattern::Glob(wide), HostPattern::Glob(narrow)) => glob_covers(wide, narrow),
        (HostPattern::Glob(wide), HostPattern::Suffix(narrow)) => glob_covers(wide, &format!("*{narrow}")),
        _ => wide == narrow,
    }
}

fn text_covers(wide: &TextMatch, narrow: &TextMatch) -> bool {
    match (wide, narrow) {
        (TextMatch::Present, _) => true,
        (_, TextMatch::Exact(text)) => wide.matches(Some(text)),
        (TextMatch::Prefix(wide), TextMatch::Prefix(narrow)) => narrow.starts_with(wide.as_str()),
        (TextMatch::Regex(wide), _) if wide.source == ".*" => true,
        (TextMatch::AnyGlob(wide), TextMatch::AnyGlob(narrow)) => {
            let lower = |text: &String| text.to_ascii_lowercase();
            narrow.iter().all(|it| wide.iter().any(|by| glob_covers(&lower(by), &lower(it))))
        }
        _ => wide == narrow,
    }
}

pub(super) fn path_covers(wide: &PathMatch, narrow: &PathMatch) -> bool {
    if wide.is_everything() {
        return true;
    }
    match (wide, narrow) {
        (PathMatch::IgnoreCase(wide), PathMatch::IgnoreCase(narrow)) => path_covers(&lower(wide), &lower(narrow)),
        (PathMatch::IgnoreCase(wide), narrow) => path_covers(&lower(wide), &lower(narrow)),
        (_, PathMatch::Exact(path)) => wide.matches(path),
        (PathMatch::Elements(wide), PathMatch::Elements(narrow)) => {
            elements(narrow).strip_prefix(elements(wide)).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }
        // `/api*` as text holds `/apix`; below `/api/` there are only elements of `/api`.
        (PathMatch::Elements(wide), PathMatch::Prefix(narrow)) => {
            narrow.strip_prefix(elements(wide)).is_some_and(|rest| rest.starts_with('/'))
        }
        (PathMatch::Prefix(wide), PathMatch::Elements(narrow)) => elements(narrow).starts_with(wide.as_str()),
        (PathMatch::Prefix(wide), PathMatch::Prefix(narrow)) => narrow.starts_with(wide.as_str()),
        (PathMatch::AnyGlob(wide), PathMatch::AnyGlob(narrow)) => {
            narrow.iter().all(|it| wide.iter().any(|by| glob_covers(by, it)))
        }
        _ => wide == narrow,
    }
}

fn elements(prefix: &str) -> &str {
    prefix.trim_end_matches('/')
}

/// The pattern in lower case; expressions are left as they are, and cover only their like.
fn lower(path: &PathMatch) -> PathMatch {
    match path {
        PathMatch::Exact(text) => PathMatch::Exact(text.to_ascii_lowercase()),
        PathMatch::Elements(text) => PathMatch::Elements(text.to_ascii_lowercase()),
        PathMatch::Prefix(text) => PathMatch::Prefix(text.to_ascii_lowercase()),
        PathMatch::AnyGlob(globs) => PathMatch::AnyGlob(globs.iter().map(|it| it.to_ascii_lowercase()).collect()),
        PathMatch::IgnoreCase(inner) => lower(inner),
        PathMatch::Regex(_) => path.clone(),
    }
}

/// True when every text of the narrow glob is one of the wide one: the wide one is matched against the narrow one's
/// letters, where only `*` takes a `*`, and only `*` and `?` take a `?`.
fn glob_covers(wide: &str, narrow: &str) -> bool {
    let (wide, narrow) = (wide.as_bytes(), narrow.as_bytes());
    let (mut w, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(letter) = narrow.get(n) {
        match wide.get(w) {
            Some(b'*') => {
                star = Some((w + 1, n));
                w += 1;
            }
            Some(byte) if *letter != b'*' && (*byte == b'?' || byte == letter) => {
                w += 1;
                n += 1;
            }
            _ => {
                let Some((after, from)) = star else { return false };
                star = Some((after, from + 1));
                (w, n) = (after, from + 1);
            }
        }
    }
    wide.get(w..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_inside_paths() {
        let text = |it: &str| it.to_owned();
        let elements = |it: &str| PathMatch::Elements(text(it));
        let prefix = |it: &str| PathMatch::Prefix(text(it));
        let glob = |it: &str| PathMatch::AnyGlob(vec![text(it)]);
        for (wide, narrow, expected) in [
            (elements("/"), elements("/api"), true),
            (elements("/api"), elements("/api/"), true),
            (elements("/api"), elements("/apis"), false),
            (elements("/api"), prefix("/api"), false),
            (elements("/api"), prefix("/api/"), true),
            (prefix("/api"), elements("/api/v1"), true),
            (prefix("/api/"), elements("/api"), false),
            (elements("/api"), PathMatch::Exact(text("/api/x")), true),
            (glob("/*"), glob("/a?c*"), true),
            (glob("/a*c"), glob("/abc"), true),
            (glob("/a?"), glob("/a*"), false),
            (PathMatch::IgnoreCase(Box::new(prefix("/API"))), prefix("/api/x"), true),
            (prefix("/api"), PathMatch::IgnoreCase(Box::new(prefix("/api"))), false),
        ] {
            assert_eq!(path_covers(&wide, &narrow), expected, "{wide} {narrow}");
        }
    }

    #[test]
    fn hosts_inside_hosts() {
        let host = HostPattern::parse;
        let one = HostPattern::OneLabel(".example.kr".into());
        for (wide, narrow, expected) in [
            (host("*"), host("a.kr"), true),
            (host("*.example.kr"), host("a.b.example.kr"), true),
            (host("*.example.kr"), host("*.a.example.kr"), true),
            (host("*.a.example.kr"), host("*.example.kr"), false),
            (host("*.example.kr"), one.clone(), true),
            (one, host("*.example.kr"), false),
            (HostPattern::Glob("*.kr".into()), HostPattern::Glob("*.example.kr".into()), true),
        ] {
            assert_eq!(host_covers(&wide, &narrow), expected, "{wide} {narrow}");
        }
    }
}
