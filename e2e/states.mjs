// The page's main states and how to come there: `cargo xtask pictures` takes pictures of the first list, and
// tests/states.spec.js lets axe look at all of them.
const run = (page, text) => page.evaluate((text) => window.kmallocLab.run(text), text);
const seek = (page, cursor, progress) => page.evaluate((at) => window.kmallocLab.seek(...at), [cursor, progress]);
const tab = async (page, index) => {
  const tabs = page.locator(".tabs button");
  if (await tabs.nth(index).isVisible()) await tabs.nth(index).click();
};
const LESSON = 0;
const STAGE = 1;
const PATH = 2;
const TEXT = 3;

/** Name, what it shows, how to come there, and the widths that have it. */
export const STATES = [
  ["first", "the first visit", async () => {}],
  [
    "split",
    "half-way through a split",
    async (page) => {
      await run(page, "kernel 2.6.10\nmachine dma=1M normal=4M highmem=1M reserve=none l1=32\np = __get_free_pages(GFP_KERNEL, 2);\n");
      await tab(page, STAGE);
      await page.keyboard.press("Home");
      const events = await page.evaluate(() => window.kmallocLab.snapshot().events);
      for (let cursor = 1; cursor <= events; cursor += 1) {
        await seek(page, cursor, 0.5);
        if (await page.locator('[data-half="upper"]').count()) break;
      }
      await page.locator(".free-lists").scrollIntoViewIfNeeded();
    },
  ],
  [
    "rounding",
    "2,052 bytes take 4,096",
    async (page) => {
      await run(page, "kernel 2.6.10\nmachine dma=1M normal=4M highmem=1M reserve=none l1=32\np = kmalloc(2052, GFP_KERNEL);\n");
      await tab(page, STAGE);
      await page.keyboard.press("Home");
      await seek(page, 2);
      await page.locator(".bins").scrollIntoViewIfNeeded();
    },
  ],
  [
    "failure",
    "a request that fails in an interrupt",
    async (page) => {
      await run(page, "kernel 2.6.10\nmachine dma=1M normal=4M highmem=1M reserve=none l1=32\nirq { for (i = 0; i < 9; i++) p[i] = __get_free_pages(GFP_ATOMIC, 8); }\n");
      await tab(page, PATH);
    },
  ],
  [
    "reclaim",
    "a process sleeps while dirty pages are written",
    async (page) => {
      await page.keyboard.press("g");
      await page.getByRole("button", { name: /Dirty pages|脏页/ }).first().click();
      await tab(page, STAGE);
      const events = await page.evaluate(() => window.kmallocLab.snapshot().events);
      await seek(page, Math.floor(events * 0.6));
    },
  ],
  ["course", "a page of the course", async (page) => tab(page, LESSON)],
  ["gallery", "the gallery", async (page) => page.keyboard.press("g")],
  ["projector", "for the projector", async (page) => page.keyboard.press("p"), ["wide"]],
];

const FAILED = "kernel 2.6.10\nmachine dma=1M normal=4M highmem=1M reserve=none l1=32\np = __get_free_pages(GFP_ATOMIC, 10);\n";

/** More of them, of which no pictures are kept. */
export const MORE = [
  [
    "nodes",
    "a machine of four nodes",
    async (page) => {
      await run(page, "kernel 2.6.10\nmachine dma=16M normal=112M highmem=128M nodes=4\np = kmalloc(100, GFP_KERNEL);\n");
      await tab(page, STAGE);
    },
  ],
  [
    "ghost",
    "a prediction, its answer and the verdict",
    async (page) => {
      await tab(page, LESSON);
      await page.locator(".exercise input[type=text], .exercise input:not([type])").first().fill("100");
      await page.locator(".exercise input[type=radio]").nth(1).check();
      await page.getByRole("button", { name: "kmalloc", exact: true }).click();
      await tab(page, STAGE);
      await page.keyboard.press("End");
    },
  ],
  ["hints", "every hint of an exercise, and the teacher's notes", async (page) => {
    await tab(page, LESSON);
    for (let hint = 1; hint <= 3; hint += 1) await page.getByRole("button", { name: new RegExp(`${hint}.*3`) }).filter({ hasText: /Hint|提示/ }).click();
    await page.locator(".exercise summary").last().click();
  }],
  ["contents", "the table of contents", async (page) => {
    await tab(page, LESSON);
    await page.getByRole("button", { name: /^(Contents|目录)$/ }).click();
  }],
  ["wide-reading", "a page of the course in the stage's place", async (page) => {
    await page.getByRole("button", { name: /^(Read wide|展开阅读)$/ }).click();
  }, ["wide"]],
  ["errors", "errors in the text", async (page) => {
    await tab(page, TEXT);
    await page.locator("textarea").first().fill("p = kmaloc(100, GFP_KERNEL);\nq = kmalloc(9, GFP_NOPE);\nkfree(z);\n");
    await page.locator("#text-errors li").first().waitFor();
  }],
  ["holders", "a pile of pointers, opened", async (page) => {
    await page.locator(".pointers button[aria-expanded]").first().click();
  }],
  ["page", "a page of the map that is looked at", async (page) => {
    await run(page, "p = kmalloc(100, GFP_KERNEL);\n");
    await tab(page, STAGE);
    await page.locator(".memory .cell").focus();
    await page.keyboard.press("Enter");
  }],
  ["lists", "the lists of pages that reclaim walks", async (page) => {
    await page.keyboard.press("g");
    await page.getByRole("button", { name: /Dirty pages|脏页/ }).first().click();
    await tab(page, PATH);
    await page.locator(".path .choice").first().getByRole("button", { name: "LRU" }).click();
  }],
  ["change", "what one change would make it succeed", async (page) => {
    await run(page, FAILED);
    await tab(page, PATH);
    await page.getByRole("button", { name: /^(What one change|只改一处)/ }).click();
    await page.locator(".remedies ol").first().waitFor();
  }],
  ["compare", "two runs side by side", async (page) => {
    await run(page, FAILED);
    await page.keyboard.press("c");
    await page.getByRole("dialog").locator("select").nth(2).selectOption({ index: 1 });
  }],
  ["share", "what can be shared", async (page) => {
    await page.getByRole("button", { name: /^(Share|分享)$/ }).click();
    await page.getByRole("dialog").waitFor();
  }],
  ["keys", "the list of keys", async (page) => page.keyboard.press("?")],
];
