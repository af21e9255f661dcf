//! A part of the picture: the path, one namespace, or what touches one object.

use podpath_order::{Gather, OrdSet};
use podpath_protocol::{Focus, Graph, Lane, Node, NodeState};

/// Leaves the cards of the focus, and the wires between them.
pub(super) fn focus(graph: &mut Graph, focus: &Focus) {
    let kept: OrdSet<String> = match focus {
        Focus::Path => ids(graph, is_on_path),
        Focus::Namespace(name) => ids(graph, |it| is_on_path(it) || namespace(it) == name),
        Focus::Object(resource) => {
            let own = graph.nodes.iter().find(|it| it.resource.as_ref() == Some(resource)).map(|it| it.id.clone());
            let Some(own) = own else { return };
            let (left, right) = (reached(graph, &own, false), reached(graph, &own, true));
            left.into_iter().chain(right).collect()
        }
    };
    graph.nodes.retain(|it| kept.contains(&it.id));
    graph.edges.retain(|it| kept.contains(&it.from) && kept.contains(&it.to));
}

/// The request comes to this card, dies for its lack, or begins there.
pub(super) fn is_on_path(node: &Node) -> bool {
    let is_lit = matches!(node.state, NodeState::On | NodeState::Dead | NodeState::Needed);
    is_lit || node.hop.is_some() || node.lane == Lane::Client
}

/// The namespace of a card; that of a missing object is in its id.
pub(super) fn namespace(node: &Node) -> &str {
    let missing = || node.id.strip_prefix("missing/").and_then(|it| it.split('/').next());
    node.resource.as_ref().and_then(|it| it.namespace.as_deref()).or_else(missing).unwrap_or_default()
}

fn ids(graph: &Graph, keeps: impl Fn(&Node) -> bool) -> OrdSet<String> {
    graph.nodes.iter().filter(|it| keeps(it)).map(|it| it.id.clone()).gather()
}

/// Everything that wires lead to from a card, or that leads to it.
fn reached(graph: &Graph, from: &str, is_right: bool) -> OrdSet<String> {
    let mut steps: podpath_order::OrdMap<&str, Vec<&str>> = podpath_order::OrdMap::new();
    for edge in &graph.edges {
        let (near, far) = if is_right { (&edge.from, &edge.to) } else { (&edge.to, &edge.from) };
        steps.entry(near).or_default().push(far);
    }
    let mut seen: OrdSet<String> = OrdSet::new();
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        if seen.insert(id.to_owned()) {
            open.extend(steps.get(id).into_iter().flatten());
        }
    }
    seen
}
