//! Makes a text that a pattern matches, where that is cheap to see.

use regex_syntax::hir::{Hir, HirKind, Look};

use super::sample::pick;

/// The longest fitting text, in bytes.
const MAX_FITTING: usize = 1024;

/// A text that a pattern matches if it is put into a subject where its assertions hold.
#[derive(Debug, Default)]
pub(super) struct Fitting {
    text: String,
    /// The subject must begin with the text.
    at_start: bool,
    /// The subject must end with the text.
    at_end: bool,
    /// The word boundaries of the pattern, by their place in the text.
    boundaries: Vec<(usize, Look)>,
}

impl Fitting {
    /// The first alternatives and the fewest repetitions of a pattern. `None` if that is too long,
    /// or no text matches it.
    pub(super) fn of(pattern: &Hir) -> Option<Self> {
        let mut fitting = Self::default();
        fitting.write(pattern)?;
        Some(fitting)
    }

    /// The subject from `before`, the text and `after`, if the pattern matches that.
    pub(super) fn within(&self, before: &str, after: &str) -> Option<String> {
        let fits = (before.is_empty() || !self.at_start) && (after.is_empty() || !self.at_end);
        if !fits {
            return None;
        }
        let subject = format!("{before}{}{after}", self.text);
        let holds = |&(at, look): &(usize, Look)| is_boundary(&subject, before.len() + at, look);
        self.boundaries.iter().all(holds).then_some(subject)
    }

    fn write(&mut self, hir: &Hir) -> Option<()> {
        match hir.kind() {
            HirKind::Empty => {}
            HirKind::Look(Look::Start | Look::StartLF | Look::StartCRLF) => {
                self.at_start = self.text.is_empty().then_some(true)?;
            }
            HirKind::Look(Look::End | Look::EndLF | Look::EndCRLF) => self.at_end = true,
            HirKind::Look(look) => self.boundaries.push((self.text.len(), *look)),
            HirKind::Literal(literal) => self.push(str::from_utf8(&literal.0).ok()?)?,
            HirKind::Class(class) => self.push(pick(class)?.encode_utf8(&mut [0; 4]))?,
            HirKind::Repetition(repetition) => {
                for _ in 0..repetition.min {
                    self.write(&repetition.sub)?;
                }
            }
            HirKind::Capture(capture) => self.write(&capture.sub)?,
            HirKind::Concat(parts) => {
                for part in parts {
                    self.write(part)?;
                }
            }
            HirKind::Alternation(branches) => self.write(branches.first()?)?,
        }
        Some(())
    }

    fn push(&mut self, text: &str) -> Option<()> {
        if self.at_end || self.text.len() + text.len() > MAX_FITTING {
            return None;
        }
        self.text.push_str(text);
        Some(())
    }
}

/// Whether the word boundary `look` holds at a place in `text`.
fn is_boundary(text: &str, at: usize, look: Look) -> bool {
    let Some((before, after)) = text.split_at_checked(at) else {
        return false;
    };
    let before = before.chars().next_back().is_some_and(is_word);
    let after = after.chars().next().is_some_and(is_word);
    match look {
        Look::WordAscii | Look::WordUnicode => before != after,
        Look::WordAsciiNegate | Look::WordUnicodeNegate => before == after,
        Look::WordStartAscii | Look::WordStartUnicode => !before && after,
        Look::WordEndAscii | Look::WordEndUnicode => before && !after,
        Look::WordStartHalfAscii | Look::WordStartHalfUnicode => !before,
        Look::WordEndHalfAscii | Look::WordEndHalfUnicode => !after,
        _ => false,
    }
}

/// Whether a character belongs to a word.
pub(super) fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fitting_text_is_matched_and_its_assertions_are_kept() {
        let cases = [
            ("evil", "a", "b", true),
            ("^evil", "", "b", true),
            ("^evil", "a", "", false),
            ("evil$", "a", "", true),
            ("evil$", "a", "b", false),
            (r"(^|\.)evil\.?$", "", "", true),
            (r"\bevil\b", "", ":1", true),
            (r"\bevil\b", "a", "", false),
            (r"[0-9]{2}\s+x*", "a", "a", true),
        ];
        for (pattern, before, after, expected) in cases {
            let hir = regex_syntax::parse(pattern).unwrap();
            let subject = Fitting::of(&hir).unwrap().within(before, after);
            assert_eq!(subject.is_some(), expected, "{pattern}");
            let matches = |text: String| regex::Regex::new(pattern).unwrap().is_match(&text);
            assert!(subject.is_none_or(matches), "{pattern}");
        }
        for none in ["$HOME", "a^b", "[a&&b]", "a{4000}"] {
            assert!(
                Fitting::of(&regex_syntax::parse(none).unwrap()).is_none(),
                "{none}"
            );
        }
    }
}
