//! AuthorizationPolicies.
//!
//! Source: `ValidateAuthorizationPolicy`, `pkg/config/security`.

use super::{Review, host, namespace, target};
use crate::{Field, Refusal};

/// Fields of a source, with the names that answers give them.
const SOURCE: [(&str, &str); 12] = [
    ("principals", "Principals"),
    ("notPrincipals", "NotPrincipals"),
    ("requestPrincipals", "RequestPrincipals"),
    ("notRequestPrincipals", "NotRequestPrincipals"),
    ("namespaces", "Namespaces"),
    ("notNamespaces", "NotNamespaces"),
    ("serviceAccounts", "ServiceAccounts"),
    ("notServiceAccounts", "NotServiceAccounts"),
    ("ipBlocks", "IpBlocks"),
    ("notIpBlocks", "NotIpBlocks"),
    ("remoteIpBlocks", "RemoteIpBlocks"),
    ("notRemoteIpBlocks", "NotRemoteIpBlocks"),
];
const OPERATION: [(&str, &str); 8] = [
    ("ports", "Ports"),
    ("notPorts", "NotPorts"),
    ("methods", "Methods"),
    ("notMethods", "NotMethods"),
    ("paths", "Paths"),
    ("notPaths", "NotPaths"),
    ("hosts", "Hosts"),
    ("notHosts", "NotHosts"),
];

pub(super) fn check(review: &mut Review, root: &Field<'_>) {
    let before = review.refusals.len();
    policy(review, root);
    // Every answer begins with the name of the policy.
    let prefix = format!("invalid policy {}.{}: ", root.get("metadata").get("name").text(), namespace(root));
    for Refusal { detail, .. } in review.refusals.iter_mut().skip(before) {
        detail.insert_str(0, &prefix);
    }
}

fn policy(review: &mut Review, root: &Field<'_>) {
    let spec = root.get("spec");
    target::policy(review, &spec);
    let (rules, provider) = (spec.get("rules"), spec.get("provider"));
    let action = spec.get("action").text();
    let idle = format!(
        "{action} action without `rules` is meaningless as it will never be triggered, add an empty rule `{{}}` if you \
         want it be triggered for every request"
    );
    if action == "CUSTOM" {
        let is_named = !provider.get("name").text().is_empty();
        review.refuse_if(rules.is_empty(), &spec, &idle);
        review.refuse_if(!rules.is_empty() && !is_named, &provider, "`provider.name` must not be empty");
        rules.items().iter().for_each(|it| custom(review, it));
    } else if provider.exists() {
        let action = if action.is_empty() { "ALLOW" } else { action };
        review.refuse(&provider, &format!("`provider` must not be with non CUSTOM action, found {action}"));
    }
    review.refuse_if(action == "DENY" && rules.is_empty(), &spec, &idle);
    for (idx, it) in rules.items().iter().enumerate() {
        rule(review, it, idx, action);
    }
}

/// What an own server cannot be asked about.
fn custom(review: &mut Review, rule: &Field<'_>) {
    let words = |name: &str| format!("{name} is currently not supported with CUSTOM action");
    for source in rule.get("from").items().iter().map(|it| it.get("source")) {
        for (key, name) in SOURCE.iter().take(8) {
            let it = source.get(key);
            review.refuse_if(!it.is_empty(), &it, &words(&format!("From.{name}")));
        }
    }
    for key in rule.get("when").items().iter().map(|it| it.get("key")) {
        let text = key.text();
        let is_unknown = matches!(text, "source.namespace" | "source.serviceAccount" | "source.principal");
        review.refuse_if(is_unknown || text.starts_with("request.auth."), &key, &words(text));
    }
}

fn rule(review: &mut Review, rule: &Field<'_>, idx: usize, action: &str) {
    let (from, to) = (rule.get("from").items(), rule.get("to").items());
    let sources: Vec<_> = from.iter().map(|it| it.get("source")).collect();
    let operations: Vec<_> = to.iter().map(|it| it.get("operation")).collect();
    for (place, it) in from.iter().zip(&sources) {
        source(review, place, it, idx);
    }
    for (place, it) in to.iter().zip(&operations) {
        operation(review, place, it, idx);
    }
    for it in rule.get("when").items() {
        condition(review, &it);
    }
    let has_source = sources.iter().any(Field::exists);
    let has_operation = operations.iter().any(Field::exists);
    let is_plain = |it: &Field<'_>| {
        SOURCE.iter().any(|(key, _)| !key.to_ascii_lowercase().contains("request") && !it.get(key).is_empty())
    };
    let knows_source = sources.iter().any(is_plain);
    let knows_port = operations.iter().any(|it| ["ports", "notPorts"].iter().any(|key| !it.get(key).is_empty()));
    if action == "DENY" && (has_source && !has_operation && !knows_source || has_operation && !knows_port) {
        let words = "configured AuthorizationPolicy will deny all traffic to TCP ports under its scope due to the use of \
                     only HTTP attributes in a DENY rule; it is recommended to explicitly specify the port";
        review.warn(rule, words);
    }
}

fn source(review: &mut Review, place: &Field<'_>, source: &Field<'_>, idx: usize) {
    if !source.exists() {
        return review.refuse(place, &format!("`from.source` must not be nil, found at rule {idx}"));
    }
    let is_empty = SOURCE.iter().all(|(key, _)| source.get(key).is_empty());
    review.refuse_if(is_empty, source, &format!("`from.source` must not be empty, found at rule {idx}"));
    for (key, name) in SOURCE {
        for it in source.get(key).items() {
            if key.ends_with("pBlocks") {
                review.must(&it, block(it.text()));
            }
            let why = if name.ends_with("ServiceAccounts") { account(&it, name) } else { empty(&it, name) };
            review.must(&it, why);
        }
    }
}

fn empty(it: &Field<'_>, name: &str) -> Option<String> {
    it.text().is_empty().then(|| format!("empty value not allowed, found in {name}"))
}

/// `name` or `namespace/name`.
fn account(it: &Field<'_>, name: &str) -> Option<String> {
    let parts = it.text().split('/').count();
    let is_whole = parts <= 2 && it.text().split('/').all(|part| !part.is_empty());
    empty(it, name).or_else(|| (!is_whole).then(|| format!("invalid serviceAccount {:?}, found in {name}", it.text())))
}

/// Why an address or a block of them is none.
fn block(text: &str) -> Option<String> {
    if text.contains('/') {
        return (!host::is_block(text)).then(|| format!("bad CIDR range ({text})"));
    }
    (!host::is_address(text)).then(|| format!("bad IP address ({text})"))
}

fn port(text: &str) -> Option<String> {
    let is_port = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    if !is_port {
        return Some(format!("bad port ({text}): strconv.ParseUint: parsing \"{text}\": invalid syntax"));
    }
    text.parse::<u16>().is_err().then(|| format!("bad port ({text}): <nil>"))
}

fn operation(review: &mut Review, place: &Field<'_>, operation: &Field<'_>, idx: usize) {
    if !operation.exists() {
        return review.refuse(place, &format!("`to.operation` must not be nil, found at rule {idx}"));
    }
    let is_empty = OPERATION.iter().all(|(key, _)| operation.get(key).is_empty());
    review.refuse_if(is_empty, operation, &format!("`to.operation` must not be empty, found at rule {idx}"));
    for (key, name) in OPERATION {
        for it in operation.get(key).items() {
            review.must(&it, empty(&it, name));
            match name {
                "Ports" | "NotPorts" => review.must(&it, port(it.text())),
                "Paths" | "NotPaths" => review.must(&it, path_template(it.text(), name)),
                _ => {}
            }
        }
    }
}

/// `{*}` is one segment, `{**}` the rest; no other braces, and beside them only what a path may hold.
fn path_template(path: &str, name: &str) -> Option<String> {
    let is_template = path.contains("{*}") || path.contains("{**}");
    let path = path.trim_matches('/');
    let wrong = |why: &str| Some(format!("invalid or unsupported path {path}, found in {name}. {why}"));
    let mut has_rest = false;
    for part in path.split('/') {
        match part {
            "{*}" | "{**}" if has_rest => return wrong("{**} is not the last operator"),
            "{*}" => {}
            "{**}" => has_rest = true,
            _ if part.contains(['{', '}']) => return wrong("Contains '{' or '}' beyond a supported path template"),
            _ if is_template && !is_literal(part) => {
                return wrong(&format!("Contains segment {part} with invalid string literal"));
            }
            _ => {}
        }
    }
    None
}

/// What RFC 3986 lets stand in a segment, but for the star.
fn is_literal(part: &str) -> bool {
    !part.is_empty() && part.chars().all(|it| it.is_ascii_alphanumeric() || "-._~%!$&'()+,;:@=".contains(it))
}

fn condition(review: &mut Review, condition: &Field<'_>) {
    let key = condition.get("key");
    let (values, others) = (condition.get("values"), condition.get("notValues"));
    let name = key.text();
    if name.is_empty() {
        return review.refuse(&key, "`key` must not be empty");
    }
    if values.is_empty() && others.is_empty() {
        let words = format!("at least one of `values` or `notValues` must be set for key {name}");
        return review.refuse(condition, &words);
    }
    for (list, what) in [(&values, "value"), (&others, "notValue")] {
        review.must(list, attribute(name, list).map(|why| format!("invalid `{what}` for `key` {name}: {why}")));
    }
}

/// Why an attribute cannot have these values.
fn attribute(key: &str, list: &Field<'_>) -> Option<String> {
    let values = list.texts();
    if values.contains(&"") {
        return Some(format!("empty value not allowed, found in {key}"));
    }
    let any = |why: fn(&str) -> Option<String>| values.iter().find_map(|it| why(it));
    match key {
        "source.ip" | "remote.ip" | "destination.ip" => any(block),
        "destination.port" => any(port),
        "source.namespace"
        | "source.serviceAccount"
        | "source.principal"
        | "request.auth.principal"
        | "request.auth.audiences"
        | "request.auth.presenter"
        | "connection.sni" => None,
        "destination.namespace" => Some(format!("attribute {key} is replaced by the metadata.namespace")),
        "destination.name" | "destination.user" => {
            Some(format!("deprecated attribute {key}: only supported in v1alpha1"))
        }
        _ if ["request.headers", "request.auth.claims", "experimental.envoy.filters."]
            .iter()
            .any(|it| key.starts_with(it)) =>
        {
            let is_keyed = key.ends_with(']') && key.find('[').is_some_and(|it| it > 0 && it + 2 < key.len());
            (!is_keyed).then(|| format!("bad key ({key}): should have format a[b]"))
        }
        _ if key.starts_with("destination.labels") => {
            Some(format!("attribute {key} is replaced by the workload selector"))
        }
        _ => Some(format!("unknown attribute: {key}")),
    }
}
