//! Installs what is missing, and nothing else: the second run finds everything in place.
//!
//! Tools stand in a cache folder of the user, one folder for each tool and version, so that a fresh clone starts at once.

mod apt;
mod browser;
mod node;
mod tools;
mod wasm;

pub(crate) use browser::chromium;
pub(crate) use node::{bundle, node, packages};
pub(crate) use tools::{cargo_fuzz, trunk, wasm_bindgen};
pub(crate) use wasm::{Toolchain, toolchain};

use crate::process::Outcome;

/// All that `cargo xtask test` needs.
pub(crate) fn everything() -> Outcome {
    node()?;
    toolchain()?;
    trunk()?;
    wasm_bindgen()?;
    packages()?;
    chromium().map(drop)
}
