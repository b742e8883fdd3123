// What a first visitor sees before the program is there: the same page, and nothing that is done to it is lost.
import { existsSync, readFileSync } from "node:fs";
import { axe, expect, live, test } from "../lab.mjs";
import { DIST } from "../serve.mjs";

const WIDE = { width: 1440, height: 900 };
const LOW = { width: 1280, height: 720 };
const NARROW = { width: 390, height: 844 };

test.beforeEach(() => {
  // A browser takes it down at the build, and a hosted page shows it.
  const index = existsSync(`${DIST}/index.html`) ? readFileSync(`${DIST}/index.html`, "utf8") : "";
  test.skip(!index.includes("data-first="), "a page without it: `cargo xtask dist` makes one");
});

const press = (page) => page.getByRole("button", { name: "kmalloc", exact: true }).first();
const coming = (page) => page.locator(".coming [role=status]");

/** Opens the page and keeps its program away; gives what lets it come. */
async function before(page, address = "./") {
  let come;
  const held = new Promise((done) => (come = done));
  await page.route("**/*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(address, { first: true });
  await expect(press(page)).toBeVisible();
  expect(await page.evaluate(() => window.kmallocLab), "there is no program").toBe(undefined);
  return async () => {
    come();
    await live(page);
    await expect.poll(() => page.evaluate(() => typeof window.kmallocLab)).toBe("object");
  };
}

/** What is on the page: elements with their names and texts, and what the root says. Without the map, if so asked: how many
 * words fit beside it depends on its room. */
const seen = (page, map = true) =>
  page.evaluate((map) => {
    const own = (element) => [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join("");
    const drawn = ({ localName, parentElement }) => localName === "canvas" || (localName === "svg" && parentElement.className === "plane");
    const elements = [...document.body.querySelectorAll("*")].filter((element) => !element.closest(map ? ".plane > svg *" : ".plane *"));
    const told = elements.map((element) => {
      if (drawn(element)) return "the map";
      const { localName, className, value, checked } = element;
      return [localName, className.baseVal ?? className, element.ariaLabel, value, checked, localName === "textarea" ? "" : own(element)].join(" ");
    });
    const { lang, dataset } = document.documentElement;
    return [lang, "low" in dataset, ...told].join("\n");
  }, map);

for (const [locale, width, viewport] of [
  ["en-US", "wide", WIDE],
  ["zh-CN", "wide", WIDE],
  ["zh-CN", "low", LOW],
  ["en-US", "narrow", NARROW],
  ["zh-CN", "narrow", NARROW],
]) {
  test(`is the page that its program draws: ${locale}, ${width}`, async ({ fresh }) => {
    const page = await fresh({ locale, viewport });
    const go = await before(page);
    const first = await seen(page, viewport !== LOW);
    expect(first.length).toBeGreaterThan(10_000);
    await axe(page);
    const room = page.locator(".memory .room");
    const plane = await page.locator(".memory .plane").boundingBox();
    const { x, y, width, height } = await room.boundingBox();
    expect(plane.x + plane.width, "the map lies in its room").toBeLessThanOrEqual(x + width + 1);
    expect(plane.y + plane.height).toBeLessThanOrEqual(y + height + 1);
    await go();
    expect(await seen(page, viewport !== LOW)).toBe(first);
  });
}

for (const slower of [1, 8]) {
  test(`one replaces the other at once: no frame shows less, on a machine ${slower} times as slow`, async ({ fresh }) => {
    const page = await fresh({ viewport: WIDE });
    await page.addInitScript(() => {
      window.frames = [];
      const look = () => {
        const canvas = document.querySelector(".memory canvas");
        const ink = canvas?.width && canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((part) => part);
        const map = ink || document.querySelector(".plane > svg") ? "map" : "no map";
        const lesson = document.querySelector(".lesson")?.textContent.includes("Rounding");
        const now = document.querySelector(".player") ? `page, ${map}, ${lesson ? "lesson" : "no lesson"}` : "nothing";
        if (window.frames.at(-1) !== now) window.frames.push(now);
        // At a frame's beginning: what is there now is what it shows.
        requestAnimationFrame(look);
      };
      look();
    });
    const go = await before(page);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: slower });
    await go();
    await page.waitForTimeout(500);
    expect(await page.evaluate(() => window.frames)).toEqual(["nothing", "page, map, lesson"]);
  });
}

for (const [name, viewport] of [["wide", WIDE], ["narrow", NARROW]]) {
  test(`what is done before the program is there is done then, in its order: ${name}`, async ({ fresh }) => {
    const page = await fresh({ viewport });
    const go = await before(page);
    await page.locator(".composer .amount").fill("2000");
    await page.locator(".composer .priority select").focus();
    await page.keyboard.type("GFP_A");
    await press(page).click();
    await expect(press(page)).toHaveAttribute("aria-busy", "true");
    await expect(coming(page)).toContainText("still loading");
    await axe(page);
    await go();
    await expect(page.locator('[data-pointer="p"]')).toContainText("2048");
    await expect(page.locator("textarea")).toHaveValue(/p = kmalloc\(2000, GFP_ATOMIC\);/);
    await expect(coming(page)).toHaveCount(0);
    expect(await page.evaluate(() => window.kmallocLab.snapshot().calls)).toBe(29);
  });
}

test("the keyboard keeps its place, and Enter presses", async ({ fresh }) => {
  const page = await fresh({ locale: "zh-CN", viewport: WIDE });
  const go = await before(page);
  await press(page).focus();
  await page.keyboard.press("Enter");
  await expect(coming(page)).toContainText("实验室仍在载入");
  await go();
  await expect(press(page)).toBeFocused();
  await expect(page.locator('[data-pointer="p"]')).toContainText("128");
});

test("the page's keys wait for it, too", async ({ fresh }) => {
  const page = await fresh({ viewport: WIDE });
  const go = await before(page);
  for (const key of ["Home", "ArrowRight", "ArrowRight", "PageDown"]) await page.keyboard.press(key);
  // What belongs to a field stays there.
  await page.locator(".composer .amount").focus();
  for (const key of ["Home", "1"]) await page.keyboard.press(key);
  await go();
  await expect(page.locator(".composer .amount")).toHaveValue("1100");
  const { cursor } = await page.evaluate(() => window.kmallocLab.snapshot());
  const again = await page.evaluate(async () => {
    const key = (key) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    for (const name of ["Home", "ArrowRight", "ArrowRight", "PageDown"]) key(name);
    return window.kmallocLab.snapshot().cursor;
  });
  expect(cursor).toBe(again);
  expect(cursor).toBeGreaterThan(2);
});

test("what is done goes to what it was done to, whatever comes of what was done before", async ({ fresh }) => {
  const page = await fresh({ viewport: WIDE });
  const go = await before(page);
  // Another language, another size: every name on the page changes.
  await page.getByRole("button", { name: "中" }).click();
  await page.locator(".composer .amount").fill("3000");
  await press(page).click();
  const theme = page.locator("button.theme");
  await theme.click();
  await theme.click();
  await go();
  await expect(page.locator('[data-pointer="p"]')).toContainText("4096");
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-Hans");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});

test("the map's pages and keys, and words of the glossary", async ({ fresh }) => {
  const page = await fresh({ viewport: WIDE });
  const go = await before(page);
  const { x, y } = await page.locator(".plane > svg").boundingBox();
  await page.mouse.click(x + 100, y + 4);
  await page.locator(".plane [role=gridcell]").focus();
  await page.keyboard.press("+");
  await page.locator('.lesson a[href="#"], .lesson .term').first().click();
  expect(new URL(page.url()).hash).toBe("");
  await go();
  await expect(page.locator(".inspector")).toContainText("pfn");
  await expect(page.locator(".room.zoomed")).toBeVisible();
  await expect(page.locator(".explained")).toBeVisible();
  await expect(page.locator(".player select").last()).toHaveValue(await page.locator(".player select").last().inputValue());
  await expect(page.locator("button.sidebar")).toHaveAttribute("aria-expanded", "true");
});

test("who types on while the program comes loses no letter, and the caret stays", async ({ fresh }) => {
  const page = await fresh({ viewport: WIDE });
  const go = await before(page);
  const text = page.locator("textarea");
  await text.focus();
  await page.keyboard.press("ControlOrMeta+Home");
  await page.keyboard.type("// before it ");
  const comes = go();
  for (let letter = 0; letter < 60; letter += 1) await page.keyboard.type("ab"[letter % 2], { delay: 15 });
  await comes;
  await expect(text).toHaveValue(new RegExp(`^// before it ${"ab".repeat(30)}kernel 2.6.10\n`));
});

test("what was typed is kept when the program cannot be had", async ({ browser, site }) => {
  // Not the watched page: this one reports errors, as it should.
  const context = await browser.newContext({ baseURL: site, viewport: WIDE, locale: "en-US" });
  const page = await context.newPage();
  let fail;
  const held = new Promise((done) => (fail = done));
  await page.route("**/*.wasm", async (route) => {
    await held;
    await route.abort();
  });
  await page.goto("./");
  await page.locator("textarea").fill("p = kmalloc(7, GFP_KERNEL);");
  fail();
  await expect(page.getByRole("alert")).toContainText("could not be loaded");
  await expect(page.locator("#rescue-text")).toHaveValue("p = kmalloc(7, GFP_KERNEL);");
  await context.close();
});

test("a chapter that is slow holds the change of pages, not the lesson", async ({ fresh }) => {
  const page = await fresh({ viewport: WIDE });
  let asked = 0;
  await page.route("**/01-rounding.txt", async (route) => {
    asked += 1;
    await new Promise((done) => setTimeout(done, 1500));
    await route.continue();
  });
  await page.goto("./");
  await expect(page.locator(".lesson")).toContainText("kmalloc does not cut memory to measure");
  expect(asked).toBe(1);
});

test("the lesson stays where it was read", async ({ fresh }) => {
  const page = await fresh({ viewport: WIDE });
  const go = await before(page);
  await page.locator(".lesson .scroll").evaluate((lesson) => lesson.scrollTo(0, 150));
  await page.waitForTimeout(100);
  await go();
  expect(await page.locator(".lesson .scroll").evaluate((lesson) => lesson.scrollTop)).toBe(150);
});

test("nobody else sees it: with an address, with work of one's own, inside of another page", async ({ fresh, site }) => {
  const page = await fresh();
  const asked = [];
  page.on("request", (request) => request.url().includes("/first-") && request.url().endsWith(".html") && asked.push(request.url()));
  await page.goto("./#page=06-gfp-kernel");
  await page.goto("./?embed");
  await page.setContent(`<iframe src="${site}"></iframe>`);
  await expect(page.frameLocator("iframe").locator(".player")).toBeVisible();
  expect(asked).toEqual([]);
  // From here on there is something to come back to.
  await page.goto("./");
  await press(page).click();
  await expect(page.locator('[data-pointer="p"]')).toContainText("128");
  asked.length = 0;
  await page.reload();
  await expect(page.locator('[data-pointer="p"]')).toContainText("128");
  expect(asked).toEqual([]);
});

test("who waits for the program alone is told so, in the language of before", async ({ fresh }) => {
  const page = await fresh();
  await page.goto("./#page=06-gfp-kernel");
  await page.getByRole("button", { name: "中" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-Hans");
  let come;
  const held = new Promise((done) => (come = done));
  await page.route("**/*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  await page.reload();
  await expect(coming(page)).toHaveText("实验室正在载入。");
  await axe(page);
  come();
  await expect(page.locator(".lesson")).toContainText("GFP_KERNEL");
  await expect(coming(page)).toHaveCount(0);
});

test("without it the page comes with its program", async ({ fresh }) => {
  const page = await fresh();
  await page.route("**/en-wide.html", (route) => route.fulfill({ status: 200, body: "" }));
  await page.goto("./");
  await press(page).click();
  await expect(page.locator('[data-pointer="p"]')).toContainText("128");
});
