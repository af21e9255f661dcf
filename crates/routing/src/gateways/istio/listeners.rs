//! The listeners of the Pods of a gateway: what the servers of all their Gateways make together.

use std::net::IpAddr;
use std::sync::Arc;

use podpath_cluster::{Cluster, Found};
use podpath_objects::{EnvoyFilter, IstioGateway, Labels, PortRef, Service, ServiceEntry, WorkloadEntry};
use podpath_order::{OrdMap, Order};

use super::bound::{Bindings, Bound, proxy};
use super::filters::is_near;
use super::frame::{Frame, Pods};
use super::hosts::{Hosts, KnownHosts};
use super::ingress::{self, Ingresses};
use super::route::number;
use super::server::{Serving, bare_host, merge, protocol, served};
use super::{GATEWAY, names, stream};
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
        let mut used: Vec<&str> = Vec::new();
        for serving in servers.iter().filter(|it| protocol(it.server).1) {
            let hosts = serving.server.hosts.iter().map(|it| bare_host(&it.value));
            let fresh: Vec<_> = hosts.filter(|it| !used.contains(it)).collect();
            if fresh.is_empty() {
                continue;
            }
            listeners.push(self.tls_listener((port, &fresh), serving, known));
            used.extend(fresh);
        }
        if self.tls_ports.contains(&port) {
            self.certificates(port, used, &mut listeners, rejected);
        }
        listeners
    }

    /// The TLS servers of Ingresses. One that repeats a host is dropped whole, as `server::merge` does with servers.
    fn certificates<'s>(
        &'s self,
        port: u16,
        mut used: Vec<&'s str>,
        listeners: &mut Vec<Listener>,
        rejected: &mut Vec<Rejected>,
    ) {
        for (names, place) in &self.ingresses.certificates {
            if let Some(host) = names.iter().find(|it| used.contains(&it.as_str())) {
                rejected.push(ingress::repeats(host, port, place));
                continue;
            }
            used.extend(names.iter().map(String::as_str));
            let hostnames: Vec<_> = names.iter().map(|it| HostPattern::parse(it)).collect();
            let mut hosts = Hosts::default();
            for (pattern, rules) in &self.ingresses.hosts {
                for both in hostnames.iter().filter_map(|it| it.intersect(pattern)) {
                    hosts.lists_of(HostPattern::parse(&both.to_string())).push(rules.as_slice().into());
                }
            }
            listeners.push(Listener {
                origin: place.clone(),
                name: "https".into(),
                port,
                protocol: Protocol::Https,
                hostnames,
                served: vec![],
                hosts: hosts.in_order((self.pods.id, port, place.location), &mut KnownHosts::default()),
                fallback: None,
                access: Access::Open,
            });
        }
    }

    fn http_listener(&self, port: u16, servers: &[&Serving<'_>], known: &mut KnownHosts) -> Listener {
        let mut hosts = Hosts::default();
        for serving in servers {
            self.add_hosts(serving, &mut hosts);
        }
        for (pattern, rules) in self.ingresses.hosts.iter().filter(|_| self.plain_ports.contains(&port)) {
            hosts.lists_of(pattern.clone()).push(rules.as_slice().into());
        }
        for serving in servers.iter().filter(|it| it.server.tls.as_ref().is_some_and(|tls| tls.https_redirect)) {
            let (place, trusts_proxies) = (serving.origin(), self.trusts_proxies());
            let own = serving.server.hosts.iter().map(|it| HostPattern::parse(bare_host(&it.value)));
            let bound = self.bindings.at(serving);
            let bound = bound.iter().filter(|(_, it)| !it.is_void);
            let shared = bound.flat_map(|(_, it)| it.hosts.iter().cloned());
            for pattern in own.chain(shared) {
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

    fn tls_listener(&self, (port, names): (u16, &[&str]), serving: &Serving<'_>, known: &mut KnownHosts) -> Listener {
        let (protocol, _) = protocol(serving.server);
        let mode = serving.server.tls.as_ref().map_or("", |it| it.mode.value.as_str());
        let hosts = match protocol {
            _ if mode == "AUTO_PASSTHROUGH" => vec![serving.unmodelled("tls.mode").into()],
            Protocol::Https => {
                let mut hosts = Hosts::default();
                self.add_hosts(serving, &mut hosts);
                hosts.in_order((self.pods.id, port, serving.origin().location), known)
            }
            Protocol::TlsPassthrough => self.sni_hosts(serving),
            _ => vec![VirtualHost { pattern: HostPattern::Any, rules: self.tcp_rules(serving) }.into()],
        };
        Listener {
            origin: serving.origin(),
            name: serving.name(),
            port,
            protocol,
            hostnames: names.iter().map(|it| HostPattern::parse(it)).collect(),
            served: vec![],
            hosts,
            fallback: None,
            // "MUTUAL: secure connections ... by presenting server certificates ... and requiring client certificates";
            // ISTIO_MUTUAL wants one of the mesh.
            access: if matches!(mode, "MUTUAL" | "ISTIO_MUTUAL") { Access::ClientCertificate } else { Access::Open },
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

    /// Passthrough: `tls` routes by server name.
    fn sni_hosts(&self, serving: &Serving<'_>) -> Vec<Arc<VirtualHost>> {
        let name = full_name(&serving.gateway);
        let proxy = proxy(self.pods, serving);
        let mut hosts = Vec::new();
        for (service, _) in self.bindings.at(serving) {
            for (idx, rule) in service.object.tls.iter().enumerate() {
                let lowered = stream::lower(self.cluster, &proxy, &name, &service, rule, &format!("spec.tls[{idx}]"));
                let matches = rule.matches.iter().filter(|it| stream::takes(it, &proxy, &name, &service));
                let named = matches.flat_map(|it| &it.sni_hosts).map(|it| HostPattern::parse(&it.value));
                hosts.extend(named.map(|pattern| VirtualHost { pattern, rules: vec![lowered.clone()] }.into()));
            }
        }
        hosts
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
