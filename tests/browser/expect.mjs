// `await expect(subject).toBe(...)`: waits until it holds, and says what it saw instead when it never does.
//
// A subject is a value, a function (asked again and again), or a Playwright locator. `.not` turns a claim round.
import { inspect, isDeepStrictEqual } from "node:util";

const PATIENCE = 5_000;
const PAUSE = 50;

/** Claims about any value. */
const VALUE = {
  toBe: (seen, wanted) => Object.is(seen, wanted),
  toEqual: (seen, wanted) => isDeepStrictEqual(seen, wanted),
  toContain: (seen, wanted) => seen.includes(wanted),
  toMatch: (seen, wanted) => wanted.test(seen),
  toBeTruthy: (seen) => Boolean(seen),
  toBeLessThan: (seen, wanted) => seen < wanted,
  toBeGreaterThan: (seen, wanted) => seen > wanted,
};

/** Claims about a locator: what to read of it, and how that must compare. */
const LOCATOR = {
  toBeVisible: [(it) => it.first().isVisible(), (seen) => seen],
  toBeHidden: [(it) => it.first().isVisible(), (seen) => !seen],
  toBeFocused: [(it) => it.evaluate((element) => element === element.getRootNode().activeElement), (seen) => seen],
  toHaveCount: [(it) => it.count(), (seen, wanted) => seen === wanted],
  toHaveText: [(it) => it.innerText(QUICK), (seen, wanted) => fits(seen.trim(), wanted)],
  toContainText: [(it) => it.innerText(QUICK), (seen, wanted) => seen.includes(wanted)],
  toHaveValue: [(it) => it.inputValue(QUICK), (seen, wanted) => fits(seen, wanted)],
  toHaveAttribute: [(it, name) => it.getAttribute(name, QUICK), (seen, _name, wanted) => fits(seen, wanted)],
};

/** One look must not wait by itself: the claim does the waiting. */
const QUICK = { timeout: 1_000 };

export function expect(subject, { timeout = PATIENCE } = {}) {
  return { ...claims(subject, timeout, true), not: claims(subject, timeout, false) };
}

function claims(subject, timeout, wanted) {
  const isLocator = typeof subject?.allInnerTexts === "function";
  const entries = Object.entries(isLocator ? LOCATOR : VALUE).map(([name, claim]) => {
    const [read, holds] = isLocator ? claim : [look, claim];
    const once = async (parameters) => {
      const seen = await read(subject, ...parameters);
      return { seen, holds: Boolean(holds(seen, ...parameters)) === wanted };
    };
    const waits = isLocator || typeof subject === "function";
    const title = `${isLocator ? `${subject} ` : ""}${wanted ? "" : "not "}${name}`;
    return [name, (...parameters) => until(() => once(parameters), waits ? timeout : 0, title, parameters)];
  });
  return Object.fromEntries(entries);
}

async function until(once, timeout, title, parameters) {
  const end = performance.now() + timeout;
  for (;;) {
    const result = await once().catch((error) => ({ seen: error, holds: false }));
    if (result.holds) return;
    if (performance.now() >= end) {
      const seen = result.seen instanceof Error ? result.seen.message : inspect(result.seen);
      throw new Error(`expected ${[title, ...parameters.map((it) => inspect(it))].join(" ")}, saw ${seen}`);
    }
    await new Promise((again) => setTimeout(again, PAUSE));
  }
}

function look(subject) {
  return typeof subject === "function" ? subject() : subject;
}

function fits(seen, wanted) {
  return wanted instanceof RegExp ? wanted.test(seen ?? "") : seen === wanted;
}
