//! Rules for connections: `tcp` and `tls` of a VirtualService, at a gateway and in the mesh.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{Service, ServicePort, StreamMatch, TcpRule, VirtualService};
use podpath_source::{Location, Text};

use super::destination::{self, Proxy};
use super::entry::{Outside, Speaks};
use super::mesh::{listed, plain, served};
use super::names::{full_gateway, host_of};
use super::protocol::{is_declared, is_http, is_tls};
use super::route::number;
use crate::gateways::{origin, whole};
use crate::matcher::{Condition, Matcher, Mismatch};
use crate::pattern::HostPattern;
use crate::table::{Action, Backend, Origin, Protocol, Rank, Rule, Table};

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

/// A field that is not modelled, and its place.
type Unmodelled = (&'static str, Location);

/// What the rules for connections say to one that a sidecar does not read as HTTP.
#[derive(Clone, Debug)]
pub enum Connection {
    /// None counts, so it goes to the host that it is for.
    Plain,
    /// They are tried.
    Ruled(Box<Table>),
    /// There are some for other server names, so no filter chain takes it.
    Unnamed,
}

/// The host that a connection is for.
struct Called<'a> {
    host: &'a str,
    origin: Origin,
    /// Its listener is shared with others, so that TLS has to name it.
    is_shared: bool,
    is_headless: bool,
    /// To the host as it is.
    plain: &'a dyn Fn() -> Rule,
}

/// The rules for a connection to a port of a Service; `name` is the server name of TLS.
pub fn lower_connection(
    cluster: &Cluster,
    proxy: &Proxy<'_>,
    service: &Found<'_, Service>,
    port: &ServicePort,
    name: Option<&str>,
) -> Result<Connection, Unmodelled> {
    // A port that is declared as HTTP has no rules for connections.
    if is_http(port) && is_declared(port) {
        return Ok(Connection::Plain);
    }
    let (host, to_service) = (host_of(cluster, service), || plain(cluster, proxy, service));
    let called = Called {
        host: &host,
        origin: whole(service),
        is_shared: false,
        is_headless: service.object.is_headless(),
        plain: &to_service,
    };
    if is_tls(port) { by_name(cluster, proxy, &called, name) } else { by_port(cluster, proxy, &called) }
}

/// The rules for a connection to a host of a ServiceEntry; `name` is the server name of TLS.
pub fn lower_outside(
    cluster: &Cluster,
    proxy: &Proxy<'_>,
    outside: &Outside,
    name: Option<&str>,
) -> Result<Connection, Unmodelled> {
    let to_host = || {
        let backend = destination::host(&outside.host, proxy.port);
        Rule::plain(outside.origin.clone(), "default", Action::Forward(vec![backend]))
    };
    let called = Called {
        host: &outside.host,
        origin: outside.origin.clone(),
        is_shared: outside.is_shared,
        is_headless: false,
        plain: &to_host,
    };
    match outside.speaks {
        Speaks::Tls => by_name(cluster, proxy, &called, name),
        _ => by_port(cluster, proxy, &called),
    }
}

/// The first `tcp` rule that matches, of all VirtualServices for the host; without one the host itself
/// (`buildSidecarOutboundTCPFilterChainOpts`).
fn by_port(cluster: &Cluster, proxy: &Proxy<'_>, called: &Called<'_>) -> Result<Connection, Unmodelled> {
    let owners = listed(cluster, proxy, called.host);
    let mut rules = Vec::new();
    for owner in &owners {
        for (idx, rule) in owner.object.tcp.iter().enumerate() {
            if called.is_headless {
                return Err(("spec.tcp", owner.at(rule.span)));
            }
            if let Some(subnet) = rule.matches.iter().find_map(|it| it.subnets.first()) {
                return Err(("spec.tcp.match.destinationSubnets", owner.at(subnet.span)));
            }
            rules.push(lower(cluster, proxy, "mesh", owner, rule, &format!("spec.tcp[{idx}]")));
        }
    }
    if rules.is_empty() {
        return Ok(Connection::Plain);
    }
    rules.push((called.plain)());
    Ok(ruled(proxy, called, &owners, rules))
}

/// The `tls` rule for a server name, of all VirtualServices for the host: that of the most specific pattern, of equal ones
/// the first. The host itself is there where no match is for this port, gateway and caller, and on a shared listener by its
/// own name alone (`buildSidecarOutboundTLSFilterChainOpts`).
fn by_name(
    cluster: &Cluster,
    proxy: &Proxy<'_>,
    called: &Called<'_>,
    name: Option<&str>,
) -> Result<Connection, Unmodelled> {
    let owners = listed(cluster, proxy, called.host);
    let name = name.map(str::to_ascii_lowercase);
    let (mut rules, mut fits, mut counts) = (Vec::new(), Vec::new(), false);
    for owner in &owners {
        for (idx, rule) in owner.object.tls.iter().enumerate() {
            if called.is_headless {
                return Err(("spec.tls", owner.at(rule.span)));
            }
            let mut fit: Option<(u8, usize)> = None;
            for found in rule.matches.iter().filter(|it| takes(it, proxy, "mesh", owner)) {
                if let Some(subnet) = found.subnets.first() {
                    return Err(("spec.tls.match.destinationSubnets", owner.at(subnet.span)));
                }
                counts = true;
                fit = fit.max(name.as_ref().and_then(|it| fit_of(found, it)));
            }
            fits.push(fit);
            rules.push(lower(cluster, proxy, "mesh", owner, rule, &format!("spec.tls[{idx}]")));
        }
    }
    if !counts {
        let is_named = name.is_some_and(|it| HostPattern::parse(called.host).matches(&it));
        return Ok(if is_named || !called.is_shared { Connection::Plain } else { Connection::Unnamed });
    }
    let (Some(best), Some(name)) = (fits.iter().copied().flatten().max(), name) else {
        return Ok(Connection::Unnamed);
    };
    for (rule, _) in rules.iter_mut().zip(&fits).filter(|(_, fit)| **fit != Some(best)) {
        let mismatch = other_name(&name, rule.origin.location);
        rule.matchers.push(Matcher::new(Condition::Never(mismatch), rule.origin.location));
    }
    Ok(ruled(proxy, called, &owners, rules))
}

/// How specifically a match takes a server name.
fn fit_of(found: &StreamMatch, name: &str) -> Option<(u8, usize)> {
    let patterns = found.sni_hosts.iter().map(|it| HostPattern::parse(&it.value));
    patterns.filter(|it| it.matches(name)).map(|it| it.specificity()).max()
}

fn other_name(name: &str, location: Location) -> Mismatch {
    let text = Text::new(
        format!("its sniHosts are not those that fit the server name `{name}` best"),
        format!("`{name}` 서버 이름에 가장 잘 맞는 sniHosts가 아닙니다"),
    );
    Mismatch { reason: "host-mismatch", text, location }
}

fn ruled(
    proxy: &Proxy<'_>,
    called: &Called<'_>,
    owners: &[Found<'_, VirtualService>],
    mut rules: Vec<Rule>,
) -> Connection {
    number(&mut rules);
    let members = owners.iter().map(|it| it.id).collect();
    Connection::Ruled(Box::new(served(called.host, proxy, Protocol::Tcp, called.origin.clone(), members, rules)))
}
