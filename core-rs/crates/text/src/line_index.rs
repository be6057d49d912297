//! Converts byte offsets to lines, columns and UTF-16 offsets, in constant time for each query.

use super::span::offset;

/// Bytes between two checkpoints of the UTF-16 count.
const STEP: usize = 1024;

/// A position as editors show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1. A line ends with `\n` or `\r\n`.
    pub line: u32,
    /// The column, from 1, in UTF-16 units.
    pub column: u32,
}

/// The starts of the lines of one source, and its UTF-16 length up to each checkpoint.
///
/// Built in one pass over the source. Every method takes the same source again. An offset beyond
/// its end counts as its end, and an offset inside a character as the start of that character.
///
/// ```
/// use sentry_text::{LineIndex, Position};
/// let source = "a\n😀 b";
/// let index = LineIndex::new(source);
/// assert_eq!(index.position(source, 7), Position { line: 2, column: 4 });
/// assert_eq!(index.utf16(source, 7), 5);
/// ```
pub struct LineIndex {
    /// The byte at which each line starts.
    lines: Vec<u32>,
    /// UTF-16 units before each `STEP`th byte.
    checkpoints: Vec<u32>,
}

impl LineIndex {
    /// Indexes a source.
    pub fn new(source: &str) -> Self {
        let bytes = source.as_bytes();
        let mut lines = vec![0];
        let mut checkpoints = Vec::with_capacity(bytes.len() / STEP + 1);
        let mut units = 0;
        for (number, chunk) in bytes.chunks(STEP).enumerate() {
            checkpoints.push(units);
            units += utf16_len(chunk);
            let base = number * STEP;
            for (at, byte) in chunk.iter().enumerate() {
                if *byte == b'\n' {
                    lines.push(offset(base + at + 1));
                }
            }
        }
        checkpoints.push(units);
        Self { lines, checkpoints }
    }

    /// The line and column of a byte offset.
    pub fn position(&self, source: &str, byte: u32) -> Position {
        let byte = floor(source, byte);
        let line = self.lines.partition_point(|start| *start <= byte);
        let start = self.line_start(offset(line));
        Position {
            line: offset(line),
            column: self.utf16(source, byte) - self.utf16(source, start) + 1,
        }
    }

    /// The UTF-16 units before a byte offset.
    pub fn utf16(&self, source: &str, byte: u32) -> u32 {
        let byte = floor(source, byte) as usize;
        let checkpoint = byte / STEP;
        let before = self
            .checkpoints
            .get(checkpoint)
            .copied()
            .unwrap_or_default();
        before
            + utf16_len(
                source
                    .as_bytes()
                    .get(checkpoint * STEP..byte)
                    .unwrap_or_default(),
            )
    }

    /// The byte at which a line (from 1) starts; 0 if there is no such line.
    pub fn line_start(&self, line: u32) -> u32 {
        self.lines
            .get((line as usize).saturating_sub(1))
            .copied()
            .unwrap_or_default()
    }
}

/// The nearest character boundary at or before `byte`, within the source.
fn floor(source: &str, byte: u32) -> u32 {
    let mut byte = (byte as usize).min(source.len());
    while !source.is_char_boundary(byte) {
        byte -= 1;
    }
    offset(byte)
}

/// The UTF-16 length of UTF-8 bytes: one unit for each character, two for a character of four
/// bytes. Lead bytes are counted, so the bytes may end inside a character.
#[inline(never)]
pub fn utf16_len(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .map(|byte| u32::from(byte & 0xC0 != 0x80) + u32::from(*byte >= 0xF0))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_counting_every_character() {
        let line = "aé漢😀\tz\r\n".repeat(400) + "end";
        let index = LineIndex::new(&line);
        let (mut number, mut column, mut units) = (1, 1, 0);
        for (at, c) in line.char_indices() {
            let at = offset(at);
            assert_eq!(
                index.position(&line, at),
                Position {
                    line: number,
                    column
                }
            );
            assert_eq!(index.utf16(&line, at), units);
            let width = offset(c.len_utf16());
            units += width;
            (number, column) = if c == '\n' {
                (number + 1, 1)
            } else {
                (number, column + width)
            };
        }
        assert_eq!(index.utf16(&line, u32::MAX), units);
    }

    #[test]
    fn offsets_off_a_boundary_fall_back() {
        let source = "a😀\n";
        let index = LineIndex::new(source);
        assert_eq!(index.position(source, 3), Position { line: 1, column: 2 });
        assert_eq!(index.position(source, 99), Position { line: 2, column: 1 });
        assert_eq!(
            LineIndex::new("").position("", 0),
            Position { line: 1, column: 1 }
        );
    }

    #[test]
    fn source_of_a_whole_number_of_steps() {
        let source = "x".repeat(2 * STEP);
        let index = LineIndex::new(&source);
        assert_eq!(index.utf16(&source, offset(2 * STEP)), offset(2 * STEP));
    }
}
