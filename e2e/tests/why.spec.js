// After a failure: what one change would make it succeed, found by running the scenario again, and taken like any edit.
import { axe, expect, test } from "../lab.mjs";

const failing = "irq {\n    p = kmalloc(100, GFP_KERNEL);\n}\nkfree(p);\n";

/** Runs a text as soon as the page has come to life, and goes to its first call. */
async function run(page, text) {
  await page.waitForFunction(() => window.kmallocLab);
  await page.evaluate((text) => {
    window.kmallocLab.run(text);
    window.kmallocLab.seek(5);
  }, text);
}
const textOf = (page) => page.locator("textarea").first().inputValue();

test("a failed call is asked about, by keys alone, and a change that works is taken", async ({ page }) => {
  await page.goto("./");
  await run(page, failing);
  const ask = page.getByRole("button", { name: "What one change would make it succeed?" });
  await ask.focus();
  await page.keyboard.press("Enter");
  const card = page.getByRole("region", { name: "What one change would make it succeed?" });
  await expect(card.getByRole("status")).toContainText("2 of them would do");
  await expect(card.locator("ol ins")).toHaveText(["GFP_ATOMIC", "↑ p = kmalloc(100, GFP_KERNEL);"]);
  await expect(card.locator("ol del")).toHaveText("GFP_KERNEL");
  await card.getByText(/Tried in vain/).click();
  await axe(page);
  await card.getByRole("button", { name: /^Try it: .*GFP_ATOMIC/ }).focus();
  await page.keyboard.press("Enter");
  expect(await textOf(page)).toBe(failing.replace("GFP_KERNEL", "GFP_ATOMIC"));
  await expect(card).toBeHidden();
  await expect(ask).toBeHidden();
  await page.getByRole("button", { name: "Undo" }).click();
  expect(await textOf(page)).toBe(failing);
});

test("in Chinese on a phone, the largest block that succeeds is found", async ({ fresh }) => {
  const page = await fresh({ locale: "zh-CN", colorScheme: "dark", viewport: { width: 390, height: 844 } });
  await page.goto("./");
  await run(page, "p = alloc_pages(GFP_KERNEL, 11);\n");
  await page.locator(".tabs").getByRole("button", { name: "路径" }).click();
  await page.getByRole("button", { name: "只改一处，怎样才能成功？" }).click();
  const card = page.getByRole("region", { name: "只改一处，怎样才能成功？" });
  await expect(card.getByRole("status")).toContainText("1 种可行");
  await expect(card.locator("ol ins")).toHaveText("9");
  await axe(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
