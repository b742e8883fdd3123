//! Reads the course in `static/chapters/`: folders of TOML, Markdown and scenarios become data, and prose becomes HTML.
//!
//! `static/chapters/README.md` says what the files are. Everything that can be wrong with a file by itself is found here,
//! with its line; what a goal means and whether a solution solves is not known here (`cargo lab check` asks the core).

pub mod comments;
pub mod gallery;
mod markdown;
pub mod pack;
mod read;
pub mod reference;

use std::fmt;
use std::path::PathBuf;

pub use read::read;

/// The languages, in the order of every pair of texts.
pub const LANGUAGES: [&str; 2] = ["en", "zh"];

/// Claims of the book that the course treats.
pub const CLAIMS: u32 = 22;
/// Misconceptions that it knows.
pub const MISCONCEPTIONS: u32 = 23;

/// Something that is wrong with a file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Problem {
    /// Which.
    pub file: PathBuf,
    /// 1-based; 0 when the whole file is meant.
    pub line: usize,
    /// What, as a sentence.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": {}", self.what)
    }
}

/// A text and the line that it stands on.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Located {
    /// As written.
    pub text: String,
    /// 1-based.
    pub line: usize,
}

/// A group of chapters: a section of the book.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its number in the book.
    pub number: String,
    /// Its title in each language.
    pub titles: [String; 2],
}

/// The whole course.
#[derive(Clone, Debug, Default)]
pub struct Course {
    /// The sections, in order.
    pub sections: Vec<Section>,
    /// The chapters, in order.
    pub chapters: Vec<Chapter>,
}

/// One page of prose with its exercises.
#[derive(Clone, Debug)]
pub struct Chapter {
    /// Its folder.
    pub folder: PathBuf,
    /// The folder's name.
    pub name: String,
    /// The number of its section.
    pub section: String,
    /// Minutes to read it.
    pub minutes: u32,
    /// The claims of the book that its prose treats.
    pub claims: Vec<u32>,
    /// The prose in each language.
    pub pages: [Page; 2],
    /// The exercises, in order.
    pub exercises: Vec<Exercise>,
}

/// The prose of a chapter in one language.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// As plain text.
    pub title: String,
    /// As HTML.
    pub html: String,
    /// What a teacher shows and what students get wrong, as HTML.
    pub teacher: String,
    /// Links into the lab and between pages.
    pub links: Vec<Link>,
    /// Scenarios in the prose.
    pub cards: Vec<Card>,
}

/// A link that is not one of the web.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// Where it stands.
    pub line: usize,
    /// What it opens.
    pub to: Target,
    /// The moment it moves to, as written: `call=3`; empty for none.
    pub at: String,
}

/// What a link opens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// The run that is on the page.
    Here,
    /// A card of this page, an exercise of this chapter, or `chapter/exercise`.
    Lab(String),
    /// Another chapter.
    Chapter(String),
    /// A word of the glossary.
    Term(String),
}

/// A scenario in the prose that can be run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Card {
    /// The line of its first fence.
    pub line: usize,
    /// By which links find it; may be empty.
    pub name: String,
    /// The moment it is opened at; may be empty.
    pub at: String,
    /// The scenario.
    pub text: String,
}

/// One exercise.
#[derive(Clone, Debug)]
pub struct Exercise {
    /// Its folder.
    pub folder: PathBuf,
    /// The folder's name.
    pub name: String,
    /// `predict`, `do`, …
    pub kind: Located,
    /// Claims of the book, 1 to 22.
    pub claims: Vec<u32>,
    /// Misconceptions that it cures.
    pub misconceptions: Vec<u32>,
    /// Minutes that it takes.
    pub minutes: u32,
    /// What is to be foreseen, each with a plausible wrong guess.
    pub asks: Vec<Ask>,
    /// What is to be reached.
    pub goals: Vec<Located>,
    /// What golf counts.
    pub score: Option<Located>,
    /// Lines of the start that may be changed.
    pub may_change: Vec<Located>,
    /// The scenario that it begins with; its comments, as the solution's, in every language ([`comments`]).
    pub start: String,
    /// A scenario that solves it; None where the start needs nothing but answers.
    pub solution: Option<String>,
    /// A plausible scenario that does not.
    pub wrong: Option<String>,
    /// The prose in each language.
    pub texts: [Text; 2],
}

/// A question.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ask {
    /// As a line of the core's.
    pub question: Located,
    /// A guess that must turn out wrong.
    pub wrong: Located,
}

/// The prose of an exercise in one language; all but the title as HTML.
#[derive(Clone, Debug, Default)]
pub struct Text {
    /// As plain text.
    pub title: String,
    /// What to do.
    pub task: String,
    /// In place of the lab's own sentences for the questions; empty, or one each.
    pub questions: Vec<String>,
    /// From nudge to nearly there.
    pub hints: Vec<String>,
    /// Shown when it is solved.
    pub explanation: String,
    /// What a teacher shows and what students get wrong.
    pub teacher: String,
    /// Links in all of it.
    pub links: Vec<Link>,
    /// Scenarios in it.
    pub cards: Vec<Card>,
}

impl Exercise {
    /// The goals and questions as the core reads them, a line each.
    pub fn lines(&self) -> String {
        let mut text = format!("kind {}\n", self.kind.text);
        let asks = self.asks.iter().map(|ask| ("ask", &ask.question));
        let goals = self.goals.iter().map(|goal| ("goal", goal));
        let score = self.score.iter().map(|score| ("score", score));
        let change = self.may_change.iter().map(|lines| ("change", lines));
        for (word, line) in asks.chain(goals).chain(score).chain(change) {
            text += &format!("{word} {}\n", line.text);
        }
        text
    }

    /// The file that says what it asks for.
    pub fn file(&self) -> PathBuf {
        self.folder.join("exercise.toml")
    }
}

/// The scenario that a link into the lab names: a card of the page, an exercise of the chapter, or `chapter/exercise`.
pub fn scenario_of<'c>(
    course: &'c Course,
    chapter: &'c Chapter,
    cards: &'c [Card],
    name: &str,
) -> Option<&'c str> {
    let in_chapter = |chapter: &'c Chapter, name: &str| {
        let mut exercises = chapter.exercises.iter();
        exercises
            .find(|exercise| exercise.name == name)
            .map(|exercise| exercise.start.as_str())
    };
    match name.split_once('/') {
        Some((other, exercise)) => {
            let mut chapters = course.chapters.iter();
            let other = chapters.find(|known| known.name == other)?;
            in_chapter(other, exercise)
        }
        None => cards
            .iter()
            .find(|card| card.name == name)
            .map(|card| card.text.as_str())
            .or_else(|| in_chapter(chapter, name)),
    }
}
