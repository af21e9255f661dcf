//! What a sidecar knows of the mesh: the egress hosts of the Sidecar that holds for it, and what is exported to it; and what
//! it makes of calls that come in.
//!
//! Source: istio `pilot/pkg/model/sidecar.go`. One that selects the Pod goes before that of its namespace, before that of
//! the root namespace.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{IngressListener, Labels, Service, Sidecar, VirtualService};
use podpath_source::Location;

use super::destination::{self, Proxy};
use super::entry::Speaks;
use super::mesh::served;
use super::names::{age_key, full_host, host_of, sees_service};
use super::route::number;
use crate::gateways::origin;
use crate::pattern::HostPattern;
use crate::table::{Action, Backend, Protocol, Rule, Table};

/// The Sidecar that holds for a proxy; gateways have none.
pub fn sidecar_of<'a>(cluster: &'a Cluster, proxy: &Proxy<'_>) -> Option<Found<'a, Sidecar>> {
    if proxy.is_gateway {
        return None;
    }
    let oldest = |namespace: &str, fits: &dyn Fn(&Sidecar) -> bool| {
        let found = cluster.in_namespace::<Sidecar>(namespace).filter(|it| fits(it.object));
        found.min_by(|a, b| age_key(a).cmp(&age_key(b)))
    };
    let selects = |it: &Sidecar| it.selector.as_ref().is_some_and(|it| it.is_subset_of(proxy.labels));
    let is_whole = |it: &Sidecar| it.selector.is_none();
    oldest(proxy.namespace, &selects)
        .or_else(|| oldest(proxy.namespace, &is_whole))
        .or_else(|| oldest(&cluster.settings.mesh_root_namespace, &is_whole))
}

/// The table of the proxy that a Sidecar names for calls to what is in no registry (`outboundTrafficPolicy.egressProxy`); none
/// where it names none, or lets nothing out.
///
/// Source: istio `networking/core/listener.go` (`buildOutboundCatchAllNetworkFilterChains`), `httproute.go`
/// (`buildCatchAllVirtualHost`): the cluster of this destination takes the place of the passthrough one.
pub fn egress_proxy(cluster: &Cluster, proxy: &Proxy<'_>, is_http: bool) -> Option<Table> {
    let sidecar = sidecar_of(cluster, proxy).filter(|it| it.object.keeps_inside == Some(false))?;
    let told = sidecar.object.egress_proxy.as_ref()?;
    let origin = origin(&sidecar, told.host.span, "spec.outboundTrafficPolicy.egressProxy");
    let backend = Backend { weight: 1, ..destination::to(cluster, proxy, (&sidecar, &origin), told) };
    let host = told.host.value.clone();
    let mut rules = vec![Rule::plain(origin.clone(), "egressProxy", Action::Forward(vec![backend]))];
    number(&mut rules);
    let protocol = if is_http { Protocol::Http } else { Protocol::Tcp };
    Some(served(&host, proxy, protocol, origin, vec![sidecar.id], rules))
}

/// What the Sidecar of Pods says of a port of theirs that is called.
///
/// A Sidecar with `ingress` replaces what the proxy makes of Services: a port that it lists is read as it says and goes to
/// `defaultEndpoint`; any other passes as it is, to the same port. Source: istio `networking/core/listener_inbound.go`
/// (`buildInboundChainConfigs`, `buildInboundPassthroughChains`), `cluster_builder.go` (`buildInboundClustersFromSidecar`).
#[derive(Clone, Copy, Debug)]
pub struct Inbound<'a> {
    /// The Sidecar.
    pub sidecar: Found<'a, Sidecar>,
    /// Its listener for the port; none where it lists others alone.
    pub listener: Option<&'a IngressListener>,
}

impl Inbound<'_> {
    /// The proxy reads HTTP: it is told so, or it looks; that of HTTPS where TLS ends here.
    pub fn reads_http(&self) -> bool {
        self.listener.is_none_or(|it| match Speaks::read(&it.protocol) {
            Speaks::Http | Speaks::Unknown => true,
            Speaks::Tls => it.protocol.eq_ignore_ascii_case("HTTPS") && self.ends_tls().is_some(),
            Speaks::Bytes => false,
        })
    }

    /// The proxy is told that it is HTTP, so it does not look.
    pub fn says_http(&self) -> bool {
        self.listener.is_some_and(|it| Speaks::read(&it.protocol) != Speaks::Unknown) && self.reads_http()
    }

    /// The proxy ends TLS that is not the mesh's: the mode, and where it stands.
    pub fn ends_tls(&self) -> Option<(&str, Location)> {
        let mode = self.listener?.tls.as_ref()?;
        let ends = !matches!(mode.value.as_str(), "PASSTHROUGH" | "AUTO_PASSTHROUGH");
        ends.then(|| (mode.value.as_str(), self.sidecar.at(mode.span)))
    }
}

/// What comes in at a port of Pods; none where no Sidecar says anything of it.
pub fn inbound<'a>(cluster: &'a Cluster, namespace: &str, labels: &Labels, port: u16) -> Option<Inbound<'a>> {
    let proxy = Proxy { namespace, labels, port, is_gateway: false };
    let sidecar = sidecar_of(cluster, &proxy).filter(|it| !it.object.ingress.is_empty())?;
    let listener = sidecar.object.ingress.iter().find(|it| it.port.value == port);
    Some(Inbound { sidecar, listener })
}

/// Whether a proxy knows a Service by its own name.
pub fn knows(cluster: &Cluster, proxy: &Proxy<'_>, service: &Found<'_, Service>) -> bool {
    let host = HostPattern::parse(&host_of(cluster, service));
    sees_service(cluster, service, proxy.namespace)
        && takes(cluster, proxy, service.namespace(), &|it| it.intersect(&host).is_some())
}

/// Whether a proxy knows a host of a ServiceEntry of a namespace: an egress host holds the whole of it.
pub(super) fn knows_entry(cluster: &Cluster, proxy: &Proxy<'_>, namespace: &str, host: &HostPattern) -> bool {
    takes(cluster, proxy, namespace, &|it| it.intersect(host).as_ref() == Some(host))
}

/// Whether a proxy knows a VirtualService: one of its hosts is among the egress hosts.
pub(super) fn knows_route(cluster: &Cluster, proxy: &Proxy<'_>, route: &Found<'_, VirtualService>) -> bool {
    let hosts = route.object.hosts.iter().map(|it| full_host(cluster, &it.value, route.namespace()));
    let hosts: Vec<_> = hosts.map(|it| HostPattern::parse(&it)).collect();
    takes(cluster, proxy, route.namespace(), &|it| hosts.iter().any(|host| host.intersect(it).is_some()))
}

/// One of the egress hosts for the port and a namespace fits. An entry of `egress` with a port is for that port, the one
/// without for all others (`GetEgressListenerForRDS`).
fn takes(cluster: &Cluster, proxy: &Proxy<'_>, namespace: &str, fits: &dyn Fn(&HostPattern) -> bool) -> bool {
    let Some(sidecar) = sidecar_of(cluster, proxy) else { return true };
    let Some(egress) = &sidecar.object.egress else { return true };
    let Some(listener) = egress.iter().find(|it| it.port.is_none_or(|port| port == proxy.port)) else { return false };
    listener.hosts.iter().any(|it| {
        let (space, host) = it.value.split_once('/').unwrap_or(("*", it.value.as_str()));
        let is_space = match space {
            "*" => true,
            "." => namespace == proxy.namespace,
            other => other == namespace,
        };
        is_space && fits(&HostPattern::parse(host))
    })
}
