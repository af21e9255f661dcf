// WCAG 2.2 A and AA by axe-core: every state of the table, every popover and every view of the phone, in both languages, at
// three widths and in three themes.
//
// A theme only changes colours, so the whole set of rules runs in the light one and the rules of colour in the others. axe
// comes in over the debugger, past the page's content security policy, which stays as it is.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { fresh, spot } from "./source.mjs";
import { inEachSize, paint, reach, resize, SIZES, STATES, THEMES, visitor } from "./states.mjs";

const AXE = readFileSync(createRequire(new URL("../../web/package.json", import.meta.url)).resolve("axe-core/axe.min.js"), "utf8");
const LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/**
 * Violations that are none, by rule: what they may be seen on, with the reason. An experimental rule of axe compares the letters
 * on a card with its name; long names are cut in the middle there (areyouh…server), and the name has them whole.
 */
const EXCEPTIONS = { "label-content-name-mismatch": "[data-node]" };
const COLOURS = ["color-contrast", "link-in-text-block"];

/** What axe has against the page as it is now, a line each. */
async function violations(page, rules) {
  await page.evaluate(`globalThis.axe ?? (() => { ${AXE} })()`);
  return page.evaluate(async ({ levels, rules, exceptions }) => {
    const runOnly = rules ? { type: "rule", values: rules } : { type: "tag", values: levels };
    const { violations } = await axe.run(document, { runOnly, resultTypes: ["violations"] });
    const isMeant = (id, [selector]) => typeof selector === "string" && id in exceptions && document.querySelector(selector)?.matches(exceptions[id]);
    const reason = (node) => [...node.any, ...node.all, ...node.none][0]?.message;
    return violations.flatMap(({ id, nodes }) => nodes.filter((it) => !isMeant(id, it.target)).map((it) => `${id}: ${it.target.flat().join(" >> ")}: ${reason(it)}`));
  }, { levels: LEVELS, rules, exceptions: EXCEPTIONS });
}

/** What is shown, in these themes; `found` collects each violation once, with where it was seen first. */
async function inspect(page, where, found, themes = Object.keys(THEMES)) {
  for (const theme of themes) {
    await paint(page, theme);
    for (const violation of await violations(page, theme === "light" ? undefined : COLOURS)) {
      if (!found.has(violation)) found.set(violation, `${where}, ${theme}`);
    }
  }
  await paint(page, "light");
}

function report(found) {
  if (found.size > 0) throw new Error([...found].map(([violation, where]) => `${violation} (${where})`).join("\n"));
}

export default (test) => {
  for (const language of ["en", "ko"]) {
    for (const state of Object.keys(STATES)) {
      test(`axe: ${state}, ${language}`, visitor(language), async ({ page, url }) => {
        const found = new Map();
        await inEachSize(page, url, state, async (width) => {
          // Colours do not depend on the language, so the second one is painted once.
          await inspect(page, width, found, language === "en" || width === "1440" ? undefined : ["light"]);
        });
        report(found);
      });
    }

    test(`axe: every popover, ${language}`, visitor(language), async ({ page, url }) => {
      const found = new Map();
      await reach(page, url, "broken");
      for (const [width, size] of Object.entries(SIZES)) {
        await resize(page, size);
        const doors = page.locator("button[aria-expanded='false']:visible, button[aria-haspopup]:visible").filter({ visible: true });
        for (let at = 0; at < await doors.count(); at++) {
          const door = doors.nth(at);
          if (await door.evaluate((it) => Boolean(it.closest("[role=tree]")))) continue;
          const name = (await door.getAttribute("aria-label")) ?? (await door.innerText());
          await door.click();
          await inspect(page, `${width}, ${name}`, found);
          await page.keyboard.press("Escape");
        }
      }
      report(found);
    });

    test(`axe: what the editor offers, ${language}`, visitor(language), async ({ page, url, expect }) => {
      const found = new Map();
      await fresh(page, url, "kind: Service\napiVersion: v1\nmetadata: {name: web}\nspec: {prots: [], typ: ClusterIP}\n");
      await expect(page.locator(".squiggle.err")).toHaveCount(2);
      const { x, y } = await spot(page, "typ");
      await page.mouse.move(x, y, { steps: 3 });
      await page.locator(".cm-said").waitFor();
      await inspect(page, "a hover", found);
      await page.mouse.click(x, y);
      await page.keyboard.press("Control+.");
      await page.locator(".cm-fixes").waitFor();
      await inspect(page, "fixes", found);
      await page.keyboard.press("Escape");
      await page.keyboard.press("Control+Space");
      await page.locator(".cm-tooltip-autocomplete").waitFor();
      await inspect(page, "completion", found);
      await page.keyboard.press("Escape");
      await page.keyboard.press("Control+f");
      await page.locator(".cm-search").waitFor();
      await inspect(page, "search", found);
      report(found);
    });

    test(`axe: every view of the phone, ${language}`, visitor(language, SIZES[390]), async ({ page, url }) => {
      const found = new Map();
      await reach(page, url, "broken");
      for (const width of [390, 768]) {
        await resize(page, SIZES[width]);
        const views = page.locator("nav.tabs button");
        for (let at = 0; at < await views.count(); at++) {
          await views.nth(at).click();
          await inspect(page, `${width}, ${await views.nth(at).innerText()}`, found);
        }
      }
      report(found);
    });
  }
};
