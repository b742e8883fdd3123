//! A binary arithmetic coder: bits cost what they surprise. Coder and decoder narrow the same interval, each bit by its
//! probability, and only what all numbers of the interval begin with is written.

use alloc::vec::Vec;

/// Where the interval is divided, by a probability of 65,536: below is a bit that is set.
fn middle(low: u32, high: u32, probability: u32) -> u32 {
    low + ((u64::from(high - low) * u64::from(probability)) >> 16) as u32
}

/// Writes.
#[derive(Debug)]
pub(crate) struct Encoder {
    low: u32,
    high: u32,
    written: Vec<u8>,
}

impl Encoder {
    pub(crate) fn new() -> Encoder {
        Encoder {
            low: 0,
            high: u32::MAX,
            written: Vec::new(),
        }
    }

    pub(crate) fn write(&mut self, bit: u32, probability: u32) {
        let middle = middle(self.low, self.high, probability);
        if bit == 1 {
            self.high = middle;
        } else {
            self.low = middle + 1;
        }
        while self.low >> 24 == self.high >> 24 {
            self.written.push((self.high >> 24) as u8);
            self.low <<= 8;
            self.high = self.high << 8 | 0xff;
        }
    }

    /// All that was written. What is read behind its end counts as zero.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.written.extend(self.high.to_be_bytes());
        self.written
    }
}

/// Reads.
#[derive(Debug)]
pub(crate) struct Decoder<'a> {
    low: u32,
    high: u32,
    /// The number that was written, as far as it matters.
    number: u32,
    written: core::slice::Iter<'a, u8>,
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(written: &'a [u8]) -> Decoder<'a> {
        let mut decoder = Decoder {
            low: 0,
            high: u32::MAX,
            number: 0,
            written: written.iter(),
        };
        for _ in 0..4 {
            decoder.next();
        }
        decoder
    }

    fn next(&mut self) {
        self.number = self.number << 8 | u32::from(*self.written.next().unwrap_or(&0));
    }

    pub(crate) fn read(&mut self, probability: u32) -> u32 {
        let middle = middle(self.low, self.high, probability);
        let bit = u32::from(self.number <= middle);
        if bit == 1 {
            self.high = middle;
        } else {
            self.low = middle + 1;
        }
        while self.low >> 24 == self.high >> 24 {
            self.low <<= 8;
            self.high = self.high << 8 | 0xff;
            self.next();
        }
        bit
    }
}
