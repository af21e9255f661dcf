//! Embeds the folder `static/examples`: each example's files, in order of their paths, and the index.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../static/examples");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut code = String::new();
    let index = root.join("index.yaml");
    let index = if index.is_file() { fs::read_to_string(&index)? } else { "[]".into() };
    // The page reads JSON anyway; a second reader for one file would be its largest part.
    let index: serde_json::Value = serde_yaml::from_str(&index).map_err(io::Error::other)?;
    let _ = writeln!(code, "const INDEX: &str = {:?};", index.to_string());
    code.push_str("const EXAMPLES: &[(&str, &[(&str, &str)])] = &[\n");
    for folder in sorted(&root).into_iter().filter(|it| it.is_dir()) {
        println!("cargo::rerun-if-changed={}", folder.display());
        let _ = writeln!(code, "({:?}, &[", name_of(&folder, &root));
        for file in files_below(&folder) {
            println!("cargo::rerun-if-changed={}", file.display());
            let _ = writeln!(code, "({:?}, include_str!({})),", name_of(&file, &folder), literal(&file)?);
        }
        code.push_str("]),\n");
    }
    code.push_str("];\n");
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
