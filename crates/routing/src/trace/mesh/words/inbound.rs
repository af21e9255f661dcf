//! The sentences of what a Sidecar lets in.

use podpath_cluster::Cluster;
use podpath_source::{Location, Text};

use crate::gateways::istio::Inbound;
use crate::trace::words::{hop, name_of};
use crate::trace::{Hop, HopKind, Stage, Verdict};

/// The hop of the Sidecar by which the proxy of Pods takes a port.
pub(in crate::trace) fn inbound_hop(cluster: &Cluster, inbound: &Inbound<'_>, port: u16) -> Hop {
    let (location, detail) = match inbound.listener {
        None => (inbound.sidecar.at(inbound.sidecar.entry.resource.meta.name_span()), passed(port)),
        Some(it) => {
            let place = it.endpoint.as_ref().map_or(it.span, |it| it.span);
            let text = match it.endpoint.as_ref().map(|it| it.value.as_str()) {
                None => to_itself(port),
                Some(endpoint) => handed(port, endpoint, it.container_port()),
            };
            (inbound.sidecar.at(place), if it.is_bound { bound(&text) } else { text })
        }
    };
    let resource = Some(inbound.sidecar.id);
    hop(HopKind::Policy, resource, Some(location), name_of(cluster, resource), detail)
}

fn passed(port: u16) -> Text {
    Text::new(
        format!("its ingress does not list port {port}, so the proxy passes it as it is, to the same port"),
        format!("ingress에 {port} 포트가 없어 프록시가 같은 포트로 그대로 넘깁니다"),
    )
}

fn to_itself(port: u16) -> Text {
    Text::new(
        format!("its ingress lists port {port}, and the proxy hands it to the same port"),
        format!("ingress에 있는 {port} 포트를 프록시가 같은 포트로 넘깁니다"),
    )
}

fn handed(port: u16, endpoint: &str, container: Option<u16>) -> Text {
    let (en, ko) = match container {
        Some(container) => (
            format!("a container must listen on port {container}"),
            format!("컨테이너가 {container} 포트를 열어야 합니다"),
        ),
        None => ("a container must listen on this socket".to_owned(), "컨테이너가 이 소켓을 열어야 합니다".to_owned()),
    };
    Text::new(
        format!("the proxy hands port {port} to `{endpoint}`; {en}"),
        format!("프록시가 {port} 포트를 `{endpoint}` 주소로 넘깁니다. {ko}"),
    )
}

/// `captureMode: NONE`
fn bound(text: &Text) -> Text {
    Text::new(
        format!("{}; the proxy opens the port itself (captureMode NONE), so no container can", text.en),
        format!("{}. 프록시가 포트를 직접 열어(captureMode NONE) 컨테이너는 열 수 없습니다", text.ko),
    )
}

/// Plain text comes to a port where the proxy ends TLS.
pub(in crate::trace) fn needs_tls(mode: &str, location: Location, status: Option<u16>) -> Verdict {
    let title = closed(
        status,
        "the sidecar of the Pod takes TLS alone on this port",
        "Pod의 사이드카가 이 포트에서 TLS만 받습니다",
    );
    let detail = Text::new(
        format!("its Sidecar ends TLS here (`tls.mode: {mode}`), and the caller sends plain text"),
        format!("Sidecar가 여기서 TLS를 끝내는데(`tls.mode: {mode}`) 호출자가 평문을 보냅니다"),
    );
    Verdict { title, detail, stage: Some(Stage::Traffic), location: Some(location) }
}

/// TLS of a DestinationRule comes to a port that says that it is HTTP.
pub(in crate::trace) fn foreign_tls(location: Location, status: Option<u16>) -> Verdict {
    let title = closed(
        status,
        "the sidecar of the Pod takes no TLS but that of the mesh on this port",
        "Pod의 사이드카가 이 포트에서 메시의 mTLS 말고 다른 TLS는 받지 않습니다",
    );
    let detail = Text::new(
        "the port says that it is HTTP, and the DestinationRule makes the caller's proxy begin TLS of its own; with \
         ISTIO_MUTUAL, or without `tls`, the proxies speak the TLS of the mesh",
        "포트는 HTTP라고 하는데 DestinationRule 때문에 호출자의 프록시가 따로 TLS를 시작합니다. ISTIO_MUTUAL을 쓰거나 \
         `tls`를 지우면 프록시끼리 메시의 mTLS를 씁니다",
    );
    Verdict { title, detail, stage: Some(Stage::Traffic), location: Some(location) }
}

/// A proxy answers, a client sees the connection closed.
fn closed(status: Option<u16>, en: &str, ko: &str) -> Text {
    match status {
        Some(status) => Text::new(format!("{status}: {en}"), format!("{status}: {ko}")),
        None => Text::new(format!("Connection closed: {en}"), format!("연결이 끊깁니다. {ko}")),
    }
}

/// What is no HTTP comes to a port that the sidecar reads as HTTP.
pub(in crate::trace) fn reads_http(pods: &str, port: u16, is_tls: bool) -> Verdict {
    let title = Text::new(
        "Connection closed: the sidecar of the Pod reads HTTP alone on this port",
        "연결이 끊깁니다. Pod의 사이드카가 이 포트에서 HTTP만 읽습니다",
    );
    let detail = if is_tls {
        Text::new(
            format!("a Service declares port {port} of `{pods}` as HTTP, and the caller sends TLS"),
            format!("Service가 `{pods}`의 {port} 포트를 HTTP로 선언했는데 호출자가 TLS를 보냅니다"),
        )
    } else {
        Text::new(
            format!("a Service declares port {port} of `{pods}` as HTTP, and the caller sends something else"),
            format!("Service가 `{pods}`의 {port} 포트를 HTTP로 선언했는데 호출자가 HTTP가 아닌 것을 보냅니다"),
        )
    };
    Verdict { title, detail, stage: Some(Stage::Traffic), location: None }
}
