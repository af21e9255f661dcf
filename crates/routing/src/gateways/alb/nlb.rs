//! Services to Network Load Balancers (`pkg/service`): one listener and one target group for each port.

mod group;
mod settings;
mod weighted;

use podpath_cluster::{Cluster, Found};
use podpath_objects::{Service, ServicePort};
use podpath_order::OrdMap;

use super::annotation::{self, Annotations};
use super::model::{Action, Forward, Listener, LoadBalancer, Skipped, Source, Target, TargetGroup};
use super::port::is_cidr;
use super::target;
use crate::gateways::{origin, whole};
use crate::table::{Frozen, Origin};

use weighted::Wish;

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
    let has_source_nat = settings::source_nat(notes, &made.address_type)?;
    settings::attributes(notes)?;
    let sources = source_ranges(service, notes, &made.address_type)?;
    notes.map("additional-resource-tags")?;
    settings::addresses(notes, &made.scheme, &made.address_type, has_source_nat)?;
    made.name = name(notes)?;
    settings::private_link(notes)?;
    let target_type = target_type(cluster, notes);
    let mut build = Build {
        cluster,
        service,
        notes,
        target_type,
        address_type: made.address_type.clone(),
        sources,
        groups: vec![],
    };
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

/// It has no security group at all.
fn is_groupless(notes: &Annotations<'_>) -> Result<bool, Frozen> {
    Ok(notes.bool("disable-nlb-sg")?.unwrap_or(false))
}

/// Ranges matter where the controller makes the security group itself; beside groups that are named it asks whether it may write
/// the rules of nodes and Pods (`buildLoadBalancerSecurityGroups`). Beside prefix lists, whose addresses are not known, they do
/// not say who is let in.
fn source_ranges(
    service: &Found<'_, Service>,
    notes: &Annotations<'_>,
    address_type: &str,
) -> Result<Vec<String>, Frozen> {
    if is_groupless(notes)? {
        return Ok(vec![]);
    }
    if notes.texts("security-groups").is_some_and(|it| !it.is_empty()) {
        return notes.bool("manage-backend-security-group-rules").map(|_| vec![]);
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
    for (range, origin) in &ranges {
        let error = |message| Err(Frozen { message, origin: origin.clone() });
        if range.contains(':') && address_type != "dualstack" {
            return error(format!("unsupported v6 cidr {range} when lb is not dualstack"));
        }
        if !is_cidr(range) {
            return error(format!("invalid CIDR address: {range}"));
        }
    }
    let has_lists = notes.get("security-group-prefix-lists").is_some();
    Ok(if has_lists { vec![] } else { ranges.into_iter().map(|(range, _)| range).collect() })
}

/// "`nlb-ip` means addresses whatever nlb-target-type says; a class alone means the controller's default." What is not `ip` are
/// nodes, whatever it says (`buildTargetType`).
fn target_type(cluster: &Cluster, notes: &Annotations<'_>) -> &'static str {
    let is_ip = notes.text("type", "") == "nlb-ip" || wanted_type(cluster, notes) == "ip";
    if is_ip { "ip" } else { "instance" }
}

/// As it is written.
fn wanted_type(cluster: &Cluster, notes: &Annotations<'_>) -> String {
    notes.text("nlb-target-type", &cluster.settings.alb_target_type)
}

struct Build<'a> {
    cluster: &'a Cluster,
    service: &'a Found<'a, Service>,
    notes: &'a Annotations<'a>,
    target_type: &'static str,
    address_type: String,
    /// The ranges of clients that are let in.
    sources: Vec<String>,
    groups: Vec<TargetGroup>,
}

impl Build<'_> {
    fn listeners(&mut self) -> Result<Vec<Listener>, Frozen> {
        let service = self.service;
        let certificates = self.notes.texts("ssl-cert").unwrap_or_default();
        let joins = self.notes.bool("enable-tcp-udp-listener").ok().flatten().unwrap_or(false);
        if joins {
            self.joined()?;
        }
        let tls_ports = self.tls_ports()?;
        let mut listeners: Vec<Listener> = Vec::new();
        for (n, port) in service.object.ports.iter().enumerate() {
            let number = port.port.value;
            // Without the annotation "the listener of the first entry stays and the other one is lost"; what is wrong with the
            // other one is told all the same (`buildListenersLegacy`).
            let is_lost = listeners.iter().any(|it| it.port == number);
            if is_lost && joins {
                continue;
            }
            let with_other =
                service.object.ports.iter().any(|it| it.port.value == number && it.protocol != port.protocol);
            let base = match port.protocol.as_str() {
                _ if joins && with_other => "TCP_UDP",
                "UDP" => "UDP",
                // The controller passes it on; AWS knows no such listener.
                "SCTP" => "SCTP",
                _ => "TCP",
            };
            let is_tls = matches!(base, "TCP" | "SCTP")
                && !certificates.is_empty()
                && tls_ports.as_ref().is_none_or(|it| names(it, port));
            let protocol = self.upgraded(if is_tls { "TLS" } else { base }, port)?;
            let is_ssl = is_tls && self.notes.text("backend-protocol", "") == "ssl";
            let group_protocol = if is_ssl {
                "TLS"
            } else if is_tls {
                base
            } else {
                protocol
            };
            let place = origin(service, port.span, format!("spec.ports[{n}]"));
            let forward = self.forward(protocol, group_protocol, port, &place)?;
            self.listener_settings(protocol, number)?;
            if is_lost {
                continue;
            }
            listeners.push(Listener {
                origin: place.clone(),
                port: number,
                protocol,
                certificates: if is_tls { certificates.clone() } else { vec![] },
                verifies_clients: false,
                sources: self.sources.clone(),
                default_actions: vec![Action::Forward(forward)],
                default_origin: place,
                rules: vec![],
                contenders: vec![],
            });
        }
        Ok(listeners)
    }

    /// "Two entries of one port can be merged, one of TCP and one of UDP" (`validateMultiProtocolUsage`).
    fn joined(&self) -> Result<(), Frozen> {
        let mut by_number: OrdMap<u16, Vec<(usize, &ServicePort)>> = OrdMap::new();
        for (n, port) in self.service.object.ports.iter().enumerate() {
            by_number.entry(port.port.value).or_default().push((n, port));
        }
        for entries in by_number.values() {
            let stranger = entries.iter().find(|(_, it)| !matches!(it.protocol.as_str(), "TCP" | "UDP"));
            let (message, found) = match (entries.as_slice(), stranger) {
                ([] | [_], _) => continue,
                ([_, _], Some(found)) => (format!("unsupported protocol for merging: {}", found.1.protocol), found),
                ([one, other], None) if one.1.protocol != other.1.protocol => continue,
                ([_, found], None) => (format!("protocols can't match for merging: {}", found.1.protocol), found),
                ([.., found], _) => (format!("can only merge two ports, not {}", entries.len()), found),
            };
            let (n, port) = found;
            return Err(Frozen { message, origin: origin(self.service, port.span, format!("spec.ports[{n}]")) });
        }
        Ok(())
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
        let weighted = weighted::read(&Annotations::of(SHORT_PREFIX, own), protocol, port.port.value)?;
        let group = Some(self.group(own, port, group_protocol, place)?);
        let weight = weighted.as_ref().and_then(|it| it.base);
        let mut forward = Forward {
            targets: vec![Target { origin: place.clone(), group, arn: None, name: None, weight }],
            stickiness: None,
        };
        if let Some(weighted) = weighted {
            forward.stickiness = weighted.stickiness;
            for wish in &weighted.wishes {
                forward.targets.push(self.share(wish, protocol, &weighted.origin)?);
            }
        }
        Ok(forward)
    }

    /// "The protocol of another Service's target group is that of the listener; TCP where it decrypts TLS"
    /// (`buildTargetGroupTuples`).
    fn share(&mut self, wish: &Wish, protocol: &str, place: &Origin) -> Result<Target, Frozen> {
        let group = match (&wish.service, &wish.port) {
            (Some(name), Some(port)) => {
                let missing = || Frozen { message: format!("Service \"{name}\" not found"), origin: place.clone() };
                let found = self.cluster.find::<Service>(self.service.namespace(), name).ok_or_else(missing)?;
                let entry = target::port_of(&found, port, place)?;
                let protocol = if protocol == "TLS" && wish.decrypts { "TCP" } else { protocol };
                Some(self.group(&found, entry, protocol, place)?)
            }
            _ => None,
        };
        Ok(Target { origin: place.clone(), group, arn: wish.arn.clone(), name: None, weight: wish.weight })
    }
}

/// What is wrong with the policy of a TLS listener for ALPN.
pub(super) fn alpn_error(policy: &str) -> Option<String> {
    let is_known = ALPN_POLICIES.contains(&policy);
    let known = ALPN_POLICIES.join(", ");
    (!is_known).then(|| format!("invalid ALPN policy {policy}, policy must be one of [{known}]"))
}

/// The port is named by its number or its name.
fn names(wanted: &[String], port: &ServicePort) -> bool {
    let number = port.port.value.to_string();
    wanted.iter().any(|it| *it == number || port.name.as_ref().is_some_and(|name| name.value == *it))
}
