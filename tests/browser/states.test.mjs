// A picture of every state in light and dark, English and Korean, at three widths, into target/screenshots; and what holds in
// each of them: nothing scrolls sideways, and no text of a control is cut off without an ellipsis.
import { inEachSize, paint, STATES, visitor } from "./states.mjs";

/** Texts of controls and headings that are wider or higher than their box, and are cut off there. */
function cut() {
  const all = document.querySelectorAll("button, summary, h1, h2, .notice, .chip, label, dt, th");
  const isCut = (it) => {
    const style = getComputedStyle(it);
    if (!it.checkVisibility() || it.classList.contains("sr") || style.textOverflow === "ellipsis") return false;
    const clips = style.overflowX !== "visible" || style.overflowY !== "visible";
    return clips && (it.scrollWidth > it.clientWidth + 1 || it.scrollHeight > it.clientHeight + 1);
  };
  return [...all].filter(isCut).map((it) => `${it.localName}.${it.className}: ${it.innerText.slice(0, 40)}`);
}

const sideways = () => document.documentElement.scrollWidth > innerWidth;

export default (test) => {
  for (const language of ["en", "ko"]) {
    for (const state of Object.keys(STATES)) {
      test(`picture: ${state}, ${language}`, visitor(language), async ({ page, url, expect, screenshot }) => {
        await inEachSize(page, url, state, async (width) => {
          for (const theme of ["light", "dark"]) {
            await paint(page, theme);
            await screenshot(`state ${state} ${width} ${language} ${theme}`);
          }
          await expect(() => page.evaluate(sideways)).toBe(false);
          await expect(() => page.evaluate(cut)).toEqual([]);
        });
      });
    }
  }
};
