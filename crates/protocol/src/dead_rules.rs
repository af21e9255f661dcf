//! Rules that no request reaches.

use serde::{Deserialize, Serialize};

use crate::{Call, Fix, Range, Ref};

/// The answer of `deadRules`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeadRules {
    /// Those that others hide, in source order, then those that no load balancer sends anything.
    pub dead_rules: Vec<DeadRule>,
}

/// A rule that no request reaches, because others take all of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeadRule {
    /// The rule.
    pub rule: RulePlace,
    /// The one that takes the witness.
    pub by: RulePlace,
    /// Why that one goes first: a criterion of precedence, such as `list-order`. `not-sent`: it stands in the load balancer
    /// before the gateway of the rule, and no load balancer there sends on what the rule is for.
    pub criterion: String,
    /// A request that fulfils every condition of the dead rule, and that the other one gets.
    pub witness: Call,
    /// The smallest place that says which requests the rule is for.
    pub range: Range,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The repair, where there is one.
    pub fix: Option<Fix>,
}

/// A rule and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulePlace {
    /// The object.
    pub resource: Ref,
    /// The rule.
    pub range: Range,
    /// The field, such as `spec.rules[0].matches[1]`.
    pub path: String,
}
