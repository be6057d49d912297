//! All automata of a matcher, and the memory that they take.

use super::MatchRule;
use super::coverage::{CodePath, record};
use super::group::{Group, Query};
use super::lazy_automaton::LazyAutomaton;
use crate::alphabet::Text;
use crate::pattern::Pattern;
use crate::prefilter::Branch;

/// The most bytes that all automata take together. The limit is low in tests, so that they reach it.
const MAX_MEMORY: usize = if cfg!(test) { 384 << 10 } else { 64 << 20 };
/// If all automata take more than this without their states, they are dropped and compiled again on
/// demand.
const MAX_WITHOUT_STATES: usize = if cfg!(test) { 128 << 10 } else { 48 << 20 };

/// The memory of all automata.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// The bytes that they take.
    pub(super) used: usize,
    /// Whether they have taken too many since the last check.
    is_exceeded: bool,
}

impl Memory {
    /// Counts an automaton that has been used, and returns whether it may be kept.
    pub(super) fn admits(&mut self, automaton: &mut LazyAutomaton) -> bool {
        automaton.count(&mut self.used);
        if self.used <= MAX_MEMORY {
            return true;
        }
        // One text may need any number of automata: beyond the limit, none keeps its states.
        self.is_exceeded = true;
        automaton.drop_states(&mut self.used);
        if self.used <= MAX_MEMORY {
            return true;
        }
        automaton.uncount(&mut self.used);
        false
    }
}

/// Automata in groups, compiled on demand. No result depends on which of them are compiled.
#[derive(Debug)]
pub(super) struct Automata {
    /// For each rule, its branches with requirements.
    filtered: Vec<Option<Box<Group>>>,
    /// For each kind of text, the branches without requirements.
    unfiltered: Vec<Group>,
    memory: Memory,
}

impl Automata {
    /// Automata for so many rules. `unfiltered` has for each kind of text the branches without
    /// requirements.
    pub(super) fn new(rules: usize, unfiltered: Vec<Group>) -> Self {
        Self {
            filtered: (0..rules).map(|_| None).collect(),
            unfiltered,
            memory: Memory::default(),
        }
    }

    /// Compiles all automata for ASCII texts.
    pub(super) fn compile<R: MatchRule>(&mut self, rules: &[R]) {
        let query = Query {
            rules,
            text: Text::new(""),
        };
        for (rule, group) in (0..).zip(&mut self.filtered) {
            let group =
                group.get_or_insert_with(|| Box::new(Group::new(filtered_branches(&query, rule))));
            group.compile(&query, &mut self.memory);
        }
        for group in &mut self.unfiltered {
            group.compile(&query, &mut self.memory);
        }
    }

    /// Whether one of `wanted` matches. They are branches of one rule.
    pub(super) fn confirm<R: MatchRule>(
        &mut self,
        query: &Query<'_, R>,
        wanted: &[Branch],
    ) -> bool {
        let Some(Branch { rule, .. }) = wanted.first() else {
            return false;
        };
        let Some(group) = self.filtered.get_mut(*rule as usize) else {
            return false;
        };
        let group =
            group.get_or_insert_with(|| Box::new(Group::new(filtered_branches(query, *rule))));
        let found = group.any(query, wanted, &mut self.memory);
        record(if found {
            CodePath::Confirmed
        } else {
            CodePath::Refuted
        });
        found
    }

    /// The first match of a rule, if an automaton has been compiled that shows it.
    pub(super) fn find<R: MatchRule>(
        &self,
        query: &Query<'_, R>,
        rule: usize,
    ) -> Option<(usize, usize)> {
        let pattern = query.rules.get(rule)?.pattern()?;
        let group = self.filtered.get(rule)?.as_ref();
        group
            .filter(|_| query.text.is_ascii())?
            .find(pattern, query.text.as_str())
    }

    /// The rules with a branch that has no requirements and matches, in any order.
    pub(super) fn which<R: MatchRule>(&mut self, query: &Query<'_, R>, kind: usize) -> Vec<u32> {
        let mut found = Vec::new();
        if let Some(group) = self.unfiltered.get_mut(kind) {
            group.which(query, &mut found, &mut self.memory);
        }
        found
    }

    /// If all automata took too much memory, drops their states, and if that is not enough, the
    /// automata.
    pub(super) fn limit_memory(&mut self) {
        if !std::mem::take(&mut self.memory.is_exceeded) {
            return;
        }
        record(CodePath::StatesDropped);
        let memory = &mut self.memory;
        let filtered = self.filtered.iter_mut().flatten().map(Box::as_mut);
        let groups = filtered.chain(&mut self.unfiltered);
        groups.for_each(|group| group.drop_states(memory));
        if memory.used <= MAX_WITHOUT_STATES {
            return;
        }
        record(CodePath::Dropped);
        memory.used = 0;
        let filtered = self.filtered.iter_mut().flatten().map(Box::as_mut);
        filtered.chain(&mut self.unfiltered).for_each(Group::clear);
    }
}

/// The branches of a rule that have requirements.
fn filtered_branches<R: MatchRule>(query: &Query<'_, R>, rule: u32) -> Vec<Branch> {
    let required = query
        .rules
        .get(rule as usize)
        .and_then(MatchRule::pattern)
        .map_or(&[][..], Pattern::requirements);
    (0..)
        .zip(required)
        .filter(|(_, required)| !required.is_empty())
        .map(|(index, _)| Branch { rule, index })
        .collect()
}
