// What leaves the page and what comes to it: links, files, pictures, data, sequences; and never at the cost of one's work.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";

import { axe, expect, test } from "../lab.mjs";

const LANGUAGES = [
  { locale: "en-US", share: "Share", moment: "Copy link to this moment", copied: "The link is copied." },
  { locale: "zh-CN", share: "分享", moment: "复制此刻的链接", copied: "链接已复制。" },
];
const TEXT = "// mine\nmine = kmalloc(100, GFP_KERNEL);\nirq { r = kmalloc(9000, GFP_ATOMIC); }\nkfree(mine);\n";

const ready = (page) => page.waitForFunction(() => window.kmallocLab);
const run = (page, text) => page.evaluate((text) => window.kmallocLab.run(text), text);
const snapshot = (page) => page.evaluate(() => window.kmallocLab.snapshot());
const textOf = (page) => page.locator("textarea").first().inputValue();
const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());

/** What two people who look at the same moment have in common; names and comments may differ. */
const moment = ({ text, ...rest }) => rest;

async function opened(page, address = "./") {
  await page.goto(address);
  await ready(page);
  return page;
}

async function dialogOf(page, name = "Share") {
  await page.locator(".to-share").click();
  const dialog = page.getByRole("dialog", { name });
  await expect(dialog).toBeVisible();
  return dialog;
}

/** Presses a button and reads the file that comes of it. */
async function saved(page, button) {
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** Drops a file on the map. */
async function drop(page, bytes) {
  const data = await page.evaluateHandle((bytes) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], "scenario.kms"));
    return data;
  }, [...bytes]);
  for (const type of ["dragover", "drop"]) {
    await page.dispatchEvent(".map canvas", type, { dataTransfer: data });
  }
}

for (const t of LANGUAGES) {
  test(`${t.locale}: a link restores the moment in another profile, with exercise and language`, async ({ fresh }) => {
    const page = await opened(await fresh({ locale: t.locale, permissions: ["clipboard-read", "clipboard-write"] }));
    await expect(page.locator(".exercise").first()).toBeAttached();
    await page.getByRole("button", { name: "kmalloc", exact: true }).click();
    await page.evaluate(() => window.kmallocLab.seek(4));
    const sent = await snapshot(page);
    const dialog = await dialogOf(page, t.share);
    await axe(page);
    await dialog.getByRole("checkbox").last().check();
    await dialog.getByRole("button", { name: t.moment, exact: true }).click();
    await expect(dialog.getByRole("status")).toContainText(t.copied);
    const link = await clipboard(page);
    expect(link.length).toBeLessThanOrEqual(200);
    expect(await dialog.locator("input.mono").first().inputValue()).toBe(link);
    const exercise = link.match(/&page=([^&]+)/)[1].split("/")[1];

    const other = t.locale === "zh-CN" ? "en-US" : "zh-CN";
    const friend = await opened(await fresh({ locale: other }), `${link}&utm_source=chat`);
    expect(moment(await snapshot(friend))).toEqual(moment(sent));
    await expect(friend.locator("html")).toHaveAttribute("lang", await page.locator("html").getAttribute("lang"));
    await expect(friend.locator(".exercise").first()).toBeAttached();
    // What the exercise has names and comments for has them here, too.
    await expect.poll(() => textOf(friend)).toBe(sent.text);
    expect(sent.text).toContain("buf = ");
    await friend.evaluate(() => window.kmallocLab.seek(5));
    await expect(friend).toHaveURL(new RegExp(`/${exercise}&lang=`));
  });
}

test("text, Markdown with its picture, QR code", async ({ fresh }) => {
  const page = await opened(await fresh({ permissions: ["clipboard-read", "clipboard-write"] }));
  await run(page, TEXT);
  const dialog = await dialogOf(page);
  await dialog.getByRole("button", { name: "Copy as text" }).click();
  await expect(dialog.getByRole("status")).toContainText("copied");
  expect(await clipboard(page)).toBe(TEXT);
  const picture = await saved(page, dialog.getByRole("button", { name: /Markdown/ }));
  await expect(dialog.getByRole("status")).toContainText("Markdown");
  const markdown = await clipboard(page);
  expect(markdown).toContain(`](${picture.name})](http://127.0.0.1`);
  expect(markdown).toContain("```c\n// mine\n");
  await dialog.getByRole("button", { name: "QR code" }).click();
  await expect(dialog.getByRole("img", { name: "QR code of the link" })).toBeVisible();
  await axe(page);

  // Too long for a code, then too long for any link.
  const calls = (count) => Array.from({ length: count }, (_, i) => `p${i} = kmalloc(${i * 37}, GFP_KERNEL);\n`).join("");
  for (const [count, told] of [[150, "up to 600 characters"], [700, "too long for a link of 2,000 characters"]]) {
    await page.keyboard.press("Escape");
    await run(page, calls(count));
    await dialogOf(page);
    if (count === 150) await dialog.getByRole("button", { name: "QR code" }).click();
    await expect(dialog.getByText(told)).toBeVisible();
  }
  await expect(dialog.getByRole("button", { name: "Copy link", exact: true })).toHaveCount(0);
  expect((await saved(page, dialog.getByRole("button", { name: "Save as .kms" }))).bytes.length).toBeGreaterThan(2_000);
});

test("files: saved, opened, dropped, refused; own work comes back", async ({ page }) => {
  await opened(page);
  await run(page, TEXT);
  const dialog = await dialogOf(page);
  const file = await saved(page, dialog.getByRole("button", { name: "Save as .kms" }));
  expect([file.name, file.bytes.toString()]).toEqual(["scenario.kms", TEXT]);
  await page.keyboard.press("Escape");

  const mine = "own = kmalloc(7, GFP_ATOMIC);\n";
  await run(page, mine);
  await dialogOf(page);
  await dialog.locator("input[type=file]").setInputFiles({ name: "x.kms", mimeType: "", buffer: file.bytes });
  await expect(dialog).toBeHidden();
  expect(await textOf(page)).toBe(TEXT);
  await page.reload();
  await ready(page);
  await page.getByRole("button", { name: "Open my earlier work" }).click();
  expect(await textOf(page)).toBe(mine);

  for (const [bytes, told] of [
    [Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1]), "This file is no text"],
    [Buffer.from([0x63, 0x61, 0x66, 0xe9]), "not in UTF-8"],
    [Buffer.alloc(300_000, 0x61), "larger than the 256 KB"],
  ]) {
    await drop(page, bytes);
    await expect(page.locator(".notice").first()).toContainText(told);
    expect(await textOf(page)).toBe(mine);
  }
  await drop(page, Buffer.from("// dropped\nkfree(NULL);\n"));
  await expect.poll(() => textOf(page)).toBe("// dropped\nkfree(NULL);\n");
  await page.getByRole("button", { name: "Undo" }).click();
  expect(await textOf(page)).toBe(mine);
});

test("pictures, data and the kernel's texts", async ({ page }) => {
  await opened(page);
  await run(page, TEXT);
  await page.evaluate(() => window.kmallocLab.seek(3));
  const dialog = await dialogOf(page);
  const press = (name) => saved(page, dialog.getByRole("button", { name, exact: true }));
  const svg = await press("SVG");
  expect(svg.bytes.toString()).toMatch(/^<svg [^>]*font-family="sans-serif"[\s\S]*mine = kmalloc\(100, GFP_KERNEL\)[\s\S]*<\/svg>\n$/);
  const wellFormed = await page.evaluate((svg) => {
    const read = new DOMParser().parseFromString(svg, "image/svg+xml");
    return [read.querySelectorAll("parsererror").length, read.querySelectorAll("text").length > 20];
  }, svg.bytes.toString());
  expect(wellFormed).toEqual([0, true]);
  const png = await press("PNG");
  expect([...png.bytes.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  expect(png.bytes.readUInt32BE(16), "two pixels a unit").toBe(1_600);

  const { events, calls } = await snapshot(page);
  const json = JSON.parse((await press("JSON")).bytes);
  expect([json.text, json.calls.length, json.events.length]).toEqual([TEXT, calls, events]);
  const csv = (await press("CSV")).bytes.toString();
  expect(csv.split("\r\n").length).toBe(events + 2);
  const buddyinfo = await press("buddyinfo");
  expect([buddyinfo.name, buddyinfo.bytes.toString()]).toEqual(["buddyinfo.txt", expect.stringContaining("Node 0, zone")]);
  expect((await press("dmesg")).name).toBe("dmesg.txt");
});

test("a long export tells how far it is, and is cancelled", async ({ page }) => {
  await opened(page);
  await run(page, "for (i = 0; i < 30000; i++) { p = kmalloc(4096, GFP_KERNEL); kfree(p); }");
  expect((await snapshot(page)).events).toBeGreaterThan(100_000);
  const dialog = await dialogOf(page);
  const downloads = [];
  page.on("download", (download) => downloads.push(download));
  await dialog.getByRole("button", { name: "CSV" }).click();
  const bar = dialog.getByRole("progressbar");
  await expect.poll(() => bar.evaluate((bar) => bar.value)).toBeGreaterThan(0);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(bar).toBeHidden();
  await expect(dialog.getByRole("status")).toContainText("Stopped");
  expect(downloads).toEqual([]);
});

test("a sequence is made, sent, played, and gone back in", async ({ fresh }) => {
  const page = await opened(await fresh({ permissions: ["clipboard-read", "clipboard-write"] }));
  const scenes = [["first = kmalloc(1, GFP_KERNEL);", "One byte."], ["b = kmalloc(2, GFP_ATOMIC);", "两个字节。"], ["kfree(NULL);", ""]];
  const dialog = page.getByRole("dialog", { name: "Share" });
  for (const [text, sentence] of scenes) {
    await run(page, text);
    await dialogOf(page);
    await dialog.getByRole("textbox", { name: "What is there to see?" }).fill(sentence);
    await dialog.getByRole("button", { name: "Add this moment" }).click();
    await expect(dialog.locator("li", { hasText: sentence || "(no sentence)" })).toBeVisible();
    if (text !== "kfree(NULL);") await page.keyboard.press("Escape");
  }
  await dialog.getByRole("button", { name: "Move scenario 2 up" }).click();
  await dialog.getByRole("button", { name: "Remove scenario 3" }).click();
  await expect(dialog.locator("li")).toHaveCount(2);
  await axe(page);
  await dialog.getByRole("button", { name: "Copy link to the sequence" }).click();
  await expect(dialog.getByRole("status")).toContainText("copied");
  const link = await clipboard(page);

  const student = await fresh({ viewport: { width: 390, height: 844 }, reducedMotion: "reduce" });
  await opened(student);
  await run(student, TEXT);
  await student.evaluate((link) => (location.href = link), link);
  const bar = student.getByRole("region", { name: "Sequence" });
  await expect(bar).toContainText("1 of 2");
  await expect(bar).toContainText("两个字节。");
  await expect(student.getByText("replaced your own work")).toBeVisible();
  await bar.getByRole("button", { name: "Next scenario" }).click();
  await expect(bar).toContainText("One byte.");
  expect((await snapshot(student)).text).toContain("p = kmalloc(1, GFP_KERNEL);");
  await axe(student);
  const wide = await student.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(390);
  await student.goBack();
  await expect(bar).toContainText("1 of 2");
  expect((await snapshot(student)).text).toContain("p = kmalloc(2, GFP_ATOMIC);");
  await student.goForward();
  await expect(bar).toContainText("2 of 2");
  await student.reload();
  await ready(student);
  await expect(bar).toContainText("One byte.");
  await bar.getByRole("button", { name: "Close the sequence" }).click();
  await expect(bar).toBeHidden();
  await student.getByRole("button", { name: "Open my earlier work" }).click();
  expect((await snapshot(student)).text).toBe(TEXT);
});

const firefox = process.env.KMALLOC_LAB_FIREFOX ?? "/usr/bin/firefox-esr";

test("in Firefox a link restores the same machine, bit for bit", async ({ page, site }) => {
  test.skip(!existsSync(firefox), `there is no Firefox at ${firefox}: install Debian's firefox-esr, or set KMALLOC_LAB_FIREFOX`);
  test.setTimeout(120_000);
  await opened(page);
  await run(page, TEXT);
  await page.evaluate(() => window.kmallocLab.seek(11));
  const dialog = await dialogOf(page);
  const link = await dialog.locator("input.mono").first().inputValue();
  const sent = await snapshot(page);
  const { launch } = await import("puppeteer-core");
  const browser = await launch({ browser: "firefox", executablePath: firefox, protocol: "webDriverBiDi" });
  try {
    const other = await browser.newPage();
    await other.goto(link);
    expect(link.startsWith(site)).toBe(true);
    await other.waitForFunction(() => window.kmallocLab);
    const received = await other.evaluate(() => window.kmallocLab.snapshot());
    expect(JSON.stringify(moment(received))).toBe(JSON.stringify(moment(sent)));
    await other.evaluate(() => window.kmallocLab.seek(12));
    await other.waitForFunction(() => window.kmallocLab.snapshot().cursor === 12);
  } finally {
    await browser.close();
  }
});
