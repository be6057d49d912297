//! A JSON scanner over one line: validates everything, borrows strings, builds nothing.
//!
//! It accepts what RFC 8259 accepts, with the limits of common parsers (127 levels of nesting, numbers
//! that a 64-bit float can hold), so a line is malformed here exactly when it is malformed elsewhere.
//! The exception is a lone surrogate escape, which decodes to U+FFFD.
//!
//! UTF-8 is validated string by string, and only where a byte of one is not ASCII; outside of strings
//! no such byte is JSON.
//!
//! What is rare is a function of a line and a place that gives another place, so that a scanner's own
//! place stays in a register. [`NOWHERE`] is the place after an error: nothing is there, so whatever is
//! expected next fails.

use super::keys::Key;
use super::raw::{RawStr, unescape};
use super::scratch::Scratch;
use super::words::{self, word_at};

/// The line is not JSON, or not of the expected shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

pub(crate) type Scanned<T> = Result<T, Malformed>;

/// Levels of objects and arrays that may be open at once, as in `serde_json`.
pub(super) const MAX_DEPTH: u32 = 127;

/// A place behind the end of every line.
const NOWHERE: usize = usize::MAX / 2;

/// A place in a line, and how many objects and arrays are open there.
#[derive(Clone, Copy)]
pub(crate) struct Scanner<'a> {
    pub(crate) line: &'a [u8],
    pub(crate) at: usize,
    pub(super) depth: u32,
}

impl<'a> Scanner<'a> {
    /// Starts at the beginning of `line`.
    pub(crate) fn new(line: &'a [u8]) -> Self {
        Self {
            line,
            at: 0,
            depth: 0,
        }
    }

    /// The next byte that is not white space, not consumed; 0 at the end.
    #[inline]
    pub(crate) fn peek(&mut self) -> u8 {
        let byte = byte_at(self.line, self.at);
        if byte > b' ' {
            return byte;
        }
        self.at = behind_space(self.line, self.at);
        byte_at(self.line, self.at)
    }

    #[inline]
    pub(crate) fn eat(&mut self, expected: u8) -> bool {
        let there = self.peek() == expected;
        // Not `self.at += usize::from(there)`, which rustc 1.95 compiles wrongly where `there` is branched
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

    /// Succeeds where nothing but white space is left.
    pub(crate) fn end(&mut self) -> Scanned<()> {
        self.peek();
        if self.at == self.line.len() {
            Ok(())
        } else {
            Err(Malformed)
        }
    }

    /// Reads an object; `member` is called after each key and must consume the value.
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

    /// Reads a key and the colon behind it.
    #[inline]
    fn key<K: Key>(&mut self) -> Scanned<K> {
        self.peek();
        if let Some((key, length)) = K::usual(self) {
            self.at += length;
            return Ok(key);
        }
        let (key, at) = unusual_key(*self)?;
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

    /// Reads an array; `element` is called for each value and must consume it.
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

    /// Reads a string.
    #[inline]
    pub(crate) fn string(&mut self) -> Scanned<RawStr<'a>> {
        self.expect(b'"')?;
        let start = self.at;
        self.at = words::plain_end(self.line, start);
        let mut escaped = false;
        if byte_at(self.line, self.at) != b'"' {
            (self.at, escaped) = string_end(self.line, self.at);
        }
        let text = self.line.get(start..self.at).ok_or(Malformed)?;
        self.at += 1;
        Ok(RawStr { text, escaped })
    }

    /// Reads a string. Where it has an escape, what it says is left in `out`, which is cleared first;
    /// there alone it is not yet known to be UTF-8.
    #[inline]
    pub(super) fn text(&mut self, out: &mut Scratch) -> Scanned<RawStr<'a>> {
        self.expect(b'"')?;
        let start = self.at;
        self.at = words::plain_end(self.line, start);
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

    /// Reads a string and appends what it says to `out`. Neither is yet known to be UTF-8.
    #[inline]
    pub(super) fn append(&mut self, out: &mut Scratch) -> Scanned<RawStr<'a>> {
        self.expect(b'"')?;
        let start = self.at;
        let before = out.len();
        self.at = decode(self.line, start, out);
        let text = self.line.get(start..self.at).ok_or(Malformed)?;
        self.at += 1;
        // An escape is longer than what it says.
        let escaped = out.len() - before < text.len();
        Ok(RawStr { text, escaped })
    }

    /// Reads an unsigned integer that fits `T`, written without fraction or exponent.
    #[inline]
    pub(super) fn unsigned<T: TryFrom<u64>>(&mut self) -> Scanned<T> {
        let mut value = u64::from(self.peek().wrapping_sub(b'0'));
        if value > 9 {
            return Err(Malformed);
        }
        let start = self.at;
        self.at += 1;
        if value > 0 {
            loop {
                let digit = byte_at(self.line, self.at).wrapping_sub(b'0');
                if digit > 9 {
                    break;
                }
                value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
                self.at += 1;
            }
        }
        // Below 10^19, nothing has wrapped.
        if self.at - start > 19 {
            value = self.long_integer(start)?;
        }
        T::try_from(value).map_err(|_| Malformed)
    }

    #[cold]
    fn long_integer(self, start: usize) -> Scanned<u64> {
        let digits = self.line.get(start..self.at).unwrap_or_default();
        let digits = std::str::from_utf8(digits).map_err(|_| Malformed)?;
        digits.parse().map_err(|_| Malformed)
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

    /// Reads `null` if it is next.
    #[inline]
    pub(super) fn null(&mut self) -> bool {
        self.peek() == b'n' && self.literal("null")
    }

    /// Reads a number that a 64-bit float can hold; a larger one is refused as common parsers do.
    pub(crate) fn finite_number(&mut self) -> Scanned<f64> {
        self.peek();
        let start = self.at;
        self.at = number_end(self.line, start);
        finite(self.line.get(start..self.at).ok_or(Malformed)?)
    }
}

/// The byte at a place; 0, which is nowhere valid, behind the last.
#[inline]
pub(super) fn byte_at(line: &[u8], at: usize) -> u8 {
    line.get(at).copied().unwrap_or(0)
}

#[cold]
#[inline(never)]
fn behind_space(line: &[u8], mut at: usize) -> usize {
    while matches!(byte_at(line, at), b' ' | b'\t' | b'\n' | b'\r') {
        at += 1;
    }
    at
}

/// Reads a key in any form, and gives the place behind its colon.
#[inline(never)]
fn unusual_key<K: Key>(mut scanner: Scanner<'_>) -> Scanned<(K, usize)> {
    let raw = scanner.string()?;
    scanner.expect(b':')?;
    let key = match raw.plain() {
        Some(name) => K::of_name(name),
        None => K::of_name(raw.decode().as_bytes()),
    };
    Ok((key, scanner.at))
}

/// Where a string ends of which the rest begins at `at`, and whether an escape is in that.
#[inline(never)]
pub(super) fn string_end(line: &[u8], start: usize) -> (usize, bool) {
    let mut at = start;
    let (mut escaped, mut ascii) = (false, true);
    loop {
        match byte_at(line, at) {
            b'"' => break,
            b'\\' => {
                let Ok((_, length)) = unescape(line.get(at..).unwrap_or_default()) else {
                    return (NOWHERE, false);
                };
                escaped = true;
                at += length;
            }
            0x80.. => {
                ascii = false;
                at += 1;
            }
            _ => return (NOWHERE, false),
        }
        at = words::plain_end(line, at);
    }
    let text = line.get(start..at).unwrap_or_default();
    if ascii || std::str::from_utf8(text).is_ok() {
        (at, escaped)
    } else {
        (NOWHERE, false)
    }
}

/// Where a string ends of which the rest begins at `at`. What that says is appended to `out`.
#[inline(never)]
fn decode(line: &[u8], mut at: usize, out: &mut Scratch) -> usize {
    loop {
        let word = word_at(line, at);
        let special = words::special(word);
        if special == 0 {
            out.push_word(word, 8);
            at += 8;
            continue;
        }
        let count = words::first(special);
        out.push_word(word, count);
        at += count;
        match byte_at(line, at) {
            b'"' => return at,
            b'\\' => match unescape(line.get(at..).unwrap_or_default()) {
                Ok((decoded, length)) => {
                    out.push_char(decoded);
                    at += length;
                }
                Err(Malformed) => return NOWHERE,
            },
            byte @ 0x80.. => {
                out.push_word(byte.into(), 1);
                at += 1;
            }
            _ => return NOWHERE,
        }
    }
}

/// Where a number ends, by the grammar.
fn number_end(line: &[u8], start: usize) -> usize {
    let mut at = start + usize::from(byte_at(line, start) == b'-');
    let whole = at;
    at = words::digits_end(line, at);
    if at == whole || (byte_at(line, whole) == b'0' && at > whole + 1) {
        return NOWHERE;
    }
    if byte_at(line, at) == b'.' {
        let fraction = at + 1;
        at = words::digits_end(line, fraction);
        if at == fraction {
            return NOWHERE;
        }
    }
    if matches!(byte_at(line, at), b'e' | b'E') {
        let sign = matches!(byte_at(line, at + 1), b'+' | b'-');
        let exponent = at + 1 + usize::from(sign);
        at = words::digits_end(line, exponent);
        if at == exponent {
            return NOWHERE;
        }
    }
    at
}

fn finite(number: &[u8]) -> Scanned<f64> {
    let number = std::str::from_utf8(number).map_err(|_| Malformed)?;
    let value: f64 = number.parse().map_err(|_| Malformed)?;
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Malformed)
    }
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

    #[test]
    fn integers_are_taken_only_as_integers() {
        let integer = |text: &str| {
            let mut scanner = Scanner::new(text.as_bytes());
            let value = scanner.unsigned::<u64>()?;
            scanner.end().map(|()| value)
        };
        for value in [0, 7, 10, 4_294_967_296, 9_999_999_999_999_999_999, u64::MAX] {
            assert_eq!(integer(&value.to_string()), Ok(value));
        }
        for text in [
            "-1",
            "-0",
            "00",
            "01",
            "1.0",
            "1e0",
            "\"1\"",
            "null",
            "18446744073709551616",
            "99999999999999999999",
            "100000000000000000000000000000000000000000",
        ] {
            assert_eq!(integer(text), Err(Malformed), "{text}");
        }
        assert_eq!(Scanner::new(b"4294967295").unsigned::<u32>(), Ok(u32::MAX));
        assert_eq!(
            Scanner::new(b"4294967296").unsigned::<u32>(),
            Err(Malformed)
        );
    }
}
