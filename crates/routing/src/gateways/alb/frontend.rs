//! The NLB before the ALB of a group: what the controller checks of its annotations (`model_build_frontend_nlb.go`).
//!
//! It passes on what comes to its ports, so only its errors, which freeze the whole group, are told here.

use std::collections::{BTreeMap, BTreeSet};

use podpath_order::Gather;

use super::annotation::{Annotations, Note, int32};
use super::group::{Group, Member};
use super::port::Ports;
use super::settings::{one_scheme, said, same_lists};
use crate::table::Frozen;

const INTERVAL: &str = "frontend-nlb-healthcheck-interval-seconds";
const TIMEOUT: &str = "frontend-nlb-healthcheck-timeout-seconds";
const HEALTHY: &str = "frontend-nlb-healthcheck-healthy-threshold-count";
const UNHEALTHY: &str = "frontend-nlb-healthcheck-unhealthy-threshold-count";
const PROTOCOL: &str = "frontend-nlb-healthcheck-protocol";
const PATH: &str = "frontend-nlb-healthcheck-path";
const PORT: &str = "frontend-nlb-healthcheck-port";
const MAPPING: &str = "frontend-nlb-listener-port-mapping";

/// What all members of a port must tell alike, in the order in which it is merged (`mergeFrontendNlbListenPortConfigs`).
/// Success codes are not among them: there the controller compares where they are kept, not what they are.
const MERGED: [(&str, &str); 8] = [
    ("IntervalSeconds", INTERVAL),
    ("TimeoutSeconds", TIMEOUT),
    ("HealthyThresholdCount", HEALTHY),
    ("UnhealthyThresholdCount", UNHEALTHY),
    ("Protocol", PROTOCOL),
    ("Path", PATH),
    ("Port", PORT),
    ("Target Port", MAPPING),
];

/// What a member tells of the health check, by annotation.
type Told = BTreeMap<&'static str, String>;

/// What a member wants of a port.
struct Wish<'a> {
    member: &'a Member<'a>,
    told: &'a Told,
    /// The port of the ALB behind it.
    target: String,
}

/// In the order in which the controller looks, when the load balancer itself is built.
pub(super) fn check(group: &Group<'_>, ports: &Ports<'_>) -> Result<(), Frozen> {
    if !is_enabled(group)? {
        return Ok(());
    }
    one_scheme(said(group, "frontend-nlb-scheme", |_| None))?;
    same_lists(group, "frontend-nlb-security-groups", "securityGroups", |a, b| a == b)?;
    same_lists(group, "frontend-nlb-subnets", "subnets", |a, b| {
        let set = |it: &[String]| it.iter().cloned().gather::<BTreeSet<_>>();
        set(a) == set(b)
    })?;
    // All members are read before a port is merged, so what cannot be read is told first.
    let mut all = Vec::new();
    for member in &group.members {
        all.push((member, listeners(member, ports).map_err(|it| of_member(member, it))?));
    }
    let mut wishes: BTreeMap<i64, Vec<Wish<'_>>> = BTreeMap::new();
    for (member, (targets, told)) in &all {
        for (port, target) in targets {
            wishes.entry(*port).or_default().push(Wish { member, told, target: target.to_string() });
        }
    }
    wishes.iter().try_for_each(|(port, wishes)| merge(*port, wishes))
}

/// Who tells nothing follows those that do; another value beside the first is a conflict.
fn merge(port: i64, wishes: &[Wish<'_>]) -> Result<(), Frozen> {
    let mut known: BTreeMap<&str, &str> = BTreeMap::new();
    for (i, wish) in wishes.iter().enumerate() {
        for (field, suffix) in MERGED {
            let told = if suffix == MAPPING { Some(&wish.target) } else { wish.told.get(suffix) };
            let Some(told) = told else { continue };
            let first = *known.entry(suffix).or_insert(told);
            if first != told {
                let (told, first) = (printed(suffix, told), printed(suffix, first));
                let why = format!("conflicting {field}, config {}: {told}, previous: {first}", i + 1);
                let message = format!("failed to merge NLB listenPort config for port: {port}: {why}");
                return Err(Frozen { message, origin: wish.member.place(suffix) });
            }
        }
    }
    Ok(())
}

/// Members that say nothing follow those that do.
fn is_enabled(group: &Group<'_>) -> Result<bool, Frozen> {
    let suffix = "enable-frontend-nlb";
    let mut known = None;
    for member in &group.members {
        let Some(is_enabled) = member.notes().bool(suffix)? else { continue };
        if known.is_some_and(|it| it != is_enabled) {
            let message = "conflicting enable frontend NLB values".to_owned();
            return Err(Frozen { message, origin: member.place(suffix) });
        }
        known = Some(is_enabled);
    }
    Ok(known.unwrap_or(false))
}

/// The ports of a member's NLB with the ports of its ALB behind them: those that are mapped to a port of its own, or without
/// a mapping all of its own. And what it tells of their health check.
fn listeners(member: &Member<'_>, ports: &Ports<'_>) -> Result<(BTreeMap<i64, i64>, Told), Frozen> {
    let notes = member.notes();
    let pairs = notes.map(MAPPING).map_err(|it| Frozen {
        message: format!("failed to parse {MAPPING} for ingress map[]: {}", it.message),
        ..it
    })?;
    let error = |message: String| Frozen { message, origin: member.place(MAPPING) };
    let mut targets = BTreeMap::new();
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
    for suffix in [PORT, PROTOCOL, PATH, INTERVAL, TIMEOUT, HEALTHY, UNHEALTHY] {
        if let Some(note) = notes.get(suffix) {
            told.insert(suffix, read(suffix, &note)?);
        }
    }
    Ok(told)
}

fn read(suffix: &str, note: &Note<'_>) -> Result<String, Frozen> {
    match (suffix, note.value) {
        (PATH, value) | (PORT, value @ "traffic-port") | (PROTOCOL, value @ ("HTTP" | "HTTPS")) => Ok(value.to_owned()),
        (PORT, port) => {
            let number = int32(port).map(|it| it.to_string());
            number.map_err(|_| note.error("failed to resolve healthCheckPort".into()))
        }
        (PROTOCOL, _) => Err(note.error("healthCheckProtocol must be within [HTTP, HTTPS]".into())),
        _ => note.int32().map(|it| it.to_string()),
    }
}

/// As Go prints it: a port is a struct of a kind, a number and a text.
fn printed(suffix: &str, value: &str) -> String {
    match (suffix, value) {
        (PORT, "traffic-port") => "{1 0 traffic-port}".into(),
        (PORT, number) => format!("{{0 {number} }}"),
        _ => value.to_owned(),
    }
}

fn of_member(member: &Member<'_>, error: Frozen) -> Frozen {
    let message = format!("failed to compute listenPort config for ingress: {}: {}", member.name(), error.message);
    Frozen { message, ..error }
}
