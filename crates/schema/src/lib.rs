//! Compact schema tables and the structural check of a document: unknown fields, wrong types, missing fields.
//!
//! Invariants: a finding is something that an API server with strict field validation refuses; what a table does not
//! know for certain is accepted whole; the cost is linear in the document.

mod check;
mod form;
mod table;
#[cfg(test)]
mod tests;

use podpath_source::Span;
use podpath_yaml::Node;

/// Something that an API server refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// The field, such as `spec.ports[0].port`.
    pub path: String,
    /// The smallest place: the key of an unknown or empty field, the value of a wrong type, the key of the object that
    /// lacks a field.
    pub span: Span,
}

/// What can be wrong with the structure of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindingKind {
    /// The type has no such field; case counts.
    UnknownField {
        /// The key as written.
        name: String,
        /// The field that was probably meant.
        suggestion: Option<String>,
    },
    /// Only the experimental channel of the Gateway API has the field; with the standard one it is unknown.
    ExperimentalField {
        /// The key.
        name: String,
    },
    /// The value is of another type than the field, or has not its form.
    WrongType {
        /// What the field takes, in the API server's words: `integer`, `string`, `object`, `quantity` ...
        expected: &'static str,
        /// What stands there: `integer`, `string`, `object` ...
        found: &'static str,
    },
    /// A field that must be there is not, or is null; in a built-in kind also one that is empty.
    MissingField {
        /// The field.
        name: String,
    },
}

/// All findings of one object, in source order; none when its kind is in no table.
///
/// The kinds of `List` are no objects: open them, and check each item.
pub fn check(root: &Node) -> Vec<Finding> {
    let text = |key| root.get(key).and_then(Node::as_text);
    let (Some(api_version), Some(kind)) = (text("apiVersion"), text("kind")) else { return vec![] };
    table::kind(api_version, kind).map_or_else(Vec::new, |kind| check::check(root, kind))
}

/// True when objects of this kind are checked.
pub fn is_known(api_version: &str, kind: &str) -> bool {
    table::kind(api_version, kind).is_some()
}

/// The fields that may stand in the object at a path of keys, sorted; lists and their indices may be left out.
pub fn fields(api_version: &str, kind: &str, path: &[&str]) -> Vec<&'static str> {
    field_help(api_version, kind, path).iter().map(|field| field.name).collect()
}

fn type_at(api_version: &str, kind: &str, path: &[&str]) -> Option<table::TypeId> {
    path.iter().try_fold(table::kind(api_version, kind)?.root, |at, key| {
        if key.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(at);
        }
        table::field(at, key)?.form.innermost()
    })
}

/// A field as an editor offers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldHelp {
    /// The key.
    pub name: &'static str,
    /// What it takes, in the API server's words: `string`, `array`, `object` ...
    pub takes: &'static str,
    /// It must be there.
    pub is_required: bool,
}

/// The fields that may stand in the object at a path of keys, sorted by name.
pub fn field_help(api_version: &str, kind: &str, path: &[&str]) -> Vec<FieldHelp> {
    let help =
        |field: &table::Field| FieldHelp { name: field.name, takes: field.form.name(), is_required: field.is_required };
    type_at(api_version, kind, path).map_or_else(Vec::new, |at| table::fields(at).iter().map(help).collect())
}

/// The kinds that are known, each with its API versions.
pub fn kinds() -> Vec<(&'static str, &'static str)> {
    table::kinds()
}
