//! Makes a short text that a pattern probably matches.

use regex_syntax::hir::{Class, ClassUnicodeRange, Hir, HirKind};

/// The longest sample, in bytes.
const MAX_SAMPLE: usize = 4096;

/// Makes a text from a pattern: the first alternative, the fewest repetitions, ordinary letters.
/// Look-around assertions are ignored, so callers must check that the pattern matches.
pub(super) fn sample(pattern: &Hir) -> Option<String> {
    let mut out = Vec::new();
    write(pattern, &mut out)?;
    String::from_utf8(out).ok()
}

fn write(hir: &Hir, out: &mut Vec<u8>) -> Option<()> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.extend_from_slice(&literal.0),
        HirKind::Class(class) => {
            let mut buffer = [0; 4];
            out.extend_from_slice(pick(class)?.encode_utf8(&mut buffer).as_bytes());
        }
        HirKind::Repetition(repetition) => {
            for _ in 0..repetition.min {
                write(&repetition.sub, out)?;
                if out.len() > MAX_SAMPLE {
                    return None;
                }
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, out)?,
        HirKind::Concat(parts) => {
            for part in parts {
                write(part, out)?;
            }
        }
        HirKind::Alternation(branches) => write(branches.first()?, out)?,
    }
    Some(())
}

/// A character of a class, preferably an ordinary one.
pub(super) fn pick(class: &Class) -> Option<char> {
    let ordinary = ['a', 'x', 'A', '0', '1', ' ', '/', '-', '.', ':'];
    ordinary
        .into_iter()
        .find(|&wanted| contains(class, wanted))
        .or_else(|| match class {
            Class::Unicode(class) => class.ranges().first().map(ClassUnicodeRange::start),
            Class::Bytes(class) => {
                let first = class
                    .ranges()
                    .first()
                    .map(|range| char::from(range.start()));
                first.filter(char::is_ascii)
            }
        })
}

/// Whether a class contains a character; a class of bytes, whether it contains that byte.
pub(super) fn contains(class: &Class, wanted: char) -> bool {
    match class {
        Class::Unicode(class) => {
            let mut ranges = class.ranges().iter();
            ranges.any(|range| range.start() <= wanted && wanted <= range.end())
        }
        Class::Bytes(class) => {
            let mut ranges = class.ranges().iter();
            ranges.any(|range| {
                (u32::from(range.start())..=u32::from(range.end())).contains(&u32::from(wanted))
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample_of(pattern: &str) -> Option<String> {
        sample(&regex_syntax::parse(pattern).unwrap())
    }

    #[test]
    fn samples_are_matched_by_their_pattern() {
        for pattern in [
            "abc",
            "(?i)evil\\.test",
            "[0-9]{3}-x+",
            "(?:foo|bar)\\s+\\w",
            "^a.*b$",
            "[^a-z]",
            "",
        ] {
            let sample = sample_of(pattern).unwrap();
            assert!(
                regex::Regex::new(pattern).unwrap().is_match(&sample),
                "{pattern}: {sample:?}"
            );
        }
        assert_eq!(sample_of("a{4000}b{4000}"), None, "a sample has a bound");
        assert_eq!(sample_of("[a&&b]"), None, "some patterns match nothing");
    }
}
