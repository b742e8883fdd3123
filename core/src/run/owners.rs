//! Whose bytes are whose: which allocation wrote what stands in memory, so that a leak can be named.
//!
//! The machine knows the bytes; who wrote them is the script's business. Places are physical, for a page may have several
//! addresses.

use crate::sorted::Sorted;

/// Bytes that one call wrote for one allocation.
#[derive(Clone, Copy)]
struct Piece {
    end: u64,
    serial: u32,
    call: u32,
}

/// Foreign bytes in a range.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Foreign {
    /// How many.
    pub(super) bytes: u32,
    /// Where the first stands, counted from the range's begin, and the call that wrote it.
    pub(super) first: Option<(u32, u32)>,
}

/// Pieces of memory by their first byte; they never overlap.
#[derive(Default)]
pub(super) struct Owners {
    pieces: Sorted<u64, Piece>,
}

impl Owners {
    /// Bytes were written for an allocation, by a call.
    pub(super) fn written(&mut self, start: u64, length: u32, serial: u32, call: u32) {
        self.forget(start, length);
        let end = start + u64::from(length);
        self.pieces.or_insert(start, Piece { end, serial, call });
    }

    /// Bytes are nobody's any more.
    pub(super) fn forget(&mut self, start: u64, length: u32) {
        let end = start + u64::from(length);
        while let Some(&(at, piece)) = self.pieces.before(&end)
            && piece.end > start
        {
            self.pieces.remove(&at);
            if at < start {
                let end = start;
                self.pieces.or_insert(at, Piece { end, ..piece });
            }
            if piece.end > end {
                self.pieces.or_insert(end, piece);
            }
        }
    }

    /// Bytes in a range that another allocation than this one wrote.
    pub(super) fn foreign(&self, start: u64, length: u32, serial: u32) -> Foreign {
        let end = start + u64::from(length);
        let mut found = Foreign::default();
        let reaches_in = self.pieces.before(&start);
        for &(at, piece) in reaches_in.into_iter().chain(self.pieces.from(&start)) {
            if at >= end {
                break;
            }
            let (at, until) = (at.max(start), piece.end.min(end));
            if piece.serial == serial || at >= until {
                continue;
            }
            found.bytes += (until - at) as u32;
            found.first.get_or_insert(((at - start) as u32, piece.call));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_in_the_middle_cuts_what_was_there() {
        let mut owners = Owners::default();
        owners.written(100, 50, 1, 0);
        owners.written(120, 10, 2, 1);
        let foreign = |from, length, serial| {
            let found = owners.foreign(from, length, serial);
            (found.bytes, found.first)
        };
        assert_eq!(foreign(100, 50, 1), (10, Some((20, 1))));
        assert_eq!(foreign(100, 50, 2), (40, Some((0, 0))));
        assert_eq!(foreign(90, 15, 2), (5, Some((10, 0))));
        assert_eq!(foreign(150, 10, 2), (0, None));
    }

    #[test]
    fn what_is_forgotten_is_nobodys() {
        let mut owners = Owners::default();
        owners.written(0, 10, 1, 0);
        owners.written(10, 10, 2, 1);
        owners.written(20, 10, 3, 2);
        owners.forget(5, 20);
        assert_eq!(owners.foreign(0, 30, 0).bytes, 10);
        assert_eq!(owners.foreign(5, 20, 0).bytes, 0);
    }
}
