// What stands around the stage and is not part of a student's first path: the kernel's words, jumps, keys, arrangement.
import { axe, expect, test } from "../lab.mjs";

const WIDE = { width: 1440, height: 900 };
const LOW = { width: 1280, height: 720 };
const NARROW = { width: 390, height: 844 };

const LANGUAGES = [
  { locale: "en-US", lang: "en", path: "Path", copy: "Copy", copied: "The text is copied.", boot: "boot", marks: "watermarks" },
  { locale: "zh-CN", lang: "zh-Hans", path: "路径", copy: "复制", copied: "文本已复制。", boot: "启动时", marks: "水位线" },
];

const FAILING = "for (i = 0; i < 1500; i++) q[i] = __get_free_pages(GFP_ATOMIC, 0);\nr = kmalloc(5000, GFP_ATOMIC);\n";

const snapshot = (page) => page.evaluate(() => window.kmallocLab.snapshot());
const run = (page, text) => page.evaluate((text) => window.kmallocLab.run(text), text);
const seek = (page, cursor) => page.evaluate((cursor) => window.kmallocLab.seek(cursor), cursor);

async function opened(page, address = "/") {
  await page.goto(address);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  return page;
}

/** On a narrow screen what stands beside the map has a tab of its own. */
async function beside(page, t, name) {
  if (page.viewportSize().width < 821) await page.getByRole("navigation").getByRole("button", { name: t.path }).click();
  await page.locator(".path .choice").first().getByRole("button", { name }).click();
}

/** The page itself does not scroll sideways, and on a wide screen not at all. */
async function fits(page) {
  const [across, down] = await page.evaluate(() => {
    const root = document.documentElement;
    return [root.scrollWidth - root.clientWidth, root.scrollHeight - root.clientHeight];
  });
  expect(across, "the page does not scroll sideways").toBe(0);
  if (page.viewportSize().width > 820) expect(down, "the page does not scroll").toBe(0);
}

for (const t of LANGUAGES) {
  for (const [name, viewport, colorScheme] of [["wide", WIDE, "light"], ["low", LOW, "dark"], ["narrow", NARROW, "light"]]) {
    test(`${t.lang}, ${name}: the kernel's messages lead to their events, and are copied`, async ({ fresh }) => {
      const options = { locale: t.locale, viewport, colorScheme, permissions: ["clipboard-read", "clipboard-write"] };
      const page = await opened(await fresh(options));
      await run(page, FAILING);
      await beside(page, t, "dmesg");
      const lines = page.locator(".log li button");
      await expect(lines.last()).toContainText(/page allocation failure\. order:\d, mode:0x20/);
      await expect(lines.first()).toContainText(t.boot);
      const all = await lines.count();
      await expect(page.locator(".path .choice button").nth(1)).toHaveText(`dmesg ${all}`);
      await expect(page.locator(".said .dmesg")).toHaveText(`dmesg ${all}`);
      await expect(lines.last()).toBeInViewport();
      await axe(page);
      await fits(page);
      await page.getByRole("button", { name: t.copy, exact: true }).click();
      await expect(page.locator(".notice")).toContainText(t.copied);
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      expect(copied.split("\n")).toEqual(await page.locator(".log samp").allInnerTexts());
      await page.locator(".notice button").click();

      // A line is a way to its event, and later messages are not told yet.
      const third = lines.nth(2);
      await third.focus();
      await page.keyboard.press("Enter");
      await expect(lines).toHaveCount(3);
      await expect(lines.nth(2)).toHaveAttribute("aria-current", "true");
      const { cursor, events } = await snapshot(page);
      expect(cursor).toBeGreaterThan(0);
      expect(cursor).toBeLessThan(events);
    });

    test(`${t.lang}, ${name}: /proc is what the kernel would print at the cursor`, async ({ fresh }) => {
      const options = { locale: t.locale, viewport, colorScheme, permissions: ["clipboard-read", "clipboard-write"] };
      const page = await opened(await fresh(options));
      await run(page, "p = __get_free_pages(GFP_KERNEL, 3);\nq = kmalloc(100, GFP_KERNEL);\n");
      const { events } = await snapshot(page);
      await beside(page, t, "/proc");
      const text = page.locator(".proc pre");
      await expect(text).toContainText(/Node 0, zone +Normal( +\d+){11}/);
      const counts = async () => {
        const { zones } = (await snapshot(page)).machine;
        return zones.map(({ name, lists }) => `${name} ${lists.map(({ length }) => length).join(" ")}`);
      };
      const shown = async () => {
        const lines = (await text.innerText()).split("\n").filter((line) => line.includes("zone"));
        return lines.map((line) => line.replace(/^.*zone +/, "").trim().replaceAll(/ +/g, " "));
      };
      for (const cursor of [events, 3, 0]) {
        await seek(page, cursor);
        await expect.poll(shown).toEqual(await counts());
      }
      await expect(page.locator(".proc .new")).toHaveCount(0);
      // The first call took from Normal: its line is marked, by a sign and aloud, and the others are not.
      const first = await page.evaluate(() => window.kmallocLab.run("p = __get_free_pages(GFP_KERNEL, 3);"));
      expect(first.errors).toEqual([]);
      await expect(page.locator(".proc .new")).toHaveCount(1);
      await expect(page.locator(".proc .new")).toContainText("Normal");
      await expect(page.locator(".proc .new .gutter")).toContainText("▸");
      for (const [name, found] of [["slabinfo", "size-128"], ["meminfo", "MemFree:"], [t.marks, "min:"]]) {
        await page.locator(".proc .files").getByRole("button", { name }).click();
        await expect(text).toContainText(found);
        await axe(page);
        await fits(page);
      }
      await page.getByRole("button", { name: t.copy, exact: true }).click();
      await expect(page.locator(".notice")).toContainText(t.copied);
      expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^DMA free:\d+kB min:\d+kB/m);
      await page.reload();
      await expect(text).toContainText("min:");
    });
  }
}

test("a machine without complaints has an empty log", async ({ page }) => {
  await opened(page);
  await run(page, "kernel 2.6.10\nmachine dma=16M normal=0 highmem=0\np = kmalloc(100, GFP_KERNEL);\n");
  await page.locator(".said .dmesg").click();
  await expect(page.locator(".log")).toContainText("The kernel has nothing to complain about.");
  await expect(page.locator(".log li")).toHaveCount(0);
});

test("on a narrow screen the path opens where the cursor stands", async ({ fresh }) => {
  const page = await opened(await fresh({ viewport: NARROW, reducedMotion: "reduce" }));
  await run(page, "p = __get_free_pages(GFP_KERNEL, 0);\nq = kmalloc(4000, GFP_KERNEL);\n");
  const { events } = await snapshot(page);
  const now = page.locator(".steps [aria-current=step]");
  const tab = (name) => page.getByRole("navigation").getByRole("button", { name }).click();
  for (const cursor of [events - 1, 12, events]) {
    await tab("Stage");
    await seek(page, cursor);
    await tab("Path");
    const step = cursor === events ? page.locator(".steps li").last() : now;
    await expect(step).toBeInViewport({ ratio: 1 });
    const [{ y, height }, bar, player] = await Promise.all([step, page.locator(".call"), page.locator(".player")].map((part) => part.boundingBox()));
    expect(y).toBeGreaterThanOrEqual(bar.y + bar.height - 1);
    expect(y + height).toBeLessThanOrEqual(player.y + 1);
  }
});
