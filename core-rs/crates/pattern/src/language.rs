//! Whether some text of a given form can match a pattern: the intersection of two automata.

use std::collections::HashSet;

use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;

use crate::looks;

/// The most memory for the states of one automaton, in bytes. A search that needs more has no
/// result.
const CACHE: usize = 1 << 20;
/// The most pairs of states that one search visits.
const MAX_PAIRS: usize = 4096;

/// A set of texts, described by a regular expression that matches each of them as a whole.
///
/// ```
/// use sentry_pattern::{Pattern, language::{Language, Overlap}};
/// let mut peers = Language::parse(r"[^\s/:]+:[0-9]{1,5}").unwrap();
/// assert!(peers.contains("192.0.2.1:80"));
/// let mut steps = 1_000_000;
/// let mut overlap = |text| peers.overlap(&Pattern::parse(text).unwrap().parsed().unwrap(), &mut steps);
/// assert_eq!(overlap(r"\.example:443$"), Overlap::Some);
/// assert_eq!(overlap(r"\.example$"), Overlap::None);
/// ```
#[derive(Debug)]
pub struct Language {
    dfa: DFA,
    cache: Cache,
    start: LazyStateID,
}

/// Whether a text of a [`Language`] matches a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    /// Some text does, or at least if its Unicode word boundaries are ignored.
    Some,
    /// No text does.
    None,
    /// The search was too large.
    Unknown,
}

impl Language {
    /// Compiles the expression, in which classes and `.` mean bytes. Each part of it must be able to
    /// match, which is not checked. `None` if it is not a regular expression, or too large.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parser = ParserBuilder::new().unicode(false).utf8(false).build();
        let hir = parser.parse(&format!("^(?:{text})$")).ok()?;
        let (dfa, mut cache) = compile(&hir)?;
        let start = dfa.start_state(&mut cache, &start_at(Anchored::Yes)).ok()?;
        Some(Self { dfa, cache, start })
    }

    /// Whether a text is in the set.
    pub fn contains(&mut self, text: &str) -> bool {
        if self.renew().is_none() {
            return false;
        }
        let mut state = self.start;
        for &byte in text.as_bytes() {
            match self.dfa.next_state(&mut self.cache, state, byte) {
                Ok(next) if !next.is_dead() => state = next,
                _ => return false,
            }
        }
        let end = self.dfa.next_eoi_state(&mut self.cache, state);
        end.is_ok_and(|end| end.is_match())
    }

    /// Whether a text in the set matches `pattern`. Takes its steps from `steps`, and has no result
    /// without steps.
    pub fn overlap(&mut self, pattern: &Hir, steps: &mut usize) -> Overlap {
        self.search(pattern, steps).unwrap_or(Overlap::Unknown)
    }

    /// Starts anew after the cache was cleared, which made the start state invalid.
    fn renew(&mut self) -> Option<()> {
        if self.cache.clear_count() > 0 {
            self.cache.reset(&self.dfa);
            let start = start_at(Anchored::Yes);
            self.start = self.dfa.start_state(&mut self.cache, &start).ok()?;
        }
        Some(())
    }

    fn search(&mut self, pattern: &Hir, steps: &mut usize) -> Option<Overlap> {
        self.renew()?;
        let (dfa, mut cache) = compile(&looks::without_unicode_words(pattern))?;
        let bytes = representatives(&self.dfa, &dfa);
        let start = dfa.start_state(&mut cache, &start_at(Anchored::No)).ok()?;
        let mut seen = HashSet::from([(self.start, start)]);
        let mut pending = vec![(self.start, start)];
        while let Some((own, other)) = pending.pop() {
            *steps = steps.checked_sub(bytes.len())?;
            let own_end = self.dfa.next_eoi_state(&mut self.cache, own).ok()?;
            let other_end = dfa.next_eoi_state(&mut cache, other).ok()?;
            if own_end.is_match() && other_end.is_match() {
                return Some(Overlap::Some);
            }
            for &byte in &bytes {
                // Clearing a cache makes the states that have been seen invalid.
                if self.cache.clear_count() + cache.clear_count() > 0 {
                    return None;
                }
                let own = self.dfa.next_state(&mut self.cache, own, byte).ok()?;
                if own.is_dead() {
                    continue;
                }
                let other = dfa.next_state(&mut cache, other, byte).ok()?;
                // Matches are reported one byte late. Each state that is not dead leads to a text of
                // the set.
                if other.is_match() {
                    return Some(Overlap::Some);
                }
                if !other.is_dead() && seen.insert((own, other)) {
                    pending.push((own, other));
                }
            }
            if seen.len() > MAX_PAIRS || self.cache.clear_count() + cache.clear_count() > 0 {
                return None;
            }
        }
        Some(Overlap::None)
    }
}

fn compile(hir: &Hir) -> Option<(DFA, Cache)> {
    let config = thompson::Config::new()
        .which_captures(WhichCaptures::None)
        .utf8(false);
    let mut compiler = thompson::Compiler::new();
    let nfa = compiler.configure(config).build_from_hir(hir).ok()?;
    let config = DFA::config()
        .match_kind(MatchKind::All)
        .cache_capacity(CACHE)
        .skip_cache_capacity_check(true);
    let dfa = DFA::builder().configure(config).build_from_nfa(nfa).ok()?;
    let cache = dfa.create_cache();
    Some((dfa, cache))
}

fn start_at(anchored: Anchored) -> start::Config {
    start::Config::new().anchored(anchored)
}

/// One byte for each set of bytes that neither automaton distinguishes.
fn representatives(a: &DFA, b: &DFA) -> Vec<u8> {
    let classes = |byte: u8| (a.byte_classes().get(byte), b.byte_classes().get(byte));
    // A class of bytes is a range of them.
    let mut last = None;
    let all = 0..=u8::MAX;
    all.filter(|&byte| last.replace(classes(byte)) != Some(classes(byte)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sentry_testing::Random;

    fn overlap(language: &str, pattern: &str) -> Overlap {
        let hir = regex_syntax::parse(pattern).unwrap();
        let mut steps = 10_000_000;
        let mut language = Language::parse(language).unwrap();
        language.overlap(&hir, &mut steps)
    }

    #[test]
    fn a_text_that_matches_is_found_and_a_pattern_without_one_is_proved() {
        let any = "(?s).*";
        let cases = [
            (any, "", Overlap::Some),
            (any, "evil", Overlap::Some),
            (any, "^evil$", Overlap::Some),
            (any, r"\bevil\b", Overlap::Some),
            (any, "(?-u:\\b)evil(?-u:\\b)", Overlap::Some),
            (any, "é+$", Overlap::Some),
            (any, "$HOME", Overlap::None),
            (any, "a^b", Overlap::None),
            (any, "[a&&b]", Overlap::None),
            (any, "(?-u:a\\Bb)", Overlap::Some),
            (any, "(?-u:a\\b)b", Overlap::None),
            ("[a-z]+", "^a.*z$", Overlap::Some),
            ("[a-z]+", "A", Overlap::None),
            ("[a-z]+", "(?i)A", Overlap::Some),
            ("[a-z]+", "é", Overlap::None),
            ("[a-z]+", "^$", Overlap::None),
            ("[a-z]*", "^$", Overlap::Some),
            ("a|bb", "ab", Overlap::None),
            ("a{1,3}", "a{4}", Overlap::None),
            ("a{1,3}", "a{3}$", Overlap::Some),
        ];
        for (language, pattern, expected) in cases {
            assert_eq!(overlap(language, pattern), expected, "{language} {pattern}");
        }
    }

    #[test]
    fn a_search_that_needs_too_many_states_has_no_result_and_later_ones_are_right() {
        let many = "[a-z]{0,400}";
        let mut language = Language::parse(many).unwrap();
        let large = regex_syntax::parse("(?:[a-m][a-z]{60}|[k-z][b-y]{70}x)+$").unwrap();
        let mut steps = 100_000_000;
        let found = language.overlap(&large, &mut steps);
        assert_ne!(found, Overlap::None);
        for (pattern, expected) in [("^a{3}$", Overlap::Some), ("A", Overlap::None)] {
            let hir = regex_syntax::parse(pattern).unwrap();
            assert_eq!(language.overlap(&hir, &mut steps), expected, "{pattern}");
        }
        assert!(language.contains("abc") && !language.contains("ABC"));
    }

    /// Compares the search with trying every text of a small set.
    #[test]
    fn every_result_is_that_of_trying_all_texts() {
        let all = texts(4);
        let mut language = Language::parse("[ab ]{0,4}").unwrap();
        let mut random = Random(7);
        let (mut some, mut none) = (0, 0);
        for _ in 0..5_000 {
            let text = pattern(&mut random, 2);
            let regex = regex::Regex::new(&text).unwrap();
            let expected = if all.iter().any(|text| regex.is_match(text)) {
                some += 1;
                Overlap::Some
            } else {
                none += 1;
                Overlap::None
            };
            let hir = regex_syntax::parse(&text).unwrap();
            let found = language.overlap(&hir, &mut 1_000_000);
            assert_eq!(found, expected, "{text}");
        }
        assert!(some > 500 && none > 500, "{some} {none}");
    }

    /// All texts of `a`, `b` and spaces up to a length.
    fn texts(length: usize) -> Vec<String> {
        let mut texts = vec![String::new()];
        let mut longest = texts.clone();
        for _ in 0..length {
            let extended = |text: String| ["a", "b", " "].map(|letter| format!("{text}{letter}"));
            longest = longest.into_iter().flat_map(extended).collect();
            texts.extend_from_slice(&longest);
        }
        texts
    }

    fn pattern(random: &mut Random, depth: usize) -> String {
        let parts = 1 + random.below(4);
        let part = |random: &mut Random| match random.below(if depth == 0 { 6 } else { 9 }) {
            0..4 => random.pick(&["a", "b", " ", "[^a]", "."]).to_owned(),
            4 => random.pick(&["^", "$", "a", "b"]).to_owned(),
            5 => random
                .pick(&["(?-u:\\b)", "(?-u:\\B)", "(?m:^)", "c?"])
                .to_owned(),
            6 => format!("(?:{})*", pattern(random, depth - 1)),
            7 => format!("(?:{}){{2}}", pattern(random, depth - 1)),
            _ => {
                let (left, right) = (pattern(random, depth - 1), pattern(random, depth - 1));
                format!("(?:{left}|{right})")
            }
        };
        (0..parts).map(|_| part(random)).collect()
    }

    #[test]
    fn a_search_is_bounded() {
        assert_eq!(overlap("[a-y]*", "[a-y]*a[a-y]{20}z"), Overlap::Unknown);
        let hir = regex_syntax::parse("evil$").unwrap();
        let mut language = Language::parse("[a-z]+:[0-9]+").unwrap();
        assert_eq!(language.overlap(&hir, &mut 3), Overlap::Unknown);
    }
}
