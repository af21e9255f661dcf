//! Random edges: Ingresses of ALB groups, and VirtualServices at gateways and in the mesh; as documents whose order, and the
//! order of what is unordered inside them, a seed decides.

use std::fmt::Write as _;

use podpath_protocol::Call;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

/// Turns lists round; the same seed always does the same, and 0 does nothing.
#[derive(Clone, Copy, Debug)]
pub struct Shuffle(pub u64);

impl Shuffle {
    /// The same items in another order.
    pub fn of<T>(self, mut items: Vec<T>) -> Vec<T> {
        let mut state = self.0;
        for at in (1..items.len()).rev().filter(|_| self.0 != 0) {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let other = usize::try_from(state >> 33).unwrap_or_default() % (at + 1);
            items.swap(at, other);
        }
        items
    }
}

/// What is asked of an edge, and its documents.
pub trait Edge {
    /// The kind whose rules choose.
    const KIND: &'static str;
    /// The documents, with what is unordered in them in the order of a seed.
    fn documents(&self, shuffle: Shuffle) -> Vec<String>;
    /// Requests at every way in.
    fn calls(&self) -> Vec<Call>;
}

const HOSTS: &[&str] = &["shop.example.kr", "*.example.kr", "a.shop.example.kr", "shop.example.com"];
const PATHS: &[&str] = &["/", "/api", "/api/v1", "/apis", "/api/"];

/// Hosts and paths that tell those of rules apart, each with and without what conditions ask for.
fn requests(hosts: &[&str], from: &Value) -> Vec<Call> {
    let mut calls = Vec::new();
    for host in hosts {
        for path in ["/", "/x", "/api", "/api/", "/api/v1/x", "/apis"] {
            for (method, headers, query) in [
                ("GET", json!([]), ""),
                ("POST", json!([["x-env", "a"]]), "?v=1"),
                ("GET", json!([["x-env", "a"], ["x-user", "b"]]), "?v=2"),
            ] {
                let call = json!({
                    "host": host, "path": format!("{path}{query}"), "method": method, "headers": headers, "from": from,
                });
                calls.extend(serde_json::from_value(call));
            }
        }
    }
    calls
}

/// Services `s0` to `s2` with Pods, and `s3` without.
fn services() -> Vec<String> {
    let mut documents = Vec::new();
    for number in 0..4 {
        documents.push(format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: s{number}}}\n\
             spec: {{selector: {{app: s{number}}}, ports: [{{name: http, port: 80, targetPort: 8080}}]}}\n"
        ));
    }
    for number in 0..3 {
        documents.push(format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: s{number}, labels: {{app: s{number}}}}}\n\
             spec: {{containers: [{{name: web, image: web, ports: [{{containerPort: 8080}}]}}]}}\n"
        ));
    }
    documents
}

/// A condition of an annotation, as JSON: field and configuration.
const CONDITIONS: &[&str] = &[
    r#"{"field": "http-header", "httpHeaderConfig": {"httpHeaderName": "x-env", "values": ["a", "c*"]}}"#,
    r#"{"Field": "http-request-method", "httpRequestMethodConfig": {"Values": ["POST"]}}"#,
    r#"{"field": "query-string", "queryStringConfig": {"values": [{"key": "v", "value": "?"}]}}"#,
    r#"{"field": "source-ip", "sourceIpConfig": {"values": ["10.0.0.0/8"]}}"#,
    r#"{"field": "path-pattern", "pathPatternConfig": {"values": ["/api/*"]}}"#,
    r#"{"field": "host-header", "hostHeaderConfig": {"values": ["SHOP.example.*"]}}"#,
];

/// Path type, path and backend.
type IngressPath = (&'static str, &'static str, usize);

/// An Ingress of a group.
#[derive(Clone, Debug)]
pub struct Member {
    group: Option<&'static str>,
    order: i32,
    /// By host.
    rules: Vec<(Option<&'static str>, Vec<IngressPath>)>,
    /// Backend and condition.
    conditions: Vec<(usize, usize)>,
    /// The backend `s2` is an action, not a Service.
    has_action: bool,
}

/// Ingresses of some groups of ALBs.
#[derive(Clone, Debug)]
pub struct Groups(Vec<Member>);

/// Any such.
pub fn groups() -> impl Strategy<Value = Groups> {
    let path = (select(&["Exact", "Prefix", "ImplementationSpecific"][..]), select(PATHS), 0..4_usize);
    let rule = (proptest::option::of(select(HOSTS)), prop::collection::vec(path, 1..4));
    let conditions = prop::collection::vec((0..3_usize, 0..CONDITIONS.len()), 0..3);
    let member = (
        proptest::option::of(select(&["a", "b"][..])),
        -2..3_i32,
        prop::collection::vec(rule, 1..3),
        conditions,
        any::<bool>(),
    );
    let member = member.prop_map(|(group, order, rules, conditions, has_action)| Member {
        group,
        order,
        rules,
        conditions,
        has_action,
    });
    prop::collection::vec(member, 1..5).prop_map(Groups)
}

impl Member {
    fn text(&self, number: usize, shuffle: Shuffle) -> String {
        const PREFIX: &str = "alb.ingress.kubernetes.io/";
        let mut notes = vec![
            format!("    {PREFIX}scheme: internet-facing\n"),
            format!("    {PREFIX}target-type: ip\n"),
            format!("    {PREFIX}group.order: '{}'\n", self.order),
        ];
        notes.extend(self.group.map(|it| format!("    {PREFIX}group.name: {it}\n")));
        for backend in 0..3 {
            let own = self.conditions.iter().filter(|it| it.0 == backend).filter_map(|it| CONDITIONS.get(it.1));
            let own: Vec<_> = own.copied().collect();
            if !own.is_empty() {
                notes.push(format!("    {PREFIX}conditions.s{backend}: '[{}]'\n", own.join(", ")));
            }
        }
        if self.has_action {
            let action = r#"{"type": "fixed-response", "fixedResponseConfig": {"statusCode": "418"}}"#;
            notes.push(format!("    {PREFIX}actions.s2: '{action}'\n"));
        }
        let labels = shuffle.of(vec!["team: shop", "stage: prod", "app: edge"]).join(", ");
        let mut text = format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: edge-{number}\n  labels: {{{labels}}}\n  annotations:\n{}\
             spec:\n  ingressClassName: alb\n  rules:\n",
            shuffle.of(notes).concat()
        );
        for (host, paths) in &self.rules {
            let host = host.map(|it| format!("host: '{it}'\n    ")).unwrap_or_default();
            _ = write!(text, "  - {host}http:\n      paths:\n");
            for (kind, path, backend) in paths {
                let star = if *kind == "ImplementationSpecific" { "*" } else { "" };
                let is_action = self.has_action && *backend == 2;
                let port = if is_action { "name: use-annotation" } else { "number: 80" };
                _ = writeln!(
                    text,
                    "      - {{path: '{path}{star}', pathType: {kind}, backend: {{service: {{name: s{backend}, port: {{{port}}}}}}}}}"
                );
            }
        }
        text
    }
}

impl Edge for Groups {
    const KIND: &'static str = "Ingress";

    fn documents(&self, shuffle: Shuffle) -> Vec<String> {
        let class = "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: alb}\nspec: {controller: ingress.k8s.aws/alb}\n";
        let mut documents = vec![class.to_owned()];
        documents.extend(services());
        documents.extend(self.0.iter().enumerate().map(|(number, it)| it.text(number, shuffle)));
        shuffle.of(documents)
    }

    fn calls(&self) -> Vec<Call> {
        let hosts = ["shop.example.kr", "b.example.kr", "a.shop.example.kr", "shop.example.com"];
        let mut calls = Vec::new();
        let mut known = Vec::new();
        for (number, member) in self.0.iter().enumerate() {
            if member.group.is_some() && known.contains(&member.group) {
                continue;
            }
            known.push(member.group);
            let ingress = json!({
                "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "namespace": "default", "name": format!("edge-{number}"),
            });
            calls.extend(requests(&hosts, &json!({ "loadBalancer": ingress })));
        }
        calls
    }
}

/// A VirtualService.
#[derive(Clone, Debug)]
pub struct Route {
    hosts: Vec<&'static str>,
    gateways: Vec<&'static str>,
    /// Day of creation; 0 is none.
    day: usize,
    /// Path type, path, method, headers, backend.
    rules: Vec<(&'static str, &'static str, Option<&'static str>, usize, usize)>,
}

/// VirtualServices on one gateway and in the mesh.
#[derive(Clone, Debug)]
pub struct Routes(Vec<Route>);

/// Any such.
pub fn routes() -> impl Strategy<Value = Routes> {
    let rule = (
        select(&["exact", "prefix"][..]),
        select(PATHS),
        proptest::option::of(select(&["GET", "POST"][..])),
        0..3_usize,
        0..4_usize,
    );
    // Istio refuses hosts of one VirtualService that hold one another.
    let outer = proptest::sample::subsequence(vec!["shop.example.kr", "a.example.kr"], 1..3);
    let hosts = prop_oneof![outer, Just(vec!["*.example.kr"]), Just(vec!["s0"]), Just(vec!["*.example.kr", "s0"])];
    let gateways = proptest::sample::subsequence(vec!["edge", "side", "mesh"], 1..4);
    let route = (hosts, gateways, 0..3_usize, prop::collection::vec(rule, 1..4));
    let route = route.prop_map(|(hosts, gateways, day, rules)| Route { hosts, gateways, day, rules });
    prop::collection::vec(route, 1..4).prop_map(Routes)
}

impl Route {
    fn text(&self, number: usize, shuffle: Shuffle) -> String {
        let created = if self.day == 0 {
            String::new()
        } else {
            format!(", creationTimestamp: '2026-01-0{}T00:00:00Z'", self.day)
        };
        let quoted = |all: &[&str]| {
            let all = all.iter().map(|it| format!("'{it}'")).collect();
            shuffle.of(all).join(", ")
        };
        let mut text = format!(
            "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: route-{number}{created}}}\n\
             spec:\n  hosts: [{}]\n  gateways: [{}]\n  http:\n",
            quoted(&self.hosts),
            quoted(&self.gateways)
        );
        for (kind, path, method, headers, backend) in &self.rules {
            let mut parts = vec![format!("uri: {{{kind}: '{path}'}}")];
            parts.extend(method.map(|it| format!("method: {{exact: {it}}}")));
            let all = ["x-env: {exact: a}", "x-user: {regex: 'b|c'}"];
            let asked: Vec<_> = all.iter().take(*headers).map(|it| (*it).to_owned()).collect();
            if !asked.is_empty() {
                parts.push(format!("headers: {{{}}}", shuffle.of(asked).join(", ")));
            }
            _ = write!(
                text,
                "  - match: [{{{}}}]\n    route: [{{destination: {{host: s{backend}, port: {{number: 80}}}}}}]\n",
                shuffle.of(parts).join(", ")
            );
        }
        text
    }
}

impl Edge for Routes {
    const KIND: &'static str = "VirtualService";

    fn documents(&self, shuffle: Shuffle) -> Vec<String> {
        let mut documents = services();
        for (name, port, host) in [("edge", 80, "*"), ("side", 8081, "*.example.kr")] {
            documents.push(format!(
                "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {{name: {name}}}\n\
                 spec: {{selector: {{istio: gw}}, servers: [{{port: {{number: {port}, name: http, protocol: HTTP}}, hosts: ['{host}']}}]}}\n"
            ));
        }
        documents.extend(self.0.iter().enumerate().map(|(number, it)| it.text(number, shuffle)));
        shuffle.of(documents)
    }

    fn calls(&self) -> Vec<Call> {
        let mut calls = Vec::new();
        for (name, port) in [("edge", 80), ("side", 8081)] {
            let gateway = json!({
                "apiVersion": "networking.istio.io/v1", "kind": "Gateway", "namespace": "default", "name": name,
            });
            calls.extend(requests(&["shop.example.kr", "b.example.kr"], &json!({ "gateway": gateway, "port": port })));
        }
        let pod = json!({ "pod": { "namespace": "default", "labels": { "app": "cart" }, "sidecar": true } });
        calls.extend(requests(&["shop.example.kr", "s0"], &pod));
        calls
    }
}
