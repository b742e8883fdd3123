//! What the stage panels need to know about the current call, as plain functions of the run and the cursor.
//!
//! Everything here selects, folds and counts what the recording says; no rule of the kernel is applied again. How it is
//! worded stands in `lang::stage`, how it looks in `panels` and `paint`.

pub mod chain;
pub mod facts;
pub mod gauge;
pub mod landmarks;
pub mod steps;
pub mod supply;
pub mod world;

use kmalloc_core::event::Event;
use kmalloc_core::gfp::Gfp;
use kmalloc_core::machine::Machine;
use kmalloc_core::profile::{ZONES, ZoneId};
use kmalloc_core::run::{CallRecord, Run};
use kmalloc_core::script::ast::Call;

/// Events of a call that is looked at whole.
const WHOLE: usize = 4_096;
/// Of a longer one: events at its begin and at its end.
const ENDS: usize = 256;
/// And on either side of the cursor.
const AROUND: usize = 1_024;

/// The call that the cursor stands in.
#[derive(Clone, PartialEq, Debug)]
pub struct Current {
    /// Its number in the run.
    pub index: usize,
    /// The call itself.
    pub record: CallRecord,
    /// Its events, those ahead of the cursor included: all of them, or of a very long call those at both ends and around the
    /// cursor, so that looking at a moment costs the same however long the call is.
    pub events: Vec<Event>,
    /// How many of these have happened.
    pub at: usize,
    /// Where events are left out: in front of which of `events`, and how many.
    pub gaps: Vec<(usize, usize)>,
}

impl Current {
    /// The call that the event before the cursor belongs to; None at the start.
    pub fn of(run: &Run, cursor: usize) -> Option<Current> {
        let index = run.call_at(cursor)?;
        let record = run.calls()[index].clone();
        let len = record.end - record.first;
        let here = cursor.min(record.end) - record.first;
        let kept = [
            0..if len <= WHOLE { len } else { ENDS },
            here.saturating_sub(AROUND)..(here + AROUND).min(len),
            len.saturating_sub(ENDS)..len,
        ];
        let mut current = Current {
            index,
            events: Vec::new(),
            at: 0,
            gaps: Vec::new(),
            record,
        };
        let mut reached = 0;
        for range in kept {
            let from = range.start.max(reached);
            if from > reached {
                current.gaps.push((current.events.len(), from - reached));
            }
            if (from..=range.end).contains(&here) {
                current.at = current.events.len() + here - from;
            }
            let first = current.record.first;
            let events = run.events(first + from, first + range.end.max(from));
            current.events.extend(events);
            reached = range.end.max(from);
        }
        Some(current)
    }

    /// The cursor behind so many of its events.
    pub fn cursor(&self, events: usize) -> usize {
        let before = self.gaps.iter().filter(|(at, _)| *at < events);
        let left_out: usize = before.map(|(_, count)| count).sum();
        self.record.first + events + left_out
    }

    /// The events that have happened.
    pub fn past(&self) -> &[Event] {
        &self.events[..self.at]
    }

    /// The page request that is being served, or the one that this call will make.
    pub fn request(&self) -> Option<(u32, Gfp)> {
        let asked = |event: &Event| match *event {
            Event::PagesAsked { order, gfp } => Some((order, gfp)),
            _ => None,
        };
        let latest = self.past().iter().rev().find_map(asked);
        latest.or_else(|| self.events.iter().find_map(asked))
    }

    /// The node whose zonelists the call's request walks: the one that it names, or the task's own.
    pub fn node(&self, machine: &Machine) -> u8 {
        match self.record.call {
            Call::AllocPagesNode { node, .. } => {
                let last = machine.spec().nodes - 1;
                u8::try_from(node).map_or(last, |node| node.min(last))
            }
            _ => machine.node(),
        }
    }

    /// The zones that a request of this call walks, in order; none for the two zone bits together, which the kernel does
    /// not define.
    pub fn zonelist<'m>(&self, machine: &'m Machine, gfp: Gfp) -> &'m [ZoneId] {
        match (gfp & Gfp::ZONE_MASK).0 as usize {
            bits if bits < ZONES => machine.zonelist_of(self.node(machine), bits).zones(),
            _ => &[],
        }
    }

    /// The zone that the latest event speaks of.
    pub fn zone(&self) -> Option<ZoneId> {
        self.past().iter().rev().find_map(Event::zone)
    }
}

/// Bytes as a label: `4 KB`, `2 MB`.
pub fn bytes_label(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..0x10_0000 => format!("{} KB", bytes >> 10),
        _ => format!("{} MB", bytes >> 20),
    }
}

/// A number of prose: thousands get a comma from 10,000.
pub fn grouped(number: u32) -> String {
    crate::lang::grouped(number.into())
}

/// A page's number as the kernel prints it.
pub fn hex(number: u32) -> String {
    format!("{number:#x}")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use kmalloc_core::run::Bounds;
    use kmalloc_core::script::parse;

    /// A run of a scenario on the teaching machine.
    pub(crate) fn run(text: &str) -> Run {
        let parsed = parse(text);
        assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
        Run::new(&parsed.scenario, Bounds::default()).expect("the teaching machine boots")
    }

    /// The cursor after the first event of this name.
    pub(crate) fn after(run: &Run, name: &str) -> usize {
        let at = run
            .events(0, run.len())
            .position(|event| event.name() == name);
        at.unwrap_or_else(|| panic!("no event {name}")) + 1
    }

    /// The call that splits: the boot's slab of size-2048 has no object left for it.
    pub(crate) const SPLITTING: &str =
        "p = __get_free_pages(GFP_KERNEL, 0); q = kmalloc(4000, GFP_KERNEL);";

    #[test]
    fn numbers_of_prose() {
        assert_eq!(grouped(9999), "9999");
        assert_eq!(grouped(12768), "12,768");
        assert_eq!(grouped(1234567), "1,234,567");
        assert_eq!(bytes_label(4096), "4 KB");
        assert_eq!(bytes_label(4 << 20), "4 MB");
    }

    #[test]
    fn the_current_call_follows_the_cursor() {
        let run = run("p = kmalloc(100, GFP_KERNEL); kfree(p);");
        assert_eq!(Current::of(&run, 0), None);
        let first = Current::of(&run, 1).expect("the first call");
        assert_eq!((first.index, first.at), (0, 1));
        let last = Current::of(&run, run.len()).expect("the last call");
        assert_eq!(last.index, 1);
        assert_eq!(last.past().len(), last.events.len());
    }

    #[test]
    fn a_very_long_call_is_looked_at_around_the_cursor_and_at_its_ends() {
        let run = run("page_cache(clean=3000); x = kmalloc(100, GFP_KERNEL);");
        let record = &run.calls()[0];
        assert!(record.end > 2 * (WHOLE + AROUND), "{}", record.end);
        let event = |cursor: usize| run.event(cursor - 1);
        for cursor in [1, 200, 1_300, record.end / 2, record.end - 300, record.end] {
            let current = Current::of(&run, cursor).expect("the call");
            assert!(current.events.len() <= 2 * (ENDS + AROUND));
            assert_eq!(current.cursor(current.at), cursor);
            assert_eq!(current.cursor(current.events.len()), record.end);
            for at in 1..=current.events.len() {
                assert_eq!(Some(current.events[at - 1]), event(current.cursor(at)));
            }
            let left_out: usize = current.gaps.iter().map(|(_, count)| count).sum();
            let all = record.end - record.first;
            assert_eq!(current.events.len() + left_out, all, "nothing twice");
        }
    }
}
