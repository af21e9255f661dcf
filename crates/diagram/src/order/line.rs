//! Which card of each lane lies on the line of the path: at a fork, the one with the heaviest share.

use std::cmp::Reverse;

use podpath_order::OrdSet;
use podpath_protocol::{EdgeState, Node, NodeState};

use super::Link;
use crate::metrics::{N_LANES, column};

/// The request reaches this card, or dies for its lack.
pub(super) fn is_lit(node: &Node) -> bool {
    matches!(node.state, NodeState::On | NodeState::Dead | NodeState::Needed) || node.hop.is_some()
}

/// The cards of the line, at most one in each lane.
pub(super) fn line(nodes: &[Node], links: &[Link]) -> OrdSet<usize> {
    let mut line = OrdSet::new();
    for lane in 0..N_LANES {
        let lit = nodes.iter().enumerate().filter(|(_, node)| column(node.lane) == lane && is_lit(node));
        let heaviest = lit.max_by_key(|(idx, node)| {
            let first_hop = Reverse(node.hop.unwrap_or(u32::MAX));
            (claim(*idx, links, &line), first_hop, Reverse(*idx))
        });
        let heaviest = heaviest.map(|(idx, _)| idx);
        line.extend(heaviest);
    }
    line
}

/// Whether the line leads to this card, and the heaviest share that arrives.
fn claim(card: usize, links: &[Link], line: &OrdSet<usize>) -> (bool, u64) {
    let lit = links.iter().filter(|it| it.to == card && !matches!(it.state, EdgeState::Off | EdgeState::Redirect));
    lit.map(|it| (line.contains(&it.from), it.share)).max().unwrap_or_default()
}
