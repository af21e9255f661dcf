//! What a cluster and its mesh make of Pods: sidecar, mutual TLS, policies, identity, place.

use podpath_order::OrdMap;
use serde::{Deserialize, Serialize};

use crate::{Range, Ref};

/// Whether Pods have a sidecar of the mesh.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SidecarState {
    /// They have; false where it is not known, which `reason` says by `namespace-missing`.
    pub injected: bool,
    /// The revision that injects it; null where none does.
    pub revision: Option<String>,
    /// What decided, kebab-case: `namespace-label`, `namespace-revision`, `pod-label`, `pod-annotation`, `pod-revision`,
    /// `enabled-by-default`, `proxy-container`, `not-asked`, `label-on-workload`, `revision-not-installed`, `host-network`,
    /// `system-namespace`, `never-inject-selector`, `always-inject-selector`, `injector-policy`, `namespace-missing`.
    pub reason: String,
    /// The same in a sentence.
    pub detail: String,
    /// The object that decided.
    pub by: Option<Ref>,
    /// The label, annotation or field of it.
    pub range: Option<Range>,
}

/// What Pods take from callers: plain text, mutual TLS, or both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MtlsState {
    /// `STRICT`, `PERMISSIVE` or `DISABLE`.
    pub mode: String,
    /// The modes of ports that `portLevelMtls` names, by the number of the container's port.
    pub ports: OrdMap<String, String>,
    /// What decided: for the whole first, then for each of those ports.
    pub why: Vec<MtlsReason>,
}

/// What decided a mode of mutual TLS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MtlsReason {
    /// The port; null for all that are not named.
    pub port: Option<u16>,
    /// `STRICT`, `PERMISSIVE` or `DISABLE`.
    pub mode: String,
    /// How near the PeerAuthentication is: `port`, `workload`, `namespace`, `mesh`, or `default` where none says it.
    pub reason: String,
    /// The same in a sentence.
    pub detail: String,
    /// The PeerAuthentication.
    pub by: Option<Ref>,
    /// The place of the mode.
    pub range: Option<Range>,
}

/// The policies of a mesh that are for Pods.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkloadPolicies {
    /// AuthorizationPolicies that deny, those of the mesh's root namespace first, then the oldest.
    pub deny: Vec<Ref>,
    /// Those that allow.
    pub allow: Vec<Ref>,
    /// Those that only log.
    pub audit: Vec<Ref>,
    /// Those that ask an external service.
    pub custom: Vec<Ref>,
    /// PeerAuthentications, RequestAuthentications, the Sidecar that holds, and EnvoyFilters.
    pub other: Vec<Ref>,
}

/// What a card says of Pods beside their ports and endpoints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PodFacts {
    /// Whether they have a sidecar, and why.
    pub sidecar: SidecarState,
    /// What they take; null where no mesh is in sight: no sidecar, and no PeerAuthentication is for them.
    pub mtls: Option<MtlsState>,
    /// Policies that select them, in the order in which a connection meets them.
    pub policies: Vec<PolicyLine>,
    /// Who they are.
    pub service_account: AccountLine,
    /// Where they may run.
    pub placement: PlacementLine,
}

/// A policy that selects Pods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyLine {
    /// The policy.
    pub resource: Ref,
    /// Its name in its file.
    pub range: Range,
    /// What it does to them, in a sentence.
    pub detail: String,
    /// False where it does nothing: the Pods have no sidecar, it is a dry run, or another one goes before it.
    pub applies: bool,
}

/// The ServiceAccount of Pods, and the IAM role that it carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountLine {
    /// The ServiceAccount; `default` where the Pods name none.
    pub resource: Ref,
    /// It is in the workspace.
    pub found: bool,
    /// The role's annotation, else the name in the ServiceAccount, else the field of the Pods that names it.
    pub range: Option<Range>,
    /// The value of `eks.amazonaws.com/role-arn`.
    pub role: Option<String>,
    /// What follows, in a sentence.
    pub detail: String,
    /// The Pods cannot be made so.
    pub failed: bool,
}

/// Where Pods may run, as far as manifests say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacementLine {
    /// The Nodes; null when no Node is given.
    pub nodes: Option<Vec<String>>,
    /// `no-nodes-given`, `nodes-fit` or `no-node-fits`.
    pub reason: String,
    /// The same in a sentence.
    pub detail: String,
    /// What the Pods ask of a Node: each entry of `nodeName`, `nodeSelector`, required affinity and tolerations.
    pub wants: Vec<PlacementWish>,
    /// Nodes that they may not run on, the first of them.
    pub lost: Vec<LostNode>,
}

/// What Pods ask of a Node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacementWish {
    /// As one would write it, such as `nodeSelector zone=a`.
    pub text: String,
    /// Where it is written.
    pub range: Option<Range>,
}

/// A Node that Pods may not run on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostNode {
    /// The Node.
    pub name: String,
    /// Why not, in a sentence.
    pub detail: String,
    /// The field of the Pods that keeps them away, or the Node.
    pub range: Option<Range>,
}
