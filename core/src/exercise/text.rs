//! The learner's text beside the text that the exercise began with: which lines stayed, which are new.
//!
//! Lines are compared as they are written, without spaces around and between words; blank lines and comments do not count.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::run::Run;

/// A line that says something, and its number.
struct Line {
    number: u32,
    text: String,
}

fn lines(text: &str) -> Vec<Line> {
    let numbered = text.lines().enumerate().map(|(at, line)| {
        let code = line.split("//").next().unwrap_or_default();
        Line {
            number: at as u32 + 1,
            text: code.split_whitespace().collect(),
        }
    });
    numbered.filter(|line| !line.text.is_empty()).collect()
}

/// Two texts, line by line.
pub(super) struct Comparison {
    /// Half of the start or more is left, not counting the machine's lines if there are others.
    recognized: bool,
    /// Lines of the learner's text that were there at the start.
    old: Vec<u32>,
    gone: Option<u32>,
}

impl Line {
    /// Whether it describes the machine, as many texts do alike.
    fn is_header(&self) -> bool {
        ["kernel", "machine"]
            .iter()
            .any(|word| self.text.starts_with(word))
    }
}

impl Comparison {
    /// The longest way to read the start's lines in the text, lines that must stay before all others.
    pub(super) fn new(start: &str, text: &str, may_change: &[(u32, u32)]) -> Comparison {
        let must_stay = |line: &Line| {
            !may_change
                .iter()
                .any(|(first, last)| (*first..=*last).contains(&line.number))
        };
        let (start, text) = (lines(start), lines(text));
        let weight = |line: &Line| match must_stay(line) {
            true => start.len() as u32 + 1,
            false => 1,
        };
        // best[i][j]: the most that start[i..] and text[j..] have in common.
        let width = text.len() + 1;
        let mut best = vec![0u32; (start.len() + 1) * width];
        for i in (0..start.len()).rev() {
            for j in (0..text.len()).rev() {
                let skip = best[(i + 1) * width + j].max(best[i * width + j + 1]);
                let both = if start[i].text == text[j].text {
                    best[(i + 1) * width + j + 1] + weight(&start[i])
                } else {
                    0
                };
                best[i * width + j] = skip.max(both);
            }
        }
        let says = |line: &Line| !line.is_header() || start.iter().all(Line::is_header);
        let counts = |line: &Line| usize::from(says(line));
        let (mut i, mut j, mut kept) = (0, 0, 0);
        let mut compared = Comparison {
            recognized: false,
            old: Vec::new(),
            gone: None,
        };
        while i < start.len() {
            let here = best[i * width + j];
            let matches = j < text.len()
                && start[i].text == text[j].text
                && here == best[(i + 1) * width + j + 1] + weight(&start[i]);
            if matches {
                kept += counts(&start[i]);
                compared.old.push(text[j].number);
                i += 1;
                j += 1;
            } else if j < text.len() && here == best[i * width + j + 1] {
                j += 1;
            } else {
                if must_stay(&start[i]) {
                    compared.gone.get_or_insert(start[i].number);
                }
                i += 1;
            }
        }
        compared.recognized = kept * 2 >= start.iter().map(counts).sum();
        compared
    }

    /// Whether the text is likely to have been made from the start.
    pub(super) fn is_recognized(&self) -> bool {
        self.recognized
    }

    /// The first line that had to stay and is gone.
    pub(super) fn gone(&self) -> Option<u32> {
        self.gone
    }

    /// Calls that lines of the learner made.
    pub(super) fn own_calls(&self, run: &Run) -> u64 {
        let own = |line: u32| !self.old.contains(&line);
        run.calls()
            .iter()
            .filter(|call| own(call.span.line))
            .count() as u64
    }
}
