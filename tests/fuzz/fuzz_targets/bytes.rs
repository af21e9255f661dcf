//! Any bytes through `check`, `trace` and `graph`, beside a small platform that they can meet: no panic, always an answer.
#![no_main]

use libfuzzer_sys::fuzz_target;
use podpath_core::Engine;
use serde_json::{Value, json};

/// One way in of each sort, so that routes, classes and Services among the bytes find somebody to play them.
const PLATFORM: &str = "\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: public}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gateway}
spec: {gatewayClassName: any, listeners: [{name: http, port: 80, protocol: HTTP}]}
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: alb}
spec: {controller: ingress.k8s.aws/alb}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web, ports: [{name: http, containerPort: 8080}]}]}
";

fuzz_target!(|bytes: &[u8]| {
    let mut engine = Engine::new();
    let files = json!({ "a.yaml": String::from_utf8_lossy(bytes), "platform.yaml": PLATFORM });
    let revision = ask(&mut engine, "workspace", &json!({ "open": files }))["revision"].clone();
    let from_pod = json!({ "host": "web", "from": { "pod": { "sidecar": true } } });
    let from_internet = json!({ "host": "shop.example.kr", "path": "/api?x=1" });
    let requests = json!([from_internet, { "scheme": "https", "host": "a" }, from_pod]);
    ask(&mut engine, "check", &json!({ "workspace": revision }));
    ask(&mut engine, "trace", &json!({ "workspace": revision, "requests": requests }));
    ask(&mut engine, "graph", &json!({ "workspace": revision, "trace": from_internet }));
});

/// The manifests can be anything, so the answer is never an error.
fn ask(engine: &mut Engine, method: &str, params: &Value) -> Value {
    let request = json!({ "id": 1, "method": method, "params": params });
    let answer: Value = serde_json::from_str(&engine.handle(&request.to_string())).expect("an answer is JSON");
    assert!(answer["result"].is_object(), "{method}: {answer}");
    answer["result"].clone()
}
