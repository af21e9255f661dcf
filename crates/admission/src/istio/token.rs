//! RequestAuthentications and PeerAuthentications.
//!
//! Source: `ValidateRequestAuthentication`, `validateJwtRule`, `ValidatePeerAuthentication`, `ParseJwksURI`.

use podpath_yaml::Node;

use super::{Review, header, target, value};
use crate::Field;

/// Which port may have a mode of its own the schema says.
pub(super) fn peer_authentication(review: &mut Review, spec: &Field<'_>) {
    target::selector(review, &spec.get("selector"));
}

pub(super) fn request_authentication(review: &mut Review, spec: &Field<'_>) {
    target::policy(review, spec);
    for it in spec.get("jwtRules").items() {
        rule(review, &it);
    }
}

fn rule(review: &mut Review, rule: &Field<'_>) {
    let (address, keys) = (rule.get("jwksUri"), rule.get("jwks"));
    if !address.is_empty() {
        review.must(&address, keys_address(address.text()));
    }
    if !keys.is_empty() {
        review.refuse_if(!is_key_set(keys.text()), &keys, "jwks parse error: failed to unmarshal JWK set");
        if keys.text().contains("\"d\"") {
            review.warn(&keys, "jwks contains a private key; only public keys are needed to verify tokens");
        }
    }
    for it in rule.get("outputClaimToHeaders").items().iter().map(|it| it.get("header")) {
        review.must(&it, header::strict(it.text()));
    }
    value::durations(review, rule, &["timeout"]);
}

/// Why an address of keys is none: its port is no number. That it is of http or https the schema says.
fn keys_address(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit_once('@').map_or(authority, |it| it.1);
    let after = host.rsplit_once(']').map_or(host, |it| it.1);
    let port = after.rsplit_once(':').map(|it| it.1)?;
    let is_number = port.bytes().all(|it| it.is_ascii_digit());
    (!is_number).then(|| format!("parse \"{text}\": invalid port \":{port}\" after host"))
}

/// A JSON object that holds keys, or is one.
fn is_key_set(text: &str) -> bool {
    if !text.trim_start().starts_with('{') {
        return false;
    }
    let read = podpath_yaml::parse(text);
    let is_key = |it: &Node| it.get("kty").is_some() || it.get("keys").is_some_and(|it| it.as_list().is_some());
    read.problems.is_empty() && read.root.as_ref().is_some_and(is_key)
}
