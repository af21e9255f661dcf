//! DestinationRules for hosts nobody knows, subsets that no Pod is in, TLS that trusts anybody.

use podpath_cluster::{Cluster, Found, PodSource};
use podpath_objects::{ClusterNode, DestinationRule, Labels, Reader, Service, ServiceEntry, Subset};
use podpath_source::{Diagnostic, Label, Severity, Text};

use super::hosts::{Known, Registry, seen_by};
use super::{HostMeaning, Names};
use crate::rule::{Rule, say};
use crate::{Check, Context, DocumentContext, Lint, hostname};

/// IST0128, IST0129: TLS to a server whose certificate is not looked at (istio `analyzers/destinationrule/ca-certificates.go`).
pub(crate) static UNVERIFIED_SERVER: Rule = Rule {
    lint: Lint {
        code: "unverified-server",
        severity: Severity::Warning,
        aliases: &["IST0128"],
        check: Check::Document(unverified_server),
    },
    message: [
        "TLS of mode {0} without `caCertificates`: nothing here says whose certificate the server may show",
        "{0} 모드 TLS에 `caCertificates`가 없어 서버가 어떤 인증서를 보여야 하는지 정해지지 않습니다",
    ],
    help: [
        "name the CA by `caCertificates`; else proxies take the CAs of the system, and old versions of Istio any certificate",
        "`caCertificates`로 CA를 지정하세요. 없으면 프록시는 시스템 CA를 쓰고, 옛 Istio 버전은 아무 인증서나 받습니다",
    ],
};

/// IST0173: traffic for the subset has nowhere to go: 503 UH (istio `analyzers/destinationrule/subset.go`).
pub(crate) static EMPTY_SUBSET: Rule = Rule {
    lint: Lint {
        code: "empty-subset",
        severity: Severity::Error,
        aliases: &["IST0173", "KIA0203"],
        check: Check::Cluster(empty_subset),
    },
    message: [
        "no Pod of Service `{1}` is in the subset `{0}`",
        "`{1}` Service의 Pod 중 `{0}` subset에 드는 것이 없습니다",
    ],
    help: [
        "requests for it are answered 503 (UH, no healthy upstream); its labels must be on the Pod template",
        "이 subset으로 가는 요청은 503(UH, no healthy upstream)으로 응답합니다. Pod 템플릿에 이 레이블이 있어야 합니다",
    ],
};

/// IST0174: a rule for a host that is no Service and no ServiceEntry.
pub(crate) static UNKNOWN_HOST: Rule = Rule {
    lint: Lint {
        code: "unknown-rule-host",
        severity: Severity::Warning,
        aliases: &["IST0174", "KIA0202"],
        check: Check::Cluster(unknown_host),
    },
    message: [
        "no Service and no ServiceEntry has the host `{0}`, so this DestinationRule is for nothing",
        "`{0}` 호스트의 Service나 ServiceEntry가 없어 이 DestinationRule은 적용될 곳이 없습니다",
    ],
    help: [
        "correct the host (a name without dot means `{1}`), or add the Service or the ServiceEntry",
        "호스트를 고치거나(점이 없는 이름은 `{1}`) Service나 ServiceEntry를 추가하세요",
    ],
};

fn unverified_server(context: &DocumentContext<'_>, found: &mut Vec<Diagnostic>) {
    for (object, _) in context.objects(&[("networking.istio.io", "DestinationRule")]) {
        let spec = object.get("spec");
        // Only a rule for some workloads gets the CA out of the Secret of its credential at sidecars.
        let is_for_some = spec.get("workloadSelector").exists();
        let policy = spec.get("trafficPolicy");
        let mut look = |tls: Reader<'_>, aliases: &'static [&'static str]| {
            let Some(mode) = tls.get("mode").text().filter(|it| matches!(it.value.as_str(), "SIMPLE" | "MUTUAL"))
            else {
                return;
            };
            let has = |key: &str| tls.get(key).text().is_some_and(|it| !it.value.is_empty());
            if !(has("caCertificates") || is_for_some && has("credentialName")) {
                let finding = UNVERIFIED_SERVER.found(context.at(mode.span), &[&mode.value]);
                found.push(Diagnostic { aliases, ..finding });
            }
        };
        look(policy.get("tls"), &["IST0128"]);
        for port in policy.get("portLevelSettings").items() {
            look(port.get("tls"), &["IST0129"]);
        }
    }
}

fn unknown_host(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let names = Names::of(context.cluster);
    let registry = Registry::of(context.cluster);
    for rule in context.cluster.all::<DestinationRule>() {
        let Some(host) = &rule.object.host else { continue };
        let full = names.completed(rule.namespace(), &host.value);
        if !is_known(context.cluster, &names, &registry, rule, &full) {
            found.push(UNKNOWN_HOST.found(rule.at(host.span), &[&host.value, &full]));
        }
    }
}

fn is_known(
    cluster: &Cluster,
    names: &Names<'_>,
    registry: &Registry<'_>,
    rule: Found<'_, DestinationRule>,
    full: &str,
) -> bool {
    let from = podpath_order::set([rule.namespace()]);
    if let HostMeaning::Service(namespace, name) = names.meaning(rule.namespace(), full)
        && let Some(service) = cluster.find::<Service>(namespace, name)
    {
        let seen = seen_by(service);
        return seen.contains("*") || seen.contains(rule.namespace());
    }
    // A wildcard is for what it covers, whatever that is.
    let covers = |it: Found<'_, Service>| hostname::covers(full, &names.full(it.namespace(), it.name()));
    registry.knows(full, &from) != Known::No || full.starts_with('*') && cluster.all::<Service>().any(covers)
}

fn empty_subset(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let names = Names::of(context.cluster);
    let entries = context.cluster.all::<ServiceEntry>().filter(|it| it.object.selector.is_some());
    let entries: Vec<_> = entries.collect();
    for rule in context.cluster.all::<DestinationRule>() {
        let host = rule.object.host.as_ref().map_or("", |it| it.value.as_str());
        let Some((namespace, name, selector)) = selected(context.cluster, &names, &entries, rule, host) else {
            continue;
        };
        let pods = context.cluster.select_pods(namespace, selector);
        for subset in &rule.object.subsets {
            if pods.iter().any(|it| is_in(context.cluster, it, &subset.labels)) {
                continue;
            }
            let finding = empty(rule, subset, name);
            found.push(if pods.is_empty() { without_any_pod(finding, &subset.name.value, name) } else { finding });
        }
    }
}

/// Namespace, name and selector of the Service or ServiceEntry of a host.
fn selected<'a>(
    cluster: &'a Cluster,
    names: &Names<'_>,
    entries: &[Found<'a, ServiceEntry>],
    rule: Found<'a, DestinationRule>,
    host: &'a str,
) -> Option<(&'a str, &'a str, &'a Labels)> {
    if let HostMeaning::Service(namespace, name) = names.meaning(rule.namespace(), host) {
        let service = cluster.find::<Service>(namespace, name)?;
        return Some((namespace, name, service.object.selector.as_ref()?));
    }
    let entry = entries.iter().find(|it| it.object.hosts.iter().any(|it| it.value == host))?;
    Some((entry.namespace(), host, entry.object.selector.as_ref()?))
}

fn empty(rule: Found<'_, DestinationRule>, subset: &Subset, service: &str) -> Diagnostic {
    let labels = Label { location: rule.at(subset.labels.span), text: Text::new("its labels", "subset의 레이블") };
    let finding = EMPTY_SUBSET.found(rule.at(subset.name.span), &[&subset.name.value, service]);
    Diagnostic { related: if subset.labels.is_empty() { vec![] } else { vec![labels] }, ..finding }
}

/// A Service without any Pod here is a finding of its own, or its Pods were not pasted: Istio's analyzer says it of the subset
/// all the same.
fn without_any_pod(finding: Diagnostic, subset: &str, service: &str) -> Diagnostic {
    const MESSAGE: [&str; 2] = [
        "the subset `{0}` has no Pod: none of Service `{1}` is in the workspace",
        "`{0}` subset에 Pod가 없습니다. `{1}` Service의 Pod가 워크스페이스에 하나도 없습니다",
    ];
    Diagnostic { severity: Severity::Info, message: say(MESSAGE, &[subset, service]), ..finding }
}

/// Istio gives endpoints the region, zone and name of their Node as labels; empty values are none.
fn is_in(cluster: &Cluster, pod: &PodSource<'_>, labels: &Labels) -> bool {
    const HOST: &str = "kubernetes.io/hostname";
    const PLACES: &[&str] =
        &["topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone"];
    labels.iter().all(|(key, value)| {
        if pod.template.labels.get(key) == Some(value) {
            return true;
        }
        let Some(node) = pod.node() else {
            // Where a Pod will run nobody knows yet.
            return pod.ip.is_none() && !value.is_empty() && (key == HOST || PLACES.contains(&key));
        };
        if key == HOST {
            return value == node;
        }
        let node = cluster.find::<ClusterNode>("", node);
        let has = |it: Found<'_, ClusterNode>| it.entry.resource.meta.labels.get(key) == Some(value);
        PLACES.contains(&key) && !value.is_empty() && node.is_some_and(has)
    })
}
