//! The binary buddy system: take the head, split down; join up, list at the head.
//!
//! Source: mm/page_alloc.c, `__rmqueue`, `expand`, `__free_pages_bulk` (2.6.10). Indices are relative to the zone's
//! first page. No watermark, no per-cpu list: those are the callers'.

use crate::event::{Destination, Event};
use crate::machine::{Door, Recorder};
use crate::profile::{ORDERS, ZoneId};

/// Takes a block of `order` out of the free lists; the lowest pages of the head block of the smallest order that has one.
#[inline(always)]
pub(crate) fn take<R: Recorder>(
    door: &mut Door<'_, R>,
    zone: ZoneId,
    order: u8,
    to: Destination,
) -> Option<u32> {
    let mut from = door.zone(zone).smallest_order_with_block(order)?;
    let pfn = door
        .zone(zone)
        .head(from)
        .expect("an occupied list has a head");
    door.emit(Event::Taken {
        zone,
        order: from,
        want: order,
        to,
        pfn,
    });
    while from > order {
        door.emit(Event::Split {
            zone,
            order: from,
            pfn,
        });
        from -= 1;
    }
    Some(pfn)
}

/// Returns a block that is on no list: joins it with its free buddies, then lists the result.
#[inline(always)]
pub(crate) fn give<R: Recorder>(door: &mut Door<'_, R>, zone: ZoneId, mut pfn: u32, mut order: u8) {
    let (start, pages) = (door.zone(zone).start(), door.zone(zone).pages());
    let mut index = pfn - start;
    while usize::from(order) < ORDERS - 1 {
        let buddy = index ^ (1 << order);
        // At the ragged end of a zone the buddy may not exist.
        if buddy >= pages || !door.is_free_block(start + buddy, order) {
            break;
        }
        door.emit(Event::Joined {
            zone,
            order,
            hand_is_upper: buddy < index,
            buddy: start + buddy,
        });
        index &= !(1 << order);
        pfn = start + index;
        order += 1;
    }
    door.emit(Event::Listed { zone, order, pfn });
}
