//! Routes of the Gateway API that are not modelled yet: only their parents are read, so that nobody guesses past them.

use crate::http_route::ParentRef;
use crate::meta::Meta;
use crate::reader::Reader;

/// A GRPCRoute, TLSRoute, TCPRoute or UDPRoute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherRoute {
    /// `spec.parentRefs`
    pub parents: Vec<ParentRef>,
}

impl OtherRoute {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        Self { parents: reader.get("spec").get("parentRefs").items().filter_map(ParentRef::read).collect() }
    }
}
