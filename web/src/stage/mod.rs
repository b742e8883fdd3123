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

/// The call that the cursor stands in.
#[derive(Clone, PartialEq, Debug)]
pub struct Current {
    /// Its number in the run.
    pub index: usize,
    /// The call itself.
    pub record: CallRecord,
    /// All its events, those ahead of the cursor included.
    pub events: Vec<Event>,
    /// How many of them have happened.
    pub at: usize,
}

impl Current {
    /// The call that the event before the cursor belongs to; None at the start.
    pub fn of(run: &Run, cursor: usize) -> Option<Current> {
        let index = run.call_at(cursor)?;
        let record = run.calls()[index].clone();
        Some(Current {
            index,
            events: run.events(record.first, record.end).collect(),
            at: cursor.min(record.end) - record.first,
            record,
        })
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

    /// The zone that the latest event speaks of.
    pub fn zone(&self) -> Option<ZoneId> {
        self.past().iter().rev().find_map(Event::zone)
    }
}

/// The zones that a request walks, in order; none for the two zone bits together, which the kernel does not define.
pub fn zonelist(machine: &Machine, gfp: Gfp) -> &[ZoneId] {
    match (gfp & Gfp::ZONE_MASK).0 as usize {
        bits if bits < ZONES => machine.zonelist(bits).zones(),
        _ => &[],
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
}
