//! The rules of a Service.
//!
//! Source: `pkg/apis/core/validation/validation.go` (`ValidateService`). What only allocation finds, such as a node port
//! that is taken by another Service, is left to the cluster.

mod addresses;

use podpath_order::OrdSet;

use self::addresses::address_of;
use crate::metadata::{self, labels, quoted};
use crate::{Field, Refusal, name};

const TYPES: &[&str] = &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const PROTOCOLS: &[&str] = &["SCTP", "TCP", "UDP"];
const RANGE: &str = "must be between 1 and 65535, inclusive";
const BALANCED: &str = "may only be used when `type` is 'LoadBalancer'";
const CIDR: &str = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
const RANGES: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";
const NOTED_RANGES: &str = "metadata.annotations[service.beta.kubernetes.io/load-balancer-source-ranges]";
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
    found.extend(addresses::check(&spec, kind));
    found.extend(addresses::families(&spec, kind));
    found.extend(load_balancer(&root, &spec, kind));
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

/// Refuses a text that is given and none of these.
fn given(field: &Field<'_>, supported: &[&str]) -> Option<Refusal> {
    if field.is_empty() { None } else { field.one_of(supported) }
}

/// The same where an empty text is a value, too: no default takes its place.
fn written(field: &Field<'_>, supported: &[&str]) -> Option<Refusal> {
    if field.exists() { field.one_of(supported) } else { None }
}

/// What only a Service of type LoadBalancer may say.
fn load_balancer(root: &Field<'_>, spec: &Field<'_>, kind: &str) -> Vec<Refusal> {
    let class = spec.get("loadBalancerClass");
    let mut found = Vec::new();
    if kind == "LoadBalancer" {
        let unfit = class.exists().then(|| name::qualified(class.text())).flatten();
        found.extend(unfit.map(|why| class.invalid(&quoted(class.text()), &why)));
    } else {
        let named = [class, spec.get("allocateLoadBalancerNodePorts")];
        found.extend(named.iter().filter(|it| it.exists()).map(|it| it.forbidden(BALANCED)));
    }
    found.extend(ranges(root, spec, kind));
    found
}

/// The ranges of clients, of the field or else of the older annotation, where one place holds them all. White space around
/// them counts for nothing.
fn ranges(root: &Field<'_>, spec: &Field<'_>, kind: &str) -> Vec<Refusal> {
    // The server's own spelling.
    let listed = spec.get("loadBalancerSourceRanges").told_at("spec.LoadBalancerSourceRanges");
    let noted = root.get("metadata").get("annotations").get(RANGES).told_at(NOTED_RANGES);
    let (place, parts) = if listed.is_empty() {
        let parts = noted.text().split(',').map(|it| (noted.clone(), it.trim()));
        let parts: Vec<_> = parts.filter(|_| !noted.text().trim().is_empty()).collect();
        (noted, parts)
    } else {
        let parts = listed.items().into_iter().map(|it| (it.clone(), it.text().trim())).collect();
        (listed, parts)
    };
    let is_lost = place.exists() && kind != "LoadBalancer";
    let mut found: Vec<_> = is_lost.then(|| place.forbidden(BALANCED)).into_iter().collect();
    let wrong = parts.into_iter().filter(|(_, range)| !is_range(range));
    found.extend(wrong.map(|(it, range)| it.invalid(&quoted(range), CIDR)));
    found
}

/// An address, a slash, and how many of its bits count; Rust reads a sign before them, Go does not.
fn is_range(text: &str) -> bool {
    let parts = text.split_once('/').and_then(|(address, bits)| Some((address_of(address)?, bits.parse::<u8>().ok()?)));
    !text.contains('+') && parts.is_some_and(|(address, bits)| bits <= if address.is_ipv4() { 32 } else { 128 })
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
    found.extend(written(&spec.get("internalTrafficPolicy"), &["Cluster", "Local"]));
    found.extend(written(&spec.get("trafficDistribution"), &["PreferClose", "PreferSameNode", "PreferSameZone"]));
    found
}
