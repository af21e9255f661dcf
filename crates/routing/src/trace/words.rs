//! The sentences of hops, in both languages.

use podpath_cluster::{Cluster, Endpoint, Found, NoEndpoints, ResourceId};
use podpath_objects::{Labels, Service, ServicePort};
use podpath_source::{Location, Text};

use super::{Candidate, Hop, HopKind, Verdicted};
use crate::choose::{Choice, NoListener};
use crate::ladder::Criterion;
use crate::request::Request;
use crate::table::{Action, Backend, Fault, Frozen, Listener, Protocol, Rule, Table, Target};

fn hop(kind: HopKind, resource: Option<ResourceId>, location: Option<Location>, title: Text, detail: Text) -> Hop {
    Hop {
        kind,
        resource,
        location,
        title,
        detail,
        brief: Text::default(),
        decided_by: None,
        rule: None,
        candidates: vec![],
        failed: false,
    }
}

/// The name of an object.
pub(super) fn name_of(cluster: &Cluster, resource: Option<ResourceId>) -> Text {
    let entry = resource.and_then(|id| cluster.entry(id));
    Text::same(entry.map_or("", |it| it.resource.meta.name()))
}

fn at<T>(found: &Found<'_, T>) -> Location {
    found.at(found.entry.resource.meta.name_span())
}

pub(super) fn client(request: &Request) -> Text {
    let scheme = request.scheme.url().to_uppercase();
    Text::new(
        format!("{scheme} request to port {} for `{}`", request.port, request.authority),
        format!("{} 포트로 보내는 `{}` {scheme} 요청", request.port, request.authority),
    )
}

pub(super) fn load_balancer_service(service: &Found<'_, Service>, port: u16) -> Hop {
    let detail = Text::new(
        format!("a load balancer of L4 passes port {port} on"),
        format!("L4 로드 밸런서가 {port} 포트를 그대로 넘깁니다"),
    );
    hop(HopKind::LoadBalancer, Some(service.id), Some(at(service)), Text::same(service.name()), detail)
}

pub(super) fn frozen_hop(table: &Table, frozen: &Frozen) -> Hop {
    let detail = Text::new(
        format!("the controller changes nothing in this group: {}", frozen.message),
        format!("컨트롤러가 이 그룹을 바꾸지 않습니다: {}", frozen.message),
    );
    let origin = &frozen.origin;
    let resource = origin.resource.or(table.origin.resource);
    let failed = hop(HopKind::LoadBalancer, resource, Some(origin.location), Text::same(table.gateway.title), detail);
    Hop { failed: true, brief: Text::new("group is frozen", "그룹이 멈춤"), ..failed }
}

/// The hop of a table that has no listener for the request.
pub(super) fn no_listener_hop(table: &Table, request: &Request, why: NoListener) -> Hop {
    let kind = if table.gateway.is_load_balancer { HopKind::LoadBalancer } else { HopKind::Gateway };
    let candidates = table.listeners.iter().map(|it| listener_mismatch(it, request)).collect();
    let origin = &table.origin;
    let detail = no_listener_words(request, why);
    let failed = hop(kind, origin.resource, Some(origin.location), Text::same(table.gateway.title), detail);
    let brief = match why {
        NoListener::Port => Text::new("nothing listens", "리스너 없음"),
        NoListener::ServerName => Text::new("no certificate", "인증서 없음"),
        NoListener::Protocol => Text::new("other protocol", "프로토콜 다름"),
        NoListener::Host => Text::new("host not served", "호스트 없음"),
        NoListener::Misdirected => Text::new("other connection", "다른 연결"),
    };
    Hop { failed: true, candidates, brief, ..failed }
}

/// Why no listener takes a request, in a sentence.
pub(super) fn no_listener_words(request: &Request, why: NoListener) -> Text {
    let (port, host, name) = (request.port, &request.host, request.server_name());
    match why {
        NoListener::Port => {
            Text::new(format!("nothing listens on port {port}"), format!("{port} 포트를 여는 리스너가 없습니다"))
        }
        NoListener::ServerName => Text::new(
            format!("no listener on {port} serves the TLS name `{name}`"),
            format!("{port} 포트에 `{name}` TLS 이름을 받는 리스너가 없습니다"),
        ),
        NoListener::Protocol if request.scheme.is_tls() => {
            Text::new(format!("port {port} does not speak TLS"), format!("{port} 포트는 TLS를 쓰지 않습니다"))
        }
        NoListener::Protocol => Text::new(
            format!("port {port} does not speak {}", request.scheme.url()),
            format!("{port} 포트는 {} 프로토콜을 쓰지 않습니다", request.scheme.url()),
        ),
        NoListener::Host => Text::new(
            format!("no listener on {port} serves the host `{host}`"),
            format!("{port} 포트에 `{host}` 호스트를 받는 리스너가 없습니다"),
        ),
        NoListener::Misdirected => Text::new(
            format!("the TLS connection is for `{name}`, but `{host}` belongs to another listener"),
            format!("TLS 연결은 `{name}` 이름으로 맺었는데 `{host}` 호스트는 다른 리스너의 것입니다"),
        ),
    }
}

fn listener_mismatch(listener: &Listener, request: &Request) -> Candidate {
    let (reason, detail) = if listener.port == request.port {
        let hosts = hostnames(listener);
        let en = format!("it serves `{hosts}` by {}", protocol(listener.protocol));
        let ko = format!("{} 프로토콜로 `{hosts}` 호스트를 받습니다", protocol(listener.protocol));
        ("listener-mismatch", Text::new(en, ko))
    } else {
        let port = listener.port;
        ("port-mismatch", Text::new(format!("it listens on port {port}"), format!("{port} 포트에서 듣습니다")))
    };
    listener_candidate(listener, reason, detail)
}

fn listener_candidate(listener: &Listener, reason: &'static str, detail: Text) -> Candidate {
    let origin = &listener.origin;
    let (resource, location, path) = (origin.resource, origin.location, origin.path.clone());
    Candidate { resource, location, path, verdict: Verdicted::Mismatch, reason, detail }
}

/// Another listener than the one that was chosen.
pub(super) fn other_listener(listener: &Listener, chosen: &Listener) -> Candidate {
    let hosts = hostnames(listener);
    if listener.port == chosen.port {
        let en = format!("it serves `{hosts}`, less specifically or not this host");
        let ko = format!("`{hosts}` 호스트를 받으며, 이 호스트에는 덜 구체적이거나 맞지 않습니다");
        return listener_candidate(listener, "listener-mismatch", Text::new(en, ko));
    }
    let port = listener.port;
    let detail = Text::new(format!("it listens on port {port}"), format!("{port} 포트에서 듣습니다"));
    listener_candidate(listener, "port-mismatch", detail)
}

fn hostnames(listener: &Listener) -> String {
    let hosts = if listener.hostnames.is_empty() { &listener.served } else { &listener.hostnames };
    if hosts.is_empty() {
        return "*".into();
    }
    hosts.iter().map(ToString::to_string).collect::<Vec<_>>().join("`, `")
}

fn protocol(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Http => "HTTP",
        Protocol::Https => "HTTPS",
        Protocol::TlsPassthrough | Protocol::TlsTerminate => "TLS",
        Protocol::Tcp => "TCP",
        Protocol::Udp => "UDP",
    }
}

pub(super) fn no_stream_route(table: &Table, request: &Request) -> Text {
    let title = table.gateway.title;
    Text::new(
        format!("{title} has no route for this connection on port {}", request.port),
        format!("{title}에 {} 포트의 이 연결을 받는 라우트가 없습니다", request.port),
    )
}

/// What a load balancer did.
pub(super) fn load_balancer(table: &Table, choice: &Choice<'_>, request: &Request) -> Text {
    let (port, title) = (choice.listener.port, table.gateway.title);
    let tls = choice.listener.protocol == Protocol::Https && request.scheme.is_tls();
    let (tls_en, tls_ko) = if tls { ("; TLS ends here", ". TLS는 여기서 끝납니다") } else { ("", "") };
    let Some(rule) = choice.rule else {
        return Text::new(
            format!("{title} listener {port} has no rule for it"),
            format!("{title} {port} 리스너에 맞는 규칙이 없습니다"),
        );
    };
    let which = match rule.priority {
        Some(number) => (format!("rule {number}"), format!("규칙 {number}")),
        None => ("the default action".to_owned(), "기본 동작".to_owned()),
    };
    let why = conditions(rule);
    let (why_en, why_ko) = if why.en.is_empty() {
        (String::new(), String::new())
    } else {
        (format!(": {}", why.en), format!(": {}", why.ko))
    };
    let (does_en, does_ko) = does(rule);
    Text::new(
        format!("Listener {port}, {}{why_en}{does_en}{tls_en}", which.0),
        format!("{port} 리스너의 {}{why_ko}{does_ko}{tls_ko}", which.1),
    )
}

fn does(rule: &Rule) -> (String, String) {
    match &rule.action {
        Action::Redirect(redirect) => {
            (format!("; it answers {}", redirect.status), format!(". {} 응답을 보냅니다", redirect.status))
        }
        Action::Respond(response) => {
            (format!("; it answers {} itself", response.status), format!(". 직접 {} 응답을 보냅니다", response.status))
        }
        _ => (String::new(), String::new()),
    }
}

/// The conditions of a rule, for a sentence; empty when there are none.
fn conditions(rule: &Rule) -> Text {
    use crate::matcher::Condition;
    let words = rule.matchers.iter().filter_map(|it| match &it.condition {
        Condition::Host(patterns) => {
            let hosts = patterns.iter().map(ToString::to_string).collect::<Vec<_>>().join("`, `");
            Some((format!("host `{hosts}`"), format!("호스트 `{hosts}`")))
        }
        Condition::Path(path) => Some((format!("path `{path}`"), format!("경로 `{path}`"))),
        Condition::Method(text) => Some((format!("method `{text}`"), format!("메서드 `{text}`"))),
        Condition::Header(name, text) => Some((format!("header `{name}: {text}`"), format!("헤더 `{name}: {text}`"))),
        Condition::Query(name, text) => Some((format!("query `{name}={text}`"), format!("쿼리 `{name}={text}`"))),
        _ => None,
    });
    let (en, ko): (Vec<_>, Vec<_>) = words.unzip();
    match en.len() {
        0 => Text::default(),
        1 => Text::new(format!("{} matches", en.join("")), format!("{} 조건이 맞습니다", ko.join(""))),
        _ => Text::new(format!("{} match", en.join(", ")), format!("{} 조건이 모두 맞습니다", ko.join(", "))),
    }
}

/// What a gateway did.
pub(super) fn gateway(table: &Table, listener: &Listener, request: &Request) -> Text {
    let (port, name, hosts) = (listener.port, &listener.name, hostnames(listener));
    let tls = matches!(listener.protocol, Protocol::Https | Protocol::TlsTerminate) && request.scheme.is_tls();
    let (tls_en, tls_ko) = if tls { ("; TLS ends here", ". TLS는 여기서 끝납니다") } else { ("", "") };
    let title = table.gateway.title;
    Text::new(
        format!("{title}: `{name}` on port {port} serves `{hosts}`{tls_en}"),
        format!("{title}: {port} 포트의 `{name}` 리스너가 `{hosts}` 호스트를 받습니다{tls_ko}"),
    )
}

/// What a route did.
pub(super) fn route(choice: &Choice<'_>, request: &Request) -> Text {
    let Some(rule) = choice.rule else {
        return Text::new(
            format!("no rule takes `{}{}`", request.host, request.path),
            format!("`{}{}` 요청을 받는 규칙이 없습니다", request.host, request.path),
        );
    };
    let (why, label) = (conditions(rule), &rule.label);
    let (does_en, does_ko) = does(rule);
    let (by_en, by_ko) = decided(choice.decided_by);
    if why.en.is_empty() {
        return Text::new(
            format!("rule `{label}` takes every request{by_en}{does_en}"),
            format!("`{label}` 규칙이 모든 요청을 받습니다{by_ko}{does_ko}"),
        );
    }
    Text::new(
        format!("rule `{label}`: {}{by_en}{does_en}", why.en),
        format!("`{label}` 규칙: {}{by_ko}{does_ko}", why.ko),
    )
}

fn decided(criterion: Option<Criterion>) -> (String, String) {
    let Some(criterion) = criterion else { return (String::new(), String::new()) };
    let text = lost(criterion);
    (format!("; against the others: {}", text.en), format!(". 다른 후보와의 차이: {}", text.ko))
}

pub(super) fn chosen() -> Text {
    Text::new("it takes the request", "이 규칙이 요청을 받습니다")
}

/// Why a rule that matches gave way.
pub(super) fn lost(criterion: Criterion) -> Text {
    let (en, ko) = match criterion {
        Criterion::Hostname => ("the more specific host goes first", "더 구체적인 호스트가 먼저입니다"),
        Criterion::ExactPath => ("an exact path goes before a prefix", "정확히 일치하는 경로가 접두사보다 먼저입니다"),
        Criterion::PathLength => ("the longer path goes first", "더 긴 경로가 먼저입니다"),
        Criterion::Method => ("a match on the method goes first", "메서드 조건이 있는 규칙이 먼저입니다"),
        Criterion::Headers => ("more header matches go first", "헤더 조건이 더 많은 규칙이 먼저입니다"),
        Criterion::Query => ("more query matches go first", "쿼리 조건이 더 많은 규칙이 먼저입니다"),
        Criterion::Oldest => ("the older object goes first", "먼저 만들어진 오브젝트가 먼저입니다"),
        Criterion::Name => {
            ("namespace/name in alphabetical order decides", "네임스페이스/이름의 알파벳 순서로 정해집니다")
        }
        Criterion::ListOrder => ("the earlier rule goes first", "앞에 있는 규칙이 먼저입니다"),
    };
    Text::new(en, ko)
}

/// The name of a target that is not here, or its host.
pub(super) fn target_name(cluster: &Cluster, target: &Target) -> String {
    match target {
        Target::Service(id) => cluster.entry(*id).map_or(String::new(), |it| it.resource.meta.name().to_owned()),
        Target::Missing(_, name) => name.clone(),
        Target::Host(host) => host.clone(),
    }
}

/// The hop of a backend that fails.
pub(super) fn faulty_hop(cluster: &Cluster, backend: &Backend, fault: &Fault) -> Hop {
    let resource = match &backend.target {
        Target::Service(id) => Some(*id),
        Target::Missing(..) | Target::Host(_) => None,
    };
    let title = Text::same(target_name(cluster, &backend.target));
    let failed = hop(HopKind::Service, resource, Some(fault.location), title, fault.text.clone());
    Hop { failed: true, brief: faulty_in_brief(fault), ..failed }
}

fn faulty_in_brief(fault: &Fault) -> Text {
    let (en, ko) = match fault.reason {
        "service-not-found" | "BackendNotFound" => ("no such Service", "Service 없음"),
        "port-not-offered" => ("no such port", "포트 없음"),
        "subset-not-found" => ("no such subset", "서브셋 없음"),
        "RefNotPermitted" => ("not permitted", "참조 허용 안 됨"),
        "InvalidKind" => ("kind not known", "알 수 없는 종류"),
        _ => ("no such host", "호스트 없음"),
    };
    Text::new(en, ko)
}

/// A Service that does not offer the port.
pub(super) fn refusing_service_hop(service: &Found<'_, Service>, fault: &Fault) -> Hop {
    let title = Text::same(service.name());
    let failed = hop(HopKind::Service, Some(service.id), Some(fault.location), title, fault.text.clone());
    Hop { failed: true, brief: faulty_in_brief(fault), ..failed }
}

/// The hop of a Service.
pub(super) fn service_hop(
    cluster: &Cluster,
    service: &Found<'_, Service>,
    entry: Option<&ServicePort>,
    subset: Option<&(String, Labels)>,
    ready: &[Endpoint],
    why: Option<NoEndpoints>,
) -> Hop {
    let (subset_en, subset_ko) = match subset {
        Some((name, _)) => (format!(", subset `{name}`"), format!(", `{name}` 서브셋")),
        None => (String::new(), String::new()),
    };
    let location = why.and_then(|it| why_location(cluster, service, it)).or(Some(at(service)));
    let detail = match (entry, ready.is_empty()) {
        (Some(entry), false) => {
            let port = entry.port.value;
            let target = ready.first().map_or(port, |it| it.port);
            Text::new(
                format!("port {port} goes to port {target} of the Pods{subset_en}"),
                format!("{port} 포트가 Pod의 {target} 포트로 이어집니다{subset_ko}"),
            )
        }
        (Some(entry), true) => {
            let why = no_endpoints(cluster, service, subset, why);
            let (port, target) = (entry.port.value, &entry.target_port.value);
            Text::new(
                format!("port {port} goes to port {target} of the Pods, but {}", why.en),
                format!("{port} 포트가 Pod의 {target} 포트로 이어지지만 {}", why.ko),
            )
        }
        (None, _) => no_endpoints(cluster, service, subset, why),
    };
    let found = hop(HopKind::Service, Some(service.id), location, Text::same(service.name()), detail);
    let brief = if ready.is_empty() { no_endpoints_in_brief(why) } else { Text::default() };
    Hop { failed: ready.is_empty(), candidates: label_candidates(cluster, service, why), brief, ..found }
}

fn no_endpoints_in_brief(why: Option<NoEndpoints>) -> Text {
    let (en, ko) = match why {
        Some(NoEndpoints::NoSelector(_)) => ("no selector", "selector 없음"),
        Some(NoEndpoints::NoPod(_)) => ("selector matches no Pod", "selector와 맞는 Pod 없음"),
        Some(NoEndpoints::NoNamedPort(_)) => ("no port of that name", "그 이름의 포트 없음"),
        Some(NoEndpoints::NoReplicas(_)) => ("replicas are 0", "replicas가 0"),
        Some(NoEndpoints::NotReady(_)) => ("no Pod is ready", "준비된 Pod 없음"),
        Some(NoEndpoints::ExternalName(_)) => ("only another name", "이름만 있음"),
        None => ("no endpoints", "엔드포인트 없음"),
    };
    Text::new(en, ko)
}

/// Pods of the namespace whose labels differ from a selector that selects nothing.
fn label_candidates(cluster: &Cluster, service: &Found<'_, Service>, why: Option<NoEndpoints>) -> Vec<Candidate> {
    let (Some(NoEndpoints::NoPod(_)), Some(selector)) = (why, &service.object.selector) else { return vec![] };
    let pods = cluster.pod_sources().filter(|it| it.namespace == service.namespace()).take(20);
    let candidate = |pod: podpath_cluster::PodSource<'_>| {
        let entry = cluster.entry(pod.id)?;
        let (key, wanted) = selector.iter().find(|(key, value)| pod.template.labels.get(key) != Some(value))?;
        let detail = match pod.template.labels.entry(key) {
            Some((_, value)) => {
                let value = &value.value;
                Text::new(
                    format!("label is `{key}: {value}`, not `{wanted}`"),
                    format!("레이블이 `{key}: {value}` 입니다. `{wanted}` 값이 아닙니다"),
                )
            }
            None => Text::new(format!("it has no label `{key}`"), format!("`{key}` 레이블이 없습니다")),
        };
        let span = pod.template.labels.entry(key).map_or(pod.template.labels.span, |(_, value)| value.span);
        let location = Location { document: entry.document, span };
        let path = format!("labels.{key}");
        Some(Candidate {
            resource: Some(pod.id),
            location,
            path,
            verdict: Verdicted::Mismatch,
            reason: "label-differs",
            detail,
        })
    };
    pods.filter_map(candidate).collect()
}

/// Where the reason of missing endpoints stands.
pub(super) fn why_location(cluster: &Cluster, service: &Found<'_, Service>, why: NoEndpoints) -> Option<Location> {
    Some(match why {
        NoEndpoints::NoSelector(span)
        | NoEndpoints::NoPod(span)
        | NoEndpoints::NoNamedPort(span)
        | NoEndpoints::ExternalName(span) => service.at(span),
        NoEndpoints::NoReplicas(id) | NoEndpoints::NotReady(id) => {
            let entry = cluster.entry(id)?;
            let span = cluster.get::<podpath_objects::Workload>(id).map(|it| it.object.replicas_span);
            Location { document: entry.document, span: span.unwrap_or_else(|| entry.resource.meta.name_span()) }
        }
    })
}

/// Why nobody answers, in a clause.
pub(super) fn no_endpoints(
    cluster: &Cluster,
    service: &Found<'_, Service>,
    subset: Option<&(String, Labels)>,
    why: Option<NoEndpoints>,
) -> Text {
    let named = |id| name_of(cluster, Some(id)).en;
    match why {
        Some(NoEndpoints::NoSelector(_)) => Text::new(
            "it has no selector and no EndpointSlice names it",
            "selector가 없고, 이 Service를 가리키는 EndpointSlice도 없습니다",
        ),
        Some(NoEndpoints::NoPod(_)) => {
            let labels = service.object.selector.iter().flat_map(Labels::iter);
            let labels = labels.map(|(key, value)| format!("{key}: {value}")).collect::<Vec<_>>().join(", ");
            Text::new(
                format!("its selector `{labels}` matches no Pod"),
                format!("`{labels}` selector와 일치하는 Pod가 없습니다"),
            )
        }
        Some(NoEndpoints::NoNamedPort(_)) => {
            Text::new("no Pod that it selects has a port of that name", "선택된 Pod에 그 이름의 포트가 없습니다")
        }
        Some(NoEndpoints::NoReplicas(id)) => {
            let name = named(id);
            Text::new(
                format!("`{name}` makes 0 Pods: its replicas are 0"),
                format!("`{name}` 워크로드의 replicas가 0입니다"),
            )
        }
        Some(NoEndpoints::NotReady(id)) => {
            let name = named(id);
            Text::new(format!("no Pod of `{name}` is ready"), format!("`{name}`의 Pod가 모두 준비되지 않았습니다"))
        }
        Some(NoEndpoints::ExternalName(_)) => Text::new(
            "it is only a name for another host and has no endpoints",
            "다른 호스트의 이름일 뿐이라 엔드포인트가 없습니다",
        ),
        None => match subset {
            Some((name, _)) => Text::new(
                format!("subset `{name}` selects no Pod"),
                format!("`{name}` 서브셋과 일치하는 Pod가 없습니다"),
            ),
            None => Text::new("it has no endpoints", "엔드포인트가 없습니다"),
        },
    }
}

/// The hop of the Pods.
pub(super) fn endpoint_hop(
    cluster: &Cluster,
    service: &Found<'_, Service>,
    ready: &[Endpoint],
    why: Option<NoEndpoints>,
) -> Hop {
    let Some(first) = ready.first() else {
        let detail = no_endpoints(cluster, service, None, why);
        // Pods that are known but do not answer are shown, with the reason.
        if let Some(NoEndpoints::NoReplicas(id) | NoEndpoints::NotReady(id)) = why {
            let location = why.and_then(|it| why_location(cluster, service, it));
            let found = hop(HopKind::Endpoint, Some(id), location, name_of(cluster, Some(id)), detail);
            return Hop { failed: true, brief: no_endpoints_in_brief(why), ..found };
        }
        let title = Text::new("not reached", "닿지 못함");
        let brief = no_endpoints_in_brief(why);
        return Hop { failed: true, brief, ..hop(HopKind::Endpoint, None, None, title, detail) };
    };
    pod_hop_of(cluster, first, ready.iter().map(|it| it.replicas).sum())
}

fn pod_hop_of(cluster: &Cluster, endpoint: &Endpoint, n_pods: u32) -> Hop {
    let entry = endpoint.source.and_then(|id| cluster.entry(id));
    let location = entry.map(|it| Location { document: it.document, span: it.resource.meta.name_span() });
    let address = endpoint.address.clone().unwrap_or_default();
    let title = entry.map_or(address, |it| it.resource.meta.name().to_owned());
    let port = endpoint.port;
    let (pods, ko) = (if n_pods == 1 { "Pod answers" } else { "Pods answer" }, n_pods);
    let detail =
        Text::new(format!("{n_pods} {pods} on port {port}"), format!("Pod {ko}개가 {port} 포트에서 응답합니다"));
    hop(HopKind::Endpoint, endpoint.source, location, Text::same(title), detail)
}

/// The hop of a Pod that is called by its address.
pub(super) fn pod_hop(cluster: &Cluster, endpoint: &Endpoint) -> Hop {
    pod_hop_of(cluster, endpoint, endpoint.replicas)
}

/// Nothing is there that the internet could reach.
pub(super) fn nothing_listens(request: &Request, has_internal: bool) -> Text {
    if has_internal {
        return Text::new(
            "every load balancer here is internal; the internet does not reach it",
            "여기 있는 로드 밸런서는 모두 내부용이라 인터넷에서 닿지 않습니다",
        );
    }
    let host = &request.host;
    Text::new(
        format!("no load balancer and no gateway here takes requests for `{host}` from the internet"),
        format!("인터넷에서 `{host}` 요청을 받는 로드 밸런서나 게이트웨이가 없습니다"),
    )
}
