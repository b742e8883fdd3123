//! What the kernel knows of a page of a file or of a process: flags of `struct page` and facts of its mapping.
//!
//! Source: include/linux/page-flags.h, include/linux/rmap.h (2.6.10). What may be done with such a page is decided in
//! `mm`.

/// What a page of the world around the allocator is, in one word. Each but the last follows from the page's flags.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PageKind {
    /// Of a file, the same as on disk.
    Clean,
    /// Newer than its copy on disk, be it a file or swap space.
    Dirty,
    /// On its way to the disk.
    Writeback,
    /// Of a process, backed by no file.
    User,
    /// Full of dentries or inodes that nobody uses.
    Objects,
}

impl PageKind {
    /// All of them.
    pub const ALL: [PageKind; 5] = [
        PageKind::Clean,
        PageKind::Dirty,
        PageKind::Writeback,
        PageKind::User,
        PageKind::Objects,
    ];
}

/// What the kernel knows of a page of a file or of a process, as flags.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct PageState(pub u16);

impl PageState {
    /// Clean, of a file, mapped nowhere.
    pub const CLEAN: PageState = PageState(0);
    /// Of a process, backed by no file (`PageAnon`).
    pub const ANONYMOUS: PageState = PageState(1);
    /// Has a place in swap space (`PageSwapCache`).
    pub const SWAP_CACHE: PageState = PageState(2);
    /// Newer than its copy on disk (`PageDirty`).
    pub const DIRTY: PageState = PageState(4);
    /// On its way to the disk (`PageWriteback`).
    pub const WRITEBACK: PageState = PageState(8);
    /// Goes to the tail of *inactive* when its write ends (`PageReclaim`).
    pub const RECLAIM: PageState = PageState(16);
    /// In some process's page tables.
    pub const MAPPED: PageState = PageState(32);
    /// Used since it was looked at last (`page_referenced`).
    pub const REFERENCED: PageState = PageState(64);
    /// Has buffer heads that the filesystem can release without I/O.
    pub const BUFFERS: PageState = PageState(128);
    /// Has buffer heads that are busy.
    pub const BUSY_BUFFERS: PageState = PageState(256);
    /// Locked by someone (`PageLocked`).
    pub const LOCKED: PageState = PageState(512);
    /// Somebody holds an extra reference.
    pub const IN_USE: PageState = PageState(1024);
    /// On the active list (`PageActive`).
    pub const ACTIVE: PageState = PageState(2048);
    /// On one of the lists (`PageLRU`).
    pub const LISTED: PageState = PageState(4096);

    /// In one word: a write under way says more than what is written.
    pub const fn kind(self) -> PageKind {
        if self.has(PageState::WRITEBACK) {
            PageKind::Writeback
        } else if self.has(PageState::DIRTY) {
            PageKind::Dirty
        } else if self.has(PageState::ANONYMOUS) {
            PageKind::User
        } else {
            PageKind::Clean
        }
    }

    /// True when every flag of `other` is set.
    pub const fn has(self, other: PageState) -> bool {
        self.0 & other.0 == other.0
    }

    /// These flags and those of another.
    pub const fn with(self, other: PageState) -> PageState {
        PageState(self.0 | other.0)
    }

    /// These flags without those of another.
    pub const fn without(self, other: PageState) -> PageState {
        PageState(self.0 & !other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_for_a_page() {
        let user = PageState::ANONYMOUS.with(PageState::MAPPED);
        let swapped = user.with(PageState::SWAP_CACHE.with(PageState::DIRTY));
        for (state, kind) in [
            (PageState::CLEAN, PageKind::Clean),
            (PageState::MAPPED, PageKind::Clean),
            (PageState::DIRTY, PageKind::Dirty),
            (
                PageState::DIRTY.with(PageState::WRITEBACK),
                PageKind::Writeback,
            ),
            (user, PageKind::User),
            (swapped, PageKind::Dirty),
        ] {
            assert_eq!(state.kind(), kind, "{state:?}");
        }
    }
}
