// No dead control: in every state, at the desk and on the phone, each kind of button, chooser and handle is used once, and
// something must happen: the page changes, the focus goes elsewhere, something is copied, saved, chosen or left.
//
// Controls of one kind (its classes and data in its region) share one trial: forty rows of a list have one button. What a
// click opens is looked at too; when nothing new is left to reach, the state is begun anew.
import { reach, SIZES, STATES, visitor } from "./states.mjs";

/** Controls that may do nothing, with the reason. */
const EXCEPTIONS = new Map([]);

const MOST_ROUNDS = 40;

/** Finds controls, tells them apart, and watches for what they do. Runs in the page. */
function install() {
  const SELECTOR = "button, summary, select, a[href], [role=button], [role=separator], [role=menuitem], [role=option], input[type=checkbox], input[type=radio]";
  const STATES = new Set(["on", "off", "sel", "lit", "dead", "open", "first", "last", "shut", "lost", "needed", "ghost"]);
  const roots = () => [document, ...[...document.querySelectorAll("*")].map((it) => it.shadowRoot).filter(Boolean)];
  const region = (it) => it.parentElement?.closest("[role=dialog], header, section, nav, main, form, [role=group], [role=region], .pop, .files")?.className.toString().split(" ")[0] ?? it.getRootNode().host?.className ?? "";
  const icon = (it) => it.querySelector("use")?.getAttribute("href") ?? "";
  const kind = (it) => {
    const classes = [...it.classList].filter((name) => !STATES.has(name)).join(".");
    const data = Object.keys(it.dataset).join(",");
    return `${region(it)} > ${it.localName}.${classes}[${data}]${it.getAttribute("role") ?? ""} ${it.matches("[data-node]") ? "" : icon(it)}`.trim();
  };
  // What is chosen already, or may not be used now, has nothing to do.
  const isIdle = (it) => it.disabled || it.matches("[aria-pressed=true], [aria-selected=true], [aria-current], [aria-disabled=true], [aria-hidden=true]") || (it.matches("select") && it.options.length < 2);
  const isReachable = (it) => {
    it.scrollIntoView({ block: "nearest", inline: "nearest" });
    const box = it.getBoundingClientRect();
    const [width, height] = [Math.max(box.width, 2), Math.max(box.height, 2)];
    if (!it.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
    if (it.matches("[role=separator]")) return true;
    const hit = it.getRootNode().elementFromPoint(box.left + width / 2, box.top + height / 2);
    return Boolean(hit) && (it === hit || it.contains(hit));
  };
  const deepFocus = () => {
    let focus = document.activeElement;
    while (focus?.shadowRoot?.activeElement) focus = focus.shadowRoot.activeElement;
    return focus;
  };
  const tried = { control: null, changes: 0, noted: [] };
  const observer = new MutationObserver((changes) => (tried.changes += changes.length));
  const watch = () => {
    for (const root of roots()) observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
  };
  for (const [target, name] of [[navigator.clipboard, "writeText"], [navigator.clipboard, "write"], [HTMLInputElement.prototype, "click"], [HTMLAnchorElement.prototype, "click"]]) {
    if (target) target[name] = (...given) => (tried.noted.push(name), Promise.resolve(given));
  }
  document.addEventListener("beginEvent", () => tried.noted.push("motion"), true);
  globalThis.controls = {
    /** The first control of a kind that is not among `seen`; its kind, or null. */
    next(seen) {
      const all = roots().flatMap((root) => [...root.querySelectorAll(SELECTOR)]);
      tried.control = all.find((it) => !seen.includes(kind(it)) && !isIdle(it) && isReachable(it)) ?? null;
      return tried.control && kind(tried.control);
    },
    get control() {
      return tried.control;
    },
    get focus() {
      return deepFocus();
    },
    begin() {
      tried.changes = 0;
      tried.noted.length = 0;
      watch();
    },
    /** What has happened since; null when nothing has. */
    effect() {
      const focus = deepFocus();
      if (tried.changes > 0) return `${tried.changes} changes`;
      if (tried.noted.length > 0) return tried.noted[0];
      if (focus && focus !== tried.control && focus !== document.body) return "focus";
      return null;
    },
    quiet: () => new Promise((done) => {
      let seen = -1;
      const look = () => (seen === tried.changes ? done() : ((seen = tried.changes), setTimeout(look, 150)));
      watch();
      look();
    }),
  };
}

/** Uses a control as a person would: another choice, a key for a handle, else a click. */
async function use(page, control) {
  const how = await control.evaluate((it) => (it.matches("select") ? "select" : it.matches("[role=separator]") ? "handle" : "button"));
  if (how === "select") {
    const other = await control.evaluate((it) => [...it.options].find((option) => !option.selected).value);
    await control.selectOption(other);
  } else if (how === "handle") {
    await control.focus();
    await page.evaluate(() => globalThis.controls.begin());
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowDown");
  } else {
    await control.click({ timeout: 2_000 });
  }
}

/** Uses every control of a new kind that the state leads to; `seen` holds kinds, `dead` those without effect. */
async function walk(page, url, state, seen, dead) {
  for (let rounds = 0; rounds < MOST_ROUNDS; rounds++) {
    await reach(page, url, state);
    let n_tried = 0;
    for (;;) {
      await page.evaluate(() => globalThis.controls.quiet());
      const kind = await page.evaluate((seen) => globalThis.controls.next(seen), [...seen]);
      if (!kind) break;
      seen.add(kind);
      n_tried++;
      const effect = await trial(page);
      if (!effect && !EXCEPTIONS.has(kind)) dead.push(`${state}: ${kind}`);
    }
    if (n_tried === 0) return;
  }
}

async function trial(page) {
  const control = await page.evaluateHandle(() => globalThis.controls.control);
  await page.evaluate(() => globalThis.controls.begin());
  await use(page, control.asElement());
  const happened = () => page.evaluate(() => globalThis.controls.effect());
  for (let looks = 0; looks < 20; looks++) {
    const effect = await happened();
    if (effect) return effect;
  }
  await page.evaluate(() => new Promise((done) => setTimeout(done, 300)));
  return happened();
}

export default (test) => {
  for (const width of [1440, 390]) {
    test(`every control does something, ${width}`, { ...visitor("en", SIZES[width]), reducedMotion: "no-preference", permissions: ["clipboard-write"], timeout: 600_000 }, async ({ page, url, expect }) => {
      await page.addInitScript(install);
      const [seen, dead] = [new Set(), []];
      for (const state of Object.keys(STATES)) await walk(page, url, state, seen, dead);
      console.log(`    ${seen.size} kinds of controls at ${width}`);
      await expect(seen.size).toBeGreaterThan(15);
      await expect(dead).toEqual([]);
    });
  }
};
