//! A text that may go on: reading past its end is noticed, since more text could change what was
//! read.

use std::cell::Cell;
use std::ops::Range;

/// A text, or the part of it that is known so far.
#[derive(Debug)]
pub(super) struct Text<'t> {
    pub(super) bytes: &'t [u8],
    reached_end: Cell<bool>,
}

impl<'t> Text<'t> {
    pub(super) fn new(bytes: &'t [u8]) -> Self {
        Self {
            bytes,
            reached_end: Cell::new(false),
        }
    }

    /// The byte at a place; `None` behind the end.
    pub(super) fn at(&self, place: usize) -> Option<u8> {
        let byte = self.bytes.get(place).copied();
        if byte.is_none() {
            self.reached_end.set(true);
        }
        byte
    }

    /// The byte before a place; `None` at the start.
    pub(super) fn before(&self, place: usize) -> Option<u8> {
        self.bytes.get(place.checked_sub(1)?).copied()
    }

    pub(super) fn part(&self, part: Range<usize>) -> &'t [u8] {
        self.bytes.get(part).unwrap_or_default()
    }

    /// At most `count` bytes before a place.
    pub(super) fn back(&self, place: usize, count: usize) -> &'t [u8] {
        self.part(place.saturating_sub(count)..place)
    }

    /// Whether `expected` is at a place.
    pub(super) fn has(&self, place: usize, expected: &[u8]) -> bool {
        self.compare(place, expected, <[u8]>::eq)
    }

    /// As [`Text::has`], for letters of either case; `expected` is in lower case.
    pub(super) fn has_folded(&self, place: usize, expected: &[u8]) -> bool {
        self.compare(place, expected, <[u8]>::eq_ignore_ascii_case)
    }

    fn compare(&self, place: usize, expected: &[u8], is_equal: fn(&[u8], &[u8]) -> bool) -> bool {
        let part = self.bytes.get(place..).unwrap_or_default();
        let part = part.get(..expected.len()).unwrap_or(part);
        let begin = expected.get(..part.len()).unwrap_or_default();
        let is_whole = part.len() == expected.len();
        let is_begun = is_equal(part, begin);
        if is_begun && !is_whole {
            self.reached_end.set(true);
        }
        is_begun && is_whole
    }

    /// The end of the bytes from a place for which `is_in` holds, at most `most` of them.
    pub(super) fn run(&self, from: usize, most: usize, is_in: impl Fn(u8) -> bool) -> usize {
        let mut end = from;
        while end - from < most && self.at(end).is_some_and(&is_in) {
            end += 1;
        }
        end
    }

    /// Whether the end was reached since the last call.
    pub(super) fn take_reached_end(&self) -> bool {
        self.reached_end.replace(false)
    }
}

/// Whether a byte is a letter, a digit or `_`.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether `text` contains `word`. For short texts: a search by `memmem` prepares more than it saves.
pub(super) fn contains(text: &[u8], word: &[u8]) -> bool {
    let Some(&first) = word.first() else {
        return true;
    };
    memchr::memchr_iter(first, text)
        .any(|at| text.get(at..).is_some_and(|part| part.starts_with(word)))
}

/// Whether a list of words, which blanks separate, has a word in letters of either case.
pub(super) fn is_listed(list: &str, word: &[u8]) -> bool {
    let list = list.as_bytes();
    let Some(first) = word.first() else {
        return false;
    };
    let [lower, upper] = [first.to_ascii_lowercase(), first.to_ascii_uppercase()];
    let is_end = |byte: Option<&u8>| byte.is_none_or(|byte| *byte == b' ');
    memchr::memchr2_iter(lower, upper, list).any(|at| {
        let (before, rest) = list.split_at(at);
        is_end(before.last())
            && is_end(rest.get(word.len()))
            && (rest.get(..word.len())).is_some_and(|one| one.eq_ignore_ascii_case(word))
    })
}

/// Whether `text`, in letters of either case, contains `word`, which is in lower case.
pub(super) fn contains_folded(text: &[u8], word: &[u8]) -> bool {
    let Some(&first) = word.first() else {
        return true;
    };
    let upper = first.to_ascii_uppercase();
    memchr::memchr2_iter(first, upper, text).any(|at| {
        text.get(at..at + word.len())
            .is_some_and(|part| part.eq_ignore_ascii_case(word))
    })
}

/// Whether `text` ends with `word` in letters of either case; `word` is in lower case.
pub(super) fn ends_folded(text: &[u8], word: &[u8]) -> bool {
    let end = text.len().checked_sub(word.len());
    end.and_then(|from| text.get(from..))
        .is_some_and(|end| end.eq_ignore_ascii_case(word))
}
