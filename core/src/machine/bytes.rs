//! What is written in memory. Sparse: an untouched page costs nothing and reads as zero.

use alloc::boxed::Box;

use crate::sorted::Sorted;

/// Granularity of the store; a page is one chunk or several.
pub(super) const CHUNK: u32 = 4096;

/// What CONFIG_DEBUG_SLAB writes into objects and around them (mm/slab.c).
pub mod poison {
    /// Every byte of a free object but the last (`POISON_FREE`).
    pub const FREE: u8 = 0x6b;
    /// Every byte of a new object but the last (`POISON_INUSE`).
    pub const ALLOCATED: u8 = 0x5a;
    /// The last byte (`POISON_END`).
    pub const END: u8 = 0xa5;
    /// The red zones of a free object (`RED_INACTIVE`).
    pub const INACTIVE: u32 = 0x5a2c_f071;
    /// The red zones of an object in use (`RED_ACTIVE`).
    pub const ACTIVE: u32 = 0x170f_c2a5;
}

/// What stands in a chunk.
#[derive(Clone, PartialEq)]
enum Chunk {
    /// The same byte all over: one `memset` may cover a machine's whole memory.
    Filled(u8),
    /// Anything.
    Mixed(Box<[u8; CHUNK as usize]>),
}

/// Written chunks by their number from the first byte of memory.
#[derive(Clone, PartialEq, Default)]
pub(super) struct Bytes {
    chunks: Sorted<u32, Chunk>,
}

impl Bytes {
    /// Fills part of one chunk.
    pub(super) fn fill(&mut self, chunk: u32, offset: u32, length: u32, byte: u8) {
        let chunk = self.chunks.or_insert(chunk, Chunk::Filled(0));
        if length == CHUNK {
            *chunk = Chunk::Filled(byte);
        } else {
            chunk.bytes()[offset as usize..(offset + length) as usize].fill(byte);
        }
    }

    pub(super) fn read(&self, (chunk, offset): (u32, u32)) -> u8 {
        match self.chunks.get(&chunk) {
            None => 0,
            Some(Chunk::Filled(byte)) => *byte,
            Some(Chunk::Mixed(bytes)) => bytes[offset as usize],
        }
    }
}

impl Chunk {
    fn bytes(&mut self) -> &mut [u8; CHUNK as usize] {
        if let Chunk::Filled(byte) = *self {
            *self = Chunk::Mixed(Box::new([byte; CHUNK as usize]));
        }
        match self {
            Chunk::Mixed(bytes) => bytes,
            Chunk::Filled(_) => unreachable!("made mixed above"),
        }
    }
}
