//! Ranges of IP addresses.

use std::net::IpAddr;

use ipnet::IpNet;

/// True when an address lies in a range, written `10.0.0.0/8` or as one address; what cannot be read holds nothing.
pub fn in_range(range: &str, address: &str) -> bool {
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    match range.parse::<IpNet>() {
        Ok(net) => net.contains(&address),
        Err(_) => range.parse() == Ok(address),
    }
}

/// True when a text is a range or an address.
pub(crate) fn is_range(text: &str) -> bool {
    text.parse::<IpNet>().is_ok() || text.parse::<IpAddr>().is_ok()
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
