//! Finds which of many literals occur in a text, in one pass whose cost hardly grows with their
//! number.
//!
//! Each literal is represented by grams: its least common five bytes as two grams of four, which
//! begin at positions of which one is even, or all of it if it is shorter. A [`GramBitmap`] rules
//! out nearly every position of the text. At the others, a [`GramMap`] lists the literals whose
//! gram may be there, and these are compared.

use std::ops::Range;

use super::gram_bitmap::{Found, Gram, GramBitmap, Next};
use super::gram_map::GramMap;
use super::hits::Hits;
use crate::literals::{TEXT_END, TEXT_START, WORD_EDGE, fold, frequency};

/// The length of a window, and of the longest grams.
const LENGTH: usize = 4;
/// More literals of one byte are searched for in one pass.
const MAX_SINGLE: usize = 4;
/// The weight of a gram's frequency in texts, relative to each other literal that contains it.
const FREQUENCY: f32 = 1e6;

/// Literals to search for.
#[derive(Debug)]
pub struct LiteralSet {
    bitmap: GramBitmap,
    /// The entries of each gram. The length of a gram follows from its number, as no byte is 0.
    grams: GramMap,
    /// Sorted by gram, so that those of one gram are a range.
    entries: Vec<Entry>,
    /// Literals of one byte, if there are few of them and none of two: their numbers, bytes and edges.
    single: Vec<(u32, u8, [Edge; 2])>,
    bytes: Vec<u8>,
    /// The length of the longest literal, without its edges.
    longest: usize,
}

/// A literal, and the position of one of its grams in it.
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
pub(super) enum Edge {
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
pub(super) fn split_edges(text: &[u8]) -> ([Edge; 2], &[u8]) {
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
        let mut single = Vec::new();
        let mut short = chosen.iter().take_while(|chosen| chosen.length < 3);
        if short.clone().count() <= MAX_SINGLE && short.all(|chosen| chosen.length == 1) {
            chosen.retain(|chosen| {
                let is_single = chosen.length == 1;
                let byte = chosen.literal.first().filter(|_| is_single);
                single.extend(byte.map(|&byte| (small(chosen.number), byte, chosen.edges)));
                !is_single
            });
        }
        let mut all = Self {
            bitmap: GramBitmap::new(chosen.iter().map(Chosen::gram)),
            grams: GramMap::default(),
            entries: Vec::with_capacity(chosen.len()),
            bytes: Vec::new(),
            longest: chosen
                .iter()
                .map(|one| one.literal.len())
                .max()
                .unwrap_or(0)
                .max(usize::from(!single.is_empty())),
            single,
        };
        let mut ranges: Vec<(u32, Range<u32>)> = Vec::new();
        for chosen in &chosen {
            let index = all.push(chosen);
            match ranges.last_mut() {
                Some((last, range)) if *last == chosen.gram => range.end = index + 1,
                _ => ranges.push((chosen.gram, index..index + 1)),
            }
        }
        all.grams = GramMap::new(&ranges);
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
        self.bitmap.for_each_candidate(text, |end, found| {
            self.compare(text, end, found, hits);
        });
        for &(number, byte, edges) in &self.single {
            if !hits.has(number) && occurs(text, &[byte], edges) {
                hits.add(number);
            }
        }
    }

    /// As [`LiteralSet::search`], for the literals that are, or touch, one of some `ranges`, which ascend. Literals
    /// beside them may be added, and edges may be taken to hold where the text goes on. Adds nothing and returns `false`
    /// if that is not much less than to search the whole text.
    pub fn search_ranges(&self, text: &[u8], ranges: &[Range<usize>], hits: &mut Hits) -> bool {
        let windows = ranges.iter().map(|range| {
            let from = range.start.saturating_sub(self.longest);
            from..(range.end + self.longest).min(text.len())
        });
        if windows.clone().map(|window| window.len()).sum::<usize>() > text.len() / 2 {
            return false;
        }
        for window in windows {
            self.search(text.get(window).unwrap_or_default(), hits);
        }
        true
    }

    #[inline(never)]
    fn compare(&self, text: &[u8], end: usize, found: Found, hits: &mut Hits) {
        let grams = match found {
            Found::Window(window) => [
                (window, end),
                (window >> 8, end),
                (window & 0xff_ffff, end - 1),
            ],
            Found::Pair(pair) => [(pair, end), (pair >> 8, end), (0, end)],
        };
        for (gram, end) in grams {
            let range = self.grams.get(gram);
            if !range.is_empty() {
                self.compare_entries(range, text, end, hits);
            }
        }
    }

    /// Compares the literals of a gram that ends at `end`.
    #[inline(never)]
    fn compare_entries(&self, range: Range<u32>, text: &[u8], end: usize, hits: &mut Hits) {
        let range = range.start as usize..range.end as usize;
        for entry in self.entries.get(range).unwrap_or_default() {
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
        occurs_at(text, start, literal, entry.edges)
    }
}

/// Whether a literal, given without its edges, occurs in `text`.
pub(super) fn occurs(text: &[u8], literal: &[u8], edges: [Edge; 2]) -> bool {
    match (literal, edges) {
        ([], _) => true,
        (_, [Edge::Text, _]) => occurs_at(text, 0, literal, edges),
        // `fold` merges bytes that differ in this bit only.
        ([first, ..], _) => memchr::memchr2_iter(*first, first ^ 0x20, text)
            .any(|at| occurs_at(text, at, literal, edges)),
    }
}

/// Whether a literal, given without its edges, occurs in `text` at `start`.
pub(super) fn occurs_at(text: &[u8], start: usize, literal: &[u8], edges: [Edge; 2]) -> bool {
    let end = start + literal.len();
    let Some(candidate) = text.get(start..end) else {
        return false;
    };
    let mut pairs = candidate.iter().zip(literal);
    let [before, after] = edges;
    pairs.all(|(&byte, &folded)| fold(byte) == folded)
        && before.holds(text.get(..start).and_then(<[u8]>::last))
        && after.holds(text.get(end))
}

/// A literal and a gram that represents it. Sorts by gram.
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

impl Chosen<'_> {
    fn gram(&self) -> Gram {
        let [before, after] = self.edges;
        let next = self.literal.get(self.literal.len() - self.after);
        Gram {
            bytes: self.gram,
            length: self.length,
            before,
            next: next.map_or(Next::End(after), |&byte| Next::Byte(byte)),
        }
    }
}

/// Chooses for each literal grams that are rare in the other literals and in texts.
fn choose_grams<'t>(literals: &[&'t [u8]]) -> Vec<Chosen<'t>> {
    let literals = literals.iter().map(|literal| split_edges(literal));
    let all = literals
        .clone()
        .flat_map(|(_, literal)| literal.windows(LENGTH));
    let mut all: Vec<u32> = all.map(to_number).collect();
    sentry_sort::unstable(&mut all, |a, b| a < b);
    let cost = |gram: &[u8]| {
        let frequency: f32 = gram.iter().copied().map(frequency).product();
        FREQUENCY * frequency + count(&all, to_number(gram))
    };
    let mut chosen = Vec::with_capacity(2 * literals.len());
    let mut costs = Vec::new();
    for (number, (edges, literal)) in literals.enumerate() {
        let mut choose = |at: usize, gram: &[u8]| {
            chosen.push(Chosen {
                length: gram.len(),
                gram: to_number(gram),
                number,
                after: literal.len() - at - gram.len(),
                literal,
                edges,
            });
        };
        costs.clear();
        costs.extend(literal.windows(LENGTH).map(cost));
        let pairs = costs.windows(2).map(|pair| pair.iter().sum::<f32>());
        let cheapest = pairs.enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b));
        if let Some((at, _)) = cheapest {
            for at in [at, at + 1] {
                choose(at, literal.get(at..at + LENGTH).unwrap_or_default());
            }
            continue;
        }
        // A window that begins one byte before the literal holds its first three bytes.
        choose(0, literal.get(..LENGTH - 1).unwrap_or(literal));
        if literal.len() == LENGTH {
            choose(0, literal);
        }
    }
    chosen
}

/// How often a number is among sorted ones.
#[allow(clippy::cast_precision_loss)] // It is compared with others alone.
fn count(sorted: &[u32], number: u32) -> f32 {
    let from = sorted.partition_point(|other| *other < number);
    let rest = sorted.get(from..).unwrap_or_default();
    rest.partition_point(|other| *other == number) as f32
}

/// A gram as a number, with its first byte in the lowest byte.
fn to_number(gram: &[u8]) -> u32 {
    let bytes = gram.iter().rev();
    bytes.fold(0, |number, &byte| number << 8 | u32::from(byte))
}

/// Sizes are bounded by that of all literals together.
fn small(size: usize) -> u32 {
    let small = u32::try_from(size);
    debug_assert!(small.is_ok(), "literals have less than 4 GiB");
    small.unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sentry_testing::Random;

    #[test]
    fn every_literal_is_found_wherever_it_is_and_no_other() {
        let mut random = Random(21);
        let letters = b"ab_ -";
        let some = |random: &mut Random, length: usize| -> Vec<u8> {
            (0..length).map(|_| fold(random.pick(letters))).collect()
        };
        let mut found = [0; 9];
        for _ in 0..300 {
            let mut literals: Vec<Vec<u8>> = (0..20)
                .map(|_| {
                    let length = 1 + random.below(8);
                    let before = [&[][..], &[WORD_EDGE], &[TEXT_START]];
                    let after = [&[][..], &[WORD_EDGE], &[TEXT_END]];
                    let (before, after) = (random.pick(&before), random.pick(&after));
                    [before, &some(&mut random, length), after].concat()
                })
                .collect();
            literals.sort();
            literals.dedup();
            let literals: Vec<&[u8]> = literals.iter().map(Vec::as_slice).collect();
            let set = LiteralSet::new(&literals);
            for _ in 0..100 {
                let length = random.below(40);
                let mut text: Vec<u8> = (0..length).map(|_| random.pick(b"aAbB_ -@")).collect();
                let (_, inside) = split_edges(random.pick(&literals));
                let at = random.below(length + 1);
                text.splice(at..at, inside.iter().copied());
                let mut hits = Hits::default();
                hits.start(literals.len(), 0);
                set.search(&text, &mut hits);
                for (number, literal) in (0..).zip(&literals) {
                    let (edges, bytes) = split_edges(literal);
                    let occurs = (0..=text.len()).any(|at| occurs_at(&text, at, bytes, edges));
                    assert_eq!(hits.has(number), occurs, "{literal:?} in {text:?}");
                    found[bytes.len()] += usize::from(occurs);
                }
            }
        }
        let [_, found @ ..] = found;
        assert!(found.iter().all(|&found| found > 100), "{found:?}");
    }

    #[test]
    fn every_literal_that_touches_a_range_is_found() {
        let mut random = Random(22);
        let mut touching = 0;
        for _ in 0..300 {
            let mut literals: Vec<Vec<u8>> = (0..20)
                .map(|_| {
                    let before = random.pick(&[&[][..], &[WORD_EDGE], &[TEXT_START]]);
                    let after = random.pick(&[&[][..], &[WORD_EDGE], &[TEXT_END]]);
                    let length = 1 + random.below(8);
                    let inside = (0..length).map(|_| fold(random.pick(b"ab_ -")));
                    [before, &inside.collect::<Vec<u8>>(), after].concat()
                })
                .collect();
            literals.sort();
            literals.dedup();
            let literals: Vec<&[u8]> = literals.iter().map(Vec::as_slice).collect();
            let set = LiteralSet::new(&literals);
            for _ in 0..100 {
                let mut text: Vec<u8> = (0..60).map(|_| random.pick(b"aAbB_ -@")).collect();
                let start = random.below(60);
                let range = start..60.min(start + 1 + random.below(4));
                let (_, inside) = split_edges(random.pick(&literals));
                let least = start.saturating_sub(inside.len());
                let at = least + random.below(range.end - least + 1);
                let places = text.iter_mut().skip(at);
                places.zip(inside).for_each(|(to, from)| *to = *from);
                let mut hits = Hits::default();
                hits.start(literals.len(), 0);
                assert!(set.search_ranges(&text, std::slice::from_ref(&range), &mut hits));
                for (number, literal) in (0..).zip(&literals) {
                    let (edges, bytes) = split_edges(literal);
                    let touches = |at: &usize| at + bytes.len() >= range.start && *at <= range.end;
                    let mut places = (0..=text.len()).filter(touches);
                    if places.any(|at| occurs_at(&text, at, bytes, edges)) {
                        assert!(hits.has(number), "{literal:?} in {text:?} at {range:?}");
                        touching += 1;
                    }
                }
                let ranges = [0..20, 30..50];
                assert!(!set.search_ranges(&text, &ranges, &mut hits));
            }
        }
        assert!(touching > 10_000, "{touching}");
    }
}
