//! What is written in memory. Sparse: an untouched page costs nothing and reads as zero.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;

use crate::profile::PAGE_OFFSET;

/// Granularity of the store, independent of the machine's page size.
const CHUNK: u32 = 4096;

/// Written chunks by number (physical address / [`CHUNK`]).
#[derive(Clone, PartialEq, Default)]
pub(super) struct Bytes {
    chunks: BTreeMap<u32, Box<[u8; CHUNK as usize]>>,
}

impl Bytes {
    pub(super) fn fill(&mut self, address: u32, length: u32, byte: u8) {
        let mut at = address - PAGE_OFFSET;
        let end = at + length;
        while at < end {
            let offset = at % CHUNK;
            let here = (CHUNK - offset).min(end - at);
            let chunk = self
                .chunks
                .entry(at / CHUNK)
                .or_insert_with(|| Box::new([0; CHUNK as usize]));
            chunk[offset as usize..(offset + here) as usize].fill(byte);
            at += here;
        }
    }

    pub(super) fn read(&self, address: u32) -> u8 {
        let at = address - PAGE_OFFSET;
        self.chunks
            .get(&(at / CHUNK))
            .map_or(0, |chunk| chunk[(at % CHUNK) as usize])
    }
}
