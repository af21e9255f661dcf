//! Routes of connections: TLSRoute, TCPRoute and UDPRoute of the Gateway API.

use podpath_source::{Span, Spanned};

use crate::meta::Meta;
use crate::reader::Reader;
use crate::route::{BackendRef, ParentRef};

/// A TLSRoute, TCPRoute or UDPRoute.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamRoute {
    /// `spec.parentRefs`
    pub parents: Vec<ParentRef>,
    /// The TLS server names of a TLSRoute; empty is every one.
    pub hostnames: Vec<Spanned<String>>,
    /// `spec.rules`
    pub rules: Vec<StreamRule>,
}

/// An entry of `rules`.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamRule {
    /// `backendRefs`
    pub backends: Vec<BackendRef>,
    /// The whole rule.
    pub span: Span,
}

impl StreamRoute {
    pub(crate) fn read(meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        let has_names = meta.kind.value == "TLSRoute";
        let rule = |it: Reader<'_>| StreamRule {
            backends: it.get("backendRefs").items().filter_map(BackendRef::read).collect(),
            span: it.span(),
        };
        Self {
            parents: spec.get("parentRefs").items().filter_map(ParentRef::read).collect(),
            hostnames: if has_names { spec.get("hostnames").texts() } else { vec![] },
            rules: spec.get("rules").list(rule),
        }
    }
}
