//! The proxies of Gateways that istiod plays: they are of its mesh, with its certificates and its policies.
//!
//! Source: istio `pilot/pkg/config/kube/gateway` (deploymentcontroller.go, `IsManaged`, `getDefaultName`; gatewayclass.go).

use podpath_cluster::{Cluster, Found, service_pods};
use podpath_objects::{GATEWAY_NAME, Gateway, Labels};

use super::listener::controller;
use crate::gateways::istio::{Called, called};
use crate::table::Table;

/// The Pods of such a Gateway.
#[derive(Clone, Debug)]
pub(crate) struct MeshPods {
    pub(crate) namespace: String,
    /// Those that are told.
    pub(crate) labels: Labels,
    /// The ServiceAccount that istiod makes for them; none where others made the Pods.
    pub(crate) account: Option<String>,
}

/// The Pods behind a table, where it is that of a Gateway which istiod plays.
pub(crate) fn mesh_pods(cluster: &Cluster, table: &Table) -> Option<MeshPods> {
    let gateway = cluster.get::<Gateway>(table.origin.resource?)?;
    if !is_of_istio(cluster, &gateway) {
        return None;
    }
    let types = &gateway.object.address_types;
    let is_made = types.len() <= 1 && types.iter().all(|it| it.value == "IPAddress");
    if is_made { Some(made(&gateway)) } else { by_hand(cluster, &gateway) }
}

/// Its class has the controller of Istio, or is the one that istiod makes by itself.
fn is_of_istio(cluster: &Cluster, gateway: &Found<'_, Gateway>) -> bool {
    match controller(cluster, gateway) {
        Some(name) => name == "istio.io/gateway-controller",
        None => gateway.object.class.as_ref().is_some_and(|it| it.value == "istio"),
    }
}

/// istiod makes them: "a label names the Gateway, the account is named `NAME-CLASS`" unless an annotation tells its name.
fn made(gateway: &Found<'_, Gateway>) -> MeshPods {
    let class = gateway.object.class.as_ref().map_or("", |it| it.value.as_str());
    let told = gateway.entry.resource.meta.annotation("gateway.istio.io/service-account").map(str::to_owned);
    MeshPods {
        namespace: gateway.namespace().to_owned(),
        labels: [(GATEWAY_NAME, gateway.name())].into_iter().collect(),
        account: Some(told.unwrap_or_else(|| format!("{}-{class}", gateway.name()))),
    }
}

/// "Manual deployment": an address names the Service of the Pods.
fn by_hand(cluster: &Cluster, gateway: &Found<'_, Gateway>) -> Option<MeshPods> {
    let host = gateway.object.hostnames.first()?;
    let Called::Service(service) = called(cluster, host, gateway.namespace()) else { return None };
    let labels = service_pods(cluster, &service).first()?.template.labels.clone();
    Some(MeshPods { namespace: service.namespace().to_owned(), labels, account: None })
}
