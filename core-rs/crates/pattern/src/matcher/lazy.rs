//! An automaton whose states come into being as subjects need them, in bounded memory.

use std::ops::ControlFlow;

use regex_automata::hybrid::dfa::{Cache, DFA, OverlappingState};
use regex_automata::nfa::thompson::pikevm::{self, PikeVM};
use regex_automata::nfa::thompson::{self, NFA, WhichCaptures};
use regex_automata::{Input, MatchKind, PatternID, PatternSet};
use regex_syntax::hir::Hir;

use super::path::{Path, took};
use crate::looks;

/// Bytes for the states of one automaton. Few in this crate's tests, so that they come to their end.
const CACHE: usize = if cfg!(test) { 8 << 10 } else { 4 << 20 };
/// An automaton that may give up does so once it has filled its cache this often, and
const CLEARINGS: usize = 2;
/// has walked fewer bytes than this for each state that it made.
const BYTES_FOR_A_STATE: usize = 16;

/// Several patterns as one automaton that says which of them match, not where.
#[derive(Debug)]
pub(super) struct Lazy {
    dfa: DFA,
    cache: Cache,
    /// Bytes that it took when that was last counted.
    counted: usize,
    /// Where a pattern asks for the edge of a Unicode word, which the automaton takes for granted.
    exact: Option<Box<Exact>>,
}

/// Says what the automaton only thinks possible.
#[derive(Debug)]
struct Exact {
    patterns: Vec<Hir>,
    vm: Option<(PikeVM, pikevm::Cache)>,
}

/// The automaton makes so many states that smaller ones are better.
#[derive(Debug)]
pub(super) struct TooManyStates;

impl Lazy {
    /// Compiles `patterns`; `None` where that takes more memory than the format can hold, which the
    /// limit on each pattern keeps from happening. With `may_give_up` a search may fail.
    pub(super) fn new(patterns: Vec<Hir>, may_give_up: bool) -> Option<Self> {
        let asks_for_words = |hir: &Hir| hir.properties().look_set().contains_word_unicode();
        let (nfa, exact) = if patterns.iter().any(asks_for_words) {
            let relaxed: Vec<Hir> = patterns.iter().map(looks::without_words).collect();
            let exact = Box::new(Exact { patterns, vm: None });
            (compile(&relaxed, false)?, Some(exact))
        } else {
            (compile(&patterns, false)?, None)
        };
        let config = DFA::config()
            .match_kind(MatchKind::All)
            .cache_capacity(CACHE)
            .skip_cache_capacity_check(true)
            .minimum_cache_clear_count(may_give_up.then_some(CLEARINGS))
            .minimum_bytes_per_state(Some(BYTES_FOR_A_STATE));
        let dfa = DFA::builder().configure(config).build_from_nfa(nfa).ok()?;
        let cache = dfa.create_cache();
        Some(Self {
            dfa,
            cache,
            counted: 0,
            exact,
        })
    }

    /// Brings `memory`, which counts all automata, up to date with what this one takes now.
    pub(super) fn count(&mut self, memory: &mut usize) {
        let exact = self.exact.as_ref().map_or(0, |exact| exact.memory());
        let now = self.dfa.get_nfa().memory_usage() + self.cache.memory_usage() + exact;
        *memory = (*memory + now).saturating_sub(self.counted);
        self.counted = now;
    }

    /// Whether any of the patterns matches.
    pub(super) fn any(&mut self, subject: &str) -> Result<bool, TooManyStates> {
        let input = Input::new(subject).earliest(true);
        let found = if self.may_match_inside_a_character(subject) {
            let mut found = false;
            self.each(subject, |_| {
                found = true;
                ControlFlow::Break(())
            })?;
            found
        } else {
            let found = self.dfa.try_search_fwd(&mut self.cache, &input);
            found.map_err(|_| TooManyStates)?.is_some()
        };
        match &mut self.exact {
            Some(exact) if found => {
                let (vm, cache) = exact.ready().ok_or(TooManyStates)?;
                Ok(vm.is_match(cache, input))
            }
            _ => Ok(found),
        }
    }

    /// Whether an empty match could lie between the bytes of a character, where it does not count.
    fn may_match_inside_a_character(&self, subject: &str) -> bool {
        self.dfa.get_nfa().has_empty() && !subject.is_ascii()
    }

    /// Calls `found` with each pattern that matches, at each place where a match ends, until it breaks.
    fn each(
        &mut self,
        subject: &str,
        mut found: impl FnMut(PatternID) -> ControlFlow<()>,
    ) -> Result<(), TooManyStates> {
        let input = Input::new(subject);
        let mut state = OverlappingState::start();
        loop {
            self.dfa
                .try_search_overlapping_fwd(&mut self.cache, &input, &mut state)
                .map_err(|_| TooManyStates)?;
            let Some(end) = state.get_match() else {
                return Ok(());
            };
            if subject.is_char_boundary(end.offset()) && found(end.pattern()).is_break() {
                return Ok(());
            }
        }
    }

    /// Which of the patterns match. Fails also where several ask for the edges of Unicode words.
    pub(super) fn which(&mut self, subject: &str) -> Result<PatternSet, TooManyStates> {
        let mut found = PatternSet::new(self.dfa.pattern_len());
        if self.dfa.pattern_len() == 1 {
            if self.any(subject)? {
                found.insert(PatternID::ZERO);
            }
            return Ok(found);
        }
        if self.exact.is_some() {
            return Err(TooManyStates);
        }
        self.each(subject, |pattern| {
            found.insert(pattern);
            if found.is_full() {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        })?;
        Ok(found)
    }
}

impl Exact {
    fn ready(&mut self) -> Option<&mut (PikeVM, pikevm::Cache)> {
        took(Path::UnicodeWords);
        if self.vm.is_none() {
            let vm = PikeVM::new_from_nfa(compile(&self.patterns, true)?).ok()?;
            let cache = vm.create_cache();
            self.vm = Some((vm, cache));
        }
        self.vm.as_mut()
    }

    fn memory(&self) -> usize {
        let vm = self.vm.as_ref();
        vm.map_or(0, |(vm, cache)| {
            vm.get_nfa().memory_usage() + cache.memory_usage()
        })
    }
}

/// With `utf8`, an empty match is none between the bytes of a character; without, whoever asks must see to that.
fn compile(patterns: &[Hir], utf8: bool) -> Option<NFA> {
    let config = thompson::Config::new()
        .which_captures(WhichCaptures::None)
        .utf8(utf8);
    let mut compiler = thompson::Compiler::new();
    compiler.configure(config);
    compiler.build_many_from_hir(patterns).ok()
}
