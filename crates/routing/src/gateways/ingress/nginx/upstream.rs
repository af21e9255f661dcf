//! Upstreams: one for each Service and port that Ingresses name, and the canaries that take a share of one.
//!
//! Source: `internal/ingress/controller/controller.go` (`createUpstreams`, `mergeAlternativeBackends`): a canary belongs to
//! the upstream of its twin, so it takes its share of every path that has the same Service and port.

use std::collections::{BTreeMap, BTreeSet};

use podpath_cluster::{Cluster, endpoints};
use podpath_objects::{IngressBackend, PortRef, Service, ServicePort};
use podpath_source::Text;

use super::server::{CATCH_ALL, Member, Server, host_of, paths};
use crate::gateways::origin;
use crate::table::Rejected;

/// What is known of each upstream.
#[derive(Default)]
pub(super) struct Upstreams {
    /// Of a canary: the number of its Ingress.
    canaries: BTreeMap<String, usize>,
    /// The canary of an upstream, with its Ingress and its backend's place.
    alternatives: BTreeMap<String, Alternative>,
    /// Those with an endpoint that takes traffic.
    live: BTreeSet<String>,
}

/// The canary that takes a share.
#[derive(Clone)]
pub(super) struct Alternative {
    /// The number of its Ingress.
    pub(super) member: usize,
    /// Its rule and its path.
    pub(super) rule: usize,
    pub(super) path: usize,
    key: String,
}

/// `namespace/service/port`
fn key(namespace: &str, backend: &IngressBackend) -> String {
    let port = backend.port.as_ref().map_or(String::new(), |it| it.value.to_string());
    let service = backend.service.as_ref().map_or("", |it| it.value.as_str());
    format!("{namespace}/{service}/{port}")
}

impl Upstreams {
    /// The first Ingress that names an upstream decides whether it is a canary.
    pub(super) fn new(cluster: &Cluster, members: &[Member<'_>]) -> Self {
        let mut upstreams = Self::default();
        let mut known = BTreeSet::new();
        for (number, member) in members.iter().enumerate() {
            let namespace = member.ingress.namespace();
            let default = member.ingress.object.default_backend.as_ref();
            let named = paths(member.ingress);
            for backend in default.into_iter().chain(named.iter().map(|(it, _)| it.backend)) {
                let key = key(namespace, backend);
                if !known.insert(key.clone()) {
                    continue;
                }
                if is_live(cluster, namespace, backend) {
                    upstreams.live.insert(key.clone());
                }
                if member.notes.canary.is_some() {
                    upstreams.canaries.insert(key, number);
                }
            }
        }
        upstreams
    }

    /// It is the backend of a canary, so no path leads to it directly.
    pub(super) fn is_canary(&self, namespace: &str, backend: &IngressBackend) -> bool {
        self.canaries.contains_key(&key(namespace, backend))
    }

    /// Somebody answers there.
    pub(super) fn is_live(&self, namespace: &str, backend: &IngressBackend) -> bool {
        self.live.contains(&key(namespace, backend))
    }

    /// The canary that takes a share of a backend. One without endpoints takes nothing.
    pub(super) fn alternative(&self, namespace: &str, backend: &IngressBackend) -> Option<&Alternative> {
        let found = self.alternatives.get(&key(namespace, backend))?;
        self.live.contains(&found.key).then_some(found)
    }

    /// Finds the twins of canaries; those that take no part are told. "A maximum of one canary per rule": the oldest.
    pub(super) fn merge(&mut self, members: &[Member<'_>], servers: &BTreeMap<String, Server<'_>>) -> Vec<Rejected> {
        let mut refused = Vec::new();
        for (number, member) in members.iter().enumerate().filter(|(_, it)| it.notes.canary.is_some()) {
            for (r, rule) in member.ingress.object.rules.iter().enumerate() {
                let host = host_of(rule.host.as_ref().map(|it| it.value.as_str()));
                for (p, path) in rule.paths.iter().enumerate() {
                    let own = key(member.ingress.namespace(), &path.backend);
                    let text = path.path.as_ref().map_or("", |it| it.value.as_str());
                    let is_exact = path.path_type.as_ref().is_some_and(|it| it.value == "Exact");
                    let twin = servers.get(&host).and_then(|it| it.find(text, is_exact)).filter(|it| !it.is_default);
                    let twin = twin.and_then(|it| {
                        let namespace = members.get(it.member?)?.ingress.namespace();
                        it.backend.as_ref().map(|(backend, _)| key(namespace, backend))
                    });
                    let why = match twin.filter(|it| *it != own && !self.canaries.contains_key(it)) {
                        None => Some("no-twin"),
                        Some(twin) if self.alternatives.contains_key(&twin) => Some("second-canary"),
                        Some(twin) => {
                            let alternative = Alternative { member: number, rule: r, path: p, key: own };
                            self.alternatives.insert(twin, alternative);
                            None
                        }
                    };
                    let place = origin(&member.ingress, path.span, format!("spec.rules[{r}].http.paths[{p}]"));
                    refused.extend(why.map(|it| Rejected {
                        origin: place,
                        reason: it,
                        text: words(it, &host, text),
                        by: None,
                    }));
                }
            }
        }
        refused
    }
}

fn words(reason: &str, host: &str, path: &str) -> Text {
    let host = if host == CATCH_ALL { "*" } else { host };
    if reason == "no-twin" {
        return Text::new(
            format!("a canary needs an Ingress that is none with the same host `{host}` and path `{path}`"),
            format!("카나리에는 `{host}` 호스트와 `{path}` 경로가 같은 일반 Ingress가 있어야 합니다"),
        );
    }
    Text::new(
        format!("an older canary has the share of `{host}{path}` already; there is one for each rule"),
        format!("`{host}{path}` 규칙에는 먼저 만들어진 카나리가 있습니다. 규칙마다 하나만 쓰입니다"),
    )
}

/// The entry of a Service that a backend means: the first whose number, `targetPort` or name reads as the port does
/// (controller.go, `serviceEndpoints`). Endpoints of TCP alone are asked for.
pub(super) fn port_of<'a>(service: &'a Service, port: &PortRef) -> Option<&'a ServicePort> {
    let wanted = port.to_string();
    let is_meant = |it: &&ServicePort| {
        it.port.value.to_string() == wanted
            || it.target_port.value.to_string() == wanted
            || it.name.as_ref().is_some_and(|it| it.value == wanted)
    };
    service.ports.iter().filter(|it| it.protocol == "TCP").find(is_meant)
}

fn is_live(cluster: &Cluster, namespace: &str, backend: &IngressBackend) -> bool {
    let Some(name) = &backend.service else { return false };
    let Some(service) = cluster.find::<Service>(namespace, &name.value) else { return false };
    if service.object.external_name.is_some() {
        return true;
    }
    let entry = backend.port.as_ref().and_then(|it| port_of(service.object, &it.value));
    entry.is_some_and(|it| endpoints(cluster, &service, it).0.iter().any(|it| it.ready))
}
