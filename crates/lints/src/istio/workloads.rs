//! Workloads that Istio cannot serve as they are: Services that contradict each other, the proxy's own user.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{PortRef, Reader, Service, ServicePort, Workload};
use podpath_order::{OrdMap, OrdSet};
use podpath_routing::mesh::{Injection, has_proxy};
use podpath_source::{Diagnostic, Label, Severity};

use crate::rule::{Rule, say};
use crate::{Check, Context, DocumentContext, Lint};

/// IST0116: a port number with two protocols of transport (istio `analyzers/deployment/services.go`).
pub(crate) static TWO_PROTOCOLS: Rule = Rule {
    lint: Lint {
        code: "port-protocols-differ",
        severity: Severity::Error,
        aliases: &["IST0116"],
        check: Check::Cluster(two_protocols),
    },
    message: [
        "port {1} of the Services before `{0}` is of several protocols: {2}",
        "`{0}` 앞의 Service들에서 {1} 포트의 프로토콜이 서로 다릅니다: {2}",
    ],
    help: [
        "a Pod of the mesh has one protocol on a port; give one of the Services another port",
        "메시의 Pod는 포트마다 프로토콜이 하나입니다. 한 Service의 포트를 바꾸세요",
    ],
};

/// IST0137: a port of the Pods behind several ports of Services.
pub(crate) static SHARED_TARGET: Rule = Rule {
    lint: Lint {
        code: "shared-target-port",
        severity: Severity::Warning,
        aliases: &["IST0137"],
        check: Check::Cluster(shared_target),
    },
    message: [
        "`targetPort` {1} of `{0}` stands behind several Service ports: {2}",
        "`{0}`의 `targetPort` {1}에 여러 Service 포트가 연결됩니다: {2}",
    ],
    help: [
        "the sidecar has one listener for it, with the protocol that the oldest of the Services declares; use one port number",
        "사이드카는 이 포트에 리스너를 하나만 두고 가장 오래된 Service의 프로토콜을 따릅니다. 포트 번호를 하나로 맞추세요",
    ],
};

/// IST0144: traffic of this user is taken for the proxy's own, and is not captured.
pub(crate) static PROXY_USER: Rule = Rule {
    lint: Lint {
        code: "proxy-user",
        severity: Severity::Warning,
        aliases: &["IST0144"],
        check: Check::Document(proxy_user),
    },
    message: ["user 1337 is the one of Istio's proxy", "1337은 Istio 프록시의 사용자입니다"],
    help: [
        "what this user sends passes by the sidecar, without mTLS and without rules; use another number",
        "이 사용자가 보내는 트래픽은 mTLS나 규칙 없이 사이드카를 지나칩니다. 다른 번호를 쓰세요",
    ],
};

/// The Deployments of the mesh with several ports, each with the Services that select its Pods.
fn served(cluster: &Cluster) -> Vec<(Found<'_, Workload>, Vec<Found<'_, Service>>)> {
    let mut found: OrdMap<_, Vec<Found<'_, Service>>> = OrdMap::new();
    for service in cluster.all::<Service>() {
        let Some(selector) = &service.object.selector else { continue };
        for pod in cluster.select_pods(service.namespace(), selector) {
            found.entry(pod.id).or_default().push(service);
        }
    }
    let injection = Injection::new(cluster);
    let mut served = Vec::new();
    // One port alone contradicts nothing, and to ask who has a proxy is dear.
    let has_ports = |it: &[Found<'_, Service>]| it.iter().map(|it| it.object.ports.len()).sum::<usize>() > 1;
    for (id, services) in found.into_iter().filter(|it| has_ports(&it.1)) {
        let (Some(workload), Some(pod)) = (cluster.get::<Workload>(id), cluster.pod_source(id)) else { continue };
        let meta = &workload.entry.resource.meta;
        let is_waypoint = meta.labels.get("gateway.istio.io/managed") == Some("istio.io-mesh-controller");
        let is_deployment = meta.kind.value == "Deployment" && !is_waypoint;
        if is_deployment && (has_proxy(pod.template) || injection.injects(&pod) == Some(true)) {
            served.push((workload, services));
        }
    }
    served
}

/// The ports of Services by a key, where one key has several values.
fn ambiguous<'a, K: Ord>(
    services: &[Found<'a, Service>],
    key: fn(&ServicePort) -> K,
    value: fn(&ServicePort) -> String,
) -> Vec<(K, OrdSet<String>, Vec<Label>)> {
    let mut known: OrdMap<K, (OrdSet<String>, Vec<Label>)> = OrdMap::new();
    for service in services {
        for port in &service.object.ports {
            let (values, labels) = known.entry(key(port)).or_default();
            values.insert(value(port));
            let text = say(["Service `{0}`", "`{0}` Service"], &[service.name()]);
            labels.push(Label { location: service.at(port.port.span), text });
        }
    }
    let several = known.into_iter().filter(|it| it.1.0.len() > 1);
    several.map(|(key, (values, labels))| (key, values, labels)).collect()
}

fn tell(
    rule: &Rule,
    workload: Found<'_, Workload>,
    key: &str,
    values: OrdSet<String>,
    related: Vec<Label>,
) -> Diagnostic {
    let values = values.into_iter().collect::<Vec<_>>().join(", ");
    let at = workload.at(workload.entry.resource.meta.name_span());
    Diagnostic { related, ..rule.found(at, &[workload.name(), key, &values]) }
}

fn two_protocols(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for (workload, services) in served(context.cluster) {
        for (port, values, related) in ambiguous(&services, |it| it.port.value, |it| it.protocol.clone()) {
            found.push(tell(&TWO_PROTOCOLS, workload, &port.to_string(), values, related));
        }
    }
}

fn shared_target(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let target = |it: &ServicePort| match &it.target_port.value {
        PortRef::Number(number) => number.to_string(),
        PortRef::Name(name) => name.clone(),
    };
    for (workload, services) in served(context.cluster) {
        for (port, values, related) in ambiguous(&services, target, |it| it.port.value.to_string()) {
            found.push(tell(&SHARED_TARGET, workload, &port, values, related));
        }
    }
}

fn proxy_user(context: &DocumentContext<'_>, found: &mut Vec<Diagnostic>) {
    for (object, kind) in context.objects(&[("", "Pod"), ("apps", "Deployment")]) {
        let labels = object.get("metadata").get("labels");
        let is_istios =
            labels.get("istio").exists() || labels.get("release").text().is_some_and(|it| it.value == "istio");
        let spec = if kind == "Pod" { object.get("spec") } else { object.get("spec").get("template").get("spec") };
        if is_istios {
            continue;
        }
        let is_apps = |it: &Reader<'_>| {
            let name = it.get("name").text().map(|it| it.value).unwrap_or_default();
            name != "istio-proxy" && name != "istio-operator"
        };
        let containers = spec.get("containers").items().filter(is_apps);
        let users = [spec].into_iter().chain(containers).map(|it| it.get("securityContext").get("runAsUser"));
        let users = users.filter_map(Reader::int).filter(|it| it.value == 1337);
        for (nth, user) in users.enumerate() {
            let finding = PROXY_USER.found(context.at(user.span), &[]);
            // The analyzer says it once for an object.
            found.push(if nth == 0 { finding } else { Diagnostic { aliases: &[], ..finding } });
        }
    }
}
