// The Chromium of this machine, started as every run of the page needs it.
import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";

const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Whatever slips past the check of requests finds nobody.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

/** A browser without a window; `more` are further flags. */
export function launch(more = []) {
  const { chromium } = createRequire(new URL("../../web/package.json", import.meta.url))("playwright-core");
  return chromium.launch({ executablePath: executable(), args: [...FLAGS, ...more] });
}

/**
 * What is opened is there when the page runs, and not when the picture is shown that covers it until then; whoever
 * wants to see that one opens it with `waitUntil: "commit"`.
 */
export function waitForPage(page) {
  for (const name of ["goto", "reload"]) {
    const open = page[name].bind(page);
    page[name] = async (...given) => {
      const answer = await open(...given);
      const { waitUntil } = given.at(-1) ?? {};
      // A core that somebody keeps from answering leaves the picture where it is.
      if (waitUntil !== "commit") await page.locator("#first").waitFor({ state: "hidden", timeout: 10_000 }).catch(() => {});
      return answer;
    };
  }
}

/** The browser that CHROMIUM names, or the first that PATH holds. */
function executable() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
  if (!found) throw new Error("there is no Chromium: install one, or name it in the variable CHROMIUM");
  return found;
}

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
