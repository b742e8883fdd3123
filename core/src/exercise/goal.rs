//! What can be reached: events counted, answers given, the state at the end. A goal is a line of text and a test of a run.
//!
//! A goal never says how to get there; several right answers pass.

use alloc::string::String;
use alloc::vec::Vec;

use super::words::{self, Unread, Words, reason_of};
use crate::context::Context;
use crate::event::{CacheId, Event, Temperature};
use crate::gfp::Gfp;
use crate::machine::Machine;
use crate::profile::ZoneId;
use crate::run::{Answer, CallRecord, Run};
use crate::script::ast::{Call, Index, Place};
use crate::script::print_call;

/// One thing to reach.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Goal {
    /// `event NAME …`, `no NAME …`: events are counted.
    Event {
        /// The event's name.
        name: &'static str,
        /// Which of them.
        filter: Filter,
        /// How many.
        amount: Amount,
    },
    /// `call p answers …`, `some kmalloc of 100 answers …`, `every kmalloc answers …`
    Answers {
        /// Whose answer.
        who: Who,
        /// What it has to be.
        what: What,
    },
    /// A number at the end of the run: `free pages in DMA at least 40`, `calls at most 5`.
    Measure {
        /// Of what.
        quantity: Quantity,
        /// How much.
        amount: Amount,
    },
    /// `no sin`: no mistake was made, and the run came to its end.
    NoSin,
    /// `no wait in atomic context`: no call that may sleep stands where nobody may, even when it did not have to.
    NoRiskyWait,
    /// `bytes of p are 0`: every byte that was asked for has this value at the end.
    Bytes {
        /// The variable.
        of: String,
        /// The value.
        byte: u8,
    },
}

/// Which events are counted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// `in Normal`
    pub zone: Option<ZoneId>,
    /// `of order 3`
    pub order: Option<u32>,
    /// `of class 128`
    pub class: Option<u32>,
    /// `granted`, `refused`: the outcome of a zone's test.
    pub granted: Option<bool>,
    /// `hot`, `cold`: the per-cpu list.
    pub list: Option<Temperature>,
    /// `printed`, `unprinted`: whether a failure message came into the log.
    pub printed: Option<bool>,
    /// `because no-retry`
    pub because: Option<&'static str>,
    /// `by p`, `by line 7`: during this call.
    pub by: Option<CallRef>,
}

/// How many are enough, and how many too many.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Amount {
    /// Not fewer.
    pub least: u32,
    /// Not more.
    pub most: u32,
}

impl Amount {
    /// One or more.
    pub const SOME: Amount = Amount {
        least: 1,
        most: u32::MAX,
    };
    /// None at all.
    pub const NONE: Amount = Amount { least: 0, most: 0 };

    fn holds(self, value: u64) -> bool {
        (u64::from(self.least)..=u64::from(self.most)).contains(&value)
    }
}

/// A call of the run, as a writer or a learner can name it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CallRef {
    /// `p`: the last call that was made for this variable.
    For(String),
    /// `line 7`: the last call that this line of the text made.
    Line(u32),
}

/// Calls whose answers are looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Who {
    /// One call.
    One(CallRef),
    /// At least one call of this function, or for this array.
    Some(Calls),
    /// Each of them, and there is one.
    Every(Calls),
}

/// All calls of a function, or for an array.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Calls {
    /// `kmalloc`, or the array `q`.
    pub name: String,
    /// `of 100`: only those that ask for so many bytes.
    pub size: Option<u32>,
}

/// What a call has to answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum What {
    /// `object`
    Object {
        /// `of class 128`
        class: Option<u32>,
        /// `in DMA`
        zone: Option<ZoneId>,
    },
    /// `pages`
    Pages {
        /// `of order 2`
        order: Option<u32>,
        /// `in DMA`
        zone: Option<ZoneId>,
    },
    /// `address`: anything but NULL.
    Address {
        /// `in DMA`
        zone: Option<ZoneId>,
    },
    /// `null`
    Null {
        /// `because too-large`
        because: Option<&'static str>,
    },
}

/// Something that can be measured on a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Quantity {
    /// `free pages`, `free pages in Normal`
    FreePages(Option<ZoneId>),
    /// `free blocks of order 3 in Normal`
    FreeBlocks {
        /// Of this order exactly.
        order: u32,
        /// In this zone, or in all.
        zone: Option<ZoneId>,
    },
    /// `live`: what was allocated and not given back.
    Live,
    /// `slabs of class 128`
    Slabs {
        /// Bytes.
        class: u32,
    },
    /// `pages_min in Normal`
    PagesMin(ZoneId),
    /// `calls`: those that the start did not make.
    Calls,
    /// `waste`: bytes given beyond those asked for.
    Waste,
}

/// How a goal stands, with what was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// Reached.
    pub met: bool,
    /// Why, or why not.
    pub found: Found,
}

/// What was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// Nothing to add.
    Plain,
    /// No such call was made.
    NoCall,
    /// So many.
    Number {
        /// How many.
        value: u64,
        /// The cursor after the last of them.
        cursor: Option<usize>,
    },
    /// This call answered so.
    Answered {
        /// Its number.
        call: usize,
    },
    /// This call is the one that is wrong.
    Wrong {
        /// Its number.
        call: usize,
    },
    /// The run ended before its text did.
    Ended,
}

impl Finding {
    fn of(met: bool, found: Found) -> Finding {
        Finding { met, found }
    }
}

// ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────

impl Goal {
    /// Reads a line.
    pub fn parse(line: &str) -> Result<Goal, Unread> {
        let words = &mut Words::new(line);
        let goal = read(words)?;
        words.done()?;
        Ok(goal)
    }
}

fn read(words: &mut Words<'_>) -> Result<Goal, Unread> {
    if words.take(&["no", "sin"]) {
        return Ok(Goal::NoSin);
    }
    if words.take(&["no", "wait", "in", "atomic", "context"]) {
        return Ok(Goal::NoRiskyWait);
    }
    if words.take(&["no"]) {
        let (name, filter, amount) = read_event(words)?;
        return match amount {
            None => Ok(Goal::Event {
                name,
                filter,
                amount: Amount::NONE,
            }),
            Some(_) => Err(words.wrong("no number after `no`")),
        };
    }
    if words.take(&["event"]) {
        let (name, filter, amount) = read_event(words)?;
        let amount = amount.unwrap_or(Amount::SOME);
        return Ok(Goal::Event {
            name,
            filter,
            amount,
        });
    }
    if words.take(&["bytes", "of"]) {
        let of = words.variable()?;
        if !words.take(&["are"]) {
            return Err(words.wrong_next("`are`"));
        }
        let byte = words.number()?;
        let byte = u8::try_from(byte).map_err(|_| words.wrong("a number from 0 to 255"))?;
        return Ok(Goal::Bytes { of, byte });
    }
    let who = if words.take(&["call"]) {
        Some(Who::One(read_call(words)?))
    } else if words.take(&["some"]) {
        Some(Who::Some(read_calls(words)?))
    } else if words.take(&["every"]) {
        Some(Who::Every(read_calls(words)?))
    } else {
        None
    };
    if let Some(who) = who {
        if !words.take(&["answers"]) {
            return Err(words.wrong_next("`answers`"));
        }
        let what = read_what(words)?;
        return Ok(Goal::Answers { who, what });
    }
    let quantity = read_quantity(words)?.ok_or_else(|| words.wrong_next(GOALS))?;
    let amount = read_amount(words)?;
    let amount = amount
        .ok_or_else(|| words.wrong_next("`at least`, `at most` or `exactly` and a number"))?;
    Ok(Goal::Measure { quantity, amount })
}

const GOALS: &str = "a goal: event, no, call, some, every, bytes, free pages, free blocks, live, slabs, pages_min, \
                     calls or waste";

/// A call by its variable or its line.
pub(super) fn read_call(words: &mut Words<'_>) -> Result<CallRef, Unread> {
    if words.take(&["line"]) {
        Ok(CallRef::Line(words.number()?))
    } else {
        Ok(CallRef::For(words.variable()?))
    }
}

fn read_calls(words: &mut Words<'_>) -> Result<Calls, Unread> {
    let name = words.variable()?;
    let size = if words.take(&["of"]) {
        Some(words.number()?)
    } else {
        None
    };
    Ok(Calls { name, size })
}

fn read_what(words: &mut Words<'_>) -> Result<What, Unread> {
    let what = words.next();
    let filter = read_filter(words)?.0;
    let Filter {
        zone,
        order,
        class,
        because,
        granted: None,
        list: None,
        printed: None,
        by: None,
    } = filter
    else {
        return Err(words.wrong("the end"));
    };
    match (what, class, order, because) {
        (Some("object"), class, None, None) => Ok(What::Object { class, zone }),
        (Some("pages"), None, order, None) => Ok(What::Pages { order, zone }),
        (Some("address"), None, None, None) => Ok(What::Address { zone }),
        (Some("null"), None, None, because) if zone.is_none() => Ok(What::Null { because }),
        _ => Err(words.wrong("object [of class N] [in ZONE], pages [of order N] [in ZONE], address [in ZONE] or null [because REASON]")),
    }
}

/// An event's name, and which and how many of them.
pub(super) fn read_event(
    words: &mut Words<'_>,
) -> Result<(&'static str, Filter, Option<Amount>), Unread> {
    let name = words.event()?;
    let (filter, amount) = read_filter(words)?;
    Ok((name, filter, amount))
}

/// Conditions and an amount, in any order.
fn read_filter(words: &mut Words<'_>) -> Result<(Filter, Option<Amount>), Unread> {
    let mut filter = Filter::default();
    let mut amount = None;
    loop {
        if words.take(&["in"]) {
            filter.zone = Some(words.zone()?);
        } else if words.take(&["of", "order"]) {
            filter.order = Some(words.number()?);
        } else if words.take(&["of", "class"]) {
            filter.class = Some(words.number()?);
        } else if words.take(&["granted"]) {
            filter.granted = Some(true);
        } else if words.take(&["refused"]) {
            filter.granted = Some(false);
        } else if words.take(&["hot"]) {
            filter.list = Some(Temperature::Hot);
        } else if words.take(&["cold"]) {
            filter.list = Some(Temperature::Cold);
        } else if words.take(&["printed"]) {
            filter.printed = Some(true);
        } else if words.take(&["unprinted"]) {
            filter.printed = Some(false);
        } else if words.take(&["because"]) {
            filter.because = Some(words.reason()?);
        } else if words.take(&["by"]) {
            filter.by = Some(read_call(words)?);
        } else if let Some(read) = read_amount(words)? {
            amount = Some(read);
        } else {
            return Ok((filter, amount));
        }
    }
}

fn read_amount(words: &mut Words<'_>) -> Result<Option<Amount>, Unread> {
    let (least, most) = if words.take(&["at", "least"]) {
        (words.number()?, u32::MAX)
    } else if words.take(&["at", "most"]) {
        (0, words.number()?)
    } else if words.take(&["exactly"]) {
        let number = words.number()?;
        (number, number)
    } else {
        return Ok(None);
    };
    Ok(Some(Amount { least, most }))
}

/// Something that can be measured; None when the next word begins something else.
pub(super) fn read_quantity(words: &mut Words<'_>) -> Result<Option<Quantity>, Unread> {
    let zone = |words: &mut Words<'_>| {
        let zone = words.take(&["in"]).then(|| words.zone());
        zone.transpose()
    };
    Ok(Some(if words.take(&["free", "pages"]) {
        Quantity::FreePages(zone(words)?)
    } else if words.take(&["free", "blocks", "of", "order"]) {
        Quantity::FreeBlocks {
            order: words.number()?,
            zone: zone(words)?,
        }
    } else if words.take(&["live"]) {
        Quantity::Live
    } else if words.take(&["slabs", "of", "class"]) {
        Quantity::Slabs {
            class: words.number()?,
        }
    } else if words.take(&["pages_min", "in"]) {
        Quantity::PagesMin(words.zone()?)
    } else if words.take(&["calls"]) {
        Quantity::Calls
    } else if words.take(&["waste"]) {
        Quantity::Waste
    } else {
        return Ok(None);
    }))
}

// ── testing ───────────────────────────────────────────────────────────────────────────────────────────────────────

impl Goal {
    /// This goal against a run; `own` are the calls that the start did not make.
    pub(super) fn check(&self, run: &Run, own: u64) -> Finding {
        match self {
            Goal::Event {
                name,
                filter,
                amount,
            } => {
                let (value, cursor) = count(run, name, filter);
                Finding::of(amount.holds(value), Found::Number { value, cursor })
            }
            Goal::Answers { who, what } => answers(run, who, what),
            Goal::Measure { quantity, amount } => {
                let value = measure(quantity, run, run.end(), run.len(), own);
                let found = Found::Number {
                    value,
                    cursor: None,
                };
                Finding::of(amount.holds(value), found)
            }
            Goal::NoSin => no_sin(run),
            Goal::NoRiskyWait => match run.calls().iter().position(is_risky) {
                Some(call) => Finding::of(false, Found::Wrong { call }),
                None => Finding::of(true, Found::Plain),
            },
            Goal::Bytes { of, byte } => bytes(run, of, *byte),
        }
    }
}

/// How many events of this name and kind there were, and the cursor after the last.
pub(super) fn count(run: &Run, name: &str, filter: &Filter) -> (u64, Option<usize>) {
    let fits = |(_, event): &(usize, Event)| event.name() == name && fits(event, filter, run.end());
    let mut value = 0;
    let mut cursor = None;
    let mut learn = |(index, _): (usize, Event)| {
        value += 1;
        cursor = Some(index + 1);
    };
    match &filter.by {
        None => run
            .events(0, run.len())
            .enumerate()
            .filter(fits)
            .for_each(&mut learn),
        Some(by) => {
            if let Some(call) = call(run, by) {
                run.own_events(call).filter(fits).for_each(&mut learn);
            }
        }
    }
    (value, cursor)
}

fn fits(event: &Event, filter: &Filter, machine: &Machine) -> bool {
    let class = |cache: CacheId| machine.cache(cache).shape().class_size;
    let granted = match event {
        Event::ZoneTested { granted, .. } => Some(*granted),
        _ => None,
    };
    let printed = match event {
        Event::Warned { printed, .. } => Some(*printed),
        _ => None,
    };
    // A condition that an event has nothing to do with does not hold.
    (filter.zone.is_none() || filter.zone == event.zone())
        && (filter.order.is_none() || filter.order == order_of(event))
        && (filter.class.is_none() || filter.class == cache_of(event).map(class))
        && (filter.granted.is_none() || filter.granted == granted)
        && (filter.list.is_none() || filter.list == list_of(event))
        && (filter.printed.is_none() || filter.printed == printed)
        && (filter.because.is_none() || filter.because == reason_of(event))
}

fn list_of(event: &Event) -> Option<Temperature> {
    match *event {
        Event::PcpLow { list, .. } | Event::PcpGot { list, .. } | Event::PcpPut { list, .. } => {
            Some(list)
        }
        _ => None,
    }
}

fn order_of(event: &Event) -> Option<u32> {
    match *event {
        Event::GrowAsked { order, .. }
        | Event::BlockMissing { order, .. }
        | Event::ReclaimStarted { order, .. }
        | Event::Taken { order, .. }
        | Event::Split { order, .. }
        | Event::Joined { order, .. }
        | Event::Listed { order, .. }
        | Event::Warned { order, .. } => Some(order.into()),
        Event::PagesAsked { order, .. } | Event::PagesRefused { order, .. } => Some(order),
        _ => None,
    }
}

fn cache_of(event: &Event) -> Option<CacheId> {
    match *event {
        Event::ClassChosen { cache, .. }
        | Event::ArrayEmpty { cache, .. }
        | Event::RefillAsked { cache, .. }
        | Event::GrowAsked { cache, .. }
        | Event::GrowFailed { cache, .. }
        | Event::ObjectGot { cache, .. }
        | Event::ObjectPut { cache, .. }
        | Event::ArrayFilled { cache, .. }
        | Event::ObjectReturned { cache, .. }
        | Event::SlabGrew { cache, .. }
        | Event::SlabDied { cache, .. } => Some(cache),
        _ => None,
    }
}

fn answers(run: &Run, who: &Who, what: &What) -> Finding {
    let fits = |call: usize| is(run, &run.calls()[call].answer, what);
    match who {
        Who::One(by) => match call(run, by) {
            Some(call) => Finding::of(fits(call), Found::Answered { call }),
            None => Finding::of(false, Found::NoCall),
        },
        Who::Some(calls) => {
            let all = named(run, calls);
            match all.iter().find(|call| fits(**call)).or(all.last()) {
                Some(&call) => Finding::of(fits(call), Found::Answered { call }),
                None => Finding::of(false, Found::NoCall),
            }
        }
        Who::Every(calls) => {
            let all = named(run, calls);
            match all.iter().find(|call| !fits(**call)).or(all.last()) {
                Some(&call) => Finding::of(fits(call), Found::Answered { call }),
                None => Finding::of(false, Found::NoCall),
            }
        }
    }
}

fn is(run: &Run, answer: &Answer, what: &What) -> bool {
    let in_zone = |zone: &Option<ZoneId>| zone.is_none() || zone_given(run.end(), answer) == *zone;
    match (what, *answer) {
        (What::Object { class, zone }, Answer::Object { given, .. }) => {
            class.is_none_or(|class| class == given) && in_zone(zone)
        }
        (What::Pages { order, zone }, Answer::Pages { order: given, .. }) => {
            order.is_none_or(|order| order == u32::from(given)) && in_zone(zone)
        }
        (
            What::Address { zone },
            Answer::Object { .. }
            | Answer::Pages { .. }
            | Answer::Area { .. }
            | Answer::Mapped { .. },
        ) => in_zone(zone),
        (What::Null { because }, Answer::Null(why)) => {
            because.is_none_or(|because| because == words::null_reason(why))
        }
        _ => false,
    }
}

/// The zone that what was answered lies in.
pub(super) fn zone_given(machine: &Machine, answer: &Answer) -> Option<ZoneId> {
    first_page(machine, answer).map(|pfn| machine.zone_of(pfn))
}

/// The first page of what was answered.
pub(super) fn first_page(machine: &Machine, answer: &Answer) -> Option<u32> {
    match *answer {
        Answer::Object { address, .. } => machine.pfn_of(address),
        Answer::Pages { pfn, .. } | Answer::Mapped { pfn, .. } => Some(pfn),
        _ => None,
    }
}

/// What a quantity is, on the machine that the run has at this cursor.
pub(super) fn measure(
    quantity: &Quantity,
    run: &Run,
    machine: &Machine,
    cursor: usize,
    own: u64,
) -> u64 {
    let zones = |only: &Option<ZoneId>| {
        let only = *only;
        machine
            .zones()
            .map(|(id, _)| id)
            .filter(move |id| only.is_none_or(|only| only == *id))
    };
    let done = run.calls().iter().filter(|call| call.end <= cursor);
    match quantity {
        Quantity::FreePages(zone) => zones(zone)
            .map(|zone| u64::from(machine.zone(zone).free_pages()))
            .sum(),
        Quantity::FreeBlocks { order, zone } => match u8::try_from(*order) {
            Ok(order) if usize::from(order) < crate::profile::ORDERS => zones(zone)
                .map(|zone| machine.free_list(zone, order).count() as u64)
                .sum(),
            _ => 0,
        },
        Quantity::Live => done
            .map(|call| {
                let gives = matches!(
                    call.answer,
                    Answer::Object { .. } | Answer::Pages { .. } | Answer::Area { .. }
                );
                i64::from(gives) - i64::from(call.frees.is_some())
            })
            .sum::<i64>() as u64,
        Quantity::Slabs { class } => {
            use crate::machine::SlabList::{Free, Full, Partial};
            let of_class = machine
                .caches()
                // `kmem_cache` is no class, whatever the size of its objects.
                .filter(|(id, cache)| id.0 != 0 && cache.shape().class_size == *class);
            of_class
                .flat_map(|(id, _)| [Free, Full, Partial].map(|list| (id, list)))
                .map(|(id, list)| machine.slabs(id, list).count() as u64)
                .sum()
        }
        Quantity::PagesMin(zone) => machine.zone(*zone).pages_min().into(),
        Quantity::Calls => own,
        Quantity::Waste => done
            .map(|call| match call.answer {
                Answer::Object { asked, given, .. } => u64::from(given - asked),
                _ => 0,
            })
            .sum(),
    }
}

fn no_sin(run: &Run) -> Finding {
    let sinned = |call: &usize| {
        let mut own = run.own_events(*call);
        own.any(|(_, event)| matches!(event, Event::Sinned { .. }))
    };
    match (0..run.calls().len()).find(sinned) {
        Some(call) => Finding::of(false, Found::Wrong { call }),
        None if run.ended().is_some() => Finding::of(false, Found::Ended),
        None => Finding::of(true, Found::Plain),
    }
}

/// Whether a call may sleep and is made where nobody may. The kernel without CONFIG_PREEMPT cannot see a held spinlock;
/// the driver is wrong all the same.
fn is_risky(call: &CallRecord) -> bool {
    let atomic = call.context.must_not_sleep() || call.context.has(Context::SPINLOCK);
    atomic && may_sleep(&call.call)
}

fn may_sleep(call: &Call) -> bool {
    match call {
        Call::Msleep(_)
        | Call::Schedule
        | Call::Down(_)
        | Call::CopyToUser { .. }
        | Call::Kmap { .. }
        | Call::Vmalloc { .. } => true,
        _ => flags(call).is_some_and(|gfp| gfp.has(Gfp::WAIT)),
    }
}

/// The flags that a call passes.
pub(super) fn flags(call: &Call) -> Option<Gfp> {
    match call {
        Call::Kmalloc { gfp, .. }
        | Call::GetFreePages { gfp, .. }
        | Call::AllocPages { gfp, .. } => Some(*gfp),
        _ => None,
    }
}

fn bytes(run: &Run, of: &str, byte: u8) -> Finding {
    let Some(call) = call(run, &CallRef::For(of.into())) else {
        return Finding::of(false, Found::NoCall);
    };
    let machine = run.end();
    let (address, length) = match run.calls()[call].answer {
        Answer::Object { address, asked, .. } => (address, asked),
        Answer::Pages {
            address: Some(address),
            order,
            ..
        } => (address, machine.spec().page_size << order),
        _ => return Finding::of(false, Found::Answered { call }),
    };
    let same = (0..length).all(|offset| machine.byte(address + offset) == byte);
    Finding::of(same, Found::Plain)
}

// ── calls ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/// The call that a writer named, if it was made.
pub(super) fn call(run: &Run, by: &CallRef) -> Option<usize> {
    run.calls().iter().rposition(|call| match by {
        CallRef::For(name) => {
            !matches!(call.call, Call::Assign { .. })
                && call
                    .call
                    .target()
                    .is_some_and(|place| is_place(place, name))
        }
        CallRef::Line(line) => call.span.line == *line,
    })
}

/// Whether a resolved place is called so: `p` or `q[3]`.
fn is_place(place: &Place, name: &str) -> bool {
    match (&place.index, name.strip_prefix(&*place.name)) {
        (None, Some("")) => true,
        (Some(Index::Number(index)), Some(rest)) => rest
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .and_then(|digits| digits.parse().ok())
            .is_some_and(|number: u32| number == *index),
        _ => false,
    }
}

/// The calls of a function or for an array, in order.
fn named(run: &Run, calls: &Calls) -> Vec<usize> {
    let fits = |call: &CallRecord| {
        let size = match call.call {
            Call::Kmalloc { size, .. } => Some(size),
            _ => None,
        };
        if calls.size.is_some() && calls.size != size {
            return false;
        }
        let target = call.call.target();
        if target.is_some_and(|place| place.name == calls.name) {
            return !matches!(call.call, Call::Assign { .. });
        }
        function(&call.call) == calls.name
    };
    let found = run.calls().iter().enumerate();
    found
        .filter(|(_, call)| fits(call))
        .map(|(at, _)| at)
        .collect()
}

/// The name of the function that a call calls.
fn function(call: &Call) -> String {
    let text = print_call(call);
    let name = text.split('(').next().unwrap_or_default();
    name.rsplit(' ').next().unwrap_or_default().into()
}

/// The bytes that a call asked for.
pub(super) fn asked(run: &Run, by: &CallRef) -> Option<u32> {
    match run.calls()[call(run, by)?].answer {
        Answer::Object { asked, .. } => Some(asked),
        _ => None,
    }
}
