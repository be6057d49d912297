//! All rules as one matcher: which of them fit a subject, at a cost that hardly grows with their number.
//!
//! A subject is looked through once for the texts that patterns need ([`crate::prefilter`]). Only a pattern
//! whose text is there is tried, in the order of the rules, by an automaton of its own ([`lazy`]),
//! which is compiled when it is first asked. Patterns that need nothing share automata. Where an
//! automaton grows too much it is split ([`group`]), so each byte costs a bounded number of steps, and
//! all automata together have bounded memory.

mod ascii;
mod automata;
#[cfg(test)]
mod differential;
mod group;
mod lazy;
mod path;

use std::cell::RefCell;

use sentry_sort as sort;

use crate::pattern::Pattern;
use crate::prefilter::{Branch, Filter, Found, TooMuch};
use automata::Automata;
use group::{Group, Search};
use path::{Path, took};

/// A rule as the matcher sees it.
pub trait MatchRule {
    /// What a subject must match.
    fn pattern(&self) -> &Pattern;

    /// Whether it looks at subjects of a kind, as a number below that given to [`Matcher::new`].
    fn is_on(&self, kind: usize) -> bool;

    /// Whether it counts as fitting where its automaton cannot be built.
    fn fits_if_unknown(&self) -> bool;
}

/// Finds which rules fit a subject. Every method takes the rules that it was made of.
///
/// ```
/// use sentry_pattern::{Pattern, matcher::{MatchRule, Matcher}};
/// struct Rule(Pattern);
/// impl MatchRule for Rule {
///     fn pattern(&self) -> &Pattern { &self.0 }
///     fn is_on(&self, _kind: usize) -> bool { true }
///     fn fits_if_unknown(&self) -> bool { true }
/// }
/// let rules = ["curl .*", r"\bnc\b", "nc"].map(|text| Rule(Pattern::parse(text).unwrap()));
/// let matcher = Matcher::new(&rules, 1).unwrap();
/// assert_eq!(matcher.first(&rules, 0, "nc -e sh"), Some(1));
/// assert_eq!(matcher.all(&rules, 0, "nc -e sh"), [1, 2]);
/// ```
#[derive(Debug)]
pub struct Matcher {
    /// By the number of the kind.
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
pub struct TooLarge {
    /// The number of the kind.
    pub kind: usize,
    /// The place of the rule that was one too many.
    pub rule: usize,
}

impl Matcher {
    /// Prepares for `rules` on so many kinds of subject; compiles none of them yet.
    ///
    /// # Errors
    /// What the rules of one kind need takes more than [`MAX_BYTES`](crate::prefilter::MAX_BYTES).
    #[inline(never)]
    pub fn new<R: MatchRule>(rules: &[R], kinds: usize) -> Result<Self, TooLarge> {
        let all = 0..kinds;
        let mut kinds = Vec::with_capacity(kinds);
        let mut unfiltered = Vec::with_capacity(kinds.capacity());
        for kind in all {
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
    pub fn rules(&self, kind: usize) -> &[usize] {
        let kind = self.kinds.get(kind);
        kind.map_or(&[], |kind| kind.rules.as_slice())
    }

    /// The first rule that fits.
    pub fn first<R: MatchRule>(&self, rules: &[R], kind: usize, subject: &str) -> Option<usize> {
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
    pub fn all<R: MatchRule>(&self, rules: &[R], kind: usize, subject: &str) -> Vec<usize> {
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
    fn search<R: MatchRule, T>(
        &self,
        rules: &[R],
        index: usize,
        subject: &str,
        judge: impl FnOnce(&Search<'_, R>, &[Branch], &mut Automata, Option<usize>) -> T,
    ) -> Option<T> {
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
        let answer = judge(&search, candidates, automata, unfiltered);
        automata.keep_small();
        Some(answer)
    }
}

impl Kind {
    /// What is to be known of a kind, and the branches that need nothing.
    fn new<R: MatchRule>(kind: usize, rules: &[R]) -> Result<(Self, Vec<Branch>), TooLarge> {
        let mut places = Vec::new();
        let mut needy = Vec::new();
        let mut unfiltered = Vec::new();
        for (at, rule) in rules.iter().enumerate() {
            if !rule.is_on(kind) {
                continue;
            }
            places.push(at);
            let rule_number = u32::try_from(at).unwrap_or(u32::MAX);
            for (place, need) in (0..).zip(rule.pattern().needs()) {
                let branch = Branch {
                    rule: rule_number,
                    place,
                };
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
