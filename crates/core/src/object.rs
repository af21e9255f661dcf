//! The method `object`: what an object is, what the API server keeps of it, who answers behind it, who refers to it.

mod mentions;
mod references;
mod stored;
mod summary;

use podpath_cluster::{Cluster, Found, ResourceId, endpoints, pod_name, service_pods};
use podpath_objects::{Gateway, IstioGateway, Labels, Reader, Service};
use podpath_protocol::{Condition, EndpointList, From, Locale, ObjectCard, PodCaller, PodLine, PortLine, Ref};
use podpath_routing::mesh::{Injected, Injection};
use podpath_source::Spanned;
use podpath_yaml::Node;

use crate::analysis::Analysis;
use crate::place::{name_range, say};
use crate::{balancer, pod, status};

pub(crate) use mentions::{Mention, of_document};
pub(crate) use stored::yaml;

/// A card names so many Pods.
const N_PODS: usize = 8;

/// The card of an object; none when it is not here.
pub(crate) fn object(analysis: &Analysis, resource: &Ref, locale: Locale) -> Option<ObjectCard> {
    let id = analysis.resolve(resource)?;
    let entry = analysis.cluster.entry(id)?;
    let meta = &entry.resource.meta;
    let document = podpath_yaml::parse(&analysis.placed(entry.document)?.document.text);
    let nodes = document.root.as_ref().map(podpath_objects::nodes).unwrap_or_default();
    let node = nodes.into_iter().find(|it| it.span == meta.span)?;
    let kind = meta.kind.value.as_str();
    let stored = stored::stored(node, kind, &entry.namespace);
    Some(ObjectCard {
        resource: analysis.reference(id)?,
        range: name_range(analysis, id)?,
        summary: say(&summary::summary(meta.group(), kind), locale),
        fields: stored.fields(),
        stored: stored.lines(),
        ports: ports(&analysis.cluster, id),
        pod: pod::facts(analysis, id, locale),
        load_balancer: balancer::card(analysis, id, locale),
        endpoints: endpoint_list(analysis, id),
        conditions: conditions(node),
        status: status::of(analysis, id, locale),
        used_by: references::used_by(analysis, id),
        uses: references::uses(analysis, id),
        trace_from: start(analysis, id),
    })
}

fn ports(cluster: &Cluster, id: ResourceId) -> Vec<PortLine> {
    let line = |name: Option<&str>, port: u16, target: Option<String>, protocol: &str| PortLine {
        name: name.filter(|it| !it.is_empty()).map(str::to_owned),
        port,
        target,
        protocol: protocol.to_owned(),
    };
    if let Some(service) = cluster.get::<Service>(id) {
        let lines = service.object.ports.iter().map(|it| {
            line(named(it.name.as_ref()), it.port.value, Some(it.target_port.value.to_string()), &it.protocol)
        });
        return lines.collect();
    }
    if let Some(gateway) = cluster.get::<Gateway>(id) {
        let lines = gateway
            .object
            .listeners
            .iter()
            .filter_map(|it| Some(line(Some(&it.name.value), it.port.as_ref()?.value, None, &it.protocol.value)));
        return lines.collect();
    }
    if let Some(gateway) = cluster.get::<IstioGateway>(id) {
        let lines = gateway.object.servers.iter().filter_map(|it| {
            Some(line(named(it.port_name.as_ref()), it.port.as_ref()?.value, None, &it.protocol.value))
        });
        return lines.collect();
    }
    let ports = cluster.pod_source(id).into_iter().flat_map(|it| it.template.ports());
    ports.filter_map(|it| Some(line(named(it.name.as_ref()), it.port.as_ref()?.value, None, &it.protocol))).collect()
}

fn named(name: Option<&Spanned<String>>) -> Option<&str> {
    name.map(|it| it.value.as_str())
}

fn endpoint_list(analysis: &Analysis, id: ResourceId) -> Option<EndpointList> {
    let cluster = &analysis.cluster;
    let mut list = EndpointList::default();
    if let Some(service) = cluster.get::<Service>(id) {
        fill_service(&mut list, analysis, &service);
    } else {
        let pods = cluster.pod_source(id)?;
        fill(&mut list, analysis, Some(id), (pods.replicas, pods.is_ready()), None, None);
    }
    Some(list)
}

/// The endpoints of the first port, or the Pods that are selected where it has none.
fn fill_service(list: &mut EndpointList, analysis: &Analysis, service: &Found<'_, Service>) {
    let found = service.object.ports.first().map(|it| endpoints(&analysis.cluster, service, it).0).unwrap_or_default();
    for it in &found {
        fill(list, analysis, it.source, (it.replicas, it.ready), Some(it.port), it.address.as_deref());
    }
    if found.is_empty() {
        for it in service_pods(&analysis.cluster, service) {
            fill(list, analysis, Some(it.id), (it.replicas, false), None, None);
        }
    }
}

fn fill(
    list: &mut EndpointList,
    analysis: &Analysis,
    source: Option<ResourceId>,
    (replicas, ready): (u32, bool),
    port: Option<u16>,
    address: Option<&str>,
) {
    list.total = list.total.saturating_add(replicas);
    list.ready = list.ready.saturating_add(if ready { replicas } else { 0 });
    let resource = source.and_then(|id| analysis.reference(id));
    let room = N_PODS.saturating_sub(list.pods.len());
    let name = |nth: u32| match &resource {
        Some(it) => pod_name(&it.kind, &it.name, nth),
        None => address.unwrap_or_default().to_owned(),
    };
    list.pods.extend((0..replicas).take(room).map(|nth| PodLine {
        name: name(nth),
        resource: resource.clone(),
        port,
        ready,
    }));
}

/// A load balancer, a gateway and a Pod can be where a request begins.
fn start(analysis: &Analysis, id: ResourceId) -> Option<From> {
    let resource = analysis.reference(id)?;
    if let Some(pods) = analysis.cluster.pod_source(id) {
        let labels = |it: &Labels| it.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        let pod = PodCaller {
            namespace: pods.namespace.to_owned(),
            labels: labels(&pods.template.labels),
            service_account: pods.template.service_account.as_ref().map(|it| it.value.clone()),
            sidecar: Some(Injection::new(&analysis.cluster).sidecar(&pods).injected == Injected::Yes),
            tls: None,
        };
        return Some(From { pod: Some(pod), ..From::default() });
    }
    let tables = analysis.tables();
    if tables.load_balancers().iter().any(|it| it.members.contains(&id)) {
        return Some(From { load_balancer: Some(resource), ..From::default() });
    }
    let cluster = &analysis.cluster;
    let is_gateway = cluster.get::<Gateway>(id).is_some() || cluster.get::<IstioGateway>(id).is_some();
    is_gateway.then(|| From { gateway: Some(resource), ..From::default() })
}

/// `status.conditions`, as written.
fn conditions(node: &Node) -> Vec<Condition> {
    let read = |it: Reader<'_>| {
        let text = |key: &str| it.get(key).text().map(|it| it.value).unwrap_or_default();
        Some(Condition {
            kind: it.get("type").text()?.value,
            status: text("status"),
            reason: text("reason"),
            message: text("message"),
            range: None,
        })
    };
    Reader::new(node).get("status").get("conditions").items().filter_map(read).collect()
}
