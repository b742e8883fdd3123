//! The traces: made once from a seed, replayed by every peer. The generator is small on purpose, so that it can be written
//! again in another language; `docs/bench.md` has it in twenty lines.

/// One operation; a slot holds at most one block.
#[derive(Clone, Copy)]
pub enum Op {
    /// Allocate `size` (an order, or bytes) into the slot.
    Alloc {
        /// Place for the answer.
        slot: u32,
        /// Order of pages, or bytes.
        size: u32,
    },
    /// Free the slot's block, of the size it was asked for.
    Free {
        /// Place of the block.
        slot: u32,
        /// Order of pages, or bytes.
        size: u32,
    },
}

/// A named trace over a machine of so many pages.
pub struct Trace {
    /// `W1` … `W4`.
    pub name: &'static str,
    /// What it is, for the table.
    pub what: &'static str,
    /// Slots used.
    pub slots: usize,
    /// The operations.
    pub ops: Vec<Op>,
}

/// xorshift64*, seed 1.
struct Rng(u64);

impl Rng {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) % bound
    }
}

/// Blocks that are live, in slots that are used again.
#[derive(Default)]
struct Live {
    held: Vec<(u32, u32)>,
    spare: Vec<u32>,
    slots: u32,
    ops: Vec<Op>,
}

impl Live {
    fn alloc(&mut self, size: u32) {
        let slot = self.spare.pop().unwrap_or_else(|| {
            self.slots += 1;
            self.slots - 1
        });
        self.held.push((slot, size));
        self.ops.push(Op::Alloc { slot, size });
    }

    fn free(&mut self, at: usize) -> u32 {
        let (slot, size) = self.held.swap_remove(at);
        self.spare.push(slot);
        self.ops.push(Op::Free { slot, size });
        size
    }

    fn trace(self, name: &'static str, what: &'static str) -> Trace {
        Trace {
            name,
            what,
            slots: self.slots as usize,
            ops: self.ops,
        }
    }
}

/// Order-0 pairs: allocate, free.
pub fn w1(count: usize) -> Trace {
    let mut live = Live::default();
    while live.ops.len() < count {
        live.alloc(0);
        live.free(0);
    }
    live.trace("W1", "order-0 pairs")
}

/// Random orders 0–10, seven tenths of the pages live.
pub fn w2(pages: u64, count: usize) -> Trace {
    let mut rng = Rng(1);
    let mut live = Live::default();
    let mut used = 0;
    while live.ops.len() < count {
        let order = rng.below(11) as u32;
        if used + (1 << order) <= pages * 7 / 10 {
            live.alloc(order);
            used += 1 << order;
        } else {
            let at = rng.below(live.held.len() as u64) as usize;
            used -= 1 << live.free(at);
        }
    }
    live.trace("W2", "random orders, 70 % live")
}

/// Log-uniform sizes 8 … 131,072 bytes, 45 % of the memory live.
pub fn w3(pages: u64, count: usize) -> Trace {
    let mut rng = Rng(1);
    let mut live = Live::default();
    let mut used = 0;
    while live.ops.len() < count {
        let low = 8u64 << rng.below(14);
        let size = (low + rng.below(low) + 1).min(131_072) as u32;
        if used + u64::from(size) <= pages * 4096 * 45 / 100 {
            live.alloc(size);
            used += u64::from(size);
        } else {
            let at = rng.below(live.held.len() as u64) as usize;
            used -= u64::from(live.free(at));
        }
    }
    live.trace("W3", "kmalloc sizes, 45 % live")
}

/// Fill nine tenths with order 0, drain in random order, again and again: about one split or merge an operation.
pub fn w4(pages: u64, count: usize) -> Trace {
    let mut rng = Rng(1);
    let mut live = Live::default();
    let fill = (pages * 9 / 10) as usize;
    while live.ops.len() < count {
        while live.held.len() < fill {
            live.alloc(0);
        }
        while !live.held.is_empty() {
            let at = rng.below(live.held.len() as u64) as usize;
            live.free(at);
        }
    }
    live.trace("W4", "fill and drain")
}
