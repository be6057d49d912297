//! A buffer for the parts of an event that cannot be borrowed from its line.

use super::Feature;
use super::host::Names;
use super::swar::word_at;

/// The memory that parsing writes to. Reuse one for a stream of events, so that no event allocates;
/// it grows to the largest event.
#[derive(Debug, Default)]
pub struct Scratch {
    /// The last line that was not UTF-8, with U+FFFD in place of what is not.
    pub(super) replaced: String,
    pub(super) parts: Parts,
    /// The other names of the last event's destination.
    pub(super) names: Names,
}

/// A subject that does not occur verbatim in its line, and a model's features.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// The text, then unused bytes.
    buffer: Vec<u8>,
    len: usize,
    /// Where each argument of the last command ends in the text.
    pub(super) ends: Vec<usize>,
    /// Whether the text has a byte from a line that is not ASCII, so that it may not be UTF-8.
    beyond_ascii: bool,
    /// The features of the last event of a model's activations.
    pub(super) features: Vec<Feature>,
}

/// A longer text is copied at once. Most are short, and for those a call takes longer.
const MAX_BY_WORDS: usize = 64;

/// Less room is made on demand.
const MIN_RESERVED: usize = 4096;

/// The memory that is kept for the next event, in bytes.
const MAX_KEPT: usize = 1 << 20;

impl Scratch {
    /// Gives memory back that only a large event needed. The event that was parsed with this
    /// scratch is gone then.
    pub fn give_back(&mut self) {
        let features = self.parts.features.capacity() * size_of::<Feature>();
        let ends = self.parts.ends.capacity() * size_of::<usize>();
        let texts = self.replaced.capacity() + self.parts.buffer.capacity() + self.names.capacity();
        if texts + features + ends > MAX_KEPT {
            *self = Self::default();
        }
    }
}

impl Parts {
    pub(super) fn clear(&mut self) {
        self.len = 0;
        self.ends.clear();
        self.beyond_ascii = false;
    }

    /// The length of the text in bytes.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The text; `None` if it is not UTF-8.
    pub(super) fn text(&self) -> Option<&str> {
        std::str::from_utf8(self.buffer.get(..self.len)?).ok()
    }

    /// Whether the text is UTF-8. Looks at it only if it is not ASCII.
    pub(super) fn is_utf8(&self) -> bool {
        !self.beyond_ascii || self.text().is_some()
    }

    /// Makes room for `bytes` more, so that a long text grows the buffer once.
    pub(super) fn reserve(&mut self, bytes: usize) {
        let end = self.len + bytes + 8;
        if end > self.buffer.len() && bytes > MIN_RESERVED {
            self.buffer.resize(end, 0);
        }
    }

    /// Appends a byte that is not ASCII.
    pub(super) fn push_beyond_ascii(&mut self, byte: u8) {
        self.beyond_ascii = true;
        self.push_word(byte.into(), 1);
    }

    /// Appends the first `count` bytes of a word. Writes all eight, which is faster than writing
    /// `count` bytes.
    #[inline]
    pub(super) fn push_word(&mut self, word: u64, count: usize) {
        let end = self.len + 8;
        if end > self.buffer.len() {
            self.grow(end);
        }
        if let Some(target) = self.buffer.get_mut(self.len..end) {
            target.copy_from_slice(&word.to_le_bytes());
            self.len += count;
        }
    }

    #[cold]
    fn grow(&mut self, at_least: usize) {
        self.buffer.resize((at_least * 2).max(256), 0);
    }

    pub(super) fn push(&mut self, text: &[u8]) {
        if text.len() > MAX_BY_WORDS {
            let end = self.len + text.len();
            if end > self.buffer.len() {
                self.grow(end);
            }
            if let Some(target) = self.buffer.get_mut(self.len..end) {
                target.copy_from_slice(text);
                self.len = end;
            }
            return;
        }
        for at in (0..text.len()).step_by(8) {
            self.push_word(word_at(text, at), (text.len() - at).min(8));
        }
    }

    pub(super) fn push_char(&mut self, char: char) {
        let mut word = [0; 8];
        let count = char.encode_utf8(&mut word).len();
        self.push_word(u64::from_le_bytes(word), count);
    }

    pub(super) fn push_number(&mut self, number: u64) {
        let mut digits = [0; 20];
        let mut rest = number;
        let mut count = 0;
        for digit in digits.iter_mut().rev() {
            // The remainder is below ten.
            #[allow(clippy::cast_possible_truncation)]
            let value = (rest % 10) as u8;
            *digit = b'0' + value;
            rest /= 10;
            count += 1;
            if rest == 0 {
                break;
            }
        }
        debug_assert!(
            count <= digits.len(),
            "a 64-bit number has at most 20 digits"
        );
        self.push(digits.get(digits.len() - count..).unwrap_or_default());
    }
}
