//! Follows a scenario's text: statements become calls on the lab; other tasks run while one sleeps.
//!
//! Running is bounded; past a bound everything up to there stands. It can stop between two statements and go on from there
//! (`running`): where it is in the text stands on a stack of its own. The calls about what surrounds the allocator are in
//! `world`.

use alloc::collections::VecDeque;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::allocations::Allocations;
use super::owners::Owners;
use super::program::{Body, Program, What};
use super::{Answer, Bounds, CallRecord, Ended, NullReason, Value};
use crate::context::Context;
use crate::event::{Event, Shrinker, Sin, Stop};
use crate::gfp::Gfp;
use crate::lab::{CacheFailure, Lab, ObjectAnswer, PageAnswer, World};
use crate::machine::Moment;
use crate::names::Names;
use crate::profile::ORDERS;
use crate::script::ast::{Call, Index, Place, Pointer, Span, Stmt, Sysctl, Who};

/// What a run knows besides the machine.
pub(super) struct Script {
    program: Rc<Program>,
    pub(super) bounds: Bounds,
    steps: usize,
    /// Statements of the text that are done, or that a test has passed over.
    done: u64,
    pub(super) calls: Vec<CallRecord>,
    /// Calls that have not returned yet, outermost first.
    open: Vec<usize>,
    values: Names<Value>,
    pub(super) allocations: Allocations,
    counters: Vec<(String, u32)>,
    pub(super) locks: Names<Lock>,
    /// Spinlocks that are held.
    spins: u32,
    /// Other tasks, in the order in which they get the processor.
    waiting: VecDeque<Task>,
    /// Tasks that wait for a semaphore.
    pub(super) blocked: Vec<(String, Task)>,
    /// The task that runs; 0 is the first.
    pub(super) task: u16,
    tasks: u16,
    writepage: Option<Body>,
    /// Calls of `writepage` inside of each other.
    writing: u32,
    /// A bound was met while others ran.
    ended: Option<Ended>,
    pub(super) owners: Owners,
}

/// A lock of the text, of whatever sort.
#[derive(Default)]
pub(super) struct Lock {
    /// As a spinlock it is held.
    held: bool,
    /// It turned interrupts off, and they were off before.
    pub(super) irqs_were_off: bool,
    /// The task that has it as a semaphore.
    pub(super) holder: Option<u16>,
}

/// A task other than the first: what it has still to do.
pub(super) struct Task {
    number: u16,
    body: Body,
    counters: Vec<(String, u32)>,
}

/// A run under way: the lab, and what the script knows.
pub(super) struct Runner<'r> {
    pub(super) lab: &'r mut Lab,
    pub(super) script: &'r mut Script,
}

/// What is begun and not done yet of a text.
pub(super) enum Frame {
    /// Statements one after the other.
    Block(Body),
    /// Turns of a loop, the innermost counter's.
    Loop { turn: u32, count: u32, body: Body },
    /// Back into this context.
    Leave(Context),
}

/// kswapd's number among the tasks.
const KSWAPD: u16 = u16::MAX;

/// Calls of `writepage` inside of each other that are followed: each is a reclaim inside of a reclaim.
const WRITEPAGE_DEPTH: u32 = 4;

/// What a call did: its answer, what it binds to its target, what it freed.
pub(super) struct Outcome {
    pub(super) answer: Answer,
    pub(super) value: Option<Value>,
    pub(super) frees: Option<u32>,
}

impl Outcome {
    pub(super) fn of(answer: Answer) -> Outcome {
        Outcome {
            answer,
            value: None,
            frees: None,
        }
    }
}

/// The machine is lent in the middle of a call: other tasks run, or the filesystem writes.
impl World for Script {
    fn moment(&mut self, lab: &mut Lab, moment: Moment) -> bool {
        let mut runner = Runner { lab, script: self };
        match moment {
            Moment::Asleep => {
                runner.others();
                true
            }
            Moment::Writepage { pfn, kswapd } => runner.filesystem(pfn, kswapd),
        }
    }
}

impl Script {
    /// At the beginning of a text.
    pub(super) fn new(bounds: Bounds, body: &[Stmt]) -> Script {
        Script {
            program: Rc::new(Program::new(body)),
            bounds,
            steps: 0,
            done: 0,
            calls: Vec::new(),
            open: Vec::new(),
            values: Names::default(),
            allocations: Allocations::default(),
            counters: Vec::new(),
            locks: Names::default(),
            spins: 0,
            waiting: VecDeque::new(),
            blocked: Vec::new(),
            task: 0,
            tasks: 0,
            writepage: None,
            writing: 0,
            ended: None,
            owners: Owners::default(),
        }
    }

    /// The text.
    pub(super) fn whole(&self) -> Body {
        self.program.body
    }

    /// Statements done, and how many there are.
    pub(super) fn share(&self) -> (u64, u64) {
        let all = self.program.weight(self.program.body);
        let all = all.min(self.bounds.steps as u64);
        (self.done.min(all), all)
    }

    /// Why it ended, given what ended the first task.
    pub(super) fn why_ended(&self, ended: Option<Ended>) -> Option<Ended> {
        let waits = (!self.blocked.is_empty()).then_some(Ended::Blocked);
        self.ended.or(ended).or(waits)
    }

    /// Something of the text itself is done, not of what others do meanwhile.
    fn note_done(&mut self, statements: u64) {
        if self.task == 0 && self.writing == 0 {
            self.done = self.done.saturating_add(statements);
        }
    }
}

impl Runner<'_> {
    /// Statements entered and events recorded.
    pub(super) fn work(&self) -> usize {
        self.script.steps + self.recorded()
    }

    /// Goes on with what is begun, until so much work is done or nothing is left of it.
    pub(super) fn follow(&mut self, stack: &mut Vec<Frame>, until: usize) -> Result<(), Ended> {
        let program = Rc::clone(&self.script.program);
        while let Some(frame) = stack.last_mut() {
            if self.work() >= until {
                return Ok(());
            }
            match frame {
                Frame::Block(Body { next, end }) if next == end => {
                    stack.pop();
                }
                Frame::Block(body) => {
                    let at = body.next;
                    body.next += 1;
                    self.statement(&program, at, stack)?;
                }
                Frame::Loop { turn, count, .. } if turn == count => {
                    stack.pop();
                    self.script.counters.pop();
                }
                Frame::Loop { turn, body, .. } => {
                    self.script.counters.last_mut().expect("a loop has one").1 = *turn;
                    *turn += 1;
                    let body = *body;
                    self.count_step()?;
                    stack.push(Frame::Block(body));
                }
                Frame::Leave(context) => {
                    self.lab.set_context(*context);
                    stack.pop();
                }
            }
        }
        Ok(())
    }

    /// Leaves everything that is begun as it is, but no context.
    pub(super) fn leave(&mut self, stack: &mut Vec<Frame>) {
        while let Some(frame) = stack.pop() {
            if let Frame::Leave(context) = frame {
                self.lab.set_context(context);
            }
        }
    }

    /// Every task that waits for the processor runs until it sleeps or ends.
    fn others(&mut self) {
        let waiting = self.script.waiting.len();
        for _ in 0..waiting {
            let Some(task) = self.script.waiting.pop_front() else {
                break;
            };
            self.switch_to(task);
        }
    }

    /// Lets another task go on, in its own context, and comes back.
    pub(super) fn switch_to(&mut self, task: Task) {
        if self.script.ended.is_some() || self.lab.machine().stopped().is_some() {
            return;
        }
        let context = self.lab.machine().context();
        let before = (self.script.task, core::mem::take(&mut self.script.counters));
        self.lab.emit(Event::TaskSwitched { task: task.number });
        self.lab.set_context(Context::PROCESS);
        (self.script.task, self.script.counters) = (task.number, task.counters);
        for next in task.body.next..task.body.end {
            match self.block(Body {
                next,
                end: next + 1,
            }) {
                Ok(()) => {}
                Err(Ended::Blocked) => {
                    // `up` lets it go on behind its `down`.
                    let semaphore = self.blocking_semaphore(next);
                    let rest = Task {
                        number: task.number,
                        body: Body { next, ..task.body },
                        counters: self.script.counters.clone(),
                    };
                    self.script.blocked.push((semaphore, rest));
                    break;
                }
                Err(ended) => {
                    self.script.ended.get_or_insert(ended);
                    break;
                }
            }
        }
        (self.script.task, self.script.counters) = before;
        self.lab.emit(Event::TaskSwitched { task: before.0 });
        self.lab.set_context(context);
    }

    fn blocking_semaphore(&self, at: usize) -> String {
        match &self.script.program.line(at).what {
            What::Call(Call::Down(name)) => name.clone(),
            _ => String::new(),
        }
    }

    /// The filesystem's own part of writing a page, as the task that runs or as kswapd. False when that has to wait for
    /// another task's semaphore: it gets no further with this page.
    fn filesystem(&mut self, pfn: u32, kswapd: bool) -> bool {
        let Some(body) = self.script.writepage else {
            return true;
        };
        if self.script.writing >= WRITEPAGE_DEPTH || self.script.ended.is_some() {
            return true;
        }
        let task = self.script.task;
        if kswapd {
            self.script.task = KSWAPD;
        }
        self.script.writing += 1;
        self.lab.emit(Event::WritepageCalled { pfn });
        let counters = core::mem::take(&mut self.script.counters);
        let written = match self.block(body) {
            Err(Ended::Blocked) => false,
            Err(ended) => {
                self.script.ended.get_or_insert(ended);
                true
            }
            Ok(()) => true,
        };
        self.script.counters = counters;
        self.script.writing -= 1;
        self.script.task = task;
        written
    }

    /// All of a body, in one piece.
    fn block(&mut self, body: Body) -> Result<(), Ended> {
        let mut stack = alloc::vec![Frame::Block(body)];
        let done = self.follow(&mut stack, usize::MAX);
        self.leave(&mut stack);
        done
    }

    fn count_step(&mut self) -> Result<(), Ended> {
        self.script.steps += 1;
        self.script.note_done(1);
        if self.script.steps > self.script.bounds.steps {
            return Err(Ended::TooManySteps);
        }
        Ok(())
    }

    /// Does a statement, or begins it: what is inside of it goes onto the stack.
    fn statement(
        &mut self,
        program: &Program,
        at: usize,
        stack: &mut Vec<Frame>,
    ) -> Result<(), Ended> {
        self.count_step()?;
        let line = program.line(at);
        match &line.what {
            What::Call(call) => self.call(call, line.span),
            What::For { var, count, body } => {
                self.script.counters.push((var.clone(), 0));
                stack.push(Frame::Loop {
                    turn: 0,
                    count: *count,
                    body: *body,
                });
                Ok(())
            }
            What::If {
                place,
                negated,
                body,
                otherwise,
            } => {
                let value = self
                    .script
                    .values
                    .get(&self.name_of(place))
                    .copied()
                    .unwrap_or(Value::Null);
                let taken = match (value == Value::Null) == *negated {
                    true => *body,
                    false => *otherwise,
                };
                self.script
                    .note_done(line.weight - 1 - program.weight(taken));
                stack.push(Frame::Block(taken));
                Ok(())
            }
            What::Within { who, body } => {
                let before = self.lab.machine().context();
                let entered = match who {
                    Who::Irq => Context::HARDIRQ,
                    Who::Softirq | Who::Timer | Who::Tasklet => Context::SOFTIRQ,
                    Who::Realtime => Context::REALTIME,
                    Who::Memalloc => Context::MEMALLOC,
                    Who::Meanwhile => {
                        if self.script.tasks + 1 == KSWAPD {
                            return Err(Ended::TooManySteps);
                        }
                        self.script.tasks += 1;
                        let task = Task {
                            number: self.script.tasks,
                            body: *body,
                            counters: self.script.counters.clone(),
                        };
                        self.script.waiting.push_back(task);
                        return Ok(());
                    }
                    Who::Writepage => {
                        self.script.writepage = Some(*body);
                        return Ok(());
                    }
                };
                self.lab.set_context(before.with(entered));
                stack.push(Frame::Leave(before));
                stack.push(Frame::Block(*body));
                Ok(())
            }
        }
    }

    fn call(&mut self, call: &Call, span: Span) -> Result<(), Ended> {
        if self.script.calls.len() >= self.script.bounds.calls {
            return Err(Ended::TooManyCalls);
        }
        let first = self.recorded();
        if first >= self.script.bounds.events {
            return Err(Ended::TooManyEvents);
        }
        if let Call::Down(name) = call
            && self.waits_for_another(name)
        {
            return Err(Ended::Blocked);
        }
        let context = self.lab.machine().context();
        let at = self.script.calls.len();
        self.lab.emit(Event::Called { call: at as u32 });
        let resolved = self.resolved(call);
        // Calls of other tasks, if any run meanwhile, come behind it.
        self.script.calls.push(CallRecord {
            call: resolved.clone(),
            span,
            context,
            first,
            end: usize::MAX,
            inside: self.script.open.last().copied(),
            answer: Answer::Done,
            binds: None,
            frees: None,
        });
        self.script.open.push(at);
        let Outcome {
            answer,
            value,
            frees,
        } = self.carry_out(&resolved);
        self.script.open.pop();
        let binds = resolved
            .target()
            .zip(value)
            .map(|(place, value)| (self.name_of(place), value));
        if let Some(serial) = frees {
            self.script.allocations.end(serial);
        }
        match &binds {
            Some((name, value)) => self.bind(name, *value),
            None => self.let_go(value.and_then(|value| value.serial())),
        }
        // What stopped the machine in the middle of the call says more than that the call did not return.
        let stopped = match (self.lab.machine().stopped(), answer) {
            (Some(why), _) | (None, Answer::Stopped(why)) => Some(why),
            _ => None,
        };
        let answer = match (answer, stopped) {
            (Answer::Stopped(_), Some(why)) => Answer::Stopped(why),
            _ => answer,
        };
        if let (Some(why), None) = (stopped, self.lab.machine().stopped())
            && self.recorded() < self.script.bounds.events
        {
            self.lab.stop(why);
        }
        let end = self.recorded();
        let record = &mut self.script.calls[at];
        (record.end, record.answer) = (end, answer);
        (record.binds, record.frees) = (binds, frees);
        if let Some(ended) = self.script.ended {
            return Err(ended);
        }
        // A call that was cut short for this has not stopped of itself.
        if end >= self.script.bounds.events && self.lab.machine().stopped().is_none() {
            return Err(Ended::TooManyEvents);
        }
        stopped.map_or(Ok(()), |why| Err(Ended::Stopped(why)))
    }

    /// Gives a name its value. What it held before is lost when no other name holds it.
    fn bind(&mut self, name: &str, value: Value) {
        if let Some(serial) = value.serial() {
            self.script.allocations.hold(serial);
        }
        let held = self.script.values.of(name, || Value::Null);
        if let Some(serial) = core::mem::replace(held, value).serial()
            && self.script.allocations.let_go(serial)
        {
            self.let_go(Some(serial));
        }
    }

    /// Nobody holds this allocation any more: if it is live, it is lost.
    fn let_go(&mut self, serial: Option<u32>) {
        let allocations = &self.script.allocations;
        let Some(serial) = serial.filter(|serial| allocations.is_live(*serial)) else {
            return;
        };
        let address = allocations.address_of(serial);
        self.lab.emit(Event::Sinned {
            sin: Sin::Leaked,
            address,
        });
    }

    /// Whether a semaphore is in another task's hands: then this one must wait.
    fn waits_for_another(&self, name: &str) -> bool {
        let holder = self.script.locks.get(name).and_then(|lock| lock.holder);
        holder.is_some_and(|holder| holder != self.script.task) && self.script.task != 0
    }

    pub(super) fn recorded(&self) -> usize {
        self.lab.log().map_or(0, |log| log.len())
    }

    /// A number for a new allocation at this address (of its first page, when it has none).
    pub(super) fn new_serial(&mut self, address: u32) -> u32 {
        self.script.allocations.born(address)
    }

    fn carry_out(&mut self, call: &Call) -> Outcome {
        match call {
            Call::Kmalloc { size, gfp, .. } => self.kmalloc(*size, *gfp),
            Call::GetFreePages { gfp, order, .. } => self.alloc_pages(None, *gfp, *order, true),
            Call::AllocPages { gfp, order, .. } => self.alloc_pages(None, *gfp, *order, false),
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
            Call::RunOnNode(node) => {
                let most = u32::from(self.lab.machine().spec().nodes) - 1;
                self.lab.set_node((*node).min(most) as u8);
                Outcome::of(Answer::Done)
            }
            Call::AllocPagesNode {
                node, gfp, order, ..
            } => {
                let most = u32::from(self.lab.machine().spec().nodes) - 1;
                let node = (*node).min(most) as u8;
                self.alloc_pages(Some(node), *gfp, *order, false)
            }
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
            Call::SpinLockIrqsave(name) => self.spin_lock_irqsave(name),
            Call::SpinUnlockIrqrestore(name) => self.spin_unlock_irqrestore(name),
            Call::LocalIrqDisable => self.set_irqs(false),
            Call::LocalIrqEnable => self.set_irqs(true),
            Call::Down(name) => self.down(name),
            Call::Up(name) => self.up(name),
            Call::Schedule => self.msleep(0),
            Call::PageCache(kinds) => self.page_cache(kinds),
            Call::UserPages(pages) => self.user_pages(*pages),
            Call::Swap(pages) => self.swap(*pages),
            Call::Dentries(pages) => self.cache_pages(Shrinker::Dentries, *pages),
            Call::Inodes(pages) => self.cache_pages(Shrinker::Inodes, *pages),
            Call::Disk(milliseconds) => self.disk(*milliseconds),
            Call::Sync => {
                self.lab.sync_among(self.script);
                Outcome::of(Answer::Done)
            }
            Call::CopyToUser { pointer, length } => self.copy_to_user(pointer, *length),
            Call::Dma {
                dma,
                pointer,
                length,
            } => self.dma(*dma, pointer, *length),
            Call::Kmap { page, .. } => self.kmap(page),
            Call::Kunmap(page) => self.kunmap(page),
            Call::Vmalloc { size, .. } => self.vmalloc(*size),
            Call::Vfree(pointer) => self.vfree(pointer),
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
        match self.lab.kmalloc_among(Some(self.script), size, gfp) {
            ObjectAnswer::Object { address, cache } => {
                let given = self.lab.machine().cache(cache).shape().class_size;
                self.own_again(address);
                let serial = self.new_serial(address);
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

    fn alloc_pages(&mut self, node: Option<u8>, gfp: Gfp, order: u32, by_address: bool) -> Outcome {
        // An order above the largest is refused before the zone bits are looked at.
        if gfp.has(Gfp::ZONE_MASK) && (order as usize) < ORDERS {
            return self.fatal(Sin::BothZoneBits, 0);
        }
        let node = node.unwrap_or(self.lab.machine().node());
        match self
            .lab
            .alloc_pages_among(Some(self.script), node, gfp, order)
        {
            PageAnswer::Block(pfn) => {
                let order = order as u8;
                let machine = self.lab.machine();
                let high = machine.zone_of(pfn).is_high();
                let address = (by_address && !high).then(|| machine.address_of(pfn));
                let serial = self.new_serial(address.unwrap_or(0));
                self.script
                    .allocations
                    .set_hot(serial, order == 0 && !gfp.has(Gfp::COLD));
                let value = if by_address {
                    Value::Pages { pfn, order, serial }
                } else {
                    Value::PageStruct { pfn, order, serial }
                };
                if by_address && high {
                    let answer = Answer::Null(NullReason::NoAddress);
                    self.let_go(Some(serial));
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
                if !self.script.allocations.is_live(serial) {
                    self.find_double_free(address);
                    return self.fatal(Sin::DoubleFree, address);
                }
                self.own_again(address);
                match self.lab.kfree(address) {
                    Ok(()) => Outcome {
                        frees: Some(serial),
                        ..Outcome::of(Answer::Done)
                    },
                    Err(sin) => self.fatal(sin, address),
                }
            }
            Ok(
                Value::Pages { pfn, .. }
                | Value::PageStruct { pfn, .. }
                | Value::Mapped { pfn, .. },
            ) => {
                let address = self.address_or_zero(pfn);
                self.fatal(Sin::WrongFree, address)
            }
            Ok(Value::Area { address, .. }) => self.fatal(Sin::WrongFree, address),
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
            Ok(
                Value::Pages { pfn, .. }
                | Value::PageStruct { pfn, .. }
                | Value::Mapped { pfn, .. },
            ) => {
                let address = self.address_or_zero(pfn);
                self.fatal(Sin::WrongFree, address)
            }
            Ok(Value::Area { address, .. }) => self.fatal(Sin::WrongFree, address),
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
            (
                Ok(
                    Value::Object { address, .. }
                    | Value::Mapped { address, .. }
                    | Value::Area { address, .. },
                ),
                _,
            ) => return self.fatal(Sin::WrongFree, address),
            (Ok(Value::Pages { pfn, .. } | Value::PageStruct { pfn, .. }), _) => {
                let address = self.address_or_zero(pfn);
                return self.fatal(Sin::WrongFree, address);
            }
            (Err(sin), _) => return self.fatal(sin, 0),
        };
        let address = self.address_or_zero(pfn);
        if !self.script.allocations.is_live(serial) {
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
        let memory = match self.addressed(pointer) {
            Ok(memory) => memory,
            Err(sin) => return self.fatal(sin, 0),
        };
        if length > 0 {
            // Past the end of what is mapped there is nothing to write to.
            let length = length.min(self.reach(memory.address));
            self.lab.emit(Event::Written {
                byte,
                address: memory.address,
                length,
            });
            let call = self.script.calls.len() as u32 - 1;
            self.note_written(memory.address, length, memory.serial, call);
        }
        let sin = self.misuse(memory.address, memory.live, length, memory.owned);
        Outcome::of(sin.map_or(Answer::Done, Answer::Sinned))
    }

    /// Sleeps, wherever the caller is: in atomic context that is the kernel's complaint, and it sleeps all the same.
    pub(super) fn msleep(&mut self, milliseconds: u32) -> Outcome {
        if self.lab.machine().context().in_atomic() {
            self.lab.emit(Event::SleptAtomic);
        }
        self.lab.sleep_among(self.script, milliseconds);
        Outcome::of(Answer::Done)
    }

    pub(super) fn spin_lock(&mut self, name: &str) -> Outcome {
        let lock = self.script.locks.of(name, Lock::default);
        if core::mem::replace(&mut lock.held, true) {
            return self.fatal(Sin::LockHeld, 0);
        }
        self.script.spins += 1;
        let held = self.held_flags();
        self.lab
            .set_context(self.lab.machine().context().with(held));
        Outcome::of(Answer::Done)
    }

    pub(super) fn spin_unlock(&mut self, name: &str) -> Outcome {
        let lock = self.script.locks.of(name, Lock::default);
        if !core::mem::take(&mut lock.held) {
            self.lab.emit(Event::Sinned {
                sin: Sin::LockNotHeld,
                address: 0,
            });
            return Outcome::of(Answer::Sinned(Sin::LockNotHeld));
        }
        self.script.spins -= 1;
        if self.script.spins == 0 {
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
    pub(super) fn fatal(&mut self, sin: Sin, address: u32) -> Outcome {
        self.lab.emit(Event::Sinned { sin, address });
        Outcome::of(Answer::Stopped(Stop::Undefined(sin)))
    }

    pub(super) fn address_or_zero(&self, pfn: u32) -> u32 {
        let machine = self.lab.machine();
        if machine.zone_of(pfn).is_high() {
            0
        } else {
            machine.address_of(pfn)
        }
    }

    pub(super) fn value(&self, pointer: &Pointer) -> Result<Value, Sin> {
        match pointer {
            Pointer::Null => Ok(Value::Null),
            Pointer::Place(place) => self
                .script
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
                let counter = self
                    .script
                    .counters
                    .iter()
                    .rev()
                    .find(|(var, _)| var == name);
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
        if let Some(to) = call.target_mut() {
            place(to);
        }
        if let Some(from) = call.pointer_mut() {
            pointer(from);
        }
        call
    }
}
