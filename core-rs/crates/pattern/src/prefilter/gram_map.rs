//! A hash map from grams to ranges.

use std::ops::Range;

/// Open addressing over a power of two of slots. At most half of the slots are taken.
#[derive(Debug, Default)]
pub(super) struct GramMap {
    slots: Vec<Slot>,
}

#[derive(Clone, Debug, Default)]
struct Slot {
    gram: u32,
    /// Empty if the slot is free.
    range: Range<u32>,
}

impl GramMap {
    /// A map of `ranges`, which are not empty; the grams are distinct.
    pub(super) fn new(ranges: &[(u32, Range<u32>)]) -> Self {
        if ranges.is_empty() {
            return Self::default();
        }
        let size = (2 * ranges.len()).next_power_of_two();
        let mut slots = vec![Slot::default(); size];
        for (gram, range) in ranges {
            let mut at = hash(*gram) as usize;
            while let Some(slot) = slots.get_mut(at & (size - 1)) {
                if slot.range.is_empty() {
                    *slot = Slot {
                        gram: *gram,
                        range: range.clone(),
                    };
                    break;
                }
                at += 1;
            }
        }
        Self { slots }
    }

    /// The gram's range; an empty range for an unknown gram.
    #[inline]
    pub(super) fn get(&self, gram: u32) -> Range<u32> {
        let mut at = hash(gram) as usize;
        while let Some(slot) = self.slots.get(at & self.slots.len().wrapping_sub(1)) {
            if slot.gram == gram || slot.range.is_empty() {
                return slot.range.clone();
            }
            at += 1;
        }
        0..0
    }
}

/// Multiplicative hashing. The shift makes the lower bits depend on all bits of the gram, too.
fn hash(gram: u32) -> u32 {
    let product = gram.wrapping_mul(0x9e37_79b1);
    product ^ product >> 15
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gram_is_found_and_no_other() {
        for count in [0, 1, 2, 3, 100, 5000] {
            let ranges: Vec<_> = (0..count).map(|n| (n * 7919, n..n + 1 + n % 3)).collect();
            let grams = GramMap::new(&ranges);
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
