//! Esc closes what is open, wherever the focus is, unless something over it used the key.

use gloo::events::{EventListener, EventListenerOptions, EventListenerPhase};
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;
use yew::prelude::*;

/// Calls back at Esc while the component is there. What fits the selector `over` lies over it and closes first.
#[hook]
pub(crate) fn use_escape(on_close: &Callback<()>, over: Option<&'static str>) {
    use_effect_with((on_close.clone(), over), |(on_close, over)| {
        let over = *over;
        let on_close = on_close.clone();
        let options = EventListenerOptions { phase: EventListenerPhase::Bubble, passive: false };
        let listener = EventListener::new_with_options(&gloo::utils::window(), "keydown", options, move |event| {
            let is_escape = event.dyn_ref::<KeyboardEvent>().is_some_and(|it| it.key() == "Escape");
            let is_covered =
                || over.is_some_and(|it| matches!(gloo::utils::document().query_selector(it), Ok(Some(_))));
            if is_escape && !event.default_prevented() && !is_covered() {
                event.prevent_default();
                on_close.emit(());
            }
        });
        move || drop(listener)
    });
}
