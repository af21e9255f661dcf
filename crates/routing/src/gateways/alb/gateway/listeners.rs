//! The listeners of a Gateway, one for each port: certificates, rules, connections, and their target groups.

use podpath_source::Text;

use super::ports::{ByListener, Port, Taken, by_age, ports, refused_too};
use super::props::Layers;
use super::{Build, GroupKey, props, rule};
use crate::gateways::alb::model::{Action, Contender, Forward, Listener, TargetGroup};
use crate::gateways::alb::{model, nlb, not_found};
use crate::gateways::full_name;
use crate::gateways::gateway_api::facts::GatewayFacts;
use crate::gateways::gateway_api::route::{Route, RouteRule};
use crate::pattern::HostPattern;
use crate::table::{Frozen, Origin, Rank, Rejected};
impl<'a> Build<'a> {
    /// "A listener exists only if it has at least one route."
    pub(super) fn listeners(&mut self, facts: &GatewayFacts, taken: &ByListener<'_>) -> Result<Vec<Listener>, Frozen> {
        let mut listeners = Vec::new();
        for port in ports(facts)? {
            let of_port = port.listeners.iter().filter_map(|(number, _)| taken.get(number));
            let mut of_port: Vec<_> = of_port.flatten().collect();
            if of_port.is_empty() {
                continue;
            }
            of_port.extend(refused_too(facts, taken, &port, &of_port));
            let certificates = self.certificates(&port, &of_port)?;
            let protocol = self.upgraded(&port)?;
            let (default_action, rules, contenders) = if self.is_network {
                match self.connections(&port, protocol, &of_port)? {
                    Some((forward, contenders)) => (Action::Forward(forward), vec![], contenders),
                    None => continue,
                }
            } else {
                (not_found(), rule::rules(self, &port, &of_port)?, vec![])
            };
            listeners.push(Listener {
                origin: port.origin(),
                port: port.number,
                protocol,
                certificates,
                verifies_clients: self.verifies_clients(&port),
                sources: self.sources(),
                default_actions: vec![default_action],
                default_origin: contenders.first().map_or_else(|| port.origin(), |it| it.origin.clone()),
                rules,
                contenders,
            });
        }
        Ok(listeners)
    }

    /// Adds a target group; the number that it has from now on.
    pub(super) fn keep(&mut self, key: GroupKey, made: TargetGroup) -> usize {
        let number = self.groups.len();
        self.groups.push(made);
        self.known.insert(key, number);
        number
    }

    /// The part of the configuration for a port.
    pub(super) fn settings(&self, port: &Port<'_>) -> Layers<'a> {
        let name = format!("{}:{}", port.protocol, port.number);
        self.configuration.item("listenerConfigurations", "protocolPort", &name)
    }

    /// `sourceRanges`: "an optional list of CIDRs that are allowed to access the LB", in the group that the controller makes where
    /// none is named. Who is in a prefix list is not known.
    pub(super) fn sources(&self) -> Vec<String> {
        let others = ["securityGroups", "securityGroupPrefixes"];
        let is_other = others.iter().any(|it| !self.configuration.texts(it).is_empty());
        if is_other || self.configuration.is_true("disableSecurityGroup") {
            vec![]
        } else {
            self.configuration.texts("sourceRanges")
        }
    }

    /// `mutualAuthentication` in mode `verify` closes the handshake to clients without a certificate that its trust store
    /// knows; it is read where HTTPS is spoken.
    pub(super) fn verifies_clients(&self, port: &Port<'_>) -> bool {
        let mode = self.settings(port).get("mutualAuthentication").and_then(|it| it.get("mode").text());
        let verifies = port.protocol == "HTTPS" && mode.is_some_and(|it| it.value == "verify");
        verifies || port.listeners.iter().any(|(_, it)| it.asks_certificate)
    }

    /// QUIC for UDP.
    pub(super) fn upgraded(&self, port: &Port<'_>) -> Result<&'static str, Frozen> {
        if !self.settings(port).is_true("quicEnabled") {
            return Ok(port.protocol);
        }
        match port.protocol {
            "UDP" => Ok("QUIC"),
            "TCP_UDP" => Ok("TCP_QUIC"),
            other => {
                let message = format!("QUIC protocol upgrade not supported for protocol {other}");
                Err(Frozen { message, origin: port.origin() })
            }
        }
    }

    /// Those of the configuration; without them, discovery needs a host.
    pub(super) fn certificates(&self, port: &Port<'_>, taken: &[&Taken<'_>]) -> Result<Vec<String>, Frozen> {
        if !matches!(port.protocol, "HTTPS" | "TLS") {
            return Ok(vec![]);
        }
        let settings = self.settings(port);
        let mut certificates: Vec<String> = settings.text("defaultCertificate").into_iter().collect();
        certificates.extend(settings.texts("certificates"));
        let has_host = port.listeners.iter().any(|(_, it)| it.hostname != HostPattern::Any)
            || taken.iter().any(|it| !it.route.hostnames.is_empty());
        if certificates.is_empty() && !has_host {
            let message = format!(
                "No hostnames found for TLS cert discovery for listener on gateway {} with protocol:port {}:{}",
                full_name(self.gateway),
                port.protocol,
                port.number
            );
            return Err(Frozen { message, origin: port.origin() });
        }
        Ok(certificates)
    }

    /// "The oldest route wins"; the backends of all its rules share the connections. Where none of them can be used, or none
    /// has a weight, there is no listener (`buildL4TargetGroupTuples`).
    pub(super) fn connections(
        &mut self,
        port: &Port<'_>,
        protocol: &str,
        taken: &[&Taken<'_>],
    ) -> Result<Option<(Forward, Vec<Contender>)>, Frozen> {
        self.alpn(port)?;
        let routes = by_age(taken);
        let Some(oldest) = routes.first() else { return Ok(None) };
        let mut forward = Forward::default();
        for (number, rule) in oldest.rules().iter().enumerate() {
            self.leave_out(oldest, rule, number);
            let targets = self.targets(oldest, rule, number, port)?;
            forward.targets.extend(targets);
        }
        let contenders: Vec<_> = routes.iter().enumerate().map(|(order, it)| contender(it, order)).collect();
        if forward.targets.iter().all(|it| it.weight == Some(0)) {
            self.rejected.extend(contenders.into_iter().take(1).map(|it| without_backend(it.origin, port.number)));
            return Ok(None);
        }
        if matches!(protocol, "QUIC" | "TCP_QUIC") {
            // "QUIC protocols don't support weights."
            forward.targets.iter_mut().for_each(|it| it.weight = None);
        }
        let stickiness = self.settings(port).get("targetGroupStickiness");
        forward.stickiness = stickiness.map(|it| (Some(it.is_true()), None));
        Ok(Some((forward, contenders)))
    }

    /// The names that a TLS listener offers are one of five policies.
    pub(super) fn alpn(&self, port: &Port<'_>) -> Result<(), Frozen> {
        let policy = self.settings(port).text("alpnPolicy").filter(|_| port.protocol == "TLS");
        match policy.and_then(|it| nlb::alpn_error(&it)) {
            Some(message) => Err(Frozen { message, origin: port.origin() }),
            None => Ok(()),
        }
    }

    /// Tells the backends of a rule that get nothing: their share goes to the others, and nobody answers for them.
    pub(super) fn leave_out(&mut self, route: &Route<'_>, rule: &RouteRule<'_>, number: usize) {
        for (b, backend) in rule.backends.iter().enumerate() {
            if let Some(fault) = props::unusable(self.cluster, route, backend) {
                let path = format!("spec.rules[{number}].backendRefs[{b}]");
                let origin = Origin { location: fault.location, ..route.origin(backend.span, path) };
                self.rejected.push(Rejected { origin, reason: fault.reason, text: fault.text, by: None });
            }
        }
    }

    /// The backends of a rule that can be used: "a missing or not granted backend is left out".
    pub(super) fn targets(
        &mut self,
        route: &Route<'_>,
        rule: &RouteRule<'_>,
        number: usize,
        port: &Port<'_>,
    ) -> Result<Vec<model::Target>, Frozen> {
        let mut targets = Vec::new();
        for (b, backend) in rule.backends.iter().enumerate() {
            let place = route.origin(backend.span, format!("spec.rules[{number}].backendRefs[{b}]"));
            let weight = i64::try_from(backend.weight).ok();
            if backend.kind == "TargetGroupName" {
                let name = Some(backend.name.value.clone());
                targets.push(model::Target { origin: place, group: None, arn: None, name, weight });
                continue;
            }
            if let Some(group) = props::target_group(self, route, backend, port, &place)? {
                targets.push(model::Target { origin: place, group: Some(group), arn: None, name: None, weight });
            }
        }
        Ok(targets)
    }
}

fn contender(route: &Route<'_>, order: usize) -> Contender {
    let span = route.rules().first().map_or_else(|| route.name_span(), |it| it.span);
    let rank = Rank {
        created: route.entry.resource.meta.created.clone(),
        name: format!("{}/{}", route.namespace(), route.name()),
        order,
        hosts: vec![],
    };
    Contender { origin: route.origin(span, "spec.rules[0]".to_owned()), rank }
}

/// A route that has a port, and nobody to send its connections to.
fn without_backend(origin: Origin, port: u16) -> Rejected {
    let text = Text::new(
        format!("it has no backend that can be used and has a weight, so the load balancer does not open port {port}"),
        format!("가중치가 있고 쓸 수 있는 백엔드가 없어 로드 밸런서가 {port} 포트를 열지 않습니다"),
    );
    Rejected { origin, reason: "no-backends", text, by: None }
}
