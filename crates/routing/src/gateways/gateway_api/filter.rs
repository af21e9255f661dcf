//! Filters of HTTPRoutes and GRPCRoutes to those of tables.

use podpath_objects::{
    BackendRef, Cors as CorsObject, Filter as FilterObject, FilterKind, HeaderModifier, PathModifier,
    Redirect as RedirectObject,
};

use super::rules::Lowering;
use crate::table::{Cors, Filter, HeaderChange, PathChange, Redirect, RedirectPort};

/// Where filters stand.
#[derive(Clone, Copy)]
pub(super) enum Holder {
    /// A rule, by its number.
    Rule(usize),
    /// A backend of a rule, both by their numbers.
    Backend(usize, usize),
}

/// The filters of a rule, or of one of its backends.
pub(super) fn lower(lowering: &Lowering<'_>, filters: &[FilterObject], holder: Holder) -> Vec<Filter> {
    let unsupported =
        |f: usize, kind: &FilterKind| Filter::Unsupported(format!("{}.filters[{f}] ({})", holder.path(), kind.name()));
    let mut lowered = Vec::new();
    for (f, filter) in filters.iter().enumerate() {
        match &filter.kind {
            FilterKind::RequestHeaders(change) => lowered.push(Filter::RequestHeaders(headers(change))),
            FilterKind::ResponseHeaders(change) => lowered.push(Filter::ResponseHeaders(headers(change))),
            // That of a rule is its action. At a backend it would answer a share of the requests, for which there is no
            // rule: filters of a backend are "executed if and only if the request is being forwarded" to it.
            FilterKind::Redirect(_) if matches!(holder, Holder::Rule(_)) => {}
            FilterKind::Rewrite(rewrite) => {
                lowered.extend(rewrite.path.as_ref().map(|it| Filter::Path(path_change(it))));
                lowered.extend(rewrite.hostname.clone().map(Filter::Host));
            }
            FilterKind::Mirror(to, fraction) => lowered.extend(mirror(lowering, to, *fraction)),
            FilterKind::Cors(found) => lowered.push(Filter::Cors(cors(found))),
            // One that cannot be resolved is not passed by: its requests fail (`Lowering::unasked`).
            FilterKind::ExternalAuth(to) if lowering.cannot_ask(to).is_some() => {}
            kind @ (FilterKind::Redirect(_)
            | FilterKind::ExternalAuth(_)
            | FilterKind::Extension(_)
            | FilterKind::Other(_)) => lowered.push(unsupported(f, kind)),
        }
    }
    lowered
}

impl Holder {
    fn path(self) -> String {
        match self {
            Self::Rule(rule) => format!("spec.rules[{rule}]"),
            Self::Backend(rule, backend) => format!("spec.rules[{rule}].backendRefs[{backend}]"),
        }
    }
}

/// A mirror that cannot be resolved gets nothing, nor does one with a share of 0; requests go on.
fn mirror(lowering: &Lowering<'_>, to: &BackendRef, fraction: (u64, u64)) -> Option<Filter> {
    let target = lowering.target(to);
    let is_sent = lowering.cannot_ask(to).is_none() && fraction.0 > 0;
    is_sent.then(|| Filter::Mirror { target, port: to.port.as_ref().map(|it| it.value), fraction })
}

fn headers(change: &HeaderModifier) -> HeaderChange {
    HeaderChange { set: change.set.clone(), add: change.add.clone(), remove: change.remove.clone() }
}

fn cors(found: &CorsObject) -> Cors {
    Cors {
        origins: found.origins.clone(),
        matches: vec![],
        status: 204,
        forwards_unmatched: false,
        methods: found.methods.clone(),
        headers: found.headers.clone(),
        exposed: found.exposed.clone(),
        credentials: found.credentials,
        max_age: Some(found.max_age),
    }
}

fn path_change(modifier: &PathModifier) -> PathChange {
    match modifier {
        PathModifier::Full(path) => PathChange::Full(path.clone()),
        PathModifier::Prefix(prefix) => PathChange::Elements(prefix.clone()),
    }
}

/// 302 unless told.
pub(super) fn redirect(redirect: &RedirectObject) -> Redirect {
    Redirect {
        status: redirect.status.unwrap_or(302),
        scheme: redirect.scheme.clone(),
        host: redirect.hostname.clone(),
        port: redirect.port.map_or(RedirectPort::SchemeOrListener, RedirectPort::Fixed),
        path: redirect.path.as_ref().map(path_change),
        query: None,
        template: None,
    }
}
