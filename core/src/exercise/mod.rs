//! Exercises: goals and questions as data, and a verdict with its reasons from a run. No answer is stored: the run is the
//! answer.
//!
//! An exercise is read from lines, one a goal or a question; where those lines come from (a file of a chapter) and what is
//! said about a finding is not known here. `static/chapters/README.md` is the page for writers.

mod ghost;
mod goal;
mod place;
mod question;
mod text;
mod words;

use alloc::string::{String, ToString};
use alloc::vec::Vec;

pub use ghost::{Ghost, Guess, ghost};
pub use goal::{Amount, CallRef, Calls, Filter, Finding, Found, Goal, Quantity, What, Who};
pub use place::Place;
pub use question::{Counterexample, Question, Rule, classes};
pub use words::{REASONS, Unread, null_reason, sin};

use crate::run::Run;
use text::Comparison;

/// What the learner is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Kind {
    /// Foresee what happens.
    #[default]
    Predict,
    /// Reach a state.
    Do,
    /// Mend a driver.
    Repair,
    /// Reach it with the least.
    Golf,
    /// Find the reason.
    Diagnose,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 5] = [
        Kind::Predict,
        Kind::Do,
        Kind::Repair,
        Kind::Golf,
        Kind::Diagnose,
    ];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Predict => "predict",
            Kind::Do => "do",
            Kind::Repair => "repair",
            Kind::Golf => "golf",
            Kind::Diagnose => "diagnose",
        }
    }

    /// The kind of this word.
    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What an exercise asks for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Exercise {
    /// Its kind.
    pub kind: Kind,
    /// To foresee, in order.
    pub questions: Vec<Question>,
    /// To reach, in order.
    pub goals: Vec<Goal>,
    /// What golf counts; less is better.
    pub score: Option<Quantity>,
    /// Lines of the start that may be changed, first and last; every other stays as it is, in its order.
    pub may_change: Vec<(u32, u32)>,
}

/// A line that says nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExerciseError {
    /// 1-based.
    pub line: u32,
    /// What is wrong with it.
    pub why: Unread,
}

impl Exercise {
    /// Reads lines that begin with `kind`, `ask`, `goal`, `score` or `change`.
    pub fn parse(text: &str) -> Result<Exercise, ExerciseError> {
        let mut exercise = Exercise::default();
        for (at, line) in text.lines().enumerate() {
            exercise.line(line).map_err(|why| ExerciseError {
                line: at as u32 + 1,
                why,
            })?;
        }
        Ok(exercise)
    }

    fn line(&mut self, line: &str) -> Result<(), Unread> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "" => {}
            "kind" => {
                self.kind = Kind::named(rest).ok_or_else(|| Unread {
                    expected: "predict, do, repair, golf or diagnose",
                    found: rest.to_string(),
                    closest: None,
                })?;
            }
            "ask" => self.questions.push(Question::parse(rest)?),
            "goal" => self.goals.push(Goal::parse(rest)?),
            "score" => self.score = Some(read_score(rest)?),
            "change" => self.may_change.push(read_lines(rest)?),
            _ => {
                return Err(Unread {
                    expected: "kind, ask, goal, score or change",
                    found: word.to_string(),
                    closest: None,
                });
            }
        }
        Ok(())
    }

    /// Whether what was foreseen is about calls that this run already made: then it is no longer open.
    pub fn is_decided(&self, run: &mut Run) -> bool {
        let mut questions = self.questions.iter();
        questions.any(|question| question.truth(run).is_some())
    }
}

/// What golf counts: `calls` or `waste`.
pub fn read_score(word: &str) -> Result<Quantity, Unread> {
    match word {
        "calls" => Ok(Quantity::Calls),
        "waste" => Ok(Quantity::Waste),
        _ => Err(Unread {
            expected: "calls or waste",
            found: word.to_string(),
            closest: None,
        }),
    }
}

/// Lines: `7` or `5-8`.
pub fn read_lines(word: &str) -> Result<(u32, u32), Unread> {
    let (first, last) = word.split_once('-').unwrap_or((word, word));
    match (first.trim().parse(), last.trim().parse()) {
        (Ok(first), Ok(last)) if 0 < first && first <= last => Ok((first, last)),
        _ => Err(Unread {
            expected: "a line such as `7`, or lines such as `5-8`",
            found: word.to_string(),
            closest: None,
        }),
    }
}

/// What a learner has made of an exercise.
pub struct Attempt<'a> {
    /// The text that the exercise began with.
    pub start: &'a str,
    /// The text now.
    pub text: &'a str,
    /// Its run.
    pub run: &'a mut Run,
    /// What was foreseen, a word a question; empty is nothing yet.
    pub guesses: &'a [String],
}

/// How a question stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Foresight {
    /// Nothing foreseen yet.
    Unguessed,
    /// What decides was not run yet.
    NotRun,
    /// It was so.
    Right {
        /// What happened.
        truth: String,
    },
    /// It was not so.
    Wrong {
        /// What happened.
        truth: String,
        /// For a rule: a size at which it fails.
        counterexample: Option<Counterexample>,
    },
}

/// How an attempt stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// A finding a question.
    pub questions: Vec<Foresight>,
    /// A finding a goal.
    pub goals: Vec<Finding>,
    /// The first line of the start that had to stay and is gone.
    pub gone: Option<u32>,
    /// What golf counted.
    pub score: Option<u64>,
}

impl Verdict {
    /// Whether everything is as it should be.
    pub fn passed(&self) -> bool {
        let foreseen = |question: &Foresight| matches!(question, Foresight::Right { .. });
        self.gone.is_none()
            && self.questions.iter().all(foreseen)
            && self.goals.iter().all(|finding| finding.met)
    }
}

/// Whether a text may well have been made from the exercise's start: every line that must stay is there, or half of its calls
/// or more are left, in their order. Only for texts of which nothing else is known; another is another scenario.
pub fn builds_on(exercise: &Exercise, start: &str, text: &str) -> bool {
    let compared = Comparison::new(start, text, &exercise.may_change);
    compared.gone().is_none() || compared.is_recognized()
}

/// Every goal and question of the exercise against what a learner has made.
pub fn verdict(exercise: &Exercise, attempt: Attempt<'_>) -> Verdict {
    let Attempt {
        start,
        text,
        run,
        guesses,
    } = attempt;
    let compared = Comparison::new(start, text, &exercise.may_change);
    let own = compared.own_calls(run);
    let questions = exercise.questions.iter().enumerate();
    Verdict {
        questions: questions
            .map(|(at, question)| foresight(question, guesses.get(at), run))
            .collect(),
        goals: exercise
            .goals
            .iter()
            .map(|goal| goal.check(run, own))
            .collect(),
        gone: compared.gone(),
        score: exercise
            .score
            .as_ref()
            .map(|score| goal::measure(score, run, run.end(), run.len(), own)),
    }
}

fn foresight(question: &Question, guess: Option<&String>, run: &mut Run) -> Foresight {
    let Some(guess) = guess.filter(|guess| !guess.trim().is_empty()) else {
        return Foresight::Unguessed;
    };
    let Some(truth) = question.truth(run) else {
        return Foresight::NotRun;
    };
    if question.agrees(guess, &truth) {
        return Foresight::Right { truth };
    }
    let counterexample = match question {
        Question::Rule(call) => goal::asked(run, call)
            .zip(Rule::named(guess.trim()))
            .and_then(|(asked, rule)| question::counterexample(rule, run.start(), asked)),
        _ => None,
    };
    Foresight::Wrong {
        truth,
        counterexample,
    }
}
