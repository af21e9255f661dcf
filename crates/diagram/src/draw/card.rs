//! A card: tile, kind, name, third line, number of the hop, badge and sockets.

use podpath_protocol::{Lane, Node, NodeState, Problem};

use super::tile::tile;
use crate::element::{Element, Px, circle, icon, path, rect, text};
use crate::metrics::{Metrics, class, middle, text_width};

/// The font of kinds and of third lines.
const SMALL: f64 = 11.0;

/// The most Pods that are drawn one by one.
const MOST_PODS: u32 = 5;

pub(super) fn card(node: &Node, metrics: &Metrics, sockets: impl Iterator<Item = Element>) -> Element {
    let is_dot = node.lane == Lane::Client && !metrics.is_full;
    let body = match node.lane {
        _ if node.group.is_some() => group(node, metrics),
        Lane::Client if is_dot => dot(node),
        Lane::Client => client(node, metrics),
        _ => object(node, metrics),
    };
    let name = Element::new("title").saying(format!("{} {}", node.kind, node.title).trim());
    Element::new("g")
        .with("class", format!("card {} {}{}", class(node.lane), state(node.state), group_class(node)))
        .with("data-node", node.id.as_str())
        .containing([name])
        .containing(body)
        .containing(sockets.filter(|_| !is_dot))
}

fn state(state: NodeState) -> &'static str {
    match state {
        NodeState::Off => "off",
        NodeState::On => "on",
        NodeState::Dead => "dead",
        NodeState::Lost => "off lost",
        NodeState::Ghost => "ghost",
        NodeState::Needed => "ghost needed",
    }
}

fn group_class(node: &Node) -> &'static str {
    match node.group {
        Some(group) if group.open => " group open",
        Some(_) => " group",
        None => "",
    }
}

/// Many cards as one: a stack with its name, how many, the worst finding, and which way it folds.
fn group(node: &Node, metrics: &Metrics) -> Vec<Element> {
    let Some(group) = node.group else { return Vec::new() };
    let (left, top, right) = (node.x, node.y, node.x + node.width);
    let mut parts = Vec::new();
    if !group.open {
        parts.push(
            rect((left + 3.0, top - 3.0), ((node.width - 6.0).max(0.0), node.height), 8.0).with("class", "box behind"),
        );
    }
    parts.push(rect((left, top), (node.width, node.height), 8.0).with("class", "box"));
    let inset = metrics.pick(9.0, 7.0);
    parts.extend(tile(class(node.lane), class(node.lane), (left + inset, top + 10.0), 14.0));
    let count = group.count.to_string();
    let mark = if node.problem.is_some() { 17.0 } else { 0.0 };
    let used = text_width(&count, SMALL) + mark + 26.0;
    let from = inset + metrics.pick(22.0, 19.0);
    let name = middle(&node.title, metrics.name_font - 0.5, (node.width - from - used).max(0.0));
    parts.push(text("name", (left + from, top + 21.5), name));
    parts.push(text("meta", (right - 24.0 - mark, top + 21.5), count).with("text-anchor", "end"));
    if let Some(problem) = node.problem {
        let (name, glyph) = if problem == Problem::Error { ("err", "error") } else { ("warn", "warning") };
        parts.push(icon(glyph, (right - 37.0, top + 11.0), 12.0).with("class", format!("mark {name}")));
    }
    let chevron = icon("chevron", (right - 20.0, top + 11.0), 12.0).with("class", "more");
    let turned = format!("rotate(180 {} {})", Px(right - 14.0), Px(top + 17.0));
    parts.push(if group.open { chevron.with("transform", turned) } else { chevron });
    parts
}

/// The client where there is little room.
fn dot(node: &Node) -> Vec<Element> {
    let (across, down) = (node.x + node.width / 2.0, node.y + node.height / 2.0);
    let shape = circle((across, down), (node.width / 2.0 - 1.0).max(0.0)).with("class", "box");
    vec![shape, icon(shape_of(node), (across - 5.5, down - 5.5), SMALL).with("class", "tile-icon")]
}

fn client(node: &Node, metrics: &Metrics) -> Vec<Element> {
    let across = node.x + node.width / 2.0;
    let shape = shape_of(node);
    let line = |class: &'static str, words: &str, font: f64, down: f64| {
        let words = middle(words, font, node.width - 14.0);
        let line = text(class, (across, node.y + down), words.as_str()).with("text-anchor", "middle");
        (!words.is_empty()).then_some(line)
    };
    let capsule = rect((node.x, node.y), (node.width, node.height), node.height / 2.0).with("class", "box");
    let emblem = tile(shape, shape, (across - 9.0, node.y + 9.0), 18.0);
    let mut parts = vec![capsule, Element::new("g").with("class", shape).containing(emblem)];
    parts.extend(line("name", &node.title, metrics.name_font, 43.0));
    parts.extend(line("meta", &node.subtitle, SMALL, 58.0));
    parts.extend(badge(node, metrics));
    parts
}

/// A client that is an object is a Pod.
fn shape_of(node: &Node) -> &'static str {
    match (node.lane, &node.resource) {
        (Lane::Client, Some(_)) => "pod",
        (lane, _) => class(lane),
    }
}

fn object(node: &Node, metrics: &Metrics) -> Vec<Element> {
    let mut parts = vec![rect((node.x, node.y), (node.width, node.height), 9.0).with("class", "box")];
    if is_missing(node) {
        let corner = (node.x + 10.0, node.y + metrics.pick(10.0, 7.0));
        parts.push(icon("ghost", corner, metrics.pick(17.0, 15.0)).with("class", "ghost-icon"));
    } else {
        let glyph = if node.lane == Lane::Workload { "workload" } else { class(node.lane) };
        let corner = (node.x + 10.0, node.y + metrics.pick(9.0, 7.0));
        parts.extend(tile(class(node.lane), glyph, corner, metrics.pick(18.0, 15.0)));
    }
    parts.extend(words(node, metrics));
    if metrics.is_full {
        parts.extend(third_line(node));
    }
    parts.extend(number(node, metrics));
    parts.extend(badge(node, metrics));
    parts
}

fn is_missing(node: &Node) -> bool {
    matches!(node.state, NodeState::Ghost | NodeState::Needed)
}

/// Kind and name.
fn words(node: &Node, metrics: &Metrics) -> [Element; 2] {
    let indent = metrics.pick(35.0, 30.0);
    let used = if node.hop.is_some() { metrics.pick(27.0, 24.0) } else { metrics.pick(8.0, 6.0) };
    // Kinds are mostly small letters, narrower than the table of advances says.
    let font = 0.82 * metrics.pick(SMALL, 10.5);
    let kind = middle(&node.kind, font, node.width - indent - used);
    // `ALB · Ingress` that does not fit is `ALB`, not its two ends.
    let kind = match node.kind.split_once(" · ") {
        Some((short, _)) if kind != node.kind => short.to_owned(),
        _ => kind,
    };
    let name = middle(&node.title, metrics.name_font, node.width - metrics.pick(16.0, 15.0));
    [
        text("kind", (node.x + indent, node.y + metrics.pick(22.0, 19.0)), kind),
        text("name", (node.x + 10.0, node.y + metrics.pick(43.5, 39.0)), name),
    ]
}

/// What can be done about a missing object, why a card lost, or ports, host and Pods.
fn third_line(node: &Node) -> Vec<Element> {
    let room = node.width - 16.0;
    let (left, top) = (node.x + 10.0, node.y);
    let is_lost = node.state == NodeState::Lost;
    if node.subtitle.is_empty() && (is_missing(node) || is_lost) {
        Vec::new()
    } else if is_missing(node) {
        let words = middle(&node.subtitle, 11.5, room - 16.0);
        let parts = [icon("wand", (left, top + 49.0), 12.0), text("act-t", (left + 16.0, top + 59.0), words)];
        vec![Element::new("g").with("class", "act").containing(parts)]
    } else if is_lost {
        let words = middle(&node.subtitle, SMALL, room - 15.0);
        let parts = [icon("block", (left, top + 50.0), SMALL), text("meta", (left + 15.0, top + 59.5), words)];
        vec![Element::new("g").with("class", "lost-why").containing(parts)]
    } else {
        facts(node, room)
    }
}

/// One hexagon for each Pod up to five, then the rest as a number; the subtitle where it fits beside.
fn facts(node: &Node, room: f64) -> Vec<Element> {
    let n_pods = n_pods(node);
    let drawn = n_pods.min(MOST_PODS);
    let mut parts: Vec<Element> =
        (0..drawn).map(|it| pod(node.x + 15.0 + f64::from(it) * 12.0, node.y + 55.5)).collect();
    let used = if drawn > 0 { f64::from(drawn) * 12.0 + 4.0 } else { 0.0 };
    let more = if n_pods > drawn { format!("+{} ", n_pods - drawn) } else { String::new() };
    let whole = format!("{more}{}", node.subtitle);
    let fits = more.is_empty() || text_width(&whole, SMALL) <= room - used;
    let words = middle(if fits { whole.as_str() } else { more.trim() }, SMALL, room - used);
    if !words.is_empty() {
        parts.push(text("meta", (node.x + 10.0 + used, node.y + 59.5), words));
    }
    parts
}

/// How many Pods a card stands for: its kind says `Pod ×2`.
fn n_pods(node: &Node) -> u32 {
    let is_pod = matches!(node.lane, Lane::Pod | Lane::Workload);
    let count = node.kind.rsplit_once('×').and_then(|(_, count)| count.trim().parse().ok());
    count.filter(|_| is_pod).unwrap_or_default()
}

fn pod(across: f64, down: f64) -> Element {
    let (top, bottom) = (Px(down - 4.8), Px(down + 4.8));
    let across = Px(across);
    path("mini", format!("M{across} {top}l4.2 2.4v4.8L{across} {bottom}l-4.2-2.4v-4.8z"))
}

fn number(node: &Node, metrics: &Metrics) -> Option<Element> {
    let hop = node.hop?;
    let across = node.x + node.width - metrics.pick(15.0, 13.0);
    let disc = circle((across, node.y + metrics.pick(18.0, 14.5)), metrics.pick(8.0, 7.0));
    let words = Element::new("text").px("x", across).px("y", node.y + metrics.pick(22.0, 18.3));
    let words = words.with("text-anchor", "middle").saying(hop.to_string());
    Some(Element::new("g").with("class", "hopno").containing([disc, words]))
}

/// The worst finding, on the corner of the card.
fn badge(node: &Node, metrics: &Metrics) -> Option<Element> {
    let (name, glyph) = match node.problem? {
        Problem::Error => ("problem err", "error"),
        Problem::Warning => ("problem warn", "warning"),
    };
    let (across, down) = (node.x + node.width - 3.0, node.y + metrics.pick(3.0, 2.0));
    let parts = [circle((across, down), metrics.pick(8.0, 7.0)), icon(glyph, (across - 5.5, down - 5.5), SMALL)];
    Some(Element::new("g").with("class", name).containing(parts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::Content;
    use crate::fixture;
    use podpath_protocol::{Ref, Size};

    fn node(text: &str) -> Node {
        let node = fixture::graph(text).nodes.remove(0);
        Node { width: 144.0, height: 70.0, ..node }
    }

    /// Tag, class, icon and words of each part.
    fn parts(node: &Node, size: Size) -> Vec<String> {
        fn collect(element: &Element, into: &mut Vec<String>) {
            let shown = element.attributes.iter().filter(|it| matches!(it.0, "class" | "href")).map(|it| it.1.as_str());
            let words = element.children.iter().filter_map(|it| match it {
                Content::Text(it) => Some(it.as_str()),
                Content::Element(_) => None,
            });
            into.push([element.tag].into_iter().chain(shown).chain(words).collect::<Vec<_>>().join(" "));
            for child in &element.children {
                if let Content::Element(child) = child {
                    collect(child, into);
                }
            }
        }
        let mut found = Vec::new();
        collect(&card(node, Metrics::of(size), std::iter::empty()), &mut found);
        found
    }

    #[test]
    fn a_card_on_the_path_has_its_number_and_its_pods() {
        let node = Node { kind: "Pod ×2".into(), subtitle: "2 ready".into(), ..node("pod api on 6") };
        let expected = [
            "g card pod on",
            "title Pod ×2 api",
            "rect box",
            "path tile",
            "use #i-pod tile-icon",
            "text kind Pod ×2",
            "text name api",
            "path mini",
            "path mini",
            "text meta 2 ready",
            "g hopno",
            "circle",
            "text 6",
        ];
        assert_eq!(parts(&node, Size::Wide), expected);
    }

    #[test]
    fn many_pods_are_a_number() {
        let node = Node { kind: "Pod ×12".into(), subtitle: "12 ready".into(), ..node("pod api") };
        let parts = parts(&node, Size::Wide);
        assert_eq!(parts.iter().filter(|it| *it == "path mini").count(), 5);
        assert!(parts.contains(&"text meta +7".to_owned()), "{parts:?}");
    }

    #[test]
    fn a_ghost_says_what_to_do_and_a_loser_why() {
        let ghost = Node { subtitle: "Fix selector".into(), ..node("pod api needed") };
        assert_eq!(
            parts(&ghost, Size::Wide)[5..],
            ["text name api", "g act", "use #i-wand", "text act-t Fix selector"]
        );
        let lost = Node { subtitle: "host differs".into(), problem: Some(Problem::Warning), ..node("route api lost") };
        let expected =
            ["g lost-why", "use #i-block", "text meta host differs", "g problem warn", "circle", "use #i-warning"];
        assert_eq!(parts(&lost, Size::Wide)[7..], expected);
    }

    #[test]
    fn a_client_is_a_laptop_or_a_pod_or_a_dot() {
        let client = node("client Internet on");
        let expected =
            ["g card client on", "title Internet", "rect box", "g client", "circle tile", "use #i-client tile-icon"];
        assert_eq!(parts(&client, Size::Wide)[..6], expected);
        assert_eq!(parts(&client, Size::Compact)[2..], ["circle box", "use #i-client tile-icon"]);
        let name = Ref { api_version: "v1".into(), kind: "Pod".into(), namespace: None, name: "a".into() };
        let pod = Node { resource: Some(name), ..client };
        assert_eq!(parts(&pod, Size::Wide)[3..6], ["g pod", "path tile", "use #i-pod tile-icon"]);
    }

    #[test]
    fn a_workload_has_the_icon_of_a_stack() {
        assert!(parts(&node("workload api"), Size::Compact).contains(&"use #i-workload tile-icon".to_owned()));
    }
}
