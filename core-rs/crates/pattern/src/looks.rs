//! A pattern that asks for other edges: automata cannot find those of Unicode words.

use regex_syntax::hir::{Hir, HirKind, Look, Repetition};

/// A pattern that matches wherever `hir` does, and more: it does not ask for the edges of Unicode words.
pub(crate) fn without_words(hir: &Hir) -> Hir {
    with_looks(hir, |look| match look {
        Look::WordUnicode
        | Look::WordUnicodeNegate
        | Look::WordStartUnicode
        | Look::WordEndUnicode
        | Look::WordStartHalfUnicode
        | Look::WordEndHalfUnicode => Hir::empty(),
        other => Hir::look(other),
    })
}

/// A pattern in which `put` says what stands for what is asked of a place.
pub(crate) fn with_looks(hir: &Hir, put: fn(Look) -> Hir) -> Hir {
    let all = |parts: &[Hir]| parts.iter().map(|part| with_looks(part, put)).collect();
    match hir.kind() {
        HirKind::Look(look) => put(*look),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) => hir.clone(),
        HirKind::Capture(capture) => {
            let mut capture = capture.clone();
            capture.sub = Box::new(with_looks(&capture.sub, put));
            Hir::capture(capture)
        }
        HirKind::Repetition(repetition) => Hir::repetition(Repetition {
            min: repetition.min,
            max: repetition.max,
            greedy: repetition.greedy,
            sub: Box::new(with_looks(&repetition.sub, put)),
        }),
        HirKind::Concat(parts) => Hir::concat(all(parts)),
        HirKind::Alternation(branches) => Hir::alternation(all(branches)),
    }
}

/// What Unicode and ASCII say of a word's edge is the same in ASCII.
pub(crate) fn ascii_edge(look: Look) -> Look {
    match look {
        Look::WordUnicode => Look::WordAscii,
        Look::WordUnicodeNegate => Look::WordAsciiNegate,
        Look::WordStartUnicode => Look::WordStartAscii,
        Look::WordEndUnicode => Look::WordEndAscii,
        Look::WordStartHalfUnicode => Look::WordStartHalfAscii,
        Look::WordEndHalfUnicode => Look::WordEndHalfAscii,
        other => other,
    }
}
