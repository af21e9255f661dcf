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
    let streams = select(
        &[
            "",
            "",
            ", tls: [{match: [{sniHosts: [shop.example.kr]}], route: [{destination: {host: s0}}]}]",
            ", tls: [{match: [{sniHosts: [a.shop.example.kr], gateways: [gw-1]}], route: [{destination: {host: s1}}]}]",
            ", tcp: [{match: [{port: 5432}], route: [{destination: {host: s0, port: {number: 80}}}]}]",
        ][..],
    );
    (0..4, select(HOSTS), gateways, prop::collection::vec(rule, 1..4), (export, streams)).prop_map(
        |(number, host, gateways, rules, (export, streams))| {
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
                 spec: {{{export}{place}http: [{rules}]{streams}}}\n"
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

/// Kinds that others look up, and what stands before and behind them.
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
    "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: gw-1}\nspec: {selector: {istio: gw}, servers: [{port: {number: 443, name: tls, protocol: TLS}, hosts: [shop.example.kr], tls: {mode: PASSTHROUGH}}, {port: {number: 5432, name: tcp, protocol: TCP}, hosts: ['*']}]}\n",
    "apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: default}\nspec: {egress: [{hosts: ['./s0.default.svc.cluster.local']}], outboundTrafficPolicy: {mode: REGISTRY_ONLY}}\n",
    "apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: default}\nspec: {workloadSelector: {labels: {app: s1}}, ingress: [{port: {number: 80, protocol: HTTP, name: http}, defaultEndpoint: '127.0.0.1:9999'}]}\n",
    "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: a}\nspec: {selector: {matchLabels: {istio: gw}}, action: DENY, rules: [{to: [{operation: {paths: [/apis]}}]}]}\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata: {mesh: '{outboundTrafficPolicy: {mode: REGISTRY_ONLY}}'}\n",
    "apiVersion: v1\nkind: Service\nmetadata: {name: ingress-gw, annotations: {service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: ip, service.beta.kubernetes.io/aws-load-balancer-scheme: internet-facing, service.beta.kubernetes.io/aws-load-balancer-healthcheck-protocol: http, service.beta.kubernetes.io/aws-load-balancer-healthcheck-path: /api}}\nspec: {type: LoadBalancer, loadBalancerClass: service.k8s.aws/nlb, selector: {istio: gw}, ports: [{name: http, port: 80}, {name: https, port: 443}]}\n",
    "apiVersion: v1\nkind: Service\nmetadata: {name: s1, annotations: {service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: ip, service.beta.kubernetes.io/aws-load-balancer-healthcheck-port: '9090'}}\nspec: {type: LoadBalancer, loadBalancerClass: service.k8s.aws/nlb, selector: {app: s1}, ports: [{name: http, port: 80, targetPort: 8080}]}\n",
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: n}\nspec: {podSelector: {matchLabels: {app: s1}}, ingress: [{ports: [{port: 8080}]}]}\n",
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: n}\nspec: {podSelector: {}, policyTypes: [Ingress]}\n",
    "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i0, annotations: {alb.ingress.kubernetes.io/target-type: ip, alb.ingress.kubernetes.io/healthcheck-path: /healthz, alb.ingress.kubernetes.io/healthcheck-port: '15021'}}\nspec: {ingressClassName: alb, defaultBackend: {service: {name: ingress-gw, port: {number: 80}}}}\n",
    "apiVersion: v1\nkind: Pod\nmetadata: {generateName: gw-, labels: {istio: gw, app: s0}}\nspec: {containers: [{name: web, image: web}]}\n",
    "apiVersion: v1\nkind: Pod\nmetadata: {labels: {app: s0}}\nspec: {containers: [{name: web, image: web}]}\n",
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: gw}\nspec: {selector: {matchLabels: {istio: gw}}, template: {metadata: {labels: {istio: gw}}, spec: {containers: [{name: istio-proxy, image: auto}]}}}\n",
    "apiVersion: v1\nkind: Node\nmetadata: {name: node, labels: {kubernetes.io/hostname: node}}\nspec: {taints: [{key: a, effect: NoSchedule}]}\n",
    "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: s2, labels: {kubernetes.io/service-name: s2}}\naddressType: IPv4\nendpoints: [{addresses: [10.0.0.9]}]\nports: [{name: http, port: 81}]\n",
    "apiVersion: networking.istio.io/v1\nkind: WorkloadEntry\nmetadata: {name: w}\nspec: {address: 10.0.0.8, labels: {app: s0}}\n",
    "apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: c}\nspec: {controllerName: gateway.k8s.aws/alb}\n",
    "apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: c}\nspec: {controllerName: example.kr/controller}\n",
    "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: g}\nspec: {gatewayClassName: c, listeners: [{name: http, port: 80, protocol: HTTP}]}\n",
    "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: g}\nspec: {gatewayClassName: c, listeners: [{name: http, port: 80, protocol: HTTP, hostname: shop.example.kr}, {name: b, port: 81, protocol: HTTP}]}\n",
    "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r0}\nspec: {parentRefs: [{name: g}], hostnames: [shop.example.kr], rules: [{matches: [{path: {value: /api}}], backendRefs: [{name: s0, port: 80}]}]}\n",
    "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r1}\nspec: {parentRefs: [{name: g}], rules: [{matches: [{path: {value: /api}}, {path: {value: /api/v1}}], backendRefs: [{name: s1, port: 80}, {name: s0, namespace: other, port: 80}]}]}\n",
    "",
];

fn document() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => virtual_service(),
        2 => ingress(),
        4 => select(OTHERS).prop_map(str::to_owned),
    ]
}

/// A file holds one document, or a few.
fn file() -> impl Strategy<Value = String> {
    let several = prop::collection::vec(document(), 2..4).prop_map(|it| it.join("---\n"));
    prop_oneof![7 => document(), 1 => several]
}

/// Some files stand where the templates of a chart would, and are manifests as long as there is none.
fn name(at: usize) -> String {
    let folder = if at % 7 == 6 { "c/templates/" } else { "" };
    format!("{folder}{at:02}.yaml")
}

/// A file gets another text, comes, or goes; so does the chart.
fn edit() -> impl Strategy<Value = Edited> {
    let place = prop_oneof![9 => 0..20_usize, 1 => 20..30_usize].prop_map(name);
    let text = prop_oneof![11 => file().prop_map(Some), 1 => Just(None)];
    let chart = prop::option::of(Just("name: c\n".to_owned())).prop_map(|it| ("c/Chart.yaml".to_owned(), it));
    prop_oneof![15 => (place, text), 1 => chart]
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
    calls.push(json!({ "scheme": "https", "host": "shop.example.kr" }));
    calls.push(json!({ "scheme": "tls", "host": "shop.example.kr" }));
    calls.push(json!({ "scheme": "tcp", "host": "db.example.kr", "port": 5432 }));
    let methods = ["check", "deadRules", "trace", "loadBalancers", "graph", "status"];
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
    ask(&mut engine, "workspace", &json!({ "open": files, "reset": true }));
    answers(&mut engine, &json!({ "workspace": 1 }));
    let mut found = Vec::new();
    // Each change of the workspace counts its revision up.
    for (revision, (file, text)) in (2..).zip(edits) {
        let change = match &text {
            Some(text) => json!({ "open": { &file: text } }),
            None => json!({ "close": [file] }),
        };
        match text {
            Some(text) => files.insert(file, text),
            None => files.remove(&file),
        };
        ask(&mut engine, "workspace", &change);
        let kept = answers(&mut engine, &json!({ "workspace": revision }));
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
        documents in prop::collection::vec(file(), 14..22),
        edits in prop::collection::vec(edit(), 1..8),
    ) {
        let files: Files = documents.into_iter().enumerate().map(|(at, text)| (name(at), text)).collect();
        for (kept, fresh) in kept_and_fresh(files, edits) {
            prop_assert_eq!(kept, fresh);
        }
    }
}
