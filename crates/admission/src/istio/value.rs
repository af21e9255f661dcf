//! Numbers, durations, labels and protocols, as Istio's validation reads them.

use podpath_order::OrdSet;
use podpath_source::nanoseconds;

use super::Review;
use super::host::is_label;
use crate::metadata::quoted;
use crate::{Field, name};

/// Why a number is no port.
pub(super) fn port(number: i64) -> Option<String> {
    (!(1..=65535).contains(&number)).then(|| format!("port number {number} must be in the range 1..65535"))
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
    fn durations_have_whole_milliseconds() {
        assert_eq!(duration("2s"), None);
        assert!(duration("2.000000001s").is_some());
        assert!(duration("0.000000999s").is_some());
    }
}
