//! The memory map as a drawing: `shapes` says what lies where, `screen` puts it on a canvas.

pub mod screen;
pub mod shapes;
