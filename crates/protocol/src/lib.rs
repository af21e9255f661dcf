//! The JSON requests and answers of Podpath, version 1: what the worker, the embed, the package and the command line speak.
//!
//! Invariant: only shapes live here, no rule of any system. Unknown fields of a request are refused, never ignored.

mod admission;
mod answer;
mod balancer;
mod compare;
mod convert;
mod dead_rules;
mod editor;
mod graph;
mod load_balancers;
mod object;
mod pod;
mod request;
mod shared;
mod status;
mod trace;
mod workloads;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use admission::{Admission, AdmitParams, Admitted, Refusal};
pub use answer::{
    Answer, Check, Diagnostic, Failure, Fix, Preset, Presets, Redaction, Related, Resources, Revision, TextEdit,
};
pub use balancer::{BalancerCard, BalancerError, BalancerGroup, BalancerListener, BalancerRule, BalancerTarget};
pub use compare::{CompareParams, Comparison, Played};
pub use convert::{Conversion, ConvertParams, Converted, Difference, Proof};
pub use dead_rules::{DeadRule, DeadRules, RulePlace};
pub use editor::{Completion, CompletionItem, CompletionKind, Definition, Hover, Mention, PlaceParams, References};
pub use graph::{Edge, EdgeState, Focus, Graph, Group, Lane, Node, NodeState, Problem, Shield, View};
pub use load_balancers::{
    HealthCheck, LbAction, LbClaim, LbCondition, LbEndpoint, LbListener, LbPort, LbRewrite, LbRule, LbSession,
    LbStickiness, LbTarget, LbTransform, LbValue, LoadBalancer, LoadBalancers, LoadBalancersParams, SkippedObject,
    TargetGroup,
};
pub use object::{
    Condition, EndpointList, ObjectCard, ObjectParams, PodLine, PortLine, Reference, StoredField, StoredLine,
};
pub use pod::{
    AccountLine, LostNode, MtlsReason, MtlsState, PlacementLine, PlacementWish, PodFacts, PolicyLine, SidecarState,
    WorkloadPolicies,
};
pub use request::{
    CheckParams, Edit, GraphParams, IngressController, Input, Locale, Options, PresetsParams, Size, StatusParams,
    SuggestParams, TraceParams, WorkspaceParams,
};
pub use shared::Shared;
pub use status::{ControllerStatus, ListenerStatus, ObjectStatus, ParentName, ParentStatus, RouteKind, Statuses};
pub use trace::{
    Backend, Call, Candidate, Endpoint, From, Hop, HopKind, Mirror, Note, Outcome, PodCaller, ResponseHeaders,
    RuleNumber, Stage, Standing, Suggestion, Suggestions, Trace, Traces, Upstream, Verdict, WorkloadCaller,
};
pub use workloads::{Schedulable, Workload, Workloads, WorkloadsParams};

/// The name of one object. `namespace` is null for cluster-scoped kinds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ref {
    /// `v1`, `apps/v1`, ...
    pub api_version: String,
    /// The kind, as written.
    pub kind: String,
    /// The namespace; null for cluster-scoped kinds.
    #[serde(default)]
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

/// A place in a file. Lines and columns count from 1 (columns in characters), offsets in UTF-8 bytes from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Offset in UTF-8 bytes, from 0.
    pub offset: u32,
}

/// A stretch of a file; `end` is exclusive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Range {
    /// The path of the file in the workspace; shared, because a trace holds hundreds of places in few files.
    pub file: Arc<str>,
    /// Where it begins.
    pub start: Position,
    /// Where it ends, exclusive.
    pub end: Position,
}
