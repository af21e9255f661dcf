//! Folding: over 60 cards, what lies beside the path stands behind one card for each namespace and lane, then for each
//! Service. The path, the objects of the open file and what fails stay.
//!
//! Invariant: however large the workspace, a picture with nothing opened has fewer than 150 cards.

use podpath_order::{Gather, OrdMap, OrdSet, Order};
use podpath_protocol::{Edge, Graph, Group, Lane, Node, NodeState, Problem, View};

use super::build::{bare_edge, bare_node};
use super::focus::{is_on_path, namespace};

/// Pictures of so many cards are drawn whole.
const MOST: usize = 60;
/// So many objects of the open file stay; of a file with more, none does.
const N_OF_FILE: usize = 24;
/// So many failing objects stay, in source order.
const N_FAILING: usize = 24;
/// Namespaces that are shown at first, and with each wish for more.
const N_FIRST: usize = 8;
const N_MORE: usize = 24;
/// Cards of an open group, before the rest is a group of its own.
const N_OPEN: usize = 24;

/// Steps of an id; deeper groups stay folded.
const MAX_DEPTH: usize = 64;

/// Folds what the view does not hold open.
pub(super) fn fold(graph: &mut Graph, view: &View) {
    if !view.fold || graph.nodes.len() <= MOST {
        return;
    }
    let services = services(graph);
    let mut folding = Folding { view, services, nodes: Vec::new(), seat_of: OrdMap::new() };
    let kept = kept(graph, view);
    let spaces = spaces(graph, &kept);
    let n_shown = N_FIRST + N_MORE * view.more as usize;
    let is_open = |space: &str| view.open.iter().any(|it| it.split('/').nth(2) == Some(space));
    let shown: OrdSet<&str> =
        spaces.iter().enumerate().filter(|(at, it)| *at < n_shown || is_open(it)).map(|(_, it)| it.as_str()).gather();
    for node in graph.nodes.iter().filter(|it| kept.contains(&it.id)) {
        folding.keep(node);
    }
    for (key, members) in members(graph, &kept) {
        if shown.contains(key.1) {
            folding.group(&format!("group/{}/{}", lane_word(key.0), key.1), key.1, &members);
        }
    }
    graph.hidden = u32::try_from(spaces.len() - shown.len()).unwrap_or(u32::MAX);
    let edges = folding.edges(&graph.edges);
    let mut nodes = folding.nodes;
    let order: OrdMap<&str, usize> = graph.nodes.iter().zip(0..).map(|(it, at)| (it.id.as_str(), at)).gather();
    nodes.order_by_key(|(first, node)| (order.get(first.as_str()).copied(), node.group.is_none()));
    let nodes = nodes.into_iter().map(|(_, node)| node).collect();
    (graph.nodes, graph.edges) = (nodes, edges);
}

/// Ids of the cards that no group takes.
fn kept(graph: &Graph, view: &View) -> OrdSet<String> {
    let is_of_file = |it: &&Node| it.range.as_ref().is_some_and(|it| Some(&*it.file) == view.file.as_deref());
    let is_failing = |it: &&Node| it.problem == Some(Problem::Error) || it.state == NodeState::Ghost;
    let of_file: Vec<&Node> = graph.nodes.iter().filter(is_of_file).collect();
    let of_file = if of_file.len() > N_OF_FILE { Vec::new() } else { of_file };
    let failing = graph.nodes.iter().filter(is_failing).take(N_FAILING);
    let on_path = graph.nodes.iter().filter(|it| is_on_path(it));
    on_path.chain(of_file).chain(failing).map(|it| it.id.clone()).gather()
}

/// The namespaces with something to fold, in source order.
fn spaces(graph: &Graph, kept: &OrdSet<String>) -> Vec<String> {
    let mut seen = OrdSet::new();
    let folded = graph.nodes.iter().filter(|it| !kept.contains(&it.id));
    folded.map(|it| namespace(it).to_owned()).filter(|it| seen.insert(it.clone())).collect()
}

/// What is folded, by lane and namespace; workloads and Pods share a lane.
fn members<'a>(graph: &'a Graph, kept: &OrdSet<String>) -> OrdMap<(Lane, &'a str), Vec<&'a Node>> {
    let mut members: OrdMap<(Lane, &str), Vec<&Node>> = OrdMap::new();
    for node in graph.nodes.iter().filter(|it| !kept.contains(&it.id)) {
        let lane = if node.lane == Lane::Workload { Lane::Pod } else { node.lane };
        members.entry((lane, namespace(node))).or_default().push(node);
    }
    members
}

/// The Service beside each card of another lane: the first that a wire joins it to.
fn services(graph: &Graph) -> OrdMap<String, String> {
    let is_service: OrdSet<&str> =
        graph.nodes.iter().filter(|it| it.lane == Lane::Service).map(|it| it.id.as_str()).gather();
    let mut services = OrdMap::new();
    for edge in &graph.edges {
        for (own, other) in [(&edge.from, &edge.to), (&edge.to, &edge.from)] {
            if is_service.contains(other.as_str()) && !is_service.contains(own.as_str()) {
                services.entry(own.clone()).or_insert_with(|| other.clone());
            }
        }
    }
    services
}

fn lane_word(lane: Lane) -> &'static str {
    match lane {
        Lane::Client => "client",
        Lane::LoadBalancer => "load-balancer",
        Lane::Gateway => "gateway",
        Lane::Route => "route",
        Lane::Service => "service",
        Lane::Workload | Lane::Pod => "pod",
    }
}

struct Folding<'a> {
    view: &'a View,
    services: OrdMap<String, String>,
    /// Cards of the picture, each with the id of the first card that it stands for.
    nodes: Vec<(String, Node)>,
    /// The card that each old card is drawn as.
    seat_of: OrdMap<String, String>,
}

impl Folding<'_> {
    fn keep(&mut self, node: &Node) {
        self.seat_of.insert(node.id.clone(), node.id.clone());
        self.nodes.push((node.id.clone(), node.clone()));
    }

    /// One card for many; where it is open, they follow it.
    fn group(&mut self, id: &str, title: &str, members: &[&Node]) {
        let [first, _, ..] = members else {
            for it in members {
                self.keep(it);
            }
            return;
        };
        // The depth is bounded by what a person would open, not by what a request says.
        let open = id.split('/').count() < MAX_DEPTH && self.view.open.iter().any(|it| it == id);
        let count = u32::try_from(members.len()).unwrap_or(u32::MAX);
        let card = Node {
            problem: members.iter().filter_map(|it| it.problem).max(),
            group: Some(Group { count, open }),
            ..bare_node(id.to_owned(), first.lane, "", title)
        };
        self.nodes.push((first.id.clone(), card));
        if open {
            self.open(id, title, members);
        } else {
            self.seat_of.extend(members.iter().map(|it| (it.id.clone(), id.to_owned())));
        }
    }

    /// The cards of an open group: those of one Service behind a card of their own, and no more than so many.
    fn open(&mut self, id: &str, title: &str, members: &[&Node]) {
        let is_inner = id.split('/').count() > 3;
        let mut of_service: OrdMap<&str, Vec<&Node>> = OrdMap::new();
        let mut single: Vec<&Node> = Vec::new();
        for node in members {
            match self.services.get(&node.id).filter(|_| !is_inner && members.len() > N_OPEN) {
                Some(service) => of_service.entry(service.as_str()).or_default().push(node),
                None => single.push(node),
            }
        }
        let groups: Vec<(String, Vec<&Node>)> = of_service
            .into_iter()
            .map(|(service, nodes)| (service.rsplit('/').next().unwrap_or(service).to_owned(), nodes))
            .collect();
        let (many, few): (Vec<_>, Vec<_>) = groups.into_iter().partition(|it| it.1.len() > 1);
        single.extend(few.into_iter().flat_map(|it| it.1));
        for (service, nodes) in many {
            self.group(&format!("{id}/{service}"), &service, &nodes);
        }
        let (shown, rest) = single.split_at(single.len().min(N_OPEN));
        for it in shown {
            self.keep(it);
        }
        // Each further step has an id of its own, as deep as it lies.
        self.group(&format!("{id}/+"), title, rest);
    }

    /// The wires between what is drawn; of many between two cards one, the lit one first.
    fn edges(&self, old: &[Edge]) -> Vec<Edge> {
        let mut seen = OrdSet::new();
        let (lit, unlit): (Vec<&Edge>, Vec<&Edge>) = old.iter().partition(|it| it.on_path);
        let drawn = lit.into_iter().chain(unlit).filter_map(|edge| {
            let (from, to) = (self.seat_of.get(&edge.from)?, self.seat_of.get(&edge.to)?);
            let is_new = from != to && seen.insert((from.clone(), to.clone()));
            let is_plain = *from == edge.from && *to == edge.to;
            is_new.then(|| if is_plain { edge.clone() } else { bare_edge(from, to, "") })
        });
        drawn.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path of a Service and a Pod, and so many namespaces with a Service and Pods.
    fn graph(n_spaces: usize, n_pods: usize) -> Graph {
        let mut graph = Graph::default();
        let mut add = |id: String, lane: Lane, state: NodeState| {
            let space = id.split('/').nth(1).unwrap_or_default().to_owned();
            let resource = podpath_protocol::Ref {
                api_version: "v1".into(),
                kind: "Service".into(),
                namespace: Some(space),
                name: id.clone(),
            };
            graph.nodes.push(Node { resource: Some(resource), state, ..bare_node(id.clone(), lane, "", &id) });
        };
        add("s/shop/on".into(), Lane::Service, NodeState::On);
        for space in 0..n_spaces {
            add(format!("s/n{space}/svc"), Lane::Service, NodeState::Off);
            (0..n_pods).for_each(|it| add(format!("p/n{space}/{it}"), Lane::Pod, NodeState::Off));
        }
        for space in 0..n_spaces {
            graph
                .edges
                .extend((0..n_pods).map(|it| bare_edge(&format!("s/n{space}/svc"), &format!("p/n{space}/{it}"), "")));
        }
        graph
    }

    fn folded(n_spaces: usize, n_pods: usize, view: View) -> Graph {
        let mut graph = graph(n_spaces, n_pods);
        fold(&mut graph, &View { fold: true, ..view });
        graph
    }

    #[test]
    fn a_small_picture_is_drawn_whole() {
        assert_eq!(folded(10, 4, View::default()).nodes.len(), 51);
    }

    #[test]
    fn a_large_picture_is_folded_by_namespace_and_lane() {
        let graph = folded(100, 10, View::default());
        assert_eq!((graph.nodes.len(), graph.hidden), (17, 92));
        let group = graph.nodes.iter().find(|it| it.id == "group/pod/n0").unwrap();
        assert_eq!(group.group, Some(Group { count: 10, open: false }));
        assert!(graph.edges.iter().any(|it| it.from == "s/n0/svc" && it.to == "group/pod/n0"));
    }

    #[test]
    fn groups_open_and_more_are_shown() {
        let open = View { open: vec!["group/pod/n90".into()], ..View::default() };
        let graph = folded(100, 10, open);
        assert_eq!(graph.nodes.iter().filter(|it| it.id.starts_with("p/n90/")).count(), 10);
        assert_eq!(folded(100, 10, View { more: 1, ..View::default() }).hidden, 68);
    }

    #[test]
    fn an_open_group_of_many_is_folded_again() {
        let graph = folded(2, 200, View { open: vec!["group/pod/n0".into()], ..View::default() });
        assert!(graph.nodes.iter().any(|it| it.id == "group/pod/n0/svc"));
        let deeper = vec!["group/pod/n0".into(), "group/pod/n0/svc".into()];
        let graph = folded(2, 200, View { open: deeper, ..View::default() });
        assert_eq!(graph.nodes.iter().filter(|it| it.id.starts_with("p/n0/")).count(), 24);
        assert!(graph.nodes.iter().any(|it| it.id == "group/pod/n0/svc/+"));
    }
}
