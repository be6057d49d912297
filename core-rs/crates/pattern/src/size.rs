//! How much memory a pattern takes once it is compiled: a bound that costs less than compiling it.

use regex_syntax::hir::{Class, Hir, HirKind};
use regex_syntax::utf8::Utf8Sequences;

/// Bytes that one state of an automaton takes at most, with what belongs to it.
const STATE: usize = 64;

/// No compiled form of `hir` takes more bytes than this.
pub(crate) fn at_most(hir: &Hir) -> usize {
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
        HirKind::Capture(capture) => at_most(&capture.sub).saturating_add(2 * STATE),
        HirKind::Repetition(repetition) => {
            let copies = repetition.max.unwrap_or(repetition.min).max(1);
            let each = at_most(&repetition.sub).saturating_add(2 * STATE);
            each.saturating_mul(copies as usize + 1)
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts
            .iter()
            .map(|part| at_most(part).saturating_add(STATE))
            .fold(STATE, usize::saturating_add),
    }
}
