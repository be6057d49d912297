//! Finds all matches of one pattern. The total cost is bounded by the length of the text, however
//! many matches there are.

mod partial_match;

use std::ops::Range;

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson::pikevm::{self, PikeVM};
use regex_automata::nfa::thompson::{self, NFA, WhichCaptures};
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::{Anchored, Input, MatchKind};
use regex_syntax::hir::Hir;

pub use partial_match::MAX_PARTIAL_MATCH;
use partial_match::reversed_prefixes;

use crate::looks::{map_looks, to_ascii};
use crate::pattern::Pattern;

/// The most bytes for the states of one automaton.
const CACHE: usize = 1 << 20;
/// The most bytes that may be read past the ends of matches, as a multiple of the text's length.
/// Beyond that, the rest of the text counts as the last match: masking too much is better than
/// unbounded time.
const MAX_OVERREAD: usize = 8;
/// The same limit for a short text, in bytes.
const MIN_OVERREAD_BYTES: usize = 64 << 10;

/// The part of a match that is its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueGroup {
    /// The whole match.
    Whole,
    /// The capture of this group; the whole match if that is empty.
    Number(u32),
    /// The first capture that is not empty; the whole match if there is none.
    First,
}

/// A lazy DFA, which builds its states on demand.
#[derive(Debug)]
struct LazyAutomaton {
    dfa: DFA,
    cache: Cache,
}

/// The automaton failed, so nothing is known of the text.
struct Failed;

/// The automata that find the matches of one pattern. `None` from a method means that an automaton
/// failed, so that nothing is known of the text.
///
/// ```
/// use sentry_pattern::{Pattern, search::{Search, ValueGroup}};
/// let mut search = Search::new(&Pattern::parse(r"key=(\w+)").unwrap()).unwrap();
/// let text = b"key=a, key=bc";
/// let mut values = Vec::new();
/// search.for_each_match(text, 0, |search, found| {
///     values.push(search.value(text, found, ValueGroup::First)?);
///     Some(())
/// }).unwrap();
/// assert_eq!(values, [4..5, 11..13]);
/// assert_eq!(search.partial_match(b"key=a, ke", 0), Some(7));
/// ```
#[derive(Debug)]
pub struct Search {
    hir: Hir,
    /// Finds the end of a match.
    ends: LazyAutomaton,
    /// Finds the start of a match from its end, backwards. Built on demand, like the others below.
    starts: Option<LazyAutomaton>,
    /// Finds the start of a partial match at the end of a text.
    partial: Option<LazyAutomaton>,
    /// Finds the captures within a match.
    groups: Option<Box<(PikeVM, pikevm::Cache)>>,
}

impl LazyAutomaton {
    fn new(nfa: NFA, kind: MatchKind) -> Option<Self> {
        let config = DFA::config()
            .match_kind(kind)
            .cache_capacity(CACHE)
            .skip_cache_capacity_check(true);
        let dfa = DFA::builder().configure(config).build_from_nfa(nfa).ok()?;
        let cache = dfa.create_cache();
        Some(Self { dfa, cache })
    }

    /// The start of the longest match that is read backwards from the end of `part`.
    fn longest_backwards(&mut self, text: &[u8], part: Range<usize>) -> Option<usize> {
        let Self { dfa, cache } = self;
        let input = Input::new(text).range(part.clone()).anchored(Anchored::Yes);
        let mut state = dfa.start_state_reverse(cache, &input).ok()?;
        let mut start = None;
        let backwards = text.get(part.clone()).unwrap_or_default().iter().rev();
        for (at, &byte) in (part.start + 1..=part.end).rev().zip(backwards) {
            state = dfa.next_state(cache, state, byte).ok()?;
            // A match state is reached one byte late, so the match starts after the byte just read.
            if state.is_match() {
                start = Some(at);
            } else if state.is_dead() {
                return start;
            } else if state.is_quit() {
                return None;
            }
        }
        let before = part.start.checked_sub(1).and_then(|at| text.get(at));
        state = match before {
            Some(&byte) => dfa.next_state(cache, state, byte).ok()?,
            None => dfa.next_eoi_state(cache, state).ok()?,
        };
        if state.is_match() {
            start = Some(part.start);
        }
        start
    }

    fn memory(&self) -> usize {
        self.dfa.get_nfa().memory_usage() + self.cache.memory_usage()
    }
}

impl Search {
    /// `None` if the automaton exceeds what the format can represent, which the limits on patterns
    /// prevent.
    pub fn new(pattern: &Pattern) -> Option<Self> {
        // Lazy automata do not support Unicode word boundaries, and secrets have none.
        let hir = map_looks(&pattern.parsed()?, |look| Hir::look(to_ascii(look)));
        let ends = compile(&hir, false, WhichCaptures::None)?;
        Some(Self {
            ends: LazyAutomaton::new(ends, MatchKind::LeftmostFirst)?,
            starts: None,
            partial: None,
            groups: None,
            hir,
        })
    }

    /// The bytes that the automata take.
    pub fn memory(&self) -> usize {
        let groups = self.groups.as_ref();
        let groups = groups.map_or(0, |of| of.0.get_nfa().memory_usage() + of.1.memory_usage());
        let others = self.starts.iter().chain(&self.partial);
        self.ends.memory() + others.map(LazyAutomaton::memory).sum::<usize>() + groups
    }

    /// Whether there is a match at or after `from`.
    pub fn is_match(&mut self, text: &[u8], from: usize) -> Option<bool> {
        let input = Input::new(text).range(from..).earliest(true);
        let LazyAutomaton { dfa, cache } = &mut self.ends;
        Some(dfa.try_search_fwd(cache, &input).ok()?.is_some())
    }

    /// Calls `found` with all matches in order, not overlapping, with the meaning of the `regex`
    /// crate. Stops if it returns `None`.
    pub fn for_each_match(
        &mut self,
        text: &[u8],
        from: usize,
        mut found: impl FnMut(&mut Self, Range<usize>) -> Option<()>,
    ) -> Option<()> {
        if !self.is_match(text, from)? {
            return Some(());
        }
        let mut overread = text
            .len()
            .saturating_mul(MAX_OVERREAD)
            .max(MIN_OVERREAD_BYTES);
        let mut at = from;
        while let Some((end, read)) = self.end(text, at).ok()? {
            let start = self.start(text, at..end)?;
            let too_much = read - end > overread;
            overread = overread.saturating_sub(read - end);
            at = if too_much { text.len() } else { end };
            found(self, start..at)?;
        }
        Some(())
    }

    /// The start of the match that ends with `part` and starts in it.
    fn start(&mut self, text: &[u8], part: Range<usize>) -> Option<usize> {
        if self.starts.is_none() {
            let nfa = compile(&self.hir, true, WhichCaptures::None)?;
            self.starts = Some(LazyAutomaton::new(nfa, MatchKind::All)?);
        }
        self.starts.as_mut()?.longest_backwards(text, part)
    }

    /// The end of the next match, and how far the text was read to find it.
    fn end(&mut self, text: &[u8], from: usize) -> Result<Option<(usize, usize)>, Failed> {
        let LazyAutomaton { dfa, cache } = &mut self.ends;
        let input = Input::new(text).range(from..);
        let mut state = dfa.start_state_forward(cache, &input).map_err(|_| Failed)?;
        let mut end = None;
        for (at, &byte) in (from..).zip(text.get(from..).unwrap_or_default()) {
            state = dfa.next_state(cache, state, byte).map_err(|_| Failed)?;
            // A match state is reached one byte late, so the match ends before the byte just read.
            if state.is_match() {
                end = Some(at);
            } else if state.is_dead() {
                return Ok(end.map(|end| (end, at)));
            } else if state.is_quit() {
                return Err(Failed);
            }
        }
        state = dfa.next_eoi_state(cache, state).map_err(|_| Failed)?;
        if state.is_match() {
            end = Some(text.len());
        }
        Ok(end.map(|end| (end, text.len())))
    }

    /// The part of a match that is its value.
    pub fn value(
        &mut self,
        text: &[u8],
        matched: Range<usize>,
        group: ValueGroup,
    ) -> Option<Range<usize>> {
        if group == ValueGroup::Whole {
            return Some(matched);
        }
        let slots = self.slots(text, &matched)?;
        let mut groups = slots.chunks_exact(2).map(|ends| match ends {
            [Some(start), Some(end)] => start.get()..end.get(),
            _ => 0..0,
        });
        let value = match group {
            ValueGroup::Number(number) => groups.nth(number as usize),
            _ => groups.skip(1).find(|group| !group.is_empty()),
        };
        Some(value.filter(|value| !value.is_empty()).unwrap_or(matched))
    }

    /// The positions of all groups of a match.
    fn slots(&mut self, text: &[u8], matched: &Range<usize>) -> Option<Vec<Option<NonMaxUsize>>> {
        if self.groups.is_none() {
            let nfa = compile(&self.hir, false, WhichCaptures::All)?;
            let vm = PikeVM::new_from_nfa(nfa).ok()?;
            let cache = vm.create_cache();
            self.groups = Some(Box::new((vm, cache)));
        }
        let (vm, cache) = self.groups.as_deref_mut()?;
        let mut slots = vec![None; vm.get_nfa().group_info().slot_len()];
        let input = Input::new(text)
            .range(matched.clone())
            .anchored(Anchored::Yes);
        vm.search_slots(cache, &input, &mut slots);
        Some(slots)
    }

    /// The earliest position at or after `from` where a match starts that more text could complete
    /// or make longer; the end of the text if there is none.
    pub fn partial_match(&mut self, text: &[u8], from: usize) -> Option<usize> {
        if self.partial.is_none() {
            let nfa = reversed_prefixes(self.ends.dfa.get_nfa()).ok()?;
            self.partial = Some(LazyAutomaton::new(nfa, MatchKind::All)?);
        }
        self.partial
            .as_mut()?
            .longest_backwards(text, from..text.len())
    }
}

fn compile(hir: &Hir, reverse: bool, captures: WhichCaptures) -> Option<NFA> {
    let config = thompson::Config::new()
        .utf8(false)
        .reverse(reverse)
        .which_captures(captures);
    let mut compiler = thompson::Compiler::new();
    compiler.configure(config);
    compiler.build_from_hir(hir).ok()
}
