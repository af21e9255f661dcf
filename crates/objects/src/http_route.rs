//! HTTPRoute of the Gateway API, with the API server's defaults.

use podpath_source::{Span, Spanned};

use crate::meta::Meta;
use crate::reader::Reader;

/// The group of the Gateway API.
pub(crate) const GROUP: &str = "gateway.networking.k8s.io";

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

/// A filter and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// What it does.
    pub kind: FilterKind,
    /// The whole filter.
    pub span: Span,
}

/// What a filter does.
#[derive(Clone, Debug, PartialEq)]
pub enum FilterKind {
    /// `RequestHeaderModifier`
    RequestHeaders(HeaderModifier),
    /// `ResponseHeaderModifier`
    ResponseHeaders(HeaderModifier),
    /// `RequestRedirect`
    Redirect(Redirect),
    /// `URLRewrite`
    Rewrite(UrlRewrite),
    /// `RequestMirror`: to whom, and the share as numerator and denominator.
    Mirror(BackendRef, (u64, u64)),
    /// Any other type.
    Other(String),
}

/// Changes of headers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderModifier {
    /// Replaces or creates.
    pub set: Vec<(String, String)>,
    /// Appends or creates.
    pub add: Vec<(String, String)>,
    /// Deletes.
    pub remove: Vec<String>,
}

/// A redirect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redirect {
    /// That of the request unless told.
    pub scheme: Option<String>,
    /// That of the request unless told.
    pub hostname: Option<String>,
    /// `path`
    pub path: Option<PathModifier>,
    /// `port`
    pub port: Option<u16>,
    /// 302 unless told.
    pub status: Option<u16>,
}

/// A change of the request before it is sent on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UrlRewrite {
    /// Replaces the Host.
    pub hostname: Option<String>,
    /// `path`
    pub path: Option<PathModifier>,
}

/// A change of the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathModifier {
    /// `ReplaceFullPath`
    Full(String),
    /// `ReplacePrefixMatch`
    Prefix(String),
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

fn text(reader: Reader<'_>, key: &str) -> Option<String> {
    reader.get(key).text().map(|it| it.value)
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

impl NamedMatch {
    fn read(reader: Reader<'_>) -> Option<Self> {
        Some(Self {
            name: text(reader, "name")?,
            value: text(reader, "value").unwrap_or_default(),
            match_type: text(reader, "type").unwrap_or_else(|| "Exact".into()),
            span: reader.span(),
        })
    }
}

impl BackendRef {
    fn read(reader: Reader<'_>) -> Option<Self> {
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

impl Filter {
    fn read(reader: Reader<'_>) -> Self {
        let name = text(reader, "type").unwrap_or_default();
        let mirror = || {
            let mirror = reader.get("requestMirror");
            BackendRef::read(mirror.get("backendRef")).map(|to| FilterKind::Mirror(to, mirror_share(mirror)))
        };
        let kind = match name.as_str() {
            "RequestHeaderModifier" => {
                Some(FilterKind::RequestHeaders(HeaderModifier::read(reader.get("requestHeaderModifier"))))
            }
            "ResponseHeaderModifier" => {
                Some(FilterKind::ResponseHeaders(HeaderModifier::read(reader.get("responseHeaderModifier"))))
            }
            "RequestRedirect" => Some(FilterKind::Redirect(Redirect::read(reader.get("requestRedirect")))),
            "URLRewrite" => Some(FilterKind::Rewrite(UrlRewrite::read(reader.get("urlRewrite")))),
            "RequestMirror" => mirror(),
            _ => None,
        };
        Self { kind: kind.unwrap_or(FilterKind::Other(name)), span: reader.span() }
    }
}

/// `percent` or `fraction`; everything unless told.
fn mirror_share(mirror: Reader<'_>) -> (u64, u64) {
    let number = |it: Reader<'_>| it.int().and_then(|it| u64::try_from(it.value).ok());
    if let Some(percent) = number(mirror.get("percent")) {
        return (percent, 100);
    }
    let fraction = mirror.get("fraction");
    match number(fraction.get("numerator")) {
        Some(numerator) => (numerator, number(fraction.get("denominator")).unwrap_or(100).max(1)),
        None => (1, 1),
    }
}

impl HeaderModifier {
    fn read(reader: Reader<'_>) -> Self {
        let pair = |it: Reader<'_>| Some((text(it, "name")?, text(it, "value").unwrap_or_default()));
        Self {
            set: reader.get("set").items().filter_map(pair).collect(),
            add: reader.get("add").items().filter_map(pair).collect(),
            remove: reader.get("remove").texts().into_iter().map(|it| it.value).collect(),
        }
    }
}

impl Redirect {
    fn read(reader: Reader<'_>) -> Self {
        Self {
            scheme: text(reader, "scheme"),
            hostname: text(reader, "hostname"),
            path: PathModifier::read(reader.get("path")),
            port: reader.get("port").port().map(|it| it.value),
            status: reader.get("statusCode").port().map(|it| it.value),
        }
    }
}

impl UrlRewrite {
    fn read(reader: Reader<'_>) -> Self {
        Self { hostname: text(reader, "hostname"), path: PathModifier::read(reader.get("path")) }
    }
}

impl PathModifier {
    fn read(reader: Reader<'_>) -> Option<Self> {
        match text(reader, "type")?.as_str() {
            "ReplaceFullPath" => Some(Self::Full(text(reader, "replaceFullPath").unwrap_or_default())),
            "ReplacePrefixMatch" => Some(Self::Prefix(text(reader, "replacePrefixMatch").unwrap_or_default())),
            _ => None,
        }
    }
}
