//! The NLB before the ALB of a group (`model_build_frontend_nlb.go`): it passes on what comes to its ports.
//!
//! Its targets are the ALB at one of its listeners each. An error freezes the whole group, the ALB too.

use std::collections::{BTreeMap, BTreeSet};

use podpath_cluster::Cluster;
use podpath_objects::PortRef;
use podpath_order::Gather;

use super::annotation::int;
use super::group::{Group, Member};
use super::model::{ALB_TARGET, Action, Forward, HealthCheck, Listener, LoadBalancer, Source, Target, TargetGroup};
use super::port::Ports;
use super::settings::{one_scheme, said, same_lists};
use crate::table::{Frozen, Origin};

/// What members say about the health check of a port, by the controller's names of the fields.
type Said = BTreeMap<&'static str, String>;

/// A port of the NLB as a member wants it.
struct Wanted {
    /// The port of the ALB behind it.
    target: i32,
    said: Said,
    origin: Origin,
    /// Where the health check is told.
    check: Option<Origin>,
}

/// In the order in which the controller looks, when the load balancer itself is built.
pub(super) fn build(
    cluster: &Cluster,
    group: &Group<'_>,
    ports: &Ports<'_>,
    alb: &LoadBalancer,
) -> Result<Option<LoadBalancer>, Frozen> {
    let Some(origin) = enabled(group)? else { return Ok(None) };
    let scheme = one_scheme(said(group, "frontend-nlb-scheme", |_| None))?;
    same_lists(group, "frontend-nlb-security-groups", "securityGroups", |a, b| a == b)?;
    same_lists(group, "frontend-nlb-subnets", "subnets", |a, b| {
        let set = |it: &[String]| it.iter().cloned().gather::<BTreeSet<_>>();
        set(a) == set(b)
    })?;
    let mut wanted: BTreeMap<i32, Vec<Wanted>> = BTreeMap::new();
    for member in &group.members {
        for (port, it) in listeners(member, ports).map_err(|it| of_member(member, it))? {
            wanted.entry(port).or_default().push(it);
        }
    }
    let scheme = scheme.unwrap_or_else(|| cluster.settings.alb_scheme.clone());
    let mut made = LoadBalancer {
        is_network: true,
        group: alb.group.clone(),
        address_type: alb.address_type.clone(),
        ..LoadBalancer::new(Source::Ingress, origin, alb.members.clone(), scheme)
    };
    for (port, all) in wanted {
        let check = merged(port, &all)?;
        let Some(first) = all.into_iter().next() else { continue };
        made.add(port, &first, check);
    }
    Ok(Some(made))
}

impl LoadBalancer {
    /// A TCP listener whose one target is the ALB.
    fn add(&mut self, port: i32, wanted: &Wanted, health: HealthCheck) {
        let (Ok(port), Ok(target)) = (u16::try_from(port), u16::try_from(wanted.target)) else { return };
        let Some(first) = self.members.first().copied() else { return };
        let origin = wanted.origin.clone();
        let group = Some(self.target_groups.len());
        self.target_groups.push(TargetGroup {
            name: None,
            source: first,
            service: first,
            service_port: PortRef::Number(target),
            target_type: ALB_TARGET,
            port,
            protocol: "TCP".into(),
            protocol_version: None,
            address_type: if self.address_type == "ipv4" { "ipv4" } else { "dualstack" },
            health,
            attributes: vec![],
            targets: vec![],
        });
        let targets = vec![Target { origin: origin.clone(), group, arn: None, name: None, weight: None }];
        self.listeners.push(Listener {
            origin: origin.clone(),
            port,
            protocol: "TCP",
            certificates: vec![],
            verifies_clients: false,
            default_actions: vec![Action::Forward(Forward { targets, stickiness: None })],
            default_origin: origin,
            rules: vec![],
            contenders: vec![],
        });
    }
}

/// Where it is asked for; members that say nothing follow those that do.
fn enabled(group: &Group<'_>) -> Result<Option<Origin>, Frozen> {
    let suffix = "enable-frontend-nlb";
    let mut known: Option<(bool, Origin)> = None;
    for member in &group.members {
        let (Some(is_enabled), Some(note)) = (member.notes().bool(suffix)?, member.notes().get(suffix)) else {
            continue;
        };
        if known.as_ref().is_some_and(|(it, _)| *it != is_enabled) {
            return Err(at(member, suffix, "conflicting enable frontend NLB values".into()));
        }
        known = known.or(Some((is_enabled, note.origin)));
    }
    Ok(known.filter(|(is_enabled, _)| *is_enabled).map(|(_, origin)| origin))
}

/// The ports of a member's NLB, with the ports of its ALB behind them: those that are mapped to a port of its own, or
/// without a mapping all of its own.
fn listeners(member: &Member<'_>, ports: &Ports<'_>) -> Result<Vec<(i32, Wanted)>, Frozen> {
    let suffix = "frontend-nlb-listener-port-mapping";
    let pairs = member.notes().map(suffix).map_err(|it| Frozen {
        message: format!("failed to parse {suffix} for ingress map[]: {}", it.message),
        ..it
    })?;
    let number = |text: &str| int(text).ok().and_then(|it| i32::try_from(it).ok());
    let mut mapped = Vec::new();
    for (nlb, alb) in &pairs {
        let Some(port) = number(nlb) else {
            return Err(at(member, suffix, format!("invalid NLB listener port: {nlb}")));
        };
        let Some(target) = number(alb) else {
            return Err(at(member, suffix, format!("invalid ALB listener port: {alb}")));
        };
        mapped.push((port, target));
    }
    let own = ports.iter().filter(|(_, open)| open.members.contains(&member.ingress.id));
    let own: Vec<_> = own.map(|(port, _)| i32::from(*port)).collect();
    if pairs.is_empty() {
        mapped = own.iter().map(|port| (*port, *port)).collect();
    }
    mapped.retain(|(_, target)| own.contains(target));
    if mapped.is_empty() {
        return Ok(vec![]);
    }
    let said = health_check(member)?;
    let origin = place(member, if pairs.is_empty() { "enable-frontend-nlb" } else { suffix });
    let check = TEXTS.iter().find_map(|(_, it, _)| member.notes().get(&format!("frontend-nlb-healthcheck-{it}")));
    let check = check.map(|it| it.origin);
    let wanted = |(port, target): (i32, i32)| {
        (port, Wanted { target, said: said.clone(), origin: origin.clone(), check: check.clone() })
    };
    Ok(mapped.into_iter().map(wanted).collect())
}

/// The numbers of a health check: the controller's name, the end of the annotation, and the default.
const NUMBERS: [(&str, &str, i64); 4] = [
    ("IntervalSeconds", "interval-seconds", 15),
    ("TimeoutSeconds", "timeout-seconds", 5),
    ("HealthyThresholdCount", "healthy-threshold-count", 2),
    ("UnhealthyThresholdCount", "unhealthy-threshold-count", 2),
];

/// Its texts.
const TEXTS: [(&str, &str, &str); 4] = [
    ("Protocol", "protocol", "HTTP"),
    ("Path", "path", "/"),
    ("Matcher.HTTPCode", "success-codes", "200"),
    ("Port", "port", "traffic-port"),
];

fn health_check(member: &Member<'_>) -> Result<Said, Frozen> {
    let notes = member.notes();
    let port = notes.get("frontend-nlb-healthcheck-port");
    if let Some(note) = port.filter(|it| it.value != "traffic-port" && int(it.value).is_err()) {
        return Err(note.error("failed to resolve healthCheckPort".into()));
    }
    let protocol = notes.get("frontend-nlb-healthcheck-protocol");
    if let Some(note) = protocol.filter(|it| !matches!(it.value, "HTTP" | "HTTPS")) {
        return Err(note.error("healthCheckProtocol must be within [HTTP, HTTPS]".into()));
    }
    let mut said = Said::new();
    for (name, suffix, default) in NUMBERS {
        let suffix = format!("frontend-nlb-healthcheck-{suffix}");
        if notes.get(&suffix).is_some() {
            said.insert(name, notes.int(&suffix, default)?.to_string());
        }
    }
    for (name, suffix, _) in TEXTS {
        if let Some(note) = notes.get(&format!("frontend-nlb-healthcheck-{suffix}")) {
            said.insert(name, note.value.to_owned());
        }
    }
    Ok(said)
}

/// What members say about a port must agree; those that say nothing follow those that do.
fn merged(port: i32, all: &[Wanted]) -> Result<HealthCheck, Frozen> {
    let conflict = |field: &str, n: usize, value: &str, previous: &str, origin: &Origin| Frozen {
        message: format!(
            "failed to merge NLB listenPort config for port: {port}: conflicting {field}, config {n}: {value}, previous: {previous}"
        ),
        origin: origin.clone(),
    };
    let mut known: Said = BTreeMap::new();
    let fields = NUMBERS.map(|it| it.0).into_iter().chain(TEXTS.map(|it| it.0));
    let fields: Vec<_> = fields.collect();
    for (it, n) in all.iter().zip(1..) {
        for field in &fields {
            let Some(value) = it.said.get(field) else { continue };
            match known.get(field).filter(|it| *it != value) {
                Some(previous) => return Err(conflict(field, n, value, previous, &it.origin)),
                None => _ = known.insert(*field, value.clone()),
            }
        }
        if let Some(first) = all.first().filter(|first| first.target != it.target) {
            let (value, previous) = (it.target.to_string(), first.target.to_string());
            return Err(conflict("Target Port", n, &value, &previous, &it.origin));
        }
    }
    let number = |at: usize| {
        let (name, _, default) = NUMBERS.get(at).copied().unwrap_or_default();
        known.get(name).and_then(|it| it.parse().ok()).unwrap_or(default)
    };
    let text = |at: usize| {
        let (name, _, default) = TEXTS.get(at).copied().unwrap_or_default();
        known.get(name).cloned().unwrap_or_else(|| default.to_owned())
    };
    Ok(HealthCheck {
        protocol: text(0),
        path: Some(text(1)),
        codes: Some(text(2)),
        port: text(3).parse().ok(),
        interval: number(0),
        timeout: number(1),
        healthy: number(2),
        unhealthy: number(3),
        origin: all.iter().find_map(|it| it.check.clone()),
    })
}

fn of_member(member: &Member<'_>, error: Frozen) -> Frozen {
    let message = format!("failed to compute listenPort config for ingress: {}: {}", member.name(), error.message);
    Frozen { message, ..error }
}

/// An error at an annotation of a member.
fn at(member: &Member<'_>, suffix: &str, message: String) -> Frozen {
    Frozen { message, origin: place(member, suffix) }
}

/// The place of an annotation of a member.
fn place(member: &Member<'_>, suffix: &str) -> Origin {
    member.notes().get(suffix).map_or_else(|| crate::gateways::whole(&member.ingress), |it| it.origin)
}
