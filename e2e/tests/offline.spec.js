// The lab on any host and on none: below a folder, without a network, and from one build to the next.
import { createHash } from "node:crypto";
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, walk } from "../lab.mjs";
import { DIST, serve } from "../serve.mjs";

const press = (page) => page.getByRole("button", { name: "kmalloc", exact: true }).first();
const snapshot = (page) => page.evaluate(() => window.kmallocLab.snapshot());

test.use({ serviceWorkers: "allow" });

// What is built for one's own work has no service worker.
test.skip(() => !existsSync(join(DIST, "sw.js")), "not a hosted build: `cargo xtask dist` makes one");

/** A host of our own, with the lab in a folder: `{ folder, url, close }`. */
async function host() {
  const root = mkdtempSync(join(tmpdir(), "kmalloc-lab-"));
  const folder = join(root, "courses", "lab");
  cpSync(DIST, folder, { recursive: true });
  const server = await serve(root);
  const close = async () => {
    await server.close();
    rmSync(root, { recursive: true, force: true });
  };
  return { folder, url: `${server.url}courses/lab/`, close, down: server.close };
}

/** Makes the build in this folder another one. */
function nextBuild(folder) {
  const index = join(folder, "index.html");
  writeFileSync(index, readFileSync(index, "utf8").replace("</head>", '<meta name="build" content="next"></head>'));
  const hash = createHash("sha256").update(readFileSync(index)).digest("base64");
  const worker = join(folder, "sw.js");
  const text = readFileSync(worker, "utf8");
  writeFileSync(
    worker,
    text.replace(/BUILD = "\w+"/, 'BUILD = "next"').replace(/"\.\/": "sha256-[^"]+"/, `"./": "sha256-${hash}"`),
  );
}

const isNext = async (page) => (await page.locator('meta[content="next"]').count()) > 0;

/** Opens the lab and waits until all of it is kept. */
async function kept(page, url) {
  await page.goto(url);
  await expect(press(page)).toBeVisible();
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) {
      await new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
    }
  });
}

test("below a folder, and after the first visit without a network", async ({ fresh }) => {
  const lab = await host();
  const page = await fresh({ serviceWorkers: "allow" });
  await kept(page, lab.url);
  await lab.down();
  const asked = [];
  page.on("requestfailed", (request) => asked.push(request.url()));
  await page.reload();
  await walk(page);
  const other = await page.context().newPage();
  await other.goto(lab.url);
  await expect(press(other)).toBeVisible();
  expect(asked).toEqual([]);
  await lab.close().catch(() => {});
});

test("a new build waits, says so, and finds the work", async ({ fresh }) => {
  const lab = await host();
  const page = await fresh({ serviceWorkers: "allow" });
  await kept(page, lab.url);
  await press(page).click();
  await expect(page.locator('[data-pointer="p"]')).toContainText("128");
  const { text } = await snapshot(page);

  nextBuild(lab.folder);
  await page.reload();
  const notice = page.locator(".standing .notice");
  await expect(notice).toContainText("A new version is ready", { timeout: 20_000 });
  // The page that is open is still the old one, whole.
  expect(await isNext(page)).toBe(false);
  await page.reload();
  expect(await isNext(page)).toBe(false);
  expect((await snapshot(page)).text).toBe(text);

  await expect(notice).toBeVisible({ timeout: 20_000 });
  const loaded = page.waitForEvent("load");
  await notice.getByRole("button", { name: "Reload now" }).click();
  await loaded;
  await expect(press(page)).toBeVisible();
  expect(await isNext(page)).toBe(true);
  expect((await snapshot(page)).text).toBe(text);
  await expect(notice).toHaveCount(0);
  await lab.close();
});

test("a host that is half through its own update keeps nothing of it", async ({ fresh }) => {
  const lab = await host();
  appendFileSync(join(lab.folder, "index.html"), "<!-- of another build than the worker -->\n");
  const page = await fresh({ serviceWorkers: "allow" });
  await page.goto(lab.url);
  await press(page).click();
  const state = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.register("./sw.js");
    const worker = registration.installing ?? registration.waiting ?? registration.active;
    if (!worker) return "redundant";
    await new Promise((done) => worker.addEventListener("statechange", done, { once: true }));
    return worker.state;
  });
  expect(state).toBe("redundant");
  // Before its host: the page may be about to register the worker once more.
  await page.close();
  await lab.close();
});

test("nothing is asked of any other host", async ({ fresh, site }) => {
  const page = await fresh({ serviceWorkers: "allow" });
  const asked = [];
  page.context().on("request", (request) => asked.push(request.url()));
  await kept(page, site);
  await walk(page);
  const foreign = asked.filter((url) => !url.startsWith(site) && !url.startsWith("data:") && !url.startsWith("blob:"));
  expect(foreign).toEqual([]);
  expect(asked.length).toBeGreaterThan(5);
});
