//! Whether Pods have a sidecar: the labels of the namespace and of the Pod, then the injector.
//!
//! Source: istio `manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml`, `pkg/kube/inject`.

use podpath_cluster::{Cluster, PodSource};
use podpath_objects::{Labels, Namespace, PodTemplate};
use podpath_source::Text;

use super::config::Injector;

/// Whether Pods have a sidecar, and why.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::trace) enum Sidecar {
    /// They have.
    Yes,
    /// They have not.
    No(Text),
    /// Their namespace is not here, and the Pod does not say it.
    Unknown(Text),
}

const INJECT: &str = "sidecar.istio.io/inject";

/// Namespaces of the system, into which nothing is injected.
pub const IGNORED: &[&str] = &["kube-system", "kube-public", "kube-node-lease", "local-path-storage"];

/// Whether these Pods have a sidecar.
pub(in crate::trace) fn sidecar(cluster: &Cluster, pod: &PodSource<'_>) -> Sidecar {
    if has_proxy(pod.template) { Sidecar::Yes } else { injected(cluster, pod) }
}

/// True when the manifest itself holds the proxy.
pub fn has_proxy(template: &PodTemplate) -> bool {
    template.containers.iter().any(|it| it.name.as_ref().is_some_and(|it| it.value == "istio-proxy"))
}

/// Whether a sidecar is put into these Pods when they are made; None when their namespace is not here and they do not say.
pub fn injects(cluster: &Cluster, pod: &PodSource<'_>) -> Option<bool> {
    match injected(cluster, pod) {
        Sidecar::Yes => Some(true),
        Sidecar::No(_) => Some(false),
        Sidecar::Unknown(_) => None,
    }
}

fn injected(cluster: &Cluster, pod: &PodSource<'_>) -> Sidecar {
    let template = pod.template;
    if template.host_network || IGNORED.contains(&pod.namespace) {
        return Sidecar::No(Text::new("nothing is injected into such Pods", "이런 Pod에는 주입되지 않습니다"));
    }
    let space = cluster.namespace_labels(pod.namespace);
    let is_known = cluster.find::<Namespace>("", pod.namespace).is_some();
    if !is_sent(&space, &template.labels, cluster.settings.injects_by_default) {
        let says_no = template.labels.get(INJECT) == Some("false");
        return if is_known || says_no {
            Sidecar::No(not_asked(pod.namespace))
        } else {
            Sidecar::Unknown(not_here(pod.namespace))
        };
    }
    let label = template.labels.get(INJECT).or_else(|| template.annotations.get(INJECT));
    // "Only `true` and `false` are accepted": anything else counts as nothing.
    let asked = match label {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => None,
    };
    if Injector::of(cluster).injects(asked, &template.labels) {
        return Sidecar::Yes;
    }
    Sidecar::No(Text::new("the injector leaves this Pod out", "인젝터가 이 Pod를 제외합니다"))
}

/// Whether a webhook sends the Pod to an injector. Of the four that each revision has, two look at the labels of a revision.
fn is_sent(space: &Labels, pod: &Labels, by_default: bool) -> bool {
    let inject = pod.get(INJECT);
    if inject == Some("false") {
        return false;
    }
    match (space.get("istio-injection"), space.get("istio.io/rev")) {
        (Some(wanted), _) => wanted == "enabled",
        (None, Some(_)) => true,
        (None, None) => inject == Some("true") || pod.get("istio.io/rev").is_some() || by_default,
    }
}

fn not_asked(namespace: &str) -> Text {
    Text::new(
        format!("no label of namespace `{namespace}` or of the Pod asks for a sidecar"),
        format!("`{namespace}` 네임스페이스나 Pod에 사이드카를 요청하는 레이블이 없습니다"),
    )
}

fn not_here(namespace: &str) -> Text {
    Text::new(
        format!(
            "whether the Pod has a sidecar is not in the manifests: Namespace `{namespace}` with its labels is missing"
        ),
        format!("`{namespace}` Namespace와 레이블이 없어 Pod에 사이드카가 있는지 알 수 없습니다"),
    )
}
