//! Rules of HTTPRoutes and GRPCRoutes: one for each match and host, in one order over all routes of a port
//! (`route_rule_precedence.go`, `route_rule_condition.go`, `route_rule_action.go`).

use std::cmp::Reverse;

use podpath_cluster::Cluster;
use podpath_objects::{
    FilterKind, GrpcMatch, HttpMatch, ListenerRuleConfiguration, NamedMatch, PathModifier, Reader, Secret,
};
use podpath_order::Order;
use podpath_source::{Location, Span, Spanned};

use super::Build;
use super::ports::{Port, Taken, by_age, hosts};
use crate::gateways::alb::auth;
use crate::gateways::alb::condition::condition;
use crate::gateways::alb::model::{
    Action, Authenticate, Claim, Condition, ConditionValue, Field, Fixed, Forward, Jwt, Redirect, Rule, Transform,
};
use crate::gateways::gateway_api::route::{Matches, Route, RouteRule};
use crate::table::Frozen;

/// A match of a rule with one host.
struct Unit<'a> {
    route: &'a Route<'a>,
    rule: RouteRule<'a>,
    /// As it is written into the rule; none takes every host.
    host: Option<String>,
    r: usize,
    m: usize,
    asked: Asked<'a>,
}

#[derive(Clone, Copy)]
enum Asked<'a> {
    Http(&'a HttpMatch),
    Grpc(&'a GrpcMatch),
}

impl Asked<'_> {
    fn span(&self) -> Span {
        match self {
            Self::Http(it) => it.span,
            Self::Grpc(it) => it.span,
        }
    }

    /// Exact, prefix, regular expression or none; and two lengths: of the path, or of the gRPC service and of its method.
    fn path(&self) -> (u8, usize, usize) {
        match self {
            Self::Http(it) => {
                let kind = match it.path_type.value.as_str() {
                    "Exact" => 3,
                    "PathPrefix" => 2,
                    _ => 1,
                };
                (kind, it.path.value.len(), 0)
            }
            Self::Grpc(it) => {
                let kind = match (&it.service, &it.method) {
                    (None, None) => 0,
                    _ if it.is_pattern => 1,
                    _ => 3,
                };
                let length = |part: &Option<Spanned<String>>| part.as_ref().map_or(0, |it| it.value.len());
                (kind, length(&it.service), length(&it.method))
            }
        }
    }
}

/// What decides between two rules, the smaller first.
type Rank<'a> = (
    (bool, bool, Reverse<usize>, Reverse<usize>),
    (Reverse<u8>, Reverse<usize>, Reverse<usize>, Reverse<bool>, Reverse<usize>, Reverse<usize>),
    (bool, Option<&'a str>, &'a str, &'a str),
    (usize, usize, &'a str),
);

impl Unit<'_> {
    /// "Hostname (exact before wildcard; more dots; longer; none last), path type, length of the path or of the gRPC
    /// service, length of the gRPC method, HTTP method, headers, query, oldest route, namespace and name, rule, match":
    /// one key for every pair, whatever the kinds of their routes.
    fn rank(&self) -> Rank<'_> {
        let host = self.host.as_deref().unwrap_or_default();
        let by_host = (host.is_empty(), host.starts_with('*'), Reverse(host.matches('.').count()), Reverse(host.len()));
        let (kind, length, method_length) = self.asked.path();
        let (has_method, n_headers, n_query) = match self.asked {
            Asked::Http(it) => (it.method.is_some(), it.headers.len(), it.query.len()),
            Asked::Grpc(it) => (false, it.headers.len(), 0),
        };
        let by_match = (
            Reverse(kind),
            Reverse(length),
            Reverse(method_length),
            Reverse(has_method),
            Reverse(n_headers),
            Reverse(n_query),
        );
        (by_host, by_match, self.route.age(), (self.r, self.m, host))
    }
}

/// All rules of a port.
pub(super) fn rules(build: &mut Build<'_>, port: &Port<'_>, taken: &[&Taken<'_>]) -> Result<Vec<Rule>, Frozen> {
    let mut units: Vec<Unit<'_>> = Vec::new();
    for route in by_age(taken) {
        for host in hosts(taken, route.id) {
            let host = host.map(|it| it.to_string());
            for (r, rule) in route.rules().into_iter().enumerate() {
                let asked: Vec<Asked<'_>> = match rule.matches {
                    Matches::Http(all) => all.iter().map(Asked::Http).collect(),
                    Matches::Grpc(all) => all.iter().map(Asked::Grpc).collect(),
                    Matches::Connection => vec![],
                };
                for (m, asked) in asked.into_iter().enumerate() {
                    units.push(Unit { route, rule: rule.clone(), host: host.clone(), r, m, asked });
                }
            }
        }
    }
    units.order_by(|a, b| a.rank().cmp(&b.rank()));
    units.iter().map(|unit| Making { build: &mut *build, unit, port }.rule()).collect()
}

struct Making<'a, 'b> {
    build: &'b mut Build<'a>,
    unit: &'b Unit<'b>,
    port: &'b Port<'b>,
}

/// The ListenerRuleConfiguration of a rule.
#[derive(Clone, Copy)]
enum Extra<'a> {
    None,
    /// It is missing, not the only one, or the controller does not accept it.
    Broken,
    Spec(Reader<'a>),
}

impl<'a> Extra<'a> {
    /// An action of this type with its configuration.
    fn action(self, kind: &str, config: &str) -> Option<Reader<'a>> {
        let Self::Spec(spec) = self else { return None };
        let found = spec.get("actions").items().find(|it| it.get("type").text().is_some_and(|it| it.value == kind))?;
        Some(found.get(config))
    }
}

fn text(reader: Reader<'_>, key: &str) -> Option<String> {
    reader.get(key).scalar()
}

impl Making<'_, '_> {
    fn at(&self) -> Location {
        self.unit.route.at(self.unit.asked.span())
    }

    fn error(&self, message: String) -> Frozen {
        let path = format!("spec.rules[{}]", self.unit.r);
        Frozen { message, origin: self.unit.route.origin(self.unit.rule.span, path) }
    }

    fn rule(&mut self) -> Result<Rule, Frozen> {
        let extra = extra(self.build.cluster, self.unit.route, &self.unit.rule);
        let mut conditions = self.conditions();
        conditions.extend(self.sources(extra));
        let actions = self.actions(extra)?;
        let transforms = self.transforms();
        let Unit { r, m, asked, route, .. } = self.unit;
        let origin = route.origin(asked.span(), format!("spec.rules[{r}].matches[{m}]"));
        Ok(Rule { origin, conditions, transforms, actions })
    }

    fn conditions(&self) -> Vec<Condition> {
        let at = self.at();
        let mut conditions = Vec::new();
        if let Some(host) = &self.unit.host {
            conditions.push(condition(Field::Host, vec![host.clone()], false, at));
        }
        let headers = match self.unit.asked {
            Asked::Http(asked) => {
                let path = asked.path.value.as_str();
                let (values, is_regex) = match asked.path_type.value.as_str() {
                    "PathPrefix" if path == "/" => (vec!["/*".to_owned()], false),
                    "PathPrefix" => {
                        let trimmed = path.strip_suffix('/').unwrap_or(path);
                        (vec![trimmed.to_owned(), format!("{trimmed}/*")], false)
                    }
                    kind => (vec![path.to_owned()], kind != "Exact"),
                };
                conditions.push(condition(Field::Path, values, is_regex, at));
                if let Some(method) = &asked.method {
                    conditions.push(condition(Field::Method, vec![method.value.clone()], false, at));
                }
                for wanted in &asked.query {
                    let value = ConditionValue { key: Some(wanted.name.clone()), value: wanted.value.clone() };
                    conditions.push(Condition {
                        field: Field::Query,
                        values: vec![value],
                        is_regex: false,
                        location: at,
                    });
                }
                &asked.headers
            }
            Asked::Grpc(asked) => {
                let part = |it: &Option<Spanned<String>>| it.as_ref().map_or("*".to_owned(), |it| it.value.clone());
                let path = match (&asked.service, &asked.method) {
                    (None, None) => "/*".to_owned(),
                    (service, method) => format!("/{}/{}", part(service), part(method)),
                };
                conditions.push(condition(Field::Path, vec![path], false, at));
                &asked.headers
            }
        };
        conditions.extend(headers.iter().map(|it| header(it, at)));
        conditions
    }

    /// The addresses that the ListenerRuleConfiguration asks for, of this match or of all.
    fn sources(&self, extra: Extra<'_>) -> Vec<Condition> {
        let Extra::Spec(spec) = extra else { return vec![] };
        let m = i64::try_from(self.unit.m).unwrap_or(-1);
        let is_meant = |it: &Reader<'_>| {
            let mut indexes = it.get("matchIndexes").items().filter_map(Reader::int).peekable();
            indexes.peek().is_none() || indexes.any(|it| it.value == m)
        };
        let values =
            |it: Reader<'_>| it.get("sourceIPConfig").get("values").texts().into_iter().map(|it| it.value).collect();
        let found = spec.get("conditions").items().filter(is_meant);
        found.map(|it| condition(Field::Source, values(it), false, self.at())).collect()
    }

    fn actions(&mut self, extra: Extra<'_>) -> Result<Vec<Action>, Frozen> {
        let mut actions = Vec::new();
        if self.port.protocol == "HTTPS" {
            actions.extend(self.sign_in(extra)?);
        }
        let routing = self.routing(extra)?;
        actions.push(routing);
        Ok(actions)
    }

    fn sign_in(&self, extra: Extra<'_>) -> Result<Option<Action>, Frozen> {
        let get = |reader: Reader<'_>, keys: &[&str]| -> Vec<String> {
            keys.iter().map(|key| text(reader, key).unwrap_or_default()).collect()
        };
        if let Some(config) = extra.action("authenticate-cognito", "authenticateCognitoConfig") {
            let provider = get(config, &["userPoolArn", "userPoolClientId", "userPoolDomain"]);
            return Ok(Some(Action::Authenticate(session(config, false, provider))));
        }
        if let Some(config) = extra.action("authenticate-oidc", "authenticateOIDCConfig") {
            let mut provider = get(config, &["issuer", "authorizationEndpoint", "tokenEndpoint", "userInfoEndpoint"]);
            let name = text(config.get("secret"), "name").unwrap_or_default();
            let client = auth::client_of(self.build.cluster, self.unit.route.namespace(), &name);
            provider.push(client.map_err(|why| self.error(why))?);
            return Ok(Some(Action::Authenticate(session(config, true, provider))));
        }
        let Some(config) = extra.action("jwt-validation", "jwtValidationConfig") else { return Ok(None) };
        let claim = |it: Reader<'_>| Claim {
            format: text(it, "format").unwrap_or_default(),
            name: text(it, "name").unwrap_or_default(),
            values: it.get("values").texts().into_iter().map(|it| it.value).collect(),
        };
        Ok(Some(Action::Jwt(Jwt {
            jwks: text(config, "jwksEndpoint").unwrap_or_default(),
            issuer: text(config, "issuer").unwrap_or_default(),
            claims: config.get("additionalClaims").list(claim),
        })))
    }

    /// "The target groups of the backends are built first", whatever the rule does then (`buildListenerRules`). Beside a broken
    /// configuration no backend is read, and the filters count all the same (`accumulateRules`).
    fn routing(&mut self, extra: Extra<'_>) -> Result<Action, Frozen> {
        let targets = match extra {
            Extra::Broken => vec![],
            _ => self.build.targets(self.unit.route, &self.unit.rule, self.unit.r, self.port)?,
        };
        // "A fixed response of the configuration beats the filters", which are not even looked at then.
        if let Some(config) = extra.action("fixed-response", "fixedResponseConfig") {
            return Ok(Action::Fixed(Fixed {
                status: text(config, "statusCode").and_then(|it| it.parse().ok()).unwrap_or(0),
                content_type: Some(text(config, "contentType").unwrap_or_else(|| "text/plain".into())),
                body: text(config, "messageBody"),
                reason: "fixed-response",
                missing: None,
            }));
        }
        let redirect_config = extra.action("redirect", "redirectConfig");
        let filters = self.unit.rule.filters;
        let is_alone = matches!(filters, [only] if matches!(only.kind, FilterKind::Extension(_)));
        if is_alone && redirect_config.is_some() && matches!(self.unit.asked, Asked::Http(_)) {
            let why = "HTTPRouteFilterRequestRedirect must be provided if RedirectActionConfig in ListenerRuleConfiguration is provided";
            return Err(self.error(why.into()));
        }
        for filter in filters {
            match &filter.kind {
                FilterKind::Redirect(wanted) => return self.redirect(wanted, redirect_config),
                FilterKind::Rewrite(_) | FilterKind::Extension(_) => {}
                other => return Err(self.unsupported(other)),
            }
        }
        if targets.iter().all(|it| it.weight == Some(0)) {
            return Ok(failure());
        }
        // Where a forwardConfig is written its definition fills in what it does not say.
        let config = extra.action("forward", "forwardConfig").filter(|it| it.exists());
        let stickiness = config.map(|it| {
            let told = it.get("targetGroupStickinessConfig");
            (Some(told.get("enabled").is_true()), Some(told.get("durationSeconds").int().map_or(3600, |it| it.value)))
        });
        Ok(Action::Forward(Forward { targets, stickiness }))
    }

    fn unsupported(&self, filter: &FilterKind) -> Frozen {
        let only = match self.unit.asked {
            Asked::Http(_) => "Only request redirect is supported. ",
            Asked::Grpc(_) => "",
        };
        self.error(format!(
            "Unsupported filter type: {}. {only}To specify header modification, please configure it through LoadBalancerConfiguration.",
            filter.name()
        ))
    }

    fn redirect(&self, wanted: &podpath_objects::Redirect, config: Option<Reader<'_>>) -> Result<Action, Frozen> {
        let path = match &wanted.path {
            Some(PathModifier::Full(path)) if path.contains(['*', '?']) => {
                return Err(self.error(format!("ReplaceFullPath shouldn't contain wildcards: {path}")));
            }
            Some(PathModifier::Prefix(path)) if path.contains(['*', '?']) => {
                return Err(self.error(format!("ReplacePrefixMatch shouldn't contain wildcards: {path}")));
            }
            Some(PathModifier::Full(path)) => Some(path.clone()),
            // An ALB cannot replace a prefix in a redirect: a transform does.
            Some(PathModifier::Prefix(_)) | None => None,
        };
        if wanted.scheme.is_none() && wanted.port.is_none() && wanted.hostname.is_none() && wanted.path.is_none() {
            let why = "To avoid a redirect loop, you must modify at least one of the following components: protocol, port, hostname or path.";
            return Err(self.error(why.into()));
        }
        Ok(Action::Redirect(Redirect {
            protocol: wanted.scheme.as_ref().map(|it| it.to_ascii_uppercase()),
            host: wanted.hostname.clone(),
            port: wanted.port.or_else(|| default_port(wanted.scheme.as_deref()?)).map(|it| it.to_string()),
            path,
            query: config.map(|it| text(it, "query").unwrap_or_else(|| "#{query}".into())),
            status: wanted.status.unwrap_or(302),
        }))
    }

    /// "A rewrite of the path, then of the host; a redirect to another prefix is a rewrite of the path too"
    /// (`buildHTTPRuleTransforms`).
    fn transforms(&self) -> Vec<Transform> {
        let mut transforms = Vec::new();
        for filter in self.unit.rule.filters {
            let (path, host) = match &filter.kind {
                FilterKind::Rewrite(it) => (it.path.as_ref(), it.hostname.as_ref()),
                FilterKind::Redirect(it) => (it.path.as_ref().filter(|it| matches!(it, PathModifier::Prefix(_))), None),
                _ => continue,
            };
            let change = path.and_then(|it| self.path_change(it));
            transforms.extend(change.map(|it| Transform { is_host: false, rewrites: vec![it] }));
            let host = host.map(|it| (".*".to_owned(), it.clone()));
            transforms.extend(host.map(|it| Transform { is_host: true, rewrites: vec![it] }));
        }
        transforms
    }

    /// What is looked for in the URL, and what stands there then.
    fn path_change(&self, change: &PathModifier) -> Option<(String, String)> {
        match (change, self.unit.asked) {
            (PathModifier::Full(path), _) => Some(("^([^?]*)".to_owned(), path.clone())),
            (PathModifier::Prefix(to), Asked::Http(asked)) => {
                // "The prefix as written; its slash is put back only where the replacement has none."
                let to = match to.as_str() {
                    "" => "/".to_owned(),
                    to if to.ends_with('/') => to.to_owned(),
                    to => format!("{to}$2"),
                };
                Some((format!("(^{}(/)?)", asked.path.value), to))
            }
            (PathModifier::Prefix(_), Asked::Grpc(_)) => None,
        }
    }
}

/// Its ListenerRuleConfiguration keeps a rule from its backends.
pub(super) fn is_broken(cluster: &Cluster, route: &Route<'_>, rule: &RouteRule<'_>) -> bool {
    matches!(extra(cluster, route, rule), Extra::Broken)
}

/// "Missing or not accepted (its OIDC Secret does not exist)" leaves the rule without backends, and so does a second one
/// (`listenerRuleConfigLoader`). References to other groups are none.
fn extra<'a>(cluster: &'a Cluster, route: &Route<'_>, rule: &RouteRule<'_>) -> Extra<'a> {
    let mut references = rule.filters.iter().filter_map(|it| match &it.kind {
        FilterKind::Extension(it) if it.group == "gateway.k8s.aws" && it.kind == "ListenerRuleConfiguration" => {
            Some(it)
        }
        _ => None,
    });
    let Some(reference) = references.next() else { return Extra::None };
    if references.next().is_some() {
        return Extra::Broken;
    }
    let namespace = route.namespace();
    let found = cluster.find::<ListenerRuleConfiguration>(namespace, &reference.name.value);
    let Some(spec) = found.and_then(|it| it.object.spec()) else { return Extra::Broken };
    let extra = Extra::Spec(spec);
    let secret =
        extra.action("authenticate-oidc", "authenticateOIDCConfig").and_then(|it| text(it.get("secret"), "name"));
    match secret {
        Some(name) if cluster.find::<Secret>(namespace, &name).is_none() => Extra::Broken,
        _ => extra,
    }
}

/// "No usable backend or all weights 0: fixed 500."
fn failure() -> Action {
    Action::Fixed(Fixed {
        status: 500,
        content_type: Some("text/plain".into()),
        body: None,
        reason: "no-usable-backend",
        missing: None,
    })
}

/// The port of a new scheme.
fn default_port(scheme: &str) -> Option<u16> {
    match scheme.to_ascii_lowercase().as_str() {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    }
}

fn session(config: Reader<'_>, is_oidc: bool, provider: Vec<String>) -> Authenticate {
    let or = |key: &str, default: &str| text(config, key).unwrap_or_else(|| default.to_owned());
    let extra = config.get("authenticationRequestExtraParams").labels();
    Authenticate {
        is_oidc,
        provider,
        on_unauthenticated: or("onUnauthenticatedRequest", "authenticate"),
        scope: or("scope", "openid"),
        cookie: or("sessionCookieName", "AWSELBAuthSessionCookie"),
        timeout: config.get("sessionTimeout").int().map_or(604_800, |it| it.value),
        extra: extra.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
    }
}

fn header(wanted: &NamedMatch, at: Location) -> Condition {
    let is_regex = wanted.match_type == "RegularExpression";
    let values = if is_regex { vec![wanted.value.clone()] } else { alternatives(&wanted.value) };
    condition(Field::Header(wanted.name.clone()), values, is_regex, at)
}

/// "A comma in a header value splits into OR values", `\,` is a comma and `\\` a backslash.
fn alternatives(value: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut chars = value.chars();
    while let Some(found) = chars.next() {
        let Some(last) = parts.last_mut() else { break };
        match found {
            '\\' => last.extend(chars.next().or(Some('\\'))),
            ',' => parts.push(String::new()),
            _ => last.push(found),
        }
    }
    parts
}
