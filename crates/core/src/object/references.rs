//! The mentions of a workspace as edges between its objects, both ways.

use podpath_cluster::{Entry, PodSource, ResourceId};
use podpath_objects::{
    AuthorizationPolicy, IstioGateway, NetworkPolicy, PeerAuthentication, RequestAuthentication, Service,
};
use podpath_protocol::{Ref, Reference};
use podpath_routing::gateways::istio::{Called, called};
use podpath_source::{Location, Span};

use super::mentions::{Mention, Target};
use crate::analysis::Analysis;
use crate::place::range;

/// A card lists no more than so many.
const MOST: usize = 100;

/// What an object refers to, each once, in source order.
pub(super) fn uses(analysis: &Analysis, id: ResourceId) -> Vec<Reference> {
    let Some(entry) = analysis.cluster.entry(id) else { return vec![] };
    let mut found: Vec<Reference> = Vec::new();
    for mention in mentions(analysis, id) {
        let Some((resource, is_here)) = target(analysis, entry, mention) else { continue };
        found.extend(reference(analysis, entry, mention.span, resource, is_here));
    }
    for (span, pod) in selected(analysis, id) {
        let Some(resource) = analysis.reference(pod.id) else { continue };
        found.extend(reference(analysis, entry, span, resource, true));
    }
    once(found)
}

/// Who refers to an object, each once, in source order.
pub(super) fn used_by(analysis: &Analysis, id: ResourceId) -> Vec<Reference> {
    let cluster = &analysis.cluster;
    let Some(own) = cluster.entry(id) else { return vec![] };
    let has_pods = cluster.pod_source(id).is_some();
    let mut found = Vec::new();
    for (other, entry) in cluster.entries().filter(|it| it.0 != id) {
        let spans = mentions(analysis, other).iter().filter(|it| leads_to(analysis, it, entry, id, own));
        let spans = spans.map(|it| it.span).chain(
            selected(analysis, other).into_iter().filter(|(_, pod)| has_pods && pod.id == id).map(|(span, _)| span),
        );
        let Some(span) = spans.into_iter().next() else { continue };
        let Some(resource) = analysis.reference(other) else { continue };
        found.extend(reference(analysis, entry, span, resource, true));
        if found.len() >= MOST {
            break;
        }
    }
    once(found)
}

fn once(found: Vec<Reference>) -> Vec<Reference> {
    let mut kept: Vec<Reference> = Vec::new();
    for it in found {
        if kept.len() < MOST && !kept.iter().any(|known| known.resource == it.resource) {
            kept.push(it);
        }
    }
    kept
}

fn reference(analysis: &Analysis, entry: &Entry, span: Span, resource: Ref, found: bool) -> Option<Reference> {
    let range = range(analysis, Location { document: entry.document, span })?;
    Some(Reference { resource, range, found })
}

/// The mentions of an object; found once for each text of a document.
fn mentions(analysis: &Analysis, id: ResourceId) -> &[Mention] {
    let Some(placed) = analysis.cluster.entry(id).and_then(|it| analysis.placed(it.document)) else { return &[] };
    let nth = placed.resources().position(|it| it.0 == id);
    nth.and_then(|it| placed.document.mentions().get(it)).map_or(&[], Vec::as_slice)
}

fn leads_to(analysis: &Analysis, mention: &Mention, from: &Entry, id: ResourceId, own: &Entry) -> bool {
    let meta = &own.resource.meta;
    match &mention.target {
        // A look-up by address is dear, and names are nearly always names.
        Target::Host(host) if host.split('.').next() == Some(meta.name()) => {
            matches!(called(&analysis.cluster, host, &from.namespace), Called::Service(it) if it.id == id)
        }
        Target::Host(_) => false,
        named @ Target::Named { .. } => named.names(meta, &own.namespace, &from.namespace),
    }
}

/// What a mention leads to, and whether it is here.
fn target(analysis: &Analysis, from: &Entry, mention: &Mention) -> Option<(Ref, bool)> {
    let cluster = &analysis.cluster;
    match &mention.target {
        Target::Host(host) => match called(cluster, host, &from.namespace) {
            Called::Service(it) => Some((analysis.reference(it.id)?, true)),
            Called::Missing => {
                let (name, rest) = host.split_once('.').unwrap_or((host, &from.namespace));
                let namespace = rest.split('.').next().unwrap_or(rest);
                Some((missing("", "Service", Some(namespace), name), false))
            }
            _ => None,
        },
        named @ Target::Named { group, kind, namespace, name } => {
            let fits = |it: &Entry| named.names(&it.resource.meta, &it.namespace, &from.namespace);
            let found = cluster.entries().find(|(_, it)| fits(it)).and_then(|(id, _)| analysis.reference(id));
            let is_here = found.is_some();
            let space = namespace.as_deref().unwrap_or(&from.namespace);
            let is_wide = kind.ends_with("Class") || kind.starts_with("Cluster");
            let lacking = || missing(group, kind, Some(space).filter(|_| !is_wide), name);
            Some((found.unwrap_or_else(lacking), is_here))
        }
    }
}

/// The name of an object that nobody wrote down; its version is the one that everybody uses.
fn missing(group: &str, kind: &str, namespace: Option<&str>, name: &str) -> Ref {
    let api_version = if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1") };
    let namespace = namespace.filter(|it| !it.is_empty()).map(str::to_owned);
    Ref { api_version, kind: kind.to_owned(), namespace, name: name.to_owned() }
}

/// The Pods that an object chooses by labels, with the place of its selector.
fn selected(analysis: &Analysis, id: ResourceId) -> Vec<(Span, PodSource<'_>)> {
    let cluster = &analysis.cluster;
    if let Some(it) = cluster.get::<Service>(id) {
        let Some(selector) = &it.object.selector else { return vec![] };
        return cluster.select_pods(it.namespace(), selector).into_iter().map(|pod| (selector.span, pod)).collect();
    }
    if let Some(it) = cluster.get::<IstioGateway>(id) {
        let selector = &it.object.selector;
        let fits = |pod: &PodSource<'_>| !selector.is_empty() && selector.is_subset_of(&pod.template.labels);
        return cluster.pod_sources().filter(fits).map(|pod| (selector.span, pod)).collect();
    }
    let policy = cluster.get::<NetworkPolicy>(id).map(|it| (it.namespace(), &it.object.selector, it.entry));
    let scopes = [
        cluster.get::<AuthorizationPolicy>(id).map(|it| (it.namespace(), &it.object.scope, it.entry)),
        cluster.get::<PeerAuthentication>(id).map(|it| (it.namespace(), &it.object.scope, it.entry)),
        cluster.get::<RequestAuthentication>(id).map(|it| (it.namespace(), &it.object.scope, it.entry)),
    ];
    let mut scopes = scopes.into_iter().flatten();
    let mesh = || scopes.find_map(|(namespace, scope, entry)| Some((namespace, scope.selector.as_ref()?, entry)));
    let Some((namespace, selector, entry)) = policy.or_else(mesh) else { return vec![] };
    let fits = |pod: &PodSource<'_>| pod.namespace == namespace && selector.matches(&pod.template.labels);
    let span = entry.resource.meta.name_span();
    cluster.pod_sources().filter(fits).map(|pod| (span, pod)).collect()
}
