//! `selector-differs`: a workload whose selector does not select its own Pods, which the API server refuses.

use podpath_objects::Workload;
use podpath_source::{Diagnostic, Label, Severity, Text};

use crate::{Check, Context, Lint};

pub(crate) static LINT: Lint = Lint {
    code: "selector-differs",
    severity: Severity::Error,
    aliases: &["mismatching-selector"],
    check: Check::Cluster(check),
};

/// API server: "`selector` does not match template `labels`". Jobs get their selector from the server.
fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for workload in context.cluster.all::<Workload>() {
        let Some(selector) = &workload.object.selector else { continue };
        let labels = &workload.object.template.labels;
        let is_job = matches!(workload.entry.resource.meta.kind.value.as_str(), "Job" | "CronJob");
        if is_job || selector.matches(labels) {
            continue;
        }
        let differing =
            selector.labels.entries.iter().find(|(key, value)| labels.get(&key.value) != Some(&value.value));
        let span = differing.map_or(selector.span, |(_, value)| value.span);
        let name = workload.name();
        let message = Text::new(
            format!("the selector of `{name}` does not match the labels of its own Pods"),
            format!("`{name}`의 selector가 자신의 Pod 레이블과 맞지 않습니다"),
        );
        let there = Text::new("the Pods carry these labels", "Pod에 붙는 레이블입니다");
        let help = Text::new(
            "the API server answers: `selector` does not match template `labels`",
            "API 서버의 응답: `selector` does not match template `labels`",
        );
        found.push(Diagnostic {
            related: vec![Label { location: workload.at(labels.span), text: there }],
            help: Some(help),
            ..LINT.found(workload.at(span), message)
        });
    }
}
