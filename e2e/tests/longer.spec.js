// Texts that are longer than ours, and larger: a language whose words need 40 % more room, and a reader who doubles the
// letters. Kernel names and numbers keep their length in every language.
import { axe, expect, test } from "../lab.mjs";

/** Makes every text of the page 40 % longer, now and whenever it changes, in letters that are not ASCII. */
function pseudo() {
  const ACCENTED = { a: "á", e: "é", i: "í", o: "ó", u: "ú", A: "Á", E: "É", I: "Í", O: "Ó", U: "Ú" };
  const done = new WeakMap();
  const kernel = (node) => node.parentElement?.closest("code, pre, textarea, script, style, svg, .mono, .editor, .zones, .scale");
  const longer = (node) => {
    const text = node.data;
    if (done.get(node) === text || !/[a-z]{3}/i.test(text) || kernel(node)) return;
    const more = "~".repeat(Math.ceil(text.trim().length * 0.4));
    const words = more.replace(/(.{6})/g, "$1 ");
    const long = text.replace(/[aeiou]/gi, (letter) => ACCENTED[letter]).trimEnd() + words + (text.match(/\s+$/)?.[0] ?? "");
    done.set(node, long);
    node.data = long;
  };
  const all = (root) => {
    if (root.nodeType === Node.TEXT_NODE) return longer(root);
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) longer(texts.currentNode);
  };
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "characterData") longer(change.target);
      for (const node of change.addedNodes) all(node);
    }
  }).observe(document, { subtree: true, childList: true, characterData: true });
}

/** What does not fit: text cut off without an ellipsis, controls outside of the page or on top of each other. */
function broken() {
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const said = (element) => `${element.tagName}.${element.className?.baseVal ?? element.className} «${element.textContent.trim().slice(0, 40)}»`;
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
  const controls = [...document.querySelectorAll("button, select, input, textarea, a[href], summary")].filter(seen);
  /** Scrolls, or is cut by something that does. */
  const reachable = (element) => {
    for (let box = element.parentElement; box; box = box.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(box);
      if (/auto|scroll/.test(overflowX + overflowY)) return true;
    }
    return false;
  };
  const boxes = [];
  for (const control of controls) {
    const box = control.getBoundingClientRect();
    if (box.width === 0) continue;
    if ((box.right > innerWidth + 1 || box.left < -1) && !reachable(control)) found.push(`outside: ${said(control)}`);
    const { overflow, textOverflow } = getComputedStyle(control);
    if (control.tagName === "BUTTON" && control.scrollWidth > control.clientWidth + 2 && textOverflow !== "ellipsis" && overflow !== "visible")
      found.push(`cut off: ${said(control)}`);
    boxes.push([control, box]);
  }
  // Two controls of one row must not lie on each other.
  for (const [at, [one, a]] of boxes.entries())
    for (const [other, b] of boxes.slice(at + 1)) {
      if (one.parentElement !== other.parentElement) continue;
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 2 && down > 2 && !one.closest(".slots, .gauge")) found.push(`${said(one)} lies on ${said(other)}`);
    }
  return [...new Set(found)];
}

const STATES = [
  ["the first page", async () => {}],
  ["a failure", (page) => page.evaluate(() => window.kmallocLab.run("irq { p = __get_free_pages(GFP_ATOMIC, 10); q = __get_free_pages(GFP_ATOMIC, 10); }\n"))],
  ["the gallery", (page) => page.keyboard.press("g")],
  ["the list of keys", (page) => page.keyboard.press("?")],
];

for (const [name, viewport] of [
  ["wide", { width: 1440, height: 900 }],
  ["low", { width: 1280, height: 720 }],
  ["narrow", { width: 390, height: 844 }],
]) {
  test(`${name}: texts 40 % longer break nothing`, async ({ fresh }) => {
    const page = await fresh({ viewport, reducedMotion: "reduce" });
    await page.addInitScript(pseudo);
    for (const [state, come] of STATES) {
      await page.goto("./");
      await expect(page.locator(".app")).toContainText("é");
      await come(page);
      // A dialog lies over the tabs.
      const tabs = page.locator("body:not(:has(dialog[open])) .tabs button:visible");
      for (let tab = 0; tab < Math.max(1, await tabs.count()); tab += 1) {
        if ((await tabs.count()) > 0) await tabs.nth(tab).click();
        await expect.poll(() => page.evaluate(broken), `${state}, tab ${tab}`).toEqual([]);
      }
    }
  });
}

// A window of half the size at twice the density is what a browser makes of 200 %.
for (const [locale, size] of [["en-US", { width: 720, height: 450 }], ["zh-CN", { width: 640, height: 360 }]]) {
  test(`${locale}: at 200 % nothing is cut off`, async ({ fresh }) => {
    const page = await fresh({ locale, viewport: size, deviceScaleFactor: 2, reducedMotion: "reduce" });
    for (const [state, come] of STATES) {
      await page.goto("./");
      await expect(page.locator(".app")).toBeVisible();
      await come(page);
      await expect.poll(() => page.evaluate(broken), state).toEqual([]);
    }
    await axe(page);
  });
}
