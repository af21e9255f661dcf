//! Requests of other origins: what a proxy answers to a preflight request, and what it adds to other answers.
//!
//! Source: gateway-api `apis/v1/httproute_types.go`, `HTTPCORSFilter`; the Fetch standard, "CORS protocol".

use crate::pattern::glob;
use crate::request::Request;
use crate::table::{Cors, Filter, HeaderChange};

/// The rule for other origins among some filters.
pub(crate) fn of(filters: &[Filter]) -> Option<&Cors> {
    filters.iter().find_map(|it| match it {
        Filter::Cors(cors) => Some(cors),
        _ => None,
    })
}

/// A browser asks before it sends the real request: `OPTIONS` with `Origin` and `Access-Control-Request-Method`.
pub(crate) fn is_preflight(request: &Request) -> bool {
    request.method == "OPTIONS"
        && request.header("origin").is_some()
        && request.header("access-control-request-method").is_some()
}

/// The headers of the answer to a preflight request; None when the origin is not allowed.
pub(crate) fn preflight(cors: &Cors, request: &Request) -> Option<HeaderChange> {
    let mut change = answer(cors, request)?;
    let mut set = |name: &str, listed: &[String], asked: &str| {
        // `*` is told as what was asked for, which also holds where credentials are sent.
        let any = listed.iter().any(|it| it == "*");
        // Istio hands its lists to Envoy joined by a comma alone, `*` being a name like another.
        let value = match (cors.matches.is_empty(), any) {
            (true, true) => request.header(asked),
            (true, false) => Some(listed.join(", ")),
            (false, _) => Some(listed.join(",")),
        };
        change.set.extend(value.filter(|it| !it.is_empty()).map(|it| (name.to_owned(), it)));
    };
    set("access-control-allow-methods", &cors.methods, "access-control-request-method");
    set("access-control-allow-headers", &cors.headers, "access-control-request-headers");
    change.set.extend(cors.max_age.map(|it| ("access-control-max-age".to_owned(), it.to_string())));
    Some(change)
}

/// "If not included, port `80` is assumed for `http` scheme origins, and port `443` is assumed for `https` origins."
fn without_default_port(origin: &str) -> String {
    let origin = origin.to_ascii_lowercase();
    let port = if origin.starts_with("https:") { ":443" } else { ":80" };
    origin.strip_suffix(port).unwrap_or(&origin).to_owned()
}

/// The origin of a request, told as the one that is allowed; None when it has none.
pub(crate) fn allow_origin(request: &Request) -> Option<HeaderChange> {
    let set = vec![("Access-Control-Allow-Origin".to_owned(), request.header("origin")?)];
    Some(HeaderChange { set, ..HeaderChange::default() })
}

/// The headers that are added to an answer; None when the request has no origin, or one that is not allowed.
pub(crate) fn answer(cors: &Cors, request: &Request) -> Option<HeaderChange> {
    let origin = request.header("origin")?;
    let any = cors.origins.iter().any(|it| it == "*");
    let fits = |it: &String| glob(&without_default_port(it), &without_default_port(&origin));
    let is_matched = cors.matches.iter().any(|it| it.matches(Some(&origin)));
    if !any && !is_matched && !cors.origins.iter().any(fits) {
        return None;
    }
    // "`*` can only be told where no credentials are sent."
    let told = if any && !cors.credentials { "*".to_owned() } else { origin };
    let mut set = vec![("access-control-allow-origin".to_owned(), told)];
    if cors.credentials {
        set.push(("access-control-allow-credentials".to_owned(), "true".to_owned()));
    }
    if !cors.exposed.is_empty() {
        set.push((
            "access-control-expose-headers".to_owned(),
            cors.exposed.join(if cors.matches.is_empty() { ", " } else { "," }),
        ));
    }
    Some(HeaderChange { set, ..HeaderChange::default() })
}
