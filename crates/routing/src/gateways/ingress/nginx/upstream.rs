//! Upstreams: one for each Service and port that Ingresses name, and the canaries that take a share of one.
//!
//! Source: `internal/ingress/controller/controller.go` (`createUpstreams`, `mergeAlternativeBackends`): a canary belongs to
//! the upstream of its twin, so it takes its share of every path that has the same Service and port. Its share is that of
//! the Ingress which made its upstream, and of several canaries of one upstream `balancer.lua` asks the first alone.

use podpath_cluster::{Cluster, endpoints};
use podpath_objects::{IngressBackend, PortRef, Service, ServicePort};
use podpath_order::{OrdMap, OrdSet};
use podpath_source::Text;

use super::server::{CATCH_ALL, Location, Member, Server, host_of, paths};
use crate::gateways::origin;
use crate::table::{Origin, Rejected};

/// What is known of each upstream.
#[derive(Default)]
pub(super) struct Upstreams {
    /// Of a canary: the number of its Ingress.
    canaries: OrdMap<String, usize>,
    /// The canary of an upstream, with its Ingress and its backend's place.
    alternatives: OrdMap<String, Alternative>,
    /// Those with an endpoint that takes traffic.
    live: OrdSet<String>,
    /// Those that a canary without a twin has deleted.
    deleted: OrdSet<String>,
}

/// The canary that takes a share.
#[derive(Clone)]
pub(super) struct Alternative {
    /// The number of its Ingress.
    pub(super) member: usize,
    /// Its rule and its path; none is `spec.defaultBackend`.
    pub(super) place: Option<(usize, usize)>,
    /// The number of the Ingress that says how large its share is; none has no share.
    policy: Option<usize>,
    key: String,
}

/// A share that a canary asks for.
struct Asked<'a> {
    /// The number of its Ingress.
    member: usize,
    namespace: &'a str,
    backend: &'a IngressBackend,
    host: String,
    /// The path and whether it is exact; none is any path of the catch-all server.
    path: Option<(&'a str, bool)>,
    place: Option<(usize, usize)>,
    origin: Origin,
}

/// `namespace/service/port`
fn key(namespace: &str, backend: &IngressBackend) -> String {
    let port = backend.port.as_ref().map_or(String::new(), |it| it.value.to_string());
    let service = backend.service.as_ref().map_or("", |it| it.value.as_str());
    format!("{namespace}/{service}/{port}")
}

impl Upstreams {
    /// The first path that names an upstream decides whether it is a canary; a `defaultBackend` decides anew.
    pub(super) fn new(cluster: &Cluster, members: &[Member<'_>]) -> Self {
        let mut upstreams = Self::default();
        let mut known = OrdSet::new();
        for (number, member) in members.iter().enumerate() {
            let namespace = member.ingress.namespace();
            let default = member.ingress.object.default_backend.as_ref().filter(|it| it.service.is_some());
            let named = paths(member.ingress);
            let named = named.iter().map(|it| (it.backend, false));
            for (backend, is_anew) in default.map(|it| (it, true)).into_iter().chain(named) {
                let key = key(namespace, backend);
                if !known.insert(key.clone()) && !is_anew {
                    continue;
                }
                if is_live(cluster, namespace, backend) {
                    upstreams.live.insert(key.clone());
                }
                if member.notes.canary.is_some() {
                    upstreams.canaries.insert(key, number);
                } else {
                    upstreams.canaries.remove(&key);
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

    /// A canary without a twin has deleted it, so nginx knows nobody to send to, whoever answers there.
    pub(super) fn is_deleted(&self, namespace: &str, backend: &IngressBackend) -> bool {
        self.deleted.contains(&key(namespace, backend))
    }

    /// The canary that takes a share of a backend, and the number of the Ingress that says how large it is. One without
    /// endpoints takes nothing.
    pub(super) fn alternative(&self, namespace: &str, backend: &IngressBackend) -> Option<(&Alternative, usize)> {
        let found = self.alternatives.get(&key(namespace, backend))?;
        Some((found, found.policy?)).filter(|_| self.live.contains(&found.key))
    }

    /// Finds the twins of canaries; those that take no part are told.
    pub(super) fn merge(&mut self, members: &[Member<'_>], servers: &OrdMap<String, Server<'_>>) -> Vec<Rejected> {
        let mut refused = Vec::new();
        for (number, member) in members.iter().enumerate().filter(|(_, it)| it.notes.canary.is_some()) {
            for asked in asked(number, member) {
                let reason = self.take_share(&asked, members, servers.get(&asked.host));
                let path = asked.path.map_or("", |it| it.0);
                refused.extend(reason.map(|reason| Rejected {
                    text: words(reason, &asked.host, path),
                    origin: asked.origin,
                    reason,
                    by: None,
                }));
            }
        }
        refused
    }

    /// Why a canary gets no share, or not the one that it says. One without a twin deletes its upstream for all who name
    /// it; a host that nobody serves only passes it by.
    fn take_share(
        &mut self,
        asked: &Asked<'_>,
        members: &[Member<'_>],
        server: Option<&Server<'_>>,
    ) -> Option<&'static str> {
        let own = key(asked.namespace, asked.backend);
        if self.deleted.contains(&own) {
            return Some("deleted-canary");
        }
        let Some(server) = server else { return Some("no-twin") };
        let policy = self.canaries.get(&own).copied();
        let twins = self.twins(server, asked, members, &own);
        if twins.is_empty() {
            if server.locations.iter().any(|it| upstream(it, members).as_ref() == Some(&own)) {
                return Some("primary-backend");
            }
            self.live.remove(&own);
            self.deleted.insert(own);
            return Some("no-twin");
        }
        let mut has_share = false;
        for twin in twins {
            let (member, place, key) = (asked.member, asked.place, own.clone());
            let first = self.alternatives.entry(twin).or_insert(Alternative { member, place, policy, key });
            has_share |= first.key == own;
        }
        if !has_share {
            return Some("second-canary");
        }
        match policy {
            None => Some("primary-backend"),
            Some(policy) => (policy != asked.member).then_some("other-policy"),
        }
    }

    /// The upstreams of the locations that a canary asks a share of: not its own, nor one of a canary, nor the controller's
    /// 404. A `defaultBackend` asks a share of all locations of the catch-all server.
    fn twins(&self, server: &Server<'_>, asked: &Asked<'_>, members: &[Member<'_>], own: &str) -> Vec<String> {
        let meant: Vec<_> = match asked.path {
            Some((path, is_exact)) => server.find(path, is_exact).into_iter().collect(),
            None => server.locations.iter().collect(),
        };
        let found = meant.into_iter().filter_map(|it| upstream(it, members));
        found.filter(|it| it.as_str() != own && !self.canaries.contains_key(it)).collect()
    }
}

/// The upstream of a location.
fn upstream(location: &Location<'_>, members: &[Member<'_>]) -> Option<String> {
    let namespace = members.get(location.member?)?.ingress.namespace();
    location.backend.as_ref().map(|(backend, _)| key(namespace, backend))
}

/// What a canary asks for, its `defaultBackend` first.
fn asked<'a>(number: usize, member: &'a Member<'_>) -> Vec<Asked<'a>> {
    let (ingress, namespace) = (&member.ingress, member.ingress.namespace());
    let default = ingress.object.default_backend.iter().filter(|it| it.service.is_some()).map(|backend| Asked {
        member: number,
        namespace,
        backend,
        host: CATCH_ALL.to_owned(),
        path: None,
        place: None,
        origin: origin(ingress, backend.span, "spec.defaultBackend"),
    });
    let written = paths(*ingress).into_iter().map(|it| Asked {
        member: number,
        namespace,
        backend: it.backend,
        host: host_of(it.host),
        path: Some((it.path, it.is_exact)),
        place: Some(it.place),
        origin: origin(ingress, it.span, it.field()),
    });
    default.chain(written).collect()
}

fn words(reason: &str, host: &str, path: &str) -> Text {
    let host = if host == CATCH_ALL { "*" } else { host };
    match reason {
        "no-twin" => Text::new(
            format!("a canary needs an Ingress that is none with the same host `{host}` and path `{path}`"),
            format!("카나리에는 `{host}` 호스트와 `{path}` 경로가 같은 일반 Ingress가 있어야 합니다"),
        ),
        "deleted-canary" => Text::new(
            "another path of a canary with this Service has no twin, for which the controller drops the Service whole",
            "같은 Service를 쓰는 카나리의 다른 경로에 짝이 없어 컨트롤러가 이 Service를 모두 뺍니다",
        ),
        "primary-backend" => Text::new(
            "an Ingress that is no canary names this Service too, so it counts as ordinary and gets no share here",
            "카나리가 아닌 Ingress도 이 Service를 쓰므로 일반 백엔드로 다루어져 여기서 몫이 없습니다",
        ),
        "other-policy" => Text::new(
            "it gets a share, but another canary names this Service and port, too, and the weight, header and cookie of that one count",
            "몫을 받지만 이 Service와 포트를 쓰는 다른 카나리가 있어, 가중치와 헤더, 쿠키는 그 카나리의 것이 쓰입니다",
        ),
        _ => Text::new(
            format!("an older canary has the share of `{host}{path}` already; there is one for each rule"),
            format!("`{host}{path}` 규칙에는 먼저 만들어진 카나리가 있습니다. 규칙마다 하나만 쓰입니다"),
        ),
    }
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
