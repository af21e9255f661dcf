//! `not-sent-by-load-balancer`: a rule behind ALBs of which none sends a request that it would take.
//!
//! What is sent is decided by `Tables::unsent_rules` for every gateway alike; the pages of `tests/suite/check` hold it.

use podpath_cluster::Cluster;
use podpath_objects::VirtualService;
use podpath_routing::Unsent;
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
        "no load balancer sends the gateway of `{1}` a request for `{0}` that fits here",
        "`{0}` 호스트의 요청 가운데 여기에 맞는 것을 `{1}`의 게이트웨이로 보내는 로드 밸런서가 없습니다",
    ],
    help: [
        "`GET {2}` ends at the load balancer before the gateway sees it; give it a rule for this host and path",
        "`GET {2}` 요청은 게이트웨이에 오기 전에 로드 밸런서에서 끝납니다. 이 호스트와 경로의 규칙을 로드 밸런서에 추가하세요",
    ],
};

fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let unsent = context.tables().unsent_rules(context.cluster);
    found.extend(unsent_rules(context.cluster, unsent).into_iter().map(|it| it.1));
}

/// The findings of rules that no load balancer sends anything, each with its rule; a VirtualService all of whose rules are
/// such is one finding, at its first host.
pub fn unsent_rules<'a>(cluster: &Cluster, unsent: &'a [Unsent]) -> Vec<(&'a Unsent, Diagnostic)> {
    let mut found = Vec::new();
    let mut told = None;
    for lost in unsent {
        let whole = lost.rule.resource.filter(|_| lost.is_whole).and_then(|it| cluster.get::<VirtualService>(it));
        if whole.is_some_and(|it| told.replace(it.id) == Some(it.id)) {
            continue;
        }
        let host = whole.and_then(|it| Some((it, it.object.hosts.first()?)));
        let location = host.map_or(lost.path.unwrap_or(lost.rule.location), |(it, host)| it.at(host.span));
        let request = &lost.witness;
        let hosts = host.map_or_else(|| request.host.clone(), |(_, host)| host.value.clone());
        let name = lost.rule.resource.and_then(|it| cluster.entry(it)).map_or("", |it| it.resource.meta.name());
        let url = format!("{}://{}{}", request.scheme.url(), request.authority, request.target());
        let finding = RULE.found(location, &[&hosts, name, &url]);
        let text = Text::new("this takes them", "여기서 가져갑니다");
        found.push((lost, Diagnostic { related: vec![Label { location: lost.by.location, text }], ..finding }));
    }
    found
}
