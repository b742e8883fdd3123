// What stands around the stage and is not part of a student's first path: the kernel's words, jumps, keys, arrangement.
import { axe, expect, test } from "../lab.mjs";

const WIDE = { width: 1440, height: 900 };
const LOW = { width: 1280, height: 720 };
const NARROW = { width: 390, height: 844 };

const LANGUAGES = [
  { locale: "en-US", lang: "en", path: "Path", copy: "Copy", copied: "The text is copied.", boot: "boot", marks: "watermarks" },
  { locale: "zh-CN", lang: "zh-Hans", path: "路径", copy: "复制", copied: "文本已复制。", boot: "启动时", marks: "水位线" },
];

const FAILING = "for (i = 0; i < 1500; i++) q[i] = __get_free_pages(GFP_ATOMIC, 0);\nr = kmalloc(5000, GFP_ATOMIC);\n";

const snapshot = (page) => page.evaluate(() => window.kmallocLab.snapshot());
const run = (page, text) => page.evaluate((text) => window.kmallocLab.run(text), text);
const seek = (page, cursor) => page.evaluate((cursor) => window.kmallocLab.seek(cursor), cursor);

async function opened(page, address = "/") {
  await page.goto(address);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  return page;
}

/** On a narrow screen what stands beside the map has a tab of its own. */
async function beside(page, t, name) {
  if (page.viewportSize().width < 821) await page.getByRole("navigation").getByRole("button", { name: t.path }).click();
  await page.locator(".path .choice").first().getByRole("button", { name }).click();
}

/** The page itself does not scroll sideways, and on a wide screen not at all. */
async function fits(page) {
  const [across, down] = await page.evaluate(() => {
    const root = document.documentElement;
    return [root.scrollWidth - root.clientWidth, root.scrollHeight - root.clientHeight];
  });
  expect(across, "the page does not scroll sideways").toBe(0);
  if (page.viewportSize().width > 820) expect(down, "the page does not scroll").toBe(0);
}

for (const t of LANGUAGES) {
  for (const [name, viewport, colorScheme] of [["wide", WIDE, "light"], ["low", LOW, "dark"], ["narrow", NARROW, "light"]]) {
    test(`${t.lang}, ${name}: the kernel's messages lead to their events, and are copied`, async ({ fresh }) => {
      const options = { locale: t.locale, viewport, colorScheme, permissions: ["clipboard-read", "clipboard-write"] };
      const page = await opened(await fresh(options));
      await run(page, FAILING);
      await beside(page, t, "dmesg");
      const lines = page.locator(".log li button");
      await expect(lines.last()).toContainText(/page allocation failure\. order:\d, mode:0x20/);
      await expect(lines.first()).toContainText(t.boot);
      const all = await lines.count();
      await expect(page.locator(".path .choice button").nth(2)).toHaveText(`dmesg ${all}`);
      await expect(page.locator(".said .dmesg")).toHaveText(`dmesg ${all}`);
      await expect(lines.last()).toBeInViewport();
      await axe(page);
      await fits(page);
      await page.getByRole("button", { name: t.copy, exact: true }).click();
      await expect(page.locator(".notice")).toContainText(t.copied);
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      expect(copied.split("\n")).toEqual(await page.locator(".log samp").allInnerTexts());
      await page.locator(".notice button").click();

      // A line is a way to its event, and later messages are not told yet.
      const third = lines.nth(2);
      await third.focus();
      await page.keyboard.press("Enter");
      await expect(lines).toHaveCount(3);
      await expect(lines.nth(2)).toHaveAttribute("aria-current", "true");
      const { cursor, events } = await snapshot(page);
      expect(cursor).toBeGreaterThan(0);
      expect(cursor).toBeLessThan(events);
    });

    test(`${t.lang}, ${name}: /proc is what the kernel would print at the cursor`, async ({ fresh }) => {
      const options = { locale: t.locale, viewport, colorScheme, permissions: ["clipboard-read", "clipboard-write"] };
      const page = await opened(await fresh(options));
      await run(page, "p = __get_free_pages(GFP_KERNEL, 3);\nq = kmalloc(100, GFP_KERNEL);\n");
      const { events } = await snapshot(page);
      await beside(page, t, "/proc");
      const text = page.locator(".proc pre");
      await expect(text).toContainText(/Node 0, zone +Normal( +\d+){11}/);
      const counts = async () => {
        const { zones } = (await snapshot(page)).machine;
        return zones.map(({ name, lists }) => `${name} ${lists.map(({ length }) => length).join(" ")}`);
      };
      const shown = async () => {
        const lines = (await text.innerText()).split("\n").filter((line) => line.includes("zone"));
        return lines.map((line) => line.replace(/^.*zone +/, "").trim().replaceAll(/ +/g, " "));
      };
      for (const cursor of [events, 3, 0]) {
        await seek(page, cursor);
        await expect.poll(shown).toEqual(await counts());
      }
      await expect(page.locator(".proc .new")).toHaveCount(0);
      // The first call took from Normal: its line is marked, by a sign and aloud, and the others are not.
      const first = await page.evaluate(() => window.kmallocLab.run("p = __get_free_pages(GFP_KERNEL, 3);"));
      expect(first.errors).toEqual([]);
      await expect(page.locator(".proc .new")).toHaveCount(1);
      await expect(page.locator(".proc .new")).toContainText("Normal");
      await expect(page.locator(".proc .new .gutter")).toContainText("▸");
      for (const [name, found] of [["slabinfo", "size-128"], ["meminfo", "MemFree:"], [t.marks, "min:"]]) {
        await page.locator(".proc .files").getByRole("button", { name }).click();
        await expect(text).toContainText(found);
        await axe(page);
        await fits(page);
      }
      await page.getByRole("button", { name: t.copy, exact: true }).click();
      await expect(page.locator(".notice")).toContainText(t.copied);
      expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^DMA free:\d+kB min:\d+kB/m);
      await page.reload();
      await expect(text).toContainText("min:");
    });
  }
}

test("a machine without complaints has an empty log", async ({ page }) => {
  await opened(page);
  await run(page, "kernel 2.6.10\nmachine dma=16M normal=0 highmem=0\np = kmalloc(100, GFP_KERNEL);\n");
  await page.locator(".said .dmesg").click();
  await expect(page.locator(".log")).toContainText("The kernel has nothing to complain about.");
  await expect(page.locator(".log li")).toHaveCount(0);
});

test("on a narrow screen the path opens where the cursor stands", async ({ fresh }) => {
  const page = await opened(await fresh({ viewport: NARROW, reducedMotion: "reduce" }));
  await run(page, "p = __get_free_pages(GFP_KERNEL, 0);\nq = kmalloc(4000, GFP_KERNEL);\n");
  const { events } = await snapshot(page);
  const now = page.locator(".steps [aria-current=step]");
  const tab = (name) => page.getByRole("navigation").getByRole("button", { name }).click();
  for (const cursor of [events - 1, 12, events]) {
    await tab("Stage");
    await seek(page, cursor);
    await tab("Path");
    const step = cursor === events ? page.locator(".steps li").last() : now;
    await expect(step).toBeInViewport({ ratio: 1 });
    const [{ y, height }, bar, player] = await Promise.all([step, page.locator(".call"), page.locator(".player")].map((part) => part.boundingBox()));
    expect(y).toBeGreaterThanOrEqual(bar.y + bar.height - 1);
    expect(y + height).toBeLessThanOrEqual(player.y + 1);
  }
});

test("the step of the moment stays in sight when the room changes, and finished steps fold in a low one", async ({ fresh }) => {
  const page = await opened(await fresh({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" }));
  await run(page, "p = __get_free_pages(GFP_KERNEL, 0);\nq = kmalloc(4000, GFP_KERNEL);\n");
  const steps = page.locator(".steps .step");
  const last = steps.last();
  const first = steps.first();
  const [whole, folded] = [36, 24];
  await expect(last).toBeInViewport({ ratio: 1 });
  expect(await first.evaluate((step) => step.offsetHeight)).toBe(whole);
  for (const [width, height] of [[1280, 720], [1440, 660], [1440, 900]]) {
    await page.setViewportSize({ width, height });
    await expect(last).toBeInViewport({ ratio: 1 });
  }
  await page.getByRole("button", { name: "Projector" }).click();
  await expect(last).toBeInViewport({ ratio: 1 });
  expect(await first.evaluate((step) => step.offsetHeight)).toBe(folded);
  // Opened again, it tells its function and file.
  await first.locator("> button").click();
  await expect(first.locator(".function")).toBeInViewport({ ratio: 1 });
  await expect(first.locator(".file")).toHaveText(/^slab\.h/);
  await axe(page);
});

// ── the player ─────────────────────────────────────────────────────────────────────────────────────────────────────

const PLAYERS = [
  { locale: "en-US", more: "More of the player", jump: "Jump to", next: (what) => `Next ${what}`, previous: (what) => `Previous ${what}`, places: ["split", "failure", "sleep", "call"], loop: "Loop this call", keys: "Keys", close: "Close", number: "Number of the call", play: "Play" },
  { locale: "zh-CN", more: "更多播放控件", jump: "跳转到", next: (what) => `下一次${what}`, previous: (what) => `上一次${what}`, places: ["拆分", "失败", "睡眠", "调用"], loop: "循环播放本次调用", keys: "快捷键", close: "关闭", number: "调用序号", play: "播放" },
];

const EVERYTHING = "a = __get_free_pages(GFP_KERNEL, 2);\nmsleep(5);\nb = kmalloc(200000, GFP_KERNEL);\nc = __get_free_pages(GFP_KERNEL, 4);\n";

for (const t of PLAYERS) {
  for (const [name, viewport] of [["wide", WIDE], ["low", LOW], ["narrow", NARROW]]) {
    test(`${t.locale}, ${name}: the player jumps, loops, and leads to a call by its number`, async ({ fresh }) => {
      const page = await opened(await fresh({ locale: t.locale, viewport, reducedMotion: "reduce" }));
      await run(page, EVERYTHING);
      const player = page.locator(".player");
      if (viewport === NARROW) await player.getByRole("button", { name: t.more }).click();
      const menu = player.getByRole("combobox", { name: t.jump });
      const [split, failure, sleep, call] = t.places;
      const kinds = { [split]: "split", [failure]: "class-missing", [sleep]: "waited" };
      await seek(page, 0);
      for (const [place, kind] of Object.entries(kinds)) {
        await menu.selectOption(place);
        await seek(page, 0);
        await player.getByRole("button", { name: t.next(place) }).click();
        await expect(page.locator(".said .sentence")).toHaveClass(new RegExp(kind));
        const { cursor, events } = await snapshot(page);
        await seek(page, events);
        await player.getByRole("button", { name: t.previous(place) }).click();
        await expect(page.locator(".said .sentence")).toHaveClass(new RegExp(kind));
        expect((await snapshot(page)).cursor).toBeGreaterThanOrEqual(cursor);
      }
      await menu.selectOption(call);
      await seek(page, 0);
      for (let calls = 0; calls < 4; calls++) await player.getByRole("button", { name: t.next(call) }).click();
      const { cursor, events } = await snapshot(page);
      expect(cursor).toBe(events);

      const number = player.getByRole("spinbutton", { name: t.number });
      await number.fill("2");
      await number.press("Enter");
      await expect(page.locator(".sentence")).not.toHaveClass(/split/);
      await expect(number).toHaveValue("2");
      const loop = player.getByRole("button", { name: t.loop });
      await loop.click();
      await expect(loop).toHaveAttribute("aria-pressed", "true");
      await number.fill("1");
      await number.press("Enter");
      await player.getByRole("button", { name: t.play, exact: true }).click();
      const seen = new Set();
      await expect.poll(async () => {
        const { cursor } = await snapshot(page);
        const rounds = [...seen].length > 0 && cursor < Math.max(...seen);
        seen.add(cursor);
        return rounds;
      }, { timeout: 20_000, intervals: [20] }).toBe(true);
      await axe(page);
      await fits(page);
    });

    test(`${t.locale}, ${name}: the list of keys is a dialog that gives the focus back`, async ({ fresh }) => {
      const page = await opened(await fresh({ locale: t.locale, viewport }));
      const player = page.locator(".player");
      if (viewport === NARROW) await player.getByRole("button", { name: t.more }).click();
      const button = player.getByRole("button", { name: t.keys });
      await button.click();
      const dialog = page.getByRole("dialog", { name: t.keys });
      await expect(dialog).toBeVisible();
      await axe(page);
      // The focus stays in it, however often Tab is pressed. The browser's own bar is part of the circle.
      for (let tabs = 0; tabs < 6; tabs++) {
        await page.keyboard.press("Tab");
        expect(await page.evaluate(() => document.activeElement === document.body || !!document.activeElement.closest("dialog"))).toBe(true);
      }
      await page.keyboard.press("Escape");
      await expect(dialog).toHaveCount(0);
      await expect(button).toBeFocused();
      await page.keyboard.press("?");
      await dialog.getByRole("button", { name: t.close }).click();
      await expect(dialog).toHaveCount(0);
      await expect(button).toBeFocused();
    });
  }
}

test("keys work from anywhere but fields, and those of one letter can be switched off", async ({ page }) => {
  await opened(page);
  await run(page, EVERYTHING);
  const cursor = () => snapshot(page).then(({ cursor }) => cursor);
  const kmalloc = page.getByRole("button", { name: "kmalloc", exact: true });
  await kmalloc.focus();
  await page.keyboard.press("Home");
  expect(await cursor()).toBe(0);
  await page.keyboard.press("s");
  await expect(page.locator(".said .sentence")).toHaveClass(/split/);
  const split = await cursor();
  await page.keyboard.press("z");
  const sleep = await cursor();
  expect(sleep).toBeGreaterThan(split);
  await page.keyboard.press("Shift+S");
  expect(await cursor()).toBeLessThan(sleep);
  const speed = page.getByRole("combobox", { name: "Speed" });
  await page.keyboard.press("+");
  await expect(speed).toHaveValue("3");
  await page.keyboard.press("-");
  await page.keyboard.press("-");
  await expect(speed).toHaveValue("1");
  await page.keyboard.press("Control+z");
  await expect(page.getByRole("textbox", { name: "Scenario" })).not.toHaveValue(EVERYTHING);
  await page.keyboard.press("Control+y");
  await expect(page.getByRole("textbox", { name: "Scenario" })).toHaveValue(EVERYTHING);

  await page.keyboard.press("?");
  await page.getByRole("checkbox", { name: "Keys of one letter or sign" }).uncheck();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Home");
  await page.keyboard.press("s");
  expect(await cursor()).toBe(0);
  await page.reload();
  await kmalloc.focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("s");
  expect(await cursor()).toBe(0);
  await page.keyboard.press("ArrowRight");
  expect(await cursor()).toBe(1);
});

test("a phone's timeline is no bar", async ({ fresh }) => {
  const page = await opened(await fresh({ viewport: NARROW, reducedMotion: "reduce" }));
  await run(page, "for (i = 0; i < 1270; i++) q[i] = __get_free_pages(GFP_ATOMIC, 0);\np = kmalloc(5000, GFP_KERNEL);\n");
  const gaps = await page.locator(".track svg").evaluate((drawing) => {
    const width = drawing.getBoundingClientRect().width / 1000;
    const shown = [...drawing.querySelectorAll("path.ticks, path.calls")].filter((path) => getComputedStyle(path).display !== "none");
    return shown.flatMap((path) => {
      const places = [...path.getAttribute("d").matchAll(/M(\d+)/g)].map(([, x]) => x * width);
      return places.slice(1).map((x, at) => x - places[at]);
    });
  });
  expect(gaps.length).toBeGreaterThan(10);
  expect(Math.min(...gaps)).toBeGreaterThan(3);
});

// ── the arrangement ────────────────────────────────────────────────────────────────────────────────────────────────

const ARRANGED = [
  { locale: "en-US", fold: "Fold: ", enlarge: "Enlarge: ", map: "Memory map", lists: "Free lists", path: "Decision path", buckets: "Buckets", column: "Lesson and scenario", projector: "Projector", clicker: "clicker", play: "Play", scenario: "Scenario" },
  { locale: "zh-CN", fold: "折叠：", enlarge: "放大：", map: "内存布局", lists: "空闲链表", path: "决策路径", buckets: "大小类", column: "课程与脚本", projector: "投影模式", clicker: "翻页笔", play: "播放", scenario: "脚本" },
];

const box = (page, name) => page.locator(name).boundingBox();

for (const t of ARRANGED) {
  for (const [name, viewport, colorScheme] of [["wide", WIDE, "light"], ["low", LOW, "dark"]]) {
    test(`${t.locale}, ${name}: panels fold and enlarge by the keyboard, and stay so`, async ({ fresh }) => {
      const page = await opened(await fresh({ locale: t.locale, viewport, colorScheme }));
      const press = async (label) => {
        await page.getByRole("button", { name: label, exact: true }).focus();
        await page.keyboard.press("Enter");
      };
      for (const [panel, other, title] of [[".map", ".lists", t.map], [".lists", ".map", t.lists], [".path", ".buckets", t.path], [".buckets", ".path", t.buckets]]) {
        const before = await box(page, other);
        await press(t.fold + title);
        await expect(page.getByRole("button", { name: t.fold + title, exact: true })).toHaveAttribute("aria-expanded", "false");
        expect((await box(page, panel)).height).toBeLessThan(44);
        expect((await box(page, other)).height).toBeGreaterThan(before.height);
        await fits(page);
        await press(t.fold + title);
        expect((await box(page, other)).height).toBeCloseTo(before.height, 0);
        await press(t.enlarge + title);
        const panes = await box(page, ".panes");
        const alone = await box(page, panel);
        expect([alone.width, alone.height]).toEqual([panes.width, panes.height]);
        await axe(page);
        await fits(page);
        await page.keyboard.press("Escape");
        await expect(page.locator(other)).toBeVisible();
      }
      await press(t.column);
      await expect(page.locator(".lesson")).toBeHidden();
      await press(t.fold + t.buckets);
      await press(t.enlarge + t.lists);
      await axe(page);
      await page.reload();
      await expect(page.locator(".map")).toBeHidden();
      await expect(page.locator(".lesson")).toBeHidden();
      await press(t.enlarge + t.lists);
      expect((await box(page, ".buckets")).height).toBeLessThan(44);
      await press(t.column);
      await page.locator("section.text summary").focus();
      await page.keyboard.press("Enter");
      await expect(page.getByRole("textbox", { name: t.scenario })).toBeHidden();
      await page.reload();
      await expect(page.locator("section.text summary")).toBeVisible();
      await expect(page.getByRole("textbox", { name: t.scenario })).toBeHidden();
    });
  }

  for (const [name, viewport, colorScheme] of [["wide", WIDE, "dark"], ["low", LOW, "light"], ["full", { width: 1920, height: 1080 }, "light"]]) {
    test(`${t.locale}, ${name}: the projector is large, and a clicker walks`, async ({ fresh }) => {
      const page = await opened(await fresh({ locale: t.locale, viewport, colorScheme, reducedMotion: "reduce" }));
      const size = () => page.locator(".lists .gauge .name").first().evaluate((name) => name.getBoundingClientRect().height);
      const usual = await size();
      await page.getByRole("button", { name: t.projector }).click();
      expect(await size()).toBeGreaterThan(usual * 1.09);
      await expect(page.locator(".lesson")).toBeHidden();
      await axe(page);
      await fits(page);
      const inside = await page.locator("header.top .tools").evaluate((tools) => tools.getBoundingClientRect().right <= innerWidth);
      expect(inside, "the top bar fits").toBe(true);
      // Under the pointer is what is drawn there, however large it is.
      const plane = await box(page, ".memory .plane canvas");
      await page.mouse.move(plane.x + plane.width - 2, plane.y + 2);
      await expect(page.locator(".inspector .facts")).toContainText("0x3f");

      const cursor = () => snapshot(page).then(({ cursor }) => cursor);
      // A click during a movement only ends it.
      const rested = () => expect(page.locator(".deck .play")).toHaveAttribute("aria-label", t.play);
      await page.keyboard.press("Home");
      await page.keyboard.press("PageDown");
      await rested();
      await page.keyboard.press("PageDown");
      await rested();
      expect(await cursor()).toBe(2);
      // It works wherever the focus is: in the lists, on the map.
      await page.locator(".free-lists .body").focus();
      await page.keyboard.press("PageUp");
      expect(await cursor()).toBe(1);
      await page.locator(".memory .cell").focus();
      await page.keyboard.press("PageDown");
      expect(await cursor()).toBe(2);
      await page.getByRole("combobox", { name: t.clicker }).selectOption({ index: 1 });
      await page.locator(".free-lists .body").focus();
      await page.keyboard.press("Home");
      await page.getByRole("button", { name: t.projector }).focus();
      await page.keyboard.press("Home");
      await page.keyboard.press("PageDown");
      const call = await cursor();
      expect(call).toBeGreaterThan(2);
      await page.reload();
      expect(await size()).toBeGreaterThan(usual * 1.09);
      await page.keyboard.press("Home");
      await page.keyboard.press("PageDown");
      expect(await cursor()).toBe(call);
      await page.keyboard.press("p");
      await expect(page.locator(".lesson")).toBeVisible();
      expect(await size()).toBeCloseTo(usual, 0);
    });
  }
}

test("a large machine's map has room on a low page", async ({ fresh }) => {
  const page = await opened(await fresh({ viewport: LOW }));
  await page.getByRole("combobox", { name: "machine" }).selectOption({ index: 3 });
  expect((await box(page, ".memory .room")).height).toBeGreaterThan(80);
  await expect(page.locator(".legend li").last()).toBeInViewport({ ratio: 1 });
  await expect(page.locator(".lens canvas")).toBeInViewport({ ratio: 1 });
  await fits(page);
});

// ── the call bar ───────────────────────────────────────────────────────────────────────────────────────────────────

const BARS = [
  { locale: "en-US", flags: /^flags/, fn: "function", order: "order", pointer: "pointer", context: "context", spinlock: "holding a spinlock", ms: "milliseconds", freed: "(freed)" },
  { locale: "zh-CN", flags: /^标志/, fn: "函数", order: "阶", pointer: "指针", context: "上下文", spinlock: "持有自旋锁", ms: "毫秒", freed: "（已释放）" },
];

for (const t of BARS) {
  for (const [name, viewport, colorScheme] of [["wide", WIDE, "light"], ["low", LOW, "dark"], ["narrow", NARROW, "dark"]]) {
    test(`${t.locale}, ${name}: every call of a scenario can be made from the bar`, async ({ fresh }) => {
      const page = await opened(await fresh({ locale: t.locale, viewport, colorScheme, reducedMotion: "reduce" }));
      await run(page, "p = kmalloc(100, GFP_KERNEL);\n");
      const bar = page.locator(".composer");
      const choose = (label, option) => bar.getByRole("combobox", { name: label, exact: true }).selectOption(option);
      const go = () => bar.locator("button.primary").click();
      const last = async () => (await snapshot(page)).text.trimEnd().split("\n").at(-1);
      await choose(t.fn, { label: "__get_free_pages" });
      await bar.getByRole("spinbutton", { name: t.order }).fill("3");
      await expect(bar.locator("button.primary")).toHaveText("__get_free_pages");
      await go();
      expect(await last()).toBe("q = __get_free_pages(GFP_KERNEL, 3);");
      // An order that no list has: the kernel answers, not the bar.
      await choose(t.fn, { label: "alloc_pages" });
      await bar.getByRole("spinbutton", { name: t.order }).fill("11");
      await choose(t.context, { label: t.spinlock });
      await go();
      expect(await last()).toBe("spin_lock(&lock); r = alloc_pages(GFP_KERNEL, 11); spin_unlock(&lock);");
      await axe(page);
      await fits(page);
      await choose(t.context, { index: 0 });
      await choose(t.fn, { label: "kfree" });
      const pointer = bar.getByRole("combobox", { name: t.pointer, exact: true });
      await pointer.selectOption({ label: "p" });
      await go();
      expect(await last()).toBe("kfree(p);");
      await expect(pointer.locator("option:checked")).toHaveText(new RegExp(`^p.?.?${t.freed.replace(/[()]/g, "\\$&")}$`));
      await choose(t.fn, { label: "msleep" });
      await bar.getByRole("spinbutton", { name: t.ms }).fill("99999999999");
      await expect(bar.getByRole("spinbutton", { name: t.ms })).toHaveValue("3600000");
      await bar.getByRole("spinbutton", { name: t.ms }).fill("20");
      await go();
      expect(await last()).toBe("msleep(20);");
      await axe(page);
      const functions = await bar.getByRole("combobox", { name: t.fn, exact: true }).locator("option").count();
      const { calls } = await snapshot(page);
      for (let index = 0; index < functions; index++) {
        await choose(t.fn, { index });
        await fits(page);
        await run(page, "p = kmalloc(100, GFP_KERNEL);\n");
        await go();
        await expect(page.locator("#text-errors li")).toHaveCount(0);
      }
      expect(calls).toBeGreaterThan(4);
    });
  }
}

// ── terms ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const GLOSSARIES = [
  { locale: "en-US", stage: "Stage", path: "Path", low: "5/4 of pages_min", array: "A stack of free objects", zonelist: "zones that a request may take from" },
  { locale: "zh-CN", stage: "演示", path: "路径", low: "pages_min 的 5/4", array: "空闲对象栈", zonelist: "可以使用的内存区" },
];

for (const t of GLOSSARIES) {
  for (const [name, viewport, colorScheme] of [["wide", WIDE, "light"], ["low", LOW, "dark"], ["narrow", NARROW, "light"]]) {
    test(`${t.locale}, ${name}: terms explain themselves, by pointer and by key`, async ({ fresh }) => {
      const page = await opened(await fresh({ locale: t.locale, viewport, colorScheme, reducedMotion: "reduce", hasTouch: viewport === NARROW }));
      await run(page, "q = __get_free_pages(GFP_KERNEL, 0);\np = kmalloc(100, GFP_KERNEL);\n");
      const told = page.locator(".explained");
      const tab = async (label) => {
        if (viewport === NARROW) await page.getByRole("navigation").getByRole("button", { name: label }).click();
      };
      await expect(told).toBeHidden();
      const low = page.locator('.gauge [data-term="pages-low"]').first();
      await low.focus();
      await page.keyboard.press("Enter");
      await expect(told).toContainText(t.low);
      await expect(told).toContainText("page_alloc.c: __alloc_pages");
      await expect(told).toBeFocused();
      const { x, y, width, height } = await told.boundingBox();
      expect(x).toBeGreaterThanOrEqual(0);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(x + width).toBeLessThanOrEqual(viewport.width);
      expect(y + height).toBeLessThanOrEqual(viewport.height);
      await axe(page);
      await page.keyboard.press("Escape");
      await expect(told).toBeHidden();
      await expect(low).toBeFocused();
      // A press on another word changes it, a press beside it closes it.
      const array = page.locator('.array [data-term="array-cache"]');
      if (viewport === NARROW) await array.tap();
      else await array.click();
      await expect(told).toContainText(t.array);
      await page.mouse.click(viewport.width - 3, 3);
      await expect(told).toBeHidden();
      await array.click();
      await expect(told).toBeVisible();
      await page.keyboard.press("Escape");

      // In the path a word explains itself, and the rest of its row still leads to the step.
      await tab(t.path);
      const zonelist = page.locator('.step [data-term="zonelist"]').first();
      const { cursor } = await snapshot(page);
      await zonelist.click();
      await expect(told).toContainText(t.zonelist);
      expect((await snapshot(page)).cursor).toBe(cursor);
      await page.keyboard.press("Escape");
      const first = await page.locator(".step").first().boundingBox();
      await page.mouse.click(first.x + first.width - 12, first.y + first.height - 6);
      expect((await snapshot(page)).cursor).toBeLessThan(cursor);
      await axe(page);
      await fits(page);
    });
  }
}

/** The middle of an element is its own: nothing lies over it. */
async function uncovered(locator) {
  for (const element of await locator.all()) {
    const own = await element.evaluate((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      const found = document.elementFromPoint(left + width / 2, top + height / 2);
      return Boolean(found) && (element.contains(found) || found.contains(element));
    });
    expect(own, `${element} is not covered`).toBe(true);
  }
}

for (const [locale, viewport] of [["en-US", WIDE], ["zh-CN", LOW], ["zh-CN", NARROW]]) {
  test(`${locale}, ${viewport.width}: a notice covers no control, and the page stays as large as it is`, async ({ fresh }) => {
    const page = await opened(await fresh({ locale, viewport }));
    await run(page, "kernel 2.6.10\nmine = kmalloc(100, GFP_KERNEL);\n");
    await page.keyboard.press("g");
    await page.getByRole("dialog").getByRole("button", { name: /Dirty pages|脏页/ }).first().click();
    await expect(page.locator(".notice")).toBeInViewport({ ratio: 1 });
    await uncovered(page.locator(".composer :is(button, select, input):visible"));
    await uncovered(page.locator(".player button:visible"));
    await uncovered(page.locator(".notice button"));
    await fits(page);
    await axe(page);
    await page.locator(".notice button").last().click();
    await expect(page.locator(".notice")).toHaveCount(0);
  });

  test(`${locale}, ${viewport.width}: every slot of a slab of small objects is in its panel, wide enough to be told apart`, async ({ fresh }) => {
    const page = await opened(await fresh({ locale, viewport, reducedMotion: "reduce" }));
    await run(page, "p = kmalloc(20, GFP_KERNEL);\n");
    if (viewport === NARROW) await page.getByRole("button", { name: "演示", exact: true }).click();
    await page.keyboard.press("End");
    const slots = page.locator(".drawn .slots").first().locator("i");
    expect(await slots.count()).toBeGreaterThan(100);
    const room = await page.locator(".bins > .body").boundingBox();
    const boxes = await slots.evaluateAll((slots) => slots.map((slot) => slot.getBoundingClientRect().toJSON()));
    for (const { right, bottom, width, height } of boxes) {
      expect(right).toBeLessThanOrEqual(room.x + room.width);
      expect(bottom).toBeLessThanOrEqual(room.y + room.height);
      expect(width).toBeGreaterThanOrEqual(5);
      expect(height).toBeGreaterThanOrEqual(7);
    }
  });
}

for (const [locale, viewport] of [["en-US", WIDE], ["zh-CN", LOW]]) {
  test(`${locale}, ${viewport.width}: enlarged lists and buckets are larger`, async ({ fresh }) => {
    const page = await opened(await fresh({ locale, viewport, reducedMotion: "reduce" }));
    await run(page, "kernel 2.6.10\nmachine dma=16M normal=880M highmem=128M\nq = kmalloc(100, GFP_KERNEL);\n");
    await page.keyboard.press("End");
    const chips = page.locator('[data-order="10"] .chip');
    const look = async () => {
      const [row, cut] = await Promise.all([page.locator('[data-order="10"]').boundingBox(), page.locator('[data-order="10"] .share').boundingBox()]);
      return { high: row.height, cut: cut.width, chips: await chips.count() };
    };
    const before = await look();
    await page.locator(".lists .enlarge").click();
    await expect.poll(async () => (await look()).chips).toBeGreaterThan(before.chips + 1);
    const after = await look();
    expect(after.high).toBeGreaterThan(before.high * 1.5);
    expect(after.cut).toBeGreaterThan(before.cut * 1.5);
    // All that is told stands in the panel, the number of the others with it.
    const body = page.locator(".free-lists > .body");
    expect(await body.evaluate((body) => [body.scrollWidth - body.clientWidth, body.scrollHeight - body.clientHeight])).toEqual([0, 0]);
    await axe(page);
    await page.locator(".lists .enlarge").click();

    const bar = async () => (await page.locator(".bytes-bar .given").boundingBox()).height;
    const slot = async () => (await page.locator(".drawn .slots").first().boundingBox()).height;
    const small = [await bar(), await slot()];
    await page.locator(".buckets .enlarge").click();
    expect(await bar()).toBeGreaterThan(small[0] * 1.5);
    expect(await slot()).toBeGreaterThan(small[1] * 1.5);
    await fits(page);
  });
}

for (const locale of ["en-US", "zh-CN"]) {
  test(`${locale}: a low page and a projector show every list, and every zone with the call's fields open`, async ({ fresh }) => {
    const page = await opened(await fresh({ locale, viewport: LOW, reducedMotion: "reduce" }));
    await run(page, "irq { for (i = 0; i < 9; i++) p[i] = __get_free_pages(GFP_ATOMIC, 8); }\n");
    await page.keyboard.press("End");
    const rows = page.locator(".percpu > div");
    for (const row of await rows.all()) await expect(row).toBeInViewport({ ratio: 1 });
    // The gauges' lines stand one below the other.
    const lines = await page.locator(".gauge").evaluateAll((gauges) => gauges.map((gauge) =>
      [".free", ".need, .why", ".bar"].map((line) => gauge.querySelector(line).getBoundingClientRect().toJSON())));
    for (const [free, need, bar] of lines) {
      expect(need.top).toBeGreaterThanOrEqual(free.bottom);
      expect(need.bottom).toBeLessThanOrEqual(bar.top);
    }
    await page.keyboard.press("p");
    for (const row of await rows.all()) await expect(row).toBeInViewport({ ratio: 1 });
    await page.locator("button.unfold").click();
    const room = page.locator(".memory .room");
    await expect.poll(() => room.evaluate((room) => room.scrollHeight - room.clientHeight)).toBe(0);
    const [stage, lists] = await Promise.all([".memory .stage", ".half > .lists"].map((place) => page.locator(place).boundingBox()));
    for (const part of await page.locator(".memory .legend li, .memory .zone b").all()) {
      const box = await part.boundingBox();
      expect(box.y + box.height).toBeLessThanOrEqual(Math.min(stage.y + stage.height, lists.y) + 1);
    }
    await fits(page);
  });

  test(`${locale}: in a low page what one change would do has room, and no number of a step is cut`, async ({ fresh }) => {
    const page = await opened(await fresh({ locale, viewport: LOW, reducedMotion: "reduce" }));
    await run(page, "irq { for (i = 0; i < 9; i++) p[i] = __get_free_pages(GFP_ATOMIC, 8); }\n");
    await page.keyboard.press("End");
    const cut = () => page.locator(".step .numbers").evaluateAll((all) =>
      all.filter((numbers) => numbers.scrollWidth > numbers.clientWidth || getComputedStyle(numbers).textOverflow === "ellipsis").length);
    expect(await cut()).toBe(0);
    await page.locator(".remedies .ask").click();
    const card = page.locator(".remedies.open");
    await card.locator("ol li").first().waitFor();
    for (const part of ["header", ".state", "ol li >> nth=0"]) await expect(card.locator(part)).toBeInViewport({ ratio: 1 });
    await uncovered(card.locator(".state, ol p").first());
    await expect(page.locator(".step.now")).toBeInViewport({ ratio: 0.9 });
    await fits(page);
    await page.keyboard.press("Escape");
    await expect(page.locator(".bins")).toBeVisible();
    await run(page, "p = __get_free_pages(GFP_KERNEL, 3);\nq = __get_free_pages(GFP_ATOMIC, 3);\n");
    await page.keyboard.press("End");
    expect(await page.locator(".step.done").count()).toBeGreaterThan(1);
    expect(await cut()).toBe(0);
  });
}

test("of many zones the one that is shown stays among the tabs of the lists", async ({ page }) => {
  await opened(page);
  await run(page, "kernel 2.6.10\nmachine dma=16M normal=112M highmem=128M nodes=4\np = kmalloc(100, GFP_KERNEL);\n");
  const tabs = page.locator(".zones button");
  const tools = await page.locator(".free-lists .tools").boundingBox();
  for (const tab of [tabs.last(), tabs.first()]) {
    await tab.press("Enter");
    await expect(tab).toHaveAttribute("aria-pressed", "true");
    await expect(tab).toBeInViewport({ ratio: 0.99 });
    const box = await tab.boundingBox();
    expect(box.x + box.width).toBeLessThanOrEqual(tools.x);
  }
});

test("on a phone the list that the event changes is in sight", async ({ fresh }) => {
  const page = await opened(await fresh({ viewport: NARROW }));
  await page.getByRole("button", { name: "Stage", exact: true }).click();
  await run(page, "kernel 2.6.10\nmachine dma=1M normal=4M highmem=1M reserve=none l1=32\np = __get_free_pages(GFP_KERNEL, 9);\nq = __get_free_pages(GFP_KERNEL, 1);\n");
  const { events } = await snapshot(page);
  const coming = page.locator(".chip.awaited");
  const moved = [];
  for (let cursor = 1; cursor <= events; cursor += 1) {
    await page.evaluate((cursor) => window.kmallocLab.seek(cursor, 0.5), cursor);
    if (!(await coming.count())) continue;
    moved.push(cursor);
    const clear = () => coming.evaluate((chip) => {
      const [bar, player] = [".app > .call", ".app > .player"].map((place) => document.querySelector(place).getBoundingClientRect());
      const { top, bottom } = chip.getBoundingClientRect();
      return top >= bar.bottom && bottom <= player.top;
    });
    await expect.poll(clear, `event ${cursor}`).toBe(true);
  }
  expect(moved.length).toBeGreaterThan(1);
});
