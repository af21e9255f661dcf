//! Files of the paths on the command line.

use std::fs;
use std::io::Read;
use std::path::Path;

use podpath_order::OrdMap;

/// Larger files are no manifests.
const MAX_FILE: u64 = 20 * 1024 * 1024;

/// The texts of all manifests below the paths. The error names what cannot be read.
pub(crate) fn read(paths: &[String]) -> Result<OrdMap<String, String>, String> {
    if paths.is_empty() {
        return Err("no PATH given; see podpath --help".into());
    }
    let mut files = OrdMap::new();
    for path in paths {
        if path == "-" {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map_err(|error| format!("standard input: {error}"))?;
            files.insert("stdin.yaml".into(), text);
            continue;
        }
        let place = Path::new(path);
        if place.is_dir() {
            walk(place, &mut files)?;
        } else {
            files.insert(name_of(place), text_of(place)?);
        }
    }
    Ok(files)
}

/// Every .yaml, .yml and .json below a folder; hidden folders and links are left out.
fn walk(folder: &Path, files: &mut OrdMap<String, String>) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries {
        let entry = entry.map_err(|error| format!("{}: {error}", folder.display()))?;
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        let kind = entry.file_type().map_err(|error| format!("{}: {error}", path.display()))?;
        if kind.is_dir() && !hidden {
            walk(&path, files)?;
        } else if kind.is_file() && is_manifest(&path) {
            files.insert(name_of(&path), text_of(&path)?);
        }
    }
    Ok(())
}

fn is_manifest(path: &Path) -> bool {
    let extension = path.extension().map(|it| it.to_string_lossy().to_ascii_lowercase());
    matches!(extension.as_deref(), Some("yaml" | "yml" | "json"))
}

fn name_of(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

fn text_of(path: &Path) -> Result<String, String> {
    let size = fs::metadata(path).map_err(|error| format!("{}: {error}", path.display()))?.len();
    if size > MAX_FILE {
        return Err(format!("{}: larger than 20 MB", path.display()));
    }
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
