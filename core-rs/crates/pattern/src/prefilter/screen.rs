//! Says of nearly every place in a subject, by a bit or two, that no gram ends there.

use crate::need::fold;

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

/// The length of a gram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// Three or four bytes.
    Long,
    /// One or two.
    Short,
}

/// Eight bytes as [`fold`] leaves them have these bits.
const FOLDED: u64 = 0x2020_2020_2020_2020;
const PAIRS: usize = 1 << 16;
/// There are so many bits for hashes for each that is set, within bounds, given as powers of two.
const SPARSENESS: usize = 16;
const MIN_BITS: u32 = 16;
const MAX_BITS: u32 = 22;

impl Screen {
    /// A screen for grams, each with its length.
    #[inline(never)]
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

    #[inline(never)]
    fn mark(&mut self, gram: u32, length: usize) {
        // What may stand before a shorter one: any byte as it is folded, or nothing.
        let before = std::iter::once(0).chain((0..=u8::MAX).filter(|&byte| byte == fold(byte)));
        match length {
            4 => self.mark_hash(gram),
            3 => before.for_each(|byte| self.mark_hash(gram << 8 | u32::from(byte))),
            2 => self.mark_pair(gram),
            _ => before.for_each(|byte| self.mark_pair(gram << 8 | u32::from(byte))),
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

    /// Calls `found` for each place where a gram may end, with the place, how long the gram may be, and
    /// the last four bytes as they are folded, the last one uppermost; where there are fewer, with zeros,
    /// which no gram has.
    pub(super) fn each(&self, subject: &[u8], mut found: impl FnMut(usize, Length, u32)) {
        let mut last = 0;
        let mut end = 0;
        for &byte in subject.iter().take(3) {
            last = last >> 8 | u32::from(fold(byte)) << 24;
            end += 1;
            self.tell(end, last, &mut found);
        }
        // Eight bytes are five times four; the last of them are looked at with the next eight.
        let mut rest = subject;
        while let Some(eight) = rest.first_chunk() {
            let eight = u64::from_le_bytes(*eight) | FOLDED;
            #[allow(clippy::cast_possible_truncation)]
            let fours = [eight, eight >> 8, eight >> 16, eight >> 24].map(|four| four as u32);
            let [a, b, c, d] = fours.map(|four| self.long(four) | self.short(four));
            if (a | b | c | d) & 1 != 0 {
                for (four, end) in fours.into_iter().zip(end + 1..) {
                    self.tell(end, four, &mut found);
                }
            }
            [.., last] = fours;
            end += 4;
            rest = rest.get(4..).unwrap_or_default();
        }
        for &byte in rest.iter().skip(3) {
            last = last >> 8 | u32::from(fold(byte)) << 24;
            end += 1;
            self.tell(end, last, &mut found);
        }
    }

    #[inline]
    fn tell(&self, end: usize, last: u32, found: &mut impl FnMut(usize, Length, u32)) {
        if self.long(last) & 1 != 0 {
            found(end, Length::Long, last);
        }
        if self.short(last) & 1 != 0 {
            found(end, Length::Short, last);
        }
    }

    /// Whether a long gram may end with these bytes, in the lowest bit. Other bits mean nothing.
    #[inline]
    fn long(&self, last: u32) -> u32 {
        let hash = self.hash(last);
        self.hashes.get(hash as usize / 32).copied().unwrap_or(0) >> (hash % 32)
    }

    /// Whether a short gram ends with these bytes, in the lowest bit. Other bits mean nothing.
    #[inline]
    fn short(&self, last: u32) -> u32 {
        let Some(pairs) = &self.pairs else {
            return 0;
        };
        let pair = last >> 16;
        pairs.get(pair as usize / 32).copied().unwrap_or(0) >> (pair % 32)
    }

    /// Multiplicative hashing: the upper bits of the product depend on all of its factor.
    #[inline]
    fn hash(&self, last: u32) -> u32 {
        last.wrapping_mul(0x9e37_79b1) >> self.shift
    }
}
