//! TLS that a load balancer or a proxy of the mesh begins towards a backend.

use std::borrow::Cow;

use super::Walk;
use crate::gateways::istio;
use crate::request::Request;
use crate::table::{Backend, BegunTls, Table};
use crate::trace::{Upstream, shares, words};

impl Walk<'_> {
    /// The backends with the TLS that a proxy of the mesh begins towards them; they are copied where it begins some.
    pub(super) fn with_tls<'b>(&self, table: &Table, backends: &'b [Backend]) -> Cow<'b, [Backend]> {
        let mut all = Cow::Borrowed(backends);
        if !self.is_in_mesh(table) {
            return all;
        }
        for (i, backend) in backends.iter().enumerate().filter(|(_, it)| it.tls.is_none() && it.fault.is_none()) {
            if let Some(tls) = self.tls_to(backend)
                && let Some(it) = all.to_mut().get_mut(i)
            {
                it.tls = Some(tls);
            }
        }
        all
    }

    /// What a DestinationRule says to the proxy that the request is at.
    fn tls_to(&self, backend: &Backend) -> Option<BegunTls> {
        istio::begun_tls(self.cluster, &self.own_proxy()?, backend)
    }

    /// The proxy that the request is at, where its Pods are known.
    fn own_proxy(&self) -> Option<istio::Proxy<'_>> {
        let (namespace, labels) = self.own_pods()?;
        // Of the port, that of the backend counts.
        Some(istio::Proxy { namespace, labels, port: 0, is_gateway: false })
    }

    /// The request as it comes to a gateway to which a DestinationRule makes the proxy speak the mutual TLS of the mesh: the
    /// gateway's servers, not a sidecar, end it, and see whose certificate it is.
    fn with_certificate(&mut self, backend: &Backend, request: Request) -> Request {
        let proxy = self.own_proxy().filter(|_| self.peer.is_some() && !request.scheme.is_tls());
        let Some(name) = proxy.and_then(|it| istio::mutual_name(self.cluster, &it, backend)) else { return request };
        self.shows_peer = true;
        Request { scheme: request.scheme.with_tls(), sni: Some(name), has_certificate: true, ..request }
    }

    /// TLS that the caller's proxy begins around bytes that it does not read.
    pub(in crate::trace) fn begin_own_tls(&mut self, backend: Backend, request: &Request) {
        let backend = Backend { tls: self.tls_to(&backend), ..backend };
        if backend.tls.is_some() {
            let upstream = shares::upstream(&backend, request.clone());
            self.begin_tls(&backend, &upstream);
            self.trace.upstream = Some(upstream);
        }
    }

    /// Tells where TLS begins.
    pub(super) fn begin_tls(&mut self, backend: &Backend, upstream: &Upstream) {
        let told = backend.tls.as_ref().and_then(|tls| words::tls_hop(self.cluster, tls, upstream));
        self.trace.hops.extend(told);
    }

    /// The request as it comes to the next proxy where a load balancer begins TLS, which tells no server name, or a proxy of
    /// the mesh does.
    pub(super) fn begun_anew(&mut self, backend: &Backend, request: Request) -> Request {
        match &backend.tls {
            None => self.with_certificate(backend, request),
            Some(tls) if tls.by.is_some() || self.proxy.is_some_and(|it| it.is_load_balancer) => {
                let name = shares::server_name(&tls.name, &request).unwrap_or_default();
                Request { scheme: request.scheme.with_tls(), sni: Some(name), ..request }
            }
            _ => request,
        }
    }
}
