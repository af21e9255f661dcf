//! Where a request enters, and which of several ways in it takes.

use podpath_cluster::{Cluster, Endpoint, Found, PodSource, ResourceId, endpoints};
use podpath_objects::{Gateway as GatewayObject, Ingress, IstioGateway, Labels, PortRef, Service};
use podpath_source::Text;

use super::end::End;
use super::exposed::{exposed, has_address, kept_out, through_service};
use super::mesh::{ambient, lists_port};
use super::outbound;
use super::service::pod_by_name;
use super::stage::Walk;
use super::words;
use super::{Caller, Candidate, Entry, Hop, HopKind, Outcome, Trace, Verdicted};
use crate::gateways::istio;
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
    for Way { table, port, client } in ways_in(cluster, tables, request) {
        let request = Request { port, ..request.clone() };
        let mut walk = Walk::new(cluster, tables, &request, &Entry::Internet);
        match client {
            Client::Hidden => walk.hide_client(),
            Client::Kept => walk.keep_client(&request),
            Client::Untold => {}
        }
        let trace = walk.run(table, request.clone());
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

/// A way in from the internet.
struct Way<'a> {
    table: &'a Table,
    /// The port at which the request meets it.
    port: u16,
    /// What it sees of the client.
    client: Client,
}

/// What becomes of the address of a client on its way to a way in.
#[derive(Clone, Copy)]
enum Client {
    /// Nodes write their own over it.
    Hidden,
    /// Nothing does.
    Kept,
    /// It is not told what is in between, or the load balancer itself is the way in.
    Untold,
}

/// Every table that the internet reaches.
fn ways_in<'a>(cluster: &Cluster, tables: &'a Tables, request: &Request) -> Vec<Way<'a>> {
    let straight = |table: &'a Table, client| Way { table, port: request.port, client };
    let public = tables.load_balancers().iter().chain(tables.gateways()).filter(|it| it.is_public);
    // Which Service an implementation puts before a gateway is not told.
    let of_table = |it: &Table| if it.gateway.is_load_balancer { Client::Untold } else { Client::Hidden };
    let mut ways: Vec<_> = public.map(|it| straight(it, of_table(it))).collect();
    let behind_balancer = tables.load_balancers().iter().any(|it| it.is_public);
    for (pods, table) in tables.istio() {
        match exposing(cluster, &pods.namespace, &pods.labels, request.port) {
            Some((service, port)) => match tables.network(service.id) {
                Some(balancer) if balancer.is_public => ways.push(straight(balancer, Client::Untold)),
                Some(_) => {}
                // The Service itself says why, when no other way takes the request.
                None if kept_out(&service, request).is_some() => {}
                None => {
                    let is_local = service.object.traffic.is_external_local;
                    let client = if is_local { Client::Kept } else { Client::Hidden };
                    ways.extend(port.map(|port| Way { table, port, client }));
                }
            },
            // Nothing says how the gateway is reached: a part of a cluster was pasted.
            None if !behind_balancer && !has_service(cluster, &pods.namespace, &pods.labels) => {
                ways.push(straight(table, Client::Untold));
            }
            None => {}
        }
    }
    ways
}

/// The Services that select Pods with these labels.
pub(super) fn services_of<'a>(
    cluster: &'a Cluster,
    namespace: &str,
    labels: &Labels,
) -> impl Iterator<Item = Found<'a, Service>> {
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
        (Some(service), _) if has_address(&service, request) => through_service(walk, &service, request, &[]),
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

/// Calls to a port that an annotation of the caller's Pods keeps from their sidecar, as far as they are here.
fn goes_past(cluster: &Cluster, caller: &Caller, port: u16) -> bool {
    let mut pods = cluster.select_pods(&caller.namespace, &caller.labels).into_iter().peekable();
    let excludes = |pod: PodSource<'_>| {
        let excluded = pod.template.annotations.get("traffic.sidecar.istio.io/excludeOutboundPorts");
        excluded.is_some_and(|it| lists_port(it, port))
    };
    pods.peek().is_some() && pods.all(excludes)
}

/// A call from inside the cluster.
fn from_pod(cluster: &Cluster, tables: &Tables, request: &Request, caller: &Caller) -> Trace {
    let sidecar = caller.sidecar && !goes_past(cluster, caller, request.port);
    let caller = &Caller { sidecar, ..caller.clone() };
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
                // The one that is dialled, of several.
                address: Some(host.trim_matches(['[', ']']).to_owned()),
                replicas: pod.replicas,
                port: request.port,
                ready: pod.is_ready(),
                serves_still: pod.state == podpath_cluster::PodState::ServesStill,
            };
            if caller.sidecar {
                return outbound::to_pod(cluster, walk, caller, endpoint, &host, request);
            }
            return walk.deliver_to_pod(endpoint, None, request);
        }
        missing @ (istio::Called::Missing | istio::Called::Outside) => {
            if let Some((endpoint, pod)) = pod_by_name(cluster, &host, &caller.namespace, &request) {
                return walk.deliver_to_pod(endpoint, Some(&pod), request);
            }
            if let Some(service) = outbound::named(cluster, &host, &caller.namespace).filter(|_| caller.sidecar) {
                return outbound::to_service(cluster, walk, caller, &service, &host, request);
            }
            if matches!(missing, istio::Called::Missing) {
                return outbound::to_missing(cluster, walk, caller, &host, request);
            }
            if !caller.sidecar {
                return match istio::by_outer_address(cluster, &host, request.scheme.transport(), request.port) {
                    Some(service) => walk.call_service(&service, request.port, request),
                    None => walk.finish(End::passthrough(&host)),
                };
            }
            return outbound::to_outside(cluster, walk, caller, &host, request);
        }
    };
    if let Some(at) = ambient::waypoint(cluster, caller, &service, request.port) {
        return walk.finish(End::unsupported_at(ambient::WAYPOINT.into(), at));
    }
    if !caller.sidecar {
        return walk.call_service(&service, request.port, request);
    }
    outbound::to_service(cluster, walk, caller, &service, &host, request)
}

/// The hop of the client; a Pod that calls is told by its app.
pub(super) fn client_hop(request: &Request, entry: &Entry) -> Hop {
    let title = match entry {
        Entry::Pod(caller) => Text::same(caller.labels.get("app").unwrap_or(&caller.namespace)),
        _ => Text::new("Internet", "인터넷"),
    };
    words::hop(HopKind::Client, None, None, title, words::client(request))
}
