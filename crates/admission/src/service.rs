//! The rules of a Service.
//!
//! Source: `pkg/apis/core/validation/validation.go` (`ValidateService`). What only allocation finds, such as a node port
//! that is taken by another Service, is left to the cluster.

use std::net::IpAddr;

use podpath_order::OrdSet;

use crate::metadata::{self, labels, quoted};
use crate::{Field, Refusal, name};

const TYPES: &[&str] = &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const PROTOCOLS: &[&str] = &["SCTP", "TCP", "UDP"];
const RANGE: &str = "must be between 1 and 65535, inclusive";
const BALANCED: &str = "may only be used when `type` is 'LoadBalancer'";
const CIDR: &str = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
const NODE_PORTS: std::ops::RangeInclusive<i64> = 30000..=32767;

/// What the API server refuses of a Service.
pub(crate) fn check(root: &podpath_yaml::Node) -> Vec<Refusal> {
    let root = Field::root(root);
    let spec = root.get("spec");
    let written = spec.get("type");
    // An empty text is no value: the default is filled in before the rules are asked.
    let kind = if written.is_empty() { "ClusterIP" } else { written.text() };
    let mut found = metadata::check(&root, name::service);
    found.extend(ports(&spec, kind));
    found.extend(labels(&spec.get("selector")));
    found.extend(given(&written, TYPES));
    found.extend(addresses(&spec, kind));
    found.extend(families(&spec, kind));
    found.extend(load_balancer(&spec, kind));
    found.extend(traffic(&spec, kind));
    found
}

fn ports(spec: &Field<'_>, kind: &str) -> Vec<Refusal> {
    let field = spec.get("ports");
    let is_headless = spec.get("clusterIP").text() == "None";
    if field.is_empty() {
        return if is_headless || kind == "ExternalName" { vec![] } else { vec![field.required()] };
    }
    let items = field.items();
    let (mut names, mut numbers, mut node_ports) = (OrdSet::new(), OrdSet::new(), OrdSet::new());
    let mut found = Vec::new();
    for item in &items {
        found.extend(port_name(item, items.len() > 1, &mut names));
        found.extend(port(item, kind));
        let protocol = protocol_of(item);
        if let Some(number) = item.get("port").int().filter(|it| !numbers.insert((*it, protocol))) {
            let value = format!("{{\"protocol\":\"{protocol}\",\"port\":{number},\"targetPort\":0}}");
            found.push(item.duplicate(&value));
        }
        let node_port = item.get("nodePort");
        if let Some(number) = node_port.int().filter(|it| *it != 0 && !node_ports.insert((*it, protocol))) {
            found.push(node_port.invalid(&number.to_string(), "provided port is already allocated"));
        }
    }
    found
}

fn protocol_of<'a>(port: &Field<'a>) -> &'a str {
    let protocol = port.get("protocol");
    if protocol.is_empty() { "TCP" } else { protocol.text() }
}

/// "When there are several ports, all must have names": labels, each its own.
fn port_name<'a>(port: &Field<'a>, is_needed: bool, names: &mut OrdSet<&'a str>) -> Option<Refusal> {
    let field = port.get("name");
    let text = field.text();
    if text.is_empty() {
        return is_needed.then(|| field.required());
    }
    match name::label(text) {
        Some(why) => Some(field.invalid(&quoted(text), &why)),
        None => (!names.insert(text)).then(|| field.duplicate(&quoted(text))),
    }
}

fn port(item: &Field<'_>, kind: &str) -> Vec<Refusal> {
    let (number, target, node_port) = (item.get("port"), item.get("targetPort"), item.get("nodePort"));
    let is_port = |it: i64| (1..=65535).contains(&it);
    let value = number.int().unwrap_or(0);
    let mut found = Vec::new();
    if !is_port(value) {
        found.push(number.invalid(&value.to_string(), RANGE));
    }
    found.extend(given(&item.get("protocol"), PROTOCOLS));
    // A missing targetPort, 0 and the empty text become the port.
    let is_default = matches!(target.int(), Some(0)) || target.is_empty();
    match target.int() {
        _ if is_default && !is_port(value) => found.push(target.invalid(&value.to_string(), RANGE)),
        Some(number) if !is_default && !is_port(number) => found.push(target.invalid(&number.to_string(), RANGE)),
        None if !is_default => {
            found.extend(name::port_name(target.text()).map(|why| target.invalid(&quoted(target.text()), why)));
        }
        _ => {}
    }
    let protocol = item.get("appProtocol");
    if protocol.exists() {
        found.extend(name::qualified(protocol.text()).map(|why| protocol.invalid(&quoted(protocol.text()), &why)));
    }
    match node_port.int() {
        Some(0) | None => {}
        Some(_) if matches!(kind, "ClusterIP" | "ExternalName") => {
            found.push(node_port.forbidden(&format!("may not be used when `type` is '{kind}'")));
        }
        Some(number) if !NODE_PORTS.contains(&number) => {
            let why = "provided port is not in the valid range. The range of valid ports is 30000-32767";
            found.push(node_port.invalid(&number.to_string(), why));
        }
        Some(_) => {}
    }
    found
}

/// `clusterIP`, `externalName`, `externalIPs`.
fn addresses(spec: &Field<'_>, kind: &str) -> Vec<Refusal> {
    const IP: &str = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
    let (address, external) = (spec.get("clusterIP"), spec.get("externalName"));
    let text = address.text();
    let mut found = Vec::new();
    let first = spec.get("clusterIP").told_at("spec.clusterIPs[0]");
    if kind == "ExternalName" {
        let all = spec.get("clusterIP").told_at("spec.clusterIPs");
        found.extend((!text.is_empty()).then(|| all.forbidden("may not be set for ExternalName services")));
        let host = external.text().strip_suffix('.').unwrap_or(external.text());
        if host.is_empty() {
            found.push(external.required());
        } else {
            found.extend(name::subdomain(host).map(|why| external.invalid(&quoted(external.text()), &why)));
        }
    } else if text == "None" && matches!(kind, "LoadBalancer" | "NodePort") {
        found.push(first.invalid("\"None\"", &format!("may not be set to 'None' for {kind} services")));
    } else if !text.is_empty() && text != "None" && address_of(text).is_none() {
        found.push(first.invalid(&quoted(text), IP));
    }
    let others = spec.get("externalIPs").items();
    let bad = |it: &Field<'_>| {
        let why = address_of(it.text()).map_or(Some(IP), unfit)?;
        Some(it.invalid(&quoted(it.text()), why))
    };
    found.extend(others.iter().filter_map(bad));
    found
}

/// `ipFamilies`, `ipFamilyPolicy` and `clusterIPs` (`ValidateServiceClusterIPsRelatedFields`).
fn families(spec: &Field<'_>, kind: &str) -> Vec<Refusal> {
    let (families, policy, all) = (spec.get("ipFamilies"), spec.get("ipFamilyPolicy"), spec.get("clusterIPs"));
    let mut found = Vec::new();
    if kind == "ExternalName" {
        let fields = [(!families.is_empty(), families), (policy.exists(), policy)];
        let told = fields.into_iter().filter(|(is_told, _)| *is_told);
        found.extend(told.map(|(_, it)| it.forbidden("may not be set for ExternalName services")));
        return found;
    }
    let mut seen = OrdSet::new();
    for it in families.items() {
        found.extend(it.one_of(&["IPv4", "IPv6"]));
        found.extend((!seen.insert(it.text())).then(|| it.duplicate(&quoted(it.text()))));
    }
    found.extend(given(&policy, &["PreferDualStack", "RequireDualStack", "SingleStack"]));
    if families.len() > 1 && policy.text() == "SingleStack" {
        let why = "must be RequireDualStack or PreferDualStack when multiple 'ipFamilies' are specified";
        found.push(policy.invalid("\"SingleStack\"", why));
    }
    let (first, addresses) = (spec.get("clusterIP").text(), all.texts());
    let why = match addresses.first() {
        Some(_) if first.is_empty() => "must be empty when `clusterIP` is not specified",
        Some(it) if *it != first => "first value must match `clusterIP`",
        Some(&"None") if addresses.len() > 1 => "'None' must be the first and only value",
        None | Some(_) => return found,
    };
    let value: Vec<_> = addresses.iter().map(|it| quoted(it)).collect();
    found.push(all.invalid(&format!("[{}]", value.join(",")), why));
    found
}

/// An address; leading zeros are let through, as they always were in these fields.
fn address_of(text: &str) -> Option<IpAddr> {
    let bare = |it: &str| if it.len() > 1 { it.trim_start_matches('0').to_owned() } else { it.to_owned() };
    let parts: Vec<_> = text.split('.').map(bare).map(|it| if it.is_empty() { "0".into() } else { it }).collect();
    text.parse().ok().or_else(|| parts.join(".").parse().ok())
}

/// Why an external address is none that traffic can come to.
fn unfit(address: IpAddr) -> Option<&'static str> {
    let is_link_local = match address {
        IpAddr::V4(it) => it.is_link_local(),
        IpAddr::V6(it) => it.segments().first().is_some_and(|it| it & 0xffc0 == 0xfe80),
    };
    if address.is_unspecified() {
        return Some(if address.is_ipv4() {
            "may not be unspecified (0.0.0.0)"
        } else {
            "may not be unspecified (::)"
        });
    }
    if address.is_loopback() {
        return Some("may not be in the loopback range (127.0.0.0/8, ::1/128)");
    }
    is_link_local.then_some("may not be in the link-local range (169.254.0.0/16, fe80::/10)")
}

/// Refuses a text that is given and none of these.
fn given(field: &Field<'_>, supported: &[&str]) -> Option<Refusal> {
    if field.is_empty() { None } else { field.one_of(supported) }
}

/// What only a Service of type LoadBalancer may say.
fn load_balancer(spec: &Field<'_>, kind: &str) -> Vec<Refusal> {
    // The server's own spelling.
    let ranges = spec.get("loadBalancerSourceRanges").told_at("spec.LoadBalancerSourceRanges");
    if kind == "LoadBalancer" {
        let class = spec.get("loadBalancerClass");
        let text = class.text();
        let unfit = class.exists().then(|| name::qualified(text)).flatten();
        let unfit = unfit.map(|why| class.invalid(&quoted(text), &why));
        let wrong = ranges.items().into_iter().filter(|it| !is_range(it.text().trim()));
        return unfit.into_iter().chain(wrong.map(|it| it.invalid(&quoted(it.text().trim()), CIDR))).collect();
    }
    let named = ["loadBalancerClass", "allocateLoadBalancerNodePorts"].into_iter().map(|it| spec.get(it));
    let mut found: Vec<_> = named.filter(Field::exists).map(|it| it.forbidden(BALANCED)).collect();
    if !ranges.is_empty() {
        found.push(ranges.forbidden(BALANCED));
    }
    found
}

/// An address, a slash, and how many of its bits count.
fn is_range(text: &str) -> bool {
    let parts = text.split_once('/').and_then(|(address, bits)| Some((address_of(address)?, bits.parse::<u8>().ok()?)));
    parts.is_some_and(|(address, bits)| bits <= if address.is_ipv4() { 32 } else { 128 })
}

/// Affinity and traffic policies.
fn traffic(spec: &Field<'_>, kind: &str) -> Vec<Refusal> {
    let mut found = Vec::new();
    let affinity = spec.get("sessionAffinity");
    found.extend(given(&affinity, &["ClientIP", "None"]));
    let timeout = spec.get("sessionAffinityConfig").get("clientIP").get("timeoutSeconds");
    let seconds = timeout.int().filter(|it| affinity.text() == "ClientIP" && !(1..=86400).contains(it));
    found.extend(seconds.map(|it| timeout.invalid(&it.to_string(), "must be greater than 0 and less than 86400")));
    let external = spec.get("externalTrafficPolicy");
    if external.exists() && !external.is_empty() {
        let reached = matches!(kind, "LoadBalancer" | "NodePort") || !spec.get("externalIPs").is_empty();
        found.extend(if reached {
            external.one_of(&["Cluster", "Local"])
        } else {
            Some(external.invalid(&quoted(external.text()), "may only be set for externally-accessible services"))
        });
    }
    let check = spec.get("healthCheckNodePort");
    let is_checked = kind == "LoadBalancer" && external.text() == "Local";
    if let Some(number) = check.int().filter(|it| *it != 0 && !is_checked) {
        let why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
        found.push(check.invalid(&number.to_string(), why));
    }
    found.extend(given(&spec.get("internalTrafficPolicy"), &["Cluster", "Local"]));
    found.extend(given(&spec.get("trafficDistribution"), &["PreferClose", "PreferSameNode", "PreferSameZone"]));
    found
}
