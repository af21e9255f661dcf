//! Gateway API: Gateways and HTTPRoutes, at a gateway and in the mesh.
//!
//! Source: gateway-api `apis/v1/httproute_types.go`, "Proxy or Load Balancer routing configuration generated from
//! HTTPRoutes MUST prioritize matches based on the following criteria, continuing on ties": exact path, longest prefix,
//! method, most headers, most query parameters; then "the oldest Route based on creation timestamp", then "the Route
//! appearing first in alphabetical order by {namespace}/{name}"; then the first matching rule in list order.

mod attach;
mod route;

use podpath_cluster::{Cluster, Found};
use podpath_objects::{Gateway as GatewayObject, GatewayClass, GatewayListener, HttpRoute, Service};
use podpath_source::Text;

use super::{Gateway, origin, whole};
use crate::ladder::Criterion;
use crate::pattern::HostPattern;
use crate::table::{Listener, Protocol, Rejected, Rule, Table, VirtualHost};

use attach::{Attachment, Refusal};

const LADDER: &[Criterion] = &[
    Criterion::Hostname,
    Criterion::ExactPath,
    Criterion::PathLength,
    Criterion::Method,
    Criterion::Headers,
    Criterion::Query,
    Criterion::Oldest,
    Criterion::Name,
    Criterion::ListOrder,
];

/// At a gateway.
pub static GATEWAY: Gateway = Gateway {
    name: "gateway-api",
    title: "Gateway API",
    is_load_balancer: false,
    ladder: LADDER,
    checks_host_against_sni: true,
    no_connection: 503,
};

/// In the mesh, with a Service as parent.
pub static MESH: Gateway = Gateway {
    name: "gateway-api-mesh",
    title: "Gateway API mesh",
    is_load_balancer: false,
    ladder: LADDER,
    checks_host_against_sni: false,
    no_connection: 503,
};

/// One table for each Gateway whose class is played.
pub fn lower(cluster: &Cluster) -> Vec<Table> {
    cluster.all::<GatewayObject>().filter(|it| is_played(cluster, it)).map(|it| lower_gateway(cluster, &it)).collect()
}

/// A class that is not here is played too: people paste a part of a cluster. One of another controller is not.
fn is_played(cluster: &Cluster, gateway: &Found<'_, GatewayObject>) -> bool {
    let class = gateway.object.class.as_ref().and_then(|it| cluster.find::<GatewayClass>("", &it.value));
    let controller = class.and_then(|it| it.object.controller.as_ref());
    controller.is_none_or(|it| cluster.settings.plays(&it.value))
}

fn lower_gateway(cluster: &Cluster, gateway: &Found<'_, GatewayObject>) -> Table {
    let mut attached: Vec<(usize, Rule)> = Vec::new();
    let mut rejected = Vec::new();
    for route in cluster.all::<HttpRoute>() {
        for (p, parent) in route.object.parents.iter().enumerate() {
            if !attach::names(parent, &route, gateway) {
                continue;
            }
            match attach::attach(cluster, gateway, &route, parent) {
                Ok(attachments) => {
                    for Attachment { listener, hostnames } in attachments {
                        let rules = route::lower(cluster, &route, &hostnames);
                        attached.extend(rules.into_iter().map(|rule| (listener, rule)));
                    }
                }
                Err(refusal) => rejected.push(refused(&route, p, refusal)),
            }
        }
    }
    let listeners = gateway.object.listeners.iter().enumerate();
    let listeners = listeners.filter_map(|(idx, listener)| {
        let rules = attached.iter().filter(|(at, _)| *at == idx).map(|(_, rule)| rule.clone());
        lower_listener(gateway, idx, listener, rules.collect())
    });
    Table {
        gateway: &GATEWAY,
        origin: whole(gateway),
        members: vec![gateway.id],
        is_public: true,
        listeners: listeners.collect(),
        rejected,
        frozen: vec![],
    }
}

fn refused(route: &Found<'_, HttpRoute>, parent: usize, refusal: Refusal) -> Rejected {
    let place = format!("spec.parentRefs[{parent}]");
    Rejected { origin: origin(route, refusal.span, place), reason: refusal.reason, text: refusal.text }
}

fn lower_listener(
    gateway: &Found<'_, GatewayObject>,
    idx: usize,
    listener: &GatewayListener,
    rules: Vec<Rule>,
) -> Option<Listener> {
    let hostname = listener.hostname.as_ref().map(|it| HostPattern::parse(&it.value));
    Some(Listener {
        origin: origin(gateway, listener.span, format!("spec.listeners[{idx}]")),
        name: listener.name.value.clone(),
        port: listener.port.as_ref()?.value,
        protocol: attach::protocol(listener)?,
        hostnames: hostname.into_iter().collect(),
        served: vec![],
        hosts: vec![VirtualHost { pattern: HostPattern::Any, rules }],
        fallback: None,
    })
}

/// The routes of a Service as its callers meet them; none when no route has it as parent.
///
/// "Producer" routes live with the Service and hold for every caller; "consumer" routes live with the caller and hold
/// instead of them (GEP-1426).
pub fn mesh(cluster: &Cluster, service: &Found<'_, Service>, caller_namespace: &str, port: u16) -> Option<Table> {
    let names = |route: &Found<'_, HttpRoute>| {
        let fits = |it: &podpath_objects::ParentRef| {
            let namespace = it.namespace.as_ref().map_or(route.namespace(), |it| &it.value);
            it.kind == "Service"
                && it.name.value == service.name()
                && namespace == service.namespace()
                && it.port.as_ref().is_none_or(|it| it.value == port)
        };
        route.object.parents.iter().any(fits)
    };
    let routes: Vec<_> = cluster.all::<HttpRoute>().filter(names).collect();
    let is_consumer =
        |it: &&Found<'_, HttpRoute>| it.namespace() == caller_namespace && it.namespace() != service.namespace();
    let consumer: Vec<_> = routes.iter().filter(is_consumer).collect();
    let producer = || routes.iter().filter(|it| it.namespace() == service.namespace()).collect();
    let chosen: Vec<_> = if consumer.is_empty() { producer() } else { consumer };
    let first = chosen.first()?;
    let rules = chosen.iter().flat_map(|route| route::lower_mesh(cluster, route, service)).collect();
    let unused = routes.iter().filter(|it| !chosen.iter().any(|known| known.id == it.id));
    Some(Table {
        gateway: &MESH,
        origin: whole(first),
        members: chosen.iter().map(|it| it.id).collect(),
        is_public: false,
        listeners: vec![Listener {
            origin: whole(service),
            name: format!("{}:{port}", service.name()),
            port,
            protocol: Protocol::Http,
            hostnames: vec![],
            served: vec![],
            hosts: vec![VirtualHost { pattern: HostPattern::Any, rules }],
            fallback: None,
        }],
        rejected: unused.map(not_for_caller).collect(),
        frozen: vec![],
    })
}

fn not_for_caller(route: &Found<'_, HttpRoute>) -> Rejected {
    let text = Text::new(
        format!(
            "it holds for callers in namespace `{}` only, or gives way to a route of the caller",
            route.namespace()
        ),
        format!("`{}` 네임스페이스에서 부르는 쪽에만 적용되거나, 부르는 쪽의 라우트에 밀립니다", route.namespace()),
    );
    Rejected { origin: whole(route), reason: "other-caller", text }
}
