//! Scenario text: parse, print, edit, pack into a link. `docs/scenario-text.md` and `docs/link-format.md` are the two
//! pages for people; nothing here runs a call.

pub mod ast;
pub mod change;
pub mod edit;
pub mod error;
mod lex;
pub mod link;
pub mod named;
pub mod parse;
pub mod print;

pub use parse::{Parsed, parse};
pub use print::{print, print_call};

/// Bytes of text the lab reads.
pub const MAX_TEXT: usize = 256 * 1024;
/// Blocks inside of blocks.
pub const MAX_DEPTH: usize = 32;
/// Turns a `for` may be given in text; what may run in all is bounded by `run`.
pub const MAX_TURNS: u32 = 1_000_000;
/// Largest number in brackets: what a longest loop can reach.
pub const MAX_INDEX: u32 = MAX_TURNS - 1;
/// Longest `msleep` that can be written, in milliseconds: an hour.
pub const MAX_SLEEP: u32 = 3_600_000;
/// Largest order that can be written. The kernel answers NULL from 11 on, and a student should see it do so.
pub const MAX_ORDER: u32 = 64;
/// Largest number of a node that can be written.
pub const MOST_NODE: u32 = crate::profile::MAX_NODES as u32 - 1;
/// Statements in a scenario, those in blocks included: as many as a text holds of the shortest call with its line end,
/// `sync();`. What is refused behind the last of them has been read for nothing, so this bounds what refusing costs.
pub const MAX_STATEMENTS: usize = MAX_TEXT / 8;
