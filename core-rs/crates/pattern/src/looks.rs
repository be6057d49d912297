//! Rewriting the assertions of a pattern: lazy automata do not support Unicode word boundaries.

use regex_syntax::hir::{Hir, HirKind, Look, Repetition};

/// The pattern without its Unicode word boundaries. It matches wherever `hir` does, and possibly in
/// more places.
pub(crate) fn without_unicode_words(hir: &Hir) -> Hir {
    map_looks(hir, |look| match look {
        Look::WordUnicode
        | Look::WordUnicodeNegate
        | Look::WordStartUnicode
        | Look::WordEndUnicode
        | Look::WordStartHalfUnicode
        | Look::WordEndHalfUnicode => Hir::empty(),
        other => Hir::look(other),
    })
}

/// The pattern with each assertion replaced by `replace` of it.
pub(crate) fn map_looks(hir: &Hir, replace: fn(Look) -> Hir) -> Hir {
    let all = |parts: &[Hir]| parts.iter().map(|part| map_looks(part, replace)).collect();
    match hir.kind() {
        HirKind::Look(look) => replace(*look),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) => hir.clone(),
        HirKind::Capture(capture) => {
            let mut capture = capture.clone();
            capture.sub = Box::new(map_looks(&capture.sub, replace));
            Hir::capture(capture)
        }
        HirKind::Repetition(repetition) => Hir::repetition(Repetition {
            min: repetition.min,
            max: repetition.max,
            greedy: repetition.greedy,
            sub: Box::new(map_looks(&repetition.sub, replace)),
        }),
        HirKind::Concat(parts) => Hir::concat(all(parts)),
        HirKind::Alternation(branches) => Hir::alternation(all(branches)),
    }
}

/// The ASCII form of an assertion. In an ASCII text it holds in the same places.
pub(crate) fn to_ascii(look: Look) -> Look {
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
