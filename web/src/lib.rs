//! The page of the kmalloc lab: panels that format what the core decided.
//!
//! Values go down, actions go up. `session` is the one reducer and `player` the clock of the timeline, both pure;
//! `browser` makes every call into the browser, and only `app` sees both. What the kernel would do is never decided here:
//! that is asked of the core.

pub mod api;
pub mod app;
pub mod browser;
pub mod compare;
pub mod course;
pub mod draft;
pub mod embed;
pub mod files;
pub mod frame;
pub mod gallery;
pub mod keep;
pub mod lang;
pub mod lessons;
pub mod making;
pub mod moments;
pub mod paint;
pub mod panels;
pub mod player;
pub mod relay;
pub mod remedies;
pub mod rescue;
pub mod session;
pub mod share;
pub mod stage;
pub mod turns;
pub mod tween;
pub mod view;
pub mod widgets;
