//! NetworkPolicies that select no Pod, or let in nobody who is here.
//!
//! Without any Pod in the namespace nothing is said: people paste a part of a cluster.

use podpath_cluster::{Cluster, is_of_one_pod};
use podpath_objects::{Labels, NetworkPolicy, Selector};
use podpath_order::{OrdMap, OrdSet};
use podpath_source::{Diagnostic, Severity};

use crate::rule::Rule;
use crate::{Check, Context, Lint};

/// A policy for Pods that do not exist.
pub(crate) static WITHOUT_PODS: Rule = Rule {
    lint: Lint {
        code: "network-policy-without-pods",
        severity: Severity::Warning,
        aliases: &["dangling-networkpolicy"],
        check: Check::Cluster(without_pods),
    },
    message: [
        "NetworkPolicy `{0}` selects no Pod of namespace `{1}`",
        "NetworkPolicy `{0}`: `{1}` 네임스페이스에 선택되는 Pod가 없습니다",
    ],
    help: [
        "it protects nobody; `podSelector` looks at the labels of Pod templates",
        "아무것도 보호하지 않습니다. `podSelector`는 Pod 템플릿의 레이블을 봅니다",
    ],
};

/// A peer that no Pod is.
pub(crate) static WITHOUT_PEERS: Rule = Rule {
    lint: Lint {
        code: "network-policy-without-peers",
        severity: Severity::Warning,
        aliases: &["dangling-networkpolicypeer-podselector"],
        check: Check::Cluster(without_peers),
    },
    message: [
        "no Pod of namespace `{1}` is this peer of NetworkPolicy `{0}`",
        "NetworkPolicy `{0}`의 이 상대에 맞는 Pod가 `{1}` 네임스페이스에 없습니다",
    ],
    help: [
        "a `podSelector` without `namespaceSelector` looks in the policy's own namespace only",
        "`namespaceSelector` 없는 `podSelector`는 정책의 네임스페이스만 봅니다",
    ],
};

/// The different labels of the Pods of each namespace: many Pods have the same.
struct Pods<'a>(OrdMap<&'a str, Vec<&'a Labels>>);

impl<'a> Pods<'a> {
    fn of(cluster: &'a Cluster) -> Self {
        let mut pods: OrdMap<&str, Vec<&Labels>> = OrdMap::new();
        let mut seen: OrdSet<(&str, Vec<(&str, &str)>)> = OrdSet::new();
        for source in cluster.pod_sources() {
            if seen.insert((source.namespace, source.template.labels.iter().collect())) {
                pods.entry(source.namespace).or_default().push(&source.template.labels);
            }
        }
        Self(pods)
    }

    /// True when the namespace has Pods, and none of them is selected.
    ///
    /// Which single Pod of a StatefulSet is meant stands in no template, so nothing is said about it.
    fn lacks(&self, namespace: &str, selector: &Selector) -> bool {
        let is_of_one = selector.labels.iter().any(|(key, _)| is_of_one_pod(key))
            || selector.terms.iter().any(|it| is_of_one_pod(&it.key));
        !is_of_one && self.0.get(namespace).is_some_and(|it| !it.iter().any(|it| selector.matches(it)))
    }
}

fn without_pods(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let pods = Pods::of(context.cluster);
    for policy in context.cluster.all::<NetworkPolicy>() {
        let selector = &policy.object.selector;
        if pods.lacks(policy.namespace(), selector) {
            found.push(WITHOUT_PODS.found(policy.at(selector.span), &[policy.name(), policy.namespace()]));
        }
    }
}

fn without_peers(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let pods = Pods::of(context.cluster);
    for policy in context.cluster.all::<NetworkPolicy>() {
        let rules = policy.object.ingress.iter().chain(&policy.object.egress);
        let own = rules.flat_map(|it| &it.peers).filter(|it| it.namespaces.is_none());
        for selector in own.filter_map(|it| it.pods.as_ref()) {
            if pods.lacks(policy.namespace(), selector) {
                found.push(WITHOUT_PEERS.found(policy.at(selector.span), &[policy.name(), policy.namespace()]));
            }
        }
    }
}
