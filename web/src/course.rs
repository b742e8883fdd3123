//! The student's way through the course: which page is open, what was foretold, which hints were read, what is solved.
//!
//! Pure values; the files arrive from `app`, and whether a goal is reached is the core's word. What is kept in the browser
//! has a text form, which is also the file of export and import.

use std::fmt::Write as _;
use std::rc::Rc;

use kmalloc_core::exercise::{Ghost, Kind, Verdict};

use crate::lang::Lang;
use crate::lessons::{Chapter, Contents, Entry, ExerciseText};

/// Something that is fetched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Load<T> {
    /// On its way.
    Coming,
    /// It did not come, or is of another build.
    Failed,
    /// Here.
    Here(Rc<T>),
}

impl<T> Load<T> {
    /// What is here.
    pub fn here(&self) -> Option<&Rc<T>> {
        match self {
            Load::Here(here) => Some(here),
            _ => None,
        }
    }
}

/// What the lesson shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Sheet {
    /// The open chapter.
    #[default]
    Page,
    /// The list of all chapters.
    Contents,
}

/// A file of the course.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// The contents.
    Contents,
    /// The chapter of this name.
    Chapter(String),
}

impl Wanted {
    /// Its address, relative to the page.
    pub fn address(&self, lang: Lang) -> String {
        let folder = match lang {
            Lang::En => "en",
            Lang::Zh => "zh",
        };
        let name = match self {
            Wanted::Contents => "contents",
            Wanted::Chapter(name) => name,
        };
        format!("chapters/{folder}/{name}.txt")
    }
}

/// What is known of one exercise.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Record {
    /// How often it was begun.
    pub attempts: u32,
    /// Hints that were read.
    pub hints: u32,
    /// It was solved.
    pub solved: bool,
    /// Something was foretold that turned out otherwise.
    pub missed: bool,
    /// The solution was looked at before it was solved.
    pub told: bool,
}

impl Record {
    /// Whether it belongs among what should be looked at again.
    pub fn to_review(&self) -> bool {
        self.missed || self.told || (self.attempts > 0 && !self.solved)
    }
}

/// What was done so far, by `chapter/exercise`, in the order of these names.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Progress(Vec<(String, Record)>);

const HEAD: &str = "kmalloc lab progress 1";

/// Bytes of a file of progress; some thousand exercises need less.
const MAX_FILE: usize = 256 * 1024;

impl Progress {
    /// What is known of an exercise.
    pub fn of(&self, chapter: &str, exercise: &str) -> Record {
        let place = self.place(&format!("{chapter}/{exercise}"));
        place.map_or_else(|_| Record::default(), |at| self.0[at].1)
    }

    /// Where an exercise's record is, or would be.
    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known[..].cmp(name))
    }

    /// The record of an exercise; a new one if there is none.
    fn record(&mut self, name: &str) -> &mut Record {
        let at = self.place(name).unwrap_or_else(|at| {
            self.0.insert(at, (name.into(), Record::default()));
            at
        });
        &mut self.0[at].1
    }

    /// Exercises of a chapter that are solved.
    pub fn solved(&self, chapter: &Entry) -> usize {
        let exercises = chapter.exercises.iter();
        exercises
            .filter(|exercise| self.of(&chapter.name, &exercise.name).solved)
            .count()
    }

    /// This and another together: what either knows stays known.
    #[must_use]
    pub fn with(&self, other: &Progress) -> Progress {
        let mut all = self.clone();
        for (name, theirs) in &other.0 {
            let record = all.record(name);
            record.attempts = record.attempts.max(theirs.attempts);
            record.hints = record.hints.max(theirs.hints);
            record.solved |= theirs.solved;
            record.missed |= theirs.missed;
            record.told |= theirs.told;
        }
        all
    }

    /// As text, for the storage and for a file.
    pub fn text(&self) -> String {
        let mut text = format!("{HEAD}\n");
        for (name, record) in &self.0 {
            write!(
                text,
                "{name} attempts={} hints={}",
                record.attempts, record.hints
            )
            .expect("writing to a String cannot fail");
            for (word, is_so) in [
                ("solved", record.solved),
                ("missed", record.missed),
                ("told", record.told),
            ] {
                if is_so {
                    text.push(' ');
                    text.push_str(word);
                }
            }
            text.push('\n');
        }
        text
    }

    /// Reads such a text; None when it is no such text, or longer than any. Words of a later version are left aside.
    pub fn read(text: &str) -> Option<Progress> {
        if text.len() > MAX_FILE {
            return None;
        }
        let mut lines = text.lines();
        if lines.next()?.trim_end() != HEAD {
            return None;
        }
        let mut progress = Progress::default();
        for line in lines {
            let mut words = line.split_whitespace();
            let Some(name) = words.next() else { continue };
            let mut record = Record::default();
            for word in words {
                match word.split_once('=').unwrap_or((word, "")) {
                    ("attempts", n) => record.attempts = n.parse().ok()?,
                    ("hints", n) => record.hints = n.parse().ok()?,
                    ("solved", _) => record.solved = true,
                    ("missed", _) => record.missed = true,
                    ("told", _) => record.told = true,
                    _ => {}
                }
            }
            *progress.record(name) = record;
        }
        Some(progress)
    }
}

/// How the open exercise stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Judged {
    /// The core's word.
    pub verdict: Verdict,
    /// What was foretold is open no longer.
    pub closed: bool,
    /// Once it is passed: what golf counts in the writer's own solution.
    pub par: Option<u64>,
    /// What was foretold, as far as the stage can draw it beside what happened.
    pub ghosts: Rc<Vec<Ghost>>,
}

/// Where the student is in the course.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Course {
    /// The contents.
    pub contents: Load<Contents>,
    /// The open chapter.
    pub chapter: Load<Chapter>,
    /// The open chapter's name; empty for the first.
    pub open: String,
    /// The open exercise's name; empty for none.
    pub exercise: String,
    /// What is shown of the course.
    pub sheet: Sheet,
    /// What was foretold in the open exercise, a word a question.
    pub guesses: Rc<Vec<String>>,
    /// The learner has said that this is the answer.
    pub answered: bool,
    /// Hints of the open exercise that are shown.
    pub hints: u32,
    /// How the open exercise stands; None when none is open, its chapter is not here, or it waits.
    pub judged: Option<Rc<Judged>>,
    /// The open exercise waits: the text on the page does not go back to its start.
    pub waits: bool,
    /// What was done so far.
    pub progress: Rc<Progress>,
    /// A class looks at it: no hints, no solutions, no notes.
    pub teaching: bool,
    /// The open exercise begins with its start as soon as it is here.
    pub begin: bool,
}

/// What the browser remembers of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Bookmark {
    /// `chapter/exercise`, either may be empty.
    pub place: String,
    /// What was foretold, a line a question.
    pub guesses: String,
    /// The answer was given.
    pub answered: bool,
    /// The text on the page is another scenario than the exercise's.
    pub waits: bool,
    /// [`Progress::text`].
    pub progress: String,
}

impl Course {
    /// As it was left.
    pub fn open(bookmark: &Bookmark) -> Course {
        let (open, exercise) = split(&bookmark.place);
        let progress = Progress::read(&bookmark.progress).unwrap_or_default();
        let guesses: Vec<String> = match bookmark.guesses.as_str() {
            "" => Vec::new(),
            lines => lines.split('\n').map(Into::into).collect(),
        };
        let hints = progress.of(&open, &exercise).hints;
        Course {
            contents: Load::Coming,
            chapter: Load::Coming,
            open,
            exercise,
            sheet: Sheet::Page,
            guesses: Rc::new(guesses),
            answered: bookmark.answered,
            hints,
            judged: None,
            waits: bookmark.waits,
            progress: Rc::new(progress),
            teaching: false,
            begin: false,
        }
    }

    /// What a reload should find again.
    pub fn bookmark(&self) -> Bookmark {
        Bookmark {
            place: self.place(),
            guesses: self.guesses.join("\n"),
            answered: self.answered,
            waits: self.waits,
            progress: self.progress.text(),
        }
    }

    /// `chapter/exercise`, or the chapter alone.
    pub fn place(&self) -> String {
        if self.exercise.is_empty() {
            self.open.clone()
        } else {
            format!("{}/{}", self.open, self.exercise)
        }
    }

    /// The file that has to be fetched next.
    pub fn wanted(&self) -> Option<Wanted> {
        match (&self.contents, &self.chapter) {
            (Load::Coming, _) => Some(Wanted::Contents),
            (Load::Here(_), Load::Coming) if !self.open.is_empty() => {
                Some(Wanted::Chapter(self.open.clone()))
            }
            _ => None,
        }
    }

    /// A file has come, or has not.
    pub fn arrived(&mut self, wanted: &Wanted, file: Option<&str>) {
        if self.wanted().as_ref() != Some(wanted) {
            return;
        }
        match wanted {
            Wanted::Contents => {
                self.contents = match file.and_then(Contents::read) {
                    Some(contents) => Load::Here(Rc::new(contents)),
                    None => Load::Failed,
                };
                if self.entry().is_none()
                    && let Some(first) = self.chapters().first()
                {
                    self.open = first.name.clone();
                    self.exercise = String::new();
                }
            }
            Wanted::Chapter(_) => {
                self.chapter = match file.and_then(Chapter::read) {
                    Some(chapter) => Load::Here(Rc::new(chapter)),
                    None => Load::Failed,
                };
            }
        }
    }

    /// Tries again what has failed, or fetches everything for another language.
    pub fn fetch(&mut self, all: bool) {
        if all || self.contents == Load::Failed {
            self.contents = Load::Coming;
        }
        if all || self.chapter == Load::Failed {
            self.chapter = Load::Coming;
        }
    }

    /// Every chapter; none while the contents are not here.
    pub fn chapters(&self) -> &[Entry] {
        self.contents.here().map_or(&[], |here| &here.chapters)
    }

    /// The number of the open chapter.
    pub fn number(&self) -> Option<usize> {
        let mut chapters = self.chapters().iter();
        chapters.position(|entry| entry.name == self.open)
    }

    /// The open chapter as the contents have it.
    pub fn entry(&self) -> Option<&Entry> {
        Some(&self.chapters()[self.number()?])
    }

    /// The open exercise and its number.
    pub fn exercise(&self) -> Option<(usize, &ExerciseText)> {
        let entry = self.entry()?;
        let mut known = entry.exercises.iter();
        let at = known.position(|known| known.name == self.exercise)?;
        Some((at, self.chapter.here()?.exercises.get(at)?))
    }

    /// Goes to `chapter`, `chapter/exercise` or `/exercise` of the open chapter.
    pub fn go(&mut self, place: &str) {
        let (chapter, exercise) = split(place);
        if !chapter.is_empty() && chapter != self.open {
            self.open = chapter;
            self.chapter = Load::Coming;
        }
        self.sheet = Sheet::Page;
        self.exercise = exercise;
        self.guesses = Rc::default();
        self.answered = false;
        self.begin = !self.exercise.is_empty();
        self.hints = 0;
        self.judged = None;
        self.waits = false;
    }

    /// The exercise that the text is an attempt at, as a link names it.
    pub fn attempt(&self) -> Option<String> {
        let is_one = !self.exercise.is_empty() && !self.open.is_empty();
        let is_one = is_one && !self.begin && !self.waits;
        is_one.then(|| self.place())
    }

    /// Opens an exercise whose attempt is on the page already.
    pub fn take_up(&mut self, place: &str) {
        if self.place() != place {
            self.go(place);
            self.begin = false;
        }
    }

    /// What is known of the open exercise.
    pub fn record(&self) -> Record {
        self.progress.of(&self.open, &self.exercise)
    }

    /// Notes something about the open exercise.
    pub fn note(&mut self, change: impl FnOnce(&mut Record)) {
        if self.exercise.is_empty() {
            return;
        }
        let place = self.place();
        let mut record = self.record();
        let before = record;
        change(&mut record);
        if record != before {
            *Rc::make_mut(&mut self.progress).record(&place) = record;
        }
    }

    /// A word for a question.
    pub fn guess(&mut self, question: usize, word: String) {
        let Some(questions) = self
            .exercise()
            .map(|(_, text)| text.exercise.questions.len())
        else {
            return;
        };
        let guesses = Rc::make_mut(&mut self.guesses);
        guesses.resize(questions, String::new());
        if let Some(guess) = guesses.get_mut(question) {
            *guess = word;
        }
    }

    /// Whether the answer waits for the learner to say so: where everything that decides was run before it was asked.
    pub fn waits_for_answer(&self, kind: Kind) -> bool {
        kind != Kind::Predict && !self.answered
    }
}

/// `chapter/exercise` in two.
fn split(place: &str) -> (String, String) {
    let (chapter, exercise) = place.split_once('/').unwrap_or((place, ""));
    (chapter.into(), exercise.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_found_again() {
        let mut course = Course::open(&Bookmark::default());
        course.open = "01-rounding".into();
        course.exercise = "ask-100".into();
        course.note(|record| {
            record.attempts = 2;
            record.hints = 1;
            record.missed = true;
        });
        course.guesses = Rc::new(vec!["128".into(), String::new()]);
        let again = Course::open(&course.bookmark());
        assert_eq!(again.progress, course.progress);
        assert_eq!(again.guesses, course.guesses);
        assert_eq!(again.place(), "01-rounding/ask-100");
        assert!(again.record().to_review());
    }

    #[test]
    fn what_either_tab_knows_stays_known() {
        let read = |lines: &str| Progress::read(&format!("{HEAD}\n{lines}")).expect("progress");
        let one = read("a/x attempts=3 hints=0 solved\na/y attempts=1 hints=0\n");
        let two = read("a/x attempts=1 hints=2 missed\nb/z attempts=1 hints=0 solved\n");
        let both = read(
            "a/x attempts=3 hints=2 solved missed\na/y attempts=1 hints=0\nb/z attempts=1 hints=0 solved\n",
        );
        assert_eq!(one.with(&two), both);
        assert_eq!(two.with(&one), both);
    }

    #[test]
    fn a_file_of_something_else_is_no_progress() {
        assert_eq!(Progress::read(""), None);
        assert_eq!(Progress::read("kernel 2.6.10\n"), None);
        assert_eq!(Progress::read(&format!("{HEAD}\na/b attempts=x\n")), None);
        let later = Progress::read(&format!("{HEAD}\na/b attempts=1 stars=5 solved\n"));
        assert!(later.expect("it is read").of("a", "b").solved);
        let endless = format!("{HEAD}\n{}", "a/b solved\n".repeat(MAX_FILE / 10));
        assert_eq!(Progress::read(&endless), None);
    }

    #[test]
    fn what_comes_late_is_not_taken_for_something_else() {
        let mut course = Course::open(&Bookmark::default());
        assert_eq!(course.wanted(), Some(Wanted::Contents));
        course.arrived(&Wanted::Chapter("01-x".into()), Some("2\u{1f}"));
        assert_eq!(course.chapter, Load::Coming);
        course.arrived(&Wanted::Contents, None);
        assert_eq!((course.wanted(), &course.contents), (None, &Load::Failed));
        course.fetch(false);
        assert_eq!(course.wanted(), Some(Wanted::Contents));
    }
}
