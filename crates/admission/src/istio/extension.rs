//! Telemetries and EnvoyFilters.
//!
//! Source: `ValidateTelemetry`, `validation/envoyfilter`. What the fields of Envoy itself mean is not
//! looked at.

use super::{Review, regex, target};
use crate::Field;

/// That providers have names the schema says.
pub(super) fn telemetry(review: &mut Review, spec: &Field<'_>) {
    target::policy(review, spec);
    let tracing = spec.get("tracing");
    if tracing.len() > 1 {
        review.warn(&tracing, "multiple tracing is not currently supported");
    }
    for it in tracing.items() {
        let (providers, tags) = (it.get("providers"), it.get("customTags"));
        if providers.len() > 1 {
            review.warn(&providers, "multiple providers is not currently supported");
        }
        for (name, tag) in tags.values() {
            review.refuse_if(name.is_empty(), &tag, "tag name may not be empty");
        }
    }
}

pub(super) fn envoy_filter(review: &mut Review, spec: &Field<'_>) {
    let words = "EnvoyFilter exposes internal implementation details that may change at any time. Prefer other APIs if \
                 possible, and exercise extreme caution, especially around upgrades.";
    review.remark(spec, words);
    target::old_selector(review, &spec.get("workloadSelector"), "Envoy filter");
    for it in spec.get("configPatches").items() {
        patch(review, &it);
    }
}

fn patch(review: &mut Review, it: &Field<'_>) {
    let (place, patch, matched) = (it.get("applyTo").text(), it.get("patch"), it.get("match"));
    let operation = patch.get("operation").text();
    let missing = match (place, patch.exists(), operation) {
        ("" | "INVALID", ..) => "missing applyTo",
        (_, false, _) => "missing patch",
        (_, _, "" | "INVALID") => "missing patch operation",
        (_, _, operation) if operation != "REMOVE" && !patch.get("value").exists() => {
            "missing patch value for non-remove operation"
        }
        _ => "",
    };
    if !missing.is_empty() {
        return review.refuse(it, &format!("Envoy filter: {missing}"));
    }
    let version = matched.get("proxy").get("proxyVersion");
    if let Some(why) = regex::refused(version.text()) {
        let words = format!("Envoy filter: invalid regex for proxy version, [error parsing regexp: {why}]");
        return review.refuse(&version, &words);
    }
    fits(review, place, &matched);
}

/// A patch of one thing cannot be chosen by another.
fn fits(review: &mut Review, place: &str, matched: &Field<'_>) {
    let (due, class) = match place {
        "LISTENER" | "FILTER_CHAIN" | "NETWORK_FILTER" | "HTTP_FILTER" => {
            ("listener", "listener class objects cannot have non listener match")
        }
        "ROUTE_CONFIGURATION" | "VIRTUAL_HOST" | "HTTP_ROUTE" => {
            ("routeConfiguration", "http route class objects cannot have non route configuration match")
        }
        "CLUSTER" => ("cluster", "cluster class objects cannot have non cluster match"),
        _ => return,
    };
    let others = ["listener", "routeConfiguration", "cluster"];
    if let Some(it) = others.iter().filter(|it| **it != due).map(|it| matched.get(it)).find(Field::exists) {
        return review.refuse(&it, &format!("Envoy filter: applyTo for {class}"));
    }
    filter(review, place, &matched.get("listener").get("filterChain").get("filter"));
}

fn filter(review: &mut Review, place: &str, filter: &Field<'_>) {
    const MANAGER: &str = "envoy.filters.network.http_connection_manager";
    if !filter.exists() {
        return;
    }
    if matches!(place, "LISTENER" | "FILTER_CHAIN") {
        review.warn(filter, &format!("Envoy filter: filter match has no effect when used with {place}"));
    }
    let (name, inner) = (filter.get("name").text(), filter.get("subFilter"));
    let wrong = if name.is_empty() {
        "filter match has no name to match on".to_owned()
    } else if !inner.exists() {
        return;
    } else if place != "HTTP_FILTER" {
        "subfilter match can be used with applyTo HTTP_FILTER only".to_owned()
    } else if name != MANAGER && name != "envoy.http_connection_manager" {
        format!("subfilter match requires filter match with {MANAGER}")
    } else if inner.get("name").text().is_empty() {
        "subfilter match has no name to match on".to_owned()
    } else {
        return;
    };
    review.refuse(filter, &format!("Envoy filter: {wrong}"));
}
