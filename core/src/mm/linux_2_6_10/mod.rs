//! Linux 2.6.10 on i386: the book's kernel.

pub(crate) mod boot;
pub mod explain;
pub mod geometry;
pub mod marks;
pub mod numa;
pub(crate) mod page_alloc;
pub(crate) mod slab;
mod slab_debug;
pub(crate) mod slow_path;
pub(crate) mod vmscan;
