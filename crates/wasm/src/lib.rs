//! The core as WebAssembly: one function that takes and gives JSON.
//!
//! Invariant: no logic; whatever `podpath rpc` answers, this answers.

use std::cell::RefCell;

use podpath_core::Engine;
use wasm_bindgen::prelude::wasm_bindgen;

thread_local! {
    static ENGINE: RefCell<Engine> = RefCell::new(Engine::new());
}

/// Answers one request of the protocol.
#[wasm_bindgen]
pub fn handle(request: &str) -> String {
    ENGINE.with_borrow_mut(|engine| engine.handle(request))
}
