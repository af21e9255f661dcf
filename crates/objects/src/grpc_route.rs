//! GRPCRoute of the Gateway API, with the API server's defaults.

use podpath_source::{Span, Spanned};

use crate::meta::Meta;
use crate::reader::Reader;
use crate::route::{BackendRef, NamedMatch, ParentRef};
use crate::route_filter::Filter;

/// A GRPCRoute.
#[derive(Clone, Debug, PartialEq)]
pub struct GrpcRoute {
    /// `spec.parentRefs`
    pub parents: Vec<ParentRef>,
    /// Empty is every host.
    pub hostnames: Vec<Spanned<String>>,
    /// `spec.rules`
    pub rules: Vec<GrpcRule>,
}

/// An entry of `rules`.
#[derive(Clone, Debug, PartialEq)]
pub struct GrpcRule {
    /// Alternatives; when missing, one that matches every call.
    pub matches: Vec<GrpcMatch>,
    /// `filters`
    pub filters: Vec<Filter>,
    /// `backendRefs`
    pub backends: Vec<BackendRef>,
    /// The whole rule.
    pub span: Span,
}

/// An entry of `matches`; all parts must hold.
#[derive(Clone, Debug, PartialEq)]
pub struct GrpcMatch {
    /// `method.type` is `RegularExpression`; `Exact` unless told.
    pub is_pattern: bool,
    /// `method.service`; none is every one.
    pub service: Option<Spanned<String>>,
    /// `method.method`; none is every one.
    pub method: Option<Spanned<String>>,
    /// `headers`; of equal names only the first counts.
    pub headers: Vec<NamedMatch>,
    /// The whole match.
    pub span: Span,
}

impl GrpcRoute {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        Self {
            parents: spec.get("parentRefs").items().filter_map(ParentRef::read).collect(),
            hostnames: spec.get("hostnames").texts(),
            rules: spec.get("rules").list(GrpcRule::read),
        }
    }
}

impl GrpcRule {
    fn read(reader: Reader<'_>) -> Self {
        let matches = reader.get("matches");
        let any = matches.items().next().is_some();
        Self {
            matches: if any { matches.list(GrpcMatch::read) } else { vec![GrpcMatch::read(matches)] },
            filters: reader.get("filters").list(Filter::read),
            backends: reader.get("backendRefs").items().filter_map(BackendRef::read).collect(),
            span: reader.span(),
        }
    }
}

impl GrpcMatch {
    fn read(reader: Reader<'_>) -> Self {
        let method = reader.get("method");
        let part = |key: &str| method.get(key).text().filter(|it| !it.value.is_empty());
        Self {
            is_pattern: method.get("type").text().is_some_and(|it| it.value == "RegularExpression"),
            service: part("service"),
            method: part("method"),
            headers: reader.get("headers").items().filter_map(NamedMatch::read).collect(),
            span: reader.span(),
        }
    }
}
