//! What one look at a subject found, kept from one to the next so that nothing is allocated.

/// Numbers of texts and of others, each there once.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The look, as a number that no earlier one had.
    round: u32,
    /// For each text, the last look that found it.
    last: Vec<u32>,
    texts: Vec<u32>,
}

impl Found {
    /// Forgets the last look, for one at so many texts.
    pub(super) fn begin(&mut self, texts: usize) {
        self.texts.clear();
        self.round = self.round.wrapping_add(1);
        if self.round == 0 || self.last.len() != texts {
            self.last.clear();
            self.last.resize(texts, 0);
            self.round = 1;
        }
    }

    /// Takes in the number of a text.
    pub(super) fn add(&mut self, text: u32) {
        if let Some(last) = self.last.get_mut(text as usize)
            && *last != self.round
        {
            *last = self.round;
            self.texts.push(text);
        }
    }

    /// Whether a text was found.
    pub(super) fn has(&self, text: u32) -> bool {
        self.last.get(text as usize) == Some(&self.round)
    }

    /// The texts that were found.
    pub(super) fn texts(&self) -> &[u32] {
        &self.texts
    }
}
