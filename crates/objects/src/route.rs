//! What the routes of the Gateway API have in common: parents, backends, matches by name.

use podpath_source::{Span, Spanned};

use crate::reader::Reader;
use crate::route_filter::Filter;

/// The group of the Gateway API.
pub(crate) const GROUP: &str = "gateway.networking.k8s.io";

/// A reference to a parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParentRef {
    /// That of the Gateway API unless told.
    pub group: String,
    /// `Gateway` unless told.
    pub kind: String,
    /// The route's own unless told.
    pub namespace: Option<Spanned<String>>,
    /// `name`
    pub name: Spanned<String>,
    /// The name of one listener.
    pub section: Option<Spanned<String>>,
    /// The port of the listeners.
    pub port: Option<Spanned<u16>>,
    /// The whole reference.
    pub span: Span,
}

/// A reference to an object: a Secret, a ConfigMap, parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectRef {
    /// "" unless told.
    pub group: String,
    /// As written, or the default of the field.
    pub kind: String,
    /// That of the object that refers unless told.
    pub namespace: Option<Spanned<String>>,
    /// `name`
    pub name: Spanned<String>,
    /// The whole reference.
    pub span: Span,
}

/// A header or query parameter to match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedMatch {
    /// `name`
    pub name: String,
    /// `value`
    pub value: String,
    /// `Exact` unless told.
    pub match_type: String,
    /// The whole entry.
    pub span: Span,
}

/// A reference to a backend.
#[derive(Clone, Debug, PartialEq)]
pub struct BackendRef {
    /// "" unless told.
    pub group: String,
    /// `Service` unless told.
    pub kind: String,
    /// The route's own unless told.
    pub namespace: Option<Spanned<String>>,
    /// `name`
    pub name: Spanned<String>,
    /// `port`
    pub port: Option<Spanned<u16>>,
    /// 1 unless told.
    pub weight: u64,
    /// `filters`
    pub filters: Vec<Filter>,
    /// The whole reference.
    pub span: Span,
}

impl ParentRef {
    pub(crate) fn read(reader: Reader<'_>) -> Option<Self> {
        Some(Self {
            group: text(reader, "group").unwrap_or_else(|| GROUP.into()),
            kind: text(reader, "kind").unwrap_or_else(|| "Gateway".into()),
            namespace: reader.get("namespace").text(),
            name: reader.get("name").text()?,
            section: reader.get("sectionName").text(),
            port: reader.get("port").port(),
            span: reader.span(),
        })
    }
}

impl ObjectRef {
    pub(crate) fn read(reader: Reader<'_>, default_kind: &str) -> Option<Self> {
        Some(Self {
            group: text(reader, "group").unwrap_or_default(),
            kind: text(reader, "kind").unwrap_or_else(|| default_kind.into()),
            namespace: reader.get("namespace").text(),
            name: reader.get("name").text()?,
            span: reader.span(),
        })
    }
}

impl NamedMatch {
    pub(crate) fn read(reader: Reader<'_>) -> Option<Self> {
        Some(Self {
            name: text(reader, "name")?,
            value: text(reader, "value").unwrap_or_default(),
            match_type: text(reader, "type").unwrap_or_else(|| "Exact".into()),
            span: reader.span(),
        })
    }
}

impl BackendRef {
    pub(crate) fn read(reader: Reader<'_>) -> Option<Self> {
        let weight = reader.get("weight").int().and_then(|it| u64::try_from(it.value).ok());
        Some(Self {
            group: text(reader, "group").unwrap_or_default(),
            kind: text(reader, "kind").unwrap_or_else(|| "Service".into()),
            namespace: reader.get("namespace").text(),
            name: reader.get("name").text()?,
            port: reader.get("port").port(),
            weight: weight.unwrap_or(1).min(1_000_000),
            filters: reader.get("filters").list(Filter::read),
            span: reader.span(),
        })
    }
}

pub(crate) fn text(reader: Reader<'_>, key: &str) -> Option<String> {
    reader.get(key).text().map(|it| it.value)
}
