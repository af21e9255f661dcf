// The states of the page that have a picture in the design, as one table: how each is reached, and what proves that it is.
//
// The other tests walk over this table; a new state is one line of `STATES` and, at most, one step below it. Steps go by
// roles and stable ids, never by the place of a control.
import { ghosts, thousand, unsupported } from "./workspaces.mjs";

/**
 * `open` goes there on a page that has not begun yet; `proof` is there then (on a phone perhaps in another view).
 * `passing`: another width ends it, so it is gone to again for each.
 */
export const STATES = {
  // On a wide page the first steps lie over it.
  "first visit": { open: firstVisit, proof: "#verdict .v.ok" },
  delivered: { open: visit, proof: "#verdict .v.ok" },
  palette: { open: palette, proof: "[role=combobox]" },
  empty: { open: newWorkspace, proof: ".drop" },
  "broken YAML": { open: halfTyped, proof: ".verdict.old" },
  broken: { open: (page, url) => example(page, url, "areyouhere-broken"), proof: "#verdict .v.err" },
  redirect: { open: redirected, proof: "#verdict .v.move" },
  "1,000 resources": { open: (page, url) => workspace(page, url, thousand(), "http://shop-7-3.example.kr/"), proof: "#verdict .v.ok" },
  unsupported: { open: (page, url) => workspace(page, url, unsupported(), "http://shop.example.kr/"), proof: "#verdict .v.unknown" },
  ghosts: { open: (page, url) => workspace(page, url, ghosts(), "http://shop.example.kr/"), proof: ".notice.ghosts" },
  slow: { open: slow, proof: ".request.slow" },
  "worker restarted": { open: restarted, proof: ".notice.warn[role=alert]" },
  "worker restarted too often": { open: stuck, proof: ".notice.warn[role=alert] button", passing: true },
  "storage refused": { open: withoutStorage, proof: ".saved.refused" },
};

/** What the console may say in these states. */
export const SAID = [/worker died/];

export const LANGUAGES = { en: "en-US", ko: "ko-KR" };
export const THEMES = {
  light: { colorScheme: "light", contrast: "no-preference" },
  dark: { colorScheme: "dark", contrast: "no-preference" },
  contrast: { colorScheme: "light", contrast: "more" },
};
export const SIZES = {
  1440: { width: 1440, height: 900 },
  768: { width: 768, height: 1024 },
  390: { width: 390, height: 844 },
};

/** The context of a walk over states: a new visitor in a language, without motion. */
export function visitor(language = "en", size = SIZES[1440]) {
  return { locale: LANGUAGES[language], viewport: size, reducedMotion: "reduce", allow: SAID, timeout: 180_000 };
}

/** Goes to a state of the table, from nothing. */
export async function reach(page, url, name) {
  const { open, proof } = STATES[name];
  await forget(page, url);
  await open(page, url);
  await page.locator(proof).first().waitFor({ state: "attached", timeout: 20_000 });
}

/** The next visit is a first one: sizes, language and files of the last are gone. */
async function forget(page, url) {
  await page.goto("about:blank");
  const debug = await page.context().newCDPSession(page);
  await debug.send("Storage.clearDataForOrigin", { origin: new URL(url).origin, storageTypes: "all" });
  await debug.detach();
}

/** Colours as the person's system asks for them, so that nothing has to be loaded again. */
export async function paint(page, theme) {
  await page.emulateMedia(THEMES[theme]);
  await page.waitForFunction((name) => document.documentElement.dataset.theme === name, theme);
}

/** Goes to a state, then shows it in each width; `look` gets the name of the width. */
export async function inEachSize(page, url, name, look) {
  await reach(page, url, name);
  for (const [width, size] of Object.entries(SIZES)) {
    await resize(page, size);
    if (STATES[name].passing) await reach(page, url, name);
    await look(width);
  }
}

/** The layout for a width is in place: the phone has a strip where the others have a picture. */
export async function resize(page, size) {
  await page.setViewportSize(size);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** A person who has been here before: nobody explains the page to them. */
export async function visit(page, url) {
  await page.addInitScript(() => {
    try {
      localStorage.setItem("podpath.coach", "seen");
    } catch {
      // Where nothing may be kept there is no explanation either.
    }
  });
  await firstVisit(page, url);
}

async function firstVisit(page, url) {
  await page.goto(url);
  await page.locator("#verdict .v.ok").waitFor();
}

/** An empty workspace. */
export async function newWorkspace(page, url) {
  await visit(page, url);
  await page.locator("button.ws").click();
  await page.locator("[role=dialog]").getByText(/^(New workspace|새 작업 공간)$/).first().click();
  await page.locator("#verdict .v.idle").waitFor();
}

export async function example(page, url, slug) {
  await newWorkspace(page, url);
  const inGallery = page.locator(`main [data-example="${slug}"]`).first();
  await inGallery.click();
  await page.locator("#verdict .v:not(.idle)").waitFor();
}

export async function workspace(page, url, files, address) {
  await newWorkspace(page, url);
  await page.locator('[data-open="files"]').first().setInputFiles(files);
  await page.locator("#verdict .v:not(.idle)").waitFor({ timeout: 60_000 });
  await page.locator("#url").fill(address);
}

async function palette(page, url) {
  await visit(page, url);
  await page.keyboard.press("Control+k");
}

async function halfTyped(page, url) {
  await visit(page, url);
  await typeAtTop(page, "a: [b\n");
}

/** Types before the first letter of the open file; on a phone in the view that has it. */
export async function typeAtTop(page, text) {
  const views = page.locator("nav.tabs button:visible");
  const hasViews = (await views.count()) > 0;
  if (hasViews) await views.nth(1).click();
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.type(text);
  if (hasViews) await views.nth(0).click();
}

async function redirected(page, url) {
  await visit(page, url);
  const address = new URL(await page.locator("#url").inputValue());
  await page.locator("#url").fill(`http://${address.host}/`);
}

/** A timer of this length never fires on the page, so that what it would end stays to be looked at. */
function holdTimer(page, ms) {
  return page.addInitScript((held) => {
    const real = globalThis.setTimeout;
    globalThis.setTimeout = (run, after, ...rest) => (after === held ? 0 : real(run, after, ...rest));
  }, ms);
}

const ANSWER_MS = 5_000;
const NOTICE_MS = 6_000;

async function slow(page, url) {
  await holdTimer(page, ANSWER_MS);
  await visit(page, url);
  await worker(page).then(hang);
  await page.locator("#url").fill("http://slow.example/");
}

async function restarted(page, url) {
  await holdTimer(page, NOTICE_MS);
  await visit(page, url);
  await worker(page).then(die);
  await page.locator(".notice.warn").waitFor();
}

async function stuck(page, url) {
  await visit(page, url);
  for (let deaths = 0; deaths < 3; deaths++) {
    const running = await worker(page);
    await die(running);
    await gone(page, running);
  }
}

/** The worker that runs now. */
export async function worker(page) {
  const [running] = page.workers();
  return running ?? page.waitForEvent("worker");
}

export async function gone(page, dead) {
  if (page.workers().includes(dead)) await new Promise((closed) => dead.once("close", closed));
}

/** An error that nothing in the worker catches. */
export function die(running) {
  return order(running, () => void setTimeout(() => { throw new Error("worker died"); }));
}

/** A loop without end, from the next turn on. */
export function hang(running) {
  return order(running, () => void setTimeout(() => { for (;;); }));
}

/** An end that nobody is told of. */
export function leave(running) {
  return order(running, () => void setTimeout(() => close()));
}

/** A worker that the page ends at the same moment never answers. */
function order(running, run) {
  const closed = new Promise((done) => running.once("close", done));
  return Promise.race([running.evaluate(run).catch(() => {}), closed]);
}

/** Every kind of storage that a browser can refuse. */
async function withoutStorage(page, url) {
  await page.addInitScript(() => {
    const get = () => { throw new DOMException("refused", "SecurityError"); };
    for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) Object.defineProperty(globalThis, name, { get });
  });
  await visit(page, url);
}
