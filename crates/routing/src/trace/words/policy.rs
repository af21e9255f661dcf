//! The sentences of NetworkPolicies.

use podpath_cluster::Cluster;
use podpath_source::Text;

use super::{hop, name_of};
use crate::gateways::Gateway;
use crate::trace::network::{Connection, Direction, End, Permission, Source};
use crate::trace::{Hop, HopKind, Stage, Verdict, Verdicted};

pub(in crate::trace) fn allowed() -> Text {
    Text::new("it allows this connection", "이 연결을 허용합니다")
}

pub(in crate::trace) fn no_rule(direction: Direction) -> Text {
    match direction {
        Direction::Ingress => Text::new(
            "it has no rule of ingress, so it lets nothing in",
            "ingress 규칙이 없어서 들어오는 연결을 모두 막습니다",
        ),
        Direction::Egress => Text::new(
            "it has no rule of egress, so it lets nothing out",
            "egress 규칙이 없어서 나가는 연결을 모두 막습니다",
        ),
    }
}

pub(in crate::trace) fn not_allowed(reason: &str, connection: &Connection<'_>) -> Text {
    let (port, protocol) = (connection.port, connection.protocol);
    if reason == "port-mismatch" {
        return Text::new(
            format!(
                "it does not allow {protocol} port {port} of the Pod; ports are those of the Pod, not of the Service"
            ),
            format!("Pod의 {protocol} {port} 포트를 허용하지 않습니다. Service가 아니라 Pod의 포트를 적어야 합니다"),
        );
    }
    let who = source(connection.source);
    Text::new(format!("none of its peers is {}", who.en), format!("{}에 맞는 상대가 없습니다", who.ko))
}

pub(in crate::trace) fn unknown_pods() -> Text {
    Text::new(
        "which labels the Pods of this proxy carry is not in the manifests",
        "이 프록시의 Pod에 어떤 레이블이 있는지 매니페스트로는 알 수 없습니다",
    )
}

pub(in crate::trace) fn unknown_pod_address(cidr: &str) -> Text {
    Text::new(
        format!("whether the Pod's address lies in `{cidr}` is not in the manifests"),
        format!("Pod 주소가 `{cidr}` 안에 있는지 매니페스트로는 알 수 없습니다"),
    )
}

pub(in crate::trace) fn unknown_client_address(cidr: &str) -> Text {
    Text::new(
        format!("whether the client's address lies in `{cidr}` is not known; give the request a source address"),
        format!("클라이언트 주소가 `{cidr}` 안에 있는지 알 수 없습니다. 요청에 출발지 주소를 알려 주세요"),
    )
}

pub(in crate::trace) fn unknown_address(cidr: &str) -> Text {
    Text::new(
        format!("whether the load balancer's addresses lie in `{cidr}` is not in the manifests"),
        format!("로드 밸런서의 주소가 `{cidr}` 안에 있는지 매니페스트로는 알 수 없습니다"),
    )
}

pub(in crate::trace) fn one_pod() -> Text {
    Text::new(
        "the policy selects one Pod of the StatefulSet, and which Pod gets the connection is not known",
        "이 정책은 StatefulSet의 Pod 하나만 고르는데, 어느 Pod가 연결을 받는지 알 수 없습니다",
    )
}

pub(in crate::trace) fn host_network() -> Text {
    Text::new(
        "what a NetworkPolicy does to Pods with `hostNetwork` depends on the network plugin",
        "`hostNetwork` Pod에 NetworkPolicy가 어떻게 적용되는지는 네트워크 플러그인에 달려 있습니다",
    )
}

fn source(source: &Source) -> Text {
    match source {
        Source::Pod { namespace, labels } => {
            let app = ["app", "app.kubernetes.io/name", "istio"].iter().find_map(|key| labels.get(key));
            match app {
                Some(app) => Text::new(
                    format!("the Pod `{app}` of namespace `{namespace}`"),
                    format!("`{namespace}` 네임스페이스의 `{app}` Pod"),
                ),
                None => Text::new(
                    format!("this Pod of namespace `{namespace}`"),
                    format!("`{namespace}` 네임스페이스의 이 Pod"),
                ),
            }
        }
        Source::Proxy => Text::new("the gateway", "게이트웨이"),
        Source::Client(Some(ip)) => Text::new(
            format!("the client `{ip}`, whose address is no Pod's: only an `ipBlock` can name it"),
            format!("클라이언트 `{ip}`(Pod가 아니므로 `ipBlock`으로만 적을 수 있습니다)"),
        ),
        Source::Client(None) => Text::new(
            "the client, whose address is no Pod's: only an `ipBlock` can name it",
            "클라이언트(Pod가 아니므로 `ipBlock`으로만 적을 수 있습니다)",
        ),
        Source::Network | Source::Given => Text::new(
            "the load balancer, whose address is no Pod's: only an `ipBlock` can name it",
            "로드 밸런서(Pod가 아니므로 `ipBlock`으로만 적을 수 있습니다)",
        ),
    }
}

/// The hop of the policies of one end; none where no policy selects the Pod.
pub(in crate::trace) fn policy_hop(cluster: &Cluster, end: &End, connection: &Connection<'_>) -> Option<Hop> {
    let deciding = match end.permission {
        Permission::Allowed(at) => end.candidates.get(at),
        _ => end.candidates.first(),
    }?;
    let name = name_of(cluster, deciding.resource);
    let (detail, failed) = match &end.permission {
        Permission::Open => return None,
        Permission::Allowed(_) => {
            let (name, path) = (&name.en, &deciding.path);
            let text = match end.direction {
                Direction::Ingress => Text::new(
                    format!("`{name}` lets it in, by `{path}`"),
                    format!("`{name}`의 `{path}` 규칙이 들어오는 연결을 허용합니다"),
                ),
                Direction::Egress => Text::new(
                    format!("`{name}` lets it out, by `{path}`"),
                    format!("`{name}`의 `{path}` 규칙이 나가는 연결을 허용합니다"),
                ),
            };
            (text, false)
        }
        Permission::Isolated => (isolated(cluster, end, connection), true),
        Permission::Unknown(_, _, why) => (why.clone(), true),
    };
    let found = hop(HopKind::Policy, deciding.resource, Some(deciding.location), name, detail);
    let brief = if failed { Text::new("not allowed", "허용 안 됨") } else { Text::default() };
    let decided_by = matches!(end.permission, Permission::Allowed(_)).then_some("allowed");
    Some(Hop { failed, brief, decided_by, candidates: end.candidates.clone(), ..found })
}

/// "isolated by X, nothing allows it"
fn isolated(cluster: &Cluster, end: &End, connection: &Connection<'_>) -> Text {
    let mut names: Vec<String> = Vec::new();
    for candidate in end.candidates.iter().filter(|it| it.verdict != Verdicted::Chosen) {
        let name = name_of(cluster, candidate.resource).en;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let names = names.join("`, `");
    let (who, port, protocol) = (source(connection.source), connection.port, connection.protocol);
    let pod = name_of(cluster, Some(connection.target.id)).en;
    match end.direction {
        Direction::Ingress => Text::new(
            format!("`{pod}` is isolated by `{names}`, and no rule allows {protocol} port {port} from {}", who.en),
            format!(
                "`{names}` 때문에 `{pod}` Pod가 격리되었고, {}에서 {protocol} {port} 포트로 오는 연결을 허용하는 규칙이 없습니다",
                who.ko
            ),
        ),
        Direction::Egress => Text::new(
            format!("{} is isolated by `{names}`, and no rule allows it {protocol} port {port} of `{pod}`", who.en),
            format!(
                "`{names}` 때문에 {}가 격리되었고, `{pod}` Pod의 {protocol} {port} 포트로 나가는 연결을 허용하는 규칙이 없습니다",
                who.ko
            ),
        ),
    }
}

/// The verdict of a connection that is dropped; `proxy` is who would make it, with the status that it answers then.
pub(in crate::trace) fn dropped(
    cluster: &Cluster,
    end: &End,
    connection: &Connection<'_>,
    proxy: Option<&Gateway>,
) -> Verdict {
    let policy = name_of(cluster, end.candidates.first().and_then(|it| it.resource)).en;
    let pod = name_of(cluster, Some(connection.target.id)).en;
    let title = match (end.direction, connection.source) {
        (Direction::Egress, _) => Text::new(
            format!("Blocked: NetworkPolicy `{policy}` lets nobody out to `{pod}`"),
            format!("막힙니다. NetworkPolicy `{policy}`에 `{pod}`로 나가는 트래픽을 허용하는 규칙이 없습니다"),
        ),
        (Direction::Ingress, Source::Pod { namespace, .. }) => Text::new(
            format!("Blocked: NetworkPolicy `{policy}` lets nobody from `{namespace}` in"),
            format!("막힙니다. NetworkPolicy `{policy}`에 `{namespace}`에서 오는 트래픽을 허용하는 규칙이 없습니다"),
        ),
        (Direction::Ingress, Source::Client(Some(ip))) => Text::new(
            format!("Blocked: NetworkPolicy `{policy}` does not let `{ip}` in"),
            format!("막힙니다. NetworkPolicy `{policy}`에 `{ip}` 주소에서 오는 트래픽을 허용하는 규칙이 없습니다"),
        ),
        (Direction::Ingress, Source::Client(None)) => Text::new(
            format!("Blocked: NetworkPolicy `{policy}` does not let the client in"),
            format!("막힙니다. NetworkPolicy `{policy}`에 클라이언트에서 오는 트래픽을 허용하는 규칙이 없습니다"),
        ),
        (Direction::Ingress, _) => Text::new(
            format!("Blocked: NetworkPolicy `{policy}` does not let the load balancer in"),
            format!("막힙니다. NetworkPolicy `{policy}`에 로드 밸런서에서 오는 트래픽을 허용하는 규칙이 없습니다"),
        ),
    };
    let why = isolated(cluster, end, connection);
    let detail = match proxy {
        Some(proxy) => Text::new(
            format!("{}; {} answers {} when the time is up", why.en, proxy.title, proxy.no_connection),
            format!("{}. {}에서는 기다린 뒤 {} 응답을 보냅니다", why.ko, proxy.title, proxy.no_connection),
        ),
        None => Text::new(
            format!("{}; the packets are dropped, so the caller waits until its time is up", why.en),
            format!("{}. 패킷이 버려지므로 부르는 쪽은 시간이 다 될 때까지 기다립니다", why.ko),
        ),
    };
    Verdict { title, detail, stage: Some(Stage::Traffic), location: end.selected_by }
}

/// The verdict where manifests do not decide.
pub(in crate::trace) fn undecided(why: &Text, location: podpath_source::Location) -> Verdict {
    let title = Text::new(format!("Podpath cannot tell: {}", why.en), format!("답할 수 없습니다. {}", why.ko));
    let detail = Text::new(
        "the way up to there is right; what comes after is not guessed",
        "여기까지의 경로는 맞습니다. 그다음은 추측하지 않습니다",
    );
    Verdict { title, detail, stage: None, location: Some(location) }
}
