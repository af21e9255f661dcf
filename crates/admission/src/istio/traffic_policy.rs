//! Traffic policies: pools of connections, outliers, load balancing, TLS to the server.
//!
//! Source: `validateTrafficPolicy` and what it calls, `ValidateTLS`, `ValidateLocalityLbSetting`.

use podpath_order::OrdSet;

use super::Review;
use super::host;
use super::value::{self, durations, not_negative};
use crate::Field;

/// A `trafficPolicy`, which may be missing.
pub(super) fn check(review: &mut Review, policy: &Field<'_>) {
    if !policy.exists() {
        return;
    }
    let parts = ["outlierDetection", "connectionPool", "loadBalancer", "tls", "tunnel", "proxyProtocol"];
    let ports = policy.get("portLevelSettings");
    if ports.is_empty() && !has_any(policy, &parts) {
        return review.refuse(policy, "traffic policy must have at least one field");
    }
    let (tunnel, proxy) = (policy.get("tunnel"), policy.get("proxyProtocol"));
    if tunnel.exists() && proxy.exists() {
        return review.refuse(policy, "tunnel and proxyProtocol must not be set together");
    }
    of_port(review, policy);
    for it in ports.items() {
        let port = it.get("port");
        review.refuse_if(!port.exists(), &it, "portTrafficPolicy must have valid port");
        if has_any(&it, &["outlierDetection", "connectionPool", "loadBalancer", "tls"]) {
            of_port(review, &it);
        } else {
            review.refuse(&it, "port traffic policy must have at least one field");
        }
    }
    tunnelled(review, &tunnel);
}

fn has_any(policy: &Field<'_>, keys: &[&str]) -> bool {
    keys.iter().any(|key| policy.get(key).exists())
}

/// What a policy may say for one port as well.
fn of_port(review: &mut Review, policy: &Field<'_>) {
    let outliers = policy.get("outlierDetection");
    outlier_detection(review, &outliers);
    connection_pool(review, &policy.get("connectionPool"));
    load_balancer(review, &policy.get("loadBalancer"), outliers.exists());
    client_tls(review, &policy.get("tls"));
}

fn tunnelled(review: &mut Review, tunnel: &Field<'_>) {
    if !tunnel.exists() {
        return;
    }
    let (protocol, target, port) = (tunnel.get("protocol"), tunnel.get("targetHost"), tunnel.get("targetPort"));
    let is_known = matches!(protocol.text(), "" | "CONNECT" | "POST");
    review.refuse_if(!is_known, &protocol, "tunnel protocol must be \"CONNECT\" or \"POST\"");
    if let (Some(name), Some(address)) = (host::full(target.text()), host::address(target.text())) {
        review.refuse(&target, &format!("tunnel target host must be valid FQDN or IP address: {name}; {address}"));
    }
    if let Some(words) = value::port(port.int().unwrap_or_default()) {
        review.refuse(&port, &format!("tunnel target port is invalid: {words}"));
    }
}

fn outlier_detection(review: &mut Review, outliers: &Field<'_>) {
    durations(review, outliers, &["baseEjectionTime", "interval"]);
    let old = outliers.get("consecutiveErrors");
    if old.int().is_some_and(|it| it != 0) {
        let words = "outlier detection consecutive errors is deprecated, use consecutiveGatewayErrors or \
                     consecutive5xxErrors instead";
        review.warn(&old, words);
    }
    let local = outliers.get("consecutiveLocalOriginFailures");
    let is_split = outliers.get("splitExternalLocalOriginErrors").is_true();
    review.refuse_if(
        !is_split && local.int().is_some_and(|it| it > 0),
        &local,
        "outlier detection consecutive local origin failures is specified, but split external local origin errors is \
         set to false",
    );
    for it in ["maxEjectionPercent", "minHealthPercent"].map(|key| outliers.get(key)) {
        review.must(&it, value::percent(&it));
    }
}

/// A `connectionPool`, also of a Sidecar.
pub(super) fn connection_pool(review: &mut Review, pool: &Field<'_>) {
    if !pool.exists() {
        return;
    }
    let (http, tcp) = (pool.get("http"), pool.get("tcp"));
    if !http.exists() && !tcp.exists() {
        return review.refuse(pool, "connection pool must have at least one field");
    }
    not_negative(
        review,
        &http,
        &[
            ("http1MaxPendingRequests", "http1 max pending requests"),
            ("http2MaxRequests", "http2 max requests"),
            ("maxRequestsPerConnection", "max requests per connection"),
            ("maxRetries", "max retries"),
            ("maxConcurrentStreams", "max concurrent streams"),
        ],
    );
    durations(review, &http, &["idleTimeout"]);
    durations(review, &http.get("http2KeepAlive"), &["interval", "timeout"]);
    let follows = http.get("useClientProtocol");
    review.refuse_if(
        http.get("h2UpgradePolicy").text() == "UPGRADE" && follows.is_true(),
        &follows,
        "use client protocol must not be true when H2UpgradePolicy is UPGRADE",
    );
    not_negative(review, &tcp, &[("maxConnections", "max connections")]);
    durations(review, &tcp, &["connectTimeout", "maxConnectionDuration"]);
    durations(review, &tcp.get("tcpKeepalive"), &["time", "interval"]);
    let idle = tcp.get("idleTimeout");
    // No time at all switches it off.
    if podpath_source::nanoseconds(idle.text()).is_some_and(|it| it / 1_000_000 != 0) {
        durations(review, &tcp, &["idleTimeout"]);
    }
}

fn load_balancer(review: &mut Review, settings: &Field<'_>, has_outliers: bool) {
    let hash = settings.get("consistentHash");
    cookie(review, &hash.get("httpCookie"));
    let ring = hash.get("minimumRingSize");
    if ring.int().is_some_and(|it| it != 0) {
        let words =
            "consistent hash MinimumRingSize is deprecated, use ConsistentHashLB's RingHash configuration instead";
        review.warn(&ring, words);
        let is_both = hash.get("ringHash").exists() || hash.get("maglev").exists();
        review.refuse_if(is_both, &ring, "only one of MinimumRingSize or Maglev/Ringhash can be specified");
    }
    let maglev = hash.get("maglev");
    if maglev.exists() {
        let size = maglev.get("tableSize");
        let written = size.int().unwrap_or_default();
        review.refuse_if(written == 0, &size, "tableSize must be set for maglev");
        review.refuse_if(written >= 5_000_011, &size, "tableSize must be less than 5000011 for maglev");
        let is_prime = written < 5_000_011 && is_prime(written);
        review.refuse_if(!is_prime, &size, "tableSize must be a prime number for maglev");
    }
    locality(review, &settings.get("localityLbSetting"), has_outliers);
    durations(review, settings, &["warmupDurationSecs"]);
    durations(review, &settings.get("warmup"), &["duration"]);
}

/// A small number; up to three all but 0 are taken for prime.
fn is_prime(number: i64) -> bool {
    if (1..4).contains(&number) {
        return true;
    }
    number > 0 && number % 2 != 0 && (3..).step_by(2).take_while(|it| it * it <= number).all(|it| number % it != 0)
}

fn cookie(review: &mut Review, cookie: &Field<'_>) {
    if !cookie.exists() {
        return;
    }
    review.refuse_if(cookie.get("name").text().is_empty(), cookie, "name required for HttpCookie");
    let mut seen = OrdSet::new();
    for it in cookie.get("attributes").items() {
        let name = it.get("name").text();
        if name.is_empty() {
            review.refuse(&it, "name required for HttpCookie attribute");
        } else if !seen.insert(name) {
            review.refuse(&it, &format!("duplicate HttpCookie attribute name: {name}"));
        }
    }
}

/// The `tls` of a policy: how the proxy meets the server.
fn client_tls(review: &mut Review, tls: &Field<'_>) {
    let has = |key: &str| !tls.get(key).is_empty();
    let mode = tls.get("mode").text();
    let skips = tls.get("insecureSkipVerify");
    if skips.is_true() {
        let (is_verified, words) = match mode {
            "SIMPLE" => (
                has("caCertificates") || has("credentialName") || has("subjectAltNames"),
                "cannot specify CaCertificates or CredentialName or SubjectAltNames when InsecureSkipVerify is set true",
            ),
            "MUTUAL" => (
                has("caCertificates") || has("subjectAltNames"),
                "cannot specify CaCertificates or SubjectAltNames when InsecureSkipVerify is set true",
            ),
            _ => (false, ""),
        };
        review.refuse_if(is_verified, &skips, words);
    }
    if matches!(mode, "SIMPLE" | "MUTUAL") && has("credentialName") {
        let is_both = ["clientCertificate", "caCertificates", "privateKey", "caCrl"].into_iter().any(has);
        let words = "cannot specify client certificates or CA certificate or CA CRL If credentialName is set";
        return review.refuse_if(is_both, tls, words);
    }
    if mode == "MUTUAL" {
        review.refuse_if(!has("clientCertificate"), tls, "client certificate required for mutual tls");
        review.refuse_if(!has("privateKey"), tls, "private key required for mutual tls");
    }
}

fn locality(review: &mut Review, setting: &Field<'_>, has_outliers: bool) {
    let (shares, failovers, order) =
        (setting.get("distribute"), setting.get("failover"), setting.get("failoverPriority"));
    if !shares.is_empty() && !failovers.is_empty() {
        return review.refuse(setting, "can not simultaneously specify 'distribute' and 'failover'");
    }
    for it in order.items().iter().filter(|_| !failovers.is_empty()) {
        if matches!(
            it.text(),
            "topology.kubernetes.io/region" | "topology.kubernetes.io/zone" | "topology.istio.io/subzone"
        ) {
            let words = "can not simultaneously set 'failover' and topology label";
            return review.refuse(it, &format!("{words} '{}' in 'failover_priority'", it.text()));
        }
    }
    for it in shares.items() {
        let parts = it.get("to").entries();
        let weights: Vec<i64> = parts.iter().map(|(_, it)| it.int().unwrap_or_default()).collect();
        if weights.iter().any(|it| !(1..=100).contains(it)) {
            return review.refuse(&it, "locality weight must be in range [1, 100]");
        }
        let total: i64 = weights.iter().sum();
        if total != 100 {
            return review.refuse(&it, &format!("total locality weight {total} != 100"));
        }
        review.must(&it, localities(&parts.iter().map(|(key, _)| *key).collect::<Vec<_>>()));
    }
    let from: Vec<&str> = shares.items().iter().map(|it| it.get("from").text()).collect();
    review.must(&shares, localities(&from));
    let has_order = !failovers.is_empty() || !order.is_empty();
    if has_order && !has_outliers {
        review.warn(setting, "outlier detection policy must be provided for failover");
    }
    for it in failovers.items() {
        let (from, to) = (it.get("from").text(), it.get("to").text());
        review.refuse_if(from == to, &it, "locality lb failover settings must specify different regions");
        let has = |sign: char| from.contains(sign) || to.contains(sign);
        review.refuse_if(has('/'), &it, "locality lb failover only specify region");
        review.refuse_if(has('*'), &it, "locality lb failover region should not contain '*' wildcard");
    }
}

/// Why `region/zone/subzone` are none, or one of them holds another; more than these are not compared.
fn localities(list: &[&str]) -> Option<String> {
    const MANY: usize = 256;
    let mut seen: Vec<Vec<&str>> = Vec::new();
    for text in list.iter().take(MANY) {
        let stars = text.matches('*').count();
        if stars > 1 || stars == 1 && !text.ends_with('*') {
            return Some(format!("locality {text} wildcard '*' number can not exceed 1 and must be in the end"));
        }
        let parts: Vec<&str> = text.splitn(3, '/').collect();
        if parts.contains(&"") {
            return Some(format!("locality {text} must not contain empty region/zone/subzone info"));
        }
        // A wildcard at the end says nothing more than the parts before it.
        let own: Vec<&str> = parts.into_iter().filter(|it| *it != "*").collect();
        let is_held = |it: &Vec<&str>| own.starts_with(it) || !text.ends_with('*') && it.starts_with(&own);
        if seen.iter().any(is_held) {
            return Some(format!("locality {text} overlap with previous specified ones"));
        }
        seen.push(own);
    }
    None
}
