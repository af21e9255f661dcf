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

mod attach;
mod conflict;
mod facts;
mod filter;
mod listener;
mod mesh;
mod policy;
mod refs;
mod rival;
mod route;
mod rules;
mod status;
mod words;

use podpath_cluster::{Cluster, Found};
use podpath_objects::Gateway as GatewayObject;

use super::{Gateway, whole};
use crate::ladder::Criterion;
use crate::pattern::HostPattern;
use crate::table::{Access, Listener, Origin, Rejected, Rule, Table, VirtualHost};

use facts::{Attachment, Facts, GatewayFacts, ListenerFacts, Problem};
use policy::Policies;
use route::Route;
use rules::Lowering;

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
};

/// In the mesh, with a Service as parent.
pub static MESH: Gateway = Gateway {
    name: "gateway-api-mesh",
    title: "Gateway API mesh",
    is_load_balancer: false,
    ladder: LADDER,
    checks_host_against_sni: false,
};

/// The route tables, and what they were made of.
#[derive(Clone, Debug, Default)]
pub struct Lowered {
    /// One table for each Gateway whose class is played.
    pub tables: Vec<Table>,
    facts: Facts,
}

/// Attaches every route, and makes the tables.
pub fn lower(cluster: &Cluster) -> Lowered {
    let mut gateways = listener::survey(cluster);
    let routes = Route::all(cluster);
    let attached = attach::attach_all(cluster, &mut gateways, &routes);
    let policies = Policies::new(cluster);
    let mut rules: Vec<Vec<Vec<Rule>>> = gateways.iter().map(|it| vec![vec![]; it.listeners.len()]).collect();
    let mut rejected: Vec<Vec<Rejected>> = gateways.iter().map(|it| refusals(cluster, it)).collect();
    for (route, facts) in routes.iter().zip(&attached) {
        let mut seen: Vec<(usize, usize)> = Vec::new();
        for parent in &facts.parents {
            let Some(gateway) = parent.gateway else { continue };
            match &parent.accepted {
                Ok(all) => {
                    for Attachment { listener, hostnames } in all {
                        let here = rules.get_mut(gateway).and_then(|it| it.get_mut(*listener));
                        let Some(here) = here.filter(|_| !seen.contains(&(gateway, *listener))) else { continue };
                        seen.push((gateway, *listener));
                        let policies = Some(&policies);
                        here.extend(Lowering { cluster, route, hostnames, parent: None, policies }.rules());
                    }
                }
                Err(problem) => {
                    let origin = route.origin(problem.location.span, format!("spec.parentRefs[{}]", parent.place));
                    rejected.get_mut(gateway).into_iter().for_each(|it| it.push(rejection(origin.clone(), problem)));
                }
            }
        }
    }
    let of_gateways = gateways.iter().zip(rules).zip(rejected);
    let tables = of_gateways.filter_map(|((facts, rules), rejected)| table(cluster, facts, rules, rejected)).collect();
    let policies = policies.facts(cluster, &routes, &attached);
    Lowered { tables, facts: Facts { gateways, routes: attached, policies } }
}

fn rejection(origin: Origin, problem: &Problem) -> Rejected {
    Rejected { origin, reason: problem.reason, text: problem.text.clone() }
}

/// Why a Gateway, its ListenerSets or its listeners are refused.
fn refusals(cluster: &Cluster, facts: &GatewayFacts) -> Vec<Rejected> {
    let of_sets = facts.sets.iter().filter_map(|it| Some((it.id, it.refused.as_ref()?)));
    let all = facts.refused.iter().map(|it| (facts.id, it)).chain(of_sets);
    let origin = |id, problem: &Problem| Origin { resource: Some(id), location: problem.location, path: "spec".into() };
    all.filter(|(id, _)| cluster.entry(*id).is_some()).map(|(id, it)| rejection(origin(id, it), it)).collect()
}

fn table(cluster: &Cluster, facts: &GatewayFacts, rules: Vec<Vec<Rule>>, rejected: Vec<Rejected>) -> Option<Table> {
    let gateway: Found<'_, GatewayObject> = cluster.get(facts.id)?;
    let listeners = facts.listeners.iter().zip(rules);
    Some(Table {
        gateway: &GATEWAY,
        origin: whole(&gateway),
        members: std::iter::once(facts.id).chain(facts.sets.iter().map(|it| it.id)).collect(),
        is_public: true,
        listeners: listeners.filter_map(|(it, rules)| lower_listener(facts, it, rules)).collect(),
        rejected,
        frozen: vec![],
    })
}

/// A listener that is refused stays, closed; one whose protocol is not known speaks nothing that could be asked.
fn lower_listener(gateway: &GatewayFacts, facts: &ListenerFacts, rules: Vec<Rule>) -> Option<Listener> {
    let origin = Origin {
        resource: Some(facts.owner),
        location: facts.location,
        path: format!("spec.listeners[{}]", facts.place),
    };
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
        hosts: vec![VirtualHost { pattern: HostPattern::Any, rules }],
        fallback: None,
        access,
    })
}
