//! Rules for connections: `tcp` and `tls` of a VirtualService at a gateway, `tcp` in the mesh.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{Service, ServicePort, StreamMatch, TcpRule, VirtualService};
use podpath_source::{Location, Text};

use super::destination::{self, Proxy};
use super::mesh::{is_declared, is_http, is_tls, order, plain, served, virtual_services};
use super::names::{full_gateway, host_of};
use super::route::number;
use crate::gateways::{origin, whole};
use crate::matcher::{Condition, Matcher, Mismatch};
use crate::table::{Action, Backend, Protocol, Rank, Rule, Table};

/// A rule of `tcp`, or of `tls` for one of its matches; one that holds for another port or gateway never matches.
pub(super) fn lower(
    cluster: &Cluster,
    proxy: &Proxy<'_>,
    gateway: &str,
    owner: &Found<'_, VirtualService>,
    rule: &TcpRule,
    place: &str,
) -> Rule {
    let lower = |(idx, it)| destination::lower(cluster, proxy, owner, it, &format!("{place}.route[{idx}].destination"));
    let mut backends: Vec<Backend> = rule.route.iter().enumerate().map(lower).collect();
    if let [only] = backends.as_mut_slice() {
        only.weight = 1;
    }
    let fits = rule.matches.is_empty() || rule.matches.iter().any(|it| takes(it, proxy, gateway, owner));
    let never = || {
        let port = proxy.port;
        let text = Text::new(
            format!("its matches are for other ports, gateways or callers than port {port} of `{gateway}`"),
            format!("`{gateway}`의 {port} 포트가 아닌 다른 포트나 게이트웨이, 또는 다른 호출자의 규칙입니다"),
        );
        let location = owner.at(rule.span);
        Matcher::new(Condition::Never(Mismatch { reason: "listener-mismatch", text, location }), location)
    };
    Rule {
        origin: origin(owner, rule.span, place),
        label: place.trim_start_matches("spec.").to_owned(),
        priority: None,
        matchers: if fits { vec![] } else { vec![never()] },
        rank: Rank::default(),
        filters: vec![],
        action: Action::Forward(backends),
    }
}

/// "isPortMatch && isGatewayMatch": a gateway does not ask for sourceLabels, sourceNamespace and destinationSubnets
/// (`networking/core/gateway.go`, `l4SingleMatch`). A sidecar asks for all of them together (`matchTCP`).
pub(super) fn takes(found: &StreamMatch, proxy: &Proxy<'_>, gateway: &str, owner: &Found<'_, VirtualService>) -> bool {
    let own = |name: &str| full_gateway(name, owner.namespace()) == gateway;
    let is_port = found.port.as_ref().is_none_or(|it| it.value == proxy.port);
    let is_caller = found.source_labels.is_subset_of(proxy.labels)
        && found.source_namespace.as_ref().is_none_or(|it| it == proxy.namespace);
    is_port
        && (proxy.is_gateway || is_caller)
        && (found.gateways.is_empty() || found.gateways.iter().any(|it| own(&it.value)))
}

/// What a sidecar does with a connection to a port that carries no HTTP: the first `tcp` rule that matches, of all
/// VirtualServices for the host, and without one the Service itself (`buildSidecarOutboundTCPFilterChainOpts`). None where no
/// rule counts; the error is a field that is not modelled, and its place.
pub fn lower_connection(
    cluster: &Cluster,
    proxy: &Proxy<'_>,
    service: &Found<'_, Service>,
    port: &ServicePort,
) -> Result<Option<Table>, (&'static str, Location)> {
    // A port that is declared as HTTP has no rules for connections.
    if is_http(port) && is_declared(port) {
        return Ok(None);
    }
    let host = host_of(cluster, service);
    let mut owners = virtual_services(cluster, proxy, &host);
    // The rules of all of them are joined as they are listed, however specific their hosts are (`getConfigsForHost`).
    order(&mut owners, proxy);
    let mut rules = Vec::new();
    for owner in &owners {
        if let Some(rule) = owner.object.tls.first() {
            return Err(("spec.tls", owner.at(rule.span)));
        }
        // "listenPort.Protocol.IsTLS": the rules of such a port are those of `tls`.
        for (idx, rule) in owner.object.tcp.iter().enumerate().filter(|_| !is_tls(port)) {
            if service.object.is_headless() {
                return Err(("spec.tcp", owner.at(rule.span)));
            }
            if let Some(subnet) = rule.matches.iter().find_map(|it| it.subnets.first()) {
                return Err(("spec.tcp.match.destinationSubnets", owner.at(subnet.span)));
            }
            rules.push(lower(cluster, proxy, "mesh", owner, rule, &format!("spec.tcp[{idx}]")));
        }
    }
    if rules.is_empty() {
        return Ok(None);
    }
    rules.push(plain(cluster, proxy, service));
    number(&mut rules);
    let members = owners.iter().map(|it| it.id).collect();
    Ok(Some(served(&host, proxy, Protocol::Tcp, whole(service), members, rules)))
}
