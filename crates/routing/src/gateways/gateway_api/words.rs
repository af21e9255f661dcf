//! The sentences about what is refused, in both languages.

use podpath_objects::ObjectRef;
use podpath_source::{Location, Text};

use super::facts::Problem;

pub(super) fn no_object(kind: &str, namespace: &str, name: &str) -> Text {
    if namespace.is_empty() {
        return Text::new(format!("{kind} `{name}` is not here"), format!("`{name}` {kind} 오브젝트가 없습니다"));
    }
    Text::new(
        format!("{kind} `{name}` is not in namespace `{namespace}`"),
        format!("`{namespace}` 네임스페이스에 `{name}` {kind} 오브젝트가 없습니다"),
    )
}

pub(super) fn not_kind(reference: &ObjectRef, wanted: &str) -> Text {
    let (kind, name) = (&reference.kind, &reference.name.value);
    let group = if reference.group.is_empty() { String::new() } else { format!(" of group `{}`", reference.group) };
    Text::new(
        format!("`{name}` must be a {wanted} of the core group, not a `{kind}`{group}"),
        format!("`{name}` 참조는 core 그룹의 {wanted} 오브젝트여야 하는데 `{kind}` 종류입니다"),
    )
}

pub(super) fn no_certificate(name: &str) -> Text {
    Text::new(
        format!("Secret `{name}` has no certificate in `tls.crt`, or no key in `tls.key`"),
        format!("`{name}` Secret의 `tls.crt`에 인증서가 없거나 `tls.key`에 키가 없습니다"),
    )
}

pub(super) fn no_authority(kind: &str, name: &str) -> Text {
    Text::new(
        format!("{kind} `{name}` has no certificate in `ca.crt`"),
        format!("`{name}` {kind}의 `ca.crt`에 인증서가 없습니다"),
    )
}

pub(super) fn no_valid_authority() -> Text {
    Text::new("no CA certificate is left that can be used", "쓸 수 있는 CA 인증서가 하나도 없습니다")
}

pub(super) fn unknown_authorities(name: &str) -> Text {
    Text::new(
        format!("`{name}` is no known set of CA certificates; the one that is known is `System`"),
        format!("`{name}` CA 인증서 집합은 알려져 있지 않습니다. 쓸 수 있는 값: `System`"),
    )
}

pub(super) fn not_granted(from: &str, to: &str, namespace: &str, name: &str) -> Text {
    Text::new(
        format!("no ReferenceGrant in namespace `{namespace}` lets this {from} refer to {to} `{name}`"),
        format!("`{namespace}` 네임스페이스에 이 {from}의 `{name}` {to} 참조를 허용하는 ReferenceGrant가 없습니다"),
    )
}

pub(super) fn no_backend_kind(kind: &str) -> Text {
    Text::new(format!("backends of kind `{kind}` are not known"), format!("`{kind}` 종류의 백엔드는 쓸 수 없습니다"))
}

pub(super) fn unknown_protocol(protocol: &str) -> Text {
    Text::new(format!("protocol `{protocol}` is not supported"), format!("`{protocol}` 프로토콜은 지원하지 않습니다"))
}

pub(super) fn wrong_kind(kind: &str, protocol: &str) -> Text {
    Text::new(
        format!("a listener of protocol `{protocol}` cannot take routes of kind `{kind}`"),
        format!("`{protocol}` 프로토콜의 리스너는 `{kind}` 종류의 라우트를 받을 수 없습니다"),
    )
}

pub(super) fn unknown_address(address_type: &str) -> Text {
    Text::new(
        format!("addresses of type `{address_type}` are not supported"),
        format!("`{address_type}` 유형의 주소는 지원하지 않습니다"),
    )
}

pub(super) fn conflict(reason: &str, port: u16) -> Text {
    if reason == "ProtocolConflict" {
        return Text::new(
            format!("another listener speaks another protocol on port {port}"),
            format!("{port} 포트에서 다른 프로토콜을 쓰는 리스너가 있습니다"),
        );
    }
    Text::new(
        format!("another listener has the same protocol and hostname on port {port}"),
        format!("{port} 포트에 프로토콜과 호스트가 같은 리스너가 있습니다"),
    )
}

pub(super) fn set_not_allowed(gateway: &str, namespace: &str) -> Text {
    Text::new(
        format!("`allowedListeners` of Gateway `{gateway}` lets in no ListenerSet of namespace `{namespace}`"),
        format!(
            "`{gateway}` Gateway의 `allowedListeners`가 `{namespace}` 네임스페이스의 ListenerSet을 허용하지 않습니다"
        ),
    )
}

pub(super) fn parent_not_accepted(gateway: &str) -> Text {
    Text::new(
        format!("Gateway `{gateway}` is not accepted itself"),
        format!("`{gateway}` Gateway부터 받아들여지지 않습니다"),
    )
}

pub(super) fn no_valid_listener(location: Location) -> Problem {
    let text = Text::new("no listener of it is valid", "유효한 리스너가 하나도 없습니다");
    Problem { reason: "ListenersNotValid", text, location }
}

pub(super) fn no_such_listener(owner: &str, names: &[&str]) -> Text {
    let names = names.join("`, `");
    Text::new(
        format!("`{owner}` has no such listener; it has `{names}`"),
        format!("`{owner}`에 그런 리스너가 없습니다. 있는 리스너: `{names}`"),
    )
}

pub(super) fn route_not_allowed(owner: &str, kind: &str, namespace: &str) -> Text {
    Text::new(
        format!("no listener of `{owner}` allows a route of kind `{kind}` from namespace `{namespace}`"),
        format!("`{owner}`의 어떤 리스너도 `{namespace}` 네임스페이스의 `{kind}` 라우트를 허용하지 않습니다"),
    )
}

pub(super) fn no_common_host(owner: &str, hosts: &[String]) -> Text {
    let hosts = hosts.join("`, `");
    Text::new(
        format!("no listener of `{owner}` serves these hostnames; they serve `{hosts}`"),
        format!("`{owner}`의 리스너가 이 호스트를 받지 않습니다. 받는 호스트: `{hosts}`"),
    )
}

pub(super) fn older_route(listener: &str, kind: &str) -> Text {
    let other = if kind == "GRPCRoute" { "HTTPRoute" } else { "GRPCRoute" };
    Text::new(
        format!("an older {other} has one of these hostnames at listener `{listener}`; the two kinds are not merged"),
        format!("`{listener}` 리스너의 같은 호스트를 먼저 만들어진 {other} 라우트가 쓰며, 두 종류는 합쳐지지 않습니다"),
    )
}

pub(super) fn no_service_port(service: &str, port: u16) -> Text {
    Text::new(
        format!("Service `{service}` has no port {port}"),
        format!("`{service}` Service에 {port} 포트가 없습니다"),
    )
}

pub(super) fn older_policy(policy: &str, service: &str) -> Text {
    Text::new(
        format!("policy `{policy}` is for the same port of Service `{service}` and goes first"),
        format!("`{service}` Service의 같은 포트에 `{policy}` 정책이 먼저 적용됩니다"),
    )
}

pub(super) fn no_tls(policy: &str, why: &Text) -> Text {
    Text::new(
        format!("BackendTLSPolicy `{policy}` makes no TLS connection to the backend: {}", why.en),
        format!("`{policy}` BackendTLSPolicy로는 백엔드와 TLS 연결을 맺지 못합니다: {}", why.ko),
    )
}

pub(super) fn other_caller(namespace: &str) -> Text {
    Text::new(
        format!("it holds for callers in namespace `{namespace}` only, or gives way to a route of the caller"),
        format!("`{namespace}` 네임스페이스에서 부르는 쪽에만 적용되거나, 부르는 쪽의 라우트에 밀립니다"),
    )
}

pub(super) fn other_kind(kind: &str) -> Text {
    Text::new(
        format!("the Service has a route of kind `{kind}`, and only one kind counts"),
        format!("Service에 `{kind}` 라우트가 있고, 한 종류만 적용됩니다"),
    )
}

pub(super) fn no_port() -> Text {
    Text::new(
        "a Gateway as backend needs a `port`, that of its listener",
        "Gateway 백엔드에는 리스너의 `port`가 필요합니다",
    )
}

pub(super) fn no_application_balancer(name: &str) -> Text {
    Text::new(
        format!("Gateway `{name}` has no Application Load Balancer, and only such a one can stand behind an NLB"),
        format!("`{name}` Gateway에 Application Load Balancer가 없습니다. NLB 뒤에는 ALB만 둘 수 있습니다"),
    )
}
