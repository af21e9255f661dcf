//! What the annotations of an Ingress, and the controller's ConfigMap, ask of ingress-nginx.
//!
//! Source: `docs/user-guide/nginx-configuration/annotations.md` and `configmap.md`, `internal/ingress/annotations`. A key
//! that the controller does not know is ignored by it, and so it is here.

mod denied;

use podpath_cluster::{Cluster, Found};
use podpath_objects::{ConfigMap, Ingress, Labels};
use podpath_source::Text;

use self::denied::{no_range, without_users};
use crate::gateways::origin;
use crate::range::is_range;
use crate::table::Origin;

const PREFIX: &str = "nginx.ingress.kubernetes.io/";

/// The ConfigMap that the controller's own manifests make.
const CONFIG: &str = "ingress-nginx-controller";

/// Annotations whose effect on the answer is not modelled.
const UNMODELLED: &[&str] = &["auth-url", "custom-headers", "satisfy", "auth-tls-secret"];

/// Annotations that put text of their own into the configuration. The admission refuses them unless the ConfigMap allows.
const SNIPPETS: &[&str] =
    &["configuration-snippet", "server-snippet", "auth-snippet", "stream-snippet", "modsecurity-snippet"];

/// Settings of the ConfigMap that may change any answer and are not modelled.
const UNMODELLED_SETTINGS: &[&str] = &[
    "block-cidrs",
    "block-referers",
    "block-user-agents",
    "global-auth-url",
    "http-snippet",
    "location-snippet",
    "main-snippet",
    "server-snippet",
];

/// Texts by key; booleans are those of Go's `ParseBool`, what cannot be read counts as missing.
struct Keys<'a> {
    labels: Option<&'a Labels>,
    prefix: &'static str,
}

impl<'a> Keys<'a> {
    fn text(&self, key: &str) -> Option<&'a str> {
        let named = |it: &str| it.strip_prefix(self.prefix) == Some(key);
        let found = self.labels?.iter().find(|(it, _)| named(it)).map(|(_, value)| value.trim());
        found.filter(|it| !it.is_empty())
    }

    fn flag(&self, key: &str) -> Option<bool> {
        match self.text(key)? {
            "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
            "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
            _ => None,
        }
    }

    fn number(&self, key: &str) -> Option<u64> {
        self.text(key)?.parse().ok()
    }

    fn list(&self, key: &str) -> Vec<&'a str> {
        let items = self.text(key).into_iter().flat_map(|it| it.split(','));
        items.map(str::trim).filter(|it| !it.is_empty()).collect()
    }

    /// The ranges of a list up to the first that cannot be read; where there is such a one, and no single address before
    /// it, the key is an error (`internal/net`, `ParseIPNets`; `annotations/ipallowlist`).
    fn ranges(&self, key: &'static str) -> Option<Result<Vec<String>, &'static str>> {
        let list = self.list(key);
        let read: Vec<_> = list.iter().take_while(|it| is_range(it)).map(|it| (*it).to_owned()).collect();
        let is_usable = read.len() == list.len() || read.iter().any(|it| !it.contains('/'));
        (!list.is_empty()).then_some(if is_usable { Ok(read) } else { Err(key) })
    }
}

/// Settings of the whole controller.
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub(super) struct Config {
    /// Paths with other characters need pathType ImplementationSpecific.
    pub(super) strict_paths: bool,
    pub(super) allows_snippets: bool,
    /// `X-Forwarded-Proto` and `X-Forwarded-Host` of a request are believed.
    pub(super) uses_forwarded_headers: bool,
    /// 308 unless told.
    pub(super) redirect_code: u16,
    /// Paths that begin so are not redirected to HTTPS.
    pub(super) no_tls_redirect: Vec<String>,
    /// `custom-http-errors` has 503, so another backend answers it.
    replaces_503: bool,
    /// A setting that is not modelled.
    pub(super) unmodelled: Option<String>,
    ssl_redirect: bool,
    force_ssl_redirect: bool,
    allow: Vec<String>,
    deny: Vec<String>,
}

impl Config {
    pub(super) fn read(cluster: &Cluster) -> Self {
        let map = cluster.all::<ConfigMap>().find(|it| it.name() == CONFIG);
        let keys = Keys { labels: map.map(|it| &it.object.data), prefix: "" };
        let acme = || vec!["/.well-known/acme-challenge".to_owned()];
        let paths = keys.list("no-tls-redirect-locations");
        let unmodelled = UNMODELLED_SETTINGS.iter().find(|it| keys.text(it).is_some());
        Self {
            strict_paths: keys.flag("strict-validate-path-type").unwrap_or(true),
            allows_snippets: keys.flag("allow-snippet-annotations").unwrap_or(false),
            uses_forwarded_headers: keys.flag("use-forwarded-headers").unwrap_or(false),
            redirect_code: keys.number("http-redirect-code").and_then(|it| u16::try_from(it).ok()).unwrap_or(308),
            no_tls_redirect: if paths.is_empty() { acme() } else { paths.into_iter().map(str::to_owned).collect() },
            replaces_503: keys.list("custom-http-errors").contains(&"503"),
            unmodelled: unmodelled.map(|it| format!("ConfigMap {CONFIG} data[\"{it}\"]")),
            ssl_redirect: keys.flag("ssl-redirect").unwrap_or(true),
            force_ssl_redirect: keys.flag("force-ssl-redirect").unwrap_or(false),
            allow: keys.ranges("whitelist-source-range").and_then(Result::ok).unwrap_or_default(),
            deny: keys.ranges("denylist-source-range").and_then(Result::ok).unwrap_or_default(),
        }
    }
}

/// What the annotations of an Ingress ask.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an annotation of its own")]
pub(super) struct Annotations {
    pub(super) use_regex: bool,
    pub(super) rewrite_target: Option<String>,
    pub(super) app_root: Option<String>,
    /// Where to, and the status.
    pub(super) redirect: Option<(String, u16)>,
    pub(super) from_to_www: bool,
    pub(super) relative_redirects: bool,
    pub(super) ssl_redirect: bool,
    pub(super) force_ssl_redirect: bool,
    pub(super) keeps_trailing_slash: bool,
    pub(super) aliases: Vec<String>,
    pub(super) canary: Option<Canary>,
    /// The Service that answers when the one of a path has no endpoints.
    pub(super) default_backend: Option<String>,
    pub(super) allow: Vec<String>,
    pub(super) deny: Vec<String>,
    /// Basic authentication: without credentials 401.
    pub(super) asks_password: bool,
    /// The annotation that cannot be played, and why: every request is answered 503.
    pub(super) denied: Option<(&'static str, Text)>,
    /// `backend-protocol` is HTTPS or GRPCS.
    pub(super) begins_tls: bool,
    pub(super) upstream_vhost: Option<String>,
    pub(super) forwarded_prefix: Option<String>,
    pub(super) cors: Option<Cors>,
    /// The URL that gets a copy.
    pub(super) mirror: Option<String>,
    /// Errors of nginx itself that another backend answers.
    pub(super) replaces_503: bool,
    pub(super) ssl_passthrough: bool,
    /// An annotation that is not modelled: the field.
    pub(super) unmodelled: Option<String>,
    /// An annotation that the admission refuses.
    pub(super) snippet: Option<&'static str>,
}

/// When the alternative backend is taken.
#[derive(Clone, Debug, Default)]
pub(super) struct Canary {
    pub(super) header: Option<String>,
    pub(super) header_value: Option<String>,
    pub(super) header_pattern: Option<String>,
    pub(super) cookie: Option<String>,
    pub(super) weight: u64,
    pub(super) total: u64,
}

/// Headers for scripts of other origins.
#[derive(Clone, Debug)]
pub(super) struct Cors {
    pub(super) origins: Vec<String>,
    /// All headers but that of the origin.
    pub(super) headers: Vec<(String, String)>,
}

impl Annotations {
    pub(super) fn read(cluster: &Cluster, ingress: &Found<'_, Ingress>, config: &Config) -> Self {
        let labels = &ingress.entry.resource.meta.annotations;
        let keys = Keys { labels: Some(labels), prefix: PREFIX };
        let owned = |key: &str| keys.text(key).map(str::to_owned);
        let snippet = SNIPPETS.iter().copied().find(|it| keys.text(it).is_some());
        let password = keys.text("auth-type");
        let allow = ["whitelist-source-range", "allowlist-source-range"].into_iter().find_map(|it| keys.ranges(it));
        let deny = keys.ranges("denylist-source-range");
        let unreadable = [&allow, &deny].into_iter().find_map(|it| it.as_ref()?.as_ref().err().copied());
        let denied = unreadable.map(|it| (it, no_range(it)));
        let unmodelled = UNMODELLED.iter().copied().find(|it| keys.text(it).is_some());
        let unmodelled = unmodelled.or(password.filter(|it| *it != "basic").map(|_| "auth-type"));
        let unmodelled = unmodelled.or(keys
            .text("backend-protocol")
            .filter(|it| matches!(*it, "FCGI" | "AUTO_HTTP"))
            .map(|_| "backend-protocol"));
        Self {
            use_regex: keys.flag("use-regex").unwrap_or(false),
            rewrite_target: owned("rewrite-target"),
            app_root: owned("app-root").filter(|it| it.starts_with('/')),
            redirect: redirect(&keys),
            from_to_www: keys.flag("from-to-www-redirect").unwrap_or(false),
            relative_redirects: keys.flag("relative-redirects").unwrap_or(false),
            ssl_redirect: keys.flag("ssl-redirect").unwrap_or(config.ssl_redirect),
            force_ssl_redirect: keys.flag("force-ssl-redirect").unwrap_or(config.force_ssl_redirect),
            keeps_trailing_slash: keys.flag("preserve-trailing-slash").unwrap_or(false),
            aliases: keys.list("server-alias").into_iter().map(str::to_owned).collect(),
            canary: canary(&keys),
            default_backend: owned("default-backend"),
            allow: allow.and_then(Result::ok).unwrap_or_else(|| config.allow.clone()),
            deny: deny.and_then(Result::ok).unwrap_or_else(|| config.deny.clone()),
            denied: denied.or_else(|| without_users(cluster, ingress, &keys).map(|it| ("auth-secret", it))),
            asks_password: password == Some("basic"),
            begins_tls: matches!(keys.text("backend-protocol"), Some("HTTPS" | "GRPCS")),
            upstream_vhost: owned("upstream-vhost"),
            forwarded_prefix: owned("x-forwarded-prefix"),
            cors: cors(&keys),
            mirror: owned("mirror-target"),
            replaces_503: match keys.text("custom-http-errors") {
                Some(_) => keys.list("custom-http-errors").contains(&"503"),
                None => config.replaces_503,
            },
            ssl_passthrough: keys.flag("ssl-passthrough").unwrap_or(false),
            unmodelled: unmodelled.or(snippet.filter(|_| config.allows_snippets)).map(field),
            snippet: snippet.filter(|_| !config.allows_snippets),
        }
    }
}

/// The field of an annotation.
pub(super) fn field(suffix: &str) -> String {
    format!("metadata.annotations[\"{PREFIX}{suffix}\"]")
}

/// The place of an annotation.
pub(super) fn place(ingress: &Found<'_, Ingress>, suffix: &str) -> Origin {
    let annotations = &ingress.entry.resource.meta.annotations;
    let written = annotations.entry(&format!("{PREFIX}{suffix}"));
    origin(ingress, written.map_or(annotations.span, |(_, value)| value.span), field(suffix))
}

/// "If the Ingress contains both annotations the execution order is temporal and then permanent."
fn redirect(keys: &Keys<'_>) -> Option<(String, u16)> {
    let code = |key: &str, default: u16| {
        let number = keys.number(key).and_then(|it| u16::try_from(it).ok());
        number.filter(|it| (300..=308).contains(it)).unwrap_or(default)
    };
    let (url, code) = match keys.text("temporal-redirect") {
        Some(url) => (url, code("temporal-redirect-code", 302)),
        None => (keys.text("permanent-redirect")?, code("permanent-redirect-code", 301)),
    };
    // "only http and https are valid protocols"
    let is_valid = url.split_once("://").is_none_or(|(scheme, _)| scheme.starts_with("http") || scheme.contains('$'));
    is_valid.then(|| (url.to_owned(), code))
}

fn canary(keys: &Keys<'_>) -> Option<Canary> {
    keys.flag("canary").filter(|it| *it)?;
    let owned = |key: &str| keys.text(key).map(str::to_owned);
    Some(Canary {
        header: owned("canary-by-header"),
        header_value: owned("canary-by-header-value"),
        header_pattern: owned("canary-by-header-pattern"),
        cookie: owned("canary-by-cookie"),
        weight: keys.number("canary-weight").unwrap_or(0),
        // "canary-weight-total defaults to 100, and can be increased".
        total: keys.number("canary-weight-total").unwrap_or(100).max(100),
    })
}

fn cors(keys: &Keys<'_>) -> Option<Cors> {
    keys.flag("enable-cors").filter(|it| *it)?;
    let or = |key: &str, default: &str| keys.text(key).unwrap_or(default).to_owned();
    let origins = keys.list("cors-allow-origin");
    let mut headers = Vec::new();
    if keys.flag("cors-allow-credentials").unwrap_or(true) {
        headers.push(("Access-Control-Allow-Credentials".to_owned(), "true".to_owned()));
    }
    headers.push((
        "Access-Control-Allow-Methods".to_owned(),
        or("cors-allow-methods", "GET, PUT, POST, DELETE, PATCH, OPTIONS"),
    ));
    let names =
        "DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization";
    headers.push(("Access-Control-Allow-Headers".to_owned(), or("cors-allow-headers", names)));
    let exposed = keys.text("cors-expose-headers");
    headers.extend(exposed.map(|it| ("Access-Control-Expose-Headers".to_owned(), it.to_owned())));
    headers.push(("Access-Control-Max-Age".to_owned(), or("cors-max-age", "1728000")));
    let origins = if origins.is_empty() || origins.contains(&"*") { vec!["*"] } else { origins };
    Some(Cors { origins: origins.into_iter().map(str::to_owned).collect(), headers })
}
