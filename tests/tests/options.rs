//! Answers that depend on an option.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on is a failure")]

use podpath_protocol::{Outcome, Traces};
use serde_json::json;
use suite::ask;

/// An ALB whose targets are Pods that only `10.0.0.0/16` may call.
const FILES: &str = "
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: alb}
spec: {controller: ingress.k8s.aws/alb}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: edge, annotations: {alb.ingress.kubernetes.io/scheme: internet-facing, alb.ingress.kubernetes.io/target-type: ip}}
spec: {ingressClassName: alb, defaultBackend: {service: {name: web, port: {number: 80}}}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: web, image: web}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: subnets}
spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/16, except: [10.0.9.0/24]}}]}]}
";

fn outcome(cidrs: &[&str]) -> (Outcome, Option<u16>) {
    let params = json!({
        "files": { "a.yaml": FILES }, "options": { "loadBalancerCidrs": cidrs }, "requests": [{ "host": "shop.example.kr" }]
    });
    let traces: Traces = ask::ask("trace", &params).unwrap();
    let trace = traces.traces.first().unwrap();
    (trace.outcome, trace.status)
}

#[test]
fn the_subnets_of_load_balancers_decide_about_an_ip_block() {
    assert_eq!(outcome(&[]), (Outcome::Unsupported, None), "nobody knows where the load balancer is");
    assert_eq!(outcome(&["10.0.1.0/24", "10.0.2.0/24"]), (Outcome::Delivered, None));
    assert_eq!(outcome(&["10.1.0.0/16"]), (Outcome::Answered, Some(504)));
    assert_eq!(outcome(&["10.0.9.0/26"]), (Outcome::Answered, Some(504)), "left out by except");
    assert_eq!(outcome(&["10.0.0.0/8"]), (Outcome::Unsupported, None), "some of its subnets fit");
}
