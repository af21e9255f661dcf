//! What a plain scalar means: the rules of go-yaml v2, which kubectl, Helm and Argo CD read with.
//!
//! Source: go-yaml v2 `resolve.go` (`resolveTable`, `resolveMap`, `yamlStyleFloat`), in own words.

use std::borrow::Cow;

use crate::node::{Value, Whole};

/// The value of a plain, untagged scalar.
pub(crate) fn resolve(text: &str) -> Value {
    match text.as_bytes().first() {
        None => Value::Null,
        Some(b'~' | b'n' | b'N' | b'y' | b'Y' | b't' | b'T' | b'f' | b'F' | b'o' | b'O') => {
            word(text).unwrap_or_else(|| Value::Text(text.to_owned()))
        }
        Some(b'.' | b'+' | b'-' | b'0'..=b'9') => number(text).unwrap_or_else(|| Value::Text(text.to_owned())),
        Some(_) => Value::Text(text.to_owned()),
    }
}

/// The words for null and the booleans; mixed case such as `oN` is text.
fn word(text: &str) -> Option<Value> {
    match text {
        "~" | "null" | "Null" | "NULL" => Some(Value::Null),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(Value::Bool(true)),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Some(Value::Bool(false))
        }
        _ => None,
    }
}

/// Integers of base 2, 8, 10 and 16, floats, infinities. `08` is the float 8; `1:30` and dates are text.
fn number(text: &str) -> Option<Value> {
    match text {
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Some(Value::Float(f64::INFINITY)),
        "-.inf" | "-.Inf" | "-.INF" => return Some(Value::Float(f64::NEG_INFINITY)),
        ".nan" | ".NaN" | ".NAN" => return Some(Value::Float(f64::NAN)),
        _ => {}
    }
    let plain = if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) };
    if let Some(whole) = integer(&plain) {
        return Some(Value::Int(whole));
    }
    is_float(&plain).then(|| plain.parse().ok().map(Value::Float)).flatten()
}

/// Go's `ParseInt(text, 0, 64)`, then `ParseUint`.
fn integer(text: &str) -> Option<Whole> {
    let (negative, digits) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    let after = |n: usize| digits.get(n..).unwrap_or_default();
    let (radix, body) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, after(2)),
        [b'0', b'o' | b'O', ..] => (8, after(2)),
        [b'0', b'b' | b'B', ..] => (2, after(2)),
        [b'0', _, ..] => (8, after(1)),
        _ => (10, digits),
    };
    if body.is_empty() || !body.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let size = i128::from(u64::from_str_radix(body, radix).ok()?);
    Whole::new(if negative { -size } else { size })
}

/// `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`
fn is_float(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (text, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let shaped = digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    shaped && exponent.is_none_or(|it| !it.is_empty() && digits(it))
}

/// A key as text: booleans and numbers are written out; null, lists and maps cannot be keys.
pub(crate) fn key_text(value: Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text),
        Value::Bool(value) => Some(value.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Null | Value::List(_) | Value::Map(_) => None,
    }
}
