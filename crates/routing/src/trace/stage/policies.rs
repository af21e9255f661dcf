//! The policies of the mesh at a proxy, in Istio's order: CUSTOM, the token, DENY, ALLOW.

use podpath_cluster::Cluster;
use podpath_objects::{GATEWAY_NAME, Labels};
use podpath_source::{Location, Text};

use super::Walk;
use super::address::Opener;
use crate::request::Request;
use crate::trace::end::End;
use crate::trace::mesh::{self, Decision, JwtRule, Seen, Verified, Workload, words as mesh_words};
use crate::trace::{Hop, Outcome, words};

/// The request as tokens, or that there is none, leave it, and the rule that took a token.
pub(super) type Accepted = Option<(Request, Option<JwtRule>)>;

/// Hops of policies, how the way ends where they stop it, and the request as it goes on where that is changed.
type Asked = (Vec<Hop>, Option<End>, Accepted);

impl Walk<'_> {
    /// What CUSTOM, the token, DENY and ALLOW say, in this order; the request as a right token leaves it, with its rule.
    pub(super) fn ask(&self, workload: &Workload<'_>, seen: Seen<'_>) -> Asked {
        let cluster = self.cluster;
        let mut hops = Vec::new();
        if let Some((name, location)) = mesh::envoy_filter(cluster, workload) {
            return (hops, Some(End::unsupported_at(format!("EnvoyFilter {name}"), location)), None);
        }
        if let Some(answer) = mesh::external(cluster, workload, &seen) {
            hops.extend(mesh_words::authorization_hop(cluster, &answer));
            return (hops, authorization_end(cluster, &answer, &seen), None);
        }
        let mut accepted = None;
        let verified = if seen.is_http { mesh::verify(cluster, workload, seen.request) } else { Verified::NotAsked };
        match verified {
            Verified::NotAsked if seen.is_http => {
                accepted = mesh::sanitized(cluster, workload, seen.request).map(|it| (it, None));
            }
            Verified::NotAsked => {}
            Verified::Right(rule) => {
                hops.push(mesh_words::token_hop(cluster, &rule, None));
                let mut request = seen.request.clone();
                mesh::accept(&rule, &mut request);
                accepted = Some((request, Some(rule)));
            }
            Verified::Wrong(status, body, rule) => {
                hops.push(mesh_words::token_hop(cluster, &rule, Some(body)));
                let verdict = mesh_words::token_refused(cluster, &rule, status, body);
                let end = End::answered(status, "request-authentication", Some(body.into()), verdict);
                return (hops, Some(end), None);
            }
            Verified::Unknown(rule, why) => {
                return (hops, Some(undecided("request.headers.authorization".into(), &why, rule.location)), None);
            }
        }
        let (answer, end) = {
            let seen = match &accepted {
                Some((request, rule)) => {
                    let split_claims = rule.as_ref().map_or_else(Vec::new, |it| it.split_claims.clone());
                    Seen { request, split_claims, ..seen }
                }
                None => seen,
            };
            let answer = mesh::decide(cluster, workload, &seen);
            let end = authorization_end(cluster, &answer, &seen);
            (answer, end)
        };
        hops.extend(mesh_words::authorization_hop(cluster, &answer));
        (hops, end, accepted)
    }

    /// The policies at a gateway of the mesh, before a route is chosen. The request as a right token leaves it.
    pub(super) fn enter_gateway(
        &mut self,
        namespace: &str,
        labels: &Labels,
        request: &Request,
        opener: &Opener,
    ) -> Result<Accepted, Box<End>> {
        let remote_ip = opener.client_of(request, mesh::trusted_proxies(self.cluster, namespace, labels));
        self.remote_ip = Some(remote_ip.clone());
        let seen = Seen {
            request,
            mesh: self.mesh(),
            // Callers of the mesh speak plain text to a gateway, unless a DestinationRule says otherwise.
            identity: opener.identity.as_ref(),
            source_ip: opener.ip.clone(),
            remote_ip,
            destination_ip: None,
            port: request.port,
            is_http: self.speaks_http,
            sni: request.scheme.is_tls().then(|| request.server_name().to_owned()),
            split_claims: vec![],
        };
        let workload = Workload { namespace, labels, gateway: labels.get(GATEWAY_NAME) };
        let (hops, end, accepted) = self.ask(&workload, seen);
        self.trace.hops.extend(hops);
        end.map_or(Ok(accepted), |end| Err(Box::new(end)))
    }
}

fn undecided(field: String, why: &Text, location: Location) -> End {
    let verdict = words::undecided(why, location);
    End { outcome: Outcome::Unsupported, status: None, reason: field, body: None, verdict }
}

fn authorization_end(cluster: &Cluster, answer: &mesh::Answer, seen: &Seen<'_>) -> Option<End> {
    match &answer.decision {
        Decision::Open | Decision::Allowed(_) => None,
        Decision::Unknown(field, location, why) => Some(undecided(field.clone(), why, *location)),
        Decision::Denied(_) | Decision::NotAllowed => {
            let verdict = mesh_words::denied(cluster, answer);
            let body = Some("RBAC: access denied".to_owned());
            let end = End::answered(403, "authorization-policy", body, verdict);
            Some(if seen.is_http { end } else { end.closed() })
        }
    }
}
