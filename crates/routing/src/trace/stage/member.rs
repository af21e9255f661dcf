//! Proxies that are members of the mesh: sidecars, gateways of Istio, and Gateways that istiod plays.

use podpath_objects::Labels;

use super::Walk;
use super::address::Opener;
use super::policies::Accepted;
use crate::gateways::istio;
use crate::request::Request;
use crate::table::Table;
use crate::trace::CallerTls;
use crate::trace::end::End;
use crate::trace::mesh::Identity;
use crate::trace::network::Source;

impl Walk<'_> {
    /// The proxy that the request is at follows what is told to the mesh.
    pub(super) fn is_in_mesh(&self, table: &Table) -> bool {
        table.is_of_mesh() || self.gateway_pods.is_some()
    }

    /// Namespace and labels of the proxy's Pods, where they are known.
    pub(super) fn own_pods(&self) -> Option<(&str, &Labels)> {
        match (&self.source, &self.gateway_pods) {
            (Source::Pod { namespace, labels }, _) => Some((namespace.as_str(), labels)),
            (_, Some(pods)) => Some((pods.namespace.as_str(), &pods.labels)),
            _ => None,
        }
    }

    /// The policies of the mesh at a gateway of its own, whose identity the next one sees.
    pub(super) fn pass_gateway(
        &mut self,
        table: &Table,
        request: &Request,
        opener: &Opener,
    ) -> Result<Accepted, Box<End>> {
        self.n_entered = self.trace.hops.len();
        self.shows_peer = false;
        let is_member = self.gateway_pods.is_some() || table.gateway.name == istio::GATEWAY.name;
        let pods = self.own_pods().filter(|_| is_member);
        let Some((namespace, labels)) = pods.map(|(namespace, labels)| (namespace.to_owned(), labels.clone())) else {
            self.peer = None;
            return Ok(None);
        };
        let passed = self.enter_gateway(&namespace, &labels, request, opener);
        let made = self.gateway_pods.as_ref().and_then(|it| it.account.clone());
        let found = Identity::of_pods(self.cluster, &namespace, &labels);
        self.peer = Some(Identity { account: found.account.or(made), ..found });
        self.tls = CallerTls::Auto;
        passed
    }
}
