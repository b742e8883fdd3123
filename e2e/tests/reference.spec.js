// What stands beside the course: the cheat sheet on one page of A4, the glossary that every term leads to, the wide page.
import { writeFileSync } from "node:fs";
import { axe, expect, test } from "../lab.mjs";

const LANGUAGES = [
  { locale: "en-US", file: "en", contents: "Contents", sheet: "Cheat sheet", glossary: "Glossary", wide: "Read wide", narrow: "Beside the lab", back: "Back to the exercise", waits: "This is another scenario" },
  { locale: "zh-CN", file: "zh", contents: "目录", sheet: "速查表", glossary: "术语表", wide: "展开阅读", narrow: "收起", back: "回到练习", waits: "现在打开的是另一个脚本" },
];

/** Pages of a PDF that Chromium writes: its page objects are plain text. */
const pages = (pdf) => [...pdf.toString("latin1").matchAll(/\/Type\s*\/Page\b(?!s)/g)].length;

for (const t of LANGUAGES) {
  test.describe(t.file, () => {
    test("the cheat sheet prints on one page of A4, and nothing of it is cut off", async ({ fresh }, testInfo) => {
      const page = await fresh({ locale: t.locale });
      await page.goto(`/reference/sheet-${t.file}.html`);
      await expect(page.locator("section")).toHaveCount(10);
      await axe(page);
      const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
      writeFileSync(testInfo.outputPath(`sheet-${t.file}.pdf`), pdf);
      expect(pages(pdf)).toBe(1);
      expect(pdf.toString("latin1")).toMatch(/\/MediaBox \[0 0 59[45]\.?\d* 84[12]\.?\d*\]/);
      // As it is laid out on the paper, less its margins: 192 mm by 281 mm, of 96 dots an inch.
      await page.emulateMedia({ media: "print" });
      await page.setViewportSize({ width: Math.floor((192 / 25.4) * 96), height: Math.floor((281 / 25.4) * 96) });
      const [right, bottom, wide, tall] = await page.evaluate(() => {
        const boxes = [...document.querySelectorAll("main *")].map((element) => element.getBoundingClientRect());
        return [Math.max(...boxes.map((box) => box.right)), Math.max(...boxes.map((box) => box.bottom)), innerWidth, innerHeight];
      });
      expect(right).toBeLessThanOrEqual(wide + 1);
      expect(bottom).toBeLessThanOrEqual(tall);
    });

    test("sheet and glossary are read on a phone, in both lights", async ({ fresh }) => {
      const page = await fresh({ locale: t.locale, viewport: { width: 390, height: 844 }, colorScheme: "dark" });
      for (const name of ["sheet", "glossary"]) {
        await page.goto(`/reference/${name}-${t.file}.html`);
        await axe(page);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
      }
    });

    test("a term of the prose leads to the glossary, and the glossary to the pages", async ({ fresh }) => {
      const page = await fresh({ locale: t.locale });
      await page.goto("/#page=15-zonelists");
      const word = page.locator('.lesson [data-term="zonelist"]').first();
      await word.focus();
      await page.keyboard.press("Enter");
      const link = page.locator(".explained").getByRole("link", { name: t.glossary });
      const opened = page.context().waitForEvent("page");
      await link.click();
      const glossary = await opened;
      await expect(glossary).toHaveURL(new RegExp(`/reference/glossary-${t.file}\\.html#zonelist$`));
      await expect(glossary.locator("#zonelist dt")).toBeInViewport();
      await glossary.locator('#zonelist a[href$="15-zonelists"]').click();
      await expect(glossary.locator(".lesson h2")).toBeVisible();
      await page.bringToFront();
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: t.contents, exact: true }).click();
      await expect(page.locator(".contents").getByRole("link", { name: t.sheet })).toHaveAttribute("href", `reference/sheet-${t.file}.html`);
    });

    test("an exercise waits while a scenario of the gallery is open", async ({ fresh }) => {
      const page = await fresh({ locale: t.locale, reducedMotion: "reduce" });
      await page.goto("/");
      const exercise = page.locator(".exercise");
      await exercise.locator(".findings").waitFor();
      await page.locator(".to-gallery").click();
      await page.locator("dialog.gallery li button").nth(5).click();
      await expect(exercise).toContainText(t.waits);
      await expect(exercise.locator(".findings")).toHaveCount(0);
      await axe(page);
      await exercise.getByRole("button", { name: t.back }).click();
      await expect(exercise.locator(".findings")).toBeVisible();
      await expect(exercise).not.toContainText(t.waits);
    });

    test("the lesson is read in the stage's place, and what runs is shown", async ({ fresh }) => {
      const page = await fresh({ locale: t.locale, reducedMotion: "reduce" });
      await page.goto("/#page=04-contiguous");
      await page.getByRole("button", { name: t.wide }).click();
      await expect(page.locator(".panes")).toBeHidden();
      await axe(page);
      await page.keyboard.press("Escape");
      await expect(page.locator(".panes")).toBeVisible();
      await page.getByRole("button", { name: t.wide }).click();
      await expect(page.getByRole("button", { name: t.narrow })).toBeVisible();
      await page.locator("figure.run button").first().click();
      await expect(page.locator(".panes")).toBeVisible();
    });
  });
}
