//! The NLB before the ALB of a group (`model_build_frontend_nlb.go`): it passes on what comes to its ports.
//!
//! Its targets are the ALB at one of its listeners each. An error freezes the whole group, the ALB too.

use podpath_cluster::Cluster;
use podpath_objects::PortRef;
use podpath_order::{Gather, OrdMap};

use super::annotation::{Annotations, Note, int32, texts};
use super::group::{Group, Member};
use super::model::{ALB_TARGET, Action, Forward, HealthCheck, Listener, LoadBalancer, Source, Target, TargetGroup};
use super::port::Ports;
use super::settings::{one_scheme, said, same_items, same_lists};
use crate::table::{Frozen, Origin};

const INTERVAL: &str = "frontend-nlb-healthcheck-interval-seconds";
const TIMEOUT: &str = "frontend-nlb-healthcheck-timeout-seconds";
const HEALTHY: &str = "frontend-nlb-healthcheck-healthy-threshold-count";
const UNHEALTHY: &str = "frontend-nlb-healthcheck-unhealthy-threshold-count";
const PROTOCOL: &str = "frontend-nlb-healthcheck-protocol";
const PATH: &str = "frontend-nlb-healthcheck-path";
const PORT: &str = "frontend-nlb-healthcheck-port";
const CODES: &str = "frontend-nlb-healthcheck-success-codes";
const MAPPING: &str = "frontend-nlb-listener-port-mapping";

/// What all members of a port must tell alike, in the order in which it is merged (`mergeFrontendNlbListenPortConfigs`).
const MERGED: [(&str, &str); 9] = [
    ("IntervalSeconds", INTERVAL),
    ("TimeoutSeconds", TIMEOUT),
    ("HealthyThresholdCount", HEALTHY),
    ("UnhealthyThresholdCount", UNHEALTHY),
    ("Protocol", PROTOCOL),
    ("Path", PATH),
    ("Matcher", CODES),
    ("Port", PORT),
    ("Target Port", MAPPING),
];

/// What a member tells of the health check, by annotation.
type Told = OrdMap<&'static str, String>;

/// What a member wants of a port.
struct Wish<'a> {
    member: &'a Member<'a>,
    told: &'a Told,
    /// The port of the ALB behind it.
    target: String,
}

/// In the order in which the controller looks, when the load balancer itself is built.
pub(super) fn build(
    cluster: &Cluster,
    group: &Group<'_>,
    ports: &Ports<'_>,
    alb: &LoadBalancer,
) -> Result<Option<LoadBalancer>, Frozen> {
    let Some(asked) = enabled(group)? else { return Ok(None) };
    let told = one_scheme(said(group, "frontend-nlb-scheme", |_| None))?;
    let scheme = told.unwrap_or_else(|| cluster.settings.alb_scheme.clone());
    same_lists(group, "frontend-nlb-security-groups", "securityGroups", |a, b| a == b)?;
    same_items(group, "frontend-nlb-subnets", "subnets")?;
    elastic_addresses(group, &scheme)?;
    // All members are read before a port is merged, so what cannot be read is told first.
    let mut all = Vec::new();
    for member in &group.members {
        all.push((member, listeners(member, ports).map_err(|it| of_member(member, it))?));
    }
    let mut wishes: OrdMap<i64, Vec<Wish<'_>>> = OrdMap::new();
    for (member, (targets, told)) in &all {
        for (port, target) in targets {
            wishes.entry(*port).or_default().push(Wish { member, told, target: target.to_string() });
        }
    }
    let mut made = LoadBalancer {
        is_network: true,
        group: alb.group.clone(),
        address_type: alb.address_type.clone(),
        ..LoadBalancer::new(Source::Ingress, asked.clone(), alb.members.clone(), scheme)
    };
    for (port, wishes) in &wishes {
        let merged = merge(*port, wishes)?;
        let mapping = wishes.first().and_then(|it| it.member.notes().get(MAPPING));
        made.add(*port, &merged, mapping.map_or_else(|| asked.clone(), |it| it.origin));
    }
    Ok(Some(made))
}

/// Elastic addresses are for a load balancer that is reached from outside, one for each subnet that is named
/// (`buildFrontendNlbSubnetMappings`).
fn elastic_addresses(group: &Group<'_>, scheme: &str) -> Result<(), Frozen> {
    let first = |suffix: &str| group.members.iter().find_map(|it| it.notes().get(suffix));
    let Some(note) = first("frontend-nlb-eip-allocations") else { return Ok(()) };
    if scheme != "internet-facing" {
        return Err(note.error("EIP allocations can only be set for internet facing load balancers".into()));
    }
    let (count, subnets) = (texts(note.value).len(), first("frontend-nlb-subnets").map(|it| texts(it.value).len()));
    match subnets {
        Some(subnets) if subnets != count => {
            Err(note.error(format!("count of EIP allocations ({count}) and subnets ({subnets}) must match")))
        }
        _ => Ok(()),
    }
}

/// What the members of a port tell together, each with its place.
type Merged<'a> = OrdMap<&'static str, (&'a str, Origin)>;

impl LoadBalancer {
    /// A TCP listener whose one target is the ALB.
    fn add(&mut self, port: i64, merged: &Merged<'_>, origin: Origin) {
        let target = merged.get(MAPPING).and_then(|(it, _)| it.parse().ok());
        let (Ok(port), Some(target), Some(first)) = (u16::try_from(port), target, self.members.first().copied()) else {
            return;
        };
        let group = Some(self.target_groups.len());
        self.target_groups.push(TargetGroup {
            name: None,
            source: first,
            service: first,
            service_port: PortRef::Number(target),
            target_type: ALB_TARGET,
            has_nodes: true,
            port,
            protocol: "TCP".into(),
            protocol_version: None,
            // "That of the load balancer" (`buildFrontendNlbTargetGroupSpec`), whatever a target group may have.
            address_type: match self.address_type.as_str() {
                "ipv4" => "ipv4",
                "dualstack" => "dualstack",
                _ => "dualstack-without-public-ipv4",
            },
            health: checked(merged),
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
            // Its ranges are those of the ALB behind it, which sees the address of the client.
            sources: vec![],
            default_actions: vec![Action::Forward(Forward { targets, stickiness: None })],
            default_origin: origin,
            rules: vec![],
            contenders: vec![],
        });
    }
}

/// The defaults are those of the health checks of an ALB, by HTTP.
fn checked(merged: &Merged<'_>) -> HealthCheck {
    let text = |key: &str, default: &str| merged.get(key).map_or(default, |(it, _)| *it).to_owned();
    let number = |key: &str, default: i64| merged.get(key).and_then(|(it, _)| it.parse().ok()).unwrap_or(default);
    let told = [PATH, CODES, PORT, PROTOCOL].into_iter().find_map(|it| merged.get(it));
    HealthCheck {
        protocol: text(PROTOCOL, "HTTP"),
        port: merged.get(PORT).and_then(|(it, _)| it.parse().ok()),
        path: Some(text(PATH, "/")),
        codes: Some(text(CODES, "200")),
        interval: number(INTERVAL, 15),
        timeout: number(TIMEOUT, 5),
        healthy: number(HEALTHY, 2),
        unhealthy: number(UNHEALTHY, 2),
        origin: told.map(|(_, origin)| origin.clone()),
    }
}

/// Who tells nothing follows those that do; another value beside the first is a conflict. Of success codes the controller
/// compares where they are kept, not what they are, so those of two members are one whatever they say.
fn merge<'a>(port: i64, wishes: &'a [Wish<'_>]) -> Result<Merged<'a>, Frozen> {
    let mut known = Merged::new();
    for (i, wish) in wishes.iter().enumerate() {
        for (field, suffix) in MERGED {
            let told = if suffix == MAPPING { Some(&wish.target) } else { wish.told.get(suffix) };
            let Some(told) = told else { continue };
            let first = match known.get(suffix) {
                Some((first, _)) if first != told || suffix == CODES => printed(suffix, first),
                Some(_) => continue,
                None => {
                    known.insert(suffix, (told.as_str(), wish.member.place(suffix)));
                    continue;
                }
            };
            let why = format!("conflicting {field}, config {}: {}, previous: {first}", i + 1, printed(suffix, told));
            let message = format!("failed to merge NLB listenPort config for port: {port}: {why}");
            return Err(Frozen { message, origin: wish.member.place(suffix) });
        }
    }
    Ok(known)
}

/// Where it is asked for; members that say nothing follow those that do.
fn enabled(group: &Group<'_>) -> Result<Option<Origin>, Frozen> {
    let suffix = "enable-frontend-nlb";
    let mut known: Option<(bool, Origin)> = None;
    for member in &group.members {
        let Some(is_enabled) = member.notes().bool(suffix)? else { continue };
        if known.as_ref().is_some_and(|(it, _)| *it != is_enabled) {
            let message = "conflicting enable frontend NLB values".to_owned();
            return Err(Frozen { message, origin: member.place(suffix) });
        }
        known = known.or_else(|| Some((is_enabled, member.place(suffix))));
    }
    Ok(known.filter(|(is_enabled, _)| *is_enabled).map(|(_, origin)| origin))
}

/// The ports of a member's NLB with the ports of its ALB behind them: those that are mapped to a port of its own, or without
/// a mapping all of its own. And what it tells of their health check.
fn listeners(member: &Member<'_>, ports: &Ports<'_>) -> Result<(OrdMap<i64, i64>, Told), Frozen> {
    let notes = member.notes();
    let pairs = notes.map(MAPPING).map_err(|it| Frozen {
        message: format!("failed to parse {MAPPING} for ingress map[]: {}", it.message),
        ..it
    })?;
    let error = |message: String| Frozen { message, origin: member.place(MAPPING) };
    let mut targets = OrdMap::new();
    for (nlb, alb) in &pairs {
        let port = int32(nlb).map_err(|_| error(format!("invalid NLB listener port: {nlb}")))?;
        let target = int32(alb).map_err(|_| error(format!("invalid ALB listener port: {alb}")))?;
        targets.insert(port, target);
    }
    let own = ports.iter().filter(|(_, open)| open.members.contains(&member.ingress.id));
    let own: Vec<_> = own.map(|(port, _)| i64::from(*port)).collect();
    if pairs.is_empty() {
        targets = own.iter().map(|port| (*port, *port)).gather();
    }
    targets.retain(|_, target| own.contains(target));
    let told = if targets.is_empty() { Told::new() } else { health_check(&notes)? };
    Ok((targets, told))
}

/// In the order in which the controller reads (`buildFrontendNlbTargetGroupHealthCheckConfig`).
fn health_check(notes: &Annotations<'_>) -> Result<Told, Frozen> {
    let mut told = Told::new();
    for suffix in [PORT, PROTOCOL, PATH, CODES, INTERVAL, TIMEOUT, HEALTHY, UNHEALTHY] {
        if let Some(note) = notes.get(suffix) {
            told.insert(suffix, read(suffix, &note)?);
        }
    }
    Ok(told)
}

fn read(suffix: &str, note: &Note<'_>) -> Result<String, Frozen> {
    match (suffix, note.value) {
        (PATH | CODES, value) | (PORT, value @ "traffic-port") | (PROTOCOL, value @ ("HTTP" | "HTTPS")) => {
            Ok(value.to_owned())
        }
        (PORT, port) => {
            let number = int32(port).map(|it| it.to_string());
            number.map_err(|_| note.error("failed to resolve healthCheckPort".into()))
        }
        (PROTOCOL, _) => Err(note.error("healthCheckProtocol must be within [HTTP, HTTPS]".into())),
        _ => note.int32().map(|it| it.to_string()),
    }
}

/// As Go prints it: a port is a struct of a kind, a number and a text, and success codes are one of two addresses, which are
/// others each time.
fn printed(suffix: &str, value: &str) -> String {
    match (suffix, value) {
        (CODES, _) => "{0x... <nil>}".into(),
        (PORT, "traffic-port") => "{1 0 traffic-port}".into(),
        (PORT, number) => format!("{{0 {number} }}"),
        _ => value.to_owned(),
    }
}

fn of_member(member: &Member<'_>, error: Frozen) -> Frozen {
    let message = format!("failed to compute listenPort config for ingress: {}: {}", member.name(), error.message);
    Frozen { message, ..error }
}
