//! The ambient mode of the mesh: proxies of the nodes and waypoints, which are not played. What they would decide is told
//! as not modelled, never guessed.
//!
//! Source: istio `pilot/pkg/serviceregistry/ambient`. Proxies of the nodes follow AuthorizationPolicy and
//! PeerAuthentication; a waypoint follows the routes of its Services, and what names them or it by `targetRefs`.

use podpath_cluster::{Cluster, Found, PodSource};
use podpath_objects::{AuthorizationPolicy, Gateway, Labels, PolicyScope, RequestAuthentication, Service};
use podpath_source::Location;

use crate::gateways::{gateway_api, istio};
use crate::trace::Caller;

/// A label of namespaces and Pods: `ambient` sends their traffic through the proxy of their node.
pub(in crate::trace) const MODE: &str = "istio.io/dataplane-mode";
/// A label of namespaces and Services: the Gateway that stands before them, or `none`.
pub(in crate::trace) const WAYPOINT: &str = "istio.io/use-waypoint";

/// The traffic of these Pods goes through the proxy of their node.
pub(in crate::trace) fn is_ambient(cluster: &Cluster, pod: &PodSource<'_>) -> bool {
    in_mode(cluster, pod.namespace, &pod.template.labels) && !pod.template.host_network
}

/// Pods with these labels are in ambient mode. Their own label goes before that of the namespace.
fn in_mode(cluster: &Cluster, namespace: &str, labels: &Labels) -> bool {
    let space = cluster.namespace_labels(namespace);
    labels.get(MODE).or_else(|| space.get(MODE)) == Some("ambient")
}

/// The waypoint that decides about a call to a Service, where there are rules for it to follow. Callers outside of the mesh
/// go past it.
pub(in crate::trace) fn waypoint(
    cluster: &Cluster,
    caller: &Caller,
    service: &Found<'_, Service>,
    port: u16,
) -> Option<Location> {
    let is_in_mesh = caller.sidecar || in_mode(cluster, &caller.namespace, &caller.labels);
    let gateway = waypoint_of(cluster, service).filter(|_| is_in_mesh)?;
    let proxy = istio::Proxy { namespace: &caller.namespace, labels: &caller.labels, port, is_gateway: false };
    let has_rules = istio::has_routes(cluster, &proxy, service)
        || gateway_api::mesh(cluster, service, &caller.namespace, port).is_some()
        || has_policies(cluster, &gateway, service);
    has_rules.then(|| gateway.at(gateway.entry.resource.meta.name_span()))
}

/// The label of the Service goes before that of its namespace.
fn waypoint_of<'a>(cluster: &'a Cluster, service: &Found<'_, Service>) -> Option<Found<'a, Gateway>> {
    let (own, space) = (&service.entry.resource.meta.labels, cluster.namespace_labels(service.namespace()));
    let labels = if own.get(WAYPOINT).is_some() { own } else { &space };
    let name = labels.get(WAYPOINT).filter(|it| *it != "none")?;
    let namespace = labels.get("istio.io/use-waypoint-namespace").unwrap_or(service.namespace());
    cluster.find::<Gateway>(namespace, name)
}

/// `targetRefs` name what stands in the namespace of the policy: the Service, or the waypoint, which may be in another one.
fn has_policies(cluster: &Cluster, gateway: &Found<'_, Gateway>, service: &Found<'_, Service>) -> bool {
    let targets = [(service.namespace(), "Service", service.name()), (gateway.namespace(), "Gateway", gateway.name())];
    targets.into_iter().any(|(namespace, kind, name)| {
        let names = |scope: &PolicyScope| scope.targets.iter().any(|it| it.0 == kind && it.1.value == name);
        cluster.in_namespace::<AuthorizationPolicy>(namespace).any(|it| names(&it.object.scope))
            || cluster.in_namespace::<RequestAuthentication>(namespace).any(|it| names(&it.object.scope))
    })
}
