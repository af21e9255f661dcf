//! The mesh side: what the sidecar of a caller does with a call to a Service.

mod beside;

use podpath_cluster::{Cluster, Endpoint, Found, Memo, Reads, ResourceId, endpoints};
use podpath_order::{OrdSet, Order};
use std::cmp::Reverse;
use std::net::IpAddr;

use podpath_objects::{IstioGateway, Labels, PortRef, Service, ServiceEntry, ServicePort, VirtualService};
use podpath_source::Text;

use super::destination::{self, Proxy};
use super::egress::{knows, knows_entry, knows_route};
use super::entry::Speaks;
use super::names::{Visibility, age_key, full_host, gateways, host_of, visibility};
use super::route::number;
use super::{MESH, route};
use crate::gateways::{full_name, origin, whole};
use crate::pattern::HostPattern;
use crate::table::{Access, Action, Listener, Origin, Protocol, Rejected, Rule, Table, VirtualHost};

pub use beside::lower_host;

/// What a host is to a caller inside the cluster.
#[derive(Clone, Copy, Debug)]
pub enum Called<'a> {
    /// A Service of the workspace.
    Service(Found<'a, Service>),
    /// A Pod, by its address.
    Pod(podpath_cluster::PodSource<'a>),
    /// A name of the cluster that is not here: nothing answers to it.
    Missing,
    /// A host outside the cluster.
    Outside,
}

/// What a host names for a caller in a namespace: `name`, `name.ns`, `name.ns.svc`, the full name, or an address.
pub fn called<'a>(cluster: &'a Cluster, host: &str, namespace: &str) -> Called<'a> {
    let host = host.trim_end_matches('.');
    if let Some(address) = address_of(host) {
        return at_address(cluster, address);
    }
    let domain = format!(".svc.{}", cluster.settings.cluster_domain);
    let short = host.strip_suffix(&domain).or_else(|| host.strip_suffix(".svc")).unwrap_or(host);
    let was_cut = short.len() < host.len();
    let (name, space) = short.split_once('.').unwrap_or((short, namespace));
    match cluster.find::<Service>(space, name) {
        Some(found) => Called::Service(found),
        // A Pod of a headless Service that is not there.
        None if cluster.find::<Service>(namespace, space).is_some_and(|it| it.object.is_headless()) => Called::Missing,
        None if was_cut || !short.contains('.') => Called::Missing,
        None => Called::Outside,
    }
}

/// The address that a host is, an IPv6 one with its brackets or without. One address may be written in many ways, so that
/// texts are not compared.
pub(super) fn address_of(host: &str) -> Option<IpAddr> {
    host.trim_matches(['[', ']']).parse().ok()
}

fn at_address(cluster: &Cluster, address: IpAddr) -> Called<'_> {
    let by_ip = |it: &Found<'_, Service>| it.object.cluster_ips.iter().any(|ip| ip.parse::<IpAddr>() == Ok(address));
    if let Some(found) = cluster.all::<Service>().find(by_ip) {
        return Called::Service(found);
    }
    cluster.pod_sources().find(|it| it.has_address(address)).map_or(Called::Outside, Called::Pod)
}

/// The Service that kube-proxy of the caller's own node takes a connection for, by one of `externalIPs` or the address of
/// its load balancer: there are rules for these as there are for the cluster IP, but for the Service's own ports alone
/// (`pkg/proxy`, `ServicePort.ExternalIPs` and `LoadBalancerVIPs`), and neither for headless Services nor for
/// ExternalNames.
pub fn by_outer_address<'a>(
    cluster: &'a Cluster,
    host: &str,
    transport: &str,
    port: u16,
) -> Option<Found<'a, Service>> {
    let address = address_of(host)?;
    let takes = |it: &Found<'_, Service>| {
        it.object.outer_ips.iter().any(|ip| ip.parse::<IpAddr>() == Ok(address))
            && !it.object.is_headless()
            && it.object.external_name.is_none()
            && it.object.port_over(transport, &PortRef::Number(port)).is_some()
    };
    cluster.all::<Service>().find(takes)
}

/// Longer chains of names lead nowhere.
const MAX_ALIASES: usize = 8;

/// The Service that an ExternalName ends at, or the host outside of the cluster.
pub fn aliased<'a>(cluster: &'a Cluster, service: &Found<'a, Service>) -> Result<Found<'a, Service>, String> {
    let mut found = *service;
    for _ in 0..MAX_ALIASES {
        let Some(name) = &found.object.external_name else { return Ok(found) };
        found = crate::gateways::service_by_host(cluster, &name.value).ok_or_else(|| name.value.clone())?;
    }
    Err(found.name().to_owned())
}

/// The headless Service that has an endpoint at an address, for a port that is not declared as HTTP or TLS: a sidecar has a
/// listener for each of its endpoints (istio `pilot/pkg/networking/core/listener.go`, `buildSidecarOutboundListeners`).
pub fn headless_by_address<'a>(cluster: &'a Cluster, address: &str, port: u16) -> Option<Found<'a, Service>> {
    let address = address_of(address)?;
    let is_at = |it: &Endpoint| {
        let of_pod = it.source.and_then(|id| cluster.pod_source(id)).is_some_and(|pod| pod.has_address(address));
        of_pod || it.address.as_ref().is_some_and(|it| it.parse::<IpAddr>() == Ok(address))
    };
    cluster.all::<Service>().filter(|it| it.object.is_headless()).find(|service| {
        let listed = service.object.port(port).filter(|it| !speaks_by_name(it));
        let found = listed.map(|it| endpoints(cluster, service, it).0).unwrap_or_default();
        found.iter().any(is_at)
    })
}

/// The port says that it speaks HTTP or TLS, whose requests name their host.
fn speaks_by_name(port: &ServicePort) -> bool {
    let declared = declared(port);
    ["http", "grpc", "tls", "kubernetes.io"].iter().any(|it| declared.starts_with(it))
}

/// The ServiceEntry is exported to the proxy, and one of its hosts is among the egress hosts.
pub(super) fn is_known_entry(cluster: &Cluster, proxy: &Proxy<'_>, entry: &Found<'_, ServiceEntry>) -> bool {
    let knows = |host: &str| knows_entry(cluster, proxy, entry.namespace(), &HostPattern::parse(host));
    visibility(&entry.object.export_to, entry.namespace(), proxy.namespace).is_some()
        && entry.object.hosts.iter().any(|it| knows(&it.value))
}

/// True when a proxy reads the calls of a port as HTTP: declared so, or not declared, so that it looks.
///
/// `appProtocol` goes before the port's name up to the first `-`; ports that servers of other protocols use are not
/// looked into.
pub fn is_http(port: &ServicePort) -> bool {
    match declared(port).as_str() {
        "http" | "http2" | "grpc" | "grpc-web" | "kubernetes.io/h2c" | "kubernetes.io/ws" | "kubernetes.io/wss" => true,
        "tcp" | "tls" | "https" | "mongo" | "redis" | "mysql" | "udp" => false,
        _ => port.protocol == "TCP" && !matches!(port.port.value, 25 | 53 | 3306 | 27017),
    }
}

/// The port says that TLS begins with its callers.
pub(super) fn is_tls(port: &ServicePort) -> bool {
    matches!(declared(port).as_str(), "tls" | "https")
}

/// True when the port says what it speaks, so that proxies need not find out (istio `pkg/config/kube/conversion.go`).
pub fn is_declared(port: &ServicePort) -> bool {
    const KNOWN: &[&str] = &[
        "grpc",
        "grpc-web",
        "hbone",
        "http",
        "http2",
        "http_proxy",
        "https",
        "kubernetes.io/h2c",
        "kubernetes.io/ws",
        "kubernetes.io/wss",
        "mongo",
        "mysql",
        "redis",
        "tcp",
        "tls",
        "udp",
    ];
    let is_special = matches!(port.port.value, 25 | 53 | 3306 | 27017);
    port.protocol == "UDP" || is_special || KNOWN.contains(&declared(port).as_str())
}

/// `appProtocol`, else the name up to the first `-`; empty when there is neither.
fn declared(port: &ServicePort) -> String {
    let by_name = || port.name.as_ref().map(|it| it.value.split('-').next().unwrap_or_default());
    let text = port.app_protocol.as_ref().map(|it| it.value.as_str()).or_else(by_name);
    text.unwrap_or_default().to_ascii_lowercase()
}

/// The table of a call to a Service from a Pod with a sidecar: of several VirtualServices for the host the first wins
/// alone; without one the call goes to the Service as it is.
pub fn lower_service(cluster: &Cluster, proxy: &Proxy<'_>, service: &Found<'_, Service>) -> Table {
    let host = host_of(cluster, service);
    let found = virtual_services(cluster, proxy, &host);
    table(cluster, proxy, &host, &found, whole(service), || plain(cluster, proxy, service))
}

/// The table of a name of a Service that is not its full one, where a VirtualService has this very name: what has a dot is
/// taken as it is.
///
/// Such a host has a virtual host of its own, as any that is no Service. Of several virtual hosts the first keeps a name
/// (istio `networking/core/httproute.go`, `dedupeDomains`): those of VirtualServices as the proxy lists them, then the
/// others.
pub fn lower_alias(cluster: &Cluster, proxy: &Proxy<'_>, service: &Found<'_, Service>, host: &str) -> Option<Table> {
    let (full, host) = (host_of(cluster, service), host.trim_end_matches('.').to_ascii_lowercase());
    if host == full || !host.contains('.') {
        return None;
    }
    let mut found = having(cluster, proxy, &host, &|it| matches!(it, HostPattern::Exact(_)));
    found.retain(|it| beside::is_served(cluster, proxy, it));
    let found = with_routes(cluster, proxy, found);
    let first = found.first()?;
    let of_service = virtual_services(cluster, proxy, &full);
    let place = |it: &Found<'_, VirtualService>| seen(it, proxy);
    let goes_before = |it: &Found<'_, VirtualService>| (place(it), age_key(it)) < (place(first), age_key(first));
    // A Service whose VirtualService comes to nothing has its virtual host behind them all.
    if of_service.first().is_some_and(|it| goes_before(it) && !is_void(cluster, proxy, it)) {
        return None;
    }
    Some(table(cluster, proxy, &host, &found, whole(first), || plain(cluster, proxy, service)))
}

/// A VirtualService of the mesh holds for a Service.
pub fn has_routes(cluster: &Cluster, proxy: &Proxy<'_>, service: &Found<'_, Service>) -> bool {
    !virtual_services(cluster, proxy, &host_of(cluster, service)).is_empty()
}

/// To the Service as it is.
pub(super) fn plain(cluster: &Cluster, proxy: &Proxy<'_>, service: &Found<'_, Service>) -> Rule {
    let backend = match aliased(cluster, service) {
        Ok(real) => destination::plain(&real, proxy.port),
        Err(outside) => destination::host(&outside, proxy.port),
    };
    Rule::plain(whole(service), "default", Action::Forward(vec![backend]))
}

/// From the first on of which a route is left: a VirtualService without one has no virtual host, so that the next one has the
/// host (istio `pilot/pkg/networking/core/route/route.go`, `buildSidecarVirtualHostsForVirtualService`).
fn with_routes<'a>(
    cluster: &Cluster,
    proxy: &Proxy<'_>,
    found: Vec<Found<'a, VirtualService>>,
) -> Vec<Found<'a, VirtualService>> {
    found.into_iter().skip_while(|it| is_void(cluster, proxy, it)).collect()
}

fn is_void(cluster: &Cluster, proxy: &Proxy<'_>, found: &Found<'_, VirtualService>) -> bool {
    route::is_void(&route::lower(cluster, proxy, found, "mesh"))
}

/// The sidecar has a listener for every address of the port that reads HTTP: a Service or ServiceEntry that it knows declares
/// HTTP there (istio `pilot/pkg/networking/core/listener.go`, `buildSidecarOutboundListeners`).
pub fn reads_http(cluster: &Cluster, proxy: &Proxy<'_>) -> bool {
    // What has to be looked into and has no address of its own is looked into at every address.
    let by_entry = |it: Found<'_, ServiceEntry>| {
        let reads = |speaks| match speaks {
            Speaks::Http => true,
            Speaks::Unknown => it.object.addresses.is_empty(),
            Speaks::Tls | Speaks::Bytes => false,
        };
        it.object.port(proxy.port).is_some_and(|port| reads(Speaks::read(&port.protocol)))
            && is_known_entry(cluster, proxy, &it)
    };
    let by_service = |it: Found<'_, Service>| {
        let port = it.object.port_over("TCP", &PortRef::Number(proxy.port));
        port.is_some_and(|it| is_http(it) && is_declared(it)) && knows(cluster, proxy, &it)
    };
    cluster.all::<Service>().any(by_service) || cluster.all::<ServiceEntry>().any(by_entry)
}

/// VirtualServices of the mesh, each by a host that is its own, and those whose gateways are not in the workspace, each by
/// itself: what a caller of its own namespace without labels meets.
pub fn lower_unserved(cluster: &Cluster, is_served: &dyn Fn(ResourceId) -> bool, known: &mut Unserved) -> Vec<Table> {
    let mut tables = Vec::new();
    let alone = hosts_of_one(cluster);
    for owner in cluster.all::<VirtualService>().filter(|it| !it.object.http.is_empty()) {
        let names = gateways(&owner);
        let is_mesh = owner.object.is_for_mesh();
        let proxy = Proxy { namespace: owner.namespace(), labels: &Labels::default(), port: 80, is_gateway: !is_mesh };
        let is_missing = || !is_served(owner.id) && !names.iter().any(|it| is_here(cluster, it));
        let host = if is_mesh {
            own_host(cluster, &proxy, &owner, &alone)
        } else {
            owner.object.hosts.first().filter(|_| is_missing()).map(|it| it.value.clone())
        };
        let (Some(host), Some(gateway)) = (host, names.first()) else { continue };
        let make = || {
            let mut rules = route::lower(cluster, &proxy, &owner, if is_mesh { "mesh" } else { gateway });
            number(&mut rules);
            served(&host, &proxy, Protocol::Http, whole(&owner), vec![owner.id], rules)
        };
        tables.push(known.part(cluster, (owner.id, host.clone()), &[owner.id], Reads::default(), make).clone());
    }
    tables
}

/// Such tables, by the VirtualService and its host.
pub type Unserved = Memo<(ResourceId, String), Table>;

/// The Gateway of this full name is in the workspace.
fn is_here(cluster: &Cluster, gateway: &str) -> bool {
    gateway.split_once('/').is_some_and(|(namespace, name)| cluster.find::<IstioGateway>(namespace, name).is_some())
}

/// The full hosts of the mesh that one VirtualService alone has; none where a wildcard may take any.
fn hosts_of_one(cluster: &Cluster) -> OrdSet<String> {
    let in_mesh = cluster.all::<VirtualService>().filter(|it| it.object.is_for_mesh());
    let hosts = in_mesh.flat_map(|it| {
        it.object.hosts.iter().map(move |host| full_host(cluster, &host.value, it.namespace())).collect::<Vec<_>>()
    });
    let (mut alone, mut shared) = (OrdSet::new(), OrdSet::new());
    for host in hosts {
        if host.contains('*') {
            return OrdSet::new();
        }
        if !alone.insert(host.clone()) {
            shared.insert(host);
        }
    }
    alone.retain(|it| !shared.contains(it));
    alone
}

/// A host that no other VirtualService takes from it: "the oldest wins in the mesh".
fn own_host(
    cluster: &Cluster,
    proxy: &Proxy<'_>,
    owner: &Found<'_, VirtualService>,
    alone: &OrdSet<String>,
) -> Option<String> {
    let hosts = owner.object.hosts.iter().map(|it| it.value.clone());
    let is_alone = |it: &String| alone.contains(&full_host(cluster, it, owner.namespace()));
    if owner.object.export_to.is_empty()
        && let Some(host) = hosts.clone().find(is_alone)
    {
        return Some(host);
    }
    let taker = |host: &str| {
        let full = full_host(cluster, &host.replace('*', "any"), owner.namespace());
        having(cluster, proxy, &full, &|_| true).first().map(|it| it.id)
    };
    hosts.into_iter().find(|it| taker(it) == Some(owner.id))
}

fn table(
    cluster: &Cluster,
    proxy: &Proxy<'_>,
    host: &str,
    found: &[Found<'_, VirtualService>],
    called: Origin,
    plain: impl Fn() -> Rule,
) -> Table {
    let owner = found.first();
    let rules = match owner {
        Some(owner) if !owner.object.http.is_empty() => {
            let mut rules = route::lower(cluster, proxy, owner, "mesh");
            // A VirtualService of which no route is left counts as none.
            if route::is_void(&rules) {
                rules.push(plain());
            }
            number(&mut rules);
            rules
        }
        _ => vec![plain()],
    };
    let origin = owner.map_or_else(|| called.clone(), whole);
    let members = owner.iter().map(|it| it.id).collect();
    let losers = found.iter().skip(1);
    let rejected = losers.filter_map(|it| Some(passed_over(owner?, it, host))).collect();
    Table { origin, rejected, ..served(host, proxy, Protocol::Http, called, members, rules) }
}

/// The rules of one host, as a sidecar has them.
pub(super) fn served(
    host: &str,
    proxy: &Proxy<'_>,
    protocol: Protocol,
    called: Origin,
    members: Vec<ResourceId>,
    rules: Vec<Rule>,
) -> Table {
    Table {
        gateway: &MESH,
        origin: called.clone(),
        members,
        is_public: false,
        listeners: vec![Listener {
            origin: called,
            name: format!("{host}:{}", proxy.port),
            port: proxy.port,
            protocol,
            hostnames: vec![],
            served: vec![HostPattern::parse(host)],
            hosts: vec![VirtualHost { pattern: HostPattern::Any, rules }.into()],
            fallback: None,
            access: Access::Open,
        }],
        rejected: vec![],
        frozen: vec![],
        real_ip: None,
    }
}

/// Those that have the host: the most specific host goes first (`MostSpecificHostMatch`), so an exact one beats a wildcard
/// and a long wildcard a short one; then private, exported, public; then the oldest. The first one counts alone, but one
/// that names this very host and of which no route is left leaves it to the next one that names it: it makes no virtual host
/// (istio `pilot/pkg/networking/core/route/route.go`, `buildSidecarVirtualHostsForVirtualService`). To a wildcard it does not:
/// of these only the one that is chosen for a Service is tried (`computeWildcardHostVirtualServiceIndex`).
fn virtual_services<'a>(cluster: &'a Cluster, proxy: &Proxy<'_>, host: &str) -> Vec<Found<'a, VirtualService>> {
    let mut found = having(cluster, proxy, host, &|_| true);
    if found.len() > 1 {
        let first = found.iter().position(|it| has_by_name(cluster, it, host) && !is_void(cluster, proxy, it));
        found.drain(..first.unwrap_or_default());
    }
    found
}

/// One of its hosts is this very host.
fn has_by_name(cluster: &Cluster, found: &Found<'_, VirtualService>, host: &str) -> bool {
    let own = found.object.hosts.iter().map(|it| full_host(cluster, &it.value, found.namespace()));
    let mut own = own.map(|it| HostPattern::parse(&it));
    own.any(|it| matches!(it, HostPattern::Exact(_)) && it.matches(host))
}

/// The same of those whose pattern counts.
fn having<'a>(
    cluster: &'a Cluster,
    proxy: &Proxy<'_>,
    host: &str,
    counts: &dyn Fn(&HostPattern) -> bool,
) -> Vec<Found<'a, VirtualService>> {
    let fit = |it: &Found<'_, VirtualService>| {
        let patterns =
            it.object.hosts.iter().map(|known| HostPattern::parse(&full_host(cluster, &known.value, it.namespace())));
        patterns.filter(|it| it.matches(host) && counts(it)).map(|pattern| pattern.specificity()).max()
    };
    let in_mesh = |it: &Found<'_, VirtualService>| it.object.is_for_mesh();
    let is_known = |it: &Found<'_, VirtualService>| seen(it, proxy).is_some() && knows_route(cluster, proxy, it);
    let fitting = cluster.all::<VirtualService>().filter(|it| in_mesh(it)).filter_map(|it| Some((fit(&it)?, it)));
    let mut found: Vec<_> = fitting.filter(|(_, it)| is_known(it)).collect();
    let rank = |(fit, it): &(_, Found<'_, VirtualService>)| (Reverse(*fit), seen(it, proxy));
    found.order_by_key(|it| (rank(it), age_key(&it.1)));
    found.into_iter().map(|(_, it)| it).collect()
}

/// Those that have a host in common with a host, however specific theirs is, as the proxy lists them: private, exported,
/// public; then the oldest (`networking/core/tls.go`, `getConfigsForHost`).
pub(super) fn listed<'a>(cluster: &'a Cluster, proxy: &Proxy<'_>, host: &str) -> Vec<Found<'a, VirtualService>> {
    let host = HostPattern::parse(host);
    let shares = |it: &Found<'_, VirtualService>| {
        let mut own = it.object.hosts.iter().map(|known| full_host(cluster, &known.value, it.namespace()));
        own.any(|known| HostPattern::parse(&known).intersect(&host).is_some())
    };
    let is_known = |it: &Found<'_, VirtualService>| {
        it.object.is_for_mesh() && seen(it, proxy).is_some() && knows_route(cluster, proxy, it)
    };
    let mut found: Vec<_> = cluster.all::<VirtualService>().filter(|it| is_known(it) && shares(it)).collect();
    found.order_by_key(|it| (seen(it, proxy), age_key(it)));
    found
}

fn seen(found: &Found<'_, VirtualService>, proxy: &Proxy<'_>) -> Option<Visibility> {
    visibility(&found.object.export_to, found.namespace(), proxy.namespace)
}

/// "Of several VirtualServices for one host of the mesh the first wins alone, the others are ignored for that host."
fn passed_over(owner: &Found<'_, VirtualService>, loser: &Found<'_, VirtualService>, host: &str) -> Rejected {
    let first = full_name(owner);
    let text = Text::new(
        format!("`{first}` goes before it and has the host `{host}` alone inside the mesh"),
        format!("앞서는 `{first}`의 규칙만 메시 안의 `{host}` 호스트에 쓰입니다"),
    );
    let span = loser.object.hosts.first().map(|it| it.span).unwrap_or_default();
    Rejected { origin: origin(loser, span, "spec.hosts"), reason: "shared-mesh-host", text, by: None }
}
