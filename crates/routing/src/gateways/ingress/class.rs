//! The class of an Ingress.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{Ingress, IngressClass};
use podpath_source::{Span, Text};

const ANNOTATION: &str = "kubernetes.io/ingress.class";

/// Why no controller takes an Ingress.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Untaken {
    /// The class that it names is not here, or it names none.
    NoClass,
    /// Its annotation names a class of ingress-nginx.
    PassedOver,
}

/// The value of the old annotation.
pub(super) fn annotation<'a>(ingress: &Found<'a, Ingress>) -> Option<&'a str> {
    ingress.entry.resource.meta.annotation(ANNOTATION)
}

/// The class of an Ingress: the annotation, the field, or the default class.
///
/// Of several default classes the admission takes the newest, and the first by name of those that are as new.
pub fn class_of<'a>(cluster: &'a Cluster, ingress: &Found<'_, Ingress>) -> Option<Found<'a, IngressClass>> {
    let named = annotation(ingress).or(ingress.object.class.as_ref().map(|it| it.value.as_str()));
    if let Some(name) = named {
        return cluster.find::<IngressClass>("", name);
    }
    let defaults = cluster.all::<IngressClass>().filter(|it| it.object.is_default);
    defaults.min_by(|a, b| newest_first(a).cmp(&newest_first(b)).then_with(|| a.name().cmp(b.name())))
}

/// What has no timestamp was created just now.
fn newest_first<'a>(class: &Found<'a, IngressClass>) -> (bool, std::cmp::Reverse<&'a str>) {
    let created = class.entry.resource.meta.created.as_deref();
    (created.is_some(), std::cmp::Reverse(created.unwrap_or_default()))
}

/// Why an Ingress whose annotation names a class of ingress-nginx is passed over.
fn passed_over(class: &str) -> Text {
    Text::new(
        format!(
            "ingress-nginx takes the annotation `nginx` alone, or what its flag `--ingress-class` says, so `{class}` is passed over; name the class in `spec.ingressClassName`"
        ),
        format!(
            "ingress-nginx는 `nginx` 또는 `--ingress-class` 플래그와 같은 어노테이션만 받으므로 `{class}` 값은 무시됩니다. `spec.ingressClassName`에 클래스를 적으세요"
        ),
    )
}

/// Why no controller takes an Ingress: the place, its field, and a sentence.
pub(super) fn missing(ingress: &Found<'_, Ingress>, why: Untaken) -> (Span, &'static str, Text) {
    let meta = &ingress.entry.resource.meta;
    let by_annotation = meta.annotations.entry(ANNOTATION).map(|(_, it)| (it, "metadata.annotations"));
    match by_annotation.or(ingress.object.class.as_ref().map(|it| (it, "spec.ingressClassName"))) {
        Some((class, path)) if why == Untaken::PassedOver => (class.span, path, passed_over(&class.value)),
        Some((class, path)) => {
            let name = &class.value;
            let text = Text::new(
                format!("IngressClass `{name}` is not here, so no controller takes this Ingress"),
                format!("`{name}` IngressClass가 없어서 이 Ingress를 맡는 컨트롤러가 없습니다"),
            );
            (class.span, path, text)
        }
        None => {
            let text = Text::new(
                "it names no class and there is no default class, so no controller takes this Ingress",
                "클래스를 적지 않았고 기본 클래스도 없어서 이 Ingress를 맡는 컨트롤러가 없습니다",
            );
            (meta.name_span(), "spec.ingressClassName", text)
        }
    }
}
