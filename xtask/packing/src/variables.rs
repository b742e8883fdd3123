//! Which variable an instruction takes. Functions that do the same number their variables differently, so variables are also
//! told apart by how long ago they were touched: that repeats itself from function to function.

use alloc::{rc::Rc, vec::Vec};

use crate::{
    contexts::{all, hashed, with},
    filled,
    guesses::{CONFIDENCES, Guess},
    sections::Signature,
};

/// How many variables that were touched are told apart, and how many that were written and not read yet.
const RECENT: usize = 16;
const WRITTEN: usize = 8;
/// Ranks behind those of variables that were touched.
const IS_FRESH: u8 = 17;
const IS_OTHER: u8 = 18;
/// No variable.
const NONE: u32 = u32::MAX;

/// How many things expect a variable, and where they keep which it was.
const EXPECTING: usize = 5;
const SLOTS_BITS: u32 = 17;
/// Of so many variables of a function is kept where their values come from.
const KEPT: usize = 64;

#[derive(Debug)]
pub(crate) struct Variables {
    /// The last ones, the last one first; and that order without repetition.
    pub(crate) last: [u32; 2],
    recent: [u32; RECENT],
    pub(crate) written: [u32; WRITTEN],
    /// The next variable of each type that was not touched yet.
    fresh: [u32; 4],
    /// The origin of what is in each, and the instruction that came when it was read.
    origins: [u32; KEPT],
    readers: [u32; KEPT],
    signature: Rc<Signature>,

    /// Ranks that came behind what came before, and how often in a row.
    ranks: Vec<(u8, u8)>,
    slots: [usize; EXPECTING],
    last_ranks: [u32; 3],
    /// What variables are expected.
    pub(crate) expected: [u32; EXPECTING],
}

impl Default for Variables {
    fn default() -> Variables {
        Variables {
            last: [0; 2],
            recent: [NONE; RECENT],
            written: [NONE; WRITTEN],
            fresh: [0; 4],
            origins: [0; KEPT],
            readers: [0; KEPT],
            signature: Rc::default(),
            ranks: filled((IS_OTHER, 0), 1 << SLOTS_BITS),
            slots: [0; EXPECTING],
            last_ranks: [0; 3],
            expected: [0; EXPECTING],
        }
    }
}

impl Variables {
    /// A function ended.
    pub(crate) fn forget(&mut self) {
        self.last = [0; 2];
        self.recent = [NONE; RECENT];
        self.written = [NONE; WRITTEN];
        self.origins = [0; KEPT];
        self.readers = [0; KEPT];
    }

    /// A function begins, with its own variables behind those it takes.
    pub(crate) fn begin(&mut self, signature: Rc<Signature>, types: &[(u32, u8)]) {
        let first = signature.takes.len() as u32;
        self.signature = signature;
        self.fresh = [0; 4];
        let mut begin = first;
        for &(end, of_group) in types {
            self.fresh[usize::from(of_group & 3)] = begin;
            begin = end.wrapping_add(first);
        }
    }

    pub(crate) fn type_of(&self, variable: u32, types: &[(u32, u8)]) -> u8 {
        let takes = &self.signature.takes;
        if let Some(&taken) = takes.get(variable as usize) {
            return taken;
        }
        let own = variable - takes.len() as u32;
        types
            .iter()
            .find(|(end, _)| own < *end)
            .map_or(0, |&(_, of_group)| of_group)
    }

    pub(crate) fn fresh(&self, of_type: u8) -> u32 {
        self.fresh[usize::from(of_type & 3)]
    }

    /// Where the value in the variable comes from that was touched so many before the last one.
    pub(crate) fn origin(&self, back: usize) -> u32 {
        self.origins[self.last[back] as usize % KEPT]
    }

    pub(crate) fn reader(&self) -> u32 {
        self.readers[self.last[0] as usize % KEPT]
    }

    /// A variable is to come: what is expected, behind these instructions and with a value of this type.
    pub(crate) fn expect(&mut self, instruction: u8, plain: &[u8], value: u8) {
        let behind = |context, count: usize| {
            let more = plain.iter().take(count);
            more.fold(context, |hash, &plain| with(hash, plain.into()))
        };
        let [last, second, third] = self.last_ranks;
        let instruction = u32::from(instruction);
        let four = behind(instruction, 4);
        let hashes = [
            four,
            all(behind(instruction, 6), [last]),
            all(behind(instruction, 2), [last, second]),
            all(behind(instruction, 12), [last, second, third]),
            all(four, [last, second, third]),
        ];
        let fresh = self.fresh(value);
        for (at, hash) in hashes.into_iter().enumerate() {
            let slot = (hashed(with(hash, at as u32)) >> (32 - SLOTS_BITS)) as usize;
            self.slots[at] = slot;
            let (rank, _) = self.ranks[slot];
            self.expected[at] = match self.recent.get(usize::from(rank)) {
                Some(&variable) => variable,
                None if rank == IS_FRESH => fresh,
                None => NONE,
            };
        }
    }

    /// One of the expected ones, as a guess.
    pub(crate) fn guess(&self, at: usize) -> Guess {
        let (_, confidence) = self.ranks[self.slots[at]];
        match self.expected[at] {
            variable @ 0..0x80 => Guess {
                byte: variable as u8,
                confidence,
            },
            _ => Guess::default(),
        }
    }

    /// This one came, where such a value was. Returns its rank.
    pub(crate) fn came(&mut self, variable: u32, value: u8, types: &[(u32, u8)]) {
        let place = self.recent.iter().position(|&recent| recent == variable);
        let rank = match place {
            Some(place) => place as u8,
            None if variable == self.fresh(value) => IS_FRESH,
            None => IS_OTHER,
        };
        for slot in self.slots {
            let (before, times) = self.ranks[slot];
            let times = if before == rank { times + 1 } else { 1 };
            self.ranks[slot] = (rank, times.min(CONFIDENCES as u8 - 1));
        }
        push_front(&mut self.last_ranks, rank.into());
        push_front(&mut self.last, variable);
        to_front(&mut self.recent, variable);
        let fresh = usize::from(self.type_of(variable, types) & 3);
        self.fresh[fresh] = self.fresh[fresh].max(variable.wrapping_add(1));
    }

    pub(crate) fn last_rank(&self) -> u32 {
        self.last_ranks[0]
    }

    /// The last variable was written.
    pub(crate) fn write(&mut self, origin: u32) {
        self.origins[self.last[0] as usize % KEPT] = origin;
        to_front(&mut self.written, self.last[0]);
    }

    /// And read.
    pub(crate) fn read(&mut self) {
        let written = &mut self.written;
        if let Some(place) = written.iter().position(|&one| one == self.last[0]) {
            written[place..].rotate_left(1);
            written[WRITTEN - 1] = NONE;
        }
    }

    /// What came when a variable was read, that so many before the last one.
    pub(crate) fn was_read_by(&mut self, back: usize, instruction: u32) {
        self.readers[self.last[back] as usize % KEPT] = instruction;
    }
}

fn to_front(all: &mut [u32], one: u32) {
    match all.iter().position(|&other| other == one) {
        Some(place) => all[..=place].rotate_right(1),
        None => push_front(all, one),
    }
}

pub(crate) fn push_front<T: Copy>(all: &mut [T], new: T) {
    all.rotate_right(1);
    if let Some(first) = all.first_mut() {
        *first = new;
    }
}
