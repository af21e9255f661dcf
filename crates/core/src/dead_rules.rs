//! The method `deadRules`: rules that no request reaches, each with a request that shows it.

use podpath_protocol::{Call, DeadRule, DeadRules, From, Locale, RulePlace};
use podpath_routing::{DeadRule as Dead, Origin, Request, dead_rules as find};

use crate::analysis::Analysis;
use crate::check::diagnostic;
use crate::place::range;

/// Every dead rule, in source order.
pub(crate) fn dead_rules(analysis: &Analysis, locale: Locale) -> DeadRules {
    let dead = find(&analysis.cluster, analysis.tables());
    let found = podpath_lints::unreachable_rules(&analysis.cluster, &dead).into_iter().filter_map(|(dead, finding)| {
        let finding = diagnostic(analysis, &finding, locale)?;
        Some(DeadRule {
            rule: place(analysis, &dead.rule)?,
            by: place(analysis, &dead.by)?,
            criterion: dead.criterion.code().to_owned(),
            witness: call(analysis, dead),
            message: finding.message,
            help: finding.help,
            fix: finding.fix,
        })
    });
    DeadRules { dead_rules: found.collect() }
}

fn place(analysis: &Analysis, origin: &Origin) -> Option<RulePlace> {
    Some(RulePlace {
        resource: analysis.reference(origin.resource?)?,
        range: range(analysis, origin.location)?,
        path: origin.path.clone(),
    })
}

/// The witness, asked where the rule is served.
fn call(analysis: &Analysis, dead: &Dead) -> Call {
    let Request { scheme, method, authority, port, headers, .. } = dead.witness.clone();
    let at = dead.entry.resource.and_then(|it| analysis.reference(it));
    let from = match at {
        Some(at) if dead.gateway.is_load_balancer => From { load_balancer: Some(at), ..From::default() },
        Some(at) if at.kind == "Gateway" => From { gateway: Some(at), port: Some(port), ..From::default() },
        _ => From { internet: Some(true), ..From::default() },
    };
    Call {
        method: Some(method),
        scheme: Some(scheme.url().to_owned()),
        host: authority,
        port: Some(port),
        path: Some(dead.witness.target()),
        headers,
        from: Some(from),
        ..Call::default()
    }
}
