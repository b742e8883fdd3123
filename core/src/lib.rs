//! The kmalloc lab's simulated kernel.
//!
//! A scenario is a text; running it yields events; events are the only thing that changes memory. This crate is all of
//! that and nothing of a browser: no clock, no randomness, no logging. See `ARCHITECTURE.md`.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod context;
pub mod event;
pub mod exercise;
pub mod gfp;
pub mod lab;
pub mod machine;
mod mm;
mod names;
mod packed;
pub mod page;
pub mod proc;
pub mod profile;
pub mod recording;
pub mod run;
pub mod script;
mod sorted;

/// The arithmetic of Linux 2.6.10 as plain functions: marks, zonelists, size classes, slab geometry, the terms of a test.
pub mod linux_2_6_10 {
    pub use crate::mm::linux_2_6_10::{explain, geometry, marks, numa};
}
