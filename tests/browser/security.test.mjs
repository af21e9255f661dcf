// Hostile manifests, names, links and messages: no script runs, nothing leaves the origin, nothing has to be stopped.
// The tables stand in hostile.mjs; the harness fails each test on a request to another origin or a console error.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { BOMBS, LINKS, MESSAGES, NAMES, WORDS, incidents, manifests, watchForScripts } from "./hostile.mjs";

const DESK = { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce", timeout: 60_000 };
/** Asked for by a test itself: what the browser says when it stops something. */
const STOPPED = [/Content Security Policy/, /Trusted ?(?:Type|HTML|Script)/, /Refused to/, /127\.0\.0\.1:9/];
const GOOD = "apiVersion: v1\nkind: Service\nmetadata: {name: still-here}\nspec: {ports: [{port: 80}]}\n";

/** Opens files as a new workspace, as a person does. */
async function open(page, files) {
  await page.locator(".ws").click();
  await page.locator(".pop .menu-item").click();
  const payload = Object.entries(files).map(([name, text]) => ({ name, mimeType: "application/yaml", buffer: Buffer.from(text) }));
  await page.locator('[data-open="files"]').first().setInputFiles(payload);
}

/** The core still answers, and was not started again. */
async function expectAlive(page, expect) {
  await page.locator("#url").fill("http://still-here/");
  await expect(page.locator("#verdict .v"), { timeout: 15_000 }).toBeVisible();
  await expect(page.locator(".notice.warn")).toHaveCount(0);
}

async function expectUnhurt(page, expect) {
  await expect(await incidents(page)).toEqual([]);
  await expect(page.locator("img:not(.cm-widgetBuffer), script[src*='evil'], a[href^='javascript']")).toHaveCount(0);
}

const host = (body) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"></head><body>${body}</body></html>`;

/** A page around a frame that speaks the contract by hand: `say(text)` goes over the port, `heard` is what came. */
const SPEAKER = (url, origin) => host(`<iframe width="1200" height="700"></iframe><script>
  globalThis.heard = [];
  globalThis.hellos = [];
  const frame = document.querySelector('iframe');
  addEventListener('message', event => { if (event.source === frame.contentWindow) hellos.push([event.origin, event.data]); });
  globalThis.connect = (text, target = '*') => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = it => heard.push(JSON.parse(it.data));
    frame.contentWindow.postMessage(text, target, [port2]);
    globalThis.say = it => port1.postMessage(it);
  };
  frame.src = ${JSON.stringify(url)} + '#embed=1&origin=' + encodeURIComponent(${origin});
</script>`);

const NEIGHBOUR = '<iframe src="neighbour.html"></iframe>';
/** A frame of the same origin as the page around, that speaks to the frame beside it. */
const EVIL = host(`<script>
  globalThis.heard = [];
  addEventListener('message', it => heard.push(it.data));
  globalThis.attack = text => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = it => heard.push(it.data);
    parent.frames[0].postMessage(text, '*', [port2]);
  };
</script>`);

const openYaml = (frame) => frame.locator(".embed-bar button").nth(1).click();
const CONNECT = JSON.stringify({ type: "connect", podpath: 1, settings: { files: { "a.yaml": GOOD } } });
const types = (page) => page.evaluate(() => globalThis.heard.map((it) => it.type));

export default (test) => {
  for (const [name, word] of Object.entries(WORDS)) {
    test(`manifests: ${name}`, DESK, async ({ page, context, url, expect }) => {
      await watchForScripts(context);
      await page.goto(url);
      await open(page, { "a.yaml": manifests(word), "b.yaml": GOOD });
      await expect(page.locator(".files .count")).toHaveText("2");
      await expect(page.locator(".problems li")).toBeVisible();
      for (const request of ["http://shop.example.kr/", `http://${word}/`, word]) {
        await page.locator("#url").fill(request);
        await expect(page.locator("#verdict h1")).toBeVisible();
      }
      for (const row of (await page.locator(".problems li .pm").all()).slice(0, 5)) await row.click();
      await page.locator(".hop button.at").first().click({ timeout: 2_000 }).catch(() => {});
      await expectAlive(page, expect);
      await expectUnhurt(page, expect);
    });
  }

  for (const [name, text] of Object.entries(BOMBS)) {
    test(`manifests: ${name}`, DESK, async ({ page, context, url, expect }) => {
      await watchForScripts(context);
      await page.goto(url);
      await open(page, { "a.yaml": text, "b.yaml": GOOD });
      await expect(page.locator(".files .count")).toHaveText("2");
      await expectAlive(page, expect);
      await expectUnhurt(page, expect);
    });
  }

  test("names of files", DESK, async ({ page, context, url, expect }) => {
    await watchForScripts(context);
    await page.goto(url);
    await open(page, Object.fromEntries(NAMES.map((name) => [name, GOOD])));
    await expect(page.locator(".files .count")).toHaveText(/\d+/);
    for (const row of await page.locator(".tree [role=treeitem]").all()) await row.click();
    await page.reload();
    await expect(page.locator(".files .count")).toHaveText(/\d+/);
    await expectAlive(page, expect);
    await expectUnhurt(page, expect);
  });

  test("links", { ...DESK, timeout: 120_000 }, async ({ page, context, url, expect }) => {
    await watchForScripts(context);
    for (const link of LINKS) {
      await page.goto("about:blank");
      await page.goto(url + link);
      await expect(page.locator("#verdict h1")).toBeVisible();
      await expectUnhurt(page, expect);
    }
  });

  test("messages of another form are refused, and the frame works on", DESK, async ({ page, context, url, serve, expect }) => {
    await watchForScripts(context);
    const site = await serve({ "index.html": SPEAKER(url, "origin") });
    await page.goto(site.url);
    await expect(() => page.evaluate(() => globalThis.hellos)).toEqual([[new URL(url).origin, '{"type":"hello","podpath":1}']]);
    await page.evaluate((text) => globalThis.connect(text), CONNECT);
    await expect(() => types(page)).toContain("ready");
    for (const text of MESSAGES) await page.evaluate((it) => globalThis.say(it), text);
    await page.evaluate(() => [null, 7, { type: "set" }, new ArrayBuffer(8), [["a"]]].forEach((it) => globalThis.say(it)));
    await expect(async () => (await types(page)).filter((it) => it === "refused").length).toBe(MESSAGES.length + 5);
    await page.evaluate(() => globalThis.say('{"type":"set","settings":{"request":"http://still-here/"}}'));
    await expect(page.frameLocator("iframe").locator("#url")).toHaveValue("http://still-here/");
    await expect(await incidents(page)).toEqual([]);
  });

  test("a page of another origin than the named one is not heard", DESK, async ({ page, url, serve, expect }) => {
    const site = await serve({ "index.html": SPEAKER(url, "'https://docs.example.com'") });
    await page.goto(site.url);
    await expect(() => page.evaluate(() => globalThis.hellos.length)).toBe(1);
    await page.evaluate((text) => globalThis.connect(text), CONNECT);
    await expect(page.frameLocator("iframe").locator("#verdict h1")).toBeVisible();
    await expect(page.frameLocator("iframe").locator("body")).not.toContainText("still-here");
    await expect(await types(page)).toEqual([]);
  });

  test("a neighbour is not heard by the element", DESK, async ({ page, url, serve, expect }) => {
    const element = `<podpath-playground src="${url}" files='{"a.yaml": "kind: Namespace"}'></podpath-playground>`;
    const site = await serve({ "index.html": host(`${element}${NEIGHBOUR}<script type="module" src="${url}embed/podpath.js"></script>`), "neighbour.html": EVIL });
    await page.goto(site.url);
    const inside = page.locator("podpath-playground").locator("iframe").contentFrame();
    await openYaml(inside);
    await expect(() => inside.locator(".cm-content").innerText()).toContain("kind: Namespace");
    const evil = page.frames().find((it) => it.url().endsWith("neighbour.html"));
    await evil.evaluate(() => globalThis.parent.postMessage('{"type":"hello","podpath":1}', "*"));
    await expect(await evil.evaluate(() => globalThis.parent.length), "a frame in a shadow tree has no number").toBe(1);
    await page.locator("podpath-playground").evaluate((it) => it.setAttribute("language", "ko"));
    await expect(inside.locator("html")).toHaveAttribute("lang", "ko");
    await expect(await evil.evaluate(() => globalThis.heard)).toEqual([]);
  });

  test("a neighbour is not heard by the frame", DESK, async ({ page, url, serve, expect }) => {
    const site = await serve({ "index.html": SPEAKER(url, "origin").replace("</body>", `${NEIGHBOUR}</body>`), "neighbour.html": EVIL });
    await page.goto(site.url);
    await expect(() => page.evaluate(() => globalThis.hellos.length)).toBe(1);
    const evil = page.frames().find((it) => it.url().endsWith("neighbour.html"));
    await evil.evaluate((text) => globalThis.attack(text), CONNECT);
    await page.evaluate(() => globalThis.connect('{"type":"connect","podpath":1,"settings":{"files":{"b.yaml":"kind: Namespace"}}}'));
    await openYaml(page.frameLocator("iframe").first());
    await expect(() => page.frameLocator("iframe").first().locator(".cm-content").innerText()).toContain("kind: Namespace");
    await expect(await evil.evaluate(() => globalThis.heard)).toEqual([]);
    await evil.evaluate((text) => globalThis.attack(text), CONNECT);
    await page.evaluate(() => globalThis.say('{"type":"set","settings":{"language":"ko"}}'));
    await expect(page.frameLocator("iframe").first().locator("html")).toHaveAttribute("lang", "ko");
    await expect(await page.frameLocator("iframe").first().locator(".cm-content").innerText()).toContain("kind: Namespace");
    await expect(await evil.evaluate(() => globalThis.heard)).toEqual([]);
  });

  test("the policy of the page stops what a mistake would let through", { ...DESK, allow: STOPPED }, async ({ page, url, expect }) => {
    await page.goto(url);
    await expect(page.locator("#verdict h1")).toBeVisible();
    await page.evaluate(() => { globalThis.hacked = []; });
    const outcomes = await page.evaluate(async () => {
      const tried = async (run) => {
        try {
          await run();
          return "done";
        } catch {
          return "stopped";
        }
      };
      const element = document.createElement("div");
      const script = document.createElement("script");
      // What the browser's own tools run at once may do anything; a task of the page may not.
      await new Promise((later) => setTimeout(later));
      return {
        html: await tried(() => { element.innerHTML = "<b>x</b>"; }),
        text: await tried(() => { script.text = "hacked.push(1)"; }),
        address: await tried(() => { script.src = "./boot.js"; }),
        eval: await tried(() => (0, eval)("hacked.push(2)")),
        function: await tried(() => new Function("hacked.push(3)")()),
        policy: await tried(() => globalThis.trustedTypes.createPolicy("mine", { createHTML: (it) => it })),
        worker: await tried(() => new Worker("./sw.js")),
        fetch: await tried(() => fetch("http://127.0.0.1:9/")),
        module: await tried(() => import("data:text/javascript,hacked.push(4)")),
      };
    });
    await expect(Object.entries(outcomes).filter((it) => it[1] !== "stopped")).toEqual([]);
    await expect(await page.evaluate(() => globalThis.hacked)).toEqual([]);
  });

  test("no page of the build allows inline scripts", async ({ dist, expect }) => {
    for (const name of ["index.html", "podpath.html"]) {
      const html = readFileSync(join(dist, name), "utf8");
      const [, policy] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html);
      await expect(policy).toContain("default-src 'none'");
      await expect(policy).toContain("require-trusted-types-for 'script'");
      await expect(policy).not.toMatch(/unsafe-inline|unsafe-eval'(?<!wasm-unsafe-eval')|\*|https?:/);
      await expect(html.replace(/<script[^]*?<\/script>/g, "")).not.toMatch(/<[^>]+\son\w+=/);
    }
  });
};
