//! Who has the processor at a cursor, and what surrounds reclaim: the pages of the LRU lists, windowed.
//!
//! What runs follows from the events that led here; nothing of the scheduler is decided.

use kmalloc_core::event::Event;
use kmalloc_core::machine::{LruList, Machine};
use kmalloc_core::page::PageKind;
use kmalloc_core::profile::ZoneId;
use kmalloc_core::run::Run;

/// Events that are looked back at.
const LOOKED_BACK: usize = 20_000;
/// Pages at each end of a list that are shown.
pub const AT_AN_END: usize = 6;

/// Who has the processor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Running {
    /// The driver's task.
    Task,
    /// The driver's task, in the middle of its own reclaim.
    Reclaim,
    /// kswapd; the task sleeps.
    Kswapd,
    /// Another task, by its number; the first sleeps.
    Other(u16),
    /// Nobody: the task sleeps, and time passes.
    Nobody,
}

impl Running {
    /// Whether the driver's task sleeps.
    pub const fn is_asleep(self) -> bool {
        !matches!(self, Running::Task | Running::Reclaim)
    }

    /// At a cursor.
    pub fn at(run: &Run, cursor: usize) -> Running {
        let calls = run.calls();
        let innermost = run.call_at(cursor);
        let outwards = std::iter::successors(innermost, |&at| calls[at].inside);
        let Some(first) = outwards.last().map(|call| calls[call].first) else {
            return Running::Task;
        };
        let (mut kswapd, mut other, mut reclaim) = (None, None, None);
        let from = first.max(cursor.saturating_sub(LOOKED_BACK));
        for index in (from..cursor).rev() {
            match run.event(index) {
                Some(Event::Waited { .. }) if index + 1 == cursor => return Running::Nobody,
                Some(Event::KswapdStarted { .. }) => kswapd = kswapd.or(Some(true)),
                Some(Event::KswapdEnded { .. }) => kswapd = kswapd.or(Some(false)),
                Some(Event::TaskSwitched { task }) => other = other.or(Some(task)),
                // Another task's own reclaim is no news of the first.
                Some(Event::ReclaimStarted { .. }) => reclaim = reclaim.or(Some(true)),
                Some(Event::ReclaimEnded { .. }) => reclaim = reclaim.or(Some(false)),
                _ => {}
            }
            if kswapd.is_some() && other.is_some() && reclaim.is_some() {
                break;
            }
        }
        match (kswapd, other, reclaim) {
            (Some(true), ..) => Running::Kswapd,
            (_, Some(task), _) if task > 0 => Running::Other(task),
            (_, _, Some(true)) => Running::Reclaim,
            _ => Running::Task,
        }
    }
}

/// An LRU list, as it is shown.
#[derive(Clone, PartialEq, Debug)]
pub struct Listed {
    /// Whose.
    pub zone: ZoneId,
    /// Which.
    pub list: LruList,
    /// Pages on it.
    pub count: u32,
    /// Pages of each kind that occurs on it.
    pub kinds: Vec<(PageKind, u32)>,
    /// The first pages; all of them when nothing is left out.
    pub head: Vec<(u32, PageKind)>,
    /// Pages between the ends.
    pub left_out: u32,
    /// The last pages: the last of them is scanned next.
    pub tail: Vec<(u32, PageKind)>,
}

/// The lists of every zone that has a page on one.
pub fn lists(machine: &Machine) -> Vec<Listed> {
    let zones = machine.zones().filter(|(zone, _)| {
        let lru = machine.lru(*zone);
        lru.count(LruList::Active) + lru.count(LruList::Inactive) > 0
    });
    let each = zones.flat_map(|(zone, _)| {
        [LruList::Active, LruList::Inactive].map(|list| listed(machine, zone, list))
    });
    each.collect()
}

fn listed(machine: &Machine, zone: ZoneId, list: LruList) -> Listed {
    let pages: Vec<(u32, PageKind)> = machine
        .lru_pages(zone, list)
        .map(|pfn| (pfn, machine.page_state(pfn).kind()))
        .collect();
    let of = |kind| pages.iter().filter(|page| page.1 == kind).count() as u32;
    let kinds = PageKind::ALL.map(|kind| (kind, of(kind)));
    let whole = pages.len() <= 2 * AT_AN_END;
    let (head, tail) = if whole {
        (&pages[..], &[][..])
    } else {
        (&pages[..AT_AN_END], &pages[pages.len() - AT_AN_END..])
    };
    Listed {
        zone,
        list,
        count: pages.len() as u32,
        kinds: kinds.into_iter().filter(|(_, count)| *count > 0).collect(),
        head: head.to_vec(),
        left_out: (pages.len() - head.len() - tail.len()) as u32,
        tail: tail.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::tests::{after, run};

    const SHORT: &str = "machine dma=0 normal=1M highmem=0\n";

    #[test]
    fn the_task_sleeps_while_others_run() {
        let run = run(&format!(
            "{SHORT}page_cache(dirty=208);
meanwhile {{ q = kmalloc(100, GFP_KERNEL); }}
p = kmalloc(20000, GFP_KERNEL);"
        ));
        let at = |name: &str| Running::at(&run, after(&run, name));
        assert_eq!(Running::at(&run, 0), Running::Task);
        assert_eq!(at("reclaim-started"), Running::Reclaim);
        assert_eq!(at("kswapd-started"), Running::Kswapd);
        assert_eq!(at("kswapd-ended"), Running::Reclaim);
        assert_eq!(at("task-switched"), Running::Other(1));
        assert_eq!(at("waited"), Running::Nobody);
        assert_eq!(at("reclaim-ended"), Running::Task);
        assert_eq!(Running::at(&run, run.len()), Running::Task);
        let asleep = [Running::Kswapd, Running::Other(1), Running::Nobody];
        assert!(asleep.iter().all(|running| running.is_asleep()));
        assert!(!Running::Reclaim.is_asleep());
    }

    #[test]
    fn a_long_list_shows_its_ends() {
        let mut run = run(&format!(
            "{SHORT}page_cache(clean=20, dirty=3); user_pages(2);"
        ));
        let machine = run.at(run.len());
        let [active, inactive] = &lists(&machine)[..] else {
            panic!("one zone has two lists");
        };
        assert_eq!(
            (active.count, active.head.len(), active.left_out),
            (2, 2, 0)
        );
        assert_eq!(active.kinds, [(PageKind::User, 2)]);
        assert_eq!(inactive.count, 23);
        assert_eq!(
            (inactive.head.len(), inactive.left_out, inactive.tail.len()),
            (6, 11, 6)
        );
        assert_eq!(
            inactive.kinds,
            [(PageKind::Clean, 20), (PageKind::Dirty, 3)]
        );
        // The newest is the head; the oldest is scanned first.
        assert_eq!(inactive.head[0].1, PageKind::Dirty);
        assert_eq!(
            inactive.tail.last().map(|page| page.0),
            machine.lru(ZoneId::NORMAL).tail(LruList::Inactive)
        );
    }
}
