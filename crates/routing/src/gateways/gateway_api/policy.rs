//! BackendTLSPolicies: which one speaks for a port of a Service, and whether it can.
//!
//! Source: gateway-api `apis/v1/backendtlspolicy_types.go`: of several for one target and `sectionName` "the older policy
//! by creation timestamp takes precedence", then the first by name; one for a port goes before one for the Service.

use podpath_cluster::{Cluster, Found, ResourceId};
use podpath_objects::{BackendTlsPolicy, PolicyTarget, PortRef, Service};
use podpath_order::{Gather, OrdMap, OrdSet, Order};

use super::facts::{PolicyFacts, Problem, RouteFacts};
use super::refs::{Referrer, backend, backend_namespace};
use super::route::Route;
use super::words;
use crate::table::Fault;

/// Service and port name; none is every port.
type Target<'a> = (ResourceId, Option<&'a str>);

/// The policies that speak for Services.
pub(super) struct Policies<'a> {
    winners: OrdMap<Target<'a>, Found<'a, BackendTlsPolicy>>,
    facts: OrdMap<ResourceId, PolicyFacts>,
}

/// How a gateway speaks TLS to a backend.
pub(super) struct BackendTls {
    /// The server name that is sent and checked.
    pub(super) name: String,
    /// Why no connection is made.
    pub(super) fault: Option<Fault>,
}

impl<'a> Policies<'a> {
    /// Reads all policies, the one that goes first before the others.
    pub(super) fn new(cluster: &'a Cluster) -> Self {
        let mut policies: Vec<_> = cluster.all::<BackendTlsPolicy>().collect();
        let created = |it: &Found<'_, BackendTlsPolicy>| it.entry.resource.meta.created.clone();
        policies
            .order_by_key(|it| (created(it).is_none(), created(it), it.namespace().to_owned(), it.name().to_owned()));
        let mut read = Self { winners: OrdMap::new(), facts: OrdMap::new() };
        for policy in policies {
            let conflict = read.enlist(cluster, &policy);
            let (no_authority, unresolved) = authorities(cluster, &policy);
            let refused = conflict.or(no_authority);
            read.facts.insert(policy.id, PolicyFacts { id: policy.id, refused, unresolved, ancestors: vec![] });
        }
        read
    }

    /// Takes the targets that are free; the first one that is not is the conflict.
    fn enlist(&mut self, cluster: &Cluster, policy: &Found<'a, BackendTlsPolicy>) -> Option<Problem> {
        let mut conflict = None;
        for target in &policy.object.targets {
            let Some(service) = service(cluster, policy, target) else { continue };
            let section = target.section.as_ref().map(|it| it.value.as_str());
            match self.winners.get(&(service, section)) {
                Some(winner) if winner.id != policy.id => {
                    let text = words::older_policy(winner.name(), &target.name.value);
                    let location = policy.at(target.name.span);
                    conflict.get_or_insert(Problem { reason: "Conflicted", text, location });
                }
                Some(_) => {}
                None => {
                    self.winners.insert((service, section), *policy);
                }
            }
        }
        conflict
    }

    /// How TLS is spoken to a port of a Service; None is plain text.
    pub(super) fn tls(&self, service: &Found<'_, Service>, port: u16) -> Option<BackendTls> {
        let entry = service.object.port_over("TCP", &PortRef::Number(port));
        let name = entry.and_then(|it| it.name.as_ref()).map(|it| it.value.as_str());
        let of_port = name.and_then(|it| self.winners.get(&(service.id, Some(it))));
        let policy = of_port.or_else(|| self.winners.get(&(service.id, None)))?;
        let refused = self.facts.get(&policy.id).and_then(|it| it.refused.as_ref());
        let broken = refused.filter(|it| matches!(it.reason, "NoValidCACertificate" | "Invalid"));
        Some(BackendTls {
            name: policy.object.hostname.as_ref().map_or_else(String::new, |it| it.value.clone()),
            fault: broken.map(|it| Fault {
                reason: it.reason,
                status: 500,
                body: None,
                text: words::no_tls(policy.name(), &it.text),
                location: it.location,
            }),
        })
    }

    /// What was decided, with the Gateways whose routes send to the targets, in source order.
    pub(super) fn facts(self, cluster: &Cluster, routes: &[Route<'_>], attached: &[RouteFacts]) -> Vec<PolicyFacts> {
        if self.facts.is_empty() {
            return vec![];
        }
        let mut used: OrdMap<ResourceId, OrdSet<usize>> = OrdMap::new();
        for (route, facts) in routes.iter().zip(attached) {
            let accepted = facts.parents.iter().filter(|it| it.accepted.is_ok());
            let gateways: OrdSet<_> = accepted.filter_map(|it| it.gateway).gather();
            let valid = route.references().filter(|it| backend(cluster, route, it, None).is_none());
            for service in valid.filter_map(|it| cluster.find::<Service>(backend_namespace(route, it), &it.name.value))
            {
                used.entry(service.id).or_default().extend(gateways.iter().copied());
            }
        }
        let mut facts = self.facts;
        for (id, facts) in &mut facts {
            let Some(policy) = cluster.get::<BackendTlsPolicy>(*id) else { continue };
            let services = policy.object.targets.iter().filter_map(|it| service(cluster, &policy, it));
            let ancestors: OrdSet<_> = services.filter_map(|it| used.get(&it)).flatten().copied().gather();
            facts.ancestors = ancestors.into_iter().collect();
        }
        facts.into_values().collect()
    }
}

/// The Service that a target means, when it is here and has that port.
fn service(cluster: &Cluster, policy: &Found<'_, BackendTlsPolicy>, target: &PolicyTarget) -> Option<ResourceId> {
    if !(target.group.is_empty() && target.kind == "Service") {
        return None;
    }
    let service = cluster.find::<Service>(policy.namespace(), &target.name.value)?;
    let has = |section: &str| {
        service.object.ports.iter().any(|it| it.name.as_ref().is_some_and(|name| name.value == section))
    };
    target.section.as_ref().is_none_or(|it| has(&it.value)).then_some(service.id)
}

/// Why no authority is left, and the first that cannot be used. `System` is the only set that is known: where "the supplied
/// value is not recognized", the policy is not accepted, with the reason `Invalid` (`wellKnownCACertificates`).
fn authorities(cluster: &Cluster, policy: &Found<'_, BackendTlsPolicy>) -> (Option<Problem>, Option<Problem>) {
    let referrer = Referrer { cluster, entry: policy.entry, kind: "BackendTLSPolicy" };
    let listed = &policy.object.authorities;
    let problems = listed.iter().filter_map(|it| referrer.authority(it, "InvalidCACertificateRef", "InvalidKind"));
    let mut problems: Vec<_> = problems.collect();
    let none_left = problems.len() == listed.len() && policy.object.well_known.is_none();
    problems.truncate(1);
    let unresolved = problems.pop();
    if let Some(unknown) = policy.object.well_known.as_ref().filter(|it| it.value != "System") {
        let (text, location) = (words::unknown_authorities(&unknown.value), policy.at(unknown.span));
        return (Some(Problem { reason: "Invalid", text, location }), unresolved);
    }
    let location =
        unresolved.as_ref().map_or_else(|| policy.at(policy.entry.resource.meta.name_span()), |it| it.location);
    let text = words::no_valid_authority();
    (none_left.then_some(Problem { reason: "NoValidCACertificate", text, location }), unresolved)
}
