//! Where the object card stands: under its card in the diagram, beside it where there is no room; never outside.

use web_sys::{DomRect, Element, HtmlElement};
use yew::NodeRef;

const GAP: f64 = 8.0;

/// Puts the panel into its place; the style sheet alone places a sheet.
pub(super) fn place(panel: &NodeRef, beside: Option<&str>, is_sheet: bool) {
    let Some(panel) = panel.cast::<HtmlElement>() else { return };
    let style = panel.style();
    let Some(ground) = panel.offset_parent().filter(|_| !is_sheet).map(|it| it.get_bounding_client_rect()) else {
        let _ = style.remove_property("left");
        let _ = style.remove_property("top");
        return;
    };
    let own = panel.get_bounding_client_rect();
    let card = beside.and_then(find).map(|it| it.get_bounding_client_rect());
    let (left, top) = corner(&ground, &own, card.as_ref());
    let _ = style.set_property("left", &format!("{left}px"));
    let _ = style.set_property("top", &format!("{top}px"));
}

fn corner(ground: &DomRect, own: &DomRect, card: Option<&DomRect>) -> (f64, f64) {
    let (most_left, most_top) = (ground.width() - own.width() - GAP, ground.height() - own.height() - GAP);
    let Some(card) = card else { return (most_left.max(GAP), GAP.max(most_top / 3.0)) };
    let (left, under) = (card.left() - ground.left(), card.bottom() - ground.top() + GAP);
    let (left, top) = if under <= most_top {
        (left - 24.0, under)
    } else if left + card.width() + GAP <= most_left {
        (left + card.width() + GAP, most_top)
    } else {
        (left - own.width() - GAP, most_top)
    };
    (left.min(most_left).max(GAP), top.min(most_top).max(GAP))
}

fn find(id: &str) -> Option<Element> {
    let cards = gloo::utils::document().query_selector_all("[data-node]").ok()?;
    let cards = (0..cards.length()).filter_map(|at| cards.item(at));
    let mut cards = cards.filter_map(|it| wasm_bindgen::JsCast::dyn_into::<Element>(it).ok());
    cards.find(|it| it.get_attribute("data-node").as_deref() == Some(id))
}
