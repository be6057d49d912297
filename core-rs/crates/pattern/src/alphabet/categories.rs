//! The categories of characters that are not ASCII, one for all characters that the usual classes
//! (`\w`, `\d`, `\s`, `.`, `[^a]`, and letters without regard to case) treat alike.

use std::cell::RefCell;

use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind};

/// The number of categories.
pub(super) const COUNT: u8 = 6;
/// The categories that belong to words come first.
pub(super) const WORDS: u8 = 4;

/// Those of a single character, as bits.
pub(super) const SINGLES: u8 = 1 << KELVIN_SIGN | 1 << LONG_S;

/// Without regard to case, this is `k`.
const KELVIN_SIGN: u8 = 0;
/// Without regard to case, this is `s`.
const LONG_S: u8 = 1;
const DIGIT: u8 = 2;
const OTHER_WORD: u8 = 3;
const SPACE: u8 = 4;
const OTHER: u8 = 5;

/// The first character that is not ASCII.
const FIRST: u32 = 0x80;
/// Between these, there are no characters.
const SURROGATES: [u32; 2] = [0xd800, 0xe000];

thread_local! {
    static CATEGORIES: Categories = Categories::new();
}

/// The most classes whose categories are kept.
const MAX_KNOWN: usize = 32;

/// All characters that are not ASCII, in ranges of one category.
struct Categories {
    /// The first character of each range and its category, ascending.
    ranges: Vec<(u32, u8)>,
    /// The number of ranges of each category.
    counts: [u32; COUNT as usize],
    /// The categories of classes: patterns repeat few of them.
    known: RefCell<Vec<(ClassUnicode, Covered)>>,
}

/// The categories that contain characters of a class, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Covered {
    /// At least one of their characters is in the class.
    pub(super) some: u8,
    /// All of their characters are.
    pub(super) all: u8,
}

impl Categories {
    fn new() -> Self {
        let [word, digit, space] = [r"\w", r"\d", r"\s"].map(class);
        let mut starts = vec![FIRST, 0x17f, 0x180, 0x212a, 0x212b];
        starts.extend(SURROGATES);
        for range in [&word, &digit, &space]
            .iter()
            .flat_map(|class| class.ranges())
        {
            starts.extend([u32::from(range.start()), u32::from(range.end()) + 1]);
        }
        starts.retain(|&start| start >= FIRST && start <= u32::from(char::MAX));
        sentry_sort::unstable(&mut starts, |a, b| a < b);
        starts.dedup();
        let category = |start| match start {
            0x17f => LONG_S,
            0x212a => KELVIN_SIGN,
            start if has(&digit, start) => DIGIT,
            start if has(&word, start) => OTHER_WORD,
            start if has(&space, start) => SPACE,
            _ => OTHER,
        };
        let ranges: Vec<(u32, u8)> = starts
            .iter()
            .map(|&start| (start, category(start)))
            .collect();
        let mut counts = [0; COUNT as usize];
        for &(start, category) in &ranges {
            let count = counts.get_mut(usize::from(category));
            if let Some(count) = count.filter(|_| start != SURROGATES[0]) {
                *count += 1;
            }
        }
        Self {
            ranges,
            counts,
            known: RefCell::default(),
        }
    }

    /// The index of the range that contains a character.
    fn at(&self, char: u32) -> usize {
        self.ranges
            .partition_point(|&(start, _)| start <= char)
            .saturating_sub(1)
    }

    /// The characters of the range with this index, without their end, and its category.
    fn range(&self, at: usize) -> Option<(u32, u32, u8)> {
        let &(start, category) = self.ranges.get(at)?;
        let next = self.ranges.get(at + 1);
        let end = next.map_or(u32::from(char::MAX) + 1, |&(start, _)| start);
        Some((start, end, category))
    }

    fn covered(&self, class: &ClassUnicode) -> Covered {
        let mut some = 0;
        let mut counts = [0_u32; COUNT as usize];
        for range in class.ranges() {
            let (first, last) = (u32::from(range.start()).max(FIRST), u32::from(range.end()));
            if last < FIRST {
                continue;
            }
            let inside = (self.at(first)..).map_while(|at| self.range(at));
            for (start, end, category) in inside.take_while(|&(start, ..)| start <= last) {
                if start == SURROGATES[0] {
                    continue;
                }
                some |= 1 << category;
                if let Some(count) = counts.get_mut(usize::from(category))
                    && first <= start
                    && end <= last + 1
                {
                    *count += 1;
                }
            }
        }
        let pairs = counts.iter().zip(&self.counts);
        let all = (0..COUNT)
            .zip(pairs)
            .filter(|(_, (found, count))| found == count)
            .fold(0, |all, (category, _)| all | 1 << category);
        Covered { some, all }
    }
}

/// Appends a byte for each character: itself if it is ASCII, otherwise `0x80` and its category.
pub(super) fn append(text: &str, bytes: &mut Vec<u8>) {
    CATEGORIES.with(|categories| {
        // Neighbours are usually in the same range.
        let mut last = (0, 0, OTHER);
        for char in text.chars() {
            let code = u32::from(char);
            if let Ok(byte) = u8::try_from(code)
                && byte.is_ascii()
            {
                bytes.push(byte);
                continue;
            }
            if !(last.0..last.1).contains(&code) {
                last = categories.range(categories.at(code)).unwrap_or(last);
            }
            bytes.push(0x80 | last.2);
        }
    });
}

/// The categories that contain characters of a class.
pub(super) fn covered(class: &ClassUnicode) -> Covered {
    CATEGORIES.with(|categories| {
        let mut known = categories.known.borrow_mut();
        if let Some((_, covered)) = known.iter().find(|(other, _)| other == class) {
            return *covered;
        }
        let covered = categories.covered(class);
        if known.len() == MAX_KNOWN {
            known.clear();
        }
        known.push((class.clone(), covered));
        covered
    })
}

/// The class of a pattern that is one.
fn class(pattern: &str) -> ClassUnicode {
    let parsed = regex_syntax::parse(pattern).map(Hir::into_kind);
    if let Ok(HirKind::Class(Class::Unicode(class))) = parsed {
        return class;
    }
    debug_assert!(false, "`{pattern}` is a class");
    ClassUnicode::empty()
}

fn has(class: &ClassUnicode, char: u32) -> bool {
    let ranges = class.ranges();
    let at = ranges.partition_point(|range| u32::from(range.end()) < char);
    ranges
        .get(at)
        .is_some_and(|range| u32::from(range.start()) <= char)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_has_the_category_of_its_classes() {
        let mut bytes = Vec::new();
        append(
            "aK\u{212a}ſ٣é語\u{2028}\u{a0}–\u{10ffff}\u{e000}",
            &mut bytes,
        );
        let expected = [
            0x61, 0x4b, 0x80, 0x81, 0x82, 0x83, 0x83, 0x84, 0x84, 0x85, 0x85, 0x85,
        ];
        assert_eq!(bytes, expected);
    }

    #[test]
    fn the_usual_classes_consist_of_whole_categories() {
        for (pattern, expected) in [
            (r"\w", 0b00_1111),
            (r"\W", 0b11_0000),
            (r"\d", 0b00_0100),
            (r"\D", 0b11_1011),
            (r"\s", 0b01_0000),
            (r"\S", 0b10_1111),
            (".", 0b11_1111),
            ("[^a]", 0b11_1111),
            ("(?i)k|s", 0b00_0011),
            ("(?i)[j-l]", 0b00_0001),
            ("[a-z]", 0),
        ] {
            let covered = covered(&class(pattern));
            assert_eq!(
                (covered.some, covered.all),
                (expected, expected),
                "{pattern}"
            );
        }
        let partly = covered(&class("[é-ü]"));
        assert_eq!((partly.some, partly.all), (0b10_1000, 0));
    }
}
