// The page's main states, one after the other: axe finds nothing, nothing is wider than the page.
import { axe, expect, test } from "../lab.mjs";
import { MORE, STATES } from "../states.mjs";

for (const [name, viewport, locale, colorScheme] of [
  ["wide", { width: 1440, height: 900 }, "en-US", "light"],
  ["narrow", { width: 390, height: 844 }, "zh-CN", "dark"],
]) {
  for (const [state, shows, come, widths = ["wide", "narrow"]] of [...STATES, ...MORE]) {
    if (!widths.includes(name)) continue;
    test(`${locale}, ${name}, ${colorScheme}: ${shows} (${state})`, async ({ fresh }) => {
      const page = await fresh({ locale, viewport, colorScheme, reducedMotion: state === "split" ? "no-preference" : "reduce" });
      await page.goto("./");
      await page.waitForFunction(() => window.kmallocLab && document.querySelector(".lesson .exercise"));
      if (state !== "first") await page.getByRole("button", { name: /^(Skip|跳过)$/ }).click();
      await come(page);
      await axe(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width);
      expect(await page.evaluate(() => window.kmallocLab.validate())).toBeFalsy();
    });
  }
}
