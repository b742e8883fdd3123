//! The recordings of the real kernel, replayed: as a check, and as the numbers that the page shows.

use anyhow::{Context as _, Result, bail};

use crate::process::{self, cargo};

/// What the book's kernel decided.
const RECORDINGS: &str = "core/tests/recordings/linux-2.6.10";

/// `cargo lab replay` ends with 3 when the only thing to tell is what this version does not support yet.
const ONLY_UNSUPPORTED: i32 = 3;

/// The sums over all files of a replay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    /// Recorded results that were compared.
    pub(crate) decisions: u64,
    /// Those that differed.
    pub(crate) disagreements: u64,
}

/// Replays and lets the person see the result; a disagreement is an error.
pub(crate) fn check() -> Result<()> {
    match process::exit_code(&mut command())? {
        0 => Ok(()),
        ONLY_UNSUPPORTED => {
            println!("No disagreement; what is counted as unsupported above was not compared.");
            Ok(())
        }
        code => bail!("`cargo lab replay {RECORDINGS}` ended with exit code {code}"),
    }
}

/// Replays in silence and adds up what was printed.
pub(crate) fn totals() -> Result<Totals> {
    let output = command().output().context("cargo could not be started")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let totals = added_up(&text);
    if totals.decisions == 0 {
        let told = String::from_utf8_lossy(&output.stderr);
        bail!("the recordings could not be replayed: {}", told.trim());
    }
    Ok(totals)
}

fn command() -> std::process::Command {
    let mut command = cargo([
        "run",
        "--quiet",
        "--release",
        "--package",
        "kmalloc-lab",
        "--",
    ]);
    command.args(["replay", RECORDINGS]);
    command
}

/// Adds up lines of the form `NAME: N decisions, M disagreements, U unsupported (reason)`.
fn added_up(text: &str) -> Totals {
    let mut totals = Totals::default();
    for line in text.lines() {
        let Some((_, counts)) = line.split_once(": ") else {
            continue;
        };
        let mut counts = counts.split(", ");
        let mut next = |unit: &str| {
            let number = counts.next()?.strip_suffix(unit)?.trim_end();
            number.parse::<u64>().ok()
        };
        if let (Some(decisions), Some(disagreements)) = (next("decisions"), next("disagreements")) {
            totals.decisions += decisions;
            totals.disagreements += disagreements;
        }
    }
    totals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_files_are_added_up_and_others_are_not() {
        let text = "buddy.jsonl.gz: 1200 decisions, 1 disagreements, 0 unsupported\n  at       script p-1: 5\n\
                    numa.jsonl: 60 decisions, 0 disagreements, 7 unsupported (7: nodes)\n";
        let expected = Totals {
            decisions: 1260,
            disagreements: 1,
        };
        assert_eq!(added_up(text), expected);
    }
}
