// `cargo xtask pictures` runs this: the page's main states, wide and narrow, light and dark, in both languages, as WebP
// files in docs/pictures/. They are to be looked at; nothing compares them.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import { quiet } from "./browser.mjs";
import { serve } from "./serve.mjs";

const FOLDER = fileURLToPath(new URL("../docs/pictures/", import.meta.url));
const WIDTHS = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };

const run = (page, text) => page.evaluate((text) => window.kmallocLab.run(text), text);
const seek = (page, cursor, progress) => page.evaluate((at) => window.kmallocLab.seek(...at), [cursor, progress]);
const tab = async (page, index) => {
  const tabs = page.locator(".tabs button");
  if (await tabs.nth(index).isVisible()) await tabs.nth(index).click();
};
const LESSON = 0;
const STAGE = 1;
const PATH = 2;

/** Name, what it shows, how to come there, and the widths that have it. */
const STATES = [
  ["first", "the first visit", async () => {}],
  [
    "split",
    "half-way through a split",
    async (page) => {
      await run(page, "kernel 2.6.10\nmachine dma=1M normal=4M highmem=1M reserve=none l1=32\np = __get_free_pages(GFP_KERNEL, 2);\n");
      await tab(page, STAGE);
      await page.keyboard.press("Home");
      const events = await page.evaluate(() => window.kmallocLab.snapshot().events);
      for (let cursor = 1; cursor <= events; cursor += 1) {
        await seek(page, cursor, 0.5);
        if (await page.locator('[data-half="upper"]').count()) break;
      }
      await page.locator(".free-lists").scrollIntoViewIfNeeded();
    },
  ],
  [
    "rounding",
    "2,052 bytes take 4,096",
    async (page) => {
      await run(page, "kernel 2.6.10\nmachine dma=1M normal=4M highmem=1M reserve=none l1=32\np = kmalloc(2052, GFP_KERNEL);\n");
      await tab(page, STAGE);
      await page.keyboard.press("Home");
      await seek(page, 2);
      await page.locator(".bins").scrollIntoViewIfNeeded();
    },
  ],
  [
    "failure",
    "a request that fails in an interrupt",
    async (page) => {
      await run(page, "kernel 2.6.10\nmachine dma=1M normal=4M highmem=1M reserve=none l1=32\nirq { for (i = 0; i < 9; i++) p[i] = __get_free_pages(GFP_ATOMIC, 8); }\n");
      await tab(page, PATH);
    },
  ],
  [
    "reclaim",
    "a process sleeps while dirty pages are written",
    async (page) => {
      await page.keyboard.press("g");
      await page.getByRole("button", { name: /Dirty pages|脏页/ }).first().click();
      await tab(page, STAGE);
      const events = await page.evaluate(() => window.kmallocLab.snapshot().events);
      await seek(page, Math.floor(events * 0.6));
    },
  ],
  ["course", "an exercise of the course", async (page) => tab(page, LESSON)],
  ["gallery", "the gallery", async (page) => page.keyboard.press("g")],
  ["projector", "for the projector", async (page) => page.keyboard.press("p"), ["wide"]],
];

/** The browser encodes: WebP is a third of PNG. */
async function webp(page, png) {
  const data = await page.evaluate(async (url) => {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    canvas.getContext("2d").drawImage(image, 0, 0);
    const blob = await canvas.convertToBlob({ type: "image/webp", quality: 0.7 });
    return [...new Uint8Array(await blob.arrayBuffer())];
  }, `data:image/png;base64,${png.toString("base64")}`);
  return Buffer.from(data);
}

const server = await serve();
const browser = await chromium.launch({ executablePath: process.env.KMALLOC_LAB_BROWSER, args: quiet });
const encoder = await browser.newPage();
await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER, { recursive: true });
const lines = [
  "# Pictures",
  "",
  "The page's main states, as `cargo xtask pictures` takes them. Each is there in English and Chinese (`en`, `zh`), light and dark.",
  "",
];
for (const [name, shows, come, widths = Object.keys(WIDTHS)] of STATES) {
  lines.push(`## ${shows[0].toUpperCase()}${shows.slice(1)}`, "");
  for (const width of widths) {
    const files = [];
    for (const [language, locale] of [["en", "en-US"], ["zh", "zh-CN"]]) {
      for (const colorScheme of ["light", "dark"]) {
        const context = await browser.newContext({ viewport: WIDTHS[width], locale, colorScheme, reducedMotion: name === "split" ? "no-preference" : "reduce" });
        const page = await context.newPage();
        await page.goto(server.url);
        await page.waitForFunction(() => window.kmallocLab && document.querySelector(".app"));
        await page.waitForLoadState("networkidle");
        // Only a first visitor is guided.
        if (name !== "first") await page.getByRole("button", { name: /^(Skip|跳过)$/ }).click();
        await come(page);
        await page.waitForTimeout(400);
        const file = `${name}-${width}-${language}-${colorScheme}.webp`;
        await writeFile(FOLDER + file, await webp(encoder, await page.screenshot()));
        files.push(file);
        await context.close();
      }
    }
    const size = width === "wide" ? 420 : 190;
    lines.push(files.map((file) => `<img src="${file}" width="${size}" alt="${shows}: ${file.replace(".webp", "").replaceAll("-", ", ")}">`).join("\n"), "");
  }
  console.log(`${name}: ${shows}`);
}
await writeFile(`${FOLDER}README.md`, lines.join("\n"));
await browser.close();
await server.close();
