// The colours of the tokens against every ground they stand on: 4.5 for text, 3 for frames and shapes, in each theme.
import { readFileSync } from "node:fs";

const STYLE = readFileSync(new URL("../../static/style.css", import.meta.url), "utf8");
const GROUNDS = ["panel", "bg", "sunken", "lane", "hover", "accent-tint", "ok-tint", "warn-tint", "err-tint", "info-tint"];
const TEXTS = ["text", "text-2", "text-3", "accent", "ok", "warn", "err", "info"];
const YAML = ["y-key", "y-str", "y-num", "y-text", "y-punct"];
const KINDS = ["k-client", "k-balancer", "k-gateway", "k-route", "k-service", "k-pod"];

/** Colours, the grounds they stand on, and the least contrast. */
const PAIRS = [
  { texts: TEXTS, grounds: GROUNDS, least: 4.5 },
  { texts: YAML, grounds: ["panel", "accent-tint", "err-tint"], least: 4.5 },
  { texts: ["on-accent"], grounds: ["accent"], least: 4.5 },
  { texts: ["on-err"], grounds: ["err"], least: 4.5 },
  // Info buttons and the bar of the undone deed.
  { texts: ["panel"], grounds: ["info", "text"], least: 4.5 },
  { texts: KINDS, grounds: ["panel", "lane"], least: 3 },
  { texts: ["control"], grounds: ["panel"], least: 3 },
  { texts: ["accent", "err"], grounds: GROUNDS, least: 3 },
];

/** The colours of a theme, by the names of their tokens. */
function tokens(theme) {
  const block = STYLE.slice(STYLE.indexOf(`[data-theme="${theme}"] {`)).split("}")[0];
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/gi)].map(([, name, colour]) => [name, colour]));
}

function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

export default (test) => {
  for (const theme of ["light", "dark", "contrast"]) {
    test(`contrast of the tokens, ${theme}`, async ({ expect }) => {
      const colours = tokens(theme);
      const faint = [];
      for (const { texts, grounds, least } of PAIRS) {
        for (const text of texts) {
          for (const ground of grounds) {
            if (!colours[text] || !colours[ground]) faint.push(`there is no token ${colours[text] ? ground : text}`);
            else if (contrast(colours[text], colours[ground]) < least) faint.push(`${text} on ${ground}: ${contrast(colours[text], colours[ground]).toFixed(2)} of ${least}`);
          }
        }
      }
      await expect(faint).toEqual([]);
    });
  }
};
