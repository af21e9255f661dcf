//! Hosts, paths and names of Secrets that may be meant to break out of the configuration: an Ingress with one is left out.
//!
//! Source: `internal/ingress/inspector` (`rules.go`, `ingress.go`), which is on unless a flag of the controller says otherwise.

use podpath_cluster::Found;
use podpath_objects::{Ingress, IngressPath};
use podpath_source::Spanned;

use crate::gateways::origin;
use crate::table::Origin;

/// Texts that are refused wherever they stand.
const WORDS: &[&str] = &[
    "/etc/passwd",
    "/etc/shadow",
    "/etc/group",
    "/etc/nginx",
    "/etc/ingress-controller",
    "/var/run/secrets",
    "_by_lua",
];

/// Directives that are refused where their end follows.
const DIRECTIVES: &[&str] = &["alias", "root"];

fn is_refused(text: &str) -> bool {
    let ends = |word: &&str| text.split_once(word).is_some_and(|(_, rest)| rest.contains(';'));
    WORDS.iter().any(|it| text.contains(it)) || DIRECTIVES.iter().any(ends)
}

/// The first value that is refused: its place, and the words of the admission webhook.
pub(super) fn escape(ingress: &Found<'_, Ingress>) -> Option<(Origin, String)> {
    let name = format!("{}/{}", ingress.namespace(), ingress.name());
    let refused = |found: &Spanned<String>, path: &str, before: &str| {
        let words = || format!("invalid object: {before}invalid value found: {}", found.value);
        is_refused(&found.value).then(|| (origin(ingress, found.span, path), words()))
    };
    let rules = ingress.object.rules.iter().find_map(|rule| {
        let host = || refused(rule.host.as_ref()?, "spec.rules", &format!("invalid host in ingress {name}: "));
        let before = format!("invalid rule in ingress {name}: invalid http path: ");
        let path = |it: &IngressPath| refused(it.path.as_ref()?, "spec.rules", &before);
        host().or_else(|| rule.paths.iter().find_map(path))
    });
    let tls = || {
        ingress.object.tls.iter().find_map(|tls| {
            let secret = || refused(tls.secret.as_ref()?, "spec.tls", &format!("invalid secret in ingress {name}: "));
            let before = format!("invalid host in ingress tls config {name}: ");
            secret().or_else(|| tls.hosts.iter().find_map(|it| refused(it, "spec.tls", &before)))
        })
    };
    rules.or_else(tls)
}
