//! Attachment: which listeners of a Gateway take a route, and the spec's own reason when none does.
//!
//! Source: gateway-api `apis/v1/shared_types.go` (`RouteReasonNoMatchingParent`, `RouteReasonNotAllowedByListeners`,
//! `RouteReasonNoMatchingListenerHostname`), tried in this order.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{Gateway, GatewayListener, HttpRoute, ParentRef, RouteNamespaces};
use podpath_source::{Span, Text};

use crate::pattern::HostPattern;
use crate::table::Protocol;

/// A listener that takes a route, and the hosts that both serve; empty is every host.
pub(super) struct Attachment {
    pub(super) listener: usize,
    pub(super) hostnames: Vec<(HostPattern, Span)>,
}

/// Why no listener takes a route.
pub(super) struct Refusal {
    pub(super) reason: &'static str,
    pub(super) text: Text,
    pub(super) span: Span,
}

/// True when a parentRef names this Gateway.
pub(super) fn names(parent: &ParentRef, route: &Found<'_, HttpRoute>, gateway: &Found<'_, Gateway>) -> bool {
    let namespace = parent.namespace.as_ref().map_or(route.namespace(), |it| it.value.as_str());
    parent.kind == "Gateway"
        && parent.group == "gateway.networking.k8s.io"
        && parent.name.value == gateway.name()
        && namespace == gateway.namespace()
}

/// What a listener speaks; None for a protocol that is not known.
pub(super) fn protocol(listener: &GatewayListener) -> Option<Protocol> {
    let passthrough = listener.tls.as_ref().is_some_and(|it| it.mode == "Passthrough");
    Some(match listener.protocol.value.as_str() {
        "HTTP" => Protocol::Http,
        "HTTPS" => Protocol::Https,
        "TLS" if passthrough => Protocol::TlsPassthrough,
        "TLS" => Protocol::TlsTerminate,
        "TCP" => Protocol::Tcp,
        "UDP" => Protocol::Udp,
        _ => return None,
    })
}

/// The listeners that take a route through one parentRef.
pub(super) fn attach(
    cluster: &Cluster,
    gateway: &Found<'_, Gateway>,
    route: &Found<'_, HttpRoute>,
    parent: &ParentRef,
) -> Result<Vec<Attachment>, Refusal> {
    let listeners: Vec<_> = gateway.object.listeners.iter().enumerate().collect();
    let named: Vec<_> = listeners.into_iter().filter(|(_, it)| is_meant(it, parent)).collect();
    if named.is_empty() {
        return Err(no_matching_parent(gateway, parent));
    }
    let allowed: Vec<_> = named.into_iter().filter(|(_, it)| allows(cluster, gateway, it, route)).collect();
    if allowed.is_empty() {
        return Err(not_allowed(gateway, route, parent));
    }
    let with_host = allowed.iter().filter_map(|(idx, listener)| {
        let hostnames = intersect(listener, route)?;
        Some(Attachment { listener: *idx, hostnames })
    });
    let attached: Vec<_> = with_host.collect();
    if attached.is_empty() {
        return Err(no_matching_hostname(gateway, route, parent));
    }
    Ok(attached)
}

/// `sectionName` and `port` must both fit.
fn is_meant(listener: &GatewayListener, parent: &ParentRef) -> bool {
    let section = parent.section.as_ref().is_none_or(|it| it.value == listener.name.value);
    let port = parent.port.as_ref().is_none_or(|it| listener.port.as_ref().is_some_and(|own| own.value == it.value));
    section && port
}

fn allows(
    cluster: &Cluster,
    gateway: &Found<'_, Gateway>,
    listener: &GatewayListener,
    route: &Found<'_, HttpRoute>,
) -> bool {
    let speaks = matches!(protocol(listener), Some(Protocol::Http | Protocol::Https));
    let kinds = &listener.allowed.kinds;
    let kind = kinds.is_empty()
        || kinds.iter().any(|(group, kind)| group == "gateway.networking.k8s.io" && kind == "HTTPRoute");
    let namespace = match &listener.allowed.namespaces {
        RouteNamespaces::All => true,
        RouteNamespaces::Same => route.namespace() == gateway.namespace(),
        RouteNamespaces::Selector(selector) => selector.matches(&cluster.namespace_labels(route.namespace())),
        RouteNamespaces::Other(_) => false,
    };
    speaks && kind && namespace
}

/// None when the route has hostnames and the listener serves none of them.
fn intersect(listener: &GatewayListener, route: &Found<'_, HttpRoute>) -> Option<Vec<(HostPattern, Span)>> {
    let own = listener.hostname.as_ref().map_or(HostPattern::Any, |it| HostPattern::parse(&it.value));
    if route.object.hostnames.is_empty() {
        let span = route.entry.resource.meta.name_span();
        return Some(if own == HostPattern::Any { vec![] } else { vec![(own, span)] });
    }
    let both = route.object.hostnames.iter();
    let both = both.filter_map(|it| Some((own.intersect(&HostPattern::parse(&it.value))?, it.span)));
    let both: Vec<_> = both.collect();
    (!both.is_empty()).then_some(both)
}

fn no_matching_parent(gateway: &Found<'_, Gateway>, parent: &ParentRef) -> Refusal {
    let names: Vec<_> = gateway.object.listeners.iter().map(|it| it.name.value.as_str()).collect();
    let names = names.join("`, `");
    let span =
        parent.section.as_ref().map(|it| it.span).or(parent.port.as_ref().map(|it| it.span)).unwrap_or(parent.span);
    let gateway = gateway.name();
    Refusal {
        reason: "NoMatchingParent",
        text: Text::new(
            format!("`{gateway}` has no such listener; it has `{names}`"),
            format!("`{gateway}` 게이트웨이에 그런 리스너가 없습니다. 있는 리스너: `{names}`"),
        ),
        span,
    }
}

fn not_allowed(gateway: &Found<'_, Gateway>, route: &Found<'_, HttpRoute>, parent: &ParentRef) -> Refusal {
    let (name, namespace) = (gateway.name(), route.namespace());
    Refusal {
        reason: "NotAllowedByListeners",
        text: Text::new(
            format!("no listener of `{name}` allows an HTTPRoute from namespace `{namespace}`"),
            format!("`{name}` 게이트웨이의 어떤 리스너도 `{namespace}` 네임스페이스의 HTTPRoute를 허용하지 않습니다"),
        ),
        span: parent.namespace.as_ref().map_or(parent.name.span, |it| it.span),
    }
}

fn no_matching_hostname(gateway: &Found<'_, Gateway>, route: &Found<'_, HttpRoute>, parent: &ParentRef) -> Refusal {
    let served = gateway.object.listeners.iter().filter_map(|it| it.hostname.as_ref()).map(|it| it.value.as_str());
    let served = served.collect::<Vec<_>>().join("`, `");
    let name = gateway.name();
    Refusal {
        reason: "NoMatchingListenerHostname",
        text: Text::new(
            format!("no listener of `{name}` serves these hostnames; they serve `{served}`"),
            format!("`{name}` 게이트웨이의 리스너가 이 호스트를 받지 않습니다. 받는 호스트: `{served}`"),
        ),
        span: route.object.hostnames.first().map_or(parent.span, |it| it.span),
    }
}
