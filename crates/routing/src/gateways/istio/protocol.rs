//! What a port of a Service says that it speaks.

use podpath_objects::ServicePort;

/// True when a proxy reads the calls of a port as HTTP: declared so, or not declared, so that it looks.
///
/// `appProtocol` goes before the port's name up to the first `-`; ports that servers of other protocols use are not
/// looked into.
pub fn is_http(port: &ServicePort) -> bool {
    match declared(port).as_str() {
        "http" | "http2" | "grpc" | "grpc-web" | "kubernetes.io/h2c" | "kubernetes.io/ws" | "kubernetes.io/wss" => true,
        "tcp" | "tls" | "https" | "mongo" | "redis" | "mysql" | "udp" => false,
        _ => port.protocol == "TCP" && !matches!(port.port.value, 25 | 53 | 3306 | 27017),
    }
}

/// The port says that TLS begins with its callers.
pub(super) fn is_tls(port: &ServicePort) -> bool {
    matches!(declared(port).as_str(), "tls" | "https")
}

/// True when the port says what it speaks, so that proxies need not find out (istio `pkg/config/kube/conversion.go`).
pub fn is_declared(port: &ServicePort) -> bool {
    const KNOWN: &[&str] = &[
        "grpc",
        "grpc-web",
        "hbone",
        "http",
        "http2",
        "http_proxy",
        "https",
        "kubernetes.io/h2c",
        "kubernetes.io/ws",
        "kubernetes.io/wss",
        "mongo",
        "mysql",
        "redis",
        "tcp",
        "tls",
        "udp",
    ];
    let is_special = matches!(port.port.value, 25 | 53 | 3306 | 27017);
    port.protocol == "UDP" || is_special || KNOWN.contains(&declared(port).as_str())
}

/// `appProtocol`, else the name up to the first `-`; empty when there is neither.
fn declared(port: &ServicePort) -> String {
    let by_name = || port.name.as_ref().map(|it| it.value.split('-').next().unwrap_or_default());
    let text = port.app_protocol.as_ref().map(|it| it.value.as_str()).or_else(by_name);
    text.unwrap_or_default().to_ascii_lowercase()
}

/// The port says that it speaks HTTP or TLS, whose requests name their host.
pub(super) fn speaks_by_name(port: &ServicePort) -> bool {
    let declared = declared(port);
    ["http", "grpc", "tls", "kubernetes.io"].iter().any(|it| declared.starts_with(it))
}
