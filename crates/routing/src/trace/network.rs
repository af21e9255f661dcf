//! NetworkPolicy on the path: whether a connection to a Pod comes about, and which rule says so.
//!
//! Source: kubernetes.io/docs/concepts/services-networking/network-policies. A Pod is isolated in a direction once a policy
//! of that direction selects it; then only what some rule of these policies allows goes through, and both ends must allow
//! it. Peers of a rule are alternatives, ports too, one of each must fit; ports are those of the Pod, after the Service.

use std::net::IpAddr;

use ipnet::IpNet;
use podpath_cluster::{Cluster, Found, PodSource};
use podpath_objects::{
    GATEWAY_NAME, IpBlock, Labels, NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule, PortRef, Selector,
};
use podpath_source::{Location, Text};

use super::words::policy as words;
use super::{Candidate, Verdicted};
use crate::table::Table;

/// Who opens a connection.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Source {
    /// Not asked about: the question begins behind that connection.
    Given,
    /// A load balancer of a cloud, or a node: an address outside of the Pods, which manifests do not name.
    Network,
    /// A client outside, whose address nothing in between replaces; none where the question does not tell it.
    Client(Option<String>),
    /// Pods of a proxy that the workspace does not name.
    Proxy,
    /// A Pod.
    Pod {
        /// Its namespace.
        namespace: String,
        /// Its labels.
        labels: Labels,
    },
}

impl Source {
    pub(super) fn pod(namespace: &str, labels: &Labels) -> Self {
        Self::Pod { namespace: namespace.to_owned(), labels: labels.clone() }
    }
}

/// True for the Pods of the proxy that a table stands for, as far as labels of the workspace tell them.
///
/// Source: the chart of ingress-nginx labels its controller so; GEP-1762 has implementations label what they make for a
/// Gateway with `GATEWAY_NAME`.
pub(crate) fn plays(cluster: &Cluster, table: &Table, pod: &PodSource<'_>) -> bool {
    let label = |key: &str| pod.template.labels.get(key);
    if table.gateway.name == "ingress-nginx" {
        return label("app.kubernetes.io/name") == Some("ingress-nginx")
            && label("app.kubernetes.io/component").is_none_or(|it| it == "controller");
    }
    let gateway = table.origin.resource.and_then(|it| cluster.entry(it));
    gateway.is_some_and(|it| label(GATEWAY_NAME) == Some(it.resource.meta.name()) && it.namespace == pod.namespace)
}

/// The Pods of the proxy that a table stands for.
pub(super) fn proxy_of(cluster: &Cluster, table: &Table) -> Source {
    match cluster.pod_sources().find(|it| plays(cluster, table, it)) {
        Some(pod) => Source::pod(pod.namespace, &pod.template.labels),
        None => Source::Proxy,
    }
}

/// A connection that is asked about.
pub(super) struct Connection<'a> {
    pub(super) source: &'a Source,
    /// The address that it comes from, where that is known.
    pub(super) ip: Option<&'a str>,
    /// Namespace and labels of the Pods of a proxy that the workspace does not name, as far as they are known.
    pub(super) made: Option<(&'a str, &'a Labels)>,
    pub(super) target: PodSource<'a>,
    /// Of the Pod.
    pub(super) port: u16,
    /// `TCP`, `UDP`, `SCTP`
    pub(super) protocol: &'a str,
}

/// Which end of a connection is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Ingress,
    Egress,
}

/// What the policies of one end say.
pub(super) enum Permission {
    /// No policy selects the Pod.
    Open,
    /// The first rule that allows it: its place among the candidates.
    Allowed(usize),
    /// Policies select the Pod, and no rule of theirs allows it.
    Isolated,
    /// Manifests do not decide it: the field, and why.
    Unknown(String, Location, Text),
}

/// The policies of one end, each with its rules, and what they say together.
pub(super) struct End {
    pub(super) direction: Direction,
    pub(super) permission: Permission,
    /// What selects the Pod: `spec.podSelector` of the first policy.
    pub(super) selected_by: Option<Location>,
    pub(super) candidates: Vec<Candidate>,
}

/// Whether a condition holds for what is known.
enum Fit {
    Yes,
    No,
    Unknown(Text),
}

impl Connection<'_> {
    /// What goes out is asked first, as the packet goes.
    pub(super) fn ends(&self, cluster: &Cluster) -> Vec<End> {
        let mut ends = Vec::new();
        if let Source::Pod { namespace, labels } = self.source {
            ends.push(self.end(cluster, Direction::Egress, namespace, labels));
        }
        if *self.source != Source::Given {
            ends.push(self.end(cluster, Direction::Ingress, self.target.namespace, &self.target.template.labels));
        }
        ends
    }

    fn end(&self, cluster: &Cluster, direction: Direction, namespace: &str, labels: &Labels) -> End {
        let mut end = End { direction, permission: Permission::Open, selected_by: None, candidates: vec![] };
        let isolates = |it: &Found<'_, NetworkPolicy>| match direction {
            Direction::Ingress => it.object.is_ingress,
            Direction::Egress => it.object.is_egress,
        };
        let mut unknown = None;
        for policy in cluster.in_namespace::<NetworkPolicy>(namespace).filter(isolates) {
            let selector = &policy.object.selector;
            match self.is_selected(cluster, selector, direction, labels) {
                Fit::Yes => {
                    if matches!(end.permission, Permission::Open) {
                        end.permission = Permission::Isolated;
                        end.selected_by = Some(policy.at(selector.span));
                    }
                    self.ask(cluster, &policy, &mut end);
                }
                Fit::No => {}
                Fit::Unknown(why) => unknown = unknown.or(Some((policy.at(selector.span), why))),
            }
        }
        match unknown {
            // "Network policies do not conflict; they are additive": what one allows no other one takes away.
            Some((location, why)) if !matches!(end.permission, Permission::Allowed(_)) => {
                end.permission = Permission::Unknown("spec.podSelector".into(), location, why);
            }
            _ => {}
        }
        let is_undefined = direction == Direction::Ingress && self.target.template.host_network;
        match end.candidates.first() {
            // "NetworkPolicy behaviour for hostNetwork pods is undefined"
            Some(first) if is_undefined => {
                end.permission = Permission::Unknown("spec.hostNetwork".into(), first.location, words::host_network());
            }
            _ => {}
        }
        end
    }

    /// Whether the Pod of an end is selected. A label that a StatefulSet puts on one of its Pods selects all of those that may be
    /// called where there is one alone; of several, it is not known which one is called.
    fn is_selected(&self, cluster: &Cluster, selector: &Selector, direction: Direction, labels: &Labels) -> Fit {
        if selector.matches(labels) {
            return Fit::Yes;
        }
        if direction == Direction::Egress || !selector.terms.iter().all(|it| it.matches(labels)) {
            return Fit::No;
        }
        match cluster.carrying(self.target, &selector.labels) {
            None => Fit::No,
            Some(pods) if pods.replicas == self.target.replicas => Fit::Yes,
            Some(_) => Fit::Unknown(words::one_pod()),
        }
    }

    fn ask(&self, cluster: &Cluster, policy: &Found<'_, NetworkPolicy>, end: &mut End) {
        let (list, peers, rules) = match end.direction {
            Direction::Ingress => ("ingress", "from", &policy.object.ingress),
            Direction::Egress => ("egress", "to", &policy.object.egress),
        };
        if rules.is_empty() {
            let location = policy.at(policy.entry.resource.meta.name_span());
            end.candidates.push(candidate(policy, location, String::new(), "no-rule", words::no_rule(end.direction)));
        }
        for (idx, rule) in rules.iter().enumerate() {
            let path = format!("spec.{list}[{idx}]");
            let (reason, text) = match self.fits(cluster, policy, rule, end.direction) {
                (_, Fit::Yes) => ("allowed", words::allowed()),
                (reason, Fit::No) => (reason, words::not_allowed(reason, self)),
                (_, Fit::Unknown(why)) => {
                    let field = format!("{path}.{peers}");
                    if matches!(end.permission, Permission::Isolated) {
                        end.permission = Permission::Unknown(field, policy.at(rule.span), why.clone());
                    }
                    ("unknown", why)
                }
            };
            if reason == "allowed" && !matches!(end.permission, Permission::Allowed(_)) {
                end.permission = Permission::Allowed(end.candidates.len());
            }
            end.candidates.push(candidate(policy, policy.at(rule.span), path, reason, text));
        }
    }

    /// Whether a rule allows the connection; when it does not, which part.
    fn fits(
        &self,
        cluster: &Cluster,
        policy: &Found<'_, NetworkPolicy>,
        rule: &PolicyRule,
        direction: Direction,
    ) -> (&'static str, Fit) {
        if !rule.ports.is_empty() && !rule.ports.iter().any(|it| self.is_port(it)) {
            return ("port-mismatch", Fit::No);
        }
        if rule.peers.is_empty() {
            return ("", Fit::Yes);
        }
        let mut unknown = None;
        for peer in &rule.peers {
            match self.is_peer(cluster, policy.namespace(), peer, direction) {
                Fit::Yes => return ("", Fit::Yes),
                Fit::Unknown(why) => unknown = unknown.or(Some(why)),
                Fit::No => {}
            }
        }
        ("peer-mismatch", unknown.map_or(Fit::No, Fit::Unknown))
    }

    /// A name means the port that the Pod which is called gives it.
    fn is_port(&self, allowed: &PolicyPort) -> bool {
        let number = match allowed.port.as_ref().map(|it| &it.value) {
            None => Some(self.port),
            Some(PortRef::Number(number)) => Some(*number),
            Some(PortRef::Name(name)) => {
                let port = self.target.template.named_port(name, &allowed.protocol);
                port.and_then(|it| it.port.as_ref()).map(|it| it.value)
            }
        };
        let fits = |first: u16| match allowed.end {
            Some(last) => (first..=last).contains(&self.port),
            None => first == self.port,
        };
        allowed.protocol == self.protocol && number.is_some_and(fits)
    }

    /// `podSelector` and `namespaceSelector` of one entry must both fit; without the second the policy's own namespace counts.
    fn is_peer(&self, cluster: &Cluster, own: &str, peer: &PolicyPeer, direction: Direction) -> Fit {
        let (namespace, labels, ip) = match (direction, self.source) {
            (Direction::Egress, _) => (self.target.namespace, &self.target.template.labels, self.target.ip),
            (_, Source::Pod { namespace, labels }) => (namespace.as_str(), labels, self.ip),
            (_, Source::Given) => return Fit::Yes,
            (_, Source::Network) => {
                let held = |it: &IpBlock| self.ip.map_or_else(|| outside(cluster, it), |ip| holds(it, Some(ip)));
                return peer.block.as_ref().map_or(Fit::No, held);
            }
            (_, Source::Client(ip)) => {
                return peer.block.as_ref().map_or(Fit::No, |it| holds_client(it, ip.as_deref()));
            }
            (_, Source::Proxy) => {
                return match &peer.block {
                    Some(block) => holds(block, None),
                    None if takes_all(peer) => Fit::Yes,
                    None => self.made.map_or_else(unknown_pods, |it| is_made(cluster, own, peer, it)),
                };
            }
        };
        if let Some(block) = &peer.block {
            return holds(block, ip);
        }
        let is_namespace = match &peer.namespaces {
            Some(selector) => selector.matches(&cluster.namespace_labels(namespace)),
            None => namespace == own,
        };
        let is_pod = peer.pods.as_ref().is_none_or(|it| it.matches(labels));
        if is_namespace && is_pod { Fit::Yes } else { Fit::No }
    }
}

fn unknown_pods() -> Fit {
    Fit::Unknown(words::unknown_pods())
}

/// Whether a peer holds Pods that an implementation makes: their namespace is known, and some of their labels.
fn is_made(cluster: &Cluster, own: &str, peer: &PolicyPeer, (namespace, labels): (&str, &Labels)) -> Fit {
    let is_namespace = match &peer.namespaces {
        Some(selector) => selector.matches(&cluster.namespace_labels(namespace)),
        None => namespace == own,
    };
    let is_pod = peer.pods.as_ref().is_none_or(|it| it.terms.is_empty() && it.labels.is_subset_of(labels));
    match (is_namespace, is_pod) {
        (false, _) => Fit::No,
        (true, true) => Fit::Yes,
        (true, false) => unknown_pods(),
    }
}

/// Every Pod of every namespace.
fn takes_all(peer: &PolicyPeer) -> bool {
    let is_all = |it: &Selector| it.labels.is_empty() && it.terms.is_empty();
    peer.namespaces.as_ref().is_some_and(is_all) && peer.pods.as_ref().is_none_or(is_all)
}

/// Whether a block holds the address of a Pod, which is known of Pods with a status alone.
fn holds(block: &IpBlock, ip: Option<&str>) -> Fit {
    let Ok(cidr) = block.cidr.value.parse::<IpNet>() else { return Fit::No };
    let except = || block.except.iter().filter_map(|it| it.parse::<IpNet>().ok());
    match ip.and_then(|it| it.parse::<IpAddr>().ok()) {
        Some(ip) if cidr.contains(&ip) && !except().any(|it| it.contains(&ip)) => Fit::Yes,
        Some(_) => Fit::No,
        None if cidr.prefix_len() == 0 && block.except.is_empty() => Fit::Yes,
        None => Fit::Unknown(words::unknown_pod_address(&block.cidr.value)),
    }
}

/// The same for the address of a client.
fn holds_client(block: &IpBlock, ip: Option<&str>) -> Fit {
    match holds(block, ip) {
        Fit::Unknown(_) => Fit::Unknown(words::unknown_client_address(&block.cidr.value)),
        told => told,
    }
}

/// Whether a block holds the addresses of load balancers and nodes: those of the options, or any private one.
fn outside(cluster: &Cluster, block: &IpBlock) -> Fit {
    let Ok(cidr) = block.cidr.value.parse::<IpNet>() else { return Fit::No };
    let except: Vec<IpNet> = block.except.iter().filter_map(|it| it.parse().ok()).collect();
    if cidr.prefix_len() == 0 && except.is_empty() {
        return Fit::Yes;
    }
    let known = &cluster.settings.load_balancer_cidrs;
    let is_known = !known.is_empty();
    let private = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"].map(str::to_owned);
    let nets = if is_known { known.as_slice() } else { &private };
    let nets: Vec<IpNet> = nets.iter().filter_map(|it| it.parse().ok()).collect();
    let touches = |a: &IpNet, b: &IpNet| a.contains(b) || b.contains(a);
    let is_inside = |it: &IpNet| cidr.contains(it) && !except.iter().any(|out| touches(out, it));
    if nets.iter().all(|it| !touches(&cidr, it) || except.iter().any(|out| out.contains(it))) {
        return Fit::No;
    }
    if is_known && nets.iter().all(is_inside) {
        return Fit::Yes;
    }
    Fit::Unknown(words::unknown_address(&block.cidr.value))
}

fn candidate(
    policy: &Found<'_, NetworkPolicy>,
    location: Location,
    path: String,
    reason: &'static str,
    detail: Text,
) -> Candidate {
    let verdict = match reason {
        "allowed" => Verdicted::Chosen,
        _ => Verdicted::Mismatch,
    };
    Candidate { resource: Some(policy.id), location, path, verdict, reason, detail }
}
