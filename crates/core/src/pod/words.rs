//! The sentences about Pods.

use podpath_cluster::Misfit;
use podpath_objects::{NetworkPolicy, PolicyRule};
use podpath_routing::mesh::Mtls;
use podpath_source::Text;

pub(super) fn mtls(found: &Mtls, name: &str) -> Text {
    let (en, ko) = match found.level {
        "port" => ("sets it for this port", "이 포트에 정한 값입니다"),
        "workload" => ("selects these Pods", "이 Pod를 선택합니다"),
        "namespace" => ("is for the whole namespace", "네임스페이스 전체에 적용됩니다"),
        "mesh" => ("is for the whole mesh", "메시 전체에 적용됩니다"),
        _ => {
            return Text::new(
                "no PeerAuthentication says it: plain text and mutual TLS are both taken",
                "정하는 PeerAuthentication이 없어 평문과 mTLS를 모두 받습니다",
            );
        }
    };
    Text::new(format!("PeerAuthentication `{name}` {en}"), format!("PeerAuthentication `{name}`: {ko}"))
}

pub(super) fn in_vain() -> Text {
    Text::new("does nothing here: these Pods have no sidecar", "사이드카가 없는 Pod라 적용되지 않습니다")
}

pub(super) fn tokens(issuers: &str) -> Text {
    if issuers.is_empty() {
        return Text::new("takes no token at all", "받는 토큰이 없습니다");
    }
    Text::new(
        format!("refuses a token that is not of `{issuers}`; a request without a token passes"),
        format!("`{issuers}`의 토큰이 아니면 거부하고, 토큰이 없는 요청은 통과시킵니다"),
    )
}

pub(super) fn egress(hosts: Option<&[String]>) -> Text {
    let Some(hosts) = hosts else {
        return Text::new(
            "sets how the proxy works; the whole mesh is known",
            "프록시 동작을 정하고, 메시 전체를 압니다",
        );
    };
    let hosts = hosts.join(", ");
    Text::new(format!("its proxy knows `{hosts}` alone"), format!("프록시는 `{hosts}`만 압니다"))
}

pub(super) fn network(policy: &NetworkPolicy) -> Text {
    let side = |is_on: bool, rules: &[PolicyRule], en: &str, ko: &str| {
        is_on.then(|| match rules.len() {
            0 => Text::new(format!("nothing may {en}"), format!("{ko} 트래픽은 모두 막습니다")),
            _ if rules.iter().any(|it| it.peers.is_empty() && it.ports.is_empty()) => {
                Text::new(format!("everything may {en}"), format!("{ko} 트래픽은 모두 허용합니다"))
            }
            1 => {
                Text::new(format!("only what one rule allows may {en}"), format!("{ko} 트래픽은 규칙 1개만 허용합니다"))
            }
            n => Text::new(
                format!("only what {n} rules allow may {en}"),
                format!("{ko} 트래픽은 규칙 {n}개만 허용합니다"),
            ),
        })
    };
    let sides = [
        side(policy.is_ingress, &policy.ingress, "come in", "들어오는"),
        side(policy.is_egress, &policy.egress, "go out", "나가는"),
    ];
    let both = sides
        .into_iter()
        .flatten()
        .reduce(|a, b| Text::new(format!("{}; {}", a.en, b.en), format!("{}. {}", a.ko, b.ko)));
    both.unwrap_or_else(|| Text::new("isolates nothing", "아무것도 막지 않습니다"))
}

pub(super) fn peer(mode: &str, n_ports: usize, counts: bool) -> Text {
    if !counts {
        return Text::new(
            "does not decide: a nearer or an older one does, or it sets no mode",
            "결정하지 않습니다. 더 가깝거나 오래된 정책이 있거나, 모드를 정하지 않았습니다",
        );
    }
    let (en, ko) = match mode {
        "STRICT" => ("only mutual TLS is taken", "mTLS만 받습니다"),
        "PERMISSIVE" => ("plain text and mutual TLS are both taken", "평문과 mTLS를 모두 받습니다"),
        "DISABLE" => ("no mutual TLS is taken", "mTLS를 받지 않습니다"),
        _ => ("the mode of the whole is inherited", "전체 모드는 물려받습니다"),
    };
    match n_ports {
        0 => Text::new(en, ko),
        n => Text::new(format!("{en}; {n} of the ports by themselves"), format!("{ko}. 포트 {n}개는 따로 정합니다")),
    }
}

pub(super) fn authorization(action: &str, n_rules: usize, takes_all: bool, is_dry_run: bool) -> Text {
    if is_dry_run {
        return Text::new("a dry run: it only counts what it would do", "시험 실행이라 결과만 기록합니다");
    }
    match (action, n_rules) {
        ("ALLOW", 0) => {
            Text::new("`ALLOW` without a rule: everything is denied", "규칙 없는 `ALLOW`라 모두 거부합니다")
        }
        (_, 0) => Text::new(
            format!("`{action}` without a rule does nothing"),
            format!("규칙 없는 `{action}`라 하는 일이 없습니다"),
        ),
        ("ALLOW", _) if takes_all => {
            Text::new("`ALLOW` with an empty rule: everything is allowed", "빈 규칙이 있는 `ALLOW`라 모두 허용합니다")
        }
        ("DENY", _) if takes_all => {
            Text::new("`DENY` with an empty rule: everything is denied", "빈 규칙이 있는 `DENY`라 모두 거부합니다")
        }
        ("ALLOW", n) => Text::new(
            format!("`ALLOW`: one of {n} must match"),
            format!("`ALLOW`: 규칙 {n}개 가운데 하나에 맞아야 합니다"),
        ),
        ("DENY", n) => Text::new(
            format!("`DENY`: denied when one of {n} matches"),
            format!("`DENY`: 규칙 {n}개 가운데 하나라도 맞으면 거부합니다"),
        ),
        ("CUSTOM", _) => Text::new("`CUSTOM`: an external service is asked", "`CUSTOM`: 외부 인가 서비스에 묻습니다"),
        _ => Text::new(format!("`{action}`: only logs"), format!("`{action}`: 기록만 합니다")),
    }
}

pub(super) fn filter(n_patches: usize) -> Text {
    Text::new(format!("changes the proxy by {n_patches} patches"), format!("패치 {n_patches}개로 프록시를 바꿉니다"))
}

pub(super) fn no_account(name: &str, namespace: &str) -> Text {
    Text::new(
        format!("`{name}` is not in namespace `{namespace}`: the API server refuses the Pods"),
        format!("`{namespace}` 네임스페이스에 `{name}` ServiceAccount가 없어 API 서버가 Pod를 거부합니다"),
    )
}

pub(super) fn default_account() -> Text {
    Text::new("every namespace has one; it carries no IAM role", "모든 네임스페이스에 있으며 IAM 역할이 없습니다")
}

pub(super) fn no_role(name: &str) -> Text {
    Text::new(
        format!("`{name}` has no annotation `eks.amazonaws.com/role-arn`: no IAM role"),
        format!("`{name}`에 `eks.amazonaws.com/role-arn` 어노테이션이 없어 IAM 역할이 없습니다"),
    )
}

pub(super) fn role(arn: &str) -> Text {
    Text::new(format!("AWS calls are made as `{arn}`"), format!("AWS를 부를 때 `{arn}` 역할을 씁니다"))
}

pub(super) fn no_role_arn(arn: &str) -> Text {
    Text::new(format!("`{arn}` is not the ARN of an IAM role"), format!("`{arn}` 값은 IAM 역할의 ARN이 아닙니다"))
}

pub(super) fn placement(n_fit: Option<usize>, n_nodes: usize) -> Text {
    match n_fit {
        None => Text::new(
            "no Node is in the manifests: where they run is not known",
            "매니페스트에 Node가 없어 어디에서 실행될지 알 수 없습니다",
        ),
        Some(0) => Text::new(
            format!("none of {n_nodes} Nodes fits: the Pods stay Pending"),
            format!("맞는 Node가 없습니다(전체 {n_nodes}개). Pod는 Pending에 머뭅니다"),
        ),
        Some(n) => {
            Text::new(format!("{n} of {n_nodes} Nodes fit"), format!("Node {n_nodes}개 가운데 {n}개가 맞습니다"))
        }
    }
}

pub(super) fn misfit(misfit: &Misfit, node: &str) -> Text {
    match misfit {
        Misfit::Name(_) => Text::new("`nodeName` names another Node", "`nodeName`이 다른 Node를 가리킵니다"),
        Misfit::Selector(key, value, _) => Text::new(
            format!("`{node}` has no label `{key}: {value}`"),
            format!("`{node}`에 `{key}: {value}` 레이블이 없습니다"),
        ),
        Misfit::Affinity(_) => {
            Text::new("no required term of `nodeAffinity` holds", "`nodeAffinity`의 필수 조건에 맞지 않습니다")
        }
        Misfit::Topology(key) => {
            let key = &key.value;
            Text::new(
                format!("`{node}` has no label `{key}`, which is a `topologyKey` of these Pods"),
                format!("이 Pod의 `topologyKey`인 `{key}` 레이블이 `{node}`에 없습니다"),
            )
        }
        Misfit::Taint(taint) => {
            let value = if taint.value.is_empty() { String::new() } else { format!("={}", taint.value) };
            let taint = format!("{}{value}:{}", taint.key, taint.effect);
            Text::new(format!("the taint `{taint}` is not tolerated"), format!("`{taint}` 테인트를 허용하지 않습니다"))
        }
    }
}
