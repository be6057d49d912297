//! Mutates kept inputs, from a seed. Replaces libFuzzer where it is not installed.

use sentry_testing::Random;

/// Bytes with a meaning in one of the input formats.
const MARKS: &[u8] =
    b"\n\t \"'`\\/{}[]()<>|*+?.,:;=_-@#$^%&019aAkKsxuE\x00\x01\x1f\x7f\x80\xc3\xfe\xff";

/// Makes new inputs from a list of inputs.
pub struct Mutator {
    random: Random,
    inputs: Vec<Vec<u8>>,
}

impl Mutator {
    /// Mutates `inputs`. The same seed gives the same mutations.
    ///
    /// # Panics
    /// If there are no inputs.
    pub fn new(seed: u64, inputs: Vec<Vec<u8>>) -> Self {
        assert!(!inputs.is_empty());
        Self {
            random: Random(seed),
            inputs,
        }
    }

    /// A random input with one to six random changes.
    pub fn next_input(&mut self) -> Vec<u8> {
        let mut input = self.any_input();
        for _ in 0..=self.random.below(6) {
            self.change(&mut input);
        }
        input
    }

    fn any_input(&mut self) -> Vec<u8> {
        let at = self.random.below(self.inputs.len());
        self.inputs[at].clone()
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.random.below(input.len() + 1);
        let end = (at + 1 + self.random.below(8)).min(input.len());
        match self.random.below(8) {
            0 if at < end => input[at] = self.random.byte(),
            1 if at < end => input[at] ^= 1 << self.random.below(8),
            2 if at < end => drop(input.drain(at..end)),
            3 if at < end => {
                let copy = input[at..end].to_vec();
                let to = self.random.below(input.len() + 1);
                input.splice(to..to, copy);
            }
            4 | 5 => input.insert(at, self.random.pick(MARKS)),
            _ => {
                let other = self.any_input();
                let from = self.random.below(other.len() + 1);
                let to = (from + 1 + self.random.below(24)).min(other.len());
                input.splice(at..at, other[from..to].iter().copied());
            }
        }
    }
}
