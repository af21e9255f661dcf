//! An object or a field in one sentence.

use podpath_cluster::{Cluster, ResourceId};
use podpath_objects::{DestinationRule, Gateway, HttpRoute, Ingress, IstioGateway, Object, Service, Workload};
use podpath_protocol::{Hover, Locale};
use podpath_source::Text;

use super::Place;
use super::site::site;
use crate::analysis::Analysis;

/// `Service shop/web`.
pub(super) fn title(analysis: &Analysis, id: ResourceId) -> String {
    analysis.cluster.entry(id).map_or_else(String::new, |entry| {
        let meta = &entry.resource.meta;
        let space = if entry.namespace.is_empty() { String::new() } else { format!("{}/", entry.namespace) };
        format!("{} `{space}{}`", meta.kind.value, meta.name())
    })
}

/// What the object offers.
pub(super) fn summary(analysis: &Analysis, id: ResourceId, locale: Locale) -> String {
    let cluster = &analysis.cluster;
    let said = cluster.entry(id).and_then(|entry| match &entry.resource.object {
        Object::Service(it) => Some(service(cluster, id, it)),
        Object::Workload(it) => Some(workload(it)),
        Object::Gateway(it) => Some(gateway(it)),
        Object::IstioGateway(it) => Some(istio_gateway(it)),
        Object::VirtualService(it) => Some(hosts(it.hosts.iter().map(|it| it.value.as_str()))),
        Object::HttpRoute(it) => Some(route(it)),
        Object::Ingress(it) => Some(ingress(it)),
        Object::DestinationRule(it) => Some(rule(it)),
        _ => None,
    });
    said.map_or_else(String::new, |it| crate::place::say(&it, locale))
}

fn service(cluster: &Cluster, id: ResourceId, it: &Service) -> Text {
    let ports: Vec<String> =
        it.ports.iter().map(|it| format!("{} → {}", it.port.value, it.target_port.value)).collect();
    let pods = cluster.get::<Service>(id).map_or(0, |it| podpath_cluster::service_pods(cluster, &it).len());
    let (kind, ports) = (&it.service_type, ports.join(", "));
    Text::new(
        format!(
            "{kind}; ports {ports}; its selector finds {pods} {}",
            if pods == 1 { "workload" } else { "workloads" }
        ),
        format!("{kind}; 포트 {ports}; 셀렉터와 맞는 워크로드 {pods}개"),
    )
}

fn workload(it: &Workload) -> Text {
    let ports: Vec<String> = it.template.ports().filter_map(|it| Some(it.port.as_ref()?.value.to_string())).collect();
    let (n, ports) = (it.replicas, ports.join(", "));
    if ports.is_empty() {
        return Text::new(format!("{n} Pods; no port named"), format!("Pod {n}개; 적힌 포트 없음"));
    }
    Text::new(format!("{n} Pods; ports {ports}"), format!("Pod {n}개; 포트 {ports}"))
}

fn gateway(it: &Gateway) -> Text {
    let listener = |it: &podpath_objects::GatewayListener| {
        let port = it.port.as_ref().map_or_else(String::new, |it| it.value.to_string());
        let host = it.hostname.as_ref().map_or("*", |it| it.value.as_str());
        format!("`{}` {} {port} {host}", it.name.value, it.protocol.value)
    };
    listeners(it.listeners.iter().map(listener))
}

fn istio_gateway(it: &IstioGateway) -> Text {
    let server = |it: &podpath_objects::Server| {
        let port = it.port.as_ref().map_or_else(String::new, |it| it.value.to_string());
        let hosts: Vec<&str> = it.hosts.iter().map(|it| it.value.as_str()).collect();
        format!("{} {port} {}", it.protocol.value, hosts.join(" "))
    };
    listeners(it.servers.iter().map(server))
}

fn listeners(all: impl Iterator<Item = String>) -> Text {
    let all = few(all);
    Text::new(format!("listens: {all}"), format!("리스너: {all}"))
}

fn hosts<'a>(all: impl Iterator<Item = &'a str>) -> Text {
    let all = few(all.map(|it| format!("`{it}`")));
    let all = if all.is_empty() { "*".to_owned() } else { all };
    Text::new(format!("hosts {all}"), format!("호스트 {all}"))
}

fn route(it: &HttpRoute) -> Text {
    let said = hosts(it.hostnames.iter().map(|it| it.value.as_str()));
    let n = it.rules.len();
    Text::new(format!("{}; {n} rules", said.en), format!("{}; 규칙 {n}개", said.ko))
}

fn ingress(it: &Ingress) -> Text {
    let said = hosts(it.rules.iter().filter_map(|it| it.host.as_ref()).map(|it| it.value.as_str()));
    let n: usize = it.rules.iter().map(|it| it.paths.len()).sum();
    Text::new(format!("{}; {n} paths", said.en), format!("{}; 경로 {n}개", said.ko))
}

fn rule(it: &DestinationRule) -> Text {
    let host = it.host.as_ref().map_or("", |it| it.value.as_str());
    let subsets = few(it.subsets.iter().map(|it| it.name.value.clone()));
    Text::new(format!("host `{host}`; subsets {subsets}"), format!("호스트 `{host}`; 서브셋 {subsets}"))
}

/// The first four, and a sign that there are more.
fn few(all: impl Iterator<Item = String>) -> String {
    let mut named: Vec<String> = all.take(5).collect();
    if named.len() == 5 {
        named.pop();
        named.push("…".to_owned());
    }
    named.join(", ")
}

/// What the field under the place takes.
pub(super) fn field(place: &Place<'_>, locale: Locale) -> Option<Hover> {
    let text = &place.placed.document.text;
    let at = place.at as usize;
    let is_word = |it: char| it.is_ascii_alphanumeric();
    let end = at + text.get(at..)?.find(|it| !is_word(it))?;
    let start = text.get(..end)?.rfind(|it| !is_word(it)).map_or(0, |it| it + 1);
    let name =
        text.get(start..end).filter(|it| !it.is_empty() && text.get(end..).is_some_and(|it| it.starts_with(':')))?;
    let here = site(text, end)?;
    let path: Vec<&str> = here.path.iter().map(String::as_str).collect();
    let fields = podpath_schema::field_help(&here.api_version, &here.kind, &path);
    let help = fields.iter().find(|it| it.name == name)?;
    let must = match (help.is_required, locale) {
        (true, Locale::En) => "; must be there",
        (true, Locale::Ko) => "; 꼭 있어야 함",
        (false, _) => "",
    };
    let whole = path.iter().copied().chain([name]).collect::<Vec<_>>().join(".");
    Some(Hover {
        range: place.range(podpath_source::Span::new(start, end)),
        title: format!("`{whole}`"),
        text: format!("{}{must}", help.takes),
        used_by: vec![],
    })
}
