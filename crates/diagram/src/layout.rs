//! Gives each card its place and each wire its corners.

mod board;
mod heights;
mod wires;

use podpath_order::OrdMap;
use podpath_protocol::{Edge, Graph, Node, Size};

use crate::element::round;
use crate::metrics::Metrics;
use crate::order::{self, Link};
use crate::share::share;
use board::Board;

/// Fills the places of the nodes, the points of the edges and the size of the graph; edges of unknown nodes go.
///
/// `kept` are rows of a picture before, by the ids of its cards: these cards keep theirs.
pub fn layout(graph: &mut Graph, size: Size, kept: &OrdMap<String, i32>) {
    let links = links(&graph.nodes, &mut graph.edges);
    let relative = order::rows(&graph.nodes, &links, kept);
    let rows = order::ranks(&relative);
    for (node, row) in graph.nodes.iter_mut().zip(&relative) {
        node.row = *row;
    }
    let board = Board::new(&graph.nodes, &graph.edges, &links, &rows, Metrics::of(size));
    let lanes = order::passages(&graph.nodes, &links, &relative);
    let points = wires::points(&board, &graph.edges, &links, &lanes);
    for (edge, points) in graph.edges.iter_mut().zip(points) {
        edge.points = points;
    }
    for (node, frame) in graph.nodes.iter_mut().zip(board.frames()) {
        (node.x, node.y) = (round(frame.left), round(frame.top));
        (node.width, node.height) = (round(frame.width), round(frame.height));
    }
    graph.width = round(board.metrics.width());
    graph.height = round(board.height);
}

/// The edges by the numbers of their cards; those of unknown cards are dropped. Of equal ids the first card counts.
pub(crate) fn links(nodes: &[Node], edges: &mut Vec<Edge>) -> Vec<Link> {
    let mut known: OrdMap<&str, usize> = OrdMap::new();
    for (idx, node) in nodes.iter().enumerate() {
        known.entry(&node.id).or_insert(idx);
    }
    edges.retain(|it| known.contains_key(it.from.as_str()) && known.contains_key(it.to.as_str()));
    let link = |edge: &Edge| {
        let (from, to) = (*known.get(edge.from.as_str())?, *known.get(edge.to.as_str())?);
        Some(Link { from, to, share: share(edge), state: edge.state })
    };
    edges.iter().filter_map(link).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use podpath_protocol::{Lane, NodeState};

    fn laid(text: &str, size: Size) -> Graph {
        let mut graph = fixture::graph(text);
        layout(&mut graph, size, &OrdMap::new());
        graph
    }

    fn place(graph: &Graph, id: &str) -> String {
        let node = graph.nodes.iter().find(|it| it.id == id).unwrap();
        format!("{},{} {}x{}", node.x, node.y, node.width, node.height)
    }

    fn corners(graph: &Graph, from: &str, to: &str) -> String {
        let edge = graph.edges.iter().find(|it| it.from == from && it.to == to).unwrap();
        edge.points.iter().map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_path_is_straight_at_every_size() {
        for size in [Size::Wide, Size::Snug, Size::Roomy, Size::Compact] {
            let graph = laid(fixture::DELIVERED, size);
            let lit = || graph.edges.iter().filter(|it| it.on_path);
            assert_eq!(lit().count(), 5);
            assert!(lit().all(|it| it.points.len() == 2), "{size:?}");
            let heights = lit().flat_map(|it| it.points.iter().map(|at| at.1.to_bits()));
            assert_eq!(heights.collect::<podpath_order::OrdSet<_>>().len(), 1, "{size:?}");
        }
    }

    #[test]
    fn places_are_those_of_the_design() {
        let graph = laid(fixture::DELIVERED, Size::Wide);
        assert_eq!([place(&graph, "client"), place(&graph, "web-pod")], ["6,128 80x70", "834,42 144x70"]);
        assert_eq!([graph.width.to_string(), graph.height.to_string()], ["984", "296"]);
        assert_eq!(corners(&graph, "alb", "gw"), "254,163 290,163");
        assert_eq!(corners(&graph, "gw", "web-vs"), "428,163 446,163 446,77 464,77");
        let compact = laid(fixture::DELIVERED, Size::Compact);
        assert_eq!(place(&compact, "client"), "3,121 18x18");
    }

    #[test]
    fn empty_lanes_keep_their_place() {
        let graph = laid("pod pod", Size::Wide);
        assert_eq!(place(&graph, "pod"), "834,42 144x70");
        let empty = laid("", Size::Wide);
        assert_eq!([empty.width.to_string(), empty.height.to_string()], ["984", "124"]);
    }

    #[test]
    fn edges_of_unknown_cards_are_dropped() {
        let graph = laid("service a\npod b\na > b\na > nowhere on\nnobody > b dead", Size::Wide);
        assert_eq!(graph.edges.len(), 1);
    }

    #[test]
    fn a_row_makes_room_for_a_pill_only_where_it_would_be_covered() {
        let dead = "service svc dead 1\npod ghost needed\nsvc > ghost dead selector matches no Pod\n";
        let free = laid(&format!("{dead}pod other"), Size::Wide);
        assert_eq!([place(&free, "other"), free.height.to_string()], ["834,128 144x70", "210"]);
        let covered = laid(&format!("{dead}service other\npod real"), Size::Wide);
        assert_eq!([place(&covered, "other"), place(&covered, "real")], ["650,156 148x70", "834,156 144x70"]);
        let last = laid(dead, Size::Wide);
        assert_eq!(last.height.to_string(), "150");
    }

    #[test]
    fn a_wire_over_a_lane_avoids_its_cards() {
        let text = "route a\nroute b\nservice x\nservice y\npod p\npod q\na > x\nb > y\nx > p\ny > q\na > q";
        assert_eq!(corners(&laid(text, Size::Wide), "a", "q"), "614,77 632,77 632,120 816,120 816,163 834,163");
    }

    #[test]
    fn a_redirect_goes_back_under_the_path() {
        let graph = laid("client c on 1\ngateway gw on 2\nc > gw on 443\ngw > c redirect 301", Size::Wide);
        assert_eq!(corners(&graph, "gw", "c"), "428,77 446,77 446,131 46,131 46,112");
    }

    #[test]
    fn a_second_port_has_a_socket_of_its_own() {
        let graph = laid("route a on\nroute b\nservice x on\nb > x off 9090\na > x on 80", Size::Wide);
        assert!(corners(&graph, "a", "x").ends_with("650,77"));
        assert!(corners(&graph, "b", "x").ends_with("650,55"));
    }

    #[test]
    fn rows_of_groups_are_low() {
        let mut graph = fixture::graph("service a on\nservice b\nservice c");
        for node in graph.nodes.iter_mut().filter(|it| it.id != "a") {
            node.group = Some(podpath_protocol::Group { count: 3, open: false });
        }
        layout(&mut graph, Size::Wide, &OrdMap::new());
        assert_eq!([place(&graph, "b"), place(&graph, "c")], ["650,42 148x34", "650,178 148x34"]);
        assert_eq!(place(&graph, "a"), "650,92 148x70");
    }

    /// The same 1,000 nodes and 3,000 edges every time.
    fn large() -> Graph {
        let lanes = [Lane::Client, Lane::LoadBalancer, Lane::Gateway, Lane::Route, Lane::Service, Lane::Pod];
        let mut graph = fixture::graph("pod n0");
        let model = graph.nodes.remove(0);
        for (idx, lane) in (0..1000).zip(lanes.into_iter().cycle()) {
            let state = if idx < 6 { NodeState::On } else { NodeState::Off };
            graph.nodes.push(Node { id: format!("n{idx}"), lane, state, ..model.clone() });
        }
        let mut seed = 7_u32;
        let mut next = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) % 1000
        };
        let text: Vec<String> = (0..3000).map(|_| format!("n{} > n{}", next(), next())).collect();
        graph.edges = fixture::graph(&text.join("\n")).edges;
        graph
    }

    #[test]
    fn a_thousand_nodes_get_different_places_and_always_the_same() {
        let (mut graph, mut again) = (large(), large());
        layout(&mut graph, Size::Wide, &OrdMap::new());
        layout(&mut again, Size::Wide, &OrdMap::new());
        assert_eq!(graph, again);
        let places = graph.nodes.iter().map(|it| (it.x.to_bits(), it.y.to_bits()));
        assert_eq!(places.collect::<podpath_order::OrdSet<_>>().len(), 1000);
        assert!(graph.edges.iter().all(|it| it.points.len() >= 2));
        assert!(graph.edges.iter().flat_map(|it| &it.points).all(|it| it.0 >= 0.0 && it.0 <= graph.width));
    }
}
