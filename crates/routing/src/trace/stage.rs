//! One proxy after the other: each takes the request, answers it, or hands it on.

mod admit;
mod connect;
mod fault;
mod outside;
mod sign_in;

use std::borrow::Cow;

use podpath_cluster::{Cluster, Endpoint, Found, NoEndpoints, ResourceId, endpoints};
use podpath_objects::{Labels, Service, ServicePort};
use podpath_source::Text;

use super::end::End;
use super::entry::client_hop;
use super::guard::Unmodelled;
use super::health;
use super::mesh::{Identity, JwtRule, Mesh, is_normal};
use super::network::Source;
use super::{CallerTls, Entry, Hop, Mirror, Outcome, Trace, TracedBackend, Upstream, answer, verdicts, words};
use crate::change::{apply_filters, location};
use crate::choose::{Choice, choose_listener, choose_rule};
use crate::cors;
use crate::gateways::{Gateway, alb, istio};
use crate::request::{Request, Scheme, normalized};
use crate::table::{
    Action, Backend, BegunTls, Cors, Filter, HeaderChange, Listener, Protocol, Response, Rule, Table, Target,
};
use crate::tables::Tables;
use admit::{Called, Port};
use fault::aborted;

/// A chain of proxies longer than this is a loop.
pub(super) const MAX_STAGES: u8 = 6;

/// A request on its way.
pub(super) struct Walk<'a> {
    pub(super) cluster: &'a Cluster,
    pub(super) tables: &'a Tables,
    pub(super) trace: Trace,
    pub(super) stages: u8,
    is_grpc: bool,
    /// The proxy that it is at speaks HTTP, so it can answer.
    speaks_http: bool,
    /// Who hands the request to the next one, when that is a proxy of the mesh.
    peer: Option<Identity>,
    /// What the caller is told to speak.
    tls: CallerTls,
    /// Who sent the request first, as the last gateway found it.
    remote_ip: Option<Option<String>>,
    /// Whose connection it is.
    pub(super) source: Source,
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
        Self {
            cluster,
            tables,
            trace,
            stages: 0,
            is_grpc: request.scheme.is_grpc(),
            speaks_http: true,
            peer,
            tls,
            remote_ip: None,
            n_entered: 0,
            source,
            proxy: None,
        }
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
        let sender = self.proxy;
        if let Some(end) = self.reach(table, request.port) {
            return self.finish(end);
        }
        let listener = match choose_listener(table, &request) {
            Ok(listener) => listener,
            Err(why) => {
                self.hop(words::no_listener_hop(table, &request, why));
                let end = End::no_listener(self.cluster, table, &request, why);
                let is_behind_alb = sender.is_some_and(|it| it.name == alb::GATEWAY.name);
                return self.finish(if is_behind_alb { end.bad_gateway() } else { end });
            }
        };
        self.speaks_http = matches!(listener.protocol, Protocol::Http | Protocol::Https);
        if self.speaks_http && table.is_of_mesh() && !is_normal(&request.path) {
            // "The normalized paths are used in routing decisions, policies, and the path that goes on."
            request.path = Mesh::of(self.cluster).path_form.of(&request.path);
        }
        let mut token = None;
        if !table.is_mesh() {
            match self.pass_gateway(table, &request) {
                Ok(None) => {}
                Ok(Some((accepted, rule))) => (request, token) = (accepted, Some(rule)),
                Err(end) => {
                    self.trace
                        .hops
                        .insert(self.n_entered, answer::listener_hop(self.cluster, table, listener, &request));
                    return self.finish(*end);
                }
            }
        }
        let Some(seen) = seen_by(table, listener, &request) else {
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

    fn act(mut self, table: &Table, choice: &Choice<'_>, rule: &Rule, request: Request) -> Trace {
        if let (Some(told), Some(hop)) = (words::faults(rule), self.trace.hops.last_mut()) {
            hop.detail =
                Text::new(format!("{}; {}", hop.detail.en, told.en), format!("{}. {}", hop.detail.ko, told.ko));
        }
        if let Some(end) = sign_in::stop(rule, &request, self.cluster.settings.now) {
            if end.status.is_some_and(|it| it >= 400) {
                self.mark(Text::new("not signed in", "로그인 안 됨"));
            }
            return self.finish(end);
        }
        if let Some((response, grpc_status)) = aborted(rule, &request) {
            return self.abort(table, choice, rule, &response, grpc_status, &request);
        }
        let preflight = cors::of(&rule.filters).filter(|_| cors::is_preflight(&request));
        if let Some(cors) = preflight.filter(|it| !it.forwards_unmatched || cors::answer(it, &request).is_some()) {
            return self.preflight(table, choice, rule, cors, &request);
        }
        match &rule.action {
            Action::Unsupported(field) => self.finish(End::unsupported_at(field.clone(), rule.origin.location)),
            Action::Redirect(redirect) => {
                // The port of the request is that of the listener; TLS that ended here still counts for the scheme.
                let mut seen = request.clone();
                if choice.listener.protocol == Protocol::Https {
                    seen.scheme = Scheme::Https;
                }
                let to = location(redirect, rule, &seen);
                let end = End::redirected(self.cluster, table, rule, redirect.status, &to);
                self.trace.location = Some(to);
                // What is done to answers holds for those of the proxy itself; nothing goes on that could be copied.
                self.change_answer(&rule.filters, &request);
                self.finish(end)
            }
            Action::Respond(response) => {
                self.take_side_effects(&rule.filters, &request);
                if response.status >= 400 {
                    self.mark_failed(response);
                }
                let end = End::responded(self.cluster, table, choice, rule, response, &request);
                self.finish(end)
            }
            Action::Forward(backends) => self.forward(table, rule, backends, request),
        }
    }

    /// `fault.abort` of all requests: the proxy answers before anything else is done.
    fn abort(
        mut self,
        table: &Table,
        choice: &Choice<'_>,
        rule: &Rule,
        response: &Response,
        grpc_status: Option<&'static str>,
        request: &Request,
    ) -> Trace {
        self.mark(Text::new("fault is injected", "장애 주입"));
        let end = End::responded(self.cluster, table, choice, rule, response, request);
        let mut trace = self.finish(end);
        trace.grpc_status = grpc_status.or(trace.grpc_status);
        trace
    }

    /// "The gateway answers preflight requests": what is not allowed is not answered with CORS headers.
    fn preflight(mut self, table: &Table, choice: &Choice<'_>, rule: &Rule, cors: &Cors, request: &Request) -> Trace {
        let allowed = cors::preflight(cors, request);
        let (status, reason) = match allowed {
            Some(_) => (cors.status, "cors-preflight"),
            None => (403, "cors-origin-not-allowed"),
        };
        if let Some(hop) = self.trace.hops.last_mut().filter(|_| allowed.is_none()) {
            hop.failed = true;
            hop.brief = Text::new("origin not allowed", "허용되지 않은 출처");
        }
        self.trace.response.extend(allowed);
        let response = Response { status, body: None, reason };
        let end = End::responded(self.cluster, table, choice, rule, &response, request);
        self.finish(end)
    }

    fn forward(mut self, table: &Table, rule: &Rule, backends: &[Backend], mut request: Request) -> Trace {
        let used = backends.iter().filter(|it| it.weight > 0);
        let filters = rule.filters.iter().chain(used.flat_map(|it| &it.filters));
        let unsupported = filters.into_iter().find_map(|it| match it {
            Filter::Unsupported(field) => Some(field.clone()),
            _ => None,
        });
        if let Some(field) = unsupported {
            return self.finish(End::unsupported_at(field, rule.origin.location));
        }
        let asked = request.clone();
        apply_filters(&rule.filters, rule, &mut request);
        self.take_side_effects(&rule.filters, &asked);
        let backends = &self.with_tls(table, backends);
        self.trace.backends = answer::shares(self.cluster, rule, backends, &request, table.is_of_mesh());
        if table.gateway.is_load_balancer
            && let Some(hop) = self.trace.hops.last_mut()
        {
            health::tell(self.cluster, self.tables, table, backends, hop);
        }
        let Some(live) = answer::live(&self.trace.backends) else {
            let faulty = backends.iter().find(|it| it.weight > 0 && it.fault.is_some());
            return self.no_backend(table, faulty, rule);
        };
        let Some(backend) = backends.iter().filter(|it| it.weight > 0).nth(live) else {
            return self.no_backend(table, None, rule);
        };
        self.take_side_effects(&backend.filters, &asked);
        apply_filters(&backend.filters, rule, &mut request);
        let upstream = answer::upstream(backend, request.clone());
        self.begin_tls(backend, &upstream);
        self.trace.upstream = Some(upstream);
        self.arrive(backend, live, request)
    }

    /// The backends with the TLS that a proxy of the mesh begins towards them; they are copied where it begins some.
    fn with_tls<'b>(&self, table: &Table, backends: &'b [Backend]) -> Cow<'b, [Backend]> {
        let mut all = Cow::Borrowed(backends);
        if !table.is_of_mesh() {
            return all;
        }
        for (i, backend) in backends.iter().enumerate().filter(|(_, it)| it.tls.is_none() && it.fault.is_none()) {
            if let Some(tls) = self.tls_to(backend)
                && let Some(it) = all.to_mut().get_mut(i)
            {
                it.tls = Some(tls);
            }
        }
        all
    }

    /// What a DestinationRule says to the proxy that the request is at.
    fn tls_to(&self, backend: &Backend) -> Option<BegunTls> {
        let Source::Pod { namespace, labels } = &self.source else { return None };
        // Of the port, that of the backend counts.
        let proxy = istio::Proxy { namespace, labels, port: 0, is_gateway: false };
        istio::begun_tls(self.cluster, &proxy, backend)
    }

    /// TLS that the caller's proxy begins around bytes that it does not read.
    pub(super) fn begin_own_tls(&mut self, backend: Backend, request: &Request) {
        let backend = Backend { tls: self.tls_to(&backend), ..backend };
        if backend.tls.is_some() {
            let upstream = answer::upstream(&backend, request.clone());
            self.begin_tls(&backend, &upstream);
            self.trace.upstream = Some(upstream);
        }
    }

    /// Tells where TLS begins.
    fn begin_tls(&mut self, backend: &Backend, upstream: &Upstream) {
        let told = backend.tls.as_ref().and_then(|tls| words::tls_hop(self.cluster, tls, upstream));
        self.trace.hops.extend(told);
    }

    /// Mirrors, and what is done to the answer.
    fn take_side_effects(&mut self, filters: &[Filter], request: &Request) {
        self.change_answer(filters, request);
        for filter in filters {
            if let Filter::Mirror { target, port, fraction } = filter {
                let (target, fraction) = (target.clone(), *fraction);
                self.trace.mirrors.push(Mirror { target, port: *port, fraction });
            }
        }
    }

    fn change_answer(&mut self, filters: &[Filter], request: &Request) {
        for filter in filters {
            match filter {
                Filter::ResponseHeaders(change) => self.trace.response.push(change.clone()),
                Filter::Hsts(value) => {
                    let set = vec![("Strict-Transport-Security".to_owned(), value.clone())];
                    self.trace.response.push(HeaderChange { set, ..HeaderChange::default() });
                }
                Filter::Cors(cors) => self.trace.response.extend(cors::answer(cors, request)),
                Filter::AllowOrigin => self.trace.response.extend(cors::allow_origin(request)),
                _ => {}
            }
        }
    }

    /// Nobody can take any share.
    fn no_backend(mut self, table: &Table, faulty: Option<&Backend>, rule: &Rule) -> Trace {
        let Some((backend, fault)) = faulty.and_then(|it| Some((it, it.fault.as_ref()?))) else {
            self.mark_no_rule();
            return self.finish(End::no_weight(rule));
        };
        self.hop(words::faulty_hop(self.cluster, backend, fault));
        self.finish(End::faulty(table, backend, fault))
    }

    /// The request is at a live backend: its Pods get it, or they are a gateway and hand it on.
    fn arrive(mut self, backend: &Backend, live: usize, request: Request) -> Trace {
        let found = self.trace.backends.get(live).map(|it| it.endpoints.clone()).unwrap_or_default();
        let only = self.trace.backends.len() == 1;
        if let Some((table, port)) = self.gateway_behind(&found, backend.port).filter(|_| only) {
            self.trace.backends.clear();
            let request = self.begun_anew(backend, request);
            return self.run(table, Request { port, ..request });
        }
        let service = match &backend.target {
            Target::Service(id) => self.cluster.get::<Service>(*id),
            Target::Balancer(id) => return self.at_balancer(*id, only, backend, request),
            Target::Missing(..) | Target::Host(_) => None,
        };
        match service {
            Some(service) => self.at_service(&service, backend.port, backend.subset.as_ref(), &found, &request),
            None => self.at_host(backend, &found, &request),
        }
    }

    /// The request as it comes to the next proxy where a load balancer begins TLS, which tells no server name, or a proxy of
    /// the mesh does.
    fn begun_anew(&self, backend: &Backend, request: Request) -> Request {
        match &backend.tls {
            Some(tls) if tls.by.is_some() || self.proxy.is_some_and(|it| it.is_load_balancer) => {
                let name = answer::server_name(&tls.name, &request).unwrap_or_default();
                Request { scheme: request.scheme.with_tls(), sni: Some(name), ..request }
            }
            _ => request,
        }
    }

    /// The request is at another load balancer, whose rules go on with it; shares of several are not followed.
    fn at_balancer(mut self, id: ResourceId, only: bool, backend: &Backend, request: Request) -> Trace {
        let (Some(table), true) = (self.tables.application(id), only) else {
            return self.finish(End::unsupported_at(backend.origin.path.clone(), backend.origin.location));
        };
        self.trace.backends.clear();
        let port = backend.port.unwrap_or(request.port);
        self.run(table, Request { port, ..request })
    }

    /// The policies of the mesh at a gateway of Istio, whose own identity the next one sees.
    fn pass_gateway(&mut self, table: &Table, request: &Request) -> Result<Option<(Request, JwtRule)>, Box<End>> {
        self.n_entered = self.trace.hops.len();
        let (Source::Pod { namespace, labels }, "istio") = (self.source.clone(), table.gateway.name) else {
            self.peer = None;
            return Ok(None);
        };
        let passed = self.enter_gateway(&namespace, &labels, None, request);
        self.peer = Some(Identity::of_pods(self.cluster, &namespace, &labels));
        self.tls = CallerTls::Auto;
        passed
    }

    /// The gateway that these endpoints are, and its port.
    pub(super) fn gateway_behind(&self, found: &[Endpoint], service_port: Option<u16>) -> Option<(&'a Table, u16)> {
        let endpoint = found.first()?;
        let pods = self.cluster.pod_source(endpoint.source?)?;
        let (table, port) = self.tables.played(self.cluster, &pods, endpoint.port, service_port)?;
        Some((table, port?))
    }

    pub(super) fn at_service(
        mut self,
        service: &Found<'_, Service>,
        port: Option<u16>,
        subset: Option<&(String, Labels)>,
        found: &[Endpoint],
        request: &Request,
    ) -> Trace {
        let entry = answer::entry_of(service.object, port, request);
        let ready: Vec<_> = found.iter().filter(|it| it.ready).cloned().collect();
        let why = entry.and_then(|entry| endpoints(self.cluster, service, entry).1);
        // A WorkloadEntry may answer where no Pod does.
        let why = why.filter(|_| ready.iter().all(|it| it.serves_still));
        self.hop(words::service_hop(self.cluster, service, entry, subset, &ready, why, self.proxy));
        self.at_pods(service, entry, (subset, why), found, request)
    }

    /// The request is at the Pods of a Service; nobody may be there, and `why` says why.
    pub(super) fn at_pods(
        mut self,
        service: &Found<'_, Service>,
        entry: Option<&ServicePort>,
        (subset, why): (Option<&(String, Labels)>, Option<NoEndpoints>),
        found: &[Endpoint],
        request: &Request,
    ) -> Trace {
        let ready: Vec<_> = found.iter().filter(|it| it.ready).cloned().collect();
        if let Some(end) = self.connect(&ready, entry.map_or("TCP", |it| &it.protocol)) {
            return self.finish(end);
        }
        let (of_subset, subset) = (subset, subset.map(|(name, _)| name.as_str()));
        let called = entry.map(|port| Called { port: Port::Service(service, port), subset });
        if let Some(end) = self.admit(called, &ready, request) {
            return self.finish(end);
        }
        if let Some(end) = self.close_shares(found) {
            return self.finish(end);
        }
        self.hop(words::endpoint_hop(self.cluster, service, &ready, why));
        let end = if ready.is_empty() {
            End::no_endpoints(self.cluster, service, of_subset, why)
        } else {
            End::delivered(self.cluster, service, &ready, &self.trace)
        };
        self.finish(end)
    }

    /// A call to a Pod itself, by its address or by a name of its own.
    pub(super) fn deliver_to_pod(mut self, endpoint: Endpoint, name: Option<&str>, request: Request) -> Trace {
        if let Some(end) = self.connect(std::slice::from_ref(&endpoint), request.scheme.transport()) {
            return self.finish(end);
        }
        if let Some(end) = self.admit(None, std::slice::from_ref(&endpoint), &request) {
            return self.finish(end);
        }
        let verdict = verdicts::pod(self.cluster, &endpoint, name);
        self.hop(words::pod_hop(self.cluster, &endpoint, name));
        self.trace.backends = vec![TracedBackend {
            target: Target::Host(endpoint.address.clone().unwrap_or_else(|| request.host.clone())),
            port: Some(endpoint.port),
            subset: None,
            weight: (1, 1),
            fault: None,
            endpoints: vec![endpoint],
            upstream: None,
        }];
        self.trace.upstream = Some(Upstream { request, tls: "none", sni: None });
        self.finish(End { outcome: Outcome::Delivered, status: None, reason: "delivered".into(), body: None, verdict })
    }
}

/// The request as the rules of a listener see it: before TLS ends there is nothing but the server name. None when its path
/// cannot be read.
fn seen_by<'a>(table: &Table, listener: &Listener, request: &'a Request) -> Option<Cow<'a, Request>> {
    if matches!(listener.protocol, Protocol::TlsPassthrough | Protocol::TlsTerminate) {
        return Some(Cow::Owned(Request { host: request.server_name().to_ascii_lowercase(), ..request.clone() }));
    }
    if table.gateway.normalizes_paths {
        let path = normalized(&request.path)?;
        // A final dot of the Host does not count (nginx, `ngx_http_validate_host`).
        let host = request.host.strip_suffix('.').unwrap_or(&request.host).to_owned();
        let source_ip = table.real_ip.as_ref().map_or_else(|| request.source_ip.clone(), |it| it.client(request));
        return Some(Cow::Owned(Request { host, path, source_ip, ..request.clone() }));
    }
    Some(Cow::Borrowed(request))
}

impl Table {
    /// It is the sidecar of a caller.
    pub fn is_mesh(&self) -> bool {
        self.gateway.name.ends_with("-mesh")
    }

    /// It is that, or a gateway of Istio.
    fn is_of_mesh(&self) -> bool {
        self.is_mesh() || self.gateway.name == istio::GATEWAY.name
    }
}
