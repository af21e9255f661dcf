//! The mesh side: what the sidecar of a caller does with a call to a Service.

mod beside;

use std::cmp::Reverse;

use podpath_cluster::{Cluster, Found, ResourceId};
use podpath_objects::{PortRef, Service, ServiceEntry, VirtualService};
use podpath_order::Order;
use podpath_source::Text;

use super::callee::aliased;
use super::destination::{self, Proxy};
use super::egress::{knows, knows_route};
use super::entry::{Speaks, is_known_entry};
use super::names::{Visibility, age_key, full_host, host_of, of_routes, visibility};
use super::protocol::{is_declared, is_http};
use super::route::number;
use super::{MESH, route};
use crate::gateways::{full_name, origin, whole};
use crate::pattern::HostPattern;
use crate::table::{Access, Action, Listener, Origin, Protocol, Rejected, Rule, Table, VirtualHost};

pub use beside::lower_host;

/// The table of a call to a Service from a Pod with a sidecar: of several VirtualServices for the host the first wins
/// alone; without one the call goes to the Service as it is.
pub fn lower_service(cluster: &Cluster, proxy: &Proxy<'_>, service: &Found<'_, Service>) -> Table {
    let host = host_of(cluster, service);
    let routes = Routes::of(cluster, proxy, &host);
    routes.table(proxy, &host, whole(service), || plain(cluster, proxy, service))
}

/// The table of a name of a Service that is not its full one, where a VirtualService has this very name: what has a dot is
/// taken as it is.
///
/// Such a host has a virtual host of its own, as any that is no Service. Of several virtual hosts the first keeps a name
/// (istio `networking/core/httproute.go`, `dedupeDomains`): those of VirtualServices as the proxy lists them, then the
/// others.
pub fn lower_alias(cluster: &Cluster, proxy: &Proxy<'_>, service: &Found<'_, Service>, host: &str) -> Option<Table> {
    let (full, host) = (host_of(cluster, service), host.trim_end_matches('.').to_ascii_lowercase());
    if host == full || !host.contains('.') {
        return None;
    }
    let mut found = having(cluster, proxy, &host, &|it| matches!(it, HostPattern::Exact(_)));
    found.retain(|it| beside::is_served(cluster, proxy, it));
    let routes = Routes::with_rules(cluster, proxy, found);
    let first = *routes.found.first()?;
    let of_service = Routes::of(cluster, proxy, &full);
    let place = |it: &Found<'_, VirtualService>| seen(cluster, it, proxy);
    let goes_before = |it: &Found<'_, VirtualService>| (place(it), age_key(it)) < (place(&first), age_key(&first));
    // A Service whose VirtualService comes to nothing has its virtual host behind them all.
    if of_service.found.first().is_some_and(goes_before) && !route::is_void(&of_service.rules) {
        return None;
    }
    Some(routes.table(proxy, &host, whole(&first), || plain(cluster, proxy, service)))
}

/// A VirtualService of the mesh holds for a Service.
pub fn has_routes(cluster: &Cluster, proxy: &Proxy<'_>, service: &Found<'_, Service>) -> bool {
    !virtual_services(cluster, proxy, &host_of(cluster, service)).is_empty()
}

/// To the Service as it is.
pub(super) fn plain(cluster: &Cluster, proxy: &Proxy<'_>, service: &Found<'_, Service>) -> Rule {
    let backend = match aliased(cluster, service) {
        Ok(real) => destination::plain(&real, proxy.port),
        Err(outside) => destination::host(&outside, proxy.port),
    };
    Rule::plain(whole(service), "default", Action::Forward(vec![backend]))
}

/// The sidecar has a listener for every address of the port that reads HTTP: a Service or ServiceEntry that it knows declares
/// HTTP there (istio `pilot/pkg/networking/core/listener.go`, `buildSidecarOutboundListeners`).
pub fn reads_http(cluster: &Cluster, proxy: &Proxy<'_>) -> bool {
    // What has to be looked into and has no address of its own is looked into at every address.
    let by_entry = |it: Found<'_, ServiceEntry>| {
        let reads = |speaks| match speaks {
            Speaks::Http => true,
            Speaks::Unknown => it.object.addresses.is_empty(),
            Speaks::Tls | Speaks::Bytes => false,
        };
        it.object.port(proxy.port).is_some_and(|port| reads(Speaks::read(&port.protocol)))
            && is_known_entry(cluster, proxy, &it)
    };
    let by_service = |it: Found<'_, Service>| {
        let port = it.object.port_over("TCP", &PortRef::Number(proxy.port));
        port.is_some_and(|it| is_http(it) && is_declared(it)) && knows(cluster, proxy, &it)
    };
    cluster.all::<Service>().any(by_service) || cluster.all::<ServiceEntry>().any(by_entry)
}

/// The VirtualServices that have a host, and the rules of the first, which counts alone.
struct Routes<'a> {
    found: Vec<Found<'a, VirtualService>>,
    rules: Vec<Rule>,
    /// Those that would go before it.
    void: Vec<Found<'a, VirtualService>>,
}

impl<'a> Routes<'a> {
    /// Those that have a host. The first counts, but one that names this very host and of which no rule is left leaves it to
    /// the next one that names it: it makes no virtual host (istio `pilot/pkg/networking/core/route/route.go`,
    /// `buildSidecarVirtualHostsForVirtualService`). To a wildcard it does not: of these only the one that is chosen for a
    /// Service is tried (`computeWildcardHostVirtualServiceIndex`).
    fn of(cluster: &'a Cluster, proxy: &Proxy<'_>, host: &str) -> Self {
        let mut all = virtual_services(cluster, proxy, host);
        let first = first_with_rules(cluster, proxy, &all, &|it| has_by_name(cluster, it, host));
        let (n_void, rules) = first.unwrap_or_else(|| {
            let rules = all.first().map_or_else(Vec::new, |it| route::lower(cluster, proxy, it, "mesh"));
            (0, rules)
        });
        let found = all.split_off(n_void);
        Self { found, rules, void: all }
    }

    /// The first counts of which a rule is left; where none is, none of them has a virtual host.
    fn with_rules(cluster: &Cluster, proxy: &Proxy<'_>, mut all: Vec<Found<'a, VirtualService>>) -> Self {
        let first = first_with_rules(cluster, proxy, &all, &|_| true);
        let (n_void, rules) = first.unwrap_or((all.len(), vec![]));
        let found = all.split_off(n_void);
        Self { found, rules, void: all }
    }

    /// Others of which no rule is left would go before these.
    fn behind(mut self, void: Vec<Found<'a, VirtualService>>) -> Self {
        let is_new =
            |it: &Found<'_, VirtualService>| self.found.iter().chain(&self.void).all(|known| known.id != it.id);
        let mut all: Vec<_> = void.into_iter().filter(is_new).collect();
        all.append(&mut self.void);
        self.void = all;
        self
    }

    /// What a sidecar has for the host; `plain` holds where no rule is left.
    fn table(self, proxy: &Proxy<'_>, host: &str, called: Origin, plain: impl Fn() -> Rule) -> Table {
        let Self { found, mut rules, void } = self;
        if route::is_void(&rules) {
            rules.push(plain());
        }
        number(&mut rules);
        let owner = found.first();
        let origin = owner.map_or_else(|| called.clone(), whole);
        let members = owner.iter().map(|it| it.id).collect();
        let losers = found.iter().skip(1).filter_map(|it| Some(passed_over(owner?, it, host)));
        let rejected = void.iter().map(|it| without_rules(it, host)).chain(losers).collect();
        Table { origin, rejected, ..served(host, proxy, Protocol::Http, called, members, rules) }
    }
}

/// The first of which a rule is left, with its rules, where all before it may leave the host.
fn first_with_rules(
    cluster: &Cluster,
    proxy: &Proxy<'_>,
    all: &[Found<'_, VirtualService>],
    may_leave: &dyn Fn(&Found<'_, VirtualService>) -> bool,
) -> Option<(usize, Vec<Rule>)> {
    let mut leaving = all.iter().enumerate().take_while(|(_, it)| may_leave(it));
    leaving.find_map(|(n, it)| {
        let rules = route::lower(cluster, proxy, it, "mesh");
        (!route::is_void(&rules)).then_some((n, rules))
    })
}

/// One of its hosts is this very host.
fn has_by_name(cluster: &Cluster, found: &Found<'_, VirtualService>, host: &str) -> bool {
    let own = found.object.hosts.iter().map(|it| full_host(cluster, &it.value, found.namespace()));
    let mut own = own.map(|it| HostPattern::parse(&it));
    own.any(|it| matches!(it, HostPattern::Exact(_)) && it.matches(host))
}

/// The rules of one host, as a sidecar has them.
pub(super) fn served(
    host: &str,
    proxy: &Proxy<'_>,
    protocol: Protocol,
    called: Origin,
    members: Vec<ResourceId>,
    rules: Vec<Rule>,
) -> Table {
    Table {
        gateway: &MESH,
        origin: called.clone(),
        members,
        is_public: false,
        listeners: vec![Listener {
            origin: called,
            name: format!("{host}:{}", proxy.port),
            port: proxy.port,
            protocol,
            hostnames: vec![],
            served: vec![HostPattern::parse(host)],
            hosts: vec![VirtualHost { pattern: HostPattern::Any, rules }.into()],
            fallback: None,
            access: Access::Open,
        }],
        rejected: vec![],
        frozen: vec![],
        real_ip: None,
    }
}

/// Those that have the host: the most specific host goes first (`MostSpecificHostMatch`), so an exact one beats a wildcard
/// and a long wildcard a short one; then private, exported, public; then the oldest. The first one counts alone.
pub(super) fn virtual_services<'a>(
    cluster: &'a Cluster,
    proxy: &Proxy<'_>,
    host: &str,
) -> Vec<Found<'a, VirtualService>> {
    having(cluster, proxy, host, &|_| true)
}

/// The same of those whose pattern counts.
fn having<'a>(
    cluster: &'a Cluster,
    proxy: &Proxy<'_>,
    host: &str,
    counts: &dyn Fn(&HostPattern) -> bool,
) -> Vec<Found<'a, VirtualService>> {
    ranked(cluster, proxy, host, counts, &mut cluster.all::<VirtualService>())
}

/// The same of some: all others are known not to have it.
pub(super) fn ranked<'a>(
    cluster: &Cluster,
    proxy: &Proxy<'_>,
    host: &str,
    counts: &dyn Fn(&HostPattern) -> bool,
    some: &mut dyn Iterator<Item = Found<'a, VirtualService>>,
) -> Vec<Found<'a, VirtualService>> {
    let fit = |it: &Found<'_, VirtualService>| {
        let patterns =
            it.object.hosts.iter().map(|known| HostPattern::parse(&full_host(cluster, &known.value, it.namespace())));
        patterns.filter(|it| it.matches(host) && counts(it)).map(|pattern| pattern.specificity()).max()
    };
    let in_mesh = |it: &Found<'_, VirtualService>| it.object.is_for_mesh();
    let is_known =
        |it: &Found<'_, VirtualService>| seen(cluster, it, proxy).is_some() && knows_route(cluster, proxy, it);
    let fitting = some.filter(|it| in_mesh(it)).filter_map(|it| Some((fit(&it)?, it)));
    let mut found: Vec<_> = fitting.filter(|(_, it)| is_known(it)).collect();
    let rank = |(fit, it): &(_, Found<'_, VirtualService>)| (Reverse(*fit), seen(cluster, it, proxy));
    found.order_by_key(|it| (rank(it), age_key(&it.1)));
    found.into_iter().map(|(_, it)| it).collect()
}

/// Those that have a host in common with a host, however specific theirs is, as the proxy lists them: private, exported,
/// public; then the oldest (`networking/core/tls.go`, `getConfigsForHost`).
pub(super) fn listed<'a>(cluster: &'a Cluster, proxy: &Proxy<'_>, host: &str) -> Vec<Found<'a, VirtualService>> {
    let host = HostPattern::parse(host);
    let shares = |it: &Found<'_, VirtualService>| {
        let mut own = it.object.hosts.iter().map(|known| full_host(cluster, &known.value, it.namespace()));
        own.any(|known| HostPattern::parse(&known).intersect(&host).is_some())
    };
    let is_known = |it: &Found<'_, VirtualService>| {
        it.object.is_for_mesh() && seen(cluster, it, proxy).is_some() && knows_route(cluster, proxy, it)
    };
    let mut found: Vec<_> = cluster.all::<VirtualService>().filter(|it| is_known(it) && shares(it)).collect();
    found.order_by_key(|it| (seen(cluster, it, proxy), age_key(it)));
    found
}

fn seen(cluster: &Cluster, found: &Found<'_, VirtualService>, proxy: &Proxy<'_>) -> Option<Visibility> {
    visibility(&found.object.export_to, of_routes(cluster), found.namespace(), proxy.namespace)
}

/// "Of several VirtualServices for one host of the mesh the first wins alone, the others are ignored for that host."
fn passed_over(owner: &Found<'_, VirtualService>, loser: &Found<'_, VirtualService>, host: &str) -> Rejected {
    let first = full_name(owner);
    let text = Text::new(
        format!("`{first}` goes before it and has the host `{host}` alone inside the mesh"),
        format!("앞서는 `{first}`의 규칙만 메시 안의 `{host}` 호스트에 쓰입니다"),
    );
    Rejected { origin: hosts_of(loser), reason: "shared-mesh-host", text, by: None }
}

/// A VirtualService of which no rule is for this caller.
fn without_rules(void: &Found<'_, VirtualService>, host: &str) -> Rejected {
    let text = Text::new(
        format!("no rule of it is for this caller and port, so it leaves the host `{host}` to the next one"),
        format!("이 호출자와 포트에 쓰이는 규칙이 없어서 `{host}` 호스트를 다음 VirtualService가 맡습니다"),
    );
    Rejected { origin: hosts_of(void), reason: "no-rules", text, by: None }
}

fn hosts_of(found: &Found<'_, VirtualService>) -> Origin {
    let span = found.object.hosts.first().map(|it| it.span).unwrap_or_default();
    origin(found, span, "spec.hosts")
}
