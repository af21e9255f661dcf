//! Calls straight to a Service, by its name or by a load balancer of L4: what DNS and kube-proxy make of them.
//!
//! Source: kubernetes.io/docs/concepts/services-networking/service and dns-pod-service. The name of a headless Service is
//! the addresses of its Pods, and nothing translates the port; an ExternalName is a CNAME, and nothing else of the Service
//! counts; `internalTrafficPolicy: Local` leaves the endpoints of the caller's node alone.

use podpath_cluster::{Cluster, Endpoint, Found, NoEndpoints, PodSource, endpoints};
use podpath_objects::{Pod, PortRef, Service, ServicePort, Workload};
use podpath_source::{Location, Spanned, Text};

use super::end::End;
use super::network::Source;
use super::stage::{MAX_STAGES, Walk};
use super::{Outcome, Trace, TracedBackend, shares, verdicts, words};
use crate::gateways::{istio, missing_port, service_by_host};
use crate::request::Request;
use crate::table::{Fault, Target};

impl Walk<'_> {
    /// A call straight to a Service, by kube-proxy or a load balancer of L4.
    pub(super) fn call_service(mut self, service: &Found<'_, Service>, port: u16, request: Request) -> Trace {
        if let Some(name) = &service.object.external_name {
            return self.call_external(service, name, port, request);
        }
        if service.object.is_headless() {
            return self.call_headless(service, port, &request);
        }
        let wanted = PortRef::Number(port);
        let Some(entry) = service.object.port_over(request.scheme.transport(), &wanted) else {
            let place = Location { document: service.entry.document, span: service.object.ports_span };
            let fault = missing_port(service, &wanted, place, 0);
            self.hop(words::refusing_service_hop(service, &fault));
            return self.finish(End::refused_at("no-listener", fault.text.clone(), Some(place)));
        };
        let (mut found, why) = endpoints(self.cluster, service, entry);
        fall_back(&mut found);
        if let Some((table, port)) = self.gateway_behind(&found, Some(port)) {
            return self.run(table, Request { port, ..request });
        }
        if service.object.traffic.is_internal_local && !self.leave_local(&mut found) {
            let text = Text::new(
                "internalTrafficPolicy is Local, and no Pod of it that takes traffic runs on the caller's node",
                "internalTrafficPolicy가 Local인데 부르는 쪽 노드에 트래픽을 받는 Pod가 없습니다",
            );
            let location = service.at(service.entry.resource.meta.name_span());
            let fault = Fault { reason: "no-local-endpoints", status: 0, body: None, text, location };
            self.hop(words::refusing_service_hop(service, &fault));
            return self.finish(End::refused_at(fault.reason, fault.text.clone(), Some(location)));
        }
        self.reach_pods(service, entry, &found, why, &request)
    }

    /// A call that a sidecar takes as a connection: it knows the Service, endpoints or none.
    pub(super) fn call_by_proxy(mut self, service: &Found<'_, Service>, request: Request) -> Trace {
        let port = request.port;
        let real = istio::aliased(self.cluster, service).ok();
        let Some(real) = real.filter(|it| !it.object.is_headless()) else {
            return self.call_service(service, port, request);
        };
        let Some(entry) = real.object.port_over(request.scheme.transport(), &PortRef::Number(port)) else {
            return self.call_service(service, port, request);
        };
        let (found, why) = istio::service_endpoints(self.cluster, &real, entry, None);
        if self.gateway_behind(&found, Some(port)).is_some() {
            return self.call_service(&real, port, request);
        }
        self.take(&real, port, found.clone(), &request);
        self.begin_own_tls(istio::service_backend(&real, port), &request);
        self.at_service(&real, Some(port), (None, why), &found, &request)
    }

    /// The endpoints of a call are known: they get it, or nobody answers.
    fn reach_pods(
        mut self,
        service: &Found<'_, Service>,
        entry: &ServicePort,
        found: &[Endpoint],
        why: Option<NoEndpoints>,
        request: &Request,
    ) -> Trace {
        if !found.iter().any(|it| it.ready) {
            self.hop(words::service_hop(self.cluster, service, Some(entry), None, &[], why, None));
            self.hop(words::endpoint_hop(self.cluster, service, &[], why));
            let verdict = verdicts::refused_by_service(self.cluster, service, why);
            let reason = "no-endpoints".into();
            return self.finish(End { outcome: Outcome::Refused, status: None, reason, body: None, verdict });
        }
        self.take(service, entry.port.value, found.to_vec(), request);
        self.at_service(service, Some(entry.port.value), (None, why), found, request)
    }

    /// Notes the one backend of a call.
    fn take(&mut self, service: &Found<'_, Service>, port: u16, endpoints: Vec<Endpoint>, request: &Request) {
        self.trace.backends = vec![TracedBackend {
            target: Target::Service(service.id),
            port: Some(port),
            subset: None,
            weight: (1, 1),
            fault: None,
            endpoints,
            upstream: None,
        }];
        self.trace.upstream = Some(shares::plain_upstream(request.clone()));
    }

    /// A CNAME: the caller ends up at another Service, or outside the cluster.
    fn call_external(
        mut self,
        service: &Found<'_, Service>,
        name: &Spanned<String>,
        port: u16,
        request: Request,
    ) -> Trace {
        self.stages += 1;
        self.hop(words::external_name_hop(service, name));
        if self.stages > MAX_STAGES {
            return self.finish(End::unsupported("a loop of names".into()));
        }
        match service_by_host(self.cluster, &name.value) {
            Some(inner) => self.call_service(&inner, port, request),
            None => self.finish(End::passthrough(&name.value)),
        }
    }

    /// The Pods themselves, at the port that was asked for.
    fn call_headless(mut self, service: &Found<'_, Service>, port: u16, request: &Request) -> Trace {
        let direct = direct(service, port, request);
        let (mut found, why) = endpoints(self.cluster, service, &direct);
        for endpoint in &mut found {
            endpoint.port = port;
        }
        let ready: Vec<_> = found.iter().filter(|it| it.ready).cloned().collect();
        if ready.is_empty() {
            return self.reach_pods(service, &direct, &found, why, request);
        }
        self.take(service, port, found, request);
        self.hop(words::headless_hop(service, port, &ready));
        self.at_pods(service, Some(&direct), (None, why), &ready, request)
    }

    /// Leaves the endpoints on the caller's node, where both are told; false when there is none.
    fn leave_local(&self, found: &mut Vec<Endpoint>) -> bool {
        let Some(node) = self.caller_node() else { return true };
        let of = |it: &Endpoint| self.cluster.pod_source(it.source?)?.node().map(str::to_owned);
        if found.iter().any(|it| of(it).is_none()) {
            return true;
        }
        found.retain(|it| of(it).as_deref() == Some(&node));
        fall_back(found);
        found.iter().any(|it| it.ready)
    }

    /// The Node of the Pods that the caller may be, when it is the same for all of them.
    fn caller_node(&self) -> Option<String> {
        let Source::Pod { namespace, labels } = &self.source else { return None };
        let mut nodes = self.cluster.select_pods(namespace, labels).into_iter().map(|it| it.node().map(str::to_owned));
        let first = nodes.next()??;
        nodes.all(|it| it.as_deref() == Some(&first)).then_some(first)
    }
}

/// Where no endpoint is ready, kube-proxy takes those that are being deleted and still serve (`pkg/proxy`,
/// `CategorizeEndpoints`).
fn fall_back(found: &mut [Endpoint]) {
    if !found.iter().any(|it| it.ready) {
        for endpoint in found {
            endpoint.ready = endpoint.serves_still;
        }
    }
}

/// An entry that leads to the port of the Pods that was asked for, with the name of the entry that is written.
fn direct(service: &Found<'_, Service>, port: u16, request: &Request) -> ServicePort {
    let asked = Spanned::new(port, service.object.ports_span);
    let number = PortRef::Number(port);
    let meant = service.object.port_over(request.scheme.transport(), &number);
    let written = meant.or_else(|| service.object.port_by(&number)).or_else(|| service.object.ports.first());
    ServicePort {
        name: written.and_then(|it| it.name.clone()),
        target_port: asked.clone().map(PortRef::Number),
        protocol: written.map_or_else(|| "TCP".into(), |it| it.protocol.clone()),
        node_port: None,
        app_protocol: None,
        span: service.object.ports_span,
        port: asked,
    }
}

/// A Pod by the name that a headless Service gives it, `pod.service[.namespace[.svc[.domain]]]`, when it takes traffic.
///
/// Those are the Pods of a StatefulSet by their ordinals, and Pods with `hostname` and `subdomain`.
pub(super) fn pod_by_name(
    cluster: &Cluster,
    host: &str,
    namespace: &str,
    request: &Request,
) -> Option<(Endpoint, String)> {
    let host = host.trim_end_matches('.');
    let domain = format!(".svc.{}", cluster.settings.cluster_domain);
    let short = host.strip_suffix(&domain).or_else(|| host.strip_suffix(".svc")).unwrap_or(host);
    let mut parts = short.splitn(3, '.');
    let (pod, service) = (parts.next()?, parts.next()?);
    let namespace = parts.next().unwrap_or(namespace);
    let service = cluster.find::<Service>(namespace, service).filter(|it| it.object.is_headless())?;
    let source = named(cluster, pod, service.name(), namespace)?;
    let found = endpoints(cluster, &service, &direct(&service, request.port, request)).0;
    let endpoint = found.into_iter().find(|it| it.ready && it.source == Some(source.id))?;
    Some((Endpoint { replicas: 1, ..endpoint }, pod.to_owned()))
}

fn named<'a>(cluster: &'a Cluster, pod: &str, service: &str, namespace: &str) -> Option<PodSource<'a>> {
    let is_named = |it: &Found<'_, Pod>| {
        it.object.dns_name.as_ref().is_some_and(|(host, subdomain)| host == pod && subdomain == service)
    };
    if let Some(found) = cluster.in_namespace::<Pod>(namespace).find(is_named) {
        return cluster.pod_source(found.id);
    }
    let (set, ordinal) = pod.rsplit_once('-')?;
    let ordinal: u32 = ordinal.parse().ok()?;
    let found = cluster.find::<Workload>(namespace, set)?;
    let set = found.object;
    let last = set.first_ordinal.saturating_add(set.replicas);
    let is_own = set.service_name.as_ref().is_some_and(|it| it.value == service);
    (is_own && (set.first_ordinal..last).contains(&ordinal)).then(|| cluster.pod_source(found.id))?
}
