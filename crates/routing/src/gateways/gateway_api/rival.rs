//! HTTPRoutes and GRPCRoutes that want the same hosts of one listener: only the older one gets them.
//!
//! Source: gateway-api `apis/v1/grpcroute_types.go`: if "the intersection of the hostnames of A and B is non-empty, then
//! the implementation MUST accept exactly one of these two routes": the oldest, then the first by namespace and name.

use podpath_order::{OrdMap, OrdSet, Order};
use podpath_source::Span;

use super::facts::{Attachment, GatewayFacts, Problem, RouteFacts};
use super::route::Route;
use super::words;
use crate::pattern::HostPattern;

/// A route at a listener: number of the route, number of its parent.
type Claim = (usize, usize);

/// Takes listeners away from the routes that lose them.
pub(super) fn settle(gateways: &[GatewayFacts], routes: &[Route<'_>], facts: &mut [RouteFacts]) {
    if !routes.iter().any(|it| it.kind == "GRPCRoute") {
        return;
    }
    for ((gateway, listener), mut claims) in claims(routes, facts) {
        if gateways.get(gateway).is_some_and(GatewayFacts::is_aws) {
            continue;
        }
        claims.order_by_key(|(route, _)| routes.get(*route).map(Route::age));
        let (mut http, mut grpc) = (Hosts::default(), Hosts::default());
        for (number, place) in claims {
            let (Some(route), Some(parent)) =
                (routes.get(number), facts.get_mut(number).and_then(|it| it.parents.get_mut(place)))
            else {
                continue;
            };
            let Ok(attached) = &mut parent.accepted else { continue };
            let (own, other) = if route.kind == "GRPCRoute" { (&mut grpc, &http) } else { (&mut http, &grpc) };
            let Some(at) = attached.iter().position(|it: &Attachment| it.listener == listener) else { continue };
            let wanted: &[(HostPattern, Span)] = attached.get(at).map_or(&[], |it| &it.hostnames);
            if !other.meets(wanted) {
                own.add(wanted);
                continue;
            }
            attached.remove(at);
            if attached.is_empty() {
                let name = gateways.get(gateway).and_then(|it| it.listeners.get(listener)).map_or("", |it| &it.name);
                let location = route.at(route.hostnames.first().map_or(route.name_span(), |it| it.span));
                let text = words::older_route(name, route.kind);
                parent.accepted = Err(Problem { reason: "HostnameConflict", text, location });
            }
        }
    }
}

/// The claims on each listener that can take both kinds.
fn claims(routes: &[Route<'_>], facts: &[RouteFacts]) -> OrdMap<(usize, usize), Vec<Claim>> {
    let mut claims: OrdMap<(usize, usize), Vec<Claim>> = OrdMap::new();
    for (number, (route, facts)) in routes.iter().zip(facts).enumerate() {
        if !matches!(route.kind, "HTTPRoute" | "GRPCRoute") {
            continue;
        }
        for (place, parent) in facts.parents.iter().enumerate() {
            let (Some(gateway), Ok(attached)) = (parent.gateway, &parent.accepted) else { continue };
            for it in attached {
                claims.entry((gateway, it.listener)).or_default().push((number, place));
            }
        }
    }
    claims
}

/// Hosts that are taken, read from the end, so that what a wildcard means stands together.
#[derive(Default)]
pub(super) struct Hosts {
    any: bool,
    names: OrdSet<String>,
}

impl Hosts {
    pub(super) fn add(&mut self, hostnames: &[(HostPattern, Span)]) {
        self.any |= hostnames.is_empty();
        self.names.extend(hostnames.iter().map(|(it, _)| backwards(it)));
    }

    fn meets(&self, hostnames: &[(HostPattern, Span)]) -> bool {
        let is_empty = !self.any && self.names.is_empty();
        !is_empty && (self.any || hostnames.is_empty() || hostnames.iter().any(|(it, _)| self.meets_one(it)))
    }

    /// The same without the name itself.
    pub(super) fn meets_beside(&mut self, pattern: &HostPattern) -> bool {
        let own = backwards(pattern);
        let is_own = self.names.remove(&own);
        let meets = self.meets_one(pattern);
        if is_own {
            self.names.insert(own);
        }
        meets
    }

    /// The same name, a wildcard above it, or anything below it when it is a wildcard.
    fn meets_one(&self, pattern: &HostPattern) -> bool {
        let name = backwards(pattern);
        let below = matches!(pattern, HostPattern::Suffix(_))
            && self
                .names
                .starting_at(name.trim_end_matches('*'))
                .next()
                .is_some_and(|it| it.starts_with(name.trim_end_matches('*')));
        let dots = name.bytes().enumerate().filter(|(_, it)| *it == b'.').map(|(at, _)| at + 1);
        let above = |at: usize| name.get(..at).is_some_and(|it| self.names.contains(&format!("{it}*")));
        self.names.contains(&name) || below || dots.into_iter().any(above)
    }
}

/// `*.example.kr` is `rk.elpmaxe.*`.
fn backwards(pattern: &HostPattern) -> String {
    pattern.to_string().chars().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_meet_when_a_name_is_in_both() {
        let hosts =
            |names: &[&str]| -> Vec<_> { names.iter().map(|it| (HostPattern::parse(it), Span::default())).collect() };
        for (taken, wanted, expected) in [
            (&["a.example.kr"][..], &["a.example.kr"][..], true),
            (&["a.example.kr"], &["b.example.kr"], false),
            (&["a.example.kr"], &["*.example.kr"], true),
            (&["*.example.kr"], &["a.b.example.kr"], true),
            (&["*.example.kr"], &["example.kr"], false),
            (&["*.b.example.kr"], &["*.example.kr"], true),
            (&["*.example.kr"], &["*.b.example.kr"], true),
            (&["xexample.kr"], &["*.example.kr"], false),
            (&["a.example.kr"], &[], true),
        ] {
            let mut known = Hosts::default();
            known.add(&hosts(taken));
            assert_eq!(known.meets(&hosts(wanted)), expected, "{taken:?} {wanted:?}");
        }
        assert!(!Hosts::default().meets(&[]));
    }
}
