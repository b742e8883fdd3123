//! Where the same stood before: what followed there follows here.

use alloc::{vec, vec::Vec};

use crate::guesses::{CONFIDENCES, Guess};

const BITS: u32 = 18;
/// How far back two places are compared.
const LONGEST: usize = 40;

/// The last place of each context, and the one that is followed.
pub(crate) struct Match {
    places: Vec<u32>,
    place: usize,
    /// How many bytes before it are the same.
    length: usize,
}

impl Match {
    pub(crate) fn new() -> Match {
        Match {
            places: vec![0; 1 << BITS],
            place: 0,
            length: 0,
        }
    }

    /// What follows in a place that has the same before it, at least so many bytes. It is called for each byte.
    pub(crate) fn guess(&mut self, came: &[u8], context: u32, least: usize) -> Guess {
        if self.length > 0 && came.get(self.place) == came.last() {
            self.length += 1;
            self.place += 1;
        } else {
            self.length = 0;
        }
        let slot = &mut self.places[(context.wrapping_mul(0x9e37_79b1) >> (32 - BITS)) as usize];
        if self.length == 0 {
            self.place = *slot as usize;
            let there = came[..self.place].iter().rev();
            self.length = there
                .zip(came.iter().rev())
                .take(LONGEST)
                .take_while(|(there, here)| there == here)
                .count();
            if self.length < least {
                self.length = 0;
            }
        }
        *slot = came.len() as u32;
        let confidence = match self.length {
            length @ 0..16 => length,
            length @ 16..32 => 12 + length / 4,
            length => 18 + length / 16,
        };
        Guess {
            byte: came.get(self.place).copied().unwrap_or_default(),
            confidence: confidence.min(CONFIDENCES - 1) as u8,
        }
    }
}
