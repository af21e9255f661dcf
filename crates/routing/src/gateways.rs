//! The implementations: each lowers its objects to route tables, with its own order of precedence as data.

pub mod alb;
pub mod gateway_api;
pub mod ingress;
pub mod istio;

use podpath_cluster::{Cluster, Found};
use podpath_objects::{PortRef, Service};
use podpath_source::{Location, Text};

use crate::ladder::Criterion;
use crate::table::{Fault, Origin, Target};

/// An implementation of routing.
#[derive(Debug)]
pub struct Gateway {
    /// Stable name.
    pub name: &'static str,
    /// For people: `ALB`, `Istio`, ...
    pub title: &'static str,
    /// It is a load balancer of a cloud.
    pub is_load_balancer: bool,
    /// Its order of precedence.
    pub ladder: &'static [Criterion],
    /// A connection for one host does not serve another one: 421.
    pub checks_host_against_sni: bool,
    /// The status that it answers when a connection to a Pod does not come about in time.
    pub no_connection: u16,
    /// Its rules see paths decoded and cleaned (nginx.org, `location`: "matching is performed against a normalized URI"), and
    /// hosts without a final dot.
    pub normalizes_paths: bool,
}

impl Gateway {
    /// It is the sidecar of a caller.
    pub(crate) fn is_mesh(&self) -> bool {
        self.name.ends_with("-mesh")
    }

    /// It is that, or a gateway of Istio.
    pub(crate) fn is_of_mesh(&self) -> bool {
        self.is_mesh() || self.name == istio::GATEWAY.name
    }
}

/// All of them.
pub const ALL: &[&Gateway] = &[
    &alb::GATEWAY,
    &alb::NLB,
    &istio::GATEWAY,
    &istio::MESH,
    &gateway_api::GATEWAY,
    &gateway_api::MESH,
    &ingress::GATEWAY,
    &ingress::NGINX,
];

/// The place of an object, or of a part of it.
pub(crate) fn origin<T>(found: &Found<'_, T>, span: podpath_source::Span, path: impl Into<String>) -> Origin {
    Origin { resource: Some(found.id), location: found.at(span), path: path.into() }
}

/// The place of an object's name.
pub(crate) fn whole<T>(found: &Found<'_, T>) -> Origin {
    origin(found, found.entry.resource.meta.name_span(), "metadata.name")
}

/// `namespace/name`
pub(crate) fn full_name<T>(found: &Found<'_, T>) -> String {
    format!("{}/{}", found.namespace(), found.name())
}

/// A Service by name, or what is missing.
pub(crate) fn service_target(cluster: &Cluster, namespace: &str, name: &str) -> Target {
    match cluster.find::<Service>(namespace, name) {
        Some(found) => Target::Service(found.id),
        None => Target::Missing(namespace.to_owned(), name.to_owned()),
    }
}

/// The Service of a target.
pub(crate) fn service_of<'a>(cluster: &'a Cluster, target: &Target) -> Option<Found<'a, Service>> {
    match target {
        Target::Service(id) => cluster.get::<Service>(*id),
        Target::Missing(..) | Target::Host(_) | Target::Balancer(_) => None,
    }
}

/// The Service that a full host name means: `name.namespace.svc.cluster.local`.
pub(crate) fn service_by_host<'a>(cluster: &'a Cluster, host: &str) -> Option<Found<'a, Service>> {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let rest = host.strip_suffix(cluster.settings.cluster_domain.as_str())?.strip_suffix(".svc.")?;
    let (name, namespace) = rest.split_once('.')?;
    cluster.find::<Service>(namespace, name)
}

/// A Service that is not in the workspace.
pub(crate) fn missing_service(namespace: &str, name: &str, location: Location, status: u16) -> Fault {
    Fault {
        reason: "service-not-found",
        status,
        body: None,
        text: Text::new(
            format!("Service `{name}` is not in namespace `{namespace}`"),
            format!("`{namespace}` 네임스페이스에 `{name}` Service가 없습니다"),
        ),
        location,
    }
}

/// A port that the Service does not offer, or for another protocol alone.
pub(crate) fn missing_port(service: &Found<'_, Service>, port: &PortRef, location: Location, status: u16) -> Fault {
    let name = service.name();
    let text = match service.object.port_by(port).map(|it| &it.protocol) {
        Some(protocol) => Text::new(
            format!("Service `{name}` offers port `{port}` for {protocol} alone"),
            format!("`{name}` Service의 `{port}` 포트는 {protocol} 연결만 받습니다"),
        ),
        None => {
            let offered: Vec<_> = service.object.ports.iter().map(|it| it.port.value.to_string()).collect();
            let offered = offered.join(", ");
            Text::new(
                format!("Service `{name}` has no port `{port}`; it offers {offered}"),
                format!("`{name}` Service에 `{port}` 포트가 없습니다. 있는 포트: {offered}"),
            )
        }
    };
    Fault { reason: "port-not-offered", status, body: None, text, location }
}
