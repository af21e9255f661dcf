//! `required-field`: a field that must be there and is not, so the API server refuses the object.

use podpath_schema::FindingKind;
use podpath_source::{Diagnostic, Severity, Text};

use crate::{Check, DocumentContext, Lint};

pub(crate) static LINT: Lint =
    Lint { code: "required-field", severity: Severity::Error, aliases: &[], check: Check::Document(check) };

fn check(context: &DocumentContext<'_>, found: &mut Vec<Diagnostic>) {
    for finding in &context.structure {
        let FindingKind::MissingField { name } = &finding.kind else { continue };
        // Names are told by `missing-field`, which knows of objects that need none.
        if finding.path == "metadata.name" || finding.path == "metadata" {
            continue;
        }
        let path = &finding.path;
        let message =
            Text::new(format!("required field `{name}` is missing"), format!("필수 필드 `{name}` 값이 없습니다"));
        let help = Text::new(
            format!("the API server answers: {path}: Required value"),
            format!("API 서버의 응답: {path}: Required value"),
        );
        // A route of a VirtualService without destination: its host, "", is not found.
        let aliases: &[&str] =
            if path.starts_with("spec.http[") && path.ends_with("].destination") { &["IST0101"] } else { &[] };
        let diagnostic = LINT.found(context.at(finding.span), message);
        found.push(Diagnostic { path: Some(path.clone()), help: Some(help), aliases, ..diagnostic });
    }
}
