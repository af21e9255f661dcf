//! Which policies are for a workload.

use podpath_cluster::{Cluster, Found, ResourceId};
use podpath_objects::{
    AuthorizationPolicy, EnvoyFilter, Kind, Labels, PatchEffect, PeerAuthentication, PolicyScope, RequestAuthentication,
};
use podpath_order::Order;
use podpath_source::Location;

use crate::gateways::istio::{age_key, is_near};

/// Pods with a proxy of the mesh.
#[derive(Clone, Copy, Debug)]
pub struct Workload<'a> {
    /// Their namespace.
    pub namespace: &'a str,
    /// Their labels.
    pub labels: &'a Labels,
    /// The Gateway of the Gateway API whose Pods they are.
    pub gateway: Option<&'a str>,
}

impl Workload<'_> {
    /// The policies of the root namespace and of its own that select it, oldest first.
    ///
    /// A policy with `targetRefs` is ignored by sidecars and Istio's gateways; the Pods of a Gateway of the Gateway API
    /// follow those of their namespace that name it, and selectors besides (`pilot/pkg/model/policyattachment.go`).
    pub fn policies<'a, T: Kind>(
        &self,
        cluster: &'a Cluster,
        scope: impl Fn(&'a T) -> &'a PolicyScope,
    ) -> Vec<Found<'a, T>> {
        let root = cluster.settings.mesh_root_namespace.as_str();
        let namespaces = [Some(root), Some(self.namespace).filter(|it| *it != root)];
        let all = namespaces.into_iter().flatten().flat_map(|it| cluster.in_namespace::<T>(it));
        let mut found: Vec<_> = all.filter(|it| self.is_in(it.namespace(), scope(it.object))).collect();
        found.order_by_key(age_key);
        found
    }

    fn is_in(&self, namespace: &str, scope: &PolicyScope) -> bool {
        if !scope.targets.is_empty() {
            let names = |(kind, name): &(String, podpath_source::Spanned<String>)| {
                kind == "Gateway" && Some(name.value.as_str()) == self.gateway
            };
            return namespace == self.namespace && scope.targets.iter().any(names);
        }
        scope.labels().is_none_or(|it| it.is_subset_of(self.labels))
    }
}

/// A policy of any kind that is for a workload, and the place of its name.
pub(in crate::trace) fn first_policy(cluster: &Cluster, workload: &Workload<'_>) -> Option<(ResourceId, Location)> {
    let at = |id, entry: &podpath_cluster::Entry| {
        (id, Location { document: entry.document, span: entry.resource.meta.name_span() })
    };
    let authorization = workload.policies::<AuthorizationPolicy>(cluster, |it| &it.scope);
    if let Some(it) = authorization.first() {
        return Some(at(it.id, it.entry));
    }
    let peer = workload.policies::<PeerAuthentication>(cluster, |it| &it.scope);
    if let Some(it) = peer.iter().find(|it| it.object.mode.as_ref().is_some_and(|it| it.value == "STRICT")) {
        return Some(at(it.id, it.entry));
    }
    let request = workload.policies::<RequestAuthentication>(cluster, |it| &it.scope);
    request.first().map(|it| at(it.id, it.entry))
}

/// An EnvoyFilter for a workload that may change anything. One for a single route is told where that route is lowered.
pub(in crate::trace) fn envoy_filter<'a>(cluster: &'a Cluster, workload: &Workload<'_>) -> Option<(&'a str, Location)> {
    let is_for = |it: &Found<'_, EnvoyFilter>| {
        is_near(cluster, workload.namespace, it)
            && it.object.effects.contains(&PatchEffect::Anything)
            && it.object.labels.is_subset_of(workload.labels)
    };
    let found = cluster.all::<EnvoyFilter>().find(is_for)?;
    Some((found.name(), found.at(found.entry.resource.meta.name_span())))
}
