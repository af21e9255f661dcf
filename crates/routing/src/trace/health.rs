//! Health checks of load balancers: what manifests decide about the answer that targets give.
//!
//! Source: Elastic Load Balancing user guides, "Health checks for target groups". ALB: "If a target group contains only
//! unhealthy registered targets, the load balancer routes requests to all those targets"; NLB: where all targets fail "the load
//! balancer fails open". So a check that fails everywhere does not by itself keep requests away; 503 comes of a target
//! group without any target. What an application answers no manifest tells, so nothing is said about it.

mod probe;

use std::sync::Arc;

use podpath_cluster::{Cluster, Endpoint, Found, Memo, PodSource, Reads, endpoints};
use podpath_objects::{Service, ServicePort};
use podpath_order::OrdSet;
use podpath_source::{Location, Text};

use super::network::{Connection, Permission, Source};
use super::words::health as words;
use super::{Hop, Note};
use crate::gateways::{alb, istio, service_of};
use crate::table::{Action, Backend, HealthCheck, Table, Target};
use crate::tables::Tables;

use probe::{Answer, ask, takes};

/// What a health check does, as far as manifests decide it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Stable kebab-case code.
    pub reason: &'static str,
    /// The same in a sentence.
    pub text: Text,
    /// Where it is written, or else the target.
    pub location: Location,
    /// Every target fails it, for certain.
    pub fails: bool,
    /// Somebody wrote the check; else it is the controller's default.
    pub is_written: bool,
}

/// Conditions of Pods that the controller sets when their target is healthy.
const GATE: &str = "target-health.elbv2.k8s.aws/";

/// The label of a namespace whose Pods get such a condition.
const GATE_LABEL: &str = "elbv2.k8s.aws/pod-readiness-gate-inject";

/// Where the proxy of Istio answers about itself (istio `envoy_bootstrap.json`).
const ISTIO_HEALTH: (u16, &str) = (15_021, "/healthz/ready");

/// Ports of the proxy of Istio that its Pod does not declare.
const ISTIO_PORTS: [u16; 3] = [15_020, 15_021, 15_090];

/// What one target makes of the check.
enum Fate {
    /// It fails: code, and why.
    Fails(&'static str, Text),
    /// It fails if nothing that manifests do not declare helps: code, and why.
    Doubtful(&'static str, Text),
    /// It passes, or nobody knows.
    Open,
}

/// By the address of the check, which is alive there. It is made with its backend and its table, and goes with them.
pub(crate) type KnownChecks = Memo<usize, (Arc<HealthCheck>, Vec<Health>)>;

/// What certainly becomes of the health checks of all load balancers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Failing {
    pub(crate) found: Vec<Health>,
    /// For the next time.
    pub(crate) known: KnownChecks,
}

/// Each check once; `known` is what was found before.
pub(crate) fn failing(cluster: &Cluster, tables: &Tables, mut known: KnownChecks) -> Failing {
    let mut found: Vec<Health> = Vec::new();
    let mut seen = OrdSet::new();
    for table in tables.balancers() {
        let rules =
            table.listeners.iter().flat_map(|it| it.hosts.iter().flat_map(|host| &host.rules).chain(&it.fallback));
        for rule in rules {
            let Action::Forward(backends) = &rule.action else { continue };
            for backend in backends.iter().filter(|it| it.weight > 0) {
                let Some(check) = &backend.check else { continue };
                let address = Arc::as_ptr(check).addr();
                if seen.insert(address) {
                    let judge = || {
                        let judged = judge(cluster, tables, table, backend).into_iter();
                        (Arc::clone(check), judged.filter(|it| it.fails).collect())
                    };
                    found.extend(known.part(cluster, address, &[], Reads::default(), judge).1.iter().cloned());
                }
            }
        }
    }
    Failing { found, known }
}

/// Tells at the hop of a load balancer what becomes of the checks of those that get a share.
pub(super) fn tell(cluster: &Cluster, tables: &Tables, table: &Table, backends: &[Backend], hop: &mut Hop) {
    for backend in backends.iter().filter(|it| it.weight > 0) {
        for found in judge(cluster, tables, table, backend) {
            let note = Note { reason: found.reason, text: found.text, location: found.location };
            if !hop.notes.contains(&note) {
                hop.notes.push(note);
            }
        }
    }
}

fn judge(cluster: &Cluster, tables: &Tables, table: &Table, backend: &Backend) -> Vec<Health> {
    let Some(check) = backend.check.as_deref().filter(|it| !it.is_grpc) else { return vec![] };
    let judging = Judging { cluster, tables, table, backend, check };
    match &backend.target {
        Target::Balancer(id) => {
            let port = check.port.or(backend.port);
            let fate = tables
                .application(cluster, *id)
                .zip(port)
                .map_or(Fate::Open, |(behind, port)| judging.at_table(behind, port));
            judging.found(fate, false).into_iter().collect()
        }
        target => service_of(cluster, target).map_or_else(Vec::new, |it| judging.of_service(&it)),
    }
}

struct Judging<'a> {
    cluster: &'a Cluster,
    tables: &'a Tables,
    table: &'a Table,
    backend: &'a Backend,
    check: &'a HealthCheck,
}

impl Judging<'_> {
    fn found(&self, fate: Fate, is_gated: bool) -> Option<Health> {
        let check = self.check;
        let (reason, text, fails) = match fate {
            Fate::Open => return None,
            Fate::Fails(reason, why) => (reason, words::fails(check, &why, is_gated), true),
            Fate::Doubtful(reason, why) => (reason, words::doubtful(check, &why, is_gated), false),
        };
        Some(Health { reason, text, location: self.location(), fails, is_written: check.is_written })
    }

    fn location(&self) -> Location {
        if self.check.is_written { self.check.location } else { self.backend.origin.location }
    }

    fn of_service(&self, service: &Found<'_, Service>) -> Vec<Health> {
        let Some(entry) = self.backend.port.and_then(|it| service.object.port(it)) else { return vec![] };
        if !self.check.is_node {
            return self.of_pods(service, entry, self.check.port).into_iter().collect();
        }
        let own = service.object;
        let mut found = Vec::new();
        let asks_node = self.check.port.is_none() || self.check.port == own.health_check_node_port;
        if own.traffic.is_external_local && asks_node {
            found.push(Health {
                reason: "health-check-local-nodes",
                text: words::local_nodes(),
                location: service.at(service.entry.resource.meta.name_span()),
                fails: false,
                is_written: self.check.is_written,
            });
            // kube-proxy answers at that port whether the node has a Pod.
            if self.table.gateway.name == alb::NLB.name && own.service_type == "LoadBalancer" {
                return found;
            }
        }
        found.extend(match self.check.port {
            None if entry.protocol == "UDP" => self.of_udp_node(service, entry),
            None => self.of_pods(service, entry, None),
            Some(port) => self.of_node(port),
        });
        found
    }

    /// Nodes open a port for the protocols of its entries alone, and a check never asks by UDP.
    fn of_udp_node(&self, service: &Found<'_, Service>, entry: &ServicePort) -> Option<Health> {
        let is_same = |it: &ServicePort| match (&it.node_port, &entry.node_port) {
            (Some(it), Some(own)) => it.value == own.value,
            _ => it.port.value == entry.port.value,
        };
        let takes_tcp = service.object.ports.iter().any(|it| it.protocol == "TCP" && is_same(it));
        let fate = Fate::Fails("health-check-udp", words::udp_alone());
        self.found(if takes_tcp { Fate::Open } else { fate }, false)
    }

    /// A port of the nodes that a Service has opened leads to its Pods; who has another one nobody knows.
    fn of_node(&self, port: u16) -> Option<Health> {
        let mut services = self.cluster.all::<Service>();
        let (service, entry) = services.find_map(|it| Some((it, it.object.by_node_port("TCP", port)?)))?;
        self.of_pods(&service, entry, None)
    }

    /// What all Pods of a port make of it; `other` is a port that is not that of the traffic, where targets are no nodes.
    fn of_pods(&self, service: &Found<'_, Service>, entry: &ServicePort, other: Option<u16>) -> Option<Health> {
        let (found, _) = endpoints(self.cluster, service, entry);
        let mut worst = None;
        let mut is_gated = false;
        for endpoint in found.iter().filter(|it| it.ready) {
            let pod = endpoint.source.and_then(|it| self.cluster.pod_source(it))?;
            let fate = self.of_pod(&pod, endpoint, entry, other);
            if matches!(fate, Fate::Open) {
                return None;
            }
            is_gated |= !self.check.is_node && self.is_gated(&pod);
            // Where one may pass it is not certain that all fail.
            if !matches!(worst, Some(Fate::Doubtful(..))) {
                worst = Some(fate);
            }
        }
        self.found(worst?, is_gated)
    }

    fn is_gated(&self, pod: &PodSource<'_>) -> bool {
        let is_written = pod.template.readiness_gates.iter().any(|it| it.starts_with(GATE));
        is_written || self.cluster.namespace_labels(pod.namespace).get(GATE_LABEL) == Some("enabled")
    }

    fn of_pod(&self, pod: &PodSource<'_>, endpoint: &Endpoint, entry: &ServicePort, other: Option<u16>) -> Fate {
        let port = other.filter(|it| *it != endpoint.port);
        let asked = port.unwrap_or(endpoint.port);
        if let Some(fate) = port.and_then(|it| self.at_policies(pod, it)) {
            return fate;
        }
        let dialled = port.is_none().then_some(entry.port.value);
        match self.tables.played(self.cluster, pod, asked, dialled) {
            Some((table, listening)) => {
                let by_rules = || listening.map_or(Fate::Open, |it| self.at_table(table, it));
                self.of_proxy(table, asked).unwrap_or_else(by_rules)
            }
            None => undeclared(pod, asked, port.is_some() || entry.protocol == "UDP"),
        }
    }

    /// What a proxy answers about itself, whatever its rules are.
    fn of_proxy(&self, table: &Table, asked: u16) -> Option<Fate> {
        let path = self.check.path.as_deref();
        if table.gateway.name == istio::GATEWAY.name {
            return match path {
                Some(path) if asked == ISTIO_HEALTH.0 && !path.starts_with(ISTIO_HEALTH.1) => Some(self.answered(404)),
                _ => ISTIO_PORTS.contains(&asked).then_some(Fate::Open),
            };
        }
        // "/healthz" of its default server is answered by nginx itself.
        path.is_some_and(|it| it.starts_with("/healthz")).then_some(Fate::Open)
    }

    /// Policies that let the load balancer in at the port of the traffic may keep it away from that of the check.
    fn at_policies(&self, pod: &PodSource<'_>, port: u16) -> Option<Fate> {
        let (source, ip, made) = (&Source::Network, None, None);
        let connection = Connection { source, ip, made, target: *pod, port, protocol: "TCP" };
        let is_isolated = connection.ends(self.cluster).iter().any(|it| matches!(it.permission, Permission::Isolated));
        is_isolated.then(|| Fate::Fails("health-check-policy", words::isolated(port)))
    }

    /// What a gateway, or the ALB behind an NLB, answers by itself; what goes on to an application is open.
    fn at_table(&self, table: &Table, port: u16) -> Fate {
        match ask(table, self.check, port) {
            Answer::Unknown => Fate::Open,
            Answer::NoServerName => Fate::Fails("health-check-server-name", words::no_server_name(port)),
            Answer::OtherProtocol => Fate::Fails("health-check-protocol", words::other_protocol(port, self.check)),
            Answer::Status(status) => self.answered(status),
        }
    }

    fn answered(&self, status: u16) -> Fate {
        // A policy of the mesh may answer in its place.
        let codes = self.check.codes.as_deref().unwrap_or("200");
        if [status, 401, 403].iter().any(|it| takes(codes, *it)) {
            return Fate::Open;
        }
        Fate::Fails("health-check-status", words::answers(status, self.check))
    }
}

/// A port that is not that of the traffic, and that no container declares: what is declared is not all that listens.
fn undeclared(pod: &PodSource<'_>, port: u16, is_other: bool) -> Fate {
    let declares =
        pod.template.ports().any(|it| it.protocol == "TCP" && it.port.as_ref().is_some_and(|it| it.value == port));
    let says_nothing = pod.template.ports().next().is_none();
    if !is_other || declares || says_nothing || pod.template.host_network || ISTIO_PORTS.contains(&port) {
        return Fate::Open;
    }
    Fate::Doubtful("health-check-port", words::undeclared(port))
}
