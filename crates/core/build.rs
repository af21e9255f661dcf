//! Embeds the platform presets of `static/presets`.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use serde::Deserialize;

#[derive(Deserialize)]
struct Preset {
    name: String,
    title: Title,
}

#[derive(Deserialize)]
struct Title {
    en: String,
    ko: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../static/presets");
    println!("cargo:rerun-if-changed={}", folder.display());
    let presets: Vec<Preset> = serde_yaml::from_str(&fs::read_to_string(folder.join("index.yaml"))?)?;
    let mut code = String::from("static PRESETS: &[Embedded] = &[\n");
    for Preset { name, title } in presets {
        writeln!(code, "Embedded {{ name: {name:?}, en: {:?}, ko: {:?}, files: &[", title.en, title.ko)?;
        let mut files: Vec<_> = fs::read_dir(folder.join(&name))?.collect::<Result<_, _>>()?;
        files.sort_by_key(fs::DirEntry::file_name);
        for file in files {
            let path = format!("platform/{name}/{}", file.file_name().to_string_lossy());
            writeln!(code, "({path:?}, {:?}),", fs::read_to_string(file.path())?)?;
        }
        code.push_str("] },\n");
    }
    code.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("presets.rs"), code)?;
    Ok(())
}
