//! A pattern cut down to subjects of ASCII alone: a fraction of the automaton, for nearly every event.

use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir, HirKind, Repetition};

use crate::looks::ascii_edge;

/// A pattern that matches in a text of ASCII where `hir` does.
pub(super) fn only(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) if literal.0.is_ascii() => hir.clone(),
        HirKind::Literal(_) => Hir::fail(),
        HirKind::Class(class) => Hir::class(Class::Bytes(members(class))),
        HirKind::Look(look) => Hir::look(ascii_edge(*look)),
        HirKind::Capture(capture) => only(&capture.sub),
        HirKind::Repetition(repetition) => Hir::repetition(Repetition {
            min: repetition.min,
            max: repetition.max,
            greedy: repetition.greedy,
            sub: Box::new(only(&repetition.sub)),
        }),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(only).collect()),
        HirKind::Alternation(branches) => Hir::alternation(branches.iter().map(only).collect()),
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
    fn it_matches_ascii_as_the_whole_pattern_does() {
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
            let cut = Regex::builder().build_from_hir(&only(&hir)).unwrap();
            for subject in subjects {
                let expected = whole.is_match(subject);
                assert_eq!(cut.is_match(subject), expected, "{pattern} {subject:?}");
            }
        }
    }
}
