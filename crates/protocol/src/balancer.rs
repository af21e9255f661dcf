//! A load balancer for its card: what the console of AWS shows, in sentences of the asked language.

use serde::{Deserialize, Serialize};

use crate::{Range, Ref};

/// A load balancer, line by line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BalancerCard {
    /// `ALB` or `NLB`, its name, scheme and addresses.
    pub title: String,
    /// What it is made of, in the order of the group.
    pub members: Vec<Ref>,
    /// Errors in the controller's words; while there are any, no member is updated, and nothing else is known.
    pub frozen: Vec<BalancerError>,
    /// By port.
    pub listeners: Vec<BalancerListener>,
    /// In the order in which rules need them.
    pub target_groups: Vec<BalancerGroup>,
}

/// An error that keeps a load balancer as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalancerError {
    /// The controller's words.
    pub message: String,
    /// Where it is.
    pub range: Option<Range>,
}

/// A port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalancerListener {
    /// 1 to 65535.
    pub port: u16,
    /// `HTTPS`, `TCP`, ...
    pub protocol: String,
    /// ARNs, the default one first.
    pub certificates: Vec<String>,
    /// By priority, the default rule last.
    pub rules: Vec<BalancerRule>,
}

/// A numbered rule, or the default one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalancerRule {
    /// From 1; null is the default rule.
    pub priority: Option<usize>,
    /// All must hold; none always does.
    pub conditions: Vec<String>,
    /// In the order in which they are taken, changes of the request first.
    pub actions: Vec<String>,
    /// Where it stands.
    pub range: Option<Range>,
}

/// A target group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalancerGroup {
    /// As rules name it.
    pub title: String,
    /// Protocol, port and sort of targets.
    pub detail: String,
    /// How targets are checked.
    pub health: String,
    /// Who answers, with ports.
    pub targets: Vec<BalancerTarget>,
    /// The name of the Service.
    pub range: Option<Range>,
}

/// A target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalancerTarget {
    /// The workload or Pod.
    pub resource: Ref,
    /// Its port.
    pub port: u16,
}
