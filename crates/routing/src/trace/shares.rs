//! The backends of a rule: their shares, who answers there, and what they see.

use std::net::IpAddr;

use podpath_cluster::{Cluster, Endpoint, Found, NoEndpoints, endpoints};
use podpath_objects::{Labels, PortRef, Service, ServicePort};

use super::{TracedBackend, Upstream};
use crate::change::apply_filters;
use crate::gateways::istio;
use crate::request::Request;
use crate::table::{Backend, Rule, ServerName, Target};

/// The exact share of each backend with a weight, with its endpoints: those that a proxy of the mesh knows, or any other.
pub(super) fn of(
    cluster: &Cluster,
    rule: &Rule,
    backends: &[Backend],
    request: &Request,
    is_of_mesh: bool,
) -> Vec<TracedBackend> {
    let sum: u64 = backends.iter().map(|it| it.weight).sum();
    let differ = backends.len() > 1 && backends.iter().any(|it| !it.filters.is_empty() || it.tls.is_some());
    let used = backends.iter().filter(|it| it.weight > 0);
    used.map(|backend| {
        let upstream = differ.then(|| {
            let mut request = request.clone();
            apply_filters(&backend.filters, rule, &mut request);
            self::upstream(backend, request)
        });
        TracedBackend {
            target: backend.target.clone(),
            port: backend.port,
            subset: backend.subset.as_ref().map(|(name, _)| name.clone()),
            weight: lowest_terms(backend.weight, sum),
            fault: backend.fault.as_ref().map(|it| it.reason.to_owned()),
            endpoints: backend_endpoints(cluster, backend, request, is_of_mesh),
            upstream,
        }
    })
    .collect()
}

/// What a backend sees: TLS that the proxy begins, TLS that was never ended, or none.
pub(super) fn upstream(backend: &Backend, request: Request) -> Upstream {
    match &backend.tls {
        Some(tls) => {
            let sni = server_name(&tls.name, &request);
            Upstream { request, tls: "originated", sni }
        }
        None => plain_upstream(request),
    }
}

/// The server name that a proxy sends with a request: of the request's own host only a name, no address.
pub(super) fn server_name(name: &ServerName, request: &Request) -> Option<String> {
    let found = match name {
        ServerName::None => "",
        ServerName::OfRequest if !request.scheme.is_http() || request.scheme.is_tls() => "",
        ServerName::OfRequest => request.host.as_str(),
        ServerName::Fixed(name) => name.as_str(),
    };
    let is_address = found.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    (!found.is_empty() && !is_address).then(|| found.to_owned())
}

/// The same where no proxy begins TLS.
pub(super) fn plain_upstream(request: Request) -> Upstream {
    let is_tls = request.scheme.is_tls();
    let sni = is_tls.then(|| request.server_name().to_owned());
    Upstream { request, tls: if is_tls { "passthrough" } else { "none" }, sni }
}

/// The fraction in lowest terms.
pub fn lowest_terms(part: u64, whole: u64) -> (u64, u64) {
    let (mut a, mut b) = (part, whole);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    (part / a.max(1), whole / a.max(1))
}

fn backend_endpoints(cluster: &Cluster, backend: &Backend, request: &Request, is_of_mesh: bool) -> Vec<Endpoint> {
    if backend.fault.is_some() {
        return vec![];
    }
    let subset = backend.subset.as_ref().map(|(_, labels)| labels);
    match &backend.target {
        Target::Service(id) => {
            let Some(service) = cluster.get::<Service>(*id) else { return vec![] };
            let Some(entry) = entry_of(service.object, backend.port, request) else { return vec![] };
            answering(cluster, is_of_mesh, (&service, entry), subset).0
        }
        Target::Host(host) => {
            let port = backend.port.and_then(|it| istio::host_port(cluster, host, it));
            port.map_or_else(Vec::new, |it| it.endpoints(cluster, subset))
        }
        Target::Missing(..) | Target::Balancer(_) => vec![],
    }
}

/// Who answers on a port of a Service to a proxy of the mesh, or to any other; when nobody takes traffic, why. Only proxies of
/// the mesh know subsets.
pub(super) fn answering(
    cluster: &Cluster,
    is_of_mesh: bool,
    (service, port): (&Found<'_, Service>, &ServicePort),
    subset: Option<&Labels>,
) -> (Vec<Endpoint>, Option<NoEndpoints>) {
    if is_of_mesh {
        istio::service_endpoints(cluster, service, port, subset)
    } else {
        endpoints(cluster, service, port)
    }
}

/// The entry that the port of a backend means to this request; without a port the first one.
///
/// A load balancer may have taken one of another protocol, as its controller does.
pub(super) fn entry_of<'a>(service: &'a Service, port: Option<u16>, request: &Request) -> Option<&'a ServicePort> {
    let Some(port) = port.map(PortRef::Number) else { return service.ports.first() };
    service.port_over(request.scheme.transport(), &port).or_else(|| service.port_by(&port))
}

/// The backend to follow: the heaviest with a ready endpoint, else the heaviest that is valid.
pub(super) fn live(backends: &[TracedBackend]) -> Option<usize> {
    let valid = backends.iter().enumerate().filter(|(_, it)| it.fault.is_none());
    let share = |(part, whole): (u64, u64)| u128::from(part) * 1_000_000 / u128::from(whole.max(1));
    let key = |it: &TracedBackend| (it.endpoints.iter().any(|it| it.ready), share(it.weight));
    let mut best: Option<(usize, (bool, u128))> = None;
    for (idx, backend) in valid {
        let found = key(backend);
        if best.is_none_or(|(_, known)| found > known) {
            best = Some((idx, found));
        }
    }
    best.map(|(idx, _)| idx)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_is_found_among_weights_of_any_size() {
        let backend = |part: u64| TracedBackend {
            target: Target::Host("shop.example.kr".into()),
            port: None,
            subset: None,
            weight: lowest_terms(part, u64::MAX),
            fault: None,
            endpoints: vec![],
            upstream: None,
        };
        assert_eq!(live(&[backend(1), backend(u64::MAX - 1)]), Some(1));
    }
}
