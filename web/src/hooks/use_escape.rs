//! Esc closes what is open, wherever the focus is, unless something over it used the key.

use gloo::events::{EventListener, EventListenerOptions, EventListenerPhase};
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;
use yew::prelude::*;

/// Calls back at Esc while the component is there.
#[hook]
pub(crate) fn use_escape(on_close: &Callback<()>) {
    use_effect_with(on_close.clone(), |on_close| {
        let on_close = on_close.clone();
        let options = EventListenerOptions { phase: EventListenerPhase::Bubble, passive: false };
        let listener = EventListener::new_with_options(&gloo::utils::window(), "keydown", options, move |event| {
            let is_escape = event.dyn_ref::<KeyboardEvent>().is_some_and(|it| it.key() == "Escape");
            if is_escape && !event.default_prevented() {
                event.prevent_default();
                on_close.emit(());
            }
        });
        move || drop(listener)
    });
}
