//! The most selective run of bytes of one class that a pattern requires, such as 40 hexadecimal
//! digits.

use std::ops::RangeInclusive;

use regex_syntax::hir::{Class, Hir, HirKind};

/// Consecutive bytes of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRun {
    /// The set that all bytes of the run belong to.
    pub set: ByteSet,
    /// The fewest bytes of the run.
    pub length: u32,
}

/// A set of bytes: any ASCII bytes, and either all other bytes or none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSet([u64; 4]);

impl ByteSet {
    /// The bytes of the UTF-8 form of the characters of `class`; all non-ASCII bytes if one of
    /// these is not ASCII.
    pub fn of(class: &Class) -> Self {
        let mut ascii = 0_u128;
        let mut others = 0;
        let mut add = |start: u32, end: u32| {
            (start..=end.min(0x7f)).for_each(|char| ascii |= 1 << char);
            if end > 0x7f {
                others = u64::MAX;
            }
        };
        match class {
            Class::Unicode(class) => class
                .ranges()
                .iter()
                .for_each(|range| add(range.start().into(), range.end().into())),
            Class::Bytes(class) => class
                .ranges()
                .iter()
                .for_each(|range| add(range.start().into(), range.end().into())),
        }
        #[allow(clippy::cast_possible_truncation)]
        Self([ascii as u64, (ascii >> 64) as u64, others, others])
    }

    /// The set of one byte; of all non-ASCII bytes if it is one of them.
    pub fn only(byte: u8) -> Self {
        let mut set = [0; 4];
        if byte >= 0x80 {
            set = [0, 0, u64::MAX, u64::MAX];
        } else if let Some(word) = set.get_mut(usize::from(byte >> 6)) {
            *word = 1 << (byte & 63);
        }
        Self(set)
    }

    /// The bytes of both sets.
    #[must_use]
    pub fn or(self, Self(others): Self) -> Self {
        let mut all = self.0;
        for (word, other) in all.iter_mut().zip(others) {
            *word |= other;
        }
        Self(all)
    }

    /// Adds the bytes of a text.
    pub fn add(&mut self, text: &str) {
        for byte in text.bytes() {
            if let Some(word) = self.0.get_mut(usize::from(byte >> 6)) {
                *word |= 1 << (byte & 63);
            }
        }
    }

    /// Whether a byte is in both sets.
    pub fn meets(self, Self(others): Self) -> bool {
        self.0
            .iter()
            .zip(others)
            .any(|(word, other)| word & other != 0)
    }

    /// Whether the set contains a byte.
    #[inline]
    pub fn has(self, byte: u8) -> bool {
        let word = self.0.get(usize::from(byte >> 6));
        word.is_some_and(|word| word >> (byte & 63) & 1 == 1)
    }

    fn len(self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// The length of the longest run of bytes of the set in `text`, if that is in `lengths`; the longest of
    /// these if it is longer, and 0 if it is shorter. Looks only where such a run could end.
    pub fn longest_run(self, lengths: RangeInclusive<u32>, text: &[u8]) -> u32 {
        let (mut start, mut longest) = (0_usize, 0);
        let mut needed = (*lengths.start()).max(1) as usize;
        let enough = (*lengths.end()).max(1) as usize;
        while needed <= enough
            && let Some(window) = text.get(start..start.saturating_add(needed))
        {
            // A longer run can begin only after a byte that is not in the set.
            if let Some(at) = window.iter().rposition(|&byte| !self.has(byte)) {
                start += at + 1;
            } else {
                let rest = text.get(start + needed..).unwrap_or_default();
                let rest = rest.iter().take(enough - needed);
                let more = rest.take_while(|&&byte| self.has(byte)).count();
                longest = needed + more;
                start += longest;
                needed = longest + 1;
            }
        }
        u32::try_from(longest).unwrap_or(u32::MAX)
    }
}

impl ByteRun {
    /// Whether `text` contains such a run.
    pub fn occurs_in(self, text: &[u8]) -> bool {
        self.set.longest_run(self.length..=self.length, text) > 0
    }

    /// A rough measure of how selective the run is.
    fn weight(self) -> u32 {
        self.length
            .saturating_mul(256_u32.saturating_sub(self.set.len()))
    }
}

/// The most selective run that every match of `hir` contains.
pub(super) fn of(hir: &Hir) -> Option<ByteRun> {
    match hir.kind() {
        HirKind::Class(class) => Some(ByteRun {
            set: ByteSet::of(class),
            length: 1,
        }),
        HirKind::Repetition(repetition) if repetition.min > 0 => {
            let once = of(&repetition.sub)?;
            match repetition.sub.kind() {
                HirKind::Class(_) => Some(ByteRun {
                    length: repetition.min,
                    ..once
                }),
                _ => Some(once),
            }
        }
        HirKind::Capture(capture) => of(&capture.sub),
        HirKind::Concat(parts) => parts.iter().filter_map(of).max_by_key(|run| run.weight()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex_syntax::hir::{ClassBytes, ClassBytesRange};

    fn run(pattern: &str) -> Option<(u32, u32)> {
        let run = of(&regex_syntax::parse(pattern).unwrap())?;
        Some((run.length, run.set.len()))
    }

    #[test]
    fn the_most_selective_run_of_every_match_is_found() {
        assert_eq!(run("[0-9a-f]{32}"), Some((32, 16)));
        assert_eq!(run("x[0-9]{3}-([A-Z]{12,})"), Some((12, 26)));
        assert_eq!(run("[0-9]+"), Some((1, 10)));
        assert_eq!(run("[0-9]*|[a-z]"), None);
        assert_eq!(run("(?:[0-9]{2}x){5}"), Some((2, 10)));
        assert_eq!(run("é{3}[^a]{2}"), Some((2, 255)));
    }

    #[test]
    fn the_longest_run_is_found_at_any_position() {
        let set = ByteSet::of(&Class::Bytes(ClassBytes::new([ClassBytesRange::new(
            b'x', b'x',
        )])));
        for bits in 0..1 << 10 {
            let byte = |at| if bits >> at & 1 == 1 { b'x' } else { b'.' };
            let text: Vec<u8> = (0..10).map(byte).collect();
            let runs = text.split(|&byte| byte != b'x').map(<[u8]>::len);
            let longest = u32::try_from(runs.max().unwrap()).unwrap();
            for (at_least, most) in
                (1..6).flat_map(|at_least| (at_least..8).map(move |most| (at_least, most)))
            {
                let expected = if longest >= at_least {
                    longest.min(most)
                } else {
                    0
                };
                assert_eq!(
                    set.longest_run(at_least..=most, &text),
                    expected,
                    "{at_least} {most} {text:?}"
                );
            }
        }
    }
}
