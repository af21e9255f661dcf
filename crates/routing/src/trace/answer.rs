//! Hops with their candidates, and the ends that a table gives.

use podpath_cluster::{Cluster, Endpoint, Found};
use podpath_objects::{Service, ServiceEntry};
use podpath_source::Text;

use super::end::End;
use super::{Candidate, Hop, HopKind, Outcome, Stage, Trace, Verdict, Verdicted};
use super::{verdicts, words};
use crate::choose::{Choice, Considered, Standing};
use crate::ladder::Criterion;
use crate::matcher::Mismatch;
use crate::request::Request;
use crate::table::{Backend, Fault, Frozen, Listener, Origin, Rejected, Response, Rule, Table, Target};
use crate::tables::Tables;

/// The hop of a load balancer: its rules are the candidates.
pub(super) fn load_balancer_hop(cluster: &Cluster, table: &Table, choice: &Choice<'_>, request: &Request) -> Hop {
    let rule = choice.rule;
    let resource = rule.and_then(|it| it.origin.resource).or(table.origin.resource);
    let location = rule.map(|it| it.origin.location);
    let (title, detail) = (words::name_of(cluster, resource), words::load_balancer(cluster, table, choice, request));
    let is_elsewhere = resource.is_some_and(|it| !table.members.contains(&it));
    Hop {
        balancer: table.origin.resource.filter(|_| is_elsewhere),
        decided_by: choice.decided_by.map(Criterion::code),
        rule: Some((choice.listener.port, rule.and_then(|it| it.priority))),
        candidates: candidates(choice, &table.rejected, request),
        ..words::hop(HopKind::LoadBalancer, resource, location, title, detail)
    }
}

/// The hop of a gateway: other listeners of the port are the candidates.
pub(super) fn gateway_hop(cluster: &Cluster, table: &Table, choice: &Choice<'_>, request: &Request) -> Hop {
    listener_hop(cluster, table, choice.listener, request)
}

/// The same where nothing was chosen yet.
pub(super) fn listener_hop(cluster: &Cluster, table: &Table, listener: &Listener, request: &Request) -> Hop {
    let resource = listener.origin.resource.or(table.origin.resource);
    let others = table.listeners.iter().filter(|it| !std::ptr::eq(*it, listener));
    let location = Some(listener.origin.location);
    let (title, detail) = (words::name_of(cluster, resource), words::gateway(table, listener, request));
    Hop {
        candidates: others.map(|it| words::other_listener(it, listener)).collect(),
        ..words::hop(HopKind::Gateway, resource, location, title, detail)
    }
}

/// The hop of a route: all rules, and all routes that did not attach, are the candidates.
pub(super) fn route_hop(cluster: &Cluster, table: &Table, choice: &Choice<'_>, request: &Request) -> Hop {
    let rule = choice.rule;
    let resource = rule.and_then(|it| it.origin.resource);
    let location = rule.map(|it| it.origin.location);
    let title = resource.map_or_else(|| Text::new("no route", "라우트 없음"), |id| words::name_of(cluster, Some(id)));
    Hop {
        decided_by: choice.decided_by.map(Criterion::code),
        candidates: candidates(choice, &table.rejected, request),
        ..words::hop(HopKind::Route, resource, location, title, words::route(choice, request))
    }
}

fn candidates(choice: &Choice<'_>, rejected: &[Rejected], request: &Request) -> Vec<Candidate> {
    let considered = choice.considered.iter().map(|it| candidate(it, request));
    considered.chain(rejected.iter().map(refused)).collect()
}

fn candidate(considered: &Considered<'_>, request: &Request) -> Candidate {
    let rule = considered.rule;
    let (verdict, reason, detail, location) = match &considered.standing {
        Standing::Chosen => (Verdicted::Chosen, "chosen", words::chosen(), rule.origin.location),
        Standing::Lost(criterion) => (Verdicted::Lost, criterion.code(), criterion.text(), rule.origin.location),
        Standing::Mismatch(obstacle) => {
            let Mismatch { reason, text, location } = obstacle.told(rule, request);
            (Verdicted::Mismatch, reason, text, location)
        }
    };
    Candidate { resource: rule.origin.resource, location, path: rule.origin.path.clone(), verdict, reason, detail }
}

/// Something that a controller refuses.
pub(super) fn refused(rejected: &Rejected) -> Candidate {
    let Origin { resource, location, path } = rejected.origin.clone();
    let (reason, detail) = (rejected.reason, rejected.text.clone());
    Candidate { resource, location, path, verdict: Verdicted::Invalid, reason, detail }
}

impl End {
    /// No table has a way in for the request.
    pub(super) fn nothing_listens(cluster: &Cluster, tables: &Tables, request: &Request) -> Self {
        if let Some(rejected) = tables.rejected().next() {
            let verdict = verdicts::no_controller(cluster, rejected);
            return Self {
                outcome: Outcome::Refused,
                status: None,
                reason: rejected.reason.into(),
                body: None,
                verdict,
            };
        }
        let internal = tables.load_balancers().iter().any(|it| !it.is_public);
        Self::refused("no-entry", words::nothing_listens(request, internal))
    }

    /// An Ingress that gets no load balancer, or that no controller takes.
    pub(super) fn no_load_balancer(tables: &Tables, id: podpath_cluster::ResourceId) -> Self {
        match tables.rejected().find(|it| it.origin.resource == Some(id)) {
            Some(rejected) => {
                let mut end = Self::refused_at(rejected.reason, rejected.text.clone(), Some(rejected.origin.location));
                end.verdict.stage = Some(Stage::Attached);
                end
            }
            None => {
                let text =
                    Text::new("no load balancer is made for it", "이 오브젝트로는 로드 밸런서가 만들어지지 않습니다");
                Self::refused("no-load-balancer", text)
            }
        }
    }

    pub(super) fn no_such_name(host: &str) -> Self {
        let text = Text::new(
            format!("no Service of the workspace has the name `{host}`"),
            format!("`{host}` 이름의 Service가 없습니다"),
        );
        let mut end = Self::refused("unknown-host", text);
        end.verdict.title = Text::new(
            format!("The name `{host}` does not exist: no connection is made"),
            format!("`{host}` 이름이 DNS에 없어 연결하지 못합니다"),
        );
        end
    }

    /// `outboundTrafficPolicy: REGISTRY_ONLY` keeps calls to hosts that the mesh does not know inside.
    pub(super) fn not_in_registry(host: &str) -> Self {
        let title = Text::new(
            format!("502 The mesh does not know `{host}`, and lets nothing else out"),
            format!("502 메시가 모르는 `{host}` 호스트라서 내보내지 않습니다"),
        );
        let detail = Text::new(
            "`outboundTrafficPolicy` is REGISTRY_ONLY: only Services and hosts of ServiceEntries are reached, at ports that they have",
            "`outboundTrafficPolicy`가 REGISTRY_ONLY라서 Service와 ServiceEntry의 호스트에만, 그것들이 가진 포트로만 닿습니다",
        );
        let verdict = Verdict { title, detail, stage: Some(Stage::Traffic), location: None };
        Self::answered(502, "not-in-registry", None, verdict)
    }

    /// REGISTRY_ONLY where the sidecar reads no HTTP on the port: there is nobody to answer.
    pub(super) fn black_hole(dialled: &str, port: u16) -> Self {
        let title = Text::new(
            format!("Connection closed: the mesh does not know `{dialled}`, and lets nothing else out"),
            format!("연결이 끊깁니다. 메시가 모르는 `{dialled}` 호스트라서 내보내지 않습니다"),
        );
        let detail = Text::new(
            format!(
                "`outboundTrafficPolicy` is REGISTRY_ONLY, and no Service has HTTP on port {port}: the sidecar closes the connection unread (BlackHoleCluster)"
            ),
            format!(
                "`outboundTrafficPolicy`가 REGISTRY_ONLY이고 {port} 포트가 HTTP인 Service가 없어, 사이드카가 내용을 읽지 않고 연결을 닫습니다 (BlackHoleCluster)"
            ),
        );
        let verdict = Verdict { title, detail, stage: Some(Stage::Traffic), location: None };
        let reason = "not-in-registry".into();
        Self { outcome: Outcome::Refused, status: None, reason, body: None, verdict }
    }

    /// No virtual host has the Host: the sidecar goes on to the address that the caller dialled, as it is.
    pub(super) fn passed_by(dialled: &str, host: &str) -> Self {
        let title = Text::new(
            format!("It goes on to `{dialled}` as dialled, without any route"),
            format!("라우트 없이 원래 연결하려던 `{dialled}` 주소로 그대로 갑니다"),
        );
        let detail = Text::new(
            format!("nothing that the sidecar knows on this port has the Host `{host}`"),
            format!("이 포트에서 사이드카가 아는 것 중에 `{host}` Host를 맡는 것이 없습니다"),
        );
        let verdict = Verdict { title, detail, stage: None, location: None };
        Self { outcome: Outcome::Passthrough, status: None, reason: "passthrough".into(), body: None, verdict }
    }

    /// nginx refuses a path whose `..` lead above its root, or with an escape that is none, before it looks at any server.
    pub(super) fn unreadable_path(path: &str) -> Self {
        let title = Text::new(
            format!("400 nginx cannot read the path `{path}`"),
            format!("400 nginx가 `{path}` 경로를 읽을 수 없습니다"),
        );
        let detail = Text::new("no rule is asked", "어떤 규칙도 보지 않습니다");
        let verdict = Verdict { title, detail, stage: Some(Stage::Traffic), location: None };
        Self::answered(400, "bad-request", None, verdict)
    }

    pub(super) fn passthrough(host: &str) -> Self {
        let title = Text::new(
            format!("It leaves the cluster to `{host}`"),
            format!("클러스터 밖의 `{host}` 호스트로 나갑니다"),
        );
        let detail = Text::new("nothing in the workspace serves that host", "이 호스트를 맡는 오브젝트가 없습니다");
        let verdict = Verdict { title, detail, stage: None, location: None };
        Self { outcome: Outcome::Passthrough, status: None, reason: "passthrough".into(), body: None, verdict }
    }

    pub(super) fn frozen(cluster: &Cluster, table: &Table, frozen: &Frozen) -> Self {
        let verdict = verdicts::frozen(cluster, table, frozen);
        Self { outcome: Outcome::Refused, status: None, reason: "load-balancer-frozen".into(), body: None, verdict }
    }

    pub(super) fn no_route(cluster: &Cluster, table: &Table, choice: &Choice<'_>, request: &Request) -> Self {
        Self::answered(404, "no-route", None, verdicts::no_route(cluster, table, choice, request))
    }

    pub(super) fn redirected(cluster: &Cluster, table: &Table, rule: &Rule, status: u16, to: &str) -> Self {
        let verdict = verdicts::redirected(cluster, table, rule, status, to);
        Self { outcome: Outcome::Redirected, status: Some(status), reason: "redirect".into(), body: None, verdict }
    }

    pub(super) fn responded(
        cluster: &Cluster,
        table: &Table,
        choice: &Choice<'_>,
        rule: &Rule,
        response: &Response,
        request: &Request,
    ) -> Self {
        if response.reason == "no-route" {
            let mut end = Self::no_route(cluster, table, choice, request);
            end.body.clone_from(&response.body);
            return end;
        }
        let verdict = verdicts::responded(cluster, table, rule, response);
        Self::answered(response.status, response.reason, response.body.clone(), verdict)
    }

    pub(super) fn no_weight(rule: &Rule) -> Self {
        let title =
            Text::new("500 The rule has no backend with a weight", "500 이 규칙에는 가중치가 있는 백엔드가 없습니다");
        let detail = Text::new(
            "its weights sum to 0, so nobody gets the request",
            "가중치의 합이 0이라 아무도 요청을 받지 못합니다",
        );
        let verdict = Verdict { title, detail, stage: Some(Stage::Traffic), location: Some(rule.origin.location) };
        Self::answered(500, "no-backends", None, verdict)
    }

    pub(super) fn faulty(table: &Table, backend: &Backend, fault: &Fault) -> Self {
        Self::answered(fault.status, fault.reason, fault.body.clone(), verdicts::faulty(table, backend, fault))
    }

    pub(super) fn delivered(
        cluster: &Cluster,
        service: &Found<'_, Service>,
        ready: &[Endpoint],
        trace: &Trace,
    ) -> Self {
        let verdict = verdicts::delivered(cluster, service, ready, trace);
        Self { outcome: Outcome::Delivered, status: None, reason: "delivered".into(), body: None, verdict }
    }

    /// A ServiceEntry lists no endpoints, and none of the Pods that it selects takes traffic; or none is in the subset.
    pub(super) fn no_endpoints_outside(entry: &Found<'_, ServiceEntry>, subset: Option<&str>) -> Self {
        let name = entry.name();
        let title = Text::new(
            format!("503 ServiceEntry `{name}` has no endpoints"),
            format!("503 `{name}` ServiceEntry에 엔드포인트가 없습니다"),
        );
        let detail = match (&entry.object.selector, subset) {
            (_, Some(subset)) => Text::new(
                format!("none of them carries the labels of subset `{subset}` (UH, no healthy upstream)"),
                format!("`{subset}` 서브셋의 레이블이 있는 엔드포인트가 없습니다 (UH, no healthy upstream)"),
            ),
            (Some(_), None) => Text::new(
                "no Pod or WorkloadEntry that takes traffic carries the labels of its workloadSelector (UH, no healthy upstream)",
                "트래픽을 받는 Pod나 WorkloadEntry 가운데 workloadSelector의 레이블이 있는 것이 없습니다 (UH, no healthy upstream)",
            ),
            (None, None) => Text::new(
                "it is STATIC and lists no endpoints (UH, no healthy upstream)",
                "STATIC인데 endpoints가 없습니다 (UH, no healthy upstream)",
            ),
        };
        let location = Some(entry.at(entry.entry.resource.meta.name_span()));
        let verdict = Verdict { title, detail, stage: Some(Stage::Traffic), location };
        Self { outcome: Outcome::Delivered, status: Some(503), reason: "no-endpoints".into(), body: None, verdict }
    }

    pub(super) fn delivered_to_host(backend: &Backend) -> Self {
        let host = match &backend.target {
            Target::Host(host) => host.clone(),
            Target::Missing(_, name) => name.clone(),
            Target::Service(_) | Target::Balancer(_) => String::new(),
        };
        let title = Text::new(format!("Delivered to `{host}`"), format!("`{host}` 호스트에 도착합니다"));
        let verdict = Verdict { title, ..Verdict::default() };
        Self { outcome: Outcome::Delivered, status: None, reason: "delivered".into(), body: None, verdict }
    }
}
