//! Header operations of a route and of its destinations, in the order in which Envoy does them.
//!
//! Source: istio `pilot/pkg/networking/core/route/route.go` (`applyHTTPRouteDestination`, `TranslateHeadersOperations`). One
//! destination shares the lists of its route, so that both remove before either sets, and its `set` comes last. Of several
//! each has lists of its own, which go before those of the route ("weighted cluster level headers, route level headers").

use podpath_objects::{Destination, HeaderOperations, RouteRule};

use crate::table::{Filter, HeaderChange};

/// What a route does itself; with several destinations, one of which has operations, they are done for each of them.
pub(super) fn of_route(rule: &RouteRule) -> Vec<Filter> {
    let mut operations = rule.headers.clone();
    if let [only] = rule.route.as_slice() {
        operations.request_remove.extend(only.headers.request_remove.iter().cloned());
        operations.response_remove.extend(only.headers.response_remove.iter().cloned());
    }
    let mut filters = if goes_last(rule) { vec![] } else { changes(&operations) };
    filters.extend(host_of_route(rule).map(Filter::Host));
    filters
}

/// What is done for each of its destinations, in their order. "Rewrite, then the headers of the route, then those of the
/// destination": the first of these that names the Host has it.
pub(super) fn of_destinations(rule: &RouteRule) -> Vec<Vec<Filter>> {
    let after = if goes_last(rule) { changes(&rule.headers) } else { vec![] };
    let (is_only, names_host) = (rule.route.len() == 1, host_of_route(rule).is_some());
    let of_one = |it: &Destination| {
        let mut own = it.headers.clone();
        if is_only {
            own.request_remove.clear();
            own.response_remove.clear();
        }
        let mut filters = changes(&own);
        filters.extend(after.iter().cloned());
        filters.extend(host(&own).filter(|_| !names_host).map(Filter::Host));
        filters
    };
    rule.route.iter().map(of_one).collect()
}

/// The operations of the route come after those of its destinations.
fn goes_last(rule: &RouteRule) -> bool {
    rule.route.len() > 1 && rule.route.iter().any(|it| it.headers != HeaderOperations::default())
}

fn host_of_route(rule: &RouteRule) -> Option<String> {
    rule.rewrite.as_ref().and_then(|it| it.authority.clone()).or_else(|| host(&rule.headers))
}

/// The Host that operations name: `set` goes before `add`.
fn host(operations: &HeaderOperations) -> Option<String> {
    let named = |list: &[(String, String)]| list.iter().rfind(|(name, _)| is_host(name)).map(|(_, it)| it.clone());
    named(&operations.request_set).or_else(|| named(&operations.request_add))
}

fn is_host(name: &str) -> bool {
    name.eq_ignore_ascii_case("host") || name.eq_ignore_ascii_case(":authority")
}

/// "A header that refers to an internal value cannot be modified": the Host stands alone, other pseudo headers are passed over.
fn changes(operations: &HeaderOperations) -> Vec<Filter> {
    let is_own = |name: &str| !name.starts_with(':') && !is_host(name);
    let pairs = |list: &[(String, String)]| list.iter().filter(|(name, _)| is_own(name)).cloned().collect();
    let change = |set: &[(String, String)], add: &[(String, String)], remove: &[String]| HeaderChange {
        set: pairs(set),
        add: pairs(add),
        remove: remove.iter().filter(|name| is_own(name)).cloned().collect(),
    };
    let request = change(&operations.request_set, &operations.request_add, &operations.request_remove);
    let response = change(&operations.response_set, &operations.response_add, &operations.response_remove);
    let request = (request != HeaderChange::default()).then_some(Filter::RequestHeaders(request));
    let response = (response != HeaderChange::default()).then_some(Filter::ResponseHeaders(response));
    request.into_iter().chain(response).collect()
}
