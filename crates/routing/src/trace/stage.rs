//! One proxy after the other: each takes the request, answers it, or hands it on.

mod act;
mod address;
mod admit;
mod arrive;
mod begun;
mod called;
mod connect;
mod fault;
mod gate;
mod member;
mod outside;
mod policies;

use std::borrow::Cow;
use std::cell::OnceCell;

use podpath_cluster::Cluster;
use podpath_source::Text;

use super::end::End;
use super::entry::client_hop;
use super::guard::Unmodelled;
use super::mesh::{Identity, Injection, Mesh, is_normal};
use super::network::Source;
use super::{CallerTls, Entry, Hop, Trace, answer, words};
use crate::choose::{Choice, choose_listener, choose_rule};
use crate::gateways::gateway_api::{self, MeshPods};
use crate::gateways::{Gateway, alb, istio};
use crate::request::{Request, Scheme, normalized};
use crate::table::{Access, Listener, Protocol, Response, Table};
use crate::tables::Tables;

use address::address_of;

/// A chain of proxies longer than this is a loop.
pub(super) const MAX_STAGES: u8 = 6;

/// A request on its way.
pub(super) struct Walk<'a> {
    pub(super) cluster: &'a Cluster,
    pub(super) tables: &'a Tables,
    pub(super) trace: Trace,
    pub(super) stages: u8,
    /// What the mesh is set to, read when the first proxy asks.
    settings: OnceCell<Mesh>,
    /// What injects sidecars.
    injection: Injection<'a>,
    is_grpc: bool,
    /// The proxy that it is at speaks HTTP, so it can answer.
    speaks_http: bool,
    /// Who hands the request to the next one, when that is a proxy of the mesh.
    peer: Option<Identity>,
    /// That one shows its certificate to the next one, a gateway.
    shows_peer: bool,
    /// What the caller is told to speak.
    tls: CallerTls,
    /// Whence the client's own connections come, where that is known.
    client_ip: Option<String>,
    /// Who sent the request first, as the last gateway found it.
    remote_ip: Option<Option<String>>,
    /// Whose connection it is.
    pub(super) source: Source,
    /// The Pods of the gateway that it is at, where istiod plays a Gateway of the Gateway API.
    gateway_pods: Option<MeshPods>,
    /// How many hops there were when it came to the proxy that it is at.
    n_entered: usize,
    /// The proxy that makes the connection; none when the client itself does.
    pub(super) proxy: Option<&'static Gateway>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(cluster: &'a Cluster, tables: &'a Tables, request: &Request, entry: &Entry) -> Self {
        let trace = Trace { hops: vec![client_hop(request, entry)], ..Trace::default() };
        let source = match entry {
            Entry::Internet | Entry::LoadBalancer(_) => Source::Network,
            Entry::Gateway(_) => Source::Given,
            Entry::Workload { namespace, labels } => Source::pod(namespace, labels),
            Entry::Pod(caller) => Source::pod(&caller.namespace, &caller.labels),
        };
        let (peer, tls) = match entry {
            Entry::Pod(caller) => (caller.identity(), caller.tls),
            _ => (None, CallerTls::Auto),
        };
        let of_pod = || matches!(entry, Entry::Pod(_)).then(|| address_of(cluster, &source)).flatten();
        let client_ip = request.source_ip.clone().or_else(of_pod);
        Self {
            cluster,
            tables,
            trace,
            stages: 0,
            settings: OnceCell::new(),
            injection: Injection::new(cluster),
            is_grpc: request.scheme.is_grpc(),
            speaks_http: true,
            peer,
            shows_peer: false,
            tls,
            client_ip,
            remote_ip: None,
            n_entered: 0,
            source,
            gateway_pods: None,
            proxy: None,
        }
    }

    /// What the mesh is set to.
    fn mesh(&self) -> &Mesh {
        self.settings.get_or_init(|| Mesh::of(self.cluster))
    }

    pub(super) fn hop(&mut self, hop: Hop) {
        self.trace.hops.push(hop);
    }

    /// Ends the way.
    pub(super) fn finish(mut self, end: End) -> Trace {
        let end = if self.speaks_http { end } else { end.closed() };
        self.trace.outcome = end.outcome;
        self.trace.status = end.status;
        let end = if self.is_grpc { end.of_grpc() } else { end };
        self.trace.grpc_status = if self.is_grpc { end.grpc_status() } else { None };
        self.trace.reason = end.reason;
        self.trace.body = end.body;
        self.trace.verdict = end.verdict;
        self.trace
    }

    /// Takes the request through a table, and on.
    pub(super) fn run(mut self, table: &Table, mut request: Request) -> Trace {
        self.stages += 1;
        if self.stages > MAX_STAGES {
            return self.finish(End::unsupported("a loop of proxies".into()));
        }
        if let Some(frozen) = table.frozen.first() {
            self.hop(words::frozen_hop(table, frozen));
            let end = End::frozen(self.cluster, table, frozen);
            return self.finish(end);
        }
        let (sender, mut opener) = (self.proxy, self.opener());
        let is_behind_alb = sender.is_some_and(|it| it.name == alb::GATEWAY.name);
        if let Some(end) = self.reach(table, request.port) {
            return self.finish(end);
        }
        let listener = match choose_listener(table, &request) {
            Ok(listener) => listener,
            Err(why) => {
                self.hop(words::no_listener_hop(table, &request, why));
                let end = End::no_listener(self.cluster, table, &request, why);
                return self.finish(match sender.and_then(unreached) {
                    Some(status) => end.bad_gateway(status),
                    None => end,
                });
            }
        };
        // Other listeners do not ask for a certificate.
        opener.identity = opener.identity.filter(|_| listener.access == Access::ClientCertificate);
        self.speaks_http = matches!(listener.protocol, Protocol::Http | Protocol::Https);
        self.gateway_pods = gateway_api::mesh_pods(self.cluster, table);
        if self.speaks_http && self.is_in_mesh(table) && !is_normal(&request.path) {
            // "The normalized paths are used in routing decisions, policies, and the path that goes on."
            request.path = self.mesh().path_form.of(&request.path);
        }
        let mut token = None;
        if !table.is_mesh() {
            match self.pass_gateway(table, &request, &opener) {
                Ok(None) => {}
                Ok(Some((accepted, rule))) => (request, token) = (accepted, rule),
                Err(end) => {
                    self.trace
                        .hops
                        .insert(self.n_entered, answer::listener_hop(self.cluster, table, listener, &request));
                    return self.finish(*end);
                }
            }
        }
        let Some(seen) = seen_by(table, listener, &request, is_behind_alb) else {
            self.hop(answer::listener_hop(self.cluster, table, listener, &request));
            return self.finish(End::unreadable_path(&request.path));
        };
        let choice = choose_rule(table, listener, &seen);
        self.push_hops(table, &choice, &seen);
        request.is_authenticated = false;
        if token.is_some_and(|it| !it.forwards) {
            request.claims = None;
        }
        match listener.protocol {
            Protocol::Https => request.scheme = if self.is_grpc { Scheme::Grpc } else { Scheme::Http },
            Protocol::TlsTerminate => request.scheme = request.scheme.without_tls(),
            _ => {}
        }
        match choice.rule {
            Some(rule) => self.act(table, &choice, rule, request),
            None => {
                self.mark_no_rule();
                let end = if self.speaks_http {
                    End::no_route(self.cluster, table, &choice, &request)
                } else {
                    End::refused("no-route", words::no_stream_route(table, listener.protocol, &request))
                };
                self.finish(end)
            }
        }
    }

    pub(super) fn unmodelled(self, found: Unmodelled) -> Trace {
        self.finish(End::unsupported_at(found.field, found.location))
    }

    fn push_hops(&mut self, table: &Table, choice: &Choice<'_>, request: &Request) {
        if table.gateway.is_load_balancer {
            self.hop(answer::load_balancer_hop(self.cluster, table, choice, request));
            return;
        }
        if !table.is_mesh() {
            self.hop(answer::gateway_hop(self.cluster, table, choice, request));
        }
        if !table.is_mesh() || !table.members.is_empty() {
            self.hop(answer::route_hop(self.cluster, table, choice, request));
        }
    }

    fn mark_no_rule(&mut self) {
        self.mark(Text::new("no rule takes it", "맞는 규칙 없음"));
    }

    /// An answer of a proxy that is an error, but for the one that stands for no rule at all.
    fn mark_failed(&mut self, response: &Response) {
        match response.reason {
            "no-route" => self.mark_no_rule(),
            _ => self.mark(Text::new(format!("answers {}", response.status), format!("{} 응답", response.status))),
        }
    }

    fn mark(&mut self, brief: Text) {
        if let Some(hop) = self.trace.hops.last_mut() {
            hop.failed = true;
            hop.brief = brief;
        }
    }
}

/// What a proxy answers where its own connection is refused or closed: an ALB 502 (Elastic Load Balancing user guide, "HTTP
/// 502"), Envoy 503 (response flag UF).
fn unreached(sender: &Gateway) -> Option<u16> {
    match sender.name {
        name if name == alb::GATEWAY.name => Some(502),
        name if name == istio::GATEWAY.name || name == istio::MESH.name => Some(503),
        _ => None,
    }
}

/// The request as the rules of a listener see it: before TLS ends there is nothing but the server name. None when its path
/// cannot be read.
fn seen_by<'a>(
    table: &Table,
    listener: &Listener,
    request: &'a Request,
    is_behind_alb: bool,
) -> Option<Cow<'a, Request>> {
    if matches!(listener.protocol, Protocol::TlsPassthrough | Protocol::TlsTerminate) {
        return Some(Cow::Owned(Request { host: request.server_name().to_ascii_lowercase(), ..request.clone() }));
    }
    if table.gateway.normalizes_paths {
        let path = normalized(&request.path)?;
        // A final dot of the Host does not count (nginx, `ngx_http_validate_host`).
        let host = request.host.strip_suffix('.').unwrap_or(&request.host).to_owned();
        let source_ip = match &table.real_ip {
            Some(it) => it.client(request),
            // An ALB connects by an address of its own, which manifests do not name.
            None if is_behind_alb => None,
            None => request.source_ip.clone(),
        };
        return Some(Cow::Owned(Request { host, path, source_ip, ..request.clone() }));
    }
    Some(Cow::Borrowed(request))
}
