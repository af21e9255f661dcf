// What the tests of the source side share: a workspace of their own, and places in the editor.

export const DESK = { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" };
export const service = (name) => `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\nspec:\n  ports:\n    - port: 80\n`;

/** The text that the editor shows. */
export const text = (page) => page.locator(".cm-content").innerText();

/** An empty workspace, or one with a new file. */
export async function fresh(page, url, content = "") {
  await page.goto(url);
  await page.locator(".ws").click();
  await page.locator(".pop .menu-item").first().click();
  await page.locator(".drop").waitFor();
  if (!content) return;
  await open(page, { "file.yaml": content });
  await page.locator(".tab.on", { hasText: "file.yaml" }).waitFor();
  await page.locator(".cm-line", { hasText: content.split("\n")[0] }).first().waitFor();
}

export async function open(page, files) {
  const list = Object.entries(files).map(([name, it]) => ({ name, mimeType: "", buffer: Buffer.from(it) }));
  await page.locator('[data-open="files"]').first().setInputFiles(list);
}

/** The middle of a word in the editor. */
export function spot(page, word) {
  return page.locator(".cm-content").evaluate((content, wanted) => {
    const walker = document.createTreeWalker(content, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const at = walker.currentNode.data.indexOf(wanted);
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(walker.currentNode, at);
      range.setEnd(walker.currentNode, at + wanted.length);
      const { x, y, width, height } = range.getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2 };
    }
    throw new Error(`${wanted} is not shown`);
  }, word);
}

export function paste(page, words) {
  return page.evaluate((pasted) => {
    const data = new DataTransfer();
    data.setData("text", pasted);
    document.activeElement.blur();
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }, words);
}
