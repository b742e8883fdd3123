
// The second half of the module: fetched when the first has shown the page, or at the moment it is called for.
const laterPlace = new URL('LATER', import.meta.url);

// Compiled beforehand where it could not be had at the moment it is called for; a hosted page sets it (`boot.js`).
let laterCompiled;

// What people do needs it nearly always. Until it is here, clicks wait, rather than the whole page; what the pointer and the
// focus pass on their way is not answered.
const laterEvents = ['click', 'focus', 'blur', 'focusin', 'focusout', 'mouseenter', 'mouseleave', 'pointermove', 'pointerleave'];
const laterClicks = [];

function waitForLater(event) {
    if (!event.isTrusted) return;
    event.stopImmediatePropagation();
    if (event.type !== 'click') return;
    event.preventDefault();
    laterClicks.push([event.target, new MouseEvent('click', event)]);
}

function goOn() {
    for (const name of laterEvents) removeEventListener(name, waitForLater, true);
    // What was done before the program was here comes first (`first.js`).
    dispatchEvent(new Event('kmalloc-lab-whole'));
    for (const [target, click] of laterClicks.splice(0)) target.dispatchEvent(click);
}

function placeLater(module) {
    if (wasm.ready.value) return;
    const first = { ...wasm };
    for (const { kind, name } of WebAssembly.Module.imports(module)) {
        // Functions go by their places in the table.
        if (kind === 'function') first[name] = wasm.table.get(Number(name));
    }
    new WebAssembly.Instance(module, { first });
}

function later() {
    const request = new XMLHttpRequest();
    request.open('GET', laterPlace, false);
    request.overrideMimeType('text/plain; charset=x-user-defined');
    request.send();
    if (request.status !== 200) throw new Error('the second half of the page could not be fetched');
    placeLater(new WebAssembly.Module(Uint8Array.from(request.responseText, (letter) => letter.charCodeAt(0))));
}

function laterInTime() {
    if (wasm.ready.value) return goOn();
    for (const name of laterEvents) addEventListener(name, waitForLater, true);
    // What fails here is fetched again when it is called for.
    WebAssembly.compileStreaming(fetch(laterPlace)).then(placeLater).catch(() => {}).then(goOn);
}
