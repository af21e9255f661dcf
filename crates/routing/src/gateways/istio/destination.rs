//! Where a route sends to: Service, port, subset by DestinationRule; and what fails with 503 NC.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{
    ClientTls, Destination, DestinationRule, Labels, PortRef, Service, ServiceEntry, VirtualService,
};
use podpath_source::{DocumentId, Location, Span, Text};

use super::callee::aliased;
use super::destination_rules::rules_for;
use super::egress::knows_entry;
use super::endpoint::{has_host, host_port};
use super::names::{full_host, host_of, of_services, sees_service, service_by_host, visibility};
use crate::gateways::{missing_port, missing_service, origin, whole};
use crate::pattern::HostPattern;
use crate::table::{Backend, BegunTls, Fault, Origin, ServerName, Target};

/// The proxy that routes.
#[derive(Clone, Debug)]
pub struct Proxy<'a> {
    /// Its namespace.
    pub namespace: &'a str,
    /// The labels of its Pods.
    pub labels: &'a Labels,
    /// The port that clients dial: in the mesh the Service port, at a gateway the number of the server.
    pub port: u16,
    /// It is an ingress gateway.
    pub is_gateway: bool,
}

/// A backend of a route of a VirtualService.
pub(super) fn lower(
    cluster: &Cluster,
    proxy: &Proxy<'_>,
    owner: &Found<'_, VirtualService>,
    destination: &Destination,
    place: &str,
) -> Backend {
    to(cluster, proxy, (owner, &origin(owner, destination.host.span, place)), destination)
}

/// A backend of any object that names a destination.
pub(super) fn to<T>(
    cluster: &Cluster,
    proxy: &Proxy<'_>,
    (owner, origin): (&Found<'_, T>, &Origin),
    destination: &Destination,
) -> Backend {
    let naming = Naming { cluster, proxy, namespace: owner.namespace(), document: owner.entry.document };
    naming.backend(origin.clone(), destination)
}

/// Where a destination stands, and which proxy sends to it.
struct Naming<'a> {
    cluster: &'a Cluster,
    proxy: &'a Proxy<'a>,
    /// Of the object that names the destination: short hosts belong to it.
    namespace: &'a str,
    document: DocumentId,
}

impl Naming<'_> {
    fn at(&self, span: Span) -> Location {
        Location { document: self.document, span }
    }

    fn backend(&self, origin: Origin, destination: &Destination) -> Backend {
        let (cluster, proxy) = (self.cluster, self.proxy);
        let host = full_host(cluster, &destination.host.value, self.namespace);
        let port = destination.port.as_ref().map(|it| it.value);
        let mut backend = Backend {
            subset: destination.subset.as_ref().map(|it| (it.value.clone(), Labels::default())),
            weight: destination.weight,
            ..Backend::plain(origin, Target::Host(host.clone()), port)
        };
        match service_by_host(cluster, &host) {
            // An ExternalName is another name of its target, whose DestinationRules define the subsets.
            Some(alias) if alias.object.external_name.is_some() => match aliased(cluster, &alias) {
                Ok(service) => self.resolve(destination, &service, &mut backend),
                Err(host) => {
                    let port = *backend.port.get_or_insert(proxy.port);
                    let space = entry_namespace(cluster, &host, port, proxy.namespace).unwrap_or(self.namespace);
                    self.name_subset(destination, (&host, space), &mut backend);
                    backend.target = Target::Host(host);
                }
            },
            Some(service) => self.resolve(destination, &service, &mut backend),
            None => {
                let port = *backend.port.get_or_insert_with(|| entry_port(cluster, proxy, &host));
                match entry_namespace(cluster, &host, port, proxy.namespace) {
                    Some(space) => self.name_subset(destination, (&host, space), &mut backend),
                    None => {
                        let (target, fault) = unknown_host(cluster, &host, self.at(destination.host.span));
                        backend.target = target;
                        backend.fault = Some(fault);
                    }
                }
            }
        }
        backend
    }

    fn resolve(&self, destination: &Destination, service: &Found<'_, Service>, backend: &mut Backend) {
        backend.target = Target::Service(service.id);
        let port = destination.port.as_ref().map_or_else(|| infer_port(self.proxy, service), |it| it.value);
        backend.port = Some(port);
        if service.object.port(port).is_none() {
            let at = destination.port.as_ref().map_or(destination.host.span, |it| it.span);
            backend.fault = Some(missing_port(service, &PortRef::Number(port), self.at(at), 503));
            return;
        }
        if !sees_service(self.cluster, service, self.proxy.namespace) {
            backend.fault = Some(not_exported(service, self.proxy.namespace, self.at(destination.host.span)));
            return;
        }
        let host = host_of(self.cluster, service);
        self.name_subset(destination, (&host, service.namespace()), backend);
    }

    /// The labels of the subset that a destination names; "the cluster is there only if a DestinationRule for the host
    /// defines it". The host comes with the namespace of its Service or ServiceEntry.
    fn name_subset(&self, destination: &Destination, (host, namespace): (&str, &str), backend: &mut Backend) {
        let Some(subset) = &destination.subset else { return };
        let rules = rules_for(self.cluster, self.proxy, host, namespace);
        let mut subsets = rules.iter().flat_map(|it| &it.object.subsets);
        match subsets.find(|it| it.name.value == subset.value) {
            Some(found) => backend.subset = Some((subset.value.clone(), found.labels.clone())),
            None => {
                let name = &subset.value;
                backend.fault = Some(Fault {
                    reason: "subset-not-found",
                    status: 503,
                    body: None,
                    text: Text::new(
                        format!("no DestinationRule defines subset `{name}` of `{host}` (NC, no cluster)"),
                        format!(
                            "`{host}` 호스트의 `{name}` 서브셋을 정의한 DestinationRule이 없습니다 (NC, no cluster)"
                        ),
                    ),
                    location: self.at(subset.span),
                });
            }
        }
    }
}

/// True when a ServiceEntry that is visible here has this host, as written, and this port.
pub(crate) fn is_entry(cluster: &Cluster, host: &str, port: u16, from: &str) -> bool {
    entry_namespace(cluster, host, port, from).is_some()
}

/// As for a Service: at a gateway the only port of the ServiceEntry that has the host, else the server's number.
fn entry_port(cluster: &Cluster, proxy: &Proxy<'_>, host: &str) -> u16 {
    let first = || entries(cluster, host, proxy.namespace).next();
    match proxy.is_gateway.then(first).flatten().map(|it| it.object.ports.as_slice()) {
        Some([only]) => only.number,
        _ => proxy.port,
    }
}

/// The namespace of that ServiceEntry.
fn entry_namespace<'a>(cluster: &'a Cluster, host: &str, port: u16, from: &str) -> Option<&'a str> {
    entries(cluster, host, from).find(|it| it.object.port(port).is_some()).map(|it| it.namespace())
}

/// The ServiceEntries that have this host, as it is written, and are exported to a namespace.
fn entries<'a>(cluster: &'a Cluster, host: &str, from: &str) -> impl Iterator<Item = Found<'a, ServiceEntry>> {
    let is_seen = move |it: &Found<'_, ServiceEntry>| {
        visibility(&it.object.export_to, of_services(cluster), it.namespace(), from).is_some()
    };
    cluster.all::<ServiceEntry>().filter(move |it| has_host(it, host) && is_seen(it))
}

/// The host of a ServiceEntry known here that a call to a host is for: this very name, else the longest wildcard that covers
/// it. A route cannot name what only a wildcard covers; a caller can.
pub(super) fn entry_host<'a>(
    cluster: &'a Cluster,
    proxy: &Proxy<'_>,
    host: &str,
) -> Option<(Found<'a, ServiceEntry>, &'a str)> {
    let host = host.to_ascii_lowercase();
    let mut best: Option<(Found<'a, ServiceEntry>, &'a str, (u8, usize))> = None;
    for (entry, known, pattern) in entry_hosts(cluster, proxy) {
        let fit = pattern.specificity();
        if pattern.matches(&host) && best.is_none_or(|(.., other)| fit > other) {
            best = Some((entry, known, fit));
        }
    }
    best.map(|(entry, known, _)| (entry, known))
}

/// The hosts of the ServiceEntries that have the port and that a proxy knows: exported to it, and among its egress hosts.
pub(super) fn entry_hosts<'a>(
    cluster: &'a Cluster,
    proxy: &Proxy<'_>,
) -> Vec<(Found<'a, ServiceEntry>, &'a str, HostPattern)> {
    let mut found = Vec::new();
    for entry in cluster.all::<ServiceEntry>().filter(|it| it.object.port(proxy.port).is_some()) {
        if visibility(&entry.object.export_to, of_services(cluster), entry.namespace(), proxy.namespace).is_none() {
            continue;
        }
        for host in &entry.object.hosts {
            let pattern = HostPattern::parse(&host.value);
            if pattern != HostPattern::Any && knows_entry(cluster, proxy, entry.namespace(), &pattern) {
                found.push((entry, host.value.as_str(), pattern));
            }
        }
    }
    found
}

/// A proxy has clusters for the Services that are exported to its namespace alone (`push_context.go`,
/// `servicesExportedToNamespace`).
fn not_exported(service: &Found<'_, Service>, from: &str, at: Location) -> Fault {
    let name = service.name();
    let text = Text::new(
        format!("Service `{name}` is not exported to namespace `{from}` (NC, no cluster)"),
        format!("`{name}` Service를 `{from}` 네임스페이스에서 볼 수 없습니다 (NC, no cluster)"),
    );
    Fault { reason: "not-exported", status: 503, body: None, text, location: at }
}

/// A name of the cluster is a Service that is missing; any other host nobody told the mesh about.
fn unknown_host(cluster: &Cluster, host: &str, at: Location) -> (Target, Fault) {
    let suffix = format!(".svc.{}", cluster.settings.cluster_domain);
    if let Some((name, namespace)) = host.strip_suffix(&suffix).and_then(|it| it.split_once('.')) {
        let fault = missing_service(namespace, name, at, 503);
        return (Target::Missing(namespace.to_owned(), name.to_owned()), fault);
    }
    let fault = Fault {
        reason: "unknown-host",
        status: 503,
        body: None,
        text: Text::new(
            format!("host `{host}` is no Service and no ServiceEntry (NC, no cluster)"),
            format!("`{host}` 호스트에 해당하는 Service나 ServiceEntry가 없습니다 (NC, no cluster)"),
        ),
        location: at,
    };
    (Target::Host(host.to_owned()), fault)
}

/// At a gateway the only port of the Service, else the server's number; in the mesh always the dialled port.
pub(super) fn infer_port(proxy: &Proxy<'_>, service: &Found<'_, Service>) -> u16 {
    match service.object.ports.as_slice() {
        [only] if proxy.is_gateway => only.port.value,
        _ => proxy.port,
    }
}

/// The TLS mode that a DestinationRule tells a proxy for a port of a host, and where it stands; the host comes with the
/// namespace of its Service or ServiceEntry.
pub fn tls_mode<'a>(
    cluster: &'a Cluster,
    proxy: &Proxy<'_>,
    host: (&str, &str),
    subset: Option<&str>,
) -> Option<(&'a str, Location)> {
    let (rule, tls) = client_tls(cluster, proxy, host, subset)?;
    Some((tls.mode.value.as_str(), rule.at(tls.mode.span)))
}

/// The `tls` that holds for a port of a host, with its DestinationRule; the host comes with the namespace of its Service or
/// ServiceEntry, the port is that of the proxy.
fn client_tls<'a>(
    cluster: &'a Cluster,
    proxy: &Proxy<'_>,
    (host, namespace): (&str, &str),
    subset: Option<&str>,
) -> Option<(Found<'a, DestinationRule>, &'a ClientTls)> {
    let rules = rules_for(cluster, proxy, host, namespace);
    let of_subset = rules.iter().find_map(|it| {
        let found = it.object.subsets.iter().find(|known| Some(known.name.value.as_str()) == subset)?;
        Some((*it, &found.tls))
    });
    let of_all = rules.iter().map(|it| (*it, &it.object.tls)).find(|(_, policy)| policy.is_told);
    // What a subset says, for the port or as a whole, goes before all that is said of the host
    // (`pilot/pkg/networking/util`, `MergeSubsetTrafficPolicy`).
    for (rule, policy) in of_subset.into_iter().chain(of_all) {
        match (policy.port(proxy.port), &policy.whole) {
            // "Fields that a port's own settings omit have their default."
            (Some(tls), _) => return Some((rule, tls?)),
            (None, Some(tls)) => return Some((rule, tls)),
            (None, None) => {}
        }
    }
    None
}

/// What a DestinationRule says of TLS towards a backend.
struct Told<'a> {
    rule: Found<'a, DestinationRule>,
    tls: &'a ClientTls,
    /// A Service or a ServiceEntry selects the Pods that answer, which may have sidecars.
    has_sidecars: bool,
    /// The server name of `ISTIO_MUTUAL`: the one that is told, else that of the cluster.
    name: String,
}

impl<'a> Told<'a> {
    fn of(cluster: &'a Cluster, proxy: &Proxy<'_>, backend: &Backend) -> Option<Self> {
        let proxy = Proxy { port: backend.port.unwrap_or(proxy.port), ..proxy.clone() };
        let subset = backend.subset.as_ref().map(|(name, _)| name.as_str());
        let (host, namespace) = match &backend.target {
            Target::Service(id) => {
                let service = cluster.get::<Service>(*id)?;
                (host_of(cluster, &service), service.namespace().to_owned())
            }
            Target::Host(host) => {
                let namespace = entry_namespace(cluster, host, proxy.port, proxy.namespace)?;
                (host.clone(), namespace.to_owned())
            }
            Target::Missing(..) | Target::Balancer(_) => return None,
        };
        let (rule, tls) = client_tls(cluster, &proxy, (&host, &namespace), subset)?;
        let has_sidecars = match &backend.target {
            Target::Host(host) => host_port(cluster, host, proxy.port).is_some_and(|it| it.selects()),
            _ => true,
        };
        let of_cluster = || cluster_name(&host, proxy.port, subset);
        Some(Self { rule, tls, has_sidecars, name: tls.sni.clone().unwrap_or_else(of_cluster) })
    }
}

/// The TLS that a proxy begins towards a backend, because a DestinationRule says so.
///
/// `SIMPLE` and `MUTUAL` send the name of `sni`, else the host of the request (`auto_sni`). `ISTIO_MUTUAL` is ended by the
/// sidecar of the Pods that a Service or ServiceEntry selects, who see none of it; any other host sees it, with the name of
/// the cluster as its own.
/// Source: istio `pilot/pkg/networking/core/cluster_tls.go` (`buildUpstreamTLSSettings`).
pub(crate) fn begun_tls(cluster: &Cluster, proxy: &Proxy<'_>, backend: &Backend) -> Option<BegunTls> {
    let Told { rule, tls, has_sidecars, name } = Told::of(cluster, proxy, backend)?;
    let name = match (tls.mode.value.as_str(), &tls.sni) {
        ("ISTIO_MUTUAL", _) if has_sidecars => return None,
        ("SIMPLE" | "MUTUAL", None) => ServerName::OfRequest,
        ("SIMPLE" | "MUTUAL" | "ISTIO_MUTUAL", _) => ServerName::Fixed(name),
        _ => return None,
    };
    Some(BegunTls { name, by: Some((rule.id, rule.at(tls.mode.span), tls.mode.value.clone())) })
}

/// The server name of the mesh's own TLS that a DestinationRule makes a proxy begin towards a backend: `ISTIO_MUTUAL`.
pub(crate) fn mutual_name(cluster: &Cluster, proxy: &Proxy<'_>, backend: &Backend) -> Option<String> {
    let told = Told::of(cluster, proxy, backend)?;
    (told.tls.mode.value == "ISTIO_MUTUAL").then_some(told.name)
}

/// The name of the cluster of a port of a host, as mutual TLS of the mesh sends it (istio `BuildDNSSrvSubsetKey`).
pub(crate) fn cluster_name(host: &str, port: u16, subset: Option<&str>) -> String {
    format!("outbound_.{port}_.{}_.{host}", subset.unwrap_or_default())
}

/// A route to a Service as it is, without a VirtualService.
pub(crate) fn plain(service: &Found<'_, Service>, port: u16) -> Backend {
    Backend::plain(whole(service), Target::Service(service.id), Some(port))
}

/// A route to a host of a ServiceEntry as it is.
pub(crate) fn host(host: &str, port: u16) -> Backend {
    Backend::plain(Origin::default(), Target::Host(host.to_owned()), Some(port))
}
