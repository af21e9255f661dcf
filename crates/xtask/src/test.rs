//! Every test, natively and in a real browser, and the totals at the end.

use std::process::Command;

use crate::arguments::Arguments;
use crate::process::{Outcome, cargo, command as child, read, run_lines, write};
use crate::site::{self, Profile};
use crate::steps::Steps;
use crate::totals::Totals;
use crate::{inputs, place, setup};

pub(crate) fn command(arguments: &mut Arguments) -> Outcome {
    let (only_native, only_browser) = (arguments.flag("--native"), arguments.flag("--browser"));
    let words = arguments.word();
    arguments.end()?;
    let totals = if only_native {
        native(words.as_deref())?
    } else if only_browser {
        site::build(Profile::Release)?;
        browser(words.as_deref())?
    } else {
        all(words.as_deref())?
    };
    verdict(totals)
}

/// The last line of every run, alone and always in this form; so a failure is told by the exit status alone.
pub(crate) fn verdict(totals: Totals) -> Outcome {
    println!("\n{totals}");
    if totals.failed == 0 { Ok(()) } else { std::process::exit(1) }
}

fn all(words: Option<&str>) -> Outcome<Totals> {
    let tree = tree()?;
    let mut steps = Steps::new(4);
    steps.next("set-up: what is missing of Rust's WebAssembly target, Trunk, npm packages, Chromium");
    let set_up = setup::everything();
    if let Err(sentence) = &set_up {
        eprintln!("error: {sentence}");
    }
    steps.next("native tests: core, command line, logic of the page (first compilation about 2 min)");
    let mut totals = native(words)?;
    steps.next("page: dist/ as it is published (about 2 min, nothing when it is up to date)");
    let built = set_up.and_then(|()| site::build(Profile::Release));
    steps.next("browser tests: the page in a real Chromium, under a path prefix (about 1 min)");
    totals += built.and_then(|()| browser(words)).unwrap_or_else(|sentence| counted(&sentence));
    println!("\ntests took {:.0} s", steps.seconds());
    if words.is_none() {
        write(&place::notes().join("tests"), &format!("{tree}\n{totals}\n"))?;
    }
    Ok(totals)
}

/// `cargo test` of the whole workspace.
pub(crate) fn native(words: Option<&str>) -> Outcome<Totals> {
    let mut command = cargo("test --workspace --no-fail-fast");
    summed("native tests", command.args(words))
}

/// The tests of `tests/browser` against `dist/`.
pub(crate) fn browser(words: Option<&str>) -> Outcome<Totals> {
    let chromium = setup::chromium()?;
    let mut command = child("node", ["tests/browser/run.mjs"]);
    summed("browser tests", command.args(words).env("CHROMIUM", chromium))
}

/// A step that could not do its work counts as one failed test, so that no total looks better than it is.
pub(crate) fn counted(sentence: &str) -> Totals {
    eprintln!("error: {sentence} (counted as 1 failed)");
    Totals::FAILED
}

/// The totals that `test` noted for the tree as it is now.
pub(crate) fn noted() -> Outcome<Option<Totals>> {
    let tree = tree()?;
    let note = read(&place::notes().join("tests")).unwrap_or_default();
    Ok(note.split_once('\n').filter(|(noted, _)| *noted == tree).and_then(|(_, totals)| Totals::parse(totals)))
}

fn tree() -> Outcome<String> {
    inputs::fingerprint(&inputs::of_tests())
}

fn summed(what: &str, command: &mut Command) -> Outcome<Totals> {
    let mut totals = Totals::default();
    let succeeded = run_lines(command, |line| {
        totals += Totals::of_line(line).unwrap_or_default();
        !is_noise(line)
    })?;
    if !succeeded && totals.failed == 0 {
        totals += counted(&format!("the {what} broke off"));
    }
    println!("{what}: {totals}");
    Ok(totals)
}

/// What cargo says of each test that passed, and of targets without tests.
fn is_noise(line: &str) -> bool {
    let passed = line.starts_with("test ") && line.ends_with(" ... ok");
    passed || line.is_empty() || line == "running 0 tests" || line.starts_with("test result: ok. 0 passed; 0 failed")
}
