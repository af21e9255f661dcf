//! The policies that select Pods, and what each of them does to them.

use podpath_cluster::{Cluster, Found, ResourceId};
use podpath_objects::{
    AuthorizationPolicy, EgressListener, EnvoyFilter, Kind, NetworkPolicy, PeerAuthentication, PolicyScope,
    RequestAuthentication, Sidecar as SidecarConfig,
};
use podpath_order::Order;
use podpath_protocol::{PolicyLine, WorkloadPolicies};
use podpath_routing::gateways::istio::{Proxy, is_gateway_pod, is_near, sidecar_of};
use podpath_routing::mesh::{Injected, Sidecar, Workload, mtls, named_ports};
use podpath_source::Text;

use super::{Asked, words};
use crate::place::{name_range, say};

/// What a policy does to Pods.
struct Effect {
    id: ResourceId,
    /// The action of an AuthorizationPolicy, else the kind.
    sort: String,
    text: Text,
    /// It is there for something, as long as there is a proxy that asks it.
    counts: bool,
    /// Without a sidecar it does nothing.
    needs_proxy: bool,
}

impl Effect {
    fn of<T>(found: &Found<'_, T>, sort: &str, text: Text) -> Self {
        Self { id: found.id, sort: sort.to_owned(), text, counts: true, needs_proxy: true }
    }
}

/// The policies of the mesh by what they do; a dry run is none of them.
pub(crate) fn policies(asked: &Asked<'_>) -> WorkloadPolicies {
    let mut found = WorkloadPolicies::default();
    for effect in effects(asked).into_iter().filter(|it| it.needs_proxy) {
        let list = match effect.sort.as_str() {
            "dry-run" => continue,
            "DENY" => &mut found.deny,
            "ALLOW" => &mut found.allow,
            "AUDIT" => &mut found.audit,
            "CUSTOM" => &mut found.custom,
            _ => &mut found.other,
        };
        list.extend(asked.analysis.reference(effect.id));
    }
    found
}

/// The same as lines of a card, in the order in which a connection meets them.
pub(super) fn lines(asked: &Asked<'_>, sidecar: &Sidecar) -> Vec<PolicyLine> {
    let has_proxy = sidecar.injected != Injected::No;
    let line = |it: Effect| {
        let in_vain = it.needs_proxy && !has_proxy;
        let text = if in_vain { words::in_vain() } else { it.text };
        Some(PolicyLine {
            resource: asked.analysis.reference(it.id)?,
            range: name_range(asked.analysis, it.id)?,
            detail: say(&text, asked.locale),
            applies: it.counts && !in_vain,
        })
    };
    effects(asked).into_iter().filter_map(line).collect()
}

fn effects(asked: &Asked<'_>) -> Vec<Effect> {
    let (cluster, workload) = (&asked.analysis.cluster, asked.workload());
    let mut all = network(cluster, asked);
    all.extend(peers(cluster, &workload));
    let authorization = select::<AuthorizationPolicy>(cluster, &workload, |it| &it.scope);
    let of = |action: &str| {
        let fits = move |it: &&Found<'_, AuthorizationPolicy>| it.object.action.value == action;
        authorization.iter().filter(fits).map(authorize).collect::<Vec<_>>()
    };
    all.extend(of("CUSTOM"));
    let tokens = select::<RequestAuthentication>(cluster, &workload, |it| &it.scope);
    all.extend(tokens.iter().map(|it| {
        let issuers = it.object.rules.iter().map(|it| it.issuer.value.as_str());
        Effect::of(it, "RequestAuthentication", words::tokens(&issuers.collect::<Vec<_>>().join(", ")))
    }));
    all.extend(["AUDIT", "DENY", "ALLOW"].into_iter().flat_map(of));
    all.extend(filters(cluster, &workload));
    let is_gateway = is_gateway_pod(cluster, workload.labels);
    let proxy = Proxy { namespace: workload.namespace, labels: workload.labels, port: 0, is_gateway };
    let holds = sidecar_of(cluster, &proxy);
    all.extend(holds.map(|it: Found<'_, SidecarConfig>| {
        let listed = |all: &Vec<EgressListener>| {
            all.iter().flat_map(|it| &it.hosts).map(|it| it.value.clone()).collect::<Vec<_>>()
        };
        let hosts = it.object.egress.as_ref().map(listed);
        Effect::of(&it, "Sidecar", words::egress(hosts.as_deref()))
    }));
    all
}

/// Those of the mesh's root namespace first, each the oldest first, as `istiod` lists them.
fn select<'a, T: Kind>(
    cluster: &'a Cluster,
    workload: &Workload<'_>,
    scope: impl Fn(&'a T) -> &'a PolicyScope,
) -> Vec<Found<'a, T>> {
    let root = cluster.settings.mesh_root_namespace.as_str();
    let mut found = workload.policies::<T>(cluster, scope);
    found.order_by_key(|it| it.namespace() != root);
    found
}

fn network(cluster: &Cluster, asked: &Asked<'_>) -> Vec<Effect> {
    let found = cluster.in_namespace::<NetworkPolicy>(asked.pods.namespace);
    let found = found.filter(|it| it.object.selector.matches(&asked.pods.template.labels));
    let effect = |it: Found<'_, NetworkPolicy>| {
        let text = words::network(it.object);
        Effect { needs_proxy: false, ..Effect::of(&it, "NetworkPolicy", text) }
    };
    found.map(effect).collect()
}

/// PeerAuthentications; one that neither the whole nor a port follows does nothing.
fn peers(cluster: &Cluster, workload: &Workload<'_>) -> Vec<Effect> {
    let ports = named_ports(cluster, workload).into_iter().map(Some);
    let modes: Vec<_> = std::iter::once(None).chain(ports).map(|it| mtls(cluster, workload, it)).collect();
    let decides = |id: ResourceId| modes.iter().any(|it| it.by.is_some_and(|(by, ..)| by == id));
    let found = select::<PeerAuthentication>(cluster, workload, |it| &it.scope);
    let effect = |it: &Found<'_, PeerAuthentication>| {
        let mode = it.object.mode.as_ref().map_or("UNSET", |it| it.value.as_str());
        let counts = decides(it.id);
        Effect { counts, ..Effect::of(it, "PeerAuthentication", words::peer(mode, it.object.ports.len(), counts)) }
    };
    found.iter().map(effect).collect()
}

fn authorize(found: &Found<'_, AuthorizationPolicy>) -> Effect {
    let policy = found.object;
    let action = policy.action.value.as_str();
    let takes_all = policy.rules.iter().any(|it| it.from.is_empty() && it.to.is_empty() && it.when.is_empty());
    let text = words::authorization(action, policy.rules.len(), takes_all, policy.is_dry_run);
    let is_idle = action != "ALLOW" && policy.rules.is_empty();
    let sort = if policy.is_dry_run { "dry-run" } else { action };
    Effect { counts: !policy.is_dry_run && !is_idle, ..Effect::of(found, sort, text) }
}

fn filters(cluster: &Cluster, workload: &Workload<'_>) -> Vec<Effect> {
    let is_for = |it: &Found<'_, EnvoyFilter>| {
        is_near(cluster, workload.namespace, it) && it.object.labels.is_subset_of(workload.labels)
    };
    let found = cluster.all::<EnvoyFilter>().filter(is_for);
    found.map(|it| Effect::of(&it, "EnvoyFilter", words::filter(it.object.effects.len()))).collect()
}
