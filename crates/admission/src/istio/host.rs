//! Hosts, labels of DNS and addresses, as Istio's validation reads them.
//!
//! Source: `pkg/config/validation/agent`, `pkg/config/labels`, `pkg/config/host`. Upper case is let through.

use std::net::{IpAddr, Ipv6Addr};

use crate::name;

/// A label of DNS: letters of both cases, digits and `-`, up to 63.
pub(super) fn is_label(text: &str) -> bool {
    name::is_short(text, "-")
}

/// The first label of a host: `*`, `*foo`, `*-foo` or a label.
fn is_first_label(text: &str) -> bool {
    let rest = text.strip_prefix('*').map(|it| it.strip_prefix('-').unwrap_or(it));
    text.len() <= 63 && (text == "*" || is_label(rest.unwrap_or(text)))
}

fn length(name: &str) -> Option<String> {
    if name.len() > 255 {
        return Some(format!("domain name \"{name}\" too long (max 255)"));
    }
    name.is_empty().then(|| "empty domain name not allowed".to_owned())
}

fn labels(domain: &str) -> Option<String> {
    let parts: Vec<&str> = domain.split('.').collect();
    let top = parts.last().copied().unwrap_or_default();
    if top.parse::<i64>().is_ok() {
        return Some(format!("domain name \"{domain}\" invalid (top level domain \"{top}\" cannot be all-numeric)"));
    }
    // The last one may be empty: a name that ends in a dot.
    let checked = if top.is_empty() { parts.len() - 1 } else { parts.len() };
    let wrong = parts.iter().take(checked).find(|it| !is_label(it))?;
    Some(format!("domain name \"{domain}\" invalid (label \"{wrong}\" invalid)"))
}

/// Why a name is none without wildcards.
pub(super) fn full(name: &str) -> Option<String> {
    length(name).or_else(|| labels(name))
}

/// Why a host is none; its first label may be, or begin with, a wildcard.
pub(super) fn wildcard(domain: &str) -> Option<String> {
    let (first, rest) = domain.split_once('.').map_or((domain, None), |(first, rest)| (first, Some(rest)));
    let own =
        || (!is_first_label(first)).then(|| format!("domain name \"{domain}\" invalid (label \"{first}\" invalid)"));
    length(domain).or_else(own).or_else(|| labels(rest?))
}

/// Why a host of a VirtualService at a gateway is none: as a server name, `outbound_.80_._.host` is fine as well.
pub(super) fn at_gateway(domain: &str, is_sni: bool) -> Option<String> {
    const FORMAT: &str = "outbound_.<PORT>_._.<HOSTNAME>";
    if !is_sni || !domain.starts_with("outbound_") {
        return wildcard(domain);
    }
    let parts: Vec<&str> = domain.split('_').collect();
    let [_, port, _, host, ..] = parts.as_slice() else {
        return Some(format!("domain name {domain} invalid, should follow '{FORMAT}' format"));
    };
    let (port, host) = (port.trim_matches('.'), host.trim_matches('.'));
    let wrong = |label: &str| {
        format!("domain name \"{domain}\" invalid (label \"{label}\" invalid). should follow {FORMAT} format")
    };
    if !port.contains(|it: char| it.is_ascii_digit()) {
        return Some(wrong(port));
    }
    (!host.contains(|it: char| it.is_ascii_alphabetic())).then(|| wrong(host))
}

/// A wildcard that is not a whole label: `*bar.com`.
pub(super) fn partial(host: &str) -> Option<String> {
    let is_partial = host.contains('*') && host.len() != 1 && !host.starts_with("*.");
    is_partial.then(|| format!("partial wildcard \"{host}\" not allowed"))
}

/// Where `namespace/host` stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    Gateway,
    Sidecar,
}

/// Why `namespace/host` is none.
pub(super) fn in_namespace(text: &str, holder: Holder) -> Vec<String> {
    let Some((namespace, host)) = text.split_once('/') else {
        return match holder {
            Holder::Gateway => hostname(text, holder),
            Holder::Sidecar => vec!["host must be of form namespace/dnsName".to_owned()],
        };
    };
    let mut found = Vec::new();
    if namespace.is_empty() || host.is_empty() {
        found.push("config namespace and dnsName in host entry cannot be empty".to_owned());
    }
    let (is_known, place) = match holder {
        Holder::Gateway => (matches!(namespace, "*" | "."), "gateway"),
        // `~` is no namespace at all, `~ns` all but that one.
        Holder::Sidecar => {
            (matches!(namespace, "*" | "." | "~") || namespace.strip_prefix('~').is_some_and(is_label), "sidecar")
        }
    };
    if !is_known && !is_label(namespace) {
        found.push(format!("invalid namespace value \"{namespace}\" in {place}"));
    }
    found.extend(hostname(host, holder));
    found
}

fn hostname(host: &str, holder: Holder) -> Vec<String> {
    let mut found = Vec::new();
    if host != "*" && !host.contains('.') {
        found.push("short names (non FQDN) are not allowed".to_owned());
    }
    // A Gateway takes addresses, too.
    found.extend(wildcard(host).filter(|_| holder == Holder::Sidecar || !is_address(host)));
    found.extend(partial(host));
    found
}

/// An IP address; behind one of IPv6 may stand a zone, `fe80::1%eth0` (Go `netip.ParseAddr`).
pub(super) fn is_address(text: &str) -> bool {
    match text.split_once('%') {
        Some((address, zone)) => !zone.is_empty() && address.parse::<Ipv6Addr>().is_ok(),
        None => text.parse::<IpAddr>().is_ok(),
    }
}

/// Why an address is none.
pub(super) fn address(text: &str) -> Option<String> {
    (!is_address(text)).then(|| format!("{text} is not a valid IP"))
}

/// An address with the length of its prefix.
pub(super) fn is_block(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let is_number =
        !bits.is_empty() && bits.bytes().all(|it| it.is_ascii_digit()) && (bits == "0" || !bits.starts_with('0'));
    let most = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    is_number && bits.parse::<u8>().is_ok_and(|it| it <= most)
}

/// Why neither an address nor a block of them.
pub(super) fn subnet(text: &str) -> Option<String> {
    if text.matches('/').count() != 1 {
        return address(text);
    }
    (!is_block(text)).then(|| format!("{text} is not a valid CIDR block"))
}

/// Why a path of a socket is none: absolute, and no folder, or one of the abstract ones.
pub(super) fn socket(path: &str) -> Option<String> {
    if path.is_empty() {
        return Some("unix address must not be empty".to_owned());
    }
    let is_file = path.starts_with('@') || path.starts_with('/') && !path.ends_with('/');
    (!is_file).then(|| format!("{path} is not an absolute path to a file"))
}

/// Two hosts of which some host is both.
pub(super) fn matches(one: &str, other: &str) -> bool {
    match (one.strip_prefix('*'), other.strip_prefix('*')) {
        (Some(one), Some(other)) => one.ends_with(other) || other.ends_with(one),
        (Some(suffix), None) => other.ends_with(suffix),
        (None, Some(suffix)) => one.ends_with(suffix),
        (None, None) => one == other,
    }
}

/// True when every host of the first is one of the second.
pub(super) fn is_subset(one: &str, other: &str) -> bool {
    match (one.strip_prefix('*'), other.strip_prefix('*')) {
        (Some(one), Some(other)) => one.ends_with(other),
        (Some(_), None) => false,
        (None, Some(suffix)) => one.ends_with(suffix),
        (None, None) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_begin_the_first_label() {
        for good in ["*", "*.example.com", "*foo.example.com", "*-foo.com", "shop", "Shop.example.com", "a.b."] {
            assert_eq!(wildcard(good), None, "{good}");
        }
        for bad in ["", "a.*.com", "foo.*", "*.*", "a_b.com", "example.1"] {
            assert!(wildcard(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn blocks_and_addresses() {
        for good in ["10.0.0.0/8", "10.0.0.1", "2001:db8::/32", "::1", "fe80::1%eth0"] {
            assert_eq!(subnet(good), None, "{good}");
        }
        for bad in ["10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/08", "a.b.c.d", "10.0.0.1%eth0", "fe80::1%"] {
            assert!(subnet(bad).is_some(), "{bad}");
        }
    }
}
