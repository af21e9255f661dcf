//! Files that something is made of, and a fingerprint of their contents.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::place;
use crate::process::Outcome;

/// Folders that hold nothing written by hand.
const MADE: [&str; 7] = [".git", "node_modules", "generated", "dist", "target", "corpus", "artifacts"];

/// What `dist/` is made of.
pub(crate) fn of_site() -> Vec<PathBuf> {
    let root = place::root();
    let single = ["Cargo.toml", "Cargo.lock", "Trunk.toml", ".cargo/config.toml"].map(|name| root.join(name));
    let mut all: Vec<PathBuf> = single.into_iter().filter(|it| it.is_file()).collect();
    for folder in ["crates", "web", "static"] {
        all.extend(files(&root.join(folder)));
    }
    all.retain(|it| !it.starts_with(root.join("crates/xtask")));
    all.push(root.join("crates/xtask/src/products.mjs"));
    all
}

/// What the bundles of scripts and styles are made of: what npm and esbuild read.
pub(crate) fn of_bundle() -> Vec<PathBuf> {
    let scripts = ["js", "mjs", "ts", "json", "css"];
    let mut all = files(&place::root().join("web"));
    all.extend(files(&place::root().join("static")));
    all.retain(|it| it.extension().is_some_and(|end| scripts.iter().any(|script| end == *script)));
    all
}

/// Everything a test can depend on.
pub(crate) fn of_tests() -> Vec<PathBuf> {
    files(&place::root())
}

/// All files below a folder, sorted, without what is made by tools.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let is_made = path.file_name().is_some_and(|name| MADE.iter().any(|it| name == *it));
            if path.is_dir() && !is_made {
                open.push(path);
            } else if path.is_file() {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Equal for equal names and contents.
pub(crate) fn fingerprint(files: &[PathBuf]) -> Outcome<String> {
    let root = place::root();
    let mut hasher = DefaultHasher::new();
    for file in files {
        let bytes = fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        file.strip_prefix(&root).unwrap_or(file).hash(&mut hasher);
        bytes.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// Changes whenever one of the files was written; cheap enough to ask twice a second.
pub(crate) fn written(files: &[PathBuf]) -> Vec<(PathBuf, Option<SystemTime>)> {
    let time = |file: &PathBuf| fs::metadata(file).and_then(|it| it.modified()).ok();
    files.iter().map(|file| (file.clone(), time(file))).collect()
}
