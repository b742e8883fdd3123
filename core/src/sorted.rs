//! A map that is a sorted list. The standard library's maps are compiled anew for every pair of types, and each is many times
//! as much code.

use alloc::vec::Vec;
use core::borrow::Borrow;

/// Entries of a part; a longer one is parted, so that a list of many can grow in its middle.
const MOST: usize = 128;

/// Values by their keys, in order.
#[derive(Clone)]
pub(crate) struct Sorted<K, V> {
    /// None is empty; where they are parted makes no difference.
    parts: Vec<Vec<(K, V)>>,
}

impl<K, V> Default for Sorted<K, V> {
    fn default() -> Sorted<K, V> {
        Sorted { parts: Vec::new() }
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for Sorted<K, V> {
    fn eq(&self, other: &Sorted<K, V>) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<K: Ord, V> Sorted<K, V> {
    /// The first entry that is not below a key: its part, its place there, and whether it has the key itself. It may be the
    /// place behind a part.
    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> (usize, usize, bool)
    where
        K: Borrow<Q>,
    {
        let parts = &self.parts;
        let behind = parts.partition_point(|part| part[0].0.borrow() <= key);
        let at = behind.saturating_sub(1);
        let part = parts.get(at).map_or(&[][..], Vec::as_slice);
        let place = part.binary_search_by(|(known, _)| known.borrow().cmp(key));
        (at, place.unwrap_or_else(|place| place), place.is_ok())
    }

    /// The value of a key.
    pub(crate) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let (part, at, known) = self.place(key);
        known.then(|| &self.parts[part][at].1)
    }

    /// The value of a key; this one if it has none.
    pub(crate) fn or_insert(&mut self, key: K, value: V) -> &mut V {
        let (mut part, mut at, known) = self.place(&key);
        if !known {
            match self.parts.get_mut(part) {
                None => self.parts.push(Vec::new()),
                Some(full) if full.len() == MOST => {
                    let behind = full.split_off(MOST / 2);
                    self.parts.insert(part + 1, behind);
                    if at > MOST / 2 {
                        (part, at) = (part + 1, at - MOST / 2);
                    }
                }
                Some(_) => {}
            }
            self.parts[part].insert(at, (key, value));
        }
        &mut self.parts[part][at].1
    }

    /// Takes a key out.
    pub(crate) fn remove<Q: Ord + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        let (part, at, known) = self.place(key);
        if known {
            self.parts[part].remove(at);
            if self.parts[part].is_empty() {
                self.parts.remove(part);
            }
        }
    }

    /// The last entry below a key.
    pub(crate) fn before(&self, key: &K) -> Option<&(K, V)> {
        let (part, at, _) = self.place(key);
        // The first of a part is never above the key, unless it is the first of all.
        at.checked_sub(1)
            .map(|at| &self.parts[part][at])
            .or_else(|| self.parts.get(part.checked_sub(1)?)?.last())
    }

    /// The entries from a key on.
    pub(crate) fn from(&self, key: &K) -> impl Iterator<Item = &(K, V)> {
        let (part, at, _) = self.place(key);
        self.parts.iter().skip(part).flatten().skip(at)
    }
}

impl<K, V> Sorted<K, V> {
    /// All entries.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &(K, V)> {
        self.parts.iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;

    /// Whatever is done to it, it holds what the standard library's map holds.
    #[test]
    fn it_is_a_map() {
        let (mut sorted, mut map) = (Sorted::default(), BTreeMap::new());
        let mut dice = 1u32;
        for round in 0..20_000 {
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let key = dice >> 16 & 0x3ff;
            match round % 5 {
                // For some time there is more to take out than to put in.
                0..=1 if round % 8_000 < 5_000 => {
                    assert_eq!(
                        sorted.or_insert(key, round),
                        map.entry(key).or_insert(round)
                    );
                }
                0..=3 => {
                    sorted.remove(&key);
                    map.remove(&key);
                }
                _ => {
                    *sorted.or_insert(key, 0) = *map.entry(key).and_modify(|v| *v += 1).or_insert(7)
                }
            }
            assert_eq!(sorted.get(&key), map.get(&key));
            let before = map.range(..key).next_back().map(|(k, v)| (*k, *v));
            assert_eq!(sorted.before(&key).copied(), before);
            let from = map.range(key..).map(|(k, v)| (*k, *v));
            assert!(sorted.from(&key).copied().take(200).eq(from.take(200)));
        }
        assert!(sorted.parts.len() > 1);
        assert!(sorted.iter().copied().eq(map));
    }

    #[test]
    fn how_it_is_parted_makes_no_difference() {
        let (mut one, mut other) = (Sorted::default(), Sorted::default());
        for key in 0..300 {
            one.or_insert(key, ());
            other.or_insert(299 - key, ());
        }
        assert!(one == other);
        other.remove(&7);
        assert!(one != other);
    }
}
