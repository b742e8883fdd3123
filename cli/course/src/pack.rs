//! What the page fetches: for each language one file with the contents of the course, and one for each chapter.
//!
//! A file is fields, one after the other, each ended by U+001F; lists say first how many follow. The page reads them in the
//! same order (`web/src/lessons.rs`). [`FORMAT`] is the first field, so that files of another build are recognized.

use crate::comments::spoken;
use crate::gallery::Gallery;
use crate::{Chapter, Course, Exercise, LANGUAGES};

/// The order of the fields; raised when it changes.
pub const FORMAT: &str = "2";

const END: char = '\u{1f}';

/// A file's path below the folder of chapters, and its text.
pub type File = (String, String);

/// Every file.
pub fn files(course: &Course) -> Vec<File> {
    let mut files = Vec::new();
    for (at, language) in LANGUAGES.iter().enumerate() {
        files.push((format!("{language}/contents.txt"), contents(course, at)));
        for chapter in &course.chapters {
            let path = format!("{language}/{}.txt", chapter.name);
            files.push((path, page(chapter, at)));
        }
    }
    files
}

/// The file of the gallery for each language: scenarios are short, and the cards need most of it.
pub fn gallery(gallery: &Gallery) -> Vec<File> {
    let mut files = Vec::new();
    for (at, language) in LANGUAGES.iter().enumerate() {
        let mut fields = Fields::default();
        fields.put(FORMAT);
        fields.number(gallery.themes.len());
        for theme in &gallery.themes {
            fields.put(&theme.titles[at]);
            fields.number(theme.scenarios.len());
            for scenario in &theme.scenarios {
                fields.put(&scenario.name);
                fields.put(&scenario.titles[at]);
                fields.put(&scenario.whys[at]);
                fields.put(&scenario.texts[at]);
            }
        }
        files.push((format!("{language}.txt"), fields.0));
    }
    files
}

#[derive(Default)]
struct Fields(String);

impl Fields {
    fn put(&mut self, field: &str) {
        debug_assert!(!field.contains(END));
        self.0.push_str(field);
        self.0.push(END);
    }

    fn number(&mut self, number: usize) {
        self.put(&number.to_string());
    }
}

fn contents(course: &Course, language: usize) -> String {
    let mut fields = Fields::default();
    fields.put(FORMAT);
    fields.number(course.sections.len());
    for section in &course.sections {
        fields.put(&section.number);
        fields.put(&section.titles[language]);
    }
    fields.number(course.chapters.len());
    for chapter in &course.chapters {
        fields.put(&chapter.name);
        fields.put(&chapter.section);
        fields.put(&chapter.pages[language].title);
        fields.number(chapter.minutes as usize);
        fields.number(chapter.exercises.len());
        for exercise in &chapter.exercises {
            fields.put(&exercise.name);
            fields.put(&exercise.kind.text);
            fields.put(&exercise.texts[language].title);
            fields.number(exercise.minutes as usize);
        }
    }
    fields.0
}

fn page(chapter: &Chapter, language: usize) -> String {
    let mut fields = Fields::default();
    fields.put(FORMAT);
    let page = &chapter.pages[language];
    fields.put(&page.html);
    fields.put(&page.teacher);
    fields.number(chapter.exercises.len());
    for exercise in &chapter.exercises {
        self::exercise(&mut fields, exercise, language);
    }
    fields.0
}

fn exercise(fields: &mut Fields, exercise: &Exercise, language: usize) {
    let text = &exercise.texts[language];
    fields.put(&exercise.lines());
    let solution = exercise.solution.as_deref().unwrap_or_default();
    let scenarios =
        |language: usize| [&exercise.start, solution].map(|text| spoken(text, language));
    let own = scenarios(language);
    for scenario in &own {
        fields.put(scenario);
    }
    fields.put(&text.task);
    for list in [&text.questions, &text.hints] {
        fields.number(list.len());
        for item in list {
            fields.put(item);
        }
    }
    fields.put(&text.explanation);
    fields.put(&text.teacher);
    // By these the page knows a text again that nobody has changed since it came in another language.
    let others = (0..LANGUAGES.len()).map(scenarios);
    let others: Vec<_> = others.filter(|other| *other != own).collect();
    fields.number(others.len());
    for scenario in others.iter().flatten() {
        fields.put(scenario);
    }
}
