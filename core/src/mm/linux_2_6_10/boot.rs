//! From power-on to the first call: free memory reaches the lists, the slab allocator starts, the marks are set.
//!
//! Source: mm/bootmem.c `free_all_bootmem_core`; arch/i386/mm/init.c `mem_init`, `set_highmem_pages_init`; mm/slab.c
//! `kmem_cache_init`; mm/page_alloc.c `init_per_zone_pages_min` (2.6.10). Start-up allocates while all marks are 0.

use super::geometry::{ARRAY_ENTRY, ARRAY_HEADER, cache_shapes};
use super::marks;
use super::numa;
use super::page_alloc::free_pages;
use super::slab;
use crate::event::{CacheId, Event, Mark, Temperature};
use crate::gfp::Gfp;
use crate::machine::{Door, Machine, Recorder};
use crate::profile::{BOOT_WORD as WORD, BootLayout, HZ, MachineSpec, ZONES};

const WORD_ORDER: u8 = 5;
/// `kmem_cache`, the cache of cache descriptors.
const KMEM_CACHE: CacheId = CacheId(0);

/// A machine before power-on: nobody holds its memory yet.
pub(crate) fn blank(spec: MachineSpec, layout: BootLayout) -> Machine {
    let shapes = cache_shapes(&spec);
    let zonelists = numa::zonelists(&spec);
    Machine::blank(spec, layout, marks::pcp_shapes, zonelists, shapes)
}

/// Boots: up to the first call, or without the slab allocator for machines that only the page allocator is asked of.
pub(crate) fn power_on<R: Recorder>(door: &mut Door<'_, R>, with_slab: bool) {
    free_all_memory(door);
    if with_slab {
        kmem_cache_init(door);
    }
    set_marks_for_first_time(door);
}

fn free_all_memory<R: Recorder>(door: &mut Door<'_, R>) {
    let low_end = door.spec().low_end();
    let high_end = door.spec().total_pages() as u32;
    let layout = door.layout().clone();
    // One bit a page.
    let bitmap_pages = (low_end.div_ceil(8)).div_ceil(door.spec().page_size);
    let bitmap = layout.bitmap_pfn..layout.bitmap_pfn + bitmap_pages;
    let inside = |ranges: &[(u32, u32)], pfn: u32| {
        ranges
            .iter()
            .any(|&(first, count)| pfn >= first && pfn - first < count)
    };
    let kept = |pfn: u32| inside(&layout.reserved, pfn) || bitmap.contains(&pfn);
    for word in (0..low_end).step_by(WORD as usize) {
        let pages = word..(word + WORD).min(low_end);
        if pages.len() == WORD as usize && !pages.clone().any(kept) {
            door.emit(Event::BootHeld {
                order: WORD_ORDER,
                pfn: word,
            });
            free_pages(door, word, WORD_ORDER, Temperature::Hot);
        } else {
            for pfn in pages.filter(|&pfn| !kept(pfn)) {
                free_one(door, pfn);
            }
        }
    }
    for pfn in bitmap
        .clone()
        .filter(|&pfn| pfn < low_end && !inside(&layout.reserved, pfn))
    {
        free_one(door, pfn);
    }
    for pfn in (low_end..high_end).filter(|&pfn| !inside(&layout.highmem_holes, pfn)) {
        free_one(door, pfn);
    }
}

fn free_one<R: Recorder>(door: &mut Door<'_, R>, pfn: u32) {
    door.emit(Event::BootHeld { order: 0, pfn });
    free_pages(door, pfn, 0, Temperature::Hot);
}

/// `init_per_zone_pages_min`: the default `min_free_kbytes`.
fn set_marks_for_first_time<R: Recorder>(door: &mut Door<'_, R>) {
    let kbytes = marks::default_min_free_kbytes(door.spec().zone_pages);
    set_min_free_kbytes(door, kbytes);
}

/// A write to the sysctl `vm.min_free_kbytes` (`setup_per_zone_pages_min`): any value, no clamp.
pub(crate) fn set_min_free_kbytes<R: Recorder>(door: &mut Door<'_, R>, kbytes: u32) {
    door.emit(Event::MinFreeSet { kbytes });
    for zone in door.spec().zones() {
        let of_zone = marks_of_node(door, zone.node())[zone.kind().index()];
        for (mark, pages) in [
            (Mark::Min, of_zone.min),
            (Mark::Low, of_zone.low),
            (Mark::High, of_zone.high),
        ] {
            door.emit(Event::MarkSet { zone, mark, pages });
        }
    }
    set_protection(door);
}

fn marks_of_node(machine: &Machine, node: u8) -> [marks::Marks; ZONES] {
    let spec = machine.spec();
    marks::node_marks(
        spec.node_pages(node),
        spec.zone_pages,
        machine.min_free_kbytes(),
    )
}

/// A write to the sysctl `vm.lower_zone_protection`.
pub(crate) fn set_lower_zone_protection<R: Recorder>(door: &mut Door<'_, R>, ratio: u32) {
    door.emit(Event::ProtectionRatioSet { ratio });
    set_protection(door);
}

/// `setup_per_zone_protection`, called after either sysctl.
fn set_protection<R: Recorder>(door: &mut Door<'_, R>) {
    for zone in door.spec().zones() {
        let present = door.spec().node_pages(zone.node());
        let marks = marks_of_node(door, zone.node());
        let protection = marks::protection(present, marks, door.protection_ratio());
        let classes = [
            Mark::ProtectionDma,
            Mark::ProtectionNormal,
            Mark::ProtectionHighMem,
        ];
        for (mark, pages) in classes.into_iter().zip(protection[zone.kind().index()]) {
            door.emit(Event::MarkSet { zone, mark, pages });
        }
    }
}

/// The slab allocator starts itself up: caches with arrays of one entry first, arrays of full size last.
fn kmem_cache_init<R: Recorder>(door: &mut Door<'_, R>) {
    let one_entry = ARRAY_HEADER + ARRAY_ENTRY;
    let count = door.caches().len() as u8;
    // kmem_cache and the first class use static descriptors or arrays: address 0 stands for them.
    door.emit(Event::CacheCreated {
        cache: KMEM_CACHE,
        descriptor: 0,
        array: 0,
    });
    for cache in (1..count).map(CacheId) {
        let descriptor = start_up(slab::cache_alloc(door, KMEM_CACHE, Gfp::KERNEL));
        let array = if cache.0 == 1 {
            0
        } else {
            start_up_kmalloc(door, one_entry)
        };
        door.emit(Event::CacheCreated {
            cache,
            descriptor,
            array,
        });
        let at = door
            .jiffies()
            .wrapping_add(slab::LIST_REAP_PERIOD + descriptor % slab::LIST_REAP_PERIOD);
        door.emit(Event::ReapPlanned { cache, at });
    }
    for cache in [KMEM_CACHE, CacheId(1)] {
        let array = start_up_kmalloc(door, one_entry);
        door.emit(Event::ArrayMoved { cache, array });
    }
    for cache in (0..count).rev().map(CacheId) {
        enable_cpucache(door, cache);
    }
}

/// Replaces a cache's array by the one of final size; a shared array of no entries comes with it on one cpu.
fn enable_cpucache<R: Recorder>(door: &mut Door<'_, R>, cache: CacheId) {
    let limit = u32::from(door.cache(cache).shape().limit);
    let array = start_up_kmalloc(door, ARRAY_HEADER + ARRAY_ENTRY * limit);
    let old = door.cache(cache).array_address();
    door.emit(Event::ArrayTuned { cache, array });
    let entries = door.cache(cache).available();
    slab::flush(door, cache, entries);
    slab::kfree(door, old);
    start_up_kmalloc(door, ARRAY_HEADER);
}

fn start_up_kmalloc<R: Recorder>(door: &mut Door<'_, R>, size: u32) -> u32 {
    match slab::kmalloc(door, size, Gfp::KERNEL) {
        slab::ObjectAnswer::Object { address, .. } => address,
        failed => panic!("a machine that passed MachineSpec::check starts up: {failed:?}"),
    }
}

fn start_up(answer: Result<u32, slab::CacheFailure>) -> u32 {
    answer.unwrap_or_else(|failed| {
        panic!("a machine that passed MachineSpec::check starts up: {failed:?}")
    })
}

/// Jiffies between two runs of `cache_reap` on a cpu (`REAPTIMEOUT_CPUC`).
pub(crate) const REAP_PERIOD: u32 = 2 * HZ as u32;
