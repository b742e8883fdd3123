//! What surrounds the allocator: the message rate limit, the OOM killer's clocks, and what a script offers to reclaim.

use alloc::collections::VecDeque;

use crate::profile::HZ;

/// State of `__printk_ratelimit` (kernel/printk.c): a token bucket in jiffies, shared by all callers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RateLimit {
    pub(super) tokens: u32,
    pub(super) last: u32,
    pub(super) missed: u32,
}

impl RateLimit {
    /// Jiffies that one message costs (`printk_ratelimit_jiffies`).
    pub const COST: u32 = 5 * HZ as u32;
    /// Messages that may come at once (`printk_ratelimit_burst`).
    pub const BURST: u32 = 10;

    pub(super) const fn new() -> RateLimit {
        RateLimit {
            tokens: Self::BURST * Self::COST,
            last: 0,
            missed: 0,
        }
    }

    /// Tokens in the bucket at `now`, refilled by the time that passed.
    pub const fn tokens_at(&self, now: u32) -> u32 {
        let filled = self.tokens.wrapping_add(now.wrapping_sub(self.last));
        let full = Self::BURST * Self::COST;
        if filled > full { full } else { filled }
    }

    /// Messages swallowed since the last that got through.
    pub const fn missed(&self) -> u32 {
        self.missed
    }
}

/// The static clocks of `out_of_memory` (mm/oom_kill.c), in jiffies.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct OomClock {
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) count: u32,
    pub(super) last_kill: u32,
}

impl OomClock {
    /// What one call of `out_of_memory` does at `now`: the clocks after it, and whether it kills.
    ///
    /// Source: mm/oom_kill.c, `out_of_memory` (2.6.10): ten calls, a second after the first, five after the last kill.
    pub const fn called(mut self, now: u32) -> (OomClock, bool) {
        let hz = HZ as u32;
        let since_last = now.wrapping_sub(self.last);
        self.last = now;
        if since_last > 5 * hz {
            return (self.reset(now), false);
        }
        if now.wrapping_sub(self.first) < hz {
            return (self, false);
        }
        self.count += 1;
        if self.count < 10 {
            return (self, false);
        }
        if now.wrapping_sub(self.last_kill) < 5 * hz {
            return (self, false);
        }
        self.last_kill = now;
        (self.reset(now), true)
    }

    /// `first` only moves forward (`time_after`, a signed comparison: in the first minutes after boot it cannot move).
    const fn reset(mut self, now: u32) -> OomClock {
        if (self.first.wrapping_sub(now) as i32) < 0 {
            self.first = now;
        }
        self.count = 0;
        self
    }
}

/// What the script says that reclaim and the OOM killer will find. Blocks are `(first page, order)`.
#[derive(Clone, PartialEq, Default)]
pub(super) struct Offered {
    pub(super) blocks: VecDeque<(u32, u8)>,
    pub(super) plans: VecDeque<u32>,
    pub(super) victim: VecDeque<(u32, u8)>,
}
