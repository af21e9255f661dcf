//! Filters of the rules and backends of HTTPRoutes and GRPCRoutes.

use podpath_source::Span;

use crate::reader::Reader;
use crate::route::{BackendRef, ObjectRef, text};

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
    /// `CORS`
    Cors(Cors),
    /// `ExternalAuth`: who is asked.
    ExternalAuth(BackendRef),
    /// `ExtensionRef`
    Extension(ObjectRef),
    /// Any other type.
    Other(String),
}

/// What other origins may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cors {
    /// `allowOrigins`: `*`, or `scheme://host` with `*` in the host.
    pub origins: Vec<String>,
    /// `allowMethods`
    pub methods: Vec<String>,
    /// `allowHeaders`
    pub headers: Vec<String>,
    /// `exposeHeaders`
    pub exposed: Vec<String>,
    /// `allowCredentials`
    pub credentials: bool,
    /// `maxAge` in seconds; 5 unless told.
    pub max_age: u32,
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

impl FilterKind {
    /// Its `type`, as written.
    pub fn name(&self) -> &str {
        match self {
            Self::RequestHeaders(_) => "RequestHeaderModifier",
            Self::ResponseHeaders(_) => "ResponseHeaderModifier",
            Self::Redirect(_) => "RequestRedirect",
            Self::Rewrite(_) => "URLRewrite",
            Self::Mirror(..) => "RequestMirror",
            Self::Cors(_) => "CORS",
            Self::ExternalAuth(_) => "ExternalAuth",
            Self::Extension(_) => "ExtensionRef",
            Self::Other(name) => name,
        }
    }
}

impl Filter {
    pub(crate) fn read(reader: Reader<'_>) -> Self {
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
            "ExtensionRef" => ObjectRef::read(reader.get("extensionRef"), "").map(FilterKind::Extension),
            "CORS" => Some(FilterKind::Cors(Cors::read(reader.get("cors")))),
            "ExternalAuth" => {
                BackendRef::read(reader.get("externalAuth").get("backendRef")).map(FilterKind::ExternalAuth)
            }
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

impl Cors {
    fn read(reader: Reader<'_>) -> Self {
        let texts = |key: &str| reader.get(key).texts().into_iter().map(|it| it.value).collect();
        let age = reader.get("maxAge").int().and_then(|it| u32::try_from(it.value).ok());
        Self {
            origins: texts("allowOrigins"),
            methods: texts("allowMethods"),
            headers: texts("allowHeaders"),
            exposed: texts("exposeHeaders"),
            credentials: reader.get("allowCredentials").is_true(),
            max_age: age.unwrap_or(5),
        }
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
