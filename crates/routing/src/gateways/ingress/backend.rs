//! Backends of Ingresses, as every controller but the ALB's reads them.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{Ingress, IngressBackend, PortRef};

use crate::gateways::{missing_port, missing_service, origin, service_of, service_target};
use crate::table::{Action, Backend};

/// A `resource` backend is the controller's own matter.
pub(super) fn lower_action(
    cluster: &Cluster,
    ingress: &Found<'_, Ingress>,
    backend: &IngressBackend,
    place: &str,
) -> Action {
    match backend.service {
        Some(_) => Action::Forward(vec![lower_backend(cluster, ingress, backend, place)]),
        None => Action::Unsupported(format!("{place}.backend.resource")),
    }
}

/// A Service of the Ingress' namespace; one that is missing, or lacks the port for TCP, answers 503.
pub(super) fn lower_backend(
    cluster: &Cluster,
    ingress: &Found<'_, Ingress>,
    backend: &IngressBackend,
    place: &str,
) -> Backend {
    let name = backend.service.as_ref().map_or("", |it| it.value.as_str());
    let target = service_target(cluster, ingress.namespace(), name);
    let span = backend.service.as_ref().map_or(backend.span, |it| it.span);
    let port = backend.port.as_ref();
    let mut number = port.and_then(|it| match it.value {
        PortRef::Number(number) => Some(number),
        PortRef::Name(_) => None,
    });
    let fault = match (service_of(cluster, &target), port) {
        (None, _) => Some(missing_service(ingress.namespace(), name, ingress.at(span), 503)),
        (Some(service), Some(port)) => match service.object.port_over("TCP", &port.value) {
            Some(found) => {
                number = Some(found.port.value);
                None
            }
            None => Some(missing_port(&service, &port.value, ingress.at(port.span), 503)),
        },
        (Some(_), None) => None,
    };
    let origin = origin(ingress, span, format!("{place}.backend"));
    Backend { fault, ..Backend::plain(origin, target, number) }
}
