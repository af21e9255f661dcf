//! Names: short hosts, gateway references, visibility.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{Service, VirtualService};
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

/// How an object of `namespace` is seen from a proxy in `from`; None when it is not.
///
/// `*` goes before all others, then `~`, which nobody sees whatever stands beside it (`push_context.go`,
/// `initServiceRegistry`).
pub(super) fn visibility(export_to: &[Spanned<String>], namespace: &str, from: &str) -> Option<Visibility> {
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

/// Oldest first; without a timestamp an object counts as new; then name and namespace.
pub fn age_key<'a, T>(found: &Found<'a, T>) -> (bool, &'a str, &'a str, &'a str) {
    let created = found.entry.resource.meta.created.as_deref();
    (created.is_none(), created.unwrap_or_default(), found.name(), found.namespace())
}
