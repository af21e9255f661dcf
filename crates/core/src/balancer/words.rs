//! Conditions, actions and target groups in words. What AWS calls by a name keeps it in every language.

use podpath_protocol::{
    HealthCheck, LbAction, LbCondition, LbPort, LbTarget, LbTransform, LbValue, LoadBalancer, Locale, Ref, TargetGroup,
};
use podpath_source::Text;

use crate::place::spoken;

/// `ALB edge · internet-facing · ipv4`.
pub(super) fn title(made: &LoadBalancer) -> String {
    let kind = if made.kind == "network" { "NLB" } else { "ALB" };
    let name = made.name.as_ref().or(made.group.as_ref()).map(|it| format!(" {it}")).unwrap_or_default();
    format!("{kind}{name} · {} · {}", made.scheme, made.ip_address_type)
}

/// A condition of a rule.
pub fn condition(condition: &LbCondition, locale: Locale) -> String {
    let value = |it: &LbValue| match it {
        LbValue::Text(text) => format!("`{text}`"),
        LbValue::Pair { key: Some(key), value } => format!("`{key}={value}`"),
        LbValue::Pair { key: None, value } => format!("`{value}`"),
    };
    let (values, is_regex) = match &condition.regex_values {
        Some(values) => (values.as_slice(), true),
        None => (condition.values.as_deref().unwrap_or_default(), false),
    };
    let or = if locale == Locale::Ko { " 또는 " } else { " or " };
    let values = values.iter().map(value).collect::<Vec<_>>().join(or);
    let name = condition.name.as_ref().map(|it| format!(" `{it}`")).unwrap_or_default();
    let field = &condition.field;
    let (en, ko) = if is_regex { ("matches", " 정규식") } else { ("is", "") };
    spoken(Text::new(format!("{field}{name} {en} {values}"), format!("{field}{name}{ko}: {values}")), locale)
}

/// Changes of the request, before it is sent on.
pub(super) fn changes(transforms: &[LbTransform], locale: Locale) -> Vec<String> {
    let rewrites = transforms.iter().flat_map(|it| it.rewrites.iter().map(|rewrite| (it.kind.as_str(), rewrite)));
    let change = |(kind, it): (&str, &podpath_protocol::LbRewrite)| {
        let (regex, replace) = (&it.regex, &it.replace);
        spoken(
            Text::new(format!("{kind}: `{regex}` to `{replace}`"), format!("{kind}: `{regex}` → `{replace}`")),
            locale,
        )
    };
    rewrites.map(change).collect()
}

/// An action of a rule.
pub fn action(action: &LbAction, locale: Locale) -> String {
    match action {
        LbAction::Forward { target_groups, .. } => {
            let targets = target_groups.iter().map(|it| target(it, target_groups.len() > 1)).collect::<Vec<_>>();
            let targets = targets.join(", ");
            spoken(Text::new(format!("forward to {targets}"), format!("{targets} 대상 그룹으로 전달")), locale)
        }
        LbAction::Redirect { protocol, host, port, path, query, status_code } => {
            let part = |value: &Option<String>, default: &str| value.clone().unwrap_or_else(|| default.to_owned());
            let (protocol, host) = (part(protocol, "#{protocol}"), part(host, "#{host}"));
            let (port, path, query) = (part(port, "#{port}"), part(path, "/#{path}"), part(query, "#{query}"));
            let to = format!("`{protocol}://{host}:{port}{path}?{query}`");
            spoken(
                Text::new(format!("redirect {status_code} to {to}"), format!("{to} 주소로 {status_code} 리디렉션")),
                locale,
            )
        }
        LbAction::FixedResponse { status_code, message_body, .. } => {
            let body = message_body.as_ref().map(|it| format!(" `{it}`")).unwrap_or_default();
            spoken(Text::new(format!("answer {status_code}{body}"), format!("{status_code}{body} 고정 응답")), locale)
        }
        LbAction::AuthenticateCognito { user_pool_domain: it, .. } => {
            spoken(Text::new(format!("sign in at Cognito `{it}`"), format!("Cognito `{it}` 로그인")), locale)
        }
        LbAction::AuthenticateOidc { issuer: it, .. } => {
            spoken(Text::new(format!("sign in at `{it}`"), format!("`{it}` 로그인")), locale)
        }
        LbAction::JwtValidation { issuer: it, .. } => {
            spoken(Text::new(format!("check a token of `{it}`"), format!("`{it}` 토큰 확인")), locale)
        }
    }
}

fn target(target: &LbTarget, with_weight: bool) -> String {
    let elsewhere = || target.arn.clone().or_else(|| target.name.clone()).unwrap_or_default();
    let name = target.service.as_ref().map_or_else(elsewhere, |it| service(it, target.service_port.as_ref()));
    if with_weight { format!("`{name}` ({})", target.weight.unwrap_or(1)) } else { format!("`{name}`") }
}

/// `web:80`.
fn service(service: &Ref, port: Option<&LbPort>) -> String {
    let port = port.map(|it| format!(":{}", text(it))).unwrap_or_default();
    format!("{}{port}", service.name)
}

fn text(port: &LbPort) -> String {
    match port {
        LbPort::Number(number) => number.to_string(),
        LbPort::Name(name) => name.clone(),
    }
}

/// As rules name it.
pub(super) fn group(group: &TargetGroup) -> String {
    let name = group.service.as_ref().map(|it| service(it, Some(&group.service_port)));
    name.or_else(|| group.name.clone()).unwrap_or_else(|| group.id.clone())
}

/// `HTTP 8080 · ip · HTTP1`.
pub(super) fn detail(group: &TargetGroup) -> String {
    let version = group.protocol_version.as_ref().map(|it| format!(" · {it}")).unwrap_or_default();
    format!("{} {} · {}{version}", group.protocol, group.port, group.target_type)
}

/// How targets are checked.
pub(super) fn health(check: &HealthCheck, locale: Locale) -> String {
    let path = check.path.as_ref().map(|it| format!(" `{it}`")).unwrap_or_default();
    let codes = check.success_codes.as_ref().map(|it| format!(" → {it}")).unwrap_or_default();
    let (protocol, port) = (&check.protocol, text(&check.port));
    let (every, up, down) = (check.interval_seconds, check.healthy_threshold, check.unhealthy_threshold);
    let within = check.timeout_seconds;
    let text = Text::new(
        format!("{protocol} {port}{path}{codes}, every {every} s, within {within} s, {up} times up, {down} times down"),
        format!("{protocol} {port}{path}{codes}, {every}초마다, 제한 {within}초, 성공 {up}번, 실패 {down}번"),
    );
    spoken(text, locale)
}
