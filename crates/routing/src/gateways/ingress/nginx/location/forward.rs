//! The upstream of a location: its backends with their canary, and what the request looks like when it gets there.

use podpath_cluster::{Found, endpoints};
use podpath_objects::{Ingress, IngressBackend, PortRef, Service};

use super::cors::allowed;
use super::{Context, Rules};
use crate::gateways::ingress::backend::lower_backend;
use crate::gateways::ingress::nginx::annotation::{self, Annotations, field};
use crate::gateways::ingress::nginx::canary::{Share, decisions};
use crate::gateways::ingress::nginx::server::{Location, Member};
use crate::gateways::ingress::nginx::upstream::port_of;
use crate::gateways::{origin, service_by_host, service_of};
use crate::matcher::Condition;
use crate::pattern::Pattern;
use crate::table::{Action, Backend, BegunTls, Filter, HeaderChange, Origin, PathChange, Response, Target};

/// A decision of a canary: what becomes of the request, its condition, and its place where that is the canary's.
type Decided = (Action, Option<Condition>, Option<Origin>);

impl<'a> Context<'a, '_> {
    /// The rules that send a request on: one for each decision of a canary, for origins that scripts may have and for others.
    pub(super) fn forward(
        &self,
        rules: &mut Rules<'_>,
        location: &Location<'a>,
        member: &Member<'a>,
        (path, is_regex): (&str, bool),
        instead: Option<Backend>,
    ) {
        let Some((backend, place)) = &location.backend else { return };
        let mut filters = match self.filters(location, &member.notes, path, is_regex) {
            Ok(filters) => filters,
            Err(field) => return rules.last(Action::Unsupported(field)),
        };
        let shares = match instead {
            // Its upstream has no canary.
            Some(instead) => {
                filters.push(told_instead(member, backend));
                vec![(Action::Forward(vec![instead]), None, None)]
            }
            None => self.shares(member, backend, &self.backend(&member.ingress, backend, place)),
        };
        let own = rules.origin.clone();
        for (condition, added) in variants(&member.notes) {
            let filters: Vec<_> = filters.iter().cloned().chain(added).collect();
            for (mut action, also, whose) in shares.clone() {
                if let (Action::Forward(share), true) = (&mut action, member.notes.begins_tls) {
                    // No server name is sent unless `proxy-ssl-server-name` asks for it.
                    for it in share {
                        it.tls = Some(BegunTls::default());
                    }
                }
                rules.origin = whose.unwrap_or_else(|| own.clone());
                rules.push(condition.clone().into_iter().chain(also), filters.clone(), action);
            }
        }
        rules.origin = own;
    }

    /// What each decision of a canary does; without one there is one decision.
    fn shares(&self, member: &Member<'a>, backend: &IngressBackend, primary: &Backend) -> Vec<Decided> {
        let found = self.upstreams.alternative(member.ingress.namespace(), backend);
        let alternative = found.and_then(|(it, policy)| {
            let canary = self.members.get(it.member)?;
            let (backend, span, place) = match it.place {
                Some((r, p)) => {
                    let path = canary.ingress.object.rules.get(r)?.paths.get(p)?;
                    (&path.backend, path.span, format!("spec.rules[{r}].http.paths[{p}]"))
                }
                None => {
                    let backend = canary.ingress.object.default_backend.as_ref()?;
                    (backend, backend.span, "spec.defaultBackend".to_owned())
                }
            };
            let lowered = self.backend(&canary.ingress, backend, &place);
            let share = self.members.get(policy)?.notes.canary.as_ref()?;
            Some((share, lowered, origin(&canary.ingress, span, place)))
        });
        let Some((canary, alternative, place)) = alternative else {
            return vec![(Action::Forward(vec![primary.clone()]), None, None)];
        };
        let weighted = |it: &Backend, weight: u64| Backend { weight, ..it.clone() };
        let decided = decisions(canary).into_iter().map(|(condition, share)| {
            let (action, whose) = match share {
                Share::Primary => (Action::Forward(vec![primary.clone()]), None),
                Share::Canary => (Action::Forward(vec![alternative.clone()]), Some(place.clone())),
                Share::Split(part, whole) => {
                    (Action::Forward(vec![weighted(primary, whole - part), weighted(&alternative, part)]), None)
                }
                Share::Unread => (Action::Unsupported(field("canary-by-header-pattern")), Some(place.clone())),
            };
            (action, condition, whose)
        });
        decided.collect()
    }

    /// A backend as ingress-nginx reads it: `targetPort` names a port too, and the name of an ExternalName is resolved.
    fn backend(&self, ingress: &Found<'_, Ingress>, backend: &IngressBackend, place: &str) -> Backend {
        let mut lowered = lower_backend(self.cluster, ingress, backend, place);
        let Some(service) = service_of(self.cluster, &lowered.target) else { return lowered };
        let Some(port) = &backend.port else { return lowered };
        if let Some(name) = &service.object.external_name {
            lowered.fault = None;
            lowered.port = external_port(&service, &port.value);
            lowered.target = match service_by_host(self.cluster, &name.value) {
                Some(inner) => Target::Service(inner.id),
                None => Target::Host(name.value.clone()),
            };
        } else if let Some(entry) = port_of(service.object, &port.value) {
            lowered.port = Some(entry.port.value);
            lowered.fault = None;
        }
        lowered
    }

    /// What nginx changes in a request; the error is a field that is not modelled.
    fn filters(
        &self,
        location: &Location<'_>,
        notes: &Annotations,
        path: &str,
        is_regex: bool,
    ) -> Result<Vec<Filter>, String> {
        let real_ip = self.config.real_ip.clone();
        let mut filters = vec![Filter::Forwarded { is_trusted: self.config.uses_forwarded_headers, real_ip }];
        let has_variable = |text: &str| text.split('$').skip(1).any(|it| !it.starts_with(|c: char| c.is_ascii_digit()));
        if let Some(host) = &notes.upstream_vhost {
            if has_variable(host) {
                return Err(field("upstream-vhost"));
            }
            filters.push(Filter::Host(host.clone()));
        }
        if let Some(to) = self.rewrite(location).0.filter(|it| is_regex && *it != path) {
            if has_variable(to) || to.starts_with("http") {
                return Err(field("rewrite-target"));
            }
            let pattern = Pattern::anywhere(&format!("(?i){path}"));
            filters.push(Filter::Path(PathChange::Captures(pattern, to.to_owned())));
            // The prefix is told only where a rewrite hides it.
            let prefix = notes.forwarded_prefix.iter().map(|it| ("X-Forwarded-Prefix".to_owned(), it.clone()));
            let set: Vec<_> = prefix.collect();
            if !set.is_empty() {
                filters.push(Filter::RequestHeaders(HeaderChange { set, ..HeaderChange::default() }));
            }
        }
        let (removed, set): (Vec<_>, Vec<_>) =
            self.config.backend_headers.iter().cloned().partition(|(_, value)| value.is_empty());
        if !self.config.backend_headers.is_empty() {
            // A header without value "will not be passed to a proxied server".
            let remove = removed.into_iter().map(|(name, _)| name).collect();
            filters.push(Filter::RequestHeaders(HeaderChange { set, remove, ..HeaderChange::default() }));
        }
        filters.extend(notes.mirror.as_deref().and_then(|it| self.mirror(it)));
        Ok(filters)
    }

    /// "The request sent to the mirror is linked to the original request": every one is copied.
    fn mirror(&self, url: &str) -> Option<Filter> {
        let (scheme, rest) = url.split_once("://")?;
        let authority = rest.split(['/', '$', '?']).next()?;
        let (host, port) = crate::request::split_port(authority);
        let port = port.unwrap_or(if scheme == "https" { 443 } else { 80 });
        let target = match service_by_host(self.cluster, host) {
            Some(service) => Target::Service(service.id),
            None => Target::Host(host.to_owned()),
        };
        Some(Filter::Mirror { target, port: Some(port), fraction: (1, 1) })
    }

    /// 503, which is told to nobody else: nobody answers at the Service, or its upstream is deleted.
    pub(super) fn without_endpoints(
        &self,
        rules: &mut Rules<'_>,
        member: &Member<'a>,
        backend: &IngressBackend,
        place: &str,
    ) {
        if member.notes.replaces_503 {
            return rules.last(Action::Unsupported(field("custom-http-errors")));
        }
        if self.upstreams.is_deleted(member.ingress.namespace(), backend) {
            let answer = Action::Respond(Response { status: 503, body: None, reason: "deleted-canary" });
            return rules.answer(&member.notes, None, &answer);
        }
        let primary = self.backend(&member.ingress, backend, place);
        rules.answer(&member.notes, None, &Action::Forward(vec![primary]));
    }

    /// Who takes the place of a Service without endpoints: the Service of the annotation `default-backend`, by its first port,
    /// when somebody answers there. Nobody does where its upstream is deleted.
    pub(super) fn instead(&self, member: &Member<'a>, backend: &IngressBackend) -> Option<Backend> {
        if self.upstreams.is_deleted(member.ingress.namespace(), backend) {
            return None;
        }
        let name = member.notes.default_backend.as_deref()?;
        let service = self.cluster.find::<Service>(member.ingress.namespace(), name)?;
        let entry = service.object.ports.first()?;
        let has_endpoints = endpoints(self.cluster, &service, entry).0.iter().any(|it| it.ready);
        let place = || annotation::place(&member.ingress, "default-backend");
        has_endpoints.then(|| Backend::plain(place(), Target::Service(service.id), Some(entry.port.value)))
    }
}

/// What a Service gets to know that takes the place of one without endpoints.
fn told_instead(member: &Member<'_>, backend: &IngressBackend) -> Filter {
    let port = backend.port.as_ref().map_or(String::new(), |it| it.value.to_string());
    let service = backend.service.as_ref().map_or("", |it| it.value.as_str());
    let told = [
        ("X-Code", "503"),
        ("X-Namespace", member.ingress.namespace()),
        ("X-Ingress-Name", member.ingress.name()),
        ("X-Service-Name", service),
        ("X-Service-Port", port.as_str()),
    ];
    let set = told.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Filter::RequestHeaders(HeaderChange { set, ..HeaderChange::default() })
}

/// What is added to the answer for origins that are allowed; last the requests of no such origin.
pub(super) fn variants(notes: &Annotations) -> Vec<(Option<Condition>, Vec<Filter>)> {
    let mut found: Vec<_> = notes.cors.iter().map(allowed).collect();
    if found.iter().all(|(condition, _)| condition.is_some()) {
        found.push((None, vec![]));
    }
    found
}

/// The port that is dialled at an external name: the `targetPort` of its entry, else the port as written.
fn external_port(service: &Found<'_, Service>, port: &PortRef) -> Option<u16> {
    let entry = service.object.port_by(port);
    let target = entry.map(|it| match it.target_port.value {
        PortRef::Number(number) => number,
        PortRef::Name(_) => it.port.value,
    });
    target.or(match port {
        PortRef::Number(number) => Some(*number),
        PortRef::Name(_) => None,
    })
}
