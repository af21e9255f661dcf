//! The method `workloads`: what makes Pods, with their names, Services, policies, identity, needs and Nodes.

use podpath_cluster::{Cluster, PodSource, ResourceId, pod_name};
use podpath_objects::{NetworkPolicy, Service, Workload as WorkloadObject};
use podpath_order::{Gather, OrdMap, Order};
use podpath_protocol::{Locale, Ref, Schedulable, Workload, Workloads};
use podpath_routing::mesh::Injection;

use crate::analysis::Analysis;
use crate::pod;

/// More names than this are left out.
const MAX_PODS: usize = 100;

/// Every workload, and every Pod that none of them makes, in source order. Pods and ReplicaSets of a workload that is here
/// count as its own.
pub(crate) fn workloads(analysis: &Analysis, locale: Locale) -> Workloads {
    let cluster = &analysis.cluster;
    let mut sources: Vec<_> = cluster.pod_sources().collect();
    sources.order_by_key(|it| it.id);
    let owners: OrdMap<_, _> = sources.iter().filter_map(|it| Some((it.id, cluster.owner_of(it.id)?))).gather();
    let services = selecting(cluster);
    let injection = Injection::new(cluster);
    let mut made: OrdMap<ResourceId, Vec<String>> = OrdMap::new();
    for pod in sources.iter().filter(|it| cluster.get::<podpath_objects::Pod>(it.id).is_some()) {
        let name = cluster.entry(pod.id).map_or("", |it| it.resource.meta.name());
        if let Some(top) = top(&owners, pod.id) {
            made.entry(top).or_default().push(name.to_owned());
        }
    }
    let own = sources.iter().filter(|it| !owners.contains_key(&it.id));
    let write = |pods: &PodSource<'_>| {
        let services = services.get(&pods.id).map(Vec::as_slice).unwrap_or_default();
        let asked = pod::Asked { analysis, pods, injection: &injection, locale };
        write(&asked, services, made.get(&pods.id))
    };
    Workloads { workloads: own.filter_map(write).collect() }
}

/// The workload at the end of the owners of an object; owners that form a ring have none.
fn top(owners: &OrdMap<ResourceId, ResourceId>, id: ResourceId) -> Option<ResourceId> {
    let mut seen = podpath_order::set([id]);
    let mut at = *owners.get(&id)?;
    while let Some(next) = owners.get(&at) {
        if !seen.insert(at) {
            return None;
        }
        at = *next;
    }
    Some(at)
}

/// The Services of what has Pods.
fn selecting(cluster: &Cluster) -> OrdMap<ResourceId, Vec<ResourceId>> {
    let mut found: OrdMap<_, Vec<_>> = OrdMap::new();
    for service in cluster.all::<Service>() {
        for pods in podpath_cluster::service_pods(cluster, &service) {
            found.entry(pods.id).or_default().push(service.id);
        }
    }
    found
}

fn write(asked: &pod::Asked<'_>, services: &[ResourceId], made: Option<&Vec<String>>) -> Option<Workload> {
    let pod::Asked { analysis, pods, .. } = *asked;
    let cluster = &analysis.cluster;
    let workload = analysis.reference(pods.id)?;
    let template = pods.template;
    let place = pod::placement(asked);
    let n_nodes = place.nodes.as_ref().map(|it| u32::try_from(it.len()).unwrap_or(u32::MAX));
    let count = n_nodes.filter(|_| workload.kind == "DaemonSet").unwrap_or(pods.replicas);
    let first = cluster.get::<WorkloadObject>(pods.id).map_or(0, |it| it.object.first_ordinal);
    let names =
        (0..count).take(MAX_PODS).map(|nth| pod_name(&workload.kind, &workload.name, first.saturating_add(nth)));
    let policies = cluster.in_namespace::<NetworkPolicy>(pods.namespace);
    let policies = policies.filter(|it| it.object.selector.matches(&template.labels));
    let account = pod::account(asked);
    Some(Workload {
        pods: made.map_or_else(|| names.collect(), |it| it.iter().take(MAX_PODS).cloned().collect()),
        labels: template.labels.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        services: services.iter().filter_map(|it| analysis.reference(*it)).collect(),
        sidecar: pod::sidecar_of(asked),
        mtls: pod::mtls_state(asked),
        policies: pod::policies(asked),
        network_policies: policies.filter_map(|it| analysis.reference(it.id)).collect(),
        service_account: account.resource,
        iam_role: account.role,
        uses: uses(cluster, pods, &workload.name, first, count),
        schedulable: Schedulable { nodes: place.nodes, reason: place.reason },
        workload,
    })
}

/// What the Pods name, and the claims that a StatefulSet makes for each of them.
fn uses(cluster: &Cluster, pods: &PodSource<'_>, name: &str, first: u32, count: u32) -> Vec<Ref> {
    let named = pods.template.uses.iter().map(|it| core_ref(it.kind, pods.namespace, &it.name.value));
    let mut found: Vec<_> = named.collect();
    let claims = cluster.get::<WorkloadObject>(pods.id).map(|it| it.object.claims.as_slice()).unwrap_or_default();
    for nth in (0..count).take(MAX_PODS) {
        let nth = first.saturating_add(nth);
        let made = claims.iter().map(|claim| format!("{claim}-{name}-{nth}"));
        found.extend(made.map(|it| core_ref("PersistentVolumeClaim", pods.namespace, &it)));
    }
    found
}

fn core_ref(kind: &str, namespace: &str, name: &str) -> Ref {
    let namespace = Some(namespace.to_owned());
    Ref { api_version: "v1".into(), kind: kind.to_owned(), namespace, name: name.to_owned() }
}
