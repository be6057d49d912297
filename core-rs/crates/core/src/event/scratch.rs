//! Room for what does not stand in a line as it is needed: a subject, and numbers.

use super::Feature;
use super::words::word_at;

/// Room for a subject that does not stand in its line word for word, and for a model's features. Reusing
/// one over a stream of events means no allocation for an event; it grows to the largest event seen.
#[derive(Debug, Default)]
pub struct Scratch {
    /// The text, then bytes that mean nothing.
    room: Vec<u8>,
    len: usize,
    /// The features of the model whose activations were read last.
    pub(super) features: Vec<Feature>,
}

impl Scratch {
    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    /// Bytes of the text.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The text; nothing unless that is UTF-8.
    pub(super) fn text(&self) -> Option<&str> {
        std::str::from_utf8(self.room.get(..self.len)?).ok()
    }

    /// Appends the first `count` bytes of a word. All eight are written, which is faster than to
    /// count.
    #[inline]
    pub(super) fn push_word(&mut self, word: u64, count: usize) {
        let end = self.len + 8;
        if end > self.room.len() {
            self.grow(end);
        }
        if let Some(room) = self.room.get_mut(self.len..end) {
            room.copy_from_slice(&word.to_le_bytes());
            self.len += count;
        }
    }

    #[cold]
    fn grow(&mut self, atleast: usize) {
        self.room.resize((atleast * 2).max(256), 0);
    }

    pub(super) fn push(&mut self, text: &[u8]) {
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
            // A digit is below ten.
            #[allow(clippy::cast_possible_truncation)]
            let value = (rest % 10) as u8;
            *digit = b'0' + value;
            rest /= 10;
            count += 1;
            if rest == 0 {
                break;
            }
        }
        self.push(digits.get(digits.len() - count..).unwrap_or_default());
    }
}
