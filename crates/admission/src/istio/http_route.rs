//! HTTP routes of a VirtualService.
//!
//! Source: `virtualservice.go` (`validateHTTPRoute`), and what it calls in `validation.go`.

use podpath_source::GRPC_CODES;

use super::Review;
use super::value::{self, durations};
use super::virtual_service::{asked_port, destination, gateway_names, weighted};
use super::{header, host, regex};
use crate::Field;
use crate::metadata::quoted;

pub(super) fn check(review: &mut Review, route: &Field<'_>, is_delegate: bool) {
    conflicts(review, route, is_delegate);
    for it in route.get("match").items() {
        matched(review, &it);
    }
    header::operations(review, &route.get("headers"));
    shared(review, &route.get("corsPolicy"));
    fault(review, &route.get("fault"));
    mirrors(review, route);
    redirect(review, route);
    direct_response(review, &route.get("directResponse"));
    retries(review, &route.get("retries"));
    rewrite(review, route);
    let targets = route.get("route");
    for it in targets.items() {
        header::operations(review, &it.get("headers"));
    }
    weighted(review, &targets);
    durations(review, route, &["timeout"]);
}

/// What excludes what, beside each of the ways to answer.
fn conflicts(review: &mut Review, route: &Field<'_>, is_delegate: bool) {
    let has = |key: &str| route.get(key).exists();
    let has_route = !route.get("route").is_empty();
    if has("delegate") && !is_delegate {
        let name = route.get("name").text();
        for (key, is_there) in [("redirect", has("redirect")), ("route", has_route)] {
            let words = format!("root HTTP route {name} must not specify {key}");
            review.refuse_if(is_there, &route.get(key), &words);
        }
        return;
    }
    review.refuse_if(has("delegate"), &route.get("delegate"), "delegate HTTP route cannot contain delegate");
    let (answer, words) = match (has("redirect"), has("directResponse")) {
        (true, _) => ("redirect", "redirect"),
        (_, true) => ("directResponse", "direct_response"),
        _ => {
            let words = "HTTP route, redirect or direct_response is required";
            review.refuse_if(!has_route, route, words);
            return both_mirrors(review, route);
        }
    };
    let place = route.get(answer);
    for (is_there, holder, what) in
        [(has_route, "route", "route"), (has("fault"), "route", "fault"), (has("rewrite"), "route rule", "rewrite")]
    {
        review.refuse_if(is_there, &place, &format!("HTTP {holder} cannot contain both {what} and {words}"));
    }
    let is_both = answer == "redirect" && has("directResponse");
    review.refuse_if(is_both, &place, "HTTP route rule cannot contain both direct_response and redirect");
    both_mirrors(review, route);
}

fn both_mirrors(review: &mut Review, route: &Field<'_>) {
    let (one, many) = (route.get("mirror"), route.get("mirrors"));
    review.refuse_if(one.exists() && !many.is_empty(), &one, "HTTP route cannot contain both mirror and mirrors");
}

fn matched(review: &mut Review, it: &Field<'_>) {
    for (name, value) in it.get("headers").values() {
        review.must(&value, header::matched(name));
        text(review, &value, "headers");
    }
    for (name, value) in it.get("withoutHeaders").values() {
        review.must(&value, header::matched(name));
        // `*` is no expression here: the header must not be there.
        if value.get("regex").text() != "*" {
            text(review, &value, "withoutHeaders");
        }
    }
    expression(review, &it.get("uri"), "uri");
    for key in ["scheme", "method", "authority"] {
        text(review, &it.get(key), key);
    }
    for (_, value) in it.get("queryParams").values() {
        text(review, &value, "queryParams");
    }
    asked_port(review, it);
    value::labels(review, &it.get("sourceLabels"));
    gateway_names(review, &it.get("gateways"));
    let source = it.get("sourceNamespace");
    let is_wrong = !source.is_empty() && !host::is_label(source.text());
    review.refuse_if(is_wrong, &source, &format!("sourceNamespace match {} is invalid", source.text()));
}

/// A match of a text: a prefix says something, an expression is one.
fn text(review: &mut Review, it: &Field<'_>, place: &str) {
    let prefix = it.get("prefix");
    if prefix.exists() && prefix.is_empty() {
        review.refuse(&prefix, &format!("\"{place}\": prefix string match should not be empty"));
    }
    expression(review, it, place);
}

fn expression(review: &mut Review, it: &Field<'_>, place: &str) {
    let pattern = it.get("regex");
    if pattern.exists() && pattern.is_empty() {
        review.refuse(&pattern, &format!("\"{place}\": regex string match should not be empty"));
    } else {
        review.must(&pattern, regex::complaint(pattern.text(), place));
    }
}

fn shared(review: &mut Review, policy: &Field<'_>) {
    const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*"];
    for it in policy.get("allowOrigins").items() {
        let is_empty = ["exact", "prefix", "regex"].iter().all(|key| it.get(key).is_empty());
        review.refuse_if(is_empty, &it, "'' is not a valid match type for CORS allow origins");
        if !is_empty {
            expression(review, &it, "corsPolicy.allowOrigins");
        }
    }
    for it in policy.get("allowMethods").items() {
        let words = format!("{} is not a supported HTTP method", quoted(it.text()));
        review.refuse_if(!METHODS.contains(&it.text()), &it, &words);
    }
    for it in ["allowHeaders", "exposeHeaders"].iter().flat_map(|key| policy.get(key).items()) {
        review.must(&it, header::shared(it.text()));
    }
    let age = policy.get("maxAge");
    durations(review, policy, &["maxAge"]);
    let is_finer = podpath_source::nanoseconds(age.text()).is_some_and(|it| it % 1_000_000_000 > 0);
    review.refuse_if(is_finer, &age, "max_age duration is accurate only to seconds precision");
}

fn fault(review: &mut Review, fault: &Field<'_>) {
    if !fault.exists() {
        return;
    }
    let (abort, delay) = (fault.get("abort"), fault.get("delay"));
    let is_nothing = !abort.exists() && !delay.exists();
    review.refuse_if(is_nothing, fault, "HTTP fault injection must have an abort and/or a delay");
    for it in [&abort, &delay].map(|it| it.get("percentage").get("value")) {
        review.must(&it, value::share(&it));
    }
    let (status, grpc, http2) = (abort.get("httpStatus"), abort.get("grpcStatus"), abort.get("http2Error"));
    if status.exists() {
        review.must(&status, http_status(status.int().unwrap_or_default()));
    } else if grpc.exists() {
        review.must(&grpc, grpc_status(grpc.text()));
    } else if http2.exists() {
        review.refuse(&http2, "HTTP/2 abort fault injection not supported yet");
    } else if abort.exists() {
        review.warn(&abort, "abort configured, but error type not set");
    }
    durations(review, &delay, &["fixedDelay", "exponentialDelay"]);
    let growing = delay.get("exponentialDelay");
    review.refuse_if(growing.exists(), &growing, "exponentialDelay not supported yet");
}

fn http_status(status: i64) -> Option<String> {
    (!(200..=600).contains(&status)).then(|| format!("HTTP status {status} is not in range 200-599"))
}

fn grpc_status(status: &str) -> Option<String> {
    let words = || {
        format!(
            "gRPC status {} is not supported. See https://github.com/grpc/grpc/blob/master/doc/statuscodes.md for a \
             list of supported codes, for example 'NOT_FOUND'",
            quoted(status)
        )
    };
    (!GRPC_CODES.contains(&status)).then(words)
}

fn mirrors(review: &mut Review, route: &Field<'_>) {
    for old in ["mirrorPercent", "mirror_percent"].map(|key| route.get(key)).iter().filter(|it| it.exists()) {
        let share = old.int().filter(|it| *it > 100);
        review.must(old, share.map(|it| format!("mirror_percent must have a max value of 100 (it has {it})")));
        review.warn(old, "using deprecated setting \"mirrorPercent\", use \"mirrorPercentage\" instead");
    }
    mirrored(review, &route.get("mirrorPercentage"), "mirror_percentage");
    destination(review, &route.get("mirror"));
    for it in route.get("mirrors").items() {
        destination(review, &it.get("destination"));
        mirrored(review, &it.get("percentage"), "mirror percentage");
    }
}

fn mirrored(review: &mut Review, percentage: &Field<'_>, name: &str) {
    let value = percentage.get("value");
    let share = value.number().unwrap_or_default();
    review.refuse_if(share > 100.0, &value, &format!("{name} must have a max value of 100 (it has {share:.6})"));
    review.refuse_if(share < 0.0, &value, &format!("{name} must have a min value of 0 (it has {share:.6})"));
}

fn redirect(review: &mut Review, route: &Field<'_>) {
    let redirect = route.get("redirect");
    if !redirect.exists() {
        return;
    }
    let has = |key: &str| !redirect.get(key).is_empty();
    if !["uri", "prefixRewrite", "authority", "scheme", "port", "derivePort"].into_iter().any(has) {
        return review.refuse(&redirect, "redirect must specify URI, authority, scheme, or port");
    }
    let words = "redirect may only contain one of URI or prefixRewrite";
    review.refuse_if(has("uri") && has("prefixRewrite"), &redirect, words);
    // What a regular expression matches has no prefix that could be written anew.
    let has_regex = route.get("match").items().iter().any(|it| it.get("uri").get("regex").exists());
    let words = "prefixRewrite of a redirect cannot be used with a regex match of the URI";
    review.refuse_if(has("prefixRewrite") && has_regex, &redirect, words);
    let (code, scheme, port) = (redirect.get("redirectCode"), redirect.get("scheme"), redirect.get("port"));
    let wrong = code.int().filter(|it| *it != 0 && !(300..=399).contains(it));
    review.must(&code, wrong.map(|it| format!("{it} is not a valid redirect code, must be 3xx")));
    let is_known = matches!(scheme.text(), "" | "http" | "https");
    review.refuse_if(!is_known, &scheme, "invalid redirect scheme, must be \"http\" or \"https\"");
    review.must(&port, port.int().filter(|it| *it > 0).and_then(value::port));
}

fn direct_response(review: &mut Review, response: &Field<'_>) {
    const LARGE: usize = 100 * 1024;
    if !response.exists() {
        return;
    }
    let body = response.get("body");
    let size = body.get("string").len() + body.get("bytes").len() / 4 * 3;
    let words = "large direct_responses may impact control plane performance";
    if size > 1024 * 1024 {
        review.refuse(&body, &format!("{words}, must be less than 1MB"));
    } else if size > LARGE {
        review.warn(&body, words);
    }
    let status = response.get("status");
    review.must(&status, http_status(status.int().unwrap_or_default()));
}

fn retries(review: &mut Review, retries: &Field<'_>) {
    if !retries.exists() {
        return;
    }
    let (attempts, on) = (retries.get("attempts"), retries.get("retryOn"));
    let written = attempts.int().unwrap_or_default();
    review.refuse_if(written < 0, &attempts, "attempts cannot be negative");
    let is_set =
        retries.get("perTryTimeout").exists() || retries.get("retryRemoteLocalities").exists() || !on.is_empty();
    let words = "http retry policy configured when attempts are set to 0 (disabled)";
    review.refuse_if(written == 0 && is_set, retries, words);
    durations(review, retries, &["perTryTimeout", "backoff"]);
    for it in on.text().split(',').filter(|_| !on.is_empty()) {
        review.refuse_if(!is_retry(it), &on, &format!("{} is not a valid retryOn policy", quoted(it)));
    }
}

/// A policy of Envoy, or a status that has a name.
fn is_retry(policy: &str) -> bool {
    const KNOWN: &[&str] = &[
        "5xx",
        "gateway-error",
        "reset",
        "reset-before-request",
        "connect-failure",
        "retriable-4xx",
        "refused-stream",
        "retriable-status-codes",
        "retriable-headers",
        "envoy-ratelimited",
        "http3-post-connect-failure",
        "cancelled",
        "deadline-exceeded",
        "internal",
        "resource-exhausted",
        "unavailable",
    ];
    let is_status = |it: u16| {
        matches!(it, 100..=103 | 200..=208 | 226 | 300..=305 | 307 | 308 | 400..=418 | 421..=426 | 428 | 429 | 431 | 451)
            || matches!(it, 500..=508 | 510 | 511)
    };
    KNOWN.contains(&policy) || policy.parse::<u16>().is_ok_and(is_status)
}

fn rewrite(review: &mut Review, route: &Field<'_>) {
    let rewrite = route.get("rewrite");
    authority(review, route, &rewrite);
    if !rewrite.exists() {
        return;
    }
    let (uri, regex) = (rewrite.get("uri"), rewrite.get("uriRegexRewrite"));
    if !uri.is_empty() && regex.exists() {
        return review.refuse(&rewrite, "rewrite may only contain one of URI or UriRegexRewrite");
    }
    if uri.is_empty() && !regex.exists() && rewrite.get("authority").is_empty() {
        let words = "rewrite must specify at least one of URI, UriRegexRewrite, or authority. Only one of URI or \
                     UriRegexRewrite may be specified";
        return review.refuse(&rewrite, words);
    }
    if !regex.exists() {
        return;
    }
    let pattern = regex.get("match");
    let why = if pattern.is_empty() || regex.get("rewrite").is_empty() {
        Some("UriRegexRewrite requires both Rewrite and Match fields to be specified".to_owned())
    } else {
        regex::complaint(pattern.text(), "HTTPRewrite.UriRegexRewrite.Match")
    };
    review.must(&regex, why.map(|it| format!("UriRegexRewrite has errors\n{it}")));
}

/// The host can be written anew in one place only.
fn authority(review: &mut Review, route: &Field<'_>, rewrite: &Field<'_>) {
    let mut current = rewrite.get("authority").text();
    let request = route.get("headers").get("request");
    for (name, it) in ["set", "add"].iter().flat_map(|key| request.get(key).values()) {
        if !header::is_authority(name) {
            continue;
        }
        if !current.is_empty() {
            let words = format!(
                "authority header cannot be set multiple times: have {}, attempting to set {}",
                quoted(current),
                quoted(it.text())
            );
            return review.refuse(&it, &words);
        }
        current = it.text();
    }
}
