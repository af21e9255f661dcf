//! What was judged of the rules of each host, and what it comes to over all hosts.
//!
//! A judgement depends on the rules of a host and on the listeners of its table, and on nothing else; so it stays as long as
//! the host is the same one and the listeners are equal.

use std::cell::OnceCell;
use std::sync::Arc;

use podpath_cluster::{Change, ResourceId};
use podpath_order::{OrdMap, Order};
use podpath_source::Location;

use super::{DeadRule, Hall, can_match};
use crate::gateways::istio;
use crate::ladder::Criterion;
use crate::pattern::HostPattern;
use crate::table::{Access, Origin, Protocol, Table, VirtualHost};

/// What was judged before.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    before: Vec<Vec<Judged>>,
    /// Where each host stands there, by its address, as soon as one is not at its place.
    moved: OnceCell<Vec<(usize, usize, usize)>>,
    /// The hosts of each table that the running pass asked for.
    now: Vec<Vec<Judged>>,
    pub(super) unserved: istio::Unserved,
}

/// The judgement of a host.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    host: Arc<VirtualHost>,
    front: Arc<Front>,
    /// The number of its listener.
    at: usize,
    rules: Arc<Rules>,
}

/// What a judgement depends on beside the rules of the host. `Eq`, so that one that is shared is compared by its address: it
/// is, for each host.
#[derive(Debug, PartialEq, Eq)]
struct Front {
    gateway: &'static str,
    origin: Origin,
    doors: Vec<Door>,
    /// The rules that have the place of others.
    keepers: Vec<Place>,
}

#[derive(Debug, PartialEq, Eq)]
struct Door {
    port: u16,
    protocol: Protocol,
    hostnames: Vec<HostPattern>,
    served: Vec<HostPattern>,
    access: Access,
}

/// A rule by its object and its path in it.
type Key = (ResourceId, String);

/// A rule by where it stands.
type Place = (Location, String);

/// The rules of a host.
#[derive(Debug, Default)]
pub(super) struct Rules {
    alive: Vec<Key>,
    dead: Vec<(Key, DeadRule)>,
    /// Those that have the place of others, with a request that they get.
    kept: Vec<(Place, DeadRule)>,
}

impl Known {
    /// What is still true after a change.
    #[must_use]
    pub(crate) fn after(self, change: &Change) -> Self {
        let Self { now, unserved, .. } = self;
        Self { before: now, unserved: unserved.after(change), ..Self::default() }
    }

    /// What the pass asked for, and nothing else.
    pub(super) fn end(self) -> Self {
        Self { before: vec![], moved: OnceCell::new(), ..self }
    }

    /// The judgements of the hosts of a table.
    pub(super) fn judge(&mut self, table: &Table) -> Vec<Arc<Rules>> {
        let front = Front::of(table);
        let known = self.before.get(self.now.len()).and_then(|it| it.first()).filter(|it| *it.front == front);
        let front = known.map_or_else(|| Arc::new(front), |it| Arc::clone(&it.front));
        let mut judged = Vec::new();
        for (at, listener) in table.listeners.iter().enumerate() {
            for host in &listener.hosts {
                let is_same = |it: &&Judged| it.at == at && Arc::ptr_eq(&it.host, host) && it.front == front;
                let known = self.known((self.now.len(), judged.len()), host).filter(is_same);
                judged.push(known.cloned().unwrap_or_else(|| {
                    let rules = Arc::new(Hall::new(table, listener, host).judge(&front.keepers));
                    Judged { host: Arc::clone(host), front: Arc::clone(&front), at, rules }
                }));
            }
        }
        let rules = judged.iter().map(|it| Arc::clone(&it.rules)).collect();
        self.now.push(judged);
        rules
    }

    /// What was judged of a host, which most likely stands where it stood: the number of the table, and its number there.
    fn known(&self, (table, at): (usize, usize), host: &Arc<VirtualHost>) -> Option<&Judged> {
        let place = |table: usize, at: usize| self.before.get(table)?.get(at);
        let is_same = |it: &&Judged| Arc::ptr_eq(&it.host, host);
        place(table, at).filter(is_same).or_else(|| {
            let address = |it: &Arc<VirtualHost>| Arc::as_ptr(it).addr();
            let moved = self.moved.get_or_init(|| {
                let tables = self.before.iter().enumerate();
                let hosts =
                    tables.flat_map(|(t, it)| it.iter().enumerate().map(move |(at, it)| (address(&it.host), t, at)));
                let mut hosts: Vec<_> = hosts.collect();
                hosts.order();
                hosts
            });
            let first = moved.partition_point(|it| it.0 < address(host));
            let (_, table, at) = moved.get(first).filter(|it| it.0 == address(host))?;
            place(*table, *at)
        })
    }
}

impl Front {
    fn of(table: &Table) -> Self {
        let door = |it: &crate::table::Listener| Door {
            port: it.port,
            protocol: it.protocol,
            hostnames: it.hostnames.clone(),
            served: it.served.clone(),
            access: it.access.clone(),
        };
        let keepers = table.rejected.iter().filter_map(|it| it.by.as_ref()).map(place);
        let mut keepers: Vec<_> = keepers.collect();
        keepers.order();
        keepers.dedup();
        let doors = table.listeners.iter().map(door).collect();
        Self { gateway: table.gateway.name, origin: table.origin.clone(), doors, keepers }
    }
}

fn place(origin: &Origin) -> Place {
    (origin.location, origin.path.clone())
}

impl Hall<'_> {
    fn judge(&self, keepers: &[Place]) -> Rules {
        let mut rules = Rules::default();
        for (at, rule) in self.host.rules.iter().enumerate() {
            if !keepers.is_empty() {
                let place = place(&rule.origin);
                let is_new = !rules.kept.iter().any(|(known, _)| *known == place);
                let kept = if is_new && keepers.binary_search(&place).is_ok() { self.kept(rule) } else { None };
                rules.kept.extend(kept.map(|it| (place, it)));
            }
            let Some(resource) = rule.origin.resource.filter(|_| can_match(rule)) else { continue };
            let key = (resource, rule.origin.path.clone());
            match self.hidden(at, rule) {
                Some(dead) => rules.dead.push((key, dead)),
                None => rules.alive.push(key),
            }
        }
        rules
    }
}

/// What was judged over all tables.
#[derive(Default)]
pub(super) struct Verdicts {
    n_tables: usize,
    /// With the number of the table.
    rules: Vec<(usize, Arc<Rules>)>,
    /// What may be dead, and the table from which on a life counts.
    dead: OrdMap<Key, (usize, DeadRule)>,
}

impl Verdicts {
    pub(super) fn add(&mut self, table: &Table, rules: Vec<Arc<Rules>>) {
        let number = self.n_tables;
        self.n_tables += 1;
        self.add_refused(table, &rules, number);
        for it in &rules {
            for (key, dead) in &it.dead {
                self.dead.entry(key.clone()).or_insert_with(|| (0, dead.clone()));
            }
        }
        self.rules.extend(rules.into_iter().map(|it| (number, it)));
    }

    /// Rules that an implementation does not take because it has one for the same requests: that one shows where they go.
    fn add_refused(&mut self, table: &Table, rules: &[Arc<Rules>], number: usize) {
        let refused = table.rejected.iter().filter_map(|it| Some((&it.origin, it.by.as_ref()?)));
        let mut keepers: OrdMap<&Place, &DeadRule> = OrdMap::new();
        for (rule, by) in refused {
            if keepers.is_empty() {
                for (place, dead) in rules.iter().flat_map(|it| &it.kept) {
                    keepers.entry(place).or_insert(dead);
                }
            }
            let kept = keepers.get(&place(by));
            if let (Some(resource), Some(kept)) = (rule.resource, kept) {
                let is_older = by.resource != rule.resource;
                let criterion = if is_older { Criterion::Oldest } else { Criterion::ListOrder };
                let dead = DeadRule { rule: rule.clone(), path: Some(rule.location), criterion, ..(*kept).clone() };
                self.dead.insert((resource, rule.path.clone()), (number, dead));
            }
        }
    }

    /// The objects that have a rule, in order.
    pub(super) fn resources(&self) -> Vec<ResourceId> {
        let keys = self.rules.iter().flat_map(|(_, it)| it.alive.iter().chain(it.dead.iter().map(|(key, _)| key)));
        let mut resources: Vec<_> = keys.map(|(resource, _)| *resource).collect();
        resources.extend(self.dead.keys().map(|(resource, _)| *resource));
        resources.order();
        resources.dedup();
        resources
    }

    /// Of each rule that lives nowhere one judgement.
    pub(super) fn dead(mut self) -> Vec<DeadRule> {
        for (number, rules) in &self.rules {
            if self.dead.is_empty() {
                break;
            }
            for key in &rules.alive {
                if self.dead.get(key).is_some_and(|(since, _)| number >= since) {
                    self.dead.remove(key);
                }
            }
        }
        self.dead.into_values().map(|(_, dead)| dead).collect()
    }
}
