// What the editor does while one types: fixes to choose from, the way through the problems, names, undo, cursors, indentation.
import { DESK, fresh, open, service, spot, text } from "./source.mjs";

const KOREAN = { ...DESK, locale: "ko-KR" };
const MISTYPED = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n    - {prot: 80, nmae: http}\n";

/** The caret in the middle of a word. */
async function caret(page, word) {
  const { x, y } = await spot(page, word);
  await page.mouse.click(x, y);
  // What a click selects is known to the page when its document is lit.
  await page.locator(".cm-cursor").first().waitFor();
}

/** Line and column of the caret, from 1. */
const place = (page) => page.locator(".cm-content").evaluate((content) => {
  const { focusNode, focusOffset } = content.getRootNode().getSelection();
  const line = focusNode.nodeType === Node.TEXT_NODE ? focusNode.parentElement.closest(".cm-line") : focusNode.closest(".cm-line");
  const before = document.createRange();
  before.setStart(line, 0);
  before.setEnd(focusNode, focusOffset);
  return [[...content.querySelectorAll(".cm-line")].indexOf(line) + 1, before.toString().length + 1];
});

/** Presses a key several times. */
async function press(page, key, times) {
  for (let at = 0; at < times; at++) await page.keyboard.press(key);
}

/** The part of the editor that comes when it is used is there. */
const ready = (page) => page.locator(".cm-content[aria-autocomplete]").waitFor();

const fixes = (page) => page.locator(".cm-fixes [role=option]");
const suggested = (page) => page.locator(".cm-tooltip-autocomplete li");

export default (test) => {
  test("of several fixes on a line one is chosen by the keyboard", DESK, async ({ page, url, expect, screenshot }) => {
    await fresh(page, url, MISTYPED);
    await expect(page.locator(".squiggle.err")).toHaveCount(2);
    await caret(page, "nmae");
    await page.keyboard.press("Control+.");
    const list = page.locator("[role=listbox]");
    await expect(list).toBeFocused();
    await expect(list).toHaveAttribute("aria-label", "Fixes here");
    await expect(async () => (await fixes(page).allInnerTexts()).map((it) => it.replace(/\s+/g, " "))).toEqual(["1 Rename to name", "2 Rename to port"]);
    await expect(list).toHaveAttribute("aria-activedescendant", "fix-0");
    await screenshot("fixes");
    await page.keyboard.press("ArrowDown");
    await expect(list).toHaveAttribute("aria-activedescendant", "fix-1");
    await expect(fixes(page).nth(1)).toHaveAttribute("aria-selected", "true");
    await page.keyboard.press("Escape");
    await expect(list).toHaveCount(0);
    await expect(page.locator(".cm-content")).toBeFocused();
    await expect(() => text(page)).toContain("{prot: 80, nmae: http}");
    await page.keyboard.press("Control+.");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await expect(() => text(page)).toContain("{port: 80, nmae: http}");
    await expect(page.locator(".cm-content")).toBeFocused();
    // One is left: it needs no list.
    await expect(page.locator(".squiggle.err")).toHaveCount(1);
    await page.keyboard.press("Control+.");
    await expect(() => text(page)).toContain("{port: 80, name: http}");
    await expect(list).toHaveCount(0);
    await page.keyboard.press("Control+z");
    await expect(() => text(page)).toContain("{port: 80, nmae: http}");
  });

  test("a fix is chosen by its digit, by a click, and in Korean", KOREAN, async ({ page, url, expect }) => {
    await fresh(page, url, MISTYPED);
    await expect(page.locator(".squiggle.err")).toHaveCount(2);
    await caret(page, "prot");
    await page.keyboard.press("Control+.");
    await expect(page.locator("[role=listbox]")).toHaveAttribute("aria-label", "여기에 적용할 수정");
    await expect(fixes(page).first()).toContainText("필드로 바꾸기");
    await page.keyboard.press("2");
    await expect(() => text(page)).toContain("{prot: 80, name: http}");
    await page.locator(".undo-bar .link").click();
    await expect(page.locator(".squiggle.err")).toHaveCount(2);
    await caret(page, "prot");
    await page.keyboard.press("Control+.");
    await fixes(page).first().click();
    await expect(() => text(page)).toContain("{port: 80, nmae: http}");
    await expect(page.locator(".cm-content")).toBeFocused();
  });

  test("the list of fixes closes when the focus or the text moves on", DESK, async ({ page, url, expect }) => {
    await fresh(page, url, MISTYPED);
    await expect(page.locator(".squiggle.err")).toHaveCount(2);
    await caret(page, "prot");
    await page.keyboard.press("Control+.");
    await expect(fixes(page)).toHaveCount(2);
    await page.locator("#url").focus();
    await expect(fixes(page)).toHaveCount(0);
    await expect(page.locator("#url")).toBeFocused();
    // From the palette too, and a letter in the list is no shortcut of the page.
    await page.keyboard.press("Control+k");
    await page.keyboard.type(">fix at");
    await page.keyboard.press("Enter");
    await expect(fixes(page)).toHaveCount(2);
    await page.keyboard.press("?");
    await expect(page.locator("[role=dialog]")).toHaveCount(0);
    await page.keyboard.press("Tab");
    await expect(page.locator(".cm-content")).toBeFocused();
  });

  test("on a phone the fixes come up where the text is", { ...DESK, hasTouch: true }, async ({ page, url, expect, screenshot }) => {
    await fresh(page, url, MISTYPED);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.locator("nav.tabs button", { hasText: "YAML" }).click();
    await expect(page.locator(".squiggle.err")).toHaveCount(2);
    const { x, y } = await spot(page, "prot");
    await page.touchscreen.tap(x, y);
    await page.locator("nav.tabs button").first().click();
    await page.keyboard.press("Control+.");
    await expect(page.locator("[role=listbox]")).toBeFocused();
    await screenshot("fixes phone");
    await fixes(page).nth(1).tap();
    await expect(() => text(page)).toContain("{prot: 80, name: http}");
  });

  test("where the pointer rests each fix has its button, with its words", DESK, async ({ page, url, expect, screenshot }) => {
    await fresh(page, url, MISTYPED);
    await expect(page.locator(".squiggle.err")).toHaveCount(2);
    const { x, y } = await spot(page, "nmae");
    await page.mouse.move(x, y, { steps: 3 });
    await expect(page.locator(".cm-said .lens-fix")).toHaveText("Rename to name");
    await screenshot("hover fix");
    await page.locator(".cm-said .lens-fix").click();
    await expect(() => text(page)).toContain("{prot: 80, name: http}");
    await expect(page.locator(".problems li.err .mini-btn")).toHaveAttribute("title", "Rename to port");
  });

  test("F8 goes through the errors from the caret on, then through the rest", DESK, async ({ page, url, expect }) => {
    const old = "apiVersion: networking.istio.io/v1alpha3\nkind: VirtualService\nmetadata:\n  name: old\nspec:\n  hosts: [a.example.kr]\n  http: [{route: [{destination: {host: web}}]}]\n";
    const broken = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  prots: []\n";
    await fresh(page, url, [old, broken, old.replace("old", "older"), broken.replace("web", "shop")].join("---\n"));
    await expect(page.locator(".problems li.err")).toHaveCount(2, { timeout: 10_000 });
    const rows = await page.locator(".problems li").evaluateAll((all) => all.map((it) => [it.className, Number(/:(\d+) ·/.exec(it.innerText)[1])]));
    const lines = (kind) => [...new Set(rows.filter((it) => it[0] === kind).map((it) => it[1]))];
    const [errors, warnings] = [lines("err"), lines("warn")];
    await expect(warnings[0] < errors[0]).toBe(true);
    // The worst of a line stands in the gutter, and leads there.
    await expect(page.locator(".cm-hops .found.err")).toHaveCount(2);
    await page.locator(".cm-hops .found.err").last().click();
    await expect(async () => (await place(page))[0]).toBe(errors[1]);
    await page.keyboard.press("Control+Home");
    for (const line of [...errors, warnings[0]]) {
      await page.keyboard.press("F8");
      await expect(async () => (await place(page))[0]).toBe(line);
    }
    await page.keyboard.press("Shift+F8");
    await expect(async () => (await place(page))[0]).toBe(errors.at(-1));
  });

  test("names and fields are completed inside brackets", DESK, async ({ page, url, expect, screenshot }) => {
    const route = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: shop}\nspec:\n  rules:\n    - backendRefs: []\n";
    await fresh(page, url);
    await open(page, { "route.yaml": route, "service.yaml": service("journal-api") });
    await page.locator(".tree li", { hasText: "route.yaml" }).locator("[role=treeitem]").click();
    await page.locator(".cm-line", { hasText: "backendRefs" }).click();
    await ready(page);
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    const take = async (typed, wanted) => {
      await page.keyboard.type(typed);
      await expect(suggested(page).first()).toContainText(wanted);
      await screenshot(`completion in brackets ${wanted}`);
      await suggested(page).first().click();
      await expect(suggested(page)).toHaveCount(0);
    };
    await take("{na", "name");
    await expect(() => text(page)).toContain("[{name: }]");
    await take("jour", "journal-api");
    await take(", po", "port");
    await page.keyboard.press("Control+Space");
    await take("", "80");
    await expect(() => text(page)).toContain("backendRefs: [{name: journal-api, port: 80}]");
  });

  test("a text is found in all files", DESK, async ({ page, url, expect, screenshot }) => {
    await fresh(page, url);
    await open(page, { "a.yaml": service("first"), "b.yaml": service("second").replace("80", "8443") });
    await page.locator(".cm-content").click();
    await page.keyboard.press("Alt+F3");
    await expect(page.locator("[role=combobox]")).toHaveValue("%");
    await page.keyboard.type("PORT: ");
    await expect(page.locator(".pal-row")).toHaveCount(2);
    await expect(page.locator(".pal-row").last()).toContainText("b.yaml:7");
    await screenshot("find in all files");
    await page.keyboard.type("84");
    await expect(page.locator(".pal-row")).toHaveCount(1);
    await page.keyboard.press("Enter");
    await expect(page.locator(".tab.on")).toContainText("b.yaml");
    await expect(page.locator(".cm-sent").last()).toHaveText("84");
  });

  test("a Gateway, a subset and a host lead to where they are called so", DESK, async ({ page, url, expect }) => {
    const mesh = [
      "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: shop}\nspec:\n  hosts: [shop.example.kr]\n  gateways: [public]\n  http:\n    - route:\n        - destination:\n            host: journal\n            subset: canary\n",
      "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: public}\nspec: {selector: {istio: ingress}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}\n",
      "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: journal}\nspec: {host: journal, subsets: [{name: canary, labels: {version: v1}}]}\n",
    ];
    await fresh(page, url);
    await open(page, { "1.yaml": mesh.join("---\n"), "2.yaml": service("journal") });
    await page.locator(".tree li", { hasText: "1.yaml" }).locator("[role=treeitem]").click();
    await page.locator(".cm-line", { hasText: "gateways" }).waitFor();
    await caret(page, "public");
    await page.keyboard.press("Alt+.");
    await expect(async () => (await place(page))[0]).toBe(15);
    await caret(page, "canary");
    await page.keyboard.press("Alt+.");
    await expect(async () => (await place(page))[0]).toBe(21);
    await caret(page, "journal");
    await page.keyboard.press("Alt+.");
    await expect(page.locator(".tab.on")).toContainText("2.yaml");
    await expect(page.locator(".cm-sent")).toHaveText("journal");
  });

  test("each file has its own undo", DESK, async ({ page, url, expect }) => {
    await fresh(page, url);
    await open(page, { "a.yaml": service("a"), "b.yaml": service("b") });
    const show = async (name) => {
      await page.locator(".tree li", { hasText: name }).locator("[role=treeitem]").click();
      await page.locator(".tab.on", { hasText: name }).waitFor();
      await page.locator(".cm-content").click();
      await page.keyboard.press("Control+Home");
    };
    await show("a.yaml");
    await page.keyboard.type("# in a ");
    await show("b.yaml");
    await page.keyboard.type("# in b ");
    await show("a.yaml");
    await page.keyboard.press("Control+z");
    await expect(() => text(page)).not.toContain("# in a");
    await show("b.yaml");
    await expect(() => text(page)).toContain("# in b");
    await page.keyboard.press("Control+z");
    await expect(() => text(page)).not.toContain("# in b");
    await page.keyboard.press("Control+Shift+z");
    await expect(() => text(page)).toContain("# in b");
    // Also under another name.
    await page.locator(".tree li", { hasText: "b.yaml" }).locator("[role=treeitem]").focus();
    await page.keyboard.press("F2");
    await page.keyboard.type("c");
    await page.keyboard.press("Enter");
    await page.locator(".tab.on", { hasText: "c.yaml" }).waitFor();
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+z");
    await expect(() => text(page)).not.toContain("# in b");
  });

  test("several cursors type at once", DESK, async ({ page, url, expect }) => {
    await fresh(page, url, "a: one\nb: one\nc: one\n");
    const word = await spot(page, "one");
    await page.mouse.dblclick(word.x, word.y);
    await ready(page);
    await press(page, "Control+d", 2);
    await page.keyboard.type("two");
    await expect(() => text(page)).toContain("a: two\nb: two\nc: two");
    await page.keyboard.press("Escape");
    // With Alt the pointer selects a column.
    const [top, bottom] = [await spot(page, "a"), await spot(page, "c")];
    await page.keyboard.down("Alt");
    await page.mouse.move(top.x, top.y);
    await page.mouse.down();
    await page.mouse.move(bottom.x, bottom.y, { steps: 4 });
    await page.mouse.up();
    await page.keyboard.up("Alt");
    await page.keyboard.type("#");
    await expect(async () => (await text(page)).match(/#/g)?.length).toBe(3);
  });

  test("lines are indented as YAML wants it, and brackets close", DESK, async ({ page, url, expect }) => {
    await fresh(page, url, "kind: Service\n");
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+End");
    await ready(page);
    const type = async (...keys) => {
      for (const it of keys) await (it === "Enter" ? page.keyboard.press("Enter") : page.keyboard.type(it));
    };
    await type("spec:", "Enter", "ports:", "Enter", "- name: http", "Enter", "port: 80", "Enter");
    await page.keyboard.press("Escape");
    await expect(() => text(page)).toContain("spec:\n  ports:\n    - name: http\n      port: 80\n");
    await type("x: [");
    await expect(() => text(page)).toContain("x: []");
    await page.keyboard.press("Home");
    await page.keyboard.press("Tab");
    await expect(() => text(page)).toContain("        x: []");
    await page.keyboard.press("Shift+Tab");
    await expect(() => text(page)).toContain("\n      x: []");
  });
};
