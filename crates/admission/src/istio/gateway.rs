//! Gateways: servers, their ports and TLS.
//!
//! Source: `ValidateGateway`, `validateServer`, `validateTLSOptions`.

use podpath_order::OrdSet;

use super::Review;
use super::host::{self, Holder};
use super::value::{self, Protocol};
use crate::Field;

pub(super) const SOCKET: &str = "unix://";

pub(super) fn check(review: &mut Review, root: &Field<'_>) {
    let name = root.get("metadata").get("name");
    if !name.text().is_empty() && !host::is_label(name.text()) {
        review.refuse(&name, &format!("invalid gateway name: \"{}\"", name.text()));
    }
    let servers = root.get("spec").get("servers");
    review.refuse_if(servers.is_empty(), &servers, "gateway must have at least one server");
    let mut names = OrdSet::new();
    for it in servers.items() {
        server(review, &it);
        let (port, tls) = (it.get("port"), it.get("tls"));
        let name = port.get("name");
        if port.exists() && !names.insert(name.text()) {
            let words = format!("port names in servers must be unique: duplicate name {}", name.text());
            review.refuse(&name, &words);
        }
        let redirect = tls.get("httpsRedirect");
        if redirect.is_true() && Protocol::parse(port.get("protocol").text()) != Protocol::Http {
            review.warn(&redirect, "tls.httpsRedirect should only be used with http servers");
        }
    }
}

fn server(review: &mut Review, server: &Field<'_>) {
    let hosts = server.get("hosts");
    review.refuse_if(hosts.is_empty(), &hosts, "server config must contain at least one host");
    for it in hosts.items() {
        for words in host::in_namespace(it.text(), Holder::Gateway) {
            review.refuse(&it, &words);
        }
    }
    let (given, tls, bind) = (server.get("port"), server.get("tls"), server.get("bind"));
    let before = review.refusals.len();
    port(review, &given, bind.text());
    let is_port_fine = review.refusals.len() == before;
    bound(review, &given, &bind);
    tls_options(review, &tls);
    if !is_port_fine {
        return;
    }
    let is_redirect_alone = !terminates(&tls)
        && ["caCertificates", "privateKey", "serverCertificate"].iter().all(|key| tls.get(key).text().is_empty());
    match Protocol::parse(given.get("protocol").text()) {
        Protocol::Tls => {
            review.refuse_if(!tls.exists(), server, "server must have TLS settings for HTTPS/TLS protocols");
        }
        Protocol::Http if tls.exists() && !is_redirect_alone => {
            review.refuse(&tls, "server cannot have TLS settings for plain text HTTP ports");
        }
        Protocol::Http => {}
        _ => review.refuse_if(tls.exists(), &tls, "server cannot have TLS settings for non HTTPS/TLS ports"),
    }
}

/// True when the gateway ends TLS itself; without a mode it lets it through.
fn terminates(tls: &Field<'_>) -> bool {
    !matches!(tls.get("mode").text(), "" | "PASSTHROUGH" | "AUTO_PASSTHROUGH")
}

fn port(review: &mut Review, port: &Field<'_>, bind: &str) {
    if !port.exists() {
        return review.refuse(port, "port is required");
    }
    let (protocol, number, name) = (port.get("protocol"), port.get("number"), port.get("name"));
    if Protocol::parse(protocol.text()) == Protocol::Unknown {
        let words = format!(
            "invalid protocol \"{}\", supported protocols are HTTP, HTTP2, GRPC, GRPC-WEB, MONGO, REDIS, MYSQL, TCP",
            protocol.text()
        );
        review.refuse(&protocol, &words);
    }
    let written = number.int().unwrap_or_default();
    if written > 0 || !bind.starts_with(SOCKET) {
        review.must(&number, value::port(written));
    }
    let target = port.get("targetPort");
    review.refuse_if(target.int().is_some_and(|it| it > 0), &target, "targetPort has no impact on Gateways");
    review.refuse_if(name.text().is_empty(), &name, "port name must be set");
}

fn bound(review: &mut Review, port: &Field<'_>, bind: &Field<'_>) {
    let text = bind.text();
    if let Some(path) = text.strip_prefix(SOCKET) {
        review.must(bind, host::socket(path));
        let number = port.get("number");
        let is_given = number.int().is_some_and(|it| it != 0);
        review.refuse_if(is_given, &number, "port number must be 0 for unix domain socket");
    } else if !text.is_empty() {
        review.must(bind, host::address(text));
    }
}

/// The `tls` of a server, or of what a Sidecar lets in.
pub(super) fn tls_options(review: &mut Review, tls: &Field<'_>) {
    if !tls.exists() {
        return;
    }
    ciphers(review, tls);
    let has = |key: &str| !tls.get(key).is_empty();
    let mode = tls.get("mode").text();
    if mode == "ISTIO_MUTUAL" {
        return mesh_certificates(review, tls);
    }
    let given = [
        "caCrl",
        "serverCertificate",
        "privateKey",
        "caCertificates",
        "tlsCertificates",
        "credentialName",
        "credentialNames",
    ];
    if !terminates(tls) && given.into_iter().any(has) {
        let mode = if mode.is_empty() { "PASSTHROUGH" } else { mode };
        review.warn(tls, &format!("{mode} mode does not use certificates, they will be ignored"));
    }
    let own = has("serverCertificate") && has("privateKey");
    let sources = [own, has("credentialName"), has("credentialNames"), has("tlsCertificates")];
    review.refuse_if(
        sources.into_iter().filter(|it| *it).count() > 1,
        tls,
        "only one of credential_name, credential_names, server_certificate/private_key, tls_certificates should be specified",
    );
    if terminates(tls) && (has("credentialName") || has("credentialNames")) {
        return;
    }
    match mode {
        "SIMPLE" => certificates(review, tls, "SIMPLE TLS"),
        "MUTUAL" | "OPTIONAL_MUTUAL" => {
            review.refuse_if(!has("caCertificates"), tls, "MUTUAL TLS requires a client CA bundle");
            certificates(review, tls, "MUTUAL TLS");
        }
        _ => {}
    }
    let list = tls.get("caCrl");
    if has("caCrl") {
        let words = "CRL is not supported with credentialName. CRL has to be specified in the credential";
        review.refuse_if(has("credentialName"), &list, words);
        review.refuse_if(mode == "SIMPLE", &list, "CRL is not supported with SIMPLE TLS");
    }
}

/// Certificates of the mesh come of themselves.
fn mesh_certificates(review: &mut Review, tls: &Field<'_>) {
    for (key, words) in [
        ("serverCertificate", "server certificate"),
        ("privateKey", "private key"),
        ("caCertificates", "CA bundle"),
        ("tlsCertificates", "tlsCertificates"),
        ("credentialName", "credentialName"),
        ("credentialNames", "credentialNames"),
    ] {
        let it = tls.get(key);
        review.refuse_if(!it.is_empty(), &it, &format!("ISTIO_MUTUAL TLS cannot have associated {words}"));
    }
}

/// A certificate and its key, or a list of them.
fn certificates(review: &mut Review, tls: &Field<'_>, kind: &str) {
    let list = tls.get("tlsCertificates");
    if list.len() > 2 {
        review.warn(&list, &format!("{kind} can support up to 2 server certificates"));
    }
    let pairs = if list.is_empty() { vec![tls.clone()] } else { list.items() };
    for it in pairs {
        for (key, words) in [("serverCertificate", "server certificate"), ("privateKey", "private key")] {
            review.refuse_if(it.get(key).text().is_empty(), &it, &format!("{kind} requires a {words}"));
        }
    }
}

fn ciphers(review: &mut Review, tls: &Field<'_>) {
    let (version, suites) = (tls.get("minProtocolVersion"), tls.get("cipherSuites"));
    if matches!(version.text(), "TLSV1_0" | "TLSV1_1") && suites.is_empty() {
        let words = "TLS version below TLSV1_2 require setting compatible ciphers as by default they no longer include \
                     compatible ciphers.";
        review.warn(&version, words);
    }
    let (mut invalid, mut valid, mut twice) = (OrdSet::new(), OrdSet::new(), OrdSet::new());
    for it in suites.texts() {
        if !is_cipher(it) {
            invalid.insert(it);
        } else if !valid.insert(it) {
            twice.insert(it);
        }
    }
    for (found, what) in [(invalid, "invalid"), (twice, "duplicate")] {
        if !found.is_empty() {
            let list: Vec<&str> = found.into_iter().collect();
            review.warn(&suites, &format!("ignoring {what} cipher suites: [{}]", list.join(" ")));
        }
    }
}

/// What Envoy's library knows; what begins with a sign is an expression.
fn is_cipher(text: &str) -> bool {
    const KNOWN: &[&str] = &[
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-CHACHA20-POLY1305",
        "ECDHE-RSA-CHACHA20-POLY1305",
        "ECDHE-ECDSA-AES128-SHA",
        "ECDHE-RSA-AES128-SHA",
        "ECDHE-ECDSA-AES256-SHA",
        "ECDHE-RSA-AES256-SHA",
        "AES128-GCM-SHA256",
        "AES256-GCM-SHA384",
        "AES128-SHA",
        "AES256-SHA",
        "DES-CBC3-SHA",
    ];
    text.is_empty() || text == "ALL" || !text.starts_with(char::is_alphanumeric) || KNOWN.contains(&text)
}
