//! Rules out nearly every position of a text as that of a gram, by testing a bit for every second position.

use super::literal_set::Edge;
use crate::literals::fold;

/// Grams of one to four bytes, as bitmaps.
///
/// A window is four bytes that begin at an even position of the text. Each gram of four bytes is one of two
/// neighbours, of which one begins at an even position. Each gram of three bytes is within a window wherever
/// it begins: it is the first three bytes or the last three.
#[derive(Debug)]
pub(super) struct GramBitmap {
    /// One bit for the hash of each window: set if it may be or hold a gram.
    hashes: Vec<u32>,
    /// The shift that turns a product into a hash.
    shift: u32,
    /// One bit for each pair of bytes: set if the pair, or its last byte, is a gram. `None` if
    /// there are no grams of one or two bytes.
    pairs: Option<Box<[u32; PAIRS / 32]>>,
}

/// A gram, and what may be around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gram {
    /// Its bytes, the last one in the highest byte.
    pub(super) bytes: u32,
    pub(super) length: usize,
    /// What must stand before it.
    pub(super) before: Edge,
    pub(super) next: Next,
}

/// What follows a gram of three bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Next {
    /// The literal's next byte.
    Byte(u8),
    /// The literal ends, and this must hold.
    End(Edge),
}

/// Where a gram may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// This window is it or holds it. Bytes beyond the end of the text are zeros, which no gram contains.
    Window(u32),
    /// It ends with these two bytes, the last one in the higher byte.
    Pair(u32),
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
    #[inline(never)]
    pub(super) fn new(grams: impl Iterator<Item = Gram> + Clone) -> Self {
        let marks = |gram: Gram| match gram.length {
            4 => 1,
            3 => 1 << 7,
            _ => 0,
        };
        let bits = SPARSENESS * grams.clone().map(marks).sum::<usize>();
        let bits = bits.next_power_of_two().ilog2().clamp(MIN_BITS, MAX_BITS);
        let has_pairs = grams.clone().any(|gram| gram.length < 3);
        let mut bitmap = Self {
            hashes: vec![0; 1 << (bits - 5)],
            shift: u32::BITS - bits,
            pairs: has_pairs.then(|| Box::new([0; PAIRS / 32])),
        };
        for gram in grams {
            bitmap.mark(gram);
        }
        bitmap
    }

    #[inline(never)]
    fn mark(&mut self, gram: Gram) {
        let bytes = gram.bytes;
        match gram.length {
            4 => self.mark_hash(bytes),
            3 => {
                around(gram.before).for_each(|byte| self.mark_hash(bytes << 8 | byte));
                match gram.next {
                    Next::Byte(byte) => self.mark_hash(bytes | u32::from(byte) << 24),
                    Next::End(edge) => {
                        around(edge).for_each(|byte| self.mark_hash(bytes | byte << 24));
                    }
                }
            }
            2 => self.mark_pair(bytes),
            _ => around(gram.before).for_each(|byte| self.mark_pair(bytes << 8 | byte)),
        }
    }

    fn mark_hash(&mut self, window: u32) {
        let hash = self.hash(window);
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

    /// Calls `report` with the places where a gram may be, and with the position where the window or the pair ends.
    pub(super) fn for_each_candidate(&self, text: &[u8], mut report: impl FnMut(usize, Found)) {
        self.for_each_window(text, |end, window| report(end, Found::Window(window)));
        if self.pairs.is_some() {
            self.for_each_pair(text, |end, pair| report(end, Found::Pair(pair)));
        }
    }

    #[inline]
    fn for_each_window(&self, text: &[u8], mut report: impl FnMut(usize, u32)) {
        let mut rest = text;
        let mut end = 4;
        // Ten bytes hold four windows.
        while let (Some(first), Some(second)) = (rest.first_chunk(), rest.get(2..10)) {
            let first = u64::from_le_bytes(*first) | FOLDED;
            let second = second.first_chunk().copied().map_or(0, u64::from_le_bytes) | FOLDED;
            let (a, b) = (low(first), low(first >> 16));
            let (c, d) = (low(first >> 32), low(second >> 32));
            // Written out: the mapping of an array is a call for each of its items.
            if (self.window(a) | self.window(b) | self.window(c) | self.window(d)) & 1 != 0 {
                for (window, end) in [a, b, c, d].into_iter().zip((end..).step_by(2)) {
                    if self.window(window) & 1 != 0 {
                        report(end, window);
                    }
                }
            }
            end += 8;
            rest = rest.get(8..).unwrap_or_default();
        }
        while rest.len() > 2 {
            let four = rest.iter().take(4).zip([0, 8, 16, 24]);
            let window = four.fold(0, |window, (&byte, at)| {
                window | u32::from(fold(byte)) << at
            });
            if self.window(window) & 1 != 0 {
                report(end, window);
            }
            end += 2;
            rest = rest.get(2..).unwrap_or_default();
        }
    }

    fn for_each_pair(&self, text: &[u8], mut report: impl FnMut(usize, u32)) {
        let Some(pairs) = &self.pairs else {
            return;
        };
        let mut pair = 0;
        for (end, &byte) in (1..).zip(text) {
            pair = pair >> 8 | u32::from(fold(byte)) << 8;
            if pairs.get(pair as usize / 32).copied().unwrap_or(0) >> (pair % 32) & 1 != 0 {
                report(end, pair);
            }
        }
    }

    /// The lowest bit is set if the window may be or hold a gram. The other bits are undefined.
    #[inline]
    fn window(&self, window: u32) -> u32 {
        let hash = self.hash(window);
        self.hashes.get(hash as usize / 32).copied().unwrap_or(0) >> (hash % 32)
    }

    /// Multiplicative hashing: the upper bits of the product depend on all bits of the input.
    #[inline]
    fn hash(&self, window: u32) -> u32 {
        window.wrapping_mul(0x9e37_79b1) >> self.shift
    }
}

/// The four lowest bytes.
#[inline]
fn low(word: u64) -> u32 {
    #[allow(clippy::cast_possible_truncation)]
    let low = word as u32;
    low
}

/// The folded bytes that may be next to a gram, and 0, which stands for an end of the text.
fn around(edge: Edge) -> impl Iterator<Item = u32> {
    // Other bytes fold to digits and `_`, too; to letters only letters.
    let may_be =
        move |byte: u8| byte == fold(byte) && !(edge == Edge::Word && byte.is_ascii_alphabetic());
    std::iter::once(0).chain(
        (0..=u8::MAX)
            .filter(move |&byte| may_be(byte))
            .map(u32::from),
    )
}
