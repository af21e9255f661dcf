//! Hosts that are no Services: what a ServiceEntry lists or selects.

use podpath_cluster::Endpoint;

use super::Walk;
use super::called::{Called, Port};
use crate::gateways::istio::{self, HostPort};
use crate::request::Request;
use crate::table::{Backend, Target};
use crate::trace::end::End;
use crate::trace::{Trace, TracedBackend, shares};

impl Walk<'_> {
    /// The request is at a host that is no Service. At the Pods that a ServiceEntry selects, connections, policies and mutual
    /// TLS hold as at those of a Service.
    pub(super) fn at_host(mut self, backend: &Backend, found: &[Endpoint], request: &Request) -> Trace {
        let ready: Vec<_> = found.iter().filter(|it| it.ready).cloned().collect();
        if let Some(end) = self.connect(&ready, request.scheme.transport()) {
            return self.finish(end);
        }
        let port = match (&backend.target, backend.port) {
            (Target::Host(host), Some(port)) => istio::host_port(self.cluster, host, port),
            _ => None,
        };
        if let Some(port) = port.filter(HostPort::selects) {
            let subset = backend.subset.as_ref().map(|(name, _)| name.as_str());
            let called = Called { port: Port::Entry(port), subset };
            if let Some(end) = self.admit(Some(called), &ready, request) {
                return self.finish(end);
            }
        }
        if let Some(end) = self.close_shares(found) {
            return self.finish(end);
        }
        let unserved = port.filter(|_| ready.is_empty()).and_then(|it| self.unserved(&it, backend));
        self.finish(unserved.unwrap_or_else(|| End::delivered_to_host(backend)))
    }

    /// A host of a ServiceEntry whose endpoints are not there, or not those of the subset.
    fn unserved(&self, port: &HostPort<'_>, backend: &Backend) -> Option<End> {
        let subset = backend.subset.as_ref().filter(|(_, labels)| !labels.is_empty());
        let end = || End::no_endpoints_outside(&port.entry, subset.map(|(name, _)| name.as_str()));
        port.is_unserved(self.cluster, subset.map(|(_, labels)| labels)).then(end)
    }

    /// A call to a host of a ServiceEntry that carries no HTTP.
    pub(in crate::trace) fn deliver_to_host(mut self, host: &str, request: &Request) -> Trace {
        let backend = istio::host_backend(host, request.port);
        let port = istio::host_port(self.cluster, host, request.port);
        let found = port.map_or_else(Vec::new, |it| it.endpoints(self.cluster, None));
        self.trace.backends = vec![TracedBackend {
            target: backend.target.clone(),
            port: backend.port,
            subset: None,
            weight: (1, 1),
            fault: None,
            endpoints: found.clone(),
            upstream: None,
        }];
        self.trace.upstream = Some(shares::plain_upstream(request.clone()));
        self.begin_own_tls(backend.clone(), request);
        self.at_host(&backend, &found, request)
    }
}
