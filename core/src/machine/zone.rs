//! A zone: its marks, its eleven free lists, its two per-cpu lists.

use super::frames::NIL;
use super::ring::Ring;
use crate::profile::{ORDERS, ZONES};

/// `struct zone` (include/linux/mmzone.h), as far as decisions read it. Counts are in pages.
#[derive(Clone, PartialEq)]
pub struct Zone {
    pub(super) start: u32,
    pub(super) pages: u32,
    pub(super) free_pages: u32,
    pub(super) pages_min: u32,
    pub(super) pages_low: u32,
    pub(super) pages_high: u32,
    pub(super) protection: [u32; ZONES],
    pub(super) heads: [u32; ORDERS],
    /// Bit o is set when list o is not empty.
    pub(super) occupied: u16,
    pub(super) pcp: [Pcp; 2],
    pub(super) pages_scanned: u32,
    pub(super) all_unreclaimable: bool,
}

/// `struct per_cpu_pages`: a list that is used at both ends.
#[derive(Clone, PartialEq)]
pub struct Pcp {
    pub(super) pages: Ring,
    pub(super) low: u16,
    pub(super) high: u16,
    pub(super) batch: u16,
}

impl Pcp {
    /// Pages on the list, head first.
    pub fn pages(&self) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + '_ {
        self.pages.iter()
    }

    /// Number of pages on the list.
    #[inline(always)]
    pub fn count(&self) -> u16 {
        self.pages.len() as u16
    }

    /// An allocation refills the list when its count is at or below this.
    #[inline(always)]
    pub const fn low(&self) -> u16 {
        self.low
    }

    /// A free drains the list when its count is at or above this.
    #[inline(always)]
    pub const fn high(&self) -> u16 {
        self.high
    }

    /// Pages moved at once.
    #[inline(always)]
    pub const fn batch(&self) -> u16 {
        self.batch
    }

    /// The page that a drain would take next.
    #[inline(always)]
    pub fn tail(&self) -> Option<u32> {
        self.pages.back()
    }

    /// The page that an allocation would take next.
    #[inline(always)]
    pub fn head(&self) -> Option<u32> {
        self.pages.front()
    }
}

impl Zone {
    pub(super) fn new(start: u32, pages: u32, pcp: [PcpShape; 2]) -> Zone {
        Zone {
            start,
            pages,
            free_pages: 0,
            pages_min: 0,
            pages_low: 0,
            pages_high: 0,
            protection: [0; ZONES],
            heads: [NIL; ORDERS],
            occupied: 0,
            pages_scanned: 0,
            all_unreclaimable: false,
            pcp: pcp.map(|shape| Pcp {
                pages: Ring::new(shape.high + 1),
                low: shape.low,
                high: shape.high,
                batch: shape.batch,
            }),
        }
    }

    /// First pfn. An absent zone starts where the next one does.
    #[inline(always)]
    pub const fn start(&self) -> u32 {
        self.start
    }

    /// `present_pages`; 0 when the zone is absent.
    #[inline(always)]
    pub const fn pages(&self) -> u32 {
        self.pages
    }

    /// `free_pages`: pages on the eleven free lists, without the per-cpu lists.
    #[inline(always)]
    pub const fn free_pages(&self) -> u32 {
        self.free_pages
    }

    /// `pages_min`
    #[inline(always)]
    pub const fn pages_min(&self) -> u32 {
        self.pages_min
    }

    /// `pages_low`
    #[inline(always)]
    pub const fn pages_low(&self) -> u32 {
        self.pages_low
    }

    /// `pages_high`
    #[inline(always)]
    pub const fn pages_high(&self) -> u32 {
        self.pages_high
    }

    /// `protection[class]`: pages kept back from requests of that class.
    #[inline(always)]
    pub const fn protection(&self, class: usize) -> u32 {
        self.protection[class]
    }

    /// First page of the block at the head of a free list.
    #[inline(always)]
    pub const fn head(&self, order: u8) -> Option<u32> {
        match self.heads[order as usize] {
            NIL => None,
            pfn => Some(pfn),
        }
    }

    /// The smallest order at or above `order` whose list is not empty.
    #[inline(always)]
    pub const fn smallest_order_with_block(&self, order: u8) -> Option<u8> {
        let above = self.occupied >> order;
        if above == 0 {
            None
        } else {
            Some(order + above.trailing_zeros() as u8)
        }
    }

    /// The hot (0) and the cold (1) list.
    #[inline(always)]
    pub const fn pcp(&self, list: crate::event::Temperature) -> &Pcp {
        &self.pcp[list.index()]
    }

    /// Pages of *active* scanned since something was freed into this zone.
    pub const fn pages_scanned(&self) -> u32 {
        self.pages_scanned
    }

    /// kswapd gave up on this zone until something is freed into it.
    pub const fn all_unreclaimable(&self) -> bool {
        self.all_unreclaimable
    }

    /// Whether a pfn lies in this zone.
    pub const fn contains(&self, pfn: u32) -> bool {
        pfn >= self.start && pfn - self.start < self.pages
    }
}

/// The constants of a per-cpu list (`free_area_init_core`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PcpShape {
    /// Refill at or below.
    pub low: u16,
    /// Drain at or above.
    pub high: u16,
    /// So many at once.
    pub batch: u16,
}
