//! One request, answered as each controller of Ingresses would.

use podpath_order::OrdMap;
use serde::{Deserialize, Serialize};

use crate::{Call, IngressController, Options, Ref, Trace};

/// Parameters of `compare`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompareParams {
    /// Text of each file by its path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<OrdMap<String, String>>,
    /// The revision of the kept workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<u64>,
    /// Settings.
    #[serde(default)]
    pub options: Options,
    /// The Ingress that is asked.
    pub resource: Ref,
    /// The request; where it comes from does not count.
    pub request: Call,
}

/// The answer of `compare`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// One for each controller.
    pub answers: Vec<Played>,
}

/// How a controller answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Played {
    /// Which.
    pub controller: IngressController,
    /// What becomes of the request.
    pub trace: Trace,
}
