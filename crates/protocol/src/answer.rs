//! What comes back: answers, diagnostics, fixes and presets.

use podpath_order::OrdMap;
use serde::{Deserialize, Serialize};

use crate::{Call, Mention, Range, Ref};

/// One line of the protocol's answer: `result` or `error`, never both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The id of the request, as given.
    pub id: serde_json::Value,
    /// The result object of the method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<serde_json::Value>,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
}

/// A request that could not be answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// `bad-request`, `unknown-method`, `stale`.
    pub code: String,
    /// One sentence.
    pub message: String,
}

/// Result of `workspace`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// The number to ask the other methods with.
    pub revision: u64,
}

/// Result of `presets`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presets {
    /// The platforms.
    pub presets: Vec<Preset>,
}

/// The pieces of a platform that people rarely paste, as plain files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preset {
    /// `alb-istio`, ...
    pub name: String,
    /// For people.
    pub title: String,
    /// Text of each file by its path.
    pub files: OrdMap<String, String>,
}

/// Result of `check`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Sorted by file, offset, code.
    pub diagnostics: Vec<Diagnostic>,
}

/// Something to know about a place in the manifests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Stable kebab-case name of the defect.
    pub code: String,
    /// `error`, `warning` or `info`.
    pub severity: String,
    /// What is wrong, on one line.
    pub message: String,
    /// The smallest place that is wrong.
    pub range: Range,
    /// The object it is in.
    pub resource: Option<Ref>,
    /// The field in that object.
    pub path: Option<String>,
    /// The other side.
    pub related: Vec<Related>,
    /// Why, and what to do.
    pub help: Option<String>,
    /// The repair.
    pub fix: Option<Fix>,
    /// What other tools call it.
    pub aliases: Vec<String>,
    /// Where to read more.
    pub url: Option<String>,
    /// A request that shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Call>,
}

/// Another place that has to do with a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    /// Where.
    pub range: Range,
    /// What is there.
    pub message: String,
}

/// Edits that repair something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// The words on the button.
    pub title: String,
    /// There is one right answer, and this is it.
    pub safe: bool,
    /// All edits refer to the text as it was asked about; an edit of a file that is not there makes it.
    pub edits: Vec<TextEdit>,
}

/// One edit of a fix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TextEdit {
    /// What goes.
    pub range: Range,
    /// What comes.
    pub new_text: String,
}

/// The answer of `resources`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resources {
    /// Every object and the place of its name, in source order.
    pub resources: Vec<Mention>,
}

/// The answer of `redact`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redaction {
    /// How many Secrets lose values.
    pub secrets: u32,
    /// What to write in the place of each value.
    pub edits: Vec<TextEdit>,
}
