//! Finds which of many texts occur in a subject, in one pass whose cost hardly grows with their number.
//!
//! Of each text the least common four bytes are looked for (of a shorter one two, or one). At nearly
//! every place a bit for the last two bytes says that nothing ends there; otherwise a hash of the last
//! four says which texts might, and these are compared.

use std::collections::HashMap;
use std::ops::Range;

use super::grams::Grams;
use super::group::Branch;
use crate::policy::{Text, fold, frequency};

/// Bytes that all texts of one kind of event may take together.
pub(in crate::engine) const MAX_BYTES: usize = 64 << 20;

/// Lengths of grams, in the order of [`Filter::grams`].
const LENGTHS: [usize; 3] = [4, 2, 1];
const PAIRS: usize = 1 << 16;

/// Texts, and the branches that need each.
#[derive(Debug)]
pub(super) struct Filter {
    /// For each pair of bytes a bit: whether a gram ends with it.
    endings: Box<[u32; PAIRS / 32]>,
    grams: [Grams; 3],
    /// Those with the same gram stand together.
    texts: Vec<Needed>,
    bytes: Vec<u8>,
    owners: Vec<Branch>,
}

#[derive(Debug)]
struct Needed {
    text: Range<u32>,
    /// Bytes of the text behind its gram.
    behind: u32,
    owners: Range<u32>,
}

/// What one scan found, kept from scan to scan so that nothing is allocated.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The scan, as a number that no earlier one had.
    round: u32,
    /// For each text, the last scan that found it.
    texts: Vec<u32>,
    /// The branches that need a text that was found; some may be there twice.
    pub(super) branches: Vec<Branch>,
}

/// The texts take more than [`MAX_BYTES`].
#[derive(Debug)]
pub(super) struct TooMany;

/// Collects the texts for a [`Filter`].
#[derive(Default)]
pub(super) struct Texts<'t> {
    owners: HashMap<&'t [u8], Vec<Branch>>,
    bytes: usize,
}

impl<'t> Texts<'t> {
    /// `owner` needs one of `texts`, none of which is empty.
    pub(super) fn add(&mut self, owner: Branch, texts: &'t [Text]) -> Result<(), TooMany> {
        for text in texts {
            self.bytes += text.len() + size_of::<Needed>();
            if self.bytes > MAX_BYTES {
                return Err(TooMany);
            }
            self.owners.entry(text).or_default().push(owner);
        }
        Ok(())
    }
}

impl Filter {
    pub(super) fn new(texts: Texts<'_>) -> Self {
        let mut all: Vec<(&[u8], Vec<Branch>)> = texts.owners.into_iter().collect();
        all.sort_unstable();
        let mut counts: HashMap<&[u8], u32> = HashMap::new();
        for (text, _) in &all {
            for gram in text.windows(gram_length(text)) {
                *counts.entry(gram).or_default() += 1;
            }
        }
        let mut placed: Vec<(usize, u32, usize, usize)> = Vec::with_capacity(all.len());
        for (at, (text, _)) in all.iter().enumerate() {
            let length = gram_length(text);
            let rank = |gram: &[u8]| (counts.get(gram).copied(), commonness(gram));
            let grams = text.windows(length).enumerate();
            let rarest = grams.min_by(|(_, a), (_, b)| {
                rank(a)
                    .partial_cmp(&rank(b))
                    .unwrap_or(std::cmp::Ordering::Equal)
            });
            let place = LENGTHS.iter().position(|&other| other == length);
            if let Some(((before, gram), place)) = rarest.zip(place) {
                placed.push((place, number(gram), at, text.len() - before - length));
            }
        }
        placed.sort_unstable();

        let mut filter = Self {
            endings: Box::new([0; PAIRS / 32]),
            grams: Default::default(),
            texts: Vec::with_capacity(placed.len()),
            bytes: Vec::new(),
            owners: Vec::new(),
        };
        for (place, length) in LENGTHS.into_iter().enumerate() {
            let mut ranges: Vec<(u32, Range<u32>)> = Vec::new();
            for &(_, gram, at, behind) in placed.iter().filter(|placed| placed.0 == place) {
                let Some((text, owners)) = all.get(at) else {
                    continue;
                };
                filter.mark(gram, length);
                let index = filter.push(text, behind, owners);
                match ranges.last_mut() {
                    Some((last, range)) if *last == gram => range.end = index + 1,
                    _ => ranges.push((gram, index..index + 1)),
                }
            }
            if let Some(grams) = filter.grams.get_mut(place) {
                *grams = Grams::new(&ranges);
            }
        }
        filter
    }

    fn mark(&mut self, gram: u32, length: usize) {
        let befores = if length == 1 {
            0..=0xff
        } else {
            gram >> 8 & 0xff..=gram >> 8 & 0xff
        };
        for before in befores {
            let pair = before << 8 | gram & 0xff;
            if let Some(bits) = self.endings.get_mut(pair as usize / 32) {
                *bits |= 1 << (pair % 32);
            }
        }
    }

    fn push(&mut self, text: &[u8], behind: usize, owners: &[Branch]) -> u32 {
        let index = small(self.texts.len());
        let (start, first) = (small(self.bytes.len()), small(self.owners.len()));
        self.bytes.extend_from_slice(text);
        self.owners.extend_from_slice(owners);
        self.texts.push(Needed {
            text: start..small(self.bytes.len()),
            behind: small(behind),
            owners: first..small(self.owners.len()),
        });
        index
    }

    /// Leaves in `found` the branches that need a text which occurs in `subject`.
    pub(super) fn scan(&self, subject: &[u8], found: &mut Found) {
        found.begin(self.texts.len());
        // The last four bytes; where there are fewer, zeros, which no gram has.
        let mut last = 0_u32;
        for (at, &byte) in subject.iter().enumerate() {
            last = last << 8 | u32::from(fold(byte));
            let pair = (last & 0xffff) as usize;
            if self
                .endings
                .get(pair / 32)
                .is_some_and(|bits| bits >> (pair % 32) & 1 == 1)
            {
                self.compare(subject, at + 1, last, found);
            }
        }
    }

    #[inline(never)]
    fn compare(&self, subject: &[u8], end: usize, last: u32, found: &mut Found) {
        let [fours, twos, ones] = &self.grams;
        let candidates = [
            fours.get(last),
            twos.get(last & 0xffff),
            ones.get(last & 0xff),
        ];
        for index in candidates.into_iter().flatten() {
            let index = index as usize;
            let Some(needed) = self.texts.get(index) else {
                continue;
            };
            if found.has(index) || !self.stands(needed, subject, end) {
                continue;
            }
            let owners = needed.owners.start as usize..needed.owners.end as usize;
            found.add(index, self.owners.get(owners).unwrap_or_default());
        }
    }

    /// Whether a text whose gram ends at `end` stands there.
    fn stands(&self, needed: &Needed, subject: &[u8], end: usize) -> bool {
        let text = self
            .bytes
            .get(needed.text.start as usize..needed.text.end as usize);
        let text = text.unwrap_or_default();
        let end = end + needed.behind as usize;
        let place = end
            .checked_sub(text.len())
            .and_then(|start| subject.get(start..end));
        place.is_some_and(|place| {
            place
                .iter()
                .zip(text)
                .all(|(&byte, &wanted)| fold(byte) == wanted)
        })
    }
}

impl Found {
    fn begin(&mut self, texts: usize) {
        self.branches.clear();
        self.round = self.round.wrapping_add(1);
        if self.round == 0 || self.texts.len() != texts {
            self.texts.clear();
            self.texts.resize(texts, 0);
            self.round = 1;
        }
    }

    fn has(&self, text: usize) -> bool {
        self.texts.get(text) == Some(&self.round)
    }

    fn add(&mut self, text: usize, owners: &[Branch]) {
        if let Some(round) = self.texts.get_mut(text) {
            *round = self.round;
        }
        self.branches.extend_from_slice(owners);
    }
}

fn gram_length(text: &[u8]) -> usize {
    LENGTHS
        .into_iter()
        .find(|&length| length <= text.len())
        .unwrap_or(1)
}

fn number(gram: &[u8]) -> u32 {
    gram.iter()
        .fold(0, |number, &byte| number << 8 | u32::from(byte))
}

fn commonness(gram: &[u8]) -> f32 {
    gram.iter().copied().map(frequency).product()
}

/// Sizes are bounded by [`MAX_BYTES`].
fn small(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}
