//! The log of events and the machine at any cursor.
//!
//! A cursor is a number of events: 0 is the start, `len()` the live end. `at` starts from the nearest checkpoint; the
//! checkpoints are built lazily, at the first look back.

use alloc::vec::Vec;

use crate::event::Event;
use crate::machine::{Machine, Recorder};

/// Events between two checkpoints, and in one chunk of the log.
pub const CHECKPOINT_EVERY: usize = 65_536;

/// A growing log, in chunks so that growth never copies.
#[derive(Clone, Default)]
pub struct Log {
    chunks: Vec<Vec<Event>>,
}

impl Recorder for Log {
    #[inline(always)]
    fn record(&mut self, event: Event) {
        match self.chunks.last_mut() {
            Some(chunk) if chunk.len() < CHECKPOINT_EVERY => chunk.push(event),
            _ => self.start_chunk(event),
        }
    }
}

impl Log {
    #[inline(never)]
    fn start_chunk(&mut self, event: Event) {
        // The first chunk starts small: most runs are a few hundred events.
        let room = if self.chunks.is_empty() {
            256
        } else {
            CHECKPOINT_EVERY
        };
        let mut chunk = Vec::with_capacity(room);
        chunk.push(event);
        self.chunks.push(chunk);
    }

    /// Events so far.
    pub fn len(&self) -> usize {
        match self.chunks.last() {
            None => 0,
            Some(last) => (self.chunks.len() - 1) * CHECKPOINT_EVERY + last.len(),
        }
    }

    /// True before the first event.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Event number `index`.
    pub fn get(&self, index: usize) -> Option<Event> {
        self.chunks
            .get(index / CHECKPOINT_EVERY)?
            .get(index % CHECKPOINT_EVERY)
            .copied()
    }

    /// Events from `from`, in order.
    pub fn iter_from(&self, from: usize) -> impl Iterator<Item = Event> + '_ {
        let first = self.chunks.get(from / CHECKPOINT_EVERY..).unwrap_or(&[]);
        first.iter().enumerate().flat_map(move |(n, chunk)| {
            let skip = if n == 0 {
                (from % CHECKPOINT_EVERY).min(chunk.len())
            } else {
                0
            };
            chunk[skip..].iter().copied()
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

    /// Builds the checkpoints that `at(cursor)` starts from.
    fn prepare(&mut self, cursor: usize) {
        while self.checkpoints.len() <= cursor / CHECKPOINT_EVERY {
            let last = self.checkpoints.len() - 1;
            let mut machine = self.checkpoints[last].clone();
            machine.apply_all(&self.log.chunks[last]);
            self.checkpoints.push(machine);
        }
    }

    /// The machine after the first `cursor` events (`cursor` is cut at the end).
    pub fn at(&mut self, cursor: usize) -> Machine {
        let cursor = cursor.min(self.len());
        self.prepare(cursor);
        let from = cursor / CHECKPOINT_EVERY;
        let mut machine = self.checkpoints[from].clone();
        let rest = cursor % CHECKPOINT_EVERY;
        if rest > 0 {
            machine.apply_all(&self.log.chunks[from][..rest]);
        }
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
