//! Upper bounds for the memory of compiled patterns, which are cheaper than compiling them.

use std::cell::{Cell, RefCell};

use regex_automata::nfa::thompson;
use regex_syntax::hir::{Class, ClassUnicodeRange, Hir, HirKind};

/// The most bytes that one state of an automaton takes, with its transitions.
const STATE: usize = 64;
/// The most bytes that one state of an automaton over single bytes takes, without its transitions.
const BYTE_STATE: usize = 24;
/// The bytes of one transition.
const TRANSITION: usize = 8;
/// What an automaton takes beside its states.
const AUTOMATON: usize = 1 << 10;
/// A class that takes more than this many bytes is large, such as `\w`.
const LARGE_CLASS: usize = 64 * STATE;
/// Reading a large class takes about as long as reading a repetition that takes this many bytes.
const LARGE_CLASS_COST: usize = 8 << 10;
/// Compiling a large class takes about as long as reading a repetition that takes this many bytes.
const MEASURING_COST: usize = 128 << 10;
/// The most classes whose size is kept.
const MAX_MEASURED: usize = 64;

thread_local! {
    /// Classes that have been compiled, with the bytes that they take: patterns repeat few classes.
    static MEASURED: RefCell<Vec<(Class, usize)>> = const { RefCell::new(Vec::new()) };
}

/// The most bytes that a compiled form of `hir` takes. For Unicode classes that is several times
/// more than they take.
pub(crate) fn upper_bound(hir: &Hir) -> usize {
    bound(hir, STATE, &estimated)
}

/// An upper bound, and what it cost to find it, in the unit of [`cost`].
pub(crate) struct CloseBound {
    pub(crate) bytes: usize,
    pub(crate) cost: usize,
}

/// As [`upper_bound`], and closer for large classes: each of them is compiled, unless that was done
/// lately.
pub(crate) fn close_upper_bound(hir: &Hir) -> CloseBound {
    let compiled = Cell::new(0_usize);
    let bytes = bound(hir, STATE, &|class| measured(class, &compiled));
    CloseBound {
        bytes,
        cost: compiled.get().saturating_mul(MEASURING_COST),
    }
}

/// What reading a pattern costs, in the unit of [`upper_bound`]: its copies by repetition, and each
/// large class once.
pub(crate) fn cost(hir: &Hir) -> usize {
    bound(hir, STATE, &|_| STATE)
        .saturating_add(large_classes(hir).saturating_mul(LARGE_CLASS_COST))
}

/// The most bytes that an automaton for a pattern over single bytes takes, without the states that
/// it builds for texts (see [`crate::alphabet`]).
pub(crate) fn over_bytes(hir: &Hir) -> usize {
    bound(hir, BYTE_STATE, &|class| {
        let ranges = match class {
            Class::Bytes(class) => class.ranges().len(),
            Class::Unicode(class) => {
                let ranges = class.ranges().iter();
                ranges.take_while(|range| range.start().is_ascii()).count()
            }
        };
        // Other characters are a few ranges more.
        BYTE_STATE + TRANSITION * (ranges + 4)
    })
    .saturating_add(AUTOMATON)
}

fn large_classes(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Literal(_) => 0,
        HirKind::Class(class) => usize::from(estimated(class) > LARGE_CLASS),
        HirKind::Capture(capture) => large_classes(&capture.sub),
        HirKind::Repetition(repetition) => large_classes(&repetition.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(large_classes).sum()
        }
    }
}

fn bound(hir: &Hir, state: usize, class_size: &impl Fn(&Class) -> usize) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => state,
        HirKind::Literal(literal) => state.saturating_mul(literal.0.len()),
        HirKind::Class(class) => class_size(class),
        HirKind::Capture(capture) => {
            bound(&capture.sub, state, class_size).saturating_add(2 * state)
        }
        HirKind::Repetition(repetition) => {
            let copies = repetition.max.unwrap_or(repetition.min).max(1);
            // Copies that may be left out, or the last one, which may repeat, need more states.
            let forks = copies - repetition.min.min(copies - 1);
            bound(&repetition.sub, state, class_size)
                .saturating_mul(copies as usize)
                .saturating_add((2 * state).saturating_mul(forks as usize))
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts
            .iter()
            .map(|part| bound(part, state, class_size).saturating_add(state))
            .fold(state, usize::saturating_add),
    }
}

fn estimated(class: &Class) -> usize {
    let states: usize = match class {
        Class::Bytes(class) => class.ranges().len(),
        Class::Unicode(class) => class.ranges().iter().copied().map(states).sum(),
    };
    STATE + STATE * states
}

/// The most states for a range of characters. Each sequence of byte ranges has up to four states,
/// and a range needs one sequence if only the last byte of its characters differs, otherwise two
/// more for each byte before it that differs.
fn states(range: ClassUnicodeRange) -> usize {
    let (start, end) = (u32::from(range.start()), u32::from(range.end()));
    let same = |bits: u32| start >> bits == end >> bits;
    let lengths = [0x80, 0x800, 0x1_0000].into_iter();
    let crossings = lengths
        .filter(|&limit| start < limit && limit <= end)
        .count();
    let sequences = if same(6) || end < 0x80 {
        1
    } else if same(12) {
        3
    } else if same(18) {
        5
    } else {
        7
    };
    sequences * (1 + crossings) * range.end().len_utf8()
}

/// Counts the classes that it compiles.
fn measured(class: &Class, count: &Cell<usize>) -> usize {
    let estimated = estimated(class);
    if estimated <= LARGE_CLASS {
        return estimated;
    }
    MEASURED.with_borrow_mut(|known| {
        if let Some((_, size)) = known.iter().find(|(other, _)| other == class) {
            return *size;
        }
        count.set(count.get() + 1);
        let compiled = thompson::Compiler::new().build_from_hir(&Hir::class(class.clone()));
        let size = compiled.map_or(estimated, |nfa| STATE + nfa.memory_usage());
        if known.len() == MAX_MEASURED {
            known.clear();
        }
        known.push((class.clone(), size));
        size
    })
}

#[cfg(test)]
mod tests {
    use regex_syntax::utf8::Utf8Sequences;

    use super::*;
    use crate::alphabet::{Alphabet, Reads};

    #[test]
    fn the_estimate_of_a_class_is_at_least_the_states_of_its_byte_sequences() {
        let edges = [
            0, 0x41, 0x7f, 0x80, 0xbf, 0xc0, 0x7ff, 0x800, 0xfff, 0x1000, 0xd7ff, 0xe000, 0xffff,
            0x1_0000, 0x1_0fff, 0x3_ffff, 0x4_0000, 0x10_ffff,
        ];
        let edges: Vec<char> = edges.into_iter().filter_map(char::from_u32).collect();
        for (at, &start) in edges.iter().enumerate() {
            for &end in edges.iter().skip(at) {
                let exact: usize = Utf8Sequences::new(start, end).map(|one| one.len()).sum();
                let found = states(ClassUnicodeRange::new(start, end));
                assert!(found >= exact, "{start:?} {end:?}: {found} {exact}");
            }
        }
    }

    #[test]
    fn the_bound_over_bytes_is_above_what_an_automaton_takes() {
        for pattern in [
            r"\w{60}\W{9}",
            r"(?i)\bcurl\b.*\s--?upload",
            r"\b[acegikmoqsuwy]{30}\d+",
            "(?:a|bc){9}é*",
            r"(?:[a-z] ?){0,300}",
            r"\p{Greek}+[\w.-]{2,40}",
        ] {
            let hir = regex_syntax::parse(pattern).unwrap();
            let alphabet = Alphabet::of(std::slice::from_ref(&hir));
            for reads in [Reads::Ascii, Reads::All(&alphabet)] {
                let config = thompson::Config::new().utf8(false);
                let mut compiler = thompson::Compiler::new();
                let nfa = compiler
                    .configure(config)
                    .build_from_hir(&reads.restrict(&hir));
                let (taken, bound) = (nfa.unwrap().memory_usage(), over_bytes(&hir));
                assert!(bound >= taken, "{pattern} {bound} {taken}");
                assert!(bound <= 4 * taken + AUTOMATON, "{pattern} {bound} {taken}");
            }
        }
    }

    #[test]
    fn both_bounds_are_above_what_a_pattern_takes() {
        for pattern in [
            r"\w{60}",
            r"(?i)\bcurl\b.*\s--?upload",
            r"[^a]{30}\d+",
            "(?:a|bc){9}é*",
            r"\p{Greek}+[\w.-]{2,40}",
        ] {
            let hir = regex_syntax::parse(pattern).unwrap();
            let taken = thompson::Compiler::new().build_from_hir(&hir).unwrap();
            let (close, far) = (close_upper_bound(&hir).bytes, upper_bound(&hir));
            assert!(close >= taken.memory_usage(), "{pattern} {close}");
            assert!(far >= taken.memory_usage(), "{pattern} {far}");
        }
    }
}
