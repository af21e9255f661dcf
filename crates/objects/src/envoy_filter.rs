//! Istio's EnvoyFilter, as far as it says how many proxies before a gateway are trusted.

use crate::meta::{Labels, Meta};
use crate::reader::Reader;

/// An EnvoyFilter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvoyFilter {
    /// `spec.workloadSelector.labels`; none is every Pod of its namespace.
    pub labels: Labels,
    /// `xff_num_trusted_hops` of a patch of the HTTP connection manager.
    pub trusted_hops: Option<i64>,
}

impl EnvoyFilter {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        let hops = |it: Reader<'_>| it.get("patch").get("value").get("typed_config").get("xff_num_trusted_hops").int();
        Self {
            labels: spec.get("workloadSelector").get("labels").labels(),
            trusted_hops: spec.get("configPatches").items().find_map(hops).map(|it| it.value),
        }
    }
}
