//! RequestAuthentication: which tokens are right, and what becomes of them.
//!
//! Source: istio `pilot/pkg/security/authn/policy_applier.go`, Envoy's filter `jwt_authn`. A request without a token goes
//! through; one with a token that no rule takes is answered 401.

use podpath_cluster::{Cluster, Found, ResourceId};
use podpath_objects::{JwtRule, RequestAuthentication, TokenPlace, packed};
use podpath_source::{Location, Text};

use super::scope::Workload;
use crate::request::{Claim, Request};

/// What the policies say to the token of a request.
pub(in crate::trace) enum Verified {
    /// There is no policy, or no token.
    NotAsked,
    /// A rule takes the token.
    Right(Rule),
    /// No rule takes it: status, body, and the rule that it comes nearest to.
    Wrong(u16, &'static str, Rule),
    /// Manifests and request do not decide it.
    Unknown(Rule, Text),
}

/// A rule that decided.
#[derive(Clone, Debug)]
pub(in crate::trace) struct Rule {
    pub(in crate::trace) policy: ResourceId,
    pub(in crate::trace) location: Location,
    pub(in crate::trace) path: String,
    pub(in crate::trace) issuer: String,
    pub(super) outputs: Vec<(String, String)>,
    /// The headers that it and the rules before it make: what a client writes there itself goes.
    made: Vec<String>,
    pub(in crate::trace) split_claims: Vec<String>,
    pub(in crate::trace) forwards: bool,
    places: Vec<TokenPlace>,
}

/// Envoy allows clocks to differ by this many seconds.
const CLOCK_SKEW: i64 = 60;

/// Looks at the token of a request.
pub(in crate::trace) fn verify(cluster: &Cluster, workload: &Workload<'_>, request: &Request) -> Verified {
    let policies = workload.policies::<RequestAuthentication>(cluster, |it| &it.scope);
    let rules: Vec<_> = policies
        .iter()
        .flat_map(|policy| policy.object.rules.iter().enumerate().map(move |(idx, rule)| (policy, idx, rule)))
        .collect();
    let Some((policy, idx, first)) = rules.first() else { return Verified::NotAsked };
    let Some(claims) = &request.claims else {
        let held = |rule: &JwtRule| rule.places.iter().find_map(|it| token_at(request, it));
        let found = rules.iter().find_map(|(policy, idx, rule)| Some((held(rule)?, told(policy, *idx, rule))));
        return found.map_or(Verified::NotAsked, |(token, rule)| without_claims(&token, rule));
    };
    let issuer = claims.at(&["iss"]).map_or_else(Vec::new, Claim::texts).first().copied().unwrap_or_default();
    let mut nearest = None;
    for (n, (policy, idx, rule)) in rules.iter().enumerate().filter(|(_, (.., it))| it.issuer.value == issuer) {
        match wrong(claims, rule, cluster.settings.now) {
            None => {
                let made = rules.iter().take(n + 1).flat_map(|(.., it)| it.made_headers());
                let made = made.map(str::to_owned).collect();
                return Verified::Right(Rule { made, ..told(policy, *idx, rule) });
            }
            Some((status, body)) => nearest = Some(Verified::Wrong(status, body, told(policy, *idx, rule))),
        }
    }
    nearest.unwrap_or_else(|| Verified::Wrong(401, "Jwt issuer is not configured", told(policy, *idx, first)))
}

/// What stands at a place for tokens; a header without the prefix holds none.
fn token_at(request: &Request, place: &TokenPlace) -> Option<String> {
    match place {
        TokenPlace::Header(name, prefix) => {
            let value = request.header(name)?;
            value.split_once(prefix.as_str()).map(|(_, token)| token.trim().to_owned())
        }
        TokenPlace::Param(name) => request.query_value(name),
        TokenPlace::Cookie(name) => {
            let cookies = request.header("cookie")?;
            let mut pairs = cookies.split([';', ',']).filter_map(|it| it.trim().split_once('='));
            pairs.find(|(key, _)| key == name).map(|(_, value)| value.to_owned())
        }
    }
}

/// A token whose payload is not known.
fn without_claims(token: &str, rule: Rule) -> Verified {
    if token.split('.').count() != 3 {
        let body = "Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections";
        return Verified::Wrong(401, body, rule);
    }
    let why = Text::new(
        "whether the signature of the token is right is not known; give its claims instead of the header",
        "토큰의 서명이 맞는지 알 수 없습니다. 헤더 대신 claims로 알려 주세요",
    );
    Verified::Unknown(rule, why)
}

/// Why a rule does not take a token of its issuer: status and Envoy's own words.
fn wrong(claims: &Claim, rule: &JwtRule, now: i64) -> Option<(u16, &'static str)> {
    let time = |key: &str| claims.at(&[key]).and_then(Claim::number);
    if time("exp").is_some_and(|it| it.saturating_add(CLOCK_SKEW) < now) {
        return Some((401, "Jwt is expired"));
    }
    if time("nbf").is_some_and(|it| it.saturating_sub(CLOCK_SKEW) > now) {
        return Some((401, "Jwt not yet valid"));
    }
    let told = claims.at(&["aud"]).map_or_else(Vec::new, Claim::texts);
    let named = |wanted: &str| told.iter().any(|it| bare_audience(it) == bare_audience(wanted));
    let fits = rule.audiences.is_empty() || rule.audiences.iter().any(|it| named(&it.value));
    if fits { None } else { Some((403, "Audiences in Jwt are not allowed")) }
}

/// "Scheme portion of URI and trailing slash is removed before comparison" (Envoy, `check_audience.cc`).
fn bare_audience(audience: &str) -> &str {
    let bare = audience.strip_prefix("http://").or_else(|| audience.strip_prefix("https://")).unwrap_or(audience);
    bare.strip_suffix('/').unwrap_or(bare)
}

/// The request as it goes on where it brings no token: without the headers that rules make of one (Envoy, `jwt_authn`,
/// `sanitizeHeaders`). None where it has no such header.
pub(in crate::trace) fn sanitized(cluster: &Cluster, workload: &Workload<'_>, request: &Request) -> Option<Request> {
    let policies = workload.policies::<RequestAuthentication>(cluster, |it| &it.scope);
    let made: Vec<&str> = policies.iter().flat_map(|it| &it.object.rules).flat_map(JwtRule::made_headers).collect();
    let is_made = |name: &str| made.iter().any(|it| it.eq_ignore_ascii_case(name));
    if !request.headers.iter().any(|(name, _)| is_made(name)) {
        return None;
    }
    let mut request = request.clone();
    request.headers.retain(|(name, _)| !is_made(name));
    Some(request)
}

fn told(policy: &Found<'_, RequestAuthentication>, idx: usize, rule: &JwtRule) -> Rule {
    Rule {
        policy: policy.id,
        location: policy.at(rule.span),
        path: format!("spec.jwtRules[{idx}]"),
        issuer: rule.issuer.value.clone(),
        outputs: rule.outputs.clone(),
        made: vec![],
        split_claims: rule.split_claims.clone(),
        forwards: rule.forwards,
        places: rule.places.clone(),
    }
}

/// What a right token does to the request: claims count from here on, and some become headers. What a client writes into
/// such a header itself goes, and so does the header or, since Envoy 1.31, the query parameter that holds the token, unless it
/// is forwarded.
pub(in crate::trace) fn accept(rule: &Rule, request: &mut Request) {
    request.is_authenticated = true;
    for place in rule.places.iter().filter(|_| !rule.forwards) {
        match (place, token_at(request, place)) {
            (TokenPlace::Header(held, _), Some(_)) => {
                request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case(held));
            }
            (TokenPlace::Param(name), Some(_)) => request.remove_parameter(name),
            // Cookies stay (Envoy, `JwtCookieLocation::removeJwt`).
            _ => {}
        }
    }
    request.headers.retain(|(name, _)| !rule.made.iter().any(|it| it.eq_ignore_ascii_case(name)));
    let claims = request.claims.clone();
    for (header, path) in &rule.outputs {
        let keys: Vec<&str> = path.split('.').collect();
        if let Some(value) = claims.as_ref().and_then(|it| it.at(&keys)).and_then(header_value) {
            request.headers.push((header.to_ascii_lowercase(), value));
        }
    }
}

/// A claim as it is written into a header (Envoy, `addJWTClaimToHeader`): integers as they are, other numbers with six
/// digits, lists and maps as the base64 of their JSON, and nothing for null and the empty text.
fn header_value(claim: &Claim) -> Option<String> {
    let text = match claim {
        Claim::Text(text) => text.clone(),
        Claim::Other(text) => match text.parse::<f64>() {
            Ok(number) if number >= 0.0 && number.trunc() >= number => format!("{number:.0}"),
            Ok(number) => format!("{number:.6}"),
            Err(_) => text.clone(),
        },
        Claim::List(_) | Claim::Map(_) => packed(&json(claim)?),
    };
    Some(text).filter(|it| !it.is_empty() && *claim != Claim::Other("null".into()))
}

/// A claim as protobuf writes it in JSON, without blanks. None where that is not told: the order of several keys, letters that it
/// may escape, and how it rounds numbers.
fn json(claim: &Claim) -> Option<String> {
    Some(match claim {
        Claim::Text(text) => {
            let is_plain = |it: char| matches!(it, ' '..='~') && !matches!(it, '<' | '>');
            if !text.chars().all(is_plain) {
                return None;
            }
            format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
        }
        Claim::Other(text) => match text.parse::<f64>() {
            Ok(number) if number.fract().abs() > 0.0 || number.abs() >= 1e15 => return None,
            Ok(number) => format!("{number:.0}"),
            Err(_) => text.clone(),
        },
        Claim::List(items) => {
            let items: Option<Vec<String>> = items.iter().map(json).collect();
            format!("[{}]", items?.join(","))
        }
        Claim::Map(fields) => match fields.as_slice() {
            [] => "{}".to_owned(),
            [(key, value)] => format!("{{{}:{}}}", json(&Claim::Text(key.clone()))?, json(value)?),
            _ => return None,
        },
    })
}
