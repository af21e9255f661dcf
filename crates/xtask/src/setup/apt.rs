//! Debian's packages, where xtask runs as root.

use std::process::Command;

use crate::place;
use crate::process::{Outcome, quiet, run};

/// Installs packages, or says which command the person has to run.
pub(crate) fn install(packages: &[&str], what_for: &str) -> Outcome {
    let names = packages.join(" ");
    let wanted = format!("{what_for}: run `apt-get install --no-install-recommends {names}` as root");
    if place::program(&["apt-get"]).is_none() {
        return Err(format!("{what_for}, and there is no apt-get here: install what Debian calls {names}"));
    }
    if !is_root() {
        return Err(wanted);
    }
    println!("  installing {names} with apt-get");
    quiet(apt().arg("update")).map_err(|error| format!("{wanted} ({error})"))?;
    run(apt().args(["install", "--yes", "--quiet", "--no-install-recommends"]).args(packages))
        .map_err(|error| format!("{wanted} ({error})"))
}

pub(crate) fn is_root() -> bool {
    quiet(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}
