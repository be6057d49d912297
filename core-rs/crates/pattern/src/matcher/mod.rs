//! All rules as one matcher: which of them match a text, at a cost that hardly grows with their
//! number.
//!
//! A prefilter searches each text once for the literals that the patterns require
//! ([`crate::prefilter`]). Only patterns whose literals were found are tried, in the order of the
//! rules, each by an automaton of its own ([`lazy_automaton`]), which is compiled when it is first
//! needed. Patterns without requirements share automata. An automaton that grows too large is split
//! ([`group`]), so each byte costs a bounded number of steps, and all automata together take
//! bounded memory.

mod automata;
mod coverage;
#[cfg(test)]
mod differential;
mod group;
mod lazy_automaton;

use std::cell::RefCell;
use std::ops::{ControlFlow, Range};

use crate::alphabet::Text;
use crate::pattern::Pattern;
use crate::prefilter::{self, Branch, Hits, Prefilter};
use automata::Automata;
use coverage::{CodePath, record};
use group::{Group, Query};

/// The most bytes that the automata of all rules may take, without the states that they build for
/// texts. A bound for each is computed as for 64 bits; in WebAssembly, they take less than two
/// thirds of it. So all of them fit into memory at once, and no text compiles one again.
pub const MAX_AUTOMATA: usize = 64 << 20;

/// A rule as the matcher sees it.
pub trait MatchRule {
    /// What a text must match. A rule without a pattern matches no text here.
    fn pattern(&self) -> Option<&Pattern>;

    /// Whether the rule applies to texts of a kind: a number below the `kinds` of [`Matcher::new`].
    fn applies_to(&self, kind: usize) -> bool;

    /// Whether the rule counts as matching if its automaton cannot be built.
    fn matches_if_unknown(&self) -> bool;
}

/// Takes the rules that match a text, in their order.
pub trait Visitor {
    /// Whether a match of the rule would make a difference.
    fn wants(&self, rule: usize) -> bool;

    /// Takes a rule that matches. Breaks if no later rule makes a difference.
    fn take(&mut self, rule: usize) -> ControlFlow<()>;
}

/// Offers a rule that matches, and returns whether the visitor has seen enough.
fn is_enough(visitor: &mut impl Visitor, rule: u32) -> bool {
    let rule = rule as usize;
    visitor.wants(rule) && visitor.take(rule).is_break()
}

/// Finds the rules that match a text. Pass the same rules to every method as to [`Matcher::new`].
///
/// ```
/// use sentry_pattern::{Pattern, matcher::{MatchRule, Matcher}};
/// struct Rule(Pattern);
/// impl MatchRule for Rule {
///     fn pattern(&self) -> Option<&Pattern> { Some(&self.0) }
///     fn applies_to(&self, _kind: usize) -> bool { true }
///     fn matches_if_unknown(&self) -> bool { true }
/// }
/// let rules = ["curl .*", r"\bnc\b", "nc"].map(|text| Rule(Pattern::parse(text).unwrap()));
/// let matcher = Matcher::new(&rules, 1).unwrap();
/// assert_eq!(matcher.all(&rules, 0, "nc -e sh"), [1, 2]);
/// ```
#[derive(Debug)]
pub struct Matcher {
    /// For each kind of text.
    kinds: Vec<KindRules>,
    state: RefCell<State>,
}

/// The rules that apply to one kind of text.
#[derive(Debug)]
struct KindRules {
    /// Their indices, ascending.
    rules: Vec<usize>,
    prefilter: Prefilter,
    /// Whether some branches have no requirements.
    has_unfiltered: bool,
}

/// Buffers and compiled automata. No result depends on them.
#[derive(Debug)]
struct State {
    /// For each kind of text.
    hits: Vec<Hits>,
    candidates: Vec<Branch>,
    automata: Automata,
}

/// Why there is no matcher for some rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooLarge {
    /// With this rule, the requirements of the rules of one kind take more than
    /// [`MAX_BYTES`](crate::prefilter::MAX_BYTES).
    Requirements {
        /// The kind of text.
        kind: usize,
        /// The index of the rule.
        rule: usize,
    },
    /// With this rule, the automata of all rules may take more than [`MAX_AUTOMATA`].
    Automata {
        /// The index of the rule.
        rule: usize,
    },
}

impl Matcher {
    /// A matcher for `rules` on `kinds` kinds of text. Patterns are compiled later, on demand.
    ///
    /// # Errors
    /// The requirements or the automata of the rules may take too much memory.
    #[inline(never)]
    pub fn new<R: MatchRule>(rules: &[R], kinds: usize) -> Result<Self, TooLarge> {
        let mut builder = Builder::default();
        for _ in 0..kinds {
            builder.add_kind(rules)?;
        }
        Ok(builder.build(rules))
    }

    /// Compiles the automata of all rules for ASCII texts, which are otherwise compiled when they
    /// are first needed.
    pub fn compile<R: MatchRule>(&self, rules: &[R]) {
        self.state.borrow_mut().automata.compile(rules);
    }

    /// The first match of a rule that matches, as [`Pattern::find`] returns it. Uses the automaton
    /// that found out that it matches, if that is possible: compiling takes much longer.
    pub fn find<R: MatchRule>(
        &self,
        rules: &[R],
        rule: usize,
        text: &str,
    ) -> Option<(usize, usize)> {
        let query = Query {
            rules,
            text: Text::new(text),
        };
        let by_automaton = self.state.borrow().automata.find(&query, rule);
        by_automaton.or_else(|| rules.get(rule)?.pattern()?.find(text))
    }

    /// The indices of all rules that apply to a kind, ascending.
    pub fn rules(&self, kind: usize) -> &[usize] {
        let kind = self.kinds.get(kind);
        kind.map_or(&[], |kind| kind.rules.as_slice())
    }

    /// Calls the visitor with the rules that match, in their order, until it has seen enough. Rules
    /// that it does not want are not tried.
    pub fn visit<R: MatchRule>(
        &self,
        rules: &[R],
        kind: usize,
        text: &str,
        visitor: &mut impl Visitor,
    ) {
        let search = |query: &Query<'_, R>,
                      candidates: &[Branch],
                      automata: &mut Automata,
                      unfiltered: Option<usize>| {
            let mut others = unfiltered.map_or_else(Vec::new, |kind| automata.which(query, kind));
            sentry_sort::unstable(&mut others, |a, b| a < b);
            others.dedup();
            let mut others = others.into_iter().peekable();
            let mut candidates = candidates.chunk_by(|a, b| a.rule == b.rule);
            while let Some(branches) = candidates.next() {
                let Some(rule) = branches.first().map(|branch| branch.rule) else {
                    continue;
                };
                let mut is_known = false;
                while let Some(other) = others.next_if(|&other| other <= rule) {
                    record(CodePath::Unfiltered);
                    is_known = other == rule;
                    if is_enough(visitor, other) {
                        return;
                    }
                }
                if is_known || !visitor.wants(rule as usize) {
                    record(CodePath::Unwanted);
                } else if automata.confirm(query, branches)
                    && visitor.take(rule as usize).is_break()
                {
                    if candidates.next().is_some() {
                        record(CodePath::Late);
                    }
                    return;
                }
            }
            for other in others {
                if is_enough(visitor, other) {
                    return;
                }
            }
        };
        self.search(rules, kind, text, None, search);
    }

    /// The indices of all rules that match, ascending.
    pub fn all<R: MatchRule>(&self, rules: &[R], kind: usize, text: &str) -> Vec<usize> {
        self.matching(rules, kind, text, None)
    }

    /// As [`Matcher::all`], of a text, and then of a text that was made from it. That costs little more than one of them
    /// if `changed` is a small part: ascending ranges of the other text, outside of which it stands in the first
    /// text, too, with nothing left out.
    ///
    /// ```
    /// # use sentry_pattern::{Pattern, matcher::{MatchRule, Matcher}};
    /// # struct Rule(Pattern);
    /// # impl MatchRule for Rule {
    /// #     fn pattern(&self) -> Option<&Pattern> { Some(&self.0) }
    /// #     fn applies_to(&self, _kind: usize) -> bool { true }
    /// #     fn matches_if_unknown(&self) -> bool { true }
    /// # }
    /// let rules = [r"nc -e", "nc%20"].map(|text| Rule(Pattern::parse(text).unwrap()));
    /// let matcher = Matcher::new(&rules, 1).unwrap();
    /// let matching = matcher.all_of_both(&rules, 0, "run nc%20-e", "run nc -e", &[6..7]);
    /// assert_eq!(matching, [[1], [0]]);
    /// ```
    pub fn all_of_both<R: MatchRule>(
        &self,
        rules: &[R],
        kind: usize,
        text: &str,
        other: &str,
        changed: &[Range<usize>],
    ) -> [Vec<usize>; 2] {
        let first = self.matching(rules, kind, text, None);
        [first, self.matching(rules, kind, other, Some(changed))]
    }

    /// As [`Matcher::all`]. With `changed`, the text is one that was made from that of the last call.
    fn matching<R: MatchRule>(
        &self,
        rules: &[R],
        kind: usize,
        text: &str,
        changed: Option<&[Range<usize>]>,
    ) -> Vec<usize> {
        let found = self.search(
            rules,
            kind,
            text,
            changed,
            |query, candidates, automata, unfiltered| {
                let mut matching =
                    unfiltered.map_or_else(Vec::new, |kind| automata.which(query, kind));
                for branches in candidates.chunk_by(|a, b| a.rule == b.rule) {
                    if automata.confirm(query, branches) {
                        matching.extend(branches.first().map(|branch| branch.rule));
                    }
                }
                sentry_sort::unstable(&mut matching, |a, b| a < b);
                matching.dedup();
                matching
            },
        );
        let rules = found.into_iter().flatten();
        rules.map(|rule| rule as usize).collect()
    }

    /// Runs the prefilter. If there are candidates or branches without requirements, calls `judge`
    /// with the sorted candidates and, if there are branches without requirements, the kind.
    /// `changed` is as for [`Matcher::matching`].
    fn search<R: MatchRule, T>(
        &self,
        rules: &[R],
        index: usize,
        text: &str,
        changed: Option<&[Range<usize>]>,
        judge: impl FnOnce(&Query<'_, R>, &[Branch], &mut Automata, Option<usize>) -> T,
    ) -> Option<T> {
        let kind = self.kinds.get(index)?;
        let mut state = self.state.borrow_mut();
        let State {
            hits,
            candidates,
            automata,
        } = &mut *state;
        let hits = hits.get_mut(index)?;
        let (bytes, prefilter) = (text.as_bytes(), &kind.prefilter);
        match changed {
            None => prefilter.find_candidates(bytes, hits, candidates),
            Some(changed) => prefilter.find_changed_candidates(bytes, changed, hits, candidates),
        }
        if candidates.is_empty() && !kind.has_unfiltered {
            record(CodePath::NothingFound);
            return None;
        }
        let query = Query {
            rules,
            text: Text::new(text),
        };
        let unfiltered = kind.has_unfiltered.then_some(index);
        let answer = judge(&query, candidates, automata, unfiltered);
        automata.limit_memory();
        Some(answer)
    }
}

/// A matcher that is built one kind of text after another.
#[derive(Debug, Default)]
pub struct Builder {
    kinds: Vec<KindRules>,
    unfiltered: Vec<Group>,
    /// The most bytes that the automata of these kinds take.
    memory: usize,
}

impl Builder {
    /// The number of kinds that have been added.
    pub fn kinds(&self) -> usize {
        self.kinds.len()
    }

    /// Adds the next kind of text.
    ///
    /// # Errors
    /// As [`Matcher::new`].
    pub fn add_kind<R: MatchRule>(&mut self, rules: &[R]) -> Result<(), TooLarge> {
        if self.kinds.is_empty() {
            let has_filtered = |rule: &R| {
                let requirements = rule.pattern().map_or(&[][..], Pattern::requirements);
                requirements.iter().any(|required| !required.is_empty())
            };
            let filtered = rules.iter().enumerate();
            for (at, rule) in filtered.filter(|(_, rule)| has_filtered(rule)) {
                self.pay(at, rule)?;
            }
        }
        let (kind, unfiltered) = KindRules::new(self.kinds.len(), rules)?;
        for same in unfiltered.chunk_by(|a, b| a.rule == b.rule) {
            let at = same.first().map_or(0, |branch| branch.rule as usize);
            if let Some(rule) = rules.get(at) {
                self.pay(at, rule)?;
            }
        }
        self.kinds.push(kind);
        self.unfiltered.push(Group::new(unfiltered));
        Ok(())
    }

    fn pay<R: MatchRule>(&mut self, at: usize, rule: &R) -> Result<(), TooLarge> {
        self.memory = self
            .memory
            .saturating_add(rule.pattern().map_or(0, Pattern::memory));
        if self.memory > MAX_AUTOMATA {
            return Err(TooLarge::Automata { rule: at });
        }
        Ok(())
    }

    /// The matcher for the kinds that have been added.
    pub fn build<R: MatchRule>(self, rules: &[R]) -> Matcher {
        let state = State {
            hits: self.kinds.iter().map(|_| Hits::default()).collect(),
            candidates: Vec::new(),
            automata: Automata::new(rules.len(), self.unfiltered),
        };
        Matcher {
            kinds: self.kinds,
            state: RefCell::new(state),
        }
    }
}

impl KindRules {
    /// The rules of a kind, and their branches without requirements.
    fn new<R: MatchRule>(kind: usize, rules: &[R]) -> Result<(Self, Vec<Branch>), TooLarge> {
        let mut indices = Vec::new();
        let mut filtered = Vec::new();
        let mut unfiltered = Vec::new();
        for (at, rule) in rules.iter().enumerate() {
            if !rule.applies_to(kind) {
                continue;
            }
            indices.push(at);
            let rule_index = u32::try_from(at);
            debug_assert!(rule_index.is_ok(), "the caller bounds the number of rules");
            let rule_index = rule_index.unwrap_or(u32::MAX);
            for (index, required) in
                (0..).zip(rule.pattern().map_or(&[][..], Pattern::requirements))
            {
                let branch = Branch {
                    rule: rule_index,
                    index,
                };
                if required.is_empty() {
                    unfiltered.push(branch);
                } else {
                    filtered.push((branch, required));
                }
            }
        }
        let prefilter = Prefilter::new(&filtered).map_err(|prefilter::TooLarge(branch)| {
            TooLarge::Requirements {
                kind,
                rule: branch.rule as usize,
            }
        })?;
        let kind = Self {
            rules: indices,
            prefilter,
            has_unfiltered: !unfiltered.is_empty(),
        };
        Ok((kind, unfiltered))
    }
}
