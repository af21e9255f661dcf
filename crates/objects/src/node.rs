//! Node: its labels stand in the metadata.

use crate::meta::Meta;
use crate::reader::Reader;

/// A Node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterNode {
    /// `spec.taints`
    pub taints: Vec<Taint>,
}

/// An entry of `spec.taints`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taint {
    /// `key`
    pub key: String,
    /// `value`
    pub value: String,
    /// `NoSchedule`, `PreferNoSchedule`, `NoExecute`
    pub effect: String,
}

impl ClusterNode {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        let text = |it: Reader<'_>, key: &str| it.get(key).text().map(|it| it.value).unwrap_or_default();
        let taint =
            |it: Reader<'_>| Taint { key: text(it, "key"), value: text(it, "value"), effect: text(it, "effect") };
        let mut taints = spec.get("taints").list(taint);
        // The node controller turns the field into a taint of this name.
        let cordon =
            Taint { key: "node.kubernetes.io/unschedulable".into(), value: String::new(), effect: "NoSchedule".into() };
        if spec.get("unschedulable").is_true() && !taints.contains(&cordon) {
            taints.push(cordon);
        }
        Self { taints }
    }
}
