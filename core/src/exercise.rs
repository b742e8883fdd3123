//! Exercises: goals as data, and a verdict with its reason from a run. No answer is stored: the run is the answer.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::machine::Machine;
use crate::run::{Answer, Run};

/// One thing to reach or to foresee.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Goal {
    /// `asked N`: a `kmalloc` of exactly N bytes was served.
    Asked {
        /// Bytes.
        size: u32,
    },
    /// `predict given`: the learner foretold how many bytes that call gets.
    PredictGiven,
    /// `predict rule`: the learner named the rule by which every size is rounded.
    PredictRule,
}

/// An exercise as its file says it: a goal a line, `#` begins a comment.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Exercise {
    /// In the order of the file.
    pub goals: Vec<Goal>,
}

/// A line that is no goal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExerciseError {
    /// 1-based.
    pub line: u32,
    /// As written.
    pub text: String,
}

impl Exercise {
    /// Reads the file's text.
    pub fn parse(text: &str) -> Result<Exercise, ExerciseError> {
        let mut goals = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let words: Vec<&str> = line
                .split('#')
                .next()
                .unwrap_or_default()
                .split_whitespace()
                .collect();
            let wrong = || ExerciseError {
                line: number as u32 + 1,
                text: line.to_string(),
            };
            goals.push(match words[..] {
                [] => continue,
                ["asked", size] => Goal::Asked {
                    size: size.parse().map_err(|_| wrong())?,
                },
                ["predict", "given"] => Goal::PredictGiven,
                ["predict", "rule"] => Goal::PredictRule,
                _ => return Err(wrong()),
            });
        }
        Ok(Exercise { goals })
    }
}

/// How a learner may believe that sizes are rounded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rule {
    /// What was asked, byte for byte.
    Exact,
    /// The next power of two.
    PowerOfTwo,
    /// The smallest of the machine's size classes that holds it.
    FirstClassThatFits,
    /// Whole pages.
    WholePages,
}

impl Rule {
    /// All of them, in the order in which they are offered.
    pub const ALL: &'static [Rule] = &[
        Rule::Exact,
        Rule::PowerOfTwo,
        Rule::FirstClassThatFits,
        Rule::WholePages,
    ];

    /// The name in attributes and storage.
    pub const fn name(self) -> &'static str {
        match self {
            Rule::Exact => "exact",
            Rule::PowerOfTwo => "power-of-two",
            Rule::FirstClassThatFits => "first-class-that-fits",
            Rule::WholePages => "whole-pages",
        }
    }

    /// What this rule would give for a size.
    fn given(self, machine: &Machine, size: u32) -> u32 {
        match self {
            Rule::Exact => size,
            Rule::PowerOfTwo => size.next_power_of_two(),
            Rule::WholePages => size.next_multiple_of(machine.spec().page_size),
            Rule::FirstClassThatFits => classes(machine).find(|&class| class >= size).unwrap_or(0),
        }
    }
}

/// What the learner foretold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Prediction {
    /// Bytes.
    pub given: Option<u32>,
    /// Rule.
    pub rule: Option<Rule>,
}

/// How one goal stands, with the reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Finding {
    /// Reached.
    Met,
    /// No `kmalloc` of this size was served yet.
    NotAsked {
        /// Bytes.
        size: u32,
    },
    /// Nothing was foretold yet.
    NoPrediction,
    /// The run that would decide was not made yet.
    NotRun,
    /// Foretold otherwise.
    WrongGiven {
        /// Asked.
        asked: u32,
        /// Foretold.
        guess: u32,
        /// Got.
        given: u32,
    },
    /// The rule fails for this size.
    WrongRule {
        /// The rule.
        rule: Rule,
        /// A size for which it is wrong, the nearest to what was asked.
        size: u32,
        /// What the rule would give.
        rule_gives: u32,
        /// What the kernel gives.
        kernel_gives: u32,
    },
}

/// Every goal of the exercise against a run and what was foretold.
pub fn verdict(exercise: &Exercise, run: &Run, prediction: Prediction) -> Vec<Finding> {
    let asked = exercise.goals.iter().find_map(|goal| match goal {
        Goal::Asked { size } => Some(*size),
        _ => None,
    });
    let served = run.calls().iter().find_map(|call| match call.answer {
        Answer::Object {
            asked: size, given, ..
        } if asked.is_none_or(|asked| asked == size) => Some((size, given)),
        _ => None,
    });
    let finding = |goal: &Goal| match (*goal, served) {
        (Goal::Asked { .. }, Some(_)) => Finding::Met,
        (Goal::Asked { size }, None) => Finding::NotAsked { size },
        (Goal::PredictGiven, served) => match (prediction.given, served) {
            (None, _) => Finding::NoPrediction,
            (Some(_), None) => Finding::NotRun,
            (Some(guess), Some((_, given))) if guess == given => Finding::Met,
            (Some(guess), Some((asked, given))) => Finding::WrongGiven {
                asked,
                guess,
                given,
            },
        },
        (Goal::PredictRule, served) => match (prediction.rule, served) {
            (None, _) => Finding::NoPrediction,
            (Some(_), None) => Finding::NotRun,
            (Some(rule), Some((asked, _))) => check_rule(rule, run.start(), asked),
        },
    };
    exercise.goals.iter().map(finding).collect()
}

/// Tries a rule on every size against the choice that `kmalloc` makes on this machine, nearest to what was asked first:
/// a counterexample teaches more when it is close to what the learner looks at.
fn check_rule(rule: Rule, machine: &Machine, asked: u32) -> Finding {
    let largest = classes(machine).last().unwrap_or(0);
    let nearest_first = (0..largest)
        .flat_map(|distance| [asked.checked_sub(distance), asked.checked_add(distance)]);
    for size in nearest_first
        .flatten()
        .filter(|size| (1..=largest).contains(size))
    {
        let chosen = machine
            .classes(false)
            .holding(size)
            .expect("no size up to the largest class is refused");
        let kernel_gives = machine.cache(chosen).shape().class_size;
        let rule_gives = rule.given(machine, size);
        if rule_gives != kernel_gives {
            return Finding::WrongRule {
                rule,
                size,
                rule_gives,
                kernel_gives,
            };
        }
    }
    Finding::Met
}

/// The size classes of a machine, ascending.
pub fn classes(machine: &Machine) -> impl Iterator<Item = u32> + '_ {
    machine.classes(false).iter().map(|(size, _)| size)
}
