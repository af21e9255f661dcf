//! The sentences of calls to a Service that no gateway takes: load balancers of L4, nodes, names, kube-proxy.

use podpath_cluster::{Cluster, Endpoint, Found};
use podpath_objects::{Service, ServicePort};
use podpath_source::{Spanned, Text};

use super::{at, hop, name_of};
use crate::gateways::Gateway;
use crate::table::BegunTls;
use crate::trace::{Hop, HopKind, Upstream};

/// The hop of a load balancer of L4.
pub(in crate::trace) fn load_balancer_service(service: &Found<'_, Service>, port: u16) -> Hop {
    let (local_en, local_ko) = if service.object.traffic.is_external_local {
        (
            "; only nodes with one of its Pods take it, and the client's address stays",
            ". 자기 Pod가 있는 노드만 받고 클라이언트 주소가 유지됩니다",
        )
    } else {
        ("", "")
    };
    let detail = Text::new(
        format!("a load balancer of L4 passes port {port} on{local_en}"),
        format!("L4 로드 밸런서가 {port} 포트를 그대로 넘깁니다{local_ko}"),
    );
    let found = hop(HopKind::LoadBalancer, Some(service.id), Some(at(service)), Text::same(service.name()), detail);
    // It has no rules but the default one of each listener.
    Hop { rule: Some((port, None)), ..found }
}

/// The hop of a node that is dialled at the port which it opens for a Service.
pub(in crate::trace) fn node_port_hop(service: &Found<'_, Service>, port: u16) -> Hop {
    let (en, ko) = if service.object.traffic.is_external_local {
        ("nodes with one of its Pods take", "자기 Pod가 있는 노드만")
    } else {
        ("every node takes", "모든 노드가")
    };
    let detail = Text::new(
        format!("{en} port {port} for this Service, where clients reach its address"),
        format!("{ko} 이 Service를 위해 {port} 포트를 받습니다. 클라이언트가 노드 주소에 닿아야 합니다"),
    );
    hop(HopKind::Gateway, Some(service.id), Some(at(service)), Text::new("node port", "노드 포트"), detail)
}

/// The hop of a Service that is only a name.
pub(in crate::trace) fn external_name_hop(service: &Found<'_, Service>, name: &Spanned<String>) -> Hop {
    let name_text = &name.value;
    let detail = Text::new(
        format!("DNS answers with the name `{name_text}`; no port is translated and no policy of a Service applies"),
        format!("DNS가 `{name_text}` 이름으로 답합니다. 포트는 바뀌지 않고 Service의 설정도 쓰이지 않습니다"),
    );
    hop(HopKind::Service, Some(service.id), Some(service.at(name.span)), Text::same(service.name()), detail)
}

/// The hop of a headless Service: its name is the addresses of its Pods.
pub(in crate::trace) fn headless_hop(service: &Found<'_, Service>, port: u16, ready: &[Endpoint]) -> Hop {
    let n_pods: u32 = ready.iter().map(|it| it.replicas).sum();
    let (pods, does) = if n_pods == 1 { ("Pod", "is") } else { ("Pods", "are") };
    let target =
        service.object.port(port).map(|it| it.target_port.value.to_string()).filter(|it| *it != port.to_string());
    let (aside_en, aside_ko) = match target {
        Some(target) => {
            (format!("; its targetPort {target} plays no part"), format!(". targetPort {target} 값은 쓰이지 않습니다"))
        }
        None => (String::new(), String::new()),
    };
    let detail = Text::new(
        format!(
            "headless: DNS gives the addresses of {n_pods} {pods}, which {does} dialled at port {port} as asked{aside_en}"
        ),
        format!("헤드리스: DNS가 Pod {n_pods}개의 주소를 주고, 부른 {port} 포트 그대로 연결합니다{aside_ko}"),
    );
    hop(HopKind::Service, Some(service.id), Some(at(service)), Text::same(service.name()), detail)
}

/// What kube-proxy, or a proxy that passes it by, makes of the settings of a Service.
pub(super) fn settings(service: &Found<'_, Service>, entry: &ServicePort, proxy: Option<&Gateway>) -> (String, String) {
    let (mut en, mut ko) = (String::new(), String::new());
    let mut add = |more_en: String, more_ko: String| {
        en = format!("{en}; {more_en}");
        ko = format!("{ko}. {more_ko}");
    };
    match proxy {
        None if service.object.traffic.has_affinity => add(
            "a client stays at one Pod (sessionAffinity)".into(),
            "한 클라이언트는 같은 Pod로 갑니다(sessionAffinity)".into(),
        ),
        Some(proxy) if service.object.traffic.has_affinity => add(
            format!("{} talks to the Pods itself, so sessionAffinity has no effect", proxy.title),
            format!("{}에서 Pod로 바로 보내므로 sessionAffinity는 쓰이지 않습니다", proxy.title),
        ),
        _ => {}
    }
    if service.object.traffic.is_internal_local && proxy.is_none() {
        add(
            "only Pods on the caller's node count (internalTrafficPolicy Local)".into(),
            "부르는 쪽과 같은 노드의 Pod만 받습니다(internalTrafficPolicy Local)".into(),
        );
    }
    if let Some(protocol) = &entry.app_protocol {
        let protocol = &protocol.value;
        add(format!("they speak `{protocol}` (appProtocol)"), format!("`{protocol}` 프로토콜을 씁니다(appProtocol)"));
    }
    (en, ko)
}

/// The hop of the DestinationRule by which a proxy begins TLS; none where something else asks for it.
pub(in crate::trace) fn tls_hop(cluster: &Cluster, tls: &BegunTls, upstream: &Upstream) -> Option<Hop> {
    let (resource, location, mode) = tls.by.as_ref()?;
    let (name_en, name_ko) = match &upstream.sni {
        Some(name) => (format!(" with the server name `{name}`"), format!("서버 이름은 `{name}`입니다")),
        None => (", without a server name".to_owned(), "서버 이름은 보내지 않습니다".to_owned()),
    };
    // What the caller encrypted itself goes inside, which servers seldom expect.
    let (twice_en, twice_ko) = if upstream.request.scheme.is_tls() {
        (
            "; the caller's own TLS goes inside of it, so it is encrypted twice",
            ". 호출자의 TLS 위에 한 번 더 암호화됩니다",
        )
    } else {
        ("", "")
    };
    let detail = Text::new(
        format!("the proxy begins TLS here ({mode}){name_en}{twice_en}"),
        format!("프록시가 여기서 TLS를 시작합니다({mode}). {name_ko}{twice_ko}"),
    );
    Some(hop(HopKind::Policy, Some(*resource), Some(*location), name_of(cluster, Some(*resource)), detail))
}
