//! A Rust toolchain that can compile to WebAssembly: rustup's target, or else Debian's rustc with a std built for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use super::apt;
use crate::place;
use crate::process::{Outcome, command, quiet, read, run, write};

const TARGET: &str = "wasm32-unknown-unknown";
const LINKED: &str = "debian-web";
const DEBIAN_STD: &str = "/usr/lib/rustlib/wasm32-unknown-unknown/lib";
const MADE_BY: &str = "made-by";

/// Which toolchain a child that compiles to WebAssembly has to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// The one that runs xtask.
    Own,
    /// Debian's, linked into rustup under the name `debian-web`.
    DebianWeb,
}

impl Toolchain {
    /// A child of `cargo xtask` has RUSTUP_TOOLCHAIN set to the outer toolchain, so each child is told anew.
    pub(crate) fn choose(self, command: &mut Command) {
        if self == Self::DebianWeb {
            command.env("RUSTUP_TOOLCHAIN", LINKED);
        }
    }
}

/// Finds or installs it. What is there already is asked first, so that a second run needs no network.
pub(crate) fn toolchain() -> Outcome<Toolchain> {
    if has_target() {
        return Ok(Toolchain::Own);
    }
    if is_current() && is_linked() {
        return Ok(Toolchain::DebianWeb);
    }
    println!("  adding the Rust target {TARGET}");
    let Err(refused) = quiet(&mut command("rustup", ["target", "add", TARGET])) else { return Ok(Toolchain::Own) };
    println!("  rustup could not ({refused}); building the target's std with Debian's rustc instead (about 1 min)");
    debian().map_err(|error| format!("Rust's target {TARGET} is missing: {refused}; {error}"))?;
    Ok(Toolchain::DebianWeb)
}

fn has_target() -> bool {
    let sysroot = quiet(&mut command("rustc", ["--print", "sysroot"]));
    sysroot.is_ok_and(|it| holds_std(&Path::new(it.trim()).join("lib/rustlib").join(TARGET).join("lib")))
}

fn holds_std(folder: &Path) -> bool {
    let names = fs::read_dir(folder).into_iter().flatten().flatten().map(|it| it.file_name());
    names.into_iter().any(|name| name.to_string_lossy().starts_with("libstd-"))
}

/// A std is good for the one rustc that made it.
fn is_current() -> bool {
    let made_by = read(&Path::new(DEBIAN_STD).join(MADE_BY));
    made_by.is_ok_and(|noted| debian_rustc().is_ok_and(|now| now == noted))
}

fn debian_rustc() -> Outcome<String> {
    quiet(&mut command("/usr/bin/rustc", ["--version"]))
}

fn is_linked() -> bool {
    let linked = quiet(&mut command("rustup", ["toolchain", "list"]));
    linked.is_ok_and(|list| list.lines().any(|line| line.split_whitespace().next() == Some(LINKED)))
}

fn debian() -> Outcome {
    apt::install(
        &["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm"],
        "a machine without rustup's target needs Debian's rustc",
    )?;
    apt::install(&[&lld()?], "Debian's rustc needs its linker")?;
    let folder = place::cache()?.join(format!(".std-{}", process::id()));
    let outcome = build_std(&folder);
    fs::remove_dir_all(&folder).ok();
    outcome?;
    quiet(&mut command("rustup", ["toolchain", "link", LINKED, "/usr"])).map(drop)
}

/// `rust-lld` is only a link to the lld of one LLVM version, which is a package of its own.
fn lld() -> Outcome<String> {
    let link =
        fs::read_link("/usr/bin/rust-lld").map_err(|error| format!("Debian's rust-lld is not there: {error}"))?;
    lld_package(&link.to_string_lossy()).ok_or_else(|| format!("{} names no version of lld", link.display()))
}

fn lld_package(link: &str) -> Option<String> {
    let after = link.split_once("lld-").or_else(|| link.split_once("llvm-"))?.1;
    let version: String = after.chars().take_while(char::is_ascii_digit).collect();
    (!version.is_empty()).then(|| format!("lld-{version}"))
}

/// An empty crate makes cargo build std for the target; its parts are then put where rustc looks for them.
fn build_std(folder: &Path) -> Outcome {
    write(&folder.join("Cargo.toml"), "[package]\nname = \"empty\"\nedition = \"2021\"\n[workspace]\n")?;
    write(&folder.join("src/lib.rs"), "//! Nothing.\n")?;
    let words = ["build", "--quiet", "-Zbuild-std=std,panic_abort", "--target", TARGET, "--release"];
    let mut build = command("/usr/bin/cargo", words);
    build.current_dir(folder).env("CARGO_TARGET_DIR", folder.join("target"));
    // Without the bitcode a later build with `lto = true` fails.
    build.env("RUSTFLAGS", "-Cembed-bitcode=yes").env("RUSTC_BOOTSTRAP", "1").env("RUSTC", "/usr/bin/rustc");
    run(&mut build)?;
    copy_std(&folder.join("target").join(TARGET).join("release/deps"))
}

/// Two std builds side by side clash, so the folder is emptied first.
fn copy_std(built: &Path) -> Outcome {
    let failed = |error| format!("cannot fill {DEBIAN_STD}: {error}");
    fs::remove_dir_all(DEBIAN_STD).ok();
    fs::create_dir_all(DEBIAN_STD).map_err(failed)?;
    let entries = fs::read_dir(built).map_err(failed)?;
    let libraries = entries.flatten().map(|it| it.path()).filter(|it| is_library(it));
    for library in libraries {
        let name = library.file_name().map(PathBuf::from).unwrap_or_default();
        fs::copy(&library, Path::new(DEBIAN_STD).join(name)).map_err(failed)?;
    }
    write(&Path::new(DEBIAN_STD).join(MADE_BY), &debian_rustc()?)
}

fn is_library(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    file.extension().is_some_and(|end| end == "rlib") && !name.starts_with("libempty-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_linker_package_is_read_off_the_link() {
        assert_eq!(lld_package("lld-22").as_deref(), Some("lld-22"));
        assert_eq!(lld_package("../lib/llvm-22/bin/lld").as_deref(), Some("lld-22"));
        assert_eq!(lld_package("rust-lld"), None);
    }
}
