//! Where routes send traffic: every reference to a Service, whichever kind of route makes it.

use podpath_cluster::{Cluster, Entry, Found};
use podpath_objects::{
    BackendRef, Destination, FilterKind, HttpRoute, HttpRule, Ingress, IngressBackend, PortRef, TargetGroupBinding,
    VirtualService,
};
use podpath_source::{Location, Span, Spanned};

use crate::istio::{HostMeaning, Names};

/// The kind of the route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Ingress,
    Http,
    VirtualService,
    TargetGroupBinding,
}

/// A reference to a Service.
pub(crate) struct Backend<'a> {
    pub(crate) route: Route,
    /// The object that refers.
    pub(crate) entry: &'a Entry,
    /// Where the Service should be.
    pub(crate) namespace: &'a str,
    /// Its name.
    pub(crate) name: &'a str,
    /// The name or host as written.
    pub(crate) written: &'a Spanned<String>,
    /// The port, when one is told.
    pub(crate) port: Option<Spanned<PortRef>>,
    /// Written as `name.namespace`, which Istio takes as a host of its own.
    pub(crate) is_incomplete: bool,
}

impl Backend<'_> {
    /// A place in the object that refers.
    pub(crate) fn at(&self, span: Span) -> Location {
        Location { document: self.entry.document, span }
    }
}

/// All references to Services, by kind of route and in source order.
pub(crate) fn all(cluster: &Cluster) -> Vec<Backend<'_>> {
    let mut backends = Vec::new();
    for found in cluster.all::<Ingress>() {
        of_ingress(found, &mut backends);
    }
    for found in cluster.all::<HttpRoute>() {
        of_http_route(found, &mut backends);
    }
    let names = Names::of(cluster);
    for found in cluster.all::<VirtualService>() {
        of_virtual_service(found, &names, &mut backends);
    }
    backends.extend(cluster.all::<TargetGroupBinding>().filter_map(of_binding));
    backends
}

fn of_binding(found: Found<'_, TargetGroupBinding>) -> Option<Backend<'_>> {
    let written = found.object.service.as_ref()?;
    Some(Backend {
        route: Route::TargetGroupBinding,
        entry: found.entry,
        namespace: found.namespace(),
        name: &written.value,
        written,
        port: found.object.port.clone(),
        is_incomplete: false,
    })
}

/// True for the AWS Load Balancer Controller's backends that stand in an annotation.
pub(crate) fn is_annotation(backend: &IngressBackend) -> bool {
    let name = backend.port.as_ref().map(|it| &it.value);
    matches!(name, Some(PortRef::Name(name)) if name == "use-annotation")
}

fn of_ingress<'a>(found: Found<'a, Ingress>, backends: &mut Vec<Backend<'a>>) {
    let paths = found.object.rules.iter().flat_map(|rule| &rule.paths).map(|path| &path.backend);
    for backend in found.object.default_backend.iter().chain(paths).filter(|it| !is_annotation(it)) {
        let Some(written) = &backend.service else { continue };
        backends.push(Backend {
            route: Route::Ingress,
            entry: found.entry,
            namespace: found.namespace(),
            name: &written.value,
            written,
            port: backend.port.clone(),
            is_incomplete: false,
        });
    }
}

fn of_http_route<'a>(found: Found<'a, HttpRoute>, backends: &mut Vec<Backend<'a>>) {
    for backend in found.object.rules.iter().flat_map(backends_of_rule) {
        if !backend.group.is_empty() || backend.kind != "Service" {
            continue;
        }
        backends.push(Backend {
            route: Route::Http,
            entry: found.entry,
            namespace: backend.namespace.as_ref().map_or(found.namespace(), |it| it.value.as_str()),
            name: &backend.name.value,
            written: &backend.name,
            port: backend.port.clone().map(|it| it.map(PortRef::Number)),
            is_incomplete: false,
        });
    }
}

/// The backends of a rule, those that get copies and those that are asked first.
fn backends_of_rule(rule: &HttpRule) -> Vec<&BackendRef> {
    let filters = rule.backends.iter().flat_map(|it| &it.filters).chain(&rule.filters);
    let mirrors = filters.filter_map(|filter| match &filter.kind {
        FilterKind::Mirror(to, _) | FilterKind::ExternalAuth(to) => Some(to),
        _ => None,
    });
    rule.backends.iter().chain(mirrors).collect()
}

fn of_virtual_service<'a>(found: Found<'a, VirtualService>, names: &Names<'_>, backends: &mut Vec<Backend<'a>>) {
    for destination in destinations(found.object) {
        let (namespace, name, is_incomplete) = match names.meaning(found.namespace(), &destination.host.value) {
            HostMeaning::Service(namespace, name) => (namespace, name, false),
            HostMeaning::Incomplete(namespace, name) => (namespace, name, true),
            HostMeaning::Other => continue,
        };
        backends.push(Backend {
            route: Route::VirtualService,
            entry: found.entry,
            namespace,
            name,
            written: &destination.host,
            port: destination.port.clone().map(|it| it.map(PortRef::Number)),
            is_incomplete,
        });
    }
}

/// Everything that a VirtualService sends traffic or copies to.
pub(crate) fn destinations(service: &VirtualService) -> impl Iterator<Item = &Destination> {
    let http = service.http.iter().flat_map(|rule| rule.route.iter().chain(rule.mirrors.iter().map(|(to, _)| to)));
    http.chain(service.tls.iter().chain(&service.tcp).flat_map(|rule| &rule.route))
}
