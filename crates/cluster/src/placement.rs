//! On which Nodes Pods may run, as far as the manifests tell.
//!
//! Rules: `nodeName` names the Node and passes the scheduler by; `nodeSelector` and the required node affinity must hold;
//! a taint with the effect NoSchedule or NoExecute keeps Pods away that do not tolerate it. Pods of a DaemonSet tolerate
//! what nodes in trouble are tainted with.

use podpath_objects::{ClusterNode, Placement, Taint, Toleration};
use podpath_source::Span;

use crate::{Cluster, Found, ResourceId};

/// Where Pods may run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// No Node is given.
    Unknown,
    /// On these Nodes.
    Nodes(Vec<ResourceId>),
    /// On none of the Nodes that are given; what asks for it.
    Nowhere(Span),
}

/// Where Pods of a placement may run. O(nodes).
pub fn schedule(cluster: &Cluster, placement: &Placement, is_daemon: bool) -> Schedule {
    let nodes: Vec<_> = cluster.all::<ClusterNode>().collect();
    if nodes.is_empty() {
        return Schedule::Unknown;
    }
    if let Some(name) = &placement.node_name {
        let named = nodes.iter().find(|it| it.name() == name.value);
        return named.map_or(Schedule::Nowhere(name.span), |it| Schedule::Nodes(vec![it.id]));
    }
    let fits = |it: &&Found<'_, ClusterNode>| selects(placement, it) && tolerates(placement, it, is_daemon);
    let found: Vec<_> = nodes.iter().filter(fits).map(|it| it.id).collect();
    if !found.is_empty() {
        return Schedule::Nodes(found);
    }
    let affinity = placement.terms.first().map(|it| it.span);
    let span = if placement.selector.is_empty() { affinity } else { Some(placement.selector.span) };
    Schedule::Nowhere(span.unwrap_or_default())
}

fn selects(placement: &Placement, node: &Found<'_, ClusterNode>) -> bool {
    let labels = &node.entry.resource.meta.labels;
    // What cannot be read for certain, such as `Gt`, counts as fulfilled.
    let is_plain = |operator: &str| matches!(operator, "In" | "NotIn" | "Exists" | "DoesNotExist");
    let holds = |term: &podpath_objects::Selector| {
        let certain = term.terms.iter().filter(|it| is_plain(&it.operator));
        certain.into_iter().all(|it| it.matches(labels))
    };
    placement.selector.is_subset_of(labels) && (placement.terms.is_empty() || placement.terms.iter().any(holds))
}

fn tolerates(placement: &Placement, node: &Found<'_, ClusterNode>, is_daemon: bool) -> bool {
    let keeps_away = |it: &&Taint| it.effect == "NoSchedule" || it.effect == "NoExecute";
    let own = |it: &Taint| is_daemon && it.key.starts_with("node.kubernetes.io/");
    node.object
        .taints
        .iter()
        .filter(keeps_away)
        .all(|taint| own(taint) || placement.tolerations.iter().any(|it| covers(it, taint)))
}

/// "An empty key with operator Exists matches all keys, an empty effect matches all effects."
fn covers(toleration: &Toleration, taint: &Taint) -> bool {
    let key = toleration.key == taint.key || toleration.key.is_empty() && toleration.exists;
    let value = toleration.exists || toleration.value == taint.value;
    key && value && (toleration.effect.is_empty() || toleration.effect == taint.effect)
}
