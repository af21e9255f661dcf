//! Faults that a rule injects.

use podpath_source::GRPC_CODES;

use crate::request::Request;
use crate::table::{Filter, Response, Rule};

/// What a rule answers to every request by a fault that it injects.
pub(super) fn aborted(rule: &Rule, request: &Request) -> Option<(Response, Option<&'static str>)> {
    let (response, code) = rule.filters.iter().find_map(|it| match it {
        Filter::Abort { response, grpc_status, fraction } if fraction.0 >= fraction.1 => Some((response, grpc_status)),
        _ => None,
    })?;
    let code = code.as_deref().filter(|_| request.is_grpc()).and_then(grpc_code);
    Some((response.clone(), code))
}

/// A code of gRPC by its name (grpc `doc/statuscodes.md`).
fn grpc_code(name: &str) -> Option<&'static str> {
    GRPC_CODES.iter().find(|it| **it == name).copied()
}
