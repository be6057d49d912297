//! A range of a source text, in bytes.

use std::ops::Range;

/// A range of a UTF-8 source text in byte offsets: `start` is included, `end` is not. Empty if
/// `start == end`.
///
/// ```
/// use sentry_text::Span;
/// let name = Span::new(0, 4);
/// let value = Span::new(7, 11);
/// assert_eq!(name.to(value), Span::new(0, 11));
/// assert_eq!(value.of("name = true"), "true");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// The span from `start` to before `end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The smallest span that contains both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }

    /// The span as a range to slice with.
    pub const fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The text of the span; empty if the span is not within the source or cuts a character.
    pub fn of(self, source: &str) -> &str {
        source.get(self.range()).unwrap_or_default()
    }

    /// Whether the byte at `offset` lies inside.
    pub const fn contains(self, offset: u32) -> bool {
        self.start <= offset && offset < self.end
    }
}

/// Converts an offset in a text to `u32`. Texts are far shorter than 4 GiB; larger offsets are
/// clamped.
pub fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
