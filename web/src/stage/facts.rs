//! What is known about one page: for the map's inspector, and for the rings that mark pages on it.

use kmalloc_core::event::Event;
use kmalloc_core::machine::{Block, Machine, Use};
use kmalloc_core::page::{PageKind, PageState};
use kmalloc_core::profile::ZoneId;
use kmalloc_core::run::{Value, Variable};

use super::supply::first_bytes;

/// Names of holders that are listed; the rest is counted.
const NAMED: usize = 3;

/// A slab as the inspector names it.
#[derive(Clone, PartialEq, Debug)]
pub struct SlabFacts {
    /// `size-128`.
    pub cache: String,
    /// Objects out of its chain.
    pub in_use: u16,
    /// Objects in all.
    pub objects: u16,
}

/// Everything the inspector says.
#[derive(Clone, PartialEq, Debug)]
pub struct Facts {
    /// The block that the page belongs to.
    pub block: Block,
    /// Its last page.
    pub last: u32,
    /// Physical address of the page itself.
    pub physical: u64,
    /// Its zone.
    pub zone: ZoneId,
    /// The slab that it is part of.
    pub slab: Option<SlabFacts>,
    /// What it is to reclaim, and the flags that say so.
    pub world: Option<(PageKind, PageState)>,
    /// The process that it belongs to, counted from 1; 0 for none.
    pub owner: u16,
    /// Its first bytes, when it is no slab and something was written.
    pub bytes: Option<String>,
    /// Variables that hold the block or an object in it, the first few.
    pub holders: Vec<String>,
    /// How many more there are.
    pub more: usize,
}

/// What is known about a page.
pub fn facts(machine: &Machine, variables: &[Variable], pfn: u32) -> Facts {
    let block = machine.block_of(pfn);
    let zone = machine.zone_of(pfn);
    let slab = (block.what == Use::Slab)
        .then(|| machine.slab_of(machine.address_of(block.pfn)))
        .flatten()
        .map(|id| {
            let shape = machine.cache(machine.slab(id).cache()).shape();
            SlabFacts {
                cache: shape.name.clone(),
                in_use: machine.slab(id).in_use(),
                objects: shape.objects,
            }
        });
    let holding = variables.iter().filter(|variable| {
        let mut blocks = held(machine, &variable.value).into_iter();
        variable.live && blocks.any(|(first, _)| first == block.pfn)
    });
    let mut holders: Vec<String> = holding.map(|variable| variable.name.clone()).collect();
    let more = holders.len().saturating_sub(NAMED);
    holders.truncate(NAMED);
    Facts {
        last: block.pfn + ((1 << block.order) - 1),
        physical: u64::from(pfn) * u64::from(machine.spec().page_size),
        world: machine
            .page_kind(pfn)
            .map(|kind| (kind, machine.page_state(pfn))),
        owner: if machine.has_lru() {
            machine.page_owner(pfn)
        } else {
            0
        },
        block,
        zone,
        bytes: (slab.is_none() && !zone.is_high())
            .then(|| first_bytes(machine, machine.address_of(pfn)))
            .flatten(),
        slab,
        holders,
        more,
    }
}

/// Pages of an area that are looked for: more than the map has rings for.
const MAX_AREA: u32 = 256;

/// The blocks that a value points into: first page and pages. Only an area has several, in the order of its addresses.
pub fn held(machine: &Machine, value: &Value) -> Vec<(u32, u32)> {
    match *value {
        Value::Null => Vec::new(),
        Value::Object { address, .. } => block_at(machine, address).into_iter().collect(),
        Value::Pages { pfn, order, .. } | Value::PageStruct { pfn, order, .. } => {
            vec![(pfn, 1 << order)]
        }
        Value::Mapped { pfn, .. } => vec![(pfn, 1)],
        Value::Area { address, pages, .. } => {
            let size = machine.spec().page_size;
            let addresses = (0..pages.min(MAX_AREA)).map(|number| address + number * size);
            let found = addresses.filter_map(|address| machine.place_of(address));
            found.map(|(pfn, _)| (pfn, 1)).collect()
        }
    }
}

fn block_at(machine: &Machine, address: u32) -> Option<(u32, u32)> {
    let block = machine.block_of(machine.pfn_of(address)?);
    Some((block.pfn, 1 << block.order))
}

/// The pages that an event touched, at most two blocks: first page and pages. The first is the one to speak of.
pub fn touched(machine: &Machine, event: &Event) -> Vec<(u32, u32)> {
    let two = |first, second| vec![first, second];
    match *event {
        Event::Taken { order, pfn, .. } | Event::Listed { order, pfn, .. } => {
            vec![(pfn, 1 << order)]
        }
        Event::Split { order, pfn, .. } => {
            let half = 1 << (order - 1);
            two((pfn + half, half), (pfn, half))
        }
        Event::Joined {
            order,
            buddy,
            hand_is_upper,
            ..
        } => {
            let lower = if hand_is_upper {
                buddy
            } else {
                buddy - (1 << order)
            };
            vec![(lower, 2 << order)]
        }
        Event::PcpGot { pfn, .. } | Event::PcpPut { pfn, .. } | Event::Drained { pfn, .. } => {
            vec![(pfn, 1)]
        }
        Event::LruAdded { pfn, .. }
        | Event::WriteStarted { pfn, .. }
        | Event::WriteEnded { pfn }
        | Event::PageKept { pfn, .. }
        | Event::PageActivated { pfn, .. }
        | Event::PageDeactivated { pfn }
        | Event::PageRotated { pfn }
        | Event::PageDropped { pfn }
        | Event::SwapAdded { pfn }
        | Event::Unmapped { pfn }
        | Event::CachePageShrunk { pfn, .. }
        | Event::KernelMapped { pfn, .. }
        | Event::DmaDone { pfn, .. } => vec![(pfn, 1)],
        Event::SlabGrew { pfn, .. } => {
            let block = machine.block_of(pfn);
            vec![(block.pfn, 1 << block.order)]
        }
        Event::SlabDied { slab, .. } => {
            let block = machine.block_of(machine.slab(slab).pfn());
            vec![(block.pfn, 1 << block.order)]
        }
        Event::ArrayFilled { slab, .. } => {
            let block = machine.block_of(machine.slab(slab).pfn());
            vec![(block.pfn, 1 << block.order)]
        }
        Event::ObjectGot { address, .. }
        | Event::ObjectPut { address, .. }
        | Event::ObjectReturned { address, .. }
        | Event::Written { address, .. } => block_at(machine, address).into_iter().collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::tests::run;

    #[test]
    fn a_page_of_a_slab_knows_its_cache_and_who_holds_an_object_in_it() {
        let mut run = run("p = kmalloc(100, GFP_KERNEL); q = kmalloc(100, GFP_KERNEL);");
        let machine = run.at(run.len());
        let variables = run.variables(run.len());
        let Value::Object { address, .. } = variables[0].value else {
            panic!("an object");
        };
        let pfn = machine.pfn_of(address).expect("low memory");
        let known = facts(&machine, &variables, pfn);
        assert_eq!(
            known.slab.map(|slab| slab.cache).as_deref(),
            Some("size-128")
        );
        assert_eq!(known.holders, ["p", "q"]);
        assert_eq!(known.zone, ZoneId::NORMAL);
        assert_eq!(known.physical, u64::from(pfn) * 4096);
    }

    #[test]
    fn an_area_is_held_page_by_page_wherever_they_lie() {
        let mut run = run(
            "p = __get_free_pages(GFP_KERNEL, 0); q = __get_free_pages(GFP_KERNEL, 0); free_pages(p, 0); v = vmalloc(12288);",
        );
        let machine = run.at(run.len());
        let variables = run.variables(run.len());
        let area = variables.last().expect("v");
        let pages = held(&machine, &area.value);
        assert_eq!(pages.len(), 3);
        for (pfn, _) in pages {
            assert!(
                facts(&machine, &variables, pfn)
                    .holders
                    .contains(&"v".to_string())
            );
        }
    }

    #[test]
    fn a_page_of_a_process_knows_which() {
        let mut run = run("page_cache(dirty=1); user_pages(2); user_pages(1);");
        let machine = run.at(run.len());
        let total = machine.spec().total_pages() as u32;
        let worlds = (0..total).map(|pfn| facts(&machine, &[], pfn));
        let found: Vec<_> = worlds
            .filter_map(|known| known.world.map(|(kind, _)| (kind, known.owner)))
            .collect();
        let count = |wanted| found.iter().filter(|known| **known == wanted).count();
        assert_eq!(count((PageKind::Dirty, 0)), 1);
        assert_eq!(
            (count((PageKind::User, 1)), count((PageKind::User, 2))),
            (2, 1)
        );
        assert_eq!(found.len(), 4);
    }

    #[test]
    fn every_event_of_a_run_touches_pages_that_exist() {
        let mut run = run(
            "p = kmalloc(4000, GFP_KERNEL); kfree(p); b = __get_free_pages(GFP_ATOMIC, 4); free_pages(b, 4);",
        );
        let mut machine = run.start().clone();
        for cursor in 1..=run.len() {
            run.seek(&mut machine, cursor - 1, cursor);
            let event = run.event(cursor - 1).expect("in range");
            for (first, pages) in touched(&machine, &event) {
                assert!(u64::from(first + pages) <= machine.spec().total_pages());
            }
        }
    }
}
