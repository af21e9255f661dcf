//! The rules of `metadata`, the same for every kind but for the form of the name.

use crate::{Field, Refusal, name};

/// The name and the labels of an object.
pub(crate) fn check(root: &Field<'_>, form: fn(&str) -> Option<String>) -> Vec<Refusal> {
    let metadata = root.get("metadata");
    let written = metadata.get("name");
    let mut found = Vec::new();
    if written.text().is_empty() {
        if metadata.get("generateName").text().is_empty() {
            let mut refusal = written.required();
            refusal.detail.push_str(": name or generateName is required");
            found.push(refusal);
        }
    } else if let Some(why) = form(written.text()) {
        found.push(written.invalid(&quoted(written.text()), &why));
    }
    found.extend(labels(&metadata.get("labels")));
    // "The rule is QualifiedName except that case doesn't matter."
    let bad_key =
        |(key, it): (&str, Field<'_>)| Some(it.invalid(&quoted(key), &name::qualified(&key.to_ascii_lowercase())?));
    found.extend(metadata.get("annotations").entries().into_iter().filter_map(bad_key));
    found
}

/// Labels, or those of a selector: their keys and values; the server tells both at the whole map.
pub(crate) fn labels(map: &Field<'_>) -> Vec<Refusal> {
    let mut found = Vec::new();
    for (key, it) in map.entries() {
        found.extend(name::qualified(key).map(|why| it.invalid(&quoted(key), &why)));
        found.extend(name::label_value(it.text()).map(|why| it.invalid(&quoted(it.text()), &why)));
    }
    found
}

/// A text in quotes, as Go prints it.
pub(crate) fn quoted(text: &str) -> String {
    format!("{text:?}")
}
