//! Annotations of Istio: they stand at the wrong kind, are malformed, deprecated or not stable.
//!
//! Rule (istio `analyzers/annotations`, `analyzers/maturity`): every annotation of a Namespace, Service, Pod or Deployment
//! below `istio.io`, and `kubernetes.io/ingress.class`, is looked up in the table of the ones that Istio documents.
//! Istio's analyzer does not look into the templates of workloads, where most of them stand; here they count, too.

mod table;

use podpath_objects::Reader;
use podpath_source::{Diagnostic, Location, Severity, Span};

use self::table::{Known, TABLE};
use crate::rule::Rule;
use crate::{Check, DocumentContext, Lint};

/// IST0107: an annotation that counts at other kinds only.
pub(crate) static MISPLACED: Rule = Rule {
    lint: Lint {
        code: "misplaced-annotation",
        severity: Severity::Warning,
        aliases: &["IST0107"],
        check: Check::Document(misplaced),
    },
    message: [
        "nothing reads the annotation `{0}` of a {1}: it belongs to {2}",
        "{1}의 `{0}` annotation은 아무도 읽지 않습니다. {2}에 적는 것입니다",
    ],
    help: [
        "move it there; what belongs to Pods stands in `spec.template.metadata.annotations` of the workload",
        "그쪽으로 옮기세요. Pod의 것은 워크로드의 `spec.template.metadata.annotations`에 적습니다",
    ],
};

/// IST0125: a value that the injector refuses.
pub(crate) static INVALID: Rule = Rule {
    lint: Lint {
        code: "invalid-annotation",
        severity: Severity::Warning,
        aliases: &["IST0125"],
        check: Check::Document(invalid),
    },
    message: ["`{1}` is no value of the annotation `{0}`", "`{0}` annotation에 맞지 않는 값입니다: `{1}`"],
    help: [
        "it takes {2}; the injector refuses Pods with anything else",
        "쓸 수 있는 값: {3}. 다른 값이면 인젝터가 Pod를 거부합니다",
    ],
};

/// IST0135: an annotation that Istio is about to drop.
pub(crate) static DEPRECATED: Rule = Rule {
    lint: Lint {
        code: "deprecated-annotation",
        severity: Severity::Info,
        aliases: &["IST0135"],
        check: Check::Document(deprecated),
    },
    message: ["the annotation `{0}` is deprecated", "`{0}` annotation은 deprecated입니다"],
    help: ["use {1}", "대신 쓸 것: {2}"],
};

/// IST0136: an annotation that may change or go with any release. Istio's analyzer leaves it out unless it is asked.
pub(crate) static ALPHA: Rule = Rule {
    lint: Lint {
        code: "alpha-annotation",
        severity: Severity::Info,
        aliases: &["IST0136"],
        check: Check::Document(alpha),
    },
    message: ["the annotation `{0}` is of the stage alpha", "`{0}` annotation은 alpha 단계입니다"],
    help: [
        "it works, but a new version of Istio may change or drop it: look it up before you upgrade",
        "지금은 동작하지만 새 Istio 버전에서 바뀌거나 없어질 수 있으니 업그레이드 전에 확인하세요",
    ],
};

/// The kinds that Istio's analyzer looks at, and those whose template is looked at here.
const KINDS: &[(&str, &str)] = &[
    ("", "Namespace"),
    ("", "Service"),
    ("", "Pod"),
    ("apps", "Deployment"),
    ("apps", "StatefulSet"),
    ("apps", "DaemonSet"),
    ("apps", "Job"),
];

/// An annotation in its place.
struct Written<'a> {
    /// The kind that carries it.
    kind: &'a str,
    name: &'a str,
    value: String,
    at_name: Location,
    at_value: Location,
    metadata: Reader<'a>,
    /// A Pod that `istio-init` prepared: nobody else wrote the annotations of traffic capture.
    has_init: bool,
    /// It stands in a template, where Istio's analyzer does not look.
    is_template: bool,
}

impl Written<'_> {
    fn found(&self, rule: &Rule, location: Location, values: &[&str]) -> Diagnostic {
        let aliases = if self.is_template { &[] } else { rule.lint.aliases };
        Diagnostic { aliases, ..rule.found(location, values) }
    }
}

fn misplaced(context: &DocumentContext<'_>, found: &mut Vec<Diagnostic>) {
    each(context, &mut |written, known| {
        if let Some(known) = known.filter(|it| !it.fits(written.kind)) {
            let values = [written.name, written.kind, &known.kinds.join(", ")];
            found.push(written.found(&MISPLACED, written.at_name, &values));
        }
    });
}

/// Every annotation in Istio's name that Istio does not know: its name and place, and whether Istio's analyzer looks there.
pub(crate) fn unknown(context: &DocumentContext<'_>, visit: &mut dyn FnMut(&str, Location, bool)) {
    each(context, &mut |written, known| {
        if known.is_none() {
            visit(written.name, written.at_name, !written.is_template);
        }
    });
}

/// The names of all annotations of Istio.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|it| it.name)
}

fn invalid(context: &DocumentContext<'_>, found: &mut Vec<Diagnostic>) {
    each(context, &mut |written, known| {
        let Some(known) = known.filter(|it| it.fits(written.kind) && !it.form.takes(&written.value)) else { return };
        let [en, ko] = known.form.words();
        found.push(written.found(&INVALID, written.at_value, &[written.name, &written.value, en, ko]));
    });
}

fn deprecated(context: &DocumentContext<'_>, found: &mut Vec<Diagnostic>) {
    each(context, &mut |written, known| {
        let Some([en, ko]) = known.and_then(|it| it.instead) else { return };
        // Who has the label of the same name, too, writes both for the sake of old versions.
        if !written.metadata.get("labels").get(written.name).exists() {
            found.push(written.found(&DEPRECATED, written.at_name, &[written.name, en, ko]));
        }
    });
}

fn alpha(context: &DocumentContext<'_>, found: &mut Vec<Diagnostic>) {
    each(context, &mut |written, known| {
        let is_captured = known.is_some_and(|it| it.by_cni) && written.kind == "Pod" && !written.has_init;
        if known.is_some_and(|it| it.is_alpha) && !is_captured && !written.is_template {
            found.push(written.found(&ALPHA, written.at_name, &[written.name]));
        }
    });
}

/// Every annotation that is Istio's, with what is known about it.
fn each(context: &DocumentContext<'_>, visit: &mut dyn FnMut(&Written<'_>, Option<&'static Known>)) {
    for (object, kind) in context.objects(KINDS) {
        let spec = object.get("spec");
        if !matches!(kind, "StatefulSet" | "DaemonSet" | "Job") {
            visit_all(context, (object.get("metadata"), spec), (kind, false), visit);
        }
        let template = spec.get("template");
        visit_all(context, (template.get("metadata"), template.get("spec")), ("Pod", true), visit);
    }
}

fn visit_all(
    context: &DocumentContext<'_>,
    (metadata, spec): (Reader<'_>, Reader<'_>),
    (kind, is_template): (&str, bool),
    visit: &mut dyn FnMut(&Written<'_>, Option<&'static Known>),
) {
    let is_init = |it: Reader<'_>| it.get("name").text().is_some_and(|it| it.value == "istio-init");
    for (name, value) in metadata.get("annotations").fields().filter(|(name, _)| is_istios(name.value)) {
        let place = |span: Span| context.at(span);
        let written = Written {
            kind,
            name: name.value,
            value: value.scalar().unwrap_or_default(),
            at_name: place(name.span),
            at_value: place(value.span()),
            metadata,
            has_init: spec.get("initContainers").items().any(is_init),
            is_template,
        };
        visit(&written, TABLE.iter().find(|it| it.name == name.value));
    }
}

fn is_istios(name: &str) -> bool {
    let domain = name.split('/').next().unwrap_or_default();
    domain == "istio.io" || domain.ends_with(".istio.io") || name == "kubernetes.io/ingress.class"
}
