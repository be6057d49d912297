//! An automaton whose states come into being as subjects need them, in bounded memory.

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson::pikevm::{self, PikeVM};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::{Input, MatchErrorKind, MatchKind, PatternSet};
use regex_syntax::hir::Hir;

use super::path::{Path, took};

/// Bytes for the states of one automaton.
const CACHE: usize = 1 << 20;
/// An automaton that may give up does so once it has filled its cache this often, and
const CLEARINGS: usize = 2;
/// has walked fewer bytes than this for each state that it made.
const BYTES_FOR_A_STATE: usize = 16;

/// Several patterns as one automaton that says which of them match, not where.
#[derive(Debug)]
pub(super) struct Lazy {
    dfa: DFA,
    cache: Cache,
    /// For texts that are not ASCII, where a pattern asks for the edge of a Unicode word.
    slow: Option<Box<(PikeVM, pikevm::Cache)>>,
}

/// The automaton makes so many states that smaller ones are better.
#[derive(Debug)]
pub(super) struct TooManyStates;

impl Lazy {
    /// Compiles `patterns`; `None` where that takes more memory than the format can hold, which the
    /// limit on each pattern keeps from happening. With `may_give_up` a search may fail.
    pub(super) fn new(patterns: &[Hir], may_give_up: bool) -> Option<Self> {
        let config = thompson::Config::new().which_captures(WhichCaptures::None);
        let nfa = thompson::Compiler::new()
            .configure(config)
            .build_many_from_hir(patterns)
            .ok()?;
        let config = DFA::config()
            .match_kind(MatchKind::All)
            .unicode_word_boundary(true)
            .cache_capacity(CACHE)
            .skip_cache_capacity_check(true)
            .minimum_cache_clear_count(may_give_up.then_some(CLEARINGS))
            .minimum_bytes_per_state(Some(BYTES_FOR_A_STATE));
        let dfa = DFA::builder().configure(config).build_from_nfa(nfa).ok()?;
        let cache = dfa.create_cache();
        Some(Self {
            dfa,
            cache,
            slow: None,
        })
    }

    /// Bytes that it takes now.
    pub(super) fn memory(&self) -> usize {
        let slow = self.slow.as_ref().map_or(0, |slow| slow.1.memory_usage());
        self.dfa.get_nfa().memory_usage() + self.cache.memory_usage() + slow
    }

    /// Whether any of the patterns matches.
    pub(super) fn any(&mut self, subject: &str) -> Result<bool, TooManyStates> {
        let input = Input::new(subject).earliest(true);
        match self.dfa.try_search_fwd(&mut self.cache, &input) {
            Ok(found) => Ok(found.is_some()),
            Err(error) if gave_up(error.kind()) => Err(TooManyStates),
            Err(_) => {
                let (vm, cache) = self.slow().ok_or(TooManyStates)?;
                Ok(vm.is_match(cache, input))
            }
        }
    }

    /// Which of the patterns match.
    pub(super) fn which(&mut self, subject: &str) -> Result<PatternSet, TooManyStates> {
        let mut found = PatternSet::new(self.dfa.pattern_len());
        let input = Input::new(subject);
        let searched = self
            .dfa
            .try_which_overlapping_matches(&mut self.cache, &input, &mut found);
        match searched {
            Ok(()) => Ok(found),
            Err(error) if gave_up(error.kind()) => Err(TooManyStates),
            Err(_) => {
                let (vm, cache) = self.slow().ok_or(TooManyStates)?;
                found.clear();
                vm.which_overlapping_matches(cache, &input, &mut found);
                Ok(found)
            }
        }
    }

    /// What takes over where the automaton quits.
    fn slow(&mut self) -> Option<&mut (PikeVM, pikevm::Cache)> {
        took(Path::UnicodeWords);
        if self.slow.is_none() {
            let vm = PikeVM::builder()
                .configure(PikeVM::config().match_kind(MatchKind::All))
                .build_from_nfa(self.dfa.get_nfa().clone())
                .ok()?;
            let cache = vm.create_cache();
            self.slow = Some(Box::new((vm, cache)));
        }
        self.slow.as_deref_mut()
    }
}

fn gave_up(kind: &MatchErrorKind) -> bool {
    matches!(kind, MatchErrorKind::GaveUp { .. })
}
