//! The sentences of listeners, and of those that do not take a request.

use podpath_source::Text;

use super::hop;
use crate::choose::NoListener;
use crate::gateways::alb;
use crate::request::Request;
use crate::table::{Access, Frozen, Listener, Protocol, Rejected, Table};
use crate::trace::answer::refused;
use crate::trace::{Candidate, Hop, HopKind, Verdicted};

pub(in crate::trace) fn frozen_hop(table: &Table, frozen: &Frozen) -> Hop {
    let is_alone = table.gateway.name == alb::NLB.name;
    let (en, ko) = if is_alone { ("of it", "이 로드 밸런서를") } else { ("in this group", "이 그룹을") };
    let detail = Text::new(
        format!("the controller changes nothing {en}: {}", frozen.message),
        format!("컨트롤러가 {ko} 바꾸지 않습니다: {}", frozen.message),
    );
    let origin = &frozen.origin;
    let resource = origin.resource.or(table.origin.resource);
    let failed = hop(HopKind::LoadBalancer, resource, Some(origin.location), Text::same(table.gateway.title), detail);
    Hop {
        failed: true,
        brief: if is_alone { Text::new("frozen", "멈춤") } else { Text::new("group is frozen", "그룹이 멈춤") },
        ..failed
    }
}

/// The hop of a table that has no listener for the request.
pub(in crate::trace) fn no_listener_hop(table: &Table, request: &Request, why: NoListener) -> Hop {
    let kind = if table.gateway.is_load_balancer { HopKind::LoadBalancer } else { HopKind::Gateway };
    let listeners = table.listeners.iter().map(|it| listener_mismatch(it, request));
    let candidates = listeners.chain(table.rejected.iter().map(refused)).collect();
    let origin = &table.origin;
    let closed = closed(table, request);
    let detail = closed.map_or_else(|| no_listener_words(request, why), |it| it.text.clone());
    let failed = hop(kind, origin.resource, Some(origin.location), Text::same(table.gateway.title), detail);
    let brief = match why {
        _ if closed.is_some() => Text::new("listener is closed", "리스너 닫힘"),
        NoListener::Port => Text::new("nothing listens", "리스너 없음"),
        NoListener::Source => Text::new("client not let in", "허용되지 않은 클라이언트"),
        NoListener::ServerName => Text::new("no certificate", "인증서 없음"),
        NoListener::Protocol => Text::new("other protocol", "프로토콜 다름"),
        NoListener::Host => Text::new("host not served", "호스트 없음"),
        NoListener::Misdirected => Text::new("other connection", "다른 연결"),
        NoListener::ClientCertificate => Text::new("no client certificate", "클라이언트 인증서 없음"),
    };
    Hop { failed: true, candidates, brief, ..failed }
}

/// Why no listener takes a request, in a sentence.
pub(in crate::trace) fn no_listener_words(request: &Request, why: NoListener) -> Text {
    let (port, host, name) = (request.port, &request.host, request.server_name());
    match why {
        NoListener::Port => {
            Text::new(format!("nothing listens on port {port}"), format!("{port} 포트를 여는 리스너가 없습니다"))
        }
        NoListener::Source => {
            let client = request.source_ip.as_deref().unwrap_or("?");
            Text::new(
                format!("port {port} lets in no client from `{client}`"),
                format!("{port} 포트는 `{client}` 주소의 클라이언트를 받지 않습니다"),
            )
        }
        NoListener::ServerName if name.is_empty() => Text::new(
            format!("no listener on {port} takes TLS without a server name, and none is sent"),
            format!("{port} 포트에 서버 이름 없는 TLS를 받는 리스너가 없는데, 이 연결은 서버 이름을 보내지 않습니다"),
        ),
        NoListener::ServerName => Text::new(
            format!("no listener on {port} serves the TLS name `{name}`"),
            format!("{port} 포트에 `{name}` TLS 이름을 받는 리스너가 없습니다"),
        ),
        NoListener::Protocol if request.scheme.is_tls() => {
            Text::new(format!("port {port} does not speak TLS"), format!("{port} 포트는 TLS를 쓰지 않습니다"))
        }
        NoListener::Protocol => Text::new(
            format!("port {port} does not speak {}", request.scheme.url()),
            format!("{port} 포트는 {} 프로토콜을 쓰지 않습니다", request.scheme.url()),
        ),
        NoListener::Host => Text::new(
            format!("no listener on {port} serves the host `{host}`"),
            format!("{port} 포트에 `{host}` 호스트를 받는 리스너가 없습니다"),
        ),
        NoListener::ClientCertificate => Text::new(
            format!("the listener on {port} for `{name}` asks clients for a certificate that it trusts"),
            format!("`{name}` 이름을 받는 {port} 포트의 리스너가 신뢰할 수 있는 클라이언트 인증서를 요구합니다"),
        ),
        NoListener::Misdirected => Text::new(
            format!("the TLS connection is for `{name}`, but `{host}` belongs to another listener"),
            format!("TLS 연결은 `{name}` 이름으로 맺었는데 `{host}` 호스트는 다른 리스너의 것입니다"),
        ),
    }
}

/// The refused listener that would have taken the request.
pub(in crate::trace) fn closed<'a>(table: &'a Table, request: &Request) -> Option<&'a Rejected> {
    let name = if request.scheme.is_tls() { request.server_name() } else { &request.host };
    let serves = |it: &&Listener| {
        it.port == request.port && (it.hostnames.is_empty() || it.hostnames.iter().any(|host| host.matches(name)))
    };
    table.listeners.iter().filter(serves).find_map(|it| match &it.access {
        Access::Closed(rejected) => Some(rejected),
        _ => None,
    })
}

fn listener_mismatch(listener: &Listener, request: &Request) -> Candidate {
    if let Access::Closed(rejected) = &listener.access {
        return refused(rejected);
    }
    let ranges = listener.access.keeping_out(request.source_ip.as_deref());
    let (reason, detail) = if let Some(ranges) = ranges.filter(|_| listener.port == request.port) {
        let ranges = ranges.join("`, `");
        let en = format!("it lets in clients from `{ranges}` alone");
        ("source-range", Text::new(en, format!("`{ranges}` 범위의 클라이언트만 받습니다")))
    } else if listener.port == request.port {
        let hosts = hostnames(listener);
        let en = format!("it serves `{hosts}` by {}", protocol(listener.protocol));
        let ko = format!("{} 프로토콜로 `{hosts}` 호스트를 받습니다", protocol(listener.protocol));
        ("listener-mismatch", Text::new(en, ko))
    } else {
        let port = listener.port;
        ("port-mismatch", Text::new(format!("it listens on port {port}"), format!("{port} 포트에서 듣습니다")))
    };
    listener_candidate(listener, reason, detail)
}

fn listener_candidate(listener: &Listener, reason: &'static str, detail: Text) -> Candidate {
    let origin = &listener.origin;
    let (resource, location, path) = (origin.resource, origin.location, origin.path.clone());
    Candidate { resource, location, path, verdict: Verdicted::Mismatch, reason, detail }
}

/// Another listener than the one that was chosen.
pub(in crate::trace) fn other_listener(listener: &Listener, chosen: &Listener) -> Candidate {
    if let Access::Closed(rejected) = &listener.access {
        return refused(rejected);
    }
    let hosts = hostnames(listener);
    if listener.port == chosen.port {
        let en = format!("it serves `{hosts}`, less specifically or not this host");
        let ko = format!("`{hosts}` 호스트를 받으며, 이 호스트에는 덜 구체적이거나 맞지 않습니다");
        return listener_candidate(listener, "listener-mismatch", Text::new(en, ko));
    }
    let port = listener.port;
    let detail = Text::new(format!("it listens on port {port}"), format!("{port} 포트에서 듣습니다"));
    listener_candidate(listener, "port-mismatch", detail)
}

pub(super) fn hostnames(listener: &Listener) -> String {
    let hosts = if listener.hostnames.is_empty() { &listener.served } else { &listener.hostnames };
    if hosts.is_empty() {
        return "*".into();
    }
    hosts.iter().map(ToString::to_string).collect::<Vec<_>>().join("`, `")
}

fn protocol(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Http => "HTTP",
        Protocol::Https => "HTTPS",
        Protocol::TlsPassthrough | Protocol::TlsTerminate => "TLS",
        Protocol::Tcp => "TCP",
        Protocol::Udp => "UDP",
    }
}

pub(in crate::trace) fn no_stream_route(table: &Table, protocol: Protocol, request: &Request) -> Text {
    let title = table.gateway.title;
    if protocol == Protocol::TlsPassthrough {
        return Text::new(
            format!("{title} does not end TLS on port {}, and no route names this server name", request.port),
            format!("{title}에서 {} 포트의 TLS를 풀지 않고, 이 서버 이름을 적은 라우트도 없습니다", request.port),
        );
    }
    Text::new(
        format!("{title} has no route for this connection on port {}", request.port),
        format!("{title}에 {} 포트의 이 연결을 받는 라우트가 없습니다", request.port),
    )
}

/// Nothing is there that the internet could reach.
pub(in crate::trace) fn nothing_listens(request: &Request, has_internal: bool) -> Text {
    if has_internal {
        return Text::new(
            "every load balancer here is internal; the internet does not reach it",
            "여기 있는 로드 밸런서는 모두 내부용이라 인터넷에서 닿지 않습니다",
        );
    }
    let host = &request.host;
    Text::new(
        format!("no load balancer and no gateway here takes requests for `{host}` from the internet"),
        format!("인터넷에서 `{host}` 요청을 받는 로드 밸런서나 게이트웨이가 없습니다"),
    )
}
