//! What an API server says to creating each document.

use serde::{Deserialize, Serialize};

use crate::{Input, Range, Ref};

/// Parameters of `admit`.
pub type AdmitParams = Input;

/// The answer of `admit`.
///
/// Kinds that have no rules of their own here are checked for their structure alone; `warnings` are those of Istio's webhook,
/// and `defaulted` is not answered yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admission {
    /// The documents of all files, each judged alone.
    pub documents: Vec<Admitted>,
}

/// What is said to one document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admitted {
    /// Its file.
    pub file: String,
    /// Its number among the documents of the file, from 0; empty ones do not count.
    pub index: usize,
    /// The object; null when it does not say what it is.
    pub resource: Option<Ref>,
    /// It would be stored.
    pub accepted: bool,
    /// Why not.
    pub errors: Vec<Refusal>,
    /// What the server warns of.
    pub warnings: Vec<String>,
    /// The object as it would be stored; null where that is not known.
    pub defaulted: Option<serde_json::Value>,
}

/// One reason to refuse a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// `FieldValueRequired`, `FieldValueInvalid`, `UnknownField` ...
    #[serde(rename = "type")]
    pub sort: String,
    /// The field.
    pub field: String,
    /// The server's own words.
    pub detail: String,
    /// The place.
    pub range: Option<Range>,
    /// `schema`, or `webhook` for what only a validating webhook refuses.
    pub source: String,
}
