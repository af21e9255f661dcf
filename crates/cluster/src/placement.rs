//! On which Nodes Pods may run, as far as the manifests tell.
//!
//! Rules: `nodeSelector` and the required node affinity must hold; a taint with the effect NoSchedule or NoExecute keeps Pods
//! away that do not tolerate it. Pods of a DaemonSet tolerate what nodes in trouble are tainted with. A Node without the
//! `topologyKey` of a constraint that must hold takes none of its Pods ("node doesn't have required label").
//!
//! `nodeName` names the Node and passes the scheduler by. The kubelet asks again, for labels and NoExecute alone (kubernetes
//! `pkg/kubelet/lifecycle/predicate.go`).

use podpath_objects::{ClusterNode, Labels, NODE_NAME, Placement, Selector, SelectorTerm, Taint, Toleration};
use podpath_source::{Span, Spanned};

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
    let found: Vec<_> = nodes.iter().filter(|it| misfit(placement, it, is_daemon).is_none()).map(|it| it.id).collect();
    if !found.is_empty() {
        return Schedule::Nodes(found);
    }
    let name = placement.node_name.as_ref().map(|it| it.span);
    let selector = (!placement.selector.is_empty()).then_some(placement.selector.span);
    let terms = placement.terms.first().map(|it| it.span).or(placement.topologies.first().map(|it| it.span));
    let span = name.or(selector).or(terms);
    Schedule::Nowhere(span.unwrap_or_default())
}

/// Why Pods may not run on a Node: the first rule that keeps them away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// `nodeName` names another one.
    Name(Span),
    /// The Node lacks a label of `nodeSelector`: key, value.
    Selector(String, String, Span),
    /// No required term of the node affinity holds.
    Affinity(Span),
    /// The Node has a taint that is not tolerated: key, value, effect.
    Taint(Taint),
    /// The Node lacks the label of a `topologyKey`.
    Topology(Spanned<String>),
}

/// Why Pods of a placement may not run on a Node; none where they may.
pub fn misfit(placement: &Placement, node: &Found<'_, ClusterNode>, is_daemon: bool) -> Option<Misfit> {
    let bound = placement.node_name.as_ref();
    if let Some(name) = bound.filter(|it| it.value != node.name()) {
        return Some(Misfit::Name(name.span));
    }
    let labels = &node.entry.resource.meta.labels;
    let lacks =
        |(key, value): &&(Spanned<String>, Spanned<String>)| labels.get(&key.value) != Some(value.value.as_str());
    if let Some((key, value)) = placement.selector.entries.iter().find(lacks) {
        return Some(Misfit::Selector(key.value.clone(), value.value.clone(), key.span.to(value.span)));
    }
    let fields: Labels = [(NODE_NAME, node.name())].into_iter().collect();
    let own = |it: &SelectorTerm| if it.key == NODE_NAME { &fields } else { labels };
    // "A null or empty node selector term matches no objects."
    let holds = |term: &Selector| !term.terms.is_empty() && term.terms.iter().all(|it| fulfils(it, own(it)));
    if let Some(first) = placement.terms.first()
        && !placement.terms.iter().any(holds)
    {
        return Some(Misfit::Affinity(first.span));
    }
    let keeps_away = |it: &&Taint| it.effect == "NoSchedule" && bound.is_none() || it.effect == "NoExecute";
    let of_daemons = |it: &Taint| is_daemon && it.key.starts_with("node.kubernetes.io/");
    let tolerated = |taint: &Taint| of_daemons(taint) || placement.tolerations.iter().any(|it| covers(it, taint));
    if let Some(taint) = node.object.taints.iter().filter(keeps_away).find(|it| !tolerated(it)) {
        return Some(Misfit::Taint(taint.clone()));
    }
    let lacking = placement.topologies.iter().filter(|_| bound.is_none()).find(|it| labels.get(&it.value).is_none());
    lacking.cloned().map(Misfit::Topology)
}

/// Node affinity knows `Gt` and `Lt` besides: "compares the label's value with the one given, as integers".
fn fulfils(term: &SelectorTerm, labels: &Labels) -> bool {
    let number = |text: Option<&str>| text.and_then(|it| it.parse::<i64>().ok());
    let (value, bound) = (number(labels.get(&term.key)), number(term.values.first().map(String::as_str)));
    match (term.operator.as_str(), value, bound) {
        ("Gt", Some(value), Some(bound)) => value > bound,
        ("Lt", Some(value), Some(bound)) => value < bound,
        _ => term.matches(labels),
    }
}

/// "An empty key with operator Exists matches all keys, an empty effect matches all effects."
fn covers(toleration: &Toleration, taint: &Taint) -> bool {
    let key = toleration.key == taint.key || toleration.key.is_empty() && toleration.exists;
    let value = toleration.exists || toleration.value == taint.value;
    key && value && (toleration.effect.is_empty() || toleration.effect == taint.effect)
}
