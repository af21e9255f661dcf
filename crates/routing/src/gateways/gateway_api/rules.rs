//! Rules of routes to rules of tables: matches, backends and their faults.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{BackendRef, Filter, FilterKind, GrpcMatch, HttpMatch, NamedMatch, PortRef, Service};
use podpath_source::{Span, Spanned};

use super::filter::{self, Holder};
use super::policy::Policies;
use super::refs;
use super::route::{Matches, Route, RouteRule};
use crate::gateways::{missing_port, service_by_host, service_of, service_target};
use crate::matcher::{Condition, Matcher};
use crate::pattern::{HostPattern, PathMatch, Pattern, TextMatch};
use crate::table::{Action, Backend, BegunTls, Fault, Rank, Response, Rule, ServerName, Target};

/// What all rules of a route share while they are lowered.
pub(super) struct Lowering<'a> {
    pub(super) cluster: &'a Cluster,
    pub(super) route: &'a Route<'a>,
    /// The hosts that it serves here; empty is every one.
    pub(super) hostnames: &'a [(HostPattern, Span)],
    /// In the mesh: the parent Service, which a consumer route may send to without a grant.
    pub(super) parent: Option<&'a Found<'a, Service>>,
    /// At a listener of a gateway that may begin TLS of its own: how it is spoken to backends.
    pub(super) policies: Option<&'a Policies<'a>>,
}

/// Conditions of one match, with its place.
type Match = (Vec<Matcher>, Span, String);

impl Lowering<'_> {
    /// Matches of a rule are alternatives, so each is a rule of its own.
    pub(super) fn rules(&self) -> Vec<Rule> {
        let mut rules = Vec::new();
        let hosts = self.ranked_hosts();
        let name = format!("{}/{}", self.route.namespace(), self.route.name());
        for (r, rule) in self.route.rules().iter().enumerate() {
            let (filters, action) = (filter::lower(self, rule.filters, Holder::Rule(r)), self.action(rule, r));
            for (matchers, span, path) in self.matches(rule, r) {
                rules.push(Rule {
                    origin: self.route.origin(span, path),
                    label: format!("rules[{r}]"),
                    priority: None,
                    matchers,
                    rank: Rank {
                        created: self.route.entry.resource.meta.created.clone(),
                        name: name.clone(),
                        order: rules.len(),
                        hosts: hosts.clone(),
                    },
                    filters: filters.clone(),
                    action: action.clone(),
                });
            }
        }
        rules
    }

    /// "Precedence must be given to rules from the HTTPRoute with the largest number of characters in a matching
    /// non-wildcard hostname", then "in a matching hostname" (`HTTPRouteSpec.hostnames`): the route's own hostname is
    /// measured, not what a listener leaves of it. A route without hostnames goes last. Empty where no listener narrowed a
    /// hostname: then the matcher tells the same.
    fn ranked_hosts(&self) -> Vec<(HostPattern, (u8, usize))> {
        let own = |span: &Span| self.route.hostnames.iter().find(|it| it.span == *span);
        let specificity = |it: &Spanned<String>| HostPattern::parse(&it.value).specificity();
        let rank = |span: &Span| own(span).map_or((0, 0), specificity);
        if self.hostnames.iter().all(|(it, span)| it.specificity() == rank(span)) {
            return vec![];
        }
        self.hostnames.iter().map(|(it, span)| (it.clone(), rank(span))).collect()
    }

    fn matches(&self, rule: &RouteRule<'_>, r: usize) -> Vec<Match> {
        let path = |m: usize| format!("spec.rules[{r}].matches[{m}]");
        match rule.matches {
            Matches::Http(all) => {
                all.iter().enumerate().map(|(m, it)| (self.http_matchers(it), it.span, path(m))).collect()
            }
            Matches::Grpc(all) => {
                all.iter().enumerate().map(|(m, it)| (self.grpc_matchers(it), it.span, path(m))).collect()
            }
            Matches::Connection => vec![(self.host(), rule.span, format!("spec.rules[{r}]"))],
        }
    }

    fn matcher(&self, condition: Condition, span: Span) -> Matcher {
        Matcher::new(condition, self.route.at(span))
    }

    fn host(&self) -> Vec<Matcher> {
        let Some((_, span)) = self.hostnames.first() else { return vec![] };
        let patterns = self.hostnames.iter().map(|(pattern, _)| pattern.clone()).collect();
        vec![self.matcher(Condition::Host(patterns), *span)]
    }

    fn http_matchers(&self, found: &HttpMatch) -> Vec<Matcher> {
        let mut matchers = self.host();
        let path = found.path.value.clone();
        let path = match found.path_type.value.as_str() {
            "Exact" => PathMatch::Exact(path),
            "RegularExpression" => PathMatch::Regex(Pattern::new(&path)),
            _ => PathMatch::Elements(path),
        };
        matchers.push(self.matcher(Condition::Path(path), found.path.span));
        if let Some(method) = &found.method {
            matchers.push(self.matcher(Condition::Method(TextMatch::Exact(method.value.clone())), method.span));
        }
        self.headers(&found.headers, &mut matchers);
        let mut seen: Vec<&str> = Vec::new();
        for parameter in &found.query {
            if !seen.contains(&parameter.name.as_str()) {
                let condition = Condition::Query(parameter.name.clone(), text_match(parameter));
                matchers.push(self.matcher(condition, parameter.span));
                seen.push(&parameter.name);
            }
        }
        matchers
    }

    /// The path of a call is `/SERVICE/METHOD`; what is not told matches all.
    fn grpc_matchers(&self, found: &GrpcMatch) -> Vec<Matcher> {
        let mut matchers = self.host();
        matchers.push(self.matcher(Condition::Grpc, found.span));
        let text = |it: &Spanned<String>| {
            if found.is_pattern {
                TextMatch::Regex(Pattern::new(&it.value))
            } else {
                TextMatch::Exact(it.value.clone())
            }
        };
        if let Some(service) = &found.service {
            matchers.push(self.matcher(Condition::GrpcService(text(service)), service.span));
        }
        if let Some(method) = &found.method {
            matchers.push(self.matcher(Condition::GrpcMethod(text(method)), method.span));
        }
        self.headers(&found.headers, &mut matchers);
        matchers
    }

    /// "If multiple entries specify equivalent header names, only the first entry MUST be considered."
    fn headers(&self, headers: &[NamedMatch], matchers: &mut Vec<Matcher>) {
        let mut seen: Vec<&str> = Vec::new();
        for header in headers {
            if !seen.iter().any(|it| it.eq_ignore_ascii_case(&header.name)) {
                matchers.push(self.matcher(Condition::Header(header.name.clone(), text_match(header)), header.span));
                seen.push(&header.name);
            }
        }
    }

    /// What an invalid backend answers: 500. Of GRPCRoutes "`UNAVAILABLE` statuses MUST be returned", which is what a
    /// client of gRPC makes of 503.
    fn invalid_status(&self) -> u16 {
        if self.route.kind == "GRPCRoute" { 503 } else { 500 }
    }

    /// A redirect answers at once; a rule without backends, or with a sum of weights of 0, as an invalid backend does.
    fn action(&self, rule: &RouteRule<'_>, idx: usize) -> Action {
        let redirect = rule.filters.iter().find_map(|it| match &it.kind {
            FilterKind::Redirect(redirect) => Some(redirect),
            _ => None,
        });
        if let Some((reference, fault)) = self.unasked(rule.filters) {
            return Action::Forward(vec![Backend {
                origin: self.route.origin(reference.name.span, format!("spec.rules[{idx}].filters")),
                target: self.target(reference),
                port: reference.port.as_ref().map(|it| it.value),
                subset: None,
                weight: 1,
                filters: vec![],
                fault: Some(fault),
                tls: None,
                check: None,
                keeps_client: false,
            }]);
        }
        if let Some(redirect) = redirect {
            return Action::Redirect(filter::redirect(redirect));
        }
        if rule.backends.iter().all(|it| it.weight == 0) {
            return Action::Respond(Response { status: self.invalid_status(), body: None, reason: "no-backends" });
        }
        let backends = rule.backends.iter().enumerate();
        Action::Forward(backends.map(|(b, it)| self.backend(it, idx, b)).collect())
    }

    fn backend(&self, reference: &BackendRef, rule: usize, idx: usize) -> Backend {
        let target = self.target(reference);
        let service = service_of(self.cluster, &target);
        let port = reference.port.as_ref();
        let tls = service.as_ref().and_then(|it| self.policies?.tls(it, port?.value));
        let begun = |name: String| BegunTls { name: ServerName::Fixed(name), by: None };
        let (tls, broken) = tls.map_or((None, None), |it| (Some(begun(it.name)), it.fault));
        let (location, status) = (self.route.at(reference.name.span), self.invalid_status());
        let fault = self.fault(reference, service.as_ref()).or(broken.map(|it| Fault { status, location, ..it }));
        let fault = fault.or_else(|| self.unasked(&reference.filters).map(|(_, fault)| fault));
        Backend {
            origin: self.route.origin(reference.name.span, format!("spec.rules[{rule}].backendRefs[{idx}]")),
            fault,
            target,
            port: port.map(|it| it.value),
            subset: None,
            weight: reference.weight,
            filters: filter::lower(self, &reference.filters, Holder::Backend(rule, idx)),
            tls,
            check: None,
            keeps_client: false,
        }
    }

    /// Whom a reference means.
    pub(super) fn target(&self, reference: &BackendRef) -> Target {
        if refs::is_service(reference) {
            let namespace = refs::backend_namespace(self.route, reference);
            return service_target(self.cluster, namespace, &reference.name.value);
        }
        if refs::is_host(reference) && self.parent.is_some() {
            let host = &reference.name.value;
            return service_by_host(self.cluster, host)
                .map_or_else(|| Target::Host(host.clone()), |it| Target::Service(it.id));
        }
        Target::Host(format!("{} {}", reference.kind, reference.name.value))
    }

    /// Who is to be asked whether a request may pass, and cannot be: such a request must not go on.
    fn unasked<'b>(&self, filters: &'b [Filter]) -> Option<(&'b BackendRef, Fault)> {
        filters.iter().find_map(|it| match &it.kind {
            FilterKind::ExternalAuth(to) => Some((to, self.cannot_ask(to)?)),
            _ => None,
        })
    }

    /// Why a Service that only a filter names gets nothing.
    pub(super) fn cannot_ask(&self, reference: &BackendRef) -> Option<Fault> {
        self.fault(reference, service_of(self.cluster, &self.target(reference)).as_ref())
    }

    /// Why a backend gets nothing: what `ResolvedRefs` says, and a port that the Service does not offer.
    fn fault(&self, reference: &BackendRef, service: Option<&Found<'_, Service>>) -> Option<Fault> {
        let status = self.invalid_status();
        if let Some(fault) = refs::backend(self.cluster, self.route, reference, self.parent) {
            return Some(Fault { status, ..fault });
        }
        let (service, port) = (service?, reference.port.as_ref()?);
        let wanted = PortRef::Number(port.value);
        let transport = if self.route.kind == "UDPRoute" { "UDP" } else { "TCP" };
        let offered = service.object.port_over(transport, &wanted).is_some() || service.object.external_name.is_some();
        (!offered).then(|| missing_port(service, &wanted, self.route.at(port.span), status))
    }
}

fn text_match(found: &NamedMatch) -> TextMatch {
    match found.match_type.as_str() {
        "RegularExpression" => TextMatch::Regex(Pattern::new(&found.value)),
        _ => TextMatch::Exact(found.value.clone()),
    }
}
