//! Sidecar and Telemetry: of each kind a Pod follows one, so two for one Pod, or none at all, are mistakes.
//!
//! Rule (istio `analyzers/sidecar`, `analyzers/telemetry`): one with a selector counts for the Pods of its namespace that it
//! selects, one without for all others; of two the behaviour is not defined, and proxies take the oldest.

use podpath_cluster::{Cluster, Found, ResourceId};
use podpath_objects::{Kind, Labels, Namespace, Sidecar, Telemetry};
use podpath_order::{Gather, OrdMap, OrdSet};
use podpath_routing::mesh::with_yaml;
use podpath_source::{Diagnostic, Label, Location, Severity};

use super::mesh;
use crate::rule::{Rule, say};
use crate::{Check, Context, Lint};

/// IST0101: a selector without a Pod.
pub(crate) static WITHOUT_PODS: Rule = Rule {
    lint: Lint {
        code: "selector-without-pods",
        severity: Severity::Warning,
        aliases: &["IST0101", "KIA0004"],
        check: Check::Cluster(without_pods),
    },
    message: [
        "no Pod of namespace `{1}` has the labels that {2} `{0}` selects",
        "{2} `{0}`: selector에 맞는 Pod가 `{1}` 네임스페이스에 없습니다",
    ],
    help: [
        "it counts for nobody; a selector looks at the labels of Pod templates in its own namespace",
        "적용되는 곳이 없습니다. selector는 자기 네임스페이스의 Pod 템플릿 레이블을 봅니다",
    ],
};

/// IST0110 and IST0159: two that select one Pod.
pub(crate) static SAME_PODS: Rule = Rule {
    lint: Lint {
        code: "selectors-overlap",
        severity: Severity::Error,
        aliases: &["IST0110", "IST0159", "KIA0003"],
        check: Check::Cluster(same_pods),
    },
    message: ["the Pods of `{0}` are selected by {1} `{2}`, too", "`{0}`의 Pod를 {1} `{2}`도 고릅니다"],
    help: [
        "a Pod follows one {1} alone, the oldest; join the two, or make their selectors exclude each other",
        "Pod는 {1} 하나만, 가장 오래된 것을 따릅니다. 둘을 합치거나 selector가 겹치지 않게 하세요",
    ],
};

/// IST0111 and IST0160: two for all Pods of a namespace.
pub(crate) static TWO_DEFAULTS: Rule = Rule {
    lint: Lint {
        code: "several-defaults",
        severity: Severity::Error,
        aliases: &["IST0111", "IST0160", "KIA0002"],
        check: Check::Cluster(two_defaults),
    },
    message: [
        "namespace `{0}` has another {1} without selector: `{2}`",
        "`{0}` 네임스페이스에 selector가 없는 {1} 오브젝트가 또 있습니다: `{2}`",
    ],
    help: [
        "only the oldest counts; join them, or give one a selector",
        "가장 오래된 것만 적용됩니다. 하나로 합치거나 한쪽에 selector를 주세요",
    ],
};

/// IST0167: there are no sidecars in ambient mode, so nobody reads a Sidecar.
pub(crate) static AMBIENT: Rule = Rule {
    lint: Lint {
        code: "ineffective-sidecar",
        severity: Severity::Warning,
        aliases: &["IST0167"],
        check: Check::Cluster(ambient),
    },
    message: [
        "Sidecar `{0}` has no effect: what it is for is in ambient mode",
        "대상이 ambient 모드라서 Sidecar `{0}` 설정은 효과가 없습니다",
    ],
    help: [
        "ambient Pods have no sidecar; remove it, or take the Pods out of ambient mode",
        "ambient Pod에는 사이드카가 없습니다. 지우거나 Pod를 ambient 모드에서 빼세요",
    ],
};

/// IST0157: access logs without anybody who takes them.
pub(crate) static WITHOUT_PROVIDER: Rule = Rule {
    lint: Lint {
        code: "telemetry-without-provider",
        severity: Severity::Warning,
        aliases: &["IST0157"],
        check: Check::Cluster(without_provider),
    },
    message: [
        "this entry names no provider, and the mesh has no default one for access logs: it is ignored",
        "이 항목에 provider가 없고 메시에도 기본 액세스 로그 provider가 없어 무시됩니다",
    ],
    help: [
        "add `providers: [name: envoy]` here, or set `defaultProviders.accessLogging` of the mesh configuration",
        "여기에 `providers: [name: envoy]`를 적거나 메시 설정의 `defaultProviders.accessLogging`을 정하세요",
    ],
};

/// A Sidecar or Telemetry.
#[derive(Clone, Copy)]
struct Scoped<'a> {
    id: ResourceId,
    name: &'a str,
    namespace: &'a str,
    /// None is every Pod of the namespace.
    labels: Option<&'a Labels>,
    at_name: Location,
    kind: &'static str,
}

fn of_kind<'a, T: Kind>(
    cluster: &'a Cluster,
    kind: &'static str,
    labels: fn(&'a T) -> Option<&'a Labels>,
) -> Vec<Scoped<'a>> {
    let scoped = |it: Found<'a, T>| Scoped {
        id: it.id,
        name: it.name(),
        namespace: it.namespace(),
        labels: labels(it.object),
        at_name: it.at(it.entry.resource.meta.name_span()),
        kind,
    };
    cluster.all::<T>().map(scoped).collect()
}

/// Sidecars and Telemetries, each kind with the code of an analyzer's message for it.
fn both<'a>(cluster: &'a Cluster) -> [Vec<Scoped<'a>>; 2] {
    // A Telemetry for some object of the Gateway API is for none of the Pods.
    let telemetries: Vec<Scoped<'a>> = of_kind::<Telemetry>(cluster, "Telemetry", |it| it.scope.labels());
    let aims = |it: &Scoped<'a>| cluster.get::<Telemetry>(it.id).is_some_and(|it| !it.object.scope.targets.is_empty());
    let telemetries = telemetries.into_iter().filter(|it| !aims(it)).collect();
    [of_kind::<Sidecar>(cluster, "Sidecar", |it| it.selector.as_ref()), telemetries]
}

fn without_pods(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let known = mesh::label_keys(context.cluster);
    for scoped in both(context.cluster).into_iter().flatten() {
        let Some(labels) = scoped.labels else { continue };
        let is_here = labels.iter().any(|(key, _)| known.contains(key));
        if is_here && context.cluster.select_pods(scoped.namespace, labels).is_empty() {
            let at = Location { span: labels.span, ..scoped.at_name };
            found.push(WITHOUT_PODS.found(at, &[scoped.name, scoped.namespace, scoped.kind]));
        }
    }
}

fn same_pods(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let codes: [&[&str]; 2] = [&["IST0110", "KIA0003"], &["IST0159", "KIA0003"]];
    for (all, aliases) in both(context.cluster).into_iter().zip(codes) {
        let mut of_pods: OrdMap<ResourceId, Vec<Scoped<'_>>> = OrdMap::new();
        for scoped in all {
            let Some(labels) = scoped.labels else { continue };
            for pod in context.cluster.select_pods(scoped.namespace, labels) {
                of_pods.entry(pod.id).or_default().push(scoped);
            }
        }
        for (pod, all) in of_pods {
            let name = context.cluster.entry(pod).map_or("", |it| it.resource.meta.name());
            for scoped in &all {
                let Some(other) = all.iter().find(|it| it.id != scoped.id) else { continue };
                let finding = SAME_PODS.found(scoped.at_name, &[name, scoped.kind, other.name]);
                found.push(Diagnostic { aliases, related: vec![too(other)], ..finding });
            }
        }
    }
}

fn two_defaults(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let codes: [&[&str]; 2] = [&["IST0111", "KIA0002"], &["IST0160", "KIA0002"]];
    for (all, aliases) in both(context.cluster).into_iter().zip(codes) {
        let mut of_namespace: OrdMap<&str, Vec<Scoped<'_>>> = OrdMap::new();
        for scoped in all.into_iter().filter(|it| it.labels.is_none()) {
            of_namespace.entry(scoped.namespace).or_default().push(scoped);
        }
        for (namespace, all) in of_namespace {
            for scoped in &all {
                let Some(other) = all.iter().find(|it| it.id != scoped.id) else { continue };
                let finding = TWO_DEFAULTS.found(scoped.at_name, &[namespace, scoped.kind, other.name]);
                found.push(Diagnostic { aliases, related: vec![too(other)], ..finding });
            }
        }
    }
}

fn too(other: &Scoped<'_>) -> Label {
    Label { location: other.at_name, text: say(["the other one", "다른 쪽"], &[]) }
}

fn ambient(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let cluster = context.cluster;
    for sidecar in of_kind::<Sidecar>(cluster, "Sidecar", |it| it.selector.as_ref()) {
        let is_ambient = match sidecar.labels {
            None => is_ambient(cluster, sidecar.namespace),
            Some(labels) => {
                let pods = cluster.select_pods(sidecar.namespace, labels);
                let is_redirected = |id| {
                    let meta = cluster.entry(id).map(|it| &it.resource.meta);
                    meta.and_then(|it| it.annotation("ambient.istio.io/redirection")) == Some("enabled")
                };
                pods.iter().any(|it| is_redirected(it.id)) || !pods.is_empty() && is_ambient(cluster, sidecar.namespace)
            }
        };
        if is_ambient {
            found.push(AMBIENT.found(sidecar.at_name, &[sidecar.name]));
        }
    }
}

/// The namespace is in ambient mode; a label that asks for sidecars wins.
pub(super) fn is_ambient(cluster: &Cluster, namespace: &str) -> bool {
    cluster.find::<Namespace>("", namespace).is_some_and(|it| {
        let labels = &it.entry.resource.meta.labels;
        let has_sidecars = labels.get("istio-injection") == Some("enabled")
            || labels.get("istio.io/rev").is_some_and(|it| !it.is_empty());
        !has_sidecars && labels.get("istio.io/dataplane-mode") == Some("ambient")
    })
}

fn without_provider(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let cluster = context.cluster;
    let is_told = with_yaml(cluster, "istio", "mesh", |mesh| {
        mesh.get("defaultProviders").get("accessLogging").items().next().is_some()
    });
    let root = cluster.settings.mesh_root_namespace.as_str();
    let all = || cluster.all::<Telemetry>();
    // A Telemetry of the whole mesh or the whole namespace hands its providers down.
    let parents = all().filter(|it| it.object.scope.labels().is_none() && it.object.has_loggers);
    let parents: OrdSet<(&str, ResourceId)> = parents.map(|it| (it.namespace(), it.id)).gather();
    let inherits = |from: &str, id| parents.iter().any(|(space, parent)| *space == from && *parent != id);
    for telemetry in all().filter(|_| !is_told) {
        let Some(span) = telemetry.object.unprovided else { continue };
        let is_child = telemetry.object.scope.labels().is_some() && inherits(telemetry.namespace(), telemetry.id);
        if !is_child && (telemetry.namespace() == root || !inherits(root, telemetry.id)) {
            found.push(WITHOUT_PROVIDER.found(telemetry.at(span), &[]));
        }
    }
}
