//! What is in the workspace, may change the answer, and is not modelled yet: the answer is then `unsupported`, never a
//! guess.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{Service, StreamRoute};
use podpath_source::Location;

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
