// What a student does with the page, in both languages: call, watch, step, scrub, share, come back.
import { axe, expect, test } from "../lab.mjs";

const LANGUAGES = [
  {
    locale: "en-US",
    lang: "en",
    share: "Share",
    copyMoment: "Copy link to this moment",
    link: "Link",
    timeline: "Timeline",
    stepBack: "Step back",
    step: "Step",
    toStart: "To the start",
    nextSplit: "Next split",
    undo: "Undo",
    redo: "Redo",
    scenario: "Scenario",
    given: "How many bytes does p get?",
    rule: "the first of the kernel's size classes that fits",
    wrongRule: "the next power of two",
    startAgain: "Start again",
    goals: (met) => `goals ${met} of 3`,
    openEarlier: "Open my earlier work",
    stays: /your work is as it was/,
    split: /^Order-(\d+) block (0x[0-9a-f]+) splits/,
    other: "中",
    otherLang: "zh-Hans",
    tabs: ["Lesson", "Stage", "Path", "Text"],
    flags: /^flags/,
  },
  {
    locale: "zh-CN",
    lang: "zh-Hans",
    share: "分享",
    copyMoment: "复制此刻的链接",
    link: "链接",
    timeline: "时间线",
    stepBack: "后退一步",
    step: "前进一步",
    toStart: "回到开头",
    nextSplit: "下一次拆分",
    undo: "撤销",
    redo: "重做",
    scenario: "脚本",
    given: "p 实际得到多少字节？",
    rule: "第一个装得下的大小类",
    wrongRule: "下一个 2 的幂",
    startAgain: "重新开始",
    goals: (met) => `目标 ${met} / 3`,
    openEarlier: "打开我之前的内容",
    stays: /你的内容保持不变/,
    split: /^(\d+) 阶的块 (0x[0-9a-f]+) 拆成两半/,
    other: "EN",
    otherLang: "en",
    tabs: ["课程", "演示", "路径", "脚本"],
    flags: /^标志/,
  },
];

const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 844 };

const snapshot = (page) => page.evaluate(() => window.kmallocLab.snapshot());
const seek = (page, ...place) => page.evaluate((place) => window.kmallocLab.seek(...place), place);
const sentence = (page) => page.locator(".said .sentence");
const press = (page) => page.getByRole("button", { name: "kmalloc", exact: true });
const source = (page, t) => page.getByRole("textbox", { name: t.scenario });

/** What two people who look at the same moment have in common; names and comments may differ. */
function moment({ version, cursor, events, calls, machine }) {
  return { version, cursor, events, calls, machine };
}

async function opened(page, address = "/") {
  await page.goto(address);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  return page;
}

async function reloaded(page) {
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
}

/** Waits until the player has come to rest at the end of the run. */
async function playedToEnd(page) {
  const cursors = () => page.evaluate(() => {
    const { cursor, events } = window.kmallocLab.snapshot();
    return events - cursor;
  });
  await expect.poll(cursors, { timeout: 20_000 }).toBe(0);
}

/** A link whose format is version 9: the same frame and checksum, so that it is told apart from a damaged one. */
function newer(fragment) {
  const bytes = Buffer.from(fragment, "base64url");
  bytes[0] = 9;
  let sum = 0xffff;
  for (const byte of bytes.subarray(0, -2)) {
    sum ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) sum = (sum & 0x8000 ? (sum << 1) ^ 0x1021 : sum << 1) & 0xffff;
  }
  bytes.writeUInt16BE(sum, bytes.length - 2);
  return bytes.toString("base64url");
}

for (const t of LANGUAGES) {
  test.describe(t.lang, () => {
    test("calls, watches, steps back, scrubs, and shares the moment", async ({ fresh }) => {
      const page = await opened(await fresh({ locale: t.locale, permissions: ["clipboard-read", "clipboard-write"] }));
      await expect(page.locator("html")).toHaveAttribute("lang", t.lang);
      const before = await snapshot(page);

      await press(page).click();
      await playedToEnd(page);
      const end = await snapshot(page);
      expect(end.calls).toBe(before.calls + 1);
      await expect(page.locator(".buckets")).toContainText("size-128");
      await expect(page.locator(".path")).toContainText("expand");
      await expect(page.locator('[data-pointer="p"]')).toContainText("128");

      await page.getByRole("button", { name: t.stepBack, exact: true }).first().click();
      expect((await snapshot(page)).cursor).toBe(end.events - 1);
      await page.getByRole("slider", { name: t.timeline }).focus();
      await page.keyboard.press("ArrowLeft");
      expect((await snapshot(page)).cursor).toBe(end.events - 2);
      await page.keyboard.press("PageUp");
      await page.getByRole("button", { name: t.nextSplit }).last().click();
      await expect(sentence(page)).toHaveText(t.split);
      await page.getByRole("button", { name: t.toStart }).first().click();
      await expect.poll(async () => (await snapshot(page)).cursor).toBe(0);

      await page.getByRole("slider", { name: t.timeline }).fill(String(end.events));
      expect(moment(await snapshot(page))).toEqual(moment(end));
      await seek(page, end.events - 5);
      const sent = await snapshot(page);
      await page.getByRole("button", { name: t.share }).click();
      await page.getByRole("button", { name: t.copyMoment, exact: true }).click();
      await expect(page.getByRole("dialog").getByRole("status")).not.toBeEmpty();
      const link = await page.getByRole("textbox", { name: t.link }).inputValue();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link);
      expect(link.length).toBeLessThanOrEqual(200);

      const friend = await opened(await fresh({ locale: t.locale }), link);
      expect(moment(await snapshot(friend))).toEqual(moment(sent));
      await expect(friend).toHaveURL(link);
    });

    test("passes the exercise with the keyboard alone", async ({ fresh }) => {
      const page = await opened(await fresh({ locale: t.locale }));
      const reach = async (target) => {
        for (let tabs = 0; tabs < 60; tabs++) {
          await page.keyboard.press("Tab");
          if (await target.evaluate((element) => element === document.activeElement)) return;
        }
        throw new Error("the Tab key never reaches it");
      };
      await expect(page.locator(".exercise")).toContainText(t.goals(0));
      await reach(page.getByLabel(t.given));
      await page.keyboard.type("128");
      await reach(page.locator(".predict input[type=radio]").first());
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowDown");
      await expect(page.getByRole("radio", { name: t.rule })).toBeChecked();
      await reach(press(page));
      await page.keyboard.press("Enter");
      await playedToEnd(page);
      await expect(page.locator(".exercise")).toContainText(t.goals(3));

      // What was given is given back, and the undo takes that back.
      const free = page.getByRole("button", { name: "kfree(p)" });
      await reach(free);
      await page.keyboard.press("Enter");
      await expect(free).toHaveCount(0);
      await reach(page.getByRole("button", { name: t.undo }));
      await page.keyboard.press("Enter");
      await expect(free).toHaveCount(1);
    });

    test("is told what was wrong with a wrong prediction", async ({ fresh }) => {
      const page = await opened(await fresh({ locale: t.locale, reducedMotion: "reduce" }));
      await page.getByLabel(t.given).fill("100");
      await page.getByRole("radio", { name: t.wrongRule }).check();
      await press(page).click();
      await page.keyboard.press("End");
      await playedToEnd(page);
      const missed = page.locator(".exercise .missed");
      await expect(missed).toHaveCount(2);
      await expect(missed.first()).toContainText("128");
      await expect(page.getByLabel(t.given)).toHaveCount(0);
      await page.getByRole("button", { name: t.startAgain }).click();
      await expect(page.locator(".exercise")).toContainText(t.goals(0));
      await expect(page.getByLabel(t.given)).toBeEnabled();
    });

    test("finds the work again after a reload, in another language too", async ({ fresh }) => {
      const page = await opened(await fresh({ locale: t.locale }));
      const text = "// mine\nname = kmalloc(300, GFP_ATOMIC);\n";
      await source(page, t).fill(text);
      await expect.poll(async () => (await snapshot(page)).calls).toBe(1);
      await page.getByLabel(t.given).fill("512");
      await seek(page, 3);
      const left = await snapshot(page);
      await page.getByRole("button", { name: t.other, exact: true }).click();
      await expect(page.locator("html")).toHaveAttribute("lang", t.otherLang);
      expect(await snapshot(page)).toEqual(left);
      await reloaded(page);
      await expect(page.locator("html")).toHaveAttribute("lang", t.otherLang);
      expect(await snapshot(page)).toEqual(left);
      await expect(page.locator(".given input")).toHaveValue("512");
    });

    test("loses nothing to a bad link", async ({ fresh }) => {
      const page = await opened(await fresh({ locale: t.locale }));
      await source(page, t).fill("// mine\nmine = kmalloc(300, GFP_ATOMIC);\n");
      await expect.poll(async () => (await snapshot(page)).calls).toBe(1);
      await expect(page).toHaveURL(/#s=/);
      const work = await snapshot(page);
      // Only the letters of the scenario: switches may stand behind them.
      const [good] = new URL(page.url()).hash.slice(3).split("&");
      const middle = Math.floor(good.length / 2);
      const swapped = good[middle] === "A" ? "B" : "A";
      const bad = [
        good.slice(0, middle) + swapped + good.slice(middle + 1),
        good.slice(0, -4),
        newer(good),
      ];
      for (const letters of bad) {
        await page.evaluate((hash) => (location.hash = hash), `s=${letters}`);
        await expect(page.locator(".notice")).toContainText(t.stays);
        expect((await snapshot(page)).text).toBe(work.text);
        await page.locator(".notice button").click();
        // The same as the first thing that the page is opened with.
        await page.goto("about:blank");
        await opened(page, `/#s=${letters}`);
        await expect(page.locator(".notice")).toContainText(t.stays);
        expect((await snapshot(page)).text).toBe(work.text);
        await page.locator(".notice button").click();
      }
    });

    test("gets the own work back after opening a link", async ({ fresh }) => {
      const sender = await opened(await fresh({ locale: t.locale }));
      await press(sender).click();
      await playedToEnd(sender);
      await expect(sender).toHaveURL(/#s=/);
      const link = sender.url();

      const page = await opened(await fresh({ locale: t.locale }));
      const mine = "// mine\nmine = kmalloc(300, GFP_ATOMIC);\n";
      await source(page, t).fill(mine);
      await expect.poll(async () => (await snapshot(page)).calls).toBe(1);
      await page.goto("about:blank");
      await opened(page, link);
      expect((await snapshot(page)).text).not.toBe(mine);
      await reloaded(page);
      await page.getByRole("button", { name: t.openEarlier }).click();
      await expect(source(page, t)).toHaveValue(mine);
    });

    for (const [name, viewport] of [["wide", WIDE], ["narrow", NARROW]]) {
      for (const colorScheme of ["light", "dark"]) {
        test(`axe finds nothing on a ${name}, ${colorScheme} page`, async ({ fresh }) => {
          const page = await opened(await fresh({ locale: t.locale, viewport, colorScheme, reducedMotion: "reduce" }));
          await axe(page);
          await press(page).click();
          await page.keyboard.press("End");
          await playedToEnd(page);
          await page.getByRole("button", { name: t.share }).click();
          await expect(page.getByRole("dialog")).toBeVisible();
          await axe(page);
          await page.keyboard.press("Escape");
          if (viewport === NARROW) {
            await page.getByRole("button", { name: t.flags }).click();
            for (const tab of t.tabs) {
              await page.getByRole("navigation").getByRole("button", { name: tab }).click();
              await axe(page);
            }
          }
          await page.evaluate(() => window.kmallocLab.run("p = kmaloc(1, GFP_KERNEL);"));
          await axe(page);
        });
      }
    }
  });
}

const [en] = LANGUAGES;

for (const [name, viewport] of [["wide", WIDE], ["narrow", NARROW]]) {
  test(`${name}: half-way through a split both halves are between their rows`, async ({ fresh }) => {
    const page = await opened(await fresh({ viewport }));
    await press(page).click();
    if (name === "narrow") await page.getByRole("button", { name: "Stage", exact: true }).click();
    await playedToEnd(page);
    let split;
    for (let cursor = (await snapshot(page)).events; !split; cursor -= 1) {
      await seek(page, cursor, 0.5);
      split = (await sentence(page).innerText()).match(en.split);
    }
    const [, order, block] = split;
    const middle = async (locator) => {
      const { y, height } = await locator.boundingBox();
      return y + height / 2;
    };
    const from = await middle(page.locator(`[data-order="${order}"]`));
    const to = await middle(page.locator(`[data-order="${order - 1}"]`));
    expect(to).toBeGreaterThan(from);
    for (const half of ["lower", "upper"]) {
      const at = await middle(page.locator(`[data-half="${half}"]`));
      expect(at, `the ${half} half of ${block}`).toBeGreaterThan(from);
      expect(at, `the ${half} half of ${block}`).toBeLessThan(to);
    }
  });
}

test("a first visit reads from the top, a later one goes on at the open exercise", async ({ page }) => {
  await page.goto("./");
  await expect(page.locator(".lesson .exercise")).toBeAttached();
  await expect(page.getByRole("heading", { level: 1 })).toBeInViewport();
  await page.getByRole("button", { name: "kmalloc", exact: true }).click();
  await expect.poll(() => page.evaluate(() => Object.keys(localStorage).some((key) => localStorage[key].includes("/")))).toBe(true);
  await page.reload();
  await expect(page.locator(".lesson .exercise")).toBeInViewport();
});

test("less movement shows the same states", async ({ fresh }) => {
  const moving = await opened(await fresh());
  const still = await opened(await fresh({ reducedMotion: "reduce" }));
  for (const page of [moving, still]) {
    await press(page).click();
    await playedToEnd(page);
  }
  expect(await snapshot(still)).toEqual(await snapshot(moving));
  await still.getByRole("slider", { name: en.timeline }).focus();
  await still.keyboard.press("PageUp");
  await still.getByRole("button", { name: en.nextSplit }).last().click();
  const { cursor } = await snapshot(still);
  const lists = () => still.locator(".lists").innerHTML();
  await seek(still, cursor);
  const state = await lists();
  await seek(still, cursor, 0.5);
  expect(await lists()).toBe(state);
});

test("undo, redo, back and forward walk through the edits", async ({ page }) => {
  await opened(page);
  const start = await snapshot(page);
  await press(page).click();
  await playedToEnd(page);
  const one = await snapshot(page);
  await press(page).click();
  await playedToEnd(page);
  const two = await snapshot(page);
  const texts = [start.text, one.text, two.text];
  const now = () => snapshot(page).then(({ text }) => texts.indexOf(text));

  await page.getByRole("button", { name: en.undo }).click();
  expect(await now()).toBe(1);
  await page.getByRole("button", { name: en.undo }).click();
  expect(moment(await snapshot(page))).toEqual(moment(start));
  await page.getByRole("button", { name: en.redo }).click();
  await page.getByRole("button", { name: en.redo }).click();
  expect(await now()).toBe(2);

  // Each of the edits above has its entry in the browser's history: 0 1 2 1 0 1 2.
  for (const text of [1, 0, 1, 2, 1, 0]) {
    await page.goBack();
    await expect.poll(now).toBe(text);
  }
  await page.goForward();
  await expect.poll(now).toBe(1);
});

test("errors in the text are told with line and column, and the last run stays", async ({ page }) => {
  await opened(page);
  await page.getByRole("textbox", { name: en.scenario }).fill("p = kmalloc(64, GFP_KERNEL);\n");
  await expect.poll(async () => (await snapshot(page)).calls).toBe(1);
  await page.getByRole("textbox", { name: en.scenario }).fill("p = kmalloc(64, GFP_KERNEL);\nq = kmaloc(1, GFP_KERNEL);\n");
  await expect(page.locator("#text-errors li")).toHaveText(/line 2, column 5 No call is named kmaloc; did you mean kmalloc\?/);
  expect((await snapshot(page)).calls).toBe(1);
  await press(page).click();
  await expect(page.locator(".notice")).toContainText("Mend the errors");
});

test("other scripts run a scenario and read the answers", async ({ page }) => {
  await opened(page);
  const ran = await page.evaluate(() => window.kmallocLab.run("p = kmalloc(100, GFP_KERNEL);\nr = kmalloc(200000, GFP_KERNEL);"));
  expect(ran.errors).toEqual([]);
  expect(ran.calls.map(({ text }) => text)).toEqual(["p = kmalloc(100, GFP_KERNEL)", "r = kmalloc(200000, GFP_KERNEL)"]);
  expect(ran.calls[0].answer).toMatch(/^0xc[0-9a-f]+ from size-128: 100 bytes asked, 128 given$/);
  expect(ran.calls[1].answer).toMatch(/^NULL/);
  const { machine, calls } = await snapshot(page);
  expect(calls).toBe(2);
  const [dma, normal] = machine.zones;
  expect([dma.name, dma.lists.length, normal.min, normal.low, normal.high]).toEqual(["DMA", 11, 56, 70, 84]);
  const wrong = await page.evaluate(() => window.kmallocLab.run("oops"));
  expect(wrong.errors).toHaveLength(1);
  expect(wrong.errors[0]).toMatchObject({ line: 1 });
});

test("a scenario too long for a link keeps an address in this browser", async ({ page, fresh }) => {
  await opened(page);
  const line = (at) => `q[${at * 7}] = kmalloc(${at * 37 + 1}, GFP_KERNEL | __GFP_HIGH);`;
  const text = Array.from({ length: 500 }, (_, at) => line(at)).join("\n");
  await page.evaluate((text) => window.kmallocLab.run(text), text);
  await expect(page.locator(".notice")).toContainText("too long for a link");
  await expect(page).toHaveURL(/#id=[0-9a-f]{8}$/);
  const address = page.url();
  await reloaded(page);
  expect((await snapshot(page)).text).toBe(text);
  const stranger = await opened(await fresh(), address);
  await expect(stranger.locator(".notice")).toContainText(en.stays);
});

test("keys in a field stay in the field", async ({ page }) => {
  await opened(page);
  const { cursor } = await snapshot(page);
  await page.getByRole("textbox", { name: en.scenario }).focus();
  for (const key of ["ArrowLeft", "Home", " ", "Backspace"]) await page.keyboard.press(key);
  expect((await snapshot(page)).cursor).toBe(cursor);
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("Home");
  await expect.poll(async () => (await snapshot(page)).cursor).toBe(0);
});

test("the machine changes under the same calls", async ({ page }) => {
  await opened(page);
  const before = await snapshot(page);
  await page.getByRole("combobox", { name: "machine" }).selectOption({ index: 2 });
  const after = await snapshot(page);
  expect(after.calls).toBe(before.calls);
  expect(after.machine.zones.map(({ name, pages }) => [name, pages])).toEqual([["DMA", 4096], ["Normal", 12288]]);
  await page.getByRole("combobox", { name: "cache line of the processor" }).selectOption({ label: "128 B" });
  expect((await snapshot(page)).text).toContain("dma=16M normal=48M highmem=0 reserve=i386 l1=128");
  await page.getByRole("button", { name: en.undo }).click();
  await page.getByRole("button", { name: en.undo }).click();
  expect(moment(await snapshot(page))).toEqual(moment(before));
  await expect(page.getByRole("combobox", { name: "machine" })).toHaveValue("0");
});

test("the badge tells what the replay of this build came to", async ({ page }) => {
  await opened(page);
  const badge = page.locator(".badge");
  await expect(badge).toContainText(/^[\d,]+ recorded decisions of Linux 2\.6\.10, 0 disagreements/);
  const compared = Number((await badge.locator("summary").innerText()).split(" ")[0].replaceAll(",", ""));
  expect(compared).toBeGreaterThan(140_000);
  await expect(badge.locator("p").last()).toBeHidden();
  await badge.locator("summary").focus();
  await page.keyboard.press("Enter");
  await expect(badge.locator("p").last()).toContainText("Not modelled");
});

test("a reload before the cursor has come to rest loses nothing", async ({ page }) => {
  await opened(page);
  await source(page, en).fill("p = kmalloc(300, GFP_ATOMIC);\n");
  await expect.poll(async () => (await snapshot(page)).calls).toBe(1);
  await expect.poll(() => new URL(page.url()).hash.length).toBeGreaterThan(3);
  await page.evaluate(() => {
    window.kmallocLab.seek(2);
    location.reload();
  });
  await page.waitForFunction(() => window.kmallocLab?.snapshot().calls === 1 && performance.getEntriesByType("navigation")[0].type === "reload");
  expect((await snapshot(page)).cursor).toBe(2);
});
