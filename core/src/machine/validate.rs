//! Checks the machine against its own invariants. Used by tests after events; never by decisions.

use alloc::format;
use alloc::string::String;
use alloc::vec;

use super::frames::{NIL, Use};
use super::slab::{CHAIN_END, SlabList};
use super::{CacheId, LruList, Machine, PageState, Shrinker, SlabId};
use crate::profile::{ORDERS, PKMAP_BASE, ZoneId};

/// Returns the first broken invariant as a sentence.
macro_rules! ensure {
    ($condition:expr, $($message:tt)+) => {
        if !$condition {
            return Err(format!($($message)+));
        }
    };
}

impl Machine {
    /// No page in two places, counts conserved, links sound. Costs a walk over the whole machine.
    pub fn validate(&self) -> Result<(), String> {
        self.validate_blocks()?;
        for zone in self.spec.zones() {
            self.validate_zone(zone)?;
        }
        for (id, _) in self.caches() {
            self.validate_cache(id)?;
        }
        self.validate_lru()
    }

    /// Pages of the LRU lists and of the shrinkers are plain pages of their zones, each in one place; so are mapped ones.
    fn validate_lru(&self) -> Result<(), String> {
        let plain = |pfn: u32, place: &str| {
            let block = self.block_at(pfn);
            ensure!(
                block.what == Use::Pages && block.order == 0,
                "{block} is {place}"
            );
            Ok(())
        };
        let mut mapped = 0;
        let mut listed = 0;
        for zone in self.spec.zones() {
            for list in [LruList::Inactive, LruList::Active] {
                let mut count = 0;
                let mut last = None;
                for pfn in self.lru_pages(zone, list) {
                    let state = self.page_state(pfn);
                    plain(pfn, "on an LRU list")?;
                    ensure!(
                        self.zone_of(pfn) == zone && state.has(PageState::LISTED),
                        "page {pfn:#x} is on a list of {}",
                        zone.name()
                    );
                    ensure!(
                        state.has(PageState::ACTIVE) == (list == LruList::Active),
                        "page {pfn:#x} is on {list}"
                    );
                    mapped += u32::from(state.has(PageState::MAPPED));
                    count += 1;
                    last = Some(pfn);
                }
                ensure!(
                    count == self.lru(zone).count(list) && last == self.lru(zone).tail(list),
                    "{list} of {} holds {count} pages",
                    zone.name()
                );
                listed += count;
            }
        }
        if self.has_lru() {
            let states = (0..self.spec.total_pages() as u32).map(|pfn| self.page_state(pfn));
            let marked = states.filter(|state| state.has(PageState::LISTED)).count();
            ensure!(marked as u32 == listed, "{marked} marked, {listed} listed");
        }
        ensure!(
            !self.lru.page_tables || mapped == self.mapped_pages(),
            "{mapped} pages are mapped, {} counted",
            self.mapped_pages()
        );
        ensure!(
            self.lru.swap_free <= self.lru.swap_total || !self.lru.page_tables,
            "more swap space is free than there is"
        );
        for shrinker in Shrinker::ALL {
            for pfn in self.cache_pages(shrinker) {
                plain(pfn, "a shrinker's")?;
            }
        }
        for (address, pfn) in self.kernel_mappings() {
            let what = self.block_of(pfn).what;
            // A driver may free a page that it left mapped by `kmap`.
            ensure!(
                what == Use::Pages || address >= PKMAP_BASE,
                "{address:#x} maps page {pfn:#x}, which is {what}"
            );
        }
        Ok(())
    }

    /// Tags partition each zone into blocks that are aligned relative to its first page.
    fn validate_blocks(&self) -> Result<(), String> {
        for zone in self.spec.zones() {
            let (start, pages) = (self.zone(zone).start(), self.zone(zone).pages());
            let mut at = 0;
            while at < pages {
                let block = self.block_at(start + at);
                let size = 1 << block.order;
                ensure!(
                    block.what != Use::Body,
                    "page {:#x} is in no block",
                    start + at
                );
                ensure!(
                    at % size == 0 && at + size <= pages,
                    "block {block} is not aligned in its zone"
                );
                if !matches!(block.what, Use::Free | Use::Slab) {
                    for page in 0..size {
                        let frame = self.frames.get(start + at + page);
                        ensure!(
                            (frame.next(), frame.prev()) == (NIL, NIL),
                            "page {:#x} in {block} has links",
                            start + at + page
                        );
                    }
                }
                for body in 1..size {
                    let inner = self.block_at(start + at + body).what;
                    ensure!(
                        inner == Use::Body,
                        "page {:#x} in {block} is {inner}",
                        start + at + body
                    );
                }
                at += size;
            }
        }
        Ok(())
    }

    /// Lists hold exactly the blocks that say so, and the counts agree.
    fn validate_zone(&self, id: ZoneId) -> Result<(), String> {
        let zone = self.zone(id);
        let mut listed = 0;
        for order in 0..ORDERS as u8 {
            let mut prev = NIL;
            for pfn in self.free_list(id, order) {
                let block = self.block_at(pfn);
                ensure!(
                    zone.contains(pfn),
                    "page {pfn:#x} is on a list of {}",
                    id.name()
                );
                ensure!(
                    block.what == Use::Free && block.order == order,
                    "{block} is on free list {order}"
                );
                ensure!(
                    self.frames.get(pfn).prev() == prev,
                    "page {pfn:#x} has a broken link"
                );
                prev = pfn;
                listed += 1 << order;
            }
            let empty = zone.head(order).is_none();
            ensure!(
                empty == (zone.occupied >> order & 1 == 0),
                "occupied bit {order} of {} is wrong",
                id.name()
            );
        }
        ensure!(
            listed == zone.free_pages(),
            "{}: {listed} pages listed, {} counted",
            id.name(),
            zone.free_pages()
        );
        let range = zone.start()..zone.start() + zone.pages();
        let count = |what: Use| {
            range
                .clone()
                .filter(move |&pfn| self.block_at(pfn).what == what)
        };
        let tagged: u32 = count(Use::Free)
            .map(|pfn| 1 << self.block_at(pfn).order)
            .sum();
        ensure!(
            tagged == listed,
            "{}: {tagged} pages are tagged free, {listed} listed",
            id.name()
        );
        for (list, what) in zone.pcp.iter().zip([Use::Hot, Use::Cold]) {
            ensure!(
                count(what).count() == usize::from(list.count()),
                "{}: {what} list and tags differ",
                id.name()
            );
            for pfn in list.pages() {
                ensure!(
                    self.block_at(pfn).what == what,
                    "page {pfn:#x} is on the {what} list"
                );
            }
        }
        let in_hand = count(Use::Hand).count();
        ensure!(in_hand <= 1, "{in_hand} blocks are in hand");
        Ok(())
    }

    /// Every object is in exactly one place: in use, in the array, or in its slab's chain.
    fn validate_cache(&self, id: CacheId) -> Result<(), String> {
        let cache = self.cache(id);
        let name = &cache.shape.name;
        let objects = cache.shape.objects;
        let mut free = 0;
        let mut slabs = 0;
        for list in [SlabList::Partial, SlabList::Free, SlabList::Full] {
            let mut prev = NIL;
            for slab_id in self.slabs(id, list) {
                let slab = self.slab(slab_id);
                ensure!(
                    slab.live && slab.cache == id && slab.list == list,
                    "{name}: slab {} is misplaced",
                    slab_id.0
                );
                ensure!(
                    slab.prev == prev,
                    "{name}: slab {} has a broken link",
                    slab_id.0
                );
                prev = slab_id.0;
                let mut seen = vec![false; usize::from(objects)];
                for index in self.free_chain(slab_id) {
                    let place = seen.get_mut(usize::from(index));
                    let Some(place) = place else {
                        return Err(format!("{name}: object {index} of {objects}"));
                    };
                    ensure!(
                        !core::mem::replace(place, true),
                        "{name}: object {index} twice in a chain"
                    );
                }
                let chained = seen.iter().filter(|&&chained| chained).count() as u16;
                ensure!(
                    chained + slab.in_use == objects,
                    "{name}: {chained} free + {} used",
                    slab.in_use
                );
                let fits = match list {
                    SlabList::Full => slab.first_free == CHAIN_END,
                    SlabList::Free => slab.in_use == 0,
                    SlabList::Partial => slab.in_use > 0 && chained > 0,
                };
                ensure!(
                    fits,
                    "{name}: slab with {} in use is on {list}",
                    slab.in_use
                );
                ensure!(
                    self.block_at(slab.pfn).what == Use::Slab,
                    "{name}: page {:#x} is no slab",
                    slab.pfn
                );
                for page in slab.pfn..slab.pfn + (1 << cache.shape.order) {
                    let frame = self.frames.get(page);
                    ensure!(
                        (frame.next(), frame.prev()) == (u32::from(id.0), slab_id.0),
                        "{name}: page {page:#x} names another slab"
                    );
                }
                free += u32::from(chained);
                slabs += 1;
            }
            ensure!(
                cache.lists[list.index()].tail == prev,
                "{name}: the tail of {list} is wrong"
            );
        }
        let live = self
            .slabs
            .iter()
            .filter(|slab| slab.live && slab.cache == id)
            .count();
        ensure!(live == slabs, "{name}: {live} slabs live, {slabs} listed");
        let counted = free + u32::from(cache.flushing);
        ensure!(
            counted == cache.free_objects,
            "{name}: {counted} free, {} counted",
            cache.free_objects
        );
        for (place, address) in cache.array().enumerate() {
            ensure!(
                cache.array().take(place).all(|other| other != address),
                "{name}: {address:#x} is twice in the array"
            );
            let place = self.object_of(address);
            let Some((slab, index)) = place else {
                return Err(format!("{name}: {address:#x} is no object"));
            };
            ensure!(
                self.slab(slab).cache == id,
                "{name}: {address:#x} is of another cache"
            );
            ensure!(
                !self.is_chained(slab, index),
                "{name}: {address:#x} is in the array and in its slab"
            );
        }
        Ok(())
    }

    /// Whether an object is in its slab's free chain.
    pub fn is_chained(&self, slab: SlabId, index: u16) -> bool {
        self.free_chain(slab).any(|free| free == index)
    }
}
