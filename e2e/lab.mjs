// What every browser test starts from: the built page, served; a page whose errors fail the test; axe.
import { AxeBuilder } from "@axe-core/playwright";
import { test as base, expect } from "@playwright/test";
import { serve } from "./serve.mjs";

export { expect };

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

  /** Opens a page in a fresh profile, as another person would: `const page = await fresh({ locale: "zh-CN" })`. */
  fresh: async ({ browser, watch, site, viewport }, use) => {
    const contexts = [];
    await use(async (options = {}) => {
      const context = await browser.newContext({ baseURL: site, viewport, locale: "en-US", ...options });
      contexts.push(context);
      watch(context);
      return context.newPage();
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
