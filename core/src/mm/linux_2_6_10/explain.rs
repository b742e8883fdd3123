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

/// The terms for a request of `gfp` and `order` from `context`, on the marks that the machine has; None where there is no
/// such test (an order above the largest, both zone bits, an empty zonelist).
pub fn terms(
    machine: &Machine,
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
    let class = machine.zonelist(zone_bits).zones().first()?.index();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;
    use crate::run::{Bounds, Run};

    /// Whatever the flags and the caller, the terms add up to what the allocator really tested.
    #[test]
    fn terms_add_up_to_every_test() {
        let text = "machine dma=256K normal=1M highmem=256K\n\
                    for (i = 0; i < 300; i++) a[i] = __get_free_pages(GFP_KERNEL | __GFP_NORETRY, 0);\n\
                    irq { for (i = 0; i < 300; i++) b[i] = __get_free_pages(GFP_ATOMIC, 0); }\n\
                    for (i = 0; i < 9; i++) c[i] = alloc_pages(GFP_HIGHUSER | __GFP_HIGH | __GFP_NORETRY, 3);\n\
                    for (i = 0; i < 9; i++) d[i] = kmalloc(9000, 0);";
        let parsed = crate::script::parse(text);
        assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
        let run = Run::new(&parsed.scenario, Bounds::default()).expect("boots");
        let (mut tests, mut lowered) = (0, 0);
        for call in run.calls() {
            let mut asked = None;
            for event in run.events(call.first, call.end) {
                match event {
                    Event::PagesAsked { order, gfp } => asked = Some((order, gfp)),
                    Event::ZoneTested {
                        zone, pass, need, ..
                    } => {
                        let (order, gfp) = asked.expect("a request comes before its tests");
                        let terms = terms(run.start(), zone, pass, gfp, order, call.context)
                            .expect("it was tested");
                        assert_eq!(terms.need, need, "{event:?} of {:?}", call.call);
                        assert_eq!(terms.lowered + terms.pages + terms.protection, need);
                        tests += 1;
                        lowered += u32::from(terms.lowered < terms.mark);
                    }
                    _ => {}
                }
            }
        }
        assert!(tests > 100 && lowered > 10, "{tests}, {lowered}");
    }
}
