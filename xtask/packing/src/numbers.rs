//! Which number an instruction takes: offsets grow from one to the next, and so do constants.

use alloc::{vec, vec::Vec};

use crate::{
    contexts::{all, hashed, with},
    filled,
};

const STEPS_BITS: u32 = 16;
/// Bases are told apart by so many bits of their origins.
const BASES_BITS: u32 = 8;
/// What constants are likely to be places in the module's data.
const PLACES: core::ops::Range<u32> = 1 << 20..1 << 22;

#[derive(Debug)]
pub(crate) struct Numbers {
    /// The last offset from each base, and the instruction that had it.
    bases: Vec<(u32, u32)>,
    base: usize,
    /// How much was accessed last.
    width: u32,
    /// By how much numbers differed from those before, behind what came before.
    steps: Vec<u32>,
    slots: [usize; 2],
    pub(crate) last_place: u32,
}

impl Default for Numbers {
    fn default() -> Numbers {
        Numbers {
            bases: filled((0, 0), 1 << BASES_BITS),
            base: 0,
            width: 4,
            steps: vec![0; 1 << STEPS_BITS],
            slots: [0; 2],
            last_place: 0,
        }
    }
}

impl Numbers {
    /// A number is to come, behind these instructions and for something of this origin.
    pub(crate) fn expect(&mut self, part: usize, instruction: u8, plain: &[u8], origin: u32) {
        let behind = |context, count: usize| {
            let more = plain.iter().take(count);
            more.fold(context, |hash, &plain| with(hash, plain.into()))
        };
        let (part, instruction) = (part as u32, u32::from(instruction));
        let slot = |hash| (hashed(hash) >> (32 - STEPS_BITS)) as usize;
        self.slots = [
            slot(behind(all(part, [instruction]), 3)),
            slot(with(behind(instruction, 6), part)),
        ];
        self.base = (origin.wrapping_mul(0x9e37_79b1) >> (32 - BASES_BITS)) as usize;
    }

    /// The last offset from the same base, and the instruction.
    pub(crate) fn base(&self) -> (u32, u32) {
        self.bases[self.base]
    }

    /// The offset that follows from the same base, when memory is gone through.
    pub(crate) fn next_offset(&self) -> u32 {
        self.base().0.wrapping_add(self.width)
    }

    /// How much numbers differed from the ones before them, in such a place.
    pub(crate) fn step(&self, at: usize) -> u32 {
        self.steps[self.slots[at]]
    }

    /// This number came, and before it such a one.
    pub(crate) fn came(&mut self, number: u32, before: u32) {
        for slot in self.slots {
            self.steps[slot] = number.wrapping_sub(before);
        }
    }

    pub(crate) fn constant_came(&mut self, constant: u32) {
        if PLACES.contains(&constant) {
            self.last_place = constant;
        }
    }

    pub(crate) fn offset_came(&mut self, offset: u32, instruction: u8, whole: u32) {
        self.bases[self.base] = (offset, whole);
        self.width = match instruction {
            0x2c | 0x2d | 0x30 | 0x31 | 0x3a | 0x3c => 1,
            0x2e | 0x2f | 0x32 | 0x33 | 0x3b | 0x3d => 2,
            0x29 | 0x2b | 0x37 | 0x39 => 8,
            _ => 4,
        };
    }
}
