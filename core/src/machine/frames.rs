//! Page frames: a tag a page and the links of the lists that pages are on.
//!
//! Only the first page of a block carries a tag; the tags partition the memory. Links of frames that are neither free
//! nor a slab are stale on purpose: clearing them would cost a write a page.

use alloc::vec;
use alloc::vec::Vec;

/// "No page": end of a list.
pub const NIL: u32 = u32::MAX;

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

/// Use and order of a block in one byte.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag(u8);

impl Tag {
    pub(super) const BODY: Tag = Tag(0);

    pub(super) const fn new(what: Use, order: u8) -> Tag {
        Tag((what as u8) << 4 | order)
    }

    pub(super) const fn order(self) -> u8 {
        self.0 & 15
    }

    pub(super) const fn what(self) -> Use {
        match self.0 >> 4 {
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
}

/// Neighbours of a frame on the list it is on; of a slab, its cache and its place in the slab table.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Links {
    pub(super) next: u32,
    pub(super) prev: u32,
}

/// All frames of the machine. Links and tags lie apart: most questions need the tag alone.
#[derive(Clone)]
pub(super) struct Frames {
    pub(super) links: Vec<Links>,
    pub(super) tag: Vec<Tag>,
}

impl Frames {
    pub(super) fn new(pages: usize) -> Frames {
        Frames {
            links: vec![
                Links {
                    next: NIL,
                    prev: NIL
                };
                pages
            ],
            tag: vec![Tag::BODY; pages],
        }
    }

    #[inline(always)]
    pub(super) fn set(&mut self, pfn: u32, what: Use, order: u8) {
        self.tag[pfn as usize] = Tag::new(what, order);
    }
}

impl PartialEq for Frames {
    fn eq(&self, other: &Frames) -> bool {
        self.tag == other.tag
            && self.tag.iter().enumerate().all(|(pfn, tag)| {
                !matches!(tag.what(), Use::Free | Use::Slab) || self.links[pfn] == other.links[pfn]
            })
    }
}
