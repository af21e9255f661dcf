//! A health check by HTTP at the rules of a gateway, or of the ALB behind an NLB.

use crate::choose::{NoListener, choose_listener, choose_rule};
use crate::request::{Request, Scheme};
use crate::table::{Action, Filter, HealthCheck, Protocol, Rule, Table};

/// The Host header of a check is an address: this one nobody owns (RFC 5737).
const ADDRESS: &str = "192.0.2.1";

/// What comes back.
pub(super) enum Answer {
    /// A status that the rules give by themselves.
    Status(u16),
    /// Plain HTTP meets TLS, or TLS a plain port.
    OtherProtocol,
    /// No TLS is taken there without a server name.
    NoServerName,
    /// It goes on to an application, or nobody knows.
    Unknown,
}

/// Asks the rules of a table at a port.
pub(super) fn ask(table: &Table, check: &HealthCheck, port: u16) -> Answer {
    if check.path.is_none() || !table.frozen.is_empty() {
        return Answer::Unknown;
    }
    let request = request(check, port);
    match choose_listener(table, &request) {
        Ok(listener) => {
            let nobody = || without_rule(listener.protocol);
            choose_rule(table, listener, &request).rule.map_or_else(nobody, of_rule)
        }
        Err(NoListener::Host) => Answer::Status(404),
        Err(NoListener::Protocol) => Answer::OtherProtocol,
        Err(NoListener::ServerName) => Answer::NoServerName,
        Err(_) => Answer::Unknown,
    }
}

/// A load balancer tells its targets no server name.
fn request(check: &HealthCheck, port: u16) -> Request {
    let is_tls = check.protocol == "HTTPS";
    let target = check.path.as_deref().unwrap_or("/");
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let mut request = Request {
        scheme: if is_tls { Scheme::Https } else { Scheme::Http },
        sni: is_tls.then(String::new),
        method: "GET".to_owned(),
        port,
        path: path.to_owned(),
        query: query.map(str::to_owned),
        ..Request::default()
    };
    request.set_authority(ADDRESS);
    request
}

/// Who reads HTTP says that no rule takes it; who chooses by server name closes the connection.
fn without_rule(protocol: Protocol) -> Answer {
    match protocol {
        Protocol::Http | Protocol::Https => Answer::Status(404),
        Protocol::TlsPassthrough => Answer::NoServerName,
        Protocol::TlsTerminate | Protocol::Tcp | Protocol::Udp => Answer::Unknown,
    }
}

fn of_rule(rule: &Rule) -> Answer {
    if rule.filters.iter().any(|it| matches!(it, Filter::Abort { .. } | Filter::Gate(_) | Filter::Unsupported(_))) {
        return Answer::Unknown;
    }
    match &rule.action {
        Action::Respond(response) => Answer::Status(response.status),
        Action::Redirect(redirect) => Answer::Status(redirect.status),
        Action::Forward(_) | Action::Unsupported(_) => Answer::Unknown,
    }
}

/// Whether codes hold a status: "a value, several values (`200,202`), or a range (`200-299`)".
pub(super) fn takes(codes: &str, status: u16) -> bool {
    codes.split(',').any(|it| {
        let (first, last) = it.split_once('-').unwrap_or((it, it));
        let number = |text: &str| text.trim().parse::<u16>().ok();
        number(first).zip(number(last)).is_none_or(|(first, last)| (first..=last).contains(&status))
    })
}

#[cfg(test)]
mod tests {
    use super::takes;

    #[test]
    fn codes_are_values_and_ranges() {
        for (codes, status, expected) in [
            ("200", 200, true),
            ("200", 404, false),
            ("200-399", 301, true),
            ("200,404", 404, true),
            ("200, 300-302", 302, true),
            ("200-299", 301, false),
            // What cannot be read is not held against anybody.
            ("ok", 500, true),
        ] {
            assert_eq!(takes(codes, status), expected, "{codes} {status}");
        }
    }
}
