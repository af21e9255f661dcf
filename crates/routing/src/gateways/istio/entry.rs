//! Hosts of ServiceEntries as a sidecar finds them: by the address that is dialled, by a name, or because they have no
//! address of their own.
//!
//! Source: istio `pilot/pkg/networking/core/listener.go` (`buildSidecarOutboundListener`). A single address has a listener of
//! its own; ranges, and what has no address, share the listener for all addresses of their port.

use std::net::IpAddr;

use ipnet::IpNet;
use podpath_cluster::{Cluster, Found};
use podpath_objects::{EntryPort, ServiceEntry};

use super::callee::address_of;
use super::destination::{Proxy, entry_host};
use super::egress::knows_entry;
use super::mesh::reads_http;
use super::names::{age_key, of_services, visibility};
use crate::gateways::whole;
use crate::pattern::HostPattern;
use crate::table::Origin;

/// What a port of a ServiceEntry, or of the `ingress` of a Sidecar, speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    /// HTTP, which is routed by its Host.
    Http,
    /// TLS, which is routed by its server name.
    Tls,
    /// Bytes that nobody reads.
    Bytes,
    /// It does not say, so the proxy looks.
    Unknown,
}

impl Speaks {
    /// As `protocol` of a port says it, in whatever letters (istio `pkg/config/protocol`).
    pub(crate) fn read(protocol: &str) -> Self {
        match protocol.to_ascii_uppercase().as_str() {
            "HTTP" | "HTTP2" | "HTTP_PROXY" | "GRPC" | "GRPC-WEB" => Self::Http,
            "TLS" | "HTTPS" => Self::Tls,
            "TCP" | "UDP" | "MONGO" | "REDIS" | "MYSQL" => Self::Bytes,
            _ => Self::Unknown,
        }
    }
}

/// A host of a ServiceEntry that a connection is for.
#[derive(Clone, Debug)]
pub struct Outside {
    /// As it is written there.
    pub host: String,
    /// The ServiceEntry.
    pub origin: Origin,
    /// What its port speaks.
    pub speaks: Speaks,
    /// Its listener is shared with others, so that TLS has to name it.
    pub is_shared: bool,
}

impl Outside {
    fn of(entry: &Found<'_, ServiceEntry>, port: &EntryPort, is_shared: bool) -> Option<Self> {
        let host = entry.object.hosts.first()?.value.clone();
        Some(Self { host, origin: whole(entry), speaks: Speaks::read(&port.protocol), is_shared })
    }
}

/// The ServiceEntries that have the port of a proxy and that it knows.
fn known<'a>(cluster: &'a Cluster, proxy: &Proxy<'_>) -> Vec<(Found<'a, ServiceEntry>, &'a EntryPort)> {
    let with_port = cluster.all::<ServiceEntry>().filter_map(|it| Some((it, it.object.port(proxy.port)?)));
    with_port.filter(|(it, _)| is_known_entry(cluster, proxy, it)).collect()
}

/// The ServiceEntry is exported to the proxy, and one of its hosts is among the egress hosts.
pub(super) fn is_known_entry(cluster: &Cluster, proxy: &Proxy<'_>, entry: &Found<'_, ServiceEntry>) -> bool {
    let knows = |host: &str| knows_entry(cluster, proxy, entry.namespace(), &HostPattern::parse(host));
    visibility(&entry.object.export_to, of_services(cluster), entry.namespace(), proxy.namespace).is_some()
        && entry.object.hosts.iter().any(|it| knows(&it.value))
}

/// The ServiceEntry whose addresses hold one: the narrowest range, of equals the first.
pub fn entry_by_address(cluster: &Cluster, proxy: &Proxy<'_>, address: &str) -> Option<Outside> {
    let address = address_of(address)?;
    let mut best: Option<(u8, Outside)> = None;
    for (entry, port) in known(cluster, proxy) {
        let addresses = entry.object.addresses.iter();
        let nets =
            addresses.filter_map(|it| it.parse::<IpNet>().ok().or_else(|| it.parse::<IpAddr>().ok().map(IpNet::from)));
        let Some(net) = nets.filter(|it| it.contains(&address)).max_by_key(IpNet::prefix_len) else { continue };
        if best.as_ref().is_none_or(|(length, _)| net.prefix_len() > *length) {
            let is_shared = net.prefix_len() < net.max_prefix_len();
            best = Outside::of(&entry, port, is_shared).map(|it| (net.prefix_len(), it)).or(best);
        }
    }
    best.map(|(_, it)| it)
}

/// What the port of the ServiceEntry speaks that a host is known by.
pub fn speaks(cluster: &Cluster, proxy: &Proxy<'_>, host: &str) -> Option<Speaks> {
    named(cluster, proxy, host).map(|(it, _)| it.speaks)
}

/// The host that a name is known by, and whether its ServiceEntry has addresses.
fn named(cluster: &Cluster, proxy: &Proxy<'_>, name: &str) -> Option<(Outside, bool)> {
    let (entry, host) = entry_host(cluster, proxy, name)?;
    let found = Outside::of(&entry, entry.object.port(proxy.port)?, true)?;
    Some((Outside { host: host.to_owned(), ..found }, !entry.object.addresses.is_empty()))
}

/// The host that takes a connection which no virtual host took: it has the address that is dialled, or the name. What has no
/// address takes all connections of its port, whatever is dialled, where they are bytes that nobody reads (istio
/// `sidecar_simulation_test.go`, `TestPassthroughTraffic`); of several the oldest does.
///
/// `name` is the server name of TLS; `is_http` says that it is HTTP without TLS.
pub fn outside(
    cluster: &Cluster,
    proxy: &Proxy<'_>,
    dialled: &str,
    name: Option<&str>,
    is_http: bool,
) -> Option<Outside> {
    let carries = |it: &Outside| match it.speaks {
        Speaks::Http => false,
        Speaks::Tls | Speaks::Bytes => true,
        Speaks::Unknown => !is_http,
    };
    if let Some(found) = entry_by_address(cluster, proxy, dialled) {
        return Some(found).filter(carries);
    }
    let is_address = address_of(dialled).is_some();
    // A name that stands for another address than the one that is dialled is not found there.
    let by_name =
        name.and_then(|it| named(cluster, proxy, it)).filter(|(_, has_address)| !(is_address && *has_address));
    let by_name = by_name.map(|(it, _)| it).filter(|it| it.speaks == Speaks::Tls);
    let by_host = || named(cluster, proxy, dialled).map(|(it, _)| it).filter(carries);
    by_name.or_else(by_host).or_else(|| at_every_address(cluster, proxy, is_http))
}

/// The oldest ServiceEntry without an address whose port takes whatever comes: no HTTP where the sidecar reads that.
fn at_every_address(cluster: &Cluster, proxy: &Proxy<'_>, is_http: bool) -> Option<Outside> {
    let reads_all = is_http && reads_http(cluster, proxy);
    let takes_all = |(entry, port): &(Found<'_, ServiceEntry>, &EntryPort)| {
        let takes = match Speaks::read(&port.protocol) {
            Speaks::Http | Speaks::Tls => false,
            Speaks::Bytes => !reads_all,
            Speaks::Unknown => !is_http,
        };
        takes && entry.object.addresses.is_empty()
    };
    let all = known(cluster, proxy).into_iter().filter(takes_all);
    let (entry, port) = all.min_by(|(a, _), (b, _)| age_key(a).cmp(&age_key(b)))?;
    Outside::of(&entry, port, true)
}
