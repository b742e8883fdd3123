// How Chromium is started: the same for tests, pictures and measurements.

// Containers run as root, where Chromium's sandbox does not work; the rest keeps a fresh profile quiet.
const asRoot = process.getuid?.() === 0;
const args = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-gpu",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
];

export const quiet = asRoot ? ["--no-sandbox", ...args] : args;
