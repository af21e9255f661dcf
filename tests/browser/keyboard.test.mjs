// The page without a mouse, at 200 %, with other spacing, without motion, in forced colours and on paper.
import { reach, resize, SIZES, visit, visitor } from "./states.mjs";

/** The regions in the order of the focus. */
const ORDER = ["skip", "request", "try", "verdict", "diagram", "hops", "files", "editor", "problems", "top bar"];

/** The region of what has the focus, by the names of `ORDER`; null for what stands between two regions. */
function regionOfFocus() {
  const regions = {
    skip: ".skip", request: "form.request", try: ".try", verdict: "#verdict", diagram: ".stage", hops: ".hops",
    files: ".files", editor: ".editor-wrap", problems: ".problems", "top bar": "header.top",
  };
  const focus = document.activeElement;
  return Object.keys(regions).find((name) => focus.closest(regions[name])) ?? (focus === document.body ? "body" : null);
}

/** Everything that has the focus while Tab goes once around, from the skip link on. */
async function tabThrough(page) {
  await page.locator(".skip").focus();
  const seen = [{ region: "skip", hasRing: true }];
  for (let steps = 0; steps < 200; steps++) {
    // CodeMirror takes Tab for itself; Escape before it is the way out.
    if (await page.evaluate(() => Boolean(document.activeElement.shadowRoot))) await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    const region = await page.evaluate(regionOfFocus);
    if (region === "body" || region === "skip") break;
    seen.push({ region, hasRing: await page.evaluate(hasRing) });
  }
  return seen;
}

/** What has the focus looks different from before: an outline on it or around it, or a thicker frame. */
function hasRing() {
  const focus = document.activeElement;
  if (focus.shadowRoot) return true;
  const look = (it) => [it, ...it.querySelectorAll("*"), it.parentElement, it.parentElement.parentElement].map((part) => {
    const { outlineStyle, outlineWidth, stroke, strokeWidth, boxShadow, borderColor } = getComputedStyle(part);
    return [outlineStyle, outlineWidth, stroke, strokeWidth, boxShadow, borderColor, getComputedStyle(part, "::after").backgroundColor].join();
  }).join(";");
  const lit = look(focus);
  focus.blur();
  const unlit = look(focus);
  focus.focus({ focusVisible: true });
  return lit !== unlit;
}

/** WCAG 1.4.12, as a person's own style sheet sets it. */
const SPACING = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }";

/** A style sheet that the page's policy does not refuse: it is adopted, as a browser's extension would do it. */
function adopt(page, text) {
  return page.evaluate((css) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets.push(sheet);
  }, text);
}

const fitsSideways = (page) => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

/** Controls that another one covers, or that reach out of the window at the side. */
function overlapping() {
  const all = [...document.querySelectorAll("button, select, input:not([hidden])")].filter((it) => it.checkVisibility({ visibilityProperty: true }) && !it.closest("[aria-hidden=true], .try, .stage"));
  const bad = all.filter((it) => {
    it.scrollIntoView({ block: "nearest" });
    const box = it.getBoundingClientRect();
    if (box.right > innerWidth + 1 || box.left < -1) return true;
    const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return hit && hit !== it && !it.contains(hit) && hit.closest("button, select") && hit.closest("button, select") !== it;
  });
  return bad.map((it) => `${it.localName}.${it.className}: ${it.innerText}`);
}

export default (test) => {
  test("Tab goes through the regions in their order, with a ring at each stop", visitor(), async ({ page, url, expect }) => {
    await reach(page, url, "broken");
    const stops = await tabThrough(page);
    const regions = stops.map((it) => it.region).filter((it, at, all) => it && it !== all[at - 1]);
    await expect(regions).toEqual(ORDER);
    await expect(stops.filter((it) => !it.hasRing)).toEqual([]);
  });

  test("the skip link leads to the answer", visitor(), async ({ page, url, expect }) => {
    await visit(page, url);
    await page.evaluate(() => getSelection().collapse(document.body, 0));
    await page.keyboard.press("Tab");
    await expect(page.locator(".skip")).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(page.locator("#verdict-text")).toBeFocused();
  });

  test("the whole flow by keys: open, ask, read, repair, take back, leave the editor", visitor(), async ({ page, url, expect }) => {
    await visit(page, url);
    // An example, out of a popover that takes the focus and gives it back.
    const door = page.locator("header").getByRole("button", { name: "Examples" });
    await door.focus();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("dialog")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(door).toBeFocused();
    await page.keyboard.press("Enter");
    await page.locator('[role=dialog] [data-example="areyouhere-broken"]').focus();
    await page.keyboard.press("Enter");
    await expect(page.locator("#verdict .v.err")).toBeVisible();
    // Another request, and back.
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("/");
    const address = await page.locator("#url").inputValue();
    await page.keyboard.press("Control+A");
    await page.keyboard.type("http://nobody.example/");
    await expect(page.locator("#verdict h1")).toContainText("nobody.example");
    await page.keyboard.press("Control+A");
    await page.keyboard.type(address);
    await expect(page.locator("#verdict h1")).toContainText("has no endpoints");
    // The hops, one after the other, and what lost.
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("4");
    await expect(page.locator('[data-hop="4"].sel')).toBeVisible();
    await page.keyboard.press("]");
    await expect(page.locator('[data-hop="5"].sel')).toBeVisible();
    const fold = page.locator(".hop [aria-expanded]").first();
    const was = await fold.getAttribute("aria-expanded");
    await fold.focus();
    await page.keyboard.press("Space");
    await expect(fold).toHaveAttribute("aria-expanded", was === "true" ? "false" : "true");
    // The problem and its repair, taken back and done again by its keys.
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("F8");
    await expect(page.locator(".cm-sent").first()).toBeVisible();
    await page.keyboard.press("Control+.");
    await expect(page.locator("#verdict .v.ok")).toBeVisible();
    await page.keyboard.press("Control+z");
    await expect(page.locator("#verdict .v.err")).toBeVisible();
    // Into the editor, a letter, and out again.
    await page.locator(".cm-content").focus();
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("# by keys\n");
    await expect(() => page.locator(".cm-content").innerText()).toContain("# by keys");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    await expect(() => page.evaluate(() => Boolean(document.activeElement.shadowRoot))).toBe(false);
  });

  test("a splitter moves by keys, 16 pixels at a time", visitor(), async ({ page, url, expect }) => {
    await visit(page, url);
    const column = page.locator(".splitter.column");
    await column.focus();
    const width = async () => (await page.locator(".source").boundingBox()).width;
    const before = await width();
    await page.keyboard.press("ArrowRight");
    await expect(width).toBe(before + 16);
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await expect(width).toBe(before - 16);
    await expect(column).toHaveAttribute("aria-valuenow", String(before - 16));
  });

  for (const language of ["en", "ko"]) {
    test(`200 % zoom and wide spacing break nothing, ${language}`, visitor(language), async ({ page, url, expect }) => {
      for (const state of ["broken", "empty", "delivered"]) {
        await reach(page, url, state);
        await resize(page, { width: 640, height: 400 });
        await expect(() => fitsSideways(page)).toBe(true);
        await adopt(page, SPACING);
        for (const size of [{ width: 640, height: 400 }, ...Object.values(SIZES)]) {
          await resize(page, size);
          await expect(() => fitsSideways(page)).toBe(true);
          await expect(() => page.evaluate(overlapping)).toEqual([]);
        }
        await resize(page, SIZES[1440]);
      }
    });
  }

  test("without motion the final state is there at once", visitor(), async ({ page, url, expect }) => {
    await visit(page, url);
    const moving = () => page.evaluate(() => document.getAnimations().filter((it) => it.playState === "running" && it.effect.getComputedTiming().activeDuration > 1).length);
    await expect(moving).toBe(0);
    await page.keyboard.press("Control+Enter");
    await expect(moving).toBe(0);
    await expect(page.locator(".card.pod.on").first()).toBeVisible();
  });

  test("forced colours keep the path, the frames and the focus", { ...visitor(), forcedColors: "active" }, async ({ page, url, expect, screenshot }) => {
    await reach(page, url, "broken");
    const stroke = (selector) => page.locator(selector).first().evaluate((it) => getComputedStyle(it).stroke);
    await expect(() => stroke(".edge.on")).not.toBe(await stroke(".edge:not(.on, .miss)"));
    await page.locator("#url").focus();
    await screenshot("state broken forced colours");
  });

  for (const state of ["delivered", "broken"]) {
    test(`on paper: verdict, diagram and hops, all open, no chrome: ${state}`, visitor(), async ({ page, url, expect, screenshot }) => {
      await reach(page, url, state);
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      await expect(() => page.locator("#verdict h1").evaluate((it) => getComputedStyle(it).color)).toBe("rgb(20, 23, 28)");
      for (const gone of ["header.top", ".source", ".request", ".try"]) await expect(page.locator(gone)).toBeHidden();
      for (const kept of ["#verdict h1", ".canvas svg", ".hops ol"]) await expect(page.locator(kept)).toBeVisible();
      const lost = page.locator(".hop .lost");
      for (let at = 0; at < await lost.count(); at++) await expect(lost.nth(at)).toBeVisible();
      await expect(() => page.evaluate(() => getComputedStyle(document.body).overflow)).toBe("visible");
      await screenshot(`print ${state}`);
    });
  }
};
