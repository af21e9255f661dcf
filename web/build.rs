//! Embeds the index of `static/examples` and the files of the first example; the page fetches those of the others.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// What only the tests of the examples read.
const PROMISES: [&str; 3] = ["reason", "reaches", "findings"];

fn main() -> io::Result<()> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../static/examples");
    println!("cargo::rerun-if-changed={}", root.display());
    let text = fs::read_to_string(root.join("index.yaml"))?;
    // The page reads JSON anyway; a second reader for one file would be its largest part.
    let mut index: Vec<serde_json::Map<String, serde_json::Value>> =
        serde_yaml::from_str(&text).map_err(io::Error::other)?;
    for example in &mut index {
        example.retain(|key, _| !PROMISES.contains(&key.as_str()));
    }
    let first = index.first().and_then(|it| it.get("slug")?.as_str()).unwrap_or_default();
    let folder = root.join(first);
    let mut code = String::from("const FIRST: &[(&str, &str)] = &[\n");
    for file in files_below(&folder) {
        let _ = writeln!(code, "({:?}, include_str!({})),", name_of(&file, &folder), literal(&file)?);
    }
    code.push_str("];\n");
    let _ = writeln!(code, "const INDEX: &str = {:?};", serde_json::to_string(&index).map_err(io::Error::other)?);
    fs::write(PathBuf::from(env::var("OUT_DIR").unwrap_or_default()).join("examples.rs"), code)
}

/// What is in a folder, sorted; nothing when there is no such folder.
fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|it| it.path()).collect();
    paths.sort();
    paths
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    sorted(folder).into_iter().flat_map(|it| if it.is_dir() { files_below(&it) } else { vec![it] }).collect()
}

fn name_of(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// The whole path as a Rust text.
fn literal(path: &Path) -> io::Result<String> {
    Ok(format!("{:?}", path.canonicalize()?.to_string_lossy()))
}
