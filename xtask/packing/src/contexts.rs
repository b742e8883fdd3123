//! What is known before a byte: the contexts in which it is predicted. Texts and the module's data have letters, words and
//! numbers before them; for its code see `code`.

use alloc::vec::Vec;

use crate::{
    code::Code,
    guesses::{Guess, MATCHES, RUNS},
    letters::Letters,
    matches::Match,
    sections::Signatures,
    table::CONTEXTS,
};

/// What there is to predict. Each learns for itself how far contexts are to be trusted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Text,
    /// All of the module but its code.
    Data,
    Code,
}

pub(crate) const KINDS: usize = 3;

/// What the predictor is told before each byte.
#[derive(Debug, Default)]
pub(crate) struct Situation {
    pub(crate) kind: usize,
    /// Hashes of contexts: what comes behind the same was seen before.
    pub(crate) contexts: [u32; CONTEXTS],
    /// And of long ones, in which the last byte comes again or none of them.
    pub(crate) runs: [u32; RUNS],
    pub(crate) matches: [Guess; MATCHES],
    /// Which weights to take.
    pub(crate) sets: [usize; 3],
    /// In which contexts the mixture is corrected.
    pub(crate) refining: [u32; 2],
}

/// A context with one more thing.
#[inline(always)]
pub(crate) fn with(context: u32, more: u32) -> u32 {
    let hash = (context ^ more.wrapping_mul(0x85eb_ca6b)).wrapping_mul(0x9e37_79b1);
    hash ^ hash >> 15
}

/// A context's hash, each bit of which depends on all of them.
#[inline(always)]
pub(crate) fn hashed(context: u32) -> u32 {
    let hash = context.wrapping_mul(0x2c1b_3c6d);
    let hash = (hash ^ hash >> 15).wrapping_mul(0x297a_2d39);
    hash ^ hash >> 15
}

/// Writes contexts, which by their places differ from each other.
pub(crate) fn write<const COUNT: usize>(contexts: [u32; COUNT], first: u32) -> [u32; COUNT] {
    let mut place = first;
    contexts.map(|context| {
        place += 1;
        hashed(with(context, place))
    })
}

/// Contexts of several things.
#[inline(always)]
pub(crate) fn all<const COUNT: usize>(first: u32, others: [u32; COUNT]) -> u32 {
    others.into_iter().fold(first, with)
}

/// Keeps what came, and forms contexts of it.
pub(crate) struct Model {
    kind: Kind,
    pub(crate) came: Vec<u8>,
    code: Code,
    letters: Letters,
    matches: [Match; MATCHES],
    /// The last four bytes, and a hash of the last eight.
    orders: [u32; 2],
}

impl Model {
    pub(crate) fn new() -> Model {
        Model {
            kind: Kind::Text,
            came: Vec::new(),
            code: Code::default(),
            letters: Letters::default(),
            matches: [Match::new(), Match::new()],
            orders: [0; 2],
        }
    }

    /// What comes now; for code, how it was declared.
    pub(crate) fn begin(&mut self, kind: Kind, signatures: Signatures) {
        self.kind = kind;
        self.code.signatures = signatures;
    }

    pub(crate) fn take(&mut self, byte: u8) {
        self.came.push(byte);
        match self.kind {
            Kind::Code => self.code.take(byte),
            _ => self.letters.take(byte),
        }
    }

    fn back(&self, count: usize) -> u32 {
        match self.came.len().checked_sub(count) {
            Some(at) => self.came[at].into(),
            None => 0,
        }
    }

    /// The number in the module's data, of four bytes, that is so many before the one that comes.
    fn number(&self, count: usize) -> u32 {
        let begin = (self.came.len() & !3).checked_sub(4 * count);
        let bytes = begin.and_then(|begin| self.came.get(begin..)?.first_chunk());
        bytes.map_or(0, |bytes| u32::from_le_bytes(*bytes))
    }

    /// Whatever guesses are made of.
    pub(crate) fn before_guess(&mut self, situation: &mut Situation) {
        situation.kind = self.kind as usize;
        if self.kind == Kind::Code {
            self.code.before_guess(situation);
            return;
        }
        let order_4 = (1..=4).fold(0, |hash, at| hash | self.back(at) << (8 * at - 8));
        let longer =
            |context, from, to| (from..=to).fold(context, |hash, at| with(hash, self.back(at)));
        let order_6 = longer(order_4, 5, 6);
        let order_8 = longer(order_6, 7, 8);
        let order_12 = longer(order_8, 9, 12);
        let order_16 = longer(order_12, 13, 16);
        self.orders = [order_4, order_8];
        let words = all(self.letters.word, [self.letters.last_word, order_4 & 0xff]);
        situation.runs = write([order_6, order_8, order_12, words], 100);
        let [short, long] = &mut self.matches;
        situation.matches = [
            short.guess(&self.came, order_6, 6),
            long.guess(&self.came, order_16, 16),
        ];
    }

    /// All the rest, where no guess was certain.
    pub(crate) fn situation(&mut self, situation: &mut Situation) {
        if self.kind == Kind::Code {
            self.code.situation(situation);
            return;
        }
        let Letters {
            word,
            character,
            sorts,
            tag,
            line,
            ..
        } = self.letters;
        let [order_4, order_8] = self.orders;
        let [order_1, order_2, order_3] = [0xff, 0xffff, 0x00ff_ffff].map(|mask| order_4 & mask);
        let contexts = if self.kind == Kind::Text {
            [
                all(line, [order_2]),
                order_1,
                all(sorts & 0xfff, [character]),
                order_3,
                order_4,
                order_8,
                all(tag, [sorts & 0xffff]),
                word,
                character,
                all(tag, [word, order_1]),
                sorts,
            ]
        } else {
            // Numbers in a module's data are of four bytes. Many are places, and what is there ends where the next begins.
            let column = self.came.len() as u32 & 3;
            let byte = |number: u32| all(number >> (8 * column) & 0xff, [column]);
            let next = self.number(2).wrapping_add(self.number(1));
            [
                all(byte(self.number(4)), [1]),
                order_1,
                order_2,
                order_3,
                order_4,
                all(byte(next), [order_1]),
                order_4 & 0x00ff_ff00,
                word,
                character,
                all(column, [self.back(4), self.back(8)]),
                sorts,
            ]
        };
        situation.contexts = write(contexts, 0);
        situation.sets = [
            situation.kind,
            situation.kind * 256 + order_1 as usize,
            (sorts & 0xfff) as usize,
        ];
        situation.refining = [order_1, order_2];
    }
}
