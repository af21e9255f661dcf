//! `unknown-field`: a field that the type does not have, which strict field validation refuses.

use podpath_schema::FindingKind;
use podpath_source::{Diagnostic, Edit, Fix, Severity, Span, Text};
use podpath_yaml::Node;

use crate::{Check, DocumentContext, Lint};

pub(crate) static LINT: Lint =
    Lint { code: "unknown-field", severity: Severity::Error, aliases: &[], check: Check::Document(check) };

fn check(context: &DocumentContext<'_>, found: &mut Vec<Diagnostic>) {
    for finding in &context.structure {
        let at = context.at(finding.span);
        let path = Some(finding.path.clone());
        match &finding.kind {
            FindingKind::UnknownField { name, suggestion } => {
                let fix = suggestion.as_ref().map(|to| Fix {
                    title: Text::new(format!("Rename to `{to}`"), format!("`{to}` 필드로 바꾸기")),
                    safe: !has_sibling(context, finding.span, to),
                    edits: vec![Edit::Replace { location: at, text: to.clone() }],
                });
                let diagnostic = LINT.found(at, message(name, suggestion.as_deref()));
                found.push(Diagnostic { path, fix, help: Some(help(&finding.path)), ..diagnostic });
            }
            FindingKind::ExperimentalField { name } => {
                let text = Text::new(
                    format!("only the experimental channel of the Gateway API has the field `{name}`"),
                    format!("`{name}` 필드는 Gateway API의 experimental 채널에만 있습니다"),
                );
                let diagnostic = LINT.found(at, text);
                found.push(Diagnostic { path, severity: Severity::Warning, ..diagnostic });
            }
            FindingKind::WrongType { .. } | FindingKind::MissingField { .. } => {}
        }
    }
}

fn message(name: &str, suggestion: Option<&str>) -> Text {
    match suggestion {
        Some(to) => Text::new(
            format!("unknown field `{name}`; did you mean `{to}`?"),
            format!("`{name}` 필드는 없습니다. `{to}` 필드를 말하나요?"),
        ),
        None => Text::new(format!("unknown field `{name}`"), format!("`{name}` 필드는 없습니다")),
    }
}

/// The API server's own words, which people search for.
fn help(path: &str) -> Text {
    Text::new(
        format!("the API server answers: strict decoding error: unknown field \"{path}\""),
        format!("API 서버의 응답: strict decoding error: unknown field \"{path}\""),
    )
}

/// True when the map that holds this key has the other one, too: a rename would make it stand twice.
fn has_sibling(context: &DocumentContext<'_>, key: Span, other: &str) -> bool {
    let mut open: Vec<&Node> = context.yaml.root.iter().collect();
    while let Some(node) = open.pop() {
        if let Some(map) = node.as_map() {
            if map.entries.iter().any(|it| it.key.span == key) {
                return map.get(other).is_some();
            }
            open.extend(map.entries.iter().map(|it| &it.value));
        }
        open.extend(node.as_list().into_iter().flatten());
    }
    false
}
