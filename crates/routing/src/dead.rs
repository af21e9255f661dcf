//! Rules that no request reaches, because others go first and take all of it; each with a request that shows it.
//!
//! A rule is a union of parts, one for each of its hosts and paths. It is dead when each part lies inside one rule that
//! goes before it, by the precedence of its implementation. That is enough for a proof, not for every proof: a part that
//! only several rules together take away is not told. Then a request is made of the rule's own conditions, and the engine
//! has to send it elsewhere; without such a witness nothing is told either.

mod cover;
mod index;
mod known;
mod unsent;
mod witness;

use std::cell::OnceCell;

use podpath_cluster::{Cluster, ResourceId};
use podpath_order::Order;
use podpath_source::Location;

use crate::choose::{choose_listener, winner};
use crate::gateways::{Gateway, istio};
use crate::ladder::{Criterion, prefer};
use crate::matcher::{Condition, Matcher};
use crate::request::Request;
use crate::table::{Listener, Origin, Rule, Table, VirtualHost};
use crate::tables::Tables;

use cover::{Part, parts};
use index::Index;
pub(crate) use known::Known;
use known::Verdicts;
pub use unsent::Unsent;
use unsent::unsent;

/// A rule that gets no request.
#[derive(Clone, Debug)]
pub struct DeadRule {
    /// The rule.
    pub rule: Origin,
    /// Its condition on the path, where it has one.
    pub path: Option<Location>,
    /// The one that gets the witness.
    pub by: Origin,
    /// Why that one goes first.
    pub criterion: Criterion,
    /// Both are for the same requests: in the other order the other one would be dead.
    pub is_twin: bool,
    /// A request that fulfils all conditions of the rule.
    pub witness: Request,
    /// The implementation that serves both.
    pub gateway: &'static Gateway,
    /// Where the witness enters.
    pub entry: Origin,
}

/// The rules that no request reaches.
#[derive(Clone, Debug)]
pub(crate) struct Judgement {
    /// Those that others hide, in source order.
    pub(crate) dead: Vec<DeadRule>,
    /// Those that no load balancer sends anything.
    pub(crate) unsent: Vec<Unsent>,
    /// For the next time.
    pub(crate) known: Known,
}

/// Every dead rule. A rule that several listeners or gateways serve is dead when it is dead at each.
/// `known` is what was judged before.
///
/// O(n log n) in the rules, but for rules that differ in nothing that the index looks at.
pub(crate) fn judge(cluster: &Cluster, tables: &Tables, mut known: Known) -> Judgement {
    let mut verdicts = Verdicts::default();
    for table in tables.all() {
        verdicts.add(table, known.judge(table));
    }
    let served = OnceCell::new();
    let is_served = |id: ResourceId| served.get_or_init(|| verdicts.resources()).binary_search(&id).is_ok();
    for table in istio::lower_unserved(cluster, &is_served, &mut known.unserved) {
        verdicts.add(&table, known.judge(&table));
    }
    let mut dead = verdicts.dead();
    dead.order_by(|a, b| (a.rule.location, &a.rule.path).cmp(&(b.rule.location, &b.rule.path)));
    let unsent = unsent(cluster, tables, &dead);
    Judgement { dead, unsent, known: known.end() }
}

/// Requests that fulfil the conditions of a rule, as far as such are found: one for each host and path, then others.
pub fn witnesses(listener: &Listener, host: &VirtualHost, rule: &Rule) -> Vec<Request> {
    let found = parts(rule, &host.pattern).into_iter().flat_map(|part| witness::requests(listener, rule, &part));
    found.filter(|request| conditions(rule).all(|it| it.holds(request))).collect()
}

/// What was decided when the table was made takes part in nothing.
fn can_match(rule: &Rule) -> bool {
    conditions(rule).all(|it| !matches!(it.condition, Condition::Never(_)))
}

/// The conditions that are written. Istio drops what follows a rule that takes everything; for that it is dead, too.
fn conditions(rule: &Rule) -> impl Iterator<Item = &Matcher> {
    rule.matchers.iter().filter(|it| !is_dropped(it))
}

fn is_dropped(matcher: &Matcher) -> bool {
    matches!(&matcher.condition, Condition::Never(why) if why.reason == istio::AFTER_CATCH_ALL)
}

/// The rules among which one is chosen.
struct Hall<'a> {
    table: &'a Table,
    listener: &'a Listener,
    host: &'a VirtualHost,
    index: Index,
}

impl<'a> Hall<'a> {
    fn new(table: &'a Table, listener: &'a Listener, host: &'a VirtualHost) -> Self {
        Self { table, listener, host, index: Index::new(&host.rules, &host.pattern) }
    }

    fn hidden(&self, at: usize, rule: &Rule) -> Option<DeadRule> {
        let parts = parts(rule, &self.host.pattern);
        let first = parts.first()?;
        let covered = parts.iter().all(|part| self.cover(at, rule, part).is_some());
        if !covered {
            return None;
        }
        let cover = self.cover(at, rule, first)?;
        let requests = witness::requests(self.listener, rule, first);
        let taken = |request: &Request| {
            let taker = self.taker(rule, request)?;
            Some((std::ptr::eq(taker, cover), taker))
        };
        // The rule that hides it is the best witness, but whoever gets the request shows that this one does not.
        let mut found: Option<(&Request, &Rule)> = None;
        for request in &requests {
            match taken(request) {
                Some((true, taker)) => {
                    found = Some((request, taker));
                    break;
                }
                Some((false, taker)) => found = found.or(Some((request, taker))),
                None => {}
            }
        }
        let (witness, taker) = found?;
        Some(DeadRule {
            rule: rule.origin.clone(),
            path: rule.matchers.iter().find(|it| matches!(it.condition, Condition::Path(_))).map(|it| it.location),
            by: taker.origin.clone(),
            criterion: prefer(self.table.gateway.ladder, taker, rule, witness).1,
            is_twin: self.takes_all_of(rule, taker),
            witness: witness.clone(),
            gateway: self.table.gateway,
            entry: self.table.origin.clone(),
        })
    }

    /// A rule that has the place of another one for the same requests, with a request that it gets.
    fn kept(&self, rule: &Rule) -> Option<DeadRule> {
        let requests = parts(rule, &self.host.pattern);
        let mut requests = requests.iter().flat_map(|part| witness::requests(self.listener, rule, part));
        let witness = requests.find(|request| {
            let near = self.index.of_request(request).unwrap_or_default();
            let matching = near.into_iter().filter_map(|at| self.host.rules.get(at));
            let matching = matching.filter(|it| it.matchers.iter().all(|it| it.holds(request)));
            choose_listener(self.table, request).is_ok_and(|it| std::ptr::eq(it, self.listener))
                && winner(self.table.gateway, matching, request).is_some_and(|it| std::ptr::eq(it, rule))
        })?;
        Some(DeadRule {
            rule: rule.origin.clone(),
            path: None,
            by: rule.origin.clone(),
            criterion: Criterion::Oldest,
            is_twin: true,
            witness,
            gateway: self.table.gateway,
            entry: self.table.origin.clone(),
        })
    }

    /// One rule takes all that another one would, whichever goes first.
    fn takes_all_of(&self, by: &Rule, rule: &Rule) -> bool {
        let scheme = witness::scheme(self.listener).url();
        let parts = parts(rule, &self.host.pattern);
        !parts.is_empty()
            && !by.matchers.iter().any(is_dropped)
            && parts.iter().all(|it| cover::covers(by, rule, it, scheme))
    }

    /// A rule that goes first and takes all of a part.
    fn cover(&self, at: usize, rule: &Rule, part: &Part) -> Option<&Rule> {
        let scheme = witness::scheme(self.listener).url();
        let request = OnceCell::new();
        let goes_first = |other: usize, by: &Rule| {
            let request = request.get_or_init(|| witness::requests(self.listener, rule, part).into_iter().next());
            let Some(request) = request else { return false };
            if rule.matchers.iter().any(is_dropped) {
                // Its place among the rules says nothing: a gateway puts what takes everything behind the others.
                return by.origin.resource == rule.origin.resource;
            }
            let (order, criterion) = prefer(self.table.gateway.ladder, by, rule, request);
            order.is_lt() && (criterion != Criterion::ListOrder || (by.rank.order, other) < (rule.rank.order, at))
        };
        let mut candidates = self.index.around(rule, part)?.into_iter().filter(|it| *it != at);
        candidates.find_map(|other| {
            let by = self.host.rules.get(other)?;
            (!by.matchers.iter().any(is_dropped)
                && can_match(by)
                && cover::covers(by, rule, part, scheme)
                && goes_first(other, by))
            .then_some(by)
        })
    }

    /// The rule that gets a request which fulfils the conditions of `rule`, when it is another one.
    fn taker(&self, rule: &Rule, request: &Request) -> Option<&Rule> {
        if !conditions(rule).all(|it| it.holds(request)) {
            return None;
        }
        choose_listener(self.table, request).ok().filter(|it| std::ptr::eq(*it, self.listener))?;
        let near = self.index.of_request(request)?.into_iter().filter_map(|at| self.host.rules.get(at));
        let matching = near.filter(|it| it.matchers.iter().all(|it| it.holds(request)));
        let taker = winner(self.table.gateway, matching, request)?;
        (!std::ptr::eq(taker, rule)).then_some(taker)
    }
}
