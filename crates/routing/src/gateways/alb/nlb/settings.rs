//! What an NLB for a Service is told beside its ports (`pkg/service/model_build_load_balancer.go`). None of it is kept here; what
//! the controller refuses keeps the load balancer as it is.

use std::net::IpAddr;

use crate::gateways::alb::annotation::Annotations;
use crate::gateways::alb::settings::wrong_capacity;
use crate::table::Frozen;

/// The values of the attribute `dns_record.client_routing_policy`.
const ROUTING_POLICIES: [&str; 3] =
    ["any_availability_zone", "partial_availability_zone_affinity", "availability_zone_affinity"];

/// Whether IPv6 connections get addresses of their own on the way to the targets. "On" is for load balancers with both families
/// (`ValidateEnablePrefixForIpv6SourceNat`).
pub(super) fn source_nat(notes: &Annotations<'_>, address_type: &str) -> Result<bool, Frozen> {
    let Some(note) = notes.get("enable-prefix-for-ipv6-source-nat") else { return Ok(false) };
    let message = match note.value {
        "off" => return Ok(false),
        "on" if address_type != "ipv4" => return Ok(true),
        "on" => "enable-prefix-for-ipv6-source-nat annotation is only applicable to Network Load Balancers using Dualstack IP address type.".to_owned(),
        other => format!("Invalid enable-prefix-for-ipv6-source-nat value: {other}. Valid values are ['on', 'off']."),
    };
    Err(note.error(message))
}

/// Attributes of the load balancer, the older annotations for two of them (`getAnnotationSpecificLbAttributes`), and the
/// capacity that it keeps ready.
pub(super) fn attributes(notes: &Annotations<'_>) -> Result<(), Frozen> {
    let suffix = "attributes";
    let found = notes.map(suffix)?;
    let policy = found.iter().find(|(key, _)| key == "dns_record.client_routing_policy");
    if let Some((_, policy)) = policy.filter(|(_, it)| !ROUTING_POLICIES.contains(&it.as_str())) {
        let known = ROUTING_POLICIES.join("', '");
        let why = format!("got '{policy}' expected one of ['{known}']");
        let name = "dns_record.client_routing_policy set in annotation aws-load-balancer-attributes";
        return Err(error(notes, suffix, format!("invalid {name}: {why}")));
    }
    notes.bool("access-log-enabled")?;
    notes.bool("cross-zone-load-balancing-enabled")?;
    let suffix = "minimum-load-balancer-capacity";
    match notes.map(suffix)?.iter().find(|(key, _)| key != "CapacityUnits") {
        Some((key, _)) => Err(error(notes, suffix, wrong_capacity(key))),
        None => Ok(()),
    }
}

/// Addresses for the subnets fit a scheme: elastic ones from outside, private ones inside; those of IPv6 need both families.
/// Each kind that is written has one for each subnet (`buildLoadBalancerSubnetMappings`).
pub(super) fn addresses(
    notes: &Annotations<'_>,
    scheme: &str,
    address_type: &str,
    has_source_nat: bool,
) -> Result<(), Frozen> {
    let refuse = |suffix: &str, is_right: bool, message: &str| match notes.get(suffix) {
        Some(note) if !is_right => Err(note.error(message.to_owned())),
        _ => Ok(()),
    };
    let (elastic, private) = ("eip-allocations", "private-ipv4-addresses");
    let (six, nat) = ("ipv6-addresses", "source-nat-ipv6-prefixes");
    let is_dual = address_type == "dualstack";
    refuse(elastic, scheme == "internet-facing", "EIP allocations can only be set for internet facing load balancers")?;
    one_each(notes, elastic, "EIP allocations")?;
    refuse(private, scheme == "internal", "private IPv4 addresses can only be set for internal load balancers")?;
    one_each(notes, private, "private IPv4 addresses")?;
    family(notes, private, "private IPv4 addresses", false)?;
    refuse(six, is_dual, "IPv6 addresses can only be set for dualstack load balancers")?;
    one_each(notes, six, "IPv6 addresses")?;
    family(notes, six, "IPv6 addresses", true)?;
    refuse(
        nat,
        is_dual,
        "source-nat-ipv6-prefixes annotation can only be set for Network Load Balancers using Dualstack IP address type.",
    )?;
    refuse(
        nat,
        has_source_nat,
        "source-nat-ipv6-prefixes annotation is only applicable if enable-prefix-for-ipv6-source-nat annotation is set to on.",
    )
}

/// There are as many as subnets. Those that are named must all be found; how many are discovered where none is named is not
/// known here.
fn one_each(notes: &Annotations<'_>, suffix: &str, what: &str) -> Result<(), Frozen> {
    let (Some(listed), Some(subnets)) = (notes.texts(suffix), notes.texts("subnets")) else { return Ok(()) };
    let (count, subnets) = (listed.len(), subnets.len());
    if count == subnets {
        return Ok(());
    }
    Err(error(notes, suffix, format!("count of {what} ({count}) and subnets ({subnets}) must match")))
}

/// All of a list are addresses of one family.
fn family(notes: &Annotations<'_>, suffix: &str, what: &str, is_six: bool) -> Result<(), Frozen> {
    for address in notes.texts(suffix).unwrap_or_default() {
        let kind = match address.parse::<IpAddr>() {
            Ok(it) if it.is_ipv6() == is_six => continue,
            Ok(_) if is_six => "IPv6",
            Ok(_) => "IPv4",
            Err(_) => "IP",
        };
        return Err(error(notes, suffix, format!("{what} must be valid {kind} address: {address}")));
    }
    Ok(())
}

/// Whether rules of its security groups hold for what comes over a private link, too.
pub(super) fn private_link(notes: &Annotations<'_>) -> Result<(), Frozen> {
    match notes.get("inbound-sg-rules-on-private-link-traffic") {
        Some(note) if !matches!(note.value, "on" | "off") => Err(note.error(format!(
            "Invalid value for securityGroupsInboundRulesOnPrivateLink status: {}, value must be one of [on, off]",
            note.value
        ))),
        _ => Ok(()),
    }
}

fn error(notes: &Annotations<'_>, suffix: &str, message: String) -> Frozen {
    let origin = notes.get(suffix).map(|it| it.origin).unwrap_or_default();
    Frozen { message, origin }
}
