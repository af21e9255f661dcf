// The answer side: object card, folding, focus, zoom, hops, export, and what is said to those who do not see it.

const DESK = { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" };
const PHONE = { viewport: { width: 390, height: 844 }, reducedMotion: "reduce", hasTouch: true };

/** Opens an example by the start of its name; the broken twin is the one whose card says so. */
async function example(page, slug, { broken = false } = {}) {
  await page.locator(".links button").first().click();
  const cards = page.locator(`.pop [data-example^="${slug}"]`);
  await cards.filter({ has: page.locator(broken ? ".st.err" : ".st.ok") }).first().click();
}

const cards = (page, state = "") => page.locator(`.canvas [data-node]${state}`);
const card = (page, name) => page.locator(`.canvas [data-node$="/${name}"]`);
const panel = (page) => page.locator(".ocard");

async function ready(page, url, expect) {
  await page.goto(url);
  await expect(page.locator("#verdict .v.ok")).toBeVisible();
}

/** Opens one more file of so many namespaces, each with routes, Services and Pods. */
async function large(page, nSpaces, nServices = 3) {
  const text = Array.from({ length: nSpaces }, (_, it) => team(it, nServices)).join("---\n");
  const file = { name: "teams.yaml", mimeType: "text/yaml", buffer: Buffer.from(text) };
  // Files take the place of an example that nobody touched; here they come beside it.
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+End");
  await page.keyboard.insertText("# kept\n");
  await page.locator('[data-open="files"]').first().setInputFiles([file]);
}

function team(number, nServices) {
  const one = (it) => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: s${it}, namespace: team-${number}}
spec:
  gateways: [istio-system/public-gateway]
  hosts: [s${it}.team-${number}.example.kr]
  http: [{route: [{destination: {host: s${it}, port: {number: 80}}}]}]
---
apiVersion: v1
kind: Service
metadata: {name: s${it}, namespace: team-${number}}
spec: {selector: {app: s${it}}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: s${it}, namespace: team-${number}}
spec:
  replicas: 2
  selector: {matchLabels: {app: s${it}}}
  template:
    metadata: {labels: {app: s${it}}}
    spec: {containers: [{name: app, image: "app:1", ports: [{containerPort: 8080}]}]}
`;
  return Array.from({ length: nServices }, (_, it) => one(it)).join("---\n");
}

export default (test) => {
  test("a card tells everything about its object, and gives the focus back", DESK, async ({ page, url, expect, screenshot }) => {
    await ready(page, url, expect);
    const service = cards(page, ".service.on").first();
    await service.click();
    await expect(panel(page)).toBeVisible();
    await expect(panel(page)).toBeFocused();
    for (const part of ["Service · v1", "A stable name and port", "type: ClusterIP", "2 ready of 2", "VirtualService areyouhere-server", "8080"]) {
      await expect(panel(page)).toContainText(part);
    }
    await expect(panel(page).locator("code.def").first()).toBeVisible();
    await expect(() => page.locator(".cm-content").innerText()).toContain("kind: Service");
    await screenshot("answer 1440 card");
    await page.keyboard.press("Escape");
    await expect(panel(page)).toBeHidden();
    await expect(service).toBeFocused();
  });

  test("the card leads on: to the line, to others, and to a request from here", DESK, async ({ page, url, expect, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await ready(page, url, expect);
    await cards(page, ".service.on").first().click();
    await panel(page).locator("[data-copy]").click();
    await expect(() => page.evaluate(() => navigator.clipboard.readText())).toContain("sessionAffinity: None");
    await panel(page).locator(".oc-yaml summary").click();
    await expect(panel(page).locator("pre")).toContainText("internalTrafficPolicy: Cluster");
    await panel(page).locator(".oc-ref", { hasText: "Deployment" }).first().click();
    await expect(panel(page)).toContainText("Keeps a number of equal Pods running");
    await panel(page).locator("[data-line]").click();
    await expect(page.locator(".cm-sent, .cm-lit").first()).toBeVisible();
    await panel(page).locator("[data-from]").click();
    await expect(panel(page)).toBeHidden();
    await expect(page.locator(".reqline .from select")).not.toHaveValue("");
  });

  test("a name in the verdict opens its card", DESK, async ({ page, url, expect }) => {
    await ready(page, url, expect);
    await page.locator("#verdict .name-btn").first().click();
    await expect(panel(page)).toContainText("Service · v1");
  });

  test("a redirect has the colour of what goes on, not of an error", DESK, async ({ page, url, expect }) => {
    await ready(page, url, expect);
    const address = new URL(await page.locator("#url").inputValue());
    await page.locator("#url").fill(`http://${address.host}/`);
    await expect(page.locator("#verdict .v.move")).toBeVisible();
    const fill = (place) => page.locator(place).first().evaluate((it) => getComputedStyle(it).fill);
    expect(await fill(".canvas .reason.redirect rect")).toBe(await fill(".canvas .disc.redirect circle"));
  });

  test("a large workspace is folded, opens group by group, and stays small", DESK, async ({ page, url, expect, screenshot }) => {
    await ready(page, url, expect);
    await large(page, 110);
    await expect(page.locator(".card.group").first()).toBeVisible();
    await expect(() => cards(page).count()).toBeLessThan(150);
    await expect(cards(page, ".pod.on")).toBeVisible();
    await screenshot("answer 1440 large");
    const group = page.locator('[data-node^="group/service/"]').first();
    await expect(group).toHaveAttribute("aria-expanded", "false");
    const before = await cards(page).count();
    const nInside = Number(await group.locator(".meta").textContent());
    await group.click();
    await expect(group).toHaveAttribute("aria-expanded", "true");
    await expect(() => cards(page).count()).toBe(before + nInside);
    await group.click();
    await expect(() => cards(page).count()).toBe(before);
    await page.locator("[data-more]").click();
    await expect(() => cards(page).count()).toBeGreaterThan(before);
    await expect(() => cards(page).count()).toBeLessThan(150);
  });

  test("only the path, only a namespace, only an object, and everything again", DESK, async ({ page, url, expect, screenshot }) => {
    await ready(page, url, expect);
    const all = await cards(page).count();
    await page.locator('[data-tool="focus"]').click();
    await expect(cards(page)).toHaveCount(6);
    await expect(page.locator('[data-tool="focus"]')).toHaveAttribute("aria-pressed", "true");
    await screenshot("answer 1440 only the path");
    await page.locator(".focus-chip").click();
    await expect(cards(page)).toHaveCount(all);
    await page.keyboard.press("n");
    await expect(page.locator(".focus-chip")).toContainText("areyouhere");
    await page.keyboard.press("o");
    await expect(page.locator(".focus-chip")).toContainText("Only what touches");
    await expect(() => cards(page).count()).toBeLessThan(all);
    await page.keyboard.press("o");
    await expect(cards(page)).toHaveCount(all);
  });

  test("the diagram zooms by wheel and keys, fits, and is dragged", DESK, async ({ page, url, expect }) => {
    await ready(page, url, expect);
    const width = () => page.locator(".canvas").evaluate((it) => it.offsetWidth);
    const scroll = () => page.locator(".stage").evaluate((it) => it.scrollLeft);
    const plain = await width();
    await page.locator(".stage").hover();
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -100);
    await page.keyboard.up("Control");
    await expect(width).toBeGreaterThan(plain);
    await page.locator('[data-tool="fit"]').click();
    await expect(width).toBe(plain);
    await cards(page, ".gateway.on").first().focus();
    await page.keyboard.press("+");
    await page.keyboard.press("+");
    await page.keyboard.press("+");
    await page.keyboard.press("+");
    await expect(width).toBe(plain * 2);
    const start = await scroll();
    const box = await page.locator(".stage").boundingBox();
    await page.mouse.move(box.x + 300, box.y + 12);
    await page.mouse.down();
    await page.mouse.move(box.x + 200, box.y + 12, { steps: 4 });
    await page.mouse.up();
    await expect(scroll).toBe(start + 100);
    await page.keyboard.press("0");
    await expect(width).toBe(plain);
    await page.keyboard.press("-");
    await expect(width).toBeLessThan(plain);
  });

  test("cards that did not change stay where they are while somebody types", DESK, async ({ page, url, expect }) => {
    await ready(page, url, expect);
    const places = () => cards(page).evaluateAll((all) => Object.fromEntries(all.map((it) => {
      const box = it.querySelector(".box");
      return [it.dataset.node, `${box.getAttribute("x")} ${box.getAttribute("y")}`];
    })));
    const before = await places();
    await page.locator(".cm-content").focus();
    await page.keyboard.press("Control+End");
    await page.keyboard.insertText("\n---\napiVersion: v1\nkind: Service\nmetadata: {name: aaa, namespace: areyouhere}\nspec: {selector: {app: areyouhere-web}, ports: [{port: 80}]}\n");
    await expect(card(page, "aaa")).toBeVisible();
    const after = await places();
    const left = (place) => place.split(" ")[0];
    const top = (place) => Number(place.split(" ")[1]);
    const shift = top(after.client) - top(before.client);
    for (const [id, place] of Object.entries(before)) {
      await expect(left(after[id])).toBe(left(place));
      await expect(top(after[id]) - top(place)).toBe(shift);
    }
  });

  test("the picture and the report go elsewhere, as a file and as a copy", DESK, async ({ page, url, expect, context, screenshot }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await ready(page, url, expect);
    await page.locator('[data-tool="download"]').click();
    const row = (name) => page.locator(`[data-export="${name}"]`);
    await expect(() => row("SVG").locator("button").first().isEnabled()).toBe(true);
    await screenshot("answer 1440 export");
    const saved = {};
    for (const name of ["SVG", "PNG", "Mermaid", "Markdown"]) {
      const [download] = await Promise.all([page.waitForEvent("download"), row(name).locator("button").first().click()]);
      const stream = await download.createReadStream();
      const parts = [];
      for await (const part of stream) parts.push(part);
      saved[name] = Buffer.concat(parts);
    }
    await expect(saved.SVG.toString()).toContain("prefers-color-scheme:dark");
    await expect(saved.PNG.subarray(1, 4).toString()).toBe("PNG");
    await expect(saved.PNG.readUInt32BE(16)).toBe(984 * 2);
    await expect(saved.Mermaid.toString()).toContain("flowchart LR");
    await expect(saved.Markdown.toString()).toContain("### Not chosen");
    await row("Markdown").locator("button").last().click();
    await expect(() => page.evaluate(() => navigator.clipboard.readText())).toContain("```yaml");
    await row("PNG").locator("button").last().click();
    await expect(() => page.evaluate(async () => (await navigator.clipboard.read()).flatMap((it) => it.types))).toContain("image/png");
    await page.keyboard.press("Escape");
    await expect(row("SVG")).toBeHidden();
  });

  test("losers beyond five are one row for each reason", DESK, async ({ page, url, expect, screenshot }) => {
    await ready(page, url, expect);
    await large(page, 8, 2);
    const rest = page.locator(".lost .rest").first();
    await expect(rest).toContainText("their hosts differ");
    await screenshot("answer 1440 losers");
    await rest.locator("button").click();
    await expect(() => page.locator(".lost li").count()).toBeGreaterThan(12);
  });

  test("the end of a failing request is said once, a moment after the last key", DESK, async ({ page, url, expect }) => {
    await ready(page, url, expect);
    await example(page, "areyouhere", { broken: true });
    await expect(page.locator('p[role="status"]')).toHaveText(/^503\. .*no endpoints.*Hop \d of \d\.$/);
    await expect(cards(page, '[tabindex="0"]')).toHaveCount(1);
    await expect(cards(page, ".dead").first()).toHaveAttribute("aria-label", /^Hop \d, .*fails/);
  });

  test("on a phone the card is a sheet, and a swipe is the next hop", PHONE, async ({ page, url, expect, screenshot }) => {
    await ready(page, url, expect);
    await page.locator(".hop .name-btn").nth(3).tap();
    await expect(panel(page)).toContainText("What it is");
    const box = await panel(page).boundingBox();
    await expect(Math.round(box.x)).toBe(0);
    await expect(Math.round(box.y + box.height)).toBe(844);
    await screenshot("answer 390 card");
    await panel(page).locator("header button").tap();
    await expect(panel(page)).toBeHidden();
    const swipe = (from, to) => page.locator(".hops ol").evaluate((list, [from, to]) => {
      const touch = (x) => new Touch({ identifier: 1, target: list, clientX: x, clientY: 300 });
      const send = (name, x) => list.dispatchEvent(new TouchEvent(name, { bubbles: true, changedTouches: [touch(x)] }));
      send("touchstart", from);
      send("touchend", to);
    }, [from, to]);
    await swipe(300, 100);
    await expect(page.locator(".hop.sel")).toHaveAttribute("data-hop", "1");
    await swipe(300, 100);
    await expect(page.locator(".hop.sel")).toHaveAttribute("data-hop", "2");
  });
};
