//! `exercises DIR`: every exercise of the course as JSON, for graders: its lines, its start and its solution.

use std::io;
use std::path::Path;

use kmalloc_course::comments;
use serde_json::{Value, json};

/// Prints them; returns the exit code.
pub fn print(root: &Path) -> io::Result<u8> {
    let (course, problems) = kmalloc_course::read(root);
    for problem in &problems {
        eprintln!("{problem}");
    }
    let chapters = course.chapters.iter();
    let all: Vec<Value> = chapters
        .flat_map(|chapter| {
            chapter.exercises.iter().map(|exercise| {
                let [english, chinese] = &exercise.texts;
                json!({
                    "name": format!("{}/{}", chapter.name, exercise.name),
                    "kind": exercise.kind.text,
                    "titles": { "en": english.title, "zh": chinese.title },
                    "lines": exercise.lines(),
                    "start": comments::spoken(&exercise.start, 0),
                    "solution": exercise.solution.as_ref().map(|text| comments::spoken(text, 0)),
                })
            })
        })
        .collect();
    crate::print(&format!("{}\n", Value::Array(all)))?;
    Ok(u8::from(!problems.is_empty()))
}
