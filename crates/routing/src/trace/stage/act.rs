//! What a rule makes of the request: it is answered, sent elsewhere, or handed to backends.

use podpath_source::Text;

use super::fault::aborted;
use super::{Walk, gate};
use crate::change::{apply_filters, location};
use crate::choose::Choice;
use crate::cors;
use crate::request::{Request, Scheme};
use crate::table::{Action, Backend, Cors, Filter, HeaderChange, Protocol, Response, Rule, Table};
use crate::trace::end::End;
use crate::trace::network::Source;
use crate::trace::{Mirror, Trace, health, shares, words};

impl Walk<'_> {
    pub(super) fn act(mut self, table: &Table, choice: &Choice<'_>, rule: &Rule, request: Request) -> Trace {
        if let (Some(told), Some(hop)) = (words::faults(rule), self.trace.hops.last_mut()) {
            hop.detail =
                Text::new(format!("{}; {}", hop.detail.en, told.en), format!("{}. {}", hop.detail.ko, told.ko));
        }
        if let Some(end) = gate::stop(rule, &request, self.cluster.settings.now) {
            match end.status {
                Some(401) => self.mark(Text::new("not signed in", "로그인 안 됨")),
                Some(464) => self.mark(Text::new("another protocol", "다른 프로토콜")),
                _ => {}
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
        self.trace.backends = shares::of(self.cluster, rule, backends, &request, self.is_in_mesh(table));
        if table.gateway.is_load_balancer
            && let Some(hop) = self.trace.hops.last_mut()
        {
            health::tell(self.cluster, self.tables, table, backends, hop);
        }
        let Some(live) = shares::live(&self.trace.backends) else {
            let faulty = backends.iter().find(|it| it.weight > 0 && it.fault.is_some());
            return self.no_backend(table, faulty, rule);
        };
        let Some(backend) = backends.iter().filter(|it| it.weight > 0).nth(live) else {
            return self.no_backend(table, None, rule);
        };
        self.take_side_effects(&backend.filters, &asked);
        apply_filters(&backend.filters, rule, &mut request);
        let upstream = shares::upstream(backend, request.clone());
        self.begin_tls(backend, &upstream);
        self.trace.upstream = Some(upstream);
        if backend.keeps_client && self.source == Source::Network {
            self.keep_client(&request);
        }
        self.arrive(backend, live, request)
    }

    /// Mirrors, and what is done to the answer.
    pub(super) fn take_side_effects(&mut self, filters: &[Filter], request: &Request) {
        self.change_answer(filters, request);
        for filter in filters {
            if let Filter::Mirror { target, port, fraction } = filter {
                let (target, fraction) = (target.clone(), *fraction);
                self.trace.mirrors.push(Mirror { target, port: *port, fraction });
            }
        }
    }

    pub(super) fn change_answer(&mut self, filters: &[Filter], request: &Request) {
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
}
