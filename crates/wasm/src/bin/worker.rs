//! The web worker: says `ready`, then answers each message, a JSON text, with a JSON text, in order.

use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

fn main() {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else { return };
    let outside = scope.clone();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(request) = event.data().as_string() {
            post(&outside, &podpath_wasm::handle(&request));
        }
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    post(&scope, "ready");
}

/// A text can always be posted.
fn post(scope: &DedicatedWorkerGlobalScope, text: &str) {
    let posted = scope.post_message(&JsValue::from_str(text));
    debug_assert!(posted.is_ok(), "a text can always be posted");
}
