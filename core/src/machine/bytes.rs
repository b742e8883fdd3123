//! What is written in memory. Sparse: an untouched page costs nothing and reads as zero.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;

use crate::profile::PAGE_OFFSET;

/// Granularity of the store, independent of the machine's page size.
const CHUNK: u32 = 4096;

/// What stands in a chunk.
#[derive(Clone, PartialEq)]
enum Chunk {
    /// The same byte all over: one `memset` may cover a machine's whole memory.
    Filled(u8),
    /// Anything.
    Mixed(Box<[u8; CHUNK as usize]>),
}

/// Written chunks by number (physical address / [`CHUNK`]).
#[derive(Clone, PartialEq, Default)]
pub(super) struct Bytes {
    chunks: BTreeMap<u32, Chunk>,
}

impl Bytes {
    pub(super) fn fill(&mut self, address: u32, length: u32, byte: u8) {
        let mut at = address - PAGE_OFFSET;
        let end = at + length;
        while at < end {
            let offset = at % CHUNK;
            let here = (CHUNK - offset).min(end - at);
            let chunk = self.chunks.entry(at / CHUNK).or_insert(Chunk::Filled(0));
            if here == CHUNK {
                *chunk = Chunk::Filled(byte);
            } else {
                chunk.bytes()[offset as usize..(offset + here) as usize].fill(byte);
            }
            at += here;
        }
    }

    pub(super) fn read(&self, address: u32) -> u8 {
        let at = address - PAGE_OFFSET;
        match self.chunks.get(&(at / CHUNK)) {
            None => 0,
            Some(Chunk::Filled(byte)) => *byte,
            Some(Chunk::Mixed(bytes)) => bytes[(at % CHUNK) as usize],
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
