//! Restricting a pattern to ASCII texts: nearly every event is ASCII, and the automaton is a
//! fraction of the size.

use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir, HirKind, Repetition};

use crate::looks;

/// A pattern that matches an ASCII text where `hir` does.
pub(super) fn restrict(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) if literal.0.is_ascii() => hir.clone(),
        HirKind::Literal(_) => Hir::fail(),
        HirKind::Class(class) => Hir::class(Class::Bytes(members(class))),
        HirKind::Look(look) => Hir::look(looks::to_ascii(*look)),
        HirKind::Capture(capture) => restrict(&capture.sub),
        HirKind::Repetition(repetition) => Hir::repetition(Repetition {
            min: repetition.min,
            max: repetition.max,
            greedy: repetition.greedy,
            sub: Box::new(restrict(&repetition.sub)),
        }),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(restrict).collect()),
        HirKind::Alternation(branches) => Hir::alternation(branches.iter().map(restrict).collect()),
    }
}

fn members(class: &Class) -> ClassBytes {
    let range = |start: u32, end: u32| {
        let start = u8::try_from(start).ok().filter(u8::is_ascii)?;
        let end = u8::try_from(end.min(0x7f)).ok()?;
        Some(ClassBytesRange::new(start, end))
    };
    match class {
        Class::Unicode(class) => ClassBytes::new(
            class
                .ranges()
                .iter()
                .filter_map(|found| range(found.start().into(), found.end().into())),
        ),
        Class::Bytes(class) => ClassBytes::new(
            class
                .ranges()
                .iter()
                .filter_map(|found| range(found.start().into(), found.end().into())),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex_automata::meta::Regex;

    #[test]
    fn the_restricted_pattern_matches_ascii_as_the_whole_pattern_does() {
        let subjects = [
            "", "a", "ab cd", "K", "ks", "\u{1}-9_", "foo.bar", "a\nb", "~~",
        ];
        for pattern in [
            r"\bk\b",
            r"(?i)kS",
            r"\W\w+",
            r"[^a]",
            r".",
            "é|b",
            "(é)?c",
            "é*",
            r"\p{L}\d",
            r"\B",
            r"a{0}",
            r"(?:ä+|a)b",
            r"\b{start}c",
            r"\b{end-half}",
            r"(?s-u:[\x00-\x7f])$",
            "^",
        ] {
            let hir = regex_syntax::parse(pattern).unwrap();
            let whole = Regex::builder().build_from_hir(&hir).unwrap();
            let cut = Regex::builder().build_from_hir(&restrict(&hir)).unwrap();
            for subject in subjects {
                let expected = whole.is_match(subject);
                assert_eq!(cut.is_match(subject), expected, "{pattern} {subject:?}");
            }
        }
    }
}
