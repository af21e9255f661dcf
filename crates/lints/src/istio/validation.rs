//! What Istio's schemas and its webhook say to an object, in their own words.
//!
//! Rule (istio `analyzers/schema/validation.go`): every error of validation is one finding, and so is every warning. What
//! is wrong with the structure of an object, other lints tell; the rules are asked when nothing is.

use podpath_source::{Diagnostic, Severity};

use crate::rule::Rule;
use crate::{Check, DocumentContext, Lint};

/// IST0106: the object is not stored.
pub(crate) static REFUSED: Rule = Rule {
    lint: Lint {
        code: "refused-by-istio",
        severity: Severity::Error,
        aliases: &["IST0106"],
        check: Check::Document(validate),
    },
    message: ["Istio refuses this object: {0}", "Istio가 이 오브젝트를 거절합니다: {0}"],
    help: [
        "a cluster with Istio does not store the object until this is mended; the words are those of its schema or its webhook",
        "고치기 전에는 Istio가 있는 클러스터에 저장되지 않습니다. 위 문구는 Istio의 스키마나 웹훅이 하는 말입니다",
    ],
};

/// IST0133: the object is stored all the same.
pub(crate) static WARNED: Rule = Rule {
    lint: Lint {
        code: "warned-by-istio",
        severity: Severity::Warning,
        aliases: &["IST0133"],
        // `REFUSED` finds them beside its own.
        check: Check::Document(|_, _| {}),
    },
    message: ["Istio warns: {0}", "Istio가 경고합니다: {0}"],
    help: [
        "the object is stored, and Istio's webhook says this when it is applied",
        "오브젝트는 저장되고, 적용할 때 Istio의 웹훅이 이렇게 말합니다",
    ],
};

/// Both, since one look finds both.
fn validate(context: &DocumentContext<'_>, found: &mut Vec<Diagnostic>) {
    for verdict in verdicts(context) {
        for it in verdict.refusals {
            // The message says so already.
            let words = it.detail.strip_prefix("Invalid value: ").unwrap_or(&it.detail);
            let finding = REFUSED.found(context.at(it.span), &[words]);
            found.push(Diagnostic { path: Some(it.field), ..finding });
        }
        for it in verdict.warnings {
            let finding = WARNED.found(context.at(it.span), &[&it.text]);
            // What is said of every object of a kind teaches: of an EnvoyFilter that it may break.
            let severity = if it.is_general { Severity::Info } else { finding.severity };
            found.push(Diagnostic { path: Some(it.field), severity, ..finding });
        }
    }
}

/// What is said to each object of the document; nothing while its structure is wrong or a line cannot be read.
fn verdicts(context: &DocumentContext<'_>) -> Vec<podpath_admission::Verdict> {
    if !context.structure.is_empty() || context.yaml.problems.iter().any(|it| it.kind.is_unreadable()) {
        return vec![];
    }
    context.kinds.iter().filter_map(|it| it.0.node()).map(podpath_admission::istio).collect()
}
