//! VirtualServices: hosts, gateways, and routes of connections.
//!
//! Source: `ValidateVirtualService`, `validateTLSRoute`, `validateTCPRoute`, `validateDestination`.

use super::{Review, destination_rule, header, host, http_route, namespace, value};
use crate::Field;

/// No more hosts than these are compared with one another, or with server names.
const MANY_HOSTS: usize = 256;

/// What stands for all sidecars among the gateways.
const MESH: &str = "mesh";

pub(super) fn check(review: &mut Review, root: &Field<'_>) {
    let spec = root.get("spec");
    let (hosts, gateways) = (spec.get("hosts"), spec.get("gateways"));
    let routes = ["http", "tls", "tcp"].map(|key| spec.get(key));
    let [http, tls, tcp] = &routes;
    let is_delegate = hosts.is_empty();
    if is_delegate {
        for (it, what) in [(&gateways, "gateways"), (tls, "tls route"), (tcp, "tcp route")] {
            let words = format!("delegate virtual service must have no {what} specified");
            review.refuse_if(!it.is_empty(), it, &words);
        }
    }
    gateway_names(review, &gateways);
    let is_at_gateway = at_gateway(&gateways);
    if !is_at_gateway {
        claims(review, http, &gateways);
    }
    own_hosts(review, &spec, is_at_gateway);
    review.refuse_if(routes.iter().all(Field::is_empty), &spec, "http, tcp or tls must be provided in virtual service");
    for it in http.items() {
        http_route::check(review, &it, is_delegate);
    }
    let names = ServerNames { hosts: hosts.texts(), are_for_mesh: gateways.texts().contains(&MESH) };
    for it in tls.items() {
        tls_route(review, &it, &names);
    }
    for it in tcp.items() {
        tcp_route(review, &it);
    }
    value::export(review, &spec.get("exportTo"), namespace(root), false);
}

/// It names gateways, and not the mesh beside them.
fn at_gateway(gateways: &Field<'_>) -> bool {
    !gateways.is_empty() && !gateways.texts().contains(&MESH)
}

/// Claims of a token are known at a gateway alone.
fn claims(review: &mut Review, http: &Field<'_>, gateways: &Field<'_>) {
    let names = gateways.texts().join(" ");
    for it in http.items().iter().flat_map(|it| it.get("match").items()) {
        for (key, value) in ["headers", "withoutHeaders"].iter().flat_map(|map| it.get(map).values()) {
            if header::is_claim(key) && !review.is_full() {
                let words = format!(
                    "JWT claim based routing (key: {key}) is only supported for gateway, found no gateways: [{names}]"
                );
                review.refuse(&value, &words);
            }
        }
    }
}

fn own_hosts(review: &mut Review, spec: &Field<'_>, is_at_gateway: bool) {
    let mut hosts = spec.get("hosts").items();
    let has_names =
        spec.get("tls").items().iter().flat_map(|it| it.get("match").items()).any(|it| !it.get("sniHosts").is_empty());
    let before = review.refusals.len();
    for it in &hosts {
        let text = it.text();
        let why = if is_at_gateway { host::at_gateway(text, has_names) } else { host::wildcard(text) };
        if let Some(words) = why {
            review.refuse_if(!host::is_address(text), it, &words);
        } else if !is_at_gateway && text == "*" {
            review.refuse(it, "wildcard host * is not allowed for virtual services bound to the mesh gateway");
        }
    }
    if review.refusals.len() > before {
        return;
    }
    hosts.truncate(MANY_HOSTS);
    for (idx, it) in hosts.iter().enumerate() {
        if review.is_full() {
            return;
        }
        for other in hosts.iter().skip(idx + 1).filter(|other| host::matches(it.text(), other.text())) {
            review.refuse(other, &format!("duplicate hosts in virtual service: {} & {}", it.text(), other.text()));
        }
    }
}

/// `namespace/name`, `mesh`, or a name of old with dots, which ends the look at the others.
pub(super) fn gateway_names(review: &mut Review, gateways: &Field<'_>) {
    for it in gateways.items() {
        let text = it.text();
        let Some((namespace, name)) = text.split_once('/') else {
            if let [name, namespace, ..] = text.split('.').collect::<Vec<_>>().as_slice() {
                let words = format!(
                    "using legacy gatewayName format \"{text}\"; prefer the <namespace>/<name> format: \"{namespace}/{name}\""
                );
                review.warn(&it, &words);
            }
            return review.must(&it, host::full(text));
        };
        let is_whole = !namespace.is_empty() && !name.is_empty();
        review.refuse_if(!is_whole, &it, "config namespace and gateway name cannot be empty");
        // The namespace of the VirtualService itself.
        let is_known = namespace == "." || host::is_label(namespace);
        review.refuse_if(!is_known, &it, &format!("invalid value for namespace: \"{namespace}\""));
        review.refuse_if(!host::is_label(name), &it, &format!("invalid value for gateway name: \"{name}\""));
    }
}

/// What the names of a TLS route are compared with.
struct ServerNames<'a> {
    hosts: Vec<&'a str>,
    /// Without gateways a name is read as at one: none of them is the mesh.
    are_for_mesh: bool,
}

fn tls_route(review: &mut Review, route: &Field<'_>, known: &ServerNames<'_>) {
    let matches = route.get("match");
    review.refuse_if(matches.is_empty(), &matches, "TLS route must have at least one match condition");
    for it in matches.items() {
        let names = it.get("sniHosts");
        review.refuse_if(names.is_empty(), &names, "TLS match must have at least one SNI host");
        for it in names.items() {
            server_name(review, &it, known);
        }
        connection(review, &it);
    }
    let targets = route.get("route");
    review.refuse_if(targets.is_empty(), route, "TLS route is required");
    weighted(review, &targets);
}

fn server_name(review: &mut Review, name: &Field<'_>, known: &ServerNames<'_>) {
    let text = name.text();
    let why = if known.are_for_mesh { host::wildcard(text) } else { host::at_gateway(text, true) };
    if let Some(words) = why {
        if host::is_address(text) {
            let words =
                format!("using an IP address (\"{text}\") goes against SNI spec and most clients do not support this");
            review.warn(name, &words);
        } else {
            review.refuse(name, &words);
        }
        return;
    }
    let is_asked = known.hosts.len() <= MANY_HOSTS && !review.is_full();
    if is_asked && !known.hosts.iter().any(|it| host::is_subset(text, it)) {
        let words = format!(
            "SNI host \"{text}\" is not a compatible subset of any of the virtual service hosts: [{}]",
            known.hosts.join(", ")
        );
        review.refuse(name, &words);
    }
}

fn tcp_route(review: &mut Review, route: &Field<'_>) {
    for it in route.get("match").items() {
        connection(review, &it);
    }
    let targets = route.get("route");
    review.refuse_if(targets.is_empty(), route, "TCP route is required");
    weighted(review, &targets);
}

/// What a match of a connection may ask for.
fn connection(review: &mut Review, it: &Field<'_>) {
    for it in it.get("destinationSubnets").items() {
        review.must(&it, host::subnet(it.text()));
    }
    asked_port(review, it);
    value::labels(review, &it.get("sourceLabels"));
    gateway_names(review, &it.get("gateways"));
}

/// The port of a match; none and 0 are any.
pub(super) fn asked_port(review: &mut Review, it: &Field<'_>) {
    let port = it.get("port");
    review.must(&port, port.int().filter(|it| *it != 0).and_then(value::port));
}

/// The destinations of a route with their weights.
pub(super) fn weighted(review: &mut Review, targets: &Field<'_>) {
    let mut total = 0_i64;
    let items = targets.items();
    for it in &items {
        destination(review, &it.get("destination"));
        let weight = it.get("weight");
        let written = weight.int().unwrap_or_default();
        review.refuse_if(written < 0, &weight, &format!("weight {written} < 0"));
        total = total.saturating_add(written);
    }
    review.refuse_if(items.len() > 1 && total == 0, targets, "total destination weight = 0");
}

/// A destination, which may be missing.
pub(super) fn destination(review: &mut Review, target: &Field<'_>) {
    if !target.exists() {
        return;
    }
    let (name, subset, port) = (target.get("host"), target.get("subset"), target.get("port"));
    if name.text() == "*" {
        review.refuse(&name, "invalid destination host *");
    } else {
        review.must(&name, host::wildcard(name.text()));
    }
    if !subset.is_empty() {
        review.must(&subset, destination_rule::subset_name(subset.text()));
    }
    if port.exists() {
        let number = port.get("number");
        review.must(&number, value::port(number.int().unwrap_or_default()));
    }
}
