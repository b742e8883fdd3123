//! The page as a whole: where the session lives, where its panels stand, and what the browser is told about it.
//!
//! The only place that sees both the session and the browser. It decides nothing: a change is the reducer's, a drawing a
//! panel's.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use yew::prelude::*;

use crate::api;
use crate::browser::{self, Frames, Key, Timer};
use crate::embed::{self, Embedded, Switches};
use crate::files;
use crate::frame::{self, Frame, Pane, Side};
use crate::gallery::Gallery;
use crate::keep;
use crate::lang::Lang;
use crate::lang::app as texts;
use crate::making::PIECE;
use crate::panels::MovingProps;
use crate::panels::badge::badge;
use crate::panels::buckets::{self, Buckets};
use crate::panels::call_bar::{self, CallBar};
use crate::panels::compare::{self, CompareDialog};
use crate::panels::free_lists::{self, FreeLists};
use crate::panels::gallery::{self, GalleryDialog};
use crate::panels::guide::{self, GuideCard};
use crate::panels::keys::{self, Keys};
use crate::panels::lecture::{self, LectureBar};
use crate::panels::lesson::{self, Lesson};
use crate::panels::map::{self, MapPanel};
use crate::panels::notices::{self, Notices};
use crate::panels::path::{self, Path};
use crate::panels::pointers::{self, Pointers};
use crate::panels::reclaim::{self, Reclaim};
use crate::panels::remedies::{self, RemedyCard};
use crate::panels::running::{self, RunningLine};
use crate::panels::share::{self, ShareDialog};
use crate::panels::side::{self, Dmesg, Proc, shown_side};
use crate::panels::standing::{self, Standing};
use crate::panels::summary::{self, Summary};
use crate::panels::term::{self, Explained};
use crate::panels::text_panel::{self, TextPanel};
use crate::panels::timeline::{self, Timeline};
use crate::panels::top::{self, Top};
use crate::panels::transcript::Transcript;
use crate::relay::Relay;
use crate::rescue::{self, Witness};
use crate::session::{Boot, Session, key_action};
use crate::share::{MAX_LINK, ShareAction};
use crate::turns::Turns;
use crate::view::{Action, CourseAction, Notice, Progress, Tab, Theme, View};
use crate::widgets::hooks::{use_effect_with, use_memo};
use crate::widgets::part::{part, show};

/// Shows the page.
pub fn start() {
    rescue::stand_by();
    match Switches::read(&browser::query()) {
        Some(switches) => show::<Embedded>(embed::Props { switches }),
        None => show::<App>(()),
    }
}

/// Work on a long run before the browser has its turn.
const SLICE_MS: f64 = 8.0;
/// From one drawing of how far it has come to the next; what takes less is not told at all.
const TOLD_MS: f64 = 100.0;
/// From the last movement of the cursor to its place in the address.
const SETTLE_MS: i32 = 300;
/// Bytes of text that an entry of the browser's history keeps.
const MAX_KEPT: usize = 64 * 1024;
/// Texts too long for a link that this browser keeps by their id.
const MAX_IDS: usize = 10;

// ── the store ─────────────────────────────────────────────────────────────────────────────────────────────────────

/// The session's home. An action changes it at once, so that a caller from outside sees the result; the drawing follows.
pub(crate) struct Store {
    session: RefCell<Session>,
    /// The text that is being made the session's: at a panic it is newer than the session.
    coming: RefCell<Option<String>>,
    changed: RefCell<Callback<()>>,
    /// Other scripts that want to hear of it.
    heard: RefCell<Callback<Session>>,
    /// The turns of the browser between the slices of a long run, once there was one.
    turns: OnceCell<Turns>,
    /// When its progress was drawn last.
    drawn: Cell<f64>,
    /// Whether anything but time has made a change since the page was drawn.
    acted: Cell<bool>,
}

impl Store {
    /// A home for this session, that nobody listens to yet.
    pub(crate) fn new(session: Session) -> Store {
        Store {
            session: RefCell::new(session),
            coming: RefCell::default(),
            changed: RefCell::default(),
            heard: RefCell::default(),
            turns: OnceCell::new(),
            drawn: Cell::default(),
            acted: Cell::new(true),
        }
    }

    /// Who draws the page.
    pub(crate) fn redraw(&self, changed: Callback<()>) {
        *self.changed.borrow_mut() = changed;
    }

    /// Which other scripts hear of every action.
    pub(crate) fn tell(&self, heard: Callback<Session>) {
        *self.heard.borrow_mut() = heard;
    }

    /// The clock of its player.
    pub(crate) fn frames(self: &Rc<Store>) -> Frames {
        let store = Rc::clone(self);
        Frames::new(move |elapsed_ms| {
            store.act(Action::Tick(elapsed_ms));
            store.session.borrow().player.is_moving()
        })
    }

    pub(crate) fn act(self: &Rc<Store>, action: Action) {
        let began = browser::now();
        if !matches!(action, Action::Tick(_)) {
            self.acted.set(true);
        }
        if let Action::Type(text) | Action::Replace(text) = &action {
            *self.coming.borrow_mut() = Some(text.clone());
        }
        let was_busy = self.session.borrow().is_busy();
        let mut next = self.session.borrow().begun(action);
        if !was_busy {
            self.drawn.set(began);
            self.go_on(&mut next, began);
        }
        let runs = next.is_busy();
        *self.session.borrow_mut() = next;
        *self.coming.borrow_mut() = None;
        if runs {
            self.ask_for_turn();
        }
        self.tell_all();
    }

    fn tell_all(&self) {
        let heard = self.heard.borrow().clone();
        heard.emit(self.session());
        let changed = self.changed.borrow().clone();
        changed.emit(());
    }

    /// A slice of what is on its way, if anything is.
    fn go_on(&self, session: &mut Session, began: f64) {
        while session.is_busy() && browser::now() - began < SLICE_MS {
            session.go_on(PIECE);
        }
    }

    /// After the browser has done what it had to do, what is on its way goes on.
    fn ask_for_turn(self: &Rc<Store>) {
        let turns = self.turns.get_or_init(|| {
            let store = Rc::downgrade(self);
            Turns::new(move || {
                if let Some(store) = store.upgrade() {
                    store.turn();
                }
            })
        });
        turns.ask();
    }

    fn turn(self: &Rc<Store>) {
        let began = browser::now();
        let mut next = self.session();
        if !next.is_busy() {
            return;
        }
        // At a panic, the text is the one that was on its way.
        *self.coming.borrow_mut() = Some(next.text.to_string());
        self.go_on(&mut next, began);
        let runs = next.is_busy();
        let draws = !runs || began - self.drawn.get() >= TOLD_MS;
        if draws {
            self.acted.set(true);
            next.tell_that_it_runs();
            self.drawn.set(began);
        }
        *self.session.borrow_mut() = next;
        *self.coming.borrow_mut() = None;
        if runs {
            self.ask_for_turn();
        }
        if draws {
            self.tell_all();
        }
    }

    /// Goes on with a run that was on its way when the page opened.
    pub(crate) fn wake(self: &Rc<Store>) {
        if self.session.borrow().is_running() {
            self.drawn.set(browser::now());
            self.ask_for_turn();
        }
    }

    pub(crate) fn session(&self) -> Session {
        self.session.borrow().clone()
    }
}

/// The store, opened with what the browser remembers and connected to what it tells.
fn open() -> (Rc<Store>, Frames) {
    let store = Rc::new(Store::new(Session::opening(boot())));
    rescue::work_of(witness(&store));
    let act = acting(&store);
    // The entry of the history that the page was opened at keeps its text, too: Back returns to it.
    remember(&store.session(), None, false);
    browser::on_preference(browser::LESS_MOVEMENT, act.reform(Action::Still));
    browser::on_term(act.reform(Action::Explain));
    browser::note_focus();
    files::on_drop(act.reform(|bytes| Action::Share(ShareAction::File(bytes))));
    browser::on_address(Callback::from({
        let store = Rc::clone(&store);
        move |()| follow(&store)
    }));
    browser::on_leave(Callback::from({
        let store = Rc::clone(&store);
        move |()| keep::save_work(&store.session())
    }));
    browser::on_key({
        let (act, store) = (act.clone(), Rc::clone(&store));
        let asked = move |key: &Key| {
            let session = store.session.borrow();
            match &*key.name {
                "Escape" if session.under_way().is_some() => Some(Action::CancelRun),
                "Escape" if session.notice.is_some() => Some(Action::DismissNotice),
                "Escape" if session.remedies.is_some() => Some(Action::Remedies(false)),
                name => key_action(name, key.control, key.shift, &session.frame),
            }
        };
        move |key| match asked(&key) {
            Some(action) => {
                act.emit(action);
                true
            }
            None => false,
        }
    });
    browser::on_resize(Callback::from({
        let store = Rc::clone(&store);
        move |()| fit(store.session.borrow().frame.projector)
    }));
    fit(store.session.borrow().frame.projector);
    let frames = store.frames();
    let reader = Rc::clone(&store);
    let heard = api::install(Rc::new(move || reader.session()), act, false);
    store.tell(heard);
    store.wake();
    (store, frames)
}

/// What is known of the work when the program stops.
fn witness(store: &Rc<Store>) -> Witness {
    let session = |store: &Rc<Store>| store.session.try_borrow().ok().map(|it| it.clone());
    let (of_text, of_link) = (Rc::clone(store), Rc::clone(store));
    Witness {
        text: Box::new(move || {
            let coming = of_text.coming.try_borrow().ok()?.clone();
            coming.or_else(|| Some(session(&of_text)?.text.to_string()))
        }),
        link: Box::new(move || link(&session(&of_link)?)),
    }
}

/// Draws the page as large as its window and the projector want it.
fn fit(projector: bool) {
    let (width, height) = browser::window_size();
    let (scale, low) = frame::fit(projector, width, height);
    browser::set_scale(projector, scale, low);
}

fn acting(store: &Rc<Store>) -> Callback<Action> {
    let store = Rc::clone(store);
    Callback::from(move |action| store.act(action))
}

// ── what the browser remembers ────────────────────────────────────────────────────────────────────────────────────

const LECTURE: &str = "kmalloc-lab.sequence";
const LANG: &str = "kmalloc-lab.lang";
const THEME: &str = "kmalloc-lab.theme";
const GUIDED: &str = "kmalloc-lab.guided";
const FRAME: &str = "kmalloc-lab.frame";
const IDS: &str = "kmalloc-lab.ids";

fn boot() -> Boot {
    keep::open();
    let fragment = browser::fragment();
    let kept = kept_for(&fragment).filter(|_| !fragment.is_empty());
    Boot {
        reloaded: browser::reloaded(),
        fragment,
        kept,
        work: keep::work(),
        earlier: keep::earlier(),
        lecture: browser::load(LECTURE),
        lang: Lang::of(&browser::load(LANG).unwrap_or_else(browser::language)),
        theme: match browser::load(THEME).as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::Auto,
        },
        still: browser::prefers(browser::LESS_MOVEMENT),
        guided: browser::load(GUIDED).is_some(),
        frame: Frame::read(&browser::load(FRAME).unwrap_or_default()),
    }
}

// ── the address ───────────────────────────────────────────────────────────────────────────────────────────────────

/// The whole link, if it is short enough to be passed on.
fn link(session: &Session) -> Option<String> {
    let link = format!("{}#{}", browser::base_address(), session.link());
    (link.len() <= MAX_LINK).then_some(link)
}

/// The text that this browser keeps for an address: with the entry of the history, or by its id.
fn kept_for(fragment: &str) -> Option<String> {
    match fragment.strip_prefix("id=") {
        Some(_) => browser::load(&format!("kmalloc-lab.{fragment}")),
        None => browser::kept_text(),
    }
}

/// Writes the present moment into the address bar. A fragment of None keeps the address as it is.
fn remember(session: &Session, fragment: Option<&str>, push: bool) {
    let kept = Some(&*session.text).filter(|text| text.len() <= MAX_KEPT);
    browser::set_address(fragment, kept, push);
}

/// The fragment of the present moment: the scenario itself, or past the bound an id under which this browser keeps it.
fn address(session: &Session) -> (String, bool) {
    if link(session).is_some() {
        return (session.link(), true);
    }
    let fragment = format!("id={:08x}", fingerprint(&session.text));
    let key = format!("kmalloc-lab.{fragment}");
    let ids = browser::load(IDS).unwrap_or_default();
    let mut ids: Vec<&str> = ids
        .split(' ')
        .filter(|id| !id.is_empty() && **id != *fragment)
        .collect();
    for old in ids.drain(..ids.len().saturating_sub(MAX_IDS - 1)) {
        keep::put(&format!("kmalloc-lab.{old}"), None);
    }
    ids.push(&fragment);
    keep::put(IDS, Some(&ids.join(" ")));
    keep::put(&key, Some(&session.text));
    (fragment, false)
}

/// A short name for a text (FNV-1a). It names, it protects nothing.
fn fingerprint(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// Address and storage catch up with a cursor that has come to rest.
fn settle(session: &Session) {
    let (fragment, _) = address(session);
    remember(session, Some(&fragment), false);
    keep::save_work(session);
}

/// The student went back, forward, or to another address.
fn follow(store: &Rc<Store>) {
    let fragment = browser::fragment();
    let kept = kept_for(&fragment);
    store.act(Action::Navigate { fragment, kept });
}

// ── the page ──────────────────────────────────────────────────────────────────────────────────────────────────────

/// Everything.
#[component]
pub fn App() -> Html {
    let opened = use_memo((), |()| open());
    let (store, frames) = &*opened;
    let redraw = use_force_update();
    store.redraw(Callback::from(move |()| redraw.force_update()));
    let on = (*use_memo((), |()| acting(store))).clone();
    let session = store.session();
    let texts = session.lang.app();

    let moving = session.player.is_moving();
    if moving {
        frames.start();
    }
    use_root(&session);
    use_memory(store, &session, &on);
    use_lecture(&session);
    use_course(&session, &on);
    use_gallery(&session, &on);

    // After each drawing of the page: what had the focus may be gone.
    use_effect(browser::keep_focus);

    let save = use_callback((), {
        let store = Rc::clone(store);
        move |(), ()| browser::download("scenario.kms", &store.session().text)
    });
    let copy = use_callback((), {
        let store = Rc::clone(store);
        move |text: String, ()| copy(&store, &text)
    });
    let relay = use_mut_ref(Relay::default);
    let by_itself = moving && !store.acted.take();
    let view = session.view();
    let [map, lists, buckets, deciding, reading] = relay.borrow_mut().draw(&view, by_itself);
    let shown = session.tab == Tab::Path;
    let line = {
        let run = session.run.borrow();
        let call = run.call_at(reading.cursor);
        call.map(|call| run.calls()[call].span.line)
            .filter(|line| *line > 0 && !session.is_running())
    };
    let map = part::<MapPanel>(map::Props {
        view: map,
        on: on.clone(),
    });
    let progress = |shown: &View, moves| match shown.cursor == view.cursor {
        true => shown.progress(session.player.progress(), moves),
        false => Progress(1.0),
    };
    let moved = progress(&lists, free_lists::moves);
    let lists = part::<FreeLists>(MovingProps {
        view: lists,
        progress: moved,
        on: on.clone(),
    });
    let decided = deciding.cursor;
    let beside = shown_side(&deciding);
    let side = match beside {
        Side::Path => part::<Path>(path::Props {
            view: deciding,
            shown,
            on: on.clone(),
        }),
        Side::Transcript => part::<Transcript>(side::Props {
            view: deciding,
            shown,
            on: on.clone(),
            copy,
        }),
        Side::Dmesg => part::<Dmesg>(side::Props {
            view: deciding,
            shown,
            on: on.clone(),
            copy,
        }),
        Side::Proc => part::<Proc>(side::Props {
            view: deciding,
            shown,
            on: on.clone(),
            copy,
        }),
        Side::Lru => part::<Reclaim>(reclaim::Props {
            view: deciding,
            on: on.clone(),
        }),
    };
    let ask = beside == Side::Path && session.is_whole() && !session.is_unfolding();
    let path = html! {
        <>
            { side }
            if ask {
                { part::<RemedyCard>(remedies::Props {
                    lang: session.lang,
                    run: session.run.clone(),
                    cursor: decided,
                    remedies: session.remedies.clone(),
                    on: on.clone(),
                }) }
            }
            { badge(session.lang) }
        </>
    };
    let moved = progress(&buckets, buckets::moves);
    let buckets = part::<Buckets>(MovingProps {
        view: buckets,
        progress: moved,
        on: on.clone(),
    });
    let full = view.frame.is_folded(Pane::Column).then_some("full");
    let enlarged = view.frame.enlarged == Some(Pane::Column);
    html! {
        <>
            <main class={classes!("app", full, enlarged.then_some("reading"))} data-tab={tab_name(session.tab)}>
                { part::<Top>(top::Props {
                    lang: session.lang,
                    theme: session.theme,
                    chapter: session.course.entry().map_or(String::new(), |entry| entry.title.clone()),
                    machine: session.scenario.machine.clone(),
                    frame: session.frame,
                    on: on.clone(),
                }) }
                if session.sharing.lecture.playing {
                    { part::<LectureBar>(lecture::Props {
                        lang: session.lang,
                        lecture: session.sharing.lecture.clone(),
                        on: on.clone(),
                    }) }
                }
                <div class="column">
                    { part::<Lesson>(lesson::Props {
                        lang: session.lang,
                        course: session.course.clone(),
                        run: session.run.clone(),
                        unfolding: session.is_unfolding(),
                        wide: enlarged,
                        on: on.clone(),
                    }) }
                    if let Some(step) = session.guide {
                        { part::<GuideCard>(guide::Props { lang: session.lang, step, on: on.clone() }) }
                    }
                    { part::<TextPanel>(text_panel::Props {
                        lang: session.lang,
                        text: Rc::clone(&session.text),
                        errors: Rc::clone(&session.errors),
                        line,
                        folded: session.frame.is_folded(Pane::Text),
                        on: on.clone(),
                    }) }
                </div>
                <section class="call" aria-label={texts.call_bar}>
                    { part::<CallBar>(call_bar::Props {
                        lang: session.lang,
                        draft: session.draft,
                        name: session.next_name.to_string().into(),
                        held: session.held.clone(),
                        on: on.clone(),
                    }) }
                    { part::<Pointers>(pointers::Props {
                        lang: session.lang,
                        run: session.run.clone(),
                        held: session.held.clone(),
                        cursor: reading.cursor,
                        highlighted: session.highlighted.clone(),
                        can_undo: session.can_undo(),
                        can_redo: session.can_redo(),
                        on: on.clone(),
                    }) }
                    { tabs(&session, &on) }
                </section>
                <div class="panes">
                    { for halves(&view, [[map, lists], [path, buckets]]) }
                </div>
                { part::<Summary>(summary::Props { view: reading.clone(), playing: moving }) }
                <div class="told">
                    { part::<Notices>(notices::Props {
                        lang: session.lang,
                        notice: session.notice.clone(),
                        has_earlier: session.earlier.is_some(),
                        on: on.clone(),
                        save: save.clone(),
                    }) }
                    { part::<Standing>(standing::Props { lang: session.lang, save }) }
                </div>
                { part::<Timeline>(timeline::Props {
                    view: reading,
                    playing: moving,
                    speed: session.player.speed,
                    looping: session.looping,
                    on: on.clone(),
                }) }
            </main>
            { part::<Explained>(term::Props { lang: session.lang, explained: session.explained }) }
            if session.help {
                { part::<Keys>(keys::Props {
                    lang: session.lang,
                    letters: session.frame.letters,
                    on: on.clone(),
                }) }
            }
            if session.in_gallery {
                { part::<GalleryDialog>(gallery::Props {
                    lang: session.lang,
                    gallery: session.gallery.clone(),
                    text: Rc::clone(&session.text),
                    on: on.clone(),
                }) }
            }
            if session.sharing.open {
                { part::<ShareDialog>(share::Props {
                    view,
                    text: Rc::clone(&session.text),
                    scenario: Rc::clone(&session.scenario),
                    stale: !session.errors.is_empty(),
                    ran: Rc::clone(&session.ran),
                    page: session.course.attempt(),
                    lecture: session.sharing.lecture.clone(),
                    on: on.clone(),
                }) }
            }
            if let Some(both) = session.compare.clone() {
                { part::<CompareDialog>(compare::Props {
                    lang: session.lang,
                    machine: session.scenario.machine.clone(),
                    both,
                    on: on.clone(),
                }) }
            }
            { part::<RunningLine>(running::Props { lang: session.lang, under_way: session.under_way(), on }) }
        </>
    }
}

/// The panels of the stage in their halves; a folded one leaves its room to its neighbour, an enlarged one takes all.
fn halves(view: &View, panels: [[Html; 2]; 2]) -> impl Iterator<Item = Html> {
    let frame = view.frame;
    let halves = Pane::STAGE.into_iter().zip(panels).zip(["west", "east"]);
    halves.map(move |((panes, panels), name)| {
        let enlarged = frame.enlarged.filter(|pane| *pane != Pane::Column);
        let alone = enlarged.map(|pane| match panes.contains(&pane) {
            true => "alone",
            false => "away",
        });
        let uneven = panes.iter().any(|pane| frame.is_folded(*pane)).then_some("uneven");
        let sections = panes.into_iter().zip(panels).map(|(pane, panel)| {
            let folded = frame.is_folded(pane).then_some("folded");
            let away = enlarged.is_some_and(|other| other != pane).then_some("away");
            html! { <section key={pane.name()} class={classes!(pane.name(), folded, away)}>{ panel }</section> }
        });
        html! { <div key={name} class={classes!("half", name, alone, uneven)}>{ for sections }</div> }
    })
}

/// The root element's language and light, which are remembered as well.
#[hook]
fn use_root(session: &Session) {
    use_effect_with((session.lang, session.theme), |&(lang, theme)| {
        let name = theme.name();
        let texts = lang.app();
        browser::set_root(
            lang.code(),
            name,
            &format!("{} · {}", texts.name, texts.tagline),
        );
        keep::note(THEME, name);
    });
    let first = use_mut_ref(|| true);
    use_effect_with(session.lang, move |lang| {
        // What the browser's language decided is not the student's choice.
        if !first.replace(false) {
            keep::note(LANG, Some(lang.code()));
        }
    });
    use_effect_with(session.frame.projector, |projector| fit(*projector));
    use_effect_with(session.frame, |frame| {
        keep::note(FRAME, Some(&frame.written()))
    });
    use_effect_with(session.guide, |guide| {
        if guide.is_none() {
            keep::note(GUIDED, Some("1"));
        }
    });
}

/// The address bar and the storage follow: an edit at once, the cursor when it has come to rest.
#[hook]
fn use_memory(store: &Rc<Store>, session: &Session, on: &Callback<Action>) {
    let pushed = use_mut_ref(|| (0, true));
    let timer = use_mut_ref(|| None::<Timer>);
    let first = use_mut_ref(|| true);
    let changed = (
        Rc::clone(&session.text),
        session.player.cursor,
        (session.player.is_moving(), session.is_running()),
        (
            session.course.place(),
            session.course.answered,
            Rc::clone(&session.course.guesses),
            Rc::clone(&session.course.progress),
        ),
        session.earlier.clone(),
    );
    let (store, session, on) = (Rc::clone(store), session.clone(), on.clone());
    use_effect_with(changed, move |_| {
        *timer.borrow_mut() = None;
        // Once a run, at its end.
        if session.is_running() {
            return;
        }
        // What has just been opened has its address, and is saved only once something happens to it.
        if first.replace(false) {
            return;
        }
        let (edits, was_link) = *pushed.borrow();
        if session.edits != edits {
            let (fragment, is_link) = address(&session);
            remember(&session, Some(&fragment), true);
            *pushed.borrow_mut() = (session.edits, is_link);
            keep::save_work(&session);
            if was_link && !is_link {
                on.emit(Action::Tell(Notice::TooLongForLink));
            }
        } else if !session.player.is_moving() {
            // Not this session: its machines would be kept until then.
            let later = Timer::after(SETTLE_MS, move || settle(&store.session()));
            *timer.borrow_mut() = Some(later);
        }
    });
}

/// The sequence is kept.
#[hook]
fn use_lecture(session: &Session) {
    let first = use_mut_ref(|| true);
    use_effect_with(session.sharing.lecture.clone(), move |lecture| {
        if !first.replace(false) {
            keep::put(
                LECTURE,
                Some(&lecture.text())
                    .filter(|_| *lecture != Default::default())
                    .map(String::as_str),
            );
        }
    });
}

/// The files of the course are fetched as they are wanted.
#[hook]
fn use_course(session: &Session, on: &Callback<Action>) {
    let on = on.clone();
    use_effect_with(
        (session.lang, session.course.wanted()),
        move |(lang, wanted)| {
            let Some(wanted) = wanted.clone() else { return };
            let lang = *lang;
            let address = wanted.address(lang);
            let arrived = Callback::from(move |file| {
                let arrived = CourseAction::Arrived(lang, wanted.clone(), file);
                on.emit(Action::Course(arrived));
            });
            browser::fetch_text(address, arrived);
        },
    );
}

/// The gallery is fetched when it is looked at.
#[hook]
fn use_gallery(session: &Session, on: &Callback<Action>) {
    let on = on.clone();
    use_effect_with(
        (session.lang, session.wants_gallery()),
        move |&(lang, wanted)| {
            if wanted {
                let arrived = on.reform(move |file| Action::GalleryArrived(lang, file));
                browser::fetch_text(Gallery::address(lang), arrived);
            }
        },
    );
}

/// Copies a text and tells what came of it.
pub(crate) fn copy(store: &Rc<Store>, text: &str) {
    let store = Rc::clone(store);
    let told = Callback::from(move |copied| {
        store.act(Action::Tell(if copied {
            Notice::TextCopied
        } else {
            Notice::TextNotCopied
        }));
    });
    browser::copy(text, told);
}

const fn tab_name(tab: Tab) -> &'static str {
    match tab {
        Tab::Lesson => "lesson",
        Tab::Stage => "stage",
        Tab::Path => "path",
        Tab::Text => "text",
    }
}

/// What a narrow screen shows; wide ones show everything.
fn tabs(session: &Session, on: &Callback<Action>) -> Html {
    let tabs = [Tab::Lesson, Tab::Stage, Tab::Path, Tab::Text].map(|tab| {
        html! {
            <button
                key={tab_name(tab)}
                type="button"
                aria-pressed={(tab == session.tab).to_string()}
                onclick={on.reform(move |_: MouseEvent| Action::Tab(tab))}
            >
                { texts::tab(session.lang, tab) }
            </button>
        }
    });
    html! { <nav class="tabs" aria-label={session.lang.app().views}>{ for tabs }</nav> }
}
