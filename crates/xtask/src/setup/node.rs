//! Node and the npm packages of `web/`: the editor, its bundler, wasm-opt, the browser driver.

use std::path::PathBuf;

use super::apt;
use crate::process::{Outcome, command, quiet, read, run, write};
use crate::{inputs, place};

/// Node and npm themselves.
pub(crate) fn node() -> Outcome {
    if place::program(&["node"]).is_some() && place::program(&["npm"]).is_some() {
        return Ok(());
    }
    apt::install(&["nodejs", "npm"], "the page needs Node and npm")
}

/// `npm ci` when `node_modules` does not fit the lock.
pub(crate) fn packages() -> Outcome {
    node()?;
    let lock = read(&web().join("package-lock.json"))?;
    let stamp = web().join("node_modules/.podpath-lock");
    if read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    println!("  installing the npm packages of web/");
    run(command("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(web()))?;
    write(&stamp, &lock)
}

/// The editor's JavaScript in `web/generated`, by the script `bundle` of `web/package.json`.
pub(crate) fn bundle() -> Outcome {
    let fingerprint = inputs::fingerprint(&inputs::of_bundle())?;
    let stamp = web().join("generated/.inputs");
    if read(&stamp).is_ok_and(|made_of| made_of == fingerprint) {
        return Ok(());
    }
    println!("  bundling the editor");
    quiet(command("npm", ["run", "--silent", "bundle"]).current_dir(web()))?;
    write(&stamp, &fingerprint)
}

fn web() -> PathBuf {
    place::root().join("web")
}
