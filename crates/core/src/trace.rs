//! The method `trace`: calls of the protocol to requests, ways to what the protocol writes.

use podpath_objects::Labels;
use podpath_protocol::{
    Backend, Call, Candidate, Endpoint, Hop, HopKind, Locale, Mirror, Note, Outcome, PodCaller, ResponseHeaders,
    RuleNumber, Stage, Standing, Trace, Upstream, Verdict,
};
use podpath_routing as routing;
use podpath_source::{Diagnostic as Finding, Location, Text};
use routing::{Entry, Request, Scheme, Target};

use crate::analysis::Analysis;
use crate::place::{range, say, spoken};
use crate::{check, presets};

/// Longer texts in a request are refused: nobody sends them, and matching must stay bounded.
const MAX_TEXT: usize = 64 * 1024;

/// Follows a call. The error is a sentence about the call.
pub(crate) fn trace(analysis: &Analysis, call: &Call, locale: Locale) -> Result<Trace, String> {
    Ok(write(analysis, call, follow(analysis, call)?, locale))
}

/// Follows a call, without writing it down.
pub(crate) fn follow(analysis: &Analysis, call: &Call) -> Result<routing::Trace, String> {
    let request = request(call)?;
    let Some(entry) = entry(analysis, call)? else { return Ok(not_here(call)) };
    Ok(routing::trace(&analysis.cluster, analysis.tables(), &request, &entry))
}

fn request(call: &Call) -> Result<Request, String> {
    let scheme = call.scheme.as_deref().unwrap_or("http");
    let scheme = Scheme::parse(scheme).ok_or_else(|| format!("unknown scheme `{scheme}`"))?;
    // A client keeps the fragment to itself.
    let target = call.path.as_deref().unwrap_or("/").split('#').next().unwrap_or_default();
    let n_headers: usize = call.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    if call.host.len() + target.len() + n_headers > MAX_TEXT {
        return Err(format!("the request is longer than {MAX_TEXT} bytes"));
    }
    let (host, host_port) = routing::split_port(&call.host);
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query.to_owned())));
    let from_port = call.from.as_ref().and_then(|it| it.port);
    let method = if scheme.is_grpc() { "POST" } else { "GET" };
    Ok(Request {
        scheme,
        method: call.method.clone().unwrap_or_else(|| method.into()),
        authority: call.host.clone(),
        host: host.to_ascii_lowercase(),
        port: from_port.or(call.port).or(host_port).unwrap_or_else(|| scheme.default_port()),
        path: if path.is_empty() { "/".into() } else { path.to_owned() },
        query,
        headers: call.headers.clone(),
        sni: call.sni.clone(),
        claims: call.claims.as_ref().map(|it| claim(it, 0)),
        is_authenticated: false,
        has_certificate: call.client_certificate,
        source_ip: call.source_ip.clone(),
    })
}

/// Payloads are not deeper than this.
const MAX_CLAIM_DEPTH: usize = 32;

fn claim(value: &serde_json::Value, depth: usize) -> routing::Claim {
    use serde_json::Value;
    match value {
        Value::String(text) => routing::Claim::Text(text.clone()),
        Value::Array(items) if depth < MAX_CLAIM_DEPTH => {
            routing::Claim::List(items.iter().map(|it| claim(it, depth + 1)).collect())
        }
        Value::Object(fields) if depth < MAX_CLAIM_DEPTH => {
            routing::Claim::Map(fields.iter().map(|(key, it)| (key.clone(), claim(it, depth + 1))).collect())
        }
        other => routing::Claim::Other(other.to_string()),
    }
}

/// The port that a call dials.
pub(crate) fn port_of(call: &Call) -> u16 {
    request(call).map_or(80, |it| it.port)
}

/// Where a call enters; None when the object that it names is not here.
fn entry(analysis: &Analysis, call: &Call) -> Result<Option<Entry>, String> {
    let Some(from) = &call.from else { return Ok(Some(Entry::Internet)) };
    let given = [
        from.internet.is_some(),
        from.load_balancer.is_some(),
        from.gateway.is_some(),
        from.workload.is_some(),
        from.pod.is_some(),
    ];
    if given.iter().filter(|it| **it).count() != 1 {
        return Err("`from` takes exactly one of internet, loadBalancer, gateway, workload and pod".into());
    }
    if let Some(reference) = &from.load_balancer {
        return Ok(analysis.resolve(reference).map(Entry::LoadBalancer));
    }
    if let Some(reference) = &from.gateway {
        return Ok(analysis.resolve(reference).map(Entry::Gateway));
    }
    if let Some(workload) = &from.workload {
        let labels = labels(&workload.labels);
        return Ok(Some(Entry::Workload { namespace: workload.namespace.clone(), labels }));
    }
    Ok(Some(from.pod.as_ref().map_or(Entry::Internet, |pod| Entry::Pod(caller(pod)))))
}

fn labels(map: &podpath_order::OrdMap<String, String>) -> Labels {
    map.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
}

fn caller(pod: &PodCaller) -> routing::Caller {
    routing::Caller {
        namespace: if pod.namespace.is_empty() { "default".into() } else { pod.namespace.clone() },
        labels: labels(&pod.labels),
        sidecar: pod.sidecar.unwrap_or(false),
        service_account: pod.service_account.clone(),
        tls: match pod.tls.as_deref() {
            Some("plaintext") => routing::CallerTls::Plaintext,
            Some("mtls") => routing::CallerTls::Mutual,
            _ => routing::CallerTls::Auto,
        },
    }
}

/// The object that the call enters at is not in the workspace.
fn not_here(call: &Call) -> routing::Trace {
    let from = call.from.as_ref();
    let name = from.and_then(|it| it.load_balancer.as_ref().or(it.gateway.as_ref())).map_or("", |it| it.name.as_str());
    let title = podpath_source::Text::new(
        format!("Connection refused: `{name}` is not here"),
        format!("연결이 거부됩니다. `{name}` 오브젝트가 여기에 없습니다"),
    );
    let verdict = routing::Verdict { title, stage: Some(routing::Stage::Traffic), ..routing::Verdict::default() };
    routing::Trace { reason: "entry-not-found".into(), verdict, ..routing::Trace::default() }
}

fn write(analysis: &Analysis, call: &Call, trace: routing::Trace, locale: Locale) -> Trace {
    let writing = Writing { analysis, locale };
    let verdict = writing.verdict(&trace);
    let response = response(call, &trace);
    Trace {
        id: call.id.clone(),
        outcome: outcome(trace.outcome),
        status: trace.status,
        grpc_status: trace.grpc_status.map(str::to_owned),
        reason: Some(trace.reason),
        location: trace.location,
        body: trace.body,
        backends: trace.backends.iter().map(|it| writing.backend(it)).collect(),
        upstream: trace.upstream.as_ref().map(upstream),
        response,
        mirrors: trace.mirrors.iter().filter_map(|it| writing.mirror(it)).collect(),
        verdict,
        hops: trace.hops.into_iter().map(|it| writing.hop(it)).collect(),
    }
}

pub(crate) fn outcome(outcome: routing::Outcome) -> Outcome {
    match outcome {
        routing::Outcome::Delivered => Outcome::Delivered,
        routing::Outcome::Redirected => Outcome::Redirected,
        routing::Outcome::Answered => Outcome::Answered,
        routing::Outcome::Refused => Outcome::Refused,
        routing::Outcome::Passthrough => Outcome::Passthrough,
        routing::Outcome::Unsupported => Outcome::Unsupported,
    }
}

fn upstream(found: &routing::Upstream) -> Upstream {
    let request = &found.request;
    Upstream {
        method: request.method.clone(),
        host: request.authority.clone(),
        path: request.target(),
        headers: request.headers.clone(),
        tls: found.tls.to_owned(),
        sni: found.sni.clone(),
    }
}

/// The headers of the backend's answer after what proxies do to them; none when there is nothing to say.
fn response(call: &Call, trace: &routing::Trace) -> Option<ResponseHeaders> {
    if trace.response.is_empty() && call.backend_headers.is_empty() {
        return None;
    }
    let mut headers = call.backend_headers.clone();
    for change in &trace.response {
        routing::change_headers(change, &mut headers, &mut String::new());
    }
    let removed = trace.response.iter().flat_map(|it| it.remove.clone()).collect();
    Some(ResponseHeaders { headers, removed })
}

/// A clause as a sentence of its own: it begins with a capital. What is the same in both languages is a quotation.
fn sentence(clause: &Text, locale: Locale) -> String {
    let mut text = say(clause, locale);
    // Names that people write small.
    if clause.en == clause.ko || ["gRPC", "ingress-nginx"].iter().any(|it| text.starts_with(it)) {
        return text;
    }
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

struct Writing<'a> {
    analysis: &'a Analysis,
    locale: Locale,
}

impl Writing<'_> {
    fn backend(&self, backend: &routing::TracedBackend) -> Backend {
        let (service, host) = match &backend.target {
            Target::Service(id) => (self.analysis.reference(*id), self.host(*id)),
            Target::Missing(namespace, name) => (None, Some(self.host_name(name, namespace))),
            Target::Host(host) => (None, Some(host.clone())),
            Target::Balancer(id) => (self.analysis.reference(*id), None),
        };
        Backend {
            service,
            host,
            port: backend.port,
            subset: backend.subset.clone(),
            weight: backend.weight,
            valid: backend.fault.is_none(),
            reason: backend.fault.clone(),
            endpoints: backend.endpoints.iter().map(|it| self.endpoint(it)).collect(),
            upstream: backend.upstream.as_ref().map(upstream),
        }
    }

    fn host(&self, id: podpath_cluster::ResourceId) -> Option<String> {
        let entry = self.analysis.cluster.entry(id)?;
        Some(self.host_name(entry.resource.meta.name(), &entry.namespace))
    }

    fn host_name(&self, name: &str, namespace: &str) -> String {
        format!("{name}.{namespace}.svc.{}", self.analysis.cluster.settings.cluster_domain)
    }

    fn endpoint(&self, endpoint: &podpath_cluster::Endpoint) -> Endpoint {
        Endpoint {
            workload: endpoint.source.and_then(|id| self.analysis.reference(id)),
            address: endpoint.address.clone(),
            replicas: endpoint.replicas,
            port: endpoint.port,
            ready: endpoint.ready,
        }
    }

    fn mirror(&self, mirror: &routing::Mirror) -> Option<Mirror> {
        let Target::Service(id) = &mirror.target else { return None };
        Some(Mirror { service: self.analysis.reference(*id)?, port: mirror.port, fraction: mirror.fraction })
    }

    fn verdict(&self, trace: &routing::Trace) -> Verdict {
        match self.refused(trace) {
            Some(finding) => self.not_accepted(finding, &trace.verdict),
            None => self.verdict_of(trace),
        }
    }

    /// The first finding by which the API server refuses an object on the way.
    fn refused(&self, trace: &routing::Trace) -> Option<&Finding> {
        let on_way: Vec<_> = trace.hops.iter().filter_map(|it| self.analysis.reference(it.resource?)).collect();
        let refusals = self.analysis.findings().iter().filter(|it| check::is_refusal(it));
        refusals
            .into_iter()
            .find(|it| check::resource_at(self.analysis, it.location).is_some_and(|it| on_way.contains(&it)))
    }

    /// Admission comes first: what the request would meet is told second.
    fn not_accepted(&self, finding: &Finding, verdict: &routing::Verdict) -> Verdict {
        let name = check::resource_at(self.analysis, finding.location).map_or(String::new(), |it| it.name);
        let title = Text::new(
            format!("The API server refuses `{name}`: {}", finding.message.en),
            format!("API 서버가 `{name}` 오브젝트를 거부합니다. {}", finding.message.ko),
        );
        let detail = Text::new(
            format!("if it were accepted: {}", verdict.title.en),
            format!("승인된다면: {}", verdict.title.ko),
        );
        Verdict {
            title: say(&title, self.locale),
            detail: say(&detail, self.locale),
            stage: Some(Stage::Accepted),
            range: range(self.analysis, finding.location),
            fix: finding.fix.as_ref().and_then(|it| check::fix(self.analysis, it, self.locale)),
        }
    }

    fn verdict_of(&self, trace: &routing::Trace) -> Verdict {
        let verdict = &trace.verdict;
        let stage = verdict.stage.map(|it| match it {
            routing::Stage::Accepted => Stage::Accepted,
            routing::Stage::Attached => Stage::Attached,
            routing::Stage::Traffic => Stage::Traffic,
        });
        Verdict {
            title: say(&verdict.title, self.locale),
            detail: sentence(&verdict.detail, self.locale),
            stage,
            range: verdict.location.and_then(|it| range(self.analysis, it)),
            fix: stage
                .and_then(|_| verdict.location.and_then(|it| self.fix_at(it)).or_else(|| self.add_missing(trace))),
        }
    }

    /// The repair when nobody can take the request because a Service is not here.
    fn add_missing(&self, trace: &routing::Trace) -> Option<podpath_protocol::Fix> {
        let missing = trace.backends.iter().find_map(|it| match &it.target {
            Target::Missing(namespace, name) => Some((namespace, name, it.port)),
            _ => None,
        });
        let (namespace, name, port) = missing.filter(|_| trace.outcome == routing::Outcome::Answered)?;
        Some(presets::add_service(self.analysis, namespace, name, port, self.locale))
    }

    /// The repair of the finding at the place that decided: what the lints know is not told twice.
    fn fix_at(&self, location: Location) -> Option<podpath_protocol::Fix> {
        let overlaps = |it: &Location| {
            it.document == location.document && it.span.start <= location.span.end && location.span.start <= it.span.end
        };
        let findings = self.analysis.findings();
        let mut fixing = findings.iter().filter(|it| overlaps(&it.location)).filter_map(|it| it.fix.as_ref());
        fixing.next().and_then(|it| check::fix(self.analysis, it, self.locale))
    }

    fn hop(&self, hop: routing::Hop) -> Hop {
        let kind = match hop.kind {
            routing::HopKind::Client => HopKind::Client,
            routing::HopKind::LoadBalancer => HopKind::LoadBalancer,
            routing::HopKind::Gateway => HopKind::Gateway,
            routing::HopKind::Route => HopKind::Route,
            routing::HopKind::Service => HopKind::Service,
            routing::HopKind::Endpoint => HopKind::Endpoint,
            routing::HopKind::Policy => HopKind::Policy,
        };
        let rule = hop.rule.map(|(port, number)| RuleNumber {
            port,
            priority: number.map_or_else(|| "default".into(), serde_json::Value::from),
        });
        Hop {
            kind,
            resource: hop.resource.and_then(|id| self.analysis.reference(id)),
            range: hop.location.and_then(|it| range(self.analysis, it)),
            title: say(&hop.title, self.locale),
            detail: sentence(&hop.detail, self.locale),
            decided_by: hop.decided_by.map(str::to_owned),
            rule,
            candidates: hop.candidates.into_iter().map(|it| self.candidate(it)).collect(),
            notes: hop.notes.iter().map(|it| self.note(it)).collect(),
            failed: hop.failed,
        }
    }

    fn note(&self, note: &routing::Note) -> Note {
        let detail = sentence(&note.text, self.locale);
        Note { reason: note.reason.to_owned(), detail, range: range(self.analysis, note.location) }
    }

    fn candidate(&self, candidate: routing::Candidate) -> Candidate {
        let verdict = match candidate.verdict {
            routing::Verdicted::Chosen => Standing::Chosen,
            routing::Verdicted::Lost => Standing::Lost,
            routing::Verdicted::Mismatch => Standing::Mismatch,
            routing::Verdicted::Invalid => Standing::Invalid,
        };
        Candidate {
            resource: candidate.resource.and_then(|id| self.analysis.shared_reference(id)),
            range: range(self.analysis, candidate.location),
            path: candidate.path,
            verdict,
            reason: candidate.reason.into(),
            detail: spoken(candidate.detail, self.locale),
        }
    }
}
