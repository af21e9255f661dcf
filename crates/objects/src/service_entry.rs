//! Istio's ServiceEntry: hosts that the mesh knows beside its Services.

use podpath_source::Spanned;

use crate::meta::Meta;
use crate::reader::Reader;

/// A ServiceEntry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceEntry {
    /// `spec.hosts`
    pub hosts: Vec<Spanned<String>>,
    /// `spec.ports[].number`
    pub ports: Vec<u16>,
    /// `spec.exportTo`; empty is everywhere.
    pub export_to: Vec<Spanned<String>>,
}

impl ServiceEntry {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        Self {
            hosts: spec.get("hosts").texts(),
            ports: spec.get("ports").items().filter_map(|it| it.get("number").port()).map(|it| it.value).collect(),
            export_to: spec.get("exportTo").texts(),
        }
    }
}
