//! The way of a request on the picture: hop numbers, the lit wires, the dead end, and why the others lost.

use podpath_objects::WorkloadEntry;
use podpath_order::OrdMap;
use podpath_protocol::{Call, Edge, EdgeState, Graph, Lane, Locale, Node, NodeState, Shield};
use podpath_routing::{Hop, HopKind, Outcome, Target, Trace, Verdicted, lowest_terms};
use podpath_source::Text;

use super::build::{CLIENT, bare_edge, bare_node, listener_name, missing_id, node_id};
use crate::analysis::Analysis;
use crate::place::say;
use crate::trace;

/// Lights the way of a request.
pub(super) fn light(analysis: &Analysis, graph: &mut Graph, trace: &Trace, call: &Call, locale: Locale) {
    let port = trace::port_of(call);
    let mut lighting = Lighting { analysis, graph, locale, port };
    lighting.dim_losers(trace);
    let mut before: Option<String> = None;
    let mut shield: Option<Shield> = None;
    let mut listener: Option<String> = None;
    for (hop, number) in trace.hops.iter().zip(1..) {
        let mut card = None;
        if hop.kind == HopKind::Policy {
            let n = shield.map_or(0, |it| it.n) + 1;
            shield = Some(Shield { n, allows: !hop.failed });
            // What is stopped ends at the Pod that it cannot reach.
            card = lighting.pod_of(trace).filter(|_| hop.failed);
            if card.is_none() {
                continue;
            }
        }
        let id = card.unwrap_or_else(|| lighting.card_of(hop, trace));
        // The hop stands at the route that holds the rule, and the way leads over both.
        if let Some(balancer) = hop.balancer.map(|it| node_id(analysis, it)).filter(|it| *it != id) {
            lighting.step(&balancer, before.as_deref(), hop, number);
            before = Some(balancer);
        }
        lighting.step(&id, before.as_deref(), hop, number);
        if let (Some(shield), Some(from)) = (shield.take(), &before) {
            lighting.guard(from, &id, shield, hop);
        }
        if let (Some(listener), Some(from)) = (listener.take(), &before) {
            lighting.name(from, &id, listener);
        }
        listener = lighting.listener_of(hop);
        before = Some(id);
    }
    if let Some(last) = before {
        lighting.finish(trace, &last);
    }
}

struct Lighting<'a> {
    analysis: &'a Analysis,
    graph: &'a mut Graph,
    locale: Locale,
    /// The port that the client dials.
    port: u16,
}

impl Lighting<'_> {
    fn node(&mut self, id: &str) -> Option<&mut Node> {
        self.graph.nodes.iter_mut().find(|it| it.id == id)
    }

    /// The card of the Pods that would have got the request.
    fn pod_of(&mut self, trace: &Trace) -> Option<String> {
        let source = trace.backends.iter().flat_map(|it| &it.endpoints).find_map(|it| it.source)?;
        let id = node_id(self.analysis, source);
        self.node(&id).is_some().then_some(id)
    }

    fn guard(&mut self, from: &str, to: &str, shield: Shield, hop: &Hop) {
        let label = say(&hop.brief, self.locale);
        let Some(edge) = self.edge(from, to) else { return };
        edge.shield = Some(shield);
        if !shield.allows {
            (edge.state, edge.label) = (EdgeState::Dead, label);
        }
    }

    /// The name of the listener that took the request at a gateway.
    fn listener_of(&self, hop: &Hop) -> Option<String> {
        let location = hop.location.filter(|_| hop.kind == HopKind::Gateway)?;
        let mut listeners = self.analysis.tables().all().flat_map(|it| &it.listeners);
        let found = listeners.find(|it| it.origin.location == location)?;
        Some(listener_name(&found.name).to_owned())
    }

    /// The listener stands on the wire that leaves its gateway.
    fn name(&mut self, from: &str, to: &str, listener: String) {
        if let Some(edge) = self.edge(from, to).filter(|it| it.on_path && it.state == EdgeState::On) {
            edge.label = listener;
        }
    }

    /// The card of a hop; one that is missing is drawn as a ghost, but for an address.
    fn card_of(&mut self, hop: &Hop, trace: &Trace) -> String {
        if hop.kind == HopKind::Client {
            return CLIENT.into();
        }
        if let Some(id) = hop.resource.map(|id| node_id(self.analysis, id)).filter(|id| self.node(id).is_some()) {
            return id;
        }
        let (id, lane, kind) = match hop.kind {
            HopKind::Client | HopKind::LoadBalancer | HopKind::Policy => {
                ("none/load-balancer".into(), Lane::LoadBalancer, "Load balancer")
            }
            HopKind::Gateway => ("none/gateway".into(), Lane::Gateway, "Gateway"),
            HopKind::Route => ("none/route".into(), Lane::Route, "Route"),
            HopKind::Service => (missing_of(trace, &hop.title.en), Lane::Service, "Service"),
            HopKind::Endpoint if !hop.failed || self.is_entry(hop) => return self.address(hop),
            HopKind::Endpoint => ("none/pod".into(), Lane::Pod, "Pod"),
        };
        if self.node(&id).is_none() {
            let title = match hop.kind {
                HopKind::Endpoint => say(&Text::new("no such Pod", "해당하는 Pod 없음"), self.locale),
                _ => say(&hop.title, self.locale),
            };
            self.graph.nodes.push(bare_node(id.clone(), lane, kind, &title));
        }
        let subtitle = self.action(hop);
        if let Some(node) = self.node(&id) {
            node.state = NodeState::Needed;
            node.subtitle = subtitle;
        }
        id
    }

    /// It is at a WorkloadEntry, which is there whether it is healthy or not.
    fn is_entry(&self, hop: &Hop) -> bool {
        hop.resource.is_some_and(|id| self.analysis.cluster.get::<WorkloadEntry>(id).is_some())
    }

    /// The card of an address that is no Pod, or of the WorkloadEntry that has it.
    fn address(&mut self, hop: &Hop) -> String {
        let entry = hop.resource.and_then(|id| self.analysis.cluster.entry(id));
        let kind = match entry {
            Some(entry) => entry.resource.meta.kind.value.clone(),
            None => say(&Text::new("Address", "주소"), self.locale),
        };
        let id = hop.resource.map_or_else(|| "none/address".into(), |id| node_id(self.analysis, id));
        if self.node(&id).is_none() {
            let mut node = bare_node(id.clone(), Lane::Pod, &kind, &say(&hop.title, self.locale));
            node.resource = hop.resource.and_then(|id| self.analysis.reference(id));
            self.graph.nodes.push(node);
        }
        id
    }

    /// What the third line of a ghost offers.
    fn action(&self, hop: &Hop) -> String {
        let text = match hop.kind {
            HopKind::Endpoint => Text::new("Fix selector", "selector 고치기"),
            HopKind::Service => Text::new("Add it", "추가하기"),
            HopKind::Route => Text::new("Add a route", "라우트 추가"),
            _ => Text::new("Use preset", "프리셋 쓰기"),
        };
        say(&text, self.locale)
    }

    fn step(&mut self, id: &str, before: Option<&str>, hop: &Hop, number: u32) {
        let label = say(&hop.brief, self.locale);
        let mut is_ghost = false;
        if let Some(node) = self.node(id) {
            node.hop = Some(number);
            is_ghost = node.state == NodeState::Needed;
            node.state = match node.state {
                NodeState::Needed => NodeState::Needed,
                _ if hop.failed => NodeState::Dead,
                _ => NodeState::On,
            };
        }
        let Some(before) = before else { return };
        if before == id {
            return;
        }
        let dead = hop.failed && is_ghost;
        let entry_port = (before == CLIENT).then(|| self.port.to_string());
        let Some(edge) = self.edge(before, id) else { return };
        edge.on_path = true;
        edge.state = if dead { EdgeState::Dead } else { EdgeState::On };
        edge.label = if dead { label } else { entry_port.unwrap_or_else(|| std::mem::take(&mut edge.label)) };
    }

    fn edge(&mut self, from: &str, to: &str) -> Option<&mut Edge> {
        let found = self.graph.edges.iter().position(|it| it.from == from && it.to == to);
        let at = found.unwrap_or_else(|| {
            self.graph.edges.push(bare_edge(from, to, ""));
            self.graph.edges.len() - 1
        });
        self.graph.edges.get_mut(at)
    }

    fn finish(&mut self, trace: &Trace, last: &str) {
        match trace.outcome {
            Outcome::Redirected => {
                let Some(edge) = self.edge(last, CLIENT) else { return };
                edge.on_path = true;
                edge.state = EdgeState::Redirect;
                edge.label = trace.status.map_or(String::new(), |it| it.to_string());
            }
            Outcome::Unsupported => {
                for edge in self.graph.edges.iter_mut().filter(|it| it.to == last && it.on_path) {
                    edge.state = EdgeState::Unknown;
                }
            }
            _ => self.split(trace),
        }
        self.copy(trace);
    }

    /// Copies, from the rule that makes them.
    fn copy(&mut self, trace: &Trace) {
        let route = trace.hops.iter().rev().find(|it| it.kind == HopKind::Route || it.kind == HopKind::LoadBalancer);
        let Some(from) = route.and_then(|it| it.resource).map(|id| node_id(self.analysis, id)) else { return };
        let word = say(&Text::new("copy", "복제"), self.locale);
        for mirror in &trace.mirrors {
            let Target::Service(id) = mirror.target else { continue };
            let to = node_id(self.analysis, id);
            if self.node(&to).is_none() {
                continue;
            }
            let (part, whole) = mirror.fraction;
            let Some(edge) = self.edge(&from, &to).filter(|it| !it.on_path) else { continue };
            edge.state = EdgeState::Mirror;
            edge.label = if part == whole { word.clone() } else { format!("{word} {part}/{whole}") };
        }
    }

    /// The shares of a route that sends to several backends.
    fn split(&mut self, trace: &Trace) {
        if trace.backends.len() < 2 {
            return;
        }
        let route = trace.hops.iter().rev().find(|it| it.kind == HopKind::Route || it.kind == HopKind::LoadBalancer);
        let Some(from) = route.and_then(|it| it.resource).map(|id| node_id(self.analysis, id)) else { return };
        let mut shares: OrdMap<String, (u64, u64)> = OrdMap::new();
        for backend in &trace.backends {
            let to = match &backend.target {
                Target::Service(id) | Target::Balancer(id) => node_id(self.analysis, *id),
                Target::Missing(namespace, name) => missing_id(namespace, name),
                Target::Host(_) => continue,
            };
            let share = shares.entry(to).or_insert((0, backend.weight.1));
            *share = sum(*share, backend.weight);
        }
        for (to, share) in shares {
            if let Some(node) = self.node(&to).filter(|it| it.state == NodeState::Off || it.state == NodeState::Lost) {
                node.state = NodeState::On;
            }
            let Some(edge) = self.edge(&from, &to) else { continue };
            edge.on_path = true;
            edge.weight = Some(share);
            edge.state = EdgeState::On;
        }
    }

    /// Candidates that were not chosen are dimmed and say why in a few words.
    fn dim_losers(&mut self, trace: &Trace) {
        let chosen: Vec<_> = trace.hops.iter().filter_map(|it| it.resource).collect();
        let losers = trace.hops.iter().flat_map(|it| &it.candidates).filter(|it| it.verdict != Verdicted::Chosen);
        let mut reasons: OrdMap<String, &'static str> = OrdMap::new();
        for candidate in losers {
            let Some(id) = candidate.resource.filter(|id| !chosen.contains(id)) else { continue };
            reasons.entry(node_id(self.analysis, id)).or_insert(candidate.reason);
        }
        for node in &mut self.graph.nodes {
            if let Some(reason) = reasons.get(&node.id) {
                node.state = NodeState::Lost;
                node.subtitle = say(&in_two_words(reason), self.locale);
            }
        }
    }
}

/// The sum of two shares. Their wholes are parts of one sum of weights, so no number grows beyond that.
fn sum(one: (u64, u64), other: (u64, u64)) -> (u64, u64) {
    let (mine, theirs) = lowest_terms(one.1, other.1);
    (one.0 * theirs + other.0 * mine, one.1 * theirs)
}

/// The id of the missing Service that a failing hop names.
fn missing_of(trace: &Trace, name: &str) -> String {
    let found = trace.backends.iter().find_map(|it| match &it.target {
        Target::Missing(namespace, known) if known == name => Some(missing_id(namespace, known)),
        _ => None,
    });
    found.unwrap_or_else(|| "none/service".into())
}

fn in_two_words(reason: &str) -> Text {
    let (en, ko) = match reason {
        "host-mismatch" | "host-not-served" | "NoMatchingListenerHostname" => ("host differs", "호스트 다름"),
        "path-mismatch" => ("path differs", "경로 다름"),
        "method-mismatch" => ("method differs", "메서드 다름"),
        "header-mismatch" => ("header differs", "헤더 다름"),
        "query-mismatch" => ("query differs", "쿼리 다름"),
        "port-mismatch" | "no-listener" => ("other port", "포트 다름"),
        "gateway-mismatch" | "other-listener" | "listener-mismatch" => ("other gateway", "다른 게이트웨이"),
        "label-differs" => ("label differs", "레이블 다름"),
        "internal" => ("internal only", "내부 전용"),
        "other-load-balancer" => ("other balancer", "다른 밸런서"),
        "list-order" => ("a rule before", "앞 규칙이 먼저"),
        "longest-path" => ("shorter path", "더 짧은 경로"),
        "NotAllowedByListeners" => ("not allowed", "허용 안 됨"),
        "NoMatchingParent" => ("no such listener", "리스너 없음"),
        "not-exported" => ("not exported", "보이지 않음"),
        "duplicate-host" | "shared-mesh-host" => ("host is taken", "호스트 중복"),
        "no-rules" => ("no rule left", "남은 규칙 없음"),
        "protocol-conflict" => ("other protocol", "프로토콜 다름"),
        "bound-inside" => ("Pod alone", "Pod 안에서만"),
        "bound-elsewhere" => ("other address", "주소 다름"),
        _ => ("not chosen", "탈락"),
    };
    Text::new(en, ko)
}
