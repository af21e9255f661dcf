//! Dead rules: every witness goes to the rule that hides, and no request goes to a dead rule.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on is a failure")]

use std::fmt::Write as _;

use podpath_protocol::{Call, DeadRules, Fix, Standing, Trace, Traces};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;
use suite::ask::{self, Files};
use suite::edges::{Edge, Shuffle, groups, routes};
use suite::property::config;

/// A condition on the path, on the method, on a header.
type Match = (&'static str, &'static str, Option<&'static str>, Option<&'static str>);

fn matches() -> impl Strategy<Value = Vec<Match>> {
    let kinds = select(&["Exact", "Prefix"][..]);
    let paths = select(&["/", "/api", "/api/v1", "/apis", "/api/"][..]);
    let method = proptest::option::of(select(&["GET", "POST"][..]));
    let header = proptest::option::of(select(&["a", "b"][..]));
    prop::collection::vec((kinds, paths, method, header), 1..7)
}

fn requests(host: &str, from: &serde_json::Value) -> Vec<Call> {
    let mut calls = Vec::new();
    for path in ["/", "/x", "/api", "/api/", "/api/v1", "/api/v1/x", "/apis", "/apix"] {
        for method in ["GET", "POST", "PUT"] {
            for env in ["", "a", "b"] {
                let headers = if env.is_empty() { json!([]) } else { json!([["x-env", env]]) };
                let call = json!({ "host": host, "path": path, "method": method, "headers": headers, "from": from });
                calls.push(serde_json::from_value(call).unwrap());
            }
        }
    }
    calls
}

/// Object and rule that took a request at the last hop with candidates of their kind.
fn taker(trace: &Trace, kind: &str) -> Option<(String, String)> {
    let candidates = trace.hops.iter().flat_map(|it| &it.candidates);
    let chosen = candidates.filter(|it| it.verdict == Standing::Chosen);
    let mut of_kind = chosen
        .filter_map(|it| Some((it.resource.as_ref().filter(|it| it.kind == kind)?.name.clone(), it.path.clone())));
    of_kind.next_back()
}

/// The text after a fix.
fn fixed(text: &str, fix: &Fix) -> String {
    let mut edits = fix.edits.clone();
    edits.sort_by_key(|it| std::cmp::Reverse(it.range.start.offset));
    edits.iter().fold(text.to_owned(), |mut text, it| {
        text.replace_range(it.range.start.offset as usize..it.range.end.offset as usize, &it.new_text);
        text
    })
}

fn dead_of(text: &str) -> DeadRules {
    ask::ask("deadRules", &json!({ "files": { "a.yaml": text } })).unwrap()
}

fn hold(text: &str, kind: &str, host: &str, from: &serde_json::Value) -> Result<(), TestCaseError> {
    let found = dead_of(text);
    for fix in found.dead_rules.iter().filter_map(|it| it.fix.as_ref()) {
        let after = fixed(text, fix);
        prop_assert!(dead_of(&after).dead_rules.len() < found.dead_rules.len(), "{}\nmoved\n{}", text, after);
    }
    proven(text, &found, kind, &requests(host, from))
}

/// Each witness goes to the rule that hides, and none of these requests to a rule that is called dead.
fn proven(text: &str, found: &DeadRules, kind: &str, calls: &[Call]) -> Result<(), TestCaseError> {
    let files = Files::from([("a.yaml".to_owned(), text.to_owned())]);
    let mut dead = Vec::new();
    for it in &found.dead_rules {
        let trace = ask::trace(&files, &it.witness).unwrap();
        let by = (it.by.resource.name.clone(), it.by.path.clone());
        prop_assert_eq!(taker(&trace, kind), Some(by), "witness {:?}\n{}", it.witness, text);
        dead.push((it.rule.resource.name.clone(), it.rule.path.split(".match[").next().unwrap().to_owned()));
    }
    let traces: Traces = ask::ask("trace", &json!({ "files": files, "requests": calls })).unwrap();
    for (call, trace) in calls.iter().zip(&traces.traces) {
        let taken = taker(trace, kind);
        let taken = taken.map(|(name, path)| (name, path.split(".match[").next().unwrap().to_owned()));
        let is_dead = taken.as_ref().is_some_and(|it| dead.contains(it));
        prop_assert!(!is_dead, "{:?} is dead, but takes {:?}\n{}", taken, call, text);
    }
    Ok(())
}

fn proven_of<T: Edge>(edge: &T) -> Result<(), TestCaseError> {
    let text = edge.documents(Shuffle(0)).join("---\n");
    proven(&text, &dead_of(&text), T::KIND, &edge.calls())
}

fn virtual_service(rules: &[Match]) -> String {
    let mut text = String::from(
        "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: edge}\n\
         spec: {selector: {istio: gw}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}\n\
         ---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: web}\n\
         spec:\n  hosts: [shop.example.kr]\n  gateways: [edge]\n  http:\n",
    );
    for (kind, path, method, header) in rules {
        let _ = write!(text, "  - match: [{{uri: {{{}: {path}}}", kind.to_lowercase());
        let _ = method.map_or(Ok(()), |it| write!(text, ", method: {{exact: {it}}}"));
        let _ = header.map_or(Ok(()), |it| write!(text, ", headers: {{x-env: {{exact: {it}}}}}"));
        text.push_str("}]\n    route: [{destination: {host: web}}]\n");
    }
    text
}

fn http_routes(rules: &[Match], split: usize) -> String {
    let mut text = String::from(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge}\n\
         spec: {gatewayClassName: any, listeners: [{name: http, port: 80, protocol: HTTP}]}\n",
    );
    for (at, (kind, path, method, header)) in rules.iter().enumerate() {
        if at == 0 || at == split {
            let _ = write!(
                text,
                "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: web-{at}}}\n\
                 spec:\n  parentRefs: [{{name: edge}}]\n  hostnames: [shop.example.kr]\n  rules:\n"
            );
        }
        let kind = if *kind == "Prefix" { "PathPrefix" } else { kind };
        let _ = write!(text, "  - matches: [{{path: {{type: {kind}, value: {path}}}");
        let _ = method.map_or(Ok(()), |it| write!(text, ", method: {it}"));
        let _ = header.map_or(Ok(()), |it| write!(text, ", headers: [{{name: x-env, value: {it}}}]"));
        text.push_str("}]\n");
    }
    text
}

fn alb(rules: &[Match], split: usize) -> String {
    let mut text = String::from(
        "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: alb}\nspec: {controller: ingress.k8s.aws/alb}\n",
    );
    for (at, (kind, path, ..)) in rules.iter().enumerate() {
        if at == 0 || at == split {
            let _ = write!(
                text,
                "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: web-{at}, annotations: \
                 {{alb.ingress.kubernetes.io/group.name: shop, alb.ingress.kubernetes.io/scheme: internet-facing}}}}\n\
                 spec:\n  ingressClassName: alb\n  rules:\n  - host: shop.example.kr\n    http:\n      paths:\n"
            );
        }
        let _ = writeln!(
            text,
            "      - {{path: {path}, pathType: {kind}, backend: {{service: {{name: web, port: {{number: 80}}}}}}}}"
        );
    }
    text
}

#[test]
fn a_narrow_rule_moves_in_front_of_the_wide_one_that_hides_it() {
    let text = virtual_service(&[("Prefix", "/", None, None), ("Exact", "/api", None, Some("a"))]);
    let found = dead_of(&text);
    let fix = found.dead_rules.first().unwrap().fix.as_ref().unwrap();
    let wanted = virtual_service(&[("Exact", "/api", None, Some("a")), ("Prefix", "/", None, None)]);
    assert_eq!(fixed(&text, fix), wanted);
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn of_a_virtual_service(rules in matches()) {
        let from = json!({ "gateway": { "apiVersion": "networking.istio.io/v1", "kind": "Gateway", "namespace": "default", "name": "edge" }, "port": 80 });
        hold(&virtual_service(&rules), "VirtualService", "shop.example.kr", &from)?;
    }

    #[test]
    fn of_http_routes(rules in matches(), split in 1..6_usize) {
        let from = json!({ "gateway": { "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "namespace": "default", "name": "edge" }, "port": 80 });
        hold(&http_routes(&rules, split), "HTTPRoute", "shop.example.kr", &from)?;
    }

    #[test]
    fn of_a_group_of_ingresses(rules in matches(), split in 1..6_usize) {
        hold(&alb(&rules, split), "Ingress", "shop.example.kr", &json!({ "internet": true }))?;
    }
}

proptest! {
    #![proptest_config(config(16))]

    #[test]
    fn of_random_groups(groups in groups()) {
        proven_of(&groups)?;
    }

    #[test]
    fn of_random_virtual_services(routes in routes()) {
        proven_of(&routes)?;
    }
}

#[test]
fn a_rule_that_the_load_balancer_never_sends_anything_is_dead() {
    let text = "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: alb}\nspec: {controller: ingress.k8s.aws/alb}\n\
        ---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: edge, annotations: {alb.ingress.kubernetes.io/scheme: internet-facing}}\n\
        spec: {ingressClassName: alb, rules: [{host: a.kr, http: {paths: [{path: /api, pathType: Prefix, backend: {service: {name: gw, port: {number: 80}}}}]}}]}\n\
        ---\napiVersion: v1\nkind: Service\nmetadata: {name: gw, annotations: {alb.ingress.kubernetes.io/target-type: ip}}\nspec: {selector: {istio: gw}, ports: [{name: http, port: 80}]}\n\
        ---\napiVersion: v1\nkind: Pod\nmetadata: {name: gw, labels: {istio: gw}}\nspec: {containers: [{name: istio-proxy, image: istio}]}\n\
        ---\napiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: edge}\n\
        spec: {selector: {istio: gw}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}\n\
        ---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: web}\n\
        spec: {hosts: [a.kr], gateways: [edge], http: [{match: [{uri: {prefix: /x}}], directResponse: {status: 200}}, {directResponse: {status: 200}}]}\n";
    let found = dead_of(text);
    let told: Vec<_> = found.dead_rules.iter().map(|it| (it.rule.path.as_str(), it.criterion.as_str())).collect();
    assert_eq!(told, [("spec.http[0].match[0]", "not-sent")]);
    let files = Files::from([("a.yaml".to_owned(), text.to_owned())]);
    let witness = &found.dead_rules.first().unwrap().witness;
    let trace = ask::trace(&files, witness).unwrap();
    assert_eq!(trace.status, Some(404), "{witness:?}");
}
