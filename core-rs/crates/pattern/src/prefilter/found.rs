//! What one look at a subject found, kept from one to the next so that nothing is allocated.

use std::cell::Cell;

/// The texts that were found, by their numbers, and what is known of the short ones.
#[derive(Debug, Default)]
pub struct Found {
    /// The look, as a number that no earlier one had.
    round: u32,
    /// For each text, the last look that found it.
    last: Vec<u32>,
    texts: Vec<u32>,
    /// For each short text, the last look that asked for it, and the answer in the lowest bit.
    asked: Vec<Cell<u32>>,
}

impl Found {
    /// Forgets the last look, for one at so many texts and short texts.
    pub fn begin(&mut self, texts: usize, short: usize) {
        self.texts.clear();
        self.round += 1;
        if self.round > u32::MAX >> 1 || self.last.len() != texts {
            self.last.clear();
            self.last.resize(texts, 0);
            self.asked.clear();
            self.asked.resize(short, Cell::new(0));
            self.round = 1;
        }
    }

    /// Takes in the number of a text that was not found yet.
    pub(super) fn add(&mut self, text: u32) {
        if let Some(last) = self.last.get_mut(text as usize) {
            *last = self.round;
        }
        self.texts.push(text);
    }

    /// Whether a text was found.
    pub(super) fn has(&self, text: u32) -> bool {
        self.last.get(text as usize) == Some(&self.round)
    }

    /// The texts that were found.
    pub fn texts(&self) -> &[u32] {
        &self.texts
    }

    /// Whether a short text is there, which `search` says when it is asked for the first time.
    pub(super) fn has_short(&self, short: u32, search: impl FnOnce() -> bool) -> bool {
        let Some(asked) = self.asked.get(short as usize) else {
            return search();
        };
        if asked.get() >> 1 != self.round {
            let answer = u32::from(search());
            asked.set(self.round << 1 | answer);
        }
        asked.get() & 1 == 1
    }
}
