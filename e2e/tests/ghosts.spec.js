// What a learner foretold, drawn on the stage as a pale twin of what happens: bar, mark and arrow.
import { readFileSync } from "node:fs";
import { axe, expect, test } from "../lab.mjs";

const title = (place, language) =>
  readFileSync(new URL(`../../static/chapters/${place}/${language}.md`, import.meta.url), "utf8").split("\n")[0].replace(/^# /, "").replaceAll("`", "").trim();

const READERS = [
  { locale: "en-US", file: "en", contents: "Contents", guess: "your guess: 100", normal: "guess: no. 2 · needs 64", dma: "guess: no. 1 · serves it", free: "0 free" },
  { locale: "zh-CN", file: "zh", contents: "目录", guess: "你的预测：100", normal: "预测：第 2 个 · 需要 64", dma: "预测：第 1 个 · 由它满足", free: "空闲 0" },
];

/** Foretells what an exercise asks, and lets it run to its end. */
async function foretell(page, t, chapter, exercise, words) {
  await page.getByRole("button", { name: t.contents, exact: true }).click();
  await page.locator(".contents .chapter", { hasText: title(chapter, t.file) }).click();
  const name = title(`${chapter}/exercises/${exercise}`, t.file);
  const closed = page.locator(".closed", { hasText: name });
  await closed.or(page.locator(".exercise", { hasText: name })).first().waitFor();
  if (await closed.count()) await closed.click();
  const fields = page.locator(".predict > label.given, .predict > [role=radiogroup]");
  await expect(fields).toHaveCount(words.length);
  for (const [at, word] of words.entries()) {
    const typed = fields.nth(at).locator("input:not([type=radio])");
    if (await typed.count()) await typed.fill(word);
    else await fields.nth(at).locator(`input[value="${word}"]`).check();
  }
  await page.locator(".predict > button").click();
  await page.evaluate(() => window.kmallocLab.seek(window.kmallocLab.snapshot().events));
}

for (const t of READERS) {
  test(`${t.locale}: the guess stands beside what happened, in its call and nowhere else`, async ({ fresh }) => {
    const page = await fresh({ locale: t.locale, viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
    await page.goto("/");

    await foretell(page, t, "01-rounding", "ask-100", ["100", "power-of-two"]);
    const bar = page.locator(".bytes-bar");
    await expect(bar.locator(".guess")).toHaveText(t.guess);
    const box = (locator) => locator.boundingBox();
    const [fact, twin] = [await box(bar.locator(".given")), await box(bar.locator(".twin-bar"))];
    expect(twin.x).toBeCloseTo(fact.x, 0);
    expect(twin.y).toBeGreaterThan(fact.y + fact.height);
    expect(twin.width / fact.width).toBeCloseTo(100 / 128, 2);
    await axe(page);
    await page.evaluate(() => window.kmallocLab.seek(1));
    await expect(page.locator(".twin-bar, .bins .guess")).toHaveCount(0);

    await foretell(page, t, "15-zonelists", "large-enough", ["64", "DMA Normal", "DMA"]);
    const gauge = (zone) => page.locator(`.gauge[data-zone="${zone}"]`);
    await expect(gauge("Normal").locator(".below > .guess")).toHaveText(t.normal);
    await expect(gauge("DMA").locator(".below")).toContainText(t.dma);
    await expect(gauge("HighMem").locator(".below")).toHaveCount(0);
    // The bar ends at 1.28 times 84 pages.
    const [scale, mark] = [await box(gauge("Normal").locator(".bar")), await box(gauge("Normal").locator(".at.guess"))];
    expect((mark.x + mark.width / 2 - scale.x) / scale.width).toBeCloseTo(64 / (84 * 1.28), 1);
    // The true walk goes right, the foretold one left.
    const [true_, foretold] = [gauge("Normal").locator(".walk:not(.guess)"), gauge("DMA").locator(".walk.guess")];
    await expect(true_).toHaveText("→");
    await expect(foretold).toHaveText("←");
    const [left, right, arrow] = [await box(gauge("Normal")), await box(gauge("DMA")), await box(foretold)];
    expect(arrow.x).toBeGreaterThanOrEqual(left.x + left.width - 1);
    expect(arrow.x + arrow.width).toBeLessThanOrEqual(right.x + 1);
    await axe(page);

    await foretell(page, t, "15-zonelists", "short-of-dma", ["Normal DMA", "128", "too-large", "0"]);
    await expect(gauge("Normal").locator(".below")).toContainText(t.free);
    const empty = gauge("Normal").locator(".fill.guess");
    expect((await box(empty)).width).toBeLessThan(4);
  });
}

test("on a phone the guesses have room, on a low page too", async ({ fresh }) => {
  for (const viewport of [{ width: 390, height: 844 }, { width: 1280, height: 720 }]) {
    const page = await fresh({ locale: "zh-CN", viewport, reducedMotion: "reduce" });
    await page.goto("/");
    const tab = (name) => viewport.width < 820 && page.getByRole("navigation").getByRole("button", { name }).click();
    await tab("课程");
    await foretell(page, READERS[1], "15-zonelists", "large-enough", ["64", "DMA Normal", "DMA"]);
    await tab("演示");
    const guesses = page.locator(".below > .guess:not(.walk)");
    await expect(guesses).toHaveCount(2);
    for (const guess of await guesses.all()) {
      const [words, names] = [await guess.boundingBox(), await guess.locator("xpath=../..").locator(".tick").last().boundingBox()];
      expect(words.y).toBeGreaterThanOrEqual(names.y + names.height - 2);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width);
    await axe(page);
  }
});

test("a gauge shows what its zone keeps back, and the word explains itself", async ({ page }) => {
  await page.goto("/");
  await page.evaluate(() => {
    window.kmallocLab.run("sysctl(lower_zone_protection, 1);\nfor (i = 0; i < 60; i++) a[i] = __get_free_pages(GFP_KERNEL, 4);\n");
    window.kmallocLab.seek(window.kmallocLab.snapshot().events);
  });
  const gauge = page.locator('.gauge[data-zone="DMA"]');
  await expect(gauge.locator(".below")).toHaveText("reserve 70");
  // It begins at DMA's low mark, 17 pages, on a bar that ends at 1.28 times 21.
  const [bar, kept] = await Promise.all([gauge.locator(".bar").boundingBox(), gauge.locator("i.kept").boundingBox()]);
  expect((kept.x - bar.x) / bar.width).toBeCloseTo(17 / (21 * 1.28), 1);
  await expect(page.locator(".gauge i.kept")).toHaveCount(1);
  await gauge.getByRole("button", { name: "reserve" }).click();
  await expect(page.getByRole("dialog")).toContainText("lower_zone_protection");
  await axe(page);
});
