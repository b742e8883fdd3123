// Which moment the panels show: at rest the same one everywhere, however the page came there.
import { expect, test } from "../lab.mjs";

// Many events in a row, of every kind that the stage moves.
const SCENARIO = `for (i = 0; i < 12; i++) p[i] = kmalloc(1500, GFP_KERNEL);
a = __get_free_pages(GFP_KERNEL, 0);
b = __get_free_pages(GFP_KERNEL, 4);
free_pages(a, 0);
for (i = 0; i < 12; i++) kfree(p[i]);`;

// Panels in which nothing moves part of the way, then the others.
const STILL = ".half > .map .inspector, .decisions, .player .said, .player .track, .pointers ul, .text pre.now";
const ALL = `${STILL}, .free-lists .rows > .order, .free-lists .gauges, .bins > .body`;

/** In the page: what the panels say now, in words and marks. */
function told(read) {
  const parts = [...document.querySelectorAll(read)].map((part) => part.cloneNode(true));
  // What a screen reader hears while it plays is another sentence.
  for (const part of parts) for (const live of part.querySelectorAll("[aria-live]")) live.remove();
  return parts.map((part) => part.outerHTML);
}

const said = (page, read) => page.evaluate((read) => window.told(read), read);

const cursor = (page) => page.evaluate(() => window.kmallocLab.snapshot().cursor);

async function opened(page) {
  await page.addInitScript(`window.told = ${told}`);
  await page.goto("");
  await page.waitForFunction(() => window.kmallocLab);
  await page.evaluate((text) => void window.kmallocLab.run(text), SCENARIO);
}

/** The same moment, come to from far away and without movement. */
async function sought(page, at, read) {
  await page.evaluate((at) => {
    window.kmallocLab.seek(0);
    window.kmallocLab.seek(at);
  }, at);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
  return said(page, read);
}

test("whoever stops the player sees one moment in every panel", async ({ page }) => {
  await opened(page);
  const speed = page.getByRole("combobox", { name: "Speed" });
  for (const factor of ["×1", "×4", "×16"]) {
    await speed.selectOption({ label: factor });
    await page.evaluate(() => window.kmallocLab.seek(20));
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await page.waitForFunction(() => window.kmallocLab.snapshot().cursor > 30);
    // In the frame of an event, when most panels have not followed yet; what is drawn then comes in microtasks.
    const [at, now] = await page.evaluate(async (read) => {
      const cursor = () => window.kmallocLab.snapshot().cursor;
      const before = cursor();
      while (cursor() === before) await new Promise((done) => requestAnimationFrame(done));
      document.querySelector(".player .play").click();
      await new Promise((done) => setTimeout(done));
      return [cursor(), window.told(read)];
    }, STILL);
    expect(now.length).toBeGreaterThan(4);
    expect(now, `${factor}, cursor ${at}`).toEqual(await sought(page, at, STILL));
  }
});

test("playing to the end leaves no panel behind", async ({ page }) => {
  await opened(page);
  await page.getByRole("combobox", { name: "Speed" }).selectOption({ label: "×16" });
  await page.evaluate(() => window.kmallocLab.seek(0));
  await page.getByRole("button", { name: "Play", exact: true }).click();
  const end = await page.evaluate(() => window.kmallocLab.snapshot().events);
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  await expect.poll(() => cursor(page)).toBe(end);
  expect(await said(page, ALL)).toEqual(await sought(page, end, ALL));
});

test("of many seeks in one frame the last one is shown", async ({ page }) => {
  await opened(page);
  await page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(done));
    for (let at = 90; at > 40; at -= 1) window.kmallocLab.seek(at);
    for (const at of [70, 10, 55]) {
      window.kmallocLab.seek(at);
      await null;
    }
  });
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
  expect(await cursor(page)).toBe(55);
  const now = await said(page, ALL);
  await expect(page.locator(".player input[type=range]")).toHaveValue("55");
  expect(now).toEqual(await sought(page, 55, ALL));
});

test("a seek is whole in the next frame, however slow the machine: lists, path and map", async ({ page }) => {
  // The map is a canvas: what is on it, as one number.
  await page.addInitScript(() => {
    window.whole = (read) => {
      const map = document.querySelector(".memory canvas");
      const { data } = map.getContext("2d").getImageData(0, 0, map.width, map.height);
      return [...window.told(read), data.reduce((sum, part, at) => (sum * 31 + part * (at % 7)) % 4294967291, 1)];
    };
  });
  await opened(page);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 8 });
  for (const [from, to] of [[0, 60], [95, 30], [10, 110], [60, 5]]) {
    const [next, rest] = await page.evaluate(
      async ([from, to, read]) => {
        const turns = async (count) => {
          for (let turn = 0; turn < count; turn += 1) await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        };
        window.kmallocLab.seek(from);
        await turns(5);
        // As an event would: a task of its own, between two frames.
        await new Promise((done) => setTimeout(done, 7));
        window.kmallocLab.seek(to);
        const next = await new Promise((done) => requestAnimationFrame(() => done(window.whole(read))));
        await turns(5);
        return [next, window.whole(read)];
      },
      [from, to, ALL],
    );
    expect(next, `from ${from} to ${to}`).toEqual(rest);
  }
});
