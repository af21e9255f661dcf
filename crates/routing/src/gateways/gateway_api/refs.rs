//! References between objects: ReferenceGrants, certificates, authorities, backends.
//!
//! Source: gateway-api `apis/v1beta1/referencegrant_types.go`: a grant lives with the target; "each entry in this list
//! MUST be considered to be an additional" place or object, so entries are alternatives, and all fields of one must hold.

use podpath_cluster::{Cluster, Entry, Found};
use podpath_objects::{BackendRef, Certificate, ConfigMap, Gateway, ObjectRef, ReferenceGrant, Secret, Service};
use podpath_source::{Location, Text};

use super::facts::Problem;
use super::listener::controller;
use super::route::{GROUP, Route};
use super::words;
use crate::gateways::{istio, missing_service, service_by_host};
use crate::table::Fault;

/// Who refers: kind and namespace; the group is always that of the Gateway API.
#[derive(Clone, Copy)]
pub(super) struct From<'a> {
    pub(super) kind: &'a str,
    pub(super) namespace: &'a str,
}

/// True when the reference stays in its namespace, or a grant of the target's namespace allows it.
pub(super) fn is_granted(cluster: &Cluster, from: From<'_>, kind: &str, namespace: &str, name: &str) -> bool {
    is_granted_to(cluster, from, ("", kind), namespace, name)
}

/// The same for an object of any group.
fn is_granted_to(cluster: &Cluster, from: From<'_>, (group, kind): (&str, &str), namespace: &str, name: &str) -> bool {
    if namespace == from.namespace {
        return true;
    }
    let allows = |grant: Found<'_, ReferenceGrant>| {
        let is_from = grant
            .object
            .from
            .iter()
            .any(|it| it.group == GROUP && it.kind == from.kind && it.namespace == from.namespace);
        let is_to = grant
            .object
            .to
            .iter()
            .any(|it| it.group == group && it.kind == kind && it.name.as_ref().is_none_or(|it| it == name));
        is_from && is_to
    };
    cluster.in_namespace::<ReferenceGrant>(namespace).any(allows)
}

/// Who refers to Secrets and ConfigMaps: a Gateway, a ListenerSet or a policy.
#[derive(Clone, Copy)]
pub(super) struct Referrer<'a> {
    pub(super) cluster: &'a Cluster,
    pub(super) entry: &'a Entry,
    pub(super) kind: &'a str,
}

impl Referrer<'_> {
    fn at(&self, span: podpath_source::Span) -> Location {
        Location { document: self.entry.document, span }
    }

    fn problem(&self, reason: &'static str, reference: &ObjectRef, text: Text) -> Problem {
        Problem { reason, text, location: self.at(reference.name.span) }
    }

    /// A certificate with its key: a Secret with PEM in `tls.crt` and `tls.key`.
    pub(super) fn certificate(&self, reference: &ObjectRef, reason: &'static str) -> Option<Problem> {
        if !(reference.group.is_empty() && reference.kind == "Secret") {
            return Some(self.problem(reason, reference, words::not_kind(reference, "Secret")));
        }
        let (namespace, name) = (self.namespace(reference), reference.name.value.as_str());
        if let Some(problem) = self.ungranted(reference) {
            return Some(problem);
        }
        let Some(secret) = self.cluster.find::<Secret>(namespace, name) else {
            let missing = || self.problem(reason, reference, words::no_object("Secret", namespace, name));
            return (!self.is_written(namespace, name)).then(missing);
        };
        let whole = has_pem(&secret, "tls.crt", "CERTIFICATE") && has_pem(&secret, "tls.key", "PRIVATE KEY");
        (!whole).then(|| self.problem(reason, reference, words::no_certificate(name)))
    }

    /// True when cert-manager writes the Secret: for a Certificate, or for a Gateway with the annotation of an issuer,
    /// whose certificates stand in its own namespace (cert-manager.io, "Annotated Gateway resource").
    fn is_written(&self, namespace: &str, name: &str) -> bool {
        let annotations = &self.entry.resource.meta.annotations;
        let has_issuer =
            ["cert-manager.io/issuer", "cert-manager.io/cluster-issuer"].iter().any(|it| annotations.get(it).is_some());
        let names = |it: Found<'_, Certificate>| it.object.secret.as_ref().is_some_and(|it| it.value == name);
        has_issuer && namespace == self.entry.namespace
            || self.cluster.in_namespace::<Certificate>(namespace).any(names)
    }

    /// The same in a Secret, which the specification leaves to implementations; those that are at hand take it.
    fn secret_authority(&self, reference: &ObjectRef, reason: &'static str) -> Option<Problem> {
        let (namespace, name) = (self.namespace(reference), reference.name.value.as_str());
        let found = self.cluster.find::<Secret>(namespace, name);
        let whole = match &found {
            Some(secret) => has_pem(secret, "ca.crt", "CERTIFICATE"),
            None => self.is_written(namespace, name),
        };
        let text = match found {
            Some(_) => words::no_authority("Secret", name),
            None => words::no_object("Secret", namespace, name),
        };
        (!whole).then(|| self.problem(reason, reference, text))
    }

    /// Authorities: a ConfigMap with PEM in `ca.crt`; `kind_reason` is for another kind.
    pub(super) fn authority(
        &self,
        reference: &ObjectRef,
        reason: &'static str,
        kind_reason: &'static str,
    ) -> Option<Problem> {
        if self.kind == "BackendTLSPolicy" && reference.group.is_empty() && reference.kind == "Secret" {
            return self.secret_authority(reference, reason);
        }
        if !(reference.group.is_empty() && reference.kind == "ConfigMap") {
            return Some(self.problem(kind_reason, reference, words::not_kind(reference, "ConfigMap")));
        }
        let (namespace, name) = (self.namespace(reference), reference.name.value.as_str());
        if let Some(problem) = self.ungranted(reference) {
            return Some(problem);
        }
        let Some(map) = self.cluster.find::<ConfigMap>(namespace, name) else {
            return Some(self.problem(reason, reference, words::no_object("ConfigMap", namespace, name)));
        };
        let whole = map.object.data.get("ca.crt").is_some_and(|it| is_pem(it, "CERTIFICATE"));
        (!whole).then(|| self.problem(reason, reference, words::no_authority("ConfigMap", name)))
    }

    fn namespace<'b>(&'b self, reference: &'b ObjectRef) -> &'b str {
        reference.namespace.as_ref().map_or(self.entry.namespace.as_str(), |it| it.value.as_str())
    }

    fn ungranted(&self, reference: &ObjectRef) -> Option<Problem> {
        let (namespace, name) = (self.namespace(reference), reference.name.value.as_str());
        let from = From { kind: self.kind, namespace: &self.entry.namespace };
        let granted = is_granted(self.cluster, from, &reference.kind, namespace, name);
        (!granted).then(|| {
            let text = words::not_granted(self.kind, &reference.kind, namespace, name);
            let span = reference.namespace.as_ref().map_or(reference.name.span, |it| it.span);
            Problem { reason: "RefNotPermitted", text, location: self.at(span) }
        })
    }
}

/// PEM under a key.
fn has_pem(secret: &Found<'_, Secret>, key: &str, label: &str) -> bool {
    secret.object.value(key).is_some_and(|it| is_left_out(&it) || is_pem(&it, label))
}

/// A Secret whose values were taken out, as links do: it is there, and what it holds is not ours to see.
fn is_left_out(value: &str) -> bool {
    value.is_empty()
}

/// A block of PEM with this label, or one that ends with it (`EC PRIVATE KEY`).
fn is_pem(text: &str, label: &str) -> bool {
    let begins =
        |line: &str| line.trim().strip_prefix("-----BEGIN ").is_some_and(|it| it.ends_with(&format!("{label}-----")));
    let mut lines = text.lines().skip_while(|it| !begins(it)).skip(1).map(str::trim);
    let mut n_bytes = 0;
    let ends = lines.any(|line| {
        let is_end = line.starts_with("-----END ");
        if !is_end && line.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'/' | b'=')) {
            n_bytes += line.len();
        }
        is_end
    });
    ends && n_bytes > 0
}

/// What is wrong with a reference to a backend, in the order of the reasons of `ResolvedRefs`: kind, grant, existence.
///
/// In the mesh `parent` is the Service that the route is for: a consumer route may send to it without a grant.
pub(in crate::gateways) fn backend(
    cluster: &Cluster,
    route: &Route<'_>,
    reference: &BackendRef,
    parent: Option<&Found<'_, Service>>,
) -> Option<Fault> {
    let (name, namespace) = (&reference.name, backend_namespace(route, reference));
    let fault = |reason, text, span| Fault { reason, status: 500, body: None, text, location: route.at(span) };
    if is_host(reference) && parent.is_some() {
        let port = reference.port.as_ref().map_or(0, |it| it.value);
        let is_known = service_by_host(cluster, &name.value).is_some()
            || istio::is_entry(cluster, &name.value, port, route.namespace());
        let missing = || fault("BackendNotFound", words::no_object("Hostname", namespace, &name.value), name.span);
        return (!is_known).then(missing);
    }
    if !is_service(reference) {
        return Some(fault("InvalidKind", words::no_backend_kind(&reference.kind), name.span));
    }
    let is_parent = parent.is_some_and(|it| it.namespace() == namespace && it.name() == name.value);
    let from = From { kind: route.kind, namespace: route.namespace() };
    if !is_parent && !is_granted(cluster, from, "Service", namespace, &name.value) {
        let span = reference.namespace.as_ref().map_or(name.span, |it| it.span);
        return Some(fault("RefNotPermitted", words::not_granted(route.kind, "Service", namespace, &name.value), span));
    }
    let missing = cluster.find::<Service>(namespace, &name.value).is_none();
    missing.then(|| Fault {
        reason: "BackendNotFound",
        ..missing_service(namespace, &name.value, route.at(name.span), 500)
    })
}

/// The same for a route at an AWS load balancer, which knows two kinds more: target groups by their name, and Gateways of ALBs
/// (aws-load-balancer-controller `routeutils/backend.go`).
pub(in crate::gateways) fn aws_backend(cluster: &Cluster, route: &Route<'_>, reference: &BackendRef) -> Option<Fault> {
    match reference.kind.as_str() {
        "TargetGroupName" => None,
        "Gateway" if matches!(route.kind, "TCPRoute" | "UDPRoute" | "TLSRoute") => {
            gateway_backend(cluster, route, reference).err()
        }
        _ => backend(cluster, route, reference, None),
    }
}

/// The Gateway whose ALB is a backend, or why none is (`backend_gateway.go`): "the resource type must be application load
/// balancer". That the ALB is there, which only a status tells, is taken for granted.
pub(in crate::gateways) fn gateway_backend<'a>(
    cluster: &'a Cluster,
    route: &Route<'_>,
    reference: &BackendRef,
) -> Result<(Found<'a, Gateway>, u16), Fault> {
    let (name, namespace) = (&reference.name, backend_namespace(route, reference));
    let fault = |reason, text, span| Fault { reason, status: 500, body: None, text, location: route.at(span) };
    let Some(port) = &reference.port else {
        return Err(fault("UnsupportedValue", words::no_port(), name.span));
    };
    let from = From { kind: route.kind, namespace: route.namespace() };
    if !is_granted_to(cluster, from, (GROUP, "Gateway"), namespace, &name.value) {
        let span = reference.namespace.as_ref().map_or(name.span, |it| it.span);
        return Err(fault("RefNotPermitted", words::not_granted(route.kind, "Gateway", namespace, &name.value), span));
    }
    let found = cluster.find::<Gateway>(namespace, &name.value);
    let found = found
        .ok_or_else(|| fault("BackendNotFound", words::no_object("Gateway", namespace, &name.value), name.span))?;
    if controller(cluster, &found) != Some("gateway.k8s.aws/alb") {
        return Err(fault("BackendNotFound", words::no_application_balancer(&name.value), name.span));
    }
    Ok((found, port.value))
}

/// The namespace of a backend.
pub(in crate::gateways) fn backend_namespace<'a>(route: &Route<'a>, reference: &'a BackendRef) -> &'a str {
    reference.namespace.as_ref().map_or(route.namespace(), |it| it.value.as_str())
}

/// Only Services of the core group are backends.
pub(super) fn is_service(reference: &BackendRef) -> bool {
    reference.group.is_empty() && reference.kind == "Service"
}

/// A host of the mesh, which Istio takes as a backend beside Services.
pub(super) fn is_host(reference: &BackendRef) -> bool {
    reference.group == "networking.istio.io" && reference.kind == "Hostname"
}

/// The first reference of a route that cannot be resolved; parents do not count.
pub(super) fn unresolved(cluster: &Cluster, route: &Route<'_>, parent: Option<&Found<'_, Service>>) -> Option<Problem> {
    route.references().find_map(|it| backend(cluster, route, it, parent)).map(problem)
}

/// The same at an AWS load balancer.
pub(super) fn aws_unresolved(cluster: &Cluster, route: &Route<'_>) -> Option<Problem> {
    route.references().find_map(|it| aws_backend(cluster, route, it)).map(problem)
}

fn problem(fault: Fault) -> Problem {
    Problem { reason: fault.reason, text: fault.text, location: fault.location }
}

#[cfg(test)]
mod tests {
    use super::is_pem;

    #[test]
    fn pem_has_a_beginning_an_end_and_something_between() {
        for (text, label, expected) in [
            ("-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n", "CERTIFICATE", true),
            ("-----BEGIN EC PRIVATE KEY-----\nTUlJ\n-----END EC PRIVATE KEY-----", "PRIVATE KEY", true),
            ("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----", "CERTIFICATE", false),
            ("-----BEGIN CERTIFICATE-----\nTUlJ", "CERTIFICATE", false),
            ("Hello world", "CERTIFICATE", false),
            ("", "CERTIFICATE", false),
        ] {
            assert_eq!(is_pem(text, label), expected, "{text}");
        }
    }
}
