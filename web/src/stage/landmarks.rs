//! What a student looks for in a run: splits, failures, sleeps, calls. Selects events by kind; whether a test fails was
//! decided in the core.

use kmalloc_core::event::Event;
use kmalloc_core::run::Run;

/// A kind of place to jump to. Where two are at one place of the timeline, the later of this list is the one to tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Landmark {
    /// A block is cut in half.
    #[default]
    Split,
    /// The caller sleeps: time passes, or another task gets the processor. Reclaim that finds clean pages does not sleep.
    Sleep,
    /// A test refuses, a call answers NULL, a caller sins, the run stops.
    Failure,
    /// A call ends.
    Call,
}

impl Landmark {
    /// All of them, as they are offered.
    pub const ALL: [Landmark; 4] = [
        Landmark::Split,
        Landmark::Sleep,
        Landmark::Failure,
        Landmark::Call,
    ];

    /// Its CSS class.
    pub const fn name(self) -> &'static str {
        match self {
            Landmark::Split => "split",
            Landmark::Failure => "failure",
            Landmark::Sleep => "sleep",
            Landmark::Call => "call",
        }
    }

    /// What an event is one of. Calls are no events.
    pub const fn of(event: &Event) -> Option<Landmark> {
        match event {
            Event::Split { .. } => Some(Landmark::Split),
            Event::ZoneTested { granted: false, .. }
            | Event::BlockMissing { .. }
            | Event::PagesRefused { .. }
            | Event::ClassMissing { .. }
            | Event::GrowFailed { .. }
            | Event::MightSleep { .. }
            | Event::SleptAtomic
            | Event::LoopCut { .. }
            | Event::Sinned { .. }
            | Event::Stopped { .. } => Some(Landmark::Failure),
            // To 0 it comes back: that is the other one's sleep, or its end.
            Event::Waited { .. } | Event::TaskSwitched { task: 1.. } => Some(Landmark::Sleep),
            _ => None,
        }
    }

    /// The index of the first such event at or after a cursor.
    pub fn after(self, run: &Run, cursor: usize) -> Option<usize> {
        let found = |event| Landmark::of(&event) == Some(self);
        let offset = run.events(cursor, run.len()).position(found)?;
        Some(cursor + offset)
    }

    /// The index of the last such event that ends before a cursor.
    pub fn before(self, run: &Run, cursor: usize) -> Option<usize> {
        let found = |index: &usize| {
            let event = run.event(*index);
            event.is_some_and(|event| Landmark::of(&event) == Some(self))
        };
        (0..cursor.saturating_sub(1)).rev().find(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::tests::{SPLITTING, run};

    #[test]
    fn a_sleep_is_where_somebody_sleeps() {
        let sleeps = |text: &str| {
            let run = run(text);
            let all = run.events(0, run.len()).collect::<Vec<_>>();
            let found = all
                .iter()
                .filter(|event| Landmark::of(event) == Some(Landmark::Sleep));
            (
                all.iter()
                    .any(|event| matches!(event, Event::ReclaimStarted { .. })),
                found.count(),
            )
        };
        // Clean pages are freed at once.
        let clean = "machine dma=0 normal=1M highmem=0 reserve=none l1=32\npage_cache(clean=203);\n\
                     a = __get_free_pages(GFP_KERNEL, 4);\n";
        assert_eq!(sleeps(clean), (true, 0));
        let dirty = clean.replace("clean", "dirty");
        assert!(sleeps(&dirty).1 > 0);
        // Another task has the processor, though no time passes; coming back is no sleep.
        let other = "meanwhile {\n    b = kmalloc(100, GFP_KERNEL);\n}\nschedule();\n";
        assert_eq!(sleeps(other), (false, 1));
    }

    #[test]
    fn forward_and_back_find_the_same_places() {
        let all = "for (i = 0; i < 1300; i++) q[i] = __get_free_pages(GFP_ATOMIC, 0); msleep(5); p = kmalloc(200000, 0);";
        for (text, there) in [(SPLITTING, &Landmark::ALL[..1]), (all, &Landmark::ALL[..3])] {
            let run = run(text);
            for landmark in Landmark::ALL {
                let mut forward = vec![];
                let mut cursor = 0;
                while let Some(index) = landmark.after(&run, cursor) {
                    forward.push(index);
                    cursor = index + 1;
                }
                let mut back = vec![];
                let mut cursor = run.len() + 1;
                while let Some(index) = landmark.before(&run, cursor) {
                    back.push(index);
                    cursor = index + 1;
                }
                back.reverse();
                assert_eq!(forward, back, "{landmark:?}");
                assert_eq!(
                    !forward.is_empty(),
                    there.contains(&landmark),
                    "{landmark:?}"
                );
            }
        }
    }
}
