// The page for who does not see it: one voice for each step, a summary, a transcript.
import { axe, expect, test } from "../lab.mjs";

const READERS = [
  { locale: "en-US", path: "Decision path", transcript: "Transcript", summary: "Summary of the page", copy: "Copy", begins: /^Call 2 begins: q = kmalloc\(4000, GFP_KERNEL\)\./, place: /^The cursor stands in call 2 of 2, q = kmalloc\(4000, GFP_KERNEL\), after event (\d+) of \1\.$/, zone: /^Normal: 1,?\d+ of 1024 pages free; pages_min 56, pages_low 70, pages_high 84\.$/ },
  { locale: "zh-CN", path: "决策路径", transcript: "文字记录", summary: "页面概要", copy: "复制", begins: /^第 2 次调用开始：q = kmalloc\(4000, GFP_KERNEL\)。/, place: /^游标在第 2 次调用（共 2 次）中：q = kmalloc\(4000, GFP_KERNEL\)；已发生 (\d+) 个事件，共 \1 个。$/, zone: /^Normal：1024 页中空闲 1,?\d+ 页；pages_min 56，pages_low 70，pages_high 84。$/ },
];

for (const t of READERS) {
  test(`${t.locale}: one voice tells each step; summary and transcript are there to be read`, async ({ fresh }) => {
    const page = await fresh({ locale: t.locale, viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
    await page.goto("/");
    await page.evaluate(() => {
      window.kmallocLab.run("p = __get_free_pages(GFP_KERNEL, 0);\nq = kmalloc(4000, GFP_KERNEL);\n");
      window.kmallocLab.seek(window.kmallocLab.snapshot().events);
    });
    const sentence = page.locator(".said .sentence");
    const voices = page.locator('[aria-live="polite"]');
    await expect(voices).toHaveCount(1);
    await expect(voices).toHaveText(await sentence.innerText());

    // The map speaks only to who walks on it.
    await page.getByRole("gridcell").focus();
    await expect(page.locator('.inspector[aria-live="polite"]')).toHaveCount(1);
    await page.getByRole("gridcell").blur();
    await expect(voices).toHaveCount(1);

    const summary = page.getByRole("region", { name: t.summary });
    await expect(summary).toHaveCount(1);
    const said = await summary.locator("p").allInnerTexts();
    expect(said[0]).toContain("2.6.10");
    expect(said[1]).toMatch(t.place);
    expect(said.filter((zone) => t.zone.test(zone))).toHaveLength(1);

    // Read aloud, an exponent is one.
    await expect(page.locator(".steps .numbers", { hasText: "+ 2^" }).first()).toBeAttached();

    await page.getByRole("button", { name: t.transcript, exact: true }).click();
    const rows = page.getByRole("region", { name: t.transcript }).getByRole("listitem");
    const { events } = await page.evaluate(() => window.kmallocLab.snapshot());
    await expect(rows).toHaveCount(events);
    const now = rows.locator("[aria-current]");
    await expect(now).toBeInViewport({ ratio: 1 });
    await expect(now).toContainText(await sentence.innerText());
    const call = rows.filter({ hasText: t.begins });
    await expect(call).toHaveCount(1);
    await call.getByRole("button").click();
    await expect(sentence).toHaveText(t.begins);
    await expect(rows.last().locator("[aria-current]")).toHaveCount(1);
    await axe(page);
    await page.reload();
    await expect(page.getByRole("button", { name: t.transcript, exact: true })).toHaveAttribute("aria-pressed", "true");
    await page.getByRole("button", { name: t.path, exact: true }).click();
    await expect(page.locator(".steps")).toBeVisible();
  });
}
