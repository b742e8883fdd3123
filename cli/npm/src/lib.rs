//! The core for JavaScript: what it says as plain values, and a class that runs scenarios and checks exercises.
//!
//! `values` is shared with the page, so that a snapshot of the page and one of this package are the same object. `exports`
//! is the package of `cargo xtask pack`. Nothing is decided here.

pub mod values;

#[cfg(feature = "exports")]
mod exports;
