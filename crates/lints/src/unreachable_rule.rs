//! `unreachable-rule`: a rule that never gets a request, because an earlier one takes them all.
//!
//! Rules: a VirtualService takes the first rule that matches, its matches are alternatives, the parts of a match all
//! hold, and `prefix` is plain text. An Ingress with one host and path twice sends everything to one of the two.

use std::collections::BTreeMap;

use podpath_cluster::Found;
use podpath_objects::{HttpMatchRequest, Ingress, IngressPath, RouteRule, StringMatch, VirtualService};
use podpath_source::{Diagnostic, Label, Severity, Span, Spanned, Text};

use crate::{Check, Context, Lint, backend};

pub(crate) static LINT: Lint =
    Lint { code: "unreachable-rule", severity: Severity::Warning, aliases: &["IST0130"], check: Check::Cluster(check) };

fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for service in context.cluster.all::<VirtualService>() {
        check_virtual_service(service, found);
    }
    for ingress in context.cluster.all::<Ingress>() {
        check_ingress(ingress, found);
    }
}

/// The matches of earlier rules, by what they ask of the path.
#[derive(Default)]
struct Earlier<'a> {
    /// A rule that takes everything.
    catch_all: Option<Span>,
    by_uri: BTreeMap<(UriKind, &'a str), Vec<&'a HttpMatchRequest>>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum UriKind {
    Any,
    Exact,
    Prefix,
    Regex,
}

fn check_virtual_service(service: Found<'_, VirtualService>, found: &mut Vec<Diagnostic>) {
    let mut earlier = Earlier::default();
    for rule in &service.object.http {
        if let Some(by) = earlier.covering(rule) {
            found.push(hidden_rule(service, rule, by));
        }
        // What a delegate does not match goes on to the next rule.
        if rule.delegate.is_none() {
            earlier.remember(rule);
        }
    }
}

impl<'a> Earlier<'a> {
    fn remember(&mut self, rule: &'a RouteRule) {
        if rule.matches.is_empty() {
            self.catch_all.get_or_insert(rule.span);
        }
        for it in &rule.matches {
            if takes_everything(it) {
                self.catch_all.get_or_insert(it.span);
            }
            self.by_uri.entry(uri_key(it)).or_default().push(it);
        }
    }

    /// The earlier rule that takes all that this one would; with several the first of them.
    fn covering(&self, rule: &RouteRule) -> Option<Span> {
        if self.catch_all.is_some() {
            return self.catch_all;
        }
        let mut covering = rule.matches.iter().map(|it| self.covering_match(it));
        let first = covering.next()??;
        covering.all(|it| it.is_some()).then_some(first)
    }

    fn covering_match(&self, later: &HttpMatchRequest) -> Option<Span> {
        let (kind, text) = uri_key(later);
        let is_plain = matches!(kind, UriKind::Exact | UriKind::Prefix);
        let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]).filter(|_| is_plain);
        let prefixes = ends.filter_map(|end| Some((UriKind::Prefix, text.get(..end)?)));
        let keys = [(UriKind::Any, ""), (kind, text)].into_iter().chain(prefixes);
        let candidates = keys.filter_map(|key| self.by_uri.get(&key)).flatten();
        candidates.filter(|it| covers(it, later)).map(|it| it.span).min()
    }
}

fn uri_key(it: &HttpMatchRequest) -> (UriKind, &str) {
    match it.uri.as_ref().map(|uri| &uri.value) {
        Some(StringMatch::Exact(text)) => (UriKind::Exact, text.as_str()),
        Some(StringMatch::Prefix(text)) => (UriKind::Prefix, text.as_str()),
        Some(StringMatch::Regex(text)) => (UriKind::Regex, text.as_str()),
        Some(StringMatch::Present) | None => (UriKind::Any, ""),
    }
}

/// True for every path and no other condition.
fn takes_everything(it: &HttpMatchRequest) -> bool {
    let is_any_path = match uri_key(it) {
        (UriKind::Any, _) => true,
        (UriKind::Prefix, text) => text == "/",
        (UriKind::Regex, text) => text == ".*" || text == "/.*",
        (UriKind::Exact, _) => false,
    };
    is_any_path && has_no_more(it)
}

fn has_no_more(it: &HttpMatchRequest) -> bool {
    let single = [&it.scheme, &it.method, &it.authority];
    let lists = [&it.headers, &it.without_headers, &it.query];
    single.iter().all(|it| it.is_none())
        && lists.iter().all(|it| it.is_empty())
        && it.port.is_none()
        && it.gateways.is_empty()
        && it.source_labels.is_empty()
        && it.source_namespace.is_none()
}

/// True when each condition of the earlier match holds for all that the later one takes, the path being looked at by
/// its key already.
fn covers(earlier: &HttpMatchRequest, later: &HttpMatchRequest) -> bool {
    let is_same_case = earlier.uri.is_none() || earlier.ignores_uri_case == later.ignores_uri_case;
    is_same_case
        && implies(earlier.scheme.as_ref(), later.scheme.as_ref())
        && implies(earlier.method.as_ref(), later.method.as_ref())
        && implies(earlier.authority.as_ref(), later.authority.as_ref())
        && implies(earlier.port.as_ref(), later.port.as_ref())
        && all_in(&earlier.headers, &later.headers)
        && all_in(&earlier.without_headers, &later.without_headers)
        && all_in(&earlier.query, &later.query)
        && is_same_origin(earlier, later)
}

fn implies<T: PartialEq>(earlier: Option<&Spanned<T>>, later: Option<&Spanned<T>>) -> bool {
    earlier.is_none_or(|it| later.is_some_and(|other| other.value == it.value))
}

fn all_in(earlier: &[(String, Spanned<StringMatch>)], later: &[(String, Spanned<StringMatch>)]) -> bool {
    let is_in = |name: &str, value: &StringMatch| later.iter().any(|(other, it)| other == name && it.value == *value);
    earlier.iter().all(|(name, value)| is_in(name, &value.value))
}

/// `gateways` switches the conditions on the source off, so only no conditions or equal ones are compared.
fn is_same_origin(earlier: &HttpMatchRequest, later: &HttpMatchRequest) -> bool {
    let is_open = earlier.gateways.is_empty() && earlier.source_labels.is_empty() && earlier.source_namespace.is_none();
    let gateways = |it: &HttpMatchRequest| it.gateways.iter().map(|it| it.value.clone()).collect::<Vec<_>>();
    let labels = (&earlier.source_labels, &later.source_labels);
    let is_equal = gateways(earlier) == gateways(later)
        && labels.0.is_subset_of(labels.1)
        && labels.1.is_subset_of(labels.0)
        && earlier.source_namespace.as_ref().map(|it| &it.value) == later.source_namespace.as_ref().map(|it| &it.value);
    is_open || is_equal
}

fn hidden_rule(service: Found<'_, VirtualService>, rule: &RouteRule, by: Span) -> Diagnostic {
    let first = rule.matches.first();
    let span = first.map_or(rule.span, |it| it.uri.as_ref().map_or(it.span, |uri| uri.span));
    let message = Text::new(
        "no request reaches this rule: an earlier one takes them all",
        "앞의 규칙이 모두 가져가므로 이 규칙에는 요청이 오지 않습니다",
    );
    let help = Text::new(
        "rules are tried in order and the first that matches wins: put the narrow ones first",
        "규칙은 위에서부터 차례로 맞춰 보고 먼저 맞는 것이 이깁니다. 좁은 규칙을 앞에 두세요",
    );
    let related = Label { location: service.at(by), text: Text::new("this takes them", "여기서 가져갑니다") };
    Diagnostic { help: Some(help), related: vec![related], ..LINT.found(service.at(span), message) }
}

fn check_ingress(ingress: Found<'_, Ingress>, found: &mut Vec<Diagnostic>) {
    let mut known: BTreeMap<(String, &str, &str), Span> = BTreeMap::new();
    for rule in &ingress.object.rules {
        let host = rule.host.as_ref().map_or_else(String::new, |it| it.value.to_ascii_lowercase());
        for path in rule.paths.iter().filter(|it| !has_conditions(ingress, it)) {
            let path_type = path.path_type.as_ref().map_or("", |it| it.value.as_str());
            let span = path.path.as_ref().map_or(path.span, |it| it.span);
            let key = (host.clone(), path_type, normal(path, path_type));
            if let Some(first) = known.get(&key) {
                found.push(same_path(ingress, span, *first));
            } else {
                known.insert(key, span);
            }
        }
    }
}

/// `/api` and `/api/` are one `Prefix`.
fn normal<'a>(path: &'a IngressPath, path_type: &str) -> &'a str {
    let text = path.path.as_ref().map_or("", |it| it.value.as_str());
    let short = text.strip_suffix('/').filter(|it| path_type == "Prefix" && !it.is_empty());
    short.unwrap_or(text)
}

/// The AWS Load Balancer Controller adds conditions, and drops redirects that lead to themselves.
fn has_conditions(ingress: Found<'_, Ingress>, path: &IngressPath) -> bool {
    let name = path.backend.service.as_ref().map_or("", |it| it.value.as_str());
    let key = format!("alb.ingress.kubernetes.io/conditions.{name}");
    backend::is_annotation(&path.backend) || ingress.entry.resource.meta.annotation(&key).is_some()
}

fn same_path(ingress: Found<'_, Ingress>, span: Span, first: Span) -> Diagnostic {
    let message =
        Text::new("this host and path stand in the Ingress twice", "같은 호스트와 경로가 이 Ingress에 두 번 있습니다");
    let help =
        Text::new("requests go to the first one only: remove one", "요청은 먼저 적은 쪽으로만 갑니다. 하나를 지우세요");
    let related = Label { location: ingress.at(first), text: Text::new("the first one", "먼저 적은 것") };
    Diagnostic { help: Some(help), related: vec![related], aliases: &[], ..LINT.found(ingress.at(span), message) }
}
