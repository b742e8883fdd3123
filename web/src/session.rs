//! The one reducer: everything the page knows, and what each action makes of it.
//!
//! The scenario text is the truth. Edits change the text, the text is run, and the run is looked at from a cursor; undo and
//! redo walk through a history of texts. Pure: it calls no browser, and what the kernel would do is asked of the core.

use std::cell::RefCell;
use std::rc::Rc;

use kmalloc_core::event::Event;
use kmalloc_core::exercise::{
    Attempt, Foresight, Ghost, Place as Moment, builds_on, ghost, verdict,
};
use kmalloc_core::machine::Machine;
use kmalloc_core::proc;
use kmalloc_core::profile::MachineSpec;
use kmalloc_core::run::remedy::{Tried, free_call, place};
use kmalloc_core::run::{Bounds, CallRecord, Run, Running, Value, Variable};
use kmalloc_core::script::ast::{Call, Pointer, Scenario, ScriptError, ScriptErrorKind, Span};
use kmalloc_core::script::link;
use kmalloc_core::script::named::named;
use kmalloc_core::script::{Parsed, edit, parse, print};
use kmalloc_glossary::Term;

use crate::compare::{Compare, CompareAction};
use crate::course::{Bookmark, Course, Judged, Load, Progress};
use crate::draft::Draft;
use crate::frame::{Clicker, Frame, Pane};
use crate::gallery::Gallery;
use crate::lang::Lang;
use crate::lessons::{self, ExerciseText};
use crate::making::{Making, PIECE};
use crate::moments::Moments;
use crate::player::{Player, SPEEDS, duration_ms, share_ms};
use crate::remedies::Remedies;
use crate::share::lecture::Lecture;
use crate::share::{Sharing, Shelf, Switches};
use crate::stage::landmarks::Landmark;
use crate::view::{Action, CourseAction, Notice, ProseLink, Shared, SharedRun, Tab, Theme, View};

/// Texts that undo can go back to.
const MAX_HISTORY: usize = 200;

/// Where a first visitor is led to next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guide {
    /// Press `kmalloc`.
    Press,
    /// Step through what happened.
    Step,
    /// Look at the split.
    Look,
    /// All was seen.
    Done,
}

/// What the browser remembered and was opened with.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Boot {
    /// Of the address, without `#`.
    pub fragment: String,
    /// The text that this browser keeps for that fragment.
    pub kept: Option<String>,
    /// The student's own work.
    pub work: Option<Work>,
    /// The page was loaded again. Then the saved cursor is the newer one: the address follows only at rest.
    pub reloaded: bool,
    /// Work that a link replaced earlier.
    pub earlier: Option<String>,
    /// The sequence that was made or played: [`Lecture::text`].
    pub lecture: Option<String>,
    /// The language to begin in.
    pub lang: Lang,
    /// The light to begin in.
    pub theme: Theme,
    /// The student's system asks for less movement.
    pub still: bool,
    /// The guide was seen to its end, or sent away.
    pub guided: bool,
    /// How the page was arranged.
    pub frame: Frame,
}

/// What survives a reload.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Work {
    /// The scenario.
    pub text: String,
    /// Events that had happened.
    pub cursor: usize,
    /// False while it is only what a link brought.
    pub own: bool,
    /// The place in the course.
    pub bookmark: Bookmark,
}

impl Work {
    /// A first visitor's: the scenario that the page brings with it, at its end.
    pub(crate) fn first(lang: Lang) -> Work {
        Work {
            text: lessons::first(lang).into(),
            cursor: usize::MAX,
            ..Work::default()
        }
    }
}

/// A variable and the cursor from which it holds its value.
#[derive(Clone, PartialEq, Debug)]
pub struct Held {
    /// As at the end of the run.
    pub variable: Variable,
    /// The first cursor at which that is so.
    pub since: usize,
}

impl Held {
    /// What it points to was given back.
    pub fn is_freed(&self) -> bool {
        !self.variable.live && self.variable.value != Value::Null
    }
}

/// Everything the page knows.
#[derive(Clone)]
pub struct Session {
    /// The scenario text, perhaps with errors.
    pub text: Rc<str>,
    /// What could not be read in it.
    pub errors: Rc<Vec<ScriptError>>,
    /// The scenario that was run: the last one without errors.
    pub scenario: Rc<Scenario>,
    /// Its run; while it is on its way, the run before.
    pub run: SharedRun,
    /// The text that this is the run of.
    pub ran: Rc<str>,
    /// The run of the present text, while it is on its way.
    pub(crate) making: Option<Making>,
    /// Its variables at the end.
    pub held: Shared<Vec<Held>>,
    /// The events of the run at which the kernel prints something.
    spoken: Shared<Vec<usize>>,
    /// The name of the next answer.
    pub next_name: Rc<str>,
    /// The clock.
    pub player: Player,
    /// Playing goes round and round in the cursor's call.
    pub looping: bool,
    moments: Moments,
    past: Rc<Vec<Version>>,
    future: Rc<Vec<Version>>,
    /// Whose start the text goes back to.
    base: Base,
    /// The text as a link brought it, without names, as long as the exercise that it goes on from is not here.
    nameless: Option<Rc<str>>,
    /// The last edit was typing, and more typing belongs to it.
    typing: bool,
    /// Edits so far: the address bar gets a new entry for each.
    pub edits: u32,
    /// The text is the student's own, not only what a link brought.
    pub own: bool,
    /// Work that a link replaced.
    pub earlier: Option<Rc<str>>,
    /// The call bar.
    pub draft: Draft,
    /// The page that is inspected.
    pub inspected: Option<u32>,
    /// The variable that is highlighted.
    pub highlighted: Option<String>,
    /// The course.
    pub course: Course,
    /// What the open exercise was judged by.
    judged_by: Option<JudgedBy>,
    /// Where a first visitor is led to; None when not, or no longer.
    pub guide: Option<Guide>,
    /// What the student is told.
    pub notice: Option<Notice>,
    /// The language.
    pub lang: Lang,
    /// The light.
    pub theme: Theme,
    /// What a narrow screen shows.
    pub tab: Tab,
    /// How the page is arranged.
    pub frame: Frame,
    /// The list of keys is open.
    pub help: bool,
    /// The gallery is open.
    pub in_gallery: bool,
    /// Its scenarios, fetched when it is opened for the first time.
    pub gallery: Load<Gallery>,
    /// Changes that would make a failed call succeed, as far as they were looked for.
    pub remedies: Option<Remedies>,
    /// Links, files, sequences.
    pub sharing: Sharing,
    /// Two runs side by side, while they are looked at.
    pub compare: Option<Compare>,
    /// The term that was asked for last, and how many were before it.
    pub explained: Option<(&'static Term, u32)>,
}

/// A text that undo or redo comes back to.
#[derive(Clone)]
struct Version {
    text: Rc<str>,
    base: Base,
}

/// Where a text comes from.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Base {
    /// The start of the exercise of this place, `chapter/exercise`.
    Exercise(Rc<str>),
    /// Elsewhere: the gallery, a card.
    Elsewhere,
    /// An address, or an earlier visit: it shows when the exercise is here.
    Unknown,
}

/// What a verdict depends on. Texts and runs are told apart by where they are.
#[derive(Clone)]
struct JudgedBy {
    text: Rc<str>,
    run: SharedRun,
    guesses: Rc<Vec<String>>,
    answered: bool,
    place: String,
}

impl PartialEq for JudgedBy {
    fn eq(&self, other: &JudgedBy) -> bool {
        Rc::ptr_eq(&self.text, &other.text)
            && self.run == other.run
            && Rc::ptr_eq(&self.guesses, &other.guesses)
            && (self.answered, &self.place) == (other.answered, &other.place)
    }
}

/// Where the cursor goes when the text has changed.
#[derive(Clone, Copy)]
pub(crate) enum Arrive {
    /// To the end of the old run; what is new is played.
    PlayNew,
    /// To the last call, which is played.
    PlayLast,
    /// To the end.
    End,
    /// Here.
    At(usize),
    /// Here, and what follows is played.
    Play(usize),
    /// To where its story begins.
    Story,
}

impl Session {
    /// The page as it opens, with its run however long that takes.
    pub fn open(boot: Boot) -> Session {
        Session::opening(boot).run_out()
    }

    /// The page as it opens; a long run is still on its way.
    pub fn opening(boot: Boot) -> Session {
        let work = boot.work.map(|mut work| {
            if lessons::is_first(&work.text) {
                work.text = lessons::first(boot.lang).into();
            }
            work
        });
        let reloaded = work.clone().filter(|_| boot.reloaded);
        let work = work.unwrap_or_else(|| Work::first(boot.lang));
        let mut session = Session::standing(work);
        let mut shelf = Shelf::read(boot.earlier.as_deref().unwrap_or_default());
        session.earlier = shelf.take();
        session.sharing.shelf = shelf;
        session.sharing.lecture = Lecture::read(boot.lecture.as_deref().unwrap_or_default());
        session.player.still = boot.still;
        session.guide = (!boot.guided).then_some(Guide::Press);
        session.lang = boot.lang;
        session.theme = boot.theme;
        session.frame = boot.frame;
        session.navigate(&boot.fragment, boot.kept.as_deref(), true);
        if let Some(work) = reloaded
            && *session.text == *work.text
        {
            session.stand_at(work.cursor);
        }
        // An address that was opened is where undo and the browser's history begin.
        session.past = Rc::default();
        session.look();
        session
    }

    /// The page at this work, whoever looks at it.
    fn standing(work: Work) -> Session {
        let parsed = parse(&work.text);
        let (run, machine) = boot_run(&parsed.scenario.machine);
        let mut session = Session {
            text: work.text.as_str().into(),
            errors: Rc::default(),
            scenario: Rc::default(),
            run,
            ran: "".into(),
            making: None,
            held: Shared::new(Vec::new()),
            spoken: Shared::new(Vec::new()),
            next_name: "".into(),
            player: Player::at(0, false),
            looping: false,
            moments: Moments::new(machine),
            past: Rc::default(),
            future: Rc::default(),
            base: match &work.bookmark {
                Bookmark { waits: true, .. } => Base::Elsewhere,
                // Whatever was made of its start: it was judged before, too.
                Bookmark { place, .. } if place.contains('/') => {
                    Base::Exercise(place.as_str().into())
                }
                _ => Base::Unknown,
            },
            nameless: None,
            typing: false,
            edits: 0,
            own: work.own,
            earlier: None,
            draft: Draft::default(),
            inspected: None,
            highlighted: None,
            course: Course::open(&work.bookmark),
            judged_by: None,
            guide: None,
            notice: None,
            lang: Lang::default(),
            theme: Theme::default(),
            tab: Tab::default(),
            frame: Frame::default(),
            help: false,
            in_gallery: false,
            gallery: Load::Coming,
            remedies: None,
            sharing: Sharing::default(),
            compare: None,
            explained: None,
        };
        // What could be read is run: on a reload there is no earlier run to keep.
        session.take(parsed, Arrive::At(work.cursor));
        session.look();
        session
    }

    /// What this action makes of everything, a run that it asks for included, however long that takes.
    #[must_use]
    pub fn reduced(&self, action: Action) -> Session {
        self.begun(action).run_out()
    }

    /// The same, with a long run still on its way.
    #[must_use]
    pub fn begun(&self, action: Action) -> Session {
        let mut next = self.clone();
        next.apply(action);
        next.afterwards();
        next
    }

    /// What follows from every change.
    pub(crate) fn afterwards(&mut self) {
        self.compare = self
            .compare
            .take()
            .filter(|both| both.runs[0] == self.run && both.texts[0] == self.text);
        self.remedies = self
            .remedies
            .take()
            .filter(|remedies| remedies.is_of(&self.run));
        self.look();
        self.judge();
        self.lead();
    }

    /// The moment to show.
    pub fn view(&self) -> View {
        View {
            lang: self.lang,
            run: self.run.clone(),
            machine: self.moments.machine.clone(),
            before: self.moments.before,
            cursor: self.player.cursor,
            event: self.moments.event,
            inspected: self.inspected,
            highlighted: self.highlighted.clone(),
            spoken: self.spoken.clone(),
            ghosts: self.ghosts(),
            frame: self.frame,
        }
    }

    fn ghosts(&self) -> Rc<Vec<Ghost>> {
        let judged = self.course.judged.as_ref();
        judged.map_or_else(Rc::default, |judged| Rc::clone(&judged.ghosts))
    }

    /// Events of the run: the largest cursor.
    pub fn len(&self) -> usize {
        self.run.borrow().len()
    }

    /// True when nothing happens in the run.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether an edit can be taken back.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether an edit can be made again.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    /// Whether what decides is just being played: a verdict would give the end away.
    pub fn is_unfolding(&self) -> bool {
        self.player.is_moving() && !self.looping && self.player.cursor < self.len()
    }

    /// What a reload should find again.
    pub fn work(&self) -> Work {
        Work {
            text: self.text.to_string(),
            cursor: self.player.cursor,
            own: self.own,
            bookmark: self.course.bookmark(),
        }
    }

    fn apply(&mut self, action: Action) {
        let len = self.len();
        match action {
            Action::Seek(cursor) => self.player.seek(cursor, len),
            Action::SeekPartway(cursor, phase) => self.player.seek_partway(cursor, phase, len),
            Action::Inspect(pfn) => self.inspected = pfn,
            Action::Highlight(name) => self.highlighted = name,

            Action::Tick(elapsed_ms) => self.tick(elapsed_ms, len),
            Action::TogglePlay if self.player.is_moving() => self.player.pause(),
            Action::TogglePlay => {
                self.player.round = self.round();
                self.player.play(len);
            }
            Action::Step => self.player.step(len),
            Action::StepBack => self.player.step_back(len),
            Action::PreviousCall => self.player.seek(self.call_start(), len),
            Action::NextCall => self.player.seek(self.call_end(), len),
            Action::ToStart => self.player.seek(0, len),
            Action::ToEnd => self.player.seek(len, len),
            Action::Next(Landmark::Call) => self.player.seek(self.call_end(), len),
            Action::Previous(Landmark::Call) => self.player.seek(self.call_start(), len),
            Action::Next(landmark) => self.next(landmark, len),
            Action::Previous(landmark) => {
                let found = landmark.before(&self.run.borrow(), self.player.cursor);
                if let Some(index) = found {
                    self.player.seek(index + 1, len);
                }
            }
            Action::GoToCall(number) => {
                let cursor = self.call_number(number);
                self.player.seek(cursor, len);
            }
            Action::Speed(speed) => self.player.speed = speed.min(SPEEDS.len() - 1),
            Action::Faster(faster) => {
                let speed = self.player.speed;
                let speed = if faster {
                    speed + 1
                } else {
                    speed.saturating_sub(1)
                };
                self.player.speed = speed.min(SPEEDS.len() - 1);
            }
            Action::ToggleLoop => {
                self.looping = !self.looping;
                self.player.round = self.round();
            }

            Action::Draft(draft) => self.draft = draft,
            Action::Call => {
                let call = self.draft.call(&self.next_name, self.chosen_pointer());
                self.append(&call);
            }
            Action::Free(name) => {
                if let Some(call) = self.free_call(&name) {
                    self.append(&call);
                }
            }
            Action::Undo => self.travel(true),
            Action::Redo => self.travel(false),
            Action::CancelRun => self.cancel_run(),
            Action::RunAgain => self.run_again(),
            Action::RunOut => {
                while self.is_running() {
                    self.make(usize::MAX);
                }
            }
            Action::Machine(machine) => self.on_machine(&machine),
            Action::Type(text) => self.typed(text),
            Action::Replace(text) => self.bring(&text, Arrive::End, Base::Unknown),
            Action::Navigate { fragment, kept } => self.navigate(&fragment, kept.as_deref(), false),
            Action::OpenEarlier => {
                if let Some(text) = self.earlier.take() {
                    self.earlier = self.sharing.shelf.take();
                    self.bring(&text, Arrive::End, Base::Unknown);
                }
            }
            Action::DropEarlier => self.earlier = self.sharing.shelf.take(),

            Action::Course(action) => self.in_course(action),
            Action::DismissGuide => self.guide = None,

            Action::Gallery(open) => {
                self.in_gallery = open;
                if matches!(self.gallery, Load::Failed) {
                    self.gallery = Load::Coming;
                }
            }
            Action::GalleryArrived(lang, file) => {
                if lang == self.lang {
                    let read = file.as_deref().and_then(Gallery::read);
                    self.gallery = read.map_or(Load::Failed, |read| Load::Here(Rc::new(read)));
                }
            }
            Action::FetchGallery => self.gallery = Load::Coming,
            Action::OpenScenario(name) => self.open_scenario(&name),

            Action::Remedies(begin) => {
                let call = self.run.borrow().call_at(self.player.cursor);
                let call = call.filter(|_| begin && self.is_whole());
                self.remedies = call.and_then(|call| Remedies::begin(&self.text, &self.run, call));
            }
            Action::TakeRemedy(number) => self.take_remedy(number),
            Action::Share(action) => self.in_share(action),
            Action::Compare(action) => self.in_compare(action),

            Action::Language(lang) => {
                self.sharing.lang = None;
                self.speak(lang);
            }
            Action::Theme(theme) => self.theme = theme,
            Action::Still(still) => self.player.still = still,
            Action::Tab(tab) => self.tab = tab,
            Action::Side(side) => {
                self.frame.side = side;
                // It was asked for: it is shown, also where its pane was not.
                if self.frame.is_folded(Pane::Path) {
                    self.frame.fold(Pane::Path);
                }
                if self.frame.enlarged != Some(Pane::Path) {
                    self.frame.enlarge(None);
                }
                // A narrow screen has a tab for all that stands beside the map.
                self.tab = Tab::Path;
            }
            Action::File(file) => self.frame.file = file,
            Action::Help(open) => self.help = open,
            Action::Letters(letters) => self.frame.letters = letters,
            Action::Explain(id) => {
                if let Some(term) = Term::of(&id) {
                    let count = self.explained.map_or(0, |(_, count)| count + 1);
                    self.explained = Some((term, count));
                }
            }
            Action::Fold(pane) => self.frame.fold(pane),
            Action::Enlarge(pane) => self.frame.enlarge(pane),
            Action::Projector(on) => self.frame.projector = on,
            Action::Clicker(clicker) => self.frame.clicker = clicker,
            Action::Tell(notice) => self.notice = Some(notice),
            Action::DismissNotice => self.notice = None,
        }
    }

    fn speak(&mut self, lang: Lang) {
        self.course.fetch(lang != self.lang);
        if lang != self.lang {
            self.gallery = Load::Coming;
        }
        self.lang = lang;
        self.translate();
    }

    /// A start or a solution that nobody has changed has its comments in the page's language; any other text is the student's.
    fn translate(&mut self) {
        let exercise = self.course.exercise().map(|(_, exercise)| exercise);
        let text = match lessons::is_first(&self.text) {
            true => Some(lessons::first(self.lang)),
            false => exercise.and_then(|exercise| exercise.translated(&self.text)),
        };
        let Some(text) = text.filter(|text| **text != *self.text) else {
            return;
        };
        let text = text.into();
        self.say_otherwise(text);
    }

    /// The calls of a link that goes on from the open exercise are told in the words of its start: it has no names itself.
    fn name_by_start(&mut self) {
        let exercise = self.course.exercise().map(|(_, exercise)| exercise);
        let Some(exercise) = exercise else { return };
        let nameless = self.nameless.take();
        if nameless.is_some_and(|text| Rc::ptr_eq(&text, &self.text))
            && let Some(text) = named(&exercise.start, &self.scenario)
        {
            self.say_otherwise(text.into());
        }
    }

    /// Another text of the same calls: the cursor, the address and whose work it is stay.
    fn say_otherwise(&mut self, text: Rc<str>) {
        let coming = self.making.as_ref().map(|making| making.arrive);
        let arrive = coming.unwrap_or(Arrive::At(self.player.cursor));
        let (edits, own) = (self.edits, self.own);
        self.set(text, arrive);
        (self.edits, self.own) = (edits, own);
    }

    // ── playing ───────────────────────────────────────────────────────────────────────────────────────────────────

    fn tick(&mut self, elapsed_ms: f32, len: usize) {
        let run = self.run.clone();
        let run = run.borrow();
        self.player.tick(elapsed_ms, len, |index| {
            let call = run.call_at(index + 1).map(|call| &run.calls()[call]);
            // What happens between two calls belongs to neither.
            let prepares = |call: &&CallRecord| call.call.prepares() && index < call.end;
            let share = match call.filter(prepares) {
                Some(call) => share_ms(call.end - call.first),
                None => f32::INFINITY,
            };
            let Some(event) = run.event(index) else {
                return 0.0;
            };
            // Longer chains than this move at one speed.
            let chain = (index.saturating_sub(8)..index)
                .rev()
                .take_while(|&earlier| {
                    run.event(earlier)
                        .is_some_and(|earlier| earlier.name() == event.name())
                })
                .count();
            duration_ms(&event, chain).min(share)
        });
    }

    /// The start of the cursor's call, or of the one before when the cursor stands there already.
    fn call_start(&self) -> usize {
        let run = self.run.borrow();
        run.call_at(self.player.cursor)
            .map_or(0, |call| run.calls()[call].first)
    }

    /// The end of the cursor's call, or of the next one when the cursor stands there already.
    fn call_end(&self) -> usize {
        let run = self.run.borrow();
        run.call_at(self.player.cursor + 1)
            .map_or(0, |call| run.calls()[call].end)
    }

    /// The first cursor of a call, counted from 1: after its first event, so that it is the cursor's call.
    fn call_number(&self, number: usize) -> usize {
        let run = self.run.borrow();
        let calls = run.calls();
        let call = calls.get(number.clamp(1, calls.len().max(1)) - 1);
        call.map_or(0, |call| (call.first + 1).min(call.end))
    }

    /// The cursors of the call that is played again and again.
    fn round(&self) -> Option<(usize, usize)> {
        let run = self.run.borrow();
        let call = run
            .calls()
            .get(run.call_at(self.player.cursor).unwrap_or(0))?;
        self.looping.then_some((call.first, call.end))
    }

    fn next(&mut self, landmark: Landmark, len: usize) {
        let cursor = self.player.cursor;
        let found = landmark.after(&self.run.borrow(), cursor);
        if let Some(index) = found {
            self.player.seek(index, len);
            self.player.step(len);
        }
    }

    /// Something happens on the stage: it is shown, also to one who was reading.
    fn show_stage(&mut self) {
        self.tab = Tab::Stage;
        if self.frame.enlarged == Some(Pane::Column) {
            self.frame.enlarge(None);
        }
    }

    // ── editing ───────────────────────────────────────────────────────────────────────────────────────────────────

    fn append(&mut self, call: &Call) {
        if !self.errors.is_empty() {
            self.notice = Some(Notice::MendTextFirst);
            return;
        }
        let ends_early = self.run.borrow().ended().is_some();
        if ends_early && self.is_whole() {
            self.notice = Some(Notice::RunHasEnded);
            return;
        }
        let caller = self.draft.caller;
        let text = edit::append_call(&self.text, caller.who(), caller.lock(), call);
        self.notice = None;
        self.show_stage();
        self.edit(&text, Arrive::PlayNew);
    }

    /// The pointer that the call bar names.
    fn chosen_pointer(&self) -> Pointer {
        let names = offered(&self.held).nth(self.draft.pointer);
        match names.filter(|name| *name != "NULL") {
            Some(name) => place(name).map_or(Pointer::Null, Pointer::Place),
            None => Pointer::Null,
        }
    }

    /// The call that gives back what a variable holds, by the kernel's function for it.
    fn free_call(&self, name: &str) -> Option<Call> {
        let held = self.held.iter().find(|held| held.variable.name == name)?;
        if !held.variable.live {
            return None;
        }
        free_call(Pointer::Place(place(name)?), &held.variable.value)
    }

    fn on_machine(&mut self, machine: &MachineSpec) {
        let text = edit::with_machine(&self.text, machine);
        self.notice = None;
        self.edit(&text, Arrive::End);
        if !self.errors.is_empty() {
            self.notice = Some(Notice::MendTextFirst);
        }
    }

    fn typed(&mut self, text: String) {
        let at_end = self.player.cursor == self.len();
        let arrive = if at_end {
            Arrive::End
        } else {
            Arrive::At(self.player.cursor)
        };
        if self.typing && *self.text != *text {
            // More of the same edit: undo takes all of it back at once.
            self.set(text.as_str().into(), arrive);
        } else {
            self.edit(&text, arrive);
        }
        self.typing = true;
    }

    /// A new text, with the present one kept for undo.
    fn edit(&mut self, text: &str, arrive: Arrive) {
        self.typing = false;
        if *self.text == *text {
            return;
        }
        let past = Rc::make_mut(&mut self.past);
        past.push(Version {
            text: Rc::clone(&self.text),
            base: self.base.clone(),
        });
        if past.len() > MAX_HISTORY {
            past.remove(0);
        }
        self.future = Rc::default();
        self.set(text.into(), arrive);
    }

    /// A text that does not come from this one.
    pub(crate) fn bring(&mut self, text: &str, arrive: Arrive, base: Base) {
        self.edit(text, arrive);
        self.base = base;
    }

    fn travel(&mut self, back: bool) {
        self.typing = false;
        let (from, to) = if back {
            (&mut self.past, &mut self.future)
        } else {
            (&mut self.future, &mut self.past)
        };
        if let Some(Version { text, base }) = Rc::make_mut(from).pop() {
            Rc::make_mut(to).push(Version {
                text: Rc::clone(&self.text),
                base: std::mem::replace(&mut self.base, base),
            });
            self.notice = None;
            self.set(text, Arrive::End);
            self.translate();
        }
    }

    fn set(&mut self, text: Rc<str>, arrive: Arrive) {
        self.edits += 1;
        self.own = true;
        self.text = text;
        let parsed = parse(&self.text);
        if parsed.errors.is_empty() {
            self.take(parsed, arrive);
        } else {
            self.making = None;
            self.errors = Rc::new(parsed.errors);
        }
    }

    /// Runs the present text.
    pub(crate) fn run_text(&mut self, arrive: Arrive) {
        let parsed = parse(&self.text);
        self.take(parsed, arrive);
    }

    /// Begins to run what was read. A short run has ended with this, a long one is on its way.
    fn take(&mut self, parsed: Parsed, arrive: Arrive) {
        let scenario = parsed.scenario;
        let mut errors = parsed.errors;
        let replaced = self.making.take().is_some();
        let begun = Running::begin(&scenario, Bounds::default());
        if begun.is_ok() {
            self.next_name = edit::fresh_name(&scenario).into();
            self.scenario = Rc::new(scenario);
        }
        match begun {
            // Back from a run on its way to the one that is shown.
            Ok(_) if replaced && self.ran == self.text && !self.is_cancelled() => {
                self.arrive(self.len(), arrive);
            }
            Ok(running) => {
                let arrive = match arrive {
                    // What is new since the run before is not this call alone.
                    Arrive::PlayNew if replaced => Arrive::PlayLast,
                    arrive => arrive,
                };
                self.making = Some(Making::new(running, arrive));
                self.make(PIECE);
            }
            // The parser lets only machines through that can be built.
            Err(reason) => {
                errors.push(ScriptError {
                    span: Span::default(),
                    kind: ScriptErrorKind::BadMachine(reason),
                });
                self.arrive(self.len(), arrive);
            }
        }
        self.errors = Rc::new(errors);
    }

    /// The run of the present text is here, with what it holds at its end.
    pub(crate) fn arrived(&mut self, run: Run, held: Vec<Held>, arrive: Arrive) {
        let old_len = self.len();
        self.held = Shared::new(held);
        self.spoken = Shared::new(spoken(&run));
        self.run = Shared::new(RefCell::new(run));
        self.ran = Rc::clone(&self.text);
        self.inspected = None;
        self.highlighted = None;
        self.arrive(old_len, arrive);
    }

    /// The cursor goes where it belongs in a run that came after one of so many events.
    fn arrive(&mut self, old_len: usize, arrive: Arrive) {
        let len = self.len();
        match arrive {
            Arrive::PlayNew => {
                self.player.round = self.looping.then_some((old_len, len));
                self.player.play_from(old_len, len);
            }
            Arrive::PlayLast => {
                let last = self.run.borrow().calls().last().map(|call| call.first);
                let last = last.unwrap_or(len);
                self.player.round = self.looping.then_some((last, len));
                self.player.play_from(last, len);
            }
            Arrive::End => self.player.seek(len, len),
            Arrive::At(cursor) => self.player.seek(cursor, len),
            Arrive::Play(cursor) => self.player.play_from(cursor, len),
            Arrive::Story => self.player.seek(story(&self.run.borrow()), len),
        }
    }

    // ── links ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /// Opens what an address says. Whatever is wrong with it, the present work stays. `rescue`: the work that is replaced
    /// could otherwise be lost.
    fn navigate(&mut self, fragment: &str, kept: Option<&str>, rescue: bool) {
        // Switches stand behind the scenario; a class's link keeps its switch from page to page.
        let mut parts = fragment.split('&');
        let fragment = parts.next().unwrap_or_default();
        let switches = Switches::read(parts);
        let mut opened = true;
        if let Some(place) = fragment.strip_prefix("page=") {
            self.in_course(CourseAction::Go(place.into()));
            // A narrow screen shows what was asked for.
            self.tab = Tab::Lesson;
        } else if let Some(letters) = fragment.strip_prefix("s=") {
            match link::from_fragment(letters).and_then(|bytes| link::decode_sequence(&bytes)) {
                Ok(parts) if parts.len() > 1 || !parts[0].sentence.is_empty() => {
                    self.open_sequence(parts, switches.at, kept, rescue);
                    self.nameless = None;
                }
                Ok(parts) => {
                    let before = Rc::clone(&self.text);
                    self.open_shared(&parts[0].shared, kept, rescue);
                    if let Some(place) = &switches.page {
                        // The address of what is here already tells nothing new.
                        let is_here =
                            Rc::ptr_eq(&before, &self.text) && self.course.place() == *place;
                        self.course.take_up(place);
                        if !is_here {
                            self.base = Base::Unknown;
                        }
                        self.name_by_start();
                    } else {
                        self.nameless = None;
                    }
                }
                Err(error) => {
                    self.notice = Some(Notice::BadLink(error));
                    opened = false;
                }
            }
        } else if let Some(text) = kept {
            self.replace_work(text, usize::MAX, rescue);
        } else if fragment.starts_with("id=") {
            self.notice = Some(Notice::UnknownId);
        }
        if opened {
            self.course.teaching |= switches.teach || fragment == "teach";
            self.sharing.lang = switches.lang;
            if let Some(lang) = switches.lang {
                self.speak(lang);
            }
        }
    }

    pub(crate) fn open_shared(&mut self, shared: &link::Shared, kept: Option<&str>, rescue: bool) {
        let cursor = shared.cursor as usize;
        let bytes = link::encode(&shared.scenario, 0);
        let same = |scenario: &Scenario| link::encode(scenario, 0) == bytes;
        if same(&self.scenario) && self.errors.is_empty() {
            self.stand_at(cursor);
            return;
        }
        // The text with its names and comments is better than the link's, as long as it is the same scenario.
        match kept.filter(|text| same(&parse(text).scenario)) {
            Some(text) => self.replace_work(text, cursor, rescue),
            None => {
                self.replace_work(&print(&shared.scenario), cursor, true);
                self.own = false;
                self.nameless = Some(Rc::clone(&self.text));
            }
        }
    }

    /// A text from an address in place of this one. Undo brings the old one back; a rescued one is kept by name, too.
    fn replace_work(&mut self, text: &str, cursor: usize, rescue: bool) {
        if *self.text == *text {
            self.stand_at(cursor);
            return;
        }
        if rescue && self.own {
            self.rescue();
        }
        self.notice = None;
        self.bring(text, Arrive::At(cursor), Base::Unknown);
        // The address is there already: it gets no new entry in the browser's history.
        self.edits -= 1;
    }

    /// The present text is kept by name: undo does not outlive a reload.
    pub(crate) fn rescue(&mut self) {
        let before = self.earlier.replace(Rc::clone(&self.text));
        if let Some(before) = before.filter(|before| *before != self.text) {
            self.sharing.shelf.put(before);
        }
    }

    /// A scenario of the gallery in place of this text, where its story begins. Undo brings the old one back; what was the student's
    /// own is kept by name, too.
    fn open_scenario(&mut self, name: &str) {
        let gallery = self.gallery.here().cloned();
        let Some(scenario) = gallery.as_ref().and_then(|gallery| gallery.scenario(name)) else {
            return;
        };
        self.show_stage();
        if *self.text == *scenario.text {
            self.when_run(|session| session.arrive(session.len(), Arrive::Story));
            return;
        }
        if self.own {
            self.rescue();
        }
        self.notice = None;
        self.bring(&scenario.text, Arrive::Story, Base::Elsewhere);
        self.own = false;
    }

    /// Whether the gallery's file is to be fetched now.
    pub fn wants_gallery(&self) -> bool {
        self.in_gallery && self.gallery == Load::Coming
    }

    fn in_compare(&mut self, action: CompareAction) {
        match action {
            CompareAction::Close => self.compare = None,
            CompareAction::Open | CompareAction::OpenRemedy(_) if !self.errors.is_empty() => {
                self.notice = Some(Notice::MendToCompare);
            }
            CompareAction::Open | CompareAction::OpenRemedy(_) if !self.is_whole() => {
                self.notice = Some(Notice::NeedsWholeRun);
            }
            CompareAction::Open => {
                self.player.pause();
                let cursor = self.player.cursor;
                self.compare = Some(Compare::open(&self.text, &self.run, cursor));
            }
            CompareAction::OpenRemedy(number) => {
                if let Some(tried) = self.tried(number) {
                    let mut both = Compare::open(&self.text, &self.run, self.player.cursor);
                    both.put(&tried.text);
                    self.compare = Some(both);
                }
            }
            CompareAction::Take => {
                if let Some(both) = self.compare.take() {
                    self.notice = None;
                    self.edit(&both.texts[1], Arrive::End);
                }
            }
            action => {
                if let Some(both) = &mut self.compare {
                    both.act(action);
                }
            }
        }
    }

    /// The change of this number, if it was tried.
    fn tried(&self, number: usize) -> Option<Tried> {
        let remedies = self.remedies.as_ref()?;
        remedies.search().tried().get(number).cloned()
    }

    /// A change that works in place of the text; its call is played.
    fn take_remedy(&mut self, number: usize) {
        let Some(tried) = self.tried(number) else {
            return;
        };
        if let Some(effects) = tried.effects() {
            self.notice = None;
            self.tab = Tab::Stage;
            self.edit(&tried.text, Arrive::Play(effects.first));
        }
    }

    // ── the course ────────────────────────────────────────────────────────────────────────────────────────────────

    fn in_course(&mut self, action: CourseAction) {
        match action {
            CourseAction::Arrived(lang, wanted, file) => {
                if lang == self.lang {
                    self.course.arrived(&wanted, file.as_deref());
                    self.chapter_is_here();
                }
            }
            CourseAction::Fetch => self.course.fetch(false),
            CourseAction::Show(sheet) => self.course.sheet = sheet,
            CourseAction::Go(place) => {
                self.course.go(&place);
                self.chapter_is_here();
            }
            CourseAction::Guess(question, word) => self.course.guess(question, word),
            CourseAction::Answer => self.answer(),
            CourseAction::Hint => {
                let shown = self.course.hints + 1;
                self.course.hints = shown;
                self.course
                    .note(|record| record.hints = record.hints.max(shown));
            }
            CourseAction::Solution => {
                self.course.note(|record| record.told |= !record.solved);
                self.run_solution();
            }
            CourseAction::StartAgain => {
                self.course.go(&format!("/{}", self.course.exercise));
                self.chapter_is_here();
            }
            CourseAction::Return => self.return_to_exercise(),
            CourseAction::Follow(link) => self.follow(&link),
            CourseAction::Import(file) => match Progress::read(&file) {
                Some(progress) => self.course.progress = Rc::new(progress),
                None => self.notice = Some(Notice::NoProgressFile),
            },
            CourseAction::Reset => self.course.progress = Rc::default(),
        }
    }

    /// The open exercise begins as soon as its chapter is here.
    fn chapter_is_here(&mut self) {
        let Load::Here(chapter) = &self.course.chapter else {
            return;
        };
        // A first visitor's text is the start of the first exercise.
        if self.course.exercise.is_empty()
            && !self.course.begin
            && let Some(entry) = self.course.entry()
            && let Some(first) = chapter.exercises.first()
            && *first.start == *self.text
        {
            self.course.exercise = entry.exercises[0].name.clone();
            self.base = self.own_base();
        }
        if std::mem::take(&mut self.course.begin)
            && let Some((_, exercise)) = self.course.exercise()
        {
            let start = exercise.start.clone();
            self.course.note(|record| record.attempts += 1);
            self.notice = None;
            let base = self.own_base();
            self.bring(&start, Arrive::End, base);
            // As long as nothing was added, there is nothing to lose.
            self.own = false;
        }
        self.name_by_start();
        self.translate();
    }

    /// What a text of the open exercise goes back to.
    fn own_base(&self) -> Base {
        Base::Exercise(self.course.place().into())
    }

    /// The last text of the open exercise, or its start.
    fn return_to_exercise(&mut self) {
        let own = self.own_base();
        let left = self.past.iter().rev().find(|left| left.base == own);
        let text = match (left, self.course.exercise()) {
            (Some(left), _) => Rc::clone(&left.text),
            (None, Some((_, exercise))) => exercise.start.as_str().into(),
            (None, None) => return,
        };
        self.notice = None;
        self.bring(&text, Arrive::End, own);
        self.translate();
    }

    /// The answer is given; what decides is run, if it was not.
    fn answer(&mut self) {
        if self.course.exercise().is_some() {
            self.course.answered = true;
            self.when_run(Session::decide);
        }
    }

    /// Runs what decides, if the run has not.
    fn decide(&mut self) {
        let Some((_, text)) = self.course.exercise() else {
            return;
        };
        let exercise = text.exercise.clone();
        let run = self.run.clone();
        let open = exercise
            .questions
            .iter()
            .any(|question| question.truth(&mut run.borrow_mut()).is_none());
        if open {
            self.run_solution();
        }
    }

    /// The solution in place of the text; what it adds to the start is played.
    fn run_solution(&mut self) {
        let Some((_, text)) = self.course.exercise() else {
            return;
        };
        let (start, solution) = (text.start.clone(), text.solution.clone());
        if solution.is_empty() {
            return;
        }
        let begun = Run::new(&parse(&start).scenario, Bounds::default());
        let from = begun.map_or(0, |run| run.len());
        self.show_stage();
        let base = self.own_base();
        self.bring(&solution, Arrive::Play(from), base);
    }

    /// A link or a card of the prose.
    fn follow(&mut self, link: &ProseLink) {
        if let Some(chapter) = &link.chapter {
            self.course.go(chapter);
            self.chapter_is_here();
            return;
        }
        let moment = Moment::parse(&link.at).ok();
        if let Some(text) = &link.text {
            // A card is a run of its own: the exercise waits, and its button opens it again.
            self.course.exercise = String::new();
            self.notice = None;
            self.bring(text, Arrive::End, Base::Elsewhere);
        } else if !link.lab.is_empty() {
            let place = match link.lab.contains('/') {
                true => link.lab.clone(),
                false => format!("/{}", link.lab),
            };
            self.course.go(&place);
            self.chapter_is_here();
            // On another page, there is nothing to move in yet.
            if self.course.begin {
                return;
            }
        }
        let is_card = link.text.is_some();
        self.when_run(move |session| session.go_to_moment(moment, is_card));
    }

    /// To a moment of the run; of a card without one, to its last call.
    fn go_to_moment(&mut self, moment: Option<Moment>, is_card: bool) {
        let (cursor, plays) = {
            let run = self.run.borrow();
            let last = run.calls().last().map_or(0, |call| call.first);
            match moment {
                Some(moment) => (
                    moment.cursor(&run),
                    matches!(moment, Moment::Call(_) | Moment::Line(_)),
                ),
                None if is_card => (Some(last), true),
                None => (None, false),
            }
        };
        let Some(cursor) = cursor else {
            if moment.is_some() {
                self.notice = Some(Notice::NoSuchMoment);
            }
            return;
        };
        let len = self.len();
        self.show_stage();
        if plays {
            self.player.play_from(cursor, len);
        } else {
            self.player.seek(cursor, len);
        }
    }

    /// Puts the open exercise to the core, if something of it has changed, and notes what came of it.
    fn judge(&mut self) {
        let own = self.own_base();
        let Some(text) = self.course.exercise().map(|(_, text)| text) else {
            self.course.judged = None;
            return;
        };
        if self.base == Base::Unknown {
            self.base = match builds_on(&text.exercise, &text.start, &self.text) {
                true => own.clone(),
                false => Base::Elsewhere,
            };
        }
        self.course.waits = self.base != own;
        if self.course.waits {
            self.course.judged = None;
            return;
        }
        let Some(text) = self.course.exercise().map(|(_, text)| text) else {
            return;
        };
        let by = JudgedBy {
            text: Rc::clone(&self.text),
            run: self.run.clone(),
            guesses: Rc::clone(&self.course.guesses),
            answered: self.course.answered,
            place: self.course.place(),
        };
        // A text that cannot be read, or whose run is still on its way, has no run of its own yet.
        let stale = !self.is_whole();
        if !stale && (self.judged_by.as_ref() != Some(&by) || self.course.judged.is_none()) {
            let exercise = &text.exercise;
            let run = &mut *self.run.borrow_mut();
            let waits = self.course.waits_for_answer(exercise.kind);
            let closed = !waits && exercise.is_decided(run);
            let guesses: &[String] = if closed { &self.course.guesses } else { &[] };
            let attempt = Attempt {
                start: &text.start,
                text: &self.text,
                run,
                guesses,
            };
            let verdict = verdict(exercise, attempt);
            let par = match verdict.passed() {
                true => par(text),
                false => None,
            };
            let foretold = exercise.questions.iter().zip(guesses);
            let ghosts = foretold.filter_map(|(question, guess)| ghost(question, guess, run));
            let ghosts = Rc::new(ghosts.collect());
            self.course.judged = Some(Rc::new(Judged {
                verdict,
                closed,
                par,
                ghosts,
            }));
            self.judged_by = Some(by);
        }
        if self.is_unfolding() {
            return;
        }
        if let Some(judged) = self.course.judged.clone() {
            let wrong = |foresight: &Foresight| matches!(foresight, Foresight::Wrong { .. });
            let missed = judged.verdict.questions.iter().any(wrong);
            let passed = judged.verdict.passed();
            self.course.note(|record| {
                record.missed |= missed;
                record.solved |= passed;
            });
        }
    }

    // ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// Brings the machines to the cursor.
    fn look(&mut self) {
        self.moments.look(&self.run, self.player.cursor);
    }

    /// The guide goes on when the student has done what it asked for.
    fn lead(&mut self) {
        let Some(step) = self.guide else { return };
        let calls_made = self.edits > 0;
        let resting = !self.player.is_moving();
        let at_split = matches!(self.moments.event, Some(Event::Split { .. }));
        self.guide = Some(match step {
            Guide::Press if calls_made => Guide::Step,
            Guide::Step if resting && self.player.cursor < self.len() => Guide::Look,
            Guide::Look if resting && at_split => Guide::Done,
            step => step,
        });
    }
}

/// The cursor before the first call that does more than prepare the world for what follows; the start, where none does.
pub(crate) fn story(run: &Run) -> usize {
    let mut calls = run.calls().iter().filter(|call| call.inside.is_none());
    let prepared = calls.clone().take_while(|call| call.call.prepares()).last();
    match calls.any(|call| !call.call.prepares()) {
        true => prepared.map_or(0, |call| call.end),
        false => 0,
    }
}

/// A run of nothing on this machine, and the machine that its view begins with. One from the parser always boots.
fn boot_run(machine: &MachineSpec) -> (SharedRun, Shared<Machine>) {
    let scenario = Scenario {
        machine: machine.clone(),
        ..Scenario::default()
    };
    let run = Run::new(&scenario, Bounds::default())
        .or_else(|_| Run::new(&Scenario::default(), Bounds::default()))
        .expect("the teaching machine boots");
    let machine = Shared::new(run.start().clone());
    (Shared::new(RefCell::new(run)), machine)
}

/// Variables that the call bar offers at most.
const MAX_OFFERED: usize = 200;

/// The pointers that the call bar offers: NULL, then what the run's variables hold, the newest first. One that was freed is
/// offered, too: the lab shows what comes of it.
pub fn offered(held: &[Held]) -> impl Iterator<Item = &str> {
    let names = held.iter().rev().map(|held| held.variable.name.as_str());
    std::iter::once("NULL").chain(names.take(MAX_OFFERED))
}

/// What golf counts in the exercise's own solution.
fn par(text: &ExerciseText) -> Option<u64> {
    let exercise = &text.exercise;
    exercise.score.as_ref()?;
    let mut run = Run::new(&parse(&text.solution).scenario, Bounds::default()).ok()?;
    let attempt = Attempt {
        start: &text.start,
        text: &text.solution,
        run: &mut run,
        guesses: &[],
    };
    verdict(exercise, attempt).score
}

/// Indices of the events at which the kernel prints something.
fn spoken(run: &Run) -> Vec<usize> {
    let prints = |(index, event): (usize, Event)| proc::prints(&event).then_some(index);
    run.events(0, run.len())
        .enumerate()
        .filter_map(prints)
        .collect()
}

/// The action of a key that is not meant for a field.
pub fn key_action(key: &str, control: bool, shift: bool, frame: &Frame) -> Option<Action> {
    if control {
        return match key {
            "z" if !shift => Some(Action::Undo),
            "z" | "Z" | "y" => Some(Action::Redo),
            _ => None,
        };
    }
    Some(match key {
        " " => Action::TogglePlay,
        "ArrowRight" => Action::Step,
        "ArrowLeft" => Action::StepBack,
        // What a clicker sends.
        "PageDown" if frame.projector && frame.clicker == Clicker::Step => Action::Step,
        "PageUp" if frame.projector && frame.clicker == Clicker::Step => Action::StepBack,
        "PageDown" => Action::NextCall,
        "PageUp" => Action::PreviousCall,
        "Home" => Action::ToStart,
        "End" => Action::ToEnd,
        "Escape" if frame.enlarged.is_some() => Action::Enlarge(None),
        _ if !frame.letters => return None,
        "s" => Action::Next(Landmark::Split),
        "S" => Action::Previous(Landmark::Split),
        "f" => Action::Next(Landmark::Failure),
        "F" => Action::Previous(Landmark::Failure),
        "z" => Action::Next(Landmark::Sleep),
        "Z" => Action::Previous(Landmark::Sleep),
        "l" => Action::ToggleLoop,
        "g" => Action::Gallery(true),
        "c" => Action::Compare(CompareAction::Open),
        "p" => Action::Projector(!frame.projector),
        "+" | "=" => Action::Faster(true),
        "-" => Action::Faster(false),
        "?" => Action::Help(true),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::Wanted;
    use crate::draft::{Caller, FUNCTIONS, Unit};
    use crate::frame::{Pane, Side};
    use crate::moments::Before;
    use crate::remedies::{in_vain, working};
    use crate::share::ShareAction;
    use kmalloc_core::gfp::Gfp;
    use kmalloc_core::script::link::LinkError;

    fn fresh() -> Session {
        Session::open(Boot::default())
    }

    fn acted(session: &Session, actions: impl IntoIterator<Item = Action>) -> Session {
        actions
            .into_iter()
            .fold(session.clone(), |session, action| session.reduced(action))
    }

    fn to_rest(mut session: Session) -> Session {
        for _ in 0..100_000 {
            if !session.player.is_moving() {
                return session;
            }
            session = session.reduced(Action::Tick(50.0));
        }
        panic!("it never comes to rest");
    }

    /// The machine that is shown is the one that the run has at the cursor.
    fn check(session: &Session) {
        let view = session.view();
        let mut run = session.run.borrow_mut();
        assert!(view.cursor <= run.len());
        assert!((0.0..=1.0).contains(&session.player.progress()));
        assert!(*view.machine == run.at(view.cursor));
        let event = view
            .event
            .unwrap_or(kmalloc_core::event::Event::SleptAtomic);
        let found = Before::of(&run.at(view.cursor.saturating_sub(1)), &event);
        assert_eq!(view.before, found);
        assert_eq!(
            view.event,
            view.cursor.checked_sub(1).and_then(|at| run.event(at))
        );
    }

    #[test]
    fn a_scenario_of_the_gallery_never_replaces_own_work_for_good() {
        let session = fresh().reduced(Action::Type("a = kmalloc(1, GFP_KERNEL);".into()));
        assert!(!session.wants_gallery(), "nobody looks at it yet");
        let looking = session.reduced(Action::Gallery(true));
        assert!(looking.wants_gallery());
        let failed = looking.reduced(Action::GalleryArrived(Lang::En, None));
        assert_eq!(failed.gallery, Load::Failed);
        assert!(!failed.wants_gallery() && failed.reduced(Action::FetchGallery).wants_gallery());

        let file = crate::gallery::tests::file(Lang::En);
        let late = looking.reduced(Action::GalleryArrived(Lang::Zh, Some(file.clone())));
        assert!(
            late.wants_gallery(),
            "a file of another language is left aside"
        );
        let full = looking.reduced(Action::GalleryArrived(Lang::En, Some(file)));
        let open =
            |session: &Session, name: &str| session.reduced(Action::OpenScenario(name.into()));
        let opened = open(&full, "kswapd");
        check(&opened);
        assert!(opened.text.contains("schedule();") && opened.errors.is_empty());
        // After the preparation, before the first call of the story.
        let prepared = opened.run.borrow().calls()[0].end;
        assert!(prepared > 200);
        assert_eq!((opened.player.cursor, opened.tab), (prepared, Tab::Stage));
        assert_eq!(opened.earlier.as_deref(), Some(&*session.text));
        assert_eq!(opened.reduced(Action::Undo).text, session.text);
        // What came from the gallery needs no rescue, and the first rescue stays.
        let second = open(&opened, "oom");
        assert_eq!(second.earlier.as_deref(), Some(&*session.text));
        assert_eq!(open(&second, "no-such").text, second.text);
        let again = open(&second.reduced(Action::ToEnd), "oom");
        assert_eq!(
            (again.player.cursor, again.past.len()),
            (second.player.cursor, second.past.len())
        );
        let spoken = full.reduced(Action::Language(Lang::Zh));
        assert!(
            spoken.wants_gallery(),
            "the other language has another file"
        );
    }

    #[test]
    fn every_scenario_of_the_gallery_opens_where_its_story_begins() {
        let file = crate::gallery::tests::file(Lang::En);
        let gallery = Gallery::read(&file).expect("it is read");
        let full = fresh().reduced(Action::GalleryArrived(Lang::En, Some(file)));
        for scenario in gallery.themes.iter().flat_map(|theme| &theme.scenarios) {
            let opened = full.reduced(Action::OpenScenario(scenario.name.clone()));
            let cursor = opened.player.cursor;
            assert!(cursor < opened.len(), "{}", scenario.name);
            let run = opened.run.borrow();
            let (before, after): (Vec<_>, Vec<_>) =
                run.calls().iter().partition(|call| call.end <= cursor);
            assert!(
                before.iter().all(|call| call.call.prepares()),
                "{}",
                scenario.name
            );
            assert!(!after[0].call.prepares(), "{}", scenario.name);
        }
        let only = fresh().reduced(Action::Type("user_pages(9);".into()));
        assert_eq!(story(&only.run.borrow()), 0);
    }

    #[test]
    fn a_preparation_takes_a_second() {
        let text = "user_pages(120);\np = kmalloc(100, GFP_KERNEL);";
        let session = acted(&fresh(), [Action::Replace(text.into()), Action::ToStart]);
        let prepared = session.run.borrow().calls()[0].end;
        assert!(prepared > 300, "{prepared}");
        let mut playing = session.reduced(Action::TogglePlay);
        let mut frames = 0;
        while playing.player.cursor < prepared {
            playing = playing.reduced(Action::Tick(20.0));
            frames += 1;
        }
        assert!(frames <= 51, "{frames}");
        let last = playing
            .reduced(Action::Seek(prepared))
            .reduced(Action::TogglePlay);
        let next = acted(&last, [Action::Tick(20.0), Action::Tick(20.0)]);
        assert_eq!(
            next.player.cursor,
            prepared + 1,
            "the story has its own pace"
        );
    }

    #[test]
    fn what_is_asked_for_beside_the_map_is_shown() {
        let folded = fresh().reduced(Action::Fold(Pane::Path));
        let shown = folded.reduced(Action::Side(Side::Dmesg));
        assert!(!shown.frame.is_folded(Pane::Path));
        let enlarged = fresh().reduced(Action::Enlarge(Some(Pane::Map)));
        let shown = enlarged.reduced(Action::Side(Side::Dmesg));
        assert_eq!(shown.frame.enlarged, None);
        let own = fresh().reduced(Action::Enlarge(Some(Pane::Path)));
        let shown = own.reduced(Action::Side(Side::Proc));
        assert_eq!(shown.frame.enlarged, Some(Pane::Path));
    }

    #[test]
    fn an_exercise_waits_while_another_scenario_is_open() {
        let start = in_the_course();
        let mine = to_rest(start.reduced(Action::Call));
        assert!(mine.course.judged.is_some() && !mine.course.waits);
        let file = crate::gallery::tests::file(Lang::En);
        let other = acted(
            &mine,
            [
                Action::Gallery(true),
                Action::GalleryArrived(Lang::En, Some(file)),
                Action::OpenScenario("kswapd".into()),
            ],
        );
        let waits = |session: &Session| (session.course.waits, session.course.judged.is_none());
        assert_eq!(waits(&other), (true, true));
        // What is done there is no attempt, and it is found so again.
        let called = to_rest(other.reduced(Action::Call));
        assert_eq!(waits(&called), (true, true));
        assert!(called.work().bookmark.waits);
        // Undo leads back, and so does the button: to what was made of the exercise.
        let undone = acted(&called, [Action::Undo, Action::Undo]);
        assert_eq!((waits(&undone), &undone.text), ((false, false), &mine.text));
        assert_eq!(waits(&undone.reduced(Action::Redo)), (true, true));
        let back = called.reduced(Action::Course(CourseAction::Return));
        assert_eq!((waits(&back), &back.text), ((false, false), &mine.text));
        // A line of the start that is missing is said, wherever the rest of the text stands.
        let short: String = mine.text.lines().skip(1).collect::<Vec<_>>().join("\n");
        let typed = mine.reduced(Action::Type(short));
        assert!(waits(&typed) == (false, false));
        // So it is after a reload.
        let reopened = |session: &Session| {
            with_the_course(Session::open(Boot {
                work: Some(session.work()),
                fragment: session.link(),
                reloaded: true,
                ..Boot::default()
            }))
        };
        let retyped = mine.reduced(Action::Type("x = kmalloc(9, GFP_ATOMIC);\n".into()));
        for session in [&typed, &retyped, &called] {
            assert_eq!(waits(&reopened(session)), waits(session));
        }
        assert!(typed.course.judged.expect("judged").verdict.gone.is_some());
        // A text that comes by an address is recognized by what it has of the start.
        let linked = |text: &str| {
            let fragment = Session::open(Boot {
                work: Some(work(text)),
                ..Boot::default()
            })
            .link();
            mine.reduced(Action::Navigate {
                fragment,
                kept: None,
            })
        };
        assert_eq!(
            waits(&linked("x = kmalloc(9, GFP_ATOMIC);\n")),
            (true, true)
        );
        let solution = format!(
            "{}p = kmalloc(100, GFP_KERNEL);\n",
            lessons::first(Lang::En)
        );
        assert_eq!(waits(&linked(&solution)), (false, false));
        let never = acted(
            &linked("x = kmalloc(9, GFP_ATOMIC);\n"),
            course([CourseAction::StartAgain]),
        );
        assert_eq!(
            (waits(&never), &*never.text),
            ((false, false), lessons::first(Lang::En))
        );
    }

    /// Comments follow the language as long as nobody has changed the text; from then on it is the student's.
    #[test]
    fn an_unchanged_start_speaks_the_language_of_the_page() {
        let speak = |session: &Session, lang| {
            let mut session = session.reduced(Action::Language(lang));
            let files = lessons::tests::files();
            while let Some(wanted) = session.course.wanted() {
                let path = match &wanted {
                    Wanted::Contents => "contents",
                    Wanted::Chapter(name) => name,
                };
                let folder = ["en", "zh"][lang as usize];
                let path = format!("{folder}/{path}.txt");
                let file = files.iter().find(|(known, _)| *known == path);
                let file = file.map(|(_, file)| file.clone());
                session = acted(
                    &session,
                    course([CourseAction::Arrived(lang, wanted, file)]),
                );
            }
            session
        };
        let english = speak(&fresh(), Lang::En);
        assert_eq!(&*english.text, lessons::first(Lang::En));
        let chinese = speak(&english, Lang::Zh);
        assert_eq!(&*chinese.text, lessons::first(Lang::Zh));
        assert_eq!((chinese.course.waits, chinese.own), (false, english.own));
        assert_eq!(chinese.past.len(), english.past.len());
        assert_eq!(
            (chinese.edits, chinese.len()),
            (english.edits, english.len())
        );

        let place = "20-limit/two-nulls";
        let opened = speak(
            &acted(&chinese, course([CourseAction::Go(place.into())])),
            Lang::Zh,
        );
        assert!(
            opened.text.contains("// 机器只有 2 MB 内存"),
            "{}",
            opened.text
        );
        let scrubbed = opened.reduced(Action::Seek(7));
        let english = speak(&scrubbed, Lang::En);
        assert!(english.text.contains("// Six users") && !english.text.contains("zh"));
        assert_eq!((english.player.cursor, english.own), (7, false));
        assert!(english.course.judged.is_some() && !english.course.waits);

        let mine = format!("{}x = kmalloc(8, GFP_KERNEL);\n", english.text);
        let edited = speak(&english.reduced(Action::Type(mine.clone())), Lang::Zh);
        assert_eq!(&*edited.text, &*mine);
        assert!(edited.course.judged.is_some() && !edited.course.waits);
        let undone = edited.reduced(Action::Undo);
        assert_eq!(
            undone.text, opened.text,
            "what is unchanged again is Chinese"
        );
        assert_eq!(&*undone.reduced(Action::Redo).text, &*mine);

        // A text that an earlier visit left.
        let left = Session::open(Boot {
            work: Some(Work {
                text: english.text.to_string(),
                bookmark: english.course.bookmark(),
                ..Work::default()
            }),
            lang: Lang::Zh,
            ..Boot::default()
        });
        let left = speak(&left, Lang::Zh);
        assert_eq!(left.course.place(), place);
        assert_eq!(left.text, opened.text);
        let left = Session::open(Boot {
            work: Some(Work {
                text: lessons::first(Lang::En).into(),
                ..Work::default()
            }),
            lang: Lang::Zh,
            ..Boot::default()
        });
        assert_eq!(&*left.text, lessons::first(Lang::Zh));
    }

    /// A session with a course of two chapters: a prediction from the first scenario, and a diagnosis.
    fn in_the_course() -> Session {
        with_the_course(fresh())
    }

    fn with_the_course(mut session: Session) -> Session {
        let field = |fields: &[&str]| {
            fields
                .iter()
                .map(|field| format!("{field}\u{1f}"))
                .collect::<String>()
        };
        let contents = field(&[
            "2", "1", "8", "S", "2", "01-a", "8", "A", "1", "1", "x", "predict", "X", "1",
        ]) + &field(&["02-b", "8", "B", "1", "1", "y", "diagnose", "Y", "1"]);
        let solution = format!(
            "{}p = kmalloc(100, GFP_KERNEL);\n",
            lessons::first(Lang::En)
        );
        let a = field(&[
            "2",
            "a",
            "",
            "1",
            "kind predict\nask bytes of p",
            lessons::first(Lang::En),
            &solution,
        ]) + &field(&["do", "0", "1", "h", "why", "", "0"]);
        let b = field(&[
            "2",
            "b",
            "",
            "1",
            "kind diagnose\nask bytes of z",
            "z = kmalloc(1, GFP_KERNEL);\n",
            "",
        ]) + &field(&["do", "0", "1", "h", "why", "", "0"]);
        for file in [contents, a, b] {
            if let Some(wanted) = session.course.wanted() {
                let arrived = CourseAction::Arrived(session.lang, wanted, Some(file));
                session = session.reduced(Action::Course(arrived));
            }
        }
        session
    }

    #[test]
    fn a_link_to_an_exercise_keeps_the_words_of_its_start() {
        let mine = to_rest(in_the_course().reduced(Action::Call));
        let mine = mine.reduced(Action::Seek(9));
        assert!(mine.text.contains("buf = ") && mine.text.contains("//"));
        let fragment = mine.link();
        assert!(fragment.ends_with("&page=01-a/x"), "{fragment}");
        let same = |opened: &Session, when: &str| {
            assert_eq!(opened.text, mine.text, "{when}");
            assert_eq!(opened.player.cursor, 9, "{when}");
            assert!(*opened.view().machine == *mine.view().machine, "{when}");
            let judged = opened.course.judged.as_ref().expect("judged");
            assert_eq!(judged.verdict.gone, None, "{when}");
            assert_eq!((opened.course.waits, opened.own), (false, false), "{when}");
            assert_eq!(opened.link(), fragment, "{when}");
        };
        // The chapter comes after the link …
        let opened = Session::open(Boot {
            fragment: fragment.clone(),
            ..Boot::default()
        });
        assert!(!opened.text.contains("buf"), "a link has no names");
        let opened = with_the_course(opened);
        same(&opened, "before the chapter");
        assert!(!opened.can_undo());
        // … or was here before.
        let here = in_the_course().reduced(Action::Replace("schedule();".into()));
        let opened = here.reduced(Action::Navigate {
            fragment: fragment.clone(),
            kept: None,
        });
        same(&opened, "after the chapter");
        assert_eq!(&*opened.reduced(Action::Undo).text, "schedule();");
        // What was written in the meantime is nobody's to change.
        let early = Session::open(Boot {
            fragment,
            ..Boot::default()
        });
        let written = with_the_course(early.reduced(Action::Type("// mine\nschedule();".into())));
        assert_eq!(&*written.text, "// mine\nschedule();");
    }

    fn course(actions: impl IntoIterator<Item = CourseAction>) -> Vec<Action> {
        actions.into_iter().map(Action::Course).collect()
    }

    #[test]
    fn a_prediction_is_closed_by_the_call_that_it_is_about() {
        let start = in_the_course();
        assert_eq!(
            start.course.place(),
            "01-a/x",
            "a first visitor is in the first exercise"
        );
        let guessed = acted(&start, course([CourseAction::Guess(0, "100".into())]));
        assert!(!guessed.course.judged.as_ref().expect("judged").closed);
        let pressed = to_rest(guessed.reduced(Action::Call));
        let judged = pressed.course.judged.clone().expect("judged");
        assert!(judged.closed && !judged.verdict.passed());
        assert!(pressed.course.record().missed && !pressed.course.record().solved);

        // Answering instead of calling runs the solution; what it adds is played.
        let guess = course([
            CourseAction::StartAgain,
            CourseAction::Guess(0, "128".into()),
        ]);
        let answered = acted(&pressed, guess).reduced(Action::Course(CourseAction::Answer));
        assert!(answered.player.is_moving() && answered.player.cursor == start.len());
        assert!(!answered.course.record().solved, "not before it was seen");
        let solved = to_rest(answered);
        assert!(solved.course.record().solved);
        assert_eq!(solved.course.record().attempts, 1);
    }

    /// A golfer hears what the writer's solution takes, but not before the own one is there.
    #[test]
    fn golf_tells_our_score_after_solving() {
        let start = "machine dma=0 normal=1M highmem=0\n";
        let solution = format!("{start}p = kmalloc(100, GFP_KERNEL);\n");
        let contents = [
            "2", "1", "8", "S", "1", "01-a", "8", "A", "1", "1", "x", "golf", "X", "1", "",
        ];
        let lines = "kind golf\ngoal call p answers object\nscore calls";
        let chapter = [
            "2", "a", "", "1", lines, start, &solution, "do", "0", "1", "h", "why", "", "0", "",
        ];
        let mut session = fresh();
        for fields in [contents.join("\u{1f}"), chapter.join("\u{1f}")] {
            let wanted = session.course.wanted().expect("a file");
            let arrived = CourseAction::Arrived(session.lang, wanted, Some(fields));
            session = session.reduced(Action::Course(arrived));
        }
        let begun = acted(&session, course([CourseAction::Go("/x".into())]));
        assert!(!begun.own, "an exercise's start is nobody's work");
        let scored = |session: &Session| {
            let judged = session.course.judged.clone().expect("judged");
            (judged.verdict.score, judged.par)
        };
        assert_eq!(scored(&begun), (Some(0), None));
        let clumsy = format!("{start}a = kmalloc(9, GFP_KERNEL);\np = kmalloc(9, GFP_KERNEL);\n");
        let solved = begun.reduced(Action::Type(clumsy));
        assert!(solved.own && solved.course.record().solved);
        assert_eq!(scored(&solved), (Some(2), Some(1)));
    }

    #[test]
    fn a_diagnosis_waits_for_the_answer() {
        let opened = acted(&in_the_course(), course([CourseAction::Go("02-b".into())]));
        let b = opened.course.wanted().expect("its file");
        let file = "2\u{1f}b\u{1f}\u{1f}1\u{1f}kind diagnose\nask bytes of z\u{1f}z = kmalloc(1, GFP_KERNEL);\n\u{1f}\u{1f}do\u{1f}0\u{1f}1\u{1f}h\u{1f}why\u{1f}\u{1f}0\u{1f}";
        let late = CourseAction::Arrived(Lang::Zh, b.clone(), Some(file.into()));
        assert_eq!(
            acted(&opened, course([late])).course.wanted(),
            Some(b.clone()),
            "another language's"
        );
        let here = CourseAction::Arrived(Lang::En, b, Some(file.into()));
        let open = CourseAction::Go("/y".into());
        let guess = CourseAction::Guess(0, "32".into());
        let guessed = acted(&opened, course([here, open, guess]));
        assert_eq!(&*guessed.text, "z = kmalloc(1, GFP_KERNEL);\n");
        assert!(
            !guessed
                .course
                .judged
                .as_ref()
                .expect("judged")
                .verdict
                .passed()
        );
        let answered = acted(&guessed, course([CourseAction::Answer]));
        assert!(
            answered.course.record().solved,
            "{:?}",
            answered.course.judged
        );
        // The page can be reached by its link, and what was done is found again.
        let again = Session::open(Boot {
            work: Some(answered.work()),
            fragment: "page=02-b/y&teach".into(),
            ..Boot::default()
        });
        assert_eq!(
            (again.course.place().as_str(), again.course.teaching),
            ("02-b/y", true)
        );
        assert_eq!(
            again.tab,
            Tab::Lesson,
            "a phone shows what the link is about"
        );
        assert!(again.course.record().solved && again.link().ends_with("&teach"));
    }

    #[test]
    fn links_of_the_prose_move_the_cursor() {
        let start = in_the_course();
        let follow = |lab: &str, text: Option<&str>, at: &str| {
            let link = ProseLink {
                chapter: None,
                lab: lab.into(),
                text: text.map(Into::into),
                at: at.into(),
            };
            acted(&start, course([CourseAction::Follow(link)]))
        };
        let moved = follow("", None, "event=class-chosen:3");
        assert!(
            matches!(moved.moments.event, Some(Event::ClassChosen { .. })),
            "{:?}",
            moved.moments.event
        );
        assert!(!moved.player.is_moving());
        let card = follow(
            ".",
            Some("a = kmalloc(1, GFP_KERNEL);\nb = kmalloc(9, GFP_KERNEL);\n"),
            "",
        );
        assert!(card.player.is_moving() && card.course.exercise.is_empty());
        assert_eq!(card.player.cursor, card.run.borrow().calls()[1].first);
        let nowhere = follow("", None, "event=slab-died");
        assert_eq!(nowhere.player, start.player);
        assert_eq!(nowhere.notice, Some(Notice::NoSuchMoment));
        check(&card);
    }

    #[test]
    fn a_press_plays_the_new_call() {
        let start = fresh();
        let end = start.len();
        let pressed = start.reduced(Action::Call);
        assert!(pressed.player.is_moving());
        assert_eq!(pressed.player.cursor, end);
        assert!(pressed.len() > end);
        assert!(pressed.text.ends_with("p = kmalloc(100, GFP_KERNEL);\n"));
        check(&pressed);
        let rested = to_rest(pressed);
        assert_eq!(rested.player.cursor, rested.len());
        check(&rested);
        let held = rested.held.last().expect("p was given a value");
        assert_eq!(
            (held.variable.name.as_str(), held.since),
            ("p", rested.len())
        );
    }

    #[test]
    fn everything_held_can_be_freed_with_the_right_function() {
        let text = "p = kmalloc(64, GFP_KERNEL);\nq[2] = __get_free_pages(GFP_KERNEL, 1);\nr = alloc_pages(GFP_KERNEL, 2);\n";
        let freed = acted(
            &fresh(),
            [Action::Replace(text.into())]
                .into_iter()
                .chain(["p", "q[2]", "r", "r", "nobody"].map(|name| Action::Free(name.into()))),
        );
        assert!(
            freed
                .text
                .ends_with("kfree(p);\nfree_pages(q[2], 1);\n__free_pages(r, 2);\n"),
            "{}",
            freed.text
        );
        assert!(freed.held.iter().all(|held| !held.variable.live));
    }

    #[test]
    fn calls_are_made_from_where_the_draft_says() {
        let draft = Draft::default()
            .with_modifier(Gfp::NOWARN, true)
            .in_unit(Unit::Kilobytes);
        let lines = Caller::ALL.map(|caller| {
            let session = acted(
                &fresh(),
                [Action::Draft(Draft { caller, ..draft }), Action::Call],
            );
            assert_eq!(*session.errors, []);
            session.text.lines().last().unwrap_or_default().to_string()
        });
        assert_eq!(
            lines,
            [
                "p = kmalloc(1024, GFP_KERNEL | __GFP_NOWARN);",
                "softirq { p = kmalloc(1024, GFP_KERNEL | __GFP_NOWARN); }",
                "tasklet { p = kmalloc(1024, GFP_KERNEL | __GFP_NOWARN); }",
                "timer { p = kmalloc(1024, GFP_KERNEL | __GFP_NOWARN); }",
                "irq { p = kmalloc(1024, GFP_KERNEL | __GFP_NOWARN); }",
                "spin_lock(&lock); p = kmalloc(1024, GFP_KERNEL | __GFP_NOWARN); spin_unlock(&lock);",
                "realtime { p = kmalloc(1024, GFP_KERNEL | __GFP_NOWARN); }",
                "memalloc { p = kmalloc(1024, GFP_KERNEL | __GFP_NOWARN); }",
                "meanwhile { p = kmalloc(1024, GFP_KERNEL | __GFP_NOWARN); }",
                "writepage { p = kmalloc(1024, GFP_KERNEL | __GFP_NOWARN); }",
            ]
        );
    }

    #[test]
    fn the_bar_calls_on_the_newest_variable_unless_told_otherwise() {
        let at = |name: &str| {
            let mut all = FUNCTIONS.iter();
            all.position(|function| function.name == name)
                .expect("it is offered")
        };
        let free = |pointer| {
            Action::Draft(Draft {
                function: at("kfree"),
                pointer,
                ..Draft::default()
            })
        };
        let start = fresh().reduced(Action::Replace(
            "a = kmalloc(64, GFP_KERNEL);\nb[3] = kmalloc(64, GFP_KERNEL);\n".into(),
        ));
        let lines: Vec<String> = [1, 2, 0, 9]
            .map(|pointer| acted(&start, [free(pointer), Action::Call]))
            .iter()
            .map(|session| session.text.lines().last().unwrap_or_default().into())
            .collect();
        assert_eq!(
            lines,
            ["kfree(b[3]);", "kfree(a);", "kfree(NULL);", "kfree(NULL);"]
        );
        // What was freed can be freed again: the lab shows what comes of it.
        let twice = acted(&start, [free(1), Action::Call, Action::Call]);
        assert!(
            twice.text.ends_with("kfree(b[3]);\nkfree(b[3]);\n"),
            "{}",
            twice.text
        );
    }

    #[test]
    fn undo_and_redo() {
        let start = fresh();
        let one = start.reduced(Action::Call);
        let two = one.reduced(Action::Call);
        let back = two.reduced(Action::Undo);
        assert_eq!(back.text, one.text);
        assert_eq!(back.player.cursor, back.len());
        let again = back.reduced(Action::Redo);
        assert_eq!(again.text, two.text);
        let other = acted(&back, [Action::Free("p".into()), Action::Redo]);
        assert!(
            other.text.ends_with("kfree(p);\n"),
            "an edit ends the way forward"
        );
        let all = acted(&two, [Action::Undo, Action::Undo, Action::Undo]);
        assert_eq!(
            (&all.text, all.can_undo(), all.can_redo()),
            (&start.text, false, true)
        );
    }

    #[test]
    fn typing_is_one_edit_and_errors_keep_the_last_run() {
        let start = fresh();
        let typed = acted(
            &start,
            ["p", "p = ", "p = kmalloc(32, GFP_KERNEL);"].map(|text| Action::Type(text.into())),
        );
        assert_eq!(typed.len(), typed.run.borrow().len());
        assert_eq!(
            (typed.errors.len(), typed.run.borrow().calls().len()),
            (0, 1)
        );
        let wrong = typed.reduced(Action::Type("p = kmaloc(32, GFP_KERNEL);".into()));
        assert_eq!(wrong.errors.len(), 1);
        assert_eq!(
            wrong.run.borrow().calls().len(),
            1,
            "the last good run stays"
        );
        let refused = wrong.reduced(Action::Call);
        assert_eq!(refused.notice, Some(Notice::MendTextFirst));
        assert_eq!(refused.text, wrong.text);
        assert_eq!(refused.reduced(Action::Undo).text, start.text);
    }

    #[test]
    fn a_run_that_has_ended_takes_no_more_calls() {
        let ended = acted(
            &fresh(),
            [Action::Replace("kfree(p);".into()), Action::Call],
        );
        assert_eq!(ended.notice, Some(Notice::RunHasEnded));
        assert_eq!(&*ended.text, "kfree(p);");
    }

    #[test]
    fn the_machine_changes_under_the_same_calls() {
        let machine = MachineSpec {
            zone_pages: [4096, 0, 0],
            ..MachineSpec::default()
        };
        let session = fresh().reduced(Action::Machine(machine.clone()));
        assert_eq!(session.scenario.machine, machine);
        assert_eq!(
            session.run.borrow().calls().len(),
            fresh().run.borrow().calls().len()
        );
        assert_eq!(
            session.reduced(Action::Undo).scenario.machine,
            MachineSpec::default()
        );
    }

    // ── links and what is kept ────────────────────────────────────────────────────────────────────────────────────

    fn opened(fragment: &str, work: Option<Work>) -> Session {
        Session::open(Boot {
            fragment: fragment.into(),
            work,
            ..Boot::default()
        })
    }

    fn work(text: &str) -> Work {
        Work {
            text: text.into(),
            cursor: 3,
            own: true,
            ..Work::default()
        }
    }

    #[test]
    fn a_link_opens_at_its_cursor() {
        let sent = acted(&fresh(), [Action::Call, Action::Seek(40)]);
        let received = opened(&sent.link(), None);
        assert_eq!(received.player.cursor, 40);
        assert!(*received.view().machine == *sent.view().machine);
        assert!(!received.own && received.earlier.is_none() && !received.can_undo());
        check(&received);
    }

    #[test]
    fn a_link_never_costs_the_students_work() {
        let mine = work("// mine\nx = kmalloc(9, GFP_ATOMIC);\n");
        let link = fresh().reduced(Action::Call).link();
        let received = opened(&link, Some(mine.clone()));
        assert_eq!(received.earlier.as_deref(), Some(mine.text.as_str()));
        let back = received.reduced(Action::OpenEarlier);
        assert_eq!((&*back.text, &back.earlier), (mine.text.as_str(), &None));
        // What a link brought replaces what a link brought: nothing of the student's is lost.
        let visitor = Work { own: false, ..mine };
        assert_eq!(opened(&link, Some(visitor)).earlier, None);
    }

    #[test]
    fn the_address_of_ones_own_work_opens_it_with_its_comments() {
        let mine = work("// mine\nx = kmalloc(9, GFP_ATOMIC);\n");
        let session = opened("", Some(mine.clone()));
        assert_eq!(
            (session.player.cursor, &*session.text),
            (3, mine.text.as_str())
        );
        let reloaded = opened(&session.reduced(Action::Seek(5)).link(), Some(mine.clone()));
        assert_eq!(
            (reloaded.player.cursor, &*reloaded.text),
            (5, mine.text.as_str())
        );
        assert_eq!(reloaded.earlier, None);
        let entry = Boot {
            fragment: session.reduced(Action::Seek(5)).link(),
            reloaded: true,
            work: Some(mine),
            ..Boot::default()
        };
        assert_eq!(
            Session::open(entry).player.cursor,
            3,
            "saved when the page was left"
        );
    }

    #[test]
    fn bad_links_leave_everything_as_it_was() {
        let mine = work("x = kmalloc(9, GFP_ATOMIC);\n");
        let good = fresh().reduced(Action::Call).link();
        let mut newer = link::from_fragment(&good[2..]).expect("our own link");
        newer[0] = 9;
        let newer_end = newer.len() - 2;
        let sum = newer[..newer_end].iter().fold(0xffff_u16, |sum, &byte| {
            (0..8).fold(sum ^ u16::from(byte) << 8, |sum: u16, _| {
                if sum & 0x8000 == 0 {
                    sum << 1
                } else {
                    sum << 1 ^ 0x1021
                }
            })
        });
        newer[newer_end..].copy_from_slice(&sum.to_be_bytes());
        let cases = [
            (good[..good.len() - 4].to_string(), LinkError::Truncated),
            (good.replace("s=A", "s=*"), LinkError::BadCharacter),
            (
                format!("s={}", link::to_fragment(&newer)),
                LinkError::Newer { version: 9 },
            ),
        ];
        for (bad, error) in cases {
            let session = opened(&bad, Some(mine.clone()));
            assert_eq!(session.notice, Some(Notice::BadLink(error)), "{bad}");
            assert_eq!(
                (&*session.text, &session.earlier),
                (mine.text.as_str(), &None)
            );
            let before = fresh().reduced(Action::Call);
            let after = before.reduced(Action::Navigate {
                fragment: bad,
                kept: None,
            });
            assert_eq!((&after.text, after.player), (&before.text, before.player));
        }
        let unknown = opened("id=12345678", Some(mine.clone()));
        assert_eq!(unknown.notice, Some(Notice::UnknownId));
        assert_eq!(&*unknown.text, mine.text);
    }

    #[test]
    fn back_and_forward_keep_names_and_comments() {
        let first = fresh();
        let typed = first.reduced(Action::Type(
            "// why\nname = kmalloc(7, GFP_KERNEL);\n".into(),
        ));
        let back = typed.reduced(Action::Navigate {
            fragment: String::new(),
            kept: Some(first.text.to_string()),
        });
        assert_eq!((&back.text, back.edits), (&first.text, typed.edits));
        let forward = back.reduced(Action::Navigate {
            fragment: typed.link(),
            kept: Some(typed.text.to_string()),
        });
        assert_eq!(
            (&forward.text, forward.edits, forward.earlier),
            (&typed.text, typed.edits, None)
        );
    }

    // ── the guide and the page ────────────────────────────────────────────────────────────────────────────────────

    #[test]
    fn a_first_visitor_is_led_to_the_split() {
        let session = fresh();
        assert_eq!(session.guide, Some(Guide::Press));
        let session = session.reduced(Action::Call);
        assert_eq!(session.guide, Some(Guide::Step));
        let session = to_rest(session).reduced(Action::PreviousCall);
        assert_eq!(session.guide, Some(Guide::Look));
        let session = to_rest(session.reduced(Action::Next(Landmark::Split)));
        assert_eq!(session.guide, Some(Guide::Done));
        assert_eq!(session.reduced(Action::DismissGuide).guide, None);
        let guided = Session::open(Boot {
            guided: true,
            ..Boot::default()
        });
        assert_eq!(guided.guide, None);
    }

    #[test]
    fn less_movement_shows_the_same_end() {
        let still = Session::open(Boot {
            still: true,
            ..Boot::default()
        });
        let mut session = still.reduced(Action::Call);
        while session.player.is_moving() {
            session = session.reduced(Action::Tick(20.0));
            assert_eq!(session.player.progress(), 1.0);
        }
        let moved = to_rest(fresh().reduced(Action::Call));
        assert_eq!(session.player.cursor, moved.player.cursor);
        assert!(*session.view().machine == *moved.view().machine);
    }

    #[test]
    fn another_language_changes_nothing_else() {
        let session = acted(
            &fresh(),
            [
                Action::Call,
                Action::Seek(33),
                Action::Course(CourseAction::Guess(0, "128".into())),
                Action::Course(CourseAction::Guess(1, "exact".into())),
            ],
        );
        let chinese = session.reduced(Action::Language(Lang::Zh));
        assert_eq!(
            (&chinese.text, chinese.player),
            (&session.text, session.player)
        );
        assert_eq!(
            (chinese.course.guesses, chinese.draft),
            (session.course.guesses, session.draft)
        );
    }

    #[test]
    fn calls_are_walked_one_by_one() {
        let session = fresh().reduced(Action::ToStart);
        let mut ends = vec![];
        let mut walking = session.clone();
        let count = session.run.borrow().calls().len();
        for _ in 0..count {
            walking = walking.reduced(Action::NextCall);
            ends.push(walking.player.cursor);
        }
        let calls: Vec<usize> = session
            .run
            .borrow()
            .calls()
            .iter()
            .map(|call| call.end)
            .collect();
        assert_eq!(ends, calls);
        assert_eq!(
            walking.reduced(Action::NextCall).player.cursor,
            session.len()
        );
        for _ in 0..calls.len() {
            walking = walking.reduced(Action::PreviousCall);
        }
        assert_eq!(walking.player.cursor, 0);
    }

    #[test]
    fn jumps_find_every_place_and_come_back() {
        let text = "for (i = 0; i < 1300; i++) q[i] = __get_free_pages(GFP_ATOMIC, 0); msleep(5); p = kmalloc(200000, 0);";
        let session = acted(&fresh(), [Action::Replace(text.into()), Action::ToStart]);
        for landmark in &Landmark::ALL[..3] {
            let mut walking = session.clone();
            let mut places = vec![];
            loop {
                let next = to_rest(walking.reduced(Action::Next(*landmark)));
                if next.player.cursor == walking.player.cursor {
                    break;
                }
                assert_eq!(
                    next.moments.event.as_ref().and_then(Landmark::of),
                    Some(*landmark)
                );
                places.push(next.player.cursor);
                walking = next;
            }
            assert!(!places.is_empty(), "{landmark:?}");
            let mut back = vec![walking.player.cursor];
            while back.len() < places.len() {
                walking = walking.reduced(Action::Previous(*landmark));
                back.push(walking.player.cursor);
            }
            back.reverse();
            assert_eq!(back, places);
            let first = walking.reduced(Action::Previous(*landmark));
            assert_eq!(
                first.player.cursor, places[0],
                "nothing is before the first"
            );
        }
    }

    #[test]
    fn a_call_is_reached_by_its_number() {
        let session = fresh();
        let calls = session.run.borrow().calls().len();
        for number in 1..=calls {
            let there = session.reduced(Action::GoToCall(number));
            let found = session.run.borrow().call_at(there.player.cursor);
            assert_eq!(found, Some(number - 1));
        }
        let last = session.reduced(Action::GoToCall(usize::MAX));
        let beyond = last.reduced(Action::GoToCall(0));
        assert!(beyond.player.cursor < last.player.cursor);
    }

    #[test]
    fn a_loop_stays_in_its_call_until_it_is_ended() {
        let session = acted(&fresh(), [Action::GoToCall(3), Action::ToggleLoop]);
        let call = session.run.borrow().calls()[2].clone();
        let mut playing = session.reduced(Action::TogglePlay);
        let mut rounds = 0;
        for _ in 0..2_000 {
            let next = playing.reduced(Action::Tick(20.0));
            assert!((call.first..=call.end).contains(&next.player.cursor));
            rounds += usize::from(next.player.cursor < playing.player.cursor);
            playing = next;
        }
        assert!(rounds > 2, "{rounds}");
        let ended = to_rest(playing.reduced(Action::ToggleLoop));
        assert_eq!(ended.player.cursor, ended.len());
        let pressed = acted(&ended, [Action::ToggleLoop, Action::Call]);
        assert_eq!(pressed.player.round, Some((ended.len(), pressed.len())));
    }

    #[test]
    fn letters_can_be_switched_off() {
        let on = Frame::default();
        let mut off = on;
        off.letters = false;
        for key in ["s", "F", "z", "l", "p", "+", "?"] {
            assert!(key_action(key, false, false, &on).is_some());
            assert_eq!(key_action(key, false, false, &off), None);
        }
        assert_eq!(
            key_action(" ", false, false, &off),
            Some(Action::TogglePlay)
        );
        assert_eq!(key_action("z", true, false, &off), Some(Action::Undo));
        assert_eq!(key_action("Z", true, true, &off), Some(Action::Redo));
        assert_eq!(key_action("s", true, false, &on), None, "the browser's own");
    }

    #[test]
    fn a_clicker_goes_by_steps_or_by_calls() {
        let press = |frame: &Frame, key| key_action(key, false, false, frame);
        let mut frame = Frame::default();
        assert_eq!(press(&frame, "PageDown"), Some(Action::NextCall));
        frame.projector = true;
        assert_eq!(press(&frame, "PageDown"), Some(Action::Step));
        assert_eq!(press(&frame, "PageUp"), Some(Action::StepBack));
        frame.clicker = Clicker::Call;
        assert_eq!(press(&frame, "PageUp"), Some(Action::PreviousCall));
        assert_eq!(press(&frame, "Escape"), None);
        frame.enlarge(Some(Pane::Path));
        assert_eq!(press(&frame, "Escape"), Some(Action::Enlarge(None)));
    }

    // ── what one change would do ──────────────────────────────────────────────────────────────────────────────────

    #[test]
    fn a_change_that_works_is_taken_and_taken_back() {
        let text = "irq { p = kmalloc(100, GFP_KERNEL); }\nkfree(p);\n";
        let failed = acted(
            &fresh(),
            [Action::Replace(text.into()), Action::GoToCall(1)],
        );
        let mut asked = failed.begun(Action::Remedies(true));
        assert!(asked.is_busy() && !failed.is_busy());
        while asked.is_busy() {
            asked.go_on(PIECE);
        }
        let remedies = asked.remedies.as_ref().expect("it was asked");
        let found: Vec<usize> = working(&remedies.search())
            .map(|(number, _)| number)
            .collect();
        assert_eq!(found.len(), 2, "GFP_ATOMIC, or before the interrupt");
        let vain = in_vain(&remedies.search()).count();
        assert_eq!(remedies.search().tried().len(), found.len() + vain);
        let taken = asked.reduced(Action::TakeRemedy(found[0]));
        assert!(taken.text.contains("GFP_ATOMIC"), "{}", taken.text);
        assert!(taken.remedies.is_none(), "they were of another run");
        assert!(taken.player.is_moving());
        assert_eq!(*taken.reduced(Action::Undo).text, *text);
        let nothing = asked.reduced(Action::TakeRemedy(999));
        assert_eq!(nothing.text, asked.text);
        let well = acted(&asked, [Action::GoToCall(2), Action::Remedies(true)]);
        assert!(well.remedies.is_none(), "nothing is wrong with kfree");
    }

    // ── anything ──────────────────────────────────────────────────────────────────────────────────────────────────

    /// A small generator (xorshift): the same actions in every run of the test.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, sides: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 >> 11) as usize % sides
        }

        fn action(&mut self, session: &Session) -> Action {
            match self.roll(49) {
                0 => Action::Seek(self.roll(session.len() + 10)),
                1 => Action::SeekPartway(
                    self.roll(session.len() + 10),
                    self.roll(30) as f32 / 20.0 - 0.2,
                ),
                2..=7 => Action::Tick(self.roll(200) as f32),
                8 => Action::TogglePlay,
                9 => Action::Step,
                10 => Action::StepBack,
                11 => Action::PreviousCall,
                12 => Action::NextCall,
                13 => Action::ToStart,
                14 => Action::ToEnd,
                15 => Action::Next(Landmark::Split),
                16 => Action::Speed(self.roll(9)),
                17 => Action::Draft(Draft {
                    amount: [0, 1, 100, 4097, 131_073, u32::MAX][self.roll(6)],
                    unit: [Unit::Bytes, Unit::Kilobytes][self.roll(2)],
                    priority: self.roll(8),
                    modifiers: Gfp(self.roll(0x8000) as u32),
                    caller: Caller::ALL[self.roll(10)],
                    function: self.roll(FUNCTIONS.len()),
                    order: [0, 3, 10, 11][self.roll(4)],
                    pointer: self.roll(5),
                    number: [0, 1, 30][self.roll(3)],
                    ..Draft::default()
                }),
                18..=20 => Action::Call,
                21 => match session.held.get(self.roll(session.held.len().max(1))) {
                    Some(held) => Action::Free(held.variable.name.clone()),
                    None => Action::Free("x[".into()),
                },
                22 => Action::Undo,
                23 => Action::Redo,
                24 => Action::Machine(MachineSpec {
                    zone_pages: [256, [0, 64, 1024][self.roll(3)], [0, 256][self.roll(2)]],
                    l1_cache_bytes: [32, 64, 7][self.roll(3)],
                    ..MachineSpec::default()
                }),
                25 => Action::Type(["p = kmalloc(", "irq {", "kfree(p);", ""][self.roll(4)].into()),
                26 => Action::Replace(lessons::first(session.lang).into()),
                27 => Action::Navigate {
                    fragment: ["", "s=", "s=AAAA", "id=1", "x"][self.roll(5)].into(),
                    kept: (self.roll(2) == 0).then(|| "q = kmalloc(5, 0);".into()),
                },
                28 => Action::OpenEarlier,
                29 => Action::Course(CourseAction::StartAgain),
                30 => Action::Still(self.roll(2) == 0),
                31 => Action::Language(Lang::ALL[self.roll(2)]),
                32 => Action::Inspect(Some(self.roll(1536) as u32)),
                33 => Action::Next(Landmark::ALL[self.roll(4)]),
                34 => Action::Previous(Landmark::ALL[self.roll(4)]),
                35 => Action::GoToCall(self.roll(40)),
                36 => Action::Faster(self.roll(2) == 0),
                37 => Action::ToggleLoop,
                38 => Action::Side(Side::ALL[self.roll(Side::ALL.len())]),
                39 => Action::Fold(Pane::ALL[self.roll(6)]),
                40 => Action::Enlarge(Some(Pane::ALL[self.roll(6)])),
                41 => Action::Projector(self.roll(2) == 0),
                42 => Action::Remedies(self.roll(4) > 0),
                43 => Action::Remedies(false),
                44 => Action::TakeRemedy(self.roll(4)),
                45 => Action::Share(match self.roll(4) {
                    0 => ShareAction::Add("so".into()),
                    1 => ShareAction::Move(self.roll(4), self.roll(2) == 0),
                    2 => ShareAction::Remove(self.roll(4)),
                    _ => ShareAction::BringBack,
                }),
                46 => Action::Share(match self.roll(4) {
                    0 => ShareAction::Leave,
                    1 => ShareAction::File(Some(b"irq { kfree(p); }".to_vec())),
                    2 => ShareAction::Open(true),
                    _ => ShareAction::Go(self.roll(4)),
                }),
                47 => Action::Compare(match self.roll(7) {
                    0 => CompareAction::Open,
                    1 => CompareAction::OpenRemedy(self.roll(4)),
                    2 => CompareAction::Seek(self.roll(session.len() + 10)),
                    3 => CompareAction::Text(
                        ["", "irq {", "p = kmalloc(9, 0);"][self.roll(3)].into(),
                    ),
                    4 => CompareAction::Flags(self.roll(4), Gfp(self.roll(0x8000) as u32)),
                    5 => CompareAction::Take,
                    _ => CompareAction::Close,
                }),
                _ => Action::Highlight(Some("p".into())),
            }
        }
    }

    #[test]
    fn no_action_panics_and_undo_is_undone_by_redo() {
        for seed in 1..=12 {
            let mut dice = Dice(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed));
            let mut session = fresh();
            for _ in 0..400 {
                session = session.reduced(dice.action(&session));
                check(&session);
                if session.can_undo() {
                    let there = session.reduced(Action::Undo).reduced(Action::Redo);
                    // What nobody has changed comes back in the page's language.
                    let unchanged = [&there, &session].map(|one| lessons::is_first(&one.text));
                    assert!(there.text == session.text || unchanged == [true, true]);
                    assert_eq!(there.errors.len(), session.errors.len());
                }
            }
        }
    }
}
