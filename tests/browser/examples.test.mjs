// The gallery: every card opens, and ends as it says.

const DESK = { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" };

const glyph = (element) => [...element.classList].find((it) => it !== "st");

/** Opens the list of all examples. */
async function openAll(page) {
  await page.locator(".links button").first().click();
  return page.locator(".pop [data-example]");
}

/** The class of the verdict's bar is the class of the card's glyph. */
const verdictGlyphs = (page) => page.locator("#verdict .v").evaluate((it) => [...it.classList]);

export default (test) => {
  for (const locale of ["en-US", "ko-KR"]) {
    test(`every example ends as its card says, ${locale}`, { ...DESK, locale, timeout: 120_000 }, async ({ page, url, expect }) => {
      await page.goto(url);
      const cards = await openAll(page);
      const slugs = await cards.evaluateAll((all) => all.map((it) => it.dataset.example));
      expect(slugs.length).toBeGreaterThan(17);
      await page.keyboard.press("Escape");
      for (const slug of slugs) {
        await openAll(page);
        const card = page.locator(`.pop [data-example="${slug}"]`);
        const ending = await card.locator(".st").evaluate(glyph);
        await card.click();
        await expect(page.locator(".ws")).toContainText(slug);
        await expect(() => verdictGlyphs(page)).toContain(ending);
      }
    });
  }

  test("an empty workspace offers a few examples, and all by theme below them", DESK, async ({ page, url, expect, screenshot }) => {
    await page.goto(url);
    await page.locator(".ws").click();
    await page.locator(".pop .menu-item").click();
    await expect(page.locator(".gallery > .cards button")).toHaveCount(6);
    await expect(page.locator(".g-more .cards")).toBeHidden();
    await page.locator(".g-more summary").click();
    await expect(page.locator(".g-more h3")).toHaveCount(6);
    await screenshot("1440 all examples");
    await page.locator('.g-more [data-example="baduk"]').click();
    await expect(page.locator("#verdict .v.ok")).toBeVisible();
    await expect(page.locator("#url")).toHaveValue("http://rooms:8080/games");
  });

  test("examples that cannot be fetched are told, and the text stays", { ...DESK, allow: [/examples\.json/, /ERR_FAILED/] }, async ({ page, url, expect, screenshot }) => {
    await page.route("**/examples.json", (route) => route.abort());
    await page.goto(url);
    await openAll(page);
    await page.locator('.pop [data-example="cafe"]').click();
    await expect(page.locator('.pop [role="alert"]')).toBeVisible();
    await expect(page.locator(".ws")).toContainText("areyouhere");
    await screenshot("1440 example not fetched");
  });
};
