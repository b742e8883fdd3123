//! Runs a scenario: statements become calls on the lab, each with its answer and its place in the recording.
//!
//! Variables live here, not in the machine: what a name holds at a cursor follows from the calls that returned before it.
//! Running is bounded; past a bound everything up to there stands. What a call *does* is decided in `mm`.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::context::Context;
use crate::event::{CacheId, Event, Failure, Sin, Stop};
use crate::gfp::Gfp;
use crate::lab::{CacheFailure, Lab, ObjectAnswer, PageAnswer};
use crate::machine::Machine;
use crate::profile::{ORDERS, SpecError, ZoneId};
use crate::recording::Recording;
use crate::script::ast::{
    Call, Index, Place, Pointer, Scenario, Span, Stmt, StmtKind, Sysctl, Who,
};

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
}

impl Value {
    /// The allocation's number, if this is no NULL.
    pub const fn serial(&self) -> Option<u32> {
        match *self {
            Value::Null => None,
            Value::Object { serial, .. }
            | Value::Pages { serial, .. }
            | Value::PageStruct { serial, .. } => Some(serial),
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
        let mut lab = Lab::boot(scenario.machine.clone())?;
        let start = lab.machine().clone();
        lab.record();
        let mut runner = Runner {
            lab,
            bounds,
            steps: 0,
            calls: Vec::new(),
            values: BTreeMap::new(),
            live: BTreeSet::new(),
            serials: 0,
            counters: Vec::new(),
            locks: BTreeSet::new(),
        };
        let ended = runner.block(&scenario.body).err();
        let calls = runner.calls;
        let (end, recording) = runner.lab.into_recording(start);
        Ok(Run {
            recording,
            end,
            calls,
            ended,
        })
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
        Some(after.saturating_sub(1))
    }

    /// Every variable at a cursor, in the order in which the names first appeared.
    pub fn variables(&self, cursor: usize) -> Vec<Variable> {
        let mut order: Vec<Variable> = Vec::new();
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        let mut freed = BTreeSet::new();
        for call in self.calls.iter().take_while(|call| call.end <= cursor) {
            if let Some((name, value)) = &call.binds {
                match places.get(name.as_str()) {
                    Some(&at) => order[at].value = *value,
                    None => {
                        places.insert(name, order.len());
                        order.push(Variable {
                            name: name.clone(),
                            value: *value,
                            live: true,
                        });
                    }
                }
            }
            freed.extend(call.frees);
        }
        for variable in &mut order {
            variable.live = variable
                .value
                .serial()
                .is_some_and(|serial| !freed.contains(&serial));
        }
        order
    }
}

/// A run under way.
struct Runner {
    lab: Lab,
    bounds: Bounds,
    steps: usize,
    calls: Vec<CallRecord>,
    values: BTreeMap<String, Value>,
    live: BTreeSet<u32>,
    serials: u32,
    counters: Vec<(String, u32)>,
    locks: BTreeSet<String>,
}

/// What a call did: its answer, what it binds to its target, what it freed.
struct Outcome {
    answer: Answer,
    value: Option<Value>,
    frees: Option<u32>,
}

impl Outcome {
    fn of(answer: Answer) -> Outcome {
        Outcome {
            answer,
            value: None,
            frees: None,
        }
    }
}

impl Runner {
    fn block(&mut self, body: &[Stmt]) -> Result<(), Ended> {
        body.iter()
            .try_for_each(|statement| self.statement(statement))
    }

    fn statement(&mut self, statement: &Stmt) -> Result<(), Ended> {
        self.steps += 1;
        if self.steps > self.bounds.steps {
            return Err(Ended::TooManySteps);
        }
        match &statement.kind {
            StmtKind::Call(call) => self.call(call, statement.span),
            StmtKind::For { var, count, body } => {
                self.counters.push((var.clone(), 0));
                for turn in 0..*count {
                    self.steps += 1;
                    if self.steps > self.bounds.steps {
                        return Err(Ended::TooManySteps);
                    }
                    self.counters.last_mut().expect("pushed above").1 = turn;
                    self.block(body)?;
                }
                self.counters.pop();
                Ok(())
            }
            StmtKind::If {
                place,
                negated,
                body,
                otherwise,
            } => {
                let value = self
                    .values
                    .get(&self.name_of(place))
                    .copied()
                    .unwrap_or(Value::Null);
                if (value == Value::Null) == *negated {
                    self.block(body)
                } else {
                    self.block(otherwise)
                }
            }
            StmtKind::Within { who, body } => {
                let before = self.lab.machine().context();
                let entered = match who {
                    Who::Irq => Context::HARDIRQ,
                    Who::Softirq | Who::Timer => Context::SOFTIRQ,
                };
                self.lab.set_context(before.with(entered));
                let done = self.block(body);
                self.lab.set_context(before);
                done
            }
        }
    }

    fn call(&mut self, call: &Call, span: Span) -> Result<(), Ended> {
        if self.calls.len() >= self.bounds.calls {
            return Err(Ended::TooManyCalls);
        }
        let first = self.recorded();
        if first >= self.bounds.events {
            return Err(Ended::TooManyEvents);
        }
        let context = self.lab.machine().context();
        self.lab.emit(Event::Called {
            call: self.calls.len() as u32,
        });
        let resolved = self.resolved(call);
        let Outcome {
            answer,
            value,
            frees,
        } = self.carry_out(&resolved);
        let binds = resolved
            .target()
            .zip(value)
            .map(|(place, value)| (self.name_of(place), value));
        if let Some((name, value)) = &binds {
            self.values.insert(name.clone(), *value);
        }
        if let Some(serial) = frees {
            self.live.remove(&serial);
        }
        let stopped = match answer {
            Answer::Stopped(why) => Some(why),
            _ => self.lab.machine().stopped(),
        };
        if let (Some(why), None) = (stopped, self.lab.machine().stopped()) {
            self.lab.stop(why);
        }
        let end = self.recorded();
        self.calls.push(CallRecord {
            call: resolved,
            span,
            context,
            first,
            end,
            answer,
            binds,
            frees,
        });
        stopped.map_or(Ok(()), |why| Err(Ended::Stopped(why)))
    }

    fn recorded(&self) -> usize {
        self.lab.log().map_or(0, |log| log.len())
    }

    fn new_serial(&mut self) -> u32 {
        self.serials += 1;
        self.live.insert(self.serials);
        self.serials
    }

    fn carry_out(&mut self, call: &Call) -> Outcome {
        match call {
            Call::Kmalloc { size, gfp, .. } => self.kmalloc(*size, *gfp),
            Call::GetFreePages { gfp, order, .. } => self.alloc_pages(*gfp, *order, true),
            Call::AllocPages { gfp, order, .. } => self.alloc_pages(*gfp, *order, false),
            Call::Kfree(pointer) => self.kfree(pointer),
            Call::Ksize(pointer) => self.ksize(pointer),
            Call::FreePages { pointer, order } => self.free_pages(pointer, *order, true),
            Call::FreePageStructs { pointer, order } => self.free_pages(pointer, *order, false),
            Call::Memset {
                pointer,
                byte,
                length,
            } => self.memset(pointer, *byte, *length),
            Call::SpinLock(name) => self.spin_lock(name),
            Call::SpinUnlock(name) => self.spin_unlock(name),
            Call::Msleep(milliseconds) => self.msleep(*milliseconds),
            Call::Sysctl {
                name: Sysctl::MinFreeKbytes,
                value,
            } => {
                self.lab.set_min_free_kbytes(*value);
                Outcome::of(Answer::Done)
            }
            Call::Sysctl {
                name: Sysctl::LowerZoneProtection,
                value,
            } => {
                self.lab.set_lower_zone_protection(*value);
                Outcome::of(Answer::Done)
            }
            Call::Assign { from, .. } => match self.value(from) {
                Ok(value) => Outcome {
                    value: Some(value),
                    ..Outcome::of(Answer::Done)
                },
                Err(sin) => self.fatal(sin, 0),
            },
        }
    }

    fn kmalloc(&mut self, size: u32, gfp: Gfp) -> Outcome {
        let null = |why| Outcome {
            value: Some(Value::Null),
            ..Outcome::of(Answer::Null(why))
        };
        match self.lab.kmalloc(size, gfp) {
            ObjectAnswer::Object { address, cache } => {
                let given = self.lab.machine().cache(cache).shape().class_size;
                let serial = self.new_serial();
                let value = Value::Object {
                    address,
                    asked: size,
                    cache,
                    serial,
                };
                let answer = Answer::Object {
                    address,
                    asked: size,
                    given,
                    cache,
                };
                Outcome {
                    value: Some(value),
                    ..Outcome::of(answer)
                }
            }
            ObjectAnswer::TooLarge => null(NullReason::TooLarge),
            ObjectAnswer::Failed(CacheFailure::NoGrow) => null(NullReason::NoGrow),
            ObjectAnswer::Failed(CacheFailure::NoPages(why)) => null(NullReason::NoPages(why)),
            ObjectAnswer::Failed(CacheFailure::Bug) => {
                Outcome::of(Answer::Stopped(Stop::CacheGrowBug))
            }
            ObjectAnswer::Failed(CacheFailure::Endless) => {
                Outcome::of(Answer::Stopped(Stop::Endless))
            }
        }
    }

    fn alloc_pages(&mut self, gfp: Gfp, order: u32, by_address: bool) -> Outcome {
        // An order above the largest is refused before the zone bits are looked at.
        if gfp.has(Gfp::ZONE_MASK) && (order as usize) < ORDERS {
            return self.fatal(Sin::BothZoneBits, 0);
        }
        match self.lab.alloc_pages(gfp, order) {
            PageAnswer::Block(pfn) => {
                let order = order as u8;
                let machine = self.lab.machine();
                let high = machine.zone_of(pfn) == ZoneId::HIGHMEM;
                let address = (by_address && !high).then(|| machine.address_of(pfn));
                let serial = self.new_serial();
                let value = if by_address {
                    Value::Pages { pfn, order, serial }
                } else {
                    Value::PageStruct { pfn, order, serial }
                };
                if by_address && high {
                    let answer = Answer::Null(NullReason::NoAddress);
                    return Outcome {
                        value: Some(Value::Null),
                        ..Outcome::of(answer)
                    };
                }
                Outcome {
                    value: Some(value),
                    ..Outcome::of(Answer::Pages {
                        pfn,
                        order,
                        address,
                    })
                }
            }
            PageAnswer::Refused(why) => Outcome {
                value: Some(Value::Null),
                ..Outcome::of(Answer::Null(NullReason::NoPages(why)))
            },
            PageAnswer::Endless => Outcome::of(Answer::Stopped(Stop::Endless)),
        }
    }

    fn kfree(&mut self, pointer: &Pointer) -> Outcome {
        match self.value(pointer) {
            Ok(Value::Null) => Outcome::of(Answer::Done),
            Ok(Value::Object {
                address, serial, ..
            }) => {
                if !self.live.contains(&serial) {
                    return self.fatal(Sin::DoubleFree, address);
                }
                match self.lab.kfree(address) {
                    Ok(()) => Outcome {
                        frees: Some(serial),
                        ..Outcome::of(Answer::Done)
                    },
                    Err(sin) => self.fatal(sin, address),
                }
            }
            Ok(Value::Pages { pfn, .. } | Value::PageStruct { pfn, .. }) => {
                let address = self.address_or_zero(pfn);
                self.fatal(Sin::WrongFree, address)
            }
            Err(sin) => self.fatal(sin, 0),
        }
    }

    fn ksize(&mut self, pointer: &Pointer) -> Outcome {
        match self.value(pointer) {
            // ksize(NULL) is 0 (mm/slab.c).
            Ok(Value::Null) => Outcome::of(Answer::Size(0)),
            Ok(Value::Object { address, .. }) => match self.lab.ksize(address) {
                Some(size) => Outcome::of(Answer::Size(size)),
                None => self.fatal(Sin::UseAfterFree, address),
            },
            Ok(Value::Pages { pfn, .. } | Value::PageStruct { pfn, .. }) => {
                let address = self.address_or_zero(pfn);
                self.fatal(Sin::WrongFree, address)
            }
            Err(sin) => self.fatal(sin, 0),
        }
    }

    fn free_pages(&mut self, pointer: &Pointer, order: u32, by_address: bool) -> Outcome {
        let value = self.value(pointer);
        let (pfn, serial) = match (value, by_address) {
            // free_pages(0, order) does nothing; __free_pages(NULL, order) follows a NULL pointer.
            (Ok(Value::Null), true) => return Outcome::of(Answer::Done),
            (Ok(Value::Null), false) => return self.fatal(Sin::NullDereference, 0),
            (Ok(Value::Pages { pfn, serial, .. }), true)
            | (Ok(Value::PageStruct { pfn, serial, .. }), false) => (pfn, serial),
            (Ok(Value::Object { address, .. }), _) => return self.fatal(Sin::WrongFree, address),
            (Ok(Value::Pages { pfn, .. } | Value::PageStruct { pfn, .. }), _) => {
                let address = self.address_or_zero(pfn);
                return self.fatal(Sin::WrongFree, address);
            }
            (Err(sin), _) => return self.fatal(sin, 0),
        };
        let address = self.address_or_zero(pfn);
        if !self.live.contains(&serial) {
            return self.fatal(Sin::DoubleFree, address);
        }
        let freed = match u8::try_from(order) {
            Ok(order) => self.lab.free_pages(pfn, order),
            Err(_) => Err(Sin::WrongOrder),
        };
        match freed {
            Ok(()) => Outcome {
                frees: Some(serial),
                ..Outcome::of(Answer::Done)
            },
            Err(sin) => self.fatal(sin, address),
        }
    }

    fn memset(&mut self, pointer: &Pointer, byte: u8, length: u32) -> Outcome {
        let (address, owned, live) = match self.value(pointer) {
            Ok(Value::Null) => return self.fatal(Sin::NullDereference, 0),
            Ok(Value::Object {
                address, serial, ..
            }) => (
                address,
                self.lab.ksize(address).unwrap_or(0),
                self.live.contains(&serial),
            ),
            Ok(Value::Pages { pfn, order, serial }) => {
                let machine = self.lab.machine();
                (
                    machine.address_of(pfn),
                    machine.spec().page_size << order,
                    self.live.contains(&serial),
                )
            }
            Ok(Value::PageStruct { .. }) => return self.fatal(Sin::NotAnAddress, 0),
            Err(sin) => return self.fatal(sin, 0),
        };
        // Past the end of low memory there is nothing to write to.
        let machine = self.lab.machine();
        let end = machine.address_of(machine.zone(ZoneId::HIGHMEM).start());
        if length > 0 {
            let length = length.min(end - address);
            self.lab.emit(Event::Written {
                byte,
                address,
                length,
            });
        }
        let sin = if !live {
            Some(Sin::UseAfterFree)
        } else if length > owned {
            Some(Sin::Overrun)
        } else {
            None
        };
        match sin {
            None => Outcome::of(Answer::Done),
            Some(sin) => {
                self.lab.emit(Event::Sinned { sin, address });
                Outcome::of(Answer::Sinned(sin))
            }
        }
    }

    /// Sleeps, wherever the caller is: in atomic context that is the kernel's complaint, and it sleeps all the same.
    fn msleep(&mut self, milliseconds: u32) -> Outcome {
        if self.lab.machine().context().in_atomic() {
            self.lab.emit(Event::SleptAtomic);
        }
        self.lab.pass_time(milliseconds);
        Outcome::of(Answer::Done)
    }

    fn spin_lock(&mut self, name: &str) -> Outcome {
        if !self.locks.insert(name.to_string()) {
            return self.fatal(Sin::LockHeld, 0);
        }
        let held = self.held_flags();
        self.lab
            .set_context(self.lab.machine().context().with(held));
        Outcome::of(Answer::Done)
    }

    fn spin_unlock(&mut self, name: &str) -> Outcome {
        if !self.locks.remove(name) {
            self.lab.emit(Event::Sinned {
                sin: Sin::LockNotHeld,
                address: 0,
            });
            return Outcome::of(Answer::Sinned(Sin::LockNotHeld));
        }
        if self.locks.is_empty() {
            let held = self.held_flags();
            self.lab
                .set_context(self.lab.machine().context().without(held));
        }
        Outcome::of(Answer::Done)
    }

    /// Only CONFIG_PREEMPT makes a held spinlock visible to the kernel itself.
    fn held_flags(&self) -> Context {
        let preempt = self.lab.machine().spec().preempt;
        if preempt {
            Context::SPINLOCK.with(Context::PREEMPT_OFF)
        } else {
            Context::SPINLOCK
        }
    }

    /// A sin after which nothing is defined: the lab stops here.
    fn fatal(&mut self, sin: Sin, address: u32) -> Outcome {
        self.lab.emit(Event::Sinned { sin, address });
        Outcome::of(Answer::Stopped(Stop::Undefined(sin)))
    }

    fn address_or_zero(&self, pfn: u32) -> u32 {
        let machine = self.lab.machine();
        if machine.zone_of(pfn) == ZoneId::HIGHMEM {
            0
        } else {
            machine.address_of(pfn)
        }
    }

    fn value(&self, pointer: &Pointer) -> Result<Value, Sin> {
        match pointer {
            Pointer::Null => Ok(Value::Null),
            Pointer::Place(place) => self
                .values
                .get(&self.name_of(place))
                .copied()
                .ok_or(Sin::Uninitialised),
        }
    }

    /// `p` or `q[3]`, with counters replaced by their values.
    fn name_of(&self, place: &Place) -> String {
        match &place.index {
            None => place.name.clone(),
            Some(index) => format!("{}[{}]", place.name, self.number(index)),
        }
    }

    fn number(&self, index: &Index) -> u32 {
        match index {
            Index::Number(number) => *number,
            Index::Var(name) => {
                let counter = self.counters.iter().rev().find(|(var, _)| var == name);
                counter.map_or(0, |&(_, turn)| turn)
            }
        }
    }

    fn resolved(&self, call: &Call) -> Call {
        let mut call = call.clone();
        let place = |place: &mut Place| {
            if let Some(index) = &mut place.index {
                *index = Index::Number(self.number(index));
            }
        };
        let pointer = |pointer: &mut Pointer| {
            if let Pointer::Place(at) = pointer {
                place(at);
            }
        };
        match &mut call {
            Call::Kmalloc { to, .. }
            | Call::GetFreePages { to, .. }
            | Call::AllocPages { to, .. } => {
                to.as_mut().map(place);
            }
            Call::Kfree(from) | Call::Ksize(from) => pointer(from),
            Call::FreePages { pointer: from, .. }
            | Call::FreePageStructs { pointer: from, .. }
            | Call::Memset { pointer: from, .. } => pointer(from),
            Call::Assign { to, from } => {
                place(to);
                pointer(from);
            }
            Call::SpinLock(_) | Call::SpinUnlock(_) | Call::Msleep(_) | Call::Sysctl { .. } => {}
        }
        call
    }
}
