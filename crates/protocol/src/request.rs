//! What can be asked: the parameters of each method.

use podpath_order::OrdMap;
use serde::{Deserialize, Serialize};

use crate::graph::View;
use crate::trace::Call;

/// The language of texts for people. Codes, reasons and kinds are never translated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// English.
    #[default]
    En,
    /// Korean.
    Ko,
}

/// Settings of the cluster that is played. All optional.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Options {
    /// `1.35` unless told.
    pub kubernetes_version: String,
    /// Given to namespaced objects that name none.
    pub namespace: String,
    /// The language of texts.
    pub locale: Locale,
    /// The GatewayClass controller names that are played; `*` is every one.
    pub gateway_controllers: Vec<String>,
    /// `cluster.local` unless told.
    pub cluster_domain: String,
    /// `istio-system` unless told.
    pub mesh_root_namespace: String,
    /// The time that tokens are compared with; no answer depends on a clock.
    pub now: String,
    /// Flags of the AWS Load Balancer Controller.
    pub aws_load_balancer_controller: Option<serde_json::Value>,
    /// Settings of sidecar injection: `enableNamespacesByDefault`, and `revisions`, those that are installed; every one
    /// counts as installed unless told.
    pub injection: Option<serde_json::Value>,
    /// Who plays every Ingress, whatever its class says; each is left to its class unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingress_controller: Option<IngressController>,
    /// The networks of load balancers and nodes, such as `10.0.0.0/16`, for NetworkPolicies with an `ipBlock`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub load_balancer_cidrs: Vec<String>,
}

/// A controller that can be asked to play every Ingress, to see where they disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IngressController {
    /// One that does what the specification of Ingress says.
    Spec,
    /// ingress-nginx.
    Nginx,
    /// The AWS Load Balancer Controller: every class counts as its own, without parameters of another's.
    Alb,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            kubernetes_version: "1.35".into(),
            namespace: "default".into(),
            locale: Locale::En,
            gateway_controllers: vec!["*".into()],
            cluster_domain: "cluster.local".into(),
            mesh_root_namespace: "istio-system".into(),
            now: "2026-01-01T00:00:00Z".into(),
            aws_load_balancer_controller: None,
            injection: None,
            ingress_controller: None,
            load_balancer_cidrs: vec![],
        }
    }
}

/// What a question is about: files given with it, or the workspace that the process keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Text of each file by its path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<OrdMap<String, String>>,
    /// The revision of the kept workspace; answers `stale` when that is not the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<u64>,
    /// Settings.
    #[serde(default)]
    pub options: Options,
}

/// Parameters of `workspace`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkspaceParams {
    /// Files to open, or to replace whole.
    pub open: OrdMap<String, String>,
    /// Changes of open files, in order.
    pub edit: Vec<Edit>,
    /// Files to close.
    pub close: Vec<String>,
    /// Close everything first.
    pub reset: bool,
}

/// A change of an open file; offsets in UTF-8 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Edit {
    /// The file.
    pub file: String,
    /// First byte that goes.
    pub start: usize,
    /// First byte that stays.
    pub end: usize,
    /// What comes in their place.
    pub new_text: String,
}

/// Parameters of `presets`. With files or a workspace the pieces are put where those refer to them.
pub type PresetsParams = Input;

/// Parameters of `check`.
pub type CheckParams = Input;

/// Parameters of `status`.
pub type StatusParams = Input;

/// Parameters of `suggest`: requests worth tracing, derived from the rules.
pub type SuggestParams = Input;

/// Parameters of `trace`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TraceParams {
    /// Text of each file by its path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<OrdMap<String, String>>,
    /// The revision of the kept workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<u64>,
    /// Settings.
    #[serde(default)]
    pub options: Options,
    /// The requests to follow.
    pub requests: Vec<Call>,
}

/// Parameters of `graph`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GraphParams {
    /// Text of each file by its path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<OrdMap<String, String>>,
    /// The revision of the kept workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<u64>,
    /// Settings.
    #[serde(default)]
    pub options: Options,
    /// The request whose path is lit.
    #[serde(default)]
    pub trace: Option<Call>,
    /// The widths of the lanes.
    #[serde(default)]
    pub size: Size,
    /// What is drawn; everything unless told.
    #[serde(default)]
    pub view: View,
    /// False leaves `svg` and `mermaid` empty, for callers that draw themselves.
    #[serde(default = "yes")]
    pub texts: bool,
}

fn yes() -> bool {
    true
}

/// The widths of the lanes of a diagram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Size {
    /// From 1400 px.
    #[default]
    Wide,
    /// 1100 to 1399 px.
    Snug,
    /// From 1700 px.
    Roomy,
    /// Embed and tablet.
    Compact,
}
