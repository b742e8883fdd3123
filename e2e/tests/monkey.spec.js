// A monkey at the page: ten thousand actions on whatever can be pressed, typed into or turned, the rarely used first.
// The page must go on answering, complain about nothing, and its machine must hold.
import { expect, test } from "../lab.mjs";

const ACTIONS = 10_000;
const SEED = Number(process.env.KMALLOC_LAB_SEED ?? 1);

/** In the page: acts `count` times and tells how often each control was used. State is kept on the window. */
async function play({ count, seed }) {
  const monkey = (window.monkey ??= { seed, used: new Map(), seen: new Map(), enabled: 0, disabled: 0, keys: 0 });
  const random = () => (monkey.seed = (monkey.seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const pick = (list) => list[Math.floor(random() * list.length)];
  const KEYS = [" ", "ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown", "Escape", "Enter", "g", "p", "?", "s", "f", "l", ",", ".", "+", "-", "3", "[", "]"];
  const TEXTS = [
    "kernel 2.6.10\np = kmalloc(100, GFP_KERNEL);\n",
    "kernel 2.6.10\nmachine dma=1M normal=4M highmem=1M reserve=none l1=32\nirq { p = kmalloc(5000, GFP_KERNEL); }\n",
    "machine 64M\nfor (i = 0; i < 40; i++) q[i] = kmalloc(3000, GFP_ATOMIC);\n",
    "kernel 2.6.10\np = kmalloc(",
    "page_cache(dirty=900);\nb = __get_free_pages(GFP_NOIO, 5);\n",
  ];
  const SELECTOR = "button, select, input, textarea, summary, [tabindex='0'], [role='slider']";
  /** A control's kind: where it stands and what it is, without numbers and names that come and go. */
  const kind = (element) => {
    const path = [];
    for (let at = element; at && at !== document.body && path.length < 4; at = at.parentElement) {
      const classes = [...at.classList].filter((name) => !/\d|now|some|open|chosen|current|zoomed|touched/.test(name)).slice(0, 2);
      path.push([at.tagName.toLowerCase(), ...classes].join("."));
    }
    return path.join(" < ");
  };
  const usable = (element) =>
    element.checkVisibility({ visibilityProperty: true }) &&
    element.getClientRects().length > 0 &&
    // A file would be asked of a person, and another address is another page.
    element.type !== "file" &&
    !element.closest("[inert]");
  const setter = (element, value) => {
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(element), "value").set.call(element, value);
    element.dispatchEvent(new Event("input", { bubbles: true }));
    element.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const act = (element) => {
    switch (element.tagName) {
      case "SELECT":
        if (element.options.length > 0) setter(element, pick([...element.options]).value);
        break;
      case "TEXTAREA":
        setter(element, pick(TEXTS));
        break;
      case "INPUT":
        if (/checkbox|radio/.test(element.type)) element.click();
        else if (element.type === "range") setter(element, String(Number(element.min) + Math.floor(random() * (Number(element.max) - Number(element.min) + 1))));
        else setter(element, pick(["", "0", "1", "100", "4097", "131073", "99999999999", "-1", "p", "x y"]));
        break;
      default:
        element.focus();
        element.click();
    }
  };
  for (let done = 0; done < count; done += 1) {
    // What lies under a modal dialog cannot be used.
    const dialog = [...document.querySelectorAll("dialog[open]")].findLast((dialog) => dialog.matches(":modal"));
    const controls = [...(dialog ?? document).querySelectorAll(SELECTOR)].filter(usable);
    // Once an action, however many of a kind there are: a list of a hundred rows is not there for longer than one of two.
    for (const name of new Set(controls.map(kind))) {
      monkey.seen.set(name, (monkey.seen.get(name) ?? 0) + 1);
    }
    const off = (element) => element.disabled || element.ariaDisabled === "true";
    const [enabled, disabled] = [controls.filter((one) => !off(one)), controls.filter(off)];
    const dice = random();
    if (dice < 0.03) {
      const key = pick(KEYS);
      const target = document.activeElement ?? document.body;
      const how = { key, bubbles: true, cancelable: true, ctrlKey: random() < 0.05, shiftKey: random() < 0.1 };
      target.dispatchEvent(new KeyboardEvent("keydown", how));
      target.dispatchEvent(new KeyboardEvent("keyup", how));
      monkey.keys += 1;
    } else if (dice < 0.04 && disabled.length > 0) {
      act(pick(disabled));
      monkey.disabled += 1;
    } else if (enabled.length > 0) {
      // Mostly what was used least; sometimes anything, so that a dialog does not close at once each time.
      const least = [...enabled].sort((a, b) => (monkey.used.get(kind(a)) ?? 0) - (monkey.used.get(kind(b)) ?? 0));
      const chosen = random() < 0.7 ? pick(least.slice(0, 3)) : pick(enabled);
      const name = kind(chosen);
      monkey.used.set(name, (monkey.used.get(name) ?? 0) + 1);
      monkey.enabled += 1;
      act(chosen);
    }
    if (done % 4 === 0) await new Promise((next) => setTimeout(next));
  }
  const wrong = window.kmallocLab.validate();
  return { wrong, enabled: monkey.enabled, disabled: monkey.disabled, keys: monkey.keys, used: [...monkey.used], seen: [...monkey.seen] };
}

test("a monkey of ten thousand actions", async ({ fresh }) => {
  test.setTimeout(480_000);
  const page = await fresh({ reducedMotion: "reduce" });
  page.on("dialog", (dialog) => dialog.accept().catch(() => {}));
  await page.goto("./");
  await page.waitForFunction(() => window.kmallocLab);
  const first = page.url();
  let told;
  const rounds = 50;
  for (let round = 0; round < rounds; round += 1) {
    told = await page.evaluate(play, { count: ACTIONS / rounds, seed: SEED });
    expect(told.wrong ?? null, "the machine holds").toBeNull();
    expect(new URL(page.url()).pathname, "it is still the same page").toBe(new URL(first).pathname);
  }
  const done = told.enabled + told.disabled + told.keys;
  expect(done).toBeGreaterThanOrEqual(ACTIONS * 0.99);
  expect(told.enabled / done).toBeGreaterThanOrEqual(0.95);
  // What was there for a while was used; what flashed by may not have been.
  const used = new Map(told.used);
  const neglected = told.seen.filter(([name, times]) => times >= 300 && (used.get(name) ?? 0) < 10);
  expect(neglected, "each control was used at least ten times").toEqual([]);
  console.log(`${done} actions on ${used.size} kinds of controls, ${told.disabled} of them on ones that do nothing now`);

  // It still answers.
  const answer = await page.evaluate(() => window.kmallocLab.run("kernel 2.6.10\np = kmalloc(100, GFP_KERNEL);\n"));
  expect(answer.errors).toEqual([]);
  expect(answer.calls).toHaveLength(1);
});
