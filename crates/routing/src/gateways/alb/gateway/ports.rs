//! The ports of a Gateway, and the routes that each of them takes.

use podpath_cluster::{Cluster, ResourceId};
use podpath_objects::BackendRef;
use podpath_order::{OrdMap, OrdSet, Order};
use podpath_source::Span;

use super::{props, rule};
use crate::gateways::gateway_api::facts::{GatewayFacts, ListenerFacts};
use crate::gateways::gateway_api::route::Route;
use crate::pattern::HostPattern;
use crate::table::{Frozen, Origin, Protocol};
/// The largest share of a backend.
const MAX_WEIGHT: u64 = 999;

/// A route at a listener, with the hosts that both serve.
pub(super) struct Taken<'a> {
    pub(super) route: &'a Route<'a>,
    pub(super) hostnames: Vec<(HostPattern, Span)>,
    /// The listener names a host.
    pub(super) names_host: bool,
}

pub(super) type ByListener<'a> = OrdMap<usize, Vec<Taken<'a>>>;

/// The listeners of one port.
pub(super) struct Port<'a> {
    pub(super) number: u16,
    pub(super) protocol: &'static str,
    pub(super) listeners: Vec<(usize, &'a ListenerFacts)>,
}

impl Port<'_> {
    pub(super) fn origin(&self) -> Origin {
        self.listeners.first().map(|(_, it)| place(it)).unwrap_or_default()
    }
}

/// The listeners that the controller accepts, with their numbers.
pub(super) fn open(facts: &GatewayFacts) -> impl Iterator<Item = (usize, &ListenerFacts)> {
    facts.listeners.iter().enumerate().filter(|(_, it)| it.shut().is_none())
}

/// Those by port. "TCP and UDP listeners of one port are one TCP_UDP listener"; others of two protocols keep the whole load
/// balancer as it is, such as one that ends TLS and one that passes it through (`mapGatewayListenerConfigsByPort`).
pub(super) fn ports(facts: &GatewayFacts) -> Result<Vec<Port<'_>>, Frozen> {
    let mut ports: OrdMap<u16, Port<'_>> = OrdMap::new();
    for (number, listener) in open(facts) {
        let (Some(port), Some(spoken)) = (listener.port, listener.protocol) else { continue };
        let protocol = match spoken {
            Protocol::Http => "HTTP",
            Protocol::Https => "HTTPS",
            Protocol::TlsTerminate => "TLS",
            // "A TLS listener in mode Passthrough is a TCP listener."
            Protocol::Tcp | Protocol::TlsPassthrough => "TCP",
            Protocol::Udp => "UDP",
        };
        let taken = ports.entry(port).or_insert_with(|| Port { number: port, protocol, listeners: vec![] });
        match (taken.protocol, protocol) {
            (one, other) if one == other => {}
            ("TCP" | "UDP" | "TCP_UDP", "TCP" | "UDP") => taken.protocol = "TCP_UDP",
            _ => {
                let why = "invalid listeners on gateway, listeners with same ports cannot have different protocols";
                return Err(Frozen { message: why.to_owned(), origin: place(listener) });
            }
        }
        taken.listeners.push((number, listener));
    }
    Ok(ports.into_values().collect())
}

/// Where a listener stands.
pub(super) fn place(listener: &ListenerFacts) -> Origin {
    Origin {
        resource: Some(listener.owner),
        location: listener.location,
        path: format!("spec.listeners[{}]", listener.place),
    }
}

/// "Weight must be less than or equal to 999": that of a backend that can be used, in any rule of any route that a port has. It
/// is asked while the routes are read, before anything is built (`commonBackendLoader`, a fatal error).
pub(super) fn weights(cluster: &Cluster, facts: &GatewayFacts, taken: &ByListener<'_>) -> Result<(), Frozen> {
    let all: Vec<_> = open(facts).filter_map(|(number, _)| taken.get(&number)).flatten().collect();
    for route in by_age(&all) {
        for (r, rule) in route.rules().iter().enumerate().filter(|(_, it)| !rule::is_broken(cluster, route, it)) {
            let heavy = |it: &BackendRef| it.weight > MAX_WEIGHT && props::unusable(cluster, route, it).is_none();
            let Some((b, backend)) = rule.backends.iter().enumerate().find(|(_, it)| heavy(it)) else { continue };
            let message = format!("Weight [{}] must be less than or equal to {MAX_WEIGHT}", backend.weight);
            let origin = route.origin(backend.span, format!("spec.rules[{r}].backendRefs[{b}]"));
            return Err(Frozen { message, origin });
        }
    }
    Ok(())
}

/// The routes of a port, each once, the oldest first.
pub(super) fn by_age<'a>(taken: &[&Taken<'a>]) -> Vec<&'a Route<'a>> {
    let mut seen = OrdSet::new();
    let mut routes: Vec<&Route<'_>> = taken.iter().map(|it| it.route).filter(|it| seen.insert(it.id)).collect();
    routes.order_by_key(|it| it.age());
    routes
}

/// The same routes at the listeners of a port that are refused: those take no part but for the hosts that they have in common with a
/// route, which count among its hosts at the port (`attemptRouteSectionAttachment` does not ask whether a listener is valid).
pub(super) fn refused_too<'a, 'b>(
    facts: &GatewayFacts,
    taken: &'b ByListener<'a>,
    port: &Port<'_>,
    known: &[&Taken<'a>],
) -> Vec<&'b Taken<'a>> {
    let is_refused = |it: &ListenerFacts| it.port == Some(port.number) && it.shut().is_some();
    let refused = facts.listeners.iter().enumerate().filter(|(_, it)| is_refused(it));
    let routes: OrdSet<ResourceId> = known.iter().map(|it| it.route.id).collect();
    let found = refused.filter_map(|(number, _)| taken.get(&number)).flatten();
    found.filter(|it| routes.contains(&it.route.id)).collect()
}

/// Every host of a route at a port, each once; none is every host. "A listener without a host adds none": beside one that names
/// a host nothing else is left of the route, and its own hosts count where no listener names any (`hostnameCheck`,
/// `getRouteHostnames`).
pub(super) fn hosts(taken: &[&Taken<'_>], route: ResourceId) -> Vec<Option<HostPattern>> {
    let mut hosts: Vec<Option<HostPattern>> = Vec::new();
    let own = || taken.iter().filter(|it| it.route.id == route);
    let is_named = own().any(|it| it.names_host);
    for found in own().filter(|it| it.names_host == is_named) {
        let named = found.hostnames.iter().map(|(it, _)| Some(it.clone()));
        let all: Vec<_> = if found.hostnames.is_empty() { vec![None] } else { named.collect() };
        for host in all {
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
    }
    hosts
}
