//! What one change would make a call succeed: after a failure or a sin, changes of that one call are tried by running the
//! whole scenario again, and those after which it succeeds are told with what they cost.
//!
//! Nothing is foretold from rules: a change works when the run says so, and when it harms no other call. It is done a piece at
//! a time ([`Search::go_on`]), so that whoever asks can do something else in between; the work in all is bounded. Which calls
//! a text has, and which were made, stands in `made`.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem::discriminant;
use core::ops::ControlFlow;

use super::made::{Made, Site, number_at, release_point, sites};
use super::{
    Answer, Bounds, CallRecord, Ended, Holdings, NullReason, Run, Running, Value, Variable,
};
use crate::context::Context;
use crate::event::{Event, Sin, Stop};
use crate::gfp::Gfp;
use crate::linux_2_6_10::geometry::size_classes;
use crate::profile::{MachineSpec, ORDERS, ZoneId};
use crate::script::ast::{Call, Index, Place, Pointer, Scenario, Span, Stmt, StmtKind, Who};
use crate::script::{change, edit, parse, print_call};

/// Events of all tries together; the search ends behind the try that goes past it.
const MAX_EVENTS: usize = 8_000_000;
/// Pointers of which the release is tried.
const MAX_FREES: usize = 24;
/// Pointers of which the release is offered.
const MAX_FREES_OFFERED: usize = 3;

/// Why a call did not do what it was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The run ends in it.
    Stopped(Stop),
    /// The caller did what no driver may do.
    Sinned(Sin),
    /// `NULL`.
    Null(NullReason),
    /// "scheduling while atomic".
    SleptAtomic,
    /// It could have slept where nobody may.
    MightSleep,
}

/// What was wrong with a call of a run, if anything was.
pub fn trouble(run: &Run, call: usize) -> Option<Trouble> {
    let record = run.calls().get(call)?;
    match record.answer {
        Answer::Stopped(why) => return Some(Trouble::Stopped(why)),
        Answer::Sinned(sin) => return Some(Trouble::Sinned(sin)),
        _ => {}
    }
    let mut found = None;
    for (_, event) in run.own_events(call) {
        match event {
            Event::SleptAtomic => return Some(Trouble::SleptAtomic),
            Event::MightSleep { .. } => found = found.or(Some(Trouble::MightSleep)),
            // A page of high memory that `__get_free_pages` took is lost because of the NULL.
            Event::Sinned { sin, .. } if !matches!(record.answer, Answer::Null(_)) => {
                found = Some(Trouble::Sinned(sin));
            }
            _ => {}
        }
    }
    match record.answer {
        Answer::Null(why) => found.or(Some(Trouble::Null(why))),
        _ => found,
    }
}

/// One change of a text, because of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Other flags.
    Flags {
        /// As they are.
        from: Gfp,
        /// As they are tried.
        to: Gfp,
    },
    /// The call is made before the lock is taken, or before the interrupt comes.
    Earlier {
        /// The block that it leaves.
        who: Option<Who>,
        /// The lock that is taken behind it; with neither, interrupts are disabled behind it.
        lock: Option<String>,
    },
    /// `vmalloc` in its place, and `vfree` where the pointer is given back.
    Vmalloc,
    /// This pointer is given back first.
    Free(String),
    /// The size of another class.
    Size(u32),
    /// Fewer pages.
    Order(u32),
    /// A name for the answer.
    Keep(String),
    /// The function and the order that the pointer came with.
    RightFree,
    /// So many bytes as the caller owns.
    Length(u32),
    /// The bytes are cleared first.
    Clear,
    /// The call is left out.
    LeaveOut,
}

/// What a change that works has led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effects {
    /// What the call answers then; None when it was left out.
    pub answer: Option<Answer>,
    /// The cursor at which it begins then.
    pub first: usize,
    /// Jiffies that it waited.
    pub waited: u32,
    /// Pages that its own reclaim freed.
    pub freed: u32,
    /// Processes that were killed for it.
    pub killed: u32,
    /// The zone that it left below `pages_min`: its free pages, and the mark.
    pub reserve: Option<(ZoneId, u32, u32)>,
    /// The first later call that got memory before and gets NULL then.
    pub starved: Option<usize>,
}

/// How a try ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The call succeeds, and nothing else is worse for it.
    Works(Effects),
    /// The call itself fails still.
    Fails(Trouble),
    /// Another call has new trouble: its text, and which.
    Harms(String, Trouble),
    /// The call is not made any more, or the run grew too long to tell.
    Unclear,
}

/// A change that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// What was changed.
    pub change: Change,
    /// The whole text with it.
    pub text: String,
    /// The line as it was; empty for one that is new.
    pub was: String,
    /// The line as it is then; empty for one that is left out.
    pub now: String,
    /// What came of it.
    pub outcome: Outcome,
}

impl Tried {
    /// What came of it, if it works.
    pub fn effects(&self) -> Option<&Effects> {
        match &self.outcome {
            Outcome::Works(effects) => Some(effects),
            _ => None,
        }
    }
}

/// How statements are renumbered by a change.
#[derive(Clone, Copy)]
enum Shift {
    None,
    Inserted(usize),
    Moved { from: usize, to: usize },
    Removed(usize),
}

impl Shift {
    /// The number before the change.
    fn before(self, number: usize) -> Option<usize> {
        match self {
            Shift::Inserted(new) if number == new => None,
            Shift::Inserted(new) if number > new => Some(number - 1),
            Shift::Moved { from, to } if number == to => Some(from),
            Shift::Moved { from, to } if to < number && number <= from => Some(number - 1),
            Shift::Removed(gone) if number >= gone => Some(number + 1),
            _ => Some(number),
        }
    }

    /// The number behind the change.
    fn after(self, number: usize) -> Option<usize> {
        match self {
            Shift::Inserted(new) if number >= new => Some(number + 1),
            Shift::Moved { from, to } if number == from => Some(to),
            Shift::Moved { from, to } if to <= number && number < from => Some(number + 1),
            Shift::Removed(gone) if number == gone => None,
            Shift::Removed(gone) if number > gone => Some(number - 1),
            _ => Some(number),
        }
    }
}

/// The changes of one call that are tried one after the other.
pub struct Search {
    text: String,
    scenario: Scenario,
    /// What was wrong with each call.
    before: Made,
    /// The run ended before its text did.
    was_cut: bool,
    bounds: Bounds,
    at: usize,
    /// The call as it was made: with numbers in its brackets.
    made: Call,
    trouble: Trouble,
    /// On their way to `variables`; taken once it is known what to try.
    gathers: Option<Holdings>,
    /// What the names hold right before the call, each with the cursor from which it does.
    variables: Vec<(Variable, usize)>,
    left: VecDeque<Change>,
    trying: Option<(Attempt, Stage)>,
    tried: Vec<Tried>,
    events: usize,
}

/// A change that is tried.
struct Attempt {
    change: Change,
    text: String,
    was: String,
    now: String,
    shift: Shift,
    scenario: Scenario,
}

/// What is still to be done for it.
enum Stage {
    /// Its text is followed.
    Runs(Box<Running>),
    /// The calls that were made then are looked at.
    Looks(Box<Run>, Made),
    /// It works. What it has led to is seen at the end of the call.
    Weighs {
        run: Box<Run>,
        target: Option<usize>,
        starved: Option<usize>,
    },
}

impl Search {
    /// What can be tried for a call of a run of this text; nothing is tried yet. None when nothing was wrong with it.
    pub fn begin(text: &str, run: &Run, call: usize) -> Option<Search> {
        let trouble = trouble(run, call)?;
        let parsed = parse(text);
        if !parsed.errors.is_empty() {
            return None;
        }
        let record = &run.calls()[call];
        Some(Search {
            before: Made::begin(&parsed.scenario),
            was_cut: run.ended().is_some(),
            bounds: Bounds {
                calls: run.calls().len() * 2 + 1_000,
                events: run.len() * 2 + 100_000,
                ..Bounds::default()
            },
            at: call,
            made: record.call.clone(),
            trouble,
            gathers: Some(Holdings::begin(run, record.first)),
            variables: Vec::new(),
            left: VecDeque::new(),
            trying: None,
            tried: Vec::new(),
            events: 0,
            text: text.into(),
            scenario: parsed.scenario,
        })
    }

    /// What was wrong.
    pub fn trouble(&self) -> Trouble {
        self.trouble
    }

    /// The number of the call in the run.
    pub fn call(&self) -> usize {
        self.at
    }

    /// What was tried so far, in order.
    pub fn tried(&self) -> &[Tried] {
        &self.tried
    }

    /// How many changes may still be tried, the one on its way included.
    pub fn left(&self) -> usize {
        self.left.len() + usize::from(self.trying.is_some())
    }

    /// Everything was tried.
    pub fn is_done(&self) -> bool {
        self.gathers.is_none() && self.left() == 0
    }

    /// So much work more, in statements and events, for the run that the search began with. True once everything was tried.
    pub fn go_on(&mut self, run: &Run, work: usize) -> bool {
        if let Some(gathers) = &mut self.gathers {
            if !self.before.go_on(run, work) || !gathers.go_on(run, work) {
                return false;
            }
            self.variables = self.gathers.take().map_or(Vec::new(), Holdings::finish);
            self.plan(run);
        }
        let Some((attempt, stage)) = self.trying.take().or_else(|| self.next()) else {
            return true;
        };
        match self.piece(&attempt, stage, work) {
            ControlFlow::Continue(stage) => self.trying = Some((attempt, stage)),
            ControlFlow::Break(outcome) => self.has_tried(attempt, outcome),
        }
        self.is_done()
    }

    fn has_tried(&mut self, attempt: Attempt, outcome: Outcome) {
        let tried = Tried {
            change: attempt.change,
            text: attempt.text,
            was: attempt.was,
            now: attempt.now,
            outcome,
        };
        if self.events > MAX_EVENTS {
            self.left.clear();
        }
        // The largest is the answer; of many pointers a few are enough.
        let works = |tried: &&Tried| tried.effects().is_some();
        let sized = |change: &Change| matches!(change, Change::Size(_) | Change::Order(_));
        if works(&&tried) && sized(&tried.change) {
            self.left.retain(|change| !sized(change));
        }
        self.tried.push(tried);
        let frees = |change: &Change| matches!(change, Change::Free(_));
        let found = self.tried.iter().filter(works);
        if found.filter(|tried| frees(&tried.change)).count() >= MAX_FREES_OFFERED {
            self.left.retain(|change| !frees(change));
        }
    }

    // ── what to try ───────────────────────────────────────────────────────────────────────────────────────────────

    fn plan(&mut self, run: &Run) {
        let record: &CallRecord = &run.calls()[self.at];
        let scarce = matches!(
            self.trouble,
            Trouble::Null(_) | Trouble::Stopped(Stop::Endless)
        );
        let sin = match self.trouble {
            Trouble::Sinned(sin) | Trouble::Stopped(Stop::Undefined(sin)) => Some(sin),
            _ => None,
        };
        if sin.is_none_or(|sin| sin == Sin::BothZoneBits)
            && let Some(from) = flags(&record.call)
        {
            let high = matches!(
                record.call,
                Call::AllocPages { .. } | Call::AllocPagesNode { .. }
            );
            let all = other_flags(from, high).into_iter();
            self.left.extend(all.map(|to| Change::Flags { from, to }));
        }
        if sin.is_none()
            && record.context.0
                & (Context::HARDIRQ.0
                    | Context::SOFTIRQ.0
                    | Context::SPINLOCK.0
                    | Context::IRQS_OFF.0)
                != 0
            && let Some((_, who, lock)) = self.ahead()
        {
            self.left.push_back(Change::Earlier { who, lock });
        }
        let spec = run.start().spec();
        if scarce {
            let pages = match record.call {
                Call::Kmalloc { size, .. } => size > spec.page_size,
                Call::GetFreePages { order, .. } => order > 0,
                _ => false,
            };
            if pages {
                self.left.push_back(Change::Vmalloc);
            }
            self.plan_frees(run);
            self.plan_sizes(spec, &record.call);
        }
        match sin {
            Some(Sin::Leaked) => {
                let old = record.call.target().map(name_of);
                self.left.extend(old.map(Change::Free));
                if record.call.target().is_none() {
                    let name = edit::fresh_name(&self.scenario);
                    self.left.push_back(Change::Keep(name));
                }
            }
            Some(Sin::WrongFree | Sin::WrongOrder) => self.left.push_back(Change::RightFree),
            Some(Sin::Overrun) => {
                let owned = match self.given(&record.call) {
                    Some(Value::Object { asked, .. }) => Some(asked),
                    Some(Value::Pages { order, .. } | Value::PageStruct { order, .. }) => {
                        spec.page_size.checked_shl(order.into())
                    }
                    Some(Value::Area { pages, .. }) => pages.checked_mul(spec.page_size),
                    Some(Value::Mapped { .. }) => Some(spec.page_size),
                    _ => None,
                };
                self.left.extend(owned.map(Change::Length));
            }
            Some(Sin::Disclosed) => self.left.push_back(Change::Clear),
            Some(Sin::DoubleFree | Sin::LockNotHeld | Sin::LockHeld) => {
                self.left.push_back(Change::LeaveOut);
            }
            _ => {}
        }
    }

    /// What a variable holds right before the call.
    fn held(&self, name: &str) -> Option<Value> {
        let mut all = self.variables.iter();
        Some(all.find(|(variable, _)| variable.name == name)?.0.value)
    }

    /// What the call is given.
    fn given(&self, call: &Call) -> Option<Value> {
        match call.pointer()? {
            Pointer::Place(place) => self.held(&name_of(place)),
            Pointer::Null => None,
        }
    }

    /// Live pointers, those of the most pages first, and of these the newest. Those that the call's own loop has made are
    /// not there yet where a release can stand.
    fn plan_frees(&mut self, run: &Run) {
        let page = self.scenario.machine.page_size;
        let sites = sites(&self.scenario);
        let own = self.before.key(self.at).0;
        let Some(ahead) = release_point(&sites[own]) else {
            return;
        };
        let begin = number_at(&sites, ahead);
        let entered = (0..=self.at).find(|&call| (begin..=own).contains(&self.before.key(call).0));
        let first = run.calls()[entered.unwrap_or(self.at)].first;
        let live = self
            .variables
            .iter()
            .filter(|(variable, since)| variable.live && *since <= first);
        let mut live: Vec<(u32, &str)> = live
            .filter_map(|(variable, _)| {
                let pages = match variable.value {
                    Value::Object { asked, .. } => asked.div_ceil(page),
                    Value::Pages { order, .. } | Value::PageStruct { order, .. } => 1 << order,
                    Value::Area { pages, .. } => pages,
                    Value::Null | Value::Mapped { .. } => return None,
                };
                Some((pages, &variable.name[..]))
            })
            .collect();
        live.reverse();
        live.sort_by_key(|&(pages, _)| core::cmp::Reverse(pages));
        live.truncate(MAX_FREES);
        let frees = live.into_iter();
        self.left
            .extend(frees.map(|(_, name)| Change::Free(name.into())));
    }

    /// The largest first.
    fn plan_sizes(&mut self, spec: &MachineSpec, call: &Call) {
        match *call {
            Call::Kmalloc { size, .. } => {
                let mut smaller: Vec<u32> =
                    size_classes(spec).filter(|class| *class < size).collect();
                smaller.reverse();
                self.left.extend(smaller.into_iter().map(Change::Size));
            }
            Call::GetFreePages { order, .. }
            | Call::AllocPages { order, .. }
            | Call::AllocPagesNode { order, .. } => {
                let smaller = (0..order.min(ORDERS as u32)).rev();
                self.left.extend(smaller.map(Change::Order));
            }
            _ => {}
        }
    }

    // ── trying ────────────────────────────────────────────────────────────────────────────────────────────────────

    /// The text with a change, how its statements are numbered then, and the line before and after.
    fn changed(&self, wanted: &Change) -> Option<(String, Shift, String, String)> {
        let sites = sites(&self.scenario);
        let number = self.before.key(self.at).0;
        let site = &sites[number];
        let (span, call) = (site.span, site.call);
        let other = |new: Call| {
            let text = change::with_call(&self.text, span, call, &new)?;
            Some((text, Shift::None, print_call(call), print_call(&new)))
        };
        let first = |new: Call, ahead: Span| {
            let text = change::with_call_before(&self.text, ahead, &new)?;
            Some((
                text,
                Shift::Inserted(number_at(&sites, ahead)),
                String::new(),
                print_call(&new),
            ))
        };
        match wanted {
            Change::Flags { to, .. } => other(with_flags(call, *to)?),
            Change::Size(size) => match call {
                Call::Kmalloc { to, gfp, .. } => other(Call::Kmalloc {
                    to: to.clone(),
                    size: *size,
                    gfp: *gfp,
                }),
                _ => None,
            },
            Change::Order(fewer) => {
                let mut new = call.clone();
                match &mut new {
                    Call::GetFreePages { order, .. }
                    | Call::AllocPages { order, .. }
                    | Call::AllocPagesNode { order, .. } => *order = *fewer,
                    _ => return None,
                }
                other(new)
            }
            Change::Vmalloc => self.with_vmalloc(&sites, number),
            Change::Keep(name) => {
                let place = place(name)?;
                let mut new = call.clone();
                match &mut new {
                    Call::Kmalloc { to, .. }
                    | Call::GetFreePages { to, .. }
                    | Call::AllocPages { to, .. }
                    | Call::AllocPagesNode { to, .. }
                    | Call::Vmalloc { to, .. } => *to = Some(place),
                    _ => return None,
                }
                other(new)
            }
            Change::Free(name) => {
                let pointer = Pointer::Place(place(name)?);
                first(free_call(pointer, &self.held(name)?)?, release_point(site)?)
            }
            Change::Clear => {
                let pointer = call.pointer()?.clone();
                let (Call::CopyToUser { length, .. } | Call::Dma { length, .. }) = *call else {
                    return None;
                };
                let byte = 0;
                first(
                    Call::Memset {
                        pointer,
                        byte,
                        length,
                    },
                    span,
                )
            }
            Change::Length(most) => {
                let mut new = call.clone();
                match &mut new {
                    Call::Memset { length, .. }
                    | Call::CopyToUser { length, .. }
                    | Call::Dma { length, .. } => *length = *most,
                    _ => return None,
                }
                other(new)
            }
            Change::RightFree => other(free_call(
                call.pointer()?.clone(),
                &self.given(&self.made)?,
            )?),
            Change::LeaveOut => {
                let text = change::without(&self.text, span)?;
                Some((
                    text,
                    Shift::Removed(number),
                    print_call(call),
                    String::new(),
                ))
            }
            Change::Earlier { .. } => {
                let (ahead, ..) = self.ahead()?;
                let text = change::moved_before(&self.text, span, ahead)?;
                let to = number_at(&sites, ahead);
                let line = print_call(call);
                let shift = Shift::Moved { from: number, to };
                Some((text, shift, line.clone(), line))
            }
        }
    }

    /// `vmalloc` for the call, and `vfree` where the same pointer is given back.
    fn with_vmalloc(
        &self,
        sites: &[Site<'_>],
        number: usize,
    ) -> Option<(String, Shift, String, String)> {
        let call = sites[number].call;
        let page = self.scenario.machine.page_size;
        let (to, size) = match call {
            Call::Kmalloc { to, size, .. } => (to.clone(), *size),
            Call::GetFreePages { to, order, .. } => (to.clone(), page.checked_shl(*order)?),
            _ => return None,
        };
        let pointer = to.clone().map(Pointer::Place);
        let new = Call::Vmalloc { to, size };
        let (was, now) = (print_call(call), print_call(&new));
        let mut text = self.text.clone();
        // From the back, so that the places further ahead stay true.
        for site in sites[number + 1..].iter().rev() {
            if matches!(site.call, Call::Kfree(_) | Call::FreePages { .. })
                && site.call.pointer() == pointer.as_ref()
            {
                let free = Call::Vfree(pointer.clone()?);
                text = change::with_call(&text, site.span, site.call, &free)?;
            }
        }
        text = change::with_call(&text, sites[number].span, call, &new)?;
        Some((text, Shift::None, was, now))
    }

    /// Where the call would stand before the lock, or before the block of an interrupt; and which that is.
    fn ahead(&self) -> Option<(Span, Option<Who>, Option<String>)> {
        let sites = sites(&self.scenario);
        let site = sites.get(self.before.key(self.at).0)?;
        for &(block, at) in &site.path {
            let mut held: Vec<(&Stmt, Option<String>)> = Vec::new();
            for statement in &block[..at] {
                let StmtKind::Call(call) = &statement.kind else {
                    continue;
                };
                match call {
                    Call::SpinLock(name) | Call::SpinLockIrqsave(name) => {
                        held.push((statement, Some(name.clone())));
                    }
                    Call::LocalIrqDisable => held.push((statement, None)),
                    Call::SpinUnlock(name) | Call::SpinUnlockIrqrestore(name) => {
                        held.retain(|(_, lock)| lock.as_ref() != Some(name));
                    }
                    Call::LocalIrqEnable => held.retain(|(_, lock)| lock.is_some()),
                    _ => {}
                }
            }
            if let Some((first, lock)) = held.into_iter().next() {
                return Some((first.span, None, lock));
            }
            if let StmtKind::Within {
                who: who @ (Who::Irq | Who::Softirq | Who::Timer | Who::Tasklet),
                ..
            } = block[at].kind
            {
                return Some((block[at].span, Some(who), None));
            }
        }
        None
    }

    /// The next change that can be written into this text.
    fn next(&mut self) -> Option<(Attempt, Stage)> {
        while let Some(change) = self.left.pop_front() {
            let Some((text, shift, was, now)) = self.changed(&change) else {
                continue;
            };
            let parsed = parse(&text);
            if !parsed.errors.is_empty() {
                continue;
            }
            let scenario = parsed.scenario;
            let Ok(running) = Running::begin(&scenario, self.bounds) else {
                continue;
            };
            let attempt = Attempt {
                change,
                text,
                was,
                now,
                shift,
                scenario,
            };
            return Some((attempt, Stage::Runs(Box::new(running))));
        }
        None
    }

    /// A piece more of an attempt, until it is known what comes of it.
    fn piece(
        &mut self,
        attempt: &Attempt,
        stage: Stage,
        work: usize,
    ) -> ControlFlow<Outcome, Stage> {
        match stage {
            Stage::Runs(mut running) => {
                if !running.go_on(work) {
                    return ControlFlow::Continue(Stage::Runs(running));
                }
                let run = running.finish();
                self.events += run.len();
                let made = Made::begin(&attempt.scenario);
                ControlFlow::Continue(Stage::Looks(Box::new(run), made))
            }
            Stage::Looks(run, mut made) => {
                if !made.go_on(&run, work) {
                    return ControlFlow::Continue(Stage::Looks(run, made));
                }
                let (target, starved) = self.judged(attempt, &run, &made)?;
                ControlFlow::Continue(Stage::Weighs {
                    run,
                    target,
                    starved,
                })
            }
            Stage::Weighs {
                mut run,
                target,
                starved,
            } => {
                let end = target.map_or(0, |target| run.calls()[target].end);
                if !run.prepare(end) {
                    return ControlFlow::Continue(Stage::Weighs {
                        run,
                        target,
                        starved,
                    });
                }
                ControlFlow::Break(Outcome::Works(effects(&mut run, target, starved)))
            }
        }
    }

    // ── judging ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// When it works, the call's number now, and the first later call that gets NULL for it.
    fn judged(
        &self,
        attempt: &Attempt,
        run: &Run,
        after: &Made,
    ) -> ControlFlow<Outcome, (Option<usize>, Option<usize>)> {
        let Attempt { change, shift, .. } = attempt;
        let target = self.before.key(self.at);
        let target = after.at(shift.after(target.0), target.1);
        let harm = |call: usize, trouble| {
            ControlFlow::Break(Outcome::Harms(print_call(&run.calls()[call].call), trouble))
        };
        match target {
            Some(at) => {
                if let Some(trouble) = after.trouble(at) {
                    return ControlFlow::Break(Outcome::Fails(trouble));
                }
            }
            None if *change == Change::LeaveOut => {}
            None => return ControlFlow::Break(Outcome::Unclear),
        }
        // Calls before it are made as they were.
        for call in 0..self.at {
            let (number, turn) = self.before.key(call);
            let Some(at) = after.at(shift.after(number), turn) else {
                return ControlFlow::Break(Outcome::Unclear);
            };
            if let Some(new) = is_new(self.before.trouble(call), after.trouble(at)) {
                return harm(at, new);
            }
        }
        // What the run did not reach before is held against a change only if it can have come from it.
        let moves = !matches!(
            change,
            Change::Flags { .. } | Change::Size(_) | Change::Order(_)
        );
        let mut starved = None;
        for at in 0..after.len() {
            let (number, turn) = after.key(at);
            let trouble = after.trouble(at);
            let old = self.before.at(shift.before(number), turn);
            let new = match old {
                Some(old) => is_new(self.before.trouble(old), trouble),
                None if moves || !self.was_cut => trouble,
                None => None,
            };
            match new {
                None => {}
                Some(Trouble::Null(_)) if shift.before(number).is_some() => {
                    starved = starved.or(Some(at));
                }
                Some(new) => return harm(at, new),
            }
        }
        let cut = matches!(
            run.ended(),
            Some(Ended::TooManyCalls | Ended::TooManyEvents | Ended::TooManySteps | Ended::Blocked)
        );
        if cut && !self.was_cut {
            return ControlFlow::Break(Outcome::Unclear);
        }
        ControlFlow::Continue((target, starved))
    }
}

/// Trouble that was not there.
fn is_new(old: Option<Trouble>, new: Option<Trouble>) -> Option<Trouble> {
    let new = new?;
    match old {
        Some(old) if discriminant(&old) == discriminant(&new) => None,
        _ => Some(new),
    }
}

fn effects(run: &mut Run, target: Option<usize>, starved: Option<usize>) -> Effects {
    let mut effects = Effects {
        answer: None,
        first: run.len(),
        waited: 0,
        freed: 0,
        killed: 0,
        reserve: None,
        starved,
    };
    let Some(target) = target else {
        return effects;
    };
    let record = run.calls()[target].clone();
    effects.answer = Some(record.answer);
    effects.first = record.first;
    let mut taken = None;
    for (_, event) in run.own_events(target) {
        match event {
            Event::Waited { jiffies } => effects.waited += jiffies,
            Event::ReclaimEnded { freed } => effects.freed += freed,
            Event::ProcessKilled { .. } => effects.killed += 1,
            Event::Taken { zone, .. } => taken = Some(zone),
            _ => {}
        }
    }
    if let Some(zone) = taken {
        let machine = run.at(record.end);
        let marks = machine.zone(zone);
        if marks.free_pages() < marks.pages_min() {
            effects.reserve = Some((zone, marks.free_pages(), marks.pages_min()));
        }
    }
    effects
}

// ── places ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/// `p` or `q[3]`.
fn name_of(place: &Place) -> String {
    match &place.index {
        Some(Index::Number(number)) => alloc::format!("{}[{number}]", place.name),
        Some(Index::Var(name)) => alloc::format!("{}[{name}]", place.name),
        None => place.name.clone(),
    }
}

/// The place of a variable's name: `p` or `q[3]`.
pub fn place(name: &str) -> Option<Place> {
    let (name, index) = match name.split_once('[') {
        Some((name, rest)) => {
            let number = rest.strip_suffix(']')?.parse().ok()?;
            (name, Some(Index::Number(number)))
        }
        None => (name, None),
    };
    Some(Place {
        name: name.into(),
        index,
    })
}

/// The call that gives back what a pointer holds, by the kernel's function for it.
pub fn free_call(pointer: Pointer, value: &Value) -> Option<Call> {
    match *value {
        Value::Null | Value::Mapped { .. } => None,
        Value::Object { .. } => Some(Call::Kfree(pointer)),
        Value::Pages { order, .. } => Some(Call::FreePages {
            pointer,
            order: order.into(),
        }),
        Value::PageStruct { order, .. } => Some(Call::FreePageStructs {
            pointer,
            order: order.into(),
        }),
        Value::Area { .. } => Some(Call::Vfree(pointer)),
    }
}

// ── flags ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

/// The flags that a call is made with, if it takes any.
pub fn flags(call: &Call) -> Option<Gfp> {
    match *call {
        Call::Kmalloc { gfp, .. }
        | Call::GetFreePages { gfp, .. }
        | Call::AllocPages { gfp, .. }
        | Call::AllocPagesNode { gfp, .. } => Some(gfp),
        _ => None,
    }
}

/// The call with other flags, if it takes any.
pub fn with_flags(call: &Call, flags: Gfp) -> Option<Call> {
    let mut call = call.clone();
    match &mut call {
        Call::Kmalloc { gfp, .. }
        | Call::GetFreePages { gfp, .. }
        | Call::AllocPages { gfp, .. }
        | Call::AllocPagesNode { gfp, .. } => *gfp = flags,
        _ => return None,
    }
    Some(call)
}

/// Masks that differ by one decision of the caller. `high`: the call can be given high memory.
fn other_flags(from: Gfp, high: bool) -> Vec<Gfp> {
    let priority = |to: Gfp| (from & !(Gfp::KERNEL | Gfp::HIGH)) | to;
    let mut all = Vec::new();
    let mut offer = |to: Gfp| {
        if to != from && !all.contains(&to) {
            all.push(to);
        }
    };
    // What may not stand there at all goes first.
    for bits in [
        from.unnamed(),
        Gfp::HIGHMEM,
        Gfp::DMA,
        Gfp::NO_GROW,
        Gfp::NORETRY,
    ] {
        offer(from & !bits);
    }
    if from.has(Gfp::WAIT) {
        offer(priority(Gfp::ATOMIC));
    } else {
        offer(priority(Gfp::KERNEL));
    }
    if from.has(Gfp::WAIT) {
        for level in [Gfp::KERNEL, Gfp::NOFS, Gfp::NOIO] {
            offer((from & !Gfp::KERNEL) | level);
        }
    }
    for bits in [Gfp::HIGH, Gfp::REPEAT, Gfp::NOFAIL, Gfp::DMA] {
        offer(from | bits);
    }
    if high {
        offer(from | Gfp::HIGHMEM);
    }
    all
}
