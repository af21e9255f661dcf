//! Sidecars: what the proxies of Pods let in, and what they know outside.
//!
//! Source: `ValidateSidecar` and what it calls.

use podpath_order::{OrdMap, OrdSet};

use super::gateway::{self, SOCKET};
use super::host::{self, Holder};
use super::traffic_policy::connection_pool;
use super::value::{self, Protocol};
use super::{Review, namespace, target, virtual_service};
use crate::Field;

pub(super) fn check(review: &mut Review, root: &Field<'_>) {
    let spec = root.get("spec");
    target::old_selector(review, &spec.get("workloadSelector"), "sidecar");
    let (ingress, egress) = (spec.get("ingress"), spec.get("egress"));
    let (outbound, pool) = (spec.get("outboundTrafficPolicy"), spec.get("inboundConnectionPool"));
    if ingress.is_empty() && egress.is_empty() && !outbound.exists() && !pool.exists() {
        return review.refuse(&spec, "sidecar: empty configuration provided");
    }
    let mut numbers = OrdSet::new();
    for it in ingress.items() {
        let_in(review, &it);
        once(review, &it.get("port").get("number"), &mut numbers);
    }
    connection_pool(review, &pool);
    known(review, &egress.items(), namespace(root));
    outside(review, &outbound);
}

/// Each listener of a number once.
fn once(review: &mut Review, number: &Field<'_>, seen: &mut OrdSet<i64>) {
    let is_new = number.int().is_none_or(|it| seen.insert(it));
    review.refuse_if(!is_new, number, "sidecar: ports on IP bound listeners must be unique");
}

fn let_in(review: &mut Review, listener: &Field<'_>) {
    let port = listener.get("port");
    no_target(review, &port);
    listened(review, &port, &listener.get("bind"));
    endpoint(review, &listener.get("defaultEndpoint"));
    let tls = listener.get("tls");
    let protocol = Protocol::parse(port.get("protocol").text());
    if tls.exists() {
        for (key, words) in [
            ("subjectAltNames", "subjectAltNames is not supported in ingress tls"),
            ("credentialName", "credentialName is not currently supported"),
            ("credentialNames", "credentialNames is not currently supported"),
            ("tlsCertificates", "tls_certificates is not currently supported"),
        ] {
            let it = tls.get(key);
            review.refuse_if(!it.is_empty(), &it, &format!("sidecar: {words}"));
        }
        let (redirect, mode) = (tls.get("httpsRedirect"), tls.get("mode"));
        review.refuse_if(redirect.is_true(), &redirect, "sidecar: httpsRedirect is not supported");
        let is_for_gateways = matches!(mode.text(), "ISTIO_MUTUAL" | "AUTO_PASSTHROUGH");
        let words = format!("configuration is invalid: cannot set mode to {} in sidecar ingress tls", mode.text());
        review.refuse_if(is_for_gateways, &mode, &words);
        let words = "server cannot have TLS settings for non HTTPS/TLS ports";
        review.refuse_if(protocol != Protocol::Tls, &tls, words);
        gateway::tls_options(review, &tls);
    }
    let pool = listener.get("connectionPool");
    connection_pool(review, &pool);
    if pool.get("http").exists() && protocol != Protocol::Http {
        let words = format!(
            "sidecar: HTTP connection pool settings are configured for port {} (\"{}\") but its protocol is not HTTP \
             ({}); only TCP settings will apply",
            port.get("number").int().unwrap_or_default(),
            port.get("name").text(),
            port.get("protocol").text()
        );
        review.warn(&pool, &words);
    }
}

fn no_target(review: &mut Review, port: &Field<'_>) {
    let target = port.get("targetPort");
    review.refuse_if(target.int().is_some_and(|it| it > 0), &target, "targetPort has no impact on Sidecars");
}

/// A port of a listener on an address.
fn listened(review: &mut Review, port: &Field<'_>, bind: &Field<'_>) {
    described(review, port);
    let number = port.get("number");
    review.must(&number, value::port(number.int().unwrap_or_default()));
    if !bind.is_empty() {
        review.must(bind, host::address(bind.text()));
    }
}

fn described(review: &mut Review, port: &Field<'_>) {
    let (name, protocol) = (port.get("name"), port.get("protocol"));
    if !name.is_empty() {
        review.must(&name, value::port_name(name.text()));
    }
    review.must(&protocol, value::protocol(protocol.text()));
}

/// Where inbound requests go: a socket, or a port of the Pod itself.
fn endpoint(review: &mut Review, endpoint: &Field<'_>) {
    let text = endpoint.text();
    if text.is_empty() {
        return;
    }
    if let Some(path) = text.strip_prefix(SOCKET) {
        return review.must(endpoint, host::socket(path));
    }
    let Some((name, port)) = text.rsplit_once(':') else {
        return review.refuse(endpoint, &format!("address {text}: missing port in address"));
    };
    let bare = name.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    if bare.is_none() && name.contains(':') {
        return review.refuse(endpoint, &format!("address {text}: too many colons in address"));
    }
    let is_local = matches!(bare.unwrap_or(name), "" | "127.0.0.1" | "0.0.0.0" | "::1" | "::");
    review.refuse_if(
        !is_local,
        endpoint,
        "sidecar: defaultEndpoint must be of form 127.0.0.1:<port>,0.0.0.0:<port>,[::1]:port,[::]:port,unix://filepath \
         or unset",
    );
    match port.parse::<i64>() {
        Ok(number) => review.must(endpoint, value::port(number)),
        Err(_) => review.refuse(endpoint, &format!("sidecar: defaultEndpoint port ({port}) is not a number")),
    }
}

fn known(review: &mut Review, listeners: &[Field<'_>], own: &str) {
    let (mut numbers, mut sockets) = (OrdSet::new(), OrdSet::new());
    for (idx, it) in listeners.iter().enumerate() {
        let (port, bind) = (it.get("port"), it.get("bind"));
        let number = port.get("number");
        if !port.exists() {
            let words = "sidecar: the egress listener with empty port should be the last listener in the list";
            review.refuse_if(idx + 1 < listeners.len(), it, words);
        } else if number.int().unwrap_or_default() == 0 {
            no_target(review, &port);
            on_socket(review, &port, it);
            let words = "sidecar: unix domain socket values for listeners must be unique";
            review.refuse_if(!sockets.insert(bind.text()), &bind, words);
        } else {
            no_target(review, &port);
            listened(review, &port, &bind);
            once(review, &number, &mut numbers);
        }
        hosts(review, &it.get("hosts"), own);
    }
}

/// A listener without port number is a socket.
fn on_socket(review: &mut Review, port: &Field<'_>, listener: &Field<'_>) {
    described(review, port);
    let (bind, capture) = (listener.get("bind"), listener.get("captureMode"));
    match bind.text().strip_prefix(SOCKET) {
        Some(path) => review.must(&bind, host::socket(path)),
        None => review.refuse(&bind, "sidecar: ports with 0 value must have a unix domain socket bind address"),
    }
    let is_plain = matches!(capture.text(), "" | "DEFAULT" | "NONE");
    review.refuse_if(!is_plain, &capture, "sidecar: captureMode must be DEFAULT/NONE for unix domain socket listeners");
}

/// `namespace/host`, each once.
fn hosts(review: &mut Review, list: &Field<'_>, own: &str) {
    review.refuse_if(list.is_empty(), list, "sidecar: egress listener must contain at least one host");
    let mut seen: OrdMap<&str, OrdSet<&str>> = OrdMap::new();
    for it in list.items() {
        let text = it.text();
        if let Some((namespace, host)) = text.split_once('/') {
            let of = seen.entry(if namespace == "." { own } else { namespace }).or_default();
            let is_twice = if host == "*" { !of.is_empty() } else { of.contains(host) || of.contains("*") };
            of.insert(host);
            if is_twice {
                review.warn(&it, &format!("duplicated egress host: {text}"));
            }
        }
        for words in host::in_namespace(text, Holder::Sidecar) {
            review.refuse(&it, &words);
        }
    }
    // What leaves a namespace out again belongs to all of them.
    let others = seen.keys().filter(|it| **it != "*" && !it.starts_with('~')).count();
    if others > 0 && seen.get("*").is_some_and(|it| it.contains("*")) {
        review.warn(list, "`*/*` host select all resources, no other hosts can be added");
    }
}

fn outside(review: &mut Review, policy: &Field<'_>) {
    let proxy = policy.get("egressProxy");
    if !proxy.exists() {
        return;
    }
    if policy.get("mode").text() != "ALLOW_ANY" {
        let words = "sidecar: egress_proxy must be set only with ALLOW_ANY outbound_traffic_policy mode";
        return review.refuse(&proxy, words);
    }
    let name = proxy.get("host");
    review.must(&name, host::full(name.text()));
    if !proxy.get("port").exists() {
        return review.refuse(&proxy, "sidecar: egress_proxy port must be non-nil");
    }
    virtual_service::destination(review, &proxy);
}
