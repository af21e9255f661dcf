//! What is in the workspace, may change the answer, and is not modelled yet: the answer is then `unsupported`, never a
//! guess.

use podpath_cluster::{Cluster, Endpoint, Found, PodSource};
use podpath_objects::{MeshPolicy, Selector, Service, StreamRoute};
use podpath_source::Location;

use crate::request::Request;

/// Something that is not modelled: what to call it, and where it stands.
pub(super) struct Unmodelled {
    pub(super) field: String,
    pub(super) location: Location,
}

fn unmodelled<T>(found: &Found<'_, T>) -> Unmodelled {
    let meta = &found.entry.resource.meta;
    let field = format!("{} {}", meta.kind.value, meta.name());
    Unmodelled { field, location: found.at(meta.name_span()) }
}

/// A route of connections that has a Service of the mesh as its parent.
pub(super) fn stream_route(cluster: &Cluster, service: &Found<'_, Service>) -> Option<Unmodelled> {
    let names = |it: &Found<'_, StreamRoute>| {
        it.object.parents.iter().any(|parent| {
            let namespace = parent.namespace.as_ref().map_or(it.namespace(), |it| it.value.as_str());
            parent.kind == "Service" && parent.name.value == service.name() && namespace == service.namespace()
        })
    };
    cluster.all::<StreamRoute>().find(names).as_ref().map(unmodelled)
}

/// Who talks to the Pods that are guarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peer {
    /// A proxy of the mesh, which speaks mTLS.
    Mesh,
    /// Anything else, in plain text.
    Plain,
}

/// A policy that selects the Pods and may stop the request.
pub(super) fn policy(cluster: &Cluster, endpoints: &[Endpoint], request: &Request, peer: Peer) -> Option<Unmodelled> {
    let pods = endpoints.iter().filter_map(|it| cluster.pod_source(it.source?));
    pods.into_iter().find_map(|pod| mesh_policy(cluster, &pod, request, peer))
}

/// Policies of the Pod's namespace and of the root namespace of the mesh.
pub(super) fn mesh_policy(cluster: &Cluster, pod: &PodSource<'_>, request: &Request, peer: Peer) -> Option<Unmodelled> {
    let root = cluster.settings.mesh_root_namespace.as_str();
    let namespaces = [Some(pod.namespace), Some(root).filter(|it| *it != pod.namespace)];
    let policies = namespaces.into_iter().flatten().flat_map(|it| cluster.in_namespace::<MeshPolicy>(it));
    let selects = |it: &Found<'_, MeshPolicy>| {
        !it.object.has_targets
            && it.object.selector.as_ref().is_none_or(|it: &Selector| it.matches(&pod.template.labels))
    };
    policies.into_iter().find(|it| selects(it) && may_stop(it, request, peer)).as_ref().map(unmodelled)
}

/// A PeerAuthentication stops plain text alone, a RequestAuthentication requests with a token alone.
fn may_stop(policy: &Found<'_, MeshPolicy>, request: &Request, peer: Peer) -> bool {
    match policy.entry.resource.meta.kind.value.as_str() {
        "PeerAuthentication" => {
            let strict = policy.object.mtls.as_ref().is_some_and(|it| it.value == "STRICT");
            peer == Peer::Plain && (strict || policy.object.has_ports)
        }
        "RequestAuthentication" => request.has_token || request.header("authorization").is_some(),
        _ => true,
    }
}
