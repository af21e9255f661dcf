//! Hosts that are no Services: of ServiceEntries, and of VirtualServices alone.
//!
//! Source: istio `pilot/pkg/networking/core/httproute.go` (`BuildSidecarOutboundVirtualHosts`, `selectVirtualServices`) and
//! `route/route.go` (`separateVSHostsAndServices`, `buildSidecarVirtualHostsForVirtualService`). A host that a VirtualService
//! alone has is served on port 80, and on every port of which the VirtualService has a Service, too; nowhere without a
//! listener that reads HTTP, since nobody asks for its virtual hosts.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{PortRef, Service, VirtualService};

use super::{Routes, having, reads_http, virtual_services};
use crate::gateways::istio::destination::{self, Proxy};
use crate::gateways::istio::egress::knows;
use crate::gateways::istio::entry::Speaks;
use crate::gateways::istio::names::{full_host, host_of};
use crate::gateways::istio::protocol::is_http;
use crate::gateways::whole;
use crate::pattern::HostPattern;
use crate::table::{Action, Origin, Rule, Table};

/// The table of a call to a host that is no Service; None when the sidecar knows nothing about it.
///
/// A ServiceEntry with a wildcard is a Service whose name has a `*`: what a VirtualService has for that name holds for it,
/// and an exact host beside it goes first.
pub fn lower_host(cluster: &Cluster, proxy: &Proxy<'_>, host: &str) -> Option<Table> {
    let host = host.trim_end_matches('.');
    let entry = destination::entry_host(cluster, proxy, host).map(|(_, name)| name);
    let routes = match entry {
        Some(name) if !name.starts_with('*') => Routes::of(cluster, proxy, host),
        _ => beside_services(cluster, proxy, host, entry),
    };
    if routes.found.is_empty() && entry.is_none() {
        return None;
    }
    let place = routes.found.first().map(whole).unwrap_or_default();
    let plain = || {
        let backend = destination::host(entry.unwrap_or(host), proxy.port);
        Rule::plain(Origin::default(), "default", Action::Forward(vec![backend]))
    };
    Some(routes.table(proxy, host, place, plain))
}

/// The VirtualServices for a host that is no Service by this very name. A wildcard that matches any Service of the port is
/// for Services alone and has no virtual host of its own.
fn beside_services<'a>(cluster: &'a Cluster, proxy: &Proxy<'_>, host: &str, entry: Option<&str>) -> Routes<'a> {
    let has_own = |it: &HostPattern| matches!(it, HostPattern::Exact(_)) || !has_service(cluster, proxy, it);
    let mut own = having(cluster, proxy, host, &has_own);
    own.retain(|it| is_served(cluster, proxy, it));
    let own = Routes::with_rules(cluster, proxy, own);
    match entry {
        Some(name) if own.found.is_empty() => Routes::of(cluster, proxy, name).behind(own.void),
        _ => own,
    }
}

/// The port of the proxy has virtual hosts for the hosts of a VirtualService that are no Services.
pub(super) fn is_served(cluster: &Cluster, proxy: &Proxy<'_>, route: &Found<'_, VirtualService>) -> bool {
    reads_http(cluster, proxy) && (proxy.port == 80 || has_port(cluster, proxy, route))
}

/// The VirtualService has a Service, or a host of a ServiceEntry, whose port the sidecar knows and reads as HTTP: by its name,
/// or by the wildcard that is chosen for it.
fn has_port(cluster: &Cluster, proxy: &Proxy<'_>, route: &Found<'_, VirtualService>) -> bool {
    let hosts = route.object.hosts.iter().map(|it| full_host(cluster, &it.value, route.namespace()));
    let hosts: Vec<_> = hosts.map(|it| HostPattern::parse(&it)).collect();
    let has = |host: &str| {
        let mut fitting = hosts.iter().filter(|it| it.matches(host)).peekable();
        let is_chosen = || match virtual_services(cluster, proxy, host).as_slice() {
            [only] => only.id == route.id,
            _ => Routes::of(cluster, proxy, host).found.first().is_some_and(|it| it.id == route.id),
        };
        fitting.peek().is_some() && (fitting.any(|it| matches!(it, HostPattern::Exact(_))) || is_chosen())
    };
    let by_service = |it: Found<'_, Service>| {
        it.object.port_over("TCP", &PortRef::Number(proxy.port)).is_some_and(is_http)
            && has(&host_of(cluster, &it))
            && knows(cluster, proxy, &it)
    };
    let mut entries = destination::entry_hosts(cluster, proxy).into_iter();
    cluster.all::<Service>().any(by_service)
        || entries.any(|(entry, name, _)| {
            let port = entry.object.port(proxy.port);
            port.is_some_and(|it| matches!(Speaks::read(&it.protocol), Speaks::Http | Speaks::Unknown)) && has(name)
        })
}

/// A Service or ServiceEntry of the port, which the sidecar knows, has a host in common with a pattern.
fn has_service(cluster: &Cluster, proxy: &Proxy<'_>, pattern: &HostPattern) -> bool {
    let is_service = |it: Found<'_, Service>| {
        it.object.port_over("TCP", &PortRef::Number(proxy.port)).is_some()
            && HostPattern::parse(&host_of(cluster, &it)).intersect(pattern).is_some()
            && knows(cluster, proxy, &it)
    };
    cluster.all::<Service>().any(is_service)
        || destination::entry_hosts(cluster, proxy).iter().any(|(.., it)| it.intersect(pattern).is_some())
}
