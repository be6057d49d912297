//! An upper bound for the memory of a compiled pattern, which is cheaper than compiling it.

use regex_syntax::hir::{Class, Hir, HirKind};
use regex_syntax::utf8::Utf8Sequences;

/// The most bytes that one state of an automaton takes, with its transitions.
const STATE: usize = 64;

/// The most bytes that a compiled form of `hir` takes.
pub(crate) fn upper_bound(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => STATE,
        HirKind::Literal(literal) => STATE * literal.0.len(),
        HirKind::Class(Class::Bytes(class)) => STATE + STATE * class.ranges().len(),
        HirKind::Class(Class::Unicode(class)) => {
            let sequences = class
                .ranges()
                .iter()
                .flat_map(|range| Utf8Sequences::new(range.start(), range.end()));
            STATE + STATE * sequences.map(|sequence| sequence.len()).sum::<usize>()
        }
        HirKind::Capture(capture) => upper_bound(&capture.sub).saturating_add(2 * STATE),
        HirKind::Repetition(repetition) => {
            let copies = repetition.max.unwrap_or(repetition.min).max(1);
            let each = upper_bound(&repetition.sub).saturating_add(2 * STATE);
            each.saturating_mul(copies as usize + 1)
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts
            .iter()
            .map(|part| upper_bound(part).saturating_add(STATE))
            .fold(STATE, usize::saturating_add),
    }
}
