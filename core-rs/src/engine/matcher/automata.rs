//! All automata of a policy, and the memory that they take.

use std::collections::HashMap;

use super::group::{Branch, Group, Search};
use super::path::{Path, took};
use crate::policy::Need;

/// Bytes that all automata may take together. Beyond that all are dropped, and compiled anew as they
/// are asked.
const MAX_MEMORY: usize = 64 << 20;

/// Automata in groups, compiled as they are asked. No answer depends on which are.
#[derive(Debug)]
pub(super) struct Automata {
    /// By rule: the branches that need a text.
    filtered: HashMap<u32, Group>,
    /// By kind of event: the branches that need nothing.
    unfiltered: Vec<Group>,
    /// Bytes that they take.
    memory: usize,
}

impl Automata {
    /// `unfiltered`: by kind of event, the branches that need nothing.
    pub(super) fn new(unfiltered: Vec<Group>) -> Self {
        Self {
            filtered: HashMap::new(),
            unfiltered,
            memory: 0,
        }
    }

    /// Whether one of `wanted`, which are branches of one rule, matches.
    pub(super) fn confirm(&mut self, search: Search<'_>, wanted: &[Branch]) -> bool {
        let Some(Branch { rule, .. }) = wanted.first() else {
            return false;
        };
        let group = self
            .filtered
            .entry(*rule)
            .or_insert_with(|| Group::new(needy(search, *rule)));
        let found = group.any(search, wanted, &mut self.memory);
        took(if found {
            Path::Confirmed
        } else {
            Path::Refuted
        });
        found
    }

    /// The rules that have a branch which needs nothing and matches, in no order.
    pub(super) fn which(&mut self, search: Search<'_>, kind: usize) -> Vec<u32> {
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
        let groups = self.filtered.values_mut().chain(&mut self.unfiltered);
        groups.for_each(Group::forget);
    }
}

/// The branches of a rule that need a text.
fn needy(search: Search<'_>, rule: u32) -> Vec<Branch> {
    let needs = search
        .rules
        .get(rule as usize)
        .map_or(&[][..], |rule| rule.pattern.needs());
    (0..)
        .zip(needs)
        .filter(|(_, need)| matches!(need, Need::OneOf(_)))
        .map(|(place, _)| Branch::new(rule as usize, place))
        .collect()
}
