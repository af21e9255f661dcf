//! The request that is followed.

use podpath_order::Order;

/// What a client speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheme {
    /// Plain HTTP.
    #[default]
    Http,
    /// HTTP over TLS.
    Https,
    /// gRPC without TLS.
    Grpc,
    /// gRPC over TLS.
    Grpcs,
    /// TLS with anything inside.
    Tls,
    /// A TCP connection.
    Tcp,
    /// A UDP datagram.
    Udp,
}

impl Scheme {
    /// By its name in the protocol.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "http" => Self::Http,
            "https" => Self::Https,
            "grpc" => Self::Grpc,
            "grpcs" => Self::Grpcs,
            "tls" => Self::Tls,
            "tcp" => Self::Tcp,
            "udp" => Self::Udp,
            _ => return None,
        })
    }

    /// The client begins with a TLS handshake.
    pub fn is_tls(self) -> bool {
        matches!(self, Self::Https | Self::Grpcs | Self::Tls)
    }

    /// It carries HTTP.
    pub fn is_http(self) -> bool {
        !matches!(self, Self::Tls | Self::Tcp | Self::Udp)
    }

    /// It carries gRPC.
    pub fn is_grpc(self) -> bool {
        matches!(self, Self::Grpc | Self::Grpcs)
    }

    /// The same for a call of gRPC.
    #[must_use]
    pub fn with_grpc(self) -> Self {
        if self.is_tls() { Self::Grpcs } else { Self::Grpc }
    }

    /// What is left when TLS ends.
    #[must_use]
    pub fn without_tls(self) -> Self {
        match self {
            Self::Https => Self::Http,
            Self::Grpcs => Self::Grpc,
            Self::Tls => Self::Tcp,
            other => other,
        }
    }

    /// The same where TLS begins.
    #[must_use]
    pub fn with_tls(self) -> Self {
        match self {
            Self::Http => Self::Https,
            Self::Grpc => Self::Grpcs,
            Self::Tcp => Self::Tls,
            other => other,
        }
    }

    /// What carries it, as `protocol` of a Service's port is written.
    pub fn transport(self) -> &'static str {
        if self == Self::Udp { "UDP" } else { "TCP" }
    }

    /// The port that a client uses when none is told.
    pub fn default_port(self) -> u16 {
        if self.is_tls() { 443 } else { 80 }
    }

    /// `http` or `https`, as a URL says it.
    pub fn url(self) -> &'static str {
        match self {
            Self::Https | Self::Grpcs => "https",
            Self::Tls => "tls",
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Http | Self::Grpc => "http",
        }
    }
}

/// A request on its way; proxies hand on changed copies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// What the client speaks.
    pub scheme: Scheme,
    /// `GET`, ...
    pub method: String,
    /// The Host header as sent.
    pub authority: String,
    /// The host without port, in lower case.
    pub host: String,
    /// The port that the client dials.
    pub port: u16,
    /// Without the query.
    pub path: String,
    /// Without the `?`.
    pub query: Option<String>,
    /// Name and value, in order.
    pub headers: Vec<(String, String)>,
    /// The TLS server name; the host unless told.
    pub sni: Option<String>,
    /// The payload of the correctly signed token that comes with it.
    pub claims: Option<Claim>,
    /// The token was looked at by a RequestAuthentication, and is right: claims count from here on.
    pub is_authenticated: bool,
    /// The client shows a certificate that the gateway trusts.
    pub has_certificate: bool,
    /// The address of the client.
    pub source_ip: Option<String>,
}

/// A value in the payload of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// A text.
    Text(String),
    /// A number, true or false, as JSON writes it.
    Other(String),
    /// A list.
    List(Vec<Claim>),
    /// A map.
    Map(Vec<(String, Claim)>),
}

impl Claim {
    /// The value below some keys.
    pub fn at(&self, keys: &[&str]) -> Option<&Self> {
        let Some((first, rest)) = keys.split_first() else { return Some(self) };
        let Self::Map(fields) = self else { return None };
        fields.iter().find(|(key, _)| key == first)?.1.at(rest)
    }

    /// A text, or the texts of a list; other values have none.
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Self::Text(text) => vec![text],
            Self::List(items) => items
                .iter()
                .filter_map(|it| if let Self::Text(text) = it { Some(text.as_str()) } else { None })
                .collect(),
            Self::Other(_) | Self::Map(_) => vec![],
        }
    }

    /// A number, cut to whole ones.
    pub fn number(&self) -> Option<i64> {
        match self {
            Self::Other(text) => text.split('.').next()?.parse().ok(),
            _ => None,
        }
    }
}

impl Request {
    /// The text of a claim, or the texts of a list; none before the token was looked at.
    pub fn claim(&self, keys: &[&str]) -> Vec<&str> {
        let claims = self.claims.as_ref().filter(|_| self.is_authenticated);
        claims.and_then(|it| it.at(keys)).map_or_else(Vec::new, Claim::texts)
    }

    /// The value of a header; names are compared without case, equal names are joined with `,`.
    pub fn header(&self, name: &str) -> Option<String> {
        let values: Vec<_> = self.headers.iter().filter(|(it, _)| it.eq_ignore_ascii_case(name)).collect();
        let joined = values.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(",");
        (!values.is_empty()).then_some(joined)
    }

    /// The first value of a query parameter.
    pub fn query_value(&self, name: &str) -> Option<String> {
        self.parameters().find(|(key, _)| decode(key) == name).map(|(_, value)| decode(value))
    }

    /// All query parameters, decoded.
    pub fn query_pairs(&self) -> Vec<(String, String)> {
        self.parameters().map(|(key, value)| (decode(key), decode(value))).collect()
    }

    /// The same as they are written.
    fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.query.as_deref().unwrap_or_default().split('&').filter(|it| !it.is_empty());
        pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
    }

    /// Takes a query parameter away as Envoy does: the others stand by their names afterwards, decoded
    /// (`QueryParamsMulti::replaceQueryString`).
    pub(crate) fn remove_parameter(&mut self, name: &str) {
        let mut kept: Vec<_> = self.parameters().map(|(key, value)| (unescape(key), unescape(value))).collect();
        kept.retain(|(key, _)| key != name);
        kept.order_by(|(a, _), (b, _)| a.cmp(b));
        let kept: Vec<_> = kept.iter().map(|(key, value)| format!("{key}={value}")).collect();
        self.query = (!kept.is_empty()).then(|| kept.join("&"));
    }

    /// It is a call of gRPC, by its scheme or its content type.
    pub fn is_grpc(&self) -> bool {
        self.scheme.is_grpc() || self.header("content-type").is_some_and(|it| it.starts_with("application/grpc"))
    }

    /// Service and method of a call: the path is `/SERVICE/METHOD`.
    pub fn grpc_call(&self) -> Option<(&str, &str)> {
        self.path.strip_prefix('/')?.split_once('/')
    }

    /// Path and query.
    pub fn target(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    /// The TLS server name, when the client sends one: names, not addresses.
    pub fn server_name(&self) -> &str {
        self.sni.as_deref().unwrap_or(&self.host)
    }

    /// Replaces the Host header.
    pub fn set_authority(&mut self, authority: &str) {
        authority.clone_into(&mut self.authority);
        self.host = split_port(authority).0.to_ascii_lowercase();
    }
}

/// Host and port of an authority; IPv6 hosts stand in brackets, and one without them has no port.
pub fn split_port(authority: &str) -> (&str, Option<u16>) {
    if authority.parse::<std::net::Ipv6Addr>().is_ok() {
        return (authority, None);
    }
    let end = authority.rfind(']').map_or(0, |at| at + 1);
    let port = authority.get(end..).and_then(|rest| rest.rfind(':')).map(|at| end + at);
    match port.and_then(|at| Some((authority.get(..at)?, authority.get(at + 1..)?.parse().ok()?))) {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    }
}

/// `%xx` and `+` of a query.
pub(crate) fn decode(text: &str) -> String {
    unescape(&text.replace('+', " "))
}

/// A path as nginx sees it: `%xx` decoded, `.` and `..` resolved, adjacent slashes as one. None when it leads above its root,
/// or holds an escape that is none: a `%` without two hex digits, or `%00` (nginx `ngx_http_parse_complex_uri`).
pub(crate) fn normalized(path: &str) -> Option<String> {
    if path.split('%').skip(1).any(|rest| escaped(rest).is_none_or(|byte| byte == 0)) {
        return None;
    }
    let decoded = unescape(path);
    let mut kept: Vec<&str> = Vec::new();
    let mut is_open = false;
    for part in decoded.split('/') {
        is_open = matches!(part, "" | "." | "..");
        match part {
            "" | "." => {}
            ".." => {
                kept.pop()?;
            }
            _ => kept.push(part),
        }
    }
    let end = if is_open && !kept.is_empty() { "/" } else { "" };
    Some(format!("/{}{end}", kept.join("/")))
}

/// What is no escape stays.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        let found = text.get(at + 1..).filter(|_| *byte == b'%').and_then(escaped);
        at += if found.is_some() { 3 } else { 1 };
        bytes.push(found.unwrap_or(*byte));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The byte that the first two characters after a `%` write.
fn escaped(rest: &str) -> Option<u8> {
    let digits = rest.get(..2).filter(|it| it.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u8::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_cut_from_hosts_but_not_from_addresses() {
        for (authority, expected) in [
            ("shop.example.kr", ("shop.example.kr", None)),
            ("shop.example.kr:8080", ("shop.example.kr", Some(8080))),
            ("[::1]:80", ("[::1]", Some(80))),
            ("[::1]", ("[::1]", None)),
            ("fd00::10", ("fd00::10", None)),
            ("odd:port", ("odd:port", None)),
        ] {
            assert_eq!(split_port(authority), expected);
        }
    }

    #[test]
    fn paths_are_decoded_and_cleaned() {
        for (path, expected) in [
            ("/", Some("/")),
            ("//foo", Some("/foo")),
            ("/x/../foo", Some("/foo")),
            ("/foo/.", Some("/foo/")),
            ("/foo/..", Some("/")),
            ("/%66oo/", Some("/foo/")),
            ("/a+b%20c", Some("/a+b c")),
            ("/%2e%2E/foo", None),
            ("/100%", None),
            ("/1%2", None),
            ("/a%+1", None),
            ("/a%%41", None),
            ("/a%00", None),
            ("/a%2541", Some("/a%41")),
        ] {
            assert_eq!(normalized(path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn the_first_of_equal_query_parameters_counts() {
        let request = Request { query: Some("a=1&b=x%20y&a=2&c".into()), ..Request::default() };
        assert_eq!(request.query_value("a").as_deref(), Some("1"));
        assert_eq!(request.query_value("b").as_deref(), Some("x y"));
        assert_eq!(request.query_value("c").as_deref(), Some(""));
        assert_eq!(request.query_value("d"), None);
    }

    #[test]
    fn what_is_no_escape_of_a_query_stays() {
        for (text, expected) in [("100%", "100%"), ("%", "%"), ("a%+1", "a% 1"), ("%c3%a9", "é"), ("%가", "%가")] {
            assert_eq!(decode(text), expected, "{text}");
        }
    }
}
