//! Which Pods serve which Gateways.

use podpath_cluster::{Cluster, Found, ResourceId};
use podpath_objects::{IstioGateway, Labels};
use podpath_order::{OrdMap, Order};

use super::ingress;
use super::names::age_key;
use crate::gateways::full_name;
use crate::tables::GatewayPods;

/// Pods, and the Gateways that they serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// The workload or the Pod; where it is not here, the Gateway that stands for it.
    pub(super) id: ResourceId,
    pub(super) served_by: GatewayPods,
    /// The Services of the Pods say at which of their ports they take what is for a server; else nobody knows, and ports
    /// are those of the servers.
    pub(super) has_services: bool,
    /// They are those that serve Ingresses, and there are such.
    pub(super) has_ingresses: bool,
    /// Oldest first.
    pub(super) gateways: Vec<ResourceId>,
}

/// All Pods that serve Gateways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frames {
    /// One for each set of gateway Pods, and one for each Gateway that no Pod of the workspace serves.
    pub(super) all: Vec<Frame>,
    /// Where each Gateway stands, by its full name: the number of the frame, and its number there.
    doors: OrdMap<String, Vec<(usize, usize)>>,
}

/// The Pods of a gateway.
#[derive(Clone, Copy)]
pub(super) struct Pods<'a> {
    /// As of the frame.
    pub(super) id: ResourceId,
    pub(super) namespace: &'a str,
    pub(super) labels: &'a Labels,
}

impl Frame {
    pub(super) fn pods(&self) -> Pods<'_> {
        Pods { id: self.id, namespace: &self.served_by.namespace, labels: &self.served_by.labels }
    }

    /// Pods with these labels, whether they are here or not.
    pub(super) fn of_labels(cluster: &Cluster, namespace: &str, labels: &Labels) -> Self {
        Self {
            id: ResourceId(u32::MAX),
            served_by: GatewayPods { source: None, namespace: namespace.to_owned(), labels: labels.clone() },
            has_services: true,
            has_ingresses: ingress::serves(cluster, labels),
            gateways: gateways_of(cluster, labels).iter().map(|it| it.id).collect(),
        }
    }

    /// A Gateway when its Pods are not here. Whatever Pods carry its labels serve the Gateways beside it that ask for no
    /// others, too.
    fn of_gateway(cluster: &Cluster, gateway: &Found<'_, IstioGateway>) -> Self {
        let labels = &gateway.object.selector;
        let gateways = gateways_of(cluster, labels);
        let near = gateways.iter().filter(|it| it.namespace() == gateway.namespace());
        let gateways = near.map(|it| it.id).collect();
        let alone = Self::of_labels(cluster, gateway.namespace(), labels);
        Self { id: gateway.id, has_services: false, gateways, ..alone }
    }
}

impl Frames {
    pub(super) fn new(cluster: &Cluster) -> Self {
        let mut all: Vec<Frame> = Vec::new();
        for source in cluster.pod_sources().filter(|it| is_gateway_pod(cluster, &it.template.labels)) {
            let frame = Frame::of_labels(cluster, source.namespace, &source.template.labels);
            let served_by = GatewayPods { source: Some(source.id), ..frame.served_by };
            all.push(Frame { id: source.id, served_by, ..frame });
        }
        for gateway in cluster.all::<IstioGateway>() {
            if !all.iter().any(|it| it.gateways.contains(&gateway.id)) {
                all.push(Frame::of_gateway(cluster, &gateway));
            }
        }
        Self::of(cluster, all)
    }

    pub(super) fn of(cluster: &Cluster, all: Vec<Frame>) -> Self {
        let mut doors: OrdMap<String, Vec<(usize, usize)>> = OrdMap::new();
        for (number, frame) in all.iter().enumerate() {
            let gateways = frame.gateways.iter().filter_map(|it| cluster.get::<IstioGateway>(*it));
            for (at, gateway) in gateways.enumerate() {
                doors.entry(full_name(&gateway)).or_default().push((number, at));
            }
        }
        Self { all, doors }
    }

    /// The numbers of the frames that serve a Gateway of this full name, each with its number there.
    pub(super) fn serving(&self, gateway: &str) -> &[(usize, usize)] {
        self.doors.get(gateway).map(Vec::as_slice).unwrap_or_default()
    }
}

/// True when some Gateway selects Pods with these labels, or they serve the Ingresses of istiod.
pub fn is_gateway_pod(cluster: &Cluster, labels: &Labels) -> bool {
    ingress::serves(cluster, labels)
        || cluster
            .all::<IstioGateway>()
            .any(|it| !it.object.selector.is_empty() && it.object.selector.is_subset_of(labels))
}

/// The Gateways that Pods with these labels serve, oldest first.
pub fn gateways_of<'a>(cluster: &'a Cluster, labels: &Labels) -> Vec<Found<'a, IstioGateway>> {
    let mut found: Vec<_> =
        cluster.all::<IstioGateway>().filter(|it| it.object.selector.is_subset_of(labels)).collect();
    found.order_by_key(age_key);
    found
}
