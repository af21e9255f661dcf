//! ServiceEntries that cannot be told apart by their address, or that do not agree.

use podpath_cluster::{Found, ResourceId};
use podpath_objects::{EntryPort, ServiceEntry};
use podpath_order::{OrdMap, OrdSet};
use podpath_routing::mesh::with_yaml;
use podpath_source::{Diagnostic, Label, Severity};

use super::mesh::scopes;
use crate::rule::{Rule, say};
use crate::{Check, Context, Lint};

/// IST0134: TCP has no host name in it, so the address alone says what is called
/// (istio `analyzers/serviceentry/protocoladdresses.go`).
pub(crate) static WITHOUT_ADDRESSES: Rule = Rule {
    lint: Lint {
        code: "entry-without-addresses",
        severity: Severity::Warning,
        aliases: &["IST0134"],
        check: Check::Cluster(without_addresses),
    },
    message: [
        "port {0} is TCP, and nothing but the port tells calls to this host from others",
        "{0} 포트는 TCP라서 포트 번호 말고는 이 호스트로 가는 호출을 구별할 수 없습니다",
    ],
    help: [
        "set `addresses`, or a protocol with a host name in it (HTTP, TLS), or let Istio give addresses by its DNS proxy",
        "`addresses`를 적거나, 호스트 이름이 든 프로토콜(HTTP, TLS)을 쓰거나, Istio의 DNS 프록시가 주소를 주게 하세요",
    ],
};

/// IST0177: one port of one host speaks one protocol; proxies take that of the oldest ServiceEntry.
pub(crate) static TWO_PROTOCOLS: Rule = Rule {
    lint: Lint {
        code: "entry-protocols-differ",
        severity: Severity::Warning,
        aliases: &["IST0177"],
        check: Check::Cluster(two_protocols),
    },
    message: [
        "ServiceEntry `{0}` says that port {2} of `{1}` speaks {3}, this one says {4}",
        "`{1}` 호스트의 {2} 포트 프로토콜이 서로 다릅니다. ServiceEntry `{0}`: {3}, 여기: {4}",
    ],
    help: [
        "proxies that see both follow one of them; give both the same protocol, or remove one",
        "둘 다 보이는 프록시는 한쪽만 따릅니다. 프로토콜을 맞추거나 하나를 지우세요",
    ],
};

fn without_addresses(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let gives_addresses = with_yaml(context.cluster, "istio", "mesh", |mesh| {
        let metadata = mesh.get("defaultConfig").get("proxyMetadata");
        let is_on = |key: &str| metadata.get(key).scalar().is_some_and(|it| it == "true");
        is_on("ISTIO_META_DNS_CAPTURE")
            && (is_on("ISTIO_META_DNS_AUTO_ALLOCATE") || is_on("PILOT_ENABLE_IP_AUTOALLOCATE"))
    });
    for entry in context.cluster.all::<ServiceEntry>() {
        let has_addresses = !entry.object.addresses.is_empty() || entry.object.has_own_addresses;
        let is_tcp = |it: &&EntryPort| it.protocol.is_empty() || it.protocol.eq_ignore_ascii_case("TCP");
        let ports = entry.object.ports.iter().filter(is_tcp);
        for (nth, port) in ports.filter(|_| !has_addresses && !gives_addresses).enumerate() {
            let finding = WITHOUT_ADDRESSES.found(entry.at(port.span), &[&port.number.to_string()]);
            // The analyzer says it once for a ServiceEntry.
            found.push(if nth == 0 { finding } else { Diagnostic { aliases: &[], ..finding } });
        }
    }
}

/// A port of a host, as one ServiceEntry has it.
type Claim<'a> = (Found<'a, ServiceEntry>, &'a EntryPort);

fn two_protocols(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut claims: OrdMap<(&str, &str, u16), Vec<Claim<'_>>> = OrdMap::new();
    for entry in context.cluster.all::<ServiceEntry>() {
        for scope in scopes(&entry.object.export_to, entry.namespace()) {
            for host in &entry.object.hosts {
                for port in &entry.object.ports {
                    claims.entry((scope, &host.value, port.number)).or_default().push((entry, port));
                }
            }
        }
    }
    let mut told: OrdSet<ResourceId> = OrdSet::new();
    for ((scope, host, number), own) in &claims {
        let shared = claims.get(&("*", *host, *number)).filter(|_| *scope != "*");
        let all: Vec<Claim<'_>> = own.iter().chain(shared.into_iter().flatten()).copied().collect();
        for (entry, port) in &all {
            // Of those that agree only the first counts, so that many entries for one host cost nothing.
            let differs = |it: &&Claim<'_>| !it.1.protocol.eq_ignore_ascii_case(&port.protocol);
            if told.contains(&entry.id) {
                continue;
            }
            let Some(other) = all.iter().find(differs) else { break };
            told.insert(entry.id);
            let number = number.to_string();
            let values = [other.0.name(), host, &number, &other.1.protocol, &port.protocol];
            let label = Label { location: other.0.at(other.1.span), text: say(["the other one", "다른 쪽"], &[]) };
            found.push(Diagnostic { related: vec![label], ..TWO_PROTOCOLS.found(entry.at(port.span), &values) });
        }
    }
}
