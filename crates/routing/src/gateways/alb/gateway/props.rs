//! Configurations in layers, and the target groups that they shape (`lb_config_merger.go`, `model_build_target_group.go`).

use podpath_cluster::{Cluster, Found, ResourceId};
use podpath_objects::{BackendRef, PortRef, Reader, Service, TargetGroupConfiguration};
use podpath_order::Order;

use super::Build;
use super::ports::Port;
use crate::gateways::alb::model::{ALB_TARGET, HealthCheck, TargetGroup};
use crate::gateways::alb::target;
use crate::gateways::gateway_api::refs;
use crate::gateways::gateway_api::route::Route;
use crate::gateways::missing_port;
use crate::table::{Fault, Frozen, Origin};

/// Trees of which an earlier one beats a later one, field by field.
#[derive(Clone, Default)]
pub(super) struct Layers<'a>(Vec<Reader<'a>>);

impl<'a> Layers<'a> {
    pub(super) fn new(layers: impl IntoIterator<Item = Reader<'a>>) -> Self {
        Self(layers.into_iter().collect())
    }

    pub(super) fn get(&self, key: &str) -> Option<Reader<'a>> {
        self.0.iter().map(|it| it.get(key)).find(|it| it.exists())
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.get(key)?.scalar()
    }

    pub(super) fn texts(&self, key: &str) -> Vec<String> {
        let found = self.get(key).map(Reader::texts).unwrap_or_default();
        found.into_iter().map(|it| it.value).collect()
    }

    pub(super) fn is_true(&self, key: &str) -> bool {
        self.get(key).is_some_and(Reader::is_true)
    }

    /// The items of the lists of all layers.
    pub(super) fn items(&self, key: &str) -> Self {
        Self(self.0.iter().flat_map(|it| it.get(key).items().collect::<Vec<_>>()).collect())
    }

    /// The item of a list that counts for a name, whole, without case. "What the configuration that wins says for a name
    /// replaces what the other one says": of its items for one name the last counts, of the other one's the first, and a
    /// list that stands alone is read to its end (`mergeListenerConfig`, `mapLoadBalancerListenerConfigsByPort`).
    pub(super) fn item(&self, list: &str, key: &str, name: &str) -> Self {
        let of = |layer: &Reader<'a>| {
            let named = |it: &Reader<'_>| it.get(key).text().is_some_and(|it| it.value.eq_ignore_ascii_case(name));
            layer.get(list).items().filter(named).collect::<Vec<_>>()
        };
        let mut layers = self.0.iter();
        let first = layers.next().map(of).unwrap_or_default();
        let found = first.last().copied().or_else(|| layers.find_map(|it| of(it).first().copied()));
        Self(found.into_iter().collect())
    }

    /// Pairs of `key` and `value` of all layers.
    fn pairs(&self, key: &str) -> Vec<(String, String)> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for item in self.items(key).0 {
            let (Some(key), value) = (item.get("key").text(), item.get("value").scalar().unwrap_or_default()) else {
                continue;
            };
            if !pairs.iter().any(|(known, _)| *known == key.value) {
                pairs.push((key.value, value));
            }
        }
        pairs.order();
        pairs
    }
}

/// What a TargetGroupConfiguration says for a route: the entry that fits best, then the default.
fn of_route<'a>(found: &Found<'a, TargetGroupConfiguration>, route: &Route<'_>) -> Vec<Reader<'a>> {
    let Some(spec) = found.object.spec() else { return vec![] };
    let mut best: Option<(u8, Reader<'a>)> = None;
    for entry in spec.get("routeConfigurations").items() {
        let fit = fit(entry.get("routeIdentifier"), route);
        if fit > best.map_or(0, |(it, _)| it) {
            best = Some((fit, entry.get("targetGroupProps")));
        }
    }
    best.into_iter().map(|(_, it)| it).chain([spec.get("defaultConfiguration")]).collect()
}

/// How well an identifier fits a route; 0 is not at all, and of equals the first counts. "Kind, namespace and name, then kind
/// and namespace, then kind alone": a name counts only together with the other two (`mergeWithLongestMatch`).
fn fit(identifier: Reader<'_>, route: &Route<'_>) -> u8 {
    let text = |key: &str| identifier.get(key).text().map_or_else(String::new, |it| it.value);
    let (namespace, name) = (text("namespace"), text("name"));
    let in_namespace = namespace == route.namespace();
    if text("kind") != route.kind {
        return 0;
    }
    match name.as_str() {
        "" if in_namespace => 2,
        "" if namespace.is_empty() => 1,
        name if in_namespace && name == route.name() => 3,
        _ => 0,
    }
}

/// The configuration of the Service, then the default one that wins, then what the other default one says for all routes.
fn layers<'a>(build: &Build<'a>, route: &Route<'_>, service: &Found<'_, Service>) -> Layers<'a> {
    let mut layers = Vec::new();
    if let Some(found) = configuration(build, service.namespace(), "Service", service.name()) {
        layers.extend(of_route(&found, route));
    }
    let mut defaults = build.defaults.iter();
    if let Some(found) = defaults.next() {
        layers.extend(of_route(found, route));
    }
    layers.extend(defaults.filter_map(|it| Some(it.object.spec()?.get("defaultConfiguration"))));
    Layers(layers)
}

/// Why a backend of an NLB cannot be used; it is left out then.
pub(super) fn unusable(cluster: &Cluster, route: &Route<'_>, backend: &BackendRef) -> Option<Fault> {
    if let Some(fault) = refs::aws_backend(cluster, route, backend) {
        return Some(fault);
    }
    if backend.kind != "Service" {
        return None;
    }
    let service = cluster.find::<Service>(refs::backend_namespace(route, backend), &backend.name.value)?;
    let span = backend.port.as_ref().map_or(backend.name.span, |it| it.span);
    let number = backend.port.as_ref().map_or(0, |it| it.value);
    let offered = service.object.port(number).is_some();
    (!offered).then(|| missing_port(&service, &PortRef::Number(number), route.at(span), 500))
}

/// The number of the target group of a backend, made at its first use; None for a backend that cannot be used.
pub(super) fn target_group(
    build: &mut Build<'_>,
    route: &Route<'_>,
    backend: &BackendRef,
    port: &Port<'_>,
    place: &Origin,
) -> Result<Option<usize>, Frozen> {
    if build.is_network && backend.kind == "Gateway" {
        return balancer_group(build, route, backend, port, place);
    }
    if refs::backend(build.cluster, route, backend, None).is_some() {
        return Ok(None);
    }
    let namespace = refs::backend_namespace(route, backend);
    let Some(service) = build.cluster.find::<Service>(namespace, &backend.name.value) else { return Ok(None) };
    let Some(number) = backend.port.as_ref().map(|it| it.value) else { return Ok(None) };
    let Some(entry) = service.object.port(number) else { return Ok(None) };
    // "Two ports of a Service that lead to one targetPort are one target group of a route" (`buildTargetGroupResourceID`).
    let key = (route.id, service.id, entry.target_port.value.to_string());
    if let Some(known) = build.known.get(&key) {
        return Ok(Some(*known));
    }
    let making = Making { build, props: layers(build, route, &service), route, port, place };
    let made = making.make(&service, number)?;
    Ok(Some(build.keep(key, made)))
}

/// The target group of the ALB of another Gateway; one for each route and port.
fn balancer_group(
    build: &mut Build<'_>,
    route: &Route<'_>,
    backend: &BackendRef,
    port: &Port<'_>,
    place: &Origin,
) -> Result<Option<usize>, Frozen> {
    let Ok((gateway, number)) = refs::gateway_backend(build.cluster, route, backend) else { return Ok(None) };
    let key = (route.id, gateway.id, number.to_string());
    if let Some(known) = build.known.get(&key) {
        return Ok(Some(*known));
    }
    let found = configuration(build, gateway.namespace(), "Gateway", gateway.name());
    let props = Layers(found.map(|it| of_route(&it, route)).unwrap_or_default());
    let made = Making { build, props, route, port, place }.balancer(gateway.id, number)?;
    Ok(Some(build.keep(key, made)))
}

/// The TargetGroupConfiguration of a Service or a Gateway, which stands in the same namespace.
fn configuration<'a>(
    build: &Build<'a>,
    namespace: &str,
    kind: &str,
    name: &str,
) -> Option<Found<'a, TargetGroupConfiguration>> {
    let refers = |it: &Found<'_, TargetGroupConfiguration>| {
        let target = it.object.spec().map(|it| it.get("targetReference"));
        target.is_some_and(|it| {
            it.get("name").text().is_some_and(|it| it.value == name)
                && it.get("kind").text().map_or(kind == "Service", |it| it.value == kind)
        })
    };
    build.cluster.in_namespace::<TargetGroupConfiguration>(namespace).find(refers)
}

struct Making<'a, 'b> {
    build: &'b Build<'a>,
    props: Layers<'a>,
    route: &'b Route<'b>,
    port: &'b Port<'b>,
    place: &'b Origin,
}

impl Making<'_, '_> {
    fn error(&self, message: String) -> Frozen {
        Frozen { message, origin: self.place.clone() }
    }

    /// Its targets are ALBs: "always IPv4, always the listener's port" (`GatewayBackendConfig`).
    fn balancer(&self, gateway: ResourceId, number: u16) -> Result<TargetGroup, Frozen> {
        let protocol = self.protocol()?;
        self.control_port(&protocol, ALB_TARGET)?;
        Ok(TargetGroup {
            name: self.props.text("targetGroupName"),
            source: self.route.id,
            service: gateway,
            service_port: PortRef::Number(number),
            target_type: ALB_TARGET,
            has_nodes: true,
            port: number,
            health: self.health(None, number, ALB_TARGET, &protocol, None)?,
            protocol,
            protocol_version: None,
            address_type: "ipv4",
            attributes: self.props.pairs("targetGroupAttributes"),
            targets: vec![],
        })
    }

    fn make(&self, service: &Found<'_, Service>, number: u16) -> Result<TargetGroup, Frozen> {
        let written = PortRef::Number(number);
        let entry = target::port_of(service, &written, self.place)?;
        let default = self.build.cluster.settings.alb_target_type.clone();
        let target_type = match self.props.text("targetType").unwrap_or(default).as_str() {
            "ip" => "ip",
            "instance" => "instance",
            other => return Err(self.error(format!("unknown targetType: {other}"))),
        };
        let protocol = self.protocol()?;
        let version = self.version(entry.app_protocol.as_ref().map(|it| it.value.as_str()));
        let health = self.health(Some(service), number, target_type, &protocol, version.as_deref())?;
        let address_type = target::address_type(service.object, &self.build.address_type, self.place)?;
        self.control_port(&protocol, target_type)?;
        let port = target::open_number(service.object, entry, target_type, "must be", self.place)?;
        Ok(TargetGroup {
            name: self.props.text("targetGroupName"),
            source: self.route.id,
            service: service.id,
            service_port: written,
            target_type,
            has_nodes: target_type != "instance" || self.has_nodes(),
            port,
            protocol,
            protocol_version: version,
            address_type,
            health,
            attributes: self.props.pairs("targetGroupAttributes"),
            targets: target::targets(self.build.cluster, service, entry),
        })
    }

    fn has_nodes(&self) -> bool {
        let wanted = self.props.get("nodeSelector").and_then(Reader::selector);
        target::has_nodes(self.build.cluster, |labels| wanted.as_ref().is_none_or(|it| it.matches(labels)))
    }

    /// `targetControlPort`: the protocol is looked at first, then the targets (`buildTargetControlPort`).
    fn control_port(&self, protocol: &str, target_type: &str) -> Result<(), Frozen> {
        if self.props.get("targetControlPort").is_none() {
            return Ok(());
        }
        if !matches!(protocol, "HTTP" | "HTTPS") {
            return Err(self.error(format!(
                "target control port is only supported for HTTP and HTTPS protocols, got: {protocol}"
            )));
        }
        if target_type == "instance" {
            return Err(self.error("target control port is not supported for instance target target group".into()));
        }
        Ok(())
    }

    /// As written, else by the kind of the route; behind a TCP_UDP listener that one, whatever is written.
    fn protocol(&self) -> Result<String, Frozen> {
        if self.port.protocol == "TCP_UDP" {
            return Ok("TCP_UDP".to_owned());
        }
        let (known, list) = if self.build.is_network {
            // The words name two more than it takes.
            (["TCP", "TLS", "UDP", "TCP_UDP"].as_slice(), "TCP, UDP, TCP_UDP, TLS, QUIC, TCP_QUIC")
        } else {
            (["HTTP", "HTTPS"].as_slice(), "HTTP, HTTPS")
        };
        match self.props.text("protocol") {
            Some(written) if known.contains(&written.as_str()) => Ok(written),
            Some(written) => Err(self.error(format!("backend protocol must be within [{list}]: {written}"))),
            None => Ok(match self.route.kind {
                "TCPRoute" => "TCP",
                "UDPRoute" => "UDP",
                "TLSRoute" => "TLS",
                _ => "HTTP",
            }
            .to_owned()),
        }
    }

    /// Of ALBs alone: gRPC for its routes; behind HTTP always HTTP1, whatever is written; behind HTTPS as written, else HTTP2
    /// where the port of the Service says so.
    fn version(&self, app_protocol: Option<&str>) -> Option<String> {
        if self.build.is_network {
            return None;
        }
        Some(match self.route.kind {
            "GRPCRoute" => "GRPC".to_owned(),
            _ if self.port.protocol == "HTTP" => "HTTP1".to_owned(),
            _ => match self.props.text("protocolVersion") {
                Some(written) => written,
                None if app_protocol == Some("kubernetes.io/h2c") => "HTTP2".to_owned(),
                None => "HTTP1".to_owned(),
            },
        })
    }

    /// Without a Service the target is an ALB, which HTTP alone can check.
    fn health(
        &self,
        service: Option<&Found<'_, Service>>,
        number: u16,
        target_type: &str,
        protocol: &str,
        version: Option<&str>,
    ) -> Result<HealthCheck, Frozen> {
        let written = Layers::new(self.props.get("healthCheckConfig"));
        let keeps_local = service.is_some_and(|it| it.object.traffic.is_external_local);
        let is_local = self.build.is_network && target_type == "instance" && keeps_local;
        let is_grpc = version == Some("GRPC");
        let default = match self.build.is_network {
            true if is_local || service.is_none() => "HTTP",
            true => "TCP",
            false if protocol == "HTTPS" => "HTTPS",
            false => "HTTP",
        };
        let check = written.text("healthCheckProtocol").unwrap_or_else(|| default.to_owned());
        let port = match (written.text("healthCheckPort"), service) {
            (Some(port), Some(service)) => target::health_port(service, &port, target_type, self.place, "")?,
            (Some(port), None) => (port != "traffic-port").then_some(i64::from(number)),
            (None, Some(service)) if is_local => service.object.health_check_node_port.map(i64::from),
            (None, _) => None,
        };
        let number = |key: &str, default: i64| {
            written
                .text(key)
                .map_or(Ok(default), |it| it.parse().map_err(|_| self.error(format!("invalid {key}: {it}"))))
        };
        let matcher = Layers::new(written.get("matcher"));
        let codes = matcher.text(if is_grpc { "grpcCode" } else { "httpCode" });
        let has_path = check != "TCP";
        let path = if is_grpc {
            "/AWS.ALB/healthcheck"
        } else if is_local {
            "/healthz"
        } else {
            "/"
        };
        let (interval, timeout, threshold) = if is_local { (10, 6, 2) } else { (15, 5, 3) };
        Ok(HealthCheck {
            port,
            path: has_path.then(|| written.text("healthCheckPath").unwrap_or_else(|| path.to_owned())),
            codes: has_path.then(|| codes.unwrap_or_else(|| if is_grpc { "12" } else { "200-399" }.to_owned())),
            interval: number("healthCheckInterval", interval)?,
            timeout: number("healthCheckTimeout", timeout)?,
            healthy: number("healthyThresholdCount", threshold)?,
            unhealthy: number("unhealthyThresholdCount", threshold)?,
            origin: self.props.get("healthCheckConfig").map(|_| self.place.clone()),
            protocol: check,
        })
    }
}
