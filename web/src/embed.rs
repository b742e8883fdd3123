//! The lab inside of another page: `?embed` and its switches. Some panels and the player, nothing to edit.
//!
//! It reads no storage and writes none, and never touches its own address: whoever embeds it decides what it shows, by the
//! address or by messages (`api`). It is not the place for anything that the full lab can do besides looking.

use std::rc::Rc;

use kmalloc_core::exercise::Place as Moment;
use yew::prelude::*;

use crate::api;
use crate::app::Store;
use crate::browser::{self, Frames};
use crate::frame::{Frame, Side};
use crate::lang::Lang;
use crate::panels::MovingProps;
use crate::panels::buckets::{self, Buckets};
use crate::panels::free_lists::{self, FreeLists};
use crate::panels::keys::{self, Keys};
use crate::panels::map::{self, MapPanel};
use crate::panels::notices::{self, Notices};
use crate::panels::path::{self, Path};
use crate::panels::reclaim::{self, Reclaim};
use crate::panels::running::{self, RunningLine};
use crate::panels::side::{self, Dmesg, Proc, shown_side};
use crate::panels::term::{self, Explained};
use crate::panels::timeline::{self, Timeline};
use crate::panels::transcript::Transcript;
use crate::session::{Boot, Session, key_action};
use crate::view::{Action, Theme};
use crate::widgets::hooks::{use_effect_with, use_memo};
use crate::widgets::part::part;

/// A panel that can be asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Panel {
    /// The scenario text, to be read.
    Text,
    /// The memory map.
    Map,
    /// The free lists.
    Lists,
    /// The decision path, or what else stands beside the map.
    Path,
    /// The buckets.
    Buckets,
}

impl Panel {
    /// All of them.
    pub const ALL: [Panel; 5] = [
        Panel::Text,
        Panel::Map,
        Panel::Lists,
        Panel::Path,
        Panel::Buckets,
    ];

    /// Without a switch.
    const USUAL: [Panel; 4] = [Panel::Map, Panel::Path, Panel::Lists, Panel::Buckets];

    /// Its name in the address; its CSS class is `shown-` and this.
    pub const fn name(self) -> &'static str {
        match self {
            Panel::Text => "text",
            Panel::Map => "map",
            Panel::Lists => "lists",
            Panel::Path => "path",
            Panel::Buckets => "buckets",
        }
    }
}

/// What the address asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Switches {
    /// `panels=lists,map`, in this order.
    pub panels: Vec<Panel>,
    /// `side=dmesg`: what the path's place shows at first.
    pub side: Side,
    /// `play`: it plays by itself, unless the visitor wants less movement.
    pub play: bool,
    /// `at=12`, or a moment as the course names it: `at=call=3`, `at=event=split`.
    pub at: Option<At>,
    /// `lang=zh`
    pub lang: Option<Lang>,
    /// `theme=dark`
    pub theme: Theme,
}

/// Where it begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum At {
    /// At a cursor.
    Cursor(usize),
    /// At a moment that has a name.
    Moment(Moment),
}

impl Switches {
    /// The switches of an address, given its parts; None when nobody asks for an embed. What is not known is passed over.
    pub fn read(query: &[(String, String)]) -> Option<Switches> {
        let value = |wanted: &str| {
            let mut found = query.iter().filter(|(name, _)| name == wanted);
            found.next().map(|(_, value)| value.as_str())
        };
        value("embed")?;
        let mut panels = Vec::new();
        for name in value("panels").unwrap_or_default().split(',') {
            let known = Panel::ALL.into_iter().find(|panel| panel.name() == name);
            panels.extend(known.filter(|panel| !panels.contains(panel)));
        }
        if panels.is_empty() {
            panels = Panel::USUAL.into();
        }
        let side = value("side").unwrap_or_default();
        let side = Side::ALL.into_iter().find(|known| known.name() == side);
        Some(Switches {
            panels,
            side: side.unwrap_or_default(),
            play: value("play").is_some(),
            at: value("at").and_then(|at| match at.parse() {
                Ok(cursor) => Some(At::Cursor(cursor)),
                Err(_) => Moment::parse(at).ok().map(At::Moment),
            }),
            lang: value("lang").map(Lang::of),
            theme: match value("theme") {
                Some("light") => Theme::Light,
                Some("dark") => Theme::Dark,
                _ => Theme::Auto,
            },
        })
    }
}

/// Whether a visitor of an embed may do this: everything that looks, nothing that changes.
pub const fn is_looking(action: &Action) -> bool {
    matches!(
        action,
        Action::Seek(_)
            | Action::SeekPartway(..)
            | Action::Inspect(_)
            | Action::Highlight(_)
            | Action::TogglePlay
            | Action::Step
            | Action::StepBack
            | Action::PreviousCall
            | Action::NextCall
            | Action::ToStart
            | Action::ToEnd
            | Action::Next(_)
            | Action::Previous(_)
            | Action::GoToCall(_)
            | Action::Speed(_)
            | Action::Faster(_)
            | Action::ToggleLoop
            | Action::Side(_)
            | Action::File(_)
            | Action::Explain(_)
            | Action::Help(_)
            | Action::Letters(_)
            | Action::Tell(_)
            | Action::DismissNotice
            | Action::CancelRun
            | Action::RunAgain
    )
}

/// The session as an embed begins.
fn begin(switches: &Switches, fragment: String, still: bool, language: &str) -> Session {
    let mut session = Session::opening(Boot {
        fragment,
        lang: switches.lang.unwrap_or(Lang::of(language)),
        theme: switches.theme,
        still,
        guided: true,
        frame: Frame::read(&format!("side={}", switches.side.name())),
        ..Boot::default()
    });
    let (at, play) = (switches.at, switches.play && !still);
    session.when_run(move |session| {
        let cursor = at.and_then(|at| match at {
            At::Cursor(cursor) => Some(cursor),
            At::Moment(moment) => moment.cursor(&session.run.borrow()),
        });
        if let Some(cursor) = cursor {
            session.stand_at(cursor);
        }
        if play && !session.is_empty() {
            let len = session.len();
            session.player.play(len);
        }
    });
    session.afterwards();
    session
}

/// The session's home, connected to what the browser tells: of the full lab's connections, those that only look.
fn open(switches: &Switches) -> (Rc<Store>, Frames) {
    let still = browser::prefers(browser::LESS_MOVEMENT);
    let session = begin(switches, browser::fragment(), still, &browser::language());
    let store = Rc::new(Store::new(session));
    browser::on_preference(browser::LESS_MOVEMENT, {
        let store = Rc::clone(&store);
        Callback::from(move |still| store.act(Action::Still(still)))
    });
    let look = looking(&store);
    browser::on_term(look.reform(Action::Explain));
    browser::on_address({
        let store = Rc::clone(&store);
        Callback::from(move |()| {
            store.act(Action::Navigate {
                fragment: browser::fragment(),
                kept: None,
            });
        })
    });
    browser::on_key({
        let store = Rc::clone(&store);
        move |key| {
            let session = store.session();
            let action = match &*key.name {
                "Escape" if session.under_way().is_some() => Some(Action::CancelRun),
                name => key_action(name, key.control, key.shift, &session.frame),
            };
            match action.filter(is_looking) {
                Some(action) => {
                    store.act(action);
                    true
                }
                None => false,
            }
        }
    });
    fit();
    browser::on_resize(Callback::from(|()| fit()));
    let frames = store.frames();
    let (reader, actor) = (Rc::clone(&store), Rc::clone(&store));
    let act = Callback::from(move |action| actor.act(action));
    let heard = api::install(Rc::new(move || reader.session()), act, true);
    store.tell(heard);
    store.wake();
    (store, frames)
}

/// Little room: low rows wherever the page is wide enough to have them.
fn fit() {
    let (width, _) = browser::window_size();
    let (scale, low) = crate::frame::fit(false, width, 0.0);
    browser::set_scale(false, scale, low);
}

/// Where the panels' actions go: a visitor only looks.
fn looking(store: &Rc<Store>) -> Callback<Action> {
    let store = Rc::clone(store);
    Callback::from(move |action| {
        if is_looking(&action) {
            store.act(action);
        }
    })
}

/// What an embed is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What the address asks for.
    pub switches: Switches,
}

/// The embedded lab.
#[component]
pub fn Embedded(props: &Props) -> Html {
    let switches = &props.switches;
    let opened = use_memo((), |()| open(switches));
    let (store, frames) = &*opened;
    let redraw = use_force_update();
    store.redraw(Callback::from(move |()| redraw.force_update()));
    let on = (*use_memo((), |()| looking(store))).clone();
    let session = store.session();
    let lang = session.lang;
    let moving = session.player.is_moving();
    if moving {
        frames.start();
    }
    use_effect_with((lang, session.theme), |&(lang, theme)| {
        browser::set_root(lang.code(), theme.name(), lang.app().name);
    });
    // The link costs an encoding: it is made anew where the cursor rests.
    let at = (session.scenario.clone(), session.player.cursor, moving);
    let link = use_mut_ref(String::new);
    use_memo(at, |(.., moving)| {
        if !moving || link.borrow().is_empty() {
            *link.borrow_mut() = format!("{}#{}", browser::page_address(), session.link());
        }
    });
    let link = link.borrow().clone();
    let (texts, view) = (lang.embed(), session.view());
    let panels = switches.panels.iter().map(|panel| {
        let (view, on) = (view.clone(), on.clone());
        let progress = |moves| view.progress(session.player.progress(), moves);
        let (lists, buckets) = (progress(free_lists::moves), progress(buckets::moves));
        let shown = match panel {
            Panel::Text => source(&session),
            Panel::Map => part::<MapPanel>(map::Props { view, on }),
            Panel::Lists => part::<FreeLists>(MovingProps { view, progress: lists, on }),
            Panel::Buckets => part::<Buckets>(MovingProps { view, progress: buckets, on }),
            Panel::Path => match shown_side(&view) {
                Side::Path => part::<Path>(path::Props { view, shown: true, on }),
                Side::Transcript => part::<Transcript>(side::Props { view, shown: true, on, copy: copy(store) }),
                Side::Dmesg => part::<Dmesg>(side::Props { view, shown: true, on, copy: copy(store) }),
                Side::Proc => part::<Proc>(side::Props { view, shown: true, on, copy: copy(store) }),
                Side::Lru => part::<Reclaim>(reclaim::Props { view, on }),
            },
        };
        html! { <section key={panel.name()} class={format!("shown-{}", panel.name())}>{ shown }</section> }
    });
    html! {
        <>
            <main class="app embed">
                <header class="brand">
                    <h1>{ lang.app().name }</h1>
                    <a href={link} target="_blank" rel="noopener" aria-label={texts.open_full_long}>
                        { texts.open_full }<span aria-hidden="true">{ " ↗" }</span>
                    </a>
                </header>
                <div class="shown" role="group" aria-label={texts.panels}>{ for panels }</div>
                { part::<Timeline>(timeline::Props {
                    view,
                    playing: moving,
                    speed: session.player.speed,
                    looping: session.looping,
                    on: on.clone(),
                }) }
            </main>
            { part::<Explained>(term::Props { lang, explained: session.explained }) }
            if session.help {
                { part::<Keys>(keys::Props { lang, letters: session.frame.letters, on: on.clone() }) }
            }
            { part::<Notices>(notices::Props {
                lang,
                notice: session.notice.clone(),
                has_earlier: false,
                on: on.clone(),
                save: Callback::noop(),
            }) }
            { part::<RunningLine>(running::Props { lang, under_way: session.under_way(), on }) }
        </>
    }
}

/// The scenario, with the line of the call at the cursor marked.
fn source(session: &Session) -> Html {
    let run = session.run.borrow();
    let call = run.call_at(session.player.cursor);
    let now = call.map(|call| run.calls()[call].span.line as usize);
    let lines = session.text.lines().enumerate().map(|(at, line)| {
        let line = format!("{line}\n");
        match Some(at + 1) == now {
            true => html! { <mark key={at} aria-current="step">{ line }</mark> },
            false => html! { <span key={at}>{ line }</span> },
        }
    });
    let title = session.lang.app().scenario;
    html! {
        <section class="panel" aria-label={title}>
            <header><h2>{ title }</h2></header>
            <pre class="body" tabindex="0" aria-label={title}>{ for lines }</pre>
        </section>
    }
}

fn copy(store: &Rc<Store>) -> Callback<String> {
    let store = Rc::clone(store);
    Callback::from(move |text: String| crate::app::copy(&store, &text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kmalloc_core::script::parse;

    fn read(query: &str) -> Option<Switches> {
        let parts = query.split('&').map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (name.to_string(), value.to_string())
        });
        Switches::read(&parts.collect::<Vec<_>>())
    }

    #[test]
    fn the_address_says_what_is_shown() {
        assert_eq!(read("panels=map"), None, "nobody asks for an embed");
        let usual = read("embed").expect("an embed");
        assert_eq!(usual.panels, Panel::USUAL);
        assert_eq!((usual.play, usual.at, usual.lang), (false, None, None));
        let all = read(
            "embed&panels=lists,kitchen,map,lists&play&at=call=2&lang=zh&theme=dark&side=dmesg",
        );
        let all = all.expect("an embed");
        assert_eq!(all.panels, [Panel::Lists, Panel::Map]);
        assert_eq!(all.at, Some(At::Moment(Moment::Call(2))));
        assert_eq!((all.play, all.lang), (true, Some(Lang::Zh)));
        assert_eq!((all.theme, all.side), (Theme::Dark, Side::Dmesg));
        let at = |query| read(query).expect("an embed").at;
        assert_eq!(at("embed&at=12"), Some(At::Cursor(12)));
        assert_eq!(at("embed&at=-1"), None);
        assert_eq!(at("embed&at=soon"), None);
    }

    #[test]
    fn it_begins_where_it_is_told_to() {
        let begin = |query: &str, still| {
            let switches = read(query).expect("an embed");
            let fragment = "s=AQcAAAwRAWQAIq8".to_string();
            begin(&switches, fragment, still, "en-US").run_out()
        };
        let rests = begin("embed", false);
        assert!(!rests.is_empty() && !rests.player.is_moving());
        assert_eq!(begin("embed&at=3", false).player.cursor, 3);
        let asked = begin("embed&at=event=refill-asked", false);
        assert_eq!(
            asked.view().event.map(|event| event.name()),
            Some("refill-asked")
        );
        assert!(begin("embed&play&at=0", false).player.is_moving());
        // Who wants less movement presses the button.
        let still = begin("embed&play&at=0", true);
        assert!(!still.player.is_moving());
        assert_eq!(still.player.cursor, 0);
        assert_eq!(begin("embed&lang=zh", false).lang, Lang::Zh);
    }

    /// Whatever a visitor does, the scenario stays.
    #[test]
    fn a_visitor_changes_nothing() {
        let switches = read("embed").expect("an embed");
        let session = begin(&switches, String::new(), false, "en-US");
        let scenario = parse("kfree(p);").scenario;
        for action in [
            Action::Call,
            Action::Free("p".into()),
            Action::Undo,
            Action::Redo,
            Action::Type("kfree(p);".into()),
            Action::Replace("kfree(p);".into()),
            Action::Machine(scenario.machine),
            Action::OpenScenario("first".into()),
            Action::OpenEarlier,
        ] {
            assert!(!is_looking(&action), "{action:?}");
        }
        for action in [Action::Step, Action::ToStart, Action::TogglePlay] {
            assert!(is_looking(&action));
            assert_eq!(session.reduced(action).text, session.text);
        }
    }
}
