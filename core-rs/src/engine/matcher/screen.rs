//! Says of nearly every place in a subject, by a bit or two, that no gram ends there.

use crate::policy::fold;

/// Grams of one to four bytes, as sets of bits.
#[derive(Debug)]
pub(super) struct Screen {
    /// For the hash of each four bytes a bit: whether they may be a gram, or their last three may.
    hashes: Vec<u32>,
    /// How far a product is shifted to be a hash.
    shift: u32,
    /// For each pair of bytes a bit: whether it is a gram, or its last byte is. None where no gram is
    /// as short as that.
    pairs: Option<Box<[u32; PAIRS / 32]>>,
}

const PAIRS: usize = 1 << 16;
/// There are so many bits for hashes for each that is set, within bounds, given as powers of two.
const SPARSENESS: usize = 16;
const MIN_BITS: u32 = 16;
const MAX_BITS: u32 = 22;

impl Screen {
    /// A screen for grams, each with its length.
    pub(super) fn new(grams: impl Iterator<Item = (u32, usize)> + Clone) -> Self {
        let marks = |(_, length): (u32, usize)| match length {
            4 => 1,
            3 => 1 << 7,
            _ => 0,
        };
        let bits = SPARSENESS * grams.clone().map(marks).sum::<usize>();
        let bits = bits.next_power_of_two().ilog2().clamp(MIN_BITS, MAX_BITS);
        let has_pairs = grams.clone().any(|(_, length)| length < 3);
        let mut screen = Self {
            hashes: vec![0; 1 << (bits - 5)],
            shift: u32::BITS - bits,
            pairs: has_pairs.then(|| Box::new([0; PAIRS / 32])),
        };
        for (gram, length) in grams {
            screen.mark(gram, length);
        }
        screen
    }

    fn mark(&mut self, gram: u32, length: usize) {
        // What may stand before a shorter one: any byte as it is folded, or nothing.
        let before = std::iter::once(0).chain((0..=u8::MAX).filter(|&byte| byte == fold(byte)));
        match length {
            4 => self.mark_hash(gram),
            3 => before.for_each(|byte| self.mark_hash(u32::from(byte) << 24 | gram)),
            2 => self.mark_pair(gram),
            _ => before.for_each(|byte| self.mark_pair(u32::from(byte) << 8 | gram)),
        }
    }

    fn mark_hash(&mut self, last: u32) {
        let hash = self.hash(last);
        if let Some(bits) = self.hashes.get_mut(hash as usize / 32) {
            *bits |= 1 << (hash % 32);
        }
    }

    fn mark_pair(&mut self, pair: u32) {
        let pairs = self.pairs.as_mut();
        if let Some(bits) = pairs.and_then(|pairs| pairs.get_mut(pair as usize / 32)) {
            *bits |= 1 << (pair % 32);
        }
    }

    /// Calls `found` for each place where a gram may end, with the place and the last four bytes as
    /// they are folded; where there are fewer, with zeros, which no gram has.
    pub(super) fn each(&self, subject: &[u8], mut found: impl FnMut(usize, u32)) {
        let mut last = 0_u32;
        if let Some(pairs) = &self.pairs {
            for (at, &byte) in subject.iter().enumerate() {
                last = last << 8 | u32::from(fold(byte));
                let pair = last & 0xffff;
                let bits = pairs.get(pair as usize / 32).copied().unwrap_or(0);
                if (self.bit(last) | bits >> (pair % 32)) & 1 == 1 {
                    found(at + 1, last);
                }
            }
        } else {
            for (at, &byte) in subject.iter().enumerate() {
                last = last << 8 | u32::from(fold(byte));
                if self.bit(last) & 1 == 1 {
                    found(at + 1, last);
                }
            }
        }
    }

    /// The bit of four bytes; those above it mean nothing.
    #[inline]
    fn bit(&self, last: u32) -> u32 {
        let hash = self.hash(last);
        let bits = self.hashes.get(hash as usize / 32).copied();
        bits.unwrap_or(0) >> (hash % 32)
    }

    /// Multiplicative hashing: the upper bits of the product depend on all of its factor.
    #[inline]
    fn hash(&self, last: u32) -> u32 {
        last.wrapping_mul(0x9e37_79b1) >> self.shift
    }
}
