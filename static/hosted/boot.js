
// ── what `cargo xtask dist` adds: the page starts by itself, and keeps itself for later without a network ──

const program = fetch(new URL('MODULE', import.meta.url));

async function begin(module) {
    const started = await __wbg_init({ module_or_path: module });
    dispatchEvent(new CustomEvent('TrunkApplicationStarted', { detail: { wasm: started } }));
}

// The program draws the page that stands there already. Between its tasks the browser would show half a page: until the last of
// them it shows what stands, as before a transition, of which there is nothing to see.
async function beginInPlace() {
    await window.kmallocLabFiles.here;
    const answer = await program;
    // Where a host calls a module something else, the glue knows what to do with the answer itself.
    const module = await WebAssembly.compileStreaming(answer.clone()).catch(() => answer);
    const change = async () => {
        await begin(module);
        await drawn();
        dispatchEvent(new Event('kmalloc-lab-drawn'));
    };
    if (!document.startViewTransition) return change();
    const swap = document.startViewTransition(change);
    // Skipped where nobody looks; the page is changed all the same.
    swap.ready.then(() => swap.skipTransition()).catch(() => {});
    await swap.updateCallbackDone;
}

// It draws in several tasks: it is done when some have gone by without a change.
async function drawn() {
    let changed = false;
    const watch = new MutationObserver(() => (changed = true));
    watch.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    for (let task = 0, quiet = 0; task < 100 && quiet < 5; task += 1) {
        await new Promise((next) => setTimeout(next));
        quiet = changed ? 0 : quiet + 1;
        changed = false;
    }
    watch.disconnect();
}

if ('waits' in document.documentElement.dataset) await beginInPlace();
else await begin(program);

async function keepOffline() {
    const workers = navigator.serviceWorker;
    const registration = await workers.register('./sw.js', { updateViaCache: 'none' });
    const ready = () => {
        // The first one ever is no news.
        if (!registration.waiting || !workers.controller) return;
        document.documentElement.dataset.update = '';
        dispatchEvent(new CustomEvent('kmalloc-lab-update'));
    };
    registration.addEventListener('updatefound', () => registration.installing.addEventListener('statechange', ready));
    ready();
    addEventListener('kmalloc-lab-take-update', () => {
        workers.addEventListener('controllerchange', () => location.reload(), { once: true });
        if (registration.waiting) registration.waiting.postMessage('take over');
        else location.reload();
    });
    // A tab that stays open for days hears of a new version when it is looked at again.
    document.addEventListener('visibilitychange', () => {
        if (document.visibilityState === 'visible') registration.update().catch(() => {});
    });
}

// A lab inside of another page does not install anything, and a frame without rights must not even ask.
if (window.top === window && 'serviceWorker' in navigator) {
    const keep = () => setTimeout(() => keepOffline().catch(() => {}), 1000);
    if (document.readyState === 'complete') keep();
    else addEventListener('load', keep);
}
