//! Routes behind load balancers that never send them anything: dead over the whole path.
//!
//! An ALB sends what its rules take. Where no rule that leads to a gateway takes a request of any rule of a route, the route
//! gets nothing from outside. Told only where every way to the gateway is known: its Pods stand behind ALBs alone, and the
//! engine itself sends a request of the route elsewhere.

use std::collections::BTreeMap;

use podpath_cluster::{Cluster, ResourceId, service_pods};
use podpath_objects::{Service, TargetGroupBinding, VirtualService};

use super::cover::{Part, parts};
use super::witnesses;
use crate::choose::{choose_listener, choose_rule};
use crate::pattern::{HostPattern, PathMatch};
use crate::request::{Request, Scheme};
use crate::table::{Action, Listener, Origin, Protocol, Rule, Table, Target};
use crate::tables::{GatewayPods, Tables};

/// A route of which no load balancer sends anything to its gateway.
#[derive(Clone, Debug)]
pub struct Unsent {
    /// The route.
    pub route: ResourceId,
    /// A request that it would take.
    pub witness: Request,
    /// What takes it at the load balancer: a rule, or the listener that answers 404.
    pub by: Origin,
}

/// Every VirtualService that gets nothing from outside because no ALB sends it, in the order of the cluster.
pub fn unsent(cluster: &Cluster, tables: &Tables) -> Vec<Unsent> {
    let mut known: BTreeMap<ResourceId, Option<Unsent>> = BTreeMap::new();
    for (pods, table) in tables.istio() {
        let senders = senders(cluster, tables, pods);
        for listener in &table.listeners {
            for host in &listener.hosts {
                for rule in &host.rules {
                    let Some(route) = rule.origin.resource else { continue };
                    match senders.as_ref().and_then(|it| it.lost(route, listener, &host.pattern, rule)) {
                        None => {
                            known.insert(route, None);
                        }
                        Some(lost) => {
                            known.entry(route).or_insert(Some(lost));
                        }
                    }
                }
            }
        }
    }
    let is_for_mesh = |it: &Unsent| {
        let gateways = cluster.get::<VirtualService>(it.route).map(|it| &it.object.gateways);
        gateways.is_none_or(|it| it.is_empty() || it.iter().any(|it| it.value == "mesh"))
    };
    known.into_values().flatten().filter(|it| !is_for_mesh(it)).collect()
}

/// The load balancers before some Pods, and what they send there.
struct Senders<'a> {
    tables: Vec<&'a Table>,
    parts: Vec<Part>,
}

/// None where something else may lead to the Pods, or where nothing does.
fn senders<'a>(cluster: &Cluster, tables: &'a Tables, pods: &GatewayPods) -> Option<Senders<'a>> {
    let own = cluster.in_namespace::<Service>(&pods.namespace).filter(|it| {
        let behind = service_pods(cluster, it);
        behind.iter().any(|it| Some(it.id) == pods.source)
    });
    let services: Vec<_> = own.collect();
    let names: Vec<&str> = services.iter().map(podpath_cluster::Found::name).collect();
    let is_bound = cluster
        .in_namespace::<TargetGroupBinding>(&pods.namespace)
        .any(|it| it.object.service.as_ref().is_some_and(|it| names.contains(&it.value.as_str())));
    if is_bound || services.iter().any(|it| it.object.service_type == "LoadBalancer") {
        return None;
    }
    let mut found = Senders { tables: vec![], parts: vec![] };
    for table in tables.load_balancers() {
        let n_before = found.parts.len();
        for (host, rule) in table.listeners.iter().flat_map(rules_of) {
            let Action::Forward(backends) = &rule.action else { continue };
            let is_own = |it: &Target| matches!(it, Target::Service(id) if services.iter().any(|it| it.id == *id));
            if !backends.iter().any(|it| is_own(&it.target)) {
                continue;
            }
            let taken = parts(rule, host);
            // A rewritten request may become any other one, and a rule of too many parts is not looked at.
            if taken.is_empty() || !rule.filters.is_empty() || !table.frozen.is_empty() {
                return None;
            }
            found.parts.extend(taken);
        }
        if found.parts.len() > n_before {
            found.tables.push(table);
        }
    }
    (!found.parts.is_empty()).then_some(found)
}

fn rules_of(listener: &Listener) -> impl Iterator<Item = (&HostPattern, &Rule)> {
    let hosts = listener.hosts.iter().flat_map(|host| host.rules.iter().map(move |rule| (&host.pattern, rule)));
    hosts.chain(listener.fallback.iter().map(|rule| (&HostPattern::Any, rule)))
}

impl Senders<'_> {
    /// A rule that none of them sends anything to, with a request that shows it.
    fn lost(&self, route: ResourceId, listener: &Listener, host: &HostPattern, rule: &Rule) -> Option<Unsent> {
        let own = parts(rule, host);
        let is_sent = |own: &Part| self.parts.iter().any(|sent| may_meet(sent, own));
        if own.is_empty() || own.iter().any(is_sent) {
            return None;
        }
        let virtual_host = listener.hosts.iter().find(|it| it.pattern == *host)?;
        let witness = witnesses(listener, virtual_host, rule).into_iter().find(|it| it.scheme.is_http())?;
        let (witness, by) = self.tables.iter().find_map(|table| taker(table, &witness))?;
        Some(Unsent { route, witness, by })
    }
}

/// Who takes a request at a load balancer.
fn taker(table: &Table, request: &Request) -> Option<(Request, Origin)> {
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
        Some((request, by))
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
