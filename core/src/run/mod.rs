//! A scenario that was run: its calls, each with its answer and its place in the recording, looked at from any cursor.
//!
//! Variables live here, not in the machine: what a name holds at a cursor follows from the calls that returned before it.
//! How the text is followed stands in `runner` (laid out in `program`, a piece at a time in `running`), what the calls of the
//! world do in `world`, whose bytes are whose in `owners`. What a call *does* is decided in `mm`.

mod allocations;
pub mod compare;
mod holdings;
mod made;
mod owners;
mod program;
pub mod remedy;
mod runner;
mod running;
mod world;

use alloc::string::String;
use alloc::vec::Vec;

use crate::context::Context;
use crate::event::{CacheId, Event, Failure, Sin, Stop};
use crate::machine::Machine;
use crate::profile::SpecError;
use crate::recording::Recording;
use crate::script::ast::{Call, Scenario, Span};
pub use holdings::Holdings;
pub use running::Running;

/// How far a run is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Calls made.
    pub calls: usize,
    /// Events recorded.
    pub events: usize,
    /// Statements entered, so that empty loops end too.
    pub steps: usize,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            calls: 200_000,
            events: 4_000_000,
            steps: 2_000_000,
        }
    }
}

/// Why a run ended before its text did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The kernel stopped, or its behaviour is not defined from here on.
    Stopped(Stop),
    /// More calls than [`Bounds::calls`].
    TooManyCalls,
    /// More events than [`Bounds::events`].
    TooManyEvents,
    /// More statements than [`Bounds::steps`].
    TooManySteps,
    /// A task waits for a semaphore that another task never gives back.
    Blocked,
    /// Nobody wanted to wait for its end.
    Cancelled,
}

/// What a variable holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// `NULL`
    Null,
    /// From `kmalloc`.
    Object {
        /// Linear address.
        address: u32,
        /// Bytes asked for.
        asked: u32,
        /// Whose.
        cache: CacheId,
        /// Number of the allocation, so that a stale pointer is told from a new one at the same address.
        serial: u32,
    },
    /// From `__get_free_pages`.
    Pages {
        /// First page.
        pfn: u32,
        /// 2^order pages.
        order: u8,
        /// As for objects.
        serial: u32,
    },
    /// From `alloc_pages`: a `struct page *`.
    PageStruct {
        /// First page.
        pfn: u32,
        /// 2^order pages.
        order: u8,
        /// As for objects.
        serial: u32,
    },
    /// From `kmap`: an address of a page that somebody holds.
    Mapped {
        /// The address.
        address: u32,
        /// The page.
        pfn: u32,
        /// That of the page.
        serial: u32,
    },
    /// From `vmalloc`.
    Area {
        /// The first address.
        address: u32,
        /// Pages, each from anywhere.
        pages: u32,
        /// As for objects.
        serial: u32,
    },
}

impl Value {
    /// The allocation's number, if this is no NULL.
    pub const fn serial(&self) -> Option<u32> {
        match *self {
            Value::Null => None,
            Value::Object { serial, .. }
            | Value::Pages { serial, .. }
            | Value::PageStruct { serial, .. }
            | Value::Mapped { serial, .. }
            | Value::Area { serial, .. } => Some(serial),
        }
    }
}

/// Why a call returned NULL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NullReason {
    /// Above the largest size class.
    TooLarge,
    /// `__GFP_NO_GROW` and nothing cached.
    NoGrow,
    /// The page allocator refused.
    NoPages(Failure),
    /// A page was taken from high memory, which has no address: the call returns NULL and the page is lost.
    NoAddress,
    /// `vmalloc` of nothing, of more than the machine has, or of more addresses than are left.
    NoArea,
}

/// What a call answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An object.
    Object {
        /// Linear address.
        address: u32,
        /// Bytes asked for.
        asked: u32,
        /// Bytes given: the class size.
        given: u32,
        /// Whose.
        cache: CacheId,
    },
    /// A block of pages.
    Pages {
        /// First page.
        pfn: u32,
        /// 2^order pages.
        order: u8,
        /// Linear address, None for a `struct page *`.
        address: Option<u32>,
    },
    /// NULL.
    Null(NullReason),
    /// `ksize`
    Size(u32),
    /// An address for a page.
    Mapped {
        /// The address.
        address: u32,
        /// The page.
        pfn: u32,
    },
    /// Addresses side by side, pages from anywhere.
    Area {
        /// The first address.
        address: u32,
        /// How many pages.
        pages: u32,
    },
    /// Bytes were handed out to user space or to a device.
    Handed {
        /// How many.
        bytes: u32,
        /// How many of them a former owner wrote.
        foreign: u32,
        /// The call that wrote the first of those.
        writer: Option<u32>,
    },
    /// A device filled memory.
    Filled {
        /// How many bytes.
        bytes: u32,
        /// Whether the page came from the hot list: then its lines were in the processor's cache for nothing.
        hot: bool,
    },
    /// Pages of files, processes or caches: so many of those asked for.
    Populated {
        /// Pages there are now.
        pages: u32,
    },
    /// Nothing to tell.
    Done,
    /// The caller sinned; the call was not carried out, or not only.
    Sinned(Sin),
    /// The call did not return.
    Stopped(Stop),
}

/// One call that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct CallRecord {
    /// The call with every index resolved to a number.
    pub call: Call,
    /// Its place in the text.
    pub span: Span,
    /// From which context.
    pub context: Context,
    /// Index of its first event; the call begins at this cursor.
    pub first: usize,
    /// Cursor after its last event.
    pub end: usize,
    /// The call in the middle of which it was made: that one slept, or reclaimed.
    pub inside: Option<usize>,
    /// What it answered.
    pub answer: Answer,
    /// The name that received a value, and the value.
    pub binds: Option<(String, Value)>,
    /// The allocation that it freed.
    pub frees: Option<u32>,
}

/// A variable at a cursor.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// `p` or `q[3]`.
    pub name: String,
    /// What it holds.
    pub value: Value,
    /// False when what it points to was freed.
    pub live: bool,
}

/// A scenario that was run, ready to be looked at from any cursor.
pub struct Run {
    recording: Recording,
    end: Machine,
    calls: Vec<CallRecord>,
    ended: Option<Ended>,
}

impl Run {
    /// Boots the scenario's machine and runs its text.
    pub fn new(scenario: &Scenario, bounds: Bounds) -> Result<Run, SpecError> {
        let mut running = Running::begin(scenario, bounds)?;
        running.go_on(usize::MAX);
        Ok(running.finish())
    }

    /// The calls, in order.
    pub fn calls(&self) -> &[CallRecord] {
        &self.calls
    }

    /// Events in all; the largest cursor.
    pub fn len(&self) -> usize {
        self.recording.len()
    }

    /// True when no call was made.
    pub fn is_empty(&self) -> bool {
        self.recording.is_empty()
    }

    /// Event number `index`; the cursor is `index + 1` after it.
    pub fn event(&self, index: usize) -> Option<Event> {
        self.recording.log().get(index)
    }

    /// Events from `from` to before `to`.
    pub fn events(&self, from: usize, to: usize) -> impl Iterator<Item = Event> + '_ {
        self.recording
            .log()
            .iter_from(from)
            .take(to.saturating_sub(from))
    }

    /// The machine before the first event.
    pub fn start(&self) -> &Machine {
        self.recording.start()
    }

    /// The live machine, after the last event.
    pub fn end(&self) -> &Machine {
        &self.end
    }

    /// Why the run ended early.
    pub fn ended(&self) -> Option<Ended> {
        self.ended
    }

    /// A piece of the work that the first look at a cursor takes. True once all of it is done.
    pub fn prepare(&mut self, cursor: usize) -> bool {
        self.recording.prepare(cursor)
    }

    /// The machine at a cursor.
    pub fn at(&mut self, cursor: usize) -> Machine {
        self.recording.at(cursor)
    }

    /// Moves a machine that stands at `from` to `to`.
    pub fn seek(&mut self, machine: &mut Machine, from: usize, to: usize) {
        self.recording.seek(machine, from, to);
    }

    /// The call that the event before this cursor belongs to; None at the very start.
    pub fn call_at(&self, cursor: usize) -> Option<usize> {
        if cursor == 0 || self.calls.is_empty() {
            return None;
        }
        let after = self.calls.partition_point(|call| call.first < cursor);
        let last = after.saturating_sub(1);
        // Calls of other tasks lie inside of the one that slept: behind their end the event is its own again.
        let outwards = core::iter::successors(Some(last), |&at| self.calls[at].inside);
        let mut around = outwards.filter(|&at| self.calls[at].end >= cursor);
        Some(around.next().unwrap_or(last))
    }

    /// The context of the call that the event before this cursor belongs to.
    pub fn context_at(&self, cursor: usize) -> Context {
        let call = self.call_at(cursor).map(|call| self.calls[call].context);
        call.unwrap_or(Context::PROCESS)
    }

    /// Events of one call with their places, without those of calls that other tasks made while it slept.
    pub fn own_events(&self, call: usize) -> impl Iterator<Item = (usize, Event)> + '_ {
        let CallRecord { first, end, .. } = self.calls[call];
        let within = self.calls[call + 1..]
            .iter()
            .take_while(move |inner| inner.first < end);
        let mut inner: Vec<_> = within.map(|inner| inner.first..inner.end).collect();
        inner.reverse();
        self.events(first, end)
            .zip(first..)
            .map(|(event, at)| (at, event))
            .filter(move |(at, _)| {
                while inner.last().is_some_and(|range| range.end <= *at) {
                    inner.pop();
                }
                inner.last().is_none_or(|range| *at < range.start)
            })
    }

    /// Every variable at a cursor, in the order in which the names first appeared.
    pub fn variables(&self, cursor: usize) -> Vec<Variable> {
        let mut holdings = Holdings::begin(self, cursor);
        holdings.go_on(self, usize::MAX);
        let found = holdings.finish();
        found.into_iter().map(|(variable, _)| variable).collect()
    }
}
