// Nothing is lost: the program stops, the storage is closed, full, damaged or newer, another tab is open.
import { readFileSync } from "node:fs";
import { axe, breakNext, closeStorage, expect, live, test } from "../lab.mjs";
import { test as bare } from "@playwright/test";
import { serve } from "../serve.mjs";

const press = (page) => page.getByRole("button", { name: "kmalloc", exact: true }).first();
const snapshot = (page) => page.evaluate(() => window.kmallocLab.snapshot());
const run = (page, text) => page.evaluate((text) => window.kmallocLab.run(text), text);
const stored = (page, key) => page.evaluate((key) => localStorage.getItem(`kmalloc-lab.${key}`), key);
const standing = (page) => page.locator(".standing .notice");
const TEXT = "p = kmalloc(100, GFP_KERNEL);\nq = kmalloc(5000, GFP_ATOMIC);\n";

async function opened(page) {
  await page.goto("./");
  await live(page);
  await expect(press(page)).toBeVisible();
  return page;
}

// These pages report errors, as they should.
bare.describe("a program that stops", () => {
  let server;
  bare.beforeAll(async () => (server = await serve()));
  bare.afterAll(() => server.close());

  for (const [locale, words] of [
    ["en-US", { title: "The lab has stopped", again: "Start again with this scenario", without: "Start without it", open: "Open my earlier work" }],
    ["zh-CN", { title: "实验室停止了运行", again: "带着这个脚本重新启动", without: "不带它启动", open: "打开我之前的内容" }],
  ]) {
    bare(`keeps the scenario and starts again: ${locale}`, async ({ browser }) => {
      const context = await browser.newContext({ baseURL: server.url, locale });
      const page = await opened(await context.newPage());
      await run(page, TEXT);
      await page.evaluate(breakNext, "dialog");
      await page.keyboard.press("?");
      const title = page.getByRole("heading", { name: words.title });
      await expect(title).toBeVisible();
      await expect(title).toBeFocused();
      await expect(page.locator("#rescue-text")).toHaveValue(TEXT);
      expect(await page.locator("#rescue-link").inputValue()).toContain("#s=");
      await expect(page.locator(".rescue pre")).toContainText("panicked");
      await axe(page);
      const link = await page.locator("#rescue-link").inputValue();

      await page.getByRole("button", { name: words.again }).click();
      await expect(press(page)).toBeVisible();
      expect((await snapshot(page)).text).toBe(TEXT);

      const other = await opened(await context.newPage());
      await other.goto(link);
      await expect.poll(async () => (await snapshot(other)).calls).toBe(2);
      await context.close();
    });

    bare(`a scenario that stops it at the start does not lock anybody out: ${locale}`, async ({ browser }) => {
      const context = await browser.newContext({ baseURL: server.url, locale });
      const page = await opened(await context.newPage());
      await run(page, TEXT);
      await page.evaluate(breakNext, "dialog");
      await page.keyboard.press("?");
      // A name stays over a reload, and the page that keeps the work writes no storage but its own.
      await page.evaluate(() => (window.name = "break"));
      await page.addInitScript(`if (window.name === "break") (${breakNext})("main")`);
      await page.getByRole("button", { name: words.again }).click();
      const without = page.locator("button.strong", { hasText: words.without });
      await expect(without).toBeVisible();
      await expect(page.locator("#rescue-text")).toHaveValue(TEXT);

      await page.evaluate(() => (window.name = ""));
      await without.click();
      await expect(press(page)).toBeVisible();
      await page.getByRole("button", { name: words.open }).click();
      expect((await snapshot(page)).text).toBe(TEXT);
      await context.close();
    });
  }

  bare("a stop that is no panic keeps the work too, where nothing can be kept", async ({ browser }) => {
    const context = await browser.newContext({ baseURL: server.url, locale: "en-US" });
    const page = await context.newPage();
    await page.addInitScript(closeStorage);
    await opened(page);
    await run(page, TEXT);
    // As a browser reports memory that ran out.
    await page.evaluate(() => void setTimeout(() => Promise.reject(new WebAssembly.RuntimeError("memory access out of bounds"))));
    await expect(page.getByRole("heading", { name: "The lab has stopped" })).toBeFocused();
    await expect(page.locator("#rescue-text")).toHaveValue(TEXT);
    expect(await page.locator("#rescue-link").inputValue()).toContain("#s=");
    await expect(page.locator(".rescue pre")).toContainText("out of bounds");
    await context.close();
  });

  bare("a program that cannot be had says what to do", async ({ browser }) => {
    const context = await browser.newContext({ baseURL: server.url, locale: "en-US" });
    const page = await context.newPage();
    await page.route("**/*_bg.wasm", (route) => route.abort());
    await page.goto("./");
    await expect(page.getByRole("alert")).toContainText("could not be loaded");
    await page.unroute("**/*_bg.wasm");
    await page.getByRole("button", { name: "Start again" }).or(page.getByRole("button", { name: "Try again" })).click();
    await expect(press(page)).toBeVisible();
    await context.close();
  });
});

test("a browser that keeps nothing says so, and everything works", async ({ fresh }) => {
  for (const [locale, sentence] of [
    ["en-US", "This browser keeps nothing for this page"],
    ["zh-CN", "浏览器不允许本页保存任何内容"],
  ]) {
    const page = await fresh({ locale, reducedMotion: "reduce" });
    await page.addInitScript(closeStorage);
    await opened(page);
    await expect(standing(page)).toHaveCount(0);
    await press(page).click();
    await expect(standing(page)).toContainText(sentence);
    await expect(page.locator('[data-pointer="p"]')).toContainText("128");
    if (locale === "en-US") await axe(page);
  }
});

test("a full storage says so, and a reload still finds the work", async ({ fresh }) => {
  for (const [locale, sentence] of [
    ["en-US", "This browser has no more room"],
    ["zh-CN", "浏览器的存储空间已满"],
  ]) {
    const page = await opened(await fresh({ locale }));
    await page.evaluate(() => {
      for (let piece = 1 << 20; piece > 0; piece >>= 1) {
        try {
          for (let n = 0; ; n++) localStorage.setItem(`filler ${piece} ${n}`, "x".repeat(piece));
        } catch {
          // Smaller pieces still fit.
        }
      }
    });
    await run(page, TEXT);
    await expect(standing(page)).toContainText(sentence);
    await page.reload();
    await expect(press(page)).toBeVisible();
    expect((await snapshot(page)).text).toBe(TEXT);
  }
});

test("what is damaged is set aside, and said", async ({ fresh }) => {
  for (const [locale, sentence] of [
    ["en-US", "The kept progress of the course could not be read"],
    ["zh-CN", "课程进度无法读取"],
  ]) {
    const page = await opened(await fresh({ locale }));
    await run(page, TEXT);
    await expect.poll(() => stored(page, "text")).toBe(TEXT);
    const other = await page.context().newPage();
    await page.close();
    await other.addInitScript(() => {
      if (sessionStorage.length) return;
      for (const key of Object.keys(localStorage)) if (!key.endsWith(".text")) localStorage.setItem(key, "\u0000 \ud800 {]");
      localStorage.setItem("kmalloc-lab.progress", "half of it");
    });
    await opened(other);
    expect((await snapshot(other)).text).toBe(TEXT);
    // A tab's damaged text is told of, too.
    await expect(standing(other).filter({ hasText: sentence })).toHaveCount(1);
    await press(other).click();
    await expect.poll(() => stored(other, "progress")).toContain("kmalloc lab progress 1");
    expect(await stored(other, "damaged")).toBe("half of it");
  }
});

test("what a newer lab keeps is left alone", async ({ fresh }) => {
  for (const [locale, sentence] of [
    ["en-US", "written by a newer lab"],
    ["zh-CN", "新版实验室保存的"],
  ]) {
    const page = await fresh({ locale });
    await page.addInitScript((text) => {
      localStorage.setItem("kmalloc-lab.format", "2");
      localStorage.setItem("kmalloc-lab.text", text);
      localStorage.setItem("kmalloc-lab.progress", "kmalloc lab progress 2");
    }, TEXT);
    await opened(page);
    await expect(standing(page).first()).toContainText(sentence);
    await expect(standing(page)).toHaveCount(1);
    await press(page).click();
    await expect.poll(async () => (await snapshot(page)).calls).toBe(3);
    expect(await stored(page, "text")).toBe(TEXT);
    expect(await stored(page, "progress")).toBe("kmalloc lab progress 2");
  }
});

test("of five tabs that change their scenarios in turn and close, no text is lost", async ({ fresh }) => {
  const context = (await fresh({ locale: "zh-CN" })).context();
  const texts = [1, 2, 3, 4, 5].map((size) => `p${size} = kmalloc(${size}, GFP_KERNEL);\n`);
  const tabs = [];
  for (const text of texts) {
    const tab = await opened(await context.newPage());
    await run(tab, text);
    await expect.poll(() => stored(tab, "text")).toBe(text);
    tabs.push(tab);
  }
  // Once more in another order, so that each has met the text of others.
  for (const at of [3, 0, 4, 1, 2]) {
    texts[at] += `kfree(p${at + 1});\n`;
    await run(tabs[at], texts[at]);
    await expect.poll(() => stored(tabs[at], "text")).toBe(texts[at]);
  }
  for (const tab of tabs) await tab.close();

  const last = await opened(await context.newPage());
  const told = standing(last).filter({ hasText: "其他标签页的脚本" });
  await expect(told).toHaveCount(1);
  const [download] = await Promise.all([
    last.waitForEvent("download"),
    told.getByRole("button", { name: "保存为文件" }).click(),
  ]);
  const file = readFileSync(await download.path(), "utf8");
  const here = (await snapshot(last)).text + (await stored(last, "earlier")) + (await stored(last, "other"));
  for (const text of texts) expect(file + here).toContain(text.trim());

  await told.getByRole("button", { name: "不再保留" }).click();
  await expect(told).toHaveCount(0);
  await last.reload();
  await expect(press(last)).toBeVisible();
  await expect(told).toHaveCount(0);
});

test("two tabs keep a scenario each, and neither is lost", async ({ fresh }) => {
  for (const [locale, sentence, open] of [
    ["en-US", "Another tab has another scenario", "Open my earlier work"],
    ["zh-CN", "另一个标签页里是另一份脚本", "打开我之前的内容"],
  ]) {
    const one = await opened(await fresh({ locale }));
    const two = await opened(await one.context().newPage());
    const [first, second] = ["a = kmalloc(1, GFP_KERNEL);\n", "b = kmalloc(2, GFP_KERNEL);\n"];
    await run(one, first);
    await expect.poll(() => stored(one, "text")).toBe(first);
    await run(two, second);
    await expect.poll(() => stored(two, "text")).toBe(second);
    await expect(standing(one)).toContainText(sentence);
    await one.reload();
    await expect(press(one)).toBeVisible();
    expect((await snapshot(one)).text).toBe(first);
    await two.reload();
    await expect(press(two)).toBeVisible();
    expect((await snapshot(two)).text).toBe(second);

    const three = await one.context().newPage();
    await one.close();
    await two.close();
    await opened(three);
    expect((await snapshot(three)).text).toBe(second);
    await three.getByRole("button", { name: open }).click();
    expect((await snapshot(three)).text).toBe(first);
  }
});
