// `cargo xtask pictures` runs this: the page's main states, wide and narrow, light and dark, in both languages, as WebP
// files in docs/pictures/. They are to be looked at; nothing compares them.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import { quiet } from "./browser.mjs";
import { serve } from "./serve.mjs";
import { STATES } from "./states.mjs";

const FOLDER = fileURLToPath(new URL("../docs/pictures/", import.meta.url));
const WIDTHS = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };

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
