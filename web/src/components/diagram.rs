//! The diagram as the core laid it out. Cards are buttons: one tab stop, arrow keys walk between them.

mod motion;
mod walk;

use podpath_diagram::{Content, Element};
use podpath_order::OrdSet;
use podpath_protocol::{EdgeState, Graph, Locale, Node, NodeState, Size};
use wasm_bindgen::JsCast;
use yew::prelude::*;
use yew::virtual_dom::{Key, VNode, VTag, VText};

use super::token::{replay, with_tokens};
use crate::rich::plain;
use crate::shared::Shared;
use crate::words;
use motion::use_motion;
use walk::{neighbour, walk};

#[derive(Properties, PartialEq)]
pub(crate) struct DiagramProps {
    pub(crate) graph: Shared<Graph>,
    pub(crate) size: Size,
    pub(crate) locale: Locale,
    /// Ids of the cards that the caret is in.
    pub(crate) lit: std::rc::Rc<OrdSet<String>>,
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
    use_motion(&canvas, &props.graph);
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
    lit: &'a OrdSet<String>,
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
        tag.add_attribute("aria-label", spoken(card, cards.graph, cards.locale));
        if let Some(group) = card.group {
            tag.add_attribute("aria-expanded", group.open.to_string());
        }
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

/// "Hop 5, Service areyouhere-server, 80 → 8080, fails: selector matches no Pod".
fn spoken(card: &Node, graph: &Graph, locale: Locale) -> String {
    if let Some(group) = card.group {
        let words = if group.open { words::GROUP_OPEN } else { words::GROUP_SHUT };
        return words.with(locale, &[&group.count, &plain(&card.title)]);
    }
    let hop = card.hop.map(|it| words::HOP.with(locale, &[&it]));
    let why =
        graph.edges.iter().find(|it| it.from == card.id && it.state == EdgeState::Dead).map(|it| plain(&it.label));
    let fails = (card.state == NodeState::Dead).then(|| words::FAILS.text(locale).to_owned());
    let fails = fails.map(|it| why.filter(|it| !it.is_empty()).map_or(it.clone(), |why| format!("{it}: {why}")));
    let name = format!("{} {}", card.kind, card.title);
    let parts = [hop, Some(plain(name.trim())), Some(plain(&card.subtitle)).filter(|it| !it.is_empty()), fails];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
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
