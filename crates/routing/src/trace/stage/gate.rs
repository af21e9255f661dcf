//! What a load balancer asks for before a rule acts: who is signed in, tokens, the version of the protocol.
//!
//! Source: Elastic Load Balancing user guide, "Authenticate users": a request without a session is sent to the identity
//! provider, or refused; "Verify JWTs": the issuer must be the one that is told, `exp`, `nbf` and `iat` are looked at, and the
//! other claims that are told must be there. A payload that is given without `exp` counts as one that has not expired.
//! "Troubleshoot", HTTP 464: the protocol of a request must be one that the target group speaks.

use podpath_source::{Location, Text};

use crate::request::{Claim, Request};
use crate::table::{Filter, Gate, Rule, TokenClaim};
use crate::trace::end::End;
use crate::trace::{Outcome, Stage, Verdict};

/// How the way ends here; None when the request may go on.
pub(super) fn stop(rule: &Rule, request: &Request, now: i64) -> Option<End> {
    let location = rule.origin.location;
    rule.filters.iter().find_map(|it| match it {
        Filter::Gate(Gate::Session(status)) => request.claims.is_none().then(|| without_session(*status, location)),
        Filter::Gate(Gate::Token { issuer, claims }) => token(request, issuer, claims, now, location),
        Filter::Gate(Gate::Spoken { version, is_tls }) => unspoken(request, version, *is_tls, location),
        _ => None,
    })
}

/// "The request is HTTP/1.1, and the target group speaks gRPC or HTTP/2; it is gRPC, and the target group speaks HTTP/1.1; it is
/// HTTP/2 and not POST, and the target group speaks gRPC." Without TLS clients speak HTTP/1.1 to an ALB; with TLS they may speak
/// HTTP/2, which is taken for granted.
fn unspoken(request: &Request, version: &str, is_tls: bool, location: Location) -> Option<End> {
    let fits = match version {
        "GRPC" => request.is_grpc() || (is_tls && request.method == "POST"),
        "HTTP2" => request.is_grpc() || is_tls,
        _ => !request.is_grpc(),
    };
    if fits {
        return None;
    }
    let title = Text::new(
        format!("464 The target group speaks {version}, and the request another protocol"),
        format!("464 대상 그룹의 프로토콜 버전은 {version}이며, 요청은 다른 프로토콜을 씁니다"),
    );
    let detail = Text::new(
        "the protocol version of the target group decides which requests it takes",
        "대상 그룹의 프로토콜 버전이 어떤 요청을 받는지 정합니다",
    );
    let verdict = Verdict { title, detail, stage: Some(Stage::Traffic), location: Some(location) };
    Some(End::answered(464, "incompatible-protocol", None, verdict))
}

fn without_session(status: u16, location: Location) -> End {
    let detail = Text::new(
        "the request has no session; give the claims of who is signed in",
        "요청에 세션이 없습니다. 로그인한 사용자는 claims로 알려 주세요",
    );
    if status >= 400 {
        return refused(
            "login-required",
            "Only who is signed in gets in",
            "로그인해야 들어올 수 있습니다",
            detail,
            location,
        );
    }
    let title = Text::new(
        format!("{status} Sent to the identity provider to sign in"),
        format!("{status} 로그인하도록 ID 공급자로 돌려보냅니다"),
    );
    let verdict = Verdict { title, detail, stage: None, location: Some(location) };
    End { outcome: Outcome::Redirected, ..End::answered(status, "login-required", None, verdict) }
}

fn refused(reason: &str, en: &str, ko: &str, detail: Text, location: Location) -> End {
    let title = Text::new(format!("401 {en}"), format!("401 {ko}"));
    let verdict = Verdict { title, detail, stage: Some(Stage::Traffic), location: Some(location) };
    End::answered(401, reason, None, verdict)
}

fn token(request: &Request, issuer: &str, wanted: &[TokenClaim], now: i64, location: Location) -> Option<End> {
    let refuse = |detail| {
        let (en, ko) = ("The load balancer does not take the token", "로드 밸런서가 토큰을 받지 않습니다");
        Some(refused("jwt-validation", en, ko, detail, location))
    };
    let Some(claims) = &request.claims else {
        // Whether the signature of a token is right is not known.
        if request.header("authorization").is_some_and(|it| it.starts_with("Bearer ")) {
            return Some(End::unsupported_at("request.headers.authorization".into(), location));
        }
        return refuse(Text::new("there is no token", "토큰이 없습니다"));
    };
    if !claims.at(&["iss"]).map_or_else(Vec::new, Claim::texts).contains(&issuer) {
        return refuse(Text::new(format!("its issuer must be `{issuer}`"), format!("발급자는 `{issuer}`여야 합니다")));
    }
    let time = |key: &str| claims.at(&[key]).and_then(Claim::number);
    if time("exp").is_some_and(|it| it < now) || ["nbf", "iat"].iter().any(|it| time(it).is_some_and(|it| it > now)) {
        return refuse(Text::new("it has expired, or is not valid yet", "만료되었거나 아직 유효하지 않습니다"));
    }
    for (idx, claim) in wanted.iter().enumerate() {
        let held = held(claims, claim);
        let n_held = claim.values.iter().filter(|it| held.contains(&it.as_str())).count();
        if n_held == 0 {
            let (name, values) = (&claim.name, claim.values.join("`, `"));
            return refuse(Text::new(
                format!("its claim `{name}` does not hold `{values}`"),
                format!("`{name}` 클레임에 `{values}` 값이 없습니다"),
            ));
        }
        // Whether one of several values is enough is not told.
        if n_held < claim.values.len() {
            return Some(End::unsupported_at(format!("additionalClaims[{idx}].values"), location));
        }
    }
    None
}

/// The values of a claim, where it has the form that is told.
fn held<'a>(claims: &'a Claim, wanted: &TokenClaim) -> Vec<&'a str> {
    match (claims.at(&[wanted.name.as_str()]), wanted.format.as_str()) {
        (Some(Claim::Text(text)), "space-separated-values") => text.split(' ').collect(),
        (Some(Claim::Text(text)), "single-string") => vec![text.as_str()],
        (Some(found @ Claim::List(_)), "string-array") => found.texts(),
        _ => vec![],
    }
}
