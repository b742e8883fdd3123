//! What *is*: the machine's state, readable by everyone, written by [`Machine::apply`] alone.
//!
//! Every field is private to this module, so the compiler keeps the one door:
//!
//! ```compile_fail
//! # use kmalloc_core::{machine::Machine, lab::Lab, profile::MachineSpec};
//! # let mut machine: Machine = Lab::boot(MachineSpec::default()).unwrap().machine().clone();
//! machine.jiffies = 5; // private: only an event may do that
//! ```
//!
//! while reading is free:
//!
//! ```
//! # use kmalloc_core::{machine::Machine, lab::Lab, profile::MachineSpec};
//! # let mut machine: Machine = Lab::boot(MachineSpec::default()).unwrap().machine().clone();
//! assert_eq!(machine.jiffies(), kmalloc_core::machine::INITIAL_JIFFIES);
//! ```
//!
//! `apply` says what happened in mechanism words and never asks which kernel it is; nothing here decides.

mod bytes;
mod door;
mod frames;
mod lru;
mod ring;
mod slab;
mod validate;
mod world;
mod zone;

use alloc::vec::Vec;
use core::fmt;

pub use bytes::poison;
pub use door::{Door, Moment, Off, Recorder};
pub use frames::{NIL, Use};
pub use lru::{DEFAULT_PRIORITY, LruList, LruZone, UserTask};
pub use slab::{Cache, CacheShape, Classes, Slab, SlabList};
pub use world::{OomClock, RateLimit};
pub use zone::{Pcp, PcpShape, Zone};

use crate::context::Context;
use crate::event::{CacheId, Destination, Dma, Event, Mark, Shrinker, SlabId, Stop, Temperature};
use crate::page::{PageKind, PageState};
use crate::profile::{
    BootLayout, HZ, MAX_NODES, MAX_ZONES, MachineSpec, ORDERS, PAGE_OFFSET, ZONES, ZoneId,
};
use crate::sorted::Sorted;
use bytes::Bytes;
use frames::{Frame, Frames};
use lru::Lru;
use slab::{CHAIN_END, SlabEnds};
use world::Offered;

/// Jiffies when the machine starts: five minutes before the counter wraps (`INITIAL_JIFFIES`).
pub const INITIAL_JIFFIES: u32 = (-300_000i32) as u32;

/// No block in hand.
const EMPTY_HAND: u8 = u8::MAX;

/// A block between two lists: off its free list, not yet at its place.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Hand {
    pfn: u32,
    order: u8,
    want: u8,
    to: Destination,
}

/// The zonelist of one kind of request: zones in the order in which they are tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Zonelist {
    zones: [ZoneId; MAX_ZONES],
    len: u8,
    class: u8,
}

impl Zonelist {
    /// At most [`MAX_ZONES`] zones.
    pub fn new(from: &[ZoneId]) -> Zonelist {
        let mut zones = [ZoneId::DMA; MAX_ZONES];
        zones[..from.len()].copy_from_slice(from);
        Zonelist {
            zones,
            len: from.len() as u8,
            class: from.first().map_or(0, |zone| zone.kind().0),
        }
    }

    /// `alloc_type`: the sort of its first zone, which selects the protection.
    #[inline(always)]
    pub const fn class(&self) -> usize {
        self.class as usize
    }

    /// The zones in order.
    #[inline(always)]
    pub fn zones(&self) -> &[ZoneId] {
        &self.zones[..usize::from(self.len)]
    }
}

/// A block of pages as the memory map shows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Block {
    /// First page.
    pub pfn: u32,
    /// 2^order pages.
    pub order: u8,
    /// What it is.
    pub what: Use,
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x} of order {} ({})", self.pfn, self.order, self.what)
    }
}

/// The simulated machine at one moment.
#[derive(Clone, PartialEq)]
pub struct Machine {
    spec: MachineSpec,
    layout: BootLayout,
    /// A page is 2^this bytes: addresses become page numbers all the time, and a division is slow.
    page_shift: u32,
    frames: Frames,
    zones: [Zone; MAX_ZONES],
    zonelists: [[Zonelist; ZONES]; MAX_NODES],
    low_end: u32,
    node: u8,
    hand: Hand,
    caches: Vec<Cache>,
    classes: [Classes; 2],
    slabs: Vec<Slab>,
    /// The free chains of all slabs, one after the other: a machine is copied at every look back, and one table copies
    /// in a piece.
    chains: Vec<u16>,
    dead_slabs: Vec<u32>,
    context: Context,
    jiffies: u32,
    reap_due: u32,
    min_free_kbytes: u32,
    protection_ratio: u32,
    rate_limit: RateLimit,
    oom: OomClock,
    offered: Offered,
    patience: u32,
    bytes: Bytes,
    lru: Lru,
    mappings: Sorted<u32, u32>,
    last_might_sleep: Option<u32>,
    stopped: Option<Stop>,
}

/// Congestion waits that are followed in one allocation unless the script says otherwise.
pub const DEFAULT_PATIENCE: u32 = 50;

impl Machine {
    /// A machine whose memory nobody holds yet: boot's events fill it.
    pub(crate) fn blank(
        spec: MachineSpec,
        layout: BootLayout,
        pcp: fn(u32) -> [PcpShape; 2],
        zonelists: [[Zonelist; ZONES]; MAX_NODES],
        shapes: Vec<CacheShape>,
    ) -> Machine {
        let zones = core::array::from_fn(|index| {
            let zone = ZoneId(index as u8);
            if zone.node() < spec.nodes {
                let pages = spec.pages_of(zone);
                Zone::new(spec.zone_start(zone), pages, pcp(pages))
            } else {
                Zone::new(spec.total_pages() as u32, 0, pcp(0))
            }
        });
        let low_end = spec.low_end();
        let classes = [false, true].map(|dma| Classes::new(&shapes, dma));
        Machine {
            frames: Frames::new(spec.total_pages() as usize),
            page_shift: spec.page_size.trailing_zeros(),
            zones,
            zonelists,
            low_end,
            node: 0,
            hand: Hand {
                pfn: 0,
                order: EMPTY_HAND,
                want: 0,
                to: Destination::Caller,
            },
            caches: shapes.into_iter().map(Cache::new).collect(),
            classes,
            slabs: Vec::new(),
            chains: Vec::new(),
            dead_slabs: Vec::new(),
            context: Context::PROCESS,
            jiffies: INITIAL_JIFFIES,
            reap_due: INITIAL_JIFFIES.wrapping_add(HZ as u32),
            min_free_kbytes: 0,
            protection_ratio: 0,
            rate_limit: RateLimit::new(),
            oom: OomClock::default(),
            offered: Offered::default(),
            patience: DEFAULT_PATIENCE,
            bytes: Bytes::default(),
            lru: Lru::new(),
            mappings: Sorted::default(),
            last_might_sleep: None,
            stopped: None,
            spec,
            layout,
        }
    }

    // ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// What machine this is.
    pub const fn spec(&self) -> &MachineSpec {
        &self.spec
    }

    /// Where boot's own pages lie.
    pub const fn layout(&self) -> &BootLayout {
        &self.layout
    }

    /// A zone, absent ones included (their `pages()` is 0).
    #[inline(always)]
    pub const fn zone(&self, zone: ZoneId) -> &Zone {
        &self.zones[zone.index()]
    }

    /// The zones that have memory, in index order.
    pub fn zones(&self) -> impl Iterator<Item = (ZoneId, &Zone)> {
        self.spec
            .zones()
            .map(|id| (id, &self.zones[id.index()]))
            .filter(|(_, zone)| zone.pages > 0)
    }

    /// The zone of a page.
    #[inline(always)]
    pub fn zone_of(&self, pfn: u32) -> ZoneId {
        if self.spec.nodes > 1 {
            self.zone_among_nodes(pfn)
        } else if pfn < self.zones[1].start {
            ZoneId::DMA
        } else if pfn < self.zones[2].start {
            ZoneId::NORMAL
        } else {
            ZoneId::HIGHMEM
        }
    }

    #[inline(never)]
    fn zone_among_nodes(&self, pfn: u32) -> ZoneId {
        let mut zones = self.spec.zones();
        let of_page = zones.find(|zone| self.zones[zone.index()].contains(pfn));
        of_page.expect("zones cover every page")
    }

    /// The node that the task runs on.
    #[inline(always)]
    pub const fn node(&self) -> u8 {
        self.node
    }

    /// End of low memory: the first pfn without an address of its own.
    pub const fn low_end(&self) -> u32 {
        self.low_end
    }

    /// The zonelist of a request by its zone bits: 0 none, 1 DMA, 2 HIGHMEM; that of the node that the task runs on.
    #[inline(always)]
    pub const fn zonelist(&self, zone_bits: usize) -> &Zonelist {
        self.zonelist_of(self.node, zone_bits)
    }

    /// The same of any node.
    #[inline(always)]
    pub const fn zonelist_of(&self, node: u8, zone_bits: usize) -> &Zonelist {
        &self.zonelists[node as usize][zone_bits]
    }

    /// Blocks of a free list, head first.
    pub fn free_list(&self, zone: ZoneId, order: u8) -> impl Iterator<Item = u32> + '_ {
        let mut at = self.zones[zone.index()].heads[usize::from(order)];
        core::iter::from_fn(move || {
            let pfn = at;
            if pfn == NIL {
                return None;
            }
            at = self.frames.get(pfn).next();
            Some(pfn)
        })
    }

    /// The free block of this order that comes next after a page by address, in any zone; after the last one, the first.
    pub fn next_free_block(&self, order: u8, after: u32) -> Option<u32> {
        let blocks = || {
            self.zones()
                .flat_map(|(zone, _)| self.free_list(zone, order))
        };
        blocks()
            .filter(|pfn| *pfn > after)
            .min()
            .or_else(|| blocks().min())
    }

    /// Whether a page is the first of a free block of exactly this order.
    #[inline(always)]
    pub fn is_free_block(&self, pfn: u32, order: u8) -> bool {
        self.frames.get(pfn).tagged_as(Frame::new(Use::Free, order))
    }

    /// What the first page of a block says; `Use::Body` elsewhere.
    #[inline(always)]
    pub fn block_at(&self, pfn: u32) -> Block {
        let frame = self.frames.get(pfn);
        Block {
            pfn,
            order: frame.order(),
            what: frame.what(),
        }
    }

    /// The block that a page belongs to.
    pub fn block_of(&self, pfn: u32) -> Block {
        let start = self.zone(self.zone_of(pfn)).start;
        for order in 0..ORDERS as u8 {
            let head = start + (((pfn - start) >> order) << order);
            let block = self.block_at(head);
            if block.what != Use::Body && block.order >= order {
                return block;
            }
        }
        unreachable!("tags partition the memory: page {pfn:#x} is in no block")
    }

    /// Every block in address order.
    pub fn blocks(&self) -> impl Iterator<Item = Block> + '_ {
        let pages = self.frames.len();
        let mut at = 0;
        core::iter::from_fn(move || {
            if at >= pages {
                return None;
            }
            let block = self.block_at(at);
            at += 1 << block.order;
            Some(block)
        })
    }

    /// The block that is being cut or joined, if one is: first page and order.
    pub fn hand(&self) -> Option<(u32, u8)> {
        (self.hand.order != EMPTY_HAND).then_some((self.hand.pfn, self.hand.order))
    }

    /// The slab caches in the order of their creation.
    pub fn caches(&self) -> impl DoubleEndedIterator<Item = (CacheId, &Cache)> + ExactSizeIterator {
        self.caches
            .iter()
            .enumerate()
            .map(|(index, cache)| (CacheId(index as u8), cache))
    }

    /// The general caches, smallest class first: the `(DMA)` ones or the others.
    #[inline(always)]
    pub fn classes(&self, dma: bool) -> &Classes {
        &self.classes[usize::from(dma)]
    }

    /// A cache.
    #[inline(always)]
    pub fn cache(&self, id: CacheId) -> &Cache {
        &self.caches[id.index()]
    }

    /// A slab.
    #[inline(always)]
    pub fn slab(&self, id: SlabId) -> &Slab {
        &self.slabs[id.0 as usize]
    }

    /// Indices of a slab's free objects in the order in which they will be taken.
    pub fn free_chain(&self, slab: SlabId) -> impl Iterator<Item = u16> + '_ {
        let Slab {
            chain, first_free, ..
        } = *self.slab(slab);
        let mut at = first_free;
        core::iter::from_fn(move || {
            let index = at;
            if index == CHAIN_END {
                return None;
            }
            at = self.chains[chain as usize + usize::from(index)];
            Some(index)
        })
    }

    /// Slabs of one of a cache's lists, head first.
    pub fn slabs(&self, cache: CacheId, list: SlabList) -> impl Iterator<Item = SlabId> + '_ {
        let mut at = self.caches[cache.index()].lists[list.index()].head;
        core::iter::from_fn(move || {
            let id = at;
            if id == NIL {
                return None;
            }
            at = self.slabs[id as usize].next;
            Some(SlabId(id))
        })
    }

    /// The table place that the next slab gets.
    pub fn next_slab(&self) -> SlabId {
        SlabId(
            self.dead_slabs
                .last()
                .copied()
                .unwrap_or(self.slabs.len() as u32),
        )
    }

    /// The page of a linear address, if it is one of low memory.
    #[inline(always)]
    pub fn pfn_of(&self, address: u32) -> Option<u32> {
        let pfn = address.wrapping_sub(PAGE_OFFSET) >> self.page_shift;
        (pfn < self.low_end).then_some(pfn)
    }

    /// The linear address of a page of low memory.
    #[inline(always)]
    pub const fn address_of(&self, pfn: u32) -> u32 {
        // Beyond a gigabyte of low memory there are no kernel addresses left: they run on from 0.
        PAGE_OFFSET.wrapping_add(pfn << self.page_shift)
    }

    /// The slab that an address lies in (`virt_to_page`, then the page's links).
    #[inline(always)]
    pub fn slab_of(&self, address: u32) -> Option<SlabId> {
        let frame = self.slab_frame(address)?;
        Some(SlabId(frame.prev()))
    }

    /// The cache of the slab that an address lies in: `kfree` needs no more (`GET_PAGE_CACHE`).
    #[inline(always)]
    pub fn cache_of(&self, address: u32) -> Option<CacheId> {
        let frame = self.slab_frame(address)?;
        Some(CacheId(frame.next() as u8))
    }

    /// The frame of an address, if it is one of a slab: every page of a slab names it.
    #[inline(always)]
    fn slab_frame(&self, address: u32) -> Option<Frame> {
        let frame = self.frames.get(self.pfn_of(address)?);
        (matches!(frame.what(), Use::Slab | Use::Body) && frame.prev() != NIL).then_some(frame)
    }

    /// The object that an address lies in: its slab and its index, or None between objects.
    pub fn object_of(&self, address: u32) -> Option<(SlabId, u16)> {
        let id = self.slab_of(address)?;
        let slab = self.slab(id);
        let shape = &self.caches[slab.cache.index()].shape;
        let index = address.checked_sub(slab.first_object)? / shape.object_size;
        (index < u32::from(shape.objects)).then_some((id, index as u16))
    }

    /// The address of an object.
    #[inline(always)]
    pub fn object_address(&self, slab: SlabId, index: u16) -> u32 {
        let slab = &self.slabs[slab.0 as usize];
        slab.first_object + u32::from(index) * self.caches[slab.cache.index()].shape.object_size
    }

    /// The calling context.
    #[inline(always)]
    pub const fn context(&self) -> Context {
        self.context
    }

    /// The clock: milliseconds, modulo 2^32.
    #[inline(always)]
    pub const fn jiffies(&self) -> u32 {
        self.jiffies
    }

    /// When `cache_reap` runs next.
    pub const fn reap_due(&self) -> u32 {
        self.reap_due
    }

    /// The sysctl `vm.min_free_kbytes`.
    pub const fn min_free_kbytes(&self) -> u32 {
        self.min_free_kbytes
    }

    /// The sysctl `vm.lower_zone_protection`.
    pub const fn protection_ratio(&self) -> u32 {
        self.protection_ratio
    }

    /// The failure message's rate limit.
    pub const fn rate_limit(&self) -> &RateLimit {
        &self.rate_limit
    }

    /// The OOM killer's clocks.
    pub const fn oom(&self) -> &OomClock {
        &self.oom
    }

    /// The first block that reclaim would free: first page and order.
    pub fn offered(&self) -> Option<(u32, u8)> {
        self.offered.blocks.front().copied()
    }

    /// How many blocks the next reclaim frees, if the script planned one.
    pub fn planned(&self) -> Option<u32> {
        self.offered.plans.front().copied()
    }

    /// The first block of the OOM killer's next victim.
    pub fn victim(&self) -> Option<(u32, u8)> {
        self.offered.victim.front().copied()
    }

    /// Congestion waits that are followed in one allocation.
    pub const fn patience(&self) -> u32 {
        self.patience
    }

    /// The byte at an address of the direct mapping, of `kmap` or of `vmalloc`; 0 where nothing is.
    pub fn byte(&self, address: u32) -> u8 {
        self.place_of(address).map_or(0, |(pfn, offset)| {
            self.bytes.read(self.chunk_of(pfn, offset))
        })
    }

    /// Whether every byte of a range has this value.
    pub fn holds(&self, address: u32, length: u32, byte: u8) -> bool {
        (0..length).all(|at| self.byte(address.wrapping_add(at)) == byte)
    }

    /// The byte at a place of a page, with an address or without.
    pub fn byte_in_page(&self, pfn: u32, offset: u32) -> u8 {
        self.bytes.read(self.chunk_of(pfn, offset))
    }

    /// The page that an address means, and the place in it: through the direct mapping, `kmap` or `vmalloc`.
    pub fn place_of(&self, address: u32) -> Option<(u32, u32)> {
        let offset = address % self.spec.page_size;
        let mapped = self.mappings.get(&(address - offset)).copied();
        Some((mapped.or_else(|| self.pfn_of(address))?, offset))
    }

    /// Addresses outside of the direct mapping, each with its page, in order.
    pub fn kernel_mappings(&self) -> impl DoubleEndedIterator<Item = (u32, u32)> + '_ {
        self.mappings.iter().copied()
    }

    /// Whether `might_sleep()` may print again: its last warning is a second old.
    pub fn may_warn_of_sleep(&self) -> bool {
        self.last_might_sleep
            .is_none_or(|last| self.jiffies.wrapping_sub(last) >= HZ as u32)
    }

    /// Where the bytes of a place in a page are kept: the chunk's number and the place in it.
    fn chunk_of(&self, pfn: u32, offset: u32) -> (u32, u32) {
        let chunks = self.spec.page_size / bytes::CHUNK;
        (pfn * chunks + offset / bytes::CHUNK, offset % bytes::CHUNK)
    }

    /// Writes over addresses that may lie in several pages.
    fn fill(&mut self, address: u32, length: u32, byte: u8) {
        let mut done = 0;
        while done < length {
            let at = address.wrapping_add(done);
            let Some((pfn, offset)) = self.place_of(at) else {
                // Past the end of what is mapped: nothing is there to write to.
                return;
            };
            let (chunk, within) = self.chunk_of(pfn, offset);
            let here = (bytes::CHUNK - within).min(length - done);
            self.bytes.fill(chunk, within, here, byte);
            done += here;
        }
    }

    /// Fills an object and its red zones as CONFIG_DEBUG_SLAB does.
    fn poison(&mut self, cache: CacheId, address: u32, allocated: bool) {
        let shape = &self.cache(cache).shape;
        let (size, red_zone) = (shape.class_size, shape.red_zone);
        let (byte, word) = if allocated {
            (poison::ALLOCATED, poison::ACTIVE)
        } else {
            (poison::FREE, poison::INACTIVE)
        };
        self.fill(address, size - 1, byte);
        self.fill(address + size - 1, 1, poison::END);
        if red_zone > 0 {
            for at in [address - red_zone, address.wrapping_add(size)] {
                for (place, byte) in (0..).zip(word.to_le_bytes()) {
                    self.fill(at.wrapping_add(place), 1, byte);
                }
            }
        }
    }

    /// Writes over pages that lie side by side, whether they have addresses or not.
    fn fill_pages(&mut self, pfn: u32, offset: u32, length: u32, byte: u8) {
        let page = u64::from(self.spec.page_size);
        let mut done = 0;
        while done < length {
            let at = u64::from(offset) + u64::from(done);
            let (chunk, within) = self.chunk_of(pfn + (at / page) as u32, (at % page) as u32);
            let here = (bytes::CHUNK - within).min(length - done);
            self.bytes.fill(chunk, within, here, byte);
            done += here;
        }
    }

    /// A machine of no pages, to stand in while the real one is lent.
    pub(crate) fn hollow() -> Machine {
        let spec = MachineSpec {
            zone_pages: [0; ZONES],
            ..MachineSpec::default()
        };
        Machine::blank(
            spec,
            BootLayout::default(),
            |_| {
                let none = PcpShape {
                    low: 0,
                    high: 0,
                    batch: 0,
                };
                [none; 2]
            },
            [[Zonelist::new(&[]); ZONES]; MAX_NODES],
            Vec::new(),
        )
    }

    /// Reclaim's side of a zone.
    pub fn lru(&self, zone: ZoneId) -> &LruZone {
        self.lru.zone(zone)
    }

    /// True once a page of a file, of a process or of a shrinker was there.
    pub fn has_lru(&self) -> bool {
        self.lru.in_use()
    }

    /// Pages of an LRU list, head first.
    pub fn lru_pages(&self, zone: ZoneId, list: LruList) -> impl Iterator<Item = u32> + '_ {
        self.lru.pages(zone, list)
    }

    /// What the kernel knows of a page of a file or process; no flags for every other page.
    pub fn page_state(&self, pfn: u32) -> PageState {
        self.lru.state(pfn)
    }

    /// What a page of the world around the allocator is; None for every other page.
    pub fn page_kind(&self, pfn: u32) -> Option<PageKind> {
        let state = self.page_state(pfn);
        if state.has(PageState::LISTED) {
            return Some(state.kind());
        }
        let mut objects = Shrinker::ALL
            .into_iter()
            .flat_map(|shrinker| self.cache_pages(shrinker));
        objects.any(|page| page == pfn).then_some(PageKind::Objects)
    }

    /// The process that a page of the lists belongs to, counted from 1; 0 for a file's page.
    pub fn page_owner(&self, pfn: u32) -> u16 {
        self.lru.owner(pfn)
    }

    /// User processes, in the order in which they started.
    pub fn user_tasks(&self) -> &[UserTask] {
        self.lru.tasks()
    }

    /// Mapped pages, as far as they are counted (`nr_mapped`).
    pub fn mapped_pages(&self) -> u32 {
        self.lru.mapped()
    }

    /// Swap space in pages: free, and in all.
    pub fn swap(&self) -> (u32, u32) {
        (self.lru.swap_free, self.lru.swap_total)
    }

    /// Jiffies that a write takes, and whether the disk's queue is full.
    pub fn disk(&self) -> (u32, bool) {
        (self.lru.disk, self.lru.congested)
    }

    /// The page of the oldest write, and the jiffy at which it ends.
    pub fn next_write(&self) -> Option<(u32, u32)> {
        self.lru.next_write()
    }

    /// Pages under writeback.
    pub fn writes(&self) -> usize {
        self.lru.writes()
    }

    /// Pages of objects that nobody uses, oldest first.
    pub fn cache_pages(&self, shrinker: Shrinker) -> impl ExactSizeIterator<Item = u32> + '_ {
        self.lru.cache_pages(shrinker)
    }

    /// Objects that a shrinker still owes.
    pub fn shrink_due(&self, shrinker: Shrinker) -> u32 {
        self.lru.shrink_due[shrinker.index()]
    }

    /// Whether kswapd runs by itself.
    pub fn has_daemon(&self) -> bool {
        self.lru.daemon
    }

    /// Whether a node's kswapd was woken and has not got the processor since.
    pub fn kswapd_awake(&self, node: u8) -> bool {
        self.lru.kswapd_awake >> node & 1 == 1
    }

    /// Why the machine stopped, if it did.
    #[inline(always)]
    pub const fn stopped(&self) -> Option<Stop> {
        self.stopped
    }

    // ── writing ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// Carries out one event. The only writer of machine state; decisions change nothing.
    #[inline(always)]
    pub(crate) fn apply(&mut self, event: &Event) {
        match *event {
            Event::Taken {
                zone,
                order,
                want,
                to,
                pfn,
            } => self.taken(zone, order, want, to, pfn),
            Event::Split { zone, order, pfn } => self.split(zone, order, pfn),
            Event::Joined {
                zone,
                order,
                hand_is_upper,
                buddy,
            } => self.joined(zone, order, hand_is_upper, buddy),
            Event::Listed { zone, order, pfn } => self.listed(zone, order, pfn),
            Event::PcpGot {
                zone, list, pfn, ..
            } => self.pcp_got(zone, list, pfn),
            Event::PcpPut { zone, list, pfn } => self.pcp_put(zone, list, pfn),
            Event::Drained { zone, list, pfn } => self.drained(zone, list, pfn),
            Event::ObjectGot { cache, address, .. } => self.object_got(cache, address),
            Event::ObjectPut { cache, address } => self.object_put(cache, address),
            Event::ArrayFilled { cache, count, slab } => self.array_filled(cache, count, slab),
            Event::ObjectReturned { cache, address } => self.object_returned(cache, address),
            Event::FlushStarted { cache, count } => {
                let cache = &mut self.caches[cache.index()];
                cache.flushing = count;
                cache.free_objects += u32::from(count);
            }
            _ if event.is_effect() => self.apply_rare(event),
            _ => {}
        }
    }

    /// The events that a busy machine seldom sees, out of line to keep the hot path small.
    #[inline(never)]
    fn apply_rare(&mut self, event: &Event) {
        match *event {
            Event::FreeSlabsTouched { cache } => self.caches[cache.index()].free_touched = true,
            Event::FreeSlabsUntouched { cache } => self.caches[cache.index()].free_touched = false,
            Event::ArrayUntouched { cache } => self.caches[cache.index()].array_touched = false,
            Event::ColourDrawn { cache } => {
                let cache = &mut self.caches[cache.index()];
                let next = cache.colour_next + 1;
                cache.colour_next = if next >= cache.shape.colours { 0 } else { next };
            }
            Event::SlabGrew {
                cache,
                colour,
                pfn,
                management,
            } => {
                self.slab_grew(cache, colour, pfn, management);
            }
            Event::SlabDied { cache, slab } => self.slab_died(cache, slab),
            Event::CacheCreated {
                cache,
                descriptor,
                array,
            } => {
                let cache = &mut self.caches[cache.index()];
                cache.created = true;
                cache.descriptor = descriptor;
                cache.array_address = array;
                (cache.limit, cache.batch) = (1, 1);
                cache.free_limit = cache.shape.first_free_limit;
            }
            Event::ArrayMoved { cache, array } => self.caches[cache.index()].array_address = array,
            Event::ArrayTuned { cache, array } => {
                let cache = &mut self.caches[cache.index()];
                cache.array_address = array;
                (cache.limit, cache.batch) = (cache.shape.limit, cache.shape.batch);
                cache.free_limit = cache.shape.free_limit;
                cache.array_touched = false;
            }
            Event::ReapPlanned { cache, at } => self.caches[cache.index()].next_reap = at,
            Event::ReapScheduled { at } => self.reap_due = at,
            Event::MarkSet { zone, mark, pages } => {
                let zone = &mut self.zones[zone.index()];
                *match mark {
                    Mark::Min => &mut zone.pages_min,
                    Mark::Low => &mut zone.pages_low,
                    Mark::High => &mut zone.pages_high,
                    Mark::ProtectionDma => &mut zone.protection[0],
                    Mark::ProtectionNormal => &mut zone.protection[1],
                    Mark::ProtectionHighMem => &mut zone.protection[2],
                } = pages;
            }
            Event::MinFreeSet { kbytes } => self.min_free_kbytes = kbytes,
            Event::ProtectionRatioSet { ratio } => self.protection_ratio = ratio,
            Event::BootHeld { order, pfn } => {
                for body in pfn..pfn + (1 << order) {
                    self.frames.put(body, Frame::BODY);
                }
                self.frames.set(pfn, Use::Pages, order);
            }
            Event::ContextSet { context } => self.context = context,
            Event::Waited { jiffies } => self.jiffies = self.jiffies.wrapping_add(jiffies),
            Event::Warned { printed, .. } => {
                let tokens = self.rate_limit.tokens_at(self.jiffies);
                self.rate_limit = RateLimit {
                    tokens: if printed {
                        tokens - RateLimit::COST
                    } else {
                        tokens
                    },
                    last: self.jiffies,
                    missed: if printed {
                        0
                    } else {
                        self.rate_limit.missed + 1
                    },
                };
            }
            Event::OomCalled { .. } => self.oom = self.oom.called(self.jiffies).0,
            Event::ReclaimOffered { order, pfn } => self.offered.blocks.push_back((pfn, order)),
            Event::ReclaimPlanned { blocks } => self.offered.plans.push_back(blocks),
            Event::ReclaimPlanUsed => drop(self.offered.plans.pop_front()),
            Event::ReclaimUsed => drop(self.offered.blocks.pop_front()),
            Event::VictimOffered { order, pfn } => self.offered.victim.push_back((pfn, order)),
            Event::VictimUsed => drop(self.offered.victim.pop_front()),
            Event::KswapdWoken { zone, .. } => {
                self.lru.kswapd_awake |= u8::from(self.lru.daemon) << zone.node();
            }
            Event::KswapdStarted { node } => self.lru.kswapd_awake &= !(1 << node),
            Event::KswapdEnded { .. } => {}
            Event::NodeSet { node } => self.node = node,
            Event::LruAdded { state, owner, pfn } => {
                self.lru.start(self.frames.len() as usize);
                self.lru.add(self.zone_of(pfn), pfn, state, owner);
            }
            Event::ScanPlanned {
                zone,
                priority,
                active,
                inactive,
            } => self.lru.plan(zone, priority, active, inactive),
            Event::ActiveScanned { zone, pages } => {
                self.zones[zone.index()].pages_scanned += pages;
            }
            Event::ZoneGivenUp { zone } => self.zones[zone.index()].all_unreclaimable = true,
            Event::PrioritiesReset => self.lru.reset_priorities(),
            Event::PrioritiesSettled { zones } => self.lru.settle_priorities(zones),
            Event::Unreferenced { pfn } => self.lru.clear(pfn, PageState::REFERENCED),
            Event::Unmapped { pfn } => self.lru.clear(pfn, PageState::MAPPED),
            Event::SwapAdded { pfn } => {
                self.lru.swap_free -= 1;
                let swapped = PageState::SWAP_CACHE.with(PageState::DIRTY);
                self.lru.set(pfn, self.lru.state(pfn).with(swapped));
            }
            Event::BuffersReleased { pfn } => self.lru.clear(pfn, PageState::BUFFERS),
            Event::WriteStarted {
                pfn,
                due,
                for_reclaim,
            } => self.lru.write_started(pfn, due, for_reclaim),
            Event::WriteEnded { pfn } => self.lru.write_ended(self.zone_of(pfn)),
            Event::PageKept { pfn, .. } | Event::PageDeactivated { pfn } => {
                self.lru.move_to(self.zone_of(pfn), pfn, LruList::Inactive);
            }
            Event::PageActivated { pfn, .. } | Event::PageRotated { pfn } => {
                self.lru.move_to(self.zone_of(pfn), pfn, LruList::Active);
            }
            Event::PageDropped { pfn } => self.lru.drop(self.zone_of(pfn), pfn),
            Event::CachePageAdded { shrinker, pfn } => {
                self.lru.start(self.frames.len() as usize);
                self.lru.cache_pages[shrinker.index()].push_back(pfn);
            }
            Event::ShrinkPlanned { shrinker, due } => self.lru.shrink_due[shrinker.index()] = due,
            Event::CachePageShrunk { shrinker, .. } => {
                self.lru.cache_pages[shrinker.index()].pop_front();
            }
            Event::SwapOn { pages } => {
                self.lru.swap_free += pages;
                self.lru.swap_total += pages;
            }
            Event::DiskSet { jiffies, congested } => {
                (self.lru.disk, self.lru.congested) = (jiffies, congested);
            }
            Event::WorldSet {
                kswapd,
                page_tables,
            } => {
                (self.lru.daemon, self.lru.page_tables) = (kswapd, page_tables);
                self.lru.start(self.frames.len() as usize);
            }
            Event::ProcessStarted { pages } => self.lru.start_task(pages),
            Event::ProcessKilled { process } => {
                if process > 0 {
                    self.lru.kill_task(process);
                }
            }
            Event::MightSleep { printed, .. } => {
                if printed {
                    self.last_might_sleep = Some(self.jiffies);
                }
            }
            Event::ObjectPoisoned {
                allocated,
                cache,
                address,
            } => self.poison(cache, address, allocated),
            Event::SlabPoisoned { slab } => {
                let owner = self.slab(slab).cache;
                for index in 0..self.cache(owner).shape.objects {
                    self.poison(owner, self.object_address(slab, index), false);
                }
            }
            Event::KernelMapped { address, pfn } => *self.mappings.or_insert(address, pfn) = pfn,
            Event::DmaDone {
                dma,
                offset,
                pfn,
                bytes,
            } => {
                if !dma.to_device() {
                    self.fill_pages(pfn, offset.into(), bytes, Dma::PATTERN);
                }
            }
            Event::KernelUnmapped { address } => self.mappings.remove(&address),
            Event::PatienceSet { waits } => self.patience = waits,
            Event::Written {
                byte,
                address,
                length,
            } => self.fill(address, length, byte),
            Event::Stopped { why } => self.stopped = Some(why),
            _ => unreachable!("{} is carried out in apply", event.name()),
        }
    }

    #[inline(always)]
    fn push_free(&mut self, zone: ZoneId, order: u8, pfn: u32) {
        let zone = &mut self.zones[zone.index()];
        let head = core::mem::replace(&mut zone.heads[usize::from(order)], pfn);
        if head != NIL {
            self.frames.set_prev(head, pfn);
        }
        zone.occupied |= 1 << order;
        zone.free_pages += 1 << order;
        self.frames
            .put(pfn, Frame::linked(Use::Free, order, head, NIL));
    }

    /// Takes a block off its list; its own frame is left to the caller.
    #[inline(always)]
    fn unlink_free(&mut self, zone: ZoneId, order: u8, pfn: u32) {
        let zone = &mut self.zones[zone.index()];
        let frame = self.frames.get(pfn);
        let (next, prev) = (frame.next(), frame.prev());
        if next != NIL {
            self.frames.set_prev(next, prev);
        }
        if prev != NIL {
            self.frames.set_next(prev, next);
        } else {
            zone.heads[usize::from(order)] = next;
            if next == NIL {
                zone.occupied &= !(1 << order);
            }
        }
        zone.free_pages -= 1 << order;
    }

    /// The block in hand has the wanted order: it goes where it was meant to go.
    #[inline(always)]
    fn settle(&mut self, zone: ZoneId, order: u8, to: Destination, pfn: u32) {
        self.hand.order = EMPTY_HAND;
        match to {
            Destination::Caller => self.frames.set(pfn, Use::Pages, order),
            Destination::Pcp(list) => {
                self.zones[zone.index()].pcp[list.index()]
                    .pages
                    .push_back(pfn);
                self.frames.set(pfn, pcp_use(list), 0);
            }
        }
    }

    #[inline(always)]
    fn taken(&mut self, zone: ZoneId, order: u8, want: u8, to: Destination, pfn: u32) {
        debug_assert_eq!(
            self.zones[zone.index()].heads[usize::from(order)],
            pfn,
            "Taken names the head of its list"
        );
        self.unlink_free(zone, order, pfn);
        if order == want {
            self.settle(zone, order, to, pfn);
        } else {
            self.hand = Hand {
                pfn,
                order,
                want,
                to,
            };
            self.frames.set(pfn, Use::Hand, order);
        }
    }

    #[inline(always)]
    fn split(&mut self, zone: ZoneId, order: u8, pfn: u32) {
        debug_assert_eq!(
            (self.hand.pfn, self.hand.order),
            (pfn, order),
            "Split cuts the block in hand"
        );
        let half = order - 1;
        self.push_free(zone, half, pfn + (1 << half));
        if half == self.hand.want {
            self.settle(zone, half, self.hand.to, pfn);
        } else {
            self.hand.order = half;
            self.frames.set(pfn, Use::Hand, half);
        }
    }

    #[inline(always)]
    fn joined(&mut self, zone: ZoneId, order: u8, hand_is_upper: bool, buddy: u32) {
        self.unlink_free(zone, order, buddy);
        let (lower, upper) = if hand_is_upper {
            (buddy, buddy + (1 << order))
        } else {
            (buddy - (1 << order), buddy)
        };
        self.frames.put(upper, Frame::BODY);
        self.frames.set(lower, Use::Hand, order + 1);
        self.hand.pfn = lower;
        self.hand.order = order + 1;
    }

    #[inline(always)]
    fn listed(&mut self, zone: ZoneId, order: u8, pfn: u32) {
        self.hand.order = EMPTY_HAND;
        // Something came back: reclaim may hope again (`free_pages_bulk`).
        let state = &mut self.zones[zone.index()];
        (state.pages_scanned, state.all_unreclaimable) = (0, false);
        self.push_free(zone, order, pfn);
    }

    #[inline(always)]
    fn pcp_got(&mut self, zone: ZoneId, list: Temperature, pfn: u32) {
        let head = self.zones[zone.index()].pcp[list.index()].pages.pop_front();
        debug_assert_eq!(head, Some(pfn), "PcpGot names the head");
        self.frames.set(pfn, Use::Pages, 0);
    }

    #[inline(always)]
    fn pcp_put(&mut self, zone: ZoneId, list: Temperature, pfn: u32) {
        self.zones[zone.index()].pcp[list.index()]
            .pages
            .push_front(pfn);
        self.frames.set(pfn, pcp_use(list), 0);
    }

    #[inline(always)]
    fn drained(&mut self, zone: ZoneId, list: Temperature, pfn: u32) {
        let tail = self.zones[zone.index()].pcp[list.index()].pages.pop_back();
        debug_assert_eq!(tail, Some(pfn), "Drained names the tail");
        self.frames.set(pfn, Use::Hand, 0);
        self.hand.pfn = pfn;
        self.hand.order = 0;
    }

    #[inline(always)]
    fn object_got(&mut self, cache: CacheId, address: u32) {
        let cache = &mut self.caches[cache.index()];
        let top = cache.array.pop_back();
        debug_assert_eq!(top, Some(address), "ObjectGot names the top");
        cache.array_touched = true;
    }

    #[inline(always)]
    fn object_put(&mut self, cache: CacheId, address: u32) {
        self.caches[cache.index()].array.push_back(address);
    }

    fn array_filled(&mut self, cache: CacheId, count: u16, id: SlabId) {
        let owner = &mut self.caches[cache.index()];
        let slab = &mut self.slabs[id.0 as usize];
        for _ in 0..count {
            let index = slab.first_free;
            slab.first_free = self.chains[slab.chain as usize + usize::from(index)];
            owner
                .array
                .push_back(slab.first_object + u32::from(index) * owner.shape.object_size);
        }
        slab.in_use += count;
        owner.free_objects -= u32::from(count);
        let to = if slab.first_free == CHAIN_END {
            SlabList::Full
        } else {
            SlabList::Partial
        };
        self.unlink_slab(id);
        self.link_slab(id, to, false);
    }

    fn object_returned(&mut self, cache: CacheId, address: u32) {
        let (id, index) = self
            .object_of(address)
            .expect("an array entry is an object of this cache");
        let owner = &mut self.caches[cache.index()];
        let oldest = owner.array.pop_front();
        debug_assert_eq!(
            oldest,
            Some(address),
            "ObjectReturned names the oldest entry"
        );
        owner.flushing -= 1;
        let slab = &mut self.slabs[id.0 as usize];
        self.chains[slab.chain as usize + usize::from(index)] = slab.first_free;
        slab.first_free = index;
        slab.in_use -= 1;
        let empty = slab.in_use == 0;
        self.unlink_slab(id);
        if empty {
            self.link_slab(id, SlabList::Free, false);
        } else {
            self.link_slab(id, SlabList::Partial, true);
        }
    }

    fn slab_grew(&mut self, cache: CacheId, colour: u16, pfn: u32, management: u32) {
        let id = self.next_slab();
        let base = self.address_of(pfn);
        let shape = &self.caches[cache.index()].shape;
        let (objects, order) = (shape.objects, shape.order);
        let offset = u32::from(colour) * shape.colour_offset;
        let on_slab = if shape.off_slab {
            0
        } else {
            shape.management_size
        };
        // A place that is used again keeps the room of its chain, if that is enough.
        let dead = self.dead_slabs.pop();
        let kept = dead.map(|dead| &self.slabs[dead as usize]);
        let kept = kept.filter(|slab| slab.room >= objects);
        let (chain, room) = match kept {
            Some(slab) => (slab.chain, slab.room),
            None => (self.chains.len() as u32, objects),
        };
        let end = chain as usize + usize::from(objects);
        if self.chains.len() < end {
            self.chains.resize(end, CHAIN_END);
        }
        let places = &mut self.chains[chain as usize..end];
        for (place, next) in places.iter_mut().zip((1..objects).chain([CHAIN_END])) {
            *place = next;
        }
        let slab = Slab {
            cache,
            live: true,
            list: SlabList::Free,
            in_use: 0,
            first_free: 0,
            pfn,
            first_object: base + offset + on_slab + shape.red_zone,
            management: if management == 0 {
                base + offset
            } else {
                management
            },
            next: NIL,
            prev: NIL,
            chain,
            room,
        };
        match self.slabs.get_mut(id.0 as usize) {
            Some(place) => *place = slab,
            None => self.slabs.push(slab),
        }
        self.caches[cache.index()].free_objects += u32::from(objects);
        for page in pfn..pfn + (1 << order) {
            let (what, order) = if page == pfn {
                (Use::Slab, order)
            } else {
                (Use::Body, 0)
            };
            let frame = Frame::linked(what, order, u32::from(cache.0), id.0);
            self.frames.put(page, frame);
        }
        self.link_slab(id, SlabList::Free, true);
    }

    fn slab_died(&mut self, cache: CacheId, id: SlabId) {
        self.unlink_slab(id);
        let shape = &self.caches[cache.index()].shape;
        let (objects, order) = (u32::from(shape.objects), shape.order);
        self.caches[cache.index()].free_objects -= objects;
        let slab = &mut self.slabs[id.0 as usize];
        slab.live = false;
        for body in slab.pfn + 1..slab.pfn + (1 << order) {
            self.frames.put(body, Frame::BODY);
        }
        self.frames.set(slab.pfn, Use::Pages, order);
        self.dead_slabs.push(id.0);
    }

    fn ends(&mut self, id: SlabId) -> &mut SlabEnds {
        let slab = &self.slabs[id.0 as usize];
        &mut self.caches[slab.cache.index()].lists[slab.list.index()]
    }

    fn unlink_slab(&mut self, id: SlabId) {
        let (next, prev) = (
            self.slabs[id.0 as usize].next,
            self.slabs[id.0 as usize].prev,
        );
        match prev {
            NIL => self.ends(id).head = next,
            prev => self.slabs[prev as usize].next = next,
        }
        match next {
            NIL => self.ends(id).tail = prev,
            next => self.slabs[next as usize].prev = prev,
        }
    }

    fn link_slab(&mut self, id: SlabId, list: SlabList, at_tail: bool) {
        self.slabs[id.0 as usize].list = list;
        let SlabEnds { head, tail } = *self.ends(id);
        let (next, prev) = if at_tail { (NIL, tail) } else { (head, NIL) };
        (
            self.slabs[id.0 as usize].next,
            self.slabs[id.0 as usize].prev,
        ) = (next, prev);
        match prev {
            NIL => self.ends(id).head = id.0,
            prev => self.slabs[prev as usize].next = id.0,
        }
        match next {
            NIL => self.ends(id).tail = id.0,
            next => self.slabs[next as usize].prev = id.0,
        }
    }
}

const fn pcp_use(list: Temperature) -> Use {
    match list {
        Temperature::Hot => Use::Hot,
        Temperature::Cold => Use::Cold,
    }
}
