//! Where the request comes to: the Pods of a Service, one Pod, an address, or the next proxy.

use podpath_cluster::{Endpoint, Found, NoEndpoints, ResourceId};
use podpath_objects::{Labels, Service, ServicePort};

use super::Walk;
use super::called::{Called, Port};
use crate::gateways::Gateway;
use crate::request::Request;
use crate::table::{Backend, Table, Target};
use crate::trace::end::End;
use crate::trace::{Outcome, Trace, TracedBackend, Upstream, shares, verdicts, words};

impl<'a> Walk<'a> {
    /// The request is at a live backend: its Pods get it, or they are a gateway and hand it on.
    pub(super) fn arrive(mut self, backend: &Backend, live: usize, request: Request) -> Trace {
        let found = self.trace.backends.get(live).map(|it| it.endpoints.clone()).unwrap_or_default();
        let only = self.trace.backends.len() == 1;
        if let Some((table, port)) = self.gateway_behind(&found, backend.port).filter(|_| only) {
            self.trace.backends.clear();
            let request = self.begun_anew(backend, request);
            return self.run(table, Request { port, ..request });
        }
        let service = match &backend.target {
            Target::Service(id) => self.cluster.get::<Service>(*id),
            Target::Balancer(id) => return self.at_balancer(*id, only, backend, request),
            Target::Missing(..) | Target::Host(_) => None,
        };
        match service {
            Some(service) => {
                let why = self.why_nobody(&service, backend.port, &found, &request);
                self.at_service(&service, backend.port, (backend.subset.as_ref(), why), &found, &request)
            }
            None => self.at_host(backend, &found, &request),
        }
    }

    /// Why nobody answers on a port of a Service to the proxy that sends there, where nobody does.
    fn why_nobody(
        &self,
        service: &Found<'_, Service>,
        port: Option<u16>,
        found: &[Endpoint],
        request: &Request,
    ) -> Option<NoEndpoints> {
        let entry = shares::entry_of(service.object, port, request).filter(|_| !found.iter().any(|it| it.ready))?;
        let is_of_mesh = self.gateway_pods.is_some() || self.proxy.is_some_and(Gateway::is_of_mesh);
        shares::answering(self.cluster, is_of_mesh, (service, entry), None).1
    }

    /// The request is at another load balancer, whose rules go on with it; shares of several are not followed.
    fn at_balancer(mut self, id: ResourceId, only: bool, backend: &Backend, request: Request) -> Trace {
        let (Some(table), true) = (self.tables.application(self.cluster, id), only) else {
            return self.finish(End::unsupported_at(backend.origin.path.clone(), backend.origin.location));
        };
        self.trace.backends.clear();
        let port = backend.port.unwrap_or(request.port);
        self.run(table, Request { port, ..request })
    }

    /// The gateway that these endpoints are, and its port.
    pub(in crate::trace) fn gateway_behind(
        &self,
        found: &[Endpoint],
        service_port: Option<u16>,
    ) -> Option<(&'a Table, u16)> {
        let endpoint = found.first()?;
        let pods = self.cluster.pod_source(endpoint.source?)?;
        let (table, port) = self.tables.played(self.cluster, &pods, endpoint.port, service_port)?;
        Some((table, port?))
    }

    /// The request is at a Service; nobody may be there, and `why` says why.
    pub(in crate::trace) fn at_service(
        mut self,
        service: &Found<'_, Service>,
        port: Option<u16>,
        (subset, why): (Option<&(String, Labels)>, Option<NoEndpoints>),
        found: &[Endpoint],
        request: &Request,
    ) -> Trace {
        let entry = shares::entry_of(service.object, port, request);
        let ready: Vec<_> = found.iter().filter(|it| it.ready).cloned().collect();
        self.hop(words::service_hop(self.cluster, service, entry, subset, &ready, why, self.proxy));
        self.at_pods(service, entry, (subset, why), found, request)
    }

    /// The same at its Pods.
    pub(in crate::trace) fn at_pods(
        mut self,
        service: &Found<'_, Service>,
        entry: Option<&ServicePort>,
        (subset, why): (Option<&(String, Labels)>, Option<NoEndpoints>),
        found: &[Endpoint],
        request: &Request,
    ) -> Trace {
        let ready: Vec<_> = found.iter().filter(|it| it.ready).cloned().collect();
        if let Some(end) = self.connect(&ready, entry.map_or("TCP", |it| &it.protocol)) {
            return self.finish(end);
        }
        let (of_subset, subset) = (subset, subset.map(|(name, _)| name.as_str()));
        let called = entry.map(|port| Called { port: Port::Service(service, port), subset });
        if let Some(end) = self.admit(called, &ready, request) {
            return self.finish(end);
        }
        if let Some(end) = self.close_shares(found) {
            return self.finish(end);
        }
        self.hop(words::endpoint_hop(self.cluster, service, &ready, why));
        let end = if ready.is_empty() {
            End::no_endpoints(self.cluster, service, of_subset, why)
        } else {
            End::delivered(self.cluster, service, &ready, &self.trace)
        };
        self.finish(end)
    }

    /// A call to a Pod itself, by its address or by a name of its own.
    pub(in crate::trace) fn deliver_to_pod(
        mut self,
        endpoint: Endpoint,
        name: Option<&str>,
        request: Request,
    ) -> Trace {
        if let Some(end) = self.connect(std::slice::from_ref(&endpoint), request.scheme.transport()) {
            return self.finish(end);
        }
        if let Some(end) = self.admit(None, std::slice::from_ref(&endpoint), &request) {
            return self.finish(end);
        }
        let verdict = verdicts::pod(self.cluster, &endpoint, name);
        self.hop(words::pod_hop(self.cluster, &endpoint, name));
        self.trace.backends = vec![TracedBackend {
            target: Target::Host(endpoint.address.clone().unwrap_or_else(|| request.host.clone())),
            port: Some(endpoint.port),
            subset: None,
            weight: (1, 1),
            fault: None,
            endpoints: vec![endpoint],
            upstream: None,
        }];
        self.trace.upstream = Some(Upstream { request, tls: "none", sni: None });
        self.finish(End { outcome: Outcome::Delivered, status: None, reason: "delivered".into(), body: None, verdict })
    }
}
