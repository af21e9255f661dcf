//! Target groups of Services, with their health checks (`model_build_target_group.go`).

use podpath_cluster::{Cluster, Found, ResourceId, endpoints};
use podpath_objects::{ClusterNode, Labels, PortRef, Service, ServicePort, Taint};
use podpath_order::Order;

use super::annotation::Annotations;
use super::model::{HealthCheck, TargetGroup};
use crate::table::{Frozen, Origin};

/// Labels of nodes that are no targets (`defaultTrafficProxyNodeLabelSelector`).
const KEPT_OUT: [&str; 3] = [
    "node-role.kubernetes.io/master",
    "node.kubernetes.io/exclude-from-external-load-balancers",
    "alpha.service-controller.kubernetes.io/exclude-balancer",
];

/// The port of a Service, by number or name; a port without a name has the name "".
pub(super) fn port_of<'a>(
    service: &'a Found<'_, Service>,
    port: &PortRef,
    origin: &Origin,
) -> Result<&'a ServicePort, Frozen> {
    service.object.port_by(port).ok_or_else(|| Frozen {
        message: format!("unable to find port {port} on service {}/{}", service.namespace(), service.name()),
        origin: origin.clone(),
    })
}

/// The workloads behind a port, whatever the type of targets: nodes pass requests on to them.
pub(super) fn targets(cluster: &Cluster, service: &Found<'_, Service>, port: &ServicePort) -> Vec<(ResourceId, u16)> {
    let (found, _) = endpoints(cluster, service, port);
    let mut targets: Vec<_> = found.iter().filter(|it| it.ready).filter_map(|it| Some((it.source?, it.port))).collect();
    targets.order();
    targets.dedup();
    targets
}

/// Whether some Node has the labels that are asked for, none that keeps it out, and is not about to go; true where no Node is
/// written (`GetTrafficProxyNodeSelector`, `IsNodeSuitableAsTrafficProxy`). Which of them are ready is not asked.
pub(super) fn has_nodes(cluster: &Cluster, is_wanted: impl Fn(&Labels) -> bool) -> bool {
    let is_leaving = |it: &Taint| match it.key.as_str() {
        "ToBeDeletedByClusterAutoscaler" => true,
        "karpenter.sh/disrupted" => it.effect == "NoSchedule",
        _ => false,
    };
    let is_target = |node: &Found<'_, ClusterNode>| {
        let labels = &node.entry.resource.meta.labels;
        is_wanted(labels)
            && KEPT_OUT.iter().all(|it| labels.get(it).is_none())
            && labels.get("eks.amazonaws.com/compute-type") != Some("fargate")
            && !node.object.taints.iter().any(is_leaving)
    };
    let nodes: Vec<_> = cluster.all::<ClusterNode>().collect();
    nodes.is_empty() || nodes.iter().any(is_target)
}

/// The same by `target-node-labels`.
pub(super) fn has_labelled_nodes(cluster: &Cluster, notes: &Annotations<'_>) -> Result<bool, Frozen> {
    let wanted = notes.map("target-node-labels")?;
    Ok(has_nodes(cluster, |labels| wanted.iter().all(|(key, value)| labels.get(key) == Some(value.as_str()))))
}

/// nodePort for instances, targetPort for addresses, or the error that there is none. Builders word it differently: what a
/// Service with nodes as targets "must be", or "be must".
pub(super) fn open_number(
    service: &Service,
    port: &ServicePort,
    target_type: &str,
    must_be: &str,
    origin: &Origin,
) -> Result<u16, Frozen> {
    match number(service, port, target_type) {
        0 => {
            let why = if target_type == "ip" {
                "Are you using the correct service type?".to_owned()
            } else {
                format!("When using Instance targets, your service {must_be} of type 'NodePort' or 'LoadBalancer'")
            };
            Err(Frozen { message: format!("TargetGroup port is empty. {why}"), origin: origin.clone() })
        }
        number => Ok(number),
    }
}

/// 1 when the targetPort is a name; 0 when there is none.
///
/// What the API server would choose by itself is not in the manifest: for a Service that gets node ports it counts as 1.
fn number(service: &Service, port: &ServicePort, target_type: &str) -> u16 {
    if target_type == "instance" {
        let is_open = match service.service_type.as_str() {
            "NodePort" => true,
            "LoadBalancer" => service.allocates_node_ports || port.node_port.is_some(),
            _ => false,
        };
        return if is_open { port.node_port.as_ref().map_or(1, |it| it.value) } else { 0 };
    }
    match &port.target_port.value {
        PortRef::Number(number) => *number,
        PortRef::Name(_) => 1,
    }
}

/// `ipv6` needs a load balancer with both families.
pub(super) fn address_type(service: &Service, of_load_balancer: &str, origin: &Origin) -> Result<&'static str, Frozen> {
    match service.has_ipv6() {
        false => Ok("ipv4"),
        true if of_load_balancer.starts_with("dualstack") => Ok("ipv6"),
        true => {
            Err(Frozen { message: "unsupported IPv6 configuration, lb not dual-stack".into(), origin: origin.clone() })
        }
    }
}

/// What Ingresses and Services say before the error of a port that is not there; Gateways say nothing.
pub(super) const UNRESOLVED: &str = "failed to resolve healthCheckPort: ";

/// A health check's port that is a name: that of the Service, as targets see it. `before` stands before the error of one that is
/// not there.
pub(super) fn health_port(
    service: &Found<'_, Service>,
    written: &str,
    target_type: &str,
    origin: &Origin,
    before: &str,
) -> Result<Option<i64>, Frozen> {
    if written == "traffic-port" {
        return Ok(None);
    }
    if let Ok(number) = super::annotation::int32(written) {
        return Ok(Some(number));
    }
    let port = port_of(service, &PortRef::Name(written.to_owned()), origin).map_err(|mut it| {
        it.message.insert_str(0, before);
        it
    })?;
    if target_type == "instance" {
        return Ok(Some(port.node_port.as_ref().map_or(0, |it| i64::from(it.value))));
    }
    match &port.target_port.value {
        PortRef::Number(number) => Ok(Some(i64::from(*number))),
        PortRef::Name(_) => Err(Frozen {
            message: "cannot use named healthCheckPort for IP TargetType when service's targetPort is a named port"
                .into(),
            origin: origin.clone(),
        }),
    }
}

/// What a target group of an Ingress needs to know.
pub(super) struct Wanted<'a> {
    pub(super) cluster: &'a Cluster,
    pub(super) source: ResourceId,
    pub(super) service: &'a Found<'a, Service>,
    pub(super) port: &'a PortRef,
    /// Of the class parameters.
    pub(super) target_type: Option<&'a str>,
    pub(super) address_type: &'a str,
    /// Those of the Service over those of the Ingress.
    pub(super) notes: Annotations<'a>,
    pub(super) own: Annotations<'a>,
    pub(super) origin: &'a Origin,
}

impl Wanted<'_> {
    fn error(&self, suffix: &str, message: String) -> Frozen {
        let origin = self.notes.get(suffix).map_or_else(|| self.origin.clone(), |it| it.origin);
        Frozen { message, origin }
    }

    /// One of these values, or the error that says so.
    fn one_of(&self, suffix: &str, default: &str, known: &[&'static str], error: &str) -> Result<&'static str, Frozen> {
        let value = self.notes.text(suffix, default);
        let found = known.iter().find(|it| **it == value);
        found.copied().ok_or_else(|| self.error(suffix, error.replace("{}", &value)))
    }

    pub(super) fn build(&self) -> Result<TargetGroup, Frozen> {
        // The port is looked up before anything is read (`buildTargetGroup`).
        let port = port_of(self.service, self.port, self.origin)?;
        let default = &self.cluster.settings.alb_target_type;
        let written = self.target_type.map_or_else(|| self.notes.text("target-type", default), str::to_owned);
        let target_type = match written.as_str() {
            "instance" => "instance",
            "ip" => "ip",
            other => return Err(self.error("target-type", format!("unknown targetType: {other}"))),
        };
        let protocols = "backend protocol must be within [HTTP, HTTPS]: {}";
        let protocol = self.one_of("backend-protocol", "HTTP", &["HTTP", "HTTPS"], protocols)?;
        let versions = "backend protocol version must be within [HTTP1, HTTP2, GRPC]: {}";
        let version = self.one_of("backend-protocol-version", "HTTP1", &["HTTP1", "HTTP2", "GRPC"], versions)?;
        let health = self.health(target_type, protocol, version)?;
        let attributes = self.notes.map("target-group-attributes")?;
        self.notes.map("tags")?;
        self.notes.bool("multi-cluster-target-group")?;
        let address_type = address_type(self.service.object, self.address_type, self.origin)?;
        self.control_port(target_type)?;
        let number = open_number(self.service.object, port, target_type, "be must", self.origin)?;
        let has_nodes = target_type != "instance" || has_labelled_nodes(self.cluster, &self.notes)?;
        Ok(TargetGroup {
            name: None,
            source: self.source,
            service: self.service.id,
            service_port: self.port.clone(),
            target_type,
            has_nodes,
            port: number,
            protocol: protocol.to_owned(),
            protocol_version: Some(version.to_owned()),
            address_type,
            health,
            attributes,
            targets: targets(self.cluster, self.service, port),
        })
    }

    /// `target-control-port.SERVICE.PORT` of the Ingress, for addresses alone.
    fn control_port(&self, target_type: &str) -> Result<(), Frozen> {
        let suffix = format!("target-control-port.{}.{}", self.service.name(), self.port);
        let Some(note) = self.own.get(&suffix) else { return Ok(()) };
        let number = note.int32()?;
        if !(1..=65_535).contains(&number) {
            return Err(note.error(format!("target control port must be within [1, 65535]: {number}")));
        }
        if target_type == "instance" {
            return Err(note.error("target control port is not supported for instance target target group".into()));
        }
        Ok(())
    }

    fn health(&self, target_type: &str, protocol: &str, version: &str) -> Result<HealthCheck, Frozen> {
        let written = self.notes.text("healthcheck-port", "traffic-port");
        let origin = self.notes.get("healthcheck-port").map_or_else(|| self.origin.clone(), |it| it.origin);
        let port = health_port(self.service, &written, target_type, &origin, UNRESOLVED)?;
        let words = "healthCheckProtocol must be within [HTTP, HTTPS]";
        let protocol = self.one_of("healthcheck-protocol", protocol, &["HTTP", "HTTPS"], words)?;
        let is_grpc = version == "GRPC";
        let path = if is_grpc { "/AWS.ALB/healthcheck" } else { "/" };
        Ok(HealthCheck {
            protocol: protocol.to_owned(),
            port,
            path: Some(self.notes.text("healthcheck-path", path)),
            codes: Some(self.notes.text("success-codes", if is_grpc { "12" } else { "200" })),
            interval: self.notes.int32("healthcheck-interval-seconds", 15)?,
            timeout: self.notes.int32("healthcheck-timeout-seconds", 5)?,
            healthy: self.notes.int32("healthy-threshold-count", 2)?,
            unhealthy: self.notes.int32("unhealthy-threshold-count", 2)?,
            origin: self.notes.first(&[
                "healthcheck-path",
                "success-codes",
                "healthcheck-port",
                "healthcheck-protocol",
            ]),
        })
    }
}
