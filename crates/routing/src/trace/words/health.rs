//! The sentences of health checks.

use podpath_source::Text;

use crate::table::HealthCheck;

/// The check as people write it: `GET /healthz`, or the connection alone.
fn asked(check: &HealthCheck) -> (String, String) {
    let on = |port: u16| (format!(" on port {port}"), format!("({port} 포트)"));
    let (on_en, on_ko) = check.port.map(on).unwrap_or_default();
    match &check.path {
        Some(path) => {
            let tls = if check.protocol == "HTTPS" { "HTTPS " } else { "" };
            (format!("{tls}`GET {path}`{on_en}"), format!("{tls}`GET {path}`{on_ko}"))
        }
        None => (format!("{}{on_en}", check.protocol), format!("{}{on_ko}", check.protocol)),
    }
}

/// Every target fails it.
pub(in crate::trace) fn fails(check: &HealthCheck, why: &Text, is_gated: bool) -> Text {
    let (asked_en, asked_ko) = asked(check);
    let (gate_en, gate_ko) = gate(is_gated);
    Text::new(
        format!(
            "the health check {asked_en} fails: {}; all targets are unhealthy, so requests go to all of them (fail open){gate_en}",
            why.en
        ),
        format!(
            "헬스 체크 {asked_ko}에 실패합니다: {}. 모든 대상이 비정상이라 요청을 전체 대상으로 보냅니다(fail open){gate_ko}",
            why.ko
        ),
    )
}

/// Nobody says that a target passes it.
pub(in crate::trace) fn doubtful(check: &HealthCheck, why: &Text, is_gated: bool) -> Text {
    let (asked_en, asked_ko) = asked(check);
    let (gate_en, gate_ko) = gate(is_gated);
    Text::new(
        format!("the health check {asked_en} may fail: {}{gate_en}", why.en),
        format!("헬스 체크 {asked_ko}에 실패할 수 있습니다: {}{gate_ko}", why.ko),
    )
}

/// Pods with a readiness gate of the controller wait for it.
fn gate(is_gated: bool) -> (&'static str, &'static str) {
    if is_gated {
        (
            "; the Pods have a readiness gate for it, so they are not ready until it passes",
            ". Pod에 이 체크를 기다리는 readiness gate가 있어 통과할 때까지 준비 상태가 되지 않습니다",
        )
    } else {
        ("", "")
    }
}

/// What a gateway answers itself.
pub(in crate::trace) fn answers(status: u16, check: &HealthCheck) -> Text {
    let codes = check.codes.as_deref().unwrap_or("200");
    Text::new(
        format!("the answer is {status}, and {codes} is expected"),
        format!("응답은 {status}인데 {codes} 응답을 기대합니다"),
    )
}

pub(in crate::trace) fn other_protocol(port: u16, check: &HealthCheck) -> Text {
    let (en, ko) = if check.protocol == "HTTPS" { ("TLS", "TLS를") } else { ("plain HTTP", "평문 HTTP를") };
    Text::new(format!("port {port} does not speak {en}"), format!("{port} 포트는 {ko} 받지 않습니다"))
}

pub(in crate::trace) fn no_server_name(port: u16) -> Text {
    Text::new(
        format!("nothing on port {port} takes TLS without a server name, and a load balancer tells none"),
        format!("{port} 포트에는 서버 이름 없는 TLS를 받는 곳이 없는데, 로드 밸런서는 서버 이름을 보내지 않습니다"),
    )
}

pub(in crate::trace) fn isolated(port: u16) -> Text {
    Text::new(
        format!("a NetworkPolicy lets no load balancer in on port {port}"),
        format!("NetworkPolicy 때문에 로드 밸런서가 {port} 포트에 연결하지 못합니다"),
    )
}

pub(in crate::trace) fn undeclared(port: u16) -> Text {
    Text::new(
        format!("no container of the Pods declares port {port} for TCP"),
        format!("Pod의 어떤 컨테이너도 TCP {port} 포트를 선언하지 않습니다"),
    )
}

pub(in crate::trace) fn udp_alone() -> Text {
    Text::new(
        "it asks by TCP, and the nodes open that port for UDP alone",
        "체크는 TCP로 하는데 노드는 그 포트를 UDP로만 엽니다",
    )
}

/// `externalTrafficPolicy: Local`: "nodes without a Pod fail the health check".
pub(in crate::trace) fn local_nodes() -> Text {
    Text::new(
        "`externalTrafficPolicy: Local`: nodes without a ready Pod of it fail the health check, so only nodes with one get requests",
        "`externalTrafficPolicy: Local` 설정이라 준비된 Pod가 없는 노드는 헬스 체크에 실패하고, Pod가 있는 노드만 요청을 받습니다",
    )
}
