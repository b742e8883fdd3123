//! Guesses of whole bytes: what followed the last time, and how often it was right since.
//!
//! For long contexts this is all that is worth keeping, and it takes little memory. When a guess is all but certain the coder
//! asks only whether it is right: most bytes of the code that repeats itself cost one bit's time, not eight.

use alloc::{vec, vec::Vec};

use crate::{contexts::KINDS, curves::towards, filled};

/// How many long contexts guess.
pub(crate) const RUNS: usize = 4;
/// And places further back where the same stood.
pub(crate) const MATCHES: usize = 2;
pub(crate) const GUESSES: usize = RUNS + MATCHES;

/// Confidence is from zero, for no guess, to below this.
pub(crate) const CONFIDENCES: usize = 32;
const SLOTS: usize = 1 << 19;
/// What is all but certain, of 65,536.
const SURE: u16 = 63_700;

/// A byte, and how often the guess was right.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Guess {
    pub(crate) byte: u8,
    pub(crate) confidence: u8,
}

/// All guesses of the next byte.
pub(crate) struct Guesses {
    pub(crate) all: [Guess; GUESSES],
    /// A check, a confidence and a byte for each context.
    runs: Vec<u32>,
    hashes: [u32; RUNS],
    /// How often they were right, by kind of content, guess, confidence, and how many agree.
    right: Vec<[u16; GUESSES + 1]>,
    kind: usize,
    agreeing: [usize; GUESSES],
}

impl Guesses {
    pub(crate) fn new() -> Guesses {
        Guesses {
            all: [Guess::default(); GUESSES],
            runs: vec![0; SLOTS],
            hashes: [0; RUNS],
            right: filled([0x8000; GUESSES + 1], KINDS * GUESSES * CONFIDENCES),
            kind: 0,
            agreeing: [0; GUESSES],
        }
    }

    /// Guesses, and says which byte is all but certain, and how certain.
    pub(crate) fn guess(
        &mut self,
        kind: usize,
        hashes: &[u32; RUNS],
        matches: &[Guess; MATCHES],
    ) -> Option<(u8, u32)> {
        (self.kind, self.hashes) = (kind, *hashes);
        let (runs, rest) = self.all.split_at_mut(RUNS);
        rest.copy_from_slice(matches);
        for (guess, &hash) in runs.iter_mut().zip(hashes) {
            let run = self.runs[slot(hash)];
            *guess = Guess::default();
            if run >> 16 == hash & 0xffff {
                guess.byte = run as u8;
                guess.confidence = (run >> 8) as u8 % CONFIDENCES as u8;
            }
        }
        let (mut likely, mut byte) = (0, 0);
        for at in 0..GUESSES {
            let guess = self.all[at];
            if guess.confidence == 0 {
                continue;
            }
            let agree = |other: &&Guess| other.confidence > 0 && other.byte == guess.byte;
            self.agreeing[at] = self.all.iter().filter(agree).count();
            let right = self.right[row(kind, at, guess)][self.agreeing[at]];
            if right > likely {
                (likely, byte) = (right, guess.byte);
            }
        }
        (likely >= SURE).then_some((byte, likely.into()))
    }

    pub(crate) fn learn(&mut self, byte: u8) {
        for at in 0..GUESSES {
            let guess = self.all[at];
            let is_right = guess.byte == byte;
            if guess.confidence > 0 {
                let came = if is_right { 0xffff } else { 0 };
                towards(
                    &mut self.right[row(self.kind, at, guess)][self.agreeing[at]],
                    came,
                    6,
                );
            }
            if let Some(&hash) = self.hashes.get(at) {
                let confidence = match guess.confidence {
                    confidence @ 1.. if is_right => (confidence + 1).min(CONFIDENCES as u8 - 1),
                    _ => 1,
                };
                self.runs[slot(hash)] = hash << 16 | u32::from(confidence) << 8 | u32::from(byte);
            }
        }
    }
}

/// Where is kept how often such a guess was right.
fn row(kind: usize, at: usize, guess: Guess) -> usize {
    (kind * GUESSES + at) * CONFIDENCES + usize::from(guess.confidence)
}

fn slot(hash: u32) -> usize {
    (hash >> 12) as usize % SLOTS
}
