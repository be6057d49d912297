//! A JSON scanner for one line: validates everything, borrows strings, and builds no tree.
//!
//! It accepts RFC 8259 with the limits of common parsers (127 levels of nesting, numbers within the
//! range of a 64-bit float), so a line is malformed here exactly if it is malformed elsewhere. The
//! only exception is a lone surrogate escape, which decodes to U+FFFD.
//!
//! UTF-8 is validated for each string, and only if it contains a byte that is not ASCII. Outside of
//! strings, JSON has no such byte.
//!
//! Rare cases are functions that take a line and a position and return another position, so that
//! the scanner's own position can stay in a register. After an error the position is [`END`], where
//! every further expectation fails.

use super::keys::Key;
use super::swar::word_at;

/// The line is not JSON, or not of the expected shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// What was read, or that it is malformed.
pub type Scanned<T> = Result<T, Malformed>;

/// The deepest nesting of objects and arrays, as in `serde_json`.
pub(super) const MAX_DEPTH: u32 = 127;

/// A position after the end of any line: the position of a scanner after an error.
pub(super) const END: usize = usize::MAX / 2;

/// A position in a line, and the number of objects and arrays that are open there.
#[derive(Clone, Copy)]
pub struct Scanner<'a> {
    /// The text.
    pub line: &'a [u8],
    /// The place of the next byte.
    pub at: usize,
    pub(super) depth: u32,
}

impl<'a> Scanner<'a> {
    /// Starts at the beginning of `line`.
    pub fn new(line: &'a [u8]) -> Self {
        Self {
            line,
            at: 0,
            depth: 0,
        }
    }

    /// The next byte that is not white space, without consuming it; 0 at the end.
    #[inline]
    pub fn peek(&mut self) -> u8 {
        let byte = byte_at(self.line, self.at);
        if byte > b' ' {
            return byte;
        }
        self.at = skip_white_space(self.line, self.at);
        byte_at(self.line, self.at)
    }

    /// Consumes a byte if it is the next one that is not white space.
    #[inline]
    pub fn eat(&mut self, expected: u8) -> bool {
        let there = self.peek() == expected;
        // Not `self.at += usize::from(there)`: rustc 1.95 miscompiles that if `there` is branched
        // on (rust-lang/rust#158206).
        if there {
            self.at += 1;
        }
        there
    }

    #[inline]
    pub(super) fn expect(&mut self, expected: u8) -> Scanned<()> {
        if self.eat(expected) {
            Ok(())
        } else {
            Err(Malformed)
        }
    }

    #[inline]
    pub(super) fn literal(&mut self, word: &str) -> bool {
        let there = self.starts_with(word);
        if there {
            self.at += word.len();
        }
        there
    }

    /// Succeeds if only white space is left.
    ///
    /// # Errors
    /// There is more than the value.
    pub fn end(&mut self) -> Scanned<()> {
        self.peek();
        if self.at == self.line.len() {
            Ok(())
        } else {
            Err(Malformed)
        }
    }

    /// Reads an object. Calls `member` after each key, which must consume the value.
    #[inline]
    pub(super) fn object<K: Key>(
        &mut self,
        mut member: impl FnMut(&mut Self, K) -> Scanned<()>,
    ) -> Scanned<()> {
        self.expect(b'{')?;
        self.depth += 1;
        if !self.eat(b'}') {
            loop {
                let key = self.key()?;
                member(self, key)?;
                if self.eat(b',') {
                    continue;
                }
                self.expect(b'}')?;
                break;
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// Reads a key and its colon.
    #[inline]
    fn key<K: Key>(&mut self) -> Scanned<K> {
        self.peek();
        if let Some((key, length)) = K::canonical(self) {
            self.at += length;
            return Ok(key);
        }
        let (key, at) = any_key(*self)?;
        self.at = at;
        Ok(key)
    }

    /// The next eight bytes.
    #[inline]
    pub(super) fn word(&self) -> u64 {
        word_at(self.line, self.at)
    }

    #[inline]
    pub(super) fn starts_with(&self, text: &str) -> bool {
        self.line.get(self.at..self.at + text.len()) == Some(text.as_bytes())
    }

    /// Reads an array. Calls `element` for each value, which must consume it.
    #[inline]
    pub(super) fn array(
        &mut self,
        mut element: impl FnMut(&mut Self) -> Scanned<()>,
    ) -> Scanned<()> {
        self.expect(b'[')?;
        self.depth += 1;
        if !self.eat(b']') {
            loop {
                element(self)?;
                if self.eat(b',') {
                    continue;
                }
                self.expect(b']')?;
                break;
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// Reads `true` or `false`.
    #[inline]
    pub(super) fn boolean(&mut self) -> Scanned<bool> {
        self.peek();
        if self.literal("true") {
            Ok(true)
        } else if self.literal("false") {
            Ok(false)
        } else {
            Err(Malformed)
        }
    }

    /// Consumes `null` if it is next.
    #[inline]
    pub(super) fn null(&mut self) -> bool {
        self.peek() == b'n' && self.literal("null")
    }
}

/// The byte at a position; 0, which is never valid, after the end.
#[inline]
pub(super) fn byte_at(line: &[u8], at: usize) -> u8 {
    line.get(at).copied().unwrap_or(0)
}

#[cold]
#[inline(never)]
fn skip_white_space(line: &[u8], mut at: usize) -> usize {
    while matches!(byte_at(line, at), b' ' | b'\t' | b'\n' | b'\r') {
        at += 1;
    }
    at
}

/// Reads a key in any form. Returns the position after its colon.
#[inline(never)]
fn any_key<K: Key>(mut scanner: Scanner<'_>) -> Scanned<(K, usize)> {
    let raw = scanner.string()?;
    scanner.expect(b':')?;
    let key = match raw.plain() {
        Some(name) => K::of_name(name),
        None => K::of_name(raw.decode().as_bytes()),
    };
    Ok((key, scanner.at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skips(text: &str) -> bool {
        let mut scanner = Scanner::new(text.as_bytes());
        scanner.skip().and_then(|()| scanner.end()).is_ok()
    }

    #[test]
    fn accepts_what_serde_json_accepts() {
        let deep = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        let mixed = format!("{}1{}", "[{\"a\":".repeat(63), "}]".repeat(63));
        let cases = [
            "null",
            "true",
            "false",
            " 1 ",
            "-0",
            "0.5",
            "1e9",
            "-1.25E-3",
            "\"\"",
            "\"\\u00e9\\n\"",
            "[]",
            "{}",
            "[1,2,[3]]",
            "{\"a\":[{}],\"b\":null}",
            "\"\\ud83d\\ude00\"",
            "",
            "nul",
            "tru",
            "01",
            "1.",
            ".5",
            "1e",
            "+1",
            "--1",
            "1e999",
            "\"",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"\u{1}\"",
            "[1,]",
            "[,1]",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "{\"a\":1,}",
            "[1}",
            "{\"a\":1]",
            "1 2",
            "[1 2]",
            "{\"a\" 1}",
            "'a'",
            "NaN",
            "[\"\\",
            "\"\\u",
            "[[",
            "\u{a0}1",
            &deep(126),
            &deep(127),
            &deep(128),
            &deep(129),
            &mixed,
        ];
        for case in cases {
            let expected = serde_json::from_str::<serde_json::Value>(case).is_ok();
            assert_eq!(skips(case), expected, "{case}");
        }
    }

    #[test]
    fn every_prefix_and_every_flipped_byte_agrees_with_serde_json() {
        let line = r#"{"identity":{"agent":"py","n":[1.5,-2e3,true,null]},"event":{"Dns":{"pid":1,"query":"a\"\u0041\\"}}}"#;
        for end in 0..line.len() {
            let prefix = &line[..end];
            assert!(!skips(prefix), "{prefix}");
        }
        for at in 0..line.len() {
            for replacement in [b'"', b'\\', b'{', b']', b'0', b',', b' ', b'x', 0x1f] {
                let mut bytes = line.as_bytes().to_vec();
                bytes[at] = replacement;
                let text = String::from_utf8(bytes).unwrap();
                let expected = serde_json::from_str::<serde_json::Value>(&text).is_ok();
                assert_eq!(skips(&text), expected, "{text}");
            }
        }
    }
}
