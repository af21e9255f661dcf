//! Hosts, paths and names of Secrets that may be meant to break out of the configuration: an Ingress with one is left out.
//!
//! Source: `internal/ingress/inspector` (`rules.go`, `ingress.go`), which is on unless a flag of the controller says otherwise.

use podpath_cluster::Found;
use podpath_objects::Ingress;
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
    in_rules(ingress).or_else(|| in_tls(ingress))
}

fn in_rules(ingress: &Found<'_, Ingress>) -> Option<(Origin, String)> {
    for (r, rule) in ingress.object.rules.iter().enumerate() {
        if let Some(host) = refused(rule.host.as_ref()) {
            return Some(told(ingress, host, format!("spec.rules[{r}].host"), ("invalid host in ingress", "")));
        }
        for (p, path) in rule.paths.iter().enumerate() {
            if let Some(path) = refused(path.path.as_ref()) {
                let place = format!("spec.rules[{r}].http.paths[{p}].path");
                return Some(told(ingress, path, place, ("invalid rule in ingress", "invalid http path: ")));
            }
        }
    }
    None
}

fn in_tls(ingress: &Found<'_, Ingress>) -> Option<(Origin, String)> {
    for (t, tls) in ingress.object.tls.iter().enumerate() {
        if let Some(secret) = refused(tls.secret.as_ref()) {
            let place = format!("spec.tls[{t}].secretName");
            return Some(told(ingress, secret, place, ("invalid secret in ingress", "")));
        }
        for (h, host) in tls.hosts.iter().enumerate() {
            if let Some(host) = refused(Some(host)) {
                let place = format!("spec.tls[{t}].hosts[{h}]");
                return Some(told(ingress, host, place, ("invalid host in ingress tls config", "")));
            }
        }
    }
    None
}

fn refused(found: Option<&Spanned<String>>) -> Option<&Spanned<String>> {
    found.filter(|it| is_refused(&it.value))
}

fn told(
    ingress: &Found<'_, Ingress>,
    found: &Spanned<String>,
    place: String,
    (what, part): (&str, &str),
) -> (Origin, String) {
    let (namespace, name) = (ingress.namespace(), ingress.name());
    let words = format!("invalid object: {what} {namespace}/{name}: {part}invalid value found: {}", found.value);
    (origin(ingress, found.span, place), words)
}
