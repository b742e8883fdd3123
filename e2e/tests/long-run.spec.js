// A long run yields to the page: its progress is seen, the page answers meanwhile, it can be cancelled, and a newer text
// replaces it. No test depends on how fast the machine is: as soon as the progress is seen, the run gets no further turn
// until the test lets it.
import { axe, expect, test } from "../lab.mjs";

// Orders out of a gigabyte and back, and small objects: more than a million events, so that progress is seen on a fast machine.
const LONG = `kernel 2.6.10
machine dma=16M normal=880M highmem=128M reserve=none l1=32
for (r = 0; r < 5; r++) {
  for (i = 0; i < 9000; i++) p[i] = alloc_pages(GFP_HIGHUSER, 2);
  for (i = 0; i < 9000; i++) q[i] = kmalloc(1500, GFP_KERNEL);
  for (i = 0; i < 9000; i++) __free_pages(p[i], 2);
  for (i = 0; i < 9000; i++) kfree(q[i]);
}
`;

/** Holds the messages by which the page asks for its next turn, from the first sight of progress on. */
function holding() {
  const post = MessagePort.prototype.postMessage;
  const held = [];
  let holds = false;
  MessagePort.prototype.postMessage = function (...message) {
    const seen = document.querySelector(".running progress, .remedies[aria-busy=true]");
    holds ||= seen !== null && !window.free;
    if (holds) held.push(() => post.apply(this, message));
    else post.apply(this, message);
  };
  // Lets the run go on: to its end, or to the next sight of its progress.
  window.release = (free) => {
    window.free = free;
    holds = false;
    for (const send of held.splice(0)) send();
  };
}

const snapshot = (page) => page.evaluate(() => window.kmallocLab.snapshot());
const release = (page, free) => page.evaluate((free) => window.release(free), free);
const bar = (page) => page.locator(".running").getByRole("progressbar", { name: "Running" });

async function opened(page) {
  await page.addInitScript(holding);
  await page.goto("./");
  await page.waitForFunction(() => window.kmallocLab);
  await page.getByRole("button", { name: "Skip", exact: true }).click();
  return page.locator("textarea").first();
}

test("progress is seen, the page answers, the run is cancelled and then run to its end", async ({ page }) => {
  const text = await opened(page);
  await page.getByRole("button", { name: "kmalloc", exact: true }).click();
  await expect(page).toHaveURL(/#s=/);
  await page.getByRole("button", { name: "To the end" }).click();
  const before = await snapshot(page);
  await page.waitForTimeout(1_000); // the address settles behind the cursor
  const [address, entries] = await page.evaluate(() => [location.hash, history.length]);

  await text.fill(LONG);
  await expect(bar(page)).toBeVisible();
  const share = () => bar(page).evaluate((bar) => bar.value);
  expect(await share()).toBeLessThan(100);
  await expect(page.locator(".running").getByRole("status")).toHaveText(/A long run goes on/);
  await axe(page);
  // The run before is still here, and the page answers.
  await page.getByRole("button", { name: "Step back" }).click();
  await expect.poll(async () => (await snapshot(page)).cursor).toBe(before.cursor - 1);
  await page.getByRole("button", { name: "中", exact: true }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", /^zh/);
  await page.getByRole("button", { name: "EN", exact: true }).click();
  expect((await snapshot(page)).events).toBe(before.events);
  await expect(text).toHaveValue(LONG);
  // Nothing is written before the run has ended.
  expect(await page.evaluate(() => [location.hash, history.length])).toEqual([address, entries]);

  await page.locator(".running").getByRole("button", { name: "Cancel" }).click();
  await expect(bar(page)).toHaveCount(0);
  const notice = page.locator(".notice", { hasText: "The run was cancelled" });
  await expect(notice).toBeVisible();
  await expect(text).toHaveValue(LONG);
  const cut = await snapshot(page);
  expect(cut.events).toBeGreaterThan(before.events);
  expect(await page.evaluate(() => window.kmallocLab.validate())).toBeUndefined();
  // The turn that was asked for comes too late to change anything.
  await release(page, false);
  await expect.poll(() => page.evaluate(() => history.length)).toBe(entries + 1);

  await notice.getByRole("button", { name: "Run to the end" }).click();
  await expect(bar(page)).toBeVisible();
  await release(page, true);
  await expect(bar(page)).toHaveCount(0, { timeout: 30_000 });
  await expect(notice).toHaveCount(0);
  const whole = await snapshot(page);
  expect(whole.events).toBeGreaterThan(cut.events);
  expect(whole.cursor).toBe(whole.events);
  for (const cursor of [whole.events >> 1, 1, whole.events - 1, 0]) {
    await page.evaluate((cursor) => window.kmallocLab.seek(cursor), cursor);
    expect(await page.evaluate(() => [window.kmallocLab.snapshot().cursor, window.kmallocLab.validate() ?? null])).toEqual([cursor, null]);
  }
  // One text, one entry in the history.
  expect(await page.evaluate(() => history.length)).toBe(entries + 1);
});

test("by keyboard alone in Chinese: Escape cancels; a newer text replaces the run, an old one never comes back", async ({ fresh }) => {
  const page = await fresh({ locale: "zh-CN", viewport: { width: 1280, height: 720 } });
  await page.addInitScript(holding);
  await page.goto("./");
  await page.waitForFunction(() => window.kmallocLab);
  const line = page.locator(".running").getByRole("progressbar", { name: "正在运行" });
  const text = page.locator("textarea").first();
  await text.focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(LONG);
  await expect(line).toBeVisible();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Escape");
  await expect(line).toHaveCount(0);
  await release(page, false);
  const again = page.getByRole("button", { name: "运行到结束" });
  await again.press("Enter");
  await expect(line).toBeVisible();
  await text.focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText("p = kmalloc(100, GFP_KERNEL);");
  await expect(line).toHaveCount(0);
  const short = await snapshot(page);
  expect([short.text, short.events < 1000]).toEqual(["p = kmalloc(100, GFP_KERNEL);", true]);
  await release(page, true);
  await page.locator(".player button").first().press("Home");
  await expect.poll(async () => (await snapshot(page)).cursor).toBe(0);
  expect((await snapshot(page)).events).toBe(short.events);
});

test("a page that opens a long run answers before it has ended", async ({ page }) => {
  const text = await opened(page);
  await text.fill(LONG);
  await expect(bar(page)).toBeVisible();
  await release(page, true);
  await expect(bar(page)).toHaveCount(0, { timeout: 30_000 });
  const { events } = await snapshot(page);
  await page.evaluate(() => window.kmallocLab.seek(1_234));
  await expect.poll(() => page.evaluate(() => sessionStorage.length + localStorage.length)).toBeGreaterThan(0);
  await page.waitForTimeout(600); // the cursor is saved when it is at rest
  await page.reload();
  await expect(bar(page)).toBeVisible();
  expect((await snapshot(page)).events).toBe(0);
  await expect(text).toHaveValue(LONG);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(bar(page)).toBeVisible();
  await release(page, true);
  await expect(bar(page)).toHaveCount(0, { timeout: 30_000 });
  const again = await snapshot(page);
  expect([again.events, again.cursor]).toEqual([events, 1_234]);
});

test("a search for the one change goes on while the page is used, and ends where it is closed", async ({ page }) => {
  const text = await opened(page);
  // Less of it: all tries together have a bound.
  await text.fill(`${LONG.replace("r < 5", "r < 2")}z = kmalloc(1000000, GFP_KERNEL);\n`);
  await expect(bar(page)).toBeVisible();
  await release(page, true);
  await expect(bar(page)).toHaveCount(0, { timeout: 30_000 });
  const { events } = await snapshot(page);
  await page.evaluate((events) => {
    window.free = false;
    window.kmallocLab.seek(events);
  }, events);
  const ask = page.getByRole("button", { name: "What one change would make it succeed?" });
  await ask.click();
  const card = page.getByRole("region", { name: "What one change would make it succeed?" });
  await expect(card).toHaveAttribute("aria-busy", "true");
  await expect(card.getByRole("status")).toHaveText(/Running the scenario again: 0 tried/);
  // The page answers in the middle of a try.
  await page.getByRole("button", { name: "中", exact: true }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", /^zh/);
  await page.getByRole("button", { name: "EN", exact: true }).click();
  await card.getByRole("button", { name: "Close" }).click();
  await release(page, true);
  await ask.click();
  await expect(card).toHaveAttribute("aria-busy", "false", { timeout: 60_000 });
  await expect(card.getByRole("listitem").first()).toContainText("vmalloc");
  expect((await snapshot(page)).events).toBe(events);
});

test("a long B: the dialog answers, Cancel brings back what was shown", async ({ page }) => {
  const text = await opened(page);
  await text.fill("p = kmalloc(100, GFP_KERNEL);");
  await expect.poll(async () => (await snapshot(page)).text).toBe("p = kmalloc(100, GFP_KERNEL);");
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("c");
  const dialog = page.getByRole("dialog", { name: "Compare two runs" });
  await dialog.getByText("Text of B").click();
  const own = dialog.getByRole("textbox");
  const under = dialog.getByRole("progressbar", { name: "Running" });
  await own.fill(LONG);
  await expect(under).toBeVisible();
  await axe(page);
  await dialog.getByRole("button", { name: "Step back" }).click();
  await expect(dialog.getByRole("slider")).toHaveValue("5");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(under).toHaveCount(0);
  await expect(own).toHaveValue("p = kmalloc(100, GFP_KERNEL);");
  await release(page, true);
  await own.fill(LONG);
  await expect(dialog.locator(".what").first()).toContainText("one side only", { timeout: 30_000 });
  await expect(dialog.getByRole("slider")).not.toHaveAttribute("max", "6");
});

test("another script starts a long run and waits for it; a message is answered when its run has ended", async ({ page }) => {
  await opened(page);
  await page.evaluate((text) => {
    window.kept = [];
    const keep = (name) => (ran) => window.kept.push([name, ran.errors.length, ran.calls.length, ran.ended]);
    window.kmallocLab.start(text).then(keep("long"));
  }, LONG);
  await expect(bar(page)).toBeVisible();
  expect(await page.evaluate(() => window.kept)).toEqual([]);
  await page.locator(".running").getByRole("button", { name: "Cancel" }).click();
  const kept = () => page.evaluate(() => window.kept);
  await expect.poll(kept).toEqual([["long", 0, expect.any(Number), "cancelled"]]);
  await release(page, true);
  const short = await page.evaluate(() => window.kmallocLab.start("p = kmalloc(100, GFP_KERNEL);"));
  expect([short.errors, short.calls.length, short.ended]).toEqual([[], 1, null]);
  const bad = await page.evaluate(() => window.kmallocLab.start("p = "));
  expect(bad.errors.length).toBe(1);

  // Inside of another page: what is asked behind the run waits for it, too.
  await page.evaluate((text) => {
    window.heard = [];
    window.frame = document.createElement("iframe");
    addEventListener("message", ({ data }) => {
      if (data.event === "ready") {
        for (const [id, message] of [{ command: "run", text }, { command: "snapshot" }].entries()) {
          frame.contentWindow.postMessage({ kmallocLab: 1, id, ...message }, "*");
        }
      } else if (data.id !== undefined) {
        heard.push(data.id === 0 ? ["ran", data.value.calls.length] : ["snapshot", data.value.events > 400_000]);
      }
    });
    frame.src = "./?embed&panels=map";
    document.body.append(frame);
  }, LONG);
  const heard = () => page.evaluate(() => window.heard);
  await expect(bar(page.frameLocator("iframe"))).toHaveCount(1);
  expect(await heard()).toEqual([]);
  await page.evaluate(() => window.frame.contentWindow.release(true));
  await expect.poll(heard, { timeout: 30_000 }).toEqual([["ran", 180_000], ["snapshot", true]]);
});
