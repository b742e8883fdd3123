// `cargo xtask test --only browser` runs this: it builds dist/ and finds the browser.
import { defineConfig } from "@playwright/test";
import { quiet } from "./browser.mjs";

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  // A loaded machine may miss a deadline once; what needs its second try is listed as flaky, and is to be mended.
  retries: 1,
  workers: 1,
  // A forgotten `test.only` would silently skip all others.
  forbidOnly: true,
  timeout: 60_000,
  reporter: [["list"]],
  use: {
    viewport: { width: 1440, height: 900 },
    locale: "en-US",
    // What a worker answers, no test can hold up or refuse; those about the worker itself allow it.
    serviceWorkers: "block",
    trace: "retain-on-failure",
    video: "off",
    launchOptions: {
      // Unset when run by hand: then it is Playwright's own browser.
      executablePath: process.env.KMALLOC_LAB_BROWSER,
      args: quiet,
    },
  },
});
