//! All automata of a policy, and the memory that they take.

use super::MatchRule;
use super::group::{Group, Search};
use super::path::{Path, took};
use crate::prefilter::Branch;

/// Bytes that all automata may take together. Beyond that all are dropped, and compiled anew as they
/// are asked. Few in this crate's tests, so that they come to their end.
pub(super) const MAX_MEMORY: usize = if cfg!(test) { 512 << 10 } else { 64 << 20 };

/// Automata in groups, compiled as they are asked. No answer depends on which are.
#[derive(Debug)]
pub(super) struct Automata {
    /// By rule: the branches that need something.
    filtered: Vec<Option<Box<Group>>>,
    /// By kind of event: the branches that need nothing.
    unfiltered: Vec<Group>,
    /// Bytes that they take.
    memory: usize,
}

impl Automata {
    /// For so many rules; `unfiltered`: by kind of event, the branches that need nothing.
    pub(super) fn new(rules: usize, unfiltered: Vec<Group>) -> Self {
        Self {
            filtered: (0..rules).map(|_| None).collect(),
            unfiltered,
            memory: 0,
        }
    }

    /// Whether one of `wanted`, which are branches of one rule, matches.
    pub(super) fn confirm<R: MatchRule>(
        &mut self,
        search: &Search<'_, R>,
        wanted: &[Branch],
    ) -> bool {
        let Some(Branch { rule, .. }) = wanted.first() else {
            return false;
        };
        let Some(group) = self.filtered.get_mut(*rule as usize) else {
            return false;
        };
        let group = group.get_or_insert_with(|| Box::new(Group::new(needy(search, *rule))));
        let found = group.any(search, wanted, &mut self.memory);
        took(if found {
            Path::Confirmed
        } else {
            Path::Refuted
        });
        found
    }

    /// The rules that have a branch which needs nothing and matches, in no order.
    pub(super) fn which<R: MatchRule>(&mut self, search: &Search<'_, R>, kind: usize) -> Vec<u32> {
        let mut found = Vec::new();
        if let Some(group) = self.unfiltered.get_mut(kind) {
            group.which(search, &mut found, &mut self.memory);
        }
        found
    }

    /// Drops all automata if they take too much memory.
    pub(super) fn keep_small(&mut self) {
        if self.memory <= MAX_MEMORY {
            return;
        }
        took(Path::Dropped);
        self.memory = 0;
        let filtered = self.filtered.iter_mut().flatten().map(Box::as_mut);
        filtered.chain(&mut self.unfiltered).for_each(Group::forget);
    }
}

/// The branches of a rule that need something.
fn needy<R: MatchRule>(search: &Search<'_, R>, rule: u32) -> Vec<Branch> {
    let needs = search
        .rules
        .get(rule as usize)
        .map_or(&[][..], |rule| rule.pattern().needs());
    (0..)
        .zip(needs)
        .filter(|(_, need)| !need.is_nothing())
        .map(|(place, _)| Branch { rule, place })
        .collect()
}
