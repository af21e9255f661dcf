//! Numbers, durations, labels and protocols, as Istio's validation reads them.

use podpath_order::OrdSet;

use super::Review;
use super::host::is_label;
use crate::metadata::quoted;
use crate::{Field, name};

/// Why a number is no port.
pub(super) fn port(number: i64) -> Option<String> {
    (!(1..=65535).contains(&number)).then(|| format!("port number {number} must be in the range 1..65535"))
}

/// A duration of Go, `1h30m` or `1.5s`, in nanoseconds; none when it is no duration.
pub(super) fn nanoseconds(text: &str) -> Option<i128> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut sum: i128 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|it: char| !it.is_ascii_digit() && it != '.')?;
        let (number, unit) = rest.split_at(end);
        let length = unit.find(|it: char| it.is_ascii_digit() || it == '.').unwrap_or(unit.len());
        let (unit, after) = unit.split_at(length);
        sum = sum.checked_add(part(number, unit)?)?;
        rest = after;
    }
    Some(sign * sum)
}

fn part(number: &str, unit: &str) -> Option<i128> {
    let scale: i128 = match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || number.len() > 18 {
        return None;
    }
    let read = |it: &str| if it.is_empty() { Some(0) } else { it.parse::<i128>().ok() };
    let places = u32::try_from(fraction.len()).ok()?;
    Some(read(whole)?.checked_mul(scale)? + read(fraction)?.checked_mul(scale)? / 10_i128.pow(places))
}

/// Why a duration is none: at least a millisecond, and whole ones.
pub(super) fn duration(text: &str) -> Option<String> {
    let time = nanoseconds(text)?;
    if time < 1_000_000 {
        return Some("duration must be greater than 1ms".to_owned());
    }
    (time % 1_000_000 != 0).then(|| "only durations to ms precision are supported".to_owned())
}

/// Refuses durations that are there and none.
pub(super) fn durations(review: &mut Review, holder: &Field<'_>, keys: &[&str]) {
    for it in keys.iter().map(|key| holder.get(key)).filter(Field::exists) {
        review.must(&it, duration(it.text()));
    }
}

/// Refuses whole numbers below zero, each with its name in words.
pub(super) fn not_negative(review: &mut Review, holder: &Field<'_>, fields: &[(&str, &str)]) {
    for (key, words) in fields {
        let it = holder.get(key);
        review.refuse_if(it.int().is_some_and(|it| it < 0), &it, &format!("{words} must be non-negative"));
    }
}

/// Why a whole percentage is none.
pub(super) fn percent(field: &Field<'_>) -> Option<String> {
    let value = field.int().filter(|it| !(0..=100).contains(it))?;
    Some(format!("percentage {value} is not in range 0..100"))
}

/// Why a share in percent is none: 0, or from a ten-thousandth to 100.
pub(super) fn share(field: &Field<'_>) -> Option<String> {
    let value = field.number().filter(|it| it.abs() > 0.0 && !(0.0001..=100.0).contains(it))?;
    Some(format!("percentage {value} is neither 0.0, nor in range [0.0001, 100.0]"))
}

/// What Istio makes of the name of a protocol.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Http,
    /// HTTPS and TLS; a protocol over TCP, too.
    Tls,
    Tcp,
    Udp,
    /// HBONE; nobody writes it.
    Other,
    Unknown,
}

impl Protocol {
    pub(super) fn parse(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "http" | "http2" | "http_proxy" | "grpc" | "grpc-web" => Self::Http,
            "https" | "tls" => Self::Tls,
            "tcp" | "mongo" | "redis" | "mysql" => Self::Tcp,
            "udp" => Self::Udp,
            "hbone" | "doublehbone" => Self::Other,
            _ => Self::Unknown,
        }
    }

    pub(super) fn is_tcp(self) -> bool {
        matches!(self, Self::Tls | Self::Tcp)
    }
}

/// Why the name of a protocol is none; an empty one is found out by looking at the bytes.
pub(super) fn protocol(text: &str) -> Option<String> {
    let is_unknown = !text.is_empty() && Protocol::parse(text) == Protocol::Unknown;
    is_unknown.then(|| format!("unsupported protocol: {text}"))
}

/// Why the name of a port is none.
pub(super) fn port_name(text: &str) -> Option<String> {
    (!is_label(text)).then(|| format!("invalid port name: {text}"))
}

/// Refuses labels of the wrong form.
pub(super) fn labels(review: &mut Review, map: &Field<'_>) {
    let is_name = |it: &str| name::is_short(it, "-_.");
    for (key, it) in map.values() {
        let name = match key.split_once('/') {
            Some((prefix, name)) => Some(name).filter(|_| prefix.len() <= 253 && prefix.split('.').all(is_label)),
            None => Some(key),
        };
        if !name.is_some_and(is_name) {
            review.refuse(&it, &format!("invalid tag key: {}", quoted(key)));
        }
        let value = it.text();
        if !value.is_empty() && !is_name(value) {
            review.refuse(&it, &format!("invalid tag value: {}", quoted(value)));
        }
    }
}

/// Refuses a list of namespaces that an object is shown to: each once, and neither all nor none beside others.
pub(super) fn export(review: &mut Review, list: &Field<'_>, namespace: &str, is_service_entry: bool) {
    let mut seen: OrdSet<&str> = OrdSet::new();
    for it in list.items() {
        let written = it.text();
        let key = if written == "." { namespace } else { written };
        if seen.contains(key) && key == written {
            review.refuse(&it, &format!("duplicate entries in exportTo for entry {written}"));
        } else if seen.contains(key) {
            review.refuse(&it, &format!("duplicate entries in exportTo: . and current namespace {namespace}"));
        } else if key == "~" && !is_service_entry {
            review.refuse(&it, "only service entries can use ~ (none) as exportTo entry");
        } else if !matches!(key, "*" | "~") && !is_label(key) {
            review.refuse(&it, "only .,*, or a valid DNS 1123 label is allowed as exportTo entry");
        } else {
            seen.insert(key);
        }
    }
    let is_more = list.len() > 1;
    review.refuse_if(
        is_more && seen.contains("*"),
        list,
        "cannot have both public (*) and non-public exportTo values for a resource",
    );
    review.refuse_if(is_more && seen.contains("~"), list, "cannot export service entry to no one (~) and someone");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_go() {
        for (text, expected) in [
            ("1s", Some(1_000_000_000)),
            ("1h30m", Some(5_400_000_000_000)),
            ("1.5ms", Some(1_500_000)),
            ("-5s", Some(-5_000_000_000)),
            ("0", Some(0)),
        ] {
            assert_eq!(nanoseconds(text), expected, "{text}");
        }
        for text in ["", "1", "apple", "s", "1.s.", ".s", "5 s"] {
            assert_eq!(nanoseconds(text), None, "{text}");
        }
        assert_eq!(duration("2s"), None);
        assert!(duration("2.000000001s").is_some());
        assert!(duration("0.000000999s").is_some());
    }
}
