//! Gateways of Istio: nobody serves them, their port is closed, or two of them ask for the same.

use podpath_cluster::{Cluster, Found, ResourceId};
use podpath_objects::{IstioGateway, PortRef, Server, Service};
use podpath_order::OrdMap;
use podpath_routing::GatewayPods;
use podpath_source::{Diagnostic, Label, Severity, Spanned};

use super::mesh;
use crate::rule::{Rule, say};
use crate::{Check, Context, Lint, suggest};

/// IST0101: the selector has no Pod, though Pods with such labels are here (istio `analyzers/gateway/gateway.go`).
pub(crate) static WITHOUT_PODS: Rule = Rule {
    lint: Lint {
        code: "gateway-without-pods",
        severity: Severity::Warning,
        aliases: &["IST0101", "KIA0302"],
        check: Check::Cluster(without_pods),
    },
    message: ["no Pod has the labels that Gateway `{0}` selects", "`{0}` Gateway가 고르는 레이블의 Pod가 없습니다"],
    help: [
        "nothing listens for it: connections are refused; the labels stand on the Pods of the gateway's Deployment",
        "받는 곳이 없어 연결이 거부됩니다. 이 레이블은 게이트웨이 Deployment의 Pod에 있어야 합니다",
    ],
};

/// IST0162: the Service before the gateway's Pods does not have the port. A port that is a `targetPort` there is
/// reached, too: the gateway listens on the number itself where no Service translates it.
pub(crate) static CLOSED_PORT: Rule = Rule {
    lint: Lint {
        code: "gateway-port-closed",
        severity: Severity::Warning,
        aliases: &["IST0162"],
        check: Check::Cluster(closed_port),
    },
    message: [
        "no Service of the gateway's Pods offers port {0}, so nobody outside reaches it",
        "게이트웨이 Pod의 Service 중 {0} 포트를 여는 것이 없어 밖에서 닿을 수 없습니다",
    ],
    help: ["add the port to the Service, or use one of {1}", "Service에 포트를 추가하거나 다음 중 하나를 쓰세요: {1}"],
};

/// IST0145: the same Pods, port and host. Istio's analyzer says so of every pair; what happens depends on the protocols.
pub(crate) static CONFLICTING: Rule = Rule {
    lint: Lint {
        code: "conflicting-gateways",
        severity: Severity::Error,
        aliases: &["IST0145", "KIA0301"],
        check: Check::Cluster(conflicting),
    },
    message: [
        "Gateway `{0}` has the host `{1}` on port {2} of the same Pods, too",
        "`{0}` Gateway도 같은 Pod의 {2} 포트에 `{1}` 호스트를 갖습니다",
    ],
    help: ["{3}", "{4}"],
};

/// What happens to two servers: both count, or one of them is dropped.
const MERGED: [&str; 2] = [
    "plain HTTP servers are merged: the rules of both count; leave the host to one Gateway to see at once where it is served",
    "평문 HTTP 서버는 합쳐져 양쪽 규칙이 모두 적용됩니다. 호스트를 한 Gateway에만 두면 알아보기 쉽습니다",
];
const DROPPED: [&str; 2] = [
    "only the older of the two is served, the other one is dropped without a word; give one another port or host",
    "둘 중 오래된 것만 동작하고 다른 하나는 말없이 버려집니다. 한쪽의 포트나 호스트를 바꾸세요",
];

fn without_pods(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let served = mesh::gateway_pods(context);
    let known = mesh::label_keys(context.cluster);
    for gateway in context.cluster.all::<IstioGateway>() {
        let selector = &gateway.object.selector;
        let is_here = selector.iter().any(|(key, _)| known.contains(key));
        if served.contains_key(&gateway.id) || !is_here {
            continue;
        }
        let Some((key, value)) = selector.entries.first() else { continue };
        let values = context.cluster.pod_sources().filter_map(|it| it.template.labels.get(&key.value));
        let location = gateway.at(value.span);
        let fix = suggest::near(&value.value, values)
            .map(|it| suggest::use_text(location, it, suggest::is_typo(&value.value, it)));
        found.push(Diagnostic { fix, ..WITHOUT_PODS.found(location, &[gateway.name()]) });
    }
}

fn closed_port(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let served = mesh::gateway_pods(context);
    let mut open: OrdMap<ResourceId, Ports> = OrdMap::new();
    for gateway in context.cluster.all::<IstioGateway>() {
        let pods = served.get(&gateway.id).map(Vec::as_slice).unwrap_or_default();
        let ids: Vec<ResourceId> = pods.iter().filter_map(|it| it.source).collect();
        for (pod, id) in pods.iter().zip(&ids) {
            open.entry(*id).or_insert_with(|| Ports::of(context.cluster, pod));
        }
        let ports: Vec<&Ports> = ids.iter().filter_map(|it| open.get(it)).collect();
        // Without any Service here nothing is known of what is open.
        if !ports.iter().any(|it| it.has_service) {
            continue;
        }
        for port in gateway.object.servers.iter().filter_map(|it| it.port.as_ref()) {
            if !ports.iter().any(|it| it.services.contains(&port.value) || it.targets.contains(&port.value)) {
                let known: Vec<String> = ports.iter().flat_map(|it| &it.services).map(u16::to_string).collect();
                let known = suggest::listed(known.iter().map(String::as_str));
                found.push(CLOSED_PORT.found(gateway.at(port.span), &[&port.value.to_string(), &known]));
            }
        }
    }
}

/// What the Services of some Pods offer.
#[derive(Default)]
struct Ports {
    has_service: bool,
    services: Vec<u16>,
    targets: Vec<u16>,
}

impl Ports {
    fn of(cluster: &Cluster, pods: &GatewayPods) -> Self {
        let mut ports = Self::default();
        let source = pods.source.and_then(|it| cluster.pod_source(it));
        for service in cluster.in_namespace::<Service>(&pods.namespace) {
            if !service.object.selector.as_ref().is_some_and(|it| it.is_subset_of(&pods.labels)) {
                continue;
            }
            ports.has_service = true;
            for port in &service.object.ports {
                ports.services.push(port.port.value);
                ports.targets.extend(match &port.target_port.value {
                    PortRef::Number(number) => Some(*number),
                    PortRef::Name(name) => {
                        let named = source.as_ref().and_then(|it| it.template.named_port(name, "TCP"));
                        named.and_then(|it| it.port.as_ref()).map(|it| it.value)
                    }
                });
            }
        }
        ports
    }
}

/// A host of a server.
#[derive(Clone, Copy)]
struct Claim<'a> {
    gateway: Found<'a, IstioGateway>,
    server: &'a Server,
    host: &'a Spanned<String>,
}

fn conflicting(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let served = mesh::gateway_pods(context);
    let mut claims: OrdMap<(u16, &str), Vec<Claim<'_>>> = OrdMap::new();
    for gateway in context.cluster.all::<IstioGateway>() {
        for server in &gateway.object.servers {
            let Some(port) = &server.port else { continue };
            for host in &server.hosts {
                let bare = host.value.strip_prefix("*/").unwrap_or(&host.value);
                claims.entry((port.value, bare)).or_default().push(Claim { gateway, server, host });
            }
        }
    }
    for gateway in context.cluster.all::<IstioGateway>() {
        for server in &gateway.object.servers {
            let Some(port) = &server.port else { continue };
            // One finding a server: the first of its hosts that another Gateway has.
            let pair = server.hosts.iter().find_map(|host| {
                let bare = host.value.strip_prefix("*/").unwrap_or(&host.value);
                let others = claims.get(&(port.value, bare))?;
                let other = others.iter().take(MAX_CLAIMS).find(|it| are_rivals(&served, gateway, it.gateway))?;
                Some((Claim { gateway, server, host }, *other))
            });
            found.extend(pair.map(|(own, other)| conflict(own, other, port.value)));
        }
    }
}

/// More Gateways than this on one host and port say nothing new.
const MAX_CLAIMS: usize = 64;

/// Two Gateways that the same Pods serve.
fn are_rivals(
    served: &OrdMap<ResourceId, Vec<&GatewayPods>>,
    a: Found<'_, IstioGateway>,
    b: Found<'_, IstioGateway>,
) -> bool {
    let pods = |it: Found<'_, IstioGateway>| served.get(&it.id).map(Vec::as_slice).unwrap_or_default();
    let is_shared = || pods(a).iter().any(|it| pods(b).iter().any(|other| other.source == it.source));
    let (left, right) = (&a.object.selector, &b.object.selector);
    a.id != b.id && (left.is_subset_of(right) && right.is_subset_of(left) || is_shared())
}

fn conflict(own: Claim<'_>, other: Claim<'_>, port: u16) -> Diagnostic {
    let is_plain = |it: &Server| matches!(it.protocol.value.as_str(), "HTTP" | "HTTP2" | "GRPC" | "GRPC-WEB");
    let are_merged = is_plain(own.server) && is_plain(other.server);
    let [en, ko] = if are_merged { MERGED } else { DROPPED };
    let name = format!("{}/{}", other.gateway.namespace(), other.gateway.name());
    let values = [name.as_str(), own.host.value.as_str(), &port.to_string(), en, ko];
    let label = Label {
        location: other.gateway.at(other.host.span),
        text: say(["the same host there", "그쪽의 같은 호스트"], &[]),
    };
    Diagnostic {
        severity: if are_merged { Severity::Info } else { Severity::Error },
        related: vec![label],
        ..CONFLICTING.found(own.gateway.at(own.host.span), &values)
    }
}
