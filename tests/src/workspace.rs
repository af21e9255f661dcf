//! Workspaces of any size, made up: one ALB, one Istio gateway and many teams.

use std::fmt::Write as _;

use crate::ask::Files;

/// The host of a team's server.
pub fn host(team: usize) -> String {
    format!("team-{team}.example.kr")
}

/// About `n_resources` objects: for each team a Namespace, a VirtualService, two Services, two Deployments, a ConfigMap
/// and a ServiceAccount, over an ALB and an Istio gateway.
pub fn generate(n_resources: usize) -> Files {
    let mut files = Files::from([("edge/edge.yaml".to_owned(), EDGE.to_owned())]);
    for team in 0..n_resources / 8 {
        files.insert(format!("apps/team-{team:04}.yaml"), of_team(team));
    }
    files
}

/// A Gateway with so many HTTPRoutes, ten on each host; of ten routes one is hidden by an older one.
pub fn routes(n_routes: usize) -> Files {
    let mut text = String::from(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge}\n\
         spec: {gatewayClassName: any, listeners: [{name: http, port: 80, protocol: HTTP}]}\n",
    );
    for route in 0..n_routes {
        let path = if route % 10 == 9 { "/part-8".to_owned() } else { format!("/part-{}", route % 10) };
        let _ = write!(
            text,
            "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: route-{route:05}}}\n\
             spec: {{parentRefs: [{{name: edge}}], hostnames: [{}], \
             rules: [{{matches: [{{path: {{value: {path}}}}}], backendRefs: [{{name: web, port: 80}}]}}]}}\n",
            host(route / 10)
        );
    }
    Files::from([("routes.yaml".to_owned(), text)])
}

/// An edge of many hands: 100 Ingresses in 10 groups, one ALB each, and 500 VirtualServices on one gateway; a file each.
pub fn edge() -> Files {
    let mut files = Files::from([("edge/edge.yaml".to_owned(), EDGE.to_owned())]);
    for ingress in 0..100 {
        files.insert(format!("ingresses/{ingress:03}.yaml"), ingress_of(ingress / 10, ingress));
    }
    for team in 0..50 {
        let namespace = format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: team-{team}}}\n");
        files.insert(format!("apps/team-{team:03}.yaml"), namespace + &of_app(team, "server", 8080));
    }
    for number in 0..500 {
        files.insert(format!("routes/{number:03}.yaml"), virtual_service(number));
    }
    files
}

fn ingress_of(group: usize, number: usize) -> String {
    let team = number % 50;
    let mut text = format!(
        "apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: ingress-{number}
  namespace: team-{team}
  annotations:
    alb.ingress.kubernetes.io/group.name: group-{group}
    alb.ingress.kubernetes.io/group.order: '{number}'
    alb.ingress.kubernetes.io/scheme: internet-facing
    alb.ingress.kubernetes.io/target-type: ip
    alb.ingress.kubernetes.io/listen-ports: '[{{\"HTTPS\":443}},{{\"HTTP\":80}}]'
    alb.ingress.kubernetes.io/certificate-arn: arn:aws:acm:ap-northeast-2:111122223333:certificate/a
spec:
  ingressClassName: alb
  rules:
  - host: ingress-{number}.example.kr
    http:
      paths:
"
    );
    for path in ["/api", "/assets", "/"] {
        _ = write!(
            text,
            "      - path: {path}
        pathType: Prefix
        backend: {{service: {{name: server, port: {{number: 80}}}}}}
"
        );
    }
    text
}

fn virtual_service(number: usize) -> String {
    let team = number % 50;
    format!(
        "apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: route-{number}
  namespace: team-{team}
spec:
  hosts: [route-{number}.example.kr]
  gateways: [istio-system/public]
  http:
  - match:
    - uri: {{prefix: /api}}
    route:
    - destination: {{host: server, port: {{number: 80}}}}
  - route:
    - destination: {{host: server, port: {{number: 80}}}}
"
    )
}

const EDGE: &str = "\
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: alb}
spec: {controller: ingress.k8s.aws/alb}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: edge
  namespace: istio-system
  annotations:
    alb.ingress.kubernetes.io/scheme: internet-facing
    alb.ingress.kubernetes.io/target-type: ip
    alb.ingress.kubernetes.io/listen-ports: '[{\"HTTPS\":443},{\"HTTP\":80}]'
    alb.ingress.kubernetes.io/certificate-arn: arn:aws:acm:ap-northeast-2:111122223333:certificate/a
    alb.ingress.kubernetes.io/ssl-redirect: '443'
spec:
  ingressClassName: alb
  rules:
  - http:
      paths:
      - path: /
        pathType: Prefix
        backend: {service: {name: istio-ingressgateway, port: {number: 80}}}
---
apiVersion: v1
kind: Service
metadata: {name: istio-ingressgateway, namespace: istio-system}
spec:
  selector: {istio: ingressgateway}
  ports: [{name: http2, port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: istio-ingressgateway, namespace: istio-system}
spec:
  selector: {matchLabels: {istio: ingressgateway}}
  template:
    metadata: {labels: {istio: ingressgateway}}
    spec: {containers: [{name: istio-proxy, image: auto}]}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: public, namespace: istio-system}
spec:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: 80, name: http, protocol: HTTP}
    hosts: ['*.example.kr']
";

fn of_team(team: usize) -> String {
    let host = host(team);
    let mut text = format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: team-{team}\n");
    _ = write!(
        text,
        "---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: server
  namespace: team-{team}
spec:
  hosts: [{host}]
  gateways: [istio-system/public]
  http:
  - match:
    - uri: {{prefix: /api}}
    route:
    - destination: {{host: server, port: {{number: 80}}}}
  - route:
    - destination: {{host: web, port: {{number: 80}}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: settings, namespace: team-{team}}}
data:
  LOG_LEVEL: info
  GREETING: 안녕하세요
---
apiVersion: v1
kind: ServiceAccount
metadata: {{name: server, namespace: team-{team}}}
"
    );
    for (app, port) in [("server", 8080), ("web", 3000)] {
        _ = write!(text, "{}", of_app(team, app, port));
    }
    text
}

fn of_app(team: usize, app: &str, port: u16) -> String {
    format!(
        "---
apiVersion: v1
kind: Service
metadata:
  name: {app}
  namespace: team-{team}
  labels:
    app: {app}
spec:
  type: ClusterIP
  selector:
    app: {app}
  ports:
  - name: http
    port: 80
    targetPort: {port}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {app}
  namespace: team-{team}
  labels:
    app: {app}
spec:
  replicas: 2
  selector:
    matchLabels:
      app: {app}
  template:
    metadata:
      labels:
        app: {app}
    spec:
      containers:
      - name: {app}
        image: registry.example.kr/team-{team}/{app}:1.0.0
        ports:
        - name: http
          containerPort: {port}
        env:
        - name: PORT
          value: \"{port}\"
        resources:
          requests:
            cpu: 100m
            memory: 256Mi
          limits:
            memory: 512Mi
        readinessProbe:
          httpGet:
            path: /healthz
            port: http
          periodSeconds: 10
"
    )
}
