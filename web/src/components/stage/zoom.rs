//! Zoom and pan of the diagram: the canvas grows in its region, which scrolls. One finger scrolls, two zoom; Ctrl and the
//! wheel, `+`, `-` and `0` zoom; drag the ground, or anything while Space is held.
//!
//! Invariant: the scale lives in the style of the canvas alone, so that a new answer leaves it as it is.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions, EventListenerPhase};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, EventTarget, HtmlElement, KeyboardEvent, PointerEvent, TouchEvent, WheelEvent};
use yew::prelude::*;

const LEAST: f64 = 0.5;
const MOST: f64 = 2.0;
const STEP: f64 = 1.25;
/// Zoom of one pixel of the wheel.
const WHEEL: f64 = 0.004;

/// Listens to everything that zooms and pans.
#[hook]
pub(super) fn use_zoom(region: &NodeRef) {
    let region = region.clone();
    use_effect_with((), move |()| {
        let listeners = region.cast::<HtmlElement>().map(|it| listen(&it)).unwrap_or_default();
        move || drop(listeners)
    });
}

/// The whole picture in its region.
pub(super) fn fit(region: &NodeRef) {
    if let Some(region) = region.cast::<HtmlElement>() {
        fit_in(&region);
    }
}

fn listen(region: &HtmlElement) -> Vec<EventListener> {
    let space = Rc::new(Cell::new(false));
    let mut listeners = vec![wheel(region), keys(region)];
    listeners.extend(pinch(region));
    listeners.extend(drag(region, &space));
    listeners.extend(space_key(region, &space));
    listeners
}

fn active(target: &EventTarget, name: &'static str, heard: impl FnMut(&Event) + 'static) -> EventListener {
    let options = EventListenerOptions { phase: EventListenerPhase::Bubble, passive: false };
    EventListener::new_with_options(target, name, options, heard)
}

fn wheel(region: &HtmlElement) -> EventListener {
    let own = region.clone();
    active(region, "wheel", move |event| {
        let Some(event) = event.dyn_ref::<WheelEvent>().filter(|it| it.ctrl_key() || it.meta_key()) else { return };
        event.prevent_default();
        let factor = (-event.delta_y() * WHEEL).exp();
        zoom(&own, factor, (f64::from(event.client_x()), f64::from(event.client_y())));
    })
}

fn keys(region: &HtmlElement) -> EventListener {
    let own = region.clone();
    active(region, "keydown", move |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        match event.key().as_str() {
            "+" | "=" => zoom(&own, STEP, middle(&own)),
            "-" => zoom(&own, 1.0 / STEP, middle(&own)),
            "0" => fit_in(&own),
            _ => return,
        }
        event.prevent_default();
    })
}

/// Two fingers: how far apart they were, and are.
fn pinch(region: &HtmlElement) -> [EventListener; 2] {
    let (start, last) = pinch_start(region);
    let own = region.clone();
    let moved = active(region, "touchmove", move |event| {
        let Some((distance, centre)) = event.dyn_ref::<TouchEvent>().and_then(fingers) else { return };
        event.prevent_default();
        let before = last.replace(distance);
        if before > 0.0 {
            zoom(&own, distance / before, centre);
        }
    });
    [start, moved]
}

fn pinch_start(region: &HtmlElement) -> (EventListener, Rc<Cell<f64>>) {
    let last = Rc::new(Cell::new(0.0));
    let set = last.clone();
    let listener = active(region, "touchstart", move |event| {
        let distance = event.dyn_ref::<TouchEvent>().and_then(fingers).map(|it| it.0);
        set.set(distance.unwrap_or_default());
    });
    (listener, last)
}

fn fingers(event: &TouchEvent) -> Option<(f64, (f64, f64))> {
    let touches = event.touches();
    let at = |idx: u32| touches.get(idx).map(|it| (f64::from(it.client_x()), f64::from(it.client_y())));
    let (a, b) = (at(0)?, at(1)?);
    Some(((a.0 - b.0).hypot(a.1 - b.1), (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1))))
}

/// The mouse on the ground, or on anything while Space is held.
fn drag(region: &HtmlElement, space: &Rc<Cell<bool>>) -> [EventListener; 3] {
    let last: Rc<RefCell<Option<(i32, i32)>>> = Rc::default();
    let down = {
        let (own, last, space) = (region.clone(), last.clone(), space.clone());
        active(region, "pointerdown", move |event| {
            let Some(event) = event.dyn_ref::<PointerEvent>() else { return };
            let on_card = event.target().is_some_and(|it| is_on_card(&it));
            let is_wanted = event.pointer_type() == "mouse" && event.button() == 0 && (space.get() || !on_card);
            if is_wanted {
                event.prevent_default();
                let _ = own.set_pointer_capture(event.pointer_id());
                let _ = own.class_list().add_1("dragging");
                *last.borrow_mut() = Some((event.client_x(), event.client_y()));
            }
        })
    };
    let moved = {
        let (own, last) = (region.clone(), last.clone());
        active(region, "pointermove", move |event| {
            let Some(event) = event.dyn_ref::<PointerEvent>() else { return };
            let mut last = last.borrow_mut();
            let Some((x, y)) = *last else { return };
            *last = Some((event.client_x(), event.client_y()));
            own.scroll_by_with_x_and_y(f64::from(x - event.client_x()), f64::from(y - event.client_y()));
        })
    };
    let own = region.clone();
    let up = active(region, "pointerup", move |_| {
        *last.borrow_mut() = None;
        let _ = own.class_list().remove_1("dragging");
    });
    [down, moved, up]
}

fn is_on_card(target: &EventTarget) -> bool {
    let element = target.dyn_ref::<Element>();
    element.and_then(|it| it.closest("[data-node], button").ok().flatten()).is_some()
}

/// Space over the diagram makes a hand of the pointer; on a focused card it is its click.
fn space_key(region: &HtmlElement, space: &Rc<Cell<bool>>) -> [EventListener; 2] {
    let window = gloo::utils::window();
    let held = |own: HtmlElement, space: Rc<Cell<bool>>, is_down: bool| {
        move |event: &Event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>().filter(|it| it.key() == " ") else { return };
            let is_over = own.matches(":hover").unwrap_or_default();
            let is_free = !event.default_prevented()
                && event.target().is_none_or(|it| it.dyn_into::<HtmlElement>().is_ok_and(|it| it.tag_name() == "BODY"));
            let is_held = is_down && is_over && is_free;
            if is_held {
                event.prevent_default();
            }
            space.set(is_held);
            let _ = own.class_list().toggle_with_force("hand", is_held);
        }
    };
    [
        active(&window, "keydown", held(region.clone(), space.clone(), true)),
        active(&window, "keyup", held(region.clone(), space.clone(), false)),
    ]
}

fn canvas(region: &HtmlElement) -> Option<HtmlElement> {
    region.query_selector(".canvas").ok().flatten()?.dyn_into().ok()
}

fn scale_of(canvas: &HtmlElement) -> f64 {
    canvas.style().get_property_value("--zoom").ok().and_then(|it| it.parse().ok()).unwrap_or(1.0)
}

fn middle(region: &HtmlElement) -> (f64, f64) {
    let rect = region.get_bounding_client_rect();
    (rect.left() + rect.width() / 2.0, rect.top() + rect.height() / 2.0)
}

/// Scales by a factor; what lies at the point stays there.
fn zoom(region: &HtmlElement, factor: f64, at: (f64, f64)) {
    let Some(canvas) = canvas(region) else { return };
    let old = scale_of(&canvas);
    set(&canvas, old * factor);
    let ratio = scale_of(&canvas) / old;
    let rect = region.get_bounding_client_rect();
    let (x, y) = (at.0 - rect.left(), at.1 - rect.top());
    let (left, top) = (f64::from(region.scroll_left()), f64::from(region.scroll_top()));
    region.scroll_to_with_x_and_y((left + x) * ratio - x, (top + y) * ratio - y);
}

fn fit_in(region: &HtmlElement) {
    let Some(canvas) = canvas(region) else { return };
    set(&canvas, 1.0);
    let (height, room) = (f64::from(canvas.offset_height()), f64::from(region.client_height()));
    set(&canvas, if height > room && height > 0.0 { room / height } else { 1.0 });
    region.scroll_to_with_x_and_y(0.0, 0.0);
}

fn set(canvas: &HtmlElement, scale: f64) {
    let scale = scale.clamp(LEAST, MOST);
    let _ = canvas.style().set_property("--zoom", &format!("{scale:.3}"));
}
