//! Settings of the whole controller, from its ConfigMap.
//!
//! Source: `docs/user-guide/nginx-configuration/configmap.md`, `internal/ingress/controller/config/config.go` for what holds
//! unless told, `template/configmap.go` for how the keys are read.

use std::sync::Arc;

use podpath_cluster::Cluster;
use podpath_objects::ConfigMap;

use super::annotation::{Headers, Keys, Risk, is_name, listed};
use super::canary::escape;
use crate::matcher::Condition;
use crate::pattern::{Pattern, TextMatch};
use crate::range::is_range;
use crate::real_ip::RealIp;

/// The ConfigMap that the controller's own manifests make.
const CONFIG: &str = "ingress-nginx-controller";

/// Settings of the ConfigMap that may change any answer and are not modelled.
const UNMODELLED: &[&str] = &["http-snippet", "location-snippet", "main-snippet", "server-snippet"];

/// "It only accepts 301, 302, 307 and 308": with anything else it stays 308.
const REDIRECT_CODES: &[u64] = &[301, 302, 307, 308];

/// Settings of the whole controller.
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub(super) struct Config {
    /// Paths with other characters need pathType ImplementationSpecific.
    pub(super) strict_paths: bool,
    pub(super) allows_snippets: bool,
    /// `annotations-risk-level`: the highest one that is taken.
    pub(super) risk: Risk,
    /// Annotations may name Secrets of other namespaces.
    pub(super) crosses_namespaces: bool,
    /// An Ingress with one of these words in an annotation is left out.
    pub(super) forbidden_words: Vec<String>,
    /// `X-Forwarded-Proto` and `X-Forwarded-Host` of a request are believed.
    pub(super) uses_forwarded_headers: bool,
    /// Whom lists of addresses and the Pods take for the client.
    pub(super) real_ip: Option<Arc<RealIp>>,
    /// 308 unless told.
    pub(super) redirect_code: u16,
    /// Paths that begin so are not redirected to HTTPS.
    pub(super) no_tls_redirect: Vec<String>,
    /// Paths that begin so ask nobody who it is.
    pub(super) no_auth: Vec<String>,
    /// Who is asked at every location that does not turn it off: the setting, for it is not modelled.
    pub(super) global_auth: Option<String>,
    /// Requests that every server answers with 403 before anything else.
    pub(super) blocked: Vec<Condition>,
    /// Clients that get 403 at locations without a list of their own.
    pub(super) blocked_ranges: Vec<String>,
    /// `custom-http-errors` has 503, so another backend answers it.
    pub(super) replaces_503: bool,
    /// `Strict-Transport-Security` of every answer over TLS.
    pub(super) hsts: Option<String>,
    /// Headers that every answer gets.
    pub(super) answer_headers: Headers,
    /// Headers that every backend gets.
    pub(super) backend_headers: Headers,
    /// Headers that an Ingress may add to its answers.
    pub(super) allowed_headers: Vec<String>,
    /// A setting that is not modelled.
    pub(super) unmodelled: Option<String>,
    pub(super) ssl_redirect: bool,
    pub(super) force_ssl_redirect: bool,
    pub(super) allow: Vec<String>,
    pub(super) deny: Vec<String>,
}

impl Config {
    pub(super) fn read(cluster: &Cluster) -> Self {
        let map = cluster.all::<ConfigMap>().find(|it| it.name() == CONFIG);
        let keys = Keys { labels: map.map(|it| &it.object.data), prefix: "", ignored: vec![] };
        let unmodelled = UNMODELLED.iter().copied().find(|it| keys.text(it).is_some());
        let (blocked, unreadable) = blocked(&keys);
        let ranges = keys.list("block-cidrs");
        let odd_range = ranges.iter().any(|it| !is_range(it)).then_some("block-cidrs");
        let allowed = keys.list("global-allowed-response-headers").into_iter();
        let global_auth = keys.text("global-auth-url").filter(|it| is_url(it)).map(|_| setting("global-auth-url"));
        Self {
            strict_paths: keys.flag("strict-validate-path-type").unwrap_or(true),
            allows_snippets: keys.flag("allow-snippet-annotations").unwrap_or(false),
            risk: Risk::parse(keys.text("annotations-risk-level")),
            crosses_namespaces: keys.flag("allow-cross-namespace-resources").unwrap_or(false),
            forbidden_words: keys
                .text("annotation-value-word-blocklist")
                .map_or_else(Vec::new, |it| it.split(',').map(|word| word.trim().to_owned()).collect()),
            uses_forwarded_headers: keys.flag("use-forwarded-headers").unwrap_or(false),
            real_ip: real_ip(&keys).map(Arc::new),
            redirect_code: redirect_code(&keys),
            no_tls_redirect: locations(&keys, "no-tls-redirect-locations"),
            no_auth: locations(&keys, "no-auth-locations"),
            global_auth,
            blocked,
            blocked_ranges: ranges.into_iter().map(str::to_owned).collect(),
            replaces_503: keys.list("custom-http-errors").contains(&"503"),
            hsts: hsts(&keys),
            answer_headers: listed(cluster, keys.text("add-headers")),
            backend_headers: listed(cluster, keys.text("proxy-set-headers")),
            allowed_headers: allowed.filter(|it| is_name(it)).map(str::to_owned).collect(),
            unmodelled: unmodelled.or(unreadable).or(odd_range).map(setting),
            ssl_redirect: keys.flag("ssl-redirect").unwrap_or(true),
            force_ssl_redirect: keys.flag("force-ssl-redirect").unwrap_or(false),
            allow: keys.ranges("whitelist-source-range").and_then(Result::ok).unwrap_or_default(),
            deny: keys.ranges("denylist-source-range").and_then(Result::ok).unwrap_or_default(),
        }
    }
}

/// The field of a setting.
pub(super) fn setting(key: &str) -> String {
    format!("ConfigMap {CONFIG} data[\"{key}\"]")
}

/// "Enable the real_ip module only if we use either X-Forwarded headers or Proxy Protocol", or where it is asked for; with
/// the latter the load balancer tells the client in another way.
fn real_ip(keys: &Keys<'_>) -> Option<RealIp> {
    let is_on = |key: &str| keys.flag(key).unwrap_or(false);
    if !(is_on("use-forwarded-headers") || is_on("enable-real-ip")) || is_on("use-proxy-protocol") {
        return None;
    }
    let trusted = match keys.text("proxy-real-ip-cidr") {
        Some(_) => keys.list("proxy-real-ip-cidr").into_iter().map(str::to_owned).collect(),
        None => vec!["0.0.0.0/0".to_owned()],
    };
    Some(RealIp { header: keys.text("forwarded-for-header").unwrap_or("X-Forwarded-For").to_owned(), trusted })
}

/// The header over TLS, for subdomains too unless told, whatever certificate there is (`lua_ingress.lua`, `header`).
fn hsts(keys: &Keys<'_>) -> Option<String> {
    let or = |key: &str, default: bool| keys.flag(key).unwrap_or(default);
    let subdomains = if or("hsts-include-subdomains", true) { "; includeSubDomains" } else { "" };
    let preload = if or("hsts-preload", false) { "; preload" } else { "" };
    let age = keys.text("hsts-max-age").unwrap_or("31536000");
    or("hsts", true).then(|| format!("max-age={age}{subdomains}{preload}"))
}

fn redirect_code(keys: &Keys<'_>) -> u16 {
    let told = keys.number("http-redirect-code").filter(|it| REDIRECT_CODES.contains(it));
    told.and_then(|it| u16::try_from(it).ok()).unwrap_or(308)
}

/// Beginnings of paths; who solves a challenge of ACME is let through unless told otherwise.
fn locations(keys: &Keys<'_>, key: &str) -> Vec<String> {
    match keys.labels.and_then(|it| it.get(key)) {
        Some(_) => keys.list(key).into_iter().map(str::to_owned).collect(),
        None => vec!["/.well-known/acme-challenge".to_owned()],
    }
}

/// An address that is none is told in the log and asked by nobody.
fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, rest)| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        !scheme.is_empty() && !host.is_empty() && !host.contains("..")
    })
}

/// What `block-user-agents` and `block-referers` block, and a setting with an entry that nginx would read otherwise.
fn blocked(keys: &Keys<'_>) -> (Vec<Condition>, Option<&'static str>) {
    let (mut found, mut unreadable) = (Vec::new(), None);
    for (key, header) in [("block-user-agents", "user-agent"), ("block-referers", "referer")] {
        for entry in keys.list(key) {
            let Some(pattern) = map_entry(entry) else {
                unreadable = Some(key);
                continue;
            };
            // A missing header is an empty text.
            if pattern.matches("") {
                found.push(Condition::WithoutHeader(header.to_owned(), TextMatch::Present));
            }
            found.push(Condition::Header(header.to_owned(), TextMatch::Regex(pattern)));
        }
    }
    (found, unreadable)
}

/// The key of a `map` of nginx: "strings are matched ignoring the case"; `~` begins a pattern, `~*` one without case. None
/// for what stands for something else in a configuration.
fn map_entry(entry: &str) -> Option<Pattern> {
    let is_word = !entry.contains(|c: char| c.is_whitespace() || "\"'{};#".contains(c)) && !entry.starts_with('\\');
    if !is_word || ["default", "hostnames", "include", "volatile"].contains(&entry) {
        return None;
    }
    let pattern = match entry.strip_prefix('~') {
        None => Pattern::new(&format!("(?i){}", escape(entry))),
        Some(rest) => match rest.strip_prefix('*') {
            Some(rest) => Pattern::anywhere(&format!("(?i){rest}")),
            None => Pattern::anywhere(rest),
        },
    };
    pattern.is_valid().then_some(pattern)
}
