//! Services that are a way in by themselves: by a load balancer of L4, or by a port of every node.

use std::net::IpAddr;

use ipnet::IpNet;
use podpath_cluster::{Cluster, Found};
use podpath_objects::{PortRef, Service};
use podpath_order::Order;
use podpath_source::{Location, Text};

use super::end::End;
use super::stage::Walk;
use super::{Candidate, HopKind, Trace, Verdicted, words};
use crate::request::Request;
use crate::table::Fault;
use crate::tables::Tables;

/// The Services that the internet reaches at a port: those of type LoadBalancer, the one of the host first, then those for
/// which nodes open the port.
pub(super) fn exposed<'a>(cluster: &'a Cluster, tables: &Tables, request: &Request) -> Vec<Found<'a, Service>> {
    let is_public = |it: &Found<'_, Service>| match tables.network(it.id) {
        Some(balancer) => balancer.is_public,
        None => it.object.service_type == "LoadBalancer" && !is_internal(it),
    };
    let balanced = cluster.all::<Service>().filter(|it| is_public(it) && it.object.port(request.port).is_some());
    let names = |it: &Found<'_, Service>| {
        let hosts = it.entry.resource.meta.annotation("external-dns.alpha.kubernetes.io/hostname");
        hosts.is_some_and(|it| it.split(',').any(|it| it.trim().eq_ignore_ascii_case(&request.host)))
    };
    // One that has the port for another protocol alone says so, when nobody else takes the connection.
    let transport = request.scheme.transport();
    let takes = |it: &Found<'_, Service>| it.object.port_over(transport, &PortRef::Number(request.port)).is_some();
    let (mut found, other): (Vec<_>, Vec<_>) = balanced.partition(takes);
    found.order_by_key(|it| !names(it));
    found.extend(cluster.all::<Service>().filter(|it| it.object.by_node_port(transport, request.port).is_some()));
    found.extend(other);
    found
}

/// What clouds call an internal load balancer, where not the AWS Load Balancer Controller makes it.
///
/// Source: the annotations of the cloud providers.
fn is_internal(service: &Found<'_, Service>) -> bool {
    let note = |key: &str| service.entry.resource.meta.annotation(key);
    if let Some(scheme) = note("service.beta.kubernetes.io/aws-load-balancer-scheme") {
        return scheme == "internal";
    }
    match note("service.beta.kubernetes.io/aws-load-balancer-internal") {
        Some(internal) => internal == "true" || internal == "0.0.0.0/0",
        None => {
            note("networking.gke.io/load-balancer-type") == Some("Internal")
                || note("cloud.google.com/load-balancer-type") == Some("Internal")
                || note("service.beta.kubernetes.io/azure-load-balancer-internal") == Some("true")
        }
    }
}

/// A Service from outside: L4, straight to its Pods, by its load balancer or by a node.
pub(super) fn through_service(
    mut walk: Walk<'_>,
    service: &Found<'_, Service>,
    request: &Request,
    others: &[Found<'_, Service>],
) -> Trace {
    let by_node = service.object.by_node_port(request.scheme.transport(), request.port);
    let by_node = by_node.filter(|_| service.object.port(request.port).is_none());
    if let Some(balancer) = walk.tables.network(service.id).filter(|_| by_node.is_none()) {
        let mut trace = walk.run(balancer, request.clone());
        if let Some(hop) = trace.hops.iter_mut().find(|it| it.kind == HopKind::LoadBalancer) {
            hop.candidates.extend(others.iter().map(|it| other_service(it)));
        }
        return trace;
    }
    if service.object.traffic.is_external_local {
        walk.keep_client(request);
    } else {
        walk.hide_client();
    }
    let (mut hop, port) = match by_node {
        Some(entry) => (words::node_port_hop(service, request.port), entry.port.value),
        None => (words::load_balancer_service(service, request.port), request.port),
    };
    hop.candidates = others.iter().map(|it| other_service(it)).collect();
    walk.hop(hop);
    if let Some(fault) = kept_out(service, request).filter(|_| by_node.is_none()) {
        walk.hop(words::refusing_service_hop(service, &fault));
        return walk.finish(End::refused_at(fault.reason, fault.text.clone(), Some(fault.location)));
    }
    walk.call_service(service, port, request.clone())
}

/// `loadBalancerSourceRanges`: "traffic through the cloud-provider load-balancer will be restricted to the specified client
/// IPs"; the annotation counts where the field is empty, and without ranges everybody is let in
/// (`k8s.io/cloud-provider/service/helpers`, `GetLoadBalancerSourceRanges`). A client that tells no address is let in.
pub(super) fn kept_out(service: &Found<'_, Service>, request: &Request) -> Option<Fault> {
    let client: IpAddr = request.source_ip.as_ref()?.parse().ok()?;
    let (ranges, location) = source_ranges(service)?;
    if ranges.iter().any(|it| it.parse::<IpNet>().is_ok_and(|it| it.contains(&client))) {
        return None;
    }
    let listed = ranges.join("`, `");
    let text = Text::new(
        format!("the load balancer lets in clients from `{listed}` alone, and `{client}` is in none of them"),
        format!("로드 밸런서는 `{listed}` 범위의 클라이언트만 받는데 `{client}` 주소는 그 안에 없습니다"),
    );
    Some(Fault { reason: "source-range", status: 0, body: None, text, location })
}

/// The ranges that are written, and where; None when there is none.
fn source_ranges<'a>(service: &Found<'a, Service>) -> Option<(Vec<&'a str>, Location)> {
    if let Some(first) = service.object.source_ranges.first() {
        let ranges = service.object.source_ranges.iter().map(|it| it.value.trim()).collect();
        return Some((ranges, service.at(first.span)));
    }
    let notes = &service.entry.resource.meta.annotations;
    let (_, written) = notes.entry("service.beta.kubernetes.io/load-balancer-source-ranges")?;
    let ranges: Vec<_> = written.value.split(',').map(str::trim).filter(|it| !it.is_empty()).collect();
    (!ranges.is_empty()).then(|| (ranges, service.at(written.span)))
}

fn other_service(service: &Found<'_, Service>) -> Candidate {
    let detail = Text::new(
        "it has the port too; which of them a client reaches is told by the address that it dials",
        "같은 포트를 엽니다. 클라이언트가 어느 주소로 연결하는지에 따라 정해집니다",
    );
    Candidate {
        resource: Some(service.id),
        location: service.at(service.entry.resource.meta.name_span()),
        path: String::new(),
        verdict: Verdicted::Mismatch,
        reason: "other-address",
        detail,
    }
}

/// Something outside the cluster leads to it. The AWS Load Balancer Controller does not ask for the type.
pub(super) fn has_address(service: &Found<'_, Service>, request: &Request) -> bool {
    let meta = &service.entry.resource.meta;
    service.object.service_type == "LoadBalancer"
        || service.object.load_balancer_class.is_some()
        || meta.annotation("service.beta.kubernetes.io/aws-load-balancer-type").is_some()
        || service.object.by_node_port(request.scheme.transport(), request.port).is_some()
}
