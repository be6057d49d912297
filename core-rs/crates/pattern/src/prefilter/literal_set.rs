//! Finds which of many literals occur in a text, in one pass whose cost hardly grows with their
//! number.
//!
//! Each literal is represented by a gram: its least common four bytes, or all of it if it is
//! shorter. A [`GramBitmap`] rules out nearly every position of the text. At the others, a
//! [`GramMap`] lists the literals whose gram may end there, and these are compared.

use std::collections::HashMap;
use std::ops::Range;

use super::gram_bitmap::{GramBitmap, Length};
use super::gram_map::GramMap;
use super::hits::Hits;
use crate::literals::{TEXT_END, TEXT_START, WORD_EDGE, fold, frequency};

/// The lengths of grams, in the order of [`LiteralSet::grams`].
const LENGTHS: [usize; 4] = [4, 3, 2, 1];
/// The weight of a gram's frequency in texts, relative to each other literal that contains it.
const FREQUENCY: f32 = 1e6;

/// Literals to search for.
#[derive(Debug)]
pub struct LiteralSet {
    bitmap: GramBitmap,
    grams: [GramMap; 4],
    /// Sorted by gram, so that those of one gram are a range.
    entries: Vec<Entry>,
    bytes: Vec<u8>,
}

/// A literal, and the position of its gram in it.
#[derive(Debug)]
struct Entry {
    /// The literal's number.
    number: u32,
    /// Its bytes in [`LiteralSet::bytes`].
    bytes: Range<u32>,
    /// The number of its bytes after its gram.
    after: u32,
    /// What must stand before it and after it.
    edges: [Edge; 2],
}

/// A condition on the position where a literal begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Edge {
    None,
    /// No ASCII word character comes next.
    Word,
    /// The text begins or ends here.
    Text,
}

impl Edge {
    /// Whether the condition holds where `byte` comes next.
    fn holds(self, byte: Option<&u8>) -> bool {
        match self {
            Self::None => true,
            Self::Word => byte.is_none_or(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_')),
            Self::Text => byte.is_none(),
        }
    }
}

/// Splits a literal into its edges and the bytes between them.
fn split_edges(text: &[u8]) -> ([Edge; 2], &[u8]) {
    let (before, text) = match text {
        [WORD_EDGE, text @ ..] => (Edge::Word, text),
        [TEXT_START, text @ ..] => (Edge::Text, text),
        _ => (Edge::None, text),
    };
    let (after, text) = match text {
        [text @ .., WORD_EDGE] => (Edge::Word, text),
        [text @ .., TEXT_END] => (Edge::Text, text),
        _ => (Edge::None, text),
    };
    ([before, after], text)
}

impl LiteralSet {
    /// Prepares to search for `literals`, folded by [`fold`], with edges or without. They are
    /// distinct and not empty, and have less than 4 GiB together. The number of a literal is its
    /// index.
    #[inline(never)]
    pub fn new(literals: &[&[u8]]) -> Self {
        let mut chosen = choose_grams(literals);
        sentry_sort::unstable(&mut chosen, |a, b| a < b);
        let mut all = Self {
            bitmap: GramBitmap::new(chosen.iter().map(|chosen| (chosen.gram, chosen.length))),
            grams: Default::default(),
            entries: Vec::with_capacity(chosen.len()),
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
                *grams = GramMap::new(&ranges);
            }
        }
        all
    }

    fn push(&mut self, chosen: &Chosen<'_>) -> u32 {
        let index = small(self.entries.len());
        let start = small(self.bytes.len());
        self.bytes.extend_from_slice(chosen.literal);
        self.entries.push(Entry {
            number: small(chosen.number),
            bytes: start..small(self.bytes.len()),
            after: small(chosen.after),
            edges: chosen.edges,
        });
        index
    }

    /// Adds the numbers of all literals that occur in `text` to `hits`.
    #[inline(never)]
    pub fn search(&self, text: &[u8], hits: &mut Hits) {
        self.bitmap.for_each_candidate(text, |end, length, last| {
            self.compare(text, end, length, last, hits);
        });
    }

    #[inline(never)]
    fn compare(&self, text: &[u8], end: usize, length: Length, last: u32, hits: &mut Hits) {
        let [fours, threes, twos, ones] = &self.grams;
        let candidates = match length {
            Length::Long => [fours.get(last), threes.get(last >> 8)],
            Length::Short => [twos.get(last >> 16), ones.get(last >> 24)],
        };
        for index in candidates.into_iter().flatten() {
            let Some(entry) = self.entries.get(index as usize) else {
                continue;
            };
            if !hits.has(entry.number) && self.ends_at(entry, text, end) {
                hits.add(entry.number);
            }
        }
    }

    /// Whether a literal occurs with its gram ending at `end`.
    fn ends_at(&self, entry: &Entry, text: &[u8], end: usize) -> bool {
        let bytes = entry.bytes.start as usize..entry.bytes.end as usize;
        let literal = self.bytes.get(bytes).unwrap_or_default();
        debug_assert!(!literal.is_empty(), "the bytes of a literal are in range");
        let end = end + entry.after as usize;
        let Some(start) = end.checked_sub(literal.len()) else {
            return false;
        };
        let candidate = text.get(start..end).unwrap_or_default();
        let is_same = || {
            candidate
                .iter()
                .map(|&byte| fold(byte))
                .eq(literal.iter().copied())
        };
        let [before, after] = entry.edges;
        is_same()
            && before.holds(text.get(..start).and_then(<[u8]>::last))
            && after.holds(text.get(end))
    }
}

/// A literal and the gram that represents it. Sorts by gram.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Chosen<'t> {
    /// The length of the gram.
    length: usize,
    gram: u32,
    number: usize,
    /// The number of its bytes after the gram.
    after: usize,
    literal: &'t [u8],
    edges: [Edge; 2],
}

/// Chooses for each literal a gram that is rare in the other literals and in texts.
fn choose_grams<'t>(literals: &[&'t [u8]]) -> Vec<Chosen<'t>> {
    let mut counts: HashMap<&[u8], f32> = HashMap::new();
    let literals = literals.iter().map(|literal| split_edges(literal));
    for (_, literal) in literals.clone() {
        for gram in literal.windows(gram_length(literal)) {
            *counts.entry(gram).or_default() += 1.0;
        }
    }
    let cost = |gram: &[u8]| {
        let frequency: f32 = gram.iter().copied().map(frequency).product();
        FREQUENCY * frequency + counts.get(gram).copied().unwrap_or(0.0)
    };
    let mut chosen = Vec::with_capacity(literals.len());
    for (number, (edges, literal)) in literals.enumerate() {
        let length = gram_length(literal);
        let grams = literal.windows(length).enumerate();
        let cheapest = grams.min_by(|(_, a), (_, b)| cost(a).total_cmp(&cost(b)));
        if let Some((before, gram)) = cheapest {
            chosen.push(Chosen {
                length,
                gram: to_number(gram),
                number,
                after: literal.len() - before - length,
                literal,
                edges,
            });
        }
    }
    chosen
}

/// A gram as a number, with its last byte in the highest byte.
fn to_number(gram: &[u8]) -> u32 {
    let bytes = gram.iter().rev();
    bytes.fold(0, |number, &byte| number << 8 | u32::from(byte))
}

fn gram_length(literal: &[u8]) -> usize {
    LENGTHS
        .into_iter()
        .find(|&length| length <= literal.len())
        .unwrap_or(1)
}

/// Sizes are bounded by that of all literals together.
fn small(size: usize) -> u32 {
    let small = u32::try_from(size);
    debug_assert!(small.is_ok(), "literals have less than 4 GiB");
    small.unwrap_or(u32::MAX)
}
