//! CONFIG_DEBUG_SLAB: poison and red zones, and what they find.
//!
//! Source: mm/slab.c `poison_obj`, `check_poison_obj`, `cache_alloc_debugcheck_after`, `cache_free_debugcheck`,
//! `cache_init_objs` (2.6.10). Only the message is modelled, not the dump behind it; a double free stops the run, so that
//! the second check, in `free_block`, has nothing to find.

use crate::event::{CacheId, Event, SlabId};
use crate::machine::{Door, Machine, Recorder, poison};

/// A new slab's objects: free, poisoned, red zones inactive.
#[cold]
#[inline(never)]
pub(super) fn grew<R: Recorder>(door: &mut Door<'_, R>, id: CacheId, slab: SlabId) {
    if watched(door, id) {
        door.emit(Event::SlabPoisoned { slab });
    }
}

/// An object on its way to a caller: its poison must be whole, and its red zones inactive.
#[cold]
#[inline(never)]
pub(super) fn allocated<R: Recorder>(door: &mut Door<'_, R>, cache: CacheId, address: u32) {
    if !watched(door, cache) {
        return;
    }
    let size = door.cache(cache).shape().class_size;
    let whole =
        door.holds(address, size - 1, poison::FREE) && door.byte(address + size - 1) == poison::END;
    if !whole {
        door.emit(Event::SlabCorrupted { cache, address });
    }
    if !red_zones_are(door, cache, address, poison::INACTIVE) {
        door.emit(Event::SlabError { cache, address });
    }
    door.emit(Event::ObjectPoisoned {
        allocated: true,
        cache,
        address,
    });
}

/// An object on its way back: its red zones must be active.
#[cold]
#[inline(never)]
pub(super) fn freed<R: Recorder>(door: &mut Door<'_, R>, cache: CacheId, address: u32) {
    if !watched(door, cache) {
        return;
    }
    if !red_zones_are(door, cache, address, poison::ACTIVE) {
        door.emit(Event::SlabError { cache, address });
    }
    door.emit(Event::ObjectPoisoned {
        allocated: false,
        cache,
        address,
    });
}

/// `kmem_cache` itself is not watched.
fn watched(machine: &Machine, id: CacheId) -> bool {
    machine.spec().debug_slab && id.0 != 0
}

fn red_zones_are(machine: &Machine, cache: CacheId, address: u32, word: u32) -> bool {
    let shape = machine.cache(cache).shape();
    let read =
        |at: u32| u32::from_le_bytes([0, 1, 2, 3].map(|byte| machine.byte(at.wrapping_add(byte))));
    shape.red_zone == 0
        || (read(address - shape.red_zone) == word
            && read(address.wrapping_add(shape.class_size)) == word)
}
