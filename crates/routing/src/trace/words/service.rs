//! The sentences of Services and their Pods.

use podpath_cluster::{Cluster, Endpoint, Found, NoEndpoints};
use podpath_objects::{Labels, Service, ServicePort, WorkloadEntry};
use podpath_source::{Location, Text};

use super::call::settings;
use super::{at, hop, name_of};
use crate::gateways::Gateway;
use crate::table::{Backend, Fault, Target};
use crate::trace::{Candidate, Hop, HopKind, Verdicted};

/// The name of a target that is not here, or its host.
pub(in crate::trace) fn target_name(cluster: &Cluster, target: &Target) -> String {
    match target {
        Target::Service(id) | Target::Balancer(id) => {
            cluster.entry(*id).map_or(String::new(), |it| it.resource.meta.name().to_owned())
        }
        Target::Missing(_, name) => name.clone(),
        Target::Host(host) => host.clone(),
    }
}

/// The hop of a backend that fails.
pub(in crate::trace) fn faulty_hop(cluster: &Cluster, backend: &Backend, fault: &Fault) -> Hop {
    let resource = match &backend.target {
        Target::Service(id) | Target::Balancer(id) => Some(*id),
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
        "no-local-endpoints" => ("no Pod on this node", "이 노드에 Pod 없음"),
        "subset-not-found" => ("no such subset", "서브셋 없음"),
        "RefNotPermitted" => ("not permitted", "참조 허용 안 됨"),
        "InvalidKind" => ("kind not known", "알 수 없는 종류"),
        "NoValidCACertificate" | "Invalid" => ("no CA certificate", "CA 인증서 없음"),
        "no-nodes" => ("no Node", "Node 없음"),
        "source-range" => ("client not let in", "허용되지 않은 클라이언트"),
        _ => ("no such host", "호스트 없음"),
    };
    Text::new(en, ko)
}

/// A Service that does not offer the port.
pub(in crate::trace) fn refusing_service_hop(service: &Found<'_, Service>, fault: &Fault) -> Hop {
    let title = Text::same(service.name());
    let failed = hop(HopKind::Service, Some(service.id), Some(fault.location), title, fault.text.clone());
    Hop { failed: true, brief: faulty_in_brief(fault), ..failed }
}

/// It is no Pod: a plain address, or that of a WorkloadEntry.
pub(in crate::trace) fn is_address(cluster: &Cluster, endpoint: &Endpoint) -> bool {
    endpoint.source.is_none_or(|it| cluster.pod_source(it).is_none())
}

/// Pods with numbers of their own are told one by one; so many of them.
const N_TOLD: usize = 5;

/// `port 8080 of the Pods`, or what each of them has.
fn target_ports(cluster: &Cluster, ready: &[Endpoint], default: u16) -> (String, String) {
    let first = ready.first().map_or(default, |it| it.port);
    let are_addresses = !ready.is_empty() && ready.iter().all(|it| is_address(cluster, it));
    if are_addresses && ready.iter().all(|it| it.port == first) {
        return (format!("port {first} of its addresses"), format!("주소의 {first} 포트로"));
    }
    if ready.iter().all(|it| it.port == first) {
        return (format!("port {first} of the Pods"), format!("Pod의 {first} 포트로"));
    }
    let own = |it: &Endpoint| (it.port, name_of(cluster, it.source).en);
    let told: Vec<_> = ready.iter().take(N_TOLD).map(own).collect();
    let rest = if ready.len() > N_TOLD { ", ..." } else { "" };
    let en: Vec<_> = told.iter().map(|(port, name)| format!("{port} of `{name}`")).collect();
    let ko: Vec<_> = told.iter().map(|(port, name)| format!("`{name}`의 {port}")).collect();
    (format!("port {}{rest}", en.join(", ")), format!("{}{rest} 포트로", ko.join(", ")))
}

/// The hop of a Service.
pub(in crate::trace) fn service_hop(
    cluster: &Cluster,
    service: &Found<'_, Service>,
    entry: Option<&ServicePort>,
    subset: Option<&(String, Labels)>,
    ready: &[Endpoint],
    why: Option<NoEndpoints>,
    proxy: Option<&Gateway>,
) -> Hop {
    let (subset_en, subset_ko) = match subset {
        Some((name, _)) => (format!(", subset `{name}`"), format!(", `{name}` 서브셋")),
        None => (String::new(), String::new()),
    };
    let location = why.and_then(|it| why_location(cluster, service, it)).or(Some(at(service)));
    let detail = match (entry, ready.is_empty()) {
        (Some(entry), false) => {
            let port = entry.port.value;
            let (target_en, target_ko) = target_ports(cluster, ready, port);
            let (set_en, set_ko) = settings(service, entry, proxy);
            let (last_en, last_ko) = last_resort(ready);
            Text::new(
                format!("port {port} goes to {target_en}{subset_en}{set_en}{last_en}"),
                format!("{port} 포트가 {target_ko} 이어집니다{subset_ko}{set_ko}{last_ko}"),
            )
        }
        (Some(entry), true) if !matches!(why, Some(NoEndpoints::ExternalName(_))) => {
            let why = no_endpoints(cluster, service, subset, why);
            let (port, target) = (entry.port.value, &entry.target_port.value);
            Text::new(
                format!("port {port} goes to port {target} of the Pods, but {}", why.en),
                format!("{port} 포트가 Pod의 {target} 포트로 이어지지만 {}", why.ko),
            )
        }
        _ => no_endpoints(cluster, service, subset, why),
    };
    let found = hop(HopKind::Service, Some(service.id), location, Text::same(service.name()), detail);
    let brief = if ready.is_empty() { no_endpoints_in_brief(why) } else { Text::default() };
    Hop { failed: ready.is_empty(), candidates: label_candidates(cluster, service, why), brief, ..found }
}

/// What is said where nothing is ready, and kube-proxy falls back.
fn last_resort(ready: &[Endpoint]) -> (&'static str, &'static str) {
    if ready.iter().all(|it| it.serves_still) {
        (
            "; none is ready, so what is being deleted and still serves gets it",
            ". 준비된 곳이 없어 삭제 중이지만 아직 응답하는 곳으로 보냅니다",
        )
    } else {
        ("", "")
    }
}

fn no_endpoints_in_brief(why: Option<NoEndpoints>) -> Text {
    let (en, ko) = match why {
        Some(NoEndpoints::NoSelector(_)) => ("no selector", "selector 없음"),
        Some(NoEndpoints::NoAddress(_)) => ("no address for the port", "포트에 맞는 주소 없음"),
        Some(NoEndpoints::NoPod(_)) => ("selector matches no Pod", "selector와 맞는 Pod 없음"),
        Some(NoEndpoints::NoNamedPort(_)) => ("no port of that name", "그 이름의 포트 없음"),
        Some(NoEndpoints::NoReplicas(_)) => ("replicas are 0", "replicas가 0"),
        Some(NoEndpoints::NotReady(_)) => ("none is ready", "준비된 곳 없음"),
        Some(NoEndpoints::ExternalName(_)) => ("only another name", "이름만 있음"),
        Some(NoEndpoints::ProbePort(..)) => ("probe asks no port", "프로브 포트 없음"),
        Some(NoEndpoints::Unschedulable(..)) => ("no Node fits", "맞는 Node 없음"),
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
pub(in crate::trace) fn why_location(
    cluster: &Cluster,
    service: &Found<'_, Service>,
    why: NoEndpoints,
) -> Option<Location> {
    Some(match why {
        NoEndpoints::NoSelector(span)
        | NoEndpoints::NoPod(span)
        | NoEndpoints::NoNamedPort(span)
        | NoEndpoints::ExternalName(span) => service.at(span),
        NoEndpoints::ProbePort(id, span) | NoEndpoints::Unschedulable(id, span) => {
            Location { document: cluster.entry(id)?.document, span }
        }
        NoEndpoints::NoAddress(id) | NoEndpoints::NoReplicas(id) | NoEndpoints::NotReady(id) => {
            let entry = cluster.entry(id)?;
            let span = cluster.get::<podpath_objects::Workload>(id).map(|it| it.object.replicas_span);
            Location { document: entry.document, span: span.unwrap_or_else(|| entry.resource.meta.name_span()) }
        }
    })
}

/// Why nobody answers, in a clause.
pub(in crate::trace) fn no_endpoints(
    cluster: &Cluster,
    service: &Found<'_, Service>,
    subset: Option<&(String, Labels)>,
    why: Option<NoEndpoints>,
) -> Text {
    let named = |id| name_of(cluster, Some(id)).en;
    match why {
        Some(NoEndpoints::NoSelector(_)) => Text::new(
            "it has no selector and no EndpointSlice or Endpoints names it",
            "selector가 없고, 이 Service를 가리키는 EndpointSlice나 Endpoints도 없습니다",
        ),
        Some(NoEndpoints::NoAddress(id)) => {
            let name = named(id);
            let kind = cluster.entry(id).map_or("", |it| it.resource.meta.kind.value.as_str());
            Text::new(
                format!(
                    "it has no selector, and {kind} `{name}` has no address for a port of this name, protocol and IP family"
                ),
                format!("selector가 없고, `{name}` {kind}에도 이름과 프로토콜, IP 계열이 맞는 포트의 주소가 없습니다"),
            )
        }
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
        Some(NoEndpoints::NotReady(id)) if cluster.get::<WorkloadEntry>(id).is_some() => {
            let name = named(id);
            Text::new(
                format!("the status of WorkloadEntry `{name}` does not say that it is healthy"),
                format!("`{name}` WorkloadEntry의 상태가 정상(Healthy)이 아닙니다"),
            )
        }
        Some(NoEndpoints::NotReady(id)) => {
            let name = named(id);
            Text::new(format!("no Pod of `{name}` is ready"), format!("`{name}`의 Pod가 모두 준비되지 않았습니다"))
        }
        Some(NoEndpoints::ExternalName(_)) => {
            let name = service.object.external_name.as_ref().map_or("", |it| it.value.as_str());
            Text::new(
                format!("it is only another name (a CNAME) of `{name}`, so it has no endpoints"),
                format!("`{name}`의 다른 이름(CNAME)일 뿐이라 엔드포인트가 없습니다"),
            )
        }
        Some(NoEndpoints::ProbePort(id, _)) => {
            let name = named(id);
            Text::new(
                format!(
                    "no Pod of `{name}` gets ready: its readiness probe asks a port that its container does not name"
                ),
                format!("`{name}`의 Pod는 준비될 수 없습니다. readinessProbe에서 컨테이너에 없는 포트 이름을 씁니다"),
            )
        }
        Some(NoEndpoints::Unschedulable(id, _)) => {
            let name = named(id);
            Text::new(
                format!("no Node that is given may run the Pods of `{name}`"),
                format!("`{name}`의 Pod를 실행할 수 있는 Node가 없습니다"),
            )
        }
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
pub(in crate::trace) fn endpoint_hop(
    cluster: &Cluster,
    service: &Found<'_, Service>,
    ready: &[Endpoint],
    why: Option<NoEndpoints>,
) -> Hop {
    let Some(first) = ready.first() else {
        let detail = no_endpoints(cluster, service, None, why);
        // Pods that are known but do not answer are shown, with the reason.
        if let Some(
            NoEndpoints::NoReplicas(id)
            | NoEndpoints::NotReady(id)
            | NoEndpoints::ProbePort(id, _)
            | NoEndpoints::Unschedulable(id, _),
        ) = why
        {
            let location = why.and_then(|it| why_location(cluster, service, it));
            let found = hop(HopKind::Endpoint, Some(id), location, name_of(cluster, Some(id)), detail);
            return Hop { failed: true, brief: no_endpoints_in_brief(why), ..found };
        }
        let title = Text::new("not reached", "닿지 못함");
        let brief = no_endpoints_in_brief(why);
        return Hop { failed: true, brief, ..hop(HopKind::Endpoint, None, None, title, detail) };
    };
    answering(cluster, first, None, ready)
}

fn answering(cluster: &Cluster, first: &Endpoint, name: Option<&str>, ready: &[Endpoint]) -> Hop {
    let entry = first.source.and_then(|id| cluster.entry(id));
    let location = entry.map(|it| Location { document: it.document, span: it.resource.meta.name_span() });
    let address = first.address.clone().unwrap_or_default();
    let own = || entry.map_or(address, |it| it.resource.meta.name().to_owned());
    let title = name.map_or_else(own, str::to_owned);
    let (mut en, mut ko) = (Vec::new(), Vec::new());
    for (port, n_pods, is_address) in by_port(cluster, ready) {
        let (who, who_ko) = match (is_address, n_pods) {
            (true, 1) => ("address answers".to_owned(), "주소 1개가".to_owned()),
            (true, _) => ("addresses answer".to_owned(), format!("주소 {n_pods}개가")),
            (false, 1) => ("Pod answers".to_owned(), "Pod 1개가".to_owned()),
            (false, _) => ("Pods answer".to_owned(), format!("Pod {n_pods}개가")),
        };
        en.push(format!("{n_pods} {who} on port {port}"));
        ko.push(format!("{who_ko} {port} 포트에서"));
    }
    let detail = Text::new(en.join(", "), format!("{} 응답합니다", ko.join(", ")));
    hop(HopKind::Endpoint, first.source, location, Text::same(title), detail)
}

/// How many Pods, and how many plain addresses, answer on each port, in the order of endpoints.
fn by_port(cluster: &Cluster, ready: &[Endpoint]) -> Vec<(u16, u32, bool)> {
    let mut found: Vec<(u16, u32, bool)> = Vec::new();
    for endpoint in ready {
        let key = (endpoint.port, is_address(cluster, endpoint));
        match found.iter_mut().find(|it| (it.0, it.2) == key) {
            Some(known) => known.1 = known.1.saturating_add(endpoint.replicas),
            None => found.push((key.0, endpoint.replicas, key.1)),
        }
    }
    found
}

/// The hop of a Pod that is called by its address, or by a name of its own.
pub(in crate::trace) fn pod_hop(cluster: &Cluster, endpoint: &Endpoint, name: Option<&str>) -> Hop {
    answering(cluster, endpoint, name, std::slice::from_ref(endpoint))
}
