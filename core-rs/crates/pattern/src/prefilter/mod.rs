//! Which branches of patterns have in a subject what they need.

mod found;
mod grams;
mod screen;
mod texts;

use std::collections::HashMap;
use std::ops::Range;

use sentry_sort as sort;

use crate::need::{Need, Text, commonness, fold, without_edges};
use crate::run::{ByteSet, Run};

pub use found::Found;
pub use texts::Texts;

/// Bytes that what the branches on one kind of event need may take.
pub const MAX_BYTES: usize = 64 << 20;
/// A set of texts that is more common than this is looked for only where a branch needs nothing else.
const MAX_COMMONNESS: f32 = 0.01;
/// How much less telling a text is for each other branch that needs it.
const SHARED: f32 = 1e-4;
/// A text of no more bytes is found too often to be looked for in every subject, if need not be.
const SHORT: usize = 2;
/// A shorter run says little where texts were found.
const MIN_RUN: u32 = 4;

/// One branch of one rule's pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Branch {
    /// The rule's place in the policy.
    pub rule: u32,
    /// The branch's place in the pattern.
    pub place: u32,
}

/// Branches, by what they need.
#[derive(Debug)]
pub struct Filter {
    texts: Texts,
    /// By the number of a text: the branches that need it first of all, as a range of `owners`.
    owned: Vec<Range<u32>>,
    /// Places in `needy`.
    owners: Vec<u32>,
    needy: Vec<Needy>,
    runs: Vec<Runs>,
    /// Texts of at most [`SHORT`] bytes, without edges.
    short: Vec<Vec<u8>>,
}

/// A branch that needs a text.
#[derive(Debug)]
struct Needy {
    branch: Branch,
    /// Of each of these sets it needs one text as well.
    sets: Vec<Set>,
    /// It needs this as well.
    run: Option<Run>,
}

/// Texts of which one is needed.
#[derive(Debug)]
struct Set {
    /// Those that are looked for in every subject, by their numbers.
    numbers: Box<[u32]>,
    /// Those that would be found too often, and are looked for where all else is there: places in
    /// [`Filter::short`].
    short: Box<[u32]>,
}

/// Branches that need no text but a run of bytes from one set, the shortest first.
#[derive(Debug)]
struct Runs {
    set: ByteSet,
    branches: Vec<(u32, Branch)>,
}

/// What the branches need takes more than [`MAX_BYTES`], with this one.
#[derive(Debug)]
pub struct TooMuch(pub Branch);

/// Texts while they are collected: their numbers, and who needs each first of all.
#[derive(Default)]
struct Collected<'n> {
    numbers: HashMap<&'n [u8], u32>,
    texts: Vec<&'n [u8]>,
    owners: Vec<Vec<u32>>,
    short: Vec<Vec<u8>>,
    bytes: usize,
}

impl Filter {
    /// A filter for branches that need something.
    ///
    /// # Errors
    /// What they need takes more than [`MAX_BYTES`].
    // Kept out of its caller: engines take long to optimise what grows very large.
    #[inline(never)]
    pub fn new(branches: &[(Branch, &Need)]) -> Result<Self, TooMuch> {
        let mut counts: HashMap<&[u8], f32> = HashMap::new();
        for text in branches
            .iter()
            .flat_map(|(_, need)| need.texts.iter().flatten())
        {
            *counts.entry(text).or_default() += 1.0;
        }
        let shared = |text: &Text| counts.get(text.as_slice()).map_or(0.0, |count| count - 1.0);
        let cost = |set: &[Text]| commonness(set) + SHARED * set.iter().map(shared).sum::<f32>();

        let mut collected = Collected::default();
        let mut needy = Vec::new();
        let mut runs: Vec<Runs> = Vec::new();
        for &(branch, need) in branches {
            let sets = need.texts.iter().enumerate();
            let first = sets.min_by(|(_, a), (_, b)| cost(a).total_cmp(&cost(b)));
            let is_telling = |set: &[Text]| need.run.is_none() || commonness(set) < MAX_COMMONNESS;
            let Some((first, texts)) = first.filter(|(_, set)| is_telling(set)) else {
                runs_of(&mut runs, branch, need.run);
                continue;
            };
            let owner = small(needy.len());
            for text in texts {
                let number = collected.number(text);
                if let Some(owners) = collected.owners.get_mut(number as usize) {
                    owners.push(owner);
                }
            }
            let others = need.texts.iter().enumerate();
            let others =
                others.filter(|(at, set)| *at != first && commonness(set) < MAX_COMMONNESS);
            needy.push(Needy {
                branch,
                sets: others.map(|(_, set)| collected.set(set)).collect(),
                run: need.run.filter(|run| run.length >= MIN_RUN),
            });
            if collected.bytes > MAX_BYTES {
                return Err(TooMuch(branch));
            }
        }
        for runs in &mut runs {
            sort::unstable(&mut runs.branches, |a, b| a < b);
        }
        let mut owners = Vec::new();
        let mut owned = Vec::with_capacity(collected.owners.len());
        for more in &collected.owners {
            let start = small(owners.len());
            owners.extend_from_slice(more);
            owned.push(start..small(owners.len()));
        }
        Ok(Self {
            texts: Texts::new(&collected.texts),
            owned,
            owners,
            needy,
            runs,
            short: collected.short,
        })
    }

    /// Leaves in `candidates` the branches that have in `subject` what they need, in order. `found` is
    /// room to work in.
    pub fn look(&self, subject: &[u8], found: &mut Found, candidates: &mut Vec<Branch>) {
        candidates.clear();
        found.begin(self.owned.len(), self.short.len());
        self.texts.look(subject, found);
        for &text in found.texts() {
            let owned = self.owned.get(text as usize).cloned().unwrap_or_default();
            let owners = self.owners.get(owned.start as usize..owned.end as usize);
            let needy = owners.unwrap_or_default().iter();
            let needy = needy.filter_map(|&owner| self.needy.get(owner as usize));
            let complete = needy.filter(|needy| self.has_all(needy, subject, found));
            candidates.extend(complete.map(|needy| needy.branch));
        }
        for Runs { set, branches } in &self.runs {
            let shortest = branches.first().map_or(1, |(length, _)| *length);
            let longest = set.longest_run(shortest, subject);
            let occurring = branches.iter().take_while(|(length, _)| *length <= longest);
            candidates.extend(occurring.map(|&(_, branch)| branch));
        }
        if candidates.len() > 1 {
            sort::unstable(candidates, |a, b| a < b);
            candidates.dedup();
        }
    }

    /// Whether there is all else that a branch needs.
    fn has_all(&self, needy: &Needy, subject: &[u8], found: &Found) -> bool {
        let is_there = |&short: &u32| {
            let text = self
                .short
                .get(short as usize)
                .map_or(&[][..], Vec::as_slice);
            found.has_short(short, || has_short(subject, text))
        };
        let has_one = |set: &Set| {
            set.numbers.iter().any(|&text| found.has(text)) || set.short.iter().any(is_there)
        };
        needy.sets.iter().all(has_one) && needy.run.is_none_or(|run| run.occurs_in(subject))
    }
}

/// Whether a text of one or two bytes, as [`fold`] leaves them, is in `subject`.
fn has_short(subject: &[u8], text: &[u8]) -> bool {
    let [first, rest @ ..] = text else {
        return true;
    };
    // What differs in this bit alone is the same to `fold`.
    let places = memchr::memchr2_iter(*first, first ^ 0x20, subject);
    let mut behind = places.map(|at| subject.get(at + 1..).unwrap_or_default());
    match rest {
        [second, ..] => {
            behind.any(|behind| behind.first().is_some_and(|&byte| fold(byte) == *second))
        }
        [] => behind.next().is_some(),
    }
}

impl<'n> Collected<'n> {
    /// The number of a text, which gets a new one if it has none.
    fn number(&mut self, text: &'n Text) -> u32 {
        *self.numbers.entry(text).or_insert_with(|| {
            self.bytes += text.len() + 4 * size_of::<usize>();
            self.texts.push(text);
            self.owners.push(Vec::new());
            small(self.texts.len() - 1)
        })
    }

    /// A set that is needed beside another one.
    fn set(&mut self, texts: &'n [Text]) -> Set {
        self.bytes += size_of_val(texts);
        let (mut numbers, mut short) = (Vec::new(), Vec::new());
        for text in texts {
            let inside = without_edges(text);
            if inside.len() <= SHORT {
                short.push(self.short(inside));
            } else {
                numbers.push(self.number(text));
            }
        }
        Set {
            numbers: numbers.into_boxed_slice(),
            short: short.into_boxed_slice(),
        }
    }

    /// The place of a short text, which gets a new one if it has none. There are few of them.
    fn short(&mut self, text: &[u8]) -> u32 {
        let known = self.short.iter().position(|other| other == text);
        small(known.unwrap_or_else(|| {
            self.short.push(text.to_vec());
            self.short.len() - 1
        }))
    }
}

fn runs_of(all: &mut Vec<Runs>, branch: Branch, run: Option<Run>) {
    let Some(Run { set, length }) = run else {
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
    u32::try_from(number).unwrap_or(u32::MAX)
}
