//! The terms of a zone test, one by one, for those who show it. Nothing is decided here: the test itself stands in
//! `page_alloc`, and an event carries its outcome.

use super::marks::{lowered, needed};
use super::page_alloc::can_try_harder;
use crate::context::Context;
use crate::event::Pass;
use crate::gfp::Gfp;
use crate::machine::Machine;
use crate::profile::ZoneId;

/// What `need` of a `ZoneTested` event is the sum of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Terms {
    /// `pages_low` or `pages_min`, before the flags lower it.
    pub mark: u32,
    /// `__GFP_HIGH` halved it.
    pub halved: bool,
    /// `can_try_harder` took a quarter off what was left.
    pub quartered: bool,
    /// The mark after both.
    pub lowered: u32,
    /// 2^order: the pages that are asked for.
    pub pages: u32,
    /// `protection[]` of the zone against this kind of request.
    pub protection: u32,
    /// The sum: lowered + pages + protection.
    pub need: u32,
}

/// The terms for a request of `gfp` and `order` to the zonelist of `node` from `context`, on the marks that the machine has;
/// None where there is no such test (an order above the largest, both zone bits, an empty zonelist).
pub fn terms(
    machine: &Machine,
    node: u8,
    zone: ZoneId,
    pass: Pass,
    gfp: Gfp,
    order: u32,
    context: Context,
) -> Option<Terms> {
    let zone_bits = (gfp & Gfp::ZONE_MASK).0 as usize;
    if order as usize >= crate::profile::ORDERS || zone_bits >= crate::profile::ZONES {
        return None;
    }
    let zonelist = machine.zonelist_of(node, zone_bits);
    let class = zonelist.zones().first()?.kind().index();
    let state = machine.zone(zone);
    let protection = state.protection(class);
    let (mark, halved, quartered) = match pass {
        Pass::Low => (state.pages_low(), false, false),
        Pass::Min | Pass::AfterReclaim => (
            state.pages_min(),
            gfp.has(Gfp::HIGH),
            can_try_harder(gfp, context),
        ),
    };
    Some(Terms {
        mark,
        halved,
        quartered,
        lowered: lowered(mark, halved, quartered),
        pages: 1 << order,
        protection,
        need: needed(mark, halved, quartered, order as u8, protection),
    })
}
