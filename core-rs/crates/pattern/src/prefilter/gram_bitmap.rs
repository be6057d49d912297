//! Rules out nearly every position of a text as the end of a gram, by testing one or two bits.

use crate::literals::fold;

/// Grams of one to four bytes, as bitmaps.
#[derive(Debug)]
pub(super) struct GramBitmap {
    /// One bit for the hash of each four bytes: set if they, or the last three of them, may be a
    /// gram.
    hashes: Vec<u32>,
    /// The shift that turns a product into a hash.
    shift: u32,
    /// One bit for each pair of bytes: set if the pair, or its last byte, is a gram. `None` if
    /// there are no grams of one or two bytes.
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

/// The bits that [`fold`] sets in each of eight bytes.
const FOLDED: u64 = 0x2020_2020_2020_2020;
const PAIRS: usize = 1 << 16;
/// The number of bits in the bitmap of hashes for each bit that is set.
const SPARSENESS: usize = 16;
/// The limits of the size of that bitmap, as powers of two.
const MIN_BITS: u32 = 16;
const MAX_BITS: u32 = 22;

impl GramBitmap {
    /// A bitmap of grams, each given with its length.
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
        let mut bitmap = Self {
            hashes: vec![0; 1 << (bits - 5)],
            shift: u32::BITS - bits,
            pairs: has_pairs.then(|| Box::new([0; PAIRS / 32])),
        };
        for (gram, length) in grams {
            bitmap.mark(gram, length);
        }
        bitmap
    }

    #[inline(never)]
    fn mark(&mut self, gram: u32, length: usize) {
        // The byte before a shorter gram: any folded byte, or 0 where the gram begins the text.
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

    /// Calls `report` for each position where a gram may end, with the position, the possible
    /// length of the gram, and the four folded bytes before the position, the last one in the
    /// highest byte. Near the beginning of the text the missing bytes are zeros, which no gram
    /// contains.
    pub(super) fn for_each_candidate(
        &self,
        text: &[u8],
        mut report: impl FnMut(usize, Length, u32),
    ) {
        let mut last = 0;
        let mut end = 0;
        for &byte in text.iter().take(3) {
            last = last >> 8 | u32::from(fold(byte)) << 24;
            end += 1;
            self.test(end, last, &mut report);
        }
        // Eight bytes hold five windows of four; the last window is tested with the next eight
        // bytes.
        let mut rest = text;
        while let Some(eight) = rest.first_chunk() {
            let eight = u64::from_le_bytes(*eight) | FOLDED;
            #[allow(clippy::cast_possible_truncation)]
            let fours = [eight, eight >> 8, eight >> 16, eight >> 24].map(|four| four as u32);
            let [a, b, c, d] = fours.map(|four| self.long(four) | self.short(four));
            if (a | b | c | d) & 1 != 0 {
                for (four, end) in fours.into_iter().zip(end + 1..) {
                    self.test(end, four, &mut report);
                }
            }
            [.., last] = fours;
            end += 4;
            rest = rest.get(4..).unwrap_or_default();
        }
        for &byte in rest.iter().skip(3) {
            last = last >> 8 | u32::from(fold(byte)) << 24;
            end += 1;
            self.test(end, last, &mut report);
        }
    }

    #[inline]
    fn test(&self, end: usize, last: u32, report: &mut impl FnMut(usize, Length, u32)) {
        if self.long(last) & 1 != 0 {
            report(end, Length::Long, last);
        }
        if self.short(last) & 1 != 0 {
            report(end, Length::Short, last);
        }
    }

    /// The lowest bit is set if a long gram may end with these bytes. The other bits are undefined.
    #[inline]
    fn long(&self, last: u32) -> u32 {
        let hash = self.hash(last);
        self.hashes.get(hash as usize / 32).copied().unwrap_or(0) >> (hash % 32)
    }

    /// The lowest bit is set if a short gram ends with these bytes. The other bits are undefined.
    #[inline]
    fn short(&self, last: u32) -> u32 {
        let Some(pairs) = &self.pairs else {
            return 0;
        };
        let pair = last >> 16;
        pairs.get(pair as usize / 32).copied().unwrap_or(0) >> (pair % 32)
    }

    /// Multiplicative hashing: the upper bits of the product depend on all bits of the input.
    #[inline]
    fn hash(&self, last: u32) -> u32 {
        last.wrapping_mul(0x9e37_79b1) >> self.shift
    }
}
