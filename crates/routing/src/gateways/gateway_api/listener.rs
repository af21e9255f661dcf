//! Listeners of Gateways and ListenerSets: what they speak, take and refer to, and which are accepted.
//!
//! Source: gateway-api `apis/v1/gateway_types.go` (conditions and reasons of listeners and Gateways) and
//! `apis/v1/listenerset_types.go`.

use podpath_cluster::{Cluster, Entry, Found, ResourceId};
use podpath_objects::{
    ClientValidation, Gateway, GatewayClass, GatewayListener, ListenerSet, ObjectRef, RouteNamespaces,
};
use podpath_order::{OrdMap, Order};
use podpath_source::{Location, Span};

use super::facts::{GatewayFacts, ListenerFacts, Problem, SetFacts};
use super::refs::Referrer;
use super::route::GROUP;
use super::{conflict, words};
use crate::pattern::HostPattern;
use crate::table::Protocol;

/// A Gateway or a ListenerSet: who holds listeners.
struct Owner<'a> {
    cluster: &'a Cluster,
    gateway: &'a Found<'a, Gateway>,
    id: ResourceId,
    entry: &'a Entry,
    kind: &'static str,
    listeners: &'a [GatewayListener],
    /// What its load balancer knows, of a Gateway of AWS.
    aws: Option<&'static Aws>,
}

/// Every Gateway whose class is played, with its listeners and those of its ListenerSets.
pub(in crate::gateways) fn survey(cluster: &Cluster) -> Vec<GatewayFacts> {
    let mut sets: OrdMap<ResourceId, Vec<Found<'_, ListenerSet>>> = OrdMap::new();
    for set in cluster.all::<ListenerSet>() {
        if let Some(gateway) = gateway_of(cluster, &set) {
            sets.entry(gateway).or_default().push(set);
        }
    }
    let played = cluster.all::<Gateway>().filter(|it| is_played(cluster, it));
    played.map(|it| survey_gateway(cluster, &it, sets.remove(&it.id).unwrap_or_default())).collect()
}

/// A class that is not here is played too: people paste a part of a cluster. One of another controller is not.
pub(super) fn is_played(cluster: &Cluster, gateway: &Found<'_, Gateway>) -> bool {
    controller(cluster, gateway).is_none_or(|it| cluster.settings.plays(it))
}

/// The name of the controller of a Gateway, when its class is here.
pub(in crate::gateways) fn controller<'a>(cluster: &'a Cluster, gateway: &Found<'_, Gateway>) -> Option<&'a str> {
    let class = cluster.find::<GatewayClass>("", &gateway.object.class.as_ref()?.value)?;
    class.object.controller.as_ref().map(|it| it.value.as_str())
}

/// What an AWS load balancer knows.
struct Aws {
    protocols: &'static [&'static str],
    /// The kinds of routes that its listeners may list, whatever they speak.
    kinds: &'static [&'static str],
}

/// It speaks HTTP.
static ALB: Aws = Aws { protocols: &["HTTP", "HTTPS"], kinds: &["HTTPRoute", "GRPCRoute"] };

/// It passes connections on.
static NLB: Aws = Aws { protocols: &["TCP", "UDP", "TLS"], kinds: &["TCPRoute", "TLSRoute", "UDPRoute"] };

fn aws(cluster: &Cluster, gateway: &Found<'_, Gateway>) -> Option<&'static Aws> {
    match controller(cluster, gateway)? {
        "gateway.k8s.aws/alb" => Some(&ALB),
        "gateway.k8s.aws/nlb" => Some(&NLB),
        _ => None,
    }
}

fn gateway_of(cluster: &Cluster, set: &Found<'_, ListenerSet>) -> Option<ResourceId> {
    let parent = set.object.parent.as_ref().filter(|it| it.group == GROUP && it.kind == "Gateway")?;
    let namespace = parent.namespace.as_ref().map_or(set.namespace(), |it| it.value.as_str());
    cluster.find::<Gateway>(namespace, &parent.name.value).map(|it| it.id)
}

fn survey_gateway(cluster: &Cluster, gateway: &Found<'_, Gateway>, sets: Vec<Found<'_, ListenerSet>>) -> GatewayFacts {
    let sets = in_order(sets);
    let own = Owner {
        cluster,
        gateway,
        id: gateway.id,
        entry: gateway.entry,
        kind: "Gateway",
        listeners: &gateway.object.listeners,
        aws: aws(cluster, gateway),
    };
    let aws_kinds = own.aws.map(|it| it.kinds);
    let settle: fn(&mut [Vec<ListenerFacts>]) =
        if aws_kinds.is_some() { conflict::settle_in_order } else { conflict::settle };
    let mut groups = vec![own.listeners()];
    settle(&mut groups);
    let refused = refused(cluster, gateway);
    let none_left = own.listeners.len() == groups.iter().flatten().filter(|it| it.refused.is_some()).count();
    let is_refused = refused.is_some() || (none_left && !own.listeners.is_empty());
    let kept_out = |it| not_allowed(cluster, gateway, it).or_else(|| is_refused.then(|| parent_refused(gateway, it)));
    let kept_out: Vec<_> = sets.iter().map(kept_out).collect();
    groups.extend(sets.iter().zip(&kept_out).map(|(set, why)| own.of_set(set, why.as_ref())));
    settle(&mut groups);
    let judged = sets.iter().zip(kept_out).zip(groups.iter().skip(1));
    let set_facts =
        judged.map(|((set, why), group)| SetFacts { id: set.id, refused: why.or_else(|| invalid(set, group)) });
    let set_facts = set_facts.collect();
    let referrer = Referrer { cluster, entry: gateway.entry, kind: "Gateway" };
    let certificate = gateway.object.tls.client_certificate.as_ref();
    GatewayFacts {
        id: gateway.id,
        aws_kinds,
        refused,
        has_client_certificate: certificate.is_some(),
        unresolved: certificate.and_then(|it| referrer.certificate(it, "InvalidClientCertificateRef")),
        is_insecure: gateway.object.tls.is_insecure(),
        listeners: groups.into_iter().flatten().collect(),
        sets: set_facts,
    }
}

/// ListenerSets come after the Gateway, the older first, then by namespace and name.
fn in_order(mut sets: Vec<Found<'_, ListenerSet>>) -> Vec<Found<'_, ListenerSet>> {
    let created = |it: &Found<'_, ListenerSet>| it.entry.resource.meta.created.clone();
    sets.order_by_key(|it| (created(it).is_none(), created(it), it.namespace().to_owned(), it.name().to_owned()));
    sets
}

/// "The parent Gateway is not accepted."
fn parent_refused(gateway: &Found<'_, Gateway>, set: &Found<'_, ListenerSet>) -> Problem {
    let span = set.object.parent.as_ref().map_or_else(|| set.entry.resource.meta.name_span(), |it| it.span);
    let text = words::parent_not_accepted(gateway.name());
    Problem { reason: "ParentNotAccepted", text, location: set.at(span) }
}

/// A ListenerSet without a valid listener is refused.
fn invalid(set: &Found<'_, ListenerSet>, listeners: &[ListenerFacts]) -> Option<Problem> {
    let is_valid = listeners.iter().any(|it| it.refused.is_none() && it.unresolved.is_none());
    (!is_valid).then(|| words::no_valid_listener(set.at(set.entry.resource.meta.name_span())))
}

fn not_allowed(cluster: &Cluster, gateway: &Found<'_, Gateway>, set: &Found<'_, ListenerSet>) -> Option<Problem> {
    let rule = &gateway.object.allowed_listeners;
    if admits(cluster, rule, gateway.namespace(), set.namespace()) {
        return None;
    }
    let span = set.object.parent.as_ref().map_or_else(|| set.entry.resource.meta.name_span(), |it| it.span);
    let text = words::set_not_allowed(gateway.name(), set.namespace());
    Some(Problem { reason: "NotAllowed", text, location: set.at(span) })
}

/// Why the controller refuses the whole Gateway.
fn refused(cluster: &Cluster, gateway: &Found<'_, Gateway>) -> Option<Problem> {
    let parameters = gateway.object.parameters.as_ref();
    let missing = parameters.filter(|it| !exists(cluster, it, gateway.namespace()));
    if let Some(it) = missing {
        let text = words::no_object(&it.kind, gateway.namespace(), &it.name.value);
        return Some(Problem { reason: "InvalidParameters", text, location: gateway.at(it.span) });
    }
    let known = ["IPAddress", "Hostname", "NamedAddress"];
    let unknown = gateway.object.address_types.iter().find(|it| !known.contains(&it.value.as_str()))?;
    let text = words::unknown_address(&unknown.value);
    Some(Problem { reason: "UnsupportedAddress", text, location: gateway.at(unknown.span) })
}

/// True when an object of any kind is in the workspace.
pub(super) fn exists(cluster: &Cluster, reference: &ObjectRef, namespace: &str) -> bool {
    cluster.entries().any(|(_, entry)| {
        let meta = &entry.resource.meta;
        meta.kind.value == reference.kind
            && meta.name() == reference.name.value
            && meta.group() == reference.group
            && (entry.namespace.is_empty() || entry.namespace == namespace)
    })
}

/// Whether objects of a namespace are let in by a rule of another object's namespace.
pub(super) fn admits(cluster: &Cluster, rule: &RouteNamespaces, own: &str, namespace: &str) -> bool {
    match rule {
        RouteNamespaces::All => true,
        RouteNamespaces::Same => namespace == own,
        RouteNamespaces::Selector(selector) => selector.matches(&cluster.namespace_labels(namespace)),
        RouteNamespaces::None | RouteNamespaces::Other(_) => false,
    }
}

/// What a listener speaks; None for a protocol that is not known.
fn protocol(listener: &GatewayListener) -> Option<Protocol> {
    let passthrough = listener.tls.as_ref().is_some_and(|it| it.mode == "Passthrough");
    Some(match listener.protocol.value.as_str() {
        "HTTP" => Protocol::Http,
        "HTTPS" => Protocol::Https,
        "TLS" if passthrough => Protocol::TlsPassthrough,
        "TLS" => Protocol::TlsTerminate,
        "TCP" => Protocol::Tcp,
        "UDP" => Protocol::Udp,
        _ => return None,
    })
}

/// The kinds of routes that a listener of an AWS load balancer takes unless told (`DefaultProtocolToRouteKindMap`).
fn aws_kinds_of(protocol: Option<Protocol>) -> &'static [&'static str] {
    match protocol {
        Some(Protocol::Http) => &["HTTPRoute"],
        Some(Protocol::TlsPassthrough | Protocol::TlsTerminate) => &["TLSRoute", "TCPRoute"],
        other => kinds_of(other),
    }
}

/// The kinds of routes that a protocol can take.
fn kinds_of(protocol: Option<Protocol>) -> &'static [&'static str] {
    match protocol {
        Some(Protocol::Http | Protocol::Https) => &["HTTPRoute", "GRPCRoute"],
        Some(Protocol::TlsPassthrough | Protocol::TlsTerminate) => &["TLSRoute"],
        Some(Protocol::Tcp) => &["TCPRoute"],
        Some(Protocol::Udp) => &["UDPRoute"],
        None => &[],
    }
}

impl Owner<'_> {
    fn at(&self, span: Span) -> Location {
        Location { document: self.entry.document, span }
    }

    /// The listeners of a ListenerSet; all of them are refused when it is kept out.
    fn of_set(&self, set: &Found<'_, ListenerSet>, kept_out: Option<&Problem>) -> Vec<ListenerFacts> {
        let owner =
            Owner { id: set.id, entry: set.entry, kind: "ListenerSet", listeners: &set.object.listeners, ..*self };
        let mut listeners = owner.listeners();
        if let Some(problem) = kept_out {
            for it in &mut listeners {
                it.refused = Some(problem.clone());
            }
        }
        listeners
    }

    fn listeners(&self) -> Vec<ListenerFacts> {
        self.listeners.iter().enumerate().map(|(place, it)| self.listener(place, it)).collect()
    }

    fn listener(&self, place: usize, listener: &GatewayListener) -> ListenerFacts {
        let protocol = protocol(listener);
        let (kinds, wrong_kind) = self.kinds(listener, protocol);
        let aws = self.aws;
        // An AWS load balancer finds its certificates itself.
        let certificate = self.certificate(listener, protocol).filter(|_| aws.is_none());
        let is_foreign = aws.is_some_and(|it| !it.protocols.contains(&listener.protocol.value.as_str()));
        // A listed kind that it does not know closes it, too: "such a listener passes no validation".
        let closed = certificate.clone().or_else(|| wrong_kind.clone().filter(|_| aws.is_some()));
        let port = listener.port.as_ref().map(|it| it.value);
        let validation = port.and_then(|it| self.gateway.object.tls.validation(it));
        let validation = validation.filter(|_| protocol == Some(Protocol::Https));
        let (bad_authority, no_authority) = validation.map_or((None, None), |it| self.authorities(it));
        let unknown = || {
            let text = words::unknown_protocol(&listener.protocol.value);
            Problem { reason: "UnsupportedProtocol", text, location: self.at(listener.protocol.span) }
        };
        let has_hosts = !matches!(protocol, Some(Protocol::Tcp | Protocol::Udp));
        let hostname = listener.hostname.as_ref().filter(|_| has_hosts);
        ListenerFacts {
            owner: self.id,
            place,
            name: listener.name.value.clone(),
            protocol,
            port,
            hostname: hostname.map_or(HostPattern::Any, |it| HostPattern::parse(&it.value)),
            kinds,
            refused: if protocol.is_none() || is_foreign { Some(unknown()) } else { no_authority },
            is_conflicted: false,
            closed,
            unresolved: certificate.or(wrong_kind).or(bad_authority),
            asks_certificate: validation.is_some_and(|it| !it.is_insecure),
            n_routes: 0,
            location: self.at(listener.span),
        }
    }

    /// "SupportedKinds": the listed kinds that the protocol can take; any other one is named. Controllers of AWS ask neither
    /// the protocol nor the group of a kind that is listed (`getSupportedKinds`).
    fn kinds(&self, listener: &GatewayListener, protocol: Option<Protocol>) -> (Vec<&'static str>, Option<Problem>) {
        let aws = self.aws;
        let listed = &listener.allowed.kinds;
        if listed.is_empty() {
            let can = if aws.is_some() { aws_kinds_of(protocol) } else { kinds_of(protocol) };
            return (can.to_vec(), None);
        }
        let can = aws.map_or_else(|| kinds_of(protocol), |it| it.kinds);
        let names = |(group, kind): &(String, String), it: &str| (aws.is_some() || group == GROUP) && kind == it;
        let kinds = can.iter().copied().filter(|it| listed.iter().any(|known| names(known, it))).collect();
        let wrong = listed.iter().find(|it| !can.iter().any(|known| names(it, known)));
        let problem = wrong.filter(|_| protocol.is_some()).map(|(_, kind)| Problem {
            reason: "InvalidRouteKinds",
            text: words::wrong_kind(kind, &listener.protocol.value),
            location: self.at(listener.allowed.span),
        });
        (kinds, problem)
    }

    /// The first certificate that cannot be used, of a listener where TLS ends.
    fn certificate(&self, listener: &GatewayListener, protocol: Option<Protocol>) -> Option<Problem> {
        if !matches!(protocol, Some(Protocol::Https | Protocol::TlsTerminate)) {
            return None;
        }
        let referrer = Referrer { cluster: self.cluster, entry: self.entry, kind: self.kind };
        let certificates = &listener.tls.as_ref()?.certificates;
        certificates.iter().find_map(|it| referrer.certificate(it, "InvalidCertificateRef"))
    }

    /// The first authority that cannot be used, and the problem when none is left. They belong to the Gateway.
    fn authorities(&self, validation: &ClientValidation) -> (Option<Problem>, Option<Problem>) {
        let referrer = Referrer { cluster: self.cluster, entry: self.gateway.entry, kind: "Gateway" };
        let judge = |it| referrer.authority(it, "InvalidCACertificateRef", "InvalidCACertificateKind");
        let mut problems: Vec<_> = validation.authorities.iter().filter_map(judge).collect();
        let none_left = problems.len() == validation.authorities.len();
        let location = self.gateway.at(validation.span);
        let refused =
            none_left.then(|| Problem { reason: "NoValidCACertificate", text: words::no_valid_authority(), location });
        problems.truncate(1);
        (problems.pop(), refused)
    }
}
