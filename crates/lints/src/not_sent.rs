//! `not-sent-by-load-balancer`: a VirtualService behind ALBs of which none sends a request that it would take.
//!
//! What is sent is decided by `podpath_routing::unsent`; the pages of `tests/suite/check` hold it.

use podpath_objects::VirtualService;
use podpath_routing::unsent;
use podpath_source::{Diagnostic, Label, Severity, Text};

use crate::rule::Rule;
use crate::{Check, Context, Lint};

pub(crate) static RULE: Rule = Rule {
    lint: Lint {
        code: "not-sent-by-load-balancer",
        severity: Severity::Warning,
        aliases: &[],
        check: Check::Cluster(check),
    },
    message: [
        "no load balancer sends requests for `{0}` to the gateway of `{1}`",
        "`{1}`의 게이트웨이로 `{0}` 호스트의 요청을 보내는 로드 밸런서가 없습니다",
    ],
    help: [
        "`GET {2}` ends at the load balancer before the gateway sees it; give it a rule for this host and path",
        "`GET {2}` 요청은 게이트웨이에 오기 전에 로드 밸런서에서 끝납니다. 이 호스트와 경로의 규칙을 로드 밸런서에 추가하세요",
    ],
};

fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for lost in unsent(context.cluster, context.tables()) {
        let Some(service) = context.cluster.get::<VirtualService>(lost.route) else { continue };
        let Some(host) = service.object.hosts.first() else { continue };
        let request = &lost.witness;
        let url = format!("{}://{}{}", request.scheme.url(), request.authority, request.target());
        let finding = RULE.found(service.at(host.span), &[&host.value, service.name(), &url]);
        let text = Text::new("this takes them", "여기서 가져갑니다");
        found.push(Diagnostic { related: vec![Label { location: lost.by.location, text }], ..finding });
    }
}
