//! What this browser keeps of the student's work, so that nothing of it is lost.
//!
//! Storage may be forbidden or full, written by a newer lab or by something else, and shared with another tab. Then the work
//! goes on, what is there is left alone or set aside, and the page is told once what to say. A tab has its own work and
//! finds it again when it is loaded anew; what every tab shares is the work that was changed last, with the other beside it.
//! How a text is stored is `browser`'s; what the work is, the session's.

use std::cell::RefCell;
use std::collections::BTreeMap;

use yew::Callback;

use crate::browser::{self, Refused};
use crate::course::{Bookmark, Progress};
use crate::lessons;
use crate::session::{Session, Work};

/// Grows when an older lab would misread what is kept.
const FORMAT: u32 = 1;

const FORMAT_KEY: &str = "kmalloc-lab.format";
const TEXT: &str = "kmalloc-lab.text";
const CURSOR: &str = "kmalloc-lab.cursor";
const OWN: &str = "kmalloc-lab.own";
const PLACE: &str = "kmalloc-lab.place";
const GUESSES: &str = "kmalloc-lab.guesses";
const ANSWERED: &str = "kmalloc-lab.answered";
const WAITS: &str = "kmalloc-lab.waits";
const PROGRESS: &str = "kmalloc-lab.progress";
const EARLIER: &str = "kmalloc-lab.earlier";
/// A text of another tab, or one that stopped the lab, when there is an earlier work already.
const OTHER: &str = "kmalloc-lab.other";
/// Progress that could not be read.
const DAMAGED: &str = "kmalloc-lab.damaged";

/// Why the student is told about the storage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// The browser keeps nothing for this page.
    Blocked,
    /// There is no more room.
    Full,
    /// A newer lab has written what is kept.
    Newer,
    /// The progress could not be read.
    Damaged,
    /// Another tab has another scenario.
    OtherTab,
}

#[derive(Default)]
struct Keeper {
    /// What this tab has last read or written under the keys that tabs share.
    seen: BTreeMap<&'static str, Option<String>>,
    /// What other tabs have written of the course's progress since.
    others: Progress,
    /// Nothing is written.
    frozen: bool,
    troubles: Vec<Trouble>,
    told: Callback<Trouble>,
}

thread_local! {
    static KEEPER: RefCell<Keeper> = RefCell::default();
}

/// Looks at what is there, before any of it is read.
pub fn open() {
    let format = browser::load(FORMAT_KEY).and_then(|number| number.parse().ok());
    if format.is_some_and(|format: u32| format > FORMAT) {
        KEEPER.with_borrow_mut(|keeper| keeper.frozen = true);
        trouble(Trouble::Newer);
    }
    set_aside_damage();
    if browser::load(EARLIER).is_none()
        && let Some(other) = browser::load(OTHER)
    {
        put(EARLIER, Some(&other));
        put(OTHER, None);
    }
    KEEPER.with_borrow_mut(|keeper| {
        for key in [EARLIER, PROGRESS] {
            keeper.seen.insert(key, browser::load(key));
        }
        keeper.seen.insert(TEXT, left(TEXT));
    });
    if browser::is_framed() {
        return;
    }
    browser::on_storage(Callback::from(|(key, value): (String, Option<String>)| {
        let own = browser::load_tab(TEXT);
        if key == TEXT && value.is_some() && own.is_some() && value != own {
            trouble(Trouble::OtherTab);
        }
    }));
}

/// Where troubles are told, those that were met before included.
pub fn tell(told: Callback<Trouble>) {
    let troubles = KEEPER.with_borrow_mut(|keeper| {
        keeper.told = told.clone();
        keeper.troubles.clone()
    });
    for trouble in troubles {
        told.emit(trouble);
    }
}

/// The work that was left in this tab, or else in the browser.
pub fn work() -> Option<Work> {
    Some(Work {
        text: left(TEXT)?,
        cursor: left(CURSOR)
            .and_then(|number| number.parse().ok())
            .unwrap_or(usize::MAX),
        own: left(OWN).is_some(),
        bookmark: Bookmark {
            place: left(PLACE).unwrap_or_default(),
            guesses: left(GUESSES).unwrap_or_default(),
            answered: left(ANSWERED).is_some(),
            waits: left(WAITS).is_some(),
            progress: browser::load(PROGRESS).unwrap_or_default(),
        },
    })
}

/// Work that was replaced.
pub fn earlier() -> Option<String> {
    browser::load(EARLIER)
}

/// Progress that could not be read.
pub fn damaged() -> Option<String> {
    browser::load(DAMAGED)
}

/// Keeps what a reload should find again.
pub fn save_work(session: &Session) {
    let work = session.work();
    let Bookmark {
        place,
        guesses,
        answered,
        waits,
        ..
    } = &work.bookmark;
    let some = |text: &str| (!text.is_empty()).then(|| text.to_string());
    let own = [
        (CURSOR, Some(work.cursor.to_string())),
        (OWN, work.own.then(|| "1".into())),
        (PLACE, some(place)),
        (GUESSES, some(guesses)),
        (ANSWERED, answered.then(|| "1".into())),
        (WAITS, waits.then(|| "1".into())),
    ];
    put(FORMAT_KEY, Some(&FORMAT.to_string()));
    for (key, value) in &own {
        browser::save_tab(key, value.as_deref());
        put(key, value.as_deref());
    }
    browser::save_tab(TEXT, Some(&work.text));
    claim(TEXT, Some(&work.text));
    claim(EARLIER, session.replaced().as_deref());
    save_progress(&session.course.progress);
}

/// Keeps a text under a key, or forgets it.
pub fn put(key: &str, value: Option<&str>) {
    if KEEPER.with_borrow(|keeper| keeper.frozen) {
        return;
    }
    match browser::save(key, value) {
        Ok(()) => {}
        Err(Refused::Blocked) => trouble(Trouble::Blocked),
        Err(Refused::Full) => trouble(Trouble::Full),
    }
}

/// The same for what the page can do without: nothing is told.
pub fn note(key: &str, value: Option<&str>) {
    if !KEEPER.with_borrow(|keeper| keeper.frozen) {
        browser::save(key, value).ok();
    }
}

/// The same, of a key that other tabs write too: what this tab has not changed is left as it is, and what another one has put
/// there meanwhile is set aside.
fn claim(key: &'static str, value: Option<&str>) {
    let (there, seen) = (browser::load(key), seen(key));
    if value == seen.as_deref() && there.is_some() == value.is_some() {
        return;
    }
    let foreign = there.filter(|there| Some(there) != seen.as_ref() && Some(&**there) != value);
    if let Some(foreign) = foreign {
        if value.is_none() {
            return;
        }
        if foreign != lessons::FIRST {
            put(OTHER, Some(&foreign));
        }
    }
    set(key, value);
}

/// Progress that cannot be read is kept by another name.
fn set_aside_damage() {
    let frozen = KEEPER.with_borrow(|keeper| keeper.frozen);
    if let Some(text) = browser::load(PROGRESS).filter(|_| !frozen)
        && Progress::read(&text).is_none()
    {
        put(DAMAGED, Some(&text));
        put(PROGRESS, None);
        trouble(Trouble::Damaged);
    }
}

/// What other tabs have solved stays solved, unless the student forgets everything here.
fn save_progress(own: &Progress) {
    if browser::load(PROGRESS) != seen(PROGRESS) {
        set_aside_damage();
    }
    let there = browser::load(PROGRESS);
    let theirs = there.as_deref().and_then(Progress::read);
    let changed = seen(PROGRESS) != there;
    let all = KEEPER.with_borrow_mut(|keeper| {
        if let Some(theirs) = theirs.filter(|_| changed) {
            keeper.others = keeper.others.with(&theirs);
        }
        if *own == Progress::default() {
            keeper.others = Progress::default();
        }
        own.with(&keeper.others)
    });
    set(PROGRESS, Some(&all.text()));
}

fn set(key: &'static str, value: Option<&str>) {
    put(key, value);
    KEEPER.with_borrow_mut(|keeper| keeper.seen.insert(key, value.map(Into::into)));
}

fn seen(key: &str) -> Option<String> {
    KEEPER.with_borrow(|keeper| keeper.seen.get(key).cloned().flatten())
}

/// This tab's own work comes before what tabs share.
fn left(key: &str) -> Option<String> {
    match browser::load_tab(TEXT) {
        Some(_) => browser::load_tab(key),
        None => browser::load(key),
    }
}

/// Each is told once.
fn trouble(trouble: Trouble) {
    let told = KEEPER.with_borrow_mut(|keeper| {
        let new = !keeper.troubles.contains(&trouble);
        if new {
            keeper.troubles.push(trouble);
        }
        new.then(|| keeper.told.clone())
    });
    if let Some(told) = told {
        told.emit(trouble);
    }
}
