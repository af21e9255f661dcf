//! Who gets a sidecar and who does not, where that is easily overlooked.
//!
//! Rule (istio `analyzers/injection`): the labels of the namespace, then those of the Pod; what the labels mean is decided
//! once, by `podpath_routing::mesh::injects`.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{Namespace, Pod, Reader, Workload};
use podpath_order::OrdMap;
use podpath_routing::mesh::{IGNORED, Injection, has_proxy, proxy_of, with_yaml};
use podpath_source::{Diagnostic, Location, Severity};

use super::mesh;
use crate::rule::Rule;
use crate::{Check, Context, Lint};

/// IST0102: a namespace that says nothing, in a workspace with a mesh.
pub(crate) static NOT_INJECTED: Rule = Rule {
    lint: Lint {
        code: "namespace-not-injected",
        severity: Severity::Info,
        aliases: &["IST0102"],
        check: Check::Cluster(not_injected),
    },
    message: [
        "Pods of namespace `{0}` get no sidecar: it has no label that asks for one",
        "`{0}` 네임스페이스에는 사이드카를 요청하는 레이블이 없어 Pod에 사이드카가 붙지 않습니다",
    ],
    help: [
        "set `istio-injection: enabled` (or `istio.io/rev`) to have them in the mesh, `istio-injection: disabled` to say that it is meant",
        "메시에 넣으려면 `istio-injection: enabled`(또는 `istio.io/rev`), 의도한 것이면 `istio-injection: disabled` 레이블을 적으세요",
    ],
};

/// IST0148: the same where the injector takes every namespace that says nothing.
pub(crate) static BY_DEFAULT: Rule = Rule {
    lint: Lint {
        code: "injected-by-default",
        severity: Severity::Info,
        aliases: &["IST0148"],
        check: Check::Cluster(by_default),
    },
    message: [
        "Pods of namespace `{0}` get a sidecar, since the injector takes every namespace that says nothing",
        "인젝터가 레이블 없는 네임스페이스에도 주입하므로 `{0}` 네임스페이스의 Pod에는 사이드카가 붙습니다",
    ],
    help: [
        "set `istio-injection: enabled` or `disabled`, so that it can be seen here",
        "여기서 알 수 있도록 `istio-injection: enabled`나 `disabled` 레이블을 적으세요",
    ],
};

/// IST0123: two labels that ask for different things.
pub(crate) static TWO_LABELS: Rule = Rule {
    lint: Lint {
        code: "injection-labels-conflict",
        severity: Severity::Warning,
        aliases: &["IST0123"],
        check: Check::Cluster(two_labels),
    },
    message: ["namespace `{0}` has both `{1}` and `{2}`", "`{0}` 네임스페이스에 `{1}`, `{2}` 레이블이 함께 있습니다"],
    help: [
        "`istio-injection` wins over `istio.io/rev`, and a sidecar over ambient; keep the one that is meant",
        "`istio-injection`이 `istio.io/rev`보다, 사이드카가 ambient보다 우선합니다. 의도한 것만 남기세요",
    ],
};

/// IST0103: a Pod that would be injected stands here without the proxy. What makes it later is no matter; if it runs
/// like this, it is older than the label.
pub(crate) static WITHOUT_SIDECAR: Rule = Rule {
    lint: Lint {
        code: "pod-without-sidecar",
        severity: Severity::Info,
        aliases: &["IST0103"],
        check: Check::Cluster(without_sidecar),
    },
    message: [
        "Pod `{0}` has no `istio-proxy` here; the injector adds it when the Pod is made",
        "`{0}` Pod에는 아직 `istio-proxy`가 없습니다. Pod를 만들 때 인젝터가 추가합니다",
    ],
    help: [
        "if this is a Pod that already runs, it was made before its namespace was labelled: make it again",
        "이미 실행 중인 Pod라면 네임스페이스에 레이블을 붙이기 전에 만들어진 것이니 다시 만드세요",
    ],
};

/// IST0146, IST0147: `image: auto` is for the injector to fill in.
pub(crate) static AUTOMATIC_IMAGE: Rule = Rule {
    lint: Lint {
        code: "automatic-image",
        severity: Severity::Error,
        aliases: &["IST0147"],
        check: Check::Cluster(automatic_image),
    },
    message: [
        "nobody replaces `image: auto` of {0} `{1}`: no sidecar is injected into its Pods",
        "{0} `{1}`의 Pod에는 사이드카가 주입되지 않아 `image: auto` 값을 바꿔 줄 곳이 없습니다",
    ],
    help: [
        "`auto` is no image, so the Pods never start; set the label `sidecar.istio.io/inject: \"true\"` on the Pod template",
        "`auto` 이미지는 없으므로 Pod가 시작되지 않습니다. Pod 템플릿에 `sidecar.istio.io/inject: \"true\"` 레이블을 적으세요",
    ],
};

/// IST0158: Pods with a proxy of another version than the injector's.
pub(crate) static OTHER_IMAGE: Rule = Rule {
    lint: Lint {
        code: "proxy-image-differs",
        severity: Severity::Warning,
        aliases: &["IST0158"],
        check: Check::Cluster(other_image),
    },
    message: [
        "Pods of namespace `{0}` run another proxy than the injector's `{1}`: {2}",
        "`{0}` 네임스페이스의 Pod가 인젝터의 이미지(`{1}`)와 다른 프록시로 실행됩니다: {2}",
    ],
    help: [
        "it happens after an upgrade: restart their workloads, so that they are injected again",
        "업그레이드 뒤에 생기는 일입니다. 다시 주입되도록 워크로드를 재시작하세요",
    ],
};

const INJECTION: &str = "istio-injection";
const REVISION: &str = "istio.io/rev";
const MODE: &str = "istio.io/dataplane-mode";

/// Namespaces of users, in a workspace with a mesh.
fn namespaces<'a>(cluster: &'a Cluster) -> Vec<Found<'a, Namespace>> {
    if !mesh::is_here(cluster) {
        return vec![];
    }
    let is_users =
        |it: &Found<'a, Namespace>| !IGNORED.contains(&it.name()) && it.name() != cluster.settings.mesh_root_namespace;
    cluster.all::<Namespace>().filter(is_users).collect()
}

fn label<'a>(namespace: Found<'a, Namespace>, key: &str) -> Option<&'a str> {
    namespace.entry.resource.meta.labels.get(key).filter(|it| !it.is_empty())
}

fn silent(cluster: &Cluster) -> Vec<Found<'_, Namespace>> {
    let says = |it: &Found<'_, Namespace>| {
        let labels = &it.entry.resource.meta.labels;
        label(*it, INJECTION).is_some() || labels.get(REVISION).is_some() || label(*it, MODE) == Some("ambient")
    };
    namespaces(cluster).into_iter().filter(|it| !says(it)).collect()
}

fn place(namespace: Found<'_, Namespace>) -> Location {
    namespace.at(namespace.entry.resource.meta.name_span())
}

fn not_injected(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    if !injects_silent(context.cluster) {
        found.extend(silent(context.cluster).into_iter().map(|it| NOT_INJECTED.found(place(it), &[it.name()])));
    }
}

fn by_default(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    if injects_silent(context.cluster) {
        found.extend(silent(context.cluster).into_iter().map(|it| BY_DEFAULT.found(place(it), &[it.name()])));
    }
}

/// `sidecarInjectorWebhook.enableNamespacesByDefault` of the injector.
fn injects_silent(cluster: &Cluster) -> bool {
    let key = "enableNamespacesByDefault";
    let says = |it: Reader<'_>| it.get("sidecarInjectorWebhook").get(key).is_true();
    cluster.settings.injects_by_default || with_yaml(cluster, INJECTOR, "values", says)
}

const INJECTOR: &str = "istio-sidecar-injector";

fn two_labels(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for namespace in namespaces(context.cluster) {
        let labels = &namespace.entry.resource.meta.labels;
        let is_ambient = label(namespace, MODE) == Some("ambient");
        let pair = match (label(namespace, INJECTION), labels.get(REVISION)) {
            (Some("disabled"), _) => None,
            (Some(_), Some(_)) => Some((INJECTION, REVISION)),
            (Some(_), None) if is_ambient => Some((INJECTION, MODE)),
            (None, Some(_)) if is_ambient => Some((REVISION, MODE)),
            _ => None,
        };
        let Some((first, second)) = pair else { continue };
        let at = labels.entry(second).map_or(place(namespace), |(key, _)| namespace.at(key.span));
        found.push(TWO_LABELS.found(at, &[namespace.name(), first, second]));
    }
}

fn without_sidecar(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let cluster = context.cluster;
    let injection = Injection::new(cluster);
    for pod in cluster.all::<Pod>() {
        let Some(source) = cluster.pod_source(pod.id) else { continue };
        // A label of the Pod alone was there from its beginning.
        let asks = injector_of(cluster, source.namespace).is_some();
        if asks && !has_proxy(source.template) && injection.injects(&source) == Some(true) {
            found.push(WITHOUT_SIDECAR.found(pod.at(pod.entry.resource.meta.name_span()), &[pod.name()]));
        }
    }
}

fn automatic_image(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let cluster = context.cluster;
    let injection = Injection::new(cluster);
    for source in cluster.pod_sources() {
        let image = proxy_of(source.template).and_then(|it| it.image.as_ref()).filter(|it| it.value == "auto");
        let (Some(image), Some(entry)) = (image, cluster.entry(source.id)) else { continue };
        let meta = &entry.resource.meta;
        let is_pod = cluster.get::<Workload>(source.id).is_none();
        let at = Location { document: entry.document, span: image.span };
        let aliases: &'static [&'static str] = if is_pod { &["IST0147"] } else { &["IST0146"] };
        let answer = injection.injects(&source);
        if is_pod && answer != Some(false) {
            // A Pod that runs like this was not injected, whatever the labels say now.
            let finding = WITHOUT_SIDECAR.found(at, &[meta.name()]);
            found.push(Diagnostic { code: AUTOMATIC_IMAGE.lint.code, aliases, ..finding });
        } else if answer != Some(true) {
            // The label of a namespace that is not here may ask for it.
            let severity = if answer.is_none() { Severity::Warning } else { Severity::Error };
            let values = [meta.kind.value.as_str(), meta.name()];
            found.push(Diagnostic { severity, aliases, ..AUTOMATIC_IMAGE.found(at, &values) });
        }
    }
}

fn other_image(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let cluster = context.cluster;
    let mut images: OrdMap<String, Option<String>> = OrdMap::new();
    let mut wrong: OrdMap<&str, Vec<&str>> = OrdMap::new();
    for pod in cluster.all::<Pod>() {
        let Some(source) = cluster.pod_source(pod.id) else { continue };
        let Some(image) = proxy_of(source.template).and_then(|it| it.image.as_ref()) else { continue };
        let is_own = pod.entry.resource.meta.annotation("sidecar.istio.io/proxyImage").is_some();
        let wanted = injector_of(cluster, source.namespace)
            .and_then(|it| images.entry(it.clone()).or_insert_with(|| proxy_image(cluster, &it)).clone());
        if wanted.is_some_and(|it| !is_own && image.value != "auto" && bare(&it) != bare(&image.value)) {
            wrong.entry(source.namespace).or_default().push(pod.name());
        }
    }
    for (name, pods) in wrong {
        let Some(namespace) = cluster.find::<Namespace>("", name) else { continue };
        let wanted = injector_of(cluster, name).and_then(|it| images.get(&it)?.clone()).unwrap_or_default();
        found.push(OTHER_IMAGE.found(place(namespace), &[name, &wanted, &crate::suggest::listed(pods)]));
    }
}

/// The ConfigMap of the injector of a namespace: each revision but the default one has its own.
fn injector_of(cluster: &Cluster, namespace: &str) -> Option<String> {
    let found = cluster.find::<Namespace>("", namespace)?;
    let labels = &found.entry.resource.meta.labels;
    match labels.get(REVISION) {
        Some("" | "default") => Some(INJECTOR.to_owned()),
        Some(revision) => Some(format!("{INJECTOR}-{revision}")),
        None => (labels.get(INJECTION) == Some("enabled")).then(|| INJECTOR.to_owned()),
    }
}

/// The image of the proxy: `global.proxy.image` when it is a whole name, else with hub and tag.
fn proxy_image(cluster: &Cluster, config_map: &str) -> Option<String> {
    with_yaml(cluster, config_map, "values", |values| {
        let global = values.get("global");
        let image = global.get("proxy").get("image").text()?.value;
        if image.contains('/') {
            return Some(image);
        }
        Some(format!("{}/{image}:{}", global.get("hub").text()?.value, global.get("tag").scalar()?))
    })
}

/// Without the type of the image, which the mesh configuration and annotations choose.
fn bare(image: &str) -> &str {
    image.trim_end_matches("-distroless").trim_end_matches("-debug")
}
