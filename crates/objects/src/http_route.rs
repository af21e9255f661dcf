//! HTTPRoute of the Gateway API, with the API server's defaults.

use podpath_source::{Span, Spanned};

use crate::meta::Meta;
use crate::reader::Reader;
use crate::route::{BackendRef, NamedMatch, ParentRef};
use crate::route_filter::Filter;

/// An HTTPRoute.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpRoute {
    /// `spec.parentRefs`
    pub parents: Vec<ParentRef>,
    /// Empty is every host.
    pub hostnames: Vec<Spanned<String>>,
    /// `spec.rules`; when missing, one rule that matches everything.
    pub rules: Vec<HttpRule>,
}

/// An entry of `rules`.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpRule {
    /// Alternatives; when missing, one that matches every path.
    pub matches: Vec<HttpMatch>,
    /// `filters`
    pub filters: Vec<Filter>,
    /// `backendRefs`
    pub backends: Vec<BackendRef>,
    /// The whole rule.
    pub span: Span,
}

/// An entry of `matches`; all parts must hold.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpMatch {
    /// `PathPrefix` unless told.
    pub path_type: Spanned<String>,
    /// `/` unless told.
    pub path: Spanned<String>,
    /// `method`
    pub method: Option<Spanned<String>>,
    /// `headers`; of equal names only the first counts.
    pub headers: Vec<NamedMatch>,
    /// `queryParams`
    pub query: Vec<NamedMatch>,
    /// The whole match.
    pub span: Span,
}

impl HttpRoute {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        let rules = spec.get("rules");
        Self {
            parents: spec.get("parentRefs").items().filter_map(ParentRef::read).collect(),
            hostnames: spec.get("hostnames").texts(),
            rules: if rules.exists() { rules.list(HttpRule::read) } else { vec![HttpRule::read(rules)] },
        }
    }
}

impl HttpRule {
    fn read(reader: Reader<'_>) -> Self {
        let matches = reader.get("matches");
        let any = matches.items().next().is_some();
        Self {
            matches: if any { matches.list(HttpMatch::read) } else { vec![HttpMatch::read(matches)] },
            filters: reader.get("filters").list(Filter::read),
            backends: reader.get("backendRefs").items().filter_map(BackendRef::read).collect(),
            span: reader.span(),
        }
    }
}

impl HttpMatch {
    fn read(reader: Reader<'_>) -> Self {
        let path = reader.get("path");
        let or = |found: Option<Spanned<String>>, default: &str| {
            found.unwrap_or_else(|| Spanned::new(default.to_owned(), path.span()))
        };
        Self {
            path_type: or(path.get("type").text(), "PathPrefix"),
            path: or(path.get("value").text(), "/"),
            method: reader.get("method").text(),
            headers: reader.get("headers").items().filter_map(NamedMatch::read).collect(),
            query: reader.get("queryParams").items().filter_map(NamedMatch::read).collect(),
            span: reader.span(),
        }
    }
}
