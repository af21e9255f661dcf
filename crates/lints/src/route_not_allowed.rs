//! `route-not-allowed`: a parentRef that leads to listeners which all keep the route out.
//!
//! What a listener lets in is decided by `podpath_routing`, as the controller does it; here it becomes a finding.

use podpath_objects::Namespace;
use podpath_source::{Diagnostic, Severity, Text};

use crate::{Check, Context, Lint};

pub(crate) static LINT: Lint =
    Lint { code: "route-not-allowed", severity: Severity::Error, aliases: &[], check: Check::Cluster(check) };

/// A namespace that is not in the workspace may have labels that a selector asks for.
fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for (id, problem) in context.tables().problems().filter(|(_, it)| it.reason == "NotAllowedByListeners") {
        let namespace = context.cluster.entry(id).map_or("", |it| it.namespace.as_str());
        let is_declared = context.cluster.find::<Namespace>("", namespace).is_some();
        let help = Text::new(
            "widen `allowedRoutes` of a listener: `namespaces` say from where, `kinds` which routes",
            "리스너의 `allowedRoutes`를 넓히세요. `namespaces`는 네임스페이스를, `kinds`는 라우트 종류를 정합니다",
        );
        found.push(Diagnostic {
            severity: if is_declared { Severity::Error } else { Severity::Warning },
            help: Some(help),
            ..LINT.found(problem.location, problem.text.clone())
        });
    }
}
