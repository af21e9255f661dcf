//! What policies are for: selectors of Pods, and references to what they hang on.
//!
//! Source: `validateWorkloadSelector`, `ValidateAlphaWorkloadSelector`, `validatePolicyTargetReference`.

use super::Review;
use crate::Field;

/// What a `targetRef` may name, as the webhook prints them.
const ALLOWED: &str = "[core/v1/Service networking.istio.io/v1/ServiceEntry gateway.networking.k8s.io/v1/Gateway \
                       gateway.networking.k8s.io/v1/GatewayClass]";

/// `selector.matchLabels`, which may be missing.
pub(super) fn selector(review: &mut Review, selector: &Field<'_>) {
    if selector.exists() && selector.get("matchLabels").is_empty() {
        review.warn(selector, "workload selector specified without labels");
    }
}

/// `workloadSelector.labels` of the older kinds.
pub(super) fn old_selector(review: &mut Review, selector: &Field<'_>, kind: &str) {
    if selector.exists() && selector.get("labels").is_empty() {
        let words =
            format!("{kind}: workload selector specified without labels, will be applied to all services in namespace");
        review.warn(selector, &words);
    }
}

/// `selector`, `targetRef` and `targetRefs` of a policy; that at most one is there the schema says.
pub(super) fn policy(review: &mut Review, spec: &Field<'_>) {
    selector(review, &spec.get("selector"));
    let one = spec.get("targetRef");
    for it in spec.get("targetRefs").items().into_iter().chain(one.exists().then_some(one)) {
        let (group, kind) = (it.get("group").text(), it.get("kind").text());
        let is_allowed = matches!(
            (group, kind),
            ("" | "core", "Service")
                | ("networking.istio.io", "ServiceEntry")
                | ("gateway.networking.k8s.io", "Gateway" | "GatewayClass")
        );
        review.refuse_if(!is_allowed, &it, &format!("targetRef must be to one of {ALLOWED} but was {group}/{kind}"));
    }
}
