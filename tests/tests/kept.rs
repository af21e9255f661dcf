//! A workspace that is kept answers as a fresh one does, after any edits of objects that depend on each other.
//!
//! What is kept of gateways, load balancers and lints is kept by the part; here every part is a neighbour of an edited object.

use podpath_core::Engine;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use suite::ask::Files;
use suite::property::config;

const HOSTS: &[&str] = &["shop.example.kr", "'*.example.kr'", "a.shop.example.kr", "s0", "'*'"];
const PATHS: &[&str] = &["/", "/api", "/api/v1", "/apis"];

fn virtual_service() -> impl Strategy<Value = String> {
    let gateways = select(&["gw-0", "gw-1", "mesh", "gw-0, mesh", "gw-0, gw-1", "gone"][..]);
    let action = select(
        &[
            "route: [{destination: {host: s0}}]",
            "route: [{destination: {host: s1, subset: v1}}]",
            "route: [{destination: {host: s2, port: {number: 81}}}]",
            "delegate: {name: v3}",
            "redirect: {uri: /x}",
        ][..],
    );
    let rule = (proptest::option::of(select(PATHS)), action, any::<bool>());
    let export = select(&["", "exportTo: ['.'], ", "exportTo: [other], "][..]);
    (0..4, select(HOSTS), gateways, prop::collection::vec(rule, 1..4), export).prop_map(
        |(number, host, gateways, rules, export)| {
            let rule = |(path, action, named): &(Option<&str>, &str, bool)| {
                let path = path.map_or(String::new(), |it| format!("match: [{{uri: {{prefix: {it}}}}}], "));
                let name = if *named { "name: r, " } else { "" };
                format!("{{{name}{path}{action}}}")
            };
            let rules: Vec<_> = rules.iter().map(rule).collect();
            // A delegate has neither hosts nor gateways.
            let place = if number == 3 { String::new() } else { format!("hosts: [{host}], gateways: [{gateways}], ") };
            let rules = rules.join(", ");
            format!(
                "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: v{number}}}\n\
                 spec: {{{export}{place}http: [{rules}]}}\n"
            )
        },
    )
}

fn ingress() -> impl Strategy<Value = String> {
    let backend = select(&["s0", "s1", "ingress-gw", "gone"][..]);
    let path = (select(PATHS), select(&["Exact", "Prefix"][..]), backend);
    let class = select(&["alb", "nginx", "istio", "gone"][..]);
    let group = select(&["", "a", "b", "-bad-"][..]);
    let host = select(&["shop.example.kr", "a.shop.example.kr"][..]);
    (0..4, class, group, -1..3_i32, host, prop::collection::vec(path, 1..3)).prop_map(
        |(number, class, group, order, host, paths)| {
            let path = |(path, kind, backend): &(&str, &str, &str)| {
                format!(
                    "{{path: {path}, pathType: {kind}, backend: {{service: {{name: {backend}, port: {{number: 80}}}}}}}}"
                )
            };
            let paths: Vec<_> = paths.iter().map(path).collect();
            let paths = paths.join(", ");
            let group = if group.is_empty() {
                String::new()
            } else {
                format!("alb.ingress.kubernetes.io/group.name: '{group}', ")
            };
            format!(
                "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: i{number}, annotations: {{{group}\
                 alb.ingress.kubernetes.io/group.order: '{order}', alb.ingress.kubernetes.io/target-type: ip}}}}\n\
                 spec: {{ingressClassName: {class}, rules: [{{host: {host}, http: {{paths: [{paths}]}}}}]}}\n"
            )
        },
    )
}

/// Kinds that others look up.
const OTHERS: &[&str] = &[
    "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: d0}\nspec: {host: s1, subsets: [{name: v1, labels: {app: s1}}]}\n",
    "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: d0}\nspec: {host: s0, subsets: [{name: v2}]}\n",
    "apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: {name: e0, namespace: istio-system}\nspec: {configPatches: [{applyTo: HTTP_ROUTE, match: {routeConfiguration: {vhost: {route: {name: r}}}}, patch: {operation: MERGE, value: {route: {timeout: 1s}}}}]}\n",
    "apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: {name: e0, namespace: istio-system}\nspec: {configPatches: [{applyTo: NETWORK_FILTER, patch: {operation: MERGE, value: {typed_config: {xff_num_trusted_hops: 1}}}}]}\n",
    "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: gw-0}\nspec: {selector: {istio: gw}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}\n",
    "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: gw-0}\nspec: {selector: {istio: gw}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*.example.kr'], tls: {httpsRedirect: true}}, {port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*.example.kr'], tls: {mode: SIMPLE, credentialName: c}}]}\n",
    "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: gw-1}\nspec: {selector: {istio: gw}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [shop.example.kr]}]}\n",
    "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: gw-1}\nspec: {selector: {istio: none}, servers: [{port: {number: 8080, name: http, protocol: HTTP}, hosts: ['./*']}]}\n",
    "apiVersion: v1\nkind: Service\nmetadata: {name: s0}\nspec: {selector: {app: s0}, ports: [{name: http, port: 80, targetPort: 8080}]}\n",
    "apiVersion: v1\nkind: Service\nmetadata: {name: s0}\nspec: {selector: {app: s1}, ports: [{name: http, port: 81}]}\n",
    "apiVersion: v1\nkind: Service\nmetadata: {name: s1}\nspec: {selector: {app: s1}, ports: [{name: http, port: 80}]}\n",
    "apiVersion: v1\nkind: Service\nmetadata: {name: s2}\nspec: {selector: {app: s1}, ports: [{name: http, port: 81}, {name: b, port: 82}]}\n",
    "apiVersion: v1\nkind: Service\nmetadata: {name: ingress-gw}\nspec: {selector: {istio: gw}, ports: [{name: http, port: 80, targetPort: 80}]}\n",
    "apiVersion: v1\nkind: Service\nmetadata: {name: ingress-gw}\nspec: {type: LoadBalancer, selector: {istio: gw}, ports: [{name: http, port: 80, targetPort: 8080}]}\n",
    "apiVersion: v1\nkind: Pod\nmetadata: {name: gw, labels: {istio: gw}}\nspec: {containers: [{name: istio-proxy, image: istio}]}\n",
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p1, labels: {app: s1}}\nspec: {containers: [{name: web, image: web, ports: [{containerPort: 8080}]}]}\n",
    "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: alb}\nspec: {controller: ingress.k8s.aws/alb}\n",
    "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: alb}\nspec: {controller: ingress.k8s.aws/alb, parameters: {apiGroup: elbv2.k8s.aws, kind: IngressClassParams, name: p}}\n",
    "apiVersion: elbv2.k8s.aws/v1beta1\nkind: IngressClassParams\nmetadata: {name: p}\nspec: {scheme: internet-facing}\n",
    "apiVersion: elbv2.k8s.aws/v1beta1\nkind: IngressClassParams\nmetadata: {name: p}\nspec: {scheme: internal, group: {name: a}}\n",
    "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: istio}\nspec: {controller: istio.io/ingress-controller}\n",
    "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: nginx}\nspec: {controller: k8s.io/ingress-nginx}\n",
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {a: b}}\n",
    "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: e}\nspec: {hosts: [a.shop.example.kr], ports: [{number: 80, name: http, protocol: HTTP}], resolution: DNS}\n",
    "",
];

fn document() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => virtual_service(),
        2 => ingress(),
        4 => select(OTHERS).prop_map(str::to_owned),
    ]
}

fn ask(engine: &mut Engine, method: &str, params: &Value) -> String {
    engine.handle(&json!({ "id": 1, "method": method, "params": params }).to_string())
}

/// The questions whose answers stand on everything that is kept.
fn answers(engine: &mut Engine, about: &Value) -> Vec<String> {
    let mut calls = Vec::new();
    for host in ["shop.example.kr", "a.shop.example.kr", "s0.default"] {
        for path in ["/", "/api/v1", "/apis"] {
            calls.push(json!({ "host": host, "path": path }));
            calls.push(
                json!({ "host": host, "path": path, "from": { "pod": { "namespace": "default", "sidecar": true } } }),
            );
        }
    }
    let methods = ["check", "deadRules", "trace", "loadBalancers", "graph"];
    let mut found = Vec::new();
    for method in methods {
        let mut params = about.clone();
        if let (Some(params), "trace") = (params.as_object_mut(), method) {
            params.insert("requests".into(), json!(calls));
        }
        found.push(ask(engine, method, &params));
    }
    found
}

/// What becomes of a file: its text, or nothing where it goes.
type Edited = (String, Option<String>);

/// What a kept workspace answers after each of some edits, and what a fresh one does.
fn kept_and_fresh(mut files: Files, edits: Vec<Edited>) -> Vec<(String, String)> {
    let mut engine = Engine::new();
    let opened = ask(&mut engine, "workspace", &json!({ "open": files, "reset": true }));
    let opened: Value = serde_json::from_str(&opened).unwrap();
    answers(&mut engine, &json!({ "workspace": opened["result"]["revision"] }));
    let mut found = Vec::new();
    for (file, text) in edits {
        let change = match &text {
            Some(text) => json!({ "open": { &file: text } }),
            None => json!({ "close": [file] }),
        };
        match text {
            Some(text) => files.insert(file, text),
            None => files.remove(&file),
        };
        let opened: Value = serde_json::from_str(&ask(&mut engine, "workspace", &change)).unwrap();
        let kept = answers(&mut engine, &json!({ "workspace": opened["result"]["revision"] }));
        found.extend(kept.into_iter().zip(answers(&mut Engine::new(), &json!({ "files": files }))));
    }
    found
}

#[test]
fn a_pod_without_a_name_counts_neither_before_an_edit_nor_after_it() {
    let service =
        "apiVersion: v1\nkind: Service\nmetadata: {name: s0}\nspec: {selector: {app: s0}, ports: [{port: 80}]}\n";
    let pod = |image: &str| {
        let meta = "metadata: {generateName: s-, labels: {app: s0}}";
        format!("apiVersion: v1\nkind: Pod\n{meta}\nspec: {{containers: [{{name: web, image: {image}}}]}}\n")
    };
    let files = [("a.yaml".to_owned(), service.to_owned()), ("b.yaml".to_owned(), pod("old"))];
    for (kept, fresh) in kept_and_fresh(files.into(), vec![("b.yaml".to_owned(), Some(pod("new")))]) {
        assert_eq!(kept, fresh);
    }
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn edits_of_neighbours_give_what_whole_files_give(
        documents in prop::collection::vec(document(), 14..22),
        edits in prop::collection::vec((any::<prop::sample::Index>(), document()), 1..8),
    ) {
        let name = |at: usize| format!("{at:02}.yaml");
        let n_files = documents.len();
        let files: Files = documents.into_iter().enumerate().map(|(at, text)| (name(at), text)).collect();
        let edits = edits.into_iter().map(|(at, text)| (name(at.index(n_files)), Some(text)));
        for (kept, fresh) in kept_and_fresh(files, edits.collect()) {
            prop_assert_eq!(kept, fresh);
        }
    }
}
