//! The order of the cards for those who walk them by keys.

use podpath_order::Order;
use podpath_protocol::{Graph, Node, NodeState};

/// Ids in the order of the path first, then lane by lane.
pub(super) fn walk(graph: &Graph) -> Vec<String> {
    let mut nodes: Vec<&Node> = graph.nodes.iter().collect();
    let is_off = |it: &Node| !matches!(it.state, NodeState::On | NodeState::Dead);
    nodes.order_by(|a, b| is_off(a).cmp(&is_off(b)).then(a.lane.cmp(&b.lane)).then(a.y.total_cmp(&b.y)));
    nodes.into_iter().map(|it| it.id.clone()).collect()
}

/// The card that an arrow key leads to: along a wire, or within the lane.
pub(super) fn neighbour(graph: &Graph, order: &[String], id: &str, key: &str) -> Option<String> {
    let here = graph.nodes.iter().find(|it| it.id == id)?;
    let node = |id: &String| graph.nodes.iter().find(|it| it.id == *id);
    let nearest = |ids: Vec<&Node>| {
        ids.into_iter().min_by(|a, b| (a.y - here.y).abs().total_cmp(&(b.y - here.y).abs())).map(|it| it.id.clone())
    };
    let lane = || graph.nodes.iter().filter(|it| (it.x - here.x).abs() < 1.0 && it.id != here.id);
    match key {
        "ArrowRight" => nearest(graph.edges.iter().filter(|it| it.from == id).filter_map(|it| node(&it.to)).collect()),
        "ArrowLeft" => nearest(graph.edges.iter().filter(|it| it.to == id).filter_map(|it| node(&it.from)).collect()),
        "ArrowDown" => nearest(lane().filter(|it| it.y > here.y).collect()),
        "ArrowUp" => nearest(lane().filter(|it| it.y < here.y).collect()),
        "Home" => order.first().cloned(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use podpath_protocol::{Edge, EdgeState, Group, Lane, Locale};

    use super::super::spoken;
    use super::*;

    fn card(id: &str, lane: Lane, x: f64, y: f64, state: NodeState) -> Node {
        Node {
            id: id.into(),
            lane,
            resource: None,
            kind: "Service".into(),
            title: id.into(),
            subtitle: "80 → 8080".into(),
            range: None,
            problem: None,
            state,
            hop: Some(5),
            group: None,
            row: 0,
            x,
            y,
            width: 10.0,
            height: 10.0,
        }
    }

    fn graph() -> Graph {
        let nodes = vec![
            card("lost", Lane::Route, 0.0, 0.0, NodeState::Lost),
            card("route", Lane::Route, 0.0, 50.0, NodeState::On),
            card("svc", Lane::Service, 90.0, 50.0, NodeState::Dead),
        ];
        let edge = Edge {
            from: "route".into(),
            to: "svc".into(),
            label: String::new(),
            weight: None,
            on_path: true,
            state: EdgeState::On,
            points: Vec::new(),
            shield: None,
        };
        let dead = Edge {
            from: "svc".into(),
            to: "pod".into(),
            label: "no such Pod".into(),
            state: EdgeState::Dead,
            ..edge.clone()
        };
        Graph { nodes, edges: vec![edge, dead], ..Graph::default() }
    }

    #[test]
    fn cards_of_the_path_come_first() {
        assert_eq!(walk(&graph()), ["route", "svc", "lost"]);
    }

    #[test]
    fn arrow_keys_follow_wires_and_lanes() {
        let (graph, order) = (graph(), walk(&graph()));
        assert_eq!(neighbour(&graph, &order, "route", "ArrowRight").as_deref(), Some("svc"));
        assert_eq!(neighbour(&graph, &order, "route", "ArrowUp").as_deref(), Some("lost"));
        assert_eq!(neighbour(&graph, &order, "svc", "ArrowRight"), None);
    }

    #[test]
    fn a_card_says_all_that_its_picture_says() {
        let graph = graph();
        assert_eq!(spoken(&graph.nodes[2], &graph, Locale::En), "Hop 5, Service svc, 80 → 8080, fails: no such Pod");
        let group = Node { group: Some(Group { count: 7, open: false }), hop: None, ..graph.nodes[0].clone() };
        assert_eq!(spoken(&group, &graph, Locale::En), "7 in lost, folded");
    }
}
