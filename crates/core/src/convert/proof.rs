//! The proof: requests made of the rules, followed before and after.

use podpath_cluster::ResourceId;
use podpath_objects::Ingress;
use podpath_order::{Gather, OrdMap, OrdSet};
use podpath_protocol::{Conversion, Difference, Locale, Proof, Ref};
use podpath_routing::{Entry, Outcome, Request, Rule, Table, Target, Trace, trace, witnesses};
use podpath_source::Text;

use super::tables_of;
use crate::analysis::Analysis;
use crate::dead_rules::call;
use crate::place::say;

/// More are not followed.
const MAX_REQUESTS: usize = 2_000;

/// Service, port, share, and whether it takes requests.
type Share = (String, Option<u16>, (u64, u64), bool);

/// How a request ends, as far as a client or a backend can tell.
#[derive(PartialEq, Eq)]
struct Ending {
    outcome: Outcome,
    status: Option<u16>,
    location: Option<String>,
    backends: OrdSet<Share>,
    /// Path and host as the backend sees them.
    upstream: Option<(String, String)>,
}

/// Follows requests through what was converted and through what came of it.
pub(super) fn prove(analysis: &Analysis, conversion: &Conversion, locale: Locale) -> (Proof, Vec<Difference>) {
    let sources: Vec<ResourceId> = conversion.converted.iter().filter_map(|it| analysis.resolve(&it.from)).collect();
    let after = Analysis::beside(analysis, &conversion.files);
    let mut proof = Proof::default();
    let mut changed = Vec::new();
    for table in tables_of(analysis, &sources) {
        let member = table.members.iter().find(|it| sources.contains(it));
        let converted = conversion.converted.iter().find(|it| analysis.resolve(&it.from).as_ref() == member);
        let gateway = converted.and_then(|it| it.to.first()).and_then(|it| after.resolve(it));
        let (Some(member), Some(gateway)) = (member, gateway) else { continue };
        let secured = secured_hosts(analysis, &sources);
        // HTTPS without a certificate of an Ingress is told once, by the plan.
        let asked =
            requests(table, &sources).into_iter().filter(|it| !it.scheme.is_tls() || secured.contains(&it.host));
        let mut known = OrdSet::new();
        for request in asked {
            if proof.requests as usize >= MAX_REQUESTS {
                break;
            }
            let old = ending(analysis, &request, *member);
            let new = ending(&after, &request, gateway);
            proof.requests += 1;
            if old == new {
                proof.same += 1;
            } else if let Some(from) = analysis.reference(*member).filter(|_| known.insert((who(&old), who(&new)))) {
                changed.push(difference(&request, &from, (&old, &new), locale));
            }
        }
    }
    (proof, changed)
}

/// The hosts for which an Ingress names a certificate.
fn secured_hosts(analysis: &Analysis, ids: &[ResourceId]) -> OrdSet<String> {
    let found = ids.iter().filter_map(|it| analysis.cluster.get::<Ingress>(*it));
    let tls = found.flat_map(|it| &it.object.tls).filter(|it| it.secret.is_some());
    tls.flat_map(|it| &it.hosts).map(|it| it.value.to_ascii_lowercase()).gather()
}

/// For each rule of these Ingresses requests that it takes, and neighbours: a path that goes on, another method, a host that nobody serves.
fn requests(table: &Table, sources: &[ResourceId]) -> Vec<Request> {
    let mut found: OrdMap<String, Request> = OrdMap::new();
    let mut put = |request: Request| {
        let key = format!(
            "{:?} {} {} {:?}",
            request.scheme,
            request.method,
            request.authority,
            (request.target(), &request.headers)
        );
        found.entry(key).or_insert(request);
    };
    for listener in &table.listeners {
        for host in &listener.hosts {
            let is_asked = |it: &&Rule| it.origin.resource.is_some_and(|id| sources.contains(&id));
            for rule in host.rules.iter().filter(is_asked) {
                for request in witnesses(listener, host, rule).into_iter().take(3) {
                    put(Request { path: format!("{}-x", request.path), ..request.clone() });
                    put(Request { path: format!("{}/x", request.path.trim_end_matches('/')), ..request.clone() });
                    put(Request { path: request.path.to_ascii_uppercase(), ..request.clone() });
                    put(Request { path: "/".into(), query: None, ..request.clone() });
                    let mut other = request.clone();
                    other.headers.clear();
                    put(other);
                    put(request);
                }
            }
        }
        if let Some(first) =
            listener.hosts.first().and_then(|host| witnesses(listener, host, host.rules.first()?).into_iter().next())
        {
            let mut unknown = Request { path: "/".into(), ..first };
            unknown.set_authority("nobody.invalid");
            put(unknown);
        }
    }
    found.into_values().collect()
}

fn ending(analysis: &Analysis, request: &Request, entry: ResourceId) -> Ending {
    let found = trace(&analysis.cluster, analysis.tables(), request, &Entry::Gateway(entry));
    let Trace { outcome, status, location, backends, upstream, .. } = found;
    let name = |target: &Target| match target {
        Target::Service(id) | Target::Balancer(id) => analysis
            .reference(*id)
            .map_or(String::new(), |it| format!("{}/{}", it.namespace.unwrap_or_default(), it.name)),
        Target::Missing(namespace, name) => format!("{namespace}/{name}"),
        Target::Host(host) => host.clone(),
    };
    let backends = backends.iter().map(|it| (name(&it.target), it.port, it.weight, it.fault.is_none())).collect();
    let upstream = upstream.map(|it| (it.request.target(), it.request.authority));
    Ending { outcome, status, location, backends, upstream }
}

fn difference(request: &Request, from: &Ref, (old, new): (&Ending, &Ending), locale: Locale) -> Difference {
    let (old, new) = (told(old), told(new));
    let text = Text::new(
        format!("ended with {old}, now with {new}"),
        format!("{old}(으)로 끝났지만 이제 {new}(으)로 끝납니다"),
    );
    Difference {
        resource: Some(from.clone()),
        range: None,
        path: String::new(),
        message: say(&text, locale),
        request: Some(call(request, None)),
    }
}

/// An ending without the path: of requests that differ in their path alone one is told.
fn who(ending: &Ending) -> String {
    let bare = Ending { location: None, upstream: None, backends: ending.backends.clone(), ..*ending };
    told(&bare)
}

/// `web:80`, `308 to https://shop.example.kr/`, `404`
fn told(ending: &Ending) -> String {
    let status = ending.status.map(|it| it.to_string());
    let backends = ending.backends.iter().map(|(name, port, (part, whole), _)| {
        let share = if part == whole { String::new() } else { format!("{part}/{whole} ") };
        format!("{share}`{name}{}`", port.map_or(String::new(), |it| format!(":{it}")))
    });
    let backends = backends.collect::<Vec<_>>().join(", ");
    let path = ending.upstream.as_ref().map(|it| format!(" at `{}`", it.0)).unwrap_or_default();
    match (&ending.location, status) {
        (Some(to), Some(status)) => format!("{status} `{to}`"),
        (_, Some(status)) if backends.is_empty() => status,
        (_, Some(status)) => format!("{status} {backends}"),
        (_, None) if backends.is_empty() => match ending.outcome {
            Outcome::Refused => "no connection".into(),
            Outcome::Unsupported => "what is not modelled".into(),
            _ => "an answer".into(),
        },
        (_, None) => format!("{backends}{path}"),
    }
}
