//! All that must hold before a change lands, in the order in which it is cheapest to fail.

use std::process::Command;

use crate::arguments::Arguments;
use crate::process::{Outcome, cargo, run};
use crate::setup::{self, Toolchain};
use crate::site::{self, Profile};
use crate::steps::Steps;
use crate::test::{self, counted};
use crate::totals::Totals;
use crate::{conformance, size, tidy};

pub(crate) fn command(arguments: &mut Arguments) -> Outcome {
    let after_test = arguments.flag("--after-test");
    arguments.end()?;
    let noted = if after_test { test::noted()? } else { None };
    if after_test && noted.is_none() {
        println!("`cargo xtask test` noted nothing for this tree: the tests run here");
    }
    let mut totals = Totals::default();
    let mut steps = Steps::new(10);
    for (what, check) in checks() {
        steps.next(what);
        totals += one(check());
    }
    steps.next("tests, native and in Chromium");
    totals += match noted {
        Some(noted) => again(noted),
        None => tests(),
    };
    println!("\nchecks took {:.0} s; the totals count each check and each test", steps.seconds());
    test::verdict(totals)
}

type Check = fn() -> Outcome;

fn checks() -> [(&'static str, Check); 9] {
    [
        ("format", || run(&mut cargo("fmt --all --check"))),
        ("tidy: the rules that no compiler knows", tidy::check),
        ("clippy", || run(&mut denied("clippy --workspace --all-targets --quiet", "-D warnings"))),
        ("clippy for WebAssembly", wasm_clippy),
        ("documentation", documentation),
        ("command line, optimised", || run(&mut cargo("build --release --package podpath --quiet"))),
        ("page: dist/ as it is published", || site::build(Profile::Release)),
        ("size of the page", size::check),
        ("conformance: nothing below its committed floor", conformance::check),
    ]
}

fn one(outcome: Outcome) -> Totals {
    outcome.map_or_else(|sentence| counted(&sentence), |()| Totals::PASSED)
}

fn again(noted: Totals) -> Totals {
    println!("  not run again: `cargo xtask test` ran them for this very tree ({noted})");
    noted
}

fn tests() -> Totals {
    let mut totals = test::native(None).unwrap_or_else(|sentence| counted(&sentence));
    totals += test::browser(None).unwrap_or_else(|sentence| counted(&sentence));
    totals
}

fn denied(words: &str, denied: &str) -> Command {
    let mut command = cargo(words);
    command.arg("--").args(denied.split_whitespace());
    command
}

/// Only what is compiled for the browser alone is new to clippy here.
fn wasm_clippy() -> Outcome {
    if setup::toolchain()? == Toolchain::DebianWeb {
        println!("  not run: the linked toolchain of Debian has no clippy");
        return Ok(());
    }
    let words = "clippy --package podpath-web --package podpath-wasm --target wasm32-unknown-unknown --quiet";
    run(&mut denied(words, "-D warnings"))
}

fn documentation() -> Outcome {
    let mut command = cargo("doc --no-deps --document-private-items --workspace --quiet");
    run(command.env("RUSTDOCFLAGS", "-D warnings"))
}
