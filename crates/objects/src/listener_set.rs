//! ListenerSet of the Gateway API: more listeners for a Gateway, kept by somebody else.

use crate::gateway::GatewayListener;
use crate::meta::Meta;
use crate::reader::Reader;
use crate::route::ParentRef;

/// A ListenerSet, or an XListenerSet of the experimental group.
#[derive(Clone, Debug, PartialEq)]
pub struct ListenerSet {
    /// `spec.parentRef`: the Gateway.
    pub parent: Option<ParentRef>,
    /// `spec.listeners`
    pub listeners: Vec<GatewayListener>,
}

impl ListenerSet {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        Self {
            parent: ParentRef::read(spec.get("parentRef")),
            listeners: spec.get("listeners").list(GatewayListener::read),
        }
    }
}
