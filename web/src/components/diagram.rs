//! The diagram as the core laid it out. Cards are buttons: one tab stop, arrow keys walk between them.

use std::collections::BTreeSet;

use podpath_diagram::{Content, Element};
use podpath_protocol::{Graph, Locale, Node, NodeState, Size};
use wasm_bindgen::JsCast;
use yew::prelude::*;
use yew::virtual_dom::{Key, VNode, VTag, VText};

use super::token::{replay, with_tokens};
use crate::rich::plain;
use crate::shared::Shared;
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct DiagramProps {
    pub(crate) graph: Shared<Graph>,
    pub(crate) size: Size,
    pub(crate) locale: Locale,
    /// Ids of the cards that the caret is in.
    pub(crate) lit: std::rc::Rc<BTreeSet<String>>,
    pub(crate) selected: Option<AttrValue>,
    pub(crate) on_pick: Callback<AttrValue>,
}

#[component]
pub(crate) fn Diagram(props: &DiagramProps) -> Html {
    let canvas = use_node_ref();
    let picture = use_memo((props.graph.clone(), props.size, props.locale), |(graph, size, locale)| {
        with_tokens(podpath_diagram::draw(graph, *size, *locale), graph)
    });
    use_effect_with((), |()| replay());
    {
        let canvas = canvas.clone();
        use_effect_with(path_of(&props.graph), move |_| show_path(&canvas));
    }
    let order = use_memo(props.graph.clone(), |graph| walk(graph));
    let cards = Cards {
        graph: &props.graph,
        locale: props.locale,
        lit: &props.lit,
        selected: props.selected.as_deref(),
        stop: order.first().map(String::as_str),
    };
    let onclick = {
        let on_pick = props.on_pick.clone();
        Callback::from(move |event: MouseEvent| {
            if let Some(id) = event.target().and_then(|it| card_of(&it)) {
                on_pick.emit(id.into());
            }
        })
    };
    let onkeydown = {
        let (graph, order, canvas, on_pick) =
            (props.graph.clone(), order.clone(), canvas.clone(), props.on_pick.clone());
        Callback::from(move |event: KeyboardEvent| {
            let Some(id) = event.target().and_then(|it| card_of(&it)) else { return };
            match event.key().as_str() {
                "Enter" | " " => on_pick.emit(id.into()),
                key => {
                    let Some(next) = neighbour(&graph, &order, &id, key) else { return };
                    focus_card(&canvas, &next);
                }
            }
            event.prevent_default();
        })
    };
    html! {
        <div class="canvas" role="group" aria-label={words::DIAGRAM.text(props.locale)} ref={canvas} {onclick} {onkeydown}>{ node(&picture, &cards) }</div>
    }
}

/// What is added to the picture's cards.
struct Cards<'a> {
    graph: &'a Graph,
    locale: Locale,
    lit: &'a BTreeSet<String>,
    selected: Option<&'a str>,
    /// The one that Tab stops at.
    stop: Option<&'a str>,
}

/// An element of the picture as a node of the page: names and texts are set as such, never read as HTML.
fn node(element: &Element, cards: &Cards) -> VNode {
    let mut tag = VTag::new(element.tag);
    let id = element.attributes.iter().find(|it| it.0 == "data-node").map(|it| it.1.as_str());
    let card = id.and_then(|id| cards.graph.nodes.iter().find(|it| it.id == id));
    for (name, value) in &element.attributes {
        match (*name, card) {
            ("class", Some(card)) => tag.add_attribute("class", classes(value, card, cards)),
            _ => tag.add_attribute(name, value.clone()),
        }
    }
    if let Some(card) = card {
        let stop = if cards.stop == Some(card.id.as_str()) { "0" } else { "-1" };
        tag.add_attribute("role", "button");
        tag.add_attribute("tabindex", stop);
        tag.add_attribute("aria-label", spoken(card, cards.locale));
        tag.key = Some(Key::from(card.id.clone()));
    }
    tag.add_children(element.children.iter().map(|it| match it {
        Content::Element(it) => node(it, cards),
        Content::Text(it) => VText::new(it.clone()).into(),
    }));
    tag.into()
}

fn classes(drawn: &str, card: &Node, cards: &Cards) -> String {
    let lit = if cards.lit.contains(&card.id) { " lit" } else { "" };
    let selected = if cards.selected == Some(card.id.as_str()) { " sel" } else { "" };
    format!("{drawn}{lit}{selected}")
}

/// "Hop 5, Service areyouhere-server, 80 → 8080, fails".
fn spoken(card: &Node, locale: Locale) -> String {
    let hop = card.hop.map(|it| words::HOP.with(locale, &[&it]));
    let fails = (card.state == NodeState::Dead).then(|| words::FAILS.text(locale).to_owned());
    let name = format!("{} {}", card.kind, card.title);
    let parts = [hop, Some(plain(name.trim())), Some(plain(&card.subtitle)).filter(|it| !it.is_empty()), fails];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Ids in the order of the path first, then lane by lane.
fn walk(graph: &Graph) -> Vec<String> {
    let mut nodes: Vec<&Node> = graph.nodes.iter().collect();
    let is_off = |it: &Node| !matches!(it.state, NodeState::On | NodeState::Dead);
    nodes.sort_by(|a, b| is_off(a).cmp(&is_off(b)).then(a.lane.cmp(&b.lane)).then(a.y.total_cmp(&b.y)));
    nodes.into_iter().map(|it| it.id.clone()).collect()
}

/// The card that an arrow key leads to: along a wire, or within the lane.
fn neighbour(graph: &Graph, order: &[String], id: &str, key: &str) -> Option<String> {
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

fn card_of(target: &web_sys::EventTarget) -> Option<String> {
    let element = target.dyn_ref::<web_sys::Element>()?;
    element.closest("[data-node]").ok().flatten()?.get_attribute("data-node")
}

/// Ids of the cards that the request came to.
fn path_of(graph: &Graph) -> Vec<String> {
    graph.nodes.iter().filter(|it| it.hop.is_some()).map(|it| it.id.clone()).collect()
}

/// The path in the middle of a picture that is taller than its region.
fn show_path(canvas: &NodeRef) {
    let Some(canvas) = canvas.cast::<web_sys::Element>() else { return };
    let card = canvas.query_selector(".card:is(.on, .dead):not(.client)").ok().flatten();
    if let (Some(region), Some(card)) = (canvas.parent_element(), card) {
        let (outer, inner) = (region.get_bounding_client_rect(), card.get_bounding_client_rect());
        let middle = inner.top() + inner.height() / 2.0 - outer.top() - outer.height() / 2.0;
        region.scroll_by_with_x_and_y(0.0, middle);
    }
}

fn focus_card(canvas: &NodeRef, id: &str) {
    let Some(canvas) = canvas.cast::<web_sys::Element>() else { return };
    let Ok(cards) = canvas.query_selector_all("[data-node]") else { return };
    let found = (0..cards.length()).filter_map(|at| cards.item(at)).find_map(|it| {
        it.dyn_into::<web_sys::SvgElement>().ok().filter(|it| it.get_attribute("data-node").as_deref() == Some(id))
    });
    if let Some(card) = found {
        let _ = card.focus();
    }
}

#[cfg(test)]
mod tests {
    use podpath_protocol::{Edge, EdgeState, Lane};

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
        };
        Graph { nodes, edges: vec![edge], ..Graph::default() }
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
        assert_eq!(spoken(&graph().nodes[2], Locale::En), "Hop 5, Service svc, 80 → 8080, fails");
    }
}
