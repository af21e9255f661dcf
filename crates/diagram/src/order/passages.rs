//! Where wires over several lanes run through them, between which cards: where they cross fewest others.
//!
//! Invariant: it follows from the rows of the cards alone, so that a wire stays while its cards do.

use podpath_order::Order as _;
use podpath_protocol::Node;

use super::Link;
use super::anneal::{self, Annealing, Found, Heat};
use super::lanes::Lanes;
use super::net::Net;

/// What lies in a lane.
#[derive(Clone, Copy)]
pub(crate) enum Stop {
    /// A card, by its number.
    Card(usize),
    /// A wire that passes, by the number of its link.
    Wire(usize),
}

/// The cards and the passing wires of each lane, from top to bottom.
pub(crate) fn passages(nodes: &[Node], links: &[Link], rows: &[i32]) -> Vec<Vec<Stop>> {
    let net = Net::without_line(nodes, links);
    let row = |card: usize| rows.get(card).copied().unwrap_or_default();
    // At first a wire lies level with its target, on the side of its source.
    let key = |item: &usize| match net.links.get(*item).copied().flatten().and_then(|it| links.get(it)) {
        Some(link) => {
            let (from, to) = (row(link.from), row(link.to));
            (to, from.cmp(&to), from)
        }
        None => (row(*item), std::cmp::Ordering::Equal, 0),
    };
    let mut lanes = net.lanes.clone();
    for lane in &mut lanes {
        lane.order_by_key(key);
    }
    let mut lanes = Lanes::new(&net, lanes);
    if net.n_items > net.n_cards {
        lanes = untangled(&net, lanes);
    }
    let stop = |item: usize| net.links.get(item).copied().flatten().map_or(Stop::Card(item), Stop::Wire);
    lanes.items.into_iter().map(|it| it.into_iter().map(stop).collect()).collect()
}

/// Moves the wires, and no card, to where they cross fewer others.
fn untangled(net: &Net, mut lanes: Lanes) -> Lanes {
    let mut annealing = Annealing::of_wires(net);
    annealing.quench(&mut lanes);
    let mut best = Found::new(net, lanes);
    if best.n_crossings > 0 {
        let (_, n_passes) = anneal::runs(net);
        annealing.run(best.clone(), &mut best, Heat::Warm, n_passes);
        annealing.quench(&mut best.lanes);
    }
    best.lanes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixture, layout};

    /// What lies in the lane of Services, from top to bottom; a wire by its ends.
    fn services(text: &str, rows: &[i32]) -> Vec<String> {
        let mut graph = fixture::graph(text);
        let links = layout::links(&graph.nodes, &mut graph.edges);
        let lanes = passages(&graph.nodes, &links, rows);
        let word = |stop: &Stop| match stop {
            Stop::Card(card) => graph.nodes[*card].id.clone(),
            Stop::Wire(link) => format!("{}-{}", graph.edges[*link].from, graph.edges[*link].to),
        };
        lanes[4].iter().map(word).collect()
    }

    #[test]
    fn a_wire_passes_where_it_crosses_nothing() {
        let text = "route a\nservice x\nservice y\npod p\npod q\nx > p\ny > q\na > q\na > x\n";
        assert_eq!(services(text, &[0, 0, 1, 0, 1]), ["x", "a-q", "y"]);
        // Turned round, it comes from above.
        assert_eq!(services(text, &[0, 1, 0, 1, 0]), ["y", "a-q", "x"]);
    }

    #[test]
    fn cards_keep_their_rows() {
        let text = "route a\nservice x\nservice y\nservice z\npod p\nz > p\nx > p\ny > p\na > p";
        let found = services(text, &[0, 2, 0, 1, 0]);
        assert_eq!(found.iter().filter(|it| !it.contains('-')).collect::<Vec<_>>(), ["y", "z", "x"]);
    }
}
