//! PeerAuthentication: whether Pods take plain text, mutual TLS, or both.
//!
//! Source: istio `pilot/pkg/security/authn/policy_applier.go`, `ComposePeerAuthentication`. Workload goes before namespace
//! before mesh, the oldest of each wins, UNSET takes over; a selector in the root namespace is ignored; ports count with a
//! selector alone.

use podpath_cluster::{Cluster, Found, ResourceId};
use podpath_objects::PeerAuthentication;
use podpath_source::{Location, Spanned};

use super::scope::Workload;

/// What a port of a Pod takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::trace) enum Mode {
    /// Mutual TLS alone.
    Strict,
    /// Both.
    Permissive,
    /// What comes, with TLS left as it is.
    Disable,
}

/// The mode of a port, and what says it; nothing where no policy does.
#[derive(Clone, Debug)]
pub(in crate::trace) struct Mtls {
    pub(in crate::trace) mode: Mode,
    pub(in crate::trace) by: Option<(ResourceId, Location, &'static str)>,
    /// Policies that are for the Pods, the deciding one included.
    pub(in crate::trace) considered: Vec<(ResourceId, Location)>,
}

/// The mode of a port of a workload.
pub(in crate::trace) fn mtls(cluster: &Cluster, workload: &Workload<'_>, port: u16) -> Mtls {
    let root = cluster.settings.mesh_root_namespace.as_str();
    let found = workload.policies::<PeerAuthentication>(cluster, |it| &it.scope);
    let is_selecting = |it: &Found<'_, PeerAuthentication>| it.object.scope.labels().is_some();
    let found: Vec<_> = found.into_iter().filter(|it| !(is_selecting(it) && it.namespace() == root)).collect();
    let own = found.iter().find(|it| is_selecting(it));
    let of_namespace = found.iter().find(|it| !is_selecting(it) && it.namespace() == workload.namespace);
    let of_mesh = found.iter().find(|it| !is_selecting(it) && it.namespace() == root);
    let considered = found.iter().map(|it| (it.id, it.at(it.entry.resource.meta.name_span()))).collect();
    let at_port = own.and_then(|it| {
        let (_, mode) = it.object.ports.iter().find(|(it, _)| *it == port)?;
        Some((it, mode, "spec.portLevelMtls"))
    });
    let whole = [own, of_namespace, of_mesh].into_iter().flatten();
    let whole = whole.filter_map(|it| Some((it, it.object.mode.as_ref()?, "spec.mtls.mode")));
    let chosen = at_port
        .into_iter()
        .chain(whole)
        .find_map(|(it, mode, path)| Some((read(mode)?, (it.id, it.at(mode.span), path))));
    match chosen {
        Some((mode, by)) => Mtls { mode, by: Some(by), considered },
        None => Mtls { mode: Mode::Permissive, by: None, considered },
    }
}

fn read(mode: &Spanned<String>) -> Option<Mode> {
    match mode.value.as_str() {
        "STRICT" => Some(Mode::Strict),
        "PERMISSIVE" => Some(Mode::Permissive),
        "DISABLE" => Some(Mode::Disable),
        _ => None,
    }
}
