//! Findings: what is wrong where, why, and what to do, in two languages.

use crate::span::Location;

/// A text for people. Both languages are required, so none can be forgotten.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text {
    /// English.
    pub en: String,
    /// Korean.
    pub ko: String,
}

impl Text {
    /// A text in both languages.
    pub fn new(en: impl Into<String>, ko: impl Into<String>) -> Self {
        Self { en: en.into(), ko: ko.into() }
    }

    /// A text that is the same in both languages, such as a name.
    pub fn same(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { en: text.clone(), ko: text }
    }
}

/// How bad a finding is. The worst sorts last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Teaches.
    Info,
    /// Very likely not meant.
    Warning,
    /// The API server or the controller refuses it, or traffic fails.
    Error,
}

/// A place, and what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The smallest node that is meant.
    pub location: Location,
    /// What is there.
    pub text: Text,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Kebab-case name of the defect; stable.
    pub code: &'static str,
    /// How bad.
    pub severity: Severity,
    /// What is wrong: one line, lower case, no full stop.
    pub message: Text,
    /// The smallest place that is wrong.
    pub location: Location,
    /// The field, such as `spec.ports[0].port`.
    pub path: Option<String>,
    /// The other side.
    pub related: Vec<Label>,
    /// Why, and what to do.
    pub help: Option<Text>,
    /// The repair.
    pub fix: Option<Fix>,
    /// What other tools call the same finding.
    pub aliases: &'static [&'static str],
}

impl Diagnostic {
    /// A finding with a message and a place; the rest is added by update syntax or the fields.
    pub fn new(code: &'static str, severity: Severity, location: Location, message: Text) -> Self {
        Self { code, severity, message, location, path: None, related: vec![], help: None, fix: None, aliases: &[] }
    }
}

/// Edits that repair a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The words on the button.
    pub title: Text,
    /// There is one right answer, and this is it.
    pub safe: bool,
    /// All refer to the same state of the text.
    pub edits: Vec<Edit>,
}

/// One edit of a fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Text in place of a span.
    Replace {
        /// What goes.
        location: Location,
        /// What comes.
        text: String,
    },
    /// An item of a list, with its whole lines, goes in front of another one of the same list.
    Move {
        /// What moves.
        item: Location,
        /// What it stands before from then on.
        before: Location,
    },
    /// An item of a list goes, with its whole lines.
    Remove {
        /// What goes.
        item: Location,
    },
    /// A new file, or text after the end of one that exists.
    Append {
        /// The path in the workspace.
        file: String,
        /// What comes.
        text: String,
    },
}
