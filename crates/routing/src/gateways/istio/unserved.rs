//! VirtualServices by themselves: those of the mesh, and those whose gateways are not in the workspace.

use std::sync::Arc;

use podpath_cluster::{Change, Cluster, Each, Found, Memo, Reads, ResourceId};
use podpath_objects::{IstioGateway, Labels, VirtualService};
use podpath_order::OrdMap;

use super::destination::Proxy;
use super::mesh::{ranked, served};
use super::names::{full_host, gateways, of_routes};
use super::route::{self, number};
use crate::gateways::whole;
use crate::pattern::HostPattern;
use crate::table::{Protocol, Table, VirtualHost};

/// VirtualServices of the mesh, each by a host that is its own, and those whose gateways are not in the workspace, each by
/// itself: what a caller of its own namespace without labels meets.
pub fn lower_unserved(cluster: &Cluster, is_served: &dyn Fn(ResourceId) -> bool, known: &mut Unserved) -> Vec<Table> {
    let mut tables = Vec::new();
    let mut takers = Takers::of(cluster);
    let has_none = |it: Found<'_, VirtualService>| !gateways(&it).iter().any(|it| is_here(cluster, it));
    let without_gateway: Vec<bool> = known.without_gateway.of(cluster, Reads::default(), &has_none).copied().collect();
    let all = cluster.all::<VirtualService>().zip(without_gateway);
    for (owner, has_none) in all.filter(|(it, _)| !it.object.http.is_empty()) {
        let is_mesh = owner.object.is_for_mesh();
        let proxy = Proxy { namespace: owner.namespace(), labels: &Labels::default(), port: 80, is_gateway: !is_mesh };
        let host = if is_mesh {
            own_host(&mut takers, &proxy, &owner)
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

/// Who has the hosts of the mesh. VirtualServices are looked at by their hosts, since all of them are asked about all.
struct Takers<'a> {
    cluster: &'a Cluster,
    /// By the full host.
    exact: OrdMap<String, Vec<Found<'a, VirtualService>>>,
    wild: Vec<(HostPattern, Found<'a, VirtualService>)>,
    /// By the namespace of a caller and the full host.
    known: OrdMap<(String, String), Option<ResourceId>>,
}

impl<'a> Takers<'a> {
    fn of(cluster: &'a Cluster) -> Self {
        let mut made = Self { cluster, exact: OrdMap::new(), wild: vec![], known: OrdMap::new() };
        for owner in cluster.all::<VirtualService>().filter(|it| it.object.is_for_mesh()) {
            for host in &owner.object.hosts {
                match HostPattern::parse(&full_host(cluster, &host.value, owner.namespace())) {
                    HostPattern::Exact(name) if !name.contains('*') => made.exact.entry(name).or_default().push(owner),
                    pattern => made.wild.push((pattern, owner)),
                }
            }
        }
        made
    }

    /// One VirtualService alone has this host, and no wildcard may take any.
    fn has_one(&self, host: &str, namespace: &str) -> bool {
        let all = self.exact.get(&full_host(self.cluster, host, namespace));
        self.wild.is_empty() && all.is_some_and(|it| it.len() == 1)
    }

    /// The first that has a host, or some host of a wildcard.
    fn first(&mut self, proxy: &Proxy<'_>, host: &str) -> Option<ResourceId> {
        let full = full_host(self.cluster, &host.replace('*', "any"), proxy.namespace);
        let key = (proxy.namespace.to_owned(), full);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let exact = self.exact.get(&key.1).into_iter().flatten();
        let wild = self.wild.iter().filter(|(it, _)| it.matches(&key.1)).map(|(_, it)| it);
        let found = ranked(self.cluster, proxy, &key.1, &|_| true, &mut exact.chain(wild).copied());
        let first = found.first().map(|it| it.id);
        self.known.insert(key, first);
        first
    }
}

/// A host that no other VirtualService takes from it: "the oldest wins in the mesh".
fn own_host(takers: &mut Takers<'_>, proxy: &Proxy<'_>, owner: &Found<'_, VirtualService>) -> Option<String> {
    let mut hosts = owner.object.hosts.iter().map(|it| it.value.as_str());
    let is_for_all = owner.object.export_to.is_empty() && of_routes(takers.cluster).is_empty();
    let alone = hosts.clone().find(|it| is_for_all && takers.has_one(it, owner.namespace()));
    alone.or_else(|| hosts.find(|it| takers.first(proxy, it) == Some(owner.id))).map(str::to_owned)
}
