//! What came when the mixer said so: a curve for each context, from the mixer's logarithm of odds to how likely it was.

use alloc::vec::Vec;

use crate::{
    contexts::hashed,
    curves::{Curves, towards},
    filled,
};

const ROWS_BITS: u32 = 10;
/// Points of a curve, and the logarithms from one to the next.
const POINTS: usize = 33;
const STEP: i32 = 128;

/// The curves, and the point that was nearest.
pub(crate) struct Refiner {
    rows: Vec<[u16; POINTS]>,
    row: usize,
    point: usize,
}

impl Refiner {
    pub(crate) fn new(curves: &Curves) -> Refiner {
        let mut row = [0; POINTS];
        let mut logarithm = -2048;
        for point in &mut row {
            *point = curves.squash(logarithm) as u16;
            logarithm += STEP;
        }
        Refiner {
            rows: filled(row, 1 << ROWS_BITS),
            row: 0,
            point: 0,
        }
    }

    #[inline(always)]
    pub(crate) fn refine(&mut self, logarithm: i32, context: u32) -> i32 {
        self.row = (hashed(context) >> (32 - ROWS_BITS)) as usize;
        let row = &self.rows[self.row];
        let at = logarithm + 2048;
        let (point, behind) = ((at / STEP) as usize, at % STEP);
        self.point = point + usize::from(behind >= STEP / 2);
        (i32::from(row[point]) * (STEP - behind) + i32::from(row[point + 1]) * behind) / STEP
    }

    #[inline(always)]
    pub(crate) fn learn(&mut self, came: i32) {
        towards(&mut self.rows[self.row][self.point], came, 6);
    }
}
