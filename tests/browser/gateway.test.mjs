// What controllers make of objects: statuses to come, other controllers, conversions, dead rules, policies on wires.
const DESK = { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce", locale: "en-US" };

const PODS = `---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: web, image: web}]}
`;

const INGRESS = `apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: plain}
spec: {controller: example.kr/ingress}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: edge, annotations: {alb.ingress.kubernetes.io/target-type: ip}}
spec:
  ingressClassName: plain
  rules:
  - host: shop.example.kr
    http: {paths: [{path: /api, pathType: ImplementationSpecific, backend: {service: {name: web, port: {number: 80}}}}]}
`;

const GATEWAY = `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec: {gatewayClassName: any, listeners: [{name: http, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: wide}
spec:
  parentRefs: [{name: edge}]
  hostnames: [shop.example.kr]
  rules:
  - {matches: [{path: {value: /api}}], backendRefs: [{name: web, port: 80}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: zealous}
spec:
  parentRefs: [{name: edge}]
  hostnames: [shop.example.kr]
  rules:
  - {matches: [{path: {value: /api}}], backendRefs: [{name: web, port: 80}]}
`;

const POLICY = `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: open-door}
spec: {podSelector: {}, ingress: [{ports: [{port: 8080}]}]}
`;

async function desk(page, url, text, request) {
  await page.goto(url);
  await page.locator(".ws").click();
  await page.locator(".pop .menu-item").first().click();
  await page.locator(".drop").waitFor();
  await page.locator('[data-open="files"]').first().setInputFiles([{ name: "a.yaml", mimeType: "", buffer: Buffer.from(text) }]);
  const bar = page.locator("#url");
  await bar.fill(request);
  await bar.press("Enter");
}

const card = (page, name) => page.locator("[data-node]", { hasText: name }).first();

export default (test) => {
  test("the same Ingress at other controllers", DESK, async ({ page, url, expect, screenshot }) => {
    await desk(page, url, INGRESS + PODS, "http://shop.example.kr/api/x");
    await expect(page.locator("#verdict .v.ok")).toBeVisible();
    await page.getByRole("button", { name: "The same Ingress at other controllers" }).click();
    const rivals = page.locator(".rivals");
    await expect(rivals).toContainText("they differ");
    await expect(rivals.locator("dt")).toHaveCount(3);
    await expect(rivals.locator("dd").nth(2)).toContainText("404");
    await screenshot("rivals");
  });

  test("an Ingress becomes a Gateway and an HTTPRoute beside it", DESK, async ({ page, url, expect, screenshot }) => {
    await desk(page, url, INGRESS + PODS, "http://shop.example.kr/api");
    await expect(page.locator("#verdict .v.ok")).toBeVisible();
    await card(page, "edge").click();
    await page.locator("[data-convert]").click();
    await expect(page.locator(".tree")).toContainText("plain.gateway-api.yaml");
    await expect(() => page.locator(".cm-content").innerText()).toContain("kind: Gateway");
    await screenshot("converted");
  });

  test("the card says what the controller will write", DESK, async ({ page, url, expect, screenshot }) => {
    await desk(page, url, GATEWAY + PODS, "http://shop.example.kr/api");
    await expect(page.locator("#verdict .v.ok")).toBeVisible();
    await card(page, "edge").click();
    const panel = page.getByRole("dialog", { name: /Object card/ });
    await expect(panel).toContainText("Status to come");
    await expect(panel).toContainText("takes 2 routes");
    await expect(panel).toContainText("Accepted True Accepted");
    await screenshot("status to come");
  });

  test("a dead rule is tried with the request that shows it", DESK, async ({ page, url, expect }) => {
    await desk(page, url, GATEWAY + PODS, "http://shop.example.kr/other");
    await page.locator(".p-fold").click();
    const row = page.locator('[data-code="unreachable-rule"]');
    await expect(row).toContainText("takes them all");
    await row.locator("[data-witness]").click();
    await expect(page.locator("#url")).toHaveValue(/shop\.example\.kr\/api/);
    await expect(page.locator("#verdict .v.ok")).toBeVisible();
  });

  test("a policy on the path is a shield on the wire", DESK, async ({ page, url, expect, screenshot }) => {
    await desk(page, url, INGRESS + PODS + POLICY, "http://shop.example.kr/api");
    await expect(page.locator("#verdict .v.ok")).toBeVisible();
    await expect(page.locator(".canvas .shield.pass")).toBeVisible();
    await screenshot("shield");
  });
};
