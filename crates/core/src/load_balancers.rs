//! The method `loadBalancers`: what the AWS Load Balancer Controller makes of the workspace.

use podpath_cluster::ResourceId;
use podpath_objects::PortRef;
use podpath_protocol::{
    HealthCheck, LbAction, LbClaim, LbCondition, LbEndpoint, LbListener, LbPort, LbRewrite, LbRule, LbSession,
    LbStickiness, LbTarget, LbTransform, LbValue, LoadBalancer, LoadBalancers, Ref, SkippedObject, TargetGroup,
};
use podpath_routing::gateways::alb::{compile, model};

use crate::analysis::Analysis;
use crate::place;

/// Every load balancer, and what gets none.
pub(crate) fn load_balancers(analysis: &Analysis) -> LoadBalancers {
    let compiled = compile(&analysis.cluster);
    let write = |it: &model::LoadBalancer| Writer { analysis, made: it }.load_balancer();
    let skipped = compiled.skipped.iter().filter_map(|it| {
        let resource = analysis.reference(it.origin.resource?)?;
        Some(SkippedObject { resource, code: it.code.to_owned(), message: it.message.clone() })
    });
    LoadBalancers { load_balancers: compiled.load_balancers.iter().map(write).collect(), skipped: skipped.collect() }
}

/// The load balancer that an object is a member of.
pub(crate) fn load_balancer_of(analysis: &Analysis, id: ResourceId) -> Option<LoadBalancer> {
    let compiled = compile(&analysis.cluster);
    let made = compiled.load_balancers.iter().find(|it| it.members.contains(&id))?;
    Some(Writer { analysis, made }.load_balancer())
}

struct Writer<'a> {
    analysis: &'a Analysis,
    made: &'a model::LoadBalancer,
}

impl Writer<'_> {
    fn reference(&self, id: ResourceId) -> Option<Ref> {
        self.analysis.reference(id)
    }

    fn load_balancer(&self) -> LoadBalancer {
        let made = self.made;
        let origin = match made.source {
            model::Source::Ingress => "ingress",
            model::Source::Service => "service",
            model::Source::Gateway => "gateway",
        };
        LoadBalancer {
            kind: if made.is_network { "network" } else { "application" }.to_owned(),
            origin: origin.to_owned(),
            name: made.name.clone(),
            group: made.group.clone(),
            scheme: made.scheme.clone(),
            ip_address_type: made.address_type.clone(),
            members: made.members.iter().filter_map(|it| self.reference(*it)).collect(),
            frozen: made.frozen.iter().map(|it| it.message.clone()).collect(),
            frozen_at: made.frozen.iter().filter_map(|it| place::range(self.analysis, it.origin.location)).collect(),
            listeners: made.listeners.iter().map(|it| self.listener(it)).collect(),
            target_groups: made.target_groups.iter().enumerate().map(|(n, it)| self.target_group(n, it)).collect(),
        }
    }

    fn listener(&self, listener: &model::Listener) -> LbListener {
        let rules = listener.rules.iter().enumerate();
        LbListener {
            port: listener.port,
            protocol: listener.protocol.to_owned(),
            certificates: listener.certificates.clone(),
            default_actions: listener.default_actions.iter().map(|it| self.action(it)).collect(),
            default_range: place::range(self.analysis, listener.default_origin.location),
            rules: rules.map(|(n, it)| self.rule(n + 1, it)).collect(),
        }
    }

    fn rule(&self, priority: usize, rule: &model::Rule) -> LbRule {
        LbRule {
            priority,
            conditions: rule.conditions.iter().map(condition).collect(),
            transforms: rule.transforms.iter().map(transform).collect(),
            actions: rule.actions.iter().map(|it| self.action(it)).collect(),
            source: rule.origin.resource.and_then(|it| self.reference(it)),
            path: rule.origin.path.clone(),
            range: place::range(self.analysis, rule.origin.location),
        }
    }

    fn action(&self, action: &model::Action) -> LbAction {
        match action {
            model::Action::Forward(forward) => LbAction::Forward {
                target_groups: forward.targets.iter().map(|it| self.target(it)).collect(),
                stickiness: forward
                    .stickiness
                    .map(|(enabled, duration_seconds)| LbStickiness { enabled, duration_seconds }),
            },
            model::Action::Redirect(it) => LbAction::Redirect {
                protocol: it.protocol.clone(),
                host: it.host.clone(),
                port: it.port.clone(),
                path: it.path.clone(),
                query: it.query.clone(),
                status_code: it.status,
            },
            model::Action::Fixed(it) => LbAction::FixedResponse {
                status_code: it.status,
                content_type: it.content_type.clone(),
                message_body: it.body.clone(),
            },
            model::Action::Authenticate(it) => authenticate(it),
            model::Action::Jwt(it) => LbAction::JwtValidation {
                jwks_endpoint: it.jwks.clone(),
                issuer: it.issuer.clone(),
                additional_claims: it.claims.iter().map(claim).collect(),
            },
        }
    }

    fn target(&self, target: &model::Target) -> LbTarget {
        let group = target.group.and_then(|it| self.made.target_groups.get(it));
        LbTarget {
            id: target.group.map(id),
            service: group.and_then(|it| self.reference(it.service)),
            service_port: group.map(|it| port(&it.service_port)),
            arn: target.arn.clone(),
            name: target.name.clone(),
            weight: target.weight,
        }
    }

    fn target_group(&self, number: usize, group: &model::TargetGroup) -> TargetGroup {
        let endpoint = |(workload, port): &(ResourceId, u16)| {
            Some(LbEndpoint { workload: self.reference(*workload)?, port: *port })
        };
        TargetGroup {
            id: id(number),
            name: group.name.clone(),
            source: self.reference(group.source),
            service: self.reference(group.service),
            service_port: port(&group.service_port),
            target_type: group.target_type.to_owned(),
            port: group.port,
            protocol: group.protocol.clone(),
            protocol_version: group.protocol_version.clone(),
            ip_address_type: group.address_type.to_owned(),
            health_check: HealthCheck {
                protocol: group.health.protocol.clone(),
                port: group.health.port.map_or_else(|| LbPort::Name("traffic-port".into()), LbPort::Number),
                path: group.health.path.clone(),
                success_codes: group.health.codes.clone(),
                interval_seconds: group.health.interval,
                timeout_seconds: group.health.timeout,
                healthy_threshold: group.health.healthy,
                unhealthy_threshold: group.health.unhealthy,
            },
            attributes: group.attributes.iter().cloned().collect(),
            targets: group.targets.iter().filter_map(endpoint).collect(),
        }
    }
}

fn id(number: usize) -> String {
    format!("tg-{}", number + 1)
}

fn port(port: &PortRef) -> LbPort {
    match port {
        PortRef::Number(number) => LbPort::Number(i64::from(*number)),
        PortRef::Name(name) => LbPort::Name(name.clone()),
    }
}

fn condition(condition: &model::Condition) -> LbCondition {
    let (field, name) = match &condition.field {
        model::Field::Host => ("host-header", None),
        model::Field::Path => ("path-pattern", None),
        model::Field::Header(name) => ("http-header", Some(name.clone())),
        model::Field::Method => ("http-request-method", None),
        model::Field::Query => ("query-string", None),
        model::Field::Source => ("source-ip", None),
    };
    let is_pair = condition.field == model::Field::Query;
    let value = |it: &model::ConditionValue| {
        let value = it.value.clone();
        if is_pair { LbValue::Pair { key: it.key.clone(), value } } else { LbValue::Text(value) }
    };
    let values: Vec<_> = condition.values.iter().map(value).collect();
    let (values, regex_values) = if condition.is_regex { (None, Some(values)) } else { (Some(values), None) };
    LbCondition { field: field.to_owned(), name, values, regex_values }
}

fn transform(transform: &model::Transform) -> LbTransform {
    let rewrite = |(regex, replace): &(String, String)| LbRewrite { regex: regex.clone(), replace: replace.clone() };
    LbTransform {
        kind: if transform.is_host { "host-header-rewrite" } else { "url-rewrite" }.to_owned(),
        rewrites: transform.rewrites.iter().map(rewrite).collect(),
    }
}

fn authenticate(auth: &model::Authenticate) -> LbAction {
    let session = LbSession {
        on_unauthenticated_request: auth.on_unauthenticated.clone(),
        scope: auth.scope.clone(),
        session_cookie_name: auth.cookie.clone(),
        session_timeout: auth.timeout,
        authentication_request_extra_params: auth.extra.iter().cloned().collect(),
    };
    let text = |n: usize| auth.provider.get(n).cloned().unwrap_or_default();
    if !auth.is_oidc {
        return LbAction::AuthenticateCognito {
            user_pool_arn: text(0),
            user_pool_client_id: text(1),
            user_pool_domain: text(2),
            session,
        };
    }
    LbAction::AuthenticateOidc {
        issuer: text(0),
        authorization_endpoint: text(1),
        token_endpoint: text(2),
        user_info_endpoint: text(3),
        client_id: text(4),
        session,
    }
}

fn claim(claim: &model::Claim) -> LbClaim {
    LbClaim { format: claim.format.clone(), name: claim.name.clone(), values: claim.values.clone() }
}
