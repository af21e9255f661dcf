//! The NLB before the ALB of a group: what the controller checks of its annotations (`model_build_frontend_nlb.go`).
//!
//! It passes on what comes to its ports, so only its errors, which freeze the whole group, are told here.

use std::collections::{BTreeMap, BTreeSet};

use podpath_order::Gather;

use super::annotation::int32;
use super::group::{Group, Member};
use super::port::Ports;
use super::settings::{one_scheme, said, same_lists};
use crate::table::Frozen;

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
    let mut targets: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
    for member in &group.members {
        for (port, target) in listeners(member, ports).map_err(|it| of_member(member, it))? {
            let known = targets.entry(port).or_default();
            known.push(target);
            if let Some(first) = known.first().filter(|it| **it != target) {
                let message = format!(
                    "failed to merge NLB listenPort config for port: {port}: conflicting Target Port, config {}: {target}, previous: {first}",
                    known.len()
                );
                return Err(at(member, "frontend-nlb-listener-port-mapping", message));
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
            return Err(at(member, suffix, "conflicting enable frontend NLB values".into()));
        }
        known = Some(is_enabled);
    }
    Ok(known.unwrap_or(false))
}

/// The ports of a member's NLB, with the ports of its ALB behind them: those that are mapped to a port of its own, or
/// without a mapping all of its own.
fn listeners(member: &Member<'_>, ports: &Ports<'_>) -> Result<Vec<(i32, i32)>, Frozen> {
    let suffix = "frontend-nlb-listener-port-mapping";
    let pairs = member.notes().map(suffix).map_err(|it| Frozen {
        message: format!("failed to parse {suffix} for ingress map[]: {}", it.message),
        ..it
    })?;
    let number = |text: &str| int32(text).ok().and_then(|it| i32::try_from(it).ok());
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
    if !mapped.is_empty() {
        health_check(member)?;
    }
    Ok(mapped)
}

fn health_check(member: &Member<'_>) -> Result<(), Frozen> {
    let notes = member.notes();
    let port = notes.get("frontend-nlb-healthcheck-port");
    if let Some(note) = port.filter(|it| it.value != "traffic-port" && int32(it.value).is_err()) {
        return Err(note.error("failed to resolve healthCheckPort".into()));
    }
    let protocol = notes.get("frontend-nlb-healthcheck-protocol");
    match protocol.filter(|it| !matches!(it.value, "HTTP" | "HTTPS")) {
        Some(note) => Err(note.error("healthCheckProtocol must be within [HTTP, HTTPS]".into())),
        None => Ok(()),
    }
}

fn of_member(member: &Member<'_>, error: Frozen) -> Frozen {
    let message = format!("failed to compute listenPort config for ingress: {}: {}", member.name(), error.message);
    Frozen { message, ..error }
}

/// An error at an annotation of a member.
fn at(member: &Member<'_>, suffix: &str, message: String) -> Frozen {
    Frozen { message, origin: member.place(suffix) }
}
