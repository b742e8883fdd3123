// What a first visitor downloads.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { expect, test } from "../lab.mjs";
import { DIST } from "../serve.mjs";

const press = (page) => page.getByRole("button", { name: "kmalloc", exact: true }).first();

/** What `cargo xtask size` counts. */
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
  test.skip(!existsSync(`${DIST}/sw.js`), "not a hosted build: `cargo xtask dist` makes one");
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
  const first = () => fetched.filter((name) => !name.endsWith("/icon.svg")).sort();
  await expect.poll(first).toEqual(counted());
});
