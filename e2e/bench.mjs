// `cargo xtask bench --web` runs this: how fast the page is, by the browser's own trace. The numbers and their goals are
// printed as a table for docs/bench.md. The default view with all panels, 262,144 pages, a recording of a million events.
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { quiet } from "./browser.mjs";
import { serve } from "./serve.mjs";

const minutes = Number(process.argv[2] ?? 10);

// What `cargo lab bench` seeks in, too.
const SCENARIO = await readFile(new URL("../cli/src/bench/large.kms", import.meta.url), "utf8");

const rows = [];
const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
function row(what, times, goal) {
  const sorted = [...times].sort((a, b) => a - b);
  const ms = (value) => `${value.toFixed(2)} ms`;
  rows.push([what, `${times.length}`, ms(at(sorted, 0.5)), ms(at(sorted, 0.99)), ms(sorted.at(-1)), goal]);
}

const server = await serve();
const browser = await chromium.launch({ executablePath: process.env.KMALLOC_LAB_BROWSER, args: [...quiet, "--enable-precise-memory-info", "--js-flags=--expose-gc"] });
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
const page = await context.newPage();
page.setDefaultTimeout(300_000);
// What the program's own memory is: its exports come with the event that says that it runs.
await page.addInitScript(() => addEventListener("TrunkApplicationStarted", ({ detail }) => (window.benchModule = detail.wasm)));
await page.goto(server.url);
await page.waitForFunction(() => window.kmallocLab);
await page.getByRole("button", { name: "Skip", exact: true }).click();

// ── press → first changed frame, on the first page ─────────────────────────────────────────────────────────────────
const presses = await page.evaluate(async () => {
  const press = [...document.querySelectorAll("button")].find((button) => button.textContent.trim() === "kmalloc");
  const times = [];
  for (let round = 0; round < 30; round += 1) {
    await new Promise((done) => setTimeout(done, 150));
    const start = performance.now();
    let changed = 0;
    const watch = new MutationObserver(() => (changed ||= performance.now()));
    watch.observe(document.querySelector(".app"), { subtree: true, childList: true, attributes: true, characterData: true });
    press.click();
    // The first frame that finds the change: a task that it asks for comes when it is painted.
    await new Promise((done) => {
      const look = () => (changed ? setTimeout(done) : requestAnimationFrame(look));
      requestAnimationFrame(look);
    });
    watch.disconnect();
    times.push(performance.now() - start);
  }
  return times;
});
row("press `kmalloc` → the next frame is painted", presses, "≤ 50 ms");

// ── the large run ──────────────────────────────────────────────────────────────────────────────────────────────────
const began = Date.now();
await page.evaluate((text) => void window.kmallocLab.run(text), SCENARIO);
await page.waitForFunction(() => window.kmallocLab.snapshot().events > 900_000);
const { events, pages } = await page.evaluate(() => {
  const { events, machine } = window.kmallocLab.snapshot();
  return { events, pages: machine.zones.reduce((sum, zone) => sum + zone.pages, 0) };
});
console.log(`${events.toLocaleString("en")} events on ${pages.toLocaleString("en")} pages, run in ${((Date.now() - began) / 1000).toFixed(1)} s`);

/** The main thread's tasks while something happens, by the browser's trace. */
async function traced(during) {
  const path = join(tmpdir(), `kmalloc-lab-trace-${process.pid}.json`);
  await browser.startTracing(page, { path, categories: ["devtools.timeline", "disabled-by-default-devtools.timeline", "toplevel", "blink.user_timing"] });
  await during();
  await browser.stopTracing();
  const { traceEvents } = JSON.parse(await readFile(path, "utf8"));
  await rm(path);
  const main = traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(({ pid, tid }) => `${pid}:${tid}`);
  return traceEvents.filter(({ pid, tid }) => main.includes(`${pid}:${tid}`));
}

const SCRIPT = ["FireAnimationFrame", "TimerFire", "EventDispatch", "FunctionCall", "RunMicrotasks"];
const LAYOUT = ["UpdateLayoutTree", "Layout"];
const WORK = [...SCRIPT, ...LAYOUT, "PrePaint", "Paint", "Layerize", "Commit"];
/** Work of these kinds by the main thread's own clock (`tts`): what others do on the machine does not count. */
const work = (trace, kinds) => trace.filter(({ name, ph, tts }) => ph === "X" && tts !== undefined && kinds.includes(name)).sort((a, b) => a.tts - b.tts);
/** Milliseconds of work between two commits. Nested work counts once. */
function frames(trace, kinds = WORK) {
  const totals = [];
  let total = 0;
  let end = 0;
  for (const { name, tts, tdur = 0 } of work(trace, [...kinds, "Commit"])) {
    if (kinds.includes(name) && tts + tdur > end) {
      total += tts + tdur - Math.max(tts, end);
      end = tts + tdur;
    }
    if (name === "Commit") {
      totals.push(total / 1000);
      total = 0;
    }
  }
  return totals;
}
const sum = (times) => times.reduce((all, time) => all + time, 0);
/** Milliseconds of script in all, without the layout that it asks for. */
const script = (trace) => sum(frames(trace, [...SCRIPT, ...LAYOUT])) - sum(frames(trace, LAYOUT));

const seek = (cursor) => page.evaluate((cursor) => window.kmallocLab.seek(cursor), cursor);
await seek(Math.floor(events / 2));
const playing = frames(
  await traced(async () => {
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await page.waitForTimeout(10_000);
    await page.getByRole("button", { name: "Pause", exact: true }).click();
  }),
);
row("a frame while playing ×1: script and paint", playing, "≤ 8 ms");

// ── any seek, with the map and without it ──────────────────────────────────────────────────────────────────────────
const SEEKS = 300;
const seeks = () =>
  page.evaluate(async ([events, rounds]) => {
    let seed = 1;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const times = { machine: [], script: [], frame: [] };
    for (let round = 0; round < rounds; round += 1) {
      // As an event comes: in a task of its own, somewhere between two frames.
      await new Promise((done) => requestAnimationFrame(done));
      await new Promise((done) => setTimeout(done, random() * 16));
      const start = performance.now();
      window.kmallocLab.seek(Math.floor(random() * events));
      times.machine.push(performance.now() - start);
      // The panels are rendered in microtasks: the next task comes after them.
      await new Promise((done) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = done;
        port2.postMessage(0);
      });
      times.script.push(performance.now() - start);
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      times.frame.push(performance.now() - start);
    }
    return times;
  }, [events, SEEKS]);
const withMap = await seeks();
row("any seek: the machine is there (core, in wasm)", withMap.machine, "≤ 1 ms");
row("any seek: script, machine and all panels", withMap.script, "");
row("any seek: until the next frame is painted, which shows it", withMap.frame, "the next frame");
// The map's share, by the same seeks with the map folded and by the thread's own clock; in turn, twice.
const fold = page.getByRole("button", { name: "Fold: Memory map", exact: true });
let map = 0;
for (const [turn, sign] of [1, -1, 1, -1].entries()) {
  const trace = await traced(seeks);
  map += (sign * script(trace)) / SEEKS / 2;
  if (turn === 0) {
    // Every other frame of these is empty.
    const sought = frames(trace).sort((a, b) => b - a).slice(0, SEEKS);
    row("any seek: processor time of the main thread", sought, "");
  }
  await fold.click();
}

// ── memory over minutes of play ────────────────────────────────────────────────────────────────────────────────────
const memory = () =>
  page.evaluate(() => {
    window.gc?.();
    const { usedJSHeapSize } = performance.memory;
    const module = window.benchModule.memory.buffer.byteLength;
    return { script: usedJSHeapSize / 2 ** 20, module: module / 2 ** 20, nodes: document.querySelectorAll("*").length };
  });
await seek(0);
await page.getByRole("button", { name: "Play", exact: true }).click();
const before = await memory();
const samples = [];
for (let minute = 0; minute < minutes; minute += 1) {
  await page.waitForTimeout(60_000);
  samples.push(await memory());
  const now = samples.at(-1);
  console.log(`minute ${minute + 1}: ${now.script.toFixed(1)} MiB of script, ${now.module.toFixed(1)} MiB of the module, ${now.nodes} nodes`);
}

console.log("\n| what | samples | median | p99 | worst | goal |\n|---|---:|---:|---:|---:|---:|");
for (const cells of rows) console.log(`| ${cells.join(" | ")} |`);
console.log(`\nThe map's share of a seek's script: ${map.toFixed(2)} ms of processor time in the mean (goal ≤ 1 ms), by the same seeks with the map folded.`);
if (samples.length > 0) {
  const [first, last] = [before, samples.at(-1)];
  console.log(`\nMemory over ${minutes} minutes of play: ${first.script.toFixed(1)} → ${last.script.toFixed(1)} MiB of script, ${first.module.toFixed(1)} → ${last.module.toFixed(1)} MiB of the module, ${first.nodes} → ${last.nodes} nodes.`);
}
await browser.close();
await server.close();
