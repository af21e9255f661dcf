// The page over the built site: what a person does, and what they then see.
import { thousand } from "./workspaces.mjs";

/** Opens an example by the start of its name; the broken twin is the one whose card says so. */
async function example(page, slug, { broken = false } = {}) {
  const popover = await openExamples(page);
  const cards = popover.locator(`[data-example^="${slug}"]`);
  await cards.filter({ has: page.locator(broken ? ".st.err" : ".st.ok") }).first().click();
}

/** The phone keeps the examples in its last view. */
async function openExamples(page) {
  if (page.viewportSize().width >= 1100) {
    await page.locator(".links button").first().click();
    return page.locator(".pop");
  }
  await page.locator(".tabs button").last().click();
  return page.locator(".answer.more");
}

/** A context that has been here before, with these settings. */
async function settle(page, url, settings) {
  await page.addInitScript((saved) => {
    if (!localStorage.getItem("podpath.settings")) localStorage.setItem("podpath.settings", saved);
  }, JSON.stringify({ version: 1, ...settings }));
  await page.goto(url);
}

const verdict = (page) => page.locator("#verdict");
const cards = (page, state = "") => page.locator(`.canvas [data-node]${state}`);
const text = (page) => page.locator(".cm-content").innerText();

/** Every card of the path is lit up to the Pods. */
async function expectDelivered(page, expect) {
  await expect(page.locator("#verdict .v.ok")).toBeVisible();
  await expect(cards(page, ".dead")).toHaveCount(0);
  await expect(cards(page, ".pod.on")).toBeVisible();
}

/** Without motion, so that a picture shows the final state. */
const DESK = { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" };

export default (test) => {
  test("the first visit shows an example and where its request goes", DESK, async ({ page, url, expect, screenshot }) => {
    await page.goto(url);
    await expectDelivered(page, expect);
    await expect(page.locator(".hop")).toBeVisible();
    await expect(page.locator("#url")).toHaveValue(/^https?:\/\/.+/);
    await screenshot("1440 light");
  });

  test("typing the repair lets the request through", DESK, async ({ page, url, expect, screenshot }) => {
    await page.goto(url);
    await example(page, "areyouhere", { broken: true });
    await expect(page.locator("#verdict .v.err")).toBeVisible();
    await expect(page.locator(".squiggle.err")).toBeVisible();
    await screenshot("1440 broken");
    const wrong = await page.locator(".squiggle.err").first().innerText();
    await page.locator(".problems li.err .pm").first().click();
    await expect(page.locator(".cm-sent").first()).toHaveText(wrong);
    await page.locator(".cm-content").focus();
    await page.keyboard.press("Shift+End");
    await page.keyboard.type(wrong.replace("sever", "server"));
    await expectDelivered(page, expect);
  });

  test("the one fix repairs it, and Undo breaks it again", async ({ page, url, expect }) => {
    await page.goto(url);
    await example(page, "areyouhere", { broken: true });
    await page.locator("#verdict [data-fix]").click();
    await expectDelivered(page, expect);
    await page.locator(".undo-bar .link").click();
    await expect(page.locator("#verdict .v.err")).toBeVisible();
  });

  test("a fix is applied from the list of problems", async ({ page, url, expect }) => {
    await page.goto(url);
    await example(page, "areyouhere", { broken: true });
    await page.locator(".problems li.err .mini-btn").first().click();
    await expectDelivered(page, expect);
    await expect(page.locator(".problems li.err")).toHaveCount(0);
  });

  test("a card, a hop and a problem lead to their line", async ({ page, url, expect }) => {
    await page.goto(url);
    await example(page, "areyouhere", { broken: true });
    await expect(page.locator("#verdict .v.err")).toBeVisible();
    const gateway = cards(page, ".gateway.on").first();
    await gateway.click();
    await expect(page.locator(".tab.on")).toBeVisible();
    await expect(() => text(page)).toContain("kind: Gateway");
    await expect(cards(page, ".gateway.lit")).toBeVisible();
    await expect(page.locator(".hop.sel")).toHaveCount(1);
    await page.locator(".problems li.err .pm").first().click();
    await expect(page.locator(".squiggle.err")).toBeVisible();
    await page.locator(".hop button.at").first().click();
    await expect(page.locator(".cm-sent, .cm-lit").first()).toBeVisible();
  });

  test("the caret lights its card", async ({ page, url, expect }) => {
    await page.goto(url);
    await expectDelivered(page, expect);
    await page.locator(".cm-line", { hasText: "kind: Service" }).first().click();
    await expect(cards(page, ".service.lit")).toBeVisible();
    await expect(cards(page, ".route.lit")).toHaveCount(0);
  });

  test("the text survives a reload", async ({ page, url, expect }) => {
    await page.goto(url);
    await expectDelivered(page, expect);
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("# 여기에 적었다\n");
    await page.reload();
    await expect(() => text(page)).toContain("# 여기에 적었다");
    await expectDelivered(page, expect);
  });

  test("a half-typed document keeps the last path", async ({ page, url, expect }) => {
    await page.goto(url);
    await expectDelivered(page, expect);
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("a: [b\n");
    await expect(page.locator(".verdict.old")).toBeVisible();
    await expect(cards(page, ".pod.on")).toBeVisible();
  });

  test("a pasted curl command is taken apart", async ({ page, url, expect }) => {
    await page.goto(url);
    await expectDelivered(page, expect);
    await page.locator("#url").focus();
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.setData("text", "curl -X POST -H 'X-Canary: true' https://nobody.example/");
      document.querySelector("#url").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    });
    await expect(page.locator("#url")).toHaveValue("https://nobody.example/");
    await expect(page.locator(".method select")).toHaveValue("POST");
    await expect(page.locator(".seg .n").first()).toHaveText("1");
    await expect(page.locator("#verdict .v.err")).toBeVisible();
  });

  test("files can be made, renamed, deleted and brought back", async ({ page, url, expect }) => {
    await page.goto(url);
    await page.locator(".ws").click();
    await page.locator(".pop .menu-item").click();
    await expect(page.locator(".drop")).toBeVisible();
    await expect(page.locator("#url")).toHaveValue("");
    await page.locator(".drop-b button").nth(1).click();
    await page.locator(".cm-content").click();
    await page.keyboard.type("kind: Service");
    const row = page.locator(".tree li", { hasText: "file.yaml" });
    await expect(row).toContainText("Service");
    await row.locator("[role=treeitem]").press("F2");
    await page.locator(".renaming input").fill("edge/web.yaml");
    await page.keyboard.press("Enter");
    await expect(page.locator(".tree .dir")).toHaveText("edge");
    await page.locator(".tree li", { hasText: "web.yaml" }).locator("[role=treeitem]").press("Delete");
    await expect(page.locator(".drop")).toBeVisible();
    await page.locator(".undo-bar .link").click();
    await expect(() => text(page)).toContain("kind: Service");
  });

  test("a preset comes in as files", async ({ page, url, expect }) => {
    await page.goto(url);
    await expectDelivered(page, expect);
    const before = await page.locator(".tree .fn").count();
    await page.locator("[data-presets]").click();
    await expect(() => page.locator('[data-preset="alb-istio"]').isDisabled()).toBeTruthy();
    await page.locator('[data-preset="ingress-nginx"]').click();
    await expect(async () => (await page.locator(".tree .fn").count()) > before).toBeTruthy();
  });

  test("a thousand resources stay typable", { ...DESK, timeout: 60_000, alone: true }, async ({ page, url, expect, screenshot }) => {
    await page.goto(url);
    await page.locator(".ws").click();
    await page.locator(".pop .menu-item").click();
    await page.locator('[data-open="files"]').first().setInputFiles(thousand());
    await expect(page.locator(".files .count"), { timeout: 20_000 }).toHaveText("35");
    await page.locator(".tree li", { hasText: "shop-07.yaml" }).locator("[role=treeitem]").click();
    await page.locator("#url").fill("http://shop-7-3.example.kr/");
    await expect(page.locator("#verdict .v.ok"), { timeout: 20_000 }).toBeVisible();
    await page.locator(".cm-line").first().click();
    const sentence = "# typed while a thousand are open";
    await measureKeys(page);
    await page.keyboard.type(sentence, { delay: 60 });
    await expect(() => text(page)).toContain(sentence);
    const waits = await page.evaluate(() => globalThis.keyWaits);
    waits.sort((a, b) => a - b);
    console.log(`    1,000 resources: key to painted text, median ${waits[waits.length >> 1].toFixed(0)} ms, worst ${waits.at(-1).toFixed(0)} ms`);
    await expect(waits[waits.length >> 1]).toBeLessThan(100);
    await screenshot("1440 thousand");
  });

  test("Korean and dark", { ...DESK, colorScheme: "dark" }, async ({ page, url, expect, screenshot }) => {
    await settle(page, url, { locale: "ko", theme: "system" });
    await expect(page.locator("html")).toHaveAttribute("lang", "ko");
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
    await expect(page.locator(".hops h2")).toHaveText("이 경로인 이유");
    await example(page, "areyouhere", { broken: true });
    await expect(page.locator("#verdict h1")).toContainText("엔드포인트가 없습니다");
    await expect(page.locator(".problems")).toContainText("안전한 수정");
    await screenshot("1440 broken ko dark");
  });

  test("language and theme are buttons, and stay", async ({ page, url, expect }) => {
    await page.goto(url);
    await expectDelivered(page, expect);
    await page.locator(".icons .icon-btn").nth(0).click();
    await page.locator(".icons .icon-btn").nth(1).click();
    await page.locator(".icons .icon-btn").nth(1).click();
    await page.reload();
    await expect(page.locator("html")).toHaveAttribute("lang", "ko");
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  });

  test("the keyboard reaches everything", async ({ page, url, expect }) => {
    await page.goto(url);
    await expectDelivered(page, expect);
    await page.keyboard.press("4");
    await expect(page.locator('[data-hop="4"].sel')).toBeVisible();
    await page.keyboard.press("]");
    await expect(page.locator('[data-hop="5"].sel')).toBeVisible();
    await page.keyboard.press("/");
    await expect(page.locator("#url")).toBeFocused();
    await page.locator(".canvas [data-node][tabindex='0']").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await expect(cards(page, ".sel")).toBeVisible();
    await page.keyboard.press("?");
    await expect(page.locator(".keys")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.locator(".keys")).toHaveCount(0);
  });

  test("a phone shows the strip and the hops", { viewport: { width: 390, height: 844 }, hasTouch: true }, async ({ page, url, expect, screenshot }) => {
    await page.goto(url);
    await expect(page.locator("#verdict .v.ok")).toBeVisible();
    await expect(page.locator(".strip")).toBeVisible();
    await screenshot("390 light");
    await expect(() => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBeTruthy();
    await page.locator(".tabs button").nth(1).tap();
    await expect(page.locator(".cm-content")).toBeVisible();
    await screenshot("390 yaml");
  });

  test("a phone in Korean", { viewport: { width: 390, height: 844 } }, async ({ page, url, expect, screenshot }) => {
    await settle(page, url, { locale: "ko", theme: "light" });
    await example(page, "areyouhere", { broken: true });
    await expect(page.locator("#verdict .v.err")).toBeVisible();
    await screenshot("390 broken ko");
  });

  test("a tablet, and a laptop at 200 %", { viewport: { width: 720, height: 900 } }, async ({ page, url, expect, screenshot }) => {
    await page.goto(url);
    await expect(cards(page, ".pod.on")).toBeVisible();
    await expect(() => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBeTruthy();
    await screenshot("720 light");
  });

  test("a worker that hangs or dies is started again, and the text is safe", { allow: [/worker died/] }, async ({ page, url, expect, screenshot }) => {
    const bad = ["postMessage('ready');", "postMessage('ready'); onmessage = () => { throw new Error('worker died'); };"];
    await page.route("**/worker_loader.js", (route) => {
      const script = bad.shift();
      return script ? route.fulfill({ contentType: "text/javascript", body: script }) : route.continue();
    });
    await page.goto(url);
    await expect(page.locator(".notice.warn"), { timeout: 10_000 }).toBeVisible();
    await screenshot("restarted");
    await expect(page.locator("#verdict .v.ok"), { timeout: 10_000 }).toBeVisible();
    await expect(() => text(page)).toContain("kind:");
    await expect(page.locator(".notice.warn"), { timeout: 10_000 }).toHaveCount(0);
  });

  test("an empty workspace says what to do", DESK, async ({ page, url, expect, screenshot }) => {
    await page.goto(url);
    await page.locator(".ws").click();
    await page.locator(".pop .menu-item").click();
    await expect(page.locator(".gallery .cards button")).toBeVisible();
    await expect(page.locator("#url")).toHaveValue("");
    await screenshot("1440 empty");
  });
};

/** From here on `keyWaits` holds, for each key, the time until the frame that shows its letter. */
function measureKeys(page) {
  return page.evaluate(() => {
    globalThis.keyWaits = [];
    addEventListener("keydown", () => {
      const began = performance.now();
      requestAnimationFrame(() => setTimeout(() => globalThis.keyWaits.push(performance.now() - began)));
    }, { capture: true });
  });
}
