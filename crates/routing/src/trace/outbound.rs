//! What the sidecar of a caller does with a call.
//!
//! Source: istio `pilot/pkg/networking/core` (listener.go, httproute.go, listener_builder.go). Where a port is declared as
//! HTTP, one listener takes what is dialled at any address of that port, and the Host alone chooses the virtual host, but for
//! Services that are parents of Gateway API routes, where the address does; a Host that none has goes on to the address that
//! was dialled, or is answered 502 (REGISTRY_ONLY). A port that has to be looked into, and one that carries no HTTP, has a
//! listener of its own for each Service. What no listener takes leaves as it is, or is closed (`BlackHoleCluster`).

use podpath_cluster::{Cluster, Endpoint, Found};
use podpath_objects::{PortRef, Service};

use super::end::End;
use super::guard;
use super::mesh::Mesh;
use super::stage::Walk;
use super::{Caller, Trace};
use crate::gateways::istio::{Connection, Speaks};
use crate::gateways::{gateway_api, istio};
use crate::request::Request;
use crate::table::Table;

/// A call to a Service, or to a name below that of a headless one.
pub(super) fn to_service(
    cluster: &Cluster,
    walk: Walk<'_>,
    caller: &Caller,
    service: &Found<'_, Service>,
    dialled: &str,
    request: Request,
) -> Trace {
    let port = request.port;
    let is_known = istio::knows(cluster, &proxy_of(caller, port), service);
    if let Some(table) = is_known.then(|| by_address(cluster, caller, service, &request)).flatten() {
        return walk.run(&table, request);
    }
    if is_plain_http(&request) && (!is_known || shares_listener(cluster, service, port)) {
        return match by_host(cluster, caller, &request) {
            Some(table) => walk.run(&table, request),
            None => leave(cluster, walk, caller, dialled, request),
        };
    }
    if !is_known {
        return leave(cluster, walk, caller, dialled, request);
    }
    if lacks_port(cluster, service, &request) {
        // The listener of a port is there for every address, also for that of a Service without the port.
        if let Some(table) = by_host(cluster, caller, &request) {
            return walk.run(&table, request);
        }
        if is_held(cluster, caller, port) {
            return leave(cluster, walk, caller, dialled, request);
        }
    }
    if is_plain_http(&request) && speaks_http(cluster, service, port) == Some(true) {
        // It has no routes of the Gateway API, else they were taken by its address.
        return walk.run(&istio::lower_service(cluster, &proxy_of(caller, port), service), request);
    }
    match guard::stream_route(cluster, service) {
        Some(found) => walk.unmodelled(found),
        None => by_connection(cluster, walk, caller, service, dialled, request),
    }
}

/// A call to a host that is no Service: a ServiceEntry by name or address, else it leaves the mesh, or not.
pub(super) fn to_outside(cluster: &Cluster, walk: Walk<'_>, caller: &Caller, host: &str, request: Request) -> Trace {
    if let Some(service) = istio::headless_by_address(cluster, host, request.port) {
        return to_service(cluster, walk, caller, &service, host, request);
    }
    if let Some(table) = by_host(cluster, caller, &request) {
        return walk.run(&table, request);
    }
    let (proxy, name) = (proxy_of(caller, request.port), server_name(&request, host));
    let dialled = host.trim_end_matches('.');
    let found = istio::outside(cluster, &proxy, dialled, name.as_deref(), is_plain_http(&request));
    let Some(outside) = found else { return leave(cluster, walk, caller, host, request) };
    match istio::lower_outside(cluster, &proxy, &outside, name.as_deref()) {
        Ok(Connection::Ruled(table)) => walk.run(&table, request),
        Ok(Connection::Plain) => walk.deliver_to_host(&outside.host, &request),
        Ok(Connection::Unnamed) => leave(cluster, walk, caller, host, request),
        Err((field, location)) => walk.finish(End::unsupported_at(field.into(), location)),
    }
}

/// A call to a name of the cluster that nothing has, so that it stands for no address. A sidecar serves the Host all the same,
/// whatever address was dialled; without one, and without a virtual host, there is nothing to call.
pub(super) fn to_missing(cluster: &Cluster, walk: Walk<'_>, caller: &Caller, host: &str, request: Request) -> Trace {
    match caller.sidecar.then(|| by_host(cluster, caller, &request)).flatten() {
        Some(table) => walk.run(&table, request),
        None => walk.finish(End::no_such_name(host)),
    }
}

/// The name that TLS tells: that of the request, else the one that is dialled.
fn server_name(request: &Request, dialled: &str) -> Option<String> {
    let name = request.sni.as_deref().unwrap_or(dialled.trim_end_matches('.'));
    request.scheme.is_tls().then(|| name.to_owned())
}

/// A call to the address of a Pod. No Service has it, but for the endpoints of a headless one, and the ranges of a
/// ServiceEntry.
pub(super) fn to_pod(
    cluster: &Cluster,
    walk: Walk<'_>,
    caller: &Caller,
    endpoint: Endpoint,
    address: &str,
    request: Request,
) -> Trace {
    if let Some(table) = by_host(cluster, caller, &request) {
        return walk.run(&table, request);
    }
    let is_listed = istio::headless_by_address(cluster, address, request.port).is_some()
        || istio::entry_by_address(cluster, &proxy_of(caller, request.port), address).is_some();
    if !is_listed && is_held(cluster, caller, request.port) {
        return leave(cluster, walk, caller, address, request);
    }
    walk.deliver_to_pod(endpoint, None, request)
}

/// The Service that a Host names, or that it lies below of: a sidecar serves every name below that of a headless Service.
pub(super) fn named<'a>(cluster: &'a Cluster, host: &str, namespace: &str) -> Option<Found<'a, Service>> {
    match istio::called(cluster, host, namespace) {
        istio::Called::Service(service) => Some(service),
        istio::Called::Pod(_) => None,
        istio::Called::Missing | istio::Called::Outside => {
            match istio::called(cluster, host.split_once('.')?.1, namespace) {
                istio::Called::Service(above) if above.object.is_headless() => Some(above),
                _ => None,
            }
        }
    }
}

/// What holds for a call to the address of a Service where the address chooses.
///
/// Routes of the Gateway API hold for a call to the address of the Service that is their parent, "not Host" (gateway-api
/// GEP-1426 and `conformance/tests/mesh/mesh-frontend-hostname.go`): they take what is dialled there whatever Host it
/// sends, and a Host that names their parent brings no call of another address to them. Services without such routes
/// stay with Istio, whose listener goes by the Host.
fn by_address(cluster: &Cluster, caller: &Caller, service: &Found<'_, Service>, request: &Request) -> Option<Table> {
    let port = request.port;
    if !is_plain_http(request) || speaks_http(cluster, service, port) != Some(true) {
        return None;
    }
    let routes = |it: &Found<'_, Service>| gateway_api::mesh(cluster, it, &caller.namespace, port);
    routes(service).or_else(|| {
        let of_host = named(cluster, &request.host, &caller.namespace).filter(|it| it.id != service.id)?;
        routes(&of_host).map(|_| istio::lower_service(cluster, &proxy_of(caller, port), service))
    })
}

/// The virtual host that a Host chooses, whatever address was dialled.
fn by_host(cluster: &Cluster, caller: &Caller, request: &Request) -> Option<Table> {
    if !is_plain_http(request) {
        return None;
    }
    let (port, proxy) = (request.port, proxy_of(caller, request.port));
    let Some(service) = named(cluster, &request.host, &caller.namespace) else {
        let by_address = istio::entry_by_address(cluster, &proxy, &request.host);
        let name = by_address.as_ref().map_or(request.host.as_str(), |it| it.host.as_str());
        // A port that is declared as something else has no virtual hosts.
        return match istio::speaks(cluster, &proxy, name) {
            Some(Speaks::Tls | Speaks::Bytes) => None,
            _ => istio::lower_host(cluster, &proxy, name),
        };
    };
    if let Some(table) = istio::lower_alias(cluster, &proxy, &service, &request.host) {
        return Some(table);
    }
    let speaks_http = speaks_http(cluster, &service, port);
    if !istio::knows(cluster, &proxy, &service) || speaks_http.is_none() {
        // A VirtualService that is known serves all of its hosts, as it serves those that are no Services: by the very names
        // that it has, not by the shorter ones that a Service has, too.
        return istio::lower_host(cluster, &proxy, &request.host);
    }
    // What has to be looked into has a virtual host, too, where some Service of the port makes the listener.
    let has_listener = shares_listener(cluster, &service, port) || istio::reads_http(cluster, &proxy);
    (speaks_http == Some(true) && has_listener).then(|| of_service(cluster, caller, &service, port))
}

/// Routes that have the Service as parent, else what Istio makes of it.
fn of_service(cluster: &Cluster, caller: &Caller, service: &Found<'_, Service>, port: u16) -> Table {
    let routes = gateway_api::mesh(cluster, service, &caller.namespace, port);
    routes.unwrap_or_else(|| istio::lower_service(cluster, &proxy_of(caller, port), service))
}

/// Whether a port of a Service carries HTTP; None when it has no such port. The ports of an ExternalName are those of the
/// Service that it is another name of.
fn speaks_http(cluster: &Cluster, service: &Found<'_, Service>, port: u16) -> Option<bool> {
    let real = istio::aliased(cluster, service).ok()?;
    real.object.port_over("TCP", &PortRef::Number(port)).map(istio::is_http)
}

/// The Service has no such port, whatever it is another name of. UDP passes by the proxy.
fn lacks_port(cluster: &Cluster, service: &Found<'_, Service>, request: &Request) -> bool {
    let port = PortRef::Number(request.port);
    request.scheme.transport() == "TCP"
        && istio::aliased(cluster, service).is_ok_and(|it| it.object.port_over("TCP", &port).is_none())
}

/// The port says that it is HTTP, so its listener is for every address.
fn shares_listener(cluster: &Cluster, service: &Found<'_, Service>, port: u16) -> bool {
    let real = istio::aliased(cluster, service).ok();
    let entry = real.and_then(|it| it.object.port_over("TCP", &PortRef::Number(port)));
    entry.is_some_and(|it| istio::is_http(it) && istio::is_declared(it))
}

/// A call whose bytes the sidecar does not read.
fn by_connection(
    cluster: &Cluster,
    walk: Walk<'_>,
    caller: &Caller,
    service: &Found<'_, Service>,
    dialled: &str,
    request: Request,
) -> Trace {
    let (proxy, name) = (proxy_of(caller, request.port), server_name(&request, dialled));
    let port = service.object.port_over(request.scheme.transport(), &PortRef::Number(request.port));
    let lower = |port| istio::lower_connection(cluster, &proxy, service, port, name.as_deref());
    match port.map_or(Ok(Connection::Plain), lower) {
        Ok(Connection::Ruled(table)) => walk.run(&table, request),
        Ok(Connection::Plain) => walk.call_by_proxy(service, request),
        Ok(Connection::Unnamed) => leave(cluster, walk, caller, dialled, request),
        Err((field, location)) => walk.finish(End::unsupported_at(field.into(), location)),
    }
}

/// A call that no virtual host or no listener takes: the proxy that the Sidecar names gets what may go out.
fn leave(cluster: &Cluster, walk: Walk<'_>, caller: &Caller, dialled: &str, request: Request) -> Trace {
    let is_http = is_plain_http(&request);
    match istio::egress_proxy(cluster, &proxy_of(caller, request.port), is_http) {
        Some(table) => walk.run(&table, request),
        None => walk.finish(unknown(cluster, caller, dialled, &request)),
    }
}

/// What becomes of a call that no virtual host or no listener takes.
fn unknown(cluster: &Cluster, caller: &Caller, dialled: &str, request: &Request) -> End {
    if !keeps_inside(cluster, caller, request.port) {
        return if request.host.eq_ignore_ascii_case(dialled.trim_end_matches('.')) {
            End::passthrough(dialled)
        } else {
            End::passed_by(dialled, &request.host)
        };
    }
    if !is_plain_http(request) {
        return End::not_in_registry(dialled).closed();
    }
    if istio::reads_http(cluster, &proxy_of(caller, request.port)) {
        End::not_in_registry(&request.host)
    } else {
        End::black_hole(dialled, request.port)
    }
}

/// What no listener lists does not go out by itself: to the proxy that the Sidecar names, or nowhere.
fn is_held(cluster: &Cluster, caller: &Caller, port: u16) -> bool {
    istio::egress_proxy(cluster, &proxy_of(caller, port), false).is_some() || keeps_inside(cluster, caller, port)
}

/// REGISTRY_ONLY; a Sidecar may say otherwise than the mesh.
fn keeps_inside(cluster: &Cluster, caller: &Caller, port: u16) -> bool {
    let sidecar = istio::sidecar_of(cluster, &proxy_of(caller, port));
    sidecar.and_then(|it| it.object.keeps_inside).unwrap_or_else(|| Mesh::of(cluster).registry_only)
}

/// What a proxy can read.
fn is_plain_http(request: &Request) -> bool {
    request.scheme.is_http() && !request.scheme.is_tls()
}

/// The sidecar of a caller.
fn proxy_of(caller: &Caller, port: u16) -> istio::Proxy<'_> {
    istio::Proxy { namespace: &caller.namespace, labels: &caller.labels, port, is_gateway: false }
}
