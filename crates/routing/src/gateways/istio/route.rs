//! Rules of a VirtualService: matches, actions, rewrites, delegates.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{
    Abort, CorsPolicy, HttpFault, HttpMatchRequest, RouteRule, StringMatch, VirtualService, VsRedirect,
};
use podpath_order::OrdMap;
use podpath_source::{Spanned, Text};

use super::destination::{self, Proxy};
use super::filters::patched_routes;
use super::names::{full_gateway, full_host, service_by_host};
use super::{delegate, headers};
use crate::gateways::origin;
use crate::matcher::{Condition, Matcher, Mismatch};
use crate::pattern::{PathMatch, Pattern, TextMatch};
use crate::table::{
    Action, Backend, Cors, Filter, Origin, PathChange, Rank, Redirect, RedirectPort, Response, Rule, Target,
};

/// The rules that a VirtualService gives a proxy; each match is a rule of its own.
///
/// `gateway` is `mesh` or `namespace/name`.
pub(super) fn lower(
    cluster: &Cluster,
    proxy: &Proxy<'_>,
    owner: &Found<'_, VirtualService>,
    gateway: &str,
) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    let patched = patched_routes(cluster, proxy);
    // A rule that takes every request ends the VirtualService: what follows it is dropped.
    let mut is_closed = false;
    for (idx, rule) in owner.object.http.iter().enumerate() {
        let lowering = Lowering { cluster, proxy, owner, gateway, patched: &patched, idx };
        for mut lowered in lowering.rules(rule) {
            let takes_all = is_catch_all(&lowered);
            if is_closed {
                lowered.matchers.insert(0, after_catch_all(&lowered));
            }
            is_closed |= takes_all;
            rules.push(lowered);
        }
    }
    rules
}

/// True when no rule can take any request here: the VirtualService then counts as none.
pub(super) fn is_void(rules: &[Rule]) -> bool {
    let never = |it: &Matcher| matches!(it.condition, Condition::Never(_));
    rules.iter().all(|it| it.matchers.iter().any(never))
}

/// Why a rule that follows one which takes every request takes none.
pub const AFTER_CATCH_ALL: &str = "after-catch-all";

fn after_catch_all(rule: &Rule) -> Matcher {
    let location = rule.origin.location;
    let text = Text::new(
        "a rule before it in this VirtualService takes every request",
        "이 VirtualService의 앞 규칙이 모든 요청을 받습니다",
    );
    Matcher::new(Condition::Never(Mismatch { reason: AFTER_CATCH_ALL, text, location }), location)
}

#[derive(Clone, Copy)]
struct Lowering<'a> {
    cluster: &'a Cluster,
    proxy: &'a Proxy<'a>,
    owner: &'a Found<'a, VirtualService>,
    gateway: &'a str,
    /// The EnvoyFilters that change single routes, by the names of these.
    patched: &'a OrdMap<&'a str, &'a str>,
    idx: usize,
}

impl Lowering<'_> {
    /// The rules that an entry of `http` gives: its own, or those of the VirtualService that it delegates to.
    fn rules(&self, rule: &RouteRule) -> Vec<Rule> {
        let Some(to) = &rule.delegate else { return self.rule(rule, &[], self.owner) };
        let merged = match delegate::find(self.cluster, self.owner, to) {
            Ok(found) => delegate::merge(self.cluster, self.owner, rule, found),
            Err(why) => vec![Err(why)],
        };
        let lower = |merged: Result<delegate::Merged<'_>, Mismatch>| match merged {
            Err(why) => vec![self.vanished(rule, why)],
            Ok(it) => Lowering { owner: &it.owner, idx: it.idx, ..*self }.rule(&it.rule, &it.of_root, self.owner),
        };
        merged.into_iter().flat_map(lower).collect()
    }

    /// A rule that delegates and comes to nothing stays, with the reason.
    fn vanished(&self, rule: &RouteRule, why: Mismatch) -> Rule {
        let location = why.location;
        Rule {
            origin: origin(self.owner, rule.span, format!("spec.http[{}]", self.idx)),
            label: format!("http[{}]", self.idx),
            priority: None,
            matchers: vec![Matcher::new(Condition::Never(why), location)],
            rank: Rank::default(),
            filters: vec![],
            action: Action::Forward(vec![]),
        }
    }

    /// One rule for each match; `of_root` holds for each match what `root` adds to it.
    fn rule(&self, rule: &RouteRule, of_root: &[HttpMatchRequest], root: &Found<'_, VirtualService>) -> Vec<Rule> {
        let place = format!("spec.http[{}]", self.idx);
        let action = match rule.name.as_ref().and_then(|it| self.patched.get(it.as_str())) {
            Some(filter) => Action::Unsupported(format!("EnvoyFilter {filter}")),
            None => self.action(rule, &place),
        };
        let filters = self.filters(rule);
        let make = |span, path: String, matchers| Rule {
            origin: origin(self.owner, span, path),
            label: format!("http[{}]", self.idx),
            priority: None,
            matchers,
            rank: Rank::default(),
            filters: filters.clone(),
            action: action.clone(),
        };
        if rule.matches.is_empty() {
            return vec![make(rule.span, place, vec![])];
        }
        let with_root = |m: usize, it: &HttpMatchRequest| {
            let mut matchers =
                of_root.get(m).map_or_else(Vec::new, |it| Lowering { owner: root, ..*self }.matchers(it));
            matchers.extend(self.matchers(it));
            matchers
        };
        if self.owner.id != root.id {
            let matches = rule.matches.iter().enumerate();
            return matches.map(|(m, it)| make(rule.span, place.clone(), with_root(m, it))).collect();
        }
        let matches = rule.matches.iter().enumerate();
        matches.map(|(m, it)| make(it.span, format!("{place}.match[{m}]"), self.matchers(it))).collect()
    }

    fn matchers(&self, found: &HttpMatchRequest) -> Vec<Matcher> {
        let at = |condition, span| Matcher::new(condition, self.owner.at(span));
        let mut matchers: Vec<Matcher> = self.never(found).into_iter().collect();
        if let Some(uri) = &found.uri {
            matchers.push(at(Condition::Path(path_match(&uri.value, found.ignores_uri_case)), uri.span));
        }
        let texts = [
            (&found.method, Condition::Method as fn(TextMatch) -> Condition),
            (&found.scheme, Condition::Scheme),
            (&found.authority, Condition::Authority),
        ];
        for (text, condition) in texts {
            matchers.extend(text.as_ref().map(|it| at(condition(text_match(&it.value)), it.span)));
        }
        matchers.extend(found.headers.iter().map(|(name, it)| {
            let text = text_match(&it.value);
            at(
                claim_keys(name).map_or_else(
                    || Condition::Header(name.clone(), text.clone()),
                    |keys| Condition::Claim(keys, text.clone()),
                ),
                it.span,
            )
        }));
        matchers.extend(found.without_headers.iter().map(|(name, it)| {
            let text =
                if it.value == StringMatch::Regex("*".into()) { TextMatch::Present } else { text_match(&it.value) };
            at(
                claim_keys(name).map_or_else(
                    || Condition::WithoutHeader(name.clone(), text.clone()),
                    |keys| Condition::WithoutClaim(keys, text.clone()),
                ),
                it.span,
            )
        }));
        let query = found.query.iter();
        matchers.extend(query.map(|(name, it)| at(Condition::Query(name.clone(), text_match(&it.value)), it.span)));
        matchers
    }

    /// What is decided by the proxy alone: its gateway, port, labels and namespace.
    fn never(&self, found: &HttpMatchRequest) -> Option<Matcher> {
        let never = |span, reason, en: String, ko: String| {
            let location = self.owner.at(span);
            let mismatch = Mismatch { reason, text: Text::new(en, ko), location };
            Some(Matcher::new(Condition::Never(mismatch), location))
        };
        if let Some(port) = found.port.as_ref().filter(|it| it.value != self.proxy.port) {
            let en = format!("port differs: it takes {}, not {}", port.value, self.proxy.port);
            let ko = format!("포트가 다릅니다. {} 포트만 받습니다", port.value);
            return never(port.span, "port-mismatch", en, ko);
        }
        let own = |it: &Spanned<String>| full_gateway(&it.value, self.owner.namespace()) == self.gateway;
        if !found.gateways.is_empty() {
            // With `gateways`, sourceLabels and sourceNamespace do not count.
            let first = found.gateways.first().map(|it| it.span).unwrap_or_default();
            let other = !found.gateways.iter().any(own);
            let en = format!("it is for another gateway, not `{}`", self.gateway);
            let ko = format!("`{}` 게이트웨이가 아닌 다른 게이트웨이의 규칙입니다", self.gateway);
            return if other { never(first, "gateway-mismatch", en, ko) } else { None };
        }
        if !found.source_labels.is_subset_of(self.proxy.labels) {
            let en = "sourceLabels differ from the labels of the Pod that routes".to_owned();
            let ko = "sourceLabels가 라우팅하는 Pod의 레이블과 다릅니다".to_owned();
            return never(found.source_labels.span, "source-mismatch", en, ko);
        }
        let namespace = found.source_namespace.as_ref().filter(|it| it.value != self.proxy.namespace)?;
        let en = format!("it is for callers in namespace `{}`", namespace.value);
        let ko = format!("`{}` 네임스페이스에서 오는 요청만 받습니다", namespace.value);
        never(namespace.span, "source-mismatch", en, ko)
    }

    fn action(&self, rule: &RouteRule, place: &str) -> Action {
        let headers = rule.matches.iter().flat_map(|it| it.headers.iter().chain(&it.without_headers));
        // "JWT claim based routing is for gateways alone."
        let is_mesh = !self.proxy.is_gateway;
        if let Some((name, _)) = headers.into_iter().find(|(name, _)| is_mesh && claim_keys(name).is_some()) {
            return Action::Unsupported(format!("{place}.match.headers[\"{name}\"]"));
        }
        if let Some(redirect) = &rule.redirect {
            return Action::Redirect(lower_redirect(redirect, self.proxy.port));
        }
        if let Some((status, body)) = &rule.direct_response {
            return Action::Respond(Response { status: *status, body: body.clone(), reason: "direct-response" });
        }
        let mut backends = Vec::new();
        for (idx, (it, filters)) in rule.route.iter().zip(headers::of_destinations(rule)).enumerate() {
            let place = format!("{place}.route[{idx}].destination");
            let backend = destination::lower(self.cluster, self.proxy, self.owner, it, &place);
            backends.push(Backend { filters, ..backend });
        }
        if let [only] = backends.as_mut_slice() {
            only.weight = 1;
        }
        Action::Forward(backends)
    }

    fn filters(&self, rule: &RouteRule) -> Vec<Filter> {
        let rewrite = rule.rewrite.as_ref();
        let mut filters: Vec<Filter> = rule.fault.iter().flat_map(faults).collect();
        filters.extend(rule.cors.as_ref().map(|it| Filter::Cors(cors(it))));
        filters.extend(headers::of_route(rule));
        let path = rewrite.and_then(|it| it.uri.clone()).map(|it| Filter::Path(PathChange::Prefix(it)));
        let regex = rewrite.and_then(|it| it.regex.clone());
        filters.extend(path);
        filters.extend(regex.map(|(pattern, to)| Filter::Path(PathChange::Regex(pattern, to))));
        filters.extend(rule.mirrors.all().filter_map(|(to, fraction)| {
            let host = full_host(self.cluster, &to.host.value, self.owner.namespace());
            let service = service_by_host(self.cluster, &host)?;
            let port = to.port.as_ref().map_or_else(|| destination::infer_port(self.proxy, &service), |it| it.value);
            Some(Filter::Mirror { target: Target::Service(service.id), port: Some(port), fraction })
        }));
        filters
    }
}

fn faults(fault: &HttpFault) -> impl Iterator<Item = Filter> {
    let delay = fault.delay.as_ref();
    let delay = delay.map(|(share, it)| Filter::Delay { duration: it.value.clone(), fraction: *share });
    let abort = fault.abort.as_ref().map(|(share, it)| {
        // Envoy tells a client of gRPC the code and answers 200; to any other it is a failure all the same.
        let (status, grpc_status) = match &it.value {
            Abort::Http(status) => (*status, None),
            Abort::Grpc(code) => (200, Some(code.clone())),
        };
        let response = Response { status, body: Some("fault filter abort".into()), reason: "fault-abort" };
        Filter::Abort { response, grpc_status, fraction: *share }
    });
    delay.into_iter().chain(abort)
}

/// "Preflight requests of other origins go on to the backend", unless told otherwise.
fn cors(found: &CorsPolicy) -> Cors {
    Cors {
        origins: vec![],
        matches: found.origins.iter().map(text_match).collect(),
        status: 200,
        forwards_unmatched: !found.answers_unmatched,
        methods: found.methods.clone(),
        headers: found.headers.clone(),
        exposed: found.exposed.clone(),
        credentials: found.credentials,
        max_age: found.max_age,
    }
}

/// The keys of `@request.auth.claims.a.b` or `@request.auth.claims[a][b]`.
fn claim_keys(name: &str) -> Option<Vec<String>> {
    let rest = name.strip_prefix("@request.auth.claims")?;
    let keys = match rest.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
        Some(inner) => inner.split("][").map(str::to_owned).collect(),
        None => rest.strip_prefix('.')?.split('.').map(str::to_owned).collect(),
    };
    Some(keys)
}

fn path_match(found: &StringMatch, ignores_case: bool) -> PathMatch {
    let path = match found {
        StringMatch::Exact(value) => PathMatch::Exact(value.clone()),
        StringMatch::Prefix(value) => PathMatch::Prefix(value.clone()),
        StringMatch::Regex(value) => return PathMatch::Regex(Pattern::new(value)),
        StringMatch::Present => return PathMatch::Prefix(String::new()),
    };
    if ignores_case { PathMatch::IgnoreCase(Box::new(path)) } else { path }
}

fn text_match(found: &StringMatch) -> TextMatch {
    match found {
        StringMatch::Exact(value) => TextMatch::Exact(value.clone()),
        StringMatch::Prefix(value) => TextMatch::Prefix(value.clone()),
        StringMatch::Regex(value) => TextMatch::Regex(Pattern::new(value)),
        StringMatch::Present => TextMatch::Present,
    }
}

/// `FROM_REQUEST_PORT` is the port that the rules are made for: at a gateway the number of its server, not the port of the
/// Pods. "Do not put explicit :80 or :443", which leaves the Host header as it is (istio `ApplyRedirect`).
fn lower_redirect(redirect: &VsRedirect, own_port: u16) -> Redirect {
    let prefix = redirect.prefix_rewrite.clone().map(PathChange::Prefix);
    let port = match (redirect.port, redirect.derive_port.as_deref()) {
        (Some(port), _) => RedirectPort::FixedOrHost(port),
        (None, Some("FROM_REQUEST_PORT")) => RedirectPort::FixedOrHost(own_port),
        (None, _) => RedirectPort::OfHost,
    };
    Redirect {
        status: redirect.code.unwrap_or(301),
        scheme: redirect.scheme.clone(),
        host: redirect.authority.clone(),
        port,
        path: redirect.uri.clone().map(PathChange::Full).or(prefix),
        query: None,
        template: None,
    }
}

/// True when a rule takes every request: prefix `/` or regex `.*` and no other condition.
pub(super) fn is_catch_all(rule: &Rule) -> bool {
    match rule.matchers.as_slice() {
        [] => true,
        [only] => matches!(&only.condition, Condition::Path(path) if path.is_everything()),
        _ => false,
    }
}

/// `httpsRedirect`: 301 for everything, unless a trusted proxy says that the client spoke HTTPS.
pub(super) fn to_https(origin: Origin, trusts_proxies: bool) -> Rule {
    let redirect =
        Redirect { status: 301, scheme: Some("https".into()), port: RedirectPort::OfHost, ..Redirect::default() };
    let plain = Condition::WithoutHeader("x-forwarded-proto".into(), TextMatch::Exact("https".into()));
    let matchers = trusts_proxies.then(|| Matcher::new(plain, origin.location)).into_iter().collect();
    Rule { matchers, ..Rule::plain(origin, "httpsRedirect", Action::Redirect(redirect)) }
}

/// Rules are tried in this order.
pub(super) fn number(rules: &mut [Rule]) {
    for (order, rule) in rules.iter_mut().enumerate() {
        rule.rank.order = order;
    }
}
