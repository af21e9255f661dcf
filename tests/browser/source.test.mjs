// The source side: what is kept, what is opened, the tree, the editor and the problems.
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";

import { DESK, fresh, open, paste, service, spot, text } from "./source.mjs";

const saved = (page) => page.locator(".saved:not(.refused)");
/** What the database holds of a file, whoever has it. */
const kept = (page, path) => page.evaluate((wanted) => new Promise((done) => {
  const request = indexedDB.open("podpath");
  request.onsuccess = () => {
    const all = request.result.transaction("files").objectStore("files");
    const keys = all.getAllKeys();
    const texts = all.getAll();
    texts.onsuccess = () => {
      request.result.close();
      done(texts.result.filter((_, at) => keys.result[at][1] === wanted));
    };
  };
}), path);

async function type(page, words) {
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.type(words);
}

function drop(page, files) {
  return page.evaluate((list) => {
    const data = new DataTransfer();
    for (const [name, bytes] of list) data.items.add(new File([new Uint8Array(bytes)], name));
    document.querySelector(".page").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  }, Object.entries(files).map(([name, it]) => [name, [...Buffer.from(it)]]));
}

/** A tar of these files, long paths in the `prefix` of ustar. */
function tar(files, { size = (it) => it.length.toString(8).padStart(11, "0") } = {}) {
  const blocks = Object.entries(files).flatMap(([path, content]) => {
    const body = Buffer.from(content);
    const header = Buffer.alloc(512);
    const cut = path.length > 100 ? path.lastIndexOf("/", 100) : -1;
    header.write(path.slice(cut + 1), 0);
    header.write(size(body), 124);
    header.write("0", 156);
    header.write("ustar\0" + "00", 257);
    if (cut > 0) header.write(path.slice(0, cut), 345);
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

export default (test) => {
  test("what is typed is kept, and a crash takes nothing", DESK, async ({ page, context, url, expect }) => {
    await fresh(page, url, service("web"));
    await type(page, "# 저장된 글\n");
    await expect(() => kept(page, "file.yaml")).toEqual([`# 저장된 글\n${service("web")}`]);
    await page.keyboard.type("# 막 친 글\n");
    const client = await context.newCDPSession(page);
    client.send("Page.crash").catch(() => {});
    await page.waitForEvent("crash");
    await page.close();
    const again = await context.newPage();
    await again.goto(url);
    await expect(() => text(again)).toContain("# 막 친 글");
    await expect(() => kept(again, "file.yaml")).toEqual([`# 저장된 글\n# 막 친 글\n${service("web")}`]);
  });

  test("several workspaces are kept, copied, deleted and brought back", DESK, async ({ page, url, expect, screenshot }) => {
    await fresh(page, url, service("first"));
    await page.locator(".ws").click();
    await page.locator(".pop input").fill("erste");
    await expect(saved(page)).toBeVisible();
    await page.locator(".pop [data-duplicate]").click();
    await expect(page.locator(".ws-name")).toHaveText("erste 2");
    await type(page, "# only in the copy\n");
    await page.locator(".ws").click();
    const row = page.locator(".kept li", { hasText: /^erste$/ });
    await row.locator(".kept-item").click();
    await expect(page.locator(".ws-name")).toHaveText("erste");
    await expect(() => text(page)).not.toContain("# only in the copy");
    await page.locator(".ws").click();
    await expect(page.locator(".kept li.on")).toContainText("erste");
    await screenshot("workspaces");
    await page.locator(".kept li", { hasText: "erste 2" }).locator(".icon-btn").click();
    await expect(page.locator(".kept li", { hasText: "erste 2" })).toHaveCount(0);
    await page.keyboard.press("Escape");
    await page.locator(".undo-bar .link").click();
    await page.locator(".ws").click();
    await page.locator(".kept li", { hasText: "erste 2" }).locator(".kept-item").click();
    await expect(() => text(page)).toContain("# only in the copy");
    await page.reload();
    await expect(() => text(page)).toContain("# only in the copy");
  });

  test("an earlier state comes back, and that can be undone", DESK, async ({ page, url, expect, screenshot }) => {
    await fresh(page, url, service("web"));
    await expect(() => kept(page, "file.yaml")).toEqual([service("web")]);
    await type(page, "# later\n");
    await expect(() => kept(page, "file.yaml")).toEqual([`# later\n${service("web")}`]);
    await page.locator("[data-history]").click();
    await expect(page.locator("[data-version]").first()).toContainText("before typing in file.yaml");
    await screenshot("history");
    await page.locator("[data-version]").first().click();
    await expect(() => text(page)).not.toContain("# later");
    await page.locator(".undo-bar .link").click();
    await expect(() => text(page)).toContain("# later");
  });

  test("two tabs do not write over each other", DESK, async ({ page, context, url, expect, screenshot }) => {
    await fresh(page, url, service("web"));
    await expect(() => kept(page, "file.yaml")).toEqual([service("web")]);
    const second = await context.newPage();
    await second.goto(url);
    await expect(second.locator(".source > .notice")).toContainText("another tab");
    await screenshot("second tab", second);
    await type(second, "# second\n");
    await type(page, "# first\n");
    const both = [`# first\n${service("web")}`, `# second\n${service("web")}`];
    await expect(async () => (await kept(page, "file.yaml")).sort()).toEqual(both);
    await page.reload();
    await second.reload();
    await expect(() => text(page)).toContain("# first");
    await expect(() => text(second)).toContain("# second");
  });

  test("storage that is refused is said, and the page goes on in memory", DESK, async ({ page, url, expect, screenshot }) => {
    await page.addInitScript(() => {
      Object.defineProperty(globalThis, "indexedDB", { value: { open() { throw new DOMException("no", "SecurityError"); } } });
      for (const name of ["localStorage", "sessionStorage"]) {
        Object.defineProperty(globalThis, name, { get() { throw new DOMException("no", "SecurityError"); } });
      }
    });
    await fresh(page, url, service("web"));
    await type(page, "# in memory\n");
    await expect(page.locator(".saved.refused")).toBeVisible();
    await expect(() => text(page)).toContain("# in memory");
    await screenshot("storage refused");
  });

  test("the workspace of version 1 is moved once", DESK, async ({ page, url, expect }) => {
    await page.addInitScript((old) => {
      if (!sessionStorage.getItem("was-here")) localStorage.setItem("podpath.workspace", old);
      sessionStorage.setItem("was-here", "1");
    }, JSON.stringify({ version: 1, name: "alt", files: { "old.yaml": service("old") }, open: "old.yaml", request: null }));
    await page.goto(url);
    await expect(page.locator(".ws-name")).toHaveText("alt");
    await expect(() => text(page)).toContain("name: old");
    await expect(() => page.evaluate(() => localStorage.getItem("podpath.workspace"))).toBe(null);
  });

  test("archives are opened, and what they may not hold is named", DESK, async ({ page, url, expect, screenshot }) => {
    await fresh(page, url);
    const long = `shop/${"deep-folder-of-a-chart/".repeat(5)}service.yaml`;
    await drop(page, { "shop.tgz": gzipSync(tar({ "shop/Chart.yaml": "name: shop\n", [long]: service("deep"), "shop/../../evil.yaml": "a: 1\n", "shop/logo.png": "x" })) });
    await expect(page.locator(".tree .fn", { hasText: "service.yaml" })).toBeVisible();
    await expect(page.locator("[data-refused]")).toContainText("evil.yaml");
    await expect(page.locator(".ws-name")).toHaveText("shop");
    await screenshot("archive");
    await drop(page, { "bomb.tgz": gzipSync(Buffer.alloc(120_000_000)) });
    await expect(page.locator("[data-refused]")).toContainText("bomb.tgz (more than 20 MB");
    await drop(page, { "endless.tgz": gzipSync(tar({ "a.yaml": "a: 1\n" }, { size: () => "-0000001000" })) });
    await expect(page.locator("[data-refused]")).toContainText("endless.tgz (a broken archive");
    await drop(page, { "photo.yaml": Buffer.from([0x89, 0x50, 0, 1, 2, 255]), "notes.txt": "hello" });
    await expect(page.locator("[data-refused]")).toContainText("photo.yaml (not text)");
    await expect(page.locator("[data-refused]")).toContainText("notes.txt (neither");
  });

  test("a pasted text becomes the files that it names", DESK, async ({ page, url, expect }) => {
    await fresh(page, url);
    await paste(page, `---\n# Source: shop/templates/a.yaml\n${service("a")}---\n# Source: shop/templates/b.yaml\n${service("b")}`);
    await expect(page.locator(".files .count")).toHaveText("2");
    await paste(page, service("c"));
    await expect(page.locator(".tree .fn", { hasText: "pasted.yaml" })).toBeVisible();
    await paste(page, "just a word");
    await expect(page.locator(".files .count")).toHaveText("3");
  });

  test("an address opens files of this origin and of others that allow it", { ...DESK, allow: [/other\.example/, /127\.0\.0\.1:\d+\/(good|secret)/, /Content Security Policy|ERR_FAILED/] }, async ({ page, url, expect }) => {
    const other = createServer((request, response) => {
      const isOpen = request.url === "/good.yaml";
      response.writeHead(200, isOpen ? { "access-control-allow-origin": "*" } : {}).end(service("far"));
    });
    await new Promise((ready) => other.listen(0, "127.0.0.1", ready));
    const far = `http://127.0.0.1:${other.address().port}`;
    await page.route("**/near.yaml", (route) => route.fulfill({ body: service("near") }));
    await page.goto(`${url}?src=near.yaml`);
    await expect(() => text(page)).toContain("name: near");
    await expect(() => page.url()).toBe(url);
    await page.goto(`${url}?src=${far}/good.yaml`);
    await expect(() => text(page)).toContain("name: far");
    await page.goto(`${url}?src=${far}/secret.yaml`);
    await expect(page.locator("[data-refused]")).toContainText("not open to other pages");
    const leak = await page.evaluate(() => fetch("https://other.example/").then(() => "sent", () => "refused"));
    await expect(leak).toBe("refused");
    other.close();
  });

  test("names are completed, explained, and lead to their objects", DESK, async ({ page, url, expect, screenshot }) => {
    await fresh(page, url);
    const route = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata:\n  name: shop\nspec:\n  rules:\n    - backendRefs:\n        - name: \n";
    await open(page, { "route.yaml": route, "service.yaml": service("journal-api") });
    await page.locator(".tree li", { hasText: "route.yaml" }).locator("[role=treeitem]").click();
    await page.locator(".cm-line", { hasText: "- name:" }).click();
    await page.keyboard.press("End");
    await page.keyboard.type("jour");
    await expect(page.locator(".cm-tooltip-autocomplete li").first()).toContainText("journal-api");
    await screenshot("completion");
    await page.locator(".cm-tooltip-autocomplete li").first().click();
    await expect(() => text(page)).toContain("- name: journal-api");
    await page.keyboard.press("Enter");
    await page.keyboard.type("po");
    await expect(page.locator(".cm-tooltip-autocomplete li").first()).toContainText("port");
    await page.locator(".cm-tooltip-autocomplete li").first().click();
    await page.keyboard.press("Control+Space");
    await expect(page.locator(".cm-tooltip-autocomplete li").first()).toContainText("80");
    await page.locator(".cm-tooltip-autocomplete li").first().click();
    const name = await spot(page, "journal-api");
    await page.mouse.move(name.x, name.y, { steps: 3 });
    await expect(page.locator(".cm-said")).toContainText("Service default/journal-api");
    await screenshot("hover");
    await page.keyboard.down("Control");
    await page.mouse.click(name.x, name.y);
    await page.keyboard.up("Control");
    await expect(page.locator(".tab.on")).toContainText("service.yaml");
    await expect(page.locator(".cm-sent")).toHaveText("journal-api");
    await page.keyboard.press("Shift+Alt+.");
    await expect(page.locator(".cm-user").first()).toHaveText(/^HTTPRoute shop · route.yaml:8/);
    await page.locator(".cm-user").first().click();
    await expect(page.locator(".tab.on")).toContainText("route.yaml");
  });

  test("blocks and documents fold, and text is found and replaced", DESK, async ({ page, url, expect, screenshot }) => {
    await fresh(page, url, `${service("first")}---\n${service("second")}`);
    await page.locator(".cm-line", { hasText: "---" }).click();
    await page.keyboard.press("Control+Shift+BracketLeft");
    await expect(() => text(page)).not.toContain("second");
    await page.keyboard.press("Control+Shift+BracketRight");
    await expect(() => text(page)).toContain("second");
    await page.keyboard.press("Control+f");
    await page.locator(".cm-search input[name=search]").fill("port: 80");
    await page.locator(".cm-search input[name=replace]").fill("port: 81");
    await screenshot("search");
    await page.locator(".cm-search button[name=replaceAll]").click();
    await expect(async () => (await text(page)).match(/port: 81/g)?.length).toBe(2);
    await page.keyboard.press("Escape");
    const word = await spot(page, "first");
    await page.mouse.dblclick(word.x, word.y);
    await page.keyboard.press("Control+d");
    await page.keyboard.type("x");
    await expect(() => text(page)).toContain("name: x");
  });

  test("Korean is composed without a break", DESK, async ({ page, context, url, expect }) => {
    await fresh(page, url, "kind: Service\n");
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("# ");
    const client = await context.newCDPSession(page);
    for (const syllables of [["ㅎ", "하", "한"], ["ㄱ", "그", "글"]]) {
      for (const it of syllables) {
        await client.send("Input.imeSetComposition", { text: it, selectionStart: 1, selectionEnd: 1 });
        await expect(() => text(page)).toContain(it);
      }
      await client.send("Input.insertText", { text: syllables.at(-1) });
    }
    await expect(() => text(page)).toContain("# 한글");
    await expect(async () => (await text(page)).match(/[ㄱ-ㅎ하그]/)).toBe(null);
    await expect(() => kept(page, "file.yaml")).toEqual(["# 한글kind: Service\n"]);
  });

  test("a file of 1 MB stays fluid", { ...DESK, timeout: 90_000 }, async ({ page, url, expect }) => {
    const comment = "# a line of a long file, as generators write them, with some words and 한글\n";
    await fresh(page, url, service("web") + comment.repeat(Math.ceil(1e6 / comment.length)));
    await expect(page.locator(".tree .fn", { hasText: "file.yaml" })).toBeVisible();
    await page.locator(".cm-line").first().click();
    await page.evaluate(() => {
      globalThis.tasks = [];
      new PerformanceObserver((list) => globalThis.tasks.push(...list.getEntries().map((it) => it.duration))).observe({ type: "longtask" });
    });
    await page.keyboard.type("# typed into a long file", { delay: 60 });
    await expect(() => text(page)).toContain("# typed into a long file");
    const tasks = await page.evaluate(() => globalThis.tasks);
    console.log(`    1 MB: ${tasks.length} long tasks while typing 24 letters, worst ${Math.max(0, ...tasks).toFixed(0)} ms`);
  });

  test("the tree is walked, searched, and files move by drag", DESK, async ({ page, url, expect, screenshot }) => {
    await fresh(page, url);
    await open(page, { "a.yaml": service("a"), "b.yaml": service("b") });
    // A folder that holds everything would be left out: the files must be there before it comes.
    await expect(page.locator(".tree li")).toHaveCount(2);
    await paste(page, `# file: edge/gateway.yaml\n${service("gw")}---\n# file: edge/web.yaml\n${service("web")}`);
    await expect(page.locator(".tree li")).toHaveCount(5);
    const row = (name) => page.locator(".tree li", { hasText: name });
    await row("a.yaml").first().dragTo(row("edge").first());
    await expect(row("a.yaml")).toHaveAttribute("class", /d1/);
    await page.locator(".undo-bar .link").click();
    await expect(row("a.yaml").first()).not.toHaveAttribute("class", /d1/);
    await row("a.yaml").locator("[role=treeitem]").focus();
    await page.keyboard.type("we");
    await expect(row("web.yaml").locator("[role=treeitem]")).toBeFocused();
    await page.keyboard.press("ArrowUp");
    await expect(row("gateway.yaml").locator("[role=treeitem]")).toBeFocused();
    await page.keyboard.press("ArrowUp");
    await expect(row("edge").locator("[role=treeitem]")).toBeFocused();
    await page.keyboard.press("ArrowLeft");
    await expect(row("gateway.yaml")).toHaveCount(0);
    await expect(row("edge").locator("[role=treeitem]")).toBeFocused();
    await page.keyboard.press("ArrowRight");
    await expect(row("web.yaml")).toBeVisible();
    await row("web.yaml").locator("[role=treeitem]").focus();
    await page.keyboard.press("F2");
    await page.keyboard.type("shop");
    await page.keyboard.press("Enter");
    await expect(row("shop.yaml")).toBeVisible();
    await screenshot("tree");
  });

  test("of five hundred files those in view are drawn", DESK, async ({ page, url, expect }) => {
    await fresh(page, url);
    await open(page, Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`file-${String(at).padStart(3, "0")}.yaml`, "a: 1\n"])));
    await expect(page.locator(".files .count")).toHaveText("500");
    await expect(async () => (await page.locator(".tree [data-row]").count()) < 100).toBeTruthy();
    await page.locator(".tree [role=treeitem]").first().focus();
    await page.keyboard.press("End");
    await expect(page.locator(".tree [role=treeitem]", { hasText: "file-499.yaml" })).toBeFocused();
  });

  test("safe fixes are seen as one diff, applied, and taken back in one step", DESK, async ({ page, url, expect, screenshot }) => {
    const route = (name) => `apiVersion: networking.istio.io/v1alpha3\nkind: VirtualService\nmetadata:\n  name: ${name}\nspec:\n  hosts: ["a.example.kr"]\n  http:\n    - route:\n        - destination:\n            host: web\n`;
    await fresh(page, url, `${service("web")}---\n${route("one")}---\n${route("two")}`);
    await expect(page.locator("[data-fixes]")).toContainText("Apply 2 safe fixes");
    await page.locator("[data-fixes]").click();
    await expect(page.locator(".diff .new")).toHaveCount(2);
    await expect(page.locator(".diff .gone").first()).toContainText("v1alpha3");
    await screenshot("safe fixes");
    await page.locator("[data-apply]").click();
    await expect(() => text(page)).not.toContain("io/v1alpha3");
    await page.locator(".undo-bar .link").click();
    await expect(async () => (await text(page)).match(/io\/v1alpha3/g)?.length).toBe(2);
  });
};
