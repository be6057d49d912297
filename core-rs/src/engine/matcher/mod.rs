//! All rules as one matcher: which of them fit a subject, at a cost that hardly grows with their number.
//!
//! A subject is looked through once for the texts that patterns need ([`filter`]). Only a pattern
//! whose text is there is tried, in the order of the rules, by an automaton of its own ([`lazy`]),
//! which is compiled when it is first asked. Patterns that need nothing share automata. Where an
//! automaton grows too much it is split ([`group`]), so each byte costs a bounded number of steps, and
//! all automata together have bounded memory.

mod ascii;
mod automata;
#[cfg(test)]
mod differential;
mod filter;
mod found;
mod grams;
mod group;
mod lazy;
mod path;
mod relaxed;
mod screen;
mod span;
mod texts;

use std::cell::RefCell;

use automata::Automata;
use filter::TooMuch;
use group::{Group, Search};
use path::{Path, took};

use crate::event::EventKind;
use crate::policy::Rule;
use crate::sort;

pub(crate) use ascii::ascii_edge;
pub(crate) use filter::Filter;
pub(super) use filter::MAX_BYTES;
pub(crate) use found::Found;
pub(crate) use group::Branch;
pub(crate) use relaxed::with_looks;
pub(super) use span::find;
pub(crate) use texts::Texts;

/// Finds which rules fit a subject. Every method takes the rules that it was made of.
#[derive(Debug)]
pub(super) struct Matcher {
    /// By [`EventKind::index`].
    kinds: Vec<Kind>,
    state: RefCell<State>,
}

/// The rules of one kind of event.
#[derive(Debug)]
struct Kind {
    /// Their places in the policy, rising.
    rules: Vec<usize>,
    filter: Filter,
    /// Whether there are branches that need nothing.
    has_unfiltered: bool,
}

/// What searching changes, and no answer depends on.
#[derive(Debug)]
struct State {
    /// By kind.
    found: Vec<Found>,
    candidates: Vec<Branch>,
    automata: Automata,
}

/// What the rules of one kind need takes too much memory.
#[derive(Debug)]
pub(super) struct TooLarge {
    pub(super) kind: EventKind,
    /// The place of the rule that was one too many.
    pub(super) rule: usize,
}

impl Matcher {
    /// Prepares for `rules`; compiles none of them yet.
    #[inline(never)]
    pub(super) fn new(rules: &[Rule]) -> Result<Self, TooLarge> {
        let mut kinds = Vec::with_capacity(EventKind::ALL.len());
        let mut unfiltered = Vec::with_capacity(EventKind::ALL.len());
        for kind in EventKind::ALL {
            let (kind, open) = Kind::new(kind, rules)?;
            kinds.push(kind);
            unfiltered.push(Group::new(open));
        }
        let state = State {
            found: kinds.iter().map(|_| Found::default()).collect(),
            candidates: Vec::new(),
            automata: Automata::new(rules.len(), unfiltered),
        };
        Ok(Self {
            kinds,
            state: RefCell::new(state),
        })
    }

    /// The places of all rules of a kind, rising.
    pub(super) fn rules(&self, kind: EventKind) -> &[usize] {
        let kind = self.kinds.get(kind.index());
        kind.map_or(&[], |kind| kind.rules.as_slice())
    }

    /// The first rule that fits.
    pub(super) fn first(&self, rules: &[Rule], kind: EventKind, subject: &str) -> Option<usize> {
        self.search(
            rules,
            kind,
            subject,
            |search, candidates, state, unfiltered| {
                let mut candidates = candidates.chunk_by(|a, b| a.rule == b.rule);
                let first = candidates
                    .find(|branches| state.confirm(search, branches))
                    .and_then(|branches| branches.first())
                    .map(|branch| branch.rule);
                if candidates.next().is_some() {
                    took(Path::Late);
                }
                let others = unfiltered.map(|kind| state.which(search, kind));
                let other = others.into_iter().flatten().min();
                if other.is_some_and(|other| first.is_none_or(|first| other < first)) {
                    took(Path::Unfiltered);
                    return other;
                }
                first
            },
        )
        .flatten()
        .map(|rule| rule as usize)
    }

    /// The rules that fit, rising.
    pub(super) fn all(&self, rules: &[Rule], kind: EventKind, subject: &str) -> Vec<usize> {
        let found = self.search(
            rules,
            kind,
            subject,
            |search, candidates, state, unfiltered| {
                let mut fitting =
                    unfiltered.map_or_else(Vec::new, |kind| state.which(search, kind));
                for branches in candidates.chunk_by(|a, b| a.rule == b.rule) {
                    if state.confirm(search, branches) {
                        fitting.extend(branches.first().map(|branch| branch.rule));
                    }
                }
                sort::unstable(&mut fitting, |a, b| a < b);
                fitting.dedup();
                fitting
            },
        );
        let places = found.into_iter().flatten();
        places.map(|rule| rule as usize).collect()
    }

    /// Looks for what the patterns need. Where something is found, or some patterns need nothing,
    /// `judge` gets the branches to try, sorted, and the index of the kind if it has some of the latter.
    fn search<T>(
        &self,
        rules: &[Rule],
        kind: EventKind,
        subject: &str,
        judge: impl FnOnce(Search<'_>, &[Branch], &mut Automata, Option<usize>) -> T,
    ) -> Option<T> {
        let index = kind.index();
        let kind = self.kinds.get(index)?;
        let mut state = self.state.borrow_mut();
        let State {
            found,
            candidates,
            automata,
        } = &mut *state;
        let found = found.get_mut(index)?;
        kind.filter.look(subject.as_bytes(), found, candidates);
        if candidates.is_empty() && !kind.has_unfiltered {
            took(Path::NothingFound);
            return None;
        }
        let search = Search {
            rules,
            subject,
            is_ascii: subject.is_ascii(),
        };
        let unfiltered = kind.has_unfiltered.then_some(index);
        let answer = judge(search, candidates, automata, unfiltered);
        automata.keep_small();
        Some(answer)
    }
}

impl Kind {
    /// What is to be known of a kind, and the branches that need nothing.
    fn new(kind: EventKind, rules: &[Rule]) -> Result<(Self, Vec<Branch>), TooLarge> {
        let mut places = Vec::new();
        let mut needy = Vec::new();
        let mut unfiltered = Vec::new();
        for (at, rule) in rules.iter().enumerate() {
            if !rule.on.contains(&kind) {
                continue;
            }
            places.push(at);
            for (branch, need) in rule.pattern.needs().iter().enumerate() {
                let branch = Branch::new(at, branch);
                if need.is_nothing() {
                    unfiltered.push(branch);
                } else {
                    needy.push((branch, need));
                }
            }
        }
        let filter = Filter::new(&needy).map_err(|TooMuch(branch)| TooLarge {
            kind,
            rule: branch.rule as usize,
        })?;
        let kind = Self {
            rules: places,
            filter,
            has_unfiltered: !unfiltered.is_empty(),
        };
        Ok((kind, unfiltered))
    }
}
