//! What a rule does: forward to a Service, or an action of an annotation; and redirects that would loop.

use podpath_objects::{IngressBackend, PortRef, Service};
use podpath_source::{Span, Spanned};
use podpath_yaml::{Node, Value};

use super::{Member, PREFIX, annotation};
use crate::gateways::{missing_service, origin, service_of, service_target};
use crate::matcher::Condition;
use crate::pattern::{HostPattern, PathMatch};
use crate::table::{Action, Backend, Frozen, PathChange, Protocol, Redirect, RedirectPort, Response, Rule};
use podpath_cluster::{Cluster, Found};

/// The action of a path or of the default backend.
pub(super) fn lower_backend(
    cluster: &Cluster,
    member: &Member<'_>,
    backend: &IngressBackend,
    protocol: Protocol,
    place: &str,
) -> Result<Action, Frozen> {
    let ingress = &member.ingress;
    let error = |span: Span, why: String| Frozen {
        message: format!("ingress: {}: {why}", member.name()),
        origin: origin(ingress, span, format!("{place}.backend")),
    };
    let Some(service) = &backend.service else {
        return Err(error(backend.span, "missing required \"service\" field".into()));
    };
    if let Some(field) = unmodelled(member, &service.value, protocol) {
        return Ok(Action::Unsupported(field));
    }
    let Some(port) = &backend.port else {
        return Err(error(backend.span, "missing required \"service.port\" field".into()));
    };
    if port.value == PortRef::Name("use-annotation".into()) {
        return annotated(cluster, member, service, place);
    }
    let forward = forward(cluster, member, &service.value, port, service.span, 1, place)?;
    Ok(Action::Forward(vec![forward]))
}

/// Annotations that change the conditions or the actions of a rule and are not modelled.
fn unmodelled(member: &Member<'_>, service: &str, protocol: Protocol) -> Option<String> {
    let by_backend = ["conditions", "transforms"].into_iter().map(|family| format!("{family}.{service}"));
    let auth = annotation(&member.ingress, "auth-type").is_some_and(|it| it.value != "none");
    let auth = (auth && protocol == Protocol::Https).then(|| "auth-type".to_owned());
    let jwt = (protocol == Protocol::Https).then(|| "jwt-validation".to_owned());
    let regex = Some("use-regex-path-match".to_owned());
    let mut keys = by_backend.chain(auth).chain(jwt).chain(regex);
    let found = keys.find(|key| annotation(&member.ingress, key).is_some());
    found.map(|key| format!("metadata.annotations[\"{PREFIX}{key}\"]"))
}

/// A target group for a Service. A missing Service is answered 503; a missing port freezes the group.
fn forward(
    cluster: &Cluster,
    member: &Member<'_>,
    name: &str,
    port: &Spanned<PortRef>,
    span: Span,
    weight: u64,
    place: &str,
) -> Result<Backend, Frozen> {
    let ingress = &member.ingress;
    let target = service_target(cluster, ingress.namespace(), name);
    let origin = origin(ingress, span, format!("{place}.backend"));
    let error = |message: String| Frozen {
        message: format!("ingress: {}: {message}", member.name()),
        origin: crate::gateways::origin(ingress, port.span, format!("{place}.backend.service.port")),
    };
    let backend = |number, fault| Backend {
        origin: origin.clone(),
        target: target.clone(),
        port: number,
        subset: None,
        weight,
        filters: vec![],
        fault,
        tls: None,
    };
    let Some(service) = service_of(cluster, &target) else {
        let mut fault = missing_service(ingress.namespace(), name, ingress.at(span), 503);
        fault.body = Some("Backend service does not exist".into());
        let number = match port.value {
            PortRef::Number(number) => Some(number),
            PortRef::Name(_) => None,
        };
        return Ok(backend(number, Some(fault)));
    };
    let Some(found) = find_port(service.object, &port.value) else {
        let full = format!("{}/{name}", ingress.namespace());
        return Err(error(format!("unable to find port {} on service {full}", port.value)));
    };
    let target_type = target_type(cluster, member, &service);
    if !matches!(target_type.as_str(), "instance" | "ip") {
        return Err(error(format!("unknown targetType: {target_type}")));
    }
    if target_type == "instance" && !has_node_port(service.object) {
        return Err(error(
            "TargetGroup port is empty. When using Instance targets, your service be must of type 'NodePort' or 'LoadBalancer'"
                .into(),
        ));
    }
    Ok(backend(Some(found), None))
}

fn find_port(service: &Service, port: &PortRef) -> Option<u16> {
    service.port_by(port).map(|it| it.port.value)
}

fn has_node_port(service: &Service) -> bool {
    matches!(service.service_type.as_str(), "NodePort" | "LoadBalancer")
}

/// Class parameters, then the Service, then the Ingress, then the controller's default.
fn target_type(cluster: &Cluster, member: &Member<'_>, service: &Found<'_, Service>) -> String {
    let params = member.params.as_ref().and_then(|it| it.object.target_type.as_ref()).map(|it| it.value.clone());
    let on_service = || service.entry.resource.meta.annotation(&format!("{PREFIX}target-type")).map(str::to_owned);
    let on_ingress = || annotation(&member.ingress, "target-type").map(|it| it.value.clone());
    params.or_else(on_service).or_else(on_ingress).unwrap_or_else(|| cluster.settings.alb_target_type.clone())
}

/// The action of `actions.<name>`; a missing one is answered 503.
fn annotated(cluster: &Cluster, member: &Member<'_>, name: &Spanned<String>, place: &str) -> Result<Action, Frozen> {
    let Some(written) = annotation(&member.ingress, &format!("actions.{}", name.value)) else {
        let body = Some("Backend action does not exist".into());
        return Ok(Action::Respond(Response { status: 503, body, reason: "action-not-found" }));
    };
    let field = format!("metadata.annotations[\"{PREFIX}actions.{}\"]", name.value);
    let error = |why: &str| Frozen {
        message: format!("ingress: {}: failed to parse action {}: {why}", member.name(), name.value),
        origin: origin(&member.ingress, written.span, field.clone()),
    };
    let read = podpath_yaml::parse(&written.value);
    let Some(root) = read.root.as_ref().filter(|_| read.problems.is_empty()) else {
        return Err(error("invalid JSON"));
    };
    match text(root, "type").as_deref() {
        Some("fixed-response") => {
            let config = get(root, "fixedResponseConfig").ok_or_else(|| error("missing FixedResponseConfig"))?;
            let status = text(config, "statusCode").and_then(|it| it.parse().ok());
            let status = status.ok_or_else(|| error("statusCode is required"))?;
            let body = text(config, "messageBody");
            Ok(Action::Respond(Response { status, body, reason: "fixed-response" }))
        }
        Some("redirect") => {
            let config = get(root, "redirectConfig").ok_or_else(|| error("missing RedirectConfig"))?;
            Ok(redirect(config).map_or_else(|| Action::Unsupported(field.clone()), Action::Redirect))
        }
        Some("forward") => forward_action(cluster, member, root, written.span, place, &field),
        _ => Err(error("unknown action type")),
    }
}

fn forward_action(
    cluster: &Cluster,
    member: &Member<'_>,
    root: &Node,
    span: Span,
    place: &str,
    field: &str,
) -> Result<Action, Frozen> {
    let groups = get(root, "forwardConfig").and_then(|it| get(it, "targetGroups")).and_then(Node::as_list);
    let Some(groups) = groups else { return Ok(Action::Unsupported(field.to_owned())) };
    let mut backends = Vec::new();
    for group in groups {
        let (Some(service), Some(port)) = (text(group, "serviceName"), text(group, "servicePort")) else {
            return Ok(Action::Unsupported(field.to_owned()));
        };
        let port = port.parse().map_or(PortRef::Name(port), PortRef::Number);
        let weight = text(group, "weight").and_then(|it| it.parse().ok());
        let Some(weight) = weight.or((groups.len() == 1).then_some(1)) else {
            let message =
                format!("ingress: {}: weight is mandatory when there are several target groups", member.name());
            return Err(Frozen { message, origin: origin(&member.ingress, span, field) });
        };
        let backend = forward(cluster, member, &service, &Spanned::new(port, span), span, weight, place)?;
        if backend.fault.is_some() && groups.len() > 1 {
            let message = format!("ingress: {}: Service \"{service}\" not found", member.name());
            return Err(Frozen { message, origin: backend.origin });
        }
        backends.push(backend);
    }
    Ok(Action::Forward(backends))
}

/// Keys are compared without case, as Go reads JSON.
fn get<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    let entry = node.as_map()?.entries.iter().find(|it| it.key.text.eq_ignore_ascii_case(key))?;
    Some(&entry.value).filter(|it| !it.is_null())
}

fn text(node: &Node, key: &str) -> Option<String> {
    match &get(node, key)?.value {
        Value::Text(text) => Some(text.clone()),
        Value::Int(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A redirect; placeholders are known where they stand alone, others are not modelled.
fn redirect(config: &Node) -> Option<Redirect> {
    let own = |key: &str, default: &str| text(config, key).filter(|it| it != default);
    let plain = |value: &Option<String>| value.as_ref().is_none_or(|it| !it.contains("#{"));
    let scheme = own("protocol", "#{protocol}").map(|it| it.to_ascii_lowercase());
    let host = own("host", "#{host}");
    let path = own("path", "/#{path}");
    let query = own("query", "#{query}");
    let port = own("port", "#{port}");
    if ![&scheme, &host, &path, &query, &port].into_iter().all(plain) {
        return None;
    }
    Some(Redirect {
        status: if text(config, "statusCode").as_deref() == Some("HTTP_302") { 302 } else { 301 },
        port: port.and_then(|it| it.parse().ok()).map_or(RedirectPort::AsListener, RedirectPort::Written),
        scheme,
        host,
        path: path.map(PathChange::Full),
        query,
        template: None,
    })
}

/// Drops redirects to themselves, then rules that an earlier redirect takes whole (`rule_optimizer.go`).
pub(super) fn without_loops(rules: Vec<Rule>, port: u16, protocol: Protocol) -> Vec<Rule> {
    let mut kept: Vec<Rule> = Vec::new();
    for rule in rules {
        let loops = matches!(&rule.action, Action::Redirect(redirect) if is_loop(redirect, &rule, port, protocol));
        let hidden = kept.iter().any(|it| matches!(it.action, Action::Redirect(_)) && covers(it, &rule));
        if !loops && !hidden {
            kept.push(rule);
        }
    }
    kept
}

fn is_loop(redirect: &Redirect, rule: &Rule, port: u16, protocol: Protocol) -> bool {
    let same_scheme = redirect.scheme.as_deref().is_none_or(|it| (it == "https") == (protocol == Protocol::Https));
    let same_port = match redirect.port {
        RedirectPort::Written(to) => to == port,
        _ => true,
    };
    let same_host = redirect.host.as_ref().is_none_or(|host| hosts(rule).iter().any(|it| it == host));
    let same_path = match &redirect.path {
        None => true,
        Some(PathChange::Full(path)) => paths(rule).iter().any(|it| it == path),
        Some(_) => false,
    };
    same_scheme && same_port && same_host && same_path && redirect.query.is_none()
}

/// Sets of literal strings: no hosts are all hosts, `/*` is all paths.
fn covers(earlier: &Rule, later: &Rule) -> bool {
    let (wide_hosts, wide_paths) = (hosts(earlier), paths(earlier));
    let hosts_fit = wide_hosts.is_empty() || {
        let narrow = hosts(later);
        !narrow.is_empty() && narrow.iter().all(|it| wide_hosts.contains(it))
    };
    let all = wide_paths.is_empty() || wide_paths.iter().any(|it| it == "/*");
    let narrow = paths(later);
    hosts_fit && (all || (!narrow.is_empty() && narrow.iter().all(|it| wide_paths.contains(it))))
}

fn hosts(rule: &Rule) -> Vec<String> {
    let patterns = rule.matchers.iter().filter_map(|it| match &it.condition {
        Condition::Host(patterns) => Some(patterns),
        _ => None,
    });
    patterns.flatten().map(HostPattern::to_string).collect()
}

fn paths(rule: &Rule) -> Vec<String> {
    let globs = rule.matchers.iter().filter_map(|it| match &it.condition {
        Condition::Path(PathMatch::AnyGlob(globs)) => Some(globs.clone()),
        _ => None,
    });
    globs.flatten().collect()
}
