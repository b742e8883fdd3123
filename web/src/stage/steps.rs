//! The decision path: a call's events folded into steps, each with its words and numbers.
//!
//! A step is what a reader of the kernel's source would call one thing: a chain of splits is one step, a refill with the
//! objects it fetched is one. The list is bounded: runs of equal steps fold into one that counts them, and what is still
//! too long shows the steps around the cursor. Of a very long call events are left out before that (`Current`).

use kmalloc_core::context::Context;
use kmalloc_core::event::{Event, Pass, Temperature};
use kmalloc_core::exercise::classes;
use kmalloc_core::gfp::{Gfp, LEVEL_BITS, MODIFIERS};
use kmalloc_core::linux_2_6_10::explain::terms;
use kmalloc_core::machine::Machine;
use kmalloc_core::run::Answer;

use super::{Current, grouped, hex};
use crate::lang::Lang;
use crate::lang::stage::{
    Texts, failure, fill, grow_failure, null_reason, retry, sin, stop, texts,
};
use crate::lang::world;

/// Steps that are shown at most.
pub const SHOWN: usize = 60;

/// Where a step's code stands, and the clause of the book that speaks of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Source {
    /// The kernel function.
    pub function: &'static str,
    /// Its file.
    pub file: &'static str,
    /// Section of the book, or nothing.
    pub clause: &'static str,
}

const fn source(function: &'static str, file: &'static str, clause: &'static str) -> Source {
    Source {
        function,
        file,
        clause,
    }
}

/// One step.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// Number of its first event in the call.
    pub from: usize,
    /// Number after its last.
    pub to: usize,
    /// The name of its first event: CSS class and test hook.
    pub kind: &'static str,
    /// What is done.
    pub title: String,
    /// The numbers that decided; marked as in `lang::stage`.
    pub numbers: String,
    /// Where to read on.
    pub source: Source,
    /// A test that was not passed, or a mistake.
    pub failed: bool,
    /// How many equal steps were folded into this one.
    pub times: usize,
}

/// How a step stands to the cursor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Before it.
    Done,
    /// Its event is the one at the cursor.
    Now,
    /// After it.
    Ahead,
}

impl Step {
    /// How this step stands to a cursor of its call.
    pub fn state(&self, at: usize) -> State {
        match at {
            _ if at >= self.to && (at > self.to || self.from == self.to) => State::Done,
            _ if at > self.from => State::Now,
            _ => State::Ahead,
        }
    }
}

/// The steps that are shown, and how many are left out before and after them.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Steps {
    /// In order.
    pub shown: Vec<Step>,
    /// Left out at the front.
    pub before: usize,
    /// Left out at the end.
    pub after: usize,
}

impl Steps {
    /// Events of the call before and behind the steps that are shown.
    pub fn events_left_out(&self, current: &Current) -> [usize; 2] {
        let [first, end] = [current.record.first, current.record.end];
        let from = self
            .shown
            .first()
            .map_or(first, |step| current.cursor(step.from));
        let to = self
            .shown
            .last()
            .map_or(end, |step| current.cursor(step.to));
        [from - first, end - to]
    }
}

/// Folds the call's events. `machine` is the one at the cursor: it names caches, marks and slabs.
pub fn steps(lang: Lang, machine: &Machine, current: &Current) -> Steps {
    let fold = Fold {
        lang,
        words: texts(lang),
        machine,
        current,
    };
    let mut all: Vec<Step> = Vec::new();
    let mut from = 0;
    let mut gaps = current.gaps.iter().peekable();
    while from < current.events.len() {
        let mut to = fold.end(from);
        if let Some((_, count)) = gaps.next_if(|(at, _)| *at == from) {
            all.push(left_out(from, *count, fold.words));
        }
        // What belongs together is cut where events are left out.
        if let Some((at, _)) = gaps.peek() {
            to = to.min(*at);
        }
        if let Some(step) = fold.step(from, to) {
            all.push(step);
        }
        from = to;
    }
    fold.answer(&mut all);
    if all.len() > SHOWN {
        fold_runs(&mut all, texts(lang), current.at);
    }
    window(all, current.at)
}

/// Stands for the events of a very long call that are not looked at.
fn left_out(at: usize, count: usize, words: &Texts) -> Step {
    Step {
        from: at,
        to: at,
        kind: "left-out",
        title: fill(words.events_left_out, &[&grouped(count as u32)]),
        numbers: String::new(),
        source: source("", "", ""),
        failed: false,
        times: 1,
    }
}

/// Equal steps in a row become one, except around the cursor.
fn fold_runs(all: &mut Vec<Step>, words: &Texts, at: usize) {
    let mut folded: Vec<Step> = Vec::new();
    for step in all.drain(..) {
        match folded.last_mut() {
            Some(last)
                if last.title == step.title
                    && last.failed == step.failed
                    && last.state(at) == step.state(at) =>
            {
                last.to = step.to;
                last.times += step.times;
                last.numbers = step.numbers;
            }
            _ => folded.push(step),
        }
    }
    for step in folded.iter_mut().filter(|step| step.times > 1) {
        step.title = fill(words.times, &[&step.title, &step.times.to_string()]);
    }
    *all = folded;
}

/// At most [`SHOWN`] steps, with the one at the cursor among them.
fn window(mut all: Vec<Step>, at: usize) -> Steps {
    if all.len() <= SHOWN {
        return Steps {
            shown: all,
            before: 0,
            after: 0,
        };
    }
    let now = all
        .iter()
        .position(|step| step.state(at) != State::Done)
        .unwrap_or(all.len() - 1);
    let before = now.saturating_sub(SHOWN / 2).min(all.len() - SHOWN);
    let after = all.len() - SHOWN - before;
    all.drain(..before);
    all.truncate(SHOWN);
    Steps {
        shown: all,
        before,
        after,
    }
}

/// Reclaim has a page in its hands, or is about to.
const fn looks_at_a_page(event: &Event) -> bool {
    matches!(
        event,
        Event::ZoneScanned { .. }
            | Event::ActiveScanned { .. }
            | Event::Unreferenced { .. }
            | Event::SwapAdded { .. }
            | Event::Unmapped { .. }
            | Event::BuffersReleased { .. }
            | Event::WriteStarted { .. }
            | Event::PageKept { .. }
            | Event::PageActivated { .. }
            | Event::PageDeactivated { .. }
            | Event::PageRotated { .. }
            | Event::PageDropped { .. }
    )
}

/// A page goes back to the allocator.
const fn gives_back(event: &Event) -> bool {
    matches!(
        event,
        Event::PcpPut { .. } | Event::Drained { .. } | Event::Joined { .. } | Event::Listed { .. }
    )
}

struct Fold<'a> {
    lang: Lang,
    words: &'static Texts,
    machine: &'a Machine,
    current: &'a Current,
}

impl Fold<'_> {
    /// The number after the last event of the step that begins at `from`.
    fn end(&self, from: usize) -> usize {
        let events = &self.current.events;
        let exits = self.exits(from);
        let belongs = |event: &Event| {
            if exits {
                return matches!(event, Event::PageDropped { .. }) || gives_back(event);
            }
            matches!(
                (&events[from], event),
                (Event::Taken { .. }, Event::Split { .. })
                    | (
                        Event::Drained { .. } | Event::Joined { .. },
                        Event::Joined { .. } | Event::Listed { .. }
                    )
                    | (
                        Event::RefillAsked { .. },
                        Event::FreeSlabsTouched { .. } | Event::ArrayFilled { .. }
                    )
                    | (
                        Event::GrowAsked { .. },
                        Event::ColourDrawn { .. } | Event::PagesAsked { .. }
                    )
                    | (Event::FlushStarted { .. }, Event::ObjectReturned { .. })
                    | (Event::ReclaimStarted { .. }, Event::ReclaimPlanUsed)
                    | (
                        Event::PrioritiesReset | Event::ScanPlanned { .. },
                        Event::ScanPlanned { .. }
                            | Event::ShrinkPlanned { .. }
                            | Event::ZoneGivenUp { .. }
                    )
                    | (
                        Event::ShrinkerAsked { .. } | Event::CachePageShrunk { .. },
                        Event::CachePageShrunk { .. } | Event::ShrinkPlanned { .. }
                    )
            ) || looks_at_a_page(&events[from]) && looks_at_a_page(event)
                || (looks_at_a_page(&events[from])
                    || matches!(
                        events[from],
                        Event::ShrinkerAsked { .. } | Event::CachePageShrunk { .. }
                    ))
                    && gives_back(event)
        };
        // A task that writes a page frees memory meanwhile; where the filesystem does nothing of its own, that is no step.
        let in_passing = |index: usize| {
            let is_context = |index: usize| {
                let event = events.get(index);
                event.is_some_and(|event| matches!(event, Event::ContextSet { .. }))
            };
            looks_at_a_page(&events[from])
                && is_context(index)
                && (is_context(index + 1) || is_context(index - 1))
        };
        let more = events[from + 1..]
            .iter()
            .zip(from + 1..)
            .take_while(|(event, index)| belongs(event) || in_passing(*index))
            .count();
        // A block that is listed ends its chain: the next one begins a new step. What reclaim frees is one with its scan.
        let is_freed = matches!(
            events[from],
            Event::Drained { .. } | Event::Joined { .. } | Event::Listed { .. }
        );
        let listed = events[from..=from + more]
            .iter()
            .position(|event| matches!(event, Event::Listed { .. }));
        match listed {
            Some(place) if is_freed => from + place + 1,
            _ => from + more + 1,
        }
    }

    /// What begins at `from` are the pages of a process that was killed: its exit frees them, not reclaim.
    fn exits(&self, from: usize) -> bool {
        let events = &self.current.events;
        let killed = |place| matches!(events[place], Event::ProcessKilled { .. });
        matches!(events[from], Event::PageDropped { .. }) && from.checked_sub(1).is_some_and(killed)
    }

    fn step(&self, from: usize, to: usize) -> Option<Step> {
        let events = &self.current.events[from..to];
        let first = events.first()?;
        let (title, numbers, source) = match first {
            Event::Called { .. } => self.called(from)?,
            first => self.worded(first, events, from),
        };
        Some(Step {
            from,
            to,
            kind: first.name(),
            title,
            numbers,
            source,
            failed: failed(first),
            times: 1,
        })
    }

    /// The event of a step that the cursor stands on.
    fn now<'e>(&self, events: &'e [Event], from: usize) -> Option<&'e Event> {
        let happened = self.current.at.checked_sub(from)?;
        events.get(happened.checked_sub(1)?)
    }

    fn cache(&self, id: kmalloc_core::event::CacheId) -> &str {
        &self.machine.cache(id).shape().name
    }

    fn temperature(&self, list: Temperature) -> &'static str {
        match list {
            Temperature::Hot => self.words.hot,
            Temperature::Cold => self.words.cold,
        }
    }

    fn zones(&self, gfp: Gfp) -> String {
        let zones: Vec<&str> = self
            .current
            .zonelist(self.machine, gfp)
            .iter()
            .map(|zone| zone.label())
            .collect();
        zones.join(", ")
    }

    fn flags(&self, gfp: Gfp) -> String {
        let zones = self.zones(gfp);
        let text = if zones.is_empty() {
            self.words.flags_undefined
        } else {
            self.words.flags_numbers
        };
        fill(text, &[&flag_names(gfp), &zones])
    }

    fn zone_test(&self, event: &Event, before: usize) -> String {
        let Event::ZoneTested {
            zone,
            pass,
            granted,
            free,
            need,
        } = *event
        else {
            return String::new();
        };
        let asked = self.current.events[..before]
            .iter()
            .rev()
            .find_map(|event| match *event {
                Event::PagesAsked { order, gfp } => Some((order, gfp)),
                _ => None,
            });
        let known = asked.and_then(|(order, gfp)| {
            let terms = terms(
                self.machine,
                self.current.node(self.machine),
                zone,
                pass,
                gfp,
                order,
                self.current.record.context,
            )?;
            // A mark that was changed since the test would not add up: then the sum alone speaks.
            (terms.need == need).then_some((order, terms))
        });
        let Some((order, terms)) = known else {
            let sign = if granted { "≥" } else { "<" };
            return format!("`{free} {sign} {need}`");
        };
        let mut mark = terms.lowered.to_string();
        if terms.lowered != terms.mark {
            let half = if terms.halved { " × ½" } else { "" };
            let quarter = if terms.quartered { " × ¾" } else { "" };
            mark = format!("{mark} ({}{half}{quarter})", terms.mark);
        }
        let text = if granted {
            self.words.test_yes
        } else {
            self.words.test_no
        };
        let numbers = [
            free,
            order,
            terms.protection,
            need,
            need.saturating_sub(free),
        ]
        .map(|n| n.to_string());
        let [free, order, protection, need, short] = &numbers;
        fill(text, &[free, &mark, order, protection, need, short])
    }

    /// A `kmalloc` reads its flags when it is entered; of other calls there is nothing to say before their first event.
    fn called(&self, from: usize) -> Option<(String, String, Source)> {
        match *self.current.events.get(from + 1)? {
            Event::ClassChosen { gfp, .. } | Event::ClassMissing { gfp, .. } => Some((
                self.words.flags.into(),
                match gfp.has(Gfp::HIGHMEM) {
                    true => fill(self.words.flags_highmem, &[&flag_names(gfp)]),
                    false => self.flags(gfp),
                },
                source("kmalloc", "slab.h", "8.1.1"),
            )),
            _ => None,
        }
    }

    /// The event at `from` hands out what its list held already: nothing was put on it for this call.
    fn at_once(&self, from: usize) -> bool {
        let past = || self.current.events[..from].iter().rev();
        match self.current.events.get(from) {
            Some(Event::ObjectGot { cache, .. }) => !past().any(
                |event| matches!(event, Event::ArrayEmpty { cache: empty, .. } if empty == cache),
            ),
            Some(Event::PcpGot { .. }) => !past()
                .take_while(|event| !matches!(event, Event::PagesAsked { .. }))
                .any(|event| matches!(event, Event::PcpLow { .. })),
            _ => false,
        }
    }

    fn worded(&self, first: &Event, events: &[Event], from: usize) -> (String, String, Source) {
        let words = self.words;
        let plain =
            |title: &str, numbers: String, source: Source| (title.to_string(), numbers, source);
        let slab = |function| source(function, "slab.c", "");
        let pages = |function| source(function, "page_alloc.c", "");
        match *first {
            Event::ClassChosen { cache, size, .. } => {
                let class = self.machine.cache(cache).shape().class_size;
                let before = classes(self.machine)
                    .take_while(|&other| other < class)
                    .last();
                let (size, bytes) = (size.to_string(), class.to_string());
                let numbers = match before {
                    Some(before) => fill(
                        words.class_numbers,
                        &[&before.to_string(), &size, &bytes, self.cache(cache)],
                    ),
                    None => fill(words.class_smallest, &[&size, &bytes, self.cache(cache)]),
                };
                plain(
                    words.class,
                    numbers,
                    source("kmalloc", "kmalloc_sizes.h", "8.1.2"),
                )
            }
            Event::ClassMissing { size, .. } => {
                let largest = classes(self.machine).last().unwrap_or_default();
                let numbers = fill(
                    words.class_missing_numbers,
                    &[&size.to_string(), &largest.to_string()],
                );
                plain(
                    words.class_missing,
                    numbers,
                    source("__kmalloc", "slab.c", "8.1.2"),
                )
            }
            Event::ArrayEmpty { cache, limit } => plain(
                words.array_look,
                fill(words.array_none, &[self.cache(cache), &limit.to_string()]),
                slab("__cache_alloc"),
            ),
            Event::RefillAsked { wanted, .. } => {
                let got: u32 = events
                    .iter()
                    .map(|event| match *event {
                        Event::ArrayFilled { count, .. } => u32::from(count),
                        _ => 0,
                    })
                    .sum();
                let wanted = wanted.to_string();
                let numbers = if got > 0 {
                    fill(words.refill_some, &[&wanted, &got.to_string()])
                } else {
                    fill(words.refill_none, &[&wanted])
                };
                plain(words.refill, numbers, slab("cache_alloc_refill"))
            }
            Event::GrowAsked { cache, order } => {
                let shape = self.machine.cache(cache).shape();
                let bytes = self.machine.spec().page_size << shape.order;
                let [objects, size, management, bytes] = [
                    u32::from(shape.objects),
                    shape.object_size,
                    shape.management_size,
                    bytes,
                ]
                .map(|n| n.to_string());
                let numbers = if shape.off_slab {
                    fill(words.grow_off_slab, &[&objects, &size, &bytes])
                } else {
                    fill(words.grow_on_slab, &[&objects, &size, &management, &bytes])
                };
                let title = self.pages_title(u32::from(order));
                (title, numbers, slab("cache_grow"))
            }
            Event::GrowFailed { why, .. } => plain(
                words.grow_failed,
                grow_failure(self.lang, why).into(),
                slab("cache_grow"),
            ),
            Event::PagesAsked { order, gfp } => (
                self.pages_title(order),
                self.flags(gfp),
                source("__alloc_pages", "page_alloc.c", "8.1.1"),
            ),
            Event::ZoneTested { zone, pass, .. } => {
                let title = match pass {
                    Pass::Low => words.test_low,
                    Pass::Min => words.test_min,
                    Pass::AfterReclaim => words.test_after,
                };
                (
                    fill(title, &[zone.label()]),
                    self.zone_test(first, from),
                    source("__alloc_pages", "page_alloc.c", "8.1.1.1"),
                )
            }
            Event::ZoneUntested { zone } => (
                fill(words.untested, &[zone.label()]),
                words.untested_numbers.into(),
                pages("__alloc_pages"),
            ),
            Event::BlockMissing { zone, order } => (
                fill(words.block_missing, &[&order.to_string(), zone.label()]),
                words.block_missing_numbers.into(),
                pages("__rmqueue"),
            ),
            Event::PcpLow {
                zone,
                list,
                count,
                low,
            } => {
                let (count_text, low_text) = (count.to_string(), low.to_string());
                let batch = self.machine.zone(zone).pcp(list).batch().to_string();
                (
                    fill(words.percpu, &[self.temperature(list)]),
                    fill(words.percpu_refill, &[&count_text, &low_text, &batch]),
                    pages("buffered_rmqueue"),
                )
            }
            Event::KswapdWoken { zone, free, low } => plain(
                words.kswapd,
                fill(
                    words.kswapd_numbers,
                    &[zone.label(), &free.to_string(), &low.to_string()],
                ),
                source("wakeup_kswapd", "vmscan.c", ""),
            ),
            Event::MightSleep { in_slab, .. } => plain(
                words.might_sleep,
                words.might_sleep_numbers.into(),
                if in_slab {
                    source("__cache_alloc", "slab.c", "8.1.1")
                } else {
                    source("__alloc_pages", "page_alloc.c", "8.1.1")
                },
            ),
            Event::SleptAtomic => plain(
                words.slept_atomic,
                words.slept_atomic_numbers.into(),
                source("schedule", "sched.c", "8.1.1"),
            ),
            Event::ReclaimStarted { order, gfp } => plain(
                words.reclaim,
                fill(
                    words.reclaim_numbers,
                    &[&order.to_string(), &flag_names(gfp)],
                ),
                source("try_to_free_pages", "vmscan.c", "8.1.1"),
            ),
            Event::ReclaimEnded { freed } => plain(
                words.reclaim_end,
                fill(words.reclaim_freed, &[&freed.to_string()]),
                source("try_to_free_pages", "vmscan.c", ""),
            ),
            Event::ReclaimUsed => plain(
                words.reclaim_free,
                String::new(),
                source("shrink_list", "vmscan.c", ""),
            ),
            Event::VictimUsed => plain(
                words.victim_exits,
                String::new(),
                source("exit_mmap", "mmap.c", ""),
            ),
            Event::RetryChosen { why } => plain(
                words.retry,
                retry(self.lang, why).into(),
                source("__alloc_pages", "page_alloc.c", "8.1.1"),
            ),
            Event::LoopCut { waits } => plain(
                words.loop_cut,
                fill(words.loop_cut_numbers, &[&waits.to_string()]),
                pages("__alloc_pages"),
            ),
            Event::PagesRefused { why, .. } => plain(
                words.refused,
                failure(self.lang, why).into(),
                pages("__alloc_pages"),
            ),
            Event::Sinned { sin: what, address } => {
                let mut numbers = sin(self.lang, what).to_string();
                if address != 0 {
                    numbers.push_str(&format!(" · `{}`", hex(address)));
                }
                plain(words.sinned, numbers, source("", "", ""))
            }
            Event::Taken {
                order, want, pfn, ..
            } => self.taken(order, want, pfn, events, from),
            Event::PcpGot {
                zone,
                list,
                left,
                pfn,
            } if self.at_once(from) => {
                let (count, low) = (left + 1, self.machine.zone(zone).pcp(list).low());
                (
                    fill(words.percpu, &[self.temperature(list)]),
                    fill(
                        words.percpu_enough,
                        &[&count.to_string(), &low.to_string(), &hex(pfn)],
                    ),
                    pages("buffered_rmqueue"),
                )
            }
            Event::PcpGot { list, pfn, .. } => (
                fill(words.percpu_got, &[self.temperature(list)]),
                fill(words.page, &[&hex(pfn)]),
                pages("buffered_rmqueue"),
            ),
            Event::PcpPut { list, pfn, .. } => (
                fill(words.percpu_put, &[self.temperature(list)]),
                fill(words.page_head, &[&hex(pfn)]),
                pages("free_hot_cold_page"),
            ),
            Event::Drained { list, .. } => {
                let (_, numbers, _) = self.joined(events, from);
                (
                    fill(words.percpu_drained, &[self.temperature(list)]),
                    numbers,
                    pages("free_pages_bulk"),
                )
            }
            Event::Joined { .. } | Event::Listed { .. } => self.joined(events, from),
            Event::ObjectGot {
                cache,
                left,
                address,
            } => {
                let own = self.chosen().is_none_or(|own| own == cache);
                if own && self.at_once(from) {
                    let limit = self.machine.cache(cache).limit();
                    let (available, limit) = ((left + 1).to_string(), limit.to_string());
                    return plain(
                        words.array_look,
                        fill(words.array_some, &[self.cache(cache), &available, &limit]),
                        slab("__cache_alloc"),
                    );
                }
                let title = if own {
                    words.object_got.into()
                } else {
                    fill(words.management_got, &[self.cache(cache)])
                };
                (
                    title,
                    fill(words.address, &[&hex(address)]),
                    slab("__cache_alloc"),
                )
            }
            Event::ObjectPut { cache, address } => plain(
                words.object_put,
                fill(
                    words.object_put_numbers,
                    &[self.cache(cache), &hex(address)],
                ),
                slab("__cache_free"),
            ),
            Event::FlushStarted { count, .. } => plain(
                words.flush,
                fill(words.flush_numbers, &[&count.to_string()]),
                slab("cache_flusharray"),
            ),
            Event::ObjectReturned { .. } => plain(
                words.flush,
                fill(words.flush_numbers, &[&events.len().to_string()]),
                slab("free_block"),
            ),
            Event::SlabGrew {
                cache, colour, pfn, ..
            } => {
                let objects = self.machine.cache(cache).shape().objects;
                plain(
                    words.grew,
                    fill(
                        words.grew_numbers,
                        &[&objects.to_string(), &hex(pfn), &colour.to_string()],
                    ),
                    slab("cache_grow"),
                )
            }
            Event::SlabDied { slab: id, .. } => plain(
                words.died,
                fill(words.died_numbers, &[&hex(self.machine.slab(id).pfn())]),
                slab("slab_destroy"),
            ),
            Event::Warned {
                order,
                printed,
                gfp,
                ..
            } => plain(
                words.warned,
                if printed {
                    fill(words.warned_numbers, &[&order.to_string(), &hex(gfp.0)])
                } else {
                    words.warned_kept.into()
                },
                pages("__alloc_pages"),
            ),
            Event::OomCalled { kills, .. } => plain(
                words.oom,
                if kills {
                    words.oom_kills
                } else {
                    words.oom_waits
                }
                .into(),
                source("out_of_memory", "oom_kill.c", ""),
            ),
            Event::Waited { jiffies } => plain(
                words.waited,
                fill(words.waited_numbers, &[&jiffies.to_string()]),
                source("blk_congestion_wait", "ll_rw_blk.c", "8.1.1"),
            ),
            Event::ContextSet { context } => self.context(context, from),
            Event::Written {
                byte,
                address,
                length,
            } => plain(
                words.written,
                fill(
                    words.written_numbers,
                    &[&grouped(length), &hex(u32::from(byte)), &hex(address)],
                ),
                source("memset", "string.h", "8.1"),
            ),
            Event::Stopped { why } => plain(
                words.stopped,
                stop(self.lang, why).into(),
                source("", "", ""),
            ),
            Event::PageDropped { .. } if self.exits(from) => {
                let is_page = |event: &&Event| matches!(event, Event::PageDropped { .. });
                let pages = events.iter().filter(is_page).count();
                plain(
                    words.victim_exits,
                    fill(words.victim_pages, &[&pages.to_string()]),
                    source("exit_mmap", "mmap.c", ""),
                )
            }
            ref first if looks_at_a_page(first) => {
                let (title, [function, file, clause]) = world::scan(self.lang, events);
                (title.0, title.1, source(function, file, clause))
            }
            _ => match world::step(self.lang, first) {
                Some((title, [function, file, clause])) => (
                    title.into(),
                    world::sentence(self.lang, first).unwrap_or_default(),
                    source(function, file, clause),
                ),
                None => plain(words.other, first.name().into(), source("", "", "")),
            },
        }
    }

    fn pages_title(&self, order: u32) -> String {
        match order {
            0 => self.words.grow_one.into(),
            1..32 => fill(
                self.words.grow_many,
                &[&grouped(1 << order), &order.to_string()],
            ),
            _ => fill(self.words.order, &[&order.to_string()]),
        }
    }

    /// What a change of the context is: it depends on what the context was before. Interrupts come between calls, not in one.
    fn context(&self, now: Context, from: usize) -> (String, String, Source) {
        let words = self.words;
        let earlier = self.current.events[..from]
            .iter()
            .rev()
            .find_map(|event| match *event {
                Event::ContextSet { context } => Some(context),
                _ => None,
            });
        let before = earlier.unwrap_or(self.current.record.context);
        let changed = |flag| now.has(flag) != before.has(flag);
        if changed(Context::MEMALLOC) && !now.has(Context::MEMALLOC) {
            return (
                words.memalloc_cleared.into(),
                words.memalloc_cleared_numbers.into(),
                source("try_to_free_pages", "vmscan.c", ""),
            );
        }
        let (title, source) = match (changed(Context::SPINLOCK), now.has(Context::SPINLOCK)) {
            (true, true) => (words.lock_taken, source("spin_lock", "spinlock.h", "")),
            (true, false) => (words.lock_dropped, source("spin_unlock", "spinlock.h", "")),
            (false, _) => (words.context, source("", "", "")),
        };
        let sleeps = !now.in_atomic() && !now.has(Context::SPINLOCK);
        let numbers = if sleeps {
            words.may_sleep
        } else {
            words.no_sleep
        };
        (title.into(), numbers.into(), source)
    }

    /// The class of this call's `kmalloc`.
    fn chosen(&self) -> Option<kmalloc_core::event::CacheId> {
        self.current.events.iter().find_map(|event| match *event {
            Event::ClassChosen { cache, .. } => Some(cache),
            _ => None,
        })
    }

    fn taken(
        &self,
        order: u8,
        want: u8,
        pfn: u32,
        events: &[Event],
        from: usize,
    ) -> (String, String, Source) {
        let words = self.words;
        let (order_text, pfn_text) = (order.to_string(), hex(pfn));
        if order == want {
            return (
                fill(words.take, &[&order_text]),
                fill(words.take_exact, &[&pfn_text]),
                source("__rmqueue", "page_alloc.c", ""),
            );
        }
        let numbers = match self.now(events, from) {
            Some(Event::Split { order, .. }) => fill(
                words.split_now,
                &[&order.to_string(), &(order - 1).to_string()],
            ),
            Some(_) => fill(words.split_begin, &[&pfn_text, &order_text]),
            None => fill(words.split_all, &[&order_text, &want.to_string()]),
        };
        (
            fill(words.split, &[&order_text, &pfn_text]),
            numbers,
            source("expand", "page_alloc.c", "8.1.2"),
        )
    }

    fn joined(&self, events: &[Event], from: usize) -> (String, String, Source) {
        let words = self.words;
        let here = source("__free_pages_bulk", "page_alloc.c", "");
        let begin = events.iter().find_map(|event| match *event {
            Event::Joined { order, .. } => Some(order),
            _ => None,
        });
        let end = events.iter().find_map(|event| match *event {
            Event::Listed { order, pfn, .. } => Some((order, pfn)),
            _ => None,
        });
        let Some((to, pfn)) = end else {
            return (words.other.into(), String::new(), here);
        };
        let to_text = to.to_string();
        let Some(begin) = begin else {
            return (
                fill(words.list, &[&to_text]),
                fill(words.list_numbers, &[&hex(pfn)]),
                here,
            );
        };
        let numbers = match self.now(events, from) {
            Some(Event::Joined { order, .. }) => fill(
                words.join_now,
                &[&order.to_string(), &(order + 1).to_string()],
            ),
            _ => fill(words.join_all, &[&begin.to_string(), &to_text, &hex(pfn)]),
        };
        (fill(words.join, &[&to_text]), numbers, here)
    }

    /// The answer is the last step; where the last event hands out what is answered, it is that step, unless that event
    /// is already the look at the list that served at once.
    fn answer(&self, all: &mut Vec<Step>) {
        let words = self.words;
        let record = &self.current.record;
        let (mut numbers, failed) = match record.answer {
            Answer::Object {
                address,
                given,
                cache,
                ..
            } => (
                fill(
                    words.answer_object,
                    &[&hex(address), &given.to_string(), self.cache(cache)],
                ),
                false,
            ),
            Answer::Pages {
                pfn,
                order,
                address,
            } => (
                match address {
                    Some(address) => fill(words.address, &[&hex(address)]),
                    None => fill(words.answer_pages, &[&hex(pfn), &order.to_string()]),
                },
                false,
            ),
            Answer::Null(why) => (
                fill(words.answer_null, &[null_reason(self.lang, why)]),
                true,
            ),
            Answer::Size(bytes) => (fill(words.answer_size, &[&bytes.to_string()]), false),
            Answer::Done => (words.answer_done.into(), false),
            Answer::Mapped { .. }
            | Answer::Area { .. }
            | Answer::Handed { .. }
            | Answer::Filled { .. }
            | Answer::Populated { .. } => (world::answer(self.lang, &record.answer, ""), false),
            // The step before says it already.
            Answer::Sinned(_) | Answer::Stopped(_) => return,
        };
        if let Some((name, _)) = &record.binds {
            numbers = format!("{name} = {numbers}");
        }
        let hands_out = matches!(
            (self.current.events.last(), record.answer),
            (Some(Event::ObjectGot { .. }), Answer::Object { .. })
                | (Some(Event::PcpGot { .. }), Answer::Pages { .. })
        );
        let looked = self.at_once(self.current.events.len().saturating_sub(1));
        if hands_out
            && !looked
            && let Some(last) = all.last_mut()
        {
            last.title = words.answer.into();
            last.numbers = numbers;
            return;
        }
        let end = self.current.events.len();
        all.push(Step {
            from: end,
            to: end,
            kind: "answer",
            title: words.answer.into(),
            numbers,
            source: source("", "", ""),
            failed,
            times: 1,
        });
    }
}

/// Tests that were not passed, and mistakes.
fn failed(event: &Event) -> bool {
    matches!(
        event,
        Event::ZoneTested { granted: false, .. }
            | Event::ClassMissing { .. }
            | Event::GrowFailed { .. }
            | Event::BlockMissing { .. }
            | Event::MightSleep { .. }
            | Event::SleptAtomic
            | Event::LoopCut { .. }
            | Event::PagesRefused { .. }
            | Event::Warned { .. }
            | Event::Sinned { .. }
            | Event::Stopped { .. }
    )
}

/// `WAIT, IO, FS`: the bits of a mask by name, without the prefix that they share.
fn flag_names(gfp: Gfp) -> String {
    let mut text = String::new();
    for flag in LEVEL_BITS.iter().chain(MODIFIERS) {
        if gfp.has(flag.bits) {
            if !text.is_empty() {
                text.push_str(", ");
            }
            text.push_str(flag.name.trim_start_matches("__GFP_"));
        }
    }
    let unnamed = gfp.unnamed();
    if unnamed != Gfp::NONE || text.is_empty() {
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(&hex(unnamed.0));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::tests::{SPLITTING, run};
    use kmalloc_core::run::Run;

    fn at(lang: Lang, run: &mut Run, cursor: usize) -> Vec<Step> {
        let machine = run.at(cursor);
        steps(lang, &machine, &Current::of(run, cursor).expect("a call")).shown
    }

    fn printed(steps: &[Step]) -> String {
        steps
            .iter()
            .map(|step| format!("{} | {}\n", step.title, step.numbers))
            .collect()
    }

    #[test]
    fn a_call_reads_like_the_source() {
        let mut run = run("p = kmalloc(100, GFP_KERNEL);");
        let end = run.len();
        let text = printed(&at(Lang::En, &mut run, end));
        assert_eq!(
            text,
            "Read the flags | WAIT, IO, FS → zonelist `Normal, DMA`\n\
             Choose the bucket | 96 < `100 ≤ 128` → `size-128`\n\
             Look in the array cache | size-128: `0` of 120 objects → empty\n\
             Refill from the slabs | wanted 16 → `16` into the array\n\
             Answer | p = `0xc01039e0`, 128 bytes of size-128\n"
        );
    }

    #[test]
    fn what_serves_at_once_shows_its_numbers_and_then_the_answer() {
        let mut run = run(
            "p = kmalloc(100, GFP_KERNEL); q = kmalloc(100, GFP_KERNEL); \
             for (i = 0; i < 3; i++) b[i] = __get_free_pages(GFP_KERNEL, 0); \
             for (i = 0; i < 3; i++) free_pages(b[i], 0); c = __get_free_pages(GFP_KERNEL, 0);",
        );
        let second = run.calls()[1].clone();
        let steps = at(Lang::En, &mut run, second.end);
        assert_eq!(
            printed(&steps),
            "Read the flags | WAIT, IO, FS → zonelist `Normal, DMA`\n\
             Choose the bucket | 96 < `100 ≤ 128` → `size-128`\n\
             Look in the array cache | size-128: `15` of 120 objects\n\
             Answer | q = `0xc0103960`, 128 bytes of size-128\n"
        );
        let states = |cursor: usize| {
            steps
                .iter()
                .map(|step| step.state(cursor))
                .collect::<Vec<_>>()
        };
        use State::{Ahead, Done, Now};
        assert_eq!(states(1), [Now, Ahead, Ahead, Ahead]);
        assert_eq!(states(2), [Done, Now, Ahead, Ahead]);
        assert_eq!(states(3), [Done, Done, Now, Done]);

        let end = run.len();
        let text = printed(&at(Lang::En, &mut run, end));
        assert!(
            text.contains("Per-cpu hot list | count `3 > low 2` → take its head, page `0x"),
            "{text}"
        );
    }

    #[test]
    fn only_reclaim_speaks_of_reclaim_when_the_context_changes() {
        let mut run = run(
            "spin_lock(&l); p = kmalloc(64, GFP_ATOMIC); spin_unlock(&l); irq { spin_lock(&l); spin_unlock(&l); }",
        );
        let said = |run: &mut Run, call: usize| {
            let end = run.calls()[call].end;
            printed(&at(Lang::En, run, end))
        };
        let held = "A spinlock is held from here on | the code must not sleep\n";
        let dropped = "No spinlock is held any more | the code";
        assert!(said(&mut run, 0).starts_with(held));
        assert!(said(&mut run, 2).starts_with(&format!("{dropped} may sleep\n")));
        assert!(said(&mut run, 3).starts_with(held));
        assert!(said(&mut run, 4).starts_with(&format!("{dropped} must not sleep\n")));

        let end = run.len();
        let mut current = Current::of(&run, end).expect("a call");
        current.record.context = Context::MEMALLOC;
        current.events = vec![Event::ContextSet {
            context: Context::PROCESS,
        }];
        let step = &steps(Lang::En, &run.at(end), &current).shown[0];
        assert_eq!(step.source.function, "try_to_free_pages");
        assert_eq!(step.numbers, "PF_MEMALLOC is cleared");
    }

    #[test]
    fn a_zone_test_shows_every_term() {
        let mut run = run(SPLITTING);
        let end = run.len();
        for lang in [Lang::En, Lang::Zh] {
            let steps = at(lang, &mut run, end);
            let test = steps
                .iter()
                .find(|step| step.kind == "zone-tested")
                .expect("one");
            assert!(
                test.numbers.contains(" + 2^0 + 0 = `71`"),
                "{}",
                test.numbers
            );
        }
    }

    #[test]
    fn a_chain_of_splits_is_one_step_and_says_where_it_stands() {
        let mut run = run(SPLITTING);
        let cursor = crate::stage::tests::after(&run, "split");
        let steps = at(Lang::En, &mut run, cursor);
        let split = steps.iter().find(|step| step.kind == "taken").expect("one");
        assert!(split.numbers.starts_with("now `"), "{}", split.numbers);
        let first = run.calls()[run.call_at(cursor).expect("a call")].first;
        assert_eq!(split.state(cursor - first), State::Now);
        assert_eq!(
            steps
                .iter()
                .filter(|step| step.state(cursor - first) == State::Now)
                .count(),
            1
        );
    }

    #[test]
    fn every_event_belongs_to_at_most_one_step_and_steps_are_in_order() {
        let mut run = run(
            "for (i = 0; i < 40; i++) q[i] = kmalloc(3000, GFP_KERNEL); for (i = 0; i < 40; i++) kfree(q[i]); \
             b = __get_free_pages(GFP_ATOMIC, 4); free_pages(b, 4); kfree(NULL); z = kmalloc(200000, GFP_KERNEL);",
        );
        for call in 0..run.calls().len() {
            let end = run.calls()[call].end;
            for lang in [Lang::En, Lang::Zh] {
                let steps = at(lang, &mut run, end);
                let mut last = 0;
                for step in &steps {
                    assert!(step.from >= last && step.to >= step.from, "{step:?}");
                    assert!(!step.title.is_empty());
                    last = step.to;
                }
            }
        }
    }

    #[test]
    fn a_very_long_call_says_what_it_leaves_out() {
        // Every page is looked at again and again: steps that fold, so that the gaps are among those shown.
        let run = run(
            "kernel 2.6.10\nmachine dma=0 normal=1M highmem=0 reserve=none l1=32\npage_cache(locked=300);",
        );
        let call = run.calls().last().expect("a call");
        assert!(call.end - call.first > 10_000, "{}", call.end - call.first);
        for cursor in [call.first + 1, (call.first + call.end) / 2, call.end] {
            let current = Current::of(&run, cursor).expect("the call");
            let steps = steps(Lang::Zh, run.end(), &current);
            let [before, after] = steps.events_left_out(&current);
            let ends = [steps.shown.first(), steps.shown.last()].map(|step| step.expect("steps"));
            let shown = current.cursor(ends[1].to) - current.cursor(ends[0].from);
            assert_eq!(before + shown + after, call.end - call.first);
            let mut gaps = steps.shown.iter().filter(|step| step.kind == "left-out");
            let gap = gaps.next().map(|gap| &*gap.title);
            assert!(
                gap.is_none_or(|title| title.ends_with("个事件未列出")),
                "{gap:?}"
            );
            assert_eq!(gap.is_some(), cursor == call.end, "both ends meet there");
        }
    }

    #[test]
    fn the_list_is_bounded() {
        let mut run = run(
            "for (i = 0; i < 2000; i++) q[i] = __get_free_pages(GFP_ATOMIC, 0); x = kmalloc(100000, GFP_KERNEL);",
        );
        let end = run.len();
        let machine = run.at(end);
        let last = steps(Lang::En, &machine, &Current::of(&run, end).expect("a call"));
        assert!(last.shown.len() <= SHOWN);
        assert!(last.shown.iter().any(|step| step.failed));
    }

    /// What a scan decided of its pages is one step with counts, and no page of it has one of its own.
    #[test]
    fn a_scan_of_the_lists_is_one_step() {
        let text = "machine dma=0 normal=1M highmem=0
page_cache(dirty=203); a = __get_free_pages(GFP_NOIO, 4);";
        let run = run(text);
        let current = Current::of(&run, run.len()).expect("the last call");
        let looked = |lang| {
            let all = steps(lang, run.end(), &current);
            let found = all
                .shown
                .into_iter()
                .filter(|step| step.kind == "zone-scanned");
            found
                .map(|step| (step.title, step.numbers))
                .collect::<Vec<_>>()
        };
        let english = looked(Lang::En);
        let kept = "kept: it is dirty, and the flags forbid to write it";
        assert!(!english.is_empty());
        for (title, numbers) in &english {
            let count = title.split(' ').next().expect("a number");
            assert!(title.ends_with("looked at"), "{title}");
            assert_eq!(*numbers, format!("{count} {kept}"));
        }
        assert!(looked(Lang::Zh)[0].1.contains("而分配标志不允许写回"));
        let all = steps(Lang::En, run.end(), &current);
        assert!(
            all.shown.iter().all(|step| step.kind != "page-kept"),
            "all are folded"
        );
        assert_eq!(
            (all.before, all.after),
            (0, 0),
            "few enough to be seen at once"
        );
    }

    #[test]
    fn writing_a_page_interrupts_no_scan() {
        let text = "machine dma=0 normal=1M highmem=0
page_cache(dirty=203); a = __get_free_pages(GFP_KERNEL, 4);";
        let run = run(text);
        let current = Current::of(&run, run.len()).expect("the last call");
        let all = steps(Lang::En, run.end(), &current);
        let kinds: Vec<&str> = all.shown.iter().map(|step| step.kind).collect();
        assert!(
            current
                .events
                .iter()
                .any(|event| event.name() == "context-set")
        );
        assert!(!kinds.contains(&"context-set"), "{kinds:?}");
        let written = all
            .shown
            .iter()
            .find(|step| step.numbers.contains("has just begun"));
        assert!(
            written.is_some_and(|step| step.title == "64 pages looked at"),
            "{kinds:?}"
        );
    }

    #[test]
    fn what_a_scan_frees_belongs_to_it() {
        let text = "machine dma=0 normal=1M highmem=0
page_cache(clean=203); a = __get_free_pages(GFP_KERNEL, 4);";
        let run = run(text);
        let current = Current::of(&run, run.len()).expect("the last call");
        let all = steps(Lang::En, run.end(), &current);
        let freed = |step: &&Step| ["pcp-put", "drained", "joined"].contains(&step.kind);
        assert_eq!(all.shown.iter().find(freed), None);
        let told = all
            .shown
            .iter()
            .find(|step| step.numbers.contains("dropped"));
        assert_eq!(told.map(|step| step.kind), Some("zone-scanned"));
    }

    /// The pages of a process that the OOM killer has chosen come back when it exits; no list was scanned for them.
    #[test]
    fn what_a_victim_held_is_not_reclaimed() {
        let text = include_str!("../../../static/scenarios/oom/en.kms");
        let mut run = run(text);
        let end = run.len();
        let killed =
            (0..end).find(|at| matches!(run.event(*at), Some(Event::ProcessKilled { .. })));
        let at_cursor = killed.expect("a process is killed") + 2;
        let all = at(Lang::En, &mut run, at_cursor);
        let place = all.iter().position(|step| step.kind == "process-killed");
        let exit = &all[place.expect("it is a step") + 1];
        assert_eq!(
            (&*exit.title, exit.source.function),
            ("The victim exits", "exit_mmap")
        );
        assert_eq!(exit.numbers, "pages that come back: `120`");
    }
}
