//! Which branches of patterns can match a text, because the text contains what they require.

mod gram_bitmap;
mod gram_map;
mod hits;
mod literal_set;
mod trigrams;

use std::collections::HashMap;
use std::ops::Range;

use crate::literals::{ByteRun, ByteSet, Literal, Requirements, commonness};

pub use hits::Hits;
pub use literal_set::LiteralSet;
use literal_set::{Edge, occurs, split_edges};
pub use trigrams::Trigrams;

/// The most bytes that the requirements of all branches may take.
pub const MAX_BYTES: usize = 64 << 20;
/// A set of literals that is more common than this is searched for only if a branch requires
/// nothing else.
const MAX_COMMONNESS: f32 = 0.01;
/// The cost of a literal for each other branch that requires it, too.
const SHARED: f32 = 1e-4;
/// Literals of at most this length are found too often to be searched for in every text, unless a
/// branch has no others.
const SHORT: usize = 2;
/// The most literals that are not searched for in every text: a text may be searched for each of them.
const MAX_SHORT: usize = 128;
/// A shorter run is not worth checking where literals were found.
const MIN_RUN: u32 = 4;

/// One branch of one rule's pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Branch {
    /// The index of the rule.
    pub rule: u32,
    /// The index of the branch in the rule's pattern.
    pub index: u32,
}

/// Branches, indexed by what they require.
#[derive(Debug)]
pub struct Prefilter {
    literals: LiteralSet,
    /// For each literal, the entries that it triggers, as a range of `triggered`.
    triggers: Vec<Range<u32>>,
    triggered: Vec<Trigger>,
    entries: Vec<Entry>,
    runs: Vec<Runs>,
    /// Literals of at most [`SHORT`] bytes.
    short: Vec<Short>,
}

/// An entry that a literal triggers.
#[derive(Clone, Copy, Debug)]
struct Trigger {
    /// An index into `entries`.
    entry: u32,
    /// Another literal that the entry requires, or else this one: most triggers are in vain, and to see that
    /// costs less than to look at the entry.
    other: u32,
}

/// A branch that requires a literal.
#[derive(Debug)]
struct Entry {
    branch: Branch,
    /// Besides the literal that triggers it, it requires one literal of each of these sets.
    sets: Vec<Set>,
    /// It requires this run as well.
    run: Option<ByteRun>,
}

impl Entry {
    /// A literal that it requires besides the one that triggers it, if it requires one by itself.
    fn single(&self) -> Option<u32> {
        self.sets.iter().find_map(|set| match &*set.numbers {
            [number] if set.short.is_empty() => Some(*number),
            _ => None,
        })
    }
}

/// Literals of which one is required.
#[derive(Debug)]
struct Set {
    /// The numbers of those that are searched for in every text.
    numbers: Box<[u32]>,
    /// Those that would be found too often, and are searched for only if everything else was found:
    /// indices into [`Prefilter::short`].
    short: Box<[u32]>,
}

/// Branches that require no literal but a run of bytes of one set, the shortest first.
#[derive(Debug)]
struct Runs {
    set: ByteSet,
    branches: Vec<(u32, Branch)>,
}

/// With this branch, the requirements of all branches take more than [`MAX_BYTES`].
#[derive(Debug)]
pub struct TooLarge(pub Branch);

/// Collects literals: their numbers, and the entries that each triggers.
#[derive(Default)]
struct Builder<'n> {
    numbers: HashMap<&'n [u8], u32>,
    literals: Vec<&'n [u8]>,
    triggered: Vec<Vec<u32>>,
    short: Vec<Short>,
    bytes: usize,
}

impl Prefilter {
    /// A prefilter for branches whose requirements are not empty.
    ///
    /// # Errors
    /// The requirements take more than [`MAX_BYTES`].
    // Not inlined: JavaScript engines take long to optimise very large functions.
    #[inline(never)]
    pub fn new(branches: &[(Branch, &Requirements)]) -> Result<Self, TooLarge> {
        let mut counts: HashMap<&[u8], f32> = HashMap::new();
        for literal in branches
            .iter()
            .flat_map(|(_, required)| required.literals.iter().flatten())
        {
            *counts.entry(literal).or_default() += 1.0;
        }
        let shared = |literal: &Literal| {
            let count = counts.get(literal.as_slice());
            count.map_or(0.0, |count| count - 1.0)
        };
        let cost = |set: &[Literal]| commonness(set) + SHARED * set.iter().map(shared).sum::<f32>();

        let mut builder = Builder::default();
        let mut entries = Vec::new();
        let mut runs: Vec<Runs> = Vec::new();
        for &(branch, required) in branches {
            let sets = required.literals.iter().enumerate();
            let first = sets.min_by(|(_, a), (_, b)| cost(a).total_cmp(&cost(b)));
            let is_selective =
                |set: &[Literal]| required.run.is_none() || commonness(set) < MAX_COMMONNESS;
            let Some((first, literals)) = first.filter(|(_, set)| is_selective(set)) else {
                add_run(&mut runs, branch, required.run);
                continue;
            };
            let entry = small(entries.len());
            for literal in literals {
                let number = builder.number(literal);
                if let Some(triggered) = builder.triggered.get_mut(number as usize) {
                    triggered.push(entry);
                }
            }
            let others = required.literals.iter().enumerate();
            let others =
                others.filter(|(at, set)| *at != first && commonness(set) < MAX_COMMONNESS);
            entries.push(Entry {
                branch,
                sets: others.map(|(_, set)| builder.set(set)).collect(),
                run: required.run.filter(|run| run.length >= MIN_RUN),
            });
            if builder.bytes > MAX_BYTES {
                return Err(TooLarge(branch));
            }
        }
        for runs in &mut runs {
            sentry_sort::unstable(&mut runs.branches, |a, b| a < b);
        }
        let mut triggered = Vec::new();
        let mut triggers = Vec::with_capacity(builder.triggered.len());
        for (literal, more) in (0..).zip(&builder.triggered) {
            let start = small(triggered.len());
            triggered.extend(more.iter().map(|&entry| {
                let other = entries.get(entry as usize).and_then(Entry::single);
                let other = other.unwrap_or(literal);
                Trigger { entry, other }
            }));
            triggers.push(start..small(triggered.len()));
        }
        Ok(Self {
            literals: LiteralSet::new(&builder.literals),
            triggers,
            triggered,
            entries,
            runs,
            short: builder.short,
        })
    }

    /// Sets `candidates` to the branches whose requirements `text` meets, in ascending order.
    /// `hits` is a buffer.
    pub fn find_candidates(&self, text: &[u8], hits: &mut Hits, candidates: &mut Vec<Branch>) {
        hits.start(self.triggers.len(), self.short.len());
        self.literals.search(text, hits);
        self.meet(text, hits, candidates);
    }

    /// As [`Prefilter::find_candidates`], in a text of which all but the ranges `changed` stands in the one
    /// that `hits` was used for last. There may be more candidates: for what the other text contains alone.
    pub fn find_changed_candidates(
        &self,
        text: &[u8],
        changed: &[Range<usize>],
        hits: &mut Hits,
        candidates: &mut Vec<Branch>,
    ) {
        if self.literals.search_ranges(text, changed, hits) {
            hits.go_on();
            self.meet(text, hits, candidates);
        } else {
            self.find_candidates(text, hits, candidates);
        }
    }

    /// Sets `candidates` to the branches whose literals are hits and whose other requirements `text` meets.
    fn meet(&self, text: &[u8], hits: &Hits, candidates: &mut Vec<Branch>) {
        candidates.clear();
        for &literal in hits.found() {
            let range = self.triggers.get(literal as usize);
            let range = range.map_or(0..0, |range| range.start as usize..range.end as usize);
            let triggered = self.triggered.get(range).unwrap_or_default();
            let triggered = triggered.iter().filter(|trigger| hits.has(trigger.other));
            let entries = triggered.filter_map(|one| self.entries.get(one.entry as usize));
            let complete = entries.filter(|entry| self.meets_rest(entry, text, hits));
            candidates.extend(complete.map(|entry| entry.branch));
        }
        for Runs { set, branches } in &self.runs {
            let shortest = branches.first().map_or(1, |(length, _)| *length);
            let most = branches.last().map_or(1, |(length, _)| *length);
            let longest = set.longest_run(shortest..=most, text);
            let occurring = branches.iter().take_while(|(length, _)| *length <= longest);
            candidates.extend(occurring.map(|&(_, branch)| branch));
        }
        if candidates.len() > 1 {
            sentry_sort::unstable(candidates, |a, b| a < b);
            candidates.dedup();
        }
    }

    /// Whether `text` meets the other requirements of a branch.
    fn meets_rest(&self, entry: &Entry, text: &[u8], hits: &Hits) -> bool {
        let has_short = |&short: &u32| {
            let literal = self.short.get(short as usize);
            debug_assert!(literal.is_some(), "short literals are in range");
            literal.is_none_or(|literal| hits.has_short(short, || literal.occurs_in(text)))
        };
        let has_one = |set: &Set| {
            set.numbers.iter().any(|&literal| hits.has(literal)) || set.short.iter().any(has_short)
        };
        entry.sets.iter().all(has_one) && entry.run.is_none_or(|run| run.occurs_in(text))
    }
}

/// A literal that is searched for only in texts that have all else.
#[derive(Debug, PartialEq, Eq)]
struct Short {
    edges: [Edge; 2],
    /// One or two folded bytes.
    bytes: Box<[u8]>,
}

impl Short {
    fn occurs_in(&self, text: &[u8]) -> bool {
        occurs(text, &self.bytes, self.edges)
    }
}

impl<'n> Builder<'n> {
    /// The number of a literal, a new one if it has none yet.
    fn number(&mut self, literal: &'n Literal) -> u32 {
        *self.numbers.entry(literal).or_insert_with(|| {
            self.bytes += literal.len() + 4 * size_of::<usize>();
            self.literals.push(literal);
            self.triggered.push(Vec::new());
            small(self.literals.len() - 1)
        })
    }

    /// A set that is required besides the one that triggers the branch.
    fn set(&mut self, literals: &'n [Literal]) -> Set {
        self.bytes += size_of_val(literals);
        let (mut numbers, mut short) = (Vec::new(), Vec::new());
        for literal in literals {
            match self.short(literal) {
                Some(index) => short.push(index),
                None => numbers.push(self.number(literal)),
            }
        }
        Set {
            numbers: numbers.into_boxed_slice(),
            short: short.into_boxed_slice(),
        }
    }

    /// The index of a short literal, a new one if it has none yet. `None` for others.
    fn short(&mut self, literal: &[u8]) -> Option<u32> {
        let (edges, bytes) = split_edges(literal);
        let is_short = bytes.len() <= SHORT && self.short.len() < MAX_SHORT;
        is_short.then(|| {
            let bytes = bytes.into();
            let new = Short { edges, bytes };
            let known = self.short.iter().position(|other| *other == new);
            small(known.unwrap_or_else(|| {
                self.short.push(new);
                self.short.len() - 1
            }))
        })
    }
}

fn add_run(all: &mut Vec<Runs>, branch: Branch, run: Option<ByteRun>) {
    let Some(ByteRun { set, length }) = run else {
        return;
    };
    if let Some(runs) = all.iter_mut().find(|runs| runs.set == set) {
        runs.branches.push((length, branch));
    } else {
        all.push(Runs {
            set,
            branches: vec![(length, branch)],
        });
    }
}

/// Numbers are bounded by [`MAX_BYTES`].
fn small(number: usize) -> u32 {
    let small = u32::try_from(number);
    debug_assert!(small.is_ok(), "there are fewer literals than bytes");
    small.unwrap_or(u32::MAX)
}
