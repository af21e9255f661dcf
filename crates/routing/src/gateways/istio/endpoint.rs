//! Who answers to a proxy of Istio: at a port of a Service, or of a host of a ServiceEntry.
//!
//! Beside what kube-proxy knows a proxy counts the WorkloadEntries that carry the labels of a selector, and of all of them
//! those in the subset of a route.

use std::net::IpAddr;

use podpath_cluster::{Cluster, Endpoint, Found, NoEndpoints, endpoints, selected_endpoints};
use podpath_objects::{EntryPort, Labels, PortRef, Resolution, Service, ServiceEntry, ServicePort, WorkloadEntry};
use podpath_order::{Gather, OrdSet};

/// Who answers on a port of a Service; when nobody takes traffic, whatever the subset, why.
///
/// Only WorkloadEntries with an address of IP count, and not for headless Services or UDP. The number is that of `ports` by
/// the name in `targetPort`, without which it is no endpoint; beside a number by the name of the Service's port, else the
/// number (istio `serviceregistry/kube/controller`, `collectWorkloadInstanceEndpoints`, `findServiceTargetPort`).
pub(crate) fn service_endpoints(
    cluster: &Cluster,
    service: &Found<'_, Service>,
    port: &ServicePort,
    subset: Option<&Labels>,
) -> (Vec<Endpoint>, Option<NoEndpoints>) {
    let (mut found, mut why) = endpoints(cluster, service, port);
    let is_balanced = !service.object.is_headless() && service.object.external_name.is_none() && port.protocol != "UDP";
    if let Some(selector) = service.object.selector.as_ref().filter(|_| is_balanced) {
        let known: OrdSet<_> = found.iter().filter_map(|it| it.address.clone()).gather();
        let number = |it: &WorkloadEntry| match &port.target_port.value {
            _ if !has_ip(it) => None,
            PortRef::Number(number) => {
                Some(port.name.as_ref().and_then(|name| it.port(&name.value)).unwrap_or(*number))
            }
            PortRef::Name(name) => it.port(name),
        };
        let mut entries = selected_entries(cluster, service.namespace(), selector, &number);
        entries.retain(|it| !it.address.as_ref().is_some_and(|it| known.contains(it)));
        if let (Some(NoEndpoints::NoPod(_) | NoEndpoints::NoNamedPort(_)), Some(first)) = (why, entries.first()) {
            // They are meant, so not the selector keeps them away.
            why = first.source.map(NoEndpoints::NotReady);
        }
        found.extend(entries);
    }
    let why = why.filter(|_| !found.iter().any(|it| it.ready));
    match subset {
        Some(labels) => (found.into_iter().filter_map(|it| in_subset(cluster, it, labels)).collect(), why),
        None => (found, why),
    }
}

/// A port of the ServiceEntry that has a host. Of several with one host, the first alone is looked into.
#[derive(Clone, Copy)]
pub(crate) struct HostPort<'a> {
    /// The host that is called, as it is called.
    pub(crate) host: &'a str,
    /// The ServiceEntry.
    pub(crate) entry: Found<'a, ServiceEntry>,
    /// Its entry of the port.
    pub(crate) port: &'a EntryPort,
}

/// The port of a host, by its number; none where no ServiceEntry has it.
pub(crate) fn host_port<'a>(cluster: &'a Cluster, host: &'a str, number: u16) -> Option<HostPort<'a>> {
    let (entry, port) = having(cluster, host, number).next()?;
    Some(HostPort { host, entry, port })
}

/// The ServiceEntries that have a host and a port.
fn having<'a>(
    cluster: &'a Cluster,
    host: &str,
    number: u16,
) -> impl Iterator<Item = (Found<'a, ServiceEntry>, &'a EntryPort)> {
    let named = cluster.all::<ServiceEntry>().filter(move |it| has_host(it, host));
    named.filter_map(move |it| Some((it, it.object.port(number)?)))
}

/// One of its hosts is this one, as it is written.
pub(super) fn has_host(entry: &Found<'_, ServiceEntry>, host: &str) -> bool {
    entry.object.hosts.iter().any(|known| known.value.eq_ignore_ascii_case(host))
}

impl HostPort<'_> {
    /// The ServiceEntry selects Pods and WorkloadEntries: policies and mutual TLS hold at them.
    pub(crate) fn selects(&self) -> bool {
        self.entry.object.selector.is_some() && self.entry.object.resolution != Resolution::Called
    }

    /// Who answers; none where nobody is selected and the address and the port are those that are dialled, since nothing is to
    /// be told then.
    pub(crate) fn endpoints(&self, cluster: &Cluster, subset: Option<&Labels>) -> Vec<Endpoint> {
        let selector = self.entry.object.selector.as_ref().filter(|_| self.selects());
        let Some(selector) = selector else {
            let listed = self.listed(subset);
            let is_chosen = subset.is_some_and(|it| !it.is_empty());
            let is_dialled = |it: &Endpoint| !is_chosen || it.address.as_deref() == Some(self.host);
            let is_plain = |it: &Endpoint| it.port == self.port.number && is_dialled(it);
            return if listed.iter().all(is_plain) { vec![] } else { listed };
        };
        let namespace = self.entry.namespace();
        let may_be_names = self.entry.object.resolution == Resolution::Dns;
        let number = |it: &WorkloadEntry| (may_be_names || has_ip(it)).then(|| self.number(it));
        let mut found = selected_endpoints(cluster, namespace, selector, self.port.target);
        found.extend(selected_entries(cluster, namespace, selector, &number));
        match subset {
            Some(labels) => found.into_iter().filter_map(|it| in_subset(cluster, it, labels)).collect(),
            None => found,
        }
    }

    /// What it lists, else the host itself, where these have the labels of a subset. What is dialled as it is, is in every
    /// subset; the host itself has no labels.
    fn listed(&self, subset: Option<&Labels>) -> Vec<Endpoint> {
        let entry = self.entry.object;
        let is_called = entry.resolution == Resolution::Called;
        let has = |labels: &Labels| is_called || subset.is_none_or(|it| it.is_subset_of(labels));
        if entry.endpoints.is_empty() && entry.resolution != Resolution::Static {
            return if has(&Labels::default()) { vec![at(self.host, self.port.target)] } else { vec![] };
        }
        let listed = entry.endpoints.iter().filter(|it| has(&it.labels));
        listed.filter_map(|it| Some(at(&it.address.as_ref()?.value, self.number(it)))).collect()
    }

    /// A number of `ports` goes before `targetPort` (istio `serviceregistry/serviceentry/conversion.go`,
    /// `convertServiceEntryToInstances`, `convertWorkloadInstanceToServiceInstance`).
    fn number(&self, entry: &WorkloadEntry) -> u16 {
        entry.port(&self.port.name).unwrap_or(self.port.target)
    }

    /// Nobody answers, where none of its endpoints takes traffic: nobody is listed or selected, or nobody with the labels of a
    /// subset. What is dialled as it is always answers, and so may what another ServiceEntry has for the host.
    pub(crate) fn is_unserved(&self, cluster: &Cluster, subset: Option<&Labels>) -> bool {
        let lists_none = |it: &ServiceEntry| it.resolution == Resolution::Static && it.endpoints.is_empty();
        let mut others = having(cluster, self.host, self.port.number).filter(|(it, _)| it.id != self.entry.id);
        self.entry.object.resolution != Resolution::Called
            && others.all(|(it, _)| lists_none(it.object))
            && (self.selects() || self.listed(subset).is_empty())
    }
}

/// An address that answers.
fn at(address: &str, port: u16) -> Endpoint {
    Endpoint { source: None, address: Some(address.to_owned()), replicas: 1, port, ready: true, serves_still: false }
}

/// Its address is one of IP.
fn has_ip(entry: &WorkloadEntry) -> bool {
    entry.address.as_ref().is_some_and(|it| it.value.parse::<IpAddr>().is_ok())
}

/// The WorkloadEntries of a namespace that carry labels, each on its number; without one it is no endpoint.
fn selected_entries(
    cluster: &Cluster,
    namespace: &str,
    selector: &Labels,
    number: &dyn Fn(&WorkloadEntry) -> Option<u16>,
) -> Vec<Endpoint> {
    let selected = cluster.in_namespace::<WorkloadEntry>(namespace);
    let selected = selected.filter(|it| selector.is_subset_of(&it.object.labels));
    let endpoint = |it: Found<'_, WorkloadEntry>| {
        let (address, port) = (it.object.address.as_ref()?, number(it.object)?);
        Some(Endpoint { source: Some(it.id), ready: it.object.is_healthy, ..at(&address.value, port) })
    };
    selected.filter_map(endpoint).collect()
}

/// The Pods of an endpoint that a subset has; a WorkloadEntry has its own labels, and another address none.
fn in_subset(cluster: &Cluster, endpoint: Endpoint, labels: &Labels) -> Option<Endpoint> {
    let source = endpoint.source?;
    if let Some(entry) = cluster.get::<WorkloadEntry>(source) {
        return labels.is_subset_of(&entry.object.labels).then_some(endpoint);
    }
    let pods = cluster.pod_source(source)?;
    let carrying = cluster.carrying(pods, labels)?;
    let replicas = if carrying.replicas == pods.replicas { endpoint.replicas } else { carrying.replicas };
    Some(Endpoint { replicas, ..endpoint })
}
