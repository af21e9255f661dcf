//! Graphs for the tests, from a few lines of text.
//!
//! `service api on 5` is a card (state and number of the hop may be missing), `route > api on 80 9/10` a wire
//! (state, label and share may be missing).

use podpath_protocol::{Edge, EdgeState, Graph, Lane, Node, NodeState};

/// A request that arrives, and two chains beside it.
pub(crate) const DELIVERED: &str = "
    client client on 1
    load-balancer alb on 2
    gateway gw on 3
    route vs on 4
    service svc on 5
    pod pod on 6
    route web-vs
    service web-svc
    pod web-pod
    load-balancer ialb
    gateway igw
    route old-vs
    client > alb on 443
    alb > gw on 80
    gw > vs on
    vs > svc on 80
    svc > pod on
    gw > web-vs
    web-vs > web-svc off 80
    web-svc > web-pod
    ialb > igw
    igw > old-vs
";

pub(crate) fn graph(text: &str) -> Graph {
    let mut graph = Graph::default();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [from, ">", to, rest @ ..] => graph.edges.push(edge(from, to, rest)),
            [lane, id, rest @ ..] => graph.nodes.push(node(lane, id, rest)),
            _ => {}
        }
    }
    graph
}

fn node(lane: &str, id: &str, rest: &[&str]) -> Node {
    let state = match rest.first().copied().unwrap_or_default() {
        "on" => NodeState::On,
        "dead" => NodeState::Dead,
        "lost" => NodeState::Lost,
        "ghost" => NodeState::Ghost,
        "needed" => NodeState::Needed,
        _ => NodeState::Off,
    };
    Node {
        id: id.to_owned(),
        lane: lane_named(lane),
        resource: None,
        kind: String::new(),
        title: id.to_owned(),
        subtitle: String::new(),
        range: None,
        problem: None,
        state,
        hop: rest.get(1).and_then(|it| it.parse().ok()),
        group: None,
        row: 0,
        x: 0.0,
        y: 0.0,
        width: 0.0,
        height: 0.0,
    }
}

fn lane_named(lane: &str) -> Lane {
    match lane {
        "client" => Lane::Client,
        "load-balancer" => Lane::LoadBalancer,
        "gateway" => Lane::Gateway,
        "route" => Lane::Route,
        "service" => Lane::Service,
        "workload" => Lane::Workload,
        _ => Lane::Pod,
    }
}

fn edge(from: &str, to: &str, rest: &[&str]) -> Edge {
    let state = match rest.first().copied().unwrap_or_default() {
        "on" => EdgeState::On,
        "dead" => EdgeState::Dead,
        "redirect" => EdgeState::Redirect,
        "unknown" => EdgeState::Unknown,
        _ => EdgeState::Off,
    };
    let words = rest.iter().skip(1);
    let label: Vec<&str> = words.clone().copied().filter(|it| !it.contains('/')).collect();
    let share = |word: &&str| {
        let (part, whole) = word.split_once('/')?;
        Some((part.parse().ok()?, whole.parse().ok()?))
    };
    Edge {
        from: from.to_owned(),
        to: to.to_owned(),
        label: label.join(" "),
        weight: words.clone().find_map(share),
        on_path: state != EdgeState::Off,
        state,
        points: Vec::new(),
        shield: None,
    }
}
