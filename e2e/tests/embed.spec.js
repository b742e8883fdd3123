// The lab inside of another page: what it shows, whom it answers, what it leaves alone.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import ts from "typescript";
import { axe, expect, test } from "../lab.mjs";
import { DIST, serve } from "../serve.mjs";

/** `p = kmalloc(100, GFP_KERNEL);`, for all time. */
const scenario = "#s=AQcAAAwRAWQAIq8";
const refilled = "event=refill-asked";

/** Opens an embed by itself and waits until it lives. */
async function open(page, query, fragment = "") {
  await page.goto(`./?${query}${fragment}`);
  await page.waitForFunction(() => window.kmallocLab);
}
const snapshot = (page) => page.evaluate(() => window.kmallocLab.snapshot());
const cursor = async (page) => (await snapshot(page)).cursor;
const stored = (page) => page.evaluate(() => Object.keys(localStorage).length);

test("two labs side by side, driven by the page of the documentation", async ({ page }) => {
  await page.goto("./two-labs.html");
  const told = page.locator("output");
  await expect(told.nth(0)).toContainText("kmalloc(4096, GFP_KERNEL); 0xc");
  await expect(told.nth(1)).toContainText("NULL");
  const labs = page.frames().filter((frame) => frame.url().includes("?embed"));
  const before = await Promise.all(labs.map(cursor));
  await page.getByRole("button", { name: "The next event in both" }).click();
  await expect.poll(async () => Promise.all(labs.map(cursor))).toEqual(before.map((at) => at + 1));
  // What is inside of the frames is looked at below, each by itself.
  const { violations } = await new AxeBuilder({ page }).exclude("iframe").analyze();
  expect(violations).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});

test("another origin drives it; whatever else is said to it is ignored and counted", async ({ page, site }) => {
  const folder = await mkdtemp(join(tmpdir(), "kmalloc-host-"));
  await writeFile(join(folder, "index.html"), `<!doctype html><link rel="icon" href="data:," /><title>Host</title>`);
  const other = await serve(folder);
  await page.goto(other.url);
  const answers = await page.evaluate(async (site) => {
    const heard = [];
    const next = (want) =>
      new Promise((resolve) => {
        const look = (event) => {
          if (!want(event.data)) return;
          removeEventListener("message", look);
          resolve(event);
        };
        addEventListener("message", look);
      });
    addEventListener("message", (event) => heard.push(event.data));
    const frame = document.createElement("iframe");
    const ready = next((data) => data.event === "ready");
    frame.src = `${site}?embed&panels=map`;
    document.body.append(frame);
    await ready;
    let last = 0;
    const say = (message) => frame.contentWindow.postMessage(message, site);
    const ask = async (command, more) => {
      const id = (last += 1);
      const answer = next((data) => data.id === id);
      say({ kmallocLab: 1, id, command, ...more });
      return (await answer).data;
    };
    const first = await ask("run", { text: "p = kmalloc(100, GFP_KERNEL);" });
    await ask("on", { event: "moved" });
    await ask("seek", { cursor: 1 });
    await ask("off", { event: "moved" });
    await ask("seek", { cursor: 2 });
    const bad = await ask("call", { text: "kfree(;" });
    const quiet = heard.length;
    // Everything that is no envelope to the letter.
    const cyclic = { kmallocLab: 1, id: 99, command: "snapshot" };
    cyclic.command = cyclic;
    for (const message of [
      "kmallocLab",
      null,
      undefined,
      42,
      [],
      new Map([["kmallocLab", 1]]),
      cyclic,
      { kmallocLab: 2, id: 99, command: "snapshot" },
      { kmallocLab: "1", id: 99, command: "snapshot" },
      { kmallocLab: 1, id: -1, command: "snapshot" },
      { kmallocLab: 1, id: 99n, command: 1 },
      { kmallocLab: 1, id: 99, command: "eval", text: "alert(1)" },
      { kmallocLab: 1, id: 99, command: "run" },
      { kmallocLab: 1, id: 99, command: "run", text: "x".repeat(300_000) },
      { kmallocLab: 1, id: 99, command: "seek", cursor: Number.NaN },
      { kmallocLab: 1, id: 99, command: "on", event: "__proto__" },
    ]) {
      say(message);
    }
    // A stranger in the same page says what would be right.
    const stranger = document.createElement("iframe");
    document.body.append(stranger);
    const script = stranger.contentDocument.createElement("script");
    script.textContent = `parent.frames[0].postMessage({ kmallocLab: 1, id: 98, command: "run", text: "" }, "*")`;
    stranger.contentDocument.body.append(script);
    const end = await ask("snapshot");
    return { first, bad, end, unasked: heard.length - quiet, events: heard.filter((data) => data.event === "moved") };
  }, site);
  await other.close();
  await rm(folder, { recursive: true });
  expect(answers.first.value.errors).toEqual([]);
  expect(answers.first.value.calls[0]).toMatchObject({ kind: "object", asked: 100, given: 128, cache: "size-128" });
  expect(answers.events.map((told) => told.value.cursor)).toEqual([1]);
  expect(answers.bad.value.errors[0]).toMatchObject({ line: 2 });
  expect(answers.end.ignored).toBe(17);
  expect(answers.unasked, "nothing but the last answer").toBe(1);
  expect(answers.end.value.text).toBe("p = kmalloc(100, GFP_KERNEL);");
});

test("the full lab answers no message, and counts it", async ({ page }) => {
  await page.goto("./");
  await page.waitForFunction(() => window.kmallocLab);
  await page.evaluate(() => postMessage({ kmallocLab: 1, id: 1, command: "run", text: "" }, "*"));
  await page.waitForFunction(() => window.kmallocLab.ignored() === 1);
  expect((await snapshot(page)).text).not.toBe("");
});

test("it shows what the address asks for, and leaves address and storage alone", async ({ page }) => {
  await open(page, `embed&panels=lists,path&at=${refilled}`, scenario);
  expect((await snapshot(page)).event).toBe("refill-asked");
  await expect(page.locator(".shown > section")).toHaveCount(2);
  await expect(page.locator(".shown-lists + .shown-path")).toBeVisible();
  await expect(page.locator("textarea, .call-bar")).toHaveCount(0);
  const address = page.url();
  const before = await cursor(page);
  await page.keyboard.press("ArrowRight");
  expect(await cursor(page)).toBe(before + 1);
  const { text } = await snapshot(page);
  await page.keyboard.press("Control+z");
  await page.evaluate(() => window.kmallocLab.call("q = kmalloc(40, GFP_ATOMIC);"));
  expect((await snapshot(page)).text).toBe(`${text.trimEnd()}\nq = kmalloc(40, GFP_ATOMIC);\n`);
  await page.keyboard.press("Home");
  // Longer than the page waits before it writes anything down.
  await page.waitForTimeout(600);
  expect(page.url()).toBe(address);
  expect(await stored(page)).toBe(0);
  expect(await page.evaluate(() => history.length)).toBe(2);
});

test("the full lab opens with the same scenario at the same moment", async ({ page, context }) => {
  await open(page, "embed");
  await page.evaluate(() => window.kmallocLab.run("p = kmalloc(100, GFP_KERNEL);\nkfree(p);\n"));
  await page.evaluate(() => window.kmallocLab.seek(5));
  const link = page.getByRole("link", { name: /full lab/ });
  await expect(link).toHaveAttribute("rel", "noopener");
  const opened = context.waitForEvent("page");
  await link.click();
  const full = await opened;
  await full.waitForFunction(() => window.kmallocLab);
  const [one, other] = [await snapshot(page), await snapshot(full)];
  expect(other.cursor).toBe(5);
  expect(other.machine).toEqual(one.machine);
  await expect(full.locator("textarea").first()).toHaveValue(/kfree\(p\);/);
  expect(new URL(full.url()).search).toBe("");
});

test("it plays by itself, but not for those who want less movement", async ({ page, fresh }) => {
  await open(page, "embed&play&at=0");
  await page.waitForFunction(() => window.kmallocLab.snapshot().cursor > 0);
  const still = await fresh({ reducedMotion: "reduce" });
  await open(still, "embed&play&at=0");
  await expect(still.getByRole("button", { name: "Play", exact: true })).toBeVisible();
  await still.waitForTimeout(300);
  expect(await cursor(still)).toBe(0);
});

for (const [width, height, colorScheme, lang] of [
  [390, 844, "light", "zh"],
  [390, 844, "dark", "en"],
  [1000, 620, "dark", "zh"],
  [1000, 620, "light", "en"],
]) {
  test(`axe and room: ${width}×${height}, ${colorScheme}, ${lang}`, async ({ fresh }) => {
    const page = await fresh({ viewport: { width, height } });
    await open(page, `embed&panels=text,map,lists,path,buckets&lang=${lang}&theme=${colorScheme}&at=${refilled}`, scenario);
    const word = lang === "zh" ? "在完整实验室中打开" : "Open in the full lab";
    await expect(page.getByText(word)).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await axe(page);
  });
}

test("the types that are shipped are those of the values", async ({ page }) => {
  await page.goto("./#page=01-rounding");
  await page.waitForFunction(() => window.kmallocLab);
  const values = await page.evaluate(async () => {
    const lab = window.kmallocLab;
    const told = [];
    const end = lab.on("moved", (value) => told.push(value));
    const ran = lab.run(
      "p = kmalloc(100, GFP_KERNEL); n = ksize(p); kfree(p); kfree(p); v = vmalloc(9000); q = kmalloc(200000, GFP_KERNEL);",
    );
    const bad = lab.call("kfree(;");
    const moved = lab.seek(3);
    end();
    lab.seek(2);
    return { ran, bad, moved, told, snapshot: lab.snapshot(), verdict: lab.verdict(), nothing: lab.on("no", () => {}) };
  });
  expect(values.nothing).toBeNull();
  expect(values.told.at(-1)).toEqual(values.moved);
  const literal = (type, value) => `({ value: ${JSON.stringify(value)} }) satisfies { value: ${type} };`;
  const consumer = [
    `import type { Answer, Moved, Ran, Request, Snapshot, Told, Verdict } from "./kmalloc-lab";`,
    literal("Ran", values.ran),
    literal("Ran", values.bad),
    literal("Moved", values.moved),
    literal("Snapshot", values.snapshot),
    literal("Verdict | null", values.verdict),
    `const request: Request = { kmallocLab: 1, id: 1, command: "seek", cursor: 2 };`,
    `addEventListener("message", ({ data }: MessageEvent<Told | Answer<"snapshot">>) => {`,
    `  if ("event" in data && data.event === "moved") data.value.cursor.toFixed();`,
    `  if ("id" in data) parent.postMessage(request, "*", [data.value.machine.zones[0].lists as never]);`,
    `});`,
    `const stop: () => void = window.kmallocLab.on("ran", ({ calls }) => calls[0].answer.trim());`,
    `stop();`,
    `// @ts-expect-error: there is no such field`,
    `window.kmallocLab.snapshot().kitchen;`,
    `// @ts-expect-error: a text is needed`,
    `window.kmallocLab.run();`,
  ].join("\n");
  const folder = await mkdtemp(join(tmpdir(), "kmalloc-types-"));
  for (const types of ["kmalloc-lab.d.ts", "kmalloc-values.d.ts"]) {
    await writeFile(join(folder, types), await readFile(join(DIST, types)));
  }
  await writeFile(join(folder, "consumer.ts"), consumer);
  const program = ts.createProgram([join(folder, "consumer.ts")], {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    module: ts.ModuleKind.ESNext,
    types: [],
  });
  const wrong = ts.getPreEmitDiagnostics(program);
  const told = wrong.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  await rm(folder, { recursive: true });
  expect(told).toEqual([]);
});
