//! The figures: native benches, the same in WebAssembly under Node, the page in Chromium, the sizes of the page.

use std::path::{Path, PathBuf};

use crate::arguments::Arguments;
use crate::process::{Outcome, cargo, command as child, quiet, run};
use crate::site::{self, Profile};
use crate::steps::Steps;
use crate::{place, setup, size};

pub(crate) fn command(arguments: &mut Arguments) -> Outcome {
    arguments.end()?;
    let mut steps = Steps::new(5);
    steps.next("native: each stage against its budget");
    if place::root().join("tests/benches/budgets.rs").is_file() {
        run(&mut cargo("bench --package suite --bench budgets"))?;
    } else {
        println!("  not run: there is no tests/benches/budgets.rs");
    }
    steps.next("WebAssembly: the module of the page under Node");
    let script = place::root().join("tests/bench/wasm.mjs");
    if script.is_file() {
        run(child("node", [script]).arg(node_module()?))?;
    } else {
        println!("  not run: there is no tests/bench/wasm.mjs");
    }
    steps.next("layout: crossings of our diagrams and of graphviz dot, and times");
    run(child("node", [place::root().join("tests/bench/layout.mjs")]).arg(place::notes().join("node/podpath_wasm.js")))?;
    steps.next("Chromium: the page as it is published, from navigation to picture and from key to letter");
    site::build(Profile::Release)?;
    let script = place::root().join("tests/bench/chromium.mjs");
    run(child("node", [script]).env("CHROMIUM", setup::chromium()?))?;
    steps.next("sizes of the page");
    size::check()
}

/// `crates/wasm` as a CommonJS module for Node, optimised like the page's; `podpath_wasm.js` in the folder that is given
/// back, and beside it `layout.js`, the layout alone.
fn node_module() -> Outcome<PathBuf> {
    setup::packages()?;
    // One crate type, since beside another one nothing is optimised over all crates, as the page's worker is.
    let what =
        ["rustc --lib --crate-type cdylib --package podpath-wasm", "build --example layout --package podpath-diagram"];
    for what in what {
        let mut build = cargo(&format!("{what} --release --quiet --target wasm32-unknown-unknown"));
        setup::toolchain()?.choose(&mut build);
        run(&mut build)?;
    }
    let out = place::notes().join("node");
    let built = place::target().join("wasm32-unknown-unknown/release");
    bind(&built.join("examples/layout.wasm"), &out)?;
    bind(&built.join("podpath_wasm.wasm"), &out)?;
    Ok(out.join("podpath_wasm.js"))
}

/// What `data-wasm-opt` and its parameters say of the worker in `web/index.html`.
const OPTIMISATION: [&str; 3] = ["-O2", "-ocimfs", "0"];

/// Writes what Node loads.
fn bind(wasm: &Path, out: &Path) -> Outcome {
    if !wasm.is_file() {
        return Err(format!("nothing built {}: its target needs the crate type `cdylib`", wasm.display()));
    }
    let mut bindgen = child(setup::wasm_bindgen()?.program, ["--target", "nodejs", "--out-dir"]);
    quiet(bindgen.arg(out).arg(wasm))?;
    let name = wasm.file_stem().unwrap_or_default().to_string_lossy();
    let bound = out.join(format!("{name}_bg.wasm"));
    let optimise = place::root().join("web/node_modules/.bin/wasm-opt");
    quiet(child(optimise, OPTIMISATION).arg(&bound).arg("-o").arg(&bound))?;
    Ok(())
}
