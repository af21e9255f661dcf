//! A small platform, and what every target asks about it: always an answer, never a panic.

use podpath_core::Engine;
use serde_json::{Value, json};

/// What the annotations of a load balancer need around them.
const BACKEND: &str = "\
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: alb}
spec: {controller: ingress.k8s.aws/alb}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: web, image: web, ports: [{containerPort: 8080}]}]}
";

/// One way in of each sort, so that routes, classes and Services among the bytes find somebody to play them.
pub const PLATFORM: &str = "\
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

/// Asks about some manifests beside others, each request at its own way in.
pub fn follow(text: &str, others: &str, requests: &Value, methods: &[&str]) {
    let mut engine = Engine::new();
    let files = json!({ "a.yaml": text, "platform.yaml": others });
    let revision = ask(&mut engine, "workspace", &json!({ "open": files }))["revision"].clone();
    for method in methods {
        let mut params = json!({ "workspace": revision });
        match *method {
            "trace" => params["requests"] = requests.clone(),
            "graph" => params["trace"] = requests[0].clone(),
            _ => {}
        }
        ask(&mut engine, method, &params);
    }
}

/// The value of an annotation of an Ingress of an ALB; the first byte, a digit in seeds, says which one of `keys`.
///
/// The Ingress uses `actions.web`, `conditions.web` and `transforms.web`, and listens on HTTP and HTTPS.
pub fn ingress_annotation(keys: &[&str], bytes: &[u8]) {
    let Some((key, value)) = key_and_value(keys, bytes) else { return };
    let mut annotations = json!({
        "alb.ingress.kubernetes.io/scheme": "internet-facing",
        "alb.ingress.kubernetes.io/target-type": "ip",
        "alb.ingress.kubernetes.io/certificate-arn": "arn:aws:acm:ap-northeast-2:111122223333:certificate/a",
        "alb.ingress.kubernetes.io/listen-ports": r#"[{"HTTP": 80}, {"HTTPS": 443}]"#,
    });
    if key.starts_with("auth-idp") {
        annotations["alb.ingress.kubernetes.io/auth-type"] = json!(key.trim_start_matches("auth-idp-"));
    }
    annotations[format!("alb.ingress.kubernetes.io/{key}")] = json!(value);
    let port = if key.starts_with("actions") { json!({ "name": "use-annotation" }) } else { json!({ "number": 80 }) };
    let backend = json!({ "service": { "name": "web", "port": port } });
    let path = json!({ "path": "/api", "pathType": "Prefix", "backend": backend });
    let ingress = json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": { "name": "edge", "annotations": annotations },
        "spec": {
            "ingressClassName": "alb",
            "rules": [{ "host": "shop.example.kr", "http": { "paths": [path] } }],
        },
    });
    let requests = json!([
        { "scheme": "http", "host": "shop.example.kr", "path": "/api/v1?x=1", "headers": [["x-a", "b"]] },
        { "scheme": "https", "host": "shop.example.kr", "path": "/api" },
    ]);
    follow(&ingress.to_string(), BACKEND, &requests, &["loadBalancers", "trace"]);
}

/// The same for a Service that has an NLB; keys are whole.
pub fn service_annotation(keys: &[&str], bytes: &[u8]) {
    let Some((key, value)) = key_and_value(keys, bytes) else { return };
    let mut annotations = json!({ "service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing" });
    annotations[key] = json!(value);
    let service = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": { "name": "edge", "annotations": annotations },
        "spec": {
            "type": "LoadBalancer",
            "loadBalancerClass": "service.k8s.aws/nlb",
            "selector": { "app": "web" },
            "ports": [
                { "name": "http", "port": 80, "targetPort": "http", "nodePort": 30080 },
                { "name": "dns", "port": 53, "protocol": "UDP", "nodePort": 30053 },
            ],
        },
    });
    let requests = json!([{ "scheme": "tcp", "host": "edge.example.kr", "port": 80 }]);
    follow(&service.to_string(), BACKEND, &requests, &["loadBalancers", "trace"]);
}

fn key_and_value<'a>(keys: &[&'a str], bytes: &[u8]) -> Option<(&'a str, String)> {
    let (first, rest) = bytes.split_first()?;
    let key = keys.get(usize::from(first.wrapping_sub(b'0')) % keys.len().max(1))?;
    Some((key, String::from_utf8_lossy(rest).into_owned()))
}

/// The manifests can be anything, so the answer is never an error.
fn ask(engine: &mut Engine, method: &str, params: &Value) -> Value {
    let request = json!({ "id": 1, "method": method, "params": params });
    let answer: Value = serde_json::from_str(&engine.handle(&request.to_string())).expect("an answer is JSON");
    assert!(answer["result"].is_object(), "{method}: {answer}");
    answer["result"].clone()
}
