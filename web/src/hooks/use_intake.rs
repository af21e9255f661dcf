//! Files that come by paste outside of a text field, and by `?src=` in the address of the page.

use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions, EventListenerPhase};
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, UrlSearchParams};
use yew::prelude::*;

use super::use_keys::is_typing;
use crate::browser::opening;
use crate::state::Action;
use crate::state::files::Files;

/// Pasted manifests become files, wherever the focus is not in a text field.
#[hook]
pub(crate) fn use_intake(files: &Rc<Files>, on_action: &Callback<Action>) {
    let newest = use_mut_ref(|| files.clone());
    *newest.borrow_mut() = files.clone();
    use_effect_with(on_action.clone(), move |act| {
        let act = act.clone();
        read_source(&act);
        let options = EventListenerOptions { phase: EventListenerPhase::Bubble, passive: false };
        let listener = EventListener::new_with_options(&gloo::utils::window(), "paste", options, move |event| {
            if is_typing(event) || event.default_prevented() {
                return;
            }
            let action = opening::pasted(event, &newest.borrow());
            let has_text = action.is_some();
            if let Some(action) = action {
                act.emit(action);
            }
            let data = event.dyn_ref::<ClipboardEvent>().and_then(ClipboardEvent::clipboard_data);
            let act = act.clone();
            if has_text || data.is_some_and(|it| opening::read_dropped(&it, move |action| act.emit(action))) {
                event.prevent_default();
            }
        });
        move || drop(listener)
    });
}

/// The address says once what to open; it is taken out of the bar, so that a reload keeps what was changed since.
fn read_source(act: &Callback<Action>) {
    let location = gloo::utils::window().location();
    let Ok(search) = location.search() else { return };
    let Ok(parameters) = UrlSearchParams::new_with_str(&search) else { return };
    let Some(address) = parameters.get("src").filter(|it| !it.is_empty()) else { return };
    parameters.delete("src");
    let rest = String::from(parameters.to_string());
    let path = location.pathname().unwrap_or_default();
    let hash = location.hash().unwrap_or_default();
    let bare = if rest.is_empty() { format!("{path}{hash}") } else { format!("{path}?{rest}{hash}") };
    if let Ok(history) = gloo::utils::window().history() {
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&bare));
    }
    let act = act.clone();
    opening::read_address(address, move |action| act.emit(action));
}
