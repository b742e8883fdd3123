// A first visitor who waits until the page is complete, and then says how it looks.
(async () => {
    const wait = (time) => new Promise((done) => setTimeout(done, time));
    const pressable = () => [...document.querySelectorAll('button')].some((it) => it.textContent.trim() === 'kmalloc');
    const shown = () => pressable() && document.querySelector('.lesson .prose');
    for (let tries = 0; tries < 100 && !shown(); tries += 1) await wait(200);
    // What it moves comes to rest.
    await wait(1000);
    await fetch('view', { method: 'POST', body: shown() ? taken() : '' });
})();

// The page as HTML: with what its fields hold, and with drawings in place of canvases.
function taken() {
    const [page, copy] = [document.body, document.body.cloneNode(true)];
    const pairs = (names) => [...page.querySelectorAll(names)].map((it, at) => [it, copy.querySelectorAll(names)[at]]);
    for (const [field, copied] of pairs('input')) {
        if (field.type === 'checkbox') copied.toggleAttribute('checked', field.checked);
        else copied.setAttribute('value', field.value);
    }
    for (const [field, copied] of pairs('textarea')) copied.textContent = field.value;
    for (const [choice, copied] of pairs('option')) copied.toggleAttribute('selected', choice.selected);
    for (const [canvas, copied] of pairs('canvas')) copied.outerHTML = drawing(canvas);
    // Whoever reads HTML leaves out a line's end that such an element begins with.
    for (const it of copy.querySelectorAll('pre, textarea')) if (it.textContent.startsWith('\n')) it.prepend('\n');
    for (const script of copy.querySelectorAll('script')) script.remove();
    return copy.innerHTML;
}

// What was drawn on each canvas since it was cleared: a path, with the colour that fills or strokes it.
const drawn = new Map();
const paths = new Map();
const number = (value) => String(Math.round(value * 100) / 100);
const parts = {
    moveTo: (x, y) => ['M', x, y],
    lineTo: (x, y) => ['L', x, y],
    // Corners of a pixel and a half; the drawing says so once for all of them (`stroke-linejoin`).
    roundRect: (x, y, w, h) => ['M', x, y, 'h', w, 'v', h, 'h', -w, 'z'],
    // A whole circle is the only arc there is.
    arc: (x, y, r) => ['M', x - r, y, 'a', r, r, 0, 1, 0, 2 * r, 0, 'a', r, r, 0, 1, 0, -2 * r, 0],
};
const pen = CanvasRenderingContext2D.prototype;
const heard = (name, hear) => {
    const own = pen[name];
    pen[name] = function (...given) {
        hear(this.canvas, ...given);
        return own.apply(this, given);
    };
};
heard('clearRect', (canvas) => drawn.set(canvas, []));
heard('beginPath', (canvas) => paths.set(canvas, ''));
for (const [name, part] of Object.entries(parts)) {
    heard(name, (canvas, ...given) => {
        const words = part(...given).map((word) => (typeof word === 'number' ? number(word) : word));
        paths.set(canvas, paths.get(canvas) + words.join(' ').replace(/ ?([a-zA-Z]) ?/g, '$1').replace(/ -/g, '-'));
    });
}
for (const [name, colour] of [['fill', 'fillStyle'], ['stroke', 'strokeStyle']]) {
    const own = pen[name];
    pen[name] = function (...given) {
        const path = paths.get(this.canvas);
        if (path) drawn.get(this.canvas)?.push([name, this[colour], path]);
        return own.apply(this, given);
    };
}

// The tokens of `paint/screen.rs`, so that the drawing follows the theme as the canvas does.
const TOKENS = ['panel', 'edge', 'line2', 'ink', 'accent'].concat(
    ['slab', 'pages', 'reserved', 'file', 'user'].flatMap((owner) => [owner, `${owner}-edge`, `${owner}-ink`]),
);

function drawing(canvas) {
    const trial = document.body.appendChild(document.createElement('i'));
    const plain = canvas.getContext('2d');
    const tokens = TOKENS.map((token) => {
        trial.style.color = `var(--${token})`;
        plain.fillStyle = getComputedStyle(trial).color;
        return [plain.fillStyle, `var(--${token})`];
    });
    trial.remove();
    const token = (colour) => tokens.find(([own]) => own === colour)?.[1] ?? colour;
    const shapes = (drawn.get(canvas) ?? []).map(([name, colour, path]) => {
        const other = name === 'fill' ? 'stroke' : 'fill';
        return `<path d="${path}" style="${name}:${token(colour)};${other}:none"/>`;
    });
    const size = `viewBox="0 0 ${canvas.width} ${canvas.height}"`;
    return `<svg class="${canvas.className}" style="${canvas.style.cssText}" aria-hidden="true" ${size}>${shapes.join('')}</svg>`;
}
