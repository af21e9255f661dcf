//! `web/generated/first.html`: what the page shows before it runs, drawn by the page's own components.

use crate::place;
use crate::process::{Outcome, cargo, command, quiet, run, write};

/// Writes it anew. Both programs are those that the tests need too, so they are compiled already.
pub(crate) fn draw() -> Outcome {
    run(&mut cargo("build --quiet --package podpath --package podpath-web"))?;
    let folder = place::target().join("debug");
    let html = quiet(&mut command(folder.join("podpath-web"), [folder.join("podpath")]))?;
    write(&place::root().join("web/generated/first.html"), &html)
}
