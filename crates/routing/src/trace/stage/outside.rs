//! Hosts that are no Services: what a ServiceEntry lists or selects.

use podpath_cluster::Endpoint;

use super::Walk;
use super::admit::{Called, Port};
use crate::gateways::istio;
use crate::request::Request;
use crate::table::{Backend, Target};
use crate::trace::end::End;
use crate::trace::{Trace, TracedBackend, answer};

impl Walk<'_> {
    /// The request is at a host that is no Service. At the Pods that a ServiceEntry selects, connections, policies and mutual
    /// TLS hold as at those of a Service.
    pub(super) fn at_host(mut self, backend: &Backend, found: &[Endpoint], request: &Request) -> Trace {
        let ready: Vec<_> = found.iter().filter(|it| it.ready).cloned().collect();
        if let Some(end) = self.connect(&ready, request.scheme.transport()) {
            return self.finish(end);
        }
        let selecting = match (&backend.target, backend.port) {
            (Target::Host(host), Some(port)) => {
                istio::selecting_entry(self.cluster, host, port).map(|(entry, port)| (host, entry, port))
            }
            _ => None,
        };
        if let Some((host, entry, port)) = &selecting {
            let subset = backend.subset.as_ref().map(|(name, _)| name.as_str());
            let called = Called { port: Port::Entry(host, entry, port), subset };
            if let Some(end) = self.admit(Some(called), &ready, request) {
                return self.finish(end);
            }
        }
        if let Some(end) = self.close_shares(found) {
            return self.finish(end);
        }
        let end = self.unserved(backend, found).unwrap_or_else(|| End::delivered_to_host(backend));
        self.finish(end)
    }

    /// A host of a ServiceEntry whose endpoints are not there, or not those of the subset.
    fn unserved(&self, backend: &Backend, found: &[Endpoint]) -> Option<End> {
        let (Target::Host(host), false) = (&backend.target, found.iter().any(|it| it.ready)) else { return None };
        let subset = backend.subset.as_ref().filter(|(_, labels)| !labels.is_empty());
        let entry = istio::unserved_entry(self.cluster, host, backend.port?, subset.map(|(_, labels)| labels))?;
        Some(End::no_endpoints_outside(&entry, subset.map(|(name, _)| name.as_str())))
    }

    /// A call to a host of a ServiceEntry that carries no HTTP.
    pub(in crate::trace) fn deliver_to_host(mut self, host: &str, request: &Request) -> Trace {
        let backend = istio::host_backend(host, request.port);
        let found = istio::entry_endpoints(self.cluster, host, request.port, None);
        self.trace.backends = vec![TracedBackend {
            target: backend.target.clone(),
            port: backend.port,
            subset: None,
            weight: (1, 1),
            fault: None,
            endpoints: found.clone(),
            upstream: None,
        }];
        self.trace.upstream = Some(answer::plain_upstream(request.clone()));
        self.begin_own_tls(backend.clone(), request);
        self.at_host(&backend, &found, request)
    }
}
