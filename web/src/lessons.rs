//! The course as the page reads it: contents and chapters, from the files that `kmalloc-course` packs.
//!
//! Data only: what a goal means and whether it is reached is decided in the core.

use kmalloc_core::exercise::{Exercise, Kind};

use crate::lang::Lang;

/// The order of the fields that is read here (`kmalloc_course::pack`).
const FORMAT: &str = "2";

/// What the course contains, in one language.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Contents {
    /// Number and title of each section of the book.
    pub sections: Vec<(String, String)>,
    /// The chapters, in order.
    pub chapters: Vec<Entry>,
}

/// A chapter as the contents list it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The folder's name.
    pub name: String,
    /// The number of its section.
    pub section: String,
    /// Its title.
    pub title: String,
    /// Minutes to read it.
    pub minutes: u32,
    /// Its exercises.
    pub exercises: Vec<ExerciseEntry>,
}

/// An exercise as the contents list it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExerciseEntry {
    /// The folder's name.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// Its title.
    pub title: String,
    /// Minutes that it takes.
    pub minutes: u32,
}

/// A chapter, in one language.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Chapter {
    /// The prose, as HTML.
    pub html: String,
    /// For teachers, as HTML.
    pub teacher: String,
    /// Its exercises, in the order of the contents.
    pub exercises: Vec<ExerciseText>,
}

/// An exercise, in one language. Its texts are HTML.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExerciseText {
    /// What the core checks.
    pub exercise: Exercise,
    /// The scenario that it starts from.
    pub start: String,
    /// A scenario that solves it; empty where the start needs nothing but answers.
    pub solution: String,
    /// What to do.
    pub task: String,
    /// In place of the page's own sentences; empty, or one a question.
    pub questions: Vec<String>,
    /// From nudge to nearly there.
    pub hints: Vec<String>,
    /// For afterwards.
    pub explanation: String,
    /// For teachers.
    pub teacher: String,
    /// Start and solution as every other language has them: their comments differ.
    pub elsewhere: Vec<[String; 2]>,
}

impl ExerciseText {
    /// What is start or solution in another language, as this one has it.
    pub fn translated(&self, text: &str) -> Option<&str> {
        let own = [&self.start, &self.solution];
        let mut pairs = self
            .elsewhere
            .iter()
            .flat_map(|other| other.iter().zip(own));
        let (_, own) = pairs.find(|(other, _)| *other == text)?;
        Some(own)
    }
}

/// The fields of a file, one after the other. A file of another build has no field that is wanted.
pub(crate) struct Fields<'t> {
    left: std::str::Split<'t, char>,
    /// All that was wanted was there.
    whole: bool,
}

impl<'t> Fields<'t> {
    /// What `read` makes of a file; None when something that it wants is missing.
    pub(crate) fn read<T>(file: &'t str, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let mut fields = Fields {
            left: file.split('\u{1f}'),
            whole: true,
        };
        fields.whole = fields.next() == FORMAT;
        let read = read(&mut fields);
        fields.whole.then_some(read)
    }

    fn next(&mut self) -> &'t str {
        let next = self.left.next();
        self.wanted(next)
    }

    /// Notes when it is missing. What is read in its place does not matter: nobody sees it.
    fn wanted<T: Default>(&mut self, wanted: Option<T>) -> T {
        self.whole &= wanted.is_some();
        wanted.unwrap_or_default()
    }

    pub(crate) fn text(&mut self) -> String {
        self.next().into()
    }

    fn number(&mut self) -> u32 {
        let number = self.next().parse().ok();
        self.wanted(number)
    }

    pub(crate) fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut list = Vec::new();
        for _ in 0..self.number() {
            // A number may promise what the file does not have.
            if !self.whole {
                break;
            }
            list.push(read(self));
        }
        list
    }
}

impl Contents {
    /// Reads a file.
    pub fn read(file: &str) -> Option<Contents> {
        Fields::read(file, |fields| Contents {
            sections: fields.list(|fields| (fields.text(), fields.text())),
            chapters: fields.list(|fields| Entry {
                name: fields.text(),
                section: fields.text(),
                title: fields.text(),
                minutes: fields.number(),
                exercises: fields.list(|fields| ExerciseEntry {
                    name: fields.text(),
                    kind: {
                        let kind = Kind::named(fields.next());
                        fields.wanted(kind)
                    },
                    title: fields.text(),
                    minutes: fields.number(),
                }),
            }),
        })
    }
}

impl Chapter {
    /// Reads a file.
    pub fn read(file: &str) -> Option<Chapter> {
        Fields::read(file, |fields| Chapter {
            html: fields.text(),
            teacher: fields.text(),
            exercises: fields.list(|fields| ExerciseText {
                exercise: {
                    let exercise = Exercise::parse(fields.next()).ok();
                    fields.wanted(exercise)
                },
                start: fields.text(),
                solution: fields.text(),
                task: fields.text(),
                questions: fields.list(Fields::text),
                hints: fields.list(Fields::text),
                explanation: fields.text(),
                teacher: fields.text(),
                elsewhere: fields.list(|fields| [fields.text(), fields.text()]),
            }),
        })
    }
}

/// The scenario that the page begins with, which is the start of the first exercise.
pub const fn first(lang: Lang) -> &'static str {
    match lang {
        Lang::En => include_str!("../../static/scenarios/first.en.kms"),
        Lang::Zh => include_str!("../../static/scenarios/first.zh.kms"),
    }
}

/// Whether nobody has changed the scenario that the page begins with, in whichever language.
pub fn is_first(text: &str) -> bool {
    Lang::ALL.iter().any(|lang| first(*lang) == text)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use kmalloc_core::exercise::{Attempt, verdict};
    use kmalloc_core::gfp::Gfp;
    use kmalloc_core::run::{Bounds, Run};
    use kmalloc_core::script::ast::{Call, Place};
    use kmalloc_core::script::named::named;
    use kmalloc_core::script::{edit, link, parse, print};

    /// The files of the course, as the build packs them.
    pub(crate) fn files() -> Vec<(String, String)> {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../static/chapters");
        let (course, _) = kmalloc_course::read(root.as_ref());
        kmalloc_course::pack::files(&course)
    }

    fn file(files: &[(String, String)], path: &str) -> String {
        let found = files.iter().find(|(known, _)| known == path);
        found.map(|(_, text)| text.clone()).expect(path)
    }

    /// Every file of the course can be read as it was packed, in both languages alike.
    #[test]
    fn every_chapter_can_be_read() {
        let files = files();
        let [english, chinese] = ["en", "zh"].map(|lang| {
            Contents::read(&file(&files, &format!("{lang}/contents.txt"))).expect("it is read")
        });
        assert!(!english.chapters.is_empty());
        assert_eq!(english.chapters.len(), chinese.chapters.len());
        for (entry, other) in english.chapters.iter().zip(&chinese.chapters) {
            assert_eq!(entry.name, other.name);
            let both = ["en", "zh"].map(|lang| {
                let file = file(&files, &format!("{lang}/{}.txt", entry.name));
                Chapter::read(&file).expect("it is read")
            });
            assert_eq!(both[0].exercises.len(), entry.exercises.len());
            for (text, other) in both[0].exercises.iter().zip(&both[1].exercises) {
                assert_eq!(text.exercise, other.exercise);
                let calls = |text: &str| print(&parse(text).scenario);
                assert_eq!(calls(&text.start), calls(&other.start));
                assert_eq!(text.start.lines().count(), other.start.lines().count());
                let commented = text.start.contains("//");
                assert_eq!(
                    text.elsewhere.len(),
                    usize::from(commented),
                    "{}",
                    entry.name
                );
                for (one, two) in [(text, other), (other, text)] {
                    let translated = |text: &str| one.translated(text);
                    if commented {
                        assert_eq!(translated(&two.start), Some(&*one.start));
                    }
                    assert_eq!(translated(&one.start), None, "it is at home");
                }
                assert!(!text.hints.is_empty() && !other.hints.is_empty());
            }
        }
    }

    #[test]
    fn a_file_of_another_build_is_refused() {
        assert_eq!(Contents::read("1\u{1f}0\u{1f}0\u{1f}"), None);
        assert_eq!(Contents::read("<!doctype html>"), None);
        let file = file(&files(), "en/contents.txt");
        assert_eq!(Contents::read(&file[..file.len() / 2]), None);
    }

    /// A first visitor is in the first exercise, whatever the language.
    #[test]
    fn the_first_scenario_is_the_first_exercise() {
        let files = files();
        for (lang, folder) in Lang::ALL.into_iter().zip(["en", "zh"]) {
            let contents = Contents::read(&file(&files, &format!("{folder}/contents.txt")));
            let first_chapter = contents.expect("it is read").chapters[0].name.clone();
            let chapter = Chapter::read(&file(&files, &format!("{folder}/{first_chapter}.txt")));
            let exercise = &chapter.expect("it is read").exercises[0];
            assert_eq!(exercise.start, first(lang));
            assert!(is_first(first(lang)));
            for other in Lang::ALL.into_iter().filter(|other| *other != lang) {
                assert_eq!(exercise.translated(first(other)), Some(first(lang)));
            }
        }
    }

    /// An attempt at any exercise that is sent as a link comes back in the words of its start.
    #[test]
    fn an_attempt_that_is_sent_keeps_the_words_of_its_start() {
        let sent = |start: &str, text: &str| {
            let scenario = parse(text).scenario;
            let carried = link::decode(&link::encode(&scenario, 0)).expect("whole");
            named(start, &carried.scenario)
        };
        let files = files();
        let contents = Contents::read(&file(&files, "en/contents.txt")).expect("it is read");
        for entry in contents.chapters {
            let chapter = Chapter::read(&file(&files, &format!("en/{}.txt", entry.name)));
            for text in chapter.expect("it is read").exercises {
                let start = &text.start;
                let to = Place {
                    name: edit::fresh_name(&parse(start).scenario),
                    index: None,
                };
                let call = Call::Kmalloc {
                    to: Some(to),
                    size: 100,
                    gfp: Gfp::KERNEL,
                };
                let called = edit::append_call(start, None, None, &call);
                assert_eq!(sent(start, &called).as_deref(), Some(&*called));
                if text.solution.is_empty() {
                    continue;
                }
                // Where it has anything of the start, it has every line that must stay.
                let gone = |text_of: &str| {
                    let mut run = Run::new(&parse(text_of).scenario, Bounds::default());
                    let attempt = Attempt {
                        start,
                        text: text_of,
                        run: run.as_mut().expect("its machine boots"),
                        guesses: &[],
                    };
                    verdict(&text.exercise, attempt).gone
                };
                let solved = sent(start, &text.solution);
                let solved = solved.unwrap_or_else(|| panic!("{start}{}", text.solution));
                assert_eq!(gone(&solved), gone(&text.solution), "{solved}");
            }
        }
    }

    /// A first visitor sees a split: that is what the first scenario is made for.
    #[test]
    fn the_first_call_of_a_visitor_splits_a_block() {
        let text = format!("{}p = kmalloc(100, GFP_KERNEL);\n", first(Lang::En));
        let run = Run::new(&parse(&text).scenario, Bounds::default()).expect("its machine boots");
        let last = run.calls().last().expect("a call is made");
        let events: Vec<&str> = run
            .events(last.first, last.end)
            .map(|event| event.name())
            .collect();
        assert_eq!(
            events.iter().filter(|name| **name == "split").count(),
            3,
            "{events:?}"
        );
        assert!(events.contains(&"slab-grew"), "{events:?}");
    }
}
