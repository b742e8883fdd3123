//! What panels are given and what they give back: values down, actions up.
//!
//! A panel formats these values. It computes no mark, no class, no order and no verdict: those are asked of the core.

use std::cell::RefCell;
use std::ops::Deref;
use std::rc::Rc;

use kmalloc_core::event::Event;
use kmalloc_core::exercise::{Ghost, Guess};
use kmalloc_core::machine::Machine;
use kmalloc_core::profile::MachineSpec;
use kmalloc_core::run::Run;
use kmalloc_core::script::link::LinkError;
use yew::Callback;

use crate::compare::CompareAction;
use crate::course::{Sheet, Wanted};
use crate::draft::Draft;
use crate::frame::{Clicker, Frame, Pane, ProcFile, Side};
use crate::lang::Lang;
use crate::moments::Before;
use crate::share::{FileError, ShareAction};
use crate::stage::landmarks::Landmark;

/// A value that is shared, and equal only to itself: comparing props costs a pointer.
pub struct Shared<T>(Rc<T>);

impl<T> Shared<T> {
    /// Takes the value in.
    pub fn new(value: T) -> Shared<T> {
        Shared(Rc::new(value))
    }

    /// Whether nobody else has it.
    pub fn is_alone(&self) -> bool {
        Rc::strong_count(&self.0) == 1
    }

    /// The value, if nobody else has it.
    pub fn into_inner(self) -> Option<T> {
        Rc::into_inner(self.0)
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Shared<T> {
        Shared(Rc::clone(&self.0))
    }
}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Shared<T>) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// A run, looked at from many places; seeking builds checkpoints inside.
pub type SharedRun = Shared<RefCell<Run>>;

/// The moment that the page shows.
#[derive(Clone, PartialEq)]
pub struct View {
    /// The language of every text.
    pub lang: Lang,
    /// The whole run.
    pub run: SharedRun,
    /// The machine after the event before the cursor.
    pub machine: Shared<Machine>,
    /// What that event found.
    pub before: Before,
    /// Events that have happened: 0 is the start.
    pub cursor: usize,
    /// The event that leads to this cursor, and that is being animated.
    pub event: Option<Event>,
    /// The page that is inspected.
    pub inspected: Option<u32>,
    /// The variable that is highlighted everywhere: `p`, `q[3]`, or `q` for all of an array.
    pub highlighted: Option<String>,
    /// Indices of the events at which the kernel prints something, in order.
    pub spoken: Shared<Vec<usize>>,
    /// What the learner has foreseen of this run.
    pub ghosts: Rc<Vec<Ghost>>,
    /// How the page is arranged.
    pub frame: Frame,
}

impl View {
    /// What the learner has foreseen of a call.
    pub fn foreseen(&self, call: Option<usize>) -> Vec<&Guess> {
        let of_call = self.ghosts.iter().filter(|ghost| Some(ghost.call) == call);
        of_call.map(|ghost| &ghost.guess).collect()
    }

    /// Whether a variable is highlighted, by itself or as part of its array.
    pub fn highlights(&self, variable: &str) -> bool {
        self.highlighted.as_deref().is_some_and(|name| {
            let rest = variable.strip_prefix(name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
        })
    }

    /// How far a panel's movement has come. One in which this event does not move is not drawn again in every frame.
    pub fn progress(&self, progress: f32, moves: fn(&Event) -> bool) -> Progress {
        match &self.event {
            Some(event) if moves(event) => Progress(progress),
            _ => Progress(1.0),
        }
    }
}

/// How far the movement of the event at the cursor has come: 0 is the moment before, 1 the moment after. Panels that move
/// take it as a second prop, so that the others are not drawn again in every frame.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Progress(pub f32);

/// The light that the page is drawn for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Theme {
    /// As the student's system has it.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// Its name for the stylesheet and the storage; none for the system's.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Theme::Auto => None,
            Theme::Light => Some("light"),
            Theme::Dark => Some("dark"),
        }
    }
}

/// What a narrow screen shows below the call bar.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tab {
    /// The lesson.
    Lesson,
    /// Buckets, free lists and map.
    #[default]
    Stage,
    /// The decision path.
    Path,
    /// The scenario text.
    Text,
}

/// One thing to tell the student, until it is dismissed or the next is told.
#[derive(Clone, PartialEq, Debug)]
pub enum Notice {
    /// A text is in the clipboard.
    TextCopied,
    /// The browser did not let the page write a text to the clipboard.
    TextNotCopied,
    /// The scenario does not fit in a link.
    TooLongForLink,
    /// A link did not open.
    BadLink(LinkError),
    /// An address that only the browser that made it can open.
    UnknownId,
    /// The text has errors: until they are mended, nothing new is run.
    MendTextFirst,
    /// With errors in the text there is no run to compare.
    MendToCompare,
    /// A link names a moment that the run has not.
    NoSuchMoment,
    /// A file that is no progress.
    NoProgressFile,
    /// A file that is no scenario.
    FileRefused(FileError),
    /// The run has ended before the text's end: a call appended to it would not run.
    RunHasEnded,
    /// The run was cancelled: what is shown is its beginning.
    RunCancelled,
    /// That needs the whole run.
    NeedsWholeRun,
}

/// Everything a panel can ask for. The one reducer (`session`) carries it out.
#[derive(Clone, PartialEq, Debug)]
pub enum Action {
    // ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────
    /// Put the cursor after this many events, without movement.
    Seek(usize),
    /// The same, with the movement of that event frozen part of the way.
    SeekPartway(usize, f32),
    /// Look at a page, or at none.
    Inspect(Option<u32>),
    /// Highlight a variable everywhere, or none: `p`, `q[3]`, or `q` for all of an array.
    Highlight(Option<String>),

    // ── playing ───────────────────────────────────────────────────────────────────────────────────────────────────
    /// So many milliseconds have passed.
    Tick(f32),
    /// Play, or pause.
    TogglePlay,
    /// To the next event, with its movement.
    Step,
    /// To the event before.
    StepBack,
    /// To the call before the cursor's.
    PreviousCall,
    /// To the end of the cursor's call, then of the next.
    NextCall,
    /// Before the first event.
    ToStart,
    /// After the last event.
    ToEnd,
    /// To the next place of this kind, and show it.
    Next(Landmark),
    /// To the place of this kind before.
    Previous(Landmark),
    /// To the beginning of this call, counted from 1.
    GoToCall(usize),
    /// An index into `player::SPEEDS`.
    Speed(usize),
    /// To the next speed, or the one before.
    Faster(bool),
    /// Play the cursor's call again and again, or no longer.
    ToggleLoop,

    // ── the scenario ──────────────────────────────────────────────────────────────────────────────────────────────
    /// The call bar was changed.
    Draft(Draft),
    /// Make the call in the call bar.
    Call,
    /// Free what this variable holds.
    Free(String),
    /// Take the last edit back.
    Undo,
    /// Make it again.
    Redo,
    /// End the run that is on its way where it stands.
    CancelRun,
    /// Run what was cancelled, to its end.
    RunAgain,
    /// Wait for the end of the run that is on its way, and do nothing else meanwhile.
    RunOut,
    /// Run the same text on another machine.
    Machine(MachineSpec),
    /// The student typed: this is the whole text now.
    Type(String),
    /// Put another text in place of this one.
    Replace(String),
    /// The address changed: its fragment, and the text that this browser keeps for it.
    Navigate {
        /// Without `#`.
        fragment: String,
        /// The text with its comments, if it was made here.
        kept: Option<String>,
    },
    /// Go back to the work that a link replaced.
    OpenEarlier,
    /// Forget that work.
    DropEarlier,

    // ── the lesson ────────────────────────────────────────────────────────────────────────────────────────────────
    /// Something of the course.
    Course(CourseAction),
    /// No more guiding.
    DismissGuide,

    // ── the gallery ───────────────────────────────────────────────────────────────────────────────────────────────
    /// Show the gallery, or no longer.
    Gallery(bool),
    /// Its file has come, or could not be had.
    GalleryArrived(Lang, Option<String>),
    /// Fetch it again.
    FetchGallery,
    /// Put its scenario of this name on the page.
    OpenScenario(String),

    // ── what one change would do ──────────────────────────────────────────────────────────────────────────────────
    /// Begin to look for changes that make the cursor's call succeed, or stop.
    Remedies(bool),
    /// Put the change of this number into the text.
    TakeRemedy(usize),
    // ── sharing ───────────────────────────────────────────────────────────────────────────────────────────────────
    /// Links, files, sequences.
    Share(ShareAction),
    /// Two runs side by side.
    Compare(CompareAction),

    // ── the page ──────────────────────────────────────────────────────────────────────────────────────────────────
    /// Speak this language.
    Language(Lang),
    /// Use this light.
    Theme(Theme),
    /// The student's system asks for less movement, or no longer.
    Still(bool),
    /// On a narrow screen, show this.
    Tab(Tab),
    /// Beside the map, show this.
    Side(Side),
    /// Of the kernel's texts, show this.
    File(ProcFile),
    /// Show the list of keys, or no longer.
    Help(bool),
    /// Keys of one letter do something, or nothing.
    Letters(bool),
    /// Fold a pane, or unfold it.
    Fold(Pane),
    /// Give a pane the whole stage, or all of them their places.
    Enlarge(Option<Pane>),
    /// Draw everything large, or as usual.
    Projector(bool),
    /// What a clicker does.
    Clicker(Clicker),
    /// Explain the term of this name.
    Explain(String),
    /// Tell the student something.
    Tell(Notice),
    /// It was read.
    DismissNotice,
}

/// What asks for an action. A closure for each of them would be a function and a table of its own.
#[inline(never)]
pub fn emits(on: &Callback<Action>, action: Action) -> Callback<()> {
    let on = on.clone();
    Callback::from(move |()| on.emit(action.clone()))
}

/// What the lesson can ask for.
#[derive(Clone, PartialEq, Debug)]
pub enum CourseAction {
    /// A file of the course has come, or could not be had.
    Arrived(Lang, Wanted, Option<String>),
    /// Fetch again what has failed.
    Fetch,
    /// Show the page or the contents.
    Show(Sheet),
    /// Open `chapter`, `chapter/exercise`, or `/exercise` of the open chapter.
    Go(String),
    /// This is foretold now, for the question of this number.
    Guess(usize, String),
    /// That is the answer: let it run.
    Answer,
    /// Show the next hint.
    Hint,
    /// Show the solution.
    Solution,
    /// The exercise from its start.
    StartAgain,
    /// From another scenario to the exercise, as it was left.
    Return,
    /// A link or a card in the prose.
    Follow(ProseLink),
    /// Take the progress of a file in place of the present one.
    Import(String),
    /// Forget all progress.
    Reset,
}

/// What a link or a card in the prose asks for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ProseLink {
    /// A chapter's name, for a link to another page.
    pub chapter: Option<String>,
    /// What is opened in the lab: empty for the present run.
    pub lab: String,
    /// The scenario of the card that is meant, if it is one.
    pub text: Option<String>,
    /// The moment.
    pub at: String,
}
