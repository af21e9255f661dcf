// The picture that the build drew: it is what the page draws itself, nothing moves when the page takes its place, and it is
// there only where it is true.
const WIDTHS = { phone: 390, tablet: 800, snug: 1280, wide: 1440, roomy: 1800 };
const desk = (width, more) => ({ viewport: { width, height: 900 }, reducedMotion: "reduce", ...more });

/** What keeps the page from drawing as much as the picture shows; each runs in the page, before it. */
const MISHAPS = {
  "the core refuses to suggest requests": () => {
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function post(text) {
      postMessage.call(this, text.replace('"method":"suggest"', '"method":"refused"'));
    };
  },
  "the browser makes no worker": () => {
    globalThis.Worker = function refused() { throw new Error("no workers here"); };
  },
};

/** Keeps the page from running until the function that is given back is called. */
async function held(page) {
  let release;
  const gate = new Promise((done) => { release = done; });
  await page.route("**/podpath-web-*_bg.wasm", async (route) => {
    await gate;
    await route.continue();
  });
  return release;
}

/** What stands below a root, one line for each element, and where: as a person sees it, and as a screen reader does. */
function drawn(page, root) {
  return page.evaluate((root) => {
    // The text of the file, what is said aloud and the first steps come with the page alone; focus and sizes in pixels are set by scripts; what a
    // field holds is a property.
    const others = ["id", "tabindex", "style", "aria-valuenow", "hidden", "value", "selected"];
    const lines = [];
    const walk = (node, depth) => {
      if (node.nodeType === Node.TEXT_NODE && node.data.trim()) lines.push(`${" ".repeat(depth)}${node.data}`);
      if (node.nodeType !== Node.ELEMENT_NODE || node.matches(".coach")) return;
      const attributes = [...node.attributes].filter((it) => !others.includes(it.name)).map((it) => `${it.name}=${it.value}`);
      const { x, y, width, height } = node.getBoundingClientRect();
      const box = [x, y, width, height].map((it) => Math.round(it * 10) / 10).join(" ");
      lines.push(`${" ".repeat(depth)}<${node.localName} ${attributes.sort().join(" ")}> ${node.value ?? ""} ${box}`);
      if (!node.matches(".editor, .sr")) for (const child of node.childNodes) walk(child, depth + 1);
    };
    walk(document.querySelector(`${root} .page`), 0);
    return lines;
  }, root);
}

/** Nothing of a first visit but the first steps, which lie over the page. */
const seen = (page) => page.addInitScript(() => {
  localStorage.setItem("podpath.coach", "seen");
  globalThis.shifts = [];
  const side = (node) => (node?.closest("#first") ? "first" : "app");
  const at = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(" ");
  const noted = (it) => it.sources.map(({ node, previousRect, currentRect }) => `${side(node)} .${node?.className}: ${at(previousRect)} to ${at(currentRect)}`);
  new PerformanceObserver((list) => shifts.push(...list.getEntries().flatMap(noted))).observe({ type: "layout-shift", buffered: true });
});

export default (test) => {
  for (const [name, width] of Object.entries(WIDTHS)) {
    for (const locale of ["en-US", "ko-KR"]) {
      test(`what is shown first is what the page draws: ${name}, ${locale}`, desk(width, { locale }), async ({ page, url, expect, screenshot }) => {
        await seen(page);
        const release = await held(page);
        await page.goto(url, { waitUntil: "commit" });
        await page.locator("#first .verdict").waitFor();
        await expect(page.locator("#first")).toHaveAttribute("aria-busy", "true");
        await screenshot(`first ${width} ${locale}`);
        const first = await drawn(page, "#first");
        release();
        await page.locator("#first").waitFor({ state: "detached" });
        const then = await drawn(page, "#app");
        const at = first.findIndex((line, at) => line !== then[at]);
        if (at >= 0) throw new Error(`line ${at} of ${first.length}:\n${first.slice(at - 2, at + 3).join("\n")}\nbut then:\n${then.slice(at - 2, at + 3).join("\n")}`);
        await expect(first.length).toBe(then.length);
        await expect((await page.evaluate(() => globalThis.shifts)).join("; ")).toBe("");
      });
    }
  }

  test("it has the colours that a person asked for, and nothing of it can be pressed", desk(1440, { colorScheme: "dark" }), async ({ page, url, expect, screenshot }) => {
    const release = await held(page);
    await page.goto(url, { waitUntil: "commit" });
    await page.locator("#first .verdict").waitFor();
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
    await screenshot("first 1440 dark");
    await page.keyboard.press("Tab");
    const focused = () => page.evaluate(() => document.activeElement?.closest("#first")?.id ?? "none");
    await expect(focused).toBe("none");
    await expect(await page.evaluate(() => document.elementFromPoint(700, 300)?.closest("#first")?.id ?? "none")).toBe("none");
    release();
    await page.locator("#first").waitFor({ state: "detached" });
  });

  for (const [name, fragment] of [["a link with files in it", "#1.K0ktLgEA"], ["an address to read", "?src=./a.yaml"]]) {
    test(`${name} shows the bars alone at first`, desk(1440, { locale: "en-US", allow: [/404/] }), async ({ page, url, expect }) => {
      const release = await held(page);
      await page.goto(url + fragment, { waitUntil: "commit" });
      await page.locator("#first .top").waitFor();
      await expect(page.locator("#first [data-node]")).toHaveCount(0);
      await expect(page.locator("#first .answer")).toHaveText("");
      release();
      await page.locator("#first").waitFor({ state: "detached" });
    });
  }

  test("who was here before sees the bars alone, in the sizes and colours of the last visit", desk(1440), async ({ page, url, expect }) => {
    await page.addInitScript(() => {
      localStorage.setItem("podpath.settings", JSON.stringify({ locale: "ko", theme: "contrast" }));
      localStorage.setItem("podpath.size--w-source", "500");
    });
    const release = await held(page);
    await page.goto(url, { waitUntil: "commit" });
    await page.locator("#first .top").waitFor();
    await expect(page.locator("#first .links")).toContainText("예제");
    await expect(page.locator("#first [data-node]")).toHaveCount(0);
    await expect(page.locator("html")).toHaveAttribute("data-theme", "contrast");
    const right = (root) => page.locator(`${root} .source`).evaluate((it) => it.getBoundingClientRect().right);
    await expect(await right("#first")).toBe(500);
    release();
    await page.locator("#first").waitFor({ state: "detached" });
    await expect(await right("#app")).toBe(500);
  });

  for (const [locale, words] of [["en-US", /could not load/], ["ko-KR", /새로 고치세요/]]) {
    for (const [what, file] of [["WebAssembly", "podpath-web-*_bg.wasm"], ["starting script", "boot-*.js"]]) {
      test(`a page whose ${what} does not come says so: ${locale}`, desk(1440, { locale, allow: [/./] }), async ({ page, url, expect, screenshot }) => {
        await page.route(`**/${file}`, (route) => route.abort());
        await page.goto(url, { waitUntil: "commit" });
        await expect(page.getByRole("alert").filter({ visible: true })).toHaveText(words);
        await expect(page.locator("#first .verdict")).toBeVisible();
        await expect(page.locator("#first[aria-busy]")).toHaveCount(0);
        await screenshot(`unable ${what} ${locale}`);
      });
    }
  }

  for (const [name, befall] of Object.entries(MISHAPS)) {
    test(`it goes though ${name}`, desk(1440), async ({ page, url, expect }) => {
      await page.addInitScript(befall);
      await page.goto(url);
      await page.locator("#first").waitFor({ state: "detached" });
      await expect(page.locator("#app .source")).toBeVisible();
    });
  }

  test("a frame in another page shows none of it", desk(720), async ({ page, url, expect }) => {
    const release = await held(page);
    await page.goto(`${url}#embed=1`, { waitUntil: "commit" });
    await page.locator("#first").waitFor({ state: "attached" });
    await expect(page.locator("#first")).toBeHidden();
    await expect(async () => await page.locator("#first").evaluate((it) => it.childElementCount)).toBe(0);
    release();
    await page.locator("#app .verdict").waitFor();
  });
};
