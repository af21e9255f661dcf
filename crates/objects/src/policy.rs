//! Policies of Istio that may stop a request: which Pods they select. What they say is not modelled yet.

use podpath_source::Spanned;

use crate::meta::{Meta, Selector};
use crate::reader::Reader;

/// AuthorizationPolicy, PeerAuthentication or RequestAuthentication of Istio.
#[derive(Clone, Debug, PartialEq)]
pub struct MeshPolicy {
    /// `spec.selector`; none is every Pod of the namespace, in the root namespace of the mesh.
    pub selector: Option<Selector>,
    /// `spec.mtls.mode` of a PeerAuthentication.
    pub mtls: Option<Spanned<String>>,
    /// It has `portLevelMtls`.
    pub has_ports: bool,
    /// It has `targetRefs`, which sidecars and Istio's own gateways ignore.
    pub has_targets: bool,
}

impl MeshPolicy {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        Self {
            selector: spec.get("selector").selector(),
            mtls: spec.get("mtls").get("mode").text(),
            has_ports: spec.get("portLevelMtls").exists(),
            has_targets: spec.get("targetRefs").exists() || spec.get("targetRef").exists(),
        }
    }
}
