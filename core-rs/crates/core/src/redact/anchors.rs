//! Finds the places in a text where a secret may begin, in one pass: texts of at least two bytes
//! that the formats begin with or contain.

use super::text::Text;

/// The greatest length of an anchor, in bytes.
pub(super) const MAX_ANCHOR: usize = 64;

/// A text to look for.
#[derive(Debug)]
pub(super) struct Anchor {
    pub(super) text: &'static [u8],
    /// Whether letters may be of either case; `text` is in lower case then.
    pub(super) is_folded: bool,
}

/// The anchors by a hash of their first three bytes.
#[derive(Debug)]
pub(super) struct Anchors {
    all: Vec<Anchor>,
    /// One bit for each hash.
    known: Vec<u64>,
    /// The hash and the number of each anchor, in order.
    numbers: Vec<(u16, u16)>,
}

fn fold(byte: u8) -> u16 {
    u16::from(byte | 0x20)
}

fn hash(first: u8, second: u8, third: u8) -> u16 {
    (fold(first) ^ fold(second) << 4 ^ fold(third) << 8) & 0x7fff
}

impl Anchors {
    pub(super) fn new(all: Vec<Anchor>) -> Self {
        let mut numbers = Vec::new();
        for (number, anchor) in (0..).zip(&all) {
            match *anchor.text {
                [first, second] => {
                    let thirds = (0..128_u8).filter(|&third| third & 0x20 != 0);
                    numbers.extend(thirds.map(|third| (hash(first, second, third), number)));
                }
                [first, second, third, ..] => numbers.push((hash(first, second, third), number)),
                _ => debug_assert!(false, "an anchor has at least two bytes"),
            }
        }
        sentry_sort::unstable(&mut numbers, |a, b| a < b);
        let mut known = vec![0_u64; 512];
        for &(hash, _) in &numbers {
            if let Some(bits) = known.get_mut(usize::from(hash >> 6)) {
                *bits |= 1 << (hash & 63);
            }
        }
        Self {
            all,
            known,
            numbers,
        }
    }

    /// The length of an anchor, in bytes.
    pub(super) fn len_of(&self, number: usize) -> usize {
        self.all.get(number).map_or(0, |anchor| anchor.text.len())
    }

    /// Calls `found` with each place at or after `from` and the number of the anchor there. At a
    /// place, anchors are in the order of their numbers.
    pub(super) fn find(&self, text: &Text<'_>, from: usize, mut found: impl FnMut(usize, usize)) {
        let part = text.bytes.get(from..).unwrap_or_default();
        for (place, three) in (from..).zip(part.windows(3)) {
            let &[first, second, third] = three else {
                continue;
            };
            let hash = hash(first, second, third);
            let bits = self.known.get(usize::from(hash >> 6)).copied();
            if bits.unwrap_or_default() >> (hash & 63) & 1 == 0 {
                continue;
            }
            let begin = self.numbers.partition_point(|&(other, _)| other < hash);
            let same = self.numbers.get(begin..).unwrap_or_default().iter();
            for &(_, number) in same.take_while(|&&(other, _)| other == hash) {
                let number = usize::from(number);
                if self
                    .all
                    .get(number)
                    .is_some_and(|one| one.is_at(text, place))
                {
                    found(place, number);
                }
            }
        }
    }

    /// The first place at or after `from` where the text may end within an anchor.
    pub(super) fn partial(&self, bytes: &[u8], from: usize) -> Option<usize> {
        (from.max(bytes.len().saturating_sub(MAX_ANCHOR))..bytes.len()).find(|&place| {
            let rest = bytes.get(place..).unwrap_or_default();
            self.all.iter().any(|anchor| {
                let begin = anchor.text.get(..rest.len()).unwrap_or_default();
                match rest.len() < anchor.text.len() {
                    true if anchor.is_folded => begin.eq_ignore_ascii_case(rest),
                    is_shorter => is_shorter && begin == rest,
                }
            })
        })
    }
}

impl Anchor {
    fn is_at(&self, text: &Text<'_>, place: usize) -> bool {
        let part = text.bytes.get(place..place + self.text.len());
        part.is_some_and(|part| {
            part == self.text || self.is_folded && part.eq_ignore_ascii_case(self.text)
        })
    }
}
