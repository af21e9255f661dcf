//! What the annotations of an Ingress ask of ingress-nginx.
//!
//! Source: `docs/user-guide/nginx-configuration/annotations.md`, `internal/ingress/annotations`. A key that the controller
//! does not know is ignored by it, and so it is here.

mod denied;
mod headers;
mod ignored;
mod invalid;
mod risk;

use podpath_cluster::{Cluster, Found};
use podpath_objects::{Ingress, Labels};
use podpath_source::{Text, boolean};

use self::denied::{no_range, users};
use self::headers::custom;
pub(super) use self::headers::{Headers, is_name, listed};
use self::ignored::{cors, failing, ignored};
use self::invalid::invalid;
pub(super) use self::risk::Risk;
use self::risk::risky;
use super::config::Config;
use crate::gateways::origin;
use crate::range::is_range;
use crate::table::Origin;

const PREFIX: &str = "nginx.ingress.kubernetes.io/";

/// Annotations whose effect on the answer is not modelled.
const UNMODELLED: &[&str] = &["auth-tls-secret"];

/// The same, of those that ask who it is.
const UNMODELLED_AUTH: &[&str] = &["auth-url", "satisfy"];

/// Annotations that put text of their own into the configuration. The admission refuses them unless the ConfigMap allows.
const SNIPPETS: &[&str] =
    &["configuration-snippet", "server-snippet", "auth-snippet", "stream-snippet", "modsecurity-snippet"];

/// Texts by key; booleans are those of Go's `ParseBool`, what cannot be read counts as missing.
pub(super) struct Keys<'a> {
    pub(super) labels: Option<&'a Labels>,
    pub(super) prefix: &'static str,
    /// Keys of annotations whose value counts as missing.
    pub(super) ignored: Vec<&'static str>,
}

impl<'a> Keys<'a> {
    /// A value as it stands there, spaces and all.
    fn written(&self, key: &str) -> Option<&'a str> {
        self.labels?.get(&format!("{}{key}", self.prefix)).filter(|it| !it.is_empty())
    }

    /// The text of a key, unless its test does not take it.
    fn taken(&self, key: &str) -> Option<&'a str> {
        self.text(key).filter(|_| !self.ignored.contains(&key))
    }

    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        let named = |it: &str| it.strip_prefix(self.prefix) == Some(key);
        let found = self.labels?.iter().find(|(it, _)| named(it)).map(|(_, value)| value.trim());
        found.filter(|it| !it.is_empty())
    }

    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        boolean(self.text(key)?)
    }

    pub(super) fn number(&self, key: &str) -> Option<u64> {
        self.text(key)?.parse().ok()
    }

    pub(super) fn list(&self, key: &str) -> Vec<&'a str> {
        let items = self.text(key).into_iter().flat_map(|it| it.split(','));
        items.map(str::trim).filter(|it| !it.is_empty()).collect()
    }

    /// The ranges of a list up to the first that cannot be read; where there is such a one, and no single address before
    /// it, the key is an error (`internal/net`, `ParseIPNets`; `annotations/ipallowlist`).
    pub(super) fn ranges(&self, key: &'static str) -> Option<Result<Vec<String>, &'static str>> {
        let list = self.list(key);
        let read: Vec<_> = list.iter().take_while(|it| is_range(it)).map(|it| (*it).to_owned()).collect();
        let is_usable = read.len() == list.len() || read.iter().any(|it| !it.contains('/'));
        (!list.is_empty()).then_some(if is_usable { Ok(read) } else { Err(key) })
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
    /// Basic authentication: the users of the Secret; whoever is none of them gets 401.
    pub(super) users: Option<Vec<String>>,
    /// An annotation that asks who it is and is not modelled: the field.
    pub(super) unmodelled_auth: Option<String>,
    /// Whom `global-auth-url` of the ConfigMap names is asked too.
    pub(super) global_auth: bool,
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
    /// An annotation for which the Ingress is left out, and the controller's own words.
    pub(super) refused: Option<(String, String)>,
    /// Headers that every answer gets.
    pub(super) headers: Headers,
    /// Annotations whose value counts as missing, and why.
    pub(super) ignored: Vec<(&'static str, Text)>,
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
        let mut keys = Keys { labels: Some(labels), prefix: PREFIX, ignored: vec![] };
        keys.ignored = failing(&keys);
        let owned = |key: &str| keys.text(key).map(str::to_owned);
        let snippet = SNIPPETS.iter().copied().find(|it| keys.text(it).is_some());
        let password = keys.text("auth-type");
        let allow = ["whitelist-source-range", "allowlist-source-range"].into_iter().find_map(|it| keys.ranges(it));
        let deny = keys.ranges("denylist-source-range");
        let unreadable = [&allow, &deny].into_iter().find_map(|it| it.as_ref()?.as_ref().err().copied());
        let users = users(cluster, ingress, &keys, config);
        let denied = unreadable.map(|it| (it, no_range(it)));
        let denied = denied.or_else(|| users.as_ref()?.as_ref().err().map(|it| ("auth-secret", it.clone())));
        let headers = custom(cluster, &keys, config);
        let denied = denied.or_else(|| headers.as_ref().err().map(|it| ("custom-headers", it.clone())));
        let unmodelled_auth = UNMODELLED_AUTH.iter().copied().find(|it| keys.text(it).is_some());
        let unmodelled_auth = unmodelled_auth.or(password.filter(|it| *it != "basic").map(|_| "auth-type"));
        let unmodelled = UNMODELLED.iter().copied().find(|it| keys.text(it).is_some());
        let unmodelled = unmodelled.or(keys
            .text("backend-protocol")
            .filter(|it| matches!(*it, "FCGI" | "AUTO_HTTP"))
            .map(|_| "backend-protocol"));
        Self {
            use_regex: keys.flag("use-regex").unwrap_or(false),
            rewrite_target: keys.taken("rewrite-target").map(str::to_owned),
            app_root: keys.taken("app-root").filter(|it| it.starts_with('/')).map(str::to_owned),
            redirect: redirect(&keys),
            from_to_www: !leads_nowhere(&keys) && keys.flag("from-to-www-redirect").unwrap_or(false),
            relative_redirects: keys.flag("relative-redirects").unwrap_or(false),
            ssl_redirect: keys.flag("ssl-redirect").unwrap_or(config.ssl_redirect),
            force_ssl_redirect: keys.flag("force-ssl-redirect").unwrap_or(config.force_ssl_redirect),
            keeps_trailing_slash: keys.flag("preserve-trailing-slash").unwrap_or(false),
            aliases: keys.list("server-alias").into_iter().map(str::to_owned).collect(),
            canary: canary(&keys),
            default_backend: owned("default-backend"),
            allow: allow.and_then(Result::ok).unwrap_or_else(|| config.allow.clone()),
            deny: deny.and_then(Result::ok).unwrap_or_else(|| config.deny.clone()),
            denied,
            users: users.and_then(Result::ok),
            unmodelled_auth: unmodelled_auth.map(field),
            global_auth: keys.flag("enable-global-auth").unwrap_or(true) && keys.text("auth-url").is_none(),
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
            refused: refused(&keys, config),
            headers: headers.unwrap_or_default(),
            ignored: ignored(&keys),
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

/// An annotation that the admission webhook refuses, in its own words: a forbidden word in its value, a snippet, one that is
/// too risky, a value that its test does not take.
fn refused(keys: &Keys<'_>, config: &Config) -> Option<(String, String)> {
    let own = keys.labels?.iter().filter_map(|(key, value)| Some((key.strip_prefix(PREFIX)?, value)));
    for (key, value) in own {
        if let Some(word) = config.forbidden_words.iter().find(|it| value.contains(it.as_str())) {
            return Some((key.to_owned(), format!("{PREFIX}{key} annotation contains invalid word {word}")));
        }
    }
    if let Some(key) = SNIPPETS.iter().find(|key| !config.allows_snippets && keys.text(key).is_some()) {
        let words = format!(
            "{PREFIX}{key} annotation cannot be used. Snippet directives are disabled by the Ingress administrator"
        );
        return Some(((*key).to_owned(), words));
    }
    if let Some((key, group)) = risky(keys, config.risk) {
        let words = format!("annotation group {group} contains risky annotation based on ingress configuration");
        return Some((key.to_owned(), words));
    }
    invalid(keys).map(|key| (key.to_owned(), format!("annotation {PREFIX}{key} contains invalid value")))
}

/// `temporal-redirect` without `http` before its first colon ends the reading of all redirects of the Ingress, silently
/// (`isValidURL`). `permanent-redirect` may lead anywhere.
fn leads_nowhere(keys: &Keys<'_>) -> bool {
    let is_http = |url: &str| {
        let scheme = url.split_once(':').map_or("", |(it, _)| it).to_ascii_lowercase();
        scheme.starts_with("http") && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    };
    keys.text("temporal-redirect").is_some_and(|it| !is_http(it))
}

/// "If the Ingress contains both annotations the execution order is temporal and then permanent."
fn redirect(keys: &Keys<'_>) -> Option<(String, u16)> {
    let code = |key: &str, default: u16| {
        let number = keys.number(key).and_then(|it| u16::try_from(it).ok());
        number.filter(|it| (300..=308).contains(it)).unwrap_or(default)
    };
    match keys.text("temporal-redirect") {
        Some(_) if leads_nowhere(keys) => None,
        Some(url) => Some((url.to_owned(), code("temporal-redirect-code", 302))),
        None => Some((keys.text("permanent-redirect")?.to_owned(), code("permanent-redirect-code", 301))),
    }
}

fn canary(keys: &Keys<'_>) -> Option<Canary> {
    keys.flag("canary").filter(|it| *it)?;
    let owned = |key: &str| keys.taken(key).map(str::to_owned);
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
