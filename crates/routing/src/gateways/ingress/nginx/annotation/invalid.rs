//! Values that the controller does not take: it never keeps an Ingress with one, and its admission webhook refuses it.
//!
//! Source: `internal/ingress/annotations`: each key has a test (`parser/validators.go`); where its parser gives the failure
//! back, `Extract` ends and the Ingress is not stored. Keys that get their default instead (`rewrite-target`, CORS, canaries),
//! and those that deny their locations, are not here (`ignored.rs`). An empty value counts as missing.

use super::Keys;
use crate::pattern::Pattern;

const BOOL: &str = "1|t|T|TRUE|true|True|0|f|F|FALSE|false|False";
const NUMBER: &str = "[-+]?[0-9]+";
/// Names, and paths below them.
const BASIC: &str = "[-._~a-zA-Z0-9/: ]*";
/// A whole URL with its query, but without variables of nginx.
const URL: &str = "[-._~a-zA-Z0-9/:?&=,]*";
/// What a `server_name` may hold, patterns too; with the commas of a list.
const SERVER_NAMES: &str = r"[-._~a-zA-Z0-9/:^$\[\](){}*+?|&=\\,\s]*";

/// What a value must be as a whole.
const TESTS: &[(&str, &str)] = &[
    ("server-alias", SERVER_NAMES),
    ("upstream-vhost", r"[-._~a-zA-Z0-9/:^$\[\](){}*+?|&=\\\s]*"),
    ("auth-type", ".*(?:basic|digest).*"),
    ("auth-secret-type", ".*(?:auth-file|auth-map).*"),
    ("auth-url", "[-._~a-zA-Z0-9/:, ?&=$]*"),
    ("auth-tls-secret", BASIC),
    ("proxy-ssl-secret", BASIC),
    ("from-to-www-redirect", BOOL),
    ("temporal-redirect", URL),
    ("temporal-redirect-code", NUMBER),
    ("permanent-redirect", URL),
    ("permanent-redirect-code", NUMBER),
    ("x-forwarded-prefix", "[-._~a-zA-Z0-9/:$ ]*"),
    ("default-backend", "[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?"),
    ("custom-http-errors", " *(?:[4,5] *[0-9] *[0-9] *,? *)*"),
    ("ssl-passthrough", BOOL),
    ("http2-push-preload", BOOL),
    ("upstream-hash-by-subset", BOOL),
    ("upstream-hash-by-subset-size", NUMBER),
    ("load-balance", r"\s*(?:round_robin|chash|chashsubset|sticky_balanced|sticky_persistent|ewma)\s*"),
    ("client-body-buffer-size", " *(?:[0-9] *)+[bkmgBKMG]? *"),
    ("connection-proxy-header", " *(?:close|keep-alive) *"),
];

/// The first annotation whose value is not taken.
pub(super) fn invalid(keys: &Keys<'_>) -> Option<&'static str> {
    let fails = |(key, test): &&(&str, &str)| {
        is_read(keys, key) && keys.written(key).is_some_and(|it| !Pattern::new(test).matches(it))
    };
    TESTS.iter().find(fails).map(|(key, _)| *key)
}

/// Some keys are looked at only beside, or only without, another one.
fn is_read(keys: &Keys<'_>, key: &str) -> bool {
    match key {
        "auth-secret-type" => keys.text("auth-type").is_some(),
        "permanent-redirect" | "permanent-redirect-code" => keys.text("temporal-redirect").is_none(),
        _ => true,
    }
}
