//! One view of the routes of every kind.

use podpath_cluster::{Cluster, Entry, Found, ResourceId};
use podpath_objects::{
    BackendRef, Filter, FilterKind, GrpcMatch, GrpcRoute, HttpMatch, HttpRoute, ParentRef, StreamRoute,
};
use podpath_source::{Location, Span, Spanned};

use crate::table::Origin;

/// The group of the Gateway API.
pub(super) const GROUP: &str = "gateway.networking.k8s.io";

/// A route of any kind.
#[derive(Clone)]
pub(super) struct Route<'a> {
    pub(super) id: ResourceId,
    pub(super) entry: &'a Entry,
    /// `HTTPRoute`, ...
    pub(super) kind: &'static str,
    pub(super) parents: &'a [ParentRef],
    pub(super) hostnames: &'a [Spanned<String>],
    pub(super) rules: Vec<RouteRule<'a>>,
}

/// A rule of a route of any kind.
#[derive(Clone)]
pub(super) struct RouteRule<'a> {
    pub(super) matches: Matches<'a>,
    pub(super) filters: &'a [Filter],
    pub(super) backends: &'a [BackendRef],
    pub(super) span: Span,
}

/// What a rule asks for.
#[derive(Clone, Copy)]
pub(super) enum Matches<'a> {
    Http(&'a [HttpMatch]),
    Grpc(&'a [GrpcMatch]),
    /// A connection: nothing but its listener and its server name.
    Connection,
}

impl<'a> Route<'a> {
    /// All routes, in source order of each kind.
    pub(super) fn all(cluster: &'a Cluster) -> Vec<Self> {
        let http = cluster.all::<HttpRoute>().map(|it| Self::of_http(&it));
        let grpc = cluster.all::<GrpcRoute>().map(|it| Self::of_grpc(&it));
        http.chain(grpc).chain(cluster.all::<StreamRoute>().map(|it| Self::of_stream(&it))).collect()
    }

    fn of_http(found: &Found<'a, HttpRoute>) -> Self {
        let rules = found.object.rules.iter().map(|it| RouteRule {
            matches: Matches::Http(&it.matches),
            filters: &it.filters,
            backends: &it.backends,
            span: it.span,
        });
        let (parents, hostnames) = (&found.object.parents, &found.object.hostnames);
        Self { id: found.id, entry: found.entry, kind: "HTTPRoute", parents, hostnames, rules: rules.collect() }
    }

    fn of_grpc(found: &Found<'a, GrpcRoute>) -> Self {
        let rules = found.object.rules.iter().map(|it| RouteRule {
            matches: Matches::Grpc(&it.matches),
            filters: &it.filters,
            backends: &it.backends,
            span: it.span,
        });
        let (parents, hostnames) = (&found.object.parents, &found.object.hostnames);
        Self { id: found.id, entry: found.entry, kind: "GRPCRoute", parents, hostnames, rules: rules.collect() }
    }

    fn of_stream(found: &Found<'a, StreamRoute>) -> Self {
        let rules = found.object.rules.iter().map(|it| RouteRule {
            matches: Matches::Connection,
            filters: &[],
            backends: &it.backends,
            span: it.span,
        });
        let kind = match found.entry.resource.meta.kind.value.as_str() {
            "TLSRoute" => "TLSRoute",
            "TCPRoute" => "TCPRoute",
            _ => "UDPRoute",
        };
        let (parents, hostnames) = (&found.object.parents, &found.object.hostnames);
        Self { id: found.id, entry: found.entry, kind, parents, hostnames, rules: rules.collect() }
    }

    pub(super) fn name(&self) -> &'a str {
        self.entry.resource.meta.name()
    }

    pub(super) fn namespace(&self) -> &'a str {
        &self.entry.namespace
    }

    pub(super) fn at(&self, span: Span) -> Location {
        Location { document: self.entry.document, span }
    }

    pub(super) fn origin(&self, span: Span, path: String) -> Origin {
        Origin { resource: Some(self.id), location: self.at(span), path }
    }

    /// Where the name stands.
    pub(super) fn name_span(&self) -> Span {
        self.entry.resource.meta.name_span()
    }

    /// Its hosts decide which listeners take it.
    pub(super) fn has_hostnames(&self) -> bool {
        matches!(self.kind, "HTTPRoute" | "GRPCRoute" | "TLSRoute")
    }

    /// "The oldest Route based on creation timestamp", then "the Route appearing first in alphabetical order by
    /// {namespace}/{name}"; one without a timestamp counts as new.
    pub(super) fn age(&self) -> (bool, Option<&'a str>, &'a str, &'a str) {
        let created = self.entry.resource.meta.created.as_deref();
        (created.is_none(), created, self.namespace(), self.name())
    }

    /// The Services that it refers to: backends and mirrors, in order.
    pub(super) fn references(&self) -> impl Iterator<Item = &'a BackendRef> {
        self.rules.iter().flat_map(|rule| {
            let of_backends = rule.backends.iter().flat_map(|it| it.filters.iter());
            let mirrors = rule.filters.iter().chain(of_backends).filter_map(|it| match &it.kind {
                FilterKind::Mirror(to, _) => Some(to),
                _ => None,
            });
            rule.backends.iter().chain(mirrors)
        })
    }

    /// The namespace of a parent.
    pub(super) fn parent_namespace(&self, parent: &'a ParentRef) -> &'a str {
        parent.namespace.as_ref().map_or(self.namespace(), |it| it.value.as_str())
    }
}
