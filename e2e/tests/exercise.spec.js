// An exercise as it is opened: its comments in the language of the page, itself where the eye is.
import { expect, test } from "../lab.mjs";

const ENGLISH = "// Six users of 128 KB each, on a machine of 2 MB.";
const CHINESE = "// 机器只有 2 MB 内存，却有六家各要 128 KB。";

test("comments of an untouched start follow the language, an edited text stays and is still judged", async ({ fresh }) => {
  const page = await fresh({ locale: "zh-CN", reducedMotion: "reduce" });
  await page.goto("/");
  const text = page.locator("textarea").first();
  await expect(text).toHaveValue(/\/\/ 之前有驱动程序/);
  await expect(page.locator(".exercise")).toBeVisible();
  await page.goto("/#page=20-limit/two-nulls");
  await expect(text).toHaveValue(new RegExp(CHINESE));
  await expect(text).not.toHaveValue(/Six users|\/\/zh/);

  const speak = (name) => page.getByRole("button", { name, exact: true }).click();
  await speak("EN");
  await expect(text).toHaveValue(new RegExp(ENGLISH));
  await expect(page.locator(".exercise h3").first()).toContainText("Two NULLs");

  const edited = `${await text.inputValue()}x = kmalloc(8, GFP_KERNEL);\n`;
  await text.fill(edited);
  await speak("中");
  await expect(page.locator(".exercise h3").first()).toContainText("两个 NULL");
  await expect(text).toHaveValue(edited);
  await expect(page.locator(".exercise .waiting")).toHaveCount(0);
  await expect(page.locator(".exercise .findings").or(page.locator(".exercise .predict")).first()).toBeVisible();
});

test("a link to an exercise opens it on a phone, below the call bar", async ({ fresh }) => {
  const page = await fresh({ viewport: { width: 390, height: 844 }, reducedMotion: "reduce" });
  await page.goto("/#page=20-limit/two-nulls");
  const title = page.locator(".exercise h3").first();
  await expect(title).toBeInViewport();
  const bar = page.locator(".call").first();
  const under = async () => (await title.boundingBox()).y - (await bar.boundingBox()).y - (await bar.boundingBox()).height;
  await expect.poll(under).toBeGreaterThanOrEqual(0);
});
