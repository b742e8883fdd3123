//! What *happens*: reads the machine, decides, emits. It has no way to write the machine but `Door::emit`.
//!
//! What kernels share stands here once; what differs lives in one folder per kernel.

pub(crate) mod buddy;
pub(crate) mod linux_2_6_10;
