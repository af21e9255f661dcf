//! What surrounds the mesh: conditions that a status reports, versions of CRDs, the control plane's own settings.

use podpath_objects::{Reader, RequestAuthentication, Workload};
use podpath_source::{Diagnostic, Severity};

use crate::rule::Rule;
use crate::{Check, Context, DocumentContext, Lint};

/// IST0171: a status that was pasted says that something does not hold (istio `analyzers/conditions`).
pub(crate) static FAILED_CONDITION: Rule = Rule {
    lint: Lint {
        code: "failed-condition",
        severity: Severity::Warning,
        aliases: &["IST0171"],
        check: Check::Document(failed_condition),
    },
    message: ["the status says {0}={1}, reason {2}", "status에 {0}={1} 조건이 있습니다. 이유: {2}"],
    help: ["its controller's own words: {3}", "컨트롤러의 설명: {3}"],
};

/// IST0176: the Gateway API's CRDs are older than what Istio reads; it leaves out such kinds without a word.
pub(crate) static OLD_CRD: Rule = Rule {
    lint: Lint {
        code: "outdated-crd",
        severity: Severity::Warning,
        aliases: &["IST0176"],
        check: Check::Document(old_crd),
    },
    message: [
        "Istio reads `{0}` from version {1} of the Gateway API; this CRD is of version {2}",
        "Istio는 Gateway API {1} 버전부터 `{0}` kind를 읽습니다. 이 CRD는 {2} 버전입니다",
    ],
    help: [
        "objects of this kind do nothing until the CRDs of the Gateway API are updated",
        "Gateway API의 CRD를 올리기 전까지 이 kind의 오브젝트는 효과가 없습니다",
    ],
};

/// IST0175: with tokens checked anywhere, the control plane asks any address for keys, unless it is told where not to.
pub(crate) static OPEN_KEY_FETCH: Rule = Rule {
    lint: Lint {
        code: "open-key-fetch",
        severity: Severity::Warning,
        aliases: &["IST0175"],
        check: Check::Cluster(open_key_fetch),
    },
    message: [
        "`{0}` fetches the keys of RequestAuthentications ({1}) from any address, inner ones included",
        "`{0}` Deployment는 RequestAuthentication({1}개)의 키를 내부 주소를 포함해 어디에서나 가져옵니다",
    ],
    help: [
        "set `BLOCKED_CIDRS_IN_JWKS_URIS` of istiod to the ranges that no `jwksUri` should reach",
        "istiod의 `BLOCKED_CIDRS_IN_JWKS_URIS` 환경 변수에 `jwksUri`가 닿지 말아야 할 범위를 적으세요",
    ],
};

/// Kinds whose status Istio writes. Routes and Gateways of the Gateway API report to several parents.
const WITH_STATUS: &[(&str, &str)] = &[
    ("", "Service"),
    ("networking.istio.io", "ServiceEntry"),
    ("security.istio.io", "AuthorizationPolicy"),
    ("gateway.networking.k8s.io", "Gateway"),
    ("gateway.networking.k8s.io", "HTTPRoute"),
    ("gateway.networking.k8s.io", "GRPCRoute"),
    ("gateway.networking.k8s.io", "TLSRoute"),
    ("gateway.networking.k8s.io", "TCPRoute"),
];

fn failed_condition(context: &DocumentContext<'_>, found: &mut Vec<Diagnostic>) {
    for (object, _) in context.objects(WITH_STATUS) {
        let status = object.get("status");
        let of_parents = status.get("parents").items().map(|it| it.get("conditions"));
        for condition in of_parents.chain([status.get("conditions")]).flat_map(Reader::items) {
            let text = |key: &str| condition.get(key).scalar().unwrap_or_default();
            let (name, value, reason) = (text("type"), text("status"), text("reason"));
            if is_failure(&name, &value, &reason) {
                let location = context.at(condition.get("status").span());
                found.push(FAILED_CONDITION.found(location, &[&name, &value, &reason, &text("message")]));
            }
        }
    }
}

/// Types with the domain of others are none of Istio's; `PartiallyInvalid` and the like are bad when they are True.
fn is_failure(name: &str, value: &str, reason: &str) -> bool {
    let is_others = name.split_once('/').is_some_and(|(domain, _)| !domain.ends_with("istio.io"));
    let is_bad_when_true = matches!(name, "PartiallyInvalid" | "Conflicted" | "OverlappingTLSConfig");
    match value.to_ascii_lowercase().as_str() {
        "false" => !is_others && !is_bad_when_true,
        "true" => is_bad_when_true || reason == "PartiallyInvalid",
        _ => false,
    }
}

/// Kind, plural and the least version (istio `pkg/config/schema/gatewayapi`).
const LEAST: &[(&str, &str, (u32, u32))] = &[
    ("GRPCRoute", "grpcroutes.gateway.networking.k8s.io", (1, 1)),
    ("BackendTLSPolicy", "backendtlspolicies.gateway.networking.k8s.io", (1, 4)),
    ("TLSRoute", "tlsroutes.gateway.networking.k8s.io", (1, 5)),
];

fn old_crd(context: &DocumentContext<'_>, found: &mut Vec<Diagnostic>) {
    for (object, _) in context.objects(&[("apiextensions.k8s.io", "CustomResourceDefinition")]) {
        let metadata = object.get("metadata");
        let Some(name) = metadata.get("name").text() else { continue };
        let Some((kind, _, least)) = LEAST.iter().find(|it| it.1 == name.value) else { continue };
        let written = metadata.get("annotations").get("gateway.networking.k8s.io/bundle-version");
        let Some(version) = written.text() else { continue };
        if major_minor(&version.value).is_some_and(|it| it < *least) {
            let wanted = format!("v{}.{}.0", least.0, least.1);
            found.push(OLD_CRD.found(context.at(version.span), &[kind, &wanted, &version.value]));
        }
    }
}

fn major_minor(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim_start_matches('v').split(['.', '-', '+']);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn open_key_fetch(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let n_policies = context.cluster.all::<RequestAuthentication>().count();
    if n_policies == 0 {
        return;
    }
    for workload in context.cluster.all::<Workload>() {
        let meta = &workload.entry.resource.meta;
        let is_istiod = meta.kind.value == "Deployment" && meta.labels.get("app") == Some("istiod");
        if is_istiod && !workload.object.template.containers.iter().any(|it| it.blocks_jwks) {
            let values = [workload.name(), &n_policies.to_string()];
            found.push(OPEN_KEY_FETCH.found(workload.at(meta.name_span()), &values));
        }
    }
}
