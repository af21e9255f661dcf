//! Load balancers as text: listeners and numbered rules, as the console of AWS shows them.

use std::fmt::Write as _;

use podpath_core::balancer::{action, condition};
use podpath_protocol::{LbAction, LoadBalancer, LoadBalancers, Locale};

/// All of them, then what gets none.
pub(crate) fn text(found: &LoadBalancers, locale: Locale) -> String {
    let mut text = String::new();
    for made in &found.load_balancers {
        one(&mut text, made, locale);
    }
    for skipped in &found.skipped {
        let name = &skipped.resource.name;
        _ = writeln!(text, "no load balancer for {} {name}: {}", skipped.resource.kind, skipped.message);
    }
    text
}

fn one(text: &mut String, made: &LoadBalancer, locale: Locale) {
    let actions = |all: &[LbAction]| all.iter().map(|it| action(it, locale)).collect::<Vec<_>>().join(", ");
    let members = made.members.iter().map(|it| {
        let namespace = it.namespace.as_deref().unwrap_or_default();
        format!("{} {namespace}/{}", it.kind, it.name)
    });
    let members = members.collect::<Vec<_>>().join(", ");
    let title = if made.kind == "network" { "NLB" } else { "ALB" };
    let name = made.name.as_ref().or(made.group.as_ref()).map(|it| format!(" {it}")).unwrap_or_default();
    _ = writeln!(text, "{title}{name}, {}, {}: {members}", made.scheme, made.ip_address_type);
    for (n, error) in made.frozen.iter().enumerate() {
        let place = made.frozen_at.get(n).map(|it| format!(" ({}:{})", it.file, it.start.line)).unwrap_or_default();
        _ = writeln!(text, "  frozen: {error}{place}");
    }
    for listener in &made.listeners {
        let certificates = match listener.certificates.len() {
            0 => String::new(),
            n => format!(", {n} certificates"),
        };
        _ = writeln!(text, "  {}:{}{certificates}", listener.protocol, listener.port);
        for rule in &listener.rules {
            let conditions = rule.conditions.iter().map(|it| condition(it, locale)).collect::<Vec<_>>().join(" & ");
            let place = rule.range.as_ref().map(|it| format!("  ({}:{})", it.file, it.start.line)).unwrap_or_default();
            _ = writeln!(text, "    {}. {conditions} -> {}{place}", rule.priority, actions(&rule.actions));
        }
        _ = writeln!(text, "    default: {}", actions(&listener.default_actions));
    }
}
