//! Which characters are equal if case does not matter. In `regex-syntax` the table takes 47 kB, here
//! one.
//!
//! `folds.bin` has runs of pairs of equal characters. Each is three numbers in LEB128: the distance
//! between the two of a pair, the first character, and the count of pairs after the first one, twice,
//! and one more if only every second character has a pair.

use super::leb;

static FOLDS: &[u8] = include_bytes!("../../data/folds.bin");

/// The runs that begin below 128.
const ASCII: [Run; 3] = [
    Run {
        distance: 32,
        first: 65,
        pairs: 26,
        step: 1,
    },
    // The Kelvin sign, and the long s.
    Run {
        distance: 8383,
        first: 107,
        pairs: 1,
        step: 1,
    },
    Run {
        distance: 268,
        first: 115,
        pairs: 1,
        step: 1,
    },
];

/// `first` + n × `step` and the character that is `distance` behind it are equal, for n below `pairs`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Run {
    pub(super) distance: u32,
    pub(super) first: u32,
    pub(super) pairs: u32,
    pub(super) step: u32,
}

/// Adds the letters that differ from those of the ranges in case alone, and merges the ranges.
pub(super) fn add(ranges: &mut Vec<(u32, u32)>) {
    let given = ranges.clone();
    if given.iter().all(|&(_, last)| last < 128) {
        // `K` and `S` are in the first run alone.
        add_runs(&given, ASCII.into_iter(), ranges);
        let lower = ranges.clone();
        add_runs(&lower, ASCII.into_iter().skip(1), ranges);
    } else {
        add_runs(&given, runs(), ranges);
    }
    merge(ranges);
}

fn add_runs(given: &[(u32, u32)], runs: impl Iterator<Item = Run>, found: &mut Vec<(u32, u32)>) {
    for run in runs {
        let last = run.first + (run.pairs - 1) * run.step;
        for &(from, to) in given {
            let mut push = |start: u32, shifted: &dyn Fn(u32) -> u32| {
                let (from, to) = (from.max(start), to.min(start + last - run.first));
                if run.step == 1 && from <= to {
                    found.push((shifted(from), shifted(to)));
                } else {
                    let aligned = from + (from - start) % run.step;
                    let each = (aligned..=to).step_by(run.step as usize);
                    found.extend(each.map(|one| (shifted(one), shifted(one))));
                }
            };
            push(run.first, &|one| one + run.distance);
            push(run.first + run.distance, &|one| one - run.distance);
        }
    }
}

pub(super) fn runs() -> impl Iterator<Item = Run> {
    let mut rest = FOLDS;
    std::iter::from_fn(move || {
        let (distance, first) = (leb(&mut rest)?, leb(&mut rest)?);
        let more = leb(&mut rest)?;
        Some(Run {
            distance,
            first,
            pairs: 1 + more / 2,
            step: 1 + more % 2,
        })
    })
}

fn merge(ranges: &mut Vec<(u32, u32)>) {
    sentry_sort::unstable(ranges, |a, b| a < b);
    let mut merged: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
    for &(first, last) in ranges.iter() {
        match merged.last_mut() {
            Some(before) if first <= before.1 + 1 => before.1 = before.1.max(last),
            _ => merged.push((first, last)),
        }
    }
    *ranges = merged;
}
