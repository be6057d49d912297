//! The rules of one kind of event, compiled into one matcher.

use regex::{RegexSet, RegexSetBuilder};

/// The most memory that all patterns of one kind may take together, in bytes.
pub(super) const MAX_COMPILED_SET: usize = 256 << 20;

/// Finds which rules of one kind fit a subject.
///
/// A set answers for all patterns in one pass over the subject, however many there are, in time that
/// is linear in it.
#[derive(Debug)]
pub(super) struct Matcher {
    set: RegexSet,
    /// Places in the policy's rules, rising.
    rules: Vec<usize>,
}

/// The patterns of one kind take more than [`MAX_COMPILED_SET`] together.
#[derive(Debug)]
pub(super) struct TooLarge;

impl Matcher {
    /// Compiles patterns, given with their rules' places in the policy, which must rise.
    pub(super) fn new<'p>(
        patterns: impl Iterator<Item = (usize, &'p str)>,
    ) -> Result<Self, TooLarge> {
        let (rules, patterns): (Vec<_>, Vec<_>) = patterns.unzip();
        let set = RegexSetBuilder::new(patterns)
            .size_limit(MAX_COMPILED_SET)
            .build()
            .map_err(|_| TooLarge)?;
        Ok(Self { set, rules })
    }

    /// The places of all rules of this kind, rising.
    pub(super) fn rules(&self) -> &[usize] {
        &self.rules
    }

    /// The rules that fit `subject`, rising. The first of them decides.
    pub(super) fn fitting<'m>(&'m self, subject: &str) -> impl Iterator<Item = usize> + use<'m> {
        // Most subjects fit nothing, and saying so is cheaper than saying what fits.
        let found = self
            .set
            .is_match(subject)
            .then(|| self.set.matches(subject));
        found
            .into_iter()
            .flatten()
            .filter_map(|at| self.rules.get(at).copied())
    }
}
