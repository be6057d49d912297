//! What a text must contain for a pattern to match: literals, and runs of bytes of one class.
//!
//! A prefilter looks for the literals of all patterns at once, and a pattern is tried only where
//! its own were found. So a literal may be too common, but it must never be missing from a match.

mod byte_run;
mod extract;
mod frequency;
mod needed;
mod sets;

use regex_syntax::hir::Hir;

pub use byte_run::{ByteRun, ByteSet};
pub(crate) use frequency::{commonness, frequency};
pub(crate) use needed::needed;

/// A literal as [`fold`] leaves it, so that case does not matter. Its first and its last byte may
/// be an edge instead, a byte that [`fold`] never returns: [`WORD_EDGE`], [`TEXT_START`] or
/// [`TEXT_END`].
pub type Literal = Vec<u8>;

/// No ASCII letter, digit or underscore may stand here.
pub(crate) const WORD_EDGE: u8 = 0;
/// The text begins here.
pub(crate) const TEXT_START: u8 = 1;
/// The text ends here.
pub(crate) const TEXT_END: u8 = 2;

/// What every text that a branch of a pattern matches must contain. Empty where nothing is known.
#[derive(Clone, Debug, Default)]
pub struct Requirements {
    /// Sets of literals: one literal of each set occurs. The most selective set comes first. No
    /// literal is empty.
    pub literals: Vec<Vec<Literal>>,
    /// A run of bytes that occurs as well.
    pub run: Option<ByteRun>,
}

impl Requirements {
    /// What a branch of a pattern requires.
    pub(crate) fn of(branch: &Hir) -> Self {
        Self {
            literals: extract::sets_of(branch),
            run: byte_run::of(branch),
        }
    }

    /// Whether nothing is known, so that no text can be ruled out.
    pub fn is_empty(&self) -> bool {
        self.literals.is_empty() && self.run.is_none()
    }
}

/// Maps both cases of an ASCII letter to one byte. A few other bytes are merged too, so a literal
/// may match slightly more than it says; telling them apart would cost more.
#[inline]
pub fn fold(byte: u8) -> u8 {
    byte | 0x20
}

/// Whether a folded byte belongs to an ASCII word.
fn is_word(folded: u8) -> bool {
    matches!(folded, b'a'..=b'z' | b'0'..=b'9') || folded == fold(b'_')
}

#[cfg(test)]
mod tests {
    use super::sets::MAX_SETS;
    use super::*;

    /// The literals that a pattern requires, with edges written as `<` (of a word), `^` and `$`.
    fn required(pattern: &str) -> Vec<Vec<String>> {
        let visible = |&byte: &u8| match byte {
            WORD_EDGE => '<',
            TEXT_START => '^',
            TEXT_END => '$',
            byte => char::from(byte),
        };
        let written = |literal: &Literal| literal.iter().map(visible).collect::<String>();
        let required = Requirements::of(&regex_syntax::parse(pattern).unwrap());
        let sets = required.literals.iter();
        sets.map(|set| set.iter().map(written).collect()).collect()
    }

    #[test]
    fn required_literals_are_extracted_with_the_most_selective_set_first() {
        assert_eq!(required("curl"), [["curl"]]);
        assert_eq!(required("(?i)CuRl"), [["curl"]]);
        assert_eq!(required(r"\bnc\b.*-e"), [["<nc<"], ["-e"]]);
        assert_eq!(
            required("^/etc/(?:shadow|passwd)$"),
            [["^/etc/passwd$", "^/etc/shadow$"]]
        );
        assert_eq!(required(r"(?:ba|z|da)?sh\s"), [["sh<"]]);
        assert_eq!(required(r"token\s*="), [["token<"], ["="]]);
        assert_eq!(
            required("x[ab]{2,}y"),
            [vec!["xaa", "xab", "xba", "xbb"], vec!["ay", "by"]]
        );
        assert_eq!(required("ab[^x]+cd{2}"), [["cdd"], ["ab"]]);
        assert_eq!(required(r"\w+|x"), Vec::<Vec<String>>::new().as_slice());
        assert_eq!(required("abc|.*xyz"), [["abc", "xyz"]]);
        assert_eq!(required("x?y*"), Vec::<Vec<String>>::new().as_slice());
    }

    #[test]
    fn a_long_common_prefix_is_not_copied_into_many_alternatives() {
        let texts: Vec<String> = (0..4000).map(|number| format!("{number:03x}")).collect();
        let pattern = format!("{}(?:{})", r"\b".repeat(8000), texts.join("|"));
        let hir = regex_syntax::parse(&pattern).unwrap();
        assert_eq!(crate::pattern::branches(&hir).len(), 1);
    }

    #[test]
    fn extraction_takes_linear_time_for_patterns_as_large_as_a_document() {
        for (part, between) in [
            (r"\s?", ""),
            ("[0-9]x", ""),
            ("ab", "|"),
            (".ab", "|"),
            ("(?:a|b)+", ""),
        ] {
            let pattern = vec![part; 20_000].join(between);
            let hir = regex_syntax::parse(&pattern).unwrap();
            assert!(Requirements::of(&hir).literals.len() <= MAX_SETS);
        }
    }
}
