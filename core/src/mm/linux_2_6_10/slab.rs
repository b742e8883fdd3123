//! `kmalloc` and `kfree`: size class, array cache, refill, growth, flush, and the periodic reap.
//!
//! Source: mm/slab.c (2.6.10), uniprocessor: no shared array. Memory is never cleared here.

use super::page_alloc::{PageAnswer, alloc_pages, free_pages};
use super::slab_debug;
use crate::event::{CacheId, Event, Failure, GrowFailure, SlabId, Stop, Temperature};
use crate::gfp::Gfp;
use crate::machine::{Door, Recorder, SlabList};
use crate::profile::HZ;

/// Objects fetched at most by an array that was not used since the last reap (`BATCHREFILL_LIMIT`).
const UNTOUCHED_REFILL: u16 = 16;
/// Jiffies between two looks at a cache's slabs (`REAPTIMEOUT_LIST3`).
pub(super) const LIST_REAP_PERIOD: u32 = 4 * HZ as u32;

/// What `kmalloc` answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ObjectAnswer {
    /// An object.
    Object {
        /// Its linear address.
        address: u32,
        /// Its cache.
        cache: CacheId,
    },
    /// NULL: larger than the largest class.
    TooLarge,
    /// NULL, or worse, because the cache could not grow.
    Failed(CacheFailure),
}

/// Why a cache could not deliver.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CacheFailure {
    /// `__GFP_NO_GROW` and nothing cached.
    NoGrow,
    /// The page allocator refused.
    NoPages(Failure),
    /// Flags that a slab may not pass on: `BUG()`.
    Bug,
    /// The kernel would retry for ever.
    Endless,
}

/// `kmalloc(size, gfp)`.
#[inline(always)]
pub(crate) fn kmalloc<R: Recorder>(door: &mut Door<'_, R>, size: u32, gfp: Gfp) -> ObjectAnswer {
    let Some(cache) = door.classes(gfp.has(Gfp::DMA)).holding(size) else {
        door.emit(Event::ClassMissing { size, gfp });
        return ObjectAnswer::TooLarge;
    };
    door.emit(Event::ClassChosen { cache, size, gfp });
    match cache_alloc(door, cache, gfp) {
        Ok(address) => ObjectAnswer::Object { address, cache },
        Err(failure) => ObjectAnswer::Failed(failure),
    }
}

/// `__cache_alloc`: the last entry of the array, refilled when it is empty.
#[inline(always)]
pub(super) fn cache_alloc<R: Recorder>(
    door: &mut Door<'_, R>,
    id: CacheId,
    gfp: Gfp,
) -> Result<u32, CacheFailure> {
    if gfp.has(Gfp::WAIT) && door.context().must_not_sleep() {
        super::slow_path::might_sleep(door, true);
    }
    let cache = door.cache(id);
    if cache.available() == 0 {
        let limit = cache.limit();
        door.emit(Event::ArrayEmpty { cache: id, limit });
        refill(door, id, gfp)?;
    }
    let cache = door.cache(id);
    let left = cache.available() - 1;
    let address = cache.top().expect("a refilled array has an entry");
    door.emit(Event::ObjectGot {
        cache: id,
        left,
        address,
    });
    if door.spec().debug_slab {
        slab_debug::allocated(door, id, address);
    }
    Ok(address)
}

/// `cache_alloc_refill`: from partial slabs, then free ones; else the cache grows and it starts over.
#[inline(never)]
fn refill<R: Recorder>(door: &mut Door<'_, R>, id: CacheId, gfp: Gfp) -> Result<(), CacheFailure> {
    loop {
        let cache = door.cache(id);
        let touched = cache.array_touched();
        let wanted = if touched {
            cache.batch()
        } else {
            cache.batch().min(UNTOUCHED_REFILL)
        };
        door.emit(Event::RefillAsked {
            cache: id,
            wanted,
            touched,
        });
        let mut missing = wanted;
        while missing > 0 {
            let Some(slab) = slab_with_objects(door, id) else {
                break;
            };
            let free = door.cache(id).shape().objects - door.slab(slab).in_use();
            let count = free.min(missing);
            door.emit(Event::ArrayFilled {
                cache: id,
                count,
                slab,
            });
            missing -= count;
        }
        if missing < wanted {
            return Ok(());
        }
        grow(door, id, gfp)?;
        // Somebody else may have filled the array while this task slept for a page.
        if door.cache(id).available() > 0 {
            return Ok(());
        }
    }
}

fn slab_with_objects<R: Recorder>(door: &mut Door<'_, R>, id: CacheId) -> Option<SlabId> {
    door.cache(id).first(SlabList::Partial).or_else(|| {
        door.emit(Event::FreeSlabsTouched { cache: id });
        door.cache(id).first(SlabList::Free)
    })
}

/// `cache_grow`: a new slab, with the caller's flags passed on to the page allocator.
fn grow<R: Recorder>(door: &mut Door<'_, R>, id: CacheId, gfp: Gfp) -> Result<(), CacheFailure> {
    let shape = door.cache(id).shape();
    let (order, dma, general) = (shape.order, shape.dma, shape.management_cache);
    door.emit(Event::GrowAsked { cache: id, order });
    if gfp & !(Gfp::DMA | Gfp::LEVEL_MASK) != Gfp::NONE {
        door.emit(Event::Stopped {
            why: Stop::CacheGrowBug,
        });
        return Err(CacheFailure::Bug);
    }
    let failed = |door: &mut Door<'_, R>, why| door.emit(Event::GrowFailed { cache: id, why });
    if gfp.has(Gfp::NO_GROW) {
        failed(door, GrowFailure::NoGrow);
        return Err(CacheFailure::NoGrow);
    }
    let colour = door.cache(id).colour_next();
    door.emit(Event::ColourDrawn { cache: id });
    let page_gfp = if dma { gfp | Gfp::DMA } else { gfp };
    let pfn = match alloc_pages(door, page_gfp, u32::from(order)) {
        PageAnswer::Block(pfn) => pfn,
        refused => {
            failed(door, GrowFailure::NoPages);
            return Err(match refused {
                PageAnswer::Refused(why) => CacheFailure::NoPages(why),
                _ => CacheFailure::Endless,
            });
        }
    };
    let management = match general {
        None => 0,
        Some(general) => match cache_alloc(door, general, gfp & Gfp::LEVEL_MASK) {
            Ok(address) => address,
            Err(why) => {
                free_pages(door, pfn, order, Temperature::Hot);
                failed(door, GrowFailure::NoManagement);
                return Err(why);
            }
        },
    };
    let slab = door.next_slab();
    door.emit(Event::SlabGrew {
        cache: id,
        colour,
        pfn,
        management,
    });
    slab_debug::grew(door, id, slab);
    Ok(())
}

/// `kfree(address)` of a live object: on top of the array, which is flushed first when it is full.
#[inline(always)]
pub(crate) fn kfree<R: Recorder>(door: &mut Door<'_, R>, address: u32) {
    let id = door
        .cache_of(address)
        .expect("the caller made sure that this is an object");
    cache_free(door, id, address);
}

fn cache_free<R: Recorder>(door: &mut Door<'_, R>, id: CacheId, address: u32) {
    if door.spec().debug_slab {
        slab_debug::freed(door, id, address);
    }
    let cache = door.cache(id);
    if cache.available() >= cache.limit() {
        let count = cache.batch();
        flush(door, id, count);
    }
    door.emit(Event::ObjectPut { cache: id, address });
}

/// `free_block` on the oldest `count` entries of the array (`cache_flusharray`).
#[inline(never)]
pub(super) fn flush<R: Recorder>(door: &mut Door<'_, R>, id: CacheId, count: u16) {
    if count == 0 {
        return;
    }
    door.emit(Event::FlushStarted { cache: id, count });
    for _ in 0..count {
        let address = door
            .cache(id)
            .oldest()
            .expect("as many entries as are flushed");
        let slab = door.slab_of(address).expect("an array entry is an object");
        door.emit(Event::ObjectReturned { cache: id, address });
        let cache = door.cache(id);
        if door.slab(slab).in_use() == 0 && cache.free_objects() > cache.free_limit() {
            destroy(door, id, slab);
        }
    }
}

/// `slab_destroy`: the pages go back first, then the off-slab management.
fn destroy<R: Recorder>(door: &mut Door<'_, R>, id: CacheId, slab: SlabId) {
    let (pfn, management) = (door.slab(slab).pfn(), door.slab(slab).management());
    let (order, general) = (
        door.cache(id).shape().order,
        door.cache(id).shape().management_cache,
    );
    door.emit(Event::SlabDied { cache: id, slab });
    free_pages(door, pfn, order, Temperature::Hot);
    if let Some(general) = general {
        cache_free(door, general, management);
    }
}

/// `cache_reap`: idle arrays and idle free slabs are given back, newest cache first; `kmem_cache` is exempt.
pub(super) fn cache_reap<R: Recorder>(door: &mut Door<'_, R>) {
    let now = door.jiffies();
    let count = door.caches().len() as u8;
    for id in (1..count).rev().map(CacheId) {
        let cache = door.cache(id);
        let (available, limit) = (cache.available(), cache.limit());
        if cache.array_touched() {
            door.emit(Event::ArrayUntouched { cache: id });
        } else if available > 0 {
            let fifth = limit.div_ceil(5);
            let count = if fifth > available {
                available.div_ceil(2)
            } else {
                fifth
            };
            flush(door, id, count);
        }
        // A signed comparison: the clock wraps.
        if (now.wrapping_sub(door.cache(id).next_reap()) as i32) < 0 {
            continue;
        }
        door.emit(Event::ReapPlanned {
            cache: id,
            at: now.wrapping_add(LIST_REAP_PERIOD),
        });
        if door.cache(id).free_touched() {
            door.emit(Event::FreeSlabsUntouched { cache: id });
            continue;
        }
        let per_round = 5 * u32::from(door.cache(id).shape().objects);
        let count = door.cache(id).free_limit().div_ceil(per_round);
        for _ in 0..count.max(1) {
            let Some(slab) = door.cache(id).first(SlabList::Free) else {
                break;
            };
            destroy(door, id, slab);
        }
    }
}

/// Lets time pass; `cache_reap` runs whenever it is due. Returns how often it ran.
pub(crate) fn pass_time<R: Recorder>(door: &mut Door<'_, R>, jiffies: u32) -> u32 {
    let mut left = jiffies;
    let mut reaps = 0;
    loop {
        // Due already when a long wait went past it.
        let until_due = (door.reap_due().wrapping_sub(door.jiffies()) as i32).max(0) as u32;
        if until_due > left {
            break;
        }
        if until_due > 0 {
            door.emit(Event::Waited { jiffies: until_due });
        }
        left -= until_due;
        cache_reap(door);
        let at = door.jiffies().wrapping_add(super::boot::REAP_PERIOD);
        door.emit(Event::ReapScheduled { at });
        reaps += 1;
    }
    if left > 0 {
        door.emit(Event::Waited { jiffies: left });
    }
    reaps
}
