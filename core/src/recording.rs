//! The log of events and the machine at any cursor.
//!
//! A cursor is a number of events: 0 is the start, `len()` the live end. `at` starts from the nearest checkpoint; the
//! checkpoints are built lazily, at the first look back.

use alloc::vec::Vec;

use crate::event::Event;
use crate::machine::{Machine, Recorder};
use crate::packed::Word;

/// Events between two checkpoints, and in one chunk of the log.
pub const CHECKPOINT_EVERY: usize = 65_536;

/// A growing log, in chunks so that growth never copies what is old.
#[derive(Clone, Default)]
pub struct Log {
    /// Full chunks of [`CHECKPOINT_EVERY`] events.
    full: Vec<Vec<Word>>,
    /// The chunk that is being filled. Standing here and not in `full`, it is one step away from the hot path.
    current: Vec<Word>,
    /// How far it is filled. A chunk has all its places from the start: `Vec::push` would look at its capacity once more.
    filled: usize,
    /// Chunks of an earlier recording, to be filled again: fresh memory costs more than the events in it.
    spare: Vec<Vec<Word>>,
    /// Events that have no packed form; their words say which.
    aside: Vec<Event>,
    /// More events than this nobody wants.
    limit: Option<usize>,
    /// Nobody will look at it: each event may overwrite an older one.
    forgets: bool,
}

impl Recorder for Log {
    #[inline(always)]
    fn record(&mut self, event: Event) {
        let word = match Word::pack(event) {
            Ok(word) => word,
            Err(event) => self.set_aside(event),
        };
        match self.current.get_mut(self.filled) {
            Some(place) => *place = word,
            None => *self.make_room() = word,
        }
        self.filled += 1;
    }
}

impl Log {
    /// A log for a time at which nothing is recorded.
    #[cfg(not(feature = "off"))]
    pub(crate) fn forgetful() -> Log {
        Log {
            forgets: true,
            ..Log::default()
        }
    }

    /// The next place. Most runs are a few hundred events: the first chunk starts small and doubles; later ones come whole.
    #[cold]
    #[inline(never)]
    fn make_room(&mut self) -> &mut Word {
        if self.forgets && self.filled > 0 {
            self.filled = 0;
            self.aside.clear();
        } else if self.filled < CHECKPOINT_EVERY {
            let room = (self.filled.max(128) * 2).min(CHECKPOINT_EVERY);
            self.current.resize(room, Word::EMPTY);
        } else {
            let fresh = self.spare.pop();
            let fresh = fresh.unwrap_or_else(|| alloc::vec![Word::EMPTY; CHECKPOINT_EVERY]);
            self.full.push(core::mem::replace(&mut self.current, fresh));
            self.filled = 0;
        }
        &mut self.current[self.filled]
    }

    #[cold]
    #[inline(never)]
    fn set_aside(&mut self, event: Event) -> Word {
        self.aside.push(event);
        Word::aside(self.aside.len() - 1)
    }

    #[inline(always)]
    fn event(&self, word: Word) -> Event {
        word.unpack().unwrap_or_else(|| self.aside[word.place()])
    }

    /// From so many events on the log is full.
    pub(crate) fn set_limit(&mut self, events: usize) {
        self.limit = Some(events);
    }

    /// True when there are more events than anybody wants.
    pub(crate) fn is_full(&self) -> bool {
        self.limit.is_some_and(|limit| self.len() >= limit)
    }

    /// Forgets every event and keeps the memory.
    pub fn clear(&mut self) {
        self.filled = 0;
        self.aside.clear();
        self.spare.append(&mut self.full);
    }

    /// Events so far.
    pub fn len(&self) -> usize {
        self.full.len() * CHECKPOINT_EVERY + self.filled
    }

    /// True before the first event.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Chunk number `index`; the last one may be short, and those after it are empty.
    fn chunk(&self, index: usize) -> &[Word] {
        match self.full.get(index) {
            Some(chunk) => chunk,
            None if index == self.full.len() => &self.current[..self.filled],
            None => &[],
        }
    }

    /// Event number `index`.
    pub fn get(&self, index: usize) -> Option<Event> {
        self.chunk(index / CHECKPOINT_EVERY)
            .get(index % CHECKPOINT_EVERY)
            .map(|&word| self.event(word))
    }

    /// The first `count` events of a chunk, carried out on the machine before it.
    fn carry_out(&self, chunk: usize, count: usize, machine: &mut Machine) {
        for &word in self.chunk(chunk).iter().take(count) {
            machine.apply(&self.event(word));
        }
    }

    /// Events from `from`, in order.
    pub fn iter_from(&self, from: usize) -> impl Iterator<Item = Event> + '_ {
        let first = from / CHECKPOINT_EVERY;
        (first..=self.full.len()).flat_map(move |number| {
            let chunk = self.chunk(number);
            let skip = if number == first {
                (from % CHECKPOINT_EVERY).min(chunk.len())
            } else {
                0
            };
            chunk[skip..].iter().map(|&word| self.event(word))
        })
    }
}

/// A start state and what followed.
#[derive(Clone)]
pub struct Recording {
    log: Log,
    /// The machine before event `n × CHECKPOINT_EVERY`; the first is the start. The rest are built on demand.
    checkpoints: Vec<Machine>,
}

impl Recording {
    /// From a start state and the log of everything since.
    pub fn new(start: Machine, log: Log) -> Recording {
        Recording {
            log,
            checkpoints: alloc::vec![start],
        }
    }

    /// The events.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The machine before the first event.
    pub fn start(&self) -> &Machine {
        &self.checkpoints[0]
    }

    /// Number of events; the largest cursor.
    pub fn len(&self) -> usize {
        self.log.len()
    }

    /// True when nothing happened.
    pub fn is_empty(&self) -> bool {
        self.log.is_empty()
    }

    /// Builds one more of the checkpoints up to the one that `at(cursor)` starts from. True once all of them are there.
    pub fn prepare(&mut self, cursor: usize) -> bool {
        let last = self.checkpoints.len() - 1;
        if last >= cursor.min(self.len()) / CHECKPOINT_EVERY {
            return true;
        }
        let mut machine = self.checkpoints[last].clone();
        self.log.carry_out(last, CHECKPOINT_EVERY, &mut machine);
        self.checkpoints.push(machine);
        false
    }

    /// The machine after the first `cursor` events (`cursor` is cut at the end).
    pub fn at(&mut self, cursor: usize) -> Machine {
        let cursor = cursor.min(self.len());
        while !self.prepare(cursor) {}
        let from = cursor / CHECKPOINT_EVERY;
        let mut machine = self.checkpoints[from].clone();
        self.log
            .carry_out(from, cursor % CHECKPOINT_EVERY, &mut machine);
        machine
    }

    /// Moves a machine that stands at `from` to `to`: forward by the events between, back from a checkpoint.
    pub fn seek(&mut self, machine: &mut Machine, from: usize, to: usize) {
        let to = to.min(self.len());
        if to >= from && to - from <= CHECKPOINT_EVERY {
            for event in self.log.iter_from(from).take(to - from) {
                machine.apply(&event);
            }
        } else {
            *machine = self.at(to);
        }
    }
}
