//! Any text in an annotation of a load balancer: an answer, never a panic. `tests/fuzz` goes deeper.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on is a failure")]

use podpath_protocol::{LoadBalancers, Traces};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use suite::ask;
use suite::property::config;

/// Annotations of Ingresses, each with a parser of its own.
const INGRESS: &[&str] = &[
    "actions.web",
    "conditions.web",
    "transforms.web",
    "auth-idp-oidc",
    "auth-idp-cognito",
    "auth-type",
    "auth-session-timeout",
    "jwt-validation",
    "listen-ports",
    "mutual-authentication",
    "ssl-redirect",
    "inbound-cidrs",
    "target-group-attributes",
    "tags",
    "target-node-labels",
    "subnets",
    "healthcheck-port",
    "success-codes",
    "group.name",
    "group.order",
    "use-regex-path-match",
    "backend-protocol-version",
    "certificate-arn",
];

/// Annotations of Services.
const SERVICE: &[&str] = &[
    "actions.TCP-80",
    "load-balancer-source-ranges",
    "aws-load-balancer-target-group-attributes",
    "aws-load-balancer-ssl-ports",
    "aws-load-balancer-healthcheck-port",
    "aws-load-balancer-attributes",
    "aws-load-balancer-quic-enabled-ports",
    "aws-load-balancer-proxy-protocol-per-target-group",
    "aws-load-balancer-enable-tcp-udp-listener",
];

/// What values are made of; `¦` stands between two.
const PIECES: &str = "{¦}¦[¦]¦:¦,¦\"¦'¦\\¦\\u00e9¦\\ud83d¦=¦ ¦\n¦*¦?¦/¦.¦#{path}¦-1¦0¦1e99¦99999999999¦443¦null¦true¦false¦TRUE¦a¦안녕¦\
    \"type\":¦\"Type\":¦\"forward\"¦\"redirect\"¦\"forwardConfig\":{¦\"targetGroups\":[{¦\"serviceName\":\"web\"¦\"servicePort\":80¦\
    \"weight\":¦\"redirectConfig\":{¦\"statusCode\":\"HTTP_301\"¦\"field\":¦\"path-pattern\"¦\"pathPatternConfig\":{¦\"values\":[¦\
    \"regexValues\":[¦\"(\"¦\"HTTP\":¦\"HTTPS\":80¦10.0.0.0/8¦::/0¦a=b¦\\,¦traffic-port¦oidc";

fn value() -> impl Strategy<Value = String> {
    let pieces = PIECES.split('¦').map(str::to_owned).collect::<Vec<_>>();
    let made = prop::collection::vec(select(pieces), 0..14).prop_map(|it| it.concat());
    prop_oneof![4 => made, 1 => any::<String>()]
}

fn answered(object: &Value, call: &Value) {
    let others = "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: alb}\nspec: {controller: ingress.k8s.aws/alb}\n\
        ---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{name: http, port: 80}]}\n";
    let files = json!({ "a.yaml": object.to_string(), "b.yaml": others });
    let _: LoadBalancers = ask::ask("loadBalancers", &json!({ "files": files })).unwrap();
    let _: Value = ask::ask("check", &json!({ "files": files })).unwrap();
    let _: Traces = ask::ask("trace", &json!({ "files": files, "requests": [call] })).unwrap();
}

proptest! {
    #![proptest_config(config(192))]

    #[test]
    fn of_an_ingress(key in select(INGRESS), value in value()) {
        let mut annotations = json!({
            "alb.ingress.kubernetes.io/target-type": "ip",
            "alb.ingress.kubernetes.io/listen-ports": r#"[{"HTTP": 80}, {"HTTPS": 443}]"#,
            "alb.ingress.kubernetes.io/auth-type": key.strip_prefix("auth-idp-").unwrap_or("none"),
        });
        annotations[format!("alb.ingress.kubernetes.io/{key}")] = json!(value);
        let port = if key.starts_with("actions") { json!({ "name": "use-annotation" }) } else { json!({ "number": 80 }) };
        let path = json!({ "path": "/api", "pathType": "Prefix", "backend": { "service": { "name": "web", "port": port } } });
        let ingress = json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": { "name": "edge", "annotations": annotations },
            "spec": { "ingressClassName": "alb", "rules": [{ "http": { "paths": [path] } }] },
        });
        let from = json!({ "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "namespace": "default", "name": "edge" });
        answered(&ingress, &json!({ "scheme": "https", "host": "a", "path": "/api", "from": { "loadBalancer": from } }));
    }

    #[test]
    fn of_a_service(key in select(SERVICE), value in value()) {
        let annotations = json!({ format!("service.beta.kubernetes.io/{key}"): value });
        let ports = json!([{ "name": "http", "port": 80, "nodePort": 30080 }, { "name": "dns", "port": 53, "protocol": "UDP" }]);
        let service = json!({
            "apiVersion": "v1", "kind": "Service", "metadata": { "name": "edge", "annotations": annotations },
            "spec": { "type": "LoadBalancer", "loadBalancerClass": "service.k8s.aws/nlb", "selector": { "app": "web" }, "ports": ports },
        });
        let from = json!({ "apiVersion": "v1", "kind": "Service", "namespace": "default", "name": "edge" });
        answered(&service, &json!({ "scheme": "tcp", "host": "a", "port": 80, "from": { "loadBalancer": from } }));
    }
}
