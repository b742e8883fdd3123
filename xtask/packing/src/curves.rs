//! Probabilities are mixed as logarithms of odds. `squash` makes a probability of such a logarithm, `stretch` the logarithm of
//! a probability. Both are tables of integers, so that whoever packs and whoever unpacks agree to the bit.

/// Logarithms are from -LIMIT to LIMIT; this is twelve, of odds of 163,000 to one.
pub(crate) const LIMIT: i32 = 2047;
/// What is one.
const UNIT: u64 = 170;

/// Both tables.
#[derive(Debug)]
pub(crate) struct Curves {
    squash: [u16; 4096],
    stretch: [i16; 4096],
}

impl Curves {
    pub(crate) fn new() -> Curves {
        let mut curves = Curves {
            squash: [0; 4096],
            stretch: [0; 4096],
        };
        // The curve's slope is p * (1 - p): from one half, step by step, each with the slope at its middle.
        const ONE: u64 = 1 << 32;
        let slope = |p: u64| (p * ((ONE - p) >> 8)) >> 24;
        let mut p = ONE / 2;
        for at in 0..2048 {
            let rounded = (p >> 16).min(0xffff);
            curves.squash[2048 + at] = rounded as u16;
            curves.squash[2047 - at] = (0x1_0000 - rounded) as u16;
            p += slope(p + slope(p) / (2 * UNIT)) / UNIT;
        }
        let mut at = 0;
        for (p, stretch) in curves.stretch.iter_mut().enumerate() {
            while at < 4095 && usize::from(curves.squash[at]) < p * 16 + 8 {
                at += 1;
            }
            *stretch = at as i16 - 2048;
        }
        curves
    }

    #[inline(always)]
    pub(crate) fn squash(&self, logarithm: i32) -> i32 {
        let at = logarithm.clamp(-LIMIT, LIMIT) + 2048;
        i32::from(self.squash[at as usize & 4095])
    }

    #[inline(always)]
    pub(crate) fn stretch(&self, probability: u16) -> i16 {
        self.stretch[usize::from(probability >> 4)]
    }
}

/// A probability of 65,536, moved towards what came: nothing of it, or all.
#[inline(always)]
pub(crate) fn towards(probability: &mut u16, came: i32, shift: u32) {
    let flip = came as u16;
    let left = *probability ^ flip;
    *probability = (left - (left >> shift)) ^ flip;
}
