//! The layout alone as WebAssembly, for `tests/bench/layout.mjs`: the page's module gives no way to time it apart.

use podpath_order::OrdMap;
use podpath_protocol::{Graph, Size};
use wasm_bindgen::prelude::wasm_bindgen;

/// A picture that can be laid out again and again.
#[wasm_bindgen]
#[derive(Default)]
pub struct Picture(Graph);

#[wasm_bindgen]
impl Picture {
    /// From the result of `graph`; empty when it is none.
    #[wasm_bindgen(constructor)]
    pub fn new(json: &str) -> Self {
        Self(serde_json::from_str(json).unwrap_or_default())
    }

    /// Order, places and wires, as for a workspace that was opened just now; gives back the height.
    pub fn layout(&mut self) -> f64 {
        podpath_diagram::layout(&mut self.0, Size::Wide, &OrdMap::new());
        self.0.height
    }
}
