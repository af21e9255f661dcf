//! Where things stand: the checkout, cargo's target folder, the cache of installed tools.

use std::env;
use std::path::{Path, PathBuf};

use crate::process::Outcome;

/// The checkout. Cargo names the package at run time, so one target folder can serve several checkouts.
pub(crate) fn root() -> PathBuf {
    let package = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    package.ancestors().nth(2).map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

pub(crate) fn target() -> PathBuf {
    let named = env::var_os("CARGO_TARGET_DIR").filter(|folder| !folder.is_empty());
    named.map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// Notes between two runs of xtask.
pub(crate) fn notes() -> PathBuf {
    target().join("xtask")
}

pub(crate) fn dist() -> PathBuf {
    root().join("dist")
}

/// One folder for all checkouts of this user, so that a fresh clone starts at once.
pub(crate) fn cache() -> Outcome<PathBuf> {
    let filled = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = filled("XDG_CACHE_HOME").or_else(|| filled("HOME").map(|home| home.join(".cache")));
    base.map(|it| it.join("podpath"))
        .ok_or_else(|| "neither XDG_CACHE_HOME nor HOME says where tools may be kept".into())
}

/// The first program of these names that PATH holds.
pub(crate) fn program(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    names.iter().find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|file| file.is_file()))
}

/// PATH with these folders before it.
pub(crate) fn path_with(folders: &[PathBuf]) -> Outcome<std::ffi::OsString> {
    let before = env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().cloned().chain(env::split_paths(&before));
    env::join_paths(all).map_err(|error| format!("cannot extend PATH: {error}"))
}
