// A static server for dist/, as plain as the hosts that will serve the page. Loopback only.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const DIST = fileURLToPath(new URL("../dist", import.meta.url));

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".md": "text/markdown; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  // Browsers compile a module while it arrives only under this type.
  ".wasm": "application/wasm",
};

async function fileFor(folder, address) {
  const path = normalize(join(folder, decodeURIComponent(new URL(address, "http://localhost").pathname)));
  if (path !== folder && !path.startsWith(folder + sep)) return undefined;
  const found = await stat(path).catch(() => undefined);
  if (!found) return undefined;
  return found.isDirectory() ? join(path, "index.html") : path;
}

/** Serves `folder` on a free port (or on `port`); resolves to `{ url, close }`. */
export async function serve(folder = DIST, port = 0) {
  const server = createServer(async (request, response) => {
    const missing = () => response.writeHead(404, { "content-type": "text/plain" }).end("There is no such file.\n");
    const file = await fileFor(folder, request.url).catch(() => undefined);
    if (!file) return missing();
    const body = createReadStream(file);
    body.once("error", missing);
    body.once("open", () => {
      response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "text/plain; charset=utf-8" });
      body.pipe(response);
    });
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${server.address().port}/`, close };
}
