//! The memory map as a drawing: `shapes` says what lies where, `screen` puts it on a canvas, `zoom` brings it closer.

pub mod screen;
pub mod shapes;
pub mod zoom;
