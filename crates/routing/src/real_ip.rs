//! Whom nginx takes for the client where another proxy stands before it (`ngx_http_realip_module`).

use std::net::IpAddr;

use crate::range::in_range;
use crate::request::{Request, split_port};

/// The header that tells the client, and who is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RealIp {
    /// `X-Forwarded-For`, or another one.
    pub header: String,
    /// Addresses and ranges.
    pub trusted: Vec<String>,
}

impl RealIp {
    /// "The original client address that matches one of the trusted addresses is replaced by the last non-trusted address
    /// sent in the header": from the right on, as long as who told it is trusted (`real_ip_recursive on`). What is no
    /// address ends the list.
    pub fn client(&self, request: &Request) -> Option<String> {
        let mut client = request.source_ip.clone();
        let told = request.header(&self.header).unwrap_or_default();
        for text in told.rsplit([',', ' ']).filter(|it| !it.is_empty()) {
            let Some(next) = address(text).filter(|_| self.trusts(client.as_deref())) else { break };
            client = Some(next);
        }
        client
    }

    /// One that is not told is trusted where everybody is.
    fn trusts(&self, address: Option<&str>) -> bool {
        self.trusted.iter().any(|range| match address {
            Some(address) => in_range(range, address),
            None => range.ends_with("/0"),
        })
    }
}

/// An address, which may have a port.
fn address(text: &str) -> Option<String> {
    let bare = split_port(text).0.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>().ok().map(|it| it.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_address_that_is_not_trusted_is_the_client() {
        for (trusted, source, told, expected) in [
            ("0.0.0.0/0", Some("10.0.0.1"), "1.2.3.4", Some("1.2.3.4")),
            ("0.0.0.0/0", Some("10.0.0.1"), "1.2.3.4, 5.6.7.8", Some("1.2.3.4")),
            ("0.0.0.0/0", None, "1.2.3.4:81", Some("1.2.3.4")),
            ("0.0.0.0/0", Some("10.0.0.1"), "", Some("10.0.0.1")),
            ("0.0.0.0/0", Some("fd00::1"), "1.2.3.4", Some("fd00::1")),
            ("10.0.0.0/8", Some("10.0.0.1"), "1.2.3.4, 5.6.7.8, 10.0.0.2", Some("5.6.7.8")),
            ("10.0.0.0/8", Some("192.0.2.1"), "1.2.3.4", Some("192.0.2.1")),
            ("10.0.0.0/8", None, "1.2.3.4", None),
            ("0.0.0.0/0", Some("10.0.0.1"), "1.2.3.4, unknown, 5.6.7.8", Some("5.6.7.8")),
        ] {
            let real_ip = RealIp { header: "X-Forwarded-For".into(), trusted: vec![trusted.into()] };
            let headers = vec![("x-forwarded-for".to_owned(), told.to_owned())];
            let request = Request { source_ip: source.map(str::to_owned), headers, ..Request::default() };
            assert_eq!(real_ip.client(&request).as_deref(), expected, "{trusted} {source:?} {told}");
        }
    }
}
