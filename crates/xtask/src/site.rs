//! `dist/`: the static site, built by Trunk, good for any host and any path prefix.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::PathBuf;

use crate::arguments::Arguments;
use crate::process::{Outcome, cargo, command, quiet, read, run, write};
use crate::setup::{self, Toolchain};
use crate::{examples, first, inputs, place, products};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    Release,
    Debug,
}

impl Profile {
    pub(crate) fn taken_from(arguments: &mut Arguments) -> Self {
        if arguments.flag("--debug") { Self::Debug } else { Self::Release }
    }
}

pub(crate) fn command_line(arguments: &mut Arguments) -> Outcome {
    let profile = Profile::taken_from(arguments);
    arguments.end()?;
    build(profile)?;
    println!("dist/ holds the site: put it on any static host, under any path");
    Ok(())
}

/// Builds `dist/`, or leaves it alone when it is what these inputs give.
pub(crate) fn build(profile: Profile) -> Outcome {
    let note = place::notes().join("dist");
    // Two builds at once would write into one another's folder.
    write(&place::notes().join("dist.lock"), "")?;
    let lock = File::open(place::notes().join("dist.lock")).and_then(|file| file.lock().map(|()| file));
    let _lock = lock.map_err(|error| format!("cannot lock dist/: {error}"))?;
    let made_of = format!("{profile:?} {}", inputs::fingerprint(&inputs::of_site())?);
    if read(&note).is_ok_and(|noted| noted == format!("{made_of} {}", made())) {
        println!("  dist/ is up to date");
        return Ok(());
    }
    fs::remove_file(&note).ok();
    bundle_all(profile)?;
    write(&note, &format!("{made_of} {}", made()))
}

/// A fingerprint of `dist/` itself, so that a folder that something else wrote is not taken for ours.
fn made() -> String {
    let files = dist_files();
    let whole = place::dist().join("index.html").is_file().then(|| inputs::fingerprint(&files).ok()).flatten();
    whole.unwrap_or_else(|| "nothing".into())
}

/// The files of the site, sorted.
pub(crate) fn dist_files() -> Vec<PathBuf> {
    inputs::files(&place::dist())
}

fn bundle_all(profile: Profile) -> Outcome {
    let toolchain = setup::toolchain()?;
    let tools = [setup::trunk()?.folder(), setup::wasm_bindgen()?.folder()];
    setup::packages()?;
    setup::bundle()?;
    examples::bundle()?;
    // Trunk gets `--offline`: all that it would fetch is here, and a missing tool is an error instead of a download.
    quiet(&mut cargo("fetch --quiet"))?;
    first::draw()?;
    let [trunk, wasm_bindgen] = tools;
    let path = place::path_with(&[trunk, wasm_bindgen, place::root().join("web/node_modules/.bin")])?;
    trunk_build(profile, toolchain, &path)?;
    products::make()
}

fn trunk_build(profile: Profile, toolchain: Toolchain, path: &OsString) -> Outcome {
    let mut trunk = command("trunk", ["build", "--offline", "--skip-version-check", "--log=warn"]);
    if profile == Profile::Release {
        trunk.arg("--release");
    }
    // Trunk reads NO_COLOR as `true` or `false` and ends at the usual `1`.
    if std::env::var_os("NO_COLOR").is_some() {
        trunk.env("NO_COLOR", "true");
    }
    toolchain.choose(&mut trunk);
    run(trunk.env("PATH", path))
}
