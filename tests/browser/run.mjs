// Runs the browser tests against dist/ in a real Chromium: `node tests/browser/run.mjs [WORDS]`.
//
// A file `NAME.test.mjs` here exports one function that names its tests:
//
//     export default (test) => {
//       test("the sample shows a diagram", async ({ page, url, expect }) => {
//         await page.goto(url);
//         await expect(page.getByRole("img")).toBeVisible();
//       });
//       test("storage may be refused", { allow: [/storage/], viewport: { width: 390, height: 844 } }, async ({ page }) => {});
//     };
//
// Each test gets a new browser context: `page`, `context`, `browser`, `url` (the index, under a path prefix), `expect`
// (expect.mjs), `screenshot(name, page?)` into target/screenshots/, `dist` (the folder), and `serve(what, prefix?)`, which
// serves a folder or texts by their name at an origin of its own until the test ends. It fails on what it throws, and on any
// console error, uncaught error, failed request or request to another origin that none of the patterns in `allow` fits.
// All other options (`locale`, `colorScheme`, `viewport`, ...) are Playwright's for a new context; `timeout` is in
// milliseconds; `alone` keeps a test from running beside others. Service workers are refused unless a test says `serviceWorkers: "allow"`.
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { launch, waitForPage } from "./chromium.mjs";
import { expect } from "./expect.mjs";
import { serve } from "./site.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, "../..");
const DIST = join(ROOT, "dist");
const SHOTS = join(ROOT, "target/screenshots");
const PREFIX = "/some/prefix/";
const TIMEOUT = 30_000;
/** Tests that run at the same time, each in a context of its own; those with `alone` run by themselves. */
const LANES = 2;

const words = process.argv[2] ?? "";
process.exitCode = (await main()) ? 0 : 1;

async function main() {
  if (!existsSync(join(DIST, "index.html"))) throw new Error("there is no dist/: run `cargo xtask build`");
  const tests = (await discover()).filter((it) => `${it.file} ${it.name}`.includes(words));
  const site = await serve(DIST, PREFIX);
  const browser = await launch();
  let passed = 0;
  try {
    let done = 0;
    const again = [];
    const run = async (test, isBeside) => {
      const began = performance.now();
      const problems = await outcome(test, browser, site);
      if (problems.length && isBeside) {
        // Beside another test a slow machine may be too slow: alone it is judged.
        console.log(`again, alone: ${test.file}: ${test.name}: ${problems[0].split("\n")[0]}`);
        return again.push(test);
      }
      passed += problems.length === 0;
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      console.log(`${problems.length ? "FAILED" : "ok"} ${++done}/${tests.length} ${test.file}: ${test.name} (${seconds} s)`);
      for (const problem of problems) console.log(`  ${problem.replaceAll("\n", "\n  ")}`);
    };
    const lane = async (queue, isBeside = false) => {
      for (let test = queue.shift(); test; test = queue.shift()) await run(test, isBeside);
    };
    // The clipboard is one for all.
    const isAlone = ({ options }) => options.alone || Boolean(options.permissions);
    const beside = tests.filter((it) => !isAlone(it));
    await Promise.all(Array.from({ length: LANES }, () => lane(beside, true)));
    await lane([...again, ...tests.filter(isAlone)]);
  } finally {
    await browser.close();
    await site.close();
  }
  if (tests.length === 0) console.log("no test fits");
  console.log(`browser: ${passed} passed, ${tests.length - passed} failed`);
  return tests.length > 0 && passed === tests.length;
}

/** All tests, file by file in the order of the alphabet. */
async function discover() {
  const tests = [];
  const files = readdirSync(HERE).filter((name) => name.endsWith(".test.mjs"));
  for (const file of files.sort()) {
    const { default: declare } = await import(pathToFileURL(join(HERE, file)));
    declare((name, ...rest) => {
      const [run, options = {}] = rest.reverse();
      tests.push({ file: file.replace(".test.mjs", ""), name, run, options });
    });
  }
  return tests;
}

/** What went wrong in one test; nothing when it passed. */
async function outcome(test, browser, site) {
  const { allow = [], timeout = TIMEOUT, alone: _, ...options } = test.options;
  const context = await browser.newContext({ serviceWorkers: "block", ...options });
  const sites = [site];
  const serveMore = async (what, prefix = "/") => {
    const more = await serve(what, prefix);
    sites.push(more);
    return more;
  };
  const noticed = watch(context, sites);
  context.on("page", waitForPage);
  const page = await context.newPage();
  const screenshot = (name, of = page) => shoot(of, name);
  const problems = [];
  try {
    await within(timeout, test.run({ page, context, browser, url: site.url, dist: DIST, serve: serveMore, expect, screenshot }));
    await within(timeout, Promise.all(context.pages().map(settled)));
  } catch (error) {
    problems.push(error.stack ?? String(error));
    await shoot(page, `failed ${test.file} ${test.name}`).catch(() => {});
  }
  await context.close();
  await Promise.all(sites.slice(1).map((it) => it.close()));
  return problems.concat(noticed.filter((it) => !allow.some((pattern) => pattern.test(it))));
}

/** What a page has begun already, an error about to be thrown among it, belongs to the test that began it. */
function settled(page) {
  return page.evaluate(() => new Promise((done) => setTimeout(done)));
}

/** Collects what no test should cause, from every page and worker of a context. */
function watch(context, sites) {
  const noticed = [];
  const folder = pathToFileURL(DIST).href;
  const origins = () => [folder, ...sites.map((it) => it.origin)];
  const isOurs = (address) => origins().some((it) => address.startsWith(`${it}/`)) || /^(data|blob|about):/.test(address);
  context.on("console", (message) => {
    if (message.type() === "error") noticed.push(`console error: ${message.text()} (${message.location().url})`);
  });
  context.on("weberror", (error) => noticed.push(`uncaught error: ${error.error().stack ?? error.error()}`));
  context.on("request", (request) => {
    if (!isOurs(request.url())) noticed.push(`request to another origin: ${request.url()}`);
  });
  context.on("response", (response) => {
    if (response.status() >= 400) noticed.push(`status ${response.status()}: ${response.url()}`);
  });
  return noticed;
}

async function within(timeout, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${timeout / 1000} s`)), timeout);
  });
  try {
    await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function shoot(page, name) {
  mkdirSync(SHOTS, { recursive: true });
  const path = join(SHOTS, `${name.replace(/[^\p{L}\p{N}]+/gu, "-")}.png`);
  await page.screenshot({ path, animations: "disabled", timeout: 10_000 });
  return path;
}
