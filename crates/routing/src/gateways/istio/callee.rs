//! What a name or an address is to a caller inside the cluster: a Service, a Pod, or something outside.

use std::net::IpAddr;

use podpath_cluster::{Cluster, Endpoint, Found, PodSource, endpoints};
use podpath_objects::{PortRef, Service};

use super::protocol::speaks_by_name;

/// What a host is to a caller inside the cluster.
#[derive(Clone, Copy, Debug)]
pub enum Called<'a> {
    /// A Service of the workspace.
    Service(Found<'a, Service>),
    /// A Pod, by its address.
    Pod(PodSource<'a>),
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
