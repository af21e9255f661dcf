//! The core as WebAssembly: one function that takes and gives JSON.
//!
//! Invariant: no logic; whatever `podpath rpc` answers, this answers.

use std::cell::RefCell;

use podpath_core::Engine;
use wasm_bindgen::prelude::wasm_bindgen;

thread_local! {
    static ENGINE: RefCell<Engine> = RefCell::new(Engine::new());
}

/// Answers one request of the protocol, in the one session of this thread.
#[wasm_bindgen]
pub fn handle(request: &str) -> String {
    ENGINE.with_borrow_mut(|engine| engine.handle(request))
}

/// One of several talks in one thread, each with a workspace of its own.
#[wasm_bindgen]
#[derive(Default)]
pub struct Session(Engine);

#[wasm_bindgen]
impl Session {
    /// A session that knows nothing.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers one request of the protocol.
    pub fn handle(&mut self, request: &str) -> String {
        self.0.handle(request)
    }
}
