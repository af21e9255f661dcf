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
}

/// The decisions in their order; the last one has no condition.
pub(super) fn decisions(canary: &Canary) -> Vec<(Option<Condition>, Share)> {
    let mut found = Vec::new();
    let exact = |it: &str| TextMatch::Exact(it.to_owned());
    if let Some(name) = &canary.header {
        let header = |text: TextMatch| Some(Condition::Header(name.clone(), text));
        match (&canary.header_value, &canary.header_pattern) {
            (Some(value), _) => found.push((header(exact(value)), Share::Canary)),
            // "elseif err … return false": neither cookie nor weight is asked.
            (None, Some(pattern)) if is_broken(pattern) => found.push((header(TextMatch::Present), Share::Primary)),
            (None, Some(pattern)) => {
                found.push((header(TextMatch::Regex(Pattern::anywhere(pattern))), Share::Canary));
            }
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

/// A pattern that PCRE cannot read either: what it alone knows stands behind a backslash, in `(?`, or is possessive by a `+`.
fn is_broken(pattern: &str) -> bool {
    let is_plain = !["\\", "(?", "*+", "++", "?+", "}+"].iter().any(|it| pattern.contains(it));
    is_plain && !Pattern::anywhere(pattern).is_valid()
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
