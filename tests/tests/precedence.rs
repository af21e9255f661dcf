//! The precedence of each implementation, compared with a model of a few lines, written from the specification and not from
//! the code.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on is a failure")]

use std::cmp::Reverse;
use std::fmt::Write as _;

use podpath_protocol::{Candidate, HopKind, Standing, Trace};
use proptest::prelude::*;
use proptest::sample::select;
use suite::ask::{self, Files};
use suite::property::config;

/// Paths of rules and of requests.
const PATHS: &[&str] = &["/", "/api", "/api/v1", "/apis"];
const ASKED: &[&str] = &["/", "/api", "/api/", "/api/v1", "/api/v1/x", "/apis", "/apix"];

/// Hosts of rules, from the least to the most specific, and of requests.
const HOSTS: &[&str] = &["", "*.example.kr", "shop.example.kr"];
const ASKED_HOSTS: &[&str] = &["shop.example.kr", "other.example.kr", "shop.example.com"];

fn takes_host(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix('*') {
        _ if pattern.is_empty() => true,
        Some(suffix) => host.ends_with(suffix),
        None => pattern == host,
    }
}

/// Whole path elements.
fn takes_elements(prefix: &str, path: &str) -> bool {
    let prefix = prefix.trim_end_matches('/');
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The candidates of the hop that chose a rule.
fn candidates(trace: &Trace, kind: HopKind) -> &[Candidate] {
    trace.hops.iter().find(|it| it.kind == kind).map_or(&[], |it| &it.candidates)
}

/// Object and rule of a candidate.
fn place(candidate: &Candidate) -> String {
    format!("{} {}", candidate.resource.as_ref().map_or("", |it| &it.name), candidate.path)
}

fn chosen(trace: &Trace, kind: HopKind) -> Option<String> {
    candidates(trace, kind).iter().find(|it| it.verdict == Standing::Chosen).map(place)
}

fn traced(text: String, call: &str) -> Trace {
    ask::trace(&Files::from([("a.yaml".to_owned(), text)]), &ask::call(call).unwrap()).unwrap()
}

/// A match of an HTTPRoute: exact, path, method, headers, query parameters.
type Match = (bool, &'static str, bool, usize, usize);

/// An HTTPRoute: host, day of creation (0 is none), matches.
type Route = (&'static str, usize, Vec<Match>);

fn routes() -> impl Strategy<Value = Vec<Route>> {
    let found = (any::<bool>(), select(PATHS), any::<bool>(), 0..3_usize, 0..3_usize);
    let route = (select(HOSTS), 0..3_usize, prop::collection::vec(found, 1..4));
    prop::collection::vec(route, 1..4)
}

/// A Gateway, and a route of a kind for each host, day of creation and list of matches; `rule` writes a match.
fn gateway_routes<T>(kind: &str, routes: &[(&str, usize, Vec<T>)], rule: impl Fn(&T) -> String) -> String {
    let mut text = "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge}\n\
        spec: {gatewayClassName: any, listeners: [{name: http, port: 80, protocol: HTTP}]}\n"
        .to_owned();
    for (idx, (host, day, matches)) in routes.iter().enumerate() {
        let created = if *day > 0 { format!(", creationTimestamp: '2026-01-0{day}T00:00:00Z'") } else { String::new() };
        let hostnames = if host.is_empty() { String::new() } else { format!("  hostnames: ['{host}']\n") };
        _ = write!(
            text,
            "---\napiVersion: gateway.networking.k8s.io/v1\nkind: {kind}\nmetadata: {{name: r{idx}{created}}}\n\
             spec:\n  parentRefs: [{{name: edge}}]\n{hostnames}  rules:\n"
        );
        for it in matches {
            _ = writeln!(text, "  - matches: [{{{}}}]", rule(it));
        }
    }
    text
}

/// So many of these names, each with the value that requests carry.
fn named(names: &[&str], n: usize) -> String {
    names[..n].iter().map(|it| format!("{{name: {it}, value: '1'}}")).collect::<Vec<_>>().join(", ")
}

fn http_routes(routes: &[Route]) -> String {
    gateway_routes("HTTPRoute", routes, |(exact, path, method, headers, query)| {
        let kind = if *exact { "Exact" } else { "PathPrefix" };
        let method = if *method { ", method: GET" } else { "" };
        let (headers, query) = (named(&["a", "b"], *headers), named(&["p", "q"], *query));
        format!("path: {{type: {kind}, value: {path}}}{method}, headers: [{headers}], queryParams: [{query}]")
    })
}

/// The rungs of a match, the smaller the earlier, in the order of `httproute_types.go`.
fn rungs(routes: &[Route], route: usize, rule: usize) -> Vec<(&'static str, usize)> {
    let (host, day, matches) = &routes[route];
    let (exact, path, method, headers, query) = matches[rule];
    let less = |many: usize| usize::MAX - many;
    vec![
        ("hostname", less(host.len() + if host.starts_with('s') { 100 } else { 0 })),
        ("exact-path", usize::from(!exact)),
        ("longest-path", less(if exact { path.len() } else { path.trim_end_matches('/').len() })),
        ("method", usize::from(!method)),
        ("more-headers", less(headers)),
        ("more-query-parameters", less(query)),
        ("oldest", if *day == 0 { 9 } else { *day }),
        ("name", route),
        ("list-order", rule),
    ]
}

/// Rules that match, each with its rungs and its place: the first wins, and each loser is told the first rung that differs.
fn follows(trace: &Trace, mut matching: Vec<(Vec<(&'static str, usize)>, String)>) -> Result<(), TestCaseError> {
    matching.sort();
    let winner = matching.first().map(|(_, place)| place.clone());
    prop_assert_eq!(chosen(trace, HopKind::Route), winner);
    for (rungs, loser) in matching.iter().skip(1) {
        let decided = matching[0].0.iter().zip(rungs).find(|(a, b)| a != b).map(|(rung, _)| rung.0);
        let told = candidates(trace, HopKind::Route).iter().find(|it| place(it) == *loser).unwrap();
        prop_assert_eq!((told.verdict, Some(told.reason.as_ref())), (Standing::Lost, decided), "{}", loser);
    }
    let lost = candidates(trace, HopKind::Route).iter().filter(|it| it.verdict == Standing::Lost).count();
    prop_assert_eq!(lost, matching.len().saturating_sub(1));
    Ok(())
}

/// Calls of gRPC: service and method.
const ASKED_CALLS: &[(&str, &str)] = &[("shop.Cart", "List"), ("shop.Cart", "Add"), ("shop.Order", "List")];

/// A GRPCRoute: host, day of creation (0 is none), matches of service, method and headers; empty is every one.
type GrpcRoute = (&'static str, usize, Vec<(&'static str, &'static str, usize)>);

fn grpc_routes() -> impl Strategy<Value = Vec<GrpcRoute>> {
    let found = (select(&["", "shop.Cart", "shop.Order"][..]), select(&["", "List", "Add"][..]), 0..3_usize);
    let route = (select(HOSTS), 0..3_usize, prop::collection::vec(found, 1..4));
    prop::collection::vec(route, 1..4)
}

fn grpc_text(routes: &[GrpcRoute]) -> String {
    gateway_routes("GRPCRoute", routes, |(service, method, headers)| {
        let headers = named(&["a", "b"], *headers);
        format!("method: {{service: '{service}', method: '{method}'}}, headers: [{headers}]")
    })
}

/// The rungs of a match, the smaller the earlier, in the order of `grpcroute_types.go`.
fn grpc_rungs(routes: &[GrpcRoute], route: usize, rule: usize) -> Vec<(&'static str, usize)> {
    let (host, day, matches) = &routes[route];
    let (service, method, headers) = matches[rule];
    let less = |many: usize| usize::MAX - many;
    vec![
        ("hostname", less(host.len() + if host.starts_with('s') { 100 } else { 0 })),
        ("longest-service", less(service.len())),
        ("longest-method", less(method.len())),
        ("more-headers", less(headers)),
        ("oldest", if *day == 0 { 9 } else { *day }),
        ("name", route),
        ("list-order", rule),
    ]
}

/// A path of an Ingress: path type, path.
type IngressPath = (&'static str, &'static str);

fn ingress(class: &str, annotations: &str, rules: &[(&'static str, Vec<IngressPath>)]) -> String {
    let mut text = format!(
        "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {{name: any}}\nspec: {{controller: {class}}}\n---\n\
         apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: edge, annotations: {{{annotations}}}}}\n\
         spec:\n  ingressClassName: any\n  rules:\n"
    );
    for (host, paths) in rules {
        _ = write!(text, "  - host: '{host}'\n    http:\n      paths:\n");
        for (kind, path) in paths {
            _ = writeln!(
                text,
                "      - {{path: '{path}', pathType: {kind}, backend: {{service: {{name: web, port: {{number: 80}}}}}}}}"
            );
        }
    }
    text
}

fn ingress_rules(kinds: &'static [&'static str]) -> impl Strategy<Value = Vec<(&'static str, Vec<IngressPath>)>> {
    let path = (select(kinds), select(PATHS));
    prop::collection::vec((select(HOSTS), prop::collection::vec(path, 1..5)), 1..4)
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn http_routes_follow_the_ladder(
        routes in routes(), host in select(ASKED_HOSTS), path in select(ASKED), b in any::<bool>(), q in any::<bool>(),
    ) {
        let query = if q { "?p=1&q=1" } else { "?p=1" };
        let call = format!("GET http://{host}{path}{query}\na: 1\n{}", if b { "b: 1\n" } else { "" });
        let trace = traced(http_routes(&routes), &call);
        let mut matching = Vec::new();
        for (r, (pattern, _, matches)) in routes.iter().enumerate() {
            for (m, (exact, value, _, headers, params)) in matches.iter().enumerate() {
                let fits = if *exact { *value == path } else { takes_elements(value, path) };
                if takes_host(pattern, host) && fits && (*headers < 2 || b) && (*params < 2 || q) {
                    matching.push((rungs(&routes, r, m), format!("r{r} spec.rules[{m}].matches[0]")));
                }
            }
        }
        follows(&trace, matching)?;
    }

    #[test]
    fn grpc_routes_follow_the_ladder(
        routes in grpc_routes(), host in select(ASKED_HOSTS), call in select(ASKED_CALLS), b in any::<bool>(),
    ) {
        let asked = format!("POST grpc://{host}/{}/{}\na: 1\n{}", call.0, call.1, if b { "b: 1\n" } else { "" });
        let trace = traced(grpc_text(&routes), &asked);
        let mut matching = Vec::new();
        for (r, (pattern, _, matches)) in routes.iter().enumerate() {
            for (m, (service, method, headers)) in matches.iter().enumerate() {
                let fits = (service.is_empty() || *service == call.0) && (method.is_empty() || *method == call.1);
                if takes_host(pattern, host) && fits && (*headers < 2 || b) {
                    matching.push((grpc_rungs(&routes, r, m), format!("r{r} spec.rules[{m}].matches[0]")));
                }
            }
        }
        follows(&trace, matching)?;
    }

    #[test]
    fn the_first_rule_of_a_virtual_service_that_matches_wins(
        rules in prop::collection::vec(prop::collection::vec((any::<bool>(), select(PATHS), any::<bool>()), 0..3), 1..6),
        path in select(ASKED),
        canary in any::<bool>(),
    ) {
        let mut text = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n---\n\
            apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: web}\nspec:\n  hosts: [web]\n  http:\n"
            .to_owned();
        let mut winner = None;
        for (r, matches) in rules.iter().enumerate() {
            let mut entries = Vec::new();
            if matches.is_empty() {
                winner = winner.or(Some(r));
            }
            for (exact, value, header) in matches {
                let kind = if *exact { "exact" } else { "prefix" };
                let header_text = if *header { ", headers: {x-canary: {exact: '1'}}" } else { "" };
                entries.push(format!("{{uri: {{{kind}: {value}}}{header_text}}}"));
                let fits = if *exact { *value == path } else { path.starts_with(value) };
                winner = winner.or((fits && (!header || canary)).then_some(r));
            }
            _ = writeln!(text, "  - {{match: [{}], directResponse: {{status: {}}}}}", entries.join(", "), 200 + r);
        }
        let header = if canary { "x-canary: 1\n" } else { "" };
        let trace = traced(text, &format!("GET http://web{path}\n{header}from: sidecar default/cart"));
        let status = winner.map_or(404, |it| 200 + u16::try_from(it).unwrap());
        prop_assert_eq!(trace.status, Some(status));
    }

    #[test]
    fn an_ingress_takes_the_most_specific_host_then_the_longest_path(
        rules in ingress_rules(&["Exact", "Prefix"]), host in select(ASKED_HOSTS), path in select(ASKED),
    ) {
        let trace = traced(ingress("example.kr/plain", "", &rules), &format!("GET http://{host}{path}"));
        let mut best = None;
        let mut found = Vec::new();
        for (r, (pattern, paths)) in rules.iter().enumerate() {
            for (p, (kind, value)) in paths.iter().enumerate() {
                let fits = if *kind == "Exact" { *value == path } else { takes_elements(value, path) };
                if takes_host(pattern, host) && fits {
                    // Of equals the earlier one: nothing in the specification decides between them.
                    let length = if *kind == "Exact" { value.len() } else { value.trim_end_matches('/').len() };
                    let host = HOSTS.iter().position(|it| it == pattern);
                    let key = (host, length, *kind == "Exact", Reverse((r, p)));
                    best = best.max(Some(key));
                    found.push(format!("edge spec.rules[{r}].http.paths[{p}]"));
                }
            }
        }
        let winner = best.map(|(.., Reverse((r, p)))| format!("edge spec.rules[{r}].http.paths[{p}]"));
        prop_assert_eq!(chosen(&trace, HopKind::Route), winner);
        for candidate in candidates(&trace, HopKind::Route) {
            let matches = candidate.verdict != Standing::Mismatch;
            prop_assert_eq!(matches, found.contains(&place(candidate)), "{:?}", candidate);
        }
    }

    #[test]
    fn ingress_nginx_takes_one_server_then_exact_then_the_longest_or_the_first_expression(
        rules in ingress_rules(&["Exact", "Prefix", "ImplementationSpecific"]),
        is_regex in any::<bool>(),
        host in select(ASKED_HOSTS),
        path in select(ASKED),
    ) {
        let annotations = if is_regex { "nginx.ingress.kubernetes.io/use-regex: 'true'" } else { "" };
        let text = ingress("k8s.io/ingress-nginx", annotations, &rules);
        let trace = traced(text, &format!("GET http://{host}{path}"));
        let fitting = rules.iter().map(|it| it.0).filter(|it| takes_host(it, host));
        let server = fitting.max_by_key(|it| HOSTS.iter().position(|known| known == it)).unwrap_or_default();
        let mut seen = Vec::new();
        let mut best = None;
        for (r, (_, paths)) in rules.iter().enumerate().filter(|(_, (pattern, _))| *pattern == server) {
            for (p, (kind, value)) in paths.iter().enumerate() {
                let exact = *kind == "Exact";
                // Of two with the same path and type the first is kept; as expressions the types do not differ.
                if seen.contains(&(exact, value)) {
                    continue;
                }
                seen.push((exact, value));
                let fits = match (is_regex, exact) {
                    (true, _) => path.starts_with(value),
                    (false, true) => *value == path,
                    (false, false) => takes_elements(value, path),
                };
                let place = format!("edge spec.rules[{r}].http.paths[{p}]");
                let key = (!is_regex && exact, value.len(), *value);
                if fits && best.as_ref().is_none_or(|(known, _)| key > *known) {
                    best = Some((key, place));
                }
            }
        }
        // `/` of every server is there before any path, so a Prefix `/` goes before an Exact one as an expression.
        let root = ("Prefix", "ImplementationSpecific");
        let is_tie = is_regex && best.as_ref().is_some_and(|(key, _)| key.1 == 1);
        let prefix = rules.iter().enumerate().filter(|(_, it)| it.0 == server).flat_map(|(r, it)| {
            it.1.iter().enumerate().map(move |(p, (kind, value))| (r, p, *kind, *value))
        });
        let written = prefix.into_iter().find(|(_, _, kind, value)| (*kind == root.0 || *kind == root.1) && *value == "/");
        let winner = match (best, written) {
            (Some(_), Some((r, p, ..))) if is_tie => format!("edge spec.rules[{r}].http.paths[{p}]"),
            (Some(_), None) if is_tie => "any metadata.name".to_owned(),
            (Some((_, place)), _) => place,
            (None, _) => "any metadata.name".to_owned(),
        };
        prop_assert_eq!(chosen(&trace, HopKind::Route), Some(winner));
    }

    #[test]
    fn an_alb_takes_its_rules_in_the_order_of_the_controller(
        rules in ingress_rules(&["Exact", "Prefix", "ImplementationSpecific"]), host in select(ASKED_HOSTS), path in select(ASKED),
    ) {
        let annotations = "alb.ingress.kubernetes.io/scheme: internet-facing";
        let trace = traced(ingress("ingress.k8s.aws/alb", annotations, &rules), &format!("GET http://{host}{path}"));
        let mut winner = None;
        for (r, (pattern, paths)) in rules.iter().enumerate() {
            let mut order: Vec<_> = paths.iter().enumerate().collect();
            order.sort_by_key(|(_, (kind, value))| match *kind {
                "Exact" => (0, 0),
                "Prefix" => (1, usize::MAX - value.len()),
                _ => (2, 0),
            });
            for (p, (kind, value)) in order {
                let fits = if *kind == "Prefix" { takes_elements(value, path) } else { *value == path };
                if takes_host(pattern, host) && fits {
                    winner = winner.or(Some(format!("edge spec.rules[{r}].http.paths[{p}]")));
                }
            }
        }
        prop_assert_eq!(chosen(&trace, HopKind::LoadBalancer), winner);
    }
}
