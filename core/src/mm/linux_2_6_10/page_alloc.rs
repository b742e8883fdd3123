//! `__alloc_pages` and its way through zonelist, watermarks, per-cpu lists and buddy lists; and the way back.
//!
//! Source: mm/page_alloc.c (2.6.10). The slow path behind the second walk stands in `slow_path`.

use super::marks::needed;
use super::slow_path;
use crate::context::Context;
use crate::event::{Destination, Event, Failure, Pass, Temperature};
use crate::gfp::Gfp;
use crate::machine::{Door, Recorder, Zonelist};
use crate::mm::buddy;
use crate::profile::{ORDERS, ZoneId};

/// What the page allocator answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PageAnswer {
    /// First page of the block.
    Block(u32),
    /// NULL.
    Refused(Failure),
    /// The kernel would retry for ever; the lab stopped following. Nothing was allocated.
    Endless,
}

/// A request on its way through the allocator.
#[derive(Clone, Copy)]
pub(super) struct Request {
    pub(super) order: u8,
    pub(super) gfp: Gfp,
    pub(super) zonelist: Zonelist,
    /// `alloc_type`: index of the first zone of the list; selects the protection.
    pub(super) class: usize,
    pub(super) can_try_harder: bool,
}

/// `alloc_pages(gfp, order)`: from the list of the node that the task runs on. Both zone bits together are undefined: the
/// caller has stopped before.
#[inline(always)]
pub(crate) fn alloc_pages<R: Recorder>(door: &mut Door<'_, R>, gfp: Gfp, order: u32) -> PageAnswer {
    let node = door.node();
    alloc_pages_node(door, node, gfp, order)
}

/// `alloc_pages_node(nid, gfp, order)` (include/linux/gfp.h).
#[inline(always)]
pub(crate) fn alloc_pages_node<R: Recorder>(
    door: &mut Door<'_, R>,
    node: u8,
    gfp: Gfp,
    order: u32,
) -> PageAnswer {
    door.emit(Event::PagesAsked { order, gfp });
    if order as usize >= ORDERS {
        // alloc_pages tests this before anything else: no warning, no reclaim.
        door.emit(Event::PagesRefused {
            order,
            gfp,
            why: Failure::OrderTooLarge,
        });
        return PageAnswer::Refused(Failure::OrderTooLarge);
    }
    let wait = gfp.has(Gfp::WAIT);
    let context = door.context();
    if wait && context.must_not_sleep() {
        slow_path::might_sleep(door, false);
    }
    let zonelist = *door.zonelist_of(node, (gfp & Gfp::ZONE_MASK).0 as usize);
    if zonelist.zones().is_empty() {
        door.emit(Event::PagesRefused {
            order,
            gfp,
            why: Failure::EmptyZonelist,
        });
        return PageAnswer::Refused(Failure::EmptyZonelist);
    }
    let request = Request {
        order: order as u8,
        gfp,
        zonelist,
        class: zonelist.class(),
        can_try_harder: can_try_harder(gfp, context),
    };
    for &zone in zonelist.zones() {
        if test(door, &request, zone, Pass::Low)
            && let Some(pfn) = buffered_rmqueue(door, &request, zone)
        {
            return PageAnswer::Block(pfn);
        }
    }
    slow_path::alloc(door, &request)
}

/// Whether this caller may dig deeper into the reserve: it cannot wait, or it is a realtime task outside of interrupts.
#[inline(always)]
pub(super) const fn can_try_harder(gfp: Gfp, context: Context) -> bool {
    !gfp.has(Gfp::WAIT) || (context.has(Context::REALTIME) && !context.in_interrupt())
}

/// Measures a zone against the mark of this walk.
#[inline(always)]
pub(super) fn test<R: Recorder>(
    door: &mut Door<'_, R>,
    request: &Request,
    zone: ZoneId,
    pass: Pass,
) -> bool {
    let state = door.zone(zone);
    let protection = state.protection(request.class);
    let need = match pass {
        Pass::Low => needed(state.pages_low(), false, false, request.order, protection),
        Pass::Min | Pass::AfterReclaim => {
            let high = request.gfp.has(Gfp::HIGH);
            needed(
                state.pages_min(),
                high,
                request.can_try_harder,
                request.order,
                protection,
            )
        }
    };
    let free = state.free_pages();
    let granted = free >= need;
    door.emit(Event::ZoneTested {
        zone,
        pass,
        granted,
        free,
        need,
    });
    granted
}

/// Takes a block from a zone that passed: order 0 through the per-cpu lists, larger ones from the buddy lists.
#[inline(always)]
pub(super) fn buffered_rmqueue<R: Recorder>(
    door: &mut Door<'_, R>,
    request: &Request,
    zone: ZoneId,
) -> Option<u32> {
    let order = request.order;
    if order == 0 {
        let list = if request.gfp.has(Gfp::COLD) {
            Temperature::Cold
        } else {
            Temperature::Hot
        };
        let (count, low, batch) = {
            let pcp = door.zone(zone).pcp(list);
            (pcp.count(), pcp.low(), pcp.batch())
        };
        if count <= low {
            door.emit(Event::PcpLow {
                zone,
                list,
                count,
                low,
            });
            for _ in 0..batch {
                if buddy::take(door, zone, 0, Destination::Pcp(list)).is_none() {
                    break;
                }
            }
        }
        let pcp = door.zone(zone).pcp(list);
        if let Some(pfn) = pcp.head() {
            let left = pcp.count() - 1;
            door.emit(Event::PcpGot {
                zone,
                list,
                left,
                pfn,
            });
            return Some(pfn);
        }
    }
    let taken = buddy::take(door, zone, order, Destination::Caller);
    if taken.is_none() {
        door.emit(Event::BlockMissing { zone, order });
    }
    taken
}

/// `__free_pages(page, order)`; order 0 goes to a per-cpu list (`free_hot_cold_page`).
#[inline(always)]
pub(crate) fn free_pages<R: Recorder>(
    door: &mut Door<'_, R>,
    pfn: u32,
    order: u8,
    list: Temperature,
) {
    let zone = door.zone_of(pfn);
    if order > 0 {
        buddy::give(door, zone, pfn, order);
        return;
    }
    let (count, high, batch) = {
        let pcp = door.zone(zone).pcp(list);
        (pcp.count(), pcp.high(), pcp.batch())
    };
    if count >= high {
        for _ in 0..batch {
            let tail = door
                .zone(zone)
                .pcp(list)
                .tail()
                .expect("a list at its high mark holds a batch");
            door.emit(Event::Drained {
                zone,
                list,
                pfn: tail,
            });
            buddy::give(door, zone, tail, 0);
        }
    }
    door.emit(Event::PcpPut { zone, list, pfn });
}
