//! HTTPS listeners of one port whose hostnames overlap.
//!
//! Source: gateway-api `apis/v1/gateway_types.go`, `ListenerConditionOverlappingTLSConfig`: controllers MUST detect
//! overlapping hostnames and MAY detect overlapping certificates, which are not read here; it MUST NOT be set when it is
//! False.

use podpath_cluster::ResourceId;
use podpath_order::{OrdMap, OrdSet};
use podpath_source::Span;

use super::facts::{GatewayFacts, ListenerFacts};
use super::rival::Hosts;
use crate::pattern::HostPattern;
use crate::table::Protocol;

/// Listeners that overlap with another one, by their object and their place in it.
pub(super) type Overlapping = OrdSet<(ResourceId, usize)>;

/// The listeners of a Gateway and its ListenerSets that overlap; the same hostname twice is a conflict, not this.
pub(super) fn overlapping(gateway: &GatewayFacts) -> Overlapping {
    let mut ports: OrdMap<u16, Vec<&ListenerFacts>> = OrdMap::new();
    for listener in &gateway.listeners {
        let is_https = listener.protocol == Some(Protocol::Https) && listener.refused.is_none();
        if let Some(port) = listener.port.filter(|_| is_https && !gateway.is_aws()) {
            ports.entry(port).or_default().push(listener);
        }
    }
    let mut found = Overlapping::new();
    for listeners in ports.into_values().filter(|it| it.len() > 1) {
        let mut hosts = Hosts::default();
        for listener in &listeners {
            hosts.add(&[(listener.hostname.clone(), Span::default())]);
        }
        let serves_all = listeners.iter().any(|it| it.hostname == HostPattern::Any);
        let overlaps = |it: &&&ListenerFacts| serves_all || hosts.meets_beside(&it.hostname);
        found.extend(listeners.iter().filter(overlaps).map(|it| (it.owner, it.place)));
    }
    found
}
