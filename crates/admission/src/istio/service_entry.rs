//! ServiceEntries, WorkloadEntries and WorkloadGroups.
//!
//! Source: `ValidateServiceEntry`, `validateWorkloadEntry`, `ValidateWorkloadGroup`, `validateReadinessProbe`.

use podpath_order::OrdSet;

use super::gateway::SOCKET;
use super::value::{self, Protocol, not_negative};
use super::{Review, header, host, namespace, target};
use crate::Field;

pub(super) fn check(review: &mut Review, root: &Field<'_>) {
    let spec = root.get("spec");
    target::old_selector(review, &spec.get("workloadSelector"), "service entry");
    for it in spec.get("hosts").items() {
        review.must(&it, host::wildcard(it.text()));
        if let Some(words) = host::partial(it.text()) {
            review.warn(&it, &words);
        }
    }
    for it in spec.get("addresses").items() {
        review.must(&it, host::subnet(it.text()));
    }
    ports(review, root);
    resolution(review, root);
    several_hosts(review, &spec);
    value::export(review, &spec.get("exportTo"), namespace(root), true);
}

/// The names of the ports, which endpoints refer to.
fn port_names<'a>(spec: &Field<'a>) -> OrdSet<&'a str> {
    spec.get("ports").items().iter().map(|it| it.get("name").text()).collect()
}

fn ports(review: &mut Review, root: &Field<'_>) {
    let spec = root.get("spec");
    let needs_address = spec.get("addresses").is_empty() && !has_own_address(root);
    for it in spec.get("ports").items() {
        let (name, protocol, number) = (it.get("name"), it.get("protocol"), it.get("number"));
        if needs_address && matches!(protocol.text(), "" | "TCP") {
            let words = "addresses are required for ports serving TCP (or unset) protocol when IP Autoallocation is not \
                         enabled";
            review.warn(&it, words);
        }
        review.must(&name, value::port_name(name.text()));
        review.must(&protocol, value::protocol(protocol.text()));
        review.must(&number, value::port(number.int().unwrap_or_default()));
        let target = it.get("targetPort");
        review.must(&target, target.int().filter(|it| *it != 0).and_then(value::port));
    }
}

/// istiod gives an entry an address of its own, unless a label says no, it has a wildcard, or nothing is resolved.
fn has_own_address(root: &Field<'_>) -> bool {
    let spec = root.get("spec");
    let label = root.get("metadata").get("labels").get("networking.istio.io/enable-autoallocate-ip").text();
    let is_resolved = !matches!(spec.get("resolution").text(), "" | "NONE");
    let has_wildcard = spec.get("hosts").texts().iter().any(|it| it.starts_with('*'));
    label != "false" && is_resolved && !has_wildcard
}

fn resolution(review: &mut Review, root: &Field<'_>) {
    let spec = root.get("spec");
    let (written, selector) = (spec.get("resolution"), spec.get("workloadSelector"));
    let mode = if written.is_empty() { "NONE" } else { written.text() };
    if mode != "STATIC" && selector.exists() {
        review.warn(&selector, &format!("workloadSelector should not be set when resolution mode is {mode}"));
    }
    let names = port_names(&spec);
    match mode {
        "STATIC" => {
            for it in spec.get("endpoints").items() {
                workload_entry(review, &it, Some(&names), false);
            }
        }
        "DNS" | "DNS_ROUND_ROBIN" => by_name(review, &spec, mode, &names),
        "DYNAMIC_DNS" => dynamic(review, &spec),
        _ => {}
    }
}

fn by_name(review: &mut Review, spec: &Field<'_>, mode: &str, names: &OrdSet<&str>) {
    let (hosts, endpoints) = (spec.get("hosts"), spec.get("endpoints"));
    for it in hosts.items().iter().filter(|_| endpoints.is_empty()) {
        if let Some(why) = host::full(it.text()) {
            let words = format!(
                "hosts must be FQDN or contain only prefix wildcards if no endpoints are provided for resolution mode \
                 {mode}, {why}"
            );
            review.refuse(it, &words);
        }
    }
    for it in endpoints.items() {
        let address = it.get("address");
        if !host::is_address(address.text()) && host::full(address.text()).is_some() {
            let words = format!("endpoint address \"{}\" is not a valid FQDN or an IP address", address.text());
            review.refuse(&address, &words);
        }
        value::labels(review, &it.get("labels"));
        endpoint_ports(review, &it, Some(names));
    }
    let is_tcp = |it: &Field<'_>| Protocol::parse(it.get("protocol").text()).is_tcp();
    if !spec.get("addresses").is_empty() && hosts.len() > 1 && spec.get("ports").items().iter().any(is_tcp) {
        review.warn(
            &hosts,
            "service entry can not have more than one host specified simultaneously with address and tcp port",
        );
    }
}

/// Each name below a wildcard is looked up when it is called; so the hosts are wildcards, and nothing else is known of them.
fn dynamic(review: &mut Review, spec: &Field<'_>) {
    for it in spec.get("hosts").items() {
        let words = "hosts must be wildcards for resolution mode DYNAMIC_DNS";
        review.refuse_if(!it.text().starts_with("*."), &it, words);
    }
    let (endpoints, location) = (spec.get("endpoints"), spec.get("location"));
    let words = "no endpoints should be provided for resolution mode DYNAMIC_DNS";
    review.refuse_if(!endpoints.is_empty(), &endpoints, words);
    let words = "location must be MESH_EXTERNAL for resolution mode DYNAMIC_DNS";
    review.refuse_if(location.text() == "MESH_INTERNAL", &location, words);
}

/// Plain connections to one port cannot be told apart by their host.
fn several_hosts(review: &mut Review, spec: &Field<'_>) {
    let (hosts, written) = (spec.get("hosts"), spec.get("resolution"));
    if hosts.len() < 2 || matches!(written.text(), "" | "NONE") {
        return;
    }
    let is_plain =
        |it: &Field<'_>| !matches!(Protocol::parse(it.get("protocol").text()), Protocol::Http | Protocol::Tls);
    if let Some(it) = spec.get("ports").items().into_iter().find(is_plain) {
        review.refuse(&it, "multiple hosts provided with non-HTTP, non-TLS ports");
    }
}

/// A WorkloadEntry, or an endpoint of a ServiceEntry, whose ports `names` holds.
pub(super) fn workload_entry(review: &mut Review, entry: &Field<'_>, names: Option<&OrdSet<&str>>, takes_names: bool) {
    let (address, network, ports) = (entry.get("address"), entry.get("network"), entry.get("ports"));
    let text = address.text();
    if text.is_empty() {
        if network.is_empty() {
            return review.refuse(entry, "address is required");
        }
        review.warn(entry, &format!("address is unset with network \"{}\"", network.text()));
    } else if let Some(path) = text.strip_prefix(SOCKET) {
        review.must(&address, host::socket(path));
        review.refuse_if(!ports.is_empty(), &ports, &format!("unix endpoint {text} must not include ports"));
        let is_one = names.is_none_or(|it| it.len() == 1);
        review.refuse_if(!is_one, entry, "exactly 1 service port required for unix endpoints");
    } else if !host::is_address(text) && (!takes_names || host::full(text).is_some()) {
        let what = if takes_names { "FQDN or an IP address" } else { "IP address" };
        review.refuse(&address, &format!("endpoint address \"{text}\" is not a valid {what}"));
    }
    endpoint_ports(review, entry, names);
    value::labels(review, &entry.get("labels"));
}

fn endpoint_ports(review: &mut Review, entry: &Field<'_>, names: Option<&OrdSet<&str>>) {
    for (name, it) in entry.get("ports").values() {
        let number = it.int().unwrap_or_default();
        let is_known = names.is_none_or(|names| names.contains(name));
        review.refuse_if(!is_known, &it, &format!("endpoint port {number} is not defined by the service entry"));
        review.must(&it, value::port_name(name));
        review.must(&it, value::port(number));
    }
}

/// A WorkloadGroup; most of its template is filled in later.
pub(super) fn workload_group(review: &mut Review, spec: &Field<'_>) {
    value::labels(review, &spec.get("metadata").get("labels"));
    let probe = spec.get("probe");
    if !probe.exists() {
        return;
    }
    let times = ["periodSeconds", "initialDelaySeconds", "timeoutSeconds", "successThreshold", "failureThreshold"];
    not_negative(review, &probe, &times.map(|it| (it, it)));
    let (http, socket, command, grpc) =
        (probe.get("httpGet"), probe.get("tcpSocket"), probe.get("exec"), probe.get("grpc"));
    if http.exists() {
        let scheme = http.get("scheme");
        let is_known = matches!(scheme.text(), "" | "HTTP" | "HTTPS");
        review.refuse_if(!is_known, &scheme, "httpGet.scheme must be one of \"HTTPS\", \"HTTP\"");
        for it in http.get("httpHeaders").items().iter().map(|it| it.get("name")) {
            review.must(&it, header::strict(it.text()));
        }
    } else if !socket.exists() && !command.exists() && !grpc.exists() {
        review.refuse(&probe, "unknown health check method <nil>");
    }
}
