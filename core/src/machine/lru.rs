//! The LRU lists of each zone, and what surrounds reclaim: swap space, the disk's queue, user processes, shrinkers.
//!
//! Source: include/linux/mm_inline.h, include/linux/mmzone.h, include/linux/page-flags.h (2.6.10). What may be reclaimed
//! is decided in `mm`; here pages only move. A machine without such pages pays nothing for them.

use alloc::collections::VecDeque;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use super::frames::NIL;
use crate::event::Shrinker;
use crate::page::PageState;
use crate::profile::{MAX_ZONES, ZoneId};

/// `DEF_PRIORITY`: reclaim begins with a 2^12th of each list.
pub const DEFAULT_PRIORITY: u8 = 12;

/// Which list of a zone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LruList {
    /// Looked at by reclaim, tail first.
    Inactive,
    /// In use lately.
    Active,
}

impl fmt::Display for LruList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LruList::Inactive => "inactive",
            LruList::Active => "active",
        })
    }
}

/// Ends and length of a list.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Ends {
    head: u32,
    tail: u32,
    count: u32,
}

/// Reclaim's side of a zone (`struct zone`).
#[derive(Clone, PartialEq, Debug)]
pub struct LruZone {
    lists: [Ends; 2],
    due: [u32; 2],
    temp_priority: u8,
    prev_priority: u8,
}

impl LruZone {
    /// `nr_inactive`, `nr_active`: pages on a list.
    pub const fn count(&self, list: LruList) -> u32 {
        self.lists[list as usize].count
    }

    /// The page that is scanned next.
    pub const fn tail(&self, list: LruList) -> Option<u32> {
        match self.lists[list as usize].tail {
            NIL => None,
            pfn => Some(pfn),
        }
    }

    /// `nr_scan_inactive`, `nr_scan_active`: pages that are due to be scanned, kept until they are worth a scan.
    pub const fn due(&self, list: LruList) -> u32 {
        self.due[list as usize]
    }

    /// The lowest priority that reclaim came down to lately; 12 means no trouble.
    pub const fn prev_priority(&self) -> u8 {
        self.prev_priority
    }
}

/// A page's neighbours, flags and owner.
#[derive(Clone, Copy, PartialEq)]
struct Node {
    next: u32,
    prev: u32,
    state: PageState,
    owner: u16,
}

/// A process that user pages belong to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UserTask {
    /// Pages it was given: `total_vm`.
    pub total_vm: u32,
    /// Pages of it that are in swap space alone.
    pub swapped: u32,
    /// False after the OOM killer chose it.
    pub alive: bool,
}

/// A write on its way to the disk.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Write {
    pfn: u32,
    due: u32,
}

/// Everything reclaim works on.
#[derive(Clone, PartialEq)]
pub(super) struct Lru {
    /// Empty until the first page comes.
    nodes: Vec<Node>,
    zones: [LruZone; MAX_ZONES],
    pub(super) swap_total: u32,
    pub(super) swap_free: u32,
    /// Jiffies that a write takes.
    pub(super) disk: u32,
    pub(super) congested: bool,
    writes: VecDeque<Write>,
    tasks: Vec<UserTask>,
    /// Processes have page tables: mapped pages count, and a page in swap space keeps its place there. The recordings'
    /// harness has none.
    pub(super) page_tables: bool,
    mapped: u32,
    /// kswapd runs by itself when the task gives up the processor.
    pub(super) daemon: bool,
    /// Bit n for the kswapd of node n.
    pub(super) kswapd_awake: u8,
    /// Pages of dentries and of inodes that nobody uses, oldest first.
    pub(super) cache_pages: [VecDeque<u32>; 2],
    pub(super) shrink_due: [u32; 2],
}

impl Lru {
    pub(super) fn new() -> Lru {
        let none = Ends {
            head: NIL,
            tail: NIL,
            count: 0,
        };
        let zone = LruZone {
            lists: [none; 2],
            due: [0; 2],
            temp_priority: DEFAULT_PRIORITY,
            prev_priority: DEFAULT_PRIORITY,
        };
        Lru {
            nodes: Vec::new(),
            zones: core::array::from_fn(|_| zone.clone()),
            swap_total: 0,
            swap_free: 0,
            disk: 10,
            congested: false,
            writes: VecDeque::new(),
            tasks: Vec::new(),
            page_tables: true,
            mapped: 0,
            daemon: false,
            kswapd_awake: 0,
            cache_pages: [VecDeque::new(), VecDeque::new()],
            shrink_due: [0; 2],
        }
    }

    pub(super) fn in_use(&self) -> bool {
        !self.nodes.is_empty()
    }

    /// Makes room for the machine's pages.
    pub(super) fn start(&mut self, pages: usize) {
        if self.nodes.is_empty() {
            self.nodes = vec![
                Node {
                    next: NIL,
                    prev: NIL,
                    state: PageState::default(),
                    owner: 0,
                };
                pages
            ];
        }
    }

    pub(super) fn zone(&self, zone: ZoneId) -> &LruZone {
        &self.zones[zone.index()]
    }

    pub(super) fn state(&self, pfn: u32) -> PageState {
        self.nodes
            .get(pfn as usize)
            .map_or(PageState::default(), |node| node.state)
    }

    pub(super) fn owner(&self, pfn: u32) -> u16 {
        self.nodes[pfn as usize].owner
    }

    pub(super) fn pages(&self, zone: ZoneId, list: LruList) -> impl Iterator<Item = u32> + '_ {
        let mut at = self.zones[zone.index()].lists[list as usize].head;
        core::iter::from_fn(move || {
            let pfn = at;
            if pfn == NIL {
                return None;
            }
            at = self.nodes[pfn as usize].next;
            Some(pfn)
        })
    }

    pub(super) fn cache_pages(
        &self,
        shrinker: Shrinker,
    ) -> impl ExactSizeIterator<Item = u32> + '_ {
        self.cache_pages[shrinker.index()].iter().copied()
    }

    pub(super) fn tasks(&self) -> &[UserTask] {
        &self.tasks
    }

    /// `nr_mapped`, as far as it is counted.
    pub(super) fn mapped(&self) -> u32 {
        if self.page_tables { self.mapped } else { 0 }
    }

    /// The oldest write, and when it ends.
    pub(super) fn next_write(&self) -> Option<(u32, u32)> {
        self.writes.front().map(|write| (write.pfn, write.due))
    }

    pub(super) fn writes(&self) -> usize {
        self.writes.len()
    }

    // ── moving ────────────────────────────────────────────────────────────────────────────────────────────────────

    pub(super) fn add(&mut self, zone: ZoneId, pfn: u32, state: PageState, owner: u16) {
        self.nodes[pfn as usize].owner = owner;
        self.set(pfn, state.with(PageState::LISTED));
        let list = if state.has(PageState::ACTIVE) {
            LruList::Active
        } else {
            LruList::Inactive
        };
        self.link(zone, list, pfn, false);
        if state.has(PageState::WRITEBACK) {
            self.writes.push_back(Write { pfn, due: 0 });
        }
    }

    /// Changes a page's flags and keeps the count of mapped pages.
    pub(super) fn set(&mut self, pfn: u32, state: PageState) {
        let node = &mut self.nodes[pfn as usize];
        let was = node.state.has(PageState::MAPPED);
        let is = state.has(PageState::MAPPED);
        self.mapped = self.mapped + u32::from(is) - u32::from(was);
        node.state = state;
    }

    pub(super) fn clear(&mut self, pfn: u32, flags: PageState) {
        self.set(pfn, self.state(pfn).without(flags));
    }

    /// To the head of *inactive* or *active*.
    pub(super) fn move_to(&mut self, zone: ZoneId, pfn: u32, list: LruList) {
        self.unlink(zone, pfn);
        let state = self.state(pfn);
        self.set(
            pfn,
            match list {
                LruList::Active => state.with(PageState::ACTIVE),
                LruList::Inactive => state.without(PageState::ACTIVE),
            },
        );
        self.link(zone, list, pfn, false);
    }

    /// Off the lists: the page is a plain one again.
    pub(super) fn drop(&mut self, zone: ZoneId, pfn: u32) {
        self.unlink(zone, pfn);
        let (state, owner) = (self.state(pfn), self.owner(pfn));
        if state.has(PageState::WRITEBACK) {
            self.writes.retain(|write| write.pfn != pfn);
        }
        if state.has(PageState::SWAP_CACHE) {
            // Without page tables nobody refers to the place any more.
            match self.tasks.get_mut(usize::from(owner).wrapping_sub(1)) {
                Some(task) if self.page_tables && task.alive => task.swapped += 1,
                _ => self.swap_free += 1,
            }
        }
        self.set(pfn, PageState::default());
        self.nodes[pfn as usize].owner = 0;
    }

    pub(super) fn write_started(&mut self, pfn: u32, due: u32, for_reclaim: bool) {
        let state = self
            .state(pfn)
            .without(PageState::DIRTY)
            .with(PageState::WRITEBACK);
        self.set(
            pfn,
            if for_reclaim {
                state.with(PageState::RECLAIM)
            } else {
                state
            },
        );
        self.writes.push_back(Write { pfn, due });
    }

    /// The oldest write ends; its page goes to the tail of *inactive* when reclaim had asked for the write.
    pub(super) fn write_ended(&mut self, zone: ZoneId) {
        let Some(Write { pfn, .. }) = self.writes.pop_front() else {
            return;
        };
        let state = self.state(pfn);
        self.clear(pfn, PageState::WRITEBACK.with(PageState::RECLAIM));
        let stays = [PageState::ACTIVE, PageState::DIRTY, PageState::LOCKED];
        if state.has(PageState::RECLAIM.with(PageState::LISTED))
            && !stays.iter().any(|&flag| state.has(flag))
        {
            self.unlink(zone, pfn);
            self.link(zone, LruList::Inactive, pfn, true);
        }
    }

    pub(super) fn plan(&mut self, zone: ZoneId, priority: u8, active: u32, inactive: u32) {
        let zone = &mut self.zones[zone.index()];
        zone.temp_priority = priority;
        zone.prev_priority = zone.prev_priority.min(priority);
        zone.due = [inactive, active];
    }

    pub(super) fn reset_priorities(&mut self) {
        for zone in &mut self.zones {
            zone.temp_priority = DEFAULT_PRIORITY;
        }
    }

    /// `prev_priority = temp_priority` for the zones of a bit mask.
    pub(super) fn settle_priorities(&mut self, zones: u16) {
        for (index, zone) in self.zones.iter_mut().enumerate() {
            if zones >> index & 1 == 1 {
                zone.prev_priority = zone.temp_priority;
            }
        }
    }

    pub(super) fn start_task(&mut self, total_vm: u32) {
        self.tasks.push(UserTask {
            total_vm,
            swapped: 0,
            alive: true,
        });
    }

    pub(super) fn kill_task(&mut self, task: u16) {
        let task = &mut self.tasks[usize::from(task) - 1];
        task.alive = false;
        self.swap_free += core::mem::take(&mut task.swapped);
    }

    fn unlink(&mut self, zone: ZoneId, pfn: u32) {
        let Node {
            next, prev, state, ..
        } = self.nodes[pfn as usize];
        let list = usize::from(state.has(PageState::ACTIVE));
        match prev {
            NIL => self.zones[zone.index()].lists[list].head = next,
            prev => self.nodes[prev as usize].next = next,
        }
        match next {
            NIL => self.zones[zone.index()].lists[list].tail = prev,
            next => self.nodes[next as usize].prev = prev,
        }
        self.zones[zone.index()].lists[list].count -= 1;
    }

    fn link(&mut self, zone: ZoneId, list: LruList, pfn: u32, at_tail: bool) {
        let ends = self.zones[zone.index()].lists[list as usize];
        let (next, prev) = if at_tail {
            (NIL, ends.tail)
        } else {
            (ends.head, NIL)
        };
        (self.nodes[pfn as usize].next, self.nodes[pfn as usize].prev) = (next, prev);
        let ends = &mut self.zones[zone.index()].lists[list as usize];
        ends.count += 1;
        match prev {
            NIL => ends.head = pfn,
            prev => self.nodes[prev as usize].next = pfn,
        }
        let ends = &mut self.zones[zone.index()].lists[list as usize];
        match next {
            NIL => ends.tail = pfn,
            next => self.nodes[next as usize].prev = pfn,
        }
    }
}
