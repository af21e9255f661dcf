//! Who gets a request that a canary may take.
//!
//! Source: `rootfs/etc/nginx/lua/balancer.lua` (`route_to_alternative_balancer`): header, then cookie, then weight.

use super::annotation::Canary;
use crate::matcher::Condition;
use crate::pattern::{Pattern, TextMatch};

/// Whose share it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    /// The ordinary backend.
    Primary,
    /// The canary.
    Canary,
    /// The canary gets so many of so many, the ordinary backend the rest.
    Split(u64, u64),
    /// The pattern of the header is one that nginx reads and is not read here.
    Unread,
}

/// The decisions in their order; the last one has no condition.
pub(super) fn decisions(canary: &Canary) -> Vec<(Option<Condition>, Share)> {
    let mut found = Vec::new();
    let exact = |it: &str| TextMatch::Exact(it.to_owned());
    if let Some(name) = &canary.header {
        let header = |text: TextMatch| Some(Condition::Header(name.clone(), text));
        match (&canary.header_value, &canary.header_pattern) {
            (Some(value), _) => found.push((header(exact(value)), Share::Canary)),
            (None, Some(pattern)) => found.push(match Pattern::anywhere(pattern) {
                it if it.is_valid() => (header(TextMatch::Regex(it)), Share::Canary),
                // "elseif err … return false": neither cookie nor weight is asked.
                _ if is_broken(pattern) => (header(TextMatch::Present), Share::Primary),
                _ => (header(TextMatch::Present), Share::Unread),
            }),
            (None, None) => {
                found.push((header(exact("always")), Share::Canary));
                found.push((header(exact("never")), Share::Primary));
            }
        }
    }
    if let Some(name) = &canary.cookie {
        found.push((Some(cookie(name, "always")), Share::Canary));
        found.push((Some(cookie(name, "never")), Share::Primary));
    }
    let weight = canary.weight.min(canary.total);
    let share = match weight {
        0 => Share::Primary,
        _ if weight == canary.total => Share::Canary,
        _ => Share::Split(weight, canary.total),
    };
    found.push((None, share));
    found
}

/// PCRE cannot read it either. What it alone knows stands behind a backslash, in `(?`, is possessive by a `+`, or is a letter
/// to it: a brace that counts nothing, and in a class a bracket or two signs that join classes elsewhere.
fn is_broken(pattern: &str) -> bool {
    const OWN: [&str; 9] = ["\\", "(?", "*+", "++", "?+", "{", "&&", "--", "~~"];
    pattern.matches('[').count() < 2 && !OWN.iter().any(|it| pattern.contains(it))
}

/// A cookie by its name, which nginx compares without case, and its value.
fn cookie(name: &str, value: &str) -> Condition {
    let pattern = format!("(?:^|[;,]) *(?i:{}) *= *{value} *(?:$|[;,])", escape(name));
    Condition::Header("cookie".into(), TextMatch::Regex(Pattern::anywhere(&pattern)))
}

/// A text as a pattern that fits it alone.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
