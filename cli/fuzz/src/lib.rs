//! Hostile inputs for everything that the lab reads from outside: links, scenario texts, files, messages of an embedding
//! window, and scenarios run to their end.
//!
//! `targets` is what is fed and what must hold, `seeds` where inputs begin, `mutate` how they are spoiled, `measure` what an
//! input costs. No tool chain beyond the project's is needed: it is a plain program, so it runs wherever the tests run.
//! It does *not* look at the code's coverage: an input is kept to be spoiled further when its *outcome* is new.

pub mod measure;
pub mod mutate;
pub mod seeds;
pub mod targets;
