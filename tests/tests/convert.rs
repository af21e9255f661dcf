//! Ingresses as objects of the Gateway API: what is made, what is told, and that requests end the same.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on is a failure")]

use std::fmt::Write as _;

use podpath_protocol::{Check, Conversion};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;
use suite::ask::{self, Files};
use suite::property::config;

const BACKENDS: &str = "
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: any}
spec: {controllerName: example.kr/gateway}
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: plain}
spec: {controller: example.kr/ingress}
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx}
spec: {controller: k8s.io/ingress-nginx}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: next}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: web, image: web}]}
";

fn ingress(name: &str, class: &str, annotations: &str, rules: &str) -> String {
    format!(
        "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: {name}, annotations: {{{annotations}}}}}\n\
         spec:\n  ingressClassName: {class}\n  rules:\n{rules}"
    )
}

fn rule(host: &str, paths: &[(&str, &str, &str)]) -> String {
    let host = if host.is_empty() { String::new() } else { format!("host: '{host}', ") };
    let path = |(path, kind, service): &(&str, &str, &str)| {
        format!("{{path: '{path}', pathType: {kind}, backend: {{service: {{name: {service}, port: {{number: 80}}}}}}}}")
    };
    let paths: Vec<_> = paths.iter().map(path).collect();
    format!("  - {{{host}http: {{paths: [{}]}}}}\n", paths.join(", "))
}

fn convert(text: &str) -> Conversion {
    let files = Files::from([("apps/a.yaml".to_owned(), format!("{BACKENDS}{text}"))]);
    ask::ask("convert", &json!({ "files": files })).unwrap()
}

/// The new objects, without the line that only says where they are.
fn made(found: &Conversion) -> &str {
    found.files.values().next().unwrap()
}

#[test]
fn rules_become_routes_and_end_the_same() {
    let rules = rule("shop.example.kr", &[("/api", "Prefix", "web"), ("/", "Exact", "next")]);
    let found = convert(&ingress("shop", "plain", "", &rules));
    assert_eq!(found.files.keys().collect::<Vec<_>>(), ["apps/plain.gateway-api.yaml"]);
    assert!(made(&found).contains("hostnames:\n  - shop.example.kr\n"), "{}", made(&found));
    assert!(made(&found).contains("type: PathPrefix\n        value: /api\n"), "{}", made(&found));
    assert_eq!((found.differences.len(), found.proof.same), (0, found.proof.requests), "{:?}", found.differences);
    assert!(found.proof.requests > 10);
}

#[test]
fn what_is_made_is_accepted_and_attached() {
    let rules = rule("shop.example.kr", &[("/", "Prefix", "web")]);
    let text = format!("{BACKENDS}{}", ingress("shop", "plain", "", &rules));
    let found = convert(&ingress("shop", "plain", "", &rules));
    let files = Files::from([("a.yaml".to_owned(), text), ("b.yaml".to_owned(), made(&found).to_owned())]);
    let findings: Check = ask::ask("check", &json!({ "files": files })).unwrap();
    assert!(findings.diagnostics.is_empty(), "{:?}", findings.diagnostics);
}

#[test]
fn a_rewrite_of_nginx_is_a_prefix_and_its_replacement() {
    let rules = rule("shop.example.kr", &[("/api(/|$)(.*)", "ImplementationSpecific", "web")]);
    let found = convert(&ingress("shop", "nginx", "nginx.ingress.kubernetes.io/rewrite-target: /$2", &rules));
    assert!(made(&found).contains("value: /api\n"), "{}", made(&found));
    assert!(made(&found).contains("replacePrefixMatch: /\n"), "{}", made(&found));
    let messages: Vec<_> = found.differences.iter().filter_map(|it| it.request.as_ref()?.path.clone()).collect();
    assert_eq!(messages, ["/API"], "nginx compares without case, the Gateway API does not");
}

#[test]
fn a_canary_is_a_weight() {
    let rules = rule("shop.example.kr", &[("/", "Prefix", "web")]);
    let next = rule("shop.example.kr", &[("/", "Prefix", "next")]);
    let notes = "nginx.ingress.kubernetes.io/canary: 'true', nginx.ingress.kubernetes.io/canary-weight: '10'";
    let found = convert(&format!("{}{}", ingress("shop", "nginx", "", &rules), ingress("next", "nginx", notes, &next)));
    assert!(made(&found).contains("- name: next\n      port: 80\n      weight: 10\n"), "{}", made(&found));
    assert!(found.differences.iter().all(|it| it.request.is_none()), "{:?}", found.differences);
}

#[test]
fn an_annotation_without_an_equal_is_named_with_its_place() {
    let rules = rule("shop.example.kr", &[("/", "Prefix", "web")]);
    let found = convert(&ingress("shop", "nginx", "nginx.ingress.kubernetes.io/proxy-body-size: 8m", &rules));
    let told = found.differences.iter().find(|it| it.path.contains("proxy-body-size")).unwrap();
    assert!(told.message.contains("has no equal in the Gateway API"), "{}", told.message);
    assert!(told.range.is_some());
}

#[test]
fn a_header_that_the_controller_sets_unasked_is_told_once() {
    let rules = rule("shop.example.kr", &[("/", "Prefix", "web"), ("/api", "Prefix", "next")]);
    let tls = "  tls: [{hosts: [shop.example.kr], secretName: shop}]\n";
    let found = convert(&format!("{}{tls}", ingress("shop", "nginx", "", &rules)));
    let told = found.differences.iter().filter(|it| it.message.contains("Strict-Transport-Security")).count();
    assert_eq!(told, 1, "{:?}", found.differences);
    let plain = convert(&ingress("shop", "nginx", "", &rules));
    assert!(!plain.differences.iter().any(|it| it.message.contains("Strict-Transport-Security")));
}

#[test]
fn an_answer_of_its_own_is_not_converted_and_told() {
    let rules = rule("shop.example.kr", &[("/", "Prefix", "web")]);
    let notes = "nginx.ingress.kubernetes.io/whitelist-source-range: 10.0.0.0/8";
    let found = convert(&ingress("shop", "nginx", notes, &rules));
    assert!(found.differences.iter().any(|it| it.path == "spec.rules[0].http.paths[0]"), "{:?}", found.differences);
}

type Path = (&'static str, &'static str, &'static str);

fn paths() -> impl Strategy<Value = Vec<(&'static str, Vec<Path>)>> {
    let path =
        (select(&["/", "/api", "/api/v1", "/a b"][..]), select(&["Exact", "Prefix"][..]), select(&["web", "next"][..]));
    let host = select(&["shop.example.kr", "web.example.kr"][..]);
    prop::collection::vec((host, prop::collection::vec(path, 1..4)), 1..4)
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn every_request_of_a_plain_ingress_ends_the_same(hosts in paths()) {
        let mut rules = String::new();
        for (host, paths) in &hosts {
            let _ = write!(rules, "{}", rule(host, paths));
        }
        let found = convert(&ingress("shop", "plain", "", &rules));
        prop_assert_eq!(found.proof.same, found.proof.requests, "{:?}\n{}", found.differences, made(&found));
    }
}
