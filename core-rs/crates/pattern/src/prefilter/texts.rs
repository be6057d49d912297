//! Finds which of many texts occur in a subject, in one pass whose cost hardly grows with their number.
//!
//! Of each text the least common four bytes are looked for; of a shorter one, all of it. At nearly
//! every place a [`Screen`] says that nothing ends there. Otherwise tables say which texts might, and
//! these are compared.

use std::collections::HashMap;
use std::ops::Range;

use super::found::Found;
use super::grams::Grams;
use super::screen::{Length, Screen};
use crate::need::{END, START, WORD, fold, frequency};
use sentry_sort as sort;

/// Lengths of grams, in the order of [`Texts::grams`].
const LENGTHS: [usize; 4] = [4, 3, 2, 1];
/// How much a gram's frequency in subjects counts, against each other text that has it.
const FREQUENCY: f32 = 1e6;

/// Texts to look for.
#[derive(Debug)]
pub struct Texts {
    screen: Screen,
    grams: [Grams; 4],
    /// Those with the same gram stand together.
    places: Vec<Place>,
    bytes: Vec<u8>,
}

/// A text, and where its gram is in it.
#[derive(Debug)]
struct Place {
    /// The text's number.
    number: u32,
    text: Range<u32>,
    /// Bytes of the text behind its gram.
    behind: u32,
    /// What must be before it, and behind it.
    edges: [Edge; 2],
}

/// What is asked of the place where a text begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Edge {
    None,
    /// No ASCII character of a word is there.
    Word,
    /// The subject begins or ends there.
    Subject,
}

impl Edge {
    /// Whether it is there, where `byte` is what comes next.
    fn holds(self, byte: Option<&u8>) -> bool {
        match self {
            Self::None => true,
            Self::Word => byte.is_none_or(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_')),
            Self::Subject => byte.is_none(),
        }
    }
}

/// Takes a text's edges off.
fn edges(text: &[u8]) -> ([Edge; 2], &[u8]) {
    let (before, text) = match text {
        [WORD, text @ ..] => (Edge::Word, text),
        [START, text @ ..] => (Edge::Subject, text),
        _ => (Edge::None, text),
    };
    let (behind, text) = match text {
        [text @ .., WORD] => (Edge::Word, text),
        [text @ .., END] => (Edge::Subject, text),
        _ => (Edge::None, text),
    };
    ([before, behind], text)
}

impl Texts {
    /// Prepares for `texts`, as [`fold`] leaves them; none is empty, or there twice. Their numbers are
    /// their places. Together they have less than 4 GiB.
    #[inline(never)]
    pub fn new(texts: &[&[u8]]) -> Self {
        let mut chosen = chosen(texts);
        sort::unstable(&mut chosen, |a, b| a < b);
        let mut all = Self {
            screen: Screen::new(chosen.iter().map(|chosen| (chosen.gram, chosen.length))),
            grams: Default::default(),
            places: Vec::with_capacity(chosen.len()),
            bytes: Vec::new(),
        };
        for (grams, length) in LENGTHS.into_iter().enumerate() {
            let mut ranges: Vec<(u32, Range<u32>)> = Vec::new();
            for chosen in chosen.iter().filter(|chosen| chosen.length == length) {
                let index = all.push(chosen);
                match ranges.last_mut() {
                    Some((last, range)) if *last == chosen.gram => range.end = index + 1,
                    _ => ranges.push((chosen.gram, index..index + 1)),
                }
            }
            if let Some(grams) = all.grams.get_mut(grams) {
                *grams = Grams::new(&ranges);
            }
        }
        all
    }

    fn push(&mut self, chosen: &Chosen<'_>) -> u32 {
        let index = small(self.places.len());
        let start = small(self.bytes.len());
        self.bytes.extend_from_slice(chosen.text);
        self.places.push(Place {
            number: small(chosen.number),
            text: start..small(self.bytes.len()),
            behind: small(chosen.behind),
            edges: chosen.edges,
        });
        index
    }

    /// Tells `found` the numbers of all texts that occur in `subject`.
    #[inline(never)]
    pub fn look(&self, subject: &[u8], found: &mut Found) {
        self.screen.each(subject, |end, length, last| {
            self.compare(subject, end, length, last, found);
        });
    }

    #[inline(never)]
    fn compare(&self, subject: &[u8], end: usize, length: Length, last: u32, found: &mut Found) {
        let [fours, threes, twos, ones] = &self.grams;
        let candidates = match length {
            Length::Long => [fours.get(last), threes.get(last >> 8)],
            Length::Short => [twos.get(last >> 16), ones.get(last >> 24)],
        };
        for index in candidates.into_iter().flatten() {
            let Some(place) = self.places.get(index as usize) else {
                continue;
            };
            if !found.has(place.number) && self.stands(place, subject, end) {
                found.add(place.number);
            }
        }
    }

    /// Whether a text whose gram ends at `end` stands there.
    fn stands(&self, place: &Place, subject: &[u8], end: usize) -> bool {
        let text = place.text.start as usize..place.text.end as usize;
        let text = self.bytes.get(text).unwrap_or_default();
        let end = end + place.behind as usize;
        let Some(start) = end.checked_sub(text.len()) else {
            return false;
        };
        let there = subject.get(start..end).unwrap_or_default();
        let is_same = || {
            there
                .iter()
                .map(|&byte| fold(byte))
                .eq(text.iter().copied())
        };
        let [before, behind] = place.edges;
        is_same()
            && before.holds(subject.get(..start).and_then(<[u8]>::last))
            && behind.holds(subject.get(end))
    }
}

/// A text, and which of its grams is looked for. The order is that of grams.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Chosen<'t> {
    /// Of the gram.
    length: usize,
    gram: u32,
    number: usize,
    /// Bytes of the text behind the gram.
    behind: usize,
    text: &'t [u8],
    edges: [Edge; 2],
}

/// Chooses for each text a gram that is rare in other texts, and in subjects.
fn chosen<'t>(texts: &[&'t [u8]]) -> Vec<Chosen<'t>> {
    let mut counts: HashMap<&[u8], f32> = HashMap::new();
    let texts = texts.iter().map(|text| edges(text));
    for (_, text) in texts.clone() {
        for gram in text.windows(gram_length(text)) {
            *counts.entry(gram).or_default() += 1.0;
        }
    }
    let cost = |gram: &[u8]| {
        let frequency: f32 = gram.iter().copied().map(frequency).product();
        FREQUENCY * frequency + counts.get(gram).copied().unwrap_or(0.0)
    };
    let mut chosen = Vec::with_capacity(texts.len());
    for (number, (edges, text)) in texts.enumerate() {
        let length = gram_length(text);
        let grams = text.windows(length).enumerate();
        let cheapest = grams.min_by(|(_, a), (_, b)| cost(a).total_cmp(&cost(b)));
        if let Some((before, gram)) = cheapest {
            chosen.push(Chosen {
                length,
                gram: as_number(gram),
                number,
                behind: text.len() - before - length,
                text,
                edges,
            });
        }
    }
    chosen
}

/// A gram as a number, its last byte uppermost.
fn as_number(gram: &[u8]) -> u32 {
    let bytes = gram.iter().rev();
    bytes.fold(0, |number, &byte| number << 8 | u32::from(byte))
}

fn gram_length(text: &[u8]) -> usize {
    LENGTHS
        .into_iter()
        .find(|&length| length <= text.len())
        .unwrap_or(1)
}

/// Sizes are bounded by that of all texts.
fn small(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}
