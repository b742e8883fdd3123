//! Files to data, with every complaint that a file gives rise to by itself.
//!
//! A complaint never ends the reading: a writer sees all of them at once.

use std::fs;
use std::path::{Path, PathBuf};

use kmalloc_glossary::Term;
use serde::Deserialize;
use toml::Spanned;

use crate::comments;
use crate::markdown::{self, Source, Told};
use crate::{
    Ask, CLAIMS, Card, Chapter, Course, Exercise, LANGUAGES, Link, Located, MISCONCEPTIONS, Page,
    Problem, Section, Target, Text, scenario_of,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CourseToml {
    section: Vec<SectionToml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SectionToml {
    number: String,
    en: String,
    zh: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChapterToml {
    section: Spanned<String>,
    minutes: u32,
    #[serde(default)]
    claims: Vec<Spanned<u32>>,
    exercises: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ExerciseToml {
    kind: Spanned<String>,
    claims: Vec<Spanned<u32>>,
    #[serde(default)]
    misconceptions: Vec<Spanned<u32>>,
    minutes: Spanned<u32>,
    #[serde(default)]
    goals: Vec<Spanned<String>>,
    score: Option<Spanned<String>>,
    #[serde(default)]
    may_change: Vec<Spanned<String>>,
    #[serde(default)]
    ask: Vec<AskToml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskToml {
    question: Spanned<String>,
    wrong: Spanned<String>,
}

/// Reads every chapter of a folder, and says what is wrong with the files. What could be read is there all the same.
pub fn read(root: &Path) -> (Course, Vec<Problem>) {
    let mut reader = Reader::default();
    let course = reader.course(root);
    reader.problems.sort();
    (course, reader.problems)
}

#[derive(Default)]
pub(crate) struct Reader {
    pub(crate) problems: Vec<Problem>,
}

impl Reader {
    pub(crate) fn wrong(&mut self, file: &Path, line: usize, what: impl Into<String>) {
        self.problems.push(Problem {
            file: file.into(),
            line,
            what: what.into(),
        });
    }

    fn course(&mut self, root: &Path) -> Course {
        let file = root.join("course.toml");
        let sections = self.toml::<CourseToml>(&file).map(|(toml, _)| toml.section);
        let sections: Vec<Section> = sections
            .unwrap_or_default()
            .into_iter()
            .map(|section| Section {
                number: section.number,
                titles: [section.en, section.zh],
            })
            .collect();
        let folders = self.folders(root);
        let chapters: Vec<Chapter> = folders
            .iter()
            .filter_map(|folder| self.chapter(folder, &sections))
            .collect();
        let course = Course { sections, chapters };
        self.links(&course);
        course
    }

    /// The folders in a folder, by name.
    pub(crate) fn folders(&mut self, folder: &Path) -> Vec<PathBuf> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.wrong(folder, 0, error.to_string());
                return Vec::new();
            }
        };
        let mut folders: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.is_dir())
            .collect();
        folders.sort();
        folders
    }

    pub(crate) fn text(&mut self, file: &Path) -> Option<String> {
        match fs::read_to_string(file) {
            Ok(text) => Some(text),
            Err(error) => {
                let missing = error.kind() == std::io::ErrorKind::NotFound;
                self.wrong(
                    file,
                    0,
                    if missing {
                        "this file is missing".into()
                    } else {
                        error.to_string()
                    },
                );
                None
            }
        }
    }

    pub(crate) fn toml<T: for<'de> Deserialize<'de>>(
        &mut self,
        file: &Path,
    ) -> Option<(T, String)> {
        let text = self.text(file)?;
        match toml::from_str(&text) {
            Ok(read) => Some((read, text)),
            Err(error) => {
                let line = error.span().map_or(0, |span| line_of(&text, span.start));
                self.wrong(file, line, error.message());
                None
            }
        }
    }

    fn chapter(&mut self, folder: &Path, sections: &[Section]) -> Option<Chapter> {
        let name = name(folder);
        let numbered = name.split_once('-').is_some_and(|(number, word)| {
            number.len() == 2 && number.bytes().all(|b| b.is_ascii_digit()) && !word.is_empty()
        });
        if !numbered {
            self.wrong(
                folder,
                0,
                "a chapter's folder is called NN-name, such as 01-rounding",
            );
        }
        let pages = LANGUAGES.map(|language| self.page(folder, language));
        let file = folder.join("chapter.toml");
        let (toml, source) = self.toml::<ChapterToml>(&file)?;
        let section = toml.section.get_ref().clone();
        if !sections.iter().any(|known| known.number == section) {
            let line = line_of(&source, toml.section.span().start);
            let what = format!("course.toml has no section `{section}`");
            self.wrong(&file, line, what);
        }
        let claims = self.numbers(&file, &source, &toml.claims, CLAIMS, "claim");
        let mut exercises = Vec::new();
        let mut listed = Vec::new();
        for exercise in &toml.exercises {
            let path = folder.join("exercises").join(exercise.get_ref());
            if path.is_dir() {
                let read = self.exercise(&path);
                if let (Some(before), Some(next)) = (exercises.last(), &read) {
                    let Exercise { name, minutes, .. }: &Exercise = before;
                    if next.minutes < *minutes {
                        let line = line_of(&source, exercise.span().start);
                        let what = format!(
                            "exercises go from short to long: `{}` ({} min) stands behind `{name}` ({minutes} min)",
                            next.name, next.minutes
                        );
                        self.wrong(&file, line, what);
                    }
                }
                exercises.extend(read);
            } else {
                let line = line_of(&source, exercise.span().start);
                let what = format!("there is no folder exercises/{}", exercise.get_ref());
                self.wrong(&file, line, what);
            }
            listed.push(path);
        }
        let there = folder.join("exercises");
        if there.is_dir() {
            for path in self.folders(&there) {
                if !listed.contains(&path) {
                    self.wrong(
                        &path,
                        0,
                        "chapter.toml does not list this exercise, so nobody would see it",
                    );
                }
            }
        }
        Some(Chapter {
            folder: folder.into(),
            name,
            section,
            minutes: toml.minutes,
            claims,
            pages,
            exercises,
        })
    }

    fn numbers(
        &mut self,
        file: &Path,
        source: &str,
        numbers: &[Spanned<u32>],
        most: u32,
        what: &str,
    ) -> Vec<u32> {
        for number in numbers {
            if !(1..=most).contains(number.get_ref()) {
                let line = line_of(source, number.span().start);
                let what = format!(
                    "there is no {what} {}: they go from 1 to {most}",
                    number.get_ref()
                );
                self.wrong(file, line, what);
            }
        }
        numbers.iter().map(|number| *number.get_ref()).collect()
    }

    fn page(&mut self, folder: &Path, language: &str) -> Page {
        let file = folder.join(format!("{language}.md"));
        let Some(text) = self.text(&file) else {
            return Page::default();
        };
        let source = Source::new(&text);
        let mut page = Page {
            title: self.title(&file, &source),
            ..Page::default()
        };
        let mut teacher = None;
        // A chapter may have headings of its own; only the teacher's notes are set apart.
        let body: Vec<&markdown::Part<'_>> = source
            .parts
            .iter()
            .filter(|part| {
                if part.is(markdown::TEACHER, language) {
                    teacher = Some(*part);
                }
                !part.is(markdown::TEACHER, language)
            })
            .collect();
        let mut told = Told::new();
        for part in &body {
            let with_heading = !part.heading.is_empty();
            let rendered = self.render(&file, part, with_heading, language, Some(&mut told));
            page.html += &rendered.html;
            page.links.extend(rendered.links);
            page.cards.extend(rendered.cards);
        }
        if page.html.is_empty() {
            self.wrong(&file, 1, "nothing stands after the title");
        }
        page.teacher = self.teacher(&file, teacher, language, &mut page.links, &mut page.cards);
        page
    }

    fn title(&mut self, file: &Path, source: &Source<'_>) -> String {
        match source.title() {
            Some(title) => title,
            None => {
                self.wrong(file, 1, "the first line is no `# title`");
                String::new()
            }
        }
    }

    fn render(
        &mut self,
        file: &Path,
        part: &markdown::Part<'_>,
        with_heading: bool,
        language: &str,
        told: Option<&mut Told>,
    ) -> markdown::Rendered {
        let rendered = markdown::render(part, with_heading, language, told);
        for (line, what) in &rendered.problems {
            self.wrong(file, *line, what.clone());
        }
        rendered
    }

    fn teacher(
        &mut self,
        file: &Path,
        part: Option<&markdown::Part<'_>>,
        language: &str,
        links: &mut Vec<Link>,
        cards: &mut Vec<Card>,
    ) -> String {
        let Some(part) = part else {
            self.missing(file, markdown::TEACHER, language);
            return String::new();
        };
        for heading in [markdown::SHOW, markdown::MISTAKES] {
            let wanted = format!("### {}", markdown::heading(heading, language));
            if !part.text.lines().any(|line| line.trim_end() == wanted) {
                let what = format!("the teacher's notes have no `{wanted}`");
                self.wrong(file, part.line, what);
            }
        }
        let rendered = self.render(file, part, false, language, None);
        links.extend(rendered.links);
        cards.extend(rendered.cards);
        rendered.html
    }

    fn missing(&mut self, file: &Path, heading: markdown::Heading, language: &str) {
        let what = format!(
            "the heading `## {}` is missing",
            markdown::heading(heading, language)
        );
        self.wrong(file, 0, what);
    }

    fn exercise(&mut self, folder: &Path) -> Option<Exercise> {
        let texts = LANGUAGES.map(|language| self.exercise_text(folder, language));
        let file = folder.join("exercise.toml");
        let start = self.text(&folder.join("start.kms"));
        let (toml, source) = self.toml::<ExerciseToml>(&file)?;
        let line = |span: std::ops::Range<usize>| line_of(&source, span.start);
        let located = |spanned: &Spanned<String>| Located {
            text: spanned.get_ref().clone(),
            line: line(spanned.span()),
        };
        let kind = located(&toml.kind);
        if toml.claims.is_empty() {
            self.wrong(
                &file,
                0,
                "`claims` is empty: an exercise is about a claim of the book",
            );
        }
        if !(1..=15).contains(toml.minutes.get_ref()) {
            let line = line(toml.minutes.span());
            self.wrong(&file, line, "an exercise takes from 1 to 15 minutes");
        }
        if toml.ask.is_empty() && toml.goals.is_empty() {
            self.wrong(
                &file,
                0,
                "neither `goals` nor `[[ask]]`: there is nothing to do",
            );
        }
        let asks: Vec<Ask> = toml
            .ask
            .iter()
            .map(|ask| Ask {
                question: located(&ask.question),
                wrong: located(&ask.wrong),
            })
            .collect();
        for (language, text) in LANGUAGES.iter().zip(&texts) {
            if !text.questions.is_empty() && text.questions.len() != asks.len() {
                let what = format!(
                    "{} questions stand here, {} in exercise.toml",
                    text.questions.len(),
                    asks.len()
                );
                self.wrong(&folder.join(format!("{language}.md")), 0, what);
            }
        }
        // Where only answers are asked for, the start may be all there is to run.
        let needs_texts = !matches!(kind.text.as_str(), "predict" | "diagnose");
        let mut scenario = |name: &str, needed: bool| {
            let file = folder.join(name);
            (needed || file.exists())
                .then(|| self.text(&file))
                .flatten()
        };
        let solution = scenario("solution.kms", needs_texts || kind.text == "predict");
        let wrong = scenario("wrong.kms", needs_texts);
        for (name, text) in [("start.kms", &start), ("solution.kms", &solution)] {
            for (line, what) in comments::unpaired(text.as_deref().unwrap_or_default()) {
                self.wrong(&folder.join(name), line, what);
            }
        }
        let exercise = Exercise {
            folder: folder.into(),
            name: name(folder),
            kind,
            claims: self.numbers(&file, &source, &toml.claims, CLAIMS, "claim"),
            misconceptions: self.numbers(
                &file,
                &source,
                &toml.misconceptions,
                MISCONCEPTIONS,
                "misconception",
            ),
            minutes: *toml.minutes.get_ref(),
            asks,
            goals: toml.goals.iter().map(located).collect(),
            score: toml.score.as_ref().map(located),
            may_change: toml.may_change.iter().map(located).collect(),
            start: start?,
            solution,
            wrong,
            texts,
        };
        Some(exercise)
    }

    fn exercise_text(&mut self, folder: &Path, language: &str) -> Text {
        let file = folder.join(format!("{language}.md"));
        let Some(source) = self.text(&file) else {
            return Text::default();
        };
        let source = Source::new(&source);
        let mut text = Text {
            title: self.title(&file, &source),
            ..Text::default()
        };
        use markdown::{EXPLANATION, HINTS, QUESTIONS, TASK, TEACHER};
        let known = [TASK, QUESTIONS, HINTS, EXPLANATION, TEACHER];
        for part in &source.parts {
            let is_known = known.iter().any(|heading| part.is(*heading, language));
            if !is_known && (!part.heading.is_empty() || !part.text.trim().is_empty()) {
                let known: Vec<&str> = known
                    .map(|heading| markdown::heading(heading, language))
                    .into();
                let what = format!("only these headings are known: {}", known.join(", "));
                self.wrong(&file, part.line, what);
            }
        }
        let find = |heading| source.parts.iter().find(|part| part.is(heading, language));
        for heading in [TASK, HINTS, EXPLANATION] {
            if find(heading).is_none() {
                self.missing(&file, heading, language);
            }
        }
        // Read by itself, and again after solving: what it tells counts by itself.
        let mut told = Told::new();
        let mut rendered = |heading, part: Option<&markdown::Part<'_>>| {
            let Some(part) = part else {
                return markdown::Rendered::default();
            };
            let told = (heading == TASK || heading == EXPLANATION).then_some(&mut told);
            let rendered = self.render(&file, part, false, language, told);
            if rendered.html.is_empty() {
                let what = format!(
                    "nothing stands below `## {}`",
                    markdown::heading(heading, language)
                );
                self.wrong(&file, part.line, what);
            }
            text.links.extend(rendered.links.iter().cloned());
            text.cards.extend(rendered.cards.iter().cloned());
            rendered
        };
        let task = rendered(TASK, find(TASK)).html;
        let explanation = rendered(EXPLANATION, find(EXPLANATION)).html;
        let hints = rendered(HINTS, find(HINTS)).items;
        let questions = rendered(QUESTIONS, find(QUESTIONS)).items;
        if let Some(part) = find(HINTS)
            && hints.len() != 3
        {
            let what = format!(
                "three hints are wanted, as a list; {} stand here",
                hints.len()
            );
            self.wrong(&file, part.line, what);
        }
        let (mut links, mut cards) = (Vec::new(), Vec::new());
        text.teacher = self.teacher(&file, find(TEACHER), language, &mut links, &mut cards);
        text.links.extend(links);
        text.cards.extend(cards);
        Text {
            task,
            explanation,
            hints,
            questions,
            ..text
        }
    }

    /// Every link between pages leads somewhere.
    fn links(&mut self, course: &Course) {
        for chapter in &course.chapters {
            for (language, page) in LANGUAGES.iter().zip(&chapter.pages) {
                let file = chapter.folder.join(format!("{language}.md"));
                self.links_of(course, chapter, &file, &page.links, &page.cards);
                for exercise in &chapter.exercises {
                    let text = &exercise.texts[usize::from(*language == "zh")];
                    let file = exercise.folder.join(format!("{language}.md"));
                    // Exercises are shown below their chapter, whose cards they may name.
                    let cards: Vec<Card> = page.cards.iter().chain(&text.cards).cloned().collect();
                    self.links_of(course, chapter, &file, &text.links, &cards);
                }
            }
        }
    }

    fn links_of(
        &mut self,
        course: &Course,
        chapter: &Chapter,
        file: &Path,
        links: &[Link],
        cards: &[Card],
    ) {
        for link in links {
            let dead = match &link.to {
                Target::Here => None,
                Target::Term(id) => (Term::of(id).is_none())
                    .then(|| format!("the glossary (web/glossary) has no term `{id}`")),
                Target::Chapter(name) => (!course.chapters.iter().any(|known| known.name == *name))
                    .then(|| format!("there is no chapter `{name}`")),
                Target::Lab(name) => (scenario_of(course, chapter, cards, name).is_none())
                    .then(|| format!("there is no card and no exercise `{name}`")),
            };
            if let Some(what) = dead {
                self.wrong(file, link.line, format!("this link leads nowhere: {what}"));
            }
        }
    }
}

pub(crate) fn name(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The 1-based line of a byte.
pub(crate) fn line_of(text: &str, byte: usize) -> usize {
    text.as_bytes()[..byte.min(text.len())]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
        + 1
}
