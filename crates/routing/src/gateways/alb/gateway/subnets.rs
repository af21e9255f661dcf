//! The subnets that a LoadBalancerConfiguration names, with the addresses in each (`model_build_subnet.go`). None of it is kept
//! here; what the controller refuses keeps the load balancer as it is.

use std::net::IpAddr;

use podpath_objects::Reader;

use super::props::Layers;
use crate::gateways::alb::model::LoadBalancer;

/// What all entries tell or none, by key and by its name in the error.
const EACH: [(&str, &str); 5] = [
    ("identifier", "subnet identifiers"),
    ("eipAllocation", "eip allocations"),
    ("ipv6Allocation", "ipv6 allocations"),
    (PRIVATE, "private ipv4 allocations"),
    ("sourceNatIPv6Prefix", "source nat prefixes"),
];

const PRIVATE: &str = "privateIPv4Allocation";

/// In the order in which the controller looks: what the first entry tells fits the load balancer, then all entries tell the same
/// fields (`validateSubnetsInput`). Whether there is an entry for each subnet is not known here.
pub(super) fn judge(configuration: &Layers<'_>, made: &LoadBalancer) -> Result<(), String> {
    let written = configuration.get("loadBalancerSubnets").unwrap_or_else(Reader::missing);
    let entries: Vec<_> = written.items().collect();
    let Some(first) = entries.first() else { return Ok(()) };
    fits(*first, made)?;
    for entry in &entries {
        if let Some((_, what)) = EACH.iter().find(|(key, _)| has(*entry, key) != has(*first, key)) {
            return Err(format!("Either specify all {what} or none."));
        }
    }
    entries.iter().filter_map(|it| it.get(PRIVATE).text()).try_for_each(|it| is_private(&it.value))
}

/// A field that is written. An identifier is a plain text: an empty one is none.
fn has(entry: Reader<'_>, key: &str) -> bool {
    let found = entry.get(key);
    if key == "identifier" { found.text().is_some_and(|it| !it.value.is_empty()) } else { found.exists() }
}

/// Addresses are for NLBs: elastic ones from outside, private ones inside, those of IPv6 where both families are spoken.
fn fits(first: Reader<'_>, made: &LoadBalancer) -> Result<(), String> {
    let rules = [
        (
            "eipAllocation",
            "EIP Allocation is only allowed for Network LoadBalancers",
            made.scheme == "internet-facing",
            "EIPAllocation can only be set for internet facing load balancers",
        ),
        (
            "ipv6Allocation",
            "IPv6Allocation is only supported for Network LoadBalancers",
            made.address_type == "dualstack",
            "IPv6Allocation can only be set for dualstack load balancers",
        ),
        (
            PRIVATE,
            "PrivateIPv4Allocation is only supported for Network LoadBalancers",
            made.scheme == "internal",
            "PrivateIPv4Allocation can only be set for internal load balancers",
        ),
        ("sourceNatIPv6Prefix", "SourceNatIPv6Prefix is only supported for Network LoadBalancers", true, ""),
    ];
    for (_, other_kind, is_right, why) in rules.into_iter().filter(|it| has(first, it.0)) {
        if !made.is_network || !is_right {
            return Err(if made.is_network { why } else { other_kind }.to_owned());
        }
    }
    Ok(())
}

fn is_private(address: &str) -> Result<(), String> {
    let kind = match address.parse::<IpAddr>() {
        Ok(it) if it.is_ipv4() => return Ok(()),
        Ok(_) => "IPv4",
        Err(_) => "IP",
    };
    Err(format!("private IPv4 addresses must be valid {kind} address: {address}"))
}
