//! The method `deadRules`: rules that no request reaches, each with a request that shows it.

use podpath_objects::VirtualService;
use podpath_protocol::{Call, DeadRule, DeadRules, From, Locale, PodCaller, RulePlace};
use podpath_routing::{DeadRule as Dead, Origin, Request};

use crate::analysis::Analysis;
use crate::check::diagnostic;
use crate::place::range;

/// Every dead rule: those that others hide, in source order, then those that no load balancer sends anything.
pub(crate) fn dead_rules(analysis: &Analysis, locale: Locale) -> DeadRules {
    let dead = analysis.tables().dead_rules(&analysis.cluster);
    let found = podpath_lints::unreachable_rules(&analysis.cluster, dead).into_iter().filter_map(|(dead, finding)| {
        let finding = diagnostic(analysis, &finding, locale)?;
        Some(DeadRule {
            rule: place(analysis, &dead.rule)?,
            by: place(analysis, &dead.by)?,
            criterion: dead.criterion.code().to_owned(),
            witness: witness(analysis, dead),
            range: finding.range,
            message: finding.message,
            help: finding.help,
            fix: finding.fix,
        })
    });
    let unsent = podpath_lints::unsent_rules(&analysis.cluster, analysis.tables().unsent_rules(&analysis.cluster));
    let unsent = unsent.into_iter().filter_map(|(lost, finding)| {
        let finding = diagnostic(analysis, &finding, locale)?;
        let from = From { load_balancer: analysis.reference(lost.entry.resource?), ..From::default() };
        Some(DeadRule {
            rule: place(analysis, &lost.rule)?,
            by: place(analysis, &lost.by)?,
            criterion: "not-sent".to_owned(),
            witness: call(&lost.witness, Some(from)),
            range: finding.range,
            message: finding.message,
            help: finding.help,
            fix: None,
        })
    });
    DeadRules { dead_rules: found.chain(unsent).collect() }
}

fn place(analysis: &Analysis, origin: &Origin) -> Option<RulePlace> {
    Some(RulePlace {
        resource: analysis.reference(origin.resource?)?,
        range: range(analysis, origin.location)?,
        path: origin.path.clone(),
    })
}

/// The witness, asked where the rule is served.
fn witness(analysis: &Analysis, dead: &Dead) -> Call {
    let at = dead.entry.resource.and_then(|it| analysis.reference(it));
    let from = match at {
        Some(at) if dead.gateway.is_load_balancer => From { load_balancer: Some(at), ..From::default() },
        Some(at) if at.kind == "Gateway" => {
            From { gateway: Some(at), port: Some(dead.witness.port), ..From::default() }
        }
        Some(at) if is_in_mesh(analysis, dead) => {
            let namespace = at.namespace.unwrap_or_default();
            let pod = PodCaller { namespace, sidecar: Some(true), ..PodCaller::default() };
            From { pod: Some(pod), ..From::default() }
        }
        _ => From { internet: Some(true), ..From::default() },
    };
    call(&dead.witness, Some(from))
}

/// Sidecars serve it.
fn is_in_mesh(analysis: &Analysis, dead: &Dead) -> bool {
    let found = dead.entry.resource.and_then(|it| analysis.cluster.get::<VirtualService>(it));
    found.is_some_and(|it| it.object.is_for_mesh())
}

/// A request as the protocol writes it.
pub(crate) fn call(request: &Request, from: Option<From>) -> Call {
    let Request { scheme, method, authority, port, headers, .. } = request.clone();
    Call {
        method: Some(method),
        scheme: Some(scheme.url().to_owned()),
        host: authority,
        port: Some(port).filter(|it| *it != scheme.default_port()),
        path: Some(request.target()),
        headers,
        from,
        ..Call::default()
    }
}
