//! Page frames: a tag and two links a page, in one word.
//!
//! Only the first page of a block carries a tag; the tags partition the memory. A frame that is on no list and in no slab
//! has no links, so that equal machines have equal frames. On a large machine blocks lie far apart and each touch of a
//! frame is a cache miss: that is why tag and links lie together.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

/// "No page", "no slab": end of a list.
pub const NIL: u32 = (1 << LINK) - 1;

/// Bits of a link.
const LINK: u32 = 28;

/// What the first page of a block is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Use {
    /// Not the first page of a block.
    Body = 0,
    /// On a buddy free list.
    Free = 1,
    /// Given to a caller of the page allocator.
    Pages = 2,
    /// On the hot per-cpu list.
    Hot = 3,
    /// On the cold per-cpu list.
    Cold = 4,
    /// A slab.
    Slab = 5,
    /// Kept by boot.
    Reserved = 6,
    /// Being cut or joined right now.
    Hand = 7,
}

impl fmt::Display for Use {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Use::Body => "inside of a block",
            Use::Free => "free",
            Use::Pages => "given out",
            Use::Hot => "hot",
            Use::Cold => "cold",
            Use::Slab => "a slab",
            Use::Reserved => "reserved",
            Use::Hand => "in hand",
        })
    }
}

/// One frame: next in bits 0–27, prev in 28–55, order in 56–59, use in 60–63. The links are the neighbours on the free
/// list; in every page of a slab they are its cache and its place in the slab table, as `page->lru` is in the kernel.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Frame(u64);

impl Frame {
    /// Inside of a block.
    pub(super) const BODY: Frame = Frame::new(Use::Body, 0);

    /// Without links.
    #[inline(always)]
    pub(super) const fn new(what: Use, order: u8) -> Frame {
        Frame::linked(what, order, NIL, NIL)
    }

    #[inline(always)]
    pub(super) const fn linked(what: Use, order: u8, next: u32, prev: u32) -> Frame {
        let tag = (what as u64) << 4 | order as u64;
        Frame(tag << (2 * LINK) | (prev as u64) << LINK | next as u64)
    }

    #[inline(always)]
    pub(super) const fn next(self) -> u32 {
        self.0 as u32 & NIL
    }

    #[inline(always)]
    pub(super) const fn prev(self) -> u32 {
        (self.0 >> LINK) as u32 & NIL
    }

    #[inline(always)]
    pub(super) const fn order(self) -> u8 {
        (self.0 >> (2 * LINK)) as u8 & 15
    }

    #[inline(always)]
    pub(super) const fn what(self) -> Use {
        match self.0 >> (2 * LINK + 4) {
            0 => Use::Body,
            1 => Use::Free,
            2 => Use::Pages,
            3 => Use::Hot,
            4 => Use::Cold,
            5 => Use::Slab,
            6 => Use::Reserved,
            _ => Use::Hand,
        }
    }

    /// Whether use and order are the same; the links may differ.
    #[inline(always)]
    pub(super) const fn tagged_as(self, other: Frame) -> bool {
        self.0 >> (2 * LINK) == other.0 >> (2 * LINK)
    }
}

/// All frames of the machine.
#[derive(Clone, PartialEq)]
pub(super) struct Frames {
    frames: Vec<Frame>,
}

impl Frames {
    /// All of them kept by boot.
    pub(super) fn new(pages: usize) -> Frames {
        assert!(pages < NIL as usize, "a link names any page");
        Frames {
            frames: vec![Frame::new(Use::Reserved, 0); pages],
        }
    }

    pub(super) fn len(&self) -> u32 {
        self.frames.len() as u32
    }

    #[inline(always)]
    pub(super) fn get(&self, pfn: u32) -> Frame {
        self.frames[pfn as usize]
    }

    /// Tags a page that is on no list.
    #[inline(always)]
    pub(super) fn set(&mut self, pfn: u32, what: Use, order: u8) {
        self.put(pfn, Frame::new(what, order));
    }

    #[inline(always)]
    pub(super) fn put(&mut self, pfn: u32, frame: Frame) {
        self.frames[pfn as usize] = frame;
    }

    #[inline(always)]
    pub(super) fn set_next(&mut self, pfn: u32, next: u32) {
        let frame = &mut self.frames[pfn as usize];
        frame.0 = frame.0 & !u64::from(NIL) | u64::from(next);
    }

    #[inline(always)]
    pub(super) fn set_prev(&mut self, pfn: u32, prev: u32) {
        let frame = &mut self.frames[pfn as usize];
        frame.0 = frame.0 & !(u64::from(NIL) << LINK) | u64::from(prev) << LINK;
    }
}
