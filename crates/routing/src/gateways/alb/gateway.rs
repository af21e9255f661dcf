//! Gateways of the classes `gateway.k8s.aws/alb` and `gateway.k8s.aws/nlb` to load balancers (`pkg/gateway/model`).
//!
//! Which routes a listener takes is decided by the Gateway API lowering; this module makes rules and target groups of them.

mod listeners;
mod ports;
mod props;
mod rule;
mod subnets;

use podpath_cluster::{Cluster, Found, ResourceId};
use podpath_objects::{Gateway, GatewayClass, LoadBalancerConfiguration, TargetGroupConfiguration};
use podpath_order::{OrdMap, OrdSet};

use super::model::{LoadBalancer, Skipped, Source, TargetGroup};
use crate::gateways::gateway_api::facts::GatewayFacts;
use crate::gateways::gateway_api::route::Route;
use crate::gateways::gateway_api::{attach, closed, listener, speechless};
use crate::gateways::{origin, whole};
use crate::pattern::HostPattern;
use crate::table::{Frozen, Rejected};

use ports::{ByListener, Taken, weights};
use props::Layers;

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
