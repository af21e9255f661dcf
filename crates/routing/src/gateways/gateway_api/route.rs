//! Rules of an HTTPRoute: matches, filters, backends and their faults.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{
    BackendRef, Filter as FilterObject, FilterKind, HeaderModifier, HttpMatch, HttpRoute, HttpRule, NamedMatch,
    PathModifier, PortRef, Redirect as RedirectObject, ReferenceGrant, Service,
};
use podpath_source::{Span, Text};

use crate::gateways::{full_name, missing_port, missing_service, origin, service_of, service_target};
use crate::matcher::{Condition, Matcher};
use crate::pattern::{HostPattern, PathMatch, Pattern, TextMatch};
use crate::table::{
    Action, Backend, Fault, Filter, HeaderChange, PathChange, Rank, Redirect, RedirectPort, Response, Rule, Target,
};

/// What all rules of a route share while they are lowered.
struct Lowering<'a> {
    cluster: &'a Cluster,
    route: &'a Found<'a, HttpRoute>,
    hostnames: &'a [(HostPattern, Span)],
    /// In the mesh: the parent Service, which a consumer route may send to without a grant.
    parent: Option<&'a Found<'a, Service>>,
}

/// The rules of a route at a listener; matches of a rule are alternatives, so each is a rule of its own.
pub(super) fn lower(cluster: &Cluster, route: &Found<'_, HttpRoute>, hostnames: &[(HostPattern, Span)]) -> Vec<Rule> {
    Lowering { cluster, route, hostnames, parent: None }.rules()
}

/// The rules of a route in the mesh: the called Service decides, hostnames do not count.
pub(super) fn lower_mesh(cluster: &Cluster, route: &Found<'_, HttpRoute>, parent: &Found<'_, Service>) -> Vec<Rule> {
    Lowering { cluster, route, hostnames: &[], parent: Some(parent) }.rules()
}

impl Lowering<'_> {
    fn rules(&self) -> Vec<Rule> {
        let mut rules = Vec::new();
        for (r, rule) in self.route.object.rules.iter().enumerate() {
            let (filters, action) = (self.filters(&rule.filters, r), self.action(rule, r));
            for (m, found) in rule.matches.iter().enumerate() {
                let meta = &self.route.entry.resource.meta;
                rules.push(Rule {
                    origin: origin(self.route, found.span, format!("spec.rules[{r}].matches[{m}]")),
                    label: format!("rules[{r}]"),
                    priority: None,
                    matchers: self.matchers(found),
                    rank: Rank { created: meta.created.clone(), name: full_name(self.route), order: rules.len() },
                    filters: filters.clone(),
                    action: action.clone(),
                });
            }
        }
        rules
    }

    fn matchers(&self, found: &HttpMatch) -> Vec<Matcher> {
        let at = |condition, span| Matcher::new(condition, self.route.at(span));
        let mut matchers = Vec::new();
        if let Some((_, span)) = self.hostnames.first() {
            let patterns = self.hostnames.iter().map(|(pattern, _)| pattern.clone()).collect();
            matchers.push(at(Condition::Host(patterns), *span));
        }
        let path = found.path.value.clone();
        let path = match found.path_type.value.as_str() {
            "Exact" => PathMatch::Exact(path),
            "RegularExpression" => PathMatch::Regex(Pattern::new(&path)),
            _ => PathMatch::Elements(path),
        };
        matchers.push(at(Condition::Path(path), found.path.span));
        if let Some(method) = &found.method {
            matchers.push(at(Condition::Method(TextMatch::Exact(method.value.clone())), method.span));
        }
        let mut seen: Vec<String> = Vec::new();
        for header in &found.headers {
            // "If multiple entries specify equivalent header names, only the first entry MUST be considered."
            let name = header.name.to_ascii_lowercase();
            if !seen.contains(&name) {
                matchers.push(at(Condition::Header(header.name.clone(), text_match(header)), header.span));
                seen.push(name);
            }
        }
        seen.clear();
        for parameter in &found.query {
            if !seen.contains(&parameter.name) {
                matchers.push(at(Condition::Query(parameter.name.clone(), text_match(parameter)), parameter.span));
                seen.push(parameter.name.clone());
            }
        }
        matchers
    }

    /// A redirect answers at once; without backends, or with a sum of weights of 0, the answer is 500.
    fn action(&self, rule: &HttpRule, idx: usize) -> Action {
        let redirect = rule.filters.iter().find_map(|it| match &it.kind {
            FilterKind::Redirect(redirect) => Some(redirect),
            _ => None,
        });
        if let Some(redirect) = redirect {
            return Action::Redirect(lower_redirect(redirect));
        }
        if rule.backends.iter().map(|it| it.weight).sum::<u64>() == 0 {
            return Action::Respond(Response { status: 500, body: None, reason: "no-backends" });
        }
        let backends = rule.backends.iter().enumerate();
        Action::Forward(
            backends.map(|(b, it)| self.backend(it, &format!("spec.rules[{idx}].backendRefs[{b}]"))).collect(),
        )
    }

    fn backend(&self, reference: &BackendRef, place: &str) -> Backend {
        let namespace = reference.namespace.as_ref().map_or(self.route.namespace(), |it| it.value.as_str());
        let is_service = reference.group.is_empty() && reference.kind == "Service";
        let target = if is_service {
            service_target(self.cluster, namespace, &reference.name.value)
        } else {
            Target::Host(format!("{} {}", reference.kind, reference.name.value))
        };
        let service = service_of(self.cluster, &target);
        Backend {
            origin: origin(self.route, reference.name.span, place),
            fault: self.fault(reference, namespace, service.as_ref()),
            target,
            port: reference.port.as_ref().map(|it| it.value),
            subset: None,
            weight: reference.weight,
            filters: self.filters(&reference.filters, 0),
        }
    }

    /// Kind, then grant, then existence: the order of the spec's `ResolvedRefs` reasons.
    fn fault(&self, reference: &BackendRef, namespace: &str, service: Option<&Found<'_, Service>>) -> Option<Fault> {
        let name = &reference.name;
        let at = self.route.at(name.span);
        if !(reference.group.is_empty() && reference.kind == "Service") {
            let kind = &reference.kind;
            return Some(Fault {
                reason: "InvalidKind",
                status: 500,
                body: None,
                text: Text::new(
                    format!("backends of kind `{kind}` are not known"),
                    format!("`{kind}` 종류의 백엔드는 쓸 수 없습니다"),
                ),
                location: at,
            });
        }
        if !self.is_granted(reference, namespace) {
            return Some(Fault {
                reason: "RefNotPermitted",
                status: 500,
                body: None,
                text: Text::new(
                    format!("no ReferenceGrant in namespace `{namespace}` lets this route refer to `{}`", name.value),
                    format!(
                        "`{namespace}` 네임스페이스에 `{}` Service 참조를 허용하는 ReferenceGrant가 없습니다",
                        name.value
                    ),
                ),
                location: self.route.at(reference.namespace.as_ref().map_or(name.span, |it| it.span)),
            });
        }
        let Some(service) = service else {
            return Some(Fault { reason: "BackendNotFound", ..missing_service(namespace, &name.value, at, 500) });
        };
        let port = reference.port.as_ref()?;
        if service.object.port(port.value).is_none() && service.object.external_name.is_none() {
            return Some(missing_port(service, &PortRef::Number(port.value), self.route.at(port.span), 500));
        }
        None
    }

    fn is_granted(&self, reference: &BackendRef, namespace: &str) -> bool {
        let own = self.route.namespace();
        let is_parent = |it: &&Found<'_, Service>| it.namespace() == namespace && it.name() == reference.name.value;
        if namespace == own || self.parent.as_ref().is_some_and(is_parent) {
            return true;
        }
        let allows = |grant: Found<'_, ReferenceGrant>| {
            let from = grant
                .object
                .from
                .iter()
                .any(|it| it.group == "gateway.networking.k8s.io" && it.kind == "HTTPRoute" && it.namespace == own);
            let to = grant.object.to.iter().any(|it| {
                let named = it.name.as_ref().is_none_or(|name| *name == reference.name.value);
                it.group.is_empty() && it.kind == "Service" && named
            });
            from && to
        };
        self.cluster.in_namespace::<ReferenceGrant>(namespace).any(allows)
    }

    fn filters(&self, filters: &[FilterObject], rule: usize) -> Vec<Filter> {
        let lowered = filters.iter().enumerate().flat_map(|(f, filter)| match &filter.kind {
            FilterKind::RequestHeaders(change) => vec![Filter::RequestHeaders(headers(change))],
            FilterKind::ResponseHeaders(change) => vec![Filter::ResponseHeaders(headers(change))],
            FilterKind::Redirect(_) => vec![],
            FilterKind::Rewrite(rewrite) => {
                let host = rewrite.hostname.clone().map(Filter::Host);
                let path = rewrite.path.as_ref().map(|it| Filter::Path(path_change(it)));
                path.into_iter().chain(host).collect()
            }
            FilterKind::Mirror(to, fraction) => self.mirror(to, *fraction).into_iter().collect(),
            FilterKind::Other(name) => vec![Filter::Unsupported(format!("spec.rules[{rule}].filters[{f}] ({name})"))],
        });
        lowered.collect()
    }

    /// A mirror that cannot be resolved gets nothing; requests go on.
    fn mirror(&self, to: &BackendRef, fraction: (u64, u64)) -> Option<Filter> {
        let namespace = to.namespace.as_ref().map_or(self.route.namespace(), |it| it.value.as_str());
        let target = service_target(self.cluster, namespace, &to.name.value);
        if self.fault(to, namespace, service_of(self.cluster, &target).as_ref()).is_some() {
            return None;
        }
        Some(Filter::Mirror { target, port: to.port.as_ref().map(|it| it.value), fraction })
    }
}

fn text_match(found: &NamedMatch) -> TextMatch {
    match found.match_type.as_str() {
        "RegularExpression" => TextMatch::Regex(Pattern::new(&found.value)),
        _ => TextMatch::Exact(found.value.clone()),
    }
}

fn headers(change: &HeaderModifier) -> HeaderChange {
    HeaderChange { set: change.set.clone(), add: change.add.clone(), remove: change.remove.clone() }
}

fn path_change(modifier: &PathModifier) -> PathChange {
    match modifier {
        PathModifier::Full(path) => PathChange::Full(path.clone()),
        PathModifier::Prefix(prefix) => PathChange::Elements(prefix.clone()),
    }
}

fn lower_redirect(redirect: &RedirectObject) -> Redirect {
    Redirect {
        status: redirect.status.unwrap_or(302),
        scheme: redirect.scheme.clone(),
        host: redirect.hostname.clone(),
        port: redirect.port.map_or(RedirectPort::SchemeOrListener, RedirectPort::Fixed),
        path: redirect.path.as_ref().map(path_change),
        query: None,
        template: None,
    }
}
