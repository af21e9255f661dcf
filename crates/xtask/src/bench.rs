//! The figures: native benches, the same in WebAssembly under Node, the page in Chromium, the sizes of the page.

use std::path::PathBuf;

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
    steps.next("layout: crossings of our diagrams and of graphviz dot");
    run(child("node", [place::root().join("tests/bench/layout.mjs")]).arg(place::notes().join("node/podpath_wasm.js")))?;
    steps.next("Chromium: the page as it is published, from navigation to picture and from key to letter");
    site::build(Profile::Release)?;
    let script = place::root().join("tests/bench/chromium.mjs");
    run(child("node", [script]).env("CHROMIUM", setup::chromium()?))?;
    steps.next("sizes of the page");
    size::check()
}

/// `crates/wasm` as a CommonJS module for Node, optimised like the page's; `podpath_wasm.js` in the folder that is given back.
fn node_module() -> Outcome<PathBuf> {
    setup::packages()?;
    let mut build = cargo("build --release --quiet --lib --package podpath-wasm --target wasm32-unknown-unknown");
    setup::toolchain()?.choose(&mut build);
    run(&mut build)?;
    let wasm = place::target().join("wasm32-unknown-unknown/release/podpath_wasm.wasm");
    if !wasm.is_file() {
        return Err("crates/wasm builds no podpath_wasm.wasm: its library needs the crate type `cdylib`".into());
    }
    let out = place::notes().join("node");
    let mut bindgen = child(setup::wasm_bindgen()?.program, ["--target", "nodejs", "--out-dir"]);
    quiet(bindgen.arg(&out).arg(&wasm))?;
    let bound = out.join("podpath_wasm_bg.wasm");
    let optimise = place::root().join("web/node_modules/.bin/wasm-opt");
    quiet(child(optimise, ["-Oz"]).arg(&bound).arg("-o").arg(&bound))?;
    Ok(out.join("podpath_wasm.js"))
}
