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
pub enum Mode {
    /// Mutual TLS alone.
    Strict,
    /// Both.
    Permissive,
    /// What comes, with TLS left as it is.
    Disable,
}

impl Mode {
    /// As a manifest writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Strict => "STRICT",
            Self::Permissive => "PERMISSIVE",
            Self::Disable => "DISABLE",
        }
    }
}

/// The mode of a port, and what says it; nothing where no policy does.
#[derive(Clone, Debug)]
pub struct Mtls {
    /// What the port takes.
    pub mode: Mode,
    /// What says it: the policy, the place of the mode, and its field.
    pub by: Option<(ResourceId, Location, &'static str)>,
    /// How near that policy is: `port`, `workload`, `namespace`, `mesh`, or `default` where no policy says it.
    pub level: &'static str,
    /// Policies that are for the Pods, the deciding one included.
    pub considered: Vec<(ResourceId, Location)>,
}

/// The policies for Pods, nearest first: that which selects them, that of the namespace, that of the mesh.
struct Layers<'a> {
    own: Option<Found<'a, PeerAuthentication>>,
    of_namespace: Option<Found<'a, PeerAuthentication>>,
    of_mesh: Option<Found<'a, PeerAuthentication>>,
    considered: Vec<(ResourceId, Location)>,
}

fn layers<'a>(cluster: &'a Cluster, workload: &Workload<'_>) -> Layers<'a> {
    let root = cluster.settings.mesh_root_namespace.as_str();
    let found = workload.policies::<PeerAuthentication>(cluster, |it| &it.scope);
    let is_selecting = |it: &Found<'_, PeerAuthentication>| it.object.scope.labels().is_some();
    let found: Vec<_> = found.into_iter().filter(|it| !(is_selecting(it) && it.namespace() == root)).collect();
    let first = |fits: &dyn Fn(&Found<'_, PeerAuthentication>) -> bool| found.iter().find(|it| fits(it)).copied();
    Layers {
        own: first(&|it| is_selecting(it)),
        of_namespace: first(&|it| !is_selecting(it) && it.namespace() == workload.namespace && it.namespace() != root),
        of_mesh: first(&|it| !is_selecting(it) && it.namespace() == root),
        considered: found.iter().map(|it| (it.id, it.at(it.entry.resource.meta.name_span()))).collect(),
    }
}

/// The mode of a port of a workload; without a port that of the workload as a whole.
pub fn mtls(cluster: &Cluster, workload: &Workload<'_>, port: Option<u16>) -> Mtls {
    let Layers { own, of_namespace, of_mesh, considered } = layers(cluster, workload);
    let at_port = own.and_then(|it| {
        let (_, mode) = it.object.ports.iter().find(|(it, _)| Some(*it) == port)?;
        Some((it, mode, "spec.portLevelMtls", "port"))
    });
    let whole = [(own, "workload"), (of_namespace, "namespace"), (of_mesh, "mesh")].into_iter();
    let whole = whole.filter_map(|(it, level)| Some((it?, it?.object.mode.as_ref()?, "spec.mtls.mode", level)));
    let chosen = at_port
        .into_iter()
        .chain(whole)
        .find_map(|(it, mode, path, level)| Some((read(mode)?, (it.id, it.at(mode.span), path), level)));
    match chosen {
        Some((mode, by, level)) => Mtls { mode, by: Some(by), level, considered },
        None => Mtls { mode: Mode::Permissive, by: None, level: "default", considered },
    }
}

/// The ports of a workload that a policy names, in its order.
pub fn named_ports(cluster: &Cluster, workload: &Workload<'_>) -> Vec<u16> {
    let own = layers(cluster, workload).own;
    own.map_or_else(Vec::new, |it| it.object.ports.iter().map(|(port, _)| *port).collect())
}

fn read(mode: &Spanned<String>) -> Option<Mode> {
    match mode.value.as_str() {
        "STRICT" => Some(Mode::Strict),
        "PERMISSIVE" => Some(Mode::Permissive),
        "DISABLE" => Some(Mode::Disable),
        _ => None,
    }
}
