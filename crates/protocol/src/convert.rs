//! Ingresses as objects of the Gateway API.

use podpath_order::OrdMap;
use serde::{Deserialize, Serialize};

use crate::{Call, Options, Range, Ref};

/// Parameters of `convert`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConvertParams {
    /// Text of each file by its path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<OrdMap<String, String>>,
    /// The revision of the kept workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<u64>,
    /// Settings.
    #[serde(default)]
    pub options: Options,
    /// The Ingresses; all of them unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<Vec<Ref>>,
}

/// The answer of `convert`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Conversion {
    /// New files, to stand beside the old ones.
    pub files: OrdMap<String, String>,
    /// What became of each Ingress.
    pub converted: Vec<Converted>,
    /// What the new objects do not do, or do otherwise.
    pub differences: Vec<Difference>,
    /// How many requests were followed through both.
    pub proof: Proof,
}

/// What became of an Ingress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Converted {
    /// The Ingress.
    pub from: Ref,
    /// The Gateway, then the routes.
    pub to: Vec<Ref>,
}

/// Something that is not the same after the conversion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The Ingress that it is about.
    pub resource: Option<Ref>,
    /// The place of what has no equal; none for a request that ends elsewhere.
    pub range: Option<Range>,
    /// The field.
    pub path: String,
    /// What is different.
    pub message: String,
    /// The request that ends elsewhere.
    pub request: Option<Call>,
}

/// Requests made of all rules, followed before and after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// All of them.
    pub requests: u32,
    /// Those that end the same: status, location, Services with port and share, path and host of the request there.
    pub same: u32,
}
