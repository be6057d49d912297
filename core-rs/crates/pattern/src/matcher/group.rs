//! Branches of patterns that are tried together: as one automaton, or as two if that grows too
//! large.

use super::MatchRule;
use super::automata::Memory;
use super::coverage::{CodePath, record};
use super::lazy_automaton::{LazyAutomaton, Texts, TooManyStates};
use crate::alphabet::Text;
use crate::pattern::{Pattern, branches};
use crate::prefilter::Branch;

/// The most bytes that the compiled patterns of a group take together before it is split.
const MAX_GROUP: usize = 8 << 20;

/// A text, and the rules that the branches belong to.
pub(super) struct Query<'s, R> {
    pub(super) rules: &'s [R],
    pub(super) text: Text<'s>,
}

impl<R> Query<'_, R> {
    fn texts(&self) -> Texts {
        if self.text.is_ascii() {
            Texts::Ascii
        } else {
            Texts::All
        }
    }
}

/// Branches and their automata, which are compiled when they are first needed.
#[derive(Debug)]
pub(super) struct Group {
    branches: Vec<Branch>,
    state: State,
}

#[derive(Debug)]
enum State {
    Whole {
        /// For ASCII texts.
        ascii: Option<Box<LazyAutomaton>>,
        /// For all other texts.
        all: Option<Box<LazyAutomaton>>,
    },
    Split(Box<[Group; 2]>),
}

impl Group {
    pub(super) fn new(branches: Vec<Branch>) -> Self {
        let state = State::Whole {
            ascii: None,
            all: None,
        };
        Self { branches, state }
    }

    /// Whether a branch matches. All `wanted` branches are tried; others of the group may be tried,
    /// too.
    pub(super) fn any<R: MatchRule>(
        &mut self,
        query: &Query<'_, R>,
        wanted: &[Branch],
        memory: &mut Memory,
    ) -> bool {
        if !self.branches.iter().any(|branch| wanted.contains(branch)) {
            return false;
        }
        loop {
            if let State::Split(halves) = &mut self.state {
                return halves
                    .iter_mut()
                    .any(|half| half.any(query, wanted, memory));
            }
            match self.run(query, memory, LazyAutomaton::any) {
                Ok(found) => return found,
                Err(TooManyStates) if self.branches.len() > 1 => self.split(),
                Err(TooManyStates) => return self.assume(query),
            }
        }
    }

    /// Adds the rules with a matching branch to `found`, in any order.
    pub(super) fn which<R: MatchRule>(
        &mut self,
        query: &Query<'_, R>,
        found: &mut Vec<u32>,
        memory: &mut Memory,
    ) {
        loop {
            if let State::Split(halves) = &mut self.state {
                for half in halves.iter_mut() {
                    half.which(query, found, memory);
                }
                return;
            }
            // Most texts match nothing, which is cheaper to find out than which branches match.
            let result = self.run(query, memory, |automaton, text| {
                let any = automaton.any(text)?;
                any.then(|| automaton.which(text)).transpose()
            });
            match result {
                Ok(places) => {
                    let places = places.iter().flat_map(|places| places.iter());
                    let branches = places.filter_map(|place| self.branches.get(place.as_usize()));
                    found.extend(branches.map(|branch| branch.rule));
                    return;
                }
                Err(TooManyStates) if self.branches.len() > 1 => self.split(),
                Err(TooManyStates) => {
                    let rule = self.branches.first().map(|branch| branch.rule);
                    found.extend(rule.filter(|_| self.assume(query)));
                    return;
                }
            }
        }
    }

    /// Runs the automaton for texts like this one. A single branch never has too many states, and
    /// its automaton compiles, because its pattern has been compiled before.
    fn run<R: MatchRule, T: Default>(
        &mut self,
        query: &Query<'_, R>,
        memory: &mut Memory,
        question: impl Fn(&mut LazyAutomaton, &Text<'_>) -> Result<T, TooManyStates>,
    ) -> Result<T, TooManyStates> {
        let State::Whole { ascii, all } = &mut self.state else {
            return Err(TooManyStates);
        };
        let automaton = match query.texts() {
            Texts::Ascii => ascii,
            Texts::All => all,
        };
        if automaton.is_none() {
            *automaton = compile(&self.branches, query).map(Box::new);
        }
        let Some(compiled) = automaton else {
            return Err(TooManyStates);
        };
        let answer = question(compiled, &query.text);
        if !memory.admits(compiled) {
            *automaton = None;
        }
        answer
    }

    /// The first match of a pattern in an ASCII text. `None` also if no automaton has been compiled
    /// for the whole pattern: the group may have some of its branches only.
    pub(super) fn find(&self, pattern: &Pattern, text: &str) -> Option<(usize, usize)> {
        match &self.state {
            State::Whole { ascii, .. } if self.branches.len() == pattern.requirements().len() => {
                ascii.as_ref()?.find(text)
            }
            State::Whole { .. } | State::Split(_) => None,
        }
    }

    /// Compiles the automaton for texts like this one, unless the group has no branches.
    pub(super) fn compile<R: MatchRule>(&mut self, query: &Query<'_, R>, memory: &mut Memory) {
        if !self.branches.is_empty() {
            // A failure is found again by the first text that needs the automaton.
            let _ = self.run(query, memory, LazyAutomaton::any);
        }
    }

    /// The result for a branch whose automaton cannot be built.
    fn assume<R: MatchRule>(&self, query: &Query<'_, R>) -> bool {
        let branch = self.branches.first();
        let rule = branch.and_then(|branch| query.rules.get(branch.rule as usize));
        rule.is_some_and(MatchRule::matches_if_unknown)
    }

    fn split(&mut self) {
        record(CodePath::Split);
        let later = self.branches.split_off(self.branches.len() / 2);
        let earlier = std::mem::take(&mut self.branches);
        self.branches = [earlier.as_slice(), &later].concat();
        self.state = State::Split(Box::new([Self::new(earlier), Self::new(later)]));
    }

    /// Drops all automata; groups stay split.
    pub(super) fn clear(&mut self) {
        match &mut self.state {
            State::Whole { ascii, all } => (*ascii, *all) = (None, None),
            State::Split(halves) => halves.iter_mut().for_each(Self::clear),
        }
    }

    /// Drops the states of all automata.
    pub(super) fn drop_states(&mut self, memory: &mut Memory) {
        match &mut self.state {
            State::Whole { ascii, all } => {
                let automata = [ascii, all].into_iter().flatten();
                automata.for_each(|automaton| automaton.drop_states(&mut memory.used));
            }
            State::Split(halves) => halves.iter_mut().for_each(|half| half.drop_states(memory)),
        }
    }
}

fn compile<R: MatchRule>(members: &[Branch], query: &Query<'_, R>) -> Option<LazyAutomaton> {
    record(match query.texts() {
        Texts::Ascii => CodePath::Ascii,
        Texts::All => CodePath::All,
    });
    let sizes = members.chunk_by(|a, b| a.rule == b.rule).map(|same| {
        let rule = same
            .first()
            .and_then(|branch| query.rules.get(branch.rule as usize));
        rule.and_then(MatchRule::pattern).map_or(0, Pattern::size)
    });
    if members.len() > 1 && sizes.fold(0, usize::saturating_add) > MAX_GROUP {
        return None;
    }
    let mut patterns = Vec::with_capacity(members.len());
    for same in members.chunk_by(|a, b| a.rule == b.rule) {
        let pattern = query.rules.get(same.first()?.rule as usize)?.pattern()?;
        let whole = pattern.parsed()?;
        // The whole pattern is smaller than all of its branches, and shows where a match is. In a
        // group of several rules, there must be a pattern for each branch.
        if same.len() == members.len() && same.len() == pattern.requirements().len() {
            patterns.push(whole);
            break;
        }
        let all = branches(&whole);
        for branch in same {
            patterns.push(all.get(branch.index as usize)?.clone());
        }
    }
    LazyAutomaton::new(patterns, query.texts(), members.len() > 1)
}
