//! Services to Network Load Balancers (`pkg/service`): one listener and one target group for each port.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{PortRef, Service, ServicePort};
use podpath_order::Order;

use super::action::port_of;
use super::annotation::{self, Annotations, unreadable_json};
use super::json::Json;
use super::model::{Action, Forward, HealthCheck, Listener, LoadBalancer, Skipped, Source, Target, TargetGroup};
use super::port::is_cidr;
use super::target;
use crate::gateways::{origin, whole};
use crate::table::{Frozen, Origin};

/// The start of most annotation keys on Services.
const PREFIX: &str = "service.beta.kubernetes.io/aws-load-balancer-";

/// The start of `actions.PROTOCOL-PORT` and of `load-balancer-source-ranges`, which all clouds read.
const SHORT_PREFIX: &str = "service.beta.kubernetes.io/";

/// The class of this controller.
const CLASS: &str = "service.k8s.aws/nlb";

/// The values of `alpn-policy`.
const ALPN_POLICIES: [&str; 5] = ["None", "HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred"];

/// A load balancer for each Service that asks this controller for one. "The Service's type is not asked."
pub(super) fn services(cluster: &Cluster) -> (Vec<LoadBalancer>, Vec<Skipped>) {
    let (mut made, mut skipped) = (Vec::new(), Vec::new());
    for service in cluster.all::<Service>() {
        let notes = Annotations::of(PREFIX, &service);
        let skip =
            |code, message: &str| Skipped { origin: whole(&service), code, message: message.to_owned(), text: None };
        if service.entry.resource.meta.is_deleting {
            skipped.push(skip("being-deleted", "the Service is being deleted"));
        } else if is_ours(&service, &notes) {
            made.push(load_balancer(cluster, &service, &notes));
        } else if service.object.service_type == "LoadBalancer" {
            skipped
                .push(skip("class-of-another-controller", "neither its class nor its annotations ask this controller"));
        }
    }
    (made, skipped)
}

/// By class; without one by the annotations for the type of load balancer and of targets.
fn is_ours(service: &Found<'_, Service>, notes: &Annotations<'_>) -> bool {
    if let Some(class) = &service.object.load_balancer_class {
        return class.value == CLASS;
    }
    match notes.text("type", "").as_str() {
        "nlb-ip" => true,
        "external" => matches!(notes.text("nlb-target-type", "").as_str(), "ip" | "instance"),
        _ => false,
    }
}

fn load_balancer(cluster: &Cluster, service: &Found<'_, Service>, notes: &Annotations<'_>) -> LoadBalancer {
    let scheme = cluster.settings.alb_scheme.clone();
    LoadBalancer::new(Source::Service, whole(service), vec![service.id], scheme)
        .filled(|made| fill(cluster, service, notes, made))
}

fn fill(
    cluster: &Cluster,
    service: &Found<'_, Service>,
    notes: &Annotations<'_>,
    made: &mut LoadBalancer,
) -> Result<(), Frozen> {
    made.scheme = scheme(cluster, notes)?;
    made.address_type = address_type(notes)?;
    source_ranges(service, notes, &made.address_type)?;
    notes.map("attributes")?;
    notes.map("additional-resource-tags")?;
    made.name = name(notes)?;
    let target_type = target_type(cluster, service, notes)?;
    let mut build =
        Build { cluster, service, notes, target_type, address_type: made.address_type.clone(), groups: vec![] };
    made.listeners = build.listeners()?;
    made.target_groups = build.groups;
    Ok(())
}

/// `scheme` beats the older `internal`.
fn scheme(cluster: &Cluster, notes: &Annotations<'_>) -> Result<String, Frozen> {
    if let Some(note) = notes.get("scheme") {
        return match note.value {
            "internal" | "internet-facing" => Ok(note.value.to_owned()),
            other => Err(note.error(format!("unknown scheme: {other}"))),
        };
    }
    Ok(match notes.bool("internal")? {
        Some(true) => "internal".to_owned(),
        Some(false) => "internet-facing".to_owned(),
        None => cluster.settings.alb_scheme.clone(),
    })
}

fn address_type(notes: &Annotations<'_>) -> Result<String, Frozen> {
    match notes.get("ip-address-type") {
        None => Ok("ipv4".into()),
        Some(note) if matches!(note.value, "ipv4" | "dualstack") => Ok(note.value.to_owned()),
        Some(note) => Err(note.error(format!("unknown IPAddressType: {}", note.value))),
    }
}

fn name(notes: &Annotations<'_>) -> Result<Option<String>, Frozen> {
    match notes.get("name") {
        Some(note) if note.value.len() > 32 => {
            Err(note.error("load balancer name cannot be longer than 32 characters".into()))
        }
        note => Ok(note.map(|it| it.value.to_owned())),
    }
}

/// Ranges matter where the controller makes the security group itself.
fn source_ranges(service: &Found<'_, Service>, notes: &Annotations<'_>, address_type: &str) -> Result<(), Frozen> {
    let is_disabled = notes.bool("disable-nlb-sg")?.unwrap_or(false);
    if is_disabled || notes.texts("security-groups").is_some_and(|it| !it.is_empty()) {
        return Ok(());
    }
    let written = Annotations::of(SHORT_PREFIX, service).get("load-balancer-source-ranges");
    let place = |span| origin(service, span, "spec.loadBalancerSourceRanges");
    let ranges: Vec<(String, Origin)> = match service.object.source_ranges.as_slice() {
        [] => {
            let found = written.as_ref().map(|it| annotation::texts(it.value)).unwrap_or_default();
            let origin = written.map(|it| it.origin).unwrap_or_default();
            found.into_iter().map(|it| (it, origin.clone())).collect()
        }
        given => given.iter().map(|it| (it.value.clone(), place(it.span))).collect(),
    };
    for (range, origin) in ranges {
        if range.contains(':') && address_type != "dualstack" {
            return Err(Frozen { message: format!("unsupported v6 cidr {range} when lb is not dualstack"), origin });
        }
        if !is_cidr(&range) {
            return Err(Frozen { message: format!("invalid CIDR address: {range}"), origin });
        }
    }
    Ok(())
}

/// "`nlb-ip` means addresses whatever nlb-target-type says; a class alone means the controller's default."
fn target_type(
    cluster: &Cluster,
    service: &Found<'_, Service>,
    notes: &Annotations<'_>,
) -> Result<&'static str, Frozen> {
    let kind = notes.text("type", "");
    let wanted = notes.text("nlb-target-type", &cluster.settings.alb_target_type);
    if kind == "nlb-ip" || wanted == "ip" {
        return Ok("ip");
    }
    if wanted != "instance" {
        let message = format!("unsupported target type \"{wanted}\" for load balancer type \"{kind}\"");
        let origin = notes.get("nlb-target-type").map_or_else(|| whole(service), |it| it.origin);
        return Err(Frozen { message, origin });
    }
    Ok("instance")
}

struct Build<'a> {
    cluster: &'a Cluster,
    service: &'a Found<'a, Service>,
    notes: &'a Annotations<'a>,
    target_type: &'static str,
    address_type: String,
    groups: Vec<TargetGroup>,
}

impl Build<'_> {
    fn listeners(&mut self) -> Result<Vec<Listener>, Frozen> {
        let service = self.service;
        let certificates = self.notes.texts("ssl-cert").unwrap_or_default();
        let tls_ports = self.tls_ports()?;
        let joins = self.notes.bool("enable-tcp-udp-listener").ok().flatten().unwrap_or(false);
        let mut listeners: Vec<Listener> = Vec::new();
        for (n, port) in service.object.ports.iter().enumerate() {
            let number = port.port.value;
            // Without the annotation "the listener of the first entry stays and the other one is lost".
            if listeners.iter().any(|it| it.port == number) {
                continue;
            }
            let with_other =
                service.object.ports.iter().any(|it| it.port.value == number && it.protocol != port.protocol);
            let base = match port.protocol.as_str() {
                _ if joins && with_other => "TCP_UDP",
                "UDP" => "UDP",
                _ => "TCP",
            };
            let is_tls =
                base == "TCP" && !certificates.is_empty() && tls_ports.as_ref().is_none_or(|it| names(it, port));
            let protocol = self.upgraded(if is_tls { "TLS" } else { base }, port)?;
            let is_ssl = is_tls && self.notes.text("backend-protocol", "") == "ssl";
            let group_protocol = if is_ssl {
                "TLS"
            } else if is_tls {
                "TCP"
            } else {
                protocol
            };
            let place = origin(service, port.span, format!("spec.ports[{n}]"));
            let forward = self.forward(protocol, group_protocol, port, &place)?;
            self.listener_settings(protocol, number)?;
            listeners.push(Listener {
                origin: place.clone(),
                port: number,
                protocol,
                certificates: if is_tls { certificates.clone() } else { vec![] },
                verifies_clients: false,
                default_actions: vec![Action::Forward(forward)],
                default_origin: place,
                rules: vec![],
                contenders: vec![],
            });
        }
        Ok(listeners)
    }

    /// What is read for a listener and kept nowhere here: the names that TLS offers, and the attributes of the listener.
    fn listener_settings(&self, protocol: &str, port: u16) -> Result<(), Frozen> {
        if protocol == "TLS"
            && let Some(note) = self.notes.get("alpn-policy")
            && let Some(message) = alpn_error(note.value)
        {
            return Err(note.error(message));
        }
        self.notes.map(&format!("listener-attributes.{protocol}-{port}"))?;
        Ok(())
    }

    /// The ports for TLS, by number or name; None is every one. A name that no port has is an error, `*` too, and also
    /// without a certificate (`validateTLSPortsSet`).
    fn tls_ports(&self) -> Result<Option<Vec<String>>, Frozen> {
        let Some(note) = self.notes.get("ssl-ports") else { return Ok(None) };
        let wanted = annotation::texts(note.value);
        if wanted.is_empty() {
            return Ok(None);
        }
        let ports = &self.service.object.ports;
        let unused: Vec<_> = wanted
            .iter()
            .filter(|it| !ports.iter().any(|port| names(std::slice::from_ref(*it), port)))
            .cloned()
            .collect();
        if !unused.is_empty() {
            return Err(note.error(format!("Unused port in ssl-ports annotation [{}]", unused.join(" "))));
        }
        Ok(Some(wanted))
    }

    /// QUIC for UDP; names that no port has are passed over.
    fn upgraded(&self, protocol: &'static str, port: &ServicePort) -> Result<&'static str, Frozen> {
        let Some(note) = self.notes.get("quic-enabled-ports") else { return Ok(protocol) };
        if !names(&annotation::texts(note.value), port) {
            return Ok(protocol);
        }
        match protocol {
            "UDP" => Ok("QUIC"),
            "TCP_UDP" => Ok("TCP_QUIC"),
            other => Err(note.error(format!("Unsupported QUIC upgrade for protocol {other}"))),
        }
    }

    /// The Service itself, and what `actions.PROTOCOL-PORT` adds.
    fn forward(
        &mut self,
        protocol: &str,
        group_protocol: &str,
        port: &ServicePort,
        place: &Origin,
    ) -> Result<Forward, Frozen> {
        let own = self.service;
        let notes = Annotations::of(SHORT_PREFIX, own);
        let weighted = notes.json(&format!("actions.{protocol}-{}", port.port.value))?;
        let mut forward = Forward::default();
        let number = PortRef::Number(port.port.value);
        let group = self.group(own, port, &number, group_protocol, place)?;
        forward.targets.push(Target { origin: place.clone(), group: Some(group), arn: None, name: None, weight: None });
        let Some((note, json)) = weighted else { return Ok(forward) };
        let unreadable = |why: String| unreadable_json(&note, &why);
        let kind = json.text("type").map_err(unreadable)?.unwrap_or_default();
        if kind != "forward" {
            return Err(note.error(format!("unknown action type: {kind}")));
        }
        let Some(config) = json.map("forwardConfig").map_err(unreadable)? else {
            return Err(note.error("missing ForwardConfig".into()));
        };
        let base = config.int("baseServiceWeight").map_err(unreadable)?;
        forward.targets.iter_mut().for_each(|it| it.weight = base);
        let stickiness = config.map("targetGroupStickinessConfig").map_err(unreadable)?;
        forward.stickiness = match stickiness {
            Some(it) => Some((it.bool("enabled").map_err(unreadable)?, None)),
            None => None,
        };
        for item in config.list("targetGroups").map_err(unreadable)? {
            let target = self.weighted(item, group_protocol, &note.origin).map_err(|it| match it {
                Fault::Form(why) => unreadable(why),
                Fault::Build(error) => error,
            })?;
            forward.targets.push(target);
        }
        Ok(forward)
    }

    fn weighted(&mut self, item: &Json, protocol: &str, place: &Origin) -> Result<Target, Fault> {
        let (arn, name) = (item.text("targetGroupARN")?, item.text("targetGroupName")?);
        let weight = item.int("weight")?;
        let group = match item.text("serviceName")? {
            None => None,
            Some(name) => {
                let error = |message| Fault::Build(Frozen { message, origin: place.clone() });
                let found = self.cluster.find::<Service>(self.service.namespace(), &name);
                let found = found.ok_or_else(|| error(format!("Service \"{name}\" not found")))?;
                let port = match item.get("servicePort") {
                    Some(Json::Number(text) | Json::Text(text)) => port_of(text),
                    _ => return Err(error("missing servicePort".into())),
                };
                let entry = target::port_of(&found, &port, place).map_err(Fault::Build)?;
                Some(self.group(&found, entry, &port, protocol, place).map_err(Fault::Build)?)
            }
        };
        Ok(Target { origin: place.clone(), group, arn, name, weight })
    }

    /// A target group with the annotations of the Service that owns the load balancer.
    fn group(
        &mut self,
        service: &Found<'_, Service>,
        port: &ServicePort,
        written: &PortRef,
        protocol: &str,
        place: &Origin,
    ) -> Result<usize, Frozen> {
        let known =
            |it: &TargetGroup| it.service == service.id && it.service_port == *written && it.protocol == protocol;
        if let Some(known) = self.groups.iter().position(known) {
            return Ok(known);
        }
        self.node_port(service, port, place)?;
        let health = self.health(service, place)?;
        let attributes = self.attributes(port)?;
        let address_type = target::address_type(service.object, &self.address_type, place)?;
        let number = target::number(service.object, port, self.target_type);
        if number == 0 {
            let message = match self.target_type {
                "ip" => "TargetGroup port is empty. Are you using the correct service type?",
                _ => {
                    "TargetGroup port is empty. When using Instance targets, your service be must of type 'NodePort' or 'LoadBalancer'"
                }
            };
            return Err(Frozen { message: message.into(), origin: place.clone() });
        }
        if self.target_type == "instance" {
            self.notes.map("target-node-labels")?;
        }
        self.groups.push(TargetGroup {
            name: None,
            source: self.service.id,
            service: service.id,
            service_port: written.clone(),
            target_type: self.target_type,
            port: number,
            protocol: protocol.to_owned(),
            protocol_version: None,
            address_type,
            health,
            attributes,
            targets: target::targets(self.cluster, service, port),
        });
        Ok(self.groups.len() - 1)
    }

    /// Targets that are nodes need a port of them.
    fn node_port(&self, service: &Found<'_, Service>, port: &ServicePort, place: &Origin) -> Result<(), Frozen> {
        let service = service.object;
        let message = match self.target_type {
            "instance" if service.service_type == "ClusterIP" => {
                "unsupported service type \"ClusterIP\" for load balancer target type \"instance\""
            }
            "instance" if !service.allocates_node_ports && port.node_port.is_none() => {
                "unable to support instance target type with an unallocated NodePort"
            }
            _ => return Ok(()),
        };
        Err(Frozen { message: message.into(), origin: place.clone() })
    }

    /// TCP on the traffic port; nodes that keep traffic local for a Service of type LoadBalancer are asked by HTTP whether they
    /// have a Pod.
    fn health(&self, service: &Found<'_, Service>, place: &Origin) -> Result<HealthCheck, Frozen> {
        let own = self.service.object;
        let is_local =
            self.target_type == "instance" && own.service_type == "LoadBalancer" && own.traffic.is_external_local;
        let node_port = own.health_check_node_port;
        let notes = self.notes;
        let port = match notes.get("healthcheck-port") {
            Some(note) => target::health_port(service, note.value, self.target_type, &note.origin)?,
            None if is_local => node_port.map(i64::from),
            None => None,
        };
        let note = notes.get("healthcheck-protocol");
        let written = note.as_ref().map_or(if is_local { "HTTP" } else { "TCP" }, |it| it.value);
        let protocol = written.to_ascii_uppercase();
        if !matches!(protocol.as_str(), "TCP" | "HTTP" | "HTTPS") {
            let origin = note.map_or_else(|| place.clone(), |it| it.origin);
            return Err(Frozen { message: format!("Unsupported health check protocol {written}"), origin });
        }
        let (timeout, threshold, path) = if is_local { (6, 2, "/healthz") } else { (10, 3, "/") };
        let is_http = protocol != "TCP";
        Ok(HealthCheck {
            protocol,
            port,
            path: is_http.then(|| notes.text("healthcheck-path", path)),
            codes: is_http.then(|| notes.text("healthcheck-success-codes", "200-399")),
            interval: notes.int32("healthcheck-interval", 10)?,
            timeout: notes.int32("healthcheck-timeout", timeout)?,
            healthy: notes.int32("healthcheck-healthy-threshold", threshold)?,
            unhealthy: notes.int32("healthcheck-unhealthy-threshold", threshold)?,
            origin: notes.first(&[
                "healthcheck-path",
                "healthcheck-success-codes",
                "healthcheck-port",
                "healthcheck-protocol",
            ]),
        })
    }

    /// Those of the port over the general ones, then the proxy protocol.
    fn attributes(&self, port: &ServicePort) -> Result<Vec<(String, String)>, Frozen> {
        let notes = self.notes;
        let number = port.port.value.to_string();
        let mut found = vec![("proxy_protocol_v2.enabled".to_owned(), "false".to_owned())];
        let mut set = |pairs: Vec<(String, String)>| {
            for (key, value) in pairs {
                found.retain(|(it, _)| *it != key);
                found.push((key, value));
            }
        };
        for suffix in ["target-group-attributes".to_owned(), format!("target-group-attributes.{number}")] {
            let pairs = notes.map(&suffix)?;
            let client = pairs.iter().find(|(key, _)| key == "preserve_client_ip.enabled");
            if let Some((key, value)) = client.filter(|(_, value)| annotation::bool(value).is_none()) {
                let origin = notes.get(&suffix).map(|it| it.origin).unwrap_or_default();
                let why = format!("strconv.ParseBool: parsing \"{value}\": invalid syntax");
                return Err(Frozen { message: format!("failed to parse attribute {key}={value}: {why}"), origin });
            }
            set(pairs);
        }
        let enabled = || vec![("proxy_protocol_v2.enabled".to_owned(), "true".to_owned())];
        if let Some(note) = notes.get("proxy-protocol-per-target-group") {
            let ports = annotation::texts(note.value);
            if let Some(bad) = ports.iter().find(|it| it.parse::<u16>().is_err()) {
                return Err(
                    note.error(format!("invalid port number in proxy protocol per target group annotation: {bad}"))
                );
            }
            if ports.contains(&number) {
                set(enabled());
            }
        }
        if let Some(note) = notes.get("proxy-protocol") {
            if note.value != "*" {
                return Err(note.error(format!(
                    "invalid value {} for Load Balancer proxy protocol v2 annotation, only value currently supported is *",
                    note.value
                )));
            }
            set(enabled());
        }
        found.order();
        Ok(found)
    }
}

/// What is wrong with the policy of a TLS listener for ALPN.
pub(super) fn alpn_error(policy: &str) -> Option<String> {
    let is_known = ALPN_POLICIES.contains(&policy);
    let known = ALPN_POLICIES.join(", ");
    (!is_known).then(|| format!("invalid ALPN policy {policy}, policy must be one of [{known}]"))
}

/// What is wrong with an entry of weighted target groups.
enum Fault {
    Form(String),
    Build(Frozen),
}

impl From<String> for Fault {
    fn from(why: String) -> Self {
        Self::Form(why)
    }
}

/// The port is named by its number or its name.
fn names(wanted: &[String], port: &ServicePort) -> bool {
    let number = port.port.value.to_string();
    wanted.iter().any(|it| *it == number || port.name.as_ref().is_some_and(|name| name.value == *it))
}
