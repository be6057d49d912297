//! Bytes of which every match of a pattern has one.

use regex_syntax::hir::{Hir, HirKind};

use super::byte_run::ByteSet;

/// The rarest set of bytes found of which every match has one; `None` if none is known.
pub(crate) fn needed(hir: &Hir) -> Option<ByteSet> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => None,
        HirKind::Literal(literal) => {
            let bytes = literal.0.iter().map(|byte| ByteSet::only(*byte));
            bytes.min_by_key(|set| commonness(*set))
        }
        HirKind::Class(class) => Some(ByteSet::of(class)),
        HirKind::Repetition(repetition) if repetition.min == 0 => None,
        HirKind::Repetition(repetition) => needed(&repetition.sub),
        HirKind::Capture(capture) => needed(&capture.sub),
        HirKind::Concat(parts) => {
            let sets = parts.iter().filter_map(needed);
            sets.min_by_key(|set| commonness(*set))
        }
        HirKind::Alternation(branches) => {
            let mut sets = branches.iter().map(needed);
            let first = sets.next()??;
            sets.try_fold(first, |all, set| Some(all.or(set?)))
        }
    }
}

/// How common the bytes of a set are together, in the words of commands.
fn commonness(set: ByteSet) -> u32 {
    let bytes = (0..=u8::MAX).filter(|byte| set.has(*byte));
    let weights = bytes.map(|byte| match byte {
        b'a'..=b'z' => 16,
        b'/' | b'.' | b'-' | b'_' => 12,
        b'0'..=b'9' | b'A'..=b'Z' | b':' | b'=' => 6,
        0x80.. => 0,
        _ => 1,
    });
    weights.sum()
}

#[cfg(test)]
mod tests {
    use crate::Pattern;

    #[test]
    fn a_text_without_a_byte_that_each_match_has_is_not_searched() {
        for (pattern, text, expected) in [
            (r"[\s<](?:/etc/|~)|>\s*x", "ls /etc/passwd", true),
            (r"[\s<](?:/etc/|~)|>\s*x", "/etc/passwd", false),
            (r"(?i)(?:^|[^a-z])exec:", "socat-EXEC", false),
            (r"(?i)(?:^|[^a-z])exec:", "EXEC:", true),
            (r"^[/~.][^$]*$", "word", false),
            (r"(?:ab)+c?", "xyzbz", false),
            (r"(?:ab)+c?", "xaz", true),
            (r"é.", "abcdef", false),
            (r"(?i)k", "\u{212a}bc", true),
            ("", "", true),
            (r"a*", "b", true),
            (r"(?:a|b*)c", "xx", false),
            (r"a|b*", "xx", true),
            ("abc", "ab", false),
        ] {
            let pattern = Pattern::parse(pattern).unwrap();
            assert_eq!(
                pattern.may_match(text),
                expected,
                "{} {text}",
                pattern.as_str()
            );
            assert!(expected || pattern.find(text).is_none());
        }
    }
}
