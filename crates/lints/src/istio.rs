//! Names as Istio reads them: hosts of Services and references to Gateways.
//!
//! Rule: a host without dot is a Service of the resource's own namespace; any dot, and the host is taken as it is
//! (`ResolveShortnameToFQDN`), so only the full name of a Service names one.

use std::collections::BTreeSet;

use podpath_cluster::Cluster;
use podpath_objects::{ServiceEntry, VirtualService};

/// What a host stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HostMeaning<'a> {
    /// A Service, by namespace and name.
    Service(&'a str, &'a str),
    /// Written like a Service with its namespace, but Istio does not complete it.
    Incomplete(&'a str, &'a str),
    /// Anything else: a host that a ServiceEntry may know, or a wildcard.
    Other,
}

/// What is known about the namespaces of a workspace.
pub(crate) struct Names<'a> {
    domain: &'a str,
    namespaces: BTreeSet<&'a str>,
    has_service_entries: bool,
}

impl<'a> Names<'a> {
    pub(crate) fn of(cluster: &'a Cluster) -> Self {
        Self {
            domain: &cluster.settings.cluster_domain,
            namespaces: cluster.namespaces(),
            has_service_entries: cluster.all::<ServiceEntry>().next().is_some(),
        }
    }

    /// What a host means in a resource of this namespace.
    pub(crate) fn meaning<'b>(&self, namespace: &'b str, host: &'b str) -> HostMeaning<'b> {
        if host.contains('*') {
            return HostMeaning::Other;
        }
        let Some((name, rest)) = host.split_once('.') else { return HostMeaning::Service(namespace, host) };
        let inner = rest.strip_suffix(self.domain).and_then(|it| it.strip_suffix(".svc."));
        if let Some(inner) = inner.filter(|it| !it.contains('.')) {
            return HostMeaning::Service(inner, name);
        }
        let space = rest.strip_suffix(".svc").unwrap_or(rest);
        if self.namespaces.contains(space) && !self.has_service_entries {
            return HostMeaning::Incomplete(space, name);
        }
        HostMeaning::Other
    }

    /// The full name of a Service.
    pub(crate) fn full(&self, namespace: &str, name: &str) -> String {
        format!("{name}.{namespace}.svc.{}", self.domain)
    }

    /// The host as Istio compares it: the full name of a Service, everything else as written.
    pub(crate) fn completed(&self, namespace: &str, host: &str) -> String {
        match self.meaning(namespace, host) {
            HostMeaning::Service(namespace, name) => self.full(namespace, name),
            HostMeaning::Incomplete(..) | HostMeaning::Other => host.to_ascii_lowercase(),
        }
    }
}

/// Namespace and name of the Gateway that an entry of `gateways` names; none for `mesh`.
pub(crate) fn gateway_of<'a>(namespace: &'a str, written: &'a str) -> Option<(&'a str, &'a str)> {
    if written == "mesh" {
        return None;
    }
    match written.split_once('/') {
        Some((".", name)) => Some((namespace, name)),
        Some(parts) => Some(parts),
        None => match written.split_once('.') {
            // The old form `name.namespace`, perhaps with `.svc` and the domain.
            Some((name, rest)) => Some((rest.split('.').next().unwrap_or(rest), name)),
            None => Some((namespace, written)),
        },
    }
}

/// True when the rules count for sidecars.
pub(crate) fn is_for_mesh(service: &VirtualService) -> bool {
    service.gateways.is_empty() || service.gateways.iter().any(|it| it.value == "mesh")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gateways_are_named_in_four_ways() {
        for (written, expected) in [
            ("mesh", None),
            ("edge", Some(("shop", "edge"))),
            ("./edge", Some(("shop", "edge"))),
            ("istio-system/edge", Some(("istio-system", "edge"))),
            ("edge.istio-system.svc.cluster.local", Some(("istio-system", "edge"))),
        ] {
            assert_eq!(gateway_of("shop", written), expected, "{written}");
        }
    }
}
