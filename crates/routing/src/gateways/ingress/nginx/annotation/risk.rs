//! How risky annotations are: those above `annotations-risk-level` of the ConfigMap leave their Ingress out.
//!
//! Source: `docs/user-guide/nginx-configuration/annotations-risk.md`; `parser/validators.go` (`CheckAnnotationRisk`), which
//! looks at the keys alone, whatever their values. `High` is taken unless told (1.12).

use super::{Keys, PREFIX};

/// A level; what is not here is low.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Risk {
    Low,
    Medium,
    High,
    Critical,
}

impl Risk {
    /// The highest level that is taken; a word that is none is the lowest.
    pub(in super::super) fn parse(text: Option<&str>) -> Self {
        match text.map(str::to_ascii_lowercase).as_deref() {
            None | Some("high") => Self::High,
            Some("critical") => Self::Critical,
            Some("medium") => Self::Medium,
            Some(_) => Self::Low,
        }
    }
}

/// The groups in the order of their names, each with its keys of a level.
const RISKS: &[(&str, Risk, &[&str])] = &[
    ("Aliases", Risk::High, &["server-alias"]),
    ("Allowlist", Risk::Medium, &["allowlist-source-range"]),
    ("BasicDigestAuth", Risk::Medium, &["auth-realm", "auth-secret"]),
    (
        "Canary",
        Risk::Medium,
        &["canary-by-cookie", "canary-by-header", "canary-by-header-pattern", "canary-by-header-value"],
    ),
    ("CertificateAuth", Risk::High, &["auth-tls-error-page", "auth-tls-match-cn"]),
    ("CertificateAuth", Risk::Medium, &["auth-tls-secret", "auth-tls-verify-client"]),
    ("ConfigurationSnippet", Risk::Critical, &["configuration-snippet"]),
    (
        "CorsConfig",
        Risk::Medium,
        &["cors-allow-headers", "cors-allow-methods", "cors-allow-origin", "cors-expose-headers"],
    ),
    ("CustomHeaders", Risk::Medium, &["custom-headers"]),
    ("Denylist", Risk::Medium, &["denylist-source-range"]),
    ("ExternalAuth", Risk::Critical, &["auth-snippet"]),
    ("ExternalAuth", Risk::High, &["auth-signin", "auth-url"]),
    (
        "ExternalAuth",
        Risk::Medium,
        &[
            "auth-cache-duration",
            "auth-cache-key",
            "auth-proxy-set-headers",
            "auth-request-redirect",
            "auth-response-headers",
            "auth-signin-redirect-param",
        ],
    ),
    ("FastCGI", Risk::Medium, &["fastcgi-index", "fastcgi-params-configmap"]),
    ("Mirror", Risk::High, &["mirror-host", "mirror-target"]),
    ("ModSecurity", Risk::Critical, &["modsecurity-snippet"]),
    ("ModSecurity", Risk::High, &["modsecurity-transaction-id"]),
    ("Opentelemetry", Risk::Medium, &["opentelemetry-operation-name"]),
    (
        "Proxy",
        Risk::Medium,
        &[
            "proxy-body-size",
            "proxy-cookie-domain",
            "proxy-cookie-path",
            "proxy-next-upstream",
            "proxy-redirect-from",
            "proxy-redirect-to",
        ],
    ),
    ("ProxySSL", Risk::High, &["proxy-ssl-name"]),
    ("ProxySSL", Risk::Medium, &["proxy-ssl-ciphers", "proxy-ssl-secret"]),
    ("Redirect", Risk::Medium, &["permanent-redirect", "temporal-redirect"]),
    ("Rewrite", Risk::Medium, &["app-root", "force-ssl-redirect", "preserve-trailing-slash", "rewrite-target"]),
    ("ServerSnippet", Risk::Critical, &["server-snippet"]),
    (
        "SessionAffinity",
        Risk::Medium,
        &[
            "affinity-mode",
            "session-cookie-domain",
            "session-cookie-expires",
            "session-cookie-max-age",
            "session-cookie-name",
            "session-cookie-path",
        ],
    ),
    ("StreamSnippet", Risk::Critical, &["stream-snippet"]),
    ("UpstreamHashBy", Risk::High, &["upstream-hash-by"]),
    ("XForwardedPrefix", Risk::Medium, &["x-forwarded-prefix"]),
];

/// The first annotation above a level, with its group.
pub(super) fn risky(keys: &Keys<'_>, taken: Risk) -> Option<(&'static str, &'static str)> {
    let labels = keys.labels?;
    let is_written = |key: &&&str| labels.get(&format!("{PREFIX}{key}")).is_some();
    let mut above = RISKS.iter().filter(|(_, risk, _)| *risk > taken);
    above.find_map(|(group, _, names)| Some((*names.iter().find(is_written)?, *group)))
}
