// What every browser test starts from: the built page, served; a page whose errors fail the test; axe.
import { AxeBuilder } from "@axe-core/playwright";
import { test as base, expect } from "@playwright/test";
import { serve } from "./serve.mjs";

export { expect };

/** Waits until the program is there: a first visitor sees the page before it (`static/hosted/first.js`). */
export async function live(page) {
  await page.waitForFunction(() => document.body && !("waits" in document.documentElement.dataset));
  return page;
}

/** From here on this page is gone to when its program is there; with `{ first: true }` at once, as anybody sees it. */
function patient(page) {
  const goto = page.goto.bind(page);
  page.goto = async (address, { first = false, ...options } = {}) => {
    const answer = await goto(address, options);
    if (!first) await live(page);
    return answer;
  };
  return page;
}

export const test = base.extend({
  /** The address of the served page. One server for all tests: a static folder has no state. */
  site: [
    async ({}, use) => {
      const server = await serve();
      await use(server.url);
      await server.close();
    },
    { scope: "worker" },
  ],

  baseURL: async ({ site }, use) => use(site),

  /** Watches a context: whatever its pages write as an error fails the test when it ends. */
  watch: [
    async ({}, use) => {
      const errors = [];
      await use((context) => {
        context.on("console", (message) => {
          if (message.type() === "error") errors.push(`console: ${message.text()} (${message.location().url})`);
        });
        context.on("weberror", (error) => errors.push(`uncaught: ${error.error().stack ?? error.error()}`));
      });
      expect(errors, "the page reports no error").toEqual([]);
    },
    { auto: true },
  ],

  context: async ({ context, watch }, use) => {
    watch(context);
    await use(context);
  },

  page: async ({ page }, use) => use(patient(page)),

  /** Opens a page in a fresh profile, as another person would: `const page = await fresh({ locale: "zh-CN" })`. */
  fresh: async ({ browser, watch, site, viewport }, use) => {
    const contexts = [];
    await use(async (options = {}) => {
      const context = await browser.newContext({ baseURL: site, viewport, locale: "en-US", ...options });
      contexts.push(context);
      watch(context);
      return patient(await context.newPage());
    });
    for (const context of contexts) await context.close();
  },
});

/** Asserts that axe finds no violation on the page as it is now. */
export async function axe(page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const told = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.target).join(", ")}`);
  expect(told, "axe finds no violation").toEqual([]);
}

/** Uses what fetches something: call, chapters, gallery, the other language. */
export async function walk(page) {
  await page.getByRole("button", { name: "kmalloc", exact: true }).first().click();
  await expect(page.locator('[data-pointer="p"]')).toContainText("128");
  await page.evaluate(() => (location.hash = "page=06-gfp-kernel"));
  await expect(page.locator(".lesson")).toContainText("GFP_KERNEL");
  await page.getByRole("button", { name: "Gallery" }).click();
  await expect(page.getByRole("dialog").locator("li, article, .card").first()).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "中" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-Hans");
  await page.evaluate(() => (location.hash = "page=08-gfp-atomic"));
  await expect(page.locator(".lesson")).toContainText("中断");
}

/** The next element of this name cannot be made: the program panics, as it would over a mistake of its own. */
export const breakNext = (tag) => {
  const whole = Document.prototype.createElement;
  Document.prototype.createElement = function (name, ...more) {
    if (name !== tag) return whole.call(this, name, ...more);
    Document.prototype.createElement = whole;
    throw new Error("broken on purpose");
  };
};

/** The browser keeps nothing for this page. */
export const closeStorage = () => {
  for (const name of ["localStorage", "sessionStorage"]) {
    Object.defineProperty(window, name, {
      get() {
        throw new DOMException("closed", "SecurityError");
      },
    });
  }
};
