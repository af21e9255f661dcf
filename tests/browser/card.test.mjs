// What the cards of Pods and of load balancers say: facts of the core, each of which leads to its line.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { LANGUAGES, newWorkspace, paint, SIZES } from "./states.mjs";

const AXE = readFileSync(createRequire(new URL("../../web/package.json", import.meta.url)).resolve("axe-core/axe.min.js"), "utf8");

const SHOP = {
  "shop/web.yaml": `apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      nodeSelector: {zone: a}
      containers: [{name: web, image: web, ports: [{containerPort: 8080}]}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: shop, annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/web'}}
`,
  "shop/policies.yaml": `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: both, namespace: shop}
spec: {mtls: {mode: PERMISSIVE}}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: strict, namespace: istio-system}
spec: {mtls: {mode: STRICT}}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: readers, namespace: shop}
spec: {rules: [{to: [{operation: {methods: [GET]}}]}]}
`,
  "shop/nodes.yaml": `apiVersion: v1
kind: Node
metadata: {name: north, labels: {zone: a}}
---
apiVersion: v1
kind: Node
metadata: {name: south, labels: {zone: b}}
`,
  "edge/alb.yaml": `apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: alb}
spec: {controller: ingress.k8s.aws/alb}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: edge
  namespace: shop
  annotations:
    alb.ingress.kubernetes.io/scheme: internet-facing
    alb.ingress.kubernetes.io/target-type: ip
    alb.ingress.kubernetes.io/healthcheck-path: /healthz
spec:
  ingressClassName: alb
  rules:
  - host: shop.example.kr
    http:
      paths:
      - {path: /pay, pathType: Exact, backend: {service: {name: web, port: {name: http}}}}
      - {path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}
`,
};

const ADDRESS = "http://shop.example.kr/books";

/** Forty rules, the last of which takes the request; and a group that an error freezes. */
function many() {
  const path = (n) => `      - {path: /p${n}, pathType: Exact, backend: {service: {name: web, port: {name: http}}}}\n`;
  const rules = Array.from({ length: 40 }, (_, n) => path(n)).join("");
  return { ...SHOP, "edge/alb.yaml": SHOP["edge/alb.yaml"].replace(/      - \{path: \/pay.*\n/, rules) };
}

const NLB = {
  "nlb.yaml": `apiVersion: v1
kind: Service
metadata:
  name: front
  annotations:
    service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: ip
    service.beta.kubernetes.io/aws-load-balancer-scheme: internet-facing
spec:
  type: LoadBalancer
  loadBalancerClass: service.k8s.aws/nlb
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: web, image: web}]}
`,
};

const GATEWAY = {
  "gateway.yaml": `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: aws}
spec: {controllerName: gateway.k8s.aws/alb}
---
apiVersion: gateway.k8s.aws/v1beta1
kind: LoadBalancerConfiguration
metadata: {name: public}
spec: {scheme: internet-facing}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  gatewayClassName: aws
  infrastructure: {parametersRef: {group: gateway.k8s.aws, kind: LoadBalancerConfiguration, name: public}}
  listeners: [{name: http, port: 80, protocol: HTTP}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  parentRefs: [{name: edge}]
  rules:
  - {matches: [{path: {type: Exact, value: /pay}}], backendRefs: [{name: web, port: 80}]}
  - {backendRefs: [{name: web, port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: web, image: web}]}
`,
};

const FROZEN = {
  "alb.yaml": `apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: alb}
spec: {controller: ingress.k8s.aws/alb}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: good, annotations: {alb.ingress.kubernetes.io/group.name: shared, alb.ingress.kubernetes.io/scheme: internet-facing}}
spec:
  ingressClassName: alb
  rules: [{host: shop.example.kr, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: wrong, annotations: {alb.ingress.kubernetes.io/group.name: shared, alb.ingress.kubernetes.io/listen-ports: '[{"HTTP": 99999}]'}}
spec:
  ingressClassName: alb
  rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]
`,
};

const desk = (language) => ({ locale: LANGUAGES[language], viewport: SIZES[1440], reducedMotion: "reduce" });
const panel = (page) => page.locator(".ocard");

/** Opens the card of an object by its card in the diagram. */
async function open(page, url, files, kind, name, address = ADDRESS) {
  const chosen = Object.entries(files).map(([path, text]) => ({ name: path.split("/").at(-1), mimeType: "", buffer: Buffer.from(text) }));
  await newWorkspace(page, url);
  await page.locator('[data-open="files"]').first().setInputFiles(chosen);
  await page.locator("#url").fill(address);
  await page.locator("#url").press("Enter");
  await page.locator("#verdict .v:not(.idle)").waitFor();
  await page.locator(`[data-node*="${kind}"]`, { hasText: name }).first().click();
  await panel(page).locator("dl").waitFor();
}

/** What axe has against the card. */
async function violations(page) {
  await page.evaluate(`${AXE}; globalThis.axe = axe`);
  const found = await page.evaluate(() => globalThis.axe.run(".ocard", { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
  return found.violations.map((it) => `${it.id}: ${it.nodes[0].html}`);
}

const WORDS = {
  en: { sidecar: "injected", by: "has the label istio-injection: enabled", policy: "one of 1 must match", idle: "does not decide", role: "AWS calls are made as", nodes: "1 of 2 Nodes fit", chosen: "takes this request", health: "every 15 s", frozen: "Nothing of it changes" },
  ko: { sidecar: "주입됨", by: "istio-injection: enabled 레이블이 있습니다", policy: "규칙 1개 가운데 하나에 맞아야 합니다", idle: "결정하지 않습니다", role: "역할을 씁니다", nodes: "Node 2개 가운데 1개가 맞습니다", chosen: "이 요청을 받음", health: "15초마다", frozen: "고칠 때까지" },
};

export default (test) => {
  for (const language of ["en", "ko"]) {
    const words = WORDS[language];
    test(`the card of a Pod, ${language}`, desk(language), async ({ page, url, expect, screenshot }) => {
      await open(page, url, SHOP, "Deployment", "web");
      for (const text of [words.sidecar, words.by, "PERMISSIVE", words.policy, words.idle, words.role, words.nodes, "nodeSelector zone=a"]) {
        await expect(panel(page)).toContainText(text);
      }
      await screenshot(`pod card ${language}`);
      await panel(page).locator(".oc-line", { hasText: "readers" }).click();
      await expect(() => page.locator(".cm-content").innerText()).toContain("name: readers");
      await panel(page).locator("summary", { hasText: "1" }).last().click();
      await expect(panel(page)).toContainText("south");
    });

    test(`the card of a load balancer, ${language}`, desk(language), async ({ page, url, expect, screenshot }) => {
      await open(page, url, SHOP, "Ingress", "edge");
      const made = panel(page).locator(".lb");
      await expect(made.locator(".lb-rule")).toHaveCount(3);
      await expect(made.locator(".lb-rule.lit")).toHaveCount(1);
      await expect(made.locator(".lb-rule.lit")).toContainText(words.chosen);
      await expect(made.locator(".lb-rule.lit")).toContainText("/*");
      await expect(made).toContainText(words.health);
      await expect(made).toContainText("Deployment web:8080");
      await screenshot(`load balancer card ${language}`);
      await made.locator(".lb-rule").first().click();
      await expect(() => page.locator(".cm-content").innerText()).toContain("path: /pay");
      await page.locator("#url").fill("http://shop.example.kr/pay");
      await page.locator("#url").press("Enter");
      await expect(made.locator(".lb-rule.lit")).toContainText("/pay");
    });
  }

  test("forty rules are folded, and the chosen one is not", desk("en"), async ({ page, url, expect }) => {
    await open(page, url, many(), "Ingress", "edge");
    const made = panel(page).locator(".lb");
    await expect(made.locator(".lb-rule")).toHaveCount(22);
    await expect(made.locator(".lb-rule.lit")).toContainText("41");
    await made.locator(".lb-more button").click();
    await expect(made.locator(".lb-rule")).toHaveCount(42);
  });

  test("a frozen group names its error and its members", desk("en"), async ({ page, url, expect, screenshot }) => {
    await open(page, url, FROZEN, "Ingress", "good");
    const made = panel(page).locator(".lb");
    await expect(made).toContainText(WORDS.en.frozen);
    await expect(made).toContainText("listen port must be within [1, 65535]: 99999");
    await expect(made.locator(".lb-members button")).toHaveCount(2);
    await screenshot("frozen load balancer");
    await made.locator(".lb-frozen .oc-line").click();
    await expect(() => page.locator(".cm-content").innerText()).toContain("name: wrong");
  });

  test("load balancers of a Service and of a Gateway have a card", desk("en"), async ({ page, url, expect }) => {
    await open(page, url, NLB, "Service", "front");
    await expect(panel(page).locator(".lb")).toContainText("NLB");
    await expect(panel(page).locator(".lb-rule.lit")).toContainText("forward to front:80");
    await open(page, url, GATEWAY, "Gateway", "edge");
    await expect(panel(page).locator(".lb-rule")).toHaveCount(3);
    await expect(panel(page).locator(".lb-rule.lit")).toContainText("2");
  });

  for (const [what, kind, name] of [["Pod", "Deployment", "web"], ["load balancer", "Ingress", "edge"]]) {
    test(`nothing keeps anybody from the card of a ${what}`, { ...desk("ko"), timeout: 60_000 }, async ({ page, url, expect, screenshot }) => {
      await open(page, url, SHOP, kind, name);
      for (const theme of ["light", "dark", "contrast"]) {
        await paint(page, theme);
        await expect(await violations(page)).toEqual([]);
        if (theme === "dark") await screenshot(`${what} card, dark`);
      }
      await paint(page, "light");
      await page.setViewportSize(SIZES[390]);
      await expect(panel(page)).toBeVisible();
      await expect(await violations(page)).toEqual([]);
      await screenshot(`${what} card, 390`);
    });
  }
};
