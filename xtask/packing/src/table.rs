//! What followed each context so far, in a table of slots: one for each bit that may come, found by the context's hash.
//!
//! A byte is read in two halves. All bits that half a byte can begin with are fifteen; with a check of whose they are, their
//! slots are a line of 32 bytes, so that a context costs the memory two visits a byte.

use alloc::vec::Vec;

use crate::filled;

/// How many contexts predict each bit.
pub(crate) const CONTEXTS: usize = 11;
/// Slots of a line, the first of which is the check.
const LINE: usize = 16;
/// A hash finds a pair of lines, which fill one line of the processor's cache; so many pairs share a page of memory.
const PAGE: usize = 64;
const PAIRS: usize = 10_900 * PAGE;

/// Twelve bits are how likely the next bit is set, four are the last three bits behind a one.
pub(crate) type Slot = u16;
const NEW: Slot = 0x8001;

/// Kinds of slots: six bits of how likely, and the last bits.
pub(crate) const CELLS: usize = 1024;

#[inline(always)]
pub(crate) fn cell(slot: Slot) -> usize {
    usize::from(slot >> 10) << 4 | usize::from(slot & 15)
}

/// How likely a set bit is at first for such a slot, of 65,536. A loop around it would become long, and is gone through once.
#[inline(never)]
pub(crate) fn first_guess(cell: usize) -> u16 {
    let last = cell as u32 & 15;
    match last.max(1).ilog2() {
        3 => (cell >> 4) as u16 * 1024 + 512,
        seen => {
            let ones = last.count_ones().saturating_sub(1);
            (0xffff * (10 * ones + 4) / (10 * seen + 8)) as u16
        }
    }
}

/// The slots when this bit came. The less was seen, the more a bit counts; and where all were alike, the next one says little.
#[inline(always)]
pub(crate) fn learn(slots: &mut [Slot; CONTEXTS], bit: u16) {
    let flip = if bit == 1 { 0xfff0 } else { 0 };
    for slot in slots {
        let (likely, last) = ((*slot ^ flip) >> 4, *slot & 15);
        let doubt = likely.min(4095 - likely);
        let rate = (3 * doubt).clamp(16384 / 20, 16384 / 7);
        let rate = if last < 8 { 16384 * 2 / 7 } else { rate };
        let rate = if last < 4 { 16384 * 2 / 5 } else { rate };
        let rate = if last < 2 { 16384 * 2 / 3 } else { rate };
        let likely = likely - ((u32::from(likely) * u32::from(rate)) >> 14) as u16;
        let full = if last < 8 { 0 } else { 8 };
        *slot = (likely << 4 ^ flip) | (last << 1 & 15) | full | bit;
    }
}

/// The table, and the lines of it that are in use.
pub(crate) struct Table {
    slots: Vec<Slot>,
    /// Where the processor's first whole line of cache begins.
    base: usize,
    lines: [usize; CONTEXTS],
}

impl Table {
    pub(crate) fn new() -> Table {
        let slots = filled(NEW, PAIRS * 2 * LINE + PAGE);
        Table {
            base: slots.as_ptr().align_offset(PAGE),
            slots,
            lines: [0; CONTEXTS],
        }
    }

    pub(crate) fn clear(&mut self) {
        self.slots.fill(NEW);
    }

    /// Finds the lines of contexts for half a byte, the second one behind what `half` tells of the first.
    #[inline(never)]
    pub(crate) fn find(&mut self, hashes: &[u32; CONTEXTS], half: u32) {
        let place = half.wrapping_mul(0x9e3b) >> 5;
        let salt = (half as u16).wrapping_mul(0x9e3b);
        // All addresses first, for the memory to fetch them at once.
        let mut checks = [0; CONTEXTS];
        for ((line, check), &hash) in self.lines.iter_mut().zip(&mut checks).zip(hashes) {
            let pair = ((u64::from(hash) * PAIRS as u64) >> 32) as usize & !(PAGE - 1)
                | (hash ^ place) as usize & (PAGE - 1);
            *line = self.base + pair * 2 * LINE;
            *check = self.slots[*line];
        }
        for ((line, first), hash) in self.lines.iter_mut().zip(checks).zip(hashes) {
            let check = ((hash >> 4) as u16).wrapping_add(salt) | 1;
            if first == check {
                continue;
            }
            let Some(pair) = self.slots[*line..].first_chunk_mut::<{ 2 * LINE }>() else {
                continue;
            };
            if pair[LINE] == check {
                *line += LINE;
                continue;
            }
            // The line of the two that has seen less is given up.
            let seen = |at: usize| match pair[at] {
                NEW => 0,
                _ => (pair[at + 1] & 15).min(8),
            };
            let at = if seen(0) > seen(LINE) { LINE } else { 0 };
            pair[at..at + LINE].fill(NEW);
            pair[at] = check;
            *line += at;
        }
    }

    /// The slot of a context, for a bit behind those bits of the half that came.
    #[inline(always)]
    pub(crate) fn slot(&mut self, context: usize, bits: usize) -> &mut Slot {
        &mut self.slots[self.lines[context] + bits]
    }
}
