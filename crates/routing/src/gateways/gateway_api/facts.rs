//! What attachment decides: the one result that both the route tables and the statuses are made of.
//!
//! Invariant: only what is not so carries a sentence; what is fine is said when a status is written.

use podpath_cluster::ResourceId;
use podpath_source::{Location, Span, Text};

use crate::pattern::HostPattern;
use crate::table::Protocol;

/// Why something is not so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The specification's own word.
    pub reason: &'static str,
    /// The same in a sentence.
    pub text: Text,
    /// The smallest place that is wrong.
    pub location: Location,
}

/// Everything that was decided about the Gateway API.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// Gateways whose class is played.
    pub(crate) gateways: Vec<GatewayFacts>,
    /// Routes of every kind.
    pub(crate) routes: Vec<RouteFacts>,
    /// BackendTLSPolicies.
    pub(crate) policies: Vec<PolicyFacts>,
}

/// What was decided about a Gateway.
#[derive(Clone, Debug)]
pub(crate) struct GatewayFacts {
    pub(crate) id: ResourceId,
    /// The kinds of routes that the AWS load balancer knows which plays it; none where another one does.
    pub(crate) aws_kinds: Option<&'static [&'static str]>,
    /// Why it is not accepted, whatever its listeners are.
    pub(crate) refused: Option<Problem>,
    /// It has a certificate of its own for backends.
    pub(crate) has_client_certificate: bool,
    /// Why that certificate cannot be used.
    pub(crate) unresolved: Option<Problem>,
    /// A listener lets clients in whose certificate is wrong.
    pub(crate) is_insecure: bool,
    /// Its own listeners, then those of its ListenerSets, in the order in which they win.
    pub(crate) listeners: Vec<ListenerFacts>,
    /// Its ListenerSets.
    pub(crate) sets: Vec<SetFacts>,
}

/// What was decided about a ListenerSet.
#[derive(Clone, Debug)]
pub(crate) struct SetFacts {
    pub(crate) id: ResourceId,
    pub(crate) refused: Option<Problem>,
}

/// What was decided about a listener.
#[derive(Clone, Debug)]
pub(crate) struct ListenerFacts {
    /// The Gateway or the ListenerSet that holds it.
    pub(crate) owner: ResourceId,
    /// Its place in that list.
    pub(crate) place: usize,
    /// Its name.
    pub(crate) name: String,
    /// None for a protocol that is not known.
    pub(crate) protocol: Option<Protocol>,
    pub(crate) port: Option<u16>,
    pub(crate) hostname: HostPattern,
    /// `supportedKinds`
    pub(crate) kinds: Vec<&'static str>,
    /// Why it is not accepted.
    pub(crate) refused: Option<Problem>,
    /// It is not accepted because of another listener.
    pub(crate) is_conflicted: bool,
    /// The first reference that cannot be resolved.
    pub(crate) unresolved: Option<Problem>,
    /// Why it is not programmed although it is accepted: it has no certificate to show.
    pub(crate) closed: Option<Problem>,
    /// Clients must show a certificate.
    pub(crate) asks_certificate: bool,
    /// `attachedRoutes`
    pub(crate) n_routes: usize,
    pub(crate) location: Location,
}

impl Facts {
    /// What is refused, and every reference that cannot be resolved, each with the object that says it.
    pub(super) fn problems(&self) -> impl Iterator<Item = (ResourceId, &Problem)> {
        let of_gateways = self.gateways.iter().flat_map(|it| {
            let own = [&it.refused, &it.unresolved].map(|problem| (it.id, problem));
            let listeners = it.listeners.iter().flat_map(|it| [(it.owner, &it.refused), (it.owner, &it.unresolved)]);
            own.into_iter().chain(listeners).filter_map(|(id, it)| Some((id, it.as_ref()?)))
        });
        let of_routes = self.routes.iter().flat_map(|route| {
            let parents = route.parents.iter().flat_map(|it| [it.accepted.as_ref().err(), it.unresolved.as_ref()]);
            parents.flatten().map(|it| (route.id, it))
        });
        of_gateways.chain(of_routes)
    }
}

impl ListenerFacts {
    /// Why no client gets in.
    pub(crate) fn shut(&self) -> Option<&Problem> {
        self.refused.as_ref().or(self.closed.as_ref())
    }
}

impl GatewayFacts {
    /// An AWS load balancer plays it, and ranks HTTPRoutes and GRPCRoutes together.
    pub(crate) fn is_aws(&self) -> bool {
        self.aws_kinds.is_some()
    }

    /// Its own listeners, without those of ListenerSets.
    pub(crate) fn own(&self) -> impl Iterator<Item = &ListenerFacts> {
        self.listeners.iter().filter(|it| it.owner == self.id)
    }

    /// "Accepted False ListenersNotValid when no listener is accepted."
    pub(crate) fn has_listener(&self) -> bool {
        self.own().any(|it| it.refused.is_none())
            || (self.own().next().is_none() && self.sets.iter().any(|it| it.refused.is_none()))
    }
}

/// What was decided about a route.
#[derive(Clone, Debug)]
pub(crate) struct RouteFacts {
    pub(crate) id: ResourceId,
    /// Its parents that are here and are played.
    pub(crate) parents: Vec<ParentFacts>,
}

/// What was decided about a parent of a route.
#[derive(Clone, Debug)]
pub(crate) struct ParentFacts {
    /// The place in `parentRefs`.
    pub(crate) place: usize,
    /// The number of the Gateway that it leads to; none for a Service.
    pub(crate) gateway: Option<usize>,
    /// The listeners that take the route, or why none does. A Service has no listeners.
    pub(crate) accepted: Result<Vec<Attachment>, Problem>,
    /// The first backend that cannot be resolved.
    pub(crate) unresolved: Option<Problem>,
}

/// A listener that takes a route, and the hosts that both serve; empty is every host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attachment {
    /// The number among the listeners of the Gateway.
    pub(crate) listener: usize,
    pub(crate) hostnames: Vec<(HostPattern, Span)>,
}

/// What was decided about a BackendTLSPolicy.
#[derive(Clone, Debug)]
pub(crate) struct PolicyFacts {
    pub(crate) id: ResourceId,
    pub(crate) refused: Option<Problem>,
    pub(crate) unresolved: Option<Problem>,
    /// The Gateways, by number, that send to its targets.
    pub(crate) ancestors: Vec<usize>,
}
