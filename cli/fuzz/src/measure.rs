//! What an input costs: time, and memory above what was there before.

use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;

use crate::targets::{Outcome, Target};

/// Counts what is allocated, in every program that links this.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What one input cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// By the clock.
    pub time: Duration,
    /// Bytes at the worst moment, above what was there before.
    pub bytes: usize,
}

/// What a refusal may cost. Unoptimised, with every overflow checked, and on a machine that is busy with other tests, the
/// clock is given more room.
pub const BUDGET: Cost = Cost {
    time: Duration::from_millis(if cfg!(debug_assertions) { 50 } else { 10 }),
    bytes: 16 << 20,
};

/// Feeds a target once.
pub fn once(target: &Target, input: &[u8]) -> (Outcome, Cost) {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let start = Instant::now();
    let outcome = (target.feed)(input);
    let time = start.elapsed();
    let bytes = MEMORY.peak_usage().saturating_sub(before);
    (outcome, Cost { time, bytes })
}

/// Feeds a target; what seems dearer than `dearest` is fed again, since another program may have had the processor.
pub fn feed(target: &Target, input: &[u8], dearest: Duration) -> (Outcome, Cost) {
    let (outcome, mut cost) = once(target, input);
    if cost.time > dearest {
        for _ in 0..4 {
            cost.time = cost.time.min(once(target, input).1.time);
        }
    }
    (outcome, cost)
}
