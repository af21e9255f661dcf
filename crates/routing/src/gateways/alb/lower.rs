//! Load balancers as AWS keeps them, to neutral route tables: what the data plane does with a request.
//!
//! Source: Elastic Load Balancing user guide, "Listener rules": conditions AND, values OR; `*` is any text, `?` one character;
//! hosts, header values and query strings without case, paths with case, methods exact.

use std::sync::Arc;

use podpath_cluster::{Cluster, Found};
use podpath_objects::{PortRef, Service, TargetGroupBinding};
use podpath_source::Text;

use super::model::{self, Field, Fixed, Forward, LoadBalancer};
use super::{GATEWAY, NLB};
use crate::gateways::missing_service;
use crate::matcher::{Condition, Matcher, SourceMatch};
use crate::pattern::{HostPattern, PathMatch, Pattern, TextMatch};
use crate::table::{
    Access, Action, Backend, BegunTls, Fault, Filter, Gate, HealthCheck, Listener, Origin, PathChange, Protocol, Rank,
    Redirect, RedirectPort, Response, Rule, Table, Target, TokenClaim, VirtualHost,
};

/// The table of a load balancer.
pub(super) fn table(cluster: &Cluster, made: &LoadBalancer) -> Table {
    let checks = made.target_groups.iter().map(|it| Arc::new(health_check(it))).collect();
    let lowering = Lowering { cluster, made, checks };
    Table {
        gateway: if made.is_network { &NLB } else { &GATEWAY },
        origin: made.origin.clone(),
        members: made.members.iter().chain(&made.sets).copied().collect(),
        is_public: made.scheme == "internet-facing",
        listeners: made.listeners.iter().flat_map(|it| lowering.listeners(it)).chain(made.closed.clone()).collect(),
        rejected: made.rejected.clone(),
        frozen: made.frozen.clone(),
        real_ip: None,
    }
}

struct Lowering<'a> {
    cluster: &'a Cluster,
    made: &'a LoadBalancer,
    /// Of each target group.
    checks: Vec<Arc<HealthCheck>>,
}

fn health_check(group: &model::TargetGroup) -> HealthCheck {
    let check = &group.health;
    HealthCheck {
        protocol: check.protocol.clone(),
        port: check.port.and_then(|it| u16::try_from(it).ok()),
        path: check.path.clone(),
        codes: check.codes.clone(),
        is_grpc: group.protocol_version.as_deref() == Some("GRPC"),
        is_node: group.target_type == "instance",
        is_written: check.origin.is_some(),
        location: check.origin.as_ref().map(|it| it.location).unwrap_or_default(),
    }
}

impl Lowering<'_> {
    /// A listener for each protocol that the port takes.
    fn listeners(&self, listener: &model::Listener) -> Vec<Listener> {
        protocols(listener.protocol).iter().map(|it| self.listener(listener, *it)).collect()
    }

    fn listener(&self, listener: &model::Listener, protocol: Protocol) -> Listener {
        let (filters, action) =
            (self.guards(&listener.default_actions, protocol), self.action(&listener.default_actions, protocol));
        let mut rules: Vec<_> =
            listener.rules.iter().enumerate().map(|(order, it)| self.rule(order, it, protocol)).collect();
        rules.extend(listener.contenders.iter().enumerate().map(|(order, it)| contender(order, it, &action)));
        let fallback = Rule { filters, ..Rule::plain(listener.default_origin.clone(), "default", action) };
        Listener {
            origin: listener.origin.clone(),
            name: listener.port.to_string(),
            port: listener.port,
            protocol,
            hostnames: vec![],
            served: vec![],
            hosts: vec![VirtualHost { pattern: HostPattern::Any, rules }.into()],
            // Among contenders one always gets the connection.
            fallback: listener.contenders.is_empty().then_some(fallback),
            access: access(listener),
        }
    }

    fn rule(&self, order: usize, rule: &model::Rule, protocol: Protocol) -> Rule {
        let number = u32::try_from(order + 1).unwrap_or(u32::MAX);
        Rule {
            origin: rule.origin.clone(),
            label: number.to_string(),
            priority: Some(number),
            matchers: rule.conditions.iter().map(matcher).collect(),
            rank: Rank { order, ..Rank::default() },
            filters: self
                .guards(&rule.actions, protocol)
                .into_iter()
                .chain(rule.transforms.iter().flat_map(filters))
                .collect(),
            action: if is_refused(rule) {
                Action::Unsupported(rule.origin.path.clone())
            } else {
                self.action(&rule.actions, protocol)
            },
        }
    }

    /// What must hold of a request before the last action.
    fn guards(&self, actions: &[model::Action], protocol: Protocol) -> Vec<Filter> {
        let mut guards = guards(actions);
        guards.extend(actions.last().and_then(|it| self.spoken(it, protocol)));
        guards
    }

    /// The protocol version of the target groups that get a share, where it is one for all of them.
    fn spoken(&self, action: &model::Action, protocol: Protocol) -> Option<Filter> {
        let model::Action::Forward(forward) = action else { return None };
        let live = forward.targets.iter().filter(|it| it.weight != Some(0));
        let version = |it: &model::Target| self.made.target_groups.get(it.group?)?.protocol_version.clone();
        let mut versions: Vec<_> = live.map(version).collect();
        versions.dedup();
        match versions.as_slice() {
            [Some(version)] => {
                let is_tls = protocol == Protocol::Https;
                Some(Filter::Gate(Gate::Spoken { version: version.clone(), is_tls }))
            }
            _ => None,
        }
    }

    fn action(&self, actions: &[model::Action], protocol: Protocol) -> Action {
        match actions.iter().find(|it| !matches!(it, model::Action::Authenticate(_) | model::Action::Jwt(_))) {
            Some(model::Action::Fixed(fixed)) => match &fixed.missing {
                Some(missing) => Action::Forward(vec![missing_backend(missing, fixed)]),
                None if !is_answer(fixed) => Action::Unsupported("fixedResponseConfig".into()),
                None => Action::Respond(respond(fixed)),
            },
            Some(model::Action::Redirect(it)) => {
                redirect(it).map_or_else(|| Action::Unsupported("redirectConfig".into()), Action::Redirect)
            }
            Some(model::Action::Forward(forward)) => self.forward(forward, protocol),
            _ => Action::Unsupported("actions".into()),
        }
    }

    fn forward(&self, forward: &Forward, protocol: Protocol) -> Action {
        // An annotation may hold any number; shares are counted with no more than a backendRef may have.
        let weight = |it: &model::Target| u64::try_from(it.weight.unwrap_or(1)).unwrap_or(0).min(1_000_000);
        let mut backends = Vec::new();
        for target in &forward.targets {
            match self.backend(target, weight(target), protocol) {
                Some(it) => backends.push(it),
                // Nobody says what is in a group that is made elsewhere.
                None if target.group.is_none() => return Action::Unsupported("targetGroupARN".into()),
                None => {}
            }
        }
        // "A rule whose target groups have no weight, or that has none, is answered 503."
        if backends.iter().all(|it| it.weight == 0) {
            return Action::Respond(Response { status: 503, body: None, reason: "no-target-groups" });
        }
        Action::Forward(backends)
    }

    fn backend(&self, target: &model::Target, weight: u64, protocol: Protocol) -> Option<Backend> {
        let group = target.group.and_then(|it| self.made.target_groups.get(it));
        let (to, port, is_tls) = match group.filter(|it| it.target_type == model::ALB_TARGET) {
            Some(group) => (Target::Balancer(group.service), number(&group.service_port), false),
            None => {
                let (service, port, is_tls) = self.service(target)?;
                (Target::Service(service.id), service.object.port_by(port).map(|it| it.port.value), is_tls)
            }
        };
        Some(Backend {
            origin: target.origin.clone(),
            target: to,
            port,
            subset: None,
            weight,
            filters: vec![],
            fault: group.filter(|it| !it.has_nodes).map(|_| without_nodes(&target.origin)),
            // "With HTTPS or TLS as the protocol of the target group TLS is spoken to the targets", without a server name; where
            // an NLB does not end TLS, what comes is passed on as it is.
            tls: (is_tls && protocol != Protocol::Tcp).then(BegunTls::default),
            check: target.group.and_then(|it| self.checks.get(it)).cloned(),
            keeps_client: group.is_some_and(|it| self.keeps_client(it)),
        })
    }

    /// "Client IP preservation" of an NLB: always where UDP or QUIC is spoken, else as the attribute tells; unless told, it is on
    /// for nodes and off for addresses. A node hands the address on where the Service wants local Pods alone.
    fn keeps_client(&self, group: &model::TargetGroup) -> bool {
        let is_node = group.target_type == "instance";
        let told = group.attributes.iter().find(|(key, _)| key == "preserve_client_ip.enabled");
        let told = told.and_then(|(_, value)| podpath_source::boolean(value));
        let is_kept =
            matches!(group.protocol.as_str(), "UDP" | "TCP_UDP" | "QUIC" | "TCP_QUIC") || told.unwrap_or(is_node);
        let is_local =
            || self.cluster.get::<Service>(group.service).is_some_and(|it| it.object.traffic.is_external_local);
        self.made.is_network && is_kept && (!is_node || is_local())
    }

    /// The Service whose Pods are in a target group, its port, and whether TLS is spoken to them.
    fn service<'s>(&'s self, target: &model::Target) -> Option<(Found<'s, Service>, &'s PortRef, bool)> {
        let Some(number) = target.group else {
            return bound(self.cluster, target).map(|(service, port)| (service, port, false));
        };
        let group = self.made.target_groups.get(number)?;
        let service = self.cluster.get::<Service>(group.service)?;
        Some((service, &group.service_port, matches!(group.protocol.as_str(), "HTTPS" | "TLS")))
    }
}

/// "503: there are no registered targets."
fn without_nodes(place: &Origin) -> Fault {
    Fault {
        reason: "no-nodes",
        status: 503,
        body: None,
        text: Text::new(
            "no Node here may be a target: their labels or taints keep them out",
            "여기 있는 Node는 레이블이나 테인트 때문에 모두 대상이 될 수 없습니다",
        ),
        location: place.location,
    }
}

fn access(listener: &model::Listener) -> Access {
    let asks_certificate = listener.verifies_clients;
    match listener.sources.as_slice() {
        [] if asks_certificate => Access::ClientCertificate,
        [] => Access::Open,
        ranges => Access::Ranges { ranges: ranges.to_vec(), asks_certificate },
    }
}

/// The rule of a route that wants all connections of a port; those that lose it send nothing anywhere.
fn contender(order: usize, found: &model::Contender, taken: &Action) -> Rule {
    let action = if order == 0 { taken.clone() } else { Action::Forward(vec![]) };
    Rule { rank: found.rank.clone(), ..Rule::plain(found.origin.clone(), "default", action) }
}

/// The Service that a TargetGroupBinding puts into a target group that is made elsewhere. None where no binding is here, or
/// more than one: what share each of them gets is not told.
fn bound<'a>(cluster: &'a Cluster, target: &model::Target) -> Option<(Found<'a, Service>, &'a PortRef)> {
    let mut found = cluster.all::<TargetGroupBinding>().filter(|it| is_of(it.object, target));
    let only = found.next()?;
    if found.next().is_some() {
        return None;
    }
    let service = cluster.find::<Service>(only.namespace(), &only.object.service.as_ref()?.value)?;
    Some((service, &only.object.port.as_ref()?.value))
}

/// Whether both mean one target group: by ARN, or by name, which stands in the ARN too (`targetgroup/NAME/ID`).
fn is_of(binding: &TargetGroupBinding, target: &model::Target) -> bool {
    let (arn, name) = (binding.arn.as_ref(), binding.name.as_ref());
    if let (Some(arn), Some(wanted)) = (arn, &target.arn) {
        return arn.value == *wanted;
    }
    let bound = arn.and_then(|it| name_in(&it.value)).or(name.map(|it| it.value.as_str()));
    let wanted = target.arn.as_deref().and_then(name_in).or(target.name.as_deref());
    bound.is_some() && bound == wanted
}

fn number(port: &PortRef) -> Option<u16> {
    match port {
        PortRef::Number(number) => Some(*number),
        PortRef::Name(_) => None,
    }
}

fn name_in(arn: &str) -> Option<&str> {
    arn.split('/').nth(1)
}

/// What a listener takes: "a TCP_UDP listener serves both on one port"; QUIC is UDP. There is no listener for SCTP.
fn protocols(protocol: &str) -> &'static [Protocol] {
    match protocol {
        "HTTPS" => &[Protocol::Https],
        "TCP" => &[Protocol::Tcp],
        "TLS" => &[Protocol::TlsTerminate],
        "UDP" | "QUIC" => &[Protocol::Udp],
        "TCP_UDP" | "TCP_QUIC" => &[Protocol::Tcp, Protocol::Udp],
        "SCTP" => &[],
        _ => &[Protocol::Http],
    }
}

/// The Service that a fixed answer stands for keeps the share, so that people see its name.
fn missing_backend(missing: &model::Missing, fixed: &Fixed) -> Backend {
    let (namespace, name) = (missing.namespace.as_str(), missing.name.as_str());
    let fault = missing_service(namespace, name, missing.origin.location, fixed.status);
    Backend {
        origin: missing.origin.clone(),
        target: Target::Missing(namespace.to_owned(), name.to_owned()),
        port: missing.port.as_ref().and_then(number),
        subset: None,
        weight: 1,
        filters: vec![],
        fault: Some(Fault { body: fixed.body.clone(), ..fault }),
        tls: None,
        check: None,
        keeps_client: false,
    }
}

fn respond(fixed: &Fixed) -> Response {
    let body = fixed.body.clone().or_else(|| (fixed.reason == "no-route").then(String::new));
    Response { status: fixed.status, body, reason: fixed.reason }
}

/// "The code is 2XX, 4XX or 5XX; the body has up to 1,024 characters" (`FixedResponseActionConfig` of the API). The controller
/// looks at neither and AWS refuses the rule, so what the load balancer holds instead is not known.
fn is_answer(fixed: &Fixed) -> bool {
    let is_short = fixed.body.as_ref().is_none_or(|it| it.chars().count() <= 1024);
    is_short && matches!(fixed.status, 200..=299 | 400..=599)
}

/// What must hold before the last action: a session, without which a request is sent to the provider or refused, and `allow`
/// lets it pass; or a token.
fn guards(actions: &[model::Action]) -> Vec<Filter> {
    let guard = |it: &model::Action| match it {
        model::Action::Authenticate(it) => match it.on_unauthenticated.as_str() {
            "allow" => None,
            "deny" => Some(Gate::Session(401)),
            _ => Some(Gate::Session(302)),
        },
        model::Action::Jwt(it) => {
            Some(Gate::Token { issuer: it.issuer.clone(), claims: it.claims.iter().map(token_claim).collect() })
        }
        _ => None,
    };
    actions.iter().filter_map(guard).map(Filter::Gate).collect()
}

fn token_claim(claim: &model::Claim) -> TokenClaim {
    TokenClaim { name: claim.name.clone(), format: claim.format.clone(), values: claim.values.clone() }
}

/// "Condition values per rule: 5" (Application Load Balancer quotas); a value has up to 128 characters, and of a host "you must
/// include at least one `.` character" (`RuleCondition` of the API). The controller looks at none of it and AWS refuses the
/// rule, so what the load balancer holds instead is not known.
fn is_refused(rule: &model::Rule) -> bool {
    let is_bad = |found: &model::Condition, value: &str| match found.field {
        Field::Method | Field::Source => false,
        // Whether a wildcard may stand for the `.` is not told.
        Field::Host if !found.is_regex && !value.contains(['.', '*', '?']) => true,
        _ => value.chars().count() > 128,
    };
    rule.conditions.iter().map(|it| it.values.len()).sum::<usize>() > 5
        || rule.conditions.iter().any(|found| found.values.iter().any(|it| is_bad(found, &it.value)))
}

fn matcher(found: &model::Condition) -> Matcher {
    let values = || found.values.iter().map(|it| it.value.clone());
    let regex = || match found.values.as_slice() {
        [one] => Pattern::anywhere(&one.value),
        _ => Pattern::anywhere(&values().map(|it| format!("(?:{it})")).collect::<Vec<_>>().join("|")),
    };
    let condition = match &found.field {
        Field::Host if found.is_regex => Condition::Host(vec![HostPattern::Regex(regex())]),
        Field::Host => Condition::Host(values().map(|it| HostPattern::Glob(it.to_ascii_lowercase())).collect()),
        Field::Path if found.is_regex => Condition::Path(PathMatch::Regex(regex())),
        Field::Path => Condition::Path(PathMatch::AnyGlob(values().collect())),
        Field::Header(name) if found.is_regex => Condition::Header(name.clone(), TextMatch::AnyRegex(regex())),
        Field::Header(name) => Condition::Header(name.clone(), TextMatch::AnyGlob(values().collect())),
        Field::Method => Condition::Method(match found.values.as_slice() {
            [one] => TextMatch::Exact(one.value.clone()),
            _ => TextMatch::Regex(Pattern::new(&values().collect::<Vec<_>>().join("|"))),
        }),
        Field::Query => {
            let globs = found.values.iter().map(|it| (it.key.clone(), it.value.clone()));
            Condition::AnyQuery(globs.collect())
        }
        Field::Source => Condition::Source(SourceMatch::Within(values().collect())),
    };
    Matcher::new(condition, found.location)
}

/// A transform replaces the first match; the URL is path and query.
fn filters(transform: &model::Transform) -> Vec<Filter> {
    let rewrite = |(regex, to): &(String, String)| Filter::Rewrite {
        is_host: transform.is_host,
        pattern: Pattern::anywhere(regex),
        to: to.clone(),
    };
    transform.rewrites.iter().map(rewrite).collect()
}

/// A redirect; where placeholders stand among other text the whole location is a template.
fn redirect(given: &model::Redirect) -> Option<Redirect> {
    let own = |value: &Option<String>, default: &str| value.clone().filter(|it| it != default);
    let scheme = own(&given.protocol, "#{protocol}").map(|it| it.to_ascii_lowercase());
    let (host, port) = (own(&given.host, "#{host}"), own(&given.port, "#{port}"));
    let (path, query) = (own(&given.path, "/#{path}"), own(&given.query, "#{query}"));
    let parts = [&scheme, &host, &port, &path, &query];
    let template = if parts.into_iter().flatten().any(|it| it.contains("#{")) { Some(template(given)?) } else { None };
    Some(Redirect {
        status: given.status,
        port: port.and_then(|it| it.parse().ok()).map_or(RedirectPort::AsListener, RedirectPort::Written),
        scheme,
        host,
        path: path.map(PathChange::Full),
        query,
        template,
    })
}

/// With the variables of the engine; None for texts that cannot be told from variables.
fn template(given: &model::Redirect) -> Option<String> {
    let part = |value: &Option<String>, default: &str| value.clone().unwrap_or_else(|| default.to_owned());
    let protocol = part(&given.protocol, "#{protocol}").replace("HTTPS", "https").replace("HTTP", "http");
    let (host, port) = (part(&given.host, "#{host}"), part(&given.port, "#{port}"));
    let (path, query) = (part(&given.path, "/#{path}"), part(&given.query, "#{query}"));
    let query = match query.as_str() {
        "" => String::new(),
        "#{query}" => "${is_args}${args}".to_owned(),
        other => format!("?{other}"),
    };
    if [&protocol, &host, &port, &path].into_iter().any(|it| it.contains('$'))
        || given.query.as_ref().is_some_and(|it| it.contains('$'))
    {
        return None;
    }
    let text = format!("{protocol}://{host}:{port}{path}{query}");
    let names =
        [("protocol", "scheme"), ("host", "host"), ("port", "port"), ("path", "path_without_slash"), ("query", "args")];
    Some(
        names
            .into_iter()
            .fold(text, |text, (name, variable)| text.replace(&format!("#{{{name}}}"), &format!("${{{variable}}}"))),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_among_text_make_a_template() {
        let given = model::Redirect { path: Some("/v2/#{path}".into()), status: 302, ..model::Redirect::default() };
        let made = redirect(&given).and_then(|it| it.template);
        assert_eq!(made.as_deref(), Some("${scheme}://${host}:${port}/v2/${path_without_slash}${is_args}${args}"));
    }
}
