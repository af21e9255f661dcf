//! Names: short hosts, gateway references, visibility.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{ConfigMap, ExportDefaults, Service, VirtualService};
use podpath_source::Spanned;

/// A short host (no dot, no `*`) gets the namespace of the resource; anything with a dot is taken as it is.
pub(super) fn full_host(cluster: &Cluster, host: &str, namespace: &str) -> String {
    if host.contains('.') || host.contains('*') || host.is_empty() {
        return host.to_ascii_lowercase();
    }
    format!("{host}.{namespace}.svc.{}", cluster.settings.cluster_domain).to_ascii_lowercase()
}

/// The Service of a full host.
pub(super) fn service_by_host<'a>(cluster: &'a Cluster, host: &str) -> Option<Found<'a, Service>> {
    let rest = host.strip_suffix(cluster.settings.cluster_domain.as_str())?.strip_suffix(".svc.")?;
    let (name, namespace) = rest.split_once('.')?;
    cluster.find::<Service>(namespace, name)
}

/// The full host of a Service.
pub(crate) fn host_of(cluster: &Cluster, service: &Found<'_, Service>) -> String {
    format!("{}.{}.svc.{}", service.name(), service.namespace(), cluster.settings.cluster_domain)
}

/// `mesh` stays, `gw` and `./gw` get the namespace, `gw.ns.svc...` is the legacy form of `ns/gw`.
pub(super) fn full_gateway(reference: &str, namespace: &str) -> String {
    match reference.split_once('/') {
        _ if reference == "mesh" => reference.to_owned(),
        Some((".", name)) => format!("{namespace}/{name}"),
        Some(_) => reference.to_owned(),
        None => match reference.split_once('.') {
            Some((name, rest)) => format!("{}/{name}", rest.split('.').next().unwrap_or(rest)),
            None => format!("{namespace}/{reference}"),
        },
    }
}

/// The gateways of a VirtualService; none is the mesh.
pub(super) fn gateways(service: &Found<'_, VirtualService>) -> Vec<String> {
    let named = service.object.gateways.iter().map(|it| full_gateway(&it.value, service.namespace()));
    let named: Vec<_> = named.collect();
    if named.is_empty() { vec!["mesh".into()] } else { named }
}

/// Who sees an object: private before exported before public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Visibility {
    Private,
    Exported,
    Public,
}

/// What the mesh says of the objects that say nothing themselves; none where it is not told.
pub(super) fn export_defaults(cluster: &Cluster) -> Option<&ExportDefaults> {
    let found = cluster.find::<ConfigMap>(&cluster.settings.mesh_root_namespace, "istio");
    found.map(|it| &it.object.exports)
}

/// Who sees the Services and ServiceEntries that do not say it.
pub(super) fn of_services(cluster: &Cluster) -> &[Spanned<String>] {
    export_defaults(cluster).map(|it| it.services.as_slice()).unwrap_or_default()
}

/// Who sees the VirtualServices that do not say it.
pub(super) fn of_routes(cluster: &Cluster) -> &[Spanned<String>] {
    export_defaults(cluster).map(|it| it.virtual_services.as_slice()).unwrap_or_default()
}

/// How an object of `namespace` is seen from a proxy in `from`; None when it is not. Where it has no `exportTo` the default of
/// the mesh counts: "we only honor ., *", the first before the second, and without either nobody sees it (`push_context.go`,
/// `initServiceRegistry`, `initVirtualServices`).
pub(super) fn visibility(
    export_to: &[Spanned<String>],
    default: &[Spanned<String>],
    namespace: &str,
    from: &str,
) -> Option<Visibility> {
    if !export_to.is_empty() {
        return listed(export_to, namespace, from);
    }
    let has = |wanted: &str| default.iter().any(|it| it.value == wanted);
    if has(".") {
        return (namespace == from).then_some(Visibility::Private);
    }
    (default.is_empty() || has("*")).then_some(Visibility::Public)
}

/// The same by a list as it is written; without one all see it.
///
/// `*` goes before all others, then `~`, which nobody sees whatever stands beside it (`initServiceRegistry`).
pub(super) fn listed(export_to: &[Spanned<String>], namespace: &str, from: &str) -> Option<Visibility> {
    if export_to.is_empty() || export_to.iter().any(|it| it.value == "*") {
        return Some(Visibility::Public);
    }
    if export_to.iter().any(|it| it.value == "~") {
        return None;
    }
    if export_to.iter().any(|it| it.value == "." || it.value == namespace) && namespace == from {
        return Some(Visibility::Private);
    }
    export_to.iter().any(|it| it.value == from).then_some(Visibility::Exported)
}

/// A proxy in `from` sees a Service: by its annotation for that, else by the default of the mesh.
pub(super) fn sees_service(cluster: &Cluster, service: &Found<'_, Service>, from: &str) -> bool {
    let written = service.entry.resource.meta.annotation("networking.istio.io/exportTo");
    let Some(written) = written.filter(|it| !it.is_empty()) else {
        return visibility(&[], of_services(cluster), service.namespace(), from).is_some();
    };
    let list: Vec<&str> = written.split(',').map(str::trim).collect();
    let is_for = |it: &&str| *it == from || *it == "." && service.namespace() == from;
    list.contains(&"*") || !list.contains(&"~") && list.iter().any(is_for)
}

/// Oldest first; without a timestamp an object counts as new; then name and namespace.
pub fn age_key<'a, T>(found: &Found<'a, T>) -> (bool, &'a str, &'a str, &'a str) {
    let created = found.entry.resource.meta.created.as_deref();
    (created.is_none(), created.unwrap_or_default(), found.name(), found.namespace())
}
