//! `failing-health-check`: the health check of a load balancer that no target passes.
//!
//! What becomes of a check is decided by `Tables::failing_checks`. A default that a gateway answers with 404 is told on the way of
//! a request alone: nobody wrote it, and requests still arrive.

use podpath_source::{Diagnostic, Severity, Text};

use crate::{Check, Context, Lint};

pub(crate) static LINT: Lint =
    Lint { code: "failing-health-check", severity: Severity::Warning, aliases: &[], check: Check::Cluster(check) };

fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let failing = context.tables.failing_checks(context.cluster);
    let is_told = |reason: &str| matches!(reason, "health-check-udp" | "health-check-policy");
    for it in failing.iter().filter(|it| it.is_written || is_told(it.reason)) {
        let help = Text::new(
            "ask a port and a path that the targets answer with the expected status; while all of them fail, the load balancer cannot tell a broken one",
            "대상에서 기대하는 상태 코드로 응답하는 포트와 경로를 쓰세요. 모두 실패하는 동안에는 고장 난 대상을 가려내지 못합니다",
        );
        found.push(Diagnostic { help: Some(help), ..LINT.found(it.location, it.text.clone()) });
    }
}
