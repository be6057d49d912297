//! Finds the places in a text where a secret may begin, in one pass: texts of at least two bytes
//! that the formats begin with or contain.

use super::text::{Text, is_word};
use sentry_pattern::prefilter::Trigrams;

/// The greatest length of an anchor, in bytes.
pub(super) const MAX_ANCHOR: usize = 64;

/// A text to look for.
#[derive(Debug)]
pub(super) struct Anchor {
    pub(super) text: &'static [u8],
    /// Whether letters may be of either case; `text` is in lower case then.
    pub(super) is_folded: bool,
}

/// The anchors by their first three bytes.
#[derive(Debug)]
pub(super) struct Anchors {
    all: Vec<Anchor>,
    trigrams: Trigrams,
    /// The number of a trigram and that of an anchor that begins with it, in order.
    numbers: Vec<(u16, u16)>,
    /// Where the anchors of each trigram begin in `numbers`.
    begins: Vec<u16>,
}

/// Adds the trigrams that an anchor begins with, each with the byte that follows.
fn add_trigrams(anchor: &Anchor, all: &mut Vec<([u8; 3], Option<u8>)>) {
    match *anchor.text {
        // What may follow is a part of a flag or of a token.
        [first, second] => {
            let thirds =
                (b' '..=u8::MAX).filter(|&third| first == b'-' || is_word(third) || third == b'-');
            all.extend(thirds.map(|third| ([first, second, third], None)));
        }
        [first, second, third, ref rest @ ..] => {
            // One bit for each letter that is a capital.
            let variants = if anchor.is_folded { 8 } else { 1 };
            for capitals in 0..variants {
                let mut trigram = [first, second, third];
                for (place, byte) in trigram.iter_mut().enumerate() {
                    if capitals >> place & 1 != 0 {
                        byte.make_ascii_uppercase();
                    }
                }
                all.push((trigram, rest.first().copied()));
            }
        }
        _ => debug_assert!(false, "an anchor has at least two bytes"),
    }
}

impl Anchors {
    pub(super) fn new(all: Vec<Anchor>) -> Self {
        let (mut texts, mut owners) = (Vec::new(), Vec::new());
        for (number, anchor) in (0_u16..).zip(&all) {
            add_trigrams(anchor, &mut texts);
            owners.resize(texts.len(), number);
        }
        let trigrams = Trigrams::new(&texts);
        let mut numbers: Vec<(u16, u16)> = Vec::new();
        for (&(text, _), owner) in texts.iter().zip(owners) {
            let own = trigrams
                .number(text)
                .and_then(|own| u16::try_from(own).ok());
            numbers.extend(own.map(|own| (own, owner)));
        }
        sentry_sort::unstable(&mut numbers, |a, b| a < b);
        numbers.dedup();
        let mut begins = Vec::new();
        for (begin, &(trigram, _)) in (0..).zip(&numbers) {
            if begins.len() <= usize::from(trigram) {
                begins.push(begin);
            }
        }
        Self {
            all,
            trigrams,
            numbers,
            begins,
        }
    }

    /// The length of an anchor, in bytes.
    pub(super) fn len_of(&self, number: usize) -> usize {
        self.all.get(number).map_or(0, |anchor| anchor.text.len())
    }

    /// Calls `found` with each place at or after `from` and the number of the anchor there. At a
    /// place, anchors are in the order of their numbers.
    pub(super) fn find(&self, text: &Text<'_>, from: usize, mut found: impl FnMut(usize, usize)) {
        let mut next = from;
        while let Some((place, trigram)) = self.trigrams.next(text.bytes, next) {
            next = place + 1;
            let begin = self.begins.get(trigram).copied().unwrap_or(u16::MAX);
            let same = self.numbers.get(usize::from(begin)..).unwrap_or_default();
            for &(other, number) in same {
                if usize::from(other) != trigram {
                    break;
                }
                let number = usize::from(number);
                let anchor = self.all.get(number);
                if anchor.is_some_and(|one| one.is_at(text, place)) {
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
