//! The questions of an editor: about one place of one file.

use podpath_order::OrdMap;
use serde::{Deserialize, Serialize};

use crate::{Options, Range, Ref};

/// Parameters of `complete`, `hover`, `definition` and `references`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceParams {
    /// Text of each file by its path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<OrdMap<String, String>>,
    /// The revision of the kept workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<u64>,
    /// Settings.
    #[serde(default)]
    pub options: Options,
    /// The file that the place is in.
    pub file: String,
    /// The place, in UTF-8 bytes.
    pub offset: usize,
}

/// An object and a place that has to do with it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mention {
    /// The object.
    pub resource: Ref,
    /// The place.
    pub range: Range,
}

/// Result of `definition`: what the name at the place means.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// The name.
    pub origin: Option<Range>,
    /// The objects with that name, where they are called so.
    pub targets: Vec<Mention>,
}

/// Result of `references`: who names the object at the place, or the one that is named there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct References {
    /// The object that is asked about.
    pub resource: Option<Ref>,
    /// Who names it, and where.
    pub references: Vec<Mention>,
}

/// Result of `hover`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hover {
    /// What the answer is about; null when there is nothing to say.
    pub range: Option<Range>,
    /// The object or the field.
    pub title: String,
    /// What it is, in one sentence.
    pub text: String,
    /// Who names the object.
    pub used_by: Vec<Mention>,
}

/// Result of `complete`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// The letters that a choice takes the place of.
    pub range: Option<Range>,
    /// What may stand there, the likely first.
    pub items: Vec<CompletionItem>,
}

/// One choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompletionItem {
    /// What is shown.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A few words beside it.
    pub detail: String,
    /// What is written.
    pub insert: String,
}

/// What a choice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CompletionKind {
    /// A field of the object.
    Field,
    /// A name of the workspace.
    Name,
    /// Another value.
    Value,
}
