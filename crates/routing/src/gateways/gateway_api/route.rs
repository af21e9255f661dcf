//! One view of the routes of every kind.

use podpath_cluster::{Cluster, Entry, Found, ResourceId};
use podpath_objects::{
    BackendRef, Filter, FilterKind, GrpcMatch, GrpcRoute, GrpcRule, HttpMatch, HttpRoute, HttpRule, ParentRef,
    StreamRoute, StreamRule,
};
use podpath_source::{Location, Span, Spanned};

use crate::table::Origin;

/// The group of the Gateway API.
pub(in crate::gateways) const GROUP: &str = "gateway.networking.k8s.io";

/// A route of any kind.
#[derive(Clone)]
pub(in crate::gateways) struct Route<'a> {
    pub(in crate::gateways) id: ResourceId,
    pub(in crate::gateways) entry: &'a Entry,
    /// `HTTPRoute`, ...
    pub(in crate::gateways) kind: &'static str,
    pub(in crate::gateways) parents: &'a [ParentRef],
    pub(in crate::gateways) hostnames: &'a [Spanned<String>],
    body: Body<'a>,
}

/// The rules as they were read.
#[derive(Clone, Copy)]
enum Body<'a> {
    Http(&'a [HttpRule]),
    Grpc(&'a [GrpcRule]),
    Stream(&'a [StreamRule]),
}

/// A rule of a route of any kind.
#[derive(Clone)]
pub(in crate::gateways) struct RouteRule<'a> {
    pub(in crate::gateways) matches: Matches<'a>,
    pub(in crate::gateways) filters: &'a [Filter],
    pub(in crate::gateways) backends: &'a [BackendRef],
    pub(in crate::gateways) span: Span,
}

/// What a rule asks for.
#[derive(Clone, Copy)]
pub(in crate::gateways) enum Matches<'a> {
    Http(&'a [HttpMatch]),
    Grpc(&'a [GrpcMatch]),
    /// A connection: nothing but its listener and its server name.
    Connection,
}

impl<'a> RouteRule<'a> {
    fn of_http(rule: &'a HttpRule) -> Self {
        let matches = Matches::Http(&rule.matches);
        Self { matches, filters: &rule.filters, backends: &rule.backends, span: rule.span }
    }

    fn of_grpc(rule: &'a GrpcRule) -> Self {
        let matches = Matches::Grpc(&rule.matches);
        Self { matches, filters: &rule.filters, backends: &rule.backends, span: rule.span }
    }

    fn of_stream(rule: &'a StreamRule) -> Self {
        Self { matches: Matches::Connection, filters: &[], backends: &rule.backends, span: rule.span }
    }
}

impl<'a> Route<'a> {
    /// All routes, in source order of each kind.
    pub(in crate::gateways) fn all(cluster: &'a Cluster) -> Vec<Self> {
        let http = cluster.all::<HttpRoute>().map(|it| Self::of_http(&it));
        let grpc = cluster.all::<GrpcRoute>().map(|it| Self::of_grpc(&it));
        http.chain(grpc).chain(cluster.all::<StreamRoute>().map(|it| Self::of_stream(&it))).collect()
    }

    fn of_http(found: &Found<'a, HttpRoute>) -> Self {
        let HttpRoute { parents, hostnames, rules } = found.object;
        Self { id: found.id, entry: found.entry, kind: "HTTPRoute", parents, hostnames, body: Body::Http(rules) }
    }

    fn of_grpc(found: &Found<'a, GrpcRoute>) -> Self {
        let GrpcRoute { parents, hostnames, rules } = found.object;
        Self { id: found.id, entry: found.entry, kind: "GRPCRoute", parents, hostnames, body: Body::Grpc(rules) }
    }

    fn of_stream(found: &Found<'a, StreamRoute>) -> Self {
        let kind = match found.entry.resource.meta.kind.value.as_str() {
            "TLSRoute" => "TLSRoute",
            "TCPRoute" => "TCPRoute",
            _ => "UDPRoute",
        };
        let StreamRoute { parents, hostnames, rules } = found.object;
        Self { id: found.id, entry: found.entry, kind, parents, hostnames, body: Body::Stream(rules) }
    }

    /// Its rules, in order.
    pub(in crate::gateways) fn rules(&self) -> Vec<RouteRule<'a>> {
        match self.body {
            Body::Http(rules) => rules.iter().map(RouteRule::of_http).collect(),
            Body::Grpc(rules) => rules.iter().map(RouteRule::of_grpc).collect(),
            Body::Stream(rules) => rules.iter().map(RouteRule::of_stream).collect(),
        }
    }

    pub(in crate::gateways) fn name(&self) -> &'a str {
        self.entry.resource.meta.name()
    }

    pub(in crate::gateways) fn namespace(&self) -> &'a str {
        &self.entry.namespace
    }

    pub(in crate::gateways) fn at(&self, span: Span) -> Location {
        Location { document: self.entry.document, span }
    }

    pub(in crate::gateways) fn origin(&self, span: Span, path: String) -> Origin {
        Origin { resource: Some(self.id), location: self.at(span), path }
    }

    /// Where the name stands.
    pub(in crate::gateways) fn name_span(&self) -> Span {
        self.entry.resource.meta.name_span()
    }

    /// Its hosts decide which listeners take it.
    pub(in crate::gateways) fn has_hostnames(&self) -> bool {
        matches!(self.kind, "HTTPRoute" | "GRPCRoute" | "TLSRoute")
    }

    /// "The oldest Route based on creation timestamp", then "the Route appearing first in alphabetical order by
    /// {namespace}/{name}"; one without a timestamp counts as new.
    pub(in crate::gateways) fn age(&self) -> (bool, Option<&'a str>, &'a str, &'a str) {
        let created = self.entry.resource.meta.created.as_deref();
        (created.is_none(), created, self.namespace(), self.name())
    }

    /// The Services that it refers to: backends, mirrors and those that are asked first, in order.
    pub(in crate::gateways) fn references(&self) -> impl Iterator<Item = &'a BackendRef> {
        self.rules().into_iter().flat_map(|rule| {
            let of_backends = rule.backends.iter().flat_map(|it| it.filters.iter());
            let mirrors = rule.filters.iter().chain(of_backends).filter_map(|it| match &it.kind {
                FilterKind::Mirror(to, _) | FilterKind::ExternalAuth(to) => Some(to),
                _ => None,
            });
            rule.backends.iter().chain(mirrors)
        })
    }

    /// The namespace of a parent.
    pub(in crate::gateways) fn parent_namespace(&self, parent: &'a ParentRef) -> &'a str {
        parent.namespace.as_ref().map_or(self.namespace(), |it| it.value.as_str())
    }
}
