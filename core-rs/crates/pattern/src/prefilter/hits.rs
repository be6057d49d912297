//! The literals found in one text. Reused from one text to the next, so that nothing is allocated.

use std::cell::Cell;

/// The literals that were found, by their numbers, and cached answers for the short ones.
#[derive(Debug, Default)]
pub struct Hits {
    /// The number of this text. No earlier text has the same number.
    round: u32,
    /// For each literal, the last round that found it.
    last: Vec<u32>,
    found: Vec<u32>,
    /// For each short literal, the last round that searched for it, and the result in the lowest
    /// bit.
    searched: Vec<Cell<u32>>,
}

impl Hits {
    /// Starts a new text, for so many literals and short literals.
    pub fn start(&mut self, literals: usize, short: usize) {
        self.found.clear();
        self.round += 1;
        if self.round > u32::MAX >> 1 || self.last.len() != literals {
            self.last.clear();
            self.last.resize(literals, 0);
            self.searched.clear();
            self.searched.resize(short, Cell::new(0));
            self.round = 1;
        }
    }

    /// Starts a text that has the literals found so far. The short ones are searched for anew.
    pub(super) fn go_on(&mut self) {
        self.searched.iter().for_each(|searched| searched.set(0));
    }

    /// Records a literal that was not found before in this text.
    pub(super) fn add(&mut self, literal: u32) {
        if let Some(last) = self.last.get_mut(literal as usize) {
            *last = self.round;
        }
        self.found.push(literal);
    }

    /// Whether a literal was found.
    pub(super) fn has(&self, literal: u32) -> bool {
        self.last.get(literal as usize) == Some(&self.round)
    }

    /// The literals that were found, without duplicates.
    pub fn found(&self) -> &[u32] {
        &self.found
    }

    /// Whether the text contains a short literal. Calls `search` once per text and literal.
    pub(super) fn has_short(&self, short: u32, search: impl FnOnce() -> bool) -> bool {
        let Some(searched) = self.searched.get(short as usize) else {
            return search();
        };
        if searched.get() >> 1 != self.round {
            let answer = u32::from(search());
            searched.set(self.round << 1 | answer);
        }
        searched.get() & 1 == 1
    }
}
