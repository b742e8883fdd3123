
// ── what `cargo xtask dist` adds: the page starts by itself, and keeps itself for later without a network ──

const program = fetch(new URL('MODULE', import.meta.url));

// Only what a first visitor sees was prepared: who comes with an address or comes back needs the program's second half at
// once, and gets both at the same time.
function isFirstVisit() {
    try {
        return location.hash.length < 2 && !location.search && localStorage.getItem('kmalloc-lab.format') === null;
    } catch {
        return true;
    }
}

// A service worker hears no synchronous request: where one answers for the host, which may be away, the second half of the
// program comes before the start, too. A page in one piece has none.
if (typeof laterPlace !== 'undefined' && (navigator.serviceWorker?.controller || !isFirstVisit())) {
    laterCompiled = await WebAssembly.compileStreaming(fetch(laterPlace)).catch(() => undefined);
}

const started = await __wbg_init({ module_or_path: program });
dispatchEvent(new CustomEvent('TrunkApplicationStarted', { detail: { wasm: started } }));

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
