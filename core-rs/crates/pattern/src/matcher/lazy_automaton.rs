//! A lazy DFA: an automaton that builds its states on demand, in bounded memory.

use regex_automata::hybrid::dfa::{Cache, DFA, OverlappingState};
use regex_automata::nfa::thompson::pikevm::{self, PikeVM};
use regex_automata::nfa::thompson::{self, NFA, WhichCaptures};
use regex_automata::{Input, MatchKind, PatternID, PatternSet};
use regex_syntax::hir::Hir;

use super::coverage::{CodePath, record};
use crate::alphabet::{Alphabet, Reads, Text};

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
    /// The states that have been built. `None` if they were dropped.
    cache: Option<Cache>,
    /// The bytes that it took when they were last counted.
    counted: usize,
    /// How it reads texts that are not ASCII. `None` if it reads ASCII only.
    all: Option<Box<ReadsAll>>,
}

/// How an automaton reads all texts.
#[derive(Debug)]
struct ReadsAll {
    alphabet: Alphabet,
    /// Confirms matches that are not certain, if there can be one. `None` also if there are several
    /// patterns: an empty match of one inside a character would hide a match of another.
    exact: Option<Exact>,
}

/// Confirms a match that the automaton found by the categories of characters.
#[derive(Debug)]
struct Exact {
    pattern: Hir,
    vm: Option<(PikeVM, pikevm::Cache)>,
}

/// The automaton needs too many states; smaller automata are faster.
#[derive(Debug)]
pub(super) struct TooManyStates;

/// Texts that an automaton is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Texts {
    Ascii,
    All,
}

impl LazyAutomaton {
    /// Compiles `patterns`. `None` if the result exceeds what the format can represent, which the
    /// limit on each pattern prevents. With `may_give_up`, a search may fail with
    /// [`TooManyStates`].
    pub(super) fn new(patterns: Vec<Hir>, texts: Texts, may_give_up: bool) -> Option<Self> {
        let restricted = |reads: Reads<'_>| -> Vec<Hir> {
            patterns
                .iter()
                .map(|pattern| reads.restrict(pattern))
                .collect()
        };
        let (nfa, all) = match texts {
            Texts::Ascii => (compile(&restricted(Reads::Ascii), false)?, None),
            Texts::All => {
                let alphabet = Alphabet::of(&patterns);
                let nfa = compile(&restricted(Reads::All(&alphabet)), false)?;
                let single = <[Hir; 1]>::try_from(patterns).ok();
                let single = single.filter(|_| alphabet.is_inexact());
                let exact = single.map(|[pattern]| Exact { pattern, vm: None });
                (nfa, Some(Box::new(ReadsAll { alphabet, exact })))
            }
        };
        let config = DFA::config()
            .match_kind(MatchKind::All)
            .cache_capacity(CACHE)
            .skip_cache_capacity_check(true)
            .minimum_cache_clear_count(may_give_up.then_some(CLEARINGS))
            .minimum_bytes_per_state(Some(BYTES_FOR_A_STATE));
        let dfa = DFA::builder().configure(config).build_from_nfa(nfa).ok()?;
        Some(Self {
            dfa,
            cache: None,
            counted: 0,
            all,
        })
    }

    /// Updates `memory`, the bytes of all automata, with what this one takes now.
    pub(super) fn count(&mut self, memory: &mut usize) {
        let exact = self
            .all
            .as_ref()
            .and_then(|all| all.exact.as_ref())
            .map_or(0, Exact::memory);
        let cache = self.cache.as_ref().map_or(0, Cache::memory_usage);
        let now = self.dfa.get_nfa().memory_usage() + cache + exact;
        *memory = (*memory + now).saturating_sub(self.counted);
        self.counted = now;
    }

    /// Drops what can be built again without compiling, and updates `memory`.
    pub(super) fn drop_states(&mut self, memory: &mut usize) {
        self.cache = None;
        self.count(memory);
    }

    /// Subtracts what was counted from `memory`, before the automaton is dropped.
    pub(super) fn uncount(&self, memory: &mut usize) {
        *memory = memory.saturating_sub(self.counted);
    }

    /// Whether any of the patterns matches. Also fails if there are several and a match is not certain.
    pub(super) fn any(&mut self, text: &Text<'_>) -> Result<bool, TooManyStates> {
        let Self { dfa, cache, .. } = self;
        let cache = cache.get_or_insert_with(|| dfa.create_cache());
        let mut search = |bytes: &[u8]| {
            let input = Input::new(bytes).earliest(true);
            let found = dfa.try_search_fwd(cache, &input);
            found.map_err(|_| TooManyStates)
        };
        let Some(all) = &mut self.all else {
            return Ok(search(text.as_str().as_bytes())?.is_some());
        };
        if all.alphabet.read(text, search)?.is_none() {
            return Ok(false);
        }
        if !all.alphabet.is_uncertain(text) {
            return Ok(true);
        }
        let exact = all.exact.as_mut().and_then(Exact::ready);
        let (vm, cache) = exact.ok_or(TooManyStates)?;
        Ok(vm.is_match(cache, text.as_str()))
    }

    /// The first match in an ASCII text, as byte offsets. `None` also if the automaton does not know,
    /// because it has several patterns. It must be for ASCII texts.
    pub(super) fn find(&self, text: &str) -> Option<(usize, usize)> {
        if self.dfa.pattern_len() > 1 {
            return None;
        }
        record(CodePath::Located);
        let vm = PikeVM::new_from_nfa(self.dfa.get_nfa().clone()).ok()?;
        let found = vm.find(&mut vm.create_cache(), text)?;
        Some((found.start(), found.end()))
    }

    /// Which of the patterns match. Also fails if there are several and a match is not certain.
    pub(super) fn which(&mut self, text: &Text<'_>) -> Result<PatternSet, TooManyStates> {
        let mut found = PatternSet::new(self.dfa.pattern_len());
        if self.dfa.pattern_len() == 1 {
            if self.any(text)? {
                found.insert(PatternID::ZERO);
            }
            return Ok(found);
        }
        let Self {
            dfa, cache, all, ..
        } = self;
        let cache = cache.get_or_insert_with(|| dfa.create_cache());
        let search = |bytes: &[u8]| {
            let input = Input::new(bytes);
            let mut state = OverlappingState::start();
            while !found.is_full() {
                dfa.try_search_overlapping_fwd(cache, &input, &mut state)
                    .map_err(|_| TooManyStates)?;
                let Some(end) = state.get_match() else {
                    break;
                };
                found.insert(end.pattern());
            }
            Ok(found)
        };
        match all {
            Some(all) if all.alphabet.is_uncertain(text) => Err(TooManyStates),
            Some(all) => all.alphabet.read(text, search),
            None => search(text.as_str().as_bytes()),
        }
    }
}

impl Exact {
    fn ready(&mut self) -> Option<&mut (PikeVM, pikevm::Cache)> {
        record(CodePath::Uncertain);
        if self.vm.is_none() {
            let vm =
                PikeVM::new_from_nfa(compile(std::slice::from_ref(&self.pattern), true)?).ok()?;
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
