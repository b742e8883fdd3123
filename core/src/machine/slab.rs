//! Slab caches and slabs as Linux 2.6.10 keeps them: array cache, three lists, a free chain in each slab.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::frames::NIL;
use super::ring::Ring;
use crate::event::{CacheId, SlabId};

/// End of a slab's free chain (`BUFCTL_END`).
pub(super) const CHAIN_END: u16 = u16::MAX;

/// The part of a `kmem_cache_t` that never changes once the cache exists.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CacheShape {
    /// `size-128`, `size-128(DMA)`, `kmem_cache`.
    pub name: String,
    /// The size class in bytes: what a caller may use.
    pub class_size: u32,
    /// Bytes from one object to the next (more than the class size under CONFIG_DEBUG_SLAB).
    pub object_size: u32,
    /// Objects in a slab.
    pub objects: u16,
    /// A slab is 2^order pages.
    pub order: u8,
    /// Number of colours.
    pub colours: u16,
    /// Bytes from one colour to the next.
    pub colour_offset: u32,
    /// The management lies outside of the slab.
    pub off_slab: bool,
    /// Bytes of management (`struct slab` and the chain).
    pub management_size: u32,
    /// The general cache that off-slab management comes from.
    pub management_cache: Option<CacheId>,
    /// Capacity of the array cache when tuned.
    pub limit: u16,
    /// Objects moved at once when tuned.
    pub batch: u16,
    /// Free objects that may stay, when tuned.
    pub free_limit: u32,
    /// Free objects that may stay before the array has its final size.
    pub first_free_limit: u32,
    /// Its pages come from the DMA zone.
    pub dma: bool,
    /// Bytes of red zone in front of each object (CONFIG_DEBUG_SLAB, classes below 4096), else 0.
    pub red_zone: u32,
}

/// The size classes of one family, ascending, with their caches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Classes {
    sizes: Vec<(u32, CacheId)>,
    /// The cache for sizes up to so many times [`STEP`].
    by_step: Vec<CacheId>,
}

/// Every class is a multiple of this (kmalloc_sizes.h).
const STEP: u32 = 32;

impl Classes {
    /// From the caches in the order of their creation, of which the first is `kmem_cache`.
    pub fn new(shapes: &[CacheShape], dma: bool) -> Classes {
        let general = shapes
            .iter()
            .enumerate()
            .skip(1)
            .filter(|(_, shape)| shape.dma == dma);
        let sizes: Vec<_> = general
            .map(|(index, shape)| (shape.class_size, CacheId(index as u8)))
            .collect();
        let mut by_step = Vec::new();
        for &(class, id) in &sizes {
            assert!(class.is_multiple_of(STEP), "a class of {class} bytes");
            by_step.resize((class / STEP) as usize + 1, id);
        }
        Classes { sizes, by_step }
    }

    /// The cache of the smallest class that holds `size` bytes; None above the largest. Size 0 gets the smallest.
    #[inline(always)]
    pub fn holding(&self, size: u32) -> Option<CacheId> {
        self.by_step.get(size.div_ceil(STEP) as usize).copied()
    }

    /// Class sizes with their caches, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (u32, CacheId)> + '_ {
        self.sizes.iter().copied()
    }
}

/// Which list of its cache a slab is on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SlabList {
    /// Some objects in use.
    Partial,
    /// None in use.
    Free,
    /// All in use.
    Full,
}

impl fmt::Display for SlabList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SlabList::Partial => "partial",
            SlabList::Free => "free",
            SlabList::Full => "full",
        })
    }
}

impl SlabList {
    /// For indexing arrays over the lists.
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// A doubly linked list of slabs.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct SlabEnds {
    pub(super) head: u32,
    pub(super) tail: u32,
}

/// A slab cache.
#[derive(Clone, PartialEq)]
pub struct Cache {
    pub(super) shape: CacheShape,
    pub(super) created: bool,
    pub(super) descriptor: u32,
    pub(super) array_address: u32,
    pub(super) limit: u16,
    pub(super) batch: u16,
    pub(super) free_limit: u32,
    pub(super) free_objects: u32,
    pub(super) colour_next: u16,
    pub(super) free_touched: bool,
    pub(super) array_touched: bool,
    pub(super) next_reap: u32,
    /// Bottom (oldest) first; the top is handed out next. Entries that are set aside for a flush stand first.
    pub(super) array: Ring,
    /// Entries at the bottom that are already counted as free.
    pub(super) flushing: u16,
    pub(super) lists: [SlabEnds; 3],
}

impl Cache {
    pub(super) fn new(shape: CacheShape) -> Cache {
        let none = SlabEnds {
            head: NIL,
            tail: NIL,
        };
        Cache {
            array: Ring::new(shape.limit),
            shape,
            created: false,
            descriptor: 0,
            array_address: 0,
            limit: 0,
            batch: 0,
            free_limit: 0,
            free_objects: 0,
            colour_next: 0,
            free_touched: false,
            array_touched: false,
            next_reap: 0,
            flushing: 0,
            lists: [none; 3],
        }
    }

    /// What never changes.
    #[inline(always)]
    pub const fn shape(&self) -> &CacheShape {
        &self.shape
    }

    /// False before `kmem_cache_create`.
    pub const fn created(&self) -> bool {
        self.created
    }

    /// Address of the descriptor (`kmem_cache_t`).
    pub const fn descriptor(&self) -> u32 {
        self.descriptor
    }

    /// Address of the array cache.
    pub const fn array_address(&self) -> u32 {
        self.array_address
    }

    /// Capacity of the array cache now.
    #[inline(always)]
    pub const fn limit(&self) -> u16 {
        self.limit
    }

    /// Objects moved at once now.
    #[inline(always)]
    pub const fn batch(&self) -> u16 {
        self.batch
    }

    /// Free objects that may stay when a slab becomes empty.
    #[inline(always)]
    pub const fn free_limit(&self) -> u32 {
        self.free_limit
    }

    /// Objects free in slabs; those in the array cache do not count.
    #[inline(always)]
    pub const fn free_objects(&self) -> u32 {
        self.free_objects
    }

    /// The next slab's colour number.
    #[inline(always)]
    pub const fn colour_next(&self) -> u16 {
        self.colour_next
    }

    /// Set when *free* was looked at since the last reap.
    pub const fn free_touched(&self) -> bool {
        self.free_touched
    }

    /// Set when the array cache was used since the last reap.
    #[inline(always)]
    pub const fn array_touched(&self) -> bool {
        self.array_touched
    }

    /// Jiffy before which `cache_reap` leaves the slabs alone.
    pub const fn next_reap(&self) -> u32 {
        self.next_reap
    }

    /// Addresses in the array cache, oldest first; the last is handed out next.
    pub fn array(&self) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + '_ {
        self.array.iter()
    }

    /// The entry that is handed out next.
    #[inline(always)]
    pub const fn top(&self) -> Option<u32> {
        self.array.back()
    }

    /// The entry that a flush returns first.
    #[inline(always)]
    pub const fn oldest(&self) -> Option<u32> {
        self.array.front()
    }

    /// Entries in the array cache.
    #[inline(always)]
    pub fn available(&self) -> u16 {
        self.array.len() as u16 - self.flushing
    }

    /// Entries that are on their way back to their slabs.
    pub const fn flushing(&self) -> u16 {
        self.flushing
    }

    /// The slab at the head of a list.
    #[inline(always)]
    pub const fn first(&self, list: SlabList) -> Option<SlabId> {
        match self.lists[list.index()].head {
            NIL => None,
            id => Some(SlabId(id)),
        }
    }
}

/// One slab.
#[derive(Clone, PartialEq)]
pub struct Slab {
    pub(super) cache: CacheId,
    pub(super) live: bool,
    pub(super) list: SlabList,
    pub(super) in_use: u16,
    pub(super) first_free: u16,
    pub(super) pfn: u32,
    pub(super) first_object: u32,
    pub(super) management: u32,
    pub(super) next: u32,
    pub(super) prev: u32,
    /// Where its free chain begins among those of all slabs, and how many places it has there.
    pub(super) chain: u32,
    pub(super) room: u16,
}

impl Slab {
    /// Whose.
    #[inline(always)]
    pub const fn cache(&self) -> CacheId {
        self.cache
    }

    /// Which list it is on.
    #[inline(always)]
    pub const fn list(&self) -> SlabList {
        self.list
    }

    /// Objects that are not in the free chain; those in the array cache count as in use.
    #[inline(always)]
    pub const fn in_use(&self) -> u16 {
        self.in_use
    }

    /// First page.
    #[inline(always)]
    pub const fn pfn(&self) -> u32 {
        self.pfn
    }

    /// Address of object 0 as its caller gets it: `s_mem`, and the red zone in front of it.
    #[inline(always)]
    pub const fn first_object(&self) -> u32 {
        self.first_object
    }

    /// Address of `struct slab`.
    pub const fn management(&self) -> u32 {
        self.management
    }
}
