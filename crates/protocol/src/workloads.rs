//! What makes Pods, and what belongs to it.

use podpath_order::OrdMap;
use serde::{Deserialize, Serialize};

use crate::{Input, MtlsState, Ref, SidecarState, WorkloadPolicies};

/// Parameters of `workloads`.
pub type WorkloadsParams = Input;

/// The answer of `workloads`, in source order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workloads {
    /// Workloads, and Pods that no workload here makes.
    pub workloads: Vec<Workload>,
}

/// A workload, or a Pod that is written by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Workload {
    /// The object.
    pub workload: Ref,
    /// The names of its Pods: those that are in the workspace, else names of the form that a cluster gives; at most 100.
    pub pods: Vec<String>,
    /// The labels of its Pods.
    pub labels: OrdMap<String, String>,
    /// The Services that select them.
    pub services: Vec<Ref>,
    /// Whether they have a sidecar, and why.
    pub sidecar: SidecarState,
    /// What they take from callers, and why; it counts where they have a sidecar.
    pub mtls: MtlsState,
    /// The policies of the mesh that are for them.
    pub policies: WorkloadPolicies,
    /// The NetworkPolicies that select them.
    pub network_policies: Vec<Ref>,
    /// Their ServiceAccount, whether it is in the workspace or not.
    pub service_account: Ref,
    /// The IAM role that the annotation `eks.amazonaws.com/role-arn` of the ServiceAccount gives them.
    pub iam_role: Option<String>,
    /// The ConfigMaps, Secrets and PersistentVolumeClaims that they name, whether those are in the workspace or not.
    pub uses: Vec<Ref>,
    /// Where they may run.
    pub schedulable: Schedulable,
}

/// Where Pods may run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedulable {
    /// The names of the Nodes; null when no Node is given.
    pub nodes: Option<Vec<String>>,
    /// `no-nodes-given`, `nodes-fit` or `no-node-fits`.
    pub reason: String,
}
