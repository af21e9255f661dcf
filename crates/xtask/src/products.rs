//! The other products of one build: offline use, the single file, the custom element; made by `products.mjs`.

use crate::process::{Outcome, command, quiet};
use crate::{place, setup};

/// Makes them out of the `dist/` that Trunk left.
pub(crate) fn make() -> Outcome {
    setup::node()?;
    println!("  sw.js, podpath.html and embed/");
    let script = place::root().join("crates/xtask/src/products.mjs");
    quiet(command("node", [script]).arg(place::root())).map(drop)
}
