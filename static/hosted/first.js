// The page before its program is here. A first visitor's page is the same for everyone, so the build has taken it down as
// HTML (`xtask/dist/src/visit.rs`); it stands until the program draws itself in its place, at the same moment of the same
// scenario. What is pressed, typed and chosen meanwhile is kept, and done in its order as soon as the program can.
//
// It answers nothing by itself: whoever comes with an address, comes back, or is inside of another page waits for the program
// with a line in place of it.
(() => {
  const root = document.documentElement;
  const LOADS = { en: "The lab is loading.", zh: "实验室正在载入。" };
  const WAITS = {
    en: "The lab is still loading; what you did takes effect as soon as it is ready.",
    zh: "实验室仍在载入，载入后会立即执行你刚才的操作。",
  };
  // Who has kept files from the last visit does not wait as long as this.
  const LONG_MS = 400;
  // As `frame.rs` has them: from where on there are panes side by side, and what is a low window.
  const WIDE = 821;
  const LOW = 840;

  const isFirstVisit = () => {
    try {
      return location.hash.length < 2 && !location.search && localStorage.getItem("kmalloc-lab.format") === null;
    } catch {
      // Nothing is kept here, so nobody comes back to anything.
      return true;
    }
  };
  const languageOf = (code) => (/^zh/i.test(code) ? "zh" : "en");
  const sayThatItComes = (texts, lang, page = document.body) => {
    const status = document.createElement("div");
    status.lang = lang;
    status.className = "running coming";
    const line = document.createElement("p");
    line.className = "line";
    line.role = "status";
    status.append(line);
    page.append(status);
    // A live region tells what comes into it, not what it comes with.
    setTimeout(() => (line.textContent = texts[lang]));
  };
  if (!isFirstVisit() || window.top !== window) {
    const language = () => {
      try {
        return localStorage.getItem("kmalloc-lab.lang") ?? navigator.language;
      } catch {
        return navigator.language;
      }
    };
    let line;
    const tell = () => {
      // Scripts that are late hold up the page's end.
      if (!document.body) return void (line = setTimeout(tell, 50));
      if (document.body.childElementCount > 0) return;
      const page = document.createElement("main");
      const name = document.createElement("h1");
      name.className = "visually-hidden";
      name.textContent = document.title;
      page.append(name);
      document.body.append(page);
      sayThatItComes(LOADS, languageOf(language()), page);
    };
    line = setTimeout(tell, LONG_MS);
    // What the program draws takes the place of it; so does the page that says that there is no program.
    for (const end of ["TrunkApplicationStarted", "kmalloc-lab-stopped"]) addEventListener(end, () => clearTimeout(line));
    return;
  }

  const lang = languageOf(navigator.language);
  const wide = innerWidth >= WIDE;
  root.dataset.waits = "";
  root.lang = lang === "zh" ? "zh-Hans" : "en";
  root.toggleAttribute("data-low", wide && innerHeight < LOW);

  const waits = () => "waits" in root.dataset;
  const done = [];
  const scrolled = new Map();
  let focused;
  // From here on the program draws: what had the focus is no longer there, and the one in its place does not have it yet.
  let draws = false;
  // What is typed in between.
  let typed = "";

  // An element goes by its place in the page, which the program's page has as well, and by what it is.
  const childOf = (parent, place) => parent?.children[place];
  const pathOf = (element) => {
    const path = [];
    for (let at = element; at && at !== document.body; at = at.parentElement) {
      path.unshift([...at.parentElement.children].indexOf(at));
    }
    return path;
  };
  const nameOf = (element) => element.ariaLabel ?? element.textContent;
  const placeOf = (element) => ({ path: pathOf(element), kind: element.localName, name: nameOf(element) });
  const elementAt = ({ path, kind, name }) => {
    if (path.length === 0) return document.body;
    const is = (element) => element?.localName === kind && nameOf(element) === name;
    const found = path.reduce(childOf, document.body);
    if (is(found)) return found;
    // What was done before it may have moved it. Nameless elements are all alike.
    return name ? [...document.querySelectorAll(kind)].find(is) : undefined;
  };

  const keep = (target, type, on) => {
    if (done.length === 0) sayThatItComes(WAITS, lang);
    done.push({ ...placeOf(target), target, type, on });
  };

  const onClick = (event) => {
    const { target } = event;
    // These do by themselves what they do: a link leads away, and of a field the value is kept.
    if (target.closest('a[href]:not([href="#"]), input, select, textarea, label')) return;
    event.preventDefault();
    const pressed = target.closest('button, summary, a[href="#"], .plane');
    // Where the map had to be made to fit, the same place is another page.
    if (!pressed || pressed.style.transform) return;
    pressed.ariaBusy = "true";
    const click = new MouseEvent("click", event);
    keep(pressed, event.type, (element) => element.dispatchEvent(click));
  };
  const noteCaret = (field) => {
    if (focused && Number.isInteger(field?.selectionStart)) focused.caret = [field.selectionStart, field.selectionEnd];
  };
  const onValue = ({ type, target }) => {
    const { value, checked } = target;
    // The browser tells of the caret later than of the letter.
    if (target === document.activeElement) noteCaret(target);
    // Of what is typed in one go only the last counts.
    const before = done.findLastIndex((act) => act.target !== target) + 1;
    const same = done.findIndex((act, place) => place >= before && act.type === type);
    if (same >= 0) done.splice(same, 1);
    keep(target, type, (element) => {
      if ("checked" in element) element.checked = checked;
      element.value = value;
      const Kind = type === "input" ? InputEvent : Event;
      element.dispatchEvent(new Kind(type, { bubbles: true }));
    });
  };
  // The page's keys, where they are not a field's or a button's (`browser::is_for_the_page`), and the map's own.
  const KEYS = /^( |ArrowLeft|ArrowRight|PageUp|PageDown|Home|End|[sSfFzZlgcp+=?-])$/;
  const MAP_KEYS = /^(Arrow.*|Page.*|Home|End|Enter|Escape|[ +=0-9-])$/;
  const onKey = (event) => {
    const { target, key } = event;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (draws && target === document.body && focused?.caret && key.length === 1) {
      event.preventDefault();
      typed += key;
      return;
    }
    if (target.closest("[role=grid]")) {
      if (!MAP_KEYS.test(key)) return;
    } else if (!KEYS.test(key) || target.closest("input, select, textarea, dialog, [popover]")) {
      return;
    } else if (target !== document.body && (key === " " || (key.length > 1 && !target.closest("button, [data-keys]")))) {
      // A button is pressed with it; what is only looked at scrolls.
      return;
    }
    event.preventDefault();
    const again = new KeyboardEvent("keydown", event);
    keep(target, event.type, (element) => element.dispatchEvent(again));
  };
  const hear = {
    click: onClick,
    keydown: onKey,
    // Of what is pressed now; what is pressed again later may send the form.
    submit: (event) => draws || event.preventDefault(),
    input: onValue,
    change: onValue,
    focusin: ({ target }) => draws || (focused = placeOf(target)),
    // An element that is taken away with the whole page has not lost the focus by the student's will.
    focusout: () => setTimeout(() => !draws && document.activeElement === document.body && (focused = undefined)),
    selectionchange: () => noteCaret(document.activeElement),
    scroll: ({ target }) => {
      const at = target === document ? document.scrollingElement : target;
      scrolled.set(at, [at === document.scrollingElement ? undefined : placeOf(at), at.scrollLeft, at.scrollTop]);
    },
  };
  // These are told of, and change nothing.
  const QUIET = ["scroll", "selectionchange", "submit"];
  const listen = (event) => {
    if (!event.isTrusted) return;
    if (!QUIET.includes(event.type)) event.stopImmediatePropagation();
    hear[event.type](event);
  };
  for (const type of Object.keys(hear)) addEventListener(type, listen, true);
  const end = () => {
    delete root.dataset.waits;
    for (const type of Object.keys(hear)) removeEventListener(type, listen, true);
  };

  // The map was taken down in the room that it had: here it may be another one.
  const fit = () => {
    for (const plane of document.querySelectorAll(".memory .plane")) {
      const { width, height } = plane.parentElement.getBoundingClientRect();
      const by = Math.min(width / plane.offsetWidth, height / plane.offsetHeight);
      // Nearly the same is sharper as it is.
      if (by > 0 && (by < 1 || by > 1.05)) Object.assign(plane.style, { transformOrigin: "0 0", transform: `scale(${by})` });
    }
  };
  const styled = async () => {
    const sheet = document.querySelector("link[rel=stylesheet]");
    if (sheet && !sheet.sheet) await new Promise((loaded) => sheet.addEventListener("load", loaded, { once: true }));
  };
  const show = async () => {
    const answer = await fetch(`${root.dataset.first}${lang}-${wide ? "wide" : "narrow"}.html`);
    const page = answer.ok ? await answer.text() : "";
    while (!document.body) await new Promise((later) => setTimeout(later));
    // The program may have been faster.
    if (!waits() || document.body.childElementCount > 0) return;
    document.body.innerHTML = page;
    await styled();
    if (waits()) fit();
  };
  // Without it the page is empty until the program is here.
  show().catch(() => {});

  // What the program asks for at its start (`browser::fetch_text`): with it the lesson stays where it is. The program waits for
  // `here` (`boot.js`).
  const files = (window.kmallocLabFiles = {});
  const bring = async (name) => {
    const answer = await fetch(root.dataset.files + name);
    if (answer.ok) files[root.dataset.files + name] = await answer.text();
  };
  const asked = @ASKED@.map((name) => bring(name.replace("/en/", `/${lang}/`)).catch(() => {}));
  files.here = Promise.all(asked);

  addEventListener("kmalloc-lab-stopped", end);
  addEventListener("TrunkApplicationStarted", () => (draws = true));
  addEventListener("kmalloc-lab-drawn", async () => {
    for (const [place, left, top] of scrolled.values()) {
      const scroller = place ? elementAt(place) : document.scrollingElement;
      scroller?.scrollTo({ left, top, behavior: "instant" });
    }
    // Now both are the same page; what is done to it may give an element another name or place.
    const found = done.map(elementAt);
    for (const [at, act] of done.entries()) {
      const element = found[at]?.isConnected ? found[at] : elementAt(act);
      if (element) act.on(element);
      // The page is drawn before the next one.
      await new Promise((drawn) => setTimeout(drawn));
    }
    // The focus last, in one go with what was typed while nothing had it: from here on the program hears everything itself.
    end();
    if (!focused || document.activeElement !== document.body) return;
    const element = elementAt(focused);
    element?.focus({ preventScroll: true });
    if (!element || !focused.caret) return;
    element.setSelectionRange(...focused.caret);
    if (!typed) return;
    element.setRangeText(typed, ...focused.caret, "end");
    element.dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
})();
