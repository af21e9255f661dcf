//! Istio's Sidecar: what the proxies of a namespace know of the mesh.

use podpath_source::Spanned;

use crate::meta::{Labels, Meta};
use crate::reader::Reader;

/// A Sidecar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sidecar {
    /// `spec.workloadSelector.labels`; none is every Pod of its namespace.
    pub selector: Option<Labels>,
    /// `spec.egress`; none where it tells no listener, which is everything.
    pub egress: Option<Vec<EgressListener>>,
    /// `spec.outboundTrafficPolicy`: whether it lets out what is in no registry; none where it is not told.
    pub keeps_inside: Option<bool>,
}

/// An entry of `spec.egress`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EgressListener {
    /// `port.number`: it is for calls to this port; none is for all that no other entry names.
    pub port: Option<u16>,
    /// `hosts`, each `namespace/host`.
    pub hosts: Vec<Spanned<String>>,
}

impl Sidecar {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        let selector = spec.get("workloadSelector").get("labels").labels();
        let egress = spec.get("egress").list(|it| {
            let port = it.get("port").get("number").port().map(|it| it.value);
            EgressListener { port, hosts: it.get("hosts").texts() }
        });
        let outbound = spec.get("outboundTrafficPolicy");
        let mode = outbound.get("mode").text();
        Self {
            selector: (!selector.is_empty()).then_some(selector),
            egress: (!egress.is_empty()).then_some(egress),
            // REGISTRY_ONLY is the first value of the enum, so it is meant where the policy names no mode.
            keeps_inside: outbound.exists().then(|| mode.is_none_or(|it| it.value == "REGISTRY_ONLY")),
        }
    }
}
