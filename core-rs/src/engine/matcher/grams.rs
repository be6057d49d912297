//! A map from grams to ranges, quick to say that a gram is not in it.

use std::ops::Range;

/// Open addressing over a power of two of slots, at most half of them taken. A map of bits before it
/// keeps most grams that are not there from touching a slot.
#[derive(Debug, Default)]
pub(super) struct Grams {
    slots: Vec<Slot>,
    bits: Vec<u32>,
}

#[derive(Clone, Debug, Default)]
struct Slot {
    gram: u32,
    /// Empty in a slot that is not taken.
    range: Range<u32>,
}

impl Grams {
    /// A map of `ranges`, none of which is empty; each gram is there once.
    pub(super) fn new(ranges: &[(u32, Range<u32>)]) -> Self {
        if ranges.is_empty() {
            return Self::default();
        }
        let size = (2 * ranges.len()).next_power_of_two();
        let mut map = Self {
            slots: vec![Slot::default(); size],
            bits: vec![0; size],
        };
        for (gram, range) in ranges {
            let hash = hash(*gram);
            if let Some(bits) = map.bits.get_mut(word(hash, size)) {
                *bits |= bit(hash);
            }
            let mut at = hash as usize & (size - 1);
            while let Some(slot) = map.slots.get_mut(at) {
                if slot.range.is_empty() {
                    *slot = Slot {
                        gram: *gram,
                        range: range.clone(),
                    };
                    break;
                }
                at = (at + 1) & (size - 1);
            }
        }
        map
    }

    /// The gram's range; an empty one if it is not there.
    #[inline]
    pub(super) fn get(&self, gram: u32) -> Range<u32> {
        let hash = hash(gram);
        let size = self.bits.len();
        match self.bits.get(word(hash, size)) {
            Some(bits) if bits & bit(hash) != 0 => self.look_up(gram, hash),
            _ => 0..0,
        }
    }

    fn look_up(&self, gram: u32, hash: u32) -> Range<u32> {
        let last = self.slots.len().wrapping_sub(1);
        let mut at = hash as usize & last;
        while let Some(slot) = self.slots.get(at) {
            if slot.gram == gram || slot.range.is_empty() {
                return slot.range.clone();
            }
            at = (at + 1) & last;
        }
        0..0
    }
}

/// Multiplicative hashing: the upper bits depend on all bytes.
fn hash(gram: u32) -> u32 {
    let product = gram.wrapping_mul(0x9e37_79b1);
    product ^ product >> 15
}

/// Where a hash's bit is, among `size` words, a power of two.
fn word(hash: u32, size: usize) -> usize {
    (hash >> 5) as usize & size.wrapping_sub(1)
}

fn bit(hash: u32) -> u32 {
    1 << (hash & 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_is_found_and_nothing_else() {
        for count in [0, 1, 2, 3, 100, 5000] {
            let ranges: Vec<_> = (0..count).map(|n| (n * 7919, n..n + 1 + n % 3)).collect();
            let grams = Grams::new(&ranges);
            for (gram, range) in &ranges {
                assert_eq!(&grams.get(*gram), range);
            }
            for other in 0..20_000 {
                let expected = ranges.iter().find(|(gram, _)| *gram == other);
                let expected = expected.map_or(0..0, |(_, range)| range.clone());
                assert_eq!(grams.get(other), expected, "{other} of {count}");
            }
        }
    }
}
