//! The sentences of Istio's policies.

pub(in crate::trace) mod inbound;
pub(super) mod inject;

use podpath_cluster::{Cluster, ResourceId};
use podpath_source::{Location, Text};

use super::authz::{Answer, Decision};
use super::jwt::Rule;
use super::peer::{Mode, Mtls};
use super::source::Seen;
use crate::trace::words::{hop, name_of};
use crate::trace::{Candidate, Hop, HopKind, Stage, Verdict, Verdicted};

pub(super) fn external() -> Text {
    Text::new(
        "an external service decides about this request, and its answer is not in the manifests",
        "이 요청은 외부 인가 서비스가 결정하며, 그 답은 매니페스트에 없습니다",
    )
}

pub(super) fn no_provider() -> Text {
    Text::new(
        "the mesh configuration has no authorization provider of that name, so what the rule matches is denied",
        "메시 설정에 그 이름의 인가 공급자가 없어서, 규칙에 맞는 요청은 거부됩니다",
    )
}

pub(super) fn unknown_address() -> Text {
    Text::new(
        "the address that the proxy sees is not in the manifests; give the request a source address",
        "프록시에 보이는 주소가 매니페스트에 없습니다. 요청에 출발지 주소를 적어 주세요",
    )
}

pub(super) fn unknown_account() -> Text {
    Text::new(
        "which ServiceAccount the caller has is not in the manifests",
        "부르는 쪽의 ServiceAccount를 매니페스트로는 알 수 없습니다",
    )
}

pub(super) fn unknown_key(key: &str) -> Text {
    Text::new(format!("`{key}` is not modelled yet"), format!("`{key}` 키는 아직 다루지 않습니다"))
}

pub(super) fn no_rule(action: &str) -> Text {
    match action {
        "ALLOW" => Text::new("it has no rule, so it allows nothing", "규칙이 없어 아무것도 허용하지 않습니다"),
        _ => Text::new("it has no rule, so it stops nothing", "규칙이 없어 아무것도 막지 않습니다"),
    }
}

pub(super) fn matched(action: &str) -> Text {
    match action {
        "ALLOW" => Text::new("it allows this request", "이 요청을 허용합니다"),
        "DENY" => Text::new("it denies this request", "이 요청을 거부합니다"),
        _ => Text::new("it sends this request to an external service", "이 요청을 외부 인가 서비스에 묻습니다"),
    }
}

/// What of a rule does not fit.
pub(super) fn differs(field: &str, seen: &Seen<'_>) -> Text {
    if seen.is_http_only(field) {
        return Text::new(
            format!("`{field}` needs HTTP, and the port carries plain TCP, so the rule never matches"),
            format!("`{field}`는 HTTP에만 있는데 이 포트는 TCP라서 규칙이 맞을 수 없습니다"),
        );
    }
    let request = seen.request;
    let own = match field {
        "paths" => format!("`{}`", request.path),
        "methods" => format!("`{}`", request.method),
        "hosts" => format!("`{}`", request.authority),
        "ports" | "destination.port" => {
            let port = seen.port;
            return Text::new(
                format!("`{field}` does not fit {port}, the port of the Pod; it is not that of the Service"),
                format!("`{field}`가 Pod의 {port} 포트와 맞지 않습니다. Service의 포트가 아닙니다"),
            );
        }
        "principals"
        | "namespaces"
        | "serviceAccounts"
        | "source.principal"
        | "source.namespace"
        | "source.serviceAccount" => match seen.identity {
            None => {
                return Text::new(
                    format!("`{field}` needs mutual TLS, and the caller speaks plain text"),
                    format!("`{field}`는 mTLS가 있어야 맞는데 부르는 쪽이 평문을 보냅니다"),
                );
            }
            Some(it) => format!("`{}/{}`", it.namespace, it.account.as_deref().unwrap_or("?")),
        },
        _ => return Text::new(format!("`{field}` does not fit"), format!("`{field}` 조건이 맞지 않습니다")),
    };
    Text::new(format!("`{field}` does not fit {own}"), format!("`{field}` 조건이 {own} 값과 맞지 않습니다"))
}

fn policy_hop(cluster: &Cluster, resource: Option<ResourceId>, location: Option<Location>, detail: Text) -> Hop {
    hop(HopKind::Policy, resource, location, name_of(cluster, resource), detail)
}

fn failed(found: Hop, brief: Text) -> Hop {
    Hop { failed: true, brief, ..found }
}

/// The hop of the PeerAuthentication that decides about a port; none where no policy does.
pub(in crate::trace) fn mtls_hop(cluster: &Cluster, mtls: &Mtls, port: u16, is_stopped: bool) -> Option<Hop> {
    let (resource, location, path) = mtls.by?;
    let (word, en, ko) = match mtls.mode {
        Mode::Strict => ("STRICT", "mutual TLS alone", "mTLS만"),
        Mode::Permissive => ("PERMISSIVE", "mutual TLS and plain text", "mTLS와 평문을 모두"),
        Mode::Disable => ("DISABLE", "plain text alone", "평문만"),
    };
    let detail = Text::new(
        format!("port {port} takes {en}: `{path}` is {word}"),
        format!("{port} 포트는 {ko} 받습니다. `{path}` 값이 {word}입니다"),
    );
    let candidate = |(id, place): &(ResourceId, Location)| {
        let is_chosen = *id == resource;
        let (verdict, reason, detail) = if is_chosen {
            (Verdicted::Chosen, "chosen", Text::new("it decides", "이 정책이 결정합니다"))
        } else {
            let text = Text::new(
                "a more specific or an older policy goes before it",
                "더 구체적이거나 더 오래된 정책이 먼저입니다",
            );
            (Verdicted::Lost, "less-specific", text)
        };
        Candidate { resource: Some(*id), location: *place, path: String::new(), verdict, reason, detail }
    };
    let found = policy_hop(cluster, Some(resource), Some(location), detail);
    let decided_by = (mtls.considered.len() > 1).then_some("most-specific");
    let found = Hop { candidates: mtls.considered.iter().map(candidate).collect(), decided_by, ..found };
    Some(if is_stopped { failed(found, Text::new("wants mutual TLS", "mTLS 필요")) } else { found })
}

/// The verdict of a connection that the TLS of the two ends keeps from coming about.
pub(in crate::trace) fn not_connected(cluster: &Cluster, mtls: &Mtls, pod: &str, status: Option<u16>) -> Verdict {
    let policy = mtls.by.map_or_else(String::new, |(id, ..)| name_of(cluster, Some(id)).en);
    let status = status.map_or_else(String::new, |it| format!("{it} "));
    let (title, detail) = match mtls.mode {
        Mode::Strict => (
            Text::new(
                format!("{status}PeerAuthentication `{policy}` lets no plain text in"),
                format!("{status}PeerAuthentication `{policy}` 때문에 평문은 받지 않습니다"),
            ),
            Text::new(
                format!("the sidecar of `{pod}` takes mutual TLS alone, and the caller has none"),
                format!("`{pod}`의 사이드카는 mTLS만 받는데 부르는 쪽이 mTLS를 쓰지 않습니다"),
            ),
        ),
        _ => (
            Text::new(
                format!("{status}The caller speaks mutual TLS, and `{pod}` does not"),
                format!("{status}부르는 쪽은 mTLS를 쓰는데 `{pod}`는 쓰지 않습니다"),
            ),
            Text::new("the TLS handshake fails", "TLS 핸드셰이크가 실패합니다"),
        ),
    };
    Verdict { title, detail, stage: Some(Stage::Traffic), location: mtls.by.map(|(_, location, _)| location) }
}

/// The hop of Pods that policies select in vain, since no sidecar takes the connection.
pub(in crate::trace) fn in_vain_hop(cluster: &Cluster, policy: (ResourceId, Location), why: &Text) -> Hop {
    let detail = Text::new(
        format!("it does nothing here, for no sidecar takes the connection: {}", why.en),
        format!("연결을 받는 사이드카가 없어 정책이 적용되지 않습니다. {}", why.ko),
    );
    policy_hop(cluster, Some(policy.0), Some(policy.1), detail)
}

/// The hop of a token.
pub(in crate::trace) fn token_hop(cluster: &Cluster, rule: &Rule, body: Option<&str>) -> Hop {
    let issuer = &rule.issuer;
    let (verdict, reason, detail) = match body {
        None => (
            Verdicted::Chosen,
            "matched",
            Text::new(format!("the token of `{issuer}` is right"), format!("`{issuer}`의 토큰이 맞습니다")),
        ),
        Some(body) => (
            Verdicted::Mismatch,
            "token-refused",
            Text::new(format!("it does not take the token: {body}"), format!("토큰을 받지 않습니다: {body}")),
        ),
    };
    let candidate = Candidate {
        resource: Some(rule.policy),
        location: rule.location,
        path: rule.path.clone(),
        verdict,
        reason,
        detail: detail.clone(),
    };
    let found = policy_hop(cluster, Some(rule.policy), Some(rule.location), detail);
    let found = Hop { candidates: vec![candidate], ..found };
    if body.is_some() { failed(found, Text::new("token refused", "토큰 거부")) } else { found }
}

/// The verdict of a token that is not taken.
pub(in crate::trace) fn token_refused(cluster: &Cluster, rule: &Rule, status: u16, body: &str) -> Verdict {
    let policy = name_of(cluster, Some(rule.policy)).en;
    let title = Text::new(
        format!("{status} RequestAuthentication `{policy}` refuses the token"),
        format!("{status} RequestAuthentication `{policy}` 정책이 토큰을 거부합니다"),
    );
    let detail = Text::new(
        format!("{body}; a request without any token would pass this policy"),
        format!("{body}. 토큰이 아예 없는 요청은 이 정책을 통과합니다"),
    );
    Verdict { title, detail, stage: Some(Stage::Traffic), location: Some(rule.location) }
}

/// The hop of AuthorizationPolicies; none where none is for the workload.
pub(in crate::trace) fn authorization_hop(cluster: &Cluster, answer: &Answer) -> Option<Hop> {
    let deciding = match answer.decision {
        Decision::Open => return None,
        Decision::Allowed(Some(at)) | Decision::Denied(at) => answer.candidates.get(at),
        _ => None,
    };
    let shown = deciding.or(answer.candidates.last())?;
    let (name, path) = (name_of(cluster, shown.resource).en, &shown.path);
    let (detail, is_stopped) = match &answer.decision {
        Decision::Open => return None,
        Decision::Allowed(Some(_)) => (
            Text::new(format!("`{name}` allows it, by `{path}`"), format!("`{name}`의 `{path}` 규칙이 허용합니다")),
            false,
        ),
        Decision::Allowed(None) => (
            Text::new(
                "no rule of DENY matches, and there is no policy of ALLOW",
                "DENY 규칙에 맞지 않고 ALLOW 정책은 없습니다",
            ),
            false,
        ),
        Decision::Denied(_) => (
            Text::new(format!("`{name}` denies it, by `{path}`"), format!("`{name}`의 `{path}` 규칙이 거부합니다")),
            true,
        ),
        Decision::NotAllowed => (
            Text::new(
                "there are policies of ALLOW, and no rule of theirs matches",
                "ALLOW 정책이 있는데 맞는 규칙이 하나도 없습니다",
            ),
            true,
        ),
        Decision::Unknown(_, _, why) => (why.clone(), true),
    };
    let found = policy_hop(cluster, shown.resource, Some(shown.location), detail);
    let decided_by = deciding.map(|_| if is_stopped { "denied" } else { "allowed" });
    let found = Hop { candidates: answer.candidates.clone(), decided_by, ..found };
    Some(if is_stopped { failed(found, Text::new("not allowed", "허용 안 됨")) } else { found })
}

/// The verdict of a request that policies keep out.
pub(in crate::trace) fn denied(cluster: &Cluster, answer: &Answer) -> Verdict {
    let of = |it: &Candidate| (name_of(cluster, it.resource).en, it.path.clone(), it.location);
    let at = if let Decision::Denied(at) = answer.decision { Some(at) } else { None };
    let deciding = at.and_then(|at| answer.candidates.get(at));
    if let Some((name, path, location)) = deciding.map(of) {
        let title = Text::new(
            format!("403 AuthorizationPolicy `{name}` denies it"),
            format!("403 AuthorizationPolicy `{name}` 정책이 거부합니다"),
        );
        let by_rule = || {
            Text::new(
                format!("the rule `{path}` matches, and DENY goes before ALLOW"),
                format!("`{path}` 규칙에 맞고, DENY가 ALLOW보다 먼저입니다"),
            )
        };
        let told = deciding.filter(|it| it.reason == "no-provider").map(|it| it.detail.clone());
        let detail = told.unwrap_or_else(by_rule);
        return Verdict { title, detail, stage: Some(Stage::Traffic), location: Some(location) };
    }
    let last = answer.candidates.last().map(of);
    let name = last.as_ref().map_or_else(String::new, |it| it.0.clone());
    let title = Text::new(
        format!("403 No rule of AuthorizationPolicy `{name}` allows it"),
        format!("403 AuthorizationPolicy `{name}`에 허용하는 규칙이 없습니다"),
    );
    let detail = Text::new(
        "as soon as one ALLOW policy is for a workload, one of their rules must match",
        "워크로드에 ALLOW 정책이 하나라도 있으면 그 규칙 가운데 하나는 맞아야 합니다",
    );
    Verdict { title, detail, stage: Some(Stage::Traffic), location: last.map(|it| it.2) }
}
