//! Ports of Services that do not say what they speak.
//!
//! Rule (istio `analyzers/service/portname.go`, `pkg/config/kube/conversion.go`): `appProtocol`, else the name of the port
//! up to the first `-`, is a protocol; the control plane's own Services and those that a Gateway made are left alone.

use podpath_cluster::Found;
use podpath_objects::{Service, ServicePort};
use podpath_routing::gateways::istio::is_declared;
use podpath_routing::mesh::IGNORED;
use podpath_source::{Diagnostic, Severity};

use super::mesh;
use crate::rule::Rule;
use crate::{Check, Context, Lint};

/// IST0118: the proxy has to find out, which costs time, and fails where the server speaks first.
pub(crate) static UNDECLARED_PROTOCOL: Rule = Rule {
    lint: Lint {
        code: "undeclared-protocol",
        severity: Severity::Info,
        aliases: &["IST0118", "KIA0601"],
        check: Check::Cluster(undeclared_protocol),
    },
    message: [
        "port {0} of Service `{1}` does not say what it speaks, so proxies look into the first bytes",
        "`{1}` Service의 {0} 포트에 프로토콜이 적혀 있지 않아 프록시가 첫 바이트를 보고 판단합니다",
    ],
    help: [
        "name it `http`, `grpc-api`, `tcp-db` ..., or set `appProtocol`; rules for HTTP need it where the server speaks first",
        "이름을 `http`, `grpc-api`, `tcp-db`처럼 짓거나 `appProtocol`을 적으세요. 서버가 먼저 말하는 프로토콜에는 꼭 필요합니다",
    ],
};

/// IST0150: for another name no address is known, so the proxy listens on every address of the port.
pub(crate) static EXTERNAL_NAME: Rule = Rule {
    lint: Lint {
        code: "external-name-port",
        severity: Severity::Warning,
        aliases: &["IST0150"],
        check: Check::Cluster(external_name),
    },
    message: [
        "port {0} of the ExternalName Service `{1}` is taken as plain TCP",
        "ExternalName Service `{1}`의 {0} 포트를 평문 TCP로 봅니다",
    ],
    help: [
        "sidecars then send every call to this port there, whatever its address; name the port `http`, `https` or `tls`",
        "그러면 사이드카가 주소와 상관없이 이 포트의 호출을 모두 그리로 보냅니다. 포트 이름을 `http`, `https`, `tls` 등으로 지으세요",
    ],
};

fn undeclared_protocol(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let services: Vec<_> = context.cluster.all::<Service>().filter(|it| is_users(*it)).collect();
    if !mesh::is_here(context.cluster) {
        return;
    }
    for service in services.into_iter().filter(|it| it.object.service_type != "ExternalName") {
        for port in service.object.ports.iter().filter(|it| !is_declared(it) && !is_status(it)) {
            found.push(say(&UNDECLARED_PROTOCOL, service, port));
        }
    }
}

/// The readiness port of Istio's own gateway charts, whose name nobody who uses them chooses.
fn is_status(port: &ServicePort) -> bool {
    port.port.value == 15021 && port.name.as_ref().is_some_and(|it| it.value == "status-port")
}

fn external_name(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let services = context.cluster.all::<Service>().filter(|it| is_users(*it));
    for service in services.filter(|it| it.object.service_type == "ExternalName") {
        let is_tcp = |it: &ServicePort| it.name.as_ref().is_some_and(|it| it.value == "tcp");
        let ports = service.object.ports.iter().filter(|it| is_tcp(it) || !is_declared(it));
        for (nth, port) in ports.enumerate() {
            let finding = say(&EXTERNAL_NAME, service, port);
            // The analyzer says it once for a Service.
            found.push(if nth == 0 { finding } else { Diagnostic { aliases: &[], ..finding } });
        }
    }
}

fn say(rule: &Rule, service: Found<'_, Service>, port: &ServicePort) -> Diagnostic {
    let span = port.name.as_ref().map_or(port.port.span, |it| it.span);
    rule.found(service.at(span), &[&port.port.value.to_string(), service.name()])
}

fn is_users(service: Found<'_, Service>) -> bool {
    let labels = &service.entry.resource.meta.labels;
    let is_made = labels.get("gateway.istio.io/managed").is_some();
    let is_istios = labels.get("istio").is_some() || labels.get("release") == Some("istio");
    !is_made && !is_istios && !IGNORED.contains(&service.namespace())
}
