//! Policies of Istio that are for nobody, or for a namespace that does not exist.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{
    AuthorizationPolicy, GATEWAY_NAME, Gateway, Kind, Namespace, PolicyScope, RequestAuthentication, Telemetry,
    WasmPlugin,
};
use podpath_order::{Gather, OrdSet};
use podpath_routing::mesh::{Injection, has_proxy};
use podpath_source::{Diagnostic, Severity};

use super::mesh;
use crate::rule::Rule;
use crate::{Check, Context, Lint};

/// IST0127: no Pod of the mesh is selected (istio `analyzers/authz`). A policy of the root namespace is for all.
pub(crate) static WITHOUT_PODS: Rule = Rule {
    lint: Lint {
        code: "policy-without-pods",
        severity: Severity::Warning,
        aliases: &["IST0127", "KIA0004"],
        check: Check::Cluster(without_pods),
    },
    message: [
        "no Pod of the mesh is under AuthorizationPolicy `{0}`",
        "메시의 Pod 중 AuthorizationPolicy `{0}` 정책이 적용되는 것이 없습니다",
    ],
    help: [
        "a policy counts for Pods with a proxy in its own namespace (`{1}`) whose template has all these labels",
        "정책은 같은 네임스페이스(`{1}`)에서 템플릿에 이 레이블이 모두 있고 프록시가 있는 Pod에 적용됩니다",
    ],
};

/// IST0101: `namespaces` that nothing is called like.
pub(crate) static UNKNOWN_NAMESPACE: Rule = Rule {
    lint: Lint {
        code: "unknown-source-namespace",
        severity: Severity::Warning,
        aliases: &["IST0101", "KIA0101"],
        check: Check::Cluster(unknown_namespace),
    },
    message: ["no namespace is called `{0}`", "`{0}` 네임스페이스가 없습니다"],
    help: [
        "this entry never fits a caller; a `*` at the beginning or the end stands for any text",
        "이 항목에 맞는 호출자가 없습니다. 앞이나 뒤의 `*`는 임의의 글자를 뜻합니다",
    ],
};

/// IST0166: Pods of a Gateway of the Gateway API are meant by `targetRefs` (istio `analyzers/k8sgateway`).
pub(crate) static GATEWAY_SELECTOR: Rule = Rule {
    lint: Lint {
        code: "gateway-selector",
        severity: Severity::Warning,
        aliases: &["IST0166"],
        check: Check::Cluster(gateway_selector),
    },
    message: [
        "this selector hits the Pods of Gateway `{0}` of the Gateway API",
        "이 selector가 Gateway API의 `{0}` Gateway Pod를 고릅니다",
    ],
    help: [
        "name the Gateway by `targetRefs` instead: waypoints ignore selectors, and gateways may",
        "대신 `targetRefs`로 Gateway를 가리키세요. waypoint는 selector를 무시하고 게이트웨이도 무시할 수 있습니다",
    ],
};

fn without_pods(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let cluster = context.cluster;
    // Most workspaces have no policy, and to look at every Pod is dear.
    if cluster.all::<AuthorizationPolicy>().next().is_none() {
        return;
    }
    let meshed = Meshed::of(cluster);
    for policy in cluster.all::<AuthorizationPolicy>() {
        let scope = &policy.object.scope;
        let is_mesh_wide = policy.namespace() == cluster.settings.mesh_root_namespace;
        // Without any Pod of the mesh here, those of the policy were not pasted either.
        if !scope.targets.is_empty() || meshed.namespaces.is_empty() {
            continue;
        }
        let is_for_some = match scope.labels() {
            None => is_mesh_wide || meshed.namespaces.contains(policy.namespace()),
            Some(labels) => {
                let is_here = labels.iter().any(|(key, _)| meshed.keys.contains(key));
                let spaces = if is_mesh_wide { meshed.namespaces.clone() } else { [policy.namespace()].into() };
                let has = |it: &&str| {
                    cluster.select_pods(it, labels).iter().any(|it| is_meshed(cluster, &meshed.injection, it))
                };
                !is_here || spaces.iter().any(has)
            }
        };
        if !is_for_some {
            let meta = &policy.entry.resource.meta;
            let at = scope.selector.as_ref().map_or(meta.name_span(), |it| it.span);
            found.push(WITHOUT_PODS.found(policy.at(at), &[policy.name(), policy.namespace()]));
        }
    }
}

/// The Pods with a proxy.
struct Meshed<'a> {
    namespaces: OrdSet<&'a str>,
    keys: OrdSet<&'a str>,
    injection: Injection<'a>,
}

impl<'a> Meshed<'a> {
    fn of(cluster: &'a Cluster) -> Self {
        let injection = Injection::new(cluster);
        let pods = cluster.pod_sources().filter(|it| is_meshed(cluster, &injection, it));
        let namespaces = pods.map(|it| it.namespace).gather();
        Self { namespaces, keys: mesh::label_keys(cluster), injection }
    }
}

/// A sidecar, or ambient; where the manifests do not say it, it may be.
fn is_meshed(cluster: &Cluster, injection: &Injection<'_>, pod: &podpath_cluster::PodSource<'_>) -> bool {
    let meta = cluster.entry(pod.id).map(|it| &it.resource.meta);
    let own = meta.and_then(|it| it.annotation("ambient.istio.io/redirection"));
    let is_ambient = own == Some("enabled") || super::selectors::is_ambient(cluster, pod.namespace);
    has_proxy(pod.template) || is_ambient || injection.injects(pod).unwrap_or(true)
}

fn unknown_namespace(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let cluster = context.cluster;
    if cluster.all::<Namespace>().next().is_none() {
        return;
    }
    let known = cluster.namespaces();
    for policy in cluster.all::<AuthorizationPolicy>() {
        let sources = policy.object.rules.iter().flat_map(|it| &it.from).flatten();
        for term in sources.filter(|it| it.key == "namespaces") {
            let is_known = |it: &str| known.contains(it) || known.iter().any(|known| fits(it, known));
            for name in term.values.iter().filter(|it| !is_known(it)) {
                found.push(UNKNOWN_NAMESPACE.found(policy.at(term.span), &[name]));
            }
        }
    }
}

fn fits(pattern: &str, name: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(suffix), _) => name.ends_with(suffix),
        (None, Some(prefix)) => name.starts_with(prefix),
        (None, None) => pattern.eq_ignore_ascii_case(name),
    }
}

fn gateway_selector(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    of_kind::<AuthorizationPolicy>(context.cluster, |it| &it.scope, found);
    of_kind::<RequestAuthentication>(context.cluster, |it| &it.scope, found);
    of_kind::<Telemetry>(context.cluster, |it| &it.scope, found);
    of_kind::<WasmPlugin>(context.cluster, |it| &it.scope, found);
}

fn of_kind<T: Kind>(cluster: &Cluster, scope: fn(&T) -> &PolicyScope, found: &mut Vec<Diagnostic>) {
    for policy in cluster.all::<T>() {
        let scope = scope(policy.object);
        let Some(labels) = scope.labels().filter(|_| scope.targets.is_empty()) else { continue };
        let pods = cluster.select_pods(policy.namespace(), labels);
        let mut gateways: OrdSet<&str> = pods.iter().filter_map(|it| it.template.labels.get(GATEWAY_NAME)).gather();
        // A controller makes the Pods of a Gateway, so they rarely stand here.
        let made = labels.get(GATEWAY_NAME).filter(|it| is_gateway(cluster, policy, it));
        gateways.extend(made);
        let at = scope.selector.as_ref().map_or(labels.span, |it| it.span);
        found.extend(gateways.into_iter().map(|it| GATEWAY_SELECTOR.found(policy.at(at), &[it])));
    }
}

fn is_gateway<T>(cluster: &Cluster, policy: Found<'_, T>, name: &str) -> bool {
    cluster.find::<Gateway>(policy.namespace(), name).is_some()
}
