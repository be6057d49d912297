//! A pattern that does not ask for the edges of Unicode words, which no automaton can find.

use regex_syntax::hir::{Hir, HirKind, Look, Repetition};

/// A pattern that matches wherever `hir` does, and more.
pub(super) fn without_words(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Look(
            Look::WordUnicode
            | Look::WordUnicodeNegate
            | Look::WordStartUnicode
            | Look::WordEndUnicode
            | Look::WordStartHalfUnicode
            | Look::WordEndHalfUnicode,
        ) => Hir::empty(),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => hir.clone(),
        HirKind::Capture(capture) => without_words(&capture.sub),
        HirKind::Repetition(repetition) => Hir::repetition(Repetition {
            min: repetition.min,
            max: repetition.max,
            greedy: repetition.greedy,
            sub: Box::new(without_words(&repetition.sub)),
        }),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(without_words).collect()),
        HirKind::Alternation(branches) => {
            Hir::alternation(branches.iter().map(without_words).collect())
        }
    }
}
