//! Two runs on one clock: which call of one belongs to which of the other, where both stand at a tick, and what differs.
//!
//! A tick is an event in each; in every pair of calls the shorter one waits for the longer. Nothing is run here. Two long runs
//! are compared a piece at a time ([`Comparing`]).

use alloc::vec::Vec;
use core::mem::discriminant;
use core::ptr;

use super::remedy::trouble;
use super::{Answer, Run};
use crate::event::{Event, Temperature};
use crate::machine::Machine;
use crate::profile::{ORDERS, ZoneId};
use crate::script::ast::{Call, Pointer};

/// Calls that are looked ahead for a partner.
const AHEAD: usize = 48;

/// What differs between two calls, the weightiest thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// Nothing.
    None,
    /// The kernel took another way to the same answer.
    Way,
    /// The answer has other numbers.
    Numbers,
    /// Both are NULL, for other reasons.
    Reason,
    /// One fails, sins or is warned, the other is not, or not so.
    Outcome,
    /// It is made in one run only.
    Alone,
}

/// Calls that belong together: their numbers in the two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// In the first and in the second run; at least one is there.
    pub calls: [Option<usize>; 2],
    /// What differs.
    pub difference: Difference,
    /// The ticks that have passed when it begins.
    pub first: usize,
    /// The ticks that have passed when both have returned.
    pub end: usize,
    /// The cursors at which it begins.
    from: [usize; 2],
    /// The cursors at which it ends.
    to: [usize; 2],
}

/// Two runs on one clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    pairs: Vec<Pair>,
    lengths: [usize; 2],
}

/// A comparison on its way: so many pairs were found.
pub struct Comparing {
    /// The calls of either run that lie in no other.
    outer: [Vec<usize>; 2],
    /// How many of them have their pair.
    at: [usize; 2],
    /// The cursors and the ticks at the end of the last pair.
    reached: [usize; 2],
    clock: usize,
    pairs: Vec<Pair>,
}

impl Comparing {
    /// Nothing is compared yet.
    pub fn begin(one: &Run, other: &Run) -> Comparing {
        let outer = [one, other].map(|run| {
            let calls = run.calls().iter().enumerate();
            let outer = calls.filter(|(_, call)| call.inside.is_none());
            outer.map(|(number, _)| number).collect()
        });
        Comparing {
            outer,
            at: [0, 0],
            reached: [0, 0],
            clock: 0,
            pairs: Vec::new(),
        }
    }

    /// Looks at so many calls and events more of the same two runs. True once all have their pairs.
    pub fn go_on(&mut self, one: &Run, other: &Run, work: usize) -> bool {
        let mut done = 0;
        while self.at[0] < self.outer[0].len() || self.at[1] < self.outer[1].len() {
            if done >= work {
                return false;
            }
            done = done.saturating_add(self.pair([one, other]));
        }
        true
    }

    /// Finds the next pair, and tells how much there was to look at.
    fn pair(&mut self, runs: [&Run; 2]) -> usize {
        let Comparing { outer, at, .. } = self;
        let mut looked = 0;
        let skip = next_match(outer, *at, |a, b| {
            looked += 1;
            belong(&runs[0].calls()[a].call, &runs[1].calls()[b].call)
        });
        let (alone, both) = match skip {
            Some([0, 0]) => ([false, false], true),
            Some([ahead, _]) => ([ahead > 0, ahead == 0], false),
            // The rest has no partners: first what is left of the one, then of the other.
            None => ([at[0] < outer[0].len(), at[0] >= outer[0].len()], false),
        };
        let taken = [0, 1].map(|side| {
            let takes = both || alone[side];
            takes.then(|| outer[side][at[side]])
        });
        let from = self.reached;
        let mut to = from;
        for side in [0, 1] {
            if let Some(call) = taken[side] {
                at[side] += 1;
                // What happens behind the last call belongs to it.
                to[side] = match at[side] == outer[side].len() {
                    true => runs[side].len(),
                    false => runs[side].calls()[call].end,
                };
            }
        }
        let length = (to[0] - from[0]).max(to[1] - from[1]);
        let first = self.clock;
        (self.reached, self.clock) = (to, first + length);
        self.pairs.push(Pair {
            calls: taken,
            difference: difference(runs, taken),
            first,
            end: self.clock,
            from,
            to,
        });
        looked + length
    }

    /// What was found; the calls that were not looked at yet are in no pair.
    pub fn finish(self) -> Comparison {
        Comparison {
            pairs: self.pairs,
            lengths: self.reached,
        }
    }
}

impl Comparison {
    /// Finds what belongs together.
    pub fn new(one: &Run, other: &Run) -> Comparison {
        let mut comparing = Comparing::begin(one, other);
        comparing.go_on(one, other, usize::MAX);
        comparing.finish()
    }

    /// The pairs, in order.
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    /// Ticks in all.
    pub fn len(&self) -> usize {
        self.pairs.last().map_or(0, |pair| pair.end)
    }

    /// True when no call was made in either.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of the pair that the tick before this moment belongs to; None at the start.
    pub fn pair_at(&self, clock: usize) -> Option<usize> {
        if clock == 0 || self.pairs.is_empty() {
            return None;
        }
        let after = self.pairs.partition_point(|pair| pair.end < clock);
        Some(after.min(self.pairs.len() - 1))
    }

    /// The cursors of both runs at a moment.
    pub fn cursors(&self, clock: usize) -> [usize; 2] {
        let Some(pair) = self.pair_at(clock) else {
            return [0, 0];
        };
        let pair = &self.pairs[pair];
        let into = clock - pair.first;
        [0, 1].map(|side| {
            let cursor = (pair.from[side] + into).min(pair.to[side]);
            cursor.min(self.lengths[side])
        })
    }

    /// The moment at which one of the runs stands at a cursor.
    pub fn moment(&self, side: usize, cursor: usize) -> usize {
        let at = self.pairs.partition_point(|pair| pair.to[side] < cursor);
        let found = self.pairs.get(at);
        found.map_or(self.len(), |pair| {
            pair.first + cursor.saturating_sub(pair.from[side])
        })
    }

    /// The first pair that differs in anything.
    pub fn first_difference(&self) -> Option<usize> {
        let mut pairs = self.pairs.iter();
        pairs.position(|pair| pair.difference != Difference::None)
    }
}

/// How many calls stand before the next two that belong together. The nearest: fewest calls passed over in all.
fn next_match(
    outer: &[Vec<usize>; 2],
    at: [usize; 2],
    mut same: impl FnMut(usize, usize) -> bool,
) -> Option<[usize; 2]> {
    let rest = [&outer[0][at[0]..], &outer[1][at[1]..]];
    (0..2 * AHEAD).find_map(|passed| {
        (0..=passed.min(AHEAD)).find_map(|first| {
            let ahead = [first, passed - first];
            let calls = (*rest[0].get(ahead[0])?, *rest[1].get(ahead[1])?);
            same(calls.0, calls.1).then_some(ahead)
        })
    })
}

/// What a call does it to: calls that do the same sort of thing to the same name belong together.
fn belong(one: &Call, other: &Call) -> bool {
    fn frees(call: &Call) -> Option<&Pointer> {
        match call {
            Call::Kfree(pointer)
            | Call::Vfree(pointer)
            | Call::FreePages { pointer, .. }
            | Call::FreePageStructs { pointer, .. } => Some(pointer),
            _ => None,
        }
    }
    match (one.target(), other.target()) {
        (Some(one), Some(other)) => one == other,
        // A name for the answer is a change like another.
        _ if frees(one).is_some() => frees(one) == frees(other),
        _ => {
            discriminant(one) == discriminant(other)
                && one.pointer() == other.pointer()
                && one.lock() == other.lock()
        }
    }
}

fn difference(runs: [&Run; 2], calls: [Option<usize>; 2]) -> Difference {
    let [Some(one), Some(other)] = calls else {
        return Difference::Alone;
    };
    if ptr::eq(runs[0], runs[1]) && one == other {
        return Difference::None;
    }
    let kinds = [(runs[0], one), (runs[1], other)].map(|(run, call)| {
        let answer = &run.calls()[call].answer;
        (
            sort(answer),
            trouble(run, call).map(|why| discriminant(&why)),
        )
    });
    if kinds[0] != kinds[1] {
        return Difference::Outcome;
    }
    match [&runs[0].calls()[one].answer, &runs[1].calls()[other].answer] {
        [one, other] if one == other => {}
        [Answer::Null(_), _] => return Difference::Reason,
        _ => return Difference::Numbers,
    }
    // The call's own number says nothing about what it did.
    let [steps, others] = [(runs[0], one), (runs[1], other)].map(|(run, call)| {
        let own = run.own_events(call).map(|(_, event)| event);
        own.filter(|event| !matches!(event, Event::Called { .. }))
    });
    if steps.eq(others) {
        Difference::None
    } else {
        Difference::Way
    }
}

/// What an answer is, whatever its numbers: memory of any sort is memory.
fn sort(answer: &Answer) -> u8 {
    match answer {
        Answer::Object { .. } | Answer::Pages { .. } | Answer::Area { .. } => 0,
        Answer::Null(_) => 1,
        Answer::Sinned(_) => 2,
        Answer::Stopped(_) => 3,
        _ => 4,
    }
}

/// A zone in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneCounts {
    /// Which.
    pub zone: ZoneId,
    /// Pages that it has.
    pub pages: u32,
    /// Free pages.
    pub free: u32,
    /// `pages_min`, `pages_low`, `pages_high`.
    pub marks: [u32; 3],
    /// Free blocks, by order.
    pub blocks: [u32; ORDERS],
    /// Pages on the per-cpu lists: hot, cold.
    pub percpu: [u16; 2],
}

/// Every zone that has memory.
pub fn zones(machine: &Machine) -> Vec<ZoneCounts> {
    let zones = machine.zones().filter(|(_, zone)| zone.pages() > 0);
    zones
        .map(|(id, zone)| ZoneCounts {
            zone: id,
            pages: zone.pages(),
            free: zone.free_pages(),
            marks: [zone.pages_min(), zone.pages_low(), zone.pages_high()],
            blocks: core::array::from_fn(|order| machine.free_list(id, order as u8).count() as u32),
            percpu: [Temperature::Hot, Temperature::Cold].map(|list| zone.pcp(list).count()),
        })
        .collect()
}

/// One number of the two sides, and whether they are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// Here.
    pub here: u32,
    /// It is another one there, or there is none.
    pub differs: bool,
}

impl Number {
    /// A number beside its twin.
    pub fn beside(here: u32, there: Option<u32>) -> Number {
        Number {
            here,
            differs: there != Some(here),
        }
    }
}
