//! The method `workloads`: what makes Pods, with their names, Services, policies, identity, needs and Nodes.

use std::collections::{BTreeMap, BTreeSet};

use podpath_cluster::{Cluster, PodSource, ResourceId, Schedule, pod_name, schedule};
use podpath_objects::{NetworkPolicy, Service, ServiceAccount, Workload as WorkloadObject};
use podpath_protocol::{Ref, Schedulable, Workload, Workloads};

use crate::analysis::Analysis;

/// More names than this are left out.
const MAX_PODS: usize = 100;

/// By the annotation of a ServiceAccount Pods get an IAM role (IRSA).
const ROLE: &str = "eks.amazonaws.com/role-arn";

/// Every workload, and every Pod that none of them makes, in source order. Pods and ReplicaSets of a workload that is here
/// count as its own.
pub(crate) fn workloads(analysis: &Analysis) -> Workloads {
    let cluster = &analysis.cluster;
    let mut sources: Vec<_> = cluster.pod_sources().collect();
    sources.sort_by_key(|it| it.id);
    let owners: BTreeMap<_, _> = sources.iter().filter_map(|it| Some((it.id, cluster.owner_of(it.id)?))).collect();
    let services = selecting(cluster);
    let mut made: BTreeMap<ResourceId, Vec<String>> = BTreeMap::new();
    for pod in sources.iter().filter(|it| cluster.get::<podpath_objects::Pod>(it.id).is_some()) {
        let name = cluster.entry(pod.id).map_or("", |it| it.resource.meta.name());
        if let Some(top) = top(&owners, pod.id) {
            made.entry(top).or_default().push(name.to_owned());
        }
    }
    let own = sources.iter().filter(|it| !owners.contains_key(&it.id));
    let write = |pods: &PodSource<'_>| {
        let services = services.get(&pods.id).map(Vec::as_slice).unwrap_or_default();
        write(analysis, pods, services, made.get(&pods.id))
    };
    Workloads { workloads: own.filter_map(write).collect() }
}

/// The workload at the end of the owners of an object; owners that form a ring have none.
fn top(owners: &BTreeMap<ResourceId, ResourceId>, id: ResourceId) -> Option<ResourceId> {
    let mut seen = BTreeSet::from([id]);
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
fn selecting(cluster: &Cluster) -> BTreeMap<ResourceId, Vec<ResourceId>> {
    let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for service in cluster.all::<Service>() {
        for pods in podpath_cluster::service_pods(cluster, &service) {
            found.entry(pods.id).or_default().push(service.id);
        }
    }
    found
}

fn write(
    analysis: &Analysis,
    pods: &PodSource<'_>,
    services: &[ResourceId],
    made: Option<&Vec<String>>,
) -> Option<Workload> {
    let cluster = &analysis.cluster;
    let workload = analysis.reference(pods.id)?;
    let template = pods.template;
    let (nodes, reason, n_daemons) = nodes(cluster, pods, workload.kind == "DaemonSet");
    let count = if workload.kind == "DaemonSet" { n_daemons.unwrap_or(pods.replicas) } else { pods.replicas };
    let first = cluster.get::<WorkloadObject>(pods.id).map_or(0, |it| it.object.first_ordinal);
    let names =
        (0..count).take(MAX_PODS).map(|nth| pod_name(&workload.kind, &workload.name, first.saturating_add(nth)));
    let policies = cluster.in_namespace::<NetworkPolicy>(pods.namespace);
    let policies = policies.filter(|it| it.object.selector.matches(&template.labels));
    let account = template.service_account.as_ref().map_or("default", |it| it.value.as_str());
    let role = cluster.find::<ServiceAccount>(pods.namespace, account);
    let role = role.and_then(|it| it.entry.resource.meta.annotation(ROLE).map(str::to_owned));
    Some(Workload {
        pods: made.map_or_else(|| names.collect(), |it| it.iter().take(MAX_PODS).cloned().collect()),
        labels: template.labels.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        services: services.iter().filter_map(|it| analysis.reference(*it)).collect(),
        network_policies: policies.filter_map(|it| analysis.reference(it.id)).collect(),
        service_account: core_ref("ServiceAccount", pods.namespace, account),
        iam_role: role,
        uses: uses(cluster, pods, &workload.name, first, count),
        schedulable: Schedulable { nodes, reason: reason.to_owned() },
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

/// The Nodes, why, and how many Pods of a DaemonSet they get.
fn nodes(cluster: &Cluster, pods: &PodSource<'_>, is_daemon: bool) -> (Option<Vec<String>>, &'static str, Option<u32>) {
    match schedule(cluster, &pods.template.placement, is_daemon) {
        Schedule::Unknown => (None, "no-nodes-given", None),
        Schedule::Nowhere(_) => (Some(vec![]), "no-node-fits", Some(0)),
        Schedule::Nodes(found) => {
            let name = |id: &ResourceId| cluster.entry(*id).map(|it| it.resource.meta.name().to_owned());
            let names: Vec<_> = found.iter().filter_map(name).collect();
            let n_nodes = u32::try_from(names.len()).unwrap_or(u32::MAX);
            (Some(names), "nodes-fit", Some(n_nodes))
        }
    }
}
