//! `wrong-type`: a value of another type than its field, which the API server cannot decode.

use podpath_schema::FindingKind;
use podpath_source::{Diagnostic, Severity, Text};

use crate::{Check, DocumentContext, Lint};

pub(crate) static LINT: Lint =
    Lint { code: "wrong-type", severity: Severity::Error, aliases: &[], check: Check::Document(check) };

fn check(context: &DocumentContext<'_>, found: &mut Vec<Diagnostic>) {
    for finding in &context.structure {
        let FindingKind::WrongType { expected, found: written } = &finding.kind else { continue };
        let name = last_part(&finding.path);
        let message = Text::new(
            format!("`{name}` takes {expected}, not {written}"),
            format!("`{name}` 필드의 타입은 {expected}인데 {written} 값이 적혀 있습니다"),
        );
        let diagnostic = LINT.found(context.at(finding.span), message);
        found.push(Diagnostic { path: Some(finding.path.clone()), ..diagnostic });
    }
}

/// The last part of a path; keys in quotes may hold dots.
fn last_part(path: &str) -> &str {
    match path.strip_suffix("\"]").and_then(|it| it.rsplit_once("[\"")) {
        Some((_, key)) => key,
        None => path.rsplit('.').next().unwrap_or(path),
    }
}
