// The frame around both sides: palette, settings, share links, first steps, read-only, offline.

const DESK = { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" };
const verdict = (page) => page.locator("#verdict");

/** A context whose first steps were seen. */
async function settled(page, url, settings = {}) {
  await page.addInitScript((saved) => {
    localStorage.setItem("podpath.coach", "seen");
    if (!localStorage.getItem("podpath.settings")) localStorage.setItem("podpath.settings", saved);
  }, JSON.stringify(settings));
  await page.goto(url);
  await page.locator("#verdict .v.ok").waitFor();
}

async function palette(page, text) {
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: /Search|검색/ }).fill(text);
}

/** What a link holds; runs in the page. */
async function unfolded(address) {
  const letters = address.split("#1.")[1].replaceAll("-", "+").replaceAll("_", "/");
  const bytes = Uint8Array.from(atob(letters), (it) => it.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).text();
}

export default (test) => {
  test("the palette finds a resource by its short kind and goes to its line", DESK, async ({ page, url, expect, screenshot }) => {
    await settled(page, url);
    await palette(page, "svc server");
    await expect(page.locator("#pal-list [role=option]").first()).toContainText("Service areyouhere-server");
    await screenshot("1440 palette");
    await page.keyboard.press("Enter");
    await expect(page.locator(".cm-sent").first()).toContainText("areyouhere-server");
    await palette(page, "zzz");
    await expect(page.locator("#pal-list")).toContainText("Nothing found");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("combobox", { name: /Search|검색/ })).toHaveCount(0);
  });

  test("commands are found in both languages, and what was done last comes first", DESK, async ({ page, url, expect }) => {
    await settled(page, url);
    await palette(page, "> 언어");
    await expect(page.locator("#pal-list [role=option]")).toHaveCount(0);
    await page.getByRole("combobox", { name: /Search|검색/ }).fill("> 영어");
    await page.keyboard.press("Enter");
    await expect(page.locator("html")).toHaveAttribute("lang", "ko");
    await palette(page, ">");
    await expect(page.locator("#pal-list [role=option]").first()).toContainText("영어로 바꾸기");
  });

  test("a line is reached by its number", DESK, async ({ page, url, expect }) => {
    await settled(page, url);
    await palette(page, ":3");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await page.keyboard.press("Control+k");
    await page.keyboard.press("Escape");
    await page.locator(".cm-content").focus();
    await page.keyboard.type("here");
    const lines = (await page.locator(".cm-content").innerText()).split("\n");
    await expect(lines.findIndex((it) => it.startsWith("here"))).toBe(2);
  });

  test("settings are live and outlive a reload", DESK, async ({ page, url, expect, screenshot }) => {
    await settled(page, url);
    await page.getByRole("button", { name: "Settings" }).click();
    const panel = page.getByRole("dialog", { name: "Settings" });
    await screenshot("1440 settings");
    await panel.getByLabel("Theme").selectOption("dark");
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
    await panel.getByLabel("Kubernetes version").selectOption("1.30");
    await expect(page.getByRole("button", { name: "Settings" })).toContainText("1.30");
    await panel.getByLabel("Motion").uncheck();
    await expect(page.locator("html")).toHaveAttribute("data-motion", "off");
    await page.reload();
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
    await expect(page.locator("html")).toHaveAttribute("data-motion", "off");
  });

  test("the default namespace changes the answer", DESK, async ({ page, url, expect }) => {
    await settled(page, url);
    const file = { name: "lonely.yaml", mimeType: "text/yaml", buffer: Buffer.from("apiVersion: v1\nkind: Service\nmetadata: {name: lonely}\n") };
    await page.locator('[data-open="files"]').first().setInputFiles([file]);
    await expect(page.locator(".tree")).toContainText("lonely.yaml");
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByLabel("Default namespace").fill("elsewhere");
    await page.keyboard.press("Escape");
    await palette(page, "svc lonely");
    await expect(page.locator("#pal-list [role=option]").first()).toContainText("elsewhere");
  });

  test("a link holds files, request and open file, and opens in another browser", DESK, async ({ page, browser, url, expect, screenshot }) => {
    await settled(page, url);
    await page.getByRole("button", { name: "Share" }).click();
    const link = page.getByRole("dialog").getByLabel("Link");
    await expect(link).toHaveValue(/#1\.[\w-]+$/);
    await expect(page.getByRole("dialog")).toContainText("KB");
    await screenshot("1440 share");
    const address = await link.inputValue();
    const other = await browser.newContext({ viewport: DESK.viewport });
    const second = await other.newPage();
    await second.goto(address);
    await expect(second.locator("#url")).toHaveValue(await page.locator("#url").inputValue());
    await expect(second.locator("#verdict .v.ok")).toBeVisible();
    await expect(() => second.evaluate(() => location.hash)).toBe("");
    await other.close();
  });

  test("a link of version 1 is readable for ever", DESK, async ({ page, url, expect }) => {
    // Made by the first version that could share; it must open unchanged in every later one.
    const link = "1.VY8xTkMxEESvYpkWJdAhtxHiACAaPsXiPx9b8beNvQRQ5C5VzpAyl-BM5BB4Q0W3np2ded7qSDO0UXrypbK-lCGgdmWrMb5i-YGXxRfNQTyU_SNK9Skatbke4trH0ah7lI23GOIMppGY-q2kGtVv2xBrhu1SToWrUU_nwaibq_bc1IU67Q4_37vT_jhE3Xp9wds7OokA9ECXRmm-u30Qtmod_nAdcxbFpbNXCyY-ac4Bi3WRTSZ2slnKwwaPyCsU9pO3xJIxUaiQypQRxfn_v-0X";
    await settled(page, url);
    await page.goto(`${url}#${link}`);
    await expect(page.locator(".cm-content")).toContainText("# 서비스");
    await expect(page.locator("#url")).toHaveValue("http://web.example.kr/");
    await expect(page.locator(".ws-name")).toHaveText("first");
  });

  test("a link that is cut, newer or strange ends in a sentence", { ...DESK, allow: [] }, async ({ page, url, expect }) => {
    await settled(page, url);
    for (const [link, says] of [["1.AAAA", "cannot be read"], ["1.!!", "cannot be read"], ["9.abc", "newer Podpath"], ["1.", "cannot be read"]]) {
      await page.evaluate((it) => { location.hash = it; }, link);
      await expect(page.getByRole("alert")).toContainText(says);
      await expect(page.locator("#verdict .v.ok")).toBeVisible();
      await page.getByRole("alert").getByRole("button").click();
      await expect(page.getByRole("alert")).toHaveCount(0);
    }
  });

  test("a link that unfolds to more than fits is refused", DESK, async ({ page, url, expect }) => {
    await settled(page, url);
    const link = await page.evaluate(async () => {
      const bomb = JSON.stringify({ files: { "a.yaml": " ".repeat(64 << 20) } });
      const stream = new Blob([bomb]).stream().pipeThrough(new CompressionStream("deflate-raw"));
      const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
      let text = "";
      for (const byte of bytes) text += String.fromCharCode(byte);
      return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    });
    await page.evaluate((it) => { location.hash = `1.${it}`; }, link);
    await expect(page.getByRole("alert")).toContainText("20 MB at most");
  });

  test("values of Secrets stay out of a link unless they are asked for", DESK, async ({ page, url, expect }) => {
    await settled(page, url);
    await page.locator(".cm-content").focus();
    await page.keyboard.press("Control+End");
    await page.keyboard.insertText("\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: token}\nstringData: {key: hidden-word}\n");
    await expect(page.locator(".tabs-bar, .editor").first()).toBeVisible();
    await page.getByRole("button", { name: "Share" }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog).toContainText("1 Secret is left out");
    const short = await dialog.getByLabel("Link").inputValue();
    await expect(await page.evaluate(unfolded, short)).not.toContain("hidden-word");
    await expect(await page.evaluate(unfolded, short)).toContain("stringData");
    await dialog.getByRole("button", { name: "Include values" }).click();
    await expect(dialog).toContainText("The link holds the values of Secrets.");
    await expect(() => dialog.getByLabel("Link").inputValue().then((it) => it !== short)).toBe(true);
    await expect(await page.evaluate(unfolded, await dialog.getByLabel("Link").inputValue())).toContain("hidden-word");
  });

  test("a read-only link can be looked at, and copied to be changed", DESK, async ({ page, browser, url, expect }) => {
    await settled(page, url);
    await page.getByRole("button", { name: "Share" }).click();
    const link = page.getByRole("dialog").getByLabel("Link");
    await expect(link).toHaveValue(/#1\./);
    const before = await link.inputValue();
    await page.getByLabel("Read-only").check();
    await expect(() => link.inputValue().then((it) => it !== before)).toBe(true);
    const other = await browser.newContext({ viewport: DESK.viewport });
    const second = await other.newPage();
    await second.goto(await link.inputValue());
    await expect(second.locator(".notice")).toContainText("Read-only");
    const text = await second.locator(".cm-content").innerText();
    await second.locator(".cm-content").focus();
    await second.keyboard.type("xyz");
    await expect(() => second.locator(".cm-content").innerText()).toBe(text);
    await second.getByRole("button", { name: "Edit a copy" }).click();
    await second.locator(".cm-content").focus();
    await second.keyboard.type("xyz");
    await expect(second.locator(".cm-content")).toContainText("xyz");
    await other.close();
  });

  test("three cards lead a first visit, and never come back", DESK, async ({ page, url, expect, screenshot }) => {
    await page.goto(url);
    const coach = page.locator(".coach");
    await expect(coach).toContainText("Follow the line.");
    await screenshot("1440 coach");
    await coach.getByRole("button", { name: "Next" }).click();
    await expect(coach).toContainText("Change the request.");
    await coach.getByRole("button", { name: "Next" }).click();
    await expect(coach).toContainText("Break it.");
    await coach.getByRole("button", { name: "Done" }).click();
    await expect(coach).toHaveCount(0);
    await page.reload();
    await expect(page.locator("#verdict .v.ok")).toBeVisible();
    await expect(coach).toHaveCount(0);
  });

  test("the first edit ends the first steps", DESK, async ({ page, url, expect }) => {
    await page.goto(url);
    await expect(page.locator(".coach")).toBeVisible();
    await page.locator(".cm-content").focus();
    await page.keyboard.type("#");
    await expect(page.locator(".coach")).toHaveCount(0);
  });

  test("two keys go to a region, and single keys can be switched off", DESK, async ({ page, url, expect }) => {
    await settled(page, url);
    await page.locator("#verdict").click();
    await page.keyboard.press("g");
    await page.keyboard.press("r");
    await expect(page.locator("#url")).toBeFocused();
    await page.evaluate(() => localStorage.setItem("podpath.settings", JSON.stringify({ singleKeys: false })));
    await page.reload();
    await page.locator("#verdict .v.ok").waitFor();
    await page.keyboard.press("/");
    await expect(page.locator("#url")).not.toBeFocused();
  });

  test("a request carries more than headers, and old URLs come back", DESK, async ({ page, url, expect }) => {
    await settled(page, url);
    await page.getByRole("button", { name: /Headers/ }).click();
    const panel = page.getByRole("dialog", { name: "Headers" });
    await panel.getByLabel("Source IP").fill("203.0.113.9");
    await panel.getByLabel("With a client certificate").check();
    await panel.getByLabel("Claims of the token, JSON").fill("{\"sub\": ");
    await expect(panel.getByLabel("Claims of the token, JSON")).toHaveAttribute("aria-invalid", "true");
    await panel.getByLabel("Claims of the token, JSON").fill("{\"sub\": \"me\"}");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("button", { name: /Headers/ })).toContainText("3");
    const asked = await page.locator("#url").inputValue();
    await page.locator("#url").fill("");
    await page.locator("#url").press("ArrowUp");
    await expect(page.locator("#url")).toHaveValue(asked);
  });

  test("without a network the page says so, and goes on", { ...DESK, allow: [/./] }, async ({ page, context, url, expect }) => {
    await settled(page, url);
    await context.setOffline(true);
    await expect(page.locator(".offline")).toBeVisible();
    await context.setOffline(false);
    await expect(page.locator(".offline")).toHaveCount(0);
  });
};
