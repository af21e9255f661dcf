//! Services to endpoints: who answers on a port of a Service.
//!
//! Rules: a number in `targetPort` is used as it is, whatever containers declare; a name is looked up in each Pod by
//! name and protocol, and a Pod without it is no endpoint of that port; the endpoints of EndpointSlices that name the
//! Service count too ("a Service can have multiple EndpointSlices"), with a selector or without. What the controller makes
//! of Pods that are here is left out, since the Pods count already. Endpoints by hand count as their mirrors, the
//! EndpointSlices that a controller makes of them (kubernetes `pkg/controller/endpointslicemirroring`).

use podpath_objects::{EndpointPort, EndpointSlice, Endpoints, Labels, PortRef, Service, ServicePort, ip_family};
use podpath_order::{Gather, OrdSet};
use podpath_source::Span;

use crate::{Cluster, Found, PodSource, PodState, ResourceId, Schedule, schedule};

/// Pods, or an address, that answer on a port of a Service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The Pod, the workload that makes the Pods, or a WorkloadEntry; none for other addresses.
    pub source: Option<ResourceId>,
    /// Of endpoints written by hand, and of WorkloadEntries.
    pub address: Option<String>,
    /// How many Pods.
    pub replicas: u32,
    /// The port of the Pod.
    pub port: u16,
    /// They take traffic.
    pub ready: bool,
    /// They are not ready because they are being deleted, and still answer.
    pub serves_still: bool,
}

/// Why a port of a Service has no endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoEndpoints {
    /// The Service has no selector, and no EndpointSlice or Endpoints names it.
    NoSelector(Span),
    /// The Service has no selector, and what names it (an EndpointSlice, or Endpoints) has no address for this port.
    NoAddress(ResourceId),
    /// No Pod of the namespace carries the labels.
    NoPod(Span),
    /// Pods are selected, but none has a port of that name.
    NoNamedPort(Span),
    /// The workloads that are selected make no Pods.
    NoReplicas(ResourceId),
    /// None of them takes traffic.
    NotReady(ResourceId),
    /// A readiness probe asks a port by a name that its container does not declare.
    ProbePort(ResourceId, Span),
    /// None of the Nodes that are given may run them.
    Unschedulable(ResourceId, Span),
    /// It is only a name for another host.
    ExternalName(Span),
}

/// The Pods that a Service selects, whatever their ports.
pub fn service_pods<'a>(cluster: &'a Cluster, service: &Found<'_, Service>) -> Vec<PodSource<'a>> {
    match &service.object.selector {
        Some(selector) => cluster.select_pods(service.namespace(), selector),
        None => vec![],
    }
}

/// Who answers on a port; when nobody takes traffic, why.
pub fn endpoints(
    cluster: &Cluster,
    service: &Found<'_, Service>,
    port: &ServicePort,
) -> (Vec<Endpoint>, Option<NoEndpoints>) {
    if let Some(name) = &service.object.external_name {
        return (vec![], Some(NoEndpoints::ExternalName(name.span)));
    }
    let Some(selector) = &service.object.selector else {
        let mut found = slice_endpoints(cluster, service, port, |_| true);
        add_mirrored(cluster, service, port, &mut found);
        let listed = slices_of(cluster, service).next().map(|it| it.id);
        let listed = listed.or_else(|| mirrored(cluster, service).map(|it| it.id));
        let alone = NoEndpoints::NoSelector(service.entry.resource.meta.name_span());
        let none = found.is_empty().then_some(listed.map_or(alone, NoEndpoints::NoAddress));
        return (found, none);
    };
    let pods = without_owners(cluster, service_pods(cluster, service));
    let with_port: Vec<_> = pods.iter().filter_map(|pod| Some((pod, pod_port(pod, port)?))).collect();
    let mut obstacle = None;
    let mut found = Vec::new();
    for (pod, number) in with_port.iter().filter(|(pod, _)| pod.state.makes_endpoints()) {
        let (endpoint, blocked) = of_pods(cluster, pod, *number, Some(service.object));
        obstacle = obstacle.or(blocked);
        found.push(endpoint);
    }
    let by_hand = |slice: &Found<'_, EndpointSlice>| pods.is_empty() || !is_managed(slice);
    let addresses: OrdSet<_> = found.iter().filter_map(|it| it.address.clone()).gather();
    let sources: OrdSet<_> = found.iter().filter_map(|it| it.source).gather();
    let mut others = slice_endpoints(cluster, service, port, by_hand);
    // A Pod may be counted without its address: one that is written in a slice is the same by its name.
    others.retain(|it| {
        !it.address.as_ref().is_some_and(|it| addresses.contains(it))
            && !it.source.is_some_and(|it| sources.contains(&it))
    });
    found.extend(others);
    if found.iter().any(|it| it.ready) {
        return (found, None);
    }
    let why = match (pods.first(), with_port.first()) {
        (None, _) => NoEndpoints::NoPod(selector.span),
        (_, None) => NoEndpoints::NoNamedPort(port.target_port.span),
        (_, Some((pod, _))) if pod.replicas == 0 => NoEndpoints::NoReplicas(pod.id),
        (_, Some((pod, _))) => obstacle.unwrap_or(NoEndpoints::NotReady(pod.id)),
    };
    (found, Some(why))
}

/// The Pods of a namespace that carry labels, on a port of theirs: what a ServiceEntry of Istio selects.
pub fn selected_endpoints(cluster: &Cluster, namespace: &str, selector: &Labels, port: u16) -> Vec<Endpoint> {
    let pods = without_owners(cluster, cluster.select_pods(namespace, selector));
    let counting = pods.iter().filter(|it| it.state.makes_endpoints());
    counting.map(|pod| of_pods(cluster, pod, port, None).0).collect()
}

/// Pods on a port of theirs, and what certainly keeps them from taking traffic. A Service may publish those that are not
/// ready.
fn of_pods(
    cluster: &Cluster,
    pod: &PodSource<'_>,
    port: u16,
    service: Option<&Service>,
) -> (Endpoint, Option<NoEndpoints>) {
    let (replicas, blocked) = running(cluster, pod);
    let takes = pod.is_ready() && !matches!(blocked, Some(NoEndpoints::ProbePort(..)));
    let runs = replicas > 0 && !matches!(blocked, Some(NoEndpoints::Unschedulable(..)));
    let ready = runs && (takes || service.is_some_and(|it| it.publishes_not_ready));
    let serves_still = !ready && runs && pod.state == PodState::ServesStill;
    let address = pod.ip.map(str::to_owned);
    (Endpoint { source: Some(pod.id), address, replicas, port, ready, serves_still }, blocked)
}

/// Pods that are here stand for the workload that makes them, which would count them again.
fn without_owners<'a>(cluster: &Cluster, pods: Vec<PodSource<'a>>) -> Vec<PodSource<'a>> {
    let counting = pods.iter().filter(|it| it.replicas > 0);
    let owners: OrdSet<_> = counting.filter_map(|it| cluster.owner_of(it.id)).gather();
    pods.into_iter().filter(|it| !owners.contains(&it.id)).collect()
}

/// How many Pods run, and what certainly keeps them from taking traffic.
fn running(cluster: &Cluster, pod: &PodSource<'_>) -> (u32, Option<NoEndpoints>) {
    if pod.is_observed {
        return (pod.replicas, None);
    }
    let kind = cluster.entry(pod.id).map_or("", |it| it.resource.meta.kind.value.as_str());
    let replicas = match schedule(cluster, &pod.template.placement, kind == "DaemonSet") {
        Schedule::Nowhere(span) => return (pod.replicas, Some(NoEndpoints::Unschedulable(pod.id, span))),
        Schedule::Nodes(nodes) if kind == "DaemonSet" => u32::try_from(nodes.len()).unwrap_or(u32::MAX),
        _ => pod.replicas,
    };
    let probe = pod.template.containers.iter().find_map(podpath_objects::Container::unanswerable_probe);
    (replicas, probe.map(|it| NoEndpoints::ProbePort(pod.id, it.span)))
}

fn pod_port(pod: &PodSource<'_>, port: &ServicePort) -> Option<u16> {
    match &port.target_port.value {
        PortRef::Number(number) => Some(*number),
        PortRef::Name(name) => {
            pod.template.named_port(name, &port.protocol).and_then(|it| it.port.as_ref()).map(|it| it.value)
        }
    }
}

/// The controller of EndpointSlices made it of Pods, so it says no more than they do.
fn is_managed(slice: &Found<'_, EndpointSlice>) -> bool {
    let by = slice.entry.resource.meta.labels.get("endpointslice.kubernetes.io/managed-by");
    by == Some("endpointslice-controller.k8s.io")
}

/// The EndpointSlices that name a Service.
fn slices_of<'a>(cluster: &'a Cluster, service: &Found<'_, Service>) -> impl Iterator<Item = Found<'a, EndpointSlice>> {
    let name = service.name();
    let named = move |slice: &Found<'_, EndpointSlice>| {
        slice.entry.resource.meta.labels.get("kubernetes.io/service-name") == Some(name)
    };
    cluster.in_namespace::<EndpointSlice>(service.namespace()).filter(named)
}

/// The Endpoints that are mirrored for a Service without selector: not where a label says so, nor where they hold the lock
/// of a leader (`endpointsShouldBeMirrored`).
fn mirrored<'a>(cluster: &'a Cluster, service: &Found<'_, Service>) -> Option<Found<'a, Endpoints>> {
    let found = cluster.find::<Endpoints>(service.namespace(), service.name())?;
    let meta = &found.entry.resource.meta;
    let skips = meta.labels.get("endpointslice.kubernetes.io/skip-mirror") == Some("true");
    let is_lock = meta.annotation("control-plane.alpha.kubernetes.io/leader").is_some();
    (!skips && !is_lock).then_some(found)
}

fn slice_endpoints(
    cluster: &Cluster,
    service: &Found<'_, Service>,
    port: &ServicePort,
    counts: impl Fn(&Found<'_, EndpointSlice>) -> bool,
) -> Vec<Endpoint> {
    let mut found = Vec::new();
    for slice in slices_of(cluster, service).filter(counts) {
        found.extend(endpoints_of(cluster, service, port, slice.object));
    }
    found
}

/// What Endpoints by hand add to the slices that are here: their mirrors may be among those.
fn add_mirrored(cluster: &Cluster, service: &Found<'_, Service>, port: &ServicePort, found: &mut Vec<Endpoint>) {
    let Some(by_hand) = mirrored(cluster, service) else { return };
    let known: OrdSet<_> = found.iter().map(|it| (it.address.clone(), it.port)).gather();
    for subset in &by_hand.object.subsets {
        let added = endpoints_of(cluster, service, port, subset);
        found.extend(added.into_iter().filter(|it| !known.contains(&(it.address.clone(), it.port))));
    }
}

/// The endpoints of one slice for a port. kube-proxy keeps the rules of each family apart, and takes a slice for the family
/// of its `addressType` (`pkg/proxy/endpointslicecache.go`, `pkg/proxy/metaproxier`): one of names (`FQDN`) never counts, nor
/// does one of a family that the Service has not. A port without a number is passed by ("Ignoring invalid endpoint port").
fn endpoints_of(
    cluster: &Cluster,
    service: &Found<'_, Service>,
    port: &ServicePort,
    slice: &EndpointSlice,
) -> Vec<Endpoint> {
    let name = port.name.as_ref().map_or("", |it| it.value.as_str());
    let fits = |it: &&EndpointPort| it.name == name && it.protocol == port.protocol;
    let Some(number) = slice.ports.iter().find(fits).and_then(|it| it.port) else { return vec![] };
    let is_served = |address: &String| {
        let family = slice.address_type.as_deref().or_else(|| ip_family(address));
        family.is_none_or(|it| it != "FQDN" && service.object.may_have_family(it))
    };
    let mut found = Vec::new();
    for endpoint in &slice.endpoints {
        let pod = endpoint.pod.as_deref();
        let source = pod.and_then(|name| cluster.find::<podpath_objects::Pod>(service.namespace(), name));
        found.extend(endpoint.addresses.iter().filter(|it| is_served(it)).map(|address| Endpoint {
            source: source.map(|it| it.id),
            address: Some(address.clone()),
            replicas: 1,
            port: number,
            ready: endpoint.ready,
            serves_still: !endpoint.ready && endpoint.serves_still,
        }));
    }
    found
}
