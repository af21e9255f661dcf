//! VirtualServices at the Gateways that they name: the hosts that each server takes of them, and their rules there.
//!
//! Each pair is lowered once and kept; the virtual hosts of a gateway that no pair of theirs changed are the same ones again.

use std::sync::Arc;

use podpath_cluster::{Cluster, Found, Memo, Reads, ResourceId};
use podpath_objects::{IstioGateway, Labels, VirtualService};
use podpath_order::{OrdMap, Order};
use podpath_source::{Location, Text};

use super::destination::Proxy;
use super::names::{Visibility, age_key, full_host, gateways, visibility};
use super::route;
use super::server::{Serving, as_written, bare_host, protocol, usable};
use crate::gateways::{full_name, origin};
use crate::pattern::HostPattern;
use crate::table::{Origin, Protocol, Rejected, Rule, VirtualHost};

/// VirtualServices by the full name of a gateway that they name, in source order.
pub(super) type ByGateway<'a> = OrdMap<String, Vec<Found<'a, VirtualService>>>;

/// What was made before for gateways.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// By the Pods of the gateway (or the Gateway that stands for them), the Gateway and the VirtualService.
    bound: Memo<(ResourceId, ResourceId, ResourceId), Arc<Bound>>,
    pub(super) hosts: KnownHosts,
}

impl Known {
    /// What is still true after a change.
    #[must_use]
    pub fn after(self, changed: Reads) -> Self {
        Self { bound: self.bound.after(changed), hosts: KnownHosts { before: self.hosts.now, now: OrdMap::new() } }
    }
}

/// The Pods of a gateway.
#[derive(Clone, Copy)]
pub(super) struct Pods<'a> {
    /// The workload or the Pod; where it is not here, the Gateway that stands for it.
    pub(super) id: ResourceId,
    pub(super) namespace: &'a str,
    pub(super) labels: &'a Labels,
}

/// A VirtualService at a Gateway.
#[derive(Debug)]
struct Bound {
    /// Why it takes no part.
    refusal: Option<Rejected>,
    /// By the number of the server.
    servers: Vec<AtServer>,
}

/// A VirtualService at a server.
#[derive(Debug)]
pub(super) struct AtServer {
    /// The hosts that both have, the narrower of each pair.
    pub(super) hosts: Vec<HostPattern>,
    /// Its rules, where the server speaks HTTP and shares a host with it.
    pub(super) rules: Arc<[Rule]>,
}

/// A VirtualService, and what it gives to a Gateway.
type Pair<'a> = (Found<'a, VirtualService>, Arc<Bound>);

/// The VirtualServices that count at some Gateways: private, exported, public; each oldest first.
#[derive(Default)]
pub(super) struct Bindings<'a> {
    by_gateway: OrdMap<ResourceId, Vec<Pair<'a>>>,
}

pub(super) fn by_gateway(cluster: &Cluster) -> ByGateway<'_> {
    let mut found = ByGateway::new();
    for service in cluster.all::<VirtualService>() {
        for name in gateways(&service) {
            let list = found.entry(name).or_default();
            if list.last().is_none_or(|it| it.id != service.id) {
                list.push(service);
            }
        }
    }
    found
}

impl<'a> Bindings<'a> {
    /// Binds the VirtualServices of each Gateway; those that take no part are told in source order.
    pub(super) fn new(
        cluster: &'a Cluster,
        pods: Pods<'_>,
        (gateways, services): (&[Found<'a, IstioGateway>], &ByGateway<'a>),
        known: &mut Known,
    ) -> (Self, Vec<Rejected>) {
        let (mut bindings, mut rejected) = (Self::default(), Vec::new());
        for gateway in gateways {
            let mut list = Vec::new();
            for service in services.get(&full_name(gateway)).into_iter().flatten() {
                let key = (pods.id, gateway.id, service.id);
                let make = || Arc::new(bind(cluster, pods, gateway, service));
                let bound = known.bound.part(cluster, key, &[pods.id, gateway.id, service.id], Reads::default(), make);
                rejected.extend(bound.refusal.clone());
                let seen = visibility(&service.object.export_to, service.namespace(), pods.namespace);
                list.extend(seen.map(|it| (it, *service, Arc::clone(bound))));
            }
            list.order_by_key(|it: &(Visibility, Found<'a, VirtualService>, Arc<Bound>)| (it.0, age_key(&it.1)));
            bindings.by_gateway.insert(gateway.id, list.into_iter().map(|(_, service, it)| (service, it)).collect());
        }
        (bindings, rejected)
    }

    /// Those that share a host with a server.
    pub(super) fn at(&self, serving: &Serving<'_>) -> Vec<(Found<'a, VirtualService>, &AtServer)> {
        let bound = self.by_gateway.get(&serving.gateway.id).into_iter().flatten();
        let at = bound.filter_map(|(service, it)| Some((*service, it.servers.get(serving.idx)?)));
        at.filter(|(_, it)| !it.hosts.is_empty()).collect()
    }
}

fn bind(
    cluster: &Cluster,
    pods: Pods<'_>,
    gateway: &Found<'_, IstioGateway>,
    service: &Found<'_, VirtualService>,
) -> Bound {
    if visibility(&service.object.export_to, service.namespace(), pods.namespace).is_none() {
        return Bound { refusal: Some(not_exported(service, pods.namespace)), servers: vec![] };
    }
    let mut servers = Vec::new();
    for (idx, server) in gateway.object.servers.iter().enumerate() {
        let serving = Serving { gateway: *gateway, server, idx };
        let hosts = shared_hosts(cluster, &serving, service);
        let is_http = matches!(protocol(server).0, Protocol::Http | Protocol::Https);
        let rules = if is_http && !hosts.is_empty() {
            route::lower(cluster, &proxy(pods, &serving), service, &full_name(gateway))
        } else {
            vec![]
        };
        servers.push(AtServer { hosts, rules: rules.into() });
    }
    let is_served = servers.iter().any(|it| !it.hosts.is_empty());
    let refusal = if is_served { None } else { not_served(gateway, service) };
    Bound { refusal, servers }
}

/// The proxy that a server is served by.
pub(super) fn proxy<'a>(pods: Pods<'a>, serving: &Serving<'_>) -> Proxy<'a> {
    let port = serving.server.port.as_ref().map_or(0, |it| it.value);
    Proxy { namespace: pods.namespace, labels: pods.labels, port, is_gateway: true }
}

fn shared_hosts(cluster: &Cluster, serving: &Serving<'_>, service: &Found<'_, VirtualService>) -> Vec<HostPattern> {
    let own = serving.server.hosts.iter().filter(|it| usable(&it.value, &serving.gateway, service.namespace()));
    // "Comparison is case sensitive in the host package, but virtual host names are lower-cased."
    let own: Vec<_> = own.map(|it| as_written(bare_host(&it.value))).collect();
    let mut shared: Vec<HostPattern> = Vec::new();
    for host in &service.object.hosts {
        let is_short = !host.value.contains(['.', '*']);
        let full = || full_host(cluster, &host.value, service.namespace());
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

fn not_exported(service: &Found<'_, VirtualService>, namespace: &str) -> Rejected {
    let span = service.object.export_to.first().map(|it| it.span).unwrap_or_default();
    let text = Text::new(
        format!("exportTo hides it from namespace `{namespace}`, where the gateway runs"),
        format!("exportTo 때문에 게이트웨이가 있는 `{namespace}` 네임스페이스에서 보이지 않습니다"),
    );
    Rejected { origin: origin(service, span, "spec.exportTo"), reason: "not-exported", text, by: None }
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

/// A listener of a gateway: its Pods, its port and where it stands.
pub(super) type Door = (ResourceId, u16, Location);

/// The virtual hosts of gateways, each with what it was made of.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownHosts {
    before: OrdMap<(Door, HostPattern), KnownHost>,
    now: OrdMap<(Door, HostPattern), KnownHost>,
}

#[derive(Clone, Debug)]
struct KnownHost {
    lists: Lists,
    redirect: Option<(Origin, bool)>,
    host: Arc<VirtualHost>,
}

/// The rules of a host, as each VirtualService gives them.
type Lists = Vec<Arc<[Rule]>>;

/// The virtual hosts of a listener while they are collected.
#[derive(Default)]
pub(super) struct Hosts {
    /// Lists of rules, with the number at which each host came.
    lists: OrdMap<HostPattern, (usize, Lists)>,
    /// What goes before every rule of a host: a redirect to HTTPS, and whether it trusts proxies.
    redirects: OrdMap<HostPattern, (Origin, bool)>,
}

impl Hosts {
    /// The rules of a host, which is added when it is new.
    pub(super) fn lists_of(&mut self, pattern: HostPattern) -> &mut Lists {
        let n_hosts = self.lists.len();
        let (_, lists) = self.lists.entry(pattern).or_insert_with(|| (n_hosts, vec![]));
        lists
    }

    /// Everything for a host is redirected to HTTPS.
    pub(super) fn redirect(&mut self, pattern: HostPattern, place: &Origin, trusts_proxies: bool) {
        self.lists_of(pattern.clone());
        self.redirects.insert(pattern, (place.clone(), trusts_proxies));
    }

    /// In the order in which they came.
    ///
    /// A VirtualService of which no rule counts here has no virtual host, so a wider one takes its host (istio
    /// `networking/core/gateway.go`, `buildGatewayHTTPRouteConfig`: "no routes matched"). Where none is wider it stays, to say
    /// why: nobody takes the host either way.
    pub(super) fn in_order(mut self, door: Door, known: &mut KnownHosts) -> Vec<Arc<VirtualHost>> {
        let mut hosts = Vec::new();
        let counts = |(pattern, (_, lists)): &(&HostPattern, &(usize, Lists))| {
            self.redirects.contains_key(*pattern) || !lists.iter().all(|it| route::is_void(it))
        };
        let counting: Vec<_> = self.lists.iter().filter(counts).map(|(pattern, _)| pattern.clone()).collect();
        let is_wider = |it: &HostPattern, than: &HostPattern| it != than && it.intersect(than).as_ref() == Some(than);
        for (pattern, (came, lists)) in self.lists {
            if counting.binary_search(&pattern).is_err() && counting.iter().any(|it| is_wider(it, &pattern)) {
                continue;
            }
            let redirect = self.redirects.remove(&pattern);
            let key = (door, pattern);
            let before = known.before.remove(&key).filter(|it| it.redirect == redirect && are_same(&it.lists, &lists));
            let host = before.unwrap_or_else(|| {
                let host = Arc::new(virtual_host(&key.1, redirect.as_ref(), &lists));
                KnownHost { lists, redirect, host }
            });
            hosts.push((came, Arc::clone(&host.host)));
            known.now.insert(key, host);
        }
        hosts.order_by_key(|(came, _)| *came);
        hosts.into_iter().map(|(_, host)| host).collect()
    }
}

fn are_same(known: &[Arc<[Rule]>], now: &[Arc<[Rule]>]) -> bool {
    known.len() == now.len() && known.iter().zip(now).all(|(known, now)| Arc::ptr_eq(known, now))
}

/// Catch-alls go behind the rules of their host that ask for something.
fn virtual_host(pattern: &HostPattern, redirect: Option<&(Origin, bool)>, lists: &[Arc<[Rule]>]) -> VirtualHost {
    let rules = lists.iter().flat_map(|it| it.iter().cloned());
    let (catch_all, rules): (Vec<_>, Vec<_>) = rules.partition(route::is_catch_all);
    let redirect = redirect.map(|(place, trusts_proxies)| route::to_https(place.clone(), *trusts_proxies));
    let mut rules: Vec<_> = redirect.into_iter().chain(rules).chain(catch_all).collect();
    route::number(&mut rules);
    VirtualHost { pattern: pattern.clone(), rules }
}
