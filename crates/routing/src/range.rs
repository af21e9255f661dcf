//! Ranges of IP addresses.

use std::net::IpAddr;

/// True when an address lies in a range, written `10.0.0.0/8` or as one address; what cannot be read holds nothing.
pub fn in_range(range: &str, address: &str) -> bool {
    let (base, length) = range.split_once('/').map_or((range, None), |(base, length)| (base, Some(length)));
    let (Ok(base), Ok(address)) = (base.parse::<IpAddr>(), address.parse::<IpAddr>()) else { return false };
    let (base, address, width) = match (base, address) {
        (IpAddr::V4(base), IpAddr::V4(address)) => (u128::from(base.to_bits()), u128::from(address.to_bits()), 32),
        (IpAddr::V6(base), IpAddr::V6(address)) => (base.to_bits(), address.to_bits(), 128),
        _ => return false,
    };
    let length = length.map_or(Some(width), |it| it.parse::<u32>().ok());
    let Some(unused) = length.and_then(|it| width.checked_sub(it)) else { return false };
    base.checked_shr(unused).unwrap_or(0) == address.checked_shr(unused).unwrap_or(0)
}

/// True when a text is a range or an address.
pub(crate) fn is_range(text: &str) -> bool {
    let base = text.split_once('/').map_or(text, |(base, _)| base);
    in_range(text, base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_their_addresses() {
        for (range, address, expected) in [
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.0.0.0/8", "11.1.2.3", false),
            ("0.0.0.0/0", "11.1.2.3", true),
            ("203.0.113.9", "203.0.113.9", true),
            ("203.0.113.9/33", "203.0.113.9", false),
            ("2001:db8::/32", "2001:db8:1::1", true),
            ("::/0", "2001:db8:1::1", true),
            ("0.0.0.0/0", "::1", false),
            ("nonsense", "10.0.0.1", false),
        ] {
            assert_eq!(in_range(range, address), expected, "{range} {address}");
        }
    }
}
