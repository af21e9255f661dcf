//! The sentences of rules: what they do, why one was chosen, and why it beats another.

use podpath_cluster::Cluster;
use podpath_source::Text;

use super::listener::hostnames;
use crate::choose::Choice;
use crate::gateways::service_of;
use crate::ladder::Criterion;
use crate::request::Request;
use crate::table::{Action, Filter, Gate, Listener, Protocol, Rule, Table, Target};

/// What a load balancer did.
pub(in crate::trace) fn load_balancer(
    cluster: &Cluster,
    table: &Table,
    choice: &Choice<'_>,
    request: &Request,
) -> Text {
    let (port, title) = (choice.listener.port, table.gateway.title);
    let ends_tls = matches!(choice.listener.protocol, Protocol::Https | Protocol::TlsTerminate);
    let tls = ends_tls && request.scheme.is_tls();
    let (tls_en, tls_ko) = if tls { ("; TLS ends here", ". TLS는 여기서 끝납니다") } else { ("", "") };
    let Some(rule) = choice.rule else {
        return Text::new(
            format!("{title} listener {port} has no rule for it"),
            format!("{title} {port} 리스너에 맞는 규칙이 없습니다"),
        );
    };
    if !matches!(choice.listener.protocol, Protocol::Http | Protocol::Https) {
        let (to_en, to_ko) = targets(cluster, rule);
        return Text::new(
            format!("{title} listener {port} passes every connection on{to_en}{tls_en}"),
            format!("{title} {port} 리스너가 모든 연결을 {to_ko}넘깁니다{tls_ko}"),
        );
    }
    let which = match rule.priority {
        Some(number) => (format!("rule {number}"), format!("규칙 {number}")),
        None => ("the default action".to_owned(), "기본 동작".to_owned()),
    };
    let why = conditions(rule);
    let (why_en, why_ko) = if why.en.is_empty() {
        (String::new(), String::new())
    } else {
        (format!(": {}", why.en), format!(": {}", why.ko))
    };
    let ((asks_en, asks_ko), (does_en, does_ko)) = (asks(rule), does(rule));
    Text::new(
        format!("Listener {port}, {}{why_en}{asks_en}{does_en}{tls_en}", which.0),
        format!("{port} 리스너의 {}{why_ko}{asks_ko}{does_ko}{tls_ko}", which.1),
    )
}

/// What the targets of a load balancer are: Pods, nodes by the port that they open, or another load balancer.
fn targets(cluster: &Cluster, rule: &Rule) -> (String, String) {
    let Action::Forward(backends) = &rule.action else { return (String::new(), String::new()) };
    let mut used = backends.iter().filter(|it| it.weight > 0);
    let Some((backend, check)) = used.find_map(|it| Some((it, it.check.as_ref()?))) else {
        return (String::new(), String::new());
    };
    match &backend.target {
        Target::Balancer(_) => (" to an ALB".to_owned(), "ALB로 ".to_owned()),
        _ if !check.is_node => (" to the Pods".to_owned(), "Pod로 ".to_owned()),
        target => {
            let service = service_of(cluster, target);
            let entry = service.as_ref().and_then(|it| it.object.port(backend.port?));
            match entry.and_then(|it| it.node_port.as_ref()) {
                Some(it) => (format!(" to port {} of the nodes", it.value), format!("노드의 {} 포트로 ", it.value)),
                None => (" to the nodes".to_owned(), "노드로 ".to_owned()),
            }
        }
    }
}

/// What a load balancer asks for before a rule acts.
fn asks(rule: &Rule) -> (&'static str, &'static str) {
    let told = rule.filters.iter().find_map(|it| match it {
        Filter::Gate(Gate::Session(_)) => Some(("; it asks for a sign-in", ". 로그인을 요구합니다")),
        Filter::Gate(Gate::Token { .. }) => Some(("; it asks for a token", ". 토큰을 요구합니다")),
        _ => None,
    });
    told.unwrap_or_default()
}

fn does(rule: &Rule) -> (String, String) {
    match &rule.action {
        Action::Redirect(redirect) => {
            (format!("; it answers {}", redirect.status), format!(". {} 응답을 보냅니다", redirect.status))
        }
        Action::Respond(response) => {
            (format!("; it answers {} itself", response.status), format!(". 직접 {} 응답을 보냅니다", response.status))
        }
        _ => (String::new(), String::new()),
    }
}

/// The conditions of a rule, for a sentence; empty when there are none.
fn conditions(rule: &Rule) -> Text {
    use crate::matcher::Condition;
    let words = rule.matchers.iter().filter_map(|it| match &it.condition {
        Condition::Host(patterns) => {
            let hosts = patterns.iter().map(ToString::to_string).collect::<Vec<_>>().join("`, `");
            Some((format!("host `{hosts}`"), format!("호스트 `{hosts}`")))
        }
        Condition::Path(path) => Some((format!("path `{path}`"), format!("경로 `{path}`"))),
        Condition::Method(text) => Some((format!("method `{text}`"), format!("메서드 `{text}`"))),
        Condition::GrpcService(text) => Some((format!("gRPC service `{text}`"), format!("gRPC 서비스 `{text}`"))),
        Condition::GrpcMethod(text) => Some((format!("gRPC method `{text}`"), format!("gRPC 메서드 `{text}`"))),
        Condition::Header(name, text) => Some((format!("header `{name}: {text}`"), format!("헤더 `{name}: {text}`"))),
        Condition::Query(name, text) => Some((format!("query `{name}={text}`"), format!("쿼리 `{name}={text}`"))),
        Condition::AnyQuery(wanted) => {
            let wanted = crate::matcher::query_text(wanted);
            Some((format!("query `{wanted}`"), format!("쿼리 `{wanted}`")))
        }
        _ => None,
    });
    let (en, ko): (Vec<_>, Vec<_>) = words.unzip();
    match en.len() {
        0 => Text::default(),
        1 => Text::new(format!("{} matches", en.join("")), format!("{} 조건이 맞습니다", ko.join(""))),
        _ => Text::new(format!("{} match", en.join(", ")), format!("{} 조건이 모두 맞습니다", ko.join(", "))),
    }
}

/// What a gateway did.
pub(in crate::trace) fn gateway(table: &Table, listener: &Listener, request: &Request) -> Text {
    let (port, name, hosts) = (listener.port, &listener.name, hostnames(listener));
    let tls = matches!(listener.protocol, Protocol::Https | Protocol::TlsTerminate) && request.scheme.is_tls();
    let (tls_en, tls_ko) = if tls { ("; TLS ends here", ". TLS는 여기서 끝납니다") } else { ("", "") };
    let title = table.gateway.title;
    Text::new(
        format!("{title}: `{name}` on port {port} serves `{hosts}`{tls_en}"),
        format!("{title}: {port} 포트의 `{name}` 리스너가 `{hosts}` 호스트를 받습니다{tls_ko}"),
    )
}

/// What a route did.
pub(in crate::trace) fn route(choice: &Choice<'_>, request: &Request) -> Text {
    let Some(rule) = choice.rule else {
        let path = if request.scheme.is_http() { request.path.as_str() } else { "" };
        return Text::new(
            format!("no rule takes `{}{path}`", request.host),
            format!("`{}{path}` 요청을 받는 규칙이 없습니다", request.host),
        );
    };
    let (why, label) = (conditions(rule), &rule.label);
    let (does_en, does_ko) = does(rule);
    let (by_en, by_ko) = decided(choice.decided_by);
    if why.en.is_empty() {
        return Text::new(
            format!("rule `{label}` takes every request{by_en}{does_en}"),
            format!("`{label}` 규칙이 모든 요청을 받습니다{by_ko}{does_ko}"),
        );
    }
    Text::new(
        format!("rule `{label}`: {}{by_en}{does_en}", why.en),
        format!("`{label}` 규칙: {}{by_ko}{does_ko}", why.ko),
    )
}

fn decided(criterion: Option<Criterion>) -> (String, String) {
    let Some(criterion) = criterion else { return (String::new(), String::new()) };
    let text = criterion.text();
    (format!("; against the others: {}", text.en), format!(". 다른 후보와의 차이: {}", text.ko))
}

pub(in crate::trace) fn chosen() -> Text {
    Text::new("it takes the request", "이 규칙이 요청을 받습니다")
}

/// The faults that a rule injects into a share of its requests, in a clause; none where it injects none.
pub(in crate::trace) fn faults(rule: &Rule) -> Option<Text> {
    let share = |(part, whole): (u64, u64)| {
        let tenths = part * 1000 / whole.max(1);
        if tenths.is_multiple_of(10) {
            format!("{}%", tenths / 10)
        } else {
            format!("{}.{}%", tenths / 10, tenths % 10)
        }
    };
    let told = rule.filters.iter().filter_map(|it| match it {
        Filter::Delay { duration, fraction } => {
            let part = share(*fraction);
            Some((
                format!("{part} of its requests wait {duration} first"),
                format!("요청의 {part}는 {duration} 기다립니다"),
            ))
        }
        Filter::Abort { response, fraction, grpc_status } => {
            let status = grpc_status.clone().unwrap_or_else(|| response.status.to_string());
            let part = share(*fraction);
            Some((
                format!("{part} of its requests are answered {status} at once"),
                format!("요청의 {part}는 바로 {status} 응답을 받습니다"),
            ))
        }
        _ => None,
    });
    let (en, ko): (Vec<_>, Vec<_>) = told.unzip();
    (!en.is_empty()).then(|| Text::new(en.join(", "), ko.join(", ")))
}
