//! Why Pods have a sidecar, or none.

use podpath_source::Text;

pub(in crate::trace::mesh) fn written() -> Text {
    Text::new(
        "the manifest has the container `istio-proxy` itself",
        "매니페스트에 `istio-proxy` 컨테이너가 이미 있습니다",
    )
}

pub(in crate::trace::mesh) fn of_pod(key: &str, value: &str, is_annotation: bool) -> Text {
    let (en, ko) = if is_annotation { ("annotation", "어노테이션") } else { ("label", "레이블") };
    Text::new(format!("the Pod has the {en} `{key}: {value}`"), format!("Pod에 `{key}: {value}` {ko}이 있습니다"))
}

pub(in crate::trace::mesh) fn of_namespace(namespace: &str, key: &str, value: &str) -> Text {
    Text::new(
        format!("Namespace `{namespace}` has the label `{key}: {value}`"),
        format!("`{namespace}` Namespace에 `{key}: {value}` 레이블이 있습니다"),
    )
}

pub(in crate::trace::mesh) fn in_vain(namespace: &str, value: &str) -> Text {
    Text::new(
        format!(
            "Namespace `{namespace}` has the label `istio-injection: {value}`, so the label of the Pod does nothing"
        ),
        format!("`{namespace}` Namespace에 `istio-injection: {value}` 레이블이 있어 Pod의 레이블은 소용이 없습니다"),
    )
}

pub(in crate::trace::mesh) fn by_default(namespace: &str) -> Text {
    Text::new(
        format!("Namespace `{namespace}` says nothing, and this mesh injects by default"),
        format!("`{namespace}` Namespace에 정한 것이 없고, 이 메시는 기본으로 주입합니다"),
    )
}

pub(in crate::trace::mesh) fn not_installed(revision: &str) -> Text {
    Text::new(
        format!("revision `{revision}` is asked for, and it is not installed"),
        format!("`{revision}` 리비전을 요청하지만 설치되어 있지 않습니다"),
    )
}

pub(in crate::trace::mesh) fn host_network() -> Text {
    Text::new("nothing is injected into Pods with `hostNetwork`", "`hostNetwork`를 쓰는 Pod에는 주입되지 않습니다")
}

pub(in crate::trace::mesh) fn ignored(namespace: &str) -> Text {
    Text::new(
        format!("nothing is injected into the system's namespace `{namespace}`"),
        format!("시스템의 `{namespace}` 네임스페이스에는 주입되지 않습니다"),
    )
}

pub(in crate::trace::mesh) fn selected() -> Text {
    Text::new(
        "`alwaysInjectSelector` of the injector selects the Pod",
        "인젝터의 `alwaysInjectSelector`에 맞는 Pod입니다",
    )
}

pub(in crate::trace::mesh) fn left_out() -> Text {
    Text::new("the injector leaves this Pod out", "인젝터가 이 Pod를 제외합니다")
}

pub(in crate::trace::mesh) fn misplaced(key: &str) -> Text {
    Text::new(
        format!(
            "the label `{key}` stands on the workload, and the injector sees Pods alone: it belongs into the template"
        ),
        format!("`{key}` 레이블이 워크로드에 있습니다. 인젝터는 Pod만 보므로 템플릿에 있어야 합니다"),
    )
}

pub(in crate::trace::mesh) fn not_asked(namespace: &str) -> Text {
    Text::new(
        format!("no label of namespace `{namespace}` or of the Pod asks for a sidecar"),
        format!("`{namespace}` 네임스페이스나 Pod에 사이드카를 요청하는 레이블이 없습니다"),
    )
}

pub(in crate::trace::mesh) fn not_here(namespace: &str) -> Text {
    Text::new(
        format!(
            "whether the Pod has a sidecar is not in the manifests: Namespace `{namespace}` with its labels is missing"
        ),
        format!("`{namespace}` Namespace와 레이블이 없어 Pod에 사이드카가 있는지 알 수 없습니다"),
    )
}
