//! All tables of a cluster that do not depend on who calls.

use podpath_cluster::{Cluster, PodSource, ResourceId};
use podpath_objects::{IstioGateway, Labels, Object, Resource};

use crate::gateways::{alb, gateway_api, ingress, istio};
use crate::table::{Rejected, Table};

/// The tables of load balancers and gateways, made once for a cluster.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    /// ALBs, one for each group.
    pub load_balancers: Vec<Table>,
    /// Gateway API Gateways and Ingress controllers.
    pub gateways: Vec<Table>,
    /// Ingress gateways of Istio: the Pods, and their table.
    pub istio: Vec<(GatewayPods, Table)>,
    /// What no controller takes.
    pub rejected: Vec<Rejected>,
}

/// The Pods that serve Istio Gateways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayPods {
    /// The workload or the Pod; none when they are not in the workspace.
    pub source: Option<ResourceId>,
    /// Their namespace.
    pub namespace: String,
    /// Their labels.
    pub labels: Labels,
}

impl Tables {
    /// Lowers everything; linear in the objects, but for VirtualServices, which are read once for each gateway.
    pub fn new(cluster: &Cluster) -> Self {
        let (load_balancers, mut rejected) = alb::lower(cluster);
        let mut gateways = gateway_api::lower(cluster);
        gateways.extend(ingress::lower(cluster));
        rejected.extend(ingress::rejected(cluster));
        Self { load_balancers, gateways, istio: istio_tables(cluster), rejected }
    }

    /// True when tables depend on an object: on everything but workloads and Pods that are no gateway, what they mount,
    /// policies, and kinds that are not modelled.
    pub fn read(cluster: &Cluster, resource: &Resource) -> bool {
        match &resource.object {
            Object::Workload(workload) => istio::is_gateway_pod(cluster, &workload.template.labels),
            Object::Pod(pod) => istio::is_gateway_pod(cluster, &pod.template.labels),
            Object::ConfigMap(_)
            | Object::ServiceAccount(_)
            | Object::MeshPolicy(_)
            | Object::NetworkPolicy(_)
            | Object::Unknown(_) => false,
            _ => true,
        }
    }

    /// The table of the Istio gateway that these Pods serve.
    pub fn istio_of(&self, pods: &PodSource<'_>) -> Option<&Table> {
        self.istio.iter().find(|(known, _)| known.source == Some(pods.id)).map(|(_, table)| table)
    }

    /// All tables.
    pub fn all(&self) -> impl Iterator<Item = &Table> {
        self.load_balancers.iter().chain(&self.gateways).chain(self.istio.iter().map(|(_, table)| table))
    }
}

/// One table for each set of gateway Pods, and one for each Gateway that no Pod of the workspace serves.
fn istio_tables(cluster: &Cluster) -> Vec<(GatewayPods, Table)> {
    let mut tables = Vec::new();
    let pods = cluster.pod_sources().filter(|it| istio::is_gateway_pod(cluster, &it.template.labels));
    for source in pods {
        let labels = source.template.labels.clone();
        let table = istio::lower(cluster, source.namespace, &labels);
        let pods = GatewayPods { source: Some(source.id), namespace: source.namespace.to_owned(), labels };
        tables.push((pods, table));
    }
    let served =
        |id: ResourceId, tables: &[(GatewayPods, Table)]| tables.iter().any(|(_, it)| it.members.contains(&id));
    for gateway in cluster.all::<IstioGateway>() {
        if served(gateway.id, &tables) {
            continue;
        }
        let labels = gateway.object.selector.clone();
        let pods = GatewayPods { source: None, namespace: gateway.namespace().to_owned(), labels };
        tables.push((pods, istio::lower_alone(cluster, &gateway)));
    }
    tables
}
