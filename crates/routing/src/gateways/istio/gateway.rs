//! The table of an ingress gateway: what all Gateways that select its Pods make together.

use std::collections::BTreeMap;

use podpath_cluster::{Cluster, Found};
use podpath_objects::{EnvoyFilter, IstioGateway, Labels, PortRef, Service, ServiceEntry, VirtualService};
use podpath_order::Order;
use podpath_source::Text;

use super::destination::Proxy;
use super::filters::is_near;
use super::ingress::{self, Ingresses};
use super::names::{age_key, full_host, gateways, visibility};
use super::server::{Serving, as_written, bare_host, merge, protocol, served, usable};
use super::{GATEWAY, names, route, stream};
use crate::gateways::{full_name, origin, whole};
use crate::matcher::{Condition, Matcher};
use crate::pattern::{HostPattern, TextMatch};
use crate::table::{
    Access, Action, Listener, Origin, Protocol, Rank, Redirect, RedirectPort, Rejected, Rule, Table, VirtualHost,
};

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
    found.order_by(|a, b| age_key(a).cmp(&age_key(b)));
    found
}

/// The table of the gateway Pods of a namespace with these labels. Ports are those of the Pods.
pub fn lower(cluster: &Cluster, namespace: &str, labels: &Labels) -> Table {
    let gateways = gateways_of(cluster, labels);
    let translate = |gateway: Option<&Found<'_, IstioGateway>>, port| {
        let only = gateway.and_then(|it| it.entry.resource.meta.annotation("internal.istio.io/gateway-service"));
        pod_ports(cluster, only, namespace, labels, port)
    };
    make(cluster, namespace, labels, &gateways, translate)
}

/// The table of a Gateway when its Pods are not here: ports are those of its servers. Whatever Pods carry its labels serve
/// the Gateways beside it that ask for no others, too.
pub fn lower_alone(cluster: &Cluster, gateway: &Found<'_, IstioGateway>) -> Table {
    let labels = &gateway.object.selector;
    let mut gateways = gateways_of(cluster, labels);
    gateways.retain(|it| it.namespace() == gateway.namespace());
    make(cluster, gateway.namespace(), labels, &gateways, |_, port| vec![port])
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
    let is_pod = |address: &String| pods.iter().any(|it| it.ip == Some(address));
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

fn make(
    cluster: &Cluster,
    namespace: &str,
    labels: &Labels,
    gateways: &[Found<'_, IstioGateway>],
    translate: impl Fn(Option<&Found<'_, IstioGateway>>, u16) -> Vec<u16>,
) -> Table {
    let mut ports: BTreeMap<u16, Vec<Serving<'_>>> = BTreeMap::new();
    let mut hidden = Vec::new();
    for gateway in gateways {
        for (idx, server) in gateway.object.servers.iter().enumerate() {
            let Some(port) = &server.port else { continue };
            if let Some(why) = (Serving { gateway: *gateway, server, idx }).hidden() {
                hidden.push(why);
                continue;
            }
            for port in translate(Some(gateway), port.value) {
                ports.entry(port).or_default().push(Serving { gateway: *gateway, server, idx });
            }
        }
    }
    let ingresses = ingress::of_gateway(cluster, labels);
    let plain_ports = if ingresses.first.is_some() { translate(None, 80) } else { vec![] };
    let tls_ports = if ingresses.certificates.is_empty() { vec![] } else { translate(None, 443) };
    for port in plain_ports.iter().chain(&tls_ports) {
        ports.entry(*port).or_default();
    }
    let making = Making { cluster, namespace, labels, ingresses, plain_ports, tls_ports };
    let mut rejected = making.rejected(gateways);
    rejected.extend(hidden);
    let mut listeners = Vec::new();
    for (port, servers) in &ports {
        let (stay, dropped) = merge(servers);
        rejected.extend(dropped);
        listeners.extend(making.listeners(*port, &stay, &mut rejected));
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
    }
}

struct Making<'a> {
    cluster: &'a Cluster,
    namespace: &'a str,
    labels: &'a Labels,
    ingresses: Ingresses,
    /// The ports at which Pods take what Ingresses serve without TLS.
    plain_ports: Vec<u16>,
    /// The ports at which they take what Ingresses serve with TLS.
    tls_ports: Vec<u16>,
}

impl Making<'_> {
    /// Plain HTTP servers of a port merge; each TLS server stands alone.
    fn listeners(&self, port: u16, servers: &[&Serving<'_>], rejected: &mut Vec<Rejected>) -> Vec<Listener> {
        let mut listeners = Vec::new();
        let plain: Vec<_> = servers.iter().copied().filter(|it| !protocol(it.server).1).collect();
        let is_http = plain.first().is_some_and(|it| protocol(it.server).0 == Protocol::Http);
        let has_ingresses = self.plain_ports.contains(&port);
        match plain.first() {
            Some(first) if !is_http => listeners.push(self.tcp_listener(port, first)),
            None if !has_ingresses => {}
            _ => listeners.push(self.http_listener(port, &plain)),
        }
        let mut used: Vec<&str> = Vec::new();
        for serving in servers.iter().filter(|it| protocol(it.server).1) {
            let hosts = serving.server.hosts.iter().map(|it| bare_host(&it.value));
            let fresh: Vec<_> = hosts.filter(|it| !used.contains(it)).collect();
            if fresh.is_empty() {
                continue;
            }
            listeners.push(self.tls_listener(port, serving, &fresh));
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
                    hosts.rules_of(HostPattern::parse(&both.to_string())).extend(rules.iter().cloned());
                }
            }
            listeners.push(Listener {
                origin: place.clone(),
                name: "https".into(),
                port,
                protocol: Protocol::Https,
                hostnames,
                served: vec![],
                hosts: hosts.in_order(),
                fallback: None,
                access: Access::Open,
            });
        }
    }

    fn http_listener(&self, port: u16, servers: &[&Serving<'_>]) -> Listener {
        let mut hosts = Hosts::default();
        for serving in servers {
            self.add_hosts(serving, &mut hosts);
        }
        for (pattern, rules) in self.ingresses.hosts.iter().filter(|_| self.plain_ports.contains(&port)) {
            hosts.rules_of(pattern.clone()).extend(rules.iter().cloned());
        }
        for serving in servers.iter().filter(|it| it.server.tls.as_ref().is_some_and(|tls| tls.https_redirect)) {
            let rule = redirect_rule(serving.origin(), self.trusts_proxies());
            let own = serving.server.hosts.iter().map(|it| HostPattern::parse(bare_host(&it.value)));
            let bound = self.bound(&full_name(&serving.gateway));
            let shared = bound.iter().flat_map(|it| self.shared_hosts(serving, it));
            for pattern in own.chain(shared) {
                hosts.rules_of(pattern.clone());
                hosts.redirects.insert(pattern, rule.clone());
            }
        }
        let first = servers.first();
        Listener {
            origin: first.map(|it| it.origin()).or_else(|| self.ingresses.first.clone()).unwrap_or_default(),
            name: first.map_or_else(|| "http".into(), |it| it.name()),
            port,
            protocol: Protocol::Http,
            hostnames: vec![],
            served: served(servers),
            hosts: hosts.in_order(),
            fallback: None,
            access: Access::Open,
        }
    }

    fn tls_listener(&self, port: u16, serving: &Serving<'_>, names: &[&str]) -> Listener {
        let (protocol, _) = protocol(serving.server);
        let mode = serving.server.tls.as_ref().map_or("", |it| it.mode.value.as_str());
        let hosts = match protocol {
            _ if mode == "AUTO_PASSTHROUGH" => vec![serving.unmodelled("tls.mode")],
            Protocol::Https => {
                let mut hosts = Hosts::default();
                self.add_hosts(serving, &mut hosts);
                hosts.in_order()
            }
            Protocol::TlsPassthrough => self.sni_hosts(serving),
            _ => vec![VirtualHost { pattern: HostPattern::Any, rules: self.tcp_rules(serving) }],
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
            hosts: vec![VirtualHost { pattern: HostPattern::Any, rules: self.tcp_rules(serving) }],
            fallback: None,
            access: Access::Open,
        }
    }

    /// Hosts of the server and of each VirtualService bound to it, the narrower of each pair.
    fn add_hosts(&self, serving: &Serving<'_>, hosts: &mut Hosts) {
        let name = full_name(&serving.gateway);
        let proxy = self.proxy(serving);
        for service in self.bound(&name) {
            let rules = route::lower(self.cluster, &proxy, &service, &name);
            for pattern in self.shared_hosts(serving, &service) {
                hosts.rules_of(pattern).extend(rules.iter().cloned());
            }
        }
    }

    /// A proxy before the gateway may say that the client spoke HTTPS: only where hops are trusted, by default none is.
    fn trusts_proxies(&self) -> bool {
        self.cluster.all::<EnvoyFilter>().any(|it| {
            is_near(self.cluster, self.namespace, &it)
                && it.object.labels.is_subset_of(self.labels)
                && it.object.trusted_hops.is_some_and(|hops| hops > 0)
        })
    }

    fn proxy(&self, serving: &Serving<'_>) -> Proxy<'_> {
        let port = serving.server.port.as_ref().map_or(0, |it| it.value);
        Proxy { namespace: self.namespace, labels: self.labels, port, is_gateway: true }
    }

    /// The VirtualServices bound to a Gateway and visible here: private, exported, public; each oldest first.
    fn bound(&self, gateway: &str) -> Vec<Found<'_, VirtualService>> {
        let seen = |it: &Found<'_, VirtualService>| visibility(&it.object.export_to, it.namespace(), self.namespace);
        let names = |it: &Found<'_, VirtualService>| gateways(it).iter().any(|known| known == gateway);
        let mut found: Vec<_> =
            self.cluster.all::<VirtualService>().filter(|it| names(it) && seen(it).is_some()).collect();
        found.order_by(|a, b| (seen(a), age_key(a)).cmp(&(seen(b), age_key(b))));
        found
    }

    fn shared_hosts(&self, serving: &Serving<'_>, service: &Found<'_, VirtualService>) -> Vec<HostPattern> {
        let own = serving.server.hosts.iter().filter(|it| usable(&it.value, &serving.gateway, service.namespace()));
        // "Comparison is case sensitive in the host package, but virtual host names are lower-cased."
        let own: Vec<_> = own.map(|it| as_written(bare_host(&it.value))).collect();
        let mut shared: Vec<HostPattern> = Vec::new();
        for host in &service.object.hosts {
            let is_short = !host.value.contains(['.', '*']);
            let full = || full_host(self.cluster, &host.value, service.namespace());
            let pattern = if is_short { HostPattern::parse(&full()) } else { as_written(&host.value) };
            for both in own.iter().filter_map(|it| it.intersect(&pattern)) {
                let both = HostPattern::parse(&both.to_string());
                if !shared.contains(&both) {
                    shared.push(both);
                }
            }
        }
        shared
    }

    /// Passthrough: `tls` routes by server name.
    fn sni_hosts(&self, serving: &Serving<'_>) -> Vec<VirtualHost> {
        let name = full_name(&serving.gateway);
        let proxy = self.proxy(serving);
        let mut hosts = Vec::new();
        for service in self.bound(&name) {
            if self.shared_hosts(serving, &service).is_empty() {
                continue;
            }
            for (idx, rule) in service.object.tls.iter().enumerate() {
                let lowered = stream::lower(self.cluster, &proxy, &name, &service, rule, &format!("spec.tls[{idx}]"));
                let matches = rule.matches.iter().filter(|it| stream::takes(it, &proxy, &name, &service));
                let named = matches.flat_map(|it| &it.sni_hosts).map(|it| HostPattern::parse(&it.value));
                hosts.extend(named.map(|pattern| VirtualHost { pattern, rules: vec![lowered.clone()] }));
            }
        }
        hosts
    }

    fn tcp_rules(&self, serving: &Serving<'_>) -> Vec<Rule> {
        let name = full_name(&serving.gateway);
        let proxy = self.proxy(serving);
        let mut rules = Vec::new();
        for service in self.bound(&name) {
            if self.shared_hosts(serving, &service).is_empty() {
                continue;
            }
            for (idx, rule) in service.object.tcp.iter().enumerate() {
                let place = format!("spec.tcp[{idx}]");
                rules.push(stream::lower(self.cluster, &proxy, &name, &service, rule, &place));
            }
        }
        number(&mut rules);
        rules
    }

    /// VirtualServices that name one of these Gateways and still take no part.
    fn rejected(&self, gateways: &[Found<'_, IstioGateway>]) -> Vec<Rejected> {
        let mut rejected = Vec::new();
        for gateway in gateways {
            let name = full_name(gateway);
            let names = |it: &Found<'_, VirtualService>| names::gateways(it).contains(&name);
            for service in self.cluster.all::<VirtualService>().filter(names) {
                rejected.extend(self.refusal(gateway, &service));
            }
        }
        rejected
    }

    fn refusal(&self, gateway: &Found<'_, IstioGateway>, service: &Found<'_, VirtualService>) -> Option<Rejected> {
        if visibility(&service.object.export_to, service.namespace(), self.namespace).is_none() {
            let span = service.object.export_to.first().map(|it| it.span).unwrap_or_default();
            let namespace = self.namespace;
            let text = Text::new(
                format!("exportTo hides it from namespace `{namespace}`, where the gateway runs"),
                format!("exportTo 때문에 게이트웨이가 있는 `{namespace}` 네임스페이스에서 보이지 않습니다"),
            );
            return Some(Rejected {
                origin: origin(service, span, "spec.exportTo"),
                reason: "not-exported",
                text,
                by: None,
            });
        }
        let serving = |(idx, server)| Serving { gateway: *gateway, server, idx };
        let servers = gateway.object.servers.iter().enumerate().map(serving);
        if servers.into_iter().any(|it| !self.shared_hosts(&it, service).is_empty()) {
            return None;
        }
        let host = service.object.hosts.first()?;
        let name = gateway.name();
        let text = Text::new(
            format!("no server of `{name}` serves `{}`", host.value),
            format!("`{name}` 게이트웨이의 어떤 서버도 `{}` 호스트를 받지 않습니다", host.value),
        );
        Some(Rejected {
            origin: origin(service, host.span, "spec.hosts[0]"),
            reason: "host-not-served",
            text,
            by: None,
        })
    }
}

/// The virtual hosts of a listener while they are collected.
#[derive(Default)]
struct Hosts {
    /// With the number at which each came.
    rules: BTreeMap<HostPattern, (usize, Vec<Rule>)>,
    /// What goes before every rule of a host.
    redirects: BTreeMap<HostPattern, Rule>,
}

impl Hosts {
    /// The rules of a host, which is added when it is new.
    fn rules_of(&mut self, pattern: HostPattern) -> &mut Vec<Rule> {
        let n_hosts = self.rules.len();
        let (_, rules) = self.rules.entry(pattern).or_insert_with(|| (n_hosts, vec![]));
        rules
    }

    /// In the order in which they came; catch-alls go behind the rules of their host that ask for something.
    fn in_order(mut self) -> Vec<VirtualHost> {
        let mut hosts: Vec<_> = self.rules.into_iter().collect();
        hosts.order_by_key(|(_, (came, _))| *came);
        let host = |(pattern, (_, rules)): (HostPattern, (usize, Vec<Rule>))| {
            let (catch_all, rules): (Vec<_>, Vec<_>) = rules.into_iter().partition(route::is_catch_all);
            let mut rules: Vec<_> = self.redirects.remove(&pattern).into_iter().chain(rules).chain(catch_all).collect();
            number(&mut rules);
            VirtualHost { pattern, rules }
        };
        hosts.into_iter().map(host).collect()
    }
}

/// `httpsRedirect`: 301 for everything, unless a trusted proxy says that the client spoke HTTPS.
fn redirect_rule(origin: Origin, trusts_proxies: bool) -> Rule {
    let redirect =
        Redirect { status: 301, scheme: Some("https".into()), port: RedirectPort::OfHost, ..Redirect::default() };
    let plain = Condition::WithoutHeader("x-forwarded-proto".into(), TextMatch::Exact("https".into()));
    Rule {
        label: "httpsRedirect".into(),
        priority: None,
        matchers: trusts_proxies.then(|| Matcher::new(plain, origin.location)).into_iter().collect(),
        rank: Rank::default(),
        filters: vec![],
        action: Action::Redirect(redirect),
        origin,
    }
}

/// Rules are tried in this order.
pub(super) fn number(rules: &mut [Rule]) {
    for (order, rule) in rules.iter_mut().enumerate() {
        rule.rank.order = order;
    }
}
