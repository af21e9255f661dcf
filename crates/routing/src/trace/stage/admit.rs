//! The sidecar of Pods that a connection comes to: mutual TLS, other TLS, and the policies there.

use podpath_cluster::{Endpoint, PodSource, endpoints};
use podpath_objects::ServicePort;
use podpath_source::{Location, Text};

use super::Walk;
use super::called::{Called, Spoken};
use crate::gateways::istio;
use crate::request::Request;
use crate::trace::end::End;
use crate::trace::entry::services_of;
use crate::trace::mesh::ambient;
use crate::trace::mesh::{self, Injected, Mode, Mtls, Seen, Sidecar, Workload, words as mesh_words};
use crate::trace::{CallerTls, Hop, Outcome, Verdict, words};

/// What a connection to Pods carries.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Link {
    Plain,
    Mutual,
    /// TLS that is not the mesh's: where it is told.
    Other(Location),
}

impl Link {
    /// A sidecar that takes this mode closes it. TLS that is not the mesh's is no mutual TLS, and bytes where that is off.
    fn fails(self, mode: Mode) -> bool {
        match self {
            Self::Plain | Self::Other(_) => mode == Mode::Strict,
            Self::Mutual => mode == Mode::Disable,
        }
    }
}

/// A connection that comes to Pods.
#[derive(Clone, Copy)]
struct Coming<'a> {
    /// None where a Pod itself is called.
    called: Option<Called<'a>>,
    pod: &'a PodSource<'a>,
    /// The port of the Pods.
    port: u16,
    request: &'a Request,
}

/// Hops of policies, and how the way ends where they stop it.
type Passed = (Vec<Hop>, Option<End>);

impl Walk<'_> {
    /// Whether the sidecars of these Pods let the request in. Ends the way when none does.
    pub(super) fn admit(&mut self, called: Option<Called<'_>>, found: &[Endpoint], request: &Request) -> Option<End> {
        let mut lost = None;
        for endpoint in found {
            let pod = endpoint.source.and_then(|it| self.cluster.pod_source(it))?;
            match self.admit_pod(Coming { called, pod: &pod, port: endpoint.port, request }) {
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

    fn admit_pod(&mut self, coming: Coming<'_>) -> Passed {
        let Coming { called, pod, port, request } = coming;
        let workload = Workload { namespace: pod.namespace, labels: &pod.template.labels, gateway: None };
        let mtls = mesh::mtls(self.cluster, &workload, Some(port));
        let sidecar = self.injection.sidecar(pod);
        // istiod does not know of ports that go past the sidecar: callers begin mutual TLS towards them as towards the others
        // ("Does Auto mTLS work with excludeInboundPorts? No").
        let link = self.link(called, &sidecar, mtls.mode);
        // Where there is none, an annotation about its ports says nothing.
        let past = bypassed(pod, port).filter(|_| sidecar.injected != Injected::No);
        let sidecar = past.unwrap_or(sidecar);
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
                let (hops, end) = self.at_sidecar(coming, &mtls, link);
                (hops, end.or_else(|| self.unread(coming)))
            }
            Injected::Unknown => {
                let (hops, end) = self.at_sidecar(coming, &mtls, link);
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

    fn at_sidecar(&mut self, coming: Coming<'_>, mtls: &Mtls, link: Link) -> Passed {
        let Coming { called, pod, port, request } = coming;
        let inbound = istio::inbound(self.cluster, pod.namespace, &pod.template.labels, port);
        // TLS of its own a Sidecar ends where mutual TLS of the mesh is off alone.
        let ends_tls = inbound.as_ref().and_then(istio::Inbound::ends_tls).filter(|_| mtls.mode == Mode::Disable);
        let fails = link.fails(mtls.mode);
        let mut hops: Vec<Hop> = mesh_words::mtls_hop(self.cluster, mtls, port, fails).into_iter().collect();
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
        let speaks_http = request.scheme.is_http() && !request.scheme.is_tls() && foreign.is_none();
        let seen = Seen {
            request,
            mesh: self.mesh(),
            identity: self.peer.as_ref().filter(|_| link == Link::Mutual),
            source_ip: self.source_ip(),
            remote_ip: self.remote_ip(request),
            destination_ip: pod.ip.map(str::to_owned),
            port,
            is_http: speaks_http
                && match &inbound {
                    Some(inbound) => inbound.reads_http(),
                    None => self.spoken(coming).is_none_or(|it| it.may_be_http),
                },
            sni: called.filter(|_| link == Link::Mutual).map(|it| it.server_name(self.cluster)),
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
        if let (Some(called), Some((namespace, labels))) = (called, self.own_pods()) {
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
        let begins = called.is_some_and(|it| it.port.is_internal()) && self.mesh().auto_mtls;
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
    fn spoken(&self, coming: Coming<'_>) -> Option<Spoken> {
        let Coming { called, pod, port, .. } = coming;
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
    fn unread(&self, coming: Coming<'_>) -> Option<End> {
        let Coming { pod, port, request, .. } = coming;
        let is_read = request.scheme.is_http() && !request.scheme.is_tls();
        if is_read || request.scheme.transport() != "TCP" {
            return None;
        }
        self.spoken(coming).filter(|it| it.says_http)?;
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
}

/// A port that annotations keep from the sidecar counts as one of a Pod without: one that `includeInboundPorts` does not
/// list, or, where it lists none or `*`, one that `excludeInboundPorts` does ("only applies when all inbound traffic is
/// redirected").
fn bypassed(pod: &PodSource<'_>, port: u16) -> Option<Sidecar> {
    let told = |key: &str| pod.template.annotations.get(key);
    let is_past = match told("traffic.sidecar.istio.io/includeInboundPorts") {
        Some(included) if included.trim() != "*" => !mesh::lists_port(included, port),
        _ => told("traffic.sidecar.istio.io/excludeInboundPorts").is_some_and(|it| mesh::lists_port(it, port)),
    };
    let text = Text::new(
        format!("an annotation keeps port {port} from the sidecar"),
        format!("어노테이션 때문에 {port} 포트는 사이드카를 거치지 않습니다"),
    );
    is_past.then(|| Sidecar::none("excluded-port", text))
}

/// No policy decides, whatever the Pods have.
fn none_of(mtls: &Mtls) -> Mtls {
    Mtls { mode: Mode::Permissive, by: None, ..mtls.clone() }
}
