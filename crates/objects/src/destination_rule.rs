//! Istio's DestinationRule: the subsets of a host.

use podpath_source::Spanned;

use crate::meta::{Labels, Meta};
use crate::reader::Reader;

/// A DestinationRule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestinationRule {
    /// `spec.host`
    pub host: Option<Spanned<String>>,
    /// `spec.subsets`
    pub subsets: Vec<Subset>,
    /// `spec.exportTo`; empty is everywhere.
    pub export_to: Vec<Spanned<String>>,
    /// It counts only for the Pods that `spec.workloadSelector` selects.
    pub workload_selector: Option<Labels>,
}

/// An entry of `spec.subsets`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subset {
    /// `name`
    pub name: Spanned<String>,
    /// `labels`, beside the selector of the Service.
    pub labels: Labels,
}

impl DestinationRule {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        let subset = |it: Reader<'_>| Some(Subset { name: it.get("name").text()?, labels: it.get("labels").labels() });
        let selector = spec.get("workloadSelector");
        Self {
            host: spec.get("host").text(),
            subsets: spec.get("subsets").items().filter_map(subset).collect(),
            export_to: spec.get("exportTo").texts(),
            workload_selector: selector.exists().then(|| selector.get("matchLabels").labels()),
        }
    }
}
