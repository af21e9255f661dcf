//! VirtualServices at the Gateways that they name: the hosts that each server takes of them, and their rules there.

use std::sync::Arc;

use podpath_cluster::{Cluster, Found, ResourceId};
use podpath_objects::{IstioGateway, Kind, Resource, VirtualService};
use podpath_order::{OrdMap, Order};
use podpath_source::Text;

use super::destination::Proxy;
use super::frame::{Frame, Frames, Pods};
use super::hosts::Rules;
use super::names::{Visibility, age_key, full_host, gateways, of_routes, visibility};
use super::route;
use super::server::{Serving, as_written, protocol, usable};
use crate::gateways::{full_name, origin, whole};
use crate::pattern::HostPattern;
use crate::table::{Protocol, Rejected};

/// A VirtualService at a Gateway that some Pods serve.
#[derive(Debug)]
pub(super) struct Bound {
    /// The numbers of the frame, and of the Gateway in it.
    pub(super) at: (usize, usize),
    pub(super) service: ResourceId,
    resource: Arc<Resource>,
    /// How the Pods see it.
    seen: Option<Visibility>,
    /// Why it takes no part.
    refusal: Option<Rejected>,
    /// By the number of the server.
    pub(super) servers: Vec<AtServer>,
}

/// A VirtualService at a server.
#[derive(Debug)]
pub(super) struct AtServer {
    /// The hosts that both have, the narrower of each pair.
    pub(super) hosts: Vec<HostPattern>,
    /// Its rules, where the server speaks HTTP and shares a host with it.
    pub(super) rules: Rules,
    /// No rule takes any request.
    pub(super) is_void: bool,
}

impl Bound {
    /// It takes part as another one did: the tables differ in the rules of its virtual hosts alone.
    pub(super) fn has_shape_of(&self, other: &Self) -> bool {
        let age = |it: &Self| {
            let meta = &it.resource.meta;
            (meta.created.clone(), meta.name().to_owned(), meta.namespace.as_ref().map(|it| it.value.clone()))
        };
        let is_plain = |it: &Self| it.refusal.is_none() && !it.has_streams();
        let is_same = |(a, b): (&AtServer, &AtServer)| a.hosts == b.hosts && a.is_void == b.is_void;
        (self.at, self.service, self.seen) == (other.at, other.service, other.seen)
            && is_plain(self)
            && is_plain(other)
            && age(self) == age(other)
            && self.servers.len() == other.servers.len()
            && self.servers.iter().zip(&other.servers).all(is_same)
    }

    fn has_streams(&self) -> bool {
        VirtualService::of(&self.resource.object).is_none_or(|it| !it.tcp.is_empty() || !it.tls.is_empty())
    }
}

/// A VirtualService, and what it gives to a Gateway.
type Pair<'a> = (Found<'a, VirtualService>, &'a Bound);

/// The VirtualServices that count at the Gateways of a frame: private, exported, public; each oldest first.
pub(super) struct Bindings<'a> {
    by_gateway: OrdMap<ResourceId, Vec<Pair<'a>>>,
}

/// A VirtualService at each Gateway that it names.
pub(super) fn bound(cluster: &Cluster, frames: &Frames, service: &Found<'_, VirtualService>) -> Vec<Arc<Bound>> {
    let mut named = gateways(service);
    named.order();
    named.dedup();
    let places = named.iter().flat_map(|it| frames.serving(it));
    places.filter_map(|at| Some(Arc::new(bind(cluster, frames.all.get(at.0)?, *at, service)?))).collect()
}

impl<'a> Bindings<'a> {
    /// `bound` are those of the frame, in source order; those that take no part are told in this order for each Gateway.
    pub(super) fn new(
        cluster: &'a Cluster,
        gateways: &[Found<'a, IstioGateway>],
        bound: &[&'a Bound],
    ) -> (Self, Vec<Rejected>) {
        let (mut by_gateway, mut rejected) = (OrdMap::new(), Vec::new());
        for (number, gateway) in gateways.iter().enumerate() {
            let mut list = Vec::new();
            for bound in bound.iter().copied().filter(|it| it.at.1 == number) {
                rejected.extend(bound.refusal.clone());
                let service = bound.seen.and(cluster.get::<VirtualService>(bound.service));
                list.extend(service.map(|it| (it, bound)));
            }
            list.order_by_key(|(service, bound): &Pair<'a>| (bound.seen, age_key(service)));
            by_gateway.insert(gateway.id, list);
        }
        (Self { by_gateway }, rejected)
    }

    /// Those that share a host with a server.
    pub(super) fn at(&self, serving: &Serving<'_>) -> Vec<(Found<'a, VirtualService>, &'a AtServer)> {
        let bound = self.by_gateway.get(&serving.gateway.id).into_iter().flatten();
        let at = bound.filter_map(|(service, it)| Some((*service, it.servers.get(serving.idx)?)));
        at.filter(|(_, it)| !it.hosts.is_empty()).collect()
    }
}

fn bind(cluster: &Cluster, frame: &Frame, at: (usize, usize), service: &Found<'_, VirtualService>) -> Option<Bound> {
    let gateway = &cluster.get::<IstioGateway>(*frame.gateways.get(at.1)?)?;
    let pods = frame.pods();
    let seen = visibility(&service.object.export_to, of_routes(cluster), service.namespace(), pods.namespace);
    let resource = Arc::clone(&service.entry.resource);
    let bound = Bound { at, service: service.id, resource, seen, refusal: None, servers: vec![] };
    if seen.is_none() {
        return Some(Bound { refusal: Some(not_exported(service, pods.namespace)), ..bound });
    }
    let servers = gateway.object.servers.iter().enumerate();
    let servers: Vec<_> = servers
        .map(|(idx, server)| at_server(cluster, pods, &Serving { gateway: *gateway, server, idx }, service))
        .collect();
    let is_served = servers.iter().any(|it| !it.hosts.is_empty());
    let refusal = if is_served { None } else { not_served(gateway, service) };
    Some(Bound { refusal, servers, ..bound })
}

fn at_server(
    cluster: &Cluster,
    pods: Pods<'_>,
    serving: &Serving<'_>,
    service: &Found<'_, VirtualService>,
) -> AtServer {
    let hosts = shared_hosts(cluster, serving, service);
    let is_http = matches!(protocol(serving.server).0, Protocol::Http | Protocol::Https);
    let rules = if is_http && !hosts.is_empty() {
        route::lower(cluster, &proxy(pods, serving), service, &full_name(&serving.gateway))
    } else {
        vec![]
    };
    AtServer { hosts, is_void: route::is_void(&rules), rules: rules.into() }
}

/// The proxy that a server is served by.
pub(super) fn proxy<'a>(pods: Pods<'a>, serving: &Serving<'_>) -> Proxy<'a> {
    let port = serving.server.port.as_ref().map_or(0, |it| it.value);
    Proxy { namespace: pods.namespace, labels: pods.labels, port, is_gateway: true }
}

fn shared_hosts(cluster: &Cluster, serving: &Serving<'_>, service: &Found<'_, VirtualService>) -> Vec<HostPattern> {
    let own = serving.server.hosts.iter();
    let own = own.filter_map(|it| usable(&it.value, &serving.gateway, service.namespace()));
    let own: Vec<&str> = own.collect();
    let mut shared: Vec<HostPattern> = Vec::new();
    for host in &service.object.hosts {
        let is_short = !host.value.contains(['.', '*']);
        let full = || full_host(cluster, &host.value, service.namespace());
        let pattern = if is_short { HostPattern::parse(&full()) } else { as_written(&host.value) };
        // Of names only the same ones meet: of hundreds of them no patterns are made.
        let may_meet = |it: &&&str| match &pattern {
            HostPattern::Exact(name) => **it == name.as_str() || it.is_empty() || it.starts_with('*'),
            _ => true,
        };
        // "Comparison is case sensitive in the host package, but virtual host names are lower-cased."
        for both in own.iter().filter(may_meet).filter_map(|it| as_written(it).intersect(&pattern)) {
            let both = HostPattern::parse(&both.to_string());
            if !shared.contains(&both) {
                shared.push(both);
            }
        }
    }
    shared
}

fn not_exported(service: &Found<'_, VirtualService>, namespace: &str) -> Rejected {
    let (told, origin) = match service.object.export_to.first() {
        Some(first) => ("exportTo", origin(service, first.span, "spec.exportTo")),
        None => ("defaultVirtualServiceExportTo", whole(service)),
    };
    let text = Text::new(
        format!("{told} hides it from namespace `{namespace}`, where the gateway runs"),
        format!("{told} 때문에 게이트웨이가 있는 `{namespace}` 네임스페이스에서 보이지 않습니다"),
    );
    Rejected { origin, reason: "not-exported", text, by: None }
}

fn not_served(gateway: &Found<'_, IstioGateway>, service: &Found<'_, VirtualService>) -> Option<Rejected> {
    let host = service.object.hosts.first()?;
    let name = gateway.name();
    let text = Text::new(
        format!("no server of `{name}` serves `{}`", host.value),
        format!("`{name}` 게이트웨이의 어떤 서버도 `{}` 호스트를 받지 않습니다", host.value),
    );
    Some(Rejected { origin: origin(service, host.span, "spec.hosts[0]"), reason: "host-not-served", text, by: None })
}
