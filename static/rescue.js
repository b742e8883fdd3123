// The page in place of a lab that has stopped: it keeps the scenario, offers it as text, file and link, and starts again.
// guard.js fetches it. It uses nothing of the lab's program, which has stopped; what it shows is put in as text.
window.kmallocLabRescue = (told) => {
  const TEXTS = {
    en: {
      title: "The lab has stopped",
      why: "A mistake in the lab’s own program stopped it, not your scenario’s C. Your work is kept: the scenario stands below as it was last.",
      absent: "The lab could not be loaded. Check the connection, then try again; what you did here before is kept.",
      again: "It stopped again right after the start, so this scenario may be what stops it. Save it, then start without it.",
      scenario: "Scenario",
      copy: "Copy the text",
      file: "Save as a file",
      link: "Link",
      copyLink: "Copy the link",
      done: "Copied",
      byHand: "Select it and copy by hand",
      restart: "Start again with this scenario",
      retry: "Try again",
      empty: "Start without it",
      later: "The lab then begins afresh and offers this scenario as your earlier work.",
      details: "What happened",
      report: "Add these words and the scenario when you report it.",
    },
    zh: {
      title: "实验室停止了运行",
      why: "是实验室自身的程序出了错，不是你的脚本写错了。你的内容都还在：下面就是脚本最后的样子。",
      absent: "实验室没能载入。请检查网络后重试；你之前的内容都还在。",
      again: "刚启动就又停了，原因可能就在这个脚本里。请先保存它，再不带它启动。",
      scenario: "脚本",
      copy: "复制脚本",
      file: "保存为文件",
      link: "链接",
      copyLink: "复制链接",
      done: "已复制",
      byHand: "请选中后手动复制",
      restart: "带着这个脚本重新启动",
      retry: "重试",
      empty: "不带它启动",
      later: "实验室将从头开始，并把这个脚本作为“之前的内容”留给你。",
      details: "发生了什么",
      report: "报告问题时，请附上这些文字和脚本。",
    },
  };
  const KEY = "kmalloc-lab.";
  // Two stops within this time: starting again the same way would stop the same way.
  const SOON_MS = 15_000;

  // The program may still be called by a timer: from now on it keeps nothing.
  const { setItem, removeItem } = Storage.prototype;
  Storage.prototype.setItem = Storage.prototype.removeItem = () => {};
  history.pushState = () => {};
  // What all tabs share, and this tab's own: either may be closed to the page.
  const [shared, tab] = ["localStorage", "sessionStorage"].map((name) => {
    try {
      return window[name];
    } catch {
      return undefined;
    }
  });
  const load = (key, from = shared) => from?.getItem(KEY + key) ?? undefined;
  const save = (key, value, to = shared) => {
    try {
      if (value === undefined) removeItem.call(to, KEY + key);
      else setItem.call(to, KEY + key, value);
    } catch {
      // Where nothing can be kept, the text and the link on this page are what there is.
    }
  };

  const language = load("lang") ?? navigator.language;
  const zh = language.startsWith("zh");
  const t = zh ? TEXTS.zh : TEXTS.en;
  const text = () => told.text ?? load("text", tab) ?? load("text") ?? "";
  const now = Date.now();
  const soon = now - Number(load("stopped") ?? 0) < SOON_MS;
  save("stopped", String(now));

  const make = (name, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  const copier = (label, field) => {
    const button = make("button", { type: "button" }, label);
    button.onclick = async () => {
      field.select();
      const copied = await navigator.clipboard?.writeText(field.value).then(
        () => true,
        () => false,
      );
      button.textContent = copied ? t.done : t.byHand;
    };
    return button;
  };
  const saver = () => {
    const button = make("button", { type: "button" }, t.file);
    button.onclick = () => {
      const href = URL.createObjectURL(new Blob([text()], { type: "text/plain;charset=utf-8" }));
      make("a", { href, download: "scenario.kms" }).click();
      URL.revokeObjectURL(href);
    };
    return button;
  };
  const restart = (before) => () => {
    before();
    // Without the fragment: what it says is older than the text, or is what stops the lab.
    history.replaceState(null, "", location.pathname + location.search);
    location.reload();
  };
  const withScenario = restart(() => {
    if (told.text === undefined) return;
    for (const place of [shared, tab]) {
      save("text", told.text, place);
      save("own", "1", place);
    }
  });
  const withoutScenario = restart(() => {
    // On top of the works that were replaced before, as the lab keeps them.
    if (text()) save("earlier", [load("earlier"), text()].filter(Boolean).join("\u001e"));
    for (const key of ["text", "cursor", "own", "place", "guesses", "answered", "waits", "frame"]) {
      save(key);
      save(key, undefined, tab);
    }
  });

  const area = make("textarea", { id: "rescue-text", readOnly: true, rows: 12, value: text(), spellcheck: false });
  const link = make("input", { id: "rescue-link", readOnly: true, value: told.link ?? location.href });
  const reason = make("pre", { textContent: told.message ?? told.error ?? "" });
  const first = told.runs || soon ? t.restart : t.retry;
  const again = make("button", { type: "button", onclick: withScenario, className: soon ? "" : "strong" }, first);
  const without = make("button", { type: "button", onclick: withoutScenario, className: soon ? "strong" : "" }, t.empty);
  const why = soon && text() ? t.again : told.runs ? t.why : t.absent;
  const style = make("style", {
    textContent: `
      body { margin: 0; font: 16px/1.6 system-ui, sans-serif; color: #171b22; background: #f5f6f8; overflow: auto; }
      main.rescue { display: block; height: auto; max-width: 44rem; margin: 0 auto; padding: 2rem 1rem; }
      .rescue h1 { font-size: 1.5rem; margin: 0 0 .5rem; }
      .rescue label { display: block; margin: 1rem 0 .25rem; font-weight: 600; }
      .rescue textarea, .rescue input, .rescue pre { box-sizing: border-box; width: 100%; font: 14px/1.5 ui-monospace, monospace;
        color: inherit; background: #fff; border: 1px solid #808896; border-radius: 4px; padding: .5rem; margin: 0; }
      .rescue pre { overflow: auto; white-space: pre-wrap; }
      .rescue p { margin: .5rem 0; }
      .rescue button { font: inherit; min-height: 32px; padding: .25rem .75rem; margin: .5rem .5rem 0 0; color: #171b22; background: #fff;
        border: 1px solid #808896; border-radius: 4px; cursor: pointer; }
      .rescue button.strong { color: #fff; background: #2f55d4; border-color: #2f55d4; }
      .rescue :focus-visible { outline: 2px solid #2f55d4; outline-offset: 2px; }
      .rescue summary { min-height: 24px; margin-top: 1rem; cursor: pointer; }
      @media (prefers-color-scheme: dark) {
        body { color: #e8ebf0; background: #0d1014; }
        .rescue textarea, .rescue input, .rescue pre, .rescue button { color: inherit; background: #14181e; border-color: #76808f; }
        .rescue button.strong { color: #0d1014; background: #8fb0ff; border-color: #8fb0ff; }
        .rescue :focus-visible { outline-color: #8fb0ff; }
      }`,
  });
  const heading = make("h1", { tabIndex: -1 }, t.title);
  const main = make(
    "main",
    { className: "rescue" },
    heading,
    make("p", { role: "alert" }, why),
    make("p", {}, again, without),
    make("p", {}, t.later),
    make("label", { htmlFor: area.id }, t.scenario),
    area,
    make("p", {}, copier(t.copy, area), saver()),
    make("label", { htmlFor: link.id }, t.link),
    link,
    make("p", {}, copier(t.copyLink, link)),
    make("details", {}, make("summary", {}, t.details), make("p", {}, t.report), reason),
  );
  // A new body: the stopped program listens on the old one.
  document.body.replaceWith(make("body", {}, style, main));
  document.documentElement.lang = zh ? "zh-Hans" : "en";
  document.documentElement.removeAttribute("style");
  document.title = t.title;
  heading.focus();
  console.error(told.message ?? told.error);
};
