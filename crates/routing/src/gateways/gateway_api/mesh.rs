//! Routes in the mesh: a Service is the parent.
//!
//! Source: gateway-api GEP-1426. "Producer" routes live with the Service and hold for every caller; "consumer" routes
//! live with the caller and hold instead of them. Of several kinds for one Service only the most specific one counts:
//! GRPCRoute before HTTPRoute.

use podpath_cluster::{Cluster, Found};
use podpath_objects::Service;

use super::MESH;
use super::route::Route;
use super::rules::Lowering;
use super::words;
use crate::pattern::HostPattern;
use crate::table::{Access, Listener, Protocol, Rejected, Table, VirtualHost};

/// The routes of a Service as its callers meet them; none when no route has it as parent.
pub fn lower(cluster: &Cluster, service: &Found<'_, Service>, caller_namespace: &str, port: u16) -> Option<Table> {
    let mut routes = Route::all(cluster);
    routes.retain(|it| matches!(it.kind, "HTTPRoute" | "GRPCRoute") && names(it, service, port));
    let own = service.namespace();
    let is_consumer = |it: &Route<'_>| it.namespace() == caller_namespace && it.namespace() != own;
    let has_consumer = routes.iter().any(is_consumer);
    let holds = |it: &Route<'_>| if has_consumer { is_consumer(it) } else { it.namespace() == own };
    let has_grpc = routes.iter().any(|it| it.kind == "GRPCRoute" && holds(it));
    let kind = if has_grpc { "GRPCRoute" } else { "HTTPRoute" };
    let (chosen, unused): (Vec<_>, Vec<_>) = routes.into_iter().partition(|it| holds(it) && it.kind == kind);
    let first = chosen.first()?;
    let whole = |it: &Route<'_>| it.origin(it.name_span(), "metadata.name".into());
    let lowering = |route| Lowering { cluster, route, hostnames: &[], parent: Some(service), policies: None };
    let rejected = unused.iter().map(|it| {
        let (reason, text) = if holds(it) {
            ("other-kind", words::other_kind(kind))
        } else {
            ("other-caller", words::other_caller(it.namespace()))
        };
        Rejected { origin: whole(it), reason, text, by: None }
    });
    Some(Table {
        gateway: &MESH,
        origin: whole(first),
        members: chosen.iter().map(|it| it.id).collect(),
        is_public: false,
        listeners: vec![Listener {
            origin: crate::gateways::whole(service),
            name: format!("{}:{port}", service.name()),
            port,
            protocol: Protocol::Http,
            hostnames: vec![],
            served: vec![],
            hosts: vec![
                VirtualHost {
                    pattern: HostPattern::Any,
                    rules: chosen.iter().flat_map(|it| lowering(it).rules()).collect(),
                }
                .into(),
            ],
            fallback: None,
            access: Access::Open,
        }],
        rejected: rejected.collect(),
        frozen: vec![],
        real_ip: None,
    })
}

/// True when a parentRef names this Service, and this port or none.
fn names(route: &Route<'_>, service: &Found<'_, Service>, port: u16) -> bool {
    route.parents.iter().any(|it| {
        it.kind == "Service"
            && it.name.value == service.name()
            && route.parent_namespace(it) == service.namespace()
            && it.port.as_ref().is_none_or(|it| it.value == port)
    })
}
