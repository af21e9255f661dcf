//! All tables of a cluster that do not depend on who calls.

use podpath_cluster::{Cluster, Derived, PodSource, Reads, ResourceId};
use podpath_objects::{IstioGateway, Labels};

use crate::gateways::gateway_api::{Problem, Status};
use crate::gateways::{alb, gateway_api, ingress, istio};
use crate::table::{Rejected, Table};

/// The tables of load balancers and gateways. Each sort is made again only when an object changed that it looked at.
#[derive(Clone, Debug)]
pub struct Tables {
    alb: Derived<(Vec<Table>, Vec<Rejected>)>,
    nlb: Derived<Vec<Table>>,
    gateway_api: Derived<gateway_api::Lowered>,
    ingress: Derived<(Vec<Table>, Vec<Rejected>)>,
    istio: Derived<Vec<(GatewayPods, Table)>>,
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
        Self {
            alb: Derived::new(cluster, alb::lower),
            nlb: Derived::new(cluster, alb::lower_services),
            gateway_api: Derived::new(cluster, gateway_api::lower),
            ingress: Derived::new(cluster, ingress_tables),
            istio: Derived::new(cluster, istio_tables),
        }
    }

    /// The tables after a change of the cluster.
    #[must_use]
    pub fn next(self, cluster: &Cluster, changed: Reads) -> Self {
        Self {
            alb: self.alb.next(cluster, changed, alb::lower),
            nlb: self.nlb.next(cluster, changed, alb::lower_services),
            gateway_api: self.gateway_api.next(cluster, changed, gateway_api::lower),
            ingress: self.ingress.next(cluster, changed, ingress_tables),
            istio: self.istio.next(cluster, changed, istio_tables),
        }
    }

    /// For a pass that looks at the tables: what they were made of counts as read.
    #[must_use]
    pub fn read(&self, cluster: &Cluster) -> &Self {
        self.alb.read(cluster);
        self.nlb.read(cluster);
        self.gateway_api.read(cluster);
        self.ingress.read(cluster);
        self.istio.read(cluster);
        self
    }

    /// ALBs, one for each group.
    pub fn load_balancers(&self) -> &[Table] {
        &self.alb.value.0
    }

    /// The NLB of a Service, when the AWS Load Balancer Controller makes it one.
    pub fn network(&self, service: ResourceId) -> Option<&Table> {
        self.nlb.value.iter().find(|it| it.members.contains(&service))
    }

    /// Gateway API Gateways and Ingress controllers.
    pub fn gateways(&self) -> impl Iterator<Item = &Table> {
        self.gateway_api.value.tables.iter().chain(&self.ingress.value.0)
    }

    /// What a controller of the Gateway API writes into the statuses of its objects.
    pub fn statuses(&self, cluster: &Cluster) -> Vec<Status> {
        gateway_api::statuses(cluster, &self.gateway_api.value)
    }

    /// What a controller of the Gateway API refuses, and every reference that it cannot resolve, each with the object that
    /// says it.
    pub fn problems(&self) -> impl Iterator<Item = (ResourceId, &Problem)> {
        self.gateway_api.value.problems()
    }

    /// Ingress gateways of Istio: the Pods, and their table.
    pub fn istio(&self) -> &[(GatewayPods, Table)] {
        &self.istio.value
    }

    /// What no controller takes.
    pub fn rejected(&self) -> impl Iterator<Item = &Rejected> {
        self.alb.value.1.iter().chain(&self.ingress.value.1)
    }

    /// The table of the Istio gateway that these Pods serve.
    pub fn istio_of(&self, pods: &PodSource<'_>) -> Option<&Table> {
        self.istio().iter().find(|(known, _)| known.source == Some(pods.id)).map(|(_, table)| table)
    }

    /// All tables.
    pub fn all(&self) -> impl Iterator<Item = &Table> {
        self.load_balancers().iter().chain(self.gateways()).chain(self.istio().iter().map(|(_, table)| table))
    }
}

fn ingress_tables(cluster: &Cluster) -> (Vec<Table>, Vec<Rejected>) {
    (ingress::lower(cluster), ingress::rejected(cluster))
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
