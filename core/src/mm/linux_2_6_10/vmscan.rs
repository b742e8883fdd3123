//! Reclaim: which pages of files and processes are freed, written, kept or put aside; kswapd; the shrinkers.
//!
//! Source: mm/vmscan.c `try_to_free_pages`, `shrink_zone`, `refill_inactive_zone`, `shrink_cache`, `shrink_list`,
//! `pageout`, `balance_pgdat`; mm/swap_state.c `add_to_swap`; mm/filemap.c `end_page_writeback` (2.6.10). Page by page
//! where the kernel isolates 32 at a time: nothing can look at them in between. Not modelled: mapped files that many
//! processes share, mlock, quota entries, laptop mode, pdflush.

use super::page_alloc::free_pages;
use super::slow_path;
use crate::context::Context;
use crate::event::{Activated, Event, Kept, Shrinker, Temperature};
use crate::gfp::Gfp;
use crate::machine::{DEFAULT_PRIORITY, Door, LruList, Moment, Recorder};
use crate::page::PageState;
use crate::profile::{HZ, ZoneId};

/// `SWAP_CLUSTER_MAX`: pages scanned at once, and pages freed by one step that count as success.
pub(super) const SWAP_CLUSTER_MAX: u32 = 32;
/// `PAGEVEC_SIZE`: dropped pages are freed in batches of so many.
const PAGEVEC_SIZE: usize = 14;
/// `vm_swappiness`
const SWAPPINESS: u32 = 60;
/// Zone scans after which kswapd is said to spin, unless it reached its aim: the recorder let it begin 401.
pub(super) const SPIN: u32 = 401;
/// `SHRINK_BATCH`: objects that a shrinker is asked for at once.
const SHRINK_BATCH: u32 = 128;
/// `DEFAULT_SEEKS`: what it costs to make such an object again.
const SEEKS: u32 = 2;

/// `struct scan_control`
struct Scan {
    gfp: Gfp,
    priority: u8,
    scanned: u32,
    reclaimed: u32,
    /// Pages that this zone should still give; negative when it gave more.
    wanted: i64,
    kswapd: bool,
    /// kswapd waits for the filesystem: it gets no further.
    blocked: bool,
}

impl Scan {
    const fn new(gfp: Gfp, priority: u8, kswapd: bool) -> Scan {
        Scan {
            gfp,
            priority,
            scanned: 0,
            reclaimed: 0,
            wanted: 0,
            kswapd,
            blocked: false,
        }
    }
}

/// What one direct reclaim came to.
#[derive(Clone, Copy, Default)]
pub(super) struct Reclaimed {
    /// Pages freed in all.
    pub(super) pages: u32,
    /// Whether one step freed enough.
    pub(super) enough: bool,
    /// The lab's patience ended in the middle of it.
    pub(super) cut: bool,
}

/// The body of `try_to_free_pages`: priorities 12 down to 0 until one step freed enough.
#[inline(never)]
pub(super) fn shrink_zones<R: Recorder>(
    door: &mut Door<'_, R>,
    zones: &[ZoneId],
    gfp: Gfp,
    waits: &mut u32,
) -> Reclaimed {
    door.emit(Event::PrioritiesReset);
    let mut all = Reclaimed::default();
    for priority in (0..=DEFAULT_PRIORITY).rev() {
        let mut scan = Scan::new(gfp, priority, false);
        for &zone in zones {
            if door.should_end() {
                all.cut = true;
                return all;
            }
            if door.zone(zone).all_unreclaimable() && priority != DEFAULT_PRIORITY {
                // Passed over, but it remembers the priority.
                let lru = door.lru(zone);
                let (active, inactive) = (lru.due(LruList::Active), lru.due(LruList::Inactive));
                door.emit(Event::ScanPlanned {
                    zone,
                    priority,
                    active,
                    inactive,
                });
                continue;
            }
            shrink_zone(door, &mut scan, zone);
        }
        let slab = shrink_slab(door, &scan, lru_pages(door, zones));
        scan.reclaimed += slab;
        all.pages += scan.reclaimed;
        if scan.reclaimed >= SWAP_CLUSTER_MAX {
            all.enough = true;
            break;
        }
        if scan.scanned > 0 && priority < DEFAULT_PRIORITY - 2 {
            slow_path::congestion_wait(door, (HZ / 10) as u32);
            *waits += 1;
            if *waits >= door.patience() {
                all.cut = true;
                return all;
            }
        }
    }
    door.emit(Event::PrioritiesSettled { zones: mask(zones) });
    all
}

fn lru_pages<R: Recorder>(door: &Door<'_, R>, zones: &[ZoneId]) -> u32 {
    let of = |zone| door.lru(zone).count(LruList::Active) + door.lru(zone).count(LruList::Inactive);
    zones.iter().map(|&zone| of(zone)).sum()
}

/// Bit z for zone z.
fn mask(zones: &[ZoneId]) -> u16 {
    zones.iter().fold(0, |mask, zone| mask | 1 << zone.0)
}

/// What kswapd did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KswapdRun {
    /// Every zone is above `pages_high`, or it gave up on it. Pages freed in the last round.
    Done(u32),
    /// It would scan for ever.
    Spins,
}

/// `balance_pgdat`: frees until every zone of the node is above `pages_high`.
#[inline(never)]
pub(crate) fn kswapd<R: Recorder>(door: &mut Door<'_, R>, node: u8) -> KswapdRun {
    door.emit(Event::KswapdStarted { node });
    let of_node = ZoneId::ALL.map(|kind| ZoneId::of(node, kind));
    let mut scans = 0;
    loop {
        let mut freed = 0;
        let mut balanced = true;
        door.emit(Event::PrioritiesReset);
        for priority in (0..=DEFAULT_PRIORITY).rev() {
            balanced = true;
            let Some(highest) = highest_zone_in_need(door, &of_node, priority) else {
                break;
            };
            let zones = &of_node[..=highest];
            for &zone in zones {
                let state = door.zone(zone);
                if state.pages() == 0 || (state.all_unreclaimable() && priority != DEFAULT_PRIORITY)
                {
                    continue;
                }
                balanced &= state.free_pages() > state.pages_high();
                if door.should_end() {
                    return KswapdRun::Spins;
                }
                if scans == SPIN {
                    door.emit(Event::KswapdSpins);
                    door.emit(Event::KswapdEnded { freed });
                    return KswapdRun::Spins;
                }
                scans += 1;
                let mut scan = Scan::new(Gfp::KERNEL, priority, true);
                shrink_zone(door, &mut scan, zone);
                if scan.blocked {
                    door.emit(Event::KswapdEnded { freed });
                    return KswapdRun::Done(freed);
                }
                freed += scan.reclaimed + shrink_slab(door, &scan, lru_pages(door, zones));
                let state = door.zone(zone);
                if !state.all_unreclaimable()
                    && state.pages_scanned() >= 4 * lru_pages(door, &[zone])
                {
                    door.emit(Event::ZoneGivenUp { zone });
                }
            }
            if balanced || freed >= SWAP_CLUSTER_MAX {
                break;
            }
        }
        door.emit(Event::PrioritiesSettled {
            zones: mask(&of_node),
        });
        if balanced {
            door.emit(Event::KswapdEnded { freed });
            return KswapdRun::Done(freed);
        }
        // It does not nap (2.6.10): while it gets on no time passes, but the disk works on while it spins.
        let spins = freed == 0 && door.has_daemon();
        if let (true, Some((_, due))) = (spins, door.next_write()) {
            let jiffies = due.wrapping_sub(door.jiffies());
            if (jiffies as i32) > 0 && door.disk().0 != u32::MAX {
                door.emit(Event::Waited { jiffies });
                scans = 0;
            }
            finish_writes(door, false);
        }
    }
}

/// The place of the highest zone at or below `pages_high` that kswapd has not given up on.
fn highest_zone_in_need<R: Recorder>(
    door: &Door<'_, R>,
    zones: &[ZoneId],
    priority: u8,
) -> Option<usize> {
    zones.iter().rposition(|&zone| {
        let state = door.zone(zone);
        state.pages() > 0
            && (!state.all_unreclaimable() || priority == DEFAULT_PRIORITY)
            && state.free_pages() <= state.pages_high()
    })
}

/// Counts what is due, and scans once it is worth it, in chunks of 32: *active* first.
fn shrink_zone<R: Recorder>(door: &mut Door<'_, R>, scan: &mut Scan, zone: ZoneId) {
    let due = |door: &Door<'_, R>, list| {
        let lru = door.lru(zone);
        lru.due(list) + (lru.count(list) >> scan.priority) + 1
    };
    let mut active = due(door, LruList::Active);
    let mut inactive = due(door, LruList::Inactive);
    let left = |due: u32| if due >= SWAP_CLUSTER_MAX { 0 } else { due };
    door.emit(Event::ScanPlanned {
        zone,
        priority: scan.priority,
        active: left(active),
        inactive: left(inactive),
    });
    active -= left(active);
    inactive -= left(inactive);
    for (active, pages) in [(true, active), (false, inactive)] {
        if pages > 0 {
            door.emit(Event::ZoneScanned {
                zone,
                active,
                pages,
            });
        }
    }
    scan.wanted = i64::from(SWAP_CLUSTER_MAX);
    while active > 0 || inactive > 0 {
        if active > 0 {
            let chunk = active.min(SWAP_CLUSTER_MAX);
            active -= chunk;
            refill_inactive_zone(door, zone, chunk);
        }
        if inactive > 0 {
            let chunk = inactive.min(SWAP_CLUSTER_MAX);
            inactive -= chunk;
            shrink_cache(door, scan, zone, chunk);
            if scan.wanted <= 0 || scan.blocked {
                break;
            }
        }
    }
}

/// Moves pages from the tail of *active* to the head of *inactive*; mapped ones stay unless memory is in distress.
fn refill_inactive_zone<R: Recorder>(door: &mut Door<'_, R>, zone: ZoneId, chunk: u32) {
    let pages = chunk.min(door.lru(zone).count(LruList::Active));
    if pages > 0 {
        door.emit(Event::ActiveScanned { zone, pages });
    }
    let distress = 100u32 >> door.lru(zone).prev_priority();
    let ratio = door.mapped_pages() * 100 / door.spec().total_pages().max(1) as u32;
    let reclaim_mapped = ratio / 2 + distress + SWAPPINESS >= 100;
    for _ in 0..pages {
        let Some(pfn) = door.lru(zone).tail(LruList::Active) else {
            break;
        };
        let state = door.page_state(pfn);
        let mut stays = false;
        if state.has(PageState::MAPPED) {
            let no_swap = door.swap().1 == 0 && state.has(PageState::ANONYMOUS);
            stays = !reclaim_mapped || no_swap;
            if !stays && state.has(PageState::REFERENCED) {
                door.emit(Event::Unreferenced { pfn });
                stays = true;
            }
        }
        door.emit(if stays {
            Event::PageRotated { pfn }
        } else {
            Event::PageDeactivated { pfn }
        });
    }
}

/// Looks at up to 32 pages from the tail of *inactive*, again and again until `chunk` looks are used up: a list that runs
/// empty costs one look more than it has pages.
fn shrink_cache<R: Recorder>(door: &mut Door<'_, R>, scan: &mut Scan, zone: ZoneId, chunk: u32) {
    let mut left = chunk as i32;
    while left > 0 && !scan.blocked {
        let taken = SWAP_CLUSTER_MAX.min(door.lru(zone).count(LruList::Inactive));
        if taken == 0 {
            return;
        }
        left -= taken as i32 + 1;
        let mut freed = Pagevec::default();
        let mut count = 0;
        for _ in 0..taken {
            let next = door.lru(zone).tail(LruList::Inactive);
            let Some(pfn) = next.filter(|_| !scan.blocked) else {
                break;
            };
            if shrink_page(door, scan, pfn) {
                count += 1;
                freed.add(door, pfn);
            }
        }
        freed.release(door);
        scan.wanted -= i64::from(count);
        scan.reclaimed += count;
    }
}

/// Dropped pages on their way to the cold per-cpu list.
#[derive(Default)]
struct Pagevec {
    pages: [u32; PAGEVEC_SIZE],
    len: usize,
}

impl Pagevec {
    fn add<R: Recorder>(&mut self, door: &mut Door<'_, R>, pfn: u32) {
        self.pages[self.len] = pfn;
        self.len += 1;
        if self.len == PAGEVEC_SIZE {
            self.release(door);
        }
    }

    /// The last one in is freed first (`__pagevec_free`).
    fn release<R: Recorder>(&mut self, door: &mut Door<'_, R>) {
        for &pfn in self.pages[..self.len].iter().rev() {
            free_pages(door, pfn, 0, Temperature::Cold);
        }
        self.len = 0;
    }
}

/// One page of `shrink_list`: true when it was dropped.
fn shrink_page<R: Recorder>(door: &mut Door<'_, R>, scan: &mut Scan, pfn: u32) -> bool {
    let state = door.page_state(pfn);
    let keep = |door: &mut Door<'_, R>, why| {
        door.emit(Event::PageKept { why, pfn });
        false
    };
    let activate = |door: &mut Door<'_, R>, why| {
        door.emit(Event::PageActivated { why, pfn });
        false
    };
    if state.has(PageState::LOCKED) {
        return keep(door, Kept::Locked);
    }
    if state.has(PageState::WRITEBACK) {
        return keep(door, Kept::Writeback);
    }
    let mapped = state.has(PageState::MAPPED);
    let swapped = state.has(PageState::SWAP_CACHE);
    // Mapped pages and pages of swap press twice as hard on the shrinkers.
    scan.scanned += 1 + u32::from(mapped || swapped);
    let referenced = state.has(PageState::REFERENCED);
    if referenced {
        door.emit(Event::Unreferenced { pfn });
        if mapped || swapped {
            return activate(door, Activated::Referenced);
        }
    }
    // The flags are not asked here: a GFP_NOIO pass can make dirty swap pages that it may not write (2.6.10).
    if state.has(PageState::ANONYMOUS) && !swapped {
        if door.swap().0 == 0 {
            return activate(door, Activated::NoSwap);
        }
        door.emit(Event::SwapAdded { pfn });
    }
    if mapped {
        door.emit(Event::Unmapped { pfn });
    }
    let state = door.page_state(pfn);
    if state.has(PageState::DIRTY) {
        if referenced {
            return keep(door, Kept::Referenced);
        }
        let of_swap = state.has(PageState::SWAP_CACHE);
        let may_write = scan.gfp.has(Gfp::FS) || (of_swap && scan.gfp.has(Gfp::IO));
        if !may_write {
            return keep(door, Kept::MayNotWrite);
        }
        if state.has(PageState::IN_USE) {
            return keep(door, Kept::InUse);
        }
        if door.disk().1 && !scan.kswapd {
            return keep(door, Kept::Congested);
        }
        // A filesystem that waits for something keeps the page locked meanwhile.
        if !of_swap && !filesystem_writes(door, pfn, scan.kswapd) {
            scan.blocked = scan.kswapd;
            return keep(door, Kept::Locked);
        }
        // The filesystem may have run into something that stops the machine, or have dropped the page itself.
        if door.stopped().is_some() || !door.page_state(pfn).has(PageState::LISTED) {
            return false;
        }
        let due = door.jiffies().wrapping_add(door.disk().0);
        door.emit(Event::WriteStarted {
            for_reclaim: true,
            pfn,
            due,
        });
        return keep(door, Kept::WriteStarted);
    }
    if state.has(PageState::BUSY_BUFFERS) {
        return activate(door, Activated::BusyBuffers);
    }
    if state.has(PageState::BUFFERS) {
        door.emit(Event::BuffersReleased { pfn });
    }
    if state.has(PageState::IN_USE) {
        return keep(door, Kept::InUse);
    }
    door.emit(Event::PageDropped { pfn });
    true
}

/// `writepage` of the script's filesystem, if it has one: it runs as the task that reclaims, which is PF_MEMALLOC. False when
/// it has to wait.
fn filesystem_writes<R: Recorder>(door: &mut Door<'_, R>, pfn: u32, kswapd: bool) -> bool {
    let before = door.context();
    let frees = before.with(Context::MEMALLOC);
    if frees != before {
        door.emit(Event::ContextSet { context: frees });
    }
    let written = door.moment(Moment::Writepage { pfn, kswapd });
    if frees != before {
        door.emit(Event::ContextSet { context: before });
    }
    written
}

/// `sync()`: every dirty page of a file begins to be written, by a task that is no reclaimer.
pub(crate) fn sync<R: Recorder>(door: &mut Door<'_, R>) {
    let never = [
        PageState::SWAP_CACHE,
        PageState::WRITEBACK,
        PageState::LOCKED,
    ];
    for pfn in 0..door.spec().total_pages() as u32 {
        let state = door.page_state(pfn);
        let due = state.has(PageState::DIRTY.with(PageState::LISTED));
        if !due || never.iter().any(|&flag| state.has(flag)) {
            continue;
        }
        let kswapd = false;
        let written = door.moment(Moment::Writepage { pfn, kswapd });
        if door.should_end() {
            return;
        }
        // The filesystem may have slept, and the page may be clean or gone by now.
        if written && door.page_state(pfn).has(PageState::DIRTY) {
            let due = door.jiffies().wrapping_add(door.disk().0);
            door.emit(Event::WriteStarted {
                for_reclaim: false,
                pfn,
                due,
            });
        }
    }
}

/// `select_bad_process`, `oom_kill_process` (mm/oom_kill.c): the process with the most memory goes, and its pages come back
/// at once. The kernel weighs run time and rights, too; every process of the lab is as young and as plain as the others.
#[inline(never)]
pub(super) fn kill_a_process<R: Recorder>(door: &mut Door<'_, R>) {
    let tasks = door.user_tasks().iter().zip(1..=u16::MAX);
    // Of equals the first stays chosen: the comparison is a strict one.
    let victim = tasks
        .filter(|(task, _)| task.alive)
        .max_by_key(|&(task, number)| (task.total_vm, core::cmp::Reverse(number)));
    let Some((_, process)) = victim else {
        // Nobody is left but the task that asks: no watermark holds it from its next request on.
        let context = door.context();
        if !context.has(Context::MEMDIE) {
            door.emit(Event::ProcessKilled { process: 0 });
            door.emit(Event::ContextSet {
                context: context.with(Context::MEMDIE),
            });
        }
        return;
    };
    door.emit(Event::ProcessKilled { process });
    for pfn in 0..door.spec().total_pages() as u32 {
        if door.page_state(pfn).has(PageState::LISTED) && door.page_owner(pfn) == process {
            door.emit(Event::PageDropped { pfn });
            free_pages(door, pfn, 0, Temperature::Hot);
        }
    }
}

/// `shrink_slab`: presses on the shrinkers as hard as on the lists. Returns pages freed.
fn shrink_slab<R: Recorder>(door: &mut Door<'_, R>, scan: &Scan, lru_pages: u32) -> u32 {
    let mut freed = 0;
    for shrinker in Shrinker::ALL {
        let each = objects_per_page(shrinker);
        // sysctl_vfs_cache_pressure is 100: whole hundreds count.
        let objects = door.cache_pages(shrinker).len() as u32 * each / 100 * 100;
        if objects == 0 {
            continue;
        }
        let allowed = scan.gfp.has(Gfp::FS);
        let pressure = u64::from(4 * scan.scanned / SEEKS) * u64::from(objects);
        let mut due = door.shrink_due(shrinker) + (pressure / u64::from(lru_pages + 1)) as u32;
        if due >= SHRINK_BATCH {
            door.emit(Event::ShrinkerAsked {
                shrinker,
                allowed,
                objects,
            });
        }
        while allowed && due >= SHRINK_BATCH {
            due -= SHRINK_BATCH;
            for _ in 0..SHRINK_BATCH / each {
                let Some(pfn) = door.cache_pages(shrinker).next() else {
                    break;
                };
                door.emit(Event::CachePageShrunk { shrinker, pfn });
                free_pages(door, pfn, 0, Temperature::Hot);
                freed += 1;
            }
        }
        door.emit(Event::ShrinkPlanned { shrinker, due });
    }
    freed
}

/// How many of its objects a page holds, about: a dentry has 136 bytes on i386, an inode of ext3 about 440.
const fn objects_per_page(shrinker: Shrinker) -> u32 {
    match shrinker {
        Shrinker::Dentries => 28,
        Shrinker::Inodes => 9,
    }
}

/// Ends the writes that are due. `all` ends every write, as the recordings' `io` does.
pub(crate) fn finish_writes<R: Recorder>(door: &mut Door<'_, R>, all: bool) {
    while let Some((pfn, due)) = door.next_write() {
        let never = door.disk().0 == u32::MAX;
        let is_due = !never && (door.jiffies().wrapping_sub(due) as i32) >= 0;
        if !all && !is_due {
            break;
        }
        door.emit(Event::WriteEnded { pfn });
    }
}
