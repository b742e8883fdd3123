//! `gallery DIR`: whether every scenario of the gallery does what its expected text says, in both languages alike.
//!
//! The expected text is what `run` prints. It was worked out from the kernel's rules once; `--bless` writes what the lab
//! says now, and shows every line that changes.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use kmalloc_core::run::{Bounds, Run};
use kmalloc_core::script::{parse, print as canonical};
use kmalloc_course::LANGUAGES;
use kmalloc_course::gallery::{Scenario, read};

use crate::run::as_text;

/// Prints what is wrong, or writes what is new; returns the exit code.
pub fn print(root: &Path, bless: bool) -> io::Result<u8> {
    let (gallery, problems) = read(root);
    let mut text = String::new();
    let mut bad = problems.len();
    for problem in &problems {
        say(&mut text, &problem.to_string());
    }
    let scenarios = gallery.themes.iter().flat_map(|theme| &theme.scenarios);
    let mut count = 0;
    for scenario in scenarios {
        count += 1;
        match outcome(scenario) {
            Err(wrong) => {
                bad += 1;
                say(&mut text, &wrong);
            }
            Ok(printed) => {
                let file = scenario.folder.join("expected.txt");
                let expected = fs::read_to_string(&file).unwrap_or_default();
                if expected == printed {
                    continue;
                }
                let verb = if bless { "writing" } else { "not as in" };
                say(&mut text, &format!("{verb} {}", file.display()));
                text += &difference(&expected, &printed);
                if bless {
                    fs::write(&file, printed)?;
                } else {
                    bad += 1;
                }
            }
        }
    }
    let plural = if count == 1 { "" } else { "s" };
    say(&mut text, &format!("{count} scenario{plural}, {bad} wrong"));
    crate::print(&text)?;
    Ok(u8::from(bad > 0))
}

fn say(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("writing to a String cannot fail");
}

/// What `run` prints of a scenario, the same in every language.
fn outcome(scenario: &Scenario) -> Result<String, String> {
    let mut outcomes = Vec::new();
    for (language, text) in LANGUAGES.iter().zip(&scenario.texts) {
        let parsed = parse(text);
        if let Some(error) = parsed.errors.first() {
            let file = scenario.folder.join(format!("{language}.kms"));
            return Err(format!("{}:{error}", file.display()));
        }
        let run = Run::new(&parsed.scenario, Bounds::default())
            .expect("the parser gives only machines that can be built");
        // The page opens it before the first call that is more than that.
        if run.calls().iter().all(|call| call.call.prepares()) {
            let folder = scenario.folder.display();
            return Err(format!("{folder}: it only prepares, and tells no story"));
        }
        outcomes.push((canonical(&parsed.scenario), as_text(&run, false)));
    }
    outcomes.dedup();
    match outcomes.pop() {
        Some((_, printed)) if outcomes.is_empty() => Ok(printed),
        _ => Err(format!(
            "{}: the languages may differ in nothing but comments",
            scenario.folder.display()
        )),
    }
}

/// The lines between the first and the last difference, old ones and new ones.
fn difference(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let pairs = || old.iter().zip(&new);
    let same = pairs().take_while(|(old, new)| old == new).count();
    let most = old.len().min(new.len()) - same;
    let ends = old.iter().rev().zip(new.iter().rev());
    let behind = ends.take(most).take_while(|(old, new)| old == new).count();
    let mut text = String::new();
    for (sign, lines) in [('-', &old), ('+', &new)] {
        for line in &lines[same..lines.len() - behind] {
            say(&mut text, &format!("  {sign} {line}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn a_difference_shows_only_what_differs() {
        assert_eq!(difference("a\nb\nc\n", "a\nx\nc\n"), "  - b\n  + x\n");
        assert_eq!(difference("a\na\n", "a\na\na\n"), "  + a\n");
        assert_eq!(difference("", "a\n"), "  + a\n");
    }
}
