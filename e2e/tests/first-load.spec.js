// What a first visitor waits for, in its three stages; and that the rest of the module is there when it is called for.
import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "../lab.mjs";
import { DIST } from "../serve.mjs";

const press = (page) => page.getByRole("button", { name: "kmalloc", exact: true }).first();

/** What `cargo xtask size` counts before the last stage. */
function counted() {
  const index = readFileSync(`${DIST}/index.html`, "utf8");
  const files = readdirSync(DIST, { withFileTypes: true }).filter((entry) => entry.isFile());
  const named = files.map(({ name }) => name).filter((name) => name !== "index.html" && index.includes(name));
  const folder = (attribute) => new RegExp(`${attribute}="([^"]*)"`).exec(index)?.[1] ?? "";
  const asked = readFileSync(new URL("../../xtask/dist/first-load.txt", import.meta.url), "utf8").trim().split("\n");
  const view = `${folder("data-first")}en-wide.html`;
  return ["", ...named, view, ...asked.map((name) => folder("data-files") + name)].sort();
}

test.beforeEach(() => {
  // Without a browser, or when it is built for one's own work, the page's module is in one piece.
  test.skip(!readdirSync(DIST).some((name) => name.endsWith("_later.wasm")), "a page in one piece");
});

test("the page is complete by what is counted, and a click is answered", async ({ page }) => {
  const fetched = [];
  page.on("request", (request) => fetched.push(new URL(request.url()).pathname.slice(1)));
  await page.goto("./");
  await expect(press(page)).toBeVisible();
  await expect(page.locator("canvas").first()).toBeVisible();
  await press(page).click();
  await expect(page.locator('[data-pointer="p"]')).toContainText("128", { timeout: 20_000 });
  // The tab's icon holds up nothing.
  const first = () => fetched.filter((name) => !/_later\.wasm$|\/icon\.svg$/.test(name)).sort();
  await expect.poll(first).toEqual(counted());
});

test("the second half is fetched when it is called for too early", async ({ page }) => {
  // Only the request that does not wait is answered.
  await page.addInitScript(() => {
    const { fetch } = window;
    window.fetch = (place, ...more) => (String(place).endsWith("_later.wasm") ? new Promise(() => {}) : fetch(place, ...more));
  });
  await page.goto("./");
  await expect(press(page)).toBeVisible();
  const ran = await page.evaluate(() => window.kmallocLab.run("irq { p = kmalloc(100, GFP_ATOMIC); }\nkfree(p);\n"));
  expect(ran.errors).toEqual([]);
  expect(ran.calls.at(-1).text).toBe("kfree(p)");
});
