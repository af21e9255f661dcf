//! Gateway API: Gateways, ListenerSets and routes of every kind, at a gateway and in the mesh.
//!
//! `facts` is what attachment decides; route tables and statuses are both made of it, so they never disagree.
//!
//! Source: gateway-api `apis/v1/httproute_types.go`, "Proxy or Load Balancer routing configuration generated from
//! HTTPRoutes MUST prioritize matches based on the following criteria, continuing on ties": exact path, longest prefix,
//! method, most headers, most query parameters; then "the oldest Route based on creation timestamp", then "the Route
//! appearing first in alphabetical order by {namespace}/{name}"; then the first matching rule in list order.
//! `apis/v1/grpcroute_types.go`: hostname, characters in a matching service, in a matching method, header matches, then
//! the same ties. A connection knows its server name alone, then the same ties.

pub(in crate::gateways) mod attach;
mod conflict;
pub(in crate::gateways) mod facts;
mod filter;
pub(in crate::gateways) mod listener;
mod made;
mod mesh;
mod overlap;
mod policy;
pub(in crate::gateways) mod refs;
mod rival;
pub(in crate::gateways) mod route;
mod rules;
mod status;
mod words;

use podpath_cluster::{Cluster, Found, ResourceId};
use podpath_objects::Gateway as GatewayObject;
use podpath_order::OrdSet;

use super::{Gateway, whole};
use crate::ladder::Criterion;
use crate::pattern::HostPattern;
use crate::table::{Access, Listener, Origin, Protocol, Rejected, Rule, Table, VirtualHost};

pub use facts::Problem;
use facts::{Attachment, Facts, GatewayFacts, ListenerFacts, RouteFacts};
use policy::Policies;
use route::Route;
use rules::Lowering;

pub(crate) use made::{MeshPods, mesh_pods};
pub use mesh::lower as mesh;
pub use status::{ListenerStatus, ParentStatus, Status, StatusCondition, statuses};

const LADDER: &[Criterion] = &[
    Criterion::Hostname,
    Criterion::ExactPath,
    Criterion::PathLength,
    Criterion::GrpcService,
    Criterion::GrpcMethod,
    Criterion::Method,
    Criterion::Headers,
    Criterion::Query,
    Criterion::Oldest,
    Criterion::Name,
    Criterion::ListOrder,
];

/// At a gateway.
pub static GATEWAY: Gateway = Gateway {
    name: "gateway-api",
    title: "Gateway API",
    is_load_balancer: false,
    ladder: LADDER,
    checks_host_against_sni: true,
    no_connection: 503,
    normalizes_paths: false,
};

/// In the mesh, with a Service as parent.
pub static MESH: Gateway = Gateway {
    name: "gateway-api-mesh",
    title: "Gateway API mesh",
    is_load_balancer: false,
    ladder: LADDER,
    checks_host_against_sni: false,
    no_connection: 503,
    normalizes_paths: false,
};

/// The route tables, and what they were made of.
#[derive(Clone, Debug, Default)]
pub struct Lowered {
    /// One table for each Gateway whose class is played.
    pub tables: Vec<Table>,
    facts: Facts,
}

/// A table that is being made.
struct Draft {
    /// Of each listener of the Gateway.
    rules: Vec<Vec<Rule>>,
    rejected: Vec<Rejected>,
}

impl Lowered {
    /// What a controller refuses, and every reference that it cannot resolve, each with the object that says it.
    pub fn problems(&self) -> impl Iterator<Item = (ResourceId, &Problem)> {
        self.facts.problems()
    }
}

/// Attaches every route, and makes the tables.
pub fn lower(cluster: &Cluster) -> Lowered {
    let mut gateways = listener::survey(cluster);
    let routes = Route::all(cluster);
    let attached = attach::attach_all(cluster, &mut gateways, &routes);
    let policies = Policies::new(cluster);
    let draft = |it: &GatewayFacts| Draft { rules: vec![vec![]; it.listeners.len()], rejected: speechless(it) };
    let mut drafts: Vec<_> = gateways.iter().map(draft).collect();
    for (route, facts) in routes.iter().zip(&attached) {
        place(cluster, &policies, route, facts, &gateways, &mut drafts);
    }
    // The module of the AWS load balancers makes the tables of their Gateways.
    let drafted = gateways.iter().zip(drafts).filter(|(facts, _)| !facts.is_aws());
    let tables = drafted.filter_map(|(facts, draft)| table(cluster, facts, draft)).collect();
    let policies = policies.facts(cluster, &routes, &attached);
    Lowered { tables, facts: Facts { gateways, routes: attached, policies } }
}

/// Puts the rules of a route to its listeners, each listener once, and the refusals to the Gateways.
fn place(
    cluster: &Cluster,
    policies: &Policies<'_>,
    route: &Route<'_>,
    facts: &RouteFacts,
    gateways: &[GatewayFacts],
    drafts: &mut [Draft],
) {
    let mut seen = OrdSet::new();
    for parent in &facts.parents {
        let Some(number) = parent.gateway else { continue };
        let (Some(gateway), Some(draft)) = (gateways.get(number), drafts.get_mut(number)) else { continue };
        let all = match &parent.accepted {
            Ok(all) => all,
            Err(problem) => {
                let origin = route.origin(problem.location.span, format!("spec.parentRefs[{}]", parent.place));
                draft.rejected.push(rejection(origin, problem));
                continue;
            }
        };
        for Attachment { listener, hostnames } in all {
            if !seen.insert((number, *listener)) {
                continue;
            }
            let policies = gateway.listeners.get(*listener).is_some_and(originates).then_some(policies);
            let lowering = Lowering { cluster, route, hostnames, parent: None, policies };
            if let Some(rules) = draft.rules.get_mut(*listener) {
                rules.extend(lowering.rules());
            }
        }
    }
}

/// A BackendTLSPolicy is how a gateway begins TLS of its own to a backend: of connections that it reads, and of those
/// whose TLS it ended ("Terminate": what is inside is encrypted anew). One that it passes through stays the client's.
fn originates(listener: &ListenerFacts) -> bool {
    matches!(listener.protocol, Some(Protocol::Http | Protocol::Https | Protocol::TlsTerminate))
}

fn rejection(origin: Origin, problem: &Problem) -> Rejected {
    Rejected { origin, reason: problem.reason, text: problem.text.clone(), by: None }
}

/// Listeners that speak nothing that could be asked stand in no table: their protocol or their port is unknown.
pub(in crate::gateways) fn speechless(facts: &GatewayFacts) -> Vec<Rejected> {
    let unknown = facts.listeners.iter().filter(|it| it.protocol.is_none() || it.port.is_none());
    unknown.filter_map(|it| Some(rejection(listener_origin(it), it.refused.as_ref()?))).collect()
}

fn listener_origin(facts: &ListenerFacts) -> Origin {
    Origin { resource: Some(facts.owner), location: facts.location, path: format!("spec.listeners[{}]", facts.place) }
}

fn table(cluster: &Cluster, facts: &GatewayFacts, draft: Draft) -> Option<Table> {
    let gateway: Found<'_, GatewayObject> = cluster.get(facts.id)?;
    let listeners = facts.listeners.iter().zip(draft.rules);
    Some(Table {
        gateway: &GATEWAY,
        origin: whole(&gateway),
        members: std::iter::once(facts.id).chain(facts.sets.iter().map(|it| it.id)).collect(),
        is_public: true,
        listeners: listeners.filter_map(|(it, rules)| lower_listener(facts, it, rules)).collect(),
        rejected: draft.rejected,
        frozen: vec![],
        real_ip: None,
    })
}

/// The listeners that are not open, for an implementation that makes its open ones itself.
pub(in crate::gateways) fn closed(facts: &GatewayFacts) -> Vec<Listener> {
    let shut = facts.listeners.iter().filter(|it| it.shut().is_some());
    shut.filter_map(|it| lower_listener(facts, it, vec![])).collect()
}

/// A listener that is refused stays, closed.
fn lower_listener(gateway: &GatewayFacts, facts: &ListenerFacts, rules: Vec<Rule>) -> Option<Listener> {
    let origin = listener_origin(facts);
    let access = match gateway.refused.as_ref().or(facts.shut()) {
        Some(problem) => Access::Closed(rejection(Origin { location: problem.location, ..origin.clone() }, problem)),
        None if facts.asks_certificate => Access::ClientCertificate,
        None => Access::Open,
    };
    Some(Listener {
        origin,
        name: facts.name.clone(),
        port: facts.port?,
        protocol: facts.protocol?,
        hostnames: if facts.hostname == HostPattern::Any { vec![] } else { vec![facts.hostname.clone()] },
        served: vec![],
        hosts: vec![VirtualHost { pattern: HostPattern::Any, rules }.into()],
        fallback: None,
        access,
    })
}
