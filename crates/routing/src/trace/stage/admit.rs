//! The policies of the mesh at a proxy that takes the request: at a gateway, and at the sidecar of the Pods.

use podpath_cluster::{Cluster, Endpoint, Found, PodSource, endpoints};
use podpath_objects::{EntryPort, Labels, Service, ServiceEntry, ServicePort};
use podpath_source::Location;

use super::Walk;
use crate::gateways::istio::{self, Speaks};
use crate::gateways::{Gateway, alb};
use crate::request::Request;
use crate::trace::end::End;
use crate::trace::entry::services_of;
use crate::trace::mesh::ambient;
use crate::trace::mesh::{
    self, Decision, Identity, Injected, JwtRule, Mesh, Mode, Mtls, Seen, Sidecar, Verified, Workload,
    words as mesh_words,
};
use crate::trace::network::Source;
use crate::trace::{CallerTls, Hop, Outcome, Verdict, words};

/// What a connection to Pods carries.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Link {
    Plain,
    Mutual,
    /// TLS that is not the mesh's: where it is told.
    Other(Location),
}

/// The port that a connection is for.
#[derive(Clone, Copy)]
pub(super) struct Called<'a> {
    pub(super) port: Port<'a>,
    pub(super) subset: Option<&'a str>,
}

/// A port of a Service, or of a ServiceEntry by one of its hosts.
#[derive(Clone, Copy)]
pub(super) enum Port<'a> {
    Service(&'a Found<'a, Service>, &'a ServicePort),
    Entry(&'a str, &'a Found<'a, ServiceEntry>, &'a EntryPort),
}

/// What a port says that it speaks.
#[derive(Clone, Copy)]
struct Spoken {
    /// HTTP, or it is looked into.
    may_be_http: bool,
    /// HTTP and nothing else.
    says_http: bool,
}

impl Spoken {
    fn of(port: &ServicePort) -> Self {
        let may_be_http = istio::is_http(port);
        Self { may_be_http, says_http: may_be_http && istio::is_declared(port) }
    }
}

impl Port<'_> {
    fn number(self) -> u16 {
        match self {
            Self::Service(_, port) => port.port.value,
            Self::Entry(.., port) => port.number,
        }
    }

    fn spoken(self) -> Spoken {
        match self {
            Self::Service(_, port) => Spoken::of(port),
            Self::Entry(.., port) => {
                let speaks = Speaks::read(&port.protocol);
                let says_http = speaks == Speaks::Http;
                Spoken { may_be_http: says_http || speaks == Speaks::Unknown, says_http }
            }
        }
    }

    /// The host, and the namespace of its Service or ServiceEntry.
    fn host(&self, cluster: &Cluster) -> (String, &str) {
        match self {
            Self::Service(service, _) => (istio::host_of(cluster, service), service.namespace()),
            Self::Entry(host, entry, _) => ((*host).to_owned(), entry.namespace()),
        }
    }

    /// Proxies begin mutual TLS towards it of their own: not where it says that it is outside of the mesh, as a ServiceEntry
    /// does unless told (istio `pilot/pkg/networking/core/cluster_tls.go`, `buildUpstreamTLSSettings`).
    fn is_internal(self) -> bool {
        match self {
            Self::Service(..) => true,
            Self::Entry(_, entry, _) => entry.object.is_internal,
        }
    }
}

/// Hops of policies, and how the way ends where they stop it.
type Passed = (Vec<Hop>, Option<End>);

/// The same, with the request as a right token leaves it, and the rule that took the token.
type Asked = (Vec<Hop>, Option<End>, Option<(Request, JwtRule)>);

impl<'w> Walk<'w> {
    /// Whether the sidecars of these Pods let the request in. Ends the way when none does.
    pub(super) fn admit(&mut self, called: Option<Called<'_>>, found: &[Endpoint], request: &Request) -> Option<End> {
        let mut lost = None;
        for endpoint in found {
            let pod = endpoint.source.and_then(|it| self.cluster.pod_source(it))?;
            match self.admit_pod(called, &pod, endpoint.port, request) {
                (hops, None) => {
                    self.trace.hops.extend(hops);
                    return None;
                }
                (hops, Some(end)) => lost = lost.or(Some((hops, end))),
            }
        }
        let (hops, end) = lost?;
        if end.outcome != Outcome::Unsupported {
            let reached = self.trace.backends.iter_mut().filter(|it| it.endpoints.iter().any(|it| found.contains(it)));
            reached.for_each(|it| it.fault = Some(end.reason.clone()));
        }
        self.trace.hops.extend(hops);
        Some(end)
    }

    fn admit_pod(&mut self, called: Option<Called<'_>>, pod: &PodSource<'w>, port: u16, request: &Request) -> Passed {
        let workload = Workload { namespace: pod.namespace, labels: &pod.template.labels, gateway: None };
        let mtls = mesh::mtls(self.cluster, &workload, Some(port));
        let sidecar = self.sidecar_at(pod, port);
        let link = self.link(called, &sidecar, mtls.mode);
        match sidecar.injected {
            Injected::No => {
                let policy = mesh::first_policy(self.cluster, &workload);
                let is_ambient = sidecar.reason != "excluded-port" && ambient::is_ambient(self.cluster, pod);
                if let Some((_, at)) = policy.filter(|_| is_ambient) {
                    return (vec![], Some(End::unsupported_at(ambient::MODE.into(), at)));
                }
                let hops =
                    policy.map(|it| mesh_words::in_vain_hop(self.cluster, it, &sidecar.text)).into_iter().collect();
                let end = (link == Link::Mutual).then(|| self.not_connected(&none_of(&mtls), pod, request));
                (hops, end)
            }
            Injected::Yes => {
                let (hops, end) = self.at_sidecar(called, pod, port, request, &mtls, link);
                (hops, end.or_else(|| self.unread(called, pod, port, request)))
            }
            Injected::Unknown => {
                let (hops, end) = self.at_sidecar(called, pod, port, request, &mtls, link);
                let location = hops.last().and_then(|it| it.location);
                let unknown = |end: End| End {
                    outcome: Outcome::Unsupported,
                    status: None,
                    reason: format!("Namespace {}", pod.namespace),
                    body: None,
                    verdict: words::undecided(&sidecar.text, location.or(end.verdict.location).unwrap_or_default()),
                };
                (hops, end.map(unknown))
            }
        }
    }

    /// A port that is kept from the sidecar counts as one of a Pod without.
    fn sidecar_at(&self, pod: &PodSource<'_>, port: u16) -> Sidecar {
        let excluded = pod.template.annotations.get("traffic.sidecar.istio.io/excludeInboundPorts").unwrap_or_default();
        if excluded.split(',').any(|it| it.trim() == port.to_string()) {
            let text = podpath_source::Text::new(
                format!("an annotation keeps port {port} from the sidecar"),
                format!("어노테이션 때문에 {port} 포트는 사이드카를 거치지 않습니다"),
            );
            return Sidecar::none("excluded-port", text);
        }
        mesh::Injection::new(self.cluster).sidecar(pod)
    }

    fn at_sidecar(
        &mut self,
        called: Option<Called<'_>>,
        pod: &PodSource<'w>,
        port: u16,
        request: &Request,
        mtls: &Mtls,
        link: Link,
    ) -> Passed {
        let inbound = istio::inbound(self.cluster, pod.namespace, &pod.template.labels, port);
        // TLS of its own a Sidecar ends where mutual TLS of the mesh is off alone.
        let ends_tls = inbound.as_ref().and_then(istio::Inbound::ends_tls).filter(|_| mtls.mode == Mode::Disable);
        let fails = match (mtls.mode, link) {
            (Mode::Strict, Link::Mutual) | (_, Link::Plain) => mtls.mode == Mode::Strict && link == Link::Plain,
            (Mode::Disable, Link::Mutual) | (Mode::Strict, Link::Other(_)) => true,
            (_, Link::Mutual | Link::Other(_)) => false,
        };
        let hop = mesh_words::mtls_hop(self.cluster, mtls, port, fails);
        let mut hops: Vec<Hop> = hop.into_iter().collect();
        if fails {
            return (hops, Some(self.not_connected(mtls, pod, request)));
        }
        // TLS that the sidecar does not end goes to the container as it is, but where the port says that it is HTTP.
        let foreign = match link {
            Link::Other(location) if ends_tls.is_none() => Some(location),
            _ => None,
        };
        let says_http = match &inbound {
            Some(it) => it.says_http(),
            None => called.is_some_and(|it| it.port.spoken().says_http),
        };
        if let Some(location) = foreign.filter(|_| says_http) {
            let words = |status| mesh_words::inbound::foreign_tls(location, status);
            return (hops, Some(self.closed("foreign-tls", request, words)));
        }
        hops.extend(inbound.as_ref().map(|it| mesh_words::inbound::inbound_hop(self.cluster, it, port)));
        if let Some((mode, location)) = ends_tls {
            if link == Link::Plain && !request.scheme.is_tls() {
                let words = |status| mesh_words::inbound::needs_tls(mode, location, status);
                return (hops, Some(self.closed("inbound-tls", request, words)));
            }
            if let Some(upstream) = self.trace.upstream.as_mut() {
                (upstream.tls, upstream.sni) = ("none", None);
            }
        }
        let mesh = Mesh::of(self.cluster);
        let peer = self.peer.clone();
        let sni = called.map(|it| {
            let (port, subset) = (it.port.number(), it.subset.unwrap_or_default());
            format!("outbound_.{port}_.{subset}_.{}", it.port.host(self.cluster).0)
        });
        let speaks_http = request.scheme.is_http() && !request.scheme.is_tls() && foreign.is_none();
        let seen = Seen {
            request,
            mesh: &mesh,
            identity: peer.as_ref().filter(|_| link == Link::Mutual),
            source_ip: self.source_ip(request),
            remote_ip: self.remote_ip(request),
            destination_ip: pod.ip.map(str::to_owned),
            port,
            is_http: speaks_http
                && match &inbound {
                    Some(inbound) => inbound.reads_http(),
                    None => self.spoken(called, pod, port).is_none_or(|it| it.may_be_http),
                },
            sni: sni.filter(|_| link == Link::Mutual),
            split_claims: vec![],
        };
        let workload = Workload { namespace: pod.namespace, labels: &pod.template.labels, gateway: None };
        let (more, end, accepted) = self.ask(&workload, seen);
        hops.extend(more);
        if let (Some((request, _)), Some(upstream)) = (accepted, self.trace.upstream.as_mut()) {
            (upstream.request.headers, upstream.request.query) = (request.headers, request.query);
        }
        (hops, end)
    }

    /// What CUSTOM, the token, DENY and ALLOW say, in this order; the request as a right token leaves it, with its rule.
    fn ask(&self, workload: &Workload<'_>, seen: Seen<'_>) -> Asked {
        let cluster = self.cluster;
        let mut hops = Vec::new();
        if let Some((name, location)) = mesh::envoy_filter(cluster, workload) {
            return (hops, Some(End::unsupported_at(format!("EnvoyFilter {name}"), location)), None);
        }
        if let Some(answer) = mesh::external(cluster, workload, &seen) {
            hops.extend(mesh_words::authorization_hop(cluster, &answer));
            return (hops, authorization_end(cluster, &answer, &seen), None);
        }
        let mut accepted = None;
        let verified = if seen.is_http { mesh::verify(cluster, workload, seen.request) } else { Verified::NotAsked };
        match verified {
            Verified::NotAsked => {}
            Verified::Right(rule) => {
                hops.push(mesh_words::token_hop(cluster, &rule, None));
                let mut request = seen.request.clone();
                mesh::accept(&rule, &mut request);
                accepted = Some((request, rule));
            }
            Verified::Wrong(status, body, rule) => {
                hops.push(mesh_words::token_hop(cluster, &rule, Some(body)));
                let verdict = mesh_words::token_refused(cluster, &rule, status, body);
                let end = End::answered(status, "request-authentication", Some(body.into()), verdict);
                return (hops, Some(end), None);
            }
            Verified::Unknown(rule, why) => {
                return (hops, Some(undecided("request.headers.authorization".into(), &why, rule.location)), None);
            }
        }
        let (answer, end) = {
            let seen = match &accepted {
                Some((request, rule)) => Seen { request, split_claims: rule.split_claims.clone(), ..seen },
                None => seen,
            };
            let answer = mesh::decide(cluster, workload, &seen);
            let end = authorization_end(cluster, &answer, &seen);
            (answer, end)
        };
        hops.extend(mesh_words::authorization_hop(cluster, &answer));
        (hops, end, accepted)
    }

    /// The policies at a gateway of the mesh, before a route is chosen. The request as a right token leaves it.
    pub(super) fn enter_gateway(
        &mut self,
        namespace: &str,
        labels: &Labels,
        gateway: Option<&str>,
        request: &Request,
    ) -> Result<Option<(Request, JwtRule)>, Box<End>> {
        let mesh = Mesh::of(self.cluster);
        let remote_ip = self.remote_ip_at_gateway(request, mesh::trusted_proxies(self.cluster, namespace, labels));
        self.remote_ip = Some(remote_ip.clone());
        let seen = Seen {
            request,
            mesh: &mesh,
            // A gateway takes no mutual TLS of the mesh: callers of the mesh speak plain text to it.
            identity: None,
            source_ip: self.arrived.clone(),
            remote_ip,
            destination_ip: None,
            port: request.port,
            is_http: self.speaks_http,
            sni: request.scheme.is_tls().then(|| request.server_name().to_owned()),
            split_claims: vec![],
        };
        let workload = Workload { namespace, labels, gateway };
        let (hops, end, accepted) = self.ask(&workload, seen);
        self.trace.hops.extend(hops);
        end.map_or(Ok(accepted), |end| Err(Box::new(end)))
    }

    /// What the connection carries: what the caller is told to, a DestinationRule, or what the proxy finds right.
    fn link(&self, called: Option<Called<'_>>, sidecar: &Sidecar, mode: Mode) -> Link {
        if self.peer.is_none() {
            return Link::Plain;
        }
        match self.tls {
            CallerTls::Plaintext => return Link::Plain,
            CallerTls::Mutual => return Link::Mutual,
            CallerTls::Auto => {}
        }
        if let (Some(called), Source::Pod { namespace, labels }) = (called, &self.source) {
            let proxy = istio::Proxy { namespace, labels, port: called.port.number(), is_gateway: false };
            let (host, space) = called.port.host(self.cluster);
            match istio::tls_mode(self.cluster, &proxy, (&host, space), called.subset) {
                Some(("DISABLE", _)) => return Link::Plain,
                Some(("ISTIO_MUTUAL", _)) => return Link::Mutual,
                Some(("SIMPLE" | "MUTUAL", location)) => return Link::Other(location),
                _ => {}
            }
        }
        let takes = sidecar.injected != Injected::No;
        let begins = called.is_some_and(|it| it.port.is_internal()) && Mesh::of(self.cluster).auto_mtls;
        let is_mutual = takes && mode != Mode::Disable && begins;
        if is_mutual { Link::Mutual } else { Link::Plain }
    }

    /// The two ends do not speak the same.
    fn not_connected(&self, mtls: &Mtls, pod: &PodSource<'_>, request: &Request) -> End {
        let name = words::name_of(self.cluster, Some(pod.id)).en;
        let words = |status| mesh_words::not_connected(self.cluster, mtls, &name, status);
        self.closed("peer-authentication", request, words)
    }

    /// What a port of Pods speaks, as their proxy knows it by a port of a Service: the one that is called, else the
    /// first that leads there; none where no Service does.
    fn spoken(&self, called: Option<Called<'_>>, pod: &PodSource<'w>, port: u16) -> Option<Spoken> {
        if let Some(called) = called {
            return Some(called.port.spoken());
        }
        services_of(self.cluster, pod.namespace, &pod.template.labels).find_map(|service| {
            let leads = |it: &&ServicePort| {
                endpoints(self.cluster, &service, it).0.iter().any(|it| it.source == Some(pod.id) && it.port == port)
            };
            service.object.ports.iter().find(leads).map(Spoken::of)
        })
    }

    /// A sidecar reads a port that is declared as HTTP, and as nothing else: TLS and other bytes find no filter chain there, or
    /// are no HTTP to it (istio `pilot/pkg/networking/core/listener_inbound.go`, and `sidecar_simulation_test.go`,
    /// `TestInbound`). A Sidecar's own `ingress` says otherwise.
    fn unread(&self, called: Option<Called<'_>>, pod: &PodSource<'w>, port: u16, request: &Request) -> Option<End> {
        let is_read = request.scheme.is_http() && !request.scheme.is_tls();
        if is_read || request.scheme.transport() != "TCP" {
            return None;
        }
        self.spoken(called, pod, port).filter(|it| it.says_http)?;
        if istio::inbound(self.cluster, pod.namespace, &pod.template.labels, port).is_some() {
            return None;
        }
        let name = words::name_of(self.cluster, Some(pod.id)).en;
        let verdict = mesh_words::inbound::reads_http(&name, port, request.scheme.is_tls());
        let reason = "not-http".into();
        Some(End { outcome: Outcome::Refused, status: None, reason, body: None, verdict })
    }

    /// The sidecar closes the connection: a proxy answers, a client sees it closed.
    fn closed(&self, reason: &str, request: &Request, words: impl FnOnce(Option<u16>) -> Verdict) -> End {
        let status =
            self.proxy.filter(|_| request.scheme.is_http()).map(|it| if it.is_load_balancer { 502 } else { 503 });
        let outcome = if status.is_some() { Outcome::Answered } else { Outcome::Refused };
        End { outcome, status, reason: reason.into(), body: None, verdict: words(status) }
    }

    /// Who opened the connection that is being looked at.
    pub(super) fn source_ip(&self, request: &Request) -> Option<String> {
        let is_of_caller = self.proxy.is_none_or(|it| it.name.ends_with("-mesh"));
        let given = request.source_ip.clone().filter(|_| is_of_caller);
        given.or_else(|| match &self.source {
            Source::Pod { namespace, labels } => {
                let fits = |it: &PodSource<'_>| it.namespace == namespace && labels.is_subset_of(&it.template.labels);
                self.cluster.pod_sources().find(fits)?.ip.map(str::to_owned)
            }
            Source::Client(ip) => Some(ip.clone()),
            _ => None,
        })
    }

    /// Who sent the request first, as a sidecar sees it: what the gateway found, else the last of `x-forwarded-for`.
    fn remote_ip(&self, request: &Request) -> Option<String> {
        if let Some(found) = &self.remote_ip {
            return found.clone();
        }
        forwarded(request, self.proxy).pop().unwrap_or_else(|| self.source_ip(request))
    }

    /// The same at a gateway, which trusts as many entries of `x-forwarded-for` as it is told; none unless told.
    fn remote_ip_at_gateway(&self, request: &Request, trusted: usize) -> Option<String> {
        let chain = forwarded(request, self.behind);
        let at = chain.len().checked_sub(trusted).filter(|_| trusted > 0);
        at.and_then(|at| chain.get(at).cloned()).unwrap_or_else(|| self.arrived.clone())
    }
}

/// What stands in `x-forwarded-for` when the request comes from a proxy. An ALB appends the address of the client, which the
/// request may not tell; an NLB looks into no request.
fn forwarded(request: &Request, proxy: Option<&Gateway>) -> Vec<Option<String>> {
    let header = request.header("x-forwarded-for").unwrap_or_default();
    let entries = header.split(',').map(str::trim).filter(|it| !it.is_empty());
    let appended = proxy.filter(|it| it.name == alb::GATEWAY.name).map(|_| request.source_ip.clone());
    entries.map(|it| Some(it.to_owned())).chain(appended).collect()
}

/// No policy decides, whatever the Pods have.
fn none_of(mtls: &Mtls) -> Mtls {
    Mtls { mode: Mode::Permissive, by: None, ..mtls.clone() }
}

fn undecided(field: String, why: &podpath_source::Text, location: Location) -> End {
    let verdict = words::undecided(why, location);
    End { outcome: Outcome::Unsupported, status: None, reason: field, body: None, verdict }
}

fn authorization_end(cluster: &podpath_cluster::Cluster, answer: &mesh::Answer, seen: &Seen<'_>) -> Option<End> {
    match &answer.decision {
        Decision::Open | Decision::Allowed(_) => None,
        Decision::Unknown(field, location, why) => Some(undecided(field.clone(), why, *location)),
        Decision::Denied(_) | Decision::NotAllowed => {
            let verdict = mesh_words::denied(cluster, answer);
            let body = Some("RBAC: access denied".to_owned());
            let end = End::answered(403, "authorization-policy", body, verdict);
            Some(if seen.is_http { end } else { end.closed() })
        }
    }
}

impl Identity {
    /// The identity of Pods: their namespace, and the ServiceAccount that the manifests give them.
    pub(super) fn of_pods(cluster: &podpath_cluster::Cluster, namespace: &str, labels: &Labels) -> Self {
        let fits = |it: &PodSource<'_>| it.namespace == namespace && labels.is_subset_of(&it.template.labels);
        let account = cluster.pod_sources().find(fits).map(|pod| {
            pod.template.service_account.as_ref().map_or_else(|| "default".to_owned(), |it| it.value.clone())
        });
        Self { namespace: namespace.to_owned(), account }
    }
}
