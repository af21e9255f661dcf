//! Routes of the Gateway API, whichever kind: what lints ask of all of them alike.

use podpath_cluster::{Entry, Found};
use podpath_objects::{BackendRef, Filter, FilterKind, GrpcRoute, HttpRoute, ParentRef, StreamRoute};
use podpath_source::{Diagnostic, Spanned};

use crate::Context;
use crate::backend::RouteKind;

/// An HTTPRoute, GRPCRoute, TLSRoute, TCPRoute or UDPRoute.
pub(crate) struct Route<'a> {
    pub(crate) kind: RouteKind,
    pub(crate) entry: &'a Entry,
    pub(crate) parents: &'a [ParentRef],
    /// None for the kinds that have no names.
    pub(crate) hostnames: &'a [Spanned<String>],
    /// Those that get requests, those that get copies, and those that are asked first.
    pub(crate) backends: Vec<&'a BackendRef>,
}

impl<'a> Route<'a> {
    fn of_http(found: Found<'a, HttpRoute>) -> Self {
        let HttpRoute { parents, hostnames, rules } = found.object;
        let backends = rules.iter().flat_map(|it| with_asked(&it.filters, &it.backends)).collect();
        Self { kind: RouteKind::Http, entry: found.entry, parents, hostnames, backends }
    }

    fn of_grpc(found: Found<'a, GrpcRoute>) -> Self {
        let GrpcRoute { parents, hostnames, rules } = found.object;
        let backends = rules.iter().flat_map(|it| with_asked(&it.filters, &it.backends)).collect();
        Self { kind: RouteKind::Grpc, entry: found.entry, parents, hostnames, backends }
    }

    fn of_stream(found: Found<'a, StreamRoute>) -> Self {
        let StreamRoute { parents, hostnames, rules } = found.object;
        let backends = rules.iter().flat_map(|it| &it.backends).collect();
        Self { kind: RouteKind::Stream, entry: found.entry, parents, hostnames, backends }
    }
}

/// Looks at each route by itself, by kind and in source order.
pub(crate) fn each<'a>(
    context: &Context<'a>,
    found: &mut Vec<Diagnostic>,
    check: &dyn Fn(&Route<'a>, &mut Vec<Diagnostic>),
) {
    context.each::<HttpRoute>(found, &|it, found| check(&Route::of_http(it), found));
    context.each::<GrpcRoute>(found, &|it, found| check(&Route::of_grpc(it), found));
    context.each::<StreamRoute>(found, &|it, found| check(&Route::of_stream(it), found));
}

/// The backends of a rule, those that get copies and those that are asked first.
fn with_asked<'a>(filters: &'a [Filter], backends: &'a [BackendRef]) -> Vec<&'a BackendRef> {
    let filters = backends.iter().flat_map(|it| &it.filters).chain(filters);
    let asked = filters.filter_map(|filter| match &filter.kind {
        FilterKind::Mirror(to, _) | FilterKind::ExternalAuth(to) => Some(to),
        _ => None,
    });
    backends.iter().chain(asked).collect()
}
