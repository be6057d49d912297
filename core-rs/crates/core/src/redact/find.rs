//! Finds: what detectors say, merged where they overlap, and how far it holds.

use std::ops::Range;

use sentry_sort as sort;
use sentry_text::{offset, utf16_len};

/// A secret in a text, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Find {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// The number of its kind.
    pub kind: u32,
}

/// What is found in a text.
#[derive(Debug, PartialEq, Eq)]
pub struct Scan {
    /// In order, none overlapping.
    pub finds: Vec<Find>,
    /// What is before this byte holds whatever follows the text. No find lies across it.
    pub settled: usize,
}

/// What one detector has found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// All matches, in order, none overlapping.
    pub(super) matches: Vec<Range<usize>>,
    /// What of them is secret, likewise.
    pub(super) secrets: Vec<Find>,
}

/// Finds that cover all secrets. Those that overlap are one; the first of them names it, and of those that begin at one
/// place, that of the first detector.
pub(super) fn merged(found: &[Found]) -> Vec<Find> {
    let mut all: Vec<(usize, &Find)> = Vec::new();
    for (rank, Found { secrets, .. }) in found.iter().enumerate() {
        all.extend(secrets.iter().map(|find| (rank, find)));
    }
    sort::unstable(&mut all, |a, b| (a.1.start, a.0) < (b.1.start, b.0));
    let mut finds: Vec<Find> = Vec::new();
    for (_, next) in all {
        match finds.last_mut() {
            Some(last) if next.start < last.end => last.end = last.end.max(next.end),
            _ => finds.push(next.clone()),
        }
    }
    finds
}

/// The last place up to `begins` that no match lies across.
pub(super) fn settled(found: &[Found], begins: usize) -> usize {
    let mut settled = begins;
    loop {
        let across = found.iter().find_map(|found| {
            let at = found.matches.partition_point(|one| one.end <= settled);
            found.matches.get(at).filter(|one| one.start < settled)
        });
        match across {
            Some(across) => settled = across.start,
            None => return settled,
        }
    }
}

impl Scan {
    /// Writes the scan as numbers that JavaScript reads: how many finds, up to where they are final, then
    /// [`FIND_FIELDS`](crate::boundary::FIND_FIELDS) for each find: its start, its end, the number of its kind. Places
    /// count UTF-16 units of `text`.
    pub fn pack_utf16(mut self, text: &[u8], out: &mut Vec<u32>) {
        self.count_utf16(text);
        out.clear();
        out.extend([offset(self.finds.len()), offset(self.settled)]);
        for find in &self.finds {
            out.extend([offset(find.start), offset(find.end), find.kind]);
        }
    }

    /// Counts in UTF-16 units of `text` instead of bytes.
    fn count_utf16(&mut self, text: &[u8]) {
        if text.is_ascii() {
            return;
        }
        let (mut at, mut units) = (0, 0);
        let mut count = |place: usize| {
            units += utf16_len(text.get(at..place).unwrap_or_default()) as usize;
            at = place;
            units
        };
        let mut settled = Some(self.settled);
        for find in &mut self.finds {
            if let Some(place) = settled.take_if(|place| *place <= find.start) {
                self.settled = count(place);
            }
            find.start = count(find.start);
            find.end = count(find.end);
        }
        if let Some(place) = settled {
            self.settled = count(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(kind: u32, matches: &[Range<usize>], secrets: &[Range<usize>]) -> Found {
        let find = |&Range { start, end }: &Range<usize>| Find { start, end, kind };
        Found {
            matches: matches.to_vec(),
            secrets: secrets.iter().map(find).collect(),
        }
    }

    #[test]
    #[allow(clippy::single_range_in_vec_init)]
    fn finds_that_overlap_are_one_and_those_that_touch_are_two() {
        let finds = merged(&[
            found(0, &[], &[8..12, 20..22]),
            found(1, &[], &[4..9, 21..30]),
            found(2, &[], &[12..14, 29..31]),
            found(3, &[], &[12..13]),
        ]);
        let expected = [(4, 12, 1), (12, 14, 2), (20, 31, 0)];
        let expected = expected.map(|(start, end, kind)| Find { start, end, kind });
        assert_eq!(finds, expected);
    }

    #[test]
    #[allow(clippy::single_range_in_vec_init)]
    fn no_match_lies_across_what_is_settled() {
        let all = [
            found(0, &[0..3], &[]),
            found(1, &[2..6, 10..12], &[]),
            found(2, &[5..9], &[]),
        ];
        assert_eq!(settled(&all, 8), 0);
        assert_eq!(settled(&all, 9), 9);
        assert_eq!(settled(&all, 11), 10);
        assert_eq!(settled(&all, 3), 0);
        assert_eq!(settled(&all[2..], 7), 5);
    }

    #[test]
    fn units_are_counted_once_for_all_places() {
        let text = "é😀a😀é";
        let find = |start, end| Find {
            start,
            end,
            kind: 0,
        };
        for (settled, units) in [(0, 0), (2, 1), (6, 3), (7, 4), (13, 7)] {
            let mut scan = Scan {
                finds: vec![find(2, 6), find(7, 11)],
                settled,
            };
            scan.count_utf16(text.as_bytes());
            assert_eq!(scan.finds, [find(1, 3), find(4, 6)]);
            assert_eq!(scan.settled, units);
            let bytes = Scan {
                finds: vec![find(2, 6), find(7, 11)],
                settled,
            };
            let mut packed = vec![9];
            bytes.pack_utf16(text.as_bytes(), &mut packed);
            let units = offset(units);
            assert_eq!(packed, [2, units, 1, 3, 0, 4, 6, 0]);
        }
    }
}
