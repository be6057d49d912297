//! The matches of one pattern, each found at a cost that is bounded by the text's length for all of them together.

mod begins;

use std::ops::Range;

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson::pikevm::{self, PikeVM};
use regex_automata::nfa::thompson::{self, NFA, WhichCaptures};
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::{Anchored, Input, MatchKind};
use regex_syntax::hir::Hir;

pub use begins::HOLD;
use begins::backwards;

use crate::looks::{ascii_edge, with_looks};
use crate::pattern::Pattern;

/// Bytes for the states of one automaton.
const CACHE: usize = 1 << 20;
/// So many times the text's length may be read in vain behind matches that end earlier. Past that, all that is left of the
/// text counts as the last match: too much is masked where reading on would take time without bound.
const IN_VAIN: usize = 8;
/// That much may be read in vain in a short text.
const IN_VAIN_AT_LEAST: usize = 64 << 10;

/// Which part of a match is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueGroup {
    /// All of it.
    Whole,
    /// What this group caught; all of the match where it caught nothing.
    Number(u32),
    /// What the first group that is not empty caught; all of the match where there is none.
    First,
}

/// An automaton whose states come into being as texts need them.
#[derive(Debug)]
struct Lazy {
    dfa: DFA,
    cache: Cache,
}

/// The automaton could not go on.
struct Unknown;

/// All that finds the matches of one pattern.
#[derive(Debug)]
pub struct Search {
    hir: Hir,
    /// Finds where a match ends.
    ends: Lazy,
    /// Finds where the match that ends somewhere begins. Like the others below it is made when it is first asked.
    starts: Option<Lazy>,
    /// Finds what text at the end could be the beginning of a match.
    begins: Option<Lazy>,
    groups: Option<Box<(PikeVM, pikevm::Cache)>>,
}

impl Lazy {
    fn new(nfa: NFA, kind: MatchKind) -> Option<Self> {
        let config = DFA::config()
            .match_kind(kind)
            .cache_capacity(CACHE)
            .skip_cache_capacity_check(true);
        let dfa = DFA::builder().configure(config).build_from_nfa(nfa).ok()?;
        let cache = dfa.create_cache();
        Some(Self { dfa, cache })
    }

    /// The place that the longest way backwards from the end of `part` leads to.
    fn back(&mut self, text: &[u8], part: Range<usize>) -> Option<usize> {
        let Self { dfa, cache } = self;
        let input = Input::new(text).range(part.clone()).anchored(Anchored::Yes);
        let mut state = dfa.start_state_reverse(cache, &input).ok()?;
        let mut start = None;
        let behind = text.get(part.clone()).unwrap_or_default().iter().rev();
        for (at, &byte) in (part.start + 1..=part.end).rev().zip(behind) {
            state = dfa.next_state(cache, state, byte).ok()?;
            // What a state says is true of the place behind the byte that led to it.
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
    /// `None` where the pattern takes more memory than the format can hold, which limits on patterns keep from happening.
    pub fn new(pattern: &Pattern) -> Option<Self> {
        // No automaton finds other edges of words, and secrets have none.
        let hir = with_looks(&pattern.parsed()?, |look| Hir::look(ascii_edge(look)));
        let ends = compile(&hir, false, WhichCaptures::None)?;
        Some(Self {
            ends: Lazy::new(ends, MatchKind::LeftmostFirst)?,
            starts: None,
            begins: None,
            groups: None,
            hir,
        })
    }

    /// Bytes that its automata take.
    pub fn memory(&self) -> usize {
        let groups = self.groups.as_ref();
        let groups = groups.map_or(0, |of| of.0.get_nfa().memory_usage() + of.1.memory_usage());
        let others = self.starts.iter().chain(&self.begins);
        self.ends.memory() + others.map(Lazy::memory).sum::<usize>() + groups
    }

    /// Whether there is a match anywhere.
    pub fn any(&mut self, text: &[u8], from: usize) -> Option<bool> {
        let input = Input::new(text).range(from..).earliest(true);
        let Lazy { dfa, cache } = &mut self.ends;
        Some(dfa.try_search_fwd(cache, &input).ok()?.is_some())
    }

    /// Tells `found` all matches, first to last, none overlapping, with the meaning of the `regex` crate.
    pub fn each(
        &mut self,
        text: &[u8],
        from: usize,
        mut found: impl FnMut(&mut Self, Range<usize>) -> Option<()>,
    ) -> Option<()> {
        if !self.any(text, from)? {
            return Some(());
        }
        let mut in_vain = text.len().saturating_mul(IN_VAIN).max(IN_VAIN_AT_LEAST);
        let mut at = from;
        while let Some((end, read)) = self.end(text, at).ok()? {
            let start = self.start(text, at..end)?;
            let too_much = read - end > in_vain;
            in_vain = in_vain.saturating_sub(read - end);
            at = if too_much { text.len() } else { end };
            found(self, start..at)?;
        }
        Some(())
    }

    /// Where the match begins that ends with `part` and begins in it.
    fn start(&mut self, text: &[u8], part: Range<usize>) -> Option<usize> {
        if self.starts.is_none() {
            let nfa = compile(&self.hir, true, WhichCaptures::None)?;
            self.starts = Some(Lazy::new(nfa, MatchKind::All)?);
        }
        self.starts.as_mut()?.back(text, part)
    }

    /// Where the next match ends, and up to where was read to know.
    fn end(&mut self, text: &[u8], from: usize) -> Result<Option<(usize, usize)>, Unknown> {
        let Lazy { dfa, cache } = &mut self.ends;
        let input = Input::new(text).range(from..);
        let mut state = dfa
            .start_state_forward(cache, &input)
            .map_err(|_| Unknown)?;
        let mut end = None;
        for (at, &byte) in (from..).zip(text.get(from..).unwrap_or_default()) {
            state = dfa.next_state(cache, state, byte).map_err(|_| Unknown)?;
            // What a state says is true of the place before the byte that led to it.
            if state.is_match() {
                end = Some(at);
            } else if state.is_dead() {
                return Ok(end.map(|end| (end, at)));
            } else if state.is_quit() {
                return Err(Unknown);
            }
        }
        state = dfa.next_eoi_state(cache, state).map_err(|_| Unknown)?;
        if state.is_match() {
            end = Some(text.len());
        }
        Ok(end.map(|end| (end, text.len())))
    }

    /// What of a match is its value.
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

    /// Where in `text[from..]` the earliest match begins that more text could make, or make longer.
    pub fn begins(&mut self, text: &[u8], from: usize) -> Option<usize> {
        if self.begins.is_none() {
            let nfa = backwards(self.ends.dfa.get_nfa()).ok()?;
            self.begins = Some(Lazy::new(nfa, MatchKind::All)?);
        }
        self.begins.as_mut()?.back(text, from..text.len())
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
