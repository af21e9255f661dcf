//! AWS Load Balancer Controller: Ingresses of its class to an Application Load Balancer's listeners and rules.
//!
//! Source: aws-load-balancer-controller 3.5 `pkg/ingress` (class_loader, group_loader, model_build_listener,
//! model_build_listener_rules, rule_optimizer). "Rules are evaluated in priority order, lowest first"; priorities follow
//! group order, then document order, and inside one `rules[]` entry Exact, then Prefix by length, then the rest.

mod action;
mod group;
mod port;

use std::collections::BTreeMap;

use podpath_cluster::{Cluster, Found};
use podpath_objects::{Ingress, IngressPath, IngressRule};
use podpath_source::{Spanned, Text};

use super::{Gateway, origin, whole};
use crate::ladder::Criterion;
use crate::matcher::{Condition, Matcher};
use crate::pattern::{HostPattern, PathMatch};
use crate::table::{
    Access, Action, Frozen, Listener, Origin, Protocol, Rank, Redirect, RedirectPort, Rejected, Response, Rule, Table,
    VirtualHost,
};

use action::lower_backend;
use group::{Group, Member};
use port::Ports;

/// The Application Load Balancer: the lowest number wins.
pub static GATEWAY: Gateway = Gateway {
    name: "alb",
    title: "ALB",
    is_load_balancer: true,
    ladder: &[Criterion::ListOrder],
    checks_host_against_sni: false,
    no_connection: 504,
};

/// The start of all annotation keys of the controller.
const PREFIX: &str = "alb.ingress.kubernetes.io/";

/// An annotation of the controller by its suffix.
fn annotation<'a>(ingress: &Found<'a, Ingress>, suffix: &str) -> Option<&'a Spanned<String>> {
    let mut annotations = ingress.entry.resource.meta.annotations.entries.iter();
    let found = annotations.find(|(key, _)| key.value.strip_prefix(PREFIX) == Some(suffix));
    found.map(|(_, value)| value)
}

/// One table for each group of Ingresses, and the Ingresses that get none.
pub fn lower(cluster: &Cluster) -> (Vec<Table>, Vec<Rejected>) {
    let (groups, rejected) = group::load(cluster);
    (groups.iter().map(|group| lower_group(cluster, group)).collect(), rejected)
}

fn lower_group(cluster: &Cluster, group: &Group<'_>) -> Table {
    let first = group.members.first();
    let mut table = Table {
        gateway: &GATEWAY,
        origin: first.map(|it| whole(&it.ingress)).unwrap_or_default(),
        members: group.members.iter().map(|it| it.ingress.id).collect(),
        is_public: false,
        listeners: vec![],
        rejected: vec![],
        frozen: vec![],
    };
    match build(cluster, group) {
        Ok((is_public, listeners)) => {
            table.is_public = is_public;
            table.listeners = listeners;
        }
        Err(error) => {
            table.is_public = group.members.iter().any(|it| scheme(cluster, it).0 == "internet-facing");
            table.frozen = vec![error];
        }
    }
    table
}

/// The first error of a group keeps the whole group as it is.
fn build(cluster: &Cluster, group: &Group<'_>) -> Result<(bool, Vec<Listener>), Frozen> {
    if let Some(error) = group.members.iter().find_map(|it| it.error.clone()) {
        return Err(error);
    }
    let ports = port::merge(&group.members)?;
    let is_public = one_scheme(cluster, group)? == "internet-facing";
    let redirect = ssl_redirect(group, &ports)?;
    let mut listeners = Vec::new();
    for (number, open) in &ports {
        let listener = Listening { cluster, group, number: *number, open };
        listeners.push(match &redirect {
            Some((to, place)) if open.protocol == Protocol::Http => listener.redirecting(*to, place.clone()),
            _ => listener.with_rules()?,
        });
    }
    Ok((is_public, listeners))
}

fn scheme(cluster: &Cluster, member: &Member<'_>) -> (String, Origin) {
    if let Some(scheme) = member.params.as_ref().and_then(|it| it.object.scheme.as_ref()) {
        return (scheme.value.clone(), whole(&member.ingress));
    }
    match annotation(&member.ingress, "scheme") {
        Some(value) => (value.value.clone(), origin(&member.ingress, value.span, "metadata.annotations")),
        None => (cluster.settings.alb_scheme.clone(), whole(&member.ingress)),
    }
}

/// One scheme for the group: members that say nothing follow those that do.
fn one_scheme(cluster: &Cluster, group: &Group<'_>) -> Result<String, Frozen> {
    let says = |it: &&Member<'_>| {
        annotation(&it.ingress, "scheme").is_some() || it.params.as_ref().is_some_and(|it| it.object.scheme.is_some())
    };
    let mut found: BTreeMap<String, Origin> = BTreeMap::new();
    for member in group.members.iter().filter(says) {
        let (scheme, place) = scheme(cluster, member);
        if !matches!(scheme.as_str(), "internal" | "internet-facing") {
            return Err(Frozen { message: format!("unknown scheme: {scheme}"), origin: place });
        }
        found.entry(scheme).or_insert(place);
    }
    if found.len() > 1 {
        let set = found.keys().map(|it| format!("{it}:{{}}")).collect::<Vec<_>>().join(" ");
        let origin = found.into_values().next_back().unwrap_or_default();
        return Err(Frozen { message: format!("conflicting scheme: map[{set}]"), origin });
    }
    Ok(found.into_keys().next().unwrap_or_else(|| cluster.settings.alb_scheme.clone()))
}

/// The port that HTTP listeners redirect to: `ssl-redirect` of any member holds for the whole group.
fn ssl_redirect(group: &Group<'_>, ports: &Ports<'_>) -> Result<Option<(u16, Origin)>, Frozen> {
    let mut found: Option<(u16, Origin)> = None;
    for member in &group.members {
        let Some((text, place)) = ssl_redirect_of(member) else { continue };
        // A port of the class parameters that is no number switches the redirect off.
        let Ok(port) = text.parse::<u16>() else {
            if member.params.as_ref().is_some_and(|it| it.object.ssl_redirect_port.is_some()) {
                return Ok(None);
            }
            let message =
                format!("ingress: {}: failed to parse int64 annotation, {PREFIX}ssl-redirect: {text}", member.name());
            return Err(Frozen { message, origin: place });
        };
        if let Some((known, _)) = &found
            && *known != port
        {
            return Err(Frozen { message: format!("conflicting sslRedirect port: [{known} {port}]"), origin: place });
        }
        found = found.or(Some((port, place)));
    }
    let Some((port, place)) = found else { return Ok(None) };
    match ports.get(&port) {
        None => Err(Frozen { message: format!("listener does not exist for SSLRedirect port: {port}"), origin: place }),
        Some(open) if open.protocol == Protocol::Http => {
            Err(Frozen { message: format!("listener protocol non-SSL for SSLRedirect port: {port}"), origin: place })
        }
        Some(_) => Ok(Some((port, place))),
    }
}

fn ssl_redirect_of(member: &Member<'_>) -> Option<(String, Origin)> {
    if let Some(port) = member.params.as_ref().and_then(|it| it.object.ssl_redirect_port.as_ref()) {
        return Some((port.value.clone(), whole(&member.ingress)));
    }
    let value = annotation(&member.ingress, "ssl-redirect")?;
    Some((value.value.clone(), origin(&member.ingress, value.span, "metadata.annotations")))
}

/// A port while its listener is made.
struct Listening<'a> {
    cluster: &'a Cluster,
    group: &'a Group<'a>,
    number: u16,
    open: &'a port::Open<'a>,
}

impl Listening<'_> {
    fn listener(&self, rules: Vec<Rule>, fallback: Rule) -> Listener {
        Listener {
            origin: self.open.origin.clone(),
            name: self.number.to_string(),
            port: self.number,
            protocol: self.open.protocol,
            hostnames: vec![],
            served: vec![],
            hosts: vec![VirtualHost { pattern: HostPattern::Any, rules }],
            fallback: Some(fallback),
            access: Access::Open,
        }
    }

    /// Every request is sent to HTTPS; such a listener has no rules.
    fn redirecting(&self, to: u16, place: Origin) -> Listener {
        let redirect = Redirect {
            status: 301,
            scheme: Some("https".into()),
            port: RedirectPort::Written(to),
            ..Redirect::default()
        };
        self.listener(vec![], default_rule(place, Action::Redirect(redirect)))
    }

    fn with_rules(&self) -> Result<Listener, Frozen> {
        let mut rules = Vec::new();
        for member in self.members() {
            for (r, rule) in member.ingress.object.rules.iter().enumerate() {
                for (p, path) in in_order(rule) {
                    let place = format!("spec.rules[{r}].http.paths[{p}]");
                    rules.push(self.rule(member, rule, path, &place)?);
                }
            }
        }
        let mut rules = action::without_loops(rules, self.number, self.open.protocol);
        for (order, rule) in rules.iter_mut().enumerate() {
            let number = u32::try_from(order + 1).unwrap_or(u32::MAX);
            rule.rank.order = order;
            rule.priority = Some(number);
            rule.label = number.to_string();
        }
        Ok(self.listener(rules, self.default_rule()?))
    }

    fn members(&self) -> impl Iterator<Item = &Member<'_>> {
        self.group.members.iter().filter(|it| self.open.members.contains(&it.ingress.id))
    }

    fn rule(&self, member: &Member<'_>, rule: &IngressRule, path: &IngressPath, place: &str) -> Result<Rule, Frozen> {
        let ingress = &member.ingress;
        let mut matchers = Vec::new();
        if let Some(host) = &rule.host {
            let pattern = HostPattern::Glob(host.value.to_ascii_lowercase());
            matchers.push(Matcher::new(Condition::Host(vec![pattern]), ingress.at(host.span)));
        }
        if let Some(written) = path.path.as_ref().filter(|it| !it.value.is_empty()) {
            let globs = path_globs(member, &written.value, path, place)?;
            matchers.push(Matcher::new(Condition::Path(PathMatch::AnyGlob(globs)), ingress.at(written.span)));
        }
        let action = lower_backend(self.cluster, member, &path.backend, self.open.protocol, place)?;
        Ok(Rule {
            origin: origin(ingress, path.span, place),
            label: String::new(),
            priority: None,
            matchers,
            rank: Rank::default(),
            filters: vec![],
            action,
        })
    }

    /// The one default backend of the members on this port, else 404.
    fn default_rule(&self) -> Result<Rule, Frozen> {
        let with_default: Vec<_> = self.members().filter(|it| it.ingress.object.default_backend.is_some()).collect();
        if with_default.len() > 1 {
            let names = with_default.iter().map(|it| it.name()).collect::<Vec<_>>().join(" ");
            let origin = with_default.last().map(|it| whole(&it.ingress)).unwrap_or_default();
            return Err(Frozen { message: format!("multiple ingress defined default backend: [{names}]"), origin });
        }
        let found = with_default.first().and_then(|it| Some((*it, it.ingress.object.default_backend.as_ref()?)));
        let Some((member, backend)) = found else {
            let response = Response { status: 404, body: Some(String::new()), reason: "no-route" };
            return Ok(default_rule(self.open.origin.clone(), Action::Respond(response)));
        };
        let place = "spec.defaultBackend";
        let action = lower_backend(self.cluster, member, backend, self.open.protocol, place)?;
        Ok(default_rule(origin(&member.ingress, backend.span, place), action))
    }
}

fn default_rule(origin: Origin, action: Action) -> Rule {
    let label = "default".into();
    Rule { origin, label, priority: None, matchers: vec![], rank: Rank::default(), filters: vec![], action }
}

/// Exact in document order, Prefix by length (longest first), the rest in document order: inside one `rules[]` entry.
fn in_order(rule: &IngressRule) -> Vec<(usize, &IngressPath)> {
    let key = |path: &IngressPath| match path.path_type.as_ref().map(|it| it.value.as_str()) {
        Some("Exact") => (0, 0),
        Some("Prefix") => (1, usize::MAX - path.path.as_ref().map_or(0, |it| it.value.len())),
        _ => (2, 0),
    };
    let mut paths: Vec<_> = rule.paths.iter().enumerate().collect();
    paths.sort_by_key(|(_, path)| key(path));
    paths
}

/// A path as the controller writes it into the rule's path-pattern condition.
fn path_globs(member: &Member<'_>, path: &str, entry: &IngressPath, place: &str) -> Result<Vec<String>, Frozen> {
    let path_type = entry.path_type.as_ref().map_or("ImplementationSpecific", |it| it.value.as_str());
    if matches!(path_type, "Exact" | "Prefix") && path.contains(['*', '?']) {
        let kind = if path_type == "Exact" { "exact" } else { "prefix" };
        let message = format!("ingress: {}: {kind} path shouldn't contain wildcards: {path}", member.name());
        let span = entry.path.as_ref().map_or(entry.span, |it| it.span);
        return Err(Frozen { message, origin: origin(&member.ingress, span, format!("{place}.path")) });
    }
    Ok(match path_type {
        "Prefix" if path == "/" => vec!["/*".into()],
        "Prefix" => {
            let trimmed = path.strip_suffix('/').unwrap_or(path);
            vec![trimmed.to_owned(), format!("{trimmed}/*")]
        }
        _ => vec![path.to_owned()],
    })
}

/// Why no load balancer is made for an Ingress.
fn skipped(ingress: &Found<'_, Ingress>, reason: &'static str, text: Text) -> Rejected {
    let span = ingress.object.class.as_ref().map_or(ingress.entry.resource.meta.name_span(), |it| it.span);
    Rejected { origin: origin(ingress, span, "spec.ingressClassName"), reason, text }
}
