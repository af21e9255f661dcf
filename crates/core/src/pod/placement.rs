//! Where Pods may run, as far as manifests say, with the reason of each Node that is lost.

use podpath_cluster::{Misfit, Schedule, misfit, schedule};
use podpath_objects::{ClusterNode, Placement, Selector, SelectorTerm, Toleration};
use podpath_protocol::{LostNode, PlacementLine, PlacementWish};
use podpath_source::Span;

use super::{Asked, words};
use crate::place::{range, say};

/// A card lists so many Nodes that are lost.
const N_LOST: usize = 20;

/// Where Pods may run.
pub(crate) fn placement(asked: &Asked<'_>) -> PlacementLine {
    let cluster = &asked.analysis.cluster;
    let placement = &asked.pods.template.placement;
    let entry = cluster.entry(asked.pods.id);
    let is_daemon = entry.is_some_and(|it| it.resource.meta.kind.value == "DaemonSet");
    let (nodes, reason) = match schedule(cluster, placement, is_daemon) {
        Schedule::Unknown => (None, "no-nodes-given"),
        Schedule::Nowhere(_) => (Some(vec![]), "no-node-fits"),
        Schedule::Nodes(found) => {
            let name = |id| cluster.entry(id).map(|it| it.resource.meta.name().to_owned());
            (Some(found.into_iter().filter_map(name).collect::<Vec<_>>()), "nodes-fit")
        }
    };
    let text = words::placement(nodes.as_ref().map(Vec::len), cluster.all::<ClusterNode>().count());
    let lost = cluster.all::<ClusterNode>().filter_map(|node| {
        let misfit = misfit(placement, &node, is_daemon)?;
        let own = node.at(node.entry.resource.meta.name_span());
        Some(LostNode {
            name: node.name().to_owned(),
            detail: say(&words::misfit(&misfit, node.name()), asked.locale),
            range: span_of(&misfit).and_then(|it| asked.here(it)).or_else(|| range(asked.analysis, own)),
        })
    });
    PlacementLine {
        lost: lost.take(N_LOST).collect(),
        wants: wishes(asked, placement),
        detail: say(&text, asked.locale),
        reason: reason.to_owned(),
        nodes,
    }
}

/// The field of the Pods that keeps them away.
fn span_of(misfit: &Misfit) -> Option<Span> {
    match misfit {
        Misfit::Name(span) | Misfit::Selector(_, _, span) | Misfit::Affinity(span) => Some(*span),
        Misfit::Topology(key) => Some(key.span),
        Misfit::Taint(_) => None,
    }
}

fn wishes(asked: &Asked<'_>, placement: &Placement) -> Vec<PlacementWish> {
    let wish = |text: String, span| PlacementWish { text, range: asked.here(span) };
    let name = placement.node_name.iter().map(|it| wish(format!("nodeName {}", it.value), it.span));
    let labels = placement
        .selector
        .entries
        .iter()
        .map(|(key, value)| wish(format!("nodeSelector {}={}", key.value, value.value), key.span.to(value.span)));
    let terms = placement.terms.iter().map(|it| wish(format!("nodeAffinity {}", term(it)), it.span));
    let tolerations = placement.tolerations.iter().map(|it| wish(format!("toleration {}", toleration(it)), it.span));
    let topologies = placement.topologies.iter().map(|it| wish(format!("topologyKey {}", it.value), it.span));
    name.chain(labels).chain(terms).chain(topologies).chain(tolerations).collect()
}

/// All of its expressions must hold.
fn term(term: &Selector) -> String {
    let one = |it: &SelectorTerm| match it.values.as_slice() {
        [] => format!("{} {}", it.key, it.operator),
        values => format!("{} {} ({})", it.key, it.operator, values.join(", ")),
    };
    term.terms.iter().map(one).collect::<Vec<_>>().join(" && ")
}

/// As `kubectl describe` writes it: `key=value:effect`.
fn toleration(it: &Toleration) -> String {
    let key = if it.key.is_empty() { "*" } else { &it.key };
    let value = if it.exists { String::new() } else { format!("={}", it.value) };
    let effect = if it.effect.is_empty() { String::new() } else { format!(":{}", it.effect) };
    format!("{key}{value}{effect}")
}
