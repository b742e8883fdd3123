// The focus is never lost: what goes away leaves it to something beside it, and keys do what the page says that they do.
import { axe, expect, test } from "../lab.mjs";

const press = (page) => page.getByRole("button", { name: "kmalloc", exact: true }).first();
const run = (page, text) => page.evaluate((text) => window.kmallocLab.run(text), text);
const calls = (page) => page.evaluate(() => window.kmallocLab.snapshot().calls);
/** What has the focus: never the page as a whole. */
const focused = (page) =>
  page.evaluate(() => {
    const { activeElement } = document;
    return activeElement === document.body ? "nothing" : `${activeElement.localName}.${activeElement.className}`;
  });

const FAILS = "kernel 2.6.10\nmachine dma=0 normal=1M highmem=0 reserve=none l1=32\np = __get_free_pages(GFP_ATOMIC, 11);\n";

test("the remedies take the focus and give it back", async ({ page }) => {
  await page.goto("./");
  await run(page, FAILS);
  const ask = page.locator(".remedies .ask");
  for (const end of [() => page.keyboard.press("Escape"), () => page.locator(".remedies .close").press("Enter")]) {
    await ask.focus();
    await page.keyboard.press("Enter");
    await expect(page.locator(".remedies.open")).toBeFocused();
    await end();
    await expect(ask).toBeFocused();
  }
  await ask.press("Enter");
  await page.locator(".remedies .take").first().press("Enter");
  await expect(page.locator(".remedies.open")).toHaveCount(0);
  expect(await focused(page)).not.toBe("nothing");
});

test("what is freed, dismissed or skipped leaves the focus to something beside it", async ({ page }) => {
  await page.goto("./");
  await page.getByRole("button", { name: "Skip", exact: true }).press("Enter");
  await expect(page.locator(".guide")).toHaveCount(0);
  expect(await focused(page)).not.toBe("nothing");

  await run(page, "kernel 2.6.10\nmachine dma=1M normal=4M highmem=1M reserve=none l1=32\np = kmalloc(100, GFP_KERNEL);\n");
  await page.locator('[data-pointer="p"]').getByRole("button", { name: /kfree/ }).press("Enter");
  await expect.poll(() => calls(page)).toBe(2);
  expect(await focused(page)).not.toBe("nothing");

  await page.locator("textarea").fill("p = kmaloc(1);");
  await expect(page.locator("#text-errors li")).toHaveCount(1);
  await page.locator("button.to-compare").press("Enter");
  const notice = page.locator(".notices .notice");
  await expect(notice).toContainText("there is no run to compare");
  await page.keyboard.press("Escape");
  await expect(notice).toHaveCount(0);
  expect(await focused(page)).not.toBe("nothing");
});

test("after a press with the mouse the space bar is the player's, after one with a key it presses again", async ({ page }) => {
  await page.goto("./");
  const before = await calls(page);
  await press(page).click();
  await expect.poll(() => calls(page)).toBe(before + 1);
  await page.keyboard.press("Space");
  await page.waitForTimeout(200);
  expect(await calls(page), "it pauses").toBe(before + 1);
  await press(page).focus();
  await page.keyboard.press("Space");
  await expect.poll(() => calls(page)).toBe(before + 2);
});

for (const [name, viewport] of [["wide", { width: 1440, height: 900 }], ["narrow", { width: 390, height: 844 }]]) {
  test(`errors are marked where they stand, and lead there: ${name}`, async ({ fresh }) => {
    const page = await fresh({ viewport });
    await page.goto("./");
    if (name === "narrow") await page.locator(".tabs button").nth(3).click();
    const good = "r = kmalloc(10, GFP_KERNEL);\n";
    await page.locator("textarea").fill(`// 中文\np = kmaloc(1, GFP_KERNEL);\n${good.repeat(60)}q = kmalloc(1, GFP_KERNAL);\n`);
    await expect(page.locator("#text-errors li")).toHaveCount(2);
    const marks = page.locator(".faults mark");
    await expect(marks).toHaveText(["kmaloc", "GFP_KERNAL"]);
    await expect(page.locator(".sheet .numbers b")).toHaveText(["✗ 2", "✗ 63"]);
    for (const [at, word] of ["kmaloc", "GFP_KERNAL"].entries()) {
      await page.locator("#text-errors li button").nth(at).click();
      await expect(page.locator("textarea")).toBeFocused();
      const there = await page.locator("textarea").evaluate((text) => text.value.slice(text.selectionStart));
      expect(there.startsWith(word), there.slice(0, 20)).toBe(true);
      // Nothing lies over it.
      const seen = await marks.nth(at).evaluate((mark) => {
        const { x, y, width, height } = mark.getBoundingClientRect();
        const top = document.elementFromPoint(x + width / 2, y + height / 2);
        return top?.localName;
      });
      expect(seen).toBe("textarea");
    }
    await axe(page);
    // While another text is typed, the old marks would be in the wrong places.
    await page.locator("textarea").fill(good);
    await expect(marks).toHaveCount(0);
  });
}

test("what had no focus before a dialog has none after it", async ({ page }) => {
  await page.goto("./");
  await page.waitForFunction(() => window.kmallocLab);
  for (const key of ["g", "?"]) {
    await page.keyboard.press(key);
    await expect(page.getByRole("dialog")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    expect(await focused(page), key).toBe("nothing");
  }
  await page.keyboard.press("Space");
  await expect(page.locator("footer.player").getByRole("button", { name: "Pause" })).toBeVisible();
});

test("the newest pointer is in sight, and the kernel's words where they were folded away", async ({ page }) => {
  await page.goto("./");
  await page.waitForFunction(() => window.kmallocLab);
  await run(page, `kernel 2.6.10\n${Array.from({ length: 30 }, (_, at) => `name${at} = kmalloc(100, GFP_KERNEL);\n`).join("")}`);
  await press(page).click();
  const seen = () =>
    page.locator(".pointers > ul").evaluate((row) => {
      const [box, chip] = [row, row.lastElementChild].map((part) => part.getBoundingClientRect());
      return chip.left >= box.left && chip.right <= box.right;
    });
  await expect.poll(seen).toBe(true);
  const path = page.locator("section.path");
  await path.getByRole("button", { name: /^Fold/ }).click();
  await expect(path).toHaveClass(/folded/);
  await page.locator("button.dmesg").click();
  await expect(path).not.toHaveClass(/folded/);
  await expect(path.getByRole("button", { name: "dmesg", pressed: true })).toBeVisible();
});
