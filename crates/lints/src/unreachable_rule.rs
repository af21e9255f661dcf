//! `unreachable-rule`: a rule that never gets a request, because others take all of them.
//!
//! What is dead is decided by `podpath_routing::dead_rules` for every gateway alike; here it becomes a finding, with the
//! request that shows it and what to do. What Istio's analyzer says of such rules is another question, which it answers by
//! comparing texts: `istio::unused_rules`.

use podpath_cluster::{Found, ResourceId};
use podpath_objects::{RouteRule, VirtualService};
use podpath_routing::{Criterion, DeadRule};
use podpath_source::{Diagnostic, Edit, Fix, Label, Location, Severity, Text};

use crate::{Check, Context, Lint};

pub(crate) static LINT: Lint =
    Lint { code: "unreachable-rule", severity: Severity::Warning, aliases: &[], check: Check::Cluster(check) };

fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let dead = context.tables().dead_rules(context.cluster);
    found.extend(unreachable_rules(context.cluster, dead).into_iter().map(|it| it.1));
}

/// The findings of dead rules, each with the first of the rules that it is about: a rule of a VirtualService of which every
/// match is dead is one finding.
pub fn unreachable_rules<'a>(
    cluster: &podpath_cluster::Cluster,
    dead: &'a [DeadRule],
) -> Vec<(&'a DeadRule, Diagnostic)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = dead.get(at) {
        let rule =
            first.rule.resource.and_then(|it| cluster.get::<VirtualService>(it)).and_then(|it| rule_of(it, first));
        let n_alike = dead.iter().skip(at).take_while(|it| is_alike(it, first)).count();
        match rule {
            Some((service, rule)) if n_alike >= rule.matches.len().max(1) => {
                found.push((first, whole_rule(cluster, service, rule, first)));
                at += n_alike;
            }
            _ => {
                found.push((first, finding(cluster, first)));
                at += 1;
            }
        }
    }
    found
}

/// Matches of one rule.
fn is_alike(a: &DeadRule, b: &DeadRule) -> bool {
    let rule = |it: &DeadRule| it.rule.path.split(".match[").next().unwrap_or_default().to_owned();
    a.rule.resource == b.rule.resource && rule(a) == rule(b)
}

fn rule_of<'a>(
    service: Found<'a, VirtualService>,
    dead: &DeadRule,
) -> Option<(Found<'a, VirtualService>, &'a RouteRule)> {
    Some((service, service.object.http.get(index(&dead.rule.path)?)?))
}

/// The number of a rule: `spec.http[2].match[0]` is 2.
fn index(path: &str) -> Option<usize> {
    path.strip_prefix("spec.http[")?.split(']').next()?.parse().ok()
}

/// A whole rule of a VirtualService.
fn whole_rule(
    cluster: &podpath_cluster::Cluster,
    service: Found<'_, VirtualService>,
    rule: &RouteRule,
    dead: &DeadRule,
) -> Diagnostic {
    let by = service.object.http.get(index(&dead.by.path).unwrap_or(usize::MAX));
    let is_other = |by: &&RouteRule| dead.by.resource == dead.rule.resource && by.span != rule.span;
    let fix = by.filter(is_other).map(|by| repair(dead, service.at(rule.span), service.at(by.span)));
    Diagnostic { fix, ..finding(cluster, dead) }
}

/// Both stand in one object whose order decides, and the other order keeps both alive.
fn can_move(dead: &DeadRule) -> bool {
    dead.by.resource == dead.rule.resource && dead.criterion == Criterion::ListOrder && !dead.is_twin
}

/// For two items of one list: the dead one moves in front where that gives it requests. Else it can only go; the list
/// keeps the other one, and no request ends elsewhere.
fn repair(dead: &DeadRule, item: Location, before: Location) -> Fix {
    let (title, edit) = if can_move(dead) {
        (Text::new("move it in front", "앞으로 옮기기"), Edit::Move { item, before })
    } else {
        (Text::new("remove it", "지우기"), Edit::Remove { item })
    };
    Fix { title, safe: false, edits: vec![edit] }
}

/// True for two items of one list: `spec.rules[0].http.paths[0]` and `spec.rules[0].http.paths[2]`.
fn are_siblings(a: &str, b: &str) -> bool {
    let list = |path: &str| path.rsplit_once('[').map(|it| it.0.to_owned());
    list(a).is_some() && list(a) == list(b)
}

fn finding(cluster: &podpath_cluster::Cluster, dead: &DeadRule) -> Diagnostic {
    let by = name(cluster, dead.by.resource, dead.rule.resource, &dead.by.path);
    let message = match dead.criterion {
        Criterion::ListOrder => Text::new(
            "no request reaches this rule: an earlier one takes them all",
            "앞의 규칙이 모두 가져가므로 이 규칙에는 요청이 오지 않습니다",
        ),
        _ => Text::new(
            format!("no request reaches this rule: {} takes them all", by.en),
            format!("{} 규칙이 모두 가져가므로 이 규칙에는 요청이 오지 않습니다", by.ko),
        ),
    };
    let (witness, why, advice) = (witness(dead), dead.criterion.text(), advice(dead));
    let help = Text::new(
        format!("`{witness}` fits here and goes to {}: {}; {}", by.en, why.en, advice.en),
        format!("`{witness}` 요청은 여기에도 맞지만 {} 규칙으로 갑니다. {}. {}", by.ko, why.ko, advice.ko),
    );
    let related = Label { location: dead.by.location, text: Text::new("this takes them", "여기서 가져갑니다") };
    let is_sibling = dead.by.resource == dead.rule.resource && are_siblings(&dead.rule.path, &dead.by.path);
    let fix = is_sibling.then(|| repair(dead, dead.rule.location, dead.by.location));
    Diagnostic { help: Some(help), related: vec![related], fix, ..LINT.found(place(dead), message) }
}

/// The condition on the path, where there is one.
fn place(dead: &DeadRule) -> Location {
    dead.path.unwrap_or(dead.rule.location)
}

fn name(cluster: &podpath_cluster::Cluster, by: Option<ResourceId>, own: Option<ResourceId>, path: &str) -> Text {
    let entry = by.filter(|_| by != own).and_then(|it| cluster.entry(it));
    match entry {
        Some(entry) => {
            let meta = &entry.resource.meta;
            let (kind, name) = (&meta.kind.value, meta.name());
            Text::new(format!("`{path}` of {kind} `{name}`"), format!("{kind} `{name}`의 `{path}`"))
        }
        None => Text::same(format!("`{path}`")),
    }
}

/// `GET http://shop.example.kr/api?v=1` and its headers.
fn witness(dead: &DeadRule) -> String {
    let request = &dead.witness;
    let headers = request.headers.iter().map(|(name, value)| format!(" {name}: {value}"));
    let port = if request.port == request.scheme.default_port() { String::new() } else { format!(":{}", request.port) };
    let url = format!("{}://{}{port}{}", request.scheme.url(), request.authority, request.target());
    format!("{} {url}{}", request.method, headers.collect::<String>())
}

fn advice(dead: &DeadRule) -> Text {
    match dead.criterion {
        _ if dead.is_twin && dead.by.resource == dead.rule.resource => {
            Text::new("both are for the same requests: remove one", "두 규칙이 같은 요청을 받으므로 하나를 지우세요")
        }
        Criterion::ListOrder if dead.gateway.is_load_balancer && dead.by.resource != dead.rule.resource => Text::new(
            "give the Ingress with the narrow rules a smaller `group.order`",
            "규칙이 좁은 Ingress에 더 작은 `group.order` 값을 주세요",
        ),
        Criterion::ListOrder => Text::new("put the narrow one first", "좁은 규칙을 앞에 두세요"),
        Criterion::Oldest | Criterion::Name if !dead.witness.scheme.is_http() => Text::new(
            "a listener of this kind sends to one route: give one of the two a listener of its own",
            "이런 리스너는 라우트 하나로만 보내므로 둘 중 하나에 리스너를 따로 주세요",
        ),
        Criterion::Oldest | Criterion::Name => Text::new(
            "give one of the two another host or path, or put both into one object",
            "둘 중 하나의 호스트나 경로를 바꾸거나 한 오브젝트로 합치세요",
        ),
        _ => Text::new(
            "remove it, or give it a host, a path type or a condition that the other one lacks",
            "지우거나, 다른 규칙에 없는 호스트나 경로 유형, 조건을 주세요",
        ),
    }
}
