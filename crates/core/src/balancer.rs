//! Load balancers in words, as the console of AWS shows them: for the card of an object, and for a terminal.

mod words;

use podpath_cluster::ResourceId;
use podpath_objects::{Gateway, Ingress, Service};
use podpath_protocol::{
    BalancerCard, BalancerError, BalancerGroup, BalancerListener, BalancerRule, BalancerTarget, LbListener, LbRule,
    LoadBalancer, Locale, TargetGroup,
};

use crate::analysis::Analysis;
use crate::load_balancers::load_balancer_of;
use crate::place::name_range;

pub use words::{action, condition};

/// The load balancer that an object is a part of.
pub(crate) fn card(analysis: &Analysis, id: ResourceId, locale: Locale) -> Option<BalancerCard> {
    let cluster = &analysis.cluster;
    let may_have = cluster.get::<Ingress>(id).is_some()
        || cluster.get::<Service>(id).is_some()
        || cluster.get::<Gateway>(id).is_some();
    let made = may_have.then(|| load_balancer_of(analysis, id)).flatten()?;
    Some(BalancerCard {
        title: words::title(&made),
        frozen: frozen(&made),
        listeners: made.listeners.iter().map(|it| listener(it, locale)).collect(),
        target_groups: made.target_groups.iter().map(|it| group(analysis, it, locale)).collect(),
        members: made.members,
    })
}

fn frozen(made: &LoadBalancer) -> Vec<BalancerError> {
    let error = |(at, message): (usize, &String)| BalancerError {
        message: message.clone(),
        range: made.frozen_at.get(at).cloned(),
    };
    made.frozen.iter().enumerate().map(error).collect()
}

fn listener(listener: &LbListener, locale: Locale) -> BalancerListener {
    let default = BalancerRule {
        priority: None,
        conditions: vec![],
        actions: listener.default_actions.iter().map(|it| action(it, locale)).collect(),
        range: listener.default_range.clone(),
    };
    let rule = |it: &LbRule| BalancerRule {
        priority: Some(it.priority),
        conditions: it.conditions.iter().map(|it| condition(it, locale)).collect(),
        actions: words::changes(&it.transforms, locale)
            .into_iter()
            .chain(it.actions.iter().map(|it| action(it, locale)))
            .collect(),
        range: it.range.clone(),
    };
    BalancerListener {
        port: listener.port,
        protocol: listener.protocol.clone(),
        certificates: listener.certificates.clone(),
        rules: listener.rules.iter().map(rule).chain([default]).collect(),
    }
}

fn group(analysis: &Analysis, group: &TargetGroup, locale: Locale) -> BalancerGroup {
    let target = |it: &podpath_protocol::LbEndpoint| BalancerTarget { resource: it.workload.clone(), port: it.port };
    BalancerGroup {
        title: words::group(group),
        detail: words::detail(group),
        health: words::health(&group.health_check, locale),
        targets: group.targets.iter().map(target).collect(),
        range: group.service.as_ref().and_then(|it| name_range(analysis, analysis.resolve(it)?)),
    }
}
