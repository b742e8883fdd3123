//! A short list that is used at both ends, inline: the array caches and the per-cpu lists.
//!
//! A `VecDeque` would do the same; its memory lies one step further away, and every access asks where it wraps.

/// Places. A kernel's array cache has 120 entries at most, a per-cpu list 97 pages.
const PLACES: usize = 128;

/// Up to [`PLACES`] numbers, front to back.
#[derive(Clone)]
pub(super) struct Ring {
    places: [u32; PLACES],
    front: u32,
    len: u32,
}

impl Ring {
    /// Empty; never to hold more than `most`.
    pub(super) fn new(most: u16) -> Ring {
        assert!(usize::from(most) <= PLACES, "{most} entries in a ring");
        Ring {
            places: [0; PLACES],
            front: 0,
            len: 0,
        }
    }

    /// The place of entry `index`, counted from the front.
    #[inline(always)]
    const fn place(&self, index: u32) -> usize {
        self.front.wrapping_add(index) as usize % PLACES
    }

    #[inline(always)]
    pub(super) const fn len(&self) -> u32 {
        self.len
    }

    #[inline(always)]
    pub(super) const fn front(&self) -> Option<u32> {
        match self.len {
            0 => None,
            _ => Some(self.places[self.place(0)]),
        }
    }

    #[inline(always)]
    pub(super) const fn back(&self) -> Option<u32> {
        match self.len {
            0 => None,
            len => Some(self.places[self.place(len - 1)]),
        }
    }

    #[inline(always)]
    pub(super) fn push_front(&mut self, value: u32) {
        debug_assert!((self.len as usize) < PLACES, "a full ring");
        self.front = self.front.wrapping_sub(1);
        self.len += 1;
        self.places[self.place(0)] = value;
    }

    #[inline(always)]
    pub(super) fn push_back(&mut self, value: u32) {
        debug_assert!((self.len as usize) < PLACES, "a full ring");
        self.places[self.place(self.len)] = value;
        self.len += 1;
    }

    #[inline(always)]
    pub(super) fn pop_front(&mut self) -> Option<u32> {
        let front = self.front()?;
        self.front = self.front.wrapping_add(1);
        self.len -= 1;
        Some(front)
    }

    #[inline(always)]
    pub(super) fn pop_back(&mut self) -> Option<u32> {
        let back = self.back()?;
        self.len -= 1;
        Some(back)
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + '_ {
        (0..self.len as usize).map(|index| self.places[self.place(index as u32)])
    }
}

impl PartialEq for Ring {
    /// By what it holds; where it wraps and what stands in the other places is nobody's business.
    fn eq(&self, other: &Ring) -> bool {
        self.iter().eq(other.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::VecDeque;
    use alloc::vec::Vec;

    #[test]
    fn it_is_a_list_with_two_ends_wherever_it_wraps() {
        let mut ring = Ring::new(PLACES as u16);
        let mut deque = VecDeque::new();
        let mut rng = 1u32;
        for round in 0..20_000 {
            rng = rng.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // In turns more comes than goes, and more goes than comes.
            let grows = (rng >> 8) % 8 < if round / 500 % 2 == 0 { 6 } else { 2 };
            match (grows && deque.len() < PLACES, rng >> 31 == 0) {
                (true, true) => (ring.push_front(rng), deque.push_front(rng)).0,
                (true, false) => (ring.push_back(rng), deque.push_back(rng)).0,
                (false, true) => assert_eq!(ring.pop_front(), deque.pop_front()),
                (false, false) => assert_eq!(ring.pop_back(), deque.pop_back()),
            }
            assert_eq!(ring.len() as usize, deque.len());
            assert_eq!(ring.front(), deque.front().copied());
            assert_eq!(ring.back(), deque.back().copied());
            assert!(ring.iter().eq(deque.iter().copied()));
        }
        let copied: Vec<u32> = ring.iter().collect();
        let mut other = Ring::new(PLACES as u16);
        copied.iter().for_each(|&value| other.push_back(value));
        assert!(ring == other);
    }
}
