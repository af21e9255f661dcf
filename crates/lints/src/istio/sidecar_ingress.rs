//! Where a Sidecar hands what comes in.
//!
//! Rule (istio `networking/core/cluster_builder.go`, `buildInboundClustersFromSidecar`): the proxy calls `defaultEndpoint` of
//! the Pod itself, whatever port was called, so that one of its containers must listen there. Containers need not declare
//! their ports; where they do, one that none of them declares is very likely a slip.

use podpath_cluster::{Cluster, Entry, PodSource};
use podpath_objects::{PodTemplate, Sidecar};
use podpath_source::{Diagnostic, Severity};

use crate::rule::Rule;
use crate::{Check, Context, Lint};

/// No container declares the port of `defaultEndpoint`.
pub(crate) static UNDECLARED_ENDPOINT: Rule = Rule {
    lint: Lint {
        code: "ingress-endpoint-undeclared",
        severity: Severity::Warning,
        aliases: &[],
        check: Check::Cluster(undeclared),
    },
    message: [
        "calls of port {0} are handed to port {1}, which no container of `{2}` declares",
        "{0} 포트로 온 호출을 {1} 포트로 넘기는데 `{2}`의 컨테이너 중 {1} 포트를 적은 것이 없습니다",
    ],
    help: [
        "when no container listens there, callers get 503 (connection refused); name the port that the container listens on",
        "듣는 컨테이너가 없으면 호출자는 503을 받습니다(연결 거부). 컨테이너가 듣는 포트를 적으세요",
    ],
};

fn undeclared(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let cluster = context.cluster;
    context.each::<Sidecar>(found, &|sidecar, found| {
        let Some(selector) = sidecar.object.selector.as_ref().filter(|_| !sidecar.object.ingress.is_empty()) else {
            return;
        };
        let pods = cluster.select_pods(sidecar.namespace(), selector);
        for listener in &sidecar.object.ingress {
            let (Some(endpoint), Some(port)) = (&listener.endpoint, listener.container_port()) else { continue };
            let Some(pod) = pods.iter().find(|it| is_undeclared(it.template, port)) else { continue };
            let values = [listener.port.value.to_string(), port.to_string(), name_of(cluster, pod)];
            found.push(UNDECLARED_ENDPOINT.found(sidecar.at(endpoint.span), &values.each_ref().map(String::as_str)));
        }
    });
}

/// The containers declare ports, and not this one.
fn is_undeclared(template: &PodTemplate, port: u16) -> bool {
    let mut declared = template.containers.iter().flat_map(|it| &it.ports).peekable();
    declared.peek().is_some() && !declared.any(|it| it.port.as_ref().is_some_and(|it| it.value == port))
}

/// The name of a workload; where it has none yet, its app.
fn name_of(cluster: &Cluster, pod: &PodSource<'_>) -> String {
    let name = cluster.entry(pod.id).map_or("", Entry::name);
    if name.is_empty() { pod.template.labels.get("app").unwrap_or("?").to_owned() } else { name.to_owned() }
}
