//! Where a request enters, and which of several ways in it takes.

use podpath_cluster::{Cluster, Endpoint, Found, ResourceId, endpoints};
use podpath_objects::{Gateway as GatewayObject, Ingress, IstioGateway, Labels, PortRef, Service};
use podpath_source::Text;

use super::end::End;
use super::exposed::{exposed, has_address, through_service};
use super::guard;
use super::mesh::Mesh;
use super::service::pod_by_name;
use super::stage::Walk;
use super::words;
use super::{Caller, Candidate, Entry, Hop, HopKind, Outcome, Trace, Verdicted};
use crate::gateways::{gateway_api, istio};
use crate::request::Request;
use crate::table::Table;
use crate::tables::Tables;

/// Follows a request from its entry.
pub(super) fn enter(cluster: &Cluster, tables: &Tables, request: &Request, entry: &Entry) -> Trace {
    let walk = || Walk::new(cluster, tables, request, entry);
    match entry {
        Entry::Internet => from_internet(cluster, tables, request),
        Entry::LoadBalancer(id) | Entry::Gateway(id) if cluster.settings.ingress_controller.is_some() => {
            match tables.all().find(|it| it.members.contains(id)) {
                Some(table) => walk().run(table, request.clone()),
                None => from_gateway(cluster, tables, request, *id),
            }
        }
        Entry::LoadBalancer(id) => match tables.load_balancers().iter().find(|it| it.members.contains(id)) {
            Some(table) => walk().run(table, request.clone()),
            None => from_service(cluster, tables, request, *id),
        },
        Entry::Gateway(id) => match tables.load_balancers().iter().find(|it| it.members.contains(id)) {
            Some(table) => walk().run(table, request.clone()),
            None => from_gateway(cluster, tables, request, *id),
        },
        Entry::Workload { namespace, labels } => {
            let table = istio::lower_labels(cluster, namespace, labels);
            walk().run(&table, request.clone())
        }
        Entry::Pod(caller) => from_pod(cluster, tables, request, caller),
    }
}

/// Tries every way in that the internet reaches and keeps the one that gets furthest; the first of equals.
fn from_internet(cluster: &Cluster, tables: &Tables, request: &Request) -> Trace {
    let mut best: Option<(u8, &Table, Trace)> = None;
    for (table, port) in ways_in(cluster, tables, request) {
        let request = Request { port, ..request.clone() };
        let trace = Walk::new(cluster, tables, &request, &Entry::Internet).run(table, request.clone());
        let reach = reach(&trace);
        if best.as_ref().is_none_or(|(known, ..)| reach > *known) {
            best = Some((reach, table, trace));
        }
    }
    // A Service is no way in for what a gateway answers: its port may be that of the gateway's own Pods.
    let services = if best.as_ref().is_none_or(|it| it.0 == 0) { exposed(cluster, tables, request) } else { vec![] };
    if let Some(service) = services.first() {
        let walk = Walk::new(cluster, tables, request, &Entry::Internet);
        return through_service(walk, service, request, services.get(1..).unwrap_or_default());
    }
    let Some((_, chosen, mut trace)) = best else {
        return Walk::new(cluster, tables, request, &Entry::Internet)
            .finish(End::nothing_listens(cluster, tables, request));
    };
    let others = tables.load_balancers().iter().filter(|it| !std::ptr::eq(*it, chosen));
    let candidates = others.map(|it| other_load_balancer(it, request));
    if let Some(hop) = trace.hops.iter_mut().find(|it| it.kind == HopKind::LoadBalancer) {
        hop.candidates.extend(candidates);
    }
    trace
}

/// Every table that the internet reaches, with the port at which the request meets it.
fn ways_in<'a>(cluster: &Cluster, tables: &'a Tables, request: &Request) -> Vec<(&'a Table, u16)> {
    let public = tables.load_balancers().iter().chain(tables.gateways()).filter(|it| it.is_public);
    let mut ways: Vec<_> = public.map(|it| (it, request.port)).collect();
    let behind_balancer = tables.load_balancers().iter().any(|it| it.is_public);
    for (pods, table) in tables.istio() {
        match exposing(cluster, &pods.namespace, &pods.labels, request.port) {
            Some((service, port)) => match tables.network(service.id) {
                Some(balancer) if balancer.is_public => ways.push((balancer, request.port)),
                Some(_) => {}
                None => ways.extend(port.map(|port| (table, port))),
            },
            // Nothing says how the gateway is reached: a part of a cluster was pasted.
            None if !behind_balancer && !has_service(cluster, &pods.namespace, &pods.labels) => {
                ways.push((table, request.port));
            }
            None => {}
        }
    }
    ways
}

fn services_of<'a>(cluster: &'a Cluster, namespace: &str, labels: &Labels) -> impl Iterator<Item = Found<'a, Service>> {
    let selects = |it: &Found<'_, Service>| it.object.selector.as_ref().is_some_and(|it| it.is_subset_of(labels));
    cluster.in_namespace::<Service>(namespace).filter(move |it| selects(it))
}

fn has_service(cluster: &Cluster, namespace: &str, labels: &Labels) -> bool {
    services_of(cluster, namespace, labels).next().is_some()
}

/// The Service of type LoadBalancer that selects these Pods and has the port, with the Pod's port behind it.
fn exposing<'a>(
    cluster: &'a Cluster,
    namespace: &str,
    labels: &Labels,
    port: u16,
) -> Option<(Found<'a, Service>, Option<u16>)> {
    let public = services_of(cluster, namespace, labels).filter(|it| it.object.service_type == "LoadBalancer");
    public.into_iter().find_map(|service| {
        let entry = service.object.port(port)?;
        let behind = match &entry.target_port.value {
            PortRef::Number(number) => Some(*number),
            PortRef::Name(_) => endpoints(cluster, &service, entry).0.first().map(|it| it.port),
        };
        Some((service, behind))
    })
}

/// How far a request gets: the higher the better.
fn reach(trace: &Trace) -> u8 {
    match trace.outcome {
        Outcome::Delivered if trace.status.is_none() => 6,
        Outcome::Redirected => 5,
        Outcome::Delivered => 4,
        Outcome::Unsupported | Outcome::Passthrough => 3,
        Outcome::Answered if trace.reason != "no-route" && trace.reason != "no-listener-host" => 2,
        Outcome::Answered => 1,
        Outcome::Refused => 0,
    }
}

fn other_load_balancer(table: &Table, request: &Request) -> Candidate {
    let (reason, detail) = if !table.is_public {
        ("internal", Text::new("internal: the internet does not reach it", "내부용이라 인터넷에서 닿지 않습니다"))
    } else if !table.listeners.iter().any(|it| it.port == request.port) {
        let en = format!("it does not listen on port {}", request.port);
        ("no-listener", Text::new(en, format!("{} 포트를 열지 않습니다", request.port)))
    } else {
        (
            "other-load-balancer",
            Text::new("another load balancer got further with it", "다른 로드 밸런서가 이 요청을 더 멀리 보냈습니다"),
        )
    };
    let origin = &table.origin;
    let (resource, location) = (origin.resource, origin.location);
    Candidate { resource, location, path: String::new(), verdict: Verdicted::Mismatch, reason, detail }
}

/// The load balancer, or the nodes, of a Service.
fn from_service(cluster: &Cluster, tables: &Tables, request: &Request, id: ResourceId) -> Trace {
    let walk = Walk::new(cluster, tables, request, &Entry::Internet);
    match (cluster.get::<Service>(id), cluster.get::<Ingress>(id)) {
        (Some(service), _) if has_address(&service, request.port) => through_service(walk, &service, request, &[]),
        (None, None) => walk.finish(End::unsupported("from.loadBalancer".into())),
        _ => walk.finish(End::no_load_balancer(tables, id)),
    }
}

/// A gateway by its object: the table that it is a member of.
fn from_gateway(cluster: &Cluster, tables: &Tables, request: &Request, id: ResourceId) -> Trace {
    let walk = Walk::new(cluster, tables, request, &Entry::Internet);
    if cluster.get::<IstioGateway>(id).is_some() {
        let found = tables.istio().iter().find(|(_, table)| table.members.contains(&id));
        if let Some((pods, table)) = found {
            let listens = table.listeners.iter().any(|it| it.port == request.port);
            let port = if listens { None } else { translated(cluster, &pods.namespace, &pods.labels, request.port) };
            let request = Request { port: port.unwrap_or(request.port), ..request.clone() };
            return walk.run(table, request);
        }
    }
    let table = tables.gateways().find(|it| it.members.contains(&id));
    match table {
        Some(table) => walk.run(table, request.clone()),
        None if cluster.get::<GatewayObject>(id).is_some() => walk.finish(End::not_played(cluster, id)),
        None if cluster.get::<Ingress>(id).is_some() => walk.finish(End::no_load_balancer(tables, id)),
        None => walk.finish(End::unsupported("from.gateway".into())),
    }
}

/// The Pod's port of a Service port, by the Services that select the Pods.
fn translated(cluster: &Cluster, namespace: &str, labels: &Labels, port: u16) -> Option<u16> {
    services_of(cluster, namespace, labels).find_map(|service| {
        let entry = service.object.port(port)?;
        endpoints(cluster, &service, entry).0.first().map(|it| it.port)
    })
}

/// A call from inside the cluster.
fn from_pod(cluster: &Cluster, tables: &Tables, request: &Request, caller: &Caller) -> Trace {
    let walk = Walk::new(cluster, tables, request, &Entry::Pod(caller.clone()));
    let host = request.host.clone();
    // The address decides whom the caller meets; a Host header may say something else.
    let authority = request.header("host").unwrap_or_else(|| request.authority.clone());
    let mut request = request.clone();
    request.set_authority(&authority);
    request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("host"));
    let service = match istio::called(cluster, &host, &caller.namespace) {
        istio::Called::Service(service) => service,
        istio::Called::Pod(pod) => {
            let endpoint = Endpoint {
                source: Some(pod.id),
                address: pod.ip.map(str::to_owned),
                replicas: pod.replicas,
                port: request.port,
                ready: pod.ready,
            };
            return walk.deliver_to_pod(endpoint, None, request);
        }
        missing @ (istio::Called::Missing | istio::Called::Outside) => {
            if let Some((endpoint, pod)) = pod_by_name(cluster, &host, &caller.namespace, request.port) {
                return walk.deliver_to_pod(endpoint, Some(&pod), request);
            }
            // A sidecar serves every name below that of a headless Service.
            let above = host.split_once('.').map(|(_, above)| istio::called(cluster, above, &caller.namespace));
            if let Some(istio::Called::Service(service)) = above
                && caller.sidecar
                && service.object.is_headless()
            {
                return call_in_mesh(cluster, walk, caller, &service, request);
            }
            if matches!(missing, istio::Called::Missing) {
                return walk.finish(End::no_such_name(&host));
            }
            return call_outside(cluster, walk, caller, &host, request);
        }
    };
    if !caller.sidecar {
        return walk.call_service(&service, request.port, request);
    }
    call_in_mesh(cluster, walk, caller, &service, request)
}

/// A call of a sidecar to a host that is no Service: a ServiceEntry by name or address, else it leaves the mesh, or not.
fn call_outside(cluster: &Cluster, walk: Walk<'_>, caller: &Caller, host: &str, request: Request) -> Trace {
    if !caller.sidecar {
        return walk.finish(End::passthrough(host));
    }
    if let Some(service) = istio::headless_by_address(cluster, host, request.port) {
        return call_in_mesh(cluster, walk, caller, &service, request);
    }
    let proxy = proxy_of(caller, request.port);
    let by_address = istio::entry_by_address(cluster, &proxy, host);
    let name = by_address.as_ref().map_or(host, |(name, _)| name.as_str()).trim_end_matches('.');
    if request.scheme.is_http() && !request.scheme.is_tls() {
        if let Some(table) = istio::lower_host(cluster, &proxy, name) {
            return walk.run(&table, request);
        }
    } else if istio::is_entry(cluster, name, request.port, &caller.namespace) {
        return walk.deliver_to_host(name, request);
    }
    let end = unknown(cluster, caller, host, &request);
    walk.finish(end)
}

/// What becomes of a call to a host that the sidecar does not know; a Sidecar may say otherwise than the mesh.
fn unknown(cluster: &Cluster, caller: &Caller, host: &str, request: &Request) -> End {
    let sidecar = istio::sidecar_of(cluster, &proxy_of(caller, request.port));
    let own = sidecar.and_then(|it| it.object.outbound.as_ref()).map(|it| it.value == "REGISTRY_ONLY");
    if own.unwrap_or_else(|| Mesh::of(cluster).registry_only) {
        End::not_in_registry(host, request)
    } else {
        End::passthrough(host)
    }
}

/// A call of a sidecar to a Service.
fn call_in_mesh(
    cluster: &Cluster,
    walk: Walk<'_>,
    caller: &Caller,
    service: &Found<'_, Service>,
    request: Request,
) -> Trace {
    if !istio::knows(cluster, &proxy_of(caller, request.port), service) {
        // A VirtualService that is known serves all of its hosts, as it serves those that are no Services.
        let host = istio::host_of(cluster, service);
        let table = istio::lower_host(cluster, &proxy_of(caller, request.port), &host);
        if let Some(table) = table.filter(|_| request.scheme.is_http() && !request.scheme.is_tls()) {
            return walk.run(&table, request);
        }
        let end = unknown(cluster, caller, &request.host, &request);
        return walk.finish(end);
    }
    match mesh_table(cluster, caller, service, &request) {
        Some(table) => walk.run(&table, request),
        None => match guard::stream_route(cluster, service) {
            Some(found) => walk.unmodelled(found),
            None => call_by_connection(cluster, walk, caller, service, request),
        },
    }
}

/// A call whose bytes the sidecar does not read.
fn call_by_connection(
    cluster: &Cluster,
    walk: Walk<'_>,
    caller: &Caller,
    service: &Found<'_, Service>,
    request: Request,
) -> Trace {
    let proxy = proxy_of(caller, request.port);
    let port = service.object.port(request.port);
    match port.map_or(Ok(None), |port| istio::lower_connection(cluster, &proxy, service, port)) {
        Ok(Some(table)) => walk.run(&table, request),
        Ok(None) => walk.call_by_proxy(service, request),
        Err((field, location)) => walk.finish(End::unsupported_at(field.into(), location)),
    }
}

/// Routes of the Service, else what Istio makes of it. None for a call that the proxy does not read as HTTP.
fn mesh_table(cluster: &Cluster, caller: &Caller, service: &Found<'_, Service>, request: &Request) -> Option<Table> {
    // A Host header that names another Service of the dialled port is routed as that Service.
    let proxy = proxy_of(caller, request.port);
    let is_known = |it: &Found<'_, Service>| istio::knows(cluster, &proxy, it);
    let by_host = match istio::called(cluster, &request.host, &caller.namespace) {
        istio::Called::Service(other) if is_known(&other) && other.object.port(request.port).is_some() => other,
        _ => *service,
    };
    let port = request.port;
    // The ports of an ExternalName are those of the Service that it is another name of.
    let real = istio::aliased(cluster, &by_host).ok()?;
    if !request.scheme.is_http() || request.scheme.is_tls() || !real.object.port(port).is_some_and(istio::is_http) {
        return None;
    }
    if let Some(table) = gateway_api::mesh(cluster, service, &caller.namespace, port) {
        return Some(table);
    }
    Some(istio::lower_service(cluster, &proxy_of(caller, port), &by_host))
}

/// The sidecar of a caller.
fn proxy_of(caller: &Caller, port: u16) -> istio::Proxy<'_> {
    istio::Proxy { namespace: &caller.namespace, labels: &caller.labels, port, is_gateway: false }
}

/// The hop of the client; a Pod that calls is told by its app.
pub(super) fn client_hop(request: &Request, entry: &Entry) -> Hop {
    let title = match entry {
        Entry::Pod(caller) => Text::same(caller.labels.get("app").unwrap_or(&caller.namespace)),
        _ => Text::new("Internet", "인터넷"),
    };
    Hop {
        kind: HopKind::Client,
        resource: None,
        location: None,
        title,
        detail: words::client(request),
        brief: Text::default(),
        decided_by: None,
        rule: None,
        candidates: vec![],
        failed: false,
    }
}
