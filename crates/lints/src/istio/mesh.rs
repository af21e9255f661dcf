//! What the workspace says about the mesh: whether there is one, what it is set to, which Pods serve its Gateways.

use podpath_cluster::{Cluster, ResourceId};
use podpath_objects::{
    AuthorizationPolicy, DestinationRule, EnvoyFilter, IstioGateway, Labels, Namespace, PeerAuthentication,
    RequestAuthentication, ServiceEntry, Sidecar, Telemetry, VirtualService,
};
use podpath_order::{Gather, OrdMap, OrdSet};
use podpath_routing::GatewayPods;
use podpath_routing::mesh::has_proxy;
use podpath_source::Spanned;

use crate::Context;

/// True when the workspace has to do with Istio: one of its objects, a proxy, a label that asks for one.
///
/// What teaches about the mesh is not said to people who have none.
pub(crate) fn is_here(cluster: &Cluster) -> bool {
    let asks = |labels: &Labels| {
        ["istio-injection", "istio.io/rev", "istio.io/dataplane-mode", "sidecar.istio.io/inject"]
            .iter()
            .any(|it| labels.get(it).is_some())
    };
    cluster.has::<VirtualService>()
        || cluster.has::<IstioGateway>()
        || cluster.has::<DestinationRule>()
        || cluster.has::<ServiceEntry>()
        || cluster.has::<AuthorizationPolicy>()
        || cluster.has::<PeerAuthentication>()
        || cluster.has::<RequestAuthentication>()
        || cluster.has::<Sidecar>()
        || cluster.has::<EnvoyFilter>()
        || cluster.has::<Telemetry>()
        || cluster.all::<Namespace>().any(|it| asks(&it.entry.resource.meta.labels))
        || cluster.pod_sources().any(|it| has_proxy(it.template) || asks(&it.template.labels))
}

/// The keys of the labels of all Pods: a selector without one of them is for Pods that were not pasted.
pub(crate) fn label_keys(cluster: &Cluster) -> OrdSet<&str> {
    cluster.pod_sources().flat_map(|it| it.template.labels.iter()).map(|(key, _)| key).gather()
}

/// The Pods that serve each Gateway, by the number of the Gateway.
pub(crate) fn gateway_pods<'a>(context: &Context<'a>) -> OrdMap<ResourceId, Vec<&'a GatewayPods>> {
    let mut served: OrdMap<ResourceId, Vec<&GatewayPods>> = OrdMap::new();
    for (pods, gateways) in context.tables.gateway_pods(context.cluster).filter(|(pods, _)| pods.source.is_some()) {
        for gateway in gateways {
            served.entry(*gateway).or_default().push(pods);
        }
    }
    served
}

/// The namespaces that `exportTo` names; `*` alone for all.
pub(crate) fn scopes<'a>(export_to: &'a [Spanned<String>], namespace: &'a str) -> OrdSet<&'a str> {
    let names = export_to.iter().map(|it| it.value.as_str());
    scopes_of(names, namespace)
}

/// The same of texts.
pub(crate) fn scopes_of<'a>(names: impl Iterator<Item = &'a str>, namespace: &'a str) -> OrdSet<&'a str> {
    let named: OrdSet<&str> = names.map(|it| if it == "." { namespace } else { it }).gather();
    if named.is_empty() || named.contains("*") { podpath_order::set(["*"]) } else { named }
}
