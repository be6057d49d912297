//! Finds the places of a text where one of many short texts may begin, by their first four bytes.

/// The number of bits for the hashes of trigrams, as a power of two.
const HASH_BITS: u32 = 17;
const WORDS: usize = 1 << (HASH_BITS - 5);

/// Trigrams, and the bytes that may follow each. Trigrams of one hash share a number.
///
/// ```
/// use sentry_pattern::prefilter::Trigrams;
/// let trigrams = Trigrams::new(&[(*b"tok", Some(b'e')), (*b"key", None)]);
/// let (place, number) = trigrams.next(b"tokio's token", 0).unwrap();
/// assert_eq!((place, Some(number)), (8, trigrams.number(*b"tok")));
/// assert_eq!(trigrams.next(b"tokio's token", 9), None);
/// ```
#[derive(Debug)]
pub struct Trigrams {
    /// One bit for each hash.
    bits: Box<[u32; WORDS]>,
    /// How many bits are set before each word.
    before: Box<[u16; WORDS]>,
    /// For each number, one bit for the lowest five bits of the bytes that may follow.
    next: Vec<u32>,
}

impl Trigrams {
    /// A set of trigrams, each with a byte that must follow, in either case; `None` for any or none.
    pub fn new(trigrams: &[([u8; 3], Option<u8>)]) -> Self {
        let mut bits = Box::new([0_u32; WORDS]);
        for &(trigram, _) in trigrams {
            let hash = hash(number(trigram));
            if let Some(word) = bits.get_mut(hash / 32) {
                *word |= 1 << (hash % 32);
            }
        }
        let mut before = Box::new([0_u16; WORDS]);
        let mut count = 0_u16;
        for (before, word) in before.iter_mut().zip(bits.iter()) {
            *before = count;
            count = count.saturating_add(u16::try_from(word.count_ones()).unwrap_or(0));
        }
        let mut all = Self {
            bits,
            before,
            next: vec![0; usize::from(count)],
        };
        for &(trigram, next) in trigrams {
            let number = all.number(trigram);
            if let Some(bits) = number.and_then(|number| all.next.get_mut(number)) {
                *bits |= next.map_or(u32::MAX, |byte| 1 << (byte & 31));
            }
        }
        all
    }

    /// The number of a trigram, from 0; `None` if it is not in the set.
    #[must_use]
    pub fn number(&self, trigram: [u8; 3]) -> Option<usize> {
        self.of(number(trigram))
    }

    fn of(&self, trigram: u32) -> Option<usize> {
        let hash = hash(trigram);
        let (word, before) = (self.bits.get(hash / 32)?, self.before.get(hash / 32)?);
        let is_in = word >> (hash % 32) & 1 != 0;
        let below = word & ((1 << (hash % 32)) - 1);
        is_in.then(|| usize::from(*before) + below.count_ones() as usize)
    }

    /// The number of the trigram at the start of a text, if what follows may follow it.
    fn at_start(&self, text: &[u8]) -> Option<usize> {
        let number = self.number(*text.first_chunk()?)?;
        let next = self.next.get(number)?;
        let may_follow = text.get(3).is_none_or(|byte| next >> (byte & 31) & 1 != 0);
        may_follow.then_some(number)
    }

    /// The first place at or after `from` that may be one of a trigram, and the number of that. Other
    /// bytes of the same hash are taken for it.
    // Not generic, so that it is compiled for speed in this crate.
    #[inline(never)]
    #[must_use]
    pub fn next(&self, text: &[u8], from: usize) -> Option<(usize, usize)> {
        let mut rest = text.get(from..)?;
        // Eight bytes hold six trigrams.
        while let Some(eight) = rest.first_chunk::<8>() {
            let word = u64::from_le_bytes(*eight);
            // Written out: the mapping of an array is a call for each of its items.
            let (bit0, bit1) = (self.bit(low(word)), self.bit(low(word >> 8)));
            let (bit2, bit3) = (self.bit(low(word >> 16)), self.bit(low(word >> 24)));
            let (bit4, bit5) = (self.bit(low(word >> 32)), self.bit(low(word >> 40)));
            let mut found = (bit0 | bit1 | bit2 | bit3 | bit4 | bit5) & 1;
            if found != 0 {
                found = bit0 & 1
                    | (bit1 & 1) << 1
                    | (bit2 & 1) << 2
                    | (bit3 & 1) << 3
                    | (bit4 & 1) << 4
                    | (bit5 & 1) << 5;
            }
            while found != 0 {
                let at = found.trailing_zeros() as usize;
                let number = rest.get(at..).and_then(|start| self.at_start(start));
                if let Some(number) = number {
                    return Some((text.len() - rest.len() + at, number));
                }
                found &= found - 1;
            }
            rest = rest.get(6..)?;
        }
        let begin = text.len() - rest.len();
        (0..rest.len()).find_map(|at| Some((begin + at, self.at_start(rest.get(at..)?)?)))
    }

    /// The lowest bit is set if the three lowest bytes may be a trigram of the set. The other bits are undefined.
    #[inline]
    fn bit(&self, trigram: u32) -> u32 {
        let hash = hash(trigram);
        self.bits.get(hash / 32).copied().unwrap_or(0) >> (hash % 32)
    }
}

/// A trigram as a number, with its first byte in the lowest byte.
fn number([first, second, third]: [u8; 3]) -> u32 {
    u32::from_le_bytes([first, second, third, 0])
}

/// The four lowest bytes.
#[inline]
fn low(word: u64) -> u32 {
    #[allow(clippy::cast_possible_truncation)]
    let low = word as u32;
    low
}

/// Multiplicative hashing: the upper bits of the product depend on all bits of the three lowest bytes, and not on
/// the highest byte, which the factor shifts out.
#[inline]
fn hash(trigram: u32) -> usize {
    (trigram.wrapping_mul(0x0037_79b1 << 8) >> (u32::BITS - HASH_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use sentry_testing::Random;

    #[test]
    fn every_trigram_is_found_wherever_it_is() {
        let mut random = Random(5);
        for count in [0, 1, 3, 300] {
            let mut some = || [0; 4].map(|_: u8| random.pick(b"abcdEF_-:0"));
            let all: Vec<[u8; 4]> = (0..count).map(|_| some()).collect();
            let with_next = |[a, b, c, next]: [u8; 4]| ([a, b, c], (next != b'0').then_some(next));
            let all: Vec<([u8; 3], Option<u8>)> = all.into_iter().map(with_next).collect();
            let trigrams = Trigrams::new(&all);
            for length in 0..40 {
                let text: Vec<u8> = (0..length).map(|_| random.pick(b"abcdefEF_-:0z")).collect();
                let mut found = Vec::new();
                let mut from = 0;
                while let Some((at, number)) = trigrams.next(&text, from) {
                    assert_eq!(
                        trigrams.number(text[at..at + 3].try_into().unwrap()),
                        Some(number)
                    );
                    found.push(at);
                    from = at + 1;
                }
                for at in 0..text.len().saturating_sub(2) {
                    let next = text.get(at + 3);
                    let follows = |one: &([u8; 3], Option<u8>)| {
                        let is_next = next.is_none() || one.1.is_none() || next == one.1.as_ref();
                        text[at..].starts_with(&one.0) && is_next
                    };
                    assert!(
                        !all.iter().any(follows) || found.contains(&at),
                        "{all:?} in {text:?}"
                    );
                }
                // Others are found for their hash alone.
                let others = found
                    .iter()
                    .filter(|&&at| !all.iter().any(|one| text[at..].starts_with(&one.0)));
                assert!(others.count() * 4 <= found.len() + 8);
            }
        }
    }
}
