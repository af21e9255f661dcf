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
    found.extend(label_values(&metadata.get("labels")));
    found
}

/// The values of labels, or of a selector; the server tells them at the whole map.
pub(crate) fn label_values(map: &Field<'_>) -> Vec<Refusal> {
    let refused = |(_, it): (&str, Field<'_>)| Some(it.invalid(&quoted(it.text()), &name::label_value(it.text())?));
    map.entries().into_iter().filter_map(refused).collect()
}

/// A text in quotes, as Go prints it.
pub(crate) fn quoted(text: &str) -> String {
    format!("{text:?}")
}
