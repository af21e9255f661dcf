// Made-up workspaces, as a file chooser gives them to the page.

/** One Gateway, and a route, a Service and a Deployment for each of 333 names: 1,001 objects in 35 files. */
export function thousand() {
  return shops(333);
}

/** The same with 1,666 names: 5,000 objects. */
export function fiveThousand() {
  return shops(1666);
}

/** Ten names a file, after a file with the Gateway of all. */
function shops(count) {
  const names = Array.from({ length: count }, (_, at) => `shop-${Math.floor(at / 10)}-${at % 10}`);
  const files = [chosen("edge.yaml", GATEWAY_OF_ALL)];
  for (let at = 0; at * 10 < count; at++) {
    const some = names.slice(at * 10, at * 10 + 10);
    files.push(chosen(`shop-${String(at).padStart(2, "0")}.yaml`, some.map(app).join("---\n")));
  }
  return files;
}

/** A filter that is not modelled: the answer is that there is none. */
export function unsupported() {
  const filter = "filters: [{type: ExtensionRef, extensionRef: {group: example.kr, kind: Limit, name: slow}}]";
  return [chosen("web.yaml", [gateway, route(filter), SERVICE, POD].join("---\n"))];
}

/** A route to a Service that is nowhere. */
export function ghosts() {
  return [chosen("web.yaml", [gateway, route("")].join("---\n"))];
}

function chosen(name, text) {
  return { name, mimeType: "application/yaml", buffer: Buffer.from(text) };
}

const GATEWAY_OF_ALL = `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: all}
spec: {controllerName: example.kr/all}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: all, namespace: edge}
spec:
  gatewayClassName: all
  listeners:
    - {name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}
`;

const app = (name) => `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}, namespace: shop}
spec:
  parentRefs: [{name: all, namespace: edge}]
  hostnames: [${name}.example.kr]
  rules:
    - backendRefs: [{name: ${name}, port: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: shop}
spec:
  selector: {app: ${name}}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers: [{name: web, image: example.kr/web, ports: [{containerPort: 8080}]}]
`;

const gateway = `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public}
spec: {gatewayClassName: any, listeners: [{name: http, port: 80, protocol: HTTP}]}
`;

const route = (filter) => `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  parentRefs: [{name: public}]
  hostnames: [shop.example.kr]
  rules:
  - backendRefs: [{name: web, port: 80}]
    ${filter}
`;

const SERVICE = `apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: demo}, ports: [{port: 80, targetPort: 8080}]}
`;

const POD = `apiVersion: v1
kind: Pod
metadata: {name: demo, labels: {app: demo}}
spec: {containers: [{name: demo, image: demo}]}
`;
