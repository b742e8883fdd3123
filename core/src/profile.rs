//! What a kernel version and a machine are, as data: zone sizes, page size, cache line, boot-time reservations.
//!
//! A `MachineSpec` is what the scenario header says. Nothing here decides anything while the machine runs.

use alloc::vec::Vec;

/// Number of zones on i386 (`MAX_NR_ZONES`, `include/linux/mmzone.h`).
pub const ZONES: usize = 3;
/// Most nodes of a machine (`MAX_NUMNODES` is 16 on i386; four are enough to see a pattern).
pub const MAX_NODES: usize = 4;
/// Zones of all nodes together.
pub const MAX_ZONES: usize = ZONES * MAX_NODES;
/// Number of buddy orders (`MAX_ORDER`): 0 … 10.
pub const ORDERS: usize = 11;
/// Timer ticks per second (`HZ`) on i386 2.6.10: one jiffy is a millisecond.
pub const HZ: u64 = 1000;
/// Linear address of physical 0 (`PAGE_OFFSET`).
pub const PAGE_OFFSET: u32 = 0xc000_0000;

/// Which kernel decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Kernel {
    /// Linux 2.6.10, the book's.
    #[default]
    Linux2_6_10,
}

impl Kernel {
    /// The word after `kernel` in a scenario header.
    pub const fn name(self) -> &'static str {
        match self {
            Kernel::Linux2_6_10 => "2.6.10",
        }
    }

    /// Every kernel the lab knows.
    pub const ALL: &'static [Kernel] = &[Kernel::Linux2_6_10];
}

/// A zone of a node: three times the node, and the zone's index in the kernel's order: 0 DMA, 1 Normal, 2 HighMem.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ZoneId(pub u8);

impl ZoneId {
    /// `ZONE_DMA`.
    pub const DMA: ZoneId = ZoneId(0);
    /// `ZONE_NORMAL`.
    pub const NORMAL: ZoneId = ZoneId(1);
    /// `ZONE_HIGHMEM`.
    pub const HIGHMEM: ZoneId = ZoneId(2);
    /// All zones of the first node in index order; the sorts that every node has.
    pub const ALL: [ZoneId; ZONES] = [Self::DMA, Self::NORMAL, Self::HIGHMEM];

    /// `zone_names` of `mm/page_alloc.c`.
    pub const fn name(self) -> &'static str {
        match self.kind().0 {
            0 => "DMA",
            1 => "Normal",
            _ => "HighMem",
        }
    }

    /// The name, and the node where that is not the first: on the page, and in goals.
    pub const fn label(self) -> &'static str {
        const LABELS: [&str; MAX_ZONES] = [
            "DMA",
            "Normal",
            "HighMem",
            "DMA/1",
            "Normal/1",
            "HighMem/1",
            "DMA/2",
            "Normal/2",
            "HighMem/2",
            "DMA/3",
            "Normal/3",
            "HighMem/3",
        ];
        LABELS[self.index()]
    }

    /// For indexing arrays over zones.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// A node's zone of this sort.
    pub const fn of(node: u8, kind: ZoneId) -> ZoneId {
        ZoneId(node * ZONES as u8 + kind.0)
    }

    /// Its sort: the zone of the same name on the first node.
    pub const fn kind(self) -> ZoneId {
        ZoneId(self.0 % ZONES as u8)
    }

    /// Its node.
    pub const fn node(self) -> u8 {
        self.0 / ZONES as u8
    }

    /// True for high memory, which has no addresses of its own.
    pub const fn is_high(self) -> bool {
        self.kind().0 == Self::HIGHMEM.0
    }
}

/// Which pages the boot code keeps for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Reserve {
    /// Nothing: every page reaches the free lists.
    #[default]
    None,
    /// As on a PC: page 0, 640 KB … 1 MB, and a kernel image of 144 pages from 1 MB; the boot bitmap follows it.
    I386,
}

/// A machine, as the header's second line describes it. Sizes in pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineSpec {
    /// Whose rules hold.
    pub kernel: Kernel,
    /// Pages of DMA, Normal, HighMem on all nodes together; 0 means that the zone is absent.
    pub zone_pages: [u32; ZONES],
    /// Nodes (CONFIG_NUMA from two on): DMA lies on the first, the others are shared out evenly.
    pub nodes: u8,
    /// What boot keeps.
    pub reserve: Reserve,
    /// Cache line size in bytes (`L1_CACHE_BYTES`): 32, 64 or 128.
    pub l1_cache_bytes: u32,
    /// Bytes in a page: 4096, or 8192 for a hypothetical machine with i386 types.
    pub page_size: u32,
    /// CONFIG_DEBUG_SLAB: red zones and poison.
    pub debug_slab: bool,
    /// CONFIG_PREEMPT: a held spinlock raises `preempt_count`.
    pub preempt: bool,
    /// CONFIG_DEBUG_SPINLOCK_SLEEP: `might_sleep()` prints its warning.
    pub debug_sleep: bool,
}

impl Default for MachineSpec {
    /// The teaching machine: 1 MB DMA, 4 MB Normal, 1 MB HighMem; every page is a visible square.
    fn default() -> MachineSpec {
        MachineSpec {
            kernel: Kernel::Linux2_6_10,
            zone_pages: [256, 1024, 256],
            nodes: 1,
            reserve: Reserve::None,
            l1_cache_bytes: 32,
            page_size: 4096,
            debug_slab: false,
            preempt: false,
            debug_sleep: false,
        }
    }
}

/// Bytes of low memory that leave room for the addresses of `vmalloc` and `kmap` (arch/i386/mm/init.c: 896 MB). A machine of
/// the lab may have more, for a link once said so: then there is no `vmalloc`, and addresses run on from 0.
pub const ADDRESSED_LOW_BYTES: u64 = 896 << 20;
/// Bytes of low memory at most: as many as there are addresses.
pub const MAX_LOW_BYTES: u64 = 4 << 30;
/// `PKMAP_BASE` of i386: the first of the addresses that `kmap` gives.
pub const PKMAP_BASE: u32 = 0xfe00_0000;
/// Largest machine the lab builds: 4 GiB of 4 KB pages.
pub const MAX_PAGES: u32 = 1 << 20;
/// Fewest low-memory pages (DMA + Normal) on which the slab allocator can start: 128 KB leave room for its first slabs.
pub const MIN_LOW_PAGES: u32 = 32;

/// Pages that boot frees together: a word of its bitmap (mm/bootmem.c `free_all_bootmem_core`).
pub const BOOT_WORD: u32 = 32;

/// Why a machine cannot be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpecError {
    /// More than [`MAX_PAGES`] in all.
    TooBig,
    /// Fewer than [`MIN_LOW_PAGES`] pages of low memory are left after boot's reservations.
    TooLittleLowMemory,
    /// The DMA zone is no multiple of [`BOOT_WORD`] pages, which boot frees as one block across the zone's end.
    DmaNotWholeWords,
    /// L1 line other than 32, 64, 128.
    BadCacheLine,
    /// Page size other than 4096 or 8192.
    BadPageSize,
    /// No node, or more than [`MAX_NODES`].
    BadNodes,
    /// More than [`MAX_LOW_BYTES`] in DMA and Normal.
    TooMuchLowMemory,
}

impl MachineSpec {
    /// Sum of all zones, in pages.
    pub fn total_pages(&self) -> u64 {
        self.zone_pages.iter().map(|&pages| u64::from(pages)).sum()
    }

    /// Every zone of every node, absent ones included.
    pub fn zones(&self) -> impl DoubleEndedIterator<Item = ZoneId> + use<> {
        (0..self.nodes * ZONES as u8).map(ZoneId)
    }

    /// Pages of a node's zones. A share is a whole number of [`BOOT_WORD`]s, which boot frees as one block; the last node has
    /// the rest.
    pub fn node_pages(&self, node: u8) -> [u32; ZONES] {
        let [dma, normal, high] = self.zone_pages;
        let share = |pages: u32| {
            let even = pages / u32::from(self.nodes) / BOOT_WORD * BOOT_WORD;
            if node + 1 == self.nodes {
                pages - even * u32::from(self.nodes - 1)
            } else {
                even
            }
        };
        [if node == 0 { dma } else { 0 }, share(normal), share(high)]
    }

    /// Pages of a zone.
    pub fn pages_of(&self, zone: ZoneId) -> u32 {
        self.node_pages(zone.node())[zone.kind().index()]
    }

    /// First pfn of a zone. Zones lie back to back from pfn 0, all DMA first, then all Normal, so that low memory is one
    /// range; in each sort node after node.
    pub fn zone_start(&self, zone: ZoneId) -> u32 {
        let kind = zone.kind().index();
        let below: u32 = self.zone_pages[..kind].iter().sum();
        let nodes = (0..zone.node()).map(|node| self.node_pages(node)[kind]);
        below + nodes.sum::<u32>()
    }

    /// End of low memory: the first pfn that has no address of its own.
    pub const fn low_end(&self) -> u32 {
        self.zone_pages[0] + self.zone_pages[1]
    }

    /// Whether the lab can build this machine; every other function may assume it.
    pub fn check(&self) -> Result<(), SpecError> {
        if self.nodes == 0 || usize::from(self.nodes) > MAX_NODES {
            return Err(SpecError::BadNodes);
        }
        if self.total_pages() > u64::from(MAX_PAGES) {
            return Err(SpecError::TooBig);
        }
        if !self.zone_pages[0].is_multiple_of(BOOT_WORD) && self.zone_pages[1] > 0 {
            return Err(SpecError::DmaNotWholeWords);
        }
        if ![32, 64, 128].contains(&self.l1_cache_bytes) {
            return Err(SpecError::BadCacheLine);
        }
        if ![4096, 8192].contains(&self.page_size) {
            return Err(SpecError::BadPageSize);
        }
        let low = self.low_end();
        if u64::from(low) * u64::from(self.page_size) > MAX_LOW_BYTES {
            return Err(SpecError::TooMuchLowMemory);
        }
        let layout = self.layout();
        let kept: u32 = layout
            .reserved
            .iter()
            .map(|&(first, count)| count.min(low.saturating_sub(first)))
            .sum();
        // What boot reserves lies in front of its bitmap, and all of it in low memory.
        if low - kept < MIN_LOW_PAGES || low < layout.bitmap_pfn + MIN_LOW_PAGES {
            return Err(SpecError::TooLittleLowMemory);
        }
        Ok(())
    }

    /// Where boot's own pages lie.
    pub fn layout(&self) -> BootLayout {
        match self.reserve {
            Reserve::None => BootLayout::default(),
            Reserve::I386 => BootLayout {
                reserved: [(0, 1), (160, 96), (256, 144)].to_vec(),
                bitmap_pfn: 400,
                highmem_holes: Vec::new(),
            },
        }
    }
}

/// Pages that boot treats specially; recordings give these lists explicitly.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct BootLayout {
    /// `(first pfn, count)` of low memory that never reaches the allocator.
    pub reserved: Vec<(u32, u32)>,
    /// First page of the boot allocator's bitmap, whose pages are freed last.
    pub bitmap_pfn: u32,
    /// `(first pfn, count)` of high memory that never reaches the allocator.
    pub highmem_holes: Vec<(u32, u32)>,
}
