//! Istio's VirtualService.

mod effect;

use podpath_source::{Span, Spanned};

use crate::meta::{Labels, Meta};
use crate::plain::unpacked;
use crate::reader::Reader;

pub use effect::{Abort, CorsPolicy, HttpFault, Mirrors};

/// A VirtualService.
#[derive(Clone, Debug, PartialEq)]
pub struct VirtualService {
    /// `spec.hosts`
    pub hosts: Vec<Spanned<String>>,
    /// `spec.gateways`; empty is `mesh`.
    pub gateways: Vec<Spanned<String>>,
    /// `spec.exportTo`; empty is everywhere.
    pub export_to: Vec<Spanned<String>>,
    /// `spec.http`
    pub http: Vec<RouteRule>,
    /// `spec.tls`
    pub tls: Vec<TcpRule>,
    /// `spec.tcp`
    pub tcp: Vec<TcpRule>,
}

/// An entry of `http`.
#[derive(Clone, Debug, PartialEq)]
pub struct RouteRule {
    /// `name`
    pub name: Option<String>,
    /// Alternatives; empty takes everything.
    pub matches: Vec<HttpMatchRequest>,
    /// `route`
    pub route: Vec<Destination>,
    /// `redirect`
    pub redirect: Option<VsRedirect>,
    /// `directResponse`: status and body.
    pub direct_response: Option<(u16, Option<String>)>,
    /// `delegate`
    pub delegate: Option<Delegate>,
    /// `rewrite`
    pub rewrite: Option<RewriteAction>,
    /// `headers`
    pub headers: HeaderOperations,
    /// `mirror`, `mirrors` and what belongs to them.
    pub mirrors: Mirrors,
    /// `fault`
    pub fault: Option<HttpFault>,
    /// `corsPolicy`
    pub cors: Option<CorsPolicy>,
    /// The whole entry.
    pub span: Span,
}

/// An entry of `match`; all parts must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HttpMatchRequest {
    /// `uri`
    pub uri: Option<Spanned<StringMatch>>,
    /// `scheme`
    pub scheme: Option<Spanned<StringMatch>>,
    /// `method`
    pub method: Option<Spanned<StringMatch>>,
    /// `authority`
    pub authority: Option<Spanned<StringMatch>>,
    /// `headers`
    pub headers: Vec<(String, Spanned<StringMatch>)>,
    /// `withoutHeaders`
    pub without_headers: Vec<(String, Spanned<StringMatch>)>,
    /// `queryParams`
    pub query: Vec<(String, Spanned<StringMatch>)>,
    /// `port`
    pub port: Option<Spanned<u16>>,
    /// `gateways`
    pub gateways: Vec<Spanned<String>>,
    /// `sourceLabels`
    pub source_labels: Labels,
    /// `sourceNamespace`
    pub source_namespace: Option<Spanned<String>>,
    /// `ignoreUriCase`
    pub ignores_uri_case: bool,
    /// `statPrefix`
    pub stat_prefix: Option<String>,
    /// The whole match.
    pub span: Span,
}

/// How a text is matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StringMatch {
    /// `exact`
    Exact(String),
    /// `prefix`: plain text, not path elements.
    Prefix(String),
    /// `regex`: RE2, over the whole text.
    Regex(String),
    /// `{}`: it is there.
    Present,
}

/// Where a share goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// `destination.host`
    pub host: Spanned<String>,
    /// `destination.subset`
    pub subset: Option<Spanned<String>>,
    /// `destination.port.number`
    pub port: Option<Spanned<u16>>,
    /// `weight`; ignored when there is one destination.
    pub weight: u64,
    /// `headers`
    pub headers: HeaderOperations,
    /// The whole entry.
    pub span: Span,
}

/// `redirect` of a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VsRedirect {
    /// Replaces the whole path.
    pub uri: Option<String>,
    /// Replaces the prefix that matched.
    pub prefix_rewrite: Option<String>,
    /// `authority`
    pub authority: Option<String>,
    /// `scheme`
    pub scheme: Option<String>,
    /// `port`
    pub port: Option<u16>,
    /// `derivePort`
    pub derive_port: Option<String>,
    /// 301 unless told.
    pub code: Option<u16>,
}

/// A reference to the VirtualService that holds the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegate {
    /// `name`
    pub name: Spanned<String>,
    /// That of the root unless told.
    pub namespace: Option<String>,
}

/// `rewrite` of a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RewriteAction {
    /// Replaces the prefix that matched, or the whole path.
    pub uri: Option<String>,
    /// Replaces the Host.
    pub authority: Option<String>,
    /// `uriRegexRewrite`: pattern and replacement.
    pub regex: Option<(String, String)>,
}

/// Changes of headers, of the request and of the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderOperations {
    /// `request.set`
    pub request_set: Vec<(String, String)>,
    /// `request.add`
    pub request_add: Vec<(String, String)>,
    /// `request.remove`
    pub request_remove: Vec<String>,
    /// `response.set`
    pub response_set: Vec<(String, String)>,
    /// `response.add`
    pub response_add: Vec<(String, String)>,
    /// `response.remove`
    pub response_remove: Vec<String>,
}

/// An entry of `tls` or `tcp`.
#[derive(Clone, Debug, PartialEq)]
pub struct TcpRule {
    /// `match`; one of them must hold, and none at all is every connection.
    pub matches: Vec<StreamMatch>,
    /// `route`
    pub route: Vec<Destination>,
    /// The whole entry.
    pub span: Span,
}

/// An entry of `match` of a `tls` or `tcp` rule; all parts must hold, but a gateway asks its port and its gateways alone.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamMatch {
    /// `sniHosts`; empty for `tcp`.
    pub sni_hosts: Vec<Spanned<String>>,
    /// `port`
    pub port: Option<Spanned<u16>>,
    /// `gateways`
    pub gateways: Vec<Spanned<String>>,
    /// `sourceLabels`
    pub source_labels: Labels,
    /// `sourceNamespace`
    pub source_namespace: Option<String>,
    /// `destinationSubnets`
    pub subnets: Vec<Spanned<String>>,
    /// `sourceSubnet`
    pub source_subnet: Option<String>,
    /// The whole match.
    pub span: Span,
}

impl VirtualService {
    /// True when the rules count for sidecars: "the default is `mesh`".
    pub fn is_for_mesh(&self) -> bool {
        self.gateways.is_empty() || self.gateways.iter().any(|it| it.value == "mesh")
    }

    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        Self {
            hosts: spec.get("hosts").texts(),
            gateways: spec.get("gateways").texts(),
            export_to: spec.get("exportTo").texts(),
            http: spec.get("http").list(RouteRule::read),
            tls: spec.get("tls").list(TcpRule::read),
            tcp: spec.get("tcp").list(TcpRule::read),
        }
    }
}

impl RouteRule {
    fn read(reader: Reader<'_>) -> Self {
        let direct = reader.get("directResponse");
        let delegate = reader.get("delegate");
        let body = direct.get("body");
        let bytes = || unpacked(&body.get("bytes").text()?.value);
        let body = body.get("string").text().map(|it| it.value).or_else(bytes);
        let part = |key: &str| reader.get(key).node().map(Reader::new);
        Self {
            name: reader.get("name").text().map(|it| it.value),
            matches: reader.get("match").list(HttpMatchRequest::read),
            route: reader.get("route").items().filter_map(Destination::read).collect(),
            redirect: reader.get("redirect").node().map(|node| VsRedirect::read(Reader::new(node))),
            direct_response: direct.get("status").port().map(|status| (status.value, body)),
            delegate: delegate
                .get("name")
                .text()
                .map(|name| Delegate { name, namespace: delegate.get("namespace").text().map(|it| it.value) }),
            rewrite: reader.get("rewrite").node().map(|node| RewriteAction::read(Reader::new(node))),
            headers: HeaderOperations::read(reader.get("headers")),
            mirrors: Mirrors::read(reader),
            fault: part("fault").map(HttpFault::read),
            cors: part("corsPolicy").map(CorsPolicy::read),
            span: reader.span(),
        }
    }
}

impl HttpMatchRequest {
    fn read(reader: Reader<'_>) -> Self {
        let one = |key: &str| StringMatch::read(reader.get(key));
        let named = |key: &str| {
            let fields = reader.get(key).fields();
            let read = fields.map(|(name, value)| {
                let found = StringMatch::read(value);
                (name.value.to_owned(), found.unwrap_or_else(|| Spanned::new(StringMatch::Present, name.span)))
            });
            read.collect()
        };
        Self {
            uri: one("uri"),
            scheme: one("scheme"),
            method: one("method"),
            authority: one("authority"),
            headers: named("headers"),
            without_headers: named("withoutHeaders"),
            query: named("queryParams"),
            port: reader.get("port").port(),
            gateways: reader.get("gateways").texts(),
            source_labels: reader.get("sourceLabels").labels(),
            source_namespace: reader.get("sourceNamespace").text().filter(|it| !it.value.is_empty()),
            ignores_uri_case: reader.get("ignoreUriCase").is_true(),
            stat_prefix: filled(reader.get("statPrefix")),
            span: reader.span(),
        }
    }
}

impl StringMatch {
    fn read(reader: Reader<'_>) -> Option<Spanned<Self>> {
        let text = |key: &str| reader.get(key).text();
        let found = text("exact").map(|it| it.map(Self::Exact));
        let found = found.or_else(|| text("prefix").map(|it| it.map(Self::Prefix)));
        found.or_else(|| text("regex").map(|it| it.map(Self::Regex)))
    }
}

impl Destination {
    fn read(reader: Reader<'_>) -> Option<Self> {
        let target = Self::read_target(reader.get("destination"), reader.span())?;
        let weight = reader.get("weight").int().and_then(|it| u64::try_from(it.value).ok());
        Some(Self {
            weight: weight.unwrap_or(0).min(1_000_000),
            headers: HeaderOperations::read(reader.get("headers")),
            ..target
        })
    }

    /// A destination without weight and headers, at a place.
    pub(crate) fn read_target(target: Reader<'_>, span: Span) -> Option<Self> {
        Some(Self {
            host: target.get("host").text()?,
            subset: target.get("subset").text().filter(|it| !it.value.is_empty()),
            port: target.get("port").get("number").port(),
            weight: 0,
            headers: HeaderOperations::default(),
            span,
        })
    }
}

impl VsRedirect {
    fn read(reader: Reader<'_>) -> Self {
        let text = |key: &str| reader.get(key).text().map(|it| it.value).filter(|it| !it.is_empty());
        Self {
            uri: text("uri"),
            prefix_rewrite: text("prefixRewrite"),
            authority: text("authority"),
            scheme: text("scheme"),
            port: reader.get("port").port().map(|it| it.value),
            derive_port: text("derivePort"),
            code: reader.get("redirectCode").port().map(|it| it.value),
        }
    }
}

impl RewriteAction {
    fn read(reader: Reader<'_>) -> Self {
        let text = |it: Reader<'_>, key: &str| it.get(key).text().map(|it| it.value);
        let regex = reader.get("uriRegexRewrite");
        Self {
            uri: text(reader, "uri").filter(|it| !it.is_empty()),
            authority: text(reader, "authority").filter(|it| !it.is_empty()),
            regex: text(regex, "match").map(|pattern| (pattern, text(regex, "rewrite").unwrap_or_default())),
        }
    }
}

impl HeaderOperations {
    fn read(reader: Reader<'_>) -> Self {
        let pairs = |it: Reader<'_>| {
            let fields = it.fields();
            fields.filter_map(|(name, value)| Some((name.value.to_owned(), value.scalar()?))).collect::<Vec<_>>()
        };
        let names = |it: Reader<'_>| it.texts().into_iter().map(|it| it.value).collect::<Vec<_>>();
        let (request, response) = (reader.get("request"), reader.get("response"));
        Self {
            request_set: pairs(request.get("set")),
            request_add: pairs(request.get("add")),
            request_remove: names(request.get("remove")),
            response_set: pairs(response.get("set")),
            response_add: pairs(response.get("add")),
            response_remove: names(response.get("remove")),
        }
    }
}

impl TcpRule {
    fn read(reader: Reader<'_>) -> Self {
        Self {
            matches: reader.get("match").list(StreamMatch::read),
            route: reader.get("route").items().filter_map(Destination::read).collect(),
            span: reader.span(),
        }
    }
}

impl StreamMatch {
    fn read(reader: Reader<'_>) -> Self {
        Self {
            sni_hosts: reader.get("sniHosts").texts(),
            port: reader.get("port").port(),
            gateways: reader.get("gateways").texts(),
            source_labels: reader.get("sourceLabels").labels(),
            source_namespace: filled(reader.get("sourceNamespace")),
            subnets: reader.get("destinationSubnets").texts(),
            source_subnet: filled(reader.get("sourceSubnet")),
            span: reader.span(),
        }
    }
}

/// A text that is not empty.
fn filled(reader: Reader<'_>) -> Option<String> {
    reader.text().map(|it| it.value).filter(|it| !it.is_empty())
}
