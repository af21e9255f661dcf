//! Cards that got another place glide there; who wants no motion sees the end at once.

use podpath_order::{Gather, OrdMap};
use podpath_protocol::Graph;
use wasm_bindgen::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use yew::prelude::*;

use crate::shared::Shared;

const CALM_MS: f64 = 220.0;

#[wasm_bindgen]
extern "C" {
    /// An element as far as it can be animated.
    type Moving;
    #[wasm_bindgen(method)]
    fn animate(this: &Moving, frames: &JsValue, options: &JsValue) -> JsValue;
}

/// Left and top of each card of the picture before.
type Places = OrdMap<String, (f64, f64)>;

/// Moves the cards of the canvas from their places before to those of this graph.
#[hook]
pub(super) fn use_motion(canvas: &NodeRef, graph: &Shared<Graph>) {
    let before = use_mut_ref(Places::new);
    let canvas = canvas.clone();
    use_effect_with(graph.clone(), move |graph| {
        let places: Places = graph.nodes.iter().map(|it| (it.id.clone(), (it.x, it.y))).gather();
        let old = before.replace(places);
        let moved: Vec<(&str, f64, f64)> = graph
            .nodes
            .iter()
            .filter_map(|it| {
                let (x, y) = old.get(&it.id)?;
                Some((it.id.as_str(), x - it.x, y - it.y)).filter(|(_, x, y)| x.abs() + y.abs() > 0.5)
            })
            .collect();
        // Where nearly everything is new there is nothing to follow with the eye.
        let n_known = graph.nodes.iter().filter(|it| old.contains_key(&it.id)).count();
        if !moved.is_empty() && 2 * n_known >= graph.nodes.len() && !wants_calm() {
            glide(&canvas, &moved);
        }
    });
}

pub(super) fn wants_calm() -> bool {
    let query = gloo::utils::window().match_media("(prefers-reduced-motion: reduce)");
    query.ok().flatten().is_some_and(|it| it.matches())
}

fn glide(canvas: &NodeRef, moved: &[(&str, f64, f64)]) {
    let Some(canvas) = canvas.cast::<web_sys::Element>() else { return };
    let Ok(cards) = canvas.query_selector_all("[data-node]") else { return };
    let by_id: OrdMap<&str, (f64, f64)> = moved.iter().map(|(id, x, y)| (*id, (*x, *y))).gather();
    let elements = (0..cards.length()).filter_map(|at| cards.item(at)?.dyn_into::<web_sys::Element>().ok());
    for card in elements {
        let id = card.get_attribute("data-node").unwrap_or_default();
        let Some((x, y)) = by_id.get(id.as_str()) else { continue };
        animate(&card, &[("transform", &format!("translate({x}px, {y}px)"), "none")]);
    }
    let wires = canvas.query_selector_all(".edge, .halo, .port, .weight").ok();
    let wires =
        wires.iter().flat_map(|it| (0..it.length()).filter_map(|at| it.item(at)?.dyn_into::<web_sys::Element>().ok()));
    wires.for_each(|it| animate(&it, &[("opacity", "0", "1")]));
}

/// From one look to another, each a property with its two values.
fn animate(element: &web_sys::Element, changes: &[(&str, &str, &str)]) {
    let frames = js_sys::Object::new();
    for (name, from, to) in changes {
        let pair = js_sys::Array::of2(&JsValue::from_str(from), &JsValue::from_str(to));
        let _ = js_sys::Reflect::set(&frames, &JsValue::from_str(name), &pair);
    }
    let options = js_sys::Object::new();
    let _ = js_sys::Reflect::set(&options, &"duration".into(), &JsValue::from_f64(CALM_MS));
    let _ = js_sys::Reflect::set(&options, &"easing".into(), &"cubic-bezier(.4, 0, .2, 1)".into());
    let _ = element.unchecked_ref::<Moving>().animate(&frames, &options);
}
