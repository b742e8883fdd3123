//! Everything that can happen, one small value each.
//!
//! *Effect* events change memory; `Machine::apply` is the only code that carries them out. *Decision* events change
//! nothing and carry the numbers of a test. An event never carries a copy of state, and fits in 12 bytes. The name of an
//! event is also its goal word, its sentence key and its CSS class ([`Event::name`]).

use crate::context::Context;
use crate::gfp::Gfp;
use crate::page::PageState;
use crate::profile::ZoneId;

/// Index of a slab cache, in the order of creation: 0 is `kmem_cache`, then `size-32`, `size-32(DMA)`, …
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct CacheId(pub u8);

impl CacheId {
    /// For indexing arrays over caches.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Index of a slab in the machine's table; reused after the slab is destroyed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct SlabId(pub u32);

/// Which of the two per-cpu lists of a zone.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Temperature {
    /// Pages likely to be in the processor's cache.
    Hot,
    /// Pages likely not to be.
    Cold,
}

impl Temperature {
    /// `[hot, cold]`, as the kernel indexes them.
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// For whom a block is being cut.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Destination {
    /// The caller of the page allocator.
    Caller,
    /// A per-cpu list, at its tail.
    Pcp(Temperature),
}

/// Which walk over the zonelist a test belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Pass {
    /// First: against `pages_low`.
    Low,
    /// Second: against `pages_min`, lowered by the flags.
    Min,
    /// After direct reclaim: as the second.
    AfterReclaim,
}

/// A zone's marks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mark {
    /// `pages_min`
    Min,
    /// `pages_low`
    Low,
    /// `pages_high`
    High,
    /// `protection[0]`, against GFP_DMA requests
    ProtectionDma,
    /// `protection[1]`, against requests without zone bits
    ProtectionNormal,
    /// `protection[2]`, against `__GFP_HIGHMEM` requests
    ProtectionHighMem,
}

/// Why the page allocator gave up.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Failure {
    /// The order is above the largest (10).
    OrderTooLarge,
    /// No zone of this request has memory.
    EmptyZonelist,
    /// No `__GFP_WAIT`: may not reclaim.
    MayNotWait,
    /// A task that frees memory itself found nothing even without watermarks.
    MemallocExhausted,
    /// `__GFP_NORETRY` after one reclaim.
    NoRetry,
    /// Order above 3 without `__GFP_REPEAT` or `__GFP_NOFAIL`, after one reclaim.
    CostlyOrder,
}

/// Why the allocator tries again after a reclaim.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Retry {
    /// Order ≤ 3 always retries in 2.6.10.
    SmallOrder,
    /// `__GFP_REPEAT`
    Repeat,
    /// `__GFP_NOFAIL`
    NoFail,
}

/// Why a slab cache could not grow.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum GrowFailure {
    /// `__GFP_NO_GROW`
    NoGrow,
    /// The page allocator returned NULL.
    NoPages,
    /// No memory for the off-slab management.
    NoManagement,
}

/// Why reclaim leaves a page where it is, on *inactive* (`shrink_list`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kept {
    /// Locked by someone.
    Locked,
    /// Under writeback already.
    Writeback,
    /// Dirty, and used since it was looked at last.
    Referenced,
    /// Dirty, and the flags forbid to write it: `__GFP_FS` is missing, or `__GFP_IO` for a page of swap.
    MayNotWrite,
    /// Dirty, and the disk's queue is full.
    Congested,
    /// Somebody else holds a reference.
    InUse,
    /// Its write has just begun: it can be freed when the scan meets it again.
    WriteStarted,
}

/// Why reclaim puts a page on *active* (`shrink_list`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Activated {
    /// Mapped and used since it was looked at last.
    Referenced,
    /// Of a process, and there is no free swap space.
    NoSwap,
    /// Its buffers are busy.
    BusyBuffers,
}

/// The caches of filesystem objects that reclaim may shrink (`set_shrinker`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Shrinker {
    /// fs/dcache.c
    Dentries,
    /// fs/inode.c
    Inodes,
}

impl Shrinker {
    /// In the order in which they registered.
    pub const ALL: [Shrinker; 2] = [Shrinker::Dentries, Shrinker::Inodes];

    /// For indexing arrays over shrinkers.
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// A transfer by a device, and which.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Dma {
    /// A PCI device reads memory.
    ToPci,
    /// A PCI device writes memory.
    FromPci,
    /// An ISA device reads memory; it reaches no further than the DMA zone.
    ToIsa,
    /// An ISA device writes memory.
    FromIsa,
}

impl Dma {
    /// The byte that a device of the lab writes.
    pub const PATTERN: u8 = 0xd1;

    /// True when the device reads.
    pub const fn to_device(self) -> bool {
        matches!(self, Dma::ToPci | Dma::ToIsa)
    }

    /// True for an ISA device.
    pub const fn isa(self) -> bool {
        matches!(self, Dma::ToIsa | Dma::FromIsa)
    }
}

/// What a caller did that no driver may do. The lab stops where the kernel's behaviour becomes undefined.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Sin {
    /// An object or block was freed that is free already.
    DoubleFree,
    /// A free function got a pointer that it does not serve.
    WrongFree,
    /// A block was freed with another order than it was allocated with.
    WrongOrder,
    /// Bytes outside of what the caller owns were used.
    Overrun,
    /// Memory was used after it was freed.
    UseAfterFree,
    /// NULL was dereferenced.
    NullDereference,
    /// Both zone bits at once: one past the end of the zonelist array.
    BothZoneBits,
    /// A `struct page *` was used as if it were the address of its page.
    NotAnAddress,
    /// A variable was used that was never given a value.
    Uninitialised,
    /// A lock was taken that is already held: on one processor nobody could ever release it.
    LockHeld,
    /// A lock was released that was not held.
    LockNotHeld,
    /// A semaphore was taken whose holder waits for this task, or is this task.
    Deadlock,
    /// Bytes that a former owner wrote were given to user space or to a device.
    Disclosed,
    /// A device was given memory that it cannot address.
    OutOfReach,
    /// The last pointer to live memory is gone: nobody can free it any more.
    Leaked,
}

/// Why a run ended before its text did.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Stop {
    /// `BUG()` in `cache_grow`: flags that a slab may not pass on (mm/slab.c, 2.6.10).
    CacheGrowBug,
    /// Undefined in the kernel from here on.
    Undefined(Sin),
    /// The call would never return.
    Endless,
}

/// One thing that happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    // ── decisions: nothing changes ────────────────────────────────────────────────────────────────────────────────
    /// The script's call number `call` begins.
    Called {
        /// Index into the run's calls.
        call: u32,
    },
    /// `kmalloc` was entered, and the first class that holds `size` was chosen (`kmalloc`, `__kmalloc`).
    ClassChosen {
        /// Its cache.
        cache: CacheId,
        /// Bytes asked for.
        size: u32,
        /// Flags.
        gfp: Gfp,
    },
    /// `kmalloc` was entered, and `size` is above the largest class: NULL, silently.
    ClassMissing {
        /// Bytes asked for.
        size: u32,
        /// Flags.
        gfp: Gfp,
    },
    /// The array cache was found empty (`__cache_alloc`). An array that has an object hands it out without a decision of
    /// its own: `ObjectGot` tells how many are left.
    ArrayEmpty {
        /// Whose.
        cache: CacheId,
        /// Its capacity.
        limit: u16,
    },
    /// A refill begins (`cache_alloc_refill`).
    RefillAsked {
        /// Of which cache.
        cache: CacheId,
        /// Objects wanted.
        wanted: u16,
        /// Whether the array was used since the last reap (if not, at most 16 are fetched).
        touched: bool,
    },
    /// Neither a partial nor a free slab was there: the cache must grow.
    GrowAsked {
        /// Which.
        cache: CacheId,
        /// Its pages per slab, as an order.
        order: u8,
    },
    /// The cache did not grow.
    GrowFailed {
        /// Which.
        cache: CacheId,
        /// Why.
        why: GrowFailure,
    },
    /// `__alloc_pages` was entered.
    PagesAsked {
        /// 2^order pages.
        order: u32,
        /// Flags.
        gfp: Gfp,
    },
    /// A zone was measured: granted when `free ≥ need`.
    ZoneTested {
        /// Which.
        zone: ZoneId,
        /// In which walk.
        pass: Pass,
        /// The outcome.
        granted: bool,
        /// `free_pages`.
        free: u32,
        /// Mark + 2^order + protection.
        need: u32,
    },
    /// The task is exempt from watermarks: this zone is tried without a test.
    ZoneUntested {
        /// Which.
        zone: ZoneId,
    },
    /// The count was enough, but no free block of this order or above exists: fragmentation.
    BlockMissing {
        /// In which zone.
        zone: ZoneId,
        /// Of which order.
        order: u8,
    },
    /// A per-cpu list was found at or below its low mark (`buffered_rmqueue`): it is refilled. A longer list hands out its
    /// head without a decision of its own: `PcpGot` tells how many pages are left.
    PcpLow {
        /// Of which zone.
        zone: ZoneId,
        /// Which list.
        list: Temperature,
        /// Pages on it.
        count: u16,
        /// Its low mark.
        low: u16,
    },
    /// `wakeup_kswapd` found the zone at or below `pages_low`.
    KswapdWoken {
        /// Which.
        zone: ZoneId,
        /// `free_pages`.
        free: u32,
        /// `pages_low`.
        low: u32,
    },
    /// `might_sleep()`: this call could sleep and its context must not.
    MightSleep {
        /// In mm/slab.c (true) or mm/page_alloc.c.
        in_slab: bool,
        /// Whether the kernel says so: CONFIG_DEBUG_SPINLOCK_SLEEP, and at most once a second.
        printed: bool,
    },
    /// The task really slept in atomic context: "scheduling while atomic".
    SleptAtomic,
    /// Direct reclaim begins (`try_to_free_pages`).
    ReclaimStarted {
        /// For which order.
        order: u8,
        /// With which flags.
        gfp: Gfp,
    },
    /// Direct reclaim ended.
    ReclaimEnded {
        /// Pages freed.
        freed: u32,
    },
    /// After reclaim failed to help: try again.
    RetryChosen {
        /// Why.
        why: Retry,
    },
    /// The lab stops following a retry that would never end.
    LoopCut {
        /// Congestion waits that were followed.
        waits: u32,
    },
    /// A zone's list is scanned (`shrink_cache`, `refill_inactive_zone`).
    ZoneScanned {
        /// Which zone.
        zone: ZoneId,
        /// *active* (true) or *inactive*.
        active: bool,
        /// So many pages at most, in chunks of 32.
        pages: u32,
    },
    /// A shrinker was asked how much it has, and may give (`shrink_slab`).
    ShrinkerAsked {
        /// Which.
        shrinker: Shrinker,
        /// False without `__GFP_FS`.
        allowed: bool,
        /// Objects that nobody uses.
        objects: u32,
    },
    /// Another task gets the processor while this one sleeps, or gives it back.
    TaskSwitched {
        /// 0 is the driver's first task.
        task: u16,
    },
    /// The filesystem's own `writepage` is called for a page.
    WritepageCalled {
        /// The page.
        pfn: u32,
    },
    /// `copy_to_user` took bytes.
    CopiedToUser {
        /// From this address.
        address: u32,
        /// How many.
        bytes: u32,
    },
    /// CONFIG_DEBUG_SLAB found the poison of a free object damaged (`check_poison_obj`).
    SlabCorrupted {
        /// Whose.
        cache: CacheId,
        /// The object.
        address: u32,
    },
    /// CONFIG_DEBUG_SLAB found a red zone damaged, or the object free already (`cache_free_debugcheck`).
    SlabError {
        /// Whose.
        cache: CacheId,
        /// The object.
        address: u32,
    },
    /// kswapd would scan for ever: the zone holds only pages that cannot be reclaimed.
    KswapdSpins,
    /// The page allocator returns NULL.
    PagesRefused {
        /// 2^order pages.
        order: u32,
        /// Flags.
        gfp: Gfp,
        /// Why.
        why: Failure,
    },

    /// The caller did what no driver may do.
    Sinned {
        /// What.
        sin: Sin,
        /// With which pointer.
        address: u32,
    },

    // ── effects: machine state changes ────────────────────────────────────────────────────────────────────────────
    /// The head block of a free list comes to hand.
    Taken {
        /// Zone.
        zone: ZoneId,
        /// Order of the block.
        order: u8,
        /// Order that is wanted.
        want: u8,
        /// For whom.
        to: Destination,
        /// First page.
        pfn: u32,
    },
    /// The block in hand parts: the upper half goes to the head of its list, the lower stays in hand (`expand`).
    Split {
        /// Zone.
        zone: ZoneId,
        /// Order before the split.
        order: u8,
        /// First page of the block in hand.
        pfn: u32,
    },
    /// The free buddy leaves its list and joins the block in hand (`__free_pages_bulk`).
    Joined {
        /// Zone.
        zone: ZoneId,
        /// Order of each half.
        order: u8,
        /// Whether the block in hand is the upper half.
        hand_is_upper: bool,
        /// First page of the buddy.
        buddy: u32,
    },
    /// A block goes to the head of its free list.
    Listed {
        /// Zone.
        zone: ZoneId,
        /// Order.
        order: u8,
        /// First page.
        pfn: u32,
    },
    /// The head page of a per-cpu list goes to the caller.
    PcpGot {
        /// Zone.
        zone: ZoneId,
        /// List.
        list: Temperature,
        /// Pages that stay on it.
        left: u16,
        /// The page.
        pfn: u32,
    },
    /// A page goes to the head of a per-cpu list.
    PcpPut {
        /// Zone.
        zone: ZoneId,
        /// List.
        list: Temperature,
        /// The page.
        pfn: u32,
    },
    /// The tail page of a per-cpu list comes to hand, on its way to the buddy lists.
    Drained {
        /// Zone.
        zone: ZoneId,
        /// List.
        list: Temperature,
        /// The page.
        pfn: u32,
    },
    /// The last entry of the array cache goes to the caller; the array counts as used.
    ObjectGot {
        /// Cache.
        cache: CacheId,
        /// Objects that stay in the array.
        left: u16,
        /// Linear address.
        address: u32,
    },
    /// An object is put on top of the array cache.
    ObjectPut {
        /// Cache.
        cache: CacheId,
        /// Linear address.
        address: u32,
    },
    /// No partial slab: the free list is looked at, which marks it as used.
    FreeSlabsTouched {
        /// Cache.
        cache: CacheId,
    },
    /// Objects move from a slab to the array cache, in the order of its free chain; the slab goes to the head of *full*
    /// or *partial*.
    ArrayFilled {
        /// Cache.
        cache: CacheId,
        /// How many.
        count: u16,
        /// From which slab.
        slab: SlabId,
    },
    /// The oldest entries of the array cache are on their way back; they count as free now.
    FlushStarted {
        /// Cache.
        cache: CacheId,
        /// How many.
        count: u16,
    },
    /// The oldest entry of the array cache returns to the head of its slab's chain; the slab goes to the head of *free* or
    /// the tail of *partial*.
    ObjectReturned {
        /// Cache.
        cache: CacheId,
        /// Linear address.
        address: u32,
    },
    /// The next slab's colour is drawn.
    ColourDrawn {
        /// Cache.
        cache: CacheId,
    },
    /// A block of pages becomes a slab, at the tail of *free*; it gets the next place of the slab table.
    SlabGrew {
        /// Cache.
        cache: CacheId,
        /// Number of the colour, in units of the cache's colour offset.
        colour: u16,
        /// First page.
        pfn: u32,
        /// Address of the management object when it is off-slab, else 0.
        management: u32,
    },
    /// A slab of the *free* list is a plain block of pages again.
    SlabDied {
        /// Cache.
        cache: CacheId,
        /// Which.
        slab: SlabId,
    },
    /// A cache comes to life, with an array of one entry.
    CacheCreated {
        /// Cache.
        cache: CacheId,
        /// Address of its descriptor.
        descriptor: u32,
        /// Address of its array.
        array: u32,
    },
    /// A cache's array is replaced at the same size (the static arrays of start-up).
    ArrayMoved {
        /// Cache.
        cache: CacheId,
        /// Address of the new array.
        array: u32,
    },
    /// A cache gets its array of final size; the old entries are set aside and count as flushed.
    ArrayTuned {
        /// Cache.
        cache: CacheId,
        /// Address of the new array.
        array: u32,
    },
    /// `cache_reap` clears the array's mark of use.
    ArrayUntouched {
        /// Cache.
        cache: CacheId,
    },
    /// `cache_reap` clears the free list's mark of use.
    FreeSlabsUntouched {
        /// Cache.
        cache: CacheId,
    },
    /// `cache_reap` looks at this cache's slabs again at this jiffy.
    ReapPlanned {
        /// Cache.
        cache: CacheId,
        /// Jiffies.
        at: u32,
    },
    /// `cache_reap` runs again at this jiffy.
    ReapScheduled {
        /// Jiffies.
        at: u32,
    },
    /// A mark of a zone is set.
    MarkSet {
        /// Zone.
        zone: ZoneId,
        /// Which.
        mark: Mark,
        /// To how many pages.
        pages: u32,
    },
    /// `min_free_kbytes` is set.
    MinFreeSet {
        /// Kilobytes.
        kbytes: u32,
    },
    /// `lower_zone_protection` is set.
    ProtectionRatioSet {
        /// The sysctl's value.
        ratio: u32,
    },
    /// Boot holds a block before it frees it.
    BootHeld {
        /// Order.
        order: u8,
        /// First page.
        pfn: u32,
    },
    /// The calling context changes.
    ContextSet {
        /// To this.
        context: Context,
    },
    /// The task runs on another node from here on.
    NodeSet {
        /// Which.
        node: u8,
    },
    /// Time passes.
    Waited {
        /// How many.
        jiffies: u32,
    },
    /// The failure message, if the rate limit lets it through (`printk_ratelimit`, kernel/printk.c).
    Warned {
        /// 2^order pages.
        order: u8,
        /// Whether it was printed.
        printed: bool,
        /// Messages that were swallowed before this one.
        suppressed: u32,
        /// Flags.
        gfp: Gfp,
    },
    /// `out_of_memory()` was called and its clocks moved.
    OomCalled {
        /// Whether a victim is chosen now.
        kills: bool,
        /// Flags of the request.
        gfp: Gfp,
    },
    /// A block of pages is offered to direct reclaim: the script says what can be freed.
    ReclaimOffered {
        /// Order.
        order: u8,
        /// First page.
        pfn: u32,
    },
    /// The next direct reclaim that finds this plan frees so many of the offered blocks.
    ReclaimPlanned {
        /// Blocks.
        blocks: u32,
    },
    /// The first plan is used up.
    ReclaimPlanUsed,
    /// The first offered block is freed by reclaim.
    ReclaimUsed,
    /// A block of pages belongs to the OOM killer's next victim.
    VictimOffered {
        /// Order.
        order: u8,
        /// First page.
        pfn: u32,
    },
    /// The victim's first block is freed.
    VictimUsed,
    /// A page of a file or of a process goes to the head of an LRU list.
    LruAdded {
        /// Its flags.
        state: PageState,
        /// 0 for a file's page, else the number of the process, counted from 1.
        owner: u16,
        /// The page.
        pfn: u32,
    },
    /// One priority step plans its scan of a zone: the counts that stay due after it (`shrink_zone`).
    ScanPlanned {
        /// Which zone.
        zone: ZoneId,
        /// From 12 (a little) down to 0 (everything).
        priority: u8,
        /// Pages of *active* that stay due.
        active: u32,
        /// Pages of *inactive* that stay due.
        inactive: u32,
    },
    /// Pages of *active* were scanned; a free into the zone sets the count back (`refill_inactive_zone`).
    ActiveScanned {
        /// Which zone.
        zone: ZoneId,
        /// How many.
        pages: u32,
    },
    /// kswapd gives up on a zone until something is freed there (`all_unreclaimable`).
    ZoneGivenUp {
        /// Which.
        zone: ZoneId,
    },
    /// A reclaim begins: every zone's priority is 12 again.
    PrioritiesReset,
    /// A reclaim ends: the zones remember how far down it had to go (`prev_priority`).
    PrioritiesSettled {
        /// Bit z for zone z.
        zones: u16,
    },
    /// A page's mark of use was seen and cleared.
    Unreferenced {
        /// The page.
        pfn: u32,
    },
    /// A page left every process's page tables (`try_to_unmap`).
    Unmapped {
        /// The page.
        pfn: u32,
    },
    /// A page of a process got a place in swap space, and is dirty now (`add_to_swap`).
    SwapAdded {
        /// The page.
        pfn: u32,
    },
    /// A page's buffers were released.
    BuffersReleased {
        /// The page.
        pfn: u32,
    },
    /// A page begins to be written (`pageout`).
    WriteStarted {
        /// Whether reclaim wants the page: then it goes to the tail of *inactive* when the write ends.
        for_reclaim: bool,
        /// The page.
        pfn: u32,
        /// Jiffy at which it will be done.
        due: u32,
    },
    /// The oldest write is done (`end_page_writeback`).
    WriteEnded {
        /// Its page.
        pfn: u32,
    },
    /// The page at the tail of *inactive* goes back to its head.
    PageKept {
        /// Why.
        why: Kept,
        /// The page.
        pfn: u32,
    },
    /// The page at the tail of *inactive* goes to the head of *active*.
    PageActivated {
        /// Why.
        why: Activated,
        /// The page.
        pfn: u32,
    },
    /// The page at the tail of *active* goes to the head of *inactive*.
    PageDeactivated {
        /// The page.
        pfn: u32,
    },
    /// The page at the tail of *active* goes back to its head.
    PageRotated {
        /// The page.
        pfn: u32,
    },
    /// A page leaves its file or its process and the lists: it can be freed.
    PageDropped {
        /// The page.
        pfn: u32,
    },
    /// A page of dentries or inodes that nobody uses.
    CachePageAdded {
        /// Of which.
        shrinker: Shrinker,
        /// The page.
        pfn: u32,
    },
    /// Objects that a shrinker still owes (`shrinker->nr`).
    ShrinkPlanned {
        /// Which.
        shrinker: Shrinker,
        /// Objects.
        due: u32,
    },
    /// The oldest page of a shrinker's objects can be freed.
    CachePageShrunk {
        /// Whose.
        shrinker: Shrinker,
        /// The page.
        pfn: u32,
    },
    /// Swap space comes in addition (`swapon`).
    SwapOn {
        /// Pages of it, all free.
        pages: u32,
    },
    /// How long a write takes.
    DiskSet {
        /// Jiffies; the largest number means that no write ever ends by itself.
        jiffies: u32,
        /// Whether its queue is full, so that only kswapd may add to it.
        congested: bool,
    },
    /// How much of the world around the allocator lives.
    WorldSet {
        /// Whether kswapd runs when the task gives up the processor.
        kswapd: bool,
        /// Whether processes have page tables: mapped pages count, and a page in swap space keeps its place there.
        page_tables: bool,
    },
    /// A user process starts, with so many pages to come.
    ProcessStarted {
        /// `total_vm`.
        pages: u32,
    },
    /// The OOM killer's victim; its pages follow.
    ProcessKilled {
        /// A user process, counted from 1; 0 is the task that asks.
        process: u16,
    },
    /// kswapd goes to work.
    KswapdStarted {
        /// On this node.
        node: u8,
    },
    /// kswapd goes back to sleep.
    KswapdEnded {
        /// Pages freed in its last round.
        freed: u32,
    },
    /// CONFIG_DEBUG_SLAB fills an object and its red zones.
    ObjectPoisoned {
        /// For a caller, or as free.
        allocated: bool,
        /// Whose.
        cache: CacheId,
        /// The object.
        address: u32,
    },
    /// CONFIG_DEBUG_SLAB fills every object of a new slab as free.
    SlabPoisoned {
        /// Which.
        slab: SlabId,
    },
    /// A page gets an address outside of the kernel's direct mapping (`kmap`, `vmalloc`).
    KernelMapped {
        /// The page-aligned address.
        address: u32,
        /// The page.
        pfn: u32,
    },
    /// A device read memory, or wrote it, past the processor.
    DmaDone {
        /// Which way, and by what device.
        dma: Dma,
        /// Where in its first page it began.
        offset: u16,
        /// Its first page.
        pfn: u32,
        /// How many bytes.
        bytes: u32,
    },
    /// An address of `kmap` or `vmalloc` means nothing any more.
    KernelUnmapped {
        /// The page-aligned address.
        address: u32,
    },
    /// How many congestion waits the lab follows before it calls a retry endless.
    PatienceSet {
        /// Waits in one allocation.
        waits: u32,
    },
    /// Bytes were written.
    Written {
        /// With this value.
        byte: u8,
        /// From this linear address.
        address: u32,
        /// How many.
        length: u32,
    },
    /// The run ends here.
    Stopped {
        /// Why.
        why: Stop,
    },
}

/// Names and sorts of all kinds, in one table: `(variant, name, is_effect)`.
macro_rules! kinds {
    ($($variant:ident $name:literal $effect:literal)*) => {
        impl Event {
            /// The one name of this kind of event: goal word, sentence key, CSS class.
            pub const fn name(&self) -> &'static str {
                match self { $(Event::$variant { .. } => $name,)* }
            }

            /// True when the event changes the machine.
            pub const fn is_effect(&self) -> bool {
                match self { $(Event::$variant { .. } => $effect,)* }
            }

            /// Every name, in the order of the declaration.
            pub const NAMES: &'static [&'static str] = &[$($name),*];
        }
    };
}

kinds! {
    Called "called" false
    ClassChosen "class-chosen" false
    ClassMissing "class-missing" false
    ArrayEmpty "array-empty" false
    RefillAsked "refill-asked" false
    GrowAsked "grow-asked" false
    GrowFailed "grow-failed" false
    PagesAsked "pages-asked" false
    ZoneTested "zone-tested" false
    ZoneUntested "zone-untested" false
    BlockMissing "block-missing" false
    PcpLow "pcp-low" false
    KswapdWoken "kswapd-woken" true
    MightSleep "might-sleep" true
    SleptAtomic "slept-atomic" false
    ReclaimStarted "reclaim-started" false
    ReclaimEnded "reclaim-ended" false
    RetryChosen "retry-chosen" false
    LoopCut "loop-cut" false
    ZoneScanned "zone-scanned" false
    ShrinkerAsked "shrinker-asked" false
    TaskSwitched "task-switched" false
    WritepageCalled "writepage-called" false
    CopiedToUser "copied-to-user" false
    SlabCorrupted "slab-corrupted" false
    SlabError "slab-error" false
    KswapdSpins "kswapd-spins" false
    PagesRefused "pages-refused" false
    Sinned "sinned" false
    Taken "taken" true
    Split "split" true
    Joined "joined" true
    Listed "listed" true
    PcpGot "pcp-got" true
    PcpPut "pcp-put" true
    Drained "drained" true
    ObjectGot "object-got" true
    ObjectPut "object-put" true
    FreeSlabsTouched "free-slabs-touched" true
    ArrayFilled "array-filled" true
    FlushStarted "flush-started" true
    ObjectReturned "object-returned" true
    ColourDrawn "colour-drawn" true
    SlabGrew "slab-grew" true
    SlabDied "slab-died" true
    CacheCreated "cache-created" true
    ArrayMoved "array-moved" true
    ArrayTuned "array-tuned" true
    ArrayUntouched "array-untouched" true
    FreeSlabsUntouched "free-slabs-untouched" true
    ReapPlanned "reap-planned" true
    ReapScheduled "reap-scheduled" true
    MarkSet "mark-set" true
    MinFreeSet "min-free-set" true
    ProtectionRatioSet "protection-ratio-set" true
    BootHeld "boot-held" true
    ContextSet "context-set" true
    NodeSet "node-set" true
    Waited "waited" true
    Warned "warned" true
    OomCalled "oom-called" true
    ReclaimOffered "reclaim-offered" true
    ReclaimPlanned "reclaim-planned" true
    ReclaimPlanUsed "reclaim-plan-used" true
    ReclaimUsed "reclaim-used" true
    VictimOffered "victim-offered" true
    VictimUsed "victim-used" true
    LruAdded "lru-added" true
    ScanPlanned "scan-planned" true
    ActiveScanned "active-scanned" true
    ZoneGivenUp "zone-given-up" true
    PrioritiesReset "priorities-reset" true
    PrioritiesSettled "priorities-settled" true
    Unreferenced "unreferenced" true
    Unmapped "unmapped" true
    SwapAdded "swap-added" true
    BuffersReleased "buffers-released" true
    WriteStarted "write-started" true
    WriteEnded "write-ended" true
    PageKept "page-kept" true
    PageActivated "page-activated" true
    PageDeactivated "page-deactivated" true
    PageRotated "page-rotated" true
    PageDropped "page-dropped" true
    CachePageAdded "cache-page-added" true
    ShrinkPlanned "shrink-planned" true
    CachePageShrunk "cache-page-shrunk" true
    SwapOn "swap-on" true
    DiskSet "disk-set" true
    WorldSet "world-set" true
    ProcessStarted "process-started" true
    ProcessKilled "process-killed" true
    KswapdStarted "kswapd-started" true
    KswapdEnded "kswapd-ended" true
    ObjectPoisoned "object-poisoned" true
    SlabPoisoned "slab-poisoned" true
    KernelMapped "kernel-mapped" true
    DmaDone "dma-done" true
    KernelUnmapped "kernel-unmapped" true
    PatienceSet "patience-set" true
    Written "written" true
    Stopped "stopped" true
}

impl Event {
    /// The zone that the event is about.
    pub const fn zone(&self) -> Option<ZoneId> {
        match *self {
            Event::ZoneTested { zone, .. }
            | Event::ZoneUntested { zone }
            | Event::BlockMissing { zone, .. }
            | Event::PcpLow { zone, .. }
            | Event::KswapdWoken { zone, .. }
            | Event::Taken { zone, .. }
            | Event::Split { zone, .. }
            | Event::Joined { zone, .. }
            | Event::Listed { zone, .. }
            | Event::PcpGot { zone, .. }
            | Event::PcpPut { zone, .. }
            | Event::Drained { zone, .. }
            | Event::ZoneScanned { zone, .. }
            | Event::ScanPlanned { zone, .. }
            | Event::ActiveScanned { zone, .. }
            | Event::ZoneGivenUp { zone, .. }
            | Event::MarkSet { zone, .. } => Some(zone),
            _ => None,
        }
    }
}

const _: () = assert!(
    size_of::<Event>() <= 12,
    "a recording is read and written by the million"
);
