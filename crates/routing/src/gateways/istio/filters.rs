//! Which EnvoyFilters are for a proxy, and which filters of Envoy it may have.

use std::cell::OnceCell;

use podpath_cluster::{Cluster, Found};
use podpath_objects::{EnvoyFilter, PatchEffect};
use podpath_order::{OrdMap, OrdSet};

use super::destination::Proxy;

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

/// The filters of requests that EnvoyFilters put into proxies, by the namespace of the EnvoyFilter.
pub struct Filters<'a> {
    root: &'a str,
    by_namespace: OrdMap<&'a str, OrdSet<&'a str>>,
}

impl<'a> Filters<'a> {
    /// Those of a cluster.
    pub fn new(cluster: &'a Cluster) -> Self {
        let mut by_namespace: OrdMap<_, OrdSet<_>> = OrdMap::new();
        for filter in cluster.all::<EnvoyFilter>() {
            let put = filter.object.patches.iter().filter(|it| it.apply_to == "HTTP_FILTER");
            by_namespace.entry(filter.namespace()).or_default().extend(put.map(|it| it.name.as_str()));
        }
        Self { root: &cluster.settings.mesh_root_namespace, by_namespace }
    }

    /// False when the proxies of a namespace certainly have no filter of this name: it is one of Envoy's own, Istio does not
    /// put it there, and no EnvoyFilter does.
    ///
    /// "The key should match the filter config name" (Envoy, `typed_per_filter_config`): a filter of the type `lua` that is
    /// named `envoy.lua` is not found as `envoy.filters.http.lua` (since Envoy 1.29, which is Istio 1.21).
    pub fn may_have(&self, namespace: &str, name: &str) -> bool {
        let Some(kind) = name.strip_prefix("envoy.filters.http.") else { return true };
        let puts = |space: &str| self.by_namespace.get(space).is_some_and(|it| it.contains(name));
        // What stands in the root namespace is for proxies everywhere.
        let puts_anywhere = || self.by_namespace.values().any(|it| it.contains(name));
        OWN.contains(&kind) || puts(namespace) || puts(self.root) || (namespace == self.root && puts_anywhere())
    }
}

/// The routes that EnvoyFilters change at a proxy, by their names, each with the first of these EnvoyFilters.
pub(super) fn patched_routes<'a>(cluster: &'a Cluster, proxy: &Proxy<'_>) -> OrdMap<&'a str, &'a str> {
    let is_for = |it: &Found<'_, EnvoyFilter>| {
        is_near(cluster, proxy.namespace, it) && it.object.labels.is_subset_of(proxy.labels)
    };
    let known = OnceCell::new();
    let may_have = |name: &String| known.get_or_init(|| Filters::new(cluster)).may_have(proxy.namespace, name);
    let mut routes = OrdMap::new();
    for filter in cluster.all::<EnvoyFilter>().filter(is_for) {
        for effect in &filter.object.effects {
            let PatchEffect::Route { name, filters } = effect else { continue };
            if filters.is_empty() || filters.iter().any(may_have) {
                routes.entry(name.as_str()).or_insert_with(|| filter.name());
            }
        }
    }
    routes
}
