// Keeps the whole lab in the browser, so that it works without a network from the second visit on.
//
// One cache a build, filled at once or not at all: each file must be the one that the build made, by its hash. A new build
// waits until no tab uses the old one or a tab asks for it; names carry hashes, so what an older tab still fetches is found
// in the cache before. Written by `cargo xtask dist`.
const BUILD = "@BUILD@";
const FILES = @FILES@;

const ROOT = new URL("./", location).pathname;
const OURS = `kmalloc-lab ${ROOT} `;
const CACHE = OURS + BUILD;

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));
addEventListener("message", (event) => {
  if (event.data === "take over") skipWaiting();
});

async function install() {
  const requests = Object.entries(FILES).map(([path, integrity]) => new Request(path, { cache: "no-cache", integrity }));
  const cache = await caches.open(CACHE);
  try {
    await cache.addAll(requests);
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
}

async function activate() {
  // The one before stays for tabs that are still open.
  const others = (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== CACHE);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
  await clients.claim();
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin || !pathname.startsWith(ROOT)) return;
  const path = pathname.slice(ROOT.length);
  const name = path === "" || path === "index.html" ? "./" : path;
  // Another page that lies beside the lab is not ours.
  if (request.mode === "navigate" && !Object.hasOwn(FILES, name)) return;
  event.respondWith(answer(request, name));
});

async function answer(request, path) {
  const own = await caches.open(CACHE);
  const address = new URL(path, location).href;
  return (await own.match(address)) ?? (request.mode === "navigate" ? undefined : await caches.match(address)) ?? fetch(request);
}
