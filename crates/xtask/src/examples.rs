//! `web/generated/examples.json`: the files of all examples in one, since they share most of their words and so take a
//! third of the bytes that they would take apart.

use std::collections::BTreeMap;
use std::path::Path;

use crate::process::{Outcome, read, write};
use crate::{inputs, place};

/// Slugs, then paths, then texts.
type Texts = BTreeMap<String, BTreeMap<String, String>>;

/// Writes it anew.
pub(crate) fn bundle() -> Outcome {
    let texts = texts_below(&place::root().join("static/examples"))?;
    let json = serde_json::to_string(&texts).map_err(|error| format!("cannot write the examples as JSON: {error}"))?;
    write(&place::root().join("web/generated/examples.json"), &json)
}

/// Files of the folder itself, such as the index, belong to no example.
fn texts_below(folder: &Path) -> Outcome<Texts> {
    let mut texts = Texts::new();
    for file in inputs::files(folder) {
        let name = file.strip_prefix(folder).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        if let Some((slug, path)) = name.split_once('/') {
            texts.entry(slug.to_owned()).or_default().insert(path.to_owned(), read(&file)?);
        }
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_is_an_example() {
        let texts = texts_below(&place::root().join("static/examples")).unwrap();
        assert!(texts.get("areyouhere").is_some_and(|it| it.contains_key("edge/gateway.yaml")));
        assert!(!texts.contains_key("index.yaml"));
    }
}
