//! `reference-not-granted`: a reference to an object of another namespace that no ReferenceGrant allows.
//!
//! A grant may stand outside the workspace, so this is a warning.

use podpath_source::{Diagnostic, Severity, Text};

use crate::{Check, Context, Lint};

pub(crate) static LINT: Lint =
    Lint { code: "reference-not-granted", severity: Severity::Warning, aliases: &[], check: Check::Cluster(check) };

fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for (_, problem) in context.tables().problems().filter(|(_, it)| it.reason == "RefNotPermitted") {
        let help = Text::new(
            "a ReferenceGrant stands in the namespace of the target; `from` names the one that refers, `to` the target",
            "ReferenceGrant는 대상의 네임스페이스에 두고, `from`에는 참조하는 쪽을, `to`에는 대상을 적습니다",
        );
        found.push(Diagnostic { help: Some(help), ..LINT.found(problem.location, problem.text.clone()) });
    }
}
