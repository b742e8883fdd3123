// The memory map by keys, wheel and fingers.
import { axe, expect, test } from "../lab.mjs";

const cell = (page) => page.locator(".memory .cell");
const facts = (page) => page.locator(".inspector .facts");
const width = (page) => page.locator(".memory canvas").first().evaluate((canvas) => canvas.getBoundingClientRect().width);
const heads = (page, order) =>
  page.evaluate((order) => window.kmallocLab.snapshot().machine.zones.flatMap((zone) => zone.lists[order]), order);

/** The page that the roving cell stands on, and whether it is seen. */
async function stands(page, pfn) {
  await expect(cell(page)).toHaveAttribute("aria-label", `pfn 0x${pfn.toString(16)}`);
  await expect(cell(page)).toBeInViewport({ ratio: 0.9 });
}

for (const [locale, viewport, next, closer] of [
  ["en-US", { width: 1440, height: 900 }, /^Next free block/, "Zoom in"],
  ["zh-CN", { width: 390, height: 844 }, /^下一个/, "放大"],
]) {
  test(`${locale}: a digit and a button go from free block to free block, near and far`, async ({ fresh }) => {
    const page = await fresh({ locale, viewport, reducedMotion: "reduce" });
    await page.goto("./");
    await cell(page).focus();
    const blocks = (await heads(page, 7)).sort((a, b) => a - b);
    expect(blocks.length).toBeGreaterThan(1);
    for (let press = 0; press < 3; press += 1) await page.keyboard.press("+");
    for (const pfn of [...blocks, blocks[0]]) {
      await page.keyboard.press("7");
      await stands(page, pfn);
    }
    await page.keyboard.press("ArrowRight");
    await stands(page, blocks[0] + 1);

    await page.locator(".map-tools select").selectOption({ index: 6 });
    const after = (await heads(page, 6)).sort((a, b) => a - b).find((pfn) => pfn > blocks[0] + 1);
    await page.getByRole("button", { name: next }).click();
    await stands(page, after);
    await axe(page);

    const far = page.getByRole("button", { name: locale === "en-US" ? "Zoom out" : "缩小" });
    for (let press = 0; press < 3; press += 1) await far.click();
    const whole = await width(page);
    await page.getByRole("button", { name: closer, exact: true }).click();
    expect(await width(page)).toBeCloseTo(whole * 1.5, 0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });
}

test("a machine of four nodes fills the map's width, and its names stand beside it", async ({ page }) => {
  await page.goto("./");
  await page.evaluate(() => window.kmallocLab.run("kernel 2.6.10\nmachine dma=16M normal=112M highmem=128M nodes=4\np = kmalloc(100, GFP_KERNEL);\n"));
  const canvas = await page.locator(".memory canvas").first().boundingBox();
  const room = await page.locator(".memory .room").boundingBox();
  expect(canvas.width).toBeGreaterThan(room.width * 0.75);
  const ends = await page.locator(".memory .zone b").evaluateAll((names) => names.map((name) => {
    const range = document.createRange();
    range.selectNodeContents(name);
    return range.getBoundingClientRect().right;
  }));
  expect(ends.length).toBe(9);
  for (const end of ends) expect(end).toBeLessThanOrEqual(canvas.x);
});

test("the wheel with Control comes closer, and the page stays as it is", async ({ page }) => {
  await page.goto("./");
  const whole = await width(page);
  const box = await page.locator(".memory .room").boundingBox();
  await page.mouse.move(box.x + 200, box.y + 40);
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -100);
  await page.keyboard.up("Control");
  await expect.poll(() => width(page)).toBeGreaterThan(whole * 1.3);
  expect(await page.evaluate(() => visualViewport.scale)).toBe(1);
});

test("two fingers come closer, one looks at a page", async ({ fresh }) => {
  const page = await fresh({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await page.goto("./");
  await page.getByRole("button", { name: "Stage", exact: true }).click();
  const room = page.locator(".memory .room");
  await room.scrollIntoViewIfNeeded();
  const whole = await width(page);
  const { x, y } = await room.boundingBox();
  const touch = await page.context().newCDPSession(page);
  const fingers = (apart) => [-1, 1].map((side) => ({ x: x + 150 + (side * apart) / 2, y: y + 40 }));
  await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: fingers(60) });
  for (const apart of [80, 100, 120]) await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: fingers(apart) });
  await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await expect.poll(() => width(page)).toBeGreaterThan(whole * 1.7);
  expect(await page.evaluate(() => visualViewport.scale)).toBe(1);
  await page.touchscreen.tap(x + 10, y + 10);
  await expect(facts(page)).toContainText("pfn");
});

test("a large machine comes closer too", async ({ page }) => {
  await page.goto("./");
  await page.getByRole("combobox", { name: "machine" }).selectOption({ index: 3 });
  const whole = await width(page);
  await cell(page).focus();
  for (const key of ["+", "+", "9", "9"]) await page.keyboard.press(key);
  expect(await width(page)).toBeGreaterThan(whole * 1.9);
  const second = (await heads(page, 9)).sort((a, b) => a - b)[1];
  await stands(page, second);
});

const GIGABYTE = "kernel 2.6.10\nmachine dma=16M normal=880M highmem=128M reserve=i386\nfor (i = 0; i < 300; i++) q[i] = kmalloc(2000, GFP_KERNEL);\n";
const FOUR = "kernel 2.6.10\nmachine dma=16M normal=112M highmem=128M nodes=4\np = kmalloc(100, GFP_KERNEL);\n";

for (const [name, text] of [["a gigabyte", GIGABYTE], ["four nodes", FOUR]]) {
  for (const viewport of [{ width: 1440, height: 900 }, { width: 1280, height: 720 }]) {
    test(`${name} at ${viewport.width}: as wide as the panel, and what the event touched is seen`, async ({ fresh }) => {
      const page = await fresh({ viewport, reducedMotion: "reduce" });
      await page.goto("./");
      await page.evaluate((text) => window.kmallocLab.run(text), text);
      await page.keyboard.press("End");
      const room = page.locator(".memory .room");
      const [canvas, box] = await Promise.all([room.locator("canvas").boundingBox(), room.boundingBox()]);
      expect(canvas.width).toBeGreaterThan(box.width * 0.75);
      if (name === "a gigabyte") expect(canvas.height).toBeLessThanOrEqual(box.height + 1);
      await expect(room.locator(".ring.touched").first()).toBeInViewport({ ratio: 0.9 });
      // The lens says which pages it shows, and a zone how many of its own are free.
      await expect(page.locator(".legend .window")).toHaveText(/^pfn 0x[\da-f]+–0x[\da-f]+$/);
      if (name === "a gigabyte") await expect(page.locator(".memory .zone").nth(1)).toContainText(/225,\d{3} free/);
      await axe(page);
    });
  }
}

test("in a low room cells are wider than high: the map has the panel's width", async ({ fresh }) => {
  const page = await fresh({ viewport: { width: 1280, height: 720 } });
  await page.goto("./");
  const [canvas, legend] = await Promise.all([".memory .room canvas", ".memory .legend"].map((place) => page.locator(place).boundingBox()));
  expect(legend.x - canvas.x - canvas.width).toBeLessThan(64);
  await expect(page.locator(".memory .zone")).toHaveCount(3);
});

test("on a phone the lists come first, and every band of the map has its name", async ({ fresh }) => {
  const page = await fresh({ locale: "zh-CN", viewport: { width: 390, height: 844 } });
  await page.goto("./");
  await page.getByRole("button", { name: "演示", exact: true }).click();
  const tops = await page.locator(".half > :is(.lists, .map, .buckets)").evaluateAll((panels) =>
    panels.map((panel) => [panel.getBoundingClientRect().top, panel.className]).sort((a, b) => a[0] - b[0]).map(([, name]) => name));
  expect(tops).toEqual(["lists", "map", "buckets"]);
  await expect(page.locator(".memory .zone b")).toHaveText(["DMA", "Normal", "HighMem"]);
  const names = page.locator(".memory .zone");
  for (let zone = 0; zone < 3; zone += 1) {
    await names.nth(zone).scrollIntoViewIfNeeded();
    await expect(names.nth(zone)).toBeInViewport();
    await expect(names.nth(zone)).toContainText("空闲");
  }
  await axe(page);
});

for (const locale of ["en-US", "zh-CN"]) {
  test(`${locale}: the inspector says who holds a page, whatever else gives way`, async ({ fresh }) => {
    const page = await fresh({ locale, viewport: { width: 1280, height: 720 } });
    await page.goto("./");
    await page.evaluate(() => window.kmallocLab.run("p = kmalloc(100, GFP_KERNEL);\n"));
    await page.keyboard.press("End");
    await cell(page).focus();
    await page.keyboard.press("Enter");
    const holder = page.locator(".inspector .holder");
    await expect(holder).toBeInViewport({ ratio: 1 });
    expect(await holder.evaluate((holder) => holder.scrollWidth - holder.clientWidth)).toBe(0);
  });
}
