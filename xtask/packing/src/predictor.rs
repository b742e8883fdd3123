//! How likely the next bit is set. Contexts and guesses each say it as they saw it before, the mixer weighs them, and what
//! came of such a mixture corrects it.

use alloc::vec::Vec;

use crate::{
    code,
    contexts::{KINDS, Situation},
    curves::{Curves, towards},
    filled,
    guesses::{CONFIDENCES, GUESSES, Guesses},
    mixer::{INPUTS, Inputs, Mixer},
    refiner::Refiner,
    table::{self, CELLS, CONTEXTS, Slot, Table},
};

/// Where the predictions are that slots make by themselves.
const AT_ONCE: usize = CONTEXTS + GUESSES + 1;
/// What is always said, for the mixer to lean on.
const BIAS: i16 = 256;
/// From how many sets of weights each of a situation's numbers chooses: the first are sorts of bytes.
const SORTS: usize = KINDS - 1 + code::SORTS;
const SECOND: usize = 7 * 256;
const THIRD: usize = 4096;

/// Everything that is learned.
pub(crate) struct Predictor {
    curves: Curves,
    table: Table,
    pub(crate) guesses: Guesses,
    mixer: Mixer,
    refiners: [Refiner; 2],
    /// How likely a set bit is where a context has such a slot, and where a guess has such a confidence;
    /// for each kind of content.
    contexts: Vec<[u16; CELLS]>,
    guessed: Vec<[u16; CONFIDENCES * 16]>,
    /// Confidences of guesses that can still be right.
    left: [u8; GUESSES],

    /// Bits of this byte that came behind a one, the same of the half, and how many they are.
    byte: usize,
    half: usize,
    count: usize,

    // What was taken for the last prediction.
    slots: [Slot; CONTEXTS],
    cells: [u16; CONTEXTS],
    guess_cells: [u16; GUESSES],
    values: [u16; INPUTS],
    inputs: Inputs,
}

impl Predictor {
    pub(crate) fn new() -> Predictor {
        let curves = Curves::new();
        let mut map = [0; CELLS];
        for (cell, value) in map.iter_mut().enumerate() {
            *value = table::first_guess(cell);
        }
        Predictor {
            table: Table::new(),
            guesses: Guesses::new(),
            mixer: Mixer::new([SORTS * 256, SECOND, THIRD], SORTS * 256),
            refiners: [Refiner::new(&curves), Refiner::new(&curves)],
            curves,
            contexts: filled(map, CONTEXTS * KINDS),
            guessed: filled([0x8000; CONFIDENCES * 16], GUESSES * KINDS),
            left: [0; GUESSES],
            byte: 1,
            half: 1,
            count: 0,
            slots: [0; CONTEXTS],
            cells: [0; CONTEXTS],
            guess_cells: [0; GUESSES],
            values: [0; INPUTS],
            inputs: [0; INPUTS],
        }
    }

    /// Forgets what followed the contexts: those to come are of another kind.
    pub(crate) fn clear(&mut self) {
        self.table.clear();
    }

    /// A byte begins that was not guessed.
    pub(crate) fn begin(&mut self, situation: &Situation) {
        (self.byte, self.half, self.count) = (1, 1, 0);
        self.table.find(&situation.contexts, 0);
        for (left, guess) in self.left.iter_mut().zip(&self.guesses.all) {
            *left = guess.confidence;
        }
    }

    /// How likely the next bit is set, of 65,536.
    #[inline(always)]
    pub(crate) fn predict(&mut self, situation: &Situation) -> u32 {
        let kind = situation.kind;
        let mut inputs = [0; INPUTS];
        let maps = &self.contexts[kind * CONTEXTS..][..CONTEXTS];
        for at in 0..CONTEXTS {
            let slot = *self.table.slot(at, self.half);
            let cell = table::cell(slot);
            let value = maps[at][cell];
            (self.slots[at], self.cells[at]) = (slot, cell as u16);
            self.values[at] = value;
            inputs[at] = self.curves.stretch(value);
            inputs[AT_ONCE + at] = self.curves.stretch(slot);
        }
        let maps = &self.guessed[kind * GUESSES..][..GUESSES];
        for at in 0..GUESSES {
            let bit = self.guesses.all[at].byte >> (7 - self.count) & 1;
            let cell = usize::from(self.left[at]) << 4 | self.count << 1 | usize::from(bit);
            let value = maps[at][cell];
            self.guess_cells[at] = cell as u16;
            self.values[CONTEXTS + at] = value;
            inputs[CONTEXTS + at] = self.curves.stretch(value);
        }
        inputs[CONTEXTS + GUESSES] = BIAS;
        self.inputs = inputs;

        let chosen = [
            situation.sets[0] * 256 + self.byte,
            situation.sets[1],
            situation.sets[2],
        ];
        let last = chosen[0];
        let mixed = self.mixer.mix(&self.curves, &inputs, chosen, last);
        let mut likely = 2 * self.curves.squash(mixed);
        for (refiner, context) in self.refiners.iter_mut().zip(situation.refining) {
            let context = context.wrapping_add((self.byte as u32) << 22);
            likely += refiner.refine(mixed, context);
        }
        (likely / 4).clamp(1, 0xffff) as u32
    }

    /// The bit that came.
    #[inline(always)]
    pub(crate) fn learn(&mut self, situation: &Situation, bit: u32) {
        let came = if bit == 1 { 0xffff } else { 0 };
        self.mixer.learn(&self.curves, &self.inputs, came);
        for refiner in &mut self.refiners {
            refiner.learn(came);
        }
        table::learn(&mut self.slots, bit as u16);
        for value in &mut self.values {
            towards(value, came, 7);
        }
        let maps = &mut self.contexts[situation.kind * CONTEXTS..][..CONTEXTS];
        for at in 0..CONTEXTS {
            *self.table.slot(at, self.half) = self.slots[at];
            maps[at][usize::from(self.cells[at])] = self.values[at];
        }
        let maps = &mut self.guessed[situation.kind * GUESSES..][..GUESSES];
        for (at, map) in maps.iter_mut().enumerate() {
            let cell = self.guess_cells[at];
            map[usize::from(cell)] = self.values[CONTEXTS + at];
            if u32::from(cell & 1) != bit {
                self.left[at] = 0;
            }
        }
        self.byte = self.byte << 1 | bit as usize;
        self.half = self.half << 1 | bit as usize;
        self.count += 1;
        if self.count == 4 {
            self.half = 1;
            self.table.find(&situation.contexts, self.byte as u32);
        }
    }
}
