//! What this browser keeps of the student's work, so that nothing of it is lost.
//!
//! Storage may be forbidden or full, written by a newer lab or by something else, and shared with another tab. Then the work
//! goes on, what is there is left alone or set aside, and the page is told once what to say. A tab has its own work and
//! finds it again when it is loaded anew; what every tab shares is the work that was changed last, with the other beside it.
//! Of any more tabs each has a key of its own for its text, which stays until a tab goes on with it or the student forgets it.
//! How a text is stored is `browser`'s; what the work is, the session's.

use std::cell::RefCell;

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
/// A tab's own text, so that it outlives the tab: one of [`SLOTS`] such keys is this tab's, which it remembers for itself.
const TAB: &str = "kmalloc-lab.tab.";
const SLOT: &str = "kmalloc-lab.slot";
/// More tabs than anybody has. One more shares what all tabs share.
const SLOTS: usize = 32;
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
    /// Texts of other tabs are kept that nothing else offers.
    Others,
}

#[derive(Default)]
struct Keeper {
    /// What this tab has last read or written under the keys that tabs share.
    seen: Vec<(&'static str, Option<String>)>,
    /// What other tabs have written of the course's progress since.
    others: Progress,
    /// Nothing is written.
    frozen: bool,
    troubles: Vec<Trouble>,
    told: Callback<Trouble>,
    /// The key of this tab's text, when it has one.
    slot: Option<usize>,
}

impl Keeper {
    fn saw(&mut self, key: &'static str, value: Option<String>) {
        self.seen.retain(|(known, _)| *known != key);
        self.seen.push((key, value));
    }
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
            keeper.saw(key, browser::load(key));
        }
        keeper.saw(TEXT, left(TEXT));
    });
    if browser::is_framed() {
        return;
    }
    let slot = browser::load_tab(SLOT).and_then(|number| number.parse().ok());
    KEEPER.with_borrow_mut(|keeper| keeper.slot = slot.filter(|slot| *slot < SLOTS));
    take_over();
    browser::on_storage(Callback::from(|(key, value): (String, Option<String>)| {
        let own_slot = KEEPER.with_borrow(|keeper| keeper.slot);
        if value.is_some() && own_slot.is_some_and(|slot| key == slot_key(slot)) {
            // A copy of this tab has the same key: whoever hears of it takes another.
            KEEPER.with_borrow_mut(|keeper| keeper.slot = None);
            if let Some(own) = browser::load_tab(TEXT) {
                keep_own(&own);
            }
        }
        let own = browser::load_tab(TEXT);
        if key == TEXT && value.is_some() && own.is_some() && value != own {
            trouble(Trouble::OtherTab);
        }
    }));
}

fn slot_key(slot: usize) -> String {
    format!("{TAB}{slot}")
}

/// A tab that opens what another one left goes on under its key. If that one is open still, it hears of the first change and
/// takes another key.
fn take_over() {
    let own = left(TEXT);
    let is_own = |slot: &usize| own.is_some() && browser::load(&slot_key(*slot)) == own;
    KEEPER.with_borrow_mut(|keeper| {
        keeper.slot = keeper.slot.or_else(|| (0..SLOTS).find(is_own));
    });
    if !others().is_empty() {
        trouble(Trouble::Others);
    }
}

/// The texts of other tabs that nothing else offers.
pub fn others() -> Vec<String> {
    let own_slot = KEEPER.with_borrow(|keeper| keeper.slot);
    let offered = [left(TEXT), browser::load(EARLIER), browser::load(OTHER)];
    let mut texts: Vec<String> = (0..SLOTS)
        .filter(|slot| Some(*slot) != own_slot)
        .filter_map(|slot| browser::load(&slot_key(slot)))
        .filter(|text| !offered.iter().flatten().any(|offered| offered == text))
        .collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}

/// Forgets them. A tab that is still open keeps its own again with its next change.
pub fn forget_others() {
    let own_slot = KEEPER.with_borrow(|keeper| keeper.slot);
    for slot in (0..SLOTS).filter(|slot| Some(*slot) != own_slot) {
        put(&slot_key(slot), None);
    }
}

/// Keeps this tab's text under a key that no other tab writes.
fn keep_own(text: &str) {
    let own_slot = KEEPER.with_borrow(|keeper| keeper.slot);
    let free = || (0..SLOTS).find(|slot| browser::load(&slot_key(*slot)).is_none());
    let Some(slot) = own_slot.or_else(free) else {
        return;
    };
    KEEPER.with_borrow_mut(|keeper| keeper.slot = Some(slot));
    browser::save_tab(SLOT, Some(&slot.to_string()));
    let key = slot_key(slot);
    if browser::load(&key).as_deref() != Some(text) {
        put(&key, Some(text));
    }
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
    if !lessons::is_first(&work.text) {
        keep_own(&work.text);
    }
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
        if !lessons::is_first(&foreign) {
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
    KEEPER.with_borrow_mut(|keeper| keeper.saw(key, value.map(Into::into)));
}

fn seen(key: &str) -> Option<String> {
    KEEPER.with_borrow(|keeper| {
        let mut seen = keeper.seen.iter();
        seen.find(|(known, _)| *known == key)?.1.clone()
    })
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
