//! A condition of a rule, and why a request does not fulfil it.

use podpath_source::{Location, Text};

use crate::pattern::{HostPattern, PathMatch, TextMatch, glob_with_escapes};
use crate::range::in_range;
use crate::request::Request;

/// A condition and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Matcher {
    /// What must hold.
    pub condition: Condition,
    /// Where it stands.
    pub location: Location,
}

/// What must hold of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// One of these hosts.
    Host(Vec<HostPattern>),
    /// The path.
    Path(PathMatch),
    /// The method.
    Method(TextMatch),
    /// `http` or `https`.
    Scheme(TextMatch),
    /// The Host header as sent.
    Authority(TextMatch),
    /// A header; without case in its name.
    Header(String, TextMatch),
    /// A header that must not be so; a missing one counts as "".
    WithoutHeader(String, TextMatch),
    /// A query parameter.
    Query(String, TextMatch),
    /// One of these: a glob with escapes for the parameter of this name, or for any one, without case (ALB).
    AnyQuery(Vec<(Option<String>, String)>),
    /// A claim of a token that was looked at, by its keys; of a list one text must fit.
    Claim(Vec<String>, TextMatch),
    /// A claim that must not be so.
    WithoutClaim(Vec<String>, TextMatch),
    /// A call of gRPC.
    Grpc,
    /// The service of a call: the path is `/SERVICE/METHOD`.
    GrpcService(TextMatch),
    /// The method of a call.
    GrpcMethod(TextMatch),
    /// The address of the client.
    Source(SourceMatch),
    /// Basic credentials of one of these users, whatever the password.
    User(Vec<String>),
    /// Decided when the table was made: this rule can take no request here.
    Never(Mismatch),
}

/// Which addresses of clients are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceMatch {
    /// One that the request does not tell.
    Unknown,
    /// Those in one of these ranges, as written.
    Within(Vec<String>),
}

impl SourceMatch {
    fn matches(&self, address: Option<&str>) -> bool {
        match (self, address) {
            (Self::Unknown, address) => address.is_none(),
            (Self::Within(ranges), Some(address)) => ranges.iter().any(|it| in_range(it, address)),
            (Self::Within(_), None) => false,
        }
    }
}

/// Why a request does not fulfil a condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// Stable kebab-case code, such as `path-mismatch`.
    pub reason: &'static str,
    /// The same in a sentence.
    pub text: Text,
    /// The condition's place.
    pub location: Location,
}

impl Matcher {
    /// A condition at a place.
    pub fn new(condition: Condition, location: Location) -> Self {
        Self { condition, location }
    }

    /// True when the condition holds.
    pub fn holds(&self, request: &Request) -> bool {
        match &self.condition {
            Condition::Host(patterns) => patterns.iter().any(|it| it.matches(&request.host)),
            Condition::Path(path) => path.matches(&request.path),
            Condition::Method(text) => text.matches(Some(&request.method)),
            Condition::Scheme(text) => text.matches(Some(request.scheme.url())),
            Condition::Authority(text) => text.matches(Some(&request.authority)),
            Condition::Header(name, text) => has_header(request, name, text),
            Condition::WithoutHeader(name, TextMatch::Present) => value_of(request, name).is_none(),
            Condition::WithoutHeader(name, text) => !text.matches(Some(&value_of(request, name).unwrap_or_default())),
            Condition::Query(name, text) => text.matches(request.query_value(name).as_deref()),
            Condition::AnyQuery(wanted) => {
                wanted.iter().any(|(name, value)| has_query(request, name.as_deref(), value))
            }
            Condition::Claim(keys, text) => has_claim(request, keys, text),
            Condition::WithoutClaim(keys, text) => !has_claim(request, keys, text),
            Condition::Grpc => request.is_grpc(),
            Condition::GrpcService(text) => text.matches(request.grpc_call().map(|it| it.0)),
            Condition::GrpcMethod(text) => text.matches(request.grpc_call().map(|it| it.1)),
            Condition::Source(source) => source.matches(request.source_ip.as_deref()),
            Condition::User(users) => basic_user(request).is_some_and(|it| users.contains(&it)),
            Condition::Never(_) => false,
        }
    }

    /// Why the condition does not hold, in words.
    pub fn mismatch(&self, request: &Request) -> Mismatch {
        let (reason, en, ko) = match &self.condition {
            Condition::Host(patterns) => {
                let hosts = join(patterns);
                let host = &request.host;
                (
                    "host-mismatch",
                    format!("host differs: it serves `{hosts}`, not `{host}`"),
                    format!("호스트가 다릅니다. `{hosts}` 호스트만 받고 `{host}` 호스트는 받지 않습니다"),
                )
            }
            Condition::Path(path) => (
                "path-mismatch",
                format!("path differs: it takes `{path}`, not `{}`", request.path),
                format!("경로가 다릅니다. `{path}` 경로를 받고 `{}` 경로는 받지 않습니다", request.path),
            ),
            Condition::Method(text) => (
                "method-mismatch",
                format!("method differs: it takes `{text}`, not `{}`", request.method),
                format!("메서드가 다릅니다. `{text}` 메서드만 받습니다"),
            ),
            Condition::Scheme(text) => (
                "scheme-mismatch",
                format!("scheme differs: it takes `{text}`, not `{}`", request.scheme.url()),
                format!("스킴이 다릅니다. `{text}` 스킴만 받습니다"),
            ),
            Condition::Authority(text) => (
                "authority-mismatch",
                format!("authority differs: it takes `{text}`, not `{}`", request.authority),
                format!("authority가 다릅니다. `{text}` 값만 받습니다"),
            ),
            Condition::Header(name, text) => match value_of(request, name) {
                Some(value) => (
                    "header-mismatch",
                    format!("header `{name}` differs: it wants `{text}`, not `{value}`"),
                    format!("`{name}` 헤더가 다릅니다. `{text}` 값이어야 하는데 `{value}` 값입니다"),
                ),
                None => (
                    "header-mismatch",
                    format!("header `{name}` is missing; it wants `{text}`"),
                    format!("`{name}` 헤더가 없습니다. `{text}` 값이어야 합니다"),
                ),
            },
            Condition::WithoutHeader(name, text) => (
                "header-mismatch",
                format!("header `{name}` must not be `{text}`"),
                format!("`{name}` 헤더가 `{text}` 값이면 안 됩니다"),
            ),
            Condition::Query(name, text) => (
                "query-mismatch",
                format!("query parameter `{name}` is not `{text}`"),
                format!("`{name}` 쿼리 매개변수가 `{text}` 값이 아닙니다"),
            ),
            Condition::AnyQuery(wanted) => none_of_query(wanted),
            Condition::Claim(keys, text) => claim_mismatch(keys, text, Wanted::Yes),
            Condition::WithoutClaim(keys, text) => claim_mismatch(keys, text, Wanted::No),
            Condition::Grpc => ("protocol-mismatch", "it takes gRPC calls alone".into(), "gRPC 호출만 받습니다".into()),
            Condition::GrpcService(text) => (
                "service-mismatch",
                format!("gRPC service differs: it takes `{text}`, not that of `{}`", request.path),
                format!(
                    "gRPC 서비스가 다릅니다. `{text}` 서비스를 받고 `{}` 경로의 서비스는 받지 않습니다",
                    request.path
                ),
            ),
            Condition::GrpcMethod(text) => (
                "method-mismatch",
                format!("gRPC method differs: it takes `{text}`, not that of `{}`", request.path),
                format!(
                    "gRPC 메서드가 다릅니다. `{text}` 메서드를 받고 `{}` 경로의 메서드는 받지 않습니다",
                    request.path
                ),
            ),
            Condition::Source(SourceMatch::Unknown) => (
                "source-mismatch",
                "the address of the client is known".to_owned(),
                "클라이언트 주소를 알고 있습니다".to_owned(),
            ),
            Condition::Source(SourceMatch::Within(ranges)) => {
                let (ranges, address) = (ranges.join(", "), request.source_ip.as_deref().unwrap_or("?"));
                (
                    "source-mismatch",
                    format!("client `{address}` is not in {ranges}"),
                    format!("클라이언트 `{address}` 주소가 {ranges} 범위에 없습니다"),
                )
            }
            // Nobody is told who the users are.
            Condition::User(_) => (
                "user-mismatch",
                "it shows no basic credentials of a user that is known here".to_owned(),
                "여기서 아는 사용자의 basic 자격 증명이 없습니다".to_owned(),
            ),
            Condition::Never(why) => return why.clone(),
        };
        Mismatch { reason, text: Text::new(en, ko), location: self.location }
    }
}

/// Whether a claim is to be so.
#[derive(Clone, Copy)]
enum Wanted {
    Yes,
    No,
}

fn claim_mismatch(keys: &[String], text: &TextMatch, wanted: Wanted) -> (&'static str, String, String) {
    let claim = keys.join(".");
    let (en, ko) = match wanted {
        Wanted::Yes => (
            format!("no claim `{claim}` of a token that a RequestAuthentication of the gateway took is `{text}`"),
            format!("게이트웨이의 RequestAuthentication이 받은 토큰에 `{text}` 값의 `{claim}` 클레임이 없습니다"),
        ),
        Wanted::No => {
            (format!("claim `{claim}` must not be `{text}`"), format!("`{claim}` 클레임이 `{text}` 값이면 안 됩니다"))
        }
    };
    ("claim-mismatch", en, ko)
}

fn has_claim(request: &Request, keys: &[String], text: &TextMatch) -> bool {
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    request.claim(&keys).into_iter().any(|it| text.matches(Some(it)))
}

/// Who a request says it is: `Basic`, then `user:password` in base64 (RFC 7617).
fn basic_user(request: &Request) -> Option<String> {
    let header = request.header("authorization")?;
    let (_, packed) = header.split_once(' ').filter(|(it, _)| it.eq_ignore_ascii_case("basic"))?;
    let shown = podpath_objects::unpacked(packed)?;
    let (user, _) = shown.split_once(':')?;
    (!user.is_empty()).then(|| user.to_owned())
}

/// An ALB searches headers of one name "in order until a match is found"; to others they are one text, joined by commas.
fn has_header(request: &Request, name: &str, text: &TextMatch) -> bool {
    if matches!(text, TextMatch::AnyGlob(_) | TextMatch::AnyRegex(_)) && !name.eq_ignore_ascii_case("host") {
        let mut named = request.headers.iter().filter(|(it, _)| it.eq_ignore_ascii_case(name));
        return named.any(|(_, value)| text.matches(Some(value)));
    }
    text.matches(value_of(request, name).as_deref())
}

/// Pseudo headers are told by their names, as Envoy takes them.
fn value_of(request: &Request, name: &str) -> Option<String> {
    match name {
        ":method" => Some(request.method.clone()),
        ":authority" => Some(request.authority.clone()),
        ":path" => Some(request.target()),
        ":scheme" => Some(request.scheme.url().to_owned()),
        _ if name.eq_ignore_ascii_case("host") => Some(request.authority.clone()),
        _ => request.header(name),
    }
}

/// What a query lacks.
fn none_of_query(wanted: &[(Option<String>, String)]) -> (&'static str, String, String) {
    let wanted = query_text(wanted);
    let ko = format!("쿼리에 `{wanted}` 값이 없습니다");
    ("query-mismatch", format!("the query has none of `{wanted}`"), ko)
}

/// A parameter whose name and value fit, without case.
fn has_query(request: &Request, name: Option<&str>, value: &str) -> bool {
    let wanted = value.to_ascii_lowercase();
    let fits = |(key, found): &(String, String)| {
        name.is_none_or(|it| it.eq_ignore_ascii_case(key)) && glob_with_escapes(&wanted, &found.to_ascii_lowercase())
    };
    request.query_pairs().iter().any(fits)
}

/// `name=glob`, or the glob alone, for people.
pub(crate) fn query_text(wanted: &[(Option<String>, String)]) -> String {
    let one = |(name, value): &(Option<String>, String)| match name {
        Some(name) => format!("{name}={value}"),
        None => value.clone(),
    };
    wanted.iter().map(one).collect::<Vec<_>>().join("`, `")
}

fn join(patterns: &[HostPattern]) -> String {
    patterns.iter().map(ToString::to_string).collect::<Vec<_>>().join("`, `")
}
