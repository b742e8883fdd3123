//! What is known before a byte: the contexts in which it is predicted. Texts and the module's data have letters, words and
//! numbers before them; for its code see `code`.

use crate::{
    code::Code,
    guesses::{Guess, MATCHES, RUNS},
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
    pub(crate) sets: [usize; 2],
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

/// Keeps what came, and forms contexts of it.
pub(crate) struct Model {
    kind: Kind,
    pub(crate) came: Vec<u8>,
    code: Code,
    word: u32,
    last_word: u32,
    matches: [Match; MATCHES],
}

impl Model {
    pub(crate) fn new() -> Model {
        Model {
            kind: Kind::Text,
            came: Vec::new(),
            code: Code::default(),
            word: 0,
            last_word: 0,
            matches: [Match::new(), Match::new()],
        }
    }

    /// What comes now; for code, how it was declared.
    pub(crate) fn begin(&mut self, kind: Kind, signatures: Signatures) {
        self.kind = kind;
        self.code.signatures = signatures;
    }

    pub(crate) fn take(&mut self, byte: u8) {
        self.came.push(byte);
        if self.kind == Kind::Code {
            self.code.take(byte);
        } else if byte.is_ascii_alphanumeric() || byte >= 0x80 || byte == b'_' {
            self.word = with(self.word, byte.into());
        } else if self.word != 0 {
            self.last_word = self.word;
            self.word = 0;
        }
    }

    pub(crate) fn situation(&mut self, situation: &mut Situation) {
        situation.kind = self.kind as usize;
        if self.kind == Kind::Code {
            situation.matches = [Guess::default(); MATCHES];
            self.code.situation(situation);
            return;
        }
        let came = &self.came;
        let back = |count: usize| match came.len().checked_sub(count) {
            Some(at) => u32::from(came[at]),
            None => 0,
        };
        let order_4 = back(4) << 24 | back(3) << 16 | back(2) << 8 | back(1);
        let longer = |context, from, to| (from..=to).fold(context, |hash, at| with(hash, back(at)));
        let order_5 = longer(order_4, 5, 5);
        let order_6 = longer(order_5, 6, 6);
        let order_8 = longer(order_6, 7, 8);
        let order_12 = longer(order_8, 9, 12);
        let order_16 = longer(order_12, 13, 16);
        let words = with(self.word, self.last_word);
        let of_kind = match self.kind {
            // Numbers in a module's data are of four bytes.
            Kind::Data => with(with(came.len() as u32 & 3, back(4)), back(8)),
            _ => back(2) << 16 | back(4),
        };
        situation.contexts = write(
            [
                0,
                order_4 & 0xff,
                order_4 & 0xffff,
                order_4 & 0x00ff_ffff,
                order_4,
                order_5,
                order_6,
                self.word,
                words,
                order_4 & 0x00ff_ff00,
                of_kind,
            ],
            0,
        );
        situation.runs = write([order_6, order_8, order_12, with(words, back(1))], 100);
        let [short, long] = &mut self.matches;
        situation.matches = [
            short.guess(came, order_6, 6),
            long.guess(came, order_16, 16),
        ];
        let last = order_4 & 0xff;
        situation.sets = [situation.kind, situation.kind * 256 + last as usize];
        situation.refining = [last, order_4 & 0xffff];
    }
}
