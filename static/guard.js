// Stands by while the lab runs. When its program stops in the middle (a panic, a trap, memory that ran out) or cannot be
// had at all, nothing of it works any more: then rescue.js is fetched and shown, which keeps the student's work.
(() => {
  const own = document.currentScript.src;
  let runs = false;
  let told;

  // What the program still knows of the work. It stopped in the middle of something, so asking may fail.
  const known = (what) => {
    try {
      return window.kmallocLabWork?.(what) ?? undefined;
    } catch {
      return undefined;
    }
  };

  const stopped = (more) => {
    if (told) return Object.assign(told, more);
    told = { runs, ...more };
    // What was typed before the program was there (first.js), which now does not come.
    const typed = [...document.querySelectorAll("[data-waits] textarea")].find((it) => it.value !== it.defaultValue);
    told.text = known("text") ?? typed?.value;
    // Last: making it may be what fails.
    told.link = known("link");
    dispatchEvent(new Event("kmalloc-lab-stopped"));
    const show = () => window.kmallocLabRescue(told);
    if (window.kmallocLabRescue) return show();
    const script = document.createElement("script");
    script.src = new URL("rescue.js", own);
    script.onload = show;
    document.head.append(script);
  };

  const ofProgram = (error) =>
    !runs || error instanceof WebAssembly.RuntimeError || (error instanceof RangeError && /wasm/.test(error.stack));

  addEventListener("TrunkApplicationStarted", () => (runs = true));
  // What the panic hook says comes first; an error without one tells only itself.
  addEventListener("kmalloc-lab-panic", ({ detail }) => stopped(detail));
  addEventListener("error", ({ error }) => error && ofProgram(error) && stopped({ error: String(error) }));
  addEventListener("unhandledrejection", ({ reason }) => ofProgram(reason) && stopped({ error: String(reason) }));

  // The stopped program still listens: what it would do now is not to be relied on.
  for (const name of ["pagehide", "popstate", "hashchange", "resize", "storage", "message", "keydown"]) {
    addEventListener(name, (event) => told && event.stopImmediatePropagation(), true);
  }
})();
