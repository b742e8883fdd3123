
// The second half of the module: fetched when the first has shown the page, or at the moment it is called for.
const laterPlace = new URL('LATER', import.meta.url);

function placeLater(module) {
    if (!wasm.ready.value) new WebAssembly.Instance(module, { first: wasm });
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
    // What fails here is fetched again when it is called for.
    WebAssembly.compileStreaming(fetch(laterPlace)).then(placeLater, () => {});
}
