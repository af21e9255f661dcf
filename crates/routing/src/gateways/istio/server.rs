//! The servers of an ingress gateway, and which of those on one port stay.

use std::net::IpAddr;

use podpath_cluster::Found;
use podpath_objects::{IstioGateway, Server};
use podpath_order::{Gather, OrdMap, OrdSet};
use podpath_source::Text;

use crate::gateways::{full_name, origin};
use crate::pattern::HostPattern;
use crate::table::{Action, Origin, Protocol, Rejected, Rule, VirtualHost};

/// A server with its Gateway.
pub(super) struct Serving<'a> {
    /// The Gateway.
    pub(super) gateway: Found<'a, IstioGateway>,
    /// One of its servers.
    pub(super) server: &'a Server,
    /// Its number.
    pub(super) idx: usize,
}

impl Serving<'_> {
    /// One field of the server decides where everything goes, and is not modelled.
    pub(super) fn unmodelled(&self, field: &str) -> VirtualHost {
        let origin = self.origin();
        let action = Action::Unsupported(format!("{}.{field}", origin.path));
        let rule = Rule::plain(origin, field, action);
        VirtualHost { pattern: HostPattern::Any, rules: vec![rule] }
    }

    pub(super) fn origin(&self) -> Origin {
        origin(&self.gateway, self.server.span, format!("spec.servers[{}]", self.idx))
    }

    pub(super) fn name(&self) -> String {
        let name = self.server.port_name.as_ref().map_or("", |it| it.value.as_str());
        format!("{}/{name}", self.gateway.name())
    }

    /// Its hosts as they are compared: `./host` with the namespace of the Gateway, `*/host` without.
    fn hosts(&self) -> Vec<String> {
        let whole = |host: &str| match host.split_once('/') {
            Some((".", host)) => format!("{}/{host}", self.gateway.namespace()),
            Some(("*", host)) => host.to_owned(),
            _ => host.to_owned(),
        };
        self.server.hosts.iter().map(|it| whole(&it.value)).collect()
    }

    fn repeats(&self, host: &str, other: &Serving<'_>) -> Rejected {
        let (other, port) = (full_name(&other.gateway), self.number());
        let text = Text::new(
            format!("`{other}` has the host `{host}` on port {port} already, so the whole server is dropped"),
            format!("{port} 포트의 `{host}` 호스트를 `{other}` 게이트웨이가 먼저 가졌기 때문에 서버 전체가 빠집니다"),
        );
        Rejected { origin: self.origin(), reason: "duplicate-host", text, by: None }
    }

    /// Why nobody but the Pod itself reaches it: `bind` is a loopback address, a socket in the file system, or none of the
    /// addresses that its Pods are known to have.
    pub(super) fn hidden(&self, pods: &[IpAddr]) -> Option<Rejected> {
        let bind = self.server.bind.as_ref()?;
        let address = bind.value.parse::<IpAddr>().ok();
        let is_other = |it: IpAddr| !it.is_unspecified() && !pods.is_empty() && !pods.contains(&it);
        let (reason, text) = if address.is_some_and(|it| it.is_loopback()) || bind.value.starts_with("unix:") {
            let text = Text::new(
                format!("it listens on `{}`, which the Pod alone reaches", bind.value),
                format!("`{}`에서만 받기 때문에 Pod 안에서만 닿을 수 있습니다", bind.value),
            );
            ("bound-inside", text)
        } else if address.is_some_and(is_other) {
            let text = Text::new(
                format!("it listens on `{}`, and no Pod of the gateway has this address", bind.value),
                format!("`{}` 주소에서 받는데 게이트웨이 Pod에 이 주소가 없습니다", bind.value),
            );
            ("bound-elsewhere", text)
        } else {
            return None;
        };
        let origin = origin(&self.gateway, bind.span, format!("spec.servers[{}].bind", self.idx));
        Some(Rejected { origin, reason, text, by: None })
    }

    /// The number of its port, as written.
    fn number(&self) -> u16 {
        self.server.port.as_ref().map_or(0, |it| it.value)
    }

    fn conflicts(&self, first: &Serving<'_>) -> Rejected {
        let port = self.number();
        let (own, other, name) = (&self.server.protocol.value, &first.server.protocol.value, full_name(&first.gateway));
        let text = Text::new(
            format!("`{name}` speaks {other} on port {port}, so a server of {own} is dropped"),
            format!("`{name}` 게이트웨이가 {port} 포트를 {other} 서버로 쓰기 때문에 {own} 서버는 빠집니다"),
        );
        Rejected { origin: self.origin(), reason: "protocol-conflict", text, by: None }
    }
}

/// The servers of a port that stay, in their order, and what is said of those that are dropped (`model/gateway.go`,
/// `mergeGateways`; the first is that of the oldest Gateway).
///
/// "A server repeating an already used host is dropped", whole, whatever its other hosts; this is asked of servers with `tls`
/// alone. Behind a plain server only plain ones of HTTP merge; behind two with `tls` nothing without it.
pub(super) fn merge<'s, 'a>(servers: &'s [Serving<'a>]) -> (Vec<&'s Serving<'a>>, Vec<Rejected>) {
    let mut known: OrdMap<String, &Serving<'_>> = OrdMap::new();
    let (mut stay, mut dropped): (Vec<&Serving<'_>>, Vec<Rejected>) = (vec![], vec![]);
    for serving in servers {
        let hosts = serving.hosts();
        let has_tls = serving.server.tls.is_some();
        let taken = hosts.iter().find_map(|it| Some((it, *known.get(it)?)));
        if let Some((host, other)) = taken.filter(|_| has_tls) {
            dropped.push(serving.repeats(host, other));
            continue;
        }
        if has_tls {
            known.extend(hosts.into_iter().map(|it| (it, serving)));
        }
        let both_http = |first: &Serving<'_>| [first, serving].iter().all(|it| protocol(it.server).0 == Protocol::Http);
        match stay.first() {
            Some(first) if !protocol(first.server).1 && !both_http(first) => dropped.push(serving.conflicts(first)),
            Some(first) if protocol(first.server).1 && stay.len() > 1 && !has_tls => {
                dropped.push(serving.conflicts(first));
            }
            _ => stay.push(serving),
        }
    }
    (stay, dropped)
}

/// What a server speaks, and whether clients begin with TLS.
pub(super) fn protocol(server: &Server) -> (Protocol, bool) {
    let terminates =
        server.tls.as_ref().is_some_and(|it| !matches!(it.mode.value.as_str(), "PASSTHROUGH" | "AUTO_PASSTHROUGH"));
    match server.protocol.value.to_ascii_uppercase().as_str() {
        "HTTP" | "HTTP2" | "GRPC" | "GRPC-WEB" => (Protocol::Http, false),
        "HTTPS" if terminates => (Protocol::Https, true),
        "TLS" if terminates => (Protocol::TlsTerminate, true),
        "HTTPS" | "TLS" => (Protocol::TlsPassthrough, true),
        _ if terminates => (Protocol::TlsTerminate, true),
        _ => (Protocol::Tcp, false),
    }
}

/// All hosts of some servers.
pub(super) fn served(servers: &[&Serving<'_>]) -> Vec<HostPattern> {
    let hosts = servers.iter().flat_map(|it| &it.server.hosts).map(|it| HostPattern::parse(bare_host(&it.value)));
    hosts.gather::<OrdSet<_>>().into_iter().collect()
}

/// A pattern in the letters that it is written in.
pub(super) fn as_written(host: &str) -> HostPattern {
    match host.strip_prefix('*') {
        Some(suffix) if !suffix.is_empty() => HostPattern::Suffix(suffix.to_owned()),
        None if !host.is_empty() => HostPattern::Exact(host.to_owned()),
        _ => HostPattern::Any,
    }
}

/// A host of a server without its namespace.
pub(super) fn bare_host(host: &str) -> &str {
    host.split_once('/').map_or(host, |(_, host)| host)
}

/// The hosts that a server redirects to HTTPS by itself, without a VirtualService. One with a namespace stands there as it is
/// written, `./host` with that of the Gateway, so that no request has it (istio `networking/core/gateway.go`,
/// `buildGatewayHTTPRouteConfig`, and `model/gateway.go`, `sanitizeServerHostNamespace`).
pub(super) fn redirected(server: &Server) -> impl Iterator<Item = HostPattern> {
    let is_for_all = |host: &str| host.split_once('/').is_none_or(|(space, _)| space == "*");
    let hosts = server.hosts.iter().filter(move |it| is_for_all(&it.value));
    hosts.map(|it| HostPattern::parse(bare_host(&it.value)))
}

/// A host of a server without its namespace, where VirtualServices of a namespace may use it: `ns/host`, `./host` and `*/host`
/// say whose may.
pub(super) fn usable<'h>(host: &'h str, gateway: &Found<'_, IstioGateway>, namespace: &str) -> Option<&'h str> {
    let Some((space, bare)) = host.split_once('/') else { return Some(host) };
    let is_for = match space {
        "*" => true,
        "." => gateway.namespace() == namespace,
        only => only == namespace,
    };
    is_for.then_some(bare)
}
