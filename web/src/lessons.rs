//! The chapters, as `build.rs` made them from `static/chapters/`.
//!
//! Data only: what a goal means and whether it is reached is decided in the core.

use kmalloc_core::exercise::Exercise;

use crate::lang::Lang;

include!(concat!(env!("OUT_DIR"), "/chapters.rs"));

/// A text in one language.
pub struct Page {
    /// Its title.
    pub title: &'static str,
    /// What follows, as HTML.
    pub html: &'static str,
}

/// A chapter.
pub struct Chapter {
    /// The folder's name.
    pub name: &'static str,
    /// English, Chinese.
    pub pages: [Page; 2],
    /// Its exercises.
    pub exercises: &'static [ExerciseText],
}

/// An exercise.
pub struct ExerciseText {
    /// The folder's name.
    pub name: &'static str,
    /// English, Chinese.
    pub pages: [Page; 2],
    /// The file of its goals.
    pub goals: &'static str,
    /// The scenario that it starts from.
    pub start: &'static str,
}

/// The text in a language.
pub fn page(pages: &[Page; 2], lang: Lang) -> &Page {
    &pages[lang as usize]
}

/// The chapter that the page shows.
pub fn chapter() -> &'static Chapter {
    &CHAPTERS[0]
}

/// Its exercise.
pub fn exercise() -> &'static ExerciseText {
    &chapter().exercises[0]
}

impl ExerciseText {
    /// The goals, read. A test reads every file, so none fails here.
    pub fn goals(&self) -> Exercise {
        Exercise::parse(self.goals).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kmalloc_core::exercise::{Finding, Prediction, Rule, verdict};
    use kmalloc_core::run::{Answer, Bounds, Run};
    use kmalloc_core::script::parse;

    fn run(text: &str) -> Run {
        let parsed = parse(text);
        assert_eq!(parsed.errors, []);
        let run = Run::new(&parsed.scenario, Bounds::default()).expect("its machine boots");
        assert_eq!(run.ended(), None);
        run
    }

    fn solution(chapter: &Chapter, exercise: &ExerciseText) -> String {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../static/chapters");
        let file = format!(
            "{root}/{}/exercises/{}/solution.kms",
            chapter.name, exercise.name
        );
        std::fs::read_to_string(file).expect("every exercise has a solution")
    }

    /// Every exercise starts unsolved, its solution solves it, and every wrong guess fails.
    #[test]
    fn every_exercise_can_be_failed_and_solved() {
        for chapter in CHAPTERS {
            for text in chapter.exercises {
                let exercise = Exercise::parse(text.goals).expect("every line is a goal");
                assert!(!exercise.goals.is_empty());
                let unsolved = verdict(&exercise, &run(text.start), Prediction::default());
                assert!(
                    unsolved.iter().all(|finding| *finding != Finding::Met),
                    "{unsolved:?}"
                );

                let solved = run(&solution(chapter, text));
                let given = solved
                    .calls()
                    .iter()
                    .rev()
                    .find_map(|call| match call.answer {
                        Answer::Object { given, .. } => Some(given),
                        _ => None,
                    });
                let right: Vec<Rule> = Rule::ALL
                    .iter()
                    .copied()
                    .filter(|&rule| {
                        let prediction = Prediction { given, rule: Some(rule) };
                        let findings = verdict(&exercise, &solved, prediction);
                        let met = findings.iter().all(|finding| *finding == Finding::Met);
                        let refuted = findings.iter().any(
                            |finding| matches!(finding, Finding::WrongRule { rule: told, .. } if *told == rule),
                        );
                        assert!(met != refuted, "{findings:?}");
                        met
                    })
                    .collect();
                assert_eq!(right, [Rule::FirstClassThatFits]);
                let wrong = Prediction {
                    given: given.map(|given| given + 1),
                    rule: Some(right[0]),
                };
                let findings = verdict(&exercise, &solved, wrong);
                assert!(
                    findings
                        .iter()
                        .any(|finding| matches!(finding, Finding::WrongGiven { .. })),
                    "{findings:?}"
                );
            }
        }
    }

    /// A first visitor sees a split: that is what the start is made for.
    #[test]
    fn the_first_call_of_the_first_chapter_splits_a_block() {
        let solved = run(&solution(chapter(), exercise()));
        let last = solved.calls().last().expect("the solution makes a call");
        let events: Vec<&str> = solved
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
