//! `duplicate-key`: one key stands twice in one map; strict validation refuses that, and kubectl keeps the last.

use podpath_source::{Diagnostic, Label, Severity, Text};
use podpath_yaml::ProblemKind;

use crate::{Check, DocumentContext, Lint};

pub(crate) static LINT: Lint =
    Lint { code: "duplicate-key", severity: Severity::Error, aliases: &[], check: Check::Document(check) };

fn check(context: &DocumentContext<'_>, found: &mut Vec<Diagnostic>) {
    for problem in &context.yaml.problems {
        let ProblemKind::DuplicateKey { key, first } = &problem.kind else { continue };
        let message = Text::new(
            format!("the key `{key}` stands twice in one map"),
            format!("한 맵에 `{key}` 키가 두 번 있습니다"),
        );
        let related = Label {
            location: context.at(*first),
            text: Text::new("the earlier one, which would be lost", "먼저 적은 키입니다. 이 값은 사라집니다"),
        };
        found.push(Diagnostic {
            related: vec![related],
            help: Some(help()),
            ..LINT.found(context.at(problem.span), message)
        });
    }
}

fn help() -> Text {
    Text::new(
        "an API server with strict validation refuses it, an older kubectl keeps the last one in silence: keep one of them",
        "엄격하게 검증하는 API 서버는 거부하고, 옛 kubectl은 말없이 마지막 값만 남깁니다. 하나만 남기세요",
    )
}
