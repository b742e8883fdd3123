// What a first visitor waits for, in a page whose module marks what runs; then the page says what ran.
const { instantiateStreaming } = WebAssembly;
WebAssembly.instantiateStreaming = async (...given) => {
    const made = await instantiateStreaming(...given);
    visit(made.instance.exports);
    return made;
};

async function visit(marks) {
    const wait = (time) => new Promise((done) => setTimeout(done, time));
    const shown = () => [...document.querySelectorAll('button')].some((it) => it.textContent.trim() === 'kmalloc');
    for (let tries = 0; tries < 100 && !shown(); tries += 1) await wait(200);
    // The chapter comes.
    await wait(4000);
    const ran = Object.keys(marks).filter((name) => /^ran\d+$/.test(name) && marks[name].value);
    await fetch('ran', { method: 'POST', body: shown() ? ran.map((name) => name.slice(3)).join() : '' });
}
