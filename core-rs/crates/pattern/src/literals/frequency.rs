//! How common bytes and literals are in the texts that are judged: a rough estimate.

use super::{Literal, TEXT_END, TEXT_START, WORD_EDGE};

/// The estimated share of positions in an ordinary text at which one of these literals stands.
pub(crate) fn commonness(literals: &[Literal]) -> f32 {
    literals
        .iter()
        .map(|literal| literal.iter().copied().map(frequency).product::<f32>())
        .sum()
}

/// The estimated share of a folded byte in command lines, paths, names and JSON; for an edge, how
/// often it holds.
pub(crate) fn frequency(folded: u8) -> f32 {
    match folded {
        WORD_EDGE => 0.3,
        TEXT_START | TEXT_END => 0.1,
        b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' | b'l' | b'c' => 0.06,
        b' ' | b'/' => 0.05,
        b'd' | b'p' | b'm' | b'u' | b'h' | b'b' | b'.' | b'-' | b'"' => 0.03,
        b'a'..=b'z' | b'0'..=b'9' | b':' | b',' | b'_' => 0.015,
        b'|' | b'<' | b'>' | b'`' => 0.0015,
        _ => 0.004,
    }
}
