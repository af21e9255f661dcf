//! The object card: everything that is known about one object, for a person who asks what it is.

use serde::{Deserialize, Serialize};

use crate::trace::From;
use crate::{BalancerCard, ControllerStatus, Options, PodFacts, Range, Ref};

/// Parameters of `object`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectParams {
    /// Text of each file by its path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<podpath_order::OrdMap<String, String>>,
    /// The revision of the kept workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<u64>,
    /// Settings.
    #[serde(default)]
    pub options: Options,
    /// The object that is asked about; `bad-request` when it is not in the workspace.
    pub resource: Ref,
}

/// Result of `object`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectCard {
    /// The object, its default namespace filled in.
    pub resource: Ref,
    /// Its name in its file.
    pub range: Range,
    /// What an object of this kind is, in one sentence.
    pub summary: String,
    /// The scalars right below `spec` as the API server keeps them, in the order of their names.
    pub fields: Vec<StoredField>,
    /// The object as the API server keeps it, as far as its defaults are known, line by line.
    pub stored: Vec<StoredLine>,
    /// Where it listens, or what it forwards.
    pub ports: Vec<PortLine>,
    /// The Pods behind it; null for kinds that have none.
    pub endpoints: Option<EndpointList>,
    /// What a cluster and its mesh make of its Pods; null for kinds that have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod: Option<PodFacts>,
    /// The load balancer that it is a part of; null where it is part of none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_balancer: Option<BalancerCard>,
    /// What its status says, as written in the manifests.
    pub conditions: Vec<Condition>,
    /// What the controller will write into its status; null for kinds that no controller is played for.
    pub status: Option<ControllerStatus>,
    /// Objects that refer to it, each with the place that says so.
    pub used_by: Vec<Reference>,
    /// Objects that it refers to, each with the place in this object that says so.
    pub uses: Vec<Reference>,
    /// Where a request that begins here enters; null where none can begin.
    pub trace_from: Option<From>,
}

/// A value that the API server keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredField {
    /// The field's name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Not written in the manifest.
    pub is_default: bool,
}

/// A line of the stored YAML.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredLine {
    /// With its indent.
    pub text: String,
    /// Not written in the manifest.
    pub is_default: bool,
}

/// A port of a Service, a listener of a gateway, a port of a container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortLine {
    /// Its name, where it has one.
    pub name: Option<String>,
    /// The number that callers use.
    pub port: u16,
    /// Where it leads, by number or name.
    pub target: Option<String>,
    /// `TCP`, `HTTP`, ...
    pub protocol: String,
}

/// The Pods behind an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointList {
    /// How many take traffic.
    pub ready: u32,
    /// How many there are.
    pub total: u32,
    /// The first of them, as a cluster would name them.
    pub pods: Vec<PodLine>,
}

/// A Pod, or a plain address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PodLine {
    /// `web-5d9c7b8f6d-x2x9k`, or the address.
    pub name: String,
    /// The Pod or the workload that makes it.
    pub resource: Option<Ref>,
    /// The port that is asked; null for the Pods of a workload.
    pub port: Option<u16>,
    /// It takes traffic, as far as the manifests say.
    pub ready: bool,
}

/// A condition of a status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// `Accepted`, `Ready`, ...
    #[serde(rename = "type")]
    pub kind: String,
    /// `True`, `False`, `Unknown`.
    pub status: String,
    /// One word.
    pub reason: String,
    /// A sentence.
    pub message: String,
    /// What is wrong, where something is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<Range>,
}

/// Another object, and where the one names the other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reference {
    /// The other object.
    pub resource: Ref,
    /// The place of the name or of the selector.
    pub range: Range,
    /// The other object is in the workspace.
    pub found: bool,
}
