//! What a conforming controller writes into the status of each object, made of the facts that routing uses.
//!
//! Source: gateway-api `apis/v1` (types of conditions and their reasons), `apis/v1/shared_types.go` (routes).

use podpath_cluster::{Cluster, Found, ResourceId};
use podpath_objects::{Gateway, GatewayClass, GrpcRoute, HttpRoute, ParentRef, StreamRoute};
use podpath_order::Order;
use podpath_source::{Location, Text};

use super::facts::{Facts, GatewayFacts, ListenerFacts, ParentFacts, PolicyFacts, Problem};
use super::listener::{controller, exists, is_played};
use super::overlap::{Overlapping, overlapping};
use super::{Lowered, words};

/// The status of an object.
#[derive(Clone, Debug)]
pub struct Status {
    /// Whose.
    pub resource: ResourceId,
    /// Of the object itself.
    pub conditions: Vec<StatusCondition>,
    /// `attachedListenerSets` of a Gateway.
    pub listener_sets: usize,
    /// Of a Gateway or a ListenerSet.
    pub listeners: Vec<ListenerStatus>,
    /// Parents of a route, ancestors of a policy.
    pub parents: Vec<ParentStatus>,
}

/// A condition.
#[derive(Clone, Debug)]
pub struct StatusCondition {
    /// `Accepted`, ...
    pub kind: &'static str,
    /// `True`, `False` or `Unknown`.
    pub status: &'static str,
    /// One word of the specification.
    pub reason: &'static str,
    /// The same in a sentence.
    pub text: Text,
    /// What is wrong, where something is.
    pub location: Option<Location>,
}

/// The status of a listener.
#[derive(Clone, Debug)]
pub struct ListenerStatus {
    /// Its name.
    pub name: String,
    /// How many routes it takes.
    pub attached_routes: usize,
    /// Kinds of the Gateway API.
    pub supported_kinds: Vec<&'static str>,
    /// Its conditions.
    pub conditions: Vec<StatusCondition>,
}

/// What is written for one parent, or one ancestor.
#[derive(Clone, Debug)]
pub struct ParentStatus {
    /// Which.
    pub parent: ParentRef,
    /// Its namespace, that of the route filled in.
    pub namespace: String,
    /// Who writes it; empty when the GatewayClass is not here.
    pub controller: String,
    /// Its conditions.
    pub conditions: Vec<StatusCondition>,
}

/// Who writes the statuses of routes in the mesh.
const MESH_CONTROLLER: &str = "istio.io/mesh-controller";

/// The statuses of all objects of the Gateway API, by kind and in source order.
pub fn statuses(cluster: &Cluster, lowered: &Lowered) -> Vec<Status> {
    let facts = &lowered.facts;
    let mut statuses: Vec<_> = cluster.all::<GatewayClass>().map(|it| class(cluster, &it)).collect();
    let waiting = cluster.all::<Gateway>().filter(|it| !is_played(cluster, it));
    statuses.extend(waiting.map(|it| status(it.id, vec![pending("Accepted"), pending("Programmed")])));
    for gateway in &facts.gateways {
        let overlapping = overlapping(gateway);
        statuses.push(of_gateway(gateway, &overlapping));
        statuses.extend(gateway.sets.iter().map(|it| of_set(gateway, it.id, it.refused.as_ref(), &overlapping)));
    }
    for route in &facts.routes {
        let parents = route.parents.iter().filter_map(|it| of_parent(cluster, facts, route.id, it));
        statuses.push(Status { parents: parents.collect(), ..status(route.id, vec![]) });
    }
    for policy in &facts.policies {
        let ancestors = policy.ancestors.iter().filter_map(|it| of_ancestor(cluster, facts, policy, *it));
        statuses.push(Status { parents: ancestors.collect(), ..status(policy.id, vec![]) });
    }
    statuses.order_by_key(|it| it.resource);
    statuses
}

fn status(resource: ResourceId, conditions: Vec<StatusCondition>) -> Status {
    Status { resource, conditions, listener_sets: 0, listeners: vec![], parents: vec![] }
}

fn holds(kind: &'static str, reason: &'static str, text: Text) -> StatusCondition {
    StatusCondition { kind, status: "True", reason, text, location: None }
}

fn fails(kind: &'static str, reason: &'static str, problem: &Problem) -> StatusCondition {
    let location = Some(problem.location);
    StatusCondition { kind, status: "False", reason, text: problem.text.clone(), location }
}

/// True with this word, or False with the problem's own.
fn judged(kind: &'static str, reason: &'static str, problem: Option<&Problem>, text: Text) -> StatusCondition {
    problem.map_or_else(|| holds(kind, reason, text), |it| fails(kind, it.reason, it))
}

/// What the API server writes before any controller does.
fn pending(kind: &'static str) -> StatusCondition {
    let text = Text::new("no controller that is played here takes it", "여기에서 이것을 맡는 컨트롤러가 없습니다");
    StatusCondition { kind, status: "Unknown", reason: "Pending", text, location: None }
}

fn accepted() -> Text {
    Text::new("the controller takes it", "컨트롤러가 받아들입니다")
}

fn programmed() -> Text {
    Text::new("the proxy is set up for it", "프록시에 설정됩니다")
}

fn resolved() -> Text {
    Text::new("every reference leads to its object", "모든 참조가 가리키는 오브젝트가 있습니다")
}

fn class(cluster: &Cluster, class: &Found<'_, GatewayClass>) -> Status {
    let plays = class.object.controller.as_ref().is_none_or(|it| cluster.settings.plays(&it.value));
    if !plays {
        return status(class.id, vec![pending("Accepted")]);
    }
    let missing = class.object.parameters.as_ref().filter(|it| {
        let namespace = it.namespace.as_ref().map_or("", |it| it.value.as_str());
        !exists(cluster, it, namespace)
    });
    let problem = missing.map(|it| {
        let namespace = it.namespace.as_ref().map_or("", |it| it.value.as_str());
        let text = words::no_object(&it.kind, namespace, &it.name.value);
        Problem { reason: "InvalidParameters", text, location: class.at(it.span) }
    });
    status(class.id, vec![judged("Accepted", "Accepted", problem.as_ref(), accepted())])
}

/// "Accepted True with reason ListenersNotValid when some listeners are not accepted"; a Gateway is programmed when it
/// is accepted and one of its listeners is.
fn of_gateway(facts: &GatewayFacts, overlapping: &Overlapping) -> Status {
    let none_valid = Problem {
        reason: "ListenersNotValid",
        text: Text::new("no listener of it is accepted", "받아들여진 리스너가 하나도 없습니다"),
        location: facts.listeners.first().map(|it| it.location).unwrap_or_default(),
    };
    let refused = facts.refused.as_ref().or((!facts.has_listener()).then_some(&none_valid));
    let some_refused = facts.own().any(|it| it.refused.is_some());
    let text = if some_refused {
        Text::new("some listeners are not accepted; the others are", "일부 리스너만 받아들여집니다")
    } else {
        accepted()
    };
    let mut conditions =
        vec![judged("Accepted", if some_refused { "ListenersNotValid" } else { "Accepted" }, refused, text)];
    let shut = facts.listeners.iter().all(|it| it.shut().is_some());
    let none_open = facts.listeners.iter().find_map(ListenerFacts::shut).filter(|_| shut);
    conditions.push(match refused.or(none_open) {
        Some(problem) => fails("Programmed", "Invalid", problem),
        None => holds("Programmed", "Programmed", programmed()),
    });
    if facts.has_client_certificate {
        conditions.push(judged("ResolvedRefs", "ResolvedRefs", facts.unresolved.as_ref(), resolved()));
    }
    if facts.is_insecure {
        let text = Text::new(
            "clients without a valid certificate are let in",
            "올바른 인증서가 없는 클라이언트도 들어올 수 있습니다",
        );
        conditions.push(holds("InsecureFrontendValidationMode", "ConfigurationChanged", text));
    }
    Status {
        listener_sets: facts.sets.iter().filter(|it| it.refused.is_none()).count(),
        listeners: facts.own().map(|it| of_listener(it, overlapping)).collect(),
        ..status(facts.id, conditions)
    }
}

fn of_set(gateway: &GatewayFacts, id: ResourceId, refused: Option<&Problem>, overlapping: &Overlapping) -> Status {
    let conditions = vec![
        judged("Accepted", "Accepted", refused, accepted()),
        judged("Programmed", "Programmed", refused, programmed()),
    ];
    let own = gateway.listeners.iter().filter(|it| it.owner == id);
    Status { listeners: own.map(|it| of_listener(it, overlapping)).collect(), ..status(id, conditions) }
}

fn of_listener(facts: &ListenerFacts, overlapping: &Overlapping) -> ListenerStatus {
    let is_alone = Text::new("no other listener is in its way", "부딪히는 리스너가 없습니다");
    let conflict = facts.refused.as_ref().filter(|_| facts.is_conflicted);
    let conflicted = match conflict {
        Some(it) => holds("Conflicted", it.reason, it.text.clone()),
        None => StatusCondition { status: "False", ..holds("Conflicted", "NoConflicts", is_alone) },
    };
    let programmed = match (conflict, facts.shut()) {
        (Some(it), _) => fails("Programmed", it.reason, it),
        (None, Some(it)) => fails("Programmed", "Invalid", it),
        (None, None) => holds("Programmed", "Programmed", programmed()),
    };
    let mut conditions = vec![
        judged("Accepted", "Accepted", facts.refused.as_ref(), accepted()),
        programmed,
        judged("ResolvedRefs", "ResolvedRefs", facts.unresolved.as_ref(), resolved()),
        conflicted,
    ];
    if overlapping.contains(&(facts.owner, facts.place)) {
        let text = Text::new(
            "another HTTPS listener of the port serves some of its hosts, so a request for one may come over a connection for the other",
            "같은 포트의 다른 HTTPS 리스너와 호스트가 겹쳐 한쪽 연결로 다른 쪽 요청이 올 수 있습니다",
        );
        conditions.push(holds("OverlappingTLSConfig", "OverlappingHostnames", text));
    }
    ListenerStatus {
        name: facts.name.clone(),
        attached_routes: facts.n_routes,
        supported_kinds: facts.kinds.clone(),
        conditions,
    }
}

fn of_parent(cluster: &Cluster, facts: &Facts, route: ResourceId, parent: &ParentFacts) -> Option<ParentStatus> {
    let reference = parent_refs(cluster, route)?.get(parent.place)?.clone();
    let own = || cluster.entry(route).map_or_else(String::new, |it| it.namespace.clone());
    let namespace = reference.namespace.as_ref().map_or_else(own, |it| it.value.clone());
    let controller = match parent.gateway {
        Some(gateway) => controller_of(cluster, facts, gateway),
        None => MESH_CONTROLLER.to_owned(),
    };
    let text = Text::new("the route is attached", "라우트가 연결됩니다");
    let conditions = vec![
        judged("Accepted", "Accepted", parent.accepted.as_ref().err(), text),
        judged("ResolvedRefs", "ResolvedRefs", parent.unresolved.as_ref(), resolved()),
    ];
    Some(ParentStatus { parent: reference, namespace, controller, conditions })
}

fn parent_refs(cluster: &Cluster, route: ResourceId) -> Option<&[ParentRef]> {
    let http = cluster.get::<HttpRoute>(route).map(|it| it.object.parents.as_slice());
    let grpc = || cluster.get::<GrpcRoute>(route).map(|it| it.object.parents.as_slice());
    http.or_else(grpc).or_else(|| cluster.get::<StreamRoute>(route).map(|it| it.object.parents.as_slice()))
}

fn controller_of(cluster: &Cluster, facts: &Facts, gateway: usize) -> String {
    let found = facts.gateways.get(gateway).and_then(|it| cluster.get::<Gateway>(it.id));
    found.and_then(|it| controller(cluster, &it)).unwrap_or_default().to_owned()
}

fn of_ancestor(cluster: &Cluster, facts: &Facts, policy: &PolicyFacts, gateway: usize) -> Option<ParentStatus> {
    let found = cluster.get::<Gateway>(facts.gateways.get(gateway)?.id)?;
    let named = |text: &str| podpath_source::Spanned::new(text.to_owned(), found.entry.resource.meta.name_span());
    let parent = ParentRef {
        group: super::route::GROUP.to_owned(),
        kind: "Gateway".to_owned(),
        namespace: None,
        name: named(found.name()),
        section: None,
        port: None,
        span: found.entry.resource.meta.span,
    };
    let conditions = vec![
        judged("Accepted", "Accepted", policy.refused.as_ref(), accepted()),
        judged("ResolvedRefs", "ResolvedRefs", policy.unresolved.as_ref(), resolved()),
    ];
    let namespace = found.namespace().to_owned();
    Some(ParentStatus { parent, namespace, controller: controller_of(cluster, facts, gateway), conditions })
}
