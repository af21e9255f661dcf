//! Who opened a connection, and who sent a request first, by their addresses.

use super::Walk;
use crate::gateways::Gateway;
use crate::request::Request;
use crate::trace::mesh;
use crate::trace::network::Source;

impl Walk<'_> {
    /// Who opened the connection that is being looked at.
    pub(super) fn source_ip(&self, request: &Request) -> Option<String> {
        let is_of_caller = self.proxy.is_none_or(Gateway::is_mesh);
        let given = request.source_ip.clone().filter(|_| is_of_caller);
        given.or_else(|| match &self.source {
            Source::Pod { namespace, labels } => {
                mesh::pods_with(self.cluster, namespace, labels)?.ip.map(str::to_owned)
            }
            _ => None,
        })
    }

    /// Who sent the request first, as a sidecar sees it: what the gateway found, else the last of `x-forwarded-for`.
    pub(super) fn remote_ip(&self, request: &Request) -> Option<String> {
        if let Some(found) = &self.remote_ip {
            return found.clone();
        }
        forwarded(request).pop().or_else(|| self.source_ip(request))
    }

    /// The same at a gateway, which trusts as many entries of `x-forwarded-for` as it is told; none unless told.
    pub(super) fn remote_ip_at_gateway(&self, request: &Request, trusted: usize) -> Option<String> {
        let mut chain = forwarded(request);
        if self.proxy.is_some_and(|it| it.is_load_balancer) {
            chain.extend(request.source_ip.clone());
        }
        let at = chain.len().checked_sub(trusted).filter(|_| trusted > 0);
        at.and_then(|at| chain.get(at).cloned()).or_else(|| self.source_ip(request))
    }
}

fn forwarded(request: &Request) -> Vec<String> {
    let header = request.header("x-forwarded-for").unwrap_or_default();
    header.split(',').map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect()
}
