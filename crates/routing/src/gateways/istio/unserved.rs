//! VirtualServices by themselves: those of the mesh, and those whose gateways are not in the workspace.

use std::sync::Arc;

use podpath_cluster::{Change, Cluster, Each, Found, Memo, Reads, ResourceId};
use podpath_objects::{IstioGateway, Labels, VirtualService};
use podpath_order::OrdSet;

use super::destination::Proxy;
use super::mesh::{served, virtual_services};
use super::names::{full_host, gateways, of_routes};
use super::route::{self, number};
use crate::gateways::whole;
use crate::pattern::HostPattern;
use crate::table::{Protocol, Table, VirtualHost};

/// VirtualServices of the mesh, each by a host that is its own, and those whose gateways are not in the workspace, each by
/// itself: what a caller of its own namespace without labels meets.
pub fn lower_unserved(cluster: &Cluster, is_served: &dyn Fn(ResourceId) -> bool, known: &mut Unserved) -> Vec<Table> {
    let mut tables = Vec::new();
    let alone = hosts_of_one(cluster);
    let has_none = |it: Found<'_, VirtualService>| !gateways(&it).iter().any(|it| is_here(cluster, it));
    let without_gateway: Vec<bool> = known.without_gateway.of(cluster, Reads::default(), &has_none).copied().collect();
    let all = cluster.all::<VirtualService>().zip(without_gateway);
    for (owner, has_none) in all.filter(|(it, _)| !it.object.http.is_empty()) {
        let is_mesh = owner.object.is_for_mesh();
        let proxy = Proxy { namespace: owner.namespace(), labels: &Labels::default(), port: 80, is_gateway: !is_mesh };
        let host = if is_mesh {
            own_host(cluster, &proxy, &owner, &alone)
        } else if has_none && !is_served(owner.id) {
            owner.object.hosts.first().map(|it| it.value.clone())
        } else {
            None
        };
        let Some(host) = host else { continue };
        let make = || {
            let named = gateways(&owner);
            let gateway = if is_mesh { "mesh" } else { named.first().map_or("mesh", String::as_str) };
            let mut rules = route::lower(cluster, &proxy, &owner, gateway);
            number(&mut rules);
            let mut table = served(&host, &proxy, Protocol::Http, whole(&owner), vec![owner.id], rules);
            if !is_mesh && owner.object.hosts.len() == 1 {
                narrow(&mut table, &HostPattern::parse(&host));
            }
            table
        };
        let key = (owner.id, host.clone());
        tables.push(known.tables.part(cluster, key, &[owner.id], Reads::default(), make).clone());
    }
    tables
}

/// A gateway has a virtual host for the one host, to which no other Host comes.
fn narrow(table: &mut Table, pattern: &HostPattern) {
    for host in table.listeners.iter_mut().flat_map(|it| &mut it.hosts) {
        *host = Arc::new(VirtualHost { pattern: pattern.clone(), rules: host.rules.clone() });
    }
}

/// What was made before for VirtualServices that no gateway serves.
#[derive(Clone, Debug, Default)]
pub struct Unserved {
    /// None of the gateways that it names is here.
    without_gateway: Each<bool>,
    /// By the VirtualService and its host.
    tables: Memo<(ResourceId, String), Table>,
}

impl Unserved {
    /// What is still true after a change.
    #[must_use]
    pub fn after(self, change: &Change) -> Self {
        Self { without_gateway: self.without_gateway.after(change), tables: self.tables.after(change) }
    }
}

/// The Gateway of this full name is in the workspace.
fn is_here(cluster: &Cluster, gateway: &str) -> bool {
    gateway.split_once('/').is_some_and(|(namespace, name)| cluster.find::<IstioGateway>(namespace, name).is_some())
}

/// The full hosts of the mesh that one VirtualService alone has; none where a wildcard may take any.
fn hosts_of_one(cluster: &Cluster) -> OrdSet<String> {
    let in_mesh = cluster.all::<VirtualService>().filter(|it| it.object.is_for_mesh());
    let hosts = in_mesh.flat_map(|it| {
        it.object.hosts.iter().map(move |host| full_host(cluster, &host.value, it.namespace())).collect::<Vec<_>>()
    });
    let (mut alone, mut shared) = (OrdSet::new(), OrdSet::new());
    for host in hosts {
        if host.contains('*') {
            return OrdSet::new();
        }
        if !alone.insert(host.clone()) {
            shared.insert(host);
        }
    }
    alone.retain(|it| !shared.contains(it));
    alone
}

/// A host that no other VirtualService takes from it: "the oldest wins in the mesh".
fn own_host(
    cluster: &Cluster,
    proxy: &Proxy<'_>,
    owner: &Found<'_, VirtualService>,
    alone: &OrdSet<String>,
) -> Option<String> {
    let hosts = owner.object.hosts.iter().map(|it| it.value.clone());
    let is_alone = |it: &String| alone.contains(&full_host(cluster, it, owner.namespace()));
    if owner.object.export_to.is_empty()
        && of_routes(cluster).is_empty()
        && let Some(host) = hosts.clone().find(is_alone)
    {
        return Some(host);
    }
    let taker = |host: &str| {
        let full = full_host(cluster, &host.replace('*', "any"), owner.namespace());
        virtual_services(cluster, proxy, &full).first().map(|it| it.id)
    };
    hosts.into_iter().find(|it| taker(it) == Some(owner.id))
}
