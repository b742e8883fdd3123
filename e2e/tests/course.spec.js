// The course as a student walks it: every page and every exercise, solved by its own solution, with the keyboard alone.
import { readdirSync, readFileSync, existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { axe, expect, test } from "../lab.mjs";

const CHAPTERS = fileURLToPath(new URL("../../static/chapters/", import.meta.url));
const text = (...path) => readFileSync(CHAPTERS + path.join("/"), "utf8");

/** The course as its files have it. Answers are in none of them. */
const COURSE = readdirSync(CHAPTERS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort()
  .map((chapter) => {
    const [, listed] = text(chapter, "chapter.toml").match(/^exercises = \[([^\]]*)\]/m);
    const exercises = [...listed.matchAll(/"([^"]+)"/g)].map(([, name]) => {
      const folder = [chapter, "exercises", name];
      const solution = existsSync(CHAPTERS + [...folder, "solution.kms"].join("/"))
        ? text(...folder, "solution.kms")
        : undefined;
      const toml = text(...folder, "exercise.toml");
      return {
        name,
        titles: { en: title(...folder, "en.md"), zh: title(...folder, "zh.md") },
        wrong: [...toml.matchAll(/^wrong = "([^"]*)"/gm)].map(([, guess]) => guess),
        solution,
      };
    });
    return { name: chapter, titles: { en: title(chapter, "en.md"), zh: title(chapter, "zh.md") }, exercises };
  });

function title(...path) {
  return text(...path).split("\n")[0].replace(/^# /, "").replaceAll("`", "").trim();
}

const LANGUAGES = [
  { locale: "en-US", file: "en", contents: "Contents", solved: "Solved.", again: "Start again", scenario: "Scenario", hint: /^Hint 1/, why: "Why", teachers: "For teachers", reset: "Forget my progress", sure: "Yes, forget everything", failed: /could not be fetched/, retry: "Try again", save: "Save my progress as a file" },
  { locale: "zh-CN", file: "zh", contents: "目录", solved: "完成了。", again: "重新开始", scenario: "脚本", hint: /^提示 1/, why: "为什么", teachers: "教师参考", reset: "清除进度", sure: "是，全部清除", failed: /读取失败/, retry: "再试一次", save: "把进度保存为文件" },
];

async function opened(page, address = "/") {
  await page.goto(address);
  await expect(page.locator(".lesson h2")).toBeVisible();
  return page;
}

/** Moves the keyboard's place to an element, as Tab and Shift+Tab do: half of the way that is left, then one by one. */
async function reach(page, target) {
  await target.waitFor();
  for (let looks = 0; looks < 60; looks++) {
    const [key, times] = await target.evaluate((element) => {
      const active = document.activeElement;
      if (active === element || (element.role === "radiogroup" && element.contains(active))) return ["", 0];
      const stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")];
      const follows = (one, other) => Boolean(one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING);
      const back = active !== document.body && follows(element, active);
      const [first, last] = back ? [element, active] : [active, element];
      const between = stops.filter((stop) => stop.checkVisibility() && follows(first, stop) && follows(stop, last));
      return [back ? "Shift+Tab" : "Tab", between.length > 6 ? Math.floor(between.length / 2) : 1];
    });
    if (!key) return;
    for (let time = 0; time < times; time++) await page.keyboard.press(key);
  }
  throw new Error("the Tab key never reaches it");
}

async function pressed(page, target) {
  await reach(page, target);
  await page.keyboard.press("Enter");
}

/** Answers every question with a word, by the keyboard. */
async function answer(page, words) {
  const fields = page.locator(".predict > label.given, .predict > [role=radiogroup]");
  await expect(fields).toHaveCount(words.length);
  for (const [at, word] of words.entries()) {
    const field = fields.nth(at);
    const input = field.locator("input:not([type=radio])");
    if (await input.count()) {
      await reach(page, input);
      await page.keyboard.press("ControlOrMeta+A");
      await page.keyboard.type(word);
      continue;
    }
    const values = await field.locator("input").evaluateAll((all) => all.map(({ value }) => value));
    expect(values, "what is right or wrong can be chosen").toContain(word);
    // A group is one stop of the Tab key; which of its members that is, the browser decides.
    await reach(page, field);
    await page.keyboard.press("Space");
    for (let steps = 0; (await field.locator("input:checked").inputValue()) !== word; steps++) {
      expect(steps).toBeLessThan(values.length);
      await page.keyboard.press("ArrowDown");
    }
  }
  await pressed(page, page.locator(".predict > button"));
}

for (const t of LANGUAGES) {
  test.describe(t.file, () => {
    for (const chapter of COURSE) {
      test(`${chapter.name}: every exercise is solved by its solution, with the keyboard alone`, async ({ fresh }) => {
        test.setTimeout(60_000 + 30_000 * chapter.exercises.length);
        const page = await opened(await fresh({ locale: t.locale, reducedMotion: "reduce" }));
        const exercise = page.locator(".exercise");
        await pressed(page, page.getByRole("button", { name: t.contents, exact: true }));
        await pressed(page, page.locator(".contents .chapter", { hasText: chapter.titles[t.file] }));
        await expect(page.locator(".lesson h2")).toHaveText(chapter.titles[t.file]);
        // The title is in the contents; the page itself is fetched.
        await page.locator(".closed, .exercise").first().waitFor();
        for (const { name, titles, wrong, solution } of chapter.exercises) {
          await test.step(`${chapter.name}/${name}`, async () => {
            const closed = page.locator(".closed", { hasText: titles[t.file] });
            if (await closed.count()) await pressed(page, closed);
            await expect(exercise.locator("h3").first()).toContainText(titles[t.file]);
            await expect(exercise).not.toContainText(t.solved);
            if (wrong.length > 0) {
              // No file holds an answer: a wrong guess is told what the kernel does, and then it is known.
              await answer(page, wrong);
              const facts = exercise.locator(".findings .missed .twin .fact");
              await page.keyboard.press("End");
              await page.evaluate(() => window.kmallocLab.seek(window.kmallocLab.snapshot().events));
              await expect(facts).toHaveCount(wrong.length);
              await expect(exercise).not.toContainText(t.solved);
              const truths = await facts.evaluateAll((all) => all.map((fact) => fact.dataset.word));
              await pressed(page, exercise.getByRole("button", { name: t.again }));
              await answer(page, truths);
              await page.evaluate(() => window.kmallocLab.seek(window.kmallocLab.snapshot().events));
            }
            // Where something has to be done as well, or only that.
            if (solution && !(await exercise.getByText(t.solved).count())) {
              await reach(page, page.getByRole("textbox", { name: t.scenario }));
              await page.keyboard.press("ControlOrMeta+A");
              await page.keyboard.insertText(solution);
            }
            await expect(exercise).toContainText(t.solved);
            await expect(exercise.locator(".explanation")).toContainText(t.why);
          });
        }
        await page.getByRole("button", { name: t.contents, exact: true }).click();
        const count = page.locator(".contents .chapter[aria-current] .count");
        await expect(count).toHaveText(`${chapter.exercises.length}/${chapter.exercises.length}`);
        await axe(page);
      });
    }

    test("progress is kept, saved as a file, taken from it, and forgotten on purpose only", async ({ fresh }) => {
      const page = await opened(await fresh({ locale: t.locale, reducedMotion: "reduce" }));
      await page.locator(".exercise").getByRole("button", { name: t.hint }).click();
      await expect(page.locator(".hints li")).toHaveCount(1);
      await page.locator(".exercise").getByRole("button", { name: t.again }).click();
      await expect(page.locator(".hints li")).toHaveCount(0);
      await page.getByRole("button", { name: t.contents, exact: true }).click();
      const review = page.locator(".again li");
      await expect(review).toHaveCount(1);
      const download = page.waitForEvent("download");
      await page.getByRole("button", { name: t.save }).click();
      const file = await (await download).path();
      expect(readFileSync(file, "utf8")).toMatch(/^kmalloc lab progress 1\n\S+ attempts=1 hints=1\n$/);
      await page.getByText(t.reset).click();
      await page.getByRole("button", { name: t.sure }).click();
      await expect(review).toHaveCount(0);
      await page.locator(".file input").setInputFiles({ name: "x.txt", mimeType: "text/plain", buffer: Buffer.from("mine") });
      await expect(page.locator(".notice")).toBeVisible();
      await page.locator(".file input").setInputFiles(file);
      await expect(review).toHaveCount(1);
    });

    test("a word of the prose explains itself, and the address stays", async ({ fresh }) => {
      const page = await opened(await fresh({ locale: t.locale }));
      await expect(page).toHaveURL(/#s=/);
      const address = page.url();
      await pressed(page, page.locator('.lesson [data-term="slab"]').first());
      await expect(page.locator(".explained")).toContainText("slab");
      await page.keyboard.press("Escape");
      await expect(page.locator(".explained")).toBeHidden();
      expect(page.url()).toBe(address);
    });

    test("a class sees no hints, no notes and no solutions", async ({ fresh }) => {
      const [{ name, titles, exercises }] = COURSE;
      const page = await opened(await fresh({ locale: t.locale }), `/#page=${name}/${exercises[0].name}&teach`);
      await expect(page.locator(".lesson h2")).toHaveText(titles[t.file]);
      await expect(page.locator(".exercise")).toBeVisible();
      await expect(page.getByText(t.teachers)).toHaveCount(0);
      await expect(page.getByRole("button", { name: t.hint })).toHaveCount(0);
      await expect(page).toHaveURL(/&teach$/);
    });

    test("a course that does not come says so, and comes on request", async ({ fresh }) => {
      const page = await fresh({ locale: t.locale });
      let fails = true;
      await page.route("**/contents.txt", (route) => (fails ? route.fulfill({ status: 200, body: "<!doctype html>" }) : route.continue()));
      await opened(page);
      await expect(page.locator(".lesson .state")).toContainText(t.failed);
      fails = false;
      await page.getByRole("button", { name: t.retry }).click();
      await expect(page.locator(".exercise")).toBeVisible();
    });
  });
}
