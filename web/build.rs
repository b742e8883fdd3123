//! Turns the lessons in `static/chapters/` into Rust data: their Markdown becomes HTML here, so that no Markdown renderer
//! travels to the browser. A lesson without a title, or with raw HTML in it, fails the build.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd, html};

const LANGUAGES: [&str; 2] = ["en", "zh"];

fn main() {
    let chapters = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("set by cargo"))
        .join("../static/chapters");
    println!("cargo::rerun-if-changed={}", chapters.display());
    let mut code =
        String::from("/// Every chapter, in order.\npub const CHAPTERS: &[Chapter] = &[\n");
    for chapter in folders(&chapters) {
        let mut exercises = String::new();
        for exercise in folders(&chapter.join("exercises")) {
            writeln!(
                exercises,
                "ExerciseText {{ name: {:?}, pages: {}, goals: {:?}, start: {:?} }},",
                name(&exercise),
                pages(&exercise),
                read(&exercise.join("goals.txt")),
                read(&exercise.join("start.kms")),
            )
            .expect("writing to a String cannot fail");
        }
        writeln!(
            code,
            "Chapter {{ name: {:?}, pages: {}, exercises: &[{exercises}] }},",
            name(&chapter),
            pages(&chapter),
        )
        .expect("writing to a String cannot fail");
    }
    code.push_str("];\n");
    let out = PathBuf::from(env::var("OUT_DIR").expect("set by cargo"));
    fs::write(out.join("chapters.rs"), code).expect("the build folder can be written");
}

/// The folders in a folder, by name: chapters and exercises are numbered or sorted that way.
fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a readable folder").path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn name(folder: &Path) -> String {
    let name = folder.file_name().expect("folders have names");
    name.to_string_lossy().into_owned()
}

fn read(file: &Path) -> String {
    println!("cargo::rerun-if-changed={}", file.display());
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Both languages of one text, as Rust data.
fn pages(folder: &Path) -> String {
    let pages = LANGUAGES.map(|language| {
        let file = folder.join(format!("{language}.md"));
        let (title, body) = rendered(&file, &read(&file));
        format!("Page {{ title: {title:?}, html: {body:?} }}")
    });
    format!("[{}]", pages.join(", "))
}

/// The title (the first line, `# …`) and the HTML of everything after it.
fn rendered(file: &Path, markdown: &str) -> (String, String) {
    let mut events = Parser::new(markdown).peekable();
    let is_title = matches!(
        events.next(),
        Some(Event::Start(Tag::Heading {
            level: HeadingLevel::H1,
            ..
        }))
    );
    assert!(
        is_title,
        "{}: the first line is no `# title`",
        file.display()
    );
    let mut title = String::new();
    for event in events.by_ref() {
        match event {
            Event::Text(text) | Event::Code(text) => title.push_str(&text),
            Event::End(TagEnd::Heading(_)) => break,
            other => panic!("{}: a title is plain text, found {other:?}", file.display()),
        }
    }
    let checked = events.inspect(|event| {
        let raw = matches!(event, Event::Html(_) | Event::InlineHtml(_));
        assert!(
            !raw,
            "{}: raw HTML is not allowed: {event:?}",
            file.display()
        );
    });
    let mut body = String::new();
    html::push_html(&mut body, checked);
    assert!(
        !body.is_empty(),
        "{}: nothing after the title",
        file.display()
    );
    (title, body)
}
