//! The ports of a group: `listen-ports` of its members, merged.

use std::collections::BTreeMap;

use podpath_cluster::ResourceId;
use podpath_yaml::Value;

use super::{Member, annotation};
use crate::gateways::{origin, whole};
use crate::table::{Frozen, Origin, Protocol};

/// A port of the load balancer.
pub(super) struct Open<'a> {
    pub(super) protocol: Protocol,
    pub(super) origin: Origin,
    /// Rules live only on the ports of their own Ingress.
    pub(super) members: Vec<ResourceId>,
    first: &'a Member<'a>,
}

/// By number.
pub(super) type Ports<'a> = BTreeMap<u16, Open<'a>>;

/// The ports of all members; HTTP in one and HTTPS in another is an error.
pub(super) fn merge<'a>(members: &'a [Member<'a>]) -> Result<Ports<'a>, Frozen> {
    let mut ports = Ports::new();
    for member in members {
        for (number, protocol) in listen_ports(member)? {
            let place = place(member);
            let open = ports.entry(number).or_insert_with(|| Open {
                protocol,
                origin: place.clone(),
                members: vec![],
                first: member,
            });
            if open.protocol != protocol {
                let (before, now) = (open.first.name(), member.name());
                let message = format!(
                    "failed to merge listenPort config for port: {number}: conflicting protocol, {before}: {} | {now}: {}",
                    name_of(open.protocol),
                    name_of(protocol),
                );
                return Err(Frozen { message, origin: place });
            }
            open.members.push(member.ingress.id);
        }
    }
    Ok(ports)
}

fn name_of(protocol: Protocol) -> &'static str {
    if protocol == Protocol::Http { "HTTP" } else { "HTTPS" }
}

fn place(member: &Member<'_>) -> Origin {
    match annotation(&member.ingress, "listen-ports") {
        Some(value) => origin(&member.ingress, value.span, "metadata.annotations"),
        None => whole(&member.ingress),
    }
}

/// HTTPS 443 with a certificate, HTTP 80 without, unless told.
fn listen_ports(member: &Member<'_>) -> Result<BTreeMap<u16, Protocol>, Frozen> {
    let Some(written) = annotation(&member.ingress, "listen-ports") else {
        let by_params = member.params.as_ref().is_some_and(|it| !it.object.certificates.is_empty());
        let by_annotation =
            annotation(&member.ingress, "certificate-arn").is_some_and(|it| !it.value.trim().is_empty());
        let open = if by_params || by_annotation { (443, Protocol::Https) } else { (80, Protocol::Http) };
        return Ok([open].into());
    };
    let error = |why: String| Frozen {
        message: format!("ingress: {}: {why}", member.name()),
        origin: origin(&member.ingress, written.span, "metadata.annotations"),
    };
    let read = podpath_yaml::parse(&written.value);
    let entries = read.root.as_ref().and_then(|it| it.as_list());
    let Some(entries) = entries.filter(|it| read.problems.is_empty() && !it.is_empty()) else {
        return Err(error(format!("failed to parse listen-ports configuration: `{}`", written.value)));
    };
    let mut ports = BTreeMap::new();
    for entry in entries.iter().filter_map(|it| it.as_map()).flat_map(|it| &it.entries) {
        let protocol = match entry.key.text.as_str() {
            "HTTP" => Protocol::Http,
            "HTTPS" => Protocol::Https,
            other => return Err(error(format!("listen protocol must be HTTP or HTTPS, got: {other}"))),
        };
        let number = match entry.value.value {
            Value::Int(number) => u16::try_from(number).ok().filter(|it| *it > 0),
            _ => None,
        };
        let Some(number) = number else {
            return Err(error(format!("listen port must be within [1, 65535]: `{}`", written.value)));
        };
        ports.insert(number, protocol);
    }
    Ok(ports)
}
