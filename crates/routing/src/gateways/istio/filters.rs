//! Which EnvoyFilters are for a proxy, and which filters of Envoy it may have.

use podpath_cluster::{Cluster, Found};
use podpath_objects::EnvoyFilter;

/// Filters of requests that Istio itself puts into proxies (istio `pilot/pkg/xds/filters`, `authn`, `authz`).
const OWN: [&str; 12] = [
    "cors",
    "ext_authz",
    "fault",
    "grpc_stats",
    "grpc_web",
    "jwt_authn",
    "local_ratelimit",
    "peer_metadata",
    "rbac",
    "router",
    "stateful_session",
    "wasm",
];

/// Its namespace is that of the proxy, or the root of the mesh.
pub fn is_near(cluster: &Cluster, namespace: &str, filter: &Found<'_, EnvoyFilter>) -> bool {
    filter.namespace() == namespace || filter.namespace() == cluster.settings.mesh_root_namespace
}

/// False when the proxies of a namespace certainly have no filter of this name: it is one of Envoy's own, Istio does not put
/// it there, and no EnvoyFilter does.
///
/// "The key should match the filter config name" (Envoy, `typed_per_filter_config`): a filter of the type `lua` that is named
/// `envoy.lua` is not found as `envoy.filters.http.lua` (since Envoy 1.29, which is Istio 1.21).
pub fn may_have_filter(cluster: &Cluster, namespace: &str, name: &str) -> bool {
    let Some(kind) = name.strip_prefix("envoy.filters.http.") else { return true };
    // What stands in the root namespace is for proxies everywhere.
    let is_root = namespace == cluster.settings.mesh_root_namespace;
    let puts = |it: &Found<'_, EnvoyFilter>| {
        (is_root || is_near(cluster, namespace, it))
            && it.object.patches.iter().any(|it| it.apply_to == "HTTP_FILTER" && it.name == name)
    };
    OWN.contains(&kind) || cluster.all::<EnvoyFilter>().any(|it| puts(&it))
}
