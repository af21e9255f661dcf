//! What has Pods, and which of them a selector selects.
//!
//! A StatefulSet puts labels on each of its Pods that no template tells (kubernetes.io/docs/reference/labels-annotations-taints):
//! a selector with one of them selects a single Pod. Hashes and `controller-uid` cannot be known.

use std::net::IpAddr;

use podpath_objects::{Kind, Labels, Pod, PodTemplate, Workload};
use podpath_order::Order;

use crate::{Cluster, Reads, ResourceId};

/// The label with the name of a Pod of a StatefulSet.
const POD_NAME: &str = "statefulset.kubernetes.io/pod-name";
/// The label with its ordinal.
const POD_INDEX: &str = "apps.kubernetes.io/pod-index";

/// Pods that are alike: one written by hand, or those that a workload makes.
#[derive(Clone, Copy, Debug)]
pub struct PodSource<'a> {
    /// The Pod or the workload.
    pub id: ResourceId,
    /// Where they run.
    pub namespace: &'a str,
    /// Labels and containers.
    pub template: &'a PodTemplate,
    /// How many.
    pub replicas: u32,
    /// `status.podIP` of a Pod written by hand.
    pub ip: Option<&'a str>,
    /// The same, and the others of `status.podIPs`.
    pub ips: &'a [String],
    /// What they do, as far as the manifests say.
    pub state: PodState,
    /// A status says how they are, so nothing else has to.
    pub is_observed: bool,
}

/// What Pods do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PodState {
    /// They take traffic.
    Ready,
    /// They do not answer.
    NotReady,
    /// They are being deleted, and still answer.
    ServesStill,
    /// They ended, and are no endpoints any more.
    Ended,
    /// They wait for a node and have no address yet, so they are no endpoints, whatever a Service publishes.
    Unaddressed,
}

impl PodState {
    /// Endpoints are made of them: not of Pods that ended, nor of those without an address (kubernetes
    /// `endpointslice/util`, `ShouldPodBeInEndpoints`).
    pub(crate) fn makes_endpoints(self) -> bool {
        !matches!(self, Self::Ended | Self::Unaddressed)
    }
}

impl PodSource<'_> {
    /// They take traffic.
    pub fn is_ready(&self) -> bool {
        self.state == PodState::Ready
    }

    /// A Pod written by hand has this address, however it is written.
    pub fn has_address(&self, address: IpAddr) -> bool {
        self.ips.iter().any(|it| it.parse::<IpAddr>() == Ok(address))
    }

    /// The Node that they run on, where that is told.
    pub fn node(&self) -> Option<&str> {
        self.template.placement.node_name.as_ref().map(|it| it.value.as_str())
    }
}

impl Cluster {
    /// The Pods of an object, when it has any.
    pub fn pod_source(&self, id: ResourceId) -> Option<PodSource<'_>> {
        if let Some(found) = self.get::<Workload>(id) {
            return Some(PodSource {
                id,
                namespace: found.namespace(),
                template: &found.object.template,
                replicas: found.object.replicas,
                ip: None,
                ips: &[],
                state: PodState::Ready,
                is_observed: false,
            });
        }
        let found = self.get::<Pod>(id)?;
        let phase = found.object.phase.as_deref();
        let answers = found.object.ready.unwrap_or(phase != Some("Pending"));
        let state = match (phase, found.object.is_terminating) {
            (Some("Succeeded" | "Failed"), _) => PodState::Ended,
            // A status that tells a Pod to be pending, and no address: where no status is told, Pods are taken to run.
            (Some("Pending"), _) if found.object.ips.is_empty() => PodState::Unaddressed,
            _ if !answers => PodState::NotReady,
            (_, true) => PodState::ServesStill,
            (_, false) => PodState::Ready,
        };
        Some(PodSource {
            id,
            namespace: &found.entry.namespace,
            template: &found.object.template,
            replicas: 1,
            ip: found.object.ips.first().map(String::as_str),
            ips: &found.object.ips,
            state,
            is_observed: phase.is_some() || found.object.ready.is_some(),
        })
    }

    /// Everything that has Pods, workloads after Pods, each in source order.
    pub fn pod_sources(&self) -> impl Iterator<Item = PodSource<'_>> {
        self.note(Reads::pods());
        let ids = [Pod::TAG, Workload::TAG].into_iter().filter_map(|tag| self.by_tag.get(tag)).flatten();
        ids.filter_map(|id| self.pod_source(*id))
    }

    /// The Pods of a namespace that carry all these labels, in source order. No labels select nothing.
    ///
    /// Looks only at the Pods that carry the rarest of the labels.
    pub fn select_pods(&self, namespace: &str, selector: &Labels) -> Vec<PodSource<'_>> {
        self.note(Reads::pods());
        let written = selector.iter().filter(|(key, _)| !is_of_one_pod(key));
        let ranges = written.map(|(key, value)| self.label_range(namespace, key, value));
        let ids: Vec<ResourceId> = match ranges.min_by_key(ExactSizeIterator::len) {
            Some(rarest) => self.by_label.get(rarest).unwrap_or_default().iter().map(|(id, _)| *id).collect(),
            None => self.numbered(namespace, selector),
        };
        let found = ids.into_iter().filter_map(|id| self.carrying(self.pod_source(id)?, selector));
        let mut pods: Vec<_> = found.collect();
        pods.order_by_key(|it| it.id);
        pods.dedup_by_key(|it| it.id);
        pods
    }

    /// Those of some Pods that carry all these labels: all of them, one of a StatefulSet by its own labels, or none.
    pub fn carrying<'a>(&'a self, pods: PodSource<'a>, selector: &Labels) -> Option<PodSource<'a>> {
        let labels = &pods.template.labels;
        if selector.is_subset_of(labels) {
            return Some(pods);
        }
        let set = self.get::<Workload>(pods.id)?;
        if set.entry.resource.meta.kind.value != "StatefulSet" {
            return None;
        }
        let mut only = None;
        for (key, value) in selector.iter().filter(|(key, value)| labels.get(key) != Some(*value)) {
            let text = match key {
                POD_NAME => value.strip_prefix(set.name())?.strip_prefix('-')?,
                POD_INDEX => value,
                _ => return None,
            };
            let ordinal: u32 = text.parse().ok().filter(|it: &u32| it.to_string() == text)?;
            let first = set.object.first_ordinal;
            let exists = (first..first.saturating_add(pods.replicas)).contains(&ordinal);
            if !exists || only.is_some_and(|known| known != ordinal) {
                return None;
            }
            only = Some(ordinal);
        }
        Some(PodSource { replicas: 1, ..pods })
    }

    /// What may carry labels of single Pods: the Pods on which they are written, and StatefulSets.
    fn numbered(&self, namespace: &str, selector: &Labels) -> Vec<ResourceId> {
        let Some((key, value)) = selector.iter().next() else { return vec![] };
        let written = self.by_label.get(self.label_range(namespace, key, value)).unwrap_or_default();
        let mut ids: Vec<_> = written.iter().map(|(id, _)| *id).collect();
        match selector.get(POD_NAME) {
            Some(name) => {
                let set = name.rsplit_once('-').and_then(|(set, _)| self.find::<Workload>(namespace, set));
                ids.extend(set.map(|it| it.id));
            }
            None => ids.extend(self.in_namespace::<Workload>(namespace).map(|it| it.id)),
        }
        ids
    }

    /// The workload that makes these Pods: its owner reference, and of a ReplicaSet that is not here its Deployment.
    pub fn owner_of(&self, id: ResourceId) -> Option<ResourceId> {
        let entry = self.entry(id)?;
        let (kind, name) = entry.resource.meta.owner.as_ref()?;
        let of_kind = |kind: &str, name: &str| {
            let found = self.find::<Workload>(&entry.namespace, name)?;
            (found.entry.resource.meta.kind.value == kind).then_some(found.id)
        };
        let hash = entry.resource.meta.labels.get("pod-template-hash");
        let deployment = hash.filter(|_| kind == "ReplicaSet").and_then(|it| name.strip_suffix(it)?.strip_suffix('-'));
        of_kind(kind, name).or_else(|| of_kind("Deployment", deployment?))
    }

    fn label_range(&self, namespace: &str, key: &str, value: &str) -> std::ops::Range<usize> {
        let wanted = (namespace, key, value);
        let start = self.by_label.partition_point(|it| label_key(self, *it) < wanted);
        let rest = self.by_label.get(start..).unwrap_or_default();
        start..start + rest.partition_point(|it| label_key(self, *it) <= wanted)
    }
}

/// A label that a StatefulSet puts on one Pod alone.
pub fn is_of_one_pod(key: &str) -> bool {
    key == POD_NAME || key == POD_INDEX
}

/// The labels of everything that has Pods, sorted for search.
pub(crate) fn index_labels(cluster: &Cluster) -> Vec<(ResourceId, u32)> {
    let mut index: Vec<_> = cluster.pod_sources().flat_map(|source| labels_of(cluster, source.id)).collect();
    index.order_by(|a, b| label_key(cluster, *a).cmp(&label_key(cluster, *b)).then(a.cmp(b)));
    index
}

/// The labels of what has Pods, as the index holds them.
pub(crate) fn labels_of(cluster: &Cluster, id: ResourceId) -> impl Iterator<Item = (ResourceId, u32)> + use<> {
    let n_labels = cluster.pod_source(id).map_or(0, |it| it.template.labels.entries.len());
    (0..u32::try_from(n_labels).unwrap_or(u32::MAX)).map(move |idx| (id, idx))
}

/// Where labels stand in the index.
pub(crate) fn label_key(cluster: &Cluster, (id, idx): (ResourceId, u32)) -> (&str, &str, &str) {
    let Some(source) = cluster.pod_source(id) else { return ("", "", "") };
    let label = source.template.labels.entries.get(idx as usize);
    label.map_or(("", "", ""), |(key, value)| (source.namespace, key.value.as_str(), value.value.as_str()))
}

/// The alphabet of generated names: no vowels, so that no word can appear (apimachinery `rand.SafeEncodeString`).
const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

/// A name as the cluster would give it to the n-th Pod of a workload; of a Pod, its own name.
///
/// Hashes are not those of a real cluster, but have their form and are the same every time.
pub fn pod_name(kind: &str, workload: &str, nth: u32) -> String {
    match kind {
        "Deployment" => format!("{workload}-{}-{}", safe(workload, 0, 10), safe(workload, nth + 1, 5)),
        "StatefulSet" => format!("{workload}-{nth}"),
        // Minutes since 1970 of the run, which nobody knows.
        "CronJob" => format!("{workload}-{}-{}", 28_000_000 + u64::from(nth), safe(workload, nth + 1, 5)),
        "Pod" => workload.to_owned(),
        _ => format!("{workload}-{}", safe(workload, nth + 1, 5)),
    }
}

/// Letters of the alphabet that depend on the name and a number alone (FNV-1a).
fn safe(name: &str, salt: u32, length: usize) -> String {
    let mut state = name
        .bytes()
        .chain(salt.to_le_bytes())
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mut text = String::with_capacity(length);
    for _ in 0..length {
        let idx = usize::try_from((state >> 32) % ALPHABET.len() as u64).unwrap_or(0);
        text.extend(ALPHABET.get(idx).map(|byte| char::from(*byte)));
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_the_form_that_a_cluster_gives() {
        assert_eq!(pod_name("StatefulSet", "db", 2), "db-2");
        assert_eq!(pod_name("Pod", "alone", 0), "alone");
        let name = pod_name("Deployment", "web", 0);
        let parts: Vec<_> = name.split('-').map(str::len).collect();
        assert_eq!(parts, [3, 10, 5], "{name}");
        assert_ne!(pod_name("Deployment", "web", 0), pod_name("Deployment", "web", 1));
        assert!(name.bytes().skip(4).all(|byte| byte == b'-' || ALPHABET.contains(&byte)));
    }
}
