//! The method `suggest`: requests worth tracing, derived from the rules.
//!
//! For each reachable host the first path of its first rule, then `http://` where a redirect exists, then a host that
//! nobody serves; those that fail come first after the picked one.

use podpath_order::Order;
use podpath_protocol::{Call, From, Locale, Outcome, Suggestion, Suggestions};
use podpath_routing::{Condition, HostPattern, Listener, PathMatch, Protocol, Rule, Table, TextMatch};
use podpath_source::Text;

use crate::analysis::Analysis;
use crate::place::say;
use crate::trace;

/// More than this nobody reads.
const MAX_SUGGESTIONS: usize = 24;

/// Requests worth tracing; the first is the one to start with.
pub(crate) fn suggest(analysis: &Analysis, locale: Locale) -> Suggestions {
    let mut calls: Vec<(Call, Option<Text>)> = Vec::new();
    for (host, path, scheme) in reachable(analysis) {
        let call = Call { scheme: Some(scheme.into()), host, path: Some(path), ..Call::default() };
        if calls.len() < MAX_SUGGESTIONS && !calls.iter().any(|(known, _)| *known == call) {
            calls.push((call, None));
        }
    }
    if let Some((first, _)) = calls.first().cloned() {
        if first.scheme.as_deref() == Some("https") {
            calls.push((Call { scheme: Some("http".into()), ..first.clone() }, Some(Text::same("http://…"))));
        }
        let unknown = Call { host: format!("unknown.{}", parent(&first.host)), ..first };
        calls.push((unknown, Some(Text::new("unknown host", "없는 호스트"))));
    }
    let traced = calls.into_iter().filter_map(|(call, title)| suggestion(analysis, call, title.as_ref(), locale));
    let mut suggestions: Vec<_> = traced.collect();
    if let Some((_, rest)) = suggestions.split_first_mut() {
        rest.order_by_key(|it| it.outcome == Outcome::Delivered && it.status.is_none());
    }
    Suggestions { suggestions }
}

fn suggestion(analysis: &Analysis, call: Call, title: Option<&Text>, locale: Locale) -> Option<Suggestion> {
    let found = trace::follow(analysis, &call).ok()?;
    let own = || {
        let path = call.path.as_deref().filter(|it| *it != "/").unwrap_or_default();
        format!("{}{path}", call.host)
    };
    Some(Suggestion {
        title: title.map_or_else(own, |it| say(it, locale)),
        outcome: trace::outcome(found.outcome),
        status: found.status,
        request: Call { from: Some(From { internet: Some(true), ..From::default() }), ..call },
    })
}

/// Host, path and scheme of the first rule of each host. Behind a public load balancer clients speak what it speaks.
fn reachable(analysis: &Analysis) -> Vec<(String, String, &'static str)> {
    let tables = analysis.tables();
    let balanced = tables.load_balancers().iter().filter(|it| it.is_public);
    let balancer_tls = balanced.clone().flat_map(|it| &it.listeners).any(|it| it.protocol == Protocol::Https);
    let behind = tables.istio().iter().map(|(_, table)| table);
    let mut found = Vec::new();
    for (table, tls) in behind.map(|it| (it, balancer_tls)).chain(tables.gateways().map(|it| (it, false))) {
        found.extend(of_table(table, tls));
    }
    found.extend(balanced.flat_map(|it| of_table(it, false)));
    let any = found.first().cloned();
    found.retain(|(host, ..)| !host.is_empty());
    match any {
        Some((_, path, scheme)) if found.is_empty() => vec![("app.example.kr".into(), path, scheme)],
        _ => found,
    }
}

fn of_table(table: &Table, tls: bool) -> Vec<(String, String, &'static str)> {
    let mut found: Vec<(String, String, &'static str)> = Vec::new();
    for listener in &table.listeners {
        let scheme = match listener.protocol {
            Protocol::Https => "https",
            Protocol::Http if tls => "https",
            Protocol::Http => "http",
            _ => continue,
        };
        for host in &listener.hosts {
            for rule in &host.rules {
                let name = likely(&host_of(&host.pattern, rule, listener));
                match call_of(rule) {
                    Some(call) => found.push((name, call, if scheme == "https" { "grpcs" } else { "grpc" })),
                    None => found.push((name, path_of(rule), scheme)),
                }
            }
        }
    }
    found
}

fn host_of(pattern: &HostPattern, rule: &Rule, listener: &Listener) -> HostPattern {
    let own = rule.matchers.iter().find_map(|it| match &it.condition {
        Condition::Host(patterns) => patterns.first(),
        _ => None,
    });
    let any = |it: &&HostPattern| **it != HostPattern::Any;
    own.or(Some(pattern).filter(any)).or(listener.hostnames.first()).cloned().unwrap_or_default()
}

/// A name that a wildcard stands for.
fn likely(pattern: &HostPattern) -> String {
    match pattern {
        // Every host is as good as another: told only when nothing names one.
        HostPattern::Any | HostPattern::Regex(_) => String::new(),
        HostPattern::Exact(name) => name.clone(),
        HostPattern::Suffix(suffix) | HostPattern::OneLabel(suffix) => format!("www{suffix}"),
        HostPattern::Glob(glob) => glob.replace('*', "www").replace('?', "a"),
    }
}

/// The path of a call that a rule for gRPC takes; None for other rules.
fn call_of(rule: &Rule) -> Option<String> {
    let (mut is_grpc, mut service, mut method) = (false, "any.Service", "Call");
    for matcher in &rule.matchers {
        match &matcher.condition {
            Condition::Grpc => is_grpc = true,
            Condition::GrpcService(TextMatch::Exact(name)) => service = name,
            Condition::GrpcMethod(TextMatch::Exact(name)) => method = name,
            _ => {}
        }
    }
    is_grpc.then(|| format!("/{service}/{method}"))
}

fn path_of(rule: &Rule) -> String {
    let path = rule.matchers.iter().find_map(|it| match &it.condition {
        Condition::Path(path) => Some(path),
        _ => None,
    });
    match path {
        Some(PathMatch::Exact(path) | PathMatch::Elements(path) | PathMatch::Prefix(path)) if path.starts_with('/') => {
            path.clone()
        }
        Some(PathMatch::AnyGlob(globs)) => globs.first().map_or_else(|| "/".into(), |it| it.replace(['*', '?'], "")),
        _ => "/".into(),
    }
}

fn parent(host: &str) -> &str {
    host.split_once('.').map_or(host, |(_, rest)| rest)
}
