//! A controller that does what the specification of Ingress says.
//!
//! Source: kubernetes.io/docs/concepts/services-networking/ingress ("Multiple matches: ... precedence will be given first
//! to the longest matching path. If two paths are still equally matched, precedence will be given to paths with an exact
//! path type over prefix path type"); the API reference of IngressRule for hosts.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{Ingress, IngressPath, IngressRule};

use super::backend::lower_action;
use crate::gateways::{Gateway, full_name, origin};
use crate::ladder::Criterion;
use crate::matcher::{Condition, Matcher};
use crate::pattern::{HostPattern, PathMatch};
use crate::table::{Access, Listener, Origin, Protocol, Rank, Rule, Table, VirtualHost};

/// A controller that does what the specification says.
pub static GATEWAY: Gateway = Gateway {
    name: "ingress",
    title: "Ingress",
    is_load_balancer: false,
    ladder: &[
        Criterion::Hostname,
        Criterion::PathLength,
        Criterion::ExactPath,
        Criterion::Oldest,
        Criterion::Name,
        Criterion::ListOrder,
    ],
    checks_host_against_sni: false,
    no_connection: 504,
    normalizes_paths: false,
};

/// The table of a class: all its Ingresses on port 80, and on 443 when one of them has `tls`.
pub(super) fn lower(cluster: &Cluster, place: Origin, members: &[Found<'_, Ingress>]) -> Table {
    let mut rules: Vec<Rule> = members.iter().flat_map(|it| lower_ingress(cluster, it)).collect();
    for (order, rule) in rules.iter_mut().enumerate() {
        rule.rank.order = order;
    }
    let with_default = members.iter().find(|it| it.object.default_backend.is_some());
    let fallback = with_default.and_then(|it| fallback(cluster, it));
    let has_tls = members.iter().any(|it| !it.object.tls.is_empty());
    let ports = [(80, Protocol::Http)].into_iter().chain(has_tls.then_some((443, Protocol::Https)));
    let listener = |(port, protocol): (u16, Protocol)| Listener {
        origin: place.clone(),
        name: port.to_string(),
        port,
        protocol,
        hostnames: vec![],
        served: vec![],
        hosts: vec![VirtualHost { pattern: HostPattern::Any, rules: rules.clone() }.into()],
        fallback: fallback.clone(),
        access: Access::Open,
    };
    Table {
        gateway: &GATEWAY,
        members: members.iter().map(|it| it.id).collect(),
        is_public: true,
        listeners: ports.map(listener).collect(),
        rejected: vec![],
        frozen: vec![],
        real_ip: None,
        origin: place,
    }
}

fn lower_ingress(cluster: &Cluster, ingress: &Found<'_, Ingress>) -> Vec<Rule> {
    let mut rules = Vec::new();
    for (r, rule) in ingress.object.rules.iter().enumerate() {
        for (p, path) in rule.paths.iter().enumerate() {
            let place = format!("spec.rules[{r}].http.paths[{p}]");
            rules.push(lower_path(cluster, ingress, rule, path, &place));
        }
    }
    rules
}

fn lower_path(
    cluster: &Cluster,
    ingress: &Found<'_, Ingress>,
    rule: &IngressRule,
    path: &IngressPath,
    place: &str,
) -> Rule {
    let written = path.path.as_ref().map_or("/", |it| it.value.as_str());
    let path_match = match path.path_type.as_ref().map(|it| it.value.as_str()) {
        Some("Exact") => PathMatch::Exact(written.to_owned()),
        _ => PathMatch::Elements(written.to_owned()),
    };
    let mut lowered = path_rule(cluster, ingress, path, path_match, place);
    if let Some(host) = &rule.host {
        let condition = Condition::Host(vec![host_pattern(&host.value)]);
        lowered.matchers.insert(0, Matcher::new(condition, ingress.at(host.span)));
    }
    lowered
}

/// The rule of a path of an Ingress, for every host.
pub(in crate::gateways) fn path_rule(
    cluster: &Cluster,
    ingress: &Found<'_, Ingress>,
    path: &IngressPath,
    path_match: PathMatch,
    place: &str,
) -> Rule {
    let span = path.path.as_ref().map_or(path.span, |it| it.span);
    let meta = &ingress.entry.resource.meta;
    Rule {
        origin: origin(ingress, path.span, place),
        label: path.path.as_ref().map_or("/", |it| it.value.as_str()).to_owned(),
        priority: None,
        matchers: vec![Matcher::new(Condition::Path(path_match), ingress.at(span))],
        rank: Rank { created: meta.created.clone(), name: full_name(ingress), ..Rank::default() },
        filters: vec![],
        action: lower_action(cluster, ingress, &path.backend, place),
    }
}

/// A wildcard is exactly one label.
pub(super) fn host_pattern(host: &str) -> HostPattern {
    match host.strip_prefix('*') {
        Some(suffix) if suffix.starts_with('.') => HostPattern::OneLabel(suffix.to_ascii_lowercase()),
        _ => HostPattern::parse(host),
    }
}

fn fallback(cluster: &Cluster, ingress: &Found<'_, Ingress>) -> Option<Rule> {
    let backend = ingress.object.default_backend.as_ref()?;
    let place = "spec.defaultBackend";
    let action = lower_action(cluster, ingress, backend, place);
    Some(Rule::plain(origin(ingress, backend.span, place), "defaultBackend", action))
}
