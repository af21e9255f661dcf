//! The sentences of hops, in both languages.

mod call;
pub(super) mod health;
mod listener;
pub(super) mod policy;
mod rule;
mod service;

use podpath_cluster::{Cluster, Found, ResourceId};
use podpath_source::{Location, Text};

use super::{Hop, HopKind};
use crate::request::Request;

pub(super) use call::{external_name_hop, headless_hop, load_balancer_service, node_port_hop, tls_hop};
pub(super) use listener::{
    closed, frozen_hop, no_listener_hop, no_listener_words, no_stream_route, nothing_listens, other_listener,
};
pub(super) use policy::{dropped, policy_hop, undecided};
pub(super) use rule::{chosen, faults, gateway, load_balancer, route};
pub(super) use service::{
    endpoint_hop, faulty_hop, is_address, no_endpoints, pod_hop, refusing_service_hop, service_hop, target_name,
    why_location,
};

pub(super) fn hop(
    kind: HopKind,
    resource: Option<ResourceId>,
    location: Option<Location>,
    title: Text,
    detail: Text,
) -> Hop {
    Hop {
        kind,
        resource,
        location,
        title,
        detail,
        brief: Text::default(),
        decided_by: None,
        rule: None,
        balancer: None,
        candidates: vec![],
        notes: vec![],
        failed: false,
    }
}

/// The name of an object.
pub(super) fn name_of(cluster: &Cluster, resource: Option<ResourceId>) -> Text {
    let entry = resource.and_then(|id| cluster.entry(id));
    Text::same(entry.map_or("", |it| it.resource.meta.name()))
}

fn at<T>(found: &Found<'_, T>) -> Location {
    found.at(found.entry.resource.meta.name_span())
}

pub(super) fn client(request: &Request) -> Text {
    let scheme = request.scheme.url().to_uppercase();
    Text::new(
        format!("{scheme} request to port {} for `{}`", request.port, request.authority),
        format!("{} 포트로 보내는 `{}` {scheme} 요청", request.port, request.authority),
    )
}
