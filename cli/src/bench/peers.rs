//! Who replays a trace: the core with recording off and on, other allocators, and nobody (the floor).

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::hint::black_box;
use std::mem::MaybeUninit;
use std::ptr::NonNull;

use buddy_system_allocator::{FrameAllocator, Heap};
use kmalloc_core::event::Temperature;
use kmalloc_core::gfp::Gfp;
use kmalloc_core::lab::{Lab, ObjectAnswer, PageAnswer};
use kmalloc_core::machine::Machine;
use kmalloc_core::profile::MachineSpec;

/// An allocator that can replay a trace. `None` is a refusal, as it may come from fragmentation.
pub trait Peer {
    /// What the table calls it.
    fn name(&self) -> &'static str;
    /// A fresh start, before each round and outside of the clock.
    fn restart(&mut self);
    /// An order of pages, or bytes.
    fn alloc(&mut self, size: u32) -> Option<usize>;
    /// Gives back what `alloc` answered for this size.
    fn free(&mut self, block: usize, size: u32);
}

/// Nobody: what the loop itself costs.
pub struct Nobody;

impl Peer for Nobody {
    fn name(&self) -> &'static str {
        "nobody (floor)"
    }

    fn restart(&mut self) {}

    #[inline(never)]
    fn alloc(&mut self, size: u32) -> Option<usize> {
        Some(black_box(size as usize))
    }

    #[inline(never)]
    fn free(&mut self, block: usize, _size: u32) {
        black_box(block);
    }
}

/// The zones of a PC with so many pages.
pub fn pc(pages: u32) -> [u32; 3] {
    let normal = (pages - 4096).min(225_280);
    [4096, normal, pages - 4096 - normal]
}

/// The simulated kernel's page allocator or kmalloc.
pub struct Core {
    start: Machine,
    lab: Lab,
    name: &'static str,
    bytes: bool,
}

impl Core {
    /// Booted, with recording off or on.
    pub fn new(pages: u32, bytes: bool, recording: bool) -> Core {
        let spec = MachineSpec {
            zone_pages: pc(pages),
            ..MachineSpec::default()
        };
        let mut lab = Lab::boot(spec).expect("a PC boots");
        if recording {
            lab.record();
        }
        let name = if recording {
            "core, every event recorded"
        } else {
            "core, recording off"
        };
        let start = lab.machine().clone();
        Core {
            start,
            lab,
            name,
            bytes,
        }
    }
}

impl Peer for Core {
    fn name(&self) -> &'static str {
        self.name
    }

    fn restart(&mut self) {
        self.lab.restart(&self.start);
    }

    fn alloc(&mut self, size: u32) -> Option<usize> {
        if self.bytes {
            match self.lab.kmalloc(size, Gfp::KERNEL) {
                ObjectAnswer::Object { address, .. } => Some(address as usize),
                _ => None,
            }
        } else {
            match self.lab.alloc_pages(Gfp::HIGHUSER, size) {
                PageAnswer::Block(pfn) => Some(pfn as usize),
                _ => None,
            }
        }
    }

    fn free(&mut self, block: usize, size: u32) {
        if self.bytes {
            self.lab.kfree_live(block as u32);
        } else {
            self.lab
                .free_pages_live(block as u32, size as u8, Temperature::Hot);
        }
    }
}

/// `buddy_system_allocator::FrameAllocator`, orders up to 10.
pub struct Frames {
    frames: FrameAllocator<11>,
    pages: u32,
}

impl Frames {
    /// All frames free.
    pub fn new(pages: u32) -> Frames {
        let mut frames = FrameAllocator::new();
        frames.add_frame(0, pages as usize);
        Frames { frames, pages }
    }
}

impl Peer for Frames {
    fn name(&self) -> &'static str {
        "buddy_system_allocator frames"
    }

    fn restart(&mut self) {
        *self = Frames::new(self.pages);
    }

    fn alloc(&mut self, order: u32) -> Option<usize> {
        self.frames.alloc(1 << order)
    }

    fn free(&mut self, block: usize, order: u32) {
        self.frames.dealloc(block, 1 << order);
    }
}

/// Memory for the heaps, given back when dropped.
struct Arena {
    start: NonNull<u8>,
    layout: Layout,
}

impl Arena {
    fn new(bytes: usize) -> Arena {
        let layout = Layout::from_size_align(bytes, 4096).expect("a whole number of pages");
        // SAFETY: the layout has a size that is not zero.
        let start = NonNull::new(unsafe { alloc_zeroed(layout) }).expect("memory for the arena");
        Arena { start, layout }
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with this layout, and the heap that used it is dropped before its arena.
        unsafe { dealloc(self.start.as_ptr(), self.layout) }
    }
}

/// The layout that kmalloc's callers get: aligned for pointers.
fn layout(size: u32) -> Layout {
    Layout::from_size_align(size as usize, 8).expect("a size up to 128 KB")
}

fn block(address: usize) -> NonNull<u8> {
    NonNull::new(address as *mut u8).expect("an address that alloc answered")
}

/// `buddy_system_allocator::Heap`.
pub struct BuddyHeap {
    heap: Heap<32>,
    arena: Arena,
}

impl BuddyHeap {
    /// Over `bytes`.
    pub fn new(bytes: usize) -> BuddyHeap {
        let arena = Arena::new(bytes);
        let mut heap = Heap::empty();
        // SAFETY: the arena is ours alone and lives as long as the heap.
        unsafe { heap.init(arena.start.as_ptr() as usize, bytes) };
        BuddyHeap { heap, arena }
    }
}

impl Peer for BuddyHeap {
    fn name(&self) -> &'static str {
        "buddy_system_allocator heap"
    }

    fn restart(&mut self) {
        *self = BuddyHeap::new(self.arena.layout.size());
    }

    fn alloc(&mut self, size: u32) -> Option<usize> {
        self.heap
            .alloc(layout(size))
            .ok()
            .map(|block| block.as_ptr() as usize)
    }

    fn free(&mut self, address: usize, size: u32) {
        // SAFETY: the trace frees what it allocated, once, with its size.
        unsafe { self.heap.dealloc(block(address), layout(size)) }
    }
}

/// `rlsf::Tlsf` with 32 × 32 lists.
pub struct Rlsf {
    tlsf: rlsf::Tlsf<'static, u32, u32, 28, 32>,
    arena: Arena,
}

impl Rlsf {
    /// Over `bytes`.
    pub fn new(bytes: usize) -> Rlsf {
        let arena = Arena::new(bytes);
        let mut tlsf = rlsf::Tlsf::new();
        let memory = NonNull::slice_from_raw_parts(arena.start, bytes);
        // SAFETY: the arena is ours alone and lives as long as the allocator.
        unsafe { tlsf.insert_free_block_ptr(memory) }.expect("the arena is large enough");
        Rlsf { tlsf, arena }
    }
}

impl Peer for Rlsf {
    fn name(&self) -> &'static str {
        "rlsf"
    }

    fn restart(&mut self) {
        *self = Rlsf::new(self.arena.layout.size());
    }

    fn alloc(&mut self, size: u32) -> Option<usize> {
        self.tlsf
            .allocate(layout(size))
            .map(|block| block.as_ptr() as usize)
    }

    fn free(&mut self, address: usize, _size: u32) {
        // SAFETY: the trace frees what it allocated, once, with its alignment.
        unsafe { self.tlsf.deallocate(block(address), 8) }
    }
}

/// `talc::Talc` over one claimed region.
pub struct TalcHeap {
    talc: talc::base::Talc<talc::source::Manual, talc::DefaultBinning>,
    arena: Arena,
}

impl TalcHeap {
    /// Over `bytes`.
    pub fn new(bytes: usize) -> TalcHeap {
        let arena = Arena::new(bytes);
        let mut talc = talc::base::Talc::new(talc::source::Manual);
        // SAFETY: the arena is ours alone and lives as long as the allocator.
        unsafe { talc.claim(arena.start.as_ptr(), bytes) }.expect("the arena is large enough");
        TalcHeap { talc, arena }
    }
}

impl Peer for TalcHeap {
    fn name(&self) -> &'static str {
        "talc"
    }

    fn restart(&mut self) {
        *self = TalcHeap::new(self.arena.layout.size());
    }

    fn alloc(&mut self, size: u32) -> Option<usize> {
        // SAFETY: no size of a trace is zero.
        unsafe { self.talc.allocate(layout(size)) }.map(|block| block.as_ptr() as usize)
    }

    fn free(&mut self, address: usize, size: u32) {
        // SAFETY: the trace frees what it allocated, once, with its layout.
        unsafe { self.talc.deallocate(address as *mut u8, layout(size)) }
    }
}

/// `linked_list_allocator::Heap`: first fit.
pub struct LinkedList {
    heap: linked_list_allocator::Heap,
    memory: *mut [MaybeUninit<u8>],
}

impl LinkedList {
    /// Over `bytes`.
    pub fn new(bytes: usize) -> LinkedList {
        // The heap wants memory for ever: it is taken back in `drop`.
        let memory = Box::leak(Box::<[u8]>::new_uninit_slice(bytes));
        let raw: *mut [MaybeUninit<u8>] = memory;
        LinkedList {
            heap: linked_list_allocator::Heap::from_slice(memory),
            memory: raw,
        }
    }
}

impl Drop for LinkedList {
    fn drop(&mut self) {
        // SAFETY: leaked in `new`; the heap is not used after this.
        drop(unsafe { Box::from_raw(self.memory) });
    }
}

impl Peer for LinkedList {
    fn name(&self) -> &'static str {
        "linked_list_allocator"
    }

    fn restart(&mut self) {
        *self = LinkedList::new(self.memory.len());
    }

    fn alloc(&mut self, size: u32) -> Option<usize> {
        self.heap
            .allocate_first_fit(layout(size))
            .ok()
            .map(|block| block.as_ptr() as usize)
    }

    fn free(&mut self, address: usize, size: u32) {
        // SAFETY: the trace frees what it allocated, once, with its layout.
        unsafe { self.heap.deallocate(block(address), layout(size)) }
    }
}
