//! Load balancers as text: listeners and numbered rules, as the console of AWS shows them.

use std::fmt::Write as _;

use podpath_protocol::{LbAction, LbCondition, LbPort, LbTarget, LbValue, LoadBalancer, LoadBalancers};

/// All of them, then what gets none.
pub(crate) fn text(found: &LoadBalancers) -> String {
    let mut text = String::new();
    for made in &found.load_balancers {
        one(&mut text, made);
    }
    for skipped in &found.skipped {
        let name = &skipped.resource.name;
        _ = writeln!(text, "no load balancer for {} {name}: {}", skipped.resource.kind, skipped.message);
    }
    text
}

fn one(text: &mut String, made: &LoadBalancer) {
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
            let conditions = rule.conditions.iter().map(condition).collect::<Vec<_>>().join(" and ");
            let place = rule.range.as_ref().map(|it| format!("  ({}:{})", it.file, it.start.line)).unwrap_or_default();
            _ = writeln!(text, "    {}. if {conditions} then {}{place}", rule.priority, actions(&rule.actions));
        }
        _ = writeln!(text, "    default: {}", actions(&listener.default_actions));
    }
}

fn condition(condition: &LbCondition) -> String {
    let value = |it: &LbValue| match it {
        LbValue::Text(text) => text.clone(),
        LbValue::Pair { key: Some(key), value } => format!("{key}={value}"),
        LbValue::Pair { key: None, value } => value.clone(),
    };
    let (values, word) = match &condition.regex_values {
        Some(values) => (values.as_slice(), "matches"),
        None => (condition.values.as_deref().unwrap_or_default(), "is"),
    };
    let values = values.iter().map(value).collect::<Vec<_>>().join(" or ");
    let name = condition.name.as_ref().map(|it| format!(" {it}")).unwrap_or_default();
    format!("{}{name} {word} {values}", condition.field)
}

fn actions(actions: &[LbAction]) -> String {
    actions.iter().map(action).collect::<Vec<_>>().join(", then ")
}

fn action(action: &LbAction) -> String {
    match action {
        LbAction::Forward { target_groups, .. } => {
            let targets = target_groups.iter().map(|it| target(it, target_groups.len() > 1)).collect::<Vec<_>>();
            format!("forward to {}", targets.join(", "))
        }
        LbAction::Redirect { protocol, host, port, path, query, status_code } => {
            let part = |value: &Option<String>, default: &str| value.clone().unwrap_or_else(|| default.to_owned());
            let (protocol, host) = (part(protocol, "#{protocol}"), part(host, "#{host}"));
            let (port, path, query) = (part(port, "#{port}"), part(path, "/#{path}"), part(query, "#{query}"));
            format!("redirect {status_code} to {protocol}://{host}:{port}{path}?{query}")
        }
        LbAction::FixedResponse { status_code, message_body, .. } => {
            let body = message_body.as_ref().map(|it| format!(" {it}")).unwrap_or_default();
            format!("answer {status_code}{body}")
        }
        LbAction::AuthenticateCognito { user_pool_domain, .. } => format!("sign in at Cognito {user_pool_domain}"),
        LbAction::AuthenticateOidc { issuer, .. } => format!("sign in at {issuer}"),
        LbAction::JwtValidation { issuer, .. } => format!("check a token of {issuer}"),
    }
}

fn target(target: &LbTarget, with_weight: bool) -> String {
    let port = match &target.service_port {
        Some(LbPort::Number(number)) => format!(":{number}"),
        Some(LbPort::Name(name)) => format!(":{name}"),
        None => String::new(),
    };
    let elsewhere = || target.arn.clone().or_else(|| target.name.clone()).unwrap_or_default();
    let name = target
        .service
        .as_ref()
        .map_or_else(elsewhere, |it| format!("{}/{}{port}", it.namespace.as_deref().unwrap_or_default(), it.name));
    if with_weight { format!("{name} ({})", target.weight.unwrap_or(1)) } else { name }
}
