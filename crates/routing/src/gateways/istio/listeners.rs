//! The listeners of the Pods of a gateway: what the servers of all their Gateways make together.

mod secure;

use std::net::IpAddr;
use std::sync::Arc;

use podpath_cluster::{Cluster, Found, ResourceId};
use podpath_objects::{EnvoyFilter, IstioGateway, Labels, PortRef, Service, ServiceEntry, WorkloadEntry};
use podpath_order::{OrdMap, Order};

use super::bound::{Bindings, Bound, proxy};
use super::filters::is_near;
use super::frame::{Frame, Pods};
use super::hosts::{Hosts, KnownHosts, Rules};
use super::ingress::{self, Ingresses};
use super::route::number;
use super::server::{Serving, merge, protocol, redirected, served};
use super::{GATEWAY, names, route, stream};
use crate::gateways::{full_name, whole};
use crate::pattern::HostPattern;
use crate::table::{Access, Listener, Protocol, Rejected, Rule, Table, VirtualHost};
use crate::trace::mesh::trusted_proxies;

/// The ports at which Pods take what is for the number of a server: the target ports of all Services and ServiceEntries of
/// the Pods that have this number; where none has, the number itself (istio `pilot/pkg/model/gateway.go`, `resolvePorts`).
fn pod_ports(cluster: &Cluster, only: Option<&str>, namespace: &str, labels: &Labels, port: u16) -> Vec<u16> {
    let counts = |host: &str| only.is_none_or(|it| it.split(',').any(|known| known == host));
    let translates = |meta: &podpath_objects::Meta| meta.labels.get(NO_TRANSLATION).is_none();
    let pods = cluster.select_pods(namespace, labels);
    let mut found: Vec<u16> = Vec::new();
    let selects = |it: &Found<'_, Service>| it.object.selector.as_ref().is_some_and(|it| it.is_subset_of(labels));
    for service in cluster.in_namespace::<Service>(namespace).filter(selects) {
        let entry = service.object.port(port).filter(|_| translates(&service.entry.resource.meta));
        let Some(entry) = entry.filter(|_| counts(&names::host_of(cluster, &service))) else { continue };
        found.push(match &entry.target_port.value {
            PortRef::Number(number) => *number,
            PortRef::Name(name) => {
                let named = pods.first().and_then(|it| it.template.named_port(name, "TCP"));
                named.and_then(|it| it.port.as_ref()).map_or(port, |it| it.value)
            }
        });
    }
    let is_pod = |listed: &WorkloadEntry| {
        let address = listed.address.as_ref().map(|it| it.value.as_str());
        pods.iter().any(|it| it.ip.is_some() && it.ip == address)
    };
    for entry in cluster.in_namespace::<ServiceEntry>(namespace) {
        let by_labels = entry.object.selector.as_ref().is_some_and(|it| it.is_subset_of(labels));
        let is_own = by_labels || entry.object.endpoints.iter().any(is_pod);
        let is_meant = translates(&entry.entry.resource.meta) && entry.object.hosts.iter().any(|it| counts(&it.value));
        found.extend(entry.object.port(port).filter(|_| is_own && is_meant).map(|it| it.target));
    }
    found.order();
    found.dedup();
    if found.is_empty() && only.is_none() { vec![port] } else { found }
}

/// A label by which a Service says that its ports are not to be translated.
const NO_TRANSLATION: &str = "experimental.istio.io/disable-gateway-port-translation";

/// The table of a frame.
pub(super) fn table<'a>(cluster: &'a Cluster, frame: &'a Frame, bound: &[&'a Bound], known: &mut KnownHosts) -> Table {
    let pods = frame.pods();
    let gateways = frame.gateways.iter().filter_map(|it| cluster.get::<IstioGateway>(*it));
    let gateways: Vec<Found<'a, IstioGateway>> = gateways.collect();
    let translate = |gateway: Option<&Found<'_, IstioGateway>>, port| {
        let only = gateway.and_then(|it| it.entry.resource.meta.annotation("internal.istio.io/gateway-service"));
        if frame.has_services { pod_ports(cluster, only, pods.namespace, pods.labels, port) } else { vec![port] }
    };
    let mut ports: OrdMap<u16, Vec<Serving<'_>>> = OrdMap::new();
    let mut hidden = Vec::new();
    let known_pods = cluster.select_pods(pods.namespace, pods.labels);
    let addresses: Vec<IpAddr> = known_pods.iter().flat_map(|it| it.ips).filter_map(|it| it.parse().ok()).collect();
    for gateway in &gateways {
        for (idx, server) in gateway.object.servers.iter().enumerate() {
            let Some(port) = &server.port else { continue };
            if let Some(why) = (Serving { gateway: *gateway, server, idx }).hidden(&addresses) {
                hidden.push(why);
                continue;
            }
            for port in translate(Some(gateway), port.value) {
                ports.entry(port).or_default().push(Serving { gateway: *gateway, server, idx });
            }
        }
    }
    let ingresses = if frame.has_ingresses { ingress::of_gateway(cluster) } else { Ingresses::default() };
    let plain_ports = if ingresses.first.is_some() { translate(None, 80) } else { vec![] };
    let tls_ports = if ingresses.certificates.is_empty() { vec![] } else { translate(None, 443) };
    for port in plain_ports.iter().chain(&tls_ports) {
        ports.entry(*port).or_default();
    }
    let (bindings, mut rejected) = Bindings::new(cluster, &gateways, bound);
    rejected.extend(hidden);
    let making = Making { cluster, pods, bindings, ingresses, plain_ports, tls_ports };
    let mut listeners = Vec::new();
    for (port, servers) in &ports {
        let (stay, dropped) = merge(servers);
        rejected.extend(dropped);
        listeners.extend(making.listeners(*port, &stay, &mut rejected, known));
    }
    let first = gateways.first();
    Table {
        gateway: &GATEWAY,
        origin: first.map(whole).or_else(|| making.ingresses.first.clone()).unwrap_or_default(),
        members: gateways.iter().map(|it| it.id).collect(),
        is_public: true,
        listeners,
        rejected,
        frozen: vec![],
        real_ip: None,
    }
}

/// The hosts that a VirtualService has at a server, and its rules there.
type AtHosts<'s> = (&'s [HostPattern], Rules);

struct Making<'a> {
    cluster: &'a Cluster,
    pods: Pods<'a>,
    bindings: Bindings<'a>,
    ingresses: Ingresses,
    /// The ports at which Pods take what Ingresses serve without TLS.
    plain_ports: Vec<u16>,
    /// The ports at which they take what Ingresses serve with TLS.
    tls_ports: Vec<u16>,
}

impl Making<'_> {
    /// Plain HTTP servers of a port merge; each TLS server stands alone.
    fn listeners(
        &self,
        port: u16,
        servers: &[&Serving<'_>],
        rejected: &mut Vec<Rejected>,
        known: &mut KnownHosts,
    ) -> Vec<Listener> {
        let mut listeners = Vec::new();
        let plain: Vec<_> = servers.iter().copied().filter(|it| !protocol(it.server).1).collect();
        let is_http = plain.first().is_some_and(|it| protocol(it.server).0 == Protocol::Http);
        let has_ingresses = self.plain_ports.contains(&port);
        match plain.first() {
            Some(first) if !is_http => listeners.push(self.tcp_listener(port, first)),
            None if !has_ingresses => {}
            _ => listeners.push(self.http_listener(port, &plain, known)),
        }
        listeners.extend(self.tls_listeners(port, servers, rejected, known));
        listeners
    }

    fn http_listener(&self, port: u16, servers: &[&Serving<'_>], known: &mut KnownHosts) -> Listener {
        let mut hosts = Hosts::default();
        let bound = self.bound(servers);
        for (patterns, rules) in bound.iter().flatten() {
            for pattern in *patterns {
                hosts.lists_of(pattern.clone()).push(Arc::clone(rules));
            }
        }
        for (pattern, rules) in self.ingresses.hosts.iter().filter(|_| self.plain_ports.contains(&port)) {
            hosts.lists_of(pattern.clone()).push(rules.as_slice().into());
        }
        let redirects = |it: &Serving<'_>| it.server.tls.as_ref().is_some_and(|tls| tls.https_redirect);
        for (serving, bound) in servers.iter().zip(&bound).filter(|(it, _)| redirects(it)) {
            let (place, trusts_proxies) = (serving.origin(), self.trusts_proxies());
            let counting = bound.iter().filter(|(_, rules)| !route::is_void(rules));
            let shared = counting.flat_map(|(patterns, _)| patterns.iter().cloned());
            for pattern in redirected(serving.server).chain(shared) {
                hosts.redirect(pattern, &place, trusts_proxies);
            }
        }
        let first = servers.first();
        let origin = first.map(|it| it.origin()).or_else(|| self.ingresses.first.clone()).unwrap_or_default();
        Listener {
            name: first.map_or_else(|| "http".into(), |it| it.name()),
            port,
            protocol: Protocol::Http,
            hostnames: vec![],
            served: served(servers),
            hosts: hosts.in_order((self.pods.id, port, origin.location), known),
            fallback: None,
            access: Access::Open,
            origin,
        }
    }

    fn tcp_listener(&self, port: u16, serving: &Serving<'_>) -> Listener {
        Listener {
            origin: serving.origin(),
            name: serving.name(),
            port,
            protocol: Protocol::Tcp,
            hostnames: vec![],
            served: vec![],
            hosts: vec![VirtualHost { pattern: HostPattern::Any, rules: self.tcp_rules(serving) }.into()],
            fallback: None,
            access: Access::Open,
        }
    }

    /// What VirtualServices give to each of the plain servers of a listener. The rules of a VirtualService are made once for a
    /// Gateway: those of the first of its servers at which any counts hold at the others too, whatever their numbers
    /// (`gatewayRoutes` of istio `networking/core/gateway.go`, `buildGatewayHTTPRouteConfig`).
    fn bound(&self, servers: &[&Serving<'_>]) -> Vec<Vec<AtHosts<'_>>> {
        let mut made: OrdMap<(ResourceId, ResourceId), Rules> = OrdMap::new();
        let mut bound = Vec::new();
        for serving in servers {
            let mut here = Vec::new();
            for (service, at) in self.bindings.at(serving) {
                let key = (serving.gateway.id, service.id);
                let rules = Arc::clone(made.get(&key).unwrap_or(&at.rules));
                if !route::is_void(&rules) {
                    made.insert(key, Arc::clone(&rules));
                }
                here.push((at.hosts.as_slice(), rules));
            }
            bound.push(here);
        }
        bound
    }

    /// Hosts of the server and of each VirtualService bound to it, the narrower of each pair.
    fn add_hosts(&self, serving: &Serving<'_>, hosts: &mut Hosts) {
        for (_, at) in self.bindings.at(serving) {
            for pattern in &at.hosts {
                hosts.lists_of(pattern.clone()).push(Arc::clone(&at.rules));
            }
        }
    }

    /// A proxy before the gateway may say that the client spoke HTTPS: only where hops are trusted, by default none is
    /// (`xffNumTrustedHops` of istio `pilot/pkg/networking/core/gateway.go` is `numTrustedProxies`).
    fn trusts_proxies(&self) -> bool {
        let is_told = trusted_proxies(self.cluster, self.pods.namespace, self.pods.labels) > 0;
        is_told
            || self.cluster.all::<EnvoyFilter>().any(|it| {
                is_near(self.cluster, self.pods.namespace, &it)
                    && it.object.labels.is_subset_of(self.pods.labels)
                    && it.object.trusted_hops.is_some_and(|hops| hops > 0)
            })
    }

    fn tcp_rules(&self, serving: &Serving<'_>) -> Vec<Rule> {
        let name = full_name(&serving.gateway);
        let proxy = proxy(self.pods, serving);
        let mut rules = Vec::new();
        for (service, _) in self.bindings.at(serving) {
            for (idx, rule) in service.object.tcp.iter().enumerate() {
                let place = format!("spec.tcp[{idx}]");
                rules.push(stream::lower(self.cluster, &proxy, &name, &service, rule, &place));
            }
        }
        number(&mut rules);
        rules
    }
}
