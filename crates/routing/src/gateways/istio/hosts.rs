//! The virtual hosts of a gateway's listener: collected from all that serve it, and the same ones again where nothing of
//! theirs changed.

use std::sync::Arc;

use podpath_cluster::ResourceId;
use podpath_order::{OrdMap, Order};
use podpath_source::Location;

use super::route;
use crate::pattern::HostPattern;
use crate::table::{Origin, Rule, VirtualHost};

/// A listener of a gateway: its Pods, its port and where it stands.
pub(super) type Door = (ResourceId, u16, Location);

/// The virtual hosts of gateways, each with what it was made of.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownHosts {
    before: OrdMap<(Door, HostPattern), KnownHost>,
    now: OrdMap<(Door, HostPattern), KnownHost>,
}

impl KnownHosts {
    /// For a pass that makes all of them: what is the same as before is taken from there.
    pub(super) fn begin(&mut self) {
        self.before = std::mem::take(&mut self.now);
    }

    /// What is not there any more is forgotten.
    pub(super) fn end(&mut self) {
        self.before = OrdMap::new();
    }

    /// Rules in the place of others of the same VirtualService: the virtual host as it was, and as it is now. None where
    /// it does not have them.
    pub(super) fn replace(
        &mut self,
        door: Door,
        pattern: &HostPattern,
        (old, new): (&Rules, &Rules),
    ) -> Option<(Arc<VirtualHost>, Arc<VirtualHost>)> {
        let known = self.now.get_mut(&(door, pattern.clone()))?;
        let mut own = known.lists.iter_mut().filter(|it| Arc::ptr_eq(it, old)).peekable();
        own.peek()?;
        own.for_each(|it| *it = Arc::clone(new));
        let host = Arc::new(virtual_host(pattern, known.redirect.as_ref(), &known.lists));
        Some((std::mem::replace(&mut known.host, Arc::clone(&host)), host))
    }
}

#[derive(Clone, Debug)]
struct KnownHost {
    lists: Lists,
    redirect: Option<(Origin, bool)>,
    host: Arc<VirtualHost>,
}

/// What a VirtualService gives to a host.
pub(super) type Rules = Arc<[Rule]>;

/// The rules of a host, as each VirtualService gives them.
type Lists = Vec<Rules>;

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
            let before = known.before.get(&key).filter(|it| it.redirect == redirect && are_same(&it.lists, &lists));
            let host = before
                .map_or_else(|| Arc::new(virtual_host(&key.1, redirect.as_ref(), &lists)), |it| Arc::clone(&it.host));
            hosts.push((came, Arc::clone(&host)));
            known.now.insert(key, KnownHost { lists, redirect, host });
        }
        hosts.order_by_key(|(came, _)| *came);
        hosts.into_iter().map(|(_, host)| host).collect()
    }
}

fn are_same(known: &[Rules], now: &[Rules]) -> bool {
    known.len() == now.len() && known.iter().zip(now).all(|(known, now)| Arc::ptr_eq(known, now))
}

/// Catch-alls go behind the rules of their host that ask for something.
fn virtual_host(pattern: &HostPattern, redirect: Option<&(Origin, bool)>, lists: &[Rules]) -> VirtualHost {
    let rules = lists.iter().flat_map(|it| it.iter().cloned());
    let (catch_all, rules): (Vec<_>, Vec<_>) = rules.partition(route::is_catch_all);
    let redirect = redirect.map(|(place, trusts_proxies)| route::to_https(place.clone(), *trusts_proxies));
    let mut rules: Vec<_> = redirect.into_iter().chain(rules).chain(catch_all).collect();
    route::number(&mut rules);
    VirtualHost { pattern: pattern.clone(), rules }
}
