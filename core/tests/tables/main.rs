//! The tables of the semantics of Linux 2.6.10, row by row: what a scenario's calls answer, what happens on the way, what
//! the kernel prints.
//!
//! Each expected text was worked out from the section, or taken from the row of a recording, that its test names, and
//! only then compared with what the lab does. How a text is printed stands in `look`.

mod book;
mod contexts;
mod geometry;
mod look;
mod marks;
mod page_alloc;
mod percpu;
mod reclaim;
mod slab;
