//! A lazy DFA: an automaton that builds its states on demand, in bounded memory.

use std::ops::ControlFlow;

use regex_automata::hybrid::dfa::{Cache, DFA, OverlappingState};
use regex_automata::nfa::thompson::pikevm::{self, PikeVM};
use regex_automata::nfa::thompson::{self, NFA, WhichCaptures};
use regex_automata::{Input, MatchKind, PatternID, PatternSet};
use regex_syntax::hir::Hir;

use super::coverage::{CodePath, record};
use crate::looks;

/// The most bytes for the states of one automaton. The limit is low in tests, so that they reach
/// it.
const CACHE: usize = if cfg!(test) { 8 << 10 } else { 4 << 20 };
/// An automaton that may give up does so after it has filled its cache this often, if it has read
/// fewer than [`BYTES_FOR_A_STATE`] for each new state.
const CLEARINGS: usize = 2;
/// See [`CLEARINGS`].
const BYTES_FOR_A_STATE: usize = 16;

/// Several patterns as one automaton, which determines which of them match, not where.
#[derive(Debug)]
pub(super) struct LazyAutomaton {
    dfa: DFA,
    cache: Cache,
    /// The bytes that it took when they were last counted.
    counted: usize,
    /// Checks Unicode word boundaries, if a pattern has one: the automaton ignores these.
    exact: Option<Box<Exact>>,
}

/// Confirms a match that the automaton found without checking Unicode word boundaries.
#[derive(Debug)]
struct Exact {
    patterns: Vec<Hir>,
    vm: Option<(PikeVM, pikevm::Cache)>,
}

/// The automaton needs too many states; smaller automata are faster.
#[derive(Debug)]
pub(super) struct TooManyStates;

impl LazyAutomaton {
    /// Compiles `patterns`. `None` if the result exceeds what the format can represent, which the
    /// limit on each pattern prevents. With `may_give_up`, a search may fail with
    /// [`TooManyStates`].
    pub(super) fn new(patterns: Vec<Hir>, may_give_up: bool) -> Option<Self> {
        let has_unicode_words = |hir: &Hir| hir.properties().look_set().contains_word_unicode();
        let (nfa, exact) = if patterns.iter().any(has_unicode_words) {
            let relaxed: Vec<Hir> = patterns.iter().map(looks::without_unicode_words).collect();
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

    /// Updates `memory`, the bytes of all automata, with what this one takes now.
    pub(super) fn count(&mut self, memory: &mut usize) {
        let exact = self.exact.as_ref().map_or(0, |exact| exact.memory());
        let now = self.dfa.get_nfa().memory_usage() + self.cache.memory_usage() + exact;
        *memory = (*memory + now).saturating_sub(self.counted);
        self.counted = now;
    }

    /// Whether any of the patterns matches.
    pub(super) fn any(&mut self, text: &str) -> Result<bool, TooManyStates> {
        let input = Input::new(text).earliest(true);
        let found = if self.may_match_inside_a_character(text) {
            let mut found = false;
            self.each(text, |_| {
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

    /// The first match in an ASCII text, as byte offsets. `None` also if the automaton does not know:
    /// it has several patterns, or ignores a Unicode word boundary.
    pub(super) fn find(&self, text: &str) -> Option<(usize, usize)> {
        if self.dfa.pattern_len() > 1 || self.exact.is_some() {
            return None;
        }
        record(CodePath::Located);
        let vm = PikeVM::new_from_nfa(self.dfa.get_nfa().clone()).ok()?;
        let found = vm.find(&mut vm.create_cache(), text)?;
        Some((found.start(), found.end()))
    }

    /// Whether an empty match could lie between the bytes of a character, where it is not valid.
    fn may_match_inside_a_character(&self, text: &str) -> bool {
        self.dfa.get_nfa().has_empty() && !text.is_ascii()
    }

    /// Calls `found` with each matching pattern, at each position where a match ends, until it
    /// returns `Break`.
    fn each(
        &mut self,
        text: &str,
        mut found: impl FnMut(PatternID) -> ControlFlow<()>,
    ) -> Result<(), TooManyStates> {
        let input = Input::new(text);
        let mut state = OverlappingState::start();
        loop {
            self.dfa
                .try_search_overlapping_fwd(&mut self.cache, &input, &mut state)
                .map_err(|_| TooManyStates)?;
            let Some(end) = state.get_match() else {
                return Ok(());
            };
            if text.is_char_boundary(end.offset()) && found(end.pattern()).is_break() {
                return Ok(());
            }
        }
    }

    /// Which of the patterns match. Also fails if there are several and one has a Unicode word
    /// boundary.
    pub(super) fn which(&mut self, text: &str) -> Result<PatternSet, TooManyStates> {
        let mut found = PatternSet::new(self.dfa.pattern_len());
        if self.dfa.pattern_len() == 1 {
            if self.any(text)? {
                found.insert(PatternID::ZERO);
            }
            return Ok(found);
        }
        if self.exact.is_some() {
            return Err(TooManyStates);
        }
        self.each(text, |pattern| {
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
        record(CodePath::UnicodeWords);
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

/// With `utf8`, the automaton finds no empty match between the bytes of a character; otherwise the
/// caller must check that.
fn compile(patterns: &[Hir], utf8: bool) -> Option<NFA> {
    let config = thompson::Config::new()
        // Where a match begins and ends, for `find`.
        .which_captures(WhichCaptures::Implicit)
        .utf8(utf8);
    let mut compiler = thompson::Compiler::new();
    compiler.configure(config);
    compiler.build_many_from_hir(patterns).ok()
}
