//! Rules behind load balancers that never send them anything: dead over the whole path.
//!
//! An ALB sends what its rules take. Where no rule that leads to a gateway takes a request of a rule there, that rule gets
//! nothing from outside. Told only where every way to the gateway is known: its Pods stand behind ALBs alone, and the
//! engine itself sends a request of the rule elsewhere.

use podpath_cluster::{Cluster, Found, PodSource, ResourceId};
use podpath_objects::{Gateway, HttpRoute, Service, TargetGroupBinding, VirtualService};
use podpath_order::{OrdMap, OrdSet, Order};
use podpath_source::Location;

use super::cover::{Part, parts};
use super::{DeadRule, can_match, witnesses};
use crate::choose::{choose_listener, choose_rule};
use crate::matcher::Condition;
use crate::pattern::{HostPattern, PathMatch};
use crate::request::{Request, Scheme};
use crate::table::{Action, Filter, Listener, Origin, Protocol, Rule, Table, Target, VirtualHost};
use crate::tables::Tables;
use crate::trace::plays;

/// A rule of which no load balancer sends anything to its gateway.
#[derive(Clone, Debug)]
pub struct Unsent {
    /// The rule.
    pub rule: Origin,
    /// Its condition on the path, where it has one.
    pub path: Option<Location>,
    /// So it is with every rule of the object.
    pub is_whole: bool,
    /// A request that it would take.
    pub witness: Request,
    /// What takes it at the load balancer: a rule, or the listener that answers 404.
    pub by: Origin,
    /// The load balancer.
    pub entry: Origin,
}

/// By object and path in it.
type Key<'a> = (ResourceId, &'a str);

/// Every rule that gets nothing from outside because no ALB sends it, in the order of the cluster. Those that others hide
/// are not told again.
pub(super) fn unsent(cluster: &Cluster, tables: &Tables, dead: &[DeadRule]) -> Vec<Unsent> {
    let balanced = balanced(cluster, tables);
    let mut lost: OrdMap<Key<'_>, Unsent> = OrdMap::new();
    let mut alive: OrdSet<Key<'_>> = OrdSet::new();
    for (table, senders) in &balanced {
        for (listener, host, rule) in written(table) {
            let Some(key) = key(&rule.origin) else { continue };
            match senders.lost(listener, host, rule) {
                Some(found) => _ = lost.entry(key).or_insert(found),
                None => _ = alive.insert(key),
            }
        }
    }
    if lost.is_empty() {
        return vec![];
    }
    let is_balanced = |table: &Table| balanced.iter().any(|(it, _)| std::ptr::eq(*it, table));
    for table in tables.all().filter(|it| !is_balanced(it)) {
        alive.extend(written(table).filter_map(|(.., rule)| key(&rule.origin)));
    }
    let hidden: OrdSet<Key<'_>> = dead.iter().filter_map(|it| key(&it.rule)).collect();
    lost.retain(|key, _| !alive.contains(key) && !hidden.contains(key) && !is_for_mesh(cluster, key.0));
    let living: OrdSet<ResourceId> = alive.into_iter().map(|it| it.0).collect();
    let whole = |(key, found): (Key<'_>, Unsent)| Unsent { is_whole: !living.contains(&key.0), ..found };
    lost.into_iter().map(whole).collect()
}

fn key(origin: &Origin) -> Option<Key<'_>> {
    Some((origin.resource?, origin.path.as_str()))
}

/// Every gateway that load balancers lead to and nothing else, with those.
fn balanced<'a>(cluster: &'a Cluster, tables: &'a Tables) -> Vec<(&'a Table, Senders<'a>)> {
    let gateways: Vec<_> = gateways(cluster, tables).collect();
    let mut doors: Vec<_> = gateways.iter().flat_map(|(_, services)| services).map(|it| it.id).collect();
    doors.order();
    let sent_to = reached(&doors, tables.load_balancers().iter());
    if sent_to.is_empty() {
        return vec![];
    }
    let inner = reached(&sent_to, tables.gateways().chain(tables.istio().iter().map(|(_, table)| table)));
    let senders = |services: &[Found<'_, Service>]| {
        let are_in = |set: &[ResourceId]| services.iter().any(|it| set.binary_search(&it.id).is_ok());
        let is_sent_to = are_in(&sent_to) && !are_in(&inner);
        if !is_sent_to || services.iter().any(|it| is_open(cluster, tables, it)) {
            return None;
        }
        Senders::of(tables, services)
    };
    gateways.into_iter().filter_map(|(table, services)| Some((table, senders(&services)?))).collect()
}

/// Those of some Services, which are in order, that the rules of some tables lead to.
fn reached<'a>(services: &[ResourceId], tables: impl Iterator<Item = &'a Table>) -> Vec<ResourceId> {
    let mut found = Vec::new();
    if !services.is_empty() {
        for (_, rule) in tables.flat_map(rules_of) {
            found.extend(targets_of(rule).filter(|it| services.binary_search(it).is_ok()));
        }
    }
    found.order();
    found.dedup();
    found
}

/// The Services that a rule leads to.
fn targets_of(rule: &Rule) -> impl Iterator<Item = ResourceId> {
    let backends = match &rule.action {
        Action::Forward(backends) => backends.as_slice(),
        _ => &[],
    };
    backends.iter().filter_map(|it| match it.target {
        Target::Service(id) => Some(id),
        Target::Missing(..) | Target::Host(_) | Target::Balancer(_) => None,
    })
}

/// The rules of a table that somebody wrote, and that may take a request.
fn written(table: &Table) -> impl Iterator<Item = (&Listener, &VirtualHost, &Rule)> {
    let hosts = table.listeners.iter().flat_map(|listener| listener.hosts.iter().map(move |host| (listener, host)));
    let rules = hosts.flat_map(|(listener, host)| host.rules.iter().map(move |rule| (listener, host.as_ref(), rule)));
    // What a controller adds stands at a host or at the whole object.
    let is_written =
        |path: &str| path.starts_with("spec.http[") || path.starts_with("spec.rules[") && path.ends_with(']');
    rules.filter(move |(.., rule)| is_written(&rule.origin.path) && can_match(rule))
}

/// Calls inside the mesh do not come through a gateway.
fn is_for_mesh(cluster: &Cluster, route: ResourceId) -> bool {
    let parents = cluster.get::<HttpRoute>(route).map(|it| &it.object.parents);
    cluster.get::<VirtualService>(route).is_some_and(|it| it.object.is_for_mesh())
        || parents.is_some_and(|it| it.iter().any(|it| it.kind != "Gateway"))
}

/// Every gateway whose Services are known, with those.
fn gateways<'a>(
    cluster: &'a Cluster,
    tables: &'a Tables,
) -> impl Iterator<Item = (&'a Table, Vec<Found<'a, Service>>)> {
    let istio = tables.istio().iter().filter_map(move |(pods, table)| {
        let pods = cluster.pod_source(pods.source?)?;
        Some((table, selecting(cluster, std::slice::from_ref(&pods))?))
    });
    let others = tables.gateways().filter_map(move |table| {
        let is_known = match table.gateway.name {
            "ingress-nginx" => true,
            "gateway-api" => own_service(cluster, table).is_some(),
            _ => false,
        };
        if !is_known {
            return None;
        }
        let pods: Vec<_> = cluster.pod_sources().filter(|it| plays(cluster, table, it)).collect();
        Some((table, selecting(cluster, &pods)?))
    });
    istio.chain(others)
}

/// The Services of some Pods, or of one of them; none where the Pods are reached by their node.
fn selecting<'a>(cluster: &'a Cluster, pods: &[PodSource<'a>]) -> Option<Vec<Found<'a, Service>>> {
    if pods.iter().any(|it| it.template.host_network) {
        return None;
    }
    let selects = |service: &Found<'_, Service>| {
        let selector = service.object.selector.as_ref().filter(|it| !it.entries.is_empty());
        let of_namespace = |it: &&PodSource<'a>| it.namespace == service.namespace();
        let mut pods = pods.iter().filter(of_namespace);
        selector.is_some_and(|it| pods.any(|pod| cluster.carrying(*pod, it).is_some()))
    };
    Some(cluster.all::<Service>().filter(selects).collect())
}

/// What is made for a Gateway is named `NAME-CLASS` (GEP-1762). Unless it is here, the implementation makes it, of type
/// LoadBalancer.
fn own_service<'a>(cluster: &'a Cluster, table: &Table) -> Option<Found<'a, Service>> {
    let gateway = cluster.get::<Gateway>(table.origin.resource?)?;
    let class = &gateway.object.class.as_ref()?.value;
    cluster.find(gateway.namespace(), &format!("{}-{class}", gateway.name()))
}

/// The load balancers before a gateway, and what they send there.
struct Senders<'a> {
    tables: Vec<&'a Table>,
    /// By the one host that they are for.
    by_host: OrdMap<String, Vec<Part>>,
    /// For more hosts than one.
    wide: Vec<Part>,
}

impl<'a> Senders<'a> {
    /// None where what they send to the Services is not known, or is everything.
    fn of(tables: &'a Tables, services: &[Found<'_, Service>]) -> Option<Self> {
        let leads = |rule: &Rule| targets_of(rule).any(|id| services.iter().any(|it| it.id == id));
        let mut found = Self { tables: vec![], by_host: OrdMap::new(), wide: vec![] };
        for table in tables.load_balancers() {
            let mut is_sender = false;
            for (host, rule) in rules_of(table).filter(|(_, rule)| leads(rule)) {
                let taken = parts(rule, host);
                // A rewritten request may become any other one, and a rule of too many parts is not looked at.
                let is_changed = rule.filters.iter().any(|it| !matches!(it, Filter::Gate(_)));
                if taken.is_empty() || is_changed || !table.frozen.is_empty() {
                    return None;
                }
                is_sender = true;
                for part in taken {
                    found.add(part);
                }
            }
            found.tables.extend(is_sender.then_some(table));
        }
        let sends_all =
            |it: &Part| it.host == HostPattern::Any && it.path.as_ref().is_none_or(PathMatch::is_everything);
        (!found.wide.iter().any(sends_all)).then_some(found)
    }

    fn add(&mut self, part: Part) {
        match &part.host {
            HostPattern::Exact(name) => self.by_host.entry(name.clone()).or_default().push(part),
            HostPattern::Glob(name) if !name.contains(['*', '?']) => {
                self.by_host.entry(name.clone()).or_default().push(part);
            }
            _ => self.wide.push(part),
        }
    }

    /// Some request of a part of a rule may be sent.
    fn may_send(&self, own: &Part) -> bool {
        let meets = |sent: &Part| may_meet(sent, own);
        let narrow = match &own.host {
            HostPattern::Exact(name) => {
                self.by_host.get(&name.to_ascii_lowercase()).is_some_and(|it| it.iter().any(meets))
            }
            _ => self.by_host.values().flatten().any(meets),
        };
        narrow || self.wide.iter().any(meets)
    }

    /// A rule that none of them sends anything to, with a request that shows it.
    fn lost(&self, listener: &Listener, host: &VirtualHost, rule: &Rule) -> Option<Unsent> {
        let own = parts(rule, &host.pattern);
        if own.is_empty() || own.iter().any(|it| self.may_send(it)) {
            return None;
        }
        let witness = witnesses(listener, host, rule).into_iter().find(|it| it.scheme.is_http())?;
        let (witness, by, entry) = self.tables.iter().find_map(|table| taker(table, &witness))?;
        let path = rule.matchers.iter().find(|it| matches!(it.condition, Condition::Path(_))).map(|it| it.location);
        Some(Unsent { rule: rule.origin.clone(), path, is_whole: false, witness, by, entry })
    }
}

/// Something else may lead to a Service: a load balancer of L4, a port of the nodes, an address of `externalIPs`, a target
/// group that others fill.
fn is_open(cluster: &Cluster, tables: &Tables, service: &Found<'_, Service>) -> bool {
    let mut bindings = cluster.in_namespace::<TargetGroupBinding>(service.namespace());
    let is_bound = bindings.any(|it| it.object.service.as_ref().is_some_and(|it| it.value == service.name()));
    let is_inner = matches!(service.object.service_type.as_str(), "" | "ClusterIP");
    is_bound || !is_inner || !service.object.outer_ips.is_empty() || tables.network(service.id).is_some()
}

fn rules_of(table: &Table) -> impl Iterator<Item = (&HostPattern, &Rule)> {
    table.listeners.iter().flat_map(|listener| {
        let hosts = listener.hosts.iter().flat_map(|host| host.rules.iter().map(move |rule| (&host.pattern, rule)));
        hosts.chain(listener.fallback.iter().map(|rule| (&HostPattern::Any, rule)))
    })
}

/// Who takes a request at a load balancer.
fn taker(table: &Table, request: &Request) -> Option<(Request, Origin, Origin)> {
    table.listeners.iter().find_map(|listener| {
        let scheme = match listener.protocol {
            Protocol::Http => Scheme::Http,
            Protocol::Https => Scheme::Https,
            _ => return None,
        };
        let mut request = Request { scheme, port: listener.port, ..request.clone() };
        if listener.port != scheme.default_port() {
            request.set_authority(&format!("{}:{}", request.host, listener.port));
        }
        let listener = choose_listener(table, &request).ok()?;
        let rule = choose_rule(table, listener, &request).rule;
        let by = rule.map_or_else(|| listener.origin.clone(), |it| it.origin.clone());
        Some((request, by, table.origin.clone()))
    })
}

/// False only where it is certain that no request is in both.
fn may_meet(sent: &Part, own: &Part) -> bool {
    hosts_may_meet(&sent.host, &own.host)
        && match (&sent.path, &own.path) {
            (Some(sent), Some(own)) => paths_may_meet(sent, own),
            _ => true,
        }
}

fn hosts_may_meet(a: &HostPattern, b: &HostPattern) -> bool {
    match (a, b) {
        (HostPattern::Exact(name), other) | (other, HostPattern::Exact(name)) => other.matches(name),
        (HostPattern::Suffix(a), HostPattern::Suffix(b)) => a.ends_with(b.as_str()) || b.ends_with(a.as_str()),
        _ => true,
    }
}

fn paths_may_meet(sent: &PathMatch, own: &PathMatch) -> bool {
    if let PathMatch::Exact(path) = own {
        return sent.matches(path);
    }
    match (beginning(sent), beginning(own)) {
        (Some(a), Some(b)) => a.starts_with(b) || b.starts_with(a),
        _ => true,
    }
}

/// What every path of a pattern begins with.
fn beginning(path: &PathMatch) -> Option<&str> {
    match path {
        PathMatch::Exact(text) | PathMatch::Elements(text) | PathMatch::Prefix(text) => Some(text),
        PathMatch::AnyGlob(globs) => match globs.as_slice() {
            [only] => only.split(['*', '?']).next(),
            _ => None,
        },
        PathMatch::Regex(_) | PathMatch::IgnoreCase(_) => None,
    }
}
