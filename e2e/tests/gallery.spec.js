// The gallery of scenarios: found, opened by mouse, key and finger, and never at the cost of one's own work.
import { axe, expect, test } from "../lab.mjs";

const own = "kernel 2.6.10\nmine = kmalloc(100, GFP_KERNEL);\n";

/** Runs a text as soon as the page has come to life. */
async function run(page, text) {
  await page.waitForFunction(() => window.kmallocLab);
  await page.evaluate((text) => window.kmallocLab.run(text), text);
}
const textOf = (page) => page.locator("textarea").first().inputValue();

test("a scenario of the gallery opens, and one's own work comes back", async ({ page }) => {
  await page.goto("./");
  await run(page, own);
  await page.getByRole("button", { name: "Gallery" }).click();
  const dialog = page.getByRole("dialog", { name: "Gallery" });
  await expect(dialog.getByRole("heading", { level: 3 })).toHaveCount(5);
  await axe(page);
  await dialog.getByRole("button", { name: /Dirty pages/ }).click();
  await expect(dialog).toBeHidden();
  expect(await textOf(page)).toContain("page_cache(dirty=203);");
  await expect(page.getByText("replaced your own work")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  expect(await textOf(page)).toBe(own);
});

test("by keys alone: g opens it, Escape closes it, Enter opens a scenario", async ({ page }) => {
  await page.goto("./");
  await expect(page.getByRole("button", { name: "Gallery" })).toBeVisible();
  await page.keyboard.press("g");
  const dialog = page.getByRole("dialog", { name: "Gallery" });
  await expect(dialog.getByRole("button", { name: /until memory is short/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await page.keyboard.press("g");
  await dialog.getByRole("button", { name: /until memory is short/ }).focus();
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  expect(await textOf(page)).toContain("page_cache(dirty=198);");
  await page.keyboard.press("g");
  await expect(dialog.locator("[aria-current]")).toHaveCount(1);
});

test("after a choice the space bar plays the story, however the gallery was opened", async ({ page }) => {
  await page.goto("./");
  const dialog = page.getByRole("dialog", { name: "Gallery" });
  const player = page.locator("footer.player");
  const plays = async () => {
    await expect(dialog).toBeHidden();
    await expect(player.locator(".play")).toBeFocused();
    const { cursor } = await page.evaluate(() => window.kmallocLab.snapshot());
    await page.keyboard.press("Space");
    await expect(player.getByRole("button", { name: "Pause" })).toBeVisible();
    await page.keyboard.press("Space");
    await expect(player.getByRole("button", { name: "Play", exact: true })).toBeVisible();
    await expect(dialog).toBeHidden();
    return cursor;
  };
  await page.getByRole("button", { name: "Gallery" }).click();
  await dialog.getByRole("button", { name: /Dirty pages/ }).click();
  // The pages that the story needs are there; the first call is not yet made.
  expect(await plays()).toBeGreaterThan(1000);
  await expect(player.getByRole("spinbutton")).toHaveValue("2");
  await page.locator("body").click({ position: { x: 1, y: 1 } });
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("g");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await plays();
  await expect(page.getByRole("heading", { name: "Scenario" })).toBeVisible();
});

test("the line of the call is in sight, unless the text is being written", async ({ page }) => {
  await page.goto("./");
  await page.getByRole("button", { name: "Gallery" }).click();
  await page.getByRole("button", { name: /Side by side/ }).click();
  const seen = () =>
    page.locator("section.text .panel").evaluate((panel) => {
      const [box, head, mark] = [panel, ...["summary", ".now mark"].map((part) => panel.querySelector(part))].map((part) =>
        part.getBoundingClientRect(),
      );
      return mark.top >= head.bottom - 1 && mark.bottom <= box.bottom + 1;
    });
  await page.keyboard.press("End");
  await expect.poll(seen).toBe(true);
  await page.keyboard.press("Home");
  await page.keyboard.press("PageDown");
  await expect.poll(seen).toBe(true);
  // Somebody writes at the beginning.
  await page.locator("textarea").focus();
  await page.locator("section.text").evaluate((section) => {
    section.querySelector("textarea").setSelectionRange(0, 0);
    section.querySelector(".panel").scrollTop = 0;
    window.kmallocLab.seek(window.kmallocLab.snapshot().events);
  });
  await page.waitForTimeout(200);
  expect(await seen()).toBe(false);
});

test("on a phone, in Chinese, in dark", async ({ fresh }) => {
  const page = await fresh({
    locale: "zh-CN",
    colorScheme: "dark",
    viewport: { width: 390, height: 844 },
    hasTouch: true,
  });
  await page.goto("./");
  await page.getByRole("button", { name: "场景集" }).tap();
  const card = page.getByRole("button", { name: /牺牲者/ });
  await card.scrollIntoViewIfNeeded();
  const box = await card.boundingBox();
  expect(box.x).toBeGreaterThanOrEqual(0);
  expect(box.x + box.width).toBeLessThanOrEqual(390);
  await axe(page);
  await card.tap();
  await expect(page.getByRole("dialog")).toBeHidden();
  expect(await textOf(page)).toContain("user_pages(120);");
});

for (const [locale, path, asleep] of [
  ["en-US", "Decision path", "z asleep"],
  ["zh-CN", "决策路径", "z 睡眠"],
]) {
  test(`${locale}: who sleeps is said, and the lists are shown where there are some`, async ({ fresh }) => {
    const page = await fresh({ locale });
    await page.goto("./");
    const lru = page.getByRole("button", { name: "LRU", exact: true });
    await page.locator(".to-gallery").click();
    await expect(lru).toHaveCount(0);
    await page.locator("[data-scenario=noio-nofs-kernel]").click();
    await page.keyboard.press("End");
    const task = page.locator(".tasks > span").first();
    await expect(task).toHaveClass("runs");
    // Back to the last time that passed: it waits for the disk.
    await page.keyboard.press("Z");
    await expect(task).toHaveClass("asleep");
    await expect(task).toContainText(asleep);
    await expect(page.locator(".tasks")).toContainText("64");
    await lru.click();
    const lists = page.locator(".reclaim .list");
    await expect(lists).toHaveCount(2);
    await expect(lists.nth(1).locator("h3 b")).toHaveText("203");
    const last = lists.nth(1).locator("button").last();
    await last.click();
    await expect(page.locator("#inspector")).toContainText(await last.innerText());
    await axe(page);
    // Another scenario has none: the tab goes, and the path is back.
    await run(page, own);
    await expect(lru).toHaveCount(0);
    await expect(page.getByRole("region", { name: path })).toBeVisible();
  });
}

test("what cannot be fetched is said, and can be tried again", async ({ browser, site }) => {
  // A context of its own: the failed request is an error in the console.
  const context = await browser.newContext({ baseURL: site, locale: "en-US" });
  const page = await context.newPage();
  await page.route("**/scenarios/*.txt", (route) => route.abort());
  await page.goto("./");
  await page.getByRole("button", { name: "Gallery" }).click();
  await expect(page.getByRole("alert")).toContainText("could not be fetched");
  await page.unroute("**/scenarios/*.txt");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("dialog").getByRole("heading", { level: 3 })).toHaveCount(5);
  await context.close();
});
