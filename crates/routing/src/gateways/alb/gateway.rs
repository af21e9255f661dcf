//! Gateways of the classes `gateway.k8s.aws/alb` and `gateway.k8s.aws/nlb` to load balancers (`pkg/gateway/model`).
//!
//! Which routes a listener takes is decided by the Gateway API lowering; this module makes rules and target groups of them.

mod props;
mod rule;
mod subnets;

use podpath_cluster::{Cluster, Found, ResourceId};
use podpath_objects::{BackendRef, Gateway, GatewayClass, LoadBalancerConfiguration, TargetGroupConfiguration};
use podpath_order::{OrdMap, OrdSet, Order};
use podpath_source::{Span, Text};

use super::model::{Action, Contender, Forward, Listener, LoadBalancer, Skipped, Source, TargetGroup};
use super::{nlb, not_found};
use crate::gateways::gateway_api::facts::{GatewayFacts, ListenerFacts};
use crate::gateways::gateway_api::route::{Route, RouteRule};
use crate::gateways::gateway_api::{attach, closed, listener, speechless};
use crate::gateways::{full_name, origin, whole};
use crate::pattern::HostPattern;
use crate::table::{Frozen, Origin, Protocol, Rank, Rejected};

use props::Layers;

/// The largest share of a backend.
const MAX_WEIGHT: u64 = 999;

/// A load balancer for each Gateway of this controller.
pub(super) fn gateways(cluster: &Cluster) -> (Vec<LoadBalancer>, Vec<Skipped>) {
    let (mut made, mut skipped) = (Vec::new(), Vec::new());
    if cluster.all::<Gateway>().next().is_none() {
        return (made, skipped);
    }
    let mut surveyed = listener::survey(cluster);
    let routes = Route::all(cluster);
    let attached = attach::attach_all(cluster, &mut surveyed, &routes);
    for (number, facts) in surveyed.iter().enumerate() {
        let Some(gateway) = cluster.get::<Gateway>(facts.id) else { continue };
        let is_network = match listener::controller(cluster, &gateway) {
            Some("gateway.k8s.aws/alb") => false,
            Some("gateway.k8s.aws/nlb") => true,
            _ => {
                let message = "its GatewayClass belongs to another controller".to_owned();
                skipped.push(Skipped {
                    origin: whole(&gateway),
                    code: "class-of-another-controller",
                    message,
                    text: None,
                });
                continue;
            }
        };
        let mut taken: OrdMap<usize, Vec<Taken<'_>>> = OrdMap::new();
        let mut rejected = speechless(facts);
        for (route, of_route) in routes.iter().zip(&attached) {
            let parents = of_route.parents.iter().filter(|it| it.gateway == Some(number));
            for (place, problem) in parents.clone().filter_map(|it| Some((it.place, it.accepted.as_ref().err()?))) {
                let origin = route.origin(problem.location.span, format!("spec.parentRefs[{place}]"));
                rejected.push(Rejected { origin, reason: problem.reason, text: problem.text.clone(), by: None });
            }
            for attachment in parents.filter_map(|it| it.accepted.as_ref().ok()).flatten() {
                let hostnames = attachment.hostnames.clone();
                let listener = facts.listeners.get(attachment.listener);
                let names_host = listener.is_some_and(|it| it.hostname != HostPattern::Any);
                taken.entry(attachment.listener).or_default().push(Taken { route, hostnames, names_host });
            }
        }
        let mut own = load_balancer(cluster, &gateway, facts, &taken, is_network);
        rejected.append(&mut own.rejected);
        let sets = facts.sets.iter().map(|it| it.id).collect();
        made.push(LoadBalancer { rejected, closed: closed(facts), sets, ..own });
    }
    (made, skipped)
}

/// A route at a listener, with the hosts that both serve.
struct Taken<'a> {
    route: &'a Route<'a>,
    hostnames: Vec<(HostPattern, Span)>,
    /// The listener names a host.
    names_host: bool,
}

type ByListener<'a> = OrdMap<usize, Vec<Taken<'a>>>;

fn load_balancer(
    cluster: &Cluster,
    gateway: &Found<'_, Gateway>,
    facts: &GatewayFacts,
    taken: &ByListener<'_>,
    is_network: bool,
) -> LoadBalancer {
    let empty =
        LoadBalancer::new(Source::Gateway, whole(gateway), vec![gateway.id], cluster.settings.alb_scheme.clone());
    LoadBalancer { is_network, ..empty }.filled(|made| fill(cluster, gateway, facts, taken, made))
}

fn fill(
    cluster: &Cluster,
    gateway: &Found<'_, Gateway>,
    facts: &GatewayFacts,
    taken: &ByListener<'_>,
    made: &mut LoadBalancer,
) -> Result<(), Frozen> {
    let (configuration, defaults) = configuration(cluster, gateway)?;
    let error = |message: String| Frozen { message, origin: whole(gateway) };
    weights(cluster, facts, taken)?;
    made.name = configuration.text("loadBalancerName");
    if made.name.as_ref().is_some_and(|it| it.len() > 32) {
        return Err(error("load balancer name cannot be longer than 32 characters".into()));
    }
    match configuration.text("scheme").as_deref() {
        None => {}
        Some(scheme @ ("internal" | "internet-facing")) => scheme.clone_into(&mut made.scheme),
        Some(other) => return Err(error(format!("unknown scheme: {other}"))),
    }
    match configuration.text("ipAddressType").as_deref() {
        None => {}
        // "All three for both kinds of load balancers" (`buildLoadBalancerIPAddressType`); what an NLB has not AWS refuses.
        Some(kind @ ("ipv4" | "dualstack" | "dualstack-without-public-ipv4")) => {
            kind.clone_into(&mut made.address_type);
        }
        Some(other) => return Err(error(format!("unknown IPAddressType: {other}"))),
    }
    subnets::judge(&configuration, made).map_err(error)?;
    let mut build = Build {
        cluster,
        gateway,
        configuration,
        defaults,
        is_network: made.is_network,
        address_type: made.address_type.clone(),
        groups: vec![],
        known: OrdMap::new(),
        rejected: vec![],
    };
    made.listeners = build.listeners(facts, taken)?;
    made.target_groups = build.groups;
    let mut told = OrdSet::new();
    build.rejected.retain(|it| told.insert((it.origin.location, it.text.en.clone())));
    made.rejected = build.rejected;
    Ok(())
}

/// The LoadBalancerConfigurations of the Gateway and of its class, and the default TargetGroupConfigurations of both, the one
/// that wins first.
fn configuration<'a>(
    cluster: &'a Cluster,
    gateway: &Found<'a, Gateway>,
) -> Result<(Layers<'a>, Vec<Found<'a, TargetGroupConfiguration>>), Frozen> {
    let find = |reference: &podpath_objects::ObjectRef, default: &str| {
        let namespace = reference.namespace.as_ref().map_or(default, |it| it.value.as_str());
        let name = &reference.name.value;
        let found = cluster.find::<LoadBalancerConfiguration>(namespace, name);
        let message = format!("LoadBalancerConfiguration.gateway.k8s.aws \"{name}\" not found");
        let place = origin(gateway, gateway.entry.resource.meta.name_span(), "spec.infrastructure.parametersRef");
        found.ok_or(Frozen { message, origin: place })
    };
    let class = gateway.object.class.as_ref().and_then(|it| cluster.find::<GatewayClass>("", &it.value));
    let of_class = match class.and_then(|it| it.object.parameters.as_ref()) {
        Some(reference) => Some(find(reference, "")?),
        None => None,
    };
    let own = match gateway.object.parameters.as_deref() {
        Some(reference) => Some(find(reference, gateway.namespace())?),
        None => None,
    };
    let mode = of_class.as_ref().and_then(|it| it.object.spec()).and_then(|it| it.get("mergingMode").text());
    let mut defaults = [
        default_targets(cluster, of_class.as_ref(), "GatewayClass")?,
        default_targets(cluster, own.as_ref(), "Gateway")?,
    ];
    let mut layers = [of_class, own].map(|it| it.and_then(|it| it.object.spec()));
    if mode.is_some_and(|it| it.value == "prefer-gateway") {
        layers.reverse();
        defaults.reverse();
    }
    Ok((Layers::new(layers.into_iter().flatten()), defaults.into_iter().flatten().collect()))
}

/// The default TargetGroupConfiguration of a LoadBalancerConfiguration, which stands in the same namespace
/// (`config_resolver.go`, `resolveAndMergeDefaultTGCs`).
fn default_targets<'a>(
    cluster: &'a Cluster,
    holder: Option<&Found<'a, LoadBalancerConfiguration>>,
    whose: &str,
) -> Result<Option<Found<'a, TargetGroupConfiguration>>, Frozen> {
    let Some(holder) = holder else { return Ok(None) };
    let written = holder.object.spec().and_then(|it| it.get("defaultTargetGroupConfiguration").get("name").text());
    let Some(written) = written else { return Ok(None) };
    let (name, namespace) = (&written.value, holder.namespace());
    let found = cluster.find::<TargetGroupConfiguration>(namespace, name);
    found.map(Some).ok_or_else(|| Frozen {
        message: format!(
            "default TargetGroupConfiguration \"{name}\" referenced by {whose} LoadBalancerConfiguration \"{}\" not found in namespace \"{namespace}\"",
            holder.name()
        ),
        origin: origin(holder, written.span, "spec.defaultTargetGroupConfiguration.name"),
    })
}

/// A load balancer while it is made.
struct Build<'a> {
    cluster: &'a Cluster,
    gateway: &'a Found<'a, Gateway>,
    configuration: Layers<'a>,
    /// The default TargetGroupConfigurations, the one that wins first.
    defaults: Vec<Found<'a, TargetGroupConfiguration>>,
    is_network: bool,
    address_type: String,
    groups: Vec<TargetGroup>,
    known: OrdMap<GroupKey, usize>,
    /// What takes no part.
    rejected: Vec<Rejected>,
}

/// Route, Service and targetPort, or route, Gateway and port: one target group each.
type GroupKey = (ResourceId, ResourceId, String);

/// The listeners of one port.
struct Port<'a> {
    number: u16,
    protocol: &'static str,
    listeners: Vec<(usize, &'a ListenerFacts)>,
}

impl Port<'_> {
    fn origin(&self) -> Origin {
        self.listeners.first().map(|(_, it)| place(it)).unwrap_or_default()
    }
}

/// The listeners that the controller accepts, with their numbers.
fn open(facts: &GatewayFacts) -> impl Iterator<Item = (usize, &ListenerFacts)> {
    facts.listeners.iter().enumerate().filter(|(_, it)| it.shut().is_none())
}

/// Those by port. "TCP and UDP listeners of one port are one TCP_UDP listener"; others of two protocols keep the whole load
/// balancer as it is, such as one that ends TLS and one that passes it through (`mapGatewayListenerConfigsByPort`).
fn ports(facts: &GatewayFacts) -> Result<Vec<Port<'_>>, Frozen> {
    let mut ports: OrdMap<u16, Port<'_>> = OrdMap::new();
    for (number, listener) in open(facts) {
        let (Some(port), Some(spoken)) = (listener.port, listener.protocol) else { continue };
        let protocol = match spoken {
            Protocol::Http => "HTTP",
            Protocol::Https => "HTTPS",
            Protocol::TlsTerminate => "TLS",
            // "A TLS listener in mode Passthrough is a TCP listener."
            Protocol::Tcp | Protocol::TlsPassthrough => "TCP",
            Protocol::Udp => "UDP",
        };
        let taken = ports.entry(port).or_insert_with(|| Port { number: port, protocol, listeners: vec![] });
        match (taken.protocol, protocol) {
            (one, other) if one == other => {}
            ("TCP" | "UDP" | "TCP_UDP", "TCP" | "UDP") => taken.protocol = "TCP_UDP",
            _ => {
                let why = "invalid listeners on gateway, listeners with same ports cannot have different protocols";
                return Err(Frozen { message: why.to_owned(), origin: place(listener) });
            }
        }
        taken.listeners.push((number, listener));
    }
    Ok(ports.into_values().collect())
}

/// Where a listener stands.
fn place(listener: &ListenerFacts) -> Origin {
    Origin {
        resource: Some(listener.owner),
        location: listener.location,
        path: format!("spec.listeners[{}]", listener.place),
    }
}

impl<'a> Build<'a> {
    /// "A listener exists only if it has at least one route."
    fn listeners(&mut self, facts: &GatewayFacts, taken: &ByListener<'_>) -> Result<Vec<Listener>, Frozen> {
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
    fn keep(&mut self, key: GroupKey, made: TargetGroup) -> usize {
        let number = self.groups.len();
        self.groups.push(made);
        self.known.insert(key, number);
        number
    }

    /// The part of the configuration for a port.
    fn settings(&self, port: &Port<'_>) -> Layers<'a> {
        let name = format!("{}:{}", port.protocol, port.number);
        self.configuration.item("listenerConfigurations", "protocolPort", &name)
    }

    /// `sourceRanges`: "an optional list of CIDRs that are allowed to access the LB", in the group that the controller makes where
    /// none is named. Who is in a prefix list is not known.
    fn sources(&self) -> Vec<String> {
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
    fn verifies_clients(&self, port: &Port<'_>) -> bool {
        let mode = self.settings(port).get("mutualAuthentication").and_then(|it| it.get("mode").text());
        let verifies = port.protocol == "HTTPS" && mode.is_some_and(|it| it.value == "verify");
        verifies || port.listeners.iter().any(|(_, it)| it.asks_certificate)
    }

    /// QUIC for UDP.
    fn upgraded(&self, port: &Port<'_>) -> Result<&'static str, Frozen> {
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
    fn certificates(&self, port: &Port<'_>, taken: &[&Taken<'_>]) -> Result<Vec<String>, Frozen> {
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
    fn connections(
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
    fn alpn(&self, port: &Port<'_>) -> Result<(), Frozen> {
        let policy = self.settings(port).text("alpnPolicy").filter(|_| port.protocol == "TLS");
        match policy.and_then(|it| nlb::alpn_error(&it)) {
            Some(message) => Err(Frozen { message, origin: port.origin() }),
            None => Ok(()),
        }
    }

    /// Tells the backends of a rule that get nothing: their share goes to the others, and nobody answers for them.
    fn leave_out(&mut self, route: &Route<'_>, rule: &RouteRule<'_>, number: usize) {
        for (b, backend) in rule.backends.iter().enumerate() {
            if let Some(fault) = props::unusable(self.cluster, route, backend) {
                let path = format!("spec.rules[{number}].backendRefs[{b}]");
                let origin = Origin { location: fault.location, ..route.origin(backend.span, path) };
                self.rejected.push(Rejected { origin, reason: fault.reason, text: fault.text, by: None });
            }
        }
    }

    /// The backends of a rule that can be used: "a missing or not granted backend is left out".
    fn targets(
        &mut self,
        route: &Route<'_>,
        rule: &RouteRule<'_>,
        number: usize,
        port: &Port<'_>,
    ) -> Result<Vec<super::model::Target>, Frozen> {
        let mut targets = Vec::new();
        for (b, backend) in rule.backends.iter().enumerate() {
            let place = route.origin(backend.span, format!("spec.rules[{number}].backendRefs[{b}]"));
            let weight = i64::try_from(backend.weight).ok();
            if backend.kind == "TargetGroupName" {
                let name = Some(backend.name.value.clone());
                targets.push(super::model::Target { origin: place, group: None, arn: None, name, weight });
                continue;
            }
            if let Some(group) = props::target_group(self, route, backend, port, &place)? {
                targets.push(super::model::Target { origin: place, group: Some(group), arn: None, name: None, weight });
            }
        }
        Ok(targets)
    }
}

/// "Weight must be less than or equal to 999": that of a backend that can be used, in any rule of any route that a port has. It
/// is asked while the routes are read, before anything is built (`commonBackendLoader`, a fatal error).
fn weights(cluster: &Cluster, facts: &GatewayFacts, taken: &ByListener<'_>) -> Result<(), Frozen> {
    let all: Vec<_> = open(facts).filter_map(|(number, _)| taken.get(&number)).flatten().collect();
    for route in by_age(&all) {
        for (r, rule) in route.rules().iter().enumerate().filter(|(_, it)| !rule::is_broken(cluster, route, it)) {
            let heavy = |it: &BackendRef| it.weight > MAX_WEIGHT && props::unusable(cluster, route, it).is_none();
            let Some((b, backend)) = rule.backends.iter().enumerate().find(|(_, it)| heavy(it)) else { continue };
            let message = format!("Weight [{}] must be less than or equal to {MAX_WEIGHT}", backend.weight);
            let origin = route.origin(backend.span, format!("spec.rules[{r}].backendRefs[{b}]"));
            return Err(Frozen { message, origin });
        }
    }
    Ok(())
}

/// The routes of a port, each once, the oldest first.
fn by_age<'a>(taken: &[&Taken<'a>]) -> Vec<&'a Route<'a>> {
    let mut seen = OrdSet::new();
    let mut routes: Vec<&Route<'_>> = taken.iter().map(|it| it.route).filter(|it| seen.insert(it.id)).collect();
    routes.order_by_key(|it| it.age());
    routes
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

/// The same routes at the listeners of a port that are refused: those take no part but for the hosts that they have in common with a
/// route, which count among its hosts at the port (`attemptRouteSectionAttachment` does not ask whether a listener is valid).
fn refused_too<'a, 'b>(
    facts: &GatewayFacts,
    taken: &'b ByListener<'a>,
    port: &Port<'_>,
    known: &[&Taken<'a>],
) -> Vec<&'b Taken<'a>> {
    let is_refused = |it: &ListenerFacts| it.port == Some(port.number) && it.shut().is_some();
    let refused = facts.listeners.iter().enumerate().filter(|(_, it)| is_refused(it));
    let routes: OrdSet<ResourceId> = known.iter().map(|it| it.route.id).collect();
    let found = refused.filter_map(|(number, _)| taken.get(&number)).flatten();
    found.filter(|it| routes.contains(&it.route.id)).collect()
}

/// Every host of a route at a port, each once; none is every host. "A listener without a host adds none": beside one that names
/// a host nothing else is left of the route, and its own hosts count where no listener names any (`hostnameCheck`,
/// `getRouteHostnames`).
fn hosts(taken: &[&Taken<'_>], route: ResourceId) -> Vec<Option<HostPattern>> {
    let mut hosts: Vec<Option<HostPattern>> = Vec::new();
    let own = || taken.iter().filter(|it| it.route.id == route);
    let is_named = own().any(|it| it.names_host);
    for found in own().filter(|it| it.names_host == is_named) {
        let named = found.hostnames.iter().map(|(it, _)| Some(it.clone()));
        let all: Vec<_> = if found.hostnames.is_empty() { vec![None] } else { named.collect() };
        for host in all {
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
    }
    hosts
}
