//! Istio's Sidecar: what the proxies of a namespace know of the mesh.

use podpath_source::Spanned;

use crate::meta::{Labels, Meta};
use crate::reader::Reader;

/// A Sidecar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sidecar {
    /// `spec.workloadSelector.labels`; none is every Pod of its namespace.
    pub selector: Option<Labels>,
    /// `spec.egress[].hosts`, `namespace/host`; none where `egress` is not told, which is everything.
    pub egress: Option<Vec<Spanned<String>>>,
    /// `spec.outboundTrafficPolicy.mode`
    pub outbound: Option<Spanned<String>>,
}

impl Sidecar {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        let selector = spec.get("workloadSelector").get("labels").labels();
        let egress = spec.get("egress");
        Self {
            selector: (!selector.is_empty()).then_some(selector),
            egress: egress.exists().then(|| egress.items().flat_map(|it| it.get("hosts").texts()).collect()),
            outbound: spec.get("outboundTrafficPolicy").get("mode").text(),
        }
    }
}
