//! Finds: what detectors say, merged where they overlap, and how far it holds.

use std::ops::Range;

use crate::sort;

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

/// A match of one detector.
pub(super) struct Found {
    pub(super) kind: u32,
    /// The place of the detector in the order of all.
    pub(super) rank: u32,
    pub(super) matched: Range<usize>,
    /// What of it is secret, if anything is.
    pub(super) value: Option<Range<usize>>,
}

/// Finds that cover all secrets. Those that overlap are one; the first of them names it, and of those that begin at one
/// place, that of the first detector.
pub(super) fn merged(mut found: Vec<Found>) -> Vec<Find> {
    let place = |found: &Found| (found.value.as_ref().map(|value| value.start), found.rank);
    sort::unstable(&mut found, |a, b| place(a) < place(b));
    let mut finds: Vec<Find> = Vec::new();
    for Found { kind, value, .. } in found {
        let Some(Range { start, end }) = value else {
            continue;
        };
        match finds.last_mut() {
            Some(last) if start < last.end => last.end = last.end.max(end),
            _ => finds.push(Find { start, end, kind }),
        }
    }
    finds
}

/// The last place up to `begins` that no match lies across.
pub(super) fn settled(found: &[Found], begins: usize) -> usize {
    let mut matches: Vec<_> = found.iter().map(|found| &found.matched).collect();
    sort::unstable(&mut matches, |a, b| a.start > b.start);
    let mut settled = begins;
    for matched in matches {
        if matched.start < settled && settled < matched.end {
            settled = matched.start;
        }
    }
    settled
}

impl Scan {
    /// Counts in UTF-16 units of `text` instead of bytes.
    pub fn count_utf16(&mut self, text: &[u8]) {
        if text.is_ascii() {
            return;
        }
        let (mut at, mut units) = (0, 0);
        let mut count = |place: &mut usize| {
            let more = text.get(at..*place).unwrap_or_default();
            units += crate::text::utf16_len(more) as usize;
            at = (*place).max(at);
            *place = units;
        };
        let mut is_counted = false;
        for find in &mut self.finds {
            if !is_counted && find.start >= self.settled {
                count(&mut self.settled);
                is_counted = true;
            }
            count(&mut find.start);
            count(&mut find.end);
        }
        if !is_counted {
            count(&mut self.settled);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rank: u32, matched: Range<usize>, value: Option<Range<usize>>) -> Found {
        Found {
            kind: rank + 100,
            rank,
            matched,
            value,
        }
    }

    #[test]
    fn finds_that_overlap_are_one_and_those_that_touch_are_two() {
        let finds = merged(vec![
            found(2, 3..9, Some(4..9)),
            found(1, 8..12, Some(8..12)),
            found(0, 0..2, None),
            found(3, 12..13, Some(12..13)),
            found(5, 12..14, Some(12..14)),
        ]);
        let expected = [(4, 12, 102), (12, 14, 103)];
        let expected = expected.map(|(start, end, kind)| Find { start, end, kind });
        assert_eq!(finds, expected);
    }

    #[test]
    fn no_match_lies_across_what_is_settled() {
        let all = [
            found(0, 0..3, None),
            found(1, 2..6, None),
            found(2, 5..9, Some(5..6)),
        ];
        assert_eq!(settled(&all, 8), 0);
        assert_eq!(settled(&all, 9), 9);
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
        let mut scan = Scan {
            finds: vec![find(2, 6), find(7, 13)],
            settled: 7,
        };
        scan.count_utf16(text.as_bytes());
        assert_eq!(scan.finds, [find(1, 3), find(4, 7)]);
        assert_eq!(scan.settled, 4);
    }
}
