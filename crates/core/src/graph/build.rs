//! Objects to cards and wires, without any request.

use podpath_cluster::{Found, PodSource, ResourceId, service_pods};
use podpath_objects::{
    Gateway, GrpcRoute, HttpRoute, Ingress, IstioGateway, ListenerSet, ParentRef, PortRef, Service, StreamRoute,
    VirtualService, Workload,
};
use podpath_order::{Gather, OrdMap, OrdSet};
use podpath_protocol::{Call, Edge, EdgeState, Graph, Lane, Locale, Node, NodeState, Problem};
use podpath_routing::gateways::{ingress, istio};
use podpath_routing::{Access, Action, Rule, Table, Target};
use podpath_source::{Severity, Text};

use crate::analysis::Analysis;
use crate::check;
use crate::place::{name_range, say};

/// The card of the client.
pub(super) const CLIENT: &str = "client";

/// Cards and wires of everything that can be on a way.
pub(super) fn build(analysis: &Analysis, call: Option<&Call>, locale: Locale) -> Graph {
    let mut building = Building::new(analysis, locale);
    building.client(call);
    building.load_balancers();
    building.gateways();
    building.routes();
    building.services();
    building.pods();
    building.mark_problems();
    building.graph
}

struct Building<'a> {
    analysis: &'a Analysis,
    locale: Locale,
    graph: Graph,
    /// Services whose Pods are a gateway: the gateway's card stands for them.
    gateway_services: Vec<(ResourceId, Vec<ResourceId>)>,
    gateway_pods: OrdSet<ResourceId>,
    ids: OrdSet<String>,
    wires: OrdSet<(String, String)>,
}

/// The id of the card of an object.
pub(super) fn node_id(analysis: &Analysis, id: ResourceId) -> String {
    analysis.cluster.entry(id).map_or(String::new(), |entry| {
        let meta = &entry.resource.meta;
        format!("{}/{}/{}/{}", meta.group(), meta.kind.value, entry.namespace, meta.name())
    })
}

/// The id of the card of a Service that is not here.
pub(super) fn missing_id(namespace: &str, name: &str) -> String {
    format!("missing/{namespace}/{name}")
}

/// A card without an object.
pub(super) fn bare_node(id: String, lane: Lane, kind: &str, title: &str) -> Node {
    Node {
        id,
        lane,
        resource: None,
        kind: kind.to_owned(),
        title: title.to_owned(),
        subtitle: String::new(),
        range: None,
        problem: None,
        state: NodeState::Off,
        hop: None,
        group: None,
        row: 0,
        x: 0.0,
        y: 0.0,
        width: 0.0,
        height: 0.0,
    }
}

/// A wire that nothing runs through.
pub(super) fn bare_edge(from: &str, to: &str, label: &str) -> Edge {
    Edge {
        from: from.to_owned(),
        to: to.to_owned(),
        label: label.to_owned(),
        weight: None,
        on_path: false,
        state: EdgeState::Off,
        points: vec![],
        shield: None,
    }
}

impl<'a> Building<'a> {
    fn new(analysis: &'a Analysis, locale: Locale) -> Self {
        let cluster = &analysis.cluster;
        let tables = analysis.tables();
        let gateway_pods: OrdSet<_> = tables.istio().iter().filter_map(|(pods, _)| pods.source).gather();
        let behind = |service: &Found<'_, Service>| -> Vec<ResourceId> {
            let pods = service_pods(cluster, service);
            let found = pods.iter().filter_map(|pod| tables.istio_of(pod));
            found.flat_map(|table| table.members.iter().copied()).collect()
        };
        let services = cluster.all::<Service>().map(|it| (it.id, behind(&it)));
        Self {
            analysis,
            locale,
            graph: Graph::default(),
            gateway_services: services.filter(|(_, gateways)| !gateways.is_empty()).collect(),
            gateway_pods,
            ids: OrdSet::new(),
            wires: OrdSet::new(),
        }
    }

    fn say(&self, en: &str, ko: &str) -> String {
        say(&Text::new(en, ko), self.locale)
    }

    fn add(&mut self, node: Node) {
        if self.ids.insert(node.id.clone()) {
            self.graph.nodes.push(node);
        }
    }

    fn object(&mut self, id: ResourceId, lane: Lane, kind: &str, subtitle: String) {
        let Some(entry) = self.analysis.cluster.entry(id) else { return };
        let meta = &entry.resource.meta;
        let node = bare_node(node_id(self.analysis, id), lane, kind, meta.name());
        let (resource, range) = (self.analysis.reference(id), name_range(self.analysis, id));
        self.add(Node { resource, range, subtitle, ..node });
    }

    fn wire(&mut self, from: &str, to: &str, label: &str) {
        if self.wires.insert((from.to_owned(), to.to_owned())) {
            self.graph.edges.push(bare_edge(from, to, label));
        }
    }

    fn client(&mut self, call: Option<&Call>) {
        let pod = call.and_then(|it| it.from.as_ref()?.pod.as_ref());
        let title = match pod {
            Some(pod) => pod.labels.get("app").cloned().unwrap_or_else(|| pod.namespace.clone()),
            None => self.say("Internet", "인터넷"),
        };
        let node = bare_node(CLIENT.into(), Lane::Client, "", &title);
        let subtitle = call.map_or(String::new(), |it| it.method.clone().unwrap_or_else(|| "GET".into()));
        self.add(Node { subtitle, ..node });
    }

    fn load_balancers(&mut self) {
        let tables: &'a [Table] = self.analysis.tables().load_balancers();
        for table in tables {
            let scheme = if table.is_public {
                self.say("internet-facing", "인터넷 공개")
            } else {
                self.say("internal only", "내부 전용")
            };
            for member in &table.members {
                let entry = self.analysis.cluster.entry(*member);
                let kind = entry.map_or("", |it| it.resource.meta.kind.value.as_str());
                let kind = format!("{} · {kind}", table.gateway.title);
                self.object(*member, Lane::LoadBalancer, &kind, scheme.clone());
            }
            let from = table.origin.resource.map(|id| node_id(self.analysis, id)).unwrap_or_default();
            for listener in table.listeners.iter().filter(|it| !matches!(it.access, Access::Closed(_))) {
                self.wire(CLIENT, &from, &listener.port.to_string());
                let rules = listener.hosts.iter().flat_map(|it| &it.rules).chain(&listener.fallback);
                for rule in rules {
                    let from = rule.origin.resource.map_or_else(|| from.clone(), |id| node_id(self.analysis, id));
                    self.wire_targets(&from, rule);
                }
            }
        }
    }

    /// Wires from a rule's card to the cards of its backends.
    fn wire_targets(&mut self, from: &str, rule: &Rule) {
        let Action::Forward(backends) = &rule.action else { return };
        for backend in backends {
            let port = backend.port.map_or(String::new(), |it| it.to_string());
            self.wire_target(from, &backend.target, &port);
        }
    }

    fn wire_target(&mut self, from: &str, target: &Target, port: &str) {
        match target {
            Target::Service(id) => {
                let gateways = self.gateway_services.iter().find(|(known, _)| known == id).map(|(_, it)| it.clone());
                match gateways {
                    Some(gateways) => {
                        for gateway in gateways {
                            let to = node_id(self.analysis, gateway);
                            self.wire(from, &to, port);
                        }
                    }
                    None => {
                        let to = node_id(self.analysis, *id);
                        self.wire(from, &to, port);
                    }
                }
            }
            Target::Missing(namespace, name) => {
                let id = missing_id(namespace, name);
                let subtitle = self.say("Add it", "추가하기");
                let node = bare_node(id.clone(), Lane::Service, "Service", name);
                self.add(Node { state: NodeState::Ghost, subtitle, ..node });
                self.wire(from, &id, port);
            }
            Target::Balancer(id) => {
                // The NLB before an ALB stands on the card of the same Ingress.
                let to = node_id(self.analysis, *id);
                if to != from {
                    self.wire(from, &to, port);
                }
            }
            Target::Host(_) => {}
        }
    }

    fn gateways(&mut self) {
        let cluster = &self.analysis.cluster;
        for gateway in cluster.all::<IstioGateway>() {
            let hosts = gateway.object.servers.iter().flat_map(|it| &it.hosts).map(|it| it.value.as_str());
            let subtitle = summary(hosts);
            self.object(gateway.id, Lane::Gateway, "Gateway", subtitle);
        }
        for gateway in cluster.all::<Gateway>() {
            let hosts =
                gateway.object.listeners.iter().map(|it| it.hostname.as_ref().map_or("*", |it| it.value.as_str()));
            let subtitle = summary(hosts);
            self.object(gateway.id, Lane::Gateway, "Gateway", subtitle);
        }
        for set in cluster.all::<ListenerSet>() {
            let hosts = set.object.listeners.iter().map(|it| it.hostname.as_ref().map_or("*", |it| it.value.as_str()));
            let subtitle = summary(hosts);
            self.object(set.id, Lane::Gateway, "ListenerSet", subtitle);
        }
        for table in self.analysis.tables().gateways().filter(|it| it.gateway.name.starts_with("ingress")) {
            if let Some(class) = table.origin.resource {
                self.object(class, Lane::Gateway, "IngressClass", table.gateway.title.to_owned());
            }
        }
        self.wire_entries();
    }

    /// What leads to a Gateway leads to its ListenerSets, and the client leads to what no load balancer leads to.
    fn wire_entries(&mut self) {
        let tables = self.analysis.tables();
        let mut ports: OrdMap<String, String> = OrdMap::new();
        for table in tables.all() {
            let own = table.origin.resource.map(|id| node_id(self.analysis, id)).unwrap_or_default();
            for listener in &table.listeners {
                let holder = listener.origin.resource.map_or_else(|| own.clone(), |id| node_id(self.analysis, id));
                if holder != own {
                    self.copy_wires(&own, &holder);
                }
                for card in [&own, &holder] {
                    ports.entry(card.clone()).or_insert_with(|| listener.port.to_string());
                }
            }
        }
        let behind: OrdSet<&str> =
            self.graph.edges.iter().filter(|it| it.from != CLIENT).map(|it| it.to.as_str()).gather();
        let nodes = self.graph.nodes.iter().filter(|it| it.lane == Lane::Gateway && !behind.contains(it.id.as_str()));
        let open: Vec<String> = nodes.map(|it| it.id.clone()).collect();
        for id in open {
            self.wire(CLIENT, &id, ports.get(&id).map_or("", String::as_str));
        }
    }

    /// Wires to one card as there are to another.
    fn copy_wires(&mut self, of: &str, to: &str) {
        let found: Vec<_> = self.graph.edges.iter().filter(|it| it.to == of).cloned().collect();
        for edge in found {
            self.wire(&edge.from, to, &edge.label);
        }
    }

    fn routes(&mut self) {
        let cluster = &self.analysis.cluster;
        for route in cluster.all::<VirtualService>() {
            let subtitle = summary(route.object.hosts.iter().map(|it| it.value.as_str()));
            self.object(route.id, Lane::Route, "VirtualService", subtitle);
            self.wire_virtual_service(&route);
        }
        for route in cluster.all::<HttpRoute>() {
            let subtitle = summary(route.object.hostnames.iter().map(|it| it.value.as_str()));
            self.object(route.id, Lane::Route, "HTTPRoute", subtitle);
            self.wire_parents(route.id, route.namespace(), &route.object.parents);
        }
        for route in cluster.all::<GrpcRoute>() {
            let subtitle = summary(route.object.hostnames.iter().map(|it| it.value.as_str()));
            self.object(route.id, Lane::Route, "GRPCRoute", subtitle);
            self.wire_parents(route.id, route.namespace(), &route.object.parents);
        }
        for route in cluster.all::<StreamRoute>() {
            let subtitle = summary(route.object.hostnames.iter().map(|it| it.value.as_str()));
            self.object(route.id, Lane::Route, &route.entry.resource.meta.kind.value, subtitle);
            self.wire_parents(route.id, route.namespace(), &route.object.parents);
        }
        let in_balancer =
            |id: ResourceId| self.analysis.tables().load_balancers().iter().any(|it| it.members.contains(&id));
        let plain: Vec<_> = cluster.all::<Ingress>().filter(|it| !in_balancer(it.id)).collect();
        for route in plain {
            let hosts = route.object.rules.iter().map(|it| it.host.as_ref().map_or("*", |it| it.value.as_str()));
            let subtitle = summary(hosts);
            self.object(route.id, Lane::Route, "Ingress", subtitle);
            let own = node_id(self.analysis, route.id);
            if let Some(class) = ingress::class_of(cluster, &route) {
                let class = node_id(self.analysis, class.id);
                self.wire(&class, &own, "");
            }
        }
        let rules = self
            .analysis
            .tables()
            .gateways()
            .flat_map(|it| &it.listeners)
            .flat_map(|it| it.hosts.iter().flat_map(|host| &host.rules).chain(&it.fallback));
        for rule in rules {
            let from = rule.origin.resource.map(|id| node_id(self.analysis, id)).unwrap_or_default();
            self.wire_targets(&from, rule);
        }
        self.name_listeners();
    }

    /// Names of the listeners on the wires from a gateway to its routes.
    fn name_listeners(&mut self) {
        let mut names: OrdMap<(String, String), Vec<&str>> = OrdMap::new();
        for listener in self.analysis.tables().all().flat_map(|it| &it.listeners) {
            let Some(gateway) = listener.origin.resource.map(|id| node_id(self.analysis, id)) else { continue };
            let rules = listener.hosts.iter().flat_map(|host| &host.rules).chain(&listener.fallback);
            let routes: OrdSet<ResourceId> = rules.filter_map(|it| it.origin.resource).gather();
            for route in routes {
                let wire = (gateway.clone(), node_id(self.analysis, route));
                names.entry(wire).or_default().push(listener_name(&listener.name));
            }
        }
        for edge in &mut self.graph.edges {
            if let Some(names) = names.get(&(edge.from.clone(), edge.to.clone())) {
                edge.label = summary(names.iter().copied());
            }
        }
    }

    fn wire_virtual_service(&mut self, route: &Found<'a, VirtualService>) {
        let own = node_id(self.analysis, route.id);
        for reference in &route.object.gateways {
            let (namespace, name) = reference.value.split_once('/').unwrap_or((route.namespace(), &reference.value));
            if let Some(gateway) = self.analysis.cluster.find::<IstioGateway>(namespace, name) {
                let from = node_id(self.analysis, gateway.id);
                self.wire(&from, &own, "");
            }
        }
        for destination in route.object.http.iter().flat_map(|it| &it.route) {
            let port = destination.port.as_ref().map_or(String::new(), |it| it.value.to_string());
            let host = &destination.host.value;
            let target = match istio::called(&self.analysis.cluster, host, route.namespace()) {
                istio::Called::Service(service) => Target::Service(service.id),
                istio::Called::Missing => {
                    let (name, rest) = host.split_once('.').unwrap_or((host, route.namespace()));
                    let namespace = rest.split('.').next().unwrap_or(rest);
                    Target::Missing(namespace.to_owned(), name.to_owned())
                }
                _ => continue,
            };
            self.wire_target(&own, &target, &port);
        }
    }

    /// Wires from the Gateways and ListenerSets that an object names as parents.
    fn wire_parents(&mut self, id: ResourceId, namespace: &str, parents: &[ParentRef]) {
        let (cluster, own) = (&self.analysis.cluster, node_id(self.analysis, id));
        for parent in parents {
            let space = parent.namespace.as_ref().map_or(namespace, |it| it.value.as_str());
            let found = match parent.kind.as_str() {
                "Gateway" => cluster.find::<Gateway>(space, &parent.name.value).map(|it| it.id),
                "ListenerSet" | "XListenerSet" => {
                    cluster.find::<ListenerSet>(space, &parent.name.value).map(|it| it.id)
                }
                _ => None,
            };
            if let Some(found) = found {
                let from = node_id(self.analysis, found);
                self.wire(&from, &own, "");
            }
        }
    }

    fn services(&mut self) {
        let cluster = &self.analysis.cluster;
        for service in cluster.all::<Service>() {
            if self.gateway_services.iter().any(|(id, _)| *id == service.id) {
                continue;
            }
            let ports = service.object.ports.iter().map(|it| match &it.target_port.value {
                PortRef::Number(target) => format!("{} → {target}", it.port.value),
                PortRef::Name(name) => format!("{} → {name}", it.port.value),
            });
            let subtitle = ports.take(2).collect::<Vec<_>>().join(", ");
            self.object(service.id, Lane::Service, "Service", subtitle);
            let from = node_id(self.analysis, service.id);
            for pod in service_pods(cluster, &service) {
                let target = service.object.ports.first().map_or(String::new(), |it| it.target_port.value.to_string());
                let to = node_id(self.analysis, pod.id);
                self.wire(&from, &to, &target);
            }
        }
    }

    fn pods(&mut self) {
        let sources = self.analysis.cluster.pod_sources();
        let pods: Vec<PodSource<'a>> = sources.filter(|it| !self.gateway_pods.contains(&it.id)).collect();
        for pod in pods {
            let is_workload = self.analysis.cluster.get::<Workload>(pod.id).is_some();
            let lane = if is_workload { Lane::Workload } else { Lane::Pod };
            let ready = if pod.is_ready() { pod.replicas } else { 0 };
            let subtitle = format!("{ready} {}", self.say("ready", "준비됨"));
            self.object(pod.id, lane, &format!("Pod ×{}", pod.replicas), subtitle);
        }
    }

    /// The worst finding of each object.
    fn mark_problems(&mut self) {
        for finding in self.analysis.findings() {
            let problem = match finding.severity {
                Severity::Error => Problem::Error,
                Severity::Warning => Problem::Warning,
                Severity::Info => continue,
            };
            let reference = check::resource_at(self.analysis, finding.location);
            let Some(reference) = reference else { continue };
            let nodes = self.graph.nodes.iter_mut().filter(|it| it.resource.as_ref() == Some(&reference));
            nodes.for_each(|it| it.problem = it.problem.max(Some(problem)));
        }
    }
}

/// The name as its gateway writes it: those of an Istio Gateway stand behind its own.
pub(super) fn listener_name(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The first of a few names, and how many more.
fn summary<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.collect();
    match names.as_slice() {
        [] => "*".into(),
        [only] => (*only).to_owned(),
        [first, rest @ ..] => format!("{first} +{}", rest.len()),
    }
}
