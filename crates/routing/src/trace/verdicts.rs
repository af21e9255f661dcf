//! The answer in two sentences: what happens, and the fact behind it.

use podpath_cluster::{Cluster, Endpoint, Found, NoEndpoints};
use podpath_objects::{Labels, Service};
use podpath_order::Order;
use podpath_source::{Location, Text, nearest};

use super::words;
use super::{Stage, Trace, Verdict, Verdicted};
use crate::choose::{Choice, NoListener, Obstacle, Standing};
use crate::gateways::alb;
use crate::matcher::Condition;
use crate::request::Request;
use crate::table::{Backend, Fault, Frozen, Listener, Rejected, Response, Rule, Table, Target};

fn traffic(title: Text, detail: Text, location: Option<Location>) -> Verdict {
    Verdict { title, detail, stage: Some(Stage::Traffic), location }
}

pub(super) fn unsupported(field: &str, location: Option<Location>) -> Verdict {
    let title = Text::new(
        format!("Podpath cannot tell: `{field}` is not modelled yet"),
        format!("아직 답할 수 없습니다. `{field}` 항목은 아직 다루지 않습니다"),
    );
    let detail = Text::new(
        "the way up to there is right; what comes after is not guessed",
        "여기까지의 경로는 맞습니다. 그다음은 추측하지 않습니다",
    );
    Verdict { title, detail, stage: None, location }
}

pub(super) fn no_controller(cluster: &Cluster, rejected: &Rejected) -> Verdict {
    let name = words::name_of(cluster, rejected.origin.resource).en;
    let title = Text::new(
        format!("`{name}` is not attached: no controller takes it"),
        format!("`{name}` 오브젝트를 맡는 컨트롤러가 없어 연결되지 않습니다"),
    );
    let location = Some(rejected.origin.location);
    Verdict { title, detail: rejected.text.clone(), stage: Some(Stage::Attached), location }
}

pub(super) fn frozen(cluster: &Cluster, table: &Table, frozen: &Frozen) -> Verdict {
    let group = words::name_of(cluster, table.origin.resource).en;
    let culprit = words::name_of(cluster, frozen.origin.resource).en;
    let detail = Text::same(frozen.message.clone());
    if table.gateway.name == alb::NLB.name {
        let title = Text::new(
            format!("The NLB of `{group}` is frozen: the controller cannot build it, so nothing of it changes"),
            format!("`{group}`의 NLB 반영이 멈췄습니다. 컨트롤러가 만들 수 없어 아무것도 바뀌지 않습니다"),
        );
        return Verdict { title, detail, stage: Some(Stage::Attached), location: Some(frozen.origin.location) };
    }
    let title = Text::new(
        format!("The ALB group `{group}` is frozen: `{culprit}` has an error, so no rule of the group changes"),
        format!("ALB 그룹 `{group}`의 반영이 멈췄습니다. `{culprit}`에 오류가 있어 그룹의 어떤 규칙도 바뀌지 않습니다"),
    );
    Verdict { title, detail, stage: Some(Stage::Attached), location: Some(frozen.origin.location) }
}

pub(super) fn no_listener(cluster: &Cluster, table: &Table, request: &Request, why: NoListener) -> Verdict {
    let (port, host, name) = (request.port, &request.host, request.server_name());
    if let Some(rejected) = words::closed(table, request) {
        return not_open(rejected, request, why);
    }
    let title = match why {
        NoListener::Port => Text::new(
            format!("Connection refused: nothing listens on port {port}"),
            format!("연결이 거부됩니다. {port} 포트를 여는 리스너가 없습니다"),
        ),
        // A firewall answers nothing, so the client waits in vain.
        NoListener::Source => {
            Text::new("Blocked: the client is not let in", "막힙니다. 허용되지 않은 클라이언트입니다")
        }
        NoListener::ServerName if name.is_empty() => {
            let words = words::no_listener_words(request, why);
            Text::new(format!("Handshake closed: {}", words.en), format!("핸드셰이크가 끊깁니다. {}", words.ko))
        }
        NoListener::ServerName => Text::new(
            format!("Handshake closed: no listener on {port} has a certificate for `{name}`"),
            format!("핸드셰이크가 끊깁니다. {port} 리스너에 `{name}`용 인증서가 없습니다"),
        ),
        NoListener::Protocol => {
            let words = words::no_listener_words(request, why);
            Text::new(format!("Connection closed: {}", words.en), format!("연결이 끊깁니다. {}", words.ko))
        }
        NoListener::Host => unknown_host(table, host),
        NoListener::ClientCertificate => Text::new(
            format!("Handshake closed: clients of `{name}` must show a certificate"),
            format!("핸드셰이크가 끊깁니다. `{name}` 호스트의 클라이언트는 인증서를 보여야 합니다"),
        ),
        NoListener::Misdirected => Text::new(
            format!("421 The connection is for `{name}`, not for `{host}`"),
            format!("421 이 연결은 `{host}`가 아니라 `{name}` 호스트용입니다"),
        ),
    };
    let ports: Vec<_> = table.listeners.iter().map(|it| it.port.to_string()).collect();
    let (owner, ports) = (words::name_of(cluster, table.origin.resource).en, ports.join(", "));
    let detail = if why == NoListener::Port {
        Text::new(format!("`{owner}` listens on {ports}"), format!("`{owner}`에서 여는 포트: {ports}"))
    } else {
        words::no_listener_words(request, why)
    };
    traffic(title, detail, Some(table.origin.location))
}

fn not_open(rejected: &Rejected, request: &Request, why: NoListener) -> Verdict {
    let (reason, port, host) = (rejected.reason, request.port, &request.host);
    let title = match why {
        // Another listener has the port open.
        NoListener::Host => Text::new(
            format!("404 The listener for `{host}` is not open: {reason}"),
            format!("404 `{host}` 호스트의 리스너가 열리지 않습니다: {reason}"),
        ),
        _ => Text::new(
            format!("Connection refused: the listener on port {port} is not open: {reason}"),
            format!("연결이 거부됩니다. {port} 포트의 리스너가 열리지 않습니다: {reason}"),
        ),
    };
    let location = Some(rejected.origin.location);
    Verdict { title, detail: rejected.text.clone(), stage: Some(Stage::Attached), location }
}

fn unknown_host(table: &Table, host: &str) -> Text {
    let hosts = served_hosts(table);
    match nearest_host(&hosts, host) {
        Some(near) => Text::new(
            format!("404 Nothing serves the host `{host}`; nearest is `{near}`"),
            format!("404 `{host}` 호스트를 받는 곳이 없습니다. 가장 비슷한 호스트는 `{near}`입니다"),
        ),
        None => Text::new(
            format!("404 Nothing serves the host `{host}`"),
            format!("404 `{host}` 호스트를 받는 곳이 없습니다"),
        ),
    }
}

fn served_hosts(table: &Table) -> Vec<String> {
    let mut hosts: Vec<String> = Vec::new();
    for listener in &table.listeners {
        hosts.extend(listener.hostnames.iter().map(ToString::to_string));
        for host in &listener.hosts {
            hosts.push(host.pattern.to_string());
            let matchers = host.rules.iter().flat_map(|it| &it.matchers);
            hosts.extend(matchers.flat_map(|it| match &it.condition {
                Condition::Host(patterns) => patterns.iter().map(ToString::to_string).collect(),
                _ => vec![],
            }));
        }
    }
    hosts.retain(|it| it != "*");
    hosts.order();
    hosts.dedup();
    hosts
}

fn nearest_host<'a>(hosts: &'a [String], host: &str) -> Option<&'a str> {
    let near = nearest(host, hosts.iter().map(String::as_str));
    near.or(match hosts {
        [only] => Some(only.as_str()),
        _ => None,
    })
}

/// 404: no host fits, or no rule of the host does.
pub(super) fn no_route(cluster: &Cluster, table: &Table, choice: &Choice<'_>, request: &Request) -> Verdict {
    let on_host = choice.considered.iter().filter(|it| match &it.standing {
        Standing::Mismatch(Obstacle::Condition(it)) => !matches!(it.condition, Condition::Host(_)),
        // The one that is chosen answers 404 itself, as nginx' default backend does.
        Standing::Mismatch(_) | Standing::Chosen => false,
        Standing::Lost(_) => true,
    });
    let nearest_rule = on_host.into_iter().next();
    let owner = words::name_of(cluster, choice.listener.origin.resource.or(table.origin.resource)).en;
    let detail = match choice.considered.len() {
        1 => Text::new("the one candidate does not match", "하나뿐인 후보가 맞지 않습니다"),
        n => Text::new(format!("{n} candidates, none matches"), format!("후보 {n}개 가운데 맞는 규칙이 없습니다")),
    };
    let is_lost = |it: &&Rejected| !is_server(it) && !is_attached(table, choice.listener, it);
    if let Some(rejected) = table.rejected.iter().find(is_lost).filter(|_| nearest_rule.is_none()) {
        return not_attached(cluster, rejected, &owner);
    }
    match nearest_rule {
        Some(rule) => {
            let (path, location) = (&request.path, rule.rule.origin.location);
            let detail = match &rule.standing {
                Standing::Mismatch(obstacle) => obstacle.told(rule.rule, request).text,
                _ => detail,
            };
            let title = Text::new(
                format!("404 No rule of `{owner}` takes `{path}`"),
                format!("404 `{owner}`에 `{path}` 경로를 받는 규칙이 없습니다"),
            );
            traffic(title, detail, Some(location))
        }
        None => traffic(unknown_host(table, &request.host), detail, Some(choice.listener.origin.location)),
    }
}

/// A server that was dropped is no route, nor is a listener of a protocol that nobody knows.
fn is_server(rejected: &Rejected) -> bool {
    matches!(
        rejected.reason,
        "duplicate-host" | "protocol-conflict" | "bound-inside" | "bound-elsewhere" | "UnsupportedProtocol"
    )
}

/// A part of it alone was refused: the listener has rules that it wrote.
fn is_attached(table: &Table, listener: &Listener, rejected: &Rejected) -> bool {
    let route = rejected.origin.resource;
    let mut rules = listener.hosts.iter().flat_map(|it| &it.rules);
    rules.any(|it| it.origin.resource == route && it.origin != table.origin)
}

fn not_attached(cluster: &Cluster, rejected: &Rejected, gateway: &str) -> Verdict {
    let route = words::name_of(cluster, rejected.origin.resource).en;
    let reason = rejected.reason;
    let title = Text::new(
        format!("404 `{route}` is not attached to `{gateway}`: {reason}"),
        format!("404 `{route}` 라우트는 `{gateway}`에 연결되지 않습니다: {reason}"),
    );
    let location = Some(rejected.origin.location);
    Verdict { title, detail: rejected.text.clone(), stage: Some(Stage::Attached), location }
}

pub(super) fn redirected(cluster: &Cluster, table: &Table, rule: &Rule, status: u16, to: &str) -> Verdict {
    let (en, ko) = if table.gateway.is_load_balancer {
        ("by the load balancer".to_owned(), "로드 밸런서가".to_owned())
    } else {
        let name = words::name_of(cluster, rule.origin.resource).en;
        (format!("by `{name}`"), format!("`{name}` 라우트가"))
    };
    let title =
        Text::new(format!("{status} Redirected to `{to}` {en}"), format!("{status} {ko} `{to}` 주소로 돌려보냅니다"));
    let detail = Text::new("a client that follows it makes a new request", "따라가는 클라이언트는 새 요청을 보냅니다");
    Verdict { title, detail, stage: None, location: Some(rule.origin.location) }
}

pub(super) fn responded(cluster: &Cluster, table: &Table, rule: &Rule, response: &Response) -> Verdict {
    let name = words::name_of(cluster, rule.origin.resource.or(table.origin.resource)).en;
    let status = response.status;
    let title =
        Text::new(format!("{status} `{name}` answers by itself"), format!("{status} `{name}`에서 직접 응답합니다"));
    let detail = match response.body.as_deref().filter(|it| !it.is_empty()) {
        Some(body) => Text::new(format!("the body is `{body}`"), format!("응답 본문: `{body}`")),
        None => Text::new("no backend is asked", "백엔드로 보내지 않습니다"),
    };
    let stage = (status >= 400).then_some(Stage::Traffic);
    Verdict { title, detail, stage, location: Some(rule.origin.location) }
}

/// A share fails and nobody else takes it.
pub(super) fn faulty(table: &Table, backend: &Backend, fault: &Fault) -> Verdict {
    let status = fault.status;
    let title = match &backend.target {
        Target::Missing(_, name) => Text::new(
            format!("{status} The route points at Service `{name}`, which is not here"),
            format!("{status} 라우트가 가리키는 `{name}` Service가 여기에 없습니다"),
        ),
        _ => Text::new(format!("{status} {}", fault.text.en), format!("{status} {}", fault.text.ko)),
    };
    let gateway = table.gateway.title;
    let detail = match (&backend.target, &fault.body) {
        (Target::Missing(namespace, _), Some(body)) => Text::new(
            format!(
                "{gateway} answers `{body}`; add the Service to namespace `{namespace}`, or a platform preset that has it"
            ),
            format!(
                "{gateway}의 응답: `{body}`. `{namespace}` 네임스페이스에 Service를 추가하거나 플랫폼 프리셋을 추가하세요"
            ),
        ),
        (Target::Missing(namespace, _), None) => Text::new(
            format!(
                "{gateway} answers {status} itself; add the Service to namespace `{namespace}`, or a platform preset that has it"
            ),
            format!(
                "{gateway}에서 {status} 응답을 보냅니다. `{namespace}` 네임스페이스에 Service를 추가하거나 플랫폼 프리셋을 추가하세요"
            ),
        ),
        _ => Text::new(format!("{gateway} answers {status} itself"), format!("{gateway}에서 {status} 응답을 보냅니다")),
    };
    traffic(title, detail, Some(fault.location))
}

pub(super) fn no_endpoints(
    cluster: &Cluster,
    service: &Found<'_, Service>,
    subset: Option<&(String, Labels)>,
    why: Option<NoEndpoints>,
) -> Verdict {
    let name = service.name();
    let title = match why {
        Some(NoEndpoints::ExternalName(_)) => Text::new(
            format!("503 Service `{name}` is only a name for another host"),
            format!("503 `{name}` Service는 다른 호스트의 이름일 뿐입니다"),
        ),
        _ => Text::new(
            format!("503 Service `{name}` has no endpoints"),
            format!("503 `{name}` Service에 엔드포인트가 없습니다"),
        ),
    };
    let clause = words::no_endpoints(cluster, service, subset, why);
    let location = why.and_then(|it| words::why_location(cluster, service, it));
    let location = location.unwrap_or_else(|| service.at(service.entry.resource.meta.name_span()));
    traffic(title, clause, Some(location))
}

/// Nobody answers a connection that no proxy made.
pub(super) fn refused_by_service(cluster: &Cluster, service: &Found<'_, Service>, why: Option<NoEndpoints>) -> Verdict {
    let name = service.name();
    let title = Text::new(
        format!("Connection refused: Service `{name}` has no endpoints"),
        format!("연결이 거부됩니다. `{name}` Service에 엔드포인트가 없습니다"),
    );
    Verdict { title, ..no_endpoints(cluster, service, None, why) }
}

/// A backend got it.
pub(super) fn delivered(cluster: &Cluster, service: &Found<'_, Service>, ready: &[Endpoint], trace: &Trace) -> Verdict {
    let name = service.name();
    let n_pods: u32 = ready.iter().map(|it| it.replicas).sum();
    let mut ports: Vec<_> = ready.iter().map(|it| it.port.to_string()).collect();
    ports.dedup();
    let port = ports.join(", ");
    let location = Some(service.at(service.entry.resource.meta.name_span()));
    let shares: Vec<_> = trace.backends.iter().filter(|it| it.weight.0 < it.weight.1).collect();
    let failing = shares.iter().find(|it| it.fault.is_some() || !it.endpoints.iter().any(|it| it.ready));
    let candidates = trace.hops.iter().flat_map(|it| &it.candidates);
    let lost = candidates.filter(|it| !matches!(it.verdict, Verdicted::Chosen)).count();
    let n_hops = trace.hops.len();
    let detail = match lost {
        0 => Text::new(format!("{n_hops} hops, no other candidate"), format!("구간 {n_hops}개, 다른 후보 없음")),
        1 => Text::new(format!("{n_hops} hops; 1 candidate lost"), format!("구간 {n_hops}개, 탈락한 후보 1개")),
        _ => Text::new(
            format!("{n_hops} hops; {lost} candidates lost"),
            format!("구간 {n_hops}개, 탈락한 후보 {lost}개"),
        ),
    };
    if let Some(failing) = failing {
        let (part, who) = (percent(failing.weight), words::target_name(cluster, &failing.target));
        let title = Text::new(
            format!("{part} of these requests fail: `{who}` has no endpoints"),
            format!("이 요청의 {part}는 실패합니다. `{who}`에 엔드포인트가 없습니다"),
        );
        return traffic(title, detail, location);
    }
    let title = if shares.is_empty() {
        let (pods, pods_ko) = match (ready.iter().all(|it| words::is_address(cluster, it)), n_pods) {
            (true, 1) => ("address", "주소"),
            (true, _) => ("addresses", "주소"),
            (false, 1) => ("Pod", "Pod"),
            (false, _) => ("Pods", "Pod"),
        };
        Text::new(
            format!("Delivered to {n_pods} {pods} of `{name}`, port {port}"),
            format!("`{name}`의 {pods_ko} {n_pods}개, {port} 포트에 도착합니다"),
        )
    } else {
        split(cluster, trace)
    };
    Verdict { title, detail, stage: None, location }
}

/// `Delivered: 90% to a, 10% to b`
fn split(cluster: &Cluster, trace: &Trace) -> Text {
    let name = |it: &super::TracedBackend| match &it.subset {
        Some(subset) => format!("{} {subset}", words::target_name(cluster, &it.target)),
        None => words::target_name(cluster, &it.target),
    };
    let parts = trace.backends.iter().map(|it| (percent(it.weight), name(it)));
    let parts: Vec<_> = parts.collect();
    let en: Vec<_> = parts.iter().map(|(part, who)| format!("{part} to `{who}`")).collect();
    let ko: Vec<_> = parts.iter().map(|(part, who)| format!("{part}는 `{who}`에")).collect();
    Text::new(format!("Delivered: {}", en.join(", ")), format!("{} 도착합니다", ko.join(", ")))
}

/// A fraction as a person says it: whole percent, one decimal where needed.
fn percent((part, whole): (u64, u64)) -> String {
    let tenths = part * 1000 / whole.max(1);
    if tenths.is_multiple_of(10) { format!("{}%", tenths / 10) } else { format!("{}.{}%", tenths / 10, tenths % 10) }
}

/// A call to the address of a Pod.
pub(super) fn pod(cluster: &Cluster, endpoint: &Endpoint, name: Option<&str>) -> Verdict {
    let name = name.map_or_else(|| words::name_of(cluster, endpoint.source).en, str::to_owned);
    let title = Text::new(
        format!("Delivered to Pod `{name}`, port {}", endpoint.port),
        format!("`{name}` Pod, {} 포트에 도착합니다", endpoint.port),
    );
    let detail = Text::new(
        "a call to a Pod itself meets no Service and no route",
        "Pod를 직접 부르면 Service와 라우트를 거치지 않습니다",
    );
    Verdict { title, detail, stage: None, location: None }
}
