// The products of one build: the site without a network, the site in one file, the custom element and its recipes.
//
// The recipes are taken out of README.md as they stand. Plain HTML is a page with that text in it. mdBook is a page as
// mdBook prints it (CommonMark leaves the blocks alone and wraps the inline element in `<p>`); mdBook itself is not run.
// Docusaurus: the component's JSX is compiled by esbuild and run with stand-ins for `createElement`, `useEffect` and
// `useBaseUrl`; neither React nor Docusaurus is run.
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const DESK = { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" };
const KEPT = { ...DESK, serviceWorkers: "allow", timeout: 240_000 };
/** What Chromium says by itself of a server that is gone. */
const GONE = [/ERR_CONNECTION_REFUSED/, /ERR_FAILED/, /ERR_INTERNET_DISCONNECTED/];

const shown = (frame) => frame.locator("#verdict .v:not(.idle)");
const editor = (frame) => frame.locator(".cm-content");
/** The views of a frame stand at its foot: path, YAML, why. */
const openYaml = (frame) => frame.locator(".embed-bar button").nth(1).click();

/** A copy of the site that may be changed, in a folder that goes away. */
async function withCopy(dist, run) {
  const folder = mkdtempSync(join(tmpdir(), "podpath-site-"));
  try {
    cpSync(dist, folder, { recursive: true });
    await run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The service worker has all files and answers from the next navigation on. */
function whenKept(page) {
  return page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    if (active.state === "activated") return;
    await new Promise((done) => active.addEventListener("statechange", done, { once: true }));
  });
}

/** Opens every example and waits for its verdict. */
async function openExamples(page, expect) {
  const open = () => page.locator(".links button").first().click();
  await open();
  const cards = page.locator(".pop [data-example]");
  await expect(async () => await cards.count()).toBeGreaterThan(5);
  const slugs = await cards.evaluateAll((all) => all.map((it) => it.dataset.example));
  await page.keyboard.press("Escape");
  for (const slug of slugs) {
    await open();
    await page.locator(`.pop [data-example="${slug}"]`).click();
    await expect(page.locator(".ws")).toContainText(slug);
    await expect(shown(page)).toBeVisible();
  }
}

/** A new version: another title, and the list of files that belongs to it. */
function publish(folder, title, { isWhole = true } = {}) {
  const index = join(folder, "index.html");
  const before = readFileSync(index);
  const after = Buffer.from(String(before).replace(/<title>[^<]*/, `<title>${title}`));
  const hash = (bytes) => `sha256-${createHash("sha256").update(bytes).digest("base64")}`;
  const list = join(folder, "sw.js");
  writeFileSync(list, readFileSync(list, "utf8").replace(hash(before), hash(isWhole ? after : "half")));
  writeFileSync(index, after);
}

/** Asks for a new version as the browser does by itself, and waits for its end. */
function update(page) {
  return page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update();
    const worker = registration.installing ?? registration.waiting;
    const isDone = () => !worker || ["activated", "redundant"].includes(worker.state);
    while (!isDone()) await new Promise((done) => worker.addEventListener("statechange", done, { once: true }));
    return worker?.state ?? "none";
  });
}

/** The text of a recipe, for a site at this address. */
function recipe(name, site) {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const text = new RegExp(`\`\`\`\\w+ recipe=${name}\\n([^]*?)\\n\`\`\``).exec(readme)[1];
  return text.replaceAll("/podpath/", site);
}

const host = (body, head = "") => `<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,">${head}</head><body>${body}</body></html>`;

/** Everything that elements of the page told, in order. */
const LISTEN = `<script>globalThis.told = [];
for (const it of ['ready', 'verdict', 'change', 'open', 'refused']) addEventListener('podpath-' + it, event => told.push([it, event.detail, event.target.id]));</script>`;

const told = (page, type) => page.evaluate((wanted) => globalThis.told.filter((it) => it[0] === wanted).map((it) => it[1]), type);
const frame = (page, at = 0) => page.locator("podpath-playground").nth(at).locator("iframe").contentFrame();

/** A page of another origin around the element. */
async function around(page, serve, body) {
  const site = await serve({ "index.html": host(body, LISTEN) });
  await page.goto(site.url);
}

/** Everything that the browser keeps for this origin, as text; runs in the page. */
async function kept() {
  const wait = (request) => new Promise((done, failed) => { request.onsuccess = () => done(request.result); request.onerror = failed; });
  const found = { ...localStorage };
  for (const { name } of await indexedDB.databases()) {
    const database = await wait(indexedDB.open(name));
    for (const store of database.objectStoreNames) found[store] = await wait(database.transaction(store).objectStore(store).getAll());
    database.close();
  }
  return JSON.stringify(found);
}

export default (test) => {
  test("the second visit works with the network off: every example, both languages", { ...KEPT, allow: GONE }, async ({ page, dist, serve, expect }) => {
    const site = await serve(dist, "/a/deep/prefix/");
    await page.goto(site.url);
    await whenKept(page);
    const kept = await page.evaluate(async () => {
      const [name] = await caches.keys();
      return (await (await caches.open(name)).keys()).map((it) => it.url);
    });
    const listed = JSON.parse(/const FILES = (\{[^]*?\});/.exec(readFileSync(join(dist, "sw.js"), "utf8"))[1]);
    const wanted = [...Object.keys(listed), "generations.json"].map((it) => new URL(it, site.url).href);
    await expect(kept.sort()).toEqual(wanted.sort());
    await site.close();
    await page.goto(`${site.url}index.html`);
    await openExamples(page, expect);
    await page.locator(".icons .icon-btn").first().click();
    await expect(page.locator("html")).toHaveAttribute("lang", "ko");
    await openExamples(page, expect);
    await page.reload();
    await expect(shown(page)).toBeVisible();
    await expect(page.locator("html")).toHaveAttribute("lang", "ko");
  });

  test("a new version comes in the background, and takes no text with it", { ...KEPT, allow: GONE }, async ({ page, dist, serve, expect }) => {
    await withCopy(dist, async (folder) => {
      const site = await serve(folder, "/");
      await page.goto(site.url);
      await whenKept(page);
      await page.reload();
      await editor(page).click();
      await page.keyboard.press("Control+Home");
      await page.keyboard.type("# typed before\n");
      await page.evaluate(() => { globalThis.isSame = true; });
      publish(folder, "Second");
      await expect(await update(page)).toBe("activated");
      await page.keyboard.type("# typed after\n");
      await expect(await page.evaluate(() => globalThis.isSame)).toBe(true);
      await expect(await page.title()).toBe("Podpath");
      await expect(() => editor(page).innerText()).toContain("# typed after");
      await page.reload();
      await expect(await page.title()).toBe("Second");
      await expect(() => editor(page).innerText()).toContain("# typed before");
      await expect(() => editor(page).innerText()).toContain("# typed after");
    });
  });

  test("half a deployment is not taken", { ...KEPT, allow: [...GONE, /integrity/] }, async ({ page, dist, serve, expect }) => {
    await withCopy(dist, async (folder) => {
      const site = await serve(folder, "/");
      await page.goto(site.url);
      await whenKept(page);
      publish(folder, "Half", { isWhole: false });
      await expect(await update(page)).toBe("redundant");
      await site.close();
      await page.reload();
      await expect(await page.title()).toBe("Podpath");
      await expect(shown(page)).toBeVisible();
    });
  });

  test("one file works from the disk", { ...DESK, timeout: 180_000 }, async ({ page, context, dist, expect, screenshot }) => {
    const asked = [];
    context.on("request", (request) => asked.push(request.url().split(/[:,]/)[0]));
    await page.goto(pathToFileURL(join(dist, "podpath.html")).href);
    await expect(shown(page)).toBeVisible();
    await openExamples(page, expect);
    await editor(page).click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("# 디스크에서\n");
    await page.locator(".icons .icon-btn").first().click();
    await expect(page.locator("html")).toHaveAttribute("lang", "ko");
    await page.reload();
    await expect(() => editor(page).innerText()).toContain("# 디스크에서");
    await expect(shown(page)).toBeVisible();
    await expect(asked.filter((it) => !["file", "blob", "data"].includes(it))).toEqual([]);
    await screenshot("single file");
  });

  test("one file says so where WebAssembly is refused", { ...DESK, locale: "en-US", allow: [/./] }, async ({ page, dist, expect }) => {
    await page.addInitScript(() => { delete globalThis.WebAssembly; });
    await page.goto(pathToFileURL(join(dist, "podpath.html")).href);
    await expect(page.getByRole("alert").filter({ visible: true })).toHaveText(/could not load/);
    await expect(page.locator("#first .verdict")).toBeVisible();
    await expect(page.locator("#first[aria-busy]")).toHaveCount(0);
  });

  test("the element follows its recipe, from another origin", DESK, async ({ page, url, serve, expect, screenshot }) => {
    await around(page, serve, recipe("plain", url));
    await expect(shown(frame(page))).toBeVisible();
    await expect(() => told(page, "ready")).toEqual([{ podpath: 1 }]);
    await expect(async () => (await told(page, "verdict")).length).toBeGreaterThan(0);
    const [verdict] = await told(page, "verdict");
    await expect(verdict.title).toMatch(/\w/);
    await expect(Array.isArray(verdict.hops)).toBeTruthy();
    await expect(frame(page).locator("html")).toHaveAttribute("data-embed", "1");
    const height = await page.locator("podpath-playground").evaluate((it) => it.getBoundingClientRect().height);
    await expect(height).toBe(420);
    await screenshot("recipe plain");
    await openYaml(frame(page));
    await expect(() => editor(frame(page)).innerText()).toMatch(/^apiVersion: networking/);
    await frame(page).locator("[data-embed-open]").evaluate((it) => {
      it.addEventListener("click", (event) => event.preventDefault());
      it.click();
    });
    await expect(async () => (await told(page, "open"))[0]?.url.startsWith(url)).toBe(true);
  });

  test("attributes and properties are followed, and the reader's changes are told", DESK, async ({ page, url, serve, expect }) => {
    await around(page, serve, recipe("plain", url));
    await expect(shown(frame(page))).toBeVisible();
    const element = page.locator("podpath-playground");
    await element.evaluate((it) => { it.setAttribute("language", "ko"); it.setAttribute("theme", "dark"); });
    await expect(frame(page).locator("html")).toHaveAttribute("lang", "ko");
    await expect(frame(page).locator("html")).toHaveAttribute("data-theme", "dark");
    await element.evaluate((it) => { it.request = "http://nobody.example.kr/"; });
    await expect(frame(page).locator("#verdict .v.err")).toBeVisible();
    await expect(frame(page).locator("#url")).toHaveValue("http://nobody.example.kr/");
    await openYaml(frame(page));
    await element.evaluate((it) => { it.files = { "b.yaml": "kind: Namespace\n" }; });
    await expect(() => editor(frame(page)).innerText()).toContain("kind: Namespace");
    await expect(frame(page).locator(".undo-bar")).toHaveCount(0);
    await editor(frame(page)).click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("# mine\n");
    await expect(async () => (await told(page, "change")).at(-1)?.files).toEqual({ "b.yaml": "# mine\nkind: Namespace\n" });
    await element.evaluate((it) => it.setAttribute("read-only", ""));
    await page.keyboard.type("# not taken\n");
    await element.evaluate((it) => { it.request = "http://again.example.kr/"; });
    await expect(frame(page).locator("#url")).toHaveValue("http://again.example.kr/");
    await expect(() => editor(frame(page)).innerText()).not.toContain("not taken");
    await expect(await page.evaluate(() => localStorage.length)).toBe(0);
  });

  test("a frame leaves alone what the reader keeps", DESK, async ({ page, url, context, serve, expect }) => {
    await page.goto(url);
    await editor(page).click();
    await page.keyboard.type("# mine alone\n");
    // The journal goes when the database has the text.
    await expect(() => page.evaluate(kept)).toMatch(/^(?!.*podpath\.journal).*mine alone/s);
    const before = await page.evaluate(kept);
    const other = await context.newPage();
    await other.goto(`${url}#embed=1&language=ko`);
    await expect(shown(other)).toBeVisible();
    await openYaml(other);
    await expect(() => editor(other).innerText()).toContain("kind:");
    await expect(() => editor(other).innerText()).not.toContain("mine alone");
    await expect(await other.evaluate(kept)).toBe(before);
  });

  test("several elements of one page share one core", { ...DESK, alone: true }, async ({ page, url, browser, serve, expect }) => {
    await around(page, serve, [recipe("plain", url), ...Array(2).fill(recipe("plain", url).replace(/<script type="module"[^]*?<\/script>/, ""))].join("\n"));
    await page.locator("podpath-playground").last().scrollIntoViewIfNeeded();
    for (const at of [0, 1, 2]) await expect(shown(frame(page, at))).toBeVisible();
    const session = await browser.newBrowserCDPSession();
    const { targetInfos } = await session.send("Target.getTargets", { filter: [{}] });
    const cores = targetInfos.filter((it) => it.url.includes("/core-"));
    await expect(cores.map((it) => it.type)).toEqual(["shared_worker"]);
    await page.locator("podpath-playground").first().evaluate((it) => { it.files = { "a.yaml": "kind: Namespace" }; });
    await openYaml(frame(page, 0));
    await openYaml(frame(page, 1));
    await expect(() => editor(frame(page, 0)).innerText()).toContain("kind: Namespace");
    await expect(() => editor(frame(page, 1)).innerText()).toContain("kind: Ingress");
  });

  test("a frame without shared workers has one of its own", DESK, async ({ page, context, url, serve, expect }) => {
    await context.addInitScript(() => { globalThis.SharedWorker = class { constructor() { throw new DOMException("refused", "SecurityError"); } }; });
    await around(page, serve, recipe("plain", url));
    await expect(shown(frame(page))).toBeVisible();
    await expect(page.workers().map((it) => it.url().split("/").pop())).toEqual(["worker_loader.js"]);
  });

  test("a sandbox without an origin and without storage", DESK, async ({ page, url, serve, expect, screenshot }) => {
    const inner = host(recipe("plain", url), LISTEN);
    const site = await serve({ "index.html": host('<iframe src="inner.html" sandbox="allow-scripts" width="1200" height="700"></iframe>'), "inner.html": inner });
    await page.goto(site.url);
    const sandbox = page.frameLocator("iframe").first();
    const deep = sandbox.locator("podpath-playground").locator("iframe").contentFrame();
    await expect(shown(deep)).toBeVisible();
    const origins = await deep.locator("html").evaluate(() => [globalThis.origin, location.pathname.split("/").pop()]);
    await expect(origins).toEqual(["null", "podpath.html"]);
    await expect(() => sandbox.locator("html").evaluate(() => globalThis.told.some((it) => it[0] === "verdict"))).toBeTruthy();
    await screenshot("sandboxed");
  });

  test("isolated by wish", DESK, async ({ page, url, serve, expect }) => {
    await around(page, serve, recipe("plain", url).replace("<podpath-playground", "<podpath-playground isolated"));
    await expect(shown(frame(page))).toBeVisible();
    await expect(async () => (await told(page, "verdict")).length).toBeGreaterThan(0);
    await expect(await frame(page).locator("html").evaluate(() => globalThis.origin)).toBe("null");
  });

  test("the recipe for mdBook", DESK, async ({ page, url, serve, expect, screenshot }) => {
    const markdown = recipe("mdbook", url);
    const printed = markdown.replace(/^<podpath-playground.*$/m, (it) => `<p>${it}</p>`);
    await around(page, serve, `<div id="content" class="content"><main><h1>Services</h1>\n${printed}\n</main></div>`);
    await expect(shown(frame(page))).toBeVisible();
    await openYaml(frame(page));
    await expect(() => editor(frame(page)).innerText()).toContain("kind: Deployment");
    await expect(() => editor(frame(page)).innerText()).toMatch(/ports: \[\{port: 80\}\]\}\n+---/);
    await screenshot("recipe mdbook");
  });

  test("the recipe for Docusaurus", DESK, async ({ page, url, serve, expect, screenshot }) => {
    const { transformSync } = createRequire(new URL("../../web/package.json", import.meta.url))("esbuild");
    const component = transformSync(recipe("docusaurus", "/podpath/"), { loader: "jsx", format: "esm" }).code;
    const react = `const effects = [];
      export const useEffect = it => effects.push(it);
      export const run = () => effects.forEach(it => it());
      export default { createElement(tag, props) {
        const element = document.createElement(tag);
        for (const [name, value] of Object.entries(props)) element.setAttribute(name, value);
        return element;
      } };`;
    const main = `import { run } from 'react';
      import Podpath from './Podpath.js';
      const files = { 'web.yaml': 'kind: Service\\napiVersion: v1\\nmetadata: {name: web}\\n' };
      document.querySelector('main').append(Podpath({ files, request: 'http://web/', height: '420' }));
      run();`;
    const map = '<script type="importmap">{"imports": {"react": "./react.js", "@docusaurus/useBaseUrl": "./base.js"}}</script>';
    const base = `export default () => ${JSON.stringify(url)};`;
    const body = '<div id="__docusaurus"><main></main></div><script type="module" src="main.js"></script>';
    const site = await serve({ "index.html": host(body, map + LISTEN), "react.js": react, "base.js": base, "Podpath.js": component, "main.js": main });
    await page.goto(site.url);
    await expect(shown(frame(page))).toBeVisible();
    await openYaml(frame(page));
    await expect(() => editor(frame(page)).innerText()).toContain("kind: Service");
    await screenshot("recipe docusaurus");
  });
};
