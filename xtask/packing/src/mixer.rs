//! Mixes predictions: each has a weight, and the weights of those who were right grow. Several sets of weights, chosen by what
//! is known of the bit, mix the same predictions, and their results are mixed again.
//!
//! The inner loops are written for both: vectors of eight where the page's browser has them, and plain ones that do the same.

use alloc::vec::Vec;

use crate::{
    curves::{Curves, LIMIT},
    filled,
};

/// How many predictions are mixed, a multiple of eight.
pub(crate) const INPUTS: usize = 32;
/// How many sets of weights mix each bit.
pub(crate) const SETS: usize = 3;

/// A weight of one.
const ONE: i16 = 1 << 14;
/// Nothing is learned from smaller errors, of 65,536.
const SMALL: i32 = 1000;

pub(crate) type Inputs = [i16; INPUTS];

/// All sets of weights, and what was mixed last.
pub(crate) struct Mixer {
    weights: [Vec<Inputs>; SETS],
    chosen: [usize; SETS],
    outputs: [i32; SETS],
    /// The weights of the results, and which of them were taken.
    last: Vec<[i32; SETS]>,
    last_chosen: usize,
    mixed: i32,
}

impl Mixer {
    /// So many sets to choose each one from, and so many to mix their results.
    pub(crate) fn new(sizes: [usize; SETS], last: usize) -> Mixer {
        Mixer {
            weights: sizes.map(|size| filled([ONE / 9; INPUTS], size)),
            chosen: [0; SETS],
            outputs: [0; SETS],
            last: filled([0x1_0000 / SETS as i32; SETS], last),
            last_chosen: 0,
            mixed: 0,
        }
    }

    /// Mixes logarithms of odds to one.
    #[inline(always)]
    pub(crate) fn mix(
        &mut self,
        curves: &Curves,
        inputs: &Inputs,
        chosen: [usize; SETS],
        last: usize,
    ) -> i32 {
        (self.chosen, self.last_chosen) = (chosen, last);
        let mut sum = 0i64;
        for (set, &chosen) in chosen.iter().enumerate() {
            let output = lanes::dot(inputs, &self.weights[set][chosen]) >> 14;
            self.outputs[set] = output.clamp(-LIMIT, LIMIT);
            sum += i64::from(self.outputs[set]) * i64::from(self.last[last][set]);
        }
        let sum = ((sum >> 16) as i32).clamp(-LIMIT, LIMIT);
        self.mixed = curves.squash(sum);
        sum
    }

    /// The bit came, as one or zero of 65,536.
    #[inline(always)]
    pub(crate) fn learn(&mut self, curves: &Curves, inputs: &Inputs, came: i32) {
        let error = came - self.mixed;
        if error.abs() <= SMALL {
            return;
        }
        for set in 0..SETS {
            let own_error = came - curves.squash(self.outputs[set]);
            lanes::learn(
                inputs,
                &mut self.weights[set][self.chosen[set]],
                ((own_error * 5) >> 4) as i16,
            );
            self.last[self.last_chosen][set] += (self.outputs[set] * error) >> 16;
        }
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod lanes {
    use core::arch::wasm32::{
        i16x8_add_sat, i16x8_q15mulr_sat, i16x8_splat, i32x4_add, i32x4_dot_i16x8,
        i32x4_extract_lane, i32x4_splat, v128, v128_load, v128_store,
    };

    use super::{INPUTS, Inputs};

    #[inline(always)]
    fn eight(values: &Inputs, at: usize) -> v128 {
        // SAFETY: callers go in steps of eight below `INPUTS`, a multiple of eight.
        unsafe { v128_load(values.as_ptr().add(at).cast()) }
    }

    #[inline(always)]
    pub(super) fn dot(inputs: &Inputs, weights: &Inputs) -> i32 {
        let mut sum = i32x4_splat(0);
        for at in (0..INPUTS).step_by(8) {
            let products = i32x4_dot_i16x8(eight(inputs, at), eight(weights, at));
            sum = i32x4_add(sum, products);
        }
        i32x4_extract_lane::<0>(sum)
            .wrapping_add(i32x4_extract_lane::<1>(sum))
            .wrapping_add(i32x4_extract_lane::<2>(sum))
            .wrapping_add(i32x4_extract_lane::<3>(sum))
    }

    #[inline(always)]
    pub(super) fn learn(inputs: &Inputs, weights: &mut Inputs, error: i16) {
        let error = i16x8_splat(error);
        for at in (0..INPUTS).step_by(8) {
            let change = i16x8_q15mulr_sat(eight(inputs, at), error);
            let changed = i16x8_add_sat(eight(weights, at), change);
            // SAFETY: as in `eight`.
            unsafe { v128_store(weights.as_mut_ptr().add(at).cast(), changed) };
        }
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod lanes {
    use super::Inputs;

    #[inline(always)]
    pub(super) fn dot(inputs: &Inputs, weights: &Inputs) -> i32 {
        inputs
            .iter()
            .zip(weights)
            .map(|(&input, &weight)| i32::from(input) * i32::from(weight))
            .fold(0, i32::wrapping_add)
    }

    #[inline(always)]
    pub(super) fn learn(inputs: &Inputs, weights: &mut Inputs, error: i16) {
        for (&input, weight) in inputs.iter().zip(weights) {
            let change = (i32::from(input) * i32::from(error) + (1 << 14)) >> 15;
            *weight = weight.saturating_add(change as i16);
        }
    }
}
