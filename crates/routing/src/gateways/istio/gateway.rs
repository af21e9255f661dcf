//! The table of an ingress gateway: what all Gateways that select its Pods make together.

mod secure;

use std::net::IpAddr;
use std::sync::Arc;

use podpath_cluster::{Cluster, Found, ResourceId};
use podpath_objects::{EnvoyFilter, IstioGateway, Labels, PortRef, Service, ServiceEntry, WorkloadEntry};
use podpath_order::{OrdMap, Order};

use super::bound::{Bindings, ByGateway, Hosts, Known, KnownHosts, Pods, by_gateway, proxy};
use super::filters::is_near;
use super::ingress::{self, Ingresses};
use super::names::age_key;
use super::route::number;
use super::server::{Serving, merge, protocol, redirected, served};
use super::{GATEWAY, names, route, stream};
use crate::gateways::{full_name, whole};
use crate::pattern::HostPattern;
use crate::table::{Access, Listener, Protocol, Rejected, Rule, Table, VirtualHost};
use crate::tables::GatewayPods;
use crate::trace::mesh::trusted_proxies;

/// True when some Gateway selects Pods with these labels, or they serve the Ingresses of istiod.
pub fn is_gateway_pod(cluster: &Cluster, labels: &Labels) -> bool {
    ingress::serves(cluster, labels)
        || cluster
            .all::<IstioGateway>()
            .any(|it| !it.object.selector.is_empty() && it.object.selector.is_subset_of(labels))
}

/// The Gateways that Pods with these labels serve, oldest first.
pub fn gateways_of<'a>(cluster: &'a Cluster, labels: &Labels) -> Vec<Found<'a, IstioGateway>> {
    let mut found: Vec<_> =
        cluster.all::<IstioGateway>().filter(|it| it.object.selector.is_subset_of(labels)).collect();
    found.order_by_key(age_key);
    found
}

/// One table for each set of gateway Pods, and one for each Gateway that no Pod of the workspace serves. `known` is what was
/// made before, and then holds what was made now.
pub fn lower(cluster: &Cluster, known: &mut Known) -> Vec<(GatewayPods, Table)> {
    let services = by_gateway(cluster);
    let mut tables: Vec<(GatewayPods, Table)> = Vec::new();
    for source in cluster.pod_sources().filter(|it| is_gateway_pod(cluster, &it.template.labels)) {
        let labels = &source.template.labels;
        let table = lower_pods(cluster, Pods { id: source.id, namespace: source.namespace, labels }, &services, known);
        let (namespace, labels) = (source.namespace.to_owned(), labels.clone());
        tables.push((GatewayPods { source: Some(source.id), namespace, labels }, table));
    }
    for gateway in cluster.all::<IstioGateway>() {
        let is_served = |id: ResourceId| tables.iter().any(|(_, it)| it.members.contains(&id));
        if !is_served(gateway.id) {
            let table = lower_alone(cluster, &gateway, &services, known);
            let labels = gateway.object.selector.clone();
            tables.push((GatewayPods { source: None, namespace: gateway.namespace().to_owned(), labels }, table));
        }
    }
    tables
}

/// The table of the Pods of a namespace that carry these labels, whether they are here or not.
pub fn lower_labels(cluster: &Cluster, namespace: &str, labels: &Labels) -> Table {
    let nobody = ResourceId(u32::MAX);
    lower_pods(cluster, Pods { id: nobody, namespace, labels }, &by_gateway(cluster), &mut Known::default())
}

/// The table of Pods that serve Gateways. Ports are those of the Pods.
fn lower_pods(cluster: &Cluster, pods: Pods<'_>, services: &ByGateway<'_>, known: &mut Known) -> Table {
    let Pods { namespace, labels, .. } = pods;
    let gateways = gateways_of(cluster, labels);
    let translate = |gateway: Option<&Found<'_, IstioGateway>>, port| {
        let only = gateway.and_then(|it| it.entry.resource.meta.annotation("internal.istio.io/gateway-service"));
        pod_ports(cluster, only, namespace, labels, port)
    };
    make(cluster, pods, (&gateways, services), translate, known)
}

/// The table of a Gateway when its Pods are not here: ports are those of its servers. Whatever Pods carry its labels serve
/// the Gateways beside it that ask for no others, too.
fn lower_alone(
    cluster: &Cluster,
    gateway: &Found<'_, IstioGateway>,
    services: &ByGateway<'_>,
    known: &mut Known,
) -> Table {
    let labels = &gateway.object.selector;
    let mut gateways = gateways_of(cluster, labels);
    gateways.retain(|it| it.namespace() == gateway.namespace());
    let pods = Pods { id: gateway.id, namespace: gateway.namespace(), labels };
    make(cluster, pods, (&gateways, services), |_, port| vec![port], known)
}

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

fn make<'a>(
    cluster: &'a Cluster,
    pods: Pods<'_>,
    (gateways, services): (&[Found<'a, IstioGateway>], &ByGateway<'a>),
    translate: impl Fn(Option<&Found<'_, IstioGateway>>, u16) -> Vec<u16>,
    known: &mut Known,
) -> Table {
    let mut ports: OrdMap<u16, Vec<Serving<'_>>> = OrdMap::new();
    let mut hidden = Vec::new();
    let known_pods = cluster.select_pods(pods.namespace, pods.labels);
    let addresses: Vec<IpAddr> = known_pods.iter().flat_map(|it| it.ips).filter_map(|it| it.parse().ok()).collect();
    for gateway in gateways {
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
    let ingresses = ingress::of_gateway(cluster, pods.labels);
    let plain_ports = if ingresses.first.is_some() { translate(None, 80) } else { vec![] };
    let tls_ports = if ingresses.certificates.is_empty() { vec![] } else { translate(None, 443) };
    for port in plain_ports.iter().chain(&tls_ports) {
        ports.entry(*port).or_default();
    }
    let (bindings, mut rejected) = Bindings::new(cluster, pods, (gateways, services), known);
    rejected.extend(hidden);
    let making = Making { cluster, pods, bindings, ingresses, plain_ports, tls_ports };
    let mut listeners = Vec::new();
    for (port, servers) in &ports {
        let (stay, dropped) = merge(servers);
        rejected.extend(dropped);
        listeners.extend(making.listeners(*port, &stay, &mut rejected, &mut known.hosts));
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
type AtHosts<'s> = (&'s [HostPattern], Arc<[Rule]>);

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
        let mut made: OrdMap<(ResourceId, ResourceId), Arc<[Rule]>> = OrdMap::new();
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
