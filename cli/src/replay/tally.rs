//! Counts of a replay, and the first disagreement in full.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write};

/// What came of one file.
#[derive(Default)]
pub struct Tally {
    /// Recorded results that were compared.
    pub decisions: u64,
    /// Those that differed.
    pub disagreements: u64,
    /// The first that differed, in full.
    pub first: Option<String>,
    reasons: BTreeMap<String, u64>,
}

impl Tally {
    /// Compares one recorded result. `place` names script and operation; it is asked only when they differ.
    pub fn check<T: PartialEq + Debug>(
        &mut self,
        expected: T,
        got: T,
        place: impl FnOnce() -> String,
    ) -> bool {
        self.decisions += 1;
        let same = expected == got;
        if !same {
            self.disagreements += 1;
            if self.first.is_none() {
                self.first = Some(format!(
                    "  at       {}\n  expected {expected:?}\n  got      {got:?}",
                    place()
                ));
            }
        }
        same
    }

    /// Counts results that were not compared.
    pub fn unsupported_because(&mut self, results: u64, reason: &str) {
        *self.reasons.entry(reason.to_owned()).or_default() += results;
    }

    /// Results that were not compared.
    pub fn unsupported(&self) -> u64 {
        self.reasons.values().sum()
    }

    /// `NAME: N decisions, M disagreements, U unsupported (reason)`
    pub fn line(&self, name: &str) -> String {
        let (decisions, disagreements, unsupported) =
            (self.decisions, self.disagreements, self.unsupported());
        let mut line = format!(
            "{name}: {decisions} decisions, {disagreements} disagreements, {unsupported} unsupported"
        );
        if unsupported > 0 {
            let reasons: Vec<_> = self
                .reasons
                .iter()
                .map(|(reason, count)| format!("{count}: {reason}"))
                .collect();
            write!(line, " ({})", reasons.join("; ")).expect("writing to a String cannot fail");
        }
        line
    }
}
