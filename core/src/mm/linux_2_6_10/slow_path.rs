//! Behind the first walk of `__alloc_pages`: kswapd, the second walk, direct reclaim, retry, failure message, OOM.
//!
//! Source: mm/page_alloc.c `__alloc_pages`; mm/vmscan.c `wakeup_kswapd`, `try_to_free_pages`; mm/oom_kill.c
//! `out_of_memory`; kernel/printk.c `__printk_ratelimit` (2.6.10). kswapd runs when the task gives up the
//! processor. What reclaim finds stands in `vmscan`, and in what a recording offered.

use super::page_alloc::{PageAnswer, Request, buffered_rmqueue, free_pages, test};
use super::vmscan::{self, SWAP_CLUSTER_MAX};
use crate::context::Context;
use crate::event::{Event, Failure, Pass, Retry, Temperature};
use crate::gfp::Gfp;
use crate::machine::{Door, Moment, RateLimit, Recorder};
use crate::profile::HZ;

/// `blk_congestion_wait(WRITE, HZ/50)`, in jiffies.
const CONGESTION_WAIT: u32 = (HZ / 50) as u32;
/// Largest order that is retried without being asked to.
const COSTLY_ORDER: u8 = 3;

/// Everything after the first walk failed.
#[inline(never)]
pub(super) fn alloc<R: Recorder>(door: &mut Door<'_, R>, request: &Request) -> PageAnswer {
    for &zone in request.zonelist.zones() {
        wakeup_kswapd(door, zone);
    }
    if let Some(pfn) = walk(door, request, Pass::Min) {
        return PageAnswer::Block(pfn);
    }
    let context = door.context();
    let frees_memory = context.has(Context::MEMALLOC) || context.has(Context::MEMDIE);
    if frees_memory && !context.in_interrupt() {
        for &zone in request.zonelist.zones() {
            door.emit(Event::ZoneUntested { zone });
            if let Some(pfn) = buffered_rmqueue(door, request, zone) {
                return PageAnswer::Block(pfn);
            }
        }
        return refuse(door, request, Failure::MemallocExhausted);
    }
    if !request.gfp.has(Gfp::WAIT) {
        return refuse(door, request, Failure::MayNotWait);
    }
    let mut waits = 0;
    loop {
        let cut = try_to_free_pages(door, request, &mut waits);
        if door.should_end() {
            return PageAnswer::Endless;
        }
        if cut {
            door.emit(Event::LoopCut { waits });
            return PageAnswer::Endless;
        }
        if let Some(pfn) = walk(door, request, Pass::AfterReclaim) {
            return PageAnswer::Block(pfn);
        }
        let why = match retry(request) {
            Ok(why) => why,
            Err(failure) => return refuse(door, request, failure),
        };
        door.emit(Event::RetryChosen { why });
        congestion_wait(door, CONGESTION_WAIT);
        if door.should_end() {
            return PageAnswer::Endless;
        }
        waits += 1;
        if waits >= door.patience() {
            door.emit(Event::LoopCut { waits });
            return PageAnswer::Endless;
        }
    }
}

/// Walks the zonelist once.
fn walk<R: Recorder>(door: &mut Door<'_, R>, request: &Request, pass: Pass) -> Option<u32> {
    for &zone in request.zonelist.zones() {
        if test(door, request, zone, pass)
            && let Some(pfn) = buffered_rmqueue(door, request, zone)
        {
            return Some(pfn);
        }
    }
    None
}

/// Wakes kswapd for a zone at or below `pages_low`; order, protection and the reason play no role.
fn wakeup_kswapd<R: Recorder>(door: &mut Door<'_, R>, zone: crate::profile::ZoneId) {
    let (free, low) = (door.zone(zone).free_pages(), door.zone(zone).pages_low());
    if free <= low && !door.kswapd_awake(zone.node()) {
        door.emit(Event::KswapdWoken { zone, free, low });
    }
}

/// Whether to reclaim again. `__GFP_NORETRY` wins over all.
fn retry(request: &Request) -> Result<Retry, Failure> {
    if request.gfp.has(Gfp::NORETRY) {
        return Err(Failure::NoRetry);
    }
    if request.order <= COSTLY_ORDER {
        Ok(Retry::SmallOrder)
    } else if request.gfp.has(Gfp::REPEAT) {
        Ok(Retry::Repeat)
    } else if request.gfp.has(Gfp::NOFAIL) {
        Ok(Retry::NoFail)
    } else {
        Err(Failure::CostlyOrder)
    }
}

/// `blk_congestion_wait`: the task sleeps, and writes that are due end meanwhile.
pub(super) fn congestion_wait<R: Recorder>(door: &mut Door<'_, R>, jiffies: u32) {
    yield_processor(door);
    door.emit(Event::Waited { jiffies });
    slept(door);
    vmscan::finish_writes(door, false);
}

/// `might_sleep()` found a context that must not sleep (kernel/sched.c `__might_sleep`): seen always, said when the kernel
/// was built to say it.
#[cold]
#[inline(never)]
pub(super) fn might_sleep<R: Recorder>(door: &mut Door<'_, R>, in_slab: bool) {
    let printed = door.spec().debug_sleep && door.may_warn_of_sleep();
    door.emit(Event::MightSleep { in_slab, printed });
}

/// Others run while the task sleeps: kswapd if it was woken, then whoever waits for the processor.
pub(crate) fn yield_processor<R: Recorder>(door: &mut Door<'_, R>) {
    for node in 0..door.spec().nodes {
        if door.kswapd_awake(node) {
            vmscan::kswapd(door, node);
        }
    }
    door.moment(Moment::Asleep);
}

/// The task slept: in atomic context that is "scheduling while atomic".
fn slept<R: Recorder>(door: &mut Door<'_, R>) {
    if door.context().in_atomic() {
        door.emit(Event::SleptAtomic);
    }
}

/// Direct reclaim. The task is PF_MEMALLOC meanwhile, and the flag is cleared afterwards whatever it was before. True when
/// the lab's patience ended in the middle of it.
fn try_to_free_pages<R: Recorder>(
    door: &mut Door<'_, R>,
    request: &Request,
    waits: &mut u32,
) -> bool {
    let (order, gfp) = (request.order, request.gfp);
    let context = door.context();
    door.emit(Event::ReclaimStarted { order, gfp });
    slept(door);
    let mut freed = 0;
    if let Some(blocks) = door.planned() {
        door.emit(Event::ReclaimPlanUsed);
        for _ in 0..blocks {
            let Some((pfn, order)) = door.offered() else {
                break;
            };
            door.emit(Event::ReclaimUsed);
            free_pages(door, pfn, order, Temperature::Hot);
            freed += 1 << order;
        }
    }
    let mut enough = freed >= SWAP_CLUSTER_MAX;
    if door.has_lru() {
        let all = vmscan::shrink_zones(door, request.zonelist.zones(), gfp, waits);
        if all.cut {
            return true;
        }
        freed += all.pages;
        enough |= all.enough;
    }
    door.emit(Event::ReclaimEnded { freed });
    if context.has(Context::MEMALLOC) {
        door.emit(Event::ContextSet {
            context: context.without(Context::MEMALLOC),
        });
    }
    // 2.6.10: at the end of try_to_free_pages, even if every priority step freed 31 pages.
    if !enough && gfp.has(Gfp::FS) && !gfp.has(Gfp::NORETRY) {
        out_of_memory(door, gfp);
    }
    false
}

/// Called often, kills rarely. The victim's pages come back at once.
fn out_of_memory<R: Recorder>(door: &mut Door<'_, R>, gfp: Gfp) {
    let kills = door.oom().called(door.jiffies()).1;
    door.emit(Event::OomCalled { kills, gfp });
    if kills && door.has_daemon() {
        vmscan::kill_a_process(door);
    }
    if kills {
        while let Some((pfn, order)) = door.victim() {
            door.emit(Event::VictimUsed);
            free_pages(door, pfn, order, Temperature::Hot);
        }
    }
}

/// NULL, with the message unless `__GFP_NOWARN` or the rate limit forbids it.
fn refuse<R: Recorder>(door: &mut Door<'_, R>, request: &Request, why: Failure) -> PageAnswer {
    let (order, gfp) = (request.order, request.gfp);
    if !gfp.has(Gfp::NOWARN) {
        let limit = door.rate_limit();
        let printed = limit.tokens_at(door.jiffies()) >= RateLimit::COST;
        let suppressed = if printed { limit.missed() } else { 0 };
        door.emit(Event::Warned {
            order,
            printed,
            suppressed,
            gfp,
        });
    }
    door.emit(Event::PagesRefused {
        order: u32::from(order),
        gfp,
        why,
    });
    PageAnswer::Refused(why)
}
