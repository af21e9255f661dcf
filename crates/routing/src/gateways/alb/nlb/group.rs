//! Target groups of an NLB for a Service, with their health checks and attributes (`pkg/service/model_build_target_group.go`).

use podpath_cluster::Found;
use podpath_objects::{PortRef, Service, ServicePort};
use podpath_source::boolean;

use super::{Build, is_groupless, wanted_type};
use crate::gateways::alb::annotation;
use crate::gateways::alb::model::{HealthCheck, TargetGroup};
use crate::gateways::alb::target;
use crate::table::{Frozen, Origin};

/// Whether targets are told who the client is; every target group says it.
const PROXY: &str = "proxy_protocol_v2.enabled";

impl Build<'_> {
    /// A target group with the annotations of the Service that owns the load balancer. "One for each Service and number of a
    /// port": by whatever name it is asked for, and whatever protocol a later listener wants.
    pub(super) fn group(
        &mut self,
        service: &Found<'_, Service>,
        port: &ServicePort,
        protocol: &str,
        place: &Origin,
    ) -> Result<usize, Frozen> {
        let number_of_port = PortRef::Number(port.port.value);
        let known = |it: &TargetGroup| it.service == service.id && it.service_port == number_of_port;
        if let Some(known) = self.groups.iter().position(known) {
            return Ok(known);
        }
        self.node_port(service, port, place)?;
        let health = self.health(service, place)?;
        let attributes = self.attributes(port)?;
        let address_type = target::address_type(service.object, &self.address_type, place)?;
        let number = target::open_number(service.object, port, self.target_type, "be must", place)?;
        let has_nodes = self.target_type != "instance" || target::has_labelled_nodes(self.cluster, self.notes)?;
        if is_groupless(self.notes)? {
            // Without a security group the controller asks whether it may write rules for nodes and Pods
            // (`buildTargetGroupBindingNetworkingLegacy`).
            self.notes.bool("manage-backend-security-group-rules")?;
        }
        self.notes.bool("multi-cluster-target-group")?;
        self.groups.push(TargetGroup {
            name: None,
            source: self.service.id,
            service: service.id,
            service_port: number_of_port,
            target_type: self.target_type,
            has_nodes,
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
                let wanted = wanted_type(self.cluster, self.notes);
                format!("unsupported service type \"ClusterIP\" for load balancer target type \"{wanted}\"")
            }
            "instance" if !service.allocates_node_ports && port.node_port.is_none() => {
                "unable to support instance target type with an unallocated NodePort".to_owned()
            }
            _ => return Ok(()),
        };
        Err(Frozen { message, origin: place.clone() })
    }

    /// TCP on the traffic port; nodes that keep traffic local for a Service of type LoadBalancer are asked by HTTP whether they
    /// have a Pod, on the port that the Service that owns the load balancer has for it.
    fn health(&self, service: &Found<'_, Service>, place: &Origin) -> Result<HealthCheck, Frozen> {
        let keeps_local = |it: &Service| it.service_type == "LoadBalancer" && it.traffic.is_external_local;
        let is_local = self.target_type == "instance" && keeps_local(service.object);
        let notes = self.notes;
        let note = notes.get("healthcheck-protocol");
        let written = note.as_ref().map_or(if is_local { "HTTP" } else { "TCP" }, |it| it.value);
        let protocol = written.to_ascii_uppercase();
        if !matches!(protocol.as_str(), "TCP" | "HTTP" | "HTTPS") {
            let origin = note.map_or_else(|| place.clone(), |it| it.origin);
            return Err(Frozen { message: format!("unsupported health check protocol {written}"), origin });
        }
        let port = match notes.get("healthcheck-port") {
            Some(note) => target::health_port(service, note.value, self.target_type, &note.origin, target::UNRESOLVED)?,
            None if is_local => {
                // The API server chooses one where the owner keeps traffic local; elsewhere there is none, and 0 is told.
                let own = self.service.object;
                own.health_check_node_port.map(i64::from).or((!keeps_local(own)).then_some(0))
            }
            None => None,
        };
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

    /// Those of the port over the general ones, then the proxy protocol. "An empty value of the port keeps the general one; an
    /// empty proxy protocol is not written" (`buildTargetGroupAttributes`).
    fn attributes(&self, port: &ServicePort) -> Result<Vec<(String, String)>, Frozen> {
        let number = port.port.value.to_string();
        let mut found = podpath_order::map([(PROXY.to_owned(), "false".to_owned())]);
        found.extend(self.attributes_of("target-group-attributes")?);
        let of_port = self.attributes_of(&format!("target-group-attributes.{number}"))?;
        found.extend(of_port.into_iter().filter(|(_, value)| !value.is_empty()));
        if let Some(enabled) = self.proxy_protocol(&number)? {
            found.insert(PROXY.to_owned(), enabled.to_string());
        }
        if found.get(PROXY).is_some_and(String::is_empty) {
            found.remove(PROXY);
        }
        Ok(found.into_iter().collect())
    }

    fn attributes_of(&self, suffix: &str) -> Result<Vec<(String, String)>, Frozen> {
        let pairs = self.notes.map(suffix)?;
        let client = pairs.iter().find(|(key, _)| key == "preserve_client_ip.enabled");
        if let Some((key, value)) = client.filter(|(_, value)| boolean(value).is_none()) {
            let origin = self.notes.get(suffix).map(|it| it.origin).unwrap_or_default();
            let why = format!("strconv.ParseBool: parsing \"{value}\": invalid syntax");
            return Err(Frozen { message: format!("failed to parse attribute {key}={value}: {why}"), origin });
        }
        Ok(pairs)
    }

    /// On for the ports that are listed, off for all others, and on for all with `*`; None where nothing is said.
    fn proxy_protocol(&self, number: &str) -> Result<Option<bool>, Frozen> {
        let mut enabled = None;
        if let Some(note) = self.notes.get("proxy-protocol-per-target-group") {
            let ports = annotation::texts(note.value);
            // Any whole number will do, as `strconv.Atoi` reads it.
            if let Some(bad) = ports.iter().find(|it| it.parse::<i64>().is_err()) {
                return Err(note.error(format!("invalid port number in proxy-protocol-per-target-group: {bad}")));
            }
            enabled = Some(ports.iter().any(|it| it == number));
        }
        if let Some(note) = self.notes.get("proxy-protocol") {
            if note.value != "*" {
                return Err(note.error(format!(
                    "invalid value {} for Load Balancer proxy protocol v2 annotation, only value currently supported is *",
                    note.value
                )));
            }
            enabled = Some(true);
        }
        Ok(enabled)
    }
}
