//! The listeners of an ingress gateway whose clients begin with TLS.
//!
//! Source: istio `pilot/pkg/networking/core/gateway.go` (`createGatewayTCPFilterChainOpts`,
//! `buildGatewayNetworkFiltersFromTLSRoutes`). Where TLS ends here, a server takes the server names of its own hosts. Where it
//! passes through, a match of a `tls` rule takes the names of its `sniHosts`, whatever the server lists; a server without
//! such a match has no filter chain and takes nothing.

use std::sync::Arc;

use podpath_order::OrdMap;
use podpath_source::Text;

use super::Making;
use crate::gateways::istio::bound::proxy;
use crate::gateways::istio::hosts::{Hosts, KnownHosts};
use crate::gateways::istio::server::{Serving, bare_host, protocol};
use crate::gateways::istio::{ingress, stream};
use crate::gateways::{full_name, origin};
use crate::pattern::HostPattern;
use crate::table::{Access, Listener, Origin, Protocol, Rejected, VirtualHost};

/// The server names that pass through on a port, each with the match that has it.
type Taken = OrdMap<String, Origin>;

impl Making<'_> {
    /// Each TLS server of a port stands alone; behind them those of Ingresses.
    pub(super) fn tls_listeners(
        &self,
        port: u16,
        servers: &[&Serving<'_>],
        rejected: &mut Vec<Rejected>,
        known: &mut KnownHosts,
    ) -> Vec<Listener> {
        let secure: Vec<_> = servers.iter().copied().filter(|it| protocol(it.server).1).collect();
        let is_alone = secure.len() == 1 && !self.tls_ports.contains(&port);
        let (mut listeners, mut taken) = (Vec::new(), Taken::new());
        let mut used: Vec<&str> = Vec::new();
        for serving in secure {
            let hosts = serving.server.hosts.iter().map(|it| bare_host(&it.value));
            let fresh: Vec<_> = hosts.filter(|it| !used.contains(it)).collect();
            if passes_through(serving) {
                let hosts = self.sni_hosts(port, serving, &mut taken, rejected);
                listeners.extend(passing(port, serving, hosts, is_alone, rejected));
            } else if !fresh.is_empty() {
                listeners.push(self.tls_listener((port, &fresh), serving, known));
            }
            used.extend(fresh);
        }
        if self.tls_ports.contains(&port) {
            self.certificates(port, used, &mut listeners, rejected);
        }
        listeners
    }

    /// The TLS servers of Ingresses. One that repeats a host is dropped whole, as `server::merge` does with servers.
    fn certificates<'s>(
        &'s self,
        port: u16,
        mut used: Vec<&'s str>,
        listeners: &mut Vec<Listener>,
        rejected: &mut Vec<Rejected>,
    ) {
        for (names, place) in &self.ingresses.certificates {
            if let Some(host) = names.iter().find(|it| used.contains(&it.as_str())) {
                rejected.push(ingress::repeats(host, port, place));
                continue;
            }
            used.extend(names.iter().map(String::as_str));
            let hostnames: Vec<_> = names.iter().map(|it| HostPattern::parse(it)).collect();
            let mut hosts = Hosts::default();
            for (pattern, rules) in &self.ingresses.hosts {
                for both in hostnames.iter().filter_map(|it| it.intersect(pattern)) {
                    hosts.lists_of(HostPattern::parse(&both.to_string())).push(rules.as_slice().into());
                }
            }
            listeners.push(Listener {
                origin: place.clone(),
                name: "https".into(),
                port,
                protocol: Protocol::Https,
                hostnames,
                served: vec![],
                hosts: hosts.in_order((self.pods.id, port, place.location), &mut KnownHosts::default()),
                fallback: None,
                access: Access::Open,
            });
        }
    }

    /// A server at which TLS ends.
    fn tls_listener(&self, (port, names): (u16, &[&str]), serving: &Serving<'_>, known: &mut KnownHosts) -> Listener {
        let (protocol, _) = protocol(serving.server);
        let mode = serving.server.tls.as_ref().map_or("", |it| it.mode.value.as_str());
        let hosts = match protocol {
            _ if mode == "AUTO_PASSTHROUGH" => vec![serving.unmodelled("tls.mode").into()],
            Protocol::Https => {
                let mut hosts = Hosts::default();
                self.add_hosts(serving, &mut hosts);
                hosts.in_order((self.pods.id, port, serving.origin().location), known)
            }
            _ => vec![VirtualHost { pattern: HostPattern::Any, rules: self.tcp_rules(serving) }.into()],
        };
        Listener {
            origin: serving.origin(),
            name: serving.name(),
            port,
            protocol,
            hostnames: names.iter().map(|it| HostPattern::parse(it)).collect(),
            served: vec![],
            hosts,
            fallback: None,
            // "MUTUAL: secure connections ... by presenting server certificates ... and requiring client certificates";
            // ISTIO_MUTUAL wants one of the mesh.
            access: if matches!(mode, "MUTUAL" | "ISTIO_MUTUAL") { Access::ClientCertificate } else { Access::Open },
        }
    }

    /// Passthrough: `tls` routes by server name. A match that repeats a name of another one is skipped, with all of its names
    /// (`CheckDuplicates`: Envoy refuses two filter chains for the same).
    fn sni_hosts(
        &self,
        port: u16,
        serving: &Serving<'_>,
        taken: &mut Taken,
        rejected: &mut Vec<Rejected>,
    ) -> Vec<Arc<VirtualHost>> {
        let (name, proxy) = (full_name(&serving.gateway), proxy(self.pods, serving));
        let mut hosts = Vec::new();
        for (service, _) in self.bindings.at(serving) {
            for (idx, rule) in service.object.tls.iter().enumerate() {
                let place = format!("spec.tls[{idx}]");
                let lowered = stream::lower(self.cluster, &proxy, &name, &service, rule, &place);
                let matches = rule.matches.iter().enumerate();
                for (m, found) in matches.filter(|(_, it)| stream::takes(it, &proxy, &name, &service)) {
                    let own = origin(&service, found.span, format!("{place}.match[{m}]"));
                    let known = found.sni_hosts.iter().find_map(|it| Some((it, taken.get(it.value.as_str())?)));
                    if let Some((host, other)) = known {
                        // A match that several servers of the port have is one.
                        rejected.extend((*other != own).then(|| repeated(&host.value, port, own)));
                        continue;
                    }
                    for host in &found.sni_hosts {
                        taken.insert(host.value.clone(), own.clone());
                        let pattern = HostPattern::parse(&host.value);
                        hosts.push(VirtualHost { pattern, rules: vec![lowered.clone()] }.into());
                    }
                }
            }
        }
        hosts
    }
}

/// TLS goes on as it is, by the rules of VirtualServices.
fn passes_through(serving: &Serving<'_>) -> bool {
    let is_auto = serving.server.tls.as_ref().is_some_and(|it| it.mode.value == "AUTO_PASSTHROUGH");
    protocol(serving.server).0 == Protocol::TlsPassthrough && !is_auto
}

/// The listener of a server that TLS passes through. One without a filter chain stays where nobody else has the port, and then
/// with its own hosts, to say why it takes nothing.
fn passing(
    port: u16,
    serving: &Serving<'_>,
    hosts: Vec<Arc<VirtualHost>>,
    is_alone: bool,
    rejected: &mut Vec<Rejected>,
) -> Option<Listener> {
    let mut hostnames: Vec<_> = hosts.iter().map(|it| it.pattern.clone()).collect();
    if is_alone {
        let own = serving.server.hosts.iter().map(|it| HostPattern::parse(bare_host(&it.value)));
        let own: Vec<_> = own.filter(|it| !hostnames.contains(it)).collect();
        hostnames.extend(own);
    } else if hosts.is_empty() {
        rejected.push(without_chain(serving));
        return None;
    }
    Some(Listener {
        origin: serving.origin(),
        name: serving.name(),
        port,
        protocol: Protocol::TlsPassthrough,
        hostnames,
        served: vec![],
        hosts,
        fallback: None,
        access: Access::Open,
    })
}

fn without_chain(serving: &Serving<'_>) -> Rejected {
    let text = Text::new(
        "no `tls` rule of a VirtualService is for it, so it takes no connection",
        "이 서버에 쓰이는 VirtualService의 `tls` 규칙이 없어 어떤 연결도 받지 않습니다",
    );
    Rejected { origin: serving.origin(), reason: "no-route", text, by: None }
}

fn repeated(host: &str, port: u16, own: Origin) -> Rejected {
    let text = Text::new(
        format!("another match has the server name `{host}` on port {port} already, so this whole match is dropped"),
        format!("{port} 포트의 `{host}` 서버 이름을 다른 match가 먼저 가졌기 때문에 이 match 전체가 빠집니다"),
    );
    Rejected { origin: own, reason: "duplicate-host", text, by: None }
}
