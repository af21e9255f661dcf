//! Attachment: which listeners take a route, and the specification's own reason when none does.
//!
//! Source: gateway-api `apis/v1/shared_types.go` (`RouteReasonNoMatchingParent`, `RouteReasonNotAllowedByListeners`,
//! `RouteReasonNoMatchingListenerHostname`), tried in this order.

use podpath_cluster::{Cluster, Found, ResourceId};
use podpath_objects::{Gateway, GatewayListener, ListenerSet, ParentRef, Service};
use podpath_order::OrdMap;
use podpath_source::Span;

use super::facts::{Attachment, GatewayFacts, ListenerFacts, ParentFacts, Problem, RouteFacts};
use super::listener::admits;
use super::refs::{aws_unresolved, unresolved};
use super::route::{GROUP, Route};
use super::{rival, words};
use crate::pattern::HostPattern;
use crate::table::Protocol;

/// Attaches all routes, and counts them at their listeners.
pub(in crate::gateways) fn attach_all(
    cluster: &Cluster,
    gateways: &mut [GatewayFacts],
    routes: &[Route<'_>],
) -> Vec<RouteFacts> {
    let mut owners: OrdMap<ResourceId, usize> = OrdMap::new();
    for (idx, gateway) in gateways.iter().enumerate() {
        owners.insert(gateway.id, idx);
        owners.extend(gateway.sets.iter().map(|it| (it.id, idx)));
    }
    let attaching = Attaching { cluster, gateways, owners: &owners };
    let mut facts: Vec<_> = routes.iter().map(|it| attaching.route(it)).collect();
    rival::settle(gateways, routes, &mut facts);
    for route in &facts {
        for (gateway, listener) in attached_to(route) {
            if let Some(it) = gateways.get_mut(gateway).and_then(|it| it.listeners.get_mut(listener)) {
                it.n_routes += 1;
            }
        }
    }
    facts
}

/// The listeners that take a route, each once: number of the Gateway, number of the listener.
fn attached_to(route: &RouteFacts) -> podpath_order::OrdSet<(usize, usize)> {
    let parents = route.parents.iter().filter_map(|it| Some((it.gateway?, it.accepted.as_ref().ok()?)));
    parents.flat_map(|(gateway, all)| all.iter().map(move |it| (gateway, it.listener))).collect()
}

struct Attaching<'a> {
    cluster: &'a Cluster,
    gateways: &'a [GatewayFacts],
    owners: &'a OrdMap<ResourceId, usize>,
}

impl Attaching<'_> {
    fn route(&self, route: &Route<'_>) -> RouteFacts {
        let parents = route.parents.iter().enumerate();
        RouteFacts { id: route.id, parents: parents.filter_map(|(place, it)| self.parent(route, place, it)).collect() }
    }

    /// None when the parent is not here, or nobody plays it.
    fn parent(&self, route: &Route<'_>, place: usize, parent: &ParentRef) -> Option<ParentFacts> {
        let namespace = route.parent_namespace(parent);
        if parent.kind == "Service" && parent.group.is_empty() {
            let service = self.cluster.find::<Service>(namespace, &parent.name.value)?;
            return Some(self.service(route, place, parent, &service));
        }
        let owner = self.owner(namespace, parent)?;
        let number = *self.owners.get(&owner)?;
        let gateway = self.gateways.get(number)?;
        let accepted = self.listeners(gateway, owner, route, parent);
        let unresolved =
            if gateway.is_aws() { aws_unresolved(self.cluster, route) } else { unresolved(self.cluster, route, None) };
        Some(ParentFacts { place, gateway: Some(number), accepted, unresolved })
    }

    fn owner(&self, namespace: &str, parent: &ParentRef) -> Option<ResourceId> {
        let (cluster, name) = (self.cluster, &parent.name.value);
        match (parent.group.as_str(), parent.kind.as_str()) {
            (GROUP, "Gateway") => cluster.find::<Gateway>(namespace, name).map(|it| it.id),
            (GROUP, "ListenerSet") | ("gateway.networking.x-k8s.io", "XListenerSet") => {
                let mut sets = cluster.in_namespace::<ListenerSet>(namespace);
                let meta = |it: &Found<'_, ListenerSet>| it.entry.resource.meta.kind.value.clone();
                sets.find(|it| it.name() == name && meta(it) == parent.kind).map(|it| it.id)
            }
            _ => None,
        }
    }

    /// In the mesh a Service takes every route that means one of its ports.
    fn service(
        &self,
        route: &Route<'_>,
        place: usize,
        parent: &ParentRef,
        service: &Found<'_, Service>,
    ) -> ParentFacts {
        let wrong = parent.port.as_ref().filter(|it| service.object.port(it.value).is_none());
        let accepted = wrong.map_or(Ok(vec![]), |port| {
            let text = words::no_service_port(service.name(), port.value);
            Err(Problem { reason: "NoMatchingParent", text, location: route.at(port.span) })
        });
        let unresolved = unresolved(self.cluster, route, Some(service));
        ParentFacts { place, gateway: None, accepted, unresolved }
    }

    /// The listeners that take a route through one parentRef.
    fn listeners(
        &self,
        gateway: &GatewayFacts,
        owner: ResourceId,
        route: &Route<'_>,
        parent: &ParentRef,
    ) -> Result<Vec<Attachment>, Problem> {
        let name = self.cluster.entry(owner).map_or("", |it| it.resource.meta.name());
        let of_owner = || gateway.listeners.iter().enumerate().filter(|(_, it)| it.owner == owner);
        let meant: Vec<_> = of_owner().filter(|(_, it)| is_meant(it, parent)).collect();
        if meant.is_empty() {
            let names: Vec<_> = of_owner().map(|(_, it)| it.name.as_str()).collect();
            let span = parent.section.as_ref().map(|it| it.span).or(parent.port.as_ref().map(|it| it.span));
            let (text, location) = (words::no_such_listener(name, &names), route.at(span.unwrap_or(parent.span)));
            return Err(Problem { reason: "NoMatchingParent", text, location });
        }
        // Controllers of AWS attach routes before they judge listeners: one that is refused takes them, too
        // (`loader.go`, `mapListenersAndRoutes`).
        let kept_out = gateway.sets.iter().any(|it| it.id == owner && it.refused.is_some());
        let fits = |it: &ListenerFacts| match gateway.aws_kinds {
            Some(kinds) => !kept_out && kinds.contains(&route.kind) && self.allows(it, route) && fits_mode(it, route),
            None => it.refused.is_none() && self.allows(it, route),
        };
        let allowed: Vec<_> = meant.into_iter().filter(|(_, it)| fits(it)).collect();
        if allowed.is_empty() {
            let span = parent.namespace.as_ref().map_or(parent.name.span, |it| it.span);
            let text = words::route_not_allowed(name, route.kind, route.namespace());
            return Err(Problem { reason: "NotAllowedByListeners", text, location: route.at(span) });
        }
        let with_host = allowed.iter().filter_map(|(idx, listener)| {
            Some(Attachment { listener: *idx, hostnames: intersect(&listener.hostname, route)? })
        });
        let attached: Vec<_> = with_host.collect();
        if attached.is_empty() {
            let hosts: Vec<_> = allowed.iter().map(|(_, it)| it.hostname.to_string()).collect();
            let span = route.hostnames.first().map_or(parent.span, |it| it.span);
            let text = words::no_common_host(name, &hosts);
            return Err(Problem { reason: "NoMatchingListenerHostname", text, location: route.at(span) });
        }
        Ok(attached)
    }

    /// Listeners take the kinds that they support, from the namespaces that they allow. "Same" is the namespace of the object
    /// that holds the listener.
    fn allows(&self, listener: &ListenerFacts, route: &Route<'_>) -> bool {
        let written = written(self.cluster, listener);
        let namespaces = written
            .is_some_and(|(namespace, it)| admits(self.cluster, &it.allowed.namespaces, namespace, route.namespace()));
        listener.kinds.contains(&route.kind) && namespaces
    }
}

/// Where an NLB ends TLS it takes TCPRoutes, where it passes TLS through TLSRoutes (aws-load-balancer-controller
/// `listener_attachment_helper.go`, `kindCheck`).
fn fits_mode(listener: &ListenerFacts, route: &Route<'_>) -> bool {
    match listener.protocol {
        Some(Protocol::TlsTerminate) => route.kind == "TCPRoute",
        Some(Protocol::TlsPassthrough) => route.kind == "TLSRoute",
        _ => true,
    }
}

/// The listener as it is written, and the namespace of its object.
fn written<'a>(cluster: &'a Cluster, listener: &ListenerFacts) -> Option<(&'a str, &'a GatewayListener)> {
    if let Some(gateway) = cluster.get::<Gateway>(listener.owner) {
        return Some((gateway.namespace(), gateway.object.listeners.get(listener.place)?));
    }
    let set = cluster.get::<ListenerSet>(listener.owner)?;
    Some((set.namespace(), set.object.listeners.get(listener.place)?))
}

/// `sectionName` and `port` must both fit.
fn is_meant(listener: &ListenerFacts, parent: &ParentRef) -> bool {
    let section = parent.section.as_ref().is_none_or(|it| it.value == listener.name);
    section && parent.port.as_ref().is_none_or(|it| listener.port == Some(it.value))
}

/// The hosts that both serve; None when there is none. Empty is every host.
fn intersect(own: &HostPattern, route: &Route<'_>) -> Option<Vec<(HostPattern, Span)>> {
    if route.hostnames.is_empty() || !route.has_hostnames() {
        let any = *own == HostPattern::Any || !route.has_hostnames();
        return Some(if any { vec![] } else { vec![(own.clone(), route.name_span())] });
    }
    let both = route.hostnames.iter();
    let both = both.filter_map(|it| Some((own.intersect(&HostPattern::parse(&it.value))?, it.span)));
    let both: Vec<_> = both.collect();
    (!both.is_empty()).then_some(both)
}
