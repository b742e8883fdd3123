// Two runs side by side on one clock: other flags, another machine, another text; the differences are marked.
import { axe, expect, test } from "../lab.mjs";

const text =
  "kernel 2.6.10\nmachine dma=0 normal=1M highmem=0 reserve=none l1=32\n" +
  "a = __get_free_pages(GFP_KERNEL, 7);\nb = __get_free_pages(GFP_KERNEL, 6);\n" +
  "p = __get_free_pages(GFP_NOFS, 5);\n";

/** Runs a text as soon as the page has come to life, and goes to its end. */
async function run(page, text) {
  await page.waitForFunction(() => window.kmallocLab);
  await page.evaluate((text) => {
    window.kmallocLab.run(text);
    window.kmallocLab.seek(10_000);
  }, text);
}

test("other flags, by keys alone: one clock moves both, and B can be taken", async ({ page }) => {
  await page.goto("./");
  await run(page, text);
  await page.locator("body").press("c");
  const dialog = page.getByRole("dialog", { name: "Compare two runs" });
  await expect(dialog.locator(".setup").getByRole("status")).toContainText("Nothing differs");
  await expect(dialog.locator("mark")).toHaveCount(0);
  await dialog.getByLabel("flags", { exact: true }).selectOption("GFP_ATOMIC");
  const [a, b] = [0, 1].map((side) => dialog.locator(".side").nth(side));
  await expect(a.locator(".answer")).toContainText("NULL");
  await expect(b.locator(".answer")).toContainText("0xc0020000");
  await expect(a.locator("code mark")).toHaveText("GFP_NOFS");
  await expect(b.locator("td mark")).toContainText("0");
  await expect(dialog.locator("tr.differs")).toContainText("other outcome · First difference");
  await axe(page);
  const clock = dialog.getByRole("slider");
  await clock.focus();
  await page.keyboard.press("Home");
  await expect(a.locator(".made")).toContainText("No call has been made yet.");
  await page.keyboard.press("ArrowRight");
  await expect(clock).toHaveAttribute("aria-valuetext", /call 1 of 3, tick 1 of /);
  await dialog.getByRole("button", { name: "First difference" }).press("Enter");
  await expect(dialog.locator("tr[aria-current]")).toContainText("GFP_ATOMIC");
  await dialog.getByRole("button", { name: "Take B" }).press("Enter");
  await expect(dialog).toBeHidden();
  await expect(page.locator("textarea").first()).toHaveValue(text.replace("GFP_NOFS", "GFP_ATOMIC"));
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.locator("textarea").first()).toHaveValue(text);
});

test("another machine and a text of one's own, in Chinese on a phone", async ({ fresh }) => {
  const page = await fresh({ locale: "zh-CN", colorScheme: "dark", viewport: { width: 390, height: 844 } });
  await page.goto("./");
  await run(page, "p = kmalloc(100, GFP_KERNEL);\nkfree(p);\n");
  await page.locator("body").press("c");
  const dialog = page.getByRole("dialog", { name: "并排对比两次运行" });
  await dialog.getByLabel("B 换一台机器").selectOption({ label: "L1 缓存行 128 B" });
  await expect(dialog.locator(".what").first()).toContainText("数值不同");
  await dialog.getByText("B 的脚本").click();
  const own = dialog.getByRole("textbox");
  await own.fill("p = kmalloc(");
  await expect(dialog.locator(".setup").getByRole("status")).toContainText("1 处错误");
  await own.fill("p = kmalloc(100, GFP_KERNEL);\nq = kmalloc(9, 0);\nkfree(p);\n");
  await expect(dialog.locator(".what").nth(1)).toContainText("仅一边有");
  await axe(page);
  const [inside, wide] = await dialog.evaluate((dialog) => [dialog.scrollWidth, dialog.clientWidth]);
  expect(inside).toBeLessThanOrEqual(wide);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
});

test("the clock of two runs goes at the player's speeds", async ({ fresh }) => {
  for (const [locale, title, speed, play, pause] of [
    ["en-US", "Compare two runs", "Speed", "Play", "Pause"],
    ["zh-CN", "并排对比两次运行", "速度", "播放", "暂停"],
  ]) {
    const page = await fresh({ locale });
    await page.goto("./");
    await run(page, "for (i = 0; i < 40; i++) p[i] = kmalloc(1500, GFP_KERNEL);\n");
    await page.locator("body").press("c");
    const dialog = page.getByRole("dialog", { name: title });
    const menu = dialog.getByRole("combobox", { name: speed });
    await expect(menu.locator("option")).toHaveText(["×¼", "×½", "×1", "×2", "×4", "×8", "×16"]);
    const clock = dialog.getByRole("slider");
    // Ticks are counted, not time: at ×16 the clock goes four ticks at once, at ×1 one.
    const steps = async (label) => {
      await menu.selectOption({ label });
      await clock.focus();
      await page.keyboard.press("Home");
      await clock.evaluate((clock) => {
        window.seen = [];
        const watch = new MutationObserver(() => window.seen.push(Number(clock.value)));
        watch.observe(clock, { attributes: true });
      });
      await dialog.getByRole("button", { name: play, exact: true }).click();
      await page.waitForFunction(() => window.seen.filter((at) => at > 0).length > 4);
      await dialog.getByRole("button", { name: pause, exact: true }).click();
      return page.evaluate(() => [...new Set(window.seen)].filter((at) => at > 0).slice(0, 3));
    };
    expect(await steps("×16")).toEqual([4, 8, 12]);
    expect(await steps("×1")).toEqual([1, 2, 3]);
    await axe(page);
  }
});
