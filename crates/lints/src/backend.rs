//! Where routes send traffic: every reference to a Service, whichever kind of route makes it.

use podpath_cluster::{Entry, Found};
use podpath_objects::{BackendRef, Destination, Ingress, IngressBackend, PortRef, TargetGroupBinding, VirtualService};
use podpath_source::{Diagnostic, Location, Span, Spanned};

use crate::Context;
use crate::istio::{HostMeaning, Names};
use crate::route::{self, Route};

/// The kind of the route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RouteKind {
    Ingress,
    Http,
    Grpc,
    /// TLSRoute, TCPRoute, UDPRoute.
    Stream,
    VirtualService,
    TargetGroupBinding,
}

/// A reference to a Service.
pub(crate) struct Backend<'a> {
    pub(crate) route: RouteKind,
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
        self.entry.at(span)
    }
}

/// Looks at all references to Services, by kind of route and in source order; each object is looked at by itself.
pub(crate) fn each<'a>(
    context: &Context<'a>,
    found: &mut Vec<Diagnostic>,
    check: &dyn Fn(&Backend<'a>) -> Option<Diagnostic>,
) {
    let tell =
        |backends: Vec<Backend<'a>>, found: &mut Vec<Diagnostic>| found.extend(backends.iter().filter_map(check));
    let names = Names::of(context.cluster);
    context.each::<Ingress>(found, &|it, found| tell(of_ingress(it), found));
    route::each(context, found, &|it, found| tell(of_route(it), found));
    context.each::<VirtualService>(found, &|it, found| tell(of_virtual_service(it, &names), found));
    context.each::<TargetGroupBinding>(found, &|it, found| tell(of_binding(it).into_iter().collect(), found));
}

fn of_binding(found: Found<'_, TargetGroupBinding>) -> Option<Backend<'_>> {
    let written = found.object.service.as_ref()?;
    Some(Backend {
        route: RouteKind::TargetGroupBinding,
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

fn of_ingress(found: Found<'_, Ingress>) -> Vec<Backend<'_>> {
    let mut backends = Vec::new();
    let paths = found.object.rules.iter().flat_map(|rule| &rule.paths).map(|path| &path.backend);
    for backend in found.object.default_backend.iter().chain(paths).filter(|it| !is_annotation(it)) {
        let Some(written) = &backend.service else { continue };
        backends.push(Backend {
            route: RouteKind::Ingress,
            entry: found.entry,
            namespace: found.namespace(),
            name: &written.value,
            written,
            port: backend.port.clone(),
            is_incomplete: false,
        });
    }
    backends
}

fn of_route<'a>(route: &Route<'a>) -> Vec<Backend<'a>> {
    let services = route.backends.iter().filter(|it| it.group.is_empty() && it.kind == "Service");
    let backend = |it: &&'a BackendRef| Backend {
        route: route.kind,
        entry: route.entry,
        namespace: it.namespace.as_ref().map_or(route.entry.namespace.as_str(), |it| it.value.as_str()),
        name: &it.name.value,
        written: &it.name,
        port: it.port.clone().map(|it| it.map(PortRef::Number)),
        is_incomplete: false,
    };
    services.map(backend).collect()
}

pub(crate) fn of_virtual_service<'a>(found: Found<'a, VirtualService>, names: &Names<'_>) -> Vec<Backend<'a>> {
    let mut backends = Vec::new();
    for destination in destinations(found.object) {
        let (namespace, name, is_incomplete) = match names.meaning(found.namespace(), &destination.host.value) {
            HostMeaning::Service(namespace, name) => (namespace, name, false),
            HostMeaning::Incomplete(namespace, name) => (namespace, name, true),
            HostMeaning::Other => continue,
        };
        backends.push(Backend {
            route: RouteKind::VirtualService,
            entry: found.entry,
            namespace,
            name,
            written: &destination.host,
            port: destination.port.clone().map(|it| it.map(PortRef::Number)),
            is_incomplete,
        });
    }
    backends
}

/// Everything that a VirtualService sends traffic or copies to.
pub(crate) fn destinations(service: &VirtualService) -> impl Iterator<Item = &Destination> {
    let http = service.http.iter().flat_map(|rule| rule.route.iter().chain(rule.mirrors.all().map(|(to, _)| to)));
    http.chain(service.tls.iter().chain(&service.tcp).flat_map(|rule| &rule.route))
}
