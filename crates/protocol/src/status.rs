//! The method `status`: what a conforming Gateway API controller would write.

use serde::{Deserialize, Serialize};

use crate::{Condition, Ref};

/// Result of `status`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statuses {
    /// Every GatewayClass, Gateway, ListenerSet, route and BackendTLSPolicy, in source order.
    pub objects: Vec<ObjectStatus>,
}

/// The status of one object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectStatus {
    /// Whose.
    pub resource: Ref,
    /// The rest.
    #[serde(flatten)]
    pub status: ControllerStatus,
}

/// What a controller writes. What an object of its kind does not have stays empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ControllerStatus {
    /// Of a GatewayClass, a Gateway or a ListenerSet.
    pub conditions: Vec<Condition>,
    /// How many ListenerSets a Gateway takes.
    pub attached_listener_sets: u32,
    /// The listeners of a Gateway or a ListenerSet.
    pub listeners: Vec<ListenerStatus>,
    /// The parents of a route, the ancestors of a policy.
    pub parents: Vec<ParentStatus>,
}

/// The status of a listener.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListenerStatus {
    /// Its name.
    pub name: String,
    /// How many routes it takes.
    pub attached_routes: u32,
    /// The kinds of routes that it can take.
    pub supported_kinds: Vec<RouteKind>,
    /// Its conditions.
    pub conditions: Vec<Condition>,
}

/// A kind of routes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteKind {
    /// `gateway.networking.k8s.io`
    pub group: String,
    /// `HTTPRoute`, ...
    pub kind: String,
}

/// What is written for one parent of a route, or one ancestor of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ParentStatus {
    /// Which.
    pub parent_ref: ParentName,
    /// The controller of its GatewayClass; empty when that is not in the workspace.
    pub controller_name: String,
    /// Its conditions.
    pub conditions: Vec<Condition>,
}

/// A parent as the API server keeps it: what was left out is filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ParentName {
    /// The API group; "" is core.
    pub group: String,
    /// `Gateway`, `ListenerSet` or `Service`.
    pub kind: String,
    /// Where it is.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// One listener.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section_name: Option<String>,
    /// The listeners of a port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
}
