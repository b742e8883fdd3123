// The whole lab in one file: how large it is, that it opens from a disk and from any server, and what keeps it from opening.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { test as bare } from "@playwright/test";
import { axe, breakNext, closeStorage, expect, test, walk } from "../lab.mjs";
import { DIST } from "../serve.mjs";

const SINGLE = join(DIST, "kmalloc-lab.html");
const ADDRESS = pathToFileURL(SINGLE).href;
const TEXT = "p = kmalloc(100, GFP_KERNEL);\nq = kmalloc(5000, GFP_ATOMIC);\n";

const press = (page) => page.getByRole("button", { name: "kmalloc", exact: true }).first();
// Unpacking is seconds of work, and here others work beside it.
const opened = (page) => expect(press(page)).toBeVisible({ timeout: 30_000 });
const snapshot = (page) => page.evaluate(() => window.kmallocLab.snapshot());

// What is built for one's own work has no such file.
test.skip(() => !existsSync(SINGLE), "not a hosted build: `cargo xtask dist` makes one");
bare.skip(() => !existsSync(SINGLE), "not a hosted build: `cargo xtask dist` makes one");

test("is 400,000 bytes at most", () => {
  expect(statSync(SINGLE).size).toBeLessThanOrEqual(400_000);
});

test("opens from a disk, asks for nothing else, and finds its work again", async ({ fresh }) => {
  const page = await fresh();
  const asked = [];
  page.context().on("request", (request) => asked.push(request.url()));
  await page.goto(ADDRESS);
  await walk(page);
  expect(asked.filter((url) => !url.startsWith("blob:") && !url.startsWith("data:"))).toEqual([ADDRESS]);
  const { text } = await snapshot(page);
  await page.reload();
  await opened(page);
  expect((await snapshot(page)).text).toBe(text);
});

for (const [locale, words] of [
  ["en-US", "Opening the lab"],
  ["zh-CN", "正在打开实验室"],
]) {
  test(`says how far it has come, and is unpacked once: ${locale}`, async ({ fresh }) => {
    const page = await fresh({ locale });
    await page.addInitScript(() => {
      window.started = 0;
      const { instantiate } = WebAssembly;
      WebAssembly.instantiate = (...all) => (window.started++, instantiate(...all));
      window.told = [];
      new MutationObserver(() => {
        const bar = document.querySelector("#coming progress");
        if (bar?.hasAttribute("value")) window.told.push([bar.parentElement.textContent, bar.value / bar.max]);
      }).observe(document, { subtree: true, childList: true, attributes: true });
    });
    await page.goto(ADDRESS);
    await opened(page);
    const told = await page.evaluate(() => window.told);
    expect(told.length).toBeGreaterThan(10);
    expect(told.every(([text]) => text.startsWith(words))).toBe(true);
    const shares = told.map(([, share]) => share);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    expect(await page.evaluate(() => window.started)).toBe(2);
    await expect(page.locator("#coming")).toHaveCount(0);

    // What was unpacked is kept beside the work.
    await expect.poll(() => page.evaluate(async () => (await indexedDB.databases()).length)).toBe(1);
    await page.reload();
    await opened(page);
    expect(await page.evaluate(() => window.started)).toBe(1);
    await press(page).click();
    await expect(page.locator('[data-pointer="p"]')).toContainText("128");
  });
}

test("opens where nothing may be kept", async ({ fresh }) => {
  const page = await fresh();
  await page.addInitScript(() => {
    Object.defineProperty(window, "indexedDB", {
      get() {
        throw new DOMException("closed", "SecurityError");
      },
    });
  });
  await page.goto(ADDRESS);
  await walk(page);
});

test("opens when what was kept is something else, in the language that was chosen", async ({ fresh }) => {
  const page = await fresh();
  await page.goto(ADDRESS);
  await opened(page);
  await page.getByRole("button", { name: "中" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-Hans");
  for (const junk of ["junk", null]) {
    const stood = () =>
      page.evaluate(
        (junk) =>
          new Promise((done) => {
            const open = indexedDB.open("kmalloc-lab.file");
            open.onsuccess = () => {
              const store = open.result.transaction("all", "readwrite").objectStore("all");
              const keys = store.getAllKeys();
              keys.onsuccess = () => {
                const bytes = junk && new TextEncoder().encode(junk);
                for (const key of keys.result) store.put(bytes ?? 7, key);
                store.transaction.oncomplete = () => (open.result.close(), done(keys.result.length));
              };
            };
          }),
        junk,
      );
    await expect.poll(stood).toBe(1);
    const told = page.waitForFunction(() => document.querySelector("#coming")?.textContent);
    await page.reload({ waitUntil: "commit" });
    expect(await (await told).jsonValue()).toBe("正在打开实验室…");
    await opened(page);
  }
});

test("opens from a server that says it is UTF-8", async ({ fresh, site }) => {
  const page = await fresh();
  await page.goto(`${site}kmalloc-lab.html`);
  await press(page).click();
  await expect(page.locator('[data-pointer="p"]')).toContainText("128");
});

test("says so when it is damaged", async ({ fresh }) => {
  const folder = mkdtempSync(join(tmpdir(), "kmalloc-lab-"));
  const file = join(folder, "damaged.html");
  const whole = readFileSync(SINGLE);
  const middle = whole.length >> 1;
  whole[middle] = whole[middle] === 65 ? 66 : 65;
  writeFileSync(file, whole);
  const page = await fresh();
  await page.goto(pathToFileURL(file).href);
  await expect(page.locator("body")).toHaveText(/This file is damaged: copy it once more. 文件已损坏，请重新复制一份。/, {
    timeout: 30_000,
  });
  rmSync(folder, { recursive: true });
});

// These pages report errors, as they should, and nothing can be kept.
for (const [locale, title] of [
  ["en-US", "The lab has stopped"],
  ["zh-CN", "实验室停止了运行"],
]) {
  bare(`keeps the scenario when its program stops: ${locale}`, async ({ browser }) => {
    const context = await browser.newContext({ locale });
    const page = await context.newPage();
    await page.addInitScript(closeStorage);
    await page.goto(ADDRESS);
    await opened(page);
    await page.evaluate((text) => window.kmallocLab.run(text), TEXT);
    await page.evaluate(breakNext, "dialog");
    await page.keyboard.press("?");
    await expect(page.getByRole("heading", { name: title })).toBeFocused();
    await expect(page.locator("#rescue-text")).toHaveValue(TEXT);
    await expect(page.locator(".rescue pre")).toContainText("panicked");
    await axe(page);
    const link = await page.locator("#rescue-link").inputValue();
    expect(link).toContain("#s=");
    await page.goto("about:blank");
    await page.goto(link);
    await opened(page);
    await expect.poll(async () => (await snapshot(page)).calls).toBe(2);
    await context.close();
  });
}
