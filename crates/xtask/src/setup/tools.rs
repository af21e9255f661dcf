//! Programs built by `cargo install` at pinned versions.

use std::fs::{self, File};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use super::wasm::Toolchain;
use crate::place;
use crate::process::{Outcome, command, read, run};

const TRUNK: &str = "0.21.14";
const CARGO_FUZZ: &str = "0.13.2";

/// An installed program.
pub(crate) struct Tool {
    pub(crate) program: PathBuf,
}

impl Tool {
    pub(crate) fn folder(&self) -> PathBuf {
        self.program.parent().map(Path::to_path_buf).unwrap_or_default()
    }
}

struct Wanted<'a> {
    package: &'a str,
    version: &'a str,
    program: &'a str,
    minutes: u8,
    options: &'a [&'a str],
}

pub(crate) fn trunk() -> Outcome<Tool> {
    // Default features are its own download of tools and more: all that it needs is at hand already.
    let options = ["--locked", "--no-default-features"];
    install(&Wanted { package: "trunk", version: TRUNK, program: "trunk", minutes: 5, options: &options })
}

/// Its version must be that of the library, or the two do not understand each other.
pub(crate) fn wasm_bindgen() -> Outcome<Tool> {
    let version = locked_version("wasm-bindgen")?;
    let wanted =
        Wanted { package: "wasm-bindgen-cli", version: &version, program: "wasm-bindgen", minutes: 3, options: &[] };
    install(&wanted)
}

pub(crate) fn cargo_fuzz() -> Outcome<Tool> {
    let options = ["--locked"];
    install(&Wanted {
        package: "cargo-fuzz",
        version: CARGO_FUZZ,
        program: "cargo-fuzz",
        minutes: 2,
        options: &options,
    })
}

fn install(wanted: &Wanted<'_>) -> Outcome<Tool> {
    let cache = place::cache()?;
    let name = format!("{}-{}", wanted.package, wanted.version);
    let tool = Tool { program: cache.join(&name).join("bin").join(wanted.program) };
    if tool.program.is_file() {
        return Ok(tool);
    }
    fs::create_dir_all(&cache).map_err(|error| format!("cannot make {}: {error}", cache.display()))?;
    // A second run waits here and then finds the tool in place.
    let lock = File::create(cache.join(format!(".{name}.lock"))).and_then(|file| file.lock().map(|()| file));
    let _lock = lock.map_err(|error| format!("cannot lock {}: {error}", cache.display()))?;
    if !tool.program.is_file() {
        println!("  installing {name} (once on this machine, about {} min)", wanted.minutes);
        install_beside(wanted, &cache, &name)?;
    }
    Ok(tool)
}

/// Built beside and then renamed (the lock is held), so that a run that is ended half-way leaves nothing that looks installed.
fn install_beside(wanted: &Wanted<'_>, cache: &Path, name: &str) -> Outcome {
    let beside = cache.join(format!(".{name}"));
    fs::remove_dir_all(&beside).ok();
    let (place, built) = (cache.join(name), beside.join("target"));
    let mut command = command("cargo", ["install", wanted.package, "--version", wanted.version]);
    // Minutes of silence look like a hang to a person; a log needs no line for each crate.
    command.args((!io::stderr().is_terminal()).then_some("--quiet"));
    command.args(wanted.options).arg("--root").arg(&beside).current_dir(cache);
    // These tools run for seconds: building them fast counts for more than their speed.
    command.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1").env("CARGO_TARGET_DIR", &built);
    Toolchain::Own.choose(&mut command);
    let outcome = run(&mut command).and_then(|()| {
        fs::remove_dir_all(&built).ok();
        fs::remove_dir_all(&place).ok();
        fs::rename(&beside, &place).map_err(|error| format!("cannot put {name} into {}: {error}", cache.display()))
    });
    fs::remove_dir_all(&beside).ok();
    outcome
}

fn locked_version(package: &str) -> Outcome<String> {
    let text = read(&place::root().join("Cargo.lock"))?;
    let lock: toml::Table = text.parse().map_err(|error| format!("cannot read Cargo.lock: {error}"))?;
    let packages = lock.get("package").and_then(toml::Value::as_array);
    let field = |it: &toml::Value, name: &str| it.get(name).and_then(toml::Value::as_str).map(str::to_owned);
    let found = packages.into_iter().flatten().find(|it| field(it, "name").as_deref() == Some(package));
    found.and_then(|it| field(it, "version")).ok_or_else(|| format!("Cargo.lock holds no {package}"))
}
