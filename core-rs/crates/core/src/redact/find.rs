//! The finds of all detectors, merged where they overlap, and up to where they are final.

use std::ops::Range;

use sentry_text::{offset, utf16_len};

/// A secret in a text. Positions count bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Find {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// The number of its kind.
    pub kind: u32,
}

/// The result of a scan.
#[derive(Debug, PartialEq, Eq)]
pub struct Scan {
    /// In order, not overlapping.
    pub finds: Vec<Find>,
    /// More text cannot change the result before this byte. No find lies across it.
    pub stable_until: usize,
}

/// What one detector found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// All matches, in order, not overlapping.
    pub(super) matches: Vec<Range<usize>>,
    /// The secrets in them, in order, not overlapping.
    pub(super) secrets: Vec<Find>,
}

/// Finds that cover all secrets. Overlapping secrets become one find, of the kind of the one that
/// starts first; if several start at the same byte, of the kind of the first detector.
pub(super) fn merged(found: &[Found]) -> Vec<Find> {
    let mut all: Vec<(usize, &Find)> = Vec::new();
    for (rank, Found { secrets, .. }) in found.iter().enumerate() {
        all.extend(secrets.iter().map(|find| (rank, find)));
    }
    // A text may have very many, nearly always of one detector.
    if !all.is_sorted_by_key(|(rank, find)| (find.start, *rank)) {
        sentry_sort::unstable(&mut all, |a, b| (a.1.start, a.0) < (b.1.start, b.0));
    }
    let mut finds: Vec<Find> = Vec::new();
    for (_, next) in all {
        match finds.last_mut() {
            Some(last) if next.start < last.end => last.end = last.end.max(next.end),
            _ => finds.push(next.clone()),
        }
    }
    finds
}

/// The last position up to `partial`, where a partial match starts, that no match lies across.
pub(super) fn stable_until(found: &[Found], partial: usize) -> usize {
    let mut until = partial;
    loop {
        let across = found.iter().find_map(|found| {
            let at = found.matches.partition_point(|one| one.end <= until);
            found.matches.get(at).filter(|one| one.start < until)
        });
        match across {
            Some(across) => until = across.start,
            None => return until,
        }
    }
}

impl Scan {
    /// Writes the scan as numbers that JavaScript reads: how many finds, the position up to which
    /// they are final, then [`FIND_FIELDS`](crate::boundary::FIND_FIELDS) for each find: its start,
    /// its end, the number of its kind. Places count UTF-16 units of `text`.
    pub fn pack_utf16(mut self, text: &[u8], out: &mut Vec<u32>) {
        self.count_utf16(text);
        out.clear();
        out.extend([offset(self.finds.len()), offset(self.stable_until)]);
        for find in &self.finds {
            out.extend([offset(find.start), offset(find.end), find.kind]);
        }
    }

    /// Converts all positions from bytes to UTF-16 units of `text`.
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
        let mut stable_until = Some(self.stable_until);
        for find in &mut self.finds {
            if let Some(place) = stable_until.take_if(|place| *place <= find.start) {
                self.stable_until = count(place);
            }
            find.start = count(find.start);
            find.end = count(find.end);
        }
        if let Some(place) = stable_until {
            self.stable_until = count(place);
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
    fn overlapping_finds_are_merged_and_adjacent_ones_are_not() {
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
    fn no_match_lies_across_the_stable_end() {
        let all = [
            found(0, &[0..3], &[]),
            found(1, &[2..6, 10..12], &[]),
            found(2, &[5..9], &[]),
        ];
        assert_eq!(stable_until(&all, 8), 0);
        assert_eq!(stable_until(&all, 9), 9);
        assert_eq!(stable_until(&all, 11), 10);
        assert_eq!(stable_until(&all, 3), 0);
        assert_eq!(stable_until(&all[2..], 7), 5);
    }

    #[test]
    fn positions_are_converted_to_utf16_units() {
        let text = "é😀a😀é";
        let find = |start, end| Find {
            start,
            end,
            kind: 0,
        };
        for (stable_until, units) in [(0, 0), (2, 1), (6, 3), (7, 4), (13, 7)] {
            let mut scan = Scan {
                finds: vec![find(2, 6), find(7, 11)],
                stable_until,
            };
            scan.count_utf16(text.as_bytes());
            assert_eq!(scan.finds, [find(1, 3), find(4, 6)]);
            assert_eq!(scan.stable_until, units);
            let bytes = Scan {
                finds: vec![find(2, 6), find(7, 11)],
                stable_until,
            };
            let mut packed = vec![9];
            bytes.pack_utf16(text.as_bytes(), &mut packed);
            let units = offset(units);
            assert_eq!(packed, [2, units, 1, 3, 0, 4, 6, 0]);
        }
    }
}
