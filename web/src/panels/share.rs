//! The share dialog: links, a QR code, files, pictures, the run as data, a sequence. The browser keeps the focus in it and
//! gives it back. What is told stands in the dialog itself: notices would lie behind it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use kmalloc_core::script::ast::Scenario;
use yew::prelude::*;

use super::el::El;
use super::side;
use crate::browser::{self, Timer};
use crate::files::{self, Pieces};
use crate::frame::ProcFile;
use crate::lang::share::counted;
use crate::lang::{Arg, Lang, fill, rich};
use crate::share::export::{Export, Format};
use crate::share::lecture::Lecture;
use crate::share::{MAX_LINK, MAX_QR, ShareAction, Switches, fragment, picture, qr, sequence};
use crate::tween::decimal;
use crate::view::{Action, View, emits};
use crate::widgets::hooks::use_effect_with;
use crate::widgets::part::part;

/// What the dialog is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The moment.
    pub view: View,
    /// The text as it is written.
    pub text: Rc<str>,
    /// The scenario that was run.
    pub scenario: Rc<Scenario>,
    /// The text is another one: it has errors.
    pub stale: bool,
    /// The text that the run is of.
    pub ran: Rc<str>,
    /// The exercise that it is an attempt at.
    pub page: Option<String>,
    /// The sequence.
    pub lecture: Lecture,
    /// Where actions go.
    pub on: Callback<Action>,
}

/// What is told, and a number that grows: the same words twice are news, too.
type Told = UseStateHandle<Option<String>>;

/// A file that is being made.
struct Job {
    export: Export,
    pieces: Pieces,
    _timer: Timer,
}

/// From one drawing of an export's progress to the next.
const DRAWN_MS: f64 = 100.0;

type Jobs = Rc<RefCell<Option<Job>>>;

/// The dialog; it opens as soon as it is drawn.
#[component]
pub fn ShareDialog(props: &Props) -> Html {
    let lang = props.view.lang;
    let words = lang.share();
    let dialog = use_node_ref();
    use_effect_with((), {
        let closed = emits(&props.on, Action::Share(ShareAction::Open(false)));
        let dialog = dialog.clone();
        move |()| browser::open_dialog(&dialog, closed)
    });
    let told: Told = use_state(|| None);
    html! {
        <dialog class="share" aria-labelledby="share-title" ref={dialog}>
            <form method="dialog">
                <header>
                    <h2 id="share-title">{ lang.app().share }</h2>
                    <p>{ words.about }</p>
                    <button>{ lang.app().close }</button>
                </header>
            </form>
            <div class="parts">
                if props.stale {
                    <p class="warning">{ words.stale }</p>
                }
                { part::<Links>(props_of(props, &told)) }
                { part::<Sequence>(props_of(props, &told)) }
                { part::<Files>(props_of(props, &told)) }
            </div>
            <p class="told" role="status">{ (*told).as_deref().map(rich) }</p>
        </dialog>
    }
}

/// What a part of the dialog is given.
#[derive(Properties, PartialEq)]
struct PartProps {
    view: View,
    text: Rc<str>,
    ran: Rc<str>,
    scenario: Rc<Scenario>,
    page: Option<String>,
    lecture: Lecture,
    on: Callback<Action>,
    tell: Callback<String>,
}

fn props_of(props: &Props, told: &Told) -> PartProps {
    let told = told.clone();
    PartProps {
        view: props.view.clone(),
        text: Rc::clone(&props.text),
        ran: Rc::clone(&props.ran),
        scenario: Rc::clone(&props.scenario),
        page: props.page.clone(),
        lecture: props.lecture.clone(),
        on: props.on.clone(),
        tell: Callback::from(move |text| told.set(Some(text))),
    }
}

fn whole(fragment: &str) -> String {
    format!("{}#{fragment}", browser::page_address())
}

/// Copies, and tells one thing or the other.
fn copy(text: &str, tell: &Callback<String>, done: String, failed: &'static str) {
    let tell = tell.clone();
    let answer = Callback::from(move |copied: bool| {
        tell.emit(if copied { done.clone() } else { failed.into() });
    });
    browser::copy(text, answer);
}

#[component]
fn Links(props: &PartProps) -> Html {
    let lang = props.view.lang;
    let words = lang.share();
    let moment = use_state(|| true);
    let with_page = use_state(|| true);
    let with_lang = use_state(|| false);
    let coded = use_state(|| false);
    let switches = Switches {
        page: props.page.clone().filter(|_| *with_page),
        lang: with_lang.then_some(lang),
        ..Switches::default()
    };
    let link = |cursor| whole(&fragment(&props.scenario, cursor, &switches));
    let cursor = props.view.cursor;
    let [start, here] = [link(0), link(cursor)];
    let fits = start.len().max(here.len()) <= MAX_LINK;
    let shown = if *moment { &here } else { &start };
    let copier = |link: &String, at_moment: bool| {
        let (link, tell, moment) = (link.clone(), props.tell.clone(), moment.clone());
        let done = format!("{} {}", words.link_copied, lang.app().link_leaves_out);
        Callback::from(move |()| {
            moment.set(at_moment);
            copy(&link, &tell, done.clone(), words.link_not_copied);
        })
    };
    let as_text = {
        let (text, tell) = (Rc::clone(&props.text), props.tell.clone());
        let app = lang.app();
        Callback::from(move |()| copy(&text, &tell, app.text_copied.into(), app.text_not_copied))
    };
    let as_markdown = {
        let (view, text, tell) = (
            props.view.clone(),
            Rc::clone(&props.text),
            props.tell.clone(),
        );
        let link = fits.then(|| here.clone());
        Callback::from(move |()| {
            let name = format!("kmalloc-lab-{cursor}.svg");
            let caption = picture::caption(&view);
            let text = crate::share::markdown(&text, link.as_deref(), &caption, &name);
            files::save(&name, "image/svg+xml", &picture::picture(&view));
            let done = fill(words.markdown_copied, &[Arg::Text(&name)]);
            copy(&text, &tell, done, lang.app().text_not_copied);
        })
    };
    let toggle = |state: &UseStateHandle<bool>| {
        let state = state.clone();
        Callback::from(move |event: Event| state.set(browser::is_checked(&event)))
    };
    let label = match *moment {
        true => fill(words.link_moment, &[Arg::Number(cursor as u64)]),
        false => words.link_start.into(),
    };
    let show_code = {
        let coded = coded.clone();
        Callback::from(move |()| coded.set(!*coded))
    };
    html! {
        <section aria-labelledby="share-link">
            <h3 id="share-link">{ words.link }</h3>
            if fits {
                <input
                    class="mono"
                    readonly=true
                    aria-label={label.clone()}
                    value={shown.clone()}
                    onfocus={|event: FocusEvent| browser::select_all(&event)}
                />
                <p class="fact">{ label }{ " · " }{ fill(words.length, &[Arg::Number(shown.len() as u64)]) }</p>
            } else {
                <p class="warning">{ words.too_long }</p>
            }
            <div class="row">
                if fits {
                    { El::button(words.copy_link, copier(&start, false)).html() }
                    { El::button(words.copy_moment, copier(&here, true)).class("strong").html() }
                }
                { El::button(words.copy_text, as_text).html() }
                { El::button(words.copy_markdown, as_markdown).html() }
                if fits {
                    { El::button(words.qr, show_code).expanded(*coded).html() }
                }
            </div>
            if fits {
                <div class="row">
                    if let Some(page) = &props.page {
                        <label>
                            <input type="checkbox" checked={*with_page} onchange={toggle(&with_page)} />
                            { fill(words.with_exercise, &[Arg::Text(page)]) }
                        </label>
                    }
                    <label>
                        <input type="checkbox" checked={*with_lang} onchange={toggle(&with_lang)} />
                        { words.with_lang }
                    </label>
                </div>
                if *coded {
                    { code(lang, shown) }
                }
            }
        </section>
    }
}

fn code(lang: Lang, link: &str) -> Html {
    let words = lang.share();
    let code = if link.len() <= MAX_QR {
        qr::code(link)
    } else {
        None
    };
    match code {
        Some((edge, path)) => html! {
            <svg class="code" role="img" aria-label={words.qr_label} viewBox={format!("0 0 {edge} {edge}")}>
                <path d={path} />
            </svg>
        },
        None => html! {
            <p class="warning">{ fill(words.qr_long, &[Arg::Number(link.len() as u64)]) }</p>
        },
    }
}

#[component]
fn Sequence(props: &PartProps) -> Html {
    let lang = props.view.lang;
    let words = lang.share();
    let sentence = use_state(String::new);
    let lecture = &props.lecture;
    let link = whole(&sequence(&lecture.parts, &Switches::default()));
    let fits = link.len() <= MAX_LINK;
    let act = |action: ShareAction| {
        let on = props.on.clone();
        Callback::from(move |()| on.emit(Action::Share(action.clone())))
    };
    let add = {
        let (on, sentence) = (props.on.clone(), sentence.clone());
        Callback::from(move |()| {
            on.emit(Action::Share(ShareAction::Add((*sentence).clone())));
            sentence.set(String::new());
        })
    };
    let on_enter = {
        let add = add.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" && !event.is_composing() {
                add.emit(());
            }
        })
    };
    let oninput = {
        let sentence = sentence.clone();
        Callback::from(move |event: InputEvent| sentence.set(browser::value_of(&event)))
    };
    let copier = {
        let (link, tell) = (link.clone(), props.tell.clone());
        Callback::from(move |()| {
            copy(
                &link,
                &tell,
                words.link_copied.into(),
                words.link_not_copied,
            )
        })
    };
    let last = lecture.parts.len().saturating_sub(1);
    let rows = lecture.parts.iter().enumerate().map(|(at, part)| {
        let named = |text: &'static str| fill(text, &[Arg::Number(at as u64 + 1)]);
        let said = match part.sentence.as_str() {
            "" => words.unsaid,
            said => said,
        };
        html! {
            <li key={at}>
                <span>{ said }</span>
                { El::icon_button(&named(words.earlier), UP, act(ShareAction::Move(at, true))).idle(at == 0).html() }
                { El::icon_button(&named(words.later), DOWN, act(ShareAction::Move(at, false))).idle(at == last).html() }
                { El::icon_button(&named(words.remove), CROSS, act(ShareAction::Remove(at))).html() }
            </li>
        }
    });
    let some = !lecture.parts.is_empty();
    html! {
        <section aria-labelledby="share-sequence">
            <h3 id="share-sequence">{ words.sequence }</h3>
            <p class="fact">{ words.sequence_about }</p>
            if let Some(aside) = &lecture.aside {
                <div class="row">
                    <p>{ fill(words.aside, &[Arg::Text(&counted(lang, aside.len(), true))]) }</p>
                    { El::button(words.bring_back, act(ShareAction::BringBack)).html() }
                </div>
            }
            if some {
                <ol>{ for rows }</ol>
            }
            if lecture.has_room() {
                <div class="row">
                    <input
                        class="wide"
                        maxlength="200"
                        autocomplete="off"
                        aria-label={words.sentence}
                        placeholder={words.sentence}
                        value={(*sentence).clone()}
                        {oninput}
                        onkeydown={on_enter}
                    />
                    { El::button(words.add, add).html() }
                </div>
            } else {
                <p class="warning">{ words.full }</p>
            }
            if some {
                if fits {
                    <input
                        class="mono"
                        readonly=true
                        aria-label={words.copy_sequence}
                        value={link.clone()}
                        onfocus={|event: FocusEvent| browser::select_all(&event)}
                    />
                    <div class="row">
                        { El::button(words.copy_sequence, copier).class("strong").html() }
                        { El::button(words.play, act(ShareAction::Go(0))).html() }
                    </div>
                } else {
                    <p class="warning">{ fill(words.sequence_long, &[Arg::Number(link.len() as u64)]) }</p>
                    <div class="row">
                        { El::button(words.play, act(ShareAction::Go(0))).html() }
                    </div>
                }
            }
        </section>
    }
}

const UP: &str = "M8 12.5v-9M4 7.5l4-4 4 4";
const DOWN: &str = "M8 3.5v9M4 8.5l4 4 4-4";
const CROSS: &str = "M4 4l8 8M12 4l-8 8";
pub(super) const LEFT: &str = "M10 3.5 5.5 8l4.5 4.5";
pub(super) const RIGHT: &str = "M6 3.5 10.5 8 6 12.5";

#[component]
fn Files(props: &PartProps) -> Html {
    let lang = props.view.lang;
    let words = lang.share();
    let jobs: Jobs = use_mut_ref(|| None);
    let done = use_state(|| None::<(Format, f64)>);
    use_effect_with((), {
        let jobs = Rc::clone(&jobs);
        // The dialog closes: nobody waits for the file any more.
        move |()| move || drop(jobs.borrow_mut().take())
    });
    let tell = &props.tell;
    let told_saved = {
        let tell = tell.clone();
        move |name: &str| tell.emit(fill(words.saved, &[Arg::Text(name)]))
    };
    let saver = |name: String, mime: &'static str, text: Rc<dyn Fn() -> String>| {
        let told = told_saved.clone();
        Callback::from(move |()| {
            files::save(&name, mime, &text());
            told(&name);
        })
    };
    let chosen = {
        let on = props
            .on
            .reform(|bytes| Action::Share(ShareAction::File(bytes)));
        Callback::from(move |event: Event| files::chosen(&event, on.clone()))
    };
    let name = format!("kmalloc-lab-{}", props.view.cursor);
    let text = Rc::clone(&props.text);
    let view = props.view.clone();
    let png = {
        let (view, tell, told) = (view.clone(), tell.clone(), told_saved.clone());
        let name = format!("{name}.png");
        Callback::from(move |()| {
            let (tell, told, file) = (tell.clone(), told.clone(), name.clone());
            let answer = Callback::from(move |made: bool| match made {
                true => told(&file),
                false => tell.emit(words.no_png.into()),
            });
            files::save_png(name.clone(), &picture::picture(&view), 2.0, answer);
        })
    };
    let exporter = |format: Format| {
        let (jobs, done, told) = (Rc::clone(&jobs), done.clone(), told_saved.clone());
        let (run, text) = (view.run.clone(), Rc::clone(&props.ran));
        Callback::from(move |()| {
            let export = Export::new(run.clone(), Rc::clone(&text), lang, format);
            done.set(Some((format, 0.0)));
            let (done, told) = (done.clone(), told.clone());
            let ended = Rc::new(move |pieces: &Pieces| {
                let name = format!("kmalloc-lab-run.{}", format.extension());
                pieces.offer(&name, format.mime());
                told(&name);
            });
            // Drawn ten times a second: each piece would cost as much again.
            let drawn = Cell::new(0.0);
            let came = Rc::new(move |share: Option<(Format, f64)>| {
                let now = browser::now();
                if share.is_none() || now - drawn.get() >= DRAWN_MS {
                    drawn.set(now);
                    done.set(share);
                }
            });
            go_on(&jobs, export, Pieces::default(), format, came, ended);
        })
    };
    let cancel = {
        let (jobs, done, tell) = (Rc::clone(&jobs), done.clone(), tell.clone());
        Callback::from(move |()| {
            jobs.borrow_mut().take();
            done.set(None);
            tell.emit(words.cancelled.into());
        })
    };
    let kernel = ProcFile::ALL.map(|file| {
        let view = view.clone();
        let text: Rc<dyn Fn() -> String> = Rc::new(move || side::print(file, &view.machine));
        let name = format!("{}.txt", file.name());
        El::button(file.name(), saver(name, "text/plain;charset=utf-8", text))
            .class("mono")
            .html()
    });
    let svg: Rc<dyn Fn() -> String> = {
        let view = view.clone();
        Rc::new(move || picture::picture(&view))
    };
    let dmesg: Rc<dyn Fn() -> String> = {
        let view = view.clone();
        Rc::new(move || side::dmesg(&view) + "\n")
    };
    let events = counted(lang, view.run.borrow().len(), false);
    html! {
        <>
            <section aria-labelledby="share-file">
                <h3 id="share-file">{ words.file }</h3>
                <p class="fact">{ words.file_about }</p>
                <div class="row">
                    <label class="button">
                        <input type="file" accept=".kms,text/plain" class="visually-hidden" onchange={chosen} />
                        { words.open_file }
                    </label>
                    { El::button(words.save_file, saver("scenario.kms".into(), "text/plain;charset=utf-8", Rc::new(move || text.to_string()))).html() }
                </div>
            </section>
            <section aria-labelledby="share-picture">
                <h3 id="share-picture">{ words.picture }</h3>
                <p class="fact">{ words.picture_about }</p>
                <div class="row">
                    { El::button("SVG", saver(format!("{name}.svg"), "image/svg+xml", svg)).html() }
                    { El::button("PNG", png).html() }
                </div>
            </section>
            <section aria-labelledby="share-data">
                <h3 id="share-data">{ words.data }</h3>
                <p class="fact">{ fill(words.data_about, &[Arg::Text(&events)]) }</p>
                if let Some((format, share)) = *done {
                    <div class="row">
                        <progress
                            aria-label={fill(words.making, &[Arg::Text(format.extension())])}
                            max="1"
                            value={decimal(share as f32)}
                        />
                        { El::button(words.cancel, cancel).html() }
                    </div>
                } else {
                    <div class="row">
                        { El::button("JSON", exporter(Format::Json)).html() }
                        { El::button("CSV", exporter(Format::Csv)).html() }
                    </div>
                }
            </section>
            <section aria-labelledby="share-kernel">
                <h3 id="share-kernel">{ words.kernel }</h3>
                <p class="fact">{ words.kernel_about }</p>
                <div class="row">
                    { for kernel }
                    { El::button("dmesg", saver("dmesg.txt".into(), "text/plain;charset=utf-8", dmesg)).class("mono").html() }
                </div>
            </section>
        </>
    }
}

/// Told how far a file has come; None at its end.
type Came = dyn Fn(Option<(Format, f64)>);

/// One piece of a file, then the page has its turn, then the next.
fn go_on(
    jobs: &Jobs,
    mut export: Export,
    pieces: Pieces,
    format: Format,
    came: Rc<Came>,
    ended: Rc<dyn Fn(&Pieces)>,
) {
    let Some(piece) = export.piece() else {
        came(None);
        ended(&pieces);
        return;
    };
    pieces.push(&piece);
    came(Some((format, export.done())));
    let next = Rc::clone(jobs);
    let timer = Timer::after(0, move || {
        // It was cancelled: then there is nothing here.
        let Some(job) = next.borrow_mut().take() else {
            return;
        };
        go_on(&next, job.export, job.pieces, format, came, ended);
    });
    *jobs.borrow_mut() = Some(Job {
        export,
        pieces,
        _timer: timer,
    });
}
