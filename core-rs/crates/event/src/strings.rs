//! Reading JSON strings: borrowed, or decoded into a buffer.

use super::json::{END, Malformed, Scanned, Scanner, byte_at};
use super::raw::{RawStr, simple_escape, unescape};
use super::scratch::Parts;
use super::swar::{self, word_at};

impl<'a> Scanner<'a> {
    /// Reads a string.
    ///
    /// # Errors
    /// It is not a JSON string.
    #[inline]
    pub fn string(&mut self) -> Scanned<RawStr<'a>> {
        self.expect(b'"')?;
        let start = self.at;
        self.at = swar::plain_end(self.line, start);
        let mut escaped = false;
        if byte_at(self.line, self.at) != b'"' {
            (self.at, escaped) = string_end(self.line, self.at);
        }
        let text = self.line.get(start..self.at).ok_or(Malformed)?;
        self.at += 1;
        Ok(RawStr { text, escaped })
    }

    /// Reads a string. If it contains an escape, clears `out` and decodes the string into it; then
    /// it has not been validated as UTF-8.
    #[inline]
    pub(super) fn text(&mut self, out: &mut Parts) -> Scanned<RawStr<'a>> {
        self.expect(b'"')?;
        let start = self.at;
        self.at = swar::plain_end(self.line, start);
        let mut escaped = false;
        if byte_at(self.line, self.at) != b'"' {
            out.clear();
            out.push(self.line.get(start..self.at).ok_or(Malformed)?);
            self.at = decode(self.line, self.at, out);
            escaped = true;
        }
        let text = self.line.get(start..self.at).ok_or(Malformed)?;
        self.at += 1;
        Ok(RawStr { text, escaped })
    }

    /// Reads a string, and appends its decoded text to `out`. The text has not been validated as
    /// UTF-8.
    #[inline]
    pub(super) fn append(&mut self, out: &mut Parts) -> Scanned<RawStr<'a>> {
        self.expect(b'"')?;
        let start = self.at;
        let before = out.len();
        self.at = decode(self.line, start, out);
        let text = self.line.get(start..self.at).ok_or(Malformed)?;
        self.at += 1;
        // An escape is longer than the character that it represents.
        let escaped = out.len() - before < text.len();
        Ok(RawStr { text, escaped })
    }
}

/// The end of a string whose rest begins at `start`, and whether the rest contains an escape.
/// [`END`] if it is malformed.
#[inline(never)]
pub(super) fn string_end(line: &[u8], start: usize) -> (usize, bool) {
    let mut at = start;
    let (mut escaped, mut ascii) = (false, true);
    loop {
        match byte_at(line, at) {
            b'"' => break,
            b'\\' => {
                let Ok((_, length)) = unescape(line.get(at..).unwrap_or_default()) else {
                    return (END, false);
                };
                escaped = true;
                at += length;
            }
            0x80.. => {
                ascii = false;
                at += 1;
            }
            _ => return (END, false),
        }
        at = swar::plain_end(line, at);
    }
    let text = line.get(start..at).unwrap_or_default();
    if ascii || std::str::from_utf8(text).is_ok() {
        (at, escaped)
    } else {
        (END, false)
    }
}

/// The end of a string whose rest begins at `at`. Appends the decoded rest to `out`. [`END`] if it
/// is malformed.
#[inline(never)]
fn decode(line: &[u8], mut at: usize, out: &mut Parts) -> usize {
    // A decoded text is not longer than the rest of its line.
    out.reserve(line.len().saturating_sub(at));
    loop {
        let word = word_at(line, at);
        let special = swar::special(word);
        if special == 0 {
            out.push_word(word, 8);
            at += 8;
            continue;
        }
        let count = swar::first(special);
        out.push_word(word, count);
        at += count;
        match byte_at(line, at) {
            b'"' => return at,
            b'\\' => {
                if let Some(char) = simple_escape(byte_at(line, at + 1)) {
                    out.push_word(char.into(), 1);
                    at += 2;
                } else if let Ok((char, length)) = unescape(line.get(at..).unwrap_or_default()) {
                    out.push_char(char);
                    at += length;
                } else {
                    return END;
                }
            }
            byte @ 0x80.. => {
                out.push_beyond_ascii(byte);
                at += 1;
            }
            _ => return END,
        }
    }
}
