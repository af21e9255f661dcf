// A worker that dies or hangs costs no letter: it is ended and started again, and the page says so.
import { die, gone, hang, leave, typeAtTop, visit, visitor, worker } from "./states.mjs";

const N_KILLS = 100;
/** The page's patience with one answer and with a start, and how long it counts restarts. */
const ANSWER_MS = 5_000;
const START_MS = 60_000;
const MINUTE_MS = 60_000;

/** The ways to go, in turn: an error that nothing catches, a loop without end, an end without a word. */
const WAYS = [die, hang, leave];

const DEATHS = { ...visitor(), allow: [/worker died/] };

const text = (page) => page.locator(".cm-content").innerText();

/** Workers that were told to go; Chromium lists one in a loop a moment longer. */
const ended = new WeakSet();
const alive = (page) => page.workers().find((it) => !ended.has(it));

/**
 * Ends the worker with a key typed into its end, and waits until the page has another one, or has given up. Only a question
 * without an answer tells of a hang, and a worker that has not begun is waited for longest; so the clock is put on in steps.
 */
async function kill(page, running, way, key) {
  ended.add(running);
  await way(running);
  await page.keyboard.type(key);
  const isOver = async () => alive(page) || (await page.getByRole("alert").getByRole("button").isVisible());
  for (let steps = 0; !(await isOver()); steps++) {
    if (steps > 2 * START_MS / ANSWER_MS) throw new Error("the page waits for a worker that is gone");
    // The new one is heard of a moment later, and must not be waited to death meanwhile.
    const begun = page.waitForEvent("worker", { timeout: 300 }).catch(() => null);
    await page.clock.fastForward(ANSWER_MS);
    await begun;
  }
}

export default (test) => {
  test("a hundred deaths and hangs lose no letter", { ...DEATHS, timeout: 600_000 }, async ({ page, url, expect }) => {
    await page.clock.install();
    await visit(page, url);
    await typeAtTop(page, "#\n");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("End");
    let typed = "#";
    for (let kills = 0; kills < N_KILLS;) {
      if (!alive(page)) typed += await more(page);
      const running = alive(page);
      if (!running) continue;
      const key = String(kills % 10);
      await kill(page, running, WAYS[kills % WAYS.length], key);
      kills++;
      typed += key;
      await expect(() => firstLine(page)).toBe(typed);
    }
    await page.clock.fastForward(MINUTE_MS);
    typed += await more(page);
    await expect(() => firstLine(page)).toBe(typed);
    await expect(page.locator("#verdict .v.ok"), { timeout: 20_000 }).toBeVisible();
    await expect(page.locator("#verdict.old")).toHaveCount(0);
    await page.locator("#url").fill("http://nobody.example/");
    await expect(page.locator("#verdict .v.move"), { timeout: 20_000 }).toBeVisible();
    await page.reload();
    await expect(() => firstLine(page)).toBe(typed);
  });

  test("three deaths in a minute: the bar stays, and everything can be copied", { ...DEATHS, permissions: ["clipboard-read", "clipboard-write"] }, async ({ page, url, expect }) => {
    await page.clock.install();
    await visit(page, url);
    await typeAtTop(page, "# written before\n");
    for (let deaths = 0; deaths < 3; deaths++) {
      const running = await worker(page);
      await die(running);
      await gone(page, running);
    }
    const bar = page.getByRole("alert");
    const copy = bar.getByRole("button");
    await expect(copy).toHaveText("Copy everything");
    await page.clock.fastForward(MINUTE_MS);
    await expect(copy).toBeVisible();
    await copy.click();
    await expect(() => page.evaluate(() => navigator.clipboard.readText())).toContain("# written before");
    await expect(() => page.evaluate(() => navigator.clipboard.readText())).toContain("kind: Service");
    // Another text is another chance.
    await typeAtTop(page, "# written after\n");
    await expect(page.locator("#verdict .v.ok"), { timeout: 20_000 }).toBeVisible();
    await expect(bar).toHaveCount(0);
  });

  test("one death: the bar goes by itself, the answer stays readable", DEATHS, async ({ page, url, expect }) => {
    await page.clock.install();
    await visit(page, url);
    await die(await worker(page));
    const bar = page.getByRole("alert");
    await expect(bar).toContainText("Your text is safe");
    await expect(page.locator("#verdict .v.ok")).toBeVisible();
    // The new worker answers; only then nothing is waited for but the end of the bar.
    await page.locator("#url").fill("http://nobody.example/");
    await expect(page.locator("#verdict .v.move"), { timeout: 20_000 }).toBeVisible();
    await page.clock.fastForward(6_000);
    await expect(bar).toHaveCount(0);
  });
};

const firstLine = async (page) => (await text(page)).split("\n")[0];

/**
 * Letters until a worker runs. The page that has given up waits for another text, and one letter may still come too early; a
 * worker that was ended before it had begun is waited for longest.
 */
async function more(page) {
  let letters = "";
  do {
    const begun = alive(page) ? null : page.waitForEvent("worker", { timeout: 1_000 }).catch(() => null);
    await page.keyboard.type("x");
    letters += "x";
    await begun;
    if (!alive(page)) await page.clock.fastForward(START_MS);
  } while (!alive(page) && letters.length < 10);
  return letters;
}
