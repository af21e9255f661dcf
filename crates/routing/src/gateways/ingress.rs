//! Ingress by the plain specification, and ingress-nginx as far as it does the same.
//!
//! Source: kubernetes.io/docs/concepts/services-networking/ingress ("Multiple matches: ... precedence will be given first
//! to the longest matching path. If two paths are still equally matched, precedence will be given to paths with an exact
//! path type over prefix path type"); the API reference of IngressRule for hosts.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{Ingress, IngressBackend, IngressClass, IngressPath, IngressRule, PortRef};
use podpath_source::{Span, Text};

use super::{Gateway, full_name, missing_port, missing_service, origin, service_of, service_target, whole};
use crate::ladder::Criterion;
use crate::matcher::{Condition, Matcher};
use crate::pattern::{HostPattern, PathMatch};
use crate::table::{Access, Action, Backend, Listener, Protocol, Rank, Rejected, Rule, Table, VirtualHost};

const LADDER: &[Criterion] = &[
    Criterion::Hostname,
    Criterion::PathLength,
    Criterion::ExactPath,
    Criterion::Oldest,
    Criterion::Name,
    Criterion::ListOrder,
];

const fn by_specification(name: &'static str, title: &'static str) -> Gateway {
    Gateway { name, title, is_load_balancer: false, ladder: LADDER, checks_host_against_sni: false }
}

/// A controller that does what the specification says.
pub static GATEWAY: Gateway = by_specification("ingress", "Ingress");

/// ingress-nginx; annotations that change its routing are told as not modelled.
pub static NGINX: Gateway = by_specification("ingress-nginx", "ingress-nginx");

/// The controller that this module leaves to the ALB's.
const ALB_CONTROLLER: &str = "ingress.k8s.aws/alb";

/// The controller name of ingress-nginx.
const NGINX_CONTROLLER: &str = "k8s.io/ingress-nginx";

/// Annotations of ingress-nginx that leave the way of a request as it is.
const NGINX_HARMLESS: &[&str] = &[
    "backend-protocol",
    "proxy-body-size",
    "proxy-buffer-size",
    "proxy-buffering",
    "proxy-connect-timeout",
    "proxy-read-timeout",
    "proxy-send-timeout",
    "ssl-redirect",
    "force-ssl-redirect",
];

/// One table for each class that some controller plays; Ingresses without a class that exists get none.
pub fn lower(cluster: &Cluster) -> Vec<Table> {
    let classes = cluster.all::<IngressClass>().filter(|it| controller(it) != ALB_CONTROLLER);
    classes.filter_map(|class| lower_class(cluster, &class)).collect()
}

fn controller<'a>(class: &Found<'a, IngressClass>) -> &'a str {
    class.object.controller.as_ref().map_or("", |it| it.value.as_str())
}

/// The class of an Ingress: the annotation, the field, or the one default class.
pub fn class_of<'a>(cluster: &'a Cluster, ingress: &Found<'_, Ingress>) -> Option<Found<'a, IngressClass>> {
    let named = ingress.entry.resource.meta.annotation("kubernetes.io/ingress.class");
    let named = named.or(ingress.object.class.as_ref().map(|it| it.value.as_str()));
    if let Some(name) = named {
        return cluster.find::<IngressClass>("", name);
    }
    let mut defaults = cluster.all::<IngressClass>().filter(|it| it.object.is_default);
    defaults.next().filter(|_| defaults.next().is_none())
}

fn lower_class(cluster: &Cluster, class: &Found<'_, IngressClass>) -> Option<Table> {
    let of_class = |it: &Found<'_, Ingress>| class_of(cluster, it).is_some_and(|found| found.id == class.id);
    let members: Vec<_> = cluster.all::<Ingress>().filter(of_class).collect();
    members.first()?;
    let is_nginx = controller(class) == NGINX_CONTROLLER;
    let mut rules: Vec<Rule> = members.iter().flat_map(|it| lower_ingress(cluster, it, is_nginx)).collect();
    for (order, rule) in rules.iter_mut().enumerate() {
        rule.rank.order = order;
    }
    let with_default = members.iter().find(|it| it.object.default_backend.is_some());
    let fallback = with_default.and_then(|it| fallback(cluster, it));
    let has_tls = members.iter().any(|it| !it.object.tls.is_empty());
    let ports = [(80, Protocol::Http)].into_iter().chain(has_tls.then_some((443, Protocol::Https)));
    let listener = |(port, protocol): (u16, Protocol)| Listener {
        origin: whole(class),
        name: port.to_string(),
        port,
        protocol,
        hostnames: vec![],
        served: vec![],
        hosts: vec![VirtualHost { pattern: HostPattern::Any, rules: rules.clone() }],
        fallback: fallback.clone(),
        access: Access::Open,
    };
    Some(Table {
        gateway: if is_nginx { &NGINX } else { &GATEWAY },
        origin: whole(class),
        members: members.iter().map(|it| it.id).collect(),
        is_public: true,
        listeners: ports.map(listener).collect(),
        rejected: vec![],
        frozen: vec![],
    })
}

/// Ingresses whose class does not exist or is not told: no controller takes them.
pub fn rejected(cluster: &Cluster) -> Vec<Rejected> {
    let homeless = cluster.all::<Ingress>().filter(|it| class_of(cluster, it).is_none());
    homeless
        .filter(|it| {
            it.entry.resource.meta.annotation("kubernetes.io/ingress.class")
                != Some(&cluster.settings.alb_ingress_class)
        })
        .map(|it| {
            let (span, text) = no_class(&it);
            Rejected { origin: origin(&it, span, "spec.ingressClassName"), reason: "no-ingress-class", text }
        })
        .collect()
}

fn no_class(ingress: &Found<'_, Ingress>) -> (Span, Text) {
    match &ingress.object.class {
        Some(class) => {
            let name = &class.value;
            let text = Text::new(
                format!("IngressClass `{name}` is not here, so no controller takes this Ingress"),
                format!("`{name}` IngressClass가 없어서 이 Ingress를 맡는 컨트롤러가 없습니다"),
            );
            (class.span, text)
        }
        None => {
            let text = Text::new(
                "it names no class and there is no default class, so no controller takes this Ingress",
                "클래스를 적지 않았고 기본 클래스도 없어서 이 Ingress를 맡는 컨트롤러가 없습니다",
            );
            (ingress.entry.resource.meta.name_span(), text)
        }
    }
}

fn lower_ingress(cluster: &Cluster, ingress: &Found<'_, Ingress>, is_nginx: bool) -> Vec<Rule> {
    let unmodelled = if is_nginx { unmodelled_annotation(ingress) } else { None };
    let mut rules = Vec::new();
    for (r, rule) in ingress.object.rules.iter().enumerate() {
        for (p, path) in rule.paths.iter().enumerate() {
            let place = format!("spec.rules[{r}].http.paths[{p}]");
            rules.push(lower_path(cluster, ingress, rule, path, &place, unmodelled.as_deref()));
        }
    }
    rules
}

fn unmodelled_annotation(ingress: &Found<'_, Ingress>) -> Option<String> {
    let mut annotations = ingress.entry.resource.meta.annotations.iter();
    let found = annotations.find_map(|(key, _)| {
        let suffix = key.strip_prefix("nginx.ingress.kubernetes.io/")?;
        (!NGINX_HARMLESS.contains(&suffix)).then_some(key)
    });
    found.map(|key| format!("metadata.annotations[\"{key}\"]"))
}

fn lower_path(
    cluster: &Cluster,
    ingress: &Found<'_, Ingress>,
    rule: &IngressRule,
    path: &IngressPath,
    place: &str,
    unmodelled: Option<&str>,
) -> Rule {
    let mut matchers = Vec::new();
    if let Some(host) = &rule.host {
        matchers.push(Matcher::new(Condition::Host(vec![host_pattern(&host.value)]), ingress.at(host.span)));
    }
    let written = path.path.as_ref().map_or("/", |it| it.value.as_str());
    let span = path.path.as_ref().map_or(path.span, |it| it.span);
    let path_match = match path.path_type.as_ref().map(|it| it.value.as_str()) {
        Some("Exact") => PathMatch::Exact(written.to_owned()),
        _ => PathMatch::Elements(written.to_owned()),
    };
    matchers.push(Matcher::new(Condition::Path(path_match), ingress.at(span)));
    let action = match unmodelled {
        Some(field) => Action::Unsupported(field.to_owned()),
        None => lower_action(cluster, ingress, &path.backend, place),
    };
    let meta = &ingress.entry.resource.meta;
    Rule {
        origin: origin(ingress, path.span, place),
        label: written.to_owned(),
        priority: None,
        matchers,
        rank: Rank { created: meta.created.clone(), name: full_name(ingress), order: 0 },
        filters: vec![],
        action,
    }
}

/// A wildcard is exactly one label.
fn host_pattern(host: &str) -> HostPattern {
    match host.strip_prefix('*') {
        Some(suffix) if suffix.starts_with('.') => HostPattern::OneLabel(suffix.to_ascii_lowercase()),
        _ => HostPattern::parse(host),
    }
}

fn fallback(cluster: &Cluster, ingress: &Found<'_, Ingress>) -> Option<Rule> {
    let backend = ingress.object.default_backend.as_ref()?;
    let place = "spec.defaultBackend";
    Some(Rule {
        origin: origin(ingress, backend.span, place),
        label: "defaultBackend".into(),
        priority: None,
        matchers: vec![],
        rank: Rank::default(),
        filters: vec![],
        action: lower_action(cluster, ingress, backend, place),
    })
}

/// A `resource` backend is the controller's own matter.
fn lower_action(cluster: &Cluster, ingress: &Found<'_, Ingress>, backend: &IngressBackend, place: &str) -> Action {
    match backend.service {
        Some(_) => Action::Forward(vec![lower_backend(cluster, ingress, backend, place)]),
        None => Action::Unsupported(format!("{place}.backend.resource")),
    }
}

fn lower_backend(cluster: &Cluster, ingress: &Found<'_, Ingress>, backend: &IngressBackend, place: &str) -> Backend {
    let name = backend.service.as_ref().map_or("", |it| it.value.as_str());
    let target = service_target(cluster, ingress.namespace(), name);
    let span = backend.service.as_ref().map_or(backend.span, |it| it.span);
    let port = backend.port.as_ref();
    let mut number = port.and_then(|it| match it.value {
        PortRef::Number(number) => Some(number),
        PortRef::Name(_) => None,
    });
    let fault = match (service_of(cluster, &target), port) {
        (None, _) => Some(missing_service(ingress.namespace(), name, ingress.at(span), 503)),
        (Some(service), Some(port)) => match service.object.port_by(&port.value) {
            Some(found) => {
                number = Some(found.port.value);
                None
            }
            None => Some(missing_port(&service, &port.value, ingress.at(port.span), 503)),
        },
        (Some(_), None) => None,
    };
    let origin = origin(ingress, span, format!("{place}.backend"));
    Backend { origin, target, port: number, subset: None, weight: 1, filters: vec![], fault, tls: None }
}
